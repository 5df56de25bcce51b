/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ethernet PHYs on one MDIO bus, IEEE 802.3 clause 22, at register and at pin level: identities, reset, auto-negotiation
 * with a link partner that the test sets, latched link status, MMD window of the KSZ9031, shadow registers of the B50612D. Not the medium, no timing
 * below an MDC edge.
 */
#ifndef MDIO_PHY_H
#define MDIO_PHY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum mdio_phy_kind { MDIO_PHY_KSZ9031, MDIO_PHY_LAN8720A, MDIO_PHY_B50612D, MDIO_PHY_GENERIC };

struct mdio_phy {
    enum mdio_phy_kind kind;
    unsigned address;
    bool dead;                  /* does not answer */
    bool cable;                 /* a partner is at the other end */
    uint16_t partner_4;         /* what it advertises: register 5 of this PHY */
    uint16_t partner_10;        /* and register 10 */
    unsigned mode;              /* of a LAN8720A's straps: 7 all, 6 power-down */
    unsigned negotiation_reads; /* accesses that a negotiation lasts */

    /* Private. */
    uint16_t registers[32];
    uint16_t mmd[32][32], mmd_device, mmd_register;
    unsigned mode_now; /* the last reset's */
    uint16_t auxiliary[8], shadow[32];
    unsigned auxiliary_at, shadow_at;
    unsigned remaining;
    bool link_dropped;
};

struct mdio_bus {
    struct mdio_phy phys[4];
    unsigned count;
    bool stuck_low; /* the wire is short to ground */

    /* Private: the receiver of frames. */
    bool mdc;
    unsigned ones, bit;
    uint32_t shift;
    struct mdio_phy *selected;
    bool reading, drives, level;
    unsigned frames, short_preambles;
};

/* Adds a PHY after hardware reset, with a partner that can do all it can do itself, or without a cable. */
struct mdio_phy *mdio_bus_add(struct mdio_bus *bus, enum mdio_phy_kind kind, unsigned address,
                              bool cable);

/* Plugs or unplugs the cable. */
void mdio_phy_cable(struct mdio_phy *phy, bool plugged);

/* The code of the speed (0, 1, 2: 10, 100, 1000 Mb/s) that the two ends have at best in common, or the PHY is set to. */
unsigned mdio_phy_speed(const struct mdio_phy *phy);

/* It is told to send back what it gets. */
bool mdio_phy_loops(const struct mdio_phy *phy);

/* One access as a frame would do it; a read that nobody answers is false and 0xffff. */
bool mdio_bus_read(struct mdio_bus *bus, unsigned address, unsigned reg, uint16_t *value);
void mdio_bus_write(struct mdio_bus *bus, unsigned address, unsigned reg, uint16_t value);

/* Level of the wire, given what the station does; call it whenever a pin of the station has changed. */
bool mdio_bus_pins(struct mdio_bus *bus, bool mdc, bool station_drives, bool station_level);

#ifdef __cplusplus
}
#endif

#endif
