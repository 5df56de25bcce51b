// SPDX-License-Identifier: Apache-2.0
// MDIO station management, IEEE 802.3 clause 22: one frame of 64 bits for each start, preamble included. Clause 45
// registers are reached through the PHY's registers 13 and 14.
`default_nettype none

module nic_mdio #(
    parameter int unsigned SYS_MHZ = 60
) (
    input wire clk_i,
    input wire rst_i,

    // start: a pulse, ignored while busy; the others count in that clock. rdata and no_answer are those of the last
    // frame and valid while busy is 0 (after reset: 0); no_answer: nobody pulled the second turnaround bit of a read low (22.2.4.5.10).
    input wire start_i,
    input wire write_i,
    input wire [4:0] phy_i,
    input wire [4:0] reg_i,
    input wire [15:0] wdata_i,
    output logic busy_o,
    output wire [15:0] rdata_o,
    output wire no_answer_o,

    // Pins. MDC is at most 2.5 MHz and rests low between frames; MDIO changes when it falls. A PHY answers within
    // 300 ns of its rise (22.3.4). mdio_i needs no clock of ours.
    output logic mdc_o,
    output logic mdio_o,
    output logic mdio_oe_o,
    input wire mdio_i
);
    // At least 200 ns.
    localparam int unsigned HALF = (SYS_MHZ + 4) / 5;
    localparam int unsigned HALF_WIDTH = HALF < 2 ? 1 : $clog2(HALF);

    logic [HALF_WIDTH-1:0] half_q;
    logic [5:0] bit_q;              // of the frame; the preamble is bits 0 to 31
    logic mdc_q, write_q, sample_q;
    // Sent from the top while what is on the wire comes in from below.
    logic [31:0] shift_q;
    wire mdio;

    wire turn = half_q == '0;

    assign rdata_o = shift_q[15:0];
    assign no_answer_o = !write_q && shift_q[16];

    nic_sync u_sync (.clk_i(clk_i), .rst_i(rst_i), .d_i(mdio_i), .q_o(mdio));

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            busy_o <= 1'b0;
            mdc_q <= 1'b0;
            write_q <= 1'b1;
        end else if (!busy_o) begin
            if (start_i) begin
                busy_o <= 1'b1;
                write_q <= write_i;
            end
        end else if (turn) begin
            mdc_q <= !mdc_q;
            if (mdc_q && &bit_q) busy_o <= 1'b0;
        end
    end

    wire load = start_i && !busy_o;
    wire rises = busy_o && turn && !mdc_q;
    wire falls = busy_o && turn && mdc_q;

    always_ff @(posedge clk_i) begin
        half_q <= !busy_o || turn ? HALF_WIDTH'(HALF - 1) : half_q - 1'b1;
        if (!busy_o) bit_q <= '0;
        else if (falls) bit_q <= bit_q + 1'b1;
        if (rises) sample_q <= mdio;
        if (rst_i) shift_q <= '0;
        else if (load || (falls && bit_q[5]))
            shift_q <= load ? {2'b01, write_i ? 2'b01 : 2'b10, phy_i, reg_i, 2'b10, wdata_i} : {shift_q[30:0], sample_q};
    end

    // A read gives the wire away for the turnaround, bits 46 and 47, and the data.
    always_ff @(posedge clk_i) begin
        mdc_o <= mdc_q;
        mdio_o <= !bit_q[5] || shift_q[31];
        mdio_oe_o <= busy_o && !rst_i && (write_q || bit_q < 6'd46);
    end
endmodule

`default_nettype wire
