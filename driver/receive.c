/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The RX stream: records cut into transfers anywhere, put together in packets of the driver's own pool and indicated in
 * batches. Packets are lent to the protocols as long as enough are left here; below that they are indicated with
 * RESOURCES, so that the protocols copy and the packets are ours again at once. No frame is lost for want of packets.
 */
#include "nic_miniport.h"

NDIS_STATUS nic_rx_allocate(struct nic_adapter *a)
{
    ULONG bytes = nic_align4(a->max_frame), i;
    NDIS_STATUS status = nic_edge_slots_begin(a);
    for (i = 0; i < NIC_RX_SLOTS && status == NDIS_STATUS_SUCCESS; i++) {
        PVOID data = NULL;
        a->slots[i].oob.class_id = NIC_OOB_CLASS;
        a->slots[i].oob.size = NIC_OOB_SIZE;
        status = NdisAllocateMemoryWithTag(&data, bytes, NIC_TAG_MEMORY);
        if (status != NDIS_STATUS_SUCCESS)
            break;
        a->slots[i].data = data;
        status = nic_edge_slot_make(a, i, bytes);
        a->free_slots[a->free_count++] = i;
    }
    if (status == NDIS_STATUS_SUCCESS)
        a->filling_slot = a->free_slots[--a->free_count];
    return status;
}

void nic_rx_free(struct nic_adapter *a)
{
    ULONG i;
    for (i = 0; i < NIC_RX_SLOTS; i++) {
        nic_edge_slot_free(&a->slots[i]);
        if (a->slots[i].data)
            NdisFreeMemory(a->slots[i].data, 0, 0);
    }
}

void nic_rx_indicate(struct nic_adapter *a)
{
    ULONG batch[NIC_RX_BATCH], count = a->batch_count;
    if (!count)
        return;
    a->batch_count = 0;
    NdisMoveMemory(batch, a->batch, sizeof batch);
    nic_edge_indicate(a, batch, count, a->free_count >= NIC_RX_BATCH);
}

void nic_rx_slot_back(struct nic_adapter *a, ULONG index)
{
    a->free_slots[a->free_count++] = index;
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
    nic_edge_slot_fill(slot, length);
    a->batch[a->batch_count++] = a->filling_slot;
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
