/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds the PHY, lets it negotiate and follows its link into the registers LINK and PAUSE. One call of phy_poll does a
 * bounded number of accesses. No processor and no C library needed: the same source runs natively in the unit tests.
 */
#ifndef FIRMWARE_PHY_H
#define FIRMWARE_PHY_H

#include "nic_regs.h"

#include <stdbool.h>
#include <stdint.h>

enum phy_kind {
    PHY_UNKNOWN = NIC_PHY_KIND_UNKNOWN,
    PHY_KSZ9031 = NIC_PHY_KIND_KSZ9031,
    PHY_LAN8720A = NIC_PHY_KIND_LAN8720A,
    PHY_B50612D = NIC_PHY_KIND_B50612D,
};

enum phy_state {
    PHY_SEARCH = NIC_PHY_STATE_SEARCH, /* no PHY found yet; every poll looks again */
    PHY_FAILED = NIC_PHY_STATE_FAILED, /* it was there and answers no more; LINK is down, every poll
                                          looks again */
    PHY_BUS_FAILED =
        NIC_PHY_STATE_BUS_FAILED, /* the bus is stuck low, or the controller never finishes */
    PHY_RESETTING = NIC_PHY_STATE_RESETTING,
    PHY_DOWN = NIC_PHY_STATE_DOWN,
    PHY_UP = NIC_PHY_STATE_UP,
};

struct phy {
    enum phy_state state;
    enum phy_kind kind;
    uint8_t address;
    bool gigabit;     /* it has extended status and can do 1000BASE-T */
    bool mac_gigabit; /* set by phy_start: what the board's MAC interface can carry */
    uint16_t id[2];   /* registers 2 and 3 */
    uint16_t resets;  /* polls since its reset was written */
    uint16_t changes; /* of the link, wraps */
};

/* Forgets everything; LINK becomes down. mac_gigabit: false for RMII. */
void phy_start(struct phy *phy, bool mac_gigabit);

/* Call it every 2 to 100 ms. */
void phy_poll(struct phy *phy);

#endif
