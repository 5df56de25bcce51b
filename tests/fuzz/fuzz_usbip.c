/* SPDX-License-Identifier: Apache-2.0 */
/* A USB/IP peer, see fuzz_peer.h: with the import done, the rest is read as commands. */
#include "fuzz_peer.h"
#include "usbip_server.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t import[40] = {1, 0x11, 0x80, 3, 0, 0, 0, 0, '1', '-', '1'};
    return fuzz_peer(data, size, import, sizeof import, usbip_serve);
}
