// SPDX-License-Identifier: Apache-2.0
// The receive half of RMII 1.2 to MII: pairs of bits to nibbles, data valid recovered from CRS_DV, which toggles at the end of
// a frame while the PHY still has bits of it.
`default_nettype none

module nic_rmii_rx (
    // REF_CLK, 50 MHz.
    input wire clk_i,
    input wire rst_i,

    // Quasi-static, of this domain.
    input wire mbps100_i,

    // Pins, synchronous to clk_i but for the rise of crs_dv, which may be at any time (RMII 1.2, 5.2): the board has registered
    // them once. rx_er is 0 where a PHY does not bring it out.
    input wire [1:0] rmii_rxd_i,
    input wire rmii_crs_dv_i,
    input wire rmii_rx_er_i,

    // To the MAC: a nibble of a frame, or none, in clocks with ce_o. The first one is of the preamble, and the nibbles are
    // those of the SFD, wherever the preamble began: it may lose a pair of bits, never the frame.
    output logic ce_o,
    output logic [3:0] mii_rxd_o,
    output logic mii_rx_dv_o,
    output logic mii_rx_er_o
);
    // IDLE: no carrier, or zeros while the PHY looks for the preamble. NOISE: carrier without a frame (5.2.1), until it ends.
    typedef enum logic [1:0] {IDLE, PREAMBLE, DATA, NOISE} state_t;

    state_t state_q;
    logic [1:0] rxd_q, low_q;
    logic crs_dv_q, er_q, low_er_q;
    logic second_q;                 // the next pair of bits is the second of a nibble
    logic quiet_q;                  // the pair before had no crs_dv
    logic [3:0] count_q;            // clocks to the next pair of bits
    logic [4:0] idle_q;             // clocks to the next empty nibble between frames

    wire pair = count_q == '0;
    // The SFD ends with the first 11: it is the second pair of its nibble.
    wire sfd = state_q == PREAMBLE && rxd_q == 2'b11;
    wire nibble = pair && (second_q || sfd);
    wire frame = state_q == PREAMBLE || state_q == DATA;

    always_ff @(posedge clk_i) begin
        rxd_q <= rmii_rxd_i;
        crs_dv_q <= rmii_crs_dv_i;
        er_q <= rmii_rx_er_i;
    end

    // At 10 Mb/s the bits stand for ten clocks and are taken in the middle. While there is no frame every clock is looked
    // at; the first 01 of the preamble is taken at once and shows where the middle of those behind it is.
    always_ff @(posedge clk_i) begin
        if (rst_i || mbps100_i || (state_q == IDLE && !(crs_dv_q && rxd_q != 2'b00))) count_q <= '0;
        else if (state_q == IDLE) count_q <= 4'd14;
        else count_q <= pair ? 4'd9 : count_q - 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            // Half a frame is no frame: carrier must have gone first.
            state_q <= NOISE;
            second_q <= 1'b0;
            quiet_q <= 1'b0;
        end else if (pair) begin
            quiet_q <= !crs_dv_q;
            second_q <= frame && !nibble;
            case (state_q)
                IDLE: if (crs_dv_q && rxd_q == 2'b01) begin
                    state_q <= PREAMBLE;
                    second_q <= 1'b1;
                end else if (crs_dv_q && rxd_q != 2'b00) state_q <= NOISE;
                NOISE: if (quiet_q && !crs_dv_q) state_q <= IDLE;
                // Without crs_dv at the second pair of a nibble the frame is over, and that nibble no longer of it; at the
                // first pair it only says that the carrier is gone (5.2).
                default: if (nibble && !crs_dv_q) state_q <= IDLE;
                    else if (sfd) state_q <= DATA;
            endcase
        end
        if (pair) begin
            low_q <= rxd_q;
            low_er_q <= er_q;
        end
    end

    // The first empty nibble follows the frame at once, so that it is over for the MAC as soon as the next can begin; then they come
    // at the rate of nibbles, which internal loopback plays its frames by.
    always_ff @(posedge clk_i) begin
        if (rst_i || frame) idle_q <= '0;
        else if (idle_q == '0) idle_q <= mbps100_i ? 5'd1 : 5'd19;
        else idle_q <= idle_q - 1'b1;
    end

    always_ff @(posedge clk_i) begin
        ce_o <= frame ? nibble : idle_q == '0;
        mii_rxd_o <= {rxd_q, low_q};
        mii_rx_dv_o <= frame && crs_dv_q && !rst_i;
        mii_rx_er_o <= er_q || low_er_q;
    end
endmodule

`default_nettype wire
