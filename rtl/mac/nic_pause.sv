// SPDX-License-Identifier: Apache-2.0
// Flow control of IEEE 802.3 Annex 31B, the timers: holds data frames off after a received PAUSE,
// and asks for PAUSE frames of ours. Time is counted in octets on the wire, 64 to a quantum, so it
// is right at every speed.
`default_nettype none

module nic_pause (
    input wire clk_i,
    input wire rst_i,
    // As in nic_mac_tx.
    input wire ce_i,
    input wire mii_i,

    // A received PAUSE frame: pulse, and its quanta from there on. Each starts the timer anew; 0
    // quanta end the pause.
    input wire received_i,
    input wire [15:0] received_quanta_i,
    // Quasi-static. Without it, the timer runs and holds nothing.
    input wire obey_i,
    // No data frame may start. Falls received_quanta_i * 64 octet times, and up to four clocks,
    // after received_i.
    output wire hold_o,

    // Level: the peer shall not send. Announced by a frame with quanta_i, repeated each half of
    // that time (but a frame under way is waited for: to be in time, quanta_i must be twice the
    // longest frame), and taken back by one with 0. xoff_i and send_i are looked at together: when
    // send_i falls, an announced XOFF is taken back.
    input wire xoff_i,
    input wire send_i,
    input wire [15:0] quanta_i,
    // To nic_mac_tx: a PAUSE frame shall be sent. sending_i: one has begun; frame_quanta_o is its
    // pause time until then next sending_i.
    output logic request_o,
    input wire sending_i,
    output wire [15:0] frame_quanta_o
);
    logic second_q;
    wire octet = ce_i && (!mii_i || second_q);

    always_ff @(posedge clk_i) begin
        if (rst_i) second_q <= 1'b0;
        else if (ce_i) second_q <= mii_i && !second_q;
    end

    // ---- obeying: octets since the PAUSE frame, until they are quanta * 64 ----

    logic armed_q;              // a PAUSE frame has been received since reset
    logic hold_q;
    logic [21:0] since_q;

    assign hold_o = hold_q && obey_i;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            armed_q <= 1'b0;
            hold_q <= 1'b0;
        end else if (received_i) begin
            armed_q <= 1'b1;
        end else begin
            hold_q <= armed_q && since_q[21:6] != received_quanta_i;
        end
        if (received_i) since_q <= '0;
        else if (octet && hold_q) since_q <= since_q + 22'd1;
    end

    // ---- announcing: octets since the last frame began, until they are half of quanta * 64 ----

    logic xoff_q;
    logic told_q;               // what the last frame said: XOFF
    logic due_q;
    logic [20:0] age_q;

    assign frame_quanta_o = told_q ? quanta_i : '0;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            xoff_q <= 1'b0;
            told_q <= 1'b0;
            request_o <= 1'b0;
        end else begin
            xoff_q <= xoff_i && send_i;
            if (sending_i) told_q <= xoff_q;
            request_o <= !sending_i && (xoff_q ? !told_q || due_q : told_q);
        end
        due_q <= !sending_i && told_q && (due_q || age_q[20:6] == quanta_i[15:1]);
        if (sending_i) age_q <= '0;
        else if (octet && told_q) age_q <= age_q + 21'd1;
    end
endmodule

`default_nettype wire
