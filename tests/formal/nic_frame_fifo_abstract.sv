// SPDX-License-Identifier: Apache-2.0
// Stands for nic_frame_fifo in the proof of nic_tx_queue: what it holds and shows is the harness's
// (any bytes in records of the parser's form, no more records than were committed, any delay). The
// real one does less, by its own proof.
`default_nettype none

module nic_frame_fifo #(
    parameter int unsigned BYTES = 4096,
    parameter int unsigned FRAMES = 64,
    localparam int unsigned ADDR_WIDTH = $clog2(BYTES)
) (
    input wire clk_in_i,
    input wire rst_in_i,
    input wire in_valid_i,
    output wire in_ready_o,
    input wire [7:0] in_data_i,
    input wire in_last_i,
    input wire in_commit_i,
    input wire in_drop_i,
    output wire [ADDR_WIDTH:0] in_fill_o,
    output wire in_frames_full_o,
    input wire clk_out_i,
    input wire rst_out_i,
    output wire out_valid_o,
    input wire out_ready_i,
    output wire [7:0] out_data_o,
    output wire out_last_o
);
    assign in_ready_o = nic_tx_queue_formal.buf_room_i || nic_tx_queue_formal.SCRIPTED;
    assign in_fill_o = '0;
    assign in_frames_full_o = 1'b0;
    assign out_valid_o = nic_tx_queue_formal.buf_valid;
    assign out_data_o = nic_tx_queue_formal.data_in;
    assign out_last_o = nic_tx_queue_formal.last_in;
endmodule

`default_nettype wire
