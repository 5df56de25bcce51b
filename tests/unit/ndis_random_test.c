/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random scripts (ndis_random.h) against the reference model. Then the same miniport behaviour with interrupts at
 * random pre-emption points, where the order is checked instead.
 */
#include "ndis_random.h"

#include "ndis_rig.h"

#define SCRIPTS 400

static struct rig r;

static void run_script(uint64_t seed)
{
    char name[64];

    snprintf(name, sizeof(name), "script of seed %llu", (unsigned long long)seed);
    random_script_run(&(struct random_script){
        .name = name,
        .verify = seed % 2,
        .tapes = {{.state = seed * 0x9E3779B97F4A7C15u + 77},
                  {.state = seed + 1},
                  {.state = seed + 2},
                  {.state = seed + 3}},
    });
}

START_TEST(random_scripts_agree_with_the_model)
{
    for (uint64_t i = 0; i < SCRIPTS; i++)
        run_script(rig_seed() * 1000000u + (uint64_t)_i * SCRIPTS + i);
}
END_TEST

/* ---- REQ-64: interrupts at pre-emption points ---- */

static unsigned point, fire_at;

static void preempt(void *context, const char *where)
{
    (void)context;
    (void)where;
    if (point++ == fire_at)
        r.platform->ops->interrupt_raise(r.platform, 8);
}

static struct nic_script_step pend_or_refuse(void *context, PNDIS_PACKET packet)
{
    static unsigned calls;

    (void)context;
    (void)packet;
    return ++calls % 3 == 0
               ? (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES, .available = true}
               : (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
}

static void release_some(void *context)
{
    (void)context;
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 2);
}

/* Sends five packets in both ways with one interrupt at point `fire_at`; how many points there
 * were. */
static unsigned run_with_interrupt(bool arrays, unsigned flags)
{
    struct nic_script_miniport like = {
        .next = pend_or_refuse, .interrupting = release_some, .arrays = arrays, .max_packets = 3};
    PNDIS_PACKET packets[5];
    unsigned points;

    rig_start(&r, &like, 1, flags, 0);
    for (unsigned i = 0; i < 5; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    point = 0;
    r.platform->preempt = preempt;
    nic_script_send(&r.protocols[0], packets[0]);
    nic_script_send_array(&r.protocols[0], packets + 1, 3);
    nic_script_send(&r.protocols[0], packets[4]);
    points = point;
    r.platform->preempt = NULL;
    for (unsigned i = 0; i < 10; i++) {
        nic_script_available(r.miniport);
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    }
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    for (size_t i = 0, last = 0; i < r.trace.count; i++) {
        if (r.trace.events[i].kind != NIC_TRACE_GIVEN)
            continue;
        ck_assert_uint_ge(r.trace.events[i].packet, last);
        last = r.trace.events[i].packet;
    }
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    return points;
}

START_TEST(req_64_an_interrupt_at_every_preemption_point)
{
    unsigned points;

    fire_at = UINT32_MAX;
    points = run_with_interrupt(_i & 1, _i & 2 ? RIG_VERIFY : 0);
    ck_assert_uint_gt(points, 30);
    for (fire_at = 0; fire_at < points; fire_at++)
        run_with_interrupt(_i & 1, _i & 2 ? RIG_VERIFY : 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_random");
    TCase *t = tcase_create("random");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, random_scripts_agree_with_the_model, 0, 4);
    tcase_add_loop_test(t, req_64_an_interrupt_at_every_preemption_point, 0, 4);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
