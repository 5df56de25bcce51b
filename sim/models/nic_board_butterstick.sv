// SPDX-License-Identifier: Apache-2.0
// nic_butterstick with its pins as the board model wants them, and the clocks of its PLLs.
`default_nettype none

module nic_board_butterstick (
    // Of the oscillator or PLLs; all PLLs are locked.
    input wire clk_start_i,
    input wire clk_sys_i,
    input wire clk_tx_i,
    input wire locked_i,

    // Whoever is outside drives a pin of both directions while drive; what the board drives shows while he does not.
    output wire ulpi_clk_o,
    output wire ulpi_rst_o,
    input wire [7:0] ulpi_data_i,
    input wire ulpi_drive_i,
    output wire [7:0] ulpi_data_o,
    output wire ulpi_driven_o,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,

    output wire eth_rst_no,
    output wire mdc_o,
    input wire mdio_i,
    input wire mdio_drive_i,
    output wire mdio_o,
    output wire mdio_driven_o,
    output wire rgmii_txc_o,
    output wire [3:0] rgmii_txd_o,
    output wire rgmii_tx_ctl_o,
    input wire rgmii_rxc_i,
    input wire [3:0] rgmii_rxd_i,
    input wire rgmii_rx_ctl_i,
    // Lit.
    output wire [6:0] lights_o
);
    wire [7:0] ulpi_data;
    wire mdio, ulpi_rst_n, ulpi_clk, vccio_en;
    // From the end of its reset on the transceiver has no clock without the supply of its pins.
    assign ulpi_clk_o = ulpi_clk && (vccio_en || !ulpi_rst_n);
    assign ulpi_data = ulpi_drive_i ? ulpi_data_i : 'z;
    assign ulpi_data_o = ulpi_data;
    assign ulpi_driven_o = !(ulpi_data[0] === 1'bz);
    assign ulpi_rst_o = !ulpi_rst_n;
    assign mdio = mdio_drive_i ? mdio_i : 1'bz;
    assign mdio_o = mdio;
    assign mdio_driven_o = !(mdio === 1'bz);

    nic_cell_clocks #(.REFERENCE_MHZ(30)) u_clocks (
        .mhz48_i(1'b0), .mhz60_i(clk_sys_i), .mhz125_i(clk_tx_i), .locked_i
    );

    nic_butterstick
`ifndef NETLIST                                  // which has no parameters
        #(.START(6))
`endif
        u_top (
        .clk30_i(clk_start_i),
        .ulpi_clk_o(ulpi_clk),
        .ulpi_rst_no(ulpi_rst_n),
        .ulpi_data_io(ulpi_data),
        .ulpi_dir_i,
        .ulpi_nxt_i,
        .ulpi_stp_o,
        .eth_rst_no,
        .eth_mdc_o(mdc_o),
        .eth_mdio_io(mdio),
        .rgmii_txc_o,
        .rgmii_txd_o,
        .rgmii_tx_ctl_o,
        .rgmii_rxc_i,
        .rgmii_rxd_i,
        .rgmii_rx_ctl_i,
        .vccio_pdm_o(),
        .vccio_en_o(vccio_en),
        .led_o(lights_o),
        .led_color_o()
    );
endmodule

`default_nettype wire
