// SPDX-License-Identifier: Apache-2.0
// What nic_bus_bridge promises with both sides on one clock and a tx side that answers when it likes, or never: an access
// that ends well has happened once and as it was asked for, one that times out at most once, and the next one is clean.
`default_nettype none

module nic_bus_bridge_formal (
    input wire clk_i,
    input wire valid_i,
    input wire write_i,
    input wire [1:0] addr_i,
    input wire [31:0] wdata_i,
    input wire tx_ready_i,
    input wire [31:0] tx_rdata_i,
    input wire tx_error_i,
    input wire tx_reset_i
);
    logic [2:0] start_q = '0;
    logic rst_q = 1'b1, rst_tx_q = 1'b1;
    logic acknowledged_q, timed_out_q;
    wire done, error, idle, tx_valid, tx_write;
    wire [31:0] rdata, tx_wdata;
    wire [1:0] tx_addr;

    always_ff @(posedge clk_i) begin
        if (start_q != 3'd5) start_q <= start_q + 1'b1;
        rst_q <= start_q < 3'd4;
        // The tx side may be in its reset for longer, or go back at any time between accesses of its own.
        rst_tx_q <= start_q < 3'd4 || (tx_reset_i && (rst_tx_q || (idle && !acknowledged_q)));
    end

    nic_bus_bridge #(.ADDR_WIDTH(2), .TIMEOUT(64)) u_dut (
        .clk_i,
        .rst_i(rst_q),
        .valid_i,
        .write_i,
        .addr_i,
        .wdata_i,
        .done_o(done),
        .error_o(error),
        .rdata_o(rdata),
        .idle_o(idle),
        .clk_tx_i(clk_i),
        .rst_tx_i(rst_tx_q),
        .tx_valid_o(tx_valid),
        .tx_write_o(tx_write),
        .tx_addr_o(tx_addr),
        .tx_wdata_o(tx_wdata),
        .tx_ready_i,
        .tx_rdata_i,
        .tx_error_i
    );

    // The master keeps an access until it is done.
    logic wait_q, write_q, answer_error_q;
    logic [1:0] addr_q, happened_q;
    logic [31:0] wdata_q, answer_q;
    wire happens = !rst_tx_q && tx_valid && tx_ready_i;
    always_ff @(posedge clk_i) begin
        wait_q <= !rst_q && valid_i && !done;
        write_q <= write_i;
        addr_q <= addr_i;
        wdata_q <= wdata_i;
        if (rst_q) begin
            happened_q <= '0;
            acknowledged_q <= 1'b0;
        end else begin
            happened_q <= idle ? '0 : happened_q + 2'(happens && happened_q != 2'd3);
            acknowledged_q <= happens || (acknowledged_q && !idle);
        end
        if (happens) begin
            answer_q <= tx_rdata_i;
            answer_error_q <= tx_error_i;
        end
        if (!rst_q) begin
            if (wait_q) m_stays: assume (valid_i && write_i == write_q && addr_i == addr_q && wdata_i == wdata_q);
            // What happens in the tx domain is what is being asked for.
            a_same: assert (!happens || done || !wait_q || (tx_write == write_q && tx_addr == addr_q && tx_wdata == wdata_q));
            // An access that ends well has happened once; one that does not, not more than once.
            a_once: assert (!done || error || happened_q == 2'd1);
            a_not_twice: assert (happened_q <= 2'd1);
            // Nothing happens between accesses: what timed out has happened by then or never will.
            a_quiet: assert (!idle || !happens);
            // Its answer is what the tx side said.
            a_answer: assert (!done || error || (rdata == answer_q && !answer_error_q));
            c_read: cover (done && !error && !write_q && rdata == 32'h12345678);
            c_refused: cover (done && error && happened_q == 2'd1);
            c_second: cover (done && !error && timed_out_q);
        end
    end

    always_ff @(posedge clk_i) begin
        if (rst_q) timed_out_q <= 1'b0;
        else timed_out_q <= timed_out_q || (done && error && happened_q == 2'd0);
    end
endmodule

`default_nettype wire
