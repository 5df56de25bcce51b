/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Instruments: a miniport and a protocol that do what a script says, and a trace of what happened
 * between them. For tests of the library and of anything bound to it. Both are ordinary users of
 * ndis.h.
 */
#ifndef NIC_SCRIPT_H
#define NIC_SCRIPT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "nic_ndis.h"

struct nic_platform;

/* ---- trace ---- */

enum nic_trace_kind {
    NIC_TRACE_GIVEN,     /* the miniport got the packet; value: its position in the array */
    NIC_TRACE_ANSWER,    /* value: what the miniport answered */
    NIC_TRACE_DONE,      /* the miniport calls NdisMSendComplete; value: status */
    NIC_TRACE_AVAILABLE, /* the miniport calls NdisMSendResourcesAvailable */
    NIC_TRACE_SUBMIT,    /* the protocol sends; value: binding */
    NIC_TRACE_RESULT,    /* NdisSend returned; value: status */
    NIC_TRACE_COMPLETE,  /* ProtocolSendComplete; value: status */
};

struct nic_trace_event {
    enum nic_trace_kind kind;
    uint32_t packet; /* number given by nic_script_packet */
    uint32_t value;
};

struct nic_trace {
    pthread_mutex_t mutex;
    struct nic_trace_event *events;
    size_t count, space;
};

void nic_trace_init(struct nic_trace *);
void nic_trace_free(struct nic_trace *);
void nic_trace_add(struct nic_trace *, enum nic_trace_kind kind, uint32_t packet, uint32_t value);
size_t nic_trace_count(struct nic_trace *, enum nic_trace_kind kind,
                       uint32_t packet); /* UINT32_MAX: any packet */

/* ---- scripted miniport ---- */

enum nic_script_when {
    NIC_WHEN_INSIDE, /* before MiniportSend(Packets) returns */
    NIC_WHEN_DPC,    /* from MiniportHandleInterrupt; the interrupt is raised at once */
    NIC_WHEN_MANUAL, /* by nic_script_release, from whichever thread calls it */
    NIC_WHEN_RESET,  /* in MiniportReset */
    NIC_WHEN_HALT,   /* in MiniportHalt */
    NIC_WHEN_NEVER,
};

/* What to do with one packet. */
struct nic_script_step {
    NDIS_STATUS answer;
    enum nic_script_when when; /* PENDING: when it is completed */
    NDIS_STATUS final;         /* PENDING: with what */
    bool queued; /* PENDING, MANUAL: MiniportCancelSendPackets can take it, with REQUEST_ABORTED */
    bool available; /* RESOURCES: call NdisMSendResourcesAvailable from a DPC, else rely on a
                       completion */
};

#define NIC_SCRIPT_PENDING_MAX 16384

struct nic_script_miniport {
    /* by the owner, before nic_script_add */
    struct nic_trace *trace;
    struct nic_script_step (*next)(void *context,
                                   PNDIS_PACKET packet); /* NULL: PENDING, completed by DPC */
    void *context;
    bool arrays;     /* export MiniportSendPackets */
    bool single_too; /* and MiniportSend */
    bool deserialized;
    ULONG attributes;  /* more of NdisMSetAttributesEx */
    ULONG max_packets; /* OID_GEN_MAXIMUM_SEND_PACKETS; 0: not supported */
    ULONG mac_options;
    const char
        *upper_bindings; /* adapter that an intermediate driver puts above this one; NULL: none */
    UCHAR address[6];    /* OID_802_3_CURRENT_ADDRESS; zeros: not supported */
    NDIS_STATUS set_status;       /* of MiniportSetInformation */
    UCHAR ndis_major, ndis_minor; /* 0: 5.1 */
    NDIS_STATUS initialize_status;
    bool reset_pends;    /* MiniportReset answers PENDING; nic_script_reset_done ends it */
    bool reset_forgets;  /* MiniportReset of a deserialized one completes nothing */
    bool transfer_pends; /* MiniportTransferData copies, and leaves NdisMTransferDataComplete to the
                            owner */
    bool requests_pend;  /* nic_script_request_done or _answer answers them */
    BOOLEAN hangs;       /* what MiniportCheckForHang says */
    void (*sending)(void *context,
                    PNDIS_PACKET packet); /* called in MiniportSend, before anything else */
    void (*interrupting)(void *context);  /* called in MiniportHandleInterrupt */
    void (*resetting)(void *context);     /* in MiniportReset, before anything else */
    void (*halting)(void *context);       /* in MiniportHalt, likewise */
    void (*asked)(void *context, NDIS_OID oid, const void *buffer,
                  ULONG length); /* in MiniportQueryInformation and MiniportSetInformation */
    void (*returning)(void *context, PNDIS_PACKET packet); /* in MiniportReturnPacket */
    void (*surprising)(void *context); /* in MiniportPnPEventNotify, of a surprise removal */

