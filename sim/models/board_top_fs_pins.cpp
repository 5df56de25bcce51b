/* SPDX-License-Identifier: Apache-2.0 */
/* A board's whole top with three USB pins and RMII as Verilated half of the board model: clocks and pins, see board_top.h. Compiled once for
 * each top. */
#include "board_top_pins.h"

namespace
{

// Pairs of bits to nibbles: the first pair is where TX_EN rises (RMII 1.2, 5.3).
void tx_edge(board_model *m, BOARD_TOP &t)
{
    uint8_t txd = board_lane(&m->wiring.txd, t.rmii_txd_o) & 3;
    m->near_en = t.locked_i && t.rmii_tx_en_o;
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

// Without RX_ER an error shows as other bits.
void rx_edge(board_model *m, BOARD_TOP &t)
{
    if (m->eth.rx_divide == 0) {
        if (!m->rx_second) {
            uint8_t valid, error;
            wire_phy_begin(&m->eth, m->now_ps);
            gmii_driver_clock(&m->eth.driver, &valid, &error, &m->rx_nibble);
            t.rmii_crs_dv_i = valid;
            if (error)
                m->rx_nibble ^= 15;
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
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 11 ^ ((uint64_t)t.rmii_rxd_i | t.rmii_crs_dv_i << 8));
}

void *create(board_model *m)
{
    Board *p = pins_create<Board>(m, "nic_board_top");
    if (!p)
        return nullptr;
    BOARD_TOP &t = *p->top;
    t.clk_sys_i = t.clk_ref_i = t.locked_i = 0;
    t.usb_i = t.usb_drive_i = 0;
    t.rmii_rxd_i = t.rmii_crs_dv_i = 0;
    t.mdio_i = t.mdio_drive_i = 0;
    t.eval();
    start_up(p, [&](uint8_t level) { t.clk_sys_i = t.clk_ref_i = level; });
    return p;
}

void clock(board_model *m, uint8_t level, board_fs_pins *out)
{
    Board *p = pins_of<Board>(m);
    BOARD_TOP &t = *p->top;
    power_up(p);
    t.usb_i = level;
    t.usb_drive_i = !out->driven;
    mdio(m, t);
    for (bool sys = false; !sys;) {
        uint64_t now = m->tx.next_ps < m->sys.next_ps ? m->tx.next_ps : m->sys.next_ps;
        m->now_ps = now;
        sys = m->sys.next_ps == now;
        bool tx = m->tx.next_ps == now;
        if (sys)
            m->sys.next_ps += m->sys.period_ps;
        if (tx) {
            m->tx.next_ps += m->tx.period_ps;
            tx_edge(m, t);
            rx_edge(m, t);
        }
        t.clk_sys_i = sys;
        t.clk_ref_i = tx;
        t.eval();
        if (sys)
            t.usb_drive_i = t.mdio_drive_i = 0;
        t.clk_sys_i = t.clk_ref_i = 0;
        t.eval();
    }
    bool defined = t.locked_i;
    *out = {defined && t.usb_driven_o, defined && t.usb_pullup_o, t.usb_o};
    m->stats.hash = nic_hash_fold(m->stats.hash, (uint64_t)level | out->level << 8 | out->driven << 10 | out->pullup << 11);
    m->stats.usb_clocks++;
}

} // namespace

extern "C" const board_pins BOARD_PINS = {create, pins_destroy<Board>, nullptr, clock};
