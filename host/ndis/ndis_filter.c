/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which binding gets which frame (DER-14). Every binding has its own packet filter, multicast
 * list and look-ahead; the miniport gets the unions, and the largest look-ahead. A set that the
 * driver refuses leaves the binding's old value.
 */
#include <stdlib.h>

#include "ndis_machine.h"

/* Under m->lock. */
static bool is_among(const UCHAR (*list)[6], UINT count, const UCHAR *address)
{
    for (UINT i = 0; i < count; i++) {
        if (memcmp(list[i], address, 6) == 0)
            return true;
    }
    return false;
}

bool ndis_filter_accepts(const struct ndis_binding *binding, const UCHAR *destination,
                         bool is_local)
{
    static const UCHAR broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    ULONG filter = __atomic_load_n(&binding->filter, __ATOMIC_RELAXED);
    struct ndis_miniport *m = binding->miniport;
    bool is_member;

    if (!filter || ndis_is_closing(binding))
        return false;
    if ((filter & NDIS_PACKET_TYPE_PROMISCUOUS) ||
        (is_local && (filter & NDIS_PACKET_TYPE_ALL_LOCAL)))
        return true;
    if (!(destination[0] & 1))
        return (filter & NDIS_PACKET_TYPE_DIRECTED) &&
               (m->has_address ? memcmp(destination, m->address, 6) == 0 : !is_local);
    if (memcmp(destination, broadcast, 6) == 0)
        return filter & NDIS_PACKET_TYPE_BROADCAST;
    if (filter & NDIS_PACKET_TYPE_ALL_MULTICAST)
        return true;
    if (!(filter & NDIS_PACKET_TYPE_MULTICAST))
        return false;
    ndis_lock(&m->lock);
    is_member = binding->multicast && is_among((const UCHAR(*)[6])binding->multicast->address,
                                               binding->multicast->count, destination);
    ndis_unlock(&m->lock);
    return is_member;
}

/* ---- unions; under m->lock ---- */

static void unite_filters(struct ndis_miniport *m)
{
    ULONG filter = 0;

    for (struct ndis_binding *binding = m->bindings; binding; binding = binding->next)
        filter |= ndis_is_closing(binding) ? 0 : binding->filter;
    m->filter = filter;
    __atomic_store_n(
        &m->detours,
        (ndis_verifying() ? DETOUR_VERIFY : 0u) | (m->maps_packets ? DETOUR_DMA : 0u) |
            (filter && (m->mac_options & NDIS_MAC_OPTION_NO_LOOPBACK) ? DETOUR_LOOPBACK : 0u),
        __ATOMIC_RELAXED);
}

static void unite_lookaheads(struct ndis_miniport *m)
{
    m->lookahead = 0;
    for (struct ndis_binding *binding = m->bindings; binding; binding = binding->next)
        if (!ndis_is_closing(binding) && binding->lookahead > m->lookahead)
            m->lookahead = binding->lookahead;
}

/* False: no memory, nothing changed. */
static bool unite_lists(struct ndis_miniport *m)
{
    struct ndis_multicast *all;
    size_t most = 0;

    for (struct ndis_binding *binding = m->bindings; binding; binding = binding->next)
        most += binding->multicast ? binding->multicast->count : 0;
    all = malloc(sizeof(*all) + most * 6);
    if (!all)
        return false;
    all->count = 0;
    for (struct ndis_binding *binding = m->bindings; binding; binding = binding->next) {
        const struct ndis_multicast *list = ndis_is_closing(binding) ? NULL : binding->multicast;
        UINT before = all->count; /* one binding's list goes as it is: the driver judges it */
        for (UINT i = 0; list && i < list->count; i++) {
            if (!is_among((const UCHAR(*)[6])all->address, before, list->address[i]))
                memcpy(all->address[all->count++], list->address[i], 6);
        }
    }
    free(m->multicast);
    m->multicast = all;
    return true;
}

/* ---- sets ---- */

static NDIS_STATUS set_list(struct ndis_miniport *m, struct ndis_binding *binding,
                            const void *buffer, ULONG length_bytes)
{
    struct ndis_multicast *list = malloc(sizeof(*list) + length_bytes);

    if (!list)
        return NDIS_STATUS_RESOURCES;
    list->count = length_bytes / 6;
    if (length_bytes)
        memcpy(list->address, buffer, length_bytes);
    m->filter_undo.multicast = binding->multicast;
    binding->multicast = list;
    if (unite_lists(m))
        return NDIS_STATUS_SUCCESS;
    binding->multicast = m->filter_undo.multicast;
    free(list);
    return NDIS_STATUS_RESOURCES;
}

