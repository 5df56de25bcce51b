// SPDX-License-Identifier: Apache-2.0
// ECP5 output cells of two values a clock, each with a delay to its pin.
`default_nettype none

module nic_ecp5_oddr #(
    parameter int WIDTH = 1,
    // In steps of 25 ps, up to 127.
    parameter int DELAY = 0
) (
    input wire clk_i,
    // To be output in the first and in the second half of a clock.
    input wire [WIDTH-1:0] rise_i,
    input wire [WIDTH-1:0] fall_i,
    output wire [WIDTH-1:0] pin_o
);
    wire [WIDTH-1:0] out;

    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        ODDRX1F u_oddr (.SCLK(clk_i), .RST(1'b0), .D0(rise_i[i]), .D1(fall_i[i]), .Q(out[i]));
        if (DELAY != 0) begin : g_delay
            DELAYG #(.DEL_MODE("USER_DEFINED"), .DEL_VALUE(DELAY)) u_delay (.A(out[i]), .Z(pin_o[i]));
        end else begin : g_no_delay
            assign pin_o[i] = out[i];
        end
    end
endmodule

`default_nettype wire
