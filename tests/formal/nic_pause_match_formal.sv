// SPDX-License-Identifier: Apache-2.0
// What nic_pause_match promises, for any octets: after sixteen of them it says whether destination, type and opcode are those
// of a PAUSE frame (IEEE 802.3 Annex 31B), to the reserved address or to its own; after eighteen it has the pause time.
`default_nettype none

module nic_pause_match_formal (
    input wire clk_i,
    input wire start_i,
    input wire valid_i,
    input wire [7:0] octet_i,
    input wire [47:0] address_i,
    input wire keep_i
);
    logic init_q = 1'b1;
    logic [47:0] address_q; // does not change
    always_ff @(posedge clk_i) begin
        init_q <= 1'b0;
        if (init_q) address_q <= address_i;
    end

    // The frame so far, as nic_mac_rx tells of it; octets only follow a start.
    logic [7:0] octet_q[18];
    logic [5:0] count_q;            // stays at 32
    logic [4:0] index_q;            // the same, modulo 32
    logic [47:0] window_q;
    wire start = start_i || init_q;
    wire valid = valid_i && !start;

    always_ff @(posedge clk_i) begin
        if (start) begin
            count_q <= '0;
            index_q <= '0;
        end else if (valid) begin
            if (!count_q[5]) count_q <= count_q + 1'b1;
            index_q <= index_q + 1'b1;
            for (int i = 0; i < 18; i++) if (count_q == 6'(i)) octet_q[i] <= octet_i;
        end
        if (valid) window_q <= {window_q[39:0], octet_i};
    end

    wire match;
    wire [15:0] quanta;
    nic_pause_match u_dut (
        .clk_i,
        .start_i(start),
        .octet_valid_i(valid),
        .octet_i,
        .index_i(index_q),
        .window_i(window_q),
        .address_i(address_q),
        .match_o(match),
        .quanta_o(quanta),
        .keep_i
    );

    // ---- Annex 31B, an octet at a time: what does not matter, or has not come yet, is right ----

    localparam logic [47:0] RESERVED = 48'h0180c2000001;
    localparam logic [31:0] CONTROL = 32'h88080001;
    logic to_reserved, to_us, is_control;
    always_comb begin
        to_reserved = 1'b1;
        to_us = 1'b1;
        is_control = 1'b1;
        for (int i = 0; i < 6; i++) begin
            if (count_q > 6'(i) && octet_q[i] != RESERVED[8*(5 - i)+:8]) to_reserved = 1'b0;
            if (count_q > 6'(i) && octet_q[i] != address_q[8*i+:8]) to_us = 1'b0;
        end
        for (int i = 0; i < 4; i++)
            if (count_q > 6'(12 + i) && octet_q[12+i] != CONTROL[8*(3 - i)+:8]) is_control = 1'b0;
    end

    logic [15:0] quanta_before_q;
    logic kept_q;
    always_ff @(posedge clk_i) begin
        quanta_before_q <= quanta;
        if (valid && count_q == 6'd17) kept_q <= keep_i;
    end

    logic begun_q;
    always_ff @(posedge clk_i) begin
        begun_q <= !init_q;
        if (!init_q) begin
            a_match: assert (count_q < 6'd16 || match == ((to_reserved || to_us) && is_control));
            a_quanta: assert (count_q < 6'd18 || kept_q || quanta == {octet_q[16], octet_q[17]});
            // Nothing but the eighteenth octet changes the time, and not that one while it is kept.
            if (begun_q) a_keep: assert (quanta == quanta_before_q || (count_q == 6'd18 && !kept_q));

            c_reserved: cover (count_q == 6'd18 && match && to_reserved && !to_us && quanta == 16'h1234);
            c_own: cover (count_q == 6'd18 && match && to_us && !to_reserved);
            c_none: cover (count_q == 6'd18 && !match && is_control);
        end
    end

    // ---- invariants for the induction ----

    // The first six octets stand in the window while they are there.
    logic window_right;
    always_comb begin
        window_right = 1'b1;
        for (int i = 0; i < 6; i++)
            if (count_q > 6'(i) && count_q < 6'(i + 7) && 8'(window_q >> 8 * (count_q - 6'd1 - 6'(i))) != octet_q[i])
                window_right = 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            i_count: assert (count_q <= 6'd32 && (count_q == 6'd32 || index_q == count_q[4:0]));
            i_head: assert (u_dut.head_q == (count_q < 6'd18));
            i_window: assert (window_right);
            if (count_q == 6'd17) i_last: assert (window_q[7:0] == octet_q[16]);
            if (count_q <= 6'd7) i_reserved: assert (match == to_reserved);
            if (count_q == 6'd7) i_own: assert (u_dut.own_q == to_us);
            if (count_q >= 6'd8) i_match: assert (match == ((to_reserved || to_us) && is_control));
        end
    end
endmodule

`default_nettype wire
