/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the board model share. */
#ifndef BOARD_INTERNAL_H
#define BOARD_INTERNAL_H

#include "board_model.h"
#include "fs_line.h"
#include "mdio_phy.h"
#include "nic_transport.h"
#include "ulpi_phy.h"
#include "usb_host.h"
#include "wire_phy.h"

struct board_model;

struct board_clock {
    uint64_t next_ps, period_ps;
};

struct board_fs_pins {
    bool driven, pullup;
    uint8_t level; /* of what is driven */
};

/* A Verilated half: board_*_pins.cpp, once for each top. */
struct board_pins {
    void *(*create)(struct board_model *); /* NULL: errno */
    void (*destroy)(struct board_model *);
    /* One clock of USB with everything that the other domains do until its end. The PHY's pins go in, the link's come out. */
    void (*ulpi_clock)(struct board_model *, struct ulpi_link_pins *link);
    /* The same; `level` stands on D+ and D-, as in fs_line.h. */
    void (*fs_clock)(struct board_model *, uint8_t level, struct board_fs_pins *out);
};

/* What differs between boards with a ULPI PHY and RGMII, and those with three USB pins and RMII. */
struct board_kind {
    const char *name;
    const struct usb_bus_ops *bus;
    uint64_t sys_ps, ethernet_ps; /* periods of the clocks */
    bool rmii;
    enum mdio_phy_kind phy; /* the PHY on MDIO and its address */
    unsigned phy_address;
    unsigned divisors
        [4]; /* clocks of a GMII octet, MII nibble or RMII pair of bits, by the code of the speed */
    void (*start)(struct board_model *);
    void (*plug)(struct board_model *, bool connected);
    const struct board_pins *half; /* the Verilated one, if no other is asked for */
};

extern const struct board_kind board_kind_ulpi, board_kind_ecpix5, board_kind_fs, board_kind_bx;

struct board_model {
    struct nic_transport transport;
    const struct board_kind *kind;
    struct nic_platform *platform;
    const struct board_pins *half;
    void *pins; /* of the Verilated half */

    /* USB */
    struct usb_host host;
    struct ulpi_phy phy; /* of a board that has one */
    uint8_t drives;      /* what the host makes of its line */
    struct fs_line line; /* of the others */
    struct board_fs_pins fs_pins;
    unsigned turnaround_bits; /* see board_model_turnaround; 0: soon */
    unsigned throttle_percent;
    bool plugged, answered, chirped, high_speed;
    bool full_speed_hub; /* the host has no high speed */
    bool hub_high_speed; /* what the last bus reset came to */
    bool suspended;      /* until the host's resume has ended */
    uint64_t rest_ps;    /* since when the bus has been at rest */
    uint64_t wakes_ps;   /* when the device's K began, 0: not */
    bool woke;           /* that K is over */
    uint8_t answer[ULPI_PACKET_BYTES];
    size_t answer_bytes;
    unsigned fault_permille;
    uint64_t random;
    struct nic_transfer *finished_head, *finished_tail;
    unsigned flying[4]; /* transfers of each endpoint */

    /* time */
    uint64_t now_ps;
    struct board_clock sys, tx, rx;
    unsigned idle_clocks;  /* of tx, since when MAC and queues have had nothing to do */
    bool asleep;           /* clocks of tx and rx are not simulated */
    unsigned reset_clocks; /* the reset stays asserted for so many more of sys */

    /* Ethernet */
    struct wire_phy eth;
    struct mdio_bus mdio;
    struct board_wiring wiring;
    /* The PHY's loopback (IEEE 802.3, 22.2.4.1.2) is on, and what it got last. */
    bool near_end, near_en, near_er;
    uint8_t near_data;
    unsigned speed;
    uint8_t tx_low, rx_nibble; /* RMII: the nibble of which one pair of bits has been seen, shown */
    bool tx_active, tx_second, rx_second;

    struct board_model_stats stats;
    unsigned assertions;
    uint64_t seed;
};

#ifdef __cplusplus
extern "C" {
#endif

/* ---- board_model.c, called from the clock loop ---- */
void board_phy_speed(struct board_model *, unsigned speed);
/* The wire has nothing for the device at now_ps. */
bool board_wire_quiet(const struct board_model *);
/* tx and rx go on; returns the clocks of tx that were left out, for tx_skip_i (nic_core). */
uint32_t board_wake(struct board_model *);

/* ---- for the kinds of bus ---- */
uint32_t board_draw(void *model, uint32_t below);
void board_breach(struct board_model *, const char *what); /* of a standard, by the device */
bool board_connected(void *bus);
void board_suspend(struct board_model *);
bool board_wakes(void *bus);
/* Each clock of a suspended bus, the host's resume included: does the device drive K? Judges its time. */
void board_suspended(struct board_model *, bool k);
uint64_t board_now_ns(void *bus);
void board_idle(struct board_model *, uint64_t until_ns, void (*clock_once)(struct board_model *));

/* ---- the Verilated halves: board_ulpi_pins.cpp, board_fs_pins.cpp ---- */
extern const struct board_pins board_half_ulpi, board_half_ecpix5, board_half_fs,
    board_half_bx; /* the last as board_half_fs with the sizes of the TinyFPGA BX */

#ifdef __cplusplus
}
#endif
#endif
