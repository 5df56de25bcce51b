// SPDX-License-Identifier: Apache-2.0
// A board's top to copy, to rtl/boards/nic_NAME.sv: full speed on three pins, a LAN8720 that gives 50 MHz. What the board decides is marked
// with BOARD. The tops of boards with ULPI and RGMII: nic_butterstick, nic_ecpix5.
`default_nettype none

module nic_newboard #(
    // BOARD: block RAM to spare; 2 KiB and twice the frame at least.
    parameter int unsigned TX_BUF_BYTES = 8192,
    parameter int unsigned RX_BUF_BYTES = 8192
) (
    input wire clk25_i, // BOARD: the oscillator

    inout wire usb_dp_io,
    inout wire usb_dn_io,
    inout wire usb_pullup_io, // through 1.5 kOhm to D+

    input wire eth_refclk_i,
    output wire eth_mdc_o,
    inout wire eth_mdio_io,
    output wire [1:0] rmii_txd_o,
    output wire rmii_tx_en_o,
    input wire [1:0] rmii_rxd_i,
    input wire rmii_crs_dv_i,

    output wire [4:0] led_o
);
    // BOARD: 48 MHz for the USB pins. 25 / 5 * 12 * 12 = 720 MHz, / 15.
    (* keep *) wire clk_sys;
    wire locked, rst_locked, unused_op;
    nic_ecp5_pll #(.IN_DIV(5), .FB_DIV(12), .OP_DIV(12), .OS_DIV(15)) u_pll (
        .clk_i(clk25_i),
        .op_o(unused_op),
        .os_o(clk_sys),
        .locked_o(locked)
    );
    nic_reset_sync u_reset (.clk_i(clk_sys), .arst_i(!locked), .rst_o(rst_locked));

    // BOARD: until the PHY has read its straps, here 22 ms.
    logic [19:0] start_q = '0;
    logic rst_q = 1'b1;
    always_ff @(posedge clk_sys) begin
        if (rst_locked) begin
            start_q <= '0;
            rst_q <= 1'b1;
        end else if (rst_q) begin
            start_q <= start_q + 1'b1;
            rst_q <= !(&start_q);
        end
    end

    wire dp_in, dn_in, dp_out, dn_out, usb_oe, pull_up, unused_pull_up, mdio_out, mdio_oe, mdio_in, tx_en, crs_dv;
    wire configured;
    wire [1:0] speed, txd, rxd;
    wire unused = &{1'b0, unused_op, unused_pull_up};

    nic_fs #(.TX_BUF_BYTES(TX_BUF_BYTES), .RX_BUF_BYTES(RX_BUF_BYTES), .PROCESSOR(1'b0)) u_nic (
        .clk_i(clk_sys),
        .rst_i(rst_q),
        .usb_dp_i(dp_in),
        .usb_dn_i(dn_in),
        .usb_dp_o(dp_out),
        .usb_dn_o(dn_out),
        .usb_oe_o(usb_oe),
        .usb_pullup_o(pull_up),
        .usb_vbus_i(1'b1), // BOARD: a pin, if the board has power of its own
        .configured_o(configured),
        .clk_ref_i(eth_refclk_i),
        .rmii_txd_o(txd),
        .rmii_tx_en_o(tx_en),
        .rmii_rxd_i(rxd),
        .rmii_crs_dv_i(crs_dv),
        .rmii_rx_er_i(1'b0),
        .mdc_o(eth_mdc_o),
        .mdio_o(mdio_out),
        .mdio_oe_o(mdio_oe),
        .mdio_i(mdio_in),
        .speed_o(speed),
        .led_o(led_o[4:2])
    );

    // Registers in the pads.
    nic_ecp5_ioreg #(.WIDTH(2)) u_usb (
        .clk_i(clk_sys), .pin_io({usb_dn_io, usb_dp_io}), .oe_i(usb_oe), .out_i({dn_out, dp_out}), .in_o({dn_in, dp_in})
    );
    nic_ecp5_oreg #(.WIDTH(3)) u_tx (.clk_i(eth_refclk_i), .out_i({tx_en, txd}), .pin_o({rmii_tx_en_o, rmii_txd_o}));
    nic_ecp5_ireg #(.WIDTH(3), .ZERO_HOLD(1'b1)) u_rx (.clk_i(eth_refclk_i), .pin_i({rmii_crs_dv_i, rmii_rxd_i}), .in_o({crs_dv, rxd}));
    nic_ecp5_iobuf u_pullup (.pin_io(usb_pullup_io), .oe_i(pull_up), .out_i(1'b1), .in_o(unused_pull_up));
    nic_ecp5_iobuf u_mdio (.pin_io(eth_mdio_io), .oe_i(mdio_oe), .out_i(mdio_out), .in_o(mdio_in));
    assign led_o[1:0] = {speed == nic_regs_pkg::SPEED_M100, configured}; // BOARD: active high
endmodule

`default_nettype wire
