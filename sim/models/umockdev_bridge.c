/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usbfs over a urb_device, see umockdev_bridge.h. libumockdev hands over each ioctl of the client with the memory it
 * points to. The node is always writable for the client, so libusb asks again and again for finished URBs: that lets the
 * device's time pass.
 */
#include "umockdev_bridge.h"

#include "urb_front.h"

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <umockdev.h>
#include <unistd.h>

#define NODE    "/dev/bus/usb/001/002"
#define STEP_NS 100000ull /* device time that passes while the client polls */
#define CAPABILITIES                                                                               \
    (USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION | USBDEVFS_CAP_NO_PACKET_SIZE_LIM)

struct request {
    struct urb urb;
    UMockdevIoctlData *client, *buffer; /* buffer NULL: no data */
    uint8_t *bytes;
    struct umockdev_bridge *bridge;
    struct request *next; /* in flight, oldest first; then finished, oldest first */
};

struct umockdev_bridge {
    struct urb_device *device;
    UMockdevTestbed *bed;
    UMockdevIoctlBase *handler;
    pthread_mutex_t lock;
    struct request *flying, *finished;
    bool taken;
};

static void append(struct request **list, struct request *r)
{
    while (*list)
        list = &(*list)->next;
    r->next = NULL;
    *list = r;
}

static void done(struct urb *urb)
{
    struct request *r = urb->user, **link;
    for (link = &r->bridge->flying; *link != r;)
        link = &(*link)->next;
    *link = r->next;
    append(&r->bridge->finished, r);
}

/* As the kernel translates the end of a URB. */
static int error_of(enum urb_status status)
{
    static const int errors[] = {
        [URB_OK] = 0,
        [URB_STALL] = -EPIPE,
        [URB_CANCELLED] = -ENOENT,
        [URB_GONE] = -ESHUTDOWN,
        [URB_OVERFLOW] = -EOVERFLOW,
        [URB_SHORT] = -EREMOTEIO,
        [URB_ERROR] = -EPROTO,
    };
    return errors[status];
}

static bool connected(struct umockdev_bridge *b)
{
    struct urb_port port;
    b->device->ops->port_get(b->device, &port);
    return port.connected && port.enabled;
}

/* ---- ioctls: 0 or more: the result; below: -errno ---- */

static int submit(struct umockdev_bridge *b, UMockdevIoctlData *data)
{
    struct usbdevfs_urb *u = (struct usbdevfs_urb *)data->data;
    struct request *r;
    int result;
    if (u->buffer_length < 0 || (u->type == USBDEVFS_URB_TYPE_CONTROL && u->buffer_length < 8))
        return -EINVAL;
    r = calloc(1, sizeof *r);
    r->bridge = b;
    r->client = g_object_ref(data);
    if (u->buffer_length)
        r->buffer = umockdev_ioctl_data_resolve(data, offsetof(struct usbdevfs_urb, buffer),
                                                (gsize)u->buffer_length, NULL);
    r->bytes = calloc(1, (size_t)u->buffer_length + 1);
    if (r->buffer)
        memcpy(r->bytes, r->buffer->data, (size_t)u->buffer_length);
    r->urb.endpoint = u->endpoint;
    r->urb.data = r->bytes;
    r->urb.length_bytes = (uint32_t)u->buffer_length;
    if (u->type == USBDEVFS_URB_TYPE_CONTROL) {
        memcpy(r->urb.setup, r->bytes, 8);
        r->urb.data += 8;
        r->urb.length_bytes -= 8;
        r->urb.endpoint = r->urb.setup[0] & 0x80;
    }
    r->urb.zero_packet = u->flags & USBDEVFS_URB_ZERO_PACKET;
    r->urb.short_not_ok = u->flags & USBDEVFS_URB_SHORT_NOT_OK;
    r->urb.done = done;
    r->urb.user = r;
    append(&b->flying, r);
    result = b->device->ops->submit(b->device, &r->urb);
    if (result) {
        struct request **link = &b->flying;
        while (*link != r)
            link = &(*link)->next;
        *link = NULL; /* it was the last */
        g_clear_object(&r->buffer);
        g_clear_object(&r->client);
        free(r->bytes);
        free(r);
    }
    return result;
}

static int reap(struct umockdev_bridge *b, UMockdevIoctlData *data)
{
    struct request *r;
    bool in;
    if (!b->finished && b->flying)
        b->device->ops->run(b->device, b->device->ops->now_ns(b->device) + STEP_NS);
    r = b->finished;
    if (!r)
        return connected(b) ? -EAGAIN : -ENODEV;
    b->finished = r->next;
    struct usbdevfs_urb u;
    memcpy(&u, r->client->data, sizeof u);
    u.status = error_of(r->urb.status);
    u.actual_length = (int)r->urb.actual_bytes;
    in = r->urb.endpoint & 0x80;
    if (in && r->buffer)
        umockdev_ioctl_data_update(r->buffer, 0, r->bytes, u.buffer_length);
    umockdev_ioctl_data_update(r->client, offsetof(struct usbdevfs_urb, status),
                               (guint8 *)&u.status, sizeof u.status);
    umockdev_ioctl_data_update(r->client, offsetof(struct usbdevfs_urb, actual_length),
                               (guint8 *)&u.actual_length, sizeof u.actual_length);
    umockdev_ioctl_data_set_ptr(data, 0, r->client);
    g_clear_object(&r->buffer);
    g_clear_object(&r->client);
    free(r->bytes);
    free(r);
    return 0;
}

