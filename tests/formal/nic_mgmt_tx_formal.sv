// SPDX-License-Identifier: Apache-2.0
// What nic_mgmt_tx promises to the bus bridge, with counters that answer when they like: every access acts once, as what
// it is, and is answered in the next clock; nothing acts without an access; a counter is read when it is there.
`default_nettype none

// In place of the counters, which have been proved by themselves.
module nic_counters #(
    parameter int unsigned MAX_FRAME = 1522
) (
    input wire clk_i,
    input wire rst_i,
    input wire tx_valid_i,
    output wire tx_ready_o,
    input wire [7:0] tx_status_i,
    input wire tx_broadcast_i,
    input wire tx_multicast_i,
    input wire [13:0] tx_octets_i,
    input wire tx_pause_sent_i,
    input wire clk_rx_i,
    input wire rst_rx_i,
    input wire rx_valid_i,
    input wire [3:0] rx_cause_i,
    input wire rx_broadcast_i,
    input wire rx_multicast_i,
    input wire [13:0] rx_octets_i,
    input wire snapshot_i,
    input wire read_valid_i,
    output wire read_ready_o,
    input wire [5:0] read_index_i,
    input wire read_now_i,
    output wire [31:0] read_rdata_o,
    output wire idle_o
);
    assign tx_ready_o = 1'b0;
    assign read_ready_o = read_valid_i && nic_mgmt_tx_formal.counted_i;
    assign read_rdata_o = nic_mgmt_tx_formal.count_i;
    assign idle_o = 1'b0;
    wire unused = |{clk_i, rst_i, tx_valid_i, tx_status_i, tx_broadcast_i, tx_multicast_i, tx_octets_i, tx_pause_sent_i,
        clk_rx_i, rst_rx_i, rx_valid_i, rx_cause_i, rx_broadcast_i, rx_multicast_i, rx_octets_i, snapshot_i, read_index_i,
        read_now_i};
endmodule

module nic_mgmt_tx_formal (
    input wire clk_i,
    input wire valid_i,
    input wire write_i,
    input wire [9:2] addr_i,
    input wire [31:0] wdata_i,
    input wire counted_i,
    input wire [31:0] count_i
);
    import nic_regs_pkg::*;

    logic rst_q = 1'b1;
    always_ff @(posedge clk_i) rst_q <= 1'b0;

    wire ready, error;
    wire [31:0] rdata;
    wire [7:0] ifg;

    nic_mgmt_tx u_dut (
        .clk_i, .rst_i(rst_q), .clk_rx_i(clk_i), .rst_rx_i(rst_q),
        .valid_i, .write_i, .addr_i, .wdata_i, .ready_o(ready), .rdata_o(rdata), .error_o(error),
        .ifg_o(ifg), .time_o(), .skip_i(32'd0),
        .tx_stat_valid_i(1'b0), .tx_stat_ready_o(), .tx_stat_status_i(8'd0), .tx_stat_broadcast_i(1'b0),
        .tx_stat_multicast_i(1'b0), .tx_stat_octets_i(14'd0), .tx_pause_sent_i(1'b0),
        .rx_stat_valid_i(1'b0), .rx_stat_cause_i(4'd0), .rx_stat_broadcast_i(1'b0), .rx_stat_multicast_i(1'b0),
        .rx_stat_octets_i(14'd0), .rx_sfd_i(1'b0), .rx_stamp_o(), .idle_o()
    );

    wire acts = u_dut.we || u_dut.re;
    wire counter = ^addr_i[9:8];            // COUNTER, COUNTER_NOW
    logic wait_q, write_q, acted_q, before_q, counted_q;
    logic [9:2] addr_q;
    logic [31:0] wdata_q, expected_q;
    logic [2:0] clocks_q;                   // of this access in which no counter was waited for
    logic [7:0] ifg_q;

    always_ff @(posedge clk_i) begin
        wait_q <= !rst_q && valid_i && !ready;
        write_q <= write_i;
        addr_q <= addr_i;
        wdata_q <= wdata_i;
        acted_q <= !rst_q && valid_i && !ready && (acted_q || acts);
        counted_q <= !rst_q && u_dut.counter_read && counted_i;
        before_q <= !rst_q && acts;
        clocks_q <= rst_q || !valid_i || ready ? '0 : clocks_q + 3'(!u_dut.counter_read || counted_i);
        if (rst_q) ifg_q <= 8'd12;
        else if (u_dut.we && addr_i == IFG_ADDR[9:2]) ifg_q <= wdata_i[7:0];
        if (!rst_q) begin
            // The bridge keeps an access until it is answered.
            if (wait_q) m_stays: assume (valid_i && write_i == write_q && addr_i == addr_q && wdata_i == wdata_q);
            if (ready) m_gone: assume (valid_i);
            a_once: assert (!acts || (valid_i && !acted_q && !ready));
            a_kind: assert (!acts || (u_dut.we == write_i && u_dut.re == !write_i));
            a_there: assert (!u_dut.re || !counter || counted_q);
            a_answer: assert (ready == before_q && (!ready || acted_q));
            a_prompt: assert (clocks_q <= 3'd3);
            a_value: assert (ifg == ifg_q);
            if (ready && !write_q && addr_q == IFG_ADDR[9:2]) a_read: assert (rdata == {24'd0, ifg_q} && !error);
            if (ready && !write_q && ^addr_q[9:8]) a_counter: assert (rdata == expected_q);
            if (u_dut.counter_read) a_now: assert (u_dut.u_counters.read_now_i == addr_i[9]);
            c_counter: cover (ready && !write_q && counter && rdata == 32'h12345678 && clocks_q == 3'd2);
            c_write: cover (ready && write_q && ifg == 8'h55);
        end
        if (u_dut.re && counter) expected_q <= count_i;
    end
endmodule

`default_nettype wire
