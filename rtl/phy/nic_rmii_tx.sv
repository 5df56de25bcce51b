// SPDX-License-Identifier: Apache-2.0
// MII to the transmit half of RMII 1.2: nibbles to pairs of bits at 50 MHz, each held for ten clocks at 10 Mb/s.
`default_nettype none

module nic_rmii_tx (
    // REF_CLK, 50 MHz.
    input wire clk_i,
    input wire rst_i,

    // Quasi-static, of this domain.
    input wire mbps100_i,

    // To the MAC: it advances at the end of clocks with ce_o, a flip-flop. From it: a nibble that stands until then.
    output logic ce_o,
    input wire [3:0] mii_txd_i,
    input wire mii_tx_en_i,
    // RMII has no TX_ER: the bits are inverted instead, so that the frame's FCS is wrong at the receiver.
    input wire mii_tx_er_i,

    // Pins, two clocks behind the nibble at 100 Mb/s: bits 1:0 first, then 3:2 (RMII 1.2, 5.3).
    output logic [1:0] rmii_txd_o,
    output logic rmii_tx_en_o
);
    logic [3:0] count_q;            // clocks of this pair of bits that are left
    logic second_q;

    wire last = count_q == '0;
    wire [3:0] count = !last ? count_q - 1'b1 : mbps100_i ? 4'd0 : 4'd9;
    wire second = second_q ^ last;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            count_q <= '0;
            second_q <= 1'b0;
            ce_o <= 1'b0;
        end else begin
            count_q <= count;
            second_q <= second;
            ce_o <= count == '0 && second;
        end
        rmii_txd_o <= (second_q ? mii_txd_i[3:2] : mii_txd_i[1:0]) ^ {2{mii_tx_er_i}};
        rmii_tx_en_o <= mii_tx_en_i && !rst_i;
    end
endmodule

`default_nettype wire
