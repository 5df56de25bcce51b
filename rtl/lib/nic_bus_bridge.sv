// SPDX-License-Identifier: Apache-2.0
// Carries register accesses from the sys domain into the tx domain, one at a time, by a request and an acknowledge that
// are levels. An access that the tx domain does not finish (its clock stands, it is in reset) ends with an error.
`default_nettype none

module nic_bus_bridge #(
    parameter int unsigned ADDR_WIDTH = 7,
    // Clocks of clk_i until an access is given up: the longest access takes about 200 clocks of clk_tx_i.
    parameter int unsigned TIMEOUT = 1024
) (
    input wire clk_i,
    input wire rst_i,
    // valid_i starts an access and stays, like the others, until done_o, a pulse. error_o and rdata_o go with it.
    input wire valid_i,
    input wire write_i,
    input wire [ADDR_WIDTH-1:0] addr_i,
    input wire [31:0] wdata_i,
    output logic done_o,
    output logic error_o,
    output wire [31:0] rdata_o,
    // Nothing under way.
    output wire idle_o,

    // The two resets overlap: there is a time of three clocks of each domain during which both are high.
    input wire clk_tx_i,
    input wire rst_tx_i,
    // One access: valid stays, with the others stable, until ready, a pulse with which rdata and error count. A write
    // that has ended with a time-out may still happen, once and as it was.
    output wire tx_valid_o,
    output wire tx_write_o,
    output wire [ADDR_WIDTH-1:0] tx_addr_o,
    output wire [31:0] tx_wdata_o,
    input wire tx_ready_i,
    input wire [31:0] tx_rdata_i,
    input wire tx_error_i
);
    localparam int unsigned COUNT_WIDTH = $clog2(TIMEOUT);
    if (TIMEOUT < 64 || TIMEOUT != 1 << COUNT_WIDTH) $fatal(1, "nic_bus_bridge: TIMEOUT must be a power of two, 64 up");

    // Idle -> request_q high -> release_q high: request low until the acknowledge is low, and for 16 clocks, so that a
    // running tx side has surely seen it -> idle. The access held for the tx side changes only from idle.
    logic request_q, release_q;
    logic acknowledge;
    logic [COUNT_WIDTH-1:0] count_q;
    logic [ADDR_WIDTH-1:0] addr_q;
    logic write_q;
    logic [31:0] wdata_q;

    logic request_tx;
    logic acknowledge_q, error_q;
    logic [31:0] rdata_q;

    wire start = valid_i && idle_o && !done_o;
    wire finish = request_q && (acknowledge || &count_q);
    // The tx clock has stopped in the middle of an access: the next one is refused in the same time.
    wire refuse = release_q && &count_q && valid_i && !done_o;

    assign idle_o = !request_q && !release_q;

    always_ff @(posedge clk_i) begin
        if (start) begin
            addr_q <= addr_i;
            write_q <= write_i;
            wdata_q <= wdata_i;
        end
    end

    always_ff @(posedge clk_i) begin
        if (start || finish) count_q <= '0;
        else count_q <= count_q + 1'b1;
    end

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            request_q <= 1'b0;
            release_q <= 1'b0;
            done_o <= 1'b0;
        end else begin
            request_q <= start || (request_q && !finish);
            release_q <= finish || (release_q && (acknowledge || !count_q[4]));
            done_o <= finish || refuse;
        end
        if (finish || refuse) error_o <= !acknowledge || error_q || refuse;
    end

    nic_sync u_sync_request (
        .clk_i(clk_tx_i),
        .rst_i(rst_tx_i),
        .d_i(request_q),
        .q_o(request_tx)
    );

    nic_sync u_sync_acknowledge (
        .clk_i(clk_i),
        .rst_i(rst_i),
        .d_i(acknowledge_q),
        .q_o(acknowledge)
    );

    assign tx_valid_o = request_tx && !acknowledge_q;
    assign tx_write_o = write_q;
    assign tx_addr_o = addr_q;
    assign tx_wdata_o = wdata_q;

    always_ff @(posedge clk_tx_i) begin
        if (rst_tx_i) acknowledge_q <= 1'b0;
        else acknowledge_q <= request_tx && (acknowledge_q || tx_ready_i);
        if (tx_valid_o && tx_ready_i) begin
            rdata_q <= tx_rdata_i;
            error_q <= tx_error_i;
        end
    end

    // Stable from before the acknowledge is seen until the next access.
    assign rdata_o = rdata_q;

`ifndef SYNTHESIS
    always_ff @(posedge clk_i) begin
        // An access has an end before the next begins.
        if (!rst_i) a_one_at_a_time: assert (!(request_q && release_q));
    end
`endif
endmodule

`default_nettype wire
