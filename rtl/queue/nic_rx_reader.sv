// SPDX-License-Identifier: Apache-2.0
// Read side of the receive queue: makes the IN stream of records (header of nic.rdl rx_header, octets, zeros up to a
// multiple of four), empties the buffer for a NIC reset, counts frames that were lost for want of room.
`default_nettype none

module nic_rx_reader #(
    parameter int unsigned FRAMES = 64,
    localparam int unsigned SLOT_WIDTH = $clog2(FRAMES)
) (
    input wire clk_i,
    input wire rst_i,

    // nic_frame_fifo: only whole frames.
    input wire fifo_valid_i,
    output wire fifo_ready_o,
    input wire [7:0] fifo_data_i,
    input wire fifo_last_i,

    // nic_rx_table: header words of the frame that the frame buffer shows, two octets each.
    output wire head_re_o,
    output wire [SLOT_WIDTH+2:0] head_addr_o,
    input wire head_busy_i,
    input wire [15:0] head_data_i,

    // IN stream. in_last_o goes with the last byte of a record when no further frame waited at that time.
    output logic in_valid_o,
    input wire in_ready_i,
    output logic [7:0] in_data_o,
    output logic in_last_o,

    // Level, NIC reset, held until flushed_o: everything stored is discarded. While in_flush_o is high the receiver of
    // the stream throws away what it holds, and valid may fall; after it the stream is at the start of a record.
    input wire flush_i,
    output wire flushed_o,
    output wire in_flush_o,

    // A frame was lost (pulse). loss_count_o frames were since the last loss_taken_i (pulse, only while valid); 65535
    // stands for that and more.
    input wire loss_i,
    output logic loss_valid_o,
    output logic [15:0] loss_count_o,
    input wire loss_taken_i,

    // Nothing is stored or under way.
    output wire idle_o
);
    typedef enum logic [2:0] {
        IDLE, // no frame is waiting
        HEAD, // header octets; position_q[3:0] is the next one
        DATA, // frame octets, also of a frame that is discarded
        PAD,  // zeros until position_q[1:0] is 0
        TAIL  // the last byte is held back for a clock, to see whether a further frame waits
    } state_t;

    state_t state_q, state_d;
    logic [3:0] position_q;
    logic have_q; // head_data_i is the word at position_q
    logic drain_q;
    logic [SLOT_WIDTH-1:0] slot_q;

    wire drain = flush_i || drain_q;
    wire room = !in_valid_o || in_ready_i;
    wire at_head = state_q == HEAD;
    wire head_byte = at_head && have_q && room && !drain;
    wire data_byte = state_q == DATA && fifo_valid_i && (room || drain);
    wire pad_byte = state_q == PAD && room && !drain;
    wire aligned = position_q[1:0] == 2'd3;
    wire final_byte = aligned && ((data_byte && fifo_last_i) || pad_byte);

    always_comb begin
        state_d = state_q;
        unique case (state_q)
            IDLE: if (fifo_valid_i) state_d = HEAD;
            HEAD: if (drain || (head_byte && position_q == 4'd15)) state_d = DATA;
            DATA: if (data_byte && fifo_last_i) state_d = drain ? IDLE : aligned ? TAIL : PAD;
            PAD: if (drain) state_d = IDLE;
                else if (pad_byte && aligned) state_d = TAIL;
            default: state_d = fifo_valid_i && !drain ? HEAD : IDLE;
        endcase
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) state_q <= IDLE;
        else state_q <= state_d;
    end

    // A record has a multiple of four bytes, its header sixteen: so the count is right for the padding, too.
    always_ff @(posedge clk_i) begin
        if (state_q == IDLE || state_q == TAIL) position_q <= '0;
        else if (head_byte || data_byte || pad_byte) position_q <= position_q + 1'b1;
    end

    // A header word is fetched when its frame shows or the word before has gone, and again if the table was in use for
    // something else meanwhile.
    wire used = head_byte && position_q[0];
    wire [2:0] next_word = at_head ? position_q[3:1] + 3'(used) : 3'd0;

    assign head_re_o = at_head ? !have_q || used : fifo_valid_i && (state_q == IDLE || state_q == TAIL);
    assign head_addr_o = {slot_q, next_word};

    always_ff @(posedge clk_i) begin
        if (rst_i) have_q <= 1'b0;
        else have_q <= !head_busy_i && (head_re_o || (at_head && have_q));
    end

    assign fifo_ready_o = state_q == DATA && (room || drain);

    always_ff @(posedge clk_i) begin
        if (rst_i) slot_q <= '0;
        else if (data_byte && fifo_last_i) slot_q <= slot_q + 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || drain) in_valid_o <= 1'b0;
        else if (state_q == TAIL) in_valid_o <= 1'b1;
        else if (room) in_valid_o <= (head_byte || data_byte || pad_byte) && !final_byte;
    end

    always_ff @(posedge clk_i) begin
        if (head_byte) in_data_o <= position_q[0] ? head_data_i[15:8] : head_data_i[7:0];
        else if (data_byte) in_data_o <= fifo_data_i;
        else if (pad_byte) in_data_o <= '0;
    end

    always_ff @(posedge clk_i) begin
        if (state_q == TAIL) in_last_o <= !fifo_valid_i;
        else if (room) in_last_o <= 1'b0;
    end

    // Discarding goes on to the end of a frame, whatever flush_i does.
    always_ff @(posedge clk_i) begin
        if (rst_i) drain_q <= 1'b0;
        else drain_q <= drain && state_d != IDLE;
    end

    assign in_flush_o = drain;
    assign flushed_o = flush_i && state_q == IDLE && !fifo_valid_i && !in_valid_o;
    assign idle_o = state_q == IDLE && !fifo_valid_i && !in_valid_o && !loss_valid_o;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            loss_valid_o <= 1'b0;
            loss_count_o <= '0;
        end else if (loss_taken_i) begin
            loss_valid_o <= loss_i;
            loss_count_o <= 16'(loss_i);
        end else if (loss_i) begin
            loss_valid_o <= 1'b1;
            if (loss_count_o != '1) loss_count_o <= loss_count_o + 1'b1;
        end
    end
endmodule

`default_nettype wire
