// SPDX-License-Identifier: Apache-2.0
// nic_fifo against a queue in C++: random stalls on both sides, resets at random instants, fill and drain.
#include "nic_tb.h"
#include <deque>

static struct tb tb;

static void start(void)
{
    tb_open(&tb, "nic_fifo");
    tb.top->rst_i = 1;
    for (int i = 0; i < 3; i++)
        tb_cycle(&tb, &tb.top->clk_i);
    tb.top->rst_i = 0;
}

// Runs with the given chances of a word offered and a word wanted; returns how many words came out.
static unsigned traffic(struct tb_random *random, unsigned cycles, unsigned in_percent, unsigned out_percent,
                        unsigned reset_per_10000)
{
    Vtop *top = tb.top;
    std::deque<unsigned> model;
    unsigned out = 0;
    bool held = false;

    for (unsigned i = 0; i < cycles; i++) {
        top->rst_i = tb_below(random, 10000) < reset_per_10000;
        if (!held) {
            top->in_valid_i = tb_chance(random, in_percent);
            top->in_data_i = tb_below(random, 256);
        }
        top->out_ready_i = tb_chance(random, out_percent);
        tb_eval(&tb);
        tb_check_eq(top->count_o, model.size());
        tb_check_eq(top->in_ready_o, model.size() < 16);
        if (top->out_valid_o) {
            tb_check(!model.empty());
            tb_check_eq(top->out_data_o, model.front());
        }
        bool put = top->in_valid_i && top->in_ready_o, take = top->out_valid_o && top->out_ready_i;
        held = top->in_valid_i && !put && !top->rst_i;
        if (put)
            model.push_back(top->in_data_i);
        if (take) {
            model.pop_front();
            out++;
        }
        if (top->rst_i)
            model.clear();
        tb_cycle(&tb, &top->clk_i);
    }
    top->in_valid_i = 0;
    top->out_ready_i = 1;
    top->rst_i = 0;
    for (unsigned i = 0; i < 20; i++) {
        tb_eval(&tb);
        if (top->out_valid_o) {
            tb_check_eq(top->out_data_o, model.front());
            model.pop_front();
        }
        tb_cycle(&tb, &top->clk_i);
    }
    ck_assert(model.empty());
    return out;
}

START_TEST(test_random_stalls)
{
    struct tb_random random = tb_random_start(1);
    start();
    for (unsigned in = 5; in <= 100; in += 19)
        for (unsigned out = 5; out <= 100; out += 19)
            ck_assert_uint_gt(traffic(&random, 2000, in, out, 0), 50);
    tb_close(&tb);
}
END_TEST

START_TEST(test_full_rate)
{
    struct tb_random random = tb_random_start(2);
    start();
    ck_assert_uint_ge(traffic(&random, 1000, 100, 100, 0), 998);
    tb_close(&tb);
}
END_TEST

START_TEST(test_reset_any_time)
{
    struct tb_random random = tb_random_start(3);
    start();
    traffic(&random, 50000, 60, 55, 200);
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_fifo", test_random_stalls, test_full_rate, test_reset_any_time)
