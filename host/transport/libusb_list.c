/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices are attached, and whether each could be opened. Opens them one after the other, keeps none. */
#include "nic_libusb.h"

#include "nic_regs.h"

#include <errno.h>
#include <libusb-1.0/libusb.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned speed_mbps(int speed)
{
    switch (speed) {
    case LIBUSB_SPEED_FULL:
        return 12;
    case LIBUSB_SPEED_HIGH:
        return 480;
    case LIBUSB_SPEED_SUPER:
        return 5000;
    case LIBUSB_SPEED_SUPER_PLUS:
        return 10000;
    default:
        return 0;
    }
}

static int error_of(int result)
{
    switch (result) {
    case 0:
        return 0;
    case LIBUSB_ERROR_ACCESS:
        return -EACCES;
    case LIBUSB_ERROR_BUSY:
        return -EBUSY;
    case LIBUSB_ERROR_NO_DEVICE:
        return -ENODEV;
    default:
        return -EIO;
    }
}

static void port_path(libusb_device *device, char *to, size_t size)
{
    uint8_t ports[7]; /* USB 3.0: no deeper */
    int depth = libusb_get_port_numbers(device, ports, sizeof ports);
    size_t used = 0;
    to[0] = '\0';
    for (int i = 0; i < depth && used < size; i++)
        used += (size_t)snprintf(to + used, size - used, i ? ".%u" : "%u", ports[i]);
}

/* What can only be told of an open device: its serial number, and whether it is free. */
static void try_open(libusb_device *device, uint8_t serial, struct nic_libusb_found *f)
{
    libusb_device_handle *handle;
    int result = libusb_open(device, &handle);
    f->error = error_of(result);
    if (result)
        return;
    if (!serial || libusb_get_string_descriptor_ascii(handle, serial, (unsigned char *)f->serial,
                                                      sizeof f->serial) < 0)
        f->serial[0] = '\0';
    result = libusb_claim_interface(handle, 0);
    f->error = error_of(result);
    if (!result)
        libusb_release_interface(handle, 0);
    libusb_close(handle);
}

static bool look(libusb_device *device, const struct nic_libusb_match *match,
                 struct nic_libusb_found *f)
{
    const bool any = !match->vendor && !match->product;
    struct libusb_device_descriptor d;
    if (libusb_get_device_descriptor(device, &d) ||
        d.idVendor != (any ? NIC_USB_ID_VENDOR : match->vendor) ||
        d.idProduct != (any ? NIC_USB_ID_PRODUCT : match->product))
        return false;
    *f = (struct nic_libusb_found){
        .vendor = d.idVendor,
        .product = d.idProduct,
        .bus = libusb_get_bus_number(device),
        .mbps = speed_mbps(libusb_get_device_speed(device)),
    };
    port_path(device, f->port, sizeof f->port);
    try_open(device, d.iSerialNumber, f);
    /* One that does not open may be the one. */
    return !match->serial || (f->error && !f->serial[0]) || !strcmp(match->serial, f->serial);
}

int nic_libusb_list(const struct nic_libusb_match *match, struct nic_libusb_found *found,
                    unsigned most)
{
    libusb_context *context;
    libusb_device **list;
    unsigned n = 0;
    int result = libusb_init(&context);
    if (result)
        return -EIO;
    ssize_t count = libusb_get_device_list(context, &list);
    for (ssize_t i = 0; i < count && n < most; i++)
        if (look(list[i], match, &found[n]))
            n++;
    if (count >= 0)
        libusb_free_device_list(list, 1);
    libusb_exit(context);
    return count < 0 ? -EIO : (int)n;
}
