/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plans of random scripts (random_plan.h) made smaller, and as text.
 */
#ifndef RANDOM_SHRINK_H
#define RANDOM_SHRINK_H

#include "random_plan.h"

/* Makes `plan`, for which `fails` is true, smaller while it stays true: steps and decisions are left out in ever smaller
 * pieces (delta debugging, Zeller and Hildebrandt 2002), numbers become 1. Asks at most `most` times; returns how often it
 * did. */
unsigned random_plan_shrink(struct random_plan *plan,
                            bool (*fails)(void *context, const struct random_plan *), void *context,
                            unsigned most);

#define RANDOM_TEXT 65536

/* How the parts of a plan are called. */
struct random_names {
    const char *const *names;
    size_t count;
};

struct random_words {
    struct random_names miniports;
    struct random_names steps;
    const char *kinds[RANDOM_KINDS];
    struct random_names decisions[RANDOM_KINDS];
};

/* One line a step, then the decisions; random_plan_parse reads it back. */
void random_plan_print(const struct random_words *, const struct random_plan *, char *text,
                       size_t size);
bool random_plan_parse(const struct random_words *, const char *text,
                       struct random_plan *); /* false: not such a text */

#endif
