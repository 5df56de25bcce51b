// SPDX-License-Identifier: Apache-2.0
// Two masters on one register bus, in turns: who has been served waits for the other one. Each side is the bus of nic_core.
`default_nettype none

module nic_bus_arbiter (
    input wire clk_i,
    input wire rst_i,

    // Masters: valid and the others stay until ready, a pulse with which rdata and error count, for either of them.
    input wire a_valid_i,
    input wire a_write_i,
    input wire [15:0] a_addr_i,
    input wire [31:0] a_wdata_i,
    output wire a_ready_o,
    input wire b_valid_i,
    input wire b_write_i,
    input wire [15:0] b_addr_i,
    input wire [31:0] b_wdata_i,
    output wire b_ready_o,

    // The bus that they share.
    output wire reg_valid_o,
    output wire reg_write_o,
    output wire [15:0] reg_addr_o,
    output wire [31:0] reg_wdata_o,
    input wire reg_ready_i
);
    // Whose turn it is. It passes at the end of an access or when there is none, and only to one who waits.
    logic turn_b_q;

    assign {reg_valid_o, reg_write_o, reg_addr_o, reg_wdata_o} = turn_b_q
        ? {b_valid_i, b_write_i, b_addr_i, b_wdata_i} : {a_valid_i, a_write_i, a_addr_i, a_wdata_i};
    assign a_ready_o = reg_ready_i && !turn_b_q;
    assign b_ready_o = reg_ready_i && turn_b_q;

    always_ff @(posedge clk_i) begin
        if (rst_i) turn_b_q <= 1'b0;
        else if (!reg_valid_o || reg_ready_i) turn_b_q <= turn_b_q ? !a_valid_i : b_valid_i;
    end
endmodule

`default_nettype wire
