// SPDX-License-Identifier: Apache-2.0
// nic_gray_counter is the reflected Gray code of a binary counter in C++, over many wraps and resets.
#include "nic_tb.h"

START_TEST(test_against_binary)
{
    enum { WIDTH = 5 };
    struct tb_random random = tb_random_start(1);
    struct tb tb;
    tb_open(&tb, "nic_gray_counter");
    Vtop *top = tb.top;
    unsigned count = 0, steps = 0;
    top->rst_i = 1;
    top->step_i = 0;
    tb_cycle(&tb, &top->clk_i);
    for (unsigned i = 0; i < 20000; i++) {
        top->rst_i = tb_below(&random, 1000) == 0;
        top->step_i = tb_chance(&random, 70);
        count = top->rst_i ? 0 : (count + top->step_i) % (1u << WIDTH);
        steps += top->step_i;
        tb_cycle(&tb, &top->clk_i);
        tb_check_eq(top->count_o, count ^ count >> 1);
    }
    ck_assert_uint_gt(steps, 10000);
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_gray_counter", test_against_binary)
