// SPDX-License-Identifier: Apache-2.0
// The ECP5 cells that a synthesised netlist has beside those at pins (Lattice FPGA Libraries Reference Guide; FPGA-TN-02204, ECP5 Memory
// Usage Guide; Project Trellis for TRELLIS_*): two-state, without delays. What Yosys never writes has no model. tests/rtl/cells.py compares
// all but DP16KD with Yosys' own, which has none.

module LUT4 #(parameter [15:0] INIT = '0) (input A, input B, input C, input D, output Z);
    assign Z = INIT[{D, C, B, A}];
endmodule

module PFUMX (input ALUT, input BLUT, input C0, output Z);
    assign Z = C0 ? ALUT : BLUT;
endmodule

module L6MUX21 (input D0, input D1, input SD, output Z);
    assign Z = SD ? D1 : D0;
endmodule

// Two bits of a carry chain. INJECT: the bit neither takes the carry into its sum nor generates one.
module CCU2C #(
    parameter [15:0] INIT0 = '0,
    parameter [15:0] INIT1 = '0,
    parameter INJECT1_0 = "YES",
    parameter INJECT1_1 = "YES"
) (
    input CIN, input A0, input B0, input C0, input D0, input A1, input B1, input C1, input D1, output S0, output S1, output COUT
);
    wire propagate0 = INIT0[{D0, C0, B0, A0}], propagate1 = INIT1[{D1, C1, B1, A1}];
    wire generate0 = INJECT1_0 != "YES" && INIT0[{2'b00, B0, A0}], generate1 = INJECT1_1 != "YES" && INIT1[{2'b00, B1, A1}];
    wire carry = propagate0 ? CIN : generate0;
    assign S0 = propagate0 ^ (INJECT1_0 != "YES" && CIN);
    assign S1 = propagate1 ^ (INJECT1_1 != "YES" && carry);
    assign COUT = propagate1 ? carry : generate1;
endmodule

module TRELLIS_FF #(
    parameter GSR = "ENABLED",
    parameter CEMUX = "1",
    parameter CLKMUX = "CLK",
    parameter LSRMUX = "LSR",
    parameter SRMODE = "LSR_OVER_CE",
    parameter REGSET = "RESET"
) (
    input CLK, input LSR, input CE, input DI, output logic Q
);
    localparam logic VALUE = REGSET == "SET";
    wire enable = CEMUX == "1" || (CEMUX == "CE" && CE) || (CEMUX == "INV" && !CE);
    wire set = LSR ^ (LSRMUX == "INV");

    initial Q = VALUE;
    if (SRMODE == "ASYNC" && CLKMUX == "INV") begin : g_async_fall
        always_ff @(negedge CLK or posedge set) if (set) Q <= VALUE; else if (enable) Q <= DI;
    end else if (SRMODE == "ASYNC") begin : g_async
        always_ff @(posedge CLK or posedge set) if (set) Q <= VALUE; else if (enable) Q <= DI;
    end else if (CLKMUX == "INV") begin : g_fall
        always_ff @(negedge CLK) if (set) Q <= VALUE; else if (enable) Q <= DI;
    end else begin : g_rise
        always_ff @(posedge CLK) if (set) Q <= VALUE; else if (enable) Q <= DI;
    end
endmodule

module TRELLIS_DPR16X4 #(parameter WCKMUX = "WCK", parameter WREMUX = "WRE", parameter [63:0] INITVAL = '0) (
    input [3:0] DI, input [3:0] WAD, input WRE, input WCK, input [3:0] RAD, output [3:0] DO
);
    logic [3:0] memory[16];
    wire write = WREMUX == "1" || (WREMUX == "WRE" && WRE) || (WREMUX == "INV" && !WRE);

    initial for (int i = 0; i < 16; i++) memory[i] = INITVAL[i*4 +: 4];
    if (WCKMUX == "INV") begin : g_fall
        always_ff @(negedge WCK) if (write) memory[WAD] <= DI;
    end else begin : g_rise
        always_ff @(posedge WCK) if (write) memory[WAD] <= DI;
    end
    assign DO = memory[RAD];
endmodule

