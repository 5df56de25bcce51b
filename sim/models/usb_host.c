// SPDX-License-Identifier: Apache-2.0
// The host controller of a board model, see usb_host.h. Clause numbers are those of USB 2.0. One transaction is one step: token,
// data, handshake; a frame has as many steps as fit.
#include "usb_host.h"

#include <errno.h>
#include <string.h>

enum pid {
    PID_OUT = 0xe1,
    PID_IN = 0x69,
    PID_SOF = 0xa5,
    PID_SETUP = 0x2d,
    PID_DATA0 = 0xc3,
    PID_DATA1 = 0x4b,
    PID_ACK = 0xd2,
    PID_NAK = 0x5a,
    PID_STALL = 0x1e,
    PID_NYET = 0x96,
    PID_PING = 0xb4,
};

enum { STAGE_SETUP, STAGE_DATA, STAGE_STATUS };
enum { SET_ADDRESS = 5, GET_DESCRIPTOR = 6, SET_CONFIGURATION = 9, SET_INTERFACE = 11 };
enum { ADDRESS = 5, MAX_ERRORS = 3, RECOVERY_NS = 10000000 };

uint8_t usb_crc5(unsigned bits11)
{
    unsigned crc = 0x1f;
    for (unsigned i = 0; i < 11; i++)
        crc = (crc >> 1) ^ (((crc ^ bits11 >> i) & 1) ? 0x14 : 0);
    return (uint8_t)(~crc & 0x1f);
}

uint16_t usb_crc16(const uint8_t *data, size_t length)
{
    /* Four bits at a time: what each nibble makes of 0xa001, the polynomial from its low end. */
    static const uint16_t nibble[16] = {0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00,
                                        0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401,
                                        0x5000, 0x9c01, 0x8801, 0x4400};
    unsigned crc = 0xffff;
    for (size_t i = 0; i < 2 * length; i++)
        crc = crc >> 4 ^ nibble[(crc ^ data[i / 2] >> i % 2 * 4) & 15];
    return (uint16_t)~crc;
}

static bool high_speed(const struct usb_host *host)
{
    return host->port.speed == URB_HIGH_SPEED;
}

// ---- packets

// The device broke a rule: where nothing was done to its packet and to the one it answers.
static void breach(struct usb_host *host, const char *what)
{
    if (!host->breach && !host->noisy && host->sent == USB_WHOLE && !host->reply_changed)
        host->breach = what;
}

// A packet that a device may take for one: PID, CRC5, CRC16 (8.3).
static bool right(const uint8_t *packet, size_t length)
{
    if (!length || ((packet[0] >> 4) ^ (packet[0] & 15)) != 15)
        return false;
    if ((packet[0] & 7) == 3) {
        size_t data = length - 3;
        return length >= 3 &&
               usb_crc16(packet + 1, data) == (packet[length - 2] | packet[length - 1] << 8);
    }
    unsigned word = length == 3 ? packet[1] | packet[2] << 8 : 0;
    return length == 1 ? (packet[0] & 3) == 2 : length == 3 && usb_crc5(word & 0x7ff) == word >> 11;
}

static void send_through_fault(struct usb_host *host, enum usb_step step, uint8_t *copy,
                               const uint8_t *packet, size_t *length)
{
    size_t whole = *length;
    uint64_t now = host->ops->now_ns(host->bus);
    memcpy(copy, packet, whole);
    host->sent = USB_WHOLE;
    host->reply_changed = host->reply_late = false;
    if (!host->fault)
        return;
    host->fault(host->fault_context, step, copy, length);
    if (*length != whole || memcmp(copy, packet, whole))
        host->sent = USB_CHANGED;
    else if (host->ops->now_ns(host->bus) != now)
        host->sent = USB_LATE;
}

static size_t exchange(struct usb_host *host, enum usb_step step, const uint8_t *packet,
                       size_t length, uint8_t *reply)
{
    uint8_t copy[USB_PACKET_BYTES], answer[USB_PACKET_BYTES];
    send_through_fault(host, step, copy, packet, &length);
    bool heard = right(copy, length) && (step != USB_DATA_OUT || host->token_right);
    if (step == USB_TOKEN)
        host->token_right = heard;
    size_t got = host->ops->exchange(host->bus, copy, length, reply, reply ? USB_PACKET_BYTES : 0);
    if (!reply || !got)
        return got;
    if (!heard && !host->breach)
        host->breach = "an answer to a packet that was lost or broken (8.6)";
    if (host->fault) {
        size_t whole = got;
        uint64_t now = host->ops->now_ns(host->bus);
        memcpy(answer, reply, got);
        host->fault(host->fault_context, USB_REPLY, reply, &got);
        host->reply_changed = got != whole || memcmp(answer, reply, got);
        host->reply_late = host->ops->now_ns(host->bus) != now;
    }
    return got;
}

