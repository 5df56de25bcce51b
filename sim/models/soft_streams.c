/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device's streams: OUT parser, transmitter, event formatter, receive buffer, NIC reset, and the faults they
 * commit on demand. Everything here runs in the pump of soft_device.c, under the device's lock.
 *
 * The bit positions of the records are written out here on purpose: a mistake of the register generator shows as a
 * disagreement with the driver.
 */
#include "nic_regs.h"
#include "soft_private.h"

#include <assert.h>
#include <string.h>

static uint64_t now(const struct soft_device *d)
{
    return d->platform->ops->now_ns(d->platform);
}

/* xorshift64*: the device's own, so that its behaviour does not depend on who else asks the platform. */
uint32_t soft_dice(struct soft_device *d, uint32_t sides)
{
    d->random ^= d->random >> 12;
    d->random ^= d->random << 25;
    d->random ^= d->random >> 27;
    return (uint32_t)((d->random * 0x2545f4914f6cdd1dull >> 33) % sides);
}

/* Is this the occasion of an armed fault? */
static bool strikes(struct soft_device *d, enum soft_fault fault)
{
    if (!d->faults[fault])
        return false;
    d->faults[fault]--;
    if (d->faults[fault])
        return false;
    d->struck[fault] = true;
    return true;
}

/* The head of a queue is over. */
static void finish(struct soft_device *d, struct soft_queue *q, enum nic_transfer_status status,
                   uint32_t actual_bytes)
{
    struct nic_transfer *transfer = soft_transfer_take(q);
    transfer->status = status;
    transfer->actual_bytes = actual_bytes;
    q->used_bytes = 0;
    soft_transfer_add(&d->finished, transfer);
}

/* ---- events ---- */

bool soft_bytes_add(struct soft_bytes *b, const uint8_t *data, size_t length)
{
    size_t i;
    if (b->size - b->count < length)
        return false;
    for (i = 0; i < length; i++)
        b->data[(b->first + b->count + i) % b->size] = data[i];
    b->count += length;
    return true;
}

static size_t bytes_take(struct soft_bytes *b, uint8_t *data, size_t length)
{
    size_t i;
    if (length > b->count)
        length = b->count;
    for (i = 0; i < length; i++)
        data[i] = b->data[(b->first + i) % b->size];
    b->first = (b->first + length) % b->size;
    b->count -= length;
    return length;
}

static void event_put(struct soft_device *d, uint32_t kind, uint32_t status, uint32_t count,
                      uint32_t tag, uint64_t time)
{
    uint8_t record[16];
    unsigned copies = 1;
    if (kind == NIC_EVENT_TYPE_TX_DONE) {
        if (strikes(d, SOFT_FAULT_DROP_COMPLETION))
            copies = 0;
        if (strikes(d, SOFT_FAULT_DOUBLE_COMPLETION))
            copies = 2;
        if (strikes(d, SOFT_FAULT_WRONG_TAG))
            tag += 1;
        if (strikes(d, SOFT_FAULT_COUNT_ZERO))
            count = 0;
        if (strikes(d, SOFT_FAULT_COUNT_HIGH))
            count = 0xffff;
        if (strikes(d, SOFT_FAULT_EVENT_STATUS))
            status = NIC_TX_STATUS_MAX + 1;
        if (strikes(d, SOFT_FAULT_EVENT_KIND))
            kind = NIC_EVENT_TYPE_MAX + 1;
        if (strikes(d, SOFT_FAULT_EVENT_SLIP))
            soft_bytes_add(&d->event_bytes, (const uint8_t *)"\1", 1);
        if (strikes(d, SOFT_FAULT_STRAY_RESET_DONE))
            event_put(d, NIC_EVENT_TYPE_RESET_DONE, 0, 0, 0, 0);
    }
    nic_put_le32(record, kind | status << 8 | count << 16);
    nic_put_le32(record + 4, tag);
    nic_put_le32(record + 8, (uint32_t)time);
    nic_put_le32(record + 12, (uint32_t)(time >> 32));
    while (copies--) {
        soft_bytes_add(&d->event_bytes, record, sizeof record);
        d->stats.event_records++;
    }
}

static bool event_room(const struct soft_device *d)
{
    return d->event_bytes.count < 4 * 16;
}

static void gathered_flush(struct soft_device *d)
{
    if (!d->gathered)
        return;
    event_put(d, NIC_EVENT_TYPE_TX_DONE, NIC_TX_STATUS_OK, d->gathered, d->gathered_tag,
              d->gathered_time);
    d->outstanding -= d->gathered;
    d->gathered = 0;
}