static int discard(struct umockdev_bridge *b, gulong address)
{
    for (struct request *r = b->flying; r; r = r->next)
        if (r->client->client_addr == address) {
            b->device->ops->cancel(b->device, &r->urb);
            return 0;
        }
    return -EINVAL;
}

static int answer(struct umockdev_bridge *b, UMockdevIoctlClient *client, gulong request)
{
    UMockdevIoctlData *arg = umockdev_ioctl_client_get_arg(client);
    size_t size = _IOC_SIZE(request);
    UMockdevIoctlData *data = size ? umockdev_ioctl_data_resolve(arg, 0, size, NULL) : NULL;
    uint32_t word;
    int result = 0;
    if (size && !data)
        return -EFAULT;
    if (request == USBDEVFS_REAPURBNDELAY || request == USBDEVFS_REAPURB)
        result = reap(b, data);
    else if (request == USBDEVFS_DISCARDURB)
        result = discard(b, *(gulong *)arg->data);
    else if (!connected(b))
        result = -ENODEV;
    else
        switch (request) {
        case USBDEVFS_GET_CAPABILITIES:
            word = CAPABILITIES;
            umockdev_ioctl_data_update(data, 0, (guint8 *)&word, sizeof word);
            break;
        case USBDEVFS_CLAIMINTERFACE:
            memcpy(&word, data->data, sizeof word);
            result = word ? -EINVAL : b->taken ? -EBUSY : 0;
            break;
        case USBDEVFS_RELEASEINTERFACE:
            break;
        case USBDEVFS_CLEAR_HALT:
            memcpy(&word, data->data, sizeof word);
            if (urb_front_control(b->device, (const uint8_t[8]){2, 1, 0, 0, (uint8_t)word}, NULL))
                result = -EPIPE;
            break;
        case USBDEVFS_SUBMITURB:
            result = submit(b, data);
            break;
        default:
            result = -ENOTTY;
        }
    if (data)
        g_object_unref(data);
    return result;
}

static gboolean on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, gpointer context)
{
    struct umockdev_bridge *b = context;
    int result;
    (void)base;
    pthread_mutex_lock(&b->lock);
    result = answer(b, client, umockdev_ioctl_client_get_request(client));
    pthread_mutex_unlock(&b->lock);
    umockdev_ioctl_client_complete(client, result < 0 ? -1 : result, result < 0 ? -result : 0);
    return TRUE;
}

/* ---- the node ---- */

static int descriptor(struct umockdev_bridge *b, uint8_t type, uint8_t *to, uint16_t room)
{
    const uint8_t setup[8] = {0x80, 6, 0, type, 0, 0, (uint8_t)room, (uint8_t)(room >> 8)};
    return urb_front_control(b->device, setup, to);
}

static bool node_add(struct umockdev_bridge *b, const uint8_t *bytes, size_t length)
{
    char hex[1200], text[2400];
    GError *error = NULL;
    struct urb_port port;
    b->device->ops->port_get(b->device, &port);
    for (size_t i = 0; i < length && 2 * i + 2 < sizeof hex; i++)
        sprintf(hex + 2 * i, "%02x", bytes[i]);
    snprintf(text, sizeof text,
             "P: /devices/pci0000:00/0000:00:14.0/usb1/1-1\nN: bus/usb/001/002\n"
             "E: DEVNAME=" NODE "\nE: DEVTYPE=usb_device\nE: BUSNUM=001\nE: DEVNUM=002\n"
             "E: SUBSYSTEM=usb\nA: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum=2\\n\n"
             "A: idVendor=%02x%02x\\n\nA: idProduct=%02x%02x\\n\nA: speed=%s\\n\n"
             "H: descriptors=%s\n",
             bytes[9], bytes[8], bytes[11], bytes[10], port.speed == URB_HIGH_SPEED ? "480" : "12",
             hex);
    if (umockdev_testbed_add_from_string(b->bed, text, &error) &&
        umockdev_testbed_attach_ioctl(b->bed, NODE, b->handler, &error))
        return true;
    fprintf(stderr, "umockdev bridge: %s\n", error ? error->message : "no device");
    g_clear_error(&error);
    return false;
}

struct umockdev_bridge *umockdev_bridge_create(struct urb_device *device)
{
    struct umockdev_bridge *b = calloc(1, sizeof *b);
    uint8_t bytes[18 + 255];
    int n;
    b->device = device;
    pthread_mutex_init(&b->lock, NULL);
    b->bed = umockdev_testbed_new();
    b->handler = umockdev_ioctl_base_new();
    g_signal_connect(b->handler, "handle-ioctl", G_CALLBACK(on_ioctl), b);
    if (urb_front_reset(device) && descriptor(b, 1, bytes, 18) == 18 &&
        (n = descriptor(b, 2, bytes + 18, 255)) > 0 &&
        urb_front_control(device, (const uint8_t[8]){0, 9, 1}, NULL) == 0 &&
        node_add(b, bytes, 18 + (size_t)n))
        return b;
    umockdev_bridge_destroy(b);
    return NULL;
}

void umockdev_bridge_destroy(struct umockdev_bridge *b)
{
    umockdev_testbed_detach_ioctl(b->bed, NODE, NULL);
    g_object_unref(b->handler);
    g_object_unref(b->bed);
    pthread_mutex_destroy(&b->lock);
    free(b);
}

void umockdev_bridge_take(struct umockdev_bridge *b, bool taken)
{
    pthread_mutex_lock(&b->lock);
    b->taken = taken;
    pthread_mutex_unlock(&b->lock);
}

void umockdev_bridge_with(struct umockdev_bridge *b, void (*work)(void *), void *context)
{
    pthread_mutex_lock(&b->lock);
    work(context);
    pthread_mutex_unlock(&b->lock);
}