static size_t token(struct usb_host *host, uint8_t pid, unsigned bits11, uint8_t *reply)
{
    unsigned word = bits11 | (unsigned)usb_crc5(bits11) << 11;
    uint8_t packet[3] = {pid, (uint8_t)word, (uint8_t)(word >> 8)};
    return exchange(host, USB_TOKEN, packet, sizeof(packet), reply);
}

static size_t send_data(struct usb_host *host, bool toggle, const uint8_t *data, size_t length,
                        uint8_t *reply)
{
    uint8_t packet[USB_PACKET_BYTES];
    packet[0] = toggle ? PID_DATA1 : PID_DATA0;
    if (length)
        memcpy(packet + 1, data, length);
    uint16_t crc = usb_crc16(packet + 1, length);
    packet[length + 1] = (uint8_t)crc;
    packet[length + 2] = (uint8_t)(crc >> 8);
    return exchange(host, USB_DATA_OUT, packet, length + 3, reply);
}

static unsigned address_of(const struct usb_host *host, unsigned number)
{
    return host->address | number << 7;
}

// ---- ends of URBs

static void append(struct urb **list, struct urb *urb)
{
    while (*list)
        list = &(*list)->next;
    urb->next = NULL;
    *list = urb;
}

static void finish(struct usb_host *host, struct usb_endpoint *endpoint, enum urb_status status)
{
    struct urb *urb = endpoint->first;
    endpoint->first = urb->next;
    endpoint->errors = 0;
    urb->status = status;
    append(&host->done, urb);
}

static void gone(struct usb_host *host)
{
    for (unsigned i = 0; i < 32; i++)
        while (host->endpoints[i].first)
            finish(host, &host->endpoints[i], URB_GONE);
}

static void error(struct usb_host *host, struct usb_endpoint *endpoint)
{
    host->errors++;
    if (++endpoint->errors == MAX_ERRORS)
        finish(host, endpoint, URB_ERROR);
}

static void defaults(struct usb_host *host)
{
    for (unsigned i = 0; i < 32; i++) {
        struct usb_endpoint *endpoint = &host->endpoints[i];
        bool control = i == 0 || i == 16;
        endpoint->max_packet_bytes = !control && high_speed(host) ? 512 : 64;
        endpoint->toggle = endpoint->ping = endpoint->interrupt = endpoint->halted = false;
        endpoint->errors = 0;
        endpoint->ack = USB_ACK_UNSURE;
    }
}

static void toggle_restart(struct usb_endpoint *endpoint)
{
    endpoint->toggle = endpoint->ping = endpoint->halted = false;
    endpoint->ack = USB_ACK_UNSURE;
}

// The endpoint descriptors of a configuration that went by (9.6.6).
static void learn(struct usb_host *host, const uint8_t *data, unsigned length)
{
    for (unsigned at = 0; at + 2 <= length && data[at] >= 2 && at + data[at] <= length;
         at += data[at]) {
        const uint8_t *d = data + at;
        if (d[1] != 5 || d[0] < 7)
            continue;
        struct usb_endpoint *endpoint = &host->endpoints[(d[2] & 15) | (d[2] & 0x80) >> 3];
        unsigned bytes = d[4] | (d[5] & 7u) << 8, power = d[6] ? (d[6] - 1u) & 15 : 0;
        endpoint->max_packet_bytes = bytes > 1024 || bytes == 0 ? 64 : bytes;
        endpoint->interrupt = (d[3] & 3) == 3;
        endpoint->interval = high_speed(host) ? 1u << power : d[6];
    }
}

