// SPDX-License-Identifier: Apache-2.0
// What nic_mac_tx promises, at either width and any gap, for any traffic, aborts, holds, control
// frames and enables: tx_en in one piece, gaps kept, each frame taken either done once, behind its
// last octet, or cut.
`default_nettype none

module nic_mac_tx_formal (
    input wire clk_i,
    input wire rst_i,
    input wire ce_i,
    input wire mii_i,
    input wire [7:0] ifg_i,
    input wire valid_i,
    input wire [7:0] data_i,
    input wire last_i,
    input wire has_fcs_i,
    input wire no_pad_i,
    input wire error_i,
    input wire abort_i,
    input wire hold_i,
    input wire control_valid_i,
    input wire [7:0] control_data_i,
    input wire control_last_i
);
    // As in nic_mac_tx.
    localparam logic [2:0] GAP = 0, IDLE = 1, PREAMBLE = 2, DATA = 3, FCS = 4, CUT = 5, LAST = 6;

    logic init_q = 1'b1;
    logic settled_q = 1'b0;
    logic mii_q;
    logic [7:0] ifg_q;
    always_ff @(posedge clk_i) begin
        init_q <= 1'b0;
        settled_q <= !init_q;
        if (init_q) begin
            mii_q <= mii_i;
            ifg_q <= ifg_i;
        end
    end
    wire rst = rst_i || init_q;
    wire [7:0] gap = ifg_q < 8'd8 ? 8'd8 : ifg_q;

    wire ready, control_start, control_ready, en, er, sfd, done, sent, busy;
    wire [7:0] txd;
    wire [13:0] octets;

    nic_mac_tx u_dut (
        .clk_i,
        .rst_i(rst),
        .ce_i,
        .mii_i(mii_q),
        .ifg_i(ifg_q),
        .valid_i,
        .ready_o(ready),
        .data_i,
        .last_i,
        .has_fcs_i,
        .no_pad_i,
        .error_i,
        .abort_i,
        .hold_i,
        .control_valid_i,
        .control_start_o(control_start),
        .control_ready_o(control_ready),
        .control_data_i,
        .control_last_i,
        .gmii_txd_o(txd),
        .gmii_tx_en_o(en),
        .gmii_tx_er_o(er),
        .sfd_o(sfd),
        .done_o(done),
        .sent_o(sent),
        .octets_o(octets),
        .busy_o(busy)
    );

    wire [2:0] state = u_dut.state_q;
    wire [2:0] short = u_dut.short_q;
    wire second = u_dut.second_q;
    wire pending = u_dut.done_pending_q;

    // ---- the stream keeps its contract ----

    logic offered_q;            // a byte was offered, or is due
    wire take = valid_i && ready;
    always_ff @(posedge clk_i) begin
        if (rst || abort_i) offered_q <= 1'b0;
        else offered_q <= valid_i && !(take && last_i);
        if (!rst) begin
            // From the first valid to the last byte taken valid stays, unless the frame is aborted.
            m_valid_stays: assume (!offered_q || valid_i || abort_i);
            // No frame is so long that the count of its octets wraps.
            m_length: assume (u_dut.count_q < 14'd16000 || u_dut.last_q || state != DATA);
        end
    end

    // ---- what is on the wire: samples at the enable ----

    logic en_q;                 // of the sample before
    logic er_q;
    logic closed_q;             // done or sent has come for this frame
    logic final_q;              // and its last sample has been taken: the wire must be idle
    logic [14:0] total_q;       // samples of this frame
    logic [9:0] idle_q;         // samples since the last frame, or the reset
    logic started_q;            // a data frame could start in the clock before
    wire close = done || sent;
    wire closed = closed_q || close;

    always_ff @(posedge clk_i) begin
        started_q <= !hold_i && !abort_i;
        if (rst) begin
            en_q <= 1'b0;
            er_q <= 1'b0;
            closed_q <= 1'b0;
            final_q <= 1'b0;
            total_q <= '0;
            idle_q <= '0;
        end else begin
            closed_q <= ce_i && !en ? 1'b0 : closed;
            final_q <= ce_i && en && closed;
            if (ce_i) begin
                en_q <= en;
                er_q <= er;
                total_q <= en ? total_q + 15'd1 : '0;
                idle_q <= en ? '0 : idle_q == '1 ? idle_q : idle_q + 10'd1;
            end
        end
    end

    // ---- the frame taken ----

    logic open_q;               // its first byte was taken, and it is neither done nor cut
    logic part_q;               // its last byte was not
    logic [6:0] wait_q;         // octets on the wire since its last byte was
    always_ff @(posedge clk_i) begin
        if (rst || abort_i) begin
            open_q <= 1'b0;
            part_q <= 1'b0;
        end else begin
            open_q <= (open_q && !done) || take;
            if (take) part_q <= !last_i;
            if (take) wait_q <= '0;
            else if (ce_i && !second) wait_q <= wait_q + 7'd1;
        end
    end

    // ---- promises ----

    wire shown_first = en && !en_q;
    wire [9:0] gap_samples = mii_q ? {1'b0, gap, 1'b0} : {2'b0, gap};
    wire [14:0] total_at_end = mii_q ? {octets, 1'b0} + 15'd15 : {1'b0, octets} + 15'd7;

    logic start_control_q;
    always_ff @(posedge clk_i) start_control_q <= control_valid_i;

    logic idle_before_q;
    always_ff @(posedge clk_i) idle_before_q <= !rst && !en;

    logic closed_before_q;
    always_ff @(posedge clk_i) begin
        if (rst) closed_before_q <= 1'b0;
        else if (close) closed_before_q <= 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (!rst && settled_q) begin
            // A frame begins only after the gap, in full octets.
            a_gap: assert (!shown_first || idle_q >= gap_samples);
            // tx_en falls only behind the last octet of a frame, or behind an octet with tx_er.
            a_contiguous: assert (!en_q || en || closed_q || er_q);
            // Behind the end of a frame the wire is idle.
            a_silent: assert (!final_q || !en);
            // tx_er only with tx_en.
            a_error: assert (!er || en);
            // Done and sent come on the last octet: as many octets are on the wire as are reported,
            // and 8.
            a_place: assert (!close || (en && total_q == total_at_end));
            // Done belongs to a frame that was taken whole and is neither done nor cut.
            a_done: assert (!done || (open_q && !part_q && !u_dut.control_q));
            a_once: assert (!close || !closed_q);
            a_one: assert (!done || !sent);
            // It is done at most 64 octets, the most padding and the FCS, behind its last byte,
            // unless it is cut.
            a_prompt: assert (!open_q || part_q || wait_q <= 7'd64);
            // The next frame is taken only after the end of the one before.
            a_order: assert (!take || part_q || !open_q);
            // A padded frame with an FCS of ours has 64 octets.
            a_padded: assert (!close || !u_dut.pad_q || octets >= 14'd64);
            // A data frame starts only while neither hold nor abort.
            a_hold: assert (!en || !idle_before_q || started_q || start_control_q);
            // Nothing is taken from the stream for a control frame, nor the other way round.
            a_apart: assert (!ready || !control_ready);
            // SFD is on the eighth octet.
            a_sfd: assert (!sfd || (en && total_q == (mii_q ? 15'd15 : 15'd7)));

            c_done: cover (done && !mii_q && octets == 14'd5);
            c_done_mii: cover (done && mii_q && octets == 14'd5);
            c_done_own_fcs: cover (done && !u_dut.fcs_q);
            c_cut: cover (en_q && !en && ce_i && er_q && !closed_q);
            c_second_at_gap: cover (shown_first && closed_before_q && idle_q == gap_samples);
            c_control_while_hold: cover (control_ready && hold_i && abort_i);
            c_abort_too_late: cover (done && abort_i);
        end
    end

    // ---- invariants that tie the counts above to the state, which make induction go through ----

    wire [14:0] loaded = state == PREAMBLE ? 15'(short) + 15'd1 : 15'(octets) + 15'd8;
    wire [14:0] total_now = mii_q
        ? {loaded[13:0], 1'b0} - (second ? 15'd2 : 15'd1) : loaded - 15'd1;
    wire in_frame = state == PREAMBLE || state == DATA || state == FCS;
    wire ending = pending || close;
    wire [9:0] count_gap = mii_q
        ? {1'b0, octets[7:0], 1'b0} - (second ? 10'd4 : 10'd3) : {2'b0, octets[7:0]} - 10'd2;

    always_ff @(posedge clk_i) begin
        if (settled_q) begin
            i_ifg: assert (u_dut.ifg_q == gap);
            i_state: assert (state <= LAST);
            i_second: assert (mii_q || !second);
            i_pending: assert (mii_q || !(pending || u_dut.sfd_pending_q));
            i_en: assert (!en || in_frame || state == CUT || state == LAST);
            i_frame: assert (!in_frame || (en && (!er || state == FCS) && !closed && !pending));
            i_cut: assert (state != CUT || (en && !closed && !pending));
            i_total: assert (!in_frame || total_q == total_now);
            i_total_end: assert (!pending
                || (en && !closed && state == LAST && second && total_q == total_now));
            i_closed: assert (!closed || !en || (state == LAST && !second));
            i_short: assert (short <= (state == FCS ? 3'd3 : state == PREAMBLE
                ? 3'd6 : 3'd7));
            i_short_start: assert (state != DATA || short == 3'd7 || short == 3'd0);
            i_gap: assert (state != GAP
                || (octets >= 14'd2 && octets <= 14'(gap) && idle_q >= count_gap));
            i_idle: assert (state != IDLE
                || idle_q >= gap_samples - (second ? 10'd2 : 10'd1));
            i_en_idle: assert (!(state == GAP || state == IDLE) || !en);
            i_last: assert (state != LAST || !en || closed || pending || er);
            i_fcs: assert (state != FCS || (u_dut.fcs_q && u_dut.last_q));
            i_flags: assert (state != DATA || u_dut.fcs_q || !(u_dut.pad_q || u_dut.control_q));
            i_long: assert (state != DATA || u_dut.long_q == (octets >= 14'd59));
            i_padded: assert (!(state == FCS && u_dut.pad_q) || octets >= 14'd60 + 14'(short));
            i_padded_end: assert (!pending || !u_dut.pad_q || octets >= 14'd64);
            i_count: assert (!en || octets <= (state == DATA ? 14'd16000 : state == FCS
                ? 14'd16001 + 14'(short) : 14'd16005));
            i_count_idle: assert (!(state == IDLE || state == PREAMBLE) || octets <= 14'd256);
            i_sfd: assert (!u_dut.sfd_pending_q || (en && second && total_q == 15'd14));
            i_part: assert (part_q == (state == DATA && !u_dut.control_q && !u_dut.last_q));
            i_wait: assert (!open_q || part_q || state != DATA || wait_q == '0
                || (u_dut.pad_q && octets <= 14'd59 && 14'(wait_q) <= octets));
            i_wait_fcs: assert (!open_q || part_q || state != FCS || wait_q <= 7'd60 + 7'(short));
            i_offered: assert (offered_q || !(part_q || (state == PREAMBLE && !u_dut.control_q)));
            i_open: assert (open_q == (!u_dut.control_q && (state == DATA || state == FCS
                || ending)));
        end
    end
endmodule

`default_nettype wire
