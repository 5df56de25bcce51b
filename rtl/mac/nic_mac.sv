// SPDX-License-Identifier: Apache-2.0
// The MAC: transmit, receive and, with PAUSE = 1, flow control. Contracts of the signals are at
// nic_mac_tx, nic_mac_rx and nic_pause; said here is what the wrapper adds.
`default_nettype none

module nic_mac #(
    parameter int unsigned PAUSE = 1,
    parameter int unsigned MAX_FRAME = 1522
) (
    // Either reset may come alone, at any time; the crossing between the two sides is cleared by
    // both.
    input wire clk_tx_i,
    input wire rst_tx_i,
    input wire clk_rx_i,
    input wire rst_rx_i,

    // ---- transmit, clk_tx_i: nic_mac_tx ----
    input wire tx_ce_i,
    input wire tx_mii_i,
    input wire [7:0] tx_ifg_i,
    input wire tx_valid_i,
    output wire tx_ready_o,
    input wire [7:0] tx_data_i,
    input wire tx_last_i,
    input wire tx_has_fcs_i,
    input wire tx_no_pad_i,
    input wire tx_error_i,
    input wire tx_abort_i,
    output wire tx_sfd_o,
    output wire tx_done_o,
    output wire [13:0] tx_octets_o,
    output wire tx_pause_sent_o,
    output wire tx_busy_o,
    output wire [7:0] gmii_txd_o,
    output wire gmii_tx_en_o,
    output wire gmii_tx_er_o,

    // ---- flow control, clk_tx_i but for rx_xoff_i (from a flip-flop of clk_rx_i): nic_pause ----
    input wire pause_obey_i,
    input wire pause_send_i,
    input wire [15:0] pause_quanta_i,
    // Quasi-static in both domains, first octet in bits 7:0.
    input wire [47:0] mac_addr_i,
    input wire rx_xoff_i,
    output wire tx_paused_o,

    // ---- receive, clk_rx_i: nic_mac_rx ----
    input wire rx_ce_i,
    input wire rx_mii_i,
    input wire [7:0] gmii_rxd_i,
    input wire gmii_rx_dv_i,
    input wire gmii_rx_er_i,
    // While it is high frames are reported as RESET, where rst_rx_i would forget them; 0 if unused.
    input wire rx_cut_i,
    output wire rx_sfd_o,
    output wire rx_valid_o,
    output wire [7:0] rx_data_o,
    output wire rx_end_o,
    output wire [3:0] rx_error_o,
    output wire [13:0] rx_octets_o
);
    if (PAUSE > 1) $fatal(1, "nic_mac: PAUSE must be 0 or 1");

    wire control_valid, control_start, control_ready, control_last;
    wire [7:0] control_data;
    wire octet_start, octet_valid, match;
    wire [7:0] octet;
    wire [47:0] window;

    nic_mac_tx u_tx (
        .clk_i(clk_tx_i),
        .rst_i(rst_tx_i),
        .ce_i(tx_ce_i),
        .mii_i(tx_mii_i),
        .ifg_i(tx_ifg_i),
        .valid_i(tx_valid_i),
        .ready_o(tx_ready_o),
        .data_i(tx_data_i),
        .last_i(tx_last_i),
        .has_fcs_i(tx_has_fcs_i),
        .no_pad_i(tx_no_pad_i),
        .error_i(tx_error_i),
        .abort_i(tx_abort_i),
        .hold_i(tx_paused_o),
        .control_valid_i(control_valid),
        .control_start_o(control_start),
        .control_ready_o(control_ready),
        .control_data_i(control_data),
        .control_last_i(control_last),
        .gmii_txd_o,
        .gmii_tx_en_o,
        .gmii_tx_er_o,
        .sfd_o(tx_sfd_o),
        .done_o(tx_done_o),
        .sent_o(tx_pause_sent_o),
        .octets_o(tx_octets_o),
        .busy_o(tx_busy_o)
    );

    nic_mac_rx #(.MAX_FRAME(MAX_FRAME)) u_rx (
        .clk_i(clk_rx_i),
        .rst_i(rst_rx_i),
        .cut_i(rx_cut_i),
        .ce_i(rx_ce_i),
        .mii_i(rx_mii_i),
        .rxd_i(gmii_rxd_i),
        .dv_i(gmii_rx_dv_i),
        .er_i(gmii_rx_er_i),
        .sfd_o(rx_sfd_o),
        .valid_o(rx_valid_o),
        .data_o(rx_data_o),
        .end_o(rx_end_o),
        .error_o(rx_error_o),
        .octets_o(rx_octets_o),
        .start_o(octet_start),
        .octet_valid_o(octet_valid),
        .octet_o(octet),
        .window_o(window),
        .pause_i(match)
    );

    if (PAUSE == 1) begin : g_pause
        // The receive side sends first and the transmit side leaves its reset last, so that a reset
        // of one side is not taken for a word by the other.
        wire rst_cross_rx, rst_cross_tx;
        nic_reset_sync u_reset_rx (
            .clk_i(clk_rx_i),
            .arst_i(rst_rx_i || rst_tx_i),
            .rst_o(rst_cross_rx)
        );
        nic_reset_sync u_reset_tx (
            .clk_i(clk_tx_i),
            .arst_i(rst_cross_rx || rst_tx_i),
            .rst_o(rst_cross_tx)
        );

        wire [47:0] address_rx;
        nic_sync #(.WIDTH(48)) u_sync_address (
            .clk_i(clk_rx_i),
            .rst_i(rst_rx_i),
            .d_i(mac_addr_i),
            .q_o(address_rx)
        );

        wire [15:0] quanta_rx;
        wire cross_ready;
        logic pending_q;        // a good PAUSE frame has ended and its quanta have not been taken
        nic_pause_match u_match (
            .clk_i(clk_rx_i),
            .start_i(octet_start),
            .octet_valid_i(octet_valid),
            .octet_i(octet),
            .index_i(rx_octets_o[4:0]),
            .window_i(window),
            .address_i(address_rx),
            .match_o(match),
            .quanta_o(quanta_rx),
            .keep_i(pending_q)
        );

        always_ff @(posedge clk_rx_i) begin
            if (rst_rx_i) pending_q <= 1'b0;
            else pending_q <= (pending_q && !cross_ready)
                || (rx_end_o && rx_error_o == nic_regs_pkg::RX_ERROR_PAUSE);
        end

        wire received, xoff;
        wire [15:0] received_quanta, frame_quanta;
        nic_cdc_bus #(.WIDTH(16)) u_cross_quanta (
            .clk_src_i(clk_rx_i),
            .rst_src_i(rst_cross_rx),
            .src_valid_i(pending_q),
            .src_ready_o(cross_ready),
            .src_data_i(quanta_rx),
            .clk_dst_i(clk_tx_i),
            .rst_dst_i(rst_cross_tx),
            .dst_valid_o(received),
            .dst_data_o(received_quanta)
        );
        nic_sync u_sync_xoff (
            .clk_i(clk_tx_i),
            .rst_i(rst_tx_i),
            .d_i(rx_xoff_i),
            .q_o(xoff)
        );

        nic_pause u_pause (
            .clk_i(clk_tx_i),
            .rst_i(rst_tx_i),
            .ce_i(tx_ce_i),
            .mii_i(tx_mii_i),
            .received_i(received),
            .received_quanta_i(received_quanta),
            .obey_i(pause_obey_i),
            .hold_o(tx_paused_o),
            .xoff_i(xoff),
            .send_i(pause_send_i),
            .quanta_i(pause_quanta_i),
            .request_o(control_valid),
            .sending_i(control_start),
            .frame_quanta_o(frame_quanta)
        );
        nic_pause_source u_source (
            .clk_i(clk_tx_i),
            .rst_i(rst_tx_i),
            .address_i(mac_addr_i),
            .quanta_i(frame_quanta),
            .start_i(control_start),
            .ready_i(control_ready),
            .data_o(control_data),
            .last_o(control_last)
        );
    end else begin : g_no_pause
        assign tx_paused_o = 1'b0;
        assign control_valid = 1'b0;
        assign control_data = '0;
        assign control_last = 1'b0;
        assign match = 1'b0;
        wire unused = &{1'b0, pause_obey_i, pause_send_i, pause_quanta_i, mac_addr_i, rx_xoff_i,
            control_start, control_ready, octet_start, octet_valid, octet, window};
    end
endmodule

`default_nettype wire
