// SPDX-License-Identifier: Apache-2.0
// Write side of the receive queue: puts the octets of each frame into the frame buffer and decides at its end whether
// it stays (header words, then commit) or vanishes; counts the sequence, reports each frame once, drives XOFF.
// The address rules are in nic_rx_filter.
`default_nettype none

module nic_rx_writer
    import nic_regs_pkg::*;
#(
    parameter int unsigned BUF_BYTES = 4096,
    parameter int unsigned FRAMES = 64,
    localparam int unsigned FILL_WIDTH = $clog2(BUF_BYTES) + 1,
    localparam int unsigned SLOT_WIDTH = $clog2(FRAMES)
) (
    input wire clk_i,
    input wire rst_i,

    // nic_mac: SFD; then octets from destination address to the last before the FCS; then the end, with the last octet
    // or after it. From an end to the next frame's first octet are eleven clocks; a frame that comes sooner is lost.
    input wire sfd_i,
    input wire valid_i,
    input wire [7:0] data_i,
    input wire end_i,
    input wire [3:0] error_i,
    input wire [13:0] octets_i,
    // Device time at SFD, from the frame's end for ten clocks.
    input wire [63:0] stamp_i,

    // Looked at when a frame ends. flush_i: NIC reset, every frame is over with cause RESET.
    input wire enable_i,
    input wire keep_bad_i,
    input wire flush_i,
    // Watermarks of xoff_o in units of 256 bytes, quasi-static. xoff_o rises at a fill of high or more, and falls at
    // low or less.
    input wire [15:0] high_i,
    input wire [15:0] low_i,
    output logic xoff_o,

    // nic_rx_filter.
    output wire octet_o,
    output wire first_o,
    output wire head_o,
    output wire [3:0] index_o,
    output wire [7:0] data_o,
    output wire [7:0] before_o,
    output wire end_o,
    output wire long_o,
    input wire pass_i,
    input wire is_broadcast_i,
    input wire is_multicast_i,

    // nic_frame_fifo.
    output wire fifo_valid_o,
    input wire fifo_ready_i,
    output wire [7:0] fifo_data_o,
    output wire fifo_last_o,
    output wire fifo_commit_o,
    output wire fifo_drop_o,
    input wire [FILL_WIDTH-1:0] fifo_fill_i,
    input wire fifo_full_i,

    // nic_rx_table: the eight header words of a frame, written before its commit. The check byte is in place.
    output wire side_we_o,
    output wire [SLOT_WIDTH+2:0] side_addr_o,
    output wire [15:0] side_wdata_o,

    // One pulse for every frame: each end of a frame whose SFD was seen.
    // Cause NONE: delivered and good; a bad frame has its class, delivered or not.
    output wire stat_valid_o,
    output wire [3:0] stat_cause_o,
    output wire stat_broadcast_o,
    output wire stat_multicast_o,
    output wire [13:0] stat_octets_o,
    // With stat_valid_o, for cause OVERFLOW.
    output wire loss_o,
    // No frame is coming in and the buffer is empty.
    output logic idle_o
);
    localparam int unsigned UNITS_WIDTH = FILL_WIDTH - 8;

    if (BUF_BYTES < 512 || BUF_BYTES > 65536) $fatal(1, "nic_rx_writer: BUF_BYTES must be 512..65536");

    // A frame goes through: in flight (frame_q), its last octet is stored (end_q, one clock), its fate is decided
    // (decide_q, one clock), its header is written and it is committed (side_q, eight clocks; the next is in flight).
    logic frame_q, first_q, end_q, decide_q, side_q;
    logic head_q, held_q, lost_q, stored_q;
    logic [7:0] data_q;
    logic [FILL_WIDTH-1:0] length_q;
    logic [3:0] error_q;
    logic [13:0] octets_q;
    logic vlan_q;

    logic [3:0] cause_q;
    logic wanted_q, keep_q;
    logic [2:0] step_q;
    logic [SLOT_WIDTH-1:0] slot_q;
    logic [31:0] sequence_q;
    logic carry_q;

    wire take = frame_q && valid_i;
    wire over = frame_q && end_i;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            frame_q <= 1'b0;
            end_q <= 1'b0;
            decide_q <= 1'b0;
        end else begin
            frame_q <= (frame_q && !over) || sfd_i;
            end_q <= over;
            decide_q <= end_q;
        end
    end

    always_ff @(posedge clk_i) begin
        if (over) begin
            error_q <= error_i;
            octets_q <= octets_i;
        end
    end

    always_ff @(posedge clk_i) begin
        if (sfd_i) first_q <= 1'b1;
        else if (take) first_q <= 1'b0;
    end

    // Each octet is held back until it is known whether another follows.
    always_ff @(posedge clk_i) begin
        if (take) data_q <= data_i;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || (end_q && !take)) held_q <= 1'b0;
        else if (take) held_q <= 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (take && first_q) length_q <= FILL_WIDTH'(1);
        else if (take) length_q <= length_q + 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || end_q) head_q <= 1'b0;
        else if (take) head_q <= first_q || (head_q && length_q[3:0] != 4'd15);
    end

    assign octet_o = take;
    assign first_o = first_q;
    assign head_o = head_q;
    assign index_o = length_q[3:0];
    assign data_o = data_i;
    assign before_o = data_q;
    assign end_o = over;
    assign long_o = octets_q[13:6] != '0;

    always_ff @(posedge clk_i) begin
        if (take && first_q) vlan_q <= 1'b0;
        else if (take && head_q && length_q[3:0] == 4'd13)
            vlan_q <= {data_q, data_i} == 16'h8100 || {data_q, data_i} == 16'h88a8;
    end

    assign fifo_valid_o = held_q && !lost_q && ((take && !first_q) || end_q);
    assign fifo_data_o = data_q;
    assign fifo_last_o = end_q;

    always_ff @(posedge clk_i) begin
        stored_q <= fifo_valid_o && fifo_ready_i;
    end

    // Nothing of a frame is stored after an octet that found no room, or while the one before is not committed.
    always_ff @(posedge clk_i) begin
        if (take && first_q) lost_q <= side_q || decide_q || end_q;
        else if (fifo_valid_o && !fifo_ready_i) lost_q <= 1'b1;
    end

    // The decision: first all but the room, then that.
    always_ff @(posedge clk_i) begin
        if (end_q) begin
            wanted_q <= 1'b0;
            if (flush_i) begin
                cause_q <= RX_ERROR_RESET;
            end else if (!enable_i) begin
                cause_q <= RX_ERROR_DISABLED;
            end else if (error_q != RX_ERROR_NONE) begin
                cause_q <= error_q;
                wanted_q <= keep_bad_i && !error_q[3] && pass_i;
            end else begin
                cause_q <= pass_i ? RX_ERROR_NONE : RX_ERROR_FILTER;
                wanted_q <= pass_i;
            end
        end
    end

    wire fits = stored_q && !fifo_full_i;
    wire deliver = decide_q && wanted_q && fits;
    wire loss = decide_q && cause_q == RX_ERROR_NONE && !fits;

    assign stat_valid_o = decide_q;
    assign stat_cause_o = cause_q == RX_ERROR_NONE && !fits ? RX_ERROR_OVERFLOW : cause_q;
    assign stat_broadcast_o = is_broadcast_i;
    assign stat_multicast_o = is_multicast_i;
    assign stat_octets_o = octets_q;
    assign loss_o = loss;

    // Header words, the second first: the class of a frame that follows at once may be there two clocks later.
    // A lost frame goes through the same steps for its sequence number.
    always_ff @(posedge clk_i) begin
        if (rst_i) side_q <= 1'b0;
        else if (deliver || loss) side_q <= 1'b1;
        else if (step_q == 3'd7) side_q <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (decide_q && !side_q) keep_q <= deliver;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) step_q <= '0;
        else if (side_q) step_q <= step_q + 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) slot_q <= '0;
        else if (fifo_commit_o) slot_q <= slot_q + 1'b1;
    end

    // The two halves take turns at one adder of 16 bits.
    wire counting = side_q && step_q[2:1] == 2'b01;
    wire [16:0] sum = {1'b0, sequence_q[15:0]} + 17'(!step_q[0] || carry_q);

    always_ff @(posedge clk_i) begin
        if (rst_i) sequence_q <= '0;
        else if (counting) sequence_q <= {sum[15:0], sequence_q[31:16]};
    end

    always_ff @(posedge clk_i) begin
        carry_q <= sum[16];
    end

    wire [15:0] length = 16'(length_q);
    wire [7:0] flags = {1'b0, vlan_q, is_multicast_i, is_broadcast_i, cause_q};
    logic [15:0] word;

    always_comb begin
        unique case (step_q)
            3'd0: word = {8'h5a ^ length[7:0] ^ length[15:8] ^ flags, flags};
            3'd1: word = length;
            3'd2, 3'd3: word = sequence_q[15:0];
            3'd4: word = stamp_i[15:0];
            3'd5: word = stamp_i[31:16];
            3'd6: word = stamp_i[47:32];
            3'd7: word = stamp_i[63:48];
        endcase
    end

    assign side_we_o = side_q && keep_q;
    assign side_addr_o = {slot_q, step_q[2:1], step_q[0] ^ (step_q[2:1] == 2'd0)};
    assign side_wdata_o = word;
    assign fifo_commit_o = side_q && keep_q && step_q == 3'd7;
    assign fifo_drop_o = decide_q && !deliver && !side_q;

    // Watermarks: the fill is at high or more, or over low. Both are one comparison, from the lowest bit up; what it
    // starts with says how an equal number of units counts.
    logic [UNITS_WIDTH-1:0] units_q;
    logic rest_q, beyond;
    wire [15:0] mark = xoff_o ? low_i : high_i;

    always_comb begin
        beyond = !xoff_o || rest_q;
        for (int i = 0; i < int'(UNITS_WIDTH); i++)
            beyond = units_q[i] != mark[i] ? units_q[i] : beyond;
        if (mark[15:UNITS_WIDTH] != '0) beyond = 1'b0;
    end

    always_ff @(posedge clk_i) begin
        units_q <= fifo_fill_i[FILL_WIDTH-1:8];
        rest_q <= fifo_fill_i[7:0] != '0;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) xoff_o <= 1'b0;
        else xoff_o <= beyond;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) idle_o <= 1'b0;
        else idle_o <= !frame_q && !end_q && !decide_q && !side_q && units_q == '0 && !rest_q;
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        if (!rst_i) begin
            // The MAC ends a frame before it begins another.
            a_sfd: assert (!(sfd_i && frame_q && !end_i));
            // A frame without error is no fragment, so the decisions on two of them are apart.
            a_good: assert (!(frame_q && end_i && error_i == RX_ERROR_NONE)
                || (!first_q && (!head_q || (valid_i && length_q[3:0] == 4'd15))));
        end
    end
`endif
endmodule

`default_nettype wire
