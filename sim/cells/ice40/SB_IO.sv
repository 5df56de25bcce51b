// SPDX-License-Identifier: Apache-2.0
// iCE40 pad (Lattice iCE Technology Library, SB_IO), what of PIN_TYPE does without DDR, latch and inversion. Leaves out the pull-up: a pin that
// nobody drives is 0; and CLOCK_ENABLE, which Yosys ties to 1.
module SB_IO #(
    parameter [5:0] PIN_TYPE = 6'b000000,
    parameter [0:0] PULLUP = 1'b0
) (
    inout PACKAGE_PIN, input INPUT_CLK, input OUTPUT_CLK, input OUTPUT_ENABLE, input CLOCK_ENABLE,
    input D_OUT_0, output D_IN_0
);
    if ((PIN_TYPE[5:4] != 2'b00 && PIN_TYPE[2] == PIN_TYPE[3]) || PIN_TYPE[1])
        $fatal(1, "SB_IO: PIN_TYPE %b has no model", PIN_TYPE);

    logic in_q, out_q, enable_q;
    wire out = PIN_TYPE[3:2] == 2'b01 ? out_q : D_OUT_0;

    // 00: no output; 01: always; 10: with OUTPUT_ENABLE; 11: with its register.
    if (PIN_TYPE[5:4] == 2'b01) begin : g_output
        assign PACKAGE_PIN = out;
    end else if (PIN_TYPE[5:4] == 2'b10) begin : g_tristate
        assign PACKAGE_PIN = OUTPUT_ENABLE ? out : 1'bz;
    end else if (PIN_TYPE[5:4] == 2'b11) begin : g_enable_registered
        assign PACKAGE_PIN = enable_q ? out : 1'bz;
    end
    initial enable_q = 1'b0;
    always_ff @(posedge OUTPUT_CLK) begin
        out_q <= D_OUT_0;
        enable_q <= OUTPUT_ENABLE;
    end

    // 00: registered; 01: as it is.
    always_ff @(posedge INPUT_CLK) in_q <= PACKAGE_PIN;
    assign D_IN_0 = PIN_TYPE[0] ? PACKAGE_PIN : in_q;
endmodule
