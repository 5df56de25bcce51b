/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The usbredir server with a client of its own, written from usbredir's description of the protocol (version 0.7), without its
 * parser; and with random and mutated bytes. The soft device is behind it. tests/system/kernel_test.sh has QEMU in front of it.
 */
#include "nic_platform.h"
#include "nic_regs.h"
#include "soft_device.h"
#include "soft_usb.h"
#include "usbredir_server.h"

#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Packet types and statuses, section "Packet types" of the description. */
enum {
    HELLO,
    DEVICE_CONNECT,
    DEVICE_DISCONNECT,
    RESET,
    INTERFACE_INFO,
    EP_INFO,
    SET_CONFIGURATION,
    GET_CONFIGURATION,
    CONFIGURATION_STATUS,
    SET_ALT,
    GET_ALT,
    ALT_STATUS,
    START_ISO,
    START_INTERRUPT = 15,
    STOP_INTERRUPT,
    INTERRUPT_STATUS,
    ALLOC_STREAMS,
    CANCEL = 21,
    CONTROL = 100,
    BULK,
    ISO,
    INTERRUPT,
};
enum { SUCCESS, CANCELLED, INVAL, IOERROR, STALL };

#define HELLO_BYTES 80 /* with its header of 12: 32-bit number */
#define HEADER      16

static struct nic_platform *platform;
static struct soft_device *soft;
static struct soft_usb *usb;
static int client, server_socket, stopping;
static bool clean;
static pthread_t thread;
static uint64_t dice_state;

