// SPDX-License-Identifier: Apache-2.0
// Included by the proofs of nic_tx_sched and nic_tx_queue: the frame buffer's read side and the MAC
// as nic_tx_sched may find them, what it owes, what it has written, and the helper invariants.
// Expects: `SC (path of the instance), clk_tx, rst_tx, the free inputs buf_byte, buf_last_i,
// mac_*_i, flush, rst_mac, now, more (the buffer has another byte), and the outputs buf_ready,
// mac_valid, mac_last, done_we, done_byte, done_data, done_step of the instance.

localparam logic [2:0] CONTROL = 3'd0, LAUNCH = 3'd1, READY = 3'd2, FEED = 3'd3, DISCARD = 3'd4,
    ENDED = 3'd5;
localparam logic [1:0] FREE = 2'd0, FLIGHT = 2'd1, CLOSE = 2'd2;

// The buffer: bytes of anything, each stable until taken, in records of the parser's form: the
// control byte is the last one exactly if it says too long, launch bytes never are.
logic fetched_q, last_fetched_q;
logic [7:0] data_fetched_q;
logic [3:0] pos_q;          // 0 control, 1..8 launch, 9 frame
wire buf_valid = fetched_q || more;
wire [7:0] data_in = fetched_q ? data_fetched_q : buf_byte;
wire last_in = fetched_q ? last_fetched_q : pos_q == 4'd0 ? data_in[7] : buf_last_i &&
    pos_q == 4'd9;

// The MAC: SFD at the earliest two clocks after the first valid (in truth eight), done after the
// last byte.
logic flight_q, last_taken_q, sfd_q, sent_q;
logic [1:0] age_flight_q;
wire sfd = mac_sfd_i && flight_q && !sfd_q && age_flight_q == 2'd2;
wire mac_done = mac_done_i && flight_q && last_taken_q;

wire take = buf_valid && buf_ready;
wire take_last = take && last_in;
wire cut = flush || rst_mac;

// Records whose last byte is gone and whose completion is not written; time bytes in the slot.
logic [1:0] owed_q;
logic [7:0] written_q;
logic [63:0] slot_time_q, sfd_time_q;
logic timed_q;
logic [2:0] flags_q;