/* Is moderation over for what has gathered? Otherwise the timer is set to the end of it. */
static bool gathered_due(struct soft_device *d)
{
    uint32_t count = d->regs[NIC_MODERATION_ADDR / 4] & 0xffff;
    uint64_t ns = 1000ull * (d->regs[NIC_MODERATION_ADDR / 4] >> 16);
    uint64_t due = d->gathered_since + ns;
    if (!d->gathered)
        return false;
    if (count <= 1 || d->gathered >= count || ns == 0 || now(d) >= due)
        return true;
    d->wake_ns = due < d->wake_ns ? due : d->wake_ns;
    return false;
}

static bool completion_mergeable(const struct soft_completion *c)
{
    return c->status == NIC_TX_STATUS_OK && !c->report;
}

/* Moves completions into event records as far as there is room. */
static bool events_format(struct soft_device *d)
{
    bool moved = false;
    while (event_room(d)) {
        struct soft_completion *c = &d->completions[d->completion_first];
        bool waiting = d->completion_count > 0;
        if (waiting && completion_mergeable(c) && d->gathered < 0xffff) {
            if (!d->gathered)
                d->gathered_since = now(d);
            d->gathered++;
            d->gathered_tag = c->tag;
            d->gathered_time = c->time;
        } else if (waiting || d->link_event || d->request_done || d->processor_stopped || d->loss ||
                   d->stream_error || gathered_due(d) || (d->resetting && d->gathered)) {
            if (d->gathered) {
                gathered_flush(d);
                moved = true;
                continue;
            }
            if (!waiting)
                break;
            event_put(d, NIC_EVENT_TYPE_TX_DONE, c->status, 1, c->tag, c->time);
            d->outstanding--;
        } else {
            break;
        }
        d->completion_first = (d->completion_first + 1) % d->desc_depth;
        d->completion_count--;
        moved = true;
    }
    return moved;
}

static bool events_other(struct soft_device *d)
{
    uint32_t link = d->regs[NIC_LINK_ADDR / 4];
    if (!event_room(d))
        return false;
    if (d->link_event) {
        d->link_event = false;
        event_put(d, NIC_EVENT_TYPE_LINK, link & 1, link >> 1 & 3, 0, 0);
    } else if (d->request_done) {
        d->request_done = false;
        event_put(d, NIC_EVENT_TYPE_REQUEST_DONE, d->regs[NIC_MAIL_STATUS_ADDR / 4] >> 8 & 7, 0, 0,
                  0);
    } else if (d->processor_stopped) {
        d->processor_stopped = false;
        event_put(d, NIC_EVENT_TYPE_PROCESSOR, 0, 0, 0, 0);
    } else if (d->loss) {
        event_put(d, NIC_EVENT_TYPE_RX_LOSS, 0, d->loss, 0, 0);
        d->loss = 0;
    } else if (d->stream_error) {
        event_put(d, NIC_EVENT_TYPE_STREAM_ERROR, d->stream_error, 0, 0, 0);
        d->stream_error = 0;
    } else {
        return false;
    }
    return true;
}

/* An IN transfer may end before it is full and before the data ends: boundaries mean nothing. */
static uint32_t in_room(struct soft_device *d, const struct nic_transfer *transfer)
{
    uint32_t room = transfer->length_bytes;
    if (d->options.cut_percent && soft_dice(d, 100) < d->options.cut_percent)
        room = 1 + soft_dice(d, room < 64 ? room : 64);
    return room < transfer->length_bytes ? room : transfer->length_bytes;
}

/* Now and then the streams rest for a while; after a rest one transfer goes through for certain. */
static bool rests(struct soft_device *d)
{
    if (d->rest_ns) {
        if (d->rest_ns > now(d))
            return true;
        d->rest_ns = 0;
        return false;
    }
    if (!d->options.stall_percent || soft_dice(d, 100) >= d->options.stall_percent)
        return false;
    d->rest_ns = now(d) + 1 + soft_dice(d, 20000);
    return true;
}

