/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport for NDIS 6 under the deterministic scheduler (schedule.h): two senders in it at once, the device that
 * finishes transfers and raises interrupts, the clock, a cancel and a pause, switched at every lock, call of NDIS and access
 * of the transport (REQ-64). Each sender's frames leave in its order, and each NBL is back once.
 */
#include "driver_nbl_rig.h"

#include "driver_rig.h"
#include "schedule.h"

enum { CHAINS = 2, LENGTH = 2, SENDERS = 2, NBLS = SENDERS * CHAINS * LENGTH };

static PNET_BUFFER_LIST nbls[SENDERS][CHAINS][LENGTH];
static char cancel_id;

static void sender(void *context)
{
    unsigned self = context != NULL;

    for (unsigned i = 0; i < CHAINS; i++)
        nic_script6_send(&r.protocol, nbls[self][i][0], 0);
}

static void device(void *context)
{
    (void)context;
    soft_device_hold_events(r.device, false);
    for (unsigned i = 0; i < 3; i++)
        soft_device_step(r.device);
}

static void clock_runs(void *context)
{
    (void)context;
    nic_virtual_run(r.platform, NULL, r.platform->ops->now_ns(r.platform) + MS);
}

static void canceller(void *context)
{
    (void)context;
    NdisCancelSendNetBufferLists(r.protocol.binding, &cancel_id);
}

static void pauser(void *context)
{
    (void)context;
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_restart("nic0", 1000), NDIS_STATUS_SUCCESS);
}

static const struct schedule_actor all[] = {{sender, NULL},     {sender, &r},      {device, NULL},
                                            {clock_runs, NULL}, {canceller, NULL}, {pauser, NULL}};

static void make_nbls(void)
{
    for (unsigned s = 0; s < SENDERS; s++) {
        unsigned number = 0;
        for (unsigned i = 0; i < CHAINS; i++) {
            nbl_chain(nbls[s][i], LENGTH, 1 + i, 60);
            for (unsigned j = 0; j < LENGTH; j++) {
                nbl_sign(nbls[s][i][j], s, &number);
                NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(nbls[s][i][j], j ? &cancel_id : NULL);
            }
        }
    }
}

/* `disturbed`: with a cancel and a pause. */
static void check(const char *plan, bool disturbed)
{
    unsigned frames = 0, others = 0;

    for (unsigned i = 0; i < NBLS; i++) {
        PNET_BUFFER_LIST nbl = nbls[i / (CHAINS * LENGTH)][i / LENGTH % CHAINS][i % LENGTH];
        struct nic_script_packet record = nbl_record(nbl);
        ck_assert_msg(record.completed == 1, "%s: NBL %u is back %u times", plan, i,
                      record.completed);
        ck_assert_msg(record.status == NDIS_STATUS_SUCCESS ||
                          (disturbed && (record.status == NDIS_STATUS_PAUSED ||
                                         record.status == NDIS_STATUS_SEND_ABORTED)),
                      "%s: NBL %u with %08x", plan, i, (unsigned)record.status);
        *(record.status == NDIS_STATUS_SUCCESS ? &frames : &others) += 1 + i / LENGTH % CHAINS;
    }
    /* Of an NBL that a pause found half sent, some are out. */
    ck_assert_msg(r.wire_count >= frames && r.wire_count <= frames + others,
                  "%s: %u frames on the wire, not %u", plan, r.wire_count, frames);
    nbl_check_wire_by_sender();
}

/* `context`: how many actors. */
static unsigned run(void *context, const struct schedule_plan *plan)
{
    unsigned actors = *(const unsigned *)context, points;
    char text[100];

    snprintf(text, sizeof(text), "seed %llu, at point %u to actor %u",
             (unsigned long long)plan->seed, plan->count ? plan->switches[0].at : 0,
             plan->count ? plan->switches[0].to : 0);
    nbl_rig_start(0, &(struct soft_options){.desc_depth = 4});
    soft_device_hold_events(r.device, true);
    make_nbls();
    points = schedule_run(r.platform, all, actors, plan);
    ck_assert_msg(points, "%s: a deadlock", text);
    soft_device_hold_events(r.device, false);
    nbl_pass(20 * MS);
    check(text, actors > 4);
    for (unsigned i = 0; i < SENDERS; i++)
        for (unsigned j = 0; j < CHAINS; j++)
            nbl_free_all(nbls[i][j], LENGTH);
    nbl_rig_stop();
    return points;
}

START_TEST(req_33_64_one_switch_everywhere)
{
    unsigned actors = 2, plans = schedule_enumerate(run, &actors, actors, 1);

    ck_assert_uint_gt(plans, 200);
    printf("%u actors: %u schedules\n", actors, plans);
}
END_TEST

START_TEST(req_33_64_random_schedules)
{
    unsigned actors = _i ? 6 : 4;

    for (uint64_t i = 0; i < 200; i++)
        run(&actors, &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver_schedule6");
    TCase *t = tcase_create("schedules");

    tcase_set_timeout(t, 600);
    tcase_add_test(t, req_33_64_one_switch_everywhere);
    tcase_add_loop_test(t, req_33_64_random_schedules, 0, 2);
    suite_add_tcase(suite, t);
    return rig_run_suites(srunner_create(suite));
}
