// SPDX-License-Identifier: Apache-2.0
// nic_cdc_bus against a queue in C++: each word taken gives one pulse with it, in order, and stays until the next; clock
// ratios and drift, words that change while they wait, resets in the middle of traffic.
#include "nic_lib_tb.h"
#include <deque>

static struct tb tb;
static struct tb_clock clocks[CLOCKS];

static void reset(const struct clock_pair *pair, struct tb_random *random)
{
    tb.top->rst_src_i = tb.top->rst_dst_i = 1;
    tb.top->src_valid_i = 0;
    tb_run_ps(&tb, clocks, CLOCKS, overlap_ps(pair));
    bool src_first = tb_chance(random, 50);
    (src_first ? tb.top->rst_src_i : tb.top->rst_dst_i) = 0;
    tb_run_ps(&tb, clocks, CLOCKS, tb_below(random, 4) * overlap_ps(pair));
    tb.top->rst_src_i = tb.top->rst_dst_i = 0;
    tb_eval(&tb);
    ck_assert_uint_eq(tb.top->dst_data_o, 0);
}

static void start(const struct clock_pair *pair, struct tb_random *random)
{
    tb_open(&tb, "nic_cdc_bus");
    clocks_start(clocks, pair, &tb.top->clk_src_i, &tb.top->clk_dst_i);
    reset(pair, random);
}

// Carries `words` words; returns the most source and destination clocks between two of them, added.
static unsigned traffic(const struct clock_pair *pair, struct tb_random *random, unsigned words, unsigned percent)
{
    Vtop *top = tb.top;
    std::deque<unsigned> model;
    unsigned in = 0, out = 0, last = top->dst_data_o, waited = 0, most = 0;

    while (out < words) {
        clocks_next(clocks, pair, random);
        if (clocks[DST].rise) {
            if (top->dst_valid_o) {
                tb_check(!model.empty());
                tb_check_eq(top->dst_data_o, model.front());
                model.pop_front();
                last = top->dst_data_o;
                out++;
            }
            tb_check_eq(top->dst_data_o, last);
        }
        waited += clocks[SRC].rise + clocks[DST].rise;
        if (clocks[SRC].rise && top->src_valid_i && top->src_ready_o) {
            model.push_back(top->src_data_i);
            most = waited > most && in ? waited : most;
            waited = 0;
            in++;
        }
        tb_check(waited < 10000);
        tb_step(&tb, clocks, CLOCKS);
        if (clocks[SRC].rise) {
            // The word may change and go away while it waits.
            top->src_valid_i = in < words && tb_chance(random, percent);
            top->src_data_i = tb_below(random, 256);
        }
        tb_eval(&tb);
    }
    return most;
}

START_TEST(test_words)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    struct tb_random random = tb_random_start(100 + _i);
    start(pair, &random);
    for (unsigned percent = 10; percent <= 100; percent += 30)
        traffic(pair, &random, 300, percent);
    tb_close(&tb);
}
END_TEST

// With equal clocks a word takes six clocks there and back.
START_TEST(test_rate)
{
    struct tb_random random = tb_random_start(200);
    start(&clock_pairs[1], &random);
    ck_assert_uint_le(traffic(&clock_pairs[1], &random, 300, 100), 12);
    tb_close(&tb);
}
END_TEST

START_TEST(test_reset_any_time)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    struct tb_random random = tb_random_start(300 + _i);
    start(pair, &random);
    for (unsigned round = 0; round < 40; round++) {
        traffic(pair, &random, 1 + tb_below(&random, 10), 50);
        tb.top->src_valid_i = 1;
        tb_run_ps(&tb, clocks, CLOCKS, tb_below(&random, (uint32_t)overlap_ps(pair)));
        reset(pair, &random);
    }
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_cdc_bus");
    TCase *tcase = tcase_create("nic_cdc_bus");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_words, 0, CLOCK_PAIRS);
    tcase_add_test(tcase, test_rate);
    tcase_add_loop_test(tcase, test_reset_any_time, 0, CLOCK_PAIRS);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
