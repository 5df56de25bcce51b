// SPDX-License-Identifier: Apache-2.0
// nic_ulpi_pins with the cells at its pins, as nic_ecp5_hs has them.
`default_nettype none

module nic_ecp5_ulpi_pins #(
    // See nic_ulpi.
    parameter bit ULPI_CLOCK_OUT = 1'b0,
    parameter bit ULPI_RESET_HIGH = 1'b0,
    // See nic_ulpi_pins.
    parameter int unsigned TRY = 20
) (
    // A clock that runs without the PHY; its PLL is locked.
    input wire clk_start_i,
    input wire locked_i,
    // 60 MHz.
    input wire clk_sys_i,

    // Pins.
    output wire ulpi_clk_o,
    output wire ulpi_rst_o,
    inout wire [7:0] ulpi_data_io,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,

    // The result.
    output wire [6:0] led_o
);
    wire rst_start, phy_rst, data_oe, stp;
    wire [7:0] data_in, data_out, data_pad_in, data_pad_out;

    nic_reset_sync u_reset (.clk_i(clk_start_i), .arst_i(!locked_i), .rst_o(rst_start));

    nic_ulpi_pins #(.TRY(TRY)) u_pins (
        .clk_start_i,
        .rst_start_i(rst_start),
        .clk_i(clk_sys_i),
        .phy_rst_o(phy_rst),
        .ulpi_data_i(data_in),
        .ulpi_data_o(data_out),
        .ulpi_data_oe_o(data_oe),
        .ulpi_dir_i,
        .ulpi_nxt_i,
        .ulpi_stp_o(stp),
        .result_o(led_o)
    );
    assign ulpi_rst_o = ULPI_RESET_HIGH ? phy_rst : !phy_rst;

    nic_ecp5_iobuf #(.WIDTH(8)) u_ulpi_data (.pin_io(ulpi_data_io), .oe_i(data_oe), .out_i(data_pad_out), .in_o(data_pad_in));
    nic_ecp5_ireg #(.WIDTH(8), .ZERO_HOLD(!ULPI_CLOCK_OUT)) u_ulpi_in (.clk_i(clk_sys_i), .pin_i(data_pad_in), .in_o(data_in));
    nic_ecp5_oreg #(.WIDTH(9), .DELAY(ULPI_CLOCK_OUT ? 80 : 0)) u_ulpi_out (.clk_i(clk_sys_i), .out_i({stp, data_out}), .pin_o({ulpi_stp_o, data_pad_out}));
    if (ULPI_CLOCK_OUT) begin : g_clock_out
        nic_ecp5_oddr u_ulpi_clk (.clk_i(clk_sys_i), .rise_i(1'b1), .fall_i(1'b0), .pin_o(ulpi_clk_o));
    end else begin : g_clock_in
        assign ulpi_clk_o = 1'b0;
    end
endmodule

`default_nettype wire
