// SPDX-License-Identifier: Apache-2.0
// Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited.
// Register file of the sys domain. we_i and re_i are strobes of one cycle with addr_i (words from 16'h0000) and
// wdata_i; rdata_o and hit_o (the address is mapped, else rdata_o means nothing) follow addr_i without a clock. Stored fields are outputs.
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
        casez (addr_i)
            7'b0000000: hit_o = 1'b1;
            7'b0000001: hit_o = 1'b1;
            7'b0000010: hit_o = 1'b1;
            7'b0000011: hit_o = 1'b1;
            7'b0000100: hit_o = 1'b1;
            7'b0010000: hit_o = 1'b1;
            7'b0010001: hit_o = 1'b1;
            7'b0010010: hit_o = 1'b1;
            7'b0010011: hit_o = 1'b1;
            7'b0010100: hit_o = 1'b1;
            7'b0010101: hit_o = 1'b1;
            7'b0010110: hit_o = 1'b1;
            7'b0010111: hit_o = 1'b1;
            7'b0011000: hit_o = 1'b1;
            7'b0011001: hit_o = 1'b1;
            7'b0011010: hit_o = 1'b1;
            7'b0011011: hit_o = 1'b1;
            7'b1??????: hit_o = 1'b1;
            default: hit_o = 1'b0;
        endcase
    end

    wire [31:0] word_0000000 = {32'h434e6c68};
    wire [31:0] word_0000001 = {map_hash_value_i};
    wire [31:0] word_0000010 = {limits_desc_depth_i, limits_max_frame_i};
    wire [31:0] word_0000011 = {buffers_rx_i, buffers_tx_i};
    wire [31:0] word_0000100 = {caps_tx_mhz_i, caps_sys_mhz_i, 6'h0, caps_processor_i, caps_usb_hs_i, caps_filter_entries_i};
    wire [31:0] word_0010000 = {29'h0, ctrl_loopback_o, ctrl_rx_enable_o, ctrl_tx_enable_o};
    wire [31:0] word_0010001 = 32'h0;
    wire [31:0] word_0010010 = {status_outstanding_i, 13'h0, status_idle_i, status_halted_i, status_resetting_i};
    wire [31:0] word_0010011 = {28'h0, link_full_duplex_o, link_speed_o, link_up_o};
    wire [31:0] word_0010100 = {moderation_microseconds_o, moderation_count_o};
    wire [31:0] word_0010101 = {pause_quanta_o, 14'h0, pause_send_o, pause_obey_o};
    wire [31:0] word_0010110 = {watermarks_high_o, watermarks_low_o};
    wire [31:0] word_0010111 = {28'h0, filter_keep_bad_o, filter_broadcast_o, filter_all_multicast_o, filter_promiscuous_o};
    wire [31:0] word_0011000 = {hash0_bits_o};
    wire [31:0] word_0011001 = {hash1_bits_o};
    wire [31:0] word_0011010 = {mac_lo_octets_o};
    wire [31:0] word_0011011 = {16'h0, mac_hi_octets_o};
    wire [31:0] word_1xxxxxx = exact_rdata_i;
    wire [31:0] tree_000000x = addr_i[2] ? word_0000001 : word_0000000;
    wire [31:0] tree_000001x = addr_i[2] ? word_0000011 : word_0000010;
    wire [31:0] tree_00000x = addr_i[3] ? tree_000001x : tree_000000x;
    wire [31:0] tree_0000x = addr_i[4] ? word_0000100 : tree_00000x;
    wire [31:0] tree_001000x = addr_i[2] ? word_0010001 : word_0010000;
    wire [31:0] tree_001001x = addr_i[2] ? word_0010011 : word_0010010;
    wire [31:0] tree_00100x = addr_i[3] ? tree_001001x : tree_001000x;
    wire [31:0] tree_001010x = addr_i[2] ? word_0010101 : word_0010100;
    wire [31:0] tree_001011x = addr_i[2] ? word_0010111 : word_0010110;
    wire [31:0] tree_00101x = addr_i[3] ? tree_001011x : tree_001010x;
    wire [31:0] tree_0010x = addr_i[4] ? tree_00101x : tree_00100x;
    wire [31:0] tree_001100x = addr_i[2] ? word_0011001 : word_0011000;
    wire [31:0] tree_001101x = addr_i[2] ? word_0011011 : word_0011010;
    wire [31:0] tree_00110x = addr_i[3] ? tree_001101x : tree_001100x;
    wire [31:0] tree_001x = addr_i[5] ? tree_00110x : tree_0010x;
    wire [31:0] tree_00x = addr_i[6] ? tree_001x : tree_0000x;
    wire [31:0] tree_x = addr_i[8] ? word_1xxxxxx : tree_00x;
    assign rdata_o = tree_x;
endmodule
`default_nettype wire
