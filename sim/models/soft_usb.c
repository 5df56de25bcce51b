/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device as a USB device, see soft_usb.h. Each endpoint is a pipe: a queue of URBs, of which the first is under
 * way in pieces of at most PIECE bytes through the soft device's transport. A piece has a buffer of the pipe, so that a
 * bus reset may take the URB away at any time; the pipe is then busy until the piece has come back.
 */
#include "soft_usb.h"

#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "soft_device.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PIECE        16384u /* what every transport takes */
#define SERIAL_BYTES 32

enum pipe_name { CONTROL, TX, RX, EVENT, PIPES };

struct pipe {
    struct urb *head, *tail;
    struct nic_transfer piece;
    bool busy; /* the piece is the transport's */
    bool lost; /* its URB is gone */
    bool halted;
    uint8_t *buffer;
};

struct soft_usb {
    struct urb_device device; /* first */
    struct soft_usb_options options;
    char serial[SERIAL_BYTES];
    struct soft_device *soft;
    struct nic_transport *transport;
    struct nic_platform *platform;
    struct urb_port port;
    bool changed;
    uint8_t configuration;
    bool remote_wakeup;
    struct pipe pipes[PIPES];
    struct urb *done_head, *done_tail;
    uint8_t answer[256];
};

static void append(struct urb **head, struct urb **tail, struct urb *urb)
{
    urb->next = NULL;
    if (*head)
        (*tail)->next = urb;
    else
        *head = urb;
    *tail = urb;
}

static struct pipe *pipe_of(struct soft_usb *u, uint8_t endpoint)
{
    switch (endpoint) {
    case 0x00:
    case 0x80:
        return &u->pipes[CONTROL];
    case NIC_ENDPOINT_TX:
        return &u->pipes[TX];
    case NIC_ENDPOINT_RX:
        return &u->pipes[RX];
    case NIC_ENDPOINT_EVENT:
        return &u->pipes[EVENT];
    }
    return NULL;
}

static uint32_t max_packet(const struct soft_usb *u, const struct pipe *p)
{
    bool bulk = p == &u->pipes[TX] || p == &u->pipes[RX];
    return bulk && u->port.speed == URB_HIGH_SPEED ? 512 : 64;
}

/* The first URB of a pipe is over. */
static void finish(struct soft_usb *u, struct pipe *p, enum urb_status status)
{
    struct urb *urb = p->head;
    p->head = urb->next;
    urb->status = status;
    append(&u->done_head, &u->done_tail, urb);
}

/* ---- requests on endpoint 0 ---- */

/* -1: STALL; else bytes of the answer, from *answer. */
static int status_get(struct soft_usb *u, uint8_t recipient, uint16_t index)
{
    struct pipe *p = index < 0x100 ? pipe_of(u, (uint8_t)index) : NULL;
    memset(u->answer, 0, 2);
    switch (recipient) {
    case 0:
        u->answer[0] = u->remote_wakeup ? 2 : 0;
        return index ? -1 : 2;
    case 1:
        return u->configuration && !index ? 2 : -1;
    case 2:
        if (!p || (p != &u->pipes[CONTROL] && !u->configuration))
            return -1;
        u->answer[0] = p->halted;
        return 2;
    }
    return -1;
}

static int feature(struct soft_usb *u, uint8_t recipient, bool set, uint16_t value, uint16_t index)
{
    struct pipe *p = index < 0x100 ? pipe_of(u, (uint8_t)index) : NULL;
    if (recipient == 0 && value == 1 && !index) {
        u->remote_wakeup = set;
        return 0;
    }
    if (recipient == 0 && value == 2 && set && !(index & 0xff))
        return u->port.speed == URB_HIGH_SPEED && index >> 8 >= 1 && index >> 8 <= 4 ? 0 : -1;
    if (recipient != 2 || value != 0 || !p)
        return -1;
    if (p == &u->pipes[CONTROL])
        return set ? -1 : 0; /* endpoint 0 is never halted: USB 2.0, 9.4.5 */
    if (!u->configuration)
        return -1;
    p->halted = set;
    if (set && p->busy && !p->lost)
        nic_transport_cancel(u->transport, &p->piece); /* its next packet is answered STALL */
    return 0;
}

static void halts_clear(struct soft_usb *u)
{
    for (unsigned i = 0; i < PIPES; i++)
        u->pipes[i].halted = false;
}

/* What is under way on the streams ends with GONE: nobody polls these endpoints any more. */
static void streams_stop(struct soft_usb *u, unsigned from)
{
    for (unsigned i = from; i < PIPES; i++) {
        struct pipe *p = &u->pipes[i];
        if (p->busy && !p->lost) {
            p->lost = true;
            nic_transport_cancel(u->transport, &p->piece);
        }
        while (p->head)
            finish(u, p, URB_GONE);
    }
}