// A control transfer succeeded: what it changes for the host (9.1.1.5, 9.4.5).
static void control_done(struct usb_host *host, struct urb *urb)
{
    const uint8_t *setup = urb->setup;
    if ((setup[0] == 0x00 && setup[1] == SET_CONFIGURATION) ||
        (setup[0] == 0x01 && setup[1] == SET_INTERFACE))
        for (unsigned i = 0; i < 32; i++)
            toggle_restart(&host->endpoints[i]);
    if (setup[0] == 0x02 && setup[1] == 1 && !setup[2]) // CLEAR_FEATURE ENDPOINT_HALT
        toggle_restart(&host->endpoints[(setup[4] & 15) | (setup[4] & 0x80) >> 3]);
    if (setup[0] == 0x80 && setup[1] == GET_DESCRIPTOR && setup[3] == 2)
        learn(host, urb->data, urb->actual_bytes);
    if (setup[0] == 0x00 && setup[1] == SET_ADDRESS)
        host->address = setup[2];
}

// ---- transactions

enum outcome { MOVED, WAIT, ENDED };

static enum outcome answer(struct usb_host *host, struct usb_endpoint *endpoint, bool ping,
                           const uint8_t *reply, size_t length)
{
    uint8_t pid = length == 1 ? reply[0] : 0;
    bool nyet = high_speed(host) && !ping && !endpoint->interrupt;
    if (length && pid != PID_ACK && pid != PID_NAK && pid != PID_STALL && pid != PID_NYET)
        breach(host, "an answer that is no handshake (8.4.5)");
    if (pid == PID_NYET && !nyet)
        breach(host, "NYET where none belongs (8.5.1)");
    if (pid == PID_STALL) {
        endpoint->halted = endpoint != &host->endpoints[0]; // there a request ends it (8.5.3.4)
        finish(host, endpoint, URB_STALL);
        return ENDED;
    }
    if (pid == PID_NAK) {
        host->naks += !endpoint->interrupt; // there it only means that there is nothing to tell
        endpoint->errors = 0;               // answered: the count is of errors in a row
        endpoint->ping = high_speed(host);
        return WAIT;
    }
    if (pid == PID_ACK || (pid == PID_NYET && nyet)) {
        endpoint->ping = pid == PID_NYET;
        endpoint->errors = 0;
        return MOVED;
    }
    error(host, endpoint);
    endpoint->ping = high_speed(host); // 8.5.1
    return WAIT;
}

static enum outcome out(struct usb_host *host, struct usb_endpoint *endpoint, unsigned number,
                        const uint8_t *data, unsigned length)
{
    uint8_t reply[USB_PACKET_BYTES];
    if (endpoint->ping && !endpoint->interrupt) {
        host->pings++;
        size_t got = token(host, PID_PING, address_of(host, number), reply);
        enum outcome outcome = answer(host, endpoint, true, reply, got);
        if (outcome != MOVED)
            return outcome;
    }
    token(host, PID_OUT, address_of(host, number), NULL);
    size_t got = send_data(host, endpoint->toggle, data, length, reply);
    enum outcome outcome = answer(host, endpoint, false, reply, got);
    if (outcome == MOVED)
        endpoint->toggle = !endpoint->toggle;
    return outcome;
}

// A data packet with its CRC right: is it the one that must come now? Before the host's ACK.
static void judge(struct usb_host *host, struct usb_endpoint *endpoint, const uint8_t *reply,
                  size_t length)
{
    bool next = (reply[0] == PID_DATA1) == endpoint->toggle;
    uint16_t crc = (uint16_t)(reply[length - 2] | reply[length - 1] << 8);
    bool astray = endpoint->ack == USB_ACK_ASTRAY;
    if (next && endpoint->ack == USB_ACK_LOST)
        breach(host, "the next packet without an ACK of the last (8.6.4)");
    if (!next && endpoint->ack == USB_ACK_HEARD)
        breach(host, "a packet again that was acknowledged (8.6.4)");
    if (!next && !astray && (length != endpoint->last_length || crc != endpoint->last_crc))
        breach(host, "another packet in place of the one that was not acknowledged (8.6.4)");
    if (host->reply_changed)
        return;
    endpoint->last_length = length;
    endpoint->last_crc = crc;
}

static void acknowledge(struct usb_host *host, struct usb_endpoint *endpoint)
{
    static const uint8_t ack = PID_ACK;
    bool late = host->reply_late, changed = host->reply_changed;
    exchange(host, USB_HANDSHAKE_OUT, &ack, 1, NULL);
    endpoint->ack = changed                          ? USB_ACK_ASTRAY
                    : host->sent == USB_CHANGED      ? USB_ACK_LOST
                    : late || host->sent == USB_LATE ? USB_ACK_UNSURE
                                                     : USB_ACK_HEARD;
    endpoint->errors = 0;
}

