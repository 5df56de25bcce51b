/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counters for Prometheus: text over HTTP, on a loopback address or a UNIX socket and nowhere else, because it knows no
 * password. The server has a thread of its own and hands out the last snapshot; it never touches the machine.
 */
#ifndef METRICS_H
#define METRICS_H

#include "counters.h"

struct metrics;

/* `where`: 127.x.x.x:PORT or unix:PATH. NULL: *code is the exit code, complained. */
struct metrics *metrics_start(const char *where, int *code);
void metrics_set(struct metrics *, const struct counter *, unsigned count);
void metrics_stop(struct metrics *); /* NULL is fine */

/* What such a server says now: up to COUNTERS_MOST counters, *count of them, without help; the names stay until the next
 * call. 0, or the exit code, complained. */
int metrics_fetch(const char *where, struct counter *, unsigned *count);

#endif
