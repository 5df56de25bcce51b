// SPDX-License-Identifier: Apache-2.0
// An iCE40 PLL onto a global network: clk_i / (DIVR + 1) * (DIVF + 1) / 2**DIVQ. Its VCO, 533 to 1066 MHz, is the same without DIVQ.
`default_nettype none

module nic_ice40_pll #(
    parameter logic [3:0] DIVR = 4'd0,
    parameter logic [6:0] DIVF = 7'd0,
    parameter logic [2:0] DIVQ = 3'd0,
    // By clk_i / (DIVR + 1): 1 is 10 to 17 MHz, 2 is 17 to 26 MHz.
    parameter logic [2:0] FILTER_RANGE = 3'd1
) (
    input wire clk_i,
    output wire clk_o,
    // At any time: the output is stable.
    output wire locked_o
);
    SB_PLL40_CORE #(
        .FEEDBACK_PATH("SIMPLE"), .DIVR(DIVR), .DIVF(DIVF), .DIVQ(DIVQ), .FILTER_RANGE(FILTER_RANGE)
    ) u_pll (
        .REFERENCECLK(clk_i),
        .BYPASS(1'b0),
        .RESETB(1'b1),
        .PLLOUTGLOBAL(clk_o),
        .LOCK(locked_o)
    );
endmodule

`default_nettype wire
