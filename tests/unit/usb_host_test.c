// SPDX-License-Identifier: Apache-2.0
// The host controller model against a device written here from USB 2.0, chapter 8, that shares no code with it: it checks every
// packet's CRC by the residual, answers late, drops duplicates. Losses, broken packets and wrong answers come from the fault hook;
// and it can break each rule that the host has an eye on.
#include "usb_fault.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 6000 };

static const uint8_t configuration[] = {9, 2,    39, 0,  1, 1, 0, 0x80, 50,   9,  4,  0, 0,
                                        3, 0,    0,  0,  0, 7, 5, 1,    2,    64, 0,  0, 7,
                                        5, 0x82, 2,  64, 0, 0, 7, 5,    0x83, 3,  16, 0, 4};

// What the device may do wrong, and what the host says of it.
enum wrong {
    NOTHING,
    DATA_FOR_HANDSHAKE,
    BAD_PID,
    NYET_AT_FULL_SPEED,
    NYET_TO_PING,
    ACK_TO_IN,
    TOO_LONG,
    BAD_CRC,
    AGAIN_AFTER_ACK,
    NEXT_WITHOUT_ACK,
    OTHER_DATA,
    SETUP_REFUSED,
    DEAF_TO_CRC,
    WRONGS
};

// Toggles: [0] OUT 1, [1] IN 2, [2] IN 3; control apart.
struct device {
    uint64_t now_ns, random;
    uint64_t wake_ns; // when, suspended, it drives K; 0: never
    uint64_t resumed_ns;
    bool high, plugged, suspended, toggle[3], control_toggle, status;
    uint8_t address, new_address, pid, setup[8];
    unsigned endpoint, control_at, naks_percent;
    bool awaits; // what follows the token or data before: a data packet, a handshake
    bool halted, dead, babble, sent; // sent: data of an IN that was not acknowledged
    enum wrong wrong;
    uint8_t sink[2 * BYTES];
    unsigned sunk, drained, pending; // pending: bytes of the last IN, until ACK
    unsigned sofs;
    struct usb_host host;
    unsigned packets, last_fault, faults;
};

static uint32_t draw(struct device *device, uint32_t below)
{
    device->random = device->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((device->random >> 33) % below);
}

// The residuals of 8.3.5.1 and 8.3.5.2, most significant bit first as they are printed there.
static unsigned residual(const uint8_t *bytes, size_t length, unsigned width, unsigned polynomial)
{
    unsigned mask = (1u << width) - 1, reg = mask;
    for (size_t i = 0; i < 8 * length; i++) {
        unsigned top = reg >> (width - 1) & 1, bit = bytes[i / 8] >> i % 8 & 1;
        reg = (reg << 1) & mask;
        if (top != bit)
            reg ^= polynomial;
    }
    return reg;
}

static uint8_t source(unsigned at)
{
    return (uint8_t)(at * 7 + at / 256);
}

static size_t short_reply(uint8_t *reply, uint8_t pid)
{
    reply[0] = pid;
    return 1;
}

// The complement of the remainder, its highest bit first (8.3.5).
static size_t data_reply(struct device *device, uint8_t *reply, bool toggle, unsigned length)
{
    reply[0] = toggle ? 0x4b : 0xc3;
    unsigned rest = residual(reply + 1, length, 16, 0x8005), crc = 0;
    for (unsigned i = 0; i < 16; i++)
        crc |= (~rest >> (15 - i) & 1) << i;
    reply[length + 1] = (uint8_t)crc;
    reply[length + 2] = (uint8_t)(crc >> 8);
    device->pending = length;
    return length + 3;
}

static size_t control_in(struct device *device, uint8_t *reply)
{
    unsigned length = device->setup[6] | device->setup[7] << 8, left;
    device->endpoint = 0;
    if (!(device->setup[0] & 0x80) || device->status)
        return data_reply(device, reply, true, 0);
    if (device->setup[1] != 6)
        return short_reply(reply, 0x1e);
    length = length < sizeof(configuration) ? length : sizeof(configuration);
    left = length - device->control_at;
    left = left < 64 ? left : 64;
    memcpy(reply + 1, configuration + device->control_at, left);
    return data_reply(device, reply, device->control_toggle, left);
}

