// SPDX-License-Identifier: Apache-2.0
// The whole NIC on its ULPI link, as on a board with a high-speed transceiver, down to GMII: what the board model and its
// bench verilate. It leaves out what the board's top adds: PLLs, pads and RGMII.
`default_nettype none

module nic_board_hs (
    input wire clk_i,
    input wire rst_i,
    input wire [7:0] ulpi_data_i,
    output wire [7:0] ulpi_data_o,
    output wire ulpi_data_oe_o,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,
    output wire high_speed_o,
    output wire configured_o,
    input wire clk_tx_i,
    input wire clk_rx_i,
    output wire [7:0] gmii_txd_o,
    output wire gmii_tx_en_o,
    output wire gmii_tx_er_o,
    input wire [7:0] gmii_rxd_i,
    input wire gmii_rx_dv_i,
    input wire gmii_rx_er_i,
    input wire tx_ce_i,
    input wire rx_ce_i,
    output wire mdc_o,
    output wire mdio_o,
    output wire mdio_oe_o,
    input wire mdio_i,
    output wire [1:0] speed_o,
    // As in nic_core.
    input wire [31:0] tx_skip_i,
    output wire idle_o
);
    wire rx_active, rx_valid, rx_error, tx_valid, tx_ready, vbus, term, suspend_n;
    wire [7:0] rx_data, tx_data;
    wire [1:0] line, xcvr, mode;

    nic_ulpi u_ulpi (
        .clk_i, .rst_i, .phy_rst_i(rst_i), .ulpi_clk_o(), .ulpi_rst_o(),
        .ulpi_data_i, .ulpi_data_o, .ulpi_data_oe_o, .ulpi_dir_i, .ulpi_nxt_i, .ulpi_stp_o,
        .utmi_rx_active_o(rx_active), .utmi_rx_valid_o(rx_valid), .utmi_rx_data_o(rx_data), .utmi_rx_error_o(rx_error),
        .utmi_tx_valid_i(tx_valid), .utmi_tx_data_i(tx_data), .utmi_tx_ready_o(tx_ready),
        .utmi_xcvr_select_i(xcvr), .utmi_term_select_i(term), .utmi_op_mode_i(mode), .utmi_suspend_ni(suspend_n),
        .utmi_line_state_o(line), .started_o(), .utmi_vbus_valid_o(vbus)
    );

    // As in rtl/boards/ecp5/nic_ecp5_hs.sv.
    nic_hs #(.TX_BUF_BYTES(32768), .RX_BUF_BYTES(65536), .MAX_FRAME(9022), .PROCESSOR(1'b1), .PHY_RX_DELAY(1'b1)) u_nic (
        .clk_i, .rst_i,
        .utmi_rx_active_i(rx_active), .utmi_rx_valid_i(rx_valid), .utmi_rx_data_i(rx_data), .utmi_rx_error_i(rx_error),
        .utmi_tx_ready_i(tx_ready), .utmi_line_state_i(line), .utmi_vbus_valid_i(vbus),
        .utmi_tx_valid_o(tx_valid), .utmi_tx_data_o(tx_data),
        .utmi_xcvr_select_o(xcvr), .utmi_term_select_o(term), .utmi_op_mode_o(mode), .utmi_suspend_n_o(suspend_n),
        .bus_reset_o(), .high_speed_o, .configured_o,
        .clk_tx_i, .rst_tx_i(1'b0), .clk_rx_i, .rst_rx_i(1'b0),
        .tx_ce_i, .gmii_txd_o, .gmii_tx_en_o, .gmii_tx_er_o,
        .rx_ce_i, .gmii_rxd_i, .gmii_rx_dv_i, .gmii_rx_er_i,
        .pins_valid_i(gmii_rx_dv_i), .pins_i(gmii_rxd_i),
        .mdc_o, .mdio_o, .mdio_oe_o, .mdio_i, .speed_o, .led_o(), .tx_skip_i, .idle_o
    );
endmodule

`default_nettype wire
