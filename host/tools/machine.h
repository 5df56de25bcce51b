/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine, in virtual time or, with a device on USB, in real time: platform, one device, NDIS, the miniport and the
 * sample protocol bound to it. What every command of the CLI starts with.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "board_model.h"
#include "core_model.h"
#include "nic_ndis.h"
#include "nic_platform.h"
#include "sender.h"
#include "wire.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#define MACHINE_ADAPTER "hilnic0"
#define MACHINE_SLOT    0 /* of the transport */

#define MACHINE_MESSAGE_BYTES 320
#define MACHINE_FIRMWARE_MOST 65535u

struct machine_options {
    const char *device;                 /* "core", "soft", "null" or as in board_model.h */
    const struct nic_libusb_match *usb; /* a device on USB instead, in real time; must stay */
    uint64_t seed;
    bool single;            /* the miniport with MiniportSend instead of MiniportSendPackets */
    bool verify;            /* NDIS verifier on */
    struct wire_port *wire; /* stays the caller's; NULL: nothing plugged in */
    struct core_model_options core;   /* seed is taken from above */
    struct board_model_options board; /* likewise */
    unsigned moderation_count, moderation_us;
    bool loopback; /* inside the device, MAC TX to MAC RX; the wire stays idle */
    unsigned mbps; /* 0: the best that the device has */
    unsigned
        jumbo_bytes; /* of the longest packet, without FCS; 0: 1514; the device's limit counts too */
    const unsigned char
        *firmware; /* image for the device's processor; NULL: the driver sets the link */
    unsigned firmware_bytes;
    bool firmware_asked; /* a device that runs none is refused, EXIT_USAGE */
    bool no_wait;        /* for the link, which firmware has to negotiate */
    const char *address; /* NetworkAddress, hexadecimal digits; NULL: the device's own */
    struct sender_handlers handlers;
};

struct machine {
    struct nic_platform *platform;
    struct core_model *core;    /* or NULL */
    struct board_model *board;  /* or NULL */
    struct soft_device *soft;   /* or NULL */
    struct nic_transport *null; /* or NULL */
    struct nic_transport *usb;  /* or NULL; then the platform is the POSIX one */
    struct nic_ndis_driver *driver;
    struct sender *sender;
    struct sender_handlers handlers; /* the owner's */
    uint64_t edge_hash;              /* what came up from NDIS, and when */
    struct wire_port *wire;
    bool posix, ndis, placed, adapter;
    pthread_mutex_t mutex; /* held in the handlers, see machine_enter */
    unsigned findings;     /* of the NDIS verifier, and what drivers and protocols leaked */
    char
        message[MACHINE_MESSAGE_BYTES]; /* why machine_start failed, a sentence without full stop */
};

/* 0, or the exit code to leave with; then `message` says why and there is nothing to stop. */
int machine_start(struct machine *, const struct machine_options *);
void machine_stop(struct machine *);

/* Halts the adapter and starts it again with these options: how NDIS takes another address. Nothing may be outstanding.
 * As machine_start, but after a failure the machine must be stopped. */
int machine_restart_adapter(struct machine *, const struct machine_options *);

/* With a device on USB the handlers run in threads of the platform, one at a time, and never while the owner is between
 * these two. A handler may run inside of what the owner calls there. No request to the device in between: its answer would wait for a
 * handler that waits for machine_leave. */
void machine_enter(struct machine *);
void machine_leave(struct machine *);

/* Lets time pass until *flag (NULL: no flag) or until_ns; not between enter and leave. Whoever sets the flag uses
 * nic_platform_flag_set. */
bool machine_run(struct machine *, const volatile bool *flag, uint64_t until_ns);
uint64_t machine_now_ns(struct machine *);

/* Rolling hash of the run: the device's ports, the driver's transfers, interrupts, deferred calls and timers, completions
 * and received frames. A function of the seed in virtual time. */
uint64_t machine_hash(struct machine *);

/* Device registers through the driver. False: the driver or the device refused. */
bool machine_read(struct machine *, uint32_t address, uint32_t *words, unsigned count);
bool machine_write(struct machine *, uint32_t address, const uint32_t *words, unsigned count);

/* What the device's receive buffer holds at once: octets without FCS, and frames, however short. */
bool machine_rx_room(struct machine *, uint32_t *bytes, uint32_t *frames);

#endif
