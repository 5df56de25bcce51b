/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The wires between FPGA and Ethernet PHY of a board model, which a test may break: data pins swapped and stuck, no data valid, a dead
 * MDIO, no cable. All zero: everything as it should be. C and C++.
 */
#ifndef BOARD_WIRING_H
#define BOARD_WIRING_H

#include <stdbool.h>
#include <stdint.h>

/* One direction. */
struct board_lane {
    uint8_t swap[2];   /* two pins that are the other one; equal: none */
    uint8_t low, high; /* pins that are stuck, a bit each */
};

struct board_wiring {
    struct board_lane rxd, txd;
    bool no_rx_dv;            /* RX_CTL or CRS_DV is stuck low */
    bool mdio_dead, mdio_low; /* nobody answers; the wire is short to ground */
    bool no_cable;
};

/* What arrives of the data pins of one edge. */
static inline uint8_t board_lane(const struct board_lane *l, uint8_t pins)
{
    unsigned differ = (pins >> l->swap[0] ^ pins >> l->swap[1]) & 1; /* 0 if they are the same */
    pins ^= (uint8_t)(differ << l->swap[0] | differ << l->swap[1]);
    return (uint8_t)((pins & ~l->low) | l->high);
}

/* The same of two edges, the first one in the low nibble. */
static inline uint8_t board_lane_both(const struct board_lane *l, uint8_t octet)
{
    if (!(l->swap[0] | l->swap[1] | l->low | l->high))
        return octet; /* whole, as nearly always */
    return (uint8_t)(board_lane(l, octet & 15) | board_lane(l, octet >> 4) << 4);
}

#endif
