/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device as a USB device, through urb_device. Expected bytes and errors are written out from USB 2.0 chapter 9,
 * the BOS of USB 3.2 (9.6.2), Microsoft's MS OS 2.0 descriptor specification and nic.rdl.
 */
#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "soft_device.h"
#include "soft_usb.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000ull

static struct nic_platform *platform;
static struct soft_device *soft;
static struct soft_usb *usb;
static struct urb_device *device;
static unsigned port_changes;
static uint64_t seed;
static uint8_t data[70000];
static uint32_t got;

static void port_changed(struct urb_device *d, void *context)
{
    (void)d;
    (void)context;
    port_changes++;
}

static void run(uint64_t ns)
{
    uint64_t until = device->ops->now_ns(device) + ns;
    while (device->ops->now_ns(device) < until)
        device->ops->run(device, until);
}

static void start(const struct soft_usb_options *options, bool loopback)
{
    const char *text = getenv("SEED");
    seed = text ? strtoull(text, NULL, 0) : 1;
    platform = nic_virtual_create(seed);
    soft =
        soft_device_create(&(struct soft_options){.seed = seed, .loopback = loopback}, platform, 3);
    usb = soft_usb_create(options, soft, platform);
    ck_assert_ptr_nonnull(usb);
    device = soft_usb_device(usb);
    device->port_changed = port_changed;
    port_changes = 0;
}

static void stop(void)
{
    soft_usb_destroy(usb);
    soft_device_destroy(soft);
    nic_virtual_destroy(platform);
}

struct host_urb {
    struct urb urb;
    unsigned done;
};

static unsigned order;

static void done(struct urb *urb)
{
    struct host_urb *h = urb->user;
    ck_assert_uint_eq(h->done, 0);
    h->done = ++order;
}

static int post(struct host_urb *h, uint8_t endpoint, uint8_t *bytes, uint32_t length)
{
    memset(h, 0, sizeof *h);
    h->urb.endpoint = endpoint;
    h->urb.data = bytes;
    h->urb.length_bytes = length;
    h->urb.done = done;
    h->urb.user = h;
    return device->ops->submit(device, &h->urb);
}

/* A control transfer; the data stage is in `data`, its length in `got`. */
static enum urb_status control(uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                               uint16_t length)
{
    struct host_urb h = {
        .urb = {.endpoint = type & 0x80,
                .setup = {type, request, (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)index,
                          (uint8_t)(index >> 8), (uint8_t)length, (uint8_t)(length >> 8)},
                .data = data,
                .length_bytes = length,
                .done = done}};
    h.urb.user = &h;
    ck_assert_int_eq(device->ops->submit(device, &h.urb), 0);
    ck_assert_uint_eq(h.done, 0); /* never inside submit */
    run(5 * MS);
    ck_assert_uint_ne(h.done, 0);
    got = h.urb.actual_bytes;
    return h.urb.status;
}

#define OK(...)    ck_assert_int_eq(control(__VA_ARGS__), URB_OK)
#define STALL(...) ck_assert_int_eq(control(__VA_ARGS__), URB_STALL)

static void reset(void)
{
    ck_assert_int_eq(device->ops->port_reset(device), 0);
    run(MS);
}

static void configure(void)
{
    reset();
    OK(0x00, 9, 1, 0, 0);
}

static void expect(const uint8_t *bytes, uint32_t length)
{
    ck_assert_uint_eq(got, length);
    ck_assert_mem_eq(data, bytes, length);
}

/* ---- descriptors ---- */

