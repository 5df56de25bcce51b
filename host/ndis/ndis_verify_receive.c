/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier for received packets: who has them, and that no protocol writes to what it is only lent. They are in
 * transit from their indication until the driver has them back.
 */
#include "ndis_shadow.h"

/* Protocols may write to ProtocolReserved, and the driver to its own: buffers and data are what nobody may change. */
static uint64_t sum_contents(PNDIS_PACKET packet)
{
    uint64_t sum = NDIS_SUM_START;

    for (PNDIS_BUFFER buffer = packet->Private.Head; buffer; buffer = buffer->Next) {
        sum = ndis_sum(sum, buffer, sizeof(*buffer));
        if (buffer->MappedSystemVa)
            sum = ndis_sum(sum, buffer->MappedSystemVa, buffer->ByteCount);
    }
    return sum;
}

bool ndis_verify_indicate(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    struct shadow *shadow;
    const char *fault = NULL;

    if (!ndis_packet_is_ours(packet)) {
        ndis_verify_finding(
            NULL,
            "%s: NdisMIndicateReceivePacket for packet %p, which is in no packet pool; ignored",
            m->name, (void *)packet);
        return false;
    }
    shadow = ndis_shadow_of(packet);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL)
        fault = "is free";
    else if (shadow->in_transit)
        fault = "is with the protocols, or sent, already";
    if (!fault) {
        shadow->in_transit = true;
        shadow->owner = OWNER_LIBRARY;
        shadow->sum_data = sum_contents(packet);
        ndis_shadow_remember(shadow, EVENT_INDICATED, NDIS_GET_PACKET_STATUS(packet));
    }
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_finding(packet, "%s: NdisMIndicateReceivePacket for a packet that %s; ignored",
                            m->name, fault);
    return !fault;
}

void ndis_verify_received_back(PNDIS_PACKET packet, const char *call)
{
    struct shadow *shadow = ndis_shadow_of(packet);
    bool is_changed;

    ndis_lock(&ndis_shadow_lock);
    is_changed = shadow->sum_data != sum_contents(packet);
    shadow->in_transit = false;
    shadow->owner = OWNER_PROTOCOL; /* whoever allocated it */
    ndis_shadow_remember(shadow, EVENT_RETURNED, NDIS_STATUS_SUCCESS);
    ndis_unlock(&ndis_shadow_lock);
    if (is_changed)
        ndis_verify_finding(
            packet,
            "buffers or data of the packet changed between its indication and its return by %s; "
            "protocols may only read them",
            call);
}

bool ndis_verify_return_packet(PNDIS_PACKET packet)
{
    if (!ndis_packet_is_ours(packet)) {
        ndis_verify_finding(NULL,
                            "NdisReturnPackets for packet %p, which is in no packet pool; ignored",
                            (void *)packet);
        return false;
    }
    if (ndis_packet_state(packet) == PACKET_INDICATED)
        return true;
    ndis_verify_finding(packet,
                        "NdisReturnPackets for a packet that nobody has been lent; ignored");
    return false;
}

/* DER-10. */
struct lent {
    struct ndis_miniport *m;
    PNDIS_PACKET packet;
};

static void find_lent(PNDIS_PACKET packet, void *context)
{
    struct lent *lent = context;

    if (ndis_packet_state(packet) != PACKET_INDICATED || ndis_packet_owner(packet) != lent->m)
        return;
    lent->packet = packet;
    ndis_packet_set(packet, PACKET_PROTOCOL); /* there is nobody left to return it to */
    ndis_lock(&ndis_shadow_lock);
    ndis_shadow_of(packet)->in_transit = false;
    ndis_shadow_of(packet)->owner = OWNER_PROTOCOL;
    ndis_unlock(&ndis_shadow_lock);
}

void ndis_verify_none_lent(struct ndis_miniport *m)
{
    struct lent lent = {.m = m};

    ndis_packets_walk(find_lent, &lent);
    if (lent.packet)
        ndis_verify_finding(lent.packet, "%s halted while this packet was lent to a protocol",
                            m->name);
}
