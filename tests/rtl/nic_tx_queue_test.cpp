// SPDX-License-Identifier: Apache-2.0
// nic_tx_queue between a byte source, a MAC written here in a few lines, and an event reader: random records, stalls on
// every stream, several clock ratios, resets. The scoreboard is one queue of accepted records; every completion, every
// frame on the wire and every event is held against it.
#include "nic_tb.h"
#include "nic_regs.h"
#include <deque>
#include <vector>

enum { SYS, TX, CLOCKS };
enum { MAX_FRAME = 1522, DEPTH = 64, LEAD = 100 };

struct record {
    uint32_t tag;
    bool report, launch, has_fcs, no_pad, error, too_long;
    uint64_t launch_ns;
    std::vector<uint8_t> frame;
    int status;       // as the counters were told, -1 before
    uint64_t sfd_ns;  // of the frame, if it was sent
    bool wire;        // the MAC sent it whole
};

struct event {
    unsigned kind, status, count;
    uint32_t tag;
    uint64_t time_ns;
};

// What the MAC is doing: octets left in the present phase.
enum phase { IDLE, PREAMBLE, DATA, FCS, GAP };
struct mac {
    enum phase phase;
    unsigned left, gap, divide, tick;
    bool hold;                      // starts nothing
    std::vector<uint8_t> frame;
    uint64_t sfd_ns;
    unsigned waited;                // clocks in which it could have started and had nothing
    std::vector<uint64_t> starts_ns; // when mac_valid_o was first seen
    bool seen_valid;
};

struct bench {
    struct tb tb;
    struct tb_clock clocks[CLOCKS];
    struct tb_random random;
    struct mac mac;
    // Byte source. A record whose last byte is taken is accepted.
    std::deque<uint8_t> out;
    std::deque<unsigned> out_left; // bytes of each record in `out` that are not taken yet
    std::deque<struct record> sent; // in `out`, not yet accepted
    std::deque<struct record> open; // accepted, not yet delivered
    unsigned closed;                // of `open`: completed, by the counters' stream
    uint64_t accepted, delivered;
    unsigned out_percent, event_percent, stat_percent;
    bool event_block;
    std::vector<uint8_t> bytes; // of the event that arrives
    std::deque<struct event> events, unchecked;
    uint64_t time_ns;
    unsigned step_ns;
    uint64_t loss_pending, loss_delivered, loss_raised;
    unsigned statuses[8];
    bool resetting; // a NIC reset or MAC reset has been: ABORTED is allowed
    bool sinking;   // bytes vanish: between reset start and RESET_DONE
};
static struct bench b;

static uint32_t get_le32(const uint8_t *p) { return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24; }

static void put_le(std::deque<uint8_t> *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out->push_back(value >> (8 * i));
}

// The record's bytes, by the register description alone.
static void queue_record(const struct record *r, unsigned length)
{
    size_t before = b.out.size();
    uint32_t word = length | r->report << 16 | r->launch << 17 | r->has_fcs << 18 | r->no_pad << 19 | r->error << 20;
    word |= (0x5a ^ (word & 0xff) ^ (word >> 8 & 0xff) ^ (word >> 16 & 0xff)) << 24;
    put_le(&b.out, word, 4);
    put_le(&b.out, r->tag, 4);
    put_le(&b.out, r->launch ? r->launch_ns : tb_random(&b.random), 8);
    b.out.insert(b.out.end(), r->frame.begin(), r->frame.end());
    while ((b.out.size() - before) % 4)
        b.out.push_back(0);
    b.out_left.push_back(b.out.size() - before);
    b.sent.push_back(*r);
}

static struct record make_record(unsigned length)
{
    struct record r = {};
    r.tag = tb_random(&b.random);
    r.status = -1;
    r.frame.resize(length);
    for (uint8_t &byte : r.frame)
        byte = tb_random(&b.random);
    r.too_long = length > MAX_FRAME - 4;
    return r;
}

