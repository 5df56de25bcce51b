// SPDX-License-Identifier: Apache-2.0
// nic_ram against an array: a read shows after its edge what was written at least one edge before, and stays.
#include "nic_tb.h"

START_TEST(test_against_array)
{
    enum { DEPTH = 2048 };
    static unsigned model[DEPTH];
    static bool known[DEPTH];
    struct tb_random random = tb_random_start(1);
    struct tb tb;
    tb_open(&tb, "nic_ram");
    Vtop *top = tb.top;
    unsigned shown = 0, reads = 0;
    bool shows = false;

    top->clk_w_i = top->clk_r_i = 0;
    tb_eval(&tb);
    for (unsigned i = 0; i < 60000; i++) {
        top->we_i = tb_chance(&random, 60);
        top->waddr_i = tb_below(&random, DEPTH);
        top->wdata_i = tb_below(&random, 512);
        top->re_i = tb_chance(&random, 50);
        top->raddr_i = tb_below(&random, DEPTH);
        if (top->re_i) {
            // The word written at the same time is undefined.
            shows = known[top->raddr_i] && !(top->we_i && top->waddr_i == top->raddr_i);
            shown = model[top->raddr_i];
            reads += shows;
        }
        if (top->we_i) {
            model[top->waddr_i] = top->wdata_i;
            known[top->waddr_i] = true;
        }
        top->clk_w_i = top->clk_r_i = 1;
        tb_eval(&tb);
        top->clk_w_i = top->clk_r_i = 0;
        tb_eval(&tb);
        if (shows)
            tb_check_eq(top->rdata_o, shown);
    }
    ck_assert_uint_gt(reads, 10000);
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_ram", test_against_array)
