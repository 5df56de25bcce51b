/* SPDX-License-Identifier: Apache-2.0 */
/* What the Verilated halves that are whole tops share beyond board_pins.h. BOARD_TOP, the class that Verilator wrote, and BOARD_PINS, what
 * this half is called, are the makefile's. */
#ifndef BOARD_TOP_PINS_H
#define BOARD_TOP_PINS_H

#include "board_pins.h"
extern "C" {
#include "board_top.h"
}

namespace
{

// Power-up, in clocks of sys. The tops are in reset for 2**6 or 2**7 clocks behind the lock of their PLLs, nic_core for 256 more.
enum { START_CLOCKS = 616, LOCKED_CLOCKS = 600 };

struct Board : Pins<BOARD_TOP> {
    unsigned start_clocks = START_CLOCKS; // that are left
    bool phy_reset = false; // the USB transceiver's, in a start-up that nobody looked at

    // RGMII. TXC and RXC come behind the data that change with them; no model of a pin has such a delay: an edge takes what changes with it.
    bool txc = false;
    uint8_t txc_rise = 0; // {ctl, data} at the rise of TXC
    uint64_t txc_rise_ps = 0, txc_before_ps = 0;
    uint8_t rx_fall = 0; // to be shown at the fall of RXC
};

// The PLLs lock, and once the last domain is out of reset assertions hold. True: a pin has changed.
bool power_up(Board *p)
{
    if (!p->start_clocks)
        return false;
    if (--p->start_clocks == 0)
        p->context.assertOn(true);
    bool locked = p->start_clocks < LOCKED_CLOCKS, changed = p->top->locked_i != locked;
    p->top->locked_i = locked;
    return changed;
}

// A netlist has the board's own start-up, of 2**NETLIST clocks: all but the last few, while no host or PHY looks at its pins. `clocks` sets
// all clocks.
template <typename Clocks> void start_up(Board *p, Clocks clocks)
{
#ifdef NETLIST
    for (unsigned i = 0; i < 1 << NETLIST; i++) {
        p->top->locked_i = i >= START_CLOCKS - LOCKED_CLOCKS;
        clocks(1);
        p->top->eval();
        clocks(0);
        p->top->eval();
    }
    p->start_clocks = 0;
    p->phy_reset = true;
#else
    (void)p, (void)clocks;
#endif
}

// Once a clock of sys: the PHY on MDIO, and the speed that it has then.
void mdio(board_model *m, BOARD_TOP &t)
{
    unsigned speed = mdio_phy_speed(&m->mdio.phys[0]);
    t.mdio_i = mdio_bus_pins(&m->mdio, t.mdc_o, t.mdio_driven_o, t.mdio_o);
    t.mdio_drive_i = !t.mdio_driven_o;
    m->near_end = mdio_phy_loops(&m->mdio.phys[0]);
    if (speed != m->speed)
        board_phy_speed(m, speed);
}

} // namespace

#endif
