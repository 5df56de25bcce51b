// SPDX-License-Identifier: Apache-2.0
// Stand for the blocks behind the packets and transactions in the proof of nic_usb_device, each with what its own proof says of it and
// free otherwise: the state of the bus, endpoint 0, the buffers. The choices are those of nic_usb_device_formal.
`default_nettype none

// A reset at any time, the speed changes with it; K or J is driven in it, or on a bus that is at rest.
module nic_usb_bus #(
    parameter bit HS = 1'b1,
    parameter int unsigned CLOCKS_US = 60,
    parameter int unsigned CLOCKS_MS = 60000
) (
    input wire clk_i,
    input wire rst_i,
    input wire [1:0] line_state_i,
    input wire rx_active_i,
    input wire vbus_valid_i,
    input wire wake_i,
    input wire [2:0] test_i,
    output wire [1:0] xcvr_select_o,
    output wire term_select_o,
    output wire [1:0] op_mode_o,
    output wire suspend_n_o,
    output wire drive_o,
    output wire drive_j_o,
    output wire bus_rst_o,
    output wire high_speed_o
);
    logic rst_q, high_q;
    always_ff @(posedge clk_i) begin
        rst_q <= rst_i || nic_usb_device_formal.bus_rst_i;
        if (rst_i || (rst_q && nic_usb_device_formal.bus_rst_i)) high_q <= HS && nic_usb_device_formal.high_i;
    end
    assign bus_rst_o = rst_q;
    assign high_speed_o = high_q;
    assign drive_o = nic_usb_device_formal.drive_i && (rst_q || nic_usb_device_formal.rests);
    assign drive_j_o = nic_usb_device_formal.bit_i;
    assign {xcvr_select_o, term_select_o, op_mode_o, suspend_n_o} = '0;
endmodule

// A packet of octets: from the third clock behind its rewind on it holds still, but for what is taken.
module nic_usb_device_packet (
    input wire clk_i,
    input wire rewind_i,
    input wire byte_ready_i,
    input wire more_i,
    input wire [7:0] octet_i,
    output logic byte_valid_o,
    output logic [7:0] byte_o
);
    logic [1:0] rewound_q;
    always_ff @(posedge clk_i) begin
        rewound_q <= {rewind_i, rewound_q[1]};
        if (rewind_i || rewound_q != '0 || byte_ready_i) {byte_valid_o, byte_o} <= {more_i, octet_i};
    end
endmodule

module nic_usb_in #(
    parameter int unsigned BYTES = 2048,
    parameter int unsigned PACKETS = 8
) (
    input wire clk_i,
    input wire rst_i,
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [7:0] in_data_i,
    input wire in_last_i,
    input wire [9:0] max_i,
    output logic ready_o,
    input wire rewind_i,
    output wire byte_valid_o,
    input wire byte_ready_i,
    output wire [7:0] byte_o,
    input wire ack_i
);
    localparam bit EVENT = BYTES == 256;
    wire put = EVENT ? nic_usb_device_formal.put_i[3] : nic_usb_device_formal.put_i[2];
    assign in_ready_o = 1'b0;
    always_ff @(posedge clk_i) ready_o <= !rst_i && (put || (ready_o && !ack_i));
    nic_usb_device_packet u_packet (
        .clk_i, .rewind_i, .byte_ready_i, .more_i(nic_usb_device_formal.more_i), .byte_valid_o, .byte_o,
        .octet_i(EVENT ? ~nic_usb_device_formal.octet_i : nic_usb_device_formal.octet_i)
    );
endmodule

module nic_usb_out #(
    parameter int unsigned BYTES = 2048
) (
    input wire clk_i,
    input wire rst_i,
    input wire [9:0] max_i,
    output wire room_o,
    input wire start_i,
    input wire we_i,
    input wire [7:0] data_i,
    input wire commit_i,
    output wire overflow_o,
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [7:0] out_data_o
);
    assign room_o = nic_usb_device_formal.room_i[1];
    assign overflow_o = nic_usb_device_formal.overflow_i;
    assign {out_valid_o, out_data_o} = '0;
endmodule

module nic_usb_control #(
    parameter bit HS = 1'b1,
    parameter logic [63:0] SERIAL = "00000001"
) (
    input wire clk_i,
    input wire rst_i,
    input wire bus_rst_i,
    input wire high_speed_i,
    output wire [6:0] address_o,
    output wire configured_o,
    output wire [3:1] halt_o,
    output wire [3:1] toggle_clear_o,
    input wire [3:1] halted_i,
    output wire wake_o,
    output wire [2:0] test_o,
    input wire start_i,
    input wire valid_i,
    input wire [7:0] data_i,
    input wire setup_commit_i,
    input wire out_commit_i,
    output wire out_room_o,
    output wire out_overflow_o,
    output wire out_toggle_o,
    output wire in_ready_o,
    output wire in_toggle_o,
    input wire in_rewind_i,
    input wire in_ack_i,
    output wire byte_valid_o,
    input wire byte_ready_i,
    output wire [7:0] byte_o,
    output wire out_stall_o,
    output wire in_stall_o,
    output wire reg_valid_o,
    output wire reg_write_o,
    output wire [15:0] reg_addr_o,
    output wire [31:0] reg_wdata_o,
    input wire reg_ready_i,
    input wire [31:0] reg_rdata_i,
    input wire reg_error_i
);
    assign address_o = nic_usb_device_formal.address_q;
    assign configured_o = nic_usb_device_formal.configured_q;
    assign {halt_o, out_stall_o, in_stall_o} = nic_usb_device_formal.stall_i;
    assign toggle_clear_o = nic_usb_device_formal.put_i[3:1];
    assign out_room_o = nic_usb_device_formal.room_i[0];
    assign out_overflow_o = nic_usb_device_formal.overflow_i;
    assign in_ready_o = nic_usb_device_formal.put_i[0];
    assign {out_toggle_o, in_toggle_o} = {2{nic_usb_device_formal.bit_i}};
    assign {wake_o, test_o} = '0;
    assign {reg_valid_o, reg_write_o, reg_addr_o, reg_wdata_o} = '0;
    nic_usb_device_packet u_packet (
        .clk_i, .rewind_i(in_rewind_i), .byte_ready_i, .more_i(nic_usb_device_formal.more_i), .byte_valid_o, .byte_o,
        .octet_i({nic_usb_device_formal.octet_i[3:0], nic_usb_device_formal.octet_i[7:4]})
    );
endmodule

`default_nettype wire
