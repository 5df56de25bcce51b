/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the edge to NDIS 6 keeps in an adapter and in a slot. Included by nic_miniport.h only.
 *
 * NDIS 6 enters a miniport from many threads at once; the core is written for one. The gate lets one in: whoever finds
 * it taken leaves his work here and goes, and the owner does it on his way out. No lock is held while the core runs, so
 * it may call up as it likes, and what a protocol sends from such a call is queued.
 *
 * An NBL in the queue is the driver's until all of its NET_BUFFERs are done. The core has those before `next_nb`
 * of the queue's head; an NBL of which it has none can be cancelled.
 */
#ifndef NIC_EDGE6_H
#define NIC_EDGE6_H

struct nic_adapter;

enum nic_work {
    NIC_WORK_LOOK = 1 << 0, /* at the queue, at what was returned, at the pause */
    NIC_WORK_SERVICE = 1 << 1,
    NIC_WORK_TIMER = 1 << 2,
    NIC_WORK_RESET = 1 << 3,
    NIC_WORK_REQUEST = 1 << 4,
};

enum { NIC_TRAFFIC_DIRECTED, NIC_TRAFFIC_MULTICAST, NIC_TRAFFIC_BROADCAST, NIC_TRAFFIC_KINDS };

struct nic_traffic {
    ULONGLONG frames[NIC_TRAFFIC_KINDS], bytes[NIC_TRAFFIC_KINDS];
};

struct nic_edge {
    NDIS_SPIN_LOCK lock; /* the fields up to the next empty line */
    BOOLEAN busy;
    ULONG work; /* nic_work */
    PNET_BUFFER_LIST queue_head, queue_tail;
    PNET_BUFFER next_nb; /* of the head; NULL: its first */
    PNET_BUFFER_LIST returned;
    PNDIS_OID_REQUEST request; /* left for the owner, or with the core */
    BOOLEAN paused, pausing;
    ULONG cancelling; /* threads that give back cancelled NBLs; a pause waits for them */

    PNET_BUFFER_LIST done_head, done_tail; /* the owner's: complete, about to be told */
    NDIS_HANDLE timer, interrupt, nbl_pool;
    struct nic_traffic sent, received;
};

struct nic_edge_slot {
    PNET_BUFFER_LIST nbl;
    PMDL mdl;
};

/* gate6.c */
BOOLEAN nic_gate_take(struct nic_adapter *); /* FALSE: somebody is inside */
void nic_gate_leave(struct nic_adapter *);   /* does what is left there */
void nic_gate_run(struct nic_adapter *, ULONG work);

/* nbl6.c, inside */
void nic_nbl_pump(struct nic_adapter *); /* what is queued, to the core as far as there is room */
void nic_nbl_tell(struct nic_adapter *); /* completes what is done */
void nic_nbl_refuse(struct nic_adapter *, NDIS_STATUS); /* what is queued goes back */
VOID NTAPI nic_send_nbls(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, NDIS_PORT_NUMBER port,
                         ULONG flags);
VOID NTAPI nic_return_nbls(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, ULONG flags);
VOID NTAPI nic_cancel_send(NDIS_HANDLE context, PVOID id);

/* statistics6.c, inside */
ULONG nic_traffic_kind(const UCHAR *destination);
void nic_traffic_count(struct nic_traffic *, ULONG kind, ULONG length);
void nic_statistics(const struct nic_adapter *, PNDIS_STATISTICS_INFO);

/* ---- moderation6.c ---- */

void nic_moderation_get(const struct nic_adapter *, PNDIS_INTERRUPT_MODERATION_PARAMETERS);
/* INVALID_DATA: there is none to switch, or it makes no sense. The register is the caller's to write. */
NDIS_STATUS nic_moderation_set(struct nic_adapter *, const void *buffer);

/* entry6.c, inside */
NDIS_STATUS nic_request_start(struct nic_adapter *, PNDIS_OID_REQUEST);

#endif
