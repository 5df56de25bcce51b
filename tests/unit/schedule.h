/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A deterministic scheduler: actors, each on a thread of its own, of which one runs at a time. At every pre-emption point
 * of the platform (locks, calls of NDIS and the transport, device accesses) another may go on in its place, as on a machine
 * with several processors. Which one does is a plan of few switches at numbered points, so that short scenarios can be
 * enumerated, or comes from a seed. On the virtual platform only. An ISR, and what keeps one out, is never interrupted.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nic_platform.h"

#define SCHEDULE_ACTORS   10
#define SCHEDULE_SWITCHES 3

struct schedule_plan {
    /* At point `at` (from 0) to actor `to`, unless that has ended or waits for a lock. */
    struct {
        unsigned at, to;
    } switches[SCHEDULE_SWITCHES];
    unsigned count;
    uint64_t seed; /* not 0: at every point, one time in four, to any */
};

/* As a failure names it. */
void schedule_plan_print(const struct schedule_plan *, char *text, size_t size);

struct schedule_actor {
    void (*run)(void *context); /* from PASSIVE level; in waits of the platform the others go on */
    void *context;
};

/* Runs all actors to their end, beginning with the first. Returns how many points there were; 0: all that were left
 * waited for locks. The platform's operations are replaced meanwhile. */
unsigned schedule_run(struct nic_platform *, const struct schedule_actor *, unsigned count,
                      const struct schedule_plan *);

/* The same actors, without a scheduler: threads that begin together. On the POSIX platform. */
void schedule_threads(const struct schedule_actor *, unsigned count);

/* Calls `run` for every plan of up to `bound` switches among `actors`, the points numbered by the run before: each returns
 * what schedule_run did. Returns how many plans there were. */
unsigned schedule_enumerate(unsigned (*run)(void *context, const struct schedule_plan *),
                            void *context, unsigned actors, unsigned bound);

#endif
