// SPDX-License-Identifier: Apache-2.0
// What nic_rx_table promises: the table is zero after its reset and then what was last written; a register read, a lookup
// and a header word give what was stored at that place, whatever the other side does.
`default_nettype none

module nic_rx_table_formal #(
    // One place, one header word and one story: the covers are found sooner.
    parameter int unsigned STEADY = 0,
    parameter bit DUAL = 1'b1
) (
    input wire clk_i,
    input wire rst_i,
    input wire [5:0] place_i,
    input wire [5:0] header_i,
    input wire side_we_i,
    input wire [5:0] side_addr_i,
    input wire [15:0] side_wdata_i,
    input wire lookup_re_i,
    input wire [5:0] lookup_addr_i,
    input wire exact_we_i,
    input wire [5:0] exact_addr_i,
    input wire [16:0] exact_wdata_i,
    input wire head_re_i,
    input wire [5:0] head_addr_i
);
    localparam int unsigned FRAMES = 8;

    logic init_q = 1'b1;
    logic [5:0] place_q, header_q;      // the two words that are followed
    wire rst = (rst_i && STEADY == 0) || init_q;
    always_ff @(posedge clk_i) begin
        init_q <= 1'b0;
        if (init_q) {place_q, header_q} <= STEADY == 0 ? {place_i, header_i} : {4'd1, 2'd2, 6'd5};
    end

    // Clearing takes 64 clocks.
    logic [6:0] clear_q = '0;           // clocks since the reset, 64: it is over
    wire ready = clear_q == 7'd64;
    always_ff @(posedge clk_i) clear_q <= rst ? '0 : ready ? clear_q : clear_q + 1'b1;

    logic wrote_q = 1'b0;               // the story: one write, then nothing new
    always_ff @(posedge clk_i) wrote_q <= ready;

    wire lookup_re = lookup_re_i && !side_we_i;
    wire exact_we = STEADY == 0 ? exact_we_i : ready && !wrote_q;
    wire [5:0] exact_addr = STEADY == 0 ? exact_addr_i : 6'd6;
    wire [5:0] side_addr = STEADY == 0 ? side_addr_i : 6'd5;
    wire [5:0] head_addr = STEADY == 0 ? head_addr_i : 6'd5;
    wire [5:0] lookup_addr = STEADY == 0 ? lookup_addr_i : {2'd2, 4'd1};
    wire [16:0] lookup_data, exact_rdata;
    wire [15:0] head_data;
    wire head_busy;

    nic_rx_table #(.FRAMES(FRAMES), .DUAL(DUAL)) u_dut (
        .clk_rx_i(clk_i),
        .side_we_i,
        .side_addr_i(side_addr),
        .side_wdata_i,
        .lookup_re_i(lookup_re),
        .lookup_addr_i(lookup_addr),
        .lookup_data_o(lookup_data),
        .clk_i,
        .rst_i(rst),
        .exact_we_i(exact_we),
        .exact_addr_i(exact_addr),
        .exact_wdata_i,
        .exact_rdata_o(exact_rdata),
        .head_re_i,
        .head_addr_i(head_addr),
        .head_busy_o(head_busy),
        .head_data_o(head_data)
    );

    // ---- the address table ----

    // The last write to the place, and since when the RAM has it.
    logic [16:0] value_q;
    logic [1:0] since_q;                // clocks since it, at most 3
    wire hole = place_q[1:0] == 2'd3;
    wire write = ready && exact_we && exact_addr == place_q;
    always_ff @(posedge clk_i) begin
        if (rst) value_q <= '0;
        else if (write) value_q <= {exact_wdata_i[16] && place_q[1:0] == 2'd2, exact_wdata_i[15:0]};
        if (rst || write) since_q <= '0;
        else if (since_q != 2'd3) since_q <= since_q + 1'b1;
    end

    // Clocks for which the register bus has applied the place and written nothing, at most 4.
    logic [2:0] applied_q = '0;
    always_ff @(posedge clk_i) begin
        if (rst || !ready || exact_addr != place_q || exact_we) applied_q <= '0;
        else if (applied_q != 3'd4) applied_q <= applied_q + 1'b1;
    end

    // A lookup of the place, by entry and slice the other way round, when no write to it is on its way.
    logic looked_q = 1'b0;
    always_ff @(posedge clk_i) begin
        looked_q <= !rst && lookup_re && lookup_addr == {place_q[1:0], place_q[5:2]} && ready && since_q != '0 && !hole;
    end
    logic [16:0] looked_value_q;
    always_ff @(posedge clk_i) looked_value_q <= value_q;

    // ---- header words ----

    logic [15:0] word_q;
    logic stored_q = 1'b0;
    logic held_q = 1'b0;                // the word at the output is that one
    logic [15:0] held_value_q;
    wire stores = side_we_i && side_addr == header_q;
    always_ff @(posedge clk_i) begin
        if (stores) begin
            word_q <= side_wdata_i;
            stored_q <= !init_q;
        end
        if (rst || head_busy) held_q <= 1'b0;
        else if (head_re_i) begin
            held_q <= head_addr == header_q && stored_q && !stores;
            held_value_q <= word_q;
        end
    end

    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            if (applied_q == 3'd4 && !hole) a_register: assert (exact_rdata == value_q);
            if (looked_q) a_lookup: assert (lookup_data == looked_value_q);
            if (held_q) a_header: assert (head_data == held_value_q);
        end
        c_register: cover (!init_q && applied_q == 3'd4 && !hole && exact_rdata == 17'h1cafe);
        c_lookup: cover (looked_q && place_q == {4'd1, 2'd2} && lookup_data == 17'h1cafe);
        c_late: cover (looked_q && since_q == 2'd3 && lookup_data == 17'h1beef && ready);
        c_header: cover (held_q && head_data == 16'hbeef && ready);
    end
    if (DUAL) begin : g_waits
        always_ff @(posedge clk_i) c_waits: cover (!init_q && ready && head_re_i && head_busy && !held_q);
    end

    // ---- invariants ----

    wire [5:0] ram_place = {place_q[1:0], place_q[5:2]};
    wire [16:0] looked_up, read_back;   // the place, as either side will find it
    wire [15:0] stored;
    if (DUAL) begin : g_dual
        assign looked_up = u_dut.g_dual.u_ram.mem[{1'b1, ram_place}][16:0];
        assign read_back = looked_up;
        assign stored = u_dut.g_dual.u_ram.mem[{1'b0, header_q}][15:0];
    end else begin : g_simple
        assign looked_up = u_dut.g_simple.u_lookups.mem[ram_place];
        assign read_back = u_dut.g_simple.u_registers.mem[ram_place];
        assign stored = u_dut.g_simple.u_headers.mem[header_q];
    end
    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            i_clear: assert (clear_q <= 7'd64 && u_dut.clear_q == !ready && (ready || u_dut.addr_q == clear_q[5:0]));
            i_cleared: assert (ready || (u_dut.wdata_q == '0 && u_dut.write_q && !u_dut.read_q && value_q == '0));
            if (clear_q > {1'b0, place_q} && (since_q != '0 || !ready) && !hole) begin
                i_memory: assert (looked_up == value_q && read_back == value_q);
            end
            if (stored_q) i_header: assert (stored == word_q);
            i_idle: assert (ready || (!u_dut.read_done_q && exact_rdata == '0));
            if (ready && !hole && u_dut.addr_q == place_q && !u_dut.write_q) begin
                i_read: assert (u_dut.read_q || (u_dut.read_done_q ? u_dut.exact_rdata : exact_rdata) == value_q);
            end
            if (applied_q != '0 && !hole) begin
                i_applied: assert (ready && u_dut.addr_q == place_q && !u_dut.write_q && since_q != '0
                    && (applied_q == 3'd1 || !u_dut.read_q) && (applied_q <= 3'd2 || !u_dut.read_done_q));
            end
            if (ready && since_q == '0) begin
                i_write: assert (hole || (u_dut.write_q && u_dut.addr_q == place_q && u_dut.wdata_q == value_q));
            end
        end
    end
endmodule

`default_nettype wire
