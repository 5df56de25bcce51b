/* SPDX-License-Identifier: Apache-2.0 */
/* The FCS, and the wire port with nothing behind it. */
#include "wire.h"

#include <stdlib.h>
#include <zlib.h>

uint32_t wire_fcs(const uint8_t *octets, size_t length)
{
    return (uint32_t)crc32(0, octets, (uInt)length);
}

static int null_close(struct wire_port *port)
{
    free(port);
    return 0;
}

static const struct wire_port_ops null_ops = {.close = null_close};

struct wire_port *wire_null_create(void)
{
    struct wire_port *port = calloc(1, sizeof *port);
    if (port)
        port->ops = &null_ops;
    return port;
}
