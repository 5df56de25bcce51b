// SPDX-License-Identifier: Apache-2.0
// What nic_pause_source promises, for any pace of the transmitter and any time of starts: the eighteen octets of IEEE 802.3
// Annex 31B in order, the last one marked.
`default_nettype none

module nic_pause_source_formal (
    input wire clk_i,
    input wire rst_i,
    input wire [47:0] address_i,
    input wire [15:0] quanta_i,
    input wire start_i,
    input wire ready_i
);
    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;

    // A frame's address and time stay from its start to its end.
    logic frame_q;
    logic [4:0] count_q;            // octets taken
    logic [47:0] address_q;
    logic [15:0] quanta_q;
    wire ready = ready_i && frame_q && !start_i;
    wire [7:0] data;
    wire last;
    wire [47:0] address = frame_q ? address_q : address_i;
    wire [15:0] quanta = frame_q ? quanta_q : quanta_i;

    always_ff @(posedge clk_i) begin
        if (rst) frame_q <= 1'b0;
        else if (start_i) frame_q <= 1'b1;
        else if (ready && last) frame_q <= 1'b0;
        if (start_i) begin
            count_q <= '0;
            address_q <= address_i;
            quanta_q <= quanta_i;
        end else if (ready) count_q <= count_q + 1'b1;
    end

    nic_pause_source u_dut (
        .clk_i,
        .rst_i(rst),
        .address_i(address),
        .quanta_i(quanta),
        .start_i,
        .ready_i(ready),
        .data_o(data),
        .last_o(last)
    );

    // 01-80-C2-00-00-01, source, 88-08, 00-01, pause time; first octet of the address in bits 7:0.
    wire [143:0] frame = {48'h0180c2000001, address_q[7:0], address_q[15:8], address_q[23:16], address_q[31:24],
        address_q[39:32], address_q[47:40], 16'h8808, 16'h0001, quanta_q};
    logic [7:0] expected;
    always_comb begin
        expected = '0;
        for (int i = 0; i < 18; i++) if (count_q == 5'(i)) expected = frame[8*(17 - i)+:8];
    end

    always_ff @(posedge clk_i) begin
        if (!rst && frame_q) begin
            a_data: assert (data == expected);
            a_last: assert (last == (count_q == 5'd17));
            c_whole: cover (last && ready && quanta_q == 16'habcd);
            i_count: assert (count_q <= 5'd17);
            i_next: assert (u_dut.next_q == 17'(18'd1 << count_q));
        end
    end
endmodule

`default_nettype wire
