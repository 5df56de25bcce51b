// SPDX-License-Identifier: Apache-2.0
// Counter in reflected Gray code without a binary one beside it: exactly one bit changes with each step, wrap included.
`default_nettype none

module nic_gray_counter #(
    parameter int unsigned WIDTH = 5
) (
    input wire clk_i,
    input wire rst_i,
    input wire step_i,
    // Straight from flip-flops; 0 after reset.
    output logic [WIDTH-1:0] count_o
);
    if (WIDTH < 3) $fatal(1, "nic_gray_counter: WIDTH must be at least 3");

    // Parity of the count: even steps turn bit 0, odd ones the bit above the lowest 1, or the top bit if that is the 1.
    logic odd_q;
    logic [WIDTH-1:0] turn;

    assign turn[0] = !odd_q;
    assign turn[1] = odd_q && count_o[0];
    for (genvar i = 2; i < WIDTH - 1; i++) begin : g_turn
        assign turn[i] = odd_q && count_o[i-1] && count_o[i-2:0] == '0;
    end
    assign turn[WIDTH-1] = odd_q && count_o[WIDTH-3:0] == '0;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            odd_q <= 1'b0;
            count_o <= '0;
        end else if (step_i) begin
            odd_q <= !odd_q;
            count_o <= count_o ^ turn;
        end
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        // One bit turns at a time.
        if (!rst_i) a_one_bit: assert ($onehot(turn));
    end
`endif
endmodule

`default_nettype wire
