// SPDX-License-Identifier: Apache-2.0
// nic_time against a model in whole numbers: every clock, whatever is skipped, set, stepped and adjusted.
#include "nic_tb.h"
#ifndef TX_MHZ
#define TX_MHZ 125
#endif

enum { PERIOD = 1000 / TX_MHZ, TICK = TX_MHZ == 125 ? 64 : 32 };
// Ticks of 1 ppb in a nanosecond.
#define MODULO (1000000000ll / PERIOD / TICK)

struct model {
    struct tb tb;
    struct tb_random random;
    uint64_t periods;       // since reset
    __int128 adjusted;      // 1/MODULO ns, of all ticks
    uint64_t base;          // time without adjustment
    int64_t ppb;
    unsigned since_skip;    // clocks
};

static uint64_t model_time(const struct model *m)
{
    __int128 whole = m->adjusted / MODULO;
    if (whole * MODULO > m->adjusted)
        whole--;
    return m->base + (uint64_t)(int64_t)whole;
}

static void model_open(struct model *m, uint64_t stream)
{
    tb_open(&m->tb, "nic_time");
    m->random = tb_random_start(stream);
    Vtop *top = m->tb.top;
    top->rst_i = 1;
    top->skip_i = 0;
    top->set_i = top->step_i = 0;
    top->ppb_i = 0;
    for (int i = 0; i < 4; i++)
        tb_cycle(&m->tb, &top->clk_i);
    // One clock without reset, which does not count yet.
    top->rst_i = 0;
    tb_cycle(&m->tb, &top->clk_i);
    m->periods = 1;
}

// 1 + skip periods at once.
static void model_cycle(struct model *m, uint32_t skip)
{
    Vtop *top = m->tb.top;
    top->skip_i = skip;
    top->ppb_i = (uint32_t)m->ppb & 0x1fffff;
    tb_cycle(&m->tb, &top->clk_i);
    uint64_t ticks = (m->periods % TICK + 1 + skip) / TICK;
    m->since_skip = skip ? 0 : m->since_skip + 1;
    m->periods += 1ull + skip;
    m->base += (1ull + skip) * PERIOD;
    m->adjusted += (__int128)ticks * m->ppb;
}

// A tick works its way through within 6 clocks, what was on its way before a skip within 3; apart from that the time is
// exact.
static void model_check(struct model *m)
{
    int64_t off = (int64_t)(m->tb.top->time_o - model_time(m));
    int64_t allowed = (m->periods % TICK < 6) + (m->since_skip < 3);
    ck_assert_msg(off >= -allowed && off <= allowed, "off by %lld ns %llu periods after reset", (long long)off,
                  (unsigned long long)m->periods);
}

static void model_settle(struct model *m)
{
    do
        model_cycle(m, 0);
    while (m->periods % TICK < 8 || m->periods % TICK > TICK - 8);
}

START_TEST(counts_without_adjustment)
{
    struct model m = {};
    model_open(&m, 1);
    for (int i = 0; i < 100000; i++) {
        model_cycle(&m, 0);
        ck_assert_uint_eq(m.tb.top->time_o, (i + 1ull) * PERIOD);
    }
    tb_close(&m.tb);
}
END_TEST

START_TEST(follows_every_adjustment)
{
    struct model m = {};
    model_open(&m, 2);
    for (int round = 0; round < 300; round++) {
        static const int64_t edges[] = {0, 1, -1, 1000000, -1000000, 1048575, -1048576};
        m.ppb = round < 7 ? edges[round] : (int64_t)tb_below(&m.random, 2097152) - 1048576;
        for (unsigned i = 500 + tb_below(&m.random, 2000); i; i--) {
            uint32_t skip = !tb_chance(&m.random, 3) ? 0 : tb_chance(&m.random, 50) ? tb_below(&m.random, 200) : (uint32_t)tb_random(&m.random);
            model_cycle(&m, skip);
            model_check(&m);
        }
        model_settle(&m);
        model_check(&m);
    }
    tb_close(&m.tb);
}
END_TEST

START_TEST(resolves_one_part_per_billion)
{
    struct model m = {};
    model_open(&m, 3);
    for (int64_t ppb = -1; ppb <= 1; ppb += 2) {
        m.ppb = ppb;
        uint64_t from = m.tb.top->time_o, periods = m.periods;
        while (m.periods - periods < 1000000000000ull / PERIOD) // a thousand seconds
            model_cycle(&m, (uint32_t)tb_random(&m.random) >> 1);
        model_settle(&m);
        int64_t drift = (int64_t)(m.tb.top->time_o - from - (m.periods - periods) * PERIOD);
        int64_t want = (int64_t)((m.periods - periods) * PERIOD / 1000000000) * ppb;
        ck_assert_int_le(llabs(drift - want), 1);
    }
    tb_close(&m.tb);
}
END_TEST

START_TEST(is_set_and_stepped)
{
    struct model m = {};
    model_open(&m, 4);
    Vtop *top = m.tb.top;
    for (int round = 0; round < 2000; round++) {
        m.ppb = tb_chance(&m.random, 50) ? 0 : (int64_t)tb_below(&m.random, 2097152) - 1048576;
        for (unsigned i = tb_below(&m.random, 200); i; i--)
            model_cycle(&m, 0);
        uint64_t value = tb_random(&m.random) >> tb_below(&m.random, 64), before = top->time_o;
        bool set = tb_chance(&m.random, 50);
        if (!set && tb_chance(&m.random, 50))
            value = -value;
        (set ? top->set_i : top->step_i) = 1;
        top->value_i = value;
        model_cycle(&m, 0);
        top->set_i = top->step_i = 0;
        for (int i = 0; i < 2; i++) {
            // What is between the old and the new time is never seen.
            model_cycle(&m, 0);
            uint64_t now = top->time_o;
            bool old = now - before <= 4 * PERIOD, is_new = now - (set ? value : before + value) <= 4 * PERIOD;
            ck_assert_msg(old || is_new, "time %llx in a change from %llx", (unsigned long long)now, (unsigned long long)before);
        }
        if (!set)
            m.base += value;
        for (int i = 0; i < 6; i++)
            model_cycle(&m, 0);
        if (set) {
            // Set takes effect two clocks after its pulse; from there the model follows.
            uint64_t now = top->time_o;
            ck_assert_uint_le(now - value, 8 * PERIOD + 2);
            ck_assert_uint_ge(now - value, 5 * PERIOD);
            model_settle(&m);
            m.base += top->time_o - model_time(&m);
        }
        model_settle(&m);
        model_check(&m);
    }
    tb_close(&m.tb);
}
END_TEST

TB_MAIN("nic_time", counts_without_adjustment, follows_every_adjustment, resolves_one_part_per_billion, is_set_and_stepped)
