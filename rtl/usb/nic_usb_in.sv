// SPDX-License-Identifier: Apache-2.0
// IN endpoint: a byte stream in, packets out. A packet is full, or ends where the stream says that nothing waits behind;
// then a full one is followed by an empty one, so that a transfer ends there in every case. A packet stays until it is
// acknowledged and can be sent any number of times.
`default_nettype none

module nic_usb_in #(
    parameter int unsigned BYTES = 2048,
    parameter int unsigned PACKETS = 8,
    localparam int unsigned WIDTH = $clog2(BYTES),
    localparam int unsigned PACKET_WIDTH = $clog2(PACKETS)
) (
    input wire clk_i,
    // Also: everything inside is forgotten.
    input wire rst_i,

    input wire in_valid_i,
    output wire in_ready_o,
    input wire [7:0] in_data_i,
    input wire in_last_i,

    // Largest packet, 0 < max_i <= BYTES / 2.
    input wire [9:0] max_i,
    // A packet waits to be sent.
    output wire ready_o,
    // Pulse, while ready_o: the packet is to be sent from its start. Octets, or none, from the third clock after; one is taken in
    // a clock with byte_ready_i, the next one shows in the clock after.
    input wire rewind_i,
    output logic byte_valid_o,
    input wire byte_ready_i,
    output logic [7:0] byte_o,
    // Pulse: the packet has arrived, the next one is up; without effect if it was forgotten since its rewind.
    input wire ack_i
);
    logic [WIDTH:0] write_q, base_q;            // octets taken, acknowledged
    logic [WIDTH-1:0] read_q;
    logic [9:0] length_q;
    logic front_q;                              // an octet is at the memory's output
    wire [7:0] front;
    logic sent_q;                               // since its rewind
    logic empty_q;                              // an empty packet is to be added
    logic [PACKET_WIDTH:0] packets_q;
    logic [PACKET_WIDTH-1:0] in_q, out_q;
    wire [WIDTH:0] after, stop;                 // where the packet put now ends, and the one to be sent

    wire full = packets_q[PACKET_WIDTH];
    wire no_room = write_q == {!base_q[WIDTH], base_q[WIDTH-1:0]};
    wire ack = ack_i && sent_q;
    wire take = in_valid_i && in_ready_o;
    wire [9:0] length = length_q + 1'b1;
    wire whole = length == max_i;
    wire push = empty_q ? !full : take && (whole || in_last_i);
    // From the memory to its output, and on into a register: a block RAM's output comes late in its clock.
    wire fetch = front_q && (!byte_valid_o || byte_ready_i);
    wire load = sent_q && read_q != stop[WIDTH-1:0] && (!front_q || fetch);

    assign after = write_q + (WIDTH+1)'(take);
    assign in_ready_o = !no_room && !full && !empty_q;
    assign ready_o = packets_q != '0;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            write_q <= '0;
            base_q <= '0;
            length_q <= '0;
            empty_q <= 1'b0;
            sent_q <= 1'b0;
            packets_q <= '0;
            in_q <= '0;
            out_q <= '0;
        end else begin
            write_q <= after;
            if (take) begin
                length_q <= whole || in_last_i ? '0 : length;
            end
            sent_q <= rewind_i || (sent_q && !ack_i);
            empty_q <= empty_q ? full : take && whole && in_last_i;
            packets_q <= packets_q + (PACKET_WIDTH+1)'(push) - (PACKET_WIDTH+1)'(ack);
            if (push) in_q <= in_q + 1'b1;
            if (ack) begin
                out_q <= out_q + 1'b1;
                base_q <= stop;
            end
        end
    end

    always_ff @(posedge clk_i) begin
        if (rewind_i) read_q <= base_q[WIDTH-1:0];
        else if (load) read_q <= read_q + 1'b1;
        front_q <= !rst_i && !rewind_i && (load || (front_q && !fetch));
        byte_valid_o <= !rst_i && !rewind_i && (fetch || (byte_valid_o && !byte_ready_i));
        if (fetch) byte_o <= front;
    end

    nic_lutram #(.WIDTH(WIDTH+1), .DEPTH(PACKETS)) u_ends (
        .clk_w_i(clk_i),
        .we_i(push),
        .waddr_i(in_q),
        .wdata_i(after),
        .raddr_i(out_q),
        .rdata_o(stop)
    );

    nic_ram #(.WIDTH(8), .DEPTH(BYTES)) u_ram (
        .clk_w_i(clk_i),
        .we_i(take),
        .waddr_i(write_q[WIDTH-1:0]),
        .wdata_i(in_data_i),
        .clk_r_i(clk_i),
        .re_i(load),
        .raddr_i(read_q),
        .rdata_o(front)
    );

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        if (!rst_i) begin
            a_ack: assert (!ack || ready_o);
            a_used: assert (write_q - base_q <= (WIDTH+1)'(BYTES));
        end
    end
`endif
endmodule

`default_nettype wire
