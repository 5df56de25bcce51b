// SPDX-License-Identifier: Apache-2.0
// The device's descriptors (USB 2.0, 9.6; MS OS 2.0 descriptors): where each one is and what it contains. In place 0 stands the payload
// of the test packet (7.1.20). The block RAM that holds them has room for endpoint 0's buffer as well.
`default_nettype none

module nic_usb_descriptors #(
    // High speed as well as full speed.
    parameter bit HS = 1'b1,
    // Eight characters.
    parameter logic [63:0] SERIAL = "00000001",
    // Place of the words: 0 to 3, of 16 bits, behind all descriptors.
    parameter int unsigned WORDS = 440
) (
    input wire clk_i,
    input wire high_speed_i,
    // Descriptor type and index of GET_DESCRIPTOR; or, with ms_os_i, the MS OS 2.0 set.
    input wire [7:0] type_i,
    input wire [7:0] index_i,
    input wire ms_os_i,
    // In the same clock: it exists, its first octet's place and its length.
    output logic found_o,
    output logic [8:0] place_o,
    output logic [7:0] length_o,

    // The octet at addr_i, in the clock after one with re_i. The last 64 are the buffer.
    input wire re_i,
    input wire [8:0] addr_i,
    output logic [7:0] data_o,
    // Writes the buffer; what is written is not read in the same clock.
    input wire we_i,
    input wire [5:0] waddr_i,
    input wire [7:0] wdata_i
);
    localparam logic [15:0] VENDOR = nic_regs_pkg::USB_ID_VENDOR;
    localparam logic [15:0] PRODUCT = nic_regs_pkg::USB_ID_PRODUCT;
    localparam logic [7:0] MS_OS_REQUEST = nic_regs_pkg::VENDOR_REQUEST_MS_OS;

    localparam int unsigned DEVICE_LENGTH = 18, QUALIFIER_LENGTH = 10, CONFIG_LENGTH = 39, BOS_LENGTH = 33;
    localparam int unsigned LANGUAGE_LENGTH = 4, MAKER_LENGTH = 14, NAME_LENGTH = 40, SERIAL_LENGTH = 18;
    localparam int unsigned MS_OS_LENGTH = 162, TEST_LENGTH = 53;
    localparam int unsigned DEVICE = TEST_LENGTH;
    localparam int unsigned QUALIFIER = DEVICE + DEVICE_LENGTH;
    localparam int unsigned CONFIG_HS = QUALIFIER + QUALIFIER_LENGTH;
    localparam int unsigned CONFIG_FS = CONFIG_HS + CONFIG_LENGTH;
    localparam int unsigned BOS = CONFIG_FS + CONFIG_LENGTH;
    localparam int unsigned LANGUAGE = BOS + BOS_LENGTH;
    localparam int unsigned MAKER = LANGUAGE + LANGUAGE_LENGTH;
    localparam int unsigned NAME = MAKER + MAKER_LENGTH;
    localparam int unsigned SERIAL_AT = NAME + NAME_LENGTH;
    localparam int unsigned MS_OS = SERIAL_AT + SERIAL_LENGTH;
    localparam int unsigned LENGTH = MS_OS + MS_OS_LENGTH;

    // bLength, bDescriptorType, bcdUSB 2.01, vendor class, EP0 of 64, identifiers, bcdDevice, three strings.
    localparam logic [8*DEVICE_LENGTH-1:0] DEVICE_ROM = {
        8'd18, 8'd1, 16'h0102, 24'hffffff, 8'd64, VENDOR[7:0], VENDOR[15:8], PRODUCT[7:0], PRODUCT[15:8],
        16'h0001, 8'd1, 8'd2, 8'd3, 8'd1
    };
    localparam logic [8*QUALIFIER_LENGTH-1:0] QUALIFIER_ROM = {
        8'd10, 8'd6, 16'h0102, 24'hffffff, 8'd64, 8'd1, 8'd0
    };

    // What builds the ROM runs when the design is put together: no line of it is reached later.
    // verilator coverage_off
    // Bus powered with remote wake-up, 500 mA; one vendor interface with bulk OUT 1, bulk IN 2, interrupt IN 3. bulk: low octet first.
    function automatic logic [8*CONFIG_LENGTH-1:0] config_rom(input logic [15:0] bulk);
        return {
            8'd9, 8'd2, 8'(CONFIG_LENGTH), 8'd0, 8'd1, 8'd1, 8'd0, 8'ha0, 8'd250,
            8'd9, 8'd4, 8'd0, 8'd0, 8'd3, 24'hffffff, 8'd0,
            8'd7, 8'd5, 8'h01, 8'd2, bulk, 8'd0,
            8'd7, 8'd5, 8'h82, 8'd2, bulk, 8'd0,
            8'd7, 8'd5, 8'h83, 8'd3, 16'h4000, 8'd1
        };
    endfunction

    // Platform capability: MS OS 2.0, {d8dd60df-4589-4cc7-9cd2-659d9e648a9f}, Windows 8.1 on. There is no link power management
    // and so no USB 2.0 extension.
    localparam logic [8*BOS_LENGTH-1:0] BOS_ROM = {
        8'd5, 8'd15, 8'(BOS_LENGTH), 8'd0, 8'd1,
        8'd28, 8'd16, 8'd5, 8'd0, 128'hdf60ddd8_8945_c74c_9cd2_659d9e648a9f, 32'h00000306,
        8'(MS_OS_LENGTH), 8'd0, MS_OS_REQUEST, 8'd0
    };

    // UTF-16 of up to 80 characters; what is before the text in the result is cut off by the user.
    function automatic logic [1279:0] wide(input logic [639:0] text);
        for (int i = 0; i < 80; i++) wide[16*i+:16] = {text[8*i+:8], 8'd0};
    endfunction
    localparam logic [1279:0] MAKER_WIDE = wide(640'("hilnic"));
    localparam logic [1279:0] NAME_WIDE = wide(640'("hilnic Ethernet NIC"));
    localparam logic [1279:0] SERIAL_WIDE = wide(640'(SERIAL));
    localparam logic [1279:0] GUIDS_WIDE = wide(640'("DeviceInterfaceGUIDs"));
    localparam logic [1279:0] GUID_WIDE = wide(640'("{6E45736A-2B1B-4078-B772-B3AF2B6FDE1C}"));

    // Set header; compatible ID WINUSB; registry property (REG_MULTI_SZ) DeviceInterfaceGUIDs.
    localparam logic [8*MS_OS_LENGTH-1:0] MS_OS_ROM = {
        16'h0a00, 16'h0000, 32'h00000306, 8'(MS_OS_LENGTH), 8'd0,
        16'h1400, 16'h0300, "WINUSB", 16'd0, 64'd0,
        16'h8400, 16'h0400, 16'h0700, 16'h2a00, GUIDS_WIDE[319:0], 16'd0, 16'h5000, GUID_WIDE[607:0], 32'd0
    };

    // Many edges, then alternations with a bit more between them, then runs as long as stuffing allows.
    localparam logic [8*TEST_LENGTH-1:0] TEST_ROM = {
        {9{8'h00}}, {8{8'haa}}, {8{8'hee}}, 8'hfe, {11{8'hff}}, 56'h7f_bf_df_ef_f7_fb_fd, 72'hfc_7e_bf_df_ef_f7_fb_fd_7e
    };

    localparam logic [8*LENGTH-1:0] ROM = {
        TEST_ROM, DEVICE_ROM, QUALIFIER_ROM, config_rom(16'h0002), config_rom(16'h4000), BOS_ROM,
        8'(LANGUAGE_LENGTH), 8'd3, 16'h0904, 8'(MAKER_LENGTH), 8'd3, MAKER_WIDE[95:0],
        8'(NAME_LENGTH), 8'd3, NAME_WIDE[303:0], 8'(SERIAL_LENGTH), 8'd3, SERIAL_WIDE[127:0], MS_OS_ROM
    };

    if (LENGTH > WORDS) $fatal(1, "nic_usb_descriptors: no room for the words and the buffer");

    (* ram_style = "block", no_rw_check *) logic [7:0] mem[512];
    initial begin
        for (int i = 0; i < 512; i++) mem[i] = 8'd0;
        for (int i = 0; i < LENGTH; i++) mem[i] = ROM[8*(LENGTH-1-i)+:8];
        for (int i = 0; i < 4; i++) mem[WORDS+2*i] = 8'(i);
    end
    // verilator coverage_on
    always_ff @(posedge clk_i) begin
        if (re_i) data_o <= mem[addr_i];
        if (we_i) mem[{3'b111, waddr_i}] <= wdata_i;
    end

    wire [8:0] config_place = high_speed_i == (type_i == 8'd2) ? 9'(CONFIG_HS) : 9'(CONFIG_FS);
    always_comb begin
        {found_o, place_o, length_o} = '0;
        if (ms_os_i) {found_o, place_o, length_o} = {1'b1, 9'(MS_OS), 8'(MS_OS_LENGTH)};
        else begin
            case ({type_i, index_i})
                16'h0100: {found_o, place_o, length_o} = {1'b1, 9'(DEVICE), 8'(DEVICE_LENGTH)};
                16'h0200: {found_o, place_o, length_o} = {1'b1, config_place, 8'(CONFIG_LENGTH)};
                16'h0300: {found_o, place_o, length_o} = {1'b1, 9'(LANGUAGE), 8'(LANGUAGE_LENGTH)};
                16'h0301: {found_o, place_o, length_o} = {1'b1, 9'(MAKER), 8'(MAKER_LENGTH)};
                16'h0302: {found_o, place_o, length_o} = {1'b1, 9'(NAME), 8'(NAME_LENGTH)};
                16'h0303: {found_o, place_o, length_o} = {1'b1, 9'(SERIAL_AT), 8'(SERIAL_LENGTH)};
                16'h0600: {found_o, place_o, length_o} = {HS, 9'(QUALIFIER), 8'(QUALIFIER_LENGTH)};
                16'h0700: {found_o, place_o, length_o} = {HS, config_place, 8'(CONFIG_LENGTH)};
                16'h0f00: {found_o, place_o, length_o} = {1'b1, 9'(BOS), 8'(BOS_LENGTH)};
                default: ;
            endcase
        end
    end
endmodule

`default_nettype wire
