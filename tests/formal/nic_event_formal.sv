// SPDX-License-Identifier: Apache-2.0
// What nic_event promises, for any completions, settings, other events and stalls: what is
// outstanding is what was accepted less what the records on the stream say, a watched descriptor is
// delivered once, in its turn, with its own data, merged only if it may be; moderation holds
// nothing longer than it should; RESET_DONE comes when all is delivered.
`default_nettype none

module nic_event_formal #(
    // For the covers: the reader never stalls, no other events but RESET_DONE, data of the others
    // zero.
    parameter bit SCRIPTED = 1'b0
) (
    input wire clk_i,
    input wire rst_i,
    input wire accept_i,
    // Completions arrive, several at once if the other domain is faster.
    input wire [2:0] done_i,
    // Slot RAM contents of all descriptors but the watched one: anything, different at every look.
    input wire [8:0] tag_free_i,
    input wire [7:0] done_free_i,
    input wire link_up_i,
    input wire [1:0] link_speed_i,
    input wire rx_loss_i,
    input wire [15:0] rx_loss_count_i,
    input wire error_i,
    input wire [2:0] error_status_i,
    input wire request_i,
    input wire [2:0] request_result_i,
    input wire processor_i,
    input wire reset_start_i,
    input wire rx_flushed_i,
    input wire ev_ready_i,
    // Marks the descriptor accepted in this clock as the one to watch.
    input wire mark_i
);
    import nic_regs_pkg::*;

    localparam int unsigned DEPTH = 4;
    localparam int unsigned COUNT_WIDTH = 3;
    localparam int unsigned MHZ = 2;

    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;

    // Values of the solver's choice that stay: the settings and what is in the watched slot.
    logic [15:0] count_set_q, us_set_q;
    logic report_q;
    logic [7:0] status_q;
    logic [31:0] tag_q;
    logic [63:0] time_q;
    always_ff @(posedge clk_i) begin
        count_set_q <= count_set_q;
        us_set_q <= us_set_q;
        report_q <= report_q;
        status_q <= status_q;
        tag_q <= tag_q;
        time_q <= time_q;
    end

    wire room, resetting, idle, ev_valid, ev_last, loss_taken;
    wire [1:0] accept_slot, slot;
    wire [3:0] slot_byte;
    wire [15:0] outstanding;
    wire [7:0] ev_data;

    // The parser accepts only with room, and nothing during a reset; a loss stays until it is
    // taken.
    wire accept = accept_i && room && !resetting && !rst;
    logic loss_q;
    wire ev_ready = ev_ready_i || SCRIPTED;
    logic [2:0] done_count;

    logic [1:0] slot_q;
    logic [3:0] byte_q;
    wire [8:0] tag_data;
    wire [7:0] done_data;

    nic_event #(.DESC_DEPTH(DEPTH), .SYS_MHZ(MHZ)) u_dut (
        .clk_i,
        .rst_i(rst),
        .accept_i(accept),
        .room_o(room),
        .accept_slot_o(accept_slot),
        .done_count_i(done_count),
        .slot_o(slot),
        .slot_byte_o(slot_byte),
        .tag_data_i(tag_data),
        .done_data_i(done_data),
        .moderation_count_i(count_set_q),
        .moderation_us_i(us_set_q),
        .link_up_i(link_up_i && !SCRIPTED),
        .link_speed_i(link_speed_i & {2{!SCRIPTED}}),
        .rx_loss_valid_i(loss_q),
        .rx_loss_count_i,
        .rx_loss_taken_o(loss_taken),
        .error_i(error_i && !rst && !SCRIPTED),
        .error_status_i,
        .request_i(request_i && !SCRIPTED),
        .request_result_i,
        .processor_i(processor_i && !SCRIPTED),
        .reset_start_i,
        .rx_flushed_i,
        .resetting_o(resetting),
        .outstanding_o(outstanding),
        .idle_o(idle),
        .ev_valid_o(ev_valid),
        .ev_ready_i(ev_ready),
        .ev_data_o(ev_data),
        .ev_last_o(ev_last)
    );

`define EV u_dut
`include "nic_event_model.svh"

    wire [2:0] undone = u_dut.accepted_q - done_count;
    wire own = watched_q && slot_q == index_q[1:0];
    wire [7:0] own_data = byte_q == 4'd1 ? status_q : time_q[byte_q[2:0]*8 +: 8];
    assign tag_data = own ? {report_q, tag_q[byte_q[1:0]*8 +: 8]} : tag_free_i & {9{!SCRIPTED}};
    assign done_data = own && complete && (byte_q == 4'd1 || byte_q[3]) ? own_data :
        done_free_i & {8{!SCRIPTED}};

    always_ff @(posedge clk_i) begin
        slot_q <= slot;
        byte_q <= slot_byte;
        if (rst) begin
            done_count <= '0;
            loss_q <= 1'b0;
        end else begin
            done_count <= done_count + (done_i <= undone ? done_i : undone);
            loss_q <= (rx_loss_i && !SCRIPTED) || (loss_q && !loss_taken);
        end
    end

    // How long something has been gathered, and how long a completion has not been looked at.
    logic [17:0] age_q;
    logic [2:0] unseen_q;
    logic was_alone_q, was_due_q, was_watched_q, merged_q, forced_q;
    wire other = u_dut.link_q || u_dut.error_q || u_dut.request_q || u_dut.processor_q || loss_q;

    always_ff @(posedge clk_i) begin
        if (rst || none_gathered) age_q <= '0;
        else if (age_q != '1) age_q <= age_q + 1'b1;
        if (rst || !none_gathered || done_count == u_dut.gathered_q) unseen_q <= '0;
        else unseen_q <= unseen_q + 1'b1;
        was_due_q <= !rst && u_dut.due_q;
        was_alone_q <= !rst && !none_gathered && u_dut.alone_q && !u_dut.begin_tx;
        // Something else than count and time asks for it: the next must not be merged, or a reset.
        forced_q <= !rst && !none_gathered && (forced_q || resetting || (u_dut.judge_q &&
            !u_dut.fits));
        if (rst) {was_watched_q, merged_q} <= '0;
        else begin
            was_watched_q <= was_watched_q || watched_q;
            merged_q <= merged_q || (tx_whole && watched_q && count == 16'd2 && ahead_q == 3'd1);
        end
    end

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // Other records have their own form.
            if (whole && !tx_whole) a_other: assert (record[127:32] == '0 &&
                (record[7:0] == EVENT_TYPE_LINK ||
                record[7:0] == EVENT_TYPE_REQUEST_DONE || record[7:0] == EVENT_TYPE_PROCESSOR ||
                record[7:0] == EVENT_TYPE_RX_LOSS || record[7:0] == EVENT_TYPE_STREAM_ERROR ||
                record[7:0] == EVENT_TYPE_RESET_DONE));
            // Moderation: at the latest us_set_q microseconds after the oldest gathered completion
            // it is due, at once when enough have gathered, when the slots are all used up, when it
            // must not be merged, and during a reset.
            a_time: assert (age_q <= 18'(us_set_q) * 18'(MHZ) || u_dut.due_q);
            a_due_stays: assert (!was_due_q || u_dut.due_q || none_gathered || u_dut.busy_q);
            if (was_alone_q && !none_gathered) a_alone_due: assert (u_dut.due_q);
            // A completion is looked at within four clocks if nothing is gathered.
            a_seen: assert (unseen_q <= 3'd4);
            // What is due begins in the next odd clock with nothing leaving, unless another event
            // has its turn.
            if (u_dut.due_q && !none_gathered && u_dut.odd_q && !u_dut.busy_q)
                a_raised: assert (u_dut.begin_tx || (other && u_dut.tx_q));
            // ... and an other event has it after each TX_DONE.
            if (other && u_dut.tx_q && u_dut.odd_q && !u_dut.busy_q)
                a_turn: assert (u_dut.begin_link || u_dut.begin_error || u_dut.begin_reset ||
                    u_dut.begin_request || u_dut.begin_processor || u_dut.begin_loss);
            // Nothing is raised before its time.
            if (u_dut.begin_tx) a_not_early: assert (u_dut.alone_q ||
                16'(gathered) >= count_set_q || gathered[2] ||
                forced_q || age_q >= 18'(us_set_q) * 18'(MHZ));

            // Helpers.
            h_age: assert (u_dut.due_q || none_gathered ||
                age_q == 18'(u_dut.us_q) * 18'(MHZ) + 18'(u_dut.tick_q));
            h_tick: assert (none_gathered || 32'(u_dut.tick_q) < MHZ);
            h_us: assert (none_gathered || u_dut.due_q || u_dut.us_q <= us_set_q);
            if (none_gathered && done_count != u_dut.gathered_q) begin
                h_seen_even: assert (unseen_q == '0 || u_dut.odd_q || u_dut.look_q);
                h_seen_odd: assert (unseen_q < 3'd2 || !u_dut.odd_q || u_dut.judge_q);
                h_seen_end: assert (unseen_q < 3'd3 || (unseen_q == 3'd3 && u_dut.judge_q));
            end
            h_due_why: assert (!u_dut.due_q || none_gathered || u_dut.alone_q ||
                16'(gathered) >= count_set_q ||
                               gathered[2] || forced_q || age_q >= 18'(us_set_q) * 18'(MHZ));
        end
        c_watched: cover (was_watched_q && !watched_q && !rst && status_q != '0 && report_q);
        c_merged: cover (merged_q && !rst);
        c_reset_done: cover (!rst && whole && record[7:0] == EVENT_TYPE_RESET_DONE);
    end
endmodule

`default_nettype wire