static bool in_fill(struct soft_device *d, struct soft_queue *q, struct soft_bytes *bytes,
                    enum soft_fault stall, enum soft_fault error)
{
    uint8_t lost[64];
    uint32_t moved;
    if (!q->head || !bytes->count)
        return false;
    if (rests(d)) {
        d->wake_ns = d->rest_ns < d->wake_ns ? d->rest_ns : d->wake_ns;
        return false;
    }
    if (strikes(d, stall)) {
        finish(d, q, NIC_TRANSFER_STALL, 0);
        return true;
    }
    if (strikes(d, error)) {
        bytes_take(bytes, lost, sizeof lost);
        finish(d, q, NIC_TRANSFER_ERROR, 0);
        return true;
    }
    moved = (uint32_t)bytes_take(bytes, q->head->data, in_room(d, q->head));
    if (strikes(d, SOFT_FAULT_OVERRUN_IN))
        moved = q->head->length_bytes + 1;
    finish(d, q, NIC_TRANSFER_OK, moved);
    return true;
}

/* ---- receive ---- */

static uint32_t check_byte(uint32_t word)
{
    return (0x5a ^ (word & 0xff) ^ (word >> 8 & 0xff) ^ (word >> 16 & 0xff)) << 24;
}

static void rx_faults(struct soft_device *d, uint32_t *word, uint32_t *sequence, uint8_t *padding)
{
    if (strikes(d, SOFT_FAULT_RX_RESERVED))
        *word |= 1u << 23;
    if (strikes(d, SOFT_FAULT_RX_ERROR))
        *word |= NIC_RX_ERROR_FCS << 16;
    if (strikes(d, SOFT_FAULT_RX_LENGTH_ZERO))
        *word &= 0xffff0000;
    if (strikes(d, SOFT_FAULT_RX_LENGTH_HIGH))
        *word = (*word & 0xffff0000) | (d->max_frame - 3);
    *word = (*word & 0x00ffffff) | check_byte(*word);
    if (strikes(d, SOFT_FAULT_RX_CHECK))
        *word ^= 0x01000000;
    if (strikes(d, SOFT_FAULT_RX_BACKWARD))
        *sequence -= 5;
    if ((*word & 3) && strikes(d, SOFT_FAULT_RX_PADDING))
        *padding = 1;
    if (strikes(d, SOFT_FAULT_RX_SLIP))
        soft_bytes_add(&d->rx_bytes, (const uint8_t *)"", 1);
}

static void rx_count(struct soft_device *d, const uint8_t *octets, uint32_t length)
{
    static const uint32_t bound[] = {64, 127, 255, 511, 1023, 1518, UINT32_MAX};
    unsigned bin = 0;
    uint32_t total = length + 4;
    while (total > bound[bin])
        bin++;
    d->counters[NIC_COUNTER_RX_PACKETS]++;
    d->counters[NIC_COUNTER_RX_OCTETS] += total;
    d->counters[NIC_COUNTER_RX_SIZE_64 + bin]++;
    if (soft_is_broadcast(octets))
        d->counters[NIC_COUNTER_RX_BROADCAST]++;
    else if (octets[0] & 1)
        d->counters[NIC_COUNTER_RX_MULTICAST]++;
}

void soft_rx_frame(struct soft_device *d, const uint8_t *octets, uint32_t length, uint64_t time)
{
    static const uint8_t zeros[4];
    uint8_t header[16], padding[4] = {0};
    uint32_t word = length, sequence, pad = -length & 3;
    if (!(d->regs[NIC_CTRL_ADDR / 4] & NIC_CTRL_RX_ENABLE_MASK) || d->resetting) {
        d->counters[d->resetting ? NIC_COUNTER_RX_DROP_RESET : NIC_COUNTER_RX_DROP_DISABLED]++;
        return;
    }
    if (!soft_filter_admits(d, octets)) {
        d->counters[NIC_COUNTER_RX_DROP_FILTER]++;
        return;
    }
    sequence = ++d->sequence;
    if (d->rx_bytes.size - 1 - d->rx_bytes.count < 16 + length + pad) {
        d->counters[NIC_COUNTER_RX_DROP_OVERFLOW]++;
        d->loss += d->loss < 0xffff;
        return;
    }
    if (strikes(d, SOFT_FAULT_RX_GAP))
        return;
    if (soft_is_broadcast(octets))
        word |= 1u << 20;
    else if (octets[0] & 1)
        word |= 1u << 21;
    if (length >= 14 &&
        ((octets[12] == 0x81 && octets[13] == 0x00) || (octets[12] == 0x88 && octets[13] == 0xa8)))
        word |= 1u << 22;
    rx_faults(d, &word, &sequence, padding);
    nic_put_le32(header, word);
    nic_put_le32(header + 4, sequence);
    nic_put_le32(header + 8, (uint32_t)time);
    nic_put_le32(header + 12, (uint32_t)(time >> 32));
    soft_bytes_add(&d->rx_bytes, header, sizeof header);
    soft_bytes_add(&d->rx_bytes, octets, length);
    soft_bytes_add(&d->rx_bytes, padding[0] ? padding : zeros, pad);
    rx_count(d, octets, length);
}