static uint64_t seed(void)
{
    const char *text = getenv("SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static uint32_t dice(uint32_t sides)
{
    dice_state = dice_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(dice_state >> 33) % sides;
}

static void device_start(bool full_speed)
{
    platform = nic_virtual_create(seed());
    soft =
        soft_device_create(&(struct soft_options){.seed = seed(), .loopback = true}, platform, 3);
    usb = soft_usb_create(&(struct soft_usb_options){.serial = "A17", .full_speed = full_speed},
                          soft, platform);
}

static void device_stop(void)
{
    soft_usb_destroy(usb);
    soft_device_destroy(soft);
    nic_virtual_destroy(platform);
}

static void *serve(void *context)
{
    (void)context;
    clean = usbredir_serve(soft_usb_device(usb), server_socket, &stopping);
    return NULL;
}

static void give(const void *bytes, size_t length)
{
    ck_assert_int_eq(send(client, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

static void take(void *bytes, size_t length)
{
    uint8_t *to = bytes;
    struct pollfd p = {.fd = client, .events = POLLIN};
    while (length) {
        ck_assert_int_eq(poll(&p, 1, 5000), 1);
        ssize_t n = recv(client, to, length, 0);
        ck_assert_int_gt(n, 0);
        to += n;
        length -= (size_t)n;
    }
}

static bool closed(void)
{
    struct pollfd p = {.fd = client, .events = POLLIN};
    uint8_t bytes[256];
    ssize_t n = 1;
    while (n > 0)
        n = poll(&p, 1, 5000) == 1 ? recv(client, bytes, sizeof bytes, 0) : -2;
    return n > -2;
}

static void le32(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t from32(const uint8_t *p)
{
    return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static size_t packet(uint8_t *to, uint32_t type, uint32_t id, const void *body, uint32_t length)
{
    le32(to, type);
    le32(to + 4, length);
    le32(to + 8, id);
    le32(to + 12, 0);
    if (length)
        memcpy(to + HEADER, body, length);
    return HEADER + length;
}

static void say(uint32_t type, uint32_t id, const void *body, uint32_t length)
{
    uint8_t m[2048];
    give(m, packet(m, type, id, body, length));
}

/* The next packet, which must be this one. Its body's length. */
static uint32_t hear(uint32_t type, uint32_t id, uint8_t *body, uint32_t room)
{
    uint8_t header[HEADER];
    take(header, sizeof header);
    ck_assert_uint_eq(from32(header), type);
    ck_assert_uint_eq(from32(header + 8), id);
    uint32_t length = from32(header + 4);
    ck_assert_uint_le(length, room);
    take(body, length);
    return length;
}

static size_t hello_make(uint8_t m[HELLO_BYTES], uint32_t capabilities)
{
    memset(m, 0, HELLO_BYTES);
    le32(m, HELLO);
    le32(m + 4, 68);
    strcpy((char *)m + 12, "test");
    le32(m + 76, capabilities);
    return HELLO_BYTES;
}

/* connect version, disconnect ack, max packet size, 64-bit numbers, 32-bit lengths */
#define CAPABILITIES 0x7au

static void interfaces(bool configured, unsigned bulk_bytes)
{
    uint8_t info[132], endpoints[256];
    ck_assert_uint_eq(hear(INTERFACE_INFO, 0, info, sizeof info), 132);
    ck_assert_uint_eq(from32(info), configured);
    ck_assert_uint_eq(info[36], configured ? 0xff : 0);
    uint32_t n = hear(EP_INFO, 0, endpoints, sizeof endpoints);
    ck_assert_uint_ge(n, 32 + 32 + 32 + 64);
    for (unsigned i = 0; i < 32; i++) {
        uint8_t type = i % 16 == 0             ? 0
                       : !configured           ? 255
                       : i == 1 || i == 16 + 2 ? 2
                       : i == 16 + 3           ? 3
                                               : 255;
        ck_assert_msg(endpoints[i] == type, "endpoint %u: type %u, not %u", i, endpoints[i], type);
    }
    unsigned packet_bytes = endpoints[96 + 2 * 18] | endpoints[97 + 2 * 18] << 8;
    ck_assert_uint_eq(packet_bytes, configured ? bulk_bytes : 0);
}

static void open_it(void)
{
    int pair[2];
    stopping = 0;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    client = pair[0];
    server_socket = pair[1];
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
}

static void connect_it(bool full_speed)
{
    uint8_t m[HELLO_BYTES], connect[10];
    open_it();
    take(m, HELLO_BYTES);
    ck_assert_uint_eq(from32(m), HELLO);
    ck_assert_uint_eq(from32(m + 4), 68);
    give(m, hello_make(m, CAPABILITIES));
    interfaces(true, full_speed ? 64 : 512);
    ck_assert_uint_eq(hear(DEVICE_CONNECT, 0, connect, sizeof connect), 10);
    ck_assert_uint_eq(connect[0], full_speed ? 1 : 2);
    ck_assert_mem_eq(connect + 1, "\xff\xff\xff\x09\x12\1\0\0\1", 9);
}

static void leave(void)
{
    close(client);
    pthread_join(thread, NULL); /* the test's time-out bounds it */
}

/* The answer's status; data of an IN request in `data`, its length in *bytes. */
static unsigned control(uint32_t id, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                        uint16_t length, uint8_t *data, uint32_t *bytes)
{
    uint8_t m[10 + 256] = {type & 0x80, request, type, 0};
    m[4] = (uint8_t)value;
    m[5] = (uint8_t)(value >> 8);
    m[6] = (uint8_t)index;
    m[7] = (uint8_t)(index >> 8);
    m[8] = (uint8_t)length;
    m[9] = (uint8_t)(length >> 8);
    if (!(type & 0x80) && length)
        memcpy(m + 10, data, length);
    say(CONTROL, id, m, 10u + (type & 0x80 ? 0u : length));
    uint32_t n = hear(CONTROL, id, m, sizeof m);
    ck_assert_uint_ge(n, 10);
    if (type & 0x80)
        memcpy(data, m + 10, n - 10);
    if (bytes)
        *bytes = m[8] | (uint32_t)m[9] << 8;
    ck_assert_uint_eq(m[1], request);
    return m[3];
}

static void register_write(uint32_t id, uint32_t address, uint32_t value)
{
    uint8_t word[4];
    le32(word, value);
    ck_assert_uint_eq(control(id, 0x40, NIC_VENDOR_REQUEST_REG_WRITE, (uint16_t)address,
                              (uint16_t)(address >> 16), 4, word, NULL),
                      SUCCESS);
}

START_TEST(test_control)
{
    uint8_t data[256], body[8];
    uint32_t n;
    device_start(_i);
    connect_it(_i);
    ck_assert_uint_eq(control(7, 0x80, 6, 0x100, 0, 64, data, &n), SUCCESS);
    ck_assert_uint_eq(n, 18);
    ck_assert_mem_eq(data, "\x12\1\1\2\xff\xff\xff\x40\x09\x12\1\0", 12);
    ck_assert_uint_eq(control(8, 0x80, 6, 0x2200, 0, 18, data, &n), STALL); /* none */
    ck_assert_uint_eq(n, 0);
    register_write(9, NIC_IFG_ADDR, 20);
    ck_assert_uint_eq(control(10, 0xc0, NIC_VENDOR_REQUEST_REG_READ, NIC_IFG_ADDR, 0, 4, data, &n),
                      SUCCESS);
    ck_assert_mem_eq(data, "\x14\0\0\0", 4);
    say(GET_CONFIGURATION, 11, NULL, 0);
    ck_assert_uint_eq(hear(CONFIGURATION_STATUS, 11, body, 8), 2);
    ck_assert_mem_eq(body, "\0\1", 2);
    say(SET_CONFIGURATION, 12, "\0", 1);
    interfaces(false, 0);
    hear(CONFIGURATION_STATUS, 12, body, 8);
    ck_assert_mem_eq(body, "\0\0", 2);
    say(SET_CONFIGURATION, 13, "\2", 1); /* none: the device refuses, and stays as it was */
    interfaces(false, 0);
    hear(CONFIGURATION_STATUS, 13, body, 8);
    ck_assert_mem_eq(body, "\4\0", 2);
    say(SET_CONFIGURATION, 14, "\1", 1);
    interfaces(true, _i ? 64 : 512);
    hear(CONFIGURATION_STATUS, 14, body, 8);
    ck_assert_mem_eq(body, "\0\1", 2);
    say(SET_ALT, 15, "\0\0", 2);
    ck_assert_uint_eq(hear(ALT_STATUS, 15, body, 8), 3);
    ck_assert_mem_eq(body, "\0\0\0", 3);
    say(SET_ALT, 16, "\0\1", 2);
    hear(ALT_STATUS, 16, body, 8);
    ck_assert_uint_eq(body[0], STALL);
    say(GET_ALT, 17, "\0", 1);
    hear(ALT_STATUS, 17, body, 8);
    ck_assert_mem_eq(body, "\0\0\0", 3);
    say(START_ISO, 18, "\x84\1\1", 3);
    hear(14, 18, body, 8); /* iso_stream_status */
    ck_assert_mem_eq(body, "\2\x84", 2);
    say(RESET, 19, NULL, 0);
    ck_assert_uint_eq(control(20, 0x80, 8, 0, 0, 1, data, &n), SUCCESS); /* configured again */
    ck_assert_uint_eq(data[0], 1);
    leave();
    ck_assert(clean);
    device_stop();
}
END_TEST

static void bulk_in(uint32_t id, uint16_t length)
{
    uint8_t m[10] = {0x82, 0};
    m[2] = (uint8_t)length;
    m[3] = (uint8_t)(length >> 8);
    say(BULK, id, m, sizeof m);
}

/* A frame goes out, comes back on 0x82, its completion on 0x83. */
START_TEST(test_streams)
{
    uint8_t out[10 + 76] = {1, 0, 76}, m[1024], *record = out + 10;
    bool sent = false, in = false, event = false;
    device_start(false);
    connect_it(false);
    register_write(1, NIC_FILTER_ADDR, 7);
    register_write(2, NIC_LINK_ADDR, 1 | 2 << 1 | 8);
    register_write(3, NIC_CTRL_ADDR, 3);
    say(START_INTERRUPT, 4, "\x82", 1); /* bulk */
    hear(INTERRUPT_STATUS, 4, m, 8);
    ck_assert_mem_eq(m, "\2\x82", 2);
    say(START_INTERRUPT, 5, "\x83", 1);
    hear(INTERRUPT_STATUS, 5, m, 8);
    ck_assert_mem_eq(m, "\0\x83", 2);
    record[0] = 60;
    record[3] = 0x5a ^ 60;
    memset(record + 16, 0xff, 6);
    bulk_in(10, 512);
    say(BULK, 11, out, sizeof out);
    while (!sent || !in || !event) {
        take(m, HEADER);
        uint32_t type = from32(m), length = from32(m + 4), id = from32(m + 8);
        ck_assert_uint_le(length, sizeof m);
        take(m, length);
        ck_assert_uint_eq(m[1], SUCCESS);
        uint32_t moved = m[2] | (uint32_t)m[3] << 8;
        if (type == INTERRUPT) {
            ck_assert_uint_eq(m[0], 0x83);
            ck_assert_uint_eq(length, 4 + moved);
            for (uint32_t at = 4; at < length; at += 16)
                event = event || m[at] == NIC_EVENT_TYPE_TX_DONE;
            continue;
        }
        ck_assert_uint_eq(type, BULK);
        ck_assert_uint_eq(moved, 76);
        if (id == 11) {
            ck_assert_uint_eq(length, 10);
            sent = true;
        } else {
            ck_assert_uint_eq(length, 10 + 76);
            ck_assert_mem_eq(m + 10 + 16, record + 16, 60);
            in = true;
        }
    }
    say(STOP_INTERRUPT, 20, "\x83", 1);
    do
        take(m, HEADER), take(m + HEADER, from32(m + 4));
    while (from32(m) == INTERRUPT);
    ck_assert_uint_eq(from32(m), INTERRUPT_STATUS);
    ck_assert_mem_eq(m + HEADER, "\0\x83", 2);
    leave();
    ck_assert(clean);
    device_stop();
}
END_TEST

/* What waits comes back as cancelled, once; what is not there is no matter. */
START_TEST(test_cancel)
{
    uint8_t m[64];
    device_start(false);
    connect_it(false);
    bulk_in(1, 512);
    bulk_in(2, 512);
    say(CANCEL, 2, NULL, 0);
    hear(BULK, 2, m, sizeof m);
    ck_assert_uint_eq(m[1], CANCELLED);
    say(CANCEL, 2, NULL, 0);
    say(CANCEL, 77, NULL, 0);
    say(CANCEL, 1, NULL, 0);
    hear(BULK, 1, m, sizeof m);
    ck_assert_uint_eq(m[1], CANCELLED);
    ck_assert_uint_eq(control(3, 0x80, 8, 0, 0, 1, m, NULL), SUCCESS); /* nothing is left over */
    leave();
    device_stop();
}
END_TEST

START_TEST(test_unplug)
{
    uint8_t m[64];
    bool gone = false;
    device_start(false);
    connect_it(false);
    bulk_in(1, 512);
    ck_assert_uint_eq(control(2, 0x80, 8, 0, 0, 1, m, NULL), SUCCESS);
    /* The server's thread has the device: it is told to stop first, and the next one sees the cable. */
    __atomic_store_n(&stopping, 1, __ATOMIC_RELEASE);
    leave();
    soft_usb_plug(usb, false);
    open_it();
    take(m, 12);
    uint8_t hello[HELLO_BYTES];
    give(hello, hello_make(hello, CAPABILITIES));
    gone = closed();
    ck_assert(gone);
    leave();
    ck_assert(!clean);
    soft_usb_plug(usb, true);
    connect_it(false);
    leave();
    ck_assert(clean);
    device_stop();
}
END_TEST

/* Each is dropped, and the next peer is served. */
START_TEST(test_malformed)
{
    static const struct {
        uint32_t type, length;
        const char *body;
    } cases[] = {
        {99, 0, ""},                           /* no such packet */
        {DEVICE_CONNECT, 10, "0123456789"},    /* ours to send */
        {SET_CONFIGURATION, 2, "\1\1"},        /* too long */
        {CONTROL, 9, "123456789"},             /* too short */
        {CONTROL, 10, "\0\1\x40\0\0\0\0\0\4"}, /* OUT, four bytes that are not there */
        {BULK, 10, "\1\0\4\0\0\0\0\0\0"},      /* likewise */
        {BULK, 10, "\x82\0\0\0\0\0\0\0\x20"},  /* two megabytes */
        {BULK, 0x7fffffff, ""},
        {INTERRUPT, 5, "\3\0\1\0x"},          /* no such endpoint */
        {ALLOC_STREAMS, 8, "\0\0\0\0\0\0\0"}, /* no such capability */
    };
    device_start(false);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t m[64];
        connect_it(false);
        packet(m, cases[i].type, 1, cases[i].body, cases[i].length < 48 ? cases[i].length : 0);
        le32(m + 4, cases[i].length);
        give(m, HEADER + (cases[i].length < 48 ? cases[i].length : 0));
        ck_assert_msg(closed(), "case %u", i);
        leave();
        ck_assert_msg(!clean, "case %u", i);
    }
    open_it();
    give("\1\0\0\0\0\0\0\0\0\0\0\0", 12); /* no hello first */
    ck_assert(closed());
    leave();
    connect_it(false);
    leave();
    ck_assert(clean);
    device_stop();
}
END_TEST

/* Random bytes, and good conversations with some bytes changed, cut anywhere. The server ends each in time. */
START_TEST(test_fuzz)
{
    static uint8_t stream[8192];
    static const uint8_t types[] = {SET_CONFIGURATION,
                                    SET_ALT,
                                    START_INTERRUPT,
                                    STOP_INTERRUPT,
                                    CANCEL,
                                    CONTROL,
                                    CONTROL,
                                    BULK,
                                    BULK,
                                    RESET};
    device_start(false);
    for (unsigned round = 0; round < 400; round++) {
        size_t n = 0;
        dice_state = seed() * 1000 + round;
        if (round % 4 == 0) {
            for (n = 0; n < 1000; n++)
                stream[n] = (uint8_t)dice(256);
        } else {
            n = hello_make(stream, dice(4) ? CAPABILITIES : dice(256));
            for (uint32_t i = 1; i < 40; i++) {
                uint8_t body[64], type = types[dice(sizeof types)];
                uint32_t length = type == CONTROL || type == BULK   ? 10
                                  : type == SET_ALT                 ? 2
                                  : type == CANCEL || type == RESET ? 0
                                                                    : 1;
                for (unsigned k = 0; k < sizeof body; k++)
                    body[k] = (uint8_t)dice(4);
                if (type == BULK)
                    body[0] = dice(2) ? 0x82 : 0x01;
                if (type == START_INTERRUPT || type == STOP_INTERRUPT)
                    body[0] = 0x83;
                if (type == CONTROL)
                    body[0] = body[2] = dice(2) ? 0xc0 : 0x80;
                if (type == BULK && body[0] == 1) {
                    body[3] = body[8] = body[9] = 0;
                    length += body[2];
                }
                n += packet(stream + n, type, i, body, length);
            }
            for (unsigned k = dice(4); k; k--)
                stream[dice((uint32_t)n)] ^= (uint8_t)(1 + dice(255));
            if (dice(2))
                n = dice((uint32_t)n + 1);
        }
        open_it();
        for (size_t at = 0; at < n;) {
            size_t piece = 1 + dice(600);
            piece = piece < n - at ? piece : n - at;
            if (send(client, stream + at, piece, MSG_NOSIGNAL) <= 0)
                break;
            at += piece;
        }
        if (dice(2))
            shutdown(client, SHUT_WR);
        leave();
    }
    device_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("usbredir");
    TCase *t = tcase_create("usbredir");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_control, 0, 2);
    tcase_add_test(t, test_streams);
    tcase_add_test(t, test_cancel);
    tcase_add_test(t, test_unplug);
    tcase_add_test(t, test_malformed);
    tcase_add_test(t, test_fuzz);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    printf("seed %llu\n", (unsigned long long)seed());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