static enum outcome in(struct usb_host *host, struct usb_endpoint *endpoint, unsigned number,
                       uint8_t *data, unsigned room, unsigned *moved)
{
    uint8_t reply[USB_PACKET_BYTES];
    size_t got = token(host, PID_IN, address_of(host, number), reply);
    bool is_data = got >= 3 && (reply[0] == PID_DATA0 || reply[0] == PID_DATA1);
    if (got == 1 && (reply[0] == PID_NAK || reply[0] == PID_STALL))
        return answer(host, endpoint, false, reply, got);
    if (got && !is_data)
        breach(host, "an answer to IN that is neither data, NAK nor STALL (8.5.2)");
    unsigned length = is_data ? (unsigned)got - 3 : 0;
    if (is_data && length > endpoint->max_packet_bytes) {
        breach(host, "more data than the endpoint's packets hold (8.4.4)");
        finish(host, endpoint, URB_OVERFLOW);
        return ENDED;
    }
    if (!is_data || !right(reply, got)) {
        if (is_data)
            breach(host, "a data packet with a wrong CRC16 (8.3.5.2)");
        error(host, endpoint); // no handshake: the device sends it again
        return WAIT;
    }
    judge(host, endpoint, reply, got);
    acknowledge(host, endpoint);
    if ((reply[0] == PID_DATA1) != endpoint->toggle)
        return WAIT; // seen before, its ACK was lost (8.6.4)
    endpoint->toggle = !endpoint->toggle;
    if (length > room) {
        finish(host, endpoint, URB_OVERFLOW);
        return ENDED;
    }
    if (length)
        memcpy(data, reply + 1, length);
    *moved = length;
    return MOVED;
}

// ---- a step of an endpoint

