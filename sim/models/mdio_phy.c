/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PHYs for mdio_phy.h, written from IEEE 802.3 clauses 22.2.4 and 28 and the PHYs' data sheets; nothing is shared with
 * the gateware or the firmware.
 */
#include "mdio_phy.h"

#include <string.h>

static bool is_gigabit(const struct mdio_phy *phy)
{
    return phy->kind != MDIO_PHY_LAN8720A;
}

/* The common technologies, after auto-negotiation. */
static uint16_t common_4(const struct mdio_phy *phy)
{
    return phy->registers[4] & phy->partner_4;
}

static bool negotiates(const struct mdio_phy *phy)
{
    return phy->registers[0] & 0x1000;
}

/* True if the two ends have a mode in common and nothing is under way. */
static bool has_link(const struct mdio_phy *phy)
{
    if (phy->kind == MDIO_PHY_LAN8720A && phy->mode_now == 6)
        return false;
    if (!phy->cable || phy->remaining || phy->registers[0] & 0x0c00)
        return false;
    if (!negotiates(phy))
        return true;
    return common_4(phy) & 0x01e0 ||
           (is_gigabit(phy) && phy->registers[9] & 0x0200 && phy->partner_10 & 0x0800);
}

static void restart(struct mdio_phy *phy)
{
    phy->link_dropped = true;
    phy->remaining = phy->negotiation_reads;
}

static void reset(struct mdio_phy *phy)
{
    static const uint16_t identities[][2] = {
        {0x0022, 0x1622}, {0x0007, 0xc0f1}, {0x0362, 0x5e62}, {0x1234, 0x5678}};
    memset(phy->registers, 0, sizeof phy->registers);
    phy->registers[0] = is_gigabit(phy) ? 0x1140 : 0x3000;
    phy->registers[1] = is_gigabit(phy) ? 0x7949 : 0x7809;
    phy->registers[2] = identities[phy->kind][0];
    phy->registers[3] = identities[phy->kind][1];
    phy->registers[4] = 0x01e1;
    if (is_gigabit(phy)) {
        phy->registers[9] = 0x0300;
        phy->registers[15] = 0x3000;
    }
    phy->mode_now = phy->mode;
    memset(phy->mmd, 0, sizeof phy->mmd);
    phy->mmd[2][4] = 0x0077;
    phy->mmd[2][5] = phy->mmd[2][6] = 0x7777;
    phy->mmd[2][8] = 0x01ef;
    memset(phy->auxiliary, 0, sizeof phy->auxiliary);
    memset(phy->shadow, 0, sizeof phy->shadow);
    phy->auxiliary[7] = 0x0100; /* both delays are on */
    phy->shadow[3] = 0x0200;
    restart(phy);
}

struct mdio_phy *mdio_bus_add(struct mdio_bus *bus, enum mdio_phy_kind kind, unsigned address,
                              bool cable)
{
    struct mdio_phy *phy = &bus->phys[bus->count++];
    memset(phy, 0, sizeof *phy);
    phy->kind = kind;
    phy->address = address;
    phy->cable = cable;
    phy->partner_4 = 0x4de1;
    phy->partner_10 = is_gigabit(phy) ? 0x0800 : 0;
    phy->mode = 7;
    phy->negotiation_reads = 8;
    reset(phy);
    return phy;
}

void mdio_phy_cable(struct mdio_phy *phy, bool plugged)
{
    if (phy->cable != plugged)
        restart(phy);
    phy->cable = plugged;
}

unsigned mdio_phy_speed(const struct mdio_phy *phy)
{
    if (!negotiates(phy))
        return phy->registers[0] & 0x0040 ? 2 : phy->registers[0] & 0x2000 ? 1 : 0;
    if (is_gigabit(phy) && phy->registers[9] & 0x0200 && phy->partner_10 & 0x0800)
        return 2;
    return common_4(phy) & 0x0180 ? 1 : 0;
}

bool mdio_phy_loops(const struct mdio_phy *phy)
{
    return phy->registers[0] & 0x4000;
}

static struct mdio_phy *find(struct mdio_bus *bus, unsigned address)
{
    for (unsigned i = 0; i < bus->count; i++)
        if (bus->phys[i].address == address && !bus->phys[i].dead)
            return &bus->phys[i];
    return NULL;
}

static uint16_t phy_read(struct mdio_phy *phy, unsigned reg)
{
    bool link = has_link(phy), done = negotiates(phy) && phy->cable && !phy->remaining;
    uint16_t value = phy->registers[reg];
    if (phy->remaining && phy->cable)
        phy->remaining--;
    switch (reg) {
    case 1:
        /* Link status latches low until it is read, 22.2.4.2.13. */
        value |= (done ? 0x20 : 0) | (link && !phy->link_dropped ? 0x04 : 0);
        phy->link_dropped = !link;
        return value;
    case 5:
        return done ? phy->partner_4 : 0;
    case 6:
        return done ? 0x0001 : 0;
    case 10:
        return done && is_gigabit(phy) ? phy->partner_10 : 0;
    case 14:
        if (phy->kind != MDIO_PHY_KSZ9031)
            return value;
        return phy->mmd_device & 0xc000 ? phy->mmd[phy->mmd_device & 31][phy->mmd_register & 31]
                                        : phy->mmd_register;
    case 18:
        return phy->kind == MDIO_PHY_LAN8720A ? (uint16_t)(phy->mode << 5 | phy->address) : value;
    case 0x18:
        return phy->kind == MDIO_PHY_B50612D
                   ? (uint16_t)(phy->auxiliary[phy->auxiliary_at] | phy->auxiliary_at)
                   : value;
    case 0x1c:
        return phy->kind == MDIO_PHY_B50612D
                   ? (uint16_t)(phy->shadow[phy->shadow_at] | phy->shadow_at << 10)
                   : value;
    }
    return value;
}

