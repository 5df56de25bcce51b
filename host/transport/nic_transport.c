/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all transports share: the slots, the queue of finished transfers with its interrupt, and synchronous register
 * access. Back ends are in files of their own.
 */
#include "nic_transport.h"

#include "nic_platform.h"
#include "nic_regs.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS              16
#define CONTROL_TIMEOUT_NS 1000000000ull
#define CONTROL_WORDS      64 /* most words of one register transfer; longer accesses are split */

/* A synchronous register access. Allocated, because a back end that never gives the transfer back must not be left
 * with a pointer into a dead stack: such a call is abandoned and freed when the transfer comes after all. */
struct sync_control {
    struct nic_transfer transfer;
    volatile bool done;
    bool abandoned; /* under the transport's lock */
    uint8_t data[8 + 4 * CONTROL_WORDS];
};

static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;
static struct nic_transport *slots[SLOTS];

/* `user` of a synchronous control transfer: no driver can have this address. */
static const char sync_mark;

static void lock(struct nic_transport *t)
{
    t->platform->ops->lock(t->platform, t->lock);
}

static void unlock(struct nic_transport *t)
{
    t->platform->ops->unlock(t->platform, t->lock);
}

struct nic_transport *nic_transport_at(unsigned slot)
{
    struct nic_transport *t = NULL;
    if (slot < SLOTS) {
        pthread_mutex_lock(&slots_lock);
        t = slots[slot];
        pthread_mutex_unlock(&slots_lock);
    }
    return t;
}

int nic_transport_put(unsigned slot, struct nic_transport *t)
{
    int result = 0;
    if (slot >= SLOTS)
        return -EINVAL;
    pthread_mutex_lock(&slots_lock);
    if (t && slots[slot])
        result = -EBUSY;
    else
        slots[slot] = t;
    pthread_mutex_unlock(&slots_lock);
    return result;
}

void nic_transport_init(struct nic_transport *t, const struct nic_transport_ops *ops,
                        struct nic_platform *platform, unsigned vector)
{
    memset(t, 0, sizeof *t);
    t->ops = ops;
    t->platform = platform;
    t->vector = vector;
    t->lock = calloc(1, sizeof *t->lock);
    if (!t->lock)
        abort();
    platform->ops->lock_init(platform, t->lock, "transport");
}

void nic_transport_fini(struct nic_transport *t)
{
    assert(!t->done_head);
    t->platform->ops->lock_free(t->platform, t->lock);
    free(t->lock);
    t->lock = NULL;
}

int nic_transport_open(struct nic_transport *t)
{
    return t->ops->open(t);
}

void nic_transport_close(struct nic_transport *t)
{
    t->ops->close(t);
}

void nic_transport_describe(struct nic_transport *t, struct nic_transport_description *description)
{
    t->ops->describe(t, description);
}

int nic_transport_submit(struct nic_transport *t, struct nic_transfer *transfer)
{
    int result;
    nic_platform_preempt(t->platform, "transport submit");
    transfer->next = NULL;
    transfer->actual_bytes = 0;
    result = t->ops->submit(t, transfer);
    nic_platform_preempt(t->platform, "transport submitted");
    return result;
}

void nic_transport_cancel(struct nic_transport *t, struct nic_transfer *transfer)
{
    nic_platform_preempt(t->platform, "transport cancel");
    t->ops->cancel(t, transfer);
    nic_platform_preempt(t->platform, "transport cancelled");
}

bool nic_transport_ready(const struct nic_transport *t)
{
    return __atomic_load_n(&t->ready, __ATOMIC_ACQUIRE);
}

struct nic_transfer *nic_transport_reap(struct nic_transport *t)
{
    struct nic_transfer *transfer;
    if (!nic_transport_ready(t))
        return NULL; /* the common end of a reaping loop costs no lock */
    lock(t);
    transfer = t->done_head;
    if (transfer) {
        t->done_head = transfer->next;
        transfer->next = NULL;
    }
    if (!t->done_head) {
        t->done_tail = NULL;
        __atomic_store_n(&t->ready, false, __ATOMIC_RELEASE);
    }
    unlock(t);
    nic_platform_preempt(t->platform, "transport reaped");
    return transfer;
}

static void count(struct nic_transport_counts *c, const struct nic_transfer *transfer)
{
    unsigned kind = transfer->endpoint & 3;
    bool whole = transfer->endpoint == NIC_ENDPOINT_TX && transfer->status == NIC_TRANSFER_OK;
    c->transfers[kind]++;
    c->octets[kind] += whole ? transfer->length_bytes : transfer->actual_bytes;
    c->cancelled += transfer->status == NIC_TRANSFER_CANCELLED;
    c->stalled += transfer->status == NIC_TRANSFER_STALL;
    c->failed += transfer->status == NIC_TRANSFER_GONE || transfer->status == NIC_TRANSFER_ERROR;
}

