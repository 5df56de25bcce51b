// SPDX-License-Identifier: Apache-2.0
// The CRC-32 of IEEE 802.3 clause 3.2.9 for one octet, in the bit-reflected form: the register
// starts at all ones, its complement sent low octet first is the FCS, and over a frame with a right
// FCS it ends at 32'hdebb20e3. To be included inside a module.

// The register after one more octet; folded is that octet XOR crc[7:0]. With folded = 0 the
// register just shifts.
function automatic logic [31:0] nic_crc32_fold(input logic [31:8] crc, input logic [7:0] folded);
    logic [31:0] remainder;
    remainder = {24'b0, folded};
    for (int i = 0; i < 8; i++)
        remainder = {1'b0, remainder[31:1]} ^ ({32{remainder[0]}} & 32'hedb88320);
    return {8'b0, crc} ^ remainder;
endfunction
