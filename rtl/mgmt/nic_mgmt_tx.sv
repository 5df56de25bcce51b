// SPDX-License-Identifier: Apache-2.0
// The part of management that lives in the tx domain: its registers, the device time, receive stamps and the counters.
`default_nettype none

module nic_mgmt_tx #(
    parameter int unsigned TX_MHZ = 125,
    parameter int unsigned MAX_FRAME = 1522
) (
    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    input wire clk_i,
    input wire rst_i,
    input wire clk_rx_i,
    input wire rst_rx_i,

    // A register access, from nic_bus_bridge: valid stays until ready, a pulse with which rdata and error count.
    input wire valid_i,
    input wire write_i,
    input wire [9:2] addr_i,
    input wire [31:0] wdata_i,
    output wire ready_o,
    output wire [31:0] rdata_o,
    output wire error_o,

    output wire [7:0] ifg_o,
    output wire [63:0] time_o,
    input wire [31:0] skip_i,

    // What happened to frames: nic_counters. rx_*: in the rx domain.
    input wire tx_stat_valid_i,
    output wire tx_stat_ready_o,
    input wire [7:0] tx_stat_status_i,
    input wire tx_stat_broadcast_i,
    input wire tx_stat_multicast_i,
    input wire [13:0] tx_stat_octets_i,
    input wire tx_pause_sent_i,
    input wire rx_stat_valid_i,
    input wire [3:0] rx_stat_cause_i,
    input wire rx_stat_broadcast_i,
    input wire rx_stat_multicast_i,
    input wire [13:0] rx_stat_octets_i,

    // Receive stamps: nic_stamp, rx domain.
    input wire rx_sfd_i,
    output wire [63:0] rx_stamp_o,

    // No access, record or snapshot under way.
    output wire idle_o
);
    wire we, re;
    wire hit, counter_sel, counter_now_sel, counter_ready;
    wire time_lo_we, time_lo_re, time_hi_we, time_step_we, snapshot;
    wire [20:0] ppb;
    wire [31:0] counter_rdata;
    logic [31:0] time_hi_captured_q, time_hi_staged_q;

    // An access acts in its second clock, a read of a counter when that is there (it stays for two more), and is
    // answered in the next.
    logic acts_q, answer_q;
    wire fresh = valid_i && !acts_q && !answer_q;
    wire counter_read = fresh && (counter_sel || counter_now_sel) && !write_i;
    assign we = acts_q && write_i;
    assign re = acts_q && !write_i;
    assign ready_o = answer_q;
    assign error_o = !hit;

    always_ff @(posedge clk_i) begin
        acts_q <= fresh && (!counter_read || counter_ready) && !rst_i;
        answer_q <= acts_q && !rst_i;
    end

    nic_regs_tx u_regs (
        .clk_i(clk_i),
        .rst_i(rst_i),
        .we_i(we),
        .re_i(re),
        .addr_i(addr_i),
        .wdata_i(wdata_i[20:0]),
        .rdata_o(rdata_o),
        .hit_o(hit),
        .ifg_octets_o(ifg_o),
        .time_lo_ns_i(time_o[31:0]),
        .time_lo_we_o(time_lo_we),
        .time_lo_re_o(time_lo_re),
        .time_hi_ns_i(time_hi_captured_q),
        .time_hi_we_o(time_hi_we),
        .time_hi_re_o(),
        .time_step_we_o(time_step_we),
        .time_adjust_ppb_o(ppb),
        .snapshot_take_o(snapshot),
        .counter_sel_o(counter_sel),
        .counter_rdata_i(counter_rdata),
        .counter_now_sel_o(counter_now_sel),
        .counter_now_rdata_i(counter_rdata)
    );

    always_ff @(posedge clk_i) begin
        if (rst_i) time_hi_captured_q <= '0;
        else if (time_lo_re) time_hi_captured_q <= time_o[63:32];
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) time_hi_staged_q <= '0;
        else if (time_hi_we) time_hi_staged_q <= wdata_i;
    end

    nic_time #(.TX_MHZ(TX_MHZ)) u_time (
        .clk_i(clk_i),
        .rst_i(rst_i),
        .skip_i(skip_i),
        .time_o(time_o),
        .set_i(time_lo_we),
        .step_i(time_step_we),
        .value_i({time_hi_staged_q, wdata_i}),
        .ppb_i(ppb)
    );

    // sfd_i comes two clocks after the SFD; one and a half of clk_i until time_i is taken, on average.
    nic_stamp #(.LATENCY_NS(3500 / TX_MHZ)) u_stamp (
        .clk_tx_i(clk_i),
        .rst_tx_i(rst_i),
        .time_i(time_o),
        .clk_rx_i(clk_rx_i),
        .rst_rx_i(rst_rx_i),
        .sfd_i(rx_sfd_i),
        .stamp_o(rx_stamp_o)
    );

    nic_counters #(.MAX_FRAME(MAX_FRAME)) u_counters (
        .clk_i(clk_i),
        .rst_i(rst_i),
        .tx_valid_i(tx_stat_valid_i),
        .tx_ready_o(tx_stat_ready_o),
        .tx_status_i(tx_stat_status_i),
        .tx_broadcast_i(tx_stat_broadcast_i),
        .tx_multicast_i(tx_stat_multicast_i),
        .tx_octets_i(tx_stat_octets_i),
        .tx_pause_sent_i(tx_pause_sent_i),
        .clk_rx_i(clk_rx_i),
        .rst_rx_i(rst_rx_i),
        .rx_valid_i(rx_stat_valid_i),
        .rx_cause_i(rx_stat_cause_i),
        .rx_broadcast_i(rx_stat_broadcast_i),
        .rx_multicast_i(rx_stat_multicast_i),
        .rx_octets_i(rx_stat_octets_i),
        .snapshot_i(snapshot),
        .read_valid_i(counter_read),
        .read_ready_o(counter_ready),
        .read_index_i(addr_i[7:2]),
        .read_now_i(counter_now_sel),
        .read_rdata_o(counter_rdata),
        .idle_o(idle_o)
    );
endmodule

`default_nettype wire
