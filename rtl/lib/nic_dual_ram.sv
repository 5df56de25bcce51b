// SPDX-License-Identifier: Apache-2.0
// Block RAM with two equal ports, each of which reads or writes, each on its own clock.
// Contents are undefined until written; nothing here is reset.
`default_nettype none

module nic_dual_ram #(
    parameter int unsigned WIDTH = 18,
    parameter int unsigned DEPTH = 1024,
    localparam int unsigned ADDR_WIDTH = $clog2(DEPTH)
) (
    // In a clock with en_x_i the port writes (we_x_i) or else reads: then the word is on rdata_x_o after the edge and
    // stays until the next read. A word that the other port writes at the same time is undefined.
    input wire clk_a_i,
    input wire en_a_i,
    input wire we_a_i,
    input wire [ADDR_WIDTH-1:0] addr_a_i,
    input wire [WIDTH-1:0] wdata_a_i,
    output logic [WIDTH-1:0] rdata_a_o,

    input wire clk_b_i,
    input wire en_b_i,
    input wire we_b_i,
    input wire [ADDR_WIDTH-1:0] addr_b_i,
    input wire [WIDTH-1:0] wdata_b_i,
    output logic [WIDTH-1:0] rdata_b_o
);
    if (DEPTH < 2) $fatal(1, "nic_dual_ram: DEPTH must be at least 2");

    // Two processes write the memory, which is what a RAM with two write ports is; always_ff would forbid it.
    /* verilator lint_off MULTIDRIVEN */
    (* ram_style = "block", no_rw_check *) logic [WIDTH-1:0] mem[DEPTH];
    /* verilator lint_on MULTIDRIVEN */

    always @(posedge clk_a_i) begin
        if (en_a_i) begin
            if (we_a_i) mem[addr_a_i] <= wdata_a_i;
            else rdata_a_o <= mem[addr_a_i];
        end
    end

    always @(posedge clk_b_i) begin
        if (en_b_i) begin
            if (we_b_i) mem[addr_b_i] <= wdata_b_i;
            else rdata_b_o <= mem[addr_b_i];
        end
    end
endmodule

`default_nettype wire
