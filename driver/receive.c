/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RX stream: records cut into transfers anywhere, put together in packets of the driver's own pool and indicated in
 * batches. Packets are lent to the protocols as long as enough are left here; below that they are indicated with
 * RESOURCES, so that the protocols copy and the packets are ours again at once. No frame is lost for want of packets.
 */
#include "nic_miniport.h"

static NDIS_STATUS slot_allocate(struct nic_adapter *a, struct nic_rx_slot *slot, ULONG index)
{
    ULONG bytes = nic_align4(a->max_frame);
    NDIS_STATUS status;
    PVOID data = NULL;
    status = NdisAllocateMemoryWithTag(&data, bytes, NIC_TAG_MEMORY);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    slot->data = data;
    NdisAllocatePacket(&status, &slot->packet, a->packet_pool);
    if (status != NDIS_STATUS_SUCCESS) {
        slot->packet = NULL;
        return status;
    }
    NdisAllocateBuffer(&status, &slot->buffer, a->buffer_pool, slot->data, bytes);
    if (status != NDIS_STATUS_SUCCESS) {
        slot->buffer = NULL;
        return status;
    }
    NdisChainBufferAtFront(slot->packet, slot->buffer);
    slot->oob.class_id = NIC_OOB_CLASS;
    slot->oob.size = NIC_OOB_SIZE;
    NdisMoveMemory(slot->packet->MiniportReserved, &index, sizeof index);
    return status;
}

NDIS_STATUS nic_rx_allocate(struct nic_adapter *a)
{
    NDIS_STATUS status;
    ULONG i;
    NdisAllocatePacketPool(&status, &a->packet_pool, NIC_RX_SLOTS, 4 * sizeof(PVOID));
    if (status != NDIS_STATUS_SUCCESS) {
        a->packet_pool = NULL;
        return status;
    }
    NdisAllocateBufferPool(&status, &a->buffer_pool, NIC_RX_SLOTS);
    if (status != NDIS_STATUS_SUCCESS) {
        a->buffer_pool = NULL;
        return status;
    }
    for (i = 0; i < NIC_RX_SLOTS && status == NDIS_STATUS_SUCCESS; i++) {
        status = slot_allocate(a, &a->slots[i], i);
        a->free_slots[a->free_count++] = i;
    }
    a->filling_slot = a->free_slots[--a->free_count];
    return status;
}

void nic_rx_free(struct nic_adapter *a)
{
    ULONG i;
    for (i = 0; i < NIC_RX_SLOTS; i++) {
        struct nic_rx_slot *slot = &a->slots[i];
        if (slot->buffer)
            NdisFreeBuffer(slot->buffer);
        if (slot->packet)
            NdisFreePacket(slot->packet);
        if (slot->data)
            NdisFreeMemory(slot->data, 0, 0);
    }
    if (a->buffer_pool)
        NdisFreeBufferPool(a->buffer_pool);
    if (a->packet_pool)
        NdisFreePacketPool(a->packet_pool);
}

static ULONG slot_of(PNDIS_PACKET packet)
{
    ULONG index;
    NdisMoveMemory(&index, packet->MiniportReserved, sizeof index);
    return index;
}

void nic_rx_indicate(struct nic_adapter *a)
{
    ULONG count = a->batch_count, i;
    BOOLEAN lend = a->free_count >= NIC_RX_BATCH;
    if (!count)
        return;
    a->batch_count = 0;
    for (i = 0; i < count; i++)
        NDIS_SET_PACKET_STATUS(a->batch[i], lend ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES);
    NdisMIndicateReceivePacket(a->handle, a->batch, count);
    for (i = 0; i < count; i++) {
        if (lend && NDIS_GET_PACKET_STATUS(a->batch[i]) == NDIS_STATUS_PENDING)
            a->lent_count++;
        else
            a->free_slots[a->free_count++] = slot_of(a->batch[i]);
    }
}

VOID NTAPI nic_return_packet(NDIS_HANDLE context, PNDIS_PACKET packet)
{
    struct nic_adapter *a = context;
    a->lent_count--;
    a->free_slots[a->free_count++] = slot_of(packet);
}

static BOOLEAN sequence_check(struct nic_adapter *a, ULONG sequence)
{
    struct nic_rx_parser *p = &a->parser;
    ULONG missing = sequence - p->sequence - 1;
    if (p->sequence_may_restart && missing >> 31)
        p->sequence_known = FALSE;
    p->sequence_may_restart = FALSE;
    if (p->sequence_known && missing >> 31) {
        nic_violation(a, "The receive sequence went back from %x to %x", p->sequence, sequence);
        return FALSE;
    }
    if (p->sequence_known)
        a->statistics.rx_gap += missing;
    p->sequence_known = TRUE;
    p->sequence = sequence;
    return TRUE;
}

