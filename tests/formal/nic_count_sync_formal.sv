// SPDX-License-Identifier: Apache-2.0
// What nic_count_sync promises when its two clocks run freely against each other: the reader sees
// exactly the count as it was at the second last of its clock edges.
`default_nettype none

module nic_count_sync_formal (
    // Any two signals: every ratio, phase, drift and stop of the clocks is among the traces.
    input wire clk_src_i,
    input wire clk_dst_i,
    input wire step_i
);
    wire [2:0] count_src, count_dst;

    nic_count_sync #(.WIDTH(3)) u_dut (
        .clk_src_i,
        .rst_src_i(1'b0),
        .step_i,
        .count_src_o(count_src),
        .clk_dst_i,
        .rst_dst_i(1'b0),
        .count_dst_o(count_dst)
    );

    // The count itself, looked at by the reader's clock without any synchroniser.
    logic [2:0] first_q, second_q;
    logic running_q = 1'b0;
    always_ff @(posedge clk_dst_i) begin
        first_q <= count_src;
        second_q <= first_q;
        running_q <= 1'b1;
    end

    wire [2:0] meta = u_dut.u_sync.meta_q;
    logic moved_q;
    always_ff @(posedge clk_dst_i) moved_q <= running_q && (moved_q || count_dst == 3'd3);

    always_comb begin
        // From the state after a reset.
        if (!running_q) begin
            assume (count_src == '0 && u_dut.gray_q == '0 && meta == '0 && u_dut.gray_dst == '0);
            assume (first_q == '0 && second_q == '0 && !moved_q);
        end
        a_value: assert (count_dst == second_q);
        h_gray: assert (u_dut.gray_q == (count_src ^ (count_src >> 1)));
        h_meta: assert (meta == (first_q ^ (first_q >> 1)));
    end

    // It comes round.
    always_ff @(posedge clk_dst_i) c_wraps: cover (running_q && moved_q && count_dst == 3'd1);
endmodule

`default_nettype wire
