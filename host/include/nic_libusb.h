/* SPDX-License-Identifier: Apache-2.0 */
/* The transport to a device on USB, through libusb-1.0. On the POSIX platform. */
#ifndef NIC_LIBUSB_H
#define NIC_LIBUSB_H

#include <stdint.h>

struct nic_platform;
struct nic_transport;

struct nic_libusb_match {
    uint16_t vendor, product; /* 0, 0: 1209:0001 */
    const char *serial;       /* NULL: any; must stay */
};

/* NULL: no memory. The device is looked for by open. */
struct nic_transport *nic_libusb_create(const struct nic_libusb_match *, struct nic_platform *,
                                        unsigned vector);
void nic_libusb_destroy(struct nic_transport *); /* closed */

/* Why the last open failed, with the remedy; a sentence without full stop, empty if it did not. */
const char *nic_libusb_message(const struct nic_transport *);

/* ---- which devices there are ---- */

struct nic_libusb_found {
    uint16_t vendor, product;
    unsigned bus;
    char port[32];    /* "1", "2.4", as in sysfs behind the bus */
    char serial[128]; /* empty: none, or the device does not open */
    unsigned mbps;    /* 12, 480, 5000, ...; 0: unknown */
    int error;        /* 0: opens and is free; -EACCES, -EBUSY, -ENODEV or -EIO */
};

/* Looks for devices that fit; writes up to `most`. Returns how many it wrote, or -EIO: libusb does not start. */
int nic_libusb_list(const struct nic_libusb_match *, struct nic_libusb_found *, unsigned most);

#endif