static int configuration_set(struct soft_usb *u, uint16_t value)
{
    if (value > 1)
        return -1;
    if (!value)
        streams_stop(u, TX);
    u->configuration = (uint8_t)value;
    halts_clear(u);
    return 0;
}

static int standard(struct soft_usb *u, const uint8_t *s)
{
    const uint16_t value = (uint16_t)(s[2] | s[3] << 8), index = (uint16_t)(s[4] | s[5] << 8);
    const uint16_t length = (uint16_t)(s[6] | s[7] << 8);
    const uint8_t recipient = s[0] & 0x1f;
    size_t n;
    switch (s[0] << 8 | s[1]) {
    case 0x8000: /* GET_STATUS */
    case 0x8100:
    case 0x8200:
        return value || length != 2 ? -1 : status_get(u, recipient, index);
    case 0x0001: /* CLEAR_FEATURE, SET_FEATURE */
    case 0x0201:
    case 0x0003:
    case 0x0203:
        return length ? -1 : feature(u, recipient, s[1] == 3, value, index);
    case 0x8006: /* GET_DESCRIPTOR */
        n = soft_usb_descriptor(&u->options, s[3], s[2], index, u->answer, sizeof u->answer);
        return n ? (int)n : -1;
    case 0x8008: /* GET_CONFIGURATION */
        u->answer[0] = u->configuration;
        return value || index || length != 1 ? -1 : 1;
    case 0x0009: /* SET_CONFIGURATION */
        return index || length ? -1 : configuration_set(u, value);
    case 0x810a: /* GET_INTERFACE */
        u->answer[0] = 0;
        return value || index || length != 1 || !u->configuration ? -1 : 1;
    case 0x010b: /* SET_INTERFACE */
        if (value || index || length || !u->configuration)
            return -1;
        halts_clear(u);
        return 0;
    }
    return -1;
}

/* Register access goes to the soft device. */
static void vendor_start(struct soft_usb *u, struct pipe *p)
{
    struct urb *urb = p->head;
    uint32_t length = urb->setup[6] | (uint32_t)urb->setup[7] << 8;
    bool in = urb->setup[0] & 0x80;
    if (8 + length > PIECE || (!in && urb->length_bytes < length)) {
        finish(u, p, URB_STALL);
        return;
    }
    memcpy(p->buffer, urb->setup, 8);
    if (!in && length)
        memcpy(p->buffer + 8, urb->data, length);
    p->piece = (struct nic_transfer){.data = p->buffer, .length_bytes = 8 + length};
    p->busy = nic_transport_submit(u->transport, &p->piece) == 0;
    if (!p->busy)
        finish(u, p, URB_STALL);
}

/* Hands an answer over: at most wLength, and not more than the host has room for. */
static void answer(struct soft_usb *u, struct pipe *p, const uint8_t *bytes, uint32_t n)
{
    struct urb *urb = p->head;
    const uint32_t length = urb->setup[6] | (uint32_t)urb->setup[7] << 8;
    n = n < length ? n : length;
    urb->actual_bytes = n < urb->length_bytes ? n : urb->length_bytes;
    if (urb->actual_bytes)
        memcpy(urb->data, bytes, urb->actual_bytes);
    finish(u, p,
           n > urb->length_bytes                        ? URB_OVERFLOW
           : n < urb->length_bytes && urb->short_not_ok ? URB_SHORT
                                                        : URB_OK);
}

static void control_start(struct soft_usb *u, struct pipe *p)
{
    static const uint8_t ms_os[6] = {0xc0, NIC_VENDOR_REQUEST_MS_OS, 0, 0, 7, 0};
    const uint8_t *setup = p->head->setup;
    int n = -1;
    if (!memcmp(setup, ms_os, sizeof ms_os))
        n = (int)soft_usb_ms_os_set(u->answer, sizeof u->answer);
    else if ((setup[0] & 0x7f) == 0x40 && setup[1] != NIC_VENDOR_REQUEST_MS_OS) {
        vendor_start(u, p);
        return;
    } else if (!(setup[0] & 0x60))
        n = standard(u, setup);
    if (n < 0)
        finish(u, p, URB_STALL);
    else if (setup[0] & 0x80)
        answer(u, p, u->answer, (uint32_t)n);
    else
        finish(u, p, URB_OK);
}

/* ---- pipes ---- */

/* A whole number of packets: what the device may send for what is left of the URB. */
static uint32_t packets(const struct soft_usb *u, const struct pipe *p, uint32_t left)
{
    uint32_t packet = max_packet(u, p);
    uint32_t bytes = (left + packet - 1) / packet * packet;
    return bytes < PIECE ? bytes : PIECE;
}

