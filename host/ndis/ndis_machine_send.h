/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the send path share: ndis_send.c, where the states of a packet are drawn, ndis_send_detour.c and
 * ndis_complete.c.
 */
#ifndef NDIS_MACHINE_SEND_H
#define NDIS_MACHINE_SEND_H

#include "ndis_machine.h"

/* `verify` below is ndis_verifying(), or a constant false for what was found at the entry to take no
 * detour: those functions exist twice, once without a trace of the verifier. */
#define TWICE inline __attribute__((always_inline))
#define APART __attribute__((noinline))

/* May packets be taken at all? Certain under m->lock; without it a deserialized miniport's driver, or
 * a copy for the loopback, copes with what slips through. */
NDIS_STATUS ndis_send_refusal(const struct ndis_miniport *m, const struct ndis_binding *binding);
/* Refused packets were never submitted: they are in a counter of their own. */
void ndis_send_refuse(struct ndis_binding *binding, PNDIS_PACKET packet, NDIS_STATUS status);

/* Past the detours, with whatever verifier there is. PENDING, or the final status. */
NDIS_STATUS ndis_send_one(struct ndis_binding *binding, PNDIS_PACKET packet);
void ndis_send_array(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count);

/* NdisSend and NdisSendPackets with a detour: the verifier, the loopback or DMA. */
NDIS_STATUS ndis_send_detour(struct ndis_binding *binding, PNDIS_PACKET packet);
void ndis_send_array_detour(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count);

/* ---- giving back ---- */

static inline bool is_inside(const struct ndis_miniport *m)
{
    return m->serialized; /* whoever gives back packets of a serialized miniport owns its gate */
}

static inline void account(struct ndis_miniport *m, struct ndis_binding *binding,
                           NDIS_STATUS status)
{
    ndis_count_add(status == NDIS_STATUS_SUCCESS ? &binding->done_ok : &binding->done_error,
                   is_inside(m));
    if (unlikely(ndis_is_closing(binding)))
        ndis_binding_maybe_closed(binding);
}

/* Edge DONE -> PROTOCOL by callback. After the callback the packet may be anywhere. */
static TWICE void give_back(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status,
                            const char *call, bool verify)
{
    struct ndis_binding *binding = ndis_packet_owner(packet);

    if (verify) {
        ndis_verify_return(packet, status, call);
        ndis_verify_nest(packet, 1);
    }
    if (unlikely(m->maps_packets))
        ndis_dma_unmap_packet(m, packet);
    ndis_packet_set(packet, PACKET_PROTOCOL);
    OUTSIDE_IF(verify, binding->send_complete)(binding->context, packet, status);
    if (verify)
        ndis_verify_nest(NULL, -1);
    account(m, binding, status);
}

#endif
