// SPDX-License-Identifier: Apache-2.0
// For the benches of the crossings in rtl/lib: the clock pairs that each of them is run with.
#ifndef NIC_LIB_TB_H
#define NIC_LIB_TB_H

#include "nic_tb.h"

enum { SRC, DST, CLOCKS };

// Frequencies in kHz; drift changes each half period by up to one part in 16, anew at every edge.
struct clock_pair {
    uint64_t src_khz, dst_khz, phase_ps;
    bool drift;
};

static const struct clock_pair clock_pairs[] = {
    {100000, 100000, 0, false},   {100000, 100000, 2500, false}, {100000, 100000, 5000, false},
    {125000, 60000, 0, false},    {60000, 125000, 100, false},   {2500, 60000, 0, false},
    {60000, 2500, 1, false},      {125000, 124990, 0, false},    {125000, 125000, 0, true},
    {125000, 60000, 0, true},     {25000, 48000, 0, true},
};
enum { CLOCK_PAIRS = sizeof clock_pairs / sizeof clock_pairs[0] };

static inline void clocks_start(struct tb_clock *clocks, const struct clock_pair *pair, CData *src, CData *dst)
{
    clocks[SRC] = tb_clock_start(src, pair->src_khz, 0);
    clocks[DST] = tb_clock_start(dst, pair->dst_khz, pair->phase_ps);
}

// Finds the next edge, with drift if the pair has it.
static inline void clocks_next(struct tb_clock *clocks, const struct clock_pair *pair, struct tb_random *random)
{
    if (pair->drift) {
        uint64_t src = tb_half_ps(pair->src_khz), dst = tb_half_ps(pair->dst_khz);
        clocks[SRC].half_ps = src - src / 16 + tb_below(random, (uint32_t)(src / 8));
        clocks[DST].half_ps = dst - dst / 16 + tb_below(random, (uint32_t)(dst / 8));
    }
    tb_next(clocks, CLOCKS);
}

// Long enough for the resets to overlap as the contract asks.
static inline uint64_t overlap_ps(const struct clock_pair *pair)
{
    uint64_t slow = pair->src_khz < pair->dst_khz ? pair->src_khz : pair->dst_khz;
    return 8 * tb_half_ps(slow) + pair->phase_ps;
}

#endif
