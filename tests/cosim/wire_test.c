/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wire side without a device: GMII driver against GMII monitor octet by octet and nibble by nibble, the ports, captures
 * written and read again, and the matcher that tells lost from doubled from overtaken.
 */
#include "capture.h"
#include "gmii.h"
#include "match.h"
#include "segment.h"
#include "wire.h"

#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct gmii_monitor monitor;
static struct gmii_driver driver;
static uint64_t now_ps;

static void setup(void)
{
    memset(&monitor, 0, sizeof monitor);
    memset(&driver, 0, sizeof driver);
    now_ps = 0;
}

/* Driver's pins to monitor's pins until a frame ended. */
static bool carry(struct wire_frame *seen, unsigned clocks)
{
    while (clocks--) {
        uint8_t dv, er, data;
        if (driver.waiting && gmii_driver_rested(&driver)) {
            driver.active = true;
            driver.waiting = false;
        }
        gmii_driver_clock(&driver, &dv, &er, &data);
        now_ps += 8000;
        if (gmii_monitor_clock(&monitor, now_ps, dv, er, data)) {
            gmii_monitor_frame(&monitor, seen);
            return true;
        }
    }
    return false;
}

static void make_frame(uint8_t *octets, uint32_t length, uint32_t number)
{
    static const uint8_t destination[6] = {1, 2, 3, 4, 5, 6};
    wire_pattern_fill(octets, length - 4, destination, 9, number);
    uint32_t fcs = wire_fcs(octets, length - 4);
    for (unsigned i = 0; i < 4; i++)
        octets[length - 4 + i] = (uint8_t)(fcs >> 8 * i);
}

static void through_gmii(bool nibbles)
{
    uint8_t octets[2000];
    struct wire_frame seen;
    driver.nibbles = monitor.nibbles = nibbles;
    for (uint32_t i = 0; i < 200; i++) {
        uint32_t length = 22 + i * 9;
        make_frame(octets, length, i);
        bool spoil = i % 7 == 3, error = i % 5 == 4;
        if (spoil)
            octets[i % length] ^= 4;
        struct wire_frame frame = {
            .octets = octets,
            .length = length,
            .preamble_octets = (uint8_t)(i % 17 == 16 ? 255 : i % 16),
            .gap_octets = i % 3 ? 5 + i : 0,
            .error = error,
            .error_at = i % 20,
        };
        gmii_driver_load(&driver, &frame);
        ck_assert(carry(&seen, 10000));
        ck_assert_uint_eq(seen.length, length);
        ck_assert(memcmp(seen.octets, octets, length) == 0);
        ck_assert_uint_eq(seen.preamble_octets,
                          frame.preamble_octets == 255 ? 7 : frame.preamble_octets);
        ck_assert(seen.fcs_ok == !spoil);
        ck_assert(seen.error == error);
        if (error)
            ck_assert_uint_eq(seen.error_at, frame.error_at);
        if (i)
            ck_assert_uint_eq(seen.gap_octets, frame.gap_octets ? frame.gap_octets : 12);
        ck_assert(!seen.odd_nibble);
        /* SFD: the octet before the first of the frame, the frame ends with the clock of its end */
        uint64_t octet_ps = nibbles ? 16000 : 8000;
        ck_assert_uint_eq(seen.sfd_ns, (now_ps - length * octet_ps - 8000) / 1000);
    }
}

START_TEST(gmii_octets)
{
    through_gmii(false);
}
END_TEST

START_TEST(gmii_nibbles)
{
    through_gmii(true);
}
END_TEST

START_TEST(gmii_odd_nibble)
{
    uint8_t octets[64];
    struct wire_frame seen;
    driver.nibbles = monitor.nibbles = true;
    make_frame(octets, 64, 1);
    gmii_driver_load(&driver,
                     &(struct wire_frame){
                         .octets = octets, .length = 64, .preamble_octets = 7, .odd_nibble = true});
    ck_assert(carry(&seen, 1000));
    ck_assert(seen.odd_nibble);
    ck_assert_uint_eq(seen.length, 64);
    ck_assert(!seen.fcs_ok);
}
END_TEST

/* The check value of CRC-32, IEEE 802.3 3.2.9, on its usual test string. */
START_TEST(fcs)
{
    ck_assert_uint_eq(wire_fcs((const uint8_t *)"123456789", 9), 0xcbf43926);
}
END_TEST

