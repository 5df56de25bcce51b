// SPDX-License-Identifier: Apache-2.0
// ECP5 pad as a netlist has it (Project Trellis): BB and those of one direction.
module TRELLIS_IO #(parameter DIR = "INPUT") (input I, input T, output O, inout B);
    if (DIR == "BIDIR") assign B = T ? 1'bz : I;
    else if (DIR == "OUTPUT") assign B = I;
    assign O = B;
endmodule
