// SPDX-License-Identifier: Apache-2.0
// The counters: a block RAM whose lower half counts and whose upper half holds the last snapshot. What happened to a
// frame arrives as a record and takes four clocks, one counter each; a snapshot copies between two records, so that it
// shows every counter as of one instant. Indices: enumeration `counter` of nic.rdl.
`default_nettype none

module nic_counters #(
    // Of a good frame, at most 16383.
    parameter int unsigned MAX_FRAME = 1522
) (
    input wire clk_i,
    input wire rst_i,

    // One record a completion, taken with valid and ready; may wait for a snapshot.
    input wire tx_valid_i,
    output logic tx_ready_o,
    input wire [7:0] tx_status_i,
    input wire tx_broadcast_i,
    input wire tx_multicast_i,
    input wire [13:0] tx_octets_i,
    // A pulse for each pause frame sent; at least 72 clocks apart, and none in the 90 clocks after reset.
    input wire tx_pause_sent_i,

    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    input wire clk_rx_i,
    input wire rst_rx_i,
    // A pulse for each frame received, with what became of it. Never stalled: two are at least 8 clocks of either
    // domain apart, which the FIFO bears throughout a snapshot and the clearing after reset.
    input wire rx_valid_i,
    input wire [3:0] rx_cause_i,
    input wire rx_broadcast_i,
    input wire rx_multicast_i,
    input wire [13:0] rx_octets_i,

    // A pulse takes a snapshot, once no record of a received frame waits.
    input wire snapshot_i,
    // Reads the snapshot: stays, with index and now stable, until ready, a pulse, after which rdata_o is valid for a clock.
    // A read waits for a snapshot that is under way or due.
    input wire read_valid_i,
    output wire read_ready_o,
    input wire [5:0] read_index_i,
    input wire read_now_i,          // the counter as it is instead
    output wire [31:0] read_rdata_o,

    // No record waits or is at work; nothing is being cleared or copied.
    output logic idle_o
);
    import nic_regs_pkg::*;

    // What a state wants done to a counter goes through three clocks: address to the RAM, its output into word_q, sum
    // back into the RAM. A record's four slots are counters of four different kinds, so that no counter is read while
    // its sum is under way; the copy runs past the last counter, so that a read that follows finds all of it.
    localparam int unsigned LAST = COUNTER_MAX + 3;

    // What the codes count from; 0 in their place is a PAUSE frame sent, and no code of a received frame.
    localparam logic [5:0] FIRST_TX_ERROR = 6'(COUNTER_TX_PAUSE);
    localparam logic [5:0] FIRST_RX_ERROR = 6'(COUNTER_RX_FCS_ERRORS) - 6'(RX_ERROR_FCS);
    if (COUNTER_TX_PACKETS != 0 || COUNTER_RX_PACKETS != 16 || COUNTER_TX_TOO_LONG != COUNTER_TX_PAUSE + 1)
        $fatal(1, "nic_counters: nic.rdl has moved the counters");

    // CLEAR runs twice through the counters, for either half. slot_q counts the four slots of RECORD.
    typedef enum logic [2:0] {CLEAR, IDLE, RECORD, COPY, READ} state_t;
    state_t state_q;
    logic [1:0] slot_q;
    logic half_q;
    logic [5:0] count_q;
    logic snapshot_q;
    logic pause_q;

    // Received records, registered first because they come late in their clock. Of a frame that is not good only the cause
    // counts, which takes the place of the rest.
    localparam int unsigned OCTETS_WIDTH = $clog2(MAX_FRAME + 1);
    localparam int unsigned RECORD_WIDTH = OCTETS_WIDTH + 3;
    wire rx_good = rx_cause_i == RX_ERROR_NONE;
    logic rx_put_q;
    logic [RECORD_WIDTH-1:0] rx_record_q;
    logic rx_room, rx_valid, rx_ready;
    logic rx_bad, rx_broadcast, rx_multicast;
    logic [OCTETS_WIDTH-1:0] rx_octets;
    wire [3:0] rx_cause = rx_octets[3:0];

    if (MAX_FRAME < 64 || MAX_FRAME > 16383) $fatal(1, "nic_counters: MAX_FRAME must be 64 to 16383");

    always_ff @(posedge clk_rx_i) begin
        rx_put_q <= rx_valid_i && !rst_rx_i;
        rx_record_q <= {!rx_good, rx_broadcast_i, rx_multicast_i, rx_good ? OCTETS_WIDTH'(rx_octets_i) : OCTETS_WIDTH'(rx_cause_i)};
    end

    nic_afifo #(.WIDTH(RECORD_WIDTH), .DEPTH(16)) u_rx (
        .clk_in_i(clk_rx_i),
        .rst_in_i(rst_rx_i),
        .in_valid_i(rx_put_q),
        .in_ready_o(rx_room),
        .in_data_i(rx_record_q),
        .clk_out_i(clk_i),
        .rst_out_i(rst_i),
        .out_valid_o(rx_valid),
        .out_ready_i(rx_ready),
        .out_data_o({rx_bad, rx_broadcast, rx_multicast, rx_octets})
    );

    // What cannot wait comes first, then the register bus, whose accesses are rare, then completions. So a snapshot starts
    // with an empty FIFO.
    wire take_pause = state_q == IDLE && pause_q;
    wire take_rx = state_q == IDLE && !pause_q && rx_valid;
    wire take_tx = state_q == IDLE && !pause_q && !rx_valid && !snapshot_q && !read_valid_i && tx_valid_i;
    assign rx_ready = take_rx;
    assign tx_ready_o = take_tx;

    // The record that is being worked on. A pause frame sent is one of its own, which counts nothing but itself.
    logic from_rx_q, good_q, broadcast_q, multicast_q;
    logic [3:0] code_q;
    logic [13:0] octets_q;
    logic [2:0] bin_q;

    always_ff @(posedge clk_i) begin
        if (state_q == IDLE) begin
            from_rx_q <= rx_valid && !pause_q;
            broadcast_q <= rx_valid ? rx_broadcast : tx_broadcast_i;
            multicast_q <= rx_valid ? rx_multicast : tx_multicast_i;
            octets_q <= rx_valid ? 14'(rx_octets) : tx_octets_i;
            code_q <= pause_q ? 4'd0 : rx_valid ? rx_cause : tx_status_i[3:0];
            good_q <= !pause_q && (rx_valid ? !rx_bad : tx_status_i == TX_STATUS_OK);
        end
    end

    always_ff @(posedge clk_i) begin
        if (octets_q >= 14'd1519) bin_q <= 3'd6;
        else if (octets_q[10]) bin_q <= 3'd5;
        else if (octets_q[9]) bin_q <= 3'd4;
        else if (octets_q[8]) bin_q <= 3'd3;
        else if (octets_q[7]) bin_q <= 3'd2;
        else bin_q <= {2'd0, octets_q >= 14'd65};
    end

    // A pause frame sent waits here, for a copy or a record at most.
    always_ff @(posedge clk_i) begin
        if (rst_i) pause_q <= 1'b0;
        else pause_q <= tx_pause_sent_i || (pause_q && !take_pause);
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) snapshot_q <= 1'b0;
        else snapshot_q <= snapshot_i || (snapshot_q && state_q != COPY);
    end

    wire last_count = count_q == 6'(LAST);
    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            state_q <= CLEAR;
            slot_q <= '0;
            half_q <= 1'b0;
            count_q <= '0;
        end else begin
            slot_q <= slot_q + 2'd1;
            count_q <= last_count ? '0 : count_q + 6'd1;
            case (state_q)
                CLEAR: if (last_count) begin
                    half_q <= 1'b1;
                    if (half_q) state_q <= IDLE;
                end
                COPY: if (last_count) state_q <= IDLE;
                RECORD: if (slot_q == 2'd3) state_q <= IDLE;
                READ: if (slot_q == 2'd3) state_q <= IDLE;
                default: begin
                    slot_q <= '0;
                    count_q <= '0;
                    if (rx_valid || pause_q) state_q <= RECORD;
                    else if (snapshot_q) state_q <= COPY;
                    else if (read_valid_i) state_q <= READ;
                    else if (tx_valid_i) state_q <= RECORD;
                end
            endcase
        end
    end

    logic [5:0] index;
    logic change;
    always_comb begin
        index = count_q;
        change = 1'b1;
        if (state_q == READ) index = read_index_i;
        if (state_q == READ || state_q == IDLE) change = 1'b0;
        if (state_q == RECORD) begin
            index = {1'b0, from_rx_q, 4'd0};
            case (slot_q)
                2'd0: if (!good_q) index = 6'(code_q) + (from_rx_q ? FIRST_RX_ERROR : FIRST_TX_ERROR);
                2'd1: index[1:0] = 2'd1;
                2'd2: index[3:0] = 4'd4 + 4'(bin_q);
                default: index[1:0] = {1'b1, !broadcast_q};
            endcase
            if (slot_q != 2'd0 && !good_q) change = 1'b0;
            if (slot_q == 2'd3 && !broadcast_q && !multicast_q) change = 1'b0;
        end
    end

    // Stage 1: raddr_q, 2: the RAM's output, 3: word_q. change: to be written back; plain: as it is; zero: cleared.
    logic change1_q, change2_q, change3_q;
    logic plain1_q, plain2_q;
    logic zero1_q, zero2_q;
    logic [6:0] raddr_q;
    logic [6:0] waddr1_q, waddr2_q, waddr3_q;
    logic octets2_q;
    logic [13:0] increment_q;
    logic [31:0] word, word_q;

    always_ff @(posedge clk_i) begin
        raddr_q <= {state_q == READ && !read_now_i, index};
        waddr1_q <= {state_q == CLEAR ? half_q : state_q == COPY, index};
        waddr2_q <= waddr1_q;
        waddr3_q <= waddr2_q;
        plain1_q <= state_q == CLEAR || state_q == COPY;
        plain2_q <= plain1_q;
        zero1_q <= state_q == CLEAR;
        zero2_q <= zero1_q;
        change1_q <= change && !rst_i;
        change2_q <= change1_q && !rst_i;
        change3_q <= change2_q && !rst_i;
    end

    nic_ram #(.WIDTH(32), .DEPTH(128)) u_ram (
        .clk_w_i(clk_i),
        .we_i(change3_q),
        .waddr_i(waddr3_q),
        .wdata_i(word_q + 32'(increment_q)),
        .clk_r_i(clk_i),
        .re_i(1'b1),
        .raddr_i(raddr_q),
        .rdata_o(word)
    );

    // The octets are added in the slot after the last, when the record is still there: slot 1 plus 2.
    always_ff @(posedge clk_i) begin
        octets2_q <= state_q == RECORD && slot_q == 2'd2;
        if (zero2_q) word_q <= '0;
        else word_q <= word;
        if (octets2_q) increment_q <= octets_q;
        else increment_q <= 14'(!plain2_q);
    end

    assign read_ready_o = state_q == READ && slot_q == 2'd3;
    assign read_rdata_o = word_q;

    always_ff @(posedge clk_i) begin
        idle_o <= state_q == IDLE && !rx_valid && !pause_q && !tx_valid_i && !snapshot_q && !read_valid_i;
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_rx_i) begin
        // The FIFO takes every record of a received frame.
        if (!rst_rx_i && rx_put_q) a_rx_room: assert (rx_room);
        // The octets of a good frame fit.
        if (!rst_rx_i && rx_valid_i && rx_good) a_rx_octets: assert (14'(OCTETS_WIDTH'(rx_octets_i)) == rx_octets_i);
    end
    always_ff @(posedge clk_i) begin
        // A pause frame sent has been counted before the next one.
        if (!rst_i && tx_pause_sent_i) a_pause_counted: assert (!pause_q);
    end
`endif
endmodule

`default_nettype wire
