/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of the pass-through driver: one adapter above and its binding below, and what the files offer each other.
 */
#ifndef PASSTHRU_ADAPTER_H
#define PASSTHRU_ADAPTER_H

#include "passthru.h"

struct passthru {
    NDIS_HANDLE below;             /* the binding */
    NDIS_HANDLE miniport;          /* above; NULL when it is not initialized */
    NDIS_HANDLE down, up;          /* packet pools, by direction */
    NDIS_EVENT event;              /* opening, closing or our own request below has ended */
    NDIS_STATUS status;            /* of that */
    NDIS_REQUEST request;          /* below; NDIS gives a miniport one at a time */
    PULONG moved, needed;          /* where its byte counts go; NULL: it is our own */
    NDIS_SPIN_LOCK lock;           /* the flags */
    BOOLEAN is_closed, is_orphan;  /* below; halted above before that */
    BOOLEAN resetting;             /* by MiniportReset: NDIS tells the protocols above about it */
    BOOLEAN received, told_status; /* indicated above since the last Complete */
};

extern NDIS_HANDLE passthru_driver, passthru_protocol;
extern BOOLEAN passthru_is_single;

/* A descriptor of `pool` with the buffers, flags and out-of-band data of `packet`; NULL: none is left. */
PNDIS_PACKET passthru_repackage(NDIS_HANDLE pool, PNDIS_PACKET packet);

/* passthru_send.c */
NDIS_STATUS NTAPI passthru_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags);
VOID NTAPI passthru_send_packets(NDIS_HANDLE context, PPNDIS_PACKET packets, UINT count);
VOID NTAPI passthru_cancel(NDIS_HANDLE context, PVOID id);
VOID NTAPI passthru_send_complete(NDIS_HANDLE context, PNDIS_PACKET mine, NDIS_STATUS status);
NDIS_STATUS NTAPI passthru_transfer(PNDIS_PACKET packet, PUINT moved, NDIS_HANDLE context,
                                    NDIS_HANDLE receive_context, UINT offset, UINT length);
VOID NTAPI passthru_transfer_complete(NDIS_HANDLE context, PNDIS_PACKET mine, NDIS_STATUS status,
                                      UINT moved);

/* passthru_receive.c */
INT NTAPI passthru_receive_packet(NDIS_HANDLE context, PNDIS_PACKET packet);
NDIS_STATUS NTAPI passthru_receive(NDIS_HANDLE context, NDIS_HANDLE receive_context, PVOID header,
                                   UINT header_bytes, PVOID ahead, UINT ahead_bytes, UINT bytes);
VOID NTAPI passthru_receive_complete(NDIS_HANDLE context);
VOID NTAPI passthru_return_packet(NDIS_HANDLE context, PNDIS_PACKET mine);
VOID NTAPI passthru_status(NDIS_HANDLE context, NDIS_STATUS status, PVOID buffer, UINT length);
VOID NTAPI passthru_status_complete(NDIS_HANDLE context);

/* passthru_request.c */
NDIS_STATUS NTAPI passthru_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                 PULONG written, PULONG needed);
NDIS_STATUS NTAPI passthru_set(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                               PULONG read, PULONG needed);
VOID NTAPI passthru_request_complete(NDIS_HANDLE context, PNDIS_REQUEST request,
                                     NDIS_STATUS status);
/* What the adapter above sends is looped back above: our binding takes no copies of it. */
NDIS_STATUS passthru_decline_loopback(struct passthru *);
NDIS_STATUS NTAPI passthru_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context);
VOID NTAPI passthru_reset_complete(NDIS_HANDLE context, NDIS_STATUS status);

#endif
