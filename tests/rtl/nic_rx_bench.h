// SPDX-License-Identifier: Apache-2.0
// What the benches of nic_rx_queue share: a model of the MAC's receive port, a model of the IN
// endpoint, and between them a scoreboard that says for every frame what its report must be, and
// for every record of the stream which frame it must be. Its address filter is written from nic.rdl
// with zlib's CRC. BUF_BYTES and FRAMES are the model's parameters.
#ifndef NIC_RX_BENCH_H
#define NIC_RX_BENCH_H

#include "nic_tb.h"
#include <deque>
#include <vector>
#include <zlib.h>

// For what is checked every clock: ck_assert writes to a file even when it passes.
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("not true: %s", #condition);                                              \
    } while (0)

#ifndef BUF_BYTES
#define BUF_BYTES 4096
#define FRAMES 64
#endif

enum cause {
    NONE,
    FCS,
    ALIGNMENT,
    RUNT,
    FRAGMENT,
    GIANT,
    JABBER,
    SYMBOL,
    OVERFLOW_,
    FILTER,
    PAUSE,
    DISABLED,
    RESET
};

struct frame {
    std::vector<uint8_t> data; // without FCS
    unsigned error;
    unsigned octets;
    unsigned gap;     // clocks from the end before to the SFD
    unsigned spacing; // clocks an octet
    bool end_alone;   // the end comes after the last octet
    unsigned stamp_at;
    uint64_t stamp;
    bool must_fit;
};

// A frame that was reported as stored or lost, in order; `sure`: its record must come.
struct expected {
    struct frame frame;
    bool lost, sure, counted;
    uint64_t at_ps;
};

struct rules {
    bool enable, promiscuous, all_multicast, broadcast, keep_bad;
    uint64_t hash;
    uint8_t exact[16][6];
    bool exact_valid[16];
};

static struct bench {
    struct tb tb;
    struct tb_clock clocks[2]; // rx, sys
    struct tb_random random;
    struct rules rules;

    std::deque<struct frame> script; // to be received
    bool in_frame, end_driven, glitch;
    unsigned cycle, sent, gap, stamp_wait;
    uint64_t stamp;
    struct frame now;
    uint64_t frame_number;

    std::deque<struct frame> ended; // not reported yet
    uint64_t flush_change_ps, reports, causes[16];

    std::deque<struct expected> expected;
    std::vector<uint8_t> record;
    unsigned ready_percent;
    bool held, held_last;
    uint8_t held_data;
    uint64_t last_valid_ps;
    uint32_t sequence;
    uint64_t records, cuts, losses, losses_seen, xoff_rises;
    unsigned loss_percent;
    std::deque<std::pair<uint64_t, unsigned>> freed;
} b;

// ---- the filter, from nic.rdl
// -------------------------------------------------------------------------------------

static bool is_broadcast(const struct frame *frame)
{
    static const uint8_t ones[6] = {255, 255, 255, 255, 255, 255};
    return frame->data.size() >= 6 && !memcmp(frame->data.data(), ones, 6);
}

static bool is_multicast(const struct frame *frame)
{
    return frame->data.size() >= 6 && (frame->data[0] & 1) && !is_broadcast(frame);
}

static unsigned hash_bit(const uint8_t *address)
{
    return ~crc32(0, address, 6) & 63;
}

static bool passes(const struct frame *frame)
{
    const struct rules *rules = &b.rules;
    const uint8_t *da = frame->data.data();
    if (rules->promiscuous)
        return true;
    if (is_broadcast(frame) && rules->broadcast)
        return true;
    if (is_multicast(frame) && rules->all_multicast)
        return true;
    if (frame->octets < 64) // no time for table and hash
        return false;
    if (is_multicast(frame) && (rules->hash >> hash_bit(da) & 1))
        return true;
    for (unsigned i = 0; i < 16; i++)
        if (rules->exact_valid[i] && !memcmp(rules->exact[i], da, 6))
            return true;
    return false;
}

// ---- how much the buffer holds
// ------------------------------------------------------------------------------------

static void held_bounds(uint64_t *low_bytes, uint64_t *high_bytes, unsigned *high_frames)
{
    uint64_t low = 0, high = 0;
    unsigned frames = 0;
    for (const struct expected &e : b.expected) {
        if (e.lost)
            continue;
        high += e.frame.data.size();
        frames++;
        if (e.sure)
            low += e.frame.data.size();
    }
    low -= low < b.record.size() + 8 ? low : b.record.size() + 8;
    uint64_t old_ps = 60 * 2 * (b.clocks[0].half_ps + b.clocks[1].half_ps);
    while (!b.freed.empty() && b.freed.front().first + old_ps < b.tb.now_ps)
        b.freed.pop_front();
    for (auto &f : b.freed) {
        high += f.second;
        frames++;
    }
    *low_bytes = low;
    *high_bytes = high;
    *high_frames = frames;
}

