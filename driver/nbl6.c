/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The edge to NDIS 6: NBLs on their way to the send core and back, and NBLs for received frames. The core sends
 * NET_BUFFERs; an NBL is complete when all of its NET_BUFFERs are, with the first status among theirs that is not SUCCESS.
 *
 * MiniportReserved of a NET_BUFFER: [0] the core's note, [1] its NBL. Of an NBL: [0] how many NET_BUFFERs are not done.
 * Of a received NBL: [0] its slot.
 */
#include "nic_miniport.h"

static PNET_BUFFER nb_of(struct nic_unit *unit)
{
    return (PNET_BUFFER)(PVOID)unit;
}

/* ---- units ---- */

ULONG nic_edge_unit_length(struct nic_unit *unit)
{
    return NET_BUFFER_CURRENT_MDL(nb_of(unit)) ? NET_BUFFER_DATA_LENGTH(nb_of(unit)) : 0;
}

ULONG nic_edge_unit_copy(PUCHAR to, struct nic_unit *unit, ULONG room)
{
    PNET_BUFFER nb = nb_of(unit);
    PMDL mdl = NET_BUFFER_CURRENT_MDL(nb);
    ULONG skip = NET_BUFFER_CURRENT_MDL_OFFSET(nb), left = NET_BUFFER_DATA_LENGTH(nb), copied = 0;
    if (left > room)
        return 0;
    while (mdl && left) {
        PVOID address = NULL;
        UINT length;
        NdisQueryMdl(mdl, &address, &length, NormalPagePriority);
        if (length && !address)
            return 0;
        length = length > skip ? length - skip : 0;
        length = length < left ? length : left;
        if (length)
            NdisMoveMemory(to + copied, (PUCHAR)address + skip, length);
        copied += length;
        left -= length;
        skip = 0;
        NdisGetNextMdl(mdl, &mdl);
    }
    NET_BUFFER_MINIPORT_RESERVED(nb)[2] = (PVOID)(ULONG_PTR)nic_traffic_kind(to);
    return copied;
}

static PNET_BUFFER_LIST nbl_of(PNET_BUFFER nb)
{
    return NET_BUFFER_MINIPORT_RESERVED(nb)[1];
}

/* There is no TimeToSend; whoever wants a launch time attaches a struct nic_oob. */
void nic_edge_unit_order(struct nic_unit *unit, struct nic_order *order)
{
    PVOID information = NET_BUFFER_LIST_INFO(nbl_of(nb_of(unit)), MediaSpecificInformation);
    struct nic_oob oob;
    NdisZeroMemory(order, sizeof *order);
    if (!information)
        return;
    NdisMoveMemory(&oob, information, sizeof oob);
    nic_oob_order(&oob, order);
}

PVOID nic_edge_unit_note(struct nic_unit *unit)
{
    return &NET_BUFFER_MINIPORT_RESERVED(nb_of(unit))[0];
}

void nic_edge_unit_time(struct nic_unit *unit, BOOLEAN timed, ULONGLONG time_ns)
{
    PVOID information = NET_BUFFER_LIST_INFO(nbl_of(nb_of(unit)), MediaSpecificInformation);
    UNREFERENCED_PARAMETER(timed);
    if (information)
        nic_oob_time(information, time_ns);
}

/* ---- NBLs ---- */

/* A pause that begins meanwhile waits until we are out of the core. */
static BOOLEAN is_paused(struct nic_adapter *a)
{
    BOOLEAN paused;
    NdisAcquireSpinLock(&a->edge.lock);
    paused = a->edge.paused;
    NdisReleaseSpinLock(&a->edge.lock);
    return paused;
}

