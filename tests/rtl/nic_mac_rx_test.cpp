// SPDX-License-Identifier: Apache-2.0
// nic_mac_rx: every preamble, length, speed and class of error, resets in every clock, against a
// classification written here from the register description; the FCS is zlib's.
#include "nic_mac_tb.h"
#include <deque>

enum { NONE, FCS, ALIGNMENT, RUNT, FRAGMENT, GIANT, JABBER, SYMBOL, RESET = 12 };
static const unsigned max_frame = 1522;

// One sample on GMII.
struct sample {
    uint8_t data;
    bool dv, er;
};

struct got {
    octets data;
    unsigned error, count;
    bool data_at_end;
    uint64_t sfd_clock, end_clock;
};

static struct tb tb;
static uint64_t clock_now;
static unsigned ce_every, ce_phase;
static bool mii;
static std::deque<struct sample> wire;
static uint64_t
    sfd_wire_clock; // when the driver showed the last sample of an SFD that it was told of
static unsigned samples_to_sfd;
static bool in_frame;
static struct got now;
static std::vector<struct got> frames;

static void start(unsigned every, bool nibbles)
{
    tb_open(&tb, "nic_mac_rx");
    clock_now = 0;
    ce_every = every;
    ce_phase = 0;
    mii = nibbles;
    wire.clear();
    frames.clear();
    in_frame = false;
    samples_to_sfd = 0;
    Vtop *top = tb.top;
    top->mii_i = mii;
    top->rxd_i = top->dv_i = top->er_i = top->ce_i = top->pause_i = top->cut_i = 0;
    top->rst_i = 1;
    for (int i = 0; i < 3; i++)
        tb_cycle(&tb, &top->clk_i);
    top->rst_i = 0;
}

static void cycle(void);

// Starts and lets it see an idle wire.
static void start_idle(unsigned every, bool nibbles)
{
    start(every, nibbles);
    for (unsigned i = 0; i < 2 * every; i++)
        cycle();
}

static void cycle(void)
{
    Vtop *top = tb.top;
    top->ce_i = ce_phase == 0;
    ce_phase = (ce_phase + 1) % ce_every;
    if (top->ce_i) {
        struct sample s = {0x5d, false, false}; // an idle wire may show anything
        if (!wire.empty()) {
            s = wire.front();
            wire.pop_front();
            if (samples_to_sfd && --samples_to_sfd == 0)
                sfd_wire_clock = clock_now;
        }
        top->rxd_i = s.data;
        top->dv_i = s.dv;
        top->er_i = s.er;
    }
    top->clk_i = 0;
    tb.now_ps += 4000;
    tb_eval(&tb);
    if (top->sfd_o) {
        if (in_frame)
            ck_abort_msg("sfd without end before");
        if (top->valid_o || top->end_o)
            ck_abort_msg("data with sfd");
        in_frame = true;
        now = {};
        now.sfd_clock = clock_now;
    }
    if (top->valid_o) {
        if (!in_frame)
            ck_abort_msg("data outside of a frame");
        now.data.push_back(top->data_o);
    }
    if (top->end_o) {
        if (!in_frame)
            ck_abort_msg("end without sfd");
        now.error = top->error_o;
        now.count = top->octets_o;
        now.end_clock = clock_now;
        now.data_at_end = top->valid_o;
        in_frame = false;
        frames.push_back(now);
    }
    top->clk_i = 1;
    tb.now_ps += 4000;
    tb_eval(&tb);
    clock_now++;
}

static void put_octet(uint8_t octet, bool er)
{
    if (mii) {
        wire.push_back({(uint8_t)((octet & 15) | 0xa0), true, false});
        wire.push_back({(uint8_t)(octet >> 4 | 0x50), true, er});
    } else {
        wire.push_back({octet, true, er});
    }
}

// A frame with its FCS in `image`; er_at counts from the first preamble octet, -1: none.
static void put_frame(const octets &image, unsigned preamble, int er_at, bool odd, unsigned gap)
{
    int n = 0;
    samples_to_sfd = (unsigned)wire.size() + (preamble + 1) * (mii ? 2 : 1);
    for (unsigned i = 0; i < preamble; i++)
        put_octet(0x55, n++ == er_at);
    put_octet(0xd5, n++ == er_at);
    for (uint8_t octet : image)
        put_octet(octet, n++ == er_at);
    if (odd)
        wire.push_back({0x0b, true, false});
    for (unsigned i = 0; i < gap; i++)
        wire.push_back({0, false, false});
}

static void drain(void)
{
    while (!wire.empty())
        cycle();
    for (unsigned i = 0; i < 4 * ce_every; i++)
        cycle();
}

