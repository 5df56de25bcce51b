// SPDX-License-Identifier: Apache-2.0
// nic_event alone: moderation to the clock, merging, the other events, their order and their turns, RESET_DONE, ev_last.
// The slot RAMs are two arrays here. That everything arrives exactly once under stalls is nic_tx_queue_test's business.
#include "nic_tb.h"
#include "nic_regs.h"
#include <vector>

enum { DEPTH = 64, MHZ = 60, RECORD_CLOCKS = 34 };

struct event {
    unsigned kind, status, count;
    uint32_t tag;
    uint64_t time_ns, first_clock; // clock in which its first byte was on offer
};

static struct tb tb;
static uint8_t tag_ram[DEPTH][4], done_ram[DEPTH][16];
static bool report_ram[DEPTH];
static unsigned accepted, completed, delivered, byte_count, losses;
static uint8_t bytes[16];
static uint64_t now, first_clock, last_end;
static bool more_promised;
static std::vector<struct event> events;

static void start(void)
{
    tb_open(&tb, "nic_event");
    accepted = completed = delivered = byte_count = losses = 0;
    more_promised = false;
    events.clear();
    now = 0;
    Vtop *top = tb.top;
    top->accept_i = top->done_count_i = top->moderation_count_i = top->moderation_us_i = 0;
    top->link_up_i = top->link_speed_i = top->rx_loss_valid_i = top->rx_loss_count_i = top->error_i = 0;
    top->request_i = top->request_result_i = top->processor_i = 0;
    top->error_status_i = top->reset_start_i = 0;
    top->rx_flushed_i = top->ev_ready_i = top->rst_i = 1;
    tb_cycle(&tb, &top->clk_i);
    tb_cycle(&tb, &top->clk_i);
    top->rst_i = 0;
}

static void take_byte(void)
{
    Vtop *top = tb.top;
    if (byte_count == 0)
        ck_assert(!more_promised || now - last_end < 8);
    bytes[byte_count++] = top->ev_data_o;
    ck_assert(!top->ev_last_o || byte_count == 16);
    if (byte_count < 16)
        return;
    byte_count = 0;
    more_promised = !top->ev_last_o;
    last_end = now;
    const uint8_t *p = bytes;
    struct event e = {p[0], p[1], (unsigned)(p[2] | p[3] << 8), 0, 0, first_clock};
    for (unsigned i = 0; i < 4; i++)
        e.tag |= (uint32_t)p[4 + i] << (8 * i);
    for (unsigned i = 0; i < 8; i++)
        e.time_ns |= (uint64_t)p[8 + i] << (8 * i);
    if (e.kind == NIC_EVENT_TYPE_TX_DONE)
        delivered += e.count;
    events.push_back(e);
}

static void cycle(void)
{
    Vtop *top = tb.top;
    tb_eval(&tb);
    unsigned slot = top->slot_o, byte = top->slot_byte_o;
    if (top->ev_valid_o && byte_count == 0 && first_clock <= last_end)
        first_clock = now;
    if (top->ev_valid_o && top->ev_ready_i)
        take_byte();
    if (top->rx_loss_taken_o)
        losses += top->rx_loss_count_i;
    bool taken = top->rx_loss_taken_o;
    tb_cycle(&tb, &top->clk_i);
    now++;
    top->tag_data_i = report_ram[slot] << 8 | tag_ram[slot][byte & 3];
    top->done_data_i = done_ram[slot][byte];
    top->reset_start_i = top->error_i = top->request_i = top->processor_i = 0;
    if (taken)
        top->rx_loss_valid_i = 0;
    tb_eval(&tb);
}

static void cycles(unsigned count)
{
    while (count--)
        cycle();
}

// Accepts a descriptor whose tag is its number; the completion's time is 1000 times that.
static void accept(bool report)
{
    Vtop *top = tb.top;
    ck_assert(top->room_o);
    ck_assert_uint_eq(top->accept_slot_o, accepted % DEPTH);
    for (unsigned i = 0; i < 4; i++)
        tag_ram[accepted % DEPTH][i] = accepted >> (8 * i);
    report_ram[accepted % DEPTH] = report;
    top->accept_i = 1;
    cycle();
    top->accept_i = 0;
    accepted++;
    tb_eval(&tb);
}