static void send_random(unsigned report_percent, unsigned long_percent)
{
    unsigned length = 1 + tb_below(&b.random, tb_chance(&b.random, 80) ? 90 : MAX_FRAME);
    if (tb_chance(&b.random, long_percent))
        length = MAX_FRAME - 6 + tb_below(&b.random, 10);
    struct record r = make_record(length);
    // Broadcast, and almost.
    if (length >= 6 && tb_chance(&b.random, 20))
        memset(r.frame.data(), 0xff, 5 + tb_below(&b.random, 2));
    r.report = tb_chance(&b.random, report_percent);
    r.has_fcs = tb_chance(&b.random, 10);
    r.no_pad = tb_chance(&b.random, 10);
    r.error = tb_chance(&b.random, 10);
    r.too_long = length + (r.has_fcs ? 0 : 4) > MAX_FRAME;
    queue_record(&r, length);
}

// ---- sys side ----------------------------------------------------------------------------------------------------

static void deliver(const struct event *e)
{
    b.events.push_back(*e);
    if (e->kind == NIC_EVENT_TYPE_RESET_DONE) {
        ck_assert_uint_eq(b.accepted, b.delivered);
        b.sinking = false;
    }
    if (e->kind == NIC_EVENT_TYPE_RX_LOSS)
        b.loss_delivered += e->count;
    if (e->kind != NIC_EVENT_TYPE_TX_DONE)
        return;
    ck_assert_uint_ge(e->count, 1);
    ck_assert_uint_le(e->count, b.accepted - b.delivered);
    b.delivered += e->count;
    b.unchecked.push_back(*e);
}

// Holds an event against the records, once the counters, who may be slow, have taken theirs.
static bool check_event(void)
{
    if (b.unchecked.empty() || b.unchecked.front().count > b.closed)
        return false;
    const struct event *e = &b.unchecked.front();
    for (unsigned i = 0; i < e->count; i++) {
        const struct record *r = &b.open.front();
        bool last = i == e->count - 1;
        ck_assert_int_eq(r->status, (int)e->status);
        ck_assert(e->count == 1 || (r->status == NIC_TX_STATUS_OK && !r->report));
        ck_assert(!last || r->tag == e->tag);
        ck_assert(!last || r->status != NIC_TX_STATUS_OK || r->sfd_ns == e->time_ns);
        b.open.pop_front();
        b.closed--;
    }
    b.unchecked.pop_front();
    return true;
}

static void sys_look(void)
{
    Vtop *top = b.tb.top;
    if (top->out_valid_i && top->out_ready_o) {
        b.out.pop_front();
        if (!b.sinking && --b.out_left.front() == 0) {
            b.out_left.pop_front();
            b.open.push_back(b.sent.front());
            b.sent.pop_front();
            b.accepted++;
            ck_assert_uint_le(b.accepted - b.delivered, DEPTH);
        }
    }
    if (top->rx_loss_taken_o) {
        ck_assert(top->rx_loss_valid_i);
        b.loss_raised += b.loss_pending;
        b.loss_pending = 0;
    }
    if (top->ev_valid_o && top->ev_ready_i) {
        b.bytes.push_back(top->ev_data_o);
        ck_assert(!top->ev_last_o || b.bytes.size() == 16);
        if (b.bytes.size() == 16) {
            const uint8_t *p = b.bytes.data();
            struct event e = {p[0], p[1], (unsigned)(p[2] | p[3] << 8), get_le32(p + 4),
                              get_le32(p + 8) | (uint64_t)get_le32(p + 12) << 32};
            b.bytes.clear();
            deliver(&e);
        }
    }
}

static void sys_drive(void)
{
    Vtop *top = b.tb.top;
    bool held = top->out_valid_i && !top->out_ready_o;
    top->out_valid_i = !b.out.empty() && (held || tb_chance(&b.random, b.out_percent));
    top->out_data_i = b.out.empty() ? 0 : b.out.front();
    top->ev_ready_i = !b.event_block && tb_chance(&b.random, b.event_percent);
    top->rx_loss_valid_i = b.loss_pending != 0;
    top->rx_loss_count_i = b.loss_pending;
    top->reset_start_i = 0;
}

