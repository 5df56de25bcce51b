// SPDX-License-Identifier: Apache-2.0
// MAC transmit: preamble, SFD, padding, FCS and gap around a stream of frames, to GMII, or to MII
// by clock enable. Launch times and the pause timers are elsewhere; this module only offers a place
// between frames to both.
`default_nettype none

module nic_mac_tx (
    input wire clk_i,
    input wire rst_i,

    // PHY enable: everything on GMII changes only after a clock with ce_i. At gigabit tied high;
    // with mii_i one pulse for each nibble, sent low nibble first on txd[3:0]. A
    // change of mii_i garbles the frame on the wire, which is done all the same.
    input wire ce_i,
    input wire mii_i,
    // Octets between frames, 8..255; less acts as 8.
    input wire [7:0] ifg_i,

    // Frames, destination address first. A frame starts in a clock with ce_i, valid and an idle
    // wire; its first byte is taken at the SFD, 7 octets later, so a byte is due within each octet
    // time from then on. From the first valid to the last byte taken, valid stays; a frame that
    // breaks this is cut with tx_er. The flags belong to the frame.
    input wire valid_i,
    output wire ready_o,
    input wire [7:0] data_i,
    input wire last_i,
    // Ends with its own FCS: no padding, no FCS of ours.
    input wire has_fcs_i,
    // Not padded to 60 octets.
    input wire no_pad_i,
    // tx_er on the last octet before the FCS.
    input wire error_i,
    // Level. No data frame starts; one on the wire is cut after its present octet by an octet with
    // tx_er, without done.
    input wire abort_i,
    // Level. No data frame starts (the pause timer).
    input wire hold_i,

    // A control frame, preferred to data and untouched by hold and abort. control_start_o, a pulse,
    // commits to one; its octets are taken with control_ready_o, the first at the SFD, and each
    // must be there in time. Padded, FCS added.
    input wire control_valid_i,
    output logic control_start_o,
    output wire control_ready_o,
    input wire [7:0] control_data_i,
    input wire control_last_i,

    output logic [7:0] gmii_txd_o,
    output logic gmii_tx_en_o,
    output logic gmii_tx_er_o,

    // Pulses. sfd and done belong to data frames, sent to control frames. sfd: the SFD (MII: its
    // second nibble) is on gmii_txd_o. done and sent: the last octet (MII: its second nibble) is.
    // Every frame whose first byte was taken ends in done, or is cut by abort, reset or a broken
    // stream; a clock with abort_i is never followed by its done.
    output logic sfd_o,
    output logic done_o,
    output logic sent_o,
    // With done: octets from destination address to FCS.
    output wire [13:0] octets_o,
    // A frame of either kind is on the wire.
    output wire busy_o
);
    `include "nic_crc32.svh"

    // GAP -> IDLE -> PREAMBLE -> DATA [-> FCS] -> LAST -> GAP; a cut: PREAMBLE, DATA, FCS, LAST ->
    // CUT -> LAST. A state names what the next octet on the wire is: LAST, the first idle octet,
    // still has the count of the frame.
    typedef enum logic [2:0] {GAP, IDLE, PREAMBLE, DATA, FCS, CUT, LAST} state_t;
    state_t state_q;

    logic second_q;             // MII: the second nibble of an octet is next
    logic control_q;            // the frame is a control frame
    logic [2:0] short_q;        // octets of preamble, or of FCS
    logic [13:0] count_q;       // octets of the frame, or of the gap
    logic [7:0] ifg_q;
    logic [7:0] data_q;         // next octet of the frame
    logic last_q;               // it is the last taken
    logic pad_q;                // frame flags
    logic fcs_q;
    logic error_q;
    logic long_q;               // count_q reached 59: no padding after this octet
    logic sfd_pending_q;        // MII: the first nibble of the SFD is on the wire
    logic done_pending_q;       // MII: the first nibble of the last octet is on the wire
    logic [31:0] crc_q;

    wire body = state_q == DATA || state_q == FCS;
    wire step = ce_i && !second_q;
    wire start = state_q == IDLE && (control_valid_i || (valid_i && !hold_i && !abort_i));
    wire sfd = state_q == PREAMBLE && short_q == 3'd6;
    wire data_end = last_q && (!pad_q || long_q);
    wire frame_end = state_q == FCS ? short_q[1:0] == 2'd3 : state_q == DATA && data_end && !fcs_q;
    wire over = ce_i && (done_pending_q || (!second_q && frame_end && !mii_i));
    wire fetch = step && (sfd || (state_q == DATA && !last_q));
    wire offered = control_q || valid_i;
    wire cut = abort_i && !control_q
        && (state_q == PREAMBLE || body || done_pending_q);

    assign ready_o = fetch && !control_q;
    assign control_ready_o = fetch && control_q;
    assign octets_o = count_q;
    assign busy_o = gmii_tx_en_o;

    always_ff @(posedge clk_i) begin
        if (ifg_i[7:3] == '0) ifg_q <= 8'd8;
        else ifg_q <= ifg_i;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) second_q <= 1'b0;
        else if (ce_i) second_q <= mii_i && !second_q && (state_q != IDLE || start);
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            state_q <= LAST;
        end else if (cut) begin
            state_q <= CUT;
        end else if (step) begin
            case (state_q)
                GAP: if (count_q[7:0] == ifg_q) state_q <= IDLE;
                IDLE: if (start) state_q <= PREAMBLE;
                PREAMBLE: if (sfd) state_q <= offered ? DATA : CUT;
                DATA: begin
                    if (!last_q && !offered) state_q <= CUT;
                    else if (data_end) state_q <= fcs_q ? FCS : LAST;
                end
                FCS: if (frame_end) state_q <= LAST;
                CUT: state_q <= LAST;
                default: state_q <= GAP;
            endcase
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            control_q <= 1'b0;
            control_start_o <= 1'b0;
        end else begin
            control_start_o <= step && start && control_valid_i;
            if (step && start) control_q <= control_valid_i;
        end
    end

    // The gap is 1 (LAST) + count from 2 to ifg (GAP) octets.
    always_ff @(posedge clk_i) begin
        if (step) begin
            if (state_q == LAST) count_q <= 14'd2;
            else if (state_q == PREAMBLE) count_q <= 14'd0;
            else if (body || state_q == GAP) count_q <= count_q + 14'd1;
        end
    end

    always_ff @(posedge clk_i) begin
        if (step) begin
            if (state_q == PREAMBLE || state_q == FCS) short_q <= short_q + 3'd1;
            else short_q <= '0;
            if (state_q == PREAMBLE) long_q <= 1'b0;
            else if (state_q == DATA && count_q[5:3] == '1 && count_q[1]) long_q <= 1'b1;
        end
    end

    // After the last byte zeros follow, which are the padding.
    always_ff @(posedge clk_i) begin
        if (fetch) begin
            data_q <= control_q ? control_data_i : data_i;
            last_q <= control_q ? control_last_i : last_i;
            pad_q <= control_q || !(has_fcs_i || no_pad_i);
            fcs_q <= control_q || !has_fcs_i;
            error_q <= !control_q && error_i;
        end else if (step && state_q == DATA) begin
            data_q <= '0;
        end
    end

    always_ff @(posedge clk_i) begin
        if (step) begin
            if (state_q == PREAMBLE) crc_q <= '1;
            else if (body)
                crc_q <= nic_crc32_fold(crc_q[31:8], (crc_q[7:0] ^ data_q) & {8{state_q == DATA}});
        end
    end

    // The idle wire shows 0x55, which means nothing without tx_en and spares a multiplexer.
    always_ff @(posedge clk_i) begin
        if (ce_i) begin
            if (second_q) gmii_txd_o[3:0] <= gmii_txd_o[7:4];
            else if (body) gmii_txd_o <= state_q == FCS ? ~crc_q[7:0] : data_q;
            else gmii_txd_o <= {sfd, 7'h55};
        end
        if (rst_i) begin
            gmii_tx_en_o <= 1'b0;
            gmii_tx_er_o <= 1'b0;
        end else if (step) begin
            gmii_tx_en_o <= start || state_q == PREAMBLE || body || state_q == CUT;
            gmii_tx_er_o <= state_q == CUT || (state_q == DATA && data_end && error_q);
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            sfd_pending_q <= 1'b0;
            done_pending_q <= 1'b0;
            sfd_o <= 1'b0;
            done_o <= 1'b0;
            sent_o <= 1'b0;
        end else begin
            if (ce_i) sfd_pending_q <= mii_i && step && sfd;
            if (cut) done_pending_q <= 1'b0;
            else if (ce_i) done_pending_q <= mii_i && step && frame_end;
            sfd_o <= ce_i && !control_q && (sfd_pending_q || (step && sfd && !mii_i));
            done_o <= over && !control_q && !cut;
            sent_o <= over && control_q;
        end
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        if (!rst_i) begin
            // A frame that has begun gets its bytes in time.
            a_stream: assert (!fetch || offered || abort_i);
            // The wire carries a frame from the preamble to its last octet.
            a_wire: assert (gmii_tx_en_o || !(state_q == PREAMBLE || body));
        end
    end
`endif
endmodule

`default_nettype wire
