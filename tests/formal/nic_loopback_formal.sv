// SPDX-License-Identifier: Apache-2.0
// What nic_loopback promises, with a buffer that takes and gives when it likes: looped frames do not show on the wire and
// unlooped ones do not go into the buffer; what goes in is whole frames, each with one word behind it that says whether it
// is complete; what comes out never joins two frames, and a frame that is not whole carries rx_er.
`default_nettype none

// In place of the buffer, which has been proved by itself: it is full or empty at any time.
module nic_afifo #(
    parameter int unsigned WIDTH = 10,
    parameter int unsigned DEPTH = 16
) (
    input wire clk_in_i,
    input wire rst_in_i,
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [WIDTH-1:0] in_data_i,
    input wire clk_out_i,
    input wire rst_out_i,
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [WIDTH-1:0] out_data_o
);
    logic stalled_q = 1'b0;
    logic [WIDTH-1:0] data_q;

    assign in_ready_o = nic_loopback_formal.room_i;
    assign out_valid_o = stalled_q || nic_loopback_formal.held_i;
    assign out_data_o = stalled_q ? data_q : nic_loopback_formal.word_i;
    always_ff @(posedge clk_out_i) begin
        stalled_q <= !rst_out_i && out_valid_o && !out_ready_i;
        data_q <= out_data_o;
    end
    wire unused = |{clk_in_i, rst_in_i, in_valid_i, in_data_i} || DEPTH == 0;
endmodule

module nic_loopback_formal (
    // Both sides on one clock: they share nothing but the buffer and enable_i.
    input wire clk_i,
    input wire enable_i,
    input wire tx_ce_i,
    input wire [7:0] mac_txd_i,
    input wire mac_tx_en_i,
    input wire mac_tx_er_i,
    input wire rx_ce_i,
    input wire [7:0] gmii_rxd_i,
    input wire gmii_rx_dv_i,
    input wire gmii_rx_er_i,
    // The buffer: takes a word, holds one, and which.
    input wire room_i,
    input wire held_i,
    input wire [9:0] word_i
);
    logic rst_q = 1'b1;
    always_ff @(posedge clk_i) rst_q <= 1'b0;

    wire [7:0] gmii_txd, mac_rxd;
    wire gmii_tx_en, gmii_tx_er, mac_rx_dv, mac_rx_er;

    nic_loopback u_dut (
        .clk_tx_i(clk_i), .rst_tx_i(rst_q), .enable_i, .tx_ce_i, .mac_txd_i, .mac_tx_en_i, .mac_tx_er_i,
        .gmii_txd_o(gmii_txd), .gmii_tx_en_o(gmii_tx_en), .gmii_tx_er_o(gmii_tx_er),
        .clk_rx_i(clk_i), .rst_rx_i(rst_q), .rx_ce_i, .gmii_rxd_i, .gmii_rx_dv_i, .gmii_rx_er_i,
        .mac_rxd_o(mac_rxd), .mac_rx_dv_o(mac_rx_dv), .mac_rx_er_o(mac_rx_er)
    );

    // ---- transmit side ----

    // The MAC's signals change with its clock enable.
    logic ce_q, en_q, er_q;
    logic [7:0] txd_q;
    // Of the frame under way: whether it is looped, how far its octets are in the buffer without a gap.
    logic looped_q, started_q, gap_q, open_q;
    wire word = u_dut.u_buffer.in_valid_i && u_dut.u_buffer.in_ready_o;
    wire word_en = u_dut.u_buffer.in_data_i[9];
    wire word_er = u_dut.u_buffer.in_data_i[8];
    wire first = mac_tx_en_i && !en_q;

    always_ff @(posedge clk_i) begin
        ce_q <= tx_ce_i;
        en_q <= !rst_q && mac_tx_en_i;
        er_q <= mac_tx_er_i;
        txd_q <= mac_txd_i;
        if (rst_q) begin
            m_reset: assume (!mac_tx_en_i);
            looped_q <= 1'b0;
            open_q <= 1'b0;
            started_q <= 1'b0;
        end else begin
            m_enable: assume (ce_q || (mac_tx_en_i == en_q && mac_tx_er_i == er_q && mac_txd_i == txd_q));
            // Where a frame goes is settled when it begins, and does not change.
            if (mac_tx_en_i && !first) a_stays: assert (gmii_tx_en == !looped_q);
            if (first) looped_q <= !gmii_tx_en;
            a_error: assert (!gmii_tx_er || gmii_tx_en || !mac_tx_en_i);
            a_data: assert (gmii_txd == mac_txd_i);
            // Nothing of a frame that shows on the wire, and octets only with the clock enable, as they are.
            if (word && word_en) begin
                a_apart: assert (!gmii_tx_en && mac_tx_en_i && tx_ce_i);
                a_octet: assert (u_dut.u_buffer.in_data_i[8:0] == {mac_tx_er_i, mac_txd_i});
                // A frame's words follow each other without a gap: after one that was left out, none of it comes.
                a_no_gap: assert (!gap_q || (first && !started_q));
                // A frame begins when the one before it has been closed.
                a_closed: assert (open_q || !started_q);
            end
            if (word && !word_en) begin
                // The end says whether octets of it were left out; of a frame without a word inside it is all that comes.
                a_end: assert (word_er == (gap_q || !open_q));
            end
            if (word) open_q <= word_en;
            // started: an octet of this frame has been offered; gap: one of it was not taken.
            if (tx_ce_i) started_q <= mac_tx_en_i;
        end
        c_closed: cover (!rst_q && word && !word_en && !word_er);
        c_cut: cover (!rst_q && word && !word_en && word_er);
    end

    // Of the frame whose words are open in the buffer: it is the one under way; an octet of it was not taken.
    logic mine_q;
    always_ff @(posedge clk_i) begin
        if (rst_q) begin
            gap_q <= 1'b0;
            mine_q <= 1'b0;
        end else begin
            if (word && !word_en) gap_q <= 1'b0;
            else if (open_q && mine_q && tx_ce_i && mac_tx_en_i && !(word && word_en)) gap_q <= 1'b1;
            if (word) mine_q <= word_en;
            else if (tx_ce_i && !mac_tx_en_i) mine_q <= 1'b0;
        end
    end

    // ---- receive side ----

    logic playing_q, wire_q;
    wire take = u_dut.u_buffer.out_valid_o && u_dut.u_buffer.out_ready_i;
    wire [9:0] out_word = u_dut.u_buffer.out_data_o;

    always_ff @(posedge clk_i) begin
        if (rst_q) begin
            playing_q <= 1'b0;
            wire_q <= 1'b0;
        end else begin
            // From the wire, unchanged, or from the buffer; what is under way stays where it began.
            a_passed: assert (u_dut.select_q || {mac_rxd, mac_rx_dv, mac_rx_er} == {gmii_rxd_i, gmii_rx_dv_i, gmii_rx_er_i});
            if (wire_q) a_wire_stays: assert (!u_dut.select_q || !mac_rx_dv);
            if (rx_ce_i) wire_q <= gmii_rx_dv_i && !u_dut.select_q;
            if (u_dut.select_q && rx_ce_i) begin
                // A good word is shown as it is; a frame's end without error as silence; an error, or nothing in the
                // middle of a frame, as rx_er.
                if (take && out_word[9]) a_shown: assert (mac_rx_dv && mac_rxd == out_word[7:0] && mac_rx_er == out_word[8]);
                if (take && !out_word[9]) a_end_shown: assert (mac_rx_dv == out_word[8] && mac_rx_er == out_word[8]);
                if (playing_q && !take) a_dry: assert (mac_rx_dv && mac_rx_er);
                // Two frames have silence between them.
                if (!playing_q && !take) a_silence: assert (!mac_rx_dv);
                if (take) playing_q <= out_word[9];
                c_played: cover (playing_q && take && !out_word[9] && !out_word[8]);
            end
        end
    end
endmodule

`default_nettype wire
