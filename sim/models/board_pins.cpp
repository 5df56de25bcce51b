/* SPDX-License-Identifier: Apache-2.0 */
/* The Verilated half of the board model: clocks and pins, see board_internal.h. */
#include "Vnic_board_hs.h"

#include "board_internal.h"
extern "C" {
#include "nic_platform.h"
}

#include <cerrno>
#include <cstdio>
#include <memory>
#include <new>

namespace
{

struct Pins {
    VerilatedContext context;
    std::unique_ptr<Vnic_board_hs> top;
};

board_model *asserting; // the model that is being evaluated, for failed assertions

inline Pins *pins_of(board_model *m)
{
    return static_cast<Pins *>(m->pins);
}

void tx_edge(board_model *m, Vnic_board_hs &t)
{
    t.tx_ce_i = m->tx_divide == 0;
    if (t.tx_ce_i) {
        bool defined = m->reset_clocks == 0;
        if (gmii_monitor_clock(&m->monitor, m->tx_enable_ps, defined && t.gmii_tx_en_o, defined && t.gmii_tx_er_o,
                               t.gmii_txd_o))
            board_wire_transmitted(m);
        m->tx_enable_ps = m->now_ps;
        m->tx_divide = m->divisor;
    }
    m->tx_divide--;
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 11 ^ ((uint64_t)t.gmii_txd_o | t.gmii_tx_en_o << 8 |
                                                                    t.gmii_tx_er_o << 9 | t.tx_ce_i << 10));
}

void rx_edge(board_model *m, Vnic_board_hs &t)
{
    t.rx_ce_i = m->rx_divide == 0;
    if (t.rx_ce_i) {
        gmii_driver *d = &m->driver;
        if (!d->active) {
            if (!d->waiting && m->now_ps >= m->ask_ps)
                board_wire_ask(m);
            if (d->waiting && gmii_driver_rested(d) && m->now_ps >= d->start_ns * 1000) {
                d->active = true;
                d->waiting = false;
            }
        }
        gmii_driver_clock(d, &t.gmii_rx_dv_i, &t.gmii_rx_er_i, &t.gmii_rxd_i);
        m->rx_divide = m->divisor;
    }
    m->rx_divide--;
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 11 ^ ((uint64_t)t.gmii_rxd_i | t.gmii_rx_dv_i << 8 |
                                                                    t.gmii_rx_er_i << 9 | t.rx_ce_i << 10));
}

} // namespace

// The Verilator runtime, and what it calls when an assertion failed, are core_pins.cpp's.
extern "C" void (*core_other_stop)(const char *file, int line);

static void assertion_failed(const char *file, int line)
{
    if (!asserting)
        return;
    pins_of(asserting)->context.assertOn(false); // one is enough
    if (!asserting->assertions++)
        fprintf(stderr, "%s:%d: assertion of the device failed at %llu ps, seed %llu\n", file, line,
                (unsigned long long)asserting->now_ps, (unsigned long long)asserting->seed);
}

extern "C" void *board_pins_create(board_model *m)
{
    Pins *p = new (std::nothrow) Pins;
    if (!p) {
        errno = ENOMEM;
        return nullptr;
    }
    p->context.randReset(2);
    p->context.randSeed((int)(m->seed & 0x7fffffff) + 1);
    p->context.fatalOnVpiError(false);
    p->context.assertOn(false); // until the resets have been clocked in: registers start with anything
    p->top.reset(new Vnic_board_hs(&p->context, "nic_board_hs"));
    Vnic_board_hs &t = *p->top;
    t.clk_i = t.clk_tx_i = t.clk_rx_i = 0;
    t.rst_i = 1;
    t.ulpi_data_i = t.ulpi_dir_i = t.ulpi_nxt_i = 0;
    t.gmii_rxd_i = t.gmii_rx_dv_i = t.gmii_rx_er_i = 0;
    t.tx_ce_i = t.rx_ce_i = 1;
    asserting = m;
    core_other_stop = assertion_failed;
    t.eval();
    return p;
}

extern "C" void board_pins_destroy(board_model *m)
{
    if (asserting == m)
        asserting = nullptr;
    delete pins_of(m);
}

extern "C" void board_pins_clock(board_model *m, ulpi_link_pins *link)
{
    Pins *p = pins_of(m);
    Vnic_board_hs &t = *p->top;
    asserting = m;
    bool changed = t.ulpi_data_i != m->phy.data || t.ulpi_dir_i != m->phy.dir || t.ulpi_nxt_i != m->phy.nxt;
    t.ulpi_data_i = m->phy.data;
    t.ulpi_dir_i = m->phy.dir;
    t.ulpi_nxt_i = m->phy.nxt;
    if (m->reset_clocks) {
        changed = true;
        t.rst_i = --m->reset_clocks != 0;
        if (!t.rst_i)
            p->context.assertOn(true);
    }
    if (changed)
        t.eval(); // what the link shows may depend on what the PHY does in the same clock
    *link = {t.ulpi_data_o, t.ulpi_data_oe_o != 0, t.ulpi_stp_o != 0, t.rst_i != 0};
    m->high_speed = t.high_speed_o;
    m->stats.hash = nic_hash_fold(m->stats.hash, (uint64_t)t.ulpi_data_i | t.ulpi_dir_i << 8 | t.ulpi_nxt_i << 9 |
                                                     (uint64_t)t.ulpi_data_o << 16 | link->driven << 24 | link->stp << 25);
    for (bool sys = false; !sys;) {
        uint64_t now = m->tx.next_ps < m->rx.next_ps ? m->tx.next_ps : m->rx.next_ps;
        now = m->sys.next_ps < now ? m->sys.next_ps : now;
        m->now_ps = now;
        sys = m->sys.next_ps == now;
        bool tx = m->tx.next_ps == now, rx = m->rx.next_ps == now;
        if (t.speed_o != m->speed)
            board_phy_speed(m, t.speed_o);
        if (sys)
            m->sys.next_ps += m->sys.period_ps;
        if (tx) {
            m->tx.next_ps += m->tx.period_ps;
            tx_edge(m, t);
        }
        if (rx) {
            m->rx.next_ps += m->rx.period_ps;
            rx_edge(m, t);
        }
        t.clk_i = sys;
        t.clk_tx_i = tx;
        t.clk_rx_i = rx;
        t.eval();
        t.clk_i = t.clk_tx_i = t.clk_rx_i = 0;
        t.eval();
    }
    m->stats.usb_clocks++;
}
