// SPDX-License-Identifier: Apache-2.0
// What nic_bus_arbiter promises for any masters that keep the rules of the bus: the bus sees whole accesses of one master at a
// time, as that one asked; each is answered to it alone and once; and nobody waits for more than one access of the other.
`default_nettype none

module nic_bus_arbiter_formal (
    input wire clk_i,
    input wire a_valid_i,
    input wire a_write_i,
    input wire [15:0] a_addr_i,
    input wire [31:0] a_wdata_i,
    input wire b_valid_i,
    input wire b_write_i,
    input wire [15:0] b_addr_i,
    input wire [31:0] b_wdata_i,
    input wire answer_i
);
    localparam int unsigned ANSWER = 8;

    logic rst_q = 1'b1;
    always_ff @(posedge clk_i) rst_q <= 1'b0;

    wire a_ready, b_ready, valid, write;
    wire [15:0] addr;
    wire [31:0] wdata;

    // The slave: ready within ANSWER clocks of an access, and only then.
    logic [3:0] busy_q;
    wire ready = valid && !rst_q && (answer_i || busy_q == 4'(ANSWER - 1));
    always_ff @(posedge clk_i) busy_q <= rst_q || !valid || ready ? '0 : busy_q + 1'b1;

    nic_bus_arbiter u_dut (
        .clk_i, .rst_i(rst_q),
        .a_valid_i, .a_write_i, .a_addr_i, .a_wdata_i, .a_ready_o(a_ready),
        .b_valid_i, .b_write_i, .b_addr_i, .b_wdata_i, .b_ready_o(b_ready),
        .reg_valid_o(valid), .reg_write_o(write), .reg_addr_o(addr), .reg_wdata_o(wdata), .reg_ready_i(ready)
    );

    wire [48:0] a_access = {a_write_i, a_addr_i, a_wdata_i}, b_access = {b_write_i, b_addr_i, b_wdata_i};
    wire [48:0] access = {write, addr, wdata};

    logic a_waits_q, b_waits_q, bus_waits_q, a_overtaken_q, b_overtaken_q;
    logic [48:0] a_access_q, b_access_q, access_q;
    logic [4:0] a_clocks_q, b_clocks_q;

    always_ff @(posedge clk_i) begin
        a_waits_q <= !rst_q && a_valid_i && !a_ready;
        b_waits_q <= !rst_q && b_valid_i && !b_ready;
        bus_waits_q <= !rst_q && valid && !ready;
        a_access_q <= a_access;
        b_access_q <= b_access;
        access_q <= access;
        // Since it began to wait: has the other one been served, and for how long.
        a_overtaken_q <= !rst_q && a_valid_i && !a_ready && (a_overtaken_q || b_ready);
        b_overtaken_q <= !rst_q && b_valid_i && !b_ready && (b_overtaken_q || a_ready);
        a_clocks_q <= rst_q || !a_valid_i || a_ready ? '0 : a_clocks_q + 1'b1;
        b_clocks_q <= rst_q || !b_valid_i || b_ready ? '0 : b_clocks_q + 1'b1;
        if (!rst_q) begin
            // Masters keep an access until it is answered.
            if (a_waits_q) m_a: assume (a_valid_i && a_access == a_access_q);
            if (b_waits_q) m_b: assume (b_valid_i && b_access == b_access_q);

            // So does the bus: no access is changed or given up.
            if (bus_waits_q) a_stays: assert (valid && access == access_q);
            // An answer goes to one master, who is waiting, and was for what that one asked.
            a_one: assert (!(a_ready && b_ready) && (a_ready || b_ready) == ready);
            if (a_ready) a_for_a: assert (a_valid_i && access == a_access);
            if (b_ready) a_for_b: assert (b_valid_i && access == b_access);
            // Nobody is overtaken twice.
            if (a_overtaken_q) a_fair_a: assert (!b_ready);
            if (b_overtaken_q) a_fair_b: assert (!a_ready);
            // ... nor waits longer than an access of the other and its own take.
            a_bound_a: assert (a_clocks_q <= 5'(2 * ANSWER - 1));
            a_bound_b: assert (b_clocks_q <= 5'(2 * ANSWER - 1));

            c_turns: cover (a_ready && b_overtaken_q == 1'b0 && a_overtaken_q);
            c_other: cover (b_ready && b_overtaken_q && access == 49'h1_0123_89abcdef);
            c_bound: cover (a_clocks_q == 5'(2 * ANSWER - 1));
        end
    end
endmodule

`default_nettype wire
