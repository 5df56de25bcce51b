/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware's PHY code, built natively, over PHYs written from the standard (sim/models/mdio_phy.c). The registers
 * between them are these few lines: LINK, PAUSE, MDIO_*. Every access is counted, so that a hang is seen as a number.
 */
#include "hw.h"
#include "mdio_phy.h"
#include "nic_regs.h"
#include "phy.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct {
    struct mdio_bus bus;
    uint32_t words[0x100 / 4];
    bool controller_dead;
    unsigned accesses, link_writes;
    unsigned down_writes; /* of LINK that say it is down */
} rig;

uint32_t hw_read(uint32_t address)
{
    rig.accesses++;
    ck_assert_uint_lt(address, 0x100);
    if (address == NIC_MDIO_STATUS_ADDR && rig.controller_dead)
        return NIC_MDIO_STATUS_BUSY_MASK;
    return rig.words[address / 4];
}

void hw_write(uint32_t address, uint32_t value)
{
    uint32_t control = rig.words[NIC_MDIO_CTRL_ADDR / 4];
    unsigned phy = control >> 8 & 31, reg = control & 31;
    uint16_t data = (uint16_t)rig.words[NIC_MDIO_DATA_ADDR / 4];
    rig.accesses++;
    ck_assert_uint_lt(address, 0x100);
    if (address != NIC_MDIO_START_ADDR) {
        rig.words[address / 4] = value;
        rig.link_writes += address == NIC_LINK_ADDR;
        rig.down_writes += address == NIC_LINK_ADDR && !(value & 1);
        return;
    }
    if (control & 1u << 16) {
        mdio_bus_write(&rig.bus, phy, reg, data);
        return;
    }
    bool answered = mdio_bus_read(&rig.bus, phy, reg, &data);
    rig.words[NIC_MDIO_STATUS_ADDR / 4] = (uint32_t)data << 16 | (answered ? 0 : 2);
}

static void setup(void)
{
    memset(&rig, 0, sizeof rig);
    rig.words[NIC_LINK_ADDR / 4] = NIC_LINK_RESET_VALUE;
    rig.words[NIC_PAUSE_ADDR / 4] = NIC_PAUSE_RESET_VALUE;
}

/* A poll looks at 32 addresses at most, or does a dozen frames; each frame is at most six accesses. */
static void poll(struct phy *phy, unsigned times)
{
    while (times--) {
        unsigned before = rig.accesses;
        phy_poll(phy);
        ck_assert_uint_le(rig.accesses - before, rig.controller_dead ? 1010 : 64 * 6);
    }
}

static uint32_t link_is(void)
{
    return rig.words[NIC_LINK_ADDR / 4];
}

/* LINK: up in bit 0, speed in bits 2:1, full duplex in bit 3; PAUSE: obey and send in bits 1:0. */
static void expect(struct phy *phy, enum phy_kind kind, unsigned speed, bool pause)
{
    poll(phy, 40);
    ck_assert_int_eq(phy->state, PHY_UP);
    ck_assert_int_eq(phy->kind, kind);
    ck_assert_uint_eq(link_is(), 9 | speed << 1);
    ck_assert_uint_eq(rig.words[NIC_PAUSE_ADDR / 4], 0xffff0000u | (pause ? 3 : 0));
    ck_assert_uint_eq(rig.link_writes, 1);
}

static const struct {
    enum mdio_phy_kind model;
    enum phy_kind kind;
    unsigned address, speed;
    bool mac_gigabit;
} boards[] = {
    {MDIO_PHY_KSZ9031, PHY_KSZ9031, 3, 2, true},    {MDIO_PHY_KSZ9031, PHY_KSZ9031, 0, 1, false},
    {MDIO_PHY_LAN8720A, PHY_LAN8720A, 1, 1, false}, {MDIO_PHY_LAN8720A, PHY_LAN8720A, 0, 1, true},
    {MDIO_PHY_B50612D, PHY_B50612D, 0, 2, true},    {MDIO_PHY_GENERIC, PHY_UNKNOWN, 31, 2, true},
};

