// SPDX-License-Identifier: Apache-2.0
// iCE40 pads of both directions.
`default_nettype none

module nic_ice40_iobuf #(
    parameter int WIDTH = 1,
    // About 100 kOhm to the supply.
    parameter bit PULLUP = 1'b0
) (
    inout wire [WIDTH-1:0] pin_io,
    input wire oe_i,
    input wire [WIDTH-1:0] out_i,
    output wire [WIDTH-1:0] in_o
);
    // PIN_OUTPUT_TRISTATE, PIN_INPUT.
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        SB_IO #(.PIN_TYPE(6'b101001), .PULLUP(PULLUP)) u_io (
            .PACKAGE_PIN(pin_io[i]),
            .INPUT_CLK(1'b0),
            .OUTPUT_CLK(1'b0),
            .OUTPUT_ENABLE(oe_i),
            .D_OUT_0(out_i[i]),
            .D_IN_0(in_o[i])
        );
    end
endmodule

`default_nettype wire