always_ff @(posedge clk_tx) begin
    if (rst_tx) begin
        fetched_q <= 1'b0;
        pos_q <= '0;
        flight_q <= 1'b0;
        last_taken_q <= 1'b0;
        sfd_q <= 1'b0;
        sent_q <= 1'b0;
        age_flight_q <= '0;
        owed_q <= '0;
        written_q <= '0;
        timed_q <= 1'b0;
    end else begin
        fetched_q <= buf_valid && !buf_ready;
        data_fetched_q <= data_in;
        last_fetched_q <= last_in;
        if (take) begin
            if (last_in) pos_q <= '0;
            else if (pos_q == '0) pos_q <= data_in[0] ? 4'd1 : 4'd9;
            else if (pos_q != 4'd9) pos_q <= pos_q + 1'b1;
            if (pos_q == '0) flags_q <= data_in[3:1];
        end
        // In flight from the first valid; a done beats a cut in the same clock.
        if (!flight_q) begin
            flight_q <= `SC.start;
            last_taken_q <= 1'b0;
            sfd_q <= 1'b0;
            age_flight_q <= '0;
        end else begin
            if (mac_done || cut) flight_q <= 1'b0;
            if (take_last && mac_valid) last_taken_q <= 1'b1;
            sfd_q <= sfd_q || sfd;
            if (age_flight_q != 2'd2) age_flight_q <= age_flight_q + 1'b1;
        end
        if (done_step) begin
            sent_q <= 1'b0;
            timed_q <= 1'b0;
            written_q <= '0;
        end else begin
            sent_q <= sent_q || mac_done;
            if (sfd) begin
                timed_q <= 1'b1;
                sfd_time_q <= now;
            end
            if (done_we) begin
                written_q[done_byte[2:0]] <= 1'b1;
                slot_time_q[done_byte[2:0]*8 +: 8] <= done_data;
            end
        end
        owed_q <= owed_q + 2'(take_last) - 2'(done_step);
    end
end

wire writing = !`SC.compare_q && !`SC.walk_idle;
always_comb begin
    if (!rst_tx) begin
        // Every record whose bytes are gone is completed: it is in flight, being closed, or about
        // to be. And a completion is written only for such a record.
        a_owed: assert (owed_q == 2'(`SC.front_q == ENDED) + 2'(`SC.back_q == CLOSE) +
                        2'(`SC.back_q == FLIGHT && `SC.front_q != FEED));
        a_step: assert (!done_step || owed_q != '0);
        // The count steps with the status, after all eight time bytes.
        if (done_step) a_slot: assert (done_we && done_byte == 4'd1 && written_q == 8'hff);
        if (done_we && !done_step) a_time_bytes: assert (done_byte[3] &&
            !written_q[done_byte[2:0]]);
        // OK exactly if the MAC sent it, and then with the time of its SFD.
        if (done_step) a_ok: assert ((done_data == nic_regs_pkg::TX_STATUS_OK) == sent_q);
        if (done_step && timed_q) a_sfd_time: assert (slot_time_q == sfd_time_q);
        // Helpers.
        h_states: assert (`SC.front_q <= ENDED && `SC.back_q <= CLOSE);
        h_feed: assert (`SC.front_q != FEED || `SC.back_q == FLIGHT);
        h_flight: assert (flight_q == (`SC.back_q == FLIGHT));
        h_last_taken: assert (!flight_q || last_taken_q == (`SC.front_q != FEED));
        h_pos: assert (`SC.front_q == CONTROL || `SC.front_q == ENDED ? pos_q == '0 :
                       `SC.front_q != LAUNCH ? pos_q == 4'd9 :
                       `SC.byte_valid_q && `SC.compare_q ? pos_q == 4'd1 + 4'(`SC.index_q) :
                           pos_q == 4'd1);
        h_fetched: assert (!fetched_q || pos_q != '0 || last_fetched_q == data_fetched_q[7]);
        h_fetched_last: assert (!fetched_q || pos_q == '0 || pos_q == 4'd9 || !last_fetched_q);
        h_flags: assert (`SC.front_q == CONTROL || `SC.front_q == ENDED ||
            `SC.flags_q[3:1] == flags_q);
        h_launch: assert (`SC.front_q != LAUNCH || `SC.flags_q[0]);
        h_discard: assert (`SC.front_q != DISCARD || `SC.back_q == FREE);
        h_timed_free: assert (`SC.back_q != FREE || !`SC.timed_q || `SC.front_q == DISCARD ||
                              `SC.front_q == ENDED);
        h_verdict: assert ((`SC.front_q != FEED && `SC.front_q != DISCARD &&
            `SC.front_q != ENDED) ||
                           `SC.verdict_q != nic_regs_pkg::TX_STATUS_OK[2:0]);
        h_sent: assert (sent_q == (`SC.back_q == CLOSE &&
            `SC.status_q == nic_regs_pkg::TX_STATUS_OK[2:0]));
        h_sfd: assert (!flight_q || sfd_q == `SC.timed_q);
        h_timed: assert (!timed_q || `SC.timed_q);
        h_age_flight: assert (age_flight_q != 2'd3);
        h_young: assert (!flight_q || age_flight_q != '0 || (`SC.front_q == FEED && !sfd_q));
        h_untimed: assert (!flight_q || `SC.timed_q || (`SC.front_q != LAUNCH &&
            `SC.front_q != READY));
        // The walk over the captured time.
        h_pick: assert (`SC.pick_run_q || `SC.pick_q == '0);
        h_walk: assert (!`SC.byte_valid_q ||
                        (`SC.pick_run_q ? `SC.pick_q == `SC.index_q + 3'd1 && `SC.index_q != 3'd7 :
                         `SC.index_q == 3'd7));
        h_walk_first: assert (`SC.byte_valid_q || !`SC.pick_run_q || `SC.pick_q == '0);
        h_compare: assert (!`SC.compare_q || `SC.walk_idle || `SC.front_q == LAUNCH ||
                           `SC.front_q == READY || (`SC.front_q == FEED && age_flight_q == '0) ||
                           `SC.front_q == DISCARD);
        h_writing: assert (!writing || `SC.timed_q);
        h_written: assert (written_q == (!`SC.timed_q ? 8'h00 : !writing ? 8'hff :
                           `SC.byte_valid_q ? 8'((9'd1 << `SC.index_q) - 9'd1) : 8'h00));
        if (timed_q) begin
            h_captured: assert (!writing || `SC.captured_q == sfd_time_q);
            h_time_byte: assert (!writing || !`SC.byte_valid_q ||
                            `SC.byte_q == sfd_time_q[`SC.index_q*8 +: 8]);
        end

    end
end

for (genvar i = 0; i < 8; i++) begin : g_time_byte
    always_comb begin
        if (!rst_tx && timed_q && written_q[i])
            h_slot_time: assert (slot_time_q[i*8 +: 8] == sfd_time_q[i*8 +: 8]);
    end
end
