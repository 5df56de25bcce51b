/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random script over NDIS 6: chains of NBLs from two protocols, completions in the call, from a DPC, later and in
 * chains, sends from completions and from inside the miniport, cancels, pauses, resets that end at once or later,
 * indications with and without RESOURCES, returns, requests that pend, the removal of the adapter. What the library does
 * must be, event by event, what the reference model (ndis_model6.h) says.
 *
 * Of a plan (random_plan.h), the miniport's kind says whether the adapter stays or is removed with what it has. A
 * completion sends as many NBLs as is decided.
 */
#ifndef NDIS_RANDOM6_H
#define NDIS_RANDOM6_H

#include "ndis_model6.h"
#include "random_shrink.h"

extern const struct random_words random_words6;

/* Which events have been in a plan made so far: how often, by kind and value. */
extern unsigned random6_seen[MODEL6_KINDS][MODEL6_VALUES];

void random6_plan_of(const struct random_script *, struct random_plan *);
void random6_plan_run(const char *name, const struct random_plan *);

#endif
