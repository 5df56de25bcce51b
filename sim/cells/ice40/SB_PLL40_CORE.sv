// SPDX-License-Identifier: Apache-2.0
// iCE40 PLL (Lattice FPGA-TN-02052, iCE40 sysCLOCK): arithmetic and limits of its dividers with simple feedback; the clock itself comes from
// nic_cell_clocks. Leaves out bypass and reset.
module SB_PLL40_CORE #(
    parameter FEEDBACK_PATH = "SIMPLE",
    parameter [3:0] DIVR = 4'd0,
    parameter [6:0] DIVF = 7'd0,
    parameter [2:0] DIVQ = 3'd0,
    parameter [2:0] FILTER_RANGE = 3'd0
) (
    input REFERENCECLK, input BYPASS, input RESETB, output PLLOUTGLOBAL, output LOCK
);
    // In MHz; a rate that is no whole number is none that a board asks for.
    wire [31:0] vco = u_clocks.reference * (32'(DIVF) + 1) / (32'(DIVR) + 1);
    wire [31:0] out = vco >> DIVQ;

    assign PLLOUTGLOBAL = out == 48 ? u_clocks.mhz48_i : out == 60 ? u_clocks.mhz60_i : out == 125 ? u_clocks.mhz125_i : 1'b0;
    assign LOCK = u_clocks.locked_i;

    // The VCO runs from 533 to 1066 MHz (iCE40 LP/HX data sheet, sysCLOCK PLL timing).
    always_comb begin
        if (vco < 533 || vco > 1066 || FEEDBACK_PATH != "SIMPLE")
            $fatal(1, "SB_PLL40_CORE: a VCO of %0d MHz, or another feedback than the simple one", vco);
    end
endmodule
