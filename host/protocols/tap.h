/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tap protocol: a Linux TAP interface as the upper edge of an NDIS adapter. What the kernel sends goes to NdisSend,
 * what the adapter indicates goes to the kernel; address, promiscuous mode and multicast list of the interface go into
 * the adapter's packet filter, the adapter's link becomes the interface's carrier. One thread; PASSIVE level.
 */
#ifndef TAP_H
#define TAP_H

#include "sender.h"

#include <stdint.h>

#define TAP_ERROR_BYTES 256
#define TAP_WINDOW      64 /* frames between the kernel and the wire at most */

struct tap;

struct tap_options {
    const char *name;
    const char *owner; /* user who may attach later without privileges; NULL: nobody */
    bool persist;      /* the interface outlives the process */
    unsigned mtu;      /* 0: leave it */
};

struct tap_counts {
    unsigned long long sent;       /* from the kernel to NdisSend */
    unsigned long long completed;  /* of these, with SUCCESS */
    unsigned long long failed;     /* of these, with another status */
    unsigned long long received;   /* handed to the kernel */
    unsigned long long rx_refused; /* the kernel did not take them: interface down, no memory */
};

/* Opens /dev/net/tun for this name, non-blocking. Negative errno, and `error` takes a sentence without full stop. */
int tap_device_open(const char *name, char *error);

/* NULL: *code is -errno and `error` says why. */
struct tap *tap_create(const struct tap_options *, char *error, int *code);
void tap_destroy(struct tap *);
int tap_fd(const struct tap *);
const struct tap_counts *tap_counts(const struct tap *);

/* Handlers of the binding; context is the tap. */
void tap_completed(void *tap, ULONG number, NDIS_STATUS status);
void tap_received(void *tap, const UCHAR *octets, UINT length);

/* Says who carries the frames; NULL: nobody, carrier off. A new interface takes the adapter's address; one that was
 * there keeps its own. */
void tap_bind(struct tap *, struct sender *);

/* Sends what the kernel has, as far as the window allows; how many. */
unsigned tap_pump(struct tap *);

/* Brings filter and carrier up to date. Looks at flags, address and groups of the interface only if `look`. False: the
 * interface has another address than the adapter, which NDIS only changes by a new start: tap_address. */
bool tap_follow(struct tap *, bool look);
void tap_address(const struct tap *, uint8_t address[6]);

#endif