// ---- tx side -----------------------------------------------------------------------------------------------------

// The first record that is not completed. The counters may be slow to take the completion before it.
static struct record *at_head(void)
{
    size_t head = b.closed + (b.tb.top->stat_valid_o && !b.tb.top->stat_ready_i);
    ck_assert_uint_gt(b.open.size(), head);
    return &b.open[head];
}

// The frame that the MAC has sent is the record at the head, byte for byte.
static void wire_frame(void)
{
    struct record *r = at_head();
    ck_assert(!r->too_long && !r->wire);
    ck_assert_uint_eq(r->frame.size(), b.mac.frame.size());
    ck_assert(memcmp(r->frame.data(), b.mac.frame.data(), b.mac.frame.size()) == 0);
    r->wire = true;
    r->sfd_ns = b.mac.sfd_ns;
}

static void stat_record(void)
{
    Vtop *top = b.tb.top;
    ck_assert_uint_gt(b.open.size(), b.closed);
    struct record *r = &b.open[b.closed];
    r->status = top->stat_status_o;
    b.statuses[r->status]++;
    b.closed++;
    ck_assert_int_eq(r->wire, r->status == NIC_TX_STATUS_OK);
    ck_assert(!r->too_long || r->status == NIC_TX_STATUS_TOO_LONG || (r->status == NIC_TX_STATUS_ABORTED && b.resetting));
    ck_assert(r->status != NIC_TX_STATUS_TOO_LONG || r->too_long);
    ck_assert(r->status != NIC_TX_STATUS_LATE || r->launch);
    ck_assert(r->status != NIC_TX_STATUS_ABORTED || b.resetting);
    if (r->status != NIC_TX_STATUS_OK)
        return;
    bool broadcast = r->frame.size() >= 6;
    for (unsigned i = 0; broadcast && i < 6; i++)
        broadcast = r->frame[i] == 0xff;
    ck_assert_uint_eq(top->stat_octets_o, r->frame.size() + 4);
    ck_assert_uint_eq(top->stat_broadcast_o, broadcast);
    ck_assert_uint_eq(top->stat_multicast_o, (r->frame[0] & 1) && !broadcast);
}

// One octet time of the MAC, looking at the queue's outputs.
static void mac_octet(void)
{
    Vtop *top = b.tb.top;
    struct mac *mac = &b.mac;
    switch (mac->phase) {
    case IDLE:
        mac->waited += !mac->hold && !top->mac_valid_o;
        if (top->mac_valid_o && !mac->hold && !top->mac_abort_o) {
            mac->phase = PREAMBLE;
            mac->left = 8;
        }
        break;
    case PREAMBLE:
        if (--mac->left == 0) {
            mac->phase = DATA;
            mac->frame.clear();
        }
        break;
    case DATA: {
        const struct record *r = at_head();
        ck_assert(top->mac_valid_o);
        ck_assert_uint_eq(top->mac_has_fcs_o, r->has_fcs);
        ck_assert_uint_eq(top->mac_no_pad_o, r->no_pad);
        ck_assert_uint_eq(top->mac_error_o, r->error);
        mac->frame.push_back(top->mac_data_o);
        if (top->mac_last_o) {
            mac->phase = FCS;
            mac->left = 4;
        }
        break;
    }
    case FCS:
        if (--mac->left == 0) {
            mac->phase = GAP;
            mac->left = mac->gap - 1; // one of the gap's octets passes in IDLE
        }
        break;
    case GAP:
        if (--mac->left == 0)
            mac->phase = IDLE;
        break;
    }
}