static unsigned class_of(const octets &image, bool er, bool odd)
{
    bool right = mac_fcs_right(image);
    if (er)
        return SYMBOL;
    if (image.size() < 64)
        return right ? RUNT : FRAGMENT;
    if (image.size() > max_frame)
        return right ? GIANT : JABBER;
    return right ? NONE : odd ? ALIGNMENT : FCS;
}

static void check_frame(const struct got *g, const octets &image, bool er, bool odd)
{
    size_t data = image.size() < 4           ? 0
                  : image.size() > max_frame ? max_frame - 4
                                             : image.size() - 4;
    ck_assert_uint_eq(g->error, class_of(image, er, odd));
    ck_assert_uint_eq(g->count, image.size() > 16383 ? 16383 : image.size());
    ck_assert_uint_eq(g->data.size(), data);
    ck_assert(g->data == octets(image.begin(), image.begin() + (long)data));
    ck_assert_uint_eq(g->data_at_end, data > 0);
}

static octets good_image(struct tb_random *random, unsigned length)
{
    octets image = mac_random_octets(random, length - 4);
    mac_append_fcs(&image);
    return image;
}

// Each length with a right FCS, and the SFD's pulse two clocks behind it.
static void all_lengths(unsigned every, bool nibbles)
{
    struct tb_random random = tb_random_start(1);
    start_idle(every, nibbles);
    for (unsigned length = 4; length <= 1540; length++) {
        octets image = good_image(&random, length);
        put_frame(image, 7, -1, false, 12);
        drain();
        ck_assert_uint_eq(frames.size(), length - 3);
        check_frame(&frames.back(), image, false, false);
        ck_assert_uint_eq(frames.back().sfd_clock, sfd_wire_clock + 2);
    }
    tb_close(&tb);
}

START_TEST(test_all_lengths_1000)
{
    all_lengths(1, false);
}
END_TEST

START_TEST(test_all_lengths_100)
{
    all_lengths(1, true);
    all_lengths(5, true);
}
END_TEST

START_TEST(test_all_lengths_10)
{
    all_lengths(50, true);
}
END_TEST

START_TEST(test_preamble)
{
    for (unsigned nibbles = 0; nibbles < 2; nibbles++) {
        for (unsigned every = 1; every < 4; every++) {
            struct tb_random random = tb_random_start(2);
            unsigned n = 0;
            start_idle(every, nibbles);
            for (unsigned preamble = 0; preamble <= 15; preamble++) {
                for (unsigned gap = 1; gap <= 13; gap += 4) {
                    octets image = good_image(&random, 64 + preamble);
                    put_frame(image, preamble, -1, false, gap);
                    drain();
                    ck_assert_uint_eq(frames.size(), ++n);
                    check_frame(&frames.back(), image, false, false);
                    ck_assert_uint_eq(frames.back().sfd_clock, sfd_wire_clock + 2);
                }
            }
            tb_close(&tb);
        }
    }
}
END_TEST

// MII: half an octet of preamble more or less does not shift the frame.
START_TEST(test_odd_preamble)
{
    struct tb_random random = tb_random_start(3);
    start_idle(1, true);
    for (unsigned nibbles = 0; nibbles <= 30; nibbles++) {
        octets image = good_image(&random, 70);
        for (unsigned i = 0; i < nibbles; i++)
            wire.push_back({5, true, false});
        put_frame(image, 0, -1, false, 12);
        drain();
        ck_assert_uint_eq(frames.size(), nibbles + 1);
        check_frame(&frames.back(), image, false, false);
    }
    tb_close(&tb);
}
END_TEST

// No SFD, no frame: a carrier of preamble only, or of anything without 0xd5; rx_er outside of dv
// means nothing.
START_TEST(test_no_sfd)
{
    struct tb_random random = tb_random_start(4);
    start_idle(1, false);
    for (unsigned length = 1; length < 40; length++) {
        for (unsigned i = 0; i < length; i++)
            put_octet(0x55, false);
        for (unsigned i = 0; i < 3; i++)
            wire.push_back({0x0e, false, true});
        drain();
        ck_assert_uint_eq(frames.size(), length - 1);
        octets image = good_image(&random, 64);
        put_frame(image, 7, -1, false, 1);
        drain();
        check_frame(&frames.back(), image, false, false);
    }
    tb_close(&tb);
    // A nibble 0xd that begins the carrier is half an SFD, whatever the idle wire showed before.
    start_idle(1, true);
    wire.push_back({5, false, false});
    for (unsigned i = 0; i < 40; i++)
        wire.push_back({0xd, true, false});
    drain();
    ck_assert_uint_eq(frames.size(), 0);
    tb_close(&tb);
}
END_TEST

