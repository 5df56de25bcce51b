/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_random.h. */
#include "ndis_random.h"

#include "ndis_model.h"
#include "ndis_rig.h"

/* How a script's miniport and protocols are inclined. */
struct inclination {
    unsigned resources, inside, final, older, again; /* chances of 100 */
};

/* One reader of a plan: answers are taken by the order of packets given, sends by the order of completions. The model and
 * the library each have their own. While a plan is made, decisions come from dice and are written into it. */
struct world {
    const struct random_plan *plan;
    unsigned at[RANDOM_KINDS];
    bool ended; /* from now on all is accepted, and nothing sent from completions */
    uint32_t next_packet;
    struct random_plan *writes;
    struct inclination inclination;
    struct random_tape tapes[RANDOM_KINDS];
};

static unsigned dice_answer(struct world *w)
{
    unsigned dice = random_roll(&w->tapes[RANDOM_ANSWERS], 100);

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

static unsigned dice_of(struct world *w, enum random_kind kind)
{
    unsigned dice;

    if (kind == RANDOM_ANSWERS)
        return dice_answer(w);
    dice = random_roll(&w->tapes[kind], 100);
    if (kind == RANDOM_OLDER)
        return dice < w->inclination.older;
    return dice < w->inclination.again ? 1 + dice % 2 : 0;
}

static unsigned decide(struct world *w, enum random_kind kind)
{
    unsigned usual = kind == RANDOM_ANSWERS ? MODEL_PENDING : 0;

    if (w->ended)
        return usual;
    if (!w->writes)
        return w->at[kind] < w->plan->decision_count[kind] ? w->plan->decisions[kind][w->at[kind]++]
                                                           : usual;
    if (w->writes->decision_count[kind] == RANDOM_DECISIONS)
        return usual;
    return w->writes->decisions[kind][w->writes->decision_count[kind]++] =
               (uint8_t)dice_of(w, kind);
}

static enum model_answer world_answer(struct world *w)
{
    return (enum model_answer)decide(w, RANDOM_ANSWERS);
}

static bool world_older(struct world *w)
{
    return decide(w, RANDOM_OLDER);
}

/* 0: send nothing from this completion; 1: one packet; 2: an array of two. */
static unsigned world_again(struct world *w)
{
    return w->next_packet > MODEL_PACKETS - 100 ? 0 : decide(w, RANDOM_AGAIN);
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

/* One step in the model, and with `is_real` in the library. */
static void step_run(const struct random_step *step, struct world *imagined, bool is_real)
{
    uint32_t packets[12];

    if (step->what == RANDOM_SEND) {
        model_submit_one(&model, imagined->next_packet++);
        if (is_real)
            real_submit(step->binding, 1, false);
    } else if (step->what == RANDOM_ARRAY) {
        for (unsigned i = 0; i < step->count; i++)
            packets[i] = imagined->next_packet++;
        model_submit_array(&model, packets, step->count);
        if (is_real)
            real_submit(step->binding, step->count, true);
    } else if (step->what == RANDOM_AVAILABLE) {
        model_available(&model);
        if (is_real)
            nic_script_available(r.miniport);
    } else if (step->what == RANDOM_INTERRUPT) { /* in one entry: MiniportHandleInterrupt */
        interrupt_count = step->count;
        model_complete_oldest(&model, step->count);
        if (is_real)
            r.platform->ops->interrupt_raise(r.platform, 8);
    } else if (model.outstanding_count) { /* from outside of the miniport */
        model_complete_oldest(&model, 1);
        if (is_real)
            nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    }
}

/* All steps; then events until nothing is left. */
static void play(const char *name, const struct random_plan *plan, struct world *imagined,
                 bool is_real)
{
    static const struct random_step home[] = {
        {RANDOM_AVAILABLE, 0, 0}, {RANDOM_INTERRUPT, 12, 0}, {RANDOM_COMPLETE, 0, 0}};

    memset(&model, 0, sizeof(model));
    model.arrays = plan->arrays;
    model.array_max = plan->array_max;
    model.context = imagined;
    model.answer = model_answers;
    model.completes_older = model_older;
    model.completed = model_completed;
    for (unsigned i = 0; i < plan->step_count + MODEL_PACKETS; i++) {
        imagined->ended = real.ended = i >= plan->step_count;
        if (imagined->ended && !model.queue_length && !model.outstanding_count)
            break;
        step_run(imagined->ended ? &home[i % 3] : &plan->steps[i], imagined, is_real);
        if (is_real)
            ck_assert_msg(imagined->next_packet == real.next_packet,
                          "%s: %u packets, the model has %u", name, real.next_packet,
                          imagined->next_packet);
    }
}

void random_plan_of(const struct random_script *script, struct random_plan *plan)
{
    struct random_tape tape = script->tapes[0];
    struct world w = {.plan = plan, .writes = plan};

    memset(plan, 0, sizeof(*plan));
    w.inclination.resources = random_roll(&tape, 40);
    w.inclination.inside = random_roll(&tape, 20);
    w.inclination.final = random_roll(&tape, 40);
    w.inclination.older = random_roll(&tape, 20);
    w.inclination.again = random_roll(&tape, 60);
    for (unsigned i = 0; i < RANDOM_KINDS; i++)
        w.tapes[i] = script->tapes[1 + i];
    plan->verify = script->verify;
    plan->arrays = random_roll(&tape, 2);
    plan->array_max = (uint8_t)(1 + random_roll(&tape, 8));
    while (plan->step_count < RANDOM_STEPS && (!tape.end || tape.at < tape.end)) {
        unsigned what = random_roll(&tape, 6), count = 1 + random_roll(&tape, 12);
        plan->steps[plan->step_count] = (struct random_step){
            .what = (uint8_t)(what ? what - 1 : RANDOM_SEND), /* sends twice as often */
            .count = (uint8_t)count,
            .binding = plan->step_count % 2,
        };
        plan->step_count++;
    }
    play(script->name, plan, &w, false);
}

void random_plan_run(const char *name, const struct random_plan *plan)
{
    struct world imagined = {.plan = plan};
    struct nic_script_miniport like = {.next = real_step,
                                       .sending = real_sending,
                                       .interrupting = real_interrupt,
                                       .arrays = plan->arrays,
                                       .max_packets = plan->array_max};

    real = imagined;
    rig_start(&r, &like, 2, plan->verify ? RIG_VERIFY : 0, 1024);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].completed = real_completed;
        r.protocols[b].context = &r.protocols[b];
    }
    play(name, plan, &imagined, true);
    compare(&model, name);
    ck_assert_uint_eq(rig_statistics(&r).outstanding, 0);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 0);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", name, r.finding);
}

void random_script_run(const struct random_script *script)
{
    static struct random_plan plan;

    random_plan_of(script, &plan);
    random_plan_run(script->name, &plan);
}