START_TEST(test_descriptors)
{
    bool full = _i;
    static const uint8_t dev[] = {18,   1, 1, 2, 0xff, 0xff, 0xff, 64, 0x09,
                                  0x12, 1, 0, 0, 1,    1,    2,    3,  1};
    static const uint8_t qualifier[] = {10, 6, 1, 2, 0xff, 0xff, 0xff, 64, 1, 0};
    uint8_t config[] = {9, 2, 39, 0, 1, 1, 0, 0xa0, 250, 9, 4, 0, 0, 3, 0xff, 0xff, 0xff, 0, 7, 5,
                        1, 2, 0,  2, 0, 7, 5, 0x82, 2,   0, 2, 0, 7, 5, 0x83, 3,    64,   0, 1};
    start(&(struct soft_usb_options){.full_speed = full}, false);
    reset();
    struct urb_port port;
    device->ops->port_get(device, &port);
    ck_assert(port.connected && port.enabled && !port.suspended);
    ck_assert_int_eq(port.speed, full ? URB_FULL_SPEED : URB_HIGH_SPEED);
    for (unsigned configured = 0; configured < 2; configured++) {
        for (unsigned other = 0; other < 2; other++) {
            bool bulk64 = full != (bool)other;
            config[1] = other ? 7 : 2;
            config[22] = config[29] = bulk64 ? 64 : 0;
            config[23] = config[30] = bulk64 ? 0 : 2;
            OK(0x80, 6, other ? 0x0700 : 0x0200, 0, 255);
            expect(config, sizeof config);
        }
        OK(0x80, 6, 0x0100, 0, 64);
        expect(dev, sizeof dev);
        OK(0x80, 6, 0x0100, 0, 8); /* as Linux and Windows begin */
        expect(dev, 8);
        OK(0x80, 6, 0x0600, 0, 10);
        expect(qualifier, sizeof qualifier);
        OK(0x00, 9, 1, 0, 0);
    }
    stop();
}
END_TEST

START_TEST(test_strings)
{
    static const uint8_t serial[] = {8, 3, 'A', 0, '1', 0, '7', 0};
    start(&(struct soft_usb_options){.serial = "A17", .vendor = 0x1234, .product = 0x5678}, false);
    reset();
    OK(0x80, 6, 0x0300, 0, 255);
    expect((const uint8_t[]){4, 3, 9, 4}, 4);
    OK(0x80, 6, 0x0303, 0x0409, 255);
    expect(serial, sizeof serial);
    OK(0x80, 6, 0x0301, 0x0409, 255);
    ck_assert_uint_eq(got, data[0]);
    OK(0x80, 6, 0x0100, 0, 18);
    ck_assert_mem_eq(data + 8, "\x34\x12\x78\x56", 4);
    STALL(0x80, 6, 0x0304, 0x0409, 255);
    STALL(0x80, 6, 0x0301, 0x0407, 255);
    STALL(0x80, 6, 0x03ee, 0, 255); /* MS OS 1.0, which it has not */
    STALL(0x80, 6, 0x0101, 0, 18);
    STALL(0x80, 6, 0x0400, 0, 18);
    STALL(0x80, 6, 0x2100, 0, 18);
    stop();
}
END_TEST

/* Walks the MS OS 2.0 set from what the BOS says of it. */
START_TEST(test_bos_and_ms_os)
{
    static const uint8_t uuid[] = {0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c,
                                   0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f};
    start(&(struct soft_usb_options){0}, false);
    reset();
    OK(0x80, 6, 0x0f00, 0, 255);
    ck_assert_uint_eq(got, data[2] | data[3] << 8);
    uint32_t at = 5, capabilities = 0, set = 0, total = got;
    while (at < total) {
        ck_assert_uint_eq(data[at + 1], 16);
        if (data[at + 2] == 5) {
            ck_assert_mem_eq(data + at + 4, uuid, 16);
            ck_assert_mem_eq(data + at + 20, "\0\0\3\6", 4);
            set = data[at + 24] | (uint32_t)data[at + 25] << 8;
            ck_assert_uint_eq(data[at + 26], NIC_VENDOR_REQUEST_MS_OS);
        }
        at += data[at];
        capabilities++;
    }
    ck_assert_uint_eq(at, total);
    ck_assert_uint_eq(capabilities, data[4]);
    OK(0xc0, NIC_VENDOR_REQUEST_MS_OS, 0, 7, 0xffff);
    ck_assert_uint_eq(got, set);
    ck_assert_mem_eq(data, "\x0a\0\0\0\0\0\3\6", 8);
    ck_assert_uint_eq(data[8] | (unsigned)data[9] << 8, set);
    ck_assert_mem_eq(data + 10, "\x14\0\3\0WINUSB\0\0", 12);
    for (at = 10; at < set; at += data[at])
        if (data[at + 2] == 4) {
            const uint8_t *p = data + at;
            unsigned name = p[6] | (unsigned)p[7] << 8;
            unsigned value = p[8 + name] | (unsigned)p[9 + name] << 8;
            ck_assert_uint_eq(p[4], 7); /* REG_MULTI_SZ: ends with two zeros */
            ck_assert_uint_eq(name, 2 * sizeof "DeviceInterfaceGUIDs");
            ck_assert_uint_eq(value, 2 * (38 + 2));
            ck_assert_uint_eq(10 + name + value, p[0]);
            ck_assert_uint_eq(p[10 + name], '{');
            ck_assert_uint_eq(p[10 + name + 2 * 37], '}');
        }
    ck_assert_uint_eq(at, set);
    STALL(0xc0, NIC_VENDOR_REQUEST_MS_OS, 0, 4, 255);
    stop();
}
END_TEST