static void tx_look(void)
{
    Vtop *top = b.tb.top;
    struct mac *mac = &b.mac;
    if (top->mac_valid_o && !mac->seen_valid)
        mac->starts_ns.push_back(b.time_ns);
    mac->seen_valid = top->mac_valid_o && !(top->mac_ready_i && top->mac_last_o);
    if (top->mac_sfd_i)
        mac->sfd_ns = b.time_ns;
    if (top->stat_valid_o && top->stat_ready_i)
        stat_record();
    if (top->rst_mac_i || (top->mac_abort_o && mac->phase != GAP && !top->mac_done_i)) {
        // A byte on offer in this clock is lost with the frame.
        mac->phase = IDLE;
        mac->seen_valid = false;
    } else if (mac->tick == 0)
        mac_octet();
    if (top->mac_done_i)
        wire_frame();
}

static void tx_drive(void)
{
    Vtop *top = b.tb.top;
    struct mac *mac = &b.mac;
    b.time_ns += b.step_ns;
    top->time_i = b.time_ns;
    mac->tick = (mac->tick + 1) % mac->divide;
    bool enable = mac->tick == 0;
    top->mac_ready_i = enable && mac->phase == DATA;
    top->mac_sfd_i = enable && mac->phase == PREAMBLE && mac->left == 1;
    top->mac_done_i = enable && mac->phase == FCS && mac->left == 1;
    top->mac_octets_i = mac->phase == FCS ? mac->frame.size() + 4 : tb_random(&b.random) & 0x3fff;
    top->stat_ready_i = tb_chance(&b.random, b.stat_percent);
}

// ---- running -----------------------------------------------------------------------------------------------------

static void step(void)
{
    tb_next(b.clocks, CLOCKS);
    bool sys = b.clocks[SYS].rise, tx = b.clocks[TX].rise;
    if (sys)
        sys_look();
    if (tx)
        tx_look();
    tb_step(&b.tb, b.clocks, CLOCKS);
    if (sys)
        sys_drive();
    if (tx)
        tx_drive();
    while (check_event())
        ;
    tb_eval(&b.tb);
}

static void run_sys(unsigned cycles)
{
    while (cycles)
        if (step(), b.clocks[SYS].due && *b.clocks[SYS].pin)
            cycles--;
}

// Everything forgets: the device, and the scoreboard with it.
static void device_reset(void)
{
    Vtop *top = b.tb.top;
    top->rst_i = top->rst_tx_i = 1;
    top->out_valid_i = top->mac_ready_i = top->mac_sfd_i = top->mac_done_i = 0;
    tb_run_ps(&b.tb, b.clocks, CLOCKS, 1000000);
    top->rst_tx_i = 0;
    tb_run_ps(&b.tb, b.clocks, CLOCKS, 200000);
    top->rst_i = 0;
    tb_eval(&b.tb);
    b.out.clear();
    b.out_left.clear();
    b.sent.clear();
    b.open.clear();
    b.bytes.clear();
    b.unchecked.clear();
    b.closed = 0;
    b.accepted = b.delivered = b.loss_raised = b.loss_delivered = 0;
    b.mac.phase = IDLE;
    b.mac.seen_valid = false;
}

static void start(unsigned stream, uint64_t sys_khz, uint64_t tx_khz)
{
    b = bench();
    b.random = tb_random_start(stream);
    tb_open(&b.tb, "nic_tx_queue");
    Vtop *top = b.tb.top;
    b.clocks[SYS] = tb_clock_start(&top->clk_i, sys_khz, tb_below(&b.random, 10000));
    b.clocks[TX] = tb_clock_start(&top->clk_tx_i, tx_khz, tb_below(&b.random, 10000));
    b.step_ns = 1000000 / tx_khz;
    b.time_ns = tb_random(&b.random) & 0xffffffffffff;
    b.mac.gap = 12;
    b.mac.divide = 1;
    b.out_percent = b.event_percent = b.stat_percent = 100;
    top->rst_mac_i = 0;
    top->out_valid_i = top->ev_ready_i = top->rx_loss_valid_i = top->reset_start_i = top->mac_ready_i = 0;
    top->mac_sfd_i = top->mac_done_i = top->stat_ready_i = 0;
    top->moderation_count_i = top->moderation_us_i = 0;
    top->link_up_i = top->tx_link_up_i = top->tx_enable_i = top->rx_flushed_i = 1;
    top->link_speed_i = NIC_SPEED_M1000;
    top->request_i = top->request_result_i = top->processor_i = 0;
    top->lead_i = LEAD;
    device_reset();
}