// 1024 words of 18 bits, seen by either port as words of 1 to 18 bits, the bits of a byte side by side and the ninth only in words of 9 and 18;
// or written by port A and read by port B as words of 36 with the lower half at the first address, and then DIB and DOA belong to the other
// port. Where a word has more than one byte, the lowest bits of the address enable these. What both ports do with one address at once: a
// read gets the old word. Leaves out output registers, chip selects and reset.
module DP16KD #(
    parameter int DATA_WIDTH_A = 18,
    parameter int DATA_WIDTH_B = 18,
    parameter REGMODE_A = "NOREG",
    parameter REGMODE_B = "NOREG",
    parameter RESETMODE = "SYNC",
    parameter ASYNC_RESET_RELEASE = "SYNC",
    parameter CSDECODE_A = "0b000",
    parameter CSDECODE_B = "0b000",
    parameter CLKAMUX = "CLKA",
    parameter CLKBMUX = "CLKB",
    parameter WRITEMODE_A = "NORMAL",
    parameter WRITEMODE_B = "NORMAL",
    parameter GSR = "ENABLED",
    parameter [319:0] INITVAL_00 = '0, INITVAL_01 = '0, INITVAL_02 = '0, INITVAL_03 = '0, INITVAL_04 = '0, INITVAL_05 = '0, INITVAL_06 = '0, INITVAL_07 = '0,
    parameter [319:0] INITVAL_08 = '0, INITVAL_09 = '0, INITVAL_0A = '0, INITVAL_0B = '0, INITVAL_0C = '0, INITVAL_0D = '0, INITVAL_0E = '0, INITVAL_0F = '0,
    parameter [319:0] INITVAL_10 = '0, INITVAL_11 = '0, INITVAL_12 = '0, INITVAL_13 = '0, INITVAL_14 = '0, INITVAL_15 = '0, INITVAL_16 = '0, INITVAL_17 = '0,
    parameter [319:0] INITVAL_18 = '0, INITVAL_19 = '0, INITVAL_1A = '0, INITVAL_1B = '0, INITVAL_1C = '0, INITVAL_1D = '0, INITVAL_1E = '0, INITVAL_1F = '0,
    parameter [319:0] INITVAL_20 = '0, INITVAL_21 = '0, INITVAL_22 = '0, INITVAL_23 = '0, INITVAL_24 = '0, INITVAL_25 = '0, INITVAL_26 = '0, INITVAL_27 = '0,
    parameter [319:0] INITVAL_28 = '0, INITVAL_29 = '0, INITVAL_2A = '0, INITVAL_2B = '0, INITVAL_2C = '0, INITVAL_2D = '0, INITVAL_2E = '0, INITVAL_2F = '0,
    parameter [319:0] INITVAL_30 = '0, INITVAL_31 = '0, INITVAL_32 = '0, INITVAL_33 = '0, INITVAL_34 = '0, INITVAL_35 = '0, INITVAL_36 = '0, INITVAL_37 = '0,
    parameter [319:0] INITVAL_38 = '0, INITVAL_39 = '0, INITVAL_3A = '0, INITVAL_3B = '0, INITVAL_3C = '0, INITVAL_3D = '0, INITVAL_3E = '0, INITVAL_3F = '0
) (
    input DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0,
    input ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
    input CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
    output DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0,
    input DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0,
    input ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
    input CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
    output DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
);
    localparam [64*320-1:0] INIT = {
        INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
        INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
        INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
        INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
        INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
        INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
        INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
        INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00};
    localparam bit WIDE_A = DATA_WIDTH_A == 36, WIDE_B = DATA_WIDTH_B == 36;
    if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG" || CSDECODE_A != "0b000" || CSDECODE_B != "0b000" || CLKAMUX != "CLKA" || CLKBMUX != "CLKB")
        $fatal(1, "DP16KD: has no model of this");

    // Place of the word of `width` bits in the one of 18, and which of its bits are written.
    function automatic int place(input int width, input [13:0] address);
        return width == 18 || width == 36 ? 0 : 9 * int'(address[3]) + (int'(address[2:0]) & ~(width - 1) & 7);
    endfunction
    function automatic [17:0] mask(input int width, input [13:0] address);
        return width >= 18 ? {{9{address[1]}}, {9{address[0]}}} : 18'((1 << width) - 1) << place(width, address);
    endfunction
    function automatic [17:0] narrow(input int width, input [13:0] address, input [17:0] word);
        return width >= 18 ? word : word >> place(width, address) & 18'((1 << width) - 1);
    endfunction

    logic [17:0] memory[1024];
    initial for (int i = 0; i < 1024; i++) memory[i] = INIT[i*20 +: 18];

    wire [17:0] dia = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
    wire [17:0] dib = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
    wire [13:0] ada = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
    wire [13:0] adb = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
    wire [9:0] worda = {ada[13:5], ada[4] && !WIDE_A}, wordb = {adb[13:5], adb[4] && !WIDE_B};
    wire [17:0] maska = mask(DATA_WIDTH_A, ada), maskb = mask(DATA_WIDTH_B, adb), maskw = mask(36, ada >> 2);
    wire [17:0] nexta = memory[worda] & ~maska | (dia << place(DATA_WIDTH_A, ada)) & maska;
    wire [17:0] nextb = memory[wordb] & ~maskb | (dib << place(DATA_WIDTH_B, adb)) & maskb;
    logic [17:0] outa = '0, outb = '0, outw = '0;

    always @(posedge CLKA) begin
        if (CEA) begin
            if (WEA) memory[worda] <= nexta;
            if (WEA && WIDE_A) memory[worda | 1] <= memory[worda | 1] & ~maskw | dib & maskw;
            if (!WEA || WRITEMODE_A != "NORMAL") outa <= narrow(DATA_WIDTH_A, ada, WEA && WRITEMODE_A == "WRITETHROUGH" ? nexta : memory[worda]);
        end
    end
    always @(posedge CLKB) begin
        if (CEB) begin
            if (WEB) memory[wordb] <= nextb;
            if (!WEB || WRITEMODE_B != "NORMAL") outb <= narrow(DATA_WIDTH_B, adb, WEB && WRITEMODE_B == "WRITETHROUGH" ? nextb : memory[wordb]);
            outw <= memory[wordb | 1];
        end
    end
    assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = WIDE_B ? outb : outa;
    assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = WIDE_B ? outw : outb;
endmodule
