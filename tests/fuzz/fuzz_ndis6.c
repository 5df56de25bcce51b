/* SPDX-License-Identifier: Apache-2.0 */
/* The same for NDIS 6 (tests/unit/ndis_random6.h). */
#include "fuzz_script.h"
#include "ndis_random6.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct random_plan plan;
    struct random_script script;

    if (!fuzz_script(data, size, &script))
        return 0;
    random6_plan_of(&script, &plan);
    random6_plan_run(script.name, &plan);
    return 0;
}
