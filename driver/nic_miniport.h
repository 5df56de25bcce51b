/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the miniport: one adapter's state and the contracts between the files of this folder. The driver calls NDIS
 * above, nic_transport.h below, and nothing else.
 *
 * Serialized miniport: NDIS runs at most one of Send, HandleInterrupt, Query/SetInformation, Reset, CheckForHang and
 * the timer at a time, at DISPATCH_LEVEL; only the ISR comes between, and it reads nothing but the transport. So
 * there is no lock here. Every call up into NDIS (NdisMSendComplete above all) may come back into MiniportSend on
 * the same stack: the state is consistent before each of them, and nothing is assumed to have kept its value after it.
 *
 * States of an adapter (reset.c):
 *
 *            +---------------------------- violation, stall, hang, MiniportReset --+
 *            v                                                                     |
 *   init -> DRAIN -- all back --> RESET -- RESET_DONE --> SETUP -- written --> RUNNING
 *            |                      |                       |
 *            +------ gave up -------+----- no answer, three times ----> DEAD (MiniportReset: DRAIN)
 *   any state -- NIC_TRANSFER_GONE, or transfers that do not come back --> GONE
 */
#ifndef NIC_MINIPORT_H
#define NIC_MINIPORT_H

#ifndef NDIS_MINIPORT_DRIVER
#define NDIS_MINIPORT_DRIVER 1
#endif
#ifndef NDIS51_MINIPORT
#define NDIS51_MINIPORT 1
#endif
#include <ndis.h>
#include <stdarg.h>

#include "nic_oid.h"
#include "nic_regs.h"
#include "nic_transport.h"

#if defined(NIC_NDIS6)
#define NIC_ENTRY   nic_miniport6_entry
#define NIC_MESSAGE nic_miniport6_message
#elif defined(NIC_SEND_SINGLE)
#define NIC_ENTRY   nic_miniport_single_entry
#define NIC_MESSAGE nic_miniport_single_message
#else
#define NIC_ENTRY   nic_miniport_entry
#define NIC_MESSAGE nic_miniport_message
#endif

#define NIC_OUT_TRANSFERS        4 /* one or more in flight, one gathers */
#define NIC_RX_TRANSFERS         4
#define NIC_EVENT_TRANSFERS      2
#define NIC_STREAM_BYTES         16384 /* size of an OUT and an RX transfer */
#define NIC_EVENT_TRANSFER_BYTES 1024
#define NIC_RX_BATCH             16 /* most frames in one indication */
#define NIC_RX_SLOTS             64 /* packets for received frames */
#define NIC_CONTROL_WORDS        64
#define NIC_MULTICAST_MAX        64
#define NIC_MAC_HEADER           14
#define NIC_FCS_BYTES            4
#define NIC_VLAN_BYTES           4
#define NIC_STANDARD_FRAME       1514
#define NIC_TIMEOUT_MS           1000  /* of one phase of a NIC reset, and of a register access */
#define NIC_WATCHDOG_MS          1000u /* without a heartbeat of the firmware */
#define NIC_FIRMWARE_RESTARTS    3     /* after a watchdog's stop; then the driver sets the link */
#define NIC_FIRMWARE_QUIET       30 /* hang checks without one, after which it has all of them again */
#define NIC_PROC_RUN             (NIC_WATCHDOG_MS << NIC_PROC_CTRL_WATCHDOG_MS_SHIFT | NIC_PROC_CTRL_RUN_MASK)
#define NIC_RESET_ATTEMPTS       3  /* in a row without an answer: DEAD */
#define NIC_RESET_STREAK         10 /* in a row without a frame in between: DEAD */
#define NIC_MESSAGE_BYTES        200
#define NIC_TAG_MEMORY           0x434e6c68

#define NIC_FILTERS                                                                                \
    (NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST |     \
     NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_PROMISCUOUS)

enum nic_state {
    NIC_STATE_RUNNING,
    NIC_STATE_DRAIN, /* cancelled transfers are coming back */
    NIC_STATE_RESET, /* RESET is being written, or RESET_DONE is awaited */
    NIC_STATE_SETUP, /* registers are being written */
    NIC_STATE_DEAD,  /* gave up: sends fail until MiniportReset */
    NIC_STATE_GONE,  /* unplugged: sends fail until MiniportHalt */
};