START_TEST(loopback)
{
    struct wire_port *port = wire_loopback_create();
    uint8_t octets[3][100];
    struct wire_frame back;
    uint64_t retry_ns;
    for (uint32_t i = 0; i < 3; i++) {
        make_frame(octets[i], 64 + i, i);
        port->ops->transmitted(port, &(struct wire_frame){.octets = octets[i],
                                                          .length = 64 + i,
                                                          .gap_octets = i ? 9 : 5000,
                                                          .preamble_octets = 7,
                                                          .error = i == 2,
                                                          .error_at = 20});
    }
    for (uint32_t i = 0; i < 3; i++) {
        ck_assert(port->ops->next(port, 0, &back, &retry_ns));
        ck_assert_uint_eq(back.length, 64 + i);
        ck_assert(memcmp(back.octets, octets[i], 64 + i) == 0);
        ck_assert_uint_eq(back.gap_octets, i ? 9 : 12);
        ck_assert(back.error == (i == 2));
    }
    ck_assert(!port->ops->next(port, 0, &back, &retry_ns));
    ck_assert(retry_ns == UINT64_MAX);
    ck_assert_int_eq(wire_port_close(port), 0);
}
END_TEST

/* Generator to its own checker: what it makes good is good, what it spoils is noticed. */
START_TEST(generator)
{
    struct wire_generator_options o = {
        .seed = 3,
        .count = 1000,
        .min_octets = 64,
        .max_octets = 1518,
        .fcs_percent = 10,
        .symbol_percent = 10,
        .runt_percent = 5,
        .giant_percent = 5,
        .vary_preamble = true,
    };
    struct wire_port *port = wire_generator_create(&o);
    const struct wire_generator_counts *n = wire_generator_counts(port);
    struct wire_frame frame, seen;
    uint64_t retry_ns;
    while (port->ops->next(port, 0, &frame, &retry_ns)) {
        gmii_driver_load(&driver, &frame);
        ck_assert(carry(&seen, 20000));
        port->ops->transmitted(port, &seen);
    }
    ck_assert_uint_eq(n->sent, 1000);
    ck_assert_uint_eq(n->seen, 1000);
    ck_assert_uint_eq(n->seen_error, n->sent_symbol);
    ck_assert_uint_eq(n->seen_bad_fcs, n->sent_fcs);
    ck_assert_uint_eq(n->seen_damaged + n->seen_foreign, 0);
    ck_assert_uint_eq(n->sent_good + n->sent_fcs + n->sent_symbol + n->sent_runt + n->sent_giant,
                      1000);
    ck_assert_uint_gt(n->sent_fcs, 50);
    ck_assert_uint_gt(n->sent_symbol, 50);
    ck_assert_uint_eq(n->min_gap_octets, 12);
    wire_port_close(port);
}
END_TEST

static char folder[] = "/tmp/hilnic-wire-XXXXXX";

static const char *path_of(const char *name)
{
    static char path[100];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

START_TEST(record_and_replay)
{
    char error[WIRE_ERROR_BYTES], path[100];
    uint8_t octets[1518];
    struct wire_frame frame;
    uint64_t retry_ns;
    struct stat status;
    ck_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s", path_of("a.pcap"));
    struct wire_port *plug = wire_loopback_create();
    struct wire_port *port = wire_record_create(path, plug, error);
    ck_assert_ptr_nonnull(port);
    for (uint32_t i = 0; i < 50; i++) {
        make_frame(octets, 64 + 29 * i, i);
        port->ops->transmitted(port, &(struct wire_frame){.octets = octets,
                                                          .length = 64 + 29 * i,
                                                          .fcs_ok = true,
                                                          .sfd_ns = 1000000007ull * i + i,
                                                          .preamble_octets = 7});
    }
    ck_assert(stat(path, &status) != 0); /* not there before it is complete */
    ck_assert_int_eq(wire_port_close(port), 0);
    ck_assert(plug->ops->next(plug, 0, &frame, &retry_ns));
    wire_port_close(plug);

    struct capture *c = capture_read(path, error);
    ck_assert_msg(c != NULL, "%s", error);
    ck_assert_uint_eq(c->count, 50);
    for (uint32_t i = 0; i < 50; i++) {
        make_frame(octets, 64 + 29 * i, i);
        ck_assert_uint_eq(c->frames[i].length, 60 + 29 * i);
        ck_assert(memcmp(c->frames[i].octets, octets, c->frames[i].length) == 0);
        ck_assert(c->frames[i].time_ns == 1000000007ull * i + i);
    }
    capture_free(c);

    port = wire_replay_create(path, true, error);
    for (uint32_t i = 0; i < 50; i++) {
        make_frame(octets, 64 + 29 * i, i);
        ck_assert(port->ops->next(port, 0, &frame, &retry_ns));
        ck_assert_uint_eq(frame.length, 64 + 29 * i);
        ck_assert(memcmp(frame.octets, octets, frame.length) == 0);
        ck_assert(frame.sfd_ns == 1000000008ull * i);
    }
    ck_assert(!port->ops->next(port, 0, &frame, &retry_ns));
    ck_assert_int_eq(wire_port_close(port), 0);

    /* thrown away: the old file stays */
    port = wire_record_create(path, NULL, error);
    wire_record_keep(port, false);
    ck_assert_int_eq(wire_port_close(port), 0);
    c = capture_read(path, error);
    ck_assert(c && c->count == 50);
    capture_free(c);
    port = wire_record_create("/dev/full", NULL, error);
    ck_assert_ptr_nonnull(port);
    ck_assert_int_eq(wire_port_close(port), -ENOSPC);
    ck_assert_ptr_null(wire_record_create("/nowhere/at/all.pcap", NULL, error));
    ck_assert(strstr(error, "No such file") != NULL);
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0); /* nothing else was left in it */
}
END_TEST

