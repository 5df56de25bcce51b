// SPDX-License-Identifier: Apache-2.0
// What nic_usb_device makes of its blocks (USB 2.0, 8.3 to 8.6), for any octets of the host, broken packets and errors at any place,
// any state of the endpoints, any pace of the transceiver: it sends only what it was asked for by a whole and right packet, in
// its time and its turn; what it sends is one handshake, or PID, the octets of the endpoint that was asked and their CRC16. Test modes
// are not part of this.
`default_nettype none

module nic_usb_device_formal (
    input wire clk_i,
    input wire [6:0] address_i,
    input wire configured_i,
    input wire high_i,
    input wire bus_rst_i,
    input wire drive_i,
    input wire bit_i,
    // The host.
    input wire active_i,
    input wire valid_i,
    input wire error_i,
    input wire [7:0] data_i,
    input wire ready_i,
    // The endpoints.
    input wire flush_i,
    input wire out_halt_i,
    input wire [3:0] put_i,
    input wire [1:0] room_i,
    input wire overflow_i,
    input wire [4:0] stall_i,
    input wire more_i,
    input wire [7:0] octet_i
);
    localparam int unsigned ANSWER = 3;
    localparam logic [3:0] OUT = 4'd1, IN = 4'd9, SETUP = 4'd13, PING = 4'd4, DATA0 = 4'd3, DATA1 = 4'd11;
    localparam logic [3:0] ACK = 4'd2, NAK = 4'd10, STALL = 4'd14, NYET = 4'd6;

    logic [1:0] init_q = 2'b11;
    always_ff @(posedge clk_i) init_q <= init_q >> 1;
    wire rst = init_q != '0;

    logic [6:0] address_q;
    logic configured_q;
    always_ff @(posedge clk_i) if (rst) {address_q, configured_q} <= {address_i, configured_i};

    wire tx_valid, bus_rst, high_speed, bad;
    wire [7:0] tx_data;
    // The transceiver hears nothing of what it sends, nor in a reset, and the host waits for an answer: it does not begin when that is about to.
    logic active_q, due_q;
    logic [3:0] age_q;                      // clocks since the end of the host's last packet; stays at 15
    wire waits = due_q && age_q >= 4'd2 && age_q != 4'd15;
    wire active = active_i && !tx_valid && !rst && !bus_rst && (active_q || !waits);
    wire valid = valid_i && active;

    nic_usb_device #(.ANSWER(ANSWER), .TIMEOUT_HS(20), .TIMEOUT_FS(20)) u_dut (
        .clk_i,
        .rst_i(rst),
        .utmi_rx_active_i(active),
        .utmi_rx_valid_i(valid),
        .utmi_rx_data_i(data_i),
        .utmi_rx_error_i(error_i),
        .utmi_tx_ready_i(ready_i),
        .utmi_line_state_i(2'b00),
        .utmi_vbus_valid_i(1'b1),
        .utmi_tx_valid_o(tx_valid),
        .utmi_tx_data_o(tx_data),
        .utmi_xcvr_select_o(),
        .utmi_term_select_o(),
        .utmi_op_mode_o(),
        .utmi_suspend_n_o(),
        .out_valid_o(),
        .out_ready_i(1'b0),
        .out_data_o(),
        .out_halt_i,
        .in_valid_i(1'b0),
        .in_ready_o(),
        .in_data_i(8'd0),
        .in_last_i(1'b0),
        .in_flush_i(flush_i),
        .ev_valid_i(1'b0),
        .ev_ready_o(),
        .ev_data_i(8'd0),
        .ev_last_i(1'b0),
        .reg_valid_o(),
        .reg_write_o(),
        .reg_addr_o(),
        .reg_wdata_o(),
        .reg_ready_i(1'b0),
        .reg_rdata_i(32'd0),
        .reg_error_i(1'b0),
        .bus_reset_o(bus_rst),
        .high_speed_o(high_speed),
        .configured_o(),
        .bad_o(bad),
        .unanswered_o()
    );

    // ---- the host's packet, bit by bit (8.3.5) ----

    function automatic logic [4:0] crc5(input logic [10:0] bits);
        logic [4:0] crc;
        crc = 5'h1f;
        for (int i = 0; i < 11; i++) crc = {crc[3:0], 1'b0} ^ (crc[4] != bits[i] ? 5'h05 : 5'h00);
        return ~{crc[0], crc[1], crc[2], crc[3], crc[4]};
    endfunction

    function automatic logic [15:0] crc16(input logic [15:0] from, input logic [7:0] data);
        logic [15:0] crc;
        crc = from;
        for (int i = 0; i < 8; i++) crc = {crc[14:0], 1'b0} ^ (crc[15] != data[i] ? 16'h8005 : 16'h0000);
        return crc;
    endfunction

    logic error_q;
    logic [2:0] count_q;                    // octets; stays at 4
    logic [7:0] pid_q, first_q, second_q;
    logic [15:0] residual_q;
    wire begins = active && !active_q;
    wire [2:0] count = begins ? 3'd0 : count_q;
    always_ff @(posedge clk_i) begin
        active_q <= active && !rst;
        if (active) begin
            error_q <= error_i || (!begins && error_q);
            count_q <= count + 3'(valid && count != 3'd4);
            if (valid && count == 3'd0) pid_q <= data_i;
            if (valid && count == 3'd1) first_q <= data_i;
            if (valid && count == 3'd2) second_q <= data_i;
            if (valid) residual_q <= count == 3'd0 ? 16'hffff : crc16(residual_q, data_i);
        end
    end
    wire over = active_q && !active && !rst;
    wire [3:0] pid = pid_q[3:0];
    wire right = over && !error_q && count_q != '0 && pid_q[7:4] == ~pid;
    wire token = right && count_q == 3'd3 && second_q[7:3] == crc5({second_q[2:0], first_q})
                 && (pid == OUT || pid == IN || pid == SETUP || pid == PING);
    wire data = right && count_q >= 3'd3 && residual_q == 16'h800d && (pid == DATA0 || pid == DATA1);
    wire [3:0] endp = {second_q[2:0], first_q[7]};
    wire mine = token && first_q[6:0] == address_q && (endp == '0 || (configured_q && endp <= 4'd3));

    // ---- what it asks ----

    logic token_q;                          // the packet before was an OUT or SETUP for us
    logic after_q;                          // a packet has ended that came behind one of these
    logic setup_q;
    logic [1:0] endp_q;
    logic [3:0] asked_q;                    // by this packet: IN, PING, OUT, SETUP
    // More data than the endpoint's packets hold: no answer.
    wire too_long = age_q == '0 && (asked_q == OUT || asked_q == SETUP) && overflow_i;
    logic rest_q;
    wire rests = rest_q;                    // for nic_usb_bus: no packet for long, and none now
    always_ff @(posedge clk_i) begin
        if (rst || bus_rst) begin
            {token_q, due_q} <= '0;
            age_q <= '0;
        end else begin
            age_q <= over ? 4'd0 : age_q == '1 ? age_q : age_q + 1'b1;
            after_q <= over && token_q;
            if (over) token_q <= mine && ((pid == OUT && endp <= 4'd1) || (pid == SETUP && endp == '0));
            if (over && token) setup_q <= pid == SETUP;
            if (over && token) endp_q <= endp[1:0];
            if (over && mine && pid == IN && endp != 4'd1) {due_q, asked_q} <= {1'b1, IN};
            else if (over && mine && pid == PING && high_speed && endp <= 4'd1) {due_q, asked_q} <= {1'b1, PING};
            else if (over && data && token_q && !(setup_q && pid != DATA0)) {due_q, asked_q} <= {1'b1, setup_q ? SETUP : OUT};
            else if (over || begins || tx_valid || too_long) due_q <= 1'b0;
        end
    end

    // ---- what the device sends ----

    logic sends_q, first_sent_q;
    logic drove_q, was_rst_q;
    logic [3:0] sent_q;                     // octets; stays at 15
    logic [7:0] tx_pid_q;
    logic [15:0] out_q;                     // CRC16 of what came behind the PID
    logic flushed_q, taken_q;
    logic [7:0] taken_octet_q;
    wire drive = u_dut.drive;
    wire packet = tx_valid && !drive;
    wire starts = packet && !sends_q;
    wire sent = packet && ready_i;
    wire [3:0] tx_pid = starts ? tx_data[3:0] : tx_pid_q[3:0];
    wire handshake = tx_pid == ACK || tx_pid == NAK || tx_pid == STALL || tx_pid == NYET;
    wire with_data = tx_pid == DATA0 || tx_pid == DATA1;
    wire ends = sends_q && !packet && !was_rst_q;
    always_ff @(posedge clk_i) begin
        was_rst_q <= rst || bus_rst;
        sends_q <= packet && !rst;
        drove_q <= drive && !rst;
        if (starts) begin
            tx_pid_q <= tx_data;
            sent_q <= 4'(ready_i);
            out_q <= 16'hffff;
        end else if (sent) begin
            sent_q <= sent_q == '1 ? sent_q : sent_q + 1'b1;
            if (sent_q != '0) out_q <= crc16(out_q, tx_data);
        end
        // A flush in a packet of endpoint 2 makes its CRC wrong, or that of one that is not for us.
        flushed_q <= (flush_i && u_dut.endpoint == 2'd2) || (flushed_q && !over && !u_dut.tx_start && !rst);
        taken_q <= u_dut.tx_octet_ready && !rst && !bus_rst;
        taken_octet_q <= endp_q == 2'd0 ? u_dut.octet_0 : endp_q == 2'd2 ? u_dut.octet_2 : u_dut.octet_3;
        rest_q <= !rst && !bus_rst && !active && !active_q && !packet && !due_q && age_q == '1;
    end

    // The endpoint asked has another octet.
    wire more = endp_q == 2'd0 ? u_dut.octet_valid_0 : endp_q == 2'd2 ? u_dut.octet_valid_2 : u_dut.octet_valid_3;
    wire [15:0] mirrored = {<<{u_dut.crc}};
    always_ff @(posedge clk_i) begin
        if (!rst && !bus_rst && !was_rst_q) begin
            // Asked, in time, and while nobody else sends.
            a_asked: assert (!starts || due_q);
            a_time: assert (!starts || (age_q >= 4'd3 && age_q <= 4'(ANSWER + 5)));
            a_answered: assert (!(due_q && age_q > 4'(ANSWER + 5)));
            a_turn: assert (!(tx_valid && active_q));
            a_drive: assert (!(drive && u_dut.tx_valid));
            // What may answer (8.4.6).
            a_pid: assert (!starts || tx_data[7:4] == ~tx_data[3:0]);
            a_in: assert (!(starts && asked_q == IN) || with_data || tx_pid == NAK || tx_pid == STALL);
            a_ping: assert (!(starts && asked_q == PING) || tx_pid == ACK || tx_pid == NAK || tx_pid == STALL);
            a_setup: assert (!(starts && asked_q == SETUP) || tx_pid == ACK);
            a_out: assert (!(starts && asked_q == OUT) || (handshake && (tx_pid != NYET || (high_speed && endp_q == 2'd1))));
            // Whole.
            a_handshake: assert (!(ends && handshake) || sent_q == 4'd1);
            a_data: assert (!(ends && with_data) || (sent_q >= 4'd3 && (flushed_q || out_q == 16'h800d)));
            a_payload: assert (!taken_q || (packet && with_data && tx_data == taken_octet_q));

            a_length: assert (!(u_dut.u_tx.payload && ready_i) || u_dut.tx_octet_ready == more);
            // For the solver: both sides divide alike, what comes and what goes.
            i_heard: assert (!active_q || count_q == '0 || flushed_q || mirrored == residual_q);
            i_sent: assert (u_dut.u_tx.state_q != 3'd2 || flushed_q || mirrored == crc16(out_q, tx_data));
            i_low: assert (u_dut.u_tx.state_q != 3'd3 || flushed_q || (mirrored == out_q && tx_data == ~u_dut.crc[7:0]));
            i_high: assert (u_dut.u_tx.state_q != 3'd4 || flushed_q || tx_data == ~u_dut.crc[15:8]);

            c_setup: cover (ends && asked_q == SETUP);
            c_nyet: cover (ends && tx_pid == NYET);
            c_stall: cover (ends && tx_pid == STALL && asked_q == OUT);
            c_ping: cover (ends && asked_q == PING && tx_pid == ACK);
            c_empty: cover (ends && with_data && sent_q == 4'd3);
            c_data: cover (ends && with_data && sent_q == 4'd5 && endp_q == 2'd2);
            c_ack: cover (u_dut.in_ack[3]);
            c_broken: cover (bad && after_q);
            c_drive: cover (drive && !bus_rst);
        end
    end
endmodule

`default_nettype wire
