// SPDX-License-Identifier: Apache-2.0
// What nic_mac_rx promises, at either width, for anything on the wire and any enable: ends and SFDs
// alternate, data lies between them and is as long as the frame less its FCS, the classes of length
// are right.
`default_nettype none

module nic_mac_rx_formal #(
    parameter int unsigned MAX_FRAME = 1522
) (
    input wire clk_i,
    input wire rst_i,
    input wire cut_i,
    input wire ce_i,
    input wire mii_i,
    input wire [7:0] rxd_i,
    input wire dv_i,
    input wire er_i,
    input wire pause_i
);
    import nic_regs_pkg::*;

    logic init_q = 1'b1;
    logic mii_q;
    always_ff @(posedge clk_i) begin
        init_q <= 1'b0;
        if (init_q) mii_q <= mii_i;
    end
    wire rst = rst_i || init_q;

    wire sfd, valid, finish, start, octet_valid;
    wire [7:0] data, octet;
    wire [3:0] error;
    wire [13:0] octets;
    wire [47:0] window;

    nic_mac_rx #(.MAX_FRAME(MAX_FRAME)) u_dut (
        .clk_i,
        .rst_i(rst),
        .cut_i,
        .ce_i,
        .mii_i(mii_q),
        .rxd_i,
        .dv_i,
        .er_i,
        .sfd_o(sfd),
        .valid_o(valid),
        .data_o(data),
        .end_o(finish),
        .error_o(error),
        .octets_o(octets),
        .start_o(start),
        .octet_valid_o(octet_valid),
        .octet_o(octet),
        .window_o(window),
        .pause_i
    );

    // ---- what came out ----

    logic in_q;                 // after an SFD, before its end
    logic [14:0] data_q;        // octets of data since the SFD
    wire [14:0] data_d = sfd ? 15'd0 : data_q + 15'(valid);
    always_ff @(posedge clk_i) begin
        if (rst) begin
            in_q <= 1'b0;
            data_q <= '0;
        end else begin
            in_q <= (in_q || sfd) && !finish;
            data_q <= data_d;
        end
    end

    // ---- what went in: octets between SFD and the fall of dv, counted further than the MAC does ----

    logic silent_q;             // dv has been low since reset
    logic [14:0] went_q;
    logic symbol_q;             // er under this dv
    always_ff @(posedge clk_i) begin
        if (rst) silent_q <= 1'b0;
        else if (ce_i && !dv_i) silent_q <= 1'b1;
        if (rst || start) went_q <= '0;
        else if (octet_valid && !went_q[14]) went_q <= went_q + 15'd1;
        if (ce_i && !rst) symbol_q <= dv_i && (symbol_q || er_i);
    end
    wire [14:0] whole = went_q[14] ? 15'd16383 : went_q;
    wire [14:0] kept = went_q > 15'(MAX_FRAME) ? 15'(MAX_FRAME) : went_q;

    logic class_short, class_long, class_pause;
    assign class_short = error == RX_ERROR_RUNT || error == RX_ERROR_FRAGMENT;
    assign class_long = error == RX_ERROR_GIANT || error == RX_ERROR_JABBER;
    assign class_pause = error == RX_ERROR_PAUSE;

    logic symbol_before_q, pause_before_q, right_before_q, odd_before_q;
    always_ff @(posedge clk_i) begin
        symbol_before_q <= u_dut.symbol_q;
        pause_before_q <= pause_i;
        right_before_q <= u_dut.crc_q == 32'hdebb20e3;
        odd_before_q <= u_dut.second_q;
    end

    // Cut since the SFD, up to the end.
    logic cut_q, cut_before_q;
    wire cut = cut_q || cut_i;
    always_ff @(posedge clk_i) begin
        cut_q <= cut_i || (cut_q && !start);
        cut_before_q <= cut;
    end

    logic ended_q;
    always_ff @(posedge clk_i) ended_q <= !rst && (ended_q || finish);

    logic symbol_before_dv_q;
    always_ff @(posedge clk_i) if (u_dut.ce_q) symbol_before_dv_q <= symbol_q;

    logic after_reset_q;        // two clocks: outputs of before the reset are gone
    always_ff @(posedge clk_i) after_reset_q <= !rst;

    always_ff @(posedge clk_i) begin
        if (!rst && after_reset_q) begin
            // An SFD begins a frame, only when none is open, and brings nothing else.
            a_sfd: assert (!sfd || (!in_q && !valid && !finish));
            // An end belongs to an open frame: one for each SFD.
            a_end: assert (!finish || in_q);
            // Data lies inside of a frame.
            a_data: assert (!valid || in_q);
            // All octets but the last four, and of a giant the first MAX_FRAME - 4; the last one
            // comes with the end.
            a_length: assert (!finish || data_d == (kept < 15'd4 ? 15'd0 : kept - 15'd4));
            a_last: assert (!finish || valid == (went_q > 15'd4));
            a_octets: assert (!finish || 15'(octets) == whole);
            // Classes: a cut first, then rx_er, then length, then the FCS.
            a_cut: assert (!finish || (error == RX_ERROR_RESET) == cut_before_q);
            a_symbol: assert (!finish || (error == RX_ERROR_SYMBOL) == (!cut_before_q && symbol_before_q));
            a_short: assert (!finish || class_short
                == (!cut_before_q && !symbol_before_q && went_q < 15'd64));
            a_long: assert (!finish || class_long
                == (!cut_before_q && !symbol_before_q && went_q > 15'(MAX_FRAME)));
            a_good: assert (!finish || !(error == RX_ERROR_NONE || class_pause) || right_before_q);
            a_pause: assert (!finish || !class_pause || pause_before_q);
            a_alignment: assert (!finish || error != RX_ERROR_ALIGNMENT
                || (mii_q && odd_before_q && !right_before_q));
            // Nothing is taken after a reset until the wire has been silent.
            a_silent: assert (!sfd || silent_q);

            c_cut: cover (finish && error == RX_ERROR_RESET && went_q == 15'd3);
            c_good: cover (finish && went_q == 15'd7 && error == RX_ERROR_RUNT);
            c_symbol: cover (finish && error == RX_ERROR_SYMBOL && data_d == 15'd2);
            c_no_data: cover (finish && went_q == 15'd0);
            c_mii_odd: cover (finish && mii_q && odd_before_q && went_q == 15'd5);
            c_second: cover (sfd && ended_q);
        end
    end

    // ---- invariants for the induction ----

    wire [14:0] held = went_q < 15'd5 ? went_q : 15'd5;
    always_ff @(posedge clk_i) begin
        if (!rst) begin
            i_cut: assert (!u_dut.frame_q || u_dut.cut_q == cut_q);
            i_in: assert (u_dut.frame_q == ((in_q || sfd) && !finish));
            i_second: assert (mii_q || !u_dut.second_q || !u_dut.armed_q);
            i_symbol: assert (!u_dut.armed_q || u_dut.symbol_q == symbol_before_dv_q);
            i_symbol_in: assert (symbol_q == (!u_dut.ce_q ? symbol_before_dv_q
                : u_dut.dv_q && (symbol_before_dv_q || u_dut.er_q)) || !silent_q);
            i_armed: assert (!u_dut.armed_q || silent_q);
            i_frame: assert (!u_dut.frame_q || u_dut.armed_q);
            i_count: assert (!(in_q || sfd) || 15'(octets) == whole);
            i_full: assert (!(in_q || sfd) || u_dut.full_q == (went_q >= 15'(MAX_FRAME)));
            i_over: assert (!(in_q || sfd) || u_dut.over_q == (went_q > 15'(MAX_FRAME)));
            i_long: assert (!(in_q || sfd) || u_dut.long_q == (went_q >= 15'd64));
            i_held: assert (!(in_q || sfd) || finish || u_dut.held_q == 5'((6'd1 << held) - 6'd1));
            i_went: assert (went_q <= 15'd16384);
            i_data: assert (!u_dut.frame_q || data_d == (kept < 15'd5 ? 15'd0 : kept - 15'd5));
        end
    end
endmodule

`default_nettype wire
