/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device as a transport, its pump, and what tests do to it. One deferred call, the pump, does all the work, so
 * that transfers finish in order on every platform. The streams are in soft_streams.c, registers and the address filter
 * in soft_registers.c.
 */
#include "soft_device.h"

#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "soft_private.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void lock(struct soft_device *d)
{
    d->platform->ops->lock(d->platform, &d->lock);
}

static void unlock(struct soft_device *d)
{
    d->platform->ops->unlock(d->platform, &d->lock);
}

static void kick(struct soft_device *d)
{
    d->platform->ops->dpc_queue(d->platform, &d->dpc);
}

static void timer_ran(void *context)
{
    kick(context);
}

static struct soft_queue *queue_of(struct soft_device *d, uint8_t endpoint)
{
    switch (endpoint) {
    case 0:
        return &d->control;
    case NIC_ENDPOINT_TX:
        return &d->out;
    case NIC_ENDPOINT_RX:
        return &d->rx;
    case NIC_ENDPOINT_EVENT:
        return &d->event;
    }
    return NULL;
}

static void pump(void *context)
{
    struct soft_device *d = context;
    struct nic_transfer *transfer;
    lock(d);
    if (d->pumping) {
        d->pump_again = true;
        unlock(d);
        return;
    }
    d->pumping = true;
    do {
        d->pump_again = false;
        soft_work(d);
        while ((transfer = soft_transfer_take(&d->finished))) {
            unlock(d);
            nic_transport_finish(&d->transport, transfer);
            lock(d);
        }
    } while (d->pump_again);
    d->pumping = false;
    unlock(d);
}

/* ---- transport ---- */

static int soft_open(struct nic_transport *t)
{
    struct soft_device *d = (struct soft_device *)t;
    int result;
    lock(d);
    result = d->gone ? -ENODEV : d->opened ? -EBUSY : 0;
    if (!result)
        d->opened = true;
    unlock(d);
    return result;
}

static void soft_close(struct nic_transport *t)
{
    struct soft_device *d = (struct soft_device *)t;
    lock(d);
    assert(!d->control.head && !d->out.head && !d->rx.head && !d->event.head && !d->finished.head);
    d->opened = false;
    unlock(d);
}

static int soft_submit(struct nic_transport *t, struct nic_transfer *transfer)
{
    struct soft_device *d = (struct soft_device *)t;
    struct soft_queue *q = queue_of(d, transfer->endpoint);
    int result = 0;
    if (!q || !transfer->length_bytes || transfer->length_bytes > d->max_transfer)
        return -EINVAL;
    lock(d);
    d->submits++;
    if (d->submits == d->unplug_at)
        d->gone = true;
    if (d->gone || !d->opened) {
        result = -ENODEV;
    } else {
        soft_transfer_add(q, transfer);
        d->stats.out_transfers += q == &d->out;
        d->stats.rx_transfers += q == &d->rx;
        d->stats.event_transfers += q == &d->event;
        d->stats.control_transfers += q == &d->control;
    }
    unlock(d);
    kick(d);
    return result;
}

static void soft_cancel(struct nic_transport *t, struct nic_transfer *transfer)
{
    struct soft_device *d = (struct soft_device *)t;
    struct soft_queue *q = queue_of(d, transfer->endpoint);
    struct nic_transfer **link, *previous = NULL;
    lock(d);
    for (link = &q->head; *link && *link != transfer; link = &(*link)->next)
        previous = *link;
    if (*link) {
        transfer->status = NIC_TRANSFER_CANCELLED;
        transfer->actual_bytes = transfer == q->head ? q->used_bytes : 0;
        if (transfer == q->head)
            q->used_bytes = 0;
        *link = transfer->next;
        if (q->tail == transfer)
            q->tail = previous;
        soft_transfer_add(&d->finished, transfer);
        if (q == &d->control)
            d->control_silent = false;
    }
    unlock(d);
    kick(d);
}

