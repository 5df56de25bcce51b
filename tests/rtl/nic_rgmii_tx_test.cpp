// SPDX-License-Identifier: Apache-2.0
// nic_rgmii_tx, looked at as a PHY looks: half a clock at a time, data and TX_CTL at the edges of TXC (RGMII 2.0, 3.3).
#include "nic_tb.h"
#include <vector>

struct wires {
    bool txc, ctl;
    uint8_t data;
};

struct octet {
    uint8_t data;
    bool en, er;
};

static void run(unsigned speed, unsigned clocks)
{
    struct tb tb;
    struct tb_random random = tb_random_start(speed);
    std::vector<octet> sent;
    std::vector<wires> halves;
    tb_open(&tb, "nic_rgmii_tx");
    Vtop *top = tb.top;
    top->speed_i = (uint8_t)speed;
    top->rst_i = 1;
    top->gmii_txd_i = 0;
    top->gmii_tx_en_i = top->gmii_tx_er_i = 0;
    for (unsigned i = 0; i < 60; i++)
        tb_cycle(&tb, &top->clk_i);
    top->rst_i = 0;
    while (sent.size() < 2000) {
        tb_eval(&tb);
        bool advance = top->ce_o;
        tb_cycle(&tb, &top->clk_i);
        halves.push_back(wires{(bool)top->txc_rise_o, (bool)top->ctl_rise_o, top->txd_rise_o});
        halves.push_back(wires{(bool)top->txc_fall_o, (bool)top->ctl_fall_o, top->txd_fall_o});
        if (!advance)
            continue;
        sent.push_back(octet{(uint8_t)tb_below(&random, clocks == 1 ? 256 : 16), tb_chance(&random, 80), tb_chance(&random, 20)});
        top->gmii_txd_i = sent.back().data;
        top->gmii_tx_en_i = sent.back().en;
        top->gmii_tx_er_i = sent.back().er;
    }
    // The PHY sees the first value of ours at some rising edge; before it there were zeros.
    std::vector<octet> seen;
    unsigned high = 0, low = 0;
    for (size_t i = 1; i < halves.size(); i++) {
        if (halves[i].txc && !halves[i - 1].txc) {
            if (seen.size() > 2) {
                tb_check_eq(high, clocks);
                tb_check_eq(low, clocks);
            }
            seen.push_back(octet{halves[i].data, halves[i].ctl, false});
            high = low = 0;
        } else if (!halves[i].txc && halves[i - 1].txc && !seen.empty()) {
            if (clocks == 1)
                seen.back().data |= (uint8_t)(halves[i].data << 4);
            else
                tb_check_eq(halves[i].data, seen.back().data);
            seen.back().er = halves[i].ctl ^ seen.back().en;
        }
        (halves[i].txc ? high : low)++;
    }
    size_t first = 0;
    while (first < seen.size() && (seen[first].data != sent[0].data || seen[first].en != sent[0].en || seen[first].er != sent[0].er))
        first++;
    tb_check(first < 4);
    tb_check(seen.size() - first > 1990);
    for (size_t i = first; i + 1 < seen.size(); i++) {
        tb_check_eq(seen[i].data, sent[i - first].data);
        tb_check_eq(seen[i].en, sent[i - first].en);
        tb_check_eq(seen[i].er, sent[i - first].er);
    }
    tb_close(&tb);
}

START_TEST(test_1000)
{
    run(2, 1);
}
END_TEST

START_TEST(test_100)
{
    run(1, 5);
}
END_TEST

START_TEST(test_10)
{
    run(0, 50);
}
END_TEST

TB_MAIN("nic_rgmii_tx", test_1000, test_100, test_10)
