// SPDX-License-Identifier: Apache-2.0
// Small RAM that is read at once: in look-up tables or, where a device has no RAM in them, in flip-flops. Written on a clock. The
// reader may be in another clock domain if it looks only at words that have not changed for two of its clocks. Contents are
// undefined until written.
`default_nettype none

module nic_lutram #(
    parameter int unsigned WIDTH = 4,
    parameter int unsigned DEPTH = 16,
    localparam int unsigned ADDR_WIDTH = $clog2(DEPTH)
) (
    input wire clk_w_i,
    input wire we_i,
    input wire [ADDR_WIDTH-1:0] waddr_i,
    input wire [WIDTH-1:0] wdata_i,

    input wire [ADDR_WIDTH-1:0] raddr_i,
    output wire [WIDTH-1:0] rdata_o
);
    if (DEPTH < 2) $fatal(1, "nic_lutram: DEPTH must be at least 2");

    logic [WIDTH-1:0] mem[DEPTH];

    always_ff @(posedge clk_w_i) begin
        if (we_i) mem[waddr_i] <= wdata_i;
    end

    assign rdata_o = mem[raddr_i];
endmodule

`default_nettype wire
