// SPDX-License-Identifier: Apache-2.0
// What a board is brought up with: its clocks, counted against sys, what stood on its receive pins last, and errors of USB. No data
// passes here.
`default_nettype none

module nic_probe #(
    // Counts clocks; else the results stay 0.
    parameter bit CLOCKS = 1'b1
) (
    input wire clk_i,
    input wire rst_i,

    // A pulse begins a measurement of 2**16 clocks; one under way begins anew. Counts are clocks divided by 8, valid with busy 0.
    input wire measure_i,
    output wire busy_o,
    output wire [15:0] tx_clocks_o,
    output wire [15:0] rx_clocks_o,

    // Pulses; counts of them, which stay at 255.
    input wire usb_bad_i,
    input wire usb_unanswered_i,
    output logic [7:0] usb_bad_o,
    output logic [7:0] usb_unanswered_o,

    input wire clk_tx_i,
    input wire rst_tx_i,

    // rx: pins in a clock with valid; they show in sys a few clocks later, and torn while they change.
    input wire clk_rx_i,
    input wire rst_rx_i,
    input wire valid_i,
    input wire [7:0] pins_i,
    output wire [7:0] pins_o
);
    if (CLOCKS) begin : g_clocks
        logic [2:0] tx_q, rx_q;
        logic [15:0] left_q, tx_count_q, rx_count_q;
        logic busy_q, tx_before_q, rx_before_q;
        wire tx, rx;

        always_ff @(posedge clk_tx_i) tx_q <= rst_tx_i ? '0 : tx_q + 1'b1;
        always_ff @(posedge clk_rx_i) rx_q <= rst_rx_i ? '0 : rx_q + 1'b1;

        // Each level lasts four clocks, 32 ns at 125 MHz, which is more than one of sys.
        nic_sync #(.WIDTH(2)) u_sync (.clk_i, .rst_i, .d_i({tx_q[2], rx_q[2]}), .q_o({tx, rx}));

        always_ff @(posedge clk_i) begin
            {tx_before_q, rx_before_q} <= {tx, rx};
            if (rst_i) busy_q <= 1'b0;
            else busy_q <= measure_i || (busy_q && left_q != '0);
            if (measure_i) left_q <= '1;
            else left_q <= left_q - 1'b1;
            if (rst_i || measure_i) {tx_count_q, rx_count_q} <= '0;
            else if (busy_q) begin
                tx_count_q <= tx_count_q + 16'(tx && !tx_before_q);
                rx_count_q <= rx_count_q + 16'(rx && !rx_before_q);
            end
        end

        assign {busy_o, tx_clocks_o, rx_clocks_o} = {busy_q, tx_count_q, rx_count_q};
    end else begin : g_no_clocks
        wire unused = &{1'b0, measure_i, clk_tx_i, rst_tx_i};
        assign {busy_o, tx_clocks_o, rx_clocks_o} = '0;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) {usb_bad_o, usb_unanswered_o} <= '0;
        else begin
            usb_bad_o <= usb_bad_o + 8'(usb_bad_i && usb_bad_o != '1);
            usb_unanswered_o <= usb_unanswered_o + 8'(usb_unanswered_i && usb_unanswered_o != '1);
        end
    end

    logic [7:0] pins_q;
    always_ff @(posedge clk_rx_i) begin
        if (rst_rx_i) pins_q <= '0;
        else if (valid_i) pins_q <= pins_i;
    end
    nic_sync #(.WIDTH(8)) u_sync_pins (.clk_i, .rst_i, .d_i(pins_q), .q_o(pins_o));
endmodule

`default_nettype wire
