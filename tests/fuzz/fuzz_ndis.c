/* SPDX-License-Identifier: Apache-2.0 */
/* NDIS 5 scripts as bytes: what the library does must be what the reference model says (tests/unit/ndis_random.h). */
#include "fuzz_script.h"
#include "ndis_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_script(data, size, random5_plan_of, random5_plan_run);
}
