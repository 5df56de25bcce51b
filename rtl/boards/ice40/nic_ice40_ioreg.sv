// SPDX-License-Identifier: Apache-2.0
// iCE40 pads of both directions, each with three registers: in, out and direction. Not driven before the first clock.
`default_nettype none

module nic_ice40_ioreg #(
    parameter int WIDTH = 1
) (
    input wire clk_i,
    inout wire [WIDTH-1:0] pin_io,
    input wire oe_i,
    input wire [WIDTH-1:0] out_i,
    output wire [WIDTH-1:0] in_o
);
    // PIN_OUTPUT_REGISTERED_ENABLE_REGISTERED, PIN_INPUT_REGISTERED.
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        SB_IO #(.PIN_TYPE(6'b110100)) u_io (
            .PACKAGE_PIN(pin_io[i]),
            .INPUT_CLK(clk_i),
            .OUTPUT_CLK(clk_i),
            .OUTPUT_ENABLE(oe_i),
            .D_OUT_0(out_i[i]),
            .D_IN_0(in_o[i])
        );
    end
endmodule

`default_nettype wire
