// SPDX-License-Identifier: Apache-2.0
// End to end: nic_tx_queue from the OUT stream to the event stream, its two clocks free against
// each other, any bytes, any stalls, a MAC that does what it likes, NIC resets and MAC resets at
// any time. Descriptors accepted = completions delivered + outstanding; a watched descriptor comes
// back once, in its turn, with its own tag, and with the status and the time that the scheduler
// wrote for it; at RESET_DONE nothing is outstanding. Only nic_frame_fifo is abstract.
`default_nettype none

module nic_tx_queue_formal #(
    // For the covers: one clock, the same short record again and again, no link, nothing else that
    // moves except NIC resets: so that they are found in a minute.
    parameter bit SCRIPTED = 1'b0
) (
    // Any two signals: every ratio, phase, drift and stop of the clocks is among the traces.
    input wire clk_i,
    input wire clk_tx_free_i,

    input wire out_valid_i,
    input wire [7:0] out_data_i,
    input wire ev_ready_i,
    input wire [15:0] count_set_i,
    input wire [15:0] us_set_i,
    input wire link_up_i,
    input wire [1:0] link_speed_i,
    input wire rx_loss_i,
    input wire [15:0] rx_loss_count_i,
    input wire request_i,
    input wire [2:0] request_result_i,
    input wire processor_i,
    input wire reset_start_i,
    input wire rx_flushed_i,
    input wire mark_i,

    input wire rst_mac_i,
    input wire enable_i,
    input wire tx_link_up_i,
    input wire [63:0] time_i,
    input wire [15:0] lead_i,
    input wire buf_room_i,
    input wire buf_more_i,
    input wire [7:0] buf_data_i,
    input wire buf_last_i,
    input wire mac_ready_i,
    input wire mac_sfd_i,
    input wire mac_done_i,
    input wire [13:0] mac_octets_i,
    input wire stat_ready_i
);
    localparam int unsigned DEPTH = 2;
    localparam int unsigned COUNT_WIDTH = 2;

    wire out_ready, halt, ev_valid, ev_last, loss_taken, resetting, halted, sys_idle, tx_idle;
    wire [7:0] ev_data;
    wire [15:0] outstanding;
    wire mac_valid, mac_last, mac_has_fcs, mac_no_pad, mac_error, mac_abort;
    wire [7:0] mac_data, stat_status;
    wire stat_valid, stat_broadcast, stat_multicast;
    wire [13:0] stat_octets;

    // One byte of a frame, tag 44332211.
    localparam logic [159:0] RECORD = 160'h000000a5_00000000_00000000_44332211_5b000001;
    logic [4:0] script_q;
    wire [7:0] out_data = SCRIPTED ? RECORD[script_q*8 +: 8] : out_data_i;
    wire clk_tx_i = SCRIPTED ? clk_i : clk_tx_free_i;
    wire rst = 1'b0, rst_tx = 1'b0;
    wire clk_tx = clk_tx_i;
    logic running_q = 1'b0;
    wire rst_mac = rst_mac_i && !SCRIPTED;
    wire [7:0] buf_byte = SCRIPTED ? 8'd0 : buf_data_i;
    wire [63:0] now = SCRIPTED ? 64'd0 : time_i;
    logic [1:0] frames_in_q, frames_out_q;
    wire mac_sfd, mac_finished;
    wire more = (buf_more_i || SCRIPTED) && frames_in_q != frames_out_q;

    nic_tx_queue #(.BUF_BYTES(32), .DESC_DEPTH(DEPTH), .MAX_FRAME(8), .SYS_MHZ(2)) u_dut (
        .clk_i,
        .rst_i(rst),
        .out_valid_i(out_valid_i || SCRIPTED),
        .out_ready_o(out_ready),
        .out_data_i(out_data),
        .out_halt_o(halt),
        .ev_valid_o(ev_valid),
        .ev_ready_i(ev_ready_i || SCRIPTED),
        .ev_data_o(ev_data),
        .ev_last_o(ev_last),
        .moderation_count_i(SCRIPTED ? 16'd0 : count_set_i),
        .moderation_us_i(SCRIPTED ? 16'd0 : us_set_i),
        .link_up_i(link_up_i && !SCRIPTED),
        .link_speed_i(link_speed_i & {2{!SCRIPTED}}),
        .rx_loss_valid_i(rx_loss_i && !SCRIPTED),
        .rx_loss_count_i,
        .rx_loss_taken_o(loss_taken),
        .request_i(request_i && !SCRIPTED),
        .request_result_i,
        .processor_i(processor_i && !SCRIPTED),
        .reset_start_i,
        .rx_flushed_i,
        .resetting_o(resetting),
        .halted_o(halted),
        .outstanding_o(outstanding),
        .sys_idle_o(sys_idle),
        .clk_tx_i,
        .rst_tx_i(rst_tx),
        .rst_mac_i(rst_mac),
        .tx_enable_i(enable_i && !SCRIPTED),
        .tx_link_up_i(tx_link_up_i && !SCRIPTED),
        .time_i(now),
        .lead_i(SCRIPTED ? 16'd0 : lead_i),
        .mac_valid_o(mac_valid),
        .mac_ready_i(mac_ready_i && !SCRIPTED),
        .mac_data_o(mac_data),
        .mac_last_o(mac_last),
        .mac_has_fcs_o(mac_has_fcs),
        .mac_no_pad_o(mac_no_pad),
        .mac_error_o(mac_error),
        .mac_abort_o(mac_abort),
        .mac_sfd_i(mac_sfd),
        .mac_done_i(mac_finished),
        .mac_octets_i(SCRIPTED ? 14'd0 : mac_octets_i),
        .stat_valid_o(stat_valid),
        .stat_ready_i(stat_ready_i || SCRIPTED),
        .stat_status_o(stat_status),
        .stat_broadcast_o(stat_broadcast),
        .stat_multicast_o(stat_multicast),
        .stat_octets_o(stat_octets),
        .tx_idle_o(tx_idle)
    );

    // ---- tx side ----

    wire buf_ready = u_dut.buf_ready;
    wire done_we = u_dut.done_we;
    wire [3:0] done_byte = u_dut.done_byte;
    wire [7:0] done_data = u_dut.done_wdata;
    wire done_step = u_dut.done_step;
    wire flush = u_dut.flush_tx;

`define SC u_dut.u_sched
`include "nic_tx_sched_model.svh"

    assign mac_sfd = sfd;
    assign mac_finished = mac_done;
    wire [1:0] done_tx = u_dut.u_done.count_q;
    always_ff @(posedge clk_tx_i) frames_out_q <= frames_out_q + 2'(take_last);

    // What is in the watched descriptor's slot: the completion as the scheduler writes it, the tag
    // as the parser did.
    logic report_q;
    logic [7:0] status_q;
    logic [31:0] tag_q;
    logic [63:0] time_q;

    // ---- sys side ----

    wire accept = u_dut.accept;
    wire [1:0] done_count = u_dut.done_count;
    logic slot_q;
    logic [3:0] byte_q;

    wire ev_ready = ev_ready_i || SCRIPTED;

`define EV u_dut.u_event
`include "nic_event_model.svh"

    // Written in the tx domain, while the index stands still.
    always_ff @(posedge clk_tx_i) begin
        if (done_we && watched_q && done_tx == index_q) begin
            if (done_byte[3]) time_q[done_byte[2:0]*8 +: 8] <= done_data;
            else status_q <= done_data;
        end
    end

    // Tag bytes written for the record that is being taken.
    logic [3:0] tag_mask_q;
    logic [35:0] tag_new_q;
    always_ff @(posedge clk_i) begin
        slot_q <= u_dut.slot;
        byte_q <= u_dut.slot_byte;
        script_q <= !out_ready ? script_q : script_q == 5'd19 ? '0 : script_q + 1'b1;
        frames_in_q <= frames_in_q + 2'(u_dut.in_commit);
        if (resetting || accept) tag_mask_q <= '0;
        else if (u_dut.tag_we) begin
            tag_mask_q[u_dut.tag_byte] <= 1'b1;
            tag_new_q[u_dut.tag_byte*9 +: 9] <= u_dut.tag_wdata;
        end
        if (mark) begin
            report_q <= tag_new_q[17];
            tag_q <= {tag_new_q[34:27], tag_new_q[25:18], tag_new_q[16:9], tag_new_q[7:0]};
        end
    end

    // ---- from the state after a reset; what the clocks do before the first one of sys changes
    // nothing ----

    always_ff @(posedge clk_i) running_q <= 1'b1;

    always_comb begin
        if (!running_q) begin
            assume (u_dut.u_parser.state_q == '0 && u_dut.u_parser.pos_q == '0 &&
                !u_dut.u_parser.halt_q);
            assume (u_dut.u_event.accepted_q == '0 && u_dut.u_event.gathered_q == '0 &&
                    u_dut.u_event.raised_q == '0 && u_dut.u_event.delivered_q == '0);
            assume (!u_dut.u_event.look_q && !u_dut.u_event.judge_q && !u_dut.u_event.odd_q);
            assume (!u_dut.u_event.busy_q && !u_dut.u_event.valid_q && !u_dut.u_event.end_q);
            assume (u_dut.u_event.byte_q == '0 && !resetting);
            assume (done_tx == '0 && u_dut.u_done.gray_q == '0);
            assume (u_dut.u_done.u_sync.meta_q == '0 && u_dut.u_done.u_sync.q_o == '0);
            assume (u_dut.u_sched.front_q == CONTROL && u_dut.u_sched.back_q == FREE &&
                !u_dut.u_sched.timed_q);
            assume (!u_dut.u_sched.pick_run_q && !u_dut.u_sched.byte_valid_q &&
                u_dut.u_sched.pick_q == '0);
            assume (!stat_valid && !fetched_q && pos_q == '0 && !flight_q && !last_taken_q &&
                !sfd_q && !sent_q);
            assume (age_flight_q == '0 && owed_q == '0 && written_q == '0 && !timed_q);
            assume (frames_in_q == '0 && frames_out_q == '0 && at_q == '0 && held_q == '0 &&
                !watched_q);
            assume (tag_mask_q == '0);
            assume (u_dut.u_parser.check_q == 8'h5a);
            assume (!SCRIPTED || script_q == '0);
        end
    end

    // ---- the way of the count: accepted, gone from the buffer, completed, crossed ----

    wire [1:0] gray = u_dut.u_done.gray_q;
    wire [1:0] meta = {u_dut.u_done.u_sync.meta_q[1], ^u_dut.u_done.u_sync.meta_q};
    wire [1:0] from = u_dut.u_event.delivered_q;
    wire header = u_dut.u_parser.state_q == 2'd0;
    wire [3:0] pos = u_dut.u_parser.pos_q;
    wire own_look = watched_q && u_dut.u_event.look_q && u_dut.u_event.gathered_q == index_q;
    wire own_read = own_leaving && u_dut.u_event.odd_q && u_dut.u_event.busy_q;

    always_comb begin
        // Conservation: every descriptor accepted and not delivered is in the buffer, in the
        // scheduler, or complete.
        a_conserved: assert (held_q
            == 2'(frames_in_q - frames_out_q) + owed_q + 2'(done_tx - from));
        h_frames: assert (frames_in_q == u_dut.u_event.accepted_q);
        h_owed: assert (owed_q == 2'(frames_out_q - done_tx));
        h_chain: assert (2'(done_count - from) <= 2'(meta - from) &&
            2'(meta - from) <= 2'(done_tx - from) &&
                         2'(done_tx - from) <= 2'(frames_out_q - from) &&
                         2'(frames_out_q - from) <= 2'(frames_in_q - from));
        h_gray: assert (gray == (done_tx ^ (done_tx >> 1)));
        h_inside: assert ((pos_q == '0 && !fetched_q) || frames_in_q != frames_out_q);
        h_room: assert ((header && pos == '0) || u_dut.room);
        h_room_true: assert (!u_dut.room || held_q < 2'(DEPTH));
        h_parser: assert (u_dut.u_parser.state_q != 2'd3);
        h_mask: assert (halt || tag_mask_q == (!header || pos[3] ? 4'hf : pos[2] ?
            4'((5'd1 << pos[1:0]) - 5'd1) : 4'h0));
        if (own_look) h_own_look: assert (u_dut.done_rdata == status_q &&
            u_dut.tag_rdata[8] == report_q);
        if (own_read && byte_q == 4'd1) h_own_status: assert (u_dut.done_rdata == status_q);
        if (own_read &&
            byte_q[3]) h_own_time: assert (u_dut.done_rdata == time_q[byte_q[2:0]*8 +: 8]);
        if (own_read &&
            byte_q[3:2] == 2'd1)
            h_own_tag: assert (u_dut.tag_rdata[7:0] == tag_q[byte_q[1:0]*8 +: 8]);
        if (watched_q) begin
            h_report_ram: assert (u_dut.u_tags.mem[{index_q[0], 2'd1}][8] == report_q);
            if (2'(done_tx - from) > ahead_q)
                h_status_ram: assert (u_dut.u_completions.mem[{index_q[0], 4'd1}] == status_q);
        end
    end

    // Covers, in the scripted run.
    logic [1:0] delivered_q;
    always_ff @(posedge clk_i) begin
        if (!running_q) delivered_q <= '0;
        else if (tx_whole && watched_q && ahead_q == '0 && record[63:32] == 32'h44332211)
            delivered_q <= delivered_q + 1'b1;
        if (running_q && SCRIPTED) begin
            c_accepted: cover (held_q == 2'd1);
            c_full: cover (held_q == 2'd2 && done_tx == '0);
            c_completed: cover (done_count == 2'd1);
            c_delivered: cover (delivered_q == 2'd1);
            c_reset_done: cover (whole && record[7:0] == nic_regs_pkg::EVENT_TYPE_RESET_DONE);
        end
    end

    for (genvar i = 0; i < 4; i++) begin : g_tag
        always_comb begin
            if (tag_mask_q[i])
                h_new: assert (u_dut.u_tags.mem[{u_dut.u_event.accepted_q[0],
                    2'(i)}] == tag_new_q[i*9 +: 9]);
            if (watched_q)
                h_old: assert (u_dut.u_tags.mem[{index_q[0], 2'(i)}][7:0] == tag_q[i*8 +: 8]);
        end
    end
    for (genvar i = 0; i < 8; i++) begin : g_time
        always_comb begin
            if (watched_q && (2'(done_tx - from) > ahead_q || (done_tx == index_q && written_q[i])))
                h_ram: assert (u_dut.u_completions.mem[{index_q[0],
                    4'(8 + i)}] == time_q[i*8 +: 8]);
        end
    end
endmodule

`default_nettype wire
