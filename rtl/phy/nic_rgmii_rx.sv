// SPDX-License-Identifier: Apache-2.0
// The receive half of RGMII 2.0 to GMII and MII, from pairs of values that the board's DDR cells took, and the in-band status
// between frames. Leaves out the delay of RXC against the data, which PHY or pins provide.
`default_nettype none

module nic_rgmii_rx (
    // RXC: 125, 25 or 2.5 MHz.
    input wire clk_i,
    input wire rst_i,

    // Quasi-static, of this domain: octets, or nibbles that stand in both halves of a clock.
    input wire gigabit_i,

    // From DDR cells: what stood at the rising edge of RXC and at the falling edge behind it, both in one clock.
    input wire [3:0] rxd_rise_i,
    input wire [3:0] rxd_fall_i,
    input wire ctl_rise_i,
    input wire ctl_fall_i,

    // To the MAC, in every clock, one behind the inputs; its enable is 1 at all speeds.
    output logic [7:0] gmii_rxd_o,
    output logic gmii_rx_dv_o,
    output logic gmii_rx_er_o,

    // In-band status, which a PHY may send between frames (RGMII 2.0, 3.4.1): the same in three clocks running, so that a
    // carrier extension or a cable being pulled does not pass for one. All 0 until then.
    output logic link_o,
    output logic [1:0] speed_o,     // nic_regs_pkg::SPEED_*
    output logic full_duplex_o
);
    logic [3:0] before_q;
    logic [1:0] same_q;             // how often it came running

    wire status = !ctl_rise_i && !ctl_fall_i && rxd_rise_i == rxd_fall_i && rxd_rise_i[2:1] != 2'd3;

    always_ff @(posedge clk_i) begin
        gmii_rxd_o <= {gigabit_i ? rxd_fall_i : 4'd0, rxd_rise_i};
        gmii_rx_dv_o <= ctl_rise_i && !rst_i;
        gmii_rx_er_o <= ctl_rise_i ^ ctl_fall_i;
    end

    always_ff @(posedge clk_i) begin
        before_q <= rxd_rise_i;
        if (rst_i || !status) same_q <= '0;
        else if (rxd_rise_i != before_q || same_q == '0) same_q <= 2'd1;
        else if (same_q != 2'd3) same_q <= same_q + 1'b1;

        if (rst_i) {full_duplex_o, speed_o, link_o} <= '0;
        else if (status && same_q >= 2'd2 && rxd_rise_i == before_q)
            {full_duplex_o, speed_o, link_o} <= rxd_rise_i;
    end
endmodule

`default_nettype wire
