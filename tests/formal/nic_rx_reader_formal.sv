// SPDX-License-Identifier: Apache-2.0
// What nic_rx_reader promises for any frames, any use of the table by others, any pace of the stream and a NIC reset at
// any time: the stream's contract; a record is the sixteen header octets of its frame, its octets in order, zeros up to a
// multiple of four; last only at a record's end; after a NIC reset the stream is at the start of a record and nothing is
// stored; the loss count counts.
`default_nettype none

module nic_rx_reader_formal (
    input wire clk_i,
    // The frame that waits next, chosen by the solver when the one before has been taken.
    input wire [15:0] length_i,
    input wire [127:0] header_i,
    input wire [7:0] octet_i,
    input wire arrive_i,
    input wire busy_i,
    input wire [15:0] garbage_i,
    input wire in_ready_i,
    input wire flush_i,
    input wire loss_i,
    input wire loss_taken_i
);
    logic rst_q = 1'b1;
    always_ff @(posedge clk_i) rst_q <= 1'b0;

    wire fifo_ready, head_re, in_valid, in_last, flushed, in_flush, loss_valid, idle;
    wire [5:0] head_addr;
    wire [7:0] in_data;
    wire [15:0] loss_count;

    // ---- frame buffer: whole frames, so octets come without a gap; and the table ----

    logic waiting_q;         // a frame is there
    logic [15:0] left_q;     // its octets not taken, 1..65535
    logic [127:0] header_q;
    logic [7:0] octet_q;
    logic [2:0] slot_q;      // frames taken
    logic [15:0] head_data_q;
    logic flush_q, flushed_q;
    wire fifo_last = left_q == 16'd1;
    wire pop = waiting_q && fifo_ready;

    always_ff @(posedge clk_i) begin
        if (rst_q) begin
            waiting_q <= 1'b0;
            slot_q <= '0;
        end else if (!waiting_q || (pop && fifo_last)) begin
            waiting_q <= arrive_i;
        end
        if (!waiting_q || (pop && fifo_last)) begin
            left_q <= length_i;
            header_q <= header_i;
            assume (length_i != '0);
            assume (header_i[15:0] == length_i);
        end else if (pop) begin
            left_q <= left_q - 1'b1;
        end
        if (!waiting_q || pop) octet_q <= octet_i;
        if (!rst_q && pop && fifo_last) slot_q <= slot_q + 1'b1;
        // Somebody else's use of the table destroys what was read.
        if (head_re && !busy_i) head_data_q <= head_addr[5:3] == slot_q ? header_q[16*head_addr[2:0] +: 16] : garbage_i;
        else if (busy_i) head_data_q <= garbage_i;
        // The NIC reset is held until it is done.
        flush_q <= !rst_q && flush_i;
        flushed_q <= flushed;
        if (flush_q && !flushed_q) assume (flush_i);
        if (rst_q) assume (!flush_i);
        if (!loss_valid) assume (!loss_taken_i);
    end

    nic_rx_reader #(.FRAMES(8)) u_dut (
        .clk_i, .rst_i(rst_q),
        .fifo_valid_i(waiting_q), .fifo_ready_o(fifo_ready), .fifo_data_i(octet_q), .fifo_last_i(fifo_last),
        .head_re_o(head_re), .head_addr_o(head_addr), .head_busy_i(busy_i), .head_data_i(head_data_q),
        .in_valid_o(in_valid), .in_ready_i, .in_data_o(in_data), .in_last_o(in_last),
        .flush_i, .flushed_o(flushed), .in_flush_o(in_flush),
        .loss_i, .loss_valid_o(loss_valid), .loss_count_o(loss_count), .loss_taken_i, .idle_o(idle)
    );

    // ---- the receiver of the stream reads it as nic.rdl says ----

    wire got = in_valid && in_ready_i && !in_flush;
    logic [16:0] place_q;    // bytes of this record received
    logic [127:0] seen_q;    // its header so far
    wire [16:0] frame_end = {1'b0, seen_q[15:0]} + 17'd16;
    wire [16:0] record_end = {frame_end[16:2] + 15'(frame_end[1:0] != 2'd0), 2'b00};
    wire at_end = place_q >= 17'd16 && place_q + 17'd1 == record_end;

    always_ff @(posedge clk_i) begin
        if (rst_q || in_flush) place_q <= '0;
        else if (got) place_q <= at_end ? '0 : place_q + 1'b1;
        if (got && place_q < 17'd16) seen_q[8*place_q[3:0] +: 8] <= in_data;
    end

    // The record in the output: its header, how many of its octets were taken from the buffer, and the last of them.
    logic [127:0] record_q;
    logic [16:0] taken_q;
    logic [7:0] octet_taken_q;
    localparam logic [2:0] IDLE = 3'd0, HEAD = 3'd1, DATA = 3'd2, PAD = 3'd3, TAIL = 3'd4;
    wire [2:0] state = u_dut.state_q;
    wire begins = u_dut.head_byte && u_dut.position_q == 4'd0;
    always_ff @(posedge clk_i) begin
        if (begins) record_q <= header_q;
        if (begins) taken_q <= '0;
        else if (pop) taken_q <= taken_q + 1'b1;
        if (pop) octet_taken_q <= octet_q;
    end

    logic stalled_q, last_q;
    logic [7:0] data_q;
    always_ff @(posedge clk_i) begin
        stalled_q <= !rst_q && in_valid && !in_ready_i && !in_flush;
        data_q <= in_data;
        last_q <= in_last;
        if (!rst_q) begin
            // Valid stays, and data and last with it, until ready; unless the NIC reset throws all away.
            a_stable: assert (!stalled_q || in_flush || (in_valid && in_data == data_q && in_last == last_q));
            // The header is that of the frame.
            a_header: assert (!in_valid || in_flush || place_q >= 17'd16 || in_data == record_q[8*place_q[3:0] +: 8]);
            // Then its octets, each in its place.
            a_octet: assert (!in_valid || in_flush || place_q < 17'd16 || place_q >= frame_end
                || (in_data == octet_taken_q && place_q == taken_q + 17'd15));
            // Then zeros.
            a_padding: assert (!in_valid || in_flush || place_q < 17'd16 || place_q < frame_end || in_data == '0);
            // Last is a record's end.
            a_last: assert (!in_valid || in_flush || !in_last || at_end);
            // A NIC reset that is done leaves nothing, and the stream begins with a record.
            a_flushed: assert (!flushed || (in_flush && !in_valid && !waiting_q));
            a_after_flush: assert (in_flush || !flush_q || (place_q == '0 && !in_valid));
            a_slot: assert (!head_re || head_addr[5:3] == slot_q);
            a_idle: assert (!idle || (!in_valid && !waiting_q && !loss_valid && place_q == '0));
        end
    end

    // ---- loss count ----

    logic [16:0] losses_q;   // since the last time it was taken, stops at 65536
    always_ff @(posedge clk_i) begin
        if (rst_q) losses_q <= '0;
        else if (loss_taken_i) losses_q <= 17'(loss_i);
        else if (loss_i && !losses_q[16]) losses_q <= losses_q + 1'b1;
        if (!rst_q) begin
            a_loss: assert (loss_count == (losses_q[16] ? 16'hffff : losses_q[15:0]));
            a_loss_valid: assert (loss_valid == (losses_q != '0));
        end
    end

    // ---- invariants: what the state says about the place in the record ----

    // Bytes of the record in the output that have been put there; its length and its end.
    wire held = in_valid || state == TAIL;
    wire [16:0] loaded = place_q + 17'(held);
    wire [16:0] length = {1'b0, record_q[15:0]};
    wire [16:0] end_of_octets = length + 17'd16;
    wire [16:0] end_of_record = {end_of_octets[16:2] + 15'(end_of_octets[1:0] != 2'd0), 2'b00};
    // The header received so far is that of the record.
    logic same;
    always_comb begin
        same = 1'b1;
        for (int k = 0; k < 16; k++)
            if (place_q > 17'(k) && seen_q[8*k +: 8] != record_q[8*k +: 8]) same = 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (!rst_q) begin
            h_state: assert (state <= TAIL);
            h_slot: assert (u_dut.slot_q == slot_q);
            h_left: assert (!waiting_q || (left_q != '0 && left_q <= header_q[15:0]));
            h_waits: assert ((state != HEAD && state != DATA) || waiting_q);
            h_untouched: assert (!waiting_q || state == DATA || left_q == header_q[15:0]);
            h_drain: assert (!u_dut.drain_q || (!in_valid && place_q == '0));
            h_flush: assert (!flush_q || (!in_valid && place_q == '0 && (u_dut.drain_q || state == IDLE)));
        end
        if (!rst_q && !u_dut.drain_q) begin
            h_length: assert (place_q == '0 || length != '0);
            h_same: assert (same);
            h_idle: assert (state != IDLE || loaded == '0 || (in_valid && loaded == end_of_record));
            h_head_0: assert (state != HEAD || u_dut.position_q != 4'd0 || loaded == '0
                || (in_valid && loaded == end_of_record));
            h_head: assert (state != HEAD || u_dut.position_q == 4'd0
                || (loaded == 17'(u_dut.position_q) && record_q == header_q && taken_q == '0));
            h_word: assert (state != HEAD || !u_dut.have_q
                || head_data_q == header_q[16*u_dut.position_q[3:1] +: 16]);
            h_data: assert (state != DATA || (loaded == taken_q + 17'd16 && record_q == header_q
                && u_dut.position_q == loaded[3:0] && taken_q + {1'b0, left_q} == length));
            h_pad: assert (state != PAD || (taken_q == length && loaded >= end_of_octets && loaded < end_of_record
                && u_dut.position_q[1:0] == loaded[1:0] && loaded[1:0] != 2'd0));
            h_tail: assert (state != TAIL || (!in_valid && taken_q == length && loaded == end_of_record));
            h_end: assert (state == HEAD || state == DATA || place_q == '0 || taken_q == length);
            h_end_head: assert (state != HEAD || u_dut.position_q != 4'd0 || place_q == '0 || taken_q == length);
            h_byte_head: assert (!held || place_q >= 17'd16 || in_data == record_q[8*place_q[3:0] +: 8]);
            h_byte: assert (!held || place_q < 17'd16 || place_q >= end_of_octets
                || (in_data == octet_taken_q && place_q == taken_q + 17'd15));
            h_byte_pad: assert (!held || place_q < end_of_octets || in_data == '0);
            h_last: assert (!in_valid || !in_last || loaded == end_of_record);
            h_span: assert (place_q < end_of_record || place_q == '0);
        end
    end

    // ---- covers ----

    logic [2:0] records_q;
    logic cut_q, drained_q;
    always_ff @(posedge clk_i) begin
        if (rst_q) begin
            records_q <= '0;
            cut_q <= 1'b0;
            drained_q <= 1'b0;
        end else begin
            if (got && at_end) records_q <= records_q + 1'b1;
            if (got && in_last) cut_q <= 1'b1;
            if (flush_q && !flush_i && flushed_q) drained_q <= 1'b1;
            c_aligned: cover (got && at_end && seen_q[15:0] == 16'd4);
            c_padded: cover (got && at_end && seen_q[15:0] == 16'd5);
            c_not_last: cover (got && at_end && !in_last);
            c_two: cover (records_q == 3'd2 && cut_q);
            c_after_flush: cover (got && at_end && drained_q);
            c_flush_in_data: cover (flush_i && state == DATA && place_q > 17'd17);
            c_stolen: cover (got && at_end && records_q == 3'd0 && busy_i);
        end
    end
    wire unused = &{1'b0, loss_valid};
endmodule

`default_nettype wire
