/* SPDX-License-Identifier: Apache-2.0 */
/* selftest --fault, see selftest_fault.h. */
#include "selftest_fault.h"

#include "board_model.h"

#include <string.h>

static bool take_plug(const char *name, enum wire_fault *kind)
{
    static const char *const names[] = {"",        "fcs",       "data",  "lost",
                                        "doubled", "reordered", "short", "long"};
    for (unsigned i = 1; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) {
            *kind = (enum wire_fault)i;
            return true;
        }
    return false;
}

/* rxd1=rxd2, rxd0=0, txd3=1; two pins on RMII, four on RGMII. */
static bool take_lane(const char *name, struct board_wiring *w)
{
    struct board_lane *lane = !strncmp(name, "rxd", 3)   ? &w->rxd
                              : !strncmp(name, "txd", 3) ? &w->txd
                                                         : NULL;
    unsigned pin = lane ? (unsigned)name[3] - '0' : 9;
    if (pin > 3 || name[4] != '=')
        return false;
    const char *to = name + 5;
    if (!strcmp(to, "0"))
        lane->low = (uint8_t)(1u << pin);
    else if (!strcmp(to, "1"))
        lane->high = (uint8_t)(1u << pin);
    else if (!strncmp(to, name, 3) && to[3] >= '0' && to[3] <= '3' && !to[4])
        lane->swap[0] = (uint8_t)pin, lane->swap[1] = (uint8_t)(to[3] - '0');
    else
        return false;
    return true;
}

static bool take_wire(const char *name, struct board_wiring *w)
{
    static const struct {
        const char *name;
        size_t offset;
    } names[] = {
        {"mdio", offsetof(struct board_wiring, mdio_dead)},
        {"mdio-low", offsetof(struct board_wiring, mdio_low)},
        {"link", offsetof(struct board_wiring, no_cable)},
        {"rx-dv", offsetof(struct board_wiring, no_rx_dv)},
    };
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i].name)) {
            *(bool *)((char *)w + names[i].offset) = true;
            return true;
        }
    return take_lane(name, w);
}

int selftest_fault_take(const struct options *o, struct selftest_fault *fault)
{
    if (!o->fault)
        return 0;
    if (o->usb || !strcmp(o->device, "soft"))
        return complain(EXIT_USAGE, "--fault breaks core and the board models only");
    if (take_plug(o->fault, &fault->plug)) {
        if (!o->loopback)
            return 0;
        return complain(EXIT_USAGE, "--fault %s is one of the plug, which --loopback leaves out",
                        o->fault);
    }
    if (!take_wire(o->fault, &fault->wiring))
        return complain(EXIT_USAGE,
                        "--fault takes fcs, data, lost, doubled, reordered, short, long, mdio, "
                        "mdio-low, link, rx-dv or, as examples, rxd1=rxd2, txd0=0, rxd3=1, not %s",
                        o->fault);
    if (!board_model_known(o->device))
        return complain(EXIT_USAGE, "--fault %s needs a board model: %s has no such wires",
                        o->fault, o->device);
    return 0;
}

struct wire_port *selftest_fault_plug(const struct selftest_fault *fault)
{
    return fault->plug ? wire_fault_create(fault->plug) : wire_loopback_create();
}
