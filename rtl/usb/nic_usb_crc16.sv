// SPDX-License-Identifier: Apache-2.0
// CRC16 of data packets (USB 2.0, 8.3.5.2), one for both directions: the bus is half duplex. A packet that comes while another
// goes out would spoil both, which is what becomes of them on the bus as well.
`default_nettype none

module nic_usb_crc16 (
    input wire clk_i,
    // A packet begins; with valid_i the clear counts.
    input wire clear_i,
    input wire valid_i,
    input wire [7:0] data_i,
    // Bit 0 goes first on the wire, complemented.
    output logic [15:0] crc_o
);
    function automatic logic [15:0] crc16(input logic [15:0] crc, input logic [7:0] data);
        for (int i = 0; i < 8; i++) crc = (crc >> 1) ^ (crc[0] ^ data[i] ? 16'ha001 : 16'h0);
        return crc;
    endfunction

    always_ff @(posedge clk_i) begin
        if (clear_i) crc_o <= '1;
        else if (valid_i) crc_o <= crc16(crc_o, data_i);
    end
endmodule

`default_nettype wire
