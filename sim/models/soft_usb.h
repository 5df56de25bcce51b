/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device as a USB device: chapter 9 of USB 2.0, descriptors, endpoint halts and the vendor requests around its
 * byte streams. Written a second time from the specification, not from the RTL. It works on both platforms.
 *
 * What it leaves out, because no URB shows it: packets, data toggles, NAK, the frame schedule. Test modes are accepted
 * and do nothing; it never wakes the host up by itself.
 */
#ifndef SOFT_USB_H
#define SOFT_USB_H

#include "urb_device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nic_platform;
struct soft_device;
struct soft_usb;

struct soft_usb_options {
    uint16_t vendor, product; /* 0, 0: 1209:0001 */
    const char *serial;       /* NULL: "0"; copied, at most 31 characters */
    bool full_speed;
};

/* The device's transport must not be open, and stays open until destroy. Plugged in, port not enabled. NULL: no memory
 * or the device is in use. */
struct soft_usb *soft_usb_create(const struct soft_usb_options *, struct soft_device *,
                                 struct nic_platform *);
void soft_usb_destroy(struct soft_usb *); /* nothing in flight */
struct urb_device *soft_usb_device(struct soft_usb *);

/* The cable. URBs in flight end with URB_GONE in the next run; plugging in again leaves the port disabled. */
void soft_usb_plug(struct soft_usb *, bool connected);

/* ---- soft_usb_descriptors.c ---- */

/* Copies at most `room` bytes; returns the whole length, 0: there is no such descriptor. */
size_t soft_usb_descriptor(const struct soft_usb_options *, uint8_t type, uint8_t index,
                           uint16_t language, uint8_t *to, size_t room);
size_t soft_usb_ms_os_set(uint8_t *to, size_t room);

#endif
