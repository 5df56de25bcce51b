// SPDX-License-Identifier: Apache-2.0
// What the receive queue stores beside the frames: eight words of 16 bits for each frame (the record header), and the exact
// addresses of the filter. Both sides read and write. DUAL=1 and up to 64 frames: all of it is in one block RAM with two full ports. With
// more, or with DUAL=0, for devices without these: the headers in one RAM, the addresses in two, of which one serves the lookups and one
// the registers.
`default_nettype none

module nic_rx_table #(
    parameter int unsigned FRAMES = 64,
    parameter bit DUAL = 1'b1,
    localparam int unsigned SIDE_WIDTH = $clog2(FRAMES) + 3
) (
    // rx: either a header word is written or a filter word is read; a write comes first.
    input wire clk_rx_i,
    input wire side_we_i,
    input wire [SIDE_WIDTH-1:0] side_addr_i,
    input wire [15:0] side_wdata_i,
    input wire lookup_re_i,
    // {slice, entry}: octets 2*slice and 2*slice + 1 of an entry, first octet in bits 7:0; bit 16: entry valid (slice 2).
    input wire [5:0] lookup_addr_i,
    // One clock after lookup_re_i.
    output wire [16:0] lookup_data_o,

    input wire clk_i,
    // The table of addresses is zeroed during the 64 clocks after a reset; what is written in that time is lost.
    input wire rst_i,
    // Register window EXACT: words 4*entry + slice; word 4*entry + 3 and bit 16 of the first two are not stored. A
    // write is one clock. Read data belongs to the address applied four clocks ago and since.
    input wire exact_we_i,
    input wire [5:0] exact_addr_i,
    input wire [16:0] exact_wdata_i,
    output logic [16:0] exact_rdata_o,
    // Header words: the word at head_addr_i is on head_data_o after a clock with head_re_i and not head_busy_o, and
    // stays until the next one or until a clock with head_busy_o.
    input wire head_re_i,
    input wire [SIDE_WIDTH-1:0] head_addr_i,
    output wire head_busy_o,
    output wire [15:0] head_data_o
);
    if (FRAMES < 8 || FRAMES != 1 << $clog2(FRAMES)) $fatal(1, "nic_rx_table: FRAMES must be a power of two, 8 or more");

    wire [16:0] exact_rdata;

    // Access to the address table, one clock late so that it starts from flip-flops.
    logic clear_q, write_q, read_q, read_done_q;
    logic [5:0] addr_q;
    logic [16:0] wdata_q;

    wire hole = exact_addr_i[1:0] == 2'd3;
    wire third = exact_addr_i[1:0] == 2'd2;

    always_ff @(posedge clk_i) begin
        if (rst_i) clear_q <= 1'b1;
        else if (addr_q == 6'd63) clear_q <= 1'b0;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) addr_q <= '0;
        else if (clear_q) addr_q <= addr_q + 1'b1;
        else addr_q <= exact_addr_i;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || clear_q) wdata_q <= '0;
        else wdata_q <= {exact_wdata_i[16] && third, exact_wdata_i[15:0]};
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            write_q <= 1'b1;
            read_q <= 1'b0;
            read_done_q <= 1'b0;
        end else begin
            write_q <= clear_q ? addr_q != 6'd63 : exact_we_i && !hole;
            read_q <= !clear_q && (write_q || addr_q != exact_addr_i);
            read_done_q <= read_q;
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) exact_rdata_o <= '0;
        else if (read_done_q) exact_rdata_o <= exact_rdata;
    end

    // An entry's address has its two halves swapped, which makes the filter's count the address.
    wire [5:0] place = {addr_q[1:0], addr_q[5:2]};

    // With more frames the headers fill whole RAMs, and the addresses would double them.
    if (DUAL && FRAMES <= 64) begin : g_dual
        logic [17:0] rdata_rx, rdata_sys;

        assign head_busy_o = write_q || read_q;
        assign head_data_o = rdata_sys[15:0];
        assign lookup_data_o = rdata_rx[16:0];
        assign exact_rdata = rdata_sys[16:0];

        nic_dual_ram #(.WIDTH(18), .DEPTH(2 << SIDE_WIDTH)) u_ram (
            .clk_a_i(clk_rx_i),
            .en_a_i(side_we_i || lookup_re_i),
            .we_a_i(side_we_i),
            .addr_a_i(side_we_i ? {1'b0, side_addr_i} : {1'b1, SIDE_WIDTH'(lookup_addr_i)}),
            .wdata_a_i({2'b00, side_wdata_i}),
            .rdata_a_o(rdata_rx),
            .clk_b_i(clk_i),
            .en_b_i(head_busy_o || head_re_i),
            .we_b_i(write_q),
            .addr_b_i(head_busy_o ? {1'b1, SIDE_WIDTH'(place)} : {1'b0, head_addr_i}),
            .wdata_b_i({1'b0, wdata_q}),
            .rdata_b_o(rdata_sys)
        );

        wire unused = &{1'b0, rdata_rx[17], rdata_sys[17]};
    end else begin : g_simple
        assign head_busy_o = 1'b0;

        nic_ram #(.WIDTH(16), .DEPTH(1 << SIDE_WIDTH)) u_headers (
            .clk_w_i(clk_rx_i),
            .we_i(side_we_i),
            .waddr_i(side_addr_i),
            .wdata_i(side_wdata_i),
            .clk_r_i(clk_i),
            .re_i(head_re_i),
            .raddr_i(head_addr_i),
            .rdata_o(head_data_o)
        );

        nic_ram #(.WIDTH(17), .DEPTH(64)) u_lookups (
            .clk_w_i(clk_i),
            .we_i(write_q),
            .waddr_i(place),
            .wdata_i(wdata_q),
            .clk_r_i(clk_rx_i),
            .re_i(lookup_re_i),
            .raddr_i(lookup_addr_i),
            .rdata_o(lookup_data_o)
        );

        nic_ram #(.WIDTH(17), .DEPTH(64)) u_registers (
            .clk_w_i(clk_i),
            .we_i(write_q),
            .waddr_i(place),
            .wdata_i(wdata_q),
            .clk_r_i(clk_i),
            .re_i(read_q),
            .raddr_i(place),
            .rdata_o(exact_rdata)
        );
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_rx_i) begin
        // No header is written while an address is looked up: from an end to a sixth octet is longer than that.
        a_port: assert (!(side_we_i && lookup_re_i));
    end
`endif
endmodule

`default_nettype wire
