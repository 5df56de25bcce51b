/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests and resets.
 */
#include "passthru_adapter.h"

/* Both kinds of request have the same layout. */
static NDIS_STATUS forward(struct passthru *p, NDIS_REQUEST_TYPE type, NDIS_OID oid, PVOID buffer,
                           ULONG length)
{
    NDIS_STATUS status;

    NdisZeroMemory(&p->request, sizeof(p->request));
    p->request.RequestType = type;
    p->request.DATA.QUERY_INFORMATION.Oid = oid;
    p->request.DATA.QUERY_INFORMATION.InformationBuffer = buffer;
    p->request.DATA.QUERY_INFORMATION.InformationBufferLength = length;
    NdisRequest(&status, p->below, &p->request);
    return status;
}

static VOID count_bytes(struct passthru *p)
{
    *p->moved = p->request.DATA.QUERY_INFORMATION.BytesWritten;
    *p->needed = p->request.DATA.QUERY_INFORMATION.BytesNeeded;
}

static NDIS_STATUS forward_theirs(struct passthru *p, NDIS_REQUEST_TYPE type, NDIS_OID oid,
                                  PVOID buffer, ULONG length, PULONG moved, PULONG needed)
{
    NDIS_STATUS status;

    p->moved = moved;
    p->needed = needed;
    status = forward(p, type, oid, buffer, length);
    if (status != NDIS_STATUS_PENDING)
        count_bytes(p);
    return status;
}

NDIS_STATUS NTAPI passthru_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                 PULONG written, PULONG needed)
{
    static const ULONG one = 1;

    /* It is our MiniportSend that takes one packet (REQ-20). */
    if (oid == OID_GEN_MAXIMUM_SEND_PACKETS && passthru_is_single) {
        *written = 0;
        *needed = sizeof(one);
        if (length < sizeof(one))
            return NDIS_STATUS_INVALID_LENGTH;
        NdisMoveMemory(buffer, &one, sizeof(one));
        *written = sizeof(one);
        return NDIS_STATUS_SUCCESS;
    }
    return forward_theirs(context, NdisRequestQueryInformation, oid, buffer, length, written,
                          needed);
}

NDIS_STATUS NTAPI passthru_set(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                               PULONG read, PULONG needed)
{
    return forward_theirs(context, NdisRequestSetInformation, oid, buffer, length, read, needed);
}

VOID NTAPI passthru_request_complete(NDIS_HANDLE context, PNDIS_REQUEST request, NDIS_STATUS status)
{
    struct passthru *p = context;

    if (!p->moved) {
        p->status = status;
        NdisSetEvent(&p->event);
        return;
    }
    count_bytes(p);
    if (request->RequestType == NdisRequestSetInformation)
        NdisMSetInformationComplete(p->miniport, status);
    else
        NdisMQueryInformationComplete(p->miniport, status);
}

NDIS_STATUS passthru_decline_loopback(struct passthru *p)
{
    ULONG options = NDIS_PROT_OPTION_NO_LOOPBACK;
    NDIS_STATUS status;

    NdisResetEvent(&p->event);
    status =
        forward(p, NdisRequestSetInformation, OID_GEN_PROTOCOL_OPTIONS, &options, sizeof(options));
    if (status != NDIS_STATUS_PENDING)
        return status;
    NdisWaitEvent(&p->event, 0);
    return p->status;
}

/* ---- reset ---- */

static VOID set_resetting(struct passthru *p, BOOLEAN value)
{
    NdisAcquireSpinLock(&p->lock);
    p->resetting = value;
    NdisReleaseSpinLock(&p->lock);
}

/* The adapter below keeps its addresses: NDIS sees to that there. */
NDIS_STATUS NTAPI passthru_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context)
{
    struct passthru *p = context;
    NDIS_STATUS status;

    *addressing_reset = FALSE;
    set_resetting(p, TRUE);
    NdisReset(&status, p->below);
    if (status != NDIS_STATUS_PENDING)
        set_resetting(p, FALSE);
    return status;
}

VOID NTAPI passthru_reset_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    struct passthru *p = context;

    set_resetting(p, FALSE);
    NdisMResetComplete(p->miniport, status, FALSE);
}
