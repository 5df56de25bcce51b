// SPDX-License-Identifier: Apache-2.0
// nic_bus_bridge with clocks of many ratios, a tx side that answers late or not at all, and a tx clock that stands.
#include "nic_tb.h"

enum { SYS, TX, CLOCKS };

struct bench {
    struct tb tb;
    struct tb_random random;
    struct tb_clock clocks[CLOCKS];
    unsigned happened;      // accesses that happened since the current one began
    bool write, error, silent;
    uint32_t addr, wdata, rdata;
    unsigned delay;
};

static void step(struct bench *b)
{
    Vtop *top = b->tb.top;
    tb_next(b->clocks, CLOCKS);
    if (b->clocks[TX].rise && !top->rst_tx_i && top->tx_valid_o && top->tx_ready_i) {
        b->happened++;
        ck_assert_uint_eq(top->tx_write_o, b->write);
        ck_assert_uint_eq(top->tx_addr_o, b->addr);
        ck_assert_uint_eq(top->tx_wdata_o, b->wdata);
        b->rdata = top->tx_rdata_i;
        b->error = top->tx_error_i;
    }
    bool tx = b->clocks[TX].rise, valid = top->tx_valid_o;
    tb_step(&b->tb, b->clocks, CLOCKS);
    if (tx) {
        if (valid && b->delay)
            b->delay--;
        top->tx_ready_i = b->delay == 0 && !b->silent;
        top->tx_rdata_i = (uint32_t)tb_random(&b->random);
        top->tx_error_i = tb_chance(&b->random, 20);
    }
    tb_eval(&b->tb);
}

// One access, to its end.
static void access(struct bench *b, bool *error, uint32_t *rdata)
{
    Vtop *top = b->tb.top;
    top->valid_i = 1;
    top->write_i = b->write = tb_chance(&b->random, 50);
    top->addr_i = b->addr = tb_below(&b->random, 128);
    top->wdata_i = b->wdata = (uint32_t)tb_random(&b->random);
    b->delay = tb_below(&b->random, 40);
    b->happened = 0;
    tb_eval(&b->tb);
    for (unsigned i = 0; i < 200000; i++) {
        tb_next(b->clocks, CLOCKS);
        if (b->clocks[SYS].rise && top->done_o) {
            *error = top->error_o;
            *rdata = top->rdata_o;
            step(b);
            top->valid_i = 0;
            tb_eval(&b->tb);
            return;
        }
        step(b);
    }
    ck_abort_msg("an access never ends");
}

START_TEST(accesses_happen_once)
{
    static const unsigned tx_khz[] = {125000, 50000, 60000, 59000, 30000, 400000};
    for (unsigned round = 0; round < 6; round++) {
        struct bench b = {};
        tb_open(&b.tb, "nic_bus_bridge");
        b.random = tb_random_start(1 + round);
        Vtop *top = b.tb.top;
        b.clocks[SYS] = tb_clock_start(&top->clk_i, 60000, tb_below(&b.random, 8000));
        b.clocks[TX] = tb_clock_start(&top->clk_tx_i, tx_khz[round], tb_below(&b.random, 4000));
        top->valid_i = top->tx_ready_i = 0;
        top->rst_i = top->rst_tx_i = 1;
        tb_run_ps(&b.tb, b.clocks, CLOCKS, 500000);
        top->rst_i = top->rst_tx_i = 0;
        tb_eval(&b.tb);
        unsigned timeouts = 0;
        for (unsigned i = 0; i < 600; i++) {
            bool error;
            uint32_t rdata;
            uint64_t stood_ps = 0;
            b.silent = tb_chance(&b.random, 5);
            if (tb_chance(&b.random, 5)) {
                stood_ps = b.clocks[TX].next_ps;
                b.clocks[TX].next_ps = UINT64_MAX;
            }
            access(&b, &error, &rdata);
            if (b.silent || stood_ps) {
                timeouts++;
                ck_assert(error);
                ck_assert_uint_eq(b.happened, 0);
            } else {
                ck_assert_uint_eq(b.happened, 1);
                ck_assert_uint_eq(error, b.error);
                ck_assert_uint_eq(rdata, b.rdata);
            }
            if (stood_ps)
                b.clocks[TX].next_ps = b.tb.now_ps + 1 + tb_below(&b.random, 8000);
            for (unsigned n = tb_below(&b.random, 30); n; n--)
                step(&b);
        }
        ck_assert_uint_ge(timeouts, 20);
        tb_close(&b.tb);
    }
}
END_TEST

TB_MAIN("nic_bus_bridge", accesses_happen_once)