static void stream_start(struct soft_usb *u, struct pipe *p)
{
    struct urb *urb = p->head;
    uint32_t left = urb->length_bytes - urb->actual_bytes;
    if (p->halted) {
        finish(u, p, URB_STALL);
    } else if (!left) {
        finish(u, p, URB_OK); /* an empty packet carries nothing into a byte stream */
    } else {
        p->piece = (struct nic_transfer){.endpoint = urb->endpoint, .data = p->buffer};
        if (urb->endpoint & 0x80) {
            p->piece.length_bytes = packets(u, p, left);
        } else {
            p->piece.length_bytes = left < PIECE ? left : PIECE;
            memcpy(p->buffer, urb->data + urb->actual_bytes, p->piece.length_bytes);
        }
        p->busy = nic_transport_submit(u->transport, &p->piece) == 0;
        if (!p->busy)
            finish(u, p, URB_GONE);
    }
}

static void start(struct soft_usb *u)
{
    for (unsigned i = 0; i < PIPES; i++)
        while (u->pipes[i].head && !u->pipes[i].busy && !u->port.suspended) {
            if (i == CONTROL)
                control_start(u, &u->pipes[i]);
            else
                stream_start(u, &u->pipes[i]);
        }
}

static void disconnect(struct soft_usb *u)
{
    u->changed = u->changed || u->port.connected;
    u->port = (struct urb_port){0};
    u->configuration = 0;
    u->remote_wakeup = false;
    halts_clear(u);
    streams_stop(u, CONTROL);
}

static void stream_piece_over(struct soft_usb *u, struct pipe *p)
{
    struct urb *urb = p->head;
    uint32_t left = urb->length_bytes - urb->actual_bytes, moved = p->piece.actual_bytes;
    bool in = urb->endpoint & 0x80, overflow = in && moved > left;
    moved = moved < left ? moved : left;
    if (in)
        memcpy(urb->data + urb->actual_bytes, p->buffer, moved);
    urb->actual_bytes += moved;
    if (overflow)
        finish(u, p, URB_OVERFLOW);
    else if (moved == left)
        finish(u, p, URB_OK);
    else if (in && moved < p->piece.length_bytes)
        finish(u, p, urb->short_not_ok ? URB_SHORT : URB_OK);
    else if (moved < p->piece.length_bytes)
        finish(u, p, URB_ERROR); /* OUT bytes that nobody took */
}

static void piece_over(struct soft_usb *u, struct pipe *p)
{
    p->busy = false;
    if (p->lost) {
        p->lost = false;
        return;
    }
    switch (p->piece.status) {
    case NIC_TRANSFER_OK:
        if (p != &u->pipes[CONTROL])
            stream_piece_over(u, p);
        else if (p->head->setup[0] & 0x80)
            answer(u, p, p->buffer + 8, p->piece.actual_bytes);
        else {
            p->head->actual_bytes = p->piece.actual_bytes;
            finish(u, p, URB_OK);
        }
        break;
    case NIC_TRANSFER_CANCELLED:
        if (p == &u->pipes[TX])
            p->head->actual_bytes += p->piece.actual_bytes;
        finish(u, p, p->halted ? URB_STALL : URB_CANCELLED);
        break;
    case NIC_TRANSFER_STALL:
        p->halted = p != &u->pipes[CONTROL];
        finish(u, p, URB_STALL);
        break;
    case NIC_TRANSFER_GONE:
        finish(u, p, URB_GONE);
        disconnect(u);
        break;
    default:
        finish(u, p, URB_ERROR);
    }
}

static void reap(struct soft_usb *u)
{
    struct nic_transfer *piece;
    while ((piece = nic_transport_reap(u->transport)))
        for (unsigned i = 0; i < PIPES; i++)
            if (piece == &u->pipes[i].piece)
                piece_over(u, &u->pipes[i]);
}

static bool tell(struct soft_usb *u)
{
    bool told = u->done_head || u->changed;
    struct urb *urb;
    while ((urb = u->done_head)) {
        u->done_head = urb->next;
        urb->next = NULL;
        urb->done(urb);
    }
    if (u->changed) {
        u->changed = false;
        if (u->device.port_changed)
            u->device.port_changed(&u->device, u->device.context);
    }
    return told;
}

/* ---- urb_device ---- */

static int usb_submit(struct urb_device *device, struct urb *urb)
{
    struct soft_usb *u = (struct soft_usb *)device;
    struct pipe *p = pipe_of(u, urb->endpoint);
    if (!u->port.enabled)
        return -ENODEV;
    if (!p || (urb->length_bytes && !urb->data) ||
        (p == &u->pipes[CONTROL] &&
         urb->length_bytes > (urb->setup[6] | (uint32_t)urb->setup[7] << 8)) ||
        (p != &u->pipes[CONTROL] && !u->configuration))
        return -EINVAL;
    urb->actual_bytes = 0;
    append(&p->head, &p->tail, urb);
    return 0;
}

