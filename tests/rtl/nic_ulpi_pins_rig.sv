// SPDX-License-Identifier: Apache-2.0
// nic_ulpi_pins between the cells of an ECP5, its bus as nic_board_* have it.
`default_nettype none

module nic_ulpi_pins_rig (
    input wire clk_start_i,
    input wire clk_i,
    input wire locked_i,
    output wire phy_rst_o,
    input wire [7:0] ulpi_data_i,
    input wire ulpi_drive_i,
    output wire [7:0] ulpi_data_o,
    output wire ulpi_driven_o,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,
    output wire [6:0] result_o
);
    wire [7:0] ulpi_data;
    wire unused_clk;
    wire unused = &{1'b0, unused_clk};
    assign ulpi_data = ulpi_drive_i ? ulpi_data_i : 'z;
    assign ulpi_data_o = ulpi_data;
    assign ulpi_driven_o = u_dut.data_oe;

    nic_ecp5_ulpi_pins #(.ULPI_RESET_HIGH(1'b1), .TRY(12)) u_dut (
        .clk_start_i,
        .locked_i,
        .clk_sys_i(clk_i),
        .ulpi_clk_o(unused_clk),
        .ulpi_rst_o(phy_rst_o),
        .ulpi_data_io(ulpi_data),
        .ulpi_dir_i,
        .ulpi_nxt_i,
        .ulpi_stp_o,
        .led_o(result_o)
    );
endmodule

`default_nettype wire