static void nb_done(struct nic_adapter *a, PNET_BUFFER nb, NDIS_STATUS status)
{
    PNET_BUFFER_LIST nbl = nbl_of(nb);
    PVOID *left = NET_BUFFER_LIST_MINIPORT_RESERVED(nbl);
    if (status == NDIS_STATUS_SUCCESS)
        nic_traffic_count(&a->edge.sent, (ULONG)(ULONG_PTR)NET_BUFFER_MINIPORT_RESERVED(nb)[2],
                          NET_BUFFER_DATA_LENGTH(nb));
    if (NET_BUFFER_LIST_STATUS(nbl) == NDIS_STATUS_SUCCESS)
        NET_BUFFER_LIST_STATUS(nbl) = status;
    left[0] = (PVOID)((ULONG_PTR)left[0] - 1);
    if (left[0])
        return;
    NET_BUFFER_LIST_NEXT_NBL(nbl) = NULL;
    if (a->edge.done_tail)
        NET_BUFFER_LIST_NEXT_NBL(a->edge.done_tail) = nbl;
    else
        a->edge.done_head = nbl;
    a->edge.done_tail = nbl;
}

void nic_edge_sent(struct nic_adapter *a, struct nic_unit *unit, NDIS_STATUS status)
{
    nb_done(a, nb_of(unit), status);
}

void nic_edge_send_again(struct nic_adapter *a)
{
    UNREFERENCED_PARAMETER(a); /* the gate's owner looks at the queue before he leaves */
}

void nic_nbl_tell(struct nic_adapter *a)
{
    PNET_BUFFER_LIST chain = a->edge.done_head;
    a->edge.done_head = a->edge.done_tail = NULL;
    if (chain)
        NdisMSendNetBufferListsComplete(a->handle, chain, 0);
}

void nic_edge_halted(struct nic_adapter *a)
{
    nic_nbl_refuse(a, NDIS_STATUS_REQUEST_ABORTED);
    nic_nbl_tell(a);
}

/* The next NET_BUFFER to be sent, after one that has been (`advance`); from then on its NBL cannot be cancelled. */
static PNET_BUFFER queue_next(struct nic_adapter *a, BOOLEAN advance)
{
    struct nic_edge *e = &a->edge;
    PNET_BUFFER nb;
    NdisAcquireSpinLock(&e->lock);
    if (advance) {
        e->next_nb = NET_BUFFER_NEXT_NB(e->next_nb);
        if (!e->next_nb)
            e->queue_head = NET_BUFFER_LIST_NEXT_NBL(e->queue_head);
        if (!e->queue_head)
            e->queue_tail = NULL;
    }
    if (e->queue_head && !e->next_nb)
        e->next_nb = NET_BUFFER_LIST_FIRST_NB(e->queue_head);
    nb = e->next_nb;
    NdisReleaseSpinLock(&e->lock);
    return nb;
}

/* None of it is with the core: it may be cancelled again. */
static void queue_unpeek(struct nic_adapter *a)
{
    struct nic_edge *e = &a->edge;
    NdisAcquireSpinLock(&e->lock);
    if (e->queue_head && e->next_nb == NET_BUFFER_LIST_FIRST_NB(e->queue_head))
        e->next_nb = NULL;
    NdisReleaseSpinLock(&e->lock);
}

void nic_nbl_refuse(struct nic_adapter *a, NDIS_STATUS status)
{
    PNET_BUFFER nb = queue_next(a, FALSE);
    while (nb) {
        PNET_BUFFER refused = nb;
        nb = queue_next(a, TRUE);
        nb_done(a, refused, status);
    }
}

void nic_nbl_pump(struct nic_adapter *a)
{
    PNET_BUFFER nb;
    if (is_paused(a))
        nic_nbl_refuse(a, NDIS_STATUS_PAUSED);
    nb = queue_next(a, FALSE);
    while (nb &&
           (a->state >= NIC_STATE_DEAD || (a->state == NIC_STATE_RUNNING && nic_send_room(a)))) {
        PNET_BUFFER sent = nb;
        NDIS_STATUS status = nic_send_unit(a, (struct nic_unit *)(PVOID)sent);
        if (status == NDIS_STATUS_RESOURCES)
            break;
        nb = queue_next(a, TRUE); /* before a flush: that may complete it */
        if (status != NDIS_STATUS_PENDING)
            nb_done(a, sent, status);
    }
    if (nb)
        queue_unpeek(a);
    nic_out_flush(a);
}

