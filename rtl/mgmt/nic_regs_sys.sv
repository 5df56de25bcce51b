// SPDX-License-Identifier: Apache-2.0
// Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited.
// Register file of the sys domain. we_i and re_i are strobes of one cycle with addr_i (words from 16'h0000) and
// wdata_i; rdata_o and hit_o (the address is mapped) follow addr_i without a clock. Stored fields are outputs.
`default_nettype none
module nic_regs_sys (
    input  wire         clk_i,
    input  wire         rst_i,
    input  wire         we_i,
    input  wire  [8:2]  addr_i,
    input  wire  [31:0] wdata_i,
    output logic [31:0] rdata_o,
    output logic        hit_o,
    input  wire  [31:0] map_hash_value_i,
    input  wire  [15:0] limits_desc_depth_i,
    input  wire  [15:0] limits_max_frame_i,
    input  wire  [15:0] buffers_rx_i,
    input  wire  [15:0] buffers_tx_i,
    input  wire  [7:0] caps_tx_mhz_i,
    input  wire  [7:0] caps_sys_mhz_i,
    input  wire  [0:0] caps_processor_i,
    input  wire  [0:0] caps_usb_hs_i,
    input  wire  [7:0] caps_filter_entries_i,
    output logic [0:0] ctrl_loopback_o,
    output logic [0:0] ctrl_rx_enable_o,
    output logic [0:0] ctrl_tx_enable_o,
    output logic reset_start_o,   // high in the cycle of the write
    input  wire  [15:0] status_outstanding_i,
    input  wire  [0:0] status_idle_i,
    input  wire  [0:0] status_halted_i,
    input  wire  [0:0] status_resetting_i,
    output logic [0:0] link_full_duplex_o,
    output logic [1:0] link_speed_o,
    output logic [0:0] link_up_o,
    output logic [15:0] moderation_microseconds_o,
    output logic [15:0] moderation_count_o,
    output logic [15:0] pause_quanta_o,
    output logic [0:0] pause_send_o,
    output logic [0:0] pause_obey_o,
    output logic [15:0] watermarks_high_o,
    output logic [15:0] watermarks_low_o,
    output logic [0:0] filter_keep_bad_o,
    output logic [0:0] filter_broadcast_o,
    output logic [0:0] filter_all_multicast_o,
    output logic [0:0] filter_promiscuous_o,
    output logic [31:0] hash0_bits_o,
    output logic [31:0] hash1_bits_o,
    output logic [31:0] mac_lo_octets_o,
    output logic [15:0] mac_hi_octets_o,
    output logic        exact_sel_o,   // the address is in this window
    input  wire  [31:0] exact_rdata_i
);
    assign reset_start_o = we_i && addr_i == 7'h11 && wdata_i[0];
    assign exact_sel_o = addr_i[8:8] == 1'h1;

    always_ff @(posedge clk_i) begin
        if (we_i && addr_i == 7'h10) begin
            ctrl_loopback_o <= wdata_i[2];
            ctrl_rx_enable_o <= wdata_i[1];
            ctrl_tx_enable_o <= wdata_i[0];
        end
        if (we_i && addr_i == 7'h13) begin
            link_full_duplex_o <= wdata_i[3];
            link_speed_o <= wdata_i[2:1];
            link_up_o <= wdata_i[0];
        end
        if (we_i && addr_i == 7'h14) begin
            moderation_microseconds_o <= wdata_i[31:16];
            moderation_count_o <= wdata_i[15:0];
        end
        if (we_i && addr_i == 7'h15) begin
            pause_quanta_o <= wdata_i[31:16];
            pause_send_o <= wdata_i[1];
            pause_obey_o <= wdata_i[0];
        end
        if (we_i && addr_i == 7'h16) begin
            watermarks_high_o <= wdata_i[31:16];
            watermarks_low_o <= wdata_i[15:0];
        end
        if (we_i && addr_i == 7'h17) begin
            filter_keep_bad_o <= wdata_i[3];
            filter_broadcast_o <= wdata_i[2];
            filter_all_multicast_o <= wdata_i[1];
            filter_promiscuous_o <= wdata_i[0];
        end
        if (we_i && addr_i == 7'h18) begin
            hash0_bits_o <= wdata_i[31:0];
        end
        if (we_i && addr_i == 7'h19) begin
            hash1_bits_o <= wdata_i[31:0];
        end
        if (we_i && addr_i == 7'h1a) begin
            mac_lo_octets_o <= wdata_i[31:0];
        end
        if (we_i && addr_i == 7'h1b) begin
            mac_hi_octets_o <= wdata_i[15:0];
        end
        if (rst_i) begin
            ctrl_loopback_o <= 1'h0;
            ctrl_rx_enable_o <= 1'h0;
            ctrl_tx_enable_o <= 1'h0;
            link_full_duplex_o <= 1'h1;
            link_speed_o <= 2'h2;
            link_up_o <= 1'h0;
            moderation_microseconds_o <= 16'h0;
            moderation_count_o <= 16'h0;
            pause_quanta_o <= 16'hffff;
            pause_send_o <= 1'h0;
            pause_obey_o <= 1'h0;
            watermarks_high_o <= 16'ha;
            watermarks_low_o <= 16'h4;
            filter_keep_bad_o <= 1'h0;
            filter_broadcast_o <= 1'h0;
            filter_all_multicast_o <= 1'h0;
            filter_promiscuous_o <= 1'h0;
            hash0_bits_o <= 32'h0;
            hash1_bits_o <= 32'h0;
            mac_lo_octets_o <= 32'h0;
            mac_hi_octets_o <= 16'h0;
        end
    end

    always_comb begin
        rdata_o = 32'h0;
        hit_o = 1'b1;
        casez (addr_i)
            7'h0: rdata_o = {32'h434e6c68};
            7'h1: rdata_o = {map_hash_value_i};
            7'h2: rdata_o = {limits_desc_depth_i, limits_max_frame_i};
            7'h3: rdata_o = {buffers_rx_i, buffers_tx_i};
            7'h4: rdata_o = {caps_tx_mhz_i, caps_sys_mhz_i, 6'h0, caps_processor_i, caps_usb_hs_i, caps_filter_entries_i};
            7'h10: rdata_o = {29'h0, ctrl_loopback_o, ctrl_rx_enable_o, ctrl_tx_enable_o};
            7'h11: rdata_o = 32'h0;
            7'h12: rdata_o = {status_outstanding_i, 13'h0, status_idle_i, status_halted_i, status_resetting_i};
            7'h13: rdata_o = {28'h0, link_full_duplex_o, link_speed_o, link_up_o};
            7'h14: rdata_o = {moderation_microseconds_o, moderation_count_o};
            7'h15: rdata_o = {pause_quanta_o, 14'h0, pause_send_o, pause_obey_o};
            7'h16: rdata_o = {watermarks_high_o, watermarks_low_o};
            7'h17: rdata_o = {28'h0, filter_keep_bad_o, filter_broadcast_o, filter_all_multicast_o, filter_promiscuous_o};
            7'h18: rdata_o = {hash0_bits_o};
            7'h19: rdata_o = {hash1_bits_o};
            7'h1a: rdata_o = {mac_lo_octets_o};
            7'h1b: rdata_o = {16'h0, mac_hi_octets_o};
            7'b1??????: rdata_o = exact_rdata_i;
            default: hit_o = 1'b0;
        endcase
    end
endmodule
`default_nettype wire
