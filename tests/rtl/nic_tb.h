// SPDX-License-Identifier: Apache-2.0
// What every RTL bench needs: free-running clocks in picoseconds, a seeded random source, a Check main. Header only.
// The model is always the class Vtop. One step of a bench (all clocks, any ratio):
//
//     while (...) {
//         tb_next(clocks, COUNT);           // finds the next edge; clocks[i].rise says who rises
//         ... look at the outputs: inputs and outputs are settled, as a flip-flop sees them at the edge
//         tb_step(&tb, clocks, COUNT);      // toggles the pins, evaluates
//         ... drive new inputs for the domains whose clock rose
//         tb_eval(&tb);                     // settles them (once is enough for all domains)
//     }
#ifndef NIC_TB_H
#define NIC_TB_H

#include "Vtop.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_vcd_c.h"
#endif
#if VM_COVERAGE
#include "verilated_cov.h"
#include <unistd.h>
#endif
#include <check.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// ---- random numbers ----------------------------------------------------------------------------------------------

// The seed of this run: SEED from the environment, else 1.
static inline uint64_t tb_seed(void)
{
    const char *text = getenv("SEED");
    return text && *text ? strtoull(text, nullptr, 0) : 1;
}

// State of a splitmix64 generator; start it with tb_random_start and a number of the test's own.
struct tb_random {
    uint64_t state;
};

static inline uint64_t tb_random(struct tb_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static inline struct tb_random tb_random_start(uint64_t stream)
{
    struct tb_random random = {tb_seed() ^ (stream * 0xd1342543de82ef95u)};
    tb_random(&random);
    return random;
}

// 0 .. below-1.
static inline uint32_t tb_below(struct tb_random *random, uint32_t below)
{
    return (uint32_t)((tb_random(random) >> 32) * below >> 32);
}

// True percent of the time.
static inline bool tb_chance(struct tb_random *random, uint32_t percent)
{
    return tb_below(random, 100) < percent;
}

// ---- the model ---------------------------------------------------------------------------------------------------

// One model under test. With TRACE=1 it writes build/rtl-trace/<test name>.vcd.
struct tb {
    VerilatedContext *context;
    Vtop *top;
    uint64_t now_ps;
#if VM_TRACE
    VerilatedVcdC *trace;
#endif
};

static inline void tb_open(struct tb *tb, const char *name)
{
    tb->context = new VerilatedContext;
    tb->context->randReset(2);
    tb->context->randSeed((int)(tb_seed() & 0x7fffffff) | 1);
    tb->now_ps = 0;
#if VM_TRACE
    tb->context->traceEverOn(true);
#endif
    tb->top = new Vtop(tb->context, "top");
#if VM_TRACE
    tb->trace = new VerilatedVcdC;
    tb->top->trace(tb->trace, 99);
    tb->trace->open((std::string("build/rtl-trace/") + name + ".vcd").c_str());
#else
    (void)name;
#endif
}

static inline void tb_eval(struct tb *tb)
{
    tb->top->eval();
#if VM_TRACE
    tb->trace->dump(tb->now_ps);
#endif
}

static inline void tb_close(struct tb *tb)
{
    tb->top->final();
#if VM_TRACE
    tb->trace->close();
    delete tb->trace;
#endif
#if VM_COVERAGE
    tb->context->coveragep()->write(("build/rtl-cover/data/" + std::to_string(getpid()) + ".dat").c_str());
#endif
    delete tb->top;
    delete tb->context;
}

// ---- clocks ------------------------------------------------------------------------------------------------------

// A free-running clock on a pin of the model. half_ps may be changed between steps to let it drift.
struct tb_clock {
    CData *pin;
    uint64_t half_ps;
    uint64_t next_ps; // time of its next edge; start value is its phase
    bool due;         // toggles in the coming step
    bool rise;        // and upwards
};

// Half a period of a frequency given in kHz.
static inline uint64_t tb_half_ps(uint64_t khz)
{
    return 500000000u / khz;
}

static inline struct tb_clock tb_clock_start(CData *pin, uint64_t khz, uint64_t phase_ps)
{
    *pin = 0;
    return tb_clock{pin, tb_half_ps(khz), phase_ps + 1, false, false};
}

// Finds the next edge of any clock; clocks that have one at that time are due together.
static inline void tb_next(struct tb_clock *clocks, unsigned count)
{
    uint64_t soonest = UINT64_MAX;
    for (unsigned i = 0; i < count; i++)
        soonest = clocks[i].next_ps < soonest ? clocks[i].next_ps : soonest;
    for (unsigned i = 0; i < count; i++) {
        clocks[i].due = clocks[i].next_ps == soonest;
        clocks[i].rise = clocks[i].due && !*clocks[i].pin;
    }
}

// Goes to the edges that tb_next found and evaluates the model.
static inline void tb_step(struct tb *tb, struct tb_clock *clocks, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!clocks[i].due)
            continue;
        tb->now_ps = clocks[i].next_ps;
        *clocks[i].pin = !*clocks[i].pin;
        clocks[i].next_ps += clocks[i].half_ps;
    }
    tb_eval(tb);
}

// Runs all clocks for a time with the inputs as they are, for resets.
static inline void tb_run_ps(struct tb *tb, struct tb_clock *clocks, unsigned count, uint64_t ps)
{
    uint64_t end_ps = tb->now_ps + ps;
    tb_eval(tb);
    while (tb->now_ps < end_ps) {
        tb_next(clocks, count);
        tb_step(tb, clocks, count);
    }
}

// One whole cycle of a model with one clock: rising edge, then low again. Set the inputs before.
static inline void tb_cycle(struct tb *tb, CData *clock)
{
    // Pins start at random.
    *clock = 0;
    tb_eval(tb);
    *clock = 1;
    tb->now_ps += 4000;
    tb_eval(tb);
    *clock = 0;
    tb->now_ps += 4000;
    tb_eval(tb);
}

// ---- checks ------------------------------------------------------------------------------------------------------

// For inner loops: ck_assert writes to a pipe each time it holds, this only when it fails.
#define tb_check(condition)                                                                                            \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            ck_abort_msg("%s", #condition);                                                                            \
    } while (0)

// The same for equal numbers, which it prints.
#define tb_check_eq(left, right)                                                                                       \
    do {                                                                                                               \
        uint64_t tb_left = (left), tb_right = (right);                                                                 \
        if (tb_left != tb_right)                                                                                       \
            ck_abort_msg("%s == %s, but %llu and %llu", #left, #right, (unsigned long long)tb_left,                    \
                         (unsigned long long)tb_right);                                                                \
    } while (0)

// ---- Check main --------------------------------------------------------------------------------------------------

// Runs one suite, prints Check's summary and on failure the seed; the result is the exit code.
static inline int tb_main(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (failed)
        fprintf(stderr, "failed with SEED=%llu\n", (unsigned long long)tb_seed());
    return failed ? 1 : 0;
}

// A suite with one case of these tests (each START_TEST), a minute of time for each.
#define TB_MAIN(name, ...)                                                                                             \
    int main(void)                                                                                                     \
    {                                                                                                                  \
        Suite *suite = suite_create(name);                                                                             \
        TCase *tcase = tcase_create(name);                                                                             \
        tcase_set_timeout(tcase, 60);                                                                                  \
        for (const TTest *test : {__VA_ARGS__})                                                                        \
            tcase_add_test(tcase, test);                                                                               \
        suite_add_tcase(suite, tcase);                                                                                 \
        return tb_main(suite);                                                                                         \
    }

#endif