static size_t token_in(struct device *device, uint8_t *reply)
{
    if (device->endpoint == 0)
        return control_in(device, reply);
    if (device->halted)
        return short_reply(reply, 0x1e);
    if (draw(device, 100) < device->naks_percent)
        return short_reply(reply, 0x5a);
    unsigned length = device->endpoint == 3 ? 16 : 64;
    if (device->endpoint == 2 && BYTES - device->drained < length)
        length = BYTES - device->drained;
    for (unsigned i = 0; i < length; i++)
        reply[i + 1] = source(device->endpoint == 2 ? device->drained + i : i);
    if (device->babble || device->wrong == TOO_LONG)
        length = 80;
    if (device->wrong == OTHER_DATA && device->sent && device->endpoint == 2)
        length--;
    device->sent = true;
    return data_reply(device, reply, device->toggle[device->endpoint - 1], length);
}

static void acked(struct device *device)
{
    if (device->endpoint == 0) {
        device->control_at += device->pending;
        device->control_toggle = !device->control_toggle;
        if (!(device->setup[0] & 0x80))
            device->address = device->new_address;
        return;
    }
    device->toggle[device->endpoint - 1] = !device->toggle[device->endpoint - 1];
    device->sent = false;
    if (device->endpoint == 2)
        device->drained += device->pending;
}

// The right answer made wrong.
static size_t spoil(struct device *device, uint8_t pid, uint8_t *answer, size_t got)
{
    bool ack = got == 1 && answer[0] == 0xd2 && device->endpoint == 1;
    switch (device->wrong) {
    case DATA_FOR_HANDSHAKE:
        return ack ? data_reply(device, answer, false, 0) : got;
    case BAD_PID:
        answer[0] ^= ack ? 0x10 : 0;
        return got;
    case NYET_AT_FULL_SPEED:
        answer[0] = ack && !device->high ? 0x96 : answer[0];
        return got;
    case NYET_TO_PING:
        answer[0] = ack && pid == 0xb4 ? 0x96 : answer[0];
        return got;
    case ACK_TO_IN:
        return pid == 0x69 && device->endpoint == 2 ? short_reply(answer, 0xd2) : got;
    case BAD_CRC:
        answer[got - 1] ^= pid == 0x69 && got > 3;
        return got;
    case SETUP_REFUSED:
        return device->pid == 0x2d && pid == 0xc3 ? short_reply(answer, 0x5a) : got;
    case NEXT_WITHOUT_ACK:
        if (pid == 0x69 && device->endpoint == 2 && got > 3)
            acked(device);
        return got;
    default:
        return got;
    }
}

static size_t data_out(struct device *device, const uint8_t *packet, size_t length, uint8_t *reply)
{
    bool toggle = packet[0] == 0x4b;
    if (residual(packet + 1, length - 1, 16, 0x8005) != 0x800d && device->wrong != DEAF_TO_CRC)
        return 0;
    if (device->pid == 0x2d) {
        memcpy(device->setup, packet + 1, 8);
        device->control_at = 0;
        device->control_toggle = true;
        device->new_address = device->setup[1] == 5 ? device->setup[2] : device->address;
        if (device->setup[1] == 9)
            memset(device->toggle, 0, sizeof(device->toggle));
        if (device->setup[0] == 2 && device->setup[1] == 1) // CLEAR_FEATURE ENDPOINT_HALT
            device->toggle[(device->setup[4] & 15) - 1] = device->halted = false;
        return short_reply(reply, 0xd2);
    }
    if (device->endpoint == 0)
        return short_reply(reply, 0xd2);
    if (device->halted)
        return short_reply(reply, 0x1e);
    if (toggle != device->toggle[0])
        return short_reply(reply, 0xd2);
    if (draw(device, 100) < device->naks_percent)
        return short_reply(reply, 0x5a);
    device->toggle[0] = !device->toggle[0];
    ck_assert_uint_le(device->sunk + length - 3, sizeof(device->sink));
    memcpy(device->sink + device->sunk, packet + 1, length - 3);
    device->sunk += (unsigned)length - 3;
    return short_reply(reply, device->high && draw(device, 2) ? 0x96 : 0xd2);
}

