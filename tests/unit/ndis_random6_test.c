/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random scripts over NDIS 6 (ndis_random6.h) against its reference model. One that fails is made smaller and printed.
 */
#include "ndis_random6.h"

#include "ndis_rig.h"
#include "random_trial.h"

#define SCRIPTS 200

static const struct random_generation generation6 = {&random_words6, random6_plan_of,
                                                     random6_plan_run};

START_TEST(random_scripts_agree_with_the_model)
{
    for (uint64_t i = 0; i < SCRIPTS; i++)
        random_run_seed(&generation6, rig_seed() * 1000000u + (uint64_t)_i * SCRIPTS + i);
}
END_TEST

/* Scripts that failed once, as the test printed them: with a library whose cancel took the other binding's NBLs, too, and
 * with one that took sends in a reset. */
static const char *const regressions[] = {
    "miniport stays 1 verify\n"
    "send 2 1\n"
    "answers\n"
    "inside other-sends cancels\n"
    "again\n",
    "miniport stays 1\n"
    "reset 5 0\n"
    "send 1 1\n"
    "answers\n"
    "inside\n"
    "again\n",
};

START_TEST(regressions_agree_with_the_model)
{
    random_run_text(&generation6, regressions[_i]);
}
END_TEST

/* A cover: each status of a send and of a request, frames kept and copied by either binding, returns. */
START_TEST(the_scripts_reach_every_event)
{
    static const unsigned values[MODEL6_KINDS] = {[MODEL6_GIVEN] = 1u << 0,
                                                  [MODEL6_BACK] = 31,
                                                  [MODEL6_UP] = 15,
                                                  [MODEL6_RETURNED] = 1u << 0,
                                                  [MODEL6_ANSWERED] =
                                                      1u << MODEL6_OK | 1u << MODEL6_RESETTING};
    static struct random_plan plan;

    for (uint64_t seed = 1; seed < 50; seed++)
        random_plan_of_seed(&generation6, seed, "cover", &plan);
    for (unsigned kind = 0; kind < MODEL6_KINDS; kind++) {
        for (unsigned value = 0; value < MODEL6_VALUES; value++)
            ck_assert_msg(!(values[kind] & 1u << value) == !random6_seen[kind][value],
                          "event %u with %u: %u times", kind, value, random6_seen[kind][value]);
    }
}
END_TEST

START_TEST(the_text_of_a_plan_is_the_plan)
{
    random_check_text(&generation6);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_random6");
    TCase *t = tcase_create("random");

    tcase_set_timeout(t, 120);
    tcase_add_test(t, the_scripts_reach_every_event);
    tcase_add_test(t, the_text_of_a_plan_is_the_plan);
    tcase_add_loop_test(t, regressions_agree_with_the_model, 0,
                        sizeof(regressions) / sizeof(regressions[0]));
    tcase_add_loop_test(t, random_scripts_agree_with_the_model, 0, 2);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
