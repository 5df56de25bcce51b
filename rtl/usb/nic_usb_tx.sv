// SPDX-License-Identifier: Apache-2.0
// USB packets to UTMI transmit: a handshake of one octet, or a data packet with its CRC16 (USB 2.0, 8.3.5, 8.4.4).
`default_nettype none

module nic_usb_tx (
    input wire clk_i,
    input wire rst_i,

    // Pulse while not busy. The PID holds still until done.
    input wire start_i,
    input wire [3:0] pid_i,
    // Payload of DATA0 and DATA1. An octet is taken in a clock with ready; the next one, or the end (valid low), shows in
    // the clock after. Valid, or not, from the clock after start on.
    input wire byte_valid_i,
    output wire byte_ready_o,
    input wire [7:0] byte_i,
    // CRC16 of the octets taken since start.
    input wire [15:0] crc_i,

    output wire busy_o,
    // Pulse: the last octet has been taken.
    output logic done_o,

    output logic tx_valid_o,
    output logic [7:0] tx_data_o,
    input wire tx_ready_i
);
    typedef enum logic [2:0] {
        IDLE,
        PID,
        DATA,
        CRC_LOW,
        CRC_HIGH
    } state_t;

    state_t state_q, state_d;

    wire with_data = pid_i[1:0] == 2'b11;
    // tx_data_o is taken and another octet follows.
    wire payload = (state_q == PID && with_data) || state_q == DATA;
    wire last = (state_q == PID && !with_data) || state_q == CRC_HIGH;

    assign busy_o = state_q != IDLE;
    assign byte_ready_o = tx_ready_i && payload && byte_valid_i;

    always_comb begin
        state_d = state_q;
        if (state_q == IDLE) begin
            if (start_i) state_d = PID;
        end else if (tx_ready_i) begin
            if (payload) state_d = byte_valid_i ? DATA : CRC_LOW;
            else if (state_q == CRC_LOW) state_d = CRC_HIGH;
            else state_d = IDLE;
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            state_q <= IDLE;
            tx_valid_o <= 1'b0;
            done_o <= 1'b0;
        end else begin
            state_q <= state_d;
            tx_valid_o <= state_d != IDLE;
            done_o <= last && tx_ready_i;
        end
    end

    // The CRC goes out complemented.
    always_ff @(posedge clk_i) begin
        if (state_q == IDLE) tx_data_o <= {~pid_i, pid_i};
        else if (tx_ready_i) begin
            if (payload && byte_valid_i) tx_data_o <= byte_i;
            else tx_data_o <= state_q == CRC_LOW ? ~crc_i[15:8] : ~crc_i[7:0];
        end
    end
endmodule

`default_nettype wire
