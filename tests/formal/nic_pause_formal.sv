// SPDX-License-Identifier: Apache-2.0
// What nic_pause promises, at either width, for any enable, any quanta and any time of PAUSE frames
// and of starts of the transmitter: the hold lasts as long as the frame said, no request is
// missing, late or needless.
`default_nettype none

module nic_pause_formal (
    input wire clk_i,
    input wire rst_i,
    input wire ce_i,
    input wire mii_i,
    input wire received_i,
    input wire [15:0] received_quanta_i,
    input wire obey_i,
    input wire xoff_i,
    input wire send_i,
    input wire [15:0] quanta_i,
    input wire sending_i
);
    logic init_q = 1'b1;
    logic mii_q;
    logic [15:0] quanta_q;          // what we announce
    logic [15:0] received_quanta_q; // stable from one PAUSE frame to the next
    wire [15:0] received_quanta = received_i ? received_quanta_i : received_quanta_q;
    always_ff @(posedge clk_i) begin
        init_q <= 1'b0;
        if (init_q) begin
            mii_q <= mii_i;
            quanta_q <= quanta_i;
        end
        received_quanta_q <= received_quanta;
    end
    wire rst = rst_i || init_q;

    // The transmitter begins a frame a clock after it saw a request, and not again for its length.
    logic request_before_q;
    logic [3:0] busy_q;
    wire request;
    wire sending = sending_i && request_before_q && busy_q == '0;
    always_ff @(posedge clk_i) begin
        request_before_q <= !rst && request;
        if (rst) busy_q <= '0;
        else busy_q <= sending ? 4'd12 : busy_q - 4'(busy_q != '0);
    end

    wire hold;
    wire [15:0] frame_quanta;
    nic_pause u_dut (
        .clk_i,
        .rst_i(rst),
        .ce_i,
        .mii_i(mii_q),
        .received_i,
        .received_quanta_i(received_quanta),
        .obey_i,
        .hold_o(hold),
        .xoff_i,
        .send_i,
        .quanta_i(quanta_q),
        .request_o(request),
        .sending_i(sending),
        .frame_quanta_o(frame_quanta)
    );

    // ---- obeying ----

    logic held_before_q;
    always_ff @(posedge clk_i) held_before_q <= hold;

    // Nibbles (or octets) since the last PAUSE frame, with half an octet added if it came in the
    // middle of one.
    logic any_q;                // one came since reset
    logic first_q;              // in the clock before
    logic [25:0] ticks_q;
    logic missed_q;             // an octet ended in that clock, before the timer ran
    wire octet = ce_i && (!mii_q || u_dut.second_q);
    wire second_d = ce_i ? mii_q && !u_dut.second_q : u_dut.second_q;
    always_ff @(posedge clk_i) begin
        if (rst) begin
            any_q <= 1'b0;
            first_q <= 1'b0;
        end else begin
            any_q <= any_q || received_i;
            first_q <= received_i;
        end
        if (received_i) ticks_q <= 26'(second_d);
        else if (ce_i && !ticks_q[25]) ticks_q <= ticks_q + 26'd1;
        if (received_i) missed_q <= 1'b0;
        else if (first_q) missed_q <= octet && !u_dut.hold_q;
    end
    wire [25:0] octets = mii_q ? {1'b0, ticks_q[25:1]} : ticks_q;
    wire [25:0] time_due = {4'b0, received_quanta_q, 6'b0};

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // Nobody is held who was not asked, or does not obey.
            a_not_asked: assert (!hold || (any_q && obey_i));
            // The hold lasts for the whole time, from the second clock after the frame.
            a_long_enough: assert (!any_q || first_q || !obey_i || octets >= time_due || hold);
            // And at most two octets longer.
            a_no_longer: assert (!hold || first_q || octets <= time_due + 26'd2);
            // No quanta, no hold.
            a_release: assert (!hold || first_q || received_quanta_q != '0);

            c_hold_over: cover (any_q && !first_q && received_quanta_q == 16'd1 && held_before_q && !hold
                && !mii_q && obey_i);
            c_held_again: cover (hold && first_q && !received_i);

            // Invariants.
            i_any: assert (u_dut.armed_q == any_q && (any_q || !u_dut.hold_q));
            i_second: assert (mii_q || !u_dut.second_q);
            i_second_mii: assert (!mii_q || !any_q || u_dut.second_q == ticks_q[0] || ticks_q[25]);
            i_first: assert (!first_q || (u_dut.since_q == '0 && octets == '0));
            i_since: assert (!any_q || first_q || !u_dut.hold_q
                || 26'(u_dut.since_q) + 26'(missed_q) == octets);
            i_stop: assert (!any_q || first_q || u_dut.hold_q
                || (u_dut.since_q[21:6] == received_quanta_q && octets >= time_due));
            i_limit: assert (!any_q || 26'(u_dut.since_q) <= time_due + 26'd1 || first_q);
        end
    end

    // ---- announcing ----

    logic sent_q;               // a frame was announced since reset
    logic told_q;               // the last one said XOFF
    logic [25:0] age_q;         // octets since
    logic age_first_q;          // in the clock before
    logic [1:0] steady_q;       // clocks since what we want changed or a frame began, 3: or more
    logic want_q;
    wire want = xoff_i && send_i;
    always_ff @(posedge clk_i) begin
        want_q <= want;
        age_first_q <= sending;
        if (rst) begin
            sent_q <= 1'b0;
            told_q <= 1'b0;
            steady_q <= '0;
        end else begin
            if (sending) begin
                sent_q <= 1'b1;
                told_q <= u_dut.xoff_q;
            end
            if (want != want_q || sending) steady_q <= '0;
            else if (steady_q != '1) steady_q <= steady_q + 2'd1;
        end
        if (sending) age_q <= '0;
        else if (octet && !age_q[25]) age_q <= age_q + 26'd1;
    end
    wire [25:0] half = {5'b0, quanta_q[15:1], 6'b0};

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // The frame says what was wanted when it began, until the next one begins.
            a_quanta: assert (frame_quanta == (told_q ? quanta_q : 16'd0));
            // What we want and have not said is requested; so is XON after XOFF.
            a_request: assert (steady_q != '1 || want_q == told_q || request);
            // XOFF is said again when half of its time is over, at the latest two octets later.
            a_refresh: assert (steady_q != '1 || !told_q || !want_q || age_q <= half + 26'd1
                || request);
            // Nothing is requested without need.
            a_need: assert (steady_q != '1 || !request || want_q != told_q
                || (told_q && age_q >= half));
            a_silent: assert (sent_q || !told_q);

            c_refresh: cover (request && told_q && want_q && steady_q == '1 && quanta_q == 16'd3
                && sent_q && !mii_q);
            c_xon: cover (sending && told_q && !u_dut.xoff_q);

            // Invariants.
            i_told: assert (u_dut.told_q == told_q);
            i_xoff: assert (u_dut.xoff_q == want_q || steady_q == '0);
            i_age: assert (!told_q || age_q[25] || u_dut.age_q == age_q[20:0]);
            i_due: assert (!told_q || !u_dut.due_q || age_q >= half);
            i_not_due: assert (!told_q || u_dut.due_q || age_q <= half + 26'd1);
        end
    end
endmodule

`default_nettype wire
