// SPDX-License-Identifier: Apache-2.0
// What nic_usb_rx promises of tokens and handshakes, for any octets, gaps and errors: it tells of one exactly when a packet
// has ended that is whole and right (USB 2.0, 8.3 and 8.4), and then what that packet says; a data packet is never told
// as right after an error or with a wrong PID. CRC16 is not part of this.
`default_nettype none

module nic_usb_rx_formal (
    input wire clk_i,
    input wire active_i,
    input wire valid_i,
    input wire error_i,
    input wire [7:0] data_i,
    input wire [15:0] crc_i         // anything
);
    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;

    wire [3:0] pid, endp;
    wire [6:0] addr;
    wire token, sof, handshake, data_ok, busy, ended, bad;
    nic_usb_rx u_dut (
        .clk_i,
        .rst_i(init_q),
        .rx_active_i(active_i && !init_q),
        .rx_valid_i(valid_i),
        .rx_error_i(error_i),
        .rx_data_i(data_i),
        .crc_clear_o(),
        .crc_valid_o(),
        .crc_i,
        .pid_o(pid),
        .token_o(token),
        .addr_o(addr),
        .endp_o(endp),
        .sof_o(sof),
        .handshake_o(handshake),
        .data_start_o(),
        .data_valid_o(),
        .data_o(),
        .data_ok_o(data_ok),
        .busy_o(busy),
        .end_o(ended),
        .bad_o(bad)
    );

    // ---- the packet so far ----

    logic active_q, error_q;
    logic [2:0] count_q;                // stays at 4
    logic [7:0] octet_q[3];
    wire active = active_i && !init_q;
    wire start = active && !active_q;
    wire [2:0] count = start ? 3'd0 : count_q;
    always_ff @(posedge clk_i) begin
        active_q <= active;
        if (init_q) begin
            count_q <= '0;
            error_q <= 1'b0;
        end else if (active) begin
            error_q <= error_i || (!start && error_q);
            count_q <= count + 3'(valid_i && count != 3'd4);
            if (valid_i) for (int i = 0; i < 3; i++) if (count == 3'(i)) octet_q[i] <= data_i;
        end
    end

    // ---- 8.3 ----

    // 8.3.5.1: x^5 + x^2 + 1, seed of ones, the bits in the order of the wire; complemented, high bit first.
    function automatic logic [4:0] crc5(input logic [10:0] bits);
        logic [4:0] crc;
        crc = 5'h1f;
        for (int i = 0; i < 11; i++) crc = {crc[3:0], 1'b0} ^ (crc[4] != bits[i] ? 5'h05 : 5'h00);
        return ~{crc[0], crc[1], crc[2], crc[3], crc[4]};
    endfunction

    wire [3:0] is = octet_q[0][3:0];
    wire right = !error_q && count_q != '0 && octet_q[0][7:4] == ~is;
    wire right_token = right && count_q == 3'd3 && octet_q[2][7:3] == crc5({octet_q[2][2:0], octet_q[1]});
    wire over = active_q && !active && !init_q;
    logic token_q, sof_q, handshake_q, data_q, over_q, wrong_q;
    logic [3:0] is_q;
    logic [10:0] field_q;
    always_ff @(posedge clk_i) begin
        over_q <= over;
        // OUT, IN, SETUP, PING; SOF; ACK, NAK, STALL, NYET; DATA0, DATA1
        token_q <= over && right_token && (is == 4'd1 || is == 4'd9 || is == 4'd13 || is == 4'd4);
        sof_q <= over && right_token && is == 4'd5;
        handshake_q <= over && right && count_q == 3'd1 && (is == 4'd2 || is == 4'd10 || is == 4'd14 || is == 4'd6);
        data_q <= over && right && count_q >= 3'd3 && (is == 4'd3 || is == 4'd11);
        // PIDs and tokens that are not right; of data it is the CRC's.
        wrong_q <= over && (error_q || (count_q != '0 && (octet_q[0][7:4] != ~is || (!right_token && (is[1:0] == 2'd1 || is == 4'd4)))));
        is_q <= is;
        field_q <= {octet_q[2][2:0], octet_q[1]};
    end

    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            a_token: assert (token == token_q);
            a_sof: assert (sof == sof_q);
            a_handshake: assert (handshake == handshake_q);
            a_data: assert (!data_ok || data_q);
            a_field: assert (!(token || sof) || {endp, addr} == field_q);
            a_bad: assert (!bad || (over_q && !token && !sof && !handshake && !data_ok));
            a_wrong: assert (!wrong_q || bad);
            c_bad: cover (bad);
            c_token: cover (token && !$past(token));
            c_handshake: cover (handshake);
            c_sof: cover (sof);
        end
        if (!init_q) a_end: assert (ended == over_q && busy == active_q);
    end

    // ---- for the induction: what the receiver keeps is what the packet was ----

    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            i_count: assert (!active_q || u_dut.count_q == count_q);
            i_four: assert (count_q <= 3'd4);
            i_bad: assert (!active_q || u_dut.bad_q == (error_q || (count_q != '0 && octet_q[0][7:4] != ~is)));
            i_pid: assert (!active_q || count_q == '0 || pid == is);
            i_one: assert (!active_q || count_q != 3'd2 || u_dut.hold_q[0] == octet_q[1]);
            i_two: assert (!active_q || count_q != 3'd3 || (u_dut.hold_q[0] == octet_q[2] && u_dut.hold_q[1] == octet_q[1]));
        end
    end
endmodule

`default_nettype wire
