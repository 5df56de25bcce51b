/* SPDX-License-Identifier: Apache-2.0 */
/* A random script (tests/unit/ndis_random.h) from the bytes of an input. */
#ifndef FUZZ_SCRIPT_H
#define FUZZ_SCRIPT_H

#include "fuzz.h"
#include "ndis_random.h"

/* False: the input is too short for one. */
static inline bool fuzz_script(const uint8_t *data, size_t size, struct random_script *script)
{
    const uint8_t *at = data + 1;
    /* In 16ths of what follows the first byte; none may be empty. */
    static const unsigned shares[4] = {8, 4, 2, 2};

    if (size < 17)
        return false;
    *script = (struct random_script){.name = "input", .verify = data[0] & 1};
    for (unsigned i = 0; i < 4; i++) {
        size_t length = (size - 1) / 16 * shares[i];
        script->tapes[i] = (struct random_tape){.at = at, .end = at + length};
        at += length;
    }
    return true;
}

#endif