// ---- rx domain
// ----------------------------------------------------------------------------------------------------

static void frame_starts(void)
{
    uint64_t low, high;
    unsigned frames;
    b.now = b.script.front();
    b.script.pop_front();
    b.in_frame = true;
    b.cycle = b.sent = 0;
    held_bounds(&low, &high, &frames);
    b.now.must_fit = b.ended.empty() && high + b.now.data.size() < BUF_BYTES && frames < FRAMES &&
                     b.now.gap >= 6;
}

static void frame_ends(void)
{
    b.ended.push_back(b.now);
    b.in_frame = false;
    b.gap = 0;
}

// Sets the MAC's outputs for the coming clock.
static void drive_rx(void)
{
    Vtop *top = b.tb.top;
    top->rx_sfd_i = top->rx_valid_i = top->rx_end_i = 0;
    top->rx_data_i = tb_below(&b.random, 256);
    top->rx_error_i = tb_below(&b.random, 16);
    top->rx_octets_i = tb_below(&b.random, 16384);
    b.end_driven = false;
    if (b.stamp_wait && !--b.stamp_wait)
        top->stamp_i = b.stamp;
    if (top->rst_rx_i)
        return;
    if (!b.in_frame) {
        b.gap++;
        if (b.script.empty() || b.gap < b.script.front().gap)
            return;
        frame_starts();
        top->rx_sfd_i = 1;
        if (b.stamp_wait)
            top->stamp_i = b.stamp;
        b.stamp_wait = b.now.stamp_at;
        b.stamp = b.now.stamp;
        return;
    }
    b.cycle++;
    unsigned size = b.now.data.size();
    bool last = false;
    if (b.sent < size && b.cycle == 5 + b.sent * b.now.spacing) {
        top->rx_valid_i = 1;
        top->rx_data_i = b.now.data[b.sent++];
        last = b.sent == size && !b.now.end_alone;
    } else if (b.sent == size) {
        last = b.cycle >= 2 + (size ? 5 + (size - 1) * b.now.spacing : 0);
    }
    if (last) {
        top->rx_end_i = 1;
        top->rx_error_i = b.now.error;
        top->rx_octets_i = b.now.octets;
        b.end_driven = true;
        frame_ends();
    }
}

static void check_report(void)
{
    Vtop *top = b.tb.top;
    ck_assert_msg(!b.ended.empty(), "a report without a frame");
    struct frame frame = b.ended.front();
    b.ended.pop_front();
    unsigned cause = top->stat_cause_o;
    b.reports++;
    b.causes[cause]++;

    uint64_t low, high;
    unsigned frames;
    held_bounds(&low, &high, &frames);
    bool flush_near =
        b.tb.now_ps < b.flush_change_ps + 8 * 2 * (b.clocks[0].half_ps + b.clocks[1].half_ps);
    bool wanted =
        b.rules.enable && passes(&frame) && (!frame.error || (b.rules.keep_bad && frame.error < 8));
    bool must_lose = low + frame.data.size() > BUF_BYTES || frame.data.empty();
    if ((top->flush_i && !flush_near) || (flush_near && cause == RESET)) {
        ck_assert_uint_eq(cause, RESET);
        return;
    }
    if (!b.rules.enable)
        ck_assert_uint_eq(cause, DISABLED);
    else if (frame.error)
        ck_assert_uint_eq(cause, frame.error);
    else if (!passes(&frame))
        ck_assert_uint_eq(cause, FILTER);
    else if (frame.must_fit)
        ck_assert_msg(cause == NONE, "cause %u for %zu octets, held %lu..%lu in %u frames", cause,
                      frame.data.size(), low, high, frames);
    else if (must_lose)
        ck_assert_uint_eq(cause, OVERFLOW_);
    else
        ck_assert(cause == NONE || cause == OVERFLOW_);
    if (cause == NONE) {
        ck_assert_uint_eq(top->stat_octets_o, frame.octets);
        ck_assert_uint_eq(top->stat_broadcast_o, is_broadcast(&frame));
        ck_assert_uint_eq(top->stat_multicast_o, is_multicast(&frame));
    }
    if (!wanted || (frame.error && must_lose))
        return;
    bool lost = cause == OVERFLOW_;
    b.losses += lost;
    b.expected.push_back(
        {frame, lost, !lost && (cause == NONE || frame.must_fit), false, b.tb.now_ps});
}

