/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NdisCancelSendPackets. The queue is the gate's owner's, and so is the driver of a serialized
 * miniport: a cancel that finds the gate taken waits like everything else.
 */
#include <stdlib.h>

#include "ndis_machine.h"

static void tell_driver(struct ndis_miniport *m, PVOID id)
{
    ndis_preempt("MiniportCancelSendPackets");
    if (m->driver->chars.CancelSendPacketsHandler)
        OUTSIDE(m->driver->chars.CancelSendPacketsHandler)(m->context, id);
    ndis_preempt("MiniportCancelSendPackets returned");
}

void ndis_cancel_run(struct ndis_miniport *m, struct ndis_cancel *list)
{
    while (list) {
        struct ndis_cancel *cancel = list;
        list = cancel->next;
        ndis_send_abort_cancelled(m, cancel->binding, cancel->id, NDIS_STATUS_REQUEST_ABORTED);
        if (!m->resetting)
            tell_driver(m, cancel->id);
        free(cancel);
    }
}

static void leave_to_owner(struct ndis_binding *binding, PVOID id)
{
    struct ndis_miniport *m = binding->miniport;
    struct ndis_cancel *cancel = malloc(sizeof(*cancel)), **at = &m->cancels;

    if (!cancel)
        return; /* nobody was promised that a cancel has any effect */
    *cancel = (struct ndis_cancel){.binding = binding, .id = id};
    ndis_lock(&m->lock);
    while (*at)
        at = &(*at)->next;
    *at = cancel;
    ndis_unlock(&m->lock);
    ndis_gate_kick(m);
}

VOID NdisCancelSendPackets(NDIS_HANDLE NdisBindingHandle, PVOID CancelId)
{
    struct ndis_binding *binding = NdisBindingHandle;
    NDIS_VISIT(.call = "NdisCancelSendPackets", .binding = binding);
    enum nic_level before;

    if (!ndis_visit(&visit))
        return;
    before = ndis_raise();
    ndis_up_to_dispatch("NdisCancelSendPackets");
    ndis_preempt("NdisCancelSendPackets");
    if (ndis_verifying())
        ndis_verify_no_lock("NdisCancelSendPackets");
    if (binding->miniport->serialized)
        leave_to_owner(binding, CancelId);
    else if (ndis_state(binding->miniport) == MINIPORT_RUNNING)
        tell_driver(binding->miniport, CancelId);
    ndis_lower(before);
}

UCHAR NdisGeneratePartialCancelId(VOID)
{
    static UCHAR last;

    return __atomic_add_fetch(&last, 1, __ATOMIC_RELAXED);
}