/* ---- requests ---- */

START_TEST(test_states)
{
    struct host_urb h;
    start(&(struct soft_usb_options){0}, false);
    ck_assert_int_eq(post(&h, 0x82, data, 512), -ENODEV); /* before the port reset */
    reset();
    ck_assert_uint_eq(port_changes, 1);
    ck_assert_int_eq(post(&h, 0x82, data, 512), -EINVAL); /* not configured */
    OK(0x80, 8, 0, 0, 1);
    expect((const uint8_t[]){0}, 1);
    STALL(0x81, 10, 0, 0, 1);
    STALL(0x81, 0, 0, 0, 2);
    STALL(0x82, 0, 0, 0x82, 2);
    STALL(0x01, 11, 0, 0, 0);
    STALL(0x02, 3, 0, 0x82, 0);
    OK(0x82, 0, 0, 0, 2);
    STALL(0x00, 9, 2, 0, 0);
    OK(0x00, 9, 1, 0, 0);
    OK(0x80, 8, 0, 0, 1);
    expect((const uint8_t[]){1}, 1);
    OK(0x81, 10, 0, 0, 1);
    expect((const uint8_t[]){0}, 1);
    OK(0x81, 0, 0, 0, 2);
    expect((const uint8_t[]){0, 0}, 2);
    OK(0x01, 11, 0, 0, 0);
    STALL(0x01, 11, 1, 0, 0);
    STALL(0x81, 10, 0, 1, 1);
    STALL(0x00, 5, 3, 0, 0);   /* SET_ADDRESS is not submitted */
    STALL(0x00, 7, 256, 0, 0); /* SET_DESCRIPTOR */
    STALL(0x82, 12, 0, 0x82, 2);
    STALL(0xa1, 0xfe, 0, 0, 1); /* class */
    OK(0x00, 9, 0, 0, 0);
    ck_assert_int_eq(post(&h, 0x82, data, 512), -EINVAL);
    ck_assert_int_eq(post(&h, 0x04, data, 512), -EINVAL);
    stop();
}
END_TEST

START_TEST(test_features)
{
    start(&(struct soft_usb_options){0}, false);
    configure();
    OK(0x80, 0, 0, 0, 2);
    expect((const uint8_t[]){0, 0}, 2);
    OK(0x00, 3, 1, 0, 0);
    OK(0x80, 0, 0, 0, 2);
    expect((const uint8_t[]){2, 0}, 2);
    OK(0x00, 1, 1, 0, 0);
    OK(0x80, 0, 0, 0, 2);
    expect((const uint8_t[]){0, 0}, 2);
    OK(0x00, 3, 2, 0x0100, 0);
    STALL(0x00, 3, 2, 0x0600, 0);
    STALL(0x00, 1, 2, 0x0100, 0);
    STALL(0x00, 3, 7, 0, 0);
    STALL(0x02, 3, 1, 0x82, 0);
    STALL(0x02, 3, 0, 0x85, 0);
    stop();
}
END_TEST

START_TEST(test_halt)
{
    static const uint8_t endpoints[] = {0x01, 0x82, 0x83};
    uint8_t endpoint = endpoints[_i], bytes[512] = {0};
    struct host_urb waiting, next;
    start(&(struct soft_usb_options){0}, false);
    configure();
    soft_device_hold_out(soft, true);
    ck_assert_int_eq(post(&waiting, endpoint, bytes, 512), 0);
    run(MS);
    ck_assert_uint_eq(waiting.done, 0);
    OK(0x02, 3, 0, endpoint, 0);
    run(MS);
    ck_assert_uint_ne(waiting.done, 0);
    ck_assert_int_eq(waiting.urb.status, URB_STALL);
    OK(0x82, 0, 0, endpoint, 2);
    expect((const uint8_t[]){1, 0}, 2);
    ck_assert_int_eq(post(&next, endpoint, bytes, 512), 0);
    run(MS);
    ck_assert_int_eq(next.urb.status, URB_STALL);
    OK(0x02, 1, 0, endpoint, 0);
    OK(0x82, 0, 0, endpoint, 2);
    expect((const uint8_t[]){0, 0}, 2);
    ck_assert_int_eq(post(&next, endpoint, bytes, 512), 0);
    run(MS);
    ck_assert_uint_eq(next.done, 0);
    device->ops->cancel(device, &next.urb);
    run(MS);
    ck_assert_int_eq(next.urb.status, URB_CANCELLED);
    OK(0x02, 3, 0, endpoint, 0);
    OK(0x00, 9, 1, 0, 0); /* the same configuration again clears halts */
    OK(0x82, 0, 0, endpoint, 2);
    expect((const uint8_t[]){0, 0}, 2);
    stop();
}
END_TEST

