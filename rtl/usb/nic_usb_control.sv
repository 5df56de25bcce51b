// SPDX-License-Identifier: Apache-2.0
// Endpoint 0: standard requests (USB 2.0, 9.4), descriptors, and register accesses as vendor requests. Both directions
// of the data stage go through one buffer of one packet. What is unknown or wrong stalls until the next SETUP.
`default_nettype none

module nic_usb_control #(
    parameter bit HS = 1'b1,
    parameter logic [63:0] SERIAL = "00000001"
) (
    input wire clk_i,
    // The device's; and that of the bus, which leaves an access on the register bus to its end.
    input wire rst_i,
    input wire bus_rst_i,
    input wire high_speed_i,

    // Address and configuration, as nic_usb_transaction needs them; halted endpoints by number.
    output logic [6:0] address_o,
    output logic configured_o,
    output logic [3:1] halt_o,
    // Pulse by endpoint number: its toggle goes back to DATA0.
    output logic [3:1] toggle_clear_o,
    // Halted by what is behind the endpoint, for GET_STATUS.
    input wire [3:1] halted_i,
    // The host wants to be woken (DEVICE_REMOTE_WAKEUP). Test selector of 9.4.9 from the request's status stage on, until the
    // bus reset: with 4 the buffer holds the test packet, as an IN packet that stays.
    output logic wake_o,
    output logic [2:0] test_o,

    // Octets of a data packet to endpoint 0 follow (pulse), octets; it was SETUP, or OUT, and right (pulses).
    input wire start_i,
    input wire valid_i,
    input wire [7:0] data_i,
    input wire setup_commit_i,
    input wire out_commit_i,
    output wire out_room_o,
    output wire out_overflow_o,
    output logic out_toggle_o,

    // As in nic_usb_in.
    output wire in_ready_o,
    output logic in_toggle_o,
    input wire in_rewind_i,
    input wire in_ack_i,
    output logic byte_valid_o,
    input wire byte_ready_i,
    output wire [7:0] byte_o,

    output wire out_stall_o,
    output wire in_stall_o,

    // Register bus, as in nic_core.
    output logic reg_valid_o,
    output logic reg_write_o,
    output wire [15:0] reg_addr_o,
    output wire [31:0] reg_wdata_o,
    input wire reg_ready_i,
    input wire [31:0] reg_rdata_i,
    input wire reg_error_i
);
    typedef enum logic [3:0] {
        IDLE,
        DECODE,
        FILL,           // the buffer with the next IN packet
        IN_DATA,        // until it is acknowledged
        IN_DONE,        // until the host's status stage
        OUT_DATA,
        WRITE,          // an OUT packet, to the register bus
        STATUS_IN,
        ENDED,          // by the host's status stage; its packet may come again
        STALLED
    } state_t;
    localparam logic [7:0] TEST_PACKET = 8'd4;
    localparam logic [7:0] TEST_LENGTH = 8'd53;     // of the test packet, in place 0 of the ROM
    localparam int unsigned WORDS = 440;            // their place in the ROM, of 0 first

    state_t state_q;
    logic from_rom_q;                   // FILL: of the ROM, or of the register bus
    logic [63:0] shift_q, setup_q;      // octets as they come; the last right SETUP
    logic [6:0] count_q;                // octets of a packet to us, stays at 65
    logic [6:0] read_q, fill_q;         // octets sent from the buffer; put into it, or taken from it for the register bus
    logic [15:0] cursor_q, left_q;
    logic none_q;                       // left_q is 0
    logic [31:0] word_q;
    logic front_q, have_q, zlp_q, set_address_q, set_test_q;
    logic ready_q;                      // the octet at cursor_q has come out of the ROM; WRITE: at fill_q, out of the buffer

    wire [7:0] kind = setup_q[7:0], request = setup_q[15:8];
    wire [15:0] value = setup_q[31:16], index = setup_q[47:32], length = setup_q[63:48];

    wire ms_os = kind == 8'hc0 && request == nic_regs_pkg::VENDOR_REQUEST_MS_OS && index == 16'd7;
    wire found;
    wire [8:0] place;
    wire [7:0] rom_length, octet;      // octet: of a descriptor or of the buffer

    // ---- what is asked ----

    wire endpoint_zero = index[15:8] == '0 && index[6:0] == '0;
    wire [3:1] endpoint = index[15:8] != '0 || !configured_o ? 3'b000 : index[7:0] == 8'h01 ? 3'b001
                          : index[7:0] == 8'h82 ? 3'b010 : index[7:0] == 8'h83 ? 3'b100 : 3'b000;
    wire is_endpoint = endpoint != '0 || endpoint_zero;
    wire test_ok = HS && high_speed_i && index[7:0] == '0 && index[15:8] inside {8'd1, 8'd2, 8'd3, TEST_PACKET};
    wire block_ok = length != '0 && length[1:0] == '0 && value[1:0] == '0 && index == '0
                    && {1'b0, value} + {1'b0, length} <= 17'h10000;

    // Words of up to two octets, as long as asked for, are in the ROM as well.
    logic accept, is_word, is_rom, is_read, is_write;
    logic [1:0] answer;
    // Of a descriptor; of the test packet, which comes behind the status stage of a request without data, from the place of what is
    // not found.
    wire [7:0] available = is_rom ? rom_length : TEST_LENGTH;
    always_comb begin
        {accept, is_word, is_rom, is_read, is_write} = '0;
        answer = '0;
        case ({kind, request})
            {8'h80, 8'd0}: begin
                is_word = value == '0 && index == '0 && length == 16'd2;
                answer = {wake_o, 1'b0};
            end
            {8'h00, 8'd1}: accept = value == 16'd1 && index == '0 && length == '0;
            {8'h00, 8'd3}: accept = length == '0 && ((value == 16'd1 && index == '0) || (value == 16'd2 && test_ok));
            {8'h81, 8'd0}: is_word = value == '0 && index == '0 && length == 16'd2 && configured_o;
            {8'h82, 8'd0}: begin
                is_word = value == '0 && length == 16'd2 && is_endpoint;
                answer = {1'b0, |((halt_o | halted_i) & endpoint)};
            end
            {8'h02, 8'd1}: accept = value == '0 && length == '0 && is_endpoint;
            {8'h02, 8'd3}: accept = value == '0 && length == '0 && endpoint != '0;  // never endpoint 0
            {8'h00, 8'd5}: accept = value[15:7] == '0 && index == '0 && length == '0;
            {8'h80, 8'd6}: is_rom = found;
            {8'h80, 8'd8}: begin
                is_word = value == '0 && index == '0 && length == 16'd1;
                answer = {1'b0, configured_o};
            end
            {8'h00, 8'd9}: accept = value[15:1] == '0 && index == '0 && length == '0;
            {8'h81, 8'd10}: is_word = value == '0 && index == '0 && length == 16'd1 && configured_o;
            {8'h01, 8'd11}: accept = value == '0 && index == '0 && length == '0 && configured_o;
            {8'hc0, nic_regs_pkg::VENDOR_REQUEST_MS_OS}: is_rom = ms_os;
            {8'hc0, nic_regs_pkg::VENDOR_REQUEST_REG_READ}: is_read = block_ok;
            {8'h40, nic_regs_pkg::VENDOR_REQUEST_REG_WRITE}: is_write = block_ok;
            default: ;
        endcase
    end

    // It takes two clocks from the SETUP: asked_q is right in DECODE's second clock.
    typedef struct packed {
        logic accept, is_rom, is_read, is_write, ms_os;
        logic [7:0] available;
        logic [8:0] place;
    } asked_t;
    asked_t asked_q;
    logic asked_valid_q;
    always_ff @(posedge clk_i) begin
        asked_q <= {accept, is_rom || is_word, is_read, is_write, ms_os, available,
                    is_word ? 9'(WORDS) + 9'({answer, 1'b0}) : place};
        asked_valid_q <= state_q == DECODE && !setup_commit_i;
    end
    wire cut = asked_q.accept || (!asked_q.is_read && !asked_q.is_write
                                  && (length[15:8] != '0 || length[7:0] > asked_q.available));
    wire from_rom = asked_q.accept || asked_q.is_rom;
    wire [15:0] total = cut ? 16'(asked_q.available) : length;

    // ---- the transfer ----

    wire busy = reg_valid_o;
    wire [6:0] expected = left_q > 16'd64 ? 7'd64 : left_q[6:0];
    wire fill_end = fill_q[6] || none_q;
    wire put = state_q == FILL && have_q && !fill_end;
    wire filling = state_q == FILL && !fill_end;
    // A configuration in the place of the other speed's has another bDescriptorType. But for MS OS's there is none of more than one
    // packet. Of the test packet this is a 0 and stays one.
    wire [7:0] rom_octet = !asked_q.ms_os && fill_q == 7'd1 ? value[15:8] : word_q[31:24];
    wire receive = valid_i && state_q == OUT_DATA && !count_q[6];
    // As in nic_usb_in; the register is the upper octet of word_q.
    wire fetch = state_q == IN_DATA && front_q && (!byte_valid_o || byte_ready_i);
    wire load = state_q == IN_DATA && read_q != fill_q && (!front_q || fetch);

    assign out_overflow_o = count_q == 7'd65;
    // In STATUS_IN and ENDED for the last packet again, when its handshake was lost: a new one stalls.
    assign out_room_o = state_q inside {IN_DATA, IN_DONE, OUT_DATA, STATUS_IN, ENDED};
    assign in_ready_o = state_q inside {IN_DATA, STATUS_IN};
    assign out_stall_o = state_q inside {STALLED, STATUS_IN, ENDED};
    assign in_stall_o = state_q inside {STALLED, IN_DONE, OUT_DATA};
    assign byte_o = word_q[31:24];
    assign reg_addr_o = {cursor_q[15:2], 2'b00};
    assign reg_wdata_o = word_q;

    always_ff @(posedge clk_i) begin
        if (valid_i) shift_q <= {data_i, shift_q[63:8]};
        if (start_i) count_q <= '0;
        else if (valid_i && !out_overflow_o) count_q <= count_q + 1'b1;
        if (setup_commit_i) setup_q <= shift_q;
    end

    always_ff @(posedge clk_i) begin
        toggle_clear_o <= '0;
        if (in_ack_i) in_toggle_o <= !in_toggle_o;
        if (out_commit_i) out_toggle_o <= !out_toggle_o;
        if (reg_ready_i) reg_valid_o <= 1'b0;
        if (in_rewind_i) read_q <= '0;
        else if (load) read_q <= read_q + 1'b1;
        front_q <= !in_rewind_i && (load || (front_q && !fetch));
        byte_valid_o <= !in_rewind_i && (fetch || (byte_valid_o && !byte_ready_i));

        case (state_q)
            // An access that the SETUP interrupted comes to its end first.
            DECODE: if (!busy && asked_valid_q) begin
                fill_q <= '0;
                ready_q <= 1'b0;
                have_q <= 1'b0;
                zlp_q <= cut;
                from_rom_q <= from_rom;
                cursor_q <= from_rom ? 16'(asked_q.place) : value;
                left_q <= total;
                none_q <= total == '0;
                reg_write_o <= asked_q.is_write;
                set_address_q <= request == 8'd5;
                set_test_q <= request == 8'd3 && kind[1:0] == 2'd0 && value[1];
                state_q <= asked_q.accept ? STATUS_IN : asked_q.is_write ? OUT_DATA
                           : asked_q.is_rom || asked_q.is_read ? FILL : STALLED;
                if (asked_q.accept) begin
                    if (request == 8'd1) begin
                        halt_o <= halt_o & ~(kind[1] ? endpoint : '0);
                        toggle_clear_o <= kind[1] ? endpoint : '0;
                        if (!kind[1]) wake_o <= 1'b0;
                    end
                    if (request == 8'd3) begin
                        if (kind[1]) halt_o <= halt_o | endpoint;
                        else if (value[0]) wake_o <= 1'b1;
                    end
                    if (request == 8'd9) configured_o <= value[0];
                    if (request == 8'd9 || request == 8'd11) begin
                        halt_o <= '0;
                        toggle_clear_o <= '1;
                    end
                end
            end
            FILL: begin
                if (fill_end) state_q <= IN_DATA;
                else if (from_rom_q) begin
                    ready_q <= !ready_q;
                    have_q <= ready_q;
                    if (ready_q) cursor_q <= cursor_q + 1'b1;
                end else if (!have_q) begin
                    if (!busy) reg_valid_o <= 1'b1;
                    else if (reg_ready_i) begin
                        word_q <= reg_rdata_i;
                        have_q <= 1'b1;
                        if (reg_error_i) state_q <= STALLED;
                    end
                end
                if (put) begin
                    fill_q <= fill_q + 1'b1;
                    left_q <= left_q - 1'b1;
                    none_q <= left_q == 16'd1;
                    if (!from_rom_q) cursor_q <= cursor_q + 1'b1;
                    if (!from_rom_q && cursor_q[1:0] == 2'd3) have_q <= 1'b0;
                end
                // Of the ROM the upper octet counts, of a register the lower one.
                if (have_q || ready_q) word_q <= {octet, word_q[31:8]};
            end
            IN_DATA: begin
                if (fetch) word_q <= {octet, word_q[31:8]};
                if (in_ack_i) begin
                    fill_q <= '0;
                    ready_q <= 1'b0;
                    state_q <= !none_q || (fill_q[6] && zlp_q) ? FILL : IN_DONE;
                end
            end
            OUT_DATA: if (out_commit_i) begin
                fill_q <= '0;
                ready_q <= 1'b0;
                state_q <= count_q == expected ? WRITE : STALLED;
            end
            // Four octets into the word, then the access.
            WRITE: begin
                if (busy) begin
                    if (reg_ready_i) begin
                        cursor_q <= cursor_q + 1'b1;
                        have_q <= 1'b0;
                        if (reg_error_i) state_q <= STALLED;
                    end
                end else if (have_q) reg_valid_o <= 1'b1;
                else if (fill_end) state_q <= none_q ? STATUS_IN : OUT_DATA;
                else begin
                    ready_q <= !ready_q;
                    if (ready_q) begin
                        word_q <= {octet, word_q[31:8]};
                        fill_q <= fill_q + 1'b1;
                        left_q <= left_q - 1'b1;
                        none_q <= left_q == 16'd1;
                        have_q <= fill_q[1:0] == 2'd3;
                        // To the word's last octet; beyond it when the access has ended.
                        if (fill_q[1:0] != 2'd3) cursor_q <= cursor_q + 1'b1;
                    end
                end
            end
            STATUS_IN: if (in_ack_i) begin
                if (set_address_q) address_o <= value[6:0];
                state_q <= IDLE;
                if (set_test_q) begin
                    test_o <= index[10:8];
                    if (index[15:8] == TEST_PACKET) state_q <= FILL;
                end
            end
            default: ;
        endcase
        // The host ends an IN transfer with its status stage, when it likes.
        if (out_commit_i && (state_q == IN_DATA || state_q == IN_DONE)) state_q <= ENDED;
        if (setup_commit_i) begin
            state_q <= count_q == 7'd8 ? DECODE : STALLED;
            in_toggle_o <= 1'b1;
            out_toggle_o <= 1'b1;
        end
        if (bus_rst_i || rst_i) begin
            state_q <= IDLE;
            address_o <= '0;
            configured_o <= 1'b0;
            halt_o <= '0;
            toggle_clear_o <= '1;
            wake_o <= 1'b0;
            test_o <= '0;
        end
        if (rst_i) reg_valid_o <= 1'b0;
    end

    nic_usb_descriptors #(.HS(HS), .SERIAL(SERIAL), .WORDS(WORDS)) u_descriptors (
        .clk_i,
        .high_speed_i,
        .type_i(value[15:8]),
        .index_i(value[7:0]),
        .ms_os_i(ms_os),
        .found_o(found),
        .place_o(place),
        .length_o(rom_length),
        .re_i(load || state_q inside {FILL, WRITE}),
        .addr_i(state_q == FILL ? cursor_q[8:0] : {3'b111, state_q == WRITE ? fill_q[5:0] : read_q[5:0]}),
        .data_o(octet),
        .we_i(put || receive),
        .waddr_i(filling ? fill_q[5:0] : count_q[5:0]),
        .wdata_i(filling ? (from_rom_q ? rom_octet : word_q[7:0]) : data_i)
    );
endmodule

`default_nettype wire