// Each class at the lengths where it begins and ends, at each speed.
static void classes(unsigned every, bool nibbles)
{
    const unsigned lengths[] = {0,    1,    2,     3,     4,     5,     6,     8,    14,
                                18,   59,   60,    62,    63,    64,    65,    128,  1517,
                                1518, 1519, 1521,  1522,  1523,  1524,  1600,  2047, 2048,
                                4096, 9018, 16382, 16383, 16384, 16385, 20000, 33000};
    struct tb_random random = tb_random_start(5);
    unsigned n = 0, seen[8] = {};
    start_idle(every, nibbles);
    for (unsigned length : lengths) {
        for (unsigned what = 0; what < 8; what++) {
            bool wrong = what & 1, er = what & 2, odd = (what & 4) && nibbles;
            octets image =
                length < 4 ? mac_random_octets(&random, length) : good_image(&random, length);
            if (wrong && length)
                image[tb_below(&random, length)] ^= (uint8_t)(1u << tb_below(&random, 8));
            put_frame(image, 7, er ? (int)tb_below(&random, 8 + length) : -1, odd, 12);
            drain();
            ck_assert_uint_eq(frames.size(), ++n);
            check_frame(&frames.back(), image, er, odd);
            seen[frames.back().error]++;
        }
    }
    for (unsigned i = 0; i < 8; i++)
        ck_assert(seen[i] > 0 || (i == ALIGNMENT && !nibbles));
    tb_close(&tb);
}

START_TEST(test_classes)
{
    classes(1, false);
    classes(1, true);
    classes(5, true);
}
END_TEST

// rx_er on each octet, preamble included; each single bit wrong in frame and FCS.
START_TEST(test_error_everywhere)
{
    for (unsigned nibbles = 0; nibbles < 2; nibbles++) {
        struct tb_random random = tb_random_start(6);
        unsigned n = 0;
        start_idle(1, nibbles);
        for (int at = 0; at < 8 + 64; at++) {
            octets image = good_image(&random, 64);
            put_frame(image, 7, at, false, 2);
            drain();
            ck_assert_uint_eq(frames.size(), ++n);
            check_frame(&frames.back(), image, true, false);
        }
        for (unsigned bit = 0; bit < 8 * 64; bit++) {
            octets image = good_image(&random, 64);
            image[bit / 8] ^= (uint8_t)(1u << bit % 8);
            put_frame(image, 7, -1, bit & 1 && nibbles, 2);
            drain();
            ck_assert_uint_eq(frames.size(), ++n);
            check_frame(&frames.back(), image, false, bit & 1 && nibbles);
            ck_assert_uint_ne(frames.back().error, NONE);
        }
        tb_close(&tb);
    }
}
END_TEST

// With pause_i a good frame, and only a good one, is PAUSE.
START_TEST(test_pause_class)
{
    struct tb_random random = tb_random_start(7);
    start_idle(1, false);
    tb.top->pause_i = 1;
    for (unsigned what = 0; what < 5; what++) {
        octets image = good_image(&random, what == 1 ? 63 : what == 2 ? 1523 : 64);
        if (what == 3)
            image[20] ^= 1;
        put_frame(image, 7, what == 4 ? 30 : -1, false, 12);
        drain();
        ck_assert_uint_eq(frames.back().error, what ? class_of(image, what == 4, false) : 10);
    }
    tb_close(&tb);
}
END_TEST

// Frames back to back with the smallest gaps at full rate, many without a pause to look at them.
START_TEST(test_back_to_back)
{
    const unsigned lengths[] = {64, 65, 128, 512, 1518};
    for (unsigned nibbles = 0; nibbles < 2; nibbles++) {
        for (unsigned gap = 1; gap <= 12; gap += 11) {
            struct tb_random random = tb_random_start(8);
            std::vector<octets> images;
            start_idle(1, nibbles);
            for (unsigned i = 0; i < 100; i++) {
                images.push_back(good_image(&random, lengths[i % 5]));
                put_frame(images.back(), gap == 1 ? 0 : 7, -1, false, gap);
            }
            drain();
            ck_assert_uint_eq(frames.size(), images.size());
            for (unsigned i = 0; i < images.size(); i++)
                check_frame(&frames[i], images[i], false, false);
            tb_close(&tb);
        }
    }
}
END_TEST

