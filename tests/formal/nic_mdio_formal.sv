// SPDX-License-Identifier: Apache-2.0
// What nic_mdio promises at its pins, from IEEE 802.3 clause 22: every frame is 64 clocks, each half at least as long as
// it must be; what is sent is the frame asked for, bit by bit; MDIO stands still from before MDC rises until it has
// fallen; the wire is given away from a read's turnaround on, and always between frames; busy ends.
`default_nettype none

module nic_mdio_formal (
    input wire clk_i,
    input wire start_i,
    input wire write_i,
    input wire [4:0] phy_i,
    input wire [4:0] reg_i,
    input wire [15:0] wdata_i,
    input wire mdio_i
);
    localparam int unsigned HALF = 2;

    logic rst_q = 1'b1;
    always_ff @(posedge clk_i) rst_q <= 1'b0;

    wire busy, no_answer, mdc, mdio, oe;
    wire [15:0] rdata;

    nic_mdio #(.SYS_MHZ(5 * HALF)) u_dut (
        .clk_i, .rst_i(rst_q), .start_i, .write_i, .phy_i, .reg_i, .wdata_i,
        .busy_o(busy), .rdata_o(rdata), .no_answer_o(no_answer),
        .mdc_o(mdc), .mdio_o(mdio), .mdio_oe_o(oe), .mdio_i
    );

    // The frame as 22.2.4.5 draws it, first bit on the left; 'rises' counts the clocks of it that the pins have shown.
    logic [63:0] frame_q;
    logic read_q, under_way_q, mdc_q, mdio_q, oe_q, seen_q;
    logic [6:0] rises_q;
    logic [2:0] level_q;            // clocks since MDC changed, saturating
    logic [8:0] busy_q;             // clocks busy
    wire rise = mdc && !mdc_q && seen_q;
    wire [5:0] at = 6'd63 - rises_q[5:0];

    always_ff @(posedge clk_i) begin
        seen_q <= !rst_q;
        mdc_q <= mdc;
        mdio_q <= mdio;
        oe_q <= oe;
        if (rst_q) begin
            rises_q <= '0;
            level_q <= '1;
            busy_q <= '0;
            read_q <= 1'b0;
            frame_q <= '0;
        end else begin
            if (start_i && !busy) begin
                frame_q <= {32'hffffffff, 2'b01, write_i ? 2'b01 : 2'b10, phy_i, reg_i, 2'b10, wdata_i};
                read_q <= !write_i;
                rises_q <= '0;
            end else if (rise) rises_q <= rises_q + 1'b1;
            level_q <= mdc != mdc_q && seen_q ? 3'd1 : level_q + 3'(level_q != '1);
            busy_q <= busy ? busy_q + 1'b1 : '0;
        end
    end

    // The pins are a clock behind the rest, so they show a frame's end in the first clock that is not busy.
    logic after_q;
    always_ff @(posedge clk_i) after_q <= !rst_q && busy;

    always_ff @(posedge clk_i) begin
        if (!rst_q && seen_q) begin
            a_half: assert (mdc == mdc_q || level_q >= 3'(HALF));
            a_still: assert (!(mdc || rise) || (mdio == mdio_q && oe == oe_q));
            if (rise) begin
                a_length: assert (rises_q < 7'd64);
                a_drives: assert (oe == (!read_q || rises_q < 7'd46));
                a_bit: assert (!oe || mdio == frame_q[at]);
            end
            a_whole: assert (busy || !after_q || rises_q + 7'(rise) == 7'd64);
            a_rest: assert (busy || after_q || (!mdc && !oe));
            a_ends: assert (busy_q <= 9'(128 * HALF));
            c_read: cover (!busy && after_q && read_q && !no_answer && rdata == 16'h1234);
            c_write: cover (!busy && after_q && !read_q);
        end
    end
endmodule

`default_nettype wire
