// SPDX-License-Identifier: Apache-2.0
// ECPIX-5: nic_hs between the pins of a USB3300 (ULPI, which gives 60 MHz) and a KSZ9031RNX (RGMII). Not yet run on a board; which
// ball ulpi_data_io[6] is differs between sources, see constraints/ecpix5.lpf.
`default_nettype none

module nic_ecpix5 #(
    // See nic_ecp5_hs.
    parameter int unsigned START = 21
) (
    input wire clk100_i,

    // USB3300.
    input wire ulpi_clk_i,
    output wire ulpi_rst_o,
    inout wire [7:0] ulpi_data_io,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,
    // Of the USB-C socket, active low: a device gives no 5 V.
    output wire vbus_en_no,

    // KSZ9031RNX: delays RXC by itself, TXC not; in reset until rst_n is high.
    output wire eth_rst_no,
    output wire eth_mdc_o,
    inout wire eth_mdio_io,
    output wire rgmii_txc_o,
    output wire [3:0] rgmii_txd_o,
    output wire rgmii_tx_ctl_o,
    input wire rgmii_rxc_i,
    input wire [3:0] rgmii_rxd_i,
    input wire rgmii_rx_ctl_i,

    // Active low, as in nic_ecp5_hs: green of three lights, then red of four.
    output wire [6:0] led_no
);
    wire [6:0] led;
    assign led_no = ~led;

    // 100 / 4 * 5 = 125 MHz, VCO 625 MHz.
    (* keep *) wire clk_tx;                      // constraints/bitstream.py knows it by name
    wire locked, unused_os, unused_clk;
    wire unused = &{1'b0, unused_os, unused_clk};

    nic_ecp5_pll #(.IN_DIV(4), .FB_DIV(5), .OP_DIV(5), .OS_DIV(5)) u_pll_tx (
        .clk_i(clk100_i),
        .op_o(clk_tx),
        .os_o(unused_os),
        .locked_o(locked)
    );

    assign vbus_en_no = 1'b1;

    // 21 ms for the PHYs' reset, counted by a clock that does not come from one of them. TXC 2 ns behind the data.
    nic_ecp5_hs #(.ULPI_RESET_HIGH(1'b1), .START(START)) u_board (
        .clk_start_i(clk100_i),
        .locked_i(locked),
        .clk_sys_i(ulpi_clk_i),
        .clk_tx_i(clk_tx),
        .ulpi_clk_o(unused_clk),
        .ulpi_rst_o,
        .ulpi_data_io,
        .ulpi_dir_i,
        .ulpi_nxt_i,
        .ulpi_stp_o,
        .eth_rst_no,
        .eth_mdc_o,
        .eth_mdio_io,
        .rgmii_txc_o,
        .rgmii_txd_o,
        .rgmii_tx_ctl_o,
        .rgmii_rxc_i,
        .rgmii_rxd_i,
        .rgmii_rx_ctl_i,
        .led_o(led)
    );
endmodule

`default_nettype wire
