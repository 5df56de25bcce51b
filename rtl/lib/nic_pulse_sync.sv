// SPDX-License-Identifier: Apache-2.0
// Carries single pulses from one clock domain into another: one clock wide in, one clock wide out, none lost or added.
// Carries no data; for data use nic_cdc_bus.
`default_nettype none

module nic_pulse_sync (
    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    // They may be released in any order; a pulse that comes before rst_dst_i is released is kept.
    input wire clk_src_i,
    input wire rst_src_i,
    // One pulse per clock with pulse_i high; two pulses are at least three clk_dst_i periods apart.
    input wire pulse_i,

    input wire clk_dst_i,
    input wire rst_dst_i,
    // One clock wide, two to three clk_dst_i edges after the clk_src_i edge that took pulse_i.
    output wire pulse_o
);
    logic toggle_q;
    logic toggle_dst;
    logic seen_q;

    always_ff @(posedge clk_src_i) begin
        if (rst_src_i) toggle_q <= 1'b0;
        else if (pulse_i) toggle_q <= ~toggle_q;
    end

    nic_sync u_sync (
        .clk_i(clk_dst_i),
        .rst_i(rst_dst_i),
        .d_i(toggle_q),
        .q_o(toggle_dst)
    );

    always_ff @(posedge clk_dst_i) begin
        if (rst_dst_i) seen_q <= 1'b0;
        else seen_q <= toggle_dst;
    end

    assign pulse_o = toggle_dst ^ seen_q;
endmodule

`default_nettype wire
