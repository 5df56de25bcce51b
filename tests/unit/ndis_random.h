/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random script over NDIS: submissions, completions and events in any order, with a miniport and protocols that do
 * anything they may. What the library does must be, event by event, what the reference model (ndis_model.h) says; an
 * assertion of Check fails otherwise.
 *
 * A script is dice; written out it is a plan: the steps, and every decision of the miniport and of the protocols in the
 * order in which they are asked. A plan can be made smaller (random_shrink.h), printed, and kept as a regression test.
 */
#ifndef NDIS_RANDOM_H
#define NDIS_RANDOM_H

#include <stdbool.h>
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
    /* Inclinations and steps; the miniport's answers; which complete older packets; what is sent from completions. A
     * script of bytes ends with the first. */
    struct random_tape tapes[4];
};

#define RANDOM_STEPS     60
#define RANDOM_DECISIONS 8192

/* `count`: packets of an array, or completions of an interrupt. */
enum random_what { RANDOM_SEND, RANDOM_ARRAY, RANDOM_AVAILABLE, RANDOM_INTERRUPT, RANDOM_COMPLETE };

struct random_step {
    uint8_t what, count, binding;
};

/* What the miniport answers (enum model_answer; after the last: PENDING); whether it first completes its oldest packet;
 * how many packets a completion sends (0; 1 by NdisSend, 2 by NdisSendPackets). */
enum random_kind { RANDOM_ANSWERS, RANDOM_OLDER, RANDOM_AGAIN, RANDOM_KINDS };

struct random_plan {
    bool verify, arrays; /* arrays: MiniportSendPackets, array_max at most */
    uint8_t array_max;
    unsigned step_count, decision_count[RANDOM_KINDS];
    struct random_step steps[RANDOM_STEPS];
    uint8_t decisions[RANDOM_KINDS][RANDOM_DECISIONS];
};

void random_plan_of(const struct random_script *, struct random_plan *);
void random_plan_run(const char *name, const struct random_plan *);
void random_script_run(const struct random_script *);

#endif
