// SPDX-License-Identifier: Apache-2.0
// What nic_ulpi promises, for a PHY that takes, throttles and turns the bus round at any moment (ULPI 1.1, 3.8): the link does not
// drive against it; the octets of a packet reach the PHY whole, in order, none twice, or the packet is cut and not ended; the PHY has
// the controls that were given before a packet; received octets and line states are those of the bus.
`default_nettype none

module nic_ulpi_formal (
    input wire clk_i,
    input wire rst_i,
    // The PHY.
    input wire [7:0] data_i,
    input wire dir_i,
    input wire nxt_i,
    // The device.
    input wire valid_i,
    input wire [7:0] octet_i,
    input wire [1:0] xcvr_i,
    input wire term_i,
    input wire [1:0] mode_i,
    input wire change_i
);
    // Reset for three clocks: what comes from the bus has no reset of its own.
    logic [2:0] init_q = 3'b111;
    always_ff @(posedge clk_i) init_q <= init_q >> 1;
    wire rst = rst_i || init_q != '0;

    wire [7:0] bus, rx_data;
    wire oe, stp, rx_active, rx_valid, rx_error, ready, vbus;
    wire [1:0] line;

    // The device: an octet stays until it is taken, and behind a packet valid is low until the PHY has had it all. Controls change
    // between packets.
    logic valid_q, flying_q;
    logic [7:0] octet_q;
    logic [4:0] controls_q;
    wire [4:0] controls = valid_q || !change_i ? controls_q : {mode_i, term_i, xcvr_i};
    always_ff @(posedge clk_i) begin
        controls_q <= init_q != '0 ? {mode_i, term_i, xcvr_i} : controls;
        if (rst) valid_q <= 1'b0;
        else if (valid_q ? ready : !flying_q) {valid_q, octet_q} <= {valid_i, octet_i};
    end

    // The PHY: it takes what there is to take.
    logic dir_q, before_q;
    logic [1:0] takes_q;                    // in a packet, before a register's value
    localparam logic [1:0] NOTHING = 2'd0, PACKET = 2'd1, VALUE = 2'd2, STOP = 2'd3;
    wire dir = dir_i;
    wire ours = !dir && !dir_q;
    wire could = ours && !stp && (takes_q == PACKET || takes_q == VALUE || (takes_q == NOTHING && bus[7:6] != 2'b00));
    wire nxt = nxt_i && (dir || could);
    wire taken = ours && nxt;

    nic_ulpi u_dut (
        .clk_i,
        .rst_i(rst),
        .phy_rst_i(rst),
        .ulpi_clk_o(),
        .ulpi_rst_o(),
        .ulpi_data_i(data_i),
        .ulpi_data_o(bus),
        .ulpi_data_oe_o(oe),
        .ulpi_dir_i(dir),
        .ulpi_nxt_i(nxt),
        .ulpi_stp_o(stp),
        .utmi_rx_active_o(rx_active),
        .utmi_rx_valid_o(rx_valid),
        .utmi_rx_data_o(rx_data),
        .utmi_rx_error_o(rx_error),
        .utmi_tx_valid_i(valid_q),
        .utmi_tx_data_i(octet_q),
        .utmi_tx_ready_o(ready),
        .utmi_xcvr_select_i(controls[1:0]),
        .utmi_term_select_i(controls[2]),
        .utmi_op_mode_i(controls[4:3]),
        .utmi_suspend_ni(1'b1),
        .utmi_line_state_o(line),
        .utmi_vbus_valid_o(vbus)
    );

    wire raw = controls[4:3] == 2'b10;
    wire is_packet = bus[7:6] == 2'b01, is_write = bus[7:6] == 2'b10;
    logic [5:0] addr_q;
    logic [7:0] value_q, function_q, otg_q;
    logic has_function_q, has_otg_q;
    always_ff @(posedge clk_i) begin
        dir_q <= dir;
        before_q <= dir_q;
        if (rst) begin
            takes_q <= NOTHING;
            {has_function_q, has_otg_q} <= '0;
        end else if (dir || (stp && ours)) takes_q <= NOTHING;
        else if (taken) begin
            if (takes_q == NOTHING) begin
                takes_q <= is_packet ? PACKET : VALUE;
                addr_q <= bus[5:0];
            end
            if (takes_q == VALUE) begin
                takes_q <= STOP;
                value_q <= bus;
            end
        end
        if (!rst && ours && stp && takes_q == STOP) begin
            if (addr_q == 6'h04) {has_function_q, function_q} <= {1'b1, value_q};
            if (addr_q == 6'h0a) {has_otg_q, otg_q} <= {1'b1, value_q};
        end
    end

    // ---- octets that were given and have not reached the PHY; the packet as both sides have it ----

    logic [1:0] owed_q;
    logic [7:0] last_q;
    logic cut_q, open_q;                    // cut_q: the PHY turned the bus round in the packet; open_q: given, valid not yet low
    wire give = valid_q && ready;
    wire begins = takes_q == NOTHING && taken && is_packet;
    wire lands = (takes_q == PACKET && taken) || (begins && bus[3:0] != '0);
    // A raw packet has no PID, and one with a PID of 0 does not occur.
    wire bad_pid = valid_q && !raw && octet_q[3:0] == '0;
    logic was_rst_q, was_held_q;
    logic [7:0] was_bus_q;
    logic [4:0] given_q;                    // the controls with which the packet was given
    always_ff @(posedge clk_i) if (valid_q && !open_q) given_q <= controls;
    always_ff @(posedge clk_i) begin
        was_rst_q <= rst;
        was_held_q <= ours && !rst && !stp && !taken && bus != '0;
        was_bus_q <= bus;
        if (give) last_q <= octet_q;
        if (rst) begin
            owed_q <= '0;
            cut_q <= 1'b0;
            open_q <= 1'b0;
            flying_q <= 1'b0;
        end else begin
            open_q <= valid_q && (open_q || give);
            flying_q <= (give || flying_q) && !(takes_q == PACKET && (dir || (stp && ours)));
            cut_q <= (dir && takes_q == PACKET && !stp) || (cut_q && valid_q);
            if (cut_q || (dir && takes_q == PACKET && !stp)) owed_q <= '0;
            else owed_q <= owed_q + 2'(give) - 2'(lands);
        end
    end

    // Clocks in which the PHY took at once and the device was still.
    logic [3:0] calm_q;                     // stays at 15
    always_ff @(posedge clk_i)
        calm_q <= rst || dir || valid_q || controls != controls_q || (could && !nxt) ? 4'd0 : calm_q == '1 ? calm_q : calm_q + 1'b1;

    always_ff @(posedge clk_i) begin
        if (!rst) begin
            assume (!bad_pid);

            a_oe: assert (oe == ours);
            // What is on the bus stays until it is taken; nothing but commands begins there.
            a_hold: assert (!(was_held_q && ours) || (bus == was_bus_q && !stp));
            a_command: assert (!(ours && takes_q == NOTHING && !stp) || bus == '0 || is_packet || is_write);

            // Each octet of the device is the next one at the PHY, once.
            a_owed: assert (owed_q <= 2'd1);
            a_octet: assert (!(takes_q == PACKET && ours && !stp && nxt) || (owed_q == 2'd1 && bus == last_q));
            a_pid: assert (!(begins && bus[3:0] != '0) || (owed_q == 2'd1 && bus[3:0] == last_q[3:0] && bus[5:4] == 2'b00));
            // stp ends a packet whose octets are all there, or a register write; no packet that was cut is ended.
            a_stop: assert (!(stp && ours && takes_q == PACKET) || (owed_q == '0 && bus == '0));
            a_stop_where: assert (!(stp && ours) || takes_q == PACKET || takes_q == STOP || was_rst_q);

            // Registers: those of the start, then function control alone; a packet finds its controls in force.
            a_addr: assert (!(ours && takes_q == NOTHING && is_write && !stp) || bus[5:0] == 6'h04 || bus[5:0] == 6'h0a);
            a_otg: assert (!has_otg_q || otg_q == '0);
            a_controls: assert (!begins || (has_otg_q && has_function_q && function_q == {3'b010, given_q}));

            a_arrives: assert (calm_q != '1 || (has_otg_q && has_function_q && function_q == {3'b010, controls_q}));

            c_packet: cover (stp && ours && takes_q == PACKET && last_q == 8'ha5);
            c_cut: cover (cut_q && valid_q);
            c_again: cover (has_function_q && stp && takes_q == STOP && addr_q == 6'h04 && value_q != function_q);
        end
    end

    // ---- PHY to link: one clock behind the bus ----

    logic [7:0] data_q;
    logic nxt_q;
    logic [1:0] line_q;
    always_ff @(posedge clk_i) begin
        data_q <= data_i;
        nxt_q <= nxt;
        if (rst) line_q <= '0;
        else if (dir_q && before_q && !nxt_q) line_q <= data_q[1:0];
    end
    always_ff @(posedge clk_i) begin
        if (!rst && !was_rst_q) begin
            a_valid: assert (rx_valid == (dir_q && before_q && nxt_q));
            a_data: assert (!rx_valid || (rx_data == data_q && rx_active));
            a_active: assert (rx_active == (dir_q && (nxt_q || (before_q && data_q[4]))));
            a_line: assert (line == line_q);
            c_receive: cover (rx_valid && rx_data == 8'h69);
            c_error: cover (rx_error);
        end
    end
endmodule

`default_nettype wire
