// SPDX-License-Identifier: Apache-2.0
// ECP5 pad of both directions.
module BB (input I, input T, output O, inout B);
    assign B = T ? 1'bz : I;
    assign O = B;
endmodule
