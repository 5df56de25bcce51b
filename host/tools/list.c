/* SPDX-License-Identifier: Apache-2.0 */
/* hilnic list: which devices are on USB, and what to do when one does not open. */
#include "nic_libusb.h"
#include "nic_regs.h"
#include "tool.h"

#include <errno.h>
#include <stdio.h>

#define MOST 64

static const char *state(int error)
{
    switch (error) {
    case 0:
        return "opens";
    case -EACCES:
        return "no permission";
    case -EBUSY:
        return "in use by another program or driver";
    case -ENODEV:
        return "unplugged";
    default:
        return "does not open";
    }
}

static json_t *device_json(const struct nic_libusb_found *f)
{
    char vendor[8], product[8];
    snprintf(vendor, sizeof vendor, "%04x", f->vendor);
    snprintf(product, sizeof product, "%04x", f->product);
    return json_pack("{s:s, s:s, s:s?, s:i, s:i, s:s, s:b, s:s}", "vendor", vendor, "product",
                     product, "serial", f->serial[0] ? f->serial : NULL, "mbps", (int)f->mbps,
                     "bus", (int)f->bus, "port", f->port, "opens", !f->error, "state",
                     state(f->error));
}

static void print_line(const struct nic_libusb_found *f)
{
    printf("  %04x:%04x  serial %s  ", f->vendor, f->product, f->serial[0] ? f->serial : "unknown");
    if (f->mbps)
        printf("%u Mb/s", f->mbps);
    else
        printf("unknown speed");
    printf("  usb %u-%s  %s\n", f->bus, f->port[0] ? f->port : "0", state(f->error));
}

static int list_json(const struct nic_libusb_found *found, int count)
{
    json_t *devices = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(devices, device_json(&found[i]));
    print_json(json_pack("{s:o}", "devices", devices));
    return EXIT_DONE;
}

int command_list(const struct options *o)
{
    static struct nic_libusb_found found[MOST];
    bool forbidden = false;
    if (!o->usb)
        return complain(EXIT_USAGE, "list takes --device usb[:VID:PID[:SERIAL]], not %s",
                        o->device);
    int count = nic_libusb_list(&o->match, found, MOST);
    if (count < 0)
        return complain(EXIT_FAILED, "libusb does not start or cannot list the devices");
    if (o->json)
        return list_json(found, count);
    for (int i = 0; i < count; i++) {
        print_line(&found[i]);
        forbidden = forbidden || found[i].error == -EACCES;
    }
    if (forbidden)
        printf("No permission: install host/udev/70-hilnic.rules in /etc/udev/rules.d, run "
               "udevadm control --reload and plug the device in again.\n");
    if (!count) {
        const bool any = !o->match.vendor && !o->match.product;
        printf("no device %04x:%04x%s%s on USB\n", any ? NIC_USB_ID_VENDOR : o->match.vendor,
               any ? NIC_USB_ID_PRODUCT : o->match.product,
               o->match.serial ? " with serial number " : "",
               o->match.serial ? o->match.serial : "");
    }
    return EXIT_DONE;
}
