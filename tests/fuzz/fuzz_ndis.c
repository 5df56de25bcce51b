/* SPDX-License-Identifier: Apache-2.0 */
/* NDIS scripts as bytes: what the library does must be what the reference model says (tests/unit/ndis_random.h). */
#include "fuzz_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct random_script script;

    if (fuzz_script(data, size, &script))
        random_script_run(&script);
    return 0;
}
