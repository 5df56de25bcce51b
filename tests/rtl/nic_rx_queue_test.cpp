// SPDX-License-Identifier: Apache-2.0
// nic_rx_queue: filter, classes, overflow, exact fill, watermarks, and every kind of reset at every
// clock.
#include "nic_rx_bench.h"

// sys fast enough that nothing is lost: every verdict of the filter is certain.
START_TEST(test_filter)
{
    start(1, 125000, 300000);
    for (unsigned round = 0; round < 150; round++) {
        random_table();
        random_rules();
        b.rules.enable = true;
        drive_rules();
        for (unsigned i = 0; i < 20; i++) {
            struct frame frame = make_frame(60 + tb_below(&b.random, 3), NONE);
            random_address(frame.data.data());
            b.script.push_back(frame);
        }
        check_empty();
    }
    ck_assert_uint_eq(b.causes[OVERFLOW_], 0);
    ck_assert_uint_gt(b.causes[NONE], 800);
    ck_assert_uint_gt(b.causes[FILTER], 800);
    tb_close(&b.tb);
}
END_TEST

// Each of the 16 entries alone, and each of its 48 bits wrong.
START_TEST(test_filter_one_bit)
{
    start(2, 125000, 300000);
    random_table();
    b.rules.promiscuous = false;
    drive_rules();
    for (unsigned i = 0; i < 16; i++) {
        uint8_t address[6];
        for (uint8_t &octet : address)
            octet = tb_below(&b.random, 256) & ~1u;
        exact_entry(i, address, true);
        for (unsigned wrong = 0; wrong <= 48; wrong++) {
            struct frame frame = make_frame(60, NONE);
            memcpy(frame.data.data(), address, 6);
            if (wrong < 48)
                frame.data[wrong / 8] ^= 1u << wrong % 8;
            b.script.push_back(frame);
        }
        check_empty();
    }
    ck_assert_uint_ge(b.causes[NONE], 16);
    ck_assert_uint_ge(b.causes[FILTER], 16 * 47);
    tb_close(&b.tb);
}
END_TEST

START_TEST(test_every_class)
{
    start(3, 125000, 300000);
    for (unsigned round = 0; round < 60; round++) {
        random_table();
        random_rules();
        for (unsigned i = 0; i < 30; i++)
            send_any(false);
        check_empty();
    }
    expect_causes(0x1eff & ~(1u << RESET));
    tb_close(&b.tb);
}
END_TEST

static const unsigned ratios[][2] = {{125000, 60000}, {125000, 48000}, {25000, 60000},
                                     {2500, 60000},   {50000, 48000},  {125000, 125000},
                                     {125000, 13000}};

// Too much for the reader at some of the clocks: what is lost, is counted, and what is not, is
// whole.
START_TEST(test_storm)
{
    unsigned khz = ratios[_i][0], sys_khz = ratios[_i][1];
    start(4 + _i, khz, sys_khz);
    for (unsigned round = 0; round < 12; round++) {
        random_table();
        random_rules();
        b.rules.enable = b.rules.promiscuous = true;
        drive_rules();
        b.ready_percent = round % 3 == 0 ? 100 : 10 + tb_below(&b.random, 90);
        b.loss_percent = round % 4 ? 1 : 100;
        for (unsigned i = 0; i < 80; i++)
            send_any(true);
        finish();
        if (round % 3 == 2)
            check_empty();
    }
    check_empty();
    expect_causes(1u << NONE | 0xfe | (khz / sys_khz >= 2 ? 1u << OVERFLOW_ : 0));
    ck_assert_uint_gt(b.records, 100);
    tb_close(&b.tb);
}
END_TEST

// Nothing is read: the buffer takes what it can hold and not a byte more.
START_TEST(test_exactly_full)
{
    start(20, 125000, 60000);
    for (unsigned over = 0; over < 8; over += over ? 1 : 6) {
        check_empty();
        uint64_t stored = b.causes[NONE], lost = b.causes[OVERFLOW_];
        b.ready_percent = 0;
        unsigned left = BUF_BYTES - 1 + over;
        send(100, NONE);
        send(left - 100 - 64, NONE);
        finish();
        send(64, NONE);
        finish();
        ck_assert_uint_eq(b.causes[NONE] - stored, over ? 2 : 3);
        ck_assert_uint_eq(b.causes[OVERFLOW_] - lost, over ? 1 : 0);
    }
    check_empty();
    tb_close(&b.tb);
}
END_TEST

