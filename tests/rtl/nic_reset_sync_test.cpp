// SPDX-License-Identifier: Apache-2.0
// nic_reset_sync: asserted at once and without a clock, released by the second edge after the input has fallen.
#include "nic_tb.h"

static void edge(struct tb *tb)
{
    tb->top->clk_i = 1;
    tb_eval(tb);
    tb->top->clk_i = 0;
    tb_eval(tb);
}

START_TEST(test_reset)
{
    struct tb_random random = tb_random_start(1);
    struct tb tb;
    tb_open(&tb, "nic_reset_sync");
    Vtop *top = tb.top;
    top->clk_i = 0;
    top->arst_i = 0;
    tb_eval(&tb);
    for (unsigned i = 0; i < 200; i++) {
        for (unsigned n = 3 + tb_below(&random, 5); n > 0; n--)
            edge(&tb);
        ck_assert_uint_eq(top->rst_o, 0);
        // In either half of a period, no edge needed.
        top->clk_i = tb_below(&random, 2);
        tb_eval(&tb);
        top->arst_i = 1;
        tb_eval(&tb);
        ck_assert_uint_eq(top->rst_o, 1);
        top->clk_i = 0;
        tb_eval(&tb);
        for (unsigned n = tb_below(&random, 4); n > 0; n--) {
            edge(&tb);
            ck_assert_uint_eq(top->rst_o, 1);
        }
        top->arst_i = 0;
        tb_eval(&tb);
        ck_assert_uint_eq(top->rst_o, 1);
        edge(&tb);
        ck_assert_uint_eq(top->rst_o, 1);
        edge(&tb);
        ck_assert_uint_eq(top->rst_o, 0);
    }
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_reset_sync", test_reset)
