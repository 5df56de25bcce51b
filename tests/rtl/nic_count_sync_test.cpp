// SPDX-License-Identifier: Apache-2.0
// nic_count_sync at several clock ratios: what the reader sees never runs ahead, never goes back, is
// never older than three of its clocks, and is right when the steps end.
#include "nic_tb.h"

enum { SRC, DST, CLOCKS };

static void run(unsigned stream, uint64_t src_khz, uint64_t dst_khz, unsigned percent)
{
    struct tb tb;
    struct tb_random random = tb_random_start(stream);
    tb_open(&tb, "nic_count_sync");
    Vtop *top = tb.top;
    struct tb_clock clocks[CLOCKS] = {
        tb_clock_start(&top->clk_src_i, src_khz, tb_below(&random, 20000)),
        tb_clock_start(&top->clk_dst_i, dst_khz, tb_below(&random, 20000)),
    };
    uint64_t steps = 0, seen = 0, before[3] = {0, 0, 0};

    top->rst_src_i = top->rst_dst_i = 1;
    top->step_i = 0;
    tb_run_ps(&tb, clocks, CLOCKS, 1000000);
    top->rst_src_i = top->rst_dst_i = 0;
    for (unsigned i = 0; i < 40000; i++) {
        tb_next(clocks, CLOCKS);
        if (clocks[DST].rise) {
            seen += (top->count_dst_o - seen) & 127;
            ck_assert_uint_le(seen, steps);
            ck_assert_uint_ge(seen, before[2]);
            before[2] = before[1];
            before[1] = before[0];
            before[0] = steps;
        }
        steps += clocks[SRC].rise && top->step_i;
        tb_step(&tb, clocks, CLOCKS);
        // No more than the width can tell apart.
        if (clocks[SRC].rise)
            top->step_i = steps - before[2] < 100 && tb_chance(&random, percent) && i < 39000;
        tb_eval(&tb);
        ck_assert_uint_eq(top->count_src_o, steps & 127);
    }
    ck_assert_uint_eq(seen, steps);
    ck_assert_uint_gt(steps, 300);
    tb_close(&tb);
}

START_TEST(test_ratios)
{
    static const uint32_t khz[][2] = {{125000, 60000}, {60000, 125000}, {100000, 100000}, {200000, 9000}};
    for (unsigned i = 0; i < 4; i++)
        for (unsigned percent = 5; percent <= 100; percent += 95)
            run(i, khz[i][0], khz[i][1], percent);
}
END_TEST

TB_MAIN("nic_count_sync", test_ratios)
