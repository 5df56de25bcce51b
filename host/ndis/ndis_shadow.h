/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verifier keeps of a packet or an NBL, in the NDIS_SHADOW_BYTES before it, and what its two files share.
 */
#ifndef NDIS_SHADOW_H
#define NDIS_SHADOW_H

#include <stdarg.h>

#include "ndis_machine.h"

#define NDIS_SHADOW_EVENTS 12

enum shadow_owner { OWNER_POOL, OWNER_PROTOCOL, OWNER_LIBRARY, OWNER_DRIVER };

struct event {
    uint64_t time_ns;
    NDIS_STATUS status;
    uint8_t what;
};

/* Under ndis_shadow_lock. */
struct shadow {
    uint8_t owner; /* enum shadow_owner */
    bool in_transit;
    bool is_owed;      /* by a driver that is being reset */
    uint64_t given_in; /* number of the call, ndis_verify_reset.c */
    uint64_t sum_descriptor, sum_buffers, sum_data, sum_oob;
    uint64_t submitted; /* how often */
    unsigned event_count;
    struct event events[NDIS_SHADOW_EVENTS];
};

_Static_assert(sizeof(struct shadow) <= NDIS_SHADOW_BYTES, "a shadow fits before a descriptor");

extern struct nic_lock ndis_shadow_lock;

static inline struct shadow *ndis_shadow_of(void *unit)
{
    return (struct shadow *)(void *)((UCHAR *)unit - NDIS_SHADOW_BYTES);
}

#define NDIS_SUM_START 0xCBF29CE484222325u

uint64_t ndis_sum(uint64_t sum, const void *data, size_t length); /* a checksum goes on over data */
void ndis_shadow_remember(struct shadow *shadow, enum ndis_event what, NDIS_STATUS status);
/* A finding about a `kind` at `unit` (NULL: about none), with its history (NULL: without). No lock held. */
void ndis_verify_report(const char *kind, const void *unit, struct shadow *shadow,
                        const char *format, va_list list);

#endif
