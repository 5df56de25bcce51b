/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path: from a packet to a TX record in an OUT transfer, and back at its completion. The data is copied, so
 * the packet's buffers are never the transport's. What a packet is, packet5.c or nbl6.c knows. Padding of short frames is the device's (nic_mac_tx), with zeros.
 *
 * Answers: PENDING; SUCCESS in copy mode; RESOURCES without a free descriptor or buffer room, or during a NIC reset;
 * FAILURE for what can never be sent, and when the device is gone.
 */
#include "nic_miniport.h"

#define NIC_ETHERTYPE_OFFSET 12

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

void nic_oob_order(const struct nic_oob *oob, struct nic_order *order)
{
    if (oob->class_id != NIC_OOB_CLASS || oob->size != NIC_OOB_SIZE)
        return;
    order->flags |= oob->flags & (NIC_OOB_REPORT | NIC_OOB_LAUNCH | NIC_OOB_HAS_FCS |
                                  NIC_OOB_NO_PAD | NIC_OOB_TX_ERROR);
    if (oob->flags & NIC_OOB_LAUNCH)
        order->launch_ns = oob->launch_ns;
}

void nic_oob_time(PVOID information, ULONGLONG time_ns)
{
    struct nic_oob oob;
    NdisMoveMemory(&oob, information, sizeof oob);
    if (oob.class_id != NIC_OOB_CLASS || oob.size != NIC_OOB_SIZE)
        return;
    oob.time_ns = time_ns;
    NdisMoveMemory(information, &oob, sizeof oob);
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

static NDIS_STATUS descriptor_take(struct nic_adapter *a, struct nic_unit *unit,
                                   const struct nic_order *order, ULONG tag)
{
    struct nic_descriptor *d = &a->ring[a->tail];
    struct nic_packet_note note = {tag, NIC_NOTE_GUARD ^ tag};
    d->flags = (UCHAR)order->flags;
    d->timed = order->timed;
    d->launch_ns = order->launch_ns;
    /* Who wants to know the time has to wait for it. */
    d->unit = a->configuration.copy_mode && !(order->flags & NIC_OOB_REPORT) ? NULL : unit;
    a->tail = a->tail + 1 == a->desc_depth ? 0 : a->tail + 1;
    a->outstanding++;
    a->reports += (order->flags & NIC_OOB_REPORT) != 0;
    if (!d->unit) {
        a->xmit_ok++;
        return NDIS_STATUS_SUCCESS;
    }
    NdisMoveMemory(nic_edge_unit_note(unit), &note, sizeof note);
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

static NDIS_STATUS send_one(struct nic_adapter *a, struct nic_unit *unit)
{
    ULONG total = nic_edge_unit_length(unit), record, tag;
    struct nic_order order;
    PUCHAR place;
    if (total < NIC_MAC_HEADER || total > a->max_packet_vlan + NIC_FCS_BYTES)
        return NDIS_STATUS_FAILURE;
    if (a->state != NIC_STATE_RUNNING || a->outstanding == a->desc_depth)
        return not_now(a);
    record = NIC_TX_HEADER_BYTES + nic_align4(total);
    place = out_place(a, record);
    if (!place)
        return not_now(a);
    nic_edge_unit_order(unit, &order);
    /* Record padding, before the data overwrites what is not padding. */
    nic_put_le32(place + record - 4, 0);
    if (nic_edge_unit_copy(place + NIC_TX_HEADER_BYTES, unit, total) != total ||
        total > length_limit(a, place + NIC_TX_HEADER_BYTES, order.flags))
        return NDIS_STATUS_FAILURE;
    /* out_place may have completed packets (a transfer refused): only now is the tag certain. */
    tag = a->oldest_tag + a->outstanding;
    header_write(place, total, &order, tag);
    a->filling->fill_bytes += record;
    a->filling->records++;
    return descriptor_take(a, unit, &order, tag);
}

NDIS_STATUS nic_send_unit(struct nic_adapter *a, struct nic_unit *unit)
{
    NDIS_STATUS status = send_one(a, unit);
    a->statistics.tx_refused += status == NDIS_STATUS_FAILURE;
    return status;
}

void nic_complete_head(struct nic_adapter *a, NDIS_STATUS status, ULONGLONG time_ns)
{
    struct nic_descriptor done = a->ring[a->head];
    struct nic_packet_note note;
    a->ring[a->head].unit = NULL;
    a->head = a->head + 1 == a->desc_depth ? 0 : a->head + 1;
    a->oldest_tag++;
    a->outstanding--;
    a->in_device -= a->in_device > 0;
    a->reports -= (done.flags & NIC_OOB_REPORT) != 0;
    a->completions++;
    if (!done.unit) {
        /* Its sender was told SUCCESS; the truth is in the statistics. */
        a->xmit_error += status != NDIS_STATUS_SUCCESS;
        a->xmit_ok -= status != NDIS_STATUS_SUCCESS;
        return;
    }
    a->xmit_ok += status == NDIS_STATUS_SUCCESS;
    a->xmit_error += status != NDIS_STATUS_SUCCESS;
    if (done.flags & NIC_OOB_REPORT)
        nic_edge_unit_time(done.unit, done.timed, time_ns);
    NdisMoveMemory(&note, nic_edge_unit_note(done.unit), sizeof note);
    if (note.tag != a->oldest_tag - 1 || note.guard != (NIC_NOTE_GUARD ^ note.tag))
        nic_message(a, NDIS_ERROR_CODE_DRIVER_FAILURE,
                    "MiniportReserved of the packet with tag %x was overwritten "
                    "while it was ours",
                    a->oldest_tag - 1);
    nic_edge_sent(a, done.unit, status);
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
