// SPDX-License-Identifier: Apache-2.0
// Receive queue: from the octets of nic_mac in the rx domain to the records of the IN stream in the sys domain.
// A wrapper of filter, writer, frame buffer, header table and reader; it has no logic of its own.
`default_nettype none

module nic_rx_queue #(
    parameter int unsigned BUF_BYTES = 4096,
    // Most frames stored at once.
    parameter int unsigned FRAMES = 64,
    parameter int unsigned FILTER_ENTRIES = 16,
    // See nic_rx_table.
    parameter bit DUAL_RAM = 1'b1
) (
    // rx domain: nic_rx_writer tells the rules.
    input wire clk_rx_i,
    input wire rst_rx_i,
    input wire rx_sfd_i,
    input wire rx_valid_i,
    input wire [7:0] rx_data_i,
    input wire rx_end_i,
    input wire [3:0] rx_error_i,
    input wire [13:0] rx_octets_i,
    input wire [63:0] stamp_i,

    // rx domain: switches, quasi-static.
    input wire rx_enable_i,
    input wire promiscuous_i,
    input wire all_multicast_i,
    input wire broadcast_i,
    input wire keep_bad_i,
    input wire [63:0] hash_i,
    input wire [15:0] high_i,
    input wire [15:0] low_i,
    output wire xoff_o,

    // rx domain: one pulse a frame; never stalled.
    output wire stat_valid_o,
    output wire [3:0] stat_cause_o,
    output wire stat_broadcast_o,
    output wire stat_multicast_o,
    output wire [13:0] stat_octets_o,
    output wire rx_idle_o,

    // sys domain. The two resets overlap: there is a time of three clocks of each domain during which both are high.
    input wire clk_i,
    input wire rst_i,

    // The device reset alone, over before the register bus wakes: the table can be written while rx has no clock yet.
    input wire rst_table_i,
    // The exact table: nic_rx_table tells the rules. In short: a write is a pulse; read data follows the address within
    // four clocks; an entry that is changed while frames arrive is made invalid first.
    input wire exact_we_i,
    input wire [5:0] exact_addr_i,
    input wire [16:0] exact_wdata_i,
    output wire [16:0] exact_rdata_o,

    // IN stream, loss count, NIC reset: nic_rx_reader tells the rules.
    output wire in_valid_o,
    input wire in_ready_i,
    output wire [7:0] in_data_o,
    output wire in_last_o,
    output wire loss_valid_o,
    output wire [15:0] loss_count_o,
    input wire loss_taken_i,
    input wire flush_i,
    output wire flushed_o,
    output wire in_flush_o,
    output wire sys_idle_o
);
    localparam int unsigned SIDE_WIDTH = $clog2(FRAMES) + 3;

    if (FILTER_ENTRIES != 16) $fatal(1, "nic_rx_queue: FILTER_ENTRIES must be 16");

    logic octet, first, head, over, long, pass, is_broadcast, is_multicast;
    logic [3:0] index;
    logic [7:0] octet_data, octet_before;
    logic lookup_re;
    logic [5:0] lookup_addr;
    logic [16:0] lookup_data;

    logic write_valid, write_ready, write_last, commit, drop, frames_full;
    logic [7:0] write_data;
    logic [$clog2(BUF_BYTES):0] fill;
    logic side_we;
    logic [SIDE_WIDTH-1:0] side_addr, head_addr;
    logic [15:0] side_wdata, head_data;

    logic read_valid, read_ready, read_last, head_re, head_busy;
    logic [7:0] read_data;
    logic loss_rx, loss, flush_rx;

    nic_rx_filter u_filter (
        .clk_i(clk_rx_i),
        .rst_i(rst_rx_i),
        .valid_i(octet),
        .first_i(first),
        .head_i(head),
        .index_i(index),
        .data_i(octet_data),
        .before_i(octet_before),
        .end_i(over),
        .promiscuous_i,
        .all_multicast_i,
        .broadcast_i,
        .hash_i,
        .lookup_re_o(lookup_re),
        .lookup_addr_o(lookup_addr),
        .lookup_data_i(lookup_data),
        .long_i(long),
        .pass_o(pass),
        .is_broadcast_o(is_broadcast),
        .is_multicast_o(is_multicast)
    );

    nic_rx_writer #(.BUF_BYTES(BUF_BYTES), .FRAMES(FRAMES)) u_writer (
        .clk_i(clk_rx_i),
        .rst_i(rst_rx_i),
        .sfd_i(rx_sfd_i),
        .valid_i(rx_valid_i),
        .data_i(rx_data_i),
        .end_i(rx_end_i),
        .error_i(rx_error_i),
        .octets_i(rx_octets_i),
        .stamp_i,
        .enable_i(rx_enable_i),
        .keep_bad_i,
        .flush_i(flush_rx),
        .high_i,
        .low_i,
        .xoff_o,
        .octet_o(octet),
        .first_o(first),
        .head_o(head),
        .index_o(index),
        .data_o(octet_data),
        .before_o(octet_before),
        .end_o(over),
        .long_o(long),
        .pass_i(pass),
        .is_broadcast_i(is_broadcast),
        .is_multicast_i(is_multicast),
        .fifo_valid_o(write_valid),
        .fifo_ready_i(write_ready),
        .fifo_data_o(write_data),
        .fifo_last_o(write_last),
        .fifo_commit_o(commit),
        .fifo_drop_o(drop),
        .fifo_fill_i(fill),
        .fifo_full_i(frames_full),
        .side_we_o(side_we),
        .side_addr_o(side_addr),
        .side_wdata_o(side_wdata),
        .stat_valid_o,
        .stat_cause_o,
        .stat_broadcast_o,
        .stat_multicast_o,
        .stat_octets_o,
        .loss_o(loss_rx),
        .idle_o(rx_idle_o)
    );

    nic_frame_fifo #(.BYTES(BUF_BYTES), .FRAMES(FRAMES)) u_buffer (
        .clk_in_i(clk_rx_i),
        .rst_in_i(rst_rx_i),
        .in_valid_i(write_valid),
        .in_ready_o(write_ready),
        .in_data_i(write_data),
        .in_last_i(write_last),
        .in_commit_i(commit),
        .in_drop_i(drop),
        .in_fill_o(fill),
        .in_frames_full_o(frames_full),
        .clk_out_i(clk_i),
        .rst_out_i(rst_i),
        .out_valid_o(read_valid),
        .out_ready_i(read_ready),
        .out_data_o(read_data),
        .out_last_o(read_last)
    );

    nic_rx_table #(.FRAMES(FRAMES), .DUAL(DUAL_RAM)) u_table (
        .clk_rx_i,
        .side_we_i(side_we),
        .side_addr_i(side_addr),
        .side_wdata_i(side_wdata),
        .lookup_re_i(lookup_re),
        .lookup_addr_i(lookup_addr),
        .lookup_data_o(lookup_data),
        .clk_i,
        .rst_i(rst_table_i),
        .exact_we_i,
        .exact_addr_i,
        .exact_wdata_i,
        .exact_rdata_o,
        .head_re_i(head_re),
        .head_addr_i(head_addr),
        .head_busy_o(head_busy),
        .head_data_o(head_data)
    );

    // Good frames, the only ones that are lost, last longer than three clocks of sys.
    nic_pulse_sync u_loss (
        .clk_src_i(clk_rx_i),
        .rst_src_i(rst_rx_i),
        .pulse_i(loss_rx),
        .clk_dst_i(clk_i),
        .rst_dst_i(rst_i),
        .pulse_o(loss)
    );

    nic_sync u_flush (
        .clk_i(clk_rx_i),
        .rst_i(rst_rx_i),
        .d_i(flush_i),
        .q_o(flush_rx)
    );

    nic_rx_reader #(.FRAMES(FRAMES)) u_reader (
        .clk_i,
        .rst_i,
        .fifo_valid_i(read_valid),
        .fifo_ready_o(read_ready),
        .fifo_data_i(read_data),
        .fifo_last_i(read_last),
        .head_re_o(head_re),
        .head_addr_o(head_addr),
        .head_busy_i(head_busy),
        .head_data_i(head_data),
        .in_valid_o,
        .in_ready_i,
        .in_data_o,
        .in_last_o,
        .flush_i,
        .flushed_o,
        .in_flush_o,
        .loss_i(loss),
        .loss_valid_o,
        .loss_count_o,
        .loss_taken_i,
        .idle_o(sys_idle_o)
    );
endmodule

`default_nettype wire
