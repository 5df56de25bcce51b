/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pause and restart of a miniport of NDIS 6 (DER-11), and PnP events to the protocols above it. Called at PASSIVE level
 * by whoever assembles the machine, one at a time for an adapter.
 */
#include "ndis_machine.h"

/* ---- protocols ---- */

/* What a protocol that answered PENDING completes. */
struct event_wait {
    NET_PNP_EVENT_NOTIFICATION notification;
    volatile bool done;
};

void ndis_pnp_event(struct ndis_binding *binding, NET_PNP_EVENT_CODE event, void *buffer,
                    ULONG length_bytes)
{
    struct event_wait wait = {
        .notification = {
            .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_PNP_EVENT_NOTIFICATION_REVISION_1,
                       NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_1},
            .NetPnPEvent = {.NetEvent = event, .Buffer = buffer, .BufferLength = length_bytes}}};
    NDIS_STATUS status;

    status =
        OUTSIDE(binding->protocol->chars6.NetPnPEventHandler)(binding->context, &wait.notification);
    while (status == NDIS_STATUS_PENDING &&
           !ndis.platform->ops->wait(ndis.platform, &wait.done, 1000000000u))
        ndis_log("%s: still waiting for a protocol's answer to PnP event %d",
                 binding->miniport->name, event);
}

VOID NdisCompleteNetPnPEvent(NDIS_HANDLE NdisBindingHandle,
                             PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification,
                             NDIS_STATUS Status)
{
    struct event_wait *wait =
        CONTAINING_RECORD(NetPnPEventNotification, struct event_wait, notification);

    (void)NdisBindingHandle;
    (void)Status;
    nic_platform_flag_set(ndis.platform, &wait->done);
}

static void tell_all(struct ndis_miniport *m, NET_PNP_EVENT_CODE event)
{
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (!ndis_is_closing(binding))
            ndis_pnp_event(binding, event, NULL, 0);
    }
}

/* ---- the miniport ---- */

/* Inside, so that no send is between its check and the driver. */
static void set_flow(struct ndis_miniport *m, enum ndis_flow flow)
{
    struct ndis_miniport *outer = ndis_inside;

    ndis_gate_enter_waiting(m);
    ndis_inside = m;
    ndis_lock(&m->lock);
    __atomic_store_n(&m->six.flow, flow, __ATOMIC_RELAXED);
    m->six.flow_done = false;
    ndis_unlock(&m->lock);
    if (flow == FLOW_PAUSING)
        ndis_nbl_abort_queue(m, NULL, NDIS_STATUS_PAUSED);
    ndis_inside = outer;
    ndis_gate_leave_slow(m);
}

/* A driver resets or changes its state, not both at once. */
static bool wait_for_reset(struct ndis_miniport *m, uint64_t timeout_ns)
{
    static const volatile bool never = false;
    uint64_t end = ndis.platform->ops->now_ns(ndis.platform) + timeout_ns;

    while (__atomic_load_n(&m->resetting, __ATOMIC_ACQUIRE) ||
           __atomic_load_n(&m->reset_due, __ATOMIC_ACQUIRE)) {
        if (ndis.platform->ops->now_ns(ndis.platform) >= end)
            return false;
        ndis.platform->ops->wait(ndis.platform, &never, timeout_ns / 64 + 1);
    }
    return true;
}

static NDIS_STATUS flow_end(struct ndis_miniport *m, NDIS_STATUS status, const char *call,
                            uint64_t timeout_ns)
{
    if (status != NDIS_STATUS_PENDING)
        return status;
    if (ndis.platform->ops->wait(ndis.platform, &m->six.flow_done, timeout_ns))
        return m->six.flow_status;
    ndis_log("%s does not finish %s within %u ms", m->name, call,
             (unsigned)(timeout_ns / 1000000u));
    return NDIS_STATUS_PENDING;
}

/* Another thread may be giving back what it has cancelled in the library's queue. */
static bool wait_for_cancels(struct ndis_miniport *m, uint64_t timeout_ns)
{
    static const volatile bool never = false;
    uint64_t end = ndis.platform->ops->now_ns(ndis.platform) + timeout_ns;

    while (__atomic_load_n(&m->six.cancels, __ATOMIC_SEQ_CST)) {
        if (ndis.platform->ops->now_ns(ndis.platform) >= end)
            return false;
        ndis.platform->ops->wait(ndis.platform, &never, 10000);
    }
    return true;
}