/* Register accesses that are to be made, one at a time, lowest bit first (control.c). */
enum nic_step {
    NIC_STEP_RESET = 1 << 0,
    NIC_STEP_FILTER = 1 << 1, /* FILTER, HASH, MAC: one block; first, see NIC_STEP_ALIVE */
    NIC_STEP_MODERATION = 1 << 2,
    NIC_STEP_WATERMARKS = 1 << 3,
    NIC_STEP_EXACT = 1 << 4,
    NIC_STEP_LINK = 1 << 5, /* written, or read where a processor keeps it */
    NIC_STEP_CTRL = 1 << 6, /* last: frames flow from here on */
    NIC_STEP_SNAPSHOT = 1 << 7,
    NIC_STEP_COUNTERS = 1 << 8,
    NIC_STEP_REGISTER_READ = 1 << 9,
    NIC_STEP_REGISTER_WRITE = 1 << 10,
    NIC_STEP_PROBE = 1 << 11, /* device time, for the hang check */
    NIC_STEP_ALIVE = 1 << 12, /* has the device still what it was told first? */
    NIC_STEP_MAIL = 1 << 13,  /* a request to the firmware, then, after REQUEST_DONE, */
    NIC_STEP_ANSWER = 1 << 14,
    NIC_STEP_PROCESSOR = 1 << 15, /* run, if it should: a device reset stops it, its memory stays */
    NIC_STEP_IMAGE = 1 << 16,     /* a part of the firmware into its memory, over and over */
};
#define NIC_STEPS_SETUP                                                                            \
    (NIC_STEP_MODERATION | NIC_STEP_WATERMARKS | NIC_STEP_FILTER | NIC_STEP_EXACT |                \
     NIC_STEP_LINK | NIC_STEP_CTRL | NIC_STEP_PROCESSOR)

/* A frame to send: an NDIS_PACKET, or in the build for NDIS 6 a NET_BUFFER. */
struct nic_unit;

/* What goes into the TX header besides length and tag. */
struct nic_order {
    ULONG flags; /* NIC_OOB_* */
    BOOLEAN timed;
    ULONGLONG launch_ns;
};

/* The driver's own data in a unit: MiniportReserved, of which eight bytes are ours (REQ-56). */
struct nic_packet_note {
    ULONG tag;   /* of its descriptor */
    ULONG guard; /* NIC_NOTE_GUARD ^ tag while it is outstanding */
};
#define NIC_NOTE_GUARD 0x5a17e0ffu
_Static_assert(sizeof(struct nic_packet_note) <= 8,
               "the driver's data in a packet is 8 bytes (REQ-56)");

/* One descriptor that the device may complete. Ring position = order of submission. */
struct nic_descriptor {
    struct nic_unit *unit; /* NULL: copy mode, it went back at once */
    UCHAR flags;           /* NIC_OOB_* that were sent */
    UCHAR timed;           /* TimeSent is to be set */
    ULONGLONG launch_ns;
};

struct nic_buffer {
    struct nic_transfer transfer;
    BOOLEAN busy;     /* the transport's */
    ULONG fill_bytes; /* OUT: bytes gathered */
    ULONG records;    /* OUT: descriptors in them */
};

#ifdef NIC_NDIS6
#include "nic_edge6.h"
#else
#include "nic_edge5.h"
#endif

/* A received frame being put together or indicated. */
struct nic_rx_slot {
    struct nic_edge_slot edge;
    PUCHAR data;
    struct nic_oob oob;
};

/* RX stream parser. */
struct nic_rx_parser {
    UCHAR header[NIC_RX_HEADER_BYTES];
    ULONG header_bytes;
    ULONG length; /* frame bytes of the record, 0: between records */
    ULONG got;    /* bytes taken after the header, padding included */
    BOOLEAN drop; /* counted as an error, not indicated */
    BOOLEAN sequence_known;
    BOOLEAN sequence_may_restart; /* a reset of the device may be among what led to a NIC reset */
    ULONG sequence;               /* of the last frame */
};

/* The request that pends, if any. NDIS gives us one at a time. */
struct nic_request {
    BOOLEAN busy;
    BOOLEAN set;
    ULONG steps; /* of control_todo, that it waits for */
    NDIS_OID oid;
    PVOID buffer;
    ULONG length;
    PULONG moved; /* BytesWritten or BytesRead */
    PULONG needed;
};

struct nic_configuration {
    ULONG slot;
    ULONG copy_mode;
    ULONG jumbo_packet; /* 0: 1514 */
    ULONG moderation_count;
    ULONG moderation_us;
    ULONG hash_test;    /* multicast addresses all go to the hash table */
    ULONG speed_duplex; /* 2, 4, 6: 10, 100, 1000 full duplex; else the device's best */
};

