/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PHYs by IEEE 802.3 clauses 22.2.4 (registers), 28 and 28B (auto-negotiation, resolution), and 40.5. Half duplex is not
 * advertised, since the MAC has none. Delays of RGMII as the data sheets of the PHYs give them.
 */
#include "phy.h"

#include "hw.h"
#include "mdio.h"
#include "nic_regs.h"

/* 22.2.4: registers and their bits. */
enum {
    BMCR = 0,
    BMCR_RESET = 0x8000,
    BMCR_NEGOTIATE = 0x1000,
    BMCR_RESTART = 0x0200,
    BMSR = 1,
    BMSR_EXTENDED = 0x0100,
    BMSR_DONE = 0x0020,
    BMSR_LINK = 0x0004,
    ADVERTISE = 4,
    PARTNER = 5,
    ABILITY_10_FULL = 0x0040,
    ABILITY_100_FULL = 0x0100,
    ABILITY_PAUSE = 0x0400,
    ADVERTISE_1000 = 9,
    ADVERTISE_1000_FULL = 0x0200,
    ADVERTISE_1000_HALF = 0x0100,
    PARTNER_1000 = 10,
    PARTNER_1000_FULL = 0x0800,
    EXTENDED = 15,
    EXTENDED_1000_FULL = 0x2000,
    MMD_CONTROL = 13, /* clause 45.2 by clause 22: function in 15:14, device in 4:0 */
    MMD_DATA_FUNCTION = 0x4000,
    MMD_DATA = 14,
};

/* KSZ9031RNX, MMD 2, pad skews in steps of 60 ps: registers, and the setting that adds nothing. */
enum {
    SKEW_DEVICE = 2,
    SKEW_CONTROL = 4, /* RX_DV in 7:4, TX_CTL in 3:0 */
    SKEW_RXD = 5,
    SKEW_TXD = 6,
    SKEW_CLOCKS = 8, /* GTX_CLK in 9:5, RX_CLK in 4:0 */
    SKEW_DATA_ZERO = 7,
    SKEW_DATA_MOST = 15,
    SKEW_CLOCK_ZERO = 15,
    SKEW_CLOCK_MOST = 31,
};

/* LAN8720A: what its straps said, kept by a reset, which obeys it. The receive pins are the straps, and an FPGA's may have been in the way. */
enum {
    SPECIAL_MODES = 18,
    SPECIAL_MODES_ALL = 0x00e0, /* in 7:5; 6 there is power-down, which BMCR does not end */
};

/* B50612D, registers behind 0x18 (number in 2:0, to be read in 14:12) and 0x1c (number in 14:10). */
enum {
    AUXILIARY = 0x18,
    AUXILIARY_READ = 0x7000,
    AUXILIARY_MISC = 7,
    AUXILIARY_KEEP = 0x0ef8,
    AUXILIARY_RX_DELAY = 0x0100,
    SHADOW = 0x1c,
    SHADOW_CLOCK = 3 << 10,
    SHADOW_KEEP = 0x01ff,
    SHADOW_TX_DELAY = 0x0200,
    SHADOWS_WRITE = 0x8000,
};

/* 22.2.4.1.1 gives a reset half a second: polls of at least 2 ms. */
#define RESET_POLLS 320

static void link_set(uint32_t link)
{
    if (hw_read(NIC_LINK_ADDR) != link)
        hw_write(NIC_LINK_ADDR, link);
}

static void link_down(void)
{
    uint32_t link = hw_read(NIC_LINK_ADDR);
    if (link & NIC_LINK_UP_MASK)
        hw_write(NIC_LINK_ADDR, link & ~NIC_LINK_UP_MASK);
}

static void lose(struct phy *phy, enum phy_state state)
{
    if (phy->state == PHY_UP)
        phy->changes++;
    phy->state = state;
    link_down();
}

/* False if it did not answer, and then the PHY is lost. */
static bool get(struct phy *phy, unsigned reg, uint16_t *value)
{
    enum mdio_result result = mdio_read(phy->address, reg, value);
    if (result == MDIO_OK)
        return true;
    lose(phy, result == MDIO_STUCK ? PHY_BUS_FAILED : PHY_FAILED);
    return false;
}

static bool put(struct phy *phy, unsigned reg, uint16_t value)
{
    if (mdio_write(phy->address, reg, value) == MDIO_OK)
        return true;
    lose(phy, PHY_BUS_FAILED);
    return false;
}

void phy_start(struct phy *phy, bool mac_gigabit)
{
    *phy = (struct phy){0};
    phy->mac_gigabit = mac_gigabit;
    link_down();
}

