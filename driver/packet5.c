/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The edge to NDIS 5: what the send core does with a packet, and packets for received frames.
 */
#include "nic_miniport.h"

static PNDIS_PACKET packet_of(struct nic_unit *unit)
{
    return (PNDIS_PACKET)(PVOID)unit;
}

static struct nic_unit *unit_of(PNDIS_PACKET packet)
{
    return (struct nic_unit *)(PVOID)packet;
}

/* ---- send ---- */

ULONG nic_edge_unit_length(struct nic_unit *unit)
{
    PNDIS_BUFFER first;
    UINT total;
    NdisQueryPacket(packet_of(unit), NULL, NULL, &first, &total);
    return first ? total : 0;
}

ULONG nic_edge_unit_copy(PUCHAR to, struct nic_unit *unit, ULONG room)
{
    PNDIS_BUFFER buffer;
    ULONG copied = 0;
    NdisQueryPacket(packet_of(unit), NULL, NULL, &buffer, NULL);
    while (buffer) {
        PVOID address = NULL;
        UINT length;
        NdisQueryBufferSafe(buffer, &address, &length, NormalPagePriority);
        if (length > room - copied || (length && !address))
            return 0;
        if (length)
            NdisMoveMemory(to + copied, address, length);
        copied += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    return copied;
}

void nic_edge_unit_order(struct nic_unit *unit, struct nic_order *order)
{
    ULONGLONG time = NDIS_GET_PACKET_TIME_TO_SEND(packet_of(unit));
    PVOID information;
    UINT size;
    struct nic_oob oob;
    order->flags = 0;
    order->timed = FALSE;
    order->launch_ns = 0;
    if (time) {
        order->flags = NIC_OOB_LAUNCH | NIC_OOB_REPORT;
        order->timed = TRUE;
        order->launch_ns = time > ~(ULONGLONG)0 / 100 ? ~(ULONGLONG)0 : time * 100;
    }
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet_of(unit), &information, &size);
    if (!information || size < sizeof oob)
        return;
    NdisMoveMemory(&oob, information, sizeof oob);
    nic_oob_order(&oob, order);
}

PVOID nic_edge_unit_note(struct nic_unit *unit)
{
    return packet_of(unit)->MiniportReserved;
}

/* The time goes back with the packet. */
void nic_edge_unit_time(struct nic_unit *unit, BOOLEAN timed, ULONGLONG time_ns)
{
    PVOID information;
    UINT size;
    if (timed)
        NDIS_SET_PACKET_TIME_SENT(packet_of(unit), time_ns / 100);
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet_of(unit), &information, &size);
    if (information && size >= sizeof(struct nic_oob))
        nic_oob_time(information, time_ns);
}

void nic_edge_sent(struct nic_adapter *a, struct nic_unit *unit, NDIS_STATUS status)
{
    NdisMSendComplete(a->handle, packet_of(unit), status);
}

void nic_edge_send_again(struct nic_adapter *a)
{
    NdisMSendResourcesAvailable(a->handle);
}

NDIS_STATUS NTAPI nic_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags)
{
    struct nic_adapter *a = context;
    NDIS_STATUS status;
    UNREFERENCED_PARAMETER(flags);
    status = nic_send_unit(a, unit_of(packet));
    nic_out_flush(a);
    return status;
}

VOID NTAPI nic_send_packets(NDIS_HANDLE context, PPNDIS_PACKET packets, UINT count)
{
    struct nic_adapter *a = context;
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;
    UINT i;
    /* The status is set before the flush: afterwards a packet may be complete and somebody else's. */
    for (i = 0; i < count; i++) {
        if (status != NDIS_STATUS_RESOURCES)
            status = nic_send_unit(a, unit_of(packets[i]));
        NDIS_SET_PACKET_STATUS(packets[i], status);
    }
    nic_out_flush(a);
}

/* ---- receive ---- */

