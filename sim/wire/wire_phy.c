/* SPDX-License-Identifier: Apache-2.0 */
/* See wire_phy.h. */
#include "wire_phy.h"

#define LONG_AGO (UINT32_MAX / 4) /* a gap that nobody waits for */

static void quiet(struct wire_phy *p, uint32_t divisor, bool nibbles)
{
    p->divisor = divisor;
    p->tx_divide = p->rx_divide = 0;
    p->monitor.nibbles = p->driver.nibbles = nibbles;
    p->monitor.state = GMII_IDLE;
    p->monitor.gap = p->driver.idle = LONG_AGO;
}

void wire_phy_init(struct wire_phy *p, struct wire_port *wire, bool nibbles)
{
    p->wire = wire;
    quiet(p, 1, nibbles);
}

void wire_phy_speed(struct wire_phy *p, uint32_t divisor, bool nibbles, uint64_t now_ps)
{
    if (divisor == p->divisor)
        return;
    quiet(p, divisor, nibbles);
    if (p->driver.active) {
        p->driver.active = false;
        p->ask_ps = now_ps;
    }
}

void wire_phy_transmitted(struct wire_phy *p, uint64_t now_ps)
{
    struct wire_frame frame;
    if (!p->wire)
        return;
    gmii_monitor_frame(&p->monitor, &frame);
    if (p->wire->ops->transmitted)
        p->wire->ops->transmitted(p->wire, &frame);
    p->ask_ps = now_ps;
}

void wire_phy_ask(struct wire_phy *p, uint64_t now_ps)
{
    struct wire_frame frame;
    uint64_t retry_ns = UINT64_MAX;
    if (!p->wire || !p->wire->ops->next) {
        p->ask_ps = UINT64_MAX;
        return;
    }
    p->wire->changed = false;
    if (p->wire->ops->next(p->wire, now_ps / 1000, &frame, &retry_ns)) {
        gmii_driver_load(&p->driver, &frame);
        return; /* asked again when this one is out */
    }
    p->ask_ps = retry_ns > UINT64_MAX / 1000 ? UINT64_MAX : retry_ns * 1000;
}
