// SPDX-License-Identifier: Apache-2.0
// The whole NIC between UTMI and GMII: nic_usb_device, nic_core and, with PROCESSOR=1, the management processor, high speed (HS=1) or
// full speed only. A bus reset, or the loss of VBUS, is a reset of the device.
`default_nettype none

module nic_hs #(
    parameter bit HS = 1'b1,
    parameter int unsigned SYS_MHZ = 60,
    parameter int unsigned TX_MHZ = 125,
    // Of nic_core. Completions go up once a (micro)frame: so many frames go out in one at most.
    parameter int unsigned DESC_DEPTH = HS ? 128 : 64,
    parameter int unsigned TX_BUF_BYTES = 4096,
    parameter int unsigned RX_BUF_BYTES = 4096,
    parameter int unsigned RX_FRAMES = RX_BUF_BYTES / 64,
    parameter int unsigned MAX_FRAME = 1522,
    parameter bit DUAL_RAM = 1'b1,
    parameter bit PROCESSOR = 1'b0,
    parameter bit CLOCKS = 1'b1,
    parameter bit PHY_TX_DELAY = 1'b0,
    parameter bit PHY_RX_DELAY = 1'b0,
    // See nic_usb_bus.
    parameter int unsigned CLOCKS_MS = 1000 * SYS_MHZ,
    // Eight characters.
    parameter logic [63:0] SERIAL = "00000001"
) (
    // USB clock; a pulse of reset is enough.
    input wire clk_i,
    input wire rst_i,

    // UTMI, as in nic_usb_device.
    input wire utmi_rx_active_i,
    input wire utmi_rx_valid_i,
    input wire [7:0] utmi_rx_data_i,
    input wire utmi_rx_error_i,
    input wire utmi_tx_ready_i,
    input wire [1:0] utmi_line_state_i,
    input wire utmi_vbus_valid_i,
    output wire utmi_tx_valid_o,
    output wire [7:0] utmi_tx_data_o,
    output wire [1:0] utmi_xcvr_select_o,
    output wire utmi_term_select_o,
    output wire [1:0] utmi_op_mode_o,
    output wire utmi_suspend_n_o,

    // Bus reset or not attached; speed; a configuration is set.
    output wire bus_reset_o,
    output wire high_speed_o,
    output wire configured_o,

    // As in nic_core.
    input wire clk_tx_i,
    input wire rst_tx_i,
    input wire clk_rx_i,
    input wire rst_rx_i,
    input wire tx_ce_i,
    output wire [7:0] gmii_txd_o,
    output wire gmii_tx_en_o,
    output wire gmii_tx_er_o,
    input wire rx_ce_i,
    input wire [7:0] gmii_rxd_i,
    input wire gmii_rx_dv_i,
    input wire gmii_rx_er_i,
    input wire pins_valid_i,
    input wire [7:0] pins_i,
    output wire mdc_o,
    output wire mdio_o,
    output wire mdio_oe_o,
    input wire mdio_i,
    output wire [1:0] speed_o,
    // Lights, register LED: {alive, activity, link}; 0 without the processor.
    output wire [2:0] led_o,
    input wire [31:0] tx_skip_i,
    output wire idle_o
);
    wire out_valid, out_ready, out_halt, in_valid, in_ready, in_last, in_flush, ev_valid, ev_ready, ev_last;
    wire [7:0] out_data, in_data, ev_data;
    wire reg_valid, reg_write, reg_ready, reg_error;
    wire [15:0] reg_addr;
    wire [31:0] reg_wdata, reg_rdata;
    wire core_valid, core_write, core_ready, core_error, request, processor_stopped;
    wire [15:0] core_addr;
    wire [31:0] core_wdata, core_rdata;
    wire [2:0] request_result;
    wire usb_bad, usb_unanswered;

    nic_usb_device #(.HS(HS), .CLOCKS_US(SYS_MHZ), .CLOCKS_MS(CLOCKS_MS), .SERIAL(SERIAL)) u_usb (
        .clk_i,
        .rst_i,
        .utmi_rx_active_i,
        .utmi_rx_valid_i,
        .utmi_rx_data_i,
        .utmi_rx_error_i,
        .utmi_tx_ready_i,
        .utmi_line_state_i,
        .utmi_vbus_valid_i,
        .utmi_tx_valid_o,
        .utmi_tx_data_o,
        .utmi_xcvr_select_o,
        .utmi_term_select_o,
        .utmi_op_mode_o,
        .utmi_suspend_n_o,
        .out_valid_o(out_valid),
        .out_ready_i(out_ready),
        .out_data_o(out_data),
        .out_halt_i(out_halt),
        .in_valid_i(in_valid),
        .in_ready_o(in_ready),
        .in_data_i(in_data),
        .in_last_i(in_last),
        .in_flush_i(in_flush),
        .ev_valid_i(ev_valid),
        .ev_ready_o(ev_ready),
        .ev_data_i(ev_data),
        .ev_last_i(ev_last),
        .reg_valid_o(reg_valid),
        .reg_write_o(reg_write),
        .reg_addr_o(reg_addr),
        .reg_wdata_o(reg_wdata),
        .reg_ready_i(reg_ready),
        .reg_rdata_i(reg_rdata),
        .reg_error_i(reg_error),
        .bus_reset_o,
        .high_speed_o,
        .configured_o,
        .bad_o(usb_bad),
        .unanswered_o(usb_unanswered)
    );

    if (PROCESSOR) begin : g_processor
        nic_mgmt_proc #(.CLOCKS_MS(CLOCKS_MS)) u_proc (
            .clk_i,
            .rst_i(rst_i || bus_reset_o),
            .host_valid_i(reg_valid),
            .host_write_i(reg_write),
            .host_addr_i(reg_addr),
            .host_wdata_i(reg_wdata),
            .host_ready_o(reg_ready),
            .host_rdata_o(reg_rdata),
            .host_error_o(reg_error),
            .reg_valid_o(core_valid),
            .reg_write_o(core_write),
            .reg_addr_o(core_addr),
            .reg_wdata_o(core_wdata),
            .reg_ready_i(core_ready),
            .reg_rdata_i(core_rdata),
            .reg_error_i(core_error),
            .request_o(request),
            .request_result_o(request_result),
            .processor_o(processor_stopped),
            .led_o
        );
    end else begin : g_no_processor
        assign {core_valid, core_write, core_addr, core_wdata} = {reg_valid, reg_write, reg_addr, reg_wdata};
        assign {reg_ready, reg_error, reg_rdata} = {core_ready, core_error, core_rdata};
        assign {request, request_result, processor_stopped, led_o} = '0;
    end

    nic_core #(
        .SYS_MHZ(SYS_MHZ), .TX_MHZ(TX_MHZ), .TX_BUF_BYTES(TX_BUF_BYTES), .RX_BUF_BYTES(RX_BUF_BYTES),
        .DESC_DEPTH(DESC_DEPTH), .RX_FRAMES(RX_FRAMES), .MAX_FRAME(MAX_FRAME), .DUAL_RAM(DUAL_RAM), .CLOCKS(CLOCKS), .USB_HS(HS),
        .PROCESSOR(PROCESSOR),
        .PHY_TX_DELAY(PHY_TX_DELAY), .PHY_RX_DELAY(PHY_RX_DELAY)
    ) u_core (
        .clk_i,
        .rst_i(rst_i || bus_reset_o),
        .clk_tx_i,
        .rst_tx_i,
        .clk_rx_i,
        .rst_rx_i,
        .out_valid_i(out_valid),
        .out_ready_o(out_ready),
        .out_data_i(out_data),
        .out_halt_o(out_halt),
        .in_valid_o(in_valid),
        .in_ready_i(in_ready),
        .in_data_o(in_data),
        .in_last_o(in_last),
        .in_flush_o(in_flush),
        .ev_valid_o(ev_valid),
        .ev_ready_i(ev_ready),
        .ev_data_o(ev_data),
        .ev_last_o(ev_last),
        .reg_valid_i(core_valid),
        .reg_write_i(core_write),
        .reg_addr_i(core_addr),
        .reg_wdata_i(core_wdata),
        .reg_ready_o(core_ready),
        .reg_rdata_o(core_rdata),
        .reg_error_o(core_error),
        .request_i(request),
        .request_result_i(request_result),
        .processor_i(processor_stopped),
        .tx_ce_i,
        .gmii_txd_o,
        .gmii_tx_en_o,
        .gmii_tx_er_o,
        .rx_ce_i,
        .gmii_rxd_i,
        .gmii_rx_dv_i,
        .gmii_rx_er_i,
        .pins_valid_i,
        .pins_i,
        .usb_bad_i(usb_bad),
        .usb_unanswered_i(usb_unanswered),
        .mdc_o,
        .mdio_o,
        .mdio_oe_o,
        .mdio_i,
        .speed_o,
        .tx_skip_i,
        .idle_o
    );
endmodule

`default_nettype wire
