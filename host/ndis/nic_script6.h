/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The instruments of nic_script.h for NDIS 6: a miniport that does with each NBL what a script says, and a protocol that
 * keeps account of its NBLs. Ordinary users of ndis.h.
 */
#ifndef NIC_SCRIPT6_H
#define NIC_SCRIPT6_H

#include "nic_script.h"

/* ---- scripted miniport ---- */

/* What to do with one NBL. */
struct nic_script6_step {
    enum nic_script_when when; /* it is completed */
    NDIS_STATUS final;         /* with what */
    bool queued;               /* the hardware has not got it: MiniportCancelSend may take it */
};

struct nic_script6_miniport {
    /* by the owner, before nic_script6_add */
    struct nic_trace *trace;
    struct nic_script6_step (*next)(void *context, PNET_BUFFER_LIST nbl); /* NULL: OK from a DPC */
    void (*sending)(void *context, PNET_BUFFER_LIST nbl); /* in MiniportSendNetBufferLists, first */
    void (*returning)(void *context, PNET_BUFFER_LIST nbl); /* in MiniportReturnNetBufferLists */
    void (*pausing)(void *context);                         /* in MiniportPause, first */
    void (*halting)(void *context);                         /* in MiniportHaltEx, first */
    void (*surprising)(void *context);                      /* in MiniportDevicePnPEventNotify */
    void *context;
    ULONG mac_options;
    UCHAR address[6];
    NDIS_STATUS initialize_status, pause_status, restart_status, oid_status;
    bool no_attributes; /* MiniportInitializeEx sets no general attributes */
    bool pause_pends,
        reset_pends; /* MiniportPause, MiniportResetEx answer PENDING and complete nothing */
    bool restart_pends, oids_pend;
    BOOLEAN hangs;

    /* the instrument's */
    NDIS_HANDLE handle, interrupt;
    unsigned slot;
    struct nic_platform *platform;
    pthread_mutex_t mutex; /* pending, reset_waits, request */
    bool reset_waits;      /* for completions of other threads */
    struct {
        PNET_BUFFER_LIST nbl;
        struct nic_script6_step step;
    } pending[NIC_SCRIPT_PENDING_MAX];
    unsigned pending_count;
    unsigned outstanding; /* atomic */
    unsigned inside;      /* threads in MiniportSendNetBufferLists */
    unsigned inside_most; /* at once */
    unsigned sends;       /* calls; these three are atomic */
    unsigned cancels, pauses, restarts, halts, resets, hang_checks, oids, returned, shutdowns,
        events, oid_cancels, dpcs;
    ULONG pause_reason, send_flags;
    PNDIS_OID_REQUEST request; /* that pends */
    NDIS_OID last_oid;
    ULONG filter;
    UCHAR multicast[32][6]; /* as set last */
    unsigned multicast_count;
};

NDIS_STATUS nic_script6_load(struct nic_ndis_driver **driver);
/* `slot` 0..7; its interrupt vector is 8 + slot. */
NDIS_STATUS nic_script6_add(struct nic_ndis_driver *, struct nic_platform *, const char *name,
                            unsigned slot, struct nic_script6_miniport *);
/* Completes up to `count` NBLs that wait for `when`, oldest first, one by one; returns how many. */
unsigned nic_script6_release(struct nic_script6_miniport *, enum nic_script_when when,
                             unsigned count);
/* All that wait, in one chain. */
unsigned nic_script6_release_chain(struct nic_script6_miniport *);
unsigned nic_script6_waiting(struct nic_script6_miniport *);
/* Ends the OID request that pends, from any thread; false: none does. */
bool nic_script6_oid_answer(struct nic_script6_miniport *, NDIS_STATUS status);

/* ---- scripted protocol ---- */

#define NIC_SCRIPT6_NBS 4 /* most NET_BUFFERs in one of its NBLs */

struct nic_script6_protocol {
    /* by the owner, before nic_script6_protocol_start */
    struct nic_trace *trace;
    const char *name;
    uint32_t nbl_count, nb_bytes; /* default 64, and 100 for each NET_BUFFER */
    void (*completed)(void *context, PNET_BUFFER_LIST nbl);
    /* Takes a received chain; it is returned at once when NULL. */
    void (*received)(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags);
    void (*status)(void *context, PNDIS_STATUS_INDICATION indication);
    void (*answered)(void *context, PNDIS_OID_REQUEST request, NDIS_STATUS status);
    void *context;
    void (*unbinding)(void *context); /* in ProtocolUnbindAdapterEx, first */
    bool events_pend; /* ProtocolNetPnPEvent answers PENDING; nic_script6_event_done */

    /* the instrument's */
    struct nic_platform *platform;
    NDIS_HANDLE handle, binding, nbl_pool, nb_pool;
    UCHAR *data;
    volatile bool closed, request_done;
    NDIS_STATUS open_status, request_status;
    struct nic_script_wait *waits; /* requests of nic_script6_request; under `mutex` */
    unsigned foreign;              /* completions with another's NBL */
    unsigned calls;                /* of ProtocolSendNetBufferListsComplete */
    unsigned frames, pauses, restarts, statuses;
    NDIS_STATUS last_status;
    PNET_PNP_EVENT_NOTIFICATION event; /* that pends */
    struct nic_script_packet *records;
    pthread_mutex_t mutex; /* slots of records and data; waits */
    uint32_t *free_slots, free_count, next_nbl;
};

/* What it registers with. */
NDIS_PROTOCOL_DRIVER_CHARACTERISTICS nic_script6_characteristics(void);
/* Registers; binds to every adapter of NDIS 6, of which there must be one. */
NDIS_STATUS nic_script6_protocol_start(struct nic_script6_protocol *, struct nic_platform *);
NDIS_STATUS nic_script6_protocol_stop(struct nic_script6_protocol *);
/* An NBL of `nbs` NET_BUFFERs of `length` bytes, numbered from next_nbl on. NULL: none is left. */
PNET_BUFFER_LIST nic_script6_nbl(struct nic_script6_protocol *, unsigned nbs, UINT length);
void nic_script6_nbl_free(struct nic_script6_protocol *, PNET_BUFFER_LIST);
uint32_t nic_script6_number(PNET_BUFFER_LIST);
struct nic_script_packet *nic_script6_record(struct nic_script6_protocol *, PNET_BUFFER_LIST);
/* A chain by Next. */
void nic_script6_send(struct nic_script6_protocol *, PNET_BUFFER_LIST chain, ULONG flags);
/* As nic_script_request. */
NDIS_STATUS nic_script6_request(struct nic_script6_protocol *, NDIS_REQUEST_TYPE type, NDIS_OID oid,
                                void *buffer, UINT length, UINT *bytes);
void nic_script6_event_done(struct nic_script6_protocol *);

#endif
