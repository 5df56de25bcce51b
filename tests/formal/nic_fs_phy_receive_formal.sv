// SPDX-License-Identifier: Apache-2.0
// What nic_fs_phy promises of what it hears (USB 2.0, 7.1.7 to 7.1.15), for any packets, each edge up to a clock, 20.8 ns, early or
// late against the one before it, with D+ and D- a clock apart, the first bit of SYNC cut, up to a bit of dribble, an SE0 of three
// clocks and more: each octet once and in order, between rx_active's rise and its fall, and no error. ANYTHING: the line does
// anything, then rests for a while, and the receiver is as ready as from reset; of a broken packet it tells once, and nothing behind.
`default_nettype none

module nic_fs_phy_receive_formal #(
    parameter bit ANYTHING = 1'b0
) (
    input wire clk_i,
    // The host's choices: to go on, the next bit, clocks that an edge is late, a clock between the edges of D+ and D-.
    input wire go_i,
    input wire bit_i,
    input wire [2:0] late_i,
    input wire skew_i,
    input wire [1:0] noise_i,
    // The bit of each octet that is compared: any.
    input wire [2:0] watch_i
);
    localparam logic [1:0] SE0 = 2'b00, J = 2'b01, K = 2'b10;
    // Until the rest of anything is over: seven bits to a stuffing error, eight of J, and what the pins' flip-flops add.
    localparam int unsigned REST = ANYTHING ? 72 : 10, WIDTH = $clog2(REST + 1);

    logic [2:0] init_q = 3'b111;
    always_ff @(posedge clk_i) init_q <= init_q >> 1;
    wire rst = init_q != '0;

    logic [2:0] watch_q;
    always_ff @(posedge clk_i) if (rst) watch_q <= watch_i;

    logic [1:0] line;
    wire active, valid, error;
    wire [7:0] data;

    nic_fs_phy u_dut (
        .clk_i,
        .rst_i(rst),
        .usb_dp_i(line[0]),
        .usb_dn_i(line[1]),
        .usb_dp_o(),
        .usb_dn_o(),
        .usb_oe_o(),
        .usb_pullup_o(),
        .usb_vbus_i(1'b1),
        .utmi_rx_active_o(active),
        .utmi_rx_valid_o(valid),
        .utmi_rx_data_o(data),
        .utmi_rx_error_o(error),
        .utmi_tx_valid_i(1'b0),
        .utmi_tx_data_i(8'd0),
        .utmi_tx_ready_o(),
        .utmi_xcvr_select_i(2'b01),
        .utmi_term_select_i(1'b1),
        .utmi_op_mode_i(2'b00),
        .utmi_suspend_ni(1'b1),
        .utmi_line_state_o(),
        .utmi_vbus_valid_o()
    );

    // ---- the host ----

    // NOISE: anything. QUIET, IDLE: J. SYNC and DATA: bits. EOP: SE0.
    typedef enum logic [2:0] {NOISE, QUIET, IDLE, SYNC, DATA, EOP} state_t;

    state_t state_q;
    logic [WIDTH-1:0] rest_q;               // clocks of QUIET, EOP and IDLE, up to REST
    logic [1:0] place_q;                    // clocks of this bit, from the last edge on
    logic [1:0] edges_q;                    // there was one just now; a clock before
    logic due_q;                            // an edge is due
    logic [2:0] late_q;                     // ... in so many clocks
    logic end_q;                            // and it is the one to SE0
    logic j_q, skew_q, skewed_q;            // the level; D+ and D- differ now; they did at the last edge
    logic [2:0] ones_q, count_q;            // ones in a row; bits of SYNC or the octet; with the bit that comes next
    logic last_q;                           // that bit
    logic part_q;                           // the watched bit of the octet so far
    logic owed_q, owed_bit_q;               // a whole octet was sent and has not come out
    logic some_q;                           // octets of this packet: there is one
    // Without it: what the receiver has heard when the third clock of this bit is over.
    logic [2:0] heard_ones_q, heard_count_q;
    logic heard_part_q, heard_j_q, heard_data_q;

    wire bits = state_q == SYNC || state_q == DATA;
    wire decide = bits && !due_q && place_q == 2'd1;
    wire stuff = ones_q == 3'd6;
    wire ends = decide && state_q == DATA && !stuff && count_q == '0 && some_q && go_i;
    wire one = decide && !ends && (state_q == SYNC ? count_q == 3'd7 : !stuff && bit_i);
    wire zero = decide && !ends && !one;
    wire whole = decide && !ends && !stuff && state_q == DATA && count_q == 3'd7;
    wire edge_now = due_q && late_q == '0;
    wire start = !ANYTHING && state_q == IDLE && rest_q >= WIDTH'(6) && go_i;

    always_comb begin
        case (state_q)
            NOISE: line = noise_i;
            EOP: line = SE0;
            default: line = skew_q ? {2{bit_i}} : j_q ? J : K;
        endcase
    end

    always_ff @(posedge clk_i) begin
        if (rst) begin
            state_q <= ANYTHING ? NOISE : IDLE;
            {due_q, end_q, skew_q, skewed_q, part_q, some_q, edges_q, last_q} <= '0;
            j_q <= 1'b1;
            {rest_q, place_q, late_q, ones_q, count_q} <= '0;
        end else begin
            skew_q <= 1'b0;
            place_q <= place_q + 1'b1;
            edges_q <= {edges_q[0], 1'b0};
            rest_q <= rest_q == WIDTH'(REST) ? rest_q : rest_q + 1'b1;
            case (state_q)
                NOISE: begin
                    rest_q <= '0;
                    if (go_i) state_q <= QUIET;
                end
                QUIET: if (rest_q == WIDTH'(REST)) state_q <= IDLE;
                IDLE: begin
                    {ones_q, some_q} <= '0;
                    if (start) begin
                        // K, and J one to five clocks later: the first bit may be cut.
                        state_q <= SYNC;
                        j_q <= 1'b0;
                        {skew_q, skewed_q} <= {2{skew_i}};
                        edges_q[0] <= 1'b1;
                        count_q <= 3'd2;
                        {heard_count_q, heard_data_q, last_q} <= '0;
                        {due_q, end_q} <= 2'b10;
                        late_q <= late_i > 3'd4 ? 3'd4 : late_i;
                    end
                end
                SYNC, DATA: begin
                    if (due_q) late_q <= late_q - 1'b1;
                    if (edge_now) begin
                        due_q <= 1'b0;
                        end_q <= 1'b0;
                        place_q <= '0;
                        if (end_q) begin
                            state_q <= EOP;
                            rest_q <= '0;
                        end else begin
                            j_q <= !j_q;
                            edges_q[0] <= 1'b1;
                            {skew_q, skewed_q} <= {2{skew_i && !edges_q[0]}};
                        end
                    end
                    if (zero || ends) begin
                        due_q <= 1'b1;
                        end_q <= ends;
                        // To SE0: with a bit of dribble.
                        late_q <= ends ? (late_i > 3'd6 ? 3'd6 : late_i) : (late_i > 3'd2 ? 3'd2 : late_i);
                    end
                    if (decide) begin
                        {heard_ones_q, heard_count_q, heard_part_q, heard_j_q} <= {ones_q, count_q, part_q, j_q};
                        heard_data_q <= state_q == DATA;
                        last_q <= one;
                    end
                    if (decide && !ends) begin
                        ones_q <= one ? ones_q + 1'b1 : '0;
                        if (!stuff) count_q <= count_q + 1'b1;
                        if (state_q == SYNC && count_q == 3'd7) state_q <= DATA;
                        if (!stuff && count_q == watch_q) part_q <= one;
                        if (whole) some_q <= 1'b1;
                    end
                end
                default: begin
                    j_q <= 1'b1;
                    if (rest_q >= WIDTH'(2) && (go_i || rest_q == WIDTH'(9))) begin
                        state_q <= IDLE;
                        rest_q <= '0;
                    end
                end
            endcase
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst) owed_q <= 1'b0;
        else begin
            owed_q <= whole || (owed_q && !valid);
            if (whole) owed_bit_q <= watch_q == 3'd7 ? one : part_q;
        end
    end

    // ---- what comes of it ----

    logic told_q, heard_q;                  // an error, an octet, of this packet
    logic was_active_q;
    logic [1:0] was_line_q;
    always_ff @(posedge clk_i) begin
        was_active_q <= active && !rst;
        was_line_q <= rst ? J : line;
        told_q <= !rst && active && (told_q || error);
        heard_q <= !rst && active && (heard_q || valid);
    end

    wire [1:0] rx_state = u_dut.rx_state_q;
    wire [4:0] history = u_dut.history_q;
    localparam logic [1:0] RX_IDLE = 2'd0, RX_DATA = 2'd1, RX_EOP = 2'd3;
    wire ready = rx_state == RX_IDLE && history == '1 && u_dut.j_q;

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            a_inside: assert (!(valid || error) || active || was_active_q);
        end
    end

    if (ANYTHING) begin : g_anything
        always_ff @(posedge clk_i) begin
            if (!rst) begin
                a_once: assert (!told_q || !(valid || error));
                a_ready: assert (state_q != IDLE || (ready && u_dut.line == J && u_dut.line_q == J));

                c_error: cover (told_q);
                c_ready: cover (state_q == IDLE);
            end
        end
    end else begin : g_packets
        // The bit heard last is the last but the one that comes next.
        wire settled = bits && !(place_q == 2'd2 && skewed_q);
        wire [2:0] place_of_watched = watch_q - heard_count_q;
        wire heard_stuff = heard_data_q && heard_ones_q == 3'd6;
        wire goes_on = settled && !(due_q && end_q);
        always_ff @(posedge clk_i) begin
            if (!rst) begin
                a_error: assert (!error);
                a_octet: assert (!valid || (owed_q && data[watch_q] == owed_bit_q));
                a_take: assert (!(whole && owed_q));
                // It has begun when the first octet is on its way, and lasts until all are out.
                a_active: assert (!whole || active);
                a_over: assert (!(was_active_q && !active) || (!owed_q && state_q == IDLE));
                a_end: assert (!(start && active));

                // ---- for the induction: the host; where the receiver is
                i_state: assert (state_q >= IDLE && state_q <= EOP);
                i_end: assert (!end_q || (due_q && state_q == DATA && count_q == '0 && ones_q != 3'd6 && some_q));
                i_due: assert (!due_q || bits);
                i_late: assert (!(due_q && !end_q) || late_q <= (heard_count_q == '0 && !heard_data_q ? 3'd4 : 3'd2));
                i_last: assert (!bits || (end_q ? j_q == heard_j_q : (heard_count_q == '0 && !heard_data_q)
                                          || (last_q ? !due_q && j_q == heard_j_q : due_q == (j_q == heard_j_q))));
                i_bits: assert (!bits || end_q || (heard_count_q == '0 && !heard_data_q)
                                || (ones_q == (last_q ? heard_ones_q + 1'b1 : 3'd0) && ones_q <= 3'd6
                                    && count_q == heard_count_q + 3'(!heard_stuff)
                                    && part_q == (!heard_stuff && heard_count_q == watch_q ? last_q : heard_part_q)
                                    && !(heard_stuff && last_q)));
                i_sync: assert (!bits || heard_data_q || (!some_q && !owed_q && !end_q && (heard_count_q != '0 ? heard_count_q != 3'd1
                                && ones_q == 3'(last_q) && heard_ones_q == '0 && last_q == (heard_count_q == 3'd7)
                                && (state_q == DATA) == last_q && heard_j_q == !heard_count_q[0]
                                : state_q == SYNC && count_q == 3'd2 && ones_q == '0 && due_q == !j_q && !last_q)));
                i_data: assert (!bits || !heard_data_q || state_q == DATA);

                i_tx: assert (u_dut.tx_state_q == 3'd0 && !u_dut.usb_oe_o);
                i_line: assert (u_dut.line_q == was_line_q);
                i_phase: assert (!bits || edges_q[0] || (edges_q[1] && skewed_q ? u_dut.phase_q == '0
                                 : u_dut.phase_q == place_q - 2'd1 - 2'(skewed_q)) || (heard_count_q == '0 && !heard_data_q && !j_q));
                i_se0: assert (!bits || u_dut.se0_q <= (edges_q[0] ? 5'd1 : edges_q[1] ? 5'd2 : 5'd0));
                i_eop: assert (state_q != EOP || (u_dut.se0_q == 5'(rest_q) && rest_q <= WIDTH'(9) && (!owed_q || (valid && rest_q == '0))
                               && (rest_q <= WIDTH'(2) ? rx_state == RX_DATA && u_dut.rx_count_q <= 3'd1 : rx_state == RX_EOP)));
                i_idle: assert (state_q != IDLE || (j_q && !skew_q && !owed_q && (rest_q == '0 ? ready || rx_state == RX_EOP
                                : ready && u_dut.se0_q == '0)));
                i_first: assert (!(bits && heard_count_q == '0 && !heard_data_q) || (rx_state == RX_IDLE
                                 && history == {4'hf, u_dut.j_q}));
                i_zeros: assert (!(settled && !heard_data_q && heard_count_q != '0) || (rx_state == RX_IDLE
                                 && u_dut.j_q == heard_j_q && history << (3'd7 - heard_count_q) == '0));
                i_heard: assert (!(goes_on && heard_data_q) || (rx_state == RX_DATA && u_dut.j_q == heard_j_q
                                 && u_dut.rx_ones_q == heard_ones_q && u_dut.rx_count_q == heard_count_q
                                 && (watch_q >= heard_count_q || u_dut.rx_shift_q[place_of_watched] == heard_part_q)));
                i_owed: assert (!(goes_on && heard_data_q) || owed_q == (valid || (heard_count_q == 3'd7 && count_q == '0)));
                i_owes: assert (!(goes_on && heard_data_q && owed_q && !valid) || owed_bit_q == part_q);

                c_packet: cover (was_active_q && !active && heard_q);
            end
        end
    end
endmodule

`default_nettype wire
