// SPDX-License-Identifier: Apache-2.0
// What the models of PLLs give out: a simulation without delays makes no clock of another one. A harness has an instance u_clocks beside
// the top, which the PLLs in it find by that name.
`default_nettype none

module nic_cell_clocks #(
    // Of the oscillator at the PLLs' inputs.
    parameter int unsigned REFERENCE_MHZ = 1
) (
    // The rates that boards ask for; a PLL whose dividers come out at another one gives no clock. 0 where a board does not.
    input wire mhz48_i,
    input wire mhz60_i,
    input wire mhz125_i,
    // Of all PLLs.
    input wire locked_i
);
    wire [31:0] reference = REFERENCE_MHZ;
endmodule

`default_nettype wire