// Everything sent is accepted, completed and delivered in time, and then nothing is going on.
static void settle(unsigned sys_cycles)
{
    Vtop *top = b.tb.top;
    b.event_block = b.mac.hold = false;
    while (sys_cycles && !(b.out.empty() && b.open.empty() && top->sys_idle_o && top->tx_idle_o && b.loss_pending == 0)) {
        run_sys(1);
        sys_cycles--;
    }
    ck_assert_uint_gt(sys_cycles, 0);
    ck_assert_uint_eq(top->outstanding_o, 0);
    ck_assert_uint_eq(b.sent.size(), 0);
    ck_assert_uint_eq(b.accepted, b.delivered);
    ck_assert_uint_eq(b.loss_raised, b.loss_delivered);
}

static void finish(void)
{
    settle(4000000);
    tb_close(&b.tb);
}

static const struct {
    uint32_t sys_khz, tx_khz;
} ratios[] = {{60000, 125000}, {48000, 50000}, {60000, 60000}, {125000, 30000}, {20000, 200000}, {100000, 12500}};

static void random_traffic(unsigned first_ratio)
{
    static const unsigned percents[] = {100, 60, 10};
    for (unsigned ratio = first_ratio; ratio < first_ratio + 2; ratio++)
        for (unsigned mix = 0; mix < 4; mix++) {
            start(100 + ratio * 4 + mix, ratios[ratio].sys_khz, ratios[ratio].tx_khz);
            b.out_percent = percents[tb_below(&b.random, 3)];
            b.event_percent = percents[tb_below(&b.random, 3)];
            b.stat_percent = percents[tb_below(&b.random, 3)];
            b.mac.divide = 1 + tb_below(&b.random, 2);
            b.mac.gap = 8 + tb_below(&b.random, 6);
            b.tb.top->moderation_count_i = tb_below(&b.random, 20);
            b.tb.top->moderation_us_i = tb_below(&b.random, 3) * 10;
            for (unsigned i = 0; i < 150; i++)
                send_random(mix * 10, 4);
            finish();
            ck_assert_uint_eq(b.accepted, 150);
        }
}

START_TEST(test_traffic_fast_tx) { random_traffic(0); }
END_TEST

START_TEST(test_traffic_slow_tx) { random_traffic(2); }
END_TEST

START_TEST(test_traffic_extreme) { random_traffic(4); }
END_TEST

// The event path stands still for long: the ring fills, nothing more is accepted, all of it comes later and merged.
START_TEST(test_event_blocked)
{
    start(2, 60000, 125000);
    b.event_block = true;
    for (unsigned i = 0; i < 200; i++) {
        struct record r = make_record(60);
        queue_record(&r, 60);
    }
    run_sys(30000);
    ck_assert_uint_eq(b.accepted, DEPTH);
    ck_assert_uint_eq(b.tb.top->outstanding_o, DEPTH);
    ck_assert_uint_eq(b.events.size(), 0);
    settle(200000);
    ck_assert_uint_eq(b.accepted, 200);
    ck_assert_uint_eq(b.events[0].count, 1);
    ck_assert_uint_eq(b.events[1].count, DEPTH - 1);
    finish();
}
END_TEST

// Frames of every small length leave without a clock lost between them, launch times or not.
START_TEST(test_back_to_back)
{
    for (unsigned length = 60; length < 64; length++) {
        start(3, 60000, 125000);
        b.mac.hold = true;
        for (unsigned i = 0; i < 40; i++) {
            struct record r = make_record(length);
            queue_record(&r, length);
        }
        run_sys(20000);
        b.mac.hold = false;
        b.mac.waited = 0;
        while (b.statuses[NIC_TX_STATUS_OK] < 40)
            step();
        ck_assert_uint_eq(b.mac.waited, 0);
        finish();
    }
}
END_TEST

