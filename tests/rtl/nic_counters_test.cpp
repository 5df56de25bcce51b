// SPDX-License-Identifier: Apache-2.0
// nic_counters: random records in both domains at their highest rates, snapshots all the time; each snapshot agrees
// with itself, never falls behind the one before or runs ahead of what was put, and the last one is exact.
#include "nic_tb.h"
#include "nic_regs.h"
#include <vector>

enum { COUNT = NIC_COUNTER_MAX + 1, CLOCKS = 2 };

static unsigned bin(unsigned octets)
{
    return octets <= 64 ? 0 : octets < 128 ? 1 : octets < 256 ? 2 : octets < 512 ? 3 : octets < 1024 ? 4 : octets < 1519 ? 5 : 6;
}

static void count_good(uint32_t *c, unsigned base, unsigned octets, bool broadcast, bool multicast)
{
    c[base]++;
    c[base + 1] += octets;
    c[base + 2] += broadcast;
    c[base + 3] += multicast;
    c[base + 4 + bin(octets)]++;
}

static unsigned random_octets(struct tb_random *random)
{
    static const unsigned edges[] = {64, 65, 127, 128, 255, 256, 511, 512, 1023, 1024, 1518, 1519, 1522, 9018, 16383};
    return tb_chance(random, 50) ? edges[tb_below(random, 15)] : 64 + tb_below(random, 1500);
}

struct bench {
    struct tb tb;
    struct tb_random random;
    struct tb_clock clocks[CLOCKS];
    uint32_t offered[COUNT]; // records that were put
    unsigned rx_wait, pause_wait, rx_spacing;
    bool stop;
};

static void put_rx(struct bench *b)
{
    Vtop *top = b->tb.top;
    top->rx_valid_i = 0;
    if (b->rx_wait) {
        b->rx_wait--;
        return;
    }
    if (b->stop)
        return;
    unsigned cause = tb_chance(&b->random, 30) ? 0 : tb_below(&b->random, NIC_RX_ERROR_MAX + 1), octets = random_octets(&b->random);
    unsigned kind = tb_below(&b->random, 3);
    top->rx_valid_i = 1;
    top->rx_cause_i = cause;
    top->rx_octets_i = octets;
    top->rx_broadcast_i = kind == 1;
    top->rx_multicast_i = kind == 2;
    if (cause == NIC_RX_ERROR_NONE)
        count_good(b->offered, NIC_COUNTER_RX_PACKETS, octets, kind == 1, kind == 2);
    else
        b->offered[NIC_COUNTER_RX_FCS_ERRORS + cause - NIC_RX_ERROR_FCS]++;
    b->rx_wait = b->rx_spacing - 1;
}

static void put_tx(struct bench *b, bool taken)
{
    Vtop *top = b->tb.top;
    top->tx_pause_sent_i = 0;
    if (b->pause_wait)
        b->pause_wait--;
    else if (!b->stop && tb_chance(&b->random, 20)) {
        top->tx_pause_sent_i = 1;
        b->offered[NIC_COUNTER_TX_PAUSE]++;
        b->pause_wait = 71;
    }
    if (taken)
        top->tx_valid_i = 0;
    if (top->tx_valid_i || b->stop || tb_chance(&b->random, 70))
        return;
    unsigned status = tb_chance(&b->random, 50) ? 0 : tb_below(&b->random, NIC_TX_STATUS_MAX + 1), octets = random_octets(&b->random);
    unsigned kind = tb_below(&b->random, 3);
    top->tx_valid_i = 1;
    top->tx_status_i = status;
    top->tx_octets_i = octets;
    top->tx_broadcast_i = kind == 1;
    top->tx_multicast_i = kind == 2;
    if (status == NIC_TX_STATUS_OK)
        count_good(b->offered, NIC_COUNTER_TX_PACKETS, octets, kind == 1, kind == 2);
    else
        b->offered[NIC_COUNTER_TX_TOO_LONG + status - NIC_TX_STATUS_TOO_LONG]++;
}

static void step(struct bench *b)
{
    Vtop *top = b->tb.top;
    tb_next(b->clocks, CLOCKS);
    bool tx = b->clocks[0].rise, rx = b->clocks[1].rise, taken = tx && top->tx_valid_i && top->tx_ready_o;
    tb_step(&b->tb, b->clocks, CLOCKS);
    if (tx) {
        put_tx(b, taken);
        top->snapshot_i = 0;
    }
    if (rx)
        put_rx(b);
    tb_eval(&b->tb);
}

static uint32_t read_counter(struct bench *b, unsigned index, bool now = false)
{
    Vtop *top = b->tb.top;
    top->read_valid_i = 1;
    top->read_index_i = index;
    top->read_now_i = now;
    tb_eval(&b->tb);
    for (unsigned i = 0; i < 2000; i++) {
        tb_next(b->clocks, CLOCKS);
        if (b->clocks[0].rise && top->read_ready_o) {
            step(b);
            uint32_t value = top->read_rdata_o;
            top->read_valid_i = 0;
            tb_eval(&b->tb);
            return value;
        }
        step(b);
    }
    ck_abort_msg("no answer");
    return 0;
}

