/* SPDX-License-Identifier: Apache-2.0 */
/* Where the time of a frame goes: from the send call to its SFD, from there to its completion, and both together. */
#ifndef LATENCY_H
#define LATENCY_H

#include "histogram.h"

#include <jansson.h>

#define LATENCY_RING 2048 /* more than are ever under way */

struct latency {
    uint64_t sent_ns[LATENCY_RING], sfd_ns[LATENCY_RING]; /* by number; sfd 0: not seen */
    uint32_t on_wire;                                     /* frames seen; they leave in order */
    struct histogram to_sfd, to_completion, total;
};

void latency_sent(struct latency *, uint32_t number, uint64_t now_ns);
void latency_sfd(struct latency *, uint64_t sfd_ns); /* of the next frame */
void latency_completed(struct latency *, uint32_t number, uint64_t now_ns);

/* {"send_to_sfd": {"p50": ..., "p90", "p99", "p999", "max"}, ...}, nanoseconds; parts without values are left out. */
json_t *latency_json(const struct latency *);
void latency_print(const struct latency *);

#endif
