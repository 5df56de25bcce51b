// SPDX-License-Identifier: Apache-2.0
// nic_fs as the board model verilates it: what a board without a high-speed transceiver adds, PLLs, pads and MDIO, is left out.
`default_nettype none

module nic_board_fs (
    input wire clk_i,
    input wire rst_i,
    input wire usb_dp_i,
    input wire usb_dn_i,
    output wire usb_dp_o,
    output wire usb_dn_o,
    output wire usb_oe_o,
    output wire usb_pullup_o,
    input wire usb_vbus_i,
    input wire clk_tx_i,
    output wire [1:0] rmii_txd_o,
    output wire rmii_tx_en_o,
    input wire [1:0] rmii_rxd_i,
    input wire rmii_crs_dv_i,
    input wire rmii_rx_er_i,
    output wire [1:0] speed_o
);
    nic_fs u_nic (
        .clk_i, .rst_i, .usb_dp_i, .usb_dn_i, .usb_dp_o, .usb_dn_o, .usb_oe_o, .usb_pullup_o, .usb_vbus_i,
        .configured_o(), .clk_ref_i(clk_tx_i), .rmii_txd_o, .rmii_tx_en_o, .rmii_rxd_i, .rmii_crs_dv_i, .rmii_rx_er_i,
        .mdc_o(), .mdio_o(), .mdio_oe_o(), .mdio_i(1'b1), .speed_o
    );
endmodule

`default_nettype wire