START_TEST(every_phy)
{
    struct phy phy;
    setup();
    mdio_bus_add(&rig.bus, boards[_i].model, boards[_i].address, true);
    phy_start(&phy, boards[_i].mac_gigabit);
    expect(&phy, boards[_i].kind, boards[_i].speed, true);
    ck_assert_uint_eq(phy.address, boards[_i].address);
    /* Half duplex is not advertised: 10 and 100 half are bits 5 and 7, 1000 half bit 8 of register 9. */
    ck_assert_uint_eq(rig.bus.phys[0].registers[4] & 0x02a0, 0);
    ck_assert_uint_eq(rig.bus.phys[0].registers[9] & 0x0100, 0);
}
END_TEST

/* The table of 28B.3 without half duplex, and both ends' PAUSE bit. */
START_TEST(partners)
{
    static const struct {
        uint16_t partner_4, partner_10;
        int speed;
        bool pause;
    } cases[] = {
        {0x0441, 0x0800, 2, true},   {0x0041, 0x0800, 2, false}, {0x05e1, 0x0000, 1, true},
        {0x0141, 0x0400, 1, false},  {0x0461, 0x0000, 0, true},  {0x0041, 0x0000, 0, false},
        {0x00a1, 0x0400, -1, false},
    };
    struct phy phy;
    setup();
    struct mdio_phy *model = mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    model->partner_4 = cases[_i].partner_4;
    model->partner_10 = cases[_i].partner_10;
    phy_start(&phy, true);
    if (cases[_i].speed >= 0) {
        expect(&phy, PHY_KSZ9031, (unsigned)cases[_i].speed, cases[_i].pause);
    } else {
        poll(&phy, 40);
        ck_assert_int_eq(phy.state, PHY_DOWN);
        ck_assert_uint_eq(link_is() & 1, 0);
    }
}
END_TEST

START_TEST(no_phy_then_one)
{
    struct phy phy;
    setup();
    struct mdio_phy *model = mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    model->dead = true;
    phy_start(&phy, true);
    poll(&phy, 100);
    ck_assert_int_eq(phy.state, PHY_SEARCH);
    ck_assert_uint_eq(rig.link_writes, 0);
    model->dead = false;
    expect(&phy, PHY_KSZ9031, 2, true);
}
END_TEST

/* LAN8720A whose straps were read wrong, as power-down (mode 6) among others; the mode counts from the next reset on, and the address stays. */
START_TEST(lan8720a_straps)
{
    struct phy phy;
    setup();
    struct mdio_phy *model = mdio_bus_add(&rig.bus, MDIO_PHY_LAN8720A, 1, true);
    model->mode = (unsigned)_i;
    mdio_bus_write(&rig.bus, 1, 0, 0x8000);
    phy_start(&phy, false);
    expect(&phy, PHY_LAN8720A, 1, true);
    ck_assert_uint_eq(model->mode, 7);
    ck_assert_uint_eq(model->address, 1);
}
END_TEST

START_TEST(phy_dies_and_returns)
{
    struct phy phy;
    setup();
    struct mdio_phy *model = mdio_bus_add(&rig.bus, MDIO_PHY_LAN8720A, 1, true);
    phy_start(&phy, false);
    expect(&phy, PHY_LAN8720A, 1, true);
    model->dead = true;
    poll(&phy, 1);
    ck_assert_int_eq(phy.state, PHY_FAILED);
    ck_assert_uint_eq(link_is() & 1, 0);
    poll(&phy, 50);
    ck_assert_uint_eq(rig.link_writes, 2);
    model->dead = false;
    poll(&phy, 40);
    ck_assert_int_eq(phy.state, PHY_UP);
    ck_assert_uint_eq(link_is(), 0xb);
    ck_assert_uint_eq(phy.changes, 3);
}
END_TEST

