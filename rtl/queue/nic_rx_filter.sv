// SPDX-License-Identifier: Apache-2.0
// Address filter of the receiver: exact table, multicast hash, broadcast, all-multicast, promiscuous. The table is
// compared a slice of 16 bits a clock while the rest of the frame comes in, and the hash is made a bit a clock beside
// it: 52 clocks after the sixth octet both are known, and a frame of 64 octets lasts longer.
`default_nettype none

module nic_rx_filter (
    input wire clk_i,
    input wire rst_i,

    // A data octet of a frame, and the one before it. first_i marks the frame's first; the next 15 have head_i and
    // their number in index_i.
    input wire valid_i,
    input wire first_i,
    input wire head_i,
    input wire [3:0] index_i,
    input wire [7:0] data_i,
    input wire [7:0] before_i,
    // The frame is over; a lookup that still runs is given up.
    input wire end_i,

    // Quasi-static rules, see nic.rdl FILTER and HASH.
    input wire promiscuous_i,
    input wire all_multicast_i,
    input wire broadcast_i,
    input wire [63:0] hash_i,

    // The exact table, nic_rx_table: the word of a clock with lookup_re_o comes one clock later.
    output wire lookup_re_o,
    output wire [5:0] lookup_addr_o,
    input wire [16:0] lookup_data_i,

    // The verdict, valid from the clock after the last octet until the next frame's first. long_i: the frame has 64
    // octets with FCS. A shorter one, whose lookup may not have come to its end, is judged without table and hash.
    input wire long_i,
    output wire pass_o,
    // Classes of the destination address, low if the frame has less than six octets.
    output wire is_broadcast_o,
    output wire is_multicast_o
);
    logic [15:0] slice_q[3];
    logic all_ones_q, group_q, whole_q;

    logic run_q;
    logic [2:0] pass_q; // one-hot: slice under comparison; 0 while the first word is fetched
    logic [5:0] count_q;
    logic [16:0] fetched_q, word_q;
    logic [15:0] match_q;
    logic hit_q, hash_q;
    logic [31:0] crc_q;

    wire load = valid_i && head_i && index_i[0] && !index_i[3] && index_i[2:1] != 2'd3;
    wire start = valid_i && head_i && index_i == 4'd5;
    wire compare = pass_q != 3'd0;
    // The word that is compared was addressed three clocks ago, so a slice's last entry is due at the count of 2.
    wire wrap = run_q && count_q[3:0] == 4'd2;
    wire equal = word_q[15:0] == slice_q[0] && (pass_q[0] || match_q[15]);
    // Octets go into the CRC from bit 0 on; the three clocks of latency are in the order of the inputs.
    wire [15:0] turned = {slice_q[0][12:0], slice_q[0][15:13]};
    wire bit_now = turned[count_q[3:0]];

    // Destination address, the slice of octets 0..1 first.
    always_ff @(posedge clk_i) begin
        if (load || (wrap && compare)) begin
            slice_q[0] <= slice_q[1];
            slice_q[1] <= slice_q[2];
            slice_q[2] <= {data_i, before_i};
        end
    end

    always_ff @(posedge clk_i) begin
        if (valid_i && first_i) begin
            all_ones_q <= &data_i;
            group_q <= data_i[0];
            whole_q <= 1'b0;
        end else if (valid_i && head_i && index_i < 4'd6) begin
            all_ones_q <= all_ones_q && &data_i;
            whole_q <= index_i == 4'd5;
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || end_i) run_q <= 1'b0;
        else if (start) run_q <= 1'b1;
        else if (wrap && pass_q[2]) run_q <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (!run_q) begin
            count_q <= '0;
            pass_q <= '0;
        end else begin
            count_q <= count_q + 1'b1;
            if (wrap) pass_q <= {pass_q[1:0], !compare};
        end
    end

    // Entries that equal the address so far, in the order of comparison.
    always_ff @(posedge clk_i) begin
        if (compare) match_q <= {match_q[14:0], equal};
    end

    // Two flip-flops in a row: the first is to lie beside the RAM, which alone takes most of a clock.
    always_ff @(posedge clk_i) begin
        if (run_q) begin
            fetched_q <= lookup_data_i;
            word_q <= fetched_q;
        end
    end

    always_ff @(posedge clk_i) begin
        if (valid_i && first_i) hit_q <= 1'b0;
        else if (pass_q[2] && equal && word_q[16]) hit_q <= 1'b1;
    end

    // IEEE 802.3 clause 3.2.9, bit-reflected; not complemented.
    always_ff @(posedge clk_i) begin
        if (start) crc_q <= '1;
        else if (compare) crc_q <= {1'b0, crc_q[31:1]} ^ ({32{crc_q[0] ^ bit_now}} & 32'hedb88320);
    end

    // Of 64 bits one: a clock of its own.
    always_ff @(posedge clk_i) begin
        hash_q <= hash_i[crc_q[5:0]];
    end

    assign lookup_re_o = run_q;
    assign lookup_addr_o = count_q;

    assign is_broadcast_o = whole_q && all_ones_q;
    assign is_multicast_o = whole_q && group_q && !all_ones_q;
    assign pass_o = promiscuous_i || (is_broadcast_o && broadcast_i) || (is_multicast_o && all_multicast_i)
        || (long_i && (hit_q || (is_multicast_o && hash_q)));
endmodule

`default_nettype wire
