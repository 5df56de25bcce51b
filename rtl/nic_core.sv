// SPDX-License-Identifier: Apache-2.0
// The NIC between the byte streams of a USB device and GMII: queues, MAC, management, and the resets that hold them
// together (ARCHITECTURE.md, Clock domains and resets). No USB and no processor.
`default_nettype none

module nic_core #(
    parameter int unsigned TX_BUF_BYTES = 4096,
    parameter int unsigned RX_BUF_BYTES = 4096,
    parameter int unsigned DESC_DEPTH = 64,
    // Most received frames stored at once: nearly as many as the shortest that fit, of 60 octets without FCS.
    parameter int unsigned RX_FRAMES = RX_BUF_BYTES / 64,
    parameter int unsigned MAX_FRAME = 1522,
    parameter int unsigned FILTER_ENTRIES = 16,
    parameter int unsigned SYS_MHZ = 60,
    parameter int unsigned TX_MHZ = 125,
    parameter int unsigned PAUSE = 1,
    // The device has block RAM with two full ports.
    parameter bit DUAL_RAM = 1'b1,
    // See nic_probe.
    parameter bit CLOCKS = 1'b1,
    // Only shown in CAPS.
    parameter bit USB_HS = 1'b1,
    parameter bit PROCESSOR = 1'b0,
    parameter bit PHY_TX_DELAY = 1'b0,
    parameter bit PHY_RX_DELAY = 1'b0
) (
    // Device reset: everything forgets. A pulse of one clock is enough.
    input wire clk_i,
    input wire rst_i,
    // Resets of the MAC's two sides, at any time; queues and registers keep what they know.
    input wire clk_tx_i,
    input wire rst_tx_i,
    input wire clk_rx_i,
    input wire rst_rx_i,

    // sys: OUT stream of TX records; halted after a stream error until NIC reset.
    input wire out_valid_i,
    output wire out_ready_o,
    input wire [7:0] out_data_i,
    output wire out_halt_o,

    // sys: IN stream of RX records. last: end of a record and no other one waits. flush: throw away what is held of it.
    output wire in_valid_o,
    input wire in_ready_i,
    output wire [7:0] in_data_o,
    output wire in_last_o,
    output wire in_flush_o,

    // sys: event records. last: end of a record and no other one waits.
    output wire ev_valid_o,
    input wire ev_ready_i,
    output wire [7:0] ev_data_o,
    output wire ev_last_o,

    // sys: register bus, byte addresses of whole words. valid and the others stay until ready, a pulse with which rdata
    // and error (unmapped, or its domain does not answer) count.
    input wire reg_valid_i,
    input wire reg_write_i,
    input wire [15:0] reg_addr_i,
    input wire [31:0] reg_wdata_i,
    output wire reg_ready_o,
    output wire [31:0] reg_rdata_o,
    output wire reg_error_o,

    // sys: raise REQUEST_DONE with the result, and PROCESSOR; pulses, as in nic_event. 0 without a processor.
    input wire request_i,
    input wire [2:0] request_result_i,
    input wire processor_i,

    // tx: GMII; at 10 and 100 Mb/s a nibble in bits 3:0 with each ce, at 1000 Mb/s ce is 1.
    input wire tx_ce_i,
    output wire [7:0] gmii_txd_o,
    output wire gmii_tx_en_o,
    output wire gmii_tx_er_o,

    // rx: the same.
    input wire rx_ce_i,
    input wire [7:0] gmii_rxd_i,
    input wire gmii_rx_dv_i,
    input wire gmii_rx_er_i,

    // sys: MDIO to the PHYs, at the pins (nic_mdio).
    output wire mdc_o,
    output wire mdio_o,
    output wire mdio_oe_o,
    input wire mdio_i,

    // For register PINS and USB_ERRORS, of rx and of sys (nic_probe).
    input wire pins_valid_i,
    input wire [7:0] pins_i,
    input wire usb_bad_i,
    input wire usb_unanswered_i,

    // sys: enumeration speed, from register LINK.
    output wire [1:0] speed_o,
    // tx: periods without a clock edge before the next edge; 0 on a board.
    input wire [31:0] tx_skip_i,
    // sys: nothing stored, under way or waiting for time to pass. What crosses a domain shows within 64 tx clocks.
    output logic idle_o
);
    // ---- resets ----

    // The device reset lasts three clocks of the slowest MII clock, 2.5 MHz, and more, as the crossings ask for.
    localparam int unsigned RESET_CLOCKS = 128;
    localparam int unsigned RESET_WIDTH = $clog2(2 * RESET_CLOCKS);
    // Power-up starts with one. The register bus waits as long again, until the receive queue has cleared its table.
    logic [RESET_WIDTH-1:0] reset_count_q = '0;
    logic rst_q = 1'b1, rst_bus_q = 1'b1;
    logic rst_txq_q = 1'b1, rst_rxq_q = 1'b1;
    logic rst_tx, rst_rx;
    logic ready_tx, ready_rx;

    always_ff @(posedge clk_i) begin
        if (rst_i) begin
            reset_count_q <= '0;
            rst_q <= 1'b1;
            rst_bus_q <= 1'b1;
        end else if (rst_bus_q) begin
            reset_count_q <= reset_count_q + 1'b1;
            rst_q <= !reset_count_q[RESET_WIDTH-1];
            rst_bus_q <= !(&reset_count_q);
        end
    end

    nic_reset_sync u_reset_tx (.clk_i(clk_tx_i), .arst_i(rst_q), .rst_o(rst_tx));
    nic_reset_sync u_reset_rx (.clk_i(clk_rx_i), .arst_i(rst_q), .rst_o(rst_rx));

    // The sys side of a crossing is held in reset until the other side has left its own.
    nic_sync #(.WIDTH(2)) u_sync_ready (
        .clk_i(clk_i),
        .rst_i(rst_q),
        .d_i({!rst_tx, !rst_rx}),
        .q_o({ready_tx, ready_rx})
    );
    always_ff @(posedge clk_i) begin
        rst_txq_q <= rst_q || !ready_tx;
        rst_rxq_q <= rst_q || !ready_rx;
    end

    // Of its own, close to the MAC: the board's flip-flop is close to the pins.
    logic rst_mac_tx_q = 1'b1;
    always_ff @(posedge clk_tx_i) rst_mac_tx_q <= rst_tx || rst_tx_i;

    // ---- configuration into its domains ----

    wire tx_enable, rx_enable, loopback, link_up;
    wire [1:0] link_speed;
    wire pause_obey, pause_send, promiscuous, all_multicast, broadcast, keep_bad;
    wire [15:0] pause_quanta, low, high, moderation_count, moderation_us;
    wire [63:0] hash;
    wire [47:0] mac_addr;
    logic tx_enable_tx, loopback_tx, link_up_tx, pause_obey_tx, pause_send_tx;
    logic [1:0] speed_tx;
    logic [15:0] pause_quanta_tx;
    logic [47:0] mac_addr_tx;
    logic rx_enable_rx, promiscuous_rx, all_multicast_rx, broadcast_rx, keep_bad_rx, gigabit_rx;
    logic [15:0] low_rx, high_rx;
    logic [63:0] hash_rx;

    assign speed_o = link_speed;

    // Words, too: they change while frames pass, and each bit that is taken is settled.
    nic_sync #(.WIDTH(71)) u_sync_tx (
        .clk_i(clk_tx_i),
        .rst_i(rst_tx),
        .d_i({tx_enable, loopback, link_up, pause_obey, pause_send, link_speed, pause_quanta, mac_addr}),
        .q_o({
            tx_enable_tx, loopback_tx, link_up_tx, pause_obey_tx, pause_send_tx, speed_tx, pause_quanta_tx, mac_addr_tx
        })
    );
    nic_sync #(.WIDTH(102)) u_sync_rx (
        .clk_i(clk_rx_i),
        .rst_i(rst_rx),
        .d_i({rx_enable, promiscuous, all_multicast, broadcast, keep_bad, link_speed[1], low, high, hash}),
        .q_o({
            rx_enable_rx, promiscuous_rx, all_multicast_rx, broadcast_rx, keep_bad_rx, gigabit_rx, low_rx, high_rx, hash_rx
        })
    );

    // From the start of the preamble to the SFD: 15 nibbles, or 7 octets. Before it, three clocks from the comparison of
    // the launch time to the first byte's valid (nic_tx_sched), and the MAC's output register.
    localparam int unsigned LEAD_NS = 4 * 1000 / TX_MHZ;
    logic [15:0] lead_q;
    always_ff @(posedge clk_tx_i) begin
        case (speed_tx)
            nic_regs_pkg::SPEED_M10: lead_q <= 16'(6000 + LEAD_NS);
            nic_regs_pkg::SPEED_M100: lead_q <= 16'(600 + LEAD_NS);
            default: lead_q <= 16'(56 + LEAD_NS);
        endcase
    end

    // ---- idle ----

    logic tx_idle_q, rx_idle_q, tx_idle, rx_idle;
    wire txq_tx_idle, mac_tx_busy, tx_paused, mgmt_tx_idle, rxq_rx_idle, mac_rx_dv;
    wire txq_sys_idle, rxq_sys_idle, bus_idle, resetting;

    always_ff @(posedge clk_tx_i) begin
        tx_idle_q <= !rst_mac_tx_q && txq_tx_idle && !mac_tx_busy && !tx_paused && mgmt_tx_idle;
    end
    always_ff @(posedge clk_rx_i) begin
        rx_idle_q <= !rst_rx && !rst_rx_i && rxq_rx_idle && !mac_rx_dv;
    end
    nic_sync #(.WIDTH(2)) u_sync_idle (
        .clk_i(clk_i),
        .rst_i(rst_q),
        .d_i({tx_idle_q, rx_idle_q}),
        .q_o({tx_idle, rx_idle})
    );

    logic all_idle_q;
    always_ff @(posedge clk_i) begin
        all_idle_q <= tx_idle && rx_idle && txq_sys_idle && rxq_sys_idle && !out_valid_i && !resetting && !rst_txq_q
            && !rst_rxq_q;
        idle_o <= all_idle_q && bus_idle;
    end

    // ---- transmit ----

    wire reset_start, halted, rx_loss_valid, rx_loss_taken, rx_flushed;
    wire [15:0] outstanding, rx_loss_count;
    logic [15:0] outstanding_q;                  // for the register alone
    always_ff @(posedge clk_i) outstanding_q <= outstanding;
    wire [63:0] now;
    wire tx_valid, tx_ready, tx_last, tx_has_fcs, tx_no_pad, tx_error, tx_abort, tx_sfd, tx_done;
    wire [7:0] tx_data;
    wire [13:0] tx_octets;
    wire tx_stat_valid, tx_stat_ready, tx_stat_broadcast, tx_stat_multicast;
    wire [7:0] tx_stat_status;
    wire [13:0] tx_stat_octets;

    nic_tx_queue #(
        .BUF_BYTES(TX_BUF_BYTES),
        .DESC_DEPTH(DESC_DEPTH),
        .MAX_FRAME(MAX_FRAME),
        .SYS_MHZ(SYS_MHZ)
    ) u_tx_queue (
        .clk_i(clk_i),
        .rst_i(rst_txq_q),
        .out_valid_i(out_valid_i),
        .out_ready_o(out_ready_o),
        .out_data_i(out_data_i),
        .out_halt_o(out_halt_o),
        .ev_valid_o(ev_valid_o),
        .ev_ready_i(ev_ready_i),
        .ev_data_o(ev_data_o),
        .ev_last_o(ev_last_o),
        .moderation_count_i(moderation_count),
        .moderation_us_i(moderation_us),
        .link_up_i(link_up),
        .link_speed_i(link_speed),
        .rx_loss_valid_i(rx_loss_valid),
        .rx_loss_count_i(rx_loss_count),
        .rx_loss_taken_o(rx_loss_taken),
        .request_i,
        .request_result_i,
        .processor_i,
        .reset_start_i(reset_start),
        .rx_flushed_i(rx_flushed || rst_rxq_q),
        .resetting_o(resetting),
        .halted_o(halted),
        .outstanding_o(outstanding),
        .sys_idle_o(txq_sys_idle),
        .clk_tx_i(clk_tx_i),
        .rst_tx_i(rst_tx),
        .rst_mac_i(rst_mac_tx_q),
        .tx_enable_i(tx_enable_tx),
        .tx_link_up_i(link_up_tx),
        .time_i(now),
        .lead_i(lead_q),
        .mac_valid_o(tx_valid),
        .mac_ready_i(tx_ready),
        .mac_data_o(tx_data),
        .mac_last_o(tx_last),
        .mac_has_fcs_o(tx_has_fcs),
        .mac_no_pad_o(tx_no_pad),
        .mac_error_o(tx_error),
        .mac_abort_o(tx_abort),
        .mac_sfd_i(tx_sfd),
        .mac_done_i(tx_done),
        .mac_octets_i(tx_octets),
        .stat_valid_o(tx_stat_valid),
        .stat_ready_i(tx_stat_ready),
        .stat_status_o(tx_stat_status),
        .stat_broadcast_o(tx_stat_broadcast),
        .stat_multicast_o(tx_stat_multicast),
        .stat_octets_o(tx_stat_octets),
        .tx_idle_o(txq_tx_idle)
    );

    // ---- MAC and loopback ----

    wire tx_pause_sent, rx_xoff;
    wire [7:0] mac_txd, mac_rxd;
    wire mac_tx_en, mac_tx_er, mac_rx_er;
    wire rx_sfd, rx_valid, rx_end;
    wire [7:0] rx_data;
    wire [3:0] rx_error;
    wire [13:0] rx_octets;
    wire [7:0] ifg;

    nic_mac #(.PAUSE(PAUSE), .MAX_FRAME(MAX_FRAME)) u_mac (
        .clk_tx_i(clk_tx_i),
        .rst_tx_i(rst_mac_tx_q),
        .clk_rx_i(clk_rx_i),
        .rst_rx_i(rst_rx),
        .tx_ce_i(tx_ce_i),
        .tx_mii_i(!speed_tx[1]),
        .tx_ifg_i(ifg),
        .tx_valid_i(tx_valid),
        .tx_ready_o(tx_ready),
        .tx_data_i(tx_data),
        .tx_last_i(tx_last),
        .tx_has_fcs_i(tx_has_fcs),
        .tx_no_pad_i(tx_no_pad),
        .tx_error_i(tx_error),
        .tx_abort_i(tx_abort),
        .tx_sfd_o(tx_sfd),
        .tx_done_o(tx_done),
        .tx_octets_o(tx_octets),
        .tx_pause_sent_o(tx_pause_sent),
        .tx_busy_o(mac_tx_busy),
        .gmii_txd_o(mac_txd),
        .gmii_tx_en_o(mac_tx_en),
        .gmii_tx_er_o(mac_tx_er),
        .pause_obey_i(pause_obey_tx),
        .pause_send_i(pause_send_tx),
        .pause_quanta_i(pause_quanta_tx),
        .mac_addr_i(mac_addr_tx),
        .rx_xoff_i(rx_xoff),
        .tx_paused_o(tx_paused),
        .rx_ce_i(rx_ce_i),
        .rx_mii_i(!gigabit_rx),
        .gmii_rxd_i(mac_rxd),
        .gmii_rx_dv_i(mac_rx_dv),
        .gmii_rx_er_i(mac_rx_er),
        .rx_cut_i(rst_rx_i),
        .rx_sfd_o(rx_sfd),
        .rx_valid_o(rx_valid),
        .rx_data_o(rx_data),
        .rx_end_o(rx_end),
        .rx_error_o(rx_error),
        .rx_octets_o(rx_octets)
    );

    nic_loopback u_loopback (
        .clk_tx_i(clk_tx_i),
        .rst_tx_i(rst_tx),
        .enable_i(loopback_tx),
        .tx_ce_i(tx_ce_i),
        .mac_txd_i(mac_txd),
        .mac_tx_en_i(mac_tx_en),
        .mac_tx_er_i(mac_tx_er),
        .gmii_txd_o(gmii_txd_o),
        .gmii_tx_en_o(gmii_tx_en_o),
        .gmii_tx_er_o(gmii_tx_er_o),
        .clk_rx_i(clk_rx_i),
        .rst_rx_i(rst_rx),
        .rx_ce_i(rx_ce_i),
        .gmii_rxd_i(gmii_rxd_i),
        .gmii_rx_dv_i(gmii_rx_dv_i),
        .gmii_rx_er_i(gmii_rx_er_i),
        .mac_rxd_o(mac_rxd),
        .mac_rx_dv_o(mac_rx_dv),
        .mac_rx_er_o(mac_rx_er)
    );

    // ---- receive ----

    wire exact_we;
    wire [5:0] exact_addr;
    wire [16:0] exact_wdata, exact_rdata;
    wire [63:0] rx_stamp;
    wire rx_stat_valid, rx_stat_broadcast, rx_stat_multicast;
    wire [3:0] rx_stat_cause;
    wire [13:0] rx_stat_octets;

    nic_rx_queue #(
        .BUF_BYTES(RX_BUF_BYTES),
        .FRAMES(RX_FRAMES),
        .FILTER_ENTRIES(FILTER_ENTRIES),
        .DUAL_RAM(DUAL_RAM)
    ) u_rx_queue (
        .clk_rx_i(clk_rx_i),
        .rst_rx_i(rst_rx),
        .rx_sfd_i(rx_sfd),
        .rx_valid_i(rx_valid),
        .rx_data_i(rx_data),
        .rx_end_i(rx_end),
        .rx_error_i(rx_error),
        .rx_octets_i(rx_octets),
        .rx_enable_i(rx_enable_rx),
        .promiscuous_i(promiscuous_rx),
        .all_multicast_i(all_multicast_rx),
        .broadcast_i(broadcast_rx),
        .keep_bad_i(keep_bad_rx),
        .high_i(high_rx),
        .low_i(low_rx),
        .xoff_o(rx_xoff),
        .stamp_i(rx_stamp),
        .stat_valid_o(rx_stat_valid),
        .stat_cause_o(rx_stat_cause),
        .stat_broadcast_o(rx_stat_broadcast),
        .stat_multicast_o(rx_stat_multicast),
        .stat_octets_o(rx_stat_octets),
        .rx_idle_o(rxq_rx_idle),
        .clk_i(clk_i),
        .rst_i(rst_rxq_q),
        .rst_table_i(rst_q),
        .exact_we_i(exact_we),
        .exact_addr_i(exact_addr),
        .exact_wdata_i(exact_wdata),
        .exact_rdata_o(exact_rdata),
        .hash_i(hash_rx),
        .in_valid_o(in_valid_o),
        .in_ready_i(in_ready_i),
        .in_data_o(in_data_o),
        .in_last_o(in_last_o),
        .loss_valid_o(rx_loss_valid),
        .loss_count_o(rx_loss_count),
        .loss_taken_i(rx_loss_taken),
        .flush_i(resetting),
        .flushed_o(rx_flushed),
        .in_flush_o(in_flush_o),
        .sys_idle_o(rxq_sys_idle)
    );

    // ---- management ----

    wire bus_valid, bus_write, bus_ready, bus_error;
    wire [9:2] bus_addr;
    wire [31:0] bus_wdata, bus_rdata;

    wire measure, measuring;
    wire [15:0] tx_clocks, rx_clocks;
    wire [7:0] usb_bad, usb_unanswered, pins;

    nic_probe #(.CLOCKS(CLOCKS)) u_probe (
        .clk_i(clk_i),
        .rst_i(rst_bus_q),
        .measure_i(measure),
        .busy_o(measuring),
        .tx_clocks_o(tx_clocks),
        .rx_clocks_o(rx_clocks),
        .usb_bad_i(usb_bad_i),
        .usb_unanswered_i(usb_unanswered_i),
        .usb_bad_o(usb_bad),
        .usb_unanswered_o(usb_unanswered),
        .clk_tx_i(clk_tx_i),
        .rst_tx_i(rst_tx),
        .clk_rx_i(clk_rx_i),
        .rst_rx_i(rst_rx),
        .valid_i(pins_valid_i),
        .pins_i(pins_i),
        .pins_o(pins)
    );

    nic_mgmt_sys #(
        .TX_BUF_BYTES(TX_BUF_BYTES),
        .RX_BUF_BYTES(RX_BUF_BYTES),
        .DESC_DEPTH(DESC_DEPTH),
        .RX_FRAMES(RX_FRAMES),
        .MAX_FRAME(MAX_FRAME),
        .FILTER_ENTRIES(FILTER_ENTRIES),
        .SYS_MHZ(SYS_MHZ),
        .TX_MHZ(TX_MHZ),
        .USB_HS(USB_HS),
        .PROCESSOR(PROCESSOR),
        .PHY_TX_DELAY(PHY_TX_DELAY),
        .PHY_RX_DELAY(PHY_RX_DELAY)
    ) u_mgmt_sys (
        .clk_i(clk_i),
        .rst_i(rst_bus_q),
        .reg_valid_i(reg_valid_i),
        .reg_write_i(reg_write_i),
        .reg_addr_i(reg_addr_i),
        .reg_wdata_i(reg_wdata_i),
        .reg_ready_o(reg_ready_o),
        .reg_rdata_o(reg_rdata_o),
        .reg_error_o(reg_error_o),
        .idle_o(bus_idle),
        .tx_enable_o(tx_enable),
        .rx_enable_o(rx_enable),
        .loopback_o(loopback),
        .link_up_o(link_up),
        .link_speed_o(link_speed),
        .moderation_count_o(moderation_count),
        .moderation_us_o(moderation_us),
        .pause_obey_o(pause_obey),
        .pause_send_o(pause_send),
        .pause_quanta_o(pause_quanta),
        .low_o(low),
        .high_o(high),
        .promiscuous_o(promiscuous),
        .all_multicast_o(all_multicast),
        .broadcast_o(broadcast),
        .keep_bad_o(keep_bad),
        .hash_o(hash),
        .mac_addr_o(mac_addr),
        .exact_we_o(exact_we),
        .exact_addr_o(exact_addr),
        .exact_wdata_o(exact_wdata),
        .exact_rdata_i(exact_rdata),
        .mdc_o(mdc_o),
        .mdio_o(mdio_o),
        .mdio_oe_o(mdio_oe_o),
        .mdio_i(mdio_i),
        .measure_o(measure),
        .measuring_i(measuring),
        .tx_clocks_i(tx_clocks),
        .rx_clocks_i(rx_clocks),
        .pins_i(pins),
        .usb_bad_i(usb_bad),
        .usb_unanswered_i(usb_unanswered),
        .reset_start_o(reset_start),
        .resetting_i(resetting),
        .halted_i(halted),
        .all_idle_i(all_idle_q),
        .outstanding_i(outstanding_q),
        .clk_tx_i(clk_tx_i),
        .rst_tx_i(rst_tx),
        .tx_valid_o(bus_valid),
        .tx_write_o(bus_write),
        .tx_addr_o(bus_addr),
        .tx_wdata_o(bus_wdata),
        .tx_ready_i(bus_ready),
        .tx_rdata_i(bus_rdata),
        .tx_error_i(bus_error)
    );

    nic_mgmt_tx #(.TX_MHZ(TX_MHZ), .MAX_FRAME(MAX_FRAME)) u_mgmt_tx (
        .clk_i(clk_tx_i),
        .rst_i(rst_tx),
        .clk_rx_i(clk_rx_i),
        .rst_rx_i(rst_rx),
        .valid_i(bus_valid),
        .write_i(bus_write),
        .addr_i(bus_addr),
        .wdata_i(bus_wdata),
        .ready_o(bus_ready),
        .rdata_o(bus_rdata),
        .error_o(bus_error),
        .ifg_o(ifg),
        .time_o(now),
        .skip_i(tx_skip_i),
        .tx_stat_valid_i(tx_stat_valid),
        .tx_stat_ready_o(tx_stat_ready),
        .tx_stat_status_i(tx_stat_status),
        .tx_stat_broadcast_i(tx_stat_broadcast),
        .tx_stat_multicast_i(tx_stat_multicast),
        .tx_stat_octets_i(tx_stat_octets),
        .tx_pause_sent_i(tx_pause_sent),
        .rx_stat_valid_i(rx_stat_valid),
        .rx_stat_cause_i(rx_stat_cause),
        .rx_stat_broadcast_i(rx_stat_broadcast),
        .rx_stat_multicast_i(rx_stat_multicast),
        .rx_stat_octets_i(rx_stat_octets),
        .rx_sfd_i(rx_sfd),
        .rx_stamp_o(rx_stamp),
        .idle_o(mgmt_tx_idle)
    );
endmodule

`default_nettype wire