static void soft_poll(struct nic_transport *t, uint64_t timeout_ns)
{
    struct nic_platform *p = t->platform;
    p->ops->wait(p, &t->ready, timeout_ns);
}

static void soft_describe(struct nic_transport *t, struct nic_transport_description *description)
{
    struct soft_device *d = (struct soft_device *)t;
    *description = (struct nic_transport_description){.name = "soft",
                                                      .interrupt_vector = t->vector,
                                                      .max_transfer_bytes = d->max_transfer,
                                                      .high_speed = true};
}

static const struct nic_transport_ops soft_ops = {
    .open = soft_open,
    .close = soft_close,
    .submit = soft_submit,
    .cancel = soft_cancel,
    .poll = soft_poll,
    .describe = soft_describe,
};

/* ---- assembly ---- */

static uint32_t or_default(uint32_t value, uint32_t default_value)
{
    return value ? value : default_value;
}

static bool memory_get(struct soft_device *d)
{
    unsigned i;
    uint32_t frame = d->max_frame + 64;
    d->rx_bytes.size = or_default(d->options.rx_buffer_bytes, 4096) + 1;
    d->event_bytes.size = 4096;
    d->rx_bytes.data = malloc(d->rx_bytes.size);
    d->event_bytes.data = malloc(d->event_bytes.size);
    d->descriptors = calloc(d->desc_depth, sizeof *d->descriptors);
    d->completions = calloc(d->desc_depth, sizeof *d->completions);
    d->frames = malloc((size_t)frame * (d->desc_depth + 1));
    if (!d->rx_bytes.data || !d->event_bytes.data || !d->descriptors || !d->completions ||
        !d->frames)
        return false;
    for (i = 0; i < d->desc_depth; i++)
        d->descriptors[i].octets = d->frames + (size_t)frame * i;
    d->incoming.octets = d->frames + (size_t)frame * d->desc_depth;
    return true;
}

static void memory_free(struct soft_device *d)
{
    free(d->rx_bytes.data);
    free(d->event_bytes.data);
    free(d->descriptors);
    free(d->completions);
    free(d->frames);
    free(d);
}

struct soft_device *soft_device_create(const struct soft_options *options,
                                       struct nic_platform *platform, unsigned vector)
{
    struct soft_device *d = calloc(1, sizeof *d);
    if (!d)
        return NULL;
    d->options = *options;
    d->platform = platform;
    d->max_frame = or_default(options->max_frame, 1522);
    d->desc_depth = or_default(options->desc_depth, 64);
    d->max_transfer = or_default(options->max_transfer_bytes, 65536);
    d->tx_size = or_default(options->tx_buffer_bytes, 4096);
    d->random = options->seed * 0x9e3779b97f4a7c15ull + 0x632be59bd9b4e019ull;
    if (!d->random)
        d->random = 1;
    d->sequence = soft_dice(d, 0xffffffff);
    if (!memory_get(d)) {
        memory_free(d);
        return NULL;
    }
    soft_registers_init(d);
    platform->ops->lock_init(platform, &d->lock, "soft device");
    d->dpc.fn = pump;
    d->dpc.context = d;
    d->timer.fn = timer_ran;
    d->timer.context = d;
    nic_transport_init(&d->transport, &soft_ops, platform, vector);
    return d;
}

void soft_device_destroy(struct soft_device *d)
{
    assert(!d->opened);
    d->platform->ops->timer_cancel(d->platform, &d->timer);
    d->platform->ops->dpc_cancel(d->platform, &d->dpc);
    nic_transport_fini(&d->transport);
    d->platform->ops->lock_free(d->platform, &d->lock);
    memory_free(d);
}

struct nic_transport *soft_device_transport(struct soft_device *d)
{
    return &d->transport;
}

/* ---- for tests ---- */

void soft_device_fault(struct soft_device *d, enum soft_fault fault, unsigned after)
{
    lock(d);
    d->faults[fault] = after + 1;
    d->struck[fault] = false;
    unlock(d);
    kick(d);
}

