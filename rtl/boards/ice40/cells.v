// SPDX-License-Identifier: Apache-2.0
// Ports and parameters of the iCE40 cells that rtl/boards uses, for Verilator and read_slang: no behaviour, so no simulation yet.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off UNUSED */
/* verilator lint_off UNUSEDPARAM */
/* verilator lint_off UNDRIVEN */
/* verilator lint_off MULTITOP */

module SB_IO #(
    parameter [5:0] PIN_TYPE = 6'b000000,
    parameter [0:0] PULLUP = 1'b0
) (
    inout PACKAGE_PIN, input INPUT_CLK, input OUTPUT_CLK, input OUTPUT_ENABLE, input D_OUT_0, output D_IN_0
);
endmodule

module SB_GB_IO #(
    parameter [5:0] PIN_TYPE = 6'b000000,
    parameter [0:0] PULLUP = 1'b0
) (
    inout PACKAGE_PIN, output GLOBAL_BUFFER_OUTPUT
);
endmodule

module SB_PLL40_CORE #(
    parameter FEEDBACK_PATH = "SIMPLE",
    parameter [3:0] DIVR = 4'd0,
    parameter [6:0] DIVF = 7'd0,
    parameter [2:0] DIVQ = 3'd0,
    parameter [2:0] FILTER_RANGE = 3'd0
) (
    input REFERENCECLK, input BYPASS, input RESETB, output PLLOUTGLOBAL, output LOCK
);
endmodule
