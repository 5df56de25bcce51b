// SPDX-License-Identifier: Apache-2.0
// nic_ulpi_pins and its pads against the PHY of sim/models/ulpi_phy.c through wires of which every pair is swapped once and every one is
// stuck once, each way. Each is named, for both PHYs that boards have; what is right, and what is none of these, is told as such.
#include "board_wiring.h"
#include "nic_tb.h"
#include "ulpi_phy.h"

enum { TRY_CLOCKS = 1 << 12, GUESSES = 45 };
enum { RIGHT = 0x7f, NONE_OF_THESE = 0x50, NO_ANSWER = 0x58 };

struct wires {
    struct board_lane data;
    uint8_t out_low; // these are low as the PHY sees them only
    bool no_nxt, no_dir, dir_high;
};

struct rig {
    struct tb tb;
    struct tb_random random;
    struct ulpi_phy phy;
    struct wires wires;
};

static uint32_t model_random(void *context, uint32_t below)
{
    return tb_below(&((struct rig *)context)->random, below);
}

static void model_sent(void *, const uint8_t *, size_t, bool)
{
}

static void cycle(struct rig *rig)
{
    Vtop *top = rig->tb.top;
    top->ulpi_dir_i = (rig->phy.dir && !rig->wires.no_dir) || rig->wires.dir_high;
    top->ulpi_nxt_i = rig->phy.nxt && !rig->wires.no_nxt;
    top->ulpi_drive_i = top->ulpi_dir_i;
    top->ulpi_data_i = board_lane(&rig->wires.data, rig->phy.data);
    tb_eval(&rig->tb);
    uint8_t arrives = (uint8_t)(board_lane(&rig->wires.data, top->ulpi_data_o) & ~rig->wires.out_low);
    struct ulpi_link_pins link = {arrives, top->ulpi_driven_o != 0, top->ulpi_stp_o != 0, top->phy_rst_o != 0};
    top->clk_start_i = 1;
    tb_cycle(&rig->tb, &top->clk_i);
    top->clk_start_i = 0;
    ulpi_phy_clock(&rig->phy, &link);
    if (tb_below(&rig->random, 500) == 0) // RXCMDs at any moment
        ulpi_phy_line(&rig->phy, (uint8_t)tb_below(&rig->random, 4), (uint8_t)tb_below(&rig->random, 4));
}

// What the lights show in the end.
static unsigned result(uint64_t stream, struct wires wires, const uint8_t identity[4], unsigned throttle, unsigned chatter, const char **breach)
{
    static struct rig rig;
    rig = {};
    tb_open(&rig.tb, "nic_ulpi_pins_rig");
    rig.random = tb_random_start(stream);
    ulpi_phy_init(&rig.phy);
    rig.phy.random = model_random;
    rig.phy.sent = model_sent;
    rig.phy.context = &rig;
    rig.phy.throttle_percent = throttle;
    rig.phy.chatter_percent = chatter;
    rig.phy.hold_clocks = 1200;
    memcpy(rig.phy.identity, identity, 4);
    rig.wires = wires;
    rig.tb.top->locked_i = 0;
    for (unsigned i = 0; i < 4; i++)
        cycle(&rig);
    rig.tb.top->locked_i = 1;
    for (unsigned i = 0; i < (GUESSES + 1) * TRY_CLOCKS && !rig.tb.top->result_o; i++)
        cycle(&rig);
    unsigned shown = rig.tb.top->result_o;
    for (unsigned i = 0; i < 3 * TRY_CLOCKS; i++) // and goes on to
        cycle(&rig);
    tb_check_eq(rig.tb.top->result_o, shown);
    if (breach)
        *breach = rig.phy.breach;
    tb_close(&rig.tb);
    return shown;
}

// USB3300 and USB3343; the product of the latter is not looked at.
static const uint8_t identities[2][4] = {{0x24, 0x04, 0x04, 0x00}, {0x24, 0x04, 0x09, 0x00}};

START_TEST(test_right)
{
    for (unsigned i = 0; i < 8; i++) {
        const char *breach;
        struct wires wires = {};
        tb_check_eq(result(i, wires, identities[i & 1], i & 2 ? 30 : 0, i & 4 ? 2 : 0, &breach), RIGHT);
        ck_assert_msg(!breach, "%s", breach);
    }
}
END_TEST

START_TEST(test_swapped)
{
    for (unsigned a = 0; a < 8; a++)
        for (unsigned b = a + 1; b < 8; b++) {
            unsigned kind = (a + b) & 1;
            struct wires wires = {};
            wires.data.swap[0] = (uint8_t)a;
            wires.data.swap[1] = (uint8_t)b;
            unsigned shown = result(10 + 8 * a + b, wires, identities[kind], kind ? 20 : 0, kind, nullptr);
            ck_assert_msg(shown == (b << 3 | a), "%u and %u are swapped: shows %#x", a, b, shown);
        }
}
END_TEST

START_TEST(test_stuck)
{
    for (unsigned i = 0; i < 32; i++) {
        struct wires wires = {};
        unsigned pin = i >> 1 & 7, level = i & 1, kind = i >> 4;
        *(level ? &wires.data.high : &wires.data.low) = (uint8_t)(1 << pin);
        unsigned shown = result(100 + i, wires, identities[kind], kind ? 20 : 0, kind, nullptr);
        ck_assert_msg(shown == (0x40 | level << 3 | pin), "%u is always %u: shows %#x", pin, level, shown);
    }
}
END_TEST

// A PHY of another maker, two faults, an output that does not drive; no nxt and no dir, of which nothing is heard.
START_TEST(test_other)
{
    static const uint8_t other[4] = {0xcc, 0x04, 0x04, 0x15};
    struct wires wires = {};
    tb_check_eq(result(200, wires, other, 0, 0, nullptr), NONE_OF_THESE);
    wires.data.low = 0x03; // two at once
    tb_check_eq(result(201, wires, identities[0], 0, 0, nullptr), NONE_OF_THESE);
    wires = {};
    wires.out_low = 0x20; // only the walk sends a 1 there
    tb_check_eq(result(206, wires, identities[0], 0, 0, nullptr), NONE_OF_THESE);
    wires = {};
    wires.no_nxt = true;
    tb_check_eq(result(202, wires, identities[0], 0, 0, nullptr), NO_ANSWER);
    wires = {};
    wires.dir_high = true;
    tb_check_eq(result(203, wires, identities[0], 0, 0, nullptr), NO_ANSWER);
    wires = {};
    wires.no_dir = true;
    tb_check_eq(result(204, wires, identities[0], 0, 0, nullptr), NO_ANSWER);
    wires.no_dir = false;
    wires.data.low = 0xff; // the PHY's clock and reset are there, its data are not
    tb_check_eq(result(205, wires, identities[0], 0, 0, nullptr), NO_ANSWER);
}
END_TEST

TB_MAIN("nic_ulpi_pins_rig", test_right, test_swapped, test_stuck, test_other)