struct nic_adapter {
    NDIS_HANDLE handle;
    struct nic_transport *transport;
    BOOLEAN moderation_off; /* by OID_GEN_INTERRUPT_MODERATION */
    struct nic_edge edge;
    BOOLEAN opened, interrupt_registered, timer_ready;
    enum nic_state state;
    struct nic_configuration configuration;

    /* from the device's registers */
    ULONG map_hash, max_frame, desc_depth, filter_entries;
    ULONG rx_buffer; /* in units of 256 bytes */
    BOOLEAN has_processor;
    BOOLEAN processor; /* its firmware runs: link and MDIO are its own */
    ULONG best_speed;  /* NIC_SPEED_*, as its transmit clock allows */
    ULONG max_packet;  /* longest packet taken, without VLAN tag */
    ULONG max_packet_vlan;
    UCHAR permanent_address[ETH_LENGTH_OF_ADDRESS];
    UCHAR address[ETH_LENGTH_OF_ADDRESS];

    /* send (send.c): descriptors head..head+outstanding-1 of the ring; the last `gathered` of them are in `filling` */
    struct nic_descriptor *ring;
    ULONG head, tail, outstanding;
    ULONG in_device;  /* of the outstanding, submitted to the transport */
    ULONG oldest_tag; /* of the head */
    ULONG reports;    /* outstanding that have a completion record of their own */
    struct nic_buffer out[NIC_OUT_TRANSFERS];
    struct nic_buffer *filling;
    ULONG out_busy;
    ULONG hold_flush; /* > 0: more may follow, the end of the call flushes */
    BOOLEAN starved;  /* answered RESOURCES since the last NdisMSendResourcesAvailable */

    /* receive (receive.c) */
    struct nic_buffer rx[NIC_RX_TRANSFERS];
    ULONG rx_busy;
    struct nic_rx_parser parser;
    struct nic_rx_slot slots[NIC_RX_SLOTS];
    ULONG free_slots[NIC_RX_SLOTS], free_count; /* not filling, not in the batch, not lent */
    ULONG filling_slot;
    ULONG batch[NIC_RX_BATCH]; /* slots */
    ULONG batch_count;         /* filled and not yet indicated */
    ULONG lent_count;          /* with protocols */

    /* events (event.c) */
    struct nic_buffer event[NIC_EVENT_TRANSFERS];
    ULONG event_busy;
    UCHAR event_record[NIC_EVENT_BYTES];
    ULONG event_bytes; /* of it present */
    BOOLEAN
    event_lost_step; /* records may begin at any byte: nothing is believed before RESET_DONE is found */
    BOOLEAN link_up;
    ULONG link_speed; /* NIC_SPEED_* */

    /* firmware (firmware.c) */
    PULONG firmware; /* the image, NULL: none is configured */
    ULONG firmware_words;
    ULONG firmware_at;        /* NIC_STEP_IMAGE: words that are written */
    ULONG firmware_restarts;  /* begun, see NIC_FIRMWARE_RESTARTS */
    ULONG firmware_intervals; /* of the hang check since the last stop */
    struct nic_oid_mail mail;
    BOOLEAN mail_done; /* REQUEST_DONE has come since the request was written */

    /* registers (control.c) */
    struct nic_buffer control;
    BOOLEAN control_cancelled;
    ULONG control_todo; /* nic_step */
    ULONG control_step; /* in flight */
    ULONG counters[NIC_COUNTER_WORDS];
    struct nic_oid_register access;
    ULONGLONG probe_time_ns;
    BOOLEAN probed;

    /* requests (request.c) */
    struct nic_request request;
    ULONG packet_filter;
    ULONG lookahead;
    ULONG multicast_count;
    UCHAR multicast[NIC_MULTICAST_MAX][ETH_LENGTH_OF_ADDRESS];

    /* reset (reset.c) */
    BOOLEAN reset_done, reset_pended;
    ULONG reset_attempts; /* without an answer */
    ULONG reset_streak;   /* without a frame in between */
    ULONG hang_intervals;
    ULONG completions; /* total, for the hang check */
    ULONG completions_seen;

    /* statistics */
    ULONGLONG xmit_ok, xmit_error, rcv_ok, rcv_error, rcv_no_buffer;
    struct nic_oid_driver statistics;
    char message[NIC_MESSAGE_BYTES];
};

