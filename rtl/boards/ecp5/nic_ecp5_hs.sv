// SPDX-License-Identifier: Apache-2.0
// What boards with an ECP5, a ULPI PHY and an RGMII PHY share: start-up, nic_hs, and the cells at the pins. A board's top adds its
// PLLs and says which way clock and resets go.
`default_nettype none

module nic_ecp5_hs #(
    // See nic_ulpi.
    parameter bit ULPI_CLOCK_OUT = 1'b0,
    parameter bit ULPI_RESET_HIGH = 1'b0,
    // The PHYs stay in reset for 2**START clocks of clk_start_i, and the device for as long again.
    parameter int unsigned START = 20,
    // Steps of 25 ps that TXC is behind the data.
    parameter int TXC_DELAY = 80
) (
    // A clock that runs without the PHYs; the PLLs are locked.
    input wire clk_start_i,
    input wire locked_i,
    // 60 MHz, and 125 MHz for transmit.
    input wire clk_sys_i,
    input wire clk_tx_i,

    // Pins.
    output wire ulpi_clk_o,
    output wire ulpi_rst_o,
    inout wire [7:0] ulpi_data_io,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,
    output wire eth_rst_no,
    output wire eth_mdc_o,
    inout wire eth_mdio_io,
    output wire rgmii_txc_o,
    output wire [3:0] rgmii_txd_o,
    output wire rgmii_tx_ctl_o,
    input wire rgmii_rxc_i,
    input wire [3:0] rgmii_rxd_i,
    input wire rgmii_rx_ctl_i,

    // As in nic_hs; then what USB has come to (docs/new-board.md): blinks with the clock of USB, about once a second; the PHY has taken
    // its registers; it reports VBUS; a host has configured the device.
    output wire [6:0] led_o
);
    // ---- start-up

    wire rst_locked, rst_sys, rst_tx, rst_rx;
    nic_reset_sync u_reset_start (.clk_i(clk_start_i), .arst_i(!locked_i), .rst_o(rst_locked));

    logic [START:0] start_q = '0;
    logic phy_rst_q = 1'b1, rst_q = 1'b1;
    always_ff @(posedge clk_start_i) begin
        if (rst_locked) begin
            start_q <= '0;
            phy_rst_q <= 1'b1;
            rst_q <= 1'b1;
        end else if (rst_q) begin
            start_q <= start_q + 1'b1;
            phy_rst_q <= !start_q[START];
            rst_q <= !(&start_q);
        end
    end

    nic_reset_sync u_reset_sys (.clk_i(clk_sys_i), .arst_i(rst_q), .rst_o(rst_sys));
    nic_reset_sync u_reset_tx (.clk_i(clk_tx_i), .arst_i(rst_q), .rst_o(rst_tx));
    nic_reset_sync u_reset_rx (.clk_i(rgmii_rxc_i), .arst_i(rst_q), .rst_o(rst_rx));

    // ---- USB

    wire rx_active, rx_valid, rx_error, tx_valid, tx_ready, term_select, suspend_n, vbus_valid;
    wire [7:0] rx_data, tx_data;
    wire [1:0] line_state, xcvr_select, op_mode;
    wire [7:0] data_in, data_out, data_pad_in, data_pad_out;
    wire data_oe, stp, ulpi_clk;

    nic_ulpi #(.CLOCK_OUT(ULPI_CLOCK_OUT), .RESET_HIGH(ULPI_RESET_HIGH), .PAD_REGISTERS(1'b1)) u_ulpi (
        .clk_i(clk_sys_i),
        .rst_i(rst_sys),
        .phy_rst_i(phy_rst_q),
        .ulpi_clk_o(ulpi_clk),
        .ulpi_rst_o,
        .ulpi_data_i(data_in),
        .ulpi_data_o(data_out),
        .ulpi_data_oe_o(data_oe),
        .ulpi_dir_i,
        .ulpi_nxt_i,
        .ulpi_stp_o(stp),
        .utmi_rx_active_o(rx_active),
        .utmi_rx_valid_o(rx_valid),
        .utmi_rx_data_o(rx_data),
        .utmi_rx_error_o(rx_error),
        .utmi_tx_valid_i(tx_valid),
        .utmi_tx_data_i(tx_data),
        .utmi_tx_ready_o(tx_ready),
        .utmi_xcvr_select_i(xcvr_select),
        .utmi_term_select_i(term_select),
        .utmi_op_mode_i(op_mode),
        .utmi_suspend_ni(suspend_n),
        .started_o(led_o[4]),
        .utmi_line_state_o(line_state),
        .utmi_vbus_valid_o(vbus_valid)
    );

    nic_ecp5_iobuf #(.WIDTH(8)) u_ulpi_data (.pin_io(ulpi_data_io), .oe_i(data_oe), .out_i(data_pad_out), .in_o(data_pad_in));
    // The PHY's hold time is counted from the clock that it gets: with one from here, data leave 2 ns behind it. With its own, the data
    // that it sends are gone before the edge has come through the FPGA. An I/O cell has one delay.
    nic_ecp5_ireg #(.WIDTH(8), .ZERO_HOLD(!ULPI_CLOCK_OUT)) u_ulpi_in (.clk_i(clk_sys_i), .pin_i(data_pad_in), .in_o(data_in));
    nic_ecp5_oreg #(.WIDTH(9), .DELAY(ULPI_CLOCK_OUT ? 80 : 0)) u_ulpi_out (.clk_i(clk_sys_i), .out_i({stp, data_out}), .pin_o({ulpi_stp_o, data_pad_out}));
    if (ULPI_CLOCK_OUT) begin : g_clock_out
        nic_ecp5_oddr u_ulpi_clk (.clk_i(ulpi_clk), .rise_i(1'b1), .fall_i(1'b0), .pin_o(ulpi_clk_o));
    end else begin : g_clock_in
        wire unused = &{1'b0, ulpi_clk};
        assign ulpi_clk_o = 1'b0;
    end

    // ---- lights

    logic [25:0] beat_q = '0;
    always_ff @(posedge clk_sys_i) begin
        beat_q <= beat_q + 1'b1;
    end
    assign led_o[3] = beat_q[25];
    assign led_o[5] = vbus_valid;

    // ---- NIC

    wire tx_ce, gmii_tx_en, gmii_tx_er, gmii_rx_dv, gmii_rx_er, mdio_out, mdio_oe, mdio_in;
    wire [7:0] gmii_txd, gmii_rxd;
    wire [1:0] speed;

    // Frames of 9018 octets, or of 9022 with a VLAN tag. RXC as it comes.
    nic_hs #(
        .TX_BUF_BYTES(32768), .RX_BUF_BYTES(65536), .MAX_FRAME(9022), .PROCESSOR(1'b1),
        .PHY_TX_DELAY(TXC_DELAY == 0), .PHY_RX_DELAY(1'b1)
    ) u_nic (
        .clk_i(clk_sys_i),
        .rst_i(rst_sys),
        .utmi_rx_active_i(rx_active),
        .utmi_rx_valid_i(rx_valid),
        .utmi_rx_data_i(rx_data),
        .utmi_rx_error_i(rx_error),
        .utmi_tx_ready_i(tx_ready),
        .utmi_line_state_i(line_state),
        .utmi_vbus_valid_i(vbus_valid),
        .utmi_tx_valid_o(tx_valid),
        .utmi_tx_data_o(tx_data),
        .utmi_xcvr_select_o(xcvr_select),
        .utmi_term_select_o(term_select),
        .utmi_op_mode_o(op_mode),
        .utmi_suspend_n_o(suspend_n),
        .bus_reset_o(),
        .high_speed_o(),
        .configured_o(led_o[6]),
        .clk_tx_i(clk_tx_i),
        .rst_tx_i(rst_tx),
        .clk_rx_i(rgmii_rxc_i),
        .rst_rx_i(rst_rx),
        .tx_ce_i(tx_ce),
        .gmii_txd_o(gmii_txd),
        .gmii_tx_en_o(gmii_tx_en),
        .gmii_tx_er_o(gmii_tx_er),
        .rx_ce_i(1'b1),
        .gmii_rxd_i(gmii_rxd),
        .gmii_rx_dv_i(gmii_rx_dv),
        .gmii_rx_er_i(gmii_rx_er),
        .pins_valid_i(gmii_rx_dv),
        .pins_i(gmii_rxd),
        .mdc_o(eth_mdc_o),
        .mdio_o(mdio_out),
        .mdio_oe_o(mdio_oe),
        .mdio_i(mdio_in),
        .speed_o(speed),
        .led_o(led_o[2:0]),
        .tx_skip_i('0),
        .idle_o()
    );

    nic_ecp5_iobuf u_mdio (.pin_io(eth_mdio_io), .oe_i(mdio_oe), .out_i(mdio_out), .in_o(mdio_in));
    assign eth_rst_no = !phy_rst_q;

    // ---- RGMII

    wire [1:0] speed_tx;
    wire gigabit_rx;
    nic_sync #(.WIDTH(2)) u_speed_tx (.clk_i(clk_tx_i), .rst_i(rst_tx), .d_i(speed), .q_o(speed_tx));
    nic_sync u_speed_rx (.clk_i(rgmii_rxc_i), .rst_i(rst_rx), .d_i(speed == nic_regs_pkg::SPEED_M1000), .q_o(gigabit_rx));

    wire [4:0] tx_rise, tx_fall, rx_rise, rx_fall;      // {ctl, data}
    wire txc_rise, txc_fall;

    nic_rgmii_tx u_rgmii_tx (
        .clk_i(clk_tx_i),
        .rst_i(rst_tx),
        .speed_i(speed_tx),
        .ce_o(tx_ce),
        .gmii_txd_i(gmii_txd),
        .gmii_tx_en_i(gmii_tx_en),
        .gmii_tx_er_i(gmii_tx_er),
        .txd_rise_o(tx_rise[3:0]),
        .txd_fall_o(tx_fall[3:0]),
        .ctl_rise_o(tx_rise[4]),
        .ctl_fall_o(tx_fall[4]),
        .txc_rise_o(txc_rise),
        .txc_fall_o(txc_fall)
    );
    nic_ecp5_oddr #(.WIDTH(5)) u_tx (
        .clk_i(clk_tx_i),
        .rise_i(tx_rise),
        .fall_i(tx_fall),
        .pin_o({rgmii_tx_ctl_o, rgmii_txd_o})
    );
    nic_ecp5_oddr #(.DELAY(TXC_DELAY)) u_txc (.clk_i(clk_tx_i), .rise_i(txc_rise), .fall_i(txc_fall), .pin_o(rgmii_txc_o));

    nic_ecp5_iddr #(.WIDTH(5)) u_rx (
        .clk_i(rgmii_rxc_i),
        .pin_i({rgmii_rx_ctl_i, rgmii_rxd_i}),
        .rise_o(rx_rise),
        .fall_o(rx_fall)
    );
    nic_rgmii_rx u_rgmii_rx (
        .clk_i(rgmii_rxc_i),
        .rst_i(rst_rx),
        .gigabit_i(gigabit_rx),
        .rxd_rise_i(rx_rise[3:0]),
        .rxd_fall_i(rx_fall[3:0]),
        .ctl_rise_i(rx_rise[4]),
        .ctl_fall_i(rx_fall[4]),
        .gmii_rxd_o(gmii_rxd),
        .gmii_rx_dv_o(gmii_rx_dv),
        .gmii_rx_er_o(gmii_rx_er),
        .link_o(),
        .speed_o(),
        .full_duplex_o()
    );
endmodule

`default_nettype wire
