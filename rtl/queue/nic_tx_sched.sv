// SPDX-License-Identifier: Apache-2.0
// Takes records from the frame buffer and decides what becomes of each: fed to the MAC, at its
// launch time if it has one, or thrown away. Writes exactly one completion a record, after its last
// byte. Knows no tags and no descriptors.
`default_nettype none

module nic_tx_sched (
    input wire clk_i,
    input wire rst_i,

    // Levels. flush_i, the NIC reset: the frame in flight is cut, everything queued is completed as
    // ABORTED. rst_mac_i: the MAC is in reset; the frame in flight, or the one that waits for its
    // launch time, is completed as ABORTED, and nothing starts.
    input wire flush_i,
    input wire rst_mac_i,
    input wire enable_i,
    input wire link_up_i,

    // Device time, and how long before its launch time a frame is started, in nanoseconds, under
    // 16384: mac_valid_o of the first byte rises 3 clocks after the clock in which time_i + lead_i
    // first is at or over the launch time. A record that reaches the head (is read, with the one
    // before completed) a clock after that or later is LATE. The time may be set while a record
    // waits: it starts at once if its launch time is passed by that, and waits on otherwise, except
    // that a step by more than 16 us during the last 32 us before the launch may start it too
    // early.
    input wire [63:0] time_i,
    input wire [15:0] lead_i,

    // Read side of nic_frame_fifo; contents as nic_tx_parser writes them.
    input wire buf_valid_i,
    output wire buf_ready_o,
    input wire [7:0] buf_data_i,
    input wire buf_last_i,

    // To nic_mac. Once valid, a frame's bytes come without a gap, except when it is cut. Flags are
    // stable from the first valid to the last byte taken. mac_sfd_i and mac_done_i: one pulse each,
    // done after the last byte was taken; none after a cut.
    output wire mac_valid_o,
    input wire mac_ready_i,
    output wire [7:0] mac_data_o,
    output wire mac_last_o,
    output wire mac_has_fcs_o,
    output wire mac_no_pad_o,
    output wire mac_error_o,
    output wire mac_abort_o,
    input wire mac_sfd_i,
    input wire mac_done_i,
    input wire [13:0] mac_octets_i,

    // Completions: bytes for the slot RAM (1 status, 8..15 time), then a step of the count, whose
    // value is the slot. There is always a free slot: the parser accepts no record without one.
    output wire done_we_o,
    output wire [3:0] done_byte_o,
    output wire [7:0] done_data_o,
    output wire done_step_o,

    // One record a completion for the counters; octets, broadcast and multicast (not broadcast) are
    // right for OK only.
    output wire stat_valid_o,
    input wire stat_ready_i,
    output wire [7:0] stat_status_o,
    output wire stat_broadcast_o,
    output wire stat_multicast_o,
    output wire [13:0] stat_octets_o,

    output wire idle_o
);
    import nic_regs_pkg::*;

    // The front reads records; it runs ahead of the back by the control and launch bytes of the
    // next record.
    typedef enum logic [2:0] {CONTROL, LAUNCH, READY, FEED, DISCARD, ENDED} front_e;
    front_e front_q;
    logic [2:0] verdict_q;      // status of the record in DISCARD or ENDED
    logic [3:0] flags_q;

    // The back has at most one record: in flight, or over and to be completed.
    typedef enum logic [1:0] {FREE, FLIGHT, CLOSE} back_e;
    back_e back_q;
    logic [2:0] status_q;
    logic timed_q;              // the record's time is captured, and written or being written
    logic stat_valid_q;

    wire cut = flush_i || rst_mac_i;
    wire launch = flags_q[0];

    // ---- the captured time leaves byte by byte: to the slot RAM, or to the comparison ----

    logic [63:0] captured_q;
    logic [7:0] byte_q;         // captured byte number index_q
    logic [2:0] pick_q, index_q;
    logic pick_run_q, byte_valid_q;
    logic compare_q;            // this run is for the comparison

    wire walk_idle = !pick_run_q && !byte_valid_q;
    wire launch_byte = front_q == LAUNCH && byte_valid_q && compare_q;
    wire hold = launch_byte && !buf_valid_i;

    wire capture_sfd = back_q == FLIGHT && mac_sfd_i && !timed_q;
    wire capture_end = back_q == CLOSE && !timed_q && walk_idle;
    wire start;
    wire compares = front_q == LAUNCH || (front_q == READY && !start);
    wire capture_compare = walk_idle && launch && compares &&
                           !(back_q != FREE && !timed_q);
    wire capture = capture_sfd || capture_end || capture_compare;

    always_ff @(posedge clk_i) begin
        if (capture) captured_q <= time_i;
    end

    always_ff @(posedge clk_i) begin
        if (capture) compare_q <= capture_compare;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || (compare_q && front_q != LAUNCH && front_q != READY && !capture)) begin
            pick_run_q <= 1'b0;
            byte_valid_q <= 1'b0;
            pick_q <= '0;
        end else if (!hold) begin
            if (capture) pick_run_q <= 1'b1;
            else if (pick_q == 3'd7) pick_run_q <= 1'b0;
            if (pick_run_q) pick_q <= pick_q + 1'b1;
            byte_valid_q <= pick_run_q;
        end
    end

    always_ff @(posedge clk_i) begin
        if (!hold && pick_run_q) begin
            byte_q <= captured_q[pick_q*8 +: 8];
            index_q <= pick_q;
        end
    end

    // ---- launch time ----

    // Far comparison: launch - captured time over 64 bits, a byte a clock, again and again. It says
    // whether the launch time has passed, is near (under 2^15 ns ahead), or far. Near comparison:
    // 16 bits, every clock.
    logic [63:0] launch_q;      // turns by a byte a step
    logic [15:0] launch_low_q;
    logic [7:0] diff_q;
    logic borrow_q, diff_valid_q, diff_end_q, diff_high_q, diff_top_q;
    logic high_q;               // a bit from 15 up is set
    logic known_q, past_q, far_q;
    logic [15:0] ahead_q;
    logic reached_q, reached_before_q;
    logic waited_q;             // it was at the head before its launch time

    wire step = byte_valid_q && compare_q && !hold;
    wire [7:0] launch_now = front_q == LAUNCH ? buf_data_i : launch_q[7:0];
    wire [8:0] diff = {1'b0, launch_now} - {1'b0, byte_q} - 9'(borrow_q && index_q != 3'd0);
    wire early = 1'((ahead_q - launch_low_q) >> 15);

    always_ff @(posedge clk_i) begin
        if (step) begin
            launch_q <= {launch_now, launch_q[63:8]};
            diff_q <= diff[7:0];
            borrow_q <= diff[8];
            diff_high_q <= index_q[2:1] != 2'd0;
            diff_top_q <= index_q == 3'd1;
        end
    end

    always_ff @(posedge clk_i) begin
        if (launch_byte && index_q == 3'd0) launch_low_q[7:0] <= buf_data_i;
        if (launch_byte && index_q == 3'd1) launch_low_q[15:8] <= buf_data_i;
    end

    wire some_high = (diff_high_q && diff_q != 8'd0) || (diff_top_q && diff_q[7]);
    always_ff @(posedge clk_i) begin
        diff_valid_q <= step && !rst_i;
        diff_end_q <= step && index_q == 3'd7;
        if (diff_valid_q) high_q <= some_high || (high_q && (diff_high_q || diff_top_q));
    end

    always_ff @(posedge clk_i) begin
        if (front_q == CONTROL) known_q <= 1'b0;
        else if (diff_end_q) known_q <= 1'b1;
        if (diff_end_q) begin
            past_q <= borrow_q;
            far_q <= high_q || some_high;
        end
    end

    always_ff @(posedge clk_i) begin
        if (launch) ahead_q <= time_i[15:0] + lead_i;
        reached_q <= !early;
        reached_before_q <= reached_q;
    end

    // ---- decision ----

    logic late, passed;
    logic go, refuse;
    logic [2:0] refusal;
    always_comb begin
        passed = known_q && (past_q || (!far_q && reached_q));
        late = launch && passed && (past_q || reached_before_q) && !waited_q;
        refuse = 1'b1;
        refusal = TX_STATUS_ABORTED[2:0];
        if (flush_i || (rst_mac_i && launch)) refusal = TX_STATUS_ABORTED[2:0];
        else if (!enable_i || !link_up_i) refusal = TX_STATUS_LINK_DOWN[2:0];
        else if (late) refusal = TX_STATUS_LATE[2:0];
        else refuse = 1'b0;
        go = !refuse && !rst_mac_i && (passed || !launch);
    end
    wire decide = front_q == READY && back_q == FREE;
    assign start = decide && go;

    always_ff @(posedge clk_i) begin
        if (front_q == CONTROL) waited_q <= 1'b0;
        else if (decide && known_q && !passed) waited_q <= 1'b1;
    end

    // ---- front ----

    // The next record is not touched before the frame in flight has its time: the captured time is
    // one register.
    wire may_control = front_q == CONTROL && !(back_q == FLIGHT && !timed_q);
    wire take = buf_valid_i && buf_ready_o;
    wire take_last = take && buf_last_i;

    assign buf_ready_o = may_control || launch_byte || (front_q == FEED && mac_ready_i) ||
        front_q == DISCARD;

    always_ff @(posedge clk_i) begin
        if (rst_i) front_q <= CONTROL;
        else begin
            case (front_q)
                CONTROL: if (take) front_q <= buf_last_i ? ENDED : buf_data_i[0] ? LAUNCH : READY;
                LAUNCH: if (take && index_q == 3'd7) front_q <= READY;
                READY: if (decide && refuse) front_q <= DISCARD;
                       else if (start) front_q <= FEED;
                FEED: if (take_last) front_q <= CONTROL;
                      else if (cut) front_q <= DISCARD;
                DISCARD: if (take_last) front_q <= ENDED;
                default: if (back_q == FREE) front_q <= CONTROL;
            endcase
        end
    end

    always_ff @(posedge clk_i) begin
        if (take && front_q == CONTROL) begin
            flags_q <= buf_data_i[3:0];
            verdict_q <= flush_i ? TX_STATUS_ABORTED[2:0] : TX_STATUS_TOO_LONG[2:0];
        // ABORTED if it starts: what it becomes when it is cut
        end else if (decide) verdict_q <= refusal;
    end

    // ---- back ----

    wire commit = back_q == CLOSE && timed_q && (walk_idle || compare_q) && !stat_valid_q;

    always_ff @(posedge clk_i) begin
        if (rst_i) back_q <= FREE;
        else begin
            case (back_q)
                FREE: if (start) back_q <= FLIGHT;
                      else if (front_q == ENDED) back_q <= CLOSE;
                FLIGHT: if (mac_done_i) back_q <= CLOSE;
                        // Cut with bytes left: the front throws them away and ends the record.
                        else if (cut) back_q <= front_q == FEED && !take_last ? FREE : CLOSE;
                default: if (commit) back_q <= FREE;
            endcase
        end
    end

    always_ff @(posedge clk_i) begin
        if (back_q == FREE) status_q <= verdict_q;
        else if (back_q == FLIGHT) status_q <= mac_done_i ? TX_STATUS_OK[2:0] :
            TX_STATUS_ABORTED[2:0];
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || commit) timed_q <= 1'b0;
        else if (capture_sfd || capture_end) timed_q <= 1'b1;
    end

    assign done_we_o = (byte_valid_q && !compare_q) || commit;
    assign done_byte_o = commit ? 4'd1 : {1'b1, index_q};
    assign done_data_o = commit ? {5'd0, status_q} : byte_q;
    assign done_step_o = commit;

    assign mac_valid_o = front_q == FEED && buf_valid_i;
    assign mac_data_o = buf_data_i;
    assign mac_last_o = buf_last_i;
    assign {mac_error_o, mac_no_pad_o, mac_has_fcs_o} = flags_q[3:1];
    assign mac_abort_o = flush_i;

    // ---- what the counters want to know ----

    logic [2:0] octet_q;        // of the destination address; 6 and more: over
    logic group_q, ones_q;
    logic [13:0] octets_q;
    logic stat_broadcast_q, stat_multicast_q;
    logic [2:0] stat_status_q;
    logic [13:0] stat_octets_q;
    wire broadcast = ones_q && octet_q == 3'd6;

    always_ff @(posedge clk_i) begin
        if (start) begin
            octet_q <= '0;
            group_q <= 1'b0;
            ones_q <= 1'b1;
        end else if (take && front_q == FEED && octet_q != 3'd6) begin
            octet_q <= octet_q + 1'b1;
            if (octet_q == '0) group_q <= buf_data_i[0];
            if (buf_data_i != 8'hff) ones_q <= 1'b0;
        end
    end

    always_ff @(posedge clk_i) begin
        if (mac_done_i) octets_q <= mac_octets_i;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) stat_valid_q <= 1'b0;
        else stat_valid_q <= commit || (stat_valid_q && !stat_ready_i);
    end

    always_ff @(posedge clk_i) begin
        if (commit) begin
            stat_status_q <= status_q;
            stat_broadcast_q <= broadcast;
            stat_multicast_q <= group_q && !broadcast;
            stat_octets_q <= octets_q;
        end
    end

    assign stat_valid_o = stat_valid_q;
    assign stat_status_o = {5'd0, stat_status_q};
    assign stat_broadcast_o = stat_broadcast_q;
    assign stat_multicast_o = stat_multicast_q;
    assign stat_octets_o = stat_octets_q;

    assign idle_o = front_q == CONTROL && back_q == FREE && !buf_valid_i && !stat_valid_q;
endmodule

`default_nettype wire
