// SPDX-License-Identifier: Apache-2.0
// Carries whole words from one clock domain into another, by a request and an acknowledge that toggle. One word is
// under way at a time, about three clocks of each side a word; for a stream use nic_afifo.
`default_nettype none

module nic_cdc_bus #(
    parameter int unsigned WIDTH = 8
) (
    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    // They may be released in any order.
    input wire clk_src_i,
    input wire rst_src_i,
    // The word is taken in a clock with valid and ready. While ready is low, valid and data may change or go away:
    // what counts is the word at the moment it is taken. So valid may be tied high to send the latest value for ever.
    input wire src_valid_i,
    output wire src_ready_o,
    input wire [WIDTH-1:0] src_data_i,

    input wire clk_dst_i,
    input wire rst_dst_i,
    // A pulse for each word taken, in order; the data is stable from there until the next pulse, zero after reset.
    output logic dst_valid_o,
    output logic [WIDTH-1:0] dst_data_o
);
    logic request_q;
    logic acknowledge_src;
    logic [WIDTH-1:0] word_q;

    logic request_dst;
    logic seen_q;

    // The word is stable from one clock before the request is seen until the acknowledge is back, so its bits
    // need no synchroniser. A constraint for the tools: less than two clk_dst_i periods of delay.
    assign src_ready_o = request_q == acknowledge_src;

    always_ff @(posedge clk_src_i) begin
        if (rst_src_i) request_q <= 1'b0;
        else if (src_valid_i && src_ready_o) request_q <= ~request_q;
    end

    always_ff @(posedge clk_src_i) begin
        if (src_valid_i && src_ready_o) word_q <= src_data_i;
    end

    nic_sync u_sync_request (
        .clk_i(clk_dst_i),
        .rst_i(rst_dst_i),
        .d_i(request_q),
        .q_o(request_dst)
    );

    nic_sync u_sync_acknowledge (
        .clk_i(clk_src_i),
        .rst_i(rst_src_i),
        .d_i(seen_q),
        .q_o(acknowledge_src)
    );

    always_ff @(posedge clk_dst_i) begin
        if (rst_dst_i) begin
            seen_q <= 1'b0;
            dst_valid_o <= 1'b0;
            dst_data_o <= '0;
        end else begin
            seen_q <= request_dst;
            dst_valid_o <= request_dst != seen_q;
            if (request_dst != seen_q) dst_data_o <= word_q;
        end
    end
endmodule

`default_nettype wire