static size_t exchange(void *context, const uint8_t *packet, size_t length, uint8_t *reply,
                       size_t room)
{
    struct device *device = context;
    uint8_t answer[USB_PACKET_BYTES];
    size_t got = 0;
    device->now_ns += (length + 12) * (device->high ? 17 : 667);
    ck_assert(!device->suspended);
    if (length == 0 || !device->plugged || device->dead)
        return 0;
    uint8_t pid = packet[0];
    bool awaited = device->awaits;
    device->awaits = false;
    if (((pid >> 4) ^ (pid & 15)) != 15)
        return 0;
    unsigned bits = length == 3 ? packet[1] | packet[2] << 8 : 0;
    if (length == 3 && ((pid & 3) == 1 || pid == 0xb4) && residual(packet + 1, 2, 5, 0x05) != 0x0c)
        return 0;
    if (pid != 0xa5 && device->resumed_ns) // 10 ms to recover (7.1.7.7)
        ck_assert_uint_ge(device->now_ns, device->resumed_ns + 10000000);
    if (pid == 0xa5) {
        // The number goes up by one a millisecond: eight microframes have the same (8.4.3.1).
        if (!device->host.fault)
            ck_assert_uint_eq(bits & 0x7ff, (device->sofs / (device->high ? 8 : 1)) & 0x7ff);
        device->sofs++;
        return 0;
    }
    if (((pid & 3) == 1 || pid == 0xb4) && (bits & 0x7f) != device->address)
        return 0;
    if ((pid & 3) == 1 || pid == 0xb4) {
        device->pid = pid;
        device->endpoint = bits >> 7 & 15;
        device->awaits = true;
    }
    bool deaf = (device->wrong == AGAIN_AFTER_ACK || device->wrong == NEXT_WITHOUT_ACK) &&
                device->endpoint == 2;
    if (pid == 0xd2 && device->pid == 0x69 && awaited && !deaf)
        acked(device);
    if (pid == 0x69)
        got = token_in(device, answer);
    else if (pid == 0xb4)
        got = short_reply(answer, device->halted ? 0x1e : draw(device, 2) ? 0xd2 : 0x5a);
    else if (awaited && (pid == 0xc3 || pid == 0x4b) &&
             (device->pid == 0xe1 || device->pid == 0x2d)) {
        got = data_out(device, packet, length, answer);
        device->status = device->pid == 0xe1 && device->endpoint == 0;
    }
    if (got)
        got = spoil(device, pid, answer, got);
    if (!reply || got > room)
        return 0;
    memcpy(reply, answer, got);
    device->now_ns += (got + 12) * (device->high ? 17 : 667);
    return got;
}

static bool bus_reset(void *context, enum urb_speed *speed)
{
    struct device *device = context;
    device->now_ns += 50000000;
    device->address = device->new_address = 0;
    *speed = device->high ? URB_HIGH_SPEED : URB_FULL_SPEED;
    return device->plugged;
}

static bool connected(void *context)
{
    return ((struct device *)context)->plugged;
}

static void suspend(void *context, bool asleep)
{
    struct device *device = context;
    device->suspended = asleep;
    if (!asleep)
        device->resumed_ns = device->now_ns;
}

static bool wakes(void *context)
{
    struct device *device = context;
    return device->suspended && device->wake_ns && device->now_ns >= device->wake_ns;
}

static void idle(void *context, uint64_t until_ns)
{
    struct device *device = context;
    ck_assert_uint_ge(until_ns, device->now_ns);
    bool early = device->suspended && device->wake_ns && device->wake_ns < until_ns;
    device->now_ns = early ? device->wake_ns : until_ns;
}

static uint64_t now_ns(void *context)
{
    return ((struct device *)context)->now_ns;
}

static const struct usb_bus_ops ops = {exchange, bus_reset, connected, suspend,
                                       wakes,    idle,      now_ns};

// ---- the user of URBs

static unsigned ended;

static void done(struct urb *urb)
{
    (void)urb;
    ended++;
}

static bool wait_for(struct device *device, unsigned count)
{
    uint64_t end = device->now_ns + 10000000000u;
    while (ended < count && device->now_ns < end)
        device->host.device.ops->run(&device->host.device, end);
    return ended == count;
}

static void pass(struct device *device, uint64_t ns)
{
    uint64_t end = device->now_ns + ns;
    while (device->now_ns < end)
        device->host.device.ops->run(&device->host.device, end);
}

static enum urb_status transfer(struct device *device, struct urb *urb)
{
    ended = 0;
    urb->done = done;
    ck_assert_int_eq(device->host.device.ops->submit(&device->host.device, urb), 0);
    ck_assert(wait_for(device, 1));
    return urb->status;
}

