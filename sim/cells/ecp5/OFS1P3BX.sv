// SPDX-License-Identifier: Apache-2.0
// ECP5 output register with enable and asynchronous preset, set at power-up (Lattice FPGA Libraries Reference Guide, OFS1P3BX).
module OFS1P3BX (input D, input SP, input SCLK, input PD, output logic Q);
    initial Q = 1'b1;
    always_ff @(posedge SCLK or posedge PD) begin
        if (PD) Q <= 1'b1;
        else if (SP) Q <= D;
    end
endmodule
