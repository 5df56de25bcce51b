/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport to a device on USB. A thread of its own lets libusb work; its callbacks hand finished transfers to
 * nic_transport_finish. A halted endpoint is cleared here before its transfer is handed back, because only libusb can
 * reset the host's data toggle with it; what the stream needs beyond that (a NIC reset) is the driver's business.
 *
 * So is an endpoint whose last transfer was cancelled or failed. Its last handshake may be lost; then host and device expect different
 * toggles until the packet comes again (USB 2.0, 8.6.4), but the NIC reset that follows throws that packet away, and the next one would
 * be taken for it: acknowledged and dropped.
 */
#include "nic_libusb.h"

#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_transport.h"

#include <errno.h>
#include <libusb-1.0/libusb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TRANSFER 65536
#define CLEAR_TRIES  3

struct usb {
    struct nic_transport transport; /* first */
    struct nic_libusb_match match;
    libusb_context *context;
    libusb_device_handle *handle;
    pthread_t thread;
    pthread_mutex_t lock; /* guards back_end of every transfer in flight */
    int stopping;         /* atomic */
    int gone;             /* atomic */
    int flying[4];        /* atomic; transfers of each endpoint */
    bool high_speed;
    char name[24];
    char message[320];
};

static int fail(struct usb *u, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int fail(struct usb *u, int code, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(u->message, sizeof u->message, format, list);
    va_end(list);
    return code;
}

/* ---- open and close ---- */

static bool serial_fits(struct usb *u, libusb_device_handle *handle, uint8_t index)
{
    unsigned char text[128];
    if (!u->match.serial)
        return true;
    return index && libusb_get_string_descriptor_ascii(handle, index, text, sizeof text) >= 0 &&
           !strcmp((char *)text, u->match.serial);
}

/* Opens the first device that fits. `error` is libusb's, of the last one that did not open. */
static libusb_device_handle *find(struct usb *u, unsigned *seen, int *error)
{
    libusb_device **list;
    libusb_device_handle *found = NULL;
    ssize_t count = libusb_get_device_list(u->context, &list);
    for (ssize_t i = 0; i < count && !found; i++) {
        struct libusb_device_descriptor d;
        if (libusb_get_device_descriptor(list[i], &d) || d.idVendor != u->match.vendor ||
            d.idProduct != u->match.product)
            continue;
        ++*seen;
        int result = libusb_open(list[i], &found);
        if (result) {
            *error = result;
            found = NULL;
        } else if (!serial_fits(u, found, d.iSerialNumber)) {
            libusb_close(found);
            found = NULL;
        } else {
            u->high_speed = libusb_get_device_speed(list[i]) >= LIBUSB_SPEED_HIGH;
            snprintf(u->name, sizeof u->name, "usb %u-%u", libusb_get_bus_number(list[i]),
                     libusb_get_device_address(list[i]));
        }
    }
    if (count >= 0)
        libusb_free_device_list(list, 1);
    return found;
}

static int not_found(struct usb *u, unsigned seen, int error)
{
    const unsigned v = u->match.vendor, p = u->match.product;
    if (error == LIBUSB_ERROR_ACCESS)
        return fail(u, -EACCES,
                    "no permission for USB device %04x:%04x: install host/udev/70-hilnic.rules in "
                    "/etc/udev/rules.d, run udevadm control --reload and plug the device in again",
                    v, p);
    if (error)
        return fail(u, error == LIBUSB_ERROR_NO_DEVICE ? -ENODEV : -EIO,
                    "USB device %04x:%04x does not open: %s", v, p, libusb_strerror(error));
    if (seen)
        return fail(u, -ENODEV, "no USB device %04x:%04x has the serial number %s; there %s %u", v,
                    p, u->match.serial, seen == 1 ? "is" : "are", seen);
    return fail(u, -ENODEV,
                "no USB device %04x:%04x: check that it is plugged in and shown by lsusb", v, p);
}

static void *work(void *context)
{
    struct usb *u = context;
    while (!__atomic_load_n(&u->stopping, __ATOMIC_ACQUIRE)) {
        struct timeval timeout = {.tv_usec = 100000};
        libusb_handle_events_timeout_completed(u->context, &timeout, &u->stopping);
    }
    return NULL;
}

static int claim(struct usb *u)
{
    int result = libusb_claim_interface(u->handle, 0);
    if (result == LIBUSB_ERROR_BUSY)
        return fail(u, -EBUSY, "%s is in use by another program or driver: end that one first",
                    u->name);
    if (result)
        return fail(u, result == LIBUSB_ERROR_NO_DEVICE ? -ENODEV : -EIO,
                    "%s cannot be claimed: %s", u->name, libusb_strerror(result));
    result = pthread_create(&u->thread, NULL, work, u);
    if (result)
        return fail(u, -EIO, "no thread for libusb: %s", strerror(result));
    return 0;
}

static int usb_open(struct nic_transport *t)
{
    struct usb *u = (struct usb *)t;
    unsigned seen = 0;
    int error = 0, result;
    if (u->handle)
        return fail(u, -EBUSY, "%s is open already", u->name);
    u->message[0] = '\0';
    u->stopping = u->gone = 0;
    result = libusb_init(&u->context);
    if (result)
        return fail(u, -EIO, "libusb does not start: %s", libusb_strerror(result));
    u->handle = find(u, &seen, &error);
    result = u->handle ? claim(u) : not_found(u, seen, error);
    if (!result)
        return 0;
    if (u->handle)
        libusb_close(u->handle);
    u->handle = NULL;
    libusb_exit(u->context);
    return result;
}

static void usb_close(struct nic_transport *t)
{
    struct usb *u = (struct usb *)t;
    __atomic_store_n(&u->stopping, 1, __ATOMIC_RELEASE);
    libusb_interrupt_event_handler(u->context);
    pthread_join(u->thread, NULL);
    libusb_release_interface(u->handle, 0);
    libusb_close(u->handle);
    libusb_exit(u->context);
    u->handle = NULL;
}

/* ---- transfers ---- */

static enum nic_transfer_status status_of(const struct libusb_transfer *l)
{
    switch (l->status) {
    case LIBUSB_TRANSFER_COMPLETED:
        return NIC_TRANSFER_OK;
    case LIBUSB_TRANSFER_CANCELLED:
        return NIC_TRANSFER_CANCELLED;
    case LIBUSB_TRANSFER_STALL:
        return NIC_TRANSFER_STALL;
    case LIBUSB_TRANSFER_NO_DEVICE:
        return NIC_TRANSFER_GONE;
    default:
        return NIC_TRANSFER_ERROR;
    }
}

/* The status once the endpoint is as it should be; `last`: nothing else is in flight there. */
static enum nic_transfer_status settled(struct usb *u, const struct libusb_transfer *l, bool last)
{
    enum nic_transfer_status status = status_of(l);
    int result = LIBUSB_ERROR_OTHER;
    if (!(l->endpoint & 0x7f) || status == NIC_TRANSFER_OK || status == NIC_TRANSFER_GONE ||
        (!last && status != NIC_TRANSFER_STALL))
        return status;
    for (unsigned i = 0; i < CLEAR_TRIES && result && result != LIBUSB_ERROR_NO_DEVICE; i++)
        result = libusb_clear_halt(u->handle, l->endpoint);
    return result == LIBUSB_ERROR_NO_DEVICE ? NIC_TRANSFER_GONE : status;
}

/* user_data of a libusb transfer. */
struct flight {
    struct usb *usb;
    struct nic_transfer *transfer;
};

static void LIBUSB_CALL over(struct libusb_transfer *l)
{
    struct flight *flight = l->user_data;
    struct usb *u = flight->usb;
    struct nic_transfer *transfer = flight->transfer;
    bool last = __atomic_sub_fetch(&u->flying[transfer->endpoint & 3], 1, __ATOMIC_ACQ_REL) == 0;
    transfer->status = settled(u, l, last);
    transfer->actual_bytes = l->actual_length > 0 ? (uint32_t)l->actual_length : 0;
    if (transfer->status == NIC_TRANSFER_GONE)
        __atomic_store_n(&u->gone, 1, __ATOMIC_RELEASE);
    pthread_mutex_lock(&u->lock);
    transfer->back_end = NULL;
    pthread_mutex_unlock(&u->lock);
    libusb_free_transfer(l);
    free(flight);
    nic_transport_finish(&u->transport, transfer);
}

static void fill(struct usb *u, struct libusb_transfer *l, struct nic_transfer *transfer,
                 struct flight *flight)
{
    const int length = (int)transfer->length_bytes;
    switch (transfer->endpoint) {
    case 0:
        libusb_fill_control_transfer(l, u->handle, transfer->data, over, flight, 0);
        break;
    case NIC_ENDPOINT_EVENT:
        libusb_fill_interrupt_transfer(l, u->handle, transfer->endpoint, transfer->data, length,
                                       over, flight, 0);
        break;
    default:
        libusb_fill_bulk_transfer(l, u->handle, transfer->endpoint, transfer->data, length, over,
                                  flight, 0);
    }
}

static bool valid(const struct nic_transfer *t)
{
    if (!t->length_bytes || t->length_bytes > MAX_TRANSFER)
        return false;
    if (t->endpoint == 0)
        return t->length_bytes >= 8 &&
               t->length_bytes == 8 + (t->data[6] | (uint32_t)t->data[7] << 8);
    return t->endpoint == NIC_ENDPOINT_TX || t->endpoint == NIC_ENDPOINT_RX ||
           t->endpoint == NIC_ENDPOINT_EVENT;
}

static int usb_submit(struct nic_transport *t, struct nic_transfer *transfer)
{
    struct usb *u = (struct usb *)t;
    if (!valid(transfer))
        return -EINVAL;
    if (!u->handle || __atomic_load_n(&u->gone, __ATOMIC_ACQUIRE))
        return -ENODEV;
    struct libusb_transfer *l = libusb_alloc_transfer(0);
    struct flight *flight = malloc(sizeof *flight);
    int result = LIBUSB_ERROR_NO_MEM;
    if (l && flight) {
        *flight = (struct flight){.usb = u, .transfer = transfer};
        fill(u, l, transfer, flight);
        transfer->back_end = l; /* before it may finish */
        __atomic_add_fetch(&u->flying[transfer->endpoint & 3], 1, __ATOMIC_ACQ_REL);
        result = libusb_submit_transfer(l);
        if (result)
            __atomic_sub_fetch(&u->flying[transfer->endpoint & 3], 1, __ATOMIC_ACQ_REL);
    }
    if (!result)
        return 0;
    transfer->back_end = NULL;
    libusb_free_transfer(l);
    free(flight);
    if (result == LIBUSB_ERROR_NO_DEVICE)
        __atomic_store_n(&u->gone, 1, __ATOMIC_RELEASE);
    return result == LIBUSB_ERROR_NO_DEVICE ? -ENODEV : -EIO;
}

/* Under the lock `over` does not free the libusb transfer; libusb calls no callback from here. */
static void usb_cancel(struct nic_transport *t, struct nic_transfer *transfer)
{
    struct usb *u = (struct usb *)t;
    pthread_mutex_lock(&u->lock);
    if (transfer->back_end)
        libusb_cancel_transfer(transfer->back_end);
    pthread_mutex_unlock(&u->lock);
}

static void usb_poll(struct nic_transport *t, uint64_t timeout_ns)
{
    t->platform->ops->wait(t->platform, &t->ready, timeout_ns);
}

static void usb_describe(struct nic_transport *t, struct nic_transport_description *description)
{
    const struct usb *u = (const struct usb *)t;
    *description = (struct nic_transport_description){.name = u->name,
                                                      .interrupt_vector = t->vector,
                                                      .max_transfer_bytes = MAX_TRANSFER,
                                                      .high_speed = u->high_speed};
}

static const struct nic_transport_ops usb_ops = {
    .open = usb_open,
    .close = usb_close,
    .submit = usb_submit,
    .cancel = usb_cancel,
    .poll = usb_poll,
    .describe = usb_describe,
};

/* ---- assembly ---- */

struct nic_transport *nic_libusb_create(const struct nic_libusb_match *match,
                                        struct nic_platform *platform, unsigned vector)
{
    struct usb *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    nic_transport_init(&u->transport, &usb_ops, platform, vector);
    pthread_mutex_init(&u->lock, NULL);
    u->match = *match;
    if (!match->vendor && !match->product) {
        u->match.vendor = NIC_USB_ID_VENDOR;
        u->match.product = NIC_USB_ID_PRODUCT;
    }
    snprintf(u->name, sizeof u->name, "usb");
    return &u->transport;
}

void nic_libusb_destroy(struct nic_transport *t)
{
    struct usb *u = (struct usb *)t;
    nic_transport_fini(t);
    pthread_mutex_destroy(&u->lock);
    free(u);
}

const char *nic_libusb_message(const struct nic_transport *t)
{
    return ((const struct usb *)t)->message;
}
