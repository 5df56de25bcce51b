/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interrupt at every pre-emption point of a send (REQ-64). Each scenario is run once to count the points that the
 * platform reports, and then once for each point with an interrupt there. Two kinds of interrupt: a late one, whose
 * transfers were finished before the call, at every point; and a prompt one, whose transfers the device finishes at
 * that very point, wherever no lock is held. Both complete earlier packets, and that is checked.
 */
#include "driver_rig.h"

#include <check.h>
#include <stdio.h>

#define VECTOR    5
#define NO_VECTOR 15
#define EARLIER   6

#define NONE UINT32_MAX /* no point: only count them */

enum kind { LATE, PROMPT };

struct scenario {
    bool single, array, full, busy, copy;
};

static struct {
    bool armed;
    enum kind kind;
    unsigned target, seen, held;
    bool struck, skipped;
    const char *where;
} injection;

static void inject(void)
{
    injection.armed = false;
    if (injection.kind == PROMPT && injection.held) {
        injection.skipped =
            true; /* the device's lock may be the one; the late kind covers this point */
        return;
    }
    injection.struck = true;
    if (injection.kind == PROMPT) {
        soft_device_hold_events(rig.device, false);
        soft_device_step(rig.device);
    } else {
        rig.platform->ops->interrupt_raise(rig.platform, VECTOR);
    }
}

static void point(void *context, const char *where)
{
    (void)context;
    if (!strcmp(where, "locked"))
        injection.held++;
    if (!strcmp(where, "unlocked"))
        injection.held--;
    if (!injection.armed)
        return;
    if (injection.seen++ == injection.target) {
        injection.where = where;
        inject();
    }
}

/* Packets that have left, with their completions kept back: in the device (PROMPT) or, finished but without an
 * interrupt, in the transport (LATE). */
static void prepare(const struct scenario *s, enum kind kind)
{
    unsigned i;
    soft_device_hold_events(rig.device, true);
    for (i = 0; i < EARLIER; i++)
        rig_send(rig_packet(60 + i, 1));
    rig_pass(RIG_MS);
    ck_assert_uint_eq(rig.wire_count, EARLIER);
    if (s->busy) {
        soft_device_hold_out(rig.device, true);
        if (!s->full)
            rig_send(rig_packet(80, 1)); /* its transfer stays in flight */
    }
    if (kind == LATE) {
        rig.transport->vector = NO_VECTOR;
        soft_device_hold_events(rig.device, false);
        rig_pass(1);
        rig.transport->vector = VECTOR;
        ck_assert(nic_transport_ready(rig.transport));
    }
}

/* Returns the number of points. */
static unsigned run(const struct scenario *s, enum kind kind, unsigned target)
{
    struct rig_options o = {
        .single = s->single, .seed = rig_seed(), .soft = {.desc_depth = s->full ? EARLIER : 64}};
    struct rig_packet *fresh[4];
    uint64_t before;
    unsigned i, count = s->array ? 4 : 1;
    o.parameters[0] = s->copy ? "CopyMode=1" : NULL;
    rig_start(&o);
    prepare(s, kind);
    for (i = 0; i < count; i++)
        fresh[i] = rig_packet(200 + i, 2);
    before = rig.completions;
    memset(&injection, 0, sizeof injection);
    injection.kind = kind;
    injection.target = target;
    rig.platform->preempt = point;
    injection.armed = true;
    if (s->array)
        rig_send_array(fresh, count);
    else
        rig_send(fresh[0]);
    injection.armed = false;
    rig.platform->preempt = NULL;
    if (injection.struck && !s->copy)
        ck_assert_msg(rig.completions >= before + EARLIER,
                      "interrupt at point %u (%s): %llu completions", target, injection.where,
                      (unsigned long long)(rig.completions - before));
    if (target == NONE && !s->copy)
        ck_assert_uint_eq(rig.completions, before);
    if (!injection.struck) {
        soft_device_hold_events(rig.device, false);
        rig.platform->ops->interrupt_raise(rig.platform, VECTOR);
    }
    soft_device_hold_out(rig.device, false);
    ck_assert_msg(rig_settle(RIG_S), "point %u (%s): not all packets completed", target,
                  injection.where);
    rig_pass(RIG_MS);
    for (i = 0; i < rig.packet_count; i++)
        ck_assert_int_eq(rig.packets[i]->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig.wire_count, rig.packet_count);
    rig_check_wire(0);
    if (!s->copy)
        rig_check_completion_order();
    ck_assert_uint_eq(rig_driver().resets, 1);
    rig_stop();
    return injection.seen;
}

START_TEST(interrupt_at_every_point)
{
    struct scenario s = {
        .single = _i & 1, .array = _i & 2, .full = _i & 4, .busy = _i & 8, .copy = _i & 16};
    unsigned late = run(&s, LATE, NONE), prompt = run(&s, PROMPT, NONE), struck = 0, target;
    ck_assert_uint_ge(late, 8);
    for (target = 0; target < late; target++) {
        run(&s, LATE, target);
        ck_assert_msg(injection.struck, "point %u was not reached", target);
    }
    for (target = 0; target < prompt; target++) {
        run(&s, PROMPT, target);
        ck_assert_msg(injection.struck || injection.skipped, "point %u was not reached", target);
        struck += injection.struck;
    }
    ck_assert_uint_ge(struck, 6);
    printf("scenario %d (%s, %s, ring %s, OUT %s%s): late interrupts at %u points, prompt ones at "
           "%u\n",
           _i, s.single ? "MiniportSend" : "MiniportSendPackets",
           s.array ? "NdisSendPackets" : "NdisSend", s.full ? "full" : "free",
           s.busy ? "busy" : "idle", s.copy ? ", copy mode" : "", late, struck);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver preemption");
    TCase *c = tcase_create("preempt");
    SRunner *runner;
    int failed;
    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, interrupt_at_every_point, 0, 32);
    suite_add_tcase(suite, c);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
