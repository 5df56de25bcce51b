/* SPDX-License-Identifier: Apache-2.0 */
/* See urb_front.h. */
#include "urb_front.h"

#include <time.h>

#define RESET_NS   100000000ull
#define CONTROL_NS 1000000000ull
#define STEP_NS    125000ull /* a microframe: what a request waits for, and its answer again */
#define LAG_NS     100000000ull

static uint64_t now_ns(struct urb_device *device)
{
    return device->ops->now_ns(device);
}

bool urb_front_reset(struct urb_device *device)
{
    struct urb_port port;
    uint64_t end_ns = now_ns(device) + RESET_NS;
    if (device->ops->port_reset(device))
        return false;
    do {
        device->ops->run(device, end_ns);
        device->ops->port_get(device, &port);
    } while (!port.enabled && port.connected && now_ns(device) < end_ns);
    return port.enabled;
}

static void flag(struct urb *urb)
{
    *(bool *)urb->user = true;
}

int urb_front_control(struct urb_device *device, const uint8_t setup[8], uint8_t *data)
{
    bool over = false;
    struct urb urb = {.endpoint = setup[0] & 0x80,
                      .data = data,
                      .length_bytes = setup[6] | (uint32_t)setup[7] << 8,
                      .done = flag,
                      .user = &over};
    uint64_t end_ns = now_ns(device) + CONTROL_NS;
    for (unsigned i = 0; i < 8; i++)
        urb.setup[i] = setup[i];
    if (device->ops->submit(device, &urb))
        return -1;
    while (!over) {
        if (now_ns(device) >= end_ns) {
            device->ops->cancel(device, &urb);
            end_ns += CONTROL_NS;
        }
        device->ops->run(device, end_ns);
    }
    return urb.status == URB_OK ? (int)urb.actual_bytes : -1;
}

static uint64_t wall_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1000000000ull * (uint64_t)t.tv_sec + (uint64_t)t.tv_nsec;
}

void urb_pace_start(struct urb_pace *pace, struct urb_device *device)
{
    *pace = (struct urb_pace){device, wall_ns(), now_ns(device)};
}

bool urb_pace_pass(struct urb_pace *pace)
{
    struct urb_device *device = pace->device;
    uint64_t until_ns = pace->device_start_ns + (wall_ns() - pace->wall_start_ns);
    uint64_t step_end_ns = now_ns(device) + STEP_NS;
    bool behind = until_ns > step_end_ns;
    if (until_ns > step_end_ns + LAG_NS)
        pace->wall_start_ns += until_ns - step_end_ns - LAG_NS;
    if (behind)
        until_ns = step_end_ns;
    do
        device->ops->run(device, until_ns);
    while (now_ns(device) < until_ns);
    return behind;
}
