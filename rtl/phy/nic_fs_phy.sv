// SPDX-License-Identifier: Apache-2.0
// A full-speed USB transceiver on three pins (USB 2.0, 7.1): four samples a bit, clock recovery, NRZI, bit stuffing, SYNC and
// EOP; UTMI above, as the device sees it. It has no high speed: whoever runs on it stays with xcvr_select 01.
`default_nettype none

module nic_fs_phy (
    // 48 MHz, +-2500 ppm.
    input wire clk_i,
    input wire rst_i,

    // Pads: D+ and D-, at any time; outputs from flip-flops, driven while oe. The pull-up is a pin through 1.5 kOhm to D+, high
    // or floating. vbus at any time, 1 where the board does not bring it.
    input wire usb_dp_i,
    input wire usb_dn_i,
    output logic usb_dp_o,
    output logic usb_dn_o,
    output logic usb_oe_o,
    output logic usb_pullup_o,
    input wire usb_vbus_i,

    // Receive: rx_active from behind SYNC to the end of EOP; a byte in each clock of rx_valid; no back-pressure. rx_error for one
    // clock on a stuffing error, or an EOP more than one bit behind a byte; nothing valid follows in that packet.
    output logic utmi_rx_active_o,
    output logic utmi_rx_valid_o,
    output logic [7:0] utmi_rx_data_o,
    output logic utmi_rx_error_o,

    // Transmit: tx_valid with the first byte starts SYNC; a byte is taken where tx_valid and tx_ready; tx_valid low at the next
    // tx_ready ends the packet. With op_mode 10 there is no SYNC, stuffing nor EOP: D+/D- are J for tx_data[0], else K (resume).
    input wire utmi_tx_valid_i,
    input wire [7:0] utmi_tx_data_i,
    output logic utmi_tx_ready_o,

    // Controls; op_mode 01: neither drives nor pulls up. There is no power to save: suspend_n is ignored, and so is the speed.
    input wire [1:0] utmi_xcvr_select_i,
    input wire utmi_term_select_i,
    input wire [1:0] utmi_op_mode_i,
    input wire utmi_suspend_ni,

    // {D-, D+}, without the single sample in which only one of them has changed.
    output logic [1:0] utmi_line_state_o,
    output logic utmi_vbus_valid_o
);
    localparam logic [1:0] SE0 = 2'b00, J = 2'b01, K = 2'b10;

    // IDLE looks for SYNC. FAULT: the rest of a broken packet. EOP: until the line has left SE0.
    typedef enum logic [1:0] {RX_IDLE, RX_DATA, RX_FAULT, RX_EOP} rx_state_t;
    typedef enum logic [2:0] {TX_IDLE, TX_SYNC, TX_DATA, TX_EOP, TX_RAW} tx_state_t;

    wire unused = &{1'b0, utmi_xcvr_select_i, utmi_suspend_ni};

    // ---- line

    logic [1:0] line, line_q;
    logic [1:0] phase_q;
    logic [4:0] se0_q;              // samples of SE0 in a row
    wire changed = line != line_q;
    // The second sample behind an edge: a quarter of a bit of room on both sides, also when D+ and D- change a sample apart.
    wire [1:0] phase = changed ? 2'd0 : phase_q + 1'b1;
    wire bit_strobe = phase == 2'd1 && line != SE0;
    // An SE0 of 82 ns is an EOP, one of 40 ns is none (7.1.13.2): three samples.
    wire eop = line == SE0 && se0_q >= 5'd2;

    nic_sync #(.WIDTH(2), .RESET(J)) u_sync (.clk_i, .rst_i, .d_i({usb_dn_i, usb_dp_i}), .q_o(line));
    nic_sync u_vbus (.clk_i, .rst_i, .d_i(usb_vbus_i), .q_o(utmi_vbus_valid_o));

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            line_q <= J;
            phase_q <= '0;
            se0_q <= '0;
            utmi_line_state_o <= J;
        end else begin
            line_q <= line;
            phase_q <= phase;
            if (line != SE0) se0_q <= '0;
            else if (se0_q != '1) se0_q <= se0_q + 1'b1;
            if (!changed) utmi_line_state_o <= line;
        end
    end

    // ---- receive

    rx_state_t rx_state_q;
    logic j_q;                      // the bit before was J
    logic [4:0] history_q;          // the last bits behind NRZI
    logic [2:0] rx_ones_q;
    logic [2:0] rx_count_q;         // bits of the byte so far
    logic [7:0] rx_shift_q;
    logic [3:0] rx_quiet_q;         // bits of J in a row after a fault

    wire is_j = line == J;
    wire rx_bit = is_j == j_q;
    wire [5:0] history = {history_q, rx_bit};
    wire own = usb_oe_o;
    wire stuffed = rx_ones_q == 3'd6;

    assign utmi_rx_active_o = rx_state_q != RX_IDLE;
    assign utmi_rx_data_o = rx_shift_q;

    always_ff @(posedge clk_i) begin
        utmi_rx_valid_o <= 1'b0;
        utmi_rx_error_o <= 1'b0;
        if (rst_i || own) begin
            rx_state_q <= RX_IDLE;
            history_q <= '1;
            j_q <= 1'b1;
        end else begin
            if (bit_strobe) begin
                j_q <= is_j;
                history_q <= history[4:0];
            end
            case (rx_state_q)
                RX_IDLE: begin
                    // The one that ends SYNC is the first of the stuffing (7.1.9).
                    rx_ones_q <= 3'd1;
                    rx_count_q <= '0;
                    if (eop) history_q <= '1;
                    if (bit_strobe && history == 6'b000001) rx_state_q <= RX_DATA;
                end
                RX_DATA: begin
                    rx_quiet_q <= '0;
                    if (eop) begin
                        rx_state_q <= RX_EOP;
                        // A hub may leave one bit of dribble (7.1.9.1).
                        utmi_rx_error_o <= rx_count_q > 3'd1;
                    end else if (bit_strobe) begin
                        rx_ones_q <= rx_bit ? rx_ones_q + 1'b1 : '0;
                        if (stuffed && rx_bit) begin
                            rx_state_q <= RX_FAULT;
                            utmi_rx_error_o <= 1'b1;
                        end else if (!stuffed) begin
                            rx_shift_q <= {rx_bit, rx_shift_q[7:1]};
                            rx_count_q <= rx_count_q + 1'b1;
                            utmi_rx_valid_o <= rx_count_q == 3'd7;
                        end
                    end
                end
                // Without an EOP the packet is over when the bus has been idle for a while.
                RX_FAULT: begin
                    if (eop) rx_state_q <= RX_EOP;
                    else if (bit_strobe) begin
                        rx_quiet_q <= is_j ? rx_quiet_q + 1'b1 : '0;
                        if (is_j && rx_quiet_q == 4'd7) rx_state_q <= RX_IDLE;
                    end
                end
                default: begin
                    history_q <= '1;
                    j_q <= 1'b1;
                    if (line != SE0 || se0_q == '1) rx_state_q <= RX_IDLE;
                end
            endcase
        end
    end

    // ---- transmit

    tx_state_t tx_state_q;
    logic [1:0] tx_phase_q;
    logic [2:0] tx_count_q;
    logic [2:0] tx_ones_q;
    logic [7:0] tx_shift_q;

    wire tick = tx_phase_q == 2'd3;
    wire stuff = tx_ones_q == 3'd6;
    wire driving = utmi_op_mode_i != 2'b01;
    wire raw = utmi_op_mode_i == 2'b10;
    wire tx_bit = !stuff && tx_shift_q[0];
    // The byte behind the one that goes out; the stuffed bit of the last six ones comes before EOP.
    wire load = (tx_state_q == TX_SYNC || tx_state_q == TX_DATA) && tick && !stuff && tx_count_q == 3'd0;

    assign utmi_tx_ready_o = load || (tx_state_q == TX_RAW && tick && tx_count_q == 3'd7);

    // A bit goes to the pins at each tick; tx_count_q counts those left of the byte, 0: none.
    always_ff @(posedge clk_i) begin
        tx_phase_q <= tx_phase_q + 1'b1;
        if (rst_i || !driving) begin
            tx_state_q <= TX_IDLE;
            usb_oe_o <= 1'b0;
            usb_dp_o <= 1'b1;
            usb_dn_o <= 1'b0;
        end else case (tx_state_q)
            TX_IDLE: begin
                usb_oe_o <= 1'b0;
                usb_dp_o <= 1'b1;
                usb_dn_o <= 1'b0;
                tx_ones_q <= '0;
                tx_count_q <= raw ? 3'd0 : 3'd7;
                // SYNC is a byte like any other, but for its first bit, which goes out now.
                tx_shift_q <= 8'b0100_0000;
                tx_phase_q <= '0;
                if (utmi_tx_valid_i && !utmi_rx_active_o) begin
                    tx_state_q <= raw ? TX_RAW : TX_SYNC;
                    usb_oe_o <= 1'b1;
                    usb_dp_o <= raw && utmi_tx_data_i[0];
                    usb_dn_o <= !(raw && utmi_tx_data_i[0]);
                end
            end
            TX_SYNC, TX_DATA: if (tick) begin
                if (load && utmi_tx_valid_i) begin
                    tx_state_q <= TX_DATA;
                    tx_shift_q <= utmi_tx_data_i >> 1;
                    tx_count_q <= 3'd7;
                    tx_ones_q <= utmi_tx_data_i[0] ? tx_ones_q + 1'b1 : '0;
                    {usb_dp_o, usb_dn_o} <= utmi_tx_data_i[0] ? {usb_dp_o, usb_dn_o} : {usb_dn_o, usb_dp_o};
                end else if (load) begin
                    tx_state_q <= TX_EOP;
                    tx_count_q <= '0;
                    {usb_dp_o, usb_dn_o} <= '0;
                end else begin
                    tx_ones_q <= tx_bit ? tx_ones_q + 1'b1 : '0;
                    {usb_dp_o, usb_dn_o} <= tx_bit ? {usb_dp_o, usb_dn_o} : {usb_dn_o, usb_dp_o};
                    if (!stuff) begin
                        tx_shift_q <= tx_shift_q >> 1;
                        tx_count_q <= tx_count_q - 1'b1;
                    end
                end
            end
            // Two bits of SE0, one of J (7.1.13.2).
            TX_EOP: if (tick) begin
                tx_count_q <= tx_count_q + 1'b1;
                if (tx_count_q == 3'd1) usb_dp_o <= 1'b1;
                if (tx_count_q == 3'd2) tx_state_q <= TX_IDLE;
            end
            default: begin
                {usb_dn_o, usb_dp_o} <= utmi_tx_data_i[0] ? J : K;
                if (tick) tx_count_q <= tx_count_q + 1'b1;
                if (!utmi_tx_valid_i) tx_state_q <= TX_IDLE;
            end
        endcase
    end

    always_ff @(posedge clk_i) usb_pullup_o <= !rst_i && driving && utmi_term_select_i && utmi_vbus_valid_o;
endmodule

`default_nettype wire