static void usb_cancel(struct urb_device *device, struct urb *urb)
{
    struct soft_usb *u = (struct soft_usb *)device;
    struct pipe *p = pipe_of(u, urb->endpoint);
    struct urb **link = &p->head, *before = NULL;
    while (*link && *link != urb) {
        before = *link;
        link = &before->next;
    }
    if (!*link)
        return; /* finished already, or finishing */
    if (urb == p->head && p->busy && !p->lost) {
        nic_transport_cancel(u->transport, &p->piece);
        return;
    }
    *link = urb->next;
    if (p->tail == urb)
        p->tail = before;
    urb->status = URB_CANCELLED;
    append(&u->done_head, &u->done_tail, urb);
}

static int usb_port_reset(struct urb_device *device)
{
    struct soft_usb *u = (struct soft_usb *)device;
    if (!u->port.connected)
        return -ENODEV;
    disconnect(u);
    soft_device_forget(u->soft);
    u->port.connected = u->port.enabled = u->changed = true;
    u->port.speed = u->options.full_speed ? URB_FULL_SPEED : URB_HIGH_SPEED;
    return 0;
}

static void usb_port_suspend(struct urb_device *device, bool suspend)
{
    struct soft_usb *u = (struct soft_usb *)device;
    if (u->port.enabled && u->port.suspended != suspend) {
        u->port.suspended = suspend;
        u->changed = true;
    }
}

static void usb_port_get(struct urb_device *device, struct urb_port *port)
{
    *port = ((struct soft_usb *)device)->port;
}

static uint64_t usb_now(struct urb_device *device)
{
    struct nic_platform *p = ((struct soft_usb *)device)->platform;
    return p->ops->now_ns(p);
}

static void usb_run(struct urb_device *device, uint64_t until_ns)
{
    struct soft_usb *u = (struct soft_usb *)device;
    for (;;) {
        uint64_t now = usb_now(device);
        start(u);
        reap(u);
        if (tell(u) || now >= until_ns)
            return;
        /* Nothing became finished by itself: time passes. */
        u->transport->ops->poll(u->transport, until_ns - now);
    }
}

static const struct urb_device_ops usb_ops = {
    .submit = usb_submit,
    .cancel = usb_cancel,
    .port_reset = usb_port_reset,
    .port_suspend = usb_port_suspend,
    .port_get = usb_port_get,
    .run = usb_run,
    .now_ns = usb_now,
};

/* ---- assembly ---- */

struct soft_usb *soft_usb_create(const struct soft_usb_options *options, struct soft_device *soft,
                                 struct nic_platform *platform)
{
    struct soft_usb *u = calloc(1, sizeof *u);
    bool memory = u != NULL;
    for (unsigned i = 0; i < PIPES && memory; i++)
        memory = (u->pipes[i].buffer = malloc(PIECE)) != NULL;
    if (!memory || nic_transport_open(soft_device_transport(soft)) != 0) {
        for (unsigned i = 0; i < PIPES && u; i++)
            free(u->pipes[i].buffer);
        free(u);
        return NULL;
    }
    u->device.ops = &usb_ops;
    u->options = *options;
    if (!options->vendor && !options->product) {
        u->options.vendor = NIC_USB_ID_VENDOR;
        u->options.product = NIC_USB_ID_PRODUCT;
    }
    strncpy(u->serial, options->serial ? options->serial : "0", SERIAL_BYTES - 1);
    u->options.serial = u->serial;
    u->soft = soft;
    u->transport = soft_device_transport(soft);
    u->platform = platform;
    u->port.connected = true;
    return u;
}

void soft_usb_destroy(struct soft_usb *u)
{
    disconnect(u);
    for (unsigned i = 0; i < PIPES; i++) {
        while (u->pipes[i].busy) { /* cancelled: it comes back */
            u->transport->ops->poll(u->transport, 1000000);
            reap(u);
        }
    }
    assert(!u->done_head);
    nic_transport_close(u->transport);
    for (unsigned i = 0; i < PIPES; i++)
        free(u->pipes[i].buffer);
    free(u);
}

struct urb_device *soft_usb_device(struct soft_usb *u)
{
    return &u->device;
}

void soft_usb_plug(struct soft_usb *u, bool connected)
{
    if (connected == u->port.connected)
        return;
    disconnect(u);
    u->port.connected = connected;
    u->changed = true;
    soft_device_forget(u->soft);
}
