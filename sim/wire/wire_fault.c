/* SPDX-License-Identifier: Apache-2.0 */
/* A plug that ties transmit to receive and spoils every fifth frame on the way, in one way. */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define EVERY       5
#define OVERTAKE_NS 500000

struct fault {
    struct wire_port port;
    struct wire_port *plug;
    enum wire_fault kind;
    uint32_t count;
    bool overtaken;
    uint64_t until_ns;
    bool holds; /* a frame that the next one overtakes, or that comes twice */
    struct wire_frame held;
    uint8_t storage[WIRE_MAX_OCTETS + 8], octets[WIRE_MAX_OCTETS + 8];
};

static void fault_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct wire_port *plug = ((struct fault *)port)->plug;
    plug->ops->transmitted(plug, frame);
}

static void keep(struct fault *f, const struct wire_frame *frame)
{
    f->held = *frame;
    memcpy(f->storage, frame->octets, frame->length);
    f->held.octets = f->storage;
    f->holds = true;
}

static void put_fcs(uint8_t *octets, uint32_t length)
{
    uint32_t fcs = wire_fcs(octets, length - 4);
    for (unsigned i = 0; i < 4; i++)
        octets[length - 4 + i] = (uint8_t)(fcs >> 8 * i);
}

static void spoil(struct fault *f, struct wire_frame *frame)
{
    memcpy(f->octets, frame->octets, frame->length);
    frame->octets = f->octets;
    if (f->kind == WIRE_FAULT_SHORT)
        frame->length = 64;
    if (f->kind == WIRE_FAULT_LONG) {
        memset(f->octets + frame->length - 4, 0, 4);
        frame->length += 4;
    }
    if (f->kind == WIRE_FAULT_FCS || f->kind == WIRE_FAULT_DATA)
        f->octets[40] ^= 0x10;
    if (f->kind != WIRE_FAULT_FCS)
        put_fcs(f->octets, frame->length);
}

/* The next frame goes before the one that is held, or nothing comes for so long that it goes by itself. */
static bool overtake(struct fault *f, uint64_t now_ns, struct wire_frame *frame, uint64_t *retry_ns)
{
    bool got = f->overtaken ? false : f->plug->ops->next(f->plug, now_ns, frame, retry_ns);
    if (got) {
        f->overtaken = true;
        return true;
    }
    if (!f->overtaken && now_ns < f->until_ns) {
        *retry_ns = f->until_ns;
        return false;
    }
    f->holds = f->overtaken = false;
    *frame = f->held;
    return true;
}

static bool fault_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                       uint64_t *retry_ns)
{
    struct fault *f = (struct fault *)port;
    if (f->holds && f->kind == WIRE_FAULT_DOUBLED) {
        f->holds = false;
        *frame = f->held;
        return true;
    }
    if (f->holds)
        return overtake(f, now_ns, frame, retry_ns);
    bool got = f->plug->ops->next(f->plug, now_ns, frame, retry_ns);
    if (!got || ++f->count % EVERY)
        return got;
    switch (f->kind) {
    case WIRE_FAULT_LOST:
        return f->plug->ops->next(f->plug, now_ns, frame, retry_ns);
    case WIRE_FAULT_DOUBLED:
        keep(f, frame);
        return true;
    case WIRE_FAULT_REORDERED:
        keep(f, frame);
        f->until_ns = now_ns + OVERTAKE_NS;
        return overtake(f, now_ns, frame, retry_ns);
    default:
        spoil(f, frame);
        return true;
    }
}

static int fault_close(struct wire_port *port)
{
    struct fault *f = (struct fault *)port;
    int error = f->plug->ops->close(f->plug);
    free(f);
    return error;
}

static const struct wire_port_ops fault_ops = {
    .transmitted = fault_transmitted,
    .next = fault_next,
    .close = fault_close,
};

struct wire_port *wire_fault_create(enum wire_fault kind)
{
    struct fault *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->plug = wire_loopback_create();
    if (!f->plug) {
        free(f);
        return NULL;
    }
    f->port.ops = &fault_ops;
    f->kind = kind;
    return &f->port;
}
