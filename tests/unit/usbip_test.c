/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The USB/IP server with a client of its own, written from the kernel's description of the protocol, and with random and
 * mutated bytes. The soft device is behind it.
 */
#include "nic_platform.h"
#include "nic_regs.h"
#include "soft_device.h"
#include "soft_usb.h"
#include "usbip_server.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct nic_platform *platform;
static struct soft_device *soft;
static struct soft_usb *usb;
static int client;
static int server_socket;
static int stopping;
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

static void device_start(void)
{
    platform = nic_virtual_create(seed());
    soft =
        soft_device_create(&(struct soft_options){.seed = seed(), .loopback = true}, platform, 3);
    usb = soft_usb_create(&(struct soft_usb_options){.serial = "A17"}, soft, platform);
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
    clean = usbip_serve(soft_usb_device(usb), server_socket, &stopping);
    return NULL;
}

static void connect_it(void)
{
    int pair[2];
    stopping = 0;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    client = pair[0];
    server_socket = pair[1];
    ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
}

static void leave(void)
{
    close(client);
    pthread_join(thread, NULL); /* the test's time-out bounds it */
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
    uint8_t byte;
    return poll(&p, 1, 5000) == 1 && recv(client, &byte, 1, 0) <= 0;
}

static void be32(uint8_t *p, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t from32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void import(void)
{
    uint8_t request[40] = {1, 0x11, 0x80, 3}, reply[320];
    memcpy(request + 8, "1-1", 3);
    give(request, sizeof request);
    take(reply, sizeof reply);
    ck_assert_mem_eq(reply, "\1\x11\0\3\0\0\0\0", 8);
    ck_assert_str_eq((char *)reply + 8 + 256, "1-1");
    ck_assert_uint_eq(from32(reply + 8 + 288) << 16 | from32(reply + 8 + 292), 0x10002);
}

static size_t submit_make(uint8_t *m, uint32_t seqnum, uint8_t endpoint, uint32_t length,
                          const char *setup, const uint8_t *out)
{
    memset(m, 0, 48);
    be32(m, 1);
    be32(m + 4, seqnum);
    be32(m + 8, 0x10002);
    be32(m + 12, endpoint >> 7);
    be32(m + 16, endpoint & 15);
    be32(m + 24, length);
    be32(m + 32, 0xffffffff);
    if (setup)
        memcpy(m + 40, setup, 8);
    if (out)
        memcpy(m + 48, out, length);
    return 48 + (out ? length : 0);
}

static void submit(uint32_t seqnum, uint8_t endpoint, uint32_t length, const char *setup,
                   const uint8_t *out)
{
    uint8_t m[48 + 2048];
    give(m, submit_make(m, seqnum, endpoint, length, setup, out));
}

static void unlink_it(uint32_t seqnum, uint32_t victim)
{
    uint8_t m[48] = {0, 0, 0, 2};
    be32(m + 4, seqnum);
    be32(m + 8, 0x10002);
    be32(m + 20, victim);
    give(m, sizeof m);
}

/* Takes an answer; its code, number and status. */
static void answer(uint8_t header[48], uint32_t code, uint32_t seqnum, int status)
{
    take(header, 48);
    ck_assert_uint_eq(from32(header), code);
    ck_assert_uint_eq(from32(header + 4), seqnum);
    ck_assert_int_eq((int32_t)from32(header + 20), status);
}

START_TEST(test_devlist)
{
    static const uint8_t request[8] = {1, 0x11, 0x80, 5};
    uint8_t reply[12 + 312 + 4];
    device_start();
    connect_it();
    give(request, 3); /* in pieces */
    usleep(1000);
    give(request + 3, 5);
    take(reply, sizeof reply);
    ck_assert_mem_eq(reply, "\1\x11\0\5\0\0\0\0\0\0\0\1", 12);
    ck_assert_str_eq((char *)reply + 12 + 256, "1-1");
    ck_assert_uint_eq(from32(reply + 12 + 296), 3); /* high speed */
    ck_assert_mem_eq(reply + 12 + 300, "\x12\x09\0\1\1\0\xff\xff\xff\0\1\1", 12);
    ck_assert_mem_eq(reply + 12 + 312, "\xff\xff\xff\0", 4);
    leave();
    ck_assert(clean);
    device_stop();
}
END_TEST

START_TEST(test_import)
{
    uint8_t request[40] = {1, 0x11, 0x80, 3}, reply[8], h[48], bytes[64];
    static const uint8_t ifg[4] = {20, 0, 0, 0};
    device_start();
    connect_it();
    memcpy(request + 8, "9-9", 3);
    give(request, sizeof request);
    take(reply, 8);
    ck_assert_mem_eq(reply, "\1\x11\0\3\0\0\0\4", 8);
    import();
    submit(1, 0x80, 64, "\x80\6\0\1\0\0\x40\0", NULL);
    answer(h, 3, 1, 0);
    ck_assert_uint_eq(from32(h + 24), 18);
    take(bytes, 18);
    ck_assert_mem_eq(bytes, "\x12\1\1\2\xff\xff\xff\x40\x09\x12\1\0", 12);
    submit(2, 0x00, 0, "\0\x09\1\0\0\0\0\0", NULL);
    answer(h, 3, 2, 0);
    submit(3, 0x80, 18, "\x80\6\0\x22\0\0\x12\0", NULL); /* no such descriptor */
    answer(h, 3, 3, -EPIPE);
    ck_assert_uint_eq(from32(h + 24), 0);
    submit(4, 0x00, 4, (char[]){0x40, 1, NIC_IFG_ADDR & 0xff, NIC_IFG_ADDR >> 8, 0, 0, 4, 0}, ifg);
    answer(h, 3, 4, 0);
    ck_assert_uint_eq(from32(h + 24), 4);
    submit(5, 0x80, 4, (char[]){(char)0xc0, 2, NIC_IFG_ADDR & 0xff, NIC_IFG_ADDR >> 8, 0, 0, 4, 0},
           NULL);
    answer(h, 3, 5, 0);
    take(bytes, 4);
    ck_assert_mem_eq(bytes, ifg, 4);
    submit(6, 0x84, 64, NULL, NULL); /* no such endpoint */
    answer(h, 3, 6, -EINVAL);
    leave();
    ck_assert(clean);
    device_stop();
}
END_TEST

/* A frame goes out, comes back on 0x82, its completion on 0x83. */
START_TEST(test_streams)
{
    uint8_t h[48], record[76] = {60, 0, 0, 0x5a ^ 60}, bytes[512];
    bool out = false, in = false, event = false;
    device_start();
    connect_it();
    import();
    submit(1, 0x00, 0, "\0\x09\1\0\0\0\0\0", NULL);
    answer(h, 3, 1, 0);
    submit(2, 0x00, 4, (char[]){0x40, 1, NIC_FILTER_ADDR & 0xff, NIC_FILTER_ADDR >> 8, 0, 0, 4, 0},
           (const uint8_t[]){7, 0, 0, 0});
    answer(h, 3, 2, 0);
    submit(3, 0x00, 4, (char[]){0x40, 1, NIC_LINK_ADDR & 0xff, NIC_LINK_ADDR >> 8, 0, 0, 4, 0},
           (const uint8_t[]){1 | 2 << 1 | 8, 0, 0, 0});
    answer(h, 3, 3, 0);
    submit(4, 0x00, 4, (char[]){0x40, 1, NIC_CTRL_ADDR & 0xff, NIC_CTRL_ADDR >> 8, 0, 0, 4, 0},
           (const uint8_t[]){3, 0, 0, 0});
    answer(h, 3, 4, 0);
    memset(record + 16, 0xff, 6);
    submit(10, 0x82, 512, NULL, NULL);
    submit(11, 0x01, 76, NULL, record);
    submit(12, 0x83, 64, NULL, NULL);
    while (!out || !in || !event) {
        take(h, 48);
        ck_assert_uint_eq(from32(h), 3);
        ck_assert_int_eq((int32_t)from32(h + 20), 0);
        uint32_t n = from32(h + 24), seqnum = from32(h + 4);
        if (seqnum == 11) {
            ck_assert_uint_eq(n, 76);
            out = true;
            continue;
        }
        take(bytes, n);
        if (seqnum == 10) {
            ck_assert_uint_eq(n, 76);
            ck_assert_mem_eq(bytes + 16, record + 16, 60);
            in = true;
        } else {
            for (uint32_t at = 0; at < n; at += 16)
                event = event || bytes[at] == NIC_EVENT_TYPE_TX_DONE;
            if (!event)
                submit(seqnum + 1, 0x83, 64, NULL, NULL);
        }
    }
    leave();
    device_stop();
}
END_TEST

/* What waits is really cancelled: RET_UNLINK alone, -ECONNRESET. What has finished has its RET_SUBMIT, then 0. */
START_TEST(test_unlink)
{
    uint8_t h[48], both[96 + 48], bytes[18];
    device_start();
    connect_it();
    import();
    submit(1, 0x00, 0, "\0\x09\1\0\0\0\0\0", NULL);
    answer(h, 3, 1, 0);
    submit(2, 0x82, 512, NULL, NULL);
    submit(3, 0x82, 512, NULL, NULL);
    unlink_it(4, 3);
    answer(h, 4, 4, -ECONNRESET);
    unlink_it(5, 2);
    answer(h, 4, 5, -ECONNRESET);
    unlink_it(6, 2); /* no more there */
    answer(h, 4, 6, 0);
    unlink_it(7, 1);
    answer(h, 4, 7, 0);
    /* In one write, so that the server sees them together: whoever wins, the answers agree with each other. */
    size_t n = submit_make(both, 8, 0x80, 18, "\x80\6\0\1\0\0\x12\0", NULL);
    memset(both + n, 0, 48);
    be32(both + n, 2);
    be32(both + n + 4, 9);
    be32(both + n + 8, 0x10002);
    be32(both + n + 20, 8);
    give(both, n + 48);
    take(h, 48);
    if (from32(h) == 3) {
        ck_assert_uint_eq(from32(h + 4), 8);
        take(bytes, from32(h + 24));
        answer(h, 4, 9, 0);
    } else {
        ck_assert_uint_eq(from32(h + 4), 9);
        ck_assert_int_eq((int32_t)from32(h + 20), -ECONNRESET);
    }
    submit(10, 0x80, 18, "\x80\6\0\1\0\0\x12\0", NULL); /* and nothing is left over */
    answer(h, 3, 10, 0);
    take(bytes, 18);
    leave();
    device_stop();
}
END_TEST

/* Each is dropped, and the next peer is served. */
START_TEST(test_malformed)
{
    device_start();
    for (unsigned i = 0; i < 9; i++) {
        uint8_t m[48], h[48];
        connect_it();
        if (i > 1)
            import();
        submit_make(m, 1, 0x82, 512, NULL, NULL);
        switch (i) {
        case 0:
            be32(m, 0x01068005); /* version */
            break;
        case 1:
            be32(m, 0x01118009); /* operation */
            break;
        case 2:
            be32(m, 7);
            break;
        case 3:
            be32(m + 8, 0x10003); /* another device */
            break;
        case 4:
            be32(m + 12, 2);
            break;
        case 5:
            be32(m + 16, 16);
            break;
        case 6:
            be32(m + 24, 0x80000000);
            break;
        case 7:
            be32(m + 32, 4); /* isochronous */
            break;
        case 8: /* a number twice: the device is configured first, so that the first one waits */
            submit(100, 0x00, 0, "\0\x09\1\0\0\0\0\0", NULL);
            answer(h, 3, 100, 0);
            give(m, sizeof m);
        }
        give(m, sizeof m);
        ck_assert_msg(closed(), "case %u", i);
        leave();
        ck_assert(!clean);
    }
    connect_it();
    import();
    leave();
    ck_assert(clean);
    device_stop();
}
END_TEST

/* Random bytes, and good conversations with some bytes changed, cut anywhere. The server ends each in time. */
START_TEST(test_fuzz)
{
    static uint8_t stream[8192];
    device_start();
    for (unsigned round = 0; round < 400; round++) {
        size_t n = 0;
        dice_state = seed() * 1000 + round;
        if (round % 4 == 0) {
            for (n = 0; n < 1000; n++)
                stream[n] = (uint8_t)dice(256);
        } else {
            memset(stream, 0, 40);
            memcpy(stream, "\1\x11\x80\3\0\0\0\0\x31-1", 11);
            n = 40 + submit_make(stream + 40, 0, 0x00, 0, "\0\x09\1\0\0\0\0\0", NULL);
            for (uint32_t i = 1; i < 30; i++) {
                static const uint8_t endpoints[] = {0x01, 0x82, 0x83, 0x80, 0x00};
                uint8_t endpoint = endpoints[dice(5)], bytes[128];
                uint32_t length = dice(sizeof bytes);
                char setup[8];
                for (unsigned k = 0; k < sizeof bytes; k++)
                    bytes[k] = (uint8_t)dice(4);
                for (unsigned k = 0; k < 8; k++)
                    setup[k] = (char)(k == 0 ? (endpoint & 0x80) | dice(2) << 6 : dice(8));
                n += submit_make(stream + n, i, endpoint, length, setup,
                                 endpoint & 0x80 ? NULL : bytes);
                if (dice(3) == 0) {
                    memset(stream + n, 0, 48);
                    be32(stream + n, 2);
                    be32(stream + n + 4, 1000 + i);
                    be32(stream + n + 8, 0x10002);
                    be32(stream + n + 20, dice(i + 1));
                    n += 48;
                }
            }
            for (unsigned k = dice(6); k; k--)
                stream[dice((uint32_t)n)] ^= (uint8_t)(1 + dice(255));
            if (dice(2))
                n = dice((uint32_t)n + 1);
        }
        connect_it();
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
    Suite *suite = suite_create("usbip");
    TCase *t = tcase_create("usbip");
    tcase_set_timeout(t, 30);
    tcase_add_test(t, test_devlist);
    tcase_add_test(t, test_import);
    tcase_add_test(t, test_streams);
    tcase_add_test(t, test_unlink);
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
