/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trials of random scripts in a process of their own, so that a failed assertion, a crash or a hang ends that and no more.
 * A program with them puts __wrap__ck_assert_failed in place of Check's function (--wrap).
 */
#ifndef RANDOM_TRIAL_H
#define RANDOM_TRIAL_H

#include <stdbool.h>

#include "ndis_random.h"

/* Does `run` fail with this plan? Ten seconds at most. */
bool random_trial_fails(void (*run)(const char *name, const struct random_plan *),
                        const struct random_plan *);

#endif
