/* SPDX-License-Identifier: Apache-2.0 */
/* The null transport: see nic_null.h. */
#include "nic_null.h"

#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_transport.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DESC_DEPTH     256
#define MAX_FRAME      1522
#define FILTER_ENTRIES 16
#define REGISTERS      (0x600 / 4)
#define RECORDS        512 /* ring of event records: each descriptor outstanding has at most one */

struct record {
    uint32_t word, tag;
};

struct list {
    struct nic_transfer *head, *tail;
};

struct null_transport {
    struct nic_transport transport; /* first */
    struct list rx, event;          /* posted */
    struct record records[RECORDS];
    unsigned first, count;
    uint32_t registers[REGISTERS];
};

static void add(struct list *list, struct nic_transfer *transfer)
{
    if (list->tail)
        list->tail->next = transfer;
    else
        list->head = transfer;
    list->tail = transfer;
}

static void done(struct null_transport *n, struct nic_transfer *transfer, uint32_t actual_bytes)
{
    transfer->status = NIC_TRANSFER_OK;
    transfer->actual_bytes = actual_bytes;
    nic_transport_finish(&n->transport, transfer);
}

static void record_put(struct null_transport *n, uint32_t word, uint32_t tag)
{
    assert(n->count < RECORDS);
    n->records[(n->first + n->count++) % RECORDS] = (struct record){word, tag};
}

/* Records go out when a transfer is posted for them. */
static void events_out(struct null_transport *n)
{
    struct nic_transfer *transfer = n->event.head;
    uint32_t bytes = 0;
    if (!transfer || !n->count)
        return;
    n->event.head = transfer->next;
    if (!n->event.head)
        n->event.tail = NULL;
    while (n->count && bytes + NIC_EVENT_BYTES <= transfer->length_bytes) {
        struct record r = n->records[n->first];
        n->first = (n->first + 1) % RECORDS;
        n->count--;
        nic_put_le32(transfer->data + bytes, r.word);
        nic_put_le32(transfer->data + bytes + 4, r.tag);
        memset(transfer->data + bytes + 8, 0, 8);
        bytes += NIC_EVENT_BYTES;
    }
    done(n, transfer, bytes);
}

static void out(struct null_transport *n, struct nic_transfer *transfer)
{
    uint32_t at = 0, merged = 0, tag = 0;
    while (at + NIC_TX_HEADER_BYTES <= transfer->length_bytes) {
        uint32_t word = nic_get_le32(transfer->data + at);
        if (word & NIC_TX_HEADER_WORD0_REPORT_MASK && merged) {
            record_put(n, NIC_EVENT_TYPE_TX_DONE | merged << NIC_EVENT_WORD0_COUNT_SHIFT, tag);
            merged = 0;
        }
        tag = nic_get_le32(transfer->data + at + 4);
        merged++;
        if (word & NIC_TX_HEADER_WORD0_REPORT_MASK) {
            record_put(n, NIC_EVENT_TYPE_TX_DONE | 1u << NIC_EVENT_WORD0_COUNT_SHIFT, tag);
            merged = 0;
        }
        at += NIC_TX_HEADER_BYTES + (((word & NIC_TX_HEADER_WORD0_LENGTH_MASK) + 3) & ~3u);
    }
    if (merged)
        record_put(n, NIC_EVENT_TYPE_TX_DONE | merged << NIC_EVENT_WORD0_COUNT_SHIFT, tag);
    done(n, transfer, transfer->length_bytes);
    events_out(n);
}

static void control(struct null_transport *n, struct nic_transfer *transfer)
{
    uint32_t address = nic_get_le32(transfer->data + 2) / 4;
    uint32_t words = (transfer->length_bytes - 8) / 4, i;
    uint8_t *data = transfer->data + 8;
    if (address + words > REGISTERS) {
        transfer->status = NIC_TRANSFER_STALL;
        nic_transport_finish(&n->transport, transfer);
        return;
    }
    for (i = 0; i < words; i++) {
        if (transfer->data[1] == NIC_VENDOR_REQUEST_REG_READ)
            nic_put_le32(data + 4 * i, n->registers[address + i]);
        else if (address + i == NIC_RESET_ADDR / 4)
            record_put(n, NIC_EVENT_TYPE_RESET_DONE, 0);
        else
            n->registers[address + i] = nic_get_le32(data + 4 * i);
    }
    done(n, transfer, 4 * words);
    events_out(n);
}

static int null_submit(struct nic_transport *t, struct nic_transfer *transfer)
{
    struct null_transport *n = (struct null_transport *)t;
    switch (transfer->endpoint) {
    case NIC_ENDPOINT_TX:
        out(n, transfer);
        return 0;
    case NIC_ENDPOINT_RX:
        add(&n->rx, transfer);
        return 0;
    case NIC_ENDPOINT_EVENT:
        add(&n->event, transfer);
        events_out(n);
        return 0;
    case 0:
        control(n, transfer);
        return 0;
    }
    return -EINVAL;
}

static bool take(struct list *list, struct nic_transfer *transfer)
{
    struct nic_transfer **link, *previous = NULL;
    for (link = &list->head; *link && *link != transfer; link = &(*link)->next)
        previous = *link;
    if (!*link)
        return false;
    *link = transfer->next;
    if (list->tail == transfer)
        list->tail = previous;
    return true;
}

static void null_cancel(struct nic_transport *t, struct nic_transfer *transfer)
{
    struct null_transport *n = (struct null_transport *)t;
    if (!take(&n->rx, transfer) && !take(&n->event, transfer))
        return;
    transfer->status = NIC_TRANSFER_CANCELLED;
    transfer->actual_bytes = 0;
    nic_transport_finish(t, transfer);
}

static int null_open(struct nic_transport *t)
{
    (void)t;
    return 0;
}

static void null_close(struct nic_transport *t)
{
    struct null_transport *n = (struct null_transport *)t;
    assert(!n->rx.head && !n->event.head);
    n->count = 0;
}

static void null_poll(struct nic_transport *t, uint64_t timeout_ns)
{
    t->platform->ops->wait(t->platform, &t->ready, timeout_ns);
}

static void null_describe(struct nic_transport *t, struct nic_transport_description *description)
{
    *description = (struct nic_transport_description){.name = "null",
                                                      .interrupt_vector = t->vector,
                                                      .max_transfer_bytes = 65536,
                                                      .high_speed = true};
}

static const struct nic_transport_ops null_ops = {
    .open = null_open,
    .close = null_close,
    .submit = null_submit,
    .cancel = null_cancel,
    .poll = null_poll,
    .describe = null_describe,
};

struct nic_transport *nic_null_create(struct nic_platform *platform, unsigned vector)
{
    struct null_transport *n = calloc(1, sizeof *n);
    if (!n)
        return NULL;
    nic_transport_init(&n->transport, &null_ops, platform, vector);
    n->registers[NIC_ID_ADDR / 4] = NIC_ID_RESET_VALUE;
    n->registers[NIC_MAP_HASH_ADDR / 4] = NIC_MAP_HASH;
    n->registers[NIC_LIMITS_ADDR / 4] =
        MAX_FRAME << NIC_LIMITS_MAX_FRAME_SHIFT | DESC_DEPTH << NIC_LIMITS_DESC_DEPTH_SHIFT;
    n->registers[NIC_CAPS_ADDR / 4] =
        FILTER_ENTRIES << NIC_CAPS_FILTER_ENTRIES_SHIFT | NIC_CAPS_USB_HS_MASK;
    return &n->transport;
}

void nic_null_destroy(struct nic_transport *t)
{
    nic_transport_fini(t);
    free((struct null_transport *)t);
}
