// SPDX-License-Identifier: Apache-2.0
// Cuts the OUT byte stream into TX records (tx_header of nic.rdl), checks them, and writes each
// into the frame buffer as a control byte, eight launch bytes if the record has a launch time, and
// the frame. Interprets no launch time and no tag.
`default_nettype none

module nic_tx_parser #(
    parameter int unsigned MAX_FRAME = 1522
) (
    input wire clk_i,
    input wire rst_i,

    // NIC reset: while high every byte is taken and ignored, a record begun is dropped, a halt is
    // forgotten; afterwards the next byte is the first of a record.
    input wire flush_i,

    // OUT stream, a byte a clock.
    input wire out_valid_i,
    output wire out_ready_o,
    input wire [7:0] out_data_i,
    // A record broke the format: nothing more is taken until flush_i.
    output wire out_halt_o,

    // Pulse in the clock in which a violation is found, before out_halt_o; the code (enum
    // stream_error) is stable from the clock after until the next violation.
    output wire error_o,
    output logic [2:0] error_status_o,

    // High: one more record may be accepted. Looked at before the first byte of a record; stays
    // until accept_o.
    input wire room_i,
    // A record is accepted: its last byte, padding included, is taken in this clock.
    output wire accept_o,
    // Tag bytes, four for each record begun, in the slot of the next record to be accepted:
    // {REPORT, byte}.
    output wire tag_we_o,
    output wire [1:0] tag_byte_o,
    output wire [8:0] tag_data_o,

    // Write side of nic_frame_fifo. Control byte: bit 0 LAUNCH, 1 HAS_FCS, 2 NO_PAD, 3 TX_ERROR; or
    // bit 7 alone for a record that is too long, of which nothing else is stored.
    output wire buf_valid_o,
    input wire buf_ready_i,
    output wire [7:0] buf_data_o,
    output wire buf_last_o,
    output wire buf_commit_o,
    output wire buf_drop_o,

    // At a record boundary and not halted.
    output wire idle_o
);
    import nic_regs_pkg::*;

    if (MAX_FRAME < 5 || MAX_FRAME > 65535) $fatal(1, "nic_tx_parser: MAX_FRAME must be 5..65535");

    typedef enum logic [1:0] {HEADER, DATA, PAD} state_e;
    state_e state_q;
    logic [3:0] pos_q;          // byte of the header; below, only the two low bits count on
    logic [15:0] left_q;        // length; from byte 6 on one less, so that the last byte is at zero
    logic [7:0] check_q;        // XOR over bytes 0..3 and the constant: zero if they are right
    logic [7:0] flags_q;
    logic too_long_q;
    logic halt_q;

    wire header = state_q == HEADER;
    wire boundary = header && pos_q == 4'd0;
    wire take = out_valid_i && out_ready_o;
    wire put = take && !flush_i;
    wire left_zero = left_q == 16'd0;
    wire last = state_q == DATA && left_zero;
    wire ends = pos_q[1:0] == 2'd3 && (last || state_q == PAD);

    wire launch = flags_q[TX_HEADER_WORD0_LAUNCH_LSB-16];
    wire has_fcs = flags_q[TX_HEADER_WORD0_HAS_FCS_LSB-16];

    // The first word is judged once it is complete, whether or not a byte follows.
    wire judge = header && pos_q == 4'd4 && !halt_q && !flush_i;
    wire bad_check = check_q != 8'd0;
    wire bad_flags = flags_q[7:5] != 3'd0;
    wire bad_word = judge && (bad_check || bad_flags || left_zero);
    wire bad_padding = put && state_q == PAD && out_data_i != 8'd0;

    // The buffer's ready is asked for every byte: a frame always fits, so that it comes, and the
    // padding costs nothing.
    assign out_ready_o = flush_i || (!halt_q && buf_ready_i && (room_i || !boundary));
    assign out_halt_o = halt_q;
    assign error_o = bad_word || bad_padding;
    assign idle_o = boundary && !halt_q;

    assign accept_o = put && ends && !bad_padding;

    assign tag_we_o = put && header && pos_q[3:2] == 2'd1;
    assign tag_byte_o = pos_q[1:0];
    assign tag_data_o = {flags_q[TX_HEADER_WORD0_REPORT_LSB-16], out_data_i};

    wire control = header && !pos_q[3];
    wire stores = header ? pos_q[3] && launch : state_q == DATA;
    assign buf_valid_o = put && ((header && pos_q == 4'd7) || (stores && !too_long_q));
    assign buf_data_o = control ? {too_long_q, 3'd0, {4{!too_long_q}} & flags_q[4:1]} : out_data_i;
    assign buf_last_o = control ? too_long_q : last;
    assign buf_commit_o = accept_o;
    assign buf_drop_o = flush_i || halt_q;

    always_ff @(posedge clk_i) begin
        if (rst_i || flush_i) begin
            state_q <= HEADER;
            pos_q <= '0;
        end else if (take) begin
            pos_q[1:0] <= pos_q[1:0] + 1'b1;
            pos_q[3:2] <= header ? pos_q[3:2] + 2'(pos_q[1:0] == 2'd3) : 2'd0;
            if (header && pos_q == 4'd15) state_q <= DATA;
            else if (ends) state_q <= HEADER;
            else if (last) state_q <= PAD;
        end
    end

    always_ff @(posedge clk_i) begin
        if (put && boundary) left_q[7:0] <= out_data_i;
        else if (put && header && pos_q == 4'd1) left_q[15:8] <= out_data_i;
        else if (put && ((header && pos_q == 4'd5) || state_q == DATA)) left_q <= left_q - 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || flush_i || !header || pos_q[3]) check_q <= 8'h5a;
        else if (take && !pos_q[2]) check_q <= check_q ^ out_data_i;
    end

    always_ff @(posedge clk_i) begin
        if (put && header && pos_q == 4'd2) flags_q <= out_data_i;
    end

    // The FCS counts as part of the frame: without HAS_FCS four octets are still to come.
    always_ff @(posedge clk_i) begin
        if (header && pos_q == 4'd4)
            too_long_q <= left_q > 16'(MAX_FRAME) || (left_q > 16'(MAX_FRAME - 4) && !has_fcs);
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || flush_i) halt_q <= 1'b0;
        else if (error_o) halt_q <= 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (bad_padding) error_status_o <= STREAM_ERROR_PADDING[2:0];
        else if (bad_word)
            error_status_o <= bad_check ? STREAM_ERROR_CHECK[2:0] :
                              bad_flags ? STREAM_ERROR_RESERVED[2:0] : STREAM_ERROR_LENGTH[2:0];
    end

`ifndef SYNTHESIS
    logic boundary_q;
    always_ff @(posedge clk_i) begin
        boundary_q <= rst_i || flush_i;
        if (!rst_i) begin
            // Nothing is committed by a record that broke the format.
            a_commit_clean: assert (!accept_o || (!halt_q && !error_o));
            // A flush leaves the parser at a record boundary.
            a_flush_boundary: assert (!boundary_q || boundary);
            // A record is begun only with room for it, and the room stays.
            a_room: assert (!accept_o || room_i);
        end
    end
`endif
endmodule

`default_nettype wire