// NIC reset after every number of clocks: all accepted descriptors come back, then RESET_DONE, then traffic goes on.
START_TEST(test_reset_everywhere)
{
    for (unsigned at = 1; at < 500; at += 1 + (at > 250)) {
        unsigned ratio = at % 6;
        start(1000 + at, ratios[ratio].sys_khz, ratios[ratio].tx_khz);
        b.event_percent = at % 3 ? 100 : 30;
        b.resetting = true;
        for (unsigned i = 0; i < 12; i++)
            send_random(20, 10);
        run_sys(at);
        b.tb.top->reset_start_i = 1;
        tb_eval(&b.tb);
        run_sys(1);
        b.sinking = true;
        b.tb.top->rx_flushed_i = at % 2;
        while (b.events.empty() || b.events.back().kind != NIC_EVENT_TYPE_RESET_DONE) {
            run_sys(1);
            if (tb_chance(&b.random, 1))
                b.tb.top->rx_flushed_i = 1;
        }
        ck_assert_uint_eq(b.tb.top->outstanding_o, 0);
        ck_assert_uint_eq(b.accepted, b.delivered);
        // The driver starts afresh.
        b.out.clear();
        b.out_left.clear();
        b.sent.clear();
        b.tb.top->out_valid_i = 0;
        b.resetting = false;
        for (unsigned i = 0; i < 5; i++)
            send_random(20, 10);
        settle(100000);
        ck_assert_uint_eq(b.tb.top->halted_o, 0);
        finish();
    }
}
END_TEST

// The MAC is reset after every number of clocks: the frame in flight is ABORTED, the others are not.
START_TEST(test_mac_reset_everywhere)
{
    for (unsigned at = 1; at < 400; at++) {
        start(2000 + at, 60000, 125000);
        b.resetting = true;
        for (unsigned i = 0; i < 4; i++) {
            struct record r = make_record(20 + tb_below(&b.random, 20));
            queue_record(&r, r.frame.size());
        }
        while (at > 0 && b.tb.now_ps < 1200000 + 8000 * (uint64_t)at)
            step();
        b.tb.top->rst_mac_i = 1;
        tb_eval(&b.tb);
        for (unsigned i = 0; i < 3 + at % 50; i++)
            step();
        b.tb.top->rst_mac_i = 0;
        settle(10000);
        ck_assert_uint_le(b.statuses[NIC_TX_STATUS_ABORTED], 1);
        ck_assert_uint_eq(b.statuses[NIC_TX_STATUS_ABORTED] + b.statuses[NIC_TX_STATUS_OK], 4);
        finish();
    }
}
END_TEST

// The device reset comes after every number of clocks; afterwards it is as new.
START_TEST(test_device_reset_everywhere)
{
    for (unsigned at = 1; at < 400; at += 3) {
        unsigned ratio = at % 6;
        start(8000 + at, ratios[ratio].sys_khz, ratios[ratio].tx_khz);
        b.event_percent = at % 2 ? 100 : 30;
        for (unsigned i = 0; i < 12; i++)
            send_random(20, 10);
        run_sys(at);
        device_reset();
        ck_assert_uint_eq(b.tb.top->outstanding_o, 0);
        for (unsigned i = 0; i < 5; i++)
            send_random(20, 10);
        settle(100000);
        ck_assert_uint_eq(b.accepted, 5);
        finish();
    }
}
END_TEST

START_TEST(test_link_down)
{
    start(4, 60000, 125000);
    b.tb.top->tx_link_up_i = 0;
    for (unsigned i = 0; i < 10; i++)
        send_random(0, 0);
    settle(100000);
    b.tb.top->tx_link_up_i = 1;
    b.tb.top->tx_enable_i = 0;
    for (unsigned i = 0; i < 10; i++)
        send_random(0, 0);
    settle(100000);
    ck_assert_uint_eq(b.statuses[NIC_TX_STATUS_LINK_DOWN], 20);
    finish();
}
END_TEST

