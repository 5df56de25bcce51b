// SPDX-License-Identifier: Apache-2.0
// What nic_tx_sched promises, for any records, times, resets and a MAC that starts, stalls and finishes when it likes:
// exactly one completion a record and none before its last byte is gone; OK means the MAC sent it, with its SFD time;
// the slot is written in full before the count steps; nothing starts during a reset.
`default_nettype none

module nic_tx_sched_formal (
    input wire clk_i,
    input wire rst_i,
    input wire flush_i,
    input wire rst_mac_i,
    input wire enable_i,
    input wire link_up_i,
    input wire [63:0] time_i,
    input wire [15:0] lead_i,
    input wire buf_more_i,
    input wire [7:0] buf_data_i,
    input wire buf_last_i,
    input wire mac_ready_i,
    input wire mac_sfd_i,
    input wire mac_done_i,
    input wire [13:0] mac_octets_i,
    input wire stat_ready_i
);
    import nic_regs_pkg::*;

    localparam logic [2:0] CONTROL = 3'd0, LAUNCH = 3'd1, READY = 3'd2, FEED = 3'd3, DISCARD = 3'd4, ENDED = 3'd5;
    localparam logic [1:0] FREE = 2'd0, FLIGHT = 2'd1, CLOSE = 2'd2;

    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;

    // The buffer: bytes of anything, each stable until taken, in records of the parser's form: the control byte is the
    // last one exactly if it says too long, launch bytes never are.
    logic held_q, last_held_q;
    logic [7:0] data_held_q;
    logic [3:0] pos_q;          // 0 control, 1..8 launch, 9 frame
    wire buf_valid = held_q || buf_more_i;
    wire [7:0] data_in = held_q ? data_held_q : buf_data_i;
    wire last_in = held_q ? last_held_q : pos_q == 4'd0 ? data_in[7] : buf_last_i && pos_q == 4'd9;

    wire buf_ready, mac_valid, mac_last, mac_has_fcs, mac_no_pad, mac_error, mac_abort;
    wire done_we, done_step, stat_valid, stat_broadcast, stat_multicast, idle;
    wire [7:0] mac_data, done_data, stat_status;
    wire [3:0] done_byte;
    wire [13:0] stat_octets;

    // The MAC: SFD at the earliest two clocks after the first valid (in truth eight), done after the last byte.
    logic flight_q, last_taken_q, sfd_q, sent_q;
    logic [1:0] age_q;
    wire sfd = mac_sfd_i && flight_q && !sfd_q && age_q == 2'd2;
    wire mac_done = mac_done_i && flight_q && last_taken_q;

    nic_tx_sched u_dut (
        .clk_i,
        .rst_i(rst),
        .flush_i,
        .rst_mac_i,
        .enable_i,
        .link_up_i,
        .time_i,
        .lead_i,
        .buf_valid_i(buf_valid),
        .buf_ready_o(buf_ready),
        .buf_data_i(data_in),
        .buf_last_i(last_in),
        .mac_valid_o(mac_valid),
        .mac_ready_i,
        .mac_data_o(mac_data),
        .mac_last_o(mac_last),
        .mac_has_fcs_o(mac_has_fcs),
        .mac_no_pad_o(mac_no_pad),
        .mac_error_o(mac_error),
        .mac_abort_o(mac_abort),
        .mac_sfd_i(sfd),
        .mac_done_i(mac_done),
        .mac_octets_i,
        .done_we_o(done_we),
        .done_byte_o(done_byte),
        .done_data_o(done_data),
        .done_step_o(done_step),
        .stat_valid_o(stat_valid),
        .stat_ready_i,
        .stat_status_o(stat_status),
        .stat_broadcast_o(stat_broadcast),
        .stat_multicast_o(stat_multicast),
        .stat_octets_o(stat_octets),
        .idle_o(idle)
    );

    wire take = buf_valid && buf_ready;
    wire take_last = take && last_in;
    wire cut = flush_i || rst_mac_i;

    // Records whose last byte is gone and whose completion is not written; time bytes in the slot.
    logic [1:0] owed_q;
    logic [7:0] written_q;
    logic [63:0] slot_q, sfd_time_q;
    logic timed_q;
    logic [2:0] flags_q;

    always_ff @(posedge clk_i) begin
        if (rst) begin
            held_q <= 1'b0;
            pos_q <= '0;
            flight_q <= 1'b0;
            last_taken_q <= 1'b0;
            sfd_q <= 1'b0;
            sent_q <= 1'b0;
            age_q <= '0;
            owed_q <= '0;
            written_q <= '0;
            timed_q <= 1'b0;
        end else begin
            held_q <= buf_valid && !buf_ready;
            data_held_q <= data_in;
            last_held_q <= last_in;
            if (take) begin
                if (last_in) pos_q <= '0;
                else if (pos_q == '0) pos_q <= data_in[0] ? 4'd1 : 4'd9;
                else if (pos_q != 4'd9) pos_q <= pos_q + 1'b1;
                if (pos_q == '0) flags_q <= data_in[3:1];
            end
            // In flight from the first valid; a done beats a cut in the same clock.
            if (!flight_q) begin
                flight_q <= u_dut.start;
                last_taken_q <= 1'b0;
                sfd_q <= 1'b0;
                age_q <= '0;
            end else begin
                if (mac_done || cut) flight_q <= 1'b0;
                if (take_last && mac_valid) last_taken_q <= 1'b1;
                sfd_q <= sfd_q || sfd;
                if (age_q != 2'd2) age_q <= age_q + 1'b1;
            end
            if (done_step) begin
                sent_q <= 1'b0;
                timed_q <= 1'b0;
                written_q <= '0;
            end else begin
                sent_q <= sent_q || mac_done;
                if (sfd) begin
                    timed_q <= 1'b1;
                    sfd_time_q <= time_i;
                end
                if (done_we) begin
                    written_q[done_byte[2:0]] <= 1'b1;
                    slot_q[done_byte[2:0]*8 +: 8] <= done_data;
                end
            end
            owed_q <= owed_q + 2'(take_last) - 2'(done_step);
        end
    end

    logic was_valid_q, was_last_q, was_cut_q, was_stat_q, was_step_q;
    logic [2:0] step_status_q;
    logic [7:0] was_data_q;
    logic [24:0] was_record_q;
    always_ff @(posedge clk_i) begin
        was_valid_q <= !rst && mac_valid && !(mac_ready_i && mac_last);
        was_last_q <= mac_ready_i;
        was_cut_q <= cut;
        was_data_q <= mac_data;
        was_stat_q <= !rst && stat_valid && !stat_ready_i;
        was_step_q <= !rst && done_step;
        step_status_q <= done_data[2:0];
        was_record_q <= {stat_valid, stat_status, stat_broadcast, stat_multicast, stat_octets};
    end

    wire writing = !u_dut.compare_q && !u_dut.walk_idle;
    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // Every record whose bytes are gone is completed: it is in flight, being closed, or about to be. And a
            // completion is written only for such a record.
            a_owed: assert (owed_q == 2'(u_dut.front_q == ENDED) + 2'(u_dut.back_q == CLOSE) +
                            2'(u_dut.back_q == FLIGHT && u_dut.front_q != FEED));
            a_step: assert (!done_step || owed_q != '0);
            // The count steps with the status, after all eight time bytes.
            if (done_step) a_slot: assert (done_we && done_byte == 4'd1 && written_q == 8'hff);
            if (done_we && !done_step) a_time_bytes: assert (done_byte[3] && !written_q[done_byte[2:0]]);
            // OK exactly if the MAC sent it, and then with the time of its SFD.
            if (done_step) a_ok: assert ((done_data == TX_STATUS_OK) == sent_q);
            if (done_step && timed_q) a_sfd_time: assert (slot_q == sfd_time_q);
            // Nothing starts during a reset, or without link, or before the one before is completed.
            if (u_dut.start) a_start: assert (!cut && enable_i && link_up_i && !flight_q && owed_q == '0);
            // A record that reaches the head during a NIC reset is ABORTED.
            if (u_dut.decide && flush_i) a_flush: assert (u_dut.refuse && u_dut.refusal == TX_STATUS_ABORTED[2:0]);
            // The frame's bytes are those of the buffer after control and launch bytes, its flags stay.
            if (mac_valid) a_feed: assert (pos_q == 4'd9 && flight_q && mac_data == data_in && mac_last == last_in &&
                                           {mac_error, mac_no_pad, mac_has_fcs} == flags_q);
            // A byte offered to the MAC stays until it is taken, except when the frame is cut.
            if (was_valid_q && !was_cut_q && !was_last_q) a_stays: assert (mac_valid && mac_data == was_data_q);
            // Counters get one record a completion, stable until taken.
            a_stat: assert (!was_step_q || (stat_valid && stat_status == {5'd0, step_status_q}));
            a_stat_free: assert (!done_step || !stat_valid);
            if (was_stat_q) a_stat_stays: assert (was_record_q ==
                {stat_valid, stat_status, stat_broadcast, stat_multicast, stat_octets});

            // Helpers.
            h_states: assert (u_dut.front_q <= ENDED && u_dut.back_q <= CLOSE);
            h_feed: assert (u_dut.front_q != FEED || u_dut.back_q == FLIGHT);
            h_flight: assert (flight_q == (u_dut.back_q == FLIGHT));
            h_last: assert (!flight_q || last_taken_q == (u_dut.front_q != FEED));
            h_pos: assert (u_dut.front_q == CONTROL || u_dut.front_q == ENDED ? pos_q == '0 :
                           u_dut.front_q != LAUNCH ? pos_q == 4'd9 :
                           u_dut.byte_valid_q && u_dut.compare_q ? pos_q == 4'd1 + 4'(u_dut.index_q) : pos_q == 4'd1);
            h_held: assert (!held_q || pos_q != '0 || last_held_q == data_held_q[7]);
            h_held_last: assert (!held_q || pos_q == '0 || pos_q == 4'd9 || !last_held_q);
            h_flags: assert (u_dut.front_q == CONTROL || u_dut.front_q == ENDED || u_dut.flags_q[3:1] == flags_q);
            h_launch: assert (u_dut.front_q != LAUNCH || u_dut.flags_q[0]);
            h_discard: assert (u_dut.front_q != DISCARD || u_dut.back_q == FREE);
            h_timed_free: assert (u_dut.back_q != FREE || !u_dut.timed_q || u_dut.front_q == DISCARD ||
                                  u_dut.front_q == ENDED);
            h_verdict: assert ((u_dut.front_q != FEED && u_dut.front_q != DISCARD && u_dut.front_q != ENDED) ||
                               u_dut.verdict_q != TX_STATUS_OK[2:0]);
            h_sent: assert (sent_q == (u_dut.back_q == CLOSE && u_dut.status_q == TX_STATUS_OK[2:0]));
            h_sfd: assert (!flight_q || sfd_q == u_dut.timed_q);
            h_timed: assert (!timed_q || u_dut.timed_q);
            h_young: assert (!flight_q || age_q != '0 || (u_dut.front_q == FEED && !sfd_q));
            h_untimed: assert (!flight_q || u_dut.timed_q || (u_dut.front_q != LAUNCH && u_dut.front_q != READY));
            // The walk over the captured time.
            h_pick: assert (u_dut.pick_run_q || u_dut.pick_q == '0);
            h_walk: assert (!u_dut.byte_valid_q ||
                            (u_dut.pick_run_q ? u_dut.pick_q == u_dut.index_q + 3'd1 && u_dut.index_q != 3'd7 :
                             u_dut.index_q == 3'd7));
            h_walk_first: assert (u_dut.byte_valid_q || !u_dut.pick_run_q || u_dut.pick_q == '0);
            h_compare: assert (!u_dut.compare_q || u_dut.walk_idle || u_dut.front_q == LAUNCH ||
                               u_dut.front_q == READY || (u_dut.front_q == FEED && age_q == '0) ||
                               u_dut.front_q == DISCARD);
            h_writing: assert (!writing || u_dut.timed_q);
            h_written: assert (written_q == (!u_dut.timed_q ? 8'h00 : !writing ? 8'hff :
                               u_dut.byte_valid_q ? 8'((9'd1 << u_dut.index_q) - 9'd1) : 8'h00));
            if (timed_q) begin
                h_captured: assert (!writing || u_dut.captured_q == sfd_time_q);
                h_byte: assert (!writing || !u_dut.byte_valid_q ||
                                u_dut.byte_q == sfd_time_q[u_dut.index_q*8 +: 8]);
            end

            c_ok: cover (done_step && done_data == TX_STATUS_OK);
            c_launched: cover (done_step && done_data == TX_STATUS_OK && u_dut.waited_q);
            c_cut: cover (done_step && done_data == TX_STATUS_ABORTED && timed_q);
            c_late: cover (done_step && done_data == TX_STATUS_LATE);
            c_link: cover (done_step && done_data == TX_STATUS_LINK_DOWN);
            c_too_long: cover (done_step && done_data == TX_STATUS_TOO_LONG);
            c_ahead: cover (owed_q == 2'd2);
        end
    end

    for (genvar i = 0; i < 8; i++) begin : g_byte
        always_ff @(posedge clk_i) begin
            if (!rst && timed_q && written_q[i])
                h_slot: assert (slot_q[i*8 +: 8] == sfd_time_q[i*8 +: 8]);
        end
    end
endmodule

`default_nettype wire
