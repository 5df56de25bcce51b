// SPDX-License-Identifier: Apache-2.0
// The full-speed USB stack by itself, pins to byte streams and register bus, for area.py.
`default_nettype none

module nic_usb_fs_stack (
    input wire clk_i,
    input wire rst_i,
    input wire usb_dp_i,
    input wire usb_dn_i,
    output wire usb_dp_o,
    output wire usb_dn_o,
    output wire usb_oe_o,
    output wire usb_pullup_o,
    input wire usb_vbus_i,

    // As in nic_usb_device.
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [7:0] out_data_o,
    input wire out_halt_i,
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [7:0] in_data_i,
    input wire in_last_i,
    input wire in_flush_i,
    input wire ev_valid_i,
    output wire ev_ready_o,
    input wire [7:0] ev_data_i,
    input wire ev_last_i,
    output wire reg_valid_o,
    output wire reg_write_o,
    output wire [15:0] reg_addr_o,
    output wire [31:0] reg_wdata_o,
    input wire reg_ready_i,
    input wire [31:0] reg_rdata_i,
    input wire reg_error_i,
    output wire bus_reset_o,
    output wire configured_o
);
    wire rx_active, rx_valid, rx_error, tx_valid, tx_ready, vbus, term, suspend_n;
    wire [7:0] rx_data, tx_data;
    wire [1:0] line, xcvr, mode;

    nic_fs_phy u_phy (
        .clk_i, .rst_i, .usb_dp_i, .usb_dn_i, .usb_dp_o, .usb_dn_o, .usb_oe_o, .usb_pullup_o, .usb_vbus_i,
        .utmi_rx_active_o(rx_active), .utmi_rx_valid_o(rx_valid), .utmi_rx_data_o(rx_data), .utmi_rx_error_o(rx_error),
        .utmi_tx_valid_i(tx_valid), .utmi_tx_data_i(tx_data), .utmi_tx_ready_o(tx_ready),
        .utmi_xcvr_select_i(xcvr), .utmi_term_select_i(term), .utmi_op_mode_i(mode), .utmi_suspend_ni(suspend_n),
        .utmi_line_state_o(line), .utmi_vbus_valid_o(vbus)
    );

    nic_usb_device #(.HS(1'b0), .CLOCKS_US(48), .CLOCKS_MS(48000)) u_device (
        .clk_i, .rst_i,
        .utmi_rx_active_i(rx_active), .utmi_rx_valid_i(rx_valid), .utmi_rx_data_i(rx_data), .utmi_rx_error_i(rx_error),
        .utmi_tx_ready_i(tx_ready), .utmi_line_state_i(line), .utmi_vbus_valid_i(vbus),
        .utmi_tx_valid_o(tx_valid), .utmi_tx_data_o(tx_data),
        .utmi_xcvr_select_o(xcvr), .utmi_term_select_o(term), .utmi_op_mode_o(mode), .utmi_suspend_n_o(suspend_n),
        .out_valid_o, .out_ready_i, .out_data_o, .out_halt_i,
        .in_valid_i, .in_ready_o, .in_data_i, .in_last_i, .in_flush_i,
        .ev_valid_i, .ev_ready_o, .ev_data_i, .ev_last_i,
        .reg_valid_o, .reg_write_o, .reg_addr_o, .reg_wdata_o, .reg_ready_i, .reg_rdata_i, .reg_error_i,
        .bus_reset_o, .high_speed_o(), .configured_o, .bad_o(), .unanswered_o()
    );
endmodule

`default_nettype wire
