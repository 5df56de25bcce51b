// SPDX-License-Identifier: Apache-2.0
// nic_ulpi against the PHY of sim/models/ulpi_phy.c: start-up with dir held, register writes, packets both ways with nxt throttled
// and RXCMDs at any clock, chirp, pace. The model keeps what it sees of a broken protocol.
#include "nic_tb.h"
#include "ulpi_phy.h"
#include <vector>

typedef std::vector<uint8_t> bytes;

struct packet {
    bytes data;
    bool pid;
};

struct rig {
    struct tb tb;
    struct tb_random random;
    struct ulpi_phy phy;
    std::vector<packet> sent; // at the PHY
    std::vector<bytes> received;
    unsigned errors;
    bool active;
    bytes out; // tx_valid is high while some of it is left
    size_t next;
    unsigned clocks;
};

static uint32_t model_random(void *context, uint32_t below)
{
    return tb_below(&((struct rig *)context)->random, below);
}

static void model_sent(void *context, const uint8_t *data, size_t length, bool pid)
{
    ((struct rig *)context)->sent.push_back(packet{bytes(data, data + length), pid});
}

static void cycle(struct rig *rig)
{
    Vtop *top = rig->tb.top;
    top->ulpi_data_i = rig->phy.dir ? rig->phy.data : (uint8_t)tb_below(&rig->random, 256);
    top->ulpi_dir_i = rig->phy.dir;
    top->ulpi_nxt_i = rig->phy.nxt;
    top->utmi_tx_valid_i = rig->next < rig->out.size();
    top->utmi_tx_data_i = rig->next < rig->out.size() ? rig->out[rig->next] : (uint8_t)0xee;
    tb_eval(&rig->tb);
    struct ulpi_link_pins link = {top->ulpi_data_o, top->ulpi_data_oe_o != 0, top->ulpi_stp_o != 0, top->ulpi_rst_o != 0};
    bool taken = top->utmi_tx_valid_i && top->utmi_tx_ready_o;
    tb_check(rig->active || !top->utmi_rx_valid_o || top->rst_i); // active comes first
    if (top->utmi_rx_active_o && !rig->active)
        rig->received.push_back(bytes());
    rig->active = top->utmi_rx_active_o;
    tb_check(rig->active || !top->utmi_rx_valid_o);
    if (top->utmi_rx_valid_o)
        rig->received.back().push_back(top->utmi_rx_data_o);
    rig->errors += top->utmi_rx_error_o;
    tb_cycle(&rig->tb, &top->clk_i);
    ulpi_phy_clock(&rig->phy, &link);
    rig->next += taken;
    rig->clocks++;
    if (rig->phy.breach)
        ck_abort_msg("clock %u: %s", rig->clocks, rig->phy.breach);
}

static void run(struct rig *rig, unsigned clocks)
{
    for (unsigned i = 0; i < clocks; i++)
        cycle(rig);
}

static void start(struct rig *rig, uint64_t stream, unsigned hold)
{
    *rig = {};
    tb_open(&rig->tb, "nic_ulpi");
    rig->random = tb_random_start(stream);
    ulpi_phy_init(&rig->phy);
    rig->phy.random = model_random;
    rig->phy.sent = model_sent;
    rig->phy.context = rig;
    rig->phy.hold_clocks = hold;
    Vtop *top = rig->tb.top;
    top->utmi_xcvr_select_i = 1;
    top->utmi_term_select_i = 1;
    top->utmi_op_mode_i = 0;
    top->utmi_suspend_ni = 1;
    top->rst_i = 1;
    top->phy_rst_i = 1;
    run(rig, 4);
    tb_check_eq(top->ulpi_rst_o, 1); // RESET_HIGH
    tb_check_eq(top->ulpi_stp_o, 1);
    top->phy_rst_i = 0;
    run(rig, tb_below(&rig->random, 40)); // the PHY is ready before the link
    top->rst_i = 0;
}

static bytes random_packet(struct rig *rig)
{
    bytes data(1 + (tb_chance(&rig->random, 30) ? 0 : tb_below(&rig->random, 600)));
    for (uint8_t &byte : data)
        byte = (uint8_t)tb_random(&rig->random);
    uint8_t pid = (uint8_t)(1 + tb_below(&rig->random, 15));
    data[0] = (uint8_t)(pid | (~pid & 0xf) << 4);
    return data;
}

static void send(struct rig *rig, const bytes &data)
{
    size_t before = rig->sent.size();
    rig->out = data;
    rig->next = 0;
    for (unsigned i = 0; rig->sent.size() == before; i++) {
        cycle(rig);
        tb_check(i < 20000);
    }
    tb_check_eq(rig->sent.size(), before + 1);
    tb_check(rig->sent.back().data == data);
}

