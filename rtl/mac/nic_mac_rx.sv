// SPDX-License-Identifier: Apache-2.0
// MAC receive: finds the SFD, takes the FCS off, classifies the frame at its end. What to do with a
// frame, filter and buffer, is for the modules behind; there is no back-pressure.
`default_nettype none

module nic_mac_rx #(
    // Longest frame from destination address to FCS, octets.
    parameter int unsigned MAX_FRAME = 1522
) (
    input wire clk_i,
    input wire rst_i,
    // Level, at any time: a frame during which it is high, from its SFD to its end, ends with RESET. That is the reset of
    // this side which counts: each frame is reported once, whenever it comes.
    input wire cut_i,

    // GMII, looked at in clocks with ce_i; with mii_i (quasi-static) rxd[3:0] is a nibble, low
    // nibble of an octet first. Any preamble is taken, of any length or none: everything before the
    // first SFD is skipped, as clause 4.2.9 does. After a reset nothing is taken until dv has been
    // low.
    input wire ce_i,
    input wire mii_i,
    input wire [7:0] rxd_i,
    input wire dv_i,
    input wire er_i,

    // Pulse, two clocks after the SFD (MII: its second nibble) was on rxd_i.
    output logic sfd_o,
    // Octets from destination address on, without FCS and never more than MAX_FRAME - 4.
    output logic valid_o,
    output wire [7:0] data_o,
    // Pulse, once for each sfd_o, when dv has fallen. The last octet of data comes together with
    // it; without valid_o the frame had no data at all. Between end_o and the next sfd_o there is
    // no data.
    output logic end_o,
    // With end_o: nic_regs_pkg::RX_ERROR_*. RESET first; rx_er anywhere under dv is SYMBOL; else a frame under
    // 64 octets is RUNT or FRAGMENT, one over MAX_FRAME is GIANT or JABBER by its FCS; else FCS, or
    // ALIGNMENT after an odd nibble; else PAUSE or NONE. An odd nibble behind a right FCS is
    // dropped.
    output logic [3:0] error_o,
    // With end_o: whole octets from destination address to FCS as received, stays at 16383.
    output logic [13:0] octets_o,

    // For nic_pause_match: start_o before the first octet, then octets as they come, FCS included.
    // In a clock with octet_valid_o, octets_o of them have come before in this frame, the last six
    // of which are in window_o, newest in bits 7:0.
    output wire start_o,
    output wire octet_valid_o,
    output wire [7:0] octet_o,
    output wire [47:0] window_o,
    // By the end of a frame: it is a PAUSE frame if it is good. Tie to 0 without pause.
    input wire pause_i
);
    `include "nic_crc32.svh"
    import nic_regs_pkg::*;

    if (MAX_FRAME < 64 || MAX_FRAME > 16382) $fatal(1, "nic_mac_rx: MAX_FRAME must be 64..16382");

    // Input registers: an octet, or in MII the two latest nibbles; zero while dv is low.
    logic ce_q, dv_q, er_q;
    logic [7:0] octet_q;

    logic armed_q;              // dv has been low since reset
    logic frame_q;              // behind the SFD
    logic second_q;             // MII: one nibble of an octet has come
    logic symbol_q;             // rx_er under this dv
    logic cut_q;                // cut_i since the SFD
    logic long_q;               // 64 octets have come
    logic full_q;               // MAX_FRAME octets have come: the window stands still
    logic over_q;               // and one more
    logic [4:0] held_q;         // which octets of the window are of this frame
    logic [47:0] window_q;      // the six latest octets; the oldest is the output
    logic [31:0] crc_q;

    wire sfd = ce_q && !frame_q && armed_q && octet_q == 8'hd5;
    wire octet = ce_q && frame_q && dv_q && (!mii_i || second_q);
    wire finish = ce_q && frame_q && !dv_q;
    wire crc_right = crc_q == 32'hdebb20e3;
    wire [14:0] count_d = {1'b0, octets_o} + 15'd1;

    assign data_o = window_q[47:40];
    assign start_o = sfd;
    assign octet_valid_o = octet;
    assign octet_o = octet_q;
    assign window_o = window_q;

    always_ff @(posedge clk_i) begin
        if (rst_i) ce_q <= 1'b0;
        else ce_q <= ce_i;
        if (ce_i) begin
            dv_q <= dv_i;
            er_q <= er_i;
            if (!dv_i) octet_q <= '0;
            else octet_q <= {mii_i ? rxd_i[3:0] : rxd_i[7:4], mii_i ? octet_q[7:4] : rxd_i[3:0]};
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            armed_q <= 1'b0;
            frame_q <= 1'b0;
        end else if (ce_q) begin
            armed_q <= armed_q || !dv_q;
            frame_q <= dv_q && (frame_q || sfd);
        end
    end

    always_ff @(posedge clk_i) begin
        if (ce_q) begin
            second_q <= mii_i && frame_q && !second_q;
            symbol_q <= dv_q && (symbol_q || er_q);
        end
    end

    always_ff @(posedge clk_i) begin
        if (sfd) begin
            octets_o <= '0;
            long_q <= 1'b0;
            full_q <= 1'b0;
            over_q <= 1'b0;
            held_q <= '0;
            crc_q <= '1;
        end else if (octet) begin
            octets_o <= count_d[14] ? '1 : count_d[13:0];
            // The first count that has all bits of a number is that number.
            if (octets_o[5:0] == '1) long_q <= 1'b1;
            if ((octets_o & 14'(MAX_FRAME - 1)) == 14'(MAX_FRAME - 1)) full_q <= 1'b1;
            if (full_q) over_q <= 1'b1;
            held_q <= {held_q[3:0], 1'b1};
            crc_q <= nic_crc32_fold(crc_q[31:8], crc_q[7:0] ^ octet_q);
        end
    end

    always_ff @(posedge clk_i) begin
        if ((octet && !full_q) || finish) window_q <= {window_q[39:0], octet_q};
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            sfd_o <= 1'b0;
            valid_o <= 1'b0;
            end_o <= 1'b0;
        end else begin
            sfd_o <= sfd;
            valid_o <= held_q[4] && ((octet && !full_q) || finish);
            end_o <= finish;
        end
    end

    always_ff @(posedge clk_i) begin
        if (cut_i) cut_q <= 1'b1;
        else if (sfd) cut_q <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (finish) begin
            if (cut_q || cut_i) error_o <= RX_ERROR_RESET;
            else if (symbol_q) error_o <= RX_ERROR_SYMBOL;
            else if (!long_q) error_o <= crc_right ? RX_ERROR_RUNT : RX_ERROR_FRAGMENT;
            else if (over_q) error_o <= crc_right ? RX_ERROR_GIANT : RX_ERROR_JABBER;
            else if (!crc_right) error_o <= second_q ? RX_ERROR_ALIGNMENT : RX_ERROR_FCS;
            else error_o <= pause_i ? RX_ERROR_PAUSE : RX_ERROR_NONE;
        end
    end
endmodule

`default_nettype wire