/* ---- transmit ---- */

static void complete(struct soft_device *d, const struct soft_descriptor *x, uint32_t status,
                     uint64_t time)
{
    static const uint8_t counter[] = {0, NIC_COUNTER_TX_TOO_LONG, NIC_COUNTER_TX_LATE,
                                      NIC_COUNTER_TX_LINK_DOWN, NIC_COUNTER_TX_ABORTED};
    unsigned last = (d->completion_first + d->completion_count) % d->desc_depth;
    assert(d->completion_count < d->desc_depth);
    d->completions[last] = (struct soft_completion){
        .tag = x->tag, .status = status, .time = time, .report = x->flags & SOFT_REPORT};
    d->completion_count++;
    if (status != NIC_TX_STATUS_OK)
        d->counters[counter[status]]++;
}

static void tx_count(struct soft_device *d, const uint8_t *octets, uint32_t total)
{
    static const uint32_t bound[] = {64, 127, 255, 511, 1023, 1518, UINT32_MAX};
    unsigned bin = 0;
    while (total > bound[bin])
        bin++;
    d->counters[NIC_COUNTER_TX_PACKETS]++;
    d->counters[NIC_COUNTER_TX_OCTETS] += total;
    d->counters[NIC_COUNTER_TX_SIZE_64 + bin]++;
    if (soft_is_broadcast(octets))
        d->counters[NIC_COUNTER_TX_BROADCAST]++;
    else if (octets[0] & 1)
        d->counters[NIC_COUNTER_TX_MULTICAST]++;
}

static uint32_t wire_octets(const struct soft_descriptor *x)
{
    uint32_t octets = x->length + (x->flags & SOFT_HAS_FCS ? 0 : 4);
    return octets < 64 && !(x->flags & (SOFT_NO_PAD | SOFT_HAS_FCS)) ? 64 : octets;
}

static uint64_t octet_ns(const struct soft_device *d)
{
    static const uint16_t ns[] = {800, 80, 8, 8};
    return ns[d->regs[NIC_LINK_ADDR / 4] >> 1 & 3];
}

/* The frame at the head is on the wire: tell the listener, loop it back, complete it. */
static void transmitted(struct soft_device *d, struct soft_descriptor *x)
{
    uint32_t total = wire_octets(x);
    uint32_t length = total - 4;
    struct soft_frame frame = {.octets = x->octets,
                               .length_bytes = length,
                               .record_bytes = x->length,
                               .tag = x->tag,
                               .flags = x->flags,
                               .launch_ns = x->launch,
                               .sfd_ns = d->sfd_time};
    bool loop = d->options.loopback || d->regs[NIC_CTRL_ADDR / 4] & NIC_CTRL_LOOPBACK_MASK;
    if (length > x->length)
        memset(x->octets + x->length, 0, length - x->length);
    tx_count(d, x->octets, total);
    if (d->options.transmitted)
        d->options.transmitted(d->options.context, &frame);
    if (loop && !(x->flags & SOFT_TX_ERROR))
        soft_rx_frame(d, x->octets, length, d->sfd_time);
    complete(d, x, NIC_TX_STATUS_OK, d->sfd_time);
}

static void descriptor_drop(struct soft_device *d)
{
    d->tx_used -= d->descriptors[d->descriptor_first].length + 1;
    d->descriptor_first = (d->descriptor_first + 1) % d->desc_depth;
    d->descriptor_count--;
    d->sending = false;
}

static uint32_t head_status(struct soft_device *d, const struct soft_descriptor *x, uint64_t lead)
{
    bool on = d->regs[NIC_CTRL_ADDR / 4] & NIC_CTRL_TX_ENABLE_MASK;
    if (d->resetting)
        return NIC_TX_STATUS_ABORTED;
    if (x->too_long)
        return NIC_TX_STATUS_TOO_LONG;
    if (!on || !(d->regs[NIC_LINK_ADDR / 4] & NIC_LINK_UP_MASK))
        return NIC_TX_STATUS_LINK_DOWN;
    if (x->flags & SOFT_LAUNCH && x->launch + octet_ns(d) < soft_time(d) + lead)
        return NIC_TX_STATUS_LATE;
    return NIC_TX_STATUS_OK;
}

