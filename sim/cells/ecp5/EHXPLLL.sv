// SPDX-License-Identifier: Apache-2.0
// ECP5 PLL (Lattice FPGA-TN-02200, ECP5 sysCLOCK): arithmetic and limits of its dividers, closed over CLKOP; the clocks themselves come from
// nic_cell_clocks. Leaves out phases, standby and reset.
module EHXPLLL #(
    parameter int CLKI_DIV = 1,
    parameter int CLKFB_DIV = 1,
    parameter int CLKOP_DIV = 8,
    parameter int CLKOS_DIV = 8,
    parameter int CLKOP_CPHASE = 0,
    parameter int CLKOS_CPHASE = 0,
    parameter CLKOS_ENABLE = "DISABLED",
    parameter FEEDBK_PATH = "CLKOP"
) (
    input CLKI, input CLKFB, input PHASESEL1, input PHASESEL0, input PHASEDIR, input PHASESTEP, input PHASELOADREG,
    input STDBY, input PLLWAKESYNC, input RST, input ENCLKOP, input ENCLKOS, output CLKOP, output CLKOS, output LOCK
);
    // In MHz; a rate that is no whole number is none that a board asks for.
    wire [31:0] op = u_clocks.reference * CLKFB_DIV / CLKI_DIV;
    wire [31:0] vco = u_clocks.reference * CLKFB_DIV * CLKOP_DIV / CLKI_DIV;
    wire [31:0] os = vco / CLKOS_DIV;

    assign CLKOP = op == 48 ? u_clocks.mhz48_i : op == 60 ? u_clocks.mhz60_i : op == 125 ? u_clocks.mhz125_i : 1'b0;
    assign CLKOS = CLKOS_ENABLE != "ENABLED" ? 1'b0 : os == 48 ? u_clocks.mhz48_i : os == 60 ? u_clocks.mhz60_i
        : os == 125 ? u_clocks.mhz125_i : 1'b0;
    assign LOCK = u_clocks.locked_i;

    // The VCO runs from 400 to 800 MHz (ECP5 data sheet, sysCLOCK PLL timing).
    always_comb begin
        if (vco < 400 || vco > 800 || FEEDBK_PATH != "CLKOP")
            $fatal(1, "EHXPLLL: a VCO of %0d MHz, or another feedback than CLKOP", vco);
    end
endmodule
