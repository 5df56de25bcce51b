// SPDX-License-Identifier: Apache-2.0
// The USB device between UTMI and byte streams: control endpoint 0, bulk OUT 1, bulk IN 2, interrupt IN 3, and a
// register bus for vendor requests (ARCHITECTURE.md, USB interface). HS=0: full speed only. Suspended, it wakes the host if that
// wants it and something waits in an IN endpoint.
`default_nettype none

module nic_usb_device #(
    parameter bit HS = 1'b1,
    // Clocks of a microsecond; of a millisecond in the long times of the bus (a multiple of 4), so that benches are fast.
    parameter int unsigned CLOCKS_US = 60,
    parameter int unsigned CLOCKS_MS = 60000,
    // See nic_usb_transaction.
    parameter int unsigned ANSWER = 3,
    parameter int unsigned TIMEOUT_HS = 112,
    parameter int unsigned TIMEOUT_FS = HS ? 368 : 152,
    // Eight characters.
    parameter logic [63:0] SERIAL = "00000001"
) (
    input wire clk_i,
    input wire rst_i,

    // UTMI, 8 bits, 60 MHz; at full speed only the clock may be another.
    input wire utmi_rx_active_i,
    input wire utmi_rx_valid_i,
    input wire [7:0] utmi_rx_data_i,
    input wire utmi_rx_error_i,
    input wire utmi_tx_ready_i,
    input wire [1:0] utmi_line_state_i,
    input wire utmi_vbus_valid_i,
    output wire utmi_tx_valid_o,
    output wire [7:0] utmi_tx_data_o,
    // 00 high speed, 01 full speed
    output wire [1:0] utmi_xcvr_select_o,
    output wire utmi_term_select_o,
    output wire [1:0] utmi_op_mode_o,
    output wire utmi_suspend_n_o,

    // From bulk OUT. halt: the endpoint stalls, and what waits is thrown away.
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [7:0] out_data_o,
    input wire out_halt_i,

    // To bulk IN. last: nothing waits behind this octet, so the packet ends. flush: what waits is thrown away.
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [7:0] in_data_i,
    input wire in_last_i,
    input wire in_flush_i,

    // To interrupt IN.
    input wire ev_valid_i,
    output wire ev_ready_o,
    input wire [7:0] ev_data_i,
    input wire ev_last_i,

    // Register bus, byte addresses of whole words; valid and the others stay until ready, a pulse.
    output wire reg_valid_o,
    output wire reg_write_o,
    output wire [15:0] reg_addr_o,
    output wire [31:0] reg_wdata_o,
    input wire reg_ready_i,
    input wire [31:0] reg_rdata_i,
    input wire reg_error_i,

    // Bus reset or not attached; speed; a configuration is set.
    output wire bus_reset_o,
    output wire high_speed_o,
    output wire configured_o,
    // Pulses: a packet was broken; the host did not acknowledge ours.
    output wire bad_o,
    output wire unanswered_o
);
    wire bus_rst, drive, drive_j, wake;
    wire [2:0] test;
    wire high_speed;
    wire in_ready_0, in_ready_2, in_ready_3;
    wire rst = rst_i || bus_rst;
    assign bus_reset_o = bus_rst;
    assign high_speed_o = high_speed;

    logic waiting_q;
    always_ff @(posedge clk_i) waiting_q <= wake && (in_ready_2 || in_ready_3);

    nic_usb_bus #(.HS(HS), .CLOCKS_US(CLOCKS_US), .CLOCKS_MS(CLOCKS_MS)) u_bus (
        .clk_i,
        .rst_i,
        .line_state_i(utmi_line_state_i),
        .rx_active_i(utmi_rx_active_i),
        .vbus_valid_i(utmi_vbus_valid_i),
        .wake_i(waiting_q),
        .test_i(test),
        .xcvr_select_o(utmi_xcvr_select_o),
        .term_select_o(utmi_term_select_o),
        .op_mode_o(utmi_op_mode_o),
        .suspend_n_o(utmi_suspend_n_o),
        .drive_o(drive),
        .drive_j_o(drive_j),
        .bus_rst_o(bus_rst),
        .high_speed_o(high_speed)
    );

    // ---- packets ----

    wire [3:0] rx_pid, rx_endp, tx_pid;
    wire [6:0] rx_addr, address;
    wire rx_token, rx_handshake, rx_data_start, rx_data_valid, rx_data_ok, rx_busy, rx_end;
    wire [7:0] rx_data, tx_octet, tx_data;
    wire [1:0] endpoint;
    wire tx_start, tx_busy, tx_done, tx_valid, tx_octet_valid, tx_octet_ready, crc_clear, crc_valid;
    wire [15:0] crc;

    nic_usb_rx u_rx (
        .clk_i,
        .rst_i(rst),
        .rx_active_i(utmi_rx_active_i),
        .rx_valid_i(utmi_rx_valid_i),
        .rx_error_i(utmi_rx_error_i),
        .rx_data_i(utmi_rx_data_i),
        .crc_clear_o(crc_clear),
        .crc_valid_o(crc_valid),
        .crc_i(crc),
        .pid_o(rx_pid),
        .token_o(rx_token),
        .addr_o(rx_addr),
        .endp_o(rx_endp),
        .sof_o(),
        .handshake_o(rx_handshake),
        .data_start_o(rx_data_start),
        .data_valid_o(rx_data_valid),
        .data_o(rx_data),
        .data_ok_o(rx_data_ok),
        .busy_o(rx_busy),
        .end_o(rx_end),
        .bad_o
    );

    nic_usb_tx u_tx (
        .clk_i,
        .rst_i(rst),
        .start_i(tx_start),
        .pid_i(tx_pid),
        .byte_valid_i(tx_octet_valid),
        .byte_ready_o(tx_octet_ready),
        .byte_i(tx_octet),
        .crc_i(crc),
        .busy_o(tx_busy),
        .done_o(tx_done),
        .tx_valid_o(tx_valid),
        .tx_data_o(tx_data),
        .tx_ready_i(utmi_tx_ready_i)
    );

    nic_usb_crc16 u_crc (
        .clk_i,
        // A flush in the middle of a packet cuts it: then its CRC is wrong, so that the host does not take it for a whole one.
        .clear_i(crc_clear || tx_start || (in_flush_i && endpoint == 2'd2)),
        .valid_i(crc_valid || tx_octet_ready),
        .data_i(tx_busy ? tx_octet : utmi_rx_data_i),
        .crc_o(crc)
    );

    assign utmi_tx_valid_o = tx_valid || drive;
    assign utmi_tx_data_o = drive ? {8{drive_j}} : tx_data;

    // ---- transactions ----

    wire data_start, setup_commit;
    wire [3:0] out_commit, in_rewind, in_ack;
    wire out_room_0, out_room_1, out_stall_0, in_stall_0, out_over_0, out_over_1, out_toggle_0, in_toggle_0;
    wire [3:1] halt, toggle_clear;

    nic_usb_transaction #(.ANSWER(ANSWER), .TIMEOUT_HS(TIMEOUT_HS), .TIMEOUT_FS(TIMEOUT_FS)) u_transaction (
        .clk_i,
        .rst_i(rst),
        .high_speed_i(high_speed),
        .address_i(address),
        .configured_i(configured_o),
        .test_i(test != '0),
        .test_packet_i(test == 3'd4),
        .rx_pid_i(rx_pid),
        .rx_token_i(rx_token),
        .rx_addr_i(rx_addr),
        .rx_endp_i(rx_endp),
        .rx_handshake_i(rx_handshake),
        .rx_data_start_i(rx_data_start),
        .rx_data_ok_i(rx_data_ok),
        .rx_busy_i(rx_busy),
        .rx_end_i(rx_end),
        .tx_start_o(tx_start),
        .tx_pid_o(tx_pid),
        .tx_done_i(tx_done),
        .endpoint_o(endpoint),
        .data_start_o(data_start),
        .setup_commit_o(setup_commit),
        .out_commit_o(out_commit),
        .out_room_i({2'b00, out_room_1, out_room_0}),
        .out_stall_i({2'b00, halt[1] || out_halt_i, out_stall_0}),
        .out_overflow_i({2'b00, out_over_1, out_over_0}),
        .out_toggle_0_i(out_toggle_0),
        .in_rewind_o(in_rewind),
        .in_ack_o(in_ack),
        .in_ready_i({in_ready_3, in_ready_2, 1'b0, in_ready_0}),
        .in_stall_i({halt[3], halt[2], 1'b0, in_stall_0}),
        .in_toggle_0_i(in_toggle_0),
        .unanswered_o,
        .toggle_clear_i({toggle_clear, 1'b0})
    );

    // Whose data packet comes in; bulk data without room is not even written.
    logic data_0_q, data_1_q;
    wire start_0 = data_start && endpoint == 2'd0;
    wire start_1 = data_start && endpoint == 2'd1 && out_room_1;
    always_ff @(posedge clk_i) begin
        if (rst || rx_end) {data_1_q, data_0_q} <= '0;
        else if (rx_data_start) {data_1_q, data_0_q} <= {start_1, start_0};
    end

    // ---- endpoints ----

    wire [9:0] bulk_max = high_speed ? 10'd512 : 10'd64;
    wire forget = rst || !configured_o;
    wire [7:0] octet_0, octet_2, octet_3;
    wire octet_valid_0, octet_valid_2, octet_valid_3;

    nic_usb_control #(.HS(HS), .SERIAL(SERIAL)) u_control (
        .clk_i,
        .rst_i,
        .bus_rst_i(bus_rst),
        .high_speed_i(high_speed),
        .address_o(address),
        .configured_o,
        .halt_o(halt),
        .toggle_clear_o(toggle_clear),
        .halted_i({2'b00, out_halt_i}),
        .wake_o(wake),
        .test_o(test),
        .start_i(start_0),
        .valid_i(rx_data_valid && data_0_q),
        .data_i(rx_data),
        .setup_commit_i(setup_commit),
        .out_commit_i(out_commit[0]),
        .out_room_o(out_room_0),
        .out_overflow_o(out_over_0),
        .out_toggle_o(out_toggle_0),
        .in_ready_o(in_ready_0),
        .in_toggle_o(in_toggle_0),
        .in_rewind_i(in_rewind[0]),
        .in_ack_i(in_ack[0]),
        .byte_valid_o(octet_valid_0),
        .byte_ready_i(tx_octet_ready && endpoint == 2'd0),
        .byte_o(octet_0),
        .out_stall_o(out_stall_0),
        .in_stall_o(in_stall_0),
        .reg_valid_o,
        .reg_write_o,
        .reg_addr_o,
        .reg_wdata_o,
        .reg_ready_i,
        .reg_rdata_i,
        .reg_error_i
    );

    // Four packets of the largest size.
    localparam int unsigned BULK_BYTES = HS ? 2048 : 256;
    nic_usb_out #(.BYTES(BULK_BYTES)) u_out (
        .clk_i,
        .rst_i(forget || out_halt_i),
        .max_i(bulk_max),
        .room_o(out_room_1),
        .start_i(start_1),
        .we_i(rx_data_valid && data_1_q),
        .data_i(rx_data),
        .commit_i(out_commit[1]),
        .overflow_o(out_over_1),
        .out_valid_o,
        .out_ready_i,
        .out_data_o
    );

    nic_usb_in #(.BYTES(BULK_BYTES), .PACKETS(HS ? 8 : 4)) u_in (
        .clk_i,
        .rst_i(forget || in_flush_i),
        .in_valid_i,
        .in_ready_o,
        .in_data_i,
        .in_last_i,
        .max_i(bulk_max),
        .ready_o(in_ready_2),
        .rewind_i(in_rewind[2]),
        .byte_valid_o(octet_valid_2),
        .byte_ready_i(tx_octet_ready && endpoint == 2'd2),
        .byte_o(octet_2),
        .ack_i(in_ack[2])
    );

    nic_usb_in #(.BYTES(256), .PACKETS(4)) u_event (
        .clk_i,
        .rst_i(forget),
        .in_valid_i(ev_valid_i),
        .in_ready_o(ev_ready_o),
        .in_data_i(ev_data_i),
        .in_last_i(ev_last_i),
        .max_i(10'd64),
        .ready_o(in_ready_3),
        .rewind_i(in_rewind[3]),
        .byte_valid_o(octet_valid_3),
        .byte_ready_i(tx_octet_ready && endpoint == 2'd3),
        .byte_o(octet_3),
        .ack_i(in_ack[3])
    );

    assign tx_octet = endpoint[1] ? (endpoint[0] ? octet_3 : octet_2) : octet_0;
    assign tx_octet_valid = endpoint[1] ? (endpoint[0] ? octet_valid_3 : octet_valid_2) : octet_valid_0;

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // Nothing goes the way an endpoint does not have.
            a_ways: assert ({out_commit[3:2], in_rewind[1], in_ack[1]} == '0);
        end
    end
`endif
endmodule

`default_nettype wire
