// SPDX-License-Identifier: Apache-2.0
// ButterStick r1.0: nic_hs between the pins of a USB3343 (ULPI) and a KSZ9031RNX (RGMII). Not yet run on a board.
`default_nettype none

module nic_butterstick #(
    // See nic_ecp5_hs.
    parameter int unsigned START = 20
) (
    input wire clk30_i,

    // USB3343, which takes its 60 MHz from here.
    output wire ulpi_clk_o,
    output wire ulpi_rst_no,
    inout wire [7:0] ulpi_data_io,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,

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

    // See nic_butterstick_supply.
    output wire [2:0] vccio_pdm_o,
    output wire vccio_en_o,

    // As in nic_ecp5_hs; one colour of three for all, blue.
    output wire [6:0] led_o,
    output wire [2:0] led_color_o
);
    assign led_color_o = 3'b010;

    // 30 MHz * 2 = 60 MHz, VCO 600 MHz; 30 / 3 * 5 * 15 = 750 MHz, / 6 = 125 MHz.
    (* keep *) wire clk_sys, clk_tx;             // constraints/bitstream.py knows them by name
    wire locked_sys, locked_tx;
    wire unused_os, unused_op;
    wire unused = &{1'b0, unused_os, unused_op};

    nic_ecp5_pll #(.IN_DIV(1), .FB_DIV(2), .OP_DIV(10), .OS_DIV(10)) u_pll_sys (
        .clk_i(clk30_i),
        .op_o(clk_sys),
        .os_o(unused_os),
        .locked_o(locked_sys)
    );
    nic_ecp5_pll #(.IN_DIV(3), .FB_DIV(5), .OP_DIV(15), .OS_DIV(6)) u_pll_tx (
        .clk_i(clk30_i),
        .op_o(unused_op),
        .os_o(clk_tx),
        .locked_o(locked_tx)
    );

    // On after a 16th of the PHYs' reset.
    nic_butterstick_supply #(.WAIT(START - 4)) u_supply (.clk_i(clk_sys), .vccio_pdm_o, .vccio_en_o);

    // 17 ms for the PHYs' reset (KSZ9031: 10 ms or more). TXC 2 ns behind the data.
    nic_ecp5_hs #(.ULPI_CLOCK_OUT(1'b1), .START(START)) u_board (
        .clk_start_i(clk_sys),
        .locked_i(locked_sys && locked_tx),
        .clk_sys_i(clk_sys),
        .clk_tx_i(clk_tx),
        .ulpi_clk_o,
        .ulpi_rst_o(ulpi_rst_no),
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
        .led_o
    );
endmodule

`default_nettype wire