static void start(struct device *device, bool high)
{
    const char *seed = getenv("SEED");
    memset(device, 0, sizeof(*device));
    device->random = seed ? strtoull(seed, NULL, 0) : 1;
    device->high = high;
    device->plugged = true;
    usb_host_init(&device->host, &ops, device);
    ck_assert_int_eq(device->host.device.ops->port_reset(&device->host.device), 0);
}

static void enumerate(struct device *device)
{
    uint8_t data[255];
    struct urb get = {.endpoint = 0x80,
                      .setup = {0x80, 6, 0, 2, 0, 0, 255, 0},
                      .data = data,
                      .length_bytes = sizeof(data)};
    struct urb set = {.setup = {0, 9, 1}};
    pass(device, 200000000);
    ck_assert(device->host.port.enabled);
    ck_assert_uint_eq(device->address, 5);
    ck_assert_int_eq(transfer(device, &get), URB_OK);
    ck_assert_uint_eq(get.actual_bytes, sizeof(configuration));
    ck_assert_mem_eq(data, configuration, sizeof(configuration));
    ck_assert_int_eq(transfer(device, &set), URB_OK);
}

static void clear_halt(struct device *device, uint8_t endpoint)
{
    struct urb urb = {.setup = {0x02, 1, 0, 0, endpoint}};
    ck_assert_int_eq(transfer(device, &urb), URB_OK);
}

static void to_nowhere(void *context)
{
    ((struct device *)context)->plugged = false;
}

static void move(struct device *device)
{
    static uint8_t out[BYTES], in[BYTES + 500];
    struct urb to = {.endpoint = 1, .data = out, .length_bytes = BYTES, .done = done};
    struct urb from = {.endpoint = 0x82, .data = in, .length_bytes = BYTES + 500, .done = done};
    for (unsigned i = 0; i < BYTES; i++)
        out[i] = (uint8_t)draw(device, 256);
    ended = 0;
    ck_assert_int_eq(device->host.device.ops->submit(&device->host.device, &to), 0);
    ck_assert_int_eq(device->host.device.ops->submit(&device->host.device, &from), 0);
    ck_assert(wait_for(device, 2));
    ck_assert_int_eq(to.status, URB_OK);
    ck_assert_int_eq(from.status, URB_OK);
    ck_assert_uint_eq(device->sunk, BYTES);
    ck_assert_mem_eq(device->sink, out, BYTES);
    ck_assert_uint_eq(from.actual_bytes, BYTES);
    for (unsigned i = 0; i < BYTES; i++)
        ck_assert_uint_eq(in[i], source(i));
    ck_assert_msg(!device->host.breach, "%s", device->host.breach);
}

// Vectors of the USB-IF's paper on CRC and of a GET_DESCRIPTOR on any bus analyser.
START_TEST(test_crc)
{
    static const uint8_t setup[] = {0x80, 6, 0, 1, 0, 0, 0x40, 0};
    ck_assert_uint_eq(usb_crc5(0), 0x02);
    ck_assert_uint_eq(usb_crc5(0x001), 0x1d);
    ck_assert_uint_eq(usb_crc16(setup, 8), 0x94dd);
    ck_assert_uint_eq(usb_crc16(setup, 0), 0x0000);
}
END_TEST

START_TEST(test_traffic)
{
    static struct device device;
    for (unsigned n = 0; n < 4; n++) {
        start(&device, n & 1);
        device.naks_percent = n & 2 ? 70 : 0;
        enumerate(&device);
        move(&device);
        ck_assert_uint_eq(device.host.errors, 0);
        ck_assert(!(n & 1) == !device.host.pings); // PING is of high speed
    }
}
END_TEST

