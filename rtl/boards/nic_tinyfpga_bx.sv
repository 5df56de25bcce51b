// SPDX-License-Identifier: Apache-2.0
// TinyFPGA BX: nic_fs between the board's USB socket and a LAN8720 module on header pins 14 to 22, which gives 50 MHz. Everything is
// sized to the 16 KiB of block RAM. Not yet run on a board.
`default_nettype none

module nic_tinyfpga_bx #(
    // Everything but the PLL is in reset for 2**START clocks.
    parameter int unsigned START = 20
) (
    input wire clk16_i,

    inout wire usb_dp_io,
    inout wire usb_dn_io,
    // Through 1.5 kOhm to D+.
    inout wire usb_pullup_io,

    inout wire eth_refclk_io,
    output wire eth_mdc_o,
    inout wire eth_mdio_io,
    inout wire [1:0] rmii_txd_io,
    inout wire rmii_tx_en_io,
    inout wire [1:0] rmii_rxd_io,
    inout wire rmii_crs_dv_io,

    // Configured.
    output wire led_o
);
    // 16 * 48 = 768 MHz, / 16 = 48 MHz.
    (* keep *) wire clk_sys;                     // constraints/bitstream.py knows these by name
    (* keep *) wire clk_ref;
    wire locked;
    nic_ice40_pll #(.DIVF(7'd47), .DIVQ(3'd4)) u_pll (.clk_i(clk16_i), .clk_o(clk_sys), .locked_o(locked));
    nic_ice40_clk u_ref (.pin_io(eth_refclk_io), .clk_o(clk_ref));

    wire rst_locked;
    nic_reset_sync u_reset (.clk_i(clk_sys), .arst_i(!locked), .rst_o(rst_locked));

    // 22 ms: the module's own reset and straps are over.
    logic [START-1:0] start_q = '0;
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
    wire [1:0] txd, rxd, unused_speed;
    wire [2:0] unused_led;
    wire unused = &{1'b0, unused_pull_up, unused_speed, unused_led};

    nic_fs #(
        .TX_BUF_BYTES(2048), .RX_BUF_BYTES(4096), .DESC_DEPTH(32), .RX_FRAMES(32), .DUAL_RAM(1'b0),
        .CLOCKS(1'b0)
    ) u_nic (
        .clk_i(clk_sys),
        .rst_i(rst_q),
        .usb_dp_i(dp_in),
        .usb_dn_i(dn_in),
        .usb_dp_o(dp_out),
        .usb_dn_o(dn_out),
        .usb_oe_o(usb_oe),
        .usb_pullup_o(pull_up),
        .usb_vbus_i(1'b1),
        .configured_o(led_o),
        .clk_ref_i(clk_ref),
        .rmii_txd_o(txd),
        .rmii_tx_en_o(tx_en),
        .rmii_rxd_i(rxd),
        .rmii_crs_dv_i(crs_dv),
        .rmii_rx_er_i(1'b0),
        .mdc_o(eth_mdc_o),
        .mdio_o(mdio_out),
        .mdio_oe_o(mdio_oe),
        .mdio_i(mdio_in),
        .speed_o(unused_speed),
        .led_o(unused_led)
    );

    nic_ice40_ioreg #(.WIDTH(2)) u_usb (
        .clk_i(clk_sys), .pin_io({usb_dn_io, usb_dp_io}), .oe_i(usb_oe), .out_i({dn_out, dp_out}), .in_o({dn_in, dp_in})
    );
    nic_ice40_iobuf u_pullup (.pin_io(usb_pullup_io), .oe_i(pull_up), .out_i(1'b1), .in_o(unused_pull_up));
    nic_ice40_iobuf #(.PULLUP(1'b1)) u_mdio (.pin_io(eth_mdio_io), .oe_i(mdio_oe), .out_i(mdio_out), .in_o(mdio_in));
    nic_ice40_oreg #(.WIDTH(3)) u_tx (.clk_i(clk_ref), .out_i({tx_en, txd}), .pin_io({rmii_tx_en_io, rmii_txd_io}));
    nic_ice40_ireg #(.WIDTH(3)) u_rx (.clk_i(clk_ref), .pin_io({rmii_crs_dv_io, rmii_rxd_io}), .in_o({crs_dv, rxd}));
endmodule

`default_nettype wire
