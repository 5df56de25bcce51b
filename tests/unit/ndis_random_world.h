/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of ndis_random.c: what the model's side of a script and the library's (ndis_random_real.c) share.
 */
#ifndef NDIS_RANDOM_WORLD_H
#define NDIS_RANDOM_WORLD_H

#include "ndis_random.h"

enum {
    POOL_PACKETS = 1024,
    HANG_INTERVAL_US = 2000000,
    DEEPEST = 6,
    RANDOM_TRANSFERS = 64
}; /* pended, before a step */

/* The model and the library each have their own. */
struct world {
    struct random_reader reader;
    uint32_t next_packet;
    unsigned out[2]; /* packets of each protocol */
    unsigned depth;  /* of sends from callbacks */
    uint32_t next_frame, next_request;
};

/* How many of `count` packets the protocol can send; their numbers begin with next_packet. */
unsigned random5_take_numbers(struct world *, unsigned binding, unsigned count);
struct model_answer random5_answer(struct world *);
/* Up to `count` frames and where they go; returns how many. BYTES: any; else: those of the miniport that no protocol has. */
unsigned random5_take_frames(struct world *, enum model_way way,
                             const unsigned holders[MODEL_FRAMES], unsigned count,
                             uint32_t numbers[MODEL_FRAMES], uint8_t kinds[MODEL_FRAMES]);
enum model_way random5_way(const struct random_step *);
enum model_ask random5_ask(const struct random_step *);
unsigned random5_value(const struct random_step *); /* what it sets */

/* ---- the library's side: ndis_random_real.c ---- */

void random5_real_start(const struct random_plan *);
void random5_real_stop(const char *name); /* with no finding */
void random5_real_end(void);              /* the steps of the plan have ended */
void random5_real_step(const struct random_step *);
/* The same as in the model has happened, and is outstanding. */
void random5_real_compare(const char *name, unsigned step, struct model *);

#endif
