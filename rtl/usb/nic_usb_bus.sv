// SPDX-License-Identifier: Apache-2.0
// Bus state from the UTMI line state: attach, reset with the high-speed chirp, suspend, resume and remote wake-up (USB 2.0,
// 7.1.7), test modes (7.1.20).
`default_nettype none

module nic_usb_bus #(
    parameter bit HS = 1'b1,
    // Clocks of a microsecond; of a millisecond of the long times, a multiple of 4, so that benches are fast.
    parameter int unsigned CLOCKS_US = 60,
    parameter int unsigned CLOCKS_MS = 60000
) (
    input wire clk_i,
    input wire rst_i,

    // 00 SE0, 01 J, 10 K
    input wire [1:0] line_state_i,
    input wire rx_active_i,
    input wire vbus_valid_i,

    // Level: something waits for the host, and it may be woken for that. Looked at while suspended.
    input wire wake_i,
    // Test selector of 9.4.9 (0: none), at high speed only; it holds until bus_rst_o, that is until VBUS goes.
    input wire [2:0] test_i,

    output logic [1:0] xcvr_select_o,
    output logic term_select_o,
    output logic [1:0] op_mode_o,
    output logic suspend_n_o,
    // The bus is to be driven with octets of zeros (K) or ones (J), without a packet's framing.
    output logic drive_o,
    output logic drive_j_o,
    // Bus reset, or not attached.
    output logic bus_rst_o,
    output logic high_speed_o
);
    localparam int unsigned QUARTER = CLOCKS_MS / 4;
    localparam int unsigned FILTER = 5 * CLOCKS_US / 2;     // 2.5 us
    localparam int unsigned SAME_WIDTH = $clog2(FILTER + 1), COUNT_WIDTH = $clog2(QUARTER);
    // Quarters of a millisecond.
    localparam logic [4:0] IDLE_TIME = 5'd12, REVERT_TIME = 5'd1, CHIRP_TIME = 5'd8, LISTEN_TIME = 5'd8;
    // 5 ms of idle bus before, 1 to 15 ms of K (7.1.7.7). All of them while suspended: it may have come of a K that nobody went on with.
    localparam logic [4:0] REST_TIME = 5'd20, WAKE_TIME = 5'd8;
    localparam logic [1:0] SE0 = 2'b00, J = 2'b01, K = 2'b10;
    localparam logic [2:0] TEST_J = 3'd1, TEST_K = 3'd2;

    typedef enum logic [3:0] {
        DETACHED,
        FULL,           // full speed, in use
        HIGH,
        REVERT,         // quiet for 3 ms at high speed: reset or suspend?
        SUSPENDED,
        WAKE,           // the device's own K
        RESUME,
        TEST,
        CHIRP,
        LISTEN,         // for the host's chirps
        RESET_FULL      // until the end of SE0
    } state_t;

    state_t state_q, state_d;
    logic [1:0] line_q;
    logic [SAME_WIDTH-1:0] same_q;      // clocks with this line state
    logic filtered_q;                   // there were FILTER of them
    // Of the time in this state, or, in use and suspended, of the time that the bus has been idle; time_q stays at its end.
    logic [COUNT_WIDTH-1:0] count_q;
    logic tick_q;                       // count_q is at its end
    logic [4:0] time_q;
    logic [2:0] chirps_q;
    logic entered_q;                    // the state is new: its time begins
    logic heard_q, was_high_q;          // this chirp was counted, or is our own

    wire same = line_state_i == line_q;
    wire filtered = same && filtered_q;
    wire idle = same && !rx_active_i && line_q == (state_q == HIGH ? SE0 : J);
    wire [4:0] spent = entered_q ? '0 : time_q;
    wire in_use = state_q == HIGH || state_q == FULL;
    wire chirp = state_q == LISTEN && filtered && !heard_q && line_q == (chirps_q[0] ? J : K);
    wire test_raw = state_q == TEST && (test_i == TEST_J || test_i == TEST_K);

    always_comb begin
        state_d = state_q;
        case (state_q)
            DETACHED: if (vbus_valid_i) state_d = FULL;
            FULL: begin
                if (line_q == SE0 && filtered) state_d = HS ? CHIRP : RESET_FULL;
                else if (spent == IDLE_TIME) state_d = SUSPENDED;
            end
            HIGH: begin
                if (test_i != '0) state_d = TEST;
                else if (spent == IDLE_TIME) state_d = REVERT;
            end
            REVERT: if (spent == REVERT_TIME) state_d = line_q == SE0 ? CHIRP : SUSPENDED;
            SUSPENDED: if (filtered) begin
                if (line_q == K) state_d = RESUME;
                if (line_q == SE0) state_d = HS ? CHIRP : RESET_FULL;
                if (line_q == J && wake_i && spent >= REST_TIME) state_d = WAKE;
            end else if (rx_active_i && !was_high_q) state_d = FULL;    // a host that goes on without a resume
            // The host has taken over when this K ends.
            WAKE: if (spent == WAKE_TIME) state_d = RESUME;
            // K, then SE0 of two low-speed bit times; a longer one is a reset. J: nobody went on with our K.
            RESUME: begin
                if (line_q == SE0) state_d = was_high_q ? HIGH : FULL;
                if (line_q == J) state_d = SUSPENDED;
            end
            TEST: ;
            CHIRP: if (spent == CHIRP_TIME) state_d = LISTEN;
            // K J K J K J, each for 2.5 us.
            LISTEN: begin
                if (chirp && chirps_q == 3'd5) state_d = HIGH;
                else if (spent == LISTEN_TIME) state_d = RESET_FULL;
            end
            RESET_FULL: if (line_q == J) state_d = FULL;
            default: state_d = DETACHED;
        endcase
        if (rst_i || !vbus_valid_i) state_d = DETACHED;
    end

    always_ff @(posedge clk_i) begin
        state_q <= state_d;
        line_q <= line_state_i;
        if (!same || rx_active_i || rst_i) begin
            same_q <= '0;
            filtered_q <= 1'b0;
        end else begin
            same_q <= same_q + 1'b1;
            filtered_q <= filtered_q || same_q == SAME_WIDTH'(FILTER - 1);
        end
        entered_q <= state_d != state_q;
        if (entered_q || ((in_use || state_q == SUSPENDED) && !idle)) begin
            count_q <= '0;
            tick_q <= 1'b0;
            time_q <= '0;
        end else begin
            count_q <= tick_q ? '0 : count_q + 1'b1;
            tick_q <= count_q == COUNT_WIDTH'(QUARTER - 2);
            if (tick_q && time_q != '1) time_q <= time_q + 1'b1;
        end
        heard_q <= same && (heard_q || chirp || state_q == CHIRP);
        if (state_q == CHIRP) chirps_q <= '0;
        else if (chirp) chirps_q <= chirps_q + 1'b1;
        if (in_use) was_high_q <= state_q == HIGH;
    end

    // The host's own chirps go on after the sixth; the transceiver is at high speed then and hears SE0 or packets.
    always_ff @(posedge clk_i) begin
        xcvr_select_o <= state_q inside {HIGH, TEST, CHIRP, LISTEN} ? 2'b00 : 2'b01;
        term_select_o <= !(state_q inside {HIGH, TEST, DETACHED});
        op_mode_o <= state_q == DETACHED ? 2'b01 : state_q inside {CHIRP, LISTEN, WAKE} || test_raw ? 2'b10 : 2'b00;
        suspend_n_o <= state_q != SUSPENDED;
        drive_o <= state_q == CHIRP || state_q == WAKE || test_raw;
        drive_j_o <= state_q == TEST && test_i == TEST_J;
        bus_rst_o <= state_q inside {DETACHED, CHIRP, LISTEN, RESET_FULL};
        high_speed_o <= state_q inside {HIGH, TEST} || (was_high_q && state_q inside {REVERT, SUSPENDED, WAKE, RESUME});
    end
endmodule

`default_nettype wire
