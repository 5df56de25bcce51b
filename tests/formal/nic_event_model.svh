// SPDX-License-Identifier: Apache-2.0
// Included by the proofs of nic_event and nic_tx_queue: what the reader of the event stream sees,
// the watched descriptor, the properties of nic_event and the helper invariants. Expects: `EV (path
// of the instance), COUNT_WIDTH, DEPTH, MHZ, rst, clk_i, accept, mark_i, done_count, resetting,
// outstanding, ev_valid, ev_ready, ev_data, count_set_q, us_set_q, and what is in the watched slot
// once it is complete: report_q, status_q, tag_q, time_q. slot_q, byte_q: the address of a clock
// ago.

// The stream as its reader sees it.
wire take_ev = ev_valid && ev_ready;
logic [3:0] at_q;
logic [127:0] record_q;
wire [127:0] record = {ev_data, record_q[119:0]};
wire whole = take_ev && at_q == 4'd15;
wire tx_whole = whole && record[7:0] == nic_regs_pkg::EVENT_TYPE_TX_DONE;
wire [15:0] count = record[31:16];
logic [COUNT_WIDTH-1:0] held_q;

// The watched descriptor, and how many undelivered ones are before it.
logic watched_q;
logic [COUNT_WIDTH-1:0] index_q, ahead_q;
wire mark = mark_i && accept && !watched_q;
wire mergeable = status_q == nic_regs_pkg::TX_STATUS_OK && !report_q;
wire complete = COUNT_WIDTH'(done_count - `EV.delivered_q) > ahead_q;

always_ff @(posedge clk_i) begin
    if (rst) begin
        at_q <= '0;
        held_q <= '0;
        watched_q <= 1'b0;
    end else begin
        if (take_ev) begin
            at_q <= at_q + 1'b1;
            record_q[at_q*8 +: 8] <= ev_data;
        end
        held_q <= held_q + COUNT_WIDTH'(accept) - (tx_whole ? count[COUNT_WIDTH-1:0] : '0);
        if (mark) begin
            watched_q <= 1'b1;
            index_q <= `EV.accepted_q;
            ahead_q <= held_q - (tx_whole ? count[COUNT_WIDTH-1:0] : '0);
        end else if (watched_q && tx_whole) begin
            if (16'(ahead_q) < count) watched_q <= 1'b0;
            else ahead_q <= ahead_q - count[COUNT_WIDTH-1:0];
        end
    end
end

wire none_gathered = `EV.gathered_q == `EV.raised_q;
wire [COUNT_WIDTH-1:0] gathered = `EV.gathered_q - `EV.raised_q;
wire [COUNT_WIDTH-1:0] leaving = `EV.raised_q - `EV.delivered_q;

// The record that is leaving, as far as it is known: all of it if it is the watched one or no
// TX_DONE.
wire own_leaving = watched_q && leaving != '0 && index_q == COUNT_WIDTH'(`EV.raised_q - 1'b1);
wire [15:0] known = `EV.tx_q && !own_leaving ? 16'h000d : 16'hffff;
wire [127:0] want = {`EV.tx_q ? {time_q, tag_q} : 96'd0, `EV.count_q,
                     `EV.tx_q ? status_q : {5'd0, `EV.status_q}, 5'd0, `EV.kind_q};