static uint8_t alike[8][60];
static struct capture_frame sent[8];

/* Frames by letters: equal letters, equal contents. */
static struct match *match_of(const char *letters)
{
    uint32_t n = (uint32_t)strlen(letters);
    for (uint32_t i = 0; i < n; i++) {
        memset(alike[i], letters[i], 60);
        sent[i] = (struct capture_frame){.octets = alike[i], .length = 60};
    }
    return match_create(sent, n);
}

static void expect(const char *letters, const char *arrived, uint32_t matched, uint32_t duplicated,
                   uint32_t out_of_order, uint32_t foreign)
{
    struct match *m = match_of(letters);
    uint8_t octets[60];
    for (; *arrived; arrived++) {
        memset(octets, *arrived, 60);
        match_take(m, octets, 60);
    }
    const struct match_counts *c = match_counts(m);
    ck_assert_uint_eq(c->matched, matched);
    ck_assert_uint_eq(c->duplicated, duplicated);
    ck_assert_uint_eq(c->out_of_order, out_of_order);
    ck_assert_uint_eq(c->foreign, foreign);
    match_free(m);
}

START_TEST(matcher)
{
    expect("abcd", "abcd", 4, 0, 0, 0);
    expect("abcd", "acd", 3, 0, 0, 0);
    expect("abcd", "abbcd", 4, 1, 0, 0);
    expect("abcd", "acbd", 4, 0, 1, 0);
    expect("abcd", "abxd", 3, 0, 0, 1);
    expect("aaaa", "aaaa", 4, 0, 0, 0);
    expect("aaaa", "aaaaa", 4, 1, 0, 0);
    expect("abab", "bab", 3, 0, 0, 0); /* the first a is lost, nothing overtook */
    expect("abab", "baba", 4, 0, 1, 0);
}
END_TEST

START_TEST(matcher_padding)
{
    uint8_t octets[64] = {0};
    memset(alike[0], 7, 60);
    struct capture_frame short_one = {.octets = alike[0], .length = 14};
    struct match *m = match_create(&short_one, 1);
    memset(octets, 7, 14);
    octets[59] = 1;
    ck_assert_uint_eq(match_take(m, octets, 60), MATCH_NONE); /* padding that is not zero */
    octets[59] = 0;
    ck_assert_uint_eq(match_take(m, octets, 61), MATCH_NONE); /* one too many */
    ck_assert_uint_eq(match_take(m, octets, 60), 0);
    match_free(m);
    /* a frame too short to be sent does not take the place of one that padding makes like it */
    memset(octets, 0, sizeof octets);
    memset(alike[0], 0, 60);
    struct capture_frame pair[2] = {{.octets = alike[0], .length = 13},
                                    {.octets = alike[0], .length = 14}};
    m = match_create(pair, 2);
    ck_assert_uint_eq(match_take(m, octets, 60), 1);
    match_free(m);
}
END_TEST

/* ---- large TCP frames ---- */

#define TCP_DATA 5000
#define TCP_MSS  1448

/* Ethernet, IPv4 or IPv6, TCP with 12 octets of options; FIN, PSH and CWR set; checksums left open. */
static uint32_t large_frame(uint8_t *f, bool ipv6)
{
    uint32_t tcp = 14 + (ipv6 ? 40 : 20), length = tcp + 32 + TCP_DATA;
    memset(f, 0, length);
    for (unsigned i = 0; i < 12; i++)
        f[i] = (uint8_t)(2 * i);
    f[12] = ipv6 ? 0x86 : 0x08;
    f[13] = ipv6 ? 0xdd : 0x00;
    f[14] = ipv6 ? 0x60 : 0x45;
    f[ipv6 ? 20 : 23] = 6;
    for (unsigned i = ipv6 ? 22 : 26; i < tcp; i++)
        f[i] = (uint8_t)(7 * i);
    f[18] = 0xff; /* IPv4: identification 0xffff, which goes round */
    f[19] = 0xff;
    memcpy(f + tcp, "\x12\x34\x00\x50\xff\xff\xff\x00\x01\x02\x03\x04\x80\x99\x20\x00", 16);
    for (unsigned i = 0; i < TCP_DATA; i++)
        f[tcp + 32 + i] = (uint8_t)(i ^ i >> 8);
    return length;
}

