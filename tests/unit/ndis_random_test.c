/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random scripts (ndis_random.h) against the reference model. Then the same miniport behaviour with interrupts at
 * random pre-emption points, where the order is checked instead.
 */
#include "ndis_random.h"

#include "ndis_rig.h"
#include "random_trial.h"

#define SCRIPTS 400

static struct rig r;

static const struct random_generation generation5 = {&random_words5, random5_plan_of,
                                                     random5_plan_run};

START_TEST(random_scripts_agree_with_the_model)
{
    for (uint64_t i = 0; i < SCRIPTS; i++)
        random_run_seed(&generation5, rig_seed() * 1000000u + (uint64_t)_i * SCRIPTS + i);
}
END_TEST

/* Scripts that failed once, as the test printed them: with a library that did not take a completion for an event that ends
 * a stall (two); closed a binding with a transfer under way; queued a send because a request waited; forgot an array behind
 * a refused packet that was cancelled; took a reset when one was due; set a multicast list again that nobody had set; let
 * protocols wait for a reset that a removal ends; took packets that a reset had dropped for leaked. */
static const char *const regressions[] = {
    "miniport single 1\n"
    "array 3 0\n"
    "complete 1 0\n"
    "answers pending resources resources\n"
    "inside\n"
    "again\n",
    "miniport single 1\n"
    "array 3 1\n"
    "interrupt 1 0\n"
    "send 1 1\n"
    "answers pending resources\n"
    "inside\n"
    "again\n",
    "miniport single 1 verify\n"
    "set 1 1\n"
    "indicate 4 1\n"
    "close 1 1\n"
    "answers\n"
    "inside\n"
    "again 1\n",
    "miniport arrays 1 verify\n"
    "set 1 0\n"
    "query 1 0\n"
    "send 1 1\n"
    "answers failure\n"
    "inside\n"
    "again\n",
    "miniport arrays 1\n"
    "send 1 1\n"
    "send 1 1\n"
    "cancel 2 1\n"
    "array 2 1\n"
    "answers success resources\n"
    "inside\n"
    "again\n",
    "miniport arrays 2\n"
    "array 2 0\n"
    "answers\n"
    "inside resets resets\n"
    "again\n",
    "miniport single 1 verify\n"
    "query 9 0\n"
    "reset 2 0\n"
    "tick 2 0\n"
    "answers\n"
    "inside\n"
    "again\n",
    "miniport free-arrays 1\n"
    "reset 5 1\n"
    "remove 11 0\n"
    "answers\n"
    "inside\n"
    "again\n",
    "miniport single 1 verify\n"
    "array 1 1\n"
    "reset 1 0\n"
    "remove 10 1\n"
    "answers\n"
    "inside\n"
    "again\n",
};

START_TEST(regressions_agree_with_the_model)
{
    random_run_text(&generation5, regressions[_i]);
}
END_TEST

/* A cover: every kind of event, with every status that it can have, and no other. */
START_TEST(the_scripts_reach_every_event)
{
    static const unsigned values[MODEL_KINDS] = {
        [MODEL_GIVEN] = 1,
        [MODEL_RESULT] = 1u << MODEL_OK | 1u << MODEL_PENDING | 1u << MODEL_FAILED |
                         1u << MODEL_INVALID | 1u << MODEL_RESOURCES | 1u << MODEL_RESETTING,
        [MODEL_COMPLETE] = 1u << MODEL_OK | 1u << MODEL_FAILED | 1u << MODEL_INVALID |
                           1u << MODEL_RESOURCES | 1u << MODEL_ABORTED | 1u << MODEL_RESETTING,
        [MODEL_RESET_STATUS] = 1u << 0 | 1u << 1,
        [MODEL_RESET] = 1,
        [MODEL_RESET_RESULT] = 1u << MODEL_PENDING | 1u << MODEL_RESETTING,
        [MODEL_RESET_DONE] = 1u << MODEL_OK | 1u << MODEL_FAILED | 1u << MODEL_ABORTED,
        [MODEL_ASKED] = 1u << MODEL_QUERY | 1u << MODEL_SET_FILTER | 1u << MODEL_SET_LIST,
        [MODEL_ANSWERED] =
            1u << MODEL_OK | 1u << MODEL_FAILED | 1u << MODEL_ABORTED | 1u << MODEL_RESETTING,
        [MODEL_UP] = 15,
        [MODEL_BURST] = 1,
        [MODEL_TRANSFER] = 1,
        [MODEL_TRANSFER_FAILED] = 1,
        [MODEL_RETURNED] = 1,
        [MODEL_CLOSE_RESULT] = 1u << MODEL_OK | 1u << MODEL_PENDING,
        [MODEL_CLOSED] = 1,
        [MODEL_HALT] = 1,
    };
    static struct random_plan plan;

    for (uint64_t seed = 1; seed < 400; seed++)
        random_plan_of_seed(&generation5, seed, "cover", &plan);
    for (unsigned kind = 0; kind < MODEL_KINDS; kind++) {
        for (unsigned value = 0; value < MODEL_STATUSES; value++)
            ck_assert_msg(!(values[kind] & 1u << value) == !random5_seen[kind][value],
                          "event %u with %u: %u times", kind, value, random5_seen[kind][value]);
    }
}
END_TEST