// ---- sys domain
// ---------------------------------------------------------------------------------------------------

static uint32_t word_at(unsigned offset)
{
    uint32_t word;
    memcpy(&word, &b.record[offset], 4);
    return word;
}

// The frame that the record must be: the oldest one not known to be gone.
static struct expected next_expected(uint64_t stamp)
{
    for (;;) {
        ck_assert_msg(!b.expected.empty(), "a record without a frame");
        struct expected e = b.expected.front();
        b.expected.pop_front();
        if (!e.lost && (e.sure || e.frame.stamp == stamp))
            return e;
        b.sequence += e.lost || e.counted;
    }
}

static void check_record(bool last)
{
    uint32_t word = word_at(0);
    struct expected e = next_expected(word_at(8) | (uint64_t)word_at(12) << 32);
    const struct frame *frame = &e.frame;
    bool vlan = frame->data.size() >= 14 && ((frame->data[12] == 0x81 && frame->data[13] == 0x00) ||
                                             (frame->data[12] == 0x88 && frame->data[13] == 0xa8));
    uint32_t flags = frame->error | is_broadcast(frame) << 4 | is_multicast(frame) << 5 | vlan << 6;
    ck_assert_uint_eq(word & 0xffff, frame->data.size());
    ck_assert_uint_eq(word >> 16 & 0xff, flags);
    ck_assert_uint_eq(word >> 24, 0x5a ^ (word & 0xff) ^ (word >> 8 & 0xff) ^ (word >> 16 & 0xff));
    ck_assert_uint_eq(word_at(4), b.sequence);
    ck_assert_uint_eq(word_at(8) | (uint64_t)word_at(12) << 32, frame->stamp);
    ck_assert_mem_eq(&b.record[16], frame->data.data(), frame->data.size());
    for (unsigned i = 16 + frame->data.size(); i < b.record.size(); i++)
        must(b.record[i] == 0);
    b.sequence++;
    b.records++;
    b.freed.push_back({b.tb.now_ps, (unsigned)frame->data.size()});
    b.record.clear();
    if (!last) {
        ck_assert_msg(!b.expected.empty(), "not the last record, and none follows");
        return;
    }
    b.cuts++;
    uint64_t settle_ps = 24 * 2 * (b.clocks[0].half_ps + b.clocks[1].half_ps);
    for (const struct expected &f : b.expected)
        ck_assert_msg(!f.sure || f.at_ps + settle_ps > b.last_valid_ps,
                      "a record waits behind the last one");
}

// Looks at the stream before a rising edge of sys.
static void check_stream(void)
{
    Vtop *top = b.tb.top;
    if (top->in_flush_o) {
        b.record.clear();
        b.held = false;
        return;
    }
    if (b.held) {
        must(top->in_valid_o && top->in_data_o == b.held_data && top->in_last_o == b.held_last);
    } else if (top->in_valid_o) {
        b.last_valid_ps = b.tb.now_ps;
    }
    b.held = top->in_valid_o && !top->in_ready_i;
    b.held_data = top->in_data_o;
    b.held_last = top->in_last_o;
    if (!top->in_valid_o || !top->in_ready_i)
        return;
    b.record.push_back(top->in_data_o);
    unsigned size = b.record.size();
    if (size >= 16 && size == ((word_at(0) & 0xffff) + 16 + 3u) / 4 * 4) {
        check_record(top->in_last_o);
        return;
    }
    must(!top->in_last_o); // not in the middle of a record
}

static void check_loss(void)
{
    Vtop *top = b.tb.top;
    must(top->loss_valid_o == (top->loss_count_o != 0));
    if (top->loss_taken_i)
        b.losses_seen += top->loss_count_o;
}

// ---- running
// ------------------------------------------------------------------------------------------------------

// One edge or two of any clock.
static void step(void)
{
    Vtop *top = b.tb.top;
    tb_next(b.clocks, 2);
    bool rx = b.clocks[0].rise, sys = b.clocks[1].rise;
    if (rx && top->stat_valid_o && !top->rst_rx_i)
        check_report();
    if (sys && !top->rst_i) {
        check_stream();
        check_loss();
    }
    uint8_t xoff = top->xoff_o;
    tb_step(&b.tb, b.clocks, 2);
    b.xoff_rises += !xoff && top->xoff_o;
    if (rx)
        drive_rx();
    if (sys) {
        top->in_ready_i = tb_chance(&b.random, b.ready_percent);
        top->loss_taken_i = 0;
        tb_eval(&b.tb);
        top->loss_taken_i = top->loss_valid_o && tb_chance(&b.random, b.loss_percent);
    }
    tb_eval(&b.tb);
}

