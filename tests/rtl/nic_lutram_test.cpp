// SPDX-License-Identifier: Apache-2.0
// nic_lutram against an array: written on the edge, read at once.
#include "nic_tb.h"

START_TEST(test_against_array)
{
    enum { DEPTH = 16 };
    unsigned model[DEPTH] = {};
    bool known[DEPTH] = {};
    struct tb_random random = tb_random_start(1);
    struct tb tb;
    tb_open(&tb, "nic_lutram");
    Vtop *top = tb.top;

    for (unsigned i = 0; i < 20000; i++) {
        top->we_i = tb_chance(&random, 50);
        top->waddr_i = tb_below(&random, DEPTH);
        top->wdata_i = tb_below(&random, 16);
        tb_cycle(&tb, &top->clk_w_i);
        if (top->we_i) {
            model[top->waddr_i] = top->wdata_i;
            known[top->waddr_i] = true;
        }
        top->raddr_i = tb_below(&random, DEPTH);
        tb_eval(&tb);
        if (known[top->raddr_i])
            tb_check_eq(top->rdata_o, model[top->raddr_i]);
    }
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_lutram", test_against_array)