VOID NTAPI nic_send_nbls(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, NDIS_PORT_NUMBER port,
                         ULONG flags)
{
    struct nic_adapter *a = context;
    struct nic_edge *e = &a->edge;
    PNET_BUFFER_LIST nbl, last = NULL;
    PNET_BUFFER nb;
    UNREFERENCED_PARAMETER(port);
    UNREFERENCED_PARAMETER(flags);
    for (nbl = nbls; nbl; nbl = NET_BUFFER_LIST_NEXT_NBL(nbl)) {
        ULONG_PTR count = 0;
        for (nb = NET_BUFFER_LIST_FIRST_NB(nbl); nb; nb = NET_BUFFER_NEXT_NB(nb), count++)
            NET_BUFFER_MINIPORT_RESERVED(nb)[1] = nbl;
        NET_BUFFER_LIST_MINIPORT_RESERVED(nbl)[0] = (PVOID)count;
        NET_BUFFER_LIST_STATUS(nbl) = NDIS_STATUS_SUCCESS;
        last = nbl;
    }
    NdisAcquireSpinLock(&e->lock);
    if (e->queue_tail)
        NET_BUFFER_LIST_NEXT_NBL(e->queue_tail) = nbls;
    else
        e->queue_head = nbls;
    e->queue_tail = last;
    NdisReleaseSpinLock(&e->lock);
    nic_gate_run(a, NIC_WORK_LOOK);
}

/* What the core has none of, with this id. */
static PNET_BUFFER_LIST queue_take(struct nic_edge *e, PVOID id)
{
    PNET_BUFFER_LIST taken = NULL, *tail = &taken, *at = &e->queue_head, last = NULL;
    while (*at) {
        PNET_BUFFER_LIST nbl = *at;
        if ((nbl == e->queue_head && e->next_nb) || NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(nbl) != id) {
            last = nbl;
            at = &NET_BUFFER_LIST_NEXT_NBL(nbl);
            continue;
        }
        *at = NET_BUFFER_LIST_NEXT_NBL(nbl);
        NET_BUFFER_LIST_NEXT_NBL(nbl) = NULL;
        NET_BUFFER_LIST_STATUS(nbl) = NDIS_STATUS_SEND_ABORTED;
        *tail = nbl;
        tail = &NET_BUFFER_LIST_NEXT_NBL(nbl);
    }
    e->queue_tail = last;
    return taken;
}

VOID NTAPI nic_cancel_send(NDIS_HANDLE context, PVOID id)
{
    struct nic_adapter *a = context;
    PNET_BUFFER_LIST chain;
    BOOLEAN pausing;
    NdisAcquireSpinLock(&a->edge.lock);
    chain = queue_take(&a->edge, id);
    a->edge.cancelling++;
    NdisReleaseSpinLock(&a->edge.lock);
    if (chain)
        NdisMSendNetBufferListsComplete(a->handle, chain, 0);
    NdisAcquireSpinLock(&a->edge.lock);
    a->edge.cancelling--;
    pausing = a->edge.pausing;
    NdisReleaseSpinLock(&a->edge.lock);
    if (pausing)
        nic_gate_run(a, NIC_WORK_LOOK);
}

/* ---- receive ---- */

NDIS_STATUS nic_edge_slots_begin(struct nic_adapter *a)
{
    NET_BUFFER_LIST_POOL_PARAMETERS p;
    NdisZeroMemory(&p, sizeof p);
    p.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    p.Header.Revision = NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1;
    p.Header.Size = NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1;
    p.fAllocateNetBuffer = TRUE;
    p.PoolTag = NIC_TAG_MEMORY;
    a->edge.nbl_pool = NdisAllocateNetBufferListPool(a->handle, &p);
    return a->edge.nbl_pool ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
}

void nic_edge_end(struct nic_adapter *a)
{
    if (a->edge.nbl_pool)
        NdisFreeNetBufferListPool(a->edge.nbl_pool);
    NdisFreeSpinLock(&a->edge.lock);
}

