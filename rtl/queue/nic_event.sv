// SPDX-License-Identifier: Apache-2.0
// Turns completions and other happenings into 16-byte event records: merges consecutive completions
// that are OK and ask for no report, moderates them, and keeps the count of descriptors from
// acceptance to delivery. A descriptor owns a slot all that time: its tag and its completion stay
// in the RAMs beside this module, which reads them when the record leaves.
`default_nettype none

module nic_event #(
    parameter int unsigned DESC_DEPTH = 64,
    parameter int unsigned SYS_MHZ = 60,
    localparam int unsigned SLOT_WIDTH = $clog2(DESC_DEPTH)
) (
    input wire clk_i,
    input wire rst_i,

    // Acceptance. accept_i: a descriptor is accepted into accept_slot_o; only with room_o, a
    // flip-flop, which then was high from the first byte of its record on.
    input wire accept_i,
    output wire room_o,
    output wire [SLOT_WIDTH-1:0] accept_slot_o,

    // Completions: how many there have been, modulo 2 * DESC_DEPTH, never more than were accepted.
    input wire [SLOT_WIDTH:0] done_count_i,

    // Slot RAMs, read data one clock after the address. Byte numbers are those of the event record:
    // tag bytes {REPORT, byte} at 4..7 (REPORT with each, only the two low address bits count),
    // status at 1, time at 8..15.
    output wire [SLOT_WIDTH-1:0] slot_o,
    output wire [3:0] slot_byte_o,
    input wire [8:0] tag_data_i,
    input wire [7:0] done_data_i,

    // Registers; may change at any time.
    input wire [15:0] moderation_count_i,
    input wire [15:0] moderation_us_i,

    // A change of either raises LINK with the values at the time the record begins.
    input wire link_up_i,
    input wire [1:0] link_speed_i,
    // Level with its count, which may grow until the pulse on taken.
    input wire rx_loss_valid_i,
    input wire [15:0] rx_loss_count_i,
    output wire rx_loss_taken_o,
    // Pulse; the code is stable from the next clock until the record is out.
    input wire error_i,
    input wire [2:0] error_status_i,
    // Pulses: a mailbox request is finished, whose result counts when the record begins; the processor was stopped.
    input wire request_i,
    input wire [2:0] request_result_i,
    input wire processor_i,

    // NIC reset: start is a pulse, ignored while resetting. resetting_o lasts until RESET_DONE has
    // been taken, which begins when nothing is outstanding and rx_flushed_i.
    input wire reset_start_i,
    input wire rx_flushed_i,
    output wire resetting_o,

    output wire [15:0] outstanding_o,
    output wire idle_o,

    // Event stream. last: final byte of a record, and no other record was waiting when it was
    // offered.
    output wire ev_valid_o,
    input wire ev_ready_i,
    output wire [7:0] ev_data_o,
    output wire ev_last_o
);
    import nic_regs_pkg::*;

    localparam int unsigned COUNT_WIDTH = SLOT_WIDTH + 1;
    localparam int unsigned TICK_WIDTH = SYS_MHZ < 2 ? 1 : $clog2(SYS_MHZ);

    if (DESC_DEPTH < 2 || DESC_DEPTH != 1 << SLOT_WIDTH || DESC_DEPTH > 32768)
        $fatal(1, "nic_event: DESC_DEPTH must be a power of two, 2..32768");
    if (SYS_MHZ < 1) $fatal(1, "nic_event: SYS_MHZ must be at least 1");

    // Descriptors in order of acceptance: [delivered, raised) is in the record that is leaving,
    // [raised, gathered) is merged and waits, [gathered, done) is complete and not looked at,
    // [done, accepted) is on its way.
    logic [COUNT_WIDTH-1:0] accepted_q, gathered_q, raised_q, delivered_q;
    logic [SLOT_WIDTH-1:0] last_q, leaving_q;   // slots of gathered - 1, raised - 1

    wire [COUNT_WIDTH-1:0] outstanding = accepted_q - delivered_q;
    wire [COUNT_WIDTH-1:0] gathered = gathered_q - raised_q;
    wire none_gathered = gathered_q == raised_q;

    // The RAM port is shared: addresses of the record that leaves in even clocks (odd_q low), of
    // the next completion to look at in odd ones; what was asked for in one is there in the other,
    // and what was seen is used in the next odd one.
    logic odd_q;
    logic look_q;       // even clock: a completion's status and report flag are there
    logic judge_q;      // odd clock: it is known whether it may be merged
    logic mergeable_q;
    logic alone_q;      // the one gathered completion must not be merged with another
    logic due_q;        // what is gathered goes out next
    logic resetting_q;
    logic room_q;       // a slot is free
    logic [3:0] byte_q; // of the record that leaves: the next to offer

    logic begin_link, begin_error, begin_request, begin_processor, begin_reset, begin_loss, begin_tx;

    wire fits = none_gathered || (mergeable_q && !alone_q);
    wire gather = judge_q && fits && !begin_tx;

    assign slot_o = odd_q ? gathered_q[SLOT_WIDTH-1:0] : leaving_q;
    assign slot_byte_o = odd_q ? 4'd1 : byte_q;
    assign room_o = room_q;
    assign accept_slot_o = accepted_q[SLOT_WIDTH-1:0];
    assign outstanding_o = 16'(outstanding);

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            odd_q <= 1'b0;
            look_q <= 1'b0;
            judge_q <= 1'b0;
        end else begin
            odd_q <= !odd_q;
            look_q <= odd_q && !judge_q && done_count_i != gathered_q;
            judge_q <= look_q;
        end
    end

    always_ff @(posedge clk_i) begin
        mergeable_q <= done_data_i == TX_STATUS_OK && !tag_data_i[8];
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) accepted_q <= '0;
        else if (accept_i) accepted_q <= accepted_q + 1'b1;
    end

    // A slot that is delivered counts a clock later, one that is taken at once.
    always_ff @(posedge clk_i) begin
        room_q <= rst_i || (!outstanding[SLOT_WIDTH] && !(accept_i && &outstanding[SLOT_WIDTH-1:0]));
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) gathered_q <= '0;
        else if (gather) gathered_q <= gathered_q + 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (gather) begin
            last_q <= gathered_q[SLOT_WIDTH-1:0];
            alone_q <= !mergeable_q;
        end
    end

    // Moderation. A timer that runs while something is gathered; once due, it stays due.
    logic [TICK_WIDTH-1:0] tick_q;
    logic [15:0] us_q;
    wire tick = tick_q == TICK_WIDTH'(SYS_MHZ - 1);
    wire count_hit = gathered[SLOT_WIDTH] || 16'(gathered) >= moderation_count_i;
    wire time_hit = us_q >= moderation_us_i;

    always_ff @(posedge clk_i) begin
        if (none_gathered) begin
            tick_q <= '0;
            us_q <= '0;
        end else begin
            tick_q <= tick ? '0 : tick_q + 1'b1;
            if (tick) us_q <= us_q + 1'b1;
        end
    end

    always_ff @(posedge clk_i) begin
        due_q <= !none_gathered && (due_q || alone_q || count_hit || time_hit || resetting_q ||
            (judge_q && !fits));
    end

    // Other events wait as one bit each.
    logic link_q, error_q, request_q, processor_q, up_q;
    logic [1:0] speed_q;
    logic busy_q;       // a record is leaving
    logic tx_q;         // and it is TX_DONE; keeps its value until the next

    wire reset_ready = resetting_q && rx_flushed_i && outstanding == '0;
    wire other = link_q || error_q || request_q || processor_q || rx_loss_valid_i;
    wire may_begin = odd_q && !busy_q;

    // Completions and others take turns. RESET_DONE needs no turn: it comes when there is no
    // completion left.
    always_comb begin
        begin_tx = may_begin && due_q && !(other && tx_q);
        begin_link = may_begin && !begin_tx && link_q;
        begin_error = may_begin && !begin_tx && !link_q && error_q;
        begin_request = may_begin && !begin_tx && !link_q && !error_q && request_q;
        begin_processor = may_begin && !begin_tx && !link_q && !error_q && !request_q && processor_q;
        begin_reset = may_begin && !begin_tx && !link_q && !error_q && !request_q && !processor_q && reset_ready;
        begin_loss = may_begin && !begin_tx && !link_q && !error_q && !request_q && !processor_q && !reset_ready &&
            rx_loss_valid_i;
    end
    wire begins = begin_tx || begin_link || begin_error || begin_request || begin_processor || begin_reset || begin_loss;
    assign rx_loss_taken_o = begin_loss;

    always_ff @(posedge clk_i) begin
        up_q <= link_up_i;
        speed_q <= link_speed_i;
        if (rst_i) link_q <= 1'b0;
        else if (up_q != link_up_i || speed_q != link_speed_i) link_q <= 1'b1;
        else if (begin_link) link_q <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) error_q <= 1'b0;
        else if (error_i) error_q <= 1'b1;
        else if (begin_error) error_q <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
        request_q <= !rst_i && (request_i || (request_q && !begin_request));
        processor_q <= !rst_i && (processor_i || (processor_q && !begin_processor));
    end

    // The record that leaves: a byte every other clock.
    logic [2:0] kind_q, status_q;
    logic [15:0] count_q;
    logic valid_q, end_q, last_out_q;
    logic [7:0] data_q, data_d;

    wire load = odd_q && busy_q && !end_q && (!valid_q || ev_ready_i);
    wire done = valid_q && ev_ready_i && end_q;

    always_ff @(posedge clk_i) begin
        if (begins) begin
            tx_q <= begin_tx;
            kind_q <= begin_tx ? EVENT_TYPE_TX_DONE[2:0] : begin_link ? EVENT_TYPE_LINK[2:0] :
                      begin_error ? EVENT_TYPE_STREAM_ERROR[2:0] :
                      begin_request ? EVENT_TYPE_REQUEST_DONE[2:0] :
                      begin_processor ? EVENT_TYPE_PROCESSOR[2:0] :
                      begin_reset ? EVENT_TYPE_RESET_DONE[2:0] : EVENT_TYPE_RX_LOSS[2:0];
            status_q <= begin_link ? {2'd0, up_q} : begin_error ? error_status_i :
                        begin_request ? request_result_i : 3'd0;
            count_q <= begin_tx ? 16'(gathered) : begin_link ? {14'd0, speed_q} :
                       begin_loss ? rx_loss_count_i : 16'd0;
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) raised_q <= '0;
        else if (begin_tx) raised_q <= gathered_q;
    end

    always_ff @(posedge clk_i) begin
        if (begin_tx) leaving_q <= last_q;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) delivered_q <= '0;
        else if (done) delivered_q <= raised_q;
    end

    always_comb begin
        if (tx_q && (byte_q[3] || byte_q == 4'd1)) data_d = done_data_i;
        else if (tx_q && byte_q[2]) data_d = tag_data_i[7:0];
        else if (byte_q == 4'd0) data_d = {5'd0, kind_q};
        else if (byte_q == 4'd1) data_d = {5'd0, status_q};
        else if (byte_q == 4'd2) data_d = count_q[7:0];
        else if (byte_q == 4'd3) data_d = count_q[15:8];
        else data_d = 8'd0;
    end

    always_ff @(posedge clk_i) begin
        if (load) data_q <= data_d;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            busy_q <= 1'b0;
            valid_q <= 1'b0;
            end_q <= 1'b0;
            last_out_q <= 1'b0;
            byte_q <= '0;
        end else begin
            busy_q <= begins || (busy_q && !done);
            valid_q <= load || (valid_q && !ev_ready_i);
            end_q <= load ? byte_q == 4'd15 : end_q && !done;
            if (load) last_out_q <= byte_q == 4'd15 && !(due_q || other);
            if (load) byte_q <= byte_q + 1'b1;
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) resetting_q <= 1'b0;
        else if (reset_start_i) resetting_q <= 1'b1;
        else if (done && kind_q == EVENT_TYPE_RESET_DONE[2:0]) resetting_q <= 1'b0;
    end

    assign ev_valid_o = valid_q;
    assign ev_data_o = data_q;
    assign ev_last_o = last_out_q;
    assign resetting_o = resetting_q;
    assign idle_o = outstanding == '0 && !busy_q && !other && !resetting_q;

`ifndef SYNTHESIS
    logic stalled_q;
    logic [8:0] offered_q;
    wire [COUNT_WIDTH-1:0] complete = done_count_i - delivered_q;
    wire [COUNT_WIDTH-1:0] leaving = raised_q - delivered_q;
    always_ff @(posedge clk_i) begin
        stalled_q <= !rst_i && valid_q && !ev_ready_i;
        offered_q <= {last_out_q, data_q};
        if (!rst_i) begin
            // A byte offered stays until it is taken.
            a_stays: assert (!stalled_q || (valid_q && {last_out_q, data_q} == offered_q));
            // No more are outstanding than there are slots, and none is complete that was not
            // accepted.
            a_depth: assert (outstanding <= COUNT_WIDTH'(DESC_DEPTH) && complete <= outstanding);
            // The four marks are in order.
            a_marks: assert (COUNT_WIDTH'(gathered_q - delivered_q) <= complete &&
                             leaving <= COUNT_WIDTH'(gathered_q - delivered_q));
            // RESET_DONE leaves when nothing is outstanding.
            a_reset_last: assert (!begin_reset || (outstanding == '0 && !accept_i));
            // Nothing is accepted without a slot.
            a_room: assert (!accept_i || room_o);
            a_room_true: assert (!room_o || !outstanding[SLOT_WIDTH]);
        end
    end
`endif
endmodule

`default_nettype wire
