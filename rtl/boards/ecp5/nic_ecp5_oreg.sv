// SPDX-License-Identifier: Apache-2.0
// ECP5 output registers in the I/O cells of their pins, or of what drives these.
`default_nettype none

module nic_ecp5_oreg #(
    parameter int WIDTH = 1,
    // In steps of 25 ps, up to 127.
    parameter int DELAY = 0
) (
    input wire clk_i,
    input wire [WIDTH-1:0] out_i,
    output wire [WIDTH-1:0] pin_o
);
    wire [WIDTH-1:0] out;

    for (genvar i = 0; i < WIDTH; i++) begin : g_bit
        OFS1P3DX u_ofs (.D(out_i[i]), .SP(1'b1), .SCLK(clk_i), .CD(1'b0), .Q(out[i]));
        if (DELAY != 0) begin : g_delay
            DELAYG #(.DEL_MODE("USER_DEFINED"), .DEL_VALUE(DELAY)) u_delay (.A(out[i]), .Z(pin_o[i]));
        end else begin : g_no_delay
            assign pin_o[i] = out[i];
        end
    end
endmodule

`default_nettype wire