/* A header is complete. FALSE: violation. */
static BOOLEAN header_check(struct nic_adapter *a)
{
    struct nic_rx_parser *p = &a->parser;
    ULONG word = nic_get_le32(p->header);
    ULONG check = 0x5a ^ (word & 0xff) ^ (word >> 8 & 0xff) ^ (word >> 16 & 0xff);
    ULONG length = (word & NIC_RX_HEADER_WORD0_LENGTH_MASK) >> NIC_RX_HEADER_WORD0_LENGTH_SHIFT;
    ULONG error = (word & NIC_RX_HEADER_WORD0_ERROR_MASK) >> NIC_RX_HEADER_WORD0_ERROR_SHIFT;
    ULONGLONG time_ns = nic_get_le32(p->header + 8) | (ULONGLONG)nic_get_le32(p->header + 12) << 32;
    struct nic_rx_slot *slot = &a->slots[a->filling_slot];
    if (check != word >> NIC_RX_HEADER_WORD0_CHECK_SHIFT ||
        word & NIC_RX_HEADER_WORD0_RESERVED_MASK || !length ||
        length > a->max_frame - NIC_FCS_BYTES || error > NIC_RX_ERROR_MAX) {
        nic_violation(a, "The device sent a wrong RX header: %x, at most %u bytes", word,
                      a->max_frame - NIC_FCS_BYTES);
        return FALSE;
    }
    if (!sequence_check(a, nic_get_le32(p->header + 4)))
        return FALSE;
    p->length = length;
    p->got = 0;
    p->drop = error != NIC_RX_ERROR_NONE || length < NIC_MAC_HEADER || length > a->max_packet_vlan;
    slot->oob.time_ns = time_ns;
    return TRUE;
}

static void frame_done(struct nic_adapter *a)
{
    struct nic_rx_parser *p = &a->parser;
    struct nic_rx_slot *slot = &a->slots[a->filling_slot];
    ULONG length = p->length;
    p->length = 0;
    p->header_bytes = 0;
    a->reset_streak = 0;
    if (p->drop) {
        a->rcv_error++;
        return;
    }
    a->rcv_ok++;
    NdisAdjustBufferLength(slot->buffer, length);
    NdisRecalculatePacketCounts(slot->packet);
    NDIS_SET_PACKET_HEADER_SIZE(slot->packet, NIC_MAC_HEADER);
    NDIS_SET_PACKET_TIME_RECEIVED(slot->packet, slot->oob.time_ns / 100);
    NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(slot->packet, &slot->oob, sizeof slot->oob);
    a->batch[a->batch_count++] = slot->packet;
    if (a->batch_count == NIC_RX_BATCH || !a->free_count)
        nic_rx_indicate(a);
    a->filling_slot = a->free_slots[--a->free_count];
}

/* Takes some of the bytes into the frame or its padding; how many, or 0 for a violation. */
static ULONG frame_bytes(struct nic_adapter *a, const UCHAR *data, ULONG count)
{
    struct nic_rx_parser *p = &a->parser;
    ULONG take;
    if (p->got < p->length) {
        take = p->length - p->got < count ? p->length - p->got : count;
        NdisMoveMemory(a->slots[a->filling_slot].data + p->got, data, take);
    } else {
        take = 1;
        if (*data) {
            nic_violation(a, "The device sent RX padding of %x", (ULONG)*data);
            return 0;
        }
    }
    p->got += take;
    return take;
}

BOOLEAN nic_rx_bytes(struct nic_adapter *a, const UCHAR *data, ULONG count)
{
    struct nic_rx_parser *p = &a->parser;
    ULONG take;
    while (count) {
        if (p->length) {
            take = frame_bytes(a, data, count);
            if (!take)
                return FALSE;
        } else {
            take = NIC_RX_HEADER_BYTES - p->header_bytes < count
                       ? NIC_RX_HEADER_BYTES - p->header_bytes
                       : count;
            NdisMoveMemory(p->header + p->header_bytes, data, take);
            p->header_bytes += take;
            if (p->header_bytes == NIC_RX_HEADER_BYTES && !header_check(a))
                return FALSE;
        }
        data += take;
        count -= take;
        if (p->length && p->got == nic_align4(p->length)) {
            frame_done(a);
            /* Indicating may have led to a reset or a removal by way of a protocol's send. */
            if (a->state != NIC_STATE_RUNNING)
                return FALSE;
        }
    }
    return TRUE;
}
