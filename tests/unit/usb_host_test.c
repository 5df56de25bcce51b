// SPDX-License-Identifier: Apache-2.0
// The host controller model against a device written here from USB 2.0, chapter 8, that shares no code with it: it checks every
// packet's CRC by the residual, answers late, drops duplicates. Losses, broken packets and wrong answers come from the fault hook.
#include "usb_host.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES = 6000 };

static const uint8_t configuration[] = {9, 2,    39, 0,  1, 1, 0, 0x80, 50,   9,  4,  0, 0,
                                        3, 0,    0,  0,  0, 7, 5, 1,    2,    64, 0,  0, 7,
                                        5, 0x82, 2,  64, 0, 0, 7, 5,    0x83, 3,  16, 0, 4};

// Toggles: [0] OUT 1, [1] IN 2, [2] IN 3; control apart.
struct device {
    uint64_t now_ns, random;
    bool high, plugged, suspended, toggle[3], control_toggle, status;
    uint8_t address, new_address, pid, setup[8];
    unsigned endpoint, control_at, naks_percent;
    bool halted, dead, babble;
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
    if (device->babble)
        length = 80;
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
    if (device->endpoint == 2)
        device->drained += device->pending;
}

static size_t data_out(struct device *device, const uint8_t *packet, size_t length, uint8_t *reply)
{
    bool toggle = packet[0] == 0x4b;
    if (residual(packet + 1, length - 1, 16, 0x8005) != 0x800d)
        return 0;
    if (device->pid == 0x2d) {
        memcpy(device->setup, packet + 1, 8);
        device->control_at = 0;
        device->control_toggle = true;
        device->new_address = device->setup[1] == 5 ? device->setup[2] : device->address;
        if (device->setup[1] == 9)
            memset(device->toggle, 0, sizeof(device->toggle));
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
    if (((pid >> 4) ^ (pid & 15)) != 15)
        return 0;
    unsigned bits = length == 3 ? packet[1] | packet[2] << 8 : 0;
    if (length == 3 && (pid & 3) == 1 && residual(packet + 1, 2, 5, 0x05) != 0x0c)
        return 0;
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
    }
    if (pid == 0xd2 && device->pid == 0x69)
        acked(device);
    if (pid == 0x69)
        got = token_in(device, answer);
    else if (pid == 0xb4)
        got = short_reply(answer, device->halted ? 0x1e : draw(device, 2) ? 0xd2 : 0x5a);
    else if ((pid == 0xc3 || pid == 0x4b) && (device->pid == 0xe1 || device->pid == 0x2d)) {
        got = data_out(device, packet, length, answer);
        device->status = device->pid == 0xe1 && device->endpoint == 0;
    }
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
    ((struct device *)context)->suspended = asleep;
}

static void idle(void *context, uint64_t until_ns)
{
    struct device *device = context;
    ck_assert_uint_ge(until_ns, device->now_ns);
    device->now_ns = until_ns;
}

static uint64_t now_ns(void *context)
{
    return ((struct device *)context)->now_ns;
}

static const struct usb_bus_ops ops = {exchange, bus_reset, connected, suspend, idle, now_ns};

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
    device.halted = false;
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
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    printf("SEED=%s\n", getenv("SEED") ? getenv("SEED") : "1");
    fflush(stdout);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
