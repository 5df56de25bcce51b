// SPDX-License-Identifier: Apache-2.0
// Stands for nic_sync in a proof of what becomes of a line behind it: its two clocks are a delay of the line, and of nothing else.
`default_nettype none

module nic_sync #(
    parameter int unsigned WIDTH = 1,
    parameter logic [WIDTH-1:0] RESET = '0
) (
    input wire clk_i,
    input wire rst_i,
    input wire [WIDTH-1:0] d_i,
    output wire [WIDTH-1:0] q_o
);
    assign q_o = d_i;
endmodule

`default_nettype wire
