// SPDX-License-Identifier: Apache-2.0
// An ECP5 PLL. Its VCO, 400 to 800 MHz, is clk_i * FB_DIV * OP_DIV / IN_DIV; OP closes the loop.
`default_nettype none

module nic_ecp5_pll #(
    parameter int IN_DIV = 1,
    parameter int FB_DIV = 2,
    parameter int OP_DIV = 10,
    parameter int OS_DIV = 10
) (
    input wire clk_i,
    output wire op_o,
    output wire os_o,
    // At any time: outputs stable.
    output wire locked_o
);
    (* keep *)
    EHXPLLL #(
        .CLKI_DIV(IN_DIV),
        .CLKFB_DIV(FB_DIV),
        .CLKOP_DIV(OP_DIV),
        .CLKOP_CPHASE(OP_DIV - 1),
        .CLKOS_DIV(OS_DIV),
        .CLKOS_CPHASE(OS_DIV - 1),
        .CLKOS_ENABLE("ENABLED"),
        .FEEDBK_PATH("CLKOP")
    ) u_pll (
        .CLKI(clk_i),
        .CLKFB(op_o),
        .PHASESEL1(1'b0),
        .PHASESEL0(1'b0),
        .PHASEDIR(1'b0),
        .PHASESTEP(1'b0),
        .PHASELOADREG(1'b0),
        .STDBY(1'b0),
        .PLLWAKESYNC(1'b0),
        .RST(1'b0),
        .ENCLKOP(1'b0),
        .ENCLKOS(1'b0),
        .CLKOP(op_o),
        .CLKOS(os_o),
        .LOCK(locked_o)
    );
endmodule

`default_nettype wire
