// SPDX-License-Identifier: Apache-2.0
// FIFO between two clock domains, first word falls through. Each side's pointer crosses in Gray code, so a pointer
// caught while it changes is either the old or the new one. BRAM=0 keeps the words in look-up tables.
`default_nettype none

module nic_afifo #(
    parameter int unsigned WIDTH = 8,
    parameter int unsigned DEPTH = 16,
    parameter int unsigned BRAM = 0,
    localparam int unsigned ADDR_WIDTH = $clog2(DEPTH)
) (
    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    // They may be released in any order; words put before rst_out_i is released are kept.
    input wire clk_in_i,
    input wire rst_in_i,
    // A word is taken in a clock with valid and ready. Ready comes from a flip-flop; space that the other side frees
    // shows three to four clk_in_i edges later.
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [WIDTH-1:0] in_data_i,

    input wire clk_out_i,
    input wire rst_out_i,
    // Once valid, it stays and the data is stable until ready. A word shows three to four clk_out_i edges after it was
    // put, one later with BRAM.
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [WIDTH-1:0] out_data_o
);
    if (DEPTH < 4 || DEPTH != 1 << ADDR_WIDTH) $fatal(1, "nic_afifo: DEPTH must be a power of two, 4 or more");

    // Pointers have one bit more than addresses, to tell full from empty.
    logic [ADDR_WIDTH:0] wbin_q, wgray_q, rgray_in;
    logic [ADDR_WIDTH:0] rbin_q, rgray_q, wgray_out;
    logic full_q, empty_q;

    wire put = in_valid_i && in_ready_o;
    wire load;
    wire [ADDR_WIDTH:0] wbin_d = wbin_q + (ADDR_WIDTH+1)'(put);
    wire [ADDR_WIDTH:0] rbin_d = rbin_q + (ADDR_WIDTH+1)'(load);
    wire [ADDR_WIDTH:0] wgray_d = wbin_d ^ (wbin_d >> 1);
    wire [ADDR_WIDTH:0] rgray_d = rbin_d ^ (rbin_d >> 1);

    assign in_ready_o = !full_q;

    // Full: the write pointer is DEPTH ahead, which in Gray code differs in the two upper bits.
    always_ff @(posedge clk_in_i) begin
        if (rst_in_i) begin
            wbin_q <= '0;
            wgray_q <= '0;
            full_q <= 1'b0;
        end else begin
            wbin_q <= wbin_d;
            wgray_q <= wgray_d;
            full_q <= wgray_d == {~rgray_in[ADDR_WIDTH:ADDR_WIDTH-1], rgray_in[ADDR_WIDTH-2:0]};
        end
    end

    nic_sync #(.WIDTH(ADDR_WIDTH + 1)) u_sync_rgray (
        .clk_i(clk_in_i),
        .rst_i(rst_in_i),
        .d_i(rgray_q),
        .q_o(rgray_in)
    );

    always_ff @(posedge clk_out_i) begin
        if (rst_out_i) begin
            rbin_q <= '0;
            rgray_q <= '0;
            empty_q <= 1'b1;
        end else begin
            rbin_q <= rbin_d;
            rgray_q <= rgray_d;
            empty_q <= rgray_d == wgray_out;
        end
    end

    nic_sync #(.WIDTH(ADDR_WIDTH + 1)) u_sync_wgray (
        .clk_i(clk_out_i),
        .rst_i(rst_out_i),
        .d_i(wgray_q),
        .q_o(wgray_out)
    );

    if (BRAM != 0) begin : g_bram
        // The RAM's output register holds the front word when front_q is set; its place is free by then.
        logic front_q;

        assign load = !empty_q && (!front_q || out_ready_i);
        assign out_valid_o = front_q;

        always_ff @(posedge clk_out_i) begin
            if (rst_out_i) front_q <= 1'b0;
            else front_q <= load || (front_q && !out_ready_i);
        end

        nic_ram #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_ram (
            .clk_w_i(clk_in_i),
            .we_i(put),
            .waddr_i(wbin_q[ADDR_WIDTH-1:0]),
            .wdata_i(in_data_i),
            .clk_r_i(clk_out_i),
            .re_i(load),
            .raddr_i(rbin_q[ADDR_WIDTH-1:0]),
            .rdata_o(out_data_o)
        );
    end else begin : g_lutram
        assign load = out_valid_o && out_ready_i;
        assign out_valid_o = !empty_q;

        nic_lutram #(.WIDTH(WIDTH), .DEPTH(DEPTH)) u_ram (
            .clk_w_i(clk_in_i),
            .we_i(put),
            .waddr_i(wbin_q[ADDR_WIDTH-1:0]),
            .wdata_i(in_data_i),
            .raddr_i(rbin_q[ADDR_WIDTH-1:0]),
            .rdata_o(out_data_o)
        );
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_in_i) begin
        // The write pointer that the other side sees changes one bit at a time.
        if (!rst_in_i) a_wgray: assert ($onehot0(wgray_d ^ wgray_q));
    end

    always_ff @(posedge clk_out_i) begin
        // So does the read pointer.
        if (!rst_out_i) a_rgray: assert ($onehot0(rgray_d ^ rgray_q));
    end
`endif
endmodule

`default_nettype wire
