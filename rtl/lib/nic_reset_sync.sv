// SPDX-License-Identifier: Apache-2.0
// Brings a reset into a clock domain: asserted at once, even when the clock stands, released in step with the clock.
// The only asynchronous reset of the design; everything behind it uses rst_o as a synchronous one.
`default_nettype none

module nic_reset_sync (
    input wire clk_i,
    // Active high, from any domain, glitch-free.
    input wire arst_i,
    // High from power-up, or the moment arst_i rises, until the second clk_i edge after it has fallen.
    output wire rst_o
);
    (* async_reg = "true" *) logic meta_q = 1'b1;
    logic rst_q = 1'b1;

    assign rst_o = rst_q;

    always_ff @(posedge clk_i or posedge arst_i) begin
        if (arst_i) begin
            meta_q <= 1'b1;
            rst_q <= 1'b1;
        end else begin
            meta_q <= 1'b0;
            rst_q <= meta_q;
        end
    end
endmodule

`default_nettype wire
