/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plug that ties transmit to receive. Frames are stored and sent back whole, so that receive may be slower than
 * transmit for a while (a gap under 12, different clocks); the store grows and never drops.
 */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct stored {
    struct stored *next;
    struct wire_frame frame;
    uint32_t room;
    uint8_t octets[];
};

struct loopback {
    struct wire_port port;
    struct stored *head, *tail; /* waiting */
    struct stored *lent;        /* what next() gave last */
    struct stored *spare;
    int error;
};

static struct stored *take_spare(struct loopback *l, uint32_t length)
{
    struct stored *s = l->spare;
    if (s && s->room >= length) {
        l->spare = s->next;
        return s;
    }
    uint32_t room = length < 2048 ? 2048 : WIRE_MAX_OCTETS;
    s = malloc(sizeof *s + room);
    if (s)
        s->room = room;
    return s;
}

static void loopback_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct loopback *l = (struct loopback *)port;
    struct stored *s = take_spare(l, frame->length);
    if (!s) {
        l->error = -ENOMEM;
        return;
    }
    s->next = NULL;
    s->frame = *frame;
    s->frame.octets = s->octets;
    s->frame.sfd_ns = 0;
    if (s->frame.gap_octets > WIRE_GAP_OCTETS)
        s->frame.gap_octets = WIRE_GAP_OCTETS; /* the distance in time is kept by itself */
    memcpy(s->octets, frame->octets, frame->length);
    if (l->tail)
        l->tail->next = s;
    else
        l->head = s;
    l->tail = s;
}

static bool loopback_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                          uint64_t *retry_ns)
{
    struct loopback *l = (struct loopback *)port;
    (void)now_ns;
    if (l->lent) {
        l->lent->next = l->spare;
        l->spare = l->lent;
        l->lent = NULL;
    }
    struct stored *s = l->head;
    if (!s) {
        *retry_ns = UINT64_MAX;
        return false;
    }
    l->head = s->next;
    if (!l->head)
        l->tail = NULL;
    l->lent = s;
    *frame = s->frame;
    return true;
}

static void free_all(struct stored *s)
{
    while (s) {
        struct stored *next = s->next;
        free(s);
        s = next;
    }
}

static int loopback_close(struct wire_port *port)
{
    struct loopback *l = (struct loopback *)port;
    int error = l->error;
    free_all(l->head);
    free_all(l->spare);
    free(l->lent);
    free(l);
    return error;
}

static const struct wire_port_ops loopback_ops = {
    .transmitted = loopback_transmitted,
    .next = loopback_next,
    .close = loopback_close,
};

struct wire_port *wire_loopback_create(void)
{
    struct loopback *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->port.ops = &loopback_ops;
    return &l->port;
}
