// SPDX-License-Identifier: Apache-2.0
// nic_stamp at 125 MHz: the stamp of each SFD within half a period of the tx clock, there after 8 clocks and standing until
// the next SFD; all phases of the two clocks, drift, resets in between. Time is the bench's, not the model's.
#include "nic_tb.h"

#include <cmath>

enum { TX, RX, CLOCKS };
enum { CLOCKS_APART = 8, SFD_CLOCKS = 2 };

struct rig {
    struct tb tb;
    struct tb_clock clocks[CLOCKS];
    struct tb_random random;
    double epoch_ps; // device time 0
    unsigned until_next, since;
    bool known;
    double due_ns; // the latest SFD in device time
    double low, high;
    uint64_t stamp;
};

static void open(struct rig *r, uint64_t rx_khz, uint64_t phase_ps)
{
    tb_open(&r->tb, "nic_stamp");
    Vtop *top = r->tb.top;
    r->random = tb_random_start(rx_khz + phase_ps);
    r->clocks[TX] = tb_clock_start(&top->clk_tx_i, 125000, 0);
    r->clocks[RX] = tb_clock_start(&top->clk_rx_i, rx_khz, phase_ps);
    r->until_next = 10;
    r->known = false;
    r->low = 1e9;
    r->high = -1e9;
    top->rst_tx_i = top->rst_rx_i = 1;
    top->sfd_i = 0;
    top->time_i = 0;
    tb_eval(&r->tb);
}

// One edge. `drift`: the receive clock wanders by up to 2 %.
static void step(struct rig *r, bool drift)
{
    Vtop *top = r->tb.top;
    if (drift)
        r->clocks[RX].half_ps = 4000 - 80 + tb_below(&r->random, 160);
    tb_next(r->clocks, CLOCKS);
    bool rx = r->clocks[RX].rise, sfd = top->sfd_i && !top->rst_rx_i;
    if (rx && r->known && ++r->since >= CLOCKS_APART) {
        double error = (double)(int64_t)top->stamp_o - r->due_ns; // just after reset it is less than 0
        r->low = fmin(r->low, error);
        r->high = fmax(r->high, error);
        if (r->since > CLOCKS_APART)
            tb_check_eq(top->stamp_o, r->stamp); // it stands
        r->stamp = top->stamp_o;
    }
    tb_step(&r->tb, r->clocks, CLOCKS);
    // Device time just after its edge, as nic_time gives it.
    if (r->clocks[TX].rise)
        top->time_i = top->rst_tx_i ? 0 : top->time_i + 8;
    if (r->clocks[TX].rise && top->rst_tx_i)
        r->epoch_ps = (double)r->tb.now_ps;
    if (rx && sfd) {
        r->due_ns = ((double)r->tb.now_ps - r->epoch_ps) / 1000 - SFD_CLOCKS * 8;
        r->known = true;
        r->since = 0;
    }
    if (rx) {
        top->sfd_i = r->until_next == 0;
        r->until_next = r->until_next ? r->until_next - 1 : CLOCKS_APART - 1 + (tb_chance(&r->random, 50) ? 0 : tb_below(&r->random, 40));
    }
    tb_eval(&r->tb);
}

static void reset(struct rig *r)
{
    Vtop *top = r->tb.top;
    top->rst_tx_i = top->rst_rx_i = 1;
    r->known = false;
    for (unsigned i = 0; i < 40; i++)
        step(r, false);
    top->rst_tx_i = 0;
    for (unsigned i = 0; i < tb_below(&r->random, 20); i++)
        step(r, false);
    top->rst_rx_i = 0;
    tb_eval(&r->tb);
}

static const struct {
    uint64_t rx_khz, phase_ps;
    bool drift;
} runs[] = {{125000, 0, false},    {125000, 1000, false}, {125000, 3999, false}, {125000, 7000, false},
            {124990, 300, false},  {125010, 300, false},  {125000, 500, true}};

START_TEST(stamps_are_close)
{
    struct rig r;
    open(&r, runs[_i].rx_khz, runs[_i].phase_ps);
    for (unsigned round = 0; round < 20; round++) {
        reset(&r);
        for (unsigned i = 0; i < 20000; i++)
            step(&r, runs[_i].drift);
    }
    ck_assert_msg(r.low >= -4.4 && r.high <= 4.4, "off by %.1f to %.1f ns", r.low, r.high);
    ck_assert_double_lt(r.low, 5); // some were looked at
    tb_close(&r.tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_stamp");
    TCase *tcase = tcase_create("nic_stamp");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, stamps_are_close, 0, sizeof runs / sizeof runs[0]);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
