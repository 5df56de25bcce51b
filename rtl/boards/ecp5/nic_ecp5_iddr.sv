// SPDX-License-Identifier: Apache-2.0
// ECP5 input cells of two values a clock: what stood at the rising edge and at the falling edge behind it, in one clock.
`default_nettype none

module nic_ecp5_iddr #(
    parameter int WIDTH = 1
) (
    input wire clk_i,
    input wire [WIDTH-1:0] pin_i,
    output wire [WIDTH-1:0] rise_o,
    output wire [WIDTH-1:0] fall_o
);
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        IDDRX1F u_iddr (.D(pin_i[i]), .SCLK(clk_i), .RST(1'b0), .Q0(rise_o[i]), .Q1(fall_o[i]));
    end
endmodule

`default_nettype wire
