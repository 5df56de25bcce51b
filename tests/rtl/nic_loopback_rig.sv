// SPDX-License-Identifier: Apache-2.0
// nic_mac with its transmit side looped into its receive side by nic_loopback; a PHY's wire beside
// it. For the bench.
`default_nettype none

module nic_loopback_rig #(
    parameter int unsigned PAUSE = 1
) (
    input wire clk_tx_i,
    input wire rst_tx_i,
    input wire clk_rx_i,
    input wire rst_rx_i,
    // Of the MAC alone.
    input wire mac_rst_tx_i,
    input wire mac_rst_rx_i,
    input wire enable_i,
    input wire mii_i,
    input wire [7:0] ifg_i,

    input wire tx_ce_i,
    input wire tx_valid_i,
    output wire tx_ready_o,
    input wire [7:0] tx_data_i,
    input wire tx_last_i,
    input wire tx_has_fcs_i,
    input wire tx_no_pad_i,
    input wire tx_error_i,
    input wire tx_abort_i,
    output wire tx_sfd_o,
    output wire tx_done_o,
    output wire [13:0] tx_octets_o,
    output wire tx_pause_sent_o,
    output wire tx_busy_o,
    output wire tx_paused_o,
    input wire rx_xoff_i,
    input wire [15:0] pause_quanta_i,
    output wire [7:0] gmii_txd_o,
    output wire gmii_tx_en_o,
    output wire gmii_tx_er_o,

    input wire rx_ce_i,
    input wire [7:0] gmii_rxd_i,
    input wire gmii_rx_dv_i,
    input wire gmii_rx_er_i,
    output wire rx_sfd_o,
    output wire rx_valid_o,
    output wire [7:0] rx_data_o,
    output wire rx_end_o,
    output wire [3:0] rx_error_o,
    output wire [13:0] rx_octets_o
);
    wire [7:0] mac_txd, mac_rxd;
    wire mac_tx_en, mac_tx_er, mac_rx_dv, mac_rx_er;

    nic_mac #(.PAUSE(PAUSE)) u_mac (
        .clk_tx_i,
        .rst_tx_i(mac_rst_tx_i || rst_tx_i),
        .clk_rx_i,
        .rst_rx_i(mac_rst_rx_i || rst_rx_i),
        .rx_cut_i(1'b0),
        .tx_ce_i,
        .tx_mii_i(mii_i),
        .tx_ifg_i(ifg_i),
        .tx_valid_i,
        .tx_ready_o,
        .tx_data_i,
        .tx_last_i,
        .tx_has_fcs_i,
        .tx_no_pad_i,
        .tx_error_i,
        .tx_abort_i,
        .tx_sfd_o,
        .tx_done_o,
        .tx_octets_o,
        .tx_pause_sent_o,
        .tx_busy_o,
        .gmii_txd_o(mac_txd),
        .gmii_tx_en_o(mac_tx_en),
        .gmii_tx_er_o(mac_tx_er),
        .pause_obey_i(1'b1),
        .pause_send_i(1'b1),
        .pause_quanta_i,
        .mac_addr_i(48'h665544332202),
        .rx_xoff_i,
        .tx_paused_o,
        .rx_ce_i,
        .rx_mii_i(mii_i),
        .gmii_rxd_i(mac_rxd),
        .gmii_rx_dv_i(mac_rx_dv),
        .gmii_rx_er_i(mac_rx_er),
        .rx_sfd_o,
        .rx_valid_o,
        .rx_data_o,
        .rx_end_o,
        .rx_error_o,
        .rx_octets_o
    );

    nic_loopback u_loopback (
        .clk_tx_i,
        .rst_tx_i,
        .enable_i,
        .tx_ce_i,
        .mac_txd_i(mac_txd),
        .mac_tx_en_i(mac_tx_en),
        .mac_tx_er_i(mac_tx_er),
        .gmii_txd_o,
        .gmii_tx_en_o,
        .gmii_tx_er_o,
        .clk_rx_i,
        .rst_rx_i,
        .rx_ce_i,
        .gmii_rxd_i,
        .gmii_rx_dv_i,
        .gmii_rx_er_i,
        .mac_rxd_o(mac_rxd),
        .mac_rx_dv_o(mac_rx_dv),
        .mac_rx_er_o(mac_rx_er)
    );
endmodule

`default_nettype wire
