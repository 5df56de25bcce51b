// SPDX-License-Identifier: Apache-2.0
// The firmware, built natively, brings up PHYs through nic_core: register bus, MDIO pins, PHY models, and back as LINK,
// speed and LINK events. Leaves out the processor, which is this program.
#include "mdio_phy.h"
#include "nic_core_tb.h"
extern "C" {
#include "hw.h"
#include "phy.h"
}

static struct core *core;
static struct mdio_bus bus;

uint32_t hw_read(uint32_t address)
{
    return core_read(core, address);
}

void hw_write(uint32_t address, uint32_t value)
{
    core_write(core, address, value);
}

static void pins(Vtop *top)
{
    top->mdio_i = mdio_bus_pins(&bus, top->mdc_o, top->mdio_oe_o, top->mdio_o);
}

static const struct {
    enum mdio_phy_kind model;
    enum phy_kind kind;
    unsigned address, speed;
    bool mac_gigabit;
} boards[] = {
    {MDIO_PHY_KSZ9031, PHY_KSZ9031, 3, 2, true},
    {MDIO_PHY_LAN8720A, PHY_LAN8720A, 1, 1, false},
    {MDIO_PHY_B50612D, PHY_B50612D, 0, 2, true},
    {MDIO_PHY_GENERIC, PHY_UNKNOWN, 31, 1, false},
};

// One more LINK event than before, and it says this; type 2, status up, count the speed.
static void expect_event(struct core *c, size_t number, bool up, unsigned speed)
{
    core_run_ns(c, 5000);
    tb_check_eq(c->events.size(), number);
    tb_check_eq(c->events.back().kind, 2);
    tb_check_eq(c->events.back().status, up);
    tb_check_eq(c->events.back().count, speed);
}

static void bring_up(unsigned board)
{
    struct core c = {};
    struct phy phy;
    core = &c;
    memset(&bus, 0, sizeof bus);
    struct mdio_phy *model = mdio_bus_add(&bus, boards[board].model, boards[board].address, true);
    core_open(&c, "nic_core_firmware", 100 + board);
    c.pins = pins;
    core_reset(&c);
    phy_start(&phy, boards[board].mac_gigabit);
    for (unsigned polls = 0; phy.state != PHY_UP; polls++) {
        tb_check(polls < 20);
        phy_poll(&phy);
    }
    tb_check_eq(phy.kind, boards[board].kind);
    tb_check_eq(phy.address, boards[board].address);
    tb_check_eq(bus.short_preambles, 0);
    tb_check_eq(core_read(&c, NIC_LINK_ADDR), 9 | boards[board].speed << 1);
    tb_check_eq(core_read(&c, NIC_PAUSE_ADDR), 0xffff0003);
    tb_check_eq(c.tb.top->speed_o, boards[board].speed);
    expect_event(&c, 1, true, boards[board].speed);

    mdio_phy_cable(model, false);
    phy_poll(&phy);
    tb_check_eq(core_read(&c, NIC_LINK_ADDR) & 1, 0);
    expect_event(&c, 2, false, boards[board].speed);

    // At the other end of the new cable is one that can do no more than 10 Mb/s, and no PAUSE.
    model->partner_4 = 0x0041;
    model->partner_10 = 0;
    mdio_phy_cable(model, true);
    for (unsigned polls = 0; phy.state != PHY_UP; polls++) {
        tb_check(polls < 20);
        phy_poll(&phy);
    }
    tb_check_eq(c.tb.top->speed_o, 0);
    tb_check_eq(core_read(&c, NIC_PAUSE_ADDR), 0xffff0000);
    expect_event(&c, 3, true, 0);
    core_close(&c);
}

START_TEST(ksz9031)
{
    bring_up(0);
}
END_TEST

START_TEST(lan8720a)
{
    bring_up(1);
}
END_TEST

START_TEST(b50612d)
{
    bring_up(2);
}
END_TEST

START_TEST(generic)
{
    bring_up(3);
}
END_TEST

TB_MAIN("nic_core firmware", ksz9031, lan8720a, b50612d, generic)
