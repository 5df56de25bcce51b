/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path's detours, for packets that cannot go straight to the driver: the verifier refuses some, the loopback takes
 * some or a copy, a scatter/gather list is made. What is left out of an array keeps the rest of it in order.
 */
#include "ndis_machine_send.h"

static bool is_looping(const struct ndis_binding *binding)
{
    return __atomic_load_n(&binding->miniport->detours, __ATOMIC_RELAXED) & DETOUR_LOOPBACK;
}

/* A copy for the bindings that want it; NULL also for a packet that will be refused. Not NULL and
 * its packet set: the packet is the loopback's, DONE until the copy has been delivered. */
static struct ndis_loop *loop_take(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    struct ndis_loop *loop = ndis_send_refusal(binding->miniport, binding) == NDIS_STATUS_SUCCESS
                                 ? ndis_loopback_take(binding, packet)
                                 : NULL;

    if (loop && loop->packet) {
        ndis_packet_set_owner(packet, binding);
        ndis_packet_set(packet, PACKET_DONE);
        ndis_count_add(&binding->sent, false);
    }
    return loop;
}

void ndis_send_looped(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    ndis_count_add(&m->unsent, false);
    give_back(m, packet, NDIS_STATUS_SUCCESS, "loopback", ndis_verifying());
}

/* With a scatter/gather list, if the driver wants them. */
static NDIS_STATUS send_mapped(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    struct ndis_miniport *m = binding->miniport;
    NDIS_STATUS status;

    if (!m->maps_packets)
        return ndis_send_one(binding, packet);
    if (ndis_dma_map_packet(m, packet)) {
        status = ndis_send_one(binding, packet);
        if (status != NDIS_STATUS_PENDING)
            ndis_dma_unmap_packet(m, packet);
        return status;
    }
    if (ndis_verifying())
        ndis_verify_return(packet, NDIS_STATUS_RESOURCES, "NdisSend");
    return NDIS_STATUS_RESOURCES;
}

NDIS_STATUS ndis_send_detour(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    NDIS_VISIT(.call = "NdisSend", .binding = binding, .packet = packet);
    struct ndis_loop *loop = NULL;
    NDIS_STATUS status;

    if (!ndis_visit(&visit))
        return NDIS_STATUS_FAILURE;
    if (ndis_verifying() && !ndis_verify_submit("NdisSend", binding, packet))
        return NDIS_STATUS_FAILURE;
    if (is_looping(binding))
        loop = loop_take(binding, packet);
    status = loop && loop->packet ? NDIS_STATUS_PENDING : send_mapped(binding, packet);
    if (loop)
        ndis_loopback_post(binding->miniport, loop);
    return status;
}

/* What cannot be mapped is left out. */
static void send_array_mapped(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    UINT first = 0;

    for (UINT i = 0; binding->miniport->maps_packets && i < count; i++) {
        if (ndis_dma_map_packet(binding->miniport, packets[i]))
            continue;
        ndis_send_array(binding, packets + first, i - first);
        ndis_send_refuse(binding, packets[i], NDIS_STATUS_RESOURCES);
        first = i + 1;
    }
    ndis_send_array(binding, packets + first, count - first);
}

/* What is looped back and not sent is left out. */
static void send_array_looped(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    struct ndis_miniport *m = binding->miniport;
    struct ndis_loop *list = NULL, **tail = &list;
    UINT first = 0;

    for (UINT i = 0; i < count; i++) {
        struct ndis_loop *loop = loop_take(binding, packets[i]);
        if (!loop)
            continue;
        *tail = loop;
        tail = &loop->next;
        if (!loop->packet)
            continue;
        send_array_mapped(binding, packets + first, i - first);
        first = i + 1;
    }
    send_array_mapped(binding, packets + first, count - first);
    if (list)
        ndis_loopback_post(m, list);
}

static void send_array_any(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    if (is_looping(binding))
        send_array_looped(binding, packets, count);
    else
        send_array_mapped(binding, packets, count);
}

/* What the verifier refuses is left out. */
static void send_array_verified(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    UINT first = 0;

    for (UINT i = 0; i < count; i++) {
        if (ndis_verify_submit("NdisSendPackets", binding, packets[i]))
            continue;
        send_array_any(binding, packets + first, i - first);
        first = i + 1;
    }
    send_array_any(binding, packets + first, count - first);
}

void ndis_send_array_detour(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    NDIS_VISIT(.call = "NdisSendPackets", .binding = binding, .packet = count ? packets[0] : NULL);

    if (!ndis_visit(&visit))
        return;
    if (ndis_verifying())
        send_array_verified(binding, packets, count);
    else
        send_array_any(binding, packets, count);
}
