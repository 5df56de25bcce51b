// SPDX-License-Identifier: Apache-2.0
// nic_mdio against PHYs written from IEEE 802.3 clause 22 (sim/models/mdio_phy.c) at the pins: identities, random reads
// and writes, nobody there, a wire stuck low, MDC's period, no contention.
#include "mdio_phy.h"
#include "nic_tb.h"

struct rig {
    struct tb tb;
    struct mdio_bus bus;
    bool wire, mdc, oe;
    unsigned since_rise, since_edge;
};

static void cycle(struct rig *rig)
{
    Vtop *top = rig->tb.top;
    // The PHY's delay is one clock here; the longest one the standard allows is 300 ns, 18 clocks at 60 MHz.
    top->mdio_i = rig->wire;
    tb_cycle(&rig->tb, &top->clk_i);
    rig->since_rise++;
    rig->since_edge++;
    if (top->mdc_o != rig->mdc) {
        tb_check(rig->since_edge >= 12); // 200 ns at 60 MHz
        if (top->mdc_o) {
            tb_check(rig->since_rise >= 24);
            rig->since_rise = 0;
        }
        rig->since_edge = 0;
        rig->mdc = top->mdc_o;
    }
    rig->wire = mdio_bus_pins(&rig->bus, top->mdc_o, top->mdio_oe_o, top->mdio_o);
    tb_check(!(top->mdio_oe_o && rig->bus.drives)); // two drivers
}

static void open(struct rig *rig)
{
    memset(&rig->bus, 0, sizeof rig->bus);
    tb_open(&rig->tb, "nic_mdio");
    rig->wire = true;
    rig->mdc = false;
    rig->since_rise = rig->since_edge = 1000;
    Vtop *top = rig->tb.top;
    top->mdio_i = 1;
    top->start_i = 0;
    top->rst_i = 1;
    for (unsigned i = 0; i < 4; i++)
        tb_cycle(&rig->tb, &top->clk_i);
    top->rst_i = 0;
}

// One frame; false if nobody answered a read.
static bool frame(struct rig *rig, bool write, unsigned phy, unsigned reg, uint16_t *data)
{
    Vtop *top = rig->tb.top;
    tb_check(!top->busy_o);
    top->start_i = 1;
    top->write_i = write;
    top->phy_i = phy;
    top->reg_i = reg;
    top->wdata_i = *data;
    cycle(rig);
    // Whatever stands there now does not count, and a start neither.
    top->write_i = !write;
    top->phy_i = ~phy & 31;
    top->reg_i = ~reg & 31;
    top->wdata_i = (uint16_t)~*data;
    for (unsigned clocks = 0; top->busy_o; clocks++) {
        tb_check(clocks < 64 * 24 + 8);
        top->start_i = clocks == 100;
        cycle(rig);
    }
    top->start_i = 0;
    if (!write)
        *data = top->rdata_o;
    tb_check(!write || !top->no_answer_o);
    return !top->no_answer_o;
}

START_TEST(identities)
{
    struct rig rig;
    open(&rig);
    mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    mdio_bus_add(&rig.bus, MDIO_PHY_LAN8720A, 1, true);
    mdio_bus_add(&rig.bus, MDIO_PHY_B50612D, 0, true);
    mdio_bus_add(&rig.bus, MDIO_PHY_GENERIC, 31, true);
    static const uint16_t expected[32][2] = {
        [0] = {0x0362, 0x5e62}, [1] = {0x0007, 0xc0f1}, [2] = {}, [3] = {0x0022, 0x1622}};
    for (unsigned phy = 0; phy < 32; phy++) {
        for (unsigned i = 0; i < 2; i++) {
            uint16_t value = 0;
            bool answered = frame(&rig, false, phy, 2 + i, &value);
            bool there = phy == 0 || phy == 1 || phy == 3 || phy == 31;
            tb_check_eq(answered, there);
            tb_check_eq(value, !there ? 0xffff : phy == 31 ? (i ? 0x5678 : 0x1234) : expected[phy][i]);
        }
    }
    tb_check_eq(rig.bus.frames, 64);
    tb_check_eq(rig.bus.short_preambles, 0);
    tb_close(&rig.tb);
}
END_TEST

// Registers without a meaning in the models: what was written is read, and nothing else changes.
START_TEST(random_accesses)
{
    struct rig rig;
    struct tb_random random = tb_random_start(1);
    open(&rig);
    mdio_bus_add(&rig.bus, MDIO_PHY_GENERIC, tb_below(&random, 32), true);
    unsigned address = rig.bus.phys[0].address;
    uint16_t shadow[32] = {0};
    for (unsigned i = 0; i < 400; i++) {
        unsigned reg = 16 + tb_below(&random, 16);
        bool mine = tb_chance(&random, 80), write = tb_chance(&random, 50);
        unsigned phy = mine ? address : (address + 1 + tb_below(&random, 31)) & 31;
        uint16_t value = (uint16_t)tb_random(&random);
        uint16_t wanted = value;
        bool answered = frame(&rig, write, phy, reg, &value);
        if (write && mine)
            shadow[reg] = wanted;
        if (!write) {
            tb_check_eq(answered, mine);
            tb_check_eq(value, mine ? shadow[reg] : 0xffff);
        }
        for (unsigned idle = tb_below(&random, 50); idle; idle--)
            cycle(&rig);
    }
    for (unsigned reg = 16; reg < 32; reg++)
        tb_check_eq(rig.bus.phys[0].registers[reg], shadow[reg]);
    tb_check_eq(rig.bus.frames, 400);
    tb_check_eq(rig.bus.short_preambles, 0);
    tb_close(&rig.tb);
}
END_TEST

START_TEST(stuck_low)
{
    struct rig rig;
    open(&rig);
    mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    rig.bus.stuck_low = true;
    uint16_t value = 0xffff;
    frame(&rig, false, 3, 2, &value);
    tb_check_eq(value, 0);
    tb_close(&rig.tb);
}
END_TEST

TB_MAIN("nic_mdio", identities, random_accesses, stuck_low)
