// SPDX-License-Identifier: Apache-2.0
// iCE40 pad onto a global network.
module SB_GB_IO #(
    parameter [5:0] PIN_TYPE = 6'b000000,
    parameter [0:0] PULLUP = 1'b0
) (
    inout PACKAGE_PIN, input CLOCK_ENABLE, output GLOBAL_BUFFER_OUTPUT
);
    assign GLOBAL_BUFFER_OUTPUT = PACKAGE_PIN;
endmodule
