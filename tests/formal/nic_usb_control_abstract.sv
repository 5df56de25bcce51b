// SPDX-License-Identifier: Apache-2.0
// Stands for nic_usb_descriptors in the proof of nic_usb_control: any descriptor may exist, at any place, of any length, and its
// octets and those of the buffer may be anything.
`default_nettype none

module nic_usb_descriptors #(
    parameter bit HS = 1'b1,
    parameter logic [63:0] SERIAL = "00000001",
    parameter int unsigned WORDS = 440
) (
    input wire clk_i,
    input wire high_speed_i,
    input wire [7:0] type_i,
    input wire [7:0] index_i,
    input wire ms_os_i,
    output wire found_o,
    output wire [8:0] place_o,
    output wire [7:0] length_o,
    input wire re_i,
    input wire [8:0] addr_i,
    output wire [7:0] data_o,
    input wire we_i,
    input wire [5:0] waddr_i,
    input wire [7:0] wdata_i
);
    assign found_o = nic_usb_control_formal.found_i;
    assign place_o = nic_usb_control_formal.place_i;
    assign length_o = ms_os_i || nic_usb_control_formal.found_i ? nic_usb_control_formal.length_i : 8'd0;
    assign data_o = nic_usb_control_formal.octet_i;
endmodule

`default_nettype wire