START_TEST(test_frames)
{
    static struct device device;
    for (unsigned high = 0; high < 2; high++) {
        uint8_t data[16];
        struct urb urb = {.endpoint = 0x83, .data = data, .length_bytes = 16};
        start(&device, high);
        enumerate(&device);
        unsigned before = device.sofs;
        pass(&device, 100000000);
        unsigned sofs = device.sofs - before, expected = high ? 800 : 100;
        ck_assert(sofs + 1 >= expected && sofs <= expected + 1);
        uint64_t began = device.now_ns; // bInterval 4: every 4th frame, every 8th microframe
        for (unsigned i = 0; i < 11; i++)
            ck_assert_int_eq(transfer(&device, &urb), URB_OK);
        uint64_t took = device.now_ns - began, each = high ? 1000000 : 4000000;
        ck_assert(took >= 9 * each && took <= 12 * each);
        device.host.device.ops->port_suspend(&device.host.device, true);
        pass(&device, 1000);
        before = device.sofs;
        pass(&device, 100000000);
        ck_assert_uint_eq(device.sofs, before);
        device.host.device.ops->port_suspend(&device.host.device, false);
        pass(&device, 10000000);
        ck_assert_uint_gt(device.sofs, before);
    }
}
END_TEST

// One packet in twelve or more is lost or broken: never three in a row at one transaction.
static void faults(void *context, enum usb_step step, uint8_t *packet, size_t *length)
{
    struct device *device = context;
    (void)step;
    device->packets++;
    if (device->packets - device->last_fault < 12 || draw(device, 4))
        return;
    device->last_fault = device->packets;
    device->faults++;
    if (draw(device, 2))
        *length = 0;
    else
        packet[draw(device, (uint32_t)*length)] ^= (uint8_t)(1 << draw(device, 8));
}

START_TEST(test_faults)
{
    static struct device device;
    for (unsigned n = 0; n < 40; n++) {
        start(&device, n & 1);
        device.random += n * 12345;
        enumerate(&device);
        device.host.fault = faults;
        device.host.fault_context = &device;
        move(&device);
        ck_assert_uint_gt(device.faults, 5);
        ck_assert_uint_gt(device.host.errors, 0);
    }
}
END_TEST

START_TEST(test_ends)
{
    static struct device device;
    uint8_t data[64];
    struct urb urb = {.endpoint = 0x82, .data = data, .length_bytes = 64};
    start(&device, false);
    enumerate(&device);
    device.dead = true;
    ck_assert_int_eq(transfer(&device, &urb), URB_ERROR);
    ck_assert_uint_eq(device.host.errors, 3);
    device.dead = false;
    device.halted = true;
    ck_assert_int_eq(transfer(&device, &urb), URB_STALL);
    clear_halt(&device, 0x82);
    device.babble = true;
    ck_assert_int_eq(transfer(&device, &urb), URB_OVERFLOW);
    device.babble = false;
    struct urb unknown = {
        .endpoint = 0x80, .setup = {0x80, 99, 0, 0, 0, 0, 8, 0}, .data = data, .length_bytes = 8};
    ck_assert_int_eq(transfer(&device, &unknown), URB_STALL);
    device.naks_percent = 100;
    ended = 0;
    ck_assert_int_eq(device.host.device.ops->submit(&device.host.device, &urb), 0);
    pass(&device, 50000000);
    ck_assert_uint_eq(ended, 0);
    ck_assert_uint_gt(device.host.naks, 100);
    device.host.device.ops->cancel(&device.host.device, &urb);
    ck_assert(wait_for(&device, 1));
    ck_assert_int_eq(urb.status, URB_CANCELLED);
    ended = 0;
    ck_assert_int_eq(device.host.device.ops->submit(&device.host.device, &urb), 0);
    device.plugged = false;
    ck_assert(wait_for(&device, 1));
    ck_assert_int_eq(urb.status, URB_GONE);
    ck_assert_int_ne(device.host.device.ops->submit(&device.host.device, &urb), 0);
}
END_TEST

// ---- each fault at each step, see usb_fault.h

static struct usb_fault plan(struct device *device, enum usb_fault_kind kind, enum usb_step step,
                             unsigned skip, unsigned times)
{
    return (struct usb_fault){.host = &device->host,
                              .kind = kind,
                              .step = step,
                              .skip = skip,
                              .times = times,
                              .unplug = to_nowhere,
                              .context = device};
}

static void hook(struct device *device, struct usb_fault *fault)
{
    device->host.fault = fault ? usb_fault : NULL;
    device->host.fault_context = fault;
}