static void complete(unsigned status)
{
    uint8_t *slot = done_ram[completed % DEPTH];
    slot[1] = status;
    for (unsigned i = 0; i < 8; i++)
        slot[8 + i] = (uint64_t)completed * 1000 >> (8 * i);
    completed++;
    tb.top->done_count_i = completed % (2 * DEPTH);
    tb_eval(&tb);
}

// One descriptor through; returns the clock at which it was complete.
static uint64_t through(unsigned status, bool report)
{
    accept(report);
    complete(status);
    return now;
}

static void expect_tx(unsigned index, unsigned count, unsigned status, unsigned last)
{
    ck_assert_uint_gt(events.size(), index);
    ck_assert_uint_eq(events[index].kind, NIC_EVENT_TYPE_TX_DONE);
    ck_assert_uint_eq(events[index].count, count);
    ck_assert_uint_eq(events[index].status, status);
    ck_assert_uint_eq(events[index].tag, last);
    ck_assert_uint_eq(events[index].time_ns, (uint64_t)last * 1000);
}

static void moderation(unsigned count, unsigned us)
{
    tb.top->moderation_count_i = count;
    tb.top->moderation_us_i = us;
}

START_TEST(test_time)
{
    static const unsigned times[] = {1, 2, 7, 50};
    for (unsigned us : times)
        for (unsigned phase = 0; phase < 8; phase++) {
            start();
            moderation(1000, us);
            cycles(phase);
            uint64_t first = through(NIC_TX_STATUS_OK, false);
            cycles(us * MHZ / 2);
            through(NIC_TX_STATUS_OK, false);
            through(NIC_TX_STATUS_OK, false);
            cycles(us * MHZ + 100);
            ck_assert_uint_eq(events.size(), 1);
            expect_tx(0, 3, NIC_TX_STATUS_OK, 2);
            ck_assert_uint_ge(events[0].first_clock - first, us * MHZ);
            ck_assert_uint_le(events[0].first_clock - first, us * MHZ + 10);
            // The timer starts anew with the next one.
            first = through(NIC_TX_STATUS_OK, false);
            cycles(us * MHZ + 100);
            expect_tx(1, 1, NIC_TX_STATUS_OK, 3);
            ck_assert_uint_ge(events[1].first_clock - first, us * MHZ);
            ck_assert_uint_le(events[1].first_clock - first, us * MHZ + 10);
            tb_close(&tb);
        }
}
END_TEST

START_TEST(test_count)
{
    for (unsigned count = 2; count <= 64; count++) {
        start();
        moderation(count, 65535);
        for (unsigned i = 0; i < count - 1; i++)
            through(NIC_TX_STATUS_OK, false);
        cycles(500);
        ck_assert_uint_eq(events.size(), 0);
        uint64_t last = through(NIC_TX_STATUS_OK, false);
        cycles(100);
        ck_assert_uint_eq(events.size(), 1);
        expect_tx(0, count, NIC_TX_STATUS_OK, count - 1);
        ck_assert_uint_le(events[0].first_clock - last, 12);
        tb_close(&tb);
    }
}
END_TEST

// A count that can never gather: raised when every slot is used.
START_TEST(test_count_over_depth)
{
    static const unsigned counts[] = {65, 127, 128, 1000, 65535};
    for (unsigned count : counts) {
        start();
        moderation(count, 65535);
        for (unsigned i = 0; i < DEPTH; i++)
            through(NIC_TX_STATUS_OK, false);
        ck_assert(!tb.top->room_o);
        ck_assert_uint_eq(tb.top->outstanding_o, DEPTH);
        cycles(4 * DEPTH + 100);
        expect_tx(0, DEPTH, NIC_TX_STATUS_OK, DEPTH - 1);
        ck_assert(tb.top->room_o);
        tb_close(&tb);
    }
}
END_TEST

START_TEST(test_at_once)
{
    static const unsigned settings[][2] = {{0, 1000}, {1, 1000}, {1000, 0}, {0, 0}};
    for (const unsigned *setting : settings) {
        start();
        moderation(setting[0], setting[1]);
        uint64_t at = through(NIC_TX_STATUS_OK, false);
        cycles(100);
        expect_tx(0, 1, NIC_TX_STATUS_OK, 0);
        ck_assert_uint_le(events[0].first_clock - at, 12);
        tb_close(&tb);
    }
}
END_TEST

