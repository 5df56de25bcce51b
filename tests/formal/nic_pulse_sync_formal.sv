// SPDX-License-Identifier: Apache-2.0
// What nic_pulse_sync promises when its two clocks run freely against each other and pulses keep their distance: one pulse
// out for each pulse in, within three clk_dst_i edges.
`default_nettype none

module nic_pulse_sync_formal #(
    // Both sides on clk_src_i: the covers are found sooner.
    parameter bit ONE_CLOCK = 1'b0
) (
    // Any two signals: every ratio, phase, drift and stop of the clocks is among the traces.
    input wire clk_src_i,
    input wire clk_dst_free_i,
    input wire want_i,
    // Release the resets, in any order.
    input wire release_src_i,
    input wire release_dst_i
);
    wire clk_dst_i = ONE_CLOCK ? clk_src_i : clk_dst_free_i;

    // All flip-flops start anywhere. Both resets are high until each clock has risen once in that state, then each falls
    // when it likes: so this is also a reset in the middle of any traffic.
    logic rst_src_q = 1'b1, rst_dst_q = 1'b1, seen_src_q = 1'b0, seen_dst_q = 1'b0;
    always_ff @(posedge clk_src_i) begin
        seen_src_q <= 1'b1;
        if (seen_src_q && seen_dst_q && release_src_i) rst_src_q <= 1'b0;
    end
    always_ff @(posedge clk_dst_i) begin
        seen_dst_q <= 1'b1;
        if (seen_src_q && seen_dst_q && release_dst_i) rst_dst_q <= 1'b0;
    end

    // The source keeps its promise: the next pulse comes only when clk_dst_i has risen three times, counted modulo 16,
    // or when the last one has been seen.
    logic [3:0] edges_q = '0, since_q;
    logic [1:0] sent_q, got_q;
    wire [1:0] under_way = sent_q - got_q;
    wire far = under_way == '0 || 4'(edges_q - since_q) >= 4'd3;
    wire pulse = !rst_src_q && want_i && far;
    wire pulse_out;

    nic_pulse_sync u_dut (
        .clk_src_i,
        .rst_src_i(rst_src_q),
        .pulse_i(pulse),
        .clk_dst_i,
        .rst_dst_i(rst_dst_q),
        .pulse_o(pulse_out)
    );

    always_ff @(posedge clk_src_i) begin
        if (rst_src_q) begin
            sent_q <= '0;
        end else if (pulse) begin
            sent_q <= sent_q + 1'b1;
            since_q <= edges_q;
        end
    end

    // Edges are counted while a pulse is under way and the destination is out of reset.
    always_ff @(posedge clk_dst_i) begin
        if (rst_dst_q) begin
            got_q <= '0;
        end else begin
            got_q <= got_q + 2'(pulse_out);
            edges_q <= edges_q + 1'b1;
        end
    end

    always_ff @(posedge clk_dst_i) begin
        if (!rst_dst_q) begin
            // A pulse out is a pulse that came in.
            a_pulse: assert (!pulse_out || under_way != '0);
            // It comes within three edges: none is lost.
            a_prompt: assert (pulse_out || under_way == '0 || 4'(edges_q - since_q) < 4'd3);
            c_three: cover (pulse_out && got_q == 2'd2);
        end
    end

    always_ff @(posedge clk_src_i) begin
        if (!rst_src_q) begin
            // So at most one is under way.
            a_one: assert (under_way <= 2'd1 || 4'(edges_q - since_q) < 4'd3);
            c_kept: cover (rst_dst_q && under_way == 2'd1);
        end
    end
endmodule

`default_nettype wire
