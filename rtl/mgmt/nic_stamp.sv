// SPDX-License-Identifier: Apache-2.0
// Time of received frames: a pulse of the rx domain picks the device time in the tx domain, less the time that the pulse
// took, and the result goes back to the rx domain.
`default_nettype none

module nic_stamp #(
    // Nanoseconds from the clk_rx_i edge that samples the SFD to the moment at which time_i is taken, on average.
    parameter int unsigned LATENCY_NS = 28
) (
    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    input wire clk_tx_i,
    input wire rst_tx_i,
    input wire [63:0] time_i,

    input wire clk_rx_i,
    input wire rst_rx_i,
    // Two clocks after the edge that sampled the SFD. At most once in 8 clocks; a pulse sooner than that may be passed
    // over, its stamp is then that of another one.
    input wire sfd_i,
    // Time of the latest SFD, from 8 clocks after its pulse, with clk_rx_i about as fast as LATENCY_NS says. The error is
    // at most half a period of clk_tx_i.
    output wire [63:0] stamp_o
);
    logic sfd_tx;

    nic_pulse_sync u_pulse (
        .clk_src_i(clk_rx_i),
        .rst_src_i(rst_rx_i),
        .pulse_i(sfd_i),
        .clk_dst_i(clk_tx_i),
        .rst_dst_i(rst_tx_i),
        .pulse_o(sfd_tx)
    );

    nic_cdc_bus #(.WIDTH(64)) u_stamp (
        .clk_src_i(clk_tx_i),
        .rst_src_i(rst_tx_i),
        .src_valid_i(sfd_tx),
        .src_ready_o(),
        .src_data_i(time_i - 64'(LATENCY_NS)),
        .clk_dst_i(clk_rx_i),
        .rst_dst_i(rst_rx_i),
        .dst_valid_o(),
        .dst_data_o(stamp_o)
    );
endmodule

`default_nettype wire