NDIS_STATUS nic_edge_slot_make(struct nic_adapter *a, ULONG index, ULONG bytes)
{
    struct nic_rx_slot *slot = &a->slots[index];
    slot->edge.mdl = NdisAllocateMdl(a->handle, slot->data, bytes);
    if (!slot->edge.mdl)
        return NDIS_STATUS_RESOURCES;
    slot->edge.nbl =
        NdisAllocateNetBufferAndNetBufferList(a->edge.nbl_pool, 0, 0, slot->edge.mdl, 0, bytes);
    if (!slot->edge.nbl)
        return NDIS_STATUS_RESOURCES;
    slot->edge.nbl->SourceHandle = a->handle;
    NET_BUFFER_LIST_MINIPORT_RESERVED(slot->edge.nbl)[0] = (PVOID)(ULONG_PTR)index;
    NET_BUFFER_LIST_INFO(slot->edge.nbl, MediaSpecificInformation) = &slot->oob;
    return NDIS_STATUS_SUCCESS;
}

void nic_edge_slot_free(struct nic_rx_slot *slot)
{
    if (slot->edge.nbl)
        NdisFreeNetBufferList(slot->edge.nbl);
    if (slot->edge.mdl)
        NdisFreeMdl(slot->edge.mdl);
}

void nic_edge_slot_fill(struct nic_rx_slot *slot, ULONG length)
{
    NET_BUFFER_DATA_LENGTH(NET_BUFFER_LIST_FIRST_NB(slot->edge.nbl)) = length;
}

void nic_edge_indicate(struct nic_adapter *a, const ULONG *slots, ULONG count, BOOLEAN lend)
{
    BOOLEAN up = !is_paused(a);
    ULONG i;
    for (i = 0; i < count; i++) {
        const struct nic_rx_slot *slot = &a->slots[slots[i]];
        NET_BUFFER_LIST_NEXT_NBL(slot->edge.nbl) =
            i + 1 < count ? a->slots[slots[i + 1]].edge.nbl : NULL;
        if (up)
            nic_traffic_count(&a->edge.received, nic_traffic_kind(slot->data),
                              NET_BUFFER_DATA_LENGTH(NET_BUFFER_LIST_FIRST_NB(slot->edge.nbl)));
    }
    if (up && lend) {
        a->lent_count += count;
        NdisMIndicateReceiveNetBufferLists(a->handle, a->slots[slots[0]].edge.nbl,
                                           NDIS_DEFAULT_PORT_NUMBER, count, 0);
        return;
    }
    if (up)
        NdisMIndicateReceiveNetBufferLists(a->handle, a->slots[slots[0]].edge.nbl,
                                           NDIS_DEFAULT_PORT_NUMBER, count,
                                           NDIS_RECEIVE_FLAGS_RESOURCES);
    else
        a->rcv_no_buffer += count; /* nobody may be told while paused */
    for (i = 0; i < count; i++)
        nic_rx_slot_back(a, slots[i]);
}

void nic_edge_returns(struct nic_adapter *a)
{
    PNET_BUFFER_LIST nbl;
    NdisAcquireSpinLock(&a->edge.lock);
    nbl = a->edge.returned;
    a->edge.returned = NULL;
    NdisReleaseSpinLock(&a->edge.lock);
    while (nbl) {
        PNET_BUFFER_LIST next = NET_BUFFER_LIST_NEXT_NBL(nbl);
        a->lent_count--;
        nic_rx_slot_back(a, (ULONG)(ULONG_PTR)NET_BUFFER_LIST_MINIPORT_RESERVED(nbl)[0]);
        nbl = next;
    }
}

VOID NTAPI nic_return_nbls(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, ULONG flags)
{
    struct nic_adapter *a = context;
    PNET_BUFFER_LIST last = nbls;
    UNREFERENCED_PARAMETER(flags);
    while (NET_BUFFER_LIST_NEXT_NBL(last))
        last = NET_BUFFER_LIST_NEXT_NBL(last);
    NdisAcquireSpinLock(&a->edge.lock);
    NET_BUFFER_LIST_NEXT_NBL(last) = a->edge.returned;
    a->edge.returned = nbls;
    NdisReleaseSpinLock(&a->edge.lock);
    nic_gate_run(a, NIC_WORK_LOOK);
}
