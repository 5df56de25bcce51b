// SPDX-License-Identifier: Apache-2.0
// Generated from rtl/mgmt/nic.rdl by rtl/mgmt/regs_export.py (make regs); not to be edited.
// Registers of the sys domain. we_i and re_i are strobes of one clock with the word address and wdata_i. hit_o (mapped)
// follows without a clock. rbit_o: bit bit_i of the word whose address was there one clock ago and still is; unmapped: anything.
`default_nettype none

module nic_regs_sys (
    input  wire clk_i,
    input  wire rst_i,
    input  wire we_i,
    input  wire [8:2] addr_i,
    input  wire [31:0] wdata_i,
    output logic hit_o,
    input  wire [4:0] bit_i,
    output logic rbit_o,
    input  wire [31:0] map_hash_value_i,
    input  wire [15:0] limits_desc_depth_i,
    input  wire [15:0] limits_max_frame_i,
    input  wire [15:0] buffers_rx_i,
    input  wire [15:0] buffers_tx_i,
    input  wire [7:0] caps_tx_mhz_i,
    input  wire [7:0] caps_sys_mhz_i,
    input  wire [3:0] caps_rx_frames_i,
    input  wire caps_phy_rx_delay_i,
    input  wire caps_phy_tx_delay_i,
    input  wire caps_processor_i,
    input  wire caps_usb_hs_i,
    input  wire [7:0] caps_filter_entries_i,
    output logic ctrl_loopback_o,
    output logic ctrl_rx_enable_o,
    output logic ctrl_tx_enable_o,
    output logic reset_start_o,   // high in the cycle of the write
    input  wire [15:0] status_outstanding_i,
    input  wire status_idle_i,
    input  wire status_halted_i,
    input  wire status_resetting_i,
    output logic link_full_duplex_o,
    output logic [1:0] link_speed_o,
    output logic link_up_o,
    output logic [15:0] moderation_microseconds_o,
    output logic [15:0] moderation_count_o,
    output logic [15:0] pause_quanta_o,
    output logic pause_send_o,
    output logic pause_obey_o,
    output logic [15:0] watermarks_high_o,
    output logic [15:0] watermarks_low_o,
    output logic filter_keep_bad_o,
    output logic filter_broadcast_o,
    output logic filter_all_multicast_o,
    output logic filter_promiscuous_o,
    output logic [31:0] hash0_bits_o,
    output logic [31:0] hash1_bits_o,
    output logic [31:0] mac_lo_octets_o,
    output logic [15:0] mac_hi_octets_o,
    output logic [15:0] mdio_data_data_o,
    output logic mdio_ctrl_write_o,
    output logic [4:0] mdio_ctrl_phy_o,
    output logic [4:0] mdio_ctrl_register_o,
    input  wire [15:0] mdio_status_data_i,
    input  wire mdio_status_no_answer_i,
    input  wire mdio_status_busy_i,
    output logic mdio_start_start_o,   // high in the cycle of the write
    output logic measure_start_o,   // high in the cycle of the write
    input  wire [15:0] clocks_rx_i,
    input  wire [15:0] clocks_tx_i,
    input  wire [7:0] pins_rxd_i,
    input  wire [7:0] usb_errors_unanswered_i,
    input  wire [7:0] usb_errors_bad_i,
    output logic exact_sel_o,   // the address is in this window
    input  wire [31:0] exact_rdata_i
);
    assign reset_start_o = we_i && addr_i == 7'h11 && wdata_i[0];
    assign mdio_start_start_o = we_i && addr_i == 7'h1f && wdata_i[0];
    assign measure_start_o = we_i && addr_i == 7'h20 && wdata_i[0];
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
        if (we_i && addr_i == 7'h1c) begin
            mdio_data_data_o <= wdata_i[15:0];
        end
        if (we_i && addr_i == 7'h1d) begin
            mdio_ctrl_write_o <= wdata_i[16];
            mdio_ctrl_phy_o <= wdata_i[12:8];
            mdio_ctrl_register_o <= wdata_i[4:0];
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
            mdio_data_data_o <= 16'h0;
            mdio_ctrl_write_o <= 1'h0;
            mdio_ctrl_phy_o <= 5'h0;
            mdio_ctrl_register_o <= 5'h0;
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
            7'b0011100: hit_o = 1'b1;
            7'b0011101: hit_o = 1'b1;
            7'b0011110: hit_o = 1'b1;
            7'b0011111: hit_o = 1'b1;
            7'b0100000: hit_o = 1'b1;
            7'b0100001: hit_o = 1'b1;
            7'b0100010: hit_o = 1'b1;
            7'b0100011: hit_o = 1'b1;
            7'b1??????: hit_o = 1'b1;
            default: hit_o = 1'b0;
        endcase
    end

    // The words as they were written, and which of them were, since the last reset.
    wire [31:0] copy;
    wire in_copy = addr_i[8:6] == 3'h1;
    nic_ram #(.WIDTH(32), .DEPTH(16), .BRAM(0)) u_copy (
        .clk_w_i(clk_i),
        .we_i(we_i && in_copy),
        .waddr_i(addr_i[5:2]),
        .wdata_i(wdata_i),
        .clk_r_i(clk_i),
        .re_i(1'b1),
        .raddr_i(addr_i[5:2]),
        .rdata_o(copy)
    );

    logic [11:0] written_q;
    always_ff @(posedge clk_i) begin
        if (we_i && addr_i == 7'h10) written_q[0] <= 1'b1;
        if (we_i && addr_i == 7'h13) written_q[1] <= 1'b1;
        if (we_i && addr_i == 7'h14) written_q[2] <= 1'b1;
        if (we_i && addr_i == 7'h15) written_q[3] <= 1'b1;
        if (we_i && addr_i == 7'h16) written_q[4] <= 1'b1;
        if (we_i && addr_i == 7'h17) written_q[5] <= 1'b1;
        if (we_i && addr_i == 7'h18) written_q[6] <= 1'b1;
        if (we_i && addr_i == 7'h19) written_q[7] <= 1'b1;
        if (we_i && addr_i == 7'h1a) written_q[8] <= 1'b1;
        if (we_i && addr_i == 7'h1b) written_q[9] <= 1'b1;
        if (we_i && addr_i == 7'h1c) written_q[10] <= 1'b1;
        if (we_i && addr_i == 7'h1d) written_q[11] <= 1'b1;
        if (rst_i) written_q <= '0;
    end

    // Of the word whose address was there one clock ago, as copy is.
    logic copied_d, copied_q;
    always_ff @(posedge clk_i) copied_q <= copied_d;
    logic [31:0] mask;
    always_comb begin
        case (addr_i)
            7'h10: begin
                copied_d = written_q[0];
                mask = 32'h00000007;
            end
            7'h13: begin
                copied_d = written_q[1];
                mask = 32'h0000000f;
            end
            7'h14: begin
                copied_d = written_q[2];
                mask = 32'hffffffff;
            end
            7'h15: begin
                copied_d = written_q[3];
                mask = 32'hffff0003;
            end
            7'h16: begin
                copied_d = written_q[4];
                mask = 32'hffffffff;
            end
            7'h17: begin
                copied_d = written_q[5];
                mask = 32'h0000000f;
            end
            7'h18: begin
                copied_d = written_q[6];
                mask = 32'hffffffff;
            end
            7'h19: begin
                copied_d = written_q[7];
                mask = 32'hffffffff;
            end
            7'h1a: begin
                copied_d = written_q[8];
                mask = 32'hffffffff;
            end
            7'h1b: begin
                copied_d = written_q[9];
                mask = 32'h0000ffff;
            end
            7'h1c: begin
                copied_d = written_q[10];
                mask = 32'h0000ffff;
            end
            7'h1d: begin
                copied_d = written_q[11];
                mask = 32'h00011f1f;
            end
            default: begin
                copied_d = 1'b0;
                mask = '0;
            end
        endcase
    end

    wire [31:0] word_0000000 = 32'h434e6c68;
    wire [31:0] word_0000001 = map_hash_value_i;
    wire [31:0] word_0000010 = {limits_desc_depth_i, limits_max_frame_i};
    wire [31:0] word_0000011 = {buffers_rx_i, buffers_tx_i};
    wire [31:0] word_0000100 = {caps_tx_mhz_i, caps_sys_mhz_i, caps_rx_frames_i, caps_phy_rx_delay_i, caps_phy_tx_delay_i, caps_processor_i, caps_usb_hs_i, caps_filter_entries_i};
    wire [31:0] word_0010010 = {status_outstanding_i, 13'h0, status_idle_i, status_halted_i, status_resetting_i};
    wire [31:0] word_0010011 = copied_q ? 32'h0 : 32'hc;
    wire [31:0] word_0010101 = copied_q ? 32'h0 : 32'hffff0000;
    wire [31:0] word_0010110 = copied_q ? 32'h0 : 32'ha0004;
    wire [31:0] word_0011110 = {mdio_status_data_i, 14'h0, mdio_status_no_answer_i, mdio_status_busy_i};
    wire [31:0] word_0100001 = {clocks_rx_i, clocks_tx_i};
    wire [31:0] word_0100010 = {24'h0, pins_rxd_i};
    wire [31:0] word_0100011 = {16'h0, usb_errors_unanswered_i, usb_errors_bad_i};
    wire [31:0] word_1xxxxxx = exact_rdata_i;
    wire tree_000000x = addr_i[2] ? word_0000001[bit_i] : word_0000000[bit_i];
    wire tree_000001x = addr_i[2] ? word_0000011[bit_i] : word_0000010[bit_i];
    wire tree_00000x = addr_i[3] ? tree_000001x : tree_000000x;
    wire tree_0000x = addr_i[4] ? word_0000100[bit_i] : tree_00000x;
    wire tree_001001x = addr_i[2] ? word_0010011[bit_i] : word_0010010[bit_i];
    wire tree_00100x = addr_i[3] ? tree_001001x : 1'b0;
    wire tree_001010x = addr_i[2] ? word_0010101[bit_i] : 1'b0;
    wire tree_001011x = addr_i[2] ? 1'b0 : word_0010110[bit_i];
    wire tree_00101x = addr_i[3] ? tree_001011x : tree_001010x;
    wire tree_0010x = addr_i[4] ? tree_00101x : tree_00100x;
    wire tree_001111x = addr_i[2] ? 1'b0 : word_0011110[bit_i];
    wire tree_00111x = addr_i[3] ? tree_001111x : 1'b0;
    wire tree_0011x = addr_i[4] ? tree_00111x : 1'b0;
    wire tree_001x = addr_i[5] ? tree_0011x : tree_0010x;
    wire tree_00x = addr_i[6] ? tree_001x : tree_0000x;
    wire tree_010000x = addr_i[2] ? word_0100001[bit_i] : 1'b0;
    wire tree_010001x = addr_i[2] ? word_0100011[bit_i] : word_0100010[bit_i];
    wire tree_01000x = addr_i[3] ? tree_010001x : tree_010000x;
    wire tree_0x = addr_i[7] ? tree_01000x : tree_00x;
    wire tree_x = addr_i[8] ? word_1xxxxxx[bit_i] : tree_0x;
    assign rbit_o = (copied_q && copy[bit_i] && mask[bit_i]) || tree_x;
endmodule

`default_nettype wire
