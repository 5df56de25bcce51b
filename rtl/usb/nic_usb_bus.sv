// SPDX-License-Identifier: Apache-2.0
// Bus state from the UTMI line state: attach, reset with the high-speed chirp, suspend and resume (USB 2.0, 7.1.7).
`default_nettype none

module nic_usb_bus #(
    parameter bit HS = 1'b1,
    // Clocks of a microsecond; of a millisecond of the long times, so that benches are fast.
    parameter int unsigned CLOCKS_US = 60,
    parameter int unsigned CLOCKS_MS = 60000
) (
    input wire clk_i,
    input wire rst_i,

    // 00 SE0, 01 J, 10 K
    input wire [1:0] line_state_i,
    input wire rx_active_i,
    input wire vbus_valid_i,

    output logic [1:0] xcvr_select_o,
    output logic term_select_o,
    output logic [1:0] op_mode_o,
    output logic suspend_n_o,
    // The device's chirp K is to be sent: octets of zeros.
    output logic chirp_o,
    // Bus reset, or not attached.
    output logic bus_rst_o,
    output logic high_speed_o
);
    localparam int unsigned WIDTH = $clog2(4 * CLOCKS_MS);
    localparam logic [WIDTH-1:0] FILTER = WIDTH'(5 * CLOCKS_US / 2 - 1);
    localparam logic [WIDTH-1:0] IDLE_TIME = WIDTH'(3 * CLOCKS_MS);
    localparam logic [WIDTH-1:0] REVERT_TIME = WIDTH'(CLOCKS_MS / 4);
    localparam logic [WIDTH-1:0] CHIRP_TIME = WIDTH'(2 * CLOCKS_MS);
    localparam logic [WIDTH-1:0] LISTEN_TIME = WIDTH'(2 * CLOCKS_MS);
    localparam logic [1:0] SE0 = 2'b00, J = 2'b01, K = 2'b10;

    typedef enum logic [3:0] {
        DETACHED,
        FULL,           // full speed, in use
        HIGH,
        REVERT,         // quiet for 3 ms at high speed: reset or suspend?
        SUSPENDED,
        RESUME,
        CHIRP,
        LISTEN,         // for the host's chirps
        RESET_FULL      // until the end of SE0
    } state_t;

    state_t state_q;
    logic [1:0] line_q;
    logic [WIDTH-1:0] same_q, time_q;   // clocks with this line state; in this state
    logic [2:0] chirps_q;
    logic heard_q, was_high_q;          // this chirp was counted

    wire same = line_state_i == line_q;
    wire quiet = line_q == (state_q == HIGH ? SE0 : J) && same_q >= IDLE_TIME;
    wire filtered = same_q >= FILTER;

    always_ff @(posedge clk_i) begin
        line_q <= line_state_i;
        if (!same || rx_active_i || rst_i) same_q <= '0;
        else if (same_q != '1) same_q <= same_q + 1'b1;
        if (time_q != '1) time_q <= time_q + 1'b1;
        heard_q <= same && heard_q;

        case (state_q)
            DETACHED: if (vbus_valid_i) state_q <= FULL;
            FULL: begin
                if (line_q == SE0 && filtered) begin
                    time_q <= '0;
                    state_q <= HS ? CHIRP : RESET_FULL;
                end else if (quiet) state_q <= SUSPENDED;
                was_high_q <= 1'b0;
            end
            HIGH: begin
                if (quiet) begin
                    time_q <= '0;
                    state_q <= REVERT;
                end
                was_high_q <= 1'b1;
            end
            REVERT: if (time_q == REVERT_TIME) begin
                time_q <= '0;
                state_q <= line_q == SE0 ? CHIRP : SUSPENDED;
            end
            SUSPENDED: if (same && filtered) begin
                time_q <= '0;
                if (line_q == K) state_q <= RESUME;
                if (line_q == SE0) state_q <= HS ? CHIRP : RESET_FULL;
            end
            // K, then SE0 of two low-speed bit times; a longer one is a reset.
            RESUME: if (line_q == SE0 || line_q == J) state_q <= was_high_q ? HIGH : FULL;
            CHIRP: begin
                chirps_q <= '0;
                heard_q <= 1'b0;
                if (time_q == CHIRP_TIME) begin
                    time_q <= '0;
                    state_q <= LISTEN;
                end
            end
            // K J K J K J, each for 2.5 us.
            LISTEN: begin
                if (same && filtered && !heard_q && line_q == (chirps_q[0] ? J : K)) begin
                    heard_q <= 1'b1;
                    chirps_q <= chirps_q + 1'b1;
                    if (chirps_q == 3'd5) state_q <= HIGH;
                end else if (time_q == LISTEN_TIME) state_q <= RESET_FULL;
            end
            RESET_FULL: if (line_q == J) state_q <= FULL;
            default: state_q <= DETACHED;
        endcase
        if (rst_i || !vbus_valid_i) state_q <= DETACHED;
    end

    // The host's own chirps go on after the sixth; the transceiver is at high speed then and hears SE0 or packets.
    always_ff @(posedge clk_i) begin
        xcvr_select_o <= state_q inside {HIGH, CHIRP, LISTEN} ? 2'b00 : 2'b01;
        term_select_o <= state_q != HIGH && state_q != DETACHED;
        op_mode_o <= state_q == DETACHED ? 2'b01 : state_q == CHIRP || state_q == LISTEN ? 2'b10 : 2'b00;
        suspend_n_o <= state_q != SUSPENDED;
        chirp_o <= state_q == CHIRP;
        bus_rst_o <= state_q inside {DETACHED, CHIRP, LISTEN, RESET_FULL};
        high_speed_o <= state_q == HIGH || (was_high_q && state_q inside {REVERT, SUSPENDED, RESUME});
    end
endmodule

`default_nettype wire
