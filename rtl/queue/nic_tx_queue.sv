// SPDX-License-Identifier: Apache-2.0
// Transmit side between the byte streams and the MAC: parser, frame buffer, scheduler, descriptor
// slots, events. A descriptor owns a slot from its acceptance until its event record is delivered.
// The slot holds its tag (written by the parser) and its completion (written by the scheduler), so
// neither can overflow: without a slot none is accepted.
`default_nettype none

module nic_tx_queue #(
    parameter int unsigned BUF_BYTES = 4096,
    parameter int unsigned DESC_DEPTH = 64,
    parameter int unsigned MAX_FRAME = 1522,
    parameter int unsigned SYS_MHZ = 60
) (
    // sys domain. rst_i lasts until both sides of every crossing are out of reset.
    input wire clk_i,
    input wire rst_i,

    // OUT stream: TX records. See nic_tx_parser.
    input wire out_valid_i,
    output wire out_ready_o,
    input wire [7:0] out_data_i,
    output wire out_halt_o,

    // Event records. See nic_event.
    output wire ev_valid_o,
    input wire ev_ready_i,
    output wire [7:0] ev_data_o,
    output wire ev_last_o,

    input wire [15:0] moderation_count_i,
    input wire [15:0] moderation_us_i,
    input wire link_up_i,
    input wire [1:0] link_speed_i,
    input wire rx_loss_valid_i,
    input wire [15:0] rx_loss_count_i,
    output wire rx_loss_taken_o,
    input wire request_i,
    input wire [2:0] request_result_i,
    input wire processor_i,

    // NIC reset. rx_flushed_i is looked at while resetting_o.
    input wire reset_start_i,
    input wire rx_flushed_i,
    output wire resetting_o,

    // Status: accepted and not yet delivered as completed; nothing stored and nothing to say.
    output wire halted_o,
    output wire [15:0] outstanding_o,
    output wire sys_idle_o,

    // tx domain. rst_tx_i comes with the device reset only.
    input wire clk_tx_i,
    input wire rst_tx_i,

    // See nic_tx_sched.
    input wire rst_mac_i,
    input wire tx_enable_i,
    input wire tx_link_up_i,
    input wire [63:0] time_i,
    input wire [15:0] lead_i,

    output wire mac_valid_o,
    input wire mac_ready_i,
    output wire [7:0] mac_data_o,
    output wire mac_last_o,
    output wire mac_has_fcs_o,
    output wire mac_no_pad_o,
    output wire mac_error_o,
    output wire mac_abort_o,
    input wire mac_sfd_i,
    input wire mac_done_i,
    input wire [13:0] mac_octets_i,

    output wire stat_valid_o,
    input wire stat_ready_i,
    output wire [7:0] stat_status_o,
    output wire stat_broadcast_o,
    output wire stat_multicast_o,
    output wire [13:0] stat_octets_o,

    output wire tx_idle_o
);
    localparam int unsigned SLOT_WIDTH = $clog2(DESC_DEPTH);

    // Control byte, launch time, frame; one byte stays free.
    if (BUF_BYTES < MAX_FRAME + 10)
        $fatal(1, "nic_tx_queue: BUF_BYTES must be at least MAX_FRAME + 10");

    wire room, accept, error, parser_idle, event_idle;
    wire [2:0] error_status;
    wire tag_we;
    wire [1:0] tag_byte;
    wire [8:0] tag_wdata, tag_rdata;
    wire [SLOT_WIDTH-1:0] accept_slot, slot;
    wire [3:0] slot_byte;
    wire [7:0] done_rdata;

    wire in_valid, in_ready, in_last, in_commit, in_drop;
    wire [7:0] in_data;
    wire buf_valid, buf_ready, buf_last;
    wire [7:0] buf_data;

    wire flush_tx, done_we, done_step;
    wire [3:0] done_byte;
    wire [7:0] done_wdata;
    wire [SLOT_WIDTH:0] done_count_tx, done_count;

    assign halted_o = out_halt_o;
    assign sys_idle_o = parser_idle && event_idle;

    nic_tx_parser #(.MAX_FRAME(MAX_FRAME)) u_parser (
        .clk_i,
        .rst_i,
        .flush_i(resetting_o),
        .out_valid_i,
        .out_ready_o,
        .out_data_i,
        .out_halt_o,
        .error_o(error),
        .error_status_o(error_status),
        .room_i(room),
        .accept_o(accept),
        .tag_we_o(tag_we),
        .tag_byte_o(tag_byte),
        .tag_data_o(tag_wdata),
        .buf_valid_o(in_valid),
        .buf_ready_i(in_ready),
        .buf_data_o(in_data),
        .buf_last_o(in_last),
        .buf_commit_o(in_commit),
        .buf_drop_o(in_drop),
        .idle_o(parser_idle)
    );

    // Frames are limited by the slots. The buffer's own count lags behind, hence the factor.
    nic_frame_fifo #(.BYTES(BUF_BYTES), .FRAMES(2 * DESC_DEPTH)) u_buffer (
        .clk_in_i(clk_i),
        .rst_in_i(rst_i),
        .in_valid_i(in_valid),
        .in_ready_o(in_ready),
        .in_data_i(in_data),
        .in_last_i(in_last),
        .in_commit_i(in_commit),
        .in_drop_i(in_drop),
        .in_fill_o(),
        .in_frames_full_o(),
        .clk_out_i(clk_tx_i),
        .rst_out_i(rst_tx_i),
        .out_valid_o(buf_valid),
        .out_ready_i(buf_ready),
        .out_data_o(buf_data),
        .out_last_o(buf_last)
    );

    // Falls before the first record after a reset is committed, and what is committed takes longer
    // to cross.
    nic_sync u_flush (
        .clk_i(clk_tx_i),
        .rst_i(rst_tx_i),
        .d_i(resetting_o),
        .q_o(flush_tx)
    );

    nic_tx_sched u_sched (
        .clk_i(clk_tx_i),
        .rst_i(rst_tx_i),
        .flush_i(flush_tx),
        .rst_mac_i,
        .enable_i(tx_enable_i),
        .link_up_i(tx_link_up_i),
        .time_i,
        .lead_i,
        .buf_valid_i(buf_valid),
        .buf_ready_o(buf_ready),
        .buf_data_i(buf_data),
        .buf_last_i(buf_last),
        .mac_valid_o,
        .mac_ready_i,
        .mac_data_o,
        .mac_last_o,
        .mac_has_fcs_o,
        .mac_no_pad_o,
        .mac_error_o,
        .mac_abort_o,
        .mac_sfd_i,
        .mac_done_i,
        .mac_octets_i,
        .done_we_o(done_we),
        .done_byte_o(done_byte),
        .done_data_o(done_wdata),
        .done_step_o(done_step),
        .stat_valid_o,
        .stat_ready_i,
        .stat_status_o,
        .stat_broadcast_o,
        .stat_multicast_o,
        .stat_octets_o,
        .idle_o(tx_idle_o)
    );

    nic_ram #(.WIDTH(9), .DEPTH(4 * DESC_DEPTH)) u_tags (
        .clk_w_i(clk_i),
        .we_i(tag_we),
        .waddr_i({accept_slot, tag_byte}),
        .wdata_i(tag_wdata),
        .clk_r_i(clk_i),
        .re_i(1'b1),
        .raddr_i({slot, slot_byte[1:0]}),
        .rdata_o(tag_rdata)
    );

    nic_ram #(.WIDTH(8), .DEPTH(16 * DESC_DEPTH)) u_completions (
        .clk_w_i(clk_tx_i),
        .we_i(done_we),
        .waddr_i((SLOT_WIDTH+4)'({done_count_tx, done_byte})),
        .wdata_i(done_wdata),
        .clk_r_i(clk_i),
        .re_i(1'b1),
        .raddr_i({slot, slot_byte}),
        .rdata_o(done_rdata)
    );

    nic_count_sync #(.WIDTH(SLOT_WIDTH + 1)) u_done (
        .clk_src_i(clk_tx_i),
        .rst_src_i(rst_tx_i),
        .step_i(done_step),
        .count_src_o(done_count_tx),
        .clk_dst_i(clk_i),
        .rst_dst_i(rst_i),
        .count_dst_o(done_count)
    );

    nic_event #(.DESC_DEPTH(DESC_DEPTH), .SYS_MHZ(SYS_MHZ)) u_event (
        .clk_i,
        .rst_i,
        .accept_i(accept),
        .room_o(room),
        .accept_slot_o(accept_slot),
        .done_count_i(done_count),
        .slot_o(slot),
        .slot_byte_o(slot_byte),
        .tag_data_i(tag_rdata),
        .done_data_i(done_rdata),
        .moderation_count_i,
        .moderation_us_i,
        .link_up_i,
        .link_speed_i,
        .rx_loss_valid_i,
        .rx_loss_count_i,
        .rx_loss_taken_o,
        .request_i,
        .request_result_i,
        .processor_i,
        .error_i(error),
        .error_status_i(error_status),
        .reset_start_i,
        .rx_flushed_i,
        .resetting_o,
        .outstanding_o,
        .idle_o(event_idle),
        .ev_valid_o,
        .ev_ready_i,
        .ev_data_o,
        .ev_last_o
    );
endmodule

`default_nettype wire
