// SPDX-License-Identifier: Apache-2.0
// USB packets from UTMI receive: PID check, CRC5, CRC16 (USB 2.0, 8.3). A token or handshake is told after its end and
// only if it is whole and right; of anything else nothing is told but its end. Payload is passed on as it comes, two
// octets late so that the CRC is not part of it, and is worth something only if data_ok_o comes with its end.
`default_nettype none

module nic_usb_rx (
    input wire clk_i,
    input wire rst_i,

    // UTMI: a packet is from rx_active's rise to its fall; octets, PID first, in clocks with rx_valid.
    input wire rx_active_i,
    input wire rx_valid_i,
    input wire rx_error_i,
    input wire [7:0] rx_data_i,

    // nic_usb_crc16: the packet begins, one of its octets; their CRC.
    output wire crc_clear_o,
    output wire crc_valid_o,
    input wire [15:0] crc_i,

    // PID without its complement; holds from a packet's first octet to that of the next.
    output logic [3:0] pid_o,
    // Pulse: OUT, IN, SETUP or PING, by pid_o, to this address and endpoint.
    output logic token_o,
    output logic [6:0] addr_o,
    output logic [3:0] endp_o,
    // Pulse: start of frame; the frame number is {endp_o, addr_o}.
    output logic sof_o,
    // Pulse: ACK, NAK, STALL or NYET, by pid_o.
    output logic handshake_o,
    // Pulse: the PID is one of DATA0, DATA1, and the packet goes on.
    output logic data_start_o,
    output logic data_valid_o,
    output logic [7:0] data_o,
    // Pulse with the packet's end: everything about the data packet was right.
    output logic data_ok_o,
    // A packet is under way.
    output wire busy_o,
    // Pulse: one has ended, right or wrong; those above that come after an end come with it.
    output logic end_o,
    // With end_o: PID, CRC or bit stuffing was wrong.
    output logic bad_o
);
    // Octets so far; 4 stands for more.
    logic [2:0] count_q;
    logic active_q, bad_q;
    logic [7:0] hold_q[2];      // the two last octets, newest in [0]
    logic [4:0] crc5;

    // CRCs reflected: bit 0 first on the wire.
    function automatic logic [4:0] crc5_of(input logic [15:0] data);
        logic [4:0] crc;
        crc = '1;
        for (int i = 0; i < 16; i++) crc = (crc >> 1) ^ (crc[0] ^ data[i] ? 5'h14 : 5'h0);
        return crc;
    endfunction

    // What is left after data and CRC, if both are right (8.3.5): 01100 and 1000000000001101, reflected.
    localparam logic [4:0] RESIDUE_5 = 5'b00110;
    localparam logic [15:0] RESIDUE_16 = 16'hb001;

    wire octet = rx_active_i && rx_valid_i;
    wire over = active_q && !rx_active_i;
    wire first = octet && (!active_q || count_q == '0);
    wire is_data = pid_o[2:0] == 3'b011;                // DATA0, DATA1
    wire is_token = pid_o[1:0] == 2'b01 || pid_o == 4'b0100;
    wire is_handshake = pid_o[1:0] == 2'b10;
    wire token_ok = is_token && count_q == 3'd3 && crc5 == RESIDUE_5;

    assign crc5 = crc5_of({hold_q[0], hold_q[1]});
    assign busy_o = active_q;
    assign crc_clear_o = first;
    assign crc_valid_o = octet;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            active_q <= 1'b0;
            count_q <= '0;
            bad_q <= 1'b0;
        end else begin
            active_q <= rx_active_i;
            if (rx_active_i && !active_q) begin
                count_q <= {2'b0, octet};
                bad_q <= rx_error_i || (octet && rx_data_i[3:0] != ~rx_data_i[7:4]);
            end else begin
                if (octet && !count_q[2]) count_q <= count_q + 1'b1;
                if (rx_active_i && (rx_error_i || (octet && count_q == '0 && rx_data_i[3:0] != ~rx_data_i[7:4]))) begin
                    bad_q <= 1'b1;
                end
            end
        end
    end

    always_ff @(posedge clk_i) begin
        if (octet) begin
            hold_q <= '{rx_data_i, hold_q[0]};
            if (first) pid_o <= rx_data_i[3:0];
        end
        if (over) {endp_o, addr_o} <= {hold_q[0][2:0], hold_q[1]};
        data_o <= hold_q[1];
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) {token_o, sof_o, handshake_o, data_start_o, data_valid_o, data_ok_o, end_o, bad_o} <= '0;
        else begin
            token_o <= over && !bad_q && token_ok && pid_o != 4'b0101;
            sof_o <= over && !bad_q && token_ok && pid_o == 4'b0101;
            handshake_o <= over && !bad_q && is_handshake && count_q == 3'd1;
            data_start_o <= first && rx_data_i[2:0] == 3'b011 && rx_data_i[7:4] == ~rx_data_i[3:0];
            data_valid_o <= octet && active_q && is_data && count_q[2:0] >= 3'd3;
            data_ok_o <= over && !bad_q && is_data && count_q >= 3'd3 && crc_i == RESIDUE_16;
            end_o <= over;
            bad_o <= over && (bad_q || (count_q != '0 && ((is_token && !token_ok)
                                                          || (is_data && !(count_q >= 3'd3 && crc_i == RESIDUE_16)))));
        end
    end
endmodule

`default_nettype wire