static enum phy_kind identify(uint16_t id2, uint16_t id3)
{
    if (id2 == 0x0022 && (id3 & 0xfff0) == 0x1620)
        return PHY_KSZ9031;
    if (id2 == 0x0007 && (id3 & 0xfff0) == 0xc0f0)
        return PHY_LAN8720A;
    if (id2 == 0x0362 && (id3 & 0xfff0) == 0x5e60)
        return PHY_B50612D;
    return PHY_UNKNOWN;
}

/* Before a reset. False: it answers no more. */
static bool straps(struct phy *phy)
{
    uint16_t value;
    if (phy->kind != PHY_LAN8720A)
        return true;
    if (!get(phy, SPECIAL_MODES, &value))
        return false;
    return (value & SPECIAL_MODES_ALL) == SPECIAL_MODES_ALL ||
           put(phy, SPECIAL_MODES, value | SPECIAL_MODES_ALL);
}

/* Looks at every address; the first that answers is taken. Address 0 may be an echo of another one, so it is last. */
static void search(struct phy *phy)
{
    unsigned i, zeros = 0;
    for (i = 1; i <= 32; i++) {
        unsigned address = i & 31;
        uint16_t id2, id3;
        enum mdio_result result = mdio_read(address, 2, &id2);
        if (result == MDIO_STUCK) {
            lose(phy, PHY_BUS_FAILED);
            return;
        }
        if (result == MDIO_NO_ANSWER || mdio_read(address, 3, &id3) != MDIO_OK)
            continue;
        if (id2 == 0 && id3 == 0) {
            zeros++;
            continue;
        }
        if (id2 == 0xffff)
            continue;
        phy->address = (uint8_t)address;
        phy->id[0] = id2;
        phy->id[1] = id3;
        phy->kind = identify(id2, id3);
        phy->resets = 0;
        if (straps(phy) && put(phy, BMCR, BMCR_RESET))
            phy->state = PHY_RESETTING;
        return;
    }
    /* Only a wire that is stuck low answers everywhere, and with zeros. */
    lose(phy, zeros == 32 ? PHY_BUS_FAILED : PHY_SEARCH);
}

static bool skew_put(struct phy *phy, unsigned reg, unsigned value)
{
    return put(phy, MMD_CONTROL, SKEW_DEVICE) && put(phy, MMD_DATA, (uint16_t)reg) &&
           put(phy, MMD_CONTROL, MMD_DATA_FUNCTION | SKEW_DEVICE) &&
           put(phy, MMD_DATA, (uint16_t)value);
}

/* RX_CLK is 1.2 ns late by itself, which the skews take away if need be; GTX_CLK is not, and they make it 1.4 ns. */
static bool delays_ksz9031(struct phy *phy, bool tx, bool rx)
{
    unsigned txd = tx ? 0 : SKEW_DATA_ZERO, rxd = rx ? SKEW_DATA_ZERO : SKEW_DATA_MOST;
    unsigned txc = tx ? SKEW_CLOCK_MOST : SKEW_CLOCK_ZERO, rxc = rx ? SKEW_CLOCK_ZERO : 0;
    return skew_put(phy, SKEW_CONTROL, rxd << 4 | txd) && skew_put(phy, SKEW_RXD, 0x1111 * rxd) &&
           skew_put(phy, SKEW_TXD, 0x1111 * txd) && skew_put(phy, SKEW_CLOCKS, txc << 5 | rxc);
}

static bool delays_b50612d(struct phy *phy, bool tx, bool rx)
{
    uint16_t value;
    if (!put(phy, AUXILIARY, AUXILIARY_READ | AUXILIARY_MISC) || !get(phy, AUXILIARY, &value))
        return false;
    value = (uint16_t)(SHADOWS_WRITE | (value & AUXILIARY_KEEP) | (rx ? AUXILIARY_RX_DELAY : 0) |
                       AUXILIARY_MISC);
    if (!put(phy, AUXILIARY, value) || !put(phy, SHADOW, SHADOW_CLOCK) || !get(phy, SHADOW, &value))
        return false;
    return put(phy, SHADOW,
               (uint16_t)(SHADOWS_WRITE | SHADOW_CLOCK | (value & SHADOW_KEEP) |
                          (tx ? SHADOW_TX_DELAY : 0)));
}

