// SPDX-License-Identifier: Apache-2.0
// What nic_counters promises beside the numbers (its bench): no record of a received frame finds the FIFO full and no pause
// frame sent finds the one before uncounted, whatever the other records, snapshots and reads do.
`default_nettype none

module nic_counters_formal (
    input wire clk_i,
    input wire tx_valid_i,
    input wire [7:0] tx_status_i,
    input wire tx_pause_sent_i,
    input wire rx_valid_i,
    input wire [3:0] rx_cause_i,
    input wire snapshot_i,
    input wire read_valid_i,
    input wire [5:0] read_index_i,
    input wire read_now_i
);
    logic [2:0] start_q = '0;
    wire rst = start_q < 3'd4;
    wire tx_ready, read_ready, idle;
    logic wait_q, reading_q;
    logic [3:0] rx_gap_q;
    logic [6:0] pause_gap_q;
    logic [9:0] read_wait_q;

    nic_counters u_dut (
        .clk_i,
        .rst_i(rst),
        .tx_valid_i,
        .tx_ready_o(tx_ready),
        .tx_status_i,
        .tx_broadcast_i(1'b0),
        .tx_multicast_i(1'b0),
        .tx_octets_i(14'd64),
        .tx_pause_sent_i,
        .clk_rx_i(clk_i),
        .rst_rx_i(rst),
        .rx_valid_i,
        .rx_cause_i,
        .rx_broadcast_i(1'b0),
        .rx_multicast_i(1'b0),
        .rx_octets_i(14'd64),
        .snapshot_i,
        .read_valid_i,
        .read_ready_o(read_ready),
        .read_index_i,
        .read_now_i,
        .read_rdata_o(),
        .idle_o(idle)
    );

    // ---- invariants (h_*) ----

    function automatic logic [4:0] binary(input logic [4:0] gray);
        return {gray[4], ^gray[4:3], ^gray[4:2], ^gray[4:1], ^gray};
    endfunction

    localparam logic [2:0] CLEAR = 3'd0, IDLE = 3'd1, RECORD = 3'd2, COPY = 3'd3, READ = 3'd4;
    wire [2:0] state = u_dut.state_q;
    wire [1:0] slot = u_dut.slot_q;
    wire [5:0] count = u_dut.count_q;
    wire [4:0] write = binary(u_dut.u_rx.wgray), read = binary(u_dut.u_rx.rgray);
    wire [4:0] write_meta = binary(u_dut.u_rx.u_sync_wgray.meta_q), write_seen = binary(u_dut.u_rx.wgray_out);
    wire [4:0] read_meta = binary(u_dut.u_rx.u_sync_rgray.meta_q), read_seen = binary(u_dut.u_rx.rgray_in);
    wire [4:0] stored = write - read;
    wire [4:0] visible = write_seen - read;

    // Eight for each record on its way, stored or in front, and one for each clock that has passed since the last came: so it rises
    // by one a clock at most, and falls by eight when a record is taken.
    wire [7:0] debt = 8'({stored, 3'd0}) + (u_dut.rx_valid ? 8'd8 : 8'd0) + (u_dut.rx_put_q ? 8'd8 : 8'd0) + (rx_gap_q > 4'd7 ? 8'd7 : 8'(rx_gap_q));

    // How far it may be: a pause frame sent costs five more, which are made up for before the next one.
    function automatic logic [7:0] limit(input logic waits, input logic [6:0] age);
        return waits || age >= 7'd64 ? 8'd90 : age < 7'd44 ? 8'd95 : 8'd95 - 8'((age - 7'd44) / 7'd4);
    endfunction

    // As it was when the record that is worked on was taken.
    wire [7:0] limit_then = limit(u_dut.pause_q, pause_gap_q - 7'(slot) - 7'd1);

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            h_states: assert (state <= READ && (state == IDLE || state == RECORD || state == READ || count <= 6'd41));
            h_parity: assert (u_dut.u_rx.u_write.odd_q == write[0] && u_dut.u_rx.u_read.odd_q == read[0]);
            // Pointers on their way: a record crosses in four clocks, and the next is not there before.
            h_put: assert (!u_dut.rx_put_q || rx_gap_q == 4'd0);
            h_cross: assert (5'(write - write_meta) == 5'(rx_gap_q == 4'd1 && write != write_meta) &&
                             5'(write_meta - write_seen) == 5'(rx_gap_q == 4'd2 && write_meta != write_seen));
            h_back: assert (5'(read - read_meta) <= 5'd1 && 5'(read_meta - read_seen) <= 5'd1);
            h_front: assert (u_dut.rx_valid || visible == 5'd0 || (visible == 5'd1 && rx_gap_q == 4'd3));
            h_order: assert (visible <= stored && stored <= 5'd12);
            // How high the debt may be in each state.
            h_clear: assert (state != CLEAR || (debt <= 8'd1 + (u_dut.half_q ? 8'd42 : 8'd0) + 8'(count) && !u_dut.pause_q));
            h_idle: assert (state != IDLE || debt <= limit(u_dut.pause_q, pause_gap_q));
            h_record: assert (state != RECORD || debt <= (u_dut.from_rx_q ? limit_then - 8'd7 : 8'd91) + 8'(slot));
            h_copy: assert (state != COPY || debt <= 8'd12 + 8'(count));
            h_read: assert (state != READ || debt <= 8'd12 + 8'(slot));
            // How long a pause frame sent may have waited.
            h_pause: assert (!u_dut.pause_q || pause_gap_q <= (state == COPY ? 7'(count) : state == IDLE ? 7'd42 : 7'(slot)));
            h_pause_record: assert (state != RECORD || u_dut.from_rx_q || debt <= 8'd12 + 8'(slot) ||
                                    (!u_dut.good_q && u_dut.code_q == 0 && !u_dut.pause_q && pause_gap_q <= 7'd43 + 7'(slot)));
            // So the FIFO never holds more than this.
            a_fill: assert (stored <= 5'd11);
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst) start_q <= start_q + 1'b1;
        wait_q <= !rst && tx_valid_i && !tx_ready;
        reading_q <= !rst && read_valid_i && !read_ready;
        rx_gap_q <= rst || rx_valid_i ? '0 : rx_gap_q == 4'd15 ? rx_gap_q : rx_gap_q + 1'b1;
        pause_gap_q <= rst || tx_pause_sent_i ? '0 : pause_gap_q == 7'd127 ? pause_gap_q : pause_gap_q + 1'b1;
        if (rst) m_quiet: assume (!rx_valid_i && !tx_pause_sent_i && !snapshot_i && !read_valid_i);
        // Records of received frames are 8 clocks apart, pause frames sent 72, none of these soon after reset.
        m_rx_gap: assume (!rx_valid_i || rx_gap_q >= 4'd7);
        m_pause_gap: assume (!tx_pause_sent_i || (pause_gap_q >= 7'd71 && state != CLEAR));
        if (wait_q) m_tx_stays: assume (tx_valid_i);
        if (reading_q) m_read_stays: assume (read_valid_i);
        // One access of the register bus at a time.
        m_bus: assume (!(snapshot_i && read_valid_i));
        if (!rst) begin
            c_busy: cover (rx_valid_i && wait_q && reading_q);
            c_read: cover (read_ready && rx_gap_q < 4'd3);
        end
    end
endmodule

`default_nettype wire
