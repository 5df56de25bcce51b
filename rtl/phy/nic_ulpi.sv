// SPDX-License-Identifier: Apache-2.0
// The link side of ULPI 1.1 (8 bits, single data rate) to UTMI as the device sees it. The PHY is never put into low power: its
// clock runs the device.
`default_nettype none

module nic_ulpi #(
    // The FPGA drives the PHY's 60 MHz: ulpi_clk_o is clk_i, for the board's output cell. Otherwise clk_i is the PHY's.
    parameter bit CLOCK_OUT = 0,
    // The PHY's reset pin is active high.
    parameter bit RESET_HIGH = 0,
    // The board has registers on clk_i in the pads of data and stp: data_i comes out of them, data_o and stp_o go into them. Otherwise
    // they are here.
    parameter bit PAD_REGISTERS = 0,
    // A register to write before all others, for boards whose D+ and D- are swapped (USB3343: 0x39 = 0x06).
    parameter bit VENDOR_WRITE = 0,
    parameter logic [5:0] VENDOR_ADDR = 6'h39,
    parameter logic [7:0] VENDOR_DATA = 8'h06
) (
    // 60 MHz.
    input wire clk_i,
    input wire rst_i,
    // Resets the PHY. Not from rst_i where the PHY's clock releases that: a PHY in reset may give no clock. 1 us or more.
    input wire phy_rst_i,

    // Pins, synchronous to clk_i but for reset and clock. data_oe is 0 in each clock of dir and in the turnaround behind it.
    // dir and nxt act within their clock, on data_oe and on what is next on the bus: no register at these pads.
    output wire ulpi_clk_o,
    output wire ulpi_rst_o,
    input wire [7:0] ulpi_data_i,
    output wire [7:0] ulpi_data_o,
    output wire ulpi_data_oe_o,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output wire ulpi_stp_o,

    // Receive: a byte in each clock of rx_valid, only while rx_active; no back-pressure. rx_error is of the packet under way.
    output wire utmi_rx_active_o,
    output wire utmi_rx_valid_o,
    output wire [7:0] utmi_rx_data_o,
    output wire utmi_rx_error_o,

    // Transmit: a byte is taken where tx_valid and tx_ready, the first one a PID unless op_mode is 10; tx_valid low ends the
    // packet and stays low until the PHY has had all of it. A byte behind the first must be there in the clock after the one before
    // was taken.
    input wire utmi_tx_valid_i,
    input wire [7:0] utmi_tx_data_i,
    output wire utmi_tx_ready_o,

    // Controls: changes are written to the PHY, before a packet that is given later. suspend_n is ignored, see above.
    input wire [1:0] utmi_xcvr_select_i,
    input wire utmi_term_select_i,
    input wire [1:0] utmi_op_mode_i,
    input wire utmi_suspend_ni,

    // The PHY has taken the registers that are written at start-up.
    output wire started_o,

    // As the PHY last reported.
    output logic [1:0] utmi_line_state_o,
    output logic utmi_vbus_valid_o
);
    localparam logic [7:0] TX_CMD = 8'h40, WRITE_CMD = 8'h80;
    localparam logic [5:0] FUNCTION_CONTROL = 6'h04, OTG_CONTROL = 6'h0a;

    typedef enum logic [2:0] {IDLE, WRITE_ADDR, WRITE_VALUE, WRITE_STOP, SEND_CMD, SEND, SEND_STOP, DRAIN} state_t;
    typedef enum logic [1:0] {VENDOR, OTG, FUNCTION, DONE} start_t;

    state_t state_q;
    start_t start_q;                // the register to write at start-up
    logic [7:0] data_d;             // on the bus in the next clock, and stp with it
    logic stp_d;
    logic [7:0] held_q;             // ~data, of the bus: it may have to stay
    logic [7:0] cmd_q;              // of the packet
    logic dir_q, rst_q;
    logic [6:0] function_q;         // as the PHY has it, or will with the write under way
    logic [5:0] addr_q;
    logic [7:0] value_q;

    wire unused = &{1'b0, utmi_suspend_ni};

    wire [6:0] func = {1'b1, 1'b0, utmi_op_mode_i, utmi_term_select_i, utmi_xcvr_select_i};
    // What is on the bus counts: neither dir nor its turnaround.
    wire ours = !ulpi_dir_i && !dir_q;
    wire taken = ours && ulpi_nxt_i;
    wire write = start_q != DONE || func != function_q;
    wire [5:0] write_addr = start_q == VENDOR ? VENDOR_ADDR : start_q == OTG ? OTG_CONTROL : FUNCTION_CONTROL;
    wire begin_send = state_q == IDLE && !ulpi_dir_i && !write && utmi_tx_valid_i;
    wire chirp = utmi_op_mode_i == 2'b10;
    wire [7:0] send_cmd = TX_CMD | {4'h0, chirp ? 4'h0 : utmi_tx_data_i[3:0]};

    generate
        if (CLOCK_OUT) begin : g_clock
            assign ulpi_clk_o = clk_i;
        end else begin : g_no_clock
            assign ulpi_clk_o = 1'b0;
        end
    endgenerate
    assign ulpi_rst_o = RESET_HIGH ? phy_rst_i : !phy_rst_i;
    assign ulpi_data_oe_o = ours;
    assign started_o = start_q == DONE;
    // The PID goes into the command, so that the byte behind it is at hand when the PHY takes the command.
    assign utmi_tx_ready_o = (begin_send && !chirp) || ((state_q == SEND_CMD || state_q == SEND) && taken) || state_q == DRAIN;

    // ---- link to PHY

    // A PHY may come out of reset before the link: its bus is driven in reset as well, with dir low.
    // Whatever dir interrupts before its stp begins anew: the PHY has forgotten it (3.8.3). A packet under way is lost.
    always_ff @(posedge clk_i) begin
        dir_q <= ulpi_dir_i;
        if (rst_i) begin
            state_q <= IDLE;
            start_q <= VENDOR_WRITE ? VENDOR : OTG;
            function_q <= '0;
        end else case (state_q)
            IDLE: if (!ulpi_dir_i) begin
                if (write) begin
                    state_q <= WRITE_ADDR;
                    addr_q <= write_addr;
                    // Out of reset the pull-downs of a host are on: OTG control gets 0.
                    value_q <= start_q == VENDOR ? VENDOR_DATA : start_q == OTG ? 8'h00 : {1'b0, func};
                end else if (utmi_tx_valid_i) begin
                    state_q <= SEND_CMD;
                    cmd_q <= send_cmd;
                end
            end
            WRITE_ADDR: if (ulpi_dir_i) state_q <= IDLE;
                else if (taken) state_q <= WRITE_VALUE;
            WRITE_VALUE: if (ulpi_dir_i) state_q <= IDLE;
                else if (taken) state_q <= WRITE_STOP;
            WRITE_STOP: begin
                state_q <= IDLE;
                if (!ulpi_dir_i) begin
                    if (addr_q == FUNCTION_CONTROL) function_q <= value_q[6:0];
                    case (start_q)
                        VENDOR: start_q <= OTG;
                        OTG: start_q <= FUNCTION;
                        default: start_q <= DONE;
                    endcase
                end
            end
            SEND_CMD: if (taken) state_q <= utmi_tx_valid_i ? SEND : SEND_STOP;
            SEND: if (ulpi_dir_i) state_q <= DRAIN;
                else if (taken && !utmi_tx_valid_i) state_q <= SEND_STOP;
            SEND_STOP: state_q <= IDLE;
            default: if (!utmi_tx_valid_i) state_q <= IDLE;
        endcase
    end

    // What is on the bus in the next clock. stp is high until the link is ready: the PHY takes nothing before (3.12).
    wire send_next = (state_q == SEND_CMD || state_q == SEND) && taken && utmi_tx_valid_i;
    wire stop_next = (state_q == SEND_CMD || state_q == SEND) && taken && !utmi_tx_valid_i;
    assign stp_d = rst_i || stop_next || (state_q == WRITE_VALUE && taken);
    always_comb begin
        data_d = ~held_q;
        case (state_q)
            IDLE: if (!ulpi_dir_i && write) data_d = WRITE_CMD | {2'b00, write_addr};
                else if (!ulpi_dir_i && utmi_tx_valid_i) data_d = send_cmd;
            WRITE_ADDR: if (taken) data_d = value_q;
            WRITE_VALUE: if (taken) data_d = '0;
            SEND_CMD: if (!taken) data_d = cmd_q;
            default: ;
        endcase
        if (send_next) data_d = utmi_tx_data_i;
        else if (rst_i || stop_next || (ulpi_dir_i && state_q != IDLE && state_q != WRITE_STOP)) data_d = '0;
    end

    // A pad's register is its own, so this one must not be taken for the same.
    always_ff @(posedge clk_i) held_q <= ~data_d;

    // ---- PHY to link

    // Out of the registers of the pads: one clock behind the bus.
    logic [7:0] data_q;
    logic nxt_q, dir_before_q;
    wire rx_cmd = dir_q && dir_before_q && !nxt_q;

    always_ff @(posedge clk_i) begin
        nxt_q <= ulpi_nxt_i;
        dir_before_q <= dir_q;
    end

    assign utmi_rx_data_o = data_q;
    assign utmi_rx_valid_o = !rst_q && dir_q && dir_before_q && nxt_q;
    assign utmi_rx_error_o = !rst_q && rx_cmd && data_q[5:4] == 2'b11;
    // nxt with the rise of dir is the start of a packet (3.8.2.4); dir low is the end of any.
    assign utmi_rx_active_o = !rst_q && dir_q && (!dir_before_q ? nxt_q : nxt_q || data_q[4]);

    always_ff @(posedge clk_i) begin
        rst_q <= rst_i;
        if (rst_i) begin
            utmi_line_state_o <= 2'b00;
            utmi_vbus_valid_o <= 1'b0;
        end else if (rx_cmd) begin
            utmi_line_state_o <= data_q[1:0];
            utmi_vbus_valid_o <= data_q[3:2] == 2'b11;
        end
    end

    // ---- pads

    if (PAD_REGISTERS) begin : g_pads
        assign data_q = ulpi_data_i;
        assign ulpi_data_o = data_d;
        assign ulpi_stp_o = stp_d;
    end else begin : g_registers
        logic stp_q;
        always_ff @(posedge clk_i) begin
            data_q <= ulpi_data_i;
            stp_q <= stp_d;
        end
        assign ulpi_data_o = ~held_q;
        assign ulpi_stp_o = stp_q;
    end
endmodule

`default_nettype wire