static unsigned min_u(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static void transfer_step(struct usb_host *host, struct usb_endpoint *endpoint, unsigned number,
                          bool is_in)
{
    struct urb *urb = endpoint->first;
    unsigned left = urb->length_bytes - urb->actual_bytes;
    unsigned packet = min_u(left, endpoint->max_packet_bytes), moved = packet;
    uint8_t *data = urb->data ? urb->data + urb->actual_bytes : NULL;
    enum outcome outcome = is_in ? in(host, endpoint, number, data, left, &moved)
                                 : out(host, endpoint, number, data, packet);
    if (outcome != MOVED)
        return;
    urb->actual_bytes += moved;
    bool full = urb->actual_bytes == urb->length_bytes;
    if (is_in && moved < endpoint->max_packet_bytes)
        finish(host, endpoint, !full && urb->short_not_ok ? URB_SHORT : URB_OK);
    else if (full && (is_in || !urb->zero_packet || moved < endpoint->max_packet_bytes))
        finish(host, endpoint, URB_OK);
}

static void control_step(struct usb_host *host, struct usb_endpoint *endpoint)
{
    struct urb *urb = endpoint->first;
    bool is_in = urb->setup[0] & 0x80;
    unsigned left = urb->length_bytes - urb->actual_bytes, moved = 0;
    unsigned packet = min_u(left, endpoint->max_packet_bytes);
    uint8_t reply[USB_PACKET_BYTES];
    if (urb->back_end_state == STAGE_SETUP) {
        token(host, PID_SETUP, address_of(host, 0), NULL);
        size_t got = send_data(host, false, urb->setup, 8, reply);
        if (got && (got != 1 || reply[0] != PID_ACK))
            breach(host, "a SETUP that is not acknowledged (8.5.3)");
        if (got != 1 || reply[0] != PID_ACK) {
            error(host, endpoint); // SETUP is never refused (8.5.3)
            return;
        }
        endpoint->errors = 0;
        endpoint->ping = false;
        endpoint->toggle = true;
        endpoint->ack = USB_ACK_UNSURE; // of a transfer before
        urb->back_end_state = urb->length_bytes ? STAGE_DATA : STAGE_STATUS;
    } else if (urb->back_end_state == STAGE_DATA) {
        uint8_t *data = urb->data + urb->actual_bytes;
        enum outcome outcome = is_in ? in(host, endpoint, 0, data, left, &moved)
                                     : out(host, endpoint, 0, data, packet);
        if (outcome != MOVED)
            return;
        moved = is_in ? moved : packet;
        urb->actual_bytes += moved;
        if (moved < endpoint->max_packet_bytes || urb->actual_bytes == urb->length_bytes) {
            urb->back_end_state = STAGE_STATUS;
            endpoint->toggle = true;
            endpoint->ack = USB_ACK_UNSURE;
        }
    } else {
        bool status_in = !is_in || urb->length_bytes == 0;
        enum outcome outcome =
            status_in ? in(host, endpoint, 0, NULL, 0, &moved) : out(host, endpoint, 0, NULL, 0);
        if (outcome != MOVED)
            return;
        control_done(host, urb);
        bool cut = is_in && urb->short_not_ok && urb->actual_bytes < urb->length_bytes;
        finish(host, endpoint, cut ? URB_SHORT : URB_OK);
    }
}

static void step(struct usb_host *host, unsigned index)
{
    struct usb_endpoint *endpoint = &host->endpoints[index];
    if (index == 0)
        control_step(host, endpoint);
    else
        transfer_step(host, endpoint, index & 15, index >= 16);
}

// ---- frames

static uint64_t frame_ns(const struct usb_host *host)
{
    return high_speed(host) ? 125000 : 1000000;
}

// The longest that the endpoint's next transaction takes, turnarounds and time-out included, so that none runs into the next SOF. At
// full speed every sixth bit of the data may be followed by a stuffed one; a ULPI PHY passes on octets, a clock each.
static uint64_t longest_ns(const struct usb_host *host, const struct usb_endpoint *endpoint)
{
    unsigned bytes = endpoint->max_packet_bytes;
    if (!high_speed(host))
        return ((bytes + 4) * 8 * 7 / 6 + 67) * 250 / 3;
    return (bytes + (endpoint->ping ? 280 : 140)) * 50 / 3;
}

static bool fits(const struct usb_host *host, const struct usb_endpoint *endpoint)
{
    return host->ops->now_ns(host->bus) + longest_ns(host, endpoint) < host->frame_end_ns;
}

static bool recovers(const struct usb_host *host)
{
    return host->ops->now_ns(host->bus) < host->recovered_ns;
}

static void begin_frame(struct usb_host *host)
{
    uint64_t now = host->ops->now_ns(host->bus);
    if (host->frame_end_ns + frame_ns(host) < now)
        host->frame_end_ns = now;
    host->frame_end_ns += frame_ns(host);
    token(host, PID_SOF, (high_speed(host) ? host->frame >> 3 : host->frame) & 0x7ff, NULL);
    host->sofs++;
    host->frame++;
    if (recovers(host))
        return;
    for (unsigned i = 1; i < 32; i++) {
        struct usb_endpoint *endpoint = &host->endpoints[i];
        if (!endpoint->interrupt || !endpoint->first || endpoint->halted)
            continue;
        if (endpoint->wait > 1) {
            endpoint->wait--;
            continue;
        }
        endpoint->wait = endpoint->interval;
        step(host, i);
    }
}

// Control and bulk in turn. False: nobody has anything, or not in this frame.
static bool next_step(struct usb_host *host)
{
    if (recovers(host))
        return false;
    for (unsigned n = 0; n < 32; n++) {
        host->turn = (host->turn + 1) % 32;
        struct usb_endpoint *endpoint = &host->endpoints[host->turn];
        if (endpoint->interrupt || !endpoint->first || endpoint->halted || !fits(host, endpoint))
            continue;
        step(host, host->turn);
        return true;
    }
    return false;
}

// ---- the port

static void addressed(struct urb *urb)
{
    struct usb_host *host = urb->user;
    host->addressing = false;
    host->port.enabled = urb->status == URB_OK;
    host->changed = true;
}

static void reset_port(struct usb_host *host)
{
    host->reset_wanted = false;
    host->address = 0;
    host->port.suspended = host->suspend_wanted = false;
    host->recovered_ns = 0;
    host->port.connected = host->ops->reset(host->bus, &host->port.speed);
    host->changed = !host->port.connected;
    defaults(host);
    if (!host->port.connected)
        return;
    host->frame_end_ns = host->ops->now_ns(host->bus);
    host->addressing = true;
    host->address_urb =
        (struct urb){.setup = {0x00, SET_ADDRESS, ADDRESS}, .done = addressed, .user = host};
    host->endpoints[0].first = &host->address_urb;
}

static bool tell(struct usb_host *host)
{
    bool told = host->done || host->changed;
    while (host->done) {
        struct urb *urb = host->done;
        host->done = urb->next;
        urb->done(urb);
    }
    if (!host->changed)
        return told;
    host->changed = false;
    if (host->device.port_changed)
        host->device.port_changed(&host->device, host->device.context);
    return true;
}

static struct usb_host *host_of(struct urb_device *device)
{
    return (struct usb_host *)device;
}

static int submit(struct urb_device *device, struct urb *urb)
{
    struct usb_host *host = host_of(device);
    unsigned number = urb->endpoint & 15;
    if (!host->port.enabled)
        return -ENODEV;
    if ((urb->endpoint & 0x70) || (urb->length_bytes && !urb->data) || !urb->done)
        return -EINVAL;
    unsigned index = number ? number | (urb->endpoint & 0x80) >> 3 : 0;
    urb->actual_bytes = 0;
    urb->back_end_state = STAGE_SETUP;
    append(&host->endpoints[index].first, urb);
    return 0;
}

static void cancel(struct urb_device *device, struct urb *urb)
{
    struct usb_host *host = host_of(device);
    for (unsigned i = 0; i < 32; i++) {
        struct usb_endpoint *endpoint = &host->endpoints[i];
        for (struct urb **at = &endpoint->first; *at; at = &(*at)->next) {
            if (*at != urb)
                continue;
            if (at == &endpoint->first)
                endpoint->errors = 0;
            *at = urb->next;
            urb->status = URB_CANCELLED;
            append(&host->done, urb);
            return;
        }
    }
}

static int port_reset(struct urb_device *device)
{
    struct usb_host *host = host_of(device);
    if (!host->ops->connected(host->bus))
        return -ENODEV;
    host->port.enabled = false;
    host->reset_wanted = true;
    // The host's own request ends untold, wherever it stands.
    for (struct urb **at = &host->done; *at; at = *at ? &(*at)->next : at)
        if (*at == &host->address_urb)
            *at = host->address_urb.next;
    if (host->addressing && host->endpoints[0].first == &host->address_urb)
        host->endpoints[0].first = NULL;
    host->addressing = false;
    gone(host);
    return 0;
}

static void port_suspend(struct urb_device *device, bool suspend)
{
    host_of(device)->suspend_wanted = suspend;
}

static void port_get(struct urb_device *device, struct urb_port *port)
{
    *port = host_of(device)->port;
}

static uint64_t now_ns(struct urb_device *device)
{
    return host_of(device)->ops->now_ns(host_of(device)->bus);
}

static void watch_port(struct usb_host *host)
{
    bool connected = host->ops->connected(host->bus);
    if (connected != host->port.connected) {
        host->port.connected = connected;
        host->port.enabled = host->port.suspended = false;
        host->changed = true;
        gone(host);
    }
    if (host->reset_asked) {
        host->reset_asked = false;
        port_reset(&host->device);
    }
    if (host->reset_wanted)
        reset_port(host);
    if (host->port.suspended && host->ops->wakes(host->bus)) {
        host->wakeups += host->suspend_wanted;
        host->suspend_wanted = false;
    }
    if (host->port.enabled && host->suspend_wanted != host->port.suspended) {
        host->ops->suspend(host->bus, host->suspend_wanted);
        host->port.suspended = host->suspend_wanted;
        host->frame_end_ns = now_ns(&host->device);
        host->recovered_ns = host->suspend_wanted ? 0 : host->frame_end_ns + RECOVERY_NS;
        host->changed = true;
    }
}

static void run(struct urb_device *device, uint64_t until_ns)
{
    struct usb_host *host = host_of(device);
    for (;;) {
        watch_port(host);
        if (tell(host) || now_ns(device) >= until_ns)
            return;
        bool works = (host->port.enabled || host->addressing) && !host->port.suspended;
        uint64_t now = now_ns(device), end = host->frame_end_ns;
        if (!works)
            host->ops->idle(host->bus, until_ns);
        else if (now >= end)
            begin_frame(host);
        else if (!next_step(host))
            host->ops->idle(host->bus, end < until_ns ? end : until_ns);
    }
}

static const struct urb_device_ops device_ops = {
    .submit = submit,
    .cancel = cancel,
    .port_reset = port_reset,
    .port_suspend = port_suspend,
    .port_get = port_get,
    .run = run,
    .now_ns = now_ns,
};

void usb_host_init(struct usb_host *host, const struct usb_bus_ops *ops, void *bus)
{
    memset(host, 0, sizeof(*host));
    host->device.ops = &device_ops;
    host->ops = ops;
    host->bus = bus;
}
