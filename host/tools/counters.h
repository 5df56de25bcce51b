/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every counter of device, transport, driver and NDIS, under names like ethtool's. A frame is in exactly one of those that
 * end its way; counters_test has the sums.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include "machine.h"

#define COUNTERS_MOST 128

struct counter {
    const char *name, *help;
    uint64_t value;
};

/* Writes up to COUNTERS_MOST; how many. 0: the driver does not tell. *device false: the device does not, and its own are left out.
 * Not between machine_enter and machine_leave. */
unsigned counters_read(struct machine *, struct counter *, bool *device);

/* The value of a name; 0 if it is not there. */
uint64_t counter_value(const struct counter *, unsigned count, const char *name);

#endif
