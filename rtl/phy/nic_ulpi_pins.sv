// SPDX-License-Identifier: Apache-2.0
// Which data pin of a ULPI PHY is swapped or stuck, for a board whose USB does not come up: alone in the FPGA, result on lights.
// What is written and read back passes the same wires, so that alone shows no swap. But commands and registers have fixed values
// (ULPI 1.1, 3.8 and 4.2): one guess after the other is tried on the bus, and only the right one makes all of them come out.
`default_nettype none

module nic_ulpi_pins #(
    // A guess takes 2**TRY clocks of clk_start_i; the PHY is in reset in the first quarter of it.
    parameter int unsigned TRY = 20,
    // Read-only registers 0 and 1: 0424 is SMSC's (USB3300, USB3343).
    parameter logic [15:0] VENDOR = 16'h0424
) (
    // A clock that runs without the PHY.
    input wire clk_start_i,
    input wire rst_start_i,
    // The PHY's 60 MHz. It may stand while the PHY is in reset.
    input wire clk_i,

    // Pins, as in nic_ulpi with PAD_REGISTERS.
    output wire phy_rst_o,
    input wire [7:0] ulpi_data_i,
    output logic [7:0] ulpi_data_o,
    output wire ulpi_data_oe_o,
    input wire ulpi_dir_i,
    input wire ulpi_nxt_i,
    output logic ulpi_stp_o,

    // All 0: not done, 45 * 2**TRY clocks at most. All 1: every pin is right. {0, b, a}: data a and b are swapped. {1, 00v, a}: data a is
    // stuck at v. {1, 010, 0}: none of these; {1, 011, 0}: the PHY has never answered at all.
    output logic [6:0] result_o
);
    // ---- guesses, one after the other

    logic [TRY-1:0] clock_q;
    logic phy_rst_q, done_q;
    logic stuck_q;                  // of what kind the guess is
    logic [2:0] a_q, b_q;           // swapped, none if they are the same; a stuck at b[0]
    wire right, answered;
    logic answered_q;
    wire last = stuck_q && a_q == 3'd7 && b_q[0];

    assign phy_rst_o = phy_rst_q;

    always_ff @(posedge clk_start_i) begin
        clock_q <= clock_q + 1'b1;
        if (rst_start_i) begin
            clock_q <= '0;
            phy_rst_q <= 1'b1;
            done_q <= 1'b0;
            answered_q <= 1'b0;
            {stuck_q, b_q, a_q} <= '0;
            result_o <= '0;
        end else if (!done_q) begin
            phy_rst_q <= clock_q[TRY-1-:2] == 2'b00;
            answered_q <= answered_q || answered;
            if (&clock_q) begin
                if (right) begin
                    done_q <= 1'b1;
                    result_o <= !stuck_q && a_q == b_q ? '1 : {stuck_q, b_q, a_q};
                end else if (last) begin
                    done_q <= 1'b1;
                    result_o <= {3'b101, answered_q ? 1'b0 : 1'b1, 3'b000};
                end else if (stuck_q) begin
                    b_q <= b_q ^ 3'd1;
                    if (b_q[0]) a_q <= a_q + 1'b1;
                end else if (b_q != 3'd7) begin
                    b_q <= b_q + 1'b1;
                end else if (a_q != 3'd6) begin
                    a_q <= a_q + 1'b1;
                    b_q <= a_q + 3'd2;
                end else begin
                    {stuck_q, b_q, a_q} <= {1'b1, 6'd0};
                end
            end
        end
    end

    // ---- into the PHY's clock: a guess stands still from a quarter of its time before it is used

    wire rst, stuck;
    wire [2:0] a, b;
    logic right_q, heard_q;
    nic_reset_sync u_rst (.clk_i, .arst_i(phy_rst_q), .rst_o(rst));
    nic_sync #(.WIDTH(7)) u_guess (.clk_i, .rst_i(1'b0), .d_i({stuck_q, b_q, a_q}), .q_o({stuck, b, a}));
    nic_sync #(.WIDTH(2)) u_right (.clk_i(clk_start_i), .rst_i(phy_rst_q), .d_i({right_q, heard_q}), .q_o({right, answered}));

    // Undoes the guess, out and in.
    function automatic logic [7:0] wired(logic [7:0] pins);
        wired = pins;
        if (!stuck) begin
            wired[a] = pins[b];
            wired[b] = pins[a];
        end
    endfunction

    // What a wire does that is stuck as guessed.
    function automatic logic [7:0] bent(logic [7:0] octet);
        bent = octet;
        bent[a] = b[0];
    endfunction


    // What a register holds behind reset, where that is laid down: {known, octet}.
    function automatic logic [8:0] at_reset(logic [5:0] address);
        case (address)
            6'h00: at_reset = {1'b1, VENDOR[7:0]};
            6'h01: at_reset = {1'b1, VENDOR[15:8]};
            6'h04, 6'h05, 6'h06: at_reset = {1'b1, 8'h41};              // function control
            6'h07, 6'h08, 6'h09: at_reset = {1'b1, 8'h00};              // interface control
            6'h0a, 6'h0b: at_reset = {1'b1, 8'h06};              // OTG control
            6'h0d, 6'h0e, 6'h0f, 6'h10, 6'h11, 6'h12: at_reset = {1'b1, 8'h1f};   // interrupts
            6'h16, 6'h17, 6'h18: at_reset = {1'b1, 8'h00};              // scratch
            default: at_reset = '0;
        endcase
    endfunction

    // ---- what is done on the bus: look whether it is quiet, send commands, read what is known, walk a bit through the scratch register

    localparam logic [5:0] SCRATCH = 6'h16;
    localparam logic [7:0] SEND = 8'h40, WRITE = 8'h80, READ = 8'hc0;
    // Steps: quiet; five registers; for a swap eight times write and read; for a bit of the command that is stuck at 0 the two commands.
    localparam logic [4:0] QUIET = 5'd0, REGISTERS = 5'd1, WALK = 5'd6, STEPS = 5'd22;

    typedef enum logic [3:0] {BUS, LOOK, COMMAND, VALUE, STOP, TURN, DATA, TAKE, JUDGE, FINISH} state_t;
    state_t state_q;
    logic [4:0] step_q;
    logic [5:0] wait_q;
    logic dir_q, ok_q, nxt_q;       // of the step: as expected; nxt has come
    logic [2:0] noisy_q;            // clocks of nxt with nothing sent, up to 7

    wire ours = !ulpi_dir_i && !dir_q;
    wire taken = ours && ulpi_nxt_i;
    wire [4:0] walk = step_q - WALK;
    wire [7:0] walking = 8'd1 << walk[3:1];
    wire writes = !stuck && step_q >= WALK && !walk[0];
    // Bits 7 and 6 tell what a command is: with one of them stuck nothing can be read.
    wire command = stuck && a >= 3'd6;
    logic [7:0] octet;              // of the command, as the PHY is to see it
    logic [8:0] known;              // to be read

    always_comb begin
        case (step_q)
            5'd1: octet = READ | 8'h00;
            5'd2: octet = READ | 8'h01;
            5'd3: octet = READ | 8'h04;
            5'd4: octet = READ | 8'h0a;
            default: octet = READ | {2'b00, SCRATCH};
        endcase
        if (writes) octet = WRITE | {2'b00, SCRATCH};
        if (command) octet = step_q[0] ? SEND : WRITE;
    end
    wire [5:0] address = octet[5:0];
    wire [7:0] bent_address = bent({2'b00, address});

    always_comb begin
        known = at_reset(address);
        if (!stuck && step_q >= WALK) known = {1'b1, walking};
        if (stuck) begin
            known = at_reset(bent_address[5:0]);
            known[7:0] = bent(known[7:0]);
        end
    end

    wire [7:0] read = wired(ulpi_data_i);
    // Of an unknown register: at least not what the one that is meant holds, unless that is 0.
    wire [8:0] meant = at_reset(address);
    wire as_known = known[8] ? read == known[7:0] : read[a] == b[0] && (read == '0 || read != meant[7:0]);
    wire unused = &{1'b0, bent_address[7:6], walk[4], meant[8]};
    // The steps of this kind of guess.
    wire [4:0] steps = command ? REGISTERS + 5'd2 : stuck ? WALK : STEPS;

    always_ff @(posedge clk_i) begin
        dir_q <= ulpi_dir_i;
        wait_q <= wait_q + 1'b1;
        heard_q <= heard_q || taken;
        if (rst) begin
            state_q <= BUS;
            step_q <= QUIET;
            wait_q <= '0;
            right_q <= 1'b0;
            heard_q <= 1'b0;
        end else case (state_q)
            // The PHY has come out of reset, or has said what it had to say.
            BUS: begin
                wait_q <= '0;
                nxt_q <= 1'b0;
                noisy_q <= '0;
                if (ours) state_q <= step_q == QUIET ? LOOK : COMMAND;
            end
            LOOK: if (ulpi_dir_i) state_q <= BUS;
            else begin
                if (taken && noisy_q != '1) noisy_q <= noisy_q + 1'b1;
                if (&wait_q) state_q <= JUDGE;
            end
            COMMAND: if (ulpi_dir_i) state_q <= BUS;
                else if (taken) begin
                    nxt_q <= 1'b1;
                    wait_q <= '0;
                    state_q <= command ? STOP : writes ? VALUE : TURN;
                end else if (&wait_q) state_q <= JUDGE;
            VALUE: if (ulpi_dir_i) state_q <= BUS;
                else if (taken) state_q <= STOP;
                else if (&wait_q) state_q <= FINISH;
            STOP: state_q <= ulpi_dir_i && !command ? BUS : JUDGE;
            // The PHY takes the bus at once, or that was not what it took for a read.
            TURN: state_q <= ulpi_dir_i ? DATA : FINISH;
            DATA: state_q <= TAKE;
            TAKE: begin
                ok_q <= as_known;
                state_q <= JUDGE;
            end
            // A command bit that is stuck at 1 makes each idle clock a write (which takes one value) or a packet (which has no end).
            JUDGE: begin
                state_q <= FINISH;
                if (step_q == QUIET ? noisy_q == '0 && !(command && b[0])
                        : command ? nxt_q == (step_q[0] == a[0]) : nxt_q && (writes || ok_q)) begin
                    step_q <= step_q + 1'b1;
                    right_q <= step_q + 1'b1 == steps;
                    if (step_q + 1'b1 != steps) state_q <= BUS;
                end else if (step_q == QUIET && command && b[0]) begin
                    right_q <= a[0] ? noisy_q != '0 && noisy_q < 3'd5 : noisy_q >= 3'd5;
                end
            end
            default: state_q <= FINISH;
        endcase
    end

    // What is on the bus in the next clock.
    assign ulpi_data_oe_o = ours;
    assign ulpi_stp_o = rst || (state_q == VALUE && taken) || (state_q == COMMAND && command && taken);
    always_comb begin
        ulpi_data_o = '0;
        if (!rst && !ulpi_dir_i) begin
            if (state_q == COMMAND && !taken) ulpi_data_o = wired(octet);
            else if ((state_q == COMMAND && writes) || (state_q == VALUE && !taken)) ulpi_data_o = wired(walking);
        end
    end

endmodule

`default_nettype wire
