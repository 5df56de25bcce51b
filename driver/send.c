/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path: from a packet to a TX record in an OUT transfer, and back at its completion. The data is copied, so
 * the packet's buffers are never the transport's. Padding of short frames is the device's (nic_mac_tx), with zeros.
 *
 * Answers: PENDING; SUCCESS in copy mode; RESOURCES without a free descriptor or buffer room, or during a NIC reset;
 * FAILURE for what can never be sent, and when the device is gone.
 */
#include "nic_miniport.h"

#define NIC_ETHERTYPE_OFFSET 12

/* What goes into the TX header besides length and tag. */
struct nic_order {
    ULONG flags; /* NIC_OOB_* */
    BOOLEAN timed;
    ULONGLONG launch_ns;
};

static struct nic_buffer *out_free(struct nic_adapter *a)
{
    ULONG i;
    for (i = 0; i < NIC_OUT_TRANSFERS; i++)
        if (!a->out[i].busy && &a->out[i] != a->filling)
            return &a->out[i];
    return NULL;
}

BOOLEAN nic_send_room(const struct nic_adapter *a)
{
    ULONG i;
    if (a->outstanding == a->desc_depth)
        return FALSE;
    if (a->filling &&
        a->filling->fill_bytes + NIC_TX_HEADER_BYTES + nic_align4(a->max_frame) <= NIC_STREAM_BYTES)
        return TRUE;
    for (i = 0; i < NIC_OUT_TRANSFERS; i++)
        if (!a->out[i].busy && &a->out[i] != a->filling)
            return TRUE;
    return FALSE;
}

static void out_submit(struct nic_adapter *a)
{
    struct nic_buffer *buffer = a->filling;
    a->filling = NULL;
    a->in_device += buffer->records;
    a->statistics.out_transfers++;
    buffer->transfer.length_bytes = buffer->fill_bytes;
    nic_submit(a, buffer, &a->out_busy);
}

void nic_out_flush(struct nic_adapter *a)
{
    if (a->state == NIC_STATE_RUNNING && a->filling && !a->hold_flush && !a->out_busy)
        out_submit(a);
}

/* A place for `bytes` of record, or NULL. */
static PUCHAR out_place(struct nic_adapter *a, ULONG bytes)
{
    if (a->filling && a->filling->fill_bytes + bytes > NIC_STREAM_BYTES) {
        if (!out_free(a))
            return NULL;
        out_submit(a);
        if (a->state != NIC_STATE_RUNNING)
            return NULL;
    }
    if (!a->filling)
        a->filling = out_free(a);
    return a->filling ? a->filling->transfer.data + a->filling->fill_bytes : NULL;
}

/* Copies the chain; the number of bytes, or 0 if a buffer cannot be mapped or there is more than `room`. */
static ULONG chain_copy(PUCHAR to, PNDIS_BUFFER buffer, ULONG room)
{
    ULONG copied = 0;
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

static void order_read(PNDIS_PACKET packet, struct nic_order *order)
{
    ULONGLONG time = NDIS_GET_PACKET_TIME_TO_SEND(packet);
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
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet, &information, &size);
    if (!information || size < sizeof oob)
        return;
    NdisMoveMemory(&oob, information, sizeof oob);
    if (oob.class_id != NIC_OOB_CLASS || oob.size != NIC_OOB_SIZE)
        return;
    order->flags |= oob.flags & (NIC_OOB_REPORT | NIC_OOB_LAUNCH | NIC_OOB_HAS_FCS |
                                 NIC_OOB_NO_PAD | NIC_OOB_TX_ERROR);
    if (oob.flags & NIC_OOB_LAUNCH)
        order->launch_ns = oob.launch_ns;
}

/* Longest frame for this packet; a VLAN tag and an FCS come on top of what the configuration says. */
static ULONG length_limit(const struct nic_adapter *a, const UCHAR *frame, ULONG flags)
{
    ULONG limit = a->max_packet;
    ULONG type = (ULONG)frame[NIC_ETHERTYPE_OFFSET] << 8 | frame[NIC_ETHERTYPE_OFFSET + 1];
    if (type == 0x8100 || type == 0x88a8)
        limit = a->max_packet_vlan;
    return limit + (flags & NIC_OOB_HAS_FCS ? NIC_FCS_BYTES : 0);
}

static void header_write(PUCHAR header, ULONG length, const struct nic_order *order, ULONG tag)
{
    ULONG word = length << NIC_TX_HEADER_WORD0_LENGTH_SHIFT |
                 order->flags << NIC_TX_HEADER_WORD0_REPORT_SHIFT;
    ULONG check = 0x5a ^ (word & 0xff) ^ (word >> 8 & 0xff) ^ (word >> 16 & 0xff);
    nic_put_le32(header, word | check << NIC_TX_HEADER_WORD0_CHECK_SHIFT);
    nic_put_le32(header + 4, tag);
    nic_put_le32(header + 8, (ULONG)order->launch_ns);
    nic_put_le32(header + 12, (ULONG)(order->launch_ns >> 32));
}

