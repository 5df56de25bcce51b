/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folded falling edges: a clock's resting level is high, and to let it rise again Verilator is told that it was low, instead of an
 * evaluation of the fall. FOLDED_CLOCK(clk_i) defines rearm_clk_i(root): false where this version of Verilator does not keep what a
 * clock was under a name known here; then clocks must fall and rise.
 */
#ifndef FOLDED_H
#define FOLDED_H

/* Verilator keeps the previous value of each clock in a member whose name depends on its version. */
#define FOLDED_CLOCK(clock)                                                                        \
    template <class R>                                                                             \
    auto rearm_from_##clock(R &r, int)->decltype((void)r.__Vtrigrprev__TOP__##clock, true)         \
    {                                                                                              \
        r.__Vtrigrprev__TOP__##clock = 0;                                                          \
        return true;                                                                               \
    }                                                                                              \
    template <class R>                                                                             \
    auto rearm_from_##clock(R &r, int)->decltype((void)r.__Vtrigprevexpr___TOP__##clock##__0,      \
                                                 true)                                             \
    {                                                                                              \
        r.__Vtrigprevexpr___TOP__##clock##__0 = 0;                                                 \
        return true;                                                                               \
    }                                                                                              \
    template <class R> bool rearm_from_##clock(R &, long)                                          \
    {                                                                                              \
        return false;                                                                              \
    }                                                                                              \
    template <class R> bool rearm_##clock(R &r)                                                    \
    {                                                                                              \
        return rearm_from_##clock(r, 0);                                                           \
    }

#endif
