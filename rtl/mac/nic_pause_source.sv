// SPDX-License-Identifier: Apache-2.0
// The octets of a PAUSE frame of ours, IEEE 802.3 Annex 31B, up to the pause time; nic_mac_tx pads
// and adds the FCS.
`default_nettype none

module nic_pause_source (
    input wire clk_i,
    input wire rst_i,
    // Source address, first octet in bits 7:0; pause time in quanta of 512 bit times. Stable during
    // a frame.
    input wire [47:0] address_i,
    input wire [15:0] quanta_i,
    // A frame begins with the clock after start_i: its first octet is there. ready_i takes an octet
    // and brings the next.
    input wire start_i,
    input wire ready_i,
    output logic [7:0] data_o,
    output logic last_o
);
    // One bit for each octet 1..17, set when that octet is next: a multiplexer by number would be
    // twice as large.
    logic [17:1] next_q;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            next_q <= '0;
            last_o <= 1'b0;
            data_o <= '0;
        end else if (start_i) begin
            next_q <= 17'b1;
            last_o <= 1'b0;
            data_o <= 8'h01;                                // 01-80-C2-00-00-01
        end else if (ready_i) begin
            next_q <= next_q << 1;
            last_o <= next_q[17];
            data_o <= (8'h80 & {8{next_q[1]}})
                | (8'hc2 & {8{next_q[2]}})
                | (8'h01 & {8{next_q[5]}})
                | (address_i[7:0] & {8{next_q[6]}})
                | (address_i[15:8] & {8{next_q[7]}})
                | (address_i[23:16] & {8{next_q[8]}})
                | (address_i[31:24] & {8{next_q[9]}})
                | (address_i[39:32] & {8{next_q[10]}})
                | (address_i[47:40] & {8{next_q[11]}})
                | (8'h88 & {8{next_q[12]}})                 // 88-08, MAC control
                | (8'h08 & {8{next_q[13]}})
                | (8'h01 & {8{next_q[15]}})                 // 00-01, PAUSE
                | (quanta_i[15:8] & {8{next_q[16]}})
                | (quanta_i[7:0] & {8{next_q[17]}});
        end
    end
endmodule

`default_nettype wire
