// SPDX-License-Identifier: Apache-2.0
// The part of management that lives in the sys domain: the register bus with its decoder, the sys registers, and the way
// to the tx registers. Configuration leaves as it is written; other domains bring it in with synchronisers of their own.
`default_nettype none

module nic_mgmt_sys #(
    parameter int unsigned TX_BUF_BYTES = 4096,
    parameter int unsigned RX_BUF_BYTES = 4096,
    parameter int unsigned DESC_DEPTH = 64,
    parameter int unsigned RX_FRAMES = 64,
    parameter int unsigned MAX_FRAME = 1522,
    parameter int unsigned FILTER_ENTRIES = 16,
    parameter int unsigned SYS_MHZ = 60,
    parameter int unsigned TX_MHZ = 125,
    parameter bit USB_HS = 1'b1,
    parameter bit PROCESSOR = 1'b0,
    parameter bit PHY_TX_DELAY = 1'b0,
    parameter bit PHY_RX_DELAY = 1'b0
) (
    input wire clk_i,
    input wire rst_i,

    // Register bus, byte addresses of whole words: valid and the others stay until ready, a pulse with which rdata and
    // error (unmapped, or the tx domain does not answer) count.
    input wire reg_valid_i,
    input wire reg_write_i,
    input wire [15:0] reg_addr_i,
    input wire [31:0] reg_wdata_i,
    output logic reg_ready_o,
    output logic [31:0] reg_rdata_o,
    output logic reg_error_o,
    output wire idle_o,

    // Configuration: levels, straight from flip-flops.
    output wire tx_enable_o,
    output wire rx_enable_o,
    output wire loopback_o,
    output wire link_up_o,
    output wire [1:0] link_speed_o,
    output wire [15:0] moderation_count_o,
    output wire [15:0] moderation_us_o,
    output wire pause_obey_o,
    output wire pause_send_o,
    output wire [15:0] pause_quanta_o,
    output wire [15:0] low_o,
    output wire [15:0] high_o,
    output wire promiscuous_o,
    output wire all_multicast_o,
    output wire broadcast_o,
    output wire keep_bad_o,
    output wire [63:0] hash_o,
    output wire [47:0] mac_addr_o,

    // Exact filter table: written in the clock of the strobe; read data belongs to the address of four clocks ago.
    output wire exact_we_o,
    output wire [5:0] exact_addr_o,
    output wire [16:0] exact_wdata_o,
    input wire [16:0] exact_rdata_i,

    // MDIO pins: nic_mdio.
    output wire mdc_o,
    output wire mdio_o,
    output wire mdio_oe_o,
    input wire mdio_i,

    // nic_probe.
    output wire measure_o,
    input wire measuring_i,
    input wire [15:0] tx_clocks_i,
    input wire [15:0] rx_clocks_i,
    input wire [7:0] pins_i,
    input wire [7:0] usb_bad_i,
    input wire [7:0] usb_unanswered_i,

    // Status, and the pulse that starts a NIC reset.
    output wire reset_start_o,
    input wire resetting_i,
    input wire halted_i,
    input wire all_idle_i,
    input wire [15:0] outstanding_i,

    // Access to the tx domain: nic_bus_bridge.
    input wire clk_tx_i,
    input wire rst_tx_i,
    output wire tx_valid_o,
    output wire tx_write_o,
    output wire [9:2] tx_addr_o,
    output wire [31:0] tx_wdata_o,
    input wire tx_ready_i,
    input wire [31:0] tx_rdata_i,
    input wire tx_error_i
);
    import nic_regs_pkg::*;

    // 0x000 sys, 128 words; 0x400 tx, 256 words.
    wire in_sys = reg_addr_i[15:9] == 7'h00 && reg_addr_i[1:0] == 2'b00;
    wire in_tx = reg_addr_i[15:10] == IFG_ADDR[15:10] && reg_addr_i[1:0] == 2'b00;

    // An access begins with step 0: the write, or all of what happens in the tx domain. What is read is gathered bit by
    // bit in steps 32 to 63, which takes the least logic; by then the slowest source, EXACT, has had its time. The bit is on its
    // way for a clock, and the answer comes a clock after the last.
    // So a field that changes by itself may come out torn: a flag that vouches for others stands below them (MDIO_STATUS).
    logic [5:0] step_q;
    logic gather_q, bit_q, last_q;
    wire begins = reg_valid_i && !last_q && !reg_ready_o && step_q == '0;
    wire ends = &step_q;
    wire we = begins && in_sys && reg_write_i;
    wire bridge_valid = begins && in_tx;

    wire bridge_done, bridge_error, bridge_idle;
    wire [31:0] bridge_rdata;
    wire sys_bit;
    wire hit, exact_sel;
    wire mdio_busy;

    assign exact_we_o = we && exact_sel;
    assign exact_addr_o = reg_addr_i[7:2];
    assign exact_wdata_o = reg_wdata_i[16:0];
    assign idle_o = !reg_valid_i && bridge_idle && !mdio_busy && !measuring_i;

    always_ff @(posedge clk_i) begin
        if (rst_i) step_q <= '0;
        else if (step_q != '0 || (begins && (!in_tx || bridge_done))) step_q <= step_q + 1'b1;
    end

    always_ff @(posedge clk_i) begin
        last_q <= !rst_i && ends;
        reg_ready_o <= !rst_i && last_q;
        reg_error_o <= in_tx ? bridge_error : !in_sys || !hit;
    end

    always_ff @(posedge clk_i) begin
        gather_q <= step_q[5];
        bit_q <= in_tx ? bridge_rdata[step_q[4:0]] : sys_bit;
        if (gather_q) reg_rdata_o <= {bit_q, reg_rdata_o[31:1]};
    end

    nic_bus_bridge #(.ADDR_WIDTH(8)) u_bridge (
        .clk_i(clk_i),
        .rst_i(rst_i),
        .valid_i(bridge_valid),
        .write_i(reg_write_i),
        .addr_i(reg_addr_i[9:2]),
        .wdata_i(reg_wdata_i),
        .done_o(bridge_done),
        .error_o(bridge_error),
        .rdata_o(bridge_rdata),
        .idle_o(bridge_idle),
        .clk_tx_i(clk_tx_i),
        .rst_tx_i(rst_tx_i),
        .tx_valid_o(tx_valid_o),
        .tx_write_o(tx_write_o),
        .tx_addr_o(tx_addr_o),
        .tx_wdata_o(tx_wdata_o),
        .tx_ready_i(tx_ready_i),
        .tx_rdata_i(tx_rdata_i),
        .tx_error_i(tx_error_i)
    );

    wire mdio_start, mdio_write, mdio_no_answer;
    wire [4:0] mdio_phy, mdio_register;
    wire [15:0] mdio_wdata, mdio_rdata;

    nic_mdio #(.SYS_MHZ(SYS_MHZ)) u_mdio (
        .clk_i(clk_i),
        .rst_i(rst_i),
        .start_i(mdio_start),
        .write_i(mdio_write),
        .phy_i(mdio_phy),
        .reg_i(mdio_register),
        .wdata_i(mdio_wdata),
        .busy_o(mdio_busy),
        .rdata_o(mdio_rdata),
        .no_answer_o(mdio_no_answer),
        .mdc_o(mdc_o),
        .mdio_o(mdio_o),
        .mdio_oe_o(mdio_oe_o),
        .mdio_i(mdio_i)
    );

    nic_regs_sys u_regs (
        .clk_i(clk_i),
        .rst_i(rst_i),
        .we_i(we),
        .addr_i(reg_addr_i[8:2]),
        .wdata_i(reg_wdata_i),
        .hit_o(hit),
        .bit_i(step_q[4:0]),
        .rbit_o(sys_bit),
        .map_hash_value_i(MAP_HASH),
        .limits_desc_depth_i(16'(DESC_DEPTH)),
        .limits_max_frame_i(16'(MAX_FRAME)),
        .buffers_rx_i(16'(RX_BUF_BYTES / 256)),
        .buffers_tx_i(16'(TX_BUF_BYTES / 256)),
        .caps_tx_mhz_i(8'(TX_MHZ)),
        .caps_sys_mhz_i(8'(SYS_MHZ)),
        .caps_rx_frames_i(4'($clog2(RX_FRAMES))),
        .caps_processor_i(PROCESSOR),
        .caps_phy_tx_delay_i(PHY_TX_DELAY),
        .caps_phy_rx_delay_i(PHY_RX_DELAY),
        .measure_start_o(measure_o),
        .clocks_tx_i(tx_clocks_i),
        .clocks_rx_i(rx_clocks_i),
        .pins_rxd_i(pins_i),
        .usb_errors_bad_i(usb_bad_i),
        .usb_errors_unanswered_i(usb_unanswered_i),
        .caps_usb_hs_i(USB_HS),
        .caps_filter_entries_i(8'(FILTER_ENTRIES)),
        .ctrl_loopback_o(loopback_o),
        .ctrl_rx_enable_o(rx_enable_o),
        .ctrl_tx_enable_o(tx_enable_o),
        .reset_start_o(reset_start_o),
        .status_outstanding_i(outstanding_i),
        .status_idle_i(all_idle_i),
        .status_halted_i(halted_i),
        .status_resetting_i(resetting_i),
        .link_full_duplex_o(),
        .link_speed_o(link_speed_o),
        .link_up_o(link_up_o),
        .moderation_microseconds_o(moderation_us_o),
        .moderation_count_o(moderation_count_o),
        .pause_quanta_o(pause_quanta_o),
        .pause_send_o(pause_send_o),
        .pause_obey_o(pause_obey_o),
        .watermarks_high_o(high_o),
        .watermarks_low_o(low_o),
        .filter_keep_bad_o(keep_bad_o),
        .filter_broadcast_o(broadcast_o),
        .filter_all_multicast_o(all_multicast_o),
        .filter_promiscuous_o(promiscuous_o),
        .hash0_bits_o(hash_o[31:0]),
        .hash1_bits_o(hash_o[63:32]),
        .mac_lo_octets_o(mac_addr_o[31:0]),
        .mac_hi_octets_o(mac_addr_o[47:32]),
        .mdio_data_data_o(mdio_wdata),
        .mdio_start_start_o(mdio_start),
        .mdio_ctrl_write_o(mdio_write),
        .mdio_ctrl_phy_o(mdio_phy),
        .mdio_ctrl_register_o(mdio_register),
        .mdio_status_no_answer_i(mdio_no_answer),
        .mdio_status_busy_i(mdio_busy),
        .mdio_status_data_i(mdio_rdata),
        .exact_sel_o(exact_sel),
        .exact_rdata_i({15'h0, exact_rdata_i})
    );
endmodule

`default_nettype wire
