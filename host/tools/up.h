/* SPDX-License-Identifier: Apache-2.0 */
/* What the two loops of `hilnic up` share: up.c, over a model, and up_usb.c, over a device on USB in real time. */
#ifndef UP_H
#define UP_H

#include "tap.h"
#include "tool.h"

#include <signal.h>

bool up_stopped(void); /* SIGTERM or SIGINT came; they are blocked but while waiting */

uint64_t up_monotonic_ns(void);
void up_notify(const char *state); /* for a service of type notify; without a manager nothing */
void up_announce(const struct tap *, const struct options *);

struct machine;
struct metrics;
struct wire_live_counts;
/* Offers all counters, those of interface and cable too; `wire` may be NULL. */
void up_publish(struct metrics *, struct machine *, const struct tap *,
                const struct wire_live_counts *);

struct recorder;
void up_seen(void *recorder, const struct sender_sight *); /* handler of the binding */

/* Carries frames until up_stopped; 0, or the exit code to leave with, complained. Recorder and metrics may be NULL. */
int up_usb(struct tap *, const struct options *, struct recorder *, struct metrics *);

#endif
