/* SPDX-License-Identifier: Apache-2.0 */
/* NDIS scripts as bytes: what the library does must be what the reference model says (tests/unit/ndis_random.h). */
#include "fuzz.h"
#include "ndis_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct random_script script = {.name = "input"};
    const uint8_t *at = data + 1;
    /* In 16ths of what follows the first byte; none may be empty. */
    static const unsigned shares[4] = {8, 4, 2, 2};

    if (size < 17)
        return 0;
    script.verify = data[0] & 1;
    for (unsigned i = 0; i < 4; i++) {
        size_t length = (size - 1) / 16 * shares[i];
        script.tapes[i] = (struct random_tape){.at = at, .end = at + length};
        at += length;
    }
    random_script_run(&script);
    return 0;
}
