// SPDX-License-Identifier: Apache-2.0
// ButterStick r1.0: names swapped and stuck data pins of the USB3343 on the lights, see nic_ulpi_pins. Not yet run on a board.
`default_nettype none

module nic_butterstick_pins #(
    // See nic_ulpi_pins.
    parameter int unsigned TRY = 20
) (
    input wire clk30_i,

    // As in nic_butterstick.
    output wire ulpi_clk_o,
    output wire ulpi_rst_no,
    inout wire [7:0] ulpi_data_io,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,
    output wire [2:0] vccio_pdm_o,
    output wire vccio_en_o,
    output wire [6:0] led_o,
    output wire [2:0] led_color_o
);
    assign led_color_o = 3'b010;

    (* keep *) wire clk_sys;                     // constraints/bitstream.py knows it by name
    wire locked, unused_os;
    wire unused = &{1'b0, unused_os};

    nic_ecp5_pll #(.IN_DIV(1), .FB_DIV(2), .OP_DIV(10), .OS_DIV(10)) u_pll_sys (
        .clk_i(clk30_i),
        .op_o(clk_sys),
        .os_o(unused_os),
        .locked_o(locked)
    );

    // On within the PHY's first reset.
    nic_butterstick_supply #(.WAIT(TRY - 4)) u_supply (.clk_i(clk_sys), .vccio_pdm_o, .vccio_en_o);

    nic_ecp5_ulpi_pins #(.ULPI_CLOCK_OUT(1'b1), .TRY(TRY)) u_board (
        .clk_start_i(clk_sys),
        .locked_i(locked),
        .clk_sys_i(clk_sys),
        .ulpi_clk_o,
        .ulpi_rst_o(ulpi_rst_no),
        .ulpi_data_io,
        .ulpi_dir_i,
        .ulpi_nxt_i,
        .ulpi_stp_o,
        .led_o
    );
endmodule

`default_nettype wire
