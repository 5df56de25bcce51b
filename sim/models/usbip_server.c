/* SPDX-License-Identifier: Apache-2.0 */
/* The USB/IP server, see usbip_server.h. All numbers of the protocol are big-endian. */
#include "usbip_server.h"

#include "urb_front.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VERSION      0x0111
#define HEADER       48u
#define DEVICE_BYTES 312u
#define MAX_DATA     (1u << 20)
#define MAX_FLYING   256
#define SEND_MS      5000
#define DEVID        (1u << 16 | 2u)
#define SHORT_NOT_OK 0x01u
#define ZERO_PACKET  0x40u

struct request {
    struct urb urb;
    struct session *session;
    uint32_t seqnum, unlink_seqnum;
    bool unlinked;
    struct request *next;
    uint8_t message[]; /* header of the answer, then the data */
};

struct session {
    struct urb_device *device;
    int socket;
    bool imported, broken;
    struct request *flying;
    unsigned flying_count;
    struct urb_pace pace;
    uint8_t *in;
    size_t in_bytes;
};

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put16(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

static void put32(uint8_t *p, uint32_t value)
{
    put16(p, value >> 16);
    put16(p + 2, value);
}

/* A whole message, or the session is broken. */
static void put(struct session *s, const uint8_t *bytes, size_t length)
{
    while (length && !s->broken) {
        ssize_t n = send(s->socket, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        struct pollfd p = {.fd = s->socket, .events = POLLOUT};
        if (n > 0) {
            bytes += n;
            length -= (size_t)n;
        } else if (n < 0 && errno != EINTR && (errno != EAGAIN || poll(&p, 1, SEND_MS) <= 0)) {
            s->broken = true;
        }
    }
}

/* ---- URBs ---- */

static uint32_t error_of(enum urb_status status)
{
    static const int errors[] = {
        [URB_OK] = 0,
        [URB_STALL] = -EPIPE,
        [URB_CANCELLED] = -ECONNRESET,
        [URB_GONE] = -ESHUTDOWN,
        [URB_OVERFLOW] = -EOVERFLOW,
        [URB_SHORT] = -EREMOTEIO,
        [URB_ERROR] = -EPROTO,
    };
    return (uint32_t)errors[status];
}

static void ret_unlink(struct session *s, uint32_t seqnum, uint32_t status)
{
    uint8_t message[HEADER] = {0, 0, 0, 4};
    put32(message + 4, seqnum);
    put32(message + 20, status);
    put(s, message, sizeof message);
}

static void ret_submit(struct request *r, uint32_t status)
{
    bool in = r->urb.endpoint & 0x80;
    memset(r->message, 0, HEADER);
    put32(r->message, 3);
    put32(r->message + 4, r->seqnum);
    put32(r->message + 20, status);
    put32(r->message + 24, r->urb.actual_bytes);
    put32(r->message + 32, 0xffffffff); /* not isochronous */
    put(r->session, r->message, HEADER + (in ? r->urb.actual_bytes : 0));
}

/* The race with UNLINK is decided here: what has been cancelled has no RET_SUBMIT, what finished before has one. */
static void done(struct urb *urb)
{
    struct request *r = urb->user, **link;
    struct session *s = r->session;
    for (link = &s->flying; *link != r;)
        link = &(*link)->next;
    *link = r->next;
    s->flying_count--;
    if (!r->unlinked || urb->status != URB_CANCELLED)
        ret_submit(r, error_of(urb->status));
    if (r->unlinked)
        ret_unlink(s, r->unlink_seqnum, urb->status == URB_CANCELLED ? (uint32_t)-ECONNRESET : 0);
    free(r);
}

static struct request *flying(struct session *s, uint32_t seqnum)
{
    struct request *r = s->flying;
    while (r && r->seqnum != seqnum)
        r = r->next;
    return r;
}

static bool submit(struct session *s, const uint8_t *m)
{
    uint32_t length = get32(m + 24), flags = get32(m + 20);
    bool in = get32(m + 12);
    struct request *r = calloc(1, sizeof *r + HEADER + length);
    int result;
    if (!r)
        return false;
    r->session = s;
    r->seqnum = get32(m + 4);
    r->urb.endpoint = (uint8_t)(get32(m + 16) | (in ? 0x80 : 0));
    memcpy(r->urb.setup, m + 40, 8);
    r->urb.data = length ? r->message + HEADER : NULL;
    r->urb.length_bytes = length;
    r->urb.short_not_ok = in && flags & SHORT_NOT_OK;
    r->urb.zero_packet = !in && flags & ZERO_PACKET;
    r->urb.done = done;
    r->urb.user = r;
    if (!in && length)
        memcpy(r->urb.data, m + HEADER, length);
    r->next = s->flying;
    s->flying = r;
    s->flying_count++;
    result = s->device->ops->submit(s->device, &r->urb);
    if (result) {
        s->flying = r->next;
        s->flying_count--;
        ret_submit(r, (uint32_t)result);
        free(r);
    }
    return true;
}

/* Bytes of the command at m, 0: not all there; broken: malformed. */
static size_t command(struct session *s, const uint8_t *m, size_t bytes)
{
    size_t length = HEADER;
    struct request *r;
    if (bytes < HEADER)
        return 0;
    uint32_t code = get32(m), direction = get32(m + 12), endpoint = get32(m + 16);
    if ((code != 1 && code != 2) || (code == 1 && (direction > 1 || endpoint > 15)) ||
        get32(m + 8) != DEVID || flying(s, get32(m + 4)) || s->flying_count >= MAX_FLYING) {
        s->broken = true;
        return 0;
    }
    if (code == 2) {
        r = flying(s, get32(m + 20));
        if (r && !r->unlinked) {
            r->unlinked = true;
            r->unlink_seqnum = get32(m + 4);
            s->device->ops->cancel(s->device, &r->urb);
        } else {
            ret_unlink(s, get32(m + 4), 0);
        }
        return length;
    }
    uint32_t packets = get32(m + 32);
    bool in_setup = m[40] & 0x80;
    if (get32(m + 24) > MAX_DATA || (packets && packets != 0xffffffff) ||
        (!endpoint && in_setup != (bool)direction && get32(m + 24))) {
        s->broken = true;
        return 0;
    }
    length += direction ? 0 : get32(m + 24);
    if (bytes < length)
        return 0;
    s->broken = !submit(s, m);
    return length;
}

/* ---- operations before the import ---- */

/* Resets the port and fills in what OP_REP_DEVLIST and OP_REP_IMPORT say of it. False: not plugged in. */
static bool describe(struct session *s, uint8_t device[DEVICE_BYTES], uint8_t interface[4])
{
    static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18},
                         get_configuration[8] = {0x80, 6, 0, 2, 0, 0, 18};
    uint8_t d[18], c[18];
    struct urb_port port;
    if (!urb_front_reset(s->device) || urb_front_control(s->device, get_device, d) != 18 ||
        urb_front_control(s->device, get_configuration, c) != 18)
        return false;
    s->device->ops->port_get(s->device, &port);
    memset(device, 0, DEVICE_BYTES);
    strcpy((char *)device, "/sys/devices/hilnic/" USBIP_BUSID);
    strcpy((char *)device + 256, USBIP_BUSID);
    put32(device + 288, DEVID >> 16);
    put32(device + 292, DEVID & 0xffff);
    put32(device + 296, port.speed == URB_HIGH_SPEED ? 3 : 2);
    put16(device + 300, d[8] | (uint32_t)d[9] << 8);
    put16(device + 302, d[10] | (uint32_t)d[11] << 8);
    put16(device + 304, d[12] | (uint32_t)d[13] << 8);
    memcpy(device + 306, d + 4, 3);
    device[309] = 0;
    device[310] = d[17];
    device[311] = c[4];
    memcpy(interface, c + 14, 3);
    interface[3] = 0;
    return true;
}

static size_t operation(struct session *s, const uint8_t *m, size_t bytes)
{
    uint8_t reply[12 + DEVICE_BYTES + 4] = {VERSION >> 8, VERSION & 0xff, 0};
    uint8_t device[DEVICE_BYTES], interface[4];
    if (bytes < 8)
        return 0;
    uint32_t code = get32(m) & 0xffff;
    if (get32(m) >> 16 != VERSION || (code != 0x8005 && code != 0x8003)) {
        s->broken = true;
        return 0;
    }
    if (code == 0x8005) {
        bool there = describe(s, device, interface);
        reply[3] = 5;
        reply[11] = there;
        memcpy(reply + 12, device, there ? DEVICE_BYTES : 0);
        memcpy(reply + 12 + DEVICE_BYTES, interface, there ? 4 : 0);
        put(s, reply, there ? sizeof reply : 12);
        return 8;
    }
    if (bytes < 8 + 32)
        return 0;
    s->imported = !strncmp((const char *)m + 8, USBIP_BUSID, 32) && describe(s, device, interface);
    reply[3] = 3;
    reply[7] = s->imported ? 0 : 4; /* no such device */
    memcpy(reply + 8, device, s->imported ? DEVICE_BYTES : 0);
    put(s, reply, s->imported ? 8 + DEVICE_BYTES : 8);
    urb_pace_start(&s->pace, s->device);
    return 8 + 32;
}

/* ---- session ---- */

/* False: the peer has gone. */
static bool receive(struct session *s, int wait_ms)
{
    struct pollfd p = {.fd = s->socket, .events = POLLIN};
    ssize_t n;
    size_t used, at = 0;
    if (poll(&p, 1, wait_ms) <= 0)
        return true;
    n = recv(s->socket, s->in + s->in_bytes, MAX_DATA + HEADER - s->in_bytes, MSG_DONTWAIT);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    s->in_bytes += (size_t)n;
    while (!s->broken && (used = s->imported ? command(s, s->in + at, s->in_bytes - at)
                                             : operation(s, s->in + at, s->in_bytes - at)))
        at += used;
    memmove(s->in, s->in + at, s->in_bytes - at);
    s->in_bytes -= at;
    return true;
}

/* True: the device is slower than the wall. */
static bool pass(struct session *s)
{
    struct urb_port port;
    bool behind = urb_pace_pass(&s->pace);
    s->device->ops->port_get(s->device, &port);
    s->broken = s->broken || !port.connected;
    return behind;
}

bool usbip_serve(struct urb_device *device, int socket, const volatile int *stop)
{
    struct session s = {.device = device, .socket = socket, .in = malloc(MAX_DATA + HEADER)};
    bool behind = false;
    int one = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* no TCP: no matter */
    s.broken = !s.in;
    while (!s.broken && !__atomic_load_n(stop, __ATOMIC_ACQUIRE) &&
           receive(&s, behind     ? 0
                       : s.flying ? 1
                                  : 50))
        behind = s.imported && !s.broken && pass(&s);
    bool clean = !s.broken && !s.in_bytes;
    s.broken = true; /* nothing is sent any more */
    for (struct request *r = s.flying; r; r = r->next)
        device->ops->cancel(device, &r->urb);
    while (s.flying)
        device->ops->run(device, device->ops->now_ns(device) + 1000000);
    close(socket);
    free(s.in);
    return clean;
}
