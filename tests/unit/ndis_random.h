/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random script over NDIS: submissions, completions and events in any order, with a miniport and protocols that do
 * anything they may. What the library does must be, event by event, what the reference model (ndis_model.h) says; an
 * assertion of Check fails otherwise.
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

struct random_script {
    const char *name;
    bool verify;
    /* Inclinations and steps; the miniport's answers; which complete older packets; what is sent from completions. A
     * script of bytes ends with the first. */
    struct random_tape tapes[4];
};

void random_script_run(const struct random_script *);

#endif
