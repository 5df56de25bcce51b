/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interrupts of miniports: registration, vectors that several adapters share, the ISR and the way to
 * its deferred call. The call itself goes through the gate, ndis_miniport.c.
 */
#include "ndis_machine.h"

static struct ndis_miniport *vectors[NIC_VECTORS]; /* changed with the ISR kept out */

static void deferred(void *context)
{
    struct ndis_miniport *m = context;

    if (!m->serialized) {
        if (ndis_state(m) == MINIPORT_RUNNING || ndis_state(m) == MINIPORT_REMOVING)
            ndis_handle_interrupt(m);
        return;
    }
    ndis_lock(&m->lock);
    m->dpc_due = true;
    ndis_unlock(&m->lock);
    ndis_gate_kick(m);
}

static void isr_of(struct ndis_miniport *m)
{
    BOOLEAN recognized = TRUE, queue = TRUE;

    if (m->interrupt->IsrRequested || m->interrupt->SharedInterrupt)
        OUTSIDE(m->driver->chars.ISRHandler)(&recognized, &queue, m->context);
    else if (m->driver->chars.DisableInterruptHandler)
        OUTSIDE(m->driver->chars.DisableInterruptHandler)(m->context);
    if (!recognized)
        return;
    ndis_count_add(&m->interrupts, true); /* one ISR of a vector at a time */
    if (queue)
        ndis.platform->ops->dpc_queue(ndis.platform, &m->dpc);
}

/* All of them: two devices that raise a shared vector while it is kept out raise it once. */
static void isr(void *context)
{
    struct ndis_miniport *next;

    for (struct ndis_miniport *m = *(struct ndis_miniport **)context; m; m = next) {
        next = m->next_on_vector;
        isr_of(m);
    }
}

/* False: somebody has the vector and does not share it, or does not share it with us. */
static bool join(struct ndis_miniport *m, bool *is_first)
{
    struct ndis_miniport **head = &vectors[m->vector];
    bool is_ours;

    ndis.platform->ops->interrupt_lock(ndis.platform, m->vector);
    *is_first = !*head;
    is_ours = *is_first || (m->interrupt->SharedInterrupt && (*head)->interrupt->SharedInterrupt);
    if (is_ours) {
        m->next_on_vector = *head;
        *head = m;
    }
    ndis.platform->ops->interrupt_unlock(ndis.platform, m->vector);
    return is_ours;
}

/* Waits for the ISR that is running. True: it was the last. */
static bool part(struct ndis_miniport *m)
{
    struct ndis_miniport **at = &vectors[m->vector];
    bool is_last;

    ndis.platform->ops->interrupt_lock(ndis.platform, m->vector);
    while (*at != m)
        at = &(*at)->next_on_vector;
    *at = m->next_on_vector;
    is_last = !vectors[m->vector];
    ndis.platform->ops->interrupt_unlock(ndis.platform, m->vector);
    return is_last;
}

NDIS_STATUS NdisMRegisterInterrupt(PNDIS_MINIPORT_INTERRUPT Interrupt,
                                   NDIS_HANDLE MiniportAdapterHandle, UINT InterruptVector,
                                   UINT InterruptLevel, BOOLEAN RequestIsr, BOOLEAN SharedInterrupt,
                                   NDIS_INTERRUPT_MODE InterruptMode)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    bool is_first;

    ndis_only_passive("NdisMRegisterInterrupt");
    (void)InterruptLevel;
    (void)InterruptMode;
    if (InterruptVector >= NIC_VECTORS || m->interrupt ||
        (m->device.has_interrupt && InterruptVector != m->device.vector))
        return NDIS_STATUS_RESOURCE_CONFLICT;
    if (!m->driver->chars.HandleInterruptHandler ||
        ((RequestIsr || SharedInterrupt) && !m->driver->chars.ISRHandler))
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    *Interrupt = (NDIS_MINIPORT_INTERRUPT){
        .InterruptObject = m,
        .MiniportIsr = m->driver->chars.ISRHandler,
        .MiniportDpc = m->driver->chars.HandleInterruptHandler,
        .Miniport = (PNDIS_MINIPORT_BLOCK)m,
        .SharedInterrupt = SharedInterrupt,
        .IsrRequested = RequestIsr,
    };
    m->interrupt = Interrupt;
    m->vector = InterruptVector;
    m->dpc = (struct nic_dpc){.fn = deferred, .context = m};
    if (!join(m, &is_first)) {
        m->interrupt = NULL;
        return NDIS_STATUS_RESOURCE_CONFLICT;
    }
    if (is_first)
        ndis.platform->ops->interrupt_connect(ndis.platform, m->vector, isr, &vectors[m->vector]);
    return NDIS_STATUS_SUCCESS;
}

void ndis_interrupt_stop(struct ndis_miniport *m)
{
    if (part(m))
        ndis.platform->ops->interrupt_connect(ndis.platform, m->vector, NULL, NULL);
    ndis.platform->ops->dpc_cancel(ndis.platform, &m->dpc);
    ndis_lock(&m->lock);
    m->dpc_due = false;
    ndis_unlock(&m->lock);
    m->interrupt = NULL;
}

VOID NdisMDeregisterInterrupt(PNDIS_MINIPORT_INTERRUPT Interrupt)
{
    ndis_only_passive("NdisMDeregisterInterrupt");
    ndis_interrupt_stop(Interrupt->InterruptObject);
}

BOOLEAN NdisMSynchronizeWithInterrupt(PNDIS_MINIPORT_INTERRUPT Interrupt, PVOID SynchronizeFunction,
                                      PVOID SynchronizeContext)
{
    struct ndis_miniport *m = Interrupt->InterruptObject;
    BOOLEAN (*function)(PVOID) = (BOOLEAN(*)(PVOID))SynchronizeFunction;
    BOOLEAN result;

    ndis_preempt("NdisMSynchronizeWithInterrupt");
    ndis.platform->ops->interrupt_lock(ndis.platform, m->vector);
    result = OUTSIDE(function)(SynchronizeContext);
    ndis.platform->ops->interrupt_unlock(ndis.platform, m->vector);
    ndis_preempt("NdisMSynchronizeWithInterrupt returned");
    return result;
}

void nic_ndis_bus_interrupt(struct nic_ndis_bus *bus)
{
    const struct ndis_miniport *m = (const struct ndis_miniport *)bus;

    if (m->device.has_interrupt)
        ndis.platform->ops->interrupt_raise(ndis.platform, m->device.vector);
}
