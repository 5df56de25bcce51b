/* SPDX-License-Identifier: Apache-2.0 */
/* A random script (tests/unit/random_plan.h) from the bytes of an input. */
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include "fuzz.h"
#include "random_plan.h"

/* The target's value. An input that is too short is no script. */
static inline int fuzz_script(const uint8_t *data, size_t size,
                              void (*plan_of)(const struct random_script *, struct random_plan *),
                              void (*run)(const char *name, const struct random_plan *))
{
    static struct random_plan plan;
    const uint8_t *at = data + 1;
    /* In 16ths of what follows the first byte; none may be empty. */
    static const unsigned shares[4] = {8, 4, 2, 2};
    struct random_script script = {.name = "input"};

    if (size < 17)
        return 0;
    script.verify = data[0] & 1;
    for (unsigned i = 0; i < 4; i++) {
        size_t length = (size - 1) / 16 * shares[i];
        script.tapes[i] = (struct random_tape){.at = at, .end = at + length};
        at += length;
    }
    plan_of(&script, &plan);
    run(script.name, &plan);
    return 0;
}

#endif
