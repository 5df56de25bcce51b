// SPDX-License-Identifier: Apache-2.0
// GMII and MII to the transmit half of RGMII 2.0, as pairs of values for the two halves of a clock: the DDR cells are the
// board's. Leaves out the delay of TXC against the data, which pins, PHY or a shifted clock provide.
`default_nettype none

module nic_rgmii_tx (
    // 125 MHz at every speed.
    input wire clk_i,
    input wire rst_i,

    // Quasi-static, of this domain: nic_regs_pkg::SPEED_*. A change in mid-frame cuts the frame's clock, nothing else.
    input wire [1:0] speed_i,

    // To the MAC: it advances at the end of clocks with ce_o. From it: an octet, or in 3:0 a nibble, that stands until then.
    output wire ce_o,
    input wire [7:0] gmii_txd_i,
    input wire gmii_tx_en_i,
    input wire gmii_tx_er_i,

    // For DDR cells: rise goes out in the first half of the clock, fall in the second. One clock behind the inputs. TXC
    // has 125, 25 or 2.5 MHz, duty cycle 50 %, its rising edge where a new octet or nibble begins (RGMII 2.0, 3.3 and 5).
    output logic [3:0] txd_rise_o,
    output logic [3:0] txd_fall_o,
    output logic ctl_rise_o,
    output logic ctl_fall_o,
    output logic txc_rise_o,
    output logic txc_fall_o
);
    import nic_regs_pkg::*;

    // Half periods of clk_i in half a period of TXC, less one: 5 at 25 MHz, 50 at 2.5 MHz.
    logic gigabit_q;
    logic [5:0] last_q;         // clocks of a nibble, less one
    logic [5:0] count_q;        // clocks since its begin
    logic end_q, ce_q;          // its last clock; the whole MAC waits for ce, so it comes from a flip-flop
    logic [1:0] speed_q;

    wire gigabit = speed_q == SPEED_M1000;
    wire [5:0] last = speed_q == SPEED_M10 ? 6'd49 : 6'd4;
    wire [5:0] count = rst_i || end_q ? '0 : count_q + 1'b1;
    // In halves of a clock: 2 * count and 2 * count + 1 against last_q + 1, which is odd at 100 and even at 10 Mb/s.
    wire first_rise = {count_q, 1'b0} <= {1'b0, last_q};
    wire first_fall = {count_q, 1'b1} <= {1'b0, last_q};

    assign ce_o = ce_q;

    always_ff @(posedge clk_i) begin
        speed_q <= speed_i;
        gigabit_q <= gigabit;
        last_q <= last;
        count_q <= count;
        end_q <= count >= last;
        ce_q <= gigabit || count >= last;
    end

    // TX_CTL carries TX_EN in the first half of TXC, TX_EN xor TX_ER in the second.
    wire error = gmii_tx_en_i ^ gmii_tx_er_i;
    always_ff @(posedge clk_i) begin
        txd_rise_o <= gmii_txd_i[3:0];
        txd_fall_o <= gigabit_q ? gmii_txd_i[7:4] : gmii_txd_i[3:0];
        ctl_rise_o <= gigabit_q || first_rise ? gmii_tx_en_i : error;
        ctl_fall_o <= !gigabit_q && first_fall ? gmii_tx_en_i : error;
        txc_rise_o <= gigabit_q || first_rise;
        txc_fall_o <= !gigabit_q && first_fall;
    end
endmodule

`default_nettype wire
