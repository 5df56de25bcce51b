/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the soft device, shared by its three .c files only. Everything is under `lock` except what
 * is set at creation.
 */
#ifndef SOFT_PRIVATE_H
#define SOFT_PRIVATE_H

#include "nic_platform.h"
#include "nic_transport.h"
#include "soft_device.h"

/* Flags of a TX record from bit 0. */
#define SOFT_REPORT   0x01u
#define SOFT_LAUNCH   0x02u
#define SOFT_HAS_FCS  0x04u
#define SOFT_NO_PAD   0x08u
#define SOFT_TX_ERROR 0x10u

struct soft_queue {
    struct nic_transfer *head, *tail;
    uint32_t used_bytes; /* of the head, OUT only */
};

struct soft_bytes { /* ring */
    uint8_t *data;
    size_t size, first, count;
};

struct soft_descriptor {
    uint32_t record, length; /* frame bytes as the record says; as stored: 0 if too long */
    uint32_t flags, tag;
    uint64_t launch;
    bool too_long;
    uint8_t *octets;
};

struct soft_completion {
    uint32_t tag, status;
    uint64_t time;
    bool report;
};

struct soft_device {
    struct nic_transport transport; /* first: the transport's functions get this address */
    struct nic_platform *platform;
    struct soft_options options;
    struct nic_lock lock;
    struct nic_dpc dpc;
    struct nic_timer timer;
    uint64_t wake_ns; /* earliest time at which the pump has work by itself */
    bool pumping, pump_again;
    uint32_t max_frame, desc_depth, max_transfer, tx_size;
    uint64_t random;
    struct soft_queue control, out, rx, event, finished;
    bool opened, gone;
    uint64_t submits, unplug_at;
    uint32_t faults[SOFT_FAULT_COUNT];
    bool struck[SOFT_FAULT_COUNT];
    bool control_silent, stopped, hold_events, hold_tx, hold_out, hold_reset;
    uint64_t rest_ns;
    /* parser */
    uint8_t header[16];
    unsigned header_bytes;
    bool in_frame, halted;
    uint32_t got;
    struct soft_descriptor incoming;
    /* transmitter: ring of accepted descriptors */
    struct soft_descriptor *descriptors;
    unsigned descriptor_first, descriptor_count;
    uint32_t tx_used;
    uint8_t *frames;
    bool sending;
    uint64_t sfd_time, end_ns, wire_free_ns;
    /* completions, oldest first; then gathered, then event bytes */
    struct soft_completion *completions;
    unsigned completion_first, completion_count;
    unsigned outstanding; /* accepted and not yet in an event record */
    uint32_t gathered, gathered_tag;
    uint64_t gathered_time, gathered_since;
    struct soft_bytes event_bytes;
    bool link_event, resetting;
    uint32_t loss, stream_error;
    /* receive */
    struct soft_bytes rx_bytes;
    uint32_t sequence;
    /* registers, by address / 4 */
    uint32_t regs[0x1000 / 4];
    uint32_t counters[64];
    uint32_t memory[NIC_PROC_MEMORY_WORDS];
    bool request_done, processor_stopped; /* events to be raised */
    uint64_t time_offset;
    uint32_t time_staged, time_captured;
    struct soft_stats stats;
};

/* Queues of transfers. */
static inline void soft_transfer_add(struct soft_queue *q, struct nic_transfer *transfer)
{
    transfer->next = NULL;
    if (q->tail)
        q->tail->next = transfer;
    else
        q->head = transfer;
    q->tail = transfer;
}

static inline struct nic_transfer *soft_transfer_take(struct soft_queue *q)
{
    struct nic_transfer *transfer = q->head;
    if (transfer) {
        q->head = transfer->next;
        if (!q->head)
            q->tail = NULL;
    }
    return transfer;
}

void soft_registers_init(struct soft_device *);
void soft_register_set(struct soft_device *, uint32_t address,
                       uint32_t value); /* with its effects */
uint64_t soft_time(const struct soft_device *);
bool soft_is_broadcast(const uint8_t *octets);
bool soft_filter_admits(const struct soft_device *, const uint8_t *octets);

/* soft_processor.c: a register of group proc was written; the window to the memory, false: refused. */
void soft_processor_written(struct soft_device *, uint32_t address, uint32_t before,
                            uint32_t value);
void soft_processor_hang(struct soft_device *);
bool soft_processor_memory(struct soft_device *, bool in, uint32_t address, uint8_t *data,
                           uint32_t length);

/* A vendor request; `data` is SETUP and data stage. False: refused (STALL). */
bool soft_control(struct soft_device *, uint8_t *data, uint32_t length_bytes, uint32_t *moved);

/* soft_streams.c */
void soft_reset_start(struct soft_device *);
void soft_work(
    struct soft_device *); /* all there is to do now; sets the timer for what is to do later */
void soft_rx_frame(struct soft_device *, const uint8_t *octets, uint32_t length, uint64_t time);
bool soft_bytes_add(struct soft_bytes *, const uint8_t *data, size_t length); /* false: no room */
uint32_t soft_dice(struct soft_device *, uint32_t sides);

#endif
