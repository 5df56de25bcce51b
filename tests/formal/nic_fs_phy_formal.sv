// SPDX-License-Identifier: Apache-2.0
// What nic_fs_phy promises of what it sends, for any octets and a packet of any length (USB 2.0, 7.1.7 to 7.1.13): SYNC, then the
// octets given, each once and in order, behind NRZI and stuffing, then an EOP of two bits of SE0 and one of J; every bit is four
// clocks; the bus is driven for that time alone.
`default_nettype none

module nic_fs_phy_formal (
    input wire clk_i,
    input wire valid_i,
    input wire [7:0] octet_i
);
    logic [2:0] init_q = 3'b111;
    always_ff @(posedge clk_i) init_q <= init_q >> 1;
    wire rst = init_q != '0;

    // An octet stays until it is taken; a packet is given when the one before is over.
    logic valid_q;
    logic [7:0] octet_q;
    wire ready, oe, dp, dn;
    wire take = valid_q && ready;
    always_ff @(posedge clk_i) begin
        if (rst) valid_q <= 1'b0;
        else if (valid_q ? ready : !oe) {valid_q, octet_q} <= {valid_i, octet_i};
    end

    nic_fs_phy u_dut (
        .clk_i,
        .rst_i(rst),
        .usb_dp_i(1'b1),
        .usb_dn_i(1'b0),
        .usb_dp_o(dp),
        .usb_dn_o(dn),
        .usb_oe_o(oe),
        .usb_pullup_o(),
        .usb_vbus_i(1'b1),
        .utmi_rx_active_o(),
        .utmi_rx_valid_o(),
        .utmi_rx_data_o(),
        .utmi_rx_error_o(),
        .utmi_tx_valid_i(valid_q),
        .utmi_tx_data_i(octet_q),
        .utmi_tx_ready_o(ready),
        .utmi_xcvr_select_i(2'b01),
        .utmi_term_select_i(1'b1),
        .utmi_op_mode_i(2'b00),
        .utmi_suspend_ni(1'b1),
        .utmi_line_state_o(),
        .utmi_vbus_valid_o()
    );

    // ---- a receiver that knows where the bits are ----

    logic [1:0] phase_q;                    // clocks of this bit
    logic was_j_q, se0_q, synced_q;
    logic [2:0] ones_q, count_q;            // ones in a row; bits of the octet so far
    logic [6:0] shift_q;
    logic [1:0] end_q;                      // bits of the EOP so far
    logic owed_q;                           // an octet was taken and has not come out
    logic [7:0] last_q;
    logic [2:0] held_q;
    wire [2:0] pins = {oe, dp, dn};
    wire first = oe && !held_q[2];
    wire [1:0] phase = first ? 2'd0 : phase_q;
    wire strobe = oe && phase == 2'd3;
    wire se0 = !dp && !dn, j = dp && !dn;
    wire bit_is = j == was_j_q;
    wire stuffed = ones_q == 3'd6;
    wire [7:0] octet = {bit_is, shift_q};
    wire whole = strobe && !se0 && !se0_q && !stuffed && count_q == 3'd7;

    always_ff @(posedge clk_i) begin
        held_q <= rst ? 3'd0 : pins;
        phase_q <= phase + 1'b1;
        if (take) last_q <= octet_q;
        if (rst || !oe) begin
            {was_j_q, se0_q, synced_q} <= 3'b100;
            {ones_q, count_q, end_q} <= '0;
            owed_q <= 1'b0;
        end else begin
            if (strobe) begin
                was_j_q <= j;
                if (se0 || se0_q) begin
                    se0_q <= 1'b1;
                    end_q <= end_q + 1'b1;
                end else begin
                    ones_q <= bit_is ? ones_q + 1'b1 : '0;
                    if (!stuffed) begin
                        count_q <= count_q + 1'b1;
                        shift_q <= octet[7:1];
                    end
                    if (whole) synced_q <= 1'b1;
                end
            end
            owed_q <= take || (owed_q && !(whole && synced_q));
        end
    end

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // The pins change between bits only, and never to SE1.
            a_bits: assert (!(oe && phase != 2'd0) || pins == held_q);
            a_se1: assert (!(dp && dn));
            a_sync: assert (!(whole && !synced_q) || octet == 8'h80);
            a_stuff: assert (!(strobe && stuffed && !se0 && !se0_q) || !bit_is);
            a_octet: assert (!(whole && synced_q) || (owed_q && octet == last_q));
            a_take: assert (!take || !owed_q || (whole && synced_q));
            // An EOP comes behind a whole octet, and is whole.
            a_eop: assert (!(strobe && se0 && !se0_q) || (synced_q && count_q == '0 && !stuffed && !owed_q));
            a_end: assert (!(strobe && se0_q) || (end_q == 2'd1 ? se0 : end_q == 2'd2 && j));
            a_over: assert (!(held_q[2] && !oe) || end_q == 2'd3);

            c_packet: cover (held_q[2] && !oe && last_q == 8'hff);
        end
    end
endmodule

`default_nettype wire
