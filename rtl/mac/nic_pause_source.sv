// SPDX-License-Identifier: Apache-2.0
// The octets of a PAUSE frame of ours, IEEE 802.3 Annex 31B, up to the pause time; nic_mac_tx pads and adds the FCS.
`default_nettype none

module nic_pause_source (
    // As nic_mac_tx asks: octet 0, else octet index + 1.
    input wire first_i,
    input wire [5:0] index_i,
    // Source address, first octet in bits 7:0; pause time in quanta of 512 bit times.
    input wire [47:0] address_i,
    input wire [15:0] quanta_i,
    output logic [7:0] data_o,
    output wire last_o
);
    // Only 0..16 occur; the last is the one with bit 4.
    assign last_o = index_i[4];

    always_comb begin
        case (index_i[4:0])
            5'd0: data_o = first_i ? 8'h01 : 8'h80;
            5'd1: data_o = 8'hc2;
            5'd2, 5'd3: data_o = 8'h00;
            5'd4: data_o = 8'h01;
            5'd5: data_o = address_i[7:0];
            5'd6: data_o = address_i[15:8];
            5'd7: data_o = address_i[23:16];
            5'd8: data_o = address_i[31:24];
            5'd9: data_o = address_i[39:32];
            5'd10: data_o = address_i[47:40];
            5'd11: data_o = 8'h88;
            5'd12: data_o = 8'h08;
            5'd13: data_o = 8'h00;
            5'd14: data_o = 8'h01;
            5'd15: data_o = quanta_i[15:8];
            5'd16: data_o = quanta_i[7:0];
            default: data_o = 'x;
        endcase
    end
    wire unused = &{1'b0, index_i[5]};
endmodule

`default_nettype wire
