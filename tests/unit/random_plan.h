/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random scripts over NDIS of either generation (ndis_random.h, ndis_random6.h). A script is dice; written out it is a
 * plan: the steps, and every decision of the miniport and of the protocols in the order in which they are asked. The same
 * plan is played in a reference model and in the library, and the events of both are compared. A plan can be made smaller
 * (random_shrink.h), printed, and kept as a regression test.
 */
#ifndef RANDOM_PLAN_H
#define RANDOM_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A reproducible tape of dice: from a seed, or, with `end` set, the bytes at..end and then zeros. */
struct random_tape {
    uint64_t state;
    const uint8_t *at, *end;
};

static inline unsigned random_roll(struct random_tape *tape, unsigned sides)
{
    if (tape->end)
        return tape->at < tape->end ? *tape->at++ % sides : 0;
    tape->state = tape->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(tape->state >> 33) % sides;
}

struct random_script {
    const char *name;
    bool verify;
    /* Inclinations and steps; then one for each kind of decision. A script of bytes ends with the first. */
    struct random_tape tapes[4];
};

#define RANDOM_STEPS     60
#define RANDOM_DECISIONS 8192

/* What the generation's header numbers; `count` is 1..12, `binding` 0 or 1. */
struct random_step {
    uint8_t what, count, binding;
};

/* What the miniport does with a packet; what happens while it is given one; what a protocol does in a callback. The
 * numbers are the generation's; 0 is the usual. */
enum random_kind { RANDOM_ANSWERS, RANDOM_INSIDE, RANDOM_AGAIN, RANDOM_KINDS };

struct random_plan {
    bool verify;
    uint8_t miniport;  /* which of the generation's kinds */
    uint8_t array_max; /* of MiniportSendPackets */
    unsigned step_count, decision_count[RANDOM_KINDS];
    struct random_step steps[RANDOM_STEPS];
    uint8_t decisions[RANDOM_KINDS][RANDOM_DECISIONS];
};

/* Steps from the rest of the tape; `often`: the steps there are, as often as they are wanted. */
void random_plan_steps(struct random_plan *, struct random_tape *, const uint8_t *often,
                       size_t count);

/* One reader of a plan; the model and the library each have their own. While a plan is made, decisions come from dice and
 * are written into it. */
struct random_reader {
    const struct random_plan *plan;
    unsigned at[RANDOM_KINDS];
    bool ended; /* from now on all decisions are the usual ones */
    struct random_plan *writes;
    struct random_tape tapes[RANDOM_KINDS];
    unsigned (*dice)(struct random_reader *, enum random_kind);
    unsigned inclinations[5]; /* the dice's, chances of 100 */
};

/* A reader that writes `plan`, from nothing. */
void random_reader_write(struct random_reader *, struct random_plan *plan,
                         const struct random_script *,
                         unsigned (*dice)(struct random_reader *, enum random_kind));
unsigned random_decide(struct random_reader *, enum random_kind kind);

/* What the model says, and what the library did; the kinds are the generation's. */
struct random_event {
    unsigned kind;
    uint32_t number;
    unsigned value;
};

struct random_events {
    const struct random_event *list;
    unsigned count;
};

/* Asserts (Check) that from *compared on both are the same, and moves it to the end. */
void random_compare(const char *name, unsigned step, const char *const *kinds,
                    struct random_events is, struct random_events should, unsigned *compared);

#endif
