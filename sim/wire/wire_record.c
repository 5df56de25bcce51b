/* SPDX-License-Identifier: Apache-2.0 */
/* A tap on the wire: what leaves the MAC goes to a capture without its FCS, and on to the port behind. */
#include "capture.h"
#include "wire.h"

#include <stdlib.h>

struct record {
    struct wire_port port;
    struct wire_port *inner;
    struct capture_writer *writer;
    bool keep;
};

static void record_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct record *r = (struct record *)port;
    uint32_t length = frame->length < 4 ? 0 : frame->length - 4;
    capture_write(r->writer, frame->octets, length, frame->sfd_ns);
    if (r->inner && r->inner->ops->transmitted)
        r->inner->ops->transmitted(r->inner, frame);
}

static bool record_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                        uint64_t *retry_ns)
{
    struct record *r = (struct record *)port;
    *retry_ns = UINT64_MAX;
    if (!r->inner || !r->inner->ops->next)
        return false;
    r->inner->changed = false;
    return r->inner->ops->next(r->inner, now_ns, frame, retry_ns);
}

static int record_close(struct wire_port *port)
{
    struct record *r = (struct record *)port;
    int error = capture_close(r->writer, r->keep);
    free(r);
    return error;
}

static const struct wire_port_ops record_ops = {
    .transmitted = record_transmitted,
    .next = record_next,
    .close = record_close,
};

struct wire_port *wire_record_create(const char *path, struct wire_port *inner, char *error)
{
    struct capture_writer *writer = capture_create(path, error);
    struct record *r = writer ? calloc(1, sizeof *r) : NULL;
    if (!r) {
        if (writer)
            capture_close(writer, false);
        return NULL;
    }
    r->port.ops = &record_ops;
    r->inner = inner;
    r->writer = writer;
    r->keep = true;
    return &r->port;
}

void wire_record_keep(struct wire_port *port, bool keep)
{
    ((struct record *)port)->keep = keep;
}
