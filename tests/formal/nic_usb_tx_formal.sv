// SPDX-License-Identifier: Apache-2.0
// What nic_usb_tx with nic_usb_crc16 promises, for any PID, any payload and any pace of the transceiver: a handshake is its PID
// alone; a data packet is PID, payload and a CRC16 that leaves the residual of USB 2.0, 8.3.5.2, at the receiver; an octet stays
// until it is taken; a packet is done once.
`default_nettype none

module nic_usb_tx_formal (
    input wire clk_i,
    input wire start_i,
    input wire [3:0] pid_i,
    input wire more_i,
    input wire [7:0] octet_i,
    input wire ready_i
);
    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;

    wire busy, take, done, valid;
    wire [7:0] data;
    wire [15:0] crc;
    wire start = start_i && !busy && !init_q;
    logic [3:0] pid_q;
    logic more_q;
    logic [7:0] octet_q;
    wire with_data = pid_q[1:0] == 2'b11;

    // The PID holds still; payload changes behind what was taken.
    always_ff @(posedge clk_i) begin
        if (init_q || (!busy && !start)) pid_q <= pid_i;
        if (start || take) {more_q, octet_q} <= {more_i, octet_i};
    end

    nic_usb_tx u_dut (
        .clk_i,
        .rst_i(init_q),
        .start_i(start),
        .pid_i(pid_q),
        .byte_valid_i(more_q),
        .byte_ready_o(take),
        .byte_i(octet_q),
        .crc_i(crc),
        .busy_o(busy),
        .done_o(done),
        .tx_valid_o(valid),
        .tx_data_o(data),
        .tx_ready_i(ready_i)
    );
    nic_usb_crc16 u_crc (.clk_i, .clear_i(start), .valid_i(take), .data_i(octet_q), .crc_o(crc));

    // ---- the packet as the host hears it ----

    // x^16 + x^15 + x^2 + 1, the first bit of the wire first.
    function automatic logic [15:0] heard(input logic [15:0] crc, input logic [7:0] data);
        for (int i = 0; i < 8; i++) crc = {crc[14:0], 1'b0} ^ (crc[15] != data[i] ? 16'h8005 : 16'h0000);
        return crc;
    endfunction

    wire sent = valid && ready_i;
    logic [2:0] count_q;                    // octets sent, octets taken; they stay at 7
    logic [3:0] taken_q;
    logic [15:0] residual_q;
    logic last_taken_q;
    logic [7:0] last_q, before_q;
    logic was_valid_q, was_ready_q;
    always_ff @(posedge clk_i) begin
        was_valid_q <= valid && !init_q;
        was_ready_q <= ready_i;
        before_q <= data;
        last_taken_q <= take && !init_q;
        if (take) last_q <= octet_q;
        if (init_q || start) begin
            count_q <= '0;
            taken_q <= '0;
            residual_q <= '1;
        end else begin
            if (sent && count_q != 3'd7) count_q <= count_q + 1'b1;
            if (take && taken_q != 4'd7) taken_q <= taken_q + 1'b1;
            if (sent && count_q != '0) residual_q <= heard(residual_q, data);
        end
    end

    logic open_q;                           // started, not done
    always_ff @(posedge clk_i) open_q <= !init_q && (start || (open_q && !done));

    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            a_pid: assert (!(valid && count_q == '0) || data == {~pid_q, pid_q});
            a_payload: assert (!last_taken_q || (valid && data == last_q));
            a_hold: assert (!(was_valid_q && !was_ready_q) || (valid && data == before_q));
            // No octet is taken for a handshake, nor before the PID is out.
            a_take: assert (!take || (sent && with_data));
            // It ends where it is whole, and is told of then, once.
            a_done: assert (done == (was_valid_q && !valid) && (!done || open_q));
            a_busy: assert (busy == valid);
            a_handshake: assert (!(done && !with_data) || count_q == 3'd1);
            a_length: assert (!(done && with_data) || (count_q >= 3'd3 && (count_q == 3'd7 || count_q == taken_q + 4'd3)));
            a_residual: assert (!(done && with_data) || residual_q == 16'h800d);

            c_handshake: cover (done && !with_data);
            c_empty: cover (done && with_data && taken_q == '0);
            c_data: cover (done && with_data && taken_q == 4'd3 && last_q == 8'h5a);
        end
    end

    // ---- for the induction: where the packet is, and that both registers divide alike ----

    wire [2:0] state = u_dut.state_q;
    wire [15:0] mirrored = {<<{crc}};
    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            i_state: assert (state <= 3'd4 && taken_q <= 4'd7);
            i_open: assert (!valid || open_q);
            i_pid: assert (state != 3'd1 || (count_q == '0 && taken_q == '0 && crc == '1 && residual_q == '1));
            i_count: assert (state < 3'd2 || (with_data && count_q != '0));
            i_taken: assert (state != 3'd2 || (taken_q != '0 && (count_q == 3'd7 || count_q == taken_q)));
            i_low: assert (state != 3'd3 || count_q == 3'd7 || count_q == taken_q + 1'b1);
            i_high: assert (state != 3'd4 || count_q == 3'd7 || count_q == taken_q + 4'd2);
            i_data: assert (state != 3'd2 || mirrored == heard(residual_q, data));
            i_crc: assert (state != 3'd3 || (mirrored == residual_q && data == ~crc[7:0]));
            i_end: assert (state != 3'd4 || (residual_q == heard(mirrored, ~crc[7:0]) && data == ~crc[15:8]));
            i_over: assert (!done || (with_data ? residual_q == 16'h800d && count_q >= 3'd3 : count_q == 3'd1));
        end
    end
endmodule

`default_nettype wire