// A stream error in the middle of traffic: one event, a halt, and the descriptors before it are not touched.
START_TEST(test_stream_error)
{
    start(5, 60000, 125000);
    b.resetting = true;
    for (unsigned i = 0; i < 10; i++)
        send_random(0, 0);
    put_le(&b.out, 0x12345678, 4);
    b.out_left.push_back(1000000);
    run_sys(20000);
    ck_assert(b.tb.top->halted_o && b.tb.top->out_halt_o);
    ck_assert_uint_eq(b.delivered, 10);
    unsigned errors = 0;
    for (const struct event &e : b.events)
        errors += e.kind == NIC_EVENT_TYPE_STREAM_ERROR && e.status == NIC_STREAM_ERROR_CHECK;
    ck_assert_uint_eq(errors, 1);
    b.tb.top->reset_start_i = 1;
    tb_eval(&b.tb);
    b.sinking = true;
    run_sys(200);
    ck_assert(!b.tb.top->halted_o);
    ck_assert_uint_eq(b.events.back().kind, NIC_EVENT_TYPE_RESET_DONE);
    b.out.clear();
    b.out_left.clear();
    send_random(0, 0);
    settle(10000);
    finish();
}
END_TEST

// Losses and link changes between blocked completions: sums are right, the latest link state comes.
START_TEST(test_other_events)
{
    start(6, 60000, 125000);
    b.event_percent = 20;
    for (unsigned i = 0; i < 400; i++) {
        if (b.out.size() < 200)
            send_random(30, 5);
        if (tb_chance(&b.random, 30))
            b.loss_pending += 1 + tb_below(&b.random, 3);
        if (tb_chance(&b.random, 10))
            b.tb.top->link_up_i = !b.tb.top->link_up_i;
        if (tb_chance(&b.random, 10))
            b.tb.top->link_speed_i = tb_below(&b.random, 3);
        run_sys(100);
    }
    settle(100000);
    unsigned link = 0;
    for (const struct event &e : b.events)
        if (e.kind == NIC_EVENT_TYPE_LINK)
            link = e.status | e.count << 1;
    ck_assert_uint_eq(link, b.tb.top->link_up_i | b.tb.top->link_speed_i << 1);
    ck_assert_uint_gt(b.loss_raised, 100);
    finish();
}
END_TEST

// Frames with launch times at these distances from each other, the first at `launch`.
static void launch_train(uint64_t launch, const uint32_t *apart, unsigned count)
{
    std::vector<uint64_t> due;
    for (unsigned i = 0; i < count; i++) {
        struct record r = make_record(60);
        r.launch = true;
        r.launch_ns = launch += apart[i];
        due.push_back(launch);
        queue_record(&r, 60);
    }
    settle(1000000);
    ck_assert_uint_eq(b.mac.starts_ns.size(), count);
    for (unsigned i = 0; i < count; i++) {
        // Three clocks from the comparison to the first valid.
        uint64_t compared = b.mac.starts_ns[i] - 3 * b.step_ns;
        ck_assert_uint_ge(compared + LEAD, due[i]);
        ck_assert_uint_lt(compared + LEAD, due[i] + b.step_ns);
    }
}

START_TEST(test_launch_accuracy)
{
    static const uint32_t apart[] = {0, 3000, 20000, 33000, 70000, 2000, 140000, 300000};
    for (unsigned offset = 0; offset < 40; offset++) {
        start(3000 + offset, 60000, offset & 1 ? 50000 : 125000);
        if (offset % 5 == 0) // 32 bits wrap on the way
            b.time_ns = (b.time_ns | 0xffffffff) - tb_below(&b.random, 200000);
        launch_train(b.time_ns + 4000 + offset, apart, 8);
        finish();
    }
}
END_TEST