    /* the instrument's */
    NDIS_HANDLE handle;
    unsigned slot;
    struct nic_platform *platform;
    NDIS_MINIPORT_INTERRUPT interrupt;
    pthread_mutex_t mutex; /* pending, request */
    struct {
        PNDIS_PACKET packet;
        struct nic_script_step step;
    } pending[NIC_SCRIPT_PENDING_MAX];
    unsigned pending_count;
    bool owes_available;
    unsigned completing; /* packets and requests on their way to NDIS, off the list */
    bool reset_waits;    /* for them; the last one ends the reset */
    int inside;          /* entries right now; more than 1 in a serialized miniport is an error */
    unsigned overlaps, wrong_levels, wrong_flags, wrong_contexts, halts, resets, hang_checks,
        queries, sets, isrs, dpcs, surprises;
    unsigned depth, max_depth; /* nesting of MiniportSend on a thread's stack */
    NDIS_OID request_oid;
    struct {
        bool pends;
        PVOID buffer; /* of a query */
        ULONG length;
        PULONG written;
    } request;
    ULONG filter, lookahead; /* what it was set to */
    UCHAR multicast[32][6];  /* as set last */
    unsigned multicast_count;
    unsigned returned;            /* packets back by MiniportReturnPacket */
    PNDIS_PACKET transfer_packet; /* the latest that MiniportTransferData got */
};

/* Loads the scripted driver (one per process is enough) and adds an adapter that runs `miniport` in
 * `slot` 0..7; its interrupt vector is 8 + slot. */
NDIS_STATUS nic_script_load(const struct nic_script_miniport *like,
                            struct nic_ndis_driver **driver);
NDIS_STATUS nic_script_add(struct nic_ndis_driver *, struct nic_platform *, const char *name,
                           unsigned slot, struct nic_script_miniport *);
/* Completes up to `count` packets that wait for `when`, oldest first; returns how many. */
unsigned nic_script_release(struct nic_script_miniport *, enum nic_script_when when,
                            unsigned count);
unsigned nic_script_waiting(struct nic_script_miniport *);
void nic_script_available(struct nic_script_miniport *);
/* Ends the request that pends; without one, too. */
void nic_script_request_done(struct nic_script_miniport *, NDIS_STATUS status);
/* The same for one that pends, from any thread; false: none does. */
bool nic_script_request_answer(struct nic_script_miniport *, NDIS_STATUS status);
void nic_script_reset_done(struct nic_script_miniport *, NDIS_STATUS status);

/* ---- scripted protocol ---- */

struct nic_script_protocol {
    /* by the owner, before nic_script_protocol_start */
    struct nic_trace *trace;
    const char *name;
    uint32_t packet_count, packet_bytes; /* pool; default 64 of 100 bytes */
    void (*completed)(void *context, PNDIS_PACKET packet, NDIS_STATUS status);
    void (*received)(void *context, const UCHAR *header, const UCHAR *data, UINT length);
    INT (*received_packet)(void *context, PNDIS_PACKET packet);
    void (*burst)(void *context); /* ProtocolReceiveComplete */
    void (*transfer_ended)(void *context, PNDIS_PACKET packet, NDIS_STATUS status, UINT bytes);
    void (*request_ended)(void *context, PNDIS_REQUEST request, NDIS_STATUS status);
    void (*reset_ended)(void *context, NDIS_STATUS status);
    void (*status)(void *context, NDIS_STATUS status);
    void (*close_ended)(void *context);
    void (*unbinding)(void *context); /* called in ProtocolUnbindAdapter, first */
    void *context;

    /* the instrument's */
    struct nic_platform *platform;
    NDIS_HANDLE handle, binding, packet_pool, buffer_pool;
    UCHAR *data;
    volatile bool closed, request_done, reset_done, transfer_done;
    NDIS_STATUS request_status, reset_status, transfer_status;
    struct nic_script_wait *waits; /* requests of nic_script_request; under `mutex` */
    UINT transferred;
    unsigned requests_ended; /* calls of ProtocolRequestComplete */
    unsigned foreign;        /* completions with a binding context that is not ours */
    unsigned frames, receive_completes, statuses, status_completes;
    NDIS_STATUS last_status;
    NDIS_HANDLE receive_context; /* the latest MacReceiveContext */
    struct nic_script_packet {
        uint32_t sent, completed;
        NDIS_STATUS status;
    } * records;
    pthread_mutex_t mutex; /* slots of records and data; waits */
    uint32_t *free_slots, free_count, next_packet;
};

NDIS_STATUS nic_script_protocol_start(struct nic_script_protocol *, struct nic_platform *,
                                      const char *adapter);
NDIS_STATUS
nic_script_protocol_stop(struct nic_script_protocol *); /* closes, frees pools, deregisters */
/* Its binding alone: closed, and opened again. */
NDIS_STATUS nic_script_protocol_open(struct nic_script_protocol *, const char *adapter);
NDIS_STATUS nic_script_protocol_close(struct nic_script_protocol *); /* PENDING: see `closed` */
/* A packet of `length` bytes in one buffer, numbered from next_packet on. NULL: pool empty. */
PNDIS_PACKET nic_script_packet(struct nic_script_protocol *, UINT length);
void nic_script_packet_free(struct nic_script_protocol *, PNDIS_PACKET);
uint32_t nic_script_number(
    PNDIS_PACKET); /* also of the descriptor an intermediate driver sends for it */
struct nic_script_packet *nic_script_record(struct nic_script_protocol *,
                                            PNDIS_PACKET); /* until it is freed */
NDIS_STATUS nic_script_send(struct nic_script_protocol *, PNDIS_PACKET);
void nic_script_send_array(struct nic_script_protocol *, PPNDIS_PACKET, UINT count);
/* Waits when it pends, for 5 s of the platform's time: then the answer is PENDING, and what the driver says later is lost. */
NDIS_STATUS nic_script_request(struct nic_script_protocol *, NDIS_REQUEST_TYPE type, NDIS_OID oid,
                               void *buffer, UINT length, UINT *bytes);

#endif