/* CAPS says which delays the board leaves to its PHY. False: it answers no more. */
static bool delays(struct phy *phy)
{
    uint32_t caps = hw_read(NIC_CAPS_ADDR);
    bool tx = caps & NIC_CAPS_PHY_TX_DELAY_MASK, rx = caps & NIC_CAPS_PHY_RX_DELAY_MASK;
    if (phy->kind == PHY_KSZ9031)
        return delays_ksz9031(phy, tx, rx);
    return phy->kind != PHY_B50612D || delays_b50612d(phy, tx, rx);
}

/* After a reset: delays, what is advertised, then the negotiation starts. */
static void configure(struct phy *phy)
{
    uint16_t value, status;
    if (!get(phy, BMCR, &value))
        return;
    if (value & BMCR_RESET) {
        if (++phy->resets >= RESET_POLLS)
            lose(phy, PHY_FAILED);
        return;
    }
    if (!delays(phy) || !get(phy, BMSR, &status))
        return;
    phy->gigabit = false;
    if (status & BMSR_EXTENDED) {
        if (!get(phy, EXTENDED, &value))
            return;
        phy->gigabit = value & EXTENDED_1000_FULL;
        if (!get(phy, ADVERTISE_1000, &value))
            return;
        value &= (uint16_t) ~(ADVERTISE_1000_FULL | ADVERTISE_1000_HALF);
        if (phy->gigabit && phy->mac_gigabit)
            value |= ADVERTISE_1000_FULL;
        if (!put(phy, ADVERTISE_1000, value))
            return;
    }
    /* Selector 1: IEEE 802.3. */
    if (put(phy, ADVERTISE, ABILITY_PAUSE | ABILITY_100_FULL | ABILITY_10_FULL | 1) &&
        put(phy, BMCR, BMCR_NEGOTIATE | BMCR_RESTART))
        phy->state = PHY_DOWN;
}

/* The best mode that both ends have, 28B.3; false if there is none. Both directions of PAUSE, or neither, 28B.2. */
static bool resolve(struct phy *phy, uint32_t *link, bool *pause)
{
    uint16_t mine, theirs, mine_1000 = 0, theirs_1000 = 0;
    uint32_t speed;
    if (!get(phy, ADVERTISE, &mine) || !get(phy, PARTNER, &theirs))
        return false;
    if (phy->gigabit &&
        (!get(phy, ADVERTISE_1000, &mine_1000) || !get(phy, PARTNER_1000, &theirs_1000)))
        return false;
    if (mine_1000 & ADVERTISE_1000_FULL && theirs_1000 & PARTNER_1000_FULL)
        speed = NIC_SPEED_M1000;
    else if (mine & theirs & ABILITY_100_FULL)
        speed = NIC_SPEED_M100;
    else if (mine & theirs & ABILITY_10_FULL)
        speed = NIC_SPEED_M10;
    else
        return false;
    *pause = mine & theirs & ABILITY_PAUSE;
    *link = NIC_LINK_UP_MASK | speed << NIC_LINK_SPEED_SHIFT | NIC_LINK_FULL_DUPLEX_MASK;
    return true;
}

static void follow(struct phy *phy)
{
    uint16_t status, control;
    uint32_t link, settings;
    bool pause;
    if (!get(phy, BMSR, &status))
        return;
    /* A PHY that lost its supply for a moment has forgotten what it should advertise. */
    if (!get(phy, ADVERTISE, &control))
        return;
    if (control != (ABILITY_PAUSE | ABILITY_100_FULL | ABILITY_10_FULL | 1)) {
        lose(phy, PHY_SEARCH);
        return;
    }
    /* Link status latches low: a link that was gone and is back reads as down once, and is negotiated anew. */
    if ((status & (BMSR_LINK | BMSR_DONE)) != (BMSR_LINK | BMSR_DONE)) {
        lose(phy, PHY_DOWN);
        return;
    }
    if (phy->state == PHY_UP)
        return;
    if (!resolve(phy, &link, &pause))
        return;
    settings = hw_read(NIC_PAUSE_ADDR) & ~(NIC_PAUSE_OBEY_MASK | NIC_PAUSE_SEND_MASK);
    hw_write(NIC_PAUSE_ADDR, settings | (pause ? NIC_PAUSE_OBEY_MASK | NIC_PAUSE_SEND_MASK : 0));
    link_set(link);
    phy->state = PHY_UP;
    phy->changes++;
}

void phy_poll(struct phy *phy)
{
    switch (phy->state) {
    case PHY_SEARCH:
    case PHY_FAILED:
    case PHY_BUS_FAILED:
        search(phy);
        break;
    case PHY_RESETTING:
        configure(phy);
        break;
    case PHY_DOWN:
    case PHY_UP:
        follow(phy);
        break;
    }
}
