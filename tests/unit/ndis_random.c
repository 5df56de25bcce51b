/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_random.h. */
#include "ndis_random.h"

#include "ndis_model.h"
#include "ndis_rig.h"

#define STEPS 60

/* The model and the library each read their own copy of a tape. */
static unsigned roll(struct random_tape *tape, unsigned sides)
{
    if (tape->end) {
        return tape->at < tape->end ? *tape->at++ % sides : 0;
    }
    tape->state = tape->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(tape->state >> 33) % sides;
}

/* How a script's miniport and protocols are inclined. */
struct inclination {
    unsigned resources, inside, final, older, again; /* chances of 100 */
};

/* One reader of the tapes: answers are taken by the order of packets given, sends by the order of
 * completions. */
struct world {
    struct inclination inclination;
    struct random_tape answers, older, sends;
    uint32_t next_packet;
    unsigned bindings;
};

static enum model_answer world_answer(struct world *w)
{
    unsigned dice = roll(&w->answers, 100);

    if (dice < w->inclination.resources)
        return MODEL_RESOURCES;
    dice -= w->inclination.resources;
    if (dice < w->inclination.inside)
        return MODEL_INSIDE;
    dice -= w->inclination.inside;
    if (dice < w->inclination.final)
        return dice % 2 ? MODEL_SUCCESS : MODEL_FAILURE;
    return MODEL_PENDING;
}

static bool world_older(struct world *w)
{
    return roll(&w->older, 100) < w->inclination.older;
}

/* 0: send nothing from this completion; 1: one packet; 2: an array of two. */
static unsigned world_again(struct world *w)
{
    unsigned dice = roll(&w->sends, 100);

    if (w->next_packet > MODEL_PACKETS - 100 || dice >= w->inclination.again)
        return 0;
    return 1 + dice % 2;
}

/* ---- the model's side ---- */

static enum model_answer model_answers(void *context)
{
    return world_answer(context);
}

static bool model_older(void *context)
{
    return world_older(context);
}

static void model_completed(void *context, struct model *m)
{
    struct world *w = context;
    unsigned count = world_again(w);
    uint32_t packets[2] = {w->next_packet, w->next_packet + 1};

    w->next_packet += count;
    if (count == 1)
        model_submit_one(m, packets[0]);
    else if (count == 2)
        model_submit_array(m, packets, 2);
}

/* ---- the library's side ---- */

static struct rig r;
static struct world real;
static unsigned interrupt_count; /* how many to complete in the next MiniportHandleInterrupt */

static struct nic_script_step real_step(void *context, PNDIS_PACKET packet)
{
    static const NDIS_STATUS answers[] = {
        [MODEL_SUCCESS] = NDIS_STATUS_SUCCESS,     [MODEL_FAILURE] = NDIS_STATUS_FAILURE,
        [MODEL_PENDING] = NDIS_STATUS_PENDING,     [MODEL_INSIDE] = NDIS_STATUS_PENDING,
        [MODEL_RESOURCES] = NDIS_STATUS_RESOURCES,
    };
    enum model_answer answer = world_answer(&real);

    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = answers[answer],
                                    .when =
                                        answer == MODEL_INSIDE ? NIC_WHEN_INSIDE : NIC_WHEN_MANUAL};
}

static void real_sending(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    if (world_older(&real))
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
}

static void real_interrupt(void *context)
{
    (void)context;
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, interrupt_count);
}

/* Packets are numbered in the order of submission over both bindings. */
static PNDIS_PACKET real_packet(unsigned binding)
{
    PNDIS_PACKET packet;

    r.protocols[binding].next_packet = real.next_packet++;
    packet = nic_script_packet(&r.protocols[binding], 60);
    ck_assert_ptr_nonnull(packet);
    return packet;
}

static void real_submit(unsigned binding, unsigned count, bool is_array)
{
    PNDIS_PACKET packets[20];
    NDIS_STATUS status;

    for (unsigned i = 0; i < count; i++)
        packets[i] = real_packet(binding);
    if (is_array) {
        nic_script_send_array(&r.protocols[binding], packets, count);
        return;
    }
    status = nic_script_send(&r.protocols[binding], packets[0]);
    if (status != NDIS_STATUS_PENDING)
        nic_script_packet_free(&r.protocols[binding], packets[0]);
}

static void real_completed(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct nic_script_protocol *p = context;
    unsigned count;

    (void)status;
    nic_script_packet_free(p, packet);
    count = world_again(&real);
    if (count)
        real_submit((unsigned)(p - r.protocols), count, count == 2);
}

/* ---- comparison ---- */