NDIS_STATUS nic_edge_slots_begin(struct nic_adapter *a)
{
    NDIS_STATUS status;
    NdisAllocatePacketPool(&status, &a->edge.packet_pool, NIC_RX_SLOTS, 4 * sizeof(PVOID));
    if (status != NDIS_STATUS_SUCCESS) {
        a->edge.packet_pool = NULL;
        return status;
    }
    NdisAllocateBufferPool(&status, &a->edge.buffer_pool, NIC_RX_SLOTS);
    if (status != NDIS_STATUS_SUCCESS)
        a->edge.buffer_pool = NULL;
    return status;
}

void nic_edge_end(struct nic_adapter *a)
{
    if (a->edge.buffer_pool)
        NdisFreeBufferPool(a->edge.buffer_pool);
    if (a->edge.packet_pool)
        NdisFreePacketPool(a->edge.packet_pool);
}

NDIS_STATUS nic_edge_slot_make(struct nic_adapter *a, ULONG index, ULONG bytes)
{
    struct nic_rx_slot *slot = &a->slots[index];
    NDIS_STATUS status;
    NdisAllocatePacket(&status, &slot->edge.packet, a->edge.packet_pool);
    if (status != NDIS_STATUS_SUCCESS) {
        slot->edge.packet = NULL;
        return status;
    }
    NdisAllocateBuffer(&status, &slot->edge.buffer, a->edge.buffer_pool, slot->data, bytes);
    if (status != NDIS_STATUS_SUCCESS) {
        slot->edge.buffer = NULL;
        return status;
    }
    NdisChainBufferAtFront(slot->edge.packet, slot->edge.buffer);
    NdisMoveMemory(slot->edge.packet->MiniportReserved, &index, sizeof index);
    return status;
}

void nic_edge_slot_free(struct nic_rx_slot *slot)
{
    if (slot->edge.buffer)
        NdisFreeBuffer(slot->edge.buffer);
    if (slot->edge.packet)
        NdisFreePacket(slot->edge.packet);
}

void nic_edge_slot_fill(struct nic_rx_slot *slot, ULONG length)
{
    PNDIS_PACKET packet = slot->edge.packet;
    NdisAdjustBufferLength(slot->edge.buffer, length);
    NdisRecalculatePacketCounts(packet);
    NDIS_SET_PACKET_HEADER_SIZE(packet, NIC_MAC_HEADER);
    NDIS_SET_PACKET_TIME_RECEIVED(packet, slot->oob.time_ns / 100);
    NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(packet, &slot->oob, sizeof slot->oob);
}

static ULONG slot_of(PNDIS_PACKET packet)
{
    ULONG index;
    NdisMoveMemory(&index, packet->MiniportReserved, sizeof index);
    return index;
}

void nic_edge_indicate(struct nic_adapter *a, const ULONG *slots, ULONG count, BOOLEAN lend)
{
    PNDIS_PACKET packets[NIC_RX_BATCH];
    ULONG i;
    for (i = 0; i < count; i++) {
        packets[i] = a->slots[slots[i]].edge.packet;
        NDIS_SET_PACKET_STATUS(packets[i], lend ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES);
    }
    NdisMIndicateReceivePacket(a->handle, packets, count);
    for (i = 0; i < count; i++) {
        if (lend && NDIS_GET_PACKET_STATUS(packets[i]) == NDIS_STATUS_PENDING)
            a->lent_count++;
        else
            nic_rx_slot_back(a, slots[i]);
    }
}

VOID NTAPI nic_return_packet(NDIS_HANDLE context, PNDIS_PACKET packet)
{
    struct nic_adapter *a = context;
    a->lent_count--;
    nic_rx_slot_back(a, slot_of(packet));
}

void nic_edge_returns(struct nic_adapter *a)
{
    UNREFERENCED_PARAMETER(a); /* they come by MiniportReturnPacket */
}

void nic_edge_halted(struct nic_adapter *a)
{
    UNREFERENCED_PARAMETER(a); /* the edge holds no packets */
}