static inline ULONG nic_align4(ULONG bytes)
{
    return (bytes + 3) & ~(ULONG)3;
}

/* ---- config.c ---- */

/* Reads the keywords; ones that are missing or out of range keep their default. PASSIVE. */
void nic_configuration_read(struct nic_adapter *, NDIS_HANDLE wrapper_configuration);

/* ---- firmware.c ---- */

/* Takes the image over from the configuration, if there is one. PASSIVE. */
void nic_firmware_read(struct nic_adapter *, NDIS_HANDLE configuration);
void nic_firmware_free(struct nic_adapter *);

/* Loads and starts it and sets `processor`. Fails if the image does not match, or the device does not answer; firmware
 * that does not start is a message only. PASSIVE, during initialisation. */
NDIS_STATUS nic_firmware_start(struct nic_adapter *);

/* The watchdog stopped the processor: it is loaded and started again, or not any more. */
void nic_firmware_stopped(struct nic_adapter *);

/* NIC_STEP_IMAGE: what it writes, that it is done, that it failed. */
ULONG nic_firmware_part(const struct nic_adapter *, ULONG *address, ULONG *words);
void nic_firmware_written(struct nic_adapter *);
void nic_firmware_lost(struct nic_adapter *);

/* ---- the edge to NDIS: packet5.c and entry5.c, or nbl6.c, gate6.c and entry6.c ---- */

/* Opens the adapter's configuration; NULL: there is none. PASSIVE. */
NDIS_HANDLE nic_edge_configuration(struct nic_adapter *, NDIS_HANDLE wrapper_configuration);
NDIS_STATUS nic_edge_timer_make(struct nic_adapter *); /* its end is nic_timer_expired */
void nic_edge_timer_set(struct nic_adapter *, ULONG ms);
void nic_edge_timer_cancel(struct nic_adapter *);
void nic_edge_timer_free(struct nic_adapter *);
NDIS_STATUS nic_edge_interrupt_connect(struct nic_adapter *, ULONG vector);
void nic_edge_interrupt_disconnect(struct nic_adapter *);

ULONG nic_edge_unit_length(struct nic_unit *); /* 0: it has no data */
/* Copies the unit; the number of bytes, or 0 if a buffer cannot be mapped or there is more than `room`. */
ULONG nic_edge_unit_copy(PUCHAR to, struct nic_unit *, ULONG room);
void nic_edge_unit_order(struct nic_unit *, struct nic_order *);
PVOID nic_edge_unit_note(struct nic_unit *); /* the eight bytes that are ours */
void nic_edge_unit_time(struct nic_unit *, BOOLEAN timed, ULONGLONG time_ns);
void nic_edge_sent(struct nic_adapter *, struct nic_unit *, NDIS_STATUS); /* it is complete */
void nic_edge_send_again(struct nic_adapter *); /* there is room after a RESOURCES */

NDIS_STATUS nic_edge_slots_begin(struct nic_adapter *);
void nic_edge_end(struct nic_adapter *); /* gives back all that the edge has of its own */
NDIS_STATUS nic_edge_slot_make(struct nic_adapter *, ULONG index,
                               ULONG bytes); /* over slot->data */
void nic_edge_slot_free(struct nic_rx_slot *);
void nic_edge_slot_fill(struct nic_rx_slot *, ULONG length); /* a frame is complete */
/* Hands slots up; each comes back by nic_rx_slot_back, before this returns unless it is lent. */
void nic_edge_indicate(struct nic_adapter *, const ULONG *slots, ULONG count, BOOLEAN lend);
void nic_edge_returns(struct nic_adapter *); /* takes back what was returned meanwhile, at halt */
void nic_edge_halted(struct nic_adapter *);  /* what the edge still holds goes back */

void nic_edge_link(struct nic_adapter *, BOOLEAN carrier); /* FALSE: the speed alone changed */
void nic_edge_request_done(struct nic_adapter *, BOOLEAN set, NDIS_STATUS);
void nic_edge_reset_done(struct nic_adapter *, NDIS_STATUS);

/* ---- init.c ---- */
struct nic_adapter *nic_adapter_new(NDIS_HANDLE handle); /* NULL: no memory */
/* Finds the device and sets it up. A refusal is one sentence for NIC_MESSAGE(), and the adapter is gone. PASSIVE. */
NDIS_STATUS nic_adapter_start(struct nic_adapter *);
void nic_adapter_halt(struct nic_adapter *); /* frees it. PASSIVE */

