/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the board model share. */
#ifndef BOARD_INTERNAL_H
#define BOARD_INTERNAL_H

#include "board_model.h"
#include "gmii.h"
#include "nic_transport.h"
#include "ulpi_phy.h"
#include "usb_host.h"

struct board_clock {
    uint64_t next_ps, period_ps;
};

struct board_model {
    struct nic_transport transport;
    struct nic_platform *platform;
    struct wire_port *wire;
    void *pins; /* board_pins.cpp's */

    /* USB */
    struct usb_host host;
    struct ulpi_phy phy;
    bool plugged, answered, chirped, high_speed;
    uint8_t answer[ULPI_PACKET_BYTES];
    size_t answer_bytes;
    unsigned fault_permille;
    uint64_t random;
    struct nic_transfer *finished_head, *finished_tail;

    /* time */
    uint64_t now_ps;
    struct board_clock sys, tx, rx;
    unsigned reset_clocks; /* the reset stays asserted for so many more of sys */

    /* Ethernet */
    unsigned speed, divisor, tx_divide, rx_divide;
    uint64_t tx_enable_ps;
    struct gmii_monitor monitor;
    struct gmii_driver driver;
    uint64_t ask_ps; /* ask the wire for a frame from then on */

    struct board_model_stats stats;
    unsigned assertions;
    uint64_t seed;
};

#ifdef __cplusplus
extern "C" {
#endif

/* ---- board_model.c, called from the clock loop ---- */
void board_wire_transmitted(struct board_model *); /* a frame left the MAC */
void board_wire_ask(struct board_model *);         /* the receive side is idle */
void board_phy_speed(struct board_model *, unsigned speed);

/* ---- board_pins.cpp ---- */
void *board_pins_create(struct board_model *); /* NULL: errno */
void board_pins_destroy(struct board_model *);
/* One clock of USB with everything that the other domains do until its end. The PHY's pins go in, the link's come out. */
void board_pins_clock(struct board_model *, struct ulpi_link_pins *link);

#ifdef __cplusplus
}
#endif
#endif
