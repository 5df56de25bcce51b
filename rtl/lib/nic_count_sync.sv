// SPDX-License-Identifier: Apache-2.0
// A counter in one clock domain that another domain reads: it steps by one and crosses in Gray
// code, so what is read is a value that it has or had. What the steps stand for (a word written to
// a RAM, say) is in place when they are seen.
`default_nettype none

module nic_count_sync #(
    parameter int unsigned WIDTH = 7
) (
    // The two resets overlap, and the reader's ends last.
    input wire clk_src_i,
    input wire rst_src_i,
    input wire step_i,
    output wire [WIDTH-1:0] count_src_o,

    input wire clk_dst_i,
    input wire rst_dst_i,
    output wire [WIDTH-1:0] count_dst_o
);
    logic [WIDTH-1:0] count_q, gray_q, gray_dst;
    wire [WIDTH-1:0] next = count_q + 1'b1;

    assign count_src_o = count_q;

    always_ff @(posedge clk_src_i) begin
        if (rst_src_i) begin
            count_q <= '0;
            gray_q <= '0;
        end else if (step_i) begin
            count_q <= next;
            gray_q <= next ^ (next >> 1);
        end
    end

    nic_sync #(.WIDTH(WIDTH)) u_sync (
        .clk_i(clk_dst_i),
        .rst_i(rst_dst_i),
        .d_i(gray_q),
        .q_o(gray_dst)
    );

    for (genvar i = 0; i < WIDTH; i++) begin : g_binary
        assign count_dst_o[i] = ^(gray_dst >> i);
    end

`ifndef SYNTHESIS
    logic [WIDTH-1:0] before_q;
    logic [WIDTH-1:0] change;
    logic known_q = 1'b0;
    assign change = gray_q ^ before_q;
    always_ff @(posedge clk_src_i) begin
        before_q <= gray_q;
        known_q <= !rst_src_i;
        // One bit at a time leaves this domain.
        a_one_bit: assert (!known_q || rst_src_i || (change & (change - 1'b1)) == '0);
    end
`endif
endmodule

`default_nettype wire
