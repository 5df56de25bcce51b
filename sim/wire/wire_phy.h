/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Ethernet PHY between a Verilated MAC and a wire port: GMII monitor and driver, the clock enables of the slower
 * speeds, and when to ask the wire for its next frame. A model steps it once per clock of its Ethernet side; the parts
 * that run once per clock are inline. C and C++.
 */
#ifndef WIRE_PHY_H
#define WIRE_PHY_H

#include "gmii.h"

#ifdef __cplusplus
extern "C" {
#endif

struct wire_phy {
    struct wire_port *wire; /* NULL: not connected */
    struct gmii_monitor monitor;
    struct gmii_driver driver;
    uint64_t ask_ps;               /* ask the wire for a frame from then on */
    uint32_t divisor;              /* clocks per octet, nibble or pair of bits */
    uint32_t tx_divide, rx_divide; /* clocks until the next of them */
    uint64_t tx_enable_ps;         /* edge at which the MAC last moved */
};

/* `nibbles`: even at divisor 1, as on RMII. */
void wire_phy_init(struct wire_phy *, struct wire_port *, bool nibbles);

/* Another speed: a frame that is being received is cut off. Nothing happens when it is the present one. */
void wire_phy_speed(struct wire_phy *, uint32_t divisor, bool nibbles, uint64_t now_ps);

/* The monitor saw the end of a frame: it goes to the wire. */
void wire_phy_transmitted(struct wire_phy *, uint64_t now_ps);

/* Asks the wire for a frame. */
void wire_phy_ask(struct wire_phy *, uint64_t now_ps);

/* The wire has something new to say since it was last asked. */
static inline void wire_phy_look(struct wire_phy *p, uint64_t now_ps)
{
    if (p->wire && p->wire->changed)
        p->ask_ps = now_ps;
}

/* The receive side may begin a frame, if it has none. */
static inline void wire_phy_begin(struct wire_phy *p, uint64_t now_ps)
{
    struct gmii_driver *d = &p->driver;
    if (d->active)
        return;
    if (!d->waiting && now_ps >= p->ask_ps)
        wire_phy_ask(p, now_ps);
    if (d->waiting && gmii_driver_rested(d) && now_ps >= d->start_ns * 1000) {
        d->active = true;
        d->waiting = false;
    }
}

#ifdef __cplusplus
}
#endif
#endif
