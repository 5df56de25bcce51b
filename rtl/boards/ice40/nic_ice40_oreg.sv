// SPDX-License-Identifier: Apache-2.0
// iCE40 output pins, each with a register in its pad.
`default_nettype none

module nic_ice40_oreg #(
    parameter int WIDTH = 1
) (
    input wire clk_i,
    input wire [WIDTH-1:0] out_i,
    inout wire [WIDTH-1:0] pin_io
);
    wire [WIDTH-1:0] unused_in;
    wire unused = &{1'b0, unused_in};

    // PIN_OUTPUT_REGISTERED.
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        SB_IO #(.PIN_TYPE(6'b010101)) u_io (
            .PACKAGE_PIN(pin_io[i]),
            .INPUT_CLK(1'b0),
            .OUTPUT_CLK(clk_i),
            .OUTPUT_ENABLE(1'b1),
            .D_OUT_0(out_i[i]),
            .D_IN_0(unused_in[i])
        );
    end
endmodule

`default_nettype wire