void soft_device_heal(struct soft_device *d)
{
    lock(d);
    memset(d->faults, 0, sizeof d->faults);
    d->stopped = false;
    d->control_silent = false;
    unlock(d);
    kick(d);
}

bool soft_device_fault_done(struct soft_device *d, enum soft_fault fault)
{
    bool done;
    lock(d);
    done = d->struck[fault];
    unlock(d);
    return done;
}

void soft_device_unplug(struct soft_device *d)
{
    lock(d);
    d->gone = true;
    unlock(d);
    kick(d);
}

void soft_device_unplug_at(struct soft_device *d, uint64_t submits)
{
    lock(d);
    d->unplug_at = submits;
    unlock(d);
}

uint64_t soft_device_submits(struct soft_device *d)
{
    uint64_t submits;
    lock(d);
    submits = d->submits;
    unlock(d);
    return submits;
}

bool soft_device_raw_event(struct soft_device *d, const uint8_t *bytes, size_t length)
{
    bool ok;
    lock(d);
    ok = soft_bytes_add(&d->event_bytes, bytes, length);
    unlock(d);
    kick(d);
    return ok;
}

bool soft_device_raw_rx(struct soft_device *d, const uint8_t *bytes, size_t length)
{
    bool ok;
    lock(d);
    ok = soft_bytes_add(&d->rx_bytes, bytes, length);
    unlock(d);
    kick(d);
    return ok;
}

void soft_device_receive(struct soft_device *d, const uint8_t *octets, uint32_t length_bytes)
{
    lock(d);
    soft_rx_frame(d, octets, length_bytes, soft_time(d));
    unlock(d);
    kick(d);
}

void soft_device_receive_broken(struct soft_device *d, unsigned counter)
{
    lock(d);
    d->counters[counter]++;
    unlock(d);
}

void soft_device_link(struct soft_device *d, bool up, unsigned speed)
{
    lock(d);
    soft_register_set(d, NIC_LINK_ADDR, (up ? 1u : 0) | speed << 1 | 8);
    unlock(d);
    kick(d);
}

void soft_device_hang(struct soft_device *d)
{
    lock(d);
    soft_processor_hang(d);
    unlock(d);
    kick(d);
}

static void hold(struct soft_device *d, bool *flag, bool value)
{
    lock(d);
    *flag = value;
    unlock(d);
    kick(d);
}

void soft_device_hold_events(struct soft_device *d, bool value)
{
    hold(d, &d->hold_events, value);
}

void soft_device_hold_tx(struct soft_device *d, bool value)
{
    hold(d, &d->hold_tx, value);
}

void soft_device_hold_out(struct soft_device *d, bool value)
{
    hold(d, &d->hold_out, value);
}

void soft_device_hold_reset(struct soft_device *d, bool value)
{
    hold(d, &d->hold_reset, value);
}

void soft_device_forget(struct soft_device *d)
{
    lock(d);
    soft_reset_start(d);
    d->resetting = false;
    d->sending = false;
    d->descriptor_count = d->completion_count = d->outstanding = 0;
    d->tx_used = d->gathered = d->loss = d->sequence = 0;
    d->event_bytes.count = 0;
    d->link_event = d->request_done = d->processor_stopped = false;
    d->time_offset -= soft_time(d);
    memset(d->counters, 0, sizeof d->counters);
    soft_registers_init(d);
    unlock(d);
    kick(d);
}

void soft_device_step(struct soft_device *d)
{
    pump(d);
}

void soft_device_stats_get(struct soft_device *d, struct soft_stats *stats)
{
    lock(d);
    *stats = d->stats;
    stats->outstanding = d->outstanding;
    stats->halted = d->halted;
    unlock(d);
}

uint32_t soft_device_register(struct soft_device *d, uint32_t address)
{
    uint32_t value;
    lock(d);
    value = d->regs[address / 4];
    unlock(d);
    return value;
}

uint64_t soft_device_time(struct soft_device *d)
{
    uint64_t time;
    lock(d);
    time = soft_time(d);
    unlock(d);
    return time;
}
