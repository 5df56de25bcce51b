/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A machine for tests of the miniport: platform, soft device, NDIS with its verifier, the miniport in one of its
 * builds, and a protocol that keeps account of every packet. One rig at a time.
 */
#ifndef DRIVER_RIG_H
#define DRIVER_RIG_H

#define NDIS50
#include "ndis.h"

#include "nic_ndis.h"
#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "rig_layer.h"
#include "soft_device.h"

#include "../../driver/nic_oid.h"

#define RIG_MS       1000000ull
#define RIG_S        1000000000ull
#define RIG_WIRE     8192 /* frames remembered */
#define RIG_FRAME    2048 /* octets of each */
#define RIG_PACKETS  1024
#define RIG_NOT_DONE ((NDIS_STATUS)0x5eed)

struct rig_options {
    bool single; /* the MiniportSend build */
    bool posix;  /* real threads */
    bool quiet;  /* verifier off */
    bool null_device;
    bool expect_findings;  /* the verifier may complain */
    const char *tolerated; /* findings with this in them do not count; NULL: none */
    uint64_t seed;
    uint64_t unplug_at; /* submit, from 1; 0: never */
    struct soft_options soft;
    const char *parameters[8]; /* beside Slot=0 */
    bool no_firmware;          /* else a device with a processor gets one */
};

/* "Firmware=..." with an image of so many words (6 of them its header) for a register map; `damage` is XORed into its last. The text stays
 * until the next call. */
const char *rig_firmware(unsigned words, uint32_t map_hash, uint32_t damage);

struct rig_packet {
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffers[20];
    unsigned buffer_count;
    uint8_t *data;
    uint32_t length, serial;
    unsigned submits, completions; /* completions: by return value or by callback */
    bool synchronous;
    NDIS_STATUS status; /* final, RIG_NOT_DONE before */
    uint64_t order;     /* of completion, from 1 */
    struct nic_oob oob;
};

struct rig_wire_frame {
    uint32_t length, record, serial, flags;
    uint64_t sfd_ns;
    uint8_t octets[RIG_FRAME];
};

struct rig {
    struct rig_options options;
    struct nic_platform *platform;
    struct soft_device *device;
    struct nic_transport *transport;
    struct nic_ndis_driver *driver, *intermediate;
    NDIS_STATUS added; /* what nic_ndis_adapter_add said */
    NDIS_HANDLE protocol, binding, packet_pool, buffer_pool;
    struct rig_packet *packets[RIG_PACKETS];
    unsigned packet_count;
    uint64_t completions;
    /* wire */
    struct rig_wire_frame *wire;
    unsigned wire_count;
    /* receive */
    unsigned received, receive_completes;
    uint8_t last_frame[RIG_FRAME];
    uint32_t last_length;
    ULONGLONG last_time_received, last_time_ns;
    bool keep_received; /* ReceivePacket keeps packets; rig_return gives them back */
    PNDIS_PACKET kept[128];
    unsigned kept_count;
    /* status */
    ULONG new_speed; /* of the latest change of speed */
    unsigned connects, disconnects, speed_changes, reset_starts, reset_ends, resets_complete;
    NDIS_STATUS reset_status;
    /* requests */
    volatile bool request_done;
    NDIS_STATUS request_status;
    void *poison; /* a failed request's buffer: overwritten the moment it is ours again */
    unsigned poison_length;
    unsigned findings;
    char log[16384], first_finding[512];
    void (*on_complete)(struct rig_packet *);
};

extern struct rig rig;

void rig_start(const struct rig_options
                   *);   /* up to a bound protocol, if the adapter came up; and one settled reset */
void rig_stop(void);     /* asserts: no findings, no leaks, every packet complete exactly once */
void rig_remove(void);   /* halts the adapter early */
void rig_add(void);      /* and adds it again, sets `added`, binds */
uint64_t rig_seed(void); /* SEED from the environment, or 1 */

/* `length` octets: addresses, serial at 14..17, a pattern. More than one buffer: cut at random. */
struct rig_packet *rig_packet(uint32_t length, unsigned buffers);
void rig_packet_free(struct rig_packet *);
void rig_packet_reuse(struct rig_packet *); /* a new serial; it must be complete */
NDIS_STATUS rig_send(struct rig_packet *);  /* NdisSend */
void rig_send_array(struct rig_packet **, unsigned count);
unsigned rig_open(void); /* packets submitted and not complete */

void rig_pass(uint64_t ns);
bool rig_settle(uint64_t bound_ns); /* until rig_open() is 0; false: bound reached */

NDIS_STATUS rig_query(NDIS_OID, void *buffer, unsigned length, unsigned *written);
NDIS_STATUS rig_set(NDIS_OID, void *buffer, unsigned length);
struct nic_oid_driver rig_driver(void); /* OID_HILNIC_DRIVER */
const char *rig_message(void);          /* OID_HILNIC_LAST_ERROR */
NDIS_STATUS rig_reset(void);            /* NdisReset, waited for */
void rig_return(void);                  /* kept packets go back */

/* Every frame of the wire from `first` on carries the serials in ascending order, no serial twice; the data is
 * right. */
void rig_check_wire(unsigned first);
void rig_check_completion_order(void); /* completions in order of submission */

#endif
