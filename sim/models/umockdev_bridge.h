/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A urb_device as a device node of usbfs in a libumockdev test bed: unmodified libusb opens it, without a kernel with USB
 * and without root. The process must run with libumockdev-preload.
 */
#ifndef UMOCKDEV_BRIDGE_H
#define UMOCKDEV_BRIDGE_H

#include "urb_device.h"

struct umockdev_bridge;

/* Resets the port, reads the descriptors, sets the configuration, as a kernel would. NULL: message on standard error.
 * From here on the device is the bridge's thread's. */
struct umockdev_bridge *umockdev_bridge_create(struct urb_device *);
void umockdev_bridge_destroy(struct umockdev_bridge *);

/* Its interface as if another program had claimed it: one client at a time is all that libumockdev serves here. */
void umockdev_bridge_take(struct umockdev_bridge *, bool taken);

/* Calls `work` while no other thread uses the device, for tests that do something to it. */
void umockdev_bridge_with(struct umockdev_bridge *, void (*work)(void *), void *context);

#endif