// What must not be merged takes those before it along at once, and waits for nobody.
START_TEST(test_not_mergeable)
{
    for (unsigned kind = 0; kind < 5; kind++) {
        start();
        moderation(1000, 65535);
        unsigned status = kind ? kind : (unsigned)NIC_TX_STATUS_OK;
        through(NIC_TX_STATUS_OK, false);
        through(NIC_TX_STATUS_OK, false);
        cycles(100);
        ck_assert_uint_eq(events.size(), 0);
        through(status, kind == 0);
        through(status, kind == 0);
        cycles(200);
        ck_assert_uint_eq(events.size(), 3);
        expect_tx(0, 2, NIC_TX_STATUS_OK, 1);
        expect_tx(1, 1, status, 2);
        expect_tx(2, 1, status, 3);
        tb_close(&tb);
    }
}
END_TEST

// New settings count for what waits already.
START_TEST(test_settings_change)
{
    for (unsigned what = 0; what < 2; what++) {
        start();
        moderation(1000, 65535);
        for (unsigned i = 0; i < 10; i++)
            through(NIC_TX_STATUS_OK, false);
        cycles(50 * MHZ);
        ck_assert_uint_eq(events.size(), 0);
        moderation(what ? 10 : 1000, what ? 65535 : 20);
        cycles(50);
        expect_tx(0, 10, NIC_TX_STATUS_OK, 9);
        tb_close(&tb);
    }
}
END_TEST

// Random settings and completions; nothing that is complete stays longer than the time that is set.
START_TEST(test_never_withheld)
{
    struct tb_random random = tb_random_start(1);
    start();
    for (unsigned round = 0; round < 400; round++) {
        unsigned us = tb_below(&random, 20);
        moderation(tb_below(&random, 30), us);
        for (unsigned i = tb_below(&random, 40); i; i--) {
            if (tb.top->room_o)
                accept(tb_chance(&random, 10));
            if (completed < accepted && tb_chance(&random, 80))
                complete(tb_chance(&random, 10) ? 1 + tb_below(&random, 4) : 0);
            cycles(tb_below(&random, 60));
            while (!tb.top->room_o && completed < accepted)
                complete(0);
        }
        // Each event that is not merged takes a record's time.
        cycles(us * MHZ + 2 * RECORD_CLOCKS * (completed - delivered) + 100);
        ck_assert_uint_eq(delivered, completed);
    }
    tb_close(&tb);
}
END_TEST

START_TEST(test_link)
{
    start();
    cycles(100);
    ck_assert_uint_eq(events.size(), 0);
    tb.top->link_up_i = 1;
    tb.top->link_speed_i = NIC_SPEED_M1000;
    cycles(100);
    ck_assert_uint_eq(events.size(), 1);
    ck_assert(events[0].kind == NIC_EVENT_TYPE_LINK && events[0].status == 1 && events[0].count == NIC_SPEED_M1000);
    ck_assert(events[0].tag == 0 && events[0].time_ns == 0);
    // Blocked in the middle of a record, several changes: one more event, the latest state.
    tb.top->link_speed_i = NIC_SPEED_M10;
    cycles(15);
    tb.top->ev_ready_i = 0;
    for (unsigned i = 0; i < 9; i++) {
        tb.top->link_up_i = i & 1;
        tb.top->link_speed_i = i % 3;
        cycles(20);
    }
    tb.top->link_speed_i = NIC_SPEED_M100;
    cycles(20);
    tb.top->ev_ready_i = 1;
    cycles(200);
    ck_assert_uint_eq(events.size(), 3);
    ck_assert(events[1].status == 1 && events[1].count == NIC_SPEED_M10);
    ck_assert(events[2].status == 0 && events[2].count == NIC_SPEED_M100);
    tb_close(&tb);
}
END_TEST

