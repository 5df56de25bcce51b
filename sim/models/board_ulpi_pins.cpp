/* SPDX-License-Identifier: Apache-2.0 */
/* The Verilated half of the board model, ULPI and GMII: clocks and pins, see board_internal.h. */
#include "Vnic_board_hs.h"
#include "Vnic_board_hs___024root.h"

#include "board_pins.h"

EVALUATED(Vnic_board_hs)

namespace
{

using Board = Pins<Vnic_board_hs>;

const unsigned IDLE_CLOCKS = 128; // what crosses a domain shows within 64 of tx (nic_core)

FOLDED_CLOCK(clk_i)
FOLDED_CLOCK(clk_tx_i)
FOLDED_CLOCK(clk_rx_i)

inline bool rearm(Vnic_board_hs___024root &r, bool sys, bool tx, bool rx)
{
    return (!sys || rearm_clk_i(r)) && (!tx || rearm_clk_tx_i(r)) && (!rx || rearm_clk_rx_i(r));
}

// These two: true when an input has changed.
bool tx_edge(board_model *m, Vnic_board_hs &t)
{
    bool was = t.tx_ce_i;
    t.tx_ce_i = m->eth.tx_divide == 0;
    if (t.tx_ce_i) {
        bool defined = m->reset_clocks == 0;
        uint8_t txd = board_lane_both(&m->wiring.txd, t.gmii_txd_o);
        m->near_en = defined && t.gmii_tx_en_o;
        m->near_er = defined && t.gmii_tx_er_o;
        m->near_data = txd;
        if (gmii_monitor_clock(&m->eth.monitor, m->eth.tx_enable_ps, m->near_en && !m->near_end, m->near_er && !m->near_end, txd))
            wire_phy_transmitted(&m->eth, m->now_ps);
        m->eth.tx_enable_ps = m->now_ps;
        m->eth.tx_divide = m->eth.divisor;
    }
    m->eth.tx_divide--;
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 11 ^ ((uint64_t)t.gmii_txd_o | t.gmii_tx_en_o << 8 |
                                                                    t.gmii_tx_er_o << 9 | t.tx_ce_i << 10));
    return t.tx_ce_i != was;
}

uint32_t rx_pins(const Vnic_board_hs &t)
{
    return (uint32_t)t.gmii_rxd_i | t.gmii_rx_dv_i << 8 | t.gmii_rx_er_i << 9 | t.rx_ce_i << 10;
}

bool rx_edge(board_model *m, Vnic_board_hs &t)
{
    uint32_t was = rx_pins(t);
    t.rx_ce_i = m->eth.rx_divide == 0;
    if (t.rx_ce_i) {
        wire_phy_begin(&m->eth, m->now_ps);
        gmii_driver_clock(&m->eth.driver, &t.gmii_rx_dv_i, &t.gmii_rx_er_i, &t.gmii_rxd_i);
        if (m->near_end) {
            t.gmii_rx_dv_i = m->near_en;
            t.gmii_rx_er_i = m->near_er;
            t.gmii_rxd_i = m->near_data;
        }
        t.gmii_rx_dv_i = t.gmii_rx_dv_i && !m->wiring.no_rx_dv;
        t.gmii_rxd_i = board_lane_both(&m->wiring.rxd, t.gmii_rxd_i);
        m->eth.rx_divide = m->eth.divisor;
    }
    m->eth.rx_divide--;
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 11 ^ rx_pins(t));
    return rx_pins(t) != was;
}

void *create(board_model *m)
{
    Board *p = pins_create<Board>(m, "nic_board_hs");
    if (!p)
        return nullptr;
    Vnic_board_hs &t = *p->top;
    t.clk_i = t.clk_tx_i = t.clk_rx_i = 1;
    t.rst_i = 1;
    t.ulpi_data_i = t.ulpi_dir_i = t.ulpi_nxt_i = 0;
    t.tx_skip_i = 0;
    t.gmii_rxd_i = t.gmii_rx_dv_i = t.gmii_rx_er_i = 0;
    t.tx_ce_i = t.rx_ce_i = t.mdio_i = 1;
    t.eval();
    return p;
}

void clock(board_model *m, ulpi_link_pins *link)
{
    Board *p = pins_of<Board>(m);
    Vnic_board_hs &t = *p->top;
    bool turned = t.ulpi_dir_i != m->phy.dir;
    t.ulpi_data_i = m->phy.data;
    t.ulpi_dir_i = m->phy.dir;
    t.ulpi_nxt_i = m->phy.nxt;
    pins_mdio(m, t);
    if (pins_reset(m, p) || turned)
        t.eval(); // the link lets go of the bus in the same clock; all else that it shows comes from flip-flops
    *link = {t.ulpi_data_o, t.ulpi_data_oe_o != 0, t.ulpi_stp_o != 0, t.rst_i != 0};
    m->high_speed = t.high_speed_o;
    m->stats.hash = nic_hash_fold(m->stats.hash, (uint64_t)t.ulpi_data_i | t.ulpi_dir_i << 8 | t.ulpi_nxt_i << 9 |
                                                     (uint64_t)t.ulpi_data_o << 16 | link->driven << 24 | link->stp << 25);
    bool settle = true; // an input has changed since the last evaluation
    for (bool sys = false; !sys;) {
        if (m->asleep && !(t.idle_o && board_wire_quiet(m))) {
            t.tx_skip_i = board_wake(m);
            settle = true;
        }
        uint64_t now = m->tx.next_ps < m->rx.next_ps ? m->tx.next_ps : m->rx.next_ps;
        now = m->sys.next_ps < now || m->asleep ? m->sys.next_ps : now;
        m->now_ps = now;
        sys = m->sys.next_ps == now;
        bool tx = m->tx.next_ps == now && !m->asleep, rx = m->rx.next_ps == now && !m->asleep;
        if (t.speed_o != m->speed)
            board_phy_speed(m, t.speed_o);
        if (sys)
            m->sys.next_ps += m->sys.period_ps;
        if (tx) {
            m->tx.next_ps += m->tx.period_ps;
            settle |= tx_edge(m, t);
        }
        if (rx) {
            m->rx.next_ps += m->rx.period_ps;
            settle |= rx_edge(m, t);
        }
        if (!rearm(*t.rootp, sys, tx, rx)) {
            t.clk_i = t.clk_i && !sys;
            t.clk_tx_i = t.clk_tx_i && !tx;
            t.clk_rx_i = t.clk_rx_i && !rx;
            t.eval();
        }
        t.clk_i = t.clk_tx_i = t.clk_rx_i = 1;
        evaluate(t, settle);
        settle = tx && t.tx_skip_i;
        if (tx) {
            t.tx_skip_i = 0;
            m->idle_clocks = t.idle_o && !t.gmii_tx_en_o && !m->reset_clocks ? m->idle_clocks + 1 : 0;
            m->asleep = m->idle_clocks > IDLE_CLOCKS && board_wire_quiet(m);
        }
    }
    m->stats.usb_clocks++;
}

} // namespace

extern "C" const board_pins board_half_ulpi = {create, pins_destroy<Board>, clock, nullptr}, board_half_ecpix5 = board_half_ulpi;
