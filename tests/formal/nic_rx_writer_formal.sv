// SPDX-License-Identifier: Apache-2.0
// What nic_rx_writer promises for any traffic of the MAC, any buffer and any verdict of the filter: one report a frame;
// a committed frame is whole, in order and marked once; every other frame is dropped; the header is that of its frame;
// sequence == delivered + lost; the watermarks have hysteresis. With nic_frame_fifo's own proof, which assumes what is
// asserted here about commit and drop, it follows that only whole frames are read, each once, in order.
`default_nettype none

module nic_rx_writer_formal
    import nic_regs_pkg::*;
(
    input wire clk_i,
    input wire sfd_i,
    input wire valid_i,
    input wire [7:0] data_i,
    input wire end_i,
    input wire [3:0] error_i,
    input wire [13:0] octets_i,
    input wire [63:0] stamp_i,
    input wire enable_i,
    input wire keep_bad_i,
    input wire flush_i,
    input wire [15:0] high_i,
    input wire [15:0] low_i,
    input wire pass_i,
    input wire is_broadcast_i,
    input wire is_multicast_i,
    input wire fifo_ready_i,
    input wire [9:0] fifo_fill_i,
    input wire fifo_full_i,
    // Marks the octet received in this clock as the one to watch, at an instant of the solver's choice.
    input wire mark_i
);
    logic rst_q = 1'b1;
    always_ff @(posedge clk_i) rst_q <= 1'b0;

    wire xoff, octet, first, head, fifo_valid, fifo_last, commit, drop, side_we, stat_valid, loss, idle;
    wire over, long;
    wire [3:0] index, cause;
    wire [7:0] octet_data, octet_before, fifo_data;
    wire [5:0] side_addr;
    wire [15:0] side_wdata;
    wire stat_broadcast, stat_multicast;
    wire [13:0] stat_octets;

    nic_rx_writer #(.BUF_BYTES(512), .FRAMES(8)) u_dut (
        .clk_i, .rst_i(rst_q), .sfd_i, .valid_i, .data_i, .end_i, .error_i, .octets_i, .stamp_i,
        .enable_i, .keep_bad_i, .flush_i, .high_i, .low_i, .xoff_o(xoff),
        .octet_o(octet), .first_o(first), .head_o(head), .index_o(index), .data_o(octet_data),
        .before_o(octet_before), .end_o(over), .long_o(long), .pass_i, .is_broadcast_i, .is_multicast_i,
        .fifo_valid_o(fifo_valid), .fifo_ready_i, .fifo_data_o(fifo_data), .fifo_last_o(fifo_last),
        .fifo_commit_o(commit), .fifo_drop_o(drop), .fifo_fill_i, .fifo_full_i,
        .side_we_o(side_we), .side_addr_o(side_addr), .side_wdata_o(side_wdata),
        .stat_valid_o(stat_valid), .stat_cause_o(cause), .stat_broadcast_o(stat_broadcast),
        .stat_multicast_o(stat_multicast), .stat_octets_o(stat_octets), .loss_o(loss), .idle_o(idle)
    );

    // ---- the MAC: a frame is from its SFD to its end; a good one has 16 octets or more (it has 60) ----

    logic frame_q, begun_q;
    logic [4:0] many_q;      // octets of the frame, up to 16
    logic [9:0] received_q;  // octets of the frame, modulo 2^10 as the header counts them
    wire take = frame_q && valid_i;
    wire finish = frame_q && end_i;

    always_ff @(posedge clk_i) begin
        if (rst_q) begin
            frame_q <= 1'b0;
        end else begin
            frame_q <= (frame_q && !finish) || sfd_i;
            if (!frame_q) assume (!sfd_i || !valid_i);
            if (frame_q) assume (!sfd_i);
            if (finish) assume (error_i != RX_ERROR_NONE || many_q + 5'(valid_i) >= 5'd16);
        end
        if (rst_q || sfd_i) many_q <= '0;
        else if (take && many_q < 5'd16) many_q <= many_q + 1'b1;
    end

    // What the last clock did.
    logic ended_q, decided_q;
    logic [3:0] error_q;
    logic [13:0] octets_q;
    always_ff @(posedge clk_i) begin
        ended_q <= !rst_q && finish;
        error_q <= error_i;
        octets_q <= octets_i;
        decided_q <= !rst_q && ended_q;
    end

    // Octets of the present frame, received and stored; a new frame starts with its first octet, as in the header.
    wire put = fifo_valid && fifo_ready_i;
    wire begins = take && many_q == '0;
    logic [9:0] put_q; // bytes put since the last commit or drop
    logic closed_q;    // the last of them is marked
    always_ff @(posedge clk_i) begin
        if (begins) received_q <= 10'd1;
        else if (take) received_q <= received_q + 1'b1;
        if (rst_q || commit || drop) put_q <= '0;
        else if (put) put_q <= put_q + 1'b1;
        if (rst_q || commit || drop) closed_q <= 1'b0;
        else if (put) closed_q <= fifo_last;
        // The buffer has room for no more than its size.
        if (!rst_q) assume (!fifo_ready_i || put_q < 10'd512);
    end

    // One octet of one frame is watched from the wire into the buffer.
    logic watch_q;
    logic [7:0] watched_q;
    logic [9:0] place_q;
    wire mark = take && mark_i && (begins || !watch_q);
    always_ff @(posedge clk_i) begin
        if (rst_q || ended_q) watch_q <= 1'b0;
        else if (begins) watch_q <= mark_i;
        else if (mark) watch_q <= 1'b1;
        if (mark) begin
            watched_q <= data_i;
            place_q <= begins ? '0 : received_q;
        end
    end

    // ---- the present frame's fate ----

    logic busy_q;      // header being written, or the clocks of a lost frame
    logic deliver_q;
    logic [2:0] step_q;
    logic [31:0] total_q;    // delivered and lost, counted as soon as it is decided
    logic [9:0] length_q;
    logic [2:0] commits_q;
    // What was so when its last octet was stored, in the clock after its end.
    logic was_flush_q, was_enabled_q, was_passed_q, keep_bad_q, whole_q;
    logic [3:0] was_error_q;
    logic [13:0] was_octets_q;
    always_ff @(posedge clk_i) begin
        if (ended_q) begin
            was_flush_q <= flush_i;
            was_enabled_q <= enable_i;
            was_passed_q <= pass_i;
            keep_bad_q <= keep_bad_i;
            was_error_q <= error_q;
            was_octets_q <= octets_q;
            whole_q <= put && fifo_last && put_q + 10'd1 == received_q;
        end
    end
    wire reset = was_flush_q;
    wire admitted = !reset && was_enabled_q && was_passed_q;
    wire good = was_error_q == RX_ERROR_NONE;
    wire decide = decided_q && !busy_q;
    // Delivered: what the contract says, in terms of what was seen outside.
    wire deliver = decide && admitted && (good || (keep_bad_q && !was_error_q[3])) && whole_q && !fifo_full_i;

    always_ff @(posedge clk_i) begin
        if (rst_q) begin
            busy_q <= 1'b0;
            step_q <= '0;
            total_q <= '0;
            commits_q <= '0;
        end else begin
            if (deliver || loss) begin
                busy_q <= 1'b1;
                deliver_q <= deliver;
                step_q <= '0;
                total_q <= total_q + 1'b1;
                length_q <= received_q;
            end else if (busy_q) begin
                step_q <= step_q + 1'b1;
                if (step_q == 3'd7) busy_q <= 1'b0;
            end
            if (commit) commits_q <= commits_q + 1'b1;
        end
    end

    always_ff @(posedge clk_i) begin
        if (!rst_q) begin
            // Exactly one report for each frame, two clocks after its end.
            a_one_report: assert (stat_valid == decided_q);
            // Its cause: reset before disabled before the error class before the filter before want of room.
            if (decided_q) begin
                a_cause_reset: assert (!reset || cause == RX_ERROR_RESET);
                a_cause_disabled: assert (reset || was_enabled_q || cause == RX_ERROR_DISABLED);
                a_cause_class: assert (reset || !was_enabled_q || good || cause == was_error_q);
                a_cause_filter: assert (reset || !was_enabled_q || !good || was_passed_q || cause == RX_ERROR_FILTER);
                a_cause_room: assert (!admitted || !good || cause == (deliver ? RX_ERROR_NONE : RX_ERROR_OVERFLOW));
                a_stat_octets: assert (stat_octets == was_octets_q);
            end
            // A loss is reported as such, and the other way round.
            a_loss: assert (loss == (decided_q && admitted && good && !deliver));

            // A frame is committed eight clocks after the decision, and nothing else is.
            a_commit: assert (commit == (busy_q && deliver_q && step_q == 3'd7));
            a_commit_whole: assert (!commit || (put_q == length_q && put_q != '0 && closed_q && !put));
            a_commit_or_drop: assert (!(commit && drop));
            // No byte follows the marked one, and none goes between a frame's decision and its commit.
            a_last_once: assert (!closed_q || !put);
            a_wait: assert (!(busy_q && deliver_q) || (!put && !drop));
            // What is not delivered is dropped at once: no byte of it stays.
            a_drop: assert (!decide || deliver || drop);
            a_gone: assert (put_q == '0 || frame_q || ended_q || decided_q || (busy_q && deliver_q));
            // The watched octet goes to its place if anything of the frame from there on is stored.
            a_octet: assert (!put || !watch_q || place_q != put_q || fifo_data == watched_q);
            // Nothing is left out: what is stored is what was received, but for the octet held back.
            a_in_order: assert (!put || put_q + 10'd1 == received_q);

            // The header belongs to the frame and to the slot of the commit that follows.
            a_side: assert (side_we == (busy_q && deliver_q));
            a_slot: assert (!side_we || side_addr[5:3] == commits_q);
            a_sequence: assert (!side_we || !(side_addr[2:0] == 3'd2) || side_wdata == 16'(total_q - 1));
            a_sequence_high: assert (!side_we || !(side_addr[2:0] == 3'd3) || side_wdata == 16'((total_q - 1) >> 16));
            a_time_0: assert (!side_we || !(side_addr[2:0] == 3'd4) || side_wdata == stamp_i[15:0]);
            a_time_1: assert (!side_we || !(side_addr[2:0] == 3'd5) || side_wdata == stamp_i[31:16]);
            a_time_2: assert (!side_we || !(side_addr[2:0] == 3'd6) || side_wdata == stamp_i[47:32]);
            a_time_3: assert (!side_we || !(side_addr[2:0] == 3'd7) || side_wdata == stamp_i[63:48]);
            // Each of the eight words is written.
            a_words: assert (!side_we || side_addr[2:0] == (step_q < 3'd2 ? step_q ^ 3'd1 : step_q));
        end
    end

    // The first two words, while no octet of a further frame has come; the real gap leaves ten clocks.
    logic fresh_q;
    logic [3:0] class_q;
    logic vlan_q;
    logic [7:0] before_q;
    always_ff @(posedge clk_i) begin
        if (rst_q || take) fresh_q <= 1'b0;
        else if (deliver) fresh_q <= 1'b1;
        if (deliver) class_q <= was_error_q;
        before_q <= take ? data_i : before_q;
        if (begins) vlan_q <= 1'b0;
        else if (take && received_q == 10'd13 && many_q == 5'd13)
            vlan_q <= {before_q, data_i} == 16'h8100 || {before_q, data_i} == 16'h88a8;
    end
    wire [7:0] flags = {1'b0, vlan_q, is_multicast_i, is_broadcast_i, class_q};
    always_ff @(posedge clk_i) begin
        if (!rst_q && side_we && fresh_q) begin
            a_length: assert (side_addr[2:0] != 3'd0 || side_wdata == 16'(length_q));
            a_flags: assert (side_addr[2:0] != 3'd1 || side_wdata[7:0] == flags);
            a_check: assert (side_addr[2:0] != 3'd1
                || side_wdata[15:8] == (8'h5a ^ flags ^ length_q[7:0] ^ {6'd0, length_q[9:8]}));
        end
    end

    // ---- watermarks: the fill of two clocks ago decides ----

    logic [9:0] fill_q, fill_2_q;
    logic xoff_q, settled_q, seen_q;
    logic [15:0] low_q, high_q;
    always_ff @(posedge clk_i) begin
        fill_q <= fifo_fill_i;
        seen_q <= !rst_q;
        settled_q <= !rst_q && seen_q;
        if (!rst_q && seen_q && settled_q) begin
            a_xoff: assert (xoff || xoff_q || {14'd0, fill_2_q} < {high_q, 8'd0});
            a_xoff_hold: assert (!xoff || !xoff_q || {14'd0, fill_2_q} > {low_q, 8'd0});
            a_xoff_late: assert (!xoff || xoff_q || {14'd0, fill_2_q} >= {high_q, 8'd0});
            a_xon: assert (xoff || !xoff_q || {14'd0, fill_2_q} <= {low_q, 8'd0});
        end
        fill_2_q <= fill_q;
        xoff_q <= xoff;
        low_q <= low_i;
        high_q <= high_i;
    end

    // ---- invariants that tie the counts outside to the state inside ----

    // The watched octet is the one held back.
    wire watch_now = u_dut.held_q && watch_q && received_q == place_q + 10'd1;

    always_ff @(posedge clk_i) begin
        if (!rst_q) begin
            h_frame: assert (frame_q == u_dut.frame_q && ended_q == u_dut.end_q && decided_q == u_dut.decide_q);
            h_error: assert (!ended_q || (error_q == u_dut.error_q && octets_q == u_dut.octets_q));
            h_first: assert (!frame_q || u_dut.first_q == (many_q == '0));
            h_side: assert (busy_q == u_dut.side_q && step_q == u_dut.step_q && (!busy_q || deliver_q == u_dut.keep_q));
            h_idle: assert (busy_q || step_q == '0);
            h_slot: assert (commits_q == u_dut.slot_q);
            h_many: assert (many_q <= 5'd16 && (many_q == 5'd16 || many_q == '0 || !frame_q
                || received_q == 10'(many_q)));
            h_length: assert ((!frame_q && !ended_q && !decided_q) || many_q == '0 || received_q == u_dut.length_q);
            h_held: assert (u_dut.held_q == ((frame_q || ended_q) && many_q != '0));
            h_data: assert (!u_dut.held_q || before_q == u_dut.data_q);
            h_head: assert (!frame_q || many_q == '0 || u_dut.head_q == (many_q < 5'd16));
            h_head_none: assert (frame_q || ended_q || !u_dut.head_q);
            h_none: assert (!frame_q || many_q != '0 || !u_dut.head_q);
            h_stored: assert (!u_dut.held_q || u_dut.lost_q || put_q + 10'd1 == received_q);
            h_kept: assert (!(busy_q && deliver_q) || (put_q == length_q && closed_q && put_q != '0));
            h_soon: assert (!busy_q || !u_dut.held_q || u_dut.lost_q);
            h_apart: assert (!(ended_q && frame_q) && !(decided_q && (frame_q || ended_q) && many_q != '0));
            h_closed: assert (!closed_q || (put_q != '0 && (!busy_q || deliver_q)));
            h_open: assert (!closed_q || decided_q || (busy_q && deliver_q));
            h_new: assert (!(frame_q || ended_q) || many_q != '0 || put_q == '0 || decided_q || (busy_q && deliver_q));
            h_busy_put: assert (!busy_q || deliver_q || put_q == '0);
            h_decided: assert (!decided_q || u_dut.stored_q == whole_q);
            h_cause: assert (!decided_q || u_dut.cause_q == (reset ? RX_ERROR_RESET : !was_enabled_q ? RX_ERROR_DISABLED
                : !good ? was_error_q : !was_passed_q ? RX_ERROR_FILTER : RX_ERROR_NONE));
            h_wanted: assert (!decided_q || u_dut.wanted_q == (admitted && (good || (keep_bad_q && !was_error_q[3]))));
            h_octets: assert (!decided_q || u_dut.octets_q == was_octets_q);
            h_decided_put: assert (!decided_q || busy_q || (whole_q ? put_q == received_q && closed_q && put_q != '0
                : 1'b1));
            h_decided_soon: assert (!decided_q || !u_dut.held_q || u_dut.lost_q);
            h_watch: assert (!watch_q || (many_q != '0 && (frame_q || ended_q)));
            h_place: assert (!watch_q || u_dut.lost_q || place_q < received_q);
            h_vlan: assert (!((frame_q || ended_q) && many_q != '0) || vlan_q == u_dut.vlan_q);
            h_vlan_kept: assert (!(busy_q && deliver_q && fresh_q) || vlan_q == u_dut.vlan_q);
            h_room: assert (!u_dut.held_q || u_dut.lost_q || received_q <= 10'd513);
            h_busy_good: assert (!busy_q || !frame_q || many_q <= 5'(step_q) + 5'd1);
            h_count_0: assert (busy_q || u_dut.sequence_q == total_q);
            h_count_1: assert (!busy_q || step_q > 3'd2 || u_dut.sequence_q == total_q - 1);
            h_count_2: assert (!busy_q || step_q != 3'd3
                || {u_dut.sequence_q[15:0] + 16'(u_dut.carry_q), u_dut.sequence_q[31:16]} == total_q);
            h_count_2_low: assert (!busy_q || step_q != 3'd3 || u_dut.sequence_q[15:0] == 16'((total_q - 1) >> 16));
            h_count_3: assert (!busy_q || step_q < 3'd4 || u_dut.sequence_q == total_q);
            h_fresh: assert (!(busy_q && deliver_q && fresh_q && step_q < 3'd2) || (u_dut.length_q == length_q
                && (step_q != 3'd0 || u_dut.cause_q == class_q)));
            h_fill: assert (!seen_q || (u_dut.units_q == fill_q[9:8] && u_dut.rest_q == (fill_q[7:0] != '0)));
        end
    end
    always_ff @(posedge clk_i) begin
        if (!rst_q) h_watched: assert (!watch_now || u_dut.lost_q || watched_q == u_dut.data_q);
    end

    // ---- covers ----

    logic lost_once_q, bad_q;
    always_ff @(posedge clk_i) begin
        if (rst_q) begin
            lost_once_q <= 1'b0;
            bad_q <= 1'b0;
        end else begin
            if (loss) lost_once_q <= 1'b1;
            if (commit && class_q != RX_ERROR_NONE) bad_q <= 1'b1;
            c_deliver: cover (commit && class_q == RX_ERROR_NONE);
            c_bad: cover (commit && class_q == RX_ERROR_RUNT);
            c_loss_then_deliver: cover (commit && lost_once_q);
            c_vlan: cover (side_we && fresh_q && vlan_q && side_addr[2:0] == 3'd1);
            c_flush: cover (stat_valid && was_flush_q);
            c_too_soon: cover (stat_valid && busy_q && many_q != '0);
            c_xon: cover (settled_q && seen_q && xoff_q && !xoff);
            c_idle: cover (idle && bad_q);
        end
    end

    wire unused = &{1'b0, octet, first, head, index, octet_data, octet_before, over, long, stat_broadcast,
        stat_multicast};
endmodule

`default_nettype wire