// Reset in each clock of a frame: nothing of it comes out afterwards, the next one is whole.
START_TEST(test_reset_everywhere)
{
    for (unsigned nibbles = 0; nibbles < 2; nibbles++) {
        struct tb_random random = tb_random_start(9);
        start_idle(1 + nibbles, nibbles);
        const unsigned span = (20 + 72) * (nibbles ? 4 : 1);
        for (unsigned at = 0; at < span; at++) {
            octets first = good_image(&random, 64), second = good_image(&random, 80);
            for (uint8_t &octet : first)
                octet = octet & 1 ? 0xd5 : octet; // an SFD to find in each part that is left
            frames.clear();
            put_frame(first, 7, -1, false, 12);
            for (unsigned i = 0; i < at; i++)
                cycle();
            bool begun = !wire.empty() && at > 1;
            tb.top->rst_i = 1;
            for (unsigned i = 0; i <= at % 3; i++)
                cycle();
            tb.top->rst_i = 0;
            bool under_way = begun && wire.size() > 12;
            in_frame = false;
            unsigned before = (unsigned)frames.size();
            drain();
            if (under_way && at % 3 == 0)
                ck_assert_uint_eq(frames.size(), before);
            put_frame(second, 7, -1, false, 12);
            drain();
            ck_assert_uint_gt(frames.size(), 0);
            check_frame(&frames.back(), second, false, false);
        }
        tb_close(&tb);
    }
}
END_TEST

// cut_i at every clock, for one to four: every frame comes once, and only those under it are RESET.
START_TEST(test_cut_everywhere)
{
    unsigned cut = 0, whole = 0;
    for (unsigned nibbles = 0; nibbles < 2; nibbles++) {
        struct tb_random random = tb_random_start(13);
        start_idle(1 + nibbles, nibbles);
        const unsigned span = 2 * (20 + 64) * (nibbles ? 4 : 1) + 8;
        for (unsigned at = 0; at < span; at++) {
            octets image[2] = {good_image(&random, 64), good_image(&random, 64)};
            frames.clear();
            put_frame(image[0], 7, -1, false, 12);
            put_frame(image[1], 7, -1, false, 12);
            for (unsigned i = 0; i < at; i++)
                cycle();
            uint64_t first = clock_now;
            tb.top->cut_i = 1;
            for (unsigned i = 0; i <= at % 4; i++)
                cycle();
            tb.top->cut_i = 0;
            uint64_t last = clock_now - 1;
            drain();
            ck_assert_uint_eq(frames.size(), 2);
            for (unsigned i = 0; i < 2; i++) {
                // The pulses are a clock behind what they tell.
                bool under = last + 1 >= frames[i].sfd_clock && first < frames[i].end_clock;
                (under ? cut : whole)++;
                if (under)
                    ck_assert_uint_eq(frames[i].error, RESET);
                else
                    check_frame(&frames[i], image[i], false, false);
            }
        }
        tb_close(&tb);
    }
    ck_assert_uint_gt(cut, 500);
    ck_assert_uint_gt(whole, 500);
}
END_TEST

START_TEST(test_random)
{
    for (unsigned speed = 0; speed < 3; speed++) {
        struct tb_random random = tb_random_start(10 + speed);
        start_idle(speed == 2 ? 3 : 1, speed > 0);
        for (unsigned i = 0; i < 3000; i++) {
            unsigned length =
                tb_chance(&random, 70) ? tb_below(&random, 90) : tb_below(&random, 1700);
            bool er = tb_chance(&random, 10), odd = mii && tb_chance(&random, 20);
            unsigned preamble = tb_below(&random, 16);
            octets image = mac_random_octets(&random, length);
            if (tb_chance(&random, 70))
                mac_append_fcs(&image);
            put_frame(image, preamble,
                      er ? (int)tb_below(&random, (uint32_t)(preamble + 1 + image.size())) : -1,
                      odd, 1 + tb_below(&random, 14));
            if (tb_chance(&random, 50))
                for (unsigned j = 0; j < tb_below(&random, 5); j++) {
                    wire.push_back({(uint8_t)tb_random(&random), false, tb_chance(&random, 30)});
                }
            drain();
            ck_assert_uint_eq(frames.size(), i + 1);
            check_frame(&frames.back(), image, er, odd);
        }
        tb_close(&tb);
    }
}
END_TEST

TB_MAIN("nic_mac_rx", test_all_lengths_1000, test_all_lengths_100, test_all_lengths_10,
        test_preamble, test_odd_preamble, test_no_sfd, test_classes, test_error_everywhere,
        test_pause_class, test_back_to_back, test_reset_everywhere, test_cut_everywhere, test_random)
