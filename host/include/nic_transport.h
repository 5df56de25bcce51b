/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seam between driver and device: asynchronous transfers to the endpoints of a USB device, in the shape of libusb's
 * asynchronous API, with one difference: finished transfers wait in a queue, the transport raises its interrupt, and the
 * driver reaps them, as a NIC's driver reaps its rings. No callback runs in the driver.
 *
 * All functions may be called at DISPATCH level except open, close and control. Packet and transfer boundaries of the
 * streams mean nothing (ARCHITECTURE.md, USB interface).
 */
#ifndef NIC_TRANSPORT_H
#define NIC_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nic_transport;

enum nic_transfer_status {
    NIC_TRANSFER_OK, /* OUT: all bytes taken; IN: actual_bytes arrived, possibly fewer than asked (a cut) */
    NIC_TRANSFER_CANCELLED, /* actual_bytes may still have moved */
    NIC_TRANSFER_STALL,     /* endpoint halted */
    NIC_TRANSFER_GONE,      /* device unplugged: every later submit fails too */
    NIC_TRANSFER_ERROR,     /* babble, time-out of the back end, host controller error */
};

/* Storage by the driver. It is the transport's from a successful submit until it is reaped. */
struct nic_transfer {
    uint8_t endpoint;      /* NIC_ENDPOINT_*, or 0: control */
    uint8_t *data;         /* endpoint 0: 8 bytes of SETUP, then the data stage */
    uint32_t length_bytes; /* endpoint 0: 8 + wLength */
    uint32_t actual_bytes; /* set when reaped; endpoint 0: data stage only */
    enum nic_transfer_status status;
    void *user;                /* the driver's */
    struct nic_transfer *next; /* the transport's from here on */
    void *back_end;
    uint32_t back_end_state;
};

struct nic_transport_description {
    const char *name;          /* "core", "null", "usb 1-2", ...; lives as long as the transport */
    unsigned interrupt_vector; /* raised after transfers became reapable */
    uint32_t max_transfer_bytes; /* largest length_bytes accepted, at least 16384 */
    bool high_speed;
};

struct nic_transport_ops {
    int (*open)(struct nic_transport *);   /* 0, or -errno: -ENODEV, -EACCES, -EBUSY, -EIO */
    void (*close)(struct nic_transport *); /* every transfer must have been reaped */
    int (*submit)(struct nic_transport *,
                  struct nic_transfer *); /* 0, or -ENODEV, -EINVAL, -EIO: then still the
                                                                     driver's. Several may be in flight per endpoint;
                                                                     they finish in order. */
    void (*cancel)(struct nic_transport *,
                   struct nic_transfer *); /* asks; the transfer is reaped all the same, once */
    void (*poll)(struct nic_transport *,
                 uint64_t timeout_ns); /* lets the back end work: returns early when a
                                                                     transfer finished. PASSIVE, not from the driver. */
    void (*describe)(struct nic_transport *, struct nic_transport_description *);
};

/* Words on the wire are little-endian. */
static inline uint32_t nic_get_le32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void nic_put_le32(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
    p[2] = (uint8_t)(value >> 16);
    p[3] = (uint8_t)(value >> 24);
}

/* Transfers that ended, by endpoint: 0 control, 1 TX stream, 2 RX stream, 3 events. */
struct nic_transport_counts {
    uint64_t transfers[4], octets[4]; /* octets that moved */
    uint64_t cancelled, stalled,
        failed; /* of all transfers, by their status; failed: GONE and ERROR */
};

struct nic_platform;
struct nic_lock;

/* First member of every back end. `done_*` is the queue of finished transfers, under `lock`. */
struct nic_transport {
    const struct nic_transport_ops *ops;
    struct nic_platform *platform;
    struct nic_lock *lock;
    unsigned vector;
    struct nic_transfer *done_head, *done_tail;
    struct nic_transport_counts counts; /* under lock */
    volatile bool ready;
};

/* ---- for drivers ---- */

/* The transport that the machine's owner put into a slot (0..15), as a driver finds its device in a bus slot. NULL: none. */
struct nic_transport *nic_transport_at(unsigned slot);

int nic_transport_open(struct nic_transport *);
void nic_transport_close(struct nic_transport *);
void nic_transport_describe(struct nic_transport *, struct nic_transport_description *);
int nic_transport_submit(struct nic_transport *, struct nic_transfer *);
void nic_transport_cancel(struct nic_transport *, struct nic_transfer *);

/* True when something can be reaped. Any level, cheap: for an ISR. */
bool nic_transport_ready(const struct nic_transport *);

/* Oldest finished transfer, the driver's again; NULL: none. Up to DISPATCH level. */
struct nic_transfer *nic_transport_reap(struct nic_transport *);

void nic_transport_counts_get(struct nic_transport *, struct nic_transport_counts *);

/* Vendor register access, synchronous, PASSIVE level, before the interrupt is connected or while nothing else is
 * reaped. Whole words, ascending. 0 or -errno (-ETIMEDOUT, -EPIPE: the device refused, -ENODEV, -EIO). */
int nic_transport_reg_read(struct nic_transport *, uint32_t address, uint32_t *words,
                           unsigned count);
int nic_transport_reg_write(struct nic_transport *, uint32_t address, const uint32_t *words,
                            unsigned count);

/* Fills an 8-byte SETUP for a register access, for drivers that submit endpoint 0 themselves. `request` is
 * NIC_VENDOR_REQUEST_REG_READ or _REG_WRITE. */
void nic_transport_setup(uint8_t setup[8], uint8_t request, uint32_t address,
                         uint16_t length_bytes);

/* ---- for back ends and for whoever assembles the machine ---- */

void nic_transport_init(struct nic_transport *, const struct nic_transport_ops *,
                        struct nic_platform *, unsigned vector);
void nic_transport_fini(struct nic_transport *);
int nic_transport_put(unsigned slot, struct nic_transport *); /* NULL empties it; -EBUSY, -EINVAL */

/* A transfer is finished: status and actual_bytes are set. Queues it and raises the interrupt. Any thread up to DISPATCH,
 * no lock held. Control transfers of nic_transport_reg_* are recognised and do not reach the driver. */
void nic_transport_finish(struct nic_transport *, struct nic_transfer *);

#endif
