// SPDX-License-Identifier: Apache-2.0
// Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited.
// Registers of the tx domain. we_i and re_i are strobes of one clock with the word address and wdata_i. hit_o (mapped)
// follows without a clock, rdata_o one clock after re_i; it is 0 otherwise.
`default_nettype none

module nic_regs_tx (
    input  wire clk_i,
    input  wire rst_i,
    input  wire we_i,
    input  wire re_i,
    input  wire [9:2] addr_i,
    input  wire [20:0] wdata_i,
    output logic hit_o,
    output logic [31:0] rdata_o,
    output logic [7:0] ifg_octets_o,
    input  wire [31:0] time_lo_ns_i,
    output logic time_lo_we_o,   // wdata_i is being written to it
    output logic time_lo_re_o,   // it is being read
    input  wire [31:0] time_hi_ns_i,
    output logic time_hi_we_o,   // wdata_i is being written to it
    output logic time_hi_re_o,   // it is being read
    output logic time_step_we_o,   // wdata_i is being written to it
    output logic [20:0] time_adjust_ppb_o,
    output logic snapshot_take_o,   // high in the cycle of the write
    output logic counter_sel_o,   // the address is in this window
    input  wire [31:0] counter_rdata_i,
    output logic counter_now_sel_o,   // the address is in this window
    input  wire [31:0] counter_now_rdata_i
);
    assign time_lo_we_o = we_i && addr_i == 8'h1;
    assign time_lo_re_o = re_i && addr_i == 8'h1;
    assign time_hi_we_o = we_i && addr_i == 8'h2;
    assign time_hi_re_o = re_i && addr_i == 8'h2;
    assign time_step_we_o = we_i && addr_i == 8'h3;
    assign snapshot_take_o = we_i && addr_i == 8'h5 && wdata_i[0];
    assign counter_sel_o = addr_i[9:8] == 2'h1;
    assign counter_now_sel_o = addr_i[9:8] == 2'h2;

    always_ff @(posedge clk_i) begin
        if (we_i && addr_i == 8'h0) begin
            ifg_octets_o <= wdata_i[7:0];
        end
        if (we_i && addr_i == 8'h4) begin
            time_adjust_ppb_o <= wdata_i[20:0];
        end
        if (rst_i) begin
            ifg_octets_o <= 8'hc;
            time_adjust_ppb_o <= 21'h0;
        end
    end

    always_comb begin
        casez (addr_i)
            8'b00000000: hit_o = 1'b1;
            8'b00000001: hit_o = 1'b1;
            8'b00000010: hit_o = 1'b1;
            8'b00000011: hit_o = 1'b1;
            8'b00000100: hit_o = 1'b1;
            8'b00000101: hit_o = 1'b1;
            8'b01??????: hit_o = 1'b1;
            8'b10??????: hit_o = 1'b1;
            default: hit_o = 1'b0;
        endcase
    end

    logic [31:0] word_00000000_q;
    logic [31:0] word_00000001_q;
    logic [31:0] word_00000010_q;
    logic [31:0] word_00000100_q;
    logic [31:0] word_01xxxxxx_q;
    logic [31:0] word_10xxxxxx_q;
    always_ff @(posedge clk_i) begin
        word_00000000_q <= re_i && addr_i ==? 8'b00000000 ? {24'h0, ifg_octets_o} : 32'h0;
        word_00000001_q <= re_i && addr_i ==? 8'b00000001 ? time_lo_ns_i : 32'h0;
        word_00000010_q <= re_i && addr_i ==? 8'b00000010 ? time_hi_ns_i : 32'h0;
        word_00000100_q <= re_i && addr_i ==? 8'b00000100 ? {11'h0, time_adjust_ppb_o} : 32'h0;
        word_01xxxxxx_q <= re_i && addr_i ==? 8'b01?????? ? counter_rdata_i : 32'h0;
        word_10xxxxxx_q <= re_i && addr_i ==? 8'b10?????? ? counter_now_rdata_i : 32'h0;
    end
    assign rdata_o = word_00000000_q | word_00000001_q | word_00000010_q | word_00000100_q | word_01xxxxxx_q | word_10xxxxxx_q;
endmodule

`default_nettype wire
