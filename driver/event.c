/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The event stream: records of 16 bytes, each checked against what the device may say at this moment.
 */
#include "nic_miniport.h"

struct nic_event {
    ULONG kind, status, count, tag;
    ULONGLONG time_ns;
};

static void event_read(const UCHAR *record, struct nic_event *e)
{
    ULONG word = nic_get_le32(record);
    e->kind = (word & NIC_EVENT_WORD0_KIND_MASK) >> NIC_EVENT_WORD0_KIND_SHIFT;
    e->status = (word & NIC_EVENT_WORD0_STATUS_MASK) >> NIC_EVENT_WORD0_STATUS_SHIFT;
    e->count = (word & NIC_EVENT_WORD0_COUNT_MASK) >> NIC_EVENT_WORD0_COUNT_SHIFT;
    e->tag = nic_get_le32(record + 4);
    e->time_ns = nic_get_le32(record + 8) | (ULONGLONG)nic_get_le32(record + 12) << 32;
}

static NDIS_STATUS status_of(ULONG tx_status)
{
    switch (tx_status) {
    case NIC_TX_STATUS_OK:
        return NDIS_STATUS_SUCCESS;
    case NIC_TX_STATUS_TOO_LONG:
        return NDIS_STATUS_INVALID_LENGTH;
    case NIC_TX_STATUS_LINK_DOWN:
        return NDIS_STATUS_NO_CABLE;
    case NIC_TX_STATUS_ABORTED:
        return NDIS_STATUS_REQUEST_ABORTED;
    default: /* LATE: the time that came with the packet had passed */
        return NDIS_STATUS_INVALID_DATA;
    }
}

/* Only OK completions without a report may be merged. */
static BOOLEAN merge_allowed(const struct nic_adapter *a, const struct nic_event *e)
{
    ULONG i, at = a->head;
    if (e->count == 1)
        return TRUE;
    if (e->status != NIC_TX_STATUS_OK)
        return FALSE;
    for (i = 0; a->reports && i < e->count; i++) {
        if (a->ring[at].flags & NIC_OOB_REPORT)
            return FALSE;
        at = at + 1 == a->desc_depth ? 0 : at + 1;
    }
    return TRUE;
}

static void tx_done(struct nic_adapter *a, const struct nic_event *e)
{
    ULONG count;
    if (e->count < 1 || e->count > a->in_device || e->tag != a->oldest_tag + e->count - 1) {
        a->event_lost_step = TRUE;
        nic_violation(a,
                      "The device completed %u descriptors up to tag %x, but %u are outstanding "
                      "from tag %x on",
                      e->count, e->tag, a->in_device, a->oldest_tag);
        return;
    }
    if (e->status > NIC_TX_STATUS_MAX || !merge_allowed(a, e)) {
        a->event_lost_step = TRUE;
        nic_violation(a, "The device completed %u descriptors with status %u", e->count, e->status);
        return;
    }
    if (e->status == NIC_TX_STATUS_OK)
        a->reset_streak = 0;
    for (count = e->count; count; count--)
        nic_complete_head(a, status_of(e->status), e->time_ns);
}

void nic_link_set(struct nic_adapter *a, BOOLEAN up, ULONG speed)
{
    BOOLEAN carrier = a->link_up != up, faster = up && a->link_speed != speed;
    a->link_up = up;
    a->link_speed = speed;
    if (carrier || faster)
        nic_edge_link(a, carrier);
}

static const char *stream_error_name(ULONG error)
{
    switch (error) {
    case NIC_STREAM_ERROR_CHECK:
        return "wrong check byte";
    case NIC_STREAM_ERROR_RESERVED:
        return "reserved bit set";
    case NIC_STREAM_ERROR_LENGTH:
        return "length 0";
    case NIC_STREAM_ERROR_PADDING:
        return "padding not zero";
    }
    return "unknown reason";
}

static void event(struct nic_adapter *a, const UCHAR *record)
{
    struct nic_event e;
    event_read(record, &e);
    switch (e.kind) {
    case NIC_EVENT_TYPE_TX_DONE:
        tx_done(a, &e);
        return;
    case NIC_EVENT_TYPE_LINK:
        if (e.status > 1 || e.count > NIC_SPEED_MAX)
            break;
        nic_link_set(a, e.status == 1, e.count);
        return;
    case NIC_EVENT_TYPE_RX_LOSS:
        a->statistics.rx_lost += e.count;
        a->rcv_no_buffer += e.count;
        return;
    case NIC_EVENT_TYPE_STREAM_ERROR:
        /* The endpoint's STALL may have begun the reset before this told why: RESET_DONE comes behind it. */
        if (a->state != NIC_STATE_RESET)
            nic_trouble(a, "The device rejected a TX record: %s", stream_error_name(e.status));
        return;
    case NIC_EVENT_TYPE_REQUEST_DONE:
        if (!a->has_processor || e.status > NIC_MAIL_RESULT_MAX || e.count)
            break;
        a->mail_done = TRUE;
        nic_control_start(a);
        return;
    case NIC_EVENT_TYPE_PROCESSOR:
        if (!a->has_processor || e.status || e.count)
            break;
        nic_firmware_stopped(a);
        return;
    case NIC_EVENT_TYPE_RESET_DONE:
        if (e.status || e.count || e.tag || e.time_ns)
            break;
        nic_reset_done_event(a);
        return;
    }
    /* It may also have been read from the wrong byte. */
    a->event_lost_step = TRUE;
    nic_violation(a, "The device sent an event of kind %u with status %u and count %u", e.kind,
                  e.status, e.count);
}

/* RESET_DONE is kind 6 and 15 zeros. Kinds are never 0, so no other place of a well-formed stream looks like it. */
static BOOLEAN is_reset_done(const UCHAR *record)
{
    ULONG i;
    for (i = 1; i < NIC_EVENT_BYTES; i++)
        if (record[i])
            return FALSE;
    return record[0] == NIC_EVENT_TYPE_RESET_DONE;
}

static void find_step(struct nic_adapter *a)
{
    ULONG i;
    if (is_reset_done(a->event_record)) {
        a->event_lost_step = FALSE;
        a->event_bytes = 0;
        nic_reset_done_event(a);
        return;
    }
    for (i = 1; i < NIC_EVENT_BYTES; i++)
        a->event_record[i - 1] = a->event_record[i];
    a->event_bytes--;
}

BOOLEAN nic_event_bytes(struct nic_adapter *a, const UCHAR *data, ULONG count)
{
    ULONG i;
    for (i = 0; i < count && a->state < NIC_STATE_DEAD; i++) {
        if (!a->event_bytes && !a->event_lost_step && count - i >= NIC_EVENT_BYTES) {
            event(a, data + i); /* whole, as nearly always */
            i += NIC_EVENT_BYTES - 1;
            continue;
        }
        a->event_record[a->event_bytes++] = data[i];
        if (a->event_bytes < NIC_EVENT_BYTES)
            continue;
        if (a->event_lost_step) {
            find_step(a);
            continue;
        }
        a->event_bytes = 0;
        event(a, a->event_record);
    }
    return a->state < NIC_STATE_DEAD;
}