/* ---- the shrinker itself ---- */

/* Fails if there is an array of 3 or more, after it an interrupt, and a refusal among the answers. */
static bool needs_three_things(void *context, const struct random_plan *plan)
{
    bool array = false, interrupt = false, refusal = false;

    ++*(unsigned *)context;
    for (unsigned i = 0; i < plan->step_count; i++) {
        array |= plan->steps[i].what == RANDOM_ARRAY && plan->steps[i].count >= 3;
        interrupt |= array && plan->steps[i].what == RANDOM_INTERRUPT;
    }
    for (unsigned i = 0; i < plan->decision_count[RANDOM_ANSWERS]; i++)
        refusal |= plan->decisions[RANDOM_ANSWERS][i] == 8;
    return array && interrupt && refusal;
}

START_TEST(the_shrinker_finds_what_is_needed)
{
    static struct random_plan plan;
    unsigned asked = 0, found = 0;

    for (uint64_t seed = 1; seed < 40; seed++) {
        unsigned steps, count;
        random_plan_of_seed(&generation5, seed, "shrunk", &plan);
        if (!needs_three_things(&asked, &plan))
            continue;
        found++;
        asked = 0;
        steps = plan.step_count;
        count = random_plan_shrink(&plan, needs_three_things, &asked, 3000);
        ck_assert_uint_eq(count, asked);
        ck_assert(needs_three_things(&asked, &plan));
        ck_assert_uint_eq(plan.step_count, 2);
        ck_assert_uint_lt(plan.step_count, steps);
        ck_assert_uint_lt(plan.steps[0].count, 6); /* halved while it fails */
        ck_assert_uint_eq(plan.steps[1].count, 1);
        ck_assert_uint_eq(plan.decision_count[RANDOM_ANSWERS], 1);
        ck_assert_uint_eq(plan.decision_count[RANDOM_INSIDE] + plan.decision_count[RANDOM_AGAIN],
                          0);
        ck_assert_uint_eq(plan.array_max, 1);
    }
    ck_assert_uint_gt(found, 20);
}
END_TEST

START_TEST(the_text_of_a_plan_is_the_plan)
{
    static struct random_plan again;

    random_check_text(&generation5);
    ck_assert(!random_plan_parse(&random_words5, "", &again));
    ck_assert(!random_plan_parse(&random_words5, "miniport arrays 4\nanswers maybe\n", &again));
    ck_assert(!random_plan_parse(&random_words5, "miniport arrays 4\nsend 1\n", &again));
    ck_assert(!random_plan_parse(&random_words5, "miniport both 4\n", &again));
    ck_assert(!random_plan_parse(&random_words5, "miniport single 0\n", &again));
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
    tcase_add_test(t, the_scripts_reach_every_event);
    tcase_add_test(t, the_shrinker_finds_what_is_needed);
    tcase_add_test(t, the_text_of_a_plan_is_the_plan);
    tcase_add_loop_test(t, regressions_agree_with_the_model, 0,
                        sizeof(regressions) / sizeof(regressions[0]));
    tcase_add_loop_test(t, random_scripts_agree_with_the_model, 0, 4);
    tcase_add_loop_test(t, req_64_an_interrupt_at_every_preemption_point, 0, 4);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