static void phy_write(struct mdio_phy *phy, unsigned reg, uint16_t value)
{
    if (reg == 0 && value & 0x8000) {
        reset(phy);
        return;
    }
    if (reg == 13)
        phy->mmd_device = value;
    if (reg == 14 && phy->kind == MDIO_PHY_KSZ9031) {
        if (phy->mmd_device & 0xc000)
            phy->mmd[phy->mmd_device & 31][phy->mmd_register & 31] = value;
        else
            phy->mmd_register = value;
        return;
    }
    if (reg == 18 && phy->kind == MDIO_PHY_LAN8720A) {
        phy->mode = value >> 5 & 7;
        phy->address = value & 31;
        return;
    }
    if (reg == 0x18 && phy->kind == MDIO_PHY_B50612D) {
        phy->auxiliary_at = (value & 7) == 7 && !(value & 0x8000) ? value >> 12 & 7 : value & 7;
        if ((value & 7) != 7 || value & 0x8000)
            phy->auxiliary[value & 7] = value & 0x7ff8;
        return;
    }
    if (reg == 0x1c && phy->kind == MDIO_PHY_B50612D) {
        phy->shadow_at = value >> 10 & 31;
        if (value & 0x8000)
            phy->shadow[phy->shadow_at] = value & 0x3ff;
        return;
    }
    if ((reg >= 1 && reg <= 3) || reg == 5 || reg == 6 || reg == 10 || reg == 15 ||
        (reg == 9 && !is_gigabit(phy)))
        return;
    if (reg == 0) {
        if (value & 0x0200 || (value ^ phy->registers[0]) & 0x3d40)
            restart(phy);
        value &= 0x7dff;
    }
    phy->registers[reg] = value;
}

bool mdio_bus_read(struct mdio_bus *bus, unsigned address, unsigned reg, uint16_t *value)
{
    struct mdio_phy *phy = find(bus, address);
    *value = bus->stuck_low ? 0 : 0xffff;
    if (!bus->stuck_low && phy)
        *value = phy_read(phy, reg);
    return bus->stuck_low || phy;
}

void mdio_bus_write(struct mdio_bus *bus, unsigned address, unsigned reg, uint16_t value)
{
    struct mdio_phy *phy = find(bus, address);
    if (phy && !bus->stuck_low)
        phy_write(phy, reg, value);
}

/* Bits of a frame after the preamble, counted from 0: 01, operation, address, register, turnaround, data. */
static void rising(struct mdio_bus *bus, bool wire)
{
    if (bus->bit == 0) {
        if (wire) {
            bus->ones++;
        } else {
            bus->short_preambles += bus->ones < 32;
            bus->ones = 0;
            bus->shift = 0;
            bus->bit = 1;
            bus->selected = NULL;
        }
        return;
    }
    bus->shift = bus->shift << 1 | wire;
    bus->bit++;
    if (bus->bit == 14) {
        unsigned operation = bus->shift >> 10 & 3;
        bus->reading = operation == 2;
        bus->selected = operation == 1 || operation == 2 ? find(bus, bus->shift >> 5 & 31) : NULL;
        if (bus->selected && bus->reading)
            bus->shift = bus->shift << 16 | phy_read(bus->selected, bus->shift & 31);
        else
            bus->shift &= 31;
        if (!bus->reading)
            return;
    }
    if (bus->bit == 32) {
        if (bus->selected && !bus->reading && (bus->shift >> 16 & 3) == 2)
            phy_write(bus->selected, bus->shift >> 18 & 31, (uint16_t)bus->shift);
        bus->bit = 0;
        bus->frames++;
        bus->drives = false;
    }
}

bool mdio_bus_pins(struct mdio_bus *bus, bool mdc, bool station_drives, bool station_level)
{
    bool wire =
        !bus->stuck_low && (!station_drives || station_level) && (!bus->drives || bus->level);
    if (mdc && !bus->mdc) {
        bool was_reading = bus->bit >= 14 && bus->reading;
        uint32_t data = bus->shift;
        rising(bus, wire);
        /* 22.3.4: what a PHY sends changes after the rise, before the next one. The second turnaround bit is a 0. */
        if (was_reading) {
            bus->shift = data;
            if (bus->selected && bus->bit >= 15 && bus->bit <= 31) {
                bus->drives = true;
                bus->level = bus->bit > 15 && data >> (31 - bus->bit) & 1;
            }
        }
    }
    bus->mdc = mdc;
    return !bus->stuck_low && (!station_drives || station_level) && (!bus->drives || bus->level);
}