/* ---- interrupt.c ---- */

/* Reaps all that is finished, moves the reset on, restarts NDIS if it waits. For the DPC, the timer, the hang check. */
void nic_service(struct nic_adapter *);

/* Submits a transfer; a failure ends in a NIC reset or in GONE, and FALSE. */
BOOLEAN nic_submit(struct nic_adapter *, struct nic_buffer *, ULONG *busy_count);

/* Posts the IN transfers that are not posted. */
void nic_post_rx(struct nic_adapter *);
void nic_post_events(struct nic_adapter *);

/* ---- send.c ---- */
/* PENDING: nic_edge_sent follows. RESOURCES: again after nic_edge_send_again or nic_edge_sent. SUCCESS in copy mode, FAILURE: final. */
NDIS_STATUS nic_send_unit(struct nic_adapter *, struct nic_unit *);

/* What a packet's out-of-band data asks for, and what goes back in it; no effect if it is not ours. */
void nic_oob_order(const struct nic_oob *, struct nic_order *);
void nic_oob_time(PVOID information, ULONGLONG time_ns);

/* Submits what has gathered, unless a transfer is in flight: its end will do it. */
void nic_out_flush(struct nic_adapter *);

/* Completes the oldest descriptor. */
void nic_complete_head(struct nic_adapter *, NDIS_STATUS, ULONGLONG time_ns);

/* Completes everything that is outstanding now and forgets what has gathered; the transfers must be back. */
void nic_complete_all(struct nic_adapter *, NDIS_STATUS);

/* Room for at least one more packet of the largest size? */
BOOLEAN nic_send_room(const struct nic_adapter *);

/* ---- event.c, receive.c: bytes of the streams; FALSE: violation, a reset has begun, the rest is to be dropped ---- */
BOOLEAN nic_event_bytes(struct nic_adapter *, const UCHAR *data, ULONG count);
BOOLEAN nic_rx_bytes(struct nic_adapter *, const UCHAR *data, ULONG count);
void nic_rx_indicate(struct nic_adapter *); /* hands the batch up */
NDIS_STATUS nic_rx_allocate(struct nic_adapter *);
void nic_rx_free(struct nic_adapter *);
void nic_rx_slot_back(struct nic_adapter *, ULONG index);         /* it is ours again */
void nic_link_set(struct nic_adapter *, BOOLEAN up, ULONG speed); /* tells NDIS of a change */
ULONG nic_link_speed(const struct nic_adapter *);                 /* units of 100 bit/s */

/* ---- control.c ---- */
void nic_control_start(
    struct nic_adapter *); /* next step that the state allows, if none is in flight */
void nic_control_done(struct nic_adapter *); /* the control transfer is back */
void nic_timer_arm(struct nic_adapter *);

/* ---- request.c ---- */
NDIS_STATUS NTAPI nic_query_information(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer,
                                        ULONG length, PULONG written, PULONG needed);
NDIS_STATUS NTAPI nic_set_information(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                      PULONG read, PULONG needed);
const NDIS_OID *nic_supported_oids(PULONG length); /* bytes */
ULONG nic_mac_options(void);
void nic_request_finish(struct nic_adapter *, NDIS_STATUS); /* ends the pending request, if any */
ULONGLONG nic_receive_errors(const struct nic_adapter *);   /* as the latest counters have it */

/* ---- reset.c ---- */
void nic_reset_begin(struct nic_adapter *);   /* not in GONE */
void nic_reset_advance(struct nic_adapter *); /* takes the next step if its condition holds */
void nic_reset_done_event(struct nic_adapter *);
void nic_violation(struct nic_adapter *, const char *format,
                   ...); /* the device broke a rule: message, reset */
void nic_trouble(struct nic_adapter *, const char *format,
                 ...); /* a transfer failed: message, reset */
void nic_gone(struct nic_adapter *, const char *why);
NDIS_STATUS NTAPI nic_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context);
BOOLEAN NTAPI nic_check_for_hang(NDIS_HANDLE context);
void nic_timer_expired(struct nic_adapter *);

/* ---- message.c: %x hexadecimal (8 digits), %u decimal, %s string ---- */
void nic_message(struct nic_adapter *, NDIS_ERROR_CODE, const char *format, ...);
void nic_message_list(struct nic_adapter *, NDIS_ERROR_CODE, const char *format, va_list);
void nic_message_refusal(const struct nic_adapter *); /* keeps it for NIC_MESSAGE() */

#endif
