// SPDX-License-Identifier: Apache-2.0
// The iCE40 cells that a synthesised netlist has beside those at pins (Lattice iCE Technology Library; FPGA-TN-02002, Memory Usage Guide for
// iCE40): two-state, without delays. What Yosys never writes has no model. tests/rtl/cells.py compares them with Yosys' own.

module SB_LUT4 #(parameter [15:0] LUT_INIT = '0) (input I0, input I1, input I2, input I3, output O);
    assign O = LUT_INIT[{I3, I2, I1, I0}];
endmodule

module SB_CARRY (input I0, input I1, input CI, output CO);
    assign CO = 2'(I0) + 2'(I1) + 2'(CI) > 1;
endmodule

// A flip-flop's name says what it has, in this order: N falling edge, E enable, then S synchronous set or reset or none asynchronous, S set or
// R reset. All start at 0.
`define CELL(NAME, EDGE, ENABLE, PORTS, SENSITIVE, RESET) \
    module NAME (output logic Q, input C PORTS, input D); \
        initial Q = 1'b0; \
        always_ff @(EDGE C SENSITIVE) begin \
            RESET if (ENABLE) Q <= D; \
        end \
    endmodule
`define CELLS(N, EDGE) \
    `CELL(SB_DFF``N, EDGE, 1'b1, , , ) \
    `CELL(SB_DFF``N``E, EDGE, E, `COMMA input E, , ) \
    `CELL(SB_DFF``N``SR, EDGE, 1'b1, `COMMA input R, , if (R) Q <= 1'b0; else) \
    `CELL(SB_DFF``N``SS, EDGE, 1'b1, `COMMA input S, , if (S) Q <= 1'b1; else) \
    `CELL(SB_DFF``N``R, EDGE, 1'b1, `COMMA input R, or posedge R, if (R) Q <= 1'b0; else) \
    `CELL(SB_DFF``N``S, EDGE, 1'b1, `COMMA input S, or posedge S, if (S) Q <= 1'b1; else) \
    `CELL(SB_DFF``N``ESR, EDGE, E, `COMMA input E `COMMA input R, , if (E && R) Q <= 1'b0; else) \
    `CELL(SB_DFF``N``ESS, EDGE, E, `COMMA input E `COMMA input S, , if (E && S) Q <= 1'b1; else) \
    `CELL(SB_DFF``N``ER, EDGE, E, `COMMA input E `COMMA input R, or posedge R, if (R) Q <= 1'b0; else) \
    `CELL(SB_DFF``N``ES, EDGE, E, `COMMA input E `COMMA input S, or posedge S, if (S) Q <= 1'b1; else)
`define COMMA ,
`CELLS(, posedge)
`CELLS(N, negedge)
`undef CELL
`undef CELLS
`undef COMMA

// 256 words of 16 bits. In mode m a port sees 2**m times as many of 16 >> m bits: each takes every 2**m-th bit of the word, the upper m bits
// of the address say which; the port's own bits are at every 2**m-th place, the middle of each 2**m, rounded down.
module SB_RAM40_4K #(
    parameter int WRITE_MODE = 0,
    parameter int READ_MODE = 0,
    parameter [255:0] INIT_0 = '0, INIT_1 = '0, INIT_2 = '0, INIT_3 = '0, INIT_4 = '0, INIT_5 = '0, INIT_6 = '0, INIT_7 = '0,
    parameter [255:0] INIT_8 = '0, INIT_9 = '0, INIT_A = '0, INIT_B = '0, INIT_C = '0, INIT_D = '0, INIT_E = '0, INIT_F = '0
) (
    output [15:0] RDATA, input RCLK, input RCLKE, input RE, input [10:0] RADDR, input WCLK, input WCLKE, input WE, input [10:0] WADDR,
    input [15:0] MASK, input [15:0] WDATA
);
    localparam [4095:0] INIT = {INIT_F, INIT_E, INIT_D, INIT_C, INIT_B, INIT_A, INIT_9, INIT_8,
        INIT_7, INIT_6, INIT_5, INIT_4, INIT_3, INIT_2, INIT_1, INIT_0};
    localparam int W = 1 << WRITE_MODE, R = 1 << READ_MODE;
    logic [15:0] memory[256];
    logic [15:0] word;
    logic [2:0] column;

    initial for (int i = 0; i < 256; i++) memory[i] = INIT[i*16 +: 16];

    logic [15:0] mask, data;
    always_comb begin
        for (int i = 0; i < 16; i++) begin
            data[i] = WDATA[i / W * W + (W - 1) / 2];
            mask[i] = WRITE_MODE == 0 ? MASK[i] : i % W != int'(WADDR[10:8]) % W;
        end
    end
    always_ff @(posedge WCLK) if (WE && WCLKE) memory[WADDR[7:0]] <= memory[WADDR[7:0]] & mask | data & ~mask;

    always_ff @(posedge RCLK) begin
        if (RE && RCLKE) begin
            word <= memory[RADDR[7:0]];
            column <= RADDR[10:8];
        end
    end
    for (genvar i = 0; i < 16; i++) begin : g_read
        if (i % R == (R - 1) / 2) assign RDATA[i] = word[i / R * R + int'(column) % R];
        else assign RDATA[i] = 1'b0;
    end
endmodule
