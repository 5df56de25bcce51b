/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes down: sends and transfers of received data. Our descriptor remembers the original in its ProtocolReserved.
 */
#include "passthru_adapter.h"

#define BATCH 64 /* packets handed on at once */

static PNDIS_PACKET original_of(PNDIS_PACKET mine)
{
    PNDIS_PACKET original;

    NdisMoveMemory(&original, mine->ProtocolReserved, sizeof(original));
    return original;
}

static PNDIS_PACKET repackage(struct passthru *p, PNDIS_PACKET packet)
{
    PNDIS_PACKET mine = passthru_repackage(p->down, packet);

    if (!mine)
        return NULL;
    NdisMoveMemory(mine->ProtocolReserved, &packet, sizeof(packet));
    NDIS_SET_ORIGINAL_PACKET(mine, packet);
    return mine;
}

/* What came back with our descriptor goes into the original, which is returned. */
static PNDIS_PACKET unpack(PNDIS_PACKET mine)
{
    PNDIS_PACKET original = original_of(mine);

    NDIS_SET_PACKET_TIME_SENT(original, NDIS_GET_PACKET_TIME_SENT(mine));
    NdisIMCopySendCompletePerPacketInfo(original, mine);
    NdisFreePacket(mine);
    return original;
}

NDIS_STATUS NTAPI passthru_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags)
{
    struct passthru *p = context;
    PNDIS_PACKET mine = repackage(p, packet);
    NDIS_STATUS status;

    (void)flags; /* they are in the packet, and so in ours */
    if (!mine)
        return NDIS_STATUS_RESOURCES;
    NdisSend(&status, p->below, mine);
    if (status != NDIS_STATUS_PENDING)
        unpack(mine);
    return status;
}

VOID NTAPI passthru_send_packets(NDIS_HANDLE context, PPNDIS_PACKET packets, UINT count)
{
    struct passthru *p = context;
    PNDIS_PACKET mine[BATCH];
    UINT n, at = 0;

    while (at < count) {
        for (n = 0; n < BATCH && at + n < count; n++) {
            mine[n] = repackage(p, packets[at + n]);
            if (!mine[n])
                break;
        }
        if (n == 0)
            break;
        NdisSendPackets(p->below, mine, n);
        at += n;
    }
    for (; at < count; at++)
        NdisMSendComplete(p->miniport, packets[at],
                          NDIS_STATUS_FAILURE); /* no descriptor was left */
}

/* Nothing waits here: what is queued is queued below, under the same id. */
VOID NTAPI passthru_cancel(NDIS_HANDLE context, PVOID id)
{
    struct passthru *p = context;

    NdisCancelSendPackets(p->below, id);
}

VOID NTAPI passthru_send_complete(NDIS_HANDLE context, PNDIS_PACKET mine, NDIS_STATUS status)
{
    struct passthru *p = context;

    if (!p->miniport) { /* halted: the original has gone back */
        NdisFreePacket(mine);
        return;
    }
    NdisMSendComplete(p->miniport, unpack(mine), status);
}

NDIS_STATUS NTAPI passthru_transfer(PNDIS_PACKET packet, PUINT moved, NDIS_HANDLE context,
                                    NDIS_HANDLE receive_context, UINT offset, UINT length)
{
    struct passthru *p = context;
    PNDIS_PACKET mine = repackage(p, packet);
    NDIS_STATUS status;

    if (!mine)
        return NDIS_STATUS_RESOURCES;
    NdisTransferData(&status, p->below, receive_context, offset, length, mine, moved);
    if (status != NDIS_STATUS_PENDING)
        NdisFreePacket(mine);
    return status;
}

VOID NTAPI passthru_transfer_complete(NDIS_HANDLE context, PNDIS_PACKET mine, NDIS_STATUS status,
                                      UINT moved)
{
    struct passthru *p = context;
    PNDIS_PACKET original = original_of(mine);

    NdisFreePacket(mine);
    NdisMTransferDataComplete(p->miniport, original, status, moved);
}