NDIS_STATUS ndis_filter_set(struct ndis_miniport *m, struct ndis_binding *binding, NDIS_OID oid,
                            PVOID *buffer, ULONG *length_bytes)
{
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    ULONG filter;

    ndis_lock(&m->lock);
    if (oid == OID_GEN_CURRENT_PACKET_FILTER && *length_bytes >= sizeof(ULONG)) {
        memcpy(&filter, *buffer, sizeof(ULONG));
        m->filter_undo.filter = binding->filter;
        __atomic_store_n(&binding->filter, filter, __ATOMIC_RELAXED);
        unite_filters(m);
        *buffer = &m->filter;
        m->filter_undo.binding = binding;
    } else if (oid == OID_GEN_CURRENT_LOOKAHEAD && *length_bytes >= sizeof(ULONG)) {
        m->filter_undo.lookahead = binding->lookahead;
        memcpy(&binding->lookahead, *buffer, sizeof(ULONG));
        unite_lookaheads(m);
        *buffer = &m->lookahead;
        *length_bytes = sizeof(m->lookahead);
        m->filter_undo.binding = binding;
    } else if (oid == OID_802_3_MULTICAST_LIST && *length_bytes % 6 == 0) {
        status = set_list(m, binding, *buffer, *length_bytes);
        if (status == NDIS_STATUS_SUCCESS) {
            *buffer = m->multicast->address;
            *length_bytes = m->multicast->count * 6;
            m->filter_undo.binding = binding;
        }
    }
    m->filter_undo.oid = oid;
    ndis_unlock(&m->lock);
    return status;
}

bool ndis_filter_settle(struct ndis_miniport *m, NDIS_STATUS status)
{
    struct ndis_filter_undo *undo = &m->filter_undo;
    struct ndis_binding *binding = undo->binding;
    struct ndis_multicast *obsolete = undo->multicast;

    if (!binding)
        return false;
    if (undo->oid == OID_GEN_CURRENT_PACKET_FILTER) {
        if (status != NDIS_STATUS_SUCCESS)
            __atomic_store_n(&binding->filter, undo->filter, __ATOMIC_RELAXED);
        unite_filters(m);
    } else if (undo->oid == OID_GEN_CURRENT_LOOKAHEAD) {
        if (status != NDIS_STATUS_SUCCESS)
            binding->lookahead = undo->lookahead;
    } else if (status != NDIS_STATUS_SUCCESS) {
        obsolete = binding->multicast;
        binding->multicast = undo->multicast;
        unite_lists(m);
    }
    free(obsolete);
    *undo = (struct ndis_filter_undo){0};
    return true;
}

/* ---- a binding closes ---- */

NDIS_STATUS ndis_filter_unite(struct ndis_miniport *m, NDIS_OID oid, PVOID *buffer,
                              ULONG *length_bytes)
{
    bool is_done = true;

    ndis_lock(&m->lock);
    if (oid == OID_GEN_CURRENT_PACKET_FILTER) {
        unite_filters(m);
        *buffer = &m->filter;
        *length_bytes = sizeof(m->filter);
    } else if ((is_done = unite_lists(m))) {
        *buffer = m->multicast->address;
        *length_bytes = m->multicast->count * 6;
    }
    ndis_unlock(&m->lock);
    return is_done ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

/* ---- queries ---- */

NDIS_STATUS ndis_filter_query_list(struct ndis_binding *binding, bool of_all,
                                   struct QUERY_INFORMATION *query)
{
    struct ndis_miniport *m = binding->miniport;
    const struct ndis_multicast *list;
    UINT length_bytes;

    ndis_lock(&m->lock);
    list = of_all ? m->multicast : binding->multicast;
    length_bytes = list ? list->count * 6 : 0;
    query->BytesWritten = 0;
    query->BytesNeeded = length_bytes;
    if (query->InformationBufferLength >= length_bytes) {
        query->BytesWritten = length_bytes;
        if (length_bytes)
            memcpy(query->InformationBuffer, list->address, length_bytes);
    }
    ndis_unlock(&m->lock);
    return query->BytesWritten == length_bytes ? NDIS_STATUS_SUCCESS : NDIS_STATUS_INVALID_LENGTH;
}
