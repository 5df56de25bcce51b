/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier, resets of deserialized drivers: what such a driver had when MiniportReset was called it completes before it
 * ends the reset (DER-7). A packet whose MiniportSend had not returned by then is none of these: the driver may have taken
 * it after its reset. The library takes nothing from a deserialized driver before the halt, so a packet that is owed is
 * only named here.
 */
#include "ndis_shadow.h"

static struct ndis_verify_call *calls; /* of any miniport, under the shadow lock */

void ndis_verify_enter(struct ndis_verify_call *call)
{
    static uint64_t numbers;

    ndis_lock(&ndis_shadow_lock);
    *call = (struct ndis_verify_call){.next = calls, .link = &calls, .number = ++numbers};
    if (calls)
        calls->link = &call->next;
    calls = call;
    ndis_unlock(&ndis_shadow_lock);
}

void ndis_verify_leave(struct ndis_verify_call *call)
{
    ndis_lock(&ndis_shadow_lock);
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
    ndis_unlock(&ndis_shadow_lock);
}

/* Under the shadow lock. */
static bool is_in_call(const struct shadow *shadow)
{
    const struct ndis_verify_call *call = calls;

    while (call && call->number != shadow->given_in)
        call = call->next;
    return call;
}

/* Under the shadow lock. */
static bool is_with(const struct ndis_miniport *m, PNDIS_PACKET packet)
{
    return ndis_shadow_of(packet)->owner == OWNER_DRIVER &&
           ((struct ndis_binding *)ndis_packet_owner(packet))->miniport == m;
}

static void mark(PNDIS_PACKET packet, void *context)
{
    ndis_lock(&ndis_shadow_lock);
    if (is_with(context, packet) && !is_in_call(ndis_shadow_of(packet)))
        ndis_shadow_of(packet)->is_owed = true;
    ndis_unlock(&ndis_shadow_lock);
}

void ndis_verify_reset_begins(struct ndis_miniport *m)
{
    ndis_packets_walk(mark, m);
}

struct search {
    struct ndis_miniport *m;
    PNDIS_PACKET found;
};

static void find(PNDIS_PACKET packet, void *context)
{
    struct search *search = context;

    ndis_lock(&ndis_shadow_lock);
    if (!search->found && ndis_shadow_of(packet)->is_owed && is_with(search->m, packet)) {
        ndis_shadow_of(packet)->is_owed = false; /* said once */
        search->found = packet;
    }
    ndis_unlock(&ndis_shadow_lock);
}

void ndis_verify_reset_ended(struct ndis_miniport *m)
{
    for (;;) {
        struct search search = {.m = m};
        ndis_packets_walk(find, &search);
        if (!search.found)
            return;
        ndis_verify_finding(search.found,
                            "%s ended its reset without having completed this packet (DER-7)",
                            m->name);
    }
}
