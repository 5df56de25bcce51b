// SPDX-License-Identifier: Apache-2.0
// The management processor: SERV (a package, not in this tree) with its memory, and the way from it to the register bus. Its addresses:
// memory from 0 on, register n at 0x40000000 + n, whole words only. Not compressed, no CSRs, no interrupts.
`default_nettype none

module nic_processor #(
    parameter int unsigned WORDS = 2048,
    localparam int unsigned ADDR_WIDTH = $clog2(WORDS)
) (
    input wire clk_i,
    input wire rst_i,

    // 0: the processor is in reset, and the memory belongs to the port below. 1: it runs from address 0.
    input wire run_i,
    // Memory, only while run_i is 0: a word is written with we, or read with re and there after the clock, until the next read.
    input wire mem_we_i,
    input wire mem_re_i,
    input wire [ADDR_WIDTH-1:0] mem_addr_i,
    input wire [31:0] mem_wdata_i,
    output wire [31:0] mem_rdata_o,

    // Register bus, as its master. An access goes on to its end even if the processor is stopped meanwhile, and run_i must not rise
    // before; one that ends with an error reads 0.
    output wire reg_valid_o,
    output wire reg_write_o,
    output wire [15:0] reg_addr_o,
    output wire [31:0] reg_wdata_o,
    input wire reg_ready_i,
    input wire [31:0] reg_rdata_i,
    input wire reg_error_i
);
    wire rst = rst_i || !run_i;

    // ---- SERV: it asks on one of its buses at a time, and keeps asking until the acknowledge, which lasts a clock

    wire fetch, data, data_write, fetch_ack, data_ack;
    wire [31:0] fetch_addr, data_addr, data_wdata, data_rdata;
    wire [3:0] data_bytes;
    wire unused = &{1'b0, fetch_addr[31:ADDR_WIDTH+2], fetch_addr[1:0], data_addr[31], data_addr[29:16], data_addr[1:0]};

    serv_rf_top #(.RESET_PC(32'd0), .WITH_CSR(0)) u_serv (
        .clk(clk_i),
        .i_rst(rst),
        .i_timer_irq(1'b0),
        .o_ibus_adr(fetch_addr),
        .o_ibus_cyc(fetch),
        .i_ibus_rdt(mem_rdata_o),
        .i_ibus_ack(fetch_ack),
        .o_dbus_adr(data_addr),
        .o_dbus_dat(data_wdata),
        .o_dbus_sel(data_bytes),
        .o_dbus_we(data_write),
        .o_dbus_cyc(data),
        .i_dbus_rdt(data_rdata),
        .i_dbus_ack(data_ack),
        .o_ext_rs1(),
        .o_ext_rs2(),
        .o_ext_funct3(),
        .i_ext_rd(32'd0),
        .i_ext_ready(1'b0),
        .o_mdu_valid()
    );

    wire to_bus = data_addr[30];

    // ---- memory, one RAM for each byte of a word

    logic mem_ack_q;
    wire begins = !rst && !mem_ack_q && (fetch || (data && !to_bus));
    wire [3:0] we = run_i ? {4{begins && !fetch && data_write}} & data_bytes : {4{mem_we_i}};
    wire re = run_i ? begins : mem_re_i;
    wire [ADDR_WIDTH-1:0] addr = !run_i ? mem_addr_i : fetch ? fetch_addr[ADDR_WIDTH+1:2] : data_addr[ADDR_WIDTH+1:2];
    wire [31:0] wdata = run_i ? data_wdata : mem_wdata_i;

    for (genvar i = 0; i < 4; i++) begin : g_byte
        nic_ram #(.WIDTH(8), .DEPTH(WORDS)) u_ram (
            .clk_w_i(clk_i),
            .we_i(we[i]),
            .waddr_i(addr),
            .wdata_i(wdata[8*i+:8]),
            .clk_r_i(clk_i),
            .re_i(re && !we[i]),
            .raddr_i(addr),
            .rdata_o(mem_rdata_o[8*i+:8])
        );
    end

    always_ff @(posedge clk_i) mem_ack_q <= begins;

    // ---- register bus. Who stops or starts the processor does it over the same bus: before it starts again, its last access is over.

    logic valid_q, write_q, bus_ack_q;
    logic [15:0] addr_q;
    logic [31:0] wdata_q, rdata_q;
    wire asks = !rst && data && to_bus && !valid_q && !bus_ack_q;

    always_ff @(posedge clk_i) begin
        valid_q <= !rst_i && (asks || (valid_q && !reg_ready_i));
        bus_ack_q <= !rst && valid_q && reg_ready_i;
    end

    always_ff @(posedge clk_i) begin
        if (asks) begin
            write_q <= data_write;
            addr_q <= {data_addr[15:2], 2'b00};
            wdata_q <= data_wdata;
        end
        if (valid_q && reg_ready_i) rdata_q <= reg_error_i ? '0 : reg_rdata_i;
    end

    assign reg_valid_o = valid_q;
    assign {reg_write_o, reg_addr_o, reg_wdata_o} = {write_q, addr_q, wdata_q};
    assign fetch_ack = mem_ack_q && fetch;
    assign data_ack = bus_ack_q || (mem_ack_q && data);
    assign data_rdata = bus_ack_q ? rdata_q : mem_rdata_o;

`ifndef SYNTHESIS
    logic run_q;
    always_ff @(posedge clk_i) begin
        run_q <= run_i;
        // No answer that is still to come belongs to an earlier run.
        if (!rst_i && run_i && !run_q) a_idle: assert (!valid_q);
    end
`endif
endmodule

`default_nettype wire
