// SPDX-License-Identifier: Apache-2.0
// What nic_frame_fifo promises when its two clocks run freely against each other: the n-th byte of committed frames is
// the n-th byte read, with its last mark; dropped bytes and bytes not yet committed never show. That neither side waits
// for nothing is left to the bench: it depends on how often both clocks rise.
`default_nettype none

module nic_frame_fifo_formal #(
    // Both sides on clk_in_i: the covers are found ten times sooner.
    parameter bit ONE_CLOCK = 1'b0
) (
    // Any two signals: every ratio, phase, drift and stop of the clocks is among the traces.
    input wire clk_in_i,
    input wire clk_out_free_i,
    input wire in_valid_i,
    input wire [1:0] in_data_i,
    input wire in_last_i,
    input wire in_commit_i,
    input wire in_drop_i,
    input wire out_ready_i,
    // Release the resets, in any order.
    input wire release_in_i,
    input wire release_out_i,
    // Marks the byte taken in this clock as the one to watch, at an instant of the solver's choice.
    input wire mark_i
);
    wire clk_out_i = ONE_CLOCK ? clk_in_i : clk_out_free_i;
    localparam int unsigned BYTES = 4;
    localparam int unsigned FRAMES = 2;
    // Two block RAMs.
    localparam int unsigned BANK_BYTES = 2;
    // Three bytes are on their way to the output, outside the RAM.
    localparam int unsigned CAPACITY = BYTES + 3;

    // All flip-flops of the FIFO start anywhere. Both resets are high until each clock has risen once in that state,
    // then each falls when it likes: so this is also a reset in the middle of any traffic.
    logic rst_in_q = 1'b1, rst_out_q = 1'b1;
    logic seen_in_q = 1'b0, seen_out_q = 1'b0;
    always_ff @(posedge clk_in_i) begin
        seen_in_q <= 1'b1;
        if (seen_in_q && seen_out_q && release_in_i) rst_in_q <= 1'b0;
    end
    always_ff @(posedge clk_out_i) begin
        seen_out_q <= 1'b1;
        if (seen_in_q && seen_out_q && release_out_i) rst_out_q <= 1'b0;
    end

    wire in_ready, frames_full, out_valid, out_last;
    wire [2:0] fill;
    wire [7:0] out_data;

    // The writer keeps its promises: nothing after the last byte, commit only behind it and if there is room for a frame.
    logic closed_q;
    wire put = !rst_in_q && in_valid_i && in_ready && !closed_q;
    wire commit = !rst_in_q && in_commit_i && !frames_full && (closed_q || (put && in_last_i));
    wire drop = !rst_in_q && in_drop_i && !commit;
    wire take = !rst_out_q && out_valid && out_ready_i;

    nic_frame_fifo #(.BYTES(BYTES), .FRAMES(FRAMES), .BANK_BYTES(BANK_BYTES)) u_dut (
        .clk_in_i,
        .rst_in_i(rst_in_q),
        .in_valid_i(in_valid_i && !closed_q),
        .in_ready_o(in_ready),
        .in_data_i({6'd0, in_data_i}),
        .in_last_i,
        .in_commit_i(commit),
        .in_drop_i(drop),
        .in_fill_o(fill),
        .in_frames_full_o(frames_full),
        .clk_out_i,
        .rst_out_i(rst_out_q),
        .out_valid_o(out_valid),
        .out_ready_i,
        .out_data_o(out_data),
        .out_last_o(out_last)
    );

    // Bytes counted outside, modulo 8, which is more than can be inside.
    logic [2:0] written_q, committed_q, taken_q;
    wire [2:0] held = written_q - taken_q;
    wire [2:0] visible = committed_q - taken_q;
    wire [2:0] written_d = written_q + 3'(put);

    // Frames counted outside, modulo 4.
    logic [1:0] frames_in_q, frames_out_q;
    wire [1:0] frames = frames_in_q - frames_out_q;

    // The watched byte: marked when written, sure once committed, forgotten when dropped.
    logic marked_q, sure_q, done_q, last_q;
    logic [2:0] index_q;
    logic [1:0] watched_q;
    wire mark = put && mark_i && !marked_q;
    wire watched_now = sure_q && !done_q && taken_q == index_q;

    always_ff @(posedge clk_in_i) begin
        if (rst_in_q) begin
            written_q <= '0;
            committed_q <= '0;
            frames_in_q <= '0;
            closed_q <= 1'b0;
            marked_q <= 1'b0;
            sure_q <= 1'b0;
        end else begin
            written_q <= drop ? committed_q : written_d;
            if (commit) committed_q <= written_d;
            frames_in_q <= frames_in_q + 2'(commit);
            closed_q <= !commit && !drop && (closed_q || (put && in_last_i));
            if (drop && !sure_q) marked_q <= 1'b0;
            else if (mark) marked_q <= 1'b1;
            if (commit && (marked_q || mark)) sure_q <= 1'b1;
            if (mark) begin
                index_q <= written_q;
                watched_q <= in_data_i;
                last_q <= in_last_i;
            end
        end
    end

    always_ff @(posedge clk_out_i) begin
        if (rst_out_q) begin
            taken_q <= '0;
            frames_out_q <= '0;
            done_q <= 1'b0;
        end else begin
            taken_q <= taken_q + 3'(take);
            frames_out_q <= frames_out_q + 2'(take && out_last);
            if (take && watched_now) done_q <= 1'b1;
        end
    end

    // What must have stayed, and what has been.
    logic stalled_q, data_last_q, dropped_q;
    logic [1:0] data_q;

    always_ff @(posedge clk_in_i) begin
        dropped_q <= !rst_in_q && (dropped_q || (drop && written_q != committed_q));
    end

    always_ff @(posedge clk_out_i) begin
        stalled_q <= !rst_out_q && out_valid && !out_ready_i;
        data_q <= out_data[1:0];
        data_last_q <= out_last;
    end

    always_ff @(posedge clk_in_i) begin
        if (!rst_in_q) begin
            // It never holds more than its capacity, and no byte is accepted without a place for it.
            a_capacity: assert (held <= 3'(CAPACITY));
            a_no_overflow: assert (!put || fill < 3'(BYTES));
            // The fill that the writer sees is never too low.
            a_fill: assert (fill <= 3'(BYTES) && held <= fill + 3'd3);
            // So many frames at most.
            a_frames: assert (frames <= 2'(FRAMES));
            // The watched byte is inside until it is taken.
            a_watched_inside: assert (!marked_q || done_q || 3'(index_q - taken_q) < held);

            c_full: cover (held == 3'(CAPACITY));
            c_frames_full: cover (frames_full && frames == 2'(FRAMES));
        end
    end

    always_ff @(posedge clk_out_i) begin
        if (!rst_out_q) begin
            // Only committed bytes come out.
            a_committed: assert (!out_valid || visible != '0);
            // A byte offered stays until it is taken.
            a_stays: assert (!stalled_q || (out_valid && out_data[1:0] == data_q && out_last == data_last_q));
            // The watched byte comes out in its place, unchanged, last if and only if it was the last of its frame.
            a_watched: assert (!(out_valid && watched_now) || (out_data[1:0] == watched_q && out_last == last_q));
            // What is visible ends with a frame: the last byte visible has the mark.
            a_whole: assert (!(out_valid && visible == 3'd1) || out_last);

            c_watched_after_drop: cover (take && watched_now && dropped_q);
            c_watched_deep: cover (take && watched_now && out_last && visible == 3'd3);
            c_emptied: cover (frames_out_q == 2'd2 && visible == '0);
        end
    end
    // What holds inside at every instant, from which induction proves the above: the order of the pointers around the
    // ring, seen from the oldest; a word that crosses lies between its ends; and the bytes are where the counts say.
    wire active = !rst_in_q || !rst_out_q;
    wire kept = u_dut.kept_q, valid = u_dut.valid_q, fetched = u_dut.fetched_q;
    wire commit_under_way = u_dut.u_commit.request_q != u_dut.u_commit.seen_q;
    wire read_under_way = u_dut.u_read.request_q != u_dut.u_read.seen_q;
    wire [2:0] d_word_read = u_dut.u_read.word_q[2:0] - u_dut.read_in;
    wire [2:0] d_read = u_dut.read_q - u_dut.read_in;
    wire [2:0] d_limit = u_dut.limit_out - u_dut.read_in;
    wire [2:0] d_word_commit = u_dut.u_commit.word_q - u_dut.read_in;
    wire [2:0] d_commit = u_dut.commit_q - u_dut.read_in;
    wire [2:0] d_write = u_dut.write_q - u_dut.read_in;
    wire [1:0] f_word = u_dut.u_read.word_q[4:3] - u_dut.frames_read_in;
    wire [1:0] f_read = u_dut.frames_read_q - u_dut.frames_read_in;
    wire [1:0] f_write = u_dut.frames_q - u_dut.frames_read_in;

    wire [8:0] fetched_byte = u_dut.fetched[u_dut.fetched_bank_q], valid_byte = u_dut.byte_q[u_dut.bank_q];
    // A byte on its way into a RAM counts as being there, but no pointer that the reader has or gets with the word under way shows it.
    wire storing = u_dut.g_bank[0].store_q || u_dut.g_bank[1].store_q;
    wire [1:0] store_place = {u_dut.g_bank[1].store_q, u_dut.store_addr_q};
    logic [2:0] store_q;
    always_ff @(posedge clk_in_i) store_q <= u_dut.write_q;
    wire [2:0] d_store = store_q - u_dut.read_in;

    // Byte i from the output on, and how many of the visible ones are last.
    logic [2:0] entry[CAPACITY];
    logic [2:0] lasts;
    logic [2:0] place;
    // Uncommitted bytes: none is last but the one that closed the frame.
    logic open_good;
    always_comb begin
        open_good = 1'b1;
        lasts = '0;
        place = '0;
        for (int unsigned i = 0; i < CAPACITY; i++) begin
            place = taken_q + 3'(i);
            if (kept && i == 0) entry[i] = {u_dut.kept_byte_q[8], u_dut.kept_byte_q[1:0]};
            else if (valid && i == 32'(kept)) entry[i] = {valid_byte[8], valid_byte[1:0]};
            else if (fetched && i == 32'(kept) + 32'(valid)) entry[i] = {fetched_byte[8], fetched_byte[1:0]};
            else if (storing && place[1:0] == store_place) entry[i] = {u_dut.store_byte_q[8], u_dut.store_byte_q[1:0]};
            else if (place[1]) entry[i] = {u_dut.g_bank[1].u_ram.mem[place[0]][8], u_dut.g_bank[1].u_ram.mem[place[0]][1:0]};
            else entry[i] = {u_dut.g_bank[0].u_ram.mem[place[0]][8], u_dut.g_bank[0].u_ram.mem[place[0]][1:0]};
            if (i < 32'(visible)) lasts = lasts + 3'(entry[i][2]);
            else if (i < 32'(held)) open_good &= entry[i][2] == (closed_q && i + 1 == 32'(held));
        end
    end

    always_comb begin
        h_reset_in: assert (!seen_in_q || !rst_in_q || {u_dut.write_q, u_dut.commit_q, u_dut.read_in, u_dut.frames_q,
            u_dut.frames_read_in, u_dut.u_commit.request_q, u_dut.u_commit.acknowledge_src,
            u_dut.u_commit.u_sync_acknowledge.meta_q, u_dut.u_read.u_sync_request.meta_q, u_dut.u_read.request_dst,
            u_dut.u_read.seen_q, written_q, committed_q, frames_in_q, closed_q, u_dut.open_q,
            u_dut.closed_q, marked_q, sure_q, storing} == '0);
        h_reset_out: assert (!seen_out_q || !rst_out_q || {u_dut.read_q, u_dut.limit_out, u_dut.frames_read_q, kept, valid, fetched,
            u_dut.u_read.request_q, u_dut.u_read.acknowledge_src, u_dut.u_read.u_sync_acknowledge.meta_q,
            u_dut.u_commit.u_sync_request.meta_q, u_dut.u_commit.request_dst, u_dut.u_commit.seen_q,
            taken_q, frames_out_q, done_q} == '0);
        h_both_reset: assert ((seen_in_q && seen_out_q) || (rst_in_q && rst_out_q));
        if (active) begin
            h_seen: assert (seen_in_q && seen_out_q);
            h_ring_commit: assert ($onehot0({u_dut.u_commit.request_q ^ u_dut.u_commit.u_sync_request.meta_q,
                u_dut.u_commit.u_sync_request.meta_q ^ u_dut.u_commit.request_dst,
                u_dut.u_commit.request_dst ^ u_dut.u_commit.seen_q,
                u_dut.u_commit.seen_q ^ u_dut.u_commit.u_sync_acknowledge.meta_q,
                u_dut.u_commit.u_sync_acknowledge.meta_q ^ u_dut.u_commit.acknowledge_src}));
            h_ring_read: assert ($onehot0({u_dut.u_read.request_q ^ u_dut.u_read.u_sync_request.meta_q,
                u_dut.u_read.u_sync_request.meta_q ^ u_dut.u_read.request_dst,
                u_dut.u_read.request_dst ^ u_dut.u_read.seen_q,
                u_dut.u_read.seen_q ^ u_dut.u_read.u_sync_acknowledge.meta_q,
                u_dut.u_read.u_sync_acknowledge.meta_q ^ u_dut.u_read.acknowledge_src}));
            h_order: assert (d_read <= d_limit && d_limit <= d_commit && d_commit <= d_write && d_write <= 3'(BYTES));
            h_store: assert (!storing || (!(u_dut.g_bank[0].store_q && u_dut.g_bank[1].store_q) && store_q[1:0] == store_place && d_limit <= d_store
                && (!commit_under_way || d_word_commit <= d_store) && d_store < 3'(BYTES)));
            h_order_read: assert (!read_under_way || d_word_read <= d_read);
            h_order_commit: assert (!commit_under_way || (d_limit <= d_word_commit && d_word_commit <= d_commit));
            h_frames: assert (f_read <= f_write && f_write <= 2'(FRAMES));
            h_frames_word: assert (!read_under_way || f_word <= f_read);
            h_ready: assert (!u_dut.ready_q || d_write < 3'(BYTES));
            h_counts: assert (written_q == u_dut.write_q && committed_q == u_dut.commit_q
                && taken_q + 3'(kept) + 3'(valid) + 3'(fetched) == u_dut.read_q && visible <= held && held <= 3'(CAPACITY));
            h_frame_counts: assert (frames_in_q == u_dut.frames_q && frames_out_q == u_dut.frames_read_q);
            h_lasts: assert (lasts == 3'(frames));
            h_ends: assert (visible == '0 || entry[visible - 3'd1][2]);
            h_closed: assert (u_dut.open_q == (held > visible) && u_dut.closed_q == closed_q && (!closed_q || u_dut.open_q));
            h_open: assert (open_good);
            h_watched: assert (!marked_q || done_q || entry[index_q - taken_q] == {last_q, watched_q});
            h_sure: assert (sure_q ? marked_q && (done_q || 3'(index_q - taken_q) < visible)
                : !done_q && (!marked_q || (3'(index_q - taken_q) >= visible && 3'(index_q - taken_q) < held)));
            h_stalled: assert (rst_out_q || !stalled_q || ((kept || valid) && entry[0] == {data_last_q, data_q}));
        end
    end
endmodule

`default_nettype wire
