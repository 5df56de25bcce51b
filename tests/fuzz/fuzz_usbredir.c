/* SPDX-License-Identifier: Apache-2.0 */
/* A usbredir peer, see fuzz_peer.h: with hello said, 64-bit numbers and 32-bit lengths agreed on. */
#include "fuzz_peer.h"
#include "usbredir_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t hello[80] = {[4] = 68, [12] = 'f', [76] = 0x7a};
    return fuzz_peer(data, size, hello, sizeof hello, usbredir_serve);
}
