// SPDX-License-Identifier: Apache-2.0
// ECPIX-5: names swapped and stuck data pins of the USB3300 on the lights, see nic_ulpi_pins. Not yet run on a board.
`default_nettype none

module nic_ecpix5_pins #(
    // See nic_ulpi_pins.
    parameter int unsigned TRY = 20
) (
    input wire clk100_i,

    // As in nic_ecpix5.
    input wire ulpi_clk_i,
    output wire ulpi_rst_o,
    inout wire [7:0] ulpi_data_io,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,
    output wire vbus_en_no,
    output wire [6:0] led_no
);
    wire [6:0] led;
    wire unused_clk;
    wire unused = &{1'b0, unused_clk};
    assign led_no = ~led;
    assign vbus_en_no = 1'b1;

    nic_ecp5_ulpi_pins #(.ULPI_RESET_HIGH(1'b1), .TRY(TRY)) u_board (
        .clk_start_i(clk100_i),
        .locked_i(1'b1),
        .clk_sys_i(ulpi_clk_i),
        .ulpi_clk_o(unused_clk),
        .ulpi_rst_o,
        .ulpi_data_io,
        .ulpi_dir_i,
        .ulpi_nxt_i,
        .ulpi_stp_o,
        .led_o(led)
    );
endmodule

`default_nettype wire
