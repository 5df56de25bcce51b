/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The board model: the whole NIC Verilated from its USB pins to GMII or RMII, a USB host controller at the one side, through a ULPI
 * PHY or on D+ and D-, a wire port at the other. As a nic_transport, in process, or as a urb_device for whatever serves it. Virtual time, single
 * thread. board_*_pins.cpp hold the Verilated parts, board_ulpi.c and board_fs.c the buses, board_model.c the transfers and the policy.
 *
 * What it leaves out: the board's top with its PLLs and pads, and RGMII; board_top.h has these. The PHY's registers are there, and a cable is plugged in.
 */
#ifndef BOARD_MODEL_H
#define BOARD_MODEL_H

#include "board_wiring.h"

#include <stdbool.h>
#include <stdint.h>

struct board_model;
struct board_pins;
struct mdio_bus;
struct nic_platform;
struct nic_transport;
struct urb_device;
struct wire_port;

struct board_model_options {
    uint64_t seed; /* clock phases, reset values, what the PHY does when it may choose, faults */
    /* Chance of 1000 that a packet on the bus is lost or broken, each way; no endpoint has three in a row. */
    unsigned fault_permille;
    bool in_phase;              /* the clocks of transmit and receive rise together: faster */
    struct board_wiring wiring; /* to the Ethernet PHY */
    unsigned throttle_percent;  /* of clocks in which the ULPI PHY holds NXT back */
    unsigned mbps;              /* what the Ethernet link partner can at most; 0: 1000 */
    const struct board_pins
        *half; /* another Verilated half, see board_top.h; NULL: the board's own */
};

/* "board:butterstick", "board:ecpix5": high speed through a ULPI PHY, gigabit. "board:ulx3s": full speed on three pins, RMII;
 * "board:tinyfpga-bx": the same with smaller buffers and without RAM of two full ports. Behind each ":fs" plugs it into a host
 * without high speed, and ":hs", behind the first two, into one that has it, as without. */
bool board_model_known(const char *name);

/* `name` is a known one; `wire` may be NULL (nothing plugged in) and stays the caller's. Plugged into the host, not enumerated. NULL: errno. */
struct board_model *board_model_create(const char *name, const struct board_model_options *,
                                       struct nic_platform *, struct wire_port *wire);
void board_model_destroy(struct board_model *);

/* The device as the driver sees it, raising `vector`: open resets the bus, addresses and configures the device. */
struct nic_transport *board_model_transport(struct board_model *, unsigned vector);

/* The same one level below, for who does all that himself; the transport must not be open. */
struct urb_device *board_model_urb(struct board_model *);

/* Lets virtual time pass up to until_ns; comes back early when a transfer finished. Advances the virtual platform's clock. To be
 * set as the platform's poller. */
void board_model_run(void *model, uint64_t until_ns);

/* The USB cable. Unplugged: every transfer, now and later, ends with NIC_TRANSFER_GONE. */
void board_model_plug(struct board_model *, bool connected);

/* On three pins: each edge that the host drives comes up to half of jitter_ps early or late; less than a bit. Beyond the 18.5 ns of USB 2.0,
 * 7.1.15.1, packets break, and the device is not judged by chapter 8 any more. */
void board_model_jitter(struct board_model *, unsigned jitter_ps);

/* Bit times from the end of a device's packet to what the host sends next. So much hubs and cables may add, and a device has to wait
 * for: 16 at full speed, 736 at high speed (USB 2.0, 7.1.19). */
void board_model_turnaround(struct board_model *, unsigned bits);

/* The bus with the board's Ethernet PHY, the only one on it: link partner, cable, faults. */
struct mdio_bus *board_model_mdio(struct board_model *);

struct board_model_stats {
    uint64_t now_ns, usb_clocks;
    uint64_t naks, faults;
    unsigned lights; /* of a whole top with ULPI: a bit for each that is lit, see nic_ecp5_hs */
    uint64_t hash;   /* rolling: all pins at every active edge, and every transfer of the driver */
};
void board_model_stats_get(const struct board_model *, struct board_model_stats *);

/* Failed assertions of the RTL (test builds) and breaches of ULPI or USB so far; the first of each is printed. */
unsigned board_model_assertions(const struct board_model *);

#endif
