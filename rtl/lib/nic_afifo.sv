// SPDX-License-Identifier: Apache-2.0
// FIFO between two clock domains, first word falls through. Each side's pointer crosses in Gray code, so a pointer
// caught while it changes is either the old or the new one.
`default_nettype none

module nic_afifo #(
    parameter int unsigned WIDTH = 8,
    parameter int unsigned DEPTH = 16,
    localparam int unsigned ADDR_WIDTH = $clog2(DEPTH)
) (
    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    // They may be released in any order; words put before rst_out_i is released are kept.
    input wire clk_in_i,
    input wire rst_in_i,
    // A word is taken in a clock with valid and ready; ready does not depend on valid. Space that the other side frees
    // shows two to three clk_in_i edges later.
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [WIDTH-1:0] in_data_i,

    input wire clk_out_i,
    input wire rst_out_i,
    // Once valid, it stays and the data is stable until ready. A word shows three to four clk_out_i edges after it was
    // put.
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [WIDTH-1:0] out_data_o
);
    if (DEPTH < 4 || DEPTH != 1 << ADDR_WIDTH) $fatal(1, "nic_afifo: DEPTH must be a power of two, 4 or more");

    // Pointers have one bit more than addresses, to tell full from empty. The two upper bits together give the upper
    // address bit, so that both halves of the Gray code walk the places in the same order.
    wire [ADDR_WIDTH:0] wgray, wgray_out;
    wire [ADDR_WIDTH:0] rgray, rgray_in;
    wire [ADDR_WIDTH-1:0] waddr = {wgray[ADDR_WIDTH] ^ wgray[ADDR_WIDTH-1], wgray[ADDR_WIDTH-2:0]};
    wire [ADDR_WIDTH-1:0] raddr = {rgray[ADDR_WIDTH] ^ rgray[ADDR_WIDTH-1], rgray[ADDR_WIDTH-2:0]};

    // Full: the write pointer is DEPTH ahead, which in Gray code differs in the two upper bits.
    wire full = wgray == {~rgray_in[ADDR_WIDTH:ADDR_WIDTH-1], rgray_in[ADDR_WIDTH-2:0]};
    wire empty = rgray == wgray_out;
    wire put = in_valid_i && !full;

    // The RAM's output register holds the front word when front_q is set; its place is free by then.
    logic front_q;
    wire load = !empty && (!front_q || out_ready_i);

    assign in_ready_o = !full;
    assign out_valid_o = front_q;

    always_ff @(posedge clk_out_i) begin
        if (rst_out_i) front_q <= 1'b0;
        else front_q <= load || (front_q && !out_ready_i);
    end

    nic_gray_counter #(.WIDTH(ADDR_WIDTH + 1)) u_write (
        .clk_i(clk_in_i),
        .rst_i(rst_in_i),
        .step_i(put),
        .count_o(wgray)
    );

    nic_sync #(.WIDTH(ADDR_WIDTH + 1)) u_sync_rgray (
        .clk_i(clk_in_i),
        .rst_i(rst_in_i),
        .d_i(rgray),
        .q_o(rgray_in)
    );

    nic_gray_counter #(.WIDTH(ADDR_WIDTH + 1)) u_read (
        .clk_i(clk_out_i),
        .rst_i(rst_out_i),
        .step_i(load),
        .count_o(rgray)
    );

    nic_sync #(.WIDTH(ADDR_WIDTH + 1)) u_sync_wgray (
        .clk_i(clk_out_i),
        .rst_i(rst_out_i),
        .d_i(wgray),
        .q_o(wgray_out)
    );

    nic_ram #(.WIDTH(WIDTH), .DEPTH(DEPTH), .BRAM(0)) u_ram (
        .clk_w_i(clk_in_i),
        .we_i(put),
        .waddr_i(waddr),
        .wdata_i(in_data_i),
        .clk_r_i(clk_out_i),
        .re_i(load),
        .raddr_i(raddr),
        .rdata_o(out_data_o)
    );
endmodule

`default_nettype wire