// What a host makes good by itself, once and twice in a row.
START_TEST(test_faults_healed)
{
    static struct device device;
    static const enum usb_fault_kind kinds[] = {USB_FAULT_LOST, USB_FAULT_PID, USB_FAULT_CRC,
                                                USB_FAULT_CUT,  USB_FAULT_NAK, USB_FAULT_LATE};
    for (unsigned k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
        for (unsigned step = USB_TOKEN; step <= USB_REPLY; step++)
            for (unsigned n = 0; n < 12; n++) {
                if (kinds[k] == USB_FAULT_NAK && step != USB_REPLY)
                    continue;
                start(&device, n & 1);
                enumerate(&device);
                struct usb_fault fault = plan(&device, kinds[k], step, n * 2, 1 + n / 2 % 2);
                hook(&device, &fault);
                move(&device);
                ck_assert_uint_eq(fault.hits, fault.times);
            }
    start(&device, true);
    enumerate(&device);
    struct usb_fault storm = plan(&device, USB_FAULT_NAK, USB_REPLY, 20, 1000);
    hook(&device, &storm);
    move(&device);
    ck_assert_uint_eq(storm.hits, 1000);
}
END_TEST

static enum urb_status moved_with(struct device *device, struct usb_fault fault, uint8_t endpoint)
{
    static uint8_t data[512];
    struct urb urb = {.endpoint = endpoint, .data = data, .length_bytes = sizeof(data)};
    hook(device, &fault);
    enum urb_status status = transfer(device, &urb);
    hook(device, NULL);
    device->sofs = device->host.sofs; // the fault may have been an SOF's
    return status;
}

// What ends a transfer, and with which status.
START_TEST(test_faults_that_end)
{
    static struct device device;
    for (unsigned n = 0; n < 8; n++)
        for (unsigned in = 0; in < 2; in++) {
            uint8_t endpoint = in ? 0x82 : 1;
            start(&device, n & 1);
            enumerate(&device);
            ck_assert_int_eq(
                moved_with(&device, plan(&device, USB_FAULT_STALL, USB_REPLY, n / 2, 1), endpoint),
                URB_STALL);
            clear_halt(&device, endpoint);
            ck_assert_int_eq(
                moved_with(&device, plan(&device, USB_FAULT_LOST, USB_REPLY, n / 2, 3), endpoint),
                URB_ERROR);
            if (in)
                ck_assert_int_eq(
                    moved_with(&device, plan(&device, USB_FAULT_BABBLE, USB_REPLY, n, 1), endpoint),
                    URB_OVERFLOW);
            ck_assert_int_eq(
                moved_with(&device, plan(&device, USB_FAULT_RESET, USB_TOKEN, n, 1), endpoint),
                URB_GONE);
            enumerate(&device);
            ck_assert_int_eq(
                moved_with(&device, plan(&device, USB_FAULT_UNPLUG, USB_TOKEN, n, 1), endpoint),
                URB_GONE);
            ck_assert(!device.host.port.connected && !device.host.breach);
        }
}
END_TEST

// A STALL ends one transfer, and those behind it wait, whatever the device would say: until CLEAR_FEATURE, another configuration or a
// reset. Other endpoints go on, and what waits can be cancelled.
START_TEST(test_halt)
{
    static struct device device;
    static const uint8_t endpoints[] = {1, 0x82, 0x83};
    static uint8_t data[3][64];
    for (unsigned n = 0; n < 12; n++) {
        uint8_t endpoint = endpoints[n % 3];
        struct urb urbs[3];
        start(&device, n & 1);
        enumerate(&device);
        device.halted = true;
        ended = 0;
        for (unsigned i = 0; i < 3; i++) {
            urbs[i] = (struct urb){
                .endpoint = endpoint, .data = data[i], .length_bytes = 64, .done = done};
            ck_assert_int_eq(device.host.device.ops->submit(&device.host.device, &urbs[i]), 0);
        }
        ck_assert(wait_for(&device, 1));
        ck_assert_int_eq(urbs[0].status, URB_STALL);
        device.halted = false;
        pass(&device, 50000000);
        ck_assert_uint_eq(ended, 1);
        ck_assert_uint_eq(device.sunk + device.drained, 0);
        device.host.device.ops->cancel(&device.host.device, &urbs[1]);
        ck_assert(wait_for(&device, 2));
        ck_assert_int_eq(urbs[1].status, URB_CANCELLED);
        if (n < 6) {
            struct urb to = {.setup = {2, 1, 0, 0, endpoint}, .done = done};
            struct urb other = {.setup = {0, 9, 1}, .done = done};
            ck_assert_int_eq(
                device.host.device.ops->submit(&device.host.device, n < 3 ? &to : &other), 0);
            ck_assert(wait_for(&device, 4));
            ck_assert_int_eq(urbs[2].status, URB_OK);
            ck_assert_uint_eq(urbs[2].actual_bytes, 64);
        } else {
            ck_assert_int_eq(device.host.device.ops->port_reset(&device.host.device), 0);
            ck_assert(wait_for(&device, 3));
            ck_assert_int_eq(urbs[2].status, URB_GONE);
            enumerate(&device);
            ck_assert_int_eq(transfer(&device, &urbs[0]), URB_OK);
        }
        ck_assert_msg(!device.host.breach, "%s", device.host.breach);
    }
}
END_TEST

// A reset and an unplugging at each packet of an enumeration, and a new one.
START_TEST(test_every_stage)
{
    static struct device device;
    for (unsigned n = 0; n < 120; n++) {
        start(&device, n & 1);
        struct usb_fault fault =
            plan(&device, n & 2 ? USB_FAULT_RESET : USB_FAULT_UNPLUG, n / 4 % 4, n / 8, 1);
        hook(&device, &fault);
        uint8_t data[64];
        struct urb get = {.endpoint = 0x80,
                          .setup = {0x80, 6, 0, 2, 0, 0, 64, 0},
                          .data = data,
                          .length_bytes = sizeof(data),
                          .done = done};
        pass(&device, 200000000);
        if (device.host.device.ops->submit(&device.host.device, &get) == 0)
            pass(&device, 200000000);
        fault.times = fault.hits;
        device.plugged = true;
        pass(&device, 1000000);
        ck_assert_int_eq(device.host.device.ops->port_reset(&device.host.device), 0);
        enumerate(&device);
        move(&device);
    }
}
END_TEST

// Suspended at any packet, it goes on where it was.
START_TEST(test_suspended)
{
    static struct device device;
    for (unsigned n = 0; n < 40; n++) {
        static uint8_t in[640];
        struct urb urb = {.endpoint = 0x82, .data = in, .length_bytes = sizeof(in), .done = done};
        start(&device, n & 1);
        enumerate(&device);
        struct usb_fault fault =
            plan(&device, USB_FAULT_SUSPEND, n / 2 % 4 == 1 ? 0 : n / 2 % 4, n / 8, 1);
        hook(&device, &fault);
        ended = 0;
        ck_assert_int_eq(device.host.device.ops->submit(&device.host.device, &urb), 0);
        pass(&device, 50000000);
        ck_assert(device.host.port.suspended && device.suspended);
        device.host.device.ops->port_suspend(&device.host.device, false);
        ck_assert(wait_for(&device, 1));
        ck_assert_int_eq(urb.status, URB_OK);
        for (unsigned i = 0; i < sizeof(in); i++)
            ck_assert_uint_eq(in[i], source(i));
    }
}
END_TEST

// A device that wakes the host: resumed by it, without anybody's asking, and what waits is moved.
START_TEST(test_woken)
{
    static struct device device;
    for (unsigned high = 0; high < 2; high++) {
        static uint8_t in[640];
        struct urb urb = {.endpoint = 0x82, .data = in, .length_bytes = sizeof(in), .done = done};
        start(&device, high);
        enumerate(&device);
        device.host.device.ops->port_suspend(&device.host.device, true);
        pass(&device, 1000);
        ck_assert(device.suspended);
        ended = 0;
        ck_assert_int_eq(device.host.device.ops->submit(&device.host.device, &urb), 0);
        device.wake_ns = device.now_ns + 7000000;
        uint64_t wake_ns = device.wake_ns;
        ck_assert(wait_for(&device, 1));
        ck_assert_uint_eq(device.resumed_ns, wake_ns);
        ck_assert_uint_eq(device.host.wakeups, 1);
        ck_assert(!device.host.port.suspended);
        ck_assert_int_eq(urb.status, URB_OK);
    }
}
END_TEST

// The wrong toggle, once: the packet passes for the one before, and so does the next one, which is why hosts must not err here.
START_TEST(test_toggle)
{
    static struct device device;
    for (unsigned in = 0; in < 2; in++) {
        start(&device, false);
        enumerate(&device);
        static uint8_t data[512];
        struct usb_fault fault =
            plan(&device, USB_FAULT_TOGGLE, in ? USB_REPLY : USB_DATA_OUT, 2, 1);
        struct urb urb = {.endpoint = in ? 0x82 : 1, .data = data, .length_bytes = sizeof(data)};
        hook(&device, &fault);
        ck_assert_int_eq(transfer(&device, &urb), URB_OK);
        if (in) {
            ck_assert_uint_eq(device.drained, sizeof(data) + 2 * 64);
            ck_assert_uint_eq(data[2 * 64], source(4 * 64));
        } else
            ck_assert_uint_eq(device.sunk, sizeof(data) - 2 * 64);
    }
}
END_TEST

// The checker checked: each rule broken by the device is told, by its clause.
START_TEST(test_breaches)
{
    static const char *const told[WRONGS] = {
        [DATA_FOR_HANDSHAKE] = "no handshake (8.4.5)",
        [BAD_PID] = "no handshake (8.4.5)",
        [NYET_AT_FULL_SPEED] = "NYET where none belongs (8.5.1)",
        [NYET_TO_PING] = "NYET where none belongs (8.5.1)",
        [ACK_TO_IN] = "neither data, NAK nor STALL (8.5.2)",
        [TOO_LONG] = "more data than the endpoint's packets hold (8.4.4)",
        [BAD_CRC] = "wrong CRC16 (8.3.5.2)",
        [AGAIN_AFTER_ACK] = "again that was acknowledged (8.6.4)",
        [NEXT_WITHOUT_ACK] = "without an ACK of the last (8.6.4)",
        [OTHER_DATA] = "another packet in place of the one that was not acknowledged (8.6.4)",
        [SETUP_REFUSED] = "a SETUP that is not acknowledged (8.5.3)",
        [DEAF_TO_CRC] = "an answer to a packet that was lost or broken (8.6)",
    };
    for (unsigned wrong = NOTHING; wrong < WRONGS; wrong++) {
        static struct device device;
        static uint8_t out[1280], in[1280];
        start(&device, wrong == NYET_TO_PING);
        device.naks_percent = wrong == NYET_TO_PING ? 50 : 0;
        enumerate(&device);
        device.wrong = wrong;
        // A lost ACK, or a broken packet, where the rule is about that.
        struct usb_fault fault = wrong == DEAF_TO_CRC
                                     ? plan(&device, USB_FAULT_CRC, USB_DATA_OUT, 3, 1)
                                     : plan(&device, USB_FAULT_LOST, USB_HANDSHAKE_OUT, 3, 1);
        hook(&device, &fault);
        struct urb to = {.endpoint = 1, .data = out, .length_bytes = sizeof(out), .done = done};
        struct urb from = {.endpoint = 0x82, .data = in, .length_bytes = sizeof(in), .done = done};
        struct urb get = {.endpoint = 0x80,
                          .setup = {0x80, 6, 0, 2, 0, 0, 9, 0},
                          .data = in,
                          .length_bytes = 9,
                          .done = done};
        struct urb *urbs[] = {&to, &from, &get};
        ended = 0;
        for (unsigned i = 0; i < 3; i++)
            ck_assert_int_eq(device.host.device.ops->submit(&device.host.device, urbs[i]), 0);
        pass(&device, 100000000);
        if (!told[wrong])
            ck_assert_msg(!device.host.breach, "%s", device.host.breach);
        else
            ck_assert_msg(device.host.breach && strstr(device.host.breach, told[wrong]),
                          "%u: %s instead of %s", wrong, device.host.breach, told[wrong]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("usb_host");
    TCase *tcase = tcase_create("usb_host");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, test_crc);
    tcase_add_test(tcase, test_traffic);
    tcase_add_test(tcase, test_frames);
    tcase_add_test(tcase, test_faults);
    tcase_add_test(tcase, test_ends);
    tcase_add_test(tcase, test_faults_healed);
    tcase_add_test(tcase, test_faults_that_end);
    tcase_add_test(tcase, test_halt);
    tcase_add_test(tcase, test_every_stage);
    tcase_add_test(tcase, test_suspended);
    tcase_add_test(tcase, test_woken);
    tcase_add_test(tcase, test_toggle);
    tcase_add_test(tcase, test_breaches);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    printf("SEED=%s\n", getenv("SEED") ? getenv("SEED") : "1");
    fflush(stdout);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