START_TEST(bus_stuck_low)
{
    struct phy phy;
    setup();
    mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    phy_start(&phy, true);
    expect(&phy, PHY_KSZ9031, 2, true);
    rig.bus.stuck_low = true;
    poll(&phy, 2);
    ck_assert_int_eq(phy.state, PHY_BUS_FAILED);
    ck_assert_uint_eq(link_is() & 1, 0);
    rig.bus.stuck_low = false;
    poll(&phy, 40);
    ck_assert_int_eq(phy.state, PHY_UP);
}
END_TEST

START_TEST(controller_never_ready)
{
    struct phy phy;
    setup();
    mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    rig.controller_dead = true;
    phy_start(&phy, true);
    poll(&phy, 20);
    ck_assert_int_eq(phy.state, PHY_BUS_FAILED);
    rig.controller_dead = false;
    expect(&phy, PHY_KSZ9031, 2, true);
}
END_TEST

/* Any pattern of plugging: LINK never says up without a cable after a poll, each change is written once. */
START_TEST(flapping_link)
{
    const char *text = getenv("SEED");
    unsigned seed = text && *text ? (unsigned)strtoul(text, NULL, 0) : 1;
    struct phy phy;
    setup();
    struct mdio_phy *model = mdio_bus_add(&rig.bus, MDIO_PHY_B50612D, 0, true);
    phy_start(&phy, true);
    expect(&phy, PHY_B50612D, 2, true);
    srand(seed);
    for (unsigned i = 0; i < 2000; i++) {
        bool glitch = rand() % 8 == 0;
        bool was_up = link_is() & 1;
        unsigned downs = rig.down_writes;
        if (glitch)
            mdio_phy_cable(model, !model->cable);
        if (glitch && rand() % 2)
            mdio_phy_cable(model, !model->cable); /* gone and back between two polls */
        poll(&phy, 1);
        ck_assert_msg(!(link_is() & 1) || model->cable, "up without a cable, SEED=%u", seed);
        ck_assert_msg(!(glitch && was_up) || rig.down_writes == downs + 1,
                      "a lost link was not reported, SEED=%u", seed);
        poll(&phy, (unsigned)rand() % 30);
    }
    ck_assert_uint_eq(phy.changes, (uint16_t)rig.link_writes);
    ck_assert_uint_gt(rig.down_writes, 50);
    mdio_phy_cable(model, true);
    poll(&phy, 40);
    ck_assert_int_eq(phy.state, PHY_UP);
}
END_TEST

/* A PHY that was reset behind our back is set up again, not left with half duplex on. */
START_TEST(phy_forgets)
{
    struct phy phy;
    setup();
    mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    phy_start(&phy, true);
    expect(&phy, PHY_KSZ9031, 2, true);
    mdio_bus_write(&rig.bus, 3, 0, 0x8000);
    poll(&phy, 1);
    ck_assert_uint_eq(link_is() & 1, 0);
    poll(&phy, 40);
    ck_assert_int_eq(phy.state, PHY_UP);
    ck_assert_uint_eq(rig.bus.phys[0].registers[4], 0x0541);
}
END_TEST

/* The delays in ps that the registers of the PHY make, by its data sheet. KSZ9031: steps of 60 ps, RX_CLK 1200 ps late by itself. B50612D:
 * about 1.9 ns, or none. */
static void delays_of(const struct mdio_phy *phy, int *tx, int *rx)
{
    const uint16_t *skew = phy->mmd[2];
    if (phy->kind == MDIO_PHY_B50612D) {
        *tx = phy->shadow[3] & 0x200 ? 1900 : 0;
        *rx = phy->auxiliary[7] & 0x100 ? 1900 : 0;
        return;
    }
    for (unsigned i = 4; i < 16; i += 4) {
        ck_assert_uint_eq(skew[5] >> i & 15, skew[5] & 15);
        ck_assert_uint_eq(skew[6] >> i & 15, skew[6] & 15);
    }
    ck_assert_uint_eq(skew[4], (skew[5] & 15) << 4 | (skew[6] & 15));
    *tx = 60 * ((skew[8] >> 5) - 15) - 60 * ((skew[6] & 15) - 7);
    *rx = 1200 + 60 * ((skew[8] & 31) - 15) - 60 * ((skew[5] & 15) - 7);
}

