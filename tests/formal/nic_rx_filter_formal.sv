// SPDX-License-Identifier: Apache-2.0
// What nic_rx_filter promises for any destination, any table, any hash and rules and any pace of the octets: the verdict and
// the classes are those of the rules. Written from nic.rdl, with the CRC in its other form, most significant bit first.
`default_nettype none

module nic_rx_filter_formal #(
    // An octet every clock and an end at one of two instants: the covers are found sooner.
    parameter int unsigned STEADY = 0
) (
    input wire clk_i,
    input wire octet_i,
    input wire [7:0] data_i,
    input wire stop_i,
    input wire promiscuous_i,
    input wire all_multicast_i,
    input wire broadcast_i,
    input wire [63:0] hash_i,
    input wire [16:0] word_i
);
    // The rules, which do not change.
    logic init_q = 1'b1;
    logic promiscuous_q, all_multicast_q, broadcast_q;
    logic [63:0] hash_q;
    always_ff @(posedge clk_i) begin
        init_q <= 1'b0;
        if (init_q) {promiscuous_q, all_multicast_q, broadcast_q, hash_q}
            <= {promiscuous_i, all_multicast_i, broadcast_i, hash_i};
    end

    // A frame: octets as they come, then its end, with the last of them or later. In one of 64 octets with FCS the end is
    // 53 clocks after the sixth octet or later.
    localparam int unsigned LOOKUP = 53;
    logic over_q = 1'b1, rested_q = 1'b0;
    logic [6:0] count_q = '0;       // data octets so far
    logic [5:0] clocks_q = '0;      // since the sixth, at most 63
    logic [47:0] address_q;         // first octet in bits 7:0
    logic [7:0] before_q;
    logic long_q = 1'b0;
    wire whole = count_q >= 7'd6;
    wire valid = !init_q && (octet_i || STEADY != 0) && (!over_q || rested_q);
    wire first = valid && over_q;
    wire finish = !init_q && stop_i && (!over_q || first) && (STEADY == 0 || clocks_q >= 6'(LOOKUP - 1));

    always_ff @(posedge clk_i) begin
        if (valid) begin
            over_q <= 1'b0;
            count_q <= first ? 7'd1 : count_q == '1 ? count_q : count_q + 1'b1;
            before_q <= data_i;
            for (int i = 0; i < 6; i++) if ((first ? 0 : count_q) == 7'(i)) address_q[8*i+:8] <= data_i;
        end
        if (first || !whole) clocks_q <= '0;
        else if (!over_q && clocks_q != '1) clocks_q <= clocks_q + 1'b1;
        if (finish) begin
            over_q <= 1'b1;
            long_q <= whole && !first && clocks_q >= 6'(LOOKUP);
        end
        rested_q <= over_q && !init_q;
    end

    // The table: sixteen entries of three words, bit 16 of the third is the valid bit. What is read is any word, and it is the
    // word of its address, since a lookup reads each address once (i_count).
    wire re, pass, is_broadcast, is_multicast;
    wire [5:0] lookup;
    logic [16:0] word_q;
    always_ff @(posedge clk_i) if (re) word_q <= word_i;

    nic_rx_filter u_dut (
        .clk_i,
        .rst_i(init_q),
        .valid_i(valid),
        .first_i(first),
        .head_i(!first && count_q <= 7'd15),
        .index_i(count_q[3:0]),
        .data_i,
        .before_i(before_q),
        .end_i(finish),
        .promiscuous_i(promiscuous_q),
        .all_multicast_i(all_multicast_q),
        .broadcast_i(broadcast_q),
        .hash_i(hash_q),
        .lookup_re_o(re),
        .lookup_addr_o(lookup),
        .lookup_data_i(word_q),
        .long_i(long_q),
        .pass_o(pass),
        .is_broadcast_o(is_broadcast),
        .is_multicast_o(is_multicast)
    );

    // ---- the rules ----

    // Ethernet's CRC over the six octets, each from bit 0 on, one bit a clock; the hash index is its six bits of highest
    // order, that of x^31 in bit 0.
    logic [31:0] crc_q;
    wire [5:0] fed = clocks_q - 6'd3;       // bits of the address in crc_q
    wire feeds = clocks_q >= 6'd3 && fed < 6'd48;
    always_ff @(posedge clk_i) begin
        if (clocks_q < 6'd3) crc_q <= '1;
        else if (feeds) crc_q <= {crc_q[30:0], 1'b0} ^ ({32{crc_q[31] ^ address_q[fed]}} & 32'h04c11db7);
    end
    wire [5:0] index = {crc_q[26], crc_q[27], crc_q[28], crc_q[29], crc_q[30], crc_q[31]};

    // Is an entry equal to the address, and valid: by the addresses that were read, in whatever order.
    logic [15:0] equal_q, found_q;
    logic [5:0] asked_q[3];
    logic [16:0] read_q[2];
    logic [2:0] comes_q = '0;
    wire [15:0] part = asked_q[2][5:4] == 2'd0 ? address_q[15:0] : asked_q[2][5:4] == 2'd1 ? address_q[31:16]
        : address_q[47:32];
    wire same = read_q[1][15:0] == part && (asked_q[2][5:4] == 2'd0 || equal_q[asked_q[2][3:0]]);
    always_ff @(posedge clk_i) begin
        comes_q <= first || !whole || over_q ? '0 : {comes_q[1:0], re};
        asked_q <= '{lookup, asked_q[0], asked_q[1]};
        read_q <= '{word_q, read_q[0]};
        if (first || !whole) found_q <= '0;
        else if (comes_q[2] && !over_q && asked_q[2][5:4] != 2'd3) begin
            equal_q[asked_q[2][3:0]] <= same;
            if (asked_q[2][5:4] == 2'd2 && same && read_q[1][16]) found_q[asked_q[2][3:0]] <= 1'b1;
        end
    end
    wire exact = found_q != '0;

    wire to_all = whole && address_q == '1;
    wire to_group = whole && address_q[0] && !to_all;
    wire passes = promiscuous_q || (to_all && broadcast_q) || (to_group && all_multicast_q)
        || (long_q && (exact || (to_group && hash_q[index])));

    always_ff @(posedge clk_i) begin
        if (over_q && count_q != '0 && !init_q) begin
            a_broadcast: assert (is_broadcast == to_all);
            a_multicast: assert (is_multicast == to_group);
            a_pass: assert (pass == passes);

            c_exact: cover (pass && !to_group && !to_all && !promiscuous_q);
            c_hash: cover (hash_q == '1 && pass && to_group && !exact && !all_multicast_q && !promiscuous_q);
            c_other: cover (hash_q == 64'd0 && !pass && long_q && to_group);
            c_short: cover (!pass && exact && !long_q);
        end
    end

    // ---- invariants ----

    // Where the lookup is: one slice after the other, an entry a clock, three clocks behind the address.
    wire live = whole && !over_q && !init_q;
    wire [1:0] slice = clocks_q < 6'd19 ? 2'd0 : clocks_q < 6'd35 ? 2'd1 : 2'd2;
    wire compares = clocks_q >= 6'd3 && clocks_q < 6'd51;
    wire [3:0] entry = 4'(clocks_q - 6'd3);

    // Newest comparison in bit 0: those of this slice, then the rest of the slice before.
    logic [15:0] match;
    always_comb for (int i = 0; i < 16; i++) match[i] = equal_q[4'(entry-i-1)];
    logic [31:0] mirrored;
    always_comb for (int i = 0; i < 32; i++) mirrored[i] = crc_q[31-i];

    always_ff @(posedge clk_i) begin
        i_init: assert (!init_q || (over_q && !rested_q && count_q == '0 && !long_q && clocks_q == '0));
        i_long: assert (!over_q || !long_q || (whole && clocks_q >= 6'(LOOKUP)));
        if (!init_q && over_q) begin
            i_idle: assert (!u_dut.run_q);
            i_rest: assert (!rested_q || u_dut.pass_q == '0);
            i_held: assert (!long_q || (u_dut.pass_q == '0 && u_dut.hit_q == exact && mirrored == u_dut.crc_q
                && u_dut.hash_q == hash_q[index]));
        end
        if (!init_q && !over_q) i_counted: assert (count_q != '0);
        if (!init_q && !over_q && !whole) begin
            i_head: assert (!u_dut.run_q && u_dut.pass_q == '0 && !u_dut.hit_q && clocks_q == '0 && !u_dut.whole_q);
            i_ones: assert (u_dut.all_ones_q == ((address_q | ~48'(((49'd1 << {count_q[2:0], 3'd0}) - 1'b1))) == '1));
            i_group: assert (u_dut.group_q == address_q[0]);
            i_before: assert (before_q == address_q[8*(count_q-1)+:8]);
        end
        if (!init_q && !over_q && count_q[6:1] == 6'd1) i_slice_0: assert (u_dut.slice_q[2] == address_q[15:0]);
        if (!init_q && !over_q && count_q[6:1] == 6'd2) begin
            i_slice_1: assert (u_dut.slice_q[2] == address_q[31:16] && u_dut.slice_q[1] == address_q[15:0]);
        end
        if (whole && !init_q) begin
            i_whole: assert (u_dut.whole_q && u_dut.all_ones_q == (address_q == '1) && u_dut.group_q == address_q[0]);
        end
        if (live) begin
            i_run: assert (u_dut.run_q == (clocks_q < 6'd51));
            i_pass: assert (u_dut.pass_q == (compares ? 3'd1 << slice : 3'd0));
            i_count: assert (clocks_q >= 6'd51 || u_dut.count_q == clocks_q);
            i_address: assert (clocks_q >= 6'd51 || u_dut.slice_q[0]
                == (slice == 2'd0 ? address_q[15:0] : slice == 2'd1 ? address_q[31:16] : address_q[47:32]));
            i_second: assert (slice == 2'd2 || u_dut.slice_q[1] == (slice == 2'd0 ? address_q[31:16] : address_q[47:32]));
            i_third: assert (slice != 2'd0 || u_dut.slice_q[2] == address_q[47:32]);
            i_comes: assert (comes_q == {clocks_q >= 6'd3 && clocks_q < 6'd54, clocks_q >= 6'd2 && clocks_q < 6'd53,
                clocks_q >= 6'd1 && clocks_q < 6'd52});
            i_asked: assert (clocks_q < 6'd3 || clocks_q >= 6'd54 || asked_q[2] == clocks_q - 6'd3);
            i_asked_1: assert (clocks_q < 6'd2 || clocks_q >= 6'd53 || asked_q[1] == clocks_q - 6'd2);
            i_asked_0: assert (clocks_q < 6'd1 || clocks_q >= 6'd52 || asked_q[0] == clocks_q - 6'd1);
            i_fetched: assert (clocks_q < 6'd2 || clocks_q >= 6'd51 || u_dut.fetched_q == read_q[0]);
            i_compared: assert (!compares || u_dut.word_q == read_q[1]);
            i_match: assert (!compares || ((u_dut.match_q ^ match) & (slice == 2'd0 ? (16'd1 << entry) - 1'b1 : 16'hffff)) == '0);
            i_hit: assert (u_dut.hit_q == exact);
            i_crc: assert (clocks_q < 6'd3 ? u_dut.crc_q == '1 : u_dut.crc_q == mirrored);
            i_index: assert (clocks_q < 6'd52 || u_dut.hash_q == hash_q[index]);
        end
    end
endmodule

`default_nettype wire