static void sync_finish(struct nic_transport *t, struct sync_control *control)
{
    bool abandoned;
    lock(t);
    count(&t->counts, &control->transfer);
    abandoned = control->abandoned;
    if (!abandoned)
        nic_platform_flag_set(t->platform, &control->done);
    unlock(t);
    if (abandoned)
        free(control);
}

void nic_transport_counts_get(struct nic_transport *t, struct nic_transport_counts *counts)
{
    lock(t);
    *counts = t->counts;
    unlock(t);
}

void nic_transport_finish(struct nic_transport *t, struct nic_transfer *transfer)
{
    bool raise;
    transfer->next = NULL;
    if (transfer->user == &sync_mark) {
        sync_finish(t, (struct sync_control *)transfer);
        return;
    }
    lock(t);
    count(&t->counts, transfer);
    if (t->done_tail)
        t->done_tail->next = transfer;
    else
        t->done_head = transfer;
    t->done_tail = transfer;
    raise = !t->ready;
    __atomic_store_n(&t->ready, true, __ATOMIC_RELEASE);
    unlock(t);
    /* Whoever reaps goes on until the queue is empty, so a queue that was not empty has its interrupt already. */
    if (raise)
        t->platform->ops->interrupt_raise(t->platform, t->vector);
}

void nic_transport_setup(uint8_t setup[8], uint8_t request, uint32_t address, uint16_t length_bytes)
{
    /* USB 2.0, 9.3: bmRequestType is direction, type vendor, recipient device. */
    setup[0] = request == NIC_VENDOR_REQUEST_REG_READ ? 0xc0 : 0x40;
    setup[1] = request;
    setup[2] = (uint8_t)address;
    setup[3] = (uint8_t)(address >> 8);
    setup[4] = (uint8_t)(address >> 16);
    setup[5] = (uint8_t)(address >> 24);
    setup[6] = (uint8_t)length_bytes;
    setup[7] = (uint8_t)(length_bytes >> 8);
}

static int status_errno(enum nic_transfer_status status)
{
    switch (status) {
    case NIC_TRANSFER_OK:
        return 0;
    case NIC_TRANSFER_STALL:
        return -EPIPE;
    case NIC_TRANSFER_GONE:
        return -ENODEV;
    case NIC_TRANSFER_CANCELLED:
        return -ETIMEDOUT;
    case NIC_TRANSFER_ERROR:
        break;
    }
    return -EIO;
}

/* Submits and waits. 0: finished and the caller's; -errno: freed or abandoned, hands off. */
static int sync_run(struct nic_transport *t, struct sync_control *control)
{
    struct nic_platform *p = t->platform;
    bool done;
    int result = nic_transport_submit(t, &control->transfer);
    if (result) {
        free(control);
        return result;
    }
    if (!p->ops->wait(p, &control->done, CONTROL_TIMEOUT_NS)) {
        nic_transport_cancel(t, &control->transfer);
        p->ops->wait(p, &control->done, CONTROL_TIMEOUT_NS);
    }
    lock(t);
    done = nic_platform_flag_get(&control->done);
    control->abandoned = !done;
    unlock(t);
    return done ? 0 : -ETIMEDOUT;
}

static int sync_access(struct nic_transport *t, uint8_t request, uint32_t address, uint32_t *in,
                       const uint32_t *out, unsigned count)
{
    struct sync_control *control = calloc(1, sizeof *control);
    unsigned i;
    int result;
    if (!control)
        return -ENOMEM;
    nic_transport_setup(control->data, request, address, (uint16_t)(4 * count));
    for (i = 0; out && i < count; i++)
        nic_put_le32(control->data + 8 + 4 * i, out[i]);
    control->transfer.data = control->data;
    control->transfer.length_bytes = 8 + 4 * count;
    control->transfer.user = (void *)(uintptr_t)&sync_mark;
    result = sync_run(t, control);
    if (result)
        return result;
    result = status_errno(control->transfer.status);
    if (!result && control->transfer.actual_bytes != 4 * count)
        result = -EIO;
    for (i = 0; in && !result && i < count; i++)
        in[i] = nic_get_le32(control->data + 8 + 4 * i);
    free(control);
    return result;
}

int nic_transport_reg_read(struct nic_transport *t, uint32_t address, uint32_t *words,
                           unsigned count)
{
    while (count) {
        unsigned n = count < CONTROL_WORDS ? count : CONTROL_WORDS;
        int result = sync_access(t, NIC_VENDOR_REQUEST_REG_READ, address, words, NULL, n);
        if (result)
            return result;
        address += 4 * n;
        words += n;
        count -= n;
    }
    return 0;
}

int nic_transport_reg_write(struct nic_transport *t, uint32_t address, const uint32_t *words,
                            unsigned count)
{
    while (count) {
        unsigned n = count < CONTROL_WORDS ? count : CONTROL_WORDS;
        int result = sync_access(t, NIC_VENDOR_REQUEST_REG_WRITE, address, NULL, words, n);
        if (result)
            return result;
        address += 4 * n;
        words += n;
        count -= n;
    }
    return 0;
}
