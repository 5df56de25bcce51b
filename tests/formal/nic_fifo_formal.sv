// SPDX-License-Identifier: Apache-2.0
// What nic_fifo promises, for any traffic: the n-th word put is the n-th word taken, which is order, no loss and no
// duplication in one; a word offered stays; neither side waits for nothing.
`default_nettype none

module nic_fifo_formal #(
    parameter int unsigned BRAM = 0
) (
    input wire clk_i,
    input wire rst_i,
    input wire in_valid_i,
    input wire [1:0] in_data_i,
    input wire out_ready_i,
    // Marks the word put in this clock as the one to watch, at an instant of the solver's choice.
    input wire mark_i
);
    localparam int unsigned DEPTH = 4;

    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;

    wire in_ready, out_valid;
    wire [1:0] out_data;
    wire [2:0] count;

    nic_fifo #(.WIDTH(2), .DEPTH(DEPTH), .BRAM(BRAM)) u_dut (
        .clk_i,
        .rst_i(rst),
        .in_valid_i,
        .in_ready_o(in_ready),
        .in_data_i,
        .out_valid_o(out_valid),
        .out_ready_i,
        .out_data_o(out_data),
        .count_o(count)
    );

    wire put = in_valid_i && in_ready;
    wire take = out_valid && out_ready_i;

    // Words inside, counted outside; ahead_q is how many of them leave before the marked one.
    logic [2:0] held_q;
    logic marked_q;
    logic [2:0] ahead_q;
    logic [1:0] watched_q;
    wire mark = mark_i && put && !marked_q;

    always_ff @(posedge clk_i) begin
        if (rst) begin
            held_q <= '0;
            marked_q <= 1'b0;
            ahead_q <= '0;
        end else begin
            held_q <= held_q + 3'(put) - 3'(take);
            if (mark) begin
                marked_q <= 1'b1;
                watched_q <= in_data_i;
                ahead_q <= held_q - 3'(take);
            end else if (marked_q && take) begin
                ahead_q <= ahead_q - 1'b1;
                if (ahead_q == '0) marked_q <= 1'b0;
            end
        end
    end

    // The clock before, to see what must have stayed.
    logic stalled_q, starved_q, was_full_q, was_marked_q;
    logic [1:0] data_q;
    always_ff @(posedge clk_i) begin
        stalled_q <= !rst && out_valid && !out_ready_i;
        starved_q <= !rst && !out_valid && held_q != '0;
        data_q <= out_data;
        was_full_q <= !rst && (was_full_q || !in_ready);
        was_marked_q <= !rst && (was_marked_q || marked_q);
    end

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // The count is the number of words inside, and never more than DEPTH.
            a_count: assert (count == held_q && held_q <= 3'(DEPTH));
            // There is room exactly while fewer than DEPTH words are inside.
            a_ready: assert (in_ready == (held_q < 3'(DEPTH)));
            // Nothing comes out of an empty FIFO.
            a_no_underflow: assert (!out_valid || held_q != '0);
            // A word inside is offered at most one clock later.
            a_prompt: assert (out_valid || !starved_q);
            // A word offered stays until it is taken.
            a_stays: assert (!stalled_q || (out_valid && out_data == data_q));
            // The marked word is inside and comes out unchanged when those before it have gone.
            a_marked_inside: assert (!marked_q || ahead_q < held_q);
            a_marked_data: assert (!marked_q || ahead_q != '0 || !out_valid || out_data == watched_q);

            // It fills up and drains again.
            c_full_then_empty: cover (was_full_q && held_q == '0);
            // A word marked behind three others comes out.
            c_marked_behind: cover (marked_q && ahead_q == 3'd3 && take);
            c_marked_taken: cover (was_marked_q && !marked_q && watched_q == 2'd2);
        end
    end
endmodule

`default_nettype wire
