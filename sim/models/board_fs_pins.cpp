/* SPDX-License-Identifier: Apache-2.0 */
/* The Verilated half of the board model, three USB pins and RMII: clocks and pins, see board_internal.h. Compiled once for each set
 * of parameters of nic_fs. */
#ifdef BOARD_BX
#include "Vnic_bx.h"
#include "Vnic_bx___024root.h"
using Top = Vnic_bx;
#define HALF board_half_bx
#else
#include "Vnic_fs.h"
#include "Vnic_fs___024root.h"
using Top = Vnic_fs;
#define HALF board_half_fs
#endif

#include "board_pins.h"

#ifdef BOARD_BX
EVALUATED(Vnic_bx)
#else
EVALUATED(Vnic_fs)
#endif

namespace
{

using Board = Pins<Top>;

FOLDED_CLOCK(clk_i)
FOLDED_CLOCK(clk_ref_i)

template <class R> bool rearm(R &r, bool sys, bool ref)
{
    return (!sys || rearm_clk_i(r)) && (!ref || rearm_clk_ref_i(r));
}

// Pairs of bits to nibbles: the first pair is where TX_EN rises (RMII 1.2, 5.3).
void tx_edge(board_model *m, Top &t)
{
    uint8_t txd = board_lane(&m->wiring.txd, t.rmii_txd_o) & 3;
    m->near_en = m->reset_clocks == 0 && t.rmii_tx_en_o;
    m->near_data = txd;
    bool en = m->near_en && !m->near_end;
    if (en && !m->tx_active) {
        m->eth.tx_divide = 0;
        m->tx_second = false;
    }
    if (m->eth.tx_divide == 0) {
        if (!m->tx_second) {
            m->tx_low = txd;
            m->tx_active = en;
            m->eth.tx_enable_ps = m->now_ps - m->tx.period_ps;
        } else if (gmii_monitor_clock(&m->eth.monitor, m->eth.tx_enable_ps, m->tx_active, false,
                                      (uint8_t)(m->tx_low | txd << 2))) {
            wire_phy_transmitted(&m->eth, m->now_ps);
        }
        m->tx_second = !m->tx_second;
        m->eth.tx_divide = m->eth.divisor;
    }
    m->eth.tx_divide--;
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 11 ^ ((uint64_t)t.rmii_txd_o | t.rmii_tx_en_o << 8));
}

void rx_edge(board_model *m, Top &t)
{
    if (m->eth.rx_divide == 0) {
        if (!m->rx_second) {
            uint8_t valid, error;
            wire_phy_begin(&m->eth, m->now_ps);
            gmii_driver_clock(&m->eth.driver, &valid, &error, &m->rx_nibble);
            t.rmii_crs_dv_i = valid;
            t.rmii_rx_er_i = error;
        }
        t.rmii_rxd_i = !t.rmii_crs_dv_i ? 0 : m->rx_second ? m->rx_nibble >> 2 & 3 : m->rx_nibble & 3;
        m->rx_second = !m->rx_second;
        m->eth.rx_divide = m->eth.divisor;
    }
    m->eth.rx_divide--;
    if (m->near_end) {
        t.rmii_crs_dv_i = m->near_en;
        t.rmii_rxd_i = m->near_en ? m->near_data : 0;
    }
    t.rmii_crs_dv_i = t.rmii_crs_dv_i && !m->wiring.no_rx_dv;
    t.rmii_rxd_i = board_lane(&m->wiring.rxd, t.rmii_rxd_i) & 3;
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 11 ^ ((uint64_t)t.rmii_rxd_i | t.rmii_crs_dv_i << 8 |
                                                                    t.rmii_rx_er_i << 9));
}

void *create(board_model *m)
{
    Board *p = pins_create<Board>(m, "nic_fs");
    if (!p)
        return nullptr;
    Top &t = *p->top;
    t.clk_i = t.clk_ref_i = 1;
    t.rst_i = 1;
    t.usb_dp_i = t.usb_dn_i = t.usb_vbus_i = 0;
    t.rmii_rxd_i = t.rmii_crs_dv_i = t.rmii_rx_er_i = 0;
    t.mdio_i = 1;
    t.eval();
    return p;
}

void clock(board_model *m, uint8_t level, board_fs_pins *out)
{
    Board *p = pins_of<Board>(m);
    Top &t = *p->top;
    t.usb_dp_i = level & 1;
    t.usb_dn_i = level >> 1;
    t.usb_vbus_i = m->plugged;
    pins_reset(m, p);
    pins_mdio(m, t);
    bool settle = true; // an input has changed since the last evaluation
    for (bool sys = false; !sys;) {
        uint64_t now = m->tx.next_ps < m->sys.next_ps ? m->tx.next_ps : m->sys.next_ps;
        m->now_ps = now;
        sys = m->sys.next_ps == now;
        bool tx = m->tx.next_ps == now;
        if (t.speed_o != m->speed)
            board_phy_speed(m, t.speed_o);
        if (sys)
            m->sys.next_ps += m->sys.period_ps;
        if (tx) {
            m->tx.next_ps += m->tx.period_ps;
            tx_edge(m, t);
            rx_edge(m, t);
        }
        if (!rearm(*t.rootp, sys, tx)) {
            t.clk_i = t.clk_i && !sys;
            t.clk_ref_i = t.clk_ref_i && !tx;
            t.eval();
        }
        t.clk_i = t.clk_ref_i = 1;
        evaluate(t, settle || tx);
        settle = false;
    }
    bool defined = m->reset_clocks == 0;
    *out = {defined && t.usb_oe_o, defined && t.usb_pullup_o, (uint8_t)(t.usb_dn_o << 1 | t.usb_dp_o)};
    m->stats.hash = nic_hash_fold(m->stats.hash, (uint64_t)level | out->level << 8 | out->driven << 10 | out->pullup << 11);
    m->stats.usb_clocks++;
}

} // namespace

extern "C" const board_pins HALF = {create, pins_destroy<Board>, nullptr, clock};
