// SPDX-License-Identifier: Apache-2.0
// The adjustable supplies of ButterStick r1.0's three ports. Bank 0, with all of ULPI, is supplied by that of port 2: without it no USB. The
// mean of a pin sets a voltage, the more the lower; levels, period and wait are those of the board's own bootloader.
`default_nettype none

module nic_butterstick_supply #(
    // The supplies are switched on after 2**WAIT clocks, when their levels have settled.
    parameter int unsigned WAIT = 16
) (
    // 60 MHz, which do not come from the PHY.
    input wire clk_i,

    // Pins: of ports 0 to 2; on.
    output logic [2:0] vccio_pdm_o,
    output wire vccio_en_o
);
    localparam bit [13:0] V33 = 14'd2129;        // 0.13 of a period
    localparam bit [13:0] V18 = 14'd11468;       // 0.70

    // No reset: this runs as soon as its clock does.
    localparam int unsigned BITS = WAIT > 14 ? WAIT : 14;
    logic [BITS - 1:0] count_q = '0;
    logic on_q = 1'b0;
    always_ff @(posedge clk_i) begin
        count_q <= count_q + 1'b1;
        vccio_pdm_o <= {count_q[13:0] < V18, {2{count_q[13:0] < V33}}};
        if (&count_q[WAIT-1:0]) on_q <= 1'b1;
    end
    assign vccio_en_o = on_q;
endmodule

`default_nettype wire
