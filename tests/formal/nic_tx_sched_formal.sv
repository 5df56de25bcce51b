// SPDX-License-Identifier: Apache-2.0
// What nic_tx_sched promises, for any records, times, resets and a MAC that starts, stalls and
// finishes when it likes: exactly one completion a record and none before its last byte is gone; OK
// means the MAC sent it, with its SFD time; the slot is written in full before the count steps;
// nothing starts during a reset.
`default_nettype none

module nic_tx_sched_formal (
    input wire clk_i,
    input wire rst_i,
    input wire flush_i,
    input wire rst_mac_i,
    input wire enable_i,
    input wire link_up_i,
    input wire [63:0] time_i,
    input wire [15:0] lead_i,
    input wire buf_more_i,
    input wire [7:0] buf_data_i,
    input wire buf_last_i,
    input wire mac_ready_i,
    input wire mac_sfd_i,
    input wire mac_done_i,
    input wire [13:0] mac_octets_i,
    input wire stat_ready_i
);
    import nic_regs_pkg::*;

    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire rst = rst_i || init_q;

    wire buf_ready, mac_valid, mac_last, mac_has_fcs, mac_no_pad, mac_error, mac_abort;
    wire done_we, done_step, stat_valid, stat_broadcast, stat_multicast, idle;
    wire [7:0] mac_data, done_data, stat_status;
    wire [3:0] done_byte;
    wire [13:0] stat_octets;

    wire clk_tx = clk_i;
    wire rst_tx = rst;
    wire flush = flush_i;
    wire rst_mac = rst_mac_i;
    wire [63:0] now = time_i;
    wire [7:0] buf_byte = buf_data_i;
    wire more = buf_more_i;

`define SC u_dut
`include "nic_tx_sched_model.svh"

    nic_tx_sched u_dut (
        .clk_i,
        .rst_i(rst),
        .flush_i,
        .rst_mac_i,
        .enable_i,
        .link_up_i,
        .time_i,
        .lead_i,
        .buf_valid_i(buf_valid),
        .buf_ready_o(buf_ready),
        .buf_data_i(data_in),
        .buf_last_i(last_in),
        .mac_valid_o(mac_valid),
        .mac_ready_i,
        .mac_data_o(mac_data),
        .mac_last_o(mac_last),
        .mac_has_fcs_o(mac_has_fcs),
        .mac_no_pad_o(mac_no_pad),
        .mac_error_o(mac_error),
        .mac_abort_o(mac_abort),
        .mac_sfd_i(sfd),
        .mac_done_i(mac_done),
        .mac_octets_i,
        .done_we_o(done_we),
        .done_byte_o(done_byte),
        .done_data_o(done_data),
        .done_step_o(done_step),
        .stat_valid_o(stat_valid),
        .stat_ready_i,
        .stat_status_o(stat_status),
        .stat_broadcast_o(stat_broadcast),
        .stat_multicast_o(stat_multicast),
        .stat_octets_o(stat_octets),
        .idle_o(idle)
    );

    logic was_long_q, was_valid_q, was_last_q, was_cut_q, was_stat_q, was_step_q;
    logic [2:0] step_status_q;
    logic [7:0] was_data_q;
    logic [24:0] was_record_q;
    always_ff @(posedge clk_i) begin
        was_valid_q <= !rst && mac_valid && !(mac_ready_i && mac_last);
        was_last_q <= mac_ready_i;
        was_cut_q <= cut;
        was_long_q <= !rst && take_last && pos_q == '0 && flush_i;
        was_data_q <= mac_data;
        was_stat_q <= !rst && stat_valid && !stat_ready_i;
        was_step_q <= !rst && done_step;
        step_status_q <= done_data[2:0];
        was_record_q <= {stat_valid, stat_status, stat_broadcast, stat_multicast, stat_octets};
    end

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            // Nothing starts during a reset, or without link, or before the one before is
            // completed.
            if (u_dut.start) a_start: assert (!cut && enable_i && link_up_i && !flight_q &&
                owed_q == '0);
            // A record that reaches the head during a NIC reset is ABORTED.
            if (u_dut.decide && flush_i) a_flush: assert (u_dut.refuse &&
                u_dut.refusal == TX_STATUS_ABORTED[2:0]);
            if (was_long_q) a_flush_long: assert (u_dut.verdict_q == TX_STATUS_ABORTED[2:0]);
            // The frame's bytes are those of the buffer after control and launch bytes, its flags
            // stay.
            if (mac_valid) a_feed: assert (pos_q == 4'd9 && flight_q && mac_data == data_in &&
                mac_last == last_in &&
                                           {mac_error, mac_no_pad, mac_has_fcs} == flags_q);
            // A byte offered to the MAC stays until it is taken, except when the frame is cut.
            if (was_valid_q && !was_cut_q && !was_last_q) a_stays: assert (mac_valid &&
                mac_data == was_data_q);
            // Counters get one record a completion, stable until taken.
            a_stat: assert (!was_step_q || (stat_valid && stat_status == {5'd0, step_status_q}));
            a_stat_free: assert (!done_step || !stat_valid);
            if (was_stat_q) a_stat_stays: assert (was_record_q ==
                {stat_valid, stat_status, stat_broadcast, stat_multicast, stat_octets});

            c_ok: cover (done_step && done_data == TX_STATUS_OK);
            c_launched: cover (u_dut.start && u_dut.waited_q);
            c_cut: cover (done_step && done_data == TX_STATUS_ABORTED && timed_q);
            c_late: cover (done_step && done_data == TX_STATUS_LATE);
            c_link: cover (done_step && done_data == TX_STATUS_LINK_DOWN);
            c_too_long: cover (done_step && done_data == TX_STATUS_TOO_LONG);
            c_ahead: cover (owed_q == 2'd2);
        end
    end
endmodule

`default_nettype wire
