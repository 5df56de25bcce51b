// SPDX-License-Identifier: Apache-2.0
// nic_sync: two clocks of delay, each bit by itself, the reset value during reset.
#include "nic_tb.h"

START_TEST(test_delay)
{
    struct tb_random random = tb_random_start(1);
    struct tb tb;
    tb_open(&tb, "nic_sync");
    Vtop *top = tb.top;
    unsigned first = 5;
    top->rst_i = 1;
    top->d_i = 0;
    for (unsigned i = 0; i < 3; i++)
        tb_cycle(&tb, &top->clk_i);
    ck_assert_uint_eq(top->q_o, 5);
    for (unsigned i = 0; i < 5000; i++) {
        top->rst_i = tb_chance(&random, 2);
        top->d_i = tb_below(&random, 16);
        tb_cycle(&tb, &top->clk_i);
        tb_check_eq(top->q_o, top->rst_i ? 5 : first);
        first = top->rst_i ? 5 : top->d_i;
    }
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_sync", test_delay)
