/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verilated halves of the board model that are each board's whole top from pin to pin, with what its cells do (sim/cells), RGMII at
 * both edges with its in-band status, and the speed that the PHY has negotiated. Start-up lasts 64 clocks, in a netlist as long as on
 * the board. For the field `half` of board_model_options. Every clock is simulated, several times slower than the boards' own.
 *
 * They leave out delays at pins, pull-ups and buttons. Not to be unplugged.
 */
#ifndef BOARD_TOP_H
#define BOARD_TOP_H

struct board_pins;

extern const struct board_pins board_top_butterstick, board_top_ecpix5, board_top_ulx3s,
    board_top_tinyfpga_bx;

#endif
