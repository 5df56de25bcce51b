/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A USB host controller with one port: URBs above (urb_device.h), packets on a bus below. Frames and microframes with SOF, tokens,
 * toggles, CRCs, PING, three errors a transaction, address assignment. It judges what the device answers. Isochronous and split
 * transactions are left out.
 */
#ifndef USB_HOST_H
#define USB_HOST_H

#include "urb_device.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { USB_PACKET_BYTES = 1100 };

/* What a transceiver and its bus do for the host: bytes from PID to CRC, without SYNC and EOP. Time passes in these calls only. */
struct usb_bus_ops {
    /* Sends a packet. With reply: waits for one, and returns its bytes; 0 when none began within the time-out (7.1.19.2). */
    size_t (*exchange)(void *bus, const uint8_t *packet, size_t length, uint8_t *reply,
                       size_t reply_bytes);
    /* Bus reset with chirp. False: no device. */
    bool (*reset)(void *bus, enum urb_speed *speed);
    bool (*connected)(void *bus);
    /* True: no packets from now on, so that after 3 ms the device is suspended. False: drives resume, 20 ms of K and an EOP
     * (7.1.7.7), and comes back behind that. */
    void (*suspend)(void *bus, bool suspend);
    /* The device drives K on the suspended bus: it wants to be resumed. */
    bool (*wakes)(void *bus);
    /* Back before until_ns when the device of a suspended bus wakes the host. */
    void (*idle)(void *bus, uint64_t until_ns);
    uint64_t (*now_ns)(void *bus);
};

enum usb_step { USB_TOKEN, USB_DATA_OUT, USB_HANDSHAKE_OUT, USB_REPLY };

struct usb_endpoint {
    struct urb *first;
    unsigned max_packet_bytes;
    bool toggle, ping, interrupt;
    bool halted; /* STALL: the queue rests until CLEAR_FEATURE, SET_CONFIGURATION or a reset */
    unsigned interval, wait; /* frames */
    unsigned errors;         /* of the transaction, in a row */
    enum {
        USB_ACK_HEARD,
        USB_ACK_LOST,
        USB_ACK_UNSURE,
        USB_ACK_ASTRAY /* of a packet that the hook changed: the toggles may not agree */
    } ack;             /* the host's last: what the fault hook did to it */
    uint16_t last_crc; /* of the last IN packet taken */
    size_t last_length;
};

struct usb_host {
    struct urb_device device; /* what the users of urb_device see */
    const struct usb_bus_ops *ops;
    void *bus;
    struct usb_endpoint endpoints[32]; /* number, 16 added for IN; control: 0 */
    struct urb_port port;
    struct urb *done; /* finished, not told yet */
    struct urb address_urb;
    bool reset_wanted, suspend_wanted, addressing, changed;
    uint8_t address;
    unsigned frame, turn;
    uint64_t frame_end_ns;
    uint64_t recovered_ns; /* until then there are SOFs only: 10 ms after a resume (7.1.7.7) */
    /* Called with each packet before it goes out and each reply as it came; may change it, length 0: lost on the way. */
    void (*fault)(void *context, enum usb_step step, uint8_t *packet, size_t *length);
    void *fault_context;
    /* Set it, and the port is reset behind the transaction under way, as by port_reset: for the fault hook, which must not. */
    bool reset_asked;
    /* What the device did against chapter 8, the first; NULL: nothing. Packets that the fault hook touched are not judged. */
    const char *breach;
    bool noisy; /* the bus breaks packets behind the hook: the device is not judged */
    enum { USB_WHOLE, USB_LATE, USB_CHANGED } sent; /* what became of the packet sent last */
    bool reply_changed, reply_late, token_right;
    /* Counters, free-running. */
    unsigned sofs, errors, pings, wakeups;
    unsigned naks; /* but those of interrupt endpoints */
};

void usb_host_init(struct usb_host *host, const struct usb_bus_ops *ops, void *bus);

/* USB 2.0, 8.3.5, as they stand in a packet. */
uint8_t usb_crc5(unsigned bits11);
uint16_t usb_crc16(const uint8_t *data, size_t length);

#ifdef __cplusplus
}
#endif

#endif
