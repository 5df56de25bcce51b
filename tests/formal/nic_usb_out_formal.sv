// SPDX-License-Identifier: Apache-2.0
// What nic_usb_out promises, for any packets, right, wrong or too long, and any pace of the drain: the octets that come out are
// those of the packets committed, whole, in order, none twice; nothing of a packet that was not committed comes out; while it says
// that there is room, a packet of the largest size fits.
`default_nettype none

module nic_usb_out_formal (
    input wire clk_i,
    input wire rst_i,
    input wire [1:0] max_i,
    // The bus.
    input wire start_i,
    input wire we_i,
    input wire [1:0] data_i,
    input wire commit_i,
    input wire out_ready_i,
    // Marks the octet written in this clock as the one to watch, at an instant of the solver's choice.
    input wire mark_i
);
    localparam int unsigned BYTES = 4;

    logic init_q = 1'b1;
    logic [1:0] max_q;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;
    // The size is the bus's speed: it changes with a reset.
    always_ff @(posedge clk_i) if (rst) max_q <= max_i;
    wire [1:0] max = max_q[1] ? 2'd2 : 2'd1;

    wire room, overflow, out_valid;
    wire [7:0] data;

    // As nic_usb_device drives it: a packet is begun only where there is room, and committed at most once and not with an
    // overflow. An octet does not come with the start, nor with the end.
    logic open_q;
    wire start = start_i && room;
    wire we = we_i && open_q && !start && !commit_i;
    wire commit = commit_i && open_q && !overflow && !start;
    always_ff @(posedge clk_i) begin
        if (rst) open_q <= 1'b0;
        else open_q <= start || (open_q && !commit);
    end

    nic_usb_out #(.BYTES(BYTES)) u_dut (
        .clk_i,
        .rst_i(rst),
        .max_i({8'd0, max}),
        .room_o(room),
        .start_i(start),
        .we_i(we),
        .data_i({6'd0, data_i}),
        .commit_i(commit),
        .overflow_o(overflow),
        .out_valid_o(out_valid),
        .out_ready_i,
        .out_data_o(data)
    );

    // ---- octets of the packet under way, those committed and not yet out; the watched one ----

    logic [2:0] count_q, held_q, ahead_q;       // ahead_q: octets to come out before the marked one, or before it in its packet
    logic seen_q, marked_q;                     // in the packet under way; committed
    logic [1:0] watched_q;
    wire take = out_valid && out_ready_i;
    wire mark = mark_i && we && count_q < {1'b0, max} && !seen_q && !marked_q;
    always_ff @(posedge clk_i) begin
        if (rst) begin
            count_q <= '0;
            held_q <= '0;
            ahead_q <= '0;
            {seen_q, marked_q} <= '0;
        end else begin
            if (start) count_q <= '0;
            else if (we && count_q != 3'd7) count_q <= count_q + 1'b1;
            held_q <= held_q + (commit ? count_q : '0) - 3'(take);
            if (mark) begin
                watched_q <= data_i;
                ahead_q <= count_q;
            end
            if (commit && seen_q) ahead_q <= held_q + ahead_q - 3'(take);
            else if (marked_q && take) ahead_q <= ahead_q - 1'b1;
            seen_q <= !start && !commit && (mark || seen_q);
            marked_q <= (commit && seen_q) || (marked_q && !(take && ahead_q == '0));
        end
    end

    logic was_full_q, was_dropped_q, stalled_q, was_marked_q;
    logic [7:0] data_q;
    always_ff @(posedge clk_i) begin
        was_full_q <= !rst && (was_full_q || held_q > 3'd4);
        was_dropped_q <= !rst && (was_dropped_q || (start && open_q && count_q != '0));
        was_marked_q <= !rst && (was_marked_q || marked_q);
        stalled_q <= !rst && out_valid && !out_ready_i;
        data_q <= data;
    end

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // The memory and the octet that waits at the end.
            a_held: assert (held_q == 3'(u_dut.used) + 3'(out_valid) && u_dut.used <= 3'(BYTES));
            a_none: assert (!out_valid || held_q != '0);
            // The marked octet comes out in its place.
            a_data: assert (!(marked_q && out_valid && ahead_q == '0) || data == {6'd0, watched_q});
            a_ahead: assert (!marked_q || ahead_q < held_q);
            a_stays: assert (!stalled_q || (out_valid && data == data_q));
            // More octets than the largest packet has, and only those, are too many.
            a_overflow: assert (!open_q || overflow == (count_q > {1'b0, max}));
            // Where there is room, the largest packet fits.
            a_room: assert (!room || 3'(u_dut.used) + {1'b0, max} <= 3'(BYTES));

            c_full: cover (was_full_q && held_q == '0);
            c_dropped: cover (was_dropped_q && was_marked_q && !marked_q && watched_q == 2'd2);
            c_overflow: cover (overflow && start);
            c_behind: cover (marked_q && ahead_q == 3'd3 && take);
        end
    end
endmodule

`default_nettype wire
