/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of ndis_random6.c: what the model's side of a script and the library's (ndis_random6_real.c) share.
 */
#ifndef NDIS_RANDOM6_WORLD_H
#define NDIS_RANDOM6_WORLD_H

#include "ndis_random6.h"

enum { PROTOCOL_NBLS = 64, FRAMES = MODEL6_LENT, HANG_INTERVAL_US = 2000000, RANDOM6_ANSWERS = 7 };

enum what {
    SEND,
    COMPLETE,
    COMPLETE_ALL,
    CANCEL,
    PAUSE,
    RESTART,
    RESET,
    RESET_DONE,
    INDICATE,
    RETURN,
    REQUEST,
    REQUEST_DONE,
    SURPRISE
};

/* What happens inside the miniport: it completes, somebody cancels, the other protocol sends. */
enum inside { NOTHING, COMPLETES, COMPLETES_ALL, CANCELS, OTHER_SENDS, INSIDES };

struct random6_answer {
    const char *name;
    struct model6_answer answer;
};

extern const struct random6_answer random6_answers[RANDOM6_ANSWERS];

/* The model and the library each have their own. */
struct world {
    struct random_reader reader;
    uint32_t next_nbl;
    unsigned nbls_out[2]; /* of each protocol */
};

/* How many of `count` NBLs the protocol can take; their numbers begin with next_nbl. */
unsigned random6_take_numbers(struct world *, unsigned binding, unsigned count);
/* Up to `count` of the frames that no protocol has, and where they go (enum model6_frame); returns how many. */
unsigned random6_take_frames(const bool is_lent[FRAMES], unsigned count, uint32_t numbers[FRAMES],
                             uint8_t kinds[FRAMES]);

/* ---- the library's side: ndis_random6_real.c ---- */

void random6_real_start(const struct random_plan *);
void random6_real_stop(const char *name); /* with no finding */
void random6_real_end(void);              /* the steps of the plan have ended */
void random6_real_step(const struct random_step *);
void random6_real_remove(void); /* the adapter */
/* The same as in the model has happened, and, as long as there is an adapter, is outstanding. */
void random6_real_compare(const char *name, unsigned step, const struct model6 *, bool is_there);

#endif
