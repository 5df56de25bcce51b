// SPDX-License-Identifier: Apache-2.0
// RAM with one write port and one read port with registered output, each on its own clock. BRAM=1: block RAM; BRAM=0, for few
// words: in look-up tables where a device has RAM in them. Contents are undefined until written; nothing here is reset.
`default_nettype none

module nic_ram #(
    parameter int unsigned WIDTH = 9,
    parameter int unsigned DEPTH = 2048,
    parameter int unsigned BRAM = 1,
    localparam int unsigned ADDR_WIDTH = $clog2(DEPTH)
) (
    input wire clk_w_i,
    input wire we_i,
    input wire [ADDR_WIDTH-1:0] waddr_i,
    input wire [WIDTH-1:0] wdata_i,

    input wire clk_r_i,
    // The word at raddr_i is on rdata_o after the clk_r_i edge with re_i, and stays until the next one. A word that is
    // written at the same time is undefined: the user looks only at what was written at least one clock ago.
    input wire re_i,
    input wire [ADDR_WIDTH-1:0] raddr_i,
    output logic [WIDTH-1:0] rdata_o
);
    if (DEPTH < 2 || BRAM > 1) $fatal(1, "nic_ram: DEPTH must be at least 2, BRAM 0 or 1");

    // no_rw_check: without it, synthesis adds a bypass for the collision that the contract excludes.
    (* ram_style = BRAM != 0 ? "block" : "auto", no_rw_check *) logic [WIDTH-1:0] mem[DEPTH];

    always_ff @(posedge clk_w_i) begin
        if (we_i) mem[waddr_i] <= wdata_i;
    end

    always_ff @(posedge clk_r_i) begin
        if (re_i) rdata_o <= mem[raddr_i];
    end
endmodule

`default_nettype wire
