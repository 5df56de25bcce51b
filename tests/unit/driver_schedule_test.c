/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport under the deterministic scheduler (schedule.h): a sender, the device that finishes transfers and raises
 * interrupts, and the clock, switched at every lock, call of NDIS and access of the transport (REQ-64). What leaves does so
 * in order, and each packet is completed once.
 */
#include "driver_rig.h"

#include "schedule.h"

#include <stdio.h>

#define EARLIER 4
#define FRESH   4

static struct rig_packet *fresh[FRESH];

static void sender(void *context)
{
    (void)context;
    rig_send(fresh[0]);
    rig_send_array(fresh + 1, FRESH - 1);
}

static void device(void *context)
{
    (void)context;
    soft_device_hold_events(rig.device, false);
    for (unsigned i = 0; i < 3; i++)
        soft_device_step(rig.device);
}

static void clock_runs(void *context)
{
    (void)context;
    nic_virtual_run(rig.platform, NULL, rig.platform->ops->now_ns(rig.platform) + RIG_MS);
}

static const struct schedule_actor actors[] = {{sender, NULL}, {device, NULL}, {clock_runs, NULL}};
#define ACTORS (sizeof(actors) / sizeof(actors[0]))

/* Four packets on their way with their completions held back, four more from the sender. `context`: the options. */
static unsigned run(void *context, const struct schedule_plan *plan)
{
    struct rig_options options = *(const struct rig_options *)context;
    unsigned points, at = plan->count ? plan->switches[0].at : 0,
                     to = plan->count ? plan->switches[0].to : 0;

    options.seed = rig_seed();
    rig_start(&options);
    soft_device_hold_events(rig.device, true);
    for (unsigned i = 0; i < EARLIER; i++)
        rig_send(rig_packet(60 + i, 1));
    for (unsigned i = 0; i < FRESH; i++)
        fresh[i] = rig_packet(100 + i, 2);
    points = schedule_run(rig.platform, actors, ACTORS, plan);
    ck_assert_msg(points, "seed %llu, at point %u to actor %u: a deadlock",
                  (unsigned long long)plan->seed, at, to);
    ck_assert_msg(rig_settle(RIG_S), "seed %llu, at point %u to actor %u: packets stay outstanding",
                  (unsigned long long)plan->seed, at, to);
    ck_assert_uint_eq(rig.wire_count, EARLIER + FRESH);
    rig_check_wire(0);
    rig_check_completion_order();
    rig_stop();
    return points;
}

static struct rig_options options_of(int i)
{
    return (struct rig_options){.single = i, .soft = {.desc_depth = i ? EARLIER + 1 : 64}};
}

START_TEST(req_64_one_switch_everywhere)
{
    struct rig_options options = options_of(_i);
    unsigned plans = schedule_enumerate(run, &options, ACTORS, 1);

    ck_assert_uint_gt(plans, 100);
    printf("%s, ring %s: %u schedules\n", _i ? "MiniportSend" : "MiniportSendPackets",
           _i ? "full" : "free", plans);
}
END_TEST

START_TEST(req_64_random_schedules)
{
    struct rig_options options = options_of(_i);

    for (uint64_t i = 0; i < 100; i++)
        run(&options, &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver schedule");
    TCase *t = tcase_create("schedules");

    tcase_set_timeout(t, 600);
    tcase_add_loop_test(t, req_64_one_switch_everywhere, 0, 2);
    tcase_add_loop_test(t, req_64_random_schedules, 0, 2);
    suite_add_tcase(suite, t);
    return rig_run_suites(srunner_create(suite));
}
