/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_model.h. Receives, requests, resets and the end are in ndis_model_rest.c. */
#include "ndis_model_parts.h"

#include <assert.h>
#include <string.h>

void model_note(struct model *m, enum model_kind kind, uint32_t number, unsigned value)
{
    assert(m->event_count < MODEL_EVENTS);
    m->events[m->event_count++] = (struct random_event){kind, number, value};
}

void model_pay(struct model *m, unsigned binding)
{
    m->owed[binding]--;
    if (m->open[binding] == MODEL_IS_CLOSING && m->owed[binding] == 0) {
        m->open[binding] = MODEL_IS_CLOSED;
        model_note(m, MODEL_CLOSED, binding, 0);
    }
}

void model_back(struct model *m, uint32_t packet, enum model_status status)
{
    model_note(m, MODEL_COMPLETE, packet, status);
    m->completed(m->context, packet, status);
    m->sends_done++;
    model_pay(m, m->owner[packet]);
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

/* NdisMSendComplete for what the miniport holds at this place. */
void model_let_go(struct model *m, unsigned at, enum model_status status)
{
    uint32_t packet = m->held[at].packet;

    m->held_count--;
    memmove(m->held + at, m->held + at + 1, (m->held_count - at) * sizeof(m->held[0]));
    /* An element of the array that the miniport is still working on is told when the call is over. */
    for (unsigned i = 0; i < m->batch_count; i++) {
        if (m->batch[i] == packet) {
            m->batch_answers[i] = (struct model_answer){.now = status};
            return;
        }
    }
    m->stalled = false;
    model_back(m, packet, status);
}

static void complete_some(struct model *m, unsigned count)
{
    while (count-- && m->held_count)
        model_let_go(m, 0, m->held[0].answer.final);
}

/* The miniport gets one packet. */
static struct model_answer give(struct model *m, uint32_t packet)
{
    struct model_answer answer;

    model_note(m, MODEL_GIVEN, packet, 0);
    m->inside(m->context, packet);
    answer = m->answer(m->context);
    if (answer.now == MODEL_PENDING && !answer.inside)
        m->held[m->held_count++] = (struct model_held){packet, answer};
    return answer;
}

/* One call of the serialized miniport with the first `count` of `total` packets; what is refused, and what follows it in
 * `total`, is queued at the front. `result`: where the final status of a single NdisSend goes instead of a callback. */
static void call(struct model *m, const uint32_t *packets, unsigned count, unsigned total,
                 enum model_status *result)
{
    struct model_answer answers[64];
    unsigned i;

    m->batch = packets;
    m->batch_answers = answers;
    for (i = 0; i < count; i++) {
        answers[i] = give(m, packets[i]);
        m->batch_count = m->arrays ? i + 1 : 0;
        if (answers[i].now == MODEL_RESOURCES) {
            m->stalled = true;
            queue_front(m, packets + i, total - i);
            break;
        }
        if (answers[i].inside && m->arrays) {
            answers[i] = (struct model_answer){.now = answers[i].final};
        } else if (answers[i].inside) {
            m->stalled = false;
            model_back(m, packets[i], answers[i].final);
        }
    }
    m->batch_count = 0;
    for (unsigned j = 0; j < i; j++) {
        if (answers[j].now == MODEL_PENDING)
            continue;
        if (!result) {
            model_back(m, packets[j], answers[j].now);
            continue;
        }
        *result = answers[j].now;
        m->sends_done++;
        model_pay(m, m->owner[packets[j]]);
    }
}

/* The deserialized one. What it is sent from inside of a send waits until that has returned (C-11); there is no other
 * queue. */
static void give_free(struct model *m, uint32_t packet)
{
    struct model_answer answer = give(m, packet);

    if (answer.inside)
        model_back(m, packet, answer.final);
    else if (answer.now != MODEL_PENDING)
        model_back(m, packet, answer.now);
}

static void give_free_queued(struct model *m)
{
    while (m->queue_length) {
        uint32_t packet = m->queue[0];
        memmove(m->queue, m->queue + 1, --m->queue_length * sizeof(packet));
        give_free(m, packet);
    }
    m->sending = false;
}

static enum model_status submit_free(struct model *m, uint32_t packet)
{
    struct model_answer answer;

    m->sending = true;
    answer = give(m, packet);
    if (answer.inside || (answer.now != MODEL_PENDING && m->arrays)) {
        model_back(m, packet, answer.inside ? answer.final : answer.now);
        answer.now = MODEL_PENDING;
    }
    give_free_queued(m);
    if (answer.now != MODEL_PENDING) {
        m->sends_done++;
        model_pay(m, m->owner[packet]);
    }
    return answer.now;
}

static void send_queued(struct model *m)
{
    uint32_t packets[64];
    unsigned count = m->arrays ? m->array_max : 1;

    if (count > m->queue_length)
        count = m->queue_length;
    memcpy(packets, m->queue, count * sizeof(packets[0]));
    m->queue_length -= count;
    memmove(m->queue, m->queue + count, m->queue_length * sizeof(packets[0]));
    call(m, packets, count, count, NULL);
}

/* DER-12: what the library has, of that binding; then the miniport, what it can take. */
static void cancel_now(struct model *m, unsigned binding, unsigned id)
{
    uint32_t taken[MODEL_PACKETS];
    unsigned count = 0, kept = 0, at = 0;

    for (unsigned i = 0; i < m->queue_length; i++) {
        if (!m->deserialized && m->owner[m->queue[i]] == binding && m->queue[i] % 3 == id)
            taken[count++] = m->queue[i];
        else
            m->queue[kept++] = m->queue[i];
    }
    m->queue_length = kept;
    m->stalled = m->stalled && kept; /* else nothing is left that an event could start */
    for (unsigned i = 0; i < count; i++)
        model_back(m, taken[i], MODEL_ABORTED);
    while (at < m->held_count) {
        if (m->held[at].answer.queued && m->held[at].packet % 3 == id) {
            model_let_go(m, at, MODEL_ABORTED);
            at = 0;
        } else {
            at++;
        }
    }
}

void model_leave(struct model *m)
{
    for (;;) {
        if (m->cancel_count) {
            unsigned binding = m->cancels[0].binding, id = m->cancels[0].id;
            memmove(m->cancels, m->cancels + 1, --m->cancel_count * sizeof(m->cancels[0]));
            cancel_now(m, binding, id);
        } else if (!model_leave_rest(m)) {
            if (!m->queue_length || m->stalled || m->resetting)
                break;
            send_queued(m);
        }
    }
    m->busy = false;
}

void model_enter(struct model *m)
{
    m->busy = true;
}

/* ---- calls ---- */

static bool must_wait(const struct model *m)
{
    return m->deserialized ? m->sending : m->busy || m->queue_length;
}

enum model_status model_submit_one(struct model *m, unsigned binding, uint32_t packet)
{
    enum model_status result = MODEL_PENDING;

    m->owner[packet] = (uint8_t)binding;
    if (m->resetting || m->reset_due) {
        model_note(m, MODEL_RESULT, packet, MODEL_RESETTING);
        return MODEL_RESETTING;
    }
    m->owed[binding]++;
    if (must_wait(m)) {
        queue_back(m, packet);
    } else if (m->deserialized) {
        result = submit_free(m, packet);
    } else {
        model_enter(m);
        call(m, &packet, 1, 1, &result);
        model_leave(m);
    }
    model_note(m, MODEL_RESULT, packet, result);
    return result;
}

/* Nobody is in the miniport, and nothing is queued. */
static void submit_parts(struct model *m, const uint32_t *packets, unsigned count)
{
    unsigned step = m->arrays ? m->array_max : 1;

    model_enter(m);
    for (unsigned i = 0; i < count; i += step) {
        bool refused = false;
        call(m, packets + i, step < count - i ? step : count - i, count - i, NULL);
        /* Refused? Then the rest stands in the queue. Only what callbacks sent may have come in otherwise. */
        for (unsigned j = 0; j < m->queue_length && !refused; j++)
            for (unsigned k = i; k < count && !refused; k++)
                refused = m->queue[j] == packets[k];
        if (refused)
            break;
    }
    model_leave(m);
}

void model_submit_array(struct model *m, unsigned binding, const uint32_t *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        m->owner[packets[i]] = (uint8_t)binding;
    if (m->resetting || m->reset_due) {
        for (unsigned i = 0; i < count; i++) {
            model_note(m, MODEL_COMPLETE, packets[i], MODEL_RESETTING);
            m->completed(m->context, packets[i], MODEL_RESETTING);
        }
        return;
    }
    m->owed[binding] += count;
    if (must_wait(m)) {
        for (unsigned i = 0; i < count; i++)
            queue_back(m, packets[i]);
    } else if (m->deserialized) {
        m->sending = true;
        for (unsigned i = 0; i < count; i++)
            give_free(m, packets[i]);
        give_free_queued(m);
    } else {
        submit_parts(m, packets, count);
    }
}

void model_complete_oldest(struct model *m, unsigned count)
{
    if (m->busy || m->deserialized) {
        complete_some(m, count);
        return;
    }
    model_enter(m);
    complete_some(m, count);
    model_leave(m);
}

void model_available(struct model *m)
{
    if (m->deserialized)
        return;
    model_enter(m);
    m->stalled = false;
    model_leave(m);
}

void model_cancel(struct model *m, unsigned binding, unsigned id)
{
    if (m->deserialized) {
        cancel_now(m, binding, id);
        return;
    }
    if (!m->busy) {
        model_enter(m);
        cancel_now(m, binding, id);
        model_leave(m);
        return;
    }
    m->cancels[m->cancel_count].binding = binding;
    m->cancels[m->cancel_count++].id = id;
}
