// SPDX-License-Identifier: Apache-2.0
// Device time: 64 bits of nanoseconds, that can be set, stepped and adjusted in parts per billion without rounding:
// whole nanoseconds of adjustment are added when enough of them, in exact decimal units, have gathered.
`default_nettype none

module nic_time #(
    parameter int unsigned TX_MHZ = 125
) (
    input wire clk_i,
    input wire rst_i,
    // Periods that pass without an edge before the next edge: 0 on a board, for models that skip idle time.
    input wire [31:0] skip_i,

    // Nanoseconds at this clock, 0 in and one clock after reset. Falls back only by set and step, during which it stands for one clock.
    output logic [63:0] time_o,

    // Pulses, at least three clocks apart, with the new time, or with what to add to it (two's complement).
    input wire set_i,
    input wire step_i,
    input wire [63:0] value_i,
    // Level: parts per billion that the time runs faster than clk_i.
    input wire signed [20:0] ppb_i
);
    localparam int unsigned PERIOD = 1000 / TX_MHZ;
    // The adjustment gathers once in TICK periods. MODULO ticks of 1 ppb make a nanosecond: TICK * MODULO is
    // 10^9 / PERIOD, and MODULO is more than any |ppb|.
    localparam int unsigned TICK = TX_MHZ == 125 ? 64 : 32;
    localparam logic signed [22:0] MODULO = TX_MHZ == 125 ? 23'sd1953125 : 23'sd1562500;
    localparam int unsigned TICK_WIDTH = $clog2(TICK);
    if (TX_MHZ != 125 && TX_MHZ != 50) $fatal(1, "nic_time: TX_MHZ must be 125 or 50");

    // The time one clock ahead of time_o (equal to it in reset), and what is added to it. Set and step pass through the addend, which saves a
    // multiplexer before the adder: set clears the time and then adds the new one; step takes the place of a period,
    // which is made up for in the next clock. time_o does not take over the time in between.
    logic [63:0] time_q, addend_q;
    logic set_q, step_q, made_up_q;

    logic [TICK_WIDTH-1:0] tick_q;
    logic signed [22:0] gathered_q;     // -MODULO..-1 between ticks; at 0 a nanosecond is full
    logic [2:0] phase_q;                // one hot, after a tick: add ppb; make it positive; take a full nanosecond out
    logic signed [1:0] correction_q;    // nanoseconds that belong into the next addend

    // A negative adjustment acts as a positive one, modulo a nanosecond, of a clock that is 1 ns slower each tick.
    logic negative_q;
    wire full = !gathered_q[22];
    logic signed [22:0] operand;

    always_comb begin
        operand = '0;
        if (phase_q[0]) operand = 23'(ppb_i);
        if (phase_q[1] && negative_q) operand = MODULO;
        if (phase_q[2] && full) operand = -MODULO;
    end

    // What skip_i periods more do, including what the phases still owe. Folds away when skip_i is tied to 0.
    logic [32:0] skip_tick;
    logic signed [63:0] skip_sum, skip_ns;
    logic signed [22:0] skip_gathered;
    always_comb begin
        skip_tick = '0;
        skip_sum = '0;
        skip_ns = '0;
        skip_gathered = '0;
        if (skip_i != 0) begin
            skip_tick = 33'(tick_q) + 33'(skip_i) + 33'd1;
            skip_sum = 64'(gathered_q) + 64'(MODULO)
                + 64'(ppb_i) * (64'(skip_tick[32:TICK_WIDTH]) + (phase_q[0] ? 64'sd1 : 64'sd0));
            skip_ns = skip_sum / 64'(MODULO);
            if (skip_ns * 64'(MODULO) > skip_sum) skip_ns = skip_ns - 64'sd1;
            skip_gathered = 23'(skip_sum - skip_ns * 64'(MODULO) - 64'(MODULO));
            if (phase_q[2] && negative_q) skip_ns = skip_ns - 64'sd1;
            skip_ns = skip_ns + 64'(skip_i) * 64'(PERIOD);
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            tick_q <= '0;
            phase_q <= '0;
            gathered_q <= -MODULO;
            correction_q <= '0;
        end else if (skip_i != 0) begin
            tick_q <= skip_tick[TICK_WIDTH-1:0];
            phase_q <= '0;
            gathered_q <= skip_gathered;
            correction_q <= '0;
        end else begin
            tick_q <= tick_q + 1'b1;
            phase_q <= {phase_q[1:0], &tick_q};
            gathered_q <= gathered_q + operand;
            if (phase_q[2]) correction_q <= {negative_q && !full, negative_q ^ full};
            else if (!step_i) correction_q <= '0;
        end
    end

    always_ff @(posedge clk_i) begin
        if (phase_q[0]) negative_q <= ppb_i[20];
    end

    always_ff @(posedge clk_i) begin
        set_q <= set_i && !rst_i;
        step_q <= step_i && !rst_i;
        made_up_q <= step_q && !rst_i;
    end

    wire [5:0] periods = (6'(PERIOD) << step_q) + 6'(correction_q);
    always_ff @(posedge clk_i) begin
        if (rst_i) addend_q <= 64'(PERIOD);
        else if (set_i || step_i) addend_q <= value_i;
        else addend_q <= 64'(periods);
    end

    always_ff @(posedge clk_i) begin
        if (rst_i || set_i) time_q <= '0;
        else time_q <= time_q + addend_q + 64'(skip_ns);
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) time_o <= '0;
        else if (!set_q && !made_up_q) time_o <= time_q + 64'(skip_ns);
    end

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        if (!rst_i) begin
            // What has gathered stays in the range for which the adder is wide enough.
            a_gathered: assert (gathered_q >= -23'sd3010000 && gathered_q < MODULO);
            // Between ticks it is less than a nanosecond.
            if (phase_q == '0) a_settled: assert (gathered_q < 0 && gathered_q >= -MODULO);
            // The caller leaves the time to take over one value before it brings the next.
            a_spaced: assert (!((set_i || step_i) && (set_q || step_q || made_up_q)));
        end
    end
`endif
endmodule

`default_nettype wire
