// SPDX-License-Identifier: Apache-2.0
// iCE40 input pins, each with a register in its pad.
`default_nettype none

module nic_ice40_ireg #(
    parameter int WIDTH = 1
) (
    input wire clk_i,
    inout wire [WIDTH-1:0] pin_io,
    output wire [WIDTH-1:0] in_o
);
    // PIN_INPUT_REGISTERED, no output.
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        SB_IO #(.PIN_TYPE(6'b000000)) u_io (
            .PACKAGE_PIN(pin_io[i]),
            .INPUT_CLK(clk_i),
            .OUTPUT_CLK(1'b0),
            .OUTPUT_ENABLE(1'b0),
            .D_OUT_0(1'b0),
            .D_IN_0(in_o[i])
        );
    end
endmodule

`default_nettype wire
