// SPDX-License-Identifier: Apache-2.0
// ECP5 static delay at a pin: none here, a simulation without delays has no picoseconds. Who looks at its pins takes data and clock as if it
// were there.
module DELAYG #(parameter DEL_MODE = "USER_DEFINED", parameter int DEL_VALUE = 0) (input A, output Z);
    assign Z = A;
    if (DEL_VALUE < 0 || DEL_VALUE > 127) $fatal(1, "DELAYG: DEL_VALUE is 0 to 127");
endmodule
