/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host that submits anything, in any state of the port: every URB ends exactly once, none inside submit or cancel,
 * and never with more bytes than it has room for.
 */
#include "fuzz.h"
#include "nic_platform.h"
#include "soft_device.h"
#include "soft_usb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define URBS  16
#define ROOM  2048
#define STEPS 400

static struct slot {
    struct urb urb;
    uint8_t *data;
    bool busy;
} slots[URBS];
static bool may_finish;

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void done(struct urb *urb)
{
    struct slot *s = urb->user;

    require(may_finish, "a URB ended outside of run");
    require(s->busy, "a URB ended twice");
    require(urb->actual_bytes <= urb->length_bytes, "more bytes than room");
    s->busy = false;
    free(s->data); /* a late write shows */
    s->data = NULL;
}

/* Mostly requests that exist, else any bytes; the length is the input's. */
static void setup_make(uint8_t setup[8], struct fuzz_input *in)
{
    static const uint8_t known[][4] = {
        {0x80, 6, 0, 1}, {0x80, 6, 0, 2},  {0x80, 6, 3, 3},  {0x80, 6, 0, 15}, {0xc0, 3, 0, 0},
        {0x80, 0, 0, 0}, {0x82, 0, 0, 0},  {0x02, 1, 0, 0},  {0x02, 3, 0, 0},  {0x00, 9, 1, 0},
        {0x00, 9, 0, 0}, {0x80, 8, 0, 0},  {0x01, 11, 0, 0}, {0x81, 10, 0, 0}, {0x00, 1, 1, 0},
        {0xc0, 2, 0, 0}, {0x40, 1, 16, 0},
    };
    unsigned which = fuzz_byte(in);

    for (unsigned i = 0; i < 4; i++)
        setup[i] = which < 64 ? fuzz_byte(in) : known[which % (sizeof known / sizeof *known)][i];
    for (unsigned i = 4; i < 8; i++)
        setup[i] = fuzz_byte(in);
}

static void submit(struct urb_device *device, struct fuzz_input *in, bool control)
{
    static const uint8_t endpoints[] = {0x01, 0x82, 0x83, 0x81, 0x02, 0x00, 0x80, 0x8f};
    struct slot *s = &slots[fuzz_byte(in) % URBS];
    uint32_t length;

    if (s->busy)
        return;
    memset(&s->urb, 0, sizeof s->urb);
    s->urb.done = done;
    s->urb.user = s;
    if (control) {
        setup_make(s->urb.setup, in);
        s->urb.endpoint = s->urb.setup[0] & 0x80;
        length = (s->urb.setup[6] | (uint32_t)s->urb.setup[7] << 8) % (ROOM + 1);
        s->urb.setup[6] = (uint8_t)length;
        s->urb.setup[7] = (uint8_t)(length >> 8);
        length -= fuzz_byte(in) % (length + 1); /* room for less than wLength */
    } else {
        s->urb.endpoint = endpoints[fuzz_byte(in) % sizeof endpoints];
        length = fuzz_le16(in) % (ROOM + 1);
        s->urb.zero_packet = length & 1;
        s->urb.short_not_ok = length & 2;
    }
    s->urb.length_bytes = length;
    s->data = malloc(length ? length : 1);
    memset(s->data, fuzz_byte(in), length);
    s->urb.data = length ? s->data : NULL;
    s->busy = true;
    if (device->ops->submit(device, &s->urb)) {
        s->busy = false;
        free(s->data);
        s->data = NULL;
    }
}

static void run(struct urb_device *device, uint64_t ns)
{
    uint64_t until = device->ops->now_ns(device) + ns;

    may_finish = true;
    while (device->ops->now_ns(device) < until)
        device->ops->run(device, until);
    may_finish = false;
}

static void step(struct urb_device *device, struct soft_usb *usb, struct fuzz_input *in)
{
    unsigned what = fuzz_byte(in) % 16;

    if (what < 8) {
        submit(device, in, what < 4);
    } else if (what < 11) {
        run(device, fuzz_byte(in) * 5000ull);
    } else if (what < 13) {
        struct slot *s = &slots[fuzz_byte(in) % URBS];
        if (s->busy)
            device->ops->cancel(device, &s->urb);
    } else if (what == 13) {
        device->ops->port_reset(device);
    } else if (what == 14) {
        device->ops->port_suspend(device, fuzz_byte(in) & 1);
    } else {
        soft_usb_plug(usb, fuzz_byte(in) & 7);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, data + size};
    struct nic_platform *platform = nic_virtual_create(1);
    struct soft_device *soft =
        soft_device_create(&(struct soft_options){.seed = 1, .loopback = true}, platform, 3);
    struct soft_usb *usb = soft_usb_create(
        &(struct soft_usb_options){.full_speed = fuzz_byte(&in) & 1}, soft, platform);
    struct urb_device *device = soft_usb_device(usb);

    device->ops->port_reset(device);
    run(device, 1000000);
    for (unsigned i = 0; i < STEPS && fuzz_more(&in); i++)
        step(device, usb, &in);
    soft_usb_plug(usb, false);
    run(device, 1000000);
    for (unsigned i = 0; i < URBS; i++)
        require(!slots[i].busy, "a URB is in flight after the device left");
    soft_usb_destroy(usb);
    soft_device_destroy(soft);
    nic_virtual_destroy(platform);
    return 0;
}