/* One step of the transmitter; true: something happened. */
static bool transmit(struct soft_device *d)
{
    struct soft_descriptor *x = &d->descriptors[d->descriptor_first];
    uint64_t octet = octet_ns(d), lead = 8 * octet, start = now(d);
    uint32_t status;
    if (!d->descriptor_count)
        return false;
    if (!d->sending) {
        if (d->hold_tx && !d->resetting)
            return false;
        if (strikes(d, SOFT_FAULT_STOP))
            d->stopped = true;
        if (d->stopped && !d->resetting)
            return false;
        status = head_status(d, x, d->options.instant ? 0 : lead);
        if (status != NIC_TX_STATUS_OK) {
            complete(d, x, status, soft_time(d));
            descriptor_drop(d);
            return true;
        }
        if (x->flags & SOFT_LAUNCH && x->launch > soft_time(d) + lead)
            start += x->launch - lead - soft_time(d);
        if (start < d->wire_free_ns)
            start = d->wire_free_ns;
        if (d->options.instant && !(x->flags & SOFT_LAUNCH))
            start = now(d), octet = 0, lead = 0;
        d->sending = true;
        d->sfd_time = soft_time(d) + (start - now(d)) + lead;
        d->end_ns = start + lead + wire_octets(x) * octet;
        d->wire_free_ns = d->end_ns + 12 * octet;
    }
    if (d->resetting) {
        complete(d, x, NIC_TX_STATUS_ABORTED, soft_time(d));
    } else if (now(d) < d->end_ns) {
        d->wake_ns = d->end_ns < d->wake_ns ? d->end_ns : d->wake_ns;
        return false;
    } else {
        transmitted(d, x);
    }
    descriptor_drop(d);
    return true;
}

/* ---- OUT parser ---- */

static void halt(struct soft_device *d, uint32_t error)
{
    d->halted = true;
    d->stream_error = error;
}

static void header_done(struct soft_device *d)
{
    uint32_t word = nic_get_le32(d->header);
    struct soft_descriptor *x = &d->incoming;
    uint32_t limit = d->max_frame - (word & 1u << 18 ? 0 : 4);
    if (word >> 24 != check_byte(word) >> 24 || strikes(d, SOFT_FAULT_TX_CHECK)) {
        halt(d, NIC_STREAM_ERROR_CHECK);
        return;
    }
    if (word & 0x00e00000) {
        halt(d, NIC_STREAM_ERROR_RESERVED);
        return;
    }
    if (!(word & 0xffff)) {
        halt(d, NIC_STREAM_ERROR_LENGTH);
        return;
    }
    x->record = word & 0xffff;
    x->too_long = x->record > limit;
    x->length = x->too_long ? 0 : x->record;
    x->flags = word >> 16 & 0x1f;
    x->tag = nic_get_le32(d->header + 4);
    x->launch = nic_get_le32(d->header + 8) | (uint64_t)nic_get_le32(d->header + 12) << 32;
    d->got = 0;
    d->in_frame = true;
}

static bool record_room(const struct soft_device *d)
{
    return d->outstanding < d->desc_depth && d->tx_used + d->incoming.length + 1 <= d->tx_size;
}

static void record_done(struct soft_device *d)
{
    unsigned last = (d->descriptor_first + d->descriptor_count) % d->desc_depth;
    uint8_t *octets = d->descriptors[last].octets;
    struct soft_descriptor *x = &d->descriptors[last];
    *x = d->incoming;
    x->octets = octets;
    memcpy(octets, d->incoming.octets, x->length);
    d->descriptor_count++;
    d->outstanding++;
    d->tx_used += x->length + 1;
    d->stats.descriptors++;
    d->in_frame = false;
    d->header_bytes = 0;
}

/* Takes bytes until the transfer or the room ends; the number taken. */
static uint32_t parse(struct soft_device *d, const uint8_t *data, uint32_t length)
{
    uint32_t n = 0;
    while (n < length && !d->halted) {
        if (!d->in_frame) {
            d->header[d->header_bytes++] = data[n++];
            if (d->header_bytes == 16)
                header_done(d);
            continue;
        }
        if (!record_room(d))
            break;
        if (d->got < d->incoming.length)
            d->incoming.octets[d->got] = data[n];
        else if (d->got >= d->incoming.record && data[n])
            halt(d, NIC_STREAM_ERROR_PADDING);
        n++;
        d->got++;
        if (!d->halted && d->got == ((d->incoming.record + 3) & ~3u))
            record_done(d);
    }
    return n;
}

