// SPDX-License-Identifier: Apache-2.0
// What nic_usb_in promises, for any stream, any packet size and any handshakes, lost ones too: the octets acknowledged are the
// octets taken, in order, none twice; a packet sent again is the same one; packets end where the stream says so and nowhere else
// but when full; what waits is forgotten by reset alone.
`default_nettype none

module nic_usb_in_formal (
    input wire clk_i,
    input wire rst_i,
    input wire in_valid_i,
    input wire [1:0] in_data_i,
    input wire in_last_i,
    input wire [1:0] max_i,
    // The bus: the packet is sent from its start; an octet is taken; its handshake comes.
    input wire rewind_i,
    input wire take_i,
    input wire ack_i,
    // Marks the octet put in this clock as the one to watch, at an instant of the solver's choice.
    input wire mark_i
);
    localparam int unsigned BYTES = 4, PACKETS = 2;

    logic init_q = 1'b1;
    logic [1:0] max_q;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;
    // The size is the bus's speed: it changes with a reset.
    always_ff @(posedge clk_i) if (rst) max_q <= max_i;
    // Up to three: so that octets are in the memory, at its output and in the register behind it.
    wire [1:0] max = max_q == '0 ? 2'd1 : max_q;

    wire in_ready, ready, byte_valid;
    wire [7:0] data;
    wire rewind = rewind_i && ready;

    // The bus as nic_usb_tx drives it: all octets, then the handshake or none. It goes on over a reset (the flush of a NIC reset): a
    // handshake that comes behind that is of a packet that is forgotten.
    logic sending_q, sent_q, live_q;
    logic [2:0] rewound_q;              // in the three clocks after a rewind nothing is looked at yet: nic_usb_tx starts later
    wire shows = rewound_q == '0;
    wire take = take_i && sending_q && shows && byte_valid && !rewind;
    wire heard = ack_i && sent_q && !rewind;
    wire ack = heard && live_q;
    always_ff @(posedge clk_i) begin
        if (init_q) {sending_q, sent_q, live_q, rewound_q} <= '0;
        else begin
            rewound_q <= {rewind, rewound_q[2:1]};
            sending_q <= rewind || (sending_q && !(shows && !byte_valid));
            sent_q <= !rewind && !heard && (sent_q || (sending_q && shows && !byte_valid));
            live_q <= !rst && (rewind || live_q);
        end
    end

    nic_usb_in #(.BYTES(BYTES), .PACKETS(PACKETS)) u_dut (
        .clk_i,
        .rst_i(rst),
        .in_valid_i,
        .in_ready_o(in_ready),
        .in_data_i({6'd0, in_data_i}),
        .in_last_i,
        .max_i({8'd0, max}),
        .ready_o(ready),
        .rewind_i(rewind),
        .byte_valid_o(byte_valid),
        .byte_ready_i(take),
        .byte_o(data),
        .ack_i(heard)
    );

    wire put = in_valid_i && in_ready;

    // ---- octets put and not yet acknowledged; those of the packet being sent that are out; the watched one ----

    logic [2:0] held_q, out_q, behind_q;        // behind_q: octets before the marked one
    logic marked_q, marked_last_q;
    logic [1:0] watched_q;
    wire mark = mark_i && put && !marked_q;
    always_ff @(posedge clk_i) begin
        if (rst) begin
            held_q <= '0;
            out_q <= '0;
            behind_q <= '0;
            marked_q <= 1'b0;
        end else begin
            held_q <= held_q + 3'(put) - (ack ? out_q : '0);
            out_q <= rewind || ack ? '0 : out_q + 3'(take);
            if (mark) begin
                marked_q <= 1'b1;
                watched_q <= in_data_i;
                marked_last_q <= in_last_i;
                behind_q <= held_q - (ack ? out_q : '0);
            end else if (marked_q && ack) begin
                behind_q <= behind_q - out_q;
                if (behind_q < out_q) marked_q <= 1'b0;
            end
        end
    end
    wire shown = marked_q && sending_q && live_q && byte_valid && out_q == behind_q;

    // ---- the packet sent before, if it was not acknowledged ----

    logic again_q;
    logic [2:0] length_q;
    always_ff @(posedge clk_i) begin
        if (rst || ack) again_q <= 1'b0;
        else if (sending_q && live_q && shows && !byte_valid) begin
            again_q <= 1'b1;
            length_q <= out_q;
        end
    end

    logic was_marked_q, was_empty_q, was_again_q;
    always_ff @(posedge clk_i) begin
        was_marked_q <= !rst && (was_marked_q || marked_q);
        was_empty_q <= !rst && ack && out_q == '0;
        was_again_q <= !rst && (was_again_q || (again_q && rewind));
    end

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // Room for as many octets as there is memory, and never more.
            a_held: assert (held_q <= 3'(BYTES) && held_q == u_dut.write_q - u_dut.base_q);
            // What goes out is the marked octet, in its place: none is lost, doubled or out of order.
            a_data: assert (!shown || data == {6'd0, watched_q});
            // A packet holds no octets that are not there, and no more than it may.
            a_out: assert (out_q <= held_q && out_q <= {1'b0, max});
            // Sent again it is as long as it was.
            a_again: assert (!(again_q && sending_q && live_q && shows && !byte_valid) || out_q == length_q);
            // A packet ends behind the marked octet if the stream ended there: it is not held back, and no later octet joins it.
            a_last: assert (!(marked_q && marked_last_q && sending_q && byte_valid) || out_q <= behind_q);

            // A packet forgotten is not acknowledged any more.
            a_forgotten: assert (!(heard && !live_q) || !u_dut.ack);

            c_forgotten: cover (heard && !live_q && held_q != '0);
            c_watched: cover (was_marked_q && !marked_q && watched_q == 2'd2);
            c_again: cover (was_again_q && ack && out_q == 3'd2);
            c_full: cover (held_q == 3'(BYTES));
            // A full last packet is followed by an empty one.
            c_empty: cover (was_empty_q);
            c_last: cover (marked_q && marked_last_q && sending_q && shows && !byte_valid && out_q == behind_q + 1'b1);
        end
    end
endmodule

`default_nettype wire
