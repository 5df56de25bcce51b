/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faults of a USB bus for the host controller model: one kind, at one step of transactions, from the n-th packet of that step on,
 * so many times. What comes of it is the test's to know. To be set as the host's fault hook.
 */
#ifndef USB_FAULT_H
#define USB_FAULT_H

#include "usb_host.h"

#ifdef __cplusplus
extern "C" {
#endif

enum usb_fault_kind {
    USB_FAULT_NONE,
    USB_FAULT_LOST, /* on its way */
    USB_FAULT_PID,  /* a bit of the PID */
    USB_FAULT_CRC, /* a bit behind it: CRC5, CRC16; of a handshake, which has none, the PID again */
    USB_FAULT_CUT, /* only its first half arrives */
    USB_FAULT_TOGGLE,  /* DATA0 for DATA1 and the other way round, with a CRC that is right */
    USB_FAULT_NAK,     /* of replies: seen as NAK; many times: a storm */
    USB_FAULT_STALL,   /* of replies */
    USB_FAULT_BABBLE,  /* of replies: goes on behind its end */
    USB_FAULT_LATE,    /* the packet comes after a time-out's worth of silence */
    USB_FAULT_RESET,   /* the host resets the bus: everything behind is as after port_reset */
    USB_FAULT_SUSPEND, /* the host suspends the port */
    USB_FAULT_UNPLUG,  /* calls unplug */
    USB_FAULT_KINDS
};

struct usb_fault {
    struct usb_host *host;
    enum usb_fault_kind kind;
    enum usb_step step;
    unsigned skip, times; /* packets of that step let through, then hit */
    void (*unplug)(void *context);
    void *context;
    unsigned hits; /* so far */
};

/* The hook: host->fault, with the struct as host->fault_context. */
void usb_fault(void *fault, enum usb_step step, uint8_t *packet, size_t *length);

#ifdef __cplusplus
}
#endif

#endif
