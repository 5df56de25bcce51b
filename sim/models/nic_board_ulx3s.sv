// SPDX-License-Identifier: Apache-2.0
// nic_ulx3s with its pins as the board model wants them, and the clock of its PLL.
`default_nettype none

module nic_board_ulx3s (
    // Of the PLL, which is locked; from the Ethernet module.
    input wire clk_sys_i,
    input wire locked_i,
    input wire clk_ref_i,

    // Whoever is outside drives a pin of both directions while drive; what the board drives shows while he does not.
    input wire [1:0] usb_i,
    input wire usb_drive_i,
    output wire [1:0] usb_o,
    output wire usb_driven_o,
    output wire usb_pullup_o,

    output wire mdc_o,
    input wire mdio_i,
    input wire mdio_drive_i,
    output wire mdio_o,
    output wire mdio_driven_o,
    output wire [1:0] rmii_txd_o,
    output wire rmii_tx_en_o,
    input wire [1:0] rmii_rxd_i,
    input wire rmii_crs_dv_i
);
    wire [1:0] usb;
    wire mdio, pull_up;
    assign usb = usb_drive_i ? usb_i : 'z;
    assign usb_o = usb;
    assign usb_driven_o = !(usb[0] === 1'bz);
    assign usb_pullup_o = pull_up;
    assign mdio = mdio_drive_i ? mdio_i : 1'bz;
    assign mdio_o = mdio;
    assign mdio_driven_o = !(mdio === 1'bz);

    nic_cell_clocks #(.REFERENCE_MHZ(25)) u_clocks (.mhz48_i(clk_sys_i), .mhz60_i(1'b0), .mhz125_i(1'b0), .locked_i);

    nic_ulx3s
`ifndef NETLIST                                  // which has no parameters
        #(.START(6))
`endif
        u_top (
        .clk25_i(1'b0),
        .usb_dp_io(usb[0]),
        .usb_dn_io(usb[1]),
        .usb_pullup_io(pull_up),
        .eth_refclk_i(clk_ref_i),
        .eth_mdc_o(mdc_o),
        .eth_mdio_io(mdio),
        .rmii_txd_o(rmii_txd_o),
        .rmii_tx_en_o(rmii_tx_en_o),
        .rmii_rxd_i(rmii_rxd_i),
        .rmii_crs_dv_i(rmii_crs_dv_i),
        .led_o()
    );
endmodule

`default_nettype wire