static bool out_take(struct soft_device *d)
{
    struct soft_queue *q = &d->out;
    uint32_t before = q->used_bytes;
    if (!q->head || (d->hold_out && !d->resetting))
        return false;
    if (d->resetting) {
        finish(d, q, NIC_TRANSFER_OK, q->head->length_bytes);
        return true;
    }
    if (d->halted) {
        finish(d, q, NIC_TRANSFER_STALL, q->used_bytes);
        return true;
    }
    if (rests(d)) {
        d->wake_ns = d->rest_ns < d->wake_ns ? d->rest_ns : d->wake_ns;
        return false;
    }
    if (!before && strikes(d, SOFT_FAULT_STALL_OUT)) {
        finish(d, q, NIC_TRANSFER_STALL, 0);
        return true;
    }
    if (!before && strikes(d, SOFT_FAULT_ERROR_OUT)) {
        q->used_bytes = parse(d, q->head->data, q->head->length_bytes / 2);
        finish(d, q, NIC_TRANSFER_ERROR, q->used_bytes);
        return true;
    }
    q->used_bytes += parse(d, q->head->data + before, q->head->length_bytes - before);
    if (q->used_bytes == q->head->length_bytes) {
        finish(d, q, NIC_TRANSFER_OK, q->used_bytes - (strikes(d, SOFT_FAULT_SHORT_OUT) ? 1 : 0));
        return true;
    }
    return q->used_bytes != before;
}

/* ---- NIC reset ---- */

void soft_reset_start(struct soft_device *d)
{
    d->resetting = true;
    d->stopped = false;
    d->halted = false;
    d->stream_error = 0;
    d->header_bytes = 0;
    d->in_frame = false;
    d->rx_bytes.count = 0;
    d->stats.resets++;
}

static bool reset_end(struct soft_device *d)
{
    if (!d->resetting || d->hold_reset || d->outstanding || !event_room(d))
        return false;
    d->resetting = false;
    d->rx_bytes.count = 0;
    if (!strikes(d, SOFT_FAULT_NO_RESET_DONE))
        event_put(d, NIC_EVENT_TYPE_RESET_DONE, 0, 0, 0, 0);
    return true;
}

/* ---- control and unplug ---- */

static bool control_take(struct soft_device *d)
{
    struct nic_transfer *transfer = d->control.head;
    uint32_t moved = 0;
    bool ok;
    if (!transfer || d->control_silent)
        return false;
    if (strikes(d, SOFT_FAULT_CONTROL_SILENT)) {
        d->control_silent = true;
        return false;
    }
    if (strikes(d, SOFT_FAULT_STALL_CONTROL)) {
        finish(d, &d->control, NIC_TRANSFER_STALL, 0);
        return true;
    }
    if (strikes(d, SOFT_FAULT_ERROR_CONTROL)) {
        finish(d, &d->control, NIC_TRANSFER_ERROR, 0);
        return true;
    }
    ok = soft_control(d, transfer->data, transfer->length_bytes, &moved);
    if (ok && strikes(d, SOFT_FAULT_SHORT_CONTROL))
        moved -= 4;
    finish(d, &d->control, ok ? NIC_TRANSFER_OK : NIC_TRANSFER_STALL, moved);
    return true;
}

static void everything_gone(struct soft_device *d)
{
    struct soft_queue *queues[] = {&d->control, &d->out, &d->rx, &d->event};
    unsigned i;
    for (i = 0; i < 4; i++)
        while (queues[i]->head)
            finish(d, queues[i], NIC_TRANSFER_GONE, 0);
}

void soft_work(struct soft_device *d)
{
    bool again = true;
    d->wake_ns = UINT64_MAX;
    if (d->gone) {
        everything_gone(d);
        return;
    }
    while (again) {
        again = control_take(d);
        again |= out_take(d);
        again |= transmit(d);
        again |= events_format(d);
        again |= events_other(d);
        again |= reset_end(d);
        if (!d->hold_events)
            again |= in_fill(d, &d->event, &d->event_bytes, SOFT_FAULT_STALL_EVENT,
                             SOFT_FAULT_ERROR_EVENT);
        again |= in_fill(d, &d->rx, &d->rx_bytes, SOFT_FAULT_STALL_RX, SOFT_FAULT_ERROR_RX);
    }
    if (d->wake_ns != UINT64_MAX)
        d->platform->ops->timer_set(d->platform, &d->timer, d->wake_ns);
}
