// SPDX-License-Identifier: Apache-2.0
// ECP5 input DDR (Lattice FPGA-TN-02035, ECP5 high-speed I/O): what D was at a rising edge, Q0, and at the falling edge behind it, Q1, from the
// next rising edge on.
module IDDRX1F #(parameter GSR = "ENABLED") (input D, input SCLK, input RST, output logic Q0, output logic Q1);
    logic rise, fall;
    always_ff @(negedge SCLK or posedge RST) fall <= RST ? 1'b0 : D;
    always_ff @(posedge SCLK or posedge RST) begin
        if (RST) {rise, Q0, Q1} <= '0;
        else {rise, Q0, Q1} <= {D, rise, fall};
    end
endmodule