static NDIS_STATUS descriptor_take(struct nic_adapter *a, PNDIS_PACKET packet,
                                   const struct nic_order *order, ULONG tag)
{
    struct nic_descriptor *d = &a->ring[a->tail];
    struct nic_packet_note note = {tag, NIC_NOTE_GUARD ^ tag};
    d->flags = (UCHAR)order->flags;
    d->timed = order->timed;
    d->launch_ns = order->launch_ns;
    /* Who wants to know the time has to wait for it. */
    d->packet = a->configuration.copy_mode && !(order->flags & NIC_OOB_REPORT) ? NULL : packet;
    a->tail = a->tail + 1 == a->desc_depth ? 0 : a->tail + 1;
    a->outstanding++;
    a->reports += (order->flags & NIC_OOB_REPORT) != 0;
    if (!d->packet) {
        a->xmit_ok++;
        return NDIS_STATUS_SUCCESS;
    }
    NdisMoveMemory(packet->MiniportReserved, &note, sizeof note);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS not_now(struct nic_adapter *a)
{
    if (a->state >= NIC_STATE_DEAD)
        return NDIS_STATUS_FAILURE;
    a->starved = TRUE;
    a->statistics.resources++;
    return NDIS_STATUS_RESOURCES;
}

static NDIS_STATUS send_one(struct nic_adapter *a, PNDIS_PACKET packet)
{
    struct nic_order order;
    PNDIS_BUFFER first;
    PUCHAR place;
    UINT total;
    ULONG record, tag;
    NdisQueryPacket(packet, NULL, NULL, &first, &total);
    if (!first || total < NIC_MAC_HEADER || total > a->max_packet_vlan + NIC_FCS_BYTES)
        return NDIS_STATUS_FAILURE;
    if (a->state != NIC_STATE_RUNNING || a->outstanding == a->desc_depth)
        return not_now(a);
    record = NIC_TX_HEADER_BYTES + nic_align4(total);
    place = out_place(a, record);
    if (!place)
        return not_now(a);
    order_read(packet, &order);
    /* Record padding, before the data overwrites what is not padding. */
    nic_put_le32(place + record - 4, 0);
    if (chain_copy(place + NIC_TX_HEADER_BYTES, first, total) != total ||
        total > length_limit(a, place + NIC_TX_HEADER_BYTES, order.flags))
        return NDIS_STATUS_FAILURE;
    /* out_place may have completed packets (a transfer refused): only now is the tag certain. */
    tag = a->oldest_tag + a->outstanding;
    header_write(place, total, &order, tag);
    a->filling->fill_bytes += record;
    a->filling->records++;
    return descriptor_take(a, packet, &order, tag);
}

static NDIS_STATUS send_counted(struct nic_adapter *a, PNDIS_PACKET packet)
{
    NDIS_STATUS status = send_one(a, packet);
    a->statistics.tx_refused += status == NDIS_STATUS_FAILURE;
    return status;
}

NDIS_STATUS NTAPI nic_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags)
{
    struct nic_adapter *a = context;
    NDIS_STATUS status;
    UNREFERENCED_PARAMETER(flags);
    status = send_counted(a, packet);
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
            status = send_counted(a, packets[i]);
        NDIS_SET_PACKET_STATUS(packets[i], status);
    }
    nic_out_flush(a);
}

/* The time goes back with the packet. */
static void time_set(const struct nic_descriptor *d, ULONGLONG time_ns)
{
    PVOID information;
    UINT size;
    struct nic_oob oob;
    if (d->timed)
        NDIS_SET_PACKET_TIME_SENT(d->packet, time_ns / 100);
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(d->packet, &information, &size);
    if (!information || size < sizeof oob)
        return;
    NdisMoveMemory(&oob, information, sizeof oob);
    if (oob.class_id != NIC_OOB_CLASS || oob.size != NIC_OOB_SIZE)
        return;
    oob.time_ns = time_ns;
    NdisMoveMemory(information, &oob, sizeof oob);
}

void nic_complete_head(struct nic_adapter *a, NDIS_STATUS status, ULONGLONG time_ns)
{
    struct nic_descriptor done = a->ring[a->head];
    struct nic_packet_note note;
    a->ring[a->head].packet = NULL;
    a->head = a->head + 1 == a->desc_depth ? 0 : a->head + 1;
    a->oldest_tag++;
    a->outstanding--;
    a->in_device -= a->in_device > 0;
    a->reports -= (done.flags & NIC_OOB_REPORT) != 0;
    a->completions++;
    if (!done.packet) {
        /* Its sender was told SUCCESS; the truth is in the statistics. */
        a->xmit_error += status != NDIS_STATUS_SUCCESS;
        a->xmit_ok -= status != NDIS_STATUS_SUCCESS;
        return;
    }
    a->xmit_ok += status == NDIS_STATUS_SUCCESS;
    a->xmit_error += status != NDIS_STATUS_SUCCESS;
    if (done.flags & NIC_OOB_REPORT)
        time_set(&done, time_ns);
    NdisMoveMemory(&note, done.packet->MiniportReserved, sizeof note);
    if (note.tag != a->oldest_tag - 1 || note.guard != (NIC_NOTE_GUARD ^ note.tag))
        nic_message(a, NDIS_ERROR_CODE_DRIVER_FAILURE,
                    "MiniportReserved of the packet with tag %x was overwritten "
                    "while it was ours",
                    a->oldest_tag - 1);
    NdisMSendComplete(a->handle, done.packet, status);
}

void nic_complete_all(struct nic_adapter *a, NDIS_STATUS status)
{
    ULONG count = a->outstanding;
    if (a->filling) {
        a->filling->fill_bytes = 0;
        a->filling->records = 0;
        a->filling = NULL;
    }
    a->in_device = 0;
    a->statistics.tx_abandoned += count;
    while (count-- && a->outstanding)
        nic_complete_head(a, status, 0);
}
