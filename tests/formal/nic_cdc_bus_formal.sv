// SPDX-License-Identifier: Apache-2.0
// What nic_cdc_bus promises when its two clocks run freely against each other: each word taken gives one pulse with that
// word, in order, and the word stays until the next pulse.
`default_nettype none

module nic_cdc_bus_formal #(
    // Both sides on clk_src_i: the covers are found sooner.
    parameter bit ONE_CLOCK = 1'b0
) (
    // Any two signals: every ratio, phase, drift and stop of the clocks is among the traces.
    input wire clk_src_i,
    input wire clk_dst_free_i,
    input wire src_valid_i,
    input wire [1:0] src_data_i,
    // Release the resets, in any order.
    input wire release_src_i,
    input wire release_dst_i
);
    wire clk_dst_i = ONE_CLOCK ? clk_src_i : clk_dst_free_i;

    // All flip-flops start anywhere. Both resets are high until each clock has risen once in that state, then each falls
    // when it likes: so this is also a reset in the middle of any traffic.
    logic rst_src_q = 1'b1, rst_dst_q = 1'b1, seen_src_q = 1'b0, seen_dst_q = 1'b0;
    always_ff @(posedge clk_src_i) begin
        seen_src_q <= 1'b1;
        if (seen_src_q && seen_dst_q && release_src_i) rst_src_q <= 1'b0;
    end
    always_ff @(posedge clk_dst_i) begin
        seen_dst_q <= 1'b1;
        if (seen_src_q && seen_dst_q && release_dst_i) rst_dst_q <= 1'b0;
    end

    wire src_ready, dst_valid;
    wire [1:0] dst_data;

    nic_cdc_bus #(.WIDTH(2)) u_dut (
        .clk_src_i,
        .rst_src_i(rst_src_q),
        .src_valid_i,
        .src_ready_o(src_ready),
        .src_data_i,
        .clk_dst_i,
        .rst_dst_i(rst_dst_q),
        .dst_valid_o(dst_valid),
        .dst_data_o(dst_data)
    );

    wire take = !rst_src_q && src_valid_i && src_ready;

    // Words taken and pulses seen, modulo 4; the last two words taken; the word of the last pulse.
    logic [1:0] taken_q, pulses_q, even_q, odd_q, last_q;
    always_ff @(posedge clk_src_i) begin
        if (rst_src_q) begin
            taken_q <= '0;
        end else if (take) begin
            taken_q <= taken_q + 1'b1;
            if (taken_q[0]) odd_q <= src_data_i;
            else even_q <= src_data_i;
        end
    end

    always_ff @(posedge clk_dst_i) begin
        if (rst_dst_q) begin
            pulses_q <= '0;
            last_q <= '0;
        end else if (dst_valid) begin
            pulses_q <= pulses_q + 1'b1;
            last_q <= dst_data;
        end
    end
    wire [1:0] under_way = taken_q - pulses_q;

    always_ff @(posedge clk_src_i) begin
        if (!rst_src_q) begin
            // At most one further word is taken before the pulse of the last has been looked at: its acknowledge may be
            // back by then, that of the further one not.
            a_one: assert (under_way <= 2'd2);
            c_second: cover (take && taken_q == 2'd3);
            c_waits: cover (src_valid_i && !src_ready);
        end
    end

    always_ff @(posedge clk_dst_i) begin
        if (!rst_dst_q) begin
            // A pulse is a word taken.
            a_pulse: assert (!dst_valid || under_way != '0);
            // The n-th pulse carries the n-th word.
            a_word: assert (!dst_valid || dst_data == (pulses_q[0] ? odd_q : even_q));
            // Without a pulse the word does not change.
            a_stable: assert (dst_valid || dst_data == last_q);
            c_pulse: cover (dst_valid && dst_data == 2'd2 && last_q == 2'd1);
        end
    end
endmodule

`default_nettype wire
