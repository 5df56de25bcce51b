// SPDX-License-Identifier: Apache-2.0
// nic_rgmii_rx: octets from both halves of a clock or nibbles from one, rx_er as the difference of RX_CTL, the in-band status
// only from between frames and only when it stands.
#include "nic_tb.h"

static void drive(Vtop *top, uint8_t rise, uint8_t fall, bool dv, bool er)
{
    top->rxd_rise_i = rise;
    top->rxd_fall_i = fall;
    top->ctl_rise_i = dv;
    top->ctl_fall_i = dv ^ er;
}

static void run(bool gigabit)
{
    struct tb tb;
    struct tb_random random = tb_random_start(gigabit);
    tb_open(&tb, "nic_rgmii_rx");
    Vtop *top = tb.top;
    top->rst_i = 1;
    top->gigabit_i = gigabit;
    drive(top, 0, 0, false, false);
    tb_cycle(&tb, &top->clk_i);
    top->rst_i = 0;
    for (unsigned i = 0; i < 20000; i++) {
        uint8_t octet = (uint8_t)tb_below(&random, 256);
        bool dv = tb_chance(&random, 80), er = tb_chance(&random, 20);
        drive(top, octet & 15, gigabit ? octet >> 4 : octet & 15, dv, er);
        tb_cycle(&tb, &top->clk_i);
        tb_check_eq(top->gmii_rxd_o, gigabit ? octet : octet & 15);
        tb_check_eq(top->gmii_rx_dv_o, dv);
        tb_check_eq(top->gmii_rx_er_o, er);
    }
    tb_close(&tb);
}

START_TEST(test_1000)
{
    run(true);
}
END_TEST

START_TEST(test_10_100)
{
    run(false);
}
END_TEST

static void clocks(struct tb *tb, unsigned count, uint8_t nibble, bool dv, bool er)
{
    for (unsigned i = 0; i < count; i++) {
        drive(tb->top, nibble, nibble, dv, er);
        tb_cycle(tb, &tb->top->clk_i);
    }
}

static void check_status(struct tb *tb, bool link, unsigned speed, bool full)
{
    tb_check_eq(tb->top->link_o, link);
    tb_check_eq(tb->top->speed_o, speed);
    tb_check_eq(tb->top->full_duplex_o, full);
}

// RGMII 2.0, table 4: bit 0 link, bits 2:1 clock speed 2.5, 25, 125 MHz, bit 3 full duplex.
START_TEST(test_status)
{
    struct tb tb;
    tb_open(&tb, "nic_rgmii_rx");
    tb.top->rst_i = 1;
    tb.top->gigabit_i = 1;
    clocks(&tb, 1, 0xd, false, false);
    tb.top->rst_i = 0;
    check_status(&tb, false, 0, false);
    clocks(&tb, 2, 0xd, false, false);
    check_status(&tb, false, 0, false);
    clocks(&tb, 1, 0xd, false, false);
    check_status(&tb, true, 2, true);
    clocks(&tb, 9, 0x3, true, false); // a frame says nothing
    clocks(&tb, 9, 0xe, false, true); // nor does a false carrier
    clocks(&tb, 9, 0xf, false, false); // nor a speed that does not exist
    check_status(&tb, true, 2, true);
    clocks(&tb, 2, 0x3, false, false); // nor what stands too short
    clocks(&tb, 1, 0xd, false, false);
    clocks(&tb, 2, 0x3, false, false);
    clocks(&tb, 1, 0x3, true, false);
    clocks(&tb, 2, 0x3, false, false);
    check_status(&tb, true, 2, true);
    clocks(&tb, 1, 0x3, false, false);
    check_status(&tb, true, 1, false);
    clocks(&tb, 3, 0x0, false, false);
    check_status(&tb, false, 0, false);
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_rgmii_rx", test_1000, test_10_100, test_status)
