// SPDX-License-Identifier: Apache-2.0
// What nic_tx_parser promises, for any bytes: a record is accepted exactly when its last byte is
// taken and the whole of it keeps the format; what is stored by then is the control byte, the
// launch time and the frame; a violation is seen at once, and nothing is accepted from there until
// the flush.
`default_nettype none

module nic_tx_parser_formal #(
    // Small, so that the cover reaches a record that is too long. Lengths are free, 0..65535.
    parameter int unsigned MAX_FRAME = 8
) (
    input wire clk_i,
    input wire rst_i,
    input wire flush_i,
    input wire out_valid_i,
    input wire [7:0] out_data_i,
    input wire buf_ready_i,
    input wire room_i
);
    import nic_regs_pkg::*;

    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;

    // Bytes taken of the record, counted outside; what they were.
    logic [17:0] taken_q;
    logic [15:0] length_q;
    logic [7:0] flags_q, xor_q;
    logic violated_q;

    wire out_ready, halt, error, accept, tag_we, buf_valid, buf_last, buf_commit, buf_drop, idle;
    wire [2:0] error_status;
    wire [1:0] tag_byte;
    wire [8:0] tag_data;
    wire [7:0] buf_data;

    nic_tx_parser #(.MAX_FRAME(MAX_FRAME)) u_dut (
        .clk_i,
        .rst_i(rst),
        .flush_i,
        .out_valid_i,
        .out_ready_o(out_ready),
        .out_data_i,
        .out_halt_o(halt),
        .error_o(error),
        .error_status_o(error_status),
        // Room that was there for the first byte stays.
        .room_i(room_i || taken_q != '0),
        .accept_o(accept),
        .tag_we_o(tag_we),
        .tag_byte_o(tag_byte),
        .tag_data_o(tag_data),
        .buf_valid_o(buf_valid),
        .buf_ready_i,
        .buf_data_o(buf_data),
        .buf_last_o(buf_last),
        .buf_commit_o(buf_commit),
        .buf_drop_o(buf_drop),
        .idle_o(idle)
    );

    wire take = out_valid_i && out_ready && !flush_i;
    wire [17:0] size = (18'd16 + 18'(length_q) + 18'd3) & ~18'd3;
    wire whole = taken_q + 18'd1 == size;
    wire judged = taken_q >= 18'd4;
    wire bad_word = judged && (xor_q != 8'h5a || flags_q[7:5] != '0 || length_q == '0);
    wire padding = judged && taken_q >= 18'd16 + 18'(length_q);
    wire bad_byte = take && padding && out_data_i != '0;
    wire violation = !violated_q && (bad_word || bad_byte);
    wire launch = flags_q[1];
    wire too_long = 18'(length_q) + (flags_q[2] ? 18'd0 : 18'd4) > 18'(MAX_FRAME);

    always_ff @(posedge clk_i) begin
        if (rst || flush_i) begin
            taken_q <= '0;
            xor_q <= '0;
            violated_q <= 1'b0;
        end else begin
            if (violation) violated_q <= 1'b1;
            if (take) begin
                taken_q <= whole && judged ? '0 : taken_q + 1'b1;
                if (taken_q == 18'd0) length_q[7:0] <= out_data_i;
                if (taken_q == 18'd1) length_q[15:8] <= out_data_i;
                if (taken_q == 18'd2) flags_q <= out_data_i;
                if (!judged) xor_q <= (taken_q == '0 ? 8'd0 : xor_q) ^ out_data_i;
            end
        end
    end

    // Bytes stored since the last commit or drop.
    logic [17:0] stored_q;
    wire [17:0] stored = stored_q + 18'(buf_valid);
    wire [17:0] expected = too_long ? 18'd1 : 18'd1 + (launch ? 18'd8 : 18'd0) + 18'(length_q);
    logic flushed_q, halted_q;

    always_ff @(posedge clk_i) begin
        if (rst || buf_commit || buf_drop) stored_q <= '0;
        else stored_q <= stored;
        flushed_q <= rst || flush_i;
        halted_q <= !rst && halt && !flush_i;
    end

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // Accepted exactly then; and a commit is an acceptance.
            a_accept: assert (accept == (take && judged && !violated_q && !violation && whole));
            a_commit: assert (buf_commit == accept);
            // A violation is seen in the clock in which it exists, once, and stops the stream until
            // the flush.
            a_error: assert (error == (violation && !flush_i));
            a_halt: assert (halt == violated_q);
            a_halt_takes_nothing: assert (!halt || !take);
            // The code of the first thing that is wrong.
            if (violated_q && bad_word)
                a_status: assert (error_status == (xor_q != 8'h5a ? STREAM_ERROR_CHECK[2:0] :
                                  flags_q[7:5] != '0 ? STREAM_ERROR_RESERVED[2:0] :
                                      STREAM_ERROR_LENGTH[2:0]));
            // Only bytes that there is room for are stored, and nothing while dropping.
            a_store_ready: assert (!buf_valid || (take && buf_ready_i));
            a_drop_alone: assert (!buf_drop || (!buf_valid && !buf_commit));
            // The control byte, then eight launch bytes if there is a launch time, then the frame,
            // each as it came.
            if (buf_valid && taken_q < 18'd8)
                a_control: assert (stored_q == '0 && taken_q == 18'd7 &&
                                   buf_data == (too_long ? 8'h80 : {4'd0, flags_q[4:1]}));
            if (buf_valid && taken_q >= 18'd8 && taken_q < 18'd16)
                a_launch: assert (launch && !too_long && buf_data == out_data_i &&
                    stored_q == taken_q - 18'd7);
            if (buf_valid && taken_q >= 18'd16)
                a_frame: assert (!too_long && !padding && buf_data == out_data_i &&
                                 stored_q == taken_q - (launch ? 18'd7 : 18'd15));
            // All of it is there when the record is accepted, and the last byte is marked.
            if (accept) a_stored: assert (stored == expected);
            if (buf_valid && !bad_word) a_last: assert (buf_last == (stored == expected));
            // A record is begun only with room; a violation or a flush leaves nothing behind.
            a_begin: assert (!take || taken_q != '0 || room_i);
            a_dropped: assert ((!halted_q && !flushed_q) || stored_q == '0);
            // Tag bytes with the REPORT flag.
            a_tag: assert (tag_we == (take && taken_q >= 18'd4 && taken_q < 18'd8));
            if (tag_we) a_tag_data: assert (tag_byte == taken_q[1:0] &&
                tag_data == {flags_q[0], out_data_i});
            // A flush takes every byte and leaves the parser at a record boundary, a byte a clock
            // otherwise.
            a_flush: assert (!flush_i || out_ready);
            a_flushed: assert (!flushed_q || (taken_q == '0 && idle));
            a_rate: assert (out_ready || halt || !buf_ready_i || (taken_q == '0 && !room_i));
            a_idle: assert (idle == (taken_q == '0 && !halt));

            // Helpers: what the parser's registers mean.
            if (!violated_q) begin
                h_bounds: assert (judged ? bad_word || taken_q < size : taken_q < 18'd4);
                h_word: assert (!bad_word || taken_q == 18'd4);
                h_header: assert ((u_dut.state_q == 2'd0) == (taken_q < 18'd16));
                h_data: assert ((u_dut.state_q == 2'd1) == (taken_q >= 18'd16 && !padding));
                h_pad: assert ((u_dut.state_q == 2'd2) == (taken_q >= 18'd16 && padding));
                h_pos: assert (u_dut.pos_q == (taken_q < 18'd16 ? taken_q[3:0] :
                    {2'd0, taken_q[1:0]}));
                h_check: assert (taken_q > 18'd4 || u_dut.check_q == (8'h5a ^ (taken_q == '0 ?
                    8'd0 : xor_q)));
                h_flags: assert (taken_q < 18'd3 || u_dut.flags_q == flags_q);
                h_left_lo: assert (taken_q != 18'd1 || u_dut.left_q[7:0] == length_q[7:0]);
                h_left: assert (taken_q < 18'd2 || taken_q > 18'd5 || u_dut.left_q == length_q);
                h_left_header: assert (taken_q < 18'd6 || taken_q > 18'd16 ||
                    u_dut.left_q == length_q - 1'b1);
                h_left_data: assert (taken_q < 18'd16 || padding ||
                                     18'(u_dut.left_q) == 18'(length_q) + 18'd15 - taken_q);
                h_too_long: assert (taken_q < 18'd5 || u_dut.too_long_q == too_long);
                h_stored: assert (stored_q == (taken_q < 18'd8 ? 18'd0 : too_long ? 18'd1 :
                                  taken_q < 18'd16 ? (launch ? taken_q - 18'd7 : 18'd1) :
                                  padding ? expected : taken_q - (launch ? 18'd7 : 18'd15)));
            end

            c_accept_padded: cover (accept && padding && launch && length_q == 16'd5);
            c_accept_unpadded: cover (accept && length_q == 16'd4 && !launch);
            c_too_long: cover (accept && too_long);
            c_fcs_not_too_long: cover (accept && !too_long && length_q == 16'(MAX_FRAME - 3));
            c_bad_check: cover (halt && error_status == STREAM_ERROR_CHECK[2:0]);
            c_bad_reserved: cover (halt && error_status == STREAM_ERROR_RESERVED[2:0]);
            c_bad_length: cover (halt && error_status == STREAM_ERROR_LENGTH[2:0]);
            c_bad_padding: cover (halt && error_status == STREAM_ERROR_PADDING[2:0]);
        end
    end
endmodule

`default_nettype wire
