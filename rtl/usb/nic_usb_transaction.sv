// SPDX-License-Identifier: Apache-2.0
// USB transactions of one device with endpoints 0 (control), 1 OUT, 2 IN and 3 IN (USB 2.0, 8.5): who is meant, which
// handshake or data packet answers, data toggles of the three streams, time-outs. What is not for us, or not right, is
// answered with silence. Endpoint 0's toggles are those of nic_usb_control.
`default_nettype none

module nic_usb_transaction #(
    // Clocks from a packet's end to our first octet: 2 bit times or more at full speed, 8 at high speed (7.1.18.2);
    // 1 or more, so that the first octet has come out of the endpoint.
    parameter int unsigned ANSWER = 3,
    // Clocks from when our last octet was taken to when the host's handshake must show: 736 bit times on the bus at high speed, 16 at
    // full speed (7.1.19), and what the PHY adds. A longer wait hurts nobody: the host's next token ends it. High speed: 92, of which
    // ULPI adds up to 13 (3.8.2.6.2) and we 3. Full speed: what PHY and link still have to send, EOP, and the SYNC behind which a packet
    // shows: with 4 clocks a bit on pins 10 (with stuffing), 2 and 8 bits, and 7 clocks; with 5 behind ULPI 28, 2 and 8, and 20: 290.
    // The rest of the two is as it is so that they differ in one bit.
    parameter int unsigned TIMEOUT_HS = 112,
    parameter int unsigned TIMEOUT_FS = 368
) (
    input wire clk_i,
    // Bus reset.
    input wire rst_i,
    input wire high_speed_i,
    input wire [6:0] address_i,
    input wire configured_i,
    // A test mode (7.1.20): IN is answered with NAK, whoever is meant, and nothing else is. With test_packet_i endpoint 0's packet
    // goes out over and over, with a time-out between, which is less than 125 us.
    input wire test_i,
    input wire test_packet_i,

    // nic_usb_rx
    input wire [3:0] rx_pid_i,
    input wire rx_token_i,
    input wire [6:0] rx_addr_i,
    input wire [3:0] rx_endp_i,
    input wire rx_handshake_i,
    input wire rx_data_start_i,
    input wire rx_data_ok_i,
    input wire rx_busy_i,
    input wire rx_end_i,

    // nic_usb_tx
    output logic tx_start_o,
    output logic [3:0] tx_pid_o,
    input wire tx_done_i,

    // The endpoint of the transaction under way.
    output logic [1:0] endpoint_o,
    // SETUP and OUT: a data packet begins, its octets come from nic_usb_rx; it is the endpoint's (pulse).
    output wire data_start_o,
    output logic setup_commit_o,
    output logic [3:0] out_commit_o,
    input wire [3:0] out_room_i,        // the data packet that begins next can be taken
    input wire [3:0] out_stall_i,       // with room, endpoint 0: of a new packet, not of the one before again
    input wire [3:0] out_overflow_i,    // the data packet was longer than the endpoint's
    input wire out_toggle_0_i,          // expected of endpoint 0
    // IN: nic_usb_tx is about to send this endpoint's packet; the host has acknowledged it (pulses).
    output logic [3:0] in_rewind_o,
    output logic [3:0] in_ack_o,
    input wire [3:0] in_ready_i,
    input wire [3:0] in_stall_i,
    input wire in_toggle_0_i,
    // A data packet went out, and the host did not acknowledge it (pulse).
    output logic unanswered_o,
    // Toggle of an endpoint back to DATA0 (pulse).
    input wire [3:0] toggle_clear_i
);
    localparam logic [3:0] OUT = 4'b0001, IN = 4'b1001, SETUP = 4'b1101, PING = 4'b0100;
    localparam logic [3:0] DATA0 = 4'b0011;
    localparam logic [3:0] ACK = 4'b0010, NAK = 4'b1010, STALL = 4'b1110, NYET = 4'b0110;
    localparam int unsigned TIMER = $clog2((TIMEOUT_HS > TIMEOUT_FS ? TIMEOUT_HS : TIMEOUT_FS) + 1);
    // Endpoints there are.
    localparam logic [3:0] OUTS = 4'b0011, INS = 4'b1101;

    typedef enum logic [2:0] {
        IDLE,
        AWAIT,   // the data packet of an OUT or SETUP
        RECEIVE,
        ANSWER_WAIT,
        SEND,
        AWAIT_ACK
    } state_t;

    state_t state_q;
    logic setup_q, sends_data_q, room_q;
    logic [3:0] toggle_q;
    logic [TIMER-1:0] timer_q;

    wire [1:0] endpoint = rx_endp_i[1:0];
    wire ours = rx_token_i && !test_i && rx_addr_i == address_i && rx_endp_i[3:2] == 2'b00 && (configured_i || endpoint == 2'd0);
    wire is_in = rx_pid_i == IN;
    wire is_ping = rx_pid_i == PING;
    wire is_setup = rx_pid_i == SETUP;
    wire late = timer_q == TIMER'(high_speed_i ? TIMEOUT_HS : TIMEOUT_FS);
    wire expected = endpoint_o == 2'd0 ? out_toggle_0_i : toggle_q[endpoint_o];

    wire again = rx_pid_i[3] != expected;

    assign data_start_o = state_q == AWAIT && rx_data_start_i;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            state_q <= IDLE;
            endpoint_o <= '0;
            setup_q <= 1'b0;
            sends_data_q <= 1'b0;
            room_q <= 1'b0;
            timer_q <= '0;
            tx_start_o <= 1'b0;
            tx_pid_o <= ACK;
            setup_commit_o <= 1'b0;
            out_commit_o <= '0;
            in_rewind_o <= '0;
            in_ack_o <= '0;
            unanswered_o <= 1'b0;
        end else begin
            tx_start_o <= 1'b0;
            unanswered_o <= 1'b0;
            setup_commit_o <= 1'b0;
            out_commit_o <= '0;
            in_rewind_o <= '0;
            in_ack_o <= '0;
            timer_q <= timer_q + 1'b1;
            case (state_q)
                AWAIT: begin
                    if (rx_data_start_i) state_q <= RECEIVE;
                    else if (rx_end_i || (late && !rx_busy_i)) state_q <= IDLE;
                end
                RECEIVE: if (rx_end_i) begin
                    timer_q <= '0;
                    sends_data_q <= 1'b0;
                    state_q <= rx_data_ok_i && !(setup_q && rx_pid_i != DATA0) && !out_overflow_i[endpoint_o] ? ANSWER_WAIT
                               : IDLE;
                    if (rx_data_ok_i && !out_overflow_i[endpoint_o]) begin
                        if (setup_q) begin
                            tx_pid_o <= ACK;
                            setup_commit_o <= rx_pid_i == DATA0;
                        // Endpoint 0 knows the one before even behind its last.
                        end else if (out_stall_i[endpoint_o] && !(endpoint_o == 2'd0 && again && room_q)) tx_pid_o <= STALL;
                        else if (again) tx_pid_o <= ACK;      // the one before, again
                        else if (!room_q) tx_pid_o <= NAK;
                        else begin
                            tx_pid_o <= ACK;
                            out_commit_o[endpoint_o] <= 1'b1;
                        end
                    end
                end
                ANSWER_WAIT: begin
                    if (rx_busy_i) state_q <= IDLE;
                    else if (timer_q == TIMER'(ANSWER)) begin
                        tx_start_o <= 1'b1;
                        state_q <= SEND;
                        // High speed: the next packet would not fit.
                        if (tx_pid_o == ACK && high_speed_i && !setup_q && !sends_data_q && endpoint_o == 2'd1
                            && !out_room_i[1]) tx_pid_o <= NYET;
                    end
                end
                SEND: if (tx_done_i) begin
                    timer_q <= '0;
                    state_q <= sends_data_q ? AWAIT_ACK : IDLE;
                end
                AWAIT_ACK: begin
                    if (rx_end_i || (late && !rx_busy_i)) begin
                        state_q <= IDLE;
                        unanswered_o <= !test_i && !(rx_handshake_i && rx_pid_i == ACK);
                    end
                    if (rx_handshake_i && rx_pid_i == ACK) in_ack_o[endpoint_o] <= 1'b1;
                end
                default: ;
            endcase
            if (state_q == IDLE && test_packet_i && in_ready_i[0]) begin
                state_q <= ANSWER_WAIT;
                timer_q <= '0;
                endpoint_o <= '0;
                sends_data_q <= 1'b1;
                tx_pid_o <= DATA0;
                in_rewind_o[0] <= 1'b1;
            end
            // A token starts anew from wherever we are; only while we send none can come.
            if (rx_token_i && state_q != SEND) begin
                state_q <= IDLE;
                timer_q <= '0;
                endpoint_o <= endpoint;
                setup_q <= is_setup;
                sends_data_q <= is_in;
                room_q <= out_room_i[endpoint];
                if (ours && is_in && INS[endpoint]) begin
                    state_q <= ANSWER_WAIT;
                    sends_data_q <= in_ready_i[endpoint] && !in_stall_i[endpoint];
                    if (in_stall_i[endpoint]) tx_pid_o <= STALL;
                    else if (!in_ready_i[endpoint]) tx_pid_o <= NAK;
                    else begin
                        tx_pid_o <= {endpoint == 2'd0 ? in_toggle_0_i : toggle_q[endpoint], 3'b011};
                        in_rewind_o[endpoint] <= 1'b1;
                    end
                end
                if (test_i && is_in) begin
                    state_q <= ANSWER_WAIT;
                    sends_data_q <= 1'b0;
                    tx_pid_o <= NAK;
                end
                if (ours && is_ping && high_speed_i && OUTS[endpoint]) begin
                    state_q <= ANSWER_WAIT;
                    tx_pid_o <= out_stall_i[endpoint] && !(endpoint == 2'd0 && out_room_i[0]) ? STALL
                                : out_room_i[endpoint] ? ACK : NAK;
                    setup_q <= 1'b1;    // no NYET
                end
                if (ours && (rx_pid_i == OUT || (is_setup && endpoint == 2'd0)) && OUTS[endpoint]) state_q <= AWAIT;
            end
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) toggle_q <= '0;
        else toggle_q <= (toggle_q ^ out_commit_o ^ in_ack_o) & ~toggle_clear_i;
    end
endmodule

`default_nettype wire
