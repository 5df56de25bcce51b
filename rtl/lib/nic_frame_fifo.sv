// SPDX-License-Identifier: Apache-2.0
// Frame buffer between two clock domains, bytes in block RAM: a frame becomes visible to the reader as a whole when the
// writer commits it, and vanishes without trace when the writer drops it. Both pointers cross as whole words through
// nic_cdc_bus, which costs fewer look-up tables than Gray code at this width and lets the writer jump back.
`default_nettype none

module nic_frame_fifo #(
    parameter int unsigned BYTES = 4096,
    parameter int unsigned FRAMES = 64,
    // Bytes (of nine bits) of one block RAM.
    parameter int unsigned BANK_BYTES = 2048,
    localparam int unsigned ADDR_WIDTH = $clog2(BYTES),
    localparam int unsigned FRAME_WIDTH = $clog2(FRAMES)
) (
    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    // They may be released in any order; frames committed before rst_out_i is released are kept.
    input wire clk_in_i,
    input wire rst_in_i,
    // A byte is taken in a clock with valid and ready. Ready comes from a flip-flop and does not depend on valid; with
    // valid and not ready the byte is not taken, and the writer may wait or drop. A frame of up to BYTES - 1 fits.
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [7:0] in_data_i,
    // Set with exactly the last byte of a frame that will be committed.
    input wire in_last_i,
    // Commit: everything taken since the last commit or drop, a byte taken in this clock included, is one frame. The
    // writer guarantees at least one byte, in_last_i on the last one only, and not in_frames_full_o.
    input wire in_commit_i,
    // Drop: everything taken since the last commit, a byte taken in this clock included, is gone. Not with commit.
    input wire in_drop_i,
    // Bytes in the RAM, uncommitted ones included, without the three on their way out; never too low, too high by what
    // was read during the last few clocks.
    output wire [ADDR_WIDTH:0] in_fill_o,
    // FRAMES frames are held (a frame counts from its commit until its last byte has been taken, seen late).
    output wire in_frames_full_o,

    input wire clk_out_i,
    input wire rst_out_i,
    // Bytes of committed frames in order, a byte a clock without a gap, also between frames. Once valid, it stays and
    // the byte is stable until ready.
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [7:0] out_data_o,
    output wire out_last_o
);
    if (BYTES < 4 || BYTES != 1 << ADDR_WIDTH) $fatal(1, "nic_frame_fifo: BYTES must be a power of two");
    if (FRAMES < 2 || FRAMES != 1 << FRAME_WIDTH) $fatal(1, "nic_frame_fifo: FRAMES must be a power of two");

    // Write side. Pointers have one bit more than addresses, to tell full from empty.
    logic [ADDR_WIDTH:0] write_q, commit_q, read_in;
    logic [FRAME_WIDTH:0] frames_q, frames_read_in;
    logic ready_q;

    wire put = in_valid_i && in_ready_o;
    wire [ADDR_WIDTH:0] write_d = write_q + (ADDR_WIDTH+1)'(put);
    wire [FRAME_WIDTH:0] frames_held = frames_q - frames_read_in;

    // Read side.
    logic [ADDR_WIDTH:0] read_q, limit_out;
    logic [FRAME_WIDTH:0] frames_read_q;
    logic fetched_q, valid_q, kept_q;

    assign in_ready_o = ready_q;
    assign in_fill_o = write_q - read_in;
    assign in_frames_full_o = frames_held[FRAME_WIDTH];

    always_ff @(posedge clk_in_i) begin
        if (rst_in_i) write_q <= '0;
        else if (in_drop_i) write_q <= commit_q;
        else write_q <= write_d;
    end

    always_ff @(posedge clk_in_i) begin
        if (rst_in_i) commit_q <= '0;
        else if (in_commit_i) commit_q <= write_d;
    end

    // Ready for the next clock while one place is left after the byte that may be taken in this one.
    always_ff @(posedge clk_in_i) begin
        if (rst_in_i) ready_q <= 1'b0;
        else ready_q <= !in_fill_o[ADDR_WIDTH] && !(&in_fill_o[ADDR_WIDTH-1:0]);
    end

    always_ff @(posedge clk_in_i) begin
        if (rst_in_i) frames_q <= '0;
        else if (in_commit_i) frames_q <= frames_q + 1'b1;
    end

    // The latest pointers are sent over and over; what arrives is a few clocks old, which only delays.
    nic_cdc_bus #(.WIDTH(ADDR_WIDTH + 1)) u_commit (
        .clk_src_i(clk_in_i),
        .rst_src_i(rst_in_i),
        .src_valid_i(1'b1),
        .src_ready_o(),
        .src_data_i(commit_q),
        .clk_dst_i(clk_out_i),
        .rst_dst_i(rst_out_i),
        .dst_valid_o(),
        .dst_data_o(limit_out)
    );

    nic_cdc_bus #(.WIDTH(ADDR_WIDTH + 1 + FRAME_WIDTH + 1)) u_read (
        .clk_src_i(clk_out_i),
        .rst_src_i(rst_out_i),
        .src_valid_i(1'b1),
        .src_ready_o(),
        .src_data_i({frames_read_q, read_q}),
        .clk_dst_i(clk_in_i),
        .rst_dst_i(rst_in_i),
        .dst_valid_o(),
        .dst_data_o({frames_read_in, read_in})
    );

    // Each block RAM has a register of its own behind it, the choice between them comes last: a RAM takes most of a
    // period to answer and leaves no time for logic. Whether the reader takes a byte goes no further than to kept_q: what he
    // leaves is put aside, and the RAM knows of it a clock later.
    localparam int unsigned BANK_WIDTH = BANK_BYTES < BYTES ? $clog2(BANK_BYTES) : ADDR_WIDTH;
    localparam int unsigned BANKS = 1 << (ADDR_WIDTH - BANK_WIDTH);
    localparam int unsigned SELECT_WIDTH = BANKS > 1 ? $clog2(BANKS) : 1;
    wire advance = !valid_q || !kept_q;
    // Whether there is a byte to fetch does not stop the RAMs: what they read then is not looked at.
    wire read = !fetched_q || advance;
    wire fetch = read && read_q != limit_out;
    wire [SELECT_WIDTH-1:0] write_bank = SELECT_WIDTH'(write_q[ADDR_WIDTH-1:0] >> BANK_WIDTH);
    wire [SELECT_WIDTH-1:0] read_bank = SELECT_WIDTH'(read_q[ADDR_WIDTH-1:0] >> BANK_WIDTH);
    // A byte goes into its RAM a clock after it was taken, from flip-flops: the RAMs of a large buffer are far apart. It is there before
    // the pointer that shows it has left for the reader.
    logic [BANK_WIDTH-1:0] store_addr_q;
    logic [8:0] store_byte_q;
    logic [SELECT_WIDTH-1:0] fetched_bank_q, bank_q;
    logic [8:0] fetched[BANKS];
    logic [8:0] byte_q[BANKS];
    logic [8:0] kept_byte_q;

    always_ff @(posedge clk_in_i) begin
        store_addr_q <= write_q[BANK_WIDTH-1:0];
        store_byte_q <= {in_last_i, in_data_i};
    end

    for (genvar i = 0; i < BANKS; i++) begin : g_bank
        logic store_q;
        always_ff @(posedge clk_in_i) begin
            store_q <= put && write_bank == SELECT_WIDTH'(i) && !rst_in_i;
        end

        nic_ram #(.WIDTH(9), .DEPTH(1 << BANK_WIDTH)) u_ram (
            .clk_w_i(clk_in_i),
            .we_i(store_q),
            .waddr_i(store_addr_q),
            .wdata_i(store_byte_q),
            .clk_r_i(clk_out_i),
            .re_i(read),
            .raddr_i(read_q[BANK_WIDTH-1:0]),
            .rdata_o(fetched[i])
        );

        always_ff @(posedge clk_out_i) begin
            if (advance) byte_q[i] <= fetched[i];
        end
    end

    always_ff @(posedge clk_out_i) begin
        if (fetch) fetched_bank_q <= read_bank;
        if (advance) bank_q <= fetched_bank_q;
    end

    always_ff @(posedge clk_out_i) begin
        if (rst_out_i) read_q <= '0;
        else if (fetch) read_q <= read_q + 1'b1;
    end

    always_ff @(posedge clk_out_i) begin
        if (rst_out_i) begin
            fetched_q <= 1'b0;
            valid_q <= 1'b0;
            kept_q <= 1'b0;
        end else begin
            fetched_q <= fetch || (fetched_q && !advance);
            valid_q <= fetched_q || !advance;
            kept_q <= out_valid_o && !out_ready_i;
        end
    end

    always_ff @(posedge clk_out_i) begin
        if (!kept_q) kept_byte_q <= byte_q[bank_q];
    end

    always_ff @(posedge clk_out_i) begin
        if (rst_out_i) frames_read_q <= '0;
        else if (out_valid_o && out_ready_i && out_last_o) frames_read_q <= frames_read_q + 1'b1;
    end

    assign out_valid_o = valid_q || kept_q;
    assign {out_last_o, out_data_o} = kept_q ? kept_byte_q : byte_q[bank_q];

`ifndef SYNTHESIS
    // What the writer promises.
    logic open_q, closed_q;

    always_ff @(posedge clk_in_i) begin
        if (rst_in_i) begin
            open_q <= 1'b0;
            closed_q <= 1'b0;
        end else begin
            open_q <= !in_commit_i && !in_drop_i && (open_q || put);
            closed_q <= !in_commit_i && !in_drop_i && (closed_q || (put && in_last_i));
            // A frame is committed or dropped, not both.
            a_commit_or_drop: assert (!(in_commit_i && in_drop_i));
            // A committed frame has at least one byte.
            a_commit_bytes: assert (!in_commit_i || open_q || put);
            // Its last byte is marked.
            a_commit_last: assert (!in_commit_i || closed_q || (put && in_last_i));
            // No byte follows the marked one.
            a_last_once: assert (!closed_q || !put);
            // No frame more than FRAMES is committed.
            a_frames: assert (!in_commit_i || !in_frames_full_o);
        end
    end
`endif
endmodule

`default_nettype wire
