// SPDX-License-Identifier: Apache-2.0
// Internal loopback: the MAC's transmit side to its receive side through a small elastic buffer,
// the wire stays idle. Both sides run at the same nominal speed; the buffer takes up 4 octets (MII:
// nibbles) of difference in a frame.
`default_nettype none

module nic_loopback (
    // Device resets: those of the two sides overlap, see nic_afifo. A reset of the MAC alone needs
    // none here.
    input wire clk_tx_i,
    input wire rst_tx_i,
    // Level. Takes effect between frames, on each side by itself; a frame under way stays where it
    // began. Frames looped before the receive side has changed over, which waits for the PHY to be
    // silent, are lost as a whole.
    input wire enable_i,

    // From the MAC to the wire, which shows no tx_en and no tx_er while enabled. Passed through
    // without delay.
    input wire tx_ce_i,
    input wire [7:0] mac_txd_i,
    input wire mac_tx_en_i,
    input wire mac_tx_er_i,
    output wire [7:0] gmii_txd_o,
    output wire gmii_tx_en_o,
    output wire gmii_tx_er_o,

    input wire clk_rx_i,
    input wire rst_rx_i,

    // From the wire to the MAC, passed through without delay, or the buffer instead of it. If the
    // two sides' speeds differ too much, the frame has rx_er in it.
    input wire rx_ce_i,
    input wire [7:0] gmii_rxd_i,
    input wire gmii_rx_dv_i,
    input wire gmii_rx_er_i,
    output wire [7:0] mac_rxd_o,
    output wire mac_rx_dv_o,
    output wire mac_rx_er_o
);
    // ---- transmit side: a frame goes into the buffer with one word without en behind it ----

    logic loop_q;               // changes only between frames
    logic run_q;                // the buffer holds a part of the present frame
    logic tail_q;               // the word without en is to be put
    logic lost_q;               // with an error, because the buffer was full
    logic skip_q;               // what remains of this frame is left out

    wire in_ready;
    wire put = tx_ce_i && mac_tx_en_i && loop_q && !skip_q;

    assign gmii_txd_o = mac_txd_i;
    assign gmii_tx_en_o = mac_tx_en_i && !loop_q;
    assign gmii_tx_er_o = mac_tx_er_i && !loop_q;

    always_ff @(posedge clk_tx_i) begin
        if (rst_tx_i) begin
            loop_q <= 1'b0;
            run_q <= 1'b0;
            tail_q <= 1'b0;
            lost_q <= 1'b0;
            skip_q <= 1'b0;
        end else begin
            if (!mac_tx_en_i) loop_q <= enable_i;
            if (tail_q && in_ready) tail_q <= 1'b0;
            if (put && (tail_q || !in_ready)) begin
                skip_q <= 1'b1;
                run_q <= 1'b0;
                if (!tail_q) begin
                    tail_q <= 1'b1;
                    lost_q <= 1'b1;
                end
            end else if (put) begin
                run_q <= 1'b1;
            end else if (tx_ce_i && !mac_tx_en_i) begin
                skip_q <= 1'b0;
                run_q <= 1'b0;
                if (run_q) begin
                    tail_q <= 1'b1;
                    lost_q <= 1'b0;
                end
            end
        end
    end

    // ---- receive side: waits until a few words are there, then plays the frame ----

    logic select_q;             // the buffer, not the PHY; changes only while both are silent
    logic play_q;
    logic [1:0] wait_q;
    wire enable_rx;
    wire out_valid;
    wire [9:0] out_word;        // en, er, data

    nic_afifo #(.WIDTH(10), .DEPTH(16)) u_buffer (
        .clk_in_i(clk_tx_i),
        .rst_in_i(rst_tx_i),
        .in_valid_i(put || tail_q),
        .in_ready_o(in_ready),
        .in_data_i({!tail_q, tail_q ? lost_q : mac_tx_er_i, mac_txd_i}),
        .clk_out_i(clk_rx_i),
        .rst_out_i(rst_rx_i),
        .out_valid_o(out_valid),
        .out_ready_i(rx_ce_i && play_q),
        .out_data_o(out_word)
    );

    nic_sync u_sync_enable (
        .clk_i(clk_rx_i),
        .rst_i(rst_rx_i),
        .d_i(enable_i),
        .q_o(enable_rx)
    );

    always_ff @(posedge clk_rx_i) begin
        if (rst_rx_i) begin
            select_q <= 1'b0;
            play_q <= 1'b0;
            wait_q <= '0;
        end else if (rx_ce_i) begin
            if (!play_q && !gmii_rx_dv_i) select_q <= enable_rx;
            if (play_q) begin
                play_q <= !out_valid || out_word[9];
            end else begin
                wait_q <= wait_q + 2'(out_valid);
                play_q <= wait_q == '1;
            end
        end
    end

    // A buffer run dry in a frame shows as an error, and so does a frame cut because the buffer was
    // full.
    assign mac_rxd_o = select_q ? out_word[7:0] : gmii_rxd_i;
    assign mac_rx_dv_o = select_q
        ? play_q && (!out_valid || out_word[9] || out_word[8]) : gmii_rx_dv_i;
    assign mac_rx_er_o = select_q ? play_q && (!out_valid || out_word[8]) : gmii_rx_er_i;
endmodule

`default_nettype wire
