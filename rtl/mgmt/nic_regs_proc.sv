// SPDX-License-Identifier: Apache-2.0
// Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited.
// Registers of the proc domain. we_i and re_i are strobes of one clock with the word address and wdata_i. hit_o (mapped)
// follows without a clock, rdata_o one clock after re_i; it is 0 otherwise.
`default_nettype none

module nic_regs_proc (
    input  wire clk_i,
    input  wire rst_i,
    input  wire we_i,
    input  wire re_i,
    input  wire [5:2] addr_i,
    input  wire [31:0] wdata_i,
    output logic hit_o,
    output logic [31:0] rdata_o,
    input  wire [15:0] proc_ctrl_watchdog_ms_i,
    input  wire proc_ctrl_run_i,
    output logic proc_ctrl_we_o,   // wdata_i is being written to it
    output logic proc_ctrl_re_o,   // it is being read
    input  wire proc_status_expired_i,
    input  wire proc_status_alive_i,
    output logic [15:0] heartbeat_changes_o,
    output logic [4:0] heartbeat_address_o,
    output logic [2:0] heartbeat_kind_o,
    output logic [2:0] heartbeat_state_o,
    input  wire [31:0] proc_time_ms_i,
    output logic [31:0] mail_argument_word_o,
    input  wire [7:0] mail_request_code_i,
    output logic mail_request_we_o,   // wdata_i is being written to it
    output logic mail_request_re_o,   // it is being read
    input  wire [2:0] mail_status_result_i,
    input  wire mail_status_pending_i,
    output logic mail_done_we_o,   // wdata_i is being written to it
    output logic [31:0] mail_answer0_word_o,
    output logic [31:0] mail_answer1_word_o,
    output logic led_alive_o,
    output logic led_activity_o,
    output logic led_link_o
);
    assign proc_ctrl_we_o = we_i && addr_i == 4'h0;
    assign proc_ctrl_re_o = re_i && addr_i == 4'h0;
    assign mail_request_we_o = we_i && addr_i == 4'h5;
    assign mail_request_re_o = re_i && addr_i == 4'h5;
    assign mail_done_we_o = we_i && addr_i == 4'h7;

    always_ff @(posedge clk_i) begin
        if (we_i && addr_i == 4'h2) begin
            heartbeat_changes_o <= wdata_i[31:16];
            heartbeat_address_o <= wdata_i[12:8];
            heartbeat_kind_o <= wdata_i[6:4];
            heartbeat_state_o <= wdata_i[2:0];
        end
        if (we_i && addr_i == 4'h4) begin
            mail_argument_word_o <= wdata_i[31:0];
        end
        if (we_i && addr_i == 4'h8) begin
            mail_answer0_word_o <= wdata_i[31:0];
        end
        if (we_i && addr_i == 4'h9) begin
            mail_answer1_word_o <= wdata_i[31:0];
        end
        if (we_i && addr_i == 4'ha) begin
            led_alive_o <= wdata_i[2];
            led_activity_o <= wdata_i[1];
            led_link_o <= wdata_i[0];
        end
        if (rst_i) begin
            heartbeat_changes_o <= 16'h0;
            heartbeat_address_o <= 5'h0;
            heartbeat_kind_o <= 3'h0;
            heartbeat_state_o <= 3'h0;
            mail_argument_word_o <= 32'h0;
            mail_answer0_word_o <= 32'h0;
            mail_answer1_word_o <= 32'h0;
            led_alive_o <= 1'h0;
            led_activity_o <= 1'h0;
            led_link_o <= 1'h0;
        end
    end

    always_comb begin
        casez (addr_i)
            4'b0000: hit_o = 1'b1;
            4'b0001: hit_o = 1'b1;
            4'b0010: hit_o = 1'b1;
            4'b0011: hit_o = 1'b1;
            4'b0100: hit_o = 1'b1;
            4'b0101: hit_o = 1'b1;
            4'b0110: hit_o = 1'b1;
            4'b0111: hit_o = 1'b1;
            4'b1000: hit_o = 1'b1;
            4'b1001: hit_o = 1'b1;
            4'b1010: hit_o = 1'b1;
            default: hit_o = 1'b0;
        endcase
    end

    logic [31:0] word_0000_q;
    logic [31:0] word_0001_q;
    logic [31:0] word_0010_q;
    logic [31:0] word_0011_q;
    logic [31:0] word_0100_q;
    logic [31:0] word_0101_q;
    logic [31:0] word_0110_q;
    logic [31:0] word_1000_q;
    logic [31:0] word_1001_q;
    logic [31:0] word_1010_q;
    always_ff @(posedge clk_i) begin
        word_0000_q <= re_i && addr_i ==? 4'b0000 ? {proc_ctrl_watchdog_ms_i, 15'h0, proc_ctrl_run_i} : 32'h0;
        word_0001_q <= re_i && addr_i ==? 4'b0001 ? {30'h0, proc_status_expired_i, proc_status_alive_i} : 32'h0;
        word_0010_q <= re_i && addr_i ==? 4'b0010 ? {heartbeat_changes_o, 3'h0, heartbeat_address_o, 1'h0, heartbeat_kind_o, 1'h0, heartbeat_state_o} : 32'h0;
        word_0011_q <= re_i && addr_i ==? 4'b0011 ? proc_time_ms_i : 32'h0;
        word_0100_q <= re_i && addr_i ==? 4'b0100 ? mail_argument_word_o : 32'h0;
        word_0101_q <= re_i && addr_i ==? 4'b0101 ? {24'h0, mail_request_code_i} : 32'h0;
        word_0110_q <= re_i && addr_i ==? 4'b0110 ? {21'h0, mail_status_result_i, 7'h0, mail_status_pending_i} : 32'h0;
        word_1000_q <= re_i && addr_i ==? 4'b1000 ? mail_answer0_word_o : 32'h0;
        word_1001_q <= re_i && addr_i ==? 4'b1001 ? mail_answer1_word_o : 32'h0;
        word_1010_q <= re_i && addr_i ==? 4'b1010 ? {29'h0, led_alive_o, led_activity_o, led_link_o} : 32'h0;
    end
    assign rdata_o = word_0000_q | word_0001_q | word_0010_q | word_0011_q | word_0100_q | word_0101_q | word_0110_q | word_1000_q | word_1001_q | word_1010_q;
endmodule

`default_nettype wire
