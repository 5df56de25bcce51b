// SPDX-License-Identifier: Apache-2.0
// What nic_usb_bus promises, for any line state, packets and VBUS at any time (USB 2.0, 7.1.7): reset only after SE0 of 2.5 us or
// silence at high speed, and always then; high speed only after six chirps of the host; suspend only after 3 ms of silence, and
// always then; the bus is driven only for the device's chirp, for a wake-up behind 5 ms of rest, and in a test mode.
`default_nettype none

module nic_usb_bus_formal #(
    parameter bit HS = 1'b1,
    parameter bit REACH = 1'b0
) (
    input wire clk_i,
    input wire rst_i,
    input wire [1:0] line_i,
    input wire active_i,
    input wire vbus_i,
    input wire wake_i,
    input wire [2:0] select_i
);
    localparam int unsigned US = 1, MS = 12, FILTER = 5 * US / 2;
    localparam logic [1:0] SE0 = 2'b00, J = 2'b01, K = 2'b10;

    // Reset for three clocks: what shows of the state has no reset of its own.
    logic [2:0] init_q = 3'b111;
    always_ff @(posedge clk_i) init_q <= init_q >> 1;
    wire init = init_q != '0;
    wire rst = rst_i || init;

    wire [1:0] xcvr, mode;
    wire term, suspend_n, drive, drive_j, bus_rst, high;

    // A test mode is asked for in use, and holds until the bus reset.
    logic [2:0] test_q, test_1_q;           // test_1_q: a clock ago, as what shows of it is
    wire testing = test_q != '0 || test_1_q != '0;
    always_ff @(posedge clk_i) begin
        test_1_q <= test_q;
        if (rst || bus_rst) test_q <= '0;
        else if (test_q == '0 && HS && high && suspend_n) test_q <= select_i;
    end

    nic_usb_bus #(.HS(HS), .CLOCKS_US(US), .CLOCKS_MS(MS)) u_dut (
        .clk_i,
        .rst_i(rst),
        .line_state_i(line_i),
        .rx_active_i(active_i),
        .vbus_valid_i(vbus_i),
        .wake_i,
        .test_i(test_q),
        .xcvr_select_o(xcvr),
        .term_select_o(term),
        .op_mode_o(mode),
        .suspend_n_o(suspend_n),
        .drive_o(drive),
        .drive_j_o(drive_j),
        .bus_rst_o(bus_rst),
        .high_speed_o(high)
    );

    // ---- what was on the bus: for how many clocks the line has been as it is, for how many nothing has happened ----

    logic [1:0] line_q;
    logic [5:0] same_q, quiet_q, off_q, drive_time_q;      // stay at 63
    logic was_rst_q, was_high_q, was_drive_q, was_suspended_q, woken_q;
    function automatic logic [5:0] next(input logic [5:0] count);
        return count == '1 ? count : count + 1'b1;
    endfunction
    always_ff @(posedge clk_i) begin
        line_q <= line_i;
        same_q <= rst || line_i != line_q ? '0 : next(same_q);
        quiet_q <= rst || bus_rst || drive || !vbus_i || line_i != line_q || active_i ? '0 : next(quiet_q);
        off_q <= rst || !vbus_i ? '0 : next(off_q);
        was_rst_q <= bus_rst;
        was_high_q <= high;
        was_drive_q <= drive;
        was_suspended_q <= !suspend_n;
        drive_time_q <= drive && !rst ? next(drive_time_q) : '0;
    end
    logic [2:0] deaf_q;                 // clocks suspended in a packet at full speed, stays at 5
    wire deaf = !suspend_n && active_i && !high && !drive;
    always_ff @(posedge clk_i) deaf_q <= rst || !deaf ? 3'd0 : deaf_q == 3'd5 ? 3'd5 : deaf_q + 1'b1;
    logic [1:0] gone_q;                 // clocks without VBUS, stays at 2
    always_ff @(posedge clk_i) gone_q <= init || vbus_i ? 2'd0 : gone_q == 2'd2 ? gone_q : gone_q + 1'b1;
    // Two clocks lie between the line and what shows of it.
    wire settled = off_q >= 6'd4;

    // ---- the host's chirps: from the end of the device's on, K and J in turn, each for 2.5 us ----

    // Of the line a clock ago, as drive tells of the device a clock ago.
    logic [2:0] chirps_q;
    logic [5:0] chirp_time_q;
    logic [1:0] line_1_q;
    logic counted_q, active_q;
    wire steady = line_q == line_1_q;
    wire chirp = steady && chirp_time_q >= 6'(FILTER) && !counted_q && line_1_q == (chirps_q[0] ? J : K);
    always_ff @(posedge clk_i) begin
        line_1_q <= line_q;
        active_q <= active_i;
        chirp_time_q <= init || !steady || active_q ? '0 : next(chirp_time_q);
        counted_q <= steady && (counted_q || chirp || drive);
        if (init || drive) chirps_q <= '0;
        else if (chirp && chirps_q != 3'd6) chirps_q <= chirps_q + 1'b1;
    end

    wire suspended = !suspend_n;
    // Woken by K, and no end of it yet: J instead is rest again.
    logic resuming_q, resumed_q;
    always_ff @(posedge clk_i) resumed_q <= resuming_q;
    always_ff @(posedge clk_i) resuming_q <= !rst && !bus_rst && ((was_suspended_q && !suspended) || drive || (resuming_q && line_q != SE0));
    wire wake = drive && was_suspended_q && !was_drive_q;
    always_ff @(posedge clk_i) woken_q <= !init && drive && (woken_q || wake);
    logic was_wake_q, before_wake_q;
    always_ff @(posedge clk_i) {before_wake_q, was_wake_q} <= {was_wake_q, wake_i};

    // At high speed the line is silent at SE0 and at J when the device has left high speed.
    logic [5:0] rest_q, rest_1_q, rest_2_q;  // clocks without a packet or a change of the line, but for the device's own revert
    always_ff @(posedge clk_i) begin
        {rest_2_q, rest_1_q} <= {rest_1_q, rest_q};
        if (rst || active_i || (line_i != line_q && !(line_i == J && was_high_q && xcvr == 2'b01))) rest_q <= '0;
        else rest_q <= next(rest_q);
    end

    // At high speed it is before the device reverts that the bus must have been silent.
    logic quieted_q;
    logic [1:0] xcvr_q;
    always_ff @(posedge clk_i) begin
        xcvr_q <= xcvr;
        if (high && xcvr == 2'b01 && xcvr_q == 2'b00) quieted_q <= rest_2_q >= 6'(3 * MS - 1);
    end

    always_ff @(posedge clk_i) begin
        if (!init && !REACH) begin
            // Without VBUS nothing is pulled up nor driven.
            a_detached: assert (gone_q != 2'd2 || (bus_rst && mode == 2'b01 && !term));
            a_off: assert (!(bus_rst && mode == 2'b01) || (!drive && !term));

            // What drives does so raw.
            a_drive: assert (!drive || mode == 2'b10);
            a_drive_j: assert (!drive_j || (drive && (test_q == 3'd1 || test_1_q == 3'd1)));
            a_use: assert (!(drive && !bus_rst && suspend_n && !testing) || woken_q || wake);

            if (settled) begin
                // Full speed: 2.5 us of SE0 are a reset, less is not. At high speed it is the silence.
                a_reset: assert (!(bus_rst && !was_rst_q) || was_high_q || (line_q == SE0 ? same_q >= 6'(FILTER) : 1'b1));
                a_reset_seen: assert (!(!high && line_q == SE0 && quiet_q >= 6'(FILTER + 5)) || bus_rst || drive);

                // 3 ms of silence are a suspend, 10 ms at most (7.1.7.6).
                a_suspend: assert (!(suspended && !was_suspended_q) || resuming_q || resumed_q || (HS && high && quieted_q) || rest_2_q >= 6'(3 * MS - 1));
                // A host that goes on without a resume is heard: at full speed, where it can be.
                a_awake: assert (deaf_q != 3'd5);
                a_suspend_seen: assert (!(line_q == J && quiet_q >= 6'(3 * MS + 6) && !bus_rst && !high) || suspended || woken_q || wake);
            end

            // Chirp and wake-up last for 1 ms at least and 3 at most; 7 and 15 are allowed (7.1.7.5, 7.1.7.7).
            a_long: assert (!(was_drive_q && !drive && settled && !testing) || drive_time_q >= 6'(MS));
            a_short: assert (!(drive && !testing) || drive_time_q <= 6'(3 * MS));

            // The device wakes the host if it may, after 5 ms of rest.
            a_wake: assert (!wake || bus_rst || (before_wake_q && rest_2_q >= 6'(5 * MS - 4)));

            // High speed comes of six chirps, or of a suspend at high speed.
            a_high: assert (!(high && !was_high_q) || (HS && chirps_q == 3'd6));
            a_full: assert (HS || !(high || drive && bus_rst));
        end
    end
    // ---- REACH: one run in which all of it happens, for a solver that looks for a broken assertion ----

    logic [3:0] happened_q;
    always_ff @(posedge clk_i) begin
        if (init) happened_q <= '0;
        else begin
            happened_q <= happened_q | {HS || (wake && !bus_rst), HS || (suspended && settled), !HS || high, !HS || drive_j};
            if (REACH) c_all: assert (happened_q != '1);
        end
    end

    // ---- for the proof to be quick: what the device keeps of the times ----

    wire [5:0] elapsed = 6'(u_dut.time_q) * 6'd3 + 6'(u_dut.count_q);
    always_ff @(posedge clk_i) begin
        if (!init && !REACH) begin
            i_states: assert (u_dut.state_q <= 4'd10);
            i_full: assert (u_dut.state_q != 4'd1 || u_dut.entered_q || elapsed <= quiet_q + 1'b1);
            i_rest: assert (u_dut.state_q != 4'd4 || line_q != J || u_dut.entered_q || u_dut.time_q < 5'd20 || rest_q >= 6'(5 * MS - 4));
        end
    end
endmodule

`default_nettype wire
