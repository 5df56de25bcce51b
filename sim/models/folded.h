/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folded falling edges: a clock's resting level is high, and to let it rise again Verilator is told that it was low, instead of an
 * evaluation of the fall. FOLDED_CLOCK(clk_i) defines rearm_clk_i(root): false where this version of Verilator does not keep what a
 * clock was under a name known here; then clocks must fall and rise.
 */
#ifndef FOLDED_H
#define FOLDED_H

#include <verilated.h>
#include <verilated_config.h>

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

/*
 * EVALUATED(top) defines evaluate(top, settle): eval() after clocks have risen, without what it does in vain. Verilator 5.006 looks
 * three times for risen clocks, and works out what hangs on the inputs even if none has changed; settle says whether one has since the last
 * evaluation. Other versions do it in their own way. In the global namespace.
 */
#if VERILATOR_VERSION_INTEGER == 5006000
#define EVALUATED(top)                                                                             \
    void top##___024root___eval_ico(top##___024root *);                                            \
    void top##___024root___eval_triggers__act(top##___024root *);                                  \
    void top##___024root___eval_nba(top##___024root *);                                            \
    static inline void evaluate(top &t, bool settle)                                               \
    {                                                                                              \
        top##___024root &r = *t.rootp;                                                             \
        r.__VicoTriggered.at(0) = true;                                                            \
        if (settle)                                                                                \
            top##___024root___eval_ico(&r);                                                        \
        /* Again for the asynchronous resets, which an edge may lead to. */                        \
        for (top##___024root___eval_triggers__act(&r); r.__VactTriggered.any();                    \
             top##___024root___eval_triggers__act(&r)) {                                           \
            r.__VnbaTriggered = r.__VactTriggered;                                                 \
            top##___024root___eval_nba(&r);                                                        \
        }                                                                                          \
    }
#else
#define EVALUATED(top)                                                                             \
    static inline void evaluate(top &t, bool)                                                      \
    {                                                                                              \
        t.eval();                                                                                  \
    }
#endif

#endif
