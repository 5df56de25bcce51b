// SPDX-License-Identifier: Apache-2.0
// What nic_usb_transaction promises, for any packets of the host at any time, right and wrong ones, and endpoints in any state (USB
// 2.0, 8.4 to 8.6): what is asked of the device it answers once, in time, with the handshake or data packet of 8.4.6, and nothing
// else; a data packet is committed once, whatever the host sends again; a packet is acknowledged only by the ACK that follows it.
`default_nettype none

module nic_usb_transaction_formal (
    input wire clk_i,
    input wire rst_i,
    input wire high_speed_i,
    input wire [6:0] address_i,
    input wire configured_i,
    // The host: a packet is on the bus; what it is, if it is right.
    input wire active_i,
    input wire [3:0] pid_i,
    input wire [6:0] addr_i,
    input wire [3:0] endp_i,
    input wire right_i,
    input wire payload_i,
    input wire done_i,
    // The endpoints.
    input wire [3:0] out_room_i,
    input wire [3:0] out_stall_i,
    input wire [3:0] out_overflow_i,
    input wire out_toggle_0_i,
    input wire [3:0] in_ready_i,
    input wire [3:0] in_stall_i,
    input wire in_toggle_0_i,
    input wire [3:0] toggle_clear_i
);
    localparam int unsigned ANSWER = 3, TIMEOUT_HS = 7, TIMEOUT_FS = 5;
    localparam logic [3:0] OUT = 4'd1, IN = 4'd9, SETUP = 4'd13, PING = 4'd4, DATA0 = 4'd3, DATA1 = 4'd11;
    localparam logic [3:0] ACK = 4'd2, NAK = 4'd10, STALL = 4'd14, NYET = 4'd6;

    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;

    // ---- packets as nic_usb_rx tells of them ----

    logic busy_q, end_q, told_q;            // told_q: this packet's payload has begun
    logic [3:0] pid_q;
    logic high_q;
    wire data_pid = pid_q == DATA0 || pid_q == DATA1;
    wire data_start = busy_q && payload_i && data_pid && !told_q;
    wire token = end_q && right_i && (pid_q == OUT || pid_q == IN || pid_q == SETUP || pid_q == PING);
    wire handshake = end_q && right_i && (pid_q == ACK || pid_q == NAK || pid_q == STALL || pid_q == NYET);
    wire data_ok = end_q && right_i && data_pid && told_q;
    always_ff @(posedge clk_i) begin
        busy_q <= active_i && !rst;
        end_q <= busy_q && !active_i && !rst;
        if (!busy_q && active_i) pid_q <= pid_i;
        told_q <= (busy_q || end_q) && !(end_q && active_i) && (told_q || data_start);
        if (rst) high_q <= high_speed_i;
    end

    wire tx_start, data_begin, setup_commit, unanswered;
    wire [3:0] tx_pid, out_commit, in_rewind, in_ack;
    wire [1:0] endpoint;

    // The transceiver: done some time after the start.
    logic sending_q;
    wire done = done_i && sending_q;
    always_ff @(posedge clk_i) sending_q <= !rst && (tx_start || (sending_q && !done));

    nic_usb_transaction #(.ANSWER(ANSWER), .TIMEOUT_HS(TIMEOUT_HS), .TIMEOUT_FS(TIMEOUT_FS)) u_dut (
        .clk_i,
        .rst_i(rst),
        .high_speed_i(high_q),
        .address_i,
        .configured_i,
        .test_i(1'b0),
        .test_packet_i(1'b0),
        .rx_pid_i(pid_q),
        .rx_token_i(token),
        .rx_addr_i(addr_i),
        .rx_endp_i(endp_i),
        .rx_handshake_i(handshake),
        .rx_data_start_i(data_start),
        .rx_data_ok_i(data_ok),
        .rx_busy_i(busy_q),
        .rx_end_i(end_q),
        .tx_start_o(tx_start),
        .tx_pid_o(tx_pid),
        .tx_done_i(done),
        .endpoint_o(endpoint),
        .data_start_o(data_begin),
        .setup_commit_o(setup_commit),
        .out_commit_o(out_commit),
        .out_room_i,
        .out_stall_i,
        .out_overflow_i,
        .out_toggle_0_i,
        .in_rewind_o(in_rewind),
        .in_ack_o(in_ack),
        .in_ready_i,
        .in_stall_i,
        .in_toggle_0_i,
        .unanswered_o(unanswered),
        .toggle_clear_i
    );

    // ---- the transaction as 8.5 has it: token, data packet, handshake ----

    wire [2:0] late = high_q ? 3'(TIMEOUT_HS) : 3'(TIMEOUT_FS);
    logic [2:0] age_q;                      // clocks since the last packet's end, ours or the host's; stays at 7
    logic hears_q;                          // no packet of ours is going out, nor begins in this clock
    assign hears_q = !sending_q && !tx_start;
    wire mine = token && hears_q && addr_i == address_i && endp_i <= 4'd3 && (configured_i || endp_i == '0);
    wire [1:0] at = endp_i[1:0];
    wire takes = at <= 2'd1, gives = at != 2'd1;

    logic wants_data_q, in_data_q;          // an OUT or SETUP was for us; its data packet is under way
    logic setup_q, room_q;
    logic [1:0] at_q;
    logic [3:0] toggle_q;                   // of endpoints 1 to 3
    logic due_q, gave_q;                    // an answer is due; a data packet of ours went out, nothing has come since
    logic [3:0] due_pid_q;
    wire expected = at_q == '0 ? out_toggle_0_i : toggle_q[at_q];
    wire waiting = wants_data_q && (busy_q || age_q != late);

    wire data_done = in_data_q && end_q && !token;
    wire right = data_done && data_ok && !out_overflow_i[at_q];
    wire fresh = (pid_q == DATA1) == expected;
    wire takes_setup = right && setup_q && pid_q == DATA0;
    wire stalls = out_stall_i[at_q] && !(at_q == '0 && !fresh && room_q);
    wire takes_data = right && !setup_q && !stalls && fresh && room_q;
    logic [3:0] answer;
    logic asks;
    always_comb begin
        asks = 1'b0;
        answer = ACK;
        if (mine && pid_q == IN && gives) begin
            asks = 1'b1;
            answer = in_stall_i[at] ? STALL : !in_ready_i[at] ? NAK : (at == '0 ? in_toggle_0_i : toggle_q[at]) ? DATA1 : DATA0;
        end else if (mine && pid_q == PING && high_q && takes) begin
            asks = 1'b1;
            answer = out_stall_i[at] && !(at == '0 && out_room_i[0]) ? STALL : out_room_i[at] ? ACK : NAK;
        end else if (right && setup_q) asks = pid_q == DATA0;
        else if (right) begin
            asks = 1'b1;
            answer = stalls ? STALL : !fresh || room_q ? ACK : NAK;
        end
    end

    logic gave_now_q;                       // what is going out is a data packet
    always_ff @(posedge clk_i) if (tx_start) gave_now_q <= tx_pid == DATA0 || tx_pid == DATA1;

    // High speed: ACK becomes NYET when the packet after this one would have no room (8.5.1).
    logic nyet_q;
    always_ff @(posedge clk_i) begin
        if (rst) begin
            {wants_data_q, in_data_q, due_q, gave_q} <= '0;
            toggle_q <= '0;
            age_q <= '0;
        end else begin
            age_q <= end_q || done || (token && hears_q) ? '0 : age_q == '1 ? age_q : age_q + 1'b1;
            toggle_q <= (toggle_q ^ out_commit ^ in_ack) & ~toggle_clear_i;
            if (mine) {at_q, setup_q, room_q} <= {at, pid_q == SETUP, out_room_i[at]};

            if (token && hears_q) wants_data_q <= mine && takes && (pid_q == OUT || (pid_q == SETUP && at == '0));
            else if (data_start || end_q || !waiting) wants_data_q <= 1'b0;
            if (data_start && wants_data_q) in_data_q <= 1'b1;
            else if (end_q) in_data_q <= 1'b0;

            if (asks) {due_q, due_pid_q, nyet_q} <= {1'b1, answer, right && !setup_q && at_q == 2'd1 && high_q};
            else if (busy_q || tx_start || (token && hears_q)) due_q <= 1'b0;

            if (done && gave_now_q) gave_q <= 1'b1;
            else if (end_q || (age_q == late && !busy_q)) gave_q <= 1'b0;
        end
    end

    logic no_room_q, takes_setup_q;
    logic [3:0] takes_data_q, acked_q;
    always_ff @(posedge clk_i) begin
        no_room_q <= !out_room_i[1];
        takes_setup_q <= !rst && takes_setup;
        takes_data_q <= !rst && takes_data ? 4'd1 << at_q : '0;
        acked_q <= !rst && gave_q && handshake && pid_q == ACK ? 4'd1 << at_q : '0;
    end

    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            // An answer is due, and comes in its time: 3 clocks more than ANSWER behind the packet's end at the bus.
            a_asked: assert (!tx_start || (due_q && age_q == 3'(ANSWER + 1)));
            a_answered: assert (!(due_q && age_q == 3'(ANSWER + 1)) || tx_start);
            a_answer: assert (!tx_start || tx_pid == (nyet_q && due_pid_q == ACK && no_room_q ? NYET : due_pid_q));
            a_endpoint: assert (!(tx_start || in_ack != '0 || out_commit != '0 || setup_commit) || endpoint == at_q);

            // A data packet is committed if it is right, new, and there was room; a SETUP if it is right.
            a_commit: assert (out_commit == takes_data_q);
            a_setup: assert (setup_commit == takes_setup_q);
            // The host's ACK is of the packet before it.
            a_ack: assert (in_ack == acked_q);
            a_one: assert ($onehot0({out_commit, in_ack, setup_commit}));

            c_nyet: cover (tx_start && tx_pid == NYET);
            c_again: cover (tx_start && tx_pid == ACK && at_q == 2'd1 && !nyet_q);
            c_repeat: cover (right && !setup_q && !fresh && at_q == 2'd1 && !stalls);
            c_ack: cover (in_ack[3]);
            c_commit: cover (out_commit[1]);
            c_stall: cover (tx_start && tx_pid == STALL);
            c_unanswered: cover (unanswered);
            c_setup: cover (setup_commit);
        end
    end
endmodule

`default_nettype wire
