// SPDX-License-Identifier: Apache-2.0
// See usb_fault.h. Clause numbers are those of USB 2.0.
#include "usb_fault.h"

enum { NAK = 0x5a, STALL = 0x1e, LATE_NS = 20000 };

static void flip_toggle(uint8_t *packet, size_t length)
{
    if (length >= 3 && (packet[0] & 7) == 3)
        packet[0] ^= 0x88; // DATA0 is c3, DATA1 4b (8.3.1)
}

static void babble(uint8_t *packet, size_t *length)
{
    while (*length < USB_PACKET_BYTES)
        packet[(*length)++] = 0xff;
}

static void hit(struct usb_fault *f, uint8_t *packet, size_t *length)
{
    struct urb_device *device = &f->host->device;
    switch (f->kind) {
    case USB_FAULT_LOST:
        *length = 0;
        break;
    case USB_FAULT_PID:
        packet[0] ^= 0x10;
        break;
    case USB_FAULT_CRC:
        packet[*length - 1] ^= 0x40;
        break;
    case USB_FAULT_CUT:
        *length /= 2;
        break;
    case USB_FAULT_TOGGLE:
        flip_toggle(packet, *length);
        break;
    case USB_FAULT_NAK:
    case USB_FAULT_STALL:
        packet[0] = f->kind == USB_FAULT_NAK ? NAK : STALL;
        *length = 1;
        break;
    case USB_FAULT_BABBLE:
        babble(packet, length);
        break;
    case USB_FAULT_LATE: // 816 bit times, or 18 (7.1.19)
        f->host->ops->idle(f->host->bus, f->host->ops->now_ns(f->host->bus) + LATE_NS);
        break;
    case USB_FAULT_RESET:
        f->host->reset_asked = true;
        *length = 0;
        break;
    case USB_FAULT_SUSPEND:
        device->ops->port_suspend(device, true);
        break;
    case USB_FAULT_UNPLUG:
        f->unplug(f->context);
        break;
    default:
        break;
    }
}

void usb_fault(void *context, enum usb_step step, uint8_t *packet, size_t *length)
{
    struct usb_fault *f = context;
    if (step != f->step || f->hits == f->times || *length == 0)
        return;
    if (f->skip) {
        f->skip--;
        return;
    }
    f->hits++;
    hit(f, packet, length);
}
