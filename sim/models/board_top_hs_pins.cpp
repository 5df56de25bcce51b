/* SPDX-License-Identifier: Apache-2.0 */
/* A board's whole top with ULPI and RGMII as Verilated half of the board model: clocks and pins, see board_top.h. Compiled once for each top. */
#include "board_top_pins.h"

namespace
{

// An octet or nibble is over at the fall of TXC (RGMII 2.0, 3.3 and 3.4). At another rate than its own a PHY understands nothing.
void transmit(board_model *m, Board *p)
{
    BOARD_TOP &t = *p->top;
    if (t.rgmii_txc_o == p->txc)
        return;
    p->txc = t.rgmii_txc_o;
    uint8_t now = (uint8_t)(t.rgmii_tx_ctl_o << 4 | board_lane(&m->wiring.txd, t.rgmii_txd_o));
    if (!t.eth_rst_no)
        now = 0; // a PHY in reset sees nothing
    if (p->txc) {
        p->txc_rise = now;
        p->txc_before_ps = p->txc_rise_ps;
        p->txc_rise_ps = m->now_ps;
        return;
    }
    bool en = p->txc_rise >> 4;
    bool in_step = p->txc_rise_ps - p->txc_before_ps == m->tx.period_ps * m->eth.divisor;
    bool er = en && (!in_step || !(now >> 4));
    uint8_t octet = (uint8_t)((p->txc_rise & 15) | now << 4);
    m->near_en = en;
    m->near_er = er;
    m->near_data = octet;
    if (gmii_monitor_clock(&m->eth.monitor, p->txc_rise_ps, en && !m->near_end, er && !m->near_end, octet))
        wire_phy_transmitted(&m->eth, m->now_ps);
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 10 ^ (uint64_t)(p->txc_rise << 5 | now));
}

// Both halves of a clock of RXC; between frames the in-band status (RGMII 2.0, 3.4.1): link, speed, duplex.
void receive(board_model *m, Board *p)
{
    BOARD_TOP &t = *p->top;
    uint8_t dv, er, data;
    wire_phy_begin(&m->eth, m->now_ps);
    gmii_driver_clock(&m->eth.driver, &dv, &er, &data);
    if (m->near_end) {
        dv = m->near_en;
        er = m->near_er;
        data = m->near_data;
    }
    if (!dv)
        data = (uint8_t)(0x99 | m->speed << 1 | m->speed << 5);
    else if (m->eth.driver.nibbles)
        data = (uint8_t)((data & 15) | data << 4);
    data = board_lane_both(&m->wiring.rxd, data);
    dv = dv && !m->wiring.no_rx_dv;
    er = er && !m->wiring.no_rx_dv;
    t.rgmii_rxd_i = data & 15;
    t.rgmii_rx_ctl_i = dv;
    p->rx_fall = (uint8_t)(data >> 4 | (dv ^ er) << 4);
    m->stats.hash = nic_hash_fold(m->stats.hash, m->now_ps << 10 ^ ((uint64_t)data | dv << 8 | er << 9));
}

void *create(board_model *m)
{
    Board *p = pins_create<Board>(m, "nic_board_top");
    if (!p)
        return nullptr;
    BOARD_TOP &t = *p->top;
    t.clk_start_i = t.clk_sys_i = t.clk_tx_i = t.locked_i = 0;
    t.ulpi_data_i = t.ulpi_drive_i = t.ulpi_dir_i = t.ulpi_nxt_i = 0;
    t.mdio_i = t.mdio_drive_i = 0;
    t.rgmii_rxc_i = t.rgmii_rxd_i = t.rgmii_rx_ctl_i = 0;
    t.eval();
    start_up(p, [&](uint8_t level) { t.clk_start_i = t.clk_sys_i = t.clk_tx_i = t.rgmii_rxc_i = level; });
    p->txc = t.rgmii_txc_o;
    return p;
}

// The oscillator, which only start-up counts, is in step with sys.
void clock(board_model *m, ulpi_link_pins *link)
{
    Board *p = pins_of<Board>(m);
    BOARD_TOP &t = *p->top;
    bool changed = t.ulpi_dir_i != m->phy.dir || t.ulpi_nxt_i != m->phy.nxt;
    t.ulpi_dir_i = m->phy.dir;
    t.ulpi_nxt_i = m->phy.nxt;
    if (power_up(p) || changed)
        t.eval(); // what the link shows may depend on what the PHY does in the same clock
    m->high_speed = (m->phy.registers[ULPI_FUNCTION_CONTROL] & 7) == 0; // transceiver and terminations (ULPI 1.1, 4.2.2)
    *link = {t.ulpi_data_o, t.ulpi_driven_o != 0, t.ulpi_stp_o != 0, t.ulpi_rst_o || p->phy_reset};
    p->phy_reset = false;
    m->stats.hash = nic_hash_fold(m->stats.hash, (uint64_t)m->phy.data | t.ulpi_dir_i << 8 | t.ulpi_nxt_i << 9 |
                                                     (uint64_t)t.ulpi_data_o << 16 | link->driven << 24 | link->stp << 25);
    t.ulpi_data_i = m->phy.data;
    t.ulpi_drive_i = m->phy.dir;
    if (t.eth_rst_no)
        mdio(m, t);
    for (bool sys = false; !sys;) {
        uint64_t now = m->tx.next_ps < m->rx.next_ps ? m->tx.next_ps : m->rx.next_ps;
        now = m->sys.next_ps < now ? m->sys.next_ps : now;
        m->now_ps = now;
        sys = m->sys.next_ps == now;
        bool tx = m->tx.next_ps == now, rx = m->rx.next_ps == now;
        if (sys)
            m->sys.next_ps += m->sys.period_ps;
        if (tx)
            m->tx.next_ps += m->tx.period_ps;
        if (rx) {
            m->rx.next_ps += m->rx.period_ps * m->eth.divisor; // RXC is slower with the link
            rx = t.eth_rst_no; // no RXC from a PHY in reset
        }
        if (rx)
            receive(m, p);
        t.clk_start_i = t.clk_sys_i = sys;
        t.clk_tx_i = tx;
        t.rgmii_rxc_i = rx;
        t.eval();
        if (sys && !t.ulpi_clk_o)
            board_breach(m, "the USB transceiver has no clock");
        if (tx)
            transmit(m, p);
        if (rx) {
            t.rgmii_rxd_i = p->rx_fall & 15;
            t.rgmii_rx_ctl_i = p->rx_fall >> 4;
        }
        if (sys)
            t.ulpi_drive_i = t.mdio_drive_i = 0;
        t.clk_start_i = t.clk_sys_i = t.clk_tx_i = t.rgmii_rxc_i = 0;
        t.eval();
        if (tx)
            transmit(m, p);
    }
    m->stats.lights = t.lights_o;
    m->stats.usb_clocks++;
}

} // namespace

extern "C" const board_pins BOARD_PINS = {create, pins_destroy<Board>, clock, nullptr};
