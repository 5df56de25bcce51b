// SPDX-License-Identifier: Apache-2.0
// What nic_afifo promises when its two clocks run freely against each other: the n-th word put is the n-th word taken,
// its pointers move one bit at a time, a word offered stays, and neither side waits for nothing.
`default_nettype none

module nic_afifo_formal (
    // Any two signals: every ratio, phase, drift and stop of the clocks is among the traces.
    input wire clk_in_i,
    input wire clk_out_i,
    input wire in_valid_i,
    input wire [1:0] in_data_i,
    input wire out_ready_i,
    // Release the resets, in any order.
    input wire release_in_i,
    input wire release_out_i,
    // Marks the word put in this clock as the one to watch, at an instant of the solver's choice.
    input wire mark_i
);
    localparam int unsigned DEPTH = 4;
    // One more word is in the RAM's output register.
    localparam int unsigned CAPACITY = DEPTH + 1;
    // Edges of its own clock that a side may wait for what the other has done: two synchroniser stages and
    // the RAM's output register.
    localparam int unsigned WAIT_IN = 2;
    localparam int unsigned WAIT_OUT = 3;

    // All flip-flops of the FIFO start anywhere. Both resets are high until each clock has risen once in that state,
    // then each falls when it likes: so this is also a reset in the middle of any traffic.
    logic rst_in_q = 1'b1, rst_out_q = 1'b1, seen_in_q = 1'b0, seen_out_q = 1'b0;
    always_ff @(posedge clk_in_i) begin
        seen_in_q <= 1'b1;
        if (seen_in_q && seen_out_q && release_in_i) rst_in_q <= 1'b0;
    end
    always_ff @(posedge clk_out_i) begin
        seen_out_q <= 1'b1;
        if (seen_in_q && seen_out_q && release_out_i) rst_out_q <= 1'b0;
    end

    wire in_ready, out_valid;
    wire [1:0] out_data;

    nic_afifo #(.WIDTH(2), .DEPTH(DEPTH)) u_dut (
        .clk_in_i,
        .rst_in_i(rst_in_q),
        .in_valid_i,
        .in_ready_o(in_ready),
        .in_data_i,
        .clk_out_i,
        .rst_out_i(rst_out_q),
        .out_valid_o(out_valid),
        .out_ready_i,
        .out_data_o(out_data)
    );

    wire put = !rst_in_q && in_valid_i && in_ready;
    wire take = !rst_out_q && out_valid && out_ready_i;

    // Words counted outside, modulo 8, which is more than can be inside; so the difference is the true number.
    logic [2:0] puts_q, takes_q;
    wire [2:0] held = puts_q - takes_q;

    logic marked_q, done_q;
    logic [2:0] index_q;
    logic [1:0] watched_q;

    always_ff @(posedge clk_in_i) begin
        if (rst_in_q) begin
            puts_q <= '0;
            marked_q <= 1'b0;
        end else begin
            puts_q <= puts_q + 3'(put);
            if (put && mark_i && !marked_q) begin
                marked_q <= 1'b1;
                index_q <= puts_q;
                watched_q <= in_data_i;
            end
        end
    end

    always_ff @(posedge clk_out_i) begin
        if (rst_out_q) begin
            takes_q <= '0;
            done_q <= 1'b0;
        end else begin
            takes_q <= takes_q + 3'(take);
            if (take && marked_q && takes_q == index_q) done_q <= 1'b1;
        end
    end

    // Edges waited for nothing, and the word that was on offer.
    logic [2:0] wait_in_q, wait_out_q;
    logic stalled_q, was_full_q;
    logic [1:0] data_q;

    always_ff @(posedge clk_in_i) begin
        if (rst_in_q || in_ready || held >= 3'(DEPTH)) wait_in_q <= '0;
        else wait_in_q <= wait_in_q + 1'b1;
        was_full_q <= !rst_in_q && (was_full_q || held == 3'(CAPACITY));
    end

    always_ff @(posedge clk_out_i) begin
        if (rst_out_q || out_valid || held == '0) wait_out_q <= '0;
        else wait_out_q <= wait_out_q + 1'b1;
        stalled_q <= !rst_out_q && out_valid && !out_ready_i;
        data_q <= out_data;
    end

    always_ff @(posedge clk_in_i) begin
        if (!rst_in_q) begin
            // It never holds more than its capacity.
            a_capacity: assert (held <= 3'(CAPACITY));
            // No word is accepted without a place for it.
            a_no_overflow: assert (!put || held < 3'(CAPACITY));
            // Free places show in time.
            a_room: assert (wait_in_q <= 3'(WAIT_IN));
            // The marked word is inside until it is taken.
            a_marked_inside: assert (!marked_q || done_q || 3'(index_q - takes_q) < held);

            c_full_then_empty: cover (was_full_q && held == '0);
        end
    end

    always_ff @(posedge clk_out_i) begin
        if (!rst_out_q) begin
            // Nothing comes out of an empty FIFO.
            a_no_underflow: assert (!out_valid || held != '0);
            // A word inside shows in time.
            a_prompt: assert (wait_out_q <= 3'(WAIT_OUT));
            // A word offered stays until it is taken.
            a_stays: assert (!stalled_q || (out_valid && out_data == data_q));
            // The marked word comes out in its place, unchanged.
            a_marked_data: assert (!(out_valid && marked_q && !done_q && takes_q == index_q) || out_data == watched_q);

            c_marked_taken: cover (take && marked_q && !done_q && takes_q == index_q && held == 3'(CAPACITY));
            c_wrapped: cover (takes_q == 3'd7 && take);
        end
    end

    // What holds inside at every instant, from which induction proves the above: the order of the pointers and of their
    // images around the ring, seen from the oldest, and that the words are where the counts say.
    wire active = !rst_in_q || !rst_out_q;
    wire front = out_valid;
    wire [2:0] write = {u_dut.wgray[2], ^u_dut.wgray[2:1], ^u_dut.wgray};
    wire [2:0] write_meta = {u_dut.u_sync_wgray.meta_q[2], ^u_dut.u_sync_wgray.meta_q[2:1], ^u_dut.u_sync_wgray.meta_q};
    wire [2:0] write_seen = {u_dut.wgray_out[2], ^u_dut.wgray_out[2:1], ^u_dut.wgray_out};
    wire [2:0] read = {u_dut.rgray[2], ^u_dut.rgray[2:1], ^u_dut.rgray};
    wire [2:0] read_meta = {u_dut.u_sync_rgray.meta_q[2], ^u_dut.u_sync_rgray.meta_q[2:1], ^u_dut.u_sync_rgray.meta_q};
    wire [2:0] read_seen = {u_dut.rgray_in[2], ^u_dut.rgray_in[2:1], ^u_dut.rgray_in};
    wire [2:0] d_read_meta = read_meta - read_seen;
    wire [2:0] d_read = read - read_seen;
    wire [2:0] d_write_seen = write_seen - read_seen;
    wire [2:0] d_write_meta = write_meta - read_seen;
    wire [2:0] d_write = write - read_seen;
    // The word that was put as number index_q: Gray code of its place.
    wire [1:0] place = {index_q[1], index_q[0] ^ index_q[1]};
    wire [1:0] stored = u_dut.u_ram.mem[place];

    always_comb begin
        h_reset_in: assert (!seen_in_q || !rst_in_q || {write, read_meta, read_seen, u_dut.u_write.odd_q, puts_q, marked_q,
            wait_in_q} == '0);
        h_reset_out: assert (!seen_out_q || !rst_out_q || {read, write_meta, write_seen, u_dut.u_read.odd_q, takes_q, done_q,
            wait_out_q, front, stalled_q} == '0);
        h_both_reset: assert ((seen_in_q && seen_out_q) || (rst_in_q && rst_out_q));
        if (active) begin
            h_parity: assert (u_dut.u_write.odd_q == write[0] && u_dut.u_read.odd_q == read[0]);
            h_order: assert (d_read_meta <= d_read && d_read <= d_write_seen && d_write_seen <= d_write_meta
                && d_write_meta <= d_write && d_write <= 3'(DEPTH));
            h_counts: assert (puts_q == write && takes_q + 3'(front) == read && held <= 3'(CAPACITY));
            h_watched: assert (!marked_q || done_q || watched_q == (front && index_q == takes_q ? out_data : stored));
            h_inside: assert (!marked_q ? !done_q : done_q || 3'(index_q - takes_q) < held);
            h_stalled: assert (!stalled_q || (out_valid && out_data == data_q));
            h_wait: assert (wait_in_q <= 3'(WAIT_IN) && wait_out_q <= 3'(WAIT_OUT));
            h_room_seen: assert (wait_in_q == '0 || (3'(write - read_meta) < 3'(DEPTH)
                && (wait_in_q < 3'd2 || 3'(write - read_seen) < 3'(DEPTH))));
            h_prompt_seen: assert (wait_out_q == '0 || (write_meta != read && (wait_out_q < 3'd2 || write_seen != read)
                && wait_out_q < 3'd3) || front);
        end
    end

    // Words put before the reader is out of reset are kept.
    always_ff @(posedge clk_in_i) begin
        c_early: cover (rst_out_q && held == 3'd2);
    end
endmodule

`default_nettype wire
