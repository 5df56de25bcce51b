// SPDX-License-Identifier: Apache-2.0
// What nic_time promises while it is neither set nor stepped: time is a period a clock plus the whole nanoseconds of the
// adjustment, of which less than one is still to come and none is ever lost, whenever the adjustment changes.
`default_nettype none

module nic_time_formal (
    input wire clk_i,
    input wire signed [20:0] ppb_i
);
    localparam logic signed [31:0] MODULO = 32'sd1953125;
    logic rst_q = 1'b1;
    wire [63:0] now;

    nic_time u_dut (
        .clk_i,
        .rst_i(rst_q),
        .skip_i(32'd0),
        .time_o(now),
        .set_i(1'b0),
        .step_i(1'b0),
        .value_i(64'd0),
        .ppb_i
    );

    // Clocks since reset times the period, of which the first does not count; the sum of the adjustment of all ticks, in parts of MODULO, less that of the
    // nanoseconds that were passed on; these, and as they were one, two and three clocks ago.
    logic [63:0] plain_q, passed_q, passed1_q, passed2_q, passed3_q;
    logic signed [31:0] left_q;
    logic first_q = 1'b1;
    wire full = u_dut.phase_q[2] && !u_dut.gathered_q[22];
    wire down = u_dut.phase_q[2] && u_dut.negative_q;
    wire signed [31:0] gathered = 32'(u_dut.gathered_q);

    always_ff @(posedge clk_i) begin
        rst_q <= 1'b0;
        first_q <= rst_q;
        if (rst_q) begin
            plain_q <= '0;
            passed_q <= '0;
            passed1_q <= '0;
            passed2_q <= '0;
            passed3_q <= '0;
            left_q <= '0;
        end else begin
            plain_q <= plain_q + (first_q ? 64'd0 : 64'd8);
            passed_q <= passed_q + 64'(full) - 64'(down);
            passed1_q <= passed_q;
            passed2_q <= passed1_q;
            passed3_q <= passed2_q;
            left_q <= left_q + (u_dut.phase_q[0] ? 32'(ppb_i) : 32'sd0) - (full ? MODULO : 32'sd0) + (down ? MODULO : 32'sd0);
            h_phase: assert ($onehot0(u_dut.phase_q) && (u_dut.tick_q < 6'd3 || u_dut.phase_q == '0) &&
                             u_dut.phase_q[0] == (u_dut.tick_q == 6'd0 && plain_q != '0) || plain_q == '0);
            h_order: assert ((!u_dut.phase_q[1] || u_dut.tick_q == 6'd1) && (!u_dut.phase_q[2] || u_dut.tick_q == 6'd2));
            // The accumulator is what is left.
            a_left: assert (gathered + MODULO == left_q + (down ? MODULO : 32'sd0));
            h_range0: assert (!u_dut.phase_q[0] || (gathered >= -MODULO && gathered < 0));
            h_range1: assert (!u_dut.phase_q[1] || (u_dut.negative_q ? gathered >= -MODULO - 32'sd1048576 && gathered < -32'sd1
                                                                     : gathered >= -MODULO && gathered < 32'sd1048575));
            h_range2: assert (!u_dut.phase_q[2] || (u_dut.negative_q ? gathered >= -32'sd1048576 && gathered < MODULO
                                                                     : gathered >= -MODULO && gathered < 32'sd1048575));
            // Less than a nanosecond of it, once a tick is through.
            a_less: assert (u_dut.phase_q != '0 || (left_q >= 0 && left_q < MODULO));
            // What was passed on is on the way to time_o, three clocks.
            h_correction: assert (64'(u_dut.correction_q) == passed_q - passed1_q);
            h_addend: assert (u_dut.addend_q == 64'd8 + passed1_q - passed2_q);
            h_ahead: assert (u_dut.time_q == plain_q + (first_q ? 64'd0 : 64'd8) + passed2_q);
            h_quiet: assert (!u_dut.set_q && !u_dut.step_q && !u_dut.made_up_q);
            a_time: assert (now == plain_q + passed3_q);
            c_up: cover (full && !down);
            c_down: cover (down && !full);
        end
    end
endmodule

`default_nettype wire
