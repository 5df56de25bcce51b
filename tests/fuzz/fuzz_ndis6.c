/* SPDX-License-Identifier: Apache-2.0 */
/* The same for NDIS 6 (tests/unit/ndis_random6.h). */
#include "fuzz_script.h"
#include "ndis_random6.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_script(data, size, random6_plan_of, random6_plan_run);
}