/* RGMII 2.0, table 3: a clock that is late is so by 1.2 ns or more at the pins that make it so, and 1 to 2.6 ns behind them. */
START_TEST(delays_of_rgmii)
{
    struct phy phy;
    int tx, rx;
    bool wants_tx = _i & 1, wants_rx = _i & 2, broadcom = _i & 4;
    setup();
    rig.words[NIC_CAPS_ADDR / 4] = (uint32_t)wants_tx << 10 | (uint32_t)wants_rx << 11;
    struct mdio_phy *model =
        mdio_bus_add(&rig.bus, broadcom ? MDIO_PHY_B50612D : MDIO_PHY_KSZ9031, 3, true);
    phy_start(&phy, true);
    poll(&phy, 1); /* found, and reset */
    model->auxiliary[7] |= 0x0a08;
    model->shadow[3] |= 0x0155;
    poll(&phy, 40);
    ck_assert_uint_eq(model->auxiliary[7] & 0x0e08, 0x0a08); /* kept as they are */
    ck_assert_uint_eq(model->shadow[3] & 0x1ff, 0x0155);
    ck_assert_int_eq(phy.state, PHY_UP);
    delays_of(model, &tx, &rx);
    ck_assert_msg(wants_tx ? tx >= 1200 && tx <= 2600 : tx >= -200 && tx <= 200, "TXC %d ps", tx);
    ck_assert_msg(wants_rx ? rx >= 1200 && rx <= 2600 : rx >= -200 && rx <= 200, "RXC %d ps", rx);
    /* A reset behind our back makes them what they were; they are set again. */
    mdio_bus_write(&rig.bus, 3, 0, 0x8000);
    poll(&phy, 40);
    ck_assert_int_eq(phy.state, PHY_UP);
    int tx_again, rx_again;
    delays_of(model, &tx_again, &rx_again);
    ck_assert_int_eq(tx_again, tx);
    ck_assert_int_eq(rx_again, rx);
}
END_TEST

/* Nothing but clause 22 is written to others. */
START_TEST(no_delays)
{
    struct phy phy;
    setup();
    rig.words[NIC_CAPS_ADDR / 4] = 3u << 10;
    struct mdio_phy *model =
        mdio_bus_add(&rig.bus, _i ? MDIO_PHY_LAN8720A : MDIO_PHY_GENERIC, 1, true);
    phy_start(&phy, true);
    poll(&phy, 40);
    ck_assert_int_eq(phy.state, PHY_UP);
    for (unsigned i = 11; i < 32; i++)
        ck_assert(i == 15 || model->registers[i] == 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("firmware_phy");
    TCase *tcase = tcase_create("phy");
    tcase_add_loop_test(tcase, every_phy, 0, (int)(sizeof boards / sizeof *boards));
    tcase_add_loop_test(tcase, partners, 0, 7);
    tcase_add_test(tcase, no_phy_then_one);
    tcase_add_loop_test(tcase, lan8720a_straps, 0, 8);
    tcase_add_test(tcase, phy_dies_and_returns);
    tcase_add_test(tcase, bus_stuck_low);
    tcase_add_test(tcase, controller_never_ready);
    tcase_add_test(tcase, flapping_link);
    tcase_add_test(tcase, phy_forgets);
    tcase_add_loop_test(tcase, delays_of_rgmii, 0, 8);
    tcase_add_loop_test(tcase, no_delays, 0, 2);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
