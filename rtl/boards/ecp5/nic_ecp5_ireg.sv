// SPDX-License-Identifier: Apache-2.0
// ECP5 input registers in the I/O cells of their pins, which nothing else may look at.
`default_nettype none

module nic_ecp5_ireg #(
    parameter int WIDTH = 1,
    // Data is delayed so that it needs not stand behind the edge of a clock that comes from a pin.
    parameter bit ZERO_HOLD = 1'b0
) (
    input wire clk_i,
    input wire [WIDTH-1:0] pin_i,
    output wire [WIDTH-1:0] in_o
);
    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        wire delayed;
        if (ZERO_HOLD) begin : g_delay
            DELAYG #(.DEL_MODE("SCLK_ZEROHOLD")) u_delay (.A(pin_i[i]), .Z(delayed));
        end else begin : g_no_delay
            assign delayed = pin_i[i];
        end
        IFS1P3DX u_ifs (.D(delayed), .SP(1'b1), .SCLK(clk_i), .CD(1'b0), .Q(in_o[i]));
    end
endmodule

`default_nettype wire
