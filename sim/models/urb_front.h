/* SPDX-License-Identifier: Apache-2.0 */
/* What whoever stands in front of a urb_device needs: reset and enumeration, a control request waited for, and a device time
 * that follows the wall clock. */
#ifndef URB_FRONT_H
#define URB_FRONT_H

#include "urb_device.h"

/* Resets the port and waits until it takes URBs. False: not plugged in, or it does not come up within 100 ms of its time. */
bool urb_front_reset(struct urb_device *);

/* A control request; length and direction of the data stage are those in `setup`. Bytes moved, or -1: refused, gone, or not
 * done within a second of the device's time. URBs of others may end meanwhile. */
int urb_front_control(struct urb_device *, const uint8_t setup[8], uint8_t *data);

struct urb_pace {
    struct urb_device *device;
    uint64_t wall_start_ns, device_start_ns;
};

void urb_pace_start(struct urb_pace *, struct urb_device *);
/* Lets device time catch up with the wall, by a microframe at most, so that the caller sees to his peer in between. A device
 * slower than the wall makes up for 100 ms at most. True: it is still behind. */
bool urb_pace_pass(struct urb_pace *);

#endif