// Everything at once and a stream that is always busy: each kind comes through.
START_TEST(test_turns)
{
    struct tb_random random = tb_random_start(2);
    unsigned kinds[8] = {};
    uint64_t lost = 0;
    start();
    for (unsigned i = 0; i < 20000; i++) {
        if (tb.top->room_o)
            through(NIC_TX_STATUS_LATE, false);
        if (!tb.top->rx_loss_valid_i) {
            tb.top->rx_loss_valid_i = 1;
            tb.top->rx_loss_count_i = 1 + tb_below(&random, 65535);
            lost += tb.top->rx_loss_count_i;
        }
        if (i % 500 == 0)
            tb.top->link_up_i = !tb.top->link_up_i;
        if (i % 3000 == 0) {
            tb.top->error_i = 1;
            tb.top->error_status_i = NIC_STREAM_ERROR_PADDING;
        }
        tb.top->request_i = i % 1000 == 0;
        tb.top->request_result_i = NIC_MAIL_RESULT_FAILED;
        tb.top->processor_i = i % 4000 == 0;
        cycle();
    }
    cycles(40 * DEPTH);
    uint64_t counted = 0;
    for (const struct event &e : events) {
        kinds[e.kind]++;
        counted += e.kind == NIC_EVENT_TYPE_RX_LOSS ? e.count : 0;
        ck_assert(e.kind != NIC_EVENT_TYPE_STREAM_ERROR || e.status == NIC_STREAM_ERROR_PADDING);
        ck_assert(e.kind != NIC_EVENT_TYPE_REQUEST_DONE || e.status == NIC_MAIL_RESULT_FAILED);
        ck_assert(e.kind != NIC_EVENT_TYPE_PROCESSOR || e.status == 0);
    }
    ck_assert_uint_eq(kinds[NIC_EVENT_TYPE_REQUEST_DONE], 20);
    ck_assert_uint_eq(kinds[NIC_EVENT_TYPE_PROCESSOR], 5);
    ck_assert_uint_eq(kinds[NIC_EVENT_TYPE_LINK], 40);
    ck_assert_uint_eq(kinds[NIC_EVENT_TYPE_STREAM_ERROR], 7);
    ck_assert_uint_gt(kinds[NIC_EVENT_TYPE_RX_LOSS], 200);
    ck_assert_uint_gt(kinds[NIC_EVENT_TYPE_TX_DONE], 200);
    ck_assert_uint_eq(counted, losses);
    ck_assert_uint_eq(counted, lost);
    tb_close(&tb);
}
END_TEST

// RESET_DONE waits for the last completion to be delivered and for the receive side; moderation is off meanwhile.
START_TEST(test_reset_done)
{
    for (unsigned order = 0; order < 2; order++) {
        start();
        moderation(1000, 65535);
        tb.top->rx_flushed_i = 0;
        for (unsigned i = 0; i < 3; i++)
            accept(false);
        complete(NIC_TX_STATUS_OK);
        cycles(100);
        ck_assert_uint_eq(events.size(), 0);
        tb.top->reset_start_i = 1;
        cycles(200);
        ck_assert_uint_eq(events.size(), 1);
        expect_tx(0, 1, NIC_TX_STATUS_OK, 0);
        if (order) {
            tb.top->rx_flushed_i = 1;
            cycles(200);
            ck_assert_uint_eq(events.size(), 1);
        }
        complete(NIC_TX_STATUS_ABORTED);
        complete(NIC_TX_STATUS_ABORTED);
        cycles(200);
        ck_assert_uint_eq(events.size(), order ? 4 : 3);
        ck_assert(tb.top->resetting_o == !order);
        tb.top->rx_flushed_i = 1;
        cycles(100);
        ck_assert_uint_eq(events.size(), 4);
        ck_assert_uint_eq(events[3].kind, NIC_EVENT_TYPE_RESET_DONE);
        ck_assert(!tb.top->resetting_o && tb.top->idle_o && tb.top->outstanding_o == 0);
        tb_close(&tb);
    }
}
END_TEST

// The last byte says whether more is coming.
START_TEST(test_last)
{
    start();
    moderation(1000, 65535);
    through(NIC_TX_STATUS_LATE, false);
    cycles(100);
    ck_assert(!more_promised);
    tb.top->ev_ready_i = 0;
    through(NIC_TX_STATUS_LATE, false);
    through(NIC_TX_STATUS_LATE, false);
    cycles(20);
    tb.top->ev_ready_i = 1;
    while (events.size() < 2)
        cycle();
    ck_assert(more_promised);
    cycles(100);
    ck_assert_uint_eq(events.size(), 3);
    ck_assert(!more_promised);
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_event", test_time, test_count, test_count_over_depth, test_at_once, test_not_mergeable,
        test_settings_change, test_never_withheld, test_link, test_turns, test_reset_done, test_last)
