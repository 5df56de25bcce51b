/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A USB device that takes URBs: the seam between whatever stands in for a host's USB stack and whatever stands in for
 * the device. Behind it: the host controller of a board model, the soft device. In front of it: the in-process
 * transport, the USB/IP server, the usbredir endpoint, the libumockdev bridge.
 *
 * The level is that of a host controller driver's client, as in usbfs, USB/IP and usbredir: whole transfers, and the
 * port of one device. The device's address is the business of who implements this: it is assigned after each port
 * reset, and SET_ADDRESS is not submitted. Everything else on endpoint 0 is, GET_DESCRIPTOR and SET_CONFIGURATION
 * included; data toggles and endpoint halts follow these requests as in USB 2.0, 9.4.5 and 5.8.5.
 *
 * One thread at a time calls in. Callbacks run inside urb_device_run only, never inside submit or cancel, and may call
 * submit, cancel and port_reset.
 */
#ifndef URB_DEVICE_H
#define URB_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

enum urb_status {
    URB_OK,        /* IN: actual_bytes may be less than asked (a short packet ended it) */
    URB_STALL,     /* the endpoint answered STALL, or the control request is refused */
    URB_CANCELLED, /* by cancel; actual_bytes have moved all the same */
    URB_GONE,      /* disconnected, or the port was reset under it */
    URB_OVERFLOW,  /* babble: the device sent more than asked */
    URB_SHORT,     /* short packet with short_not_ok */
    URB_ERROR,     /* three errors in a row: time-out, CRC, wrong PID (USB 2.0, 4.5.2) */
};

/* Storage by the submitter; it is the device's from a successful submit until `done`. */
struct urb {
    uint8_t
        endpoint; /* address with its direction bit; 0x00 or 0x80: control, the direction is in setup[0] */
    uint8_t setup[8];      /* control only */
    uint8_t *data;         /* data stage or transfer; NULL when length_bytes is 0 */
    uint32_t length_bytes; /* control: as wLength in setup, or less */
    bool zero_packet;      /* bulk OUT: a transfer of whole packets ends with an empty one */
    bool short_not_ok;     /* IN: a short packet ends with URB_SHORT */
    uint32_t actual_bytes; /* set before done */
    enum urb_status status;
    void (*done)(struct urb *); /* once; the urb is the submitter's again */
    void *user;                 /* the submitter's */
    struct urb *next;           /* the device's from here on */
    void *back_end;
    uint32_t back_end_state;
};

enum urb_speed { URB_FULL_SPEED, URB_HIGH_SPEED };

/* State of the port, as a hub would report it. */
struct urb_port {
    bool connected;
    bool enabled; /* reset has ended; URBs are taken */
    bool suspended;
    enum urb_speed speed; /* meaningful while enabled */
};

struct urb_device;

struct urb_device_ops {
    /* 0, or -ENODEV: port not enabled; -EINVAL. Transfers of one endpoint finish in order. */
    int (*submit)(struct urb_device *, struct urb *);
    /* Asks. `done` is called all the same, once, with URB_CANCELLED unless it finished before. */
    void (*cancel)(struct urb_device *, struct urb *);
    /* Bus reset, then speed and address. Ends within run by `port_changed`. URBs in flight end with URB_GONE.
     * 0 or -ENODEV. */
    int (*port_reset)(struct urb_device *);
    void (*port_suspend)(struct urb_device *,
                         bool suspend); /* false: resume. Ends by `port_changed` */
    void (*port_get)(struct urb_device *, struct urb_port *);
    /* Lets device time pass, up to until_ns; returns early after `done` or `port_changed` ran. */
    void (*run)(struct urb_device *, uint64_t until_ns);
    uint64_t (*now_ns)(struct urb_device *);
};

/* First member of every device. */
struct urb_device {
    const struct urb_device_ops *ops;
    void (*port_changed)(struct urb_device *,
                         void *context); /* by whoever is in front; NULL: not told */
    void *context;
};

#endif