static void receive(struct rig *rig, const bytes &data, bool error)
{
    rig->errors = 0;
    size_t before = rig->received.size();
    tb_check(ulpi_phy_receive(&rig->phy, data.data(), data.size(), error));
    for (unsigned i = 0; rig->phy.in_due || rig->active || i < 4; i++) {
        cycle(rig);
        tb_check(i < 20000);
    }
    run(rig, 3);
    tb_check_eq(rig->received.size(), before + 1);
    tb_check(rig->received.back() == data);
    tb_check_eq(rig->errors, error);
}

// dir held for long, then the vendor's register, OTG control, function control; a packet waits for them.
START_TEST(test_start)
{
    struct rig rig;
    start(&rig, 1, 300);
    rig.out = {0xd2};
    run(&rig, 250);
    tb_check_eq(rig.phy.writes, 0);
    send(&rig, {0xd2});
    tb_check_eq(rig.phy.writes, 3);
    tb_check_eq(rig.phy.registers[0x39], 0x06);
    tb_check_eq(rig.phy.registers[ULPI_OTG_CONTROL], 0x00);
    tb_check_eq(rig.phy.registers[ULPI_FUNCTION_CONTROL], 0x45);
    tb_check(rig.sent.back().pid);
    tb_close(&rig.tb);
}
END_TEST

static void controls(struct rig *rig)
{
    Vtop *top = rig->tb.top;
    top->utmi_xcvr_select_i = tb_below(&rig->random, 2);
    top->utmi_term_select_i = tb_below(&rig->random, 2);
    top->utmi_op_mode_i = tb_below(&rig->random, 2);
}

// Controls, packets both ways and line states in any order, at five paces.
START_TEST(test_traffic)
{
    static const unsigned throttle[] = {0, 0, 30, 80, 50}, chatter[] = {0, 20, 0, 20, 60};
    for (unsigned pace = 0; pace < 5; pace++) {
        struct rig rig;
        start(&rig, 10 + pace, 20);
        rig.phy.throttle_percent = throttle[pace];
        rig.phy.chatter_percent = chatter[pace];
        Vtop *top = rig.tb.top;
        for (unsigned i = 0; i < 400; i++) {
            unsigned what = tb_below(&rig.random, 4);
            if (what == 0)
                controls(&rig);
            if (what == 1)
                receive(&rig, random_packet(&rig), tb_chance(&rig.random, 20));
            if (what == 2) {
                uint8_t line = (uint8_t)tb_below(&rig.random, 3), vbus = (uint8_t)tb_below(&rig.random, 4);
                ulpi_phy_line(&rig.phy, line, vbus);
                run(&rig, 200);
                tb_check_eq(top->utmi_line_state_o, line);
                tb_check_eq(top->utmi_vbus_valid_o, vbus == 3);
            }
            if (what == 3 || what == 0)
                send(&rig, random_packet(&rig));
            if (what == 3 || what == 0)
                tb_check_eq(rig.phy.registers[ULPI_FUNCTION_CONTROL], 0x40u | top->utmi_op_mode_i << 3 |
                                top->utmi_term_select_i << 2 | top->utmi_xcvr_select_i);
        }
        tb_close(&rig.tb);
    }
}
END_TEST

// No PID with op_mode 10: every byte counts, and none is a command.
START_TEST(test_chirp)
{
    struct rig rig;
    start(&rig, 20, 5);
    rig.tb.top->utmi_op_mode_i = 2;
    rig.tb.top->utmi_xcvr_select_i = 0;
    send(&rig, bytes(1000, 0));
    tb_check(!rig.sent.back().pid);
    tb_check_eq(rig.phy.registers[ULPI_FUNCTION_CONTROL], 0x54);
    tb_close(&rig.tb);
}
END_TEST

// A PHY that takes a byte a clock gets one: 513 bytes in 513 clocks and the command's and stp's few.
START_TEST(test_pace)
{
    struct rig rig;
    start(&rig, 21, 5);
    run(&rig, 60);
    bytes data(513, 0x5a);
    data[0] = 0xc3;
    unsigned before = rig.clocks;
    send(&rig, data);
    tb_check(rig.clocks - before <= 513 + 4);
    tb_close(&rig.tb);
}
END_TEST

// The PHY's clock comes from here when CLOCK_OUT is set.
START_TEST(test_clock)
{
    struct rig rig;
    start(&rig, 22, 5);
    for (unsigned level = 0; level < 2; level++) {
        rig.tb.top->clk_i = (uint8_t)level;
        tb_eval(&rig.tb);
        tb_check_eq(rig.tb.top->ulpi_clk_o, level);
    }
    tb_close(&rig.tb);
}
END_TEST

TB_MAIN("nic_ulpi", test_start, test_traffic, test_chirp, test_pace, test_clock)
