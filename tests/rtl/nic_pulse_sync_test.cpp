// SPDX-License-Identifier: Apache-2.0
// nic_pulse_sync: as many pulses out as in, each within three destination clocks, at every clock ratio and with drift;
// pulses as close as the contract allows.
#include "nic_lib_tb.h"

static struct tb tb;
static struct tb_clock clocks[CLOCKS];

START_TEST(test_pulses)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    struct tb_random random = tb_random_start(100 + _i);
    tb_open(&tb, "nic_pulse_sync");
    Vtop *top = tb.top;
    clocks_start(clocks, pair, &top->clk_src_i, &top->clk_dst_i);
    top->rst_src_i = top->rst_dst_i = 1;
    top->pulse_i = 0;
    tb_run_ps(&tb, clocks, CLOCKS, overlap_ps(pair));
    top->rst_src_i = 0;
    tb_run_ps(&tb, clocks, CLOCKS, overlap_ps(pair));
    top->rst_dst_i = 0;
    tb_eval(&tb);

    unsigned sent = 0, got = 0, edges = 3, wanted_gap = 0;
    while (got < 2000) {
        clocks_next(clocks, pair, &random);
        if (clocks[DST].rise) {
            edges++;
            if (top->pulse_o) {
                tb_check_eq(got + 1, sent);
                tb_check(edges <= 3);
                got++;
            } else {
                tb_check(edges < 3 || got == sent);
            }
        }
        if (clocks[SRC].rise && top->pulse_i) {
            sent++;
            // An edge at the same time does not count.
            edges = 0;
            wanted_gap = 3 + (tb_chance(&random, 50) ? tb_below(&random, 10) : 0);
        }
        tb_step(&tb, clocks, CLOCKS);
        if (clocks[SRC].rise)
            top->pulse_i = edges >= wanted_gap;
        tb_eval(&tb);
    }
    tb_close(&tb);
}
END_TEST

// A pulse sent while the destination is still in reset comes out afterwards.
START_TEST(test_kept)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    tb_open(&tb, "nic_pulse_sync");
    Vtop *top = tb.top;
    clocks_start(clocks, pair, &top->clk_src_i, &top->clk_dst_i);
    top->rst_src_i = top->rst_dst_i = 1;
    top->pulse_i = 0;
    tb_run_ps(&tb, clocks, CLOCKS, overlap_ps(pair));
    top->rst_src_i = 0;
    top->pulse_i = 1;
    for (bool taken = false; !taken; taken = clocks[SRC].rise) {
        tb_next(clocks, CLOCKS);
        tb_step(&tb, clocks, CLOCKS);
    }
    top->pulse_i = 0;
    tb_run_ps(&tb, clocks, CLOCKS, overlap_ps(pair));
    top->rst_dst_i = 0;
    unsigned got = 0;
    for (unsigned edges = 0; edges < 20; edges += clocks[DST].rise) {
        tb_eval(&tb);
        tb_next(clocks, CLOCKS);
        got += clocks[DST].rise && top->pulse_o;
        tb_step(&tb, clocks, CLOCKS);
    }
    ck_assert_uint_eq(got, 1);
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_pulse_sync");
    TCase *tcase = tcase_create("nic_pulse_sync");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_pulses, 0, CLOCK_PAIRS);
    tcase_add_loop_test(tcase, test_kept, 0, CLOCK_PAIRS);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
