// SPDX-License-Identifier: Apache-2.0
// nic_probe: clocks of every speed that boards have, counted to one step against clocks of any phase; what stood on the pins; errors
// counted up to 255.
#include "nic_tb.h"

#include <cmath>

enum { SYS, TX, RX, CLOCKS };

struct rig {
    struct tb tb;
    struct tb_clock clocks[CLOCKS];
};

// One rising edge of sys, with all that the other clocks do until then.
static void cycle(struct rig *r)
{
    bool rise;
    do {
        tb_next(r->clocks, CLOCKS);
        rise = r->clocks[SYS].rise;
        tb_step(&r->tb, r->clocks, CLOCKS);
    } while (!rise);
}

static void cycles(struct rig *r, unsigned count)
{
    while (count--)
        cycle(r);
}

static void open(struct rig *r, uint64_t sys_khz, uint64_t tx_khz, uint64_t rx_khz)
{
    tb_open(&r->tb, "nic_probe");
    Vtop *top = r->tb.top;
    struct tb_random random = tb_random_start(sys_khz + tx_khz + rx_khz);
    r->clocks[SYS] = tb_clock_start(&top->clk_i, sys_khz, 0);
    r->clocks[TX] = tb_clock_start(&top->clk_tx_i, tx_khz, 1 + tb_below(&random, 8000));
    r->clocks[RX] = tb_clock_start(&top->clk_rx_i, rx_khz, 1 + tb_below(&random, 8000));
    top->rst_i = top->rst_tx_i = top->rst_rx_i = 1;
    top->measure_i = top->usb_bad_i = top->usb_unanswered_i = top->valid_i = top->pins_i = 0;
    tb_eval(&r->tb);
    cycles(r, 100);
    top->rst_i = top->rst_tx_i = top->rst_rx_i = 0;
    tb_eval(&r->tb);
    cycles(r, 4);
}

static const uint64_t speeds[][CLOCKS] = {{60000, 125000, 125000}, {60000, 125000, 124987}, {60000, 125000, 25000},
                                          {60000, 125000, 2500},   {48000, 50000, 50000},   {48000, 125000, 121000}};

static double expected(const struct rig *r, int clock)
{
    return 8192.0 * (double)r->clocks[SYS].half_ps / (double)r->clocks[clock].half_ps;
}

START_TEST(counts_clocks)
{
    struct rig r = {};
    const uint64_t *khz = speeds[_i];
    open(&r, khz[SYS], khz[TX], khz[RX]);
    Vtop *top = r.tb.top;
    tb_check_eq(top->tx_clocks_o, 0);
    for (unsigned again = 0; again < 2; again++) {
        unsigned clocks = 0;
        top->measure_i = 1;
        tb_eval(&r.tb);
        cycle(&r);
        top->measure_i = 0;
        for (tb_eval(&r.tb); top->busy_o && clocks < 70000; clocks++)
            cycle(&r);
        tb_check_eq(clocks, 65536);
        ck_assert_double_le(fabs(top->tx_clocks_o - expected(&r, TX)), 1.0);
        ck_assert_double_le(fabs(top->rx_clocks_o - expected(&r, RX)), 1.0);
        uint32_t before = top->rx_clocks_o;
        cycles(&r, 1000); // it stands
        tb_check_eq(top->rx_clocks_o, before);
    }
    tb_close(&r.tb);
}
END_TEST

START_TEST(a_clock_that_stands)
{
    struct rig r = {};
    open(&r, 60000, 125000, 125000);
    Vtop *top = r.tb.top;
    r.clocks[RX].half_ps = 1000000000000; // from its next edge on
    cycles(&r, 10);
    top->measure_i = 1;
    tb_eval(&r.tb);
    cycle(&r);
    top->measure_i = 0;
    tb_eval(&r.tb);
    cycles(&r, 65540);
    tb_check(!top->busy_o);
    ck_assert_uint_le(top->rx_clocks_o, 1);
    ck_assert_uint_ge(top->tx_clocks_o, 17000);
    tb_close(&r.tb);
}
END_TEST

START_TEST(pins_and_errors)
{
    struct rig r = {};
    struct tb_random random = tb_random_start(7);
    open(&r, 60000, 125000, 125000);
    Vtop *top = r.tb.top;
    uint8_t last = 0;
    for (unsigned i = 0; i < 300; i++) {
        bool valid = tb_chance(&random, 30);
        top->pins_i = tb_below(&random, 256);
        top->valid_i = valid;
        if (valid)
            last = top->pins_i;
        tb_eval(&r.tb);
        cycles(&r, 2); // a period of rx and more
        top->valid_i = 0;
        top->pins_i = ~last;
        tb_eval(&r.tb);
        cycles(&r, 4);
        tb_check_eq(top->pins_o, last);
    }
    for (unsigned i = 0; i < 300; i++) {
        tb_check_eq(top->usb_bad_o, i < 255 ? i : 255);
        tb_check_eq(top->usb_unanswered_o, i / 2);
        top->usb_bad_i = 1;
        top->usb_unanswered_i = i & 1;
        tb_eval(&r.tb);
        cycle(&r);
        top->usb_bad_i = top->usb_unanswered_i = 0;
        tb_eval(&r.tb);
        cycle(&r);
    }
    tb_close(&r.tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_probe");
    TCase *tcase = tcase_create("nic_probe");
    tcase_add_loop_test(tcase, counts_clocks, 0, sizeof speeds / sizeof *speeds);
    tcase_add_test(tcase, a_clock_that_stands);
    tcase_add_test(tcase, pins_and_errors);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
