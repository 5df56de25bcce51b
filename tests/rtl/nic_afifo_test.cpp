// SPDX-License-Identifier: Apache-2.0
// nic_afifo against a queue in C++: clock ratios, drift, random stalls on both sides, full rate, resets of both sides in
// the middle of traffic with either side released first.
#include "nic_lib_tb.h"
#include <deque>

// The RAM's words and its output register.
enum { CAPACITY = 17 };

static struct tb tb;
static struct tb_clock clocks[CLOCKS];

// Both in reset, long enough; then the side that `first` names is released a while before the other.
static void reset(const struct clock_pair *pair, struct tb_random *random)
{
    tb.top->rst_in_i = tb.top->rst_out_i = 1;
    tb.top->in_valid_i = tb.top->out_ready_i = 0;
    tb_run_ps(&tb, clocks, CLOCKS, overlap_ps(pair));
    bool in_first = tb_chance(random, 50);
    (in_first ? tb.top->rst_in_i : tb.top->rst_out_i) = 0;
    tb_run_ps(&tb, clocks, CLOCKS, tb_below(random, 4) * overlap_ps(pair));
    tb.top->rst_in_i = tb.top->rst_out_i = 0;
}

static void start(const struct clock_pair *pair, struct tb_random *random)
{
    tb_open(&tb, "nic_afifo");
    clocks_start(clocks, pair, &tb.top->clk_in_i, &tb.top->clk_out_i);
    reset(pair, random);
}

struct result {
    unsigned out, most, src_edges, dst_edges;
};

// Passes `words` words with the given chances of one offered and one wanted; all must come out, in order.
static struct result traffic(const struct clock_pair *pair, struct tb_random *random, unsigned words, unsigned in_percent,
                             unsigned out_percent)
{
    Vtop *top = tb.top;
    std::deque<unsigned> model;
    struct result result = {0, 0, 0, 0};
    unsigned in = 0, idle = 0;
    bool stalled = false;

    while (result.out < words) {
        clocks_next(clocks, pair, random);
        bool put = clocks[SRC].rise && top->in_valid_i && top->in_ready_o;
        bool take = clocks[DST].rise && top->out_valid_o && top->out_ready_i;
        if (clocks[DST].rise) {
            tb_check(!stalled || top->out_valid_o);
            if (top->out_valid_o) {
                tb_check(!model.empty());
                tb_check_eq(top->out_data_o, model.front());
            }
            stalled = top->out_valid_o && !top->out_ready_i;
            result.dst_edges += result.out > 0;
        }
        if (put) {
            model.push_back(top->in_data_i);
            in++;
        }
        if (take) {
            model.pop_front();
            result.out++;
        }
        result.most = model.size() > result.most ? model.size() : result.most;
        idle = put || take ? 0 : idle + 1;
        tb_check(idle < 100000);
        result.src_edges += clocks[SRC].rise && in > 0 && in < words;
        tb_check(model.size() <= CAPACITY);
        tb_step(&tb, clocks, CLOCKS);
        if (clocks[SRC].rise && (put || !top->in_valid_i)) {
            top->in_valid_i = in < words && tb_chance(random, in_percent);
            top->in_data_i = tb_below(random, 256);
        }
        if (clocks[DST].rise)
            top->out_ready_i = tb_chance(random, out_percent);
        tb_eval(&tb);
    }
    ck_assert(model.empty());
    top->in_valid_i = 0;
    return result;
}

START_TEST(test_random_stalls)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    struct tb_random random = tb_random_start(100 + _i);
    start(pair, &random);
    for (unsigned in = 10; in <= 100; in += 30)
        for (unsigned out = 10; out <= 100; out += 30)
            traffic(pair, &random, 300, in, out);
    tb_close(&tb);
}
END_TEST

// A slow reader lets it fill to its capacity; with equal clocks a word passes every clock.
START_TEST(test_fill_and_full_rate)
{
    struct tb_random random = tb_random_start(200);
    start(&clock_pairs[3], &random);
    ck_assert_uint_eq(traffic(&clock_pairs[3], &random, 300, 100, 20).most, CAPACITY);
    tb_close(&tb);
    start(&clock_pairs[0], &random);
    struct result result = traffic(&clock_pairs[0], &random, 1000, 100, 100);
    ck_assert_uint_le(result.dst_edges, 1000);
    ck_assert_uint_le(result.src_edges, 1000);
    tb_close(&tb);
}
END_TEST

START_TEST(test_reset_any_time)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    struct tb_random random = tb_random_start(300 + _i);
    start(pair, &random);
    for (unsigned round = 0; round < 40; round++) {
        traffic(pair, &random, 1 + tb_below(&random, 40), 30 + tb_below(&random, 70), 30 + tb_below(&random, 70));
        // Leave some words inside, and stop anywhere between the edges.
        tb.top->in_valid_i = 1;
        tb.top->out_ready_i = tb_chance(&random, 50);
        tb_run_ps(&tb, clocks, CLOCKS, tb_below(&random, 3 * (uint32_t)overlap_ps(pair)));
        reset(pair, &random);
    }
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_afifo");
    TCase *tcase = tcase_create("nic_afifo");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_random_stalls, 0, CLOCK_PAIRS);
    tcase_add_test(tcase, test_fill_and_full_rate);
    tcase_add_loop_test(tcase, test_reset_any_time, 0, CLOCK_PAIRS);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
