/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the sent frames is this one? For telling lost, doubled and overtaken frames apart when many are alike: a frame
 * that matches several takes the first one after the last match that is still missing.
 */
#ifndef MATCH_H
#define MATCH_H

#include "capture.h"

#include <stdbool.h>
#include <stdint.h>

#define MATCH_NONE UINT32_MAX

struct match;

struct match_counts {
    uint32_t matched;      /* each frame counted once */
    uint32_t duplicated;   /* like a frame that had been seen already, and like no missing one */
    uint32_t out_of_order; /* of the matched: after a later one */
    uint32_t foreign;      /* like none */
};

/* The frames stay the caller's and must stay. Compared as on the wire: padded with zeros to 60.
 * One under 14 octets is never sent and so is like none. NULL: no memory. */
struct match *match_create(const struct capture_frame *, uint32_t count);
void match_free(struct match *);

/* Number of the frame that this one is, or MATCH_NONE when it is doubled or foreign. */
uint32_t match_take(struct match *, const uint8_t *octets, uint32_t length);

bool match_seen(const struct match *, uint32_t number);
const struct match_counts *match_counts(const struct match *);

#endif
