// SPDX-License-Identifier: Apache-2.0
// What nic_usb_control promises, for any SETUP, also one in the middle of a transfer, and any packets and handshakes (USB 2.0, 8.5.3
// and 9.4): address, configuration, halts and remote wake-up change by a right request alone, and by each; what is not right stalls;
// the register bus sees accesses of right requests only, inside of what was asked for, each held until it is answered; no more octets
// go to the host than it asked for.
`default_nettype none

module nic_usb_control_formal (
    input wire clk_i,
    input wire bus_rst_i,
    input wire high_speed_i,
    // Packets.
    input wire start_i,
    input wire setup_i,
    input wire valid_i,
    input wire [7:0] data_i,
    input wire commit_i,
    input wire rewind_i,
    input wire take_i,
    input wire ack_i,
    // Descriptors and registers.
    input wire found_i,
    input wire [8:0] place_i,
    input wire [7:0] length_i,
    input wire [7:0] octet_i,
    input wire ready_i,
    input wire error_i,
    input wire [31:0] rdata_i
);
    logic init_q = 1'b1;
    always_ff @(posedge clk_i) init_q <= 1'b0;
    wire bus_rst = bus_rst_i || init_q;
    logic high_q;                           // the speed changes with a bus reset
    always_ff @(posedge clk_i) if (bus_rst) high_q <= high_speed_i;

    wire [6:0] address;
    wire configured, wake, out_room, overflow, out_toggle, in_ready, in_toggle, byte_valid, out_stall, in_stall;
    wire [3:1] halt, toggle_clear;
    wire [2:0] test;
    wire [7:0] octet;
    wire reg_valid, reg_write;
    wire [15:0] reg_addr;
    wire [31:0] reg_wdata;

    // ---- packets as nic_usb_transaction hands them on ----

    logic receiving_q, is_setup_q, room_q, sending_q, sent_q;
    wire start = start_i && !bus_rst && test == '0;     // a test mode hears no tokens
    wire valid = valid_i && receiving_q && !start;
    wire over = commit_i && receiving_q && !start && !valid && !overflow;
    wire setup_commit = over && is_setup_q;
    wire out_commit = over && !is_setup_q && room_q && !out_stall;
    wire rewind = rewind_i && !receiving_q && !start && in_ready && !in_stall;
    // The first octet is asked for some clocks behind the token: then it is there, or there is none.
    logic [2:0] lead_q;                     // stays at 4
    wire goes = sending_q && lead_q[2];
    wire take = take_i && goes && byte_valid && !rewind && !start;
    wire ack = ack_i && sent_q && !rewind && !start;
    always_ff @(posedge clk_i) begin
        if (bus_rst) {receiving_q, sending_q, sent_q} <= '0;
        else begin
            receiving_q <= start || (receiving_q && !(commit_i && !valid));
            sending_q <= rewind || (sending_q && !start && !(goes && !byte_valid));
            sent_q <= !rewind && !start && !ack && (sent_q || (goes && !byte_valid));
        end
        lead_q <= rewind ? 3'd0 : lead_q[2] ? lead_q : lead_q + 1'b1;
        if (start) {is_setup_q, room_q} <= {setup_i, out_room};
    end

    nic_usb_control u_dut (
        .clk_i,
        .rst_i(init_q),
        .bus_rst_i(bus_rst),
        .high_speed_i(high_q),
        .address_o(address),
        .configured_o(configured),
        .halt_o(halt),
        .toggle_clear_o(toggle_clear),
        .halted_i(3'b000),
        .wake_o(wake),
        .test_o(test),
        .start_i(start),
        .valid_i(valid),
        .data_i,
        .setup_commit_i(setup_commit),
        .out_commit_i(out_commit),
        .out_room_o(out_room),
        .out_overflow_o(overflow),
        .out_toggle_o(out_toggle),
        .in_ready_o(in_ready),
        .in_toggle_o(in_toggle),
        .in_rewind_i(rewind),
        .in_ack_i(ack),
        .byte_valid_o(byte_valid),
        .byte_ready_i(take),
        .byte_o(octet),
        .out_stall_o(out_stall),
        .in_stall_o(in_stall),
        .reg_valid_o(reg_valid),
        .reg_write_o(reg_write),
        .reg_addr_o(reg_addr),
        .reg_wdata_o(reg_wdata),
        .reg_ready_i(ready_i && reg_valid),
        .reg_rdata_i(rdata_i),
        .reg_error_i(error_i)
    );

    // ---- the request, by table 9-4 ----

    logic [63:0] octets_q, setup_q;
    logic [3:0] count_q;                    // stays at 9
    logic right_q;                          // of eight octets
    always_ff @(posedge clk_i) begin
        if (start) count_q <= '0;
        else if (valid && count_q != 4'd9) count_q <= count_q + 1'b1;
        if (valid) octets_q <= {data_i, octets_q[63:8]};
        if (setup_commit) begin
            setup_q <= octets_q;
            right_q <= count_q == 4'd8;
        end
        if (init_q) {count_q, right_q} <= '0;
    end
    wire [7:0] kind = setup_q[7:0], request = setup_q[15:8];
    wire [15:0] value = setup_q[31:16], index = setup_q[47:32], length = setup_q[63:48];
    wire plain = right_q && length == '0;
    wire [3:1] which = {index == 16'h0083, index == 16'h0082, index == 16'h0001};
    wire on_zero = index == 16'h0000 || index == 16'h0080;

    wire set_address = plain && {kind, request} == 16'h0005 && value < 16'd128 && index == '0;
    wire set_configuration = plain && {kind, request} == 16'h0009 && value < 16'd2 && index == '0;
    wire set_interface = plain && {kind, request} == 16'h010b && value == '0 && index == '0 && configured;
    wire set_halt = plain && {kind, request} == 16'h0203 && value == '0 && which != '0 && configured;
    wire clear_halt = plain && {kind, request} == 16'h0201 && value == '0 && ((which != '0 && configured) || on_zero);
    wire set_wake = plain && {kind, request} == 16'h0003 && value == 16'd1 && index == '0;
    wire clear_wake = plain && {kind, request} == 16'h0001 && value == 16'd1 && index == '0;
    wire set_test = plain && {kind, request} == 16'h0003 && value == 16'd2 && high_q && index[7:0] == '0
                    && index[15:8] >= 8'd1 && index[15:8] <= 8'd4;
    wire without_data = set_address || set_configuration || set_interface || set_halt || clear_halt || set_wake || clear_wake
                        || set_test;
    wire block = right_q && length != '0 && length[1:0] == '0 && value[1:0] == '0 && index == '0
                 && 17'(value) + 17'(length) <= 17'h10000;
    wire reads = block && {kind, request} == {8'hc0, nic_regs_pkg::VENDOR_REQUEST_REG_READ};
    wire writes = block && {kind, request} == {8'h40, nic_regs_pkg::VENDOR_REQUEST_REG_WRITE};
    wire status = right_q && value == '0 && ((kind == 8'h80 && request == 8'd0 && index == '0 && length == 16'd2)
                                             || (kind == 8'h81 && request == 8'd0 && index == '0 && length == 16'd2 && configured)
                                             || (kind == 8'h82 && request == 8'd0 && length == 16'd2
                                                 && ((which != '0 && configured) || on_zero))
                                             || (kind == 8'h80 && request == 8'd8 && index == '0 && length == 16'd1)
                                             || (kind == 8'h81 && request == 8'd10 && index == '0 && length == 16'd1 && configured));
    // Whether such a descriptor exists is not known here.
    wire descriptor = right_q && ({kind, request} == 16'h8006 || {kind, request} == {8'hc0, nic_regs_pkg::VENDOR_REQUEST_MS_OS});

    // ---- a clock ago ----

    logic was_init_q, was_rst_q, was_configured_q, was_wake_q;
    logic [6:0] was_address_q;
    logic [3:1] was_halt_q;
    logic could_address_q, could_configure_q, could_halt_q, could_clear_q, could_clear_all_q, could_wake_q, could_unwake_q,
          could_read_q, could_write_q, was_write_q, was_valid_q, was_ready_q;
    logic [6:0] to_q;
    logic [3:1] which_q;
    logic [15:0] was_addr_q, from_q;
    logic [16:0] end_q;
    logic [31:0] was_wdata_q;
    always_ff @(posedge clk_i) begin
        was_init_q <= init_q;
        was_rst_q <= bus_rst;
        {was_configured_q, was_wake_q} <= {configured, wake};
        was_address_q <= address;
        was_halt_q <= halt;
        could_address_q <= set_address && ack;
        could_configure_q <= set_configuration;
        could_halt_q <= set_halt;
        could_clear_q <= clear_halt;
        could_clear_all_q <= set_configuration || set_interface;
        could_wake_q <= set_wake;
        could_unwake_q <= clear_wake;
        {could_read_q, could_write_q} <= {reads, writes};
        to_q <= value[6:0];
        which_q <= which;
        from_q <= value;
        end_q <= 17'(value) + 17'(length);
        {was_valid_q, was_write_q, was_addr_q, was_wdata_q} <= {reg_valid, reg_write, reg_addr, reg_wdata};
        was_ready_q <= ready_i;
    end

    // Clocks since the SETUP, without those of an access that it interrupted.
    logic [2:0] age_q;                      // stays at 7
    always_ff @(posedge clk_i) age_q <= bus_rst || setup_commit ? 3'd0 : age_q == '1 || (age_q == 3'd1 && reg_valid) ? age_q : age_q + 1'b1;
    logic asked_q;                          // a SETUP has come since the bus reset, and nothing behind it
    always_ff @(posedge clk_i) asked_q <= !bus_rst && (setup_commit || (asked_q && !out_commit && !ack));
    logic since_q;                          // a SETUP has come since the bus reset
    always_ff @(posedge clk_i) since_q <= !bus_rst && (setup_commit || since_q);
    // The request's own accesses may have begun.
    wire decided = asked_q && age_q == 3'd2;

    // ---- octets to the host ----

    logic [16:0] gone_q;                    // acknowledged since the SETUP
    logic [7:0] out_q;                      // of this packet
    always_ff @(posedge clk_i) begin
        out_q <= rewind ? '0 : out_q + 8'(take);
        if (setup_commit) gone_q <= '0;
        else if (ack) gone_q <= gone_q + 17'(out_q);
    end

    localparam logic [3:0] IDLE = 4'd0, DECODE = 4'd1, FILL = 4'd2, IN_DATA = 4'd3, IN_DONE = 4'd4, OUT_DATA = 4'd5, WRITE = 4'd6,
                           STATUS_IN = 4'd7, ENDED = 4'd8, STALLED = 4'd9;
    wire [3:0] state = u_dut.state_q;
    wire in_data = state == IN_DATA;

    always_ff @(posedge clk_i) begin
        if (!init_q && !was_init_q) begin
            // Of the device's state each part changes by its request alone.
            a_address: assert (address == was_address_q || (was_rst_q ? address == '0 : could_address_q && address == to_q));
            a_configured: assert (configured == was_configured_q
                                  || (was_rst_q ? !configured : could_configure_q && configured == to_q[0]));
            a_halt: assert (halt == was_halt_q || (was_rst_q ? halt == '0 : (could_halt_q && halt == (was_halt_q | which_q))
                            || (could_clear_q && halt == (was_halt_q & ~which_q)) || (could_clear_all_q && halt == '0)));
            a_wake: assert (wake == was_wake_q || (was_rst_q ? !wake : wake ? could_wake_q : could_unwake_q));
            a_clear: assert (was_rst_q || toggle_clear == '0 || could_clear_all_q || (could_clear_q && toggle_clear == which_q));

            // An access is one of a right request and stays until it is answered.
            a_access: assert (!(reg_valid && !was_valid_q) || (reg_write ? could_write_q : could_read_q));
            a_inside: assert (!(reg_valid && !was_valid_q) || (reg_addr >= from_q && 17'(reg_addr) + 17'd4 <= end_q));
            a_stays: assert (!(was_valid_q && !was_ready_q) || (reg_valid && reg_write == was_write_q && reg_addr == was_addr_q
                                                              && (!reg_write || reg_wdata == was_wdata_q)));
            a_ends: assert (!(was_valid_q && was_ready_q) || !reg_valid);

            // What is right has its status or data stage before it, what is not stalls both ways.
            a_right: assert (!(decided && without_data) || (in_ready && !in_stall));
            // A status stage is empty.
            a_empty: assert (!take || in_data);
            a_reads: assert (!(decided && (reads || status)) || !in_stall);
            a_writes: assert (!(decided && writes) || (out_room && !out_stall && in_stall));
            a_wrong: assert (!(decided && !(without_data || reads || writes || status || descriptor)) || (in_stall && out_stall));

            // No more than was asked for, in packets of 64.
            a_length: assert (test != '0 || !since_q || gone_q + (sending_q || sent_q ? 17'(out_q) : '0) <= 17'(length));
            a_packet: assert (!(sending_q || sent_q) || out_q <= 8'd64);

            c_address: cover (address == 7'd5);
            c_halt: cover (halt == 3'b010);
            c_write: cover (reg_valid && reg_write && reg_addr == 16'h0014);
            c_read: cover (gone_q == 17'd4 && reads);
            c_wrong: cover (decided && in_stall && out_stall);
        end
    end

    // ---- for the induction ----

    wire [63:0] fresh = count_q >= 4'd8 ? '1 : ~('1 >> (7'd8 * 7'(count_q)));     // octets of this packet
    wire filling = state == FILL || state == IN_DATA;
    wire writing = state == OUT_DATA || state == WRITE;
    wire [16:0] cursor = 17'(u_dut.cursor_q), left = 17'(u_dut.left_q), fill = 17'(u_dut.fill_q), ending = 17'(value) + 17'(length);
    wire have = u_dut.have_q;
    always_ff @(posedge clk_i) begin
        if (!init_q) begin
            i_state: assert (state <= STALLED);
            i_count: assert (!receiving_q || (count_q == (u_dut.count_q > 7'd9 ? 4'd9 : u_dut.count_q[3:0]) && u_dut.count_q <= 7'd65));
            i_octets: assert (!receiving_q || ((octets_q ^ u_dut.shift_q) & fresh) == '0);
            i_setup: assert (!right_q || setup_q == u_dut.setup_q);
            i_right: assert (right_q || state == IDLE || state == STALLED);
            i_decode: assert (state != DECODE || (asked_q && age_q <= 3'd1 && (age_q == '0 || u_dut.asked_valid_q) && gone_q == '0));
            i_asked: assert (!(state == DECODE && u_dut.asked_valid_q)
                             || (u_dut.asked_q.accept == without_data && u_dut.asked_q.is_read == reads
                                 && u_dut.asked_q.is_write == writes && (u_dut.asked_q.is_rom ? status || descriptor : !status)));
            i_idle: assert (!asked_q || right_q || state == STALLED);
            i_asked_2: assert (!asked_q || (state != IDLE && state != ENDED && state != IN_DONE && state != WRITE && test == '0));
            i_asked_3: assert (!(receiving_q && test != '0));
            i_none: assert (!(filling || writing) || u_dut.none_q == (left == '0));
            i_fill: assert (!filling || test != '0 || 19'(gone_q) + 19'(fill) + 19'(left) <= 19'(length));
            i_sixty_four: assert (!(filling || writing) || fill <= 17'd64);
            i_read: assert (!(sending_q || sent_q) || (7'(out_q) + 7'(u_dut.front_q) + 7'(byte_valid) == u_dut.read_q && out_q <= 8'd64));
            i_read_2: assert (!(in_data && (sending_q || sent_q)) || u_dut.read_q <= u_dut.fill_q);
            i_turns: assert (!(receiving_q && (sending_q || sent_q)) && !(sending_q && sent_q));
            i_sends: assert (!(sending_q || sent_q) || in_data || state == STATUS_IN);
            i_empty: assert (!((sending_q || sent_q) && !in_data) || (u_dut.read_q == '0 && !u_dut.front_q && !byte_valid));
            i_gone: assert (!since_q || test != '0 || gone_q <= 17'(length));
            i_since: assert (since_q || state == IDLE);
            i_since_2: assert (!asked_q || since_q);
            i_reads: assert (!(filling && !u_dut.from_rom_q) || (reads && !reg_write && test == '0 && 16'(cursor + left) == 16'(ending) && left <= 17'(length)
                             && (have || cursor[1:0] == '0) && !(reg_valid && have)));
            i_reads_2: assert (!(state == FILL && reg_valid) || (!u_dut.from_rom_q && left != '0 && !fill[6] && !reg_write));
            i_age: assert (!(asked_q && (filling || writing)) || (age_q >= 3'd2 && (age_q != 3'd2 || !reg_valid)));
            i_stalled: assert (!(asked_q && state == STALLED && (reads || writes || status || without_data)) || age_q >= 3'd3);
            i_quiet: assert (!(in_data && reg_valid));
            i_writes: assert (!writing || (writes && reg_write && 16'(cursor + left + 17'(have)) == 16'(ending) && left + 17'(have) <= 17'(length)));
            i_writes_2: assert (state != WRITE || (have ? cursor[1:0] == 2'd3 && fill[1:0] == 2'd0 : cursor[1:0] == fill[1:0]));
            i_writes_3: assert (state != OUT_DATA || (!have && cursor[1:0] == '0 && !reg_valid));
            i_writes_4: assert (state != WRITE || !reg_valid || have);
            i_status: assert (state != STATUS_IN || without_data || (writes && !asked_q));
            i_set: assert (!(state == STATUS_IN || writing) || (u_dut.set_address_q == set_address && u_dut.set_test_q == set_test));
            i_room: assert (!(receiving_q && room_q) || out_room);
            i_test: assert (!(state == STATUS_IN && set_test) || (left == 17'd53 && !u_dut.none_q && fill == '0 && u_dut.from_rom_q));
            i_busy: assert (!reg_valid || state != STATUS_IN);
            i_kind: assert (!(filling && u_dut.from_rom_q) || status || descriptor || test != '0);
        end
    end
endmodule

`default_nettype wire
