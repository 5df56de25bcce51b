// SPDX-License-Identifier: Apache-2.0
// The whole NIC on three USB pins and an RMII PHY, for boards without a high-speed transceiver: nic_fs_phy, nic_hs and the RMII
// adapters. A board's top adds PLLs and pads.
`default_nettype none

module nic_fs #(
    parameter int unsigned TX_BUF_BYTES = 4096,
    parameter int unsigned RX_BUF_BYTES = 4096,
    parameter int unsigned DESC_DEPTH = 64,
    parameter int unsigned RX_FRAMES = RX_BUF_BYTES / 64,
    parameter int unsigned MAX_FRAME = 1522,
    parameter bit DUAL_RAM = 1'b1,
    parameter bit PROCESSOR = 1'b0,
    parameter bit CLOCKS = 1'b1,
    // Eight characters.
    parameter logic [63:0] SERIAL = "00000001"
) (
    // 48 MHz; a pulse of reset is enough.
    input wire clk_i,
    input wire rst_i,

    // Pads, as in nic_fs_phy.
    input wire usb_dp_i,
    input wire usb_dn_i,
    output wire usb_dp_o,
    output wire usb_dn_o,
    output wire usb_oe_o,
    output wire usb_pullup_o,
    input wire usb_vbus_i,
    output wire configured_o,

    // REF_CLK, 50 MHz, and pins, as in nic_rmii_tx and nic_rmii_rx: the board has registered the inputs once.
    input wire clk_ref_i,
    output wire [1:0] rmii_txd_o,
    output wire rmii_tx_en_o,
    input wire [1:0] rmii_rxd_i,
    input wire rmii_crs_dv_i,
    input wire rmii_rx_er_i,
    // As in nic_core.
    output wire mdc_o,
    output wire mdio_o,
    output wire mdio_oe_o,
    input wire mdio_i,
    output wire [1:0] speed_o,
    // As in nic_hs.
    output wire [2:0] led_o
);
    wire rx_active, rx_valid, rx_error, tx_valid, tx_ready, vbus, term, suspend_n;
    wire [7:0] rx_data, tx_data;
    wire [1:0] line, xcvr, mode;
    wire tx_ce, tx_en, tx_er, rx_ce, rx_dv, rx_er, mbps100, rst_ref;
    wire [7:0] txd;
    wire unused = &{1'b0, txd[7:4]};             // RMII knows nibbles only
    wire [3:0] rxd;

    nic_fs_phy u_phy (
        .clk_i, .rst_i, .usb_dp_i, .usb_dn_i, .usb_dp_o, .usb_dn_o, .usb_oe_o, .usb_pullup_o, .usb_vbus_i,
        .utmi_rx_active_o(rx_active), .utmi_rx_valid_o(rx_valid), .utmi_rx_data_o(rx_data), .utmi_rx_error_o(rx_error),
        .utmi_tx_valid_i(tx_valid), .utmi_tx_data_i(tx_data), .utmi_tx_ready_o(tx_ready),
        .utmi_xcvr_select_i(xcvr), .utmi_term_select_i(term), .utmi_op_mode_i(mode), .utmi_suspend_ni(suspend_n),
        .utmi_line_state_o(line), .utmi_vbus_valid_o(vbus)
    );

    nic_hs #(
        .HS(1'b0), .SYS_MHZ(48), .TX_MHZ(50), .TX_BUF_BYTES(TX_BUF_BYTES), .RX_BUF_BYTES(RX_BUF_BYTES),
        .DESC_DEPTH(DESC_DEPTH), .RX_FRAMES(RX_FRAMES), .MAX_FRAME(MAX_FRAME), .DUAL_RAM(DUAL_RAM),
        .PROCESSOR(PROCESSOR), .CLOCKS(CLOCKS), .SERIAL(SERIAL)
    ) u_nic (
        .clk_i, .rst_i,
        .utmi_rx_active_i(rx_active), .utmi_rx_valid_i(rx_valid), .utmi_rx_data_i(rx_data), .utmi_rx_error_i(rx_error),
        .utmi_tx_ready_i(tx_ready), .utmi_line_state_i(line), .utmi_vbus_valid_i(vbus),
        .utmi_tx_valid_o(tx_valid), .utmi_tx_data_o(tx_data),
        .utmi_xcvr_select_o(xcvr), .utmi_term_select_o(term), .utmi_op_mode_o(mode), .utmi_suspend_n_o(suspend_n),
        .bus_reset_o(), .high_speed_o(), .configured_o,
        .clk_tx_i(clk_ref_i), .rst_tx_i(1'b0), .clk_rx_i(clk_ref_i), .rst_rx_i(1'b0),
        .tx_ce_i(tx_ce), .gmii_txd_o(txd), .gmii_tx_en_o(tx_en), .gmii_tx_er_o(tx_er),
        .rx_ce_i(rx_ce), .gmii_rxd_i({4'h0, rxd}), .gmii_rx_dv_i(rx_dv), .gmii_rx_er_i(rx_er),
        .pins_valid_i(rmii_crs_dv_i), .pins_i({6'h0, rmii_rxd_i}),
        .mdc_o, .mdio_o, .mdio_oe_o, .mdio_i, .speed_o, .led_o, .tx_skip_i('0), .idle_o()
    );

    nic_reset_sync u_reset (.clk_i(clk_ref_i), .arst_i(rst_i), .rst_o(rst_ref));
    nic_sync u_speed (.clk_i(clk_ref_i), .rst_i(rst_ref), .d_i(speed_o == nic_regs_pkg::SPEED_M100), .q_o(mbps100));

    nic_rmii_tx u_rmii_tx (
        .clk_i(clk_ref_i), .rst_i(rst_ref), .mbps100_i(mbps100),
        .ce_o(tx_ce), .mii_txd_i(txd[3:0]), .mii_tx_en_i(tx_en), .mii_tx_er_i(tx_er), .rmii_txd_o, .rmii_tx_en_o
    );
    nic_rmii_rx u_rmii_rx (
        .clk_i(clk_ref_i), .rst_i(rst_ref), .mbps100_i(mbps100), .rmii_rxd_i, .rmii_crs_dv_i, .rmii_rx_er_i,
        .ce_o(rx_ce), .mii_rxd_o(rxd), .mii_rx_dv_o(rx_dv), .mii_rx_er_o(rx_er)
    );
endmodule

`default_nettype wire