/* ---- registers and streams ---- */

START_TEST(test_registers)
{
    start(&(struct soft_usb_options){0}, false);
    reset(); /* registers answer without a configuration */
    OK(0xc0, 2, NIC_ID_ADDR, 0, 8);
    ck_assert_uint_eq(got, 8);
    ck_assert_uint_eq(nic_get_le32(data), soft_device_register(soft, NIC_ID_ADDR));
    ck_assert_uint_eq(nic_get_le32(data + 4), NIC_MAP_HASH);
    nic_put_le32(data, 20);
    OK(0x40, 1, NIC_IFG_ADDR, 0, 4);
    ck_assert_uint_eq(soft_device_register(soft, NIC_IFG_ADDR), 20);
    STALL(0xc0, 2, NIC_ID_ADDR + 1, 0, 4);
    STALL(0xc0, 2, NIC_ID_ADDR, 0, 3);
    STALL(0xc0, 2, 0xfff0, 0xffff, 4);
    STALL(0xc0, 1, NIC_ID_ADDR, 0, 4);
    STALL(0xc0, 9, 0, 0, 4);
    STALL(0xc0, 2, NIC_ID_ADDR, 0, 0xfffc);
    OK(0xc0, 2, NIC_ID_ADDR, 0, 4); /* and it goes on */
    stop();
}
END_TEST

/* A TX record of 60 octets to the broadcast address. */
static uint32_t record(uint8_t *to, uint32_t tag)
{
    memset(to, 0, 76);
    to[0] = 60;
    to[3] = 0x5a ^ 60;
    nic_put_le32(to + 4, tag);
    memset(to + 16, 0xff, 6);
    nic_put_le32(to + 30, tag);
    return 76;
}

static void device_enable(void)
{
    soft_device_link(soft, true, 2);
    nic_put_le32(data, 7); /* FILTER: all */
    OK(0x40, 1, NIC_FILTER_ADDR, 0, 4);
    nic_put_le32(data, 3);
    OK(0x40, 1, NIC_CTRL_ADDR, 0, 4);
}

START_TEST(test_streams)
{
    struct host_urb out[8], in[3], event[3];
    uint8_t tx[8][76], rx[3][2048], events[3][64];
    unsigned frames = 0, completed = 0;
    start(&(struct soft_usb_options){.full_speed = _i}, true);
    configure();
    device_enable();
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_int_eq(post(&in[i], 0x82, rx[i], sizeof rx[i]), 0);
        ck_assert_int_eq(post(&event[i], 0x83, events[i], sizeof events[i]), 0);
    }
    for (uint32_t i = 0; i < 8; i++)
        ck_assert_int_eq(post(&out[i], 0x01, tx[i], record(tx[i], i)), 0);
    for (unsigned round = 0; round < 50; round++) {
        run(MS);
        for (unsigned i = 0; i < 3; i++) {
            if (in[i].done) {
                ck_assert_int_eq(in[i].urb.status, URB_OK);
                ck_assert_uint_eq(in[i].urb.actual_bytes % 76, 0);
                for (uint32_t at = 0; at < in[i].urb.actual_bytes; at += 76)
                    ck_assert_uint_eq(nic_get_le32(rx[i] + at + 30), frames++);
                ck_assert_int_eq(post(&in[i], 0x82, rx[i], sizeof rx[i]), 0);
            }
            if (event[i].done) {
                for (uint32_t at = 0; at < event[i].urb.actual_bytes; at += 16)
                    if (events[i][at] == NIC_EVENT_TYPE_TX_DONE)
                        completed += events[i][at + 2];
                ck_assert_int_eq(post(&event[i], 0x83, events[i], sizeof events[i]), 0);
            }
        }
    }
    ck_assert_uint_eq(frames, 8);
    ck_assert_uint_eq(completed, 8);
    for (unsigned i = 0; i < 8; i++) {
        ck_assert_int_eq(out[i].urb.status, URB_OK);
        ck_assert_uint_eq(out[i].urb.actual_bytes, 76);
        ck_assert(i == 0 || out[i].done > out[i - 1].done);
    }
    /* A host that asks for less than a packet loses the rest: babble. */
    for (unsigned i = 0; i < 3; i++)
        device->ops->cancel(device, &in[i].urb);
    run(MS);
    ck_assert_int_eq(post(&in[0], 0x82, rx[0], 10), 0);
    ck_assert_int_eq(post(&out[0], 0x01, tx[0], record(tx[0], 0)), 0);
    run(5 * MS);
    ck_assert_int_eq(in[0].urb.status, URB_OVERFLOW);
    ck_assert_uint_eq(in[0].urb.actual_bytes, 10);
    for (unsigned i = 0; i < 3; i++)
        device->ops->cancel(device, &event[i].urb);
    run(MS);
    stop();
}
END_TEST

