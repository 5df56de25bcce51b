// SPDX-License-Identifier: Apache-2.0
// OUT endpoint: packets in, a byte stream out. Octets are stored as they arrive and are dropped again unless the packet
// proves right; the stream drains at any time.
`default_nettype none

module nic_usb_out #(
    parameter int unsigned BYTES = 2048,
    localparam int unsigned WIDTH = $clog2(BYTES)
) (
    input wire clk_i,
    // Also: everything inside is forgotten.
    input wire rst_i,

    // Largest packet, 0 < max_i <= BYTES / 2; holds still while packets arrive.
    input wire [9:0] max_i,
    // Another packet of that size fits.
    output logic room_o,
    // Pulse: a packet begins; the one before is dropped if neither commit nor another start came since.
    input wire start_i,
    input wire we_i,
    input wire [7:0] data_i,
    // Pulse: the octets since the start belong to the stream. Only if room_o was high at start, and not with overflow_o.
    input wire commit_i,
    // More than max_i octets since the start.
    output logic overflow_o,

    output wire out_valid_o,
    input wire out_ready_i,
    output wire [7:0] out_data_o
);
    logic [WIDTH:0] write_q, commit_q, read_q;  // octets since the reset
    logic [9:0] count_q;
    logic front_q;

    wire [WIDTH:0] used = commit_q - read_q;
    wire put = we_i && count_q != max_i;
    wire stored = commit_q != read_q;
    wire load = stored && (!front_q || out_ready_i);

    assign out_valid_o = front_q;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            write_q <= '0;
            commit_q <= '0;
            read_q <= '0;
            front_q <= 1'b0;
            count_q <= '0;
            overflow_o <= 1'b0;
            room_o <= 1'b1;
        end else begin
            if (start_i) write_q <= commit_q;
            else if (put) write_q <= write_q + 1'b1;
            if (start_i) begin
                count_q <= '0;
                overflow_o <= 1'b0;
            end else if (we_i) begin
                if (put) count_q <= count_q + 1'b1;
                else overflow_o <= 1'b1;
            end
            if (commit_i) commit_q <= write_q;
            if (load) read_q <= read_q + 1'b1;
            front_q <= load || (front_q && !out_ready_i);
            room_o <= !commit_i && (WIDTH+1)'(BYTES) - used >= (WIDTH+1)'(max_i);
        end
    end

    nic_ram #(.WIDTH(8), .DEPTH(BYTES)) u_ram (
        .clk_w_i(clk_i),
        .we_i(put && !start_i),
        .waddr_i(write_q[WIDTH-1:0]),
        .wdata_i(data_i),
        .clk_r_i(clk_i),
        .re_i(load),
        .raddr_i(read_q[WIDTH-1:0]),
        .rdata_o(out_data_o)
    );

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        if (!rst_i) begin
            a_room: assert (used <= (WIDTH+1)'(BYTES));
            a_commit: assert (!(commit_i && overflow_o));
        end
    end
`endif
endmodule

`default_nettype wire
