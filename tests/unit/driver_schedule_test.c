/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport under the deterministic scheduler (schedule.h): a sender, the device that finishes transfers and raises
 * interrupts, the clock, and one who resets, switched at every lock, call of NDIS and access of the transport (REQ-64).
 * What leaves does so in order, and each packet is completed once.
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

static void resetter(void *context)
{
    NDIS_STATUS status;

    (void)context;
    NdisReset(&status, rig.binding);
    ck_assert_uint_eq((uint32_t)status, (uint32_t)NDIS_STATUS_PENDING);
}

static const struct schedule_actor without_reset[] = {
    {sender, NULL}, {device, NULL}, {clock_runs, NULL}};
static const struct schedule_actor with_reset[] = {
    {sender, NULL}, {device, NULL}, {resetter, NULL}};
#define ACTORS 3

struct scenario {
    struct rig_options options;
    const struct schedule_actor *actors;
};

/* With a reset: a packet is on the wire, or ended with a failure, or both. */
static void check_reset(unsigned before)
{
    unsigned good = 0;

    for (unsigned i = 0; i < 100 && rig.resets_complete == before; i++)
        rig_pass(20 * RIG_MS);
    ck_assert_uint_eq(rig.resets_complete, before + 1);
    ck_assert_uint_eq((uint32_t)rig.reset_status, (uint32_t)NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < rig.packet_count; i++)
        good += rig.packets[i]->status == NDIS_STATUS_SUCCESS;
    ck_assert_uint_le(good, rig.wire_count);
    ck_assert_uint_le(rig.wire_count, EARLIER + FRESH);
    /* And it works afterwards. */
    rig_send(fresh[0] = rig_packet(200, 1));
    ck_assert(rig_settle(RIG_S));
    ck_assert_uint_eq((uint32_t)fresh[0]->status, (uint32_t)NDIS_STATUS_SUCCESS);
    rig_check_wire(0);
}

/* Four packets on their way with their completions held back, four more from the sender. */
static unsigned run(void *context, const struct schedule_plan *plan)
{
    const struct scenario *scenario = context;
    struct rig_options options = scenario->options;
    unsigned points, resets, at = plan->count ? plan->switches[0].at : 0,
                             to = plan->count ? plan->switches[0].to : 0;

    options.seed = rig_seed();
    rig_start(&options);
    soft_device_hold_events(rig.device, true);
    for (unsigned i = 0; i < EARLIER; i++)
        rig_send(rig_packet(60 + i, 1));
    for (unsigned i = 0; i < FRESH; i++)
        fresh[i] = rig_packet(100 + i, 2);
    resets = rig.resets_complete;
    points = schedule_run(rig.platform, scenario->actors, ACTORS, plan);
    ck_assert_msg(points, "seed %llu, at point %u to actor %u: a deadlock",
                  (unsigned long long)plan->seed, at, to);
    ck_assert_msg(rig_settle(RIG_S), "seed %llu, at point %u to actor %u: packets stay outstanding",
                  (unsigned long long)plan->seed, at, to);
    if (scenario->actors == with_reset) {
        check_reset(resets);
    } else {
        ck_assert_uint_eq(rig.wire_count, EARLIER + FRESH);
        rig_check_wire(0);
        rig_check_completion_order();
    }
    rig_stop();
    return points;
}

/* 0 and 1: the two kinds of send; 2 and 3: with a reset. */
static struct scenario scenario_of(int i)
{
    return (struct scenario){
        .options = {.single = i & 1, .soft = {.desc_depth = i & 1 ? EARLIER + 1 : 64}},
        .actors = i & 2 ? with_reset : without_reset,
    };
}

START_TEST(req_64_one_switch_everywhere)
{
    struct scenario scenario = scenario_of(_i);
    unsigned plans = schedule_enumerate(run, &scenario, ACTORS, 1);

    ck_assert_uint_gt(plans, 100);
    printf("%s, ring %s%s: %u schedules\n", _i & 1 ? "MiniportSend" : "MiniportSendPackets",
           _i & 1 ? "full" : "free", _i & 2 ? ", with a reset" : "", plans);
}
END_TEST

START_TEST(req_64_random_schedules)
{
    struct scenario scenario = scenario_of(_i);

    for (uint64_t i = 0; i < 100; i++)
        run(&scenario, &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver schedule");
    TCase *t = tcase_create("schedules");

    tcase_set_timeout(t, 600);
    tcase_add_loop_test(t, req_64_one_switch_everywhere, 0, 3);
    tcase_add_loop_test(t, req_64_random_schedules, 0, 4);
    suite_add_tcase(suite, t);
    return rig_run_suites(srunner_create(suite));
}