START_TEST(test_larger_than_buffer)
{
    start(21, 125000, 60000);
    send(BUF_BYTES + 1, NONE);
    send(3 * BUF_BYTES, NONE);
    send(60, NONE);
    check_empty();
    ck_assert_uint_eq(b.causes[OVERFLOW_], 2);
    ck_assert_uint_eq(b.causes[NONE], 1);
    tb_close(&b.tb);
}
END_TEST

START_TEST(test_frames_full)
{
    start(22, 125000, 60000);
    b.rules.keep_bad = true;
    drive_rules();
    b.ready_percent = 0;
    for (unsigned i = 0; i < FRAMES; i++) {
        struct frame frame = make_frame(3, FRAGMENT);
        frame.gap = 12;
        b.script.push_back(frame);
    }
    send(60, NONE);
    send(3, FRAGMENT); // not stored either, but not lost
    finish();
    ck_assert_uint_eq(b.causes[OVERFLOW_], 1);
    check_empty();
    ck_assert_uint_eq(b.records, FRAMES);
    send(60, NONE);
    check_empty();
    tb_close(&b.tb);
}
END_TEST

// Smallest gap and a preamble of nothing but the SFD, at full rate on both sides.
START_TEST(test_smallest_gaps)
{
    start(23, 125000, 300000);
    b.rules.keep_bad = true;
    drive_rules();
    for (unsigned size = 1; size < 70; size++) {
        send(size, size < 60 ? FRAGMENT : NONE);
        send(1, FRAGMENT);
        send(60, NONE);
    }
    check_empty();
    ck_assert_uint_eq(b.records, 69 * 3);
    tb_close(&b.tb);
}
END_TEST

static void flush_once(unsigned clocks)
{
    Vtop *top = b.tb.top;
    top->flush_i = 1;
    b.flush_change_ps = b.tb.now_ps;
    tb_eval(&b.tb);
    for (struct expected &e : b.expected)
        if (!e.lost) {
            e.sure = false;
            e.counted = true;
        }
    unsigned waited = 0;
    do
        run_sys(1);
    while ((!top->flushed_o || waited < clocks) && waited++ < 20000);
    ck_assert(top->flushed_o);
    ck_assert(!top->in_valid_o);
    top->flush_i = 0;
    b.flush_change_ps = b.tb.now_ps;
    tb_eval(&b.tb);
    for (struct expected &e : b.expected)
        if (!e.lost) {
            e.sure = false;
            e.counted = true;
        }
}

// A NIC reset at every clock of a record, with a further frame behind it and one coming in.
START_TEST(test_flush_every_cycle)
{
    start(24, 125000, 60000);
    for (unsigned at = 0; at < 190; at++) {
        send(61 + at % 4, NONE);
        send(60 + at % 7, NONE);
        while (b.ended.empty())
            step();
        run_sys(at);
        if (at % 5 == 0)
            send(200, NONE);
        flush_once(at % 3 * 10);
        check_empty();
        send(63, NONE);
        uint64_t records = b.records;
        check_empty();
        ck_assert_uint_eq(b.records, records + 1);
    }
    ck_assert_uint_gt(b.causes[RESET], 5);
    tb_close(&b.tb);
}
END_TEST

// The flush ends although frames come in faster than sys can read.
START_TEST(test_flush_in_storm)
{
    start(25, 125000, 48000);
    for (unsigned round = 0; round < 10; round++) {
        for (unsigned i = 0; i < 100; i++)
            send(60 + tb_below(&b.random, 300), NONE);
        run_sys(300 + tb_below(&b.random, 3000));
        ck_assert(!b.script.empty());
        flush_once(tb_below(&b.random, 500));
        ck_assert(!b.script.empty());
        check_empty();
    }
    tb_close(&b.tb);
}
END_TEST