static enum model_answer answer_of(NDIS_STATUS status)
{
    return status == NDIS_STATUS_PENDING   ? MODEL_PENDING
           : status == NDIS_STATUS_SUCCESS ? MODEL_SUCCESS
                                           : MODEL_FAILURE;
}

static void compare(const struct model *m, const char *name)
{
    static const char *const kinds[] = {"given", "result", "complete"};
    unsigned at = 0;

    for (size_t i = 0; i < r.trace.count; i++) {
        const struct nic_trace_event *event = &r.trace.events[i];
        enum model_kind kind = event->kind == NIC_TRACE_GIVEN    ? MODEL_GIVEN
                               : event->kind == NIC_TRACE_RESULT ? MODEL_RESULT
                                                                 : MODEL_COMPLETE;
        enum model_answer value =
            kind == MODEL_GIVEN ? MODEL_PENDING : answer_of((NDIS_STATUS)event->value);
        if (event->kind != NIC_TRACE_GIVEN && event->kind != NIC_TRACE_RESULT &&
            event->kind != NIC_TRACE_COMPLETE)
            continue;
        ck_assert_msg(at < m->event_count, "%s: the library goes on with %s %u", name, kinds[kind],
                      event->packet);
        ck_assert_msg(m->events[at].kind == kind && m->events[at].packet == event->packet &&
                          m->events[at].value == value,
                      "%s: event %u is %s %u (%d), the model says %s %u (%d)", name, at,
                      kinds[kind], event->packet, value, kinds[m->events[at].kind],
                      m->events[at].packet, m->events[at].value);
        at++;
    }
    ck_assert_msg(at == m->event_count, "%s: the library stops after %u of %u events", name, at,
                  m->event_count);
}

static struct model model;

void random_script_run(const struct random_script *script)
{
    struct random_tape tape = script->tapes[0];
    struct world imagined = {.inclination = {roll(&tape, 40), roll(&tape, 20), roll(&tape, 40),
                                             roll(&tape, 20), roll(&tape, 60)},
                             .answers = script->tapes[1],
                             .older = script->tapes[2],
                             .sends = script->tapes[3]};
    struct nic_script_miniport like = {.next = real_step,
                                       .sending = real_sending,
                                       .interrupting = real_interrupt,
                                       .arrays = roll(&tape, 2),
                                       .max_packets = 1 + roll(&tape, 8)};
    const char *name = script->name;
    unsigned tail = 0; /* steps after the end of the script */

    memset(&model, 0, sizeof(model));
    model.arrays = like.arrays;
    model.array_max = like.max_packets;
    model.context = &imagined;
    model.answer = model_answers;
    model.completes_older = model_older;
    model.completed = model_completed;
    real = imagined;
    rig_start(&r, &like, 2, script->verify ? RIG_VERIFY : 0, 1024);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].completed = real_completed;
        r.protocols[b].context = &r.protocols[b];
    }
    for (unsigned step = 0; tail < MODEL_PACKETS; step++) {
        /* The tail brings everything home: events until nothing is left. */
        bool running = step < STEPS && (!tape.end || tape.at < tape.end);
        unsigned what = running ? roll(&tape, 6) : 3 + step % 2, count = 1 + roll(&tape, 12);
        if (!running &&
            tail++ == 0) /* from now on all is accepted, and nothing sent from completions */
            real.inclination = imagined.inclination = (struct inclination){0};
        if (tail && !model.queue_length && !model.outstanding_count)
            break;
        if (what <= 1) {
            model_submit_one(&model, imagined.next_packet++);
            real_submit(step % 2, 1, false);
        } else if (what == 2) {
            uint32_t packets[12];
            for (unsigned i = 0; i < count; i++)
                packets[i] = imagined.next_packet++;
            model_submit_array(&model, packets, count);
            real_submit(step % 2, count, true);
        } else if (what == 3) {
            model_available(&model);
            nic_script_available(r.miniport);
        } else if (what == 4) { /* in one entry: MiniportHandleInterrupt */
            interrupt_count = count;
            model_complete_oldest(&model, count);
            r.platform->ops->interrupt_raise(r.platform, 8);
        } else if (model.outstanding_count) { /* from outside of the miniport */
            model_complete_oldest(&model, 1);
            nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
        }
        ck_assert_msg(imagined.next_packet == real.next_packet, "%s: %u packets, the model has %u",
                      name, real.next_packet, imagined.next_packet);
    }
    compare(&model, name);
    ck_assert_uint_eq(rig_statistics(&r).outstanding, 0);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 0);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", name, r.finding);
}
