// SPDX-License-Identifier: Apache-2.0
// ECP5 pads of both directions.
`default_nettype none

module nic_ecp5_iobuf #(
    parameter int WIDTH = 1
) (
    inout wire [WIDTH-1:0] pin_io,
    input wire oe_i,
    input wire [WIDTH-1:0] out_i,
    output wire [WIDTH-1:0] in_o
);
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        BB u_bb (.I(out_i[i]), .T(!oe_i), .O(in_o[i]), .B(pin_io[i]));
    end
endmodule

`default_nettype wire