START_TEST(counts_and_snapshots)
{
    static const unsigned rx_khz[] = {125000, 124900, 125100, 25000, 50000};
    for (unsigned round = 0; round < 5; round++) {
        struct bench b = {};
        tb_open(&b.tb, "nic_counters");
        b.random = tb_random_start(1 + round);
        Vtop *top = b.tb.top;
        b.clocks[0] = tb_clock_start(&top->clk_i, 125000, tb_below(&b.random, 4000));
        b.clocks[1] = tb_clock_start(&top->clk_rx_i, rx_khz[round], tb_below(&b.random, 4000));
        b.rx_spacing = round == 2 ? 9 : 8; // 8 clocks of the slower domain
        top->rst_i = top->rst_rx_i = 1;
        top->tx_valid_i = top->rx_valid_i = top->snapshot_i = top->read_valid_i = top->tx_pause_sent_i = 0;
        tb_run_ps(&b.tb, b.clocks, CLOCKS, 500000);
        top->rst_i = top->rst_rx_i = 0;
        b.pause_wait = 100;
        tb_eval(&b.tb);
        uint32_t last[COUNT] = {};
        unsigned moved = 0;
        for (unsigned snap = 0; snap < 150; snap++) {
            if (snap == 149) {
                b.stop = true;
                for (unsigned i = 0; i < 3000; i++)
                    step(&b);
            }
            for (unsigned i = tb_below(&b.random, 300); i; i--)
                step(&b);
            top->snapshot_i = 1;
            do
                tb_next(b.clocks, CLOCKS), step(&b);
            while (top->snapshot_i);
            uint32_t is[COUNT];
            // The last one that is copied is read first, as soon as it can be.
            for (unsigned i = COUNT; i-- > 0;)
                is[i] = read_counter(&b, i);
            for (unsigned i = 0; i < COUNT; i++) {
                ck_assert_uint_ge(is[i], last[i]);
                ck_assert_msg(is[i] <= b.offered[i], "counter %u is %u, over %u", i, is[i], b.offered[i]);
                if (snap == 149)
                    ck_assert_msg(is[i] == b.offered[i], "counter %u is %u, not %u", i, is[i], b.offered[i]);
                last[i] = is[i];
            }
            // As they are: not behind the snapshot, which stays what it was.
            unsigned i = tb_below(&b.random, COUNT);
            uint32_t now = read_counter(&b, i, true);
            ck_assert_msg(now >= is[i] && now <= b.offered[i], "counter %u is %u now, was %u, of %u", i, now, is[i], b.offered[i]);
            ck_assert_uint_eq(read_counter(&b, i), is[i]);
            moved += now > is[i];
            for (unsigned base = 0; base <= NIC_COUNTER_RX_PACKETS; base += NIC_COUNTER_RX_PACKETS) {
                uint32_t bins = 0;
                for (unsigned i = 0; i < 7; i++)
                    bins += is[base + 4 + i];
                ck_assert_uint_eq(bins, is[base]);
                ck_assert_uint_ge(is[base + 1], 64 * is[base]);
            }
        }
        ck_assert_uint_ge(last[NIC_COUNTER_RX_PACKETS], 100);
        ck_assert_uint_ge(last[NIC_COUNTER_TX_PAUSE], 20);
        ck_assert_uint_ge(moved, 20);
        tb_close(&b.tb);
    }
}
END_TEST

// The octets wrap at 2^32: 300000 frames of 16383.
START_TEST(wraps)
{
    struct bench b = {};
    tb_open(&b.tb, "nic_counters_wrap");
    Vtop *top = b.tb.top;
    b.clocks[0] = tb_clock_start(&top->clk_i, 125000, 0);
    b.clocks[1] = tb_clock_start(&top->clk_rx_i, 25000, 100);
    top->rst_i = top->rst_rx_i = 1;
    top->tx_valid_i = top->rx_valid_i = top->snapshot_i = top->read_valid_i = top->tx_pause_sent_i = 0;
    tb_run_ps(&b.tb, b.clocks, CLOCKS, 500000);
    top->rst_i = top->rst_rx_i = 0;
    b.stop = true;
    b.pause_wait = 1000000;
    top->tx_status_i = 0;
    top->tx_octets_i = 16383;
    top->tx_broadcast_i = top->tx_multicast_i = 0;
    for (unsigned n = 0; n < 300000;) {
        top->tx_valid_i = 1;
        tb_eval(&b.tb);
        tb_next(b.clocks, CLOCKS);
        n += b.clocks[0].rise && top->tx_ready_o;
        step(&b);
    }
    top->tx_valid_i = 0;
    top->snapshot_i = 1;
    do
        step(&b);
    while (top->snapshot_i);
    ck_assert_uint_eq(read_counter(&b, NIC_COUNTER_TX_PACKETS), 300000);
    ck_assert_uint_eq(read_counter(&b, NIC_COUNTER_TX_OCTETS), (uint32_t)(300000ull * 16383));
    tb_close(&b.tb);
}
END_TEST

TB_MAIN("nic_counters", counts_and_snapshots, wraps)
