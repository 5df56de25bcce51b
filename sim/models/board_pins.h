/* SPDX-License-Identifier: Apache-2.0 */
/* What the Verilated halves of the board model share: life of a top, and its assertions. Once per program and kind. */
#ifndef BOARD_PINS_H
#define BOARD_PINS_H

#include "board_internal.h"
#include "folded.h"
extern "C" {
#include "nic_platform.h"
}

#include <cerrno>
#include <cstdio>
#include <memory>
#include <new>
#include <verilated.h>

// The Verilator runtime, and what it calls when an assertion failed, are core_pins.cpp's.
extern "C" void (*core_other_stop)(const char *file, int line);

namespace
{

template <class T> struct Pins {
    using Top = T;
    VerilatedContext context;
    std::unique_ptr<Top> top;
};

board_model *asserting; // the model that is being evaluated, for failed assertions
VerilatedContext *asserting_context;

void assertion_failed(const char *file, int line)
{
    if (!asserting)
        return;
    asserting_context->assertOn(false); // one is enough
    if (!asserting->assertions++)
        fprintf(stderr, "%s:%d: assertion of the device failed at %llu ps, seed %llu\n", file, line,
                (unsigned long long)asserting->now_ps, (unsigned long long)asserting->seed);
}

template <class P> P *pins_of(board_model *m)
{
    P *p = static_cast<P *>(m->pins);
    asserting = m;
    asserting_context = &p->context;
    core_other_stop = assertion_failed;
    return p;
}

template <class P> P *pins_create(board_model *m, const char *name)
{
    P *p = new (std::nothrow) P;
    if (!p) {
        errno = ENOMEM;
        return nullptr;
    }
    p->context.randReset(2);
    p->context.randSeed((int)(m->seed & 0x7fffffff) + 1);
    p->context.fatalOnVpiError(false);
    p->context.assertOn(
        false); // until the resets have been clocked in: registers start with anything
    p->top.reset(new typename P::Top(&p->context, name));
    m->pins = p;
    pins_of<P>(m);
    return p;
}

template <class P> void pins_destroy(board_model *m)
{
    if (asserting == m)
        asserting = nullptr;
    delete static_cast<P *>(m->pins);
}

// The device reset, in clocks of sys. True: the pin has changed.
template <class Top> bool pins_reset(board_model *m, Pins<Top> *p)
{
    if (!m->reset_clocks)
        return false;
    p->top->rst_i = --m->reset_clocks != 0;
    if (!p->top->rst_i)
        p->context.assertOn(true);
    return true;
}

// Once a clock of sys: the PHY on MDIO.
template <class Top> void pins_mdio(board_model *m, Top &t)
{
    t.mdio_i = mdio_bus_pins(&m->mdio, t.mdc_o, t.mdio_oe_o, t.mdio_o);
    m->near_end = mdio_phy_loops(&m->mdio.phys[0]);
}

} // namespace

#endif
