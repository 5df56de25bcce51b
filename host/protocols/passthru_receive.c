/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes up: received frames and status.
 */
#include "passthru_adapter.h"

/* In MiniportReserved of a packet lent to the protocols above. It is needed by the indication until that returns, and
 * by the protocols until they have returned it, on whichever thread: the last of the two lets it go. */
struct lent {
    PNDIS_PACKET original;
    LONG users;
};

static struct lent *lent_of(PNDIS_PACKET mine)
{
    return (struct lent *)(PVOID)mine->MiniportReserved;
}

static BOOLEAN is_last_user(PNDIS_PACKET mine)
{
    return NdisInterlockedDecrement(&lent_of(mine)->users) == 0;
}

/* Above, in a descriptor of ours. TRUE: it is lent, and MiniportReturnPacket gives the original back. */
static BOOLEAN indicate(struct passthru *p, PNDIS_PACKET packet, NDIS_STATUS status)
{
    PNDIS_PACKET mine = passthru_repackage(p->up, packet);

    if (!mine)
        return FALSE; /* the frame is lost, as one that the adapter below has no descriptor for */
    lent_of(mine)->original = packet;
    lent_of(mine)->users = 2;
    NDIS_SET_ORIGINAL_PACKET(mine, NDIS_GET_ORIGINAL_PACKET(packet));
    NDIS_SET_PACKET_STATUS(mine, status);
    NdisMIndicateReceivePacket(p->miniport, &mine, 1);
    if (status == NDIS_STATUS_RESOURCES || NDIS_GET_PACKET_STATUS(mine) != NDIS_STATUS_PENDING)
        lent_of(mine)->users = 1; /* nobody kept it */
    if (!is_last_user(mine))
        return TRUE;
    NdisFreePacket(mine);
    return FALSE;
}

INT NTAPI passthru_receive_packet(NDIS_HANDLE context, PNDIS_PACKET packet)
{
    struct passthru *p = context;

    return p->miniport && indicate(p, packet, NDIS_GET_PACKET_STATUS(packet));
}

VOID NTAPI passthru_return_packet(NDIS_HANDLE context, PNDIS_PACKET mine)
{
    PNDIS_PACKET original = lent_of(mine)->original;

    (void)context;
    if (!is_last_user(mine))
        return; /* ProtocolReceivePacket says that nobody kept it */
    NdisFreePacket(mine);
    NdisReturnPackets(&original, 1);
}

/* Sets a flag; returns what it was. */
static BOOLEAN exchange(struct passthru *p, BOOLEAN *flag, BOOLEAN value)
{
    BOOLEAN before;

    NdisAcquireSpinLock(&p->lock);
    before = *flag;
    *flag = value;
    NdisReleaseSpinLock(&p->lock);
    return before;
}

NDIS_STATUS NTAPI passthru_receive(NDIS_HANDLE context, NDIS_HANDLE receive_context, PVOID header,
                                   UINT header_bytes, PVOID ahead, UINT ahead_bytes, UINT bytes)
{
    struct passthru *p = context;
    PNDIS_PACKET packet = NdisGetReceivedPacket(p->below, receive_context);

    if (!p->miniport)
        return NDIS_STATUS_NOT_ACCEPTED;
    if (packet) {
        indicate(p, packet, NDIS_STATUS_RESOURCES);
        return NDIS_STATUS_SUCCESS;
    }
    exchange(p, &p->received, TRUE);
    NdisMEthIndicateReceive(p->miniport, receive_context, header, header_bytes, ahead, ahead_bytes,
                            bytes);
    return NDIS_STATUS_SUCCESS;
}

/* Packets have had theirs. */
VOID NTAPI passthru_receive_complete(NDIS_HANDLE context)
{
    struct passthru *p = context;

    if (exchange(p, &p->received, FALSE) && p->miniport)
        NdisMEthIndicateReceiveComplete(p->miniport);
}

/* The start and end of a reset that came from above are told above by NDIS. */
VOID NTAPI passthru_status(NDIS_HANDLE context, NDIS_STATUS status, PVOID buffer, UINT length)
{
    struct passthru *p = context;
    BOOLEAN is_ours;

    NdisAcquireSpinLock(&p->lock);
    is_ours =
        p->resetting && (status == NDIS_STATUS_RESET_START || status == NDIS_STATUS_RESET_END);
    p->told_status = p->miniport && !is_ours;
    NdisReleaseSpinLock(&p->lock);
    if (p->miniport && !is_ours)
        NdisMIndicateStatus(p->miniport, status, buffer, length);
}

VOID NTAPI passthru_status_complete(NDIS_HANDLE context)
{
    struct passthru *p = context;

    if (exchange(p, &p->told_status, FALSE))
        NdisMIndicateStatusComplete(p->miniport);
}
