// SPDX-License-Identifier: Apache-2.0
// ECP5 output DDR (Lattice FPGA-TN-02035, ECP5 high-speed I/O): both values are taken at the rising edge; D0 stands while SCLK is high, D1
// while it is low. Leaves out its latency.
module ODDRX1F #(parameter GSR = "ENABLED") (input SCLK, input RST, input D0, input D1, output Q);
    logic first, second;
    always_ff @(posedge SCLK or posedge RST) begin
        if (RST) {first, second} <= '0;
        else {first, second} <= {D0, D1};
    end
    assign Q = SCLK ? first : second;
endmodule
