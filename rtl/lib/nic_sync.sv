// SPDX-License-Identifier: Apache-2.0
// Two flip-flops that bring slowly changing bits into a clock domain. The bits are independent of each other:
// two that change together may arrive a clock apart. A word that must stay together goes through nic_cdc_bus.
`default_nettype none

module nic_sync #(
    parameter int unsigned WIDTH = 1,
    parameter logic [WIDTH-1:0] RESET = '0
) (
    input wire clk_i,
    input wire rst_i,

    // From anywhere, glitch-free (straight from flip-flops), each level held for more than one clk_i period.
    input wire [WIDTH-1:0] d_i,
    // d_i two clocks later; RESET while rst_i.
    output logic [WIDTH-1:0] q_o
);
    (* async_reg = "true" *) logic [WIDTH-1:0] meta_q;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            meta_q <= RESET;
            q_o <= RESET;
        end else begin
            meta_q <= d_i;
            q_o <= meta_q;
        end
    end
endmodule

`default_nettype wire
