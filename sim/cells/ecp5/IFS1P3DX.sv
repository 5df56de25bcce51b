// SPDX-License-Identifier: Apache-2.0
// ECP5 input register with enable and asynchronous clear (Lattice FPGA Libraries Reference Guide, IFS1P3DX).
module IFS1P3DX (input D, input SP, input SCLK, input CD, output logic Q);
    always_ff @(posedge SCLK or posedge CD) begin
        if (CD) Q <= 1'b0;
        else if (SP) Q <= D;
    end
endmodule
