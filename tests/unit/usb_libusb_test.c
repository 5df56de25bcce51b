/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The libusb transport through unmodified libusb: libumockdev shows the soft device as a node of usbfs. The program
 * starts itself again with libumockdev-preload.
 */
#include "nic_libusb.h"
#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "soft_device.h"
#include "soft_usb.h"
#include "umockdev_bridge.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOUND_NS 5000000000ull
#define VECTOR   3

static struct nic_platform *device_platform, *platform;
static struct soft_device *soft;
static struct soft_usb *usb;
static struct umockdev_bridge *bridge;
static struct nic_transport *transport;

static uint64_t seed(void)
{
    const char *text = getenv("SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static void start(const struct nic_libusb_match *match, bool full_speed)
{
    device_platform = nic_virtual_create(seed());
    soft = soft_device_create(&(struct soft_options){.seed = seed(), .loopback = true},
                              device_platform, VECTOR);
    usb = soft_usb_create(&(struct soft_usb_options){.serial = "A17", .full_speed = full_speed},
                          soft, device_platform);
    bridge = umockdev_bridge_create(soft_usb_device(usb));
    ck_assert_ptr_nonnull(bridge);
    platform = nic_posix_create(seed());
    transport = nic_libusb_create(match, platform, VECTOR);
}

static void stop(void)
{
    nic_libusb_destroy(transport);
    nic_posix_destroy(platform);
    umockdev_bridge_destroy(bridge);
    soft_usb_destroy(usb);
    soft_device_destroy(soft);
    nic_virtual_destroy(device_platform);
}

static void open_it(void)
{
    int result = nic_transport_open(transport);
    ck_assert_msg(result == 0, "%d %s", result, nic_libusb_message(transport));
}

static struct nic_transfer *reap(void)
{
    uint64_t end = platform->ops->now_ns(platform) + BOUND_NS;
    struct nic_transfer *t;
    while (!(t = nic_transport_reap(transport)) && platform->ops->now_ns(platform) < end)
        transport->ops->poll(transport, BOUND_NS / 10);
    ck_assert_ptr_nonnull(t);
    return t;
}

static int post(struct nic_transfer *t, uint8_t endpoint, uint8_t *bytes, uint32_t length)
{
    *t = (struct nic_transfer){.endpoint = endpoint, .data = bytes, .length_bytes = length};
    return nic_transport_submit(transport, t);
}

static void reg_set(uint32_t address, uint32_t value)
{
    ck_assert_int_eq(nic_transport_reg_write(transport, address, &value, 1), 0);
}

static void link_up(void *context)
{
    (void)context;
    soft_device_link(soft, true, 2);
}

static void device_enable(void)
{
    umockdev_bridge_with(bridge, link_up, NULL);
    reg_set(NIC_FILTER_ADDR, 7);
    reg_set(NIC_CTRL_ADDR, 3);
}

/* A TX record of 60 octets to the broadcast address, by hand from nic.rdl. */
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

START_TEST(test_registers)
{
    struct nic_transport_description description;
    uint32_t words[2], word;
    start(&(struct nic_libusb_match){.serial = _i ? "A17" : NULL}, _i);
    open_it();
    ck_assert_int_eq(nic_transport_open(transport), -EBUSY);
    nic_transport_describe(transport, &description);
    ck_assert_str_eq(description.name, "usb 1-2");
    ck_assert_int_eq(description.high_speed, !_i);
    ck_assert_int_eq(nic_transport_reg_read(transport, NIC_ID_ADDR, words, 2), 0);
    ck_assert_uint_eq(words[0], soft_device_register(soft, NIC_ID_ADDR));
    ck_assert_uint_eq(words[1], NIC_MAP_HASH);
    reg_set(NIC_IFG_ADDR, 20);
    ck_assert_uint_eq(soft_device_register(soft, NIC_IFG_ADDR), 20);
    ck_assert_int_eq(nic_transport_reg_read(transport, 0xfffffff0, &word, 1), -EPIPE);
    ck_assert_int_eq(nic_transport_reg_read(transport, NIC_IFG_ADDR, &word, 1), 0);
    nic_transport_close(transport);
    open_it(); /* and once more */
    ck_assert_int_eq(nic_transport_reg_read(transport, NIC_IFG_ADDR, &word, 1), 0);
    ck_assert_uint_eq(word, 20);
    nic_transport_close(transport);
    stop();
}
END_TEST

START_TEST(test_missing)
{
    static const struct nic_libusb_match matches[] = {{.vendor = 0x1234, .product = 0x5678},
                                                      {.serial = "B18"}};
    static const char *const sentences[] = {
        "no USB device 1234:5678: check that it is plugged in and shown by lsusb",
        "no USB device 1209:0001 has the serial number B18; there is 1"};
    struct nic_transfer t;
    uint8_t bytes[16];
    start(&matches[_i], false);
    ck_assert_int_eq(nic_transport_open(transport), -ENODEV);
    ck_assert_str_eq(nic_libusb_message(transport), sentences[_i]);
    ck_assert_int_eq(post(&t, NIC_ENDPOINT_RX, bytes, 16), -ENODEV);
    stop();
}
END_TEST

struct strike {
    enum soft_fault fault;
    unsigned after;
};

static void arm(void *context)
{
    const struct strike *strike = context;
    soft_device_fault(soft, strike->fault, strike->after);
}

/* All frames cross and come back, each once. strike: somewhere in between an endpoint stalls, and of its transfers, several of which
 * are posted, those that end so are posted again; only on the way out may these be late. */
static void streams(bool full_speed, struct strike *strike)
{
    enum { FRAMES = 40, POSTED = 3 };
    struct nic_transfer out[FRAMES], in[POSTED], event[POSTED], *t;
    static uint8_t tx[FRAMES][76], rx[POSTED][16384], events[POSTED][64];
    unsigned sent = 0, frames = 0, completed = 0, stalls = 0;
    bool seen[FRAMES] = {false};
    start(&(struct nic_libusb_match){0}, full_speed);
    open_it();
    device_enable();
    if (strike)
        umockdev_bridge_with(bridge, arm, strike);
    for (unsigned i = 0; i < POSTED; i++) {
        ck_assert_int_eq(post(&in[i], NIC_ENDPOINT_RX, rx[i], sizeof rx[i]), 0);
        ck_assert_int_eq(post(&event[i], NIC_ENDPOINT_EVENT, events[i], sizeof events[i]), 0);
    }
    for (uint32_t i = 0; i < FRAMES; i++)
        ck_assert_int_eq(post(&out[i], NIC_ENDPOINT_TX, tx[i], record(tx[i], i)), 0);
    while (sent < FRAMES || frames < FRAMES || completed < FRAMES) {
        t = reap();
        if (t->status == NIC_TRANSFER_STALL) {
            ck_assert_uint_lt(++stalls, 100);
            ck_assert_uint_eq(t->actual_bytes, 0);
            ck_assert_int_eq(post(t, t->endpoint, t->data, t->length_bytes), 0);
            continue;
        }
        ck_assert_int_eq(t->status, NIC_TRANSFER_OK);
        if (t->endpoint == NIC_ENDPOINT_TX) {
            ck_assert(stalls || t == &out[sent]);
            ck_assert_uint_eq(t->actual_bytes, 76);
            sent++;
            continue;
        }
        if (t->endpoint == NIC_ENDPOINT_RX) {
            ck_assert_uint_eq(t->actual_bytes % 76, 0);
            for (uint32_t at = 0; at < t->actual_bytes; at += 76) {
                uint32_t tag = nic_get_le32(t->data + at + 30);
                ck_assert_uint_lt(tag, FRAMES);
                ck_assert_msg(!seen[tag], "frame %u came twice", tag);
                if (!strike || strike->fault != SOFT_FAULT_STALL_OUT)
                    ck_assert_uint_eq(tag, frames);
                seen[tag] = true;
                frames++;
            }
        } else {
            for (uint32_t at = 0; at < t->actual_bytes; at += 16)
                if (t->data[at] == NIC_EVENT_TYPE_TX_DONE)
                    completed += t->data[at + 2];
        }
        ck_assert_int_eq(post(t, t->endpoint, t->data, t->length_bytes), 0);
    }
    ck_assert_uint_eq(frames, FRAMES);
    ck_assert_uint_eq(completed, FRAMES);
    ck_assert_int_eq(stalls != 0, strike != NULL);
    for (unsigned i = 0; i < POSTED; i++) {
        nic_transport_cancel(transport, &in[i]);
        nic_transport_cancel(transport, &event[i]);
    }
    for (unsigned i = 0; i < 2 * POSTED; i++)
        ck_assert_int_eq(reap()->status, NIC_TRANSFER_CANCELLED);
    nic_transport_close(transport);
    stop();
}

START_TEST(test_streams)
{
    streams(_i, NULL);
}
END_TEST

START_TEST(test_stall_in_traffic)
{
    struct strike strikes[] = {
        {SOFT_FAULT_STALL_OUT, 10}, {SOFT_FAULT_STALL_RX, 1}, {SOFT_FAULT_STALL_EVENT, 1}};
    streams(false, &strikes[_i]);
}
END_TEST

/* Each stream refuses once; the halt is cleared, what follows goes through. */
START_TEST(test_stall)
{
    static const uint8_t endpoints[] = {NIC_ENDPOINT_TX, NIC_ENDPOINT_RX, NIC_ENDPOINT_EVENT};
    struct strike faults[] = {
        {SOFT_FAULT_STALL_OUT, 0}, {SOFT_FAULT_STALL_RX, 0}, {SOFT_FAULT_STALL_EVENT, 0}};
    struct nic_transfer t, out;
    uint8_t bytes[512], tx[76];
    start(&(struct nic_libusb_match){0}, false);
    open_it();
    device_enable();
    for (unsigned i = 0; i < 2; i++) {
        if (!i)
            umockdev_bridge_with(bridge, arm, &faults[_i]);
        record(tx, i);
        memcpy(bytes, tx, sizeof tx);
        ck_assert_int_eq(post(&t, endpoints[_i], bytes, _i == 0 ? 76 : _i == 1 ? 512 : 64), 0);
        if (_i) {
            ck_assert_int_eq(post(&out, NIC_ENDPOINT_TX, tx, 76), 0);
            if (reap()->endpoint != NIC_ENDPOINT_TX)
                ck_assert_uint_eq(reap()->endpoint, NIC_ENDPOINT_TX);
            else
                reap();
        } else {
            reap();
        }
        ck_assert_int_eq(t.status, i ? NIC_TRANSFER_OK : NIC_TRANSFER_STALL);
    }
    nic_transport_close(transport);
    stop();
}
END_TEST

static void unplug(void *context)
{
    (void)context;
    soft_usb_plug(usb, false);
}

static void hold(void *context)
{
    (void)context;
    soft_device_hold_out(soft, true);
}

START_TEST(test_unplug)
{
    static const uint8_t endpoints[] = {NIC_ENDPOINT_TX, NIC_ENDPOINT_TX, NIC_ENDPOINT_RX,
                                        NIC_ENDPOINT_RX, NIC_ENDPOINT_EVENT};
    struct nic_transfer t[5];
    uint8_t bytes[5][512] = {{0}};
    uint32_t word;
    start(&(struct nic_libusb_match){0}, false);
    open_it();
    umockdev_bridge_with(bridge, hold, NULL);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_int_eq(post(&t[i], endpoints[i], bytes[i], i == 4 ? 64 : 512), 0);
    umockdev_bridge_with(bridge, unplug, NULL);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_int_eq(reap()->status, NIC_TRANSFER_GONE);
    ck_assert_int_eq(post(&t[0], NIC_ENDPOINT_RX, bytes[0], 512), -ENODEV);
    ck_assert_int_eq(nic_transport_reg_read(transport, NIC_ID_ADDR, &word, 1), -ENODEV);
    nic_transport_close(transport);
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    (void)argc;
    const char *preload = getenv("LD_PRELOAD");
    if (!preload || !strstr(preload, "libumockdev-preload")) {
        setenv("LD_PRELOAD", "libumockdev-preload.so.0", 1);
        execv("/proc/self/exe", argv);
        perror("execv");
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("usb_libusb");
    TCase *t = tcase_create("usb_libusb");
    tcase_set_timeout(t, 20);
    tcase_add_loop_test(t, test_registers, 0, 2);
    tcase_add_loop_test(t, test_missing, 0, 2);
    tcase_add_loop_test(t, test_streams, 0, 2);
    tcase_add_loop_test(t, test_stall, 0, 3);
    tcase_add_loop_test(t, test_stall_in_traffic, 0, 3);
    tcase_add_test(t, test_unplug);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    printf("seed %llu\n", (unsigned long long)seed());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
