// SPDX-License-Identifier: Apache-2.0
// The part of management that belongs to the processor: the register bus with its two masters, the registers beside it (processor, watchdog,
// mailbox, lights), the window to the processor's memory, and the processor. All else goes on to nic_core. Without the
// processor, or with it in reset, the host reaches every register.
`default_nettype none

module nic_mgmt_proc #(
    parameter int unsigned CLOCKS_MS = 60000
) (
    // The device's reset; a pulse is enough.
    input wire clk_i,
    input wire rst_i,

    // The host's register bus, as in nic_core.
    input wire host_valid_i,
    input wire host_write_i,
    input wire [15:0] host_addr_i,
    input wire [31:0] host_wdata_i,
    output wire host_ready_o,
    output wire [31:0] host_rdata_o,
    output wire host_error_o,

    // To nic_core.
    output wire reg_valid_o,
    output wire reg_write_o,
    output wire [15:0] reg_addr_o,
    output wire [31:0] reg_wdata_o,
    input wire reg_ready_i,
    input wire [31:0] reg_rdata_i,
    input wire reg_error_i,

    // Events, pulses; the result counts when the event is raised.
    output logic request_o,
    output logic [2:0] request_result_o,
    output logic processor_o,

    // {alive, activity, link}
    output wire [2:0] led_o
);
    import nic_regs_pkg::*;

    localparam int unsigned MEMORY_WIDTH = $clog2(PROC_MEMORY_WORDS);
    localparam int unsigned MS_WIDTH = $clog2(CLOCKS_MS);

    if (CLOCKS_MS < 2) $fatal(1, "nic_mgmt_proc: CLOCKS_MS must be at least 2");

    // ---- the bus

    wire proc_valid, proc_write, proc_ready;
    wire [15:0] proc_addr;
    wire [31:0] proc_wdata;
    wire valid, write, ready, error;
    wire [15:0] addr;
    wire [31:0] wdata, rdata;

    nic_bus_arbiter u_arbiter (
        .clk_i,
        .rst_i,
        .a_valid_i(host_valid_i),
        .a_write_i(host_write_i),
        .a_addr_i(host_addr_i),
        .a_wdata_i(host_wdata_i),
        .a_ready_o(host_ready_o),
        .b_valid_i(proc_valid),
        .b_write_i(proc_write),
        .b_addr_i(proc_addr),
        .b_wdata_i(proc_wdata),
        .b_ready_o(proc_ready),
        .reg_valid_o(valid),
        .reg_write_o(write),
        .reg_addr_o(addr),
        .reg_wdata_o(wdata),
        .reg_ready_i(ready)
    );

    wire to_regs = addr[15:11] == PROC_CTRL_ADDR[15:11];
    wire to_memory = addr[15] == PROC_MEMORY_ADDR[15];
    wire here = to_regs || to_memory;

    assign reg_valid_o = valid && !here;
    assign {reg_write_o, reg_addr_o, reg_wdata_o} = {write, addr, wdata};

    // What is here acts in the first clock of an access and answers in the second.
    logic answer_q, run_q;
    wire hit;
    wire acts = valid && here && !answer_q && !rst_i;
    wire reg_there = hit && addr[10:6] == '0 && addr[1:0] == '0;
    wire memory_there = addr[14:MEMORY_WIDTH+2] == '0 && addr[1:0] == '0 && !run_q;
    wire we = acts && to_regs && reg_there && write;
    wire re = acts && to_regs && reg_there && !write;
    wire [31:0] regs_rdata, memory_rdata;
    logic error_q;

    always_ff @(posedge clk_i) begin
        answer_q <= acts;
        error_q <= to_memory ? !memory_there : !reg_there;
    end

    assign ready = answer_q || reg_ready_i;
    assign error = here ? error_q : reg_error_i;
    assign rdata = to_memory ? memory_rdata : to_regs ? regs_rdata : reg_rdata_i;
    assign host_rdata_o = rdata;
    assign host_error_o = error;

    // ---- registers

    wire ctrl_we, request_we, done_we;
    logic [15:0] watchdog_q, left_q;
    logic alive_q, expired_q, pending_q;
    logic [7:0] code_q;
    logic [31:0] time_q;

    nic_regs_proc u_regs (
        .clk_i,
        .rst_i,
        .we_i(we),
        .re_i(re),
        .addr_i(addr[5:2]),
        .wdata_i(wdata),
        .hit_o(hit),
        .rdata_o(regs_rdata),
        .proc_ctrl_watchdog_ms_i(watchdog_q),
        .proc_ctrl_run_i(run_q),
        .proc_ctrl_we_o(ctrl_we),
        .proc_ctrl_re_o(),
        .proc_status_expired_i(expired_q),
        .proc_status_alive_i(alive_q),
        .heartbeat_changes_o(),
        .heartbeat_address_o(),
        .heartbeat_kind_o(),
        .heartbeat_state_o(),
        .proc_time_ms_i(time_q),
        .mail_request_code_i(code_q),
        .mail_request_we_o(request_we),
        .mail_request_re_o(),
        .mail_argument_word_o(),
        .mail_status_result_i(request_result_o),
        .mail_status_pending_i(pending_q),
        .mail_done_we_o(done_we),
        .mail_answer0_word_o(),
        .mail_answer1_word_o(),
        .led_alive_o(led_o[2]),
        .led_activity_o(led_o[1]),
        .led_link_o(led_o[0])
    );

    // ---- time, and the watchdog: it bites at the first millisecond's end with nothing left

    logic [MS_WIDTH-1:0] clocks_q;
    wire tick = clocks_q == MS_WIDTH'(CLOCKS_MS - 1);
    wire heartbeat = we && addr[5:2] == HEARTBEAT_ADDR[5:2];
    wire bites = run_q && tick && watchdog_q != '0 && left_q == '0 && !ctrl_we && !heartbeat;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            clocks_q <= '0;
            time_q <= '0;
        end else begin
            clocks_q <= tick ? '0 : clocks_q + 1'b1;
            time_q <= time_q + 32'(tick);
        end
    end

    always_ff @(posedge clk_i) begin
        if (ctrl_we) left_q <= wdata[31:16];
        else if (heartbeat) left_q <= watchdog_q;
        else if (tick && left_q != '0) left_q <= left_q - 1'b1;
    end

    always_ff @(posedge clk_i) begin
        processor_o <= bites && !rst_i;
        if (rst_i) begin
            run_q <= 1'b0;
            watchdog_q <= '0;
            alive_q <= 1'b0;
            expired_q <= 1'b0;
        end else if (ctrl_we) begin
            run_q <= wdata[0];
            watchdog_q <= wdata[31:16];
            if (wdata[0] && !run_q) {alive_q, expired_q} <= '0;
        end else if (bites) begin
            run_q <= 1'b0;
            expired_q <= 1'b1;
        end else if (heartbeat) alive_q <= run_q;
    end

    // ---- mailbox: a request ends, at the latest when the processor is stopped

    wire asked = request_we && !pending_q;
    wire refused = run_q ? 1'b0 : asked || pending_q;
    wire finished = done_we && pending_q;

    always_ff @(posedge clk_i) begin
        request_o <= (refused || finished) && !rst_i;
        if (rst_i) begin
            pending_q <= 1'b0;
            code_q <= '0;
            request_result_o <= '0;
        end else begin
            pending_q <= (asked || pending_q) && !refused && !finished;
            if (asked) code_q <= wdata[7:0];
            if (refused) request_result_o <= MAIL_RESULT_NO_FIRMWARE;
            else if (finished) request_result_o <= wdata[2:0];
        end
    end

    // ---- processor

    nic_processor #(.WORDS(PROC_MEMORY_WORDS)) u_processor (
        .clk_i,
        .rst_i,
        .run_i(run_q),
        .mem_we_i(acts && to_memory && memory_there && write),
        .mem_re_i(acts && to_memory && memory_there && !write),
        .mem_addr_i(addr[MEMORY_WIDTH+1:2]),
        .mem_wdata_i(wdata),
        .mem_rdata_o(memory_rdata),
        .reg_valid_o(proc_valid),
        .reg_write_o(proc_write),
        .reg_addr_o(proc_addr),
        .reg_wdata_o(proc_wdata),
        .reg_ready_i(proc_ready),
        .reg_rdata_i(rdata),
        .reg_error_i(error)
    );
endmodule

`default_nettype wire
