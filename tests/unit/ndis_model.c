/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See ndis_model.h.
 */
#include "ndis_model.h"

#include <assert.h>
#include <string.h>

static void note(struct model *m, enum model_kind kind, uint32_t packet, enum model_answer value)
{
    assert(m->event_count < MODEL_EVENTS);
    m->events[m->event_count++] = (struct model_event){kind, packet, value};
}

static void to_protocol(struct model *m, uint32_t packet, enum model_answer status)
{
    note(m, MODEL_COMPLETE, packet, status);
    m->completed(m->context, m);
}

static void queue_back(struct model *m, uint32_t packet)
{
    assert(m->queue_length < MODEL_PACKETS);
    m->queue[m->queue_length++] = packet;
}

static void queue_front(struct model *m, const uint32_t *packets, unsigned count)
{
    memmove(m->queue + count, m->queue, m->queue_length * sizeof(m->queue[0]));
    memcpy(m->queue, packets, count * sizeof(packets[0]));
    m->queue_length += count;
}

static void event_at_miniport(struct model *m)
{
    uint32_t packet = m->outstanding[0];

    memmove(m->outstanding, m->outstanding + 1, --m->outstanding_count * sizeof(packet));
    /* An element of the array that the miniport is still working on is told when the call is over.
     */
    for (unsigned i = 0; i < m->batch_count; i++) {
        if (m->batch[i] == packet) {
            m->batch_answers[i] = MODEL_INSIDE;
            return;
        }
    }
    m->stalled = false;
    to_protocol(m, packet, MODEL_SUCCESS);
}

/* The miniport gets one packet. */
static enum model_answer give(struct model *m, uint32_t packet)
{
    enum model_answer answer;

    note(m, MODEL_GIVEN, packet, MODEL_PENDING);
    if (m->completes_older(m->context) && m->outstanding_count)
        event_at_miniport(m);
    answer = m->answer(m->context);
    if (answer == MODEL_PENDING)
        m->outstanding[m->outstanding_count++] = packet;
    return answer;
}

/* One call of the miniport with the first `count` of `total` packets; what is refused, and what
 * follows it in `total`, is queued at the front. `result`: where the final status of a single
 * NdisSend goes instead of a callback. */
static void call(struct model *m, const uint32_t *packets, unsigned count, unsigned total,
                 enum model_answer *result)
{
    enum model_answer answers[MODEL_PACKETS];
    unsigned i;

    m->batch = packets;
    m->batch_answers = answers;
    for (i = 0; i < count; i++) {
        answers[i] = give(m, packets[i]);
        m->batch_count = m->arrays ? i + 1 : 0;
        if (answers[i] == MODEL_RESOURCES) {
            m->stalled = true;
            queue_front(m, packets + i, total - i);
            break;
        }
        if (answers[i] == MODEL_INSIDE && !m->arrays) {
            m->stalled = false;
            to_protocol(m, packets[i], MODEL_SUCCESS);
        }
    }
    m->batch_count = 0;
    for (unsigned j = 0; j < i; j++) {
        if (answers[j] == MODEL_SUCCESS || answers[j] == MODEL_FAILURE ||
            (answers[j] == MODEL_INSIDE && m->arrays)) {
            enum model_answer final = answers[j] == MODEL_FAILURE ? MODEL_FAILURE : MODEL_SUCCESS;
            if (result)
                *result = final;
            else
                to_protocol(m, packets[j], final);
        }
    }
}

static void drain(struct model *m)
{
    while (m->queue_length && !m->stalled) {
        uint32_t packets[MODEL_PACKETS];
        unsigned count = m->arrays ? m->array_max : 1;
        if (count > m->queue_length)
            count = m->queue_length;
        memcpy(packets, m->queue, count * sizeof(packets[0]));
        m->queue_length -= count;
        memmove(m->queue, m->queue + count, m->queue_length * sizeof(packets[0]));
        call(m, packets, count, count, NULL);
    }
}

void model_submit_one(struct model *m, uint32_t packet)
{
    enum model_answer result = MODEL_PENDING;

    if (m->busy || m->queue_length) {
        queue_back(m, packet);
        note(m, MODEL_RESULT, packet, result);
        return;
    }
    m->busy = true;
    call(m, &packet, 1, 1, &result);
    drain(m);
    m->busy = false;
    note(m, MODEL_RESULT, packet, result);
}

void model_submit_array(struct model *m, const uint32_t *packets, unsigned count)
{
    unsigned step = m->arrays ? m->array_max : 1;

    if (m->busy || m->queue_length) {
        for (unsigned i = 0; i < count; i++)
            queue_back(m, packets[i]);
        return;
    }
    m->busy = true;
    for (unsigned i = 0; i < count; i += step) {
        bool refused = false;
        call(m, packets + i, step < count - i ? step : count - i, count - i, NULL);
        /* Refused? Then the rest stands in the queue. Only what callbacks sent may have come in
         * otherwise. */
        for (unsigned j = 0; j < m->queue_length && !refused; j++)
            for (unsigned k = i; k < count && !refused; k++)
                refused = m->queue[j] == packets[k];
        if (refused)
            break;
    }
    drain(m);
    m->busy = false;
}

void model_complete_oldest(struct model *m, unsigned count)
{
    m->busy = true;
    while (count-- && m->outstanding_count)
        event_at_miniport(m);
    drain(m);
    m->busy = false;
}

void model_available(struct model *m)
{
    m->busy = true;
    m->stalled = false;
    drain(m);
    m->busy = false;
}
