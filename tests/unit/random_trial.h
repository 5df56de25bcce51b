/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials of random scripts in a process of their own, so that a failed assertion, a crash or a hang ends that and no more;
 * and what the tests of both generations do with them. A program with them puts __wrap__ck_assert_failed in place of
 * Check's function (--wrap).
 */
#ifndef RANDOM_TRIAL_H
#define RANDOM_TRIAL_H

#include "random_shrink.h"

struct random_generation {
    const struct random_words *words;
    void (*plan_of)(const struct random_script *, struct random_plan *);
    void (*run)(const char *name, const struct random_plan *);
};

void random_plan_of_seed(const struct random_generation *, uint64_t seed, const char *name,
                         struct random_plan *);
/* Runs the script of the seed. If it fails, it is made smaller and printed, and the test fails. */
void random_run_seed(const struct random_generation *, uint64_t seed);
/* Runs a plan that such a failure has printed. */
void random_run_text(const struct random_generation *, const char *text);
/* Asserts that printing and parsing are each other's inverse. */
void random_check_text(const struct random_generation *);

#endif
