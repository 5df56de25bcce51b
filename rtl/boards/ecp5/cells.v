// SPDX-License-Identifier: Apache-2.0
// Ports and parameters of the ECP5 cells that rtl/boards uses, for Verilator and read_slang: no behaviour, so no simulation yet.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off UNUSED */
/* verilator lint_off UNUSEDPARAM */
/* verilator lint_off UNDRIVEN */
/* verilator lint_off MULTITOP */

module IDDRX1F #(parameter GSR = "ENABLED") (input D, input SCLK, input RST, output Q0, output Q1);
endmodule

module ODDRX1F #(parameter GSR = "ENABLED") (input SCLK, input RST, input D0, input D1, output Q);
endmodule

module IFS1P3DX (input D, input SP, input SCLK, input CD, output Q);
endmodule

module OFS1P3DX (input D, input SP, input SCLK, input CD, output Q);
endmodule

module OFS1P3BX (input D, input SP, input SCLK, input PD, output Q);
endmodule

module DELAYG #(parameter DEL_MODE = "USER_DEFINED", parameter DEL_VALUE = 0) (input A, output Z);
endmodule

module BB (input I, input T, output O, inout B);
endmodule

module EHXPLLL #(
    parameter CLKI_DIV = 1,
    parameter CLKFB_DIV = 1,
    parameter CLKOP_DIV = 8,
    parameter CLKOS_DIV = 8,
    parameter CLKOP_CPHASE = 0,
    parameter CLKOS_CPHASE = 0,
    parameter CLKOS_ENABLE = "DISABLED",
    parameter FEEDBK_PATH = "CLKOP"
) (
    input CLKI, input CLKFB, input PHASESEL1, input PHASESEL0, input PHASEDIR, input PHASESTEP, input PHASELOADREG,
    input STDBY, input PLLWAKESYNC, input RST, input ENCLKOP, input ENCLKOS, output CLKOP, output CLKOS, output LOCK
);
endmodule