static void check_paused(struct ndis_miniport *m)
{
    uint64_t sends, lent = __atomic_load_n(&m->six.lent, __ATOMIC_ACQUIRE);

    ndis_lock(&m->lock);
    sends = ndis_send_outstanding(m);
    ndis_unlock(&m->lock);
    if (sends)
        ndis_verify_finding(NULL, "%s finished MiniportPause with %llu NBLs not completed (DER-11)",
                            m->name, (unsigned long long)sends);
    if (lent)
        ndis_verify_finding(NULL, "%s finished MiniportPause with %llu received NBLs not returned",
                            m->name, (unsigned long long)lent);
}

NDIS_STATUS ndis_pause(struct ndis_miniport *m, ULONG reason, uint64_t timeout_ns)
{
    NDIS_MINIPORT_PAUSE_PARAMETERS parameters = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_OBJECT_REVISION_1, sizeof(parameters)},
        .PauseReason = reason};
    NDIS_STATUS status;

    if (m->six.flow == FLOW_PAUSED)
        return NDIS_STATUS_SUCCESS;
    if (!wait_for_reset(m, timeout_ns))
        return NDIS_STATUS_RESET_IN_PROGRESS;
    tell_all(m, NetEventPause);
    set_flow(m, FLOW_PAUSING);
    ndis_preempt("MiniportPause");
    status = OUTSIDE(m->driver->chars6.PauseHandler)(m->context, &parameters);
    status = flow_end(m, status, "MiniportPause", timeout_ns);
    if (status == NDIS_STATUS_PENDING || !wait_for_cancels(m, timeout_ns))
        return NDIS_STATUS_PENDING;
    if (ndis_verifying() && status != NDIS_STATUS_SUCCESS)
        ndis_verify_finding(NULL, "%s answered MiniportPause with %08x; it must not fail", m->name,
                            (unsigned)status);
    if (ndis_verifying())
        check_paused(m);
    set_flow(m, FLOW_PAUSED);
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS ndis_restart(struct ndis_miniport *m, uint64_t timeout_ns)
{
    NDIS_MINIPORT_RESTART_PARAMETERS parameters = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_OBJECT_REVISION_1, sizeof(parameters)}};
    NDIS_STATUS status;

    if (m->six.flow != FLOW_PAUSED)
        return m->six.flow == FLOW_RUNNING ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
    set_flow(m, FLOW_RESTARTING);
    ndis_preempt("MiniportRestart");
    status = OUTSIDE(m->driver->chars6.RestartHandler)(m->context, &parameters);
    status = flow_end(m, status, "MiniportRestart", timeout_ns);
    set_flow(m, status == NDIS_STATUS_SUCCESS ? FLOW_RUNNING : FLOW_PAUSED);
    if (status == NDIS_STATUS_SUCCESS)
        tell_all(m, NetEventRestart);
    return status;
}

static void flow_complete(struct ndis_miniport *m, enum ndis_flow expected, NDIS_STATUS status,
                          const char *call)
{
    ndis_preempt(call);
    if (m->six.flow != expected || m->six.flow_done) {
        ndis_log("%s: %s without such a call; ignored", m->name, call);
        return;
    }
    m->six.flow_status = status;
    nic_platform_flag_set(ndis.platform, &m->six.flow_done);
}

VOID NdisMPauseComplete(NDIS_HANDLE MiniportAdapterHandle)
{
    flow_complete(ndis_miniport_of(MiniportAdapterHandle), FLOW_PAUSING, NDIS_STATUS_SUCCESS,
                  "NdisMPauseComplete");
}

VOID NdisMRestartComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status)
{
    flow_complete(ndis_miniport_of(MiniportAdapterHandle), FLOW_RESTARTING, Status,
                  "NdisMRestartComplete");
}

/* ---- for whoever assembles the machine ---- */

NDIS_STATUS nic_ndis_adapter_pause(const char *name, uint32_t timeout_ms)
{
    struct ndis_miniport *m = ndis_miniport_find(name);

    if (!m)
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    return m->driver->is6 ? ndis_pause(m, NDIS_PAUSE_NDIS_INTERNAL, (uint64_t)timeout_ms * 1000000u)
                          : NDIS_STATUS_NOT_SUPPORTED;
}

NDIS_STATUS nic_ndis_adapter_restart(const char *name, uint32_t timeout_ms)
{
    struct ndis_miniport *m = ndis_miniport_find(name);

    if (!m)
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    return m->driver->is6 ? ndis_restart(m, (uint64_t)timeout_ms * 1000000u)
                          : NDIS_STATUS_NOT_SUPPORTED;
}