/* RFC 1071: over data with its checksum in place the one's complement sum is all ones. */
static bool sums_up(const uint8_t *p, uint32_t length, uint64_t sum)
{
    for (uint32_t i = 0; i < length; i++)
        sum += i % 2 ? p[i] : (uint64_t)p[i] << 8;
    return sum % 0xffff == 0;
}

static uint32_t word_at(const uint8_t *p)
{
    return (uint32_t)p[0] << 8 | p[1];
}

START_TEST(segments_of_a_large_frame)
{
    bool ipv6 = _i;
    static uint8_t large[TCP_DATA + 100], f[TCP_MSS + 100];
    uint32_t length = large_frame(large, ipv6), tcp = ipv6 ? 54 : 34, at = 0, n, count = 0;
    struct segments s;
    ck_assert(segments_start(&s, large, length, tcp, TCP_MSS));
    while ((n = segments_next(&s, f))) {
        uint32_t data = n - tcp - 32, sequence = word_at(f + tcp + 4) << 16 | word_at(f + tcp + 6);
        uint64_t pseudo = 6 + n - tcp;
        bool last = at + data == TCP_DATA;
        ck_assert_uint_eq(data, last ? TCP_DATA % TCP_MSS : TCP_MSS);
        ck_assert_mem_eq(f + tcp + 32, large + tcp + 32 + at, data);
        ck_assert_uint_eq(sequence, 0xffffff00u + at);
        ck_assert_uint_eq(f[tcp + 13], (at ? 0x10 : 0x90) | (last ? 0x09 : 0));
        ck_assert_mem_eq(f, large, 14);
        ck_assert_uint_eq(word_at(f + (ipv6 ? 18 : 16)), ipv6 ? n - 54 : n - 14);
        if (!ipv6) {
            ck_assert_uint_eq(word_at(f + 18), (0xffff + count) & 0xffff);
            ck_assert(sums_up(f + 14, 20, 0));
        }
        for (unsigned i = ipv6 ? 22 : 26; i < tcp; i += 2)
            pseudo += word_at(f + i);
        ck_assert(sums_up(f + tcp, n - tcp, pseudo));
        at += data;
        count++;
    }
    ck_assert_uint_eq(at, TCP_DATA);
    ck_assert_uint_eq(segments_next(&s, f), 0);
}
END_TEST

START_TEST(segments_refused)
{
    static uint8_t f[TCP_DATA + 100];
    uint32_t length = large_frame(f, false);
    struct segments s;
    ck_assert(!segments_start(&s, f, length, 34, 0));
    ck_assert(!segments_start(&s, f, length, 35, TCP_MSS));
    ck_assert(!segments_start(&s, f, length, length, TCP_MSS));
    for (uint32_t n = 0; n <= 34 + 32; n++)
        ck_assert(!segments_start(&s, f, n, 34, TCP_MSS));
    f[34 + 12] = 0x40; /* a header that is shorter than any */
    ck_assert(!segments_start(&s, f, length, 34, TCP_MSS));
    f[34 + 12] = 0x80;
    f[23] = 17; /* UDP */
    ck_assert(!segments_start(&s, f, length, 34, TCP_MSS));
    f[12] = 0x81; /* a tag */
    ck_assert(!segments_start(&s, f, length, 34, TCP_MSS));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire");
    TCase *tcase = tcase_create("wire");
    tcase_add_checked_fixture(tcase, setup, NULL);
    tcase_add_test(tcase, gmii_octets);
    tcase_add_test(tcase, gmii_nibbles);
    tcase_add_test(tcase, gmii_odd_nibble);
    tcase_add_test(tcase, fcs);
    tcase_add_test(tcase, loopback);
    tcase_add_loop_test(tcase, segments_of_a_large_frame, 0, 2);
    tcase_add_test(tcase, segments_refused);
    tcase_add_test(tcase, generator);
    tcase_add_test(tcase, record_and_replay);
    tcase_add_test(tcase, matcher);
    tcase_add_test(tcase, matcher_padding);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