/* A header that fails its check halts the endpoint; so does the soft device's fault. CLEAR_FEATURE alone is enough for
 * the second, the first wants the NIC reset as well. */
START_TEST(test_stall_of_the_stream)
{
    struct host_urb out;
    uint8_t bytes[76];
    start(&(struct soft_usb_options){0}, false);
    configure();
    device_enable();
    record(bytes, 1);
    soft_device_fault(soft, SOFT_FAULT_STALL_OUT, 0);
    ck_assert_int_eq(post(&out, 0x01, bytes, 76), 0);
    run(MS);
    ck_assert_int_eq(out.urb.status, URB_STALL);
    OK(0x02, 1, 0, 0x01, 0);
    ck_assert_int_eq(post(&out, 0x01, bytes, 76), 0);
    run(MS);
    ck_assert_int_eq(out.urb.status, URB_OK);
    bytes[3] ^= 1;
    ck_assert_int_eq(post(&out, 0x01, bytes, 76), 0);
    run(MS);
    ck_assert_int_eq(out.urb.status, URB_STALL);
    OK(0x82, 0, 0, 0x01, 2);
    expect((const uint8_t[]){1, 0}, 2);
    stop();
}
END_TEST

/* Unplugged, or reset, with something in flight everywhere: all comes back once, and it can be used again. */
START_TEST(test_gone_and_back)
{
    struct host_urb h[6];
    uint8_t bytes[6][512] = {{0}};
    static const uint8_t endpoints[] = {0x82, 0x83, 0x82, 0x83, 0x01, 0x01};
    start(&(struct soft_usb_options){0}, false);
    for (unsigned round = 0; round < 150; round++) {
        configure();
        soft_device_hold_out(soft, true);
        for (unsigned i = 0; i < 6; i++)
            ck_assert_int_eq(post(&h[i], endpoints[i], bytes[i], 512), 0);
        if (round % 3)
            run(MS);
        if (round & 1)
            soft_usb_plug(usb, false);
        else
            ck_assert_int_eq(device->ops->port_reset(device), 0);
        run(MS);
        for (unsigned i = 0; i < 6; i++) {
            ck_assert_uint_ne(h[i].done, 0);
            ck_assert_int_eq(h[i].urb.status, URB_GONE);
        }
        if (round & 1) {
            ck_assert_int_eq(post(&h[0], 0x82, bytes[0], 512), -ENODEV);
            ck_assert_int_eq(device->ops->port_reset(device), -ENODEV);
            soft_usb_plug(usb, true);
        }
        soft_device_hold_out(soft, false);
    }
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("soft_usb");
    TCase *t = tcase_create("soft_usb");
    tcase_add_loop_test(t, test_descriptors, 0, 2);
    tcase_add_test(t, test_strings);
    tcase_add_test(t, test_bos_and_ms_os);
    tcase_add_test(t, test_states);
    tcase_add_test(t, test_features);
    tcase_add_loop_test(t, test_halt, 0, 3);
    tcase_add_test(t, test_registers);
    tcase_add_loop_test(t, test_streams, 0, 2);
    tcase_add_test(t, test_stall_of_the_stream);
    tcase_add_test(t, test_gone_and_back);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    printf("seed %s\n", getenv("SEED") ? getenv("SEED") : "1");
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
