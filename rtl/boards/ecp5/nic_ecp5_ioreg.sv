// SPDX-License-Identifier: Apache-2.0
// ECP5 pads of both directions, each with three registers in its I/O cell: in, out and direction. Not driven before the first clock.
`default_nettype none

module nic_ecp5_ioreg #(
    parameter int WIDTH = 1
) (
    input wire clk_i,
    inout wire [WIDTH-1:0] pin_io,
    input wire oe_i,
    input wire [WIDTH-1:0] out_i,
    output wire [WIDTH-1:0] in_o
);
    wire [WIDTH-1:0] pin_in, pin_out, release_q;

    nic_ecp5_ireg #(.WIDTH(WIDTH)) u_in (.clk_i, .pin_i(pin_in), .in_o);
    nic_ecp5_oreg #(.WIDTH(WIDTH)) u_out (.clk_i, .out_i, .pin_o(pin_out));
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        OFS1P3BX u_release (.D(!oe_i), .SP(1'b1), .SCLK(clk_i), .PD(1'b0), .Q(release_q[i]));
        BB u_bb (.I(pin_out[i]), .T(release_q[i]), .O(pin_in[i]), .B(pin_io[i]));
    end
endmodule

`default_nettype wire
