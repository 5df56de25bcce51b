/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ULPI 1.1 PHY at its pins, a clock at a time: what stands on the other side of nic_ulpi. Bytes, not bits: the bus is given as
 * packets and line states. It watches the link and keeps the first breach of the protocol it sees.
 */
#ifndef ULPI_PHY_H
#define ULPI_PHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { ULPI_PACKET_BYTES = 1200 };

enum ulpi_register { ULPI_FUNCTION_CONTROL = 0x04, ULPI_OTG_CONTROL = 0x0a };

/* The link's pins in a clock. */
struct ulpi_link_pins {
    uint8_t data;
    bool driven; /* the link drives data */
    bool stp;
    bool reset; /* asserted, whatever its polarity */
};

/* Set the knobs after ulpi_phy_init; the rest is the model's, to be read. */
struct ulpi_phy {
    uint8_t data; /* the PHY's pins */
    bool dir, nxt;

    unsigned hold_clocks;      /* dir stays high so long after reset */
    uint8_t identity[4];       /* vendor and product, low octets first */
    unsigned throttle_percent; /* of clocks in which nxt is held back */
    unsigned chatter_percent;  /* of clocks in which an RXCMD comes for no reason */
    /* An octet takes 40 clocks while XcvrSelect is full speed, as on the bus, and answers are judged by 3.8.2.6.3; without it one clock,
     * so that benches are fast. Line states in packets and stuffed bits are left out. */
    bool full_speed_pace;
    uint32_t (*random)(void *context, uint32_t below);
    /* A packet from the link, PID byte first; without one (chirp, resume) pid is false. The bytes are valid in the call only. */
    void (*sent)(void *context, const uint8_t *bytes, size_t length, bool pid);
    void *context;

    uint8_t registers[64]; /* of the three addresses of one, the first */
    unsigned writes;
    const char *breach; /* NULL: none */

    int state, command;
    unsigned hold;
    uint8_t line, vbus;
    bool report; /* an RXCMD is due */
    uint8_t address, value;
    bool pid;
    uint8_t out[ULPI_PACKET_BYTES], in[ULPI_PACKET_BYTES];
    size_t out_length, in_length, in_next;
    bool in_due, in_error;
    unsigned wait;  /* until the next octet, at that pace */
    unsigned sends; /* clocks until the EOP of the packet that the link sent is over */
    unsigned
        quiet; /* clocks of the link since a packet for it ended; 0: the link has had its turn, or not the bus */
    bool held; /* stp has been high since reset: nothing is taken (3.12) */
};

/* All knobs 0; random and sent must be set before the first clock. */
void ulpi_phy_init(struct ulpi_phy *phy);

/* A rising edge: takes the link's pins of the clock that ends, sets the PHY's for the one that begins. */
void ulpi_phy_clock(struct ulpi_phy *phy, const struct ulpi_link_pins *link);

/* {D-, D+} as the link makes them: J or K while it sends without a PID (chirp, resume), else J by the full-speed pull-up, or SE0
 * (4.2.2: TermSelect, OpMode). */
uint8_t ulpi_phy_drives(const struct ulpi_phy *phy);

/* {D-, D+} and VBUS (0..3, 3: valid): the link hears of a change as soon as the bus allows it. */
void ulpi_phy_line(struct ulpi_phy *phy, uint8_t line, uint8_t vbus);

/*
 * A packet comes from the bus; error: with RxError in the middle. False: one is still under way, or it is too long, and nothing
 * happens.
 */
bool ulpi_phy_receive(struct ulpi_phy *phy, const uint8_t *bytes, size_t length, bool error);

#ifdef __cplusplus
}
#endif

#endif
