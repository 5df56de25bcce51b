// SPDX-License-Identifier: Apache-2.0
// The USB device on its ULPI link, bulk OUT looped to bulk IN; for the bench with the host controller and PHY models.
`default_nettype none

module nic_usb_hs_rig #(
    // See nic_usb_bus.
    parameter int unsigned CLOCKS_MS = 60000
) (
    input wire clk_i,
    input wire rst_i,
    input wire [7:0] ulpi_data_i,
    output wire [7:0] ulpi_data_o,
    output wire ulpi_data_oe_o,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,
    output wire high_speed_o,
    output wire configured_o
);
    wire rx_active, rx_valid, rx_error, tx_valid, tx_ready, vbus, term, suspend_n;
    wire [7:0] rx_data, tx_data, data;
    wire [1:0] line, xcvr, mode;
    wire valid, ready;

    nic_ulpi u_ulpi (
        .clk_i, .rst_i, .phy_rst_i(rst_i), .ulpi_clk_o(), .ulpi_rst_o(),
        .ulpi_data_i, .ulpi_data_o, .ulpi_data_oe_o, .ulpi_dir_i, .ulpi_nxt_i, .ulpi_stp_o,
        .utmi_rx_active_o(rx_active), .utmi_rx_valid_o(rx_valid), .utmi_rx_data_o(rx_data), .utmi_rx_error_o(rx_error),
        .utmi_tx_valid_i(tx_valid), .utmi_tx_data_i(tx_data), .utmi_tx_ready_o(tx_ready),
        .utmi_xcvr_select_i(xcvr), .utmi_term_select_i(term), .utmi_op_mode_i(mode), .utmi_suspend_ni(suspend_n),
        .utmi_line_state_o(line), .started_o(), .utmi_vbus_valid_o(vbus)
    );

    nic_usb_device #(.CLOCKS_MS(CLOCKS_MS)) u_device (
        .clk_i, .rst_i,
        .utmi_rx_active_i(rx_active), .utmi_rx_valid_i(rx_valid), .utmi_rx_data_i(rx_data), .utmi_rx_error_i(rx_error),
        .utmi_tx_ready_i(tx_ready), .utmi_line_state_i(line), .utmi_vbus_valid_i(vbus),
        .utmi_tx_valid_o(tx_valid), .utmi_tx_data_o(tx_data),
        .utmi_xcvr_select_o(xcvr), .utmi_term_select_o(term), .utmi_op_mode_o(mode), .utmi_suspend_n_o(suspend_n),
        .out_valid_o(valid), .out_ready_i(ready), .out_data_o(data), .out_halt_i(1'b0),
        .in_valid_i(valid), .in_ready_o(ready), .in_data_i(data), .in_last_i(1'b0), .in_flush_i(1'b0),
        .ev_valid_i(1'b0), .ev_ready_o(), .ev_data_i('0), .ev_last_i(1'b0),
        .reg_valid_o(), .reg_write_o(), .reg_addr_o(), .reg_wdata_o(),
        .reg_ready_i(1'b1), .reg_rdata_i('0), .reg_error_i(1'b0),
        .bus_reset_o(), .high_speed_o, .configured_o, .bad_o(), .unanswered_o()
    );
endmodule

`default_nettype wire
