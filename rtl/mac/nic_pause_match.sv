// SPDX-License-Identifier: Apache-2.0
// Recognises a received PAUSE frame an octet at a time: IEEE 802.3 Annex 31B, constants fixed.
// Whether the frame is good is for nic_mac_rx to say.
`default_nettype none

module nic_pause_match (
    input wire clk_i,

    // From nic_mac_rx: start before the first octet, then octets with the number that came before
    // and the six latest of those.
    input wire start_i,
    input wire octet_valid_i,
    input wire [7:0] octet_i,
    input wire [4:0] index_i,
    input wire [47:0] window_i,

    // Own address, first octet in bits 7:0; a PAUSE frame to it counts as one to the reserved
    // multicast address.
    input wire [47:0] address_i,

    // From the 16th octet to the next start: destination, type and opcode are those of a PAUSE
    // frame.
    output logic match_o,
    // pause_time, from the 18th octet on, unless keep_i.
    output logic [15:0] quanta_o,
    input wire keep_i
);
    // Octets 0..5: 01-80-C2-00-00-01; 12..15: 88-08, MAC control; 00-01, PAUSE. The source address
    // does not matter.
    function automatic logic [7:0] expected(input logic [3:0] index);
        case (index)
            4'd0, 4'd5, 4'd15: expected = 8'h01;
            4'd1: expected = 8'h80;
            4'd2: expected = 8'hc2;
            4'd12: expected = 8'h88;
            4'd13: expected = 8'h08;
            default: expected = 8'h00;
        endcase
    endfunction

    wire compare = !index_i[4] && (index_i[3] ? index_i[2] : index_i[2:1] != 2'd3);

    logic head_q;       // before the 18th octet
    logic own_q;        // octets 0..5 were our address, from the 7th to the 8th octet
    wire [47:0] window_address = {window_i[7:0], window_i[15:8], window_i[23:16],
        window_i[31:24], window_i[39:32], window_i[47:40]};

    always_ff @(posedge clk_i) begin
        if (start_i) begin
            head_q <= 1'b1;
            match_o <= 1'b1;
        end else if (octet_valid_i && head_q) begin
            own_q <= window_address == address_i;
            if (compare) match_o <= match_o && octet_i == expected(index_i[3:0]);
            else if (index_i == 5'd7) match_o <= match_o || own_q;
            if (index_i[4] && index_i[0]) begin
                head_q <= 1'b0;
                if (!keep_i) quanta_o <= {window_i[7:0], octet_i};
            end
        end
    end
endmodule

`default_nettype wire
