// SPDX-License-Identifier: Apache-2.0
// FIFO of one clock domain, first word falls through. BRAM=0 keeps the words in look-up tables, BRAM=1 in block RAM
// with one more clock of latency and a late (RAM) output; otherwise they behave alike.
`default_nettype none

module nic_fifo #(
    parameter int unsigned WIDTH = 8,
    parameter int unsigned DEPTH = 16,
    parameter int unsigned BRAM = 0,
    localparam int unsigned ADDR_WIDTH = $clog2(DEPTH)
) (
    input wire clk_i,
    input wire rst_i,

    // A word is taken in a clock with valid and ready; ready does not depend on valid nor on the other side's ready.
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [WIDTH-1:0] in_data_i,

    // Once valid, it stays and the data is stable until ready.
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [WIDTH-1:0] out_data_o,

    // Words inside, 0..DEPTH, whether out_valid_o shows one yet or not.
    output wire [ADDR_WIDTH:0] count_o
);
    if (DEPTH < 2 || DEPTH != 1 << ADDR_WIDTH) $fatal(1, "nic_fifo: DEPTH must be a power of two");

    logic [ADDR_WIDTH:0] count_q;
    logic [ADDR_WIDTH-1:0] waddr_q;
    logic [ADDR_WIDTH-1:0] raddr_q;
    wire put = in_valid_i && in_ready_o;
    wire take = out_valid_o && out_ready_i;
    wire load;

    assign in_ready_o = !count_q[ADDR_WIDTH];
    assign count_o = count_q;

    always_ff @(posedge clk_i) begin
        if (rst_i) count_q <= '0;
        else if (put != take) count_q <= count_q + {{ADDR_WIDTH{take}}, 1'b1};
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) waddr_q <= '0;
        else if (put) waddr_q <= waddr_q + 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) raddr_q <= '0;
        else if (load) raddr_q <= raddr_q + 1'b1;
    end

    if (BRAM != 0) begin : g_bram
        // The RAM's output register holds the front word; one of count_q is there when front_q is set.
        logic front_q;
        wire stored = count_q > (ADDR_WIDTH+1)'(front_q);

        assign load = stored && (!front_q || out_ready_i);
        assign out_valid_o = front_q;

        always_ff @(posedge clk_i) begin
            if (rst_i) front_q <= 1'b0;
            else front_q <= load || (front_q && !out_ready_i);
        end

        nic_ram #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_ram (
            .clk_w_i(clk_i),
            .we_i(put),
            .waddr_i(waddr_q),
            .wdata_i(in_data_i),
            .clk_r_i(clk_i),
            .re_i(load),
            .raddr_i(raddr_q),
            .rdata_o(out_data_o)
        );
    end else begin : g_lutram
        assign load = take;
        assign out_valid_o = count_q != '0;

        nic_lutram #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_ram (
            .clk_w_i(clk_i),
            .we_i(put),
            .waddr_i(waddr_q),
            .wdata_i(in_data_i),
            .raddr_i(raddr_q),
            .rdata_o(out_data_o)
        );
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        if (!rst_i) begin
            // The FIFO never holds more words than it has places.
            a_count: assert (count_q <= (ADDR_WIDTH+1)'(DEPTH));
        end
    end
`endif
endmodule

`default_nettype wire