// The device reset at any clock: everything is forgotten, the table of addresses included.
START_TEST(test_reset_every_cycle)
{
    start(27, 125000, 60000);
    for (unsigned at = 0; at < 120; at++) {
        uint8_t address[6] = {2, 4, 6, 8, 10, (uint8_t)at};
        exact_entry(at % 16, address, true);
        send(60, NONE);
        send(61, NONE);
        run_sys(at);
        reset_queue();
        ck_assert_uint_eq(exact_read(at % 16 * 4 + 2), 0);
        ck_assert_uint_eq(exact_read(at % 16 * 4), 0);
        send(60 + at % 4, NONE);
        check_empty();
        ck_assert_uint_eq(b.sequence, 1);
    }
    tb_close(&b.tb);
}
END_TEST

// The registers' window onto the table, while records are read through the same memory.
START_TEST(test_exact_window)
{
    uint32_t mirror[64] = {};
    start(28, 125000, 60000);
    for (unsigned i = 0; i < 64; i++)
        ck_assert_uint_eq(exact_read(i), 0);
    for (unsigned i = 0; i < 4000; i++) {
        unsigned word = tb_below(&b.random, 64);
        if (b.script.size() < 3)
            send_any(false);
        if (tb_chance(&b.random, 40)) {
            uint32_t value = tb_below(&b.random, 1 << 17);
            exact_write(word, value);
            mirror[word] = word % 4 == 3 ? 0 : word % 4 == 2 ? value : value & 0xffff;
        } else {
            run_sys(tb_below(&b.random, 4));
            ck_assert_uint_eq(exact_read(word), mirror[word]);
        }
    }
    b.script.clear();
    check_empty();
    ck_assert_uint_gt(b.records, 15);
    tb_close(&b.tb);
}
END_TEST

// Fill and hysteresis: XOFF at the upper mark, XON at the lower one, nothing between.
START_TEST(test_watermarks)
{
    start(29, 125000, 60000);
    Vtop *top = b.tb.top;
    for (unsigned round = 0; round < 20; round++) {
        top->high_i = BUF_BYTES / 256 / 2 + tb_below(&b.random, BUF_BYTES / 256 / 4);
        top->low_i = tb_below(&b.random, top->high_i);
        check_empty();
        run_sys(30);
        ck_assert(!top->xoff_o);
        b.ready_percent = 0;
        unsigned fill = 0;
        while (fill + 160 < BUF_BYTES) {
            unsigned size = 60 + tb_below(&b.random, 100);
            send(size, NONE);
            finish();
            run_sys(10);
            fill += size;
            if (fill < top->high_i * 256u)
                ck_assert(!top->xoff_o);
            else if (fill > top->high_i * 256u + 3)
                ck_assert(top->xoff_o);
        }
        b.ready_percent = 100;
        while (top->xoff_o) {
            uint64_t records = b.records;
            run_sys(1);
            if (b.records == records)
                continue;
            uint64_t left = 0;
            for (const struct expected &e : b.expected)
                left += e.lost ? 0 : e.frame.data.size();
            if (left > top->low_i * 256u + 40)
                ck_assert(top->xoff_o);
            ck_assert_msg(left + 60 > top->low_i * 256u || !left, "XON is late");
            run_sys(b.expected.empty() ? 30 : 0);
            ck_assert(!b.expected.empty() || !top->xoff_o);
        }
    }
    ck_assert_uint_ge(b.xoff_rises, 20);
    top->high_i = BUF_BYTES / 16; // beyond the buffer: never
    b.ready_percent = 0;
    b.xoff_rises = 0;
    for (unsigned i = 0; i < BUF_BYTES / 60 + 2; i++)
        send(60, NONE);
    finish();
    ck_assert_uint_eq(b.xoff_rises, 0);
    check_empty();
    tb_close(&b.tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_rx_queue");
    TCase *tcase = tcase_create("nic_rx_queue");
    tcase_set_timeout(tcase, 60);
    for (const TTest *test :
         {test_filter, test_filter_one_bit, test_every_class, test_exactly_full,
          test_larger_than_buffer, test_frames_full, test_smallest_gaps, test_flush_every_cycle,
          test_flush_in_storm, test_reset_every_cycle, test_exact_window, test_watermarks})
        tcase_add_test(tcase, test);
    tcase_add_loop_test(tcase, test_storm, 0, sizeof ratios / sizeof ratios[0]);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