static void run_sys(unsigned clocks)
{
    while (clocks) {
        step();
        clocks -= b.clocks[1].rise;
    }
}

// Receives everything in the script, then reads until nothing has come for a while.
static void finish(void)
{
    while (!b.script.empty() || b.in_frame || !b.ended.empty())
        step();
    unsigned quiet = 0;
    while (quiet < 300) {
        uint64_t records = b.records;
        size_t bytes = b.record.size();
        run_sys(1);
        quiet = records == b.records && bytes == b.record.size() && b.ready_percent ? quiet + 1 : 0;
        if (!b.ready_percent)
            break;
    }
}

// Everything read, every record seen that had to come, nothing left.
static void check_empty(void)
{
    unsigned ready = b.ready_percent;
    b.ready_percent = 100;
    b.loss_percent = 100;
    finish();
    run_sys(20);
    for (const struct expected &e : b.expected) {
        ck_assert_msg(!e.sure, "a frame never came out");
        b.sequence += e.lost || e.counted;
    }
    b.expected.clear();
    ck_assert_uint_eq(b.record.size(), 0);
    ck_assert_uint_eq(b.losses_seen, b.losses);
    ck_assert(b.tb.top->rx_idle_o && b.tb.top->sys_idle_o);
    b.ready_percent = ready;
}

static void drive_rules(void)
{
    Vtop *top = b.tb.top;
    top->rx_enable_i = b.rules.enable;
    top->promiscuous_i = b.rules.promiscuous;
    top->all_multicast_i = b.rules.all_multicast;
    top->broadcast_i = b.rules.broadcast;
    top->keep_bad_i = b.rules.keep_bad;
    top->hash_i = b.rules.hash;
}

static void exact_write(unsigned word, uint32_t value)
{
    b.tb.top->exact_we_i = 1;
    b.tb.top->exact_addr_i = word;
    b.tb.top->exact_wdata_i = value;
    run_sys(1);
    b.tb.top->exact_we_i = 0;
}

static uint32_t exact_read(unsigned word)
{
    b.tb.top->exact_addr_i = word;
    run_sys(4);
    return b.tb.top->exact_rdata_o;
}

static void exact_entry(unsigned i, const uint8_t *address, bool valid)
{
    memcpy(b.rules.exact[i], address, 6);
    b.rules.exact_valid[i] = valid;
    for (unsigned slice = 0; slice < 3; slice++)
        exact_write(4 * i + slice,
                    address[2 * slice] | address[2 * slice + 1] << 8 | (slice == 2 && valid) << 16);
}

static void reset_queue(void)
{
    Vtop *top = b.tb.top;
    top->rst_i = top->rst_table_i = top->rst_rx_i = 1;
    top->rx_sfd_i = top->rx_valid_i = top->rx_end_i = 0;
    b.in_frame = b.held = false;
    b.script.clear();
    b.ended.clear();
    b.expected.clear();
    b.record.clear();
    b.freed.clear();
    b.sequence = 0;
    b.losses = b.losses_seen = 0;
    memset(b.rules.exact, 0, sizeof b.rules.exact);
    memset(b.rules.exact_valid, 0, sizeof b.rules.exact_valid);
    tb_run_ps(&b.tb, b.clocks, 2, 8 * 2 * (b.clocks[0].half_ps + b.clocks[1].half_ps));
    top->rst_i = top->rst_table_i = 0;
    top->rst_rx_i = 0;
    b.ready_percent = 100;
    b.loss_percent = 50;
    run_sys(70);
}

static void start(unsigned stream, unsigned rx_khz, unsigned sys_khz)
{
    b = {};
    b.random = tb_random_start(stream);
    tb_open(&b.tb, "nic_rx_queue");
    Vtop *top = b.tb.top;
    b.clocks[0] = tb_clock_start(&top->clk_rx_i, rx_khz, tb_below(&b.random, 5000));
    b.clocks[1] = tb_clock_start(&top->clk_i, sys_khz, tb_below(&b.random, 5000));
    top->rx_sfd_i = top->rx_valid_i = top->rx_end_i = 0;
    top->exact_we_i = top->loss_taken_i = top->flush_i = 0;
    top->high_i = 10;
    top->low_i = 4;
    b.rules.enable = b.rules.promiscuous = true;
    drive_rules();
    reset_queue();
}

// ---- frames
// -------------------------------------------------------------------------------------------------------