always_comb begin
    if (!rst) begin
        // Accepted = delivered + outstanding, by the records on the stream; never more than slots.
        a_outstanding: assert (outstanding == 16'(held_q) && held_q <= COUNT_WIDTH'(DEPTH));
        // A record completes at least one descriptor and only ones that are complete.
        a_count: assert (!tx_whole || (count >= 16'd1 && count <= 16'(held_q) &&
                         COUNT_WIDTH'(done_count - `EV.delivered_q) >= count[COUNT_WIDTH-1:0]));
        // The watched descriptor is delivered in its turn, complete, and with its own data if it is
        // the last of the record.
        if (tx_whole && watched_q && 16'(ahead_q) < count) begin
            a_complete: assert (complete);
            a_alone: assert (mergeable || count == 16'd1);
            if (16'(ahead_q) + 16'd1 == count) a_data: assert (record[63:32] == tag_q &&
                record[127:64] == time_q && record[15:8] == status_q);
        end
        // RESET_DONE when everything accepted is delivered; resetting lasts until it is out.
        if (whole && record[7:0] == nic_regs_pkg::EVENT_TYPE_RESET_DONE)
            a_reset_done: assert (held_q == '0 && resetting);

        // Helpers: the four marks, the record that is leaving, the look at the next completion.
        h_held: assert (held_q == COUNT_WIDTH'(`EV.accepted_q - `EV.delivered_q));
        h_order: assert (COUNT_WIDTH'(done_count - `EV.delivered_q) <= held_q &&
            COUNT_WIDTH'(`EV.gathered_q
                - `EV.delivered_q) <= COUNT_WIDTH'(done_count - `EV.delivered_q) &&
            leaving <= COUNT_WIDTH'(`EV.gathered_q - `EV.delivered_q));
        h_leaving: assert (`EV.busy_q && `EV.tx_q ? leaving != '0 &&
            `EV.count_q == 16'(leaving) : leaving == '0);
        h_busy: assert (`EV.busy_q || (!`EV.valid_q && `EV.byte_q == '0 && at_q == '0));
        h_byte: assert (`EV.byte_q == 4'(at_q + 4'(`EV.valid_q)));
        h_end: assert (`EV.end_q == (`EV.valid_q && at_q == 4'd15));
        h_kind: assert (!`EV.busy_q || ((`EV.kind_q == 3'd1) == `EV.tx_q && (`EV.kind_q == 3'd1 ||
            `EV.kind_q inside {3'd2, 3'd3, 3'd4, 3'd5, 3'd6, 3'd7})));
        h_reset: assert (!`EV.busy_q || `EV.kind_q != 3'd6 || (resetting && held_q == '0));
        h_look: assert (!`EV.look_q || (!`EV.odd_q &&
            slot_q == `EV.gathered_q[COUNT_WIDTH-2:0] && byte_q == 4'd1 &&
            done_count != `EV.gathered_q));
        h_judge: assert (!`EV.judge_q || (`EV.odd_q && !`EV.look_q &&
            done_count != `EV.gathered_q));
        h_read: assert (!`EV.odd_q || !`EV.busy_q || (slot_q == `EV.leaving_q &&
            byte_q == `EV.byte_q));
        h_last: assert (none_gathered || `EV.last_q == (COUNT_WIDTH-1)'(`EV.gathered_q - 1'b1));
        h_slot: assert (leaving == '0 || `EV.leaving_q == (COUNT_WIDTH-1)'(`EV.raised_q - 1'b1));
        h_due: assert (!`EV.due_q || !none_gathered || !`EV.odd_q);
        if (watched_q) begin
            h_ahead: assert (ahead_q < held_q &&
                index_q == COUNT_WIDTH'(`EV.delivered_q + ahead_q));
            h_mergeable: assert (!`EV.judge_q || `EV.gathered_q != index_q ||
                `EV.mergeable_q == mergeable);
            // Gathered and not mergeable: alone. The same once it is leaving.
            if (COUNT_WIDTH'(`EV.gathered_q - `EV.delivered_q) > ahead_q && ahead_q >= leaving)
                h_alone: assert (mergeable || (gathered == COUNT_WIDTH'(1) && `EV.alone_q));
            if (leaving > ahead_q) h_alone_leaving: assert (mergeable ||
                leaving == COUNT_WIDTH'(1));
        end
    end
end

// What the reader has of the record that is leaving, and what it is offered next.
for (genvar i = 0; i < 16; i++) begin : g_byte
    always_comb begin
        if (!rst && `EV.busy_q && known[i])
            h_record: assert ((32'(at_q) <= i || record_q[i*8 +: 8] == want[i*8 +: 8]) &&
                              (32'(at_q) != i || !ev_valid || ev_data == want[i*8 +: 8]));
    end
end
