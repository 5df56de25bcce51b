/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A USB/IP server for one urb_device: the protocol of Documentation/usb/usbip_protocol.rst of the Linux kernel, version
 * 1.1.1. The device's time follows the wall clock and is never ahead of it.
 */
#ifndef USBIP_SERVER_H
#define USBIP_SERVER_H

#include "urb_device.h"

#define USBIP_BUSID "1-1"

/* Serves one peer on a connected stream socket, which is closed at the end: when the peer leaves, breaks the protocol
 * or does not read for five seconds, when the device is unplugged, or when *stop becomes true. Nothing is in flight
 * then. True: the peer left between two messages. */
bool usbip_serve(struct urb_device *, int socket, const volatile int *stop);

#endif
