/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device: the device side of the transport written a second time, in C, at the level of records. It follows
 * nic.rdl and ARCHITECTURE.md, not the RTL, and can misbehave on demand: tests of the driver run against it. It
 * works on both platforms; its time is the platform's. What it leaves out: bits and clock cycles, PAUSE, frequency
 * adjustment.
 */
#ifndef SOFT_DEVICE_H
#define SOFT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nic_platform;
struct nic_transport;
struct soft_device;

/* A frame that left the transmitter, padded, without FCS. */
struct soft_frame {
    const uint8_t *octets; /* valid during the call */
    uint32_t length_bytes;
    uint32_t record_bytes; /* frame length as the TX record gave it */
    uint32_t tag;
    uint32_t flags; /* bits 23:16 of the TX header's first word, from bit 0 */
    uint64_t launch_ns;
    uint64_t sfd_ns; /* device time */
};

struct soft_options {
    uint64_t seed;
    uint32_t max_frame;          /* 0: 1522 */
    uint32_t desc_depth;         /* 0: 64 */
    uint32_t filter_entries;     /* 0: 16 */
    uint32_t tx_buffer_bytes;    /* 0: 4096; multiples of 256 */
    uint32_t rx_buffer_bytes;    /* 0: 4096 */
    uint32_t id;                 /* 0: the right one */
    uint32_t map_hash;           /* 0: the right one */
    uint32_t tx_mhz;             /* 0: 125; CAPS.tx_mhz */
    bool processor;              /* CAPS.processor; its firmware, any, brings the link up */
    bool firmware_silent;        /* it never starts */
    bool firmware_forgetful;     /* the memory loses a bit */
    bool firmware_once;          /* the memory takes none after a stop by the watchdog */
    bool firmware_slow;          /* requests of the mailbox stay pending */
    bool loopback;               /* what is sent is received */
    bool instant;                /* frames take no time on the wire */
    unsigned cut_percent;        /* chance that an IN transfer ends early, at any byte */
    unsigned stall_percent;      /* chance that a stream rests for a while at a transfer */
    uint32_t max_transfer_bytes; /* 0: 65536 */
    /* Called for each frame sent, at DISPATCH, the device's lock held: must not call the device. */
    void (*transmitted)(void *context, const struct soft_frame *);
    void *context;
};

/* Misbehaviour. Each happens once, on the (after + 1)th occasion from now. */
enum soft_fault {
    SOFT_FAULT_STALL_OUT, /* the next OUT transfer is refused */
    SOFT_FAULT_STALL_RX,
    SOFT_FAULT_STALL_EVENT,
    SOFT_FAULT_STALL_CONTROL,
    SOFT_FAULT_ERROR_OUT, /* the transfer ends in an error, half of its bytes taken */
    SOFT_FAULT_ERROR_RX,  /* ... its bytes lost */
    SOFT_FAULT_ERROR_EVENT,
    SOFT_FAULT_ERROR_CONTROL,
    SOFT_FAULT_SHORT_OUT,       /* OK, but not all bytes taken */
    SOFT_FAULT_OVERRUN_IN,      /* actual_bytes beyond length_bytes */
    SOFT_FAULT_DROP_COMPLETION, /* an event record is lost */
    SOFT_FAULT_DOUBLE_COMPLETION,
    SOFT_FAULT_WRONG_TAG,
    SOFT_FAULT_COUNT_ZERO,
    SOFT_FAULT_COUNT_HIGH,
    SOFT_FAULT_EVENT_STATUS, /* a status nobody defined */
    SOFT_FAULT_EVENT_KIND,   /* a kind nobody defined */
    SOFT_FAULT_EVENT_SLIP,   /* one byte too many in the event stream */
    SOFT_FAULT_STRAY_RESET_DONE,
    SOFT_FAULT_RX_CHECK,
    SOFT_FAULT_RX_RESERVED, /* reserved bit set, check byte right */
    SOFT_FAULT_RX_LENGTH_ZERO,
    SOFT_FAULT_RX_LENGTH_HIGH,
    SOFT_FAULT_RX_PADDING,
    SOFT_FAULT_RX_SLIP,        /* one byte too many in the RX stream */
    SOFT_FAULT_RX_BACKWARD,    /* the sequence number goes back */
    SOFT_FAULT_RX_GAP,         /* a frame is lost without notice, the number advances */
    SOFT_FAULT_RX_ERROR,       /* an error class although bad frames are not kept */
    SOFT_FAULT_STOP,           /* the transmitter stops until NIC reset */
    SOFT_FAULT_TX_CHECK,       /* a good TX header is taken for a bad one: STREAM_ERROR */
    SOFT_FAULT_NO_RESET_DONE,  /* a NIC reset without its event */
    SOFT_FAULT_SHORT_CONTROL,  /* a register access that ends OK one word early */
    SOFT_FAULT_CONTROL_SILENT, /* a control transfer is never answered, unless cancelled */
    SOFT_FAULT_COUNT,
};

/* NULL: no memory. The transport raises `vector`. */
struct soft_device *soft_device_create(const struct soft_options *, struct nic_platform *,
                                       unsigned vector);
void soft_device_destroy(struct soft_device *); /* the transport must be closed */
struct nic_transport *soft_device_transport(struct soft_device *);

void soft_device_fault(struct soft_device *, enum soft_fault, unsigned after);
void soft_device_heal(struct soft_device *); /* no fault waits any more */
bool soft_device_fault_done(struct soft_device *,
                            enum soft_fault); /* has the last one armed happened? */

void soft_device_unplug(struct soft_device *);
void soft_device_unplug_at(struct soft_device *,
                           uint64_t submits);       /* at that submit, counted from 1 */
uint64_t soft_device_submits(struct soft_device *); /* transfers submitted so far */

/* Bytes that appear in a stream as they are. False: no room. */
bool soft_device_raw_event(struct soft_device *, const uint8_t *bytes, size_t length);
bool soft_device_raw_rx(struct soft_device *, const uint8_t *bytes, size_t length);

/* A frame arrives from the wire, without FCS, FCS right. */
void soft_device_receive(struct soft_device *, const uint8_t *octets, uint32_t length_bytes);
/* A broken frame arrives and is dropped, of the class that this counter counts: NIC_COUNTER_RX_FCS_ERRORS to SYMBOL_ERRORS. */
void soft_device_receive_broken(struct soft_device *, unsigned counter);
void soft_device_link(struct soft_device *, bool up,
                      unsigned speed);                         /* as the processor would set it */
void soft_device_hold_events(struct soft_device *, bool hold); /* the event pipe is blocked */
void soft_device_hold_tx(struct soft_device *, bool hold);     /* the wire is blocked */
void soft_device_hold_out(struct soft_device *, bool hold);    /* no OUT transfer is taken */
void soft_device_hold_reset(struct soft_device *, bool hold);  /* a NIC reset does not end */
void soft_device_forget(struct soft_device *); /* device reset: all but the posted transfers */
void soft_device_hang(struct soft_device *);   /* the firmware; the watchdog notices at once */
void soft_device_step(
    struct soft_device *); /* works right here and now, whatever the level of the caller */

struct soft_stats {
    uint64_t out_transfers, rx_transfers, event_transfers, control_transfers;
    uint64_t event_records, descriptors, resets;
    unsigned outstanding;
    bool halted;
};
void soft_device_stats_get(struct soft_device *, struct soft_stats *);
uint32_t soft_device_register(struct soft_device *, uint32_t address); /* peek, no side effect */
uint64_t soft_device_time(struct soft_device *);

#endif
