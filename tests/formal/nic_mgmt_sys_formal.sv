// SPDX-License-Identifier: Apache-2.0
// What nic_mgmt_sys promises on the register bus, with a tx domain that answers when it likes, well or with an error:
// every access is answered once and in bounded time, a write happens once and nowhere else than asked for, and an
// address without a register is refused. That what is read is the register's contents: nic_core's bench.
`default_nettype none

// In place of the way to the tx domain, which has been proved by itself.
module nic_bus_bridge #(
    parameter int unsigned ADDR_WIDTH = 7,
    parameter int unsigned TIMEOUT = 1024
) (
    input wire clk_i,
    input wire rst_i,
    input wire valid_i,
    input wire write_i,
    input wire [ADDR_WIDTH-1:0] addr_i,
    input wire [31:0] wdata_i,
    output wire done_o,
    output wire error_o,
    output wire [31:0] rdata_o,
    output wire idle_o,
    input wire clk_tx_i,
    input wire rst_tx_i,
    output wire tx_valid_o,
    output wire tx_write_o,
    output wire [ADDR_WIDTH-1:0] tx_addr_o,
    output wire [31:0] tx_wdata_o,
    input wire tx_ready_i,
    input wire [31:0] tx_rdata_i,
    input wire tx_error_i
);
    // error_o and rdata_o stay until the next access.
    logic error_q;
    logic [31:0] rdata_q;
    assign done_o = valid_i && nic_mgmt_sys_formal.answered_i;
    assign error_o = done_o ? nic_mgmt_sys_formal.refused_i : error_q;
    assign rdata_o = done_o ? nic_mgmt_sys_formal.answer_i : rdata_q;
    assign idle_o = !valid_i;
    always_ff @(posedge clk_i) begin
        if (done_o) {error_q, rdata_q} <= {error_o, rdata_o};
    end
    assign {tx_valid_o, tx_write_o, tx_addr_o, tx_wdata_o} = '0;
    wire unused = |{rst_i, write_i, addr_i, wdata_i, clk_tx_i, rst_tx_i, tx_ready_i, tx_rdata_i, tx_error_i}
        || TIMEOUT == 0;
endmodule

module nic_mgmt_sys_formal (
    input wire clk_i,
    input wire start_i,                     // the next access, when there is none
    input wire next_write_i,
    input wire [15:0] next_addr_i,
    input wire [31:0] next_wdata_i,
    input wire answered_i,
    input wire refused_i,
    input wire [31:0] answer_i,
    input wire mdio_i
);
    import nic_regs_pkg::*;

    logic rst_q = 1'b1;
    always_ff @(posedge clk_i) rst_q <= 1'b0;

    wire ready;
    // The master keeps an access until it is answered.
    logic valid_q, write_q;
    logic [15:0] addr_q;
    logic [31:0] wdata_q;
    always_ff @(posedge clk_i) begin
        if (rst_q) valid_q <= 1'b0;
        else if (!valid_q || ready) valid_q <= start_i;
        if (!valid_q || ready) {write_q, addr_q, wdata_q} <= {next_write_i, next_addr_i, next_wdata_i};
    end

    wire error, exact_we, reset_start;
    wire [31:0] rdata;
    wire [63:0] hash;
    wire [5:0] exact_addr;
    wire [16:0] exact_wdata;

    nic_mgmt_sys u_dut (
        .clk_i, .rst_i(rst_q),
        .reg_valid_i(valid_q), .reg_write_i(write_q), .reg_addr_i(addr_q), .reg_wdata_i(wdata_q),
        .reg_ready_o(ready), .reg_rdata_o(rdata), .reg_error_o(error), .idle_o(),
        .tx_enable_o(), .rx_enable_o(), .loopback_o(), .link_up_o(), .link_speed_o(), .moderation_count_o(),
        .moderation_us_o(), .pause_obey_o(), .pause_send_o(), .pause_quanta_o(), .low_o(), .high_o(),
        .promiscuous_o(), .all_multicast_o(), .broadcast_o(), .keep_bad_o(), .hash_o(hash), .mac_addr_o(),
        .exact_we_o(exact_we), .exact_addr_o(exact_addr), .exact_wdata_o(exact_wdata), .exact_rdata_i(17'd0),
        .mdc_o(), .mdio_o(), .mdio_oe_o(), .mdio_i,
        .measure_o(), .measuring_i(1'b0), .tx_clocks_i(16'd0), .rx_clocks_i(16'd0), .pins_i(8'd0), .usb_bad_i(8'd0),
        .usb_unanswered_i(8'd0),
        .reset_start_o(reset_start), .resetting_i(1'b0), .halted_i(1'b0), .all_idle_i(1'b0), .outstanding_i(16'd0),
        .clk_tx_i(clk_i), .rst_tx_i(rst_q), .tx_valid_o(), .tx_write_o(), .tx_addr_o(), .tx_wdata_o(),
        .tx_ready_i(1'b0), .tx_rdata_i(32'd0), .tx_error_i(1'b0)
    );

    wire tx_side = addr_q[15:10] == IFG_ADDR[15:10] && addr_q[1:0] == 2'b00;
    wire to_exact = addr_q[15:8] == EXACT_ADDR[15:8] && addr_q[1:0] == 2'b00;
    // The register whose contents are followed.
    wire to_hash = addr_q == HASH_ADDR;

    logic wait_q, ready_q, wrote_q, refused_q;
    logic [31:0] hash_q;
    logic [6:0] clocks_q;                   // of this access in which the tx domain was not waited for

    always_ff @(posedge clk_i) begin
        wait_q <= !rst_q && valid_q && !ready;
        ready_q <= !rst_q && ready;
        clocks_q <= rst_q || !valid_q || ready ? '0 : clocks_q + 7'(!u_dut.bridge_valid || answered_i);
        wrote_q <= !rst_q && valid_q && !ready && (wrote_q || exact_we);
        if (u_dut.bridge_valid && answered_i) refused_q <= refused_i;
        if (rst_q) hash_q <= '0;
        else if (valid_q && ready && write_q && to_hash) hash_q <= wdata_q;
        if (!rst_q) begin
            a_pulse: assert (!ready || (wait_q && !ready_q));
            a_prompt: assert (clocks_q <= 7'd65);
            a_strobe: assert (!exact_we || (valid_q && write_q && to_exact && !wrote_q && exact_addr == addr_q[7:2]
                && exact_wdata == wdata_q[16:0]));
            if (ready && write_q && to_exact) a_written: assert (wrote_q && !error);
            if (reset_start) a_reset: assert (valid_q && write_q && addr_q == RESET_ADDR && wdata_q[0]);
            if (ready && tx_side) a_tx: assert (error == refused_q);
            if (ready && to_hash) a_hit: assert (!error);
            if (ready && addr_q[15:10] != '0) a_refused: assert (tx_side || error);
            if (ready && addr_q[1:0] != '0) a_aligned: assert (error);
            // What the others follow from by induction: where an access is, and what has been done by then.
            a_place: assert ($onehot0({u_dut.step_q != '0, u_dut.last_q, ready}) && (valid_q || clocks_q == '0)
                && clocks_q == (ready ? 7'd65 : u_dut.last_q ? 7'd64 : 7'(u_dut.step_q)));
            a_begun: assert (clocks_q == '0 || (wait_q && !ready_q));
            a_wrote: assert (wrote_q == (clocks_q != '0 && write_q && to_exact));
            if (clocks_q != '0 && tx_side) a_refusal: assert (u_dut.u_bridge.error_q == refused_q);
            a_holds: assert (hash[31:0] == (clocks_q != '0 && write_q && to_hash ? wdata_q : hash_q));
            c_hash: cover (ready && !write_q && to_hash && rdata == 32'h12345678);
            c_tx: cover (ready && tx_side && error);
        end
    end
endmodule

`default_nettype wire