static struct frame make_frame(unsigned size, unsigned error)
{
    struct frame frame = {};
    frame.data.resize(size);
    for (uint8_t &octet : frame.data)
        octet = tb_below(&b.random, 256);
    frame.error = error;
    frame.octets = size + 4;
    frame.gap = 8;
    frame.spacing = 1;
    frame.stamp_at = 4 + tb_below(&b.random, 5);
    frame.stamp = tb_random(&b.random) << 20 | (b.frame_number++ & 0xfffff);
    return frame;
}

static void send(unsigned size, unsigned error)
{
    b.script.push_back(make_frame(size, error));
}

// A destination that some rule may be about.
static void random_address(uint8_t *address)
{
    unsigned entry = tb_below(&b.random, 16);
    switch (tb_below(&b.random, 6)) {
    case 0:
        memset(address, 255, 6);
        break;
    case 1:
        memcpy(address, b.rules.exact[entry], 6);
        break;
    case 2: // wrong by one bit
        memcpy(address, b.rules.exact[entry], 6);
        address[tb_below(&b.random, 6)] ^= 1u << tb_below(&b.random, 8);
        break;
    case 3: // three slices of several entries
        for (unsigned i = 0; i < 6; i += 2)
            memcpy(address + i, b.rules.exact[tb_below(&b.random, 16)] + i, 2);
        break;
    case 4: // nearly broadcast
        memset(address, 255, 6);
        address[tb_below(&b.random, 6)] ^= 1u << tb_below(&b.random, 8);
        break;
    default:
        break;
    }
    if (tb_chance(&b.random, 20))
        address[0] |= 1;
}

static void random_rules(void)
{
    b.rules.enable = tb_chance(&b.random, 90);
    b.rules.promiscuous = tb_chance(&b.random, 25);
    b.rules.all_multicast = tb_chance(&b.random, 25);
    b.rules.broadcast = tb_chance(&b.random, 50);
    b.rules.keep_bad = tb_chance(&b.random, 50);
    b.rules.hash = tb_random(&b.random) & tb_random(&b.random);
    drive_rules();
}

static void random_table(void)
{
    uint8_t base[6], address[6];
    for (uint8_t &octet : base)
        octet = tb_below(&b.random, 256);
    for (unsigned i = 0; i < 16; i++) {
        memcpy(address, base, 6); // entries that share two slices of three
        for (unsigned k = 0; k < 2; k++)
            address[2 * (i % 3) + k] = tb_below(&b.random, 256);
        exact_entry(i, address, tb_chance(&b.random, 85));
    }
}

static unsigned octets_of_class(unsigned error, unsigned size)
{
    return error == GIANT || error == JABBER ? 1523 + tb_below(&b.random, 5000) : size + 4;
}

// A frame of any class with a length that fits it.
static void send_any(bool glitches)
{
    unsigned error = tb_chance(&b.random, 60) ? 0 : tb_below(&b.random, 8);
    unsigned size =
        tb_chance(&b.random, 70) ? 60 + tb_below(&b.random, 20) : 60 + tb_below(&b.random, 1459);
    if (error == RUNT || error == FRAGMENT)
        size = tb_below(&b.random, 60);
    else if (error == SYMBOL)
        size = tb_below(&b.random, 200);
    else if (error == GIANT || error == JABBER)
        size = 1518;
    else if (error == NONE && tb_chance(&b.random, 5))
        error = PAUSE;
    struct frame frame = make_frame(size, error);
    frame.octets = octets_of_class(error, size);
    frame.end_alone = !size || tb_chance(&b.random, 10);
    frame.spacing = tb_chance(&b.random, 80) ? 1 : 1 + tb_below(&b.random, 4);
    b.glitch = glitches && !b.glitch && tb_chance(&b.random, 20);
    frame.gap = b.glitch ? 1 + tb_below(&b.random, 7) : 8 + tb_below(&b.random, 20);
    if (frame.gap < 8) // too close for its time not to mix with that of the frame before
        frame.stamp_at = 11 - frame.gap;
    if (size >= 6)
        random_address(frame.data.data());
    if (size >= 14 && tb_chance(&b.random, 30)) {
        static const uint8_t types[][2] = {
            {0x81, 0x00}, {0x88, 0xa8}, {0x81, 0xa8}, {0x88, 0x00}, {0x81, 0x01}};
        memcpy(&frame.data[12], types[tb_below(&b.random, 5)], 2);
    }
    b.script.push_back(frame);
}

static void expect_causes(unsigned mask)
{
    for (unsigned i = 0; i < 13; i++)
        if (mask >> i & 1)
            ck_assert_msg(b.causes[i] > 0, "cause %u never came", i);
}

#endif
