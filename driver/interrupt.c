/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The deferred part of the interrupt, which reaps finished transfers, and submitting transfers. What a transfer's bytes mean is
 * in event.c and receive.c.
 */
#include "nic_miniport.h"

BOOLEAN nic_submit(struct nic_adapter *a, struct nic_buffer *buffer, ULONG *busy_count)
{
    int error;
    buffer->busy = TRUE;
    (*busy_count)++;
    error = nic_transport_submit(a->transport, &buffer->transfer);
    if (!error)
        return TRUE;
    buffer->busy = FALSE;
    (*busy_count)--;
    /* -ENODEV of the seam; everything else may pass with a reset. */
    if (error == -19)
        nic_gone(a, "The device was unplugged");
    else
        nic_trouble(a, "Endpoint %x refused a transfer (error %u)",
                    (ULONG)buffer->transfer.endpoint, (ULONG)-error);
    return FALSE;
}

void nic_post_rx(struct nic_adapter *a)
{
    ULONG i;
    for (i = 0; i < NIC_RX_TRANSFERS && a->state == NIC_STATE_RUNNING; i++)
        if (!a->rx[i].busy)
            nic_submit(a, &a->rx[i], &a->rx_busy); /* refused: RUNNING no more */
}

void nic_post_events(struct nic_adapter *a)
{
    ULONG i;
    for (i = 0; i < NIC_EVENT_TRANSFERS && a->state < NIC_STATE_DEAD; i++)
        if (!a->event[i].busy && !nic_submit(a, &a->event[i], &a->event_busy))
            return;
}

static const char *status_name(enum nic_transfer_status status)
{
    switch (status) {
    case NIC_TRANSFER_OK:
        return "with a wrong length";
    case NIC_TRANSFER_CANCELLED:
        return "cancelled by nobody";
    case NIC_TRANSFER_STALL:
        return "with a STALL";
    case NIC_TRANSFER_GONE:
        return "without a device";
    case NIC_TRANSFER_ERROR:
        break;
    }
    return "with an error";
}

static void out_done(struct nic_adapter *a, struct nic_buffer *buffer)
{
    struct nic_transfer *transfer = &buffer->transfer;
    a->out_busy--;
    buffer->fill_bytes = 0;
    buffer->records = 0;
    if (a->state != NIC_STATE_RUNNING)
        return;
    if (transfer->status != NIC_TRANSFER_OK || transfer->actual_bytes != transfer->length_bytes)
        nic_trouble(a, "A TX transfer of %u bytes ended %s after %u", (ULONG)transfer->length_bytes,
                    status_name(transfer->status), (ULONG)transfer->actual_bytes);
}

static void rx_done(struct nic_adapter *a, struct nic_buffer *buffer)
{
    struct nic_transfer *transfer = &buffer->transfer;
    a->rx_busy--;
    if (a->state != NIC_STATE_RUNNING)
        return; /* the flush of a NIC reset throws these bytes away on the device's side too */
    if (transfer->status != NIC_TRANSFER_OK || transfer->actual_bytes > transfer->length_bytes) {
        nic_trouble(a, "An RX transfer ended %s", status_name(transfer->status));
        return;
    }
    if (!nic_rx_bytes(a, transfer->data, transfer->actual_bytes))
        return;
    if (a->state == NIC_STATE_RUNNING)
        nic_submit(a, buffer, &a->rx_busy);
}

static void event_done(struct nic_adapter *a, struct nic_buffer *buffer)
{
    struct nic_transfer *transfer = &buffer->transfer;
    a->event_busy--;
    if (a->state >= NIC_STATE_DEAD)
        return;
    if (transfer->status != NIC_TRANSFER_OK || transfer->actual_bytes > transfer->length_bytes) {
        a->event_lost_step = TRUE; /* bytes are missing: the next record may begin anywhere */
        nic_trouble(a, "An event transfer ended %s", status_name(transfer->status));
        return;
    }
    nic_event_bytes(a, transfer->data, transfer->actual_bytes);
    if (a->state < NIC_STATE_DEAD && !buffer->busy)
        nic_submit(a, buffer, &a->event_busy);
}

static void reaped(struct nic_adapter *a, struct nic_transfer *transfer)
{
    struct nic_buffer *buffer = transfer->user;
    buffer->busy = FALSE;
    if (transfer->status == NIC_TRANSFER_GONE && a->state != NIC_STATE_GONE)
        nic_gone(a, "The device was unplugged");
    switch (transfer->endpoint) {
    case NIC_ENDPOINT_TX:
        out_done(a, buffer);
        break;
    case NIC_ENDPOINT_RX:
        rx_done(a, buffer);
        break;
    case NIC_ENDPOINT_EVENT:
        event_done(a, buffer);
        break;
    default:
        nic_control_done(a);
        break;
    }
}

/* NDIS holds packets that were answered RESOURCES. It resubmits on any completion by itself, but in copy mode, or when
 * the want was buffer room, there may be none. */
static void restart(struct nic_adapter *a)
{
    if (!a->starved || (a->state == NIC_STATE_RUNNING && !nic_send_room(a)) ||
        (a->state != NIC_STATE_RUNNING && a->state < NIC_STATE_DEAD))
        return;
    a->starved = FALSE;
    nic_edge_send_again(a);
}

void nic_service(struct nic_adapter *a)
{
    struct nic_transfer *transfer;
    a->hold_flush++;
    while ((transfer = nic_transport_reap(a->transport)))
        reaped(a, transfer);
    nic_rx_indicate(a);
    nic_reset_advance(a);
    restart(a);
    a->hold_flush--;
    nic_out_flush(a);
}
