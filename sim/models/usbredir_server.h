/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A usbredir peer for one urb_device, the side with the device (usb-host in the protocol's words), for QEMU's usb-redir and
 * other clients: docs/usb-redirection-protocol.md of usbredir, version 0.7, read and written by its own parser. No isochronous
 * endpoints, no bulk streams. The device's time follows the wall clock and is never ahead of it.
 */
#ifndef USBREDIR_SERVER_H
#define USBREDIR_SERVER_H

#include "urb_device.h"

/* Serves one peer on a connected stream socket, which is closed at the end: when the peer leaves, breaks the protocol
 * or does not read for five seconds, when the device is unplugged, or when *stop becomes true. Nothing is in flight
 * then. True: the peer left, and had said nothing wrong. */
bool usbredir_serve(struct urb_device *, int socket, const volatile int *stop);

#endif