// Line rate by launch times: 64-byte frames 672 ns apart, all on time. The buffer is filled first.
START_TEST(test_launch_line_rate)
{
    for (unsigned offset = 0; offset < 8; offset++) {
        uint32_t apart[30] = {0};
        for (unsigned i = 1; i < 30; i++)
            apart[i] = 672;
        start(4000 + offset, 60000, 125000);
        launch_train(b.time_ns + 60000 + offset, apart, 30);
        finish();
    }
}
END_TEST

// One record to an idle queue, its launch time ever earlier: on time up to a point, LATE from there on. The point is
// where the record is read: its bytes come in 1.3 us, the crossing and eight launch bytes follow.
START_TEST(test_launch_late)
{
    unsigned last_sent = 0;
    for (unsigned early = 0; early < 3000; early += early < 1200 || early > 2400 ? 100 : 1) {
        start(5000, 60000, 125000);
        uint64_t launch = b.time_ns + 3000 - early;
        struct record r = make_record(60);
        r.launch = true;
        r.launch_ns = launch;
        queue_record(&r, 60);
        settle(100000);
        if (b.statuses[NIC_TX_STATUS_OK]) {
            uint64_t compared = b.mac.starts_ns[0] - 3 * b.step_ns;
            ck_assert(compared + LEAD >= launch && compared + LEAD < launch + b.step_ns);
            ck_assert_uint_eq(b.statuses[NIC_TX_STATUS_LATE], 0);
            ck_assert(last_sent == 0 || early - last_sent <= 100);
            last_sent = early;
        } else {
            ck_assert_uint_eq(b.statuses[NIC_TX_STATUS_LATE], 1);
            ck_assert_uint_ge(b.events[0].time_ns, launch - LEAD + b.step_ns);
        }
        finish();
    }
    ck_assert_uint_gt(last_sent, 1200);
    ck_assert_uint_lt(last_sent, 1800);
}
END_TEST

// The clock is set while a record waits: past its launch time, and it starts at once; back, and it waits on.
START_TEST(test_launch_time_set)
{
    for (unsigned back = 0; back < 2; back++) {
        start(6000 + back, 60000, 125000);
        struct record r = make_record(60);
        r.launch = true;
        r.launch_ns = b.time_ns + 20000;
        queue_record(&r, 60);
        run_sys(600);
        b.time_ns += back ? -1000000 : 1000000;
        run_sys(back ? 6000 : 120);
        ck_assert_uint_eq(b.delivered, !back);
        ck_assert_uint_eq(b.tb.top->tx_idle_o, !back);
        settle(100000);
        ck_assert_uint_eq(b.statuses[NIC_TX_STATUS_OK], 1);
        finish();
    }
}
END_TEST

// A record waits for ever: NIC reset and MAC reset end the wait.
START_TEST(test_launch_aborted)
{
    for (unsigned mac = 0; mac < 2; mac++) {
        start(7000 + mac, 60000, 125000);
        b.resetting = true;
        struct record r = make_record(60);
        r.launch = true;
        r.launch_ns = b.time_ns + 0x123456789abc;
        queue_record(&r, 60);
        run_sys(1000);
        ck_assert_uint_eq(b.delivered, 0);
        if (mac) {
            b.tb.top->rst_mac_i = 1;
        } else {
            b.tb.top->reset_start_i = 1;
            tb_eval(&b.tb);
            b.sinking = true;
        }
        run_sys(200);
        ck_assert_uint_eq(b.statuses[NIC_TX_STATUS_ABORTED], 1);
        ck_assert_uint_eq(b.delivered, 1);
        b.tb.top->rst_mac_i = 0;
        send_random(0, 0);
        finish();
    }
}
END_TEST

TB_MAIN("nic_tx_queue", test_traffic_fast_tx, test_traffic_slow_tx, test_traffic_extreme, test_event_blocked, test_back_to_back, test_reset_everywhere,
        test_mac_reset_everywhere, test_device_reset_everywhere, test_link_down, test_stream_error, test_other_events, test_launch_accuracy,
        test_launch_line_rate, test_launch_late, test_launch_time_set, test_launch_aborted)
