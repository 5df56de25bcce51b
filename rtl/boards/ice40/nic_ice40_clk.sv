// SPDX-License-Identifier: Apache-2.0
// An iCE40 pin that drives a global network by itself: only some pins of a package can (GBIN).
`default_nettype none

module nic_ice40_clk (
    inout wire pin_io,
    output wire clk_o
);
    // PIN_INPUT, no output.
    SB_GB_IO #(.PIN_TYPE(6'b000001)) u_io (.PACKAGE_PIN(pin_io), .GLOBAL_BUFFER_OUTPUT(clk_o));
endmodule

`default_nettype wire
