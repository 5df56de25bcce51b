/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate of nic_edge6.h: one thread in the core at a time, nobody waits for another.
 */
#include "nic_miniport.h"

BOOLEAN nic_gate_take(struct nic_adapter *a)
{
    BOOLEAN taken;
    NdisAcquireSpinLock(&a->edge.lock);
    taken = !a->edge.busy;
    a->edge.busy = TRUE;
    NdisReleaseSpinLock(&a->edge.lock);
    return taken;
}

/* MiniportPause has ended when nothing is with the device, with protocols, in the queue or being cancelled. */
static BOOLEAN pause_ended(struct nic_adapter *a)
{
    BOOLEAN ended;
    NdisAcquireSpinLock(&a->edge.lock);
    ended = a->edge.pausing && !a->outstanding && !a->lent_count && !a->edge.queue_head &&
            !a->edge.cancelling;
    if (ended)
        a->edge.pausing = FALSE;
    NdisReleaseSpinLock(&a->edge.lock);
    return ended;
}

static void reset(struct nic_adapter *a)
{
    BOOLEAN addressing;
    NDIS_STATUS status = nic_reset(&addressing, a);
    if (status != NDIS_STATUS_PENDING)
        nic_edge_reset_done(a, status);
}

static void request(struct nic_adapter *a)
{
    PNDIS_OID_REQUEST r = a->edge.request;
    NDIS_STATUS status = nic_request_start(a, r);
    if (status != NDIS_STATUS_PENDING)
        NdisMOidRequestComplete(a->handle, r, status);
}

static void work_do(struct nic_adapter *a, ULONG work)
{
    nic_edge_returns(a);
    if (work & NIC_WORK_SERVICE)
        nic_service(a);
    if (work & NIC_WORK_TIMER)
        nic_timer_expired(a);
    if (work & NIC_WORK_RESET)
        reset(a);
    if (work & NIC_WORK_REQUEST)
        request(a);
    nic_nbl_pump(a);
    nic_nbl_tell(a);
    if (pause_ended(a))
        NdisMPauseComplete(a->handle);
}

/* Inside: does this work and what comes meanwhile, and leaves. */
static void work_until_none(struct nic_adapter *a, ULONG work)
{
    while (work) {
        work_do(a, work);
        NdisAcquireSpinLock(&a->edge.lock);
        work = a->edge.work;
        a->edge.work = 0;
        a->edge.busy = work != 0;
        NdisReleaseSpinLock(&a->edge.lock);
    }
}

void nic_gate_leave(struct nic_adapter *a)
{
    work_until_none(a, NIC_WORK_LOOK);
}

void nic_gate_run(struct nic_adapter *a, ULONG work)
{
    BOOLEAN taken;
    NdisAcquireSpinLock(&a->edge.lock);
    a->edge.work |= work;
    taken = !a->edge.busy;
    a->edge.busy = TRUE;
    if (taken)
        a->edge.work = 0;
    NdisReleaseSpinLock(&a->edge.lock);
    if (taken)
        work_until_none(a, work);
}
