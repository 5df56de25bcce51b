/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path of NDIS 6: NdisSendNetBufferLists, NdisMSendNetBufferListsComplete, NdisCancelSendNetBufferLists.
 *
 * An NBL's states (enum ndis_packet_state) and who owns it:
 *
 *                 PROTOCOL  <-----------------------------------------------+
 *   NdisSendNBLs   |  |                                                     |
 *     gate free (1)|  | (2) gate taken                                      |
 *                  |  +----------> QUEUED (library) --(4) cancel, pause,----+
 *                  |                  |                   reset, removal    |
 *                  |                  | (3) by the gate's owner             |
 *                  v                  v                                     |
 *               DRIVER (driver) <-----+                                     |
 *                  | (5) NdisMSendNetBufferListsComplete                    |
 *                  | (6) reset or halt took it from the driver              |
 *                  +--------------------------------------------------------+
 *
 * Edges (1), (3), (4) and (6) are taken inside the gate (ndis_machine6.h), (5) is not. There is no RESOURCES here: an
 * NBL's Status is final (C-1, C-2), and a driver without room keeps it.
 *
 * (4) and refusals: a chain that may not go to the driver goes back through ProtocolSendNetBufferListsComplete, with
 * NDIS_STATUS_PAUSED while the adapter is not Running (DER-11), NDIS_STATUS_SEND_ABORTED when it was cancelled (DER-12).
 * Cancelling looks at NBLs that the library holds and asks the driver for its own, so that each comes back once.
 */
#include "ndis_machine.h"

#define TWICE inline __attribute__((always_inline))

/* ---- giving back ---- */

/* A run of NBLs of one binding, in order, DONE by now. After the callback they may be anywhere. */
static TWICE void hand_back(struct ndis_binding *binding, PNET_BUFFER_LIST first, const char *call,
                            bool verify, uint64_t done[2])
{
    for (PNET_BUFFER_LIST nbl = first; nbl; nbl = nbl->Next) {
        if (verify)
            ndis_verify_nbl_return(nbl, call);
        ndis_nbl_set(nbl, PACKET_PROTOCOL);
        done[nbl->Status == NDIS_STATUS_SUCCESS]++;
    }
    binding->protocol->chars6.SendNetBufferListsCompleteHandler(
        binding->context, first,
        nic_platform_level() >= NIC_LEVEL_DISPATCH ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0);
}

static TWICE void give_back(struct ndis_binding *binding, PNET_BUFFER_LIST first, const char *call,
                            bool verify)
{
    uint64_t done[2] = {0, 0};

    hand_back(binding, first, call, verify, done);
    if (done[0])
        ndis_count_add_many(&binding->done_error, done[0]);
    if (done[1])
        ndis_count_add_many(&binding->done_ok, done[1]);
    if (unlikely(ndis_is_closing(binding)))
        ndis_binding_maybe_closed(binding);
}

static void set_status(PNET_BUFFER_LIST chain, NDIS_STATUS status)
{
    for (; chain; chain = chain->Next)
        chain->Status = status;
}

/* Refused NBLs were never submitted: they go back without being counted. */
static void refuse(struct ndis_binding *binding, PNET_BUFFER_LIST chain, NDIS_STATUS status)
{
    uint64_t done[2] = {0, 0};

    set_status(chain, status);
    hand_back(binding, chain, "NdisSendNetBufferLists", ndis_verifying(), done);
}

/* A chain of NBLs of any bindings. */
static void abort_chain(PNET_BUFFER_LIST chain, NDIS_STATUS status)
{
    set_status(chain, status);
    while (chain) {
        struct ndis_binding *binding = ndis_nbl_owner(chain);
        PNET_BUFFER_LIST first = chain, last = chain;
        while (last->Next && ndis_nbl_owner(last->Next) == binding)
            last = last->Next;
        chain = last->Next;
        last->Next = NULL;
        give_back(binding, first, "library", ndis_verifying());
    }
}

/* ---- submission ---- */

/* Under m->lock. */
static NDIS_STATUS refusal(const struct ndis_miniport *m, const struct ndis_binding *binding)
{
    if (m->six.flow != FLOW_RUNNING)
        return NDIS_STATUS_PAUSED;
    if (ndis_state(m) != MINIPORT_RUNNING)
        return NDIS_STATUS_ADAPTER_REMOVED;
    if (ndis_is_closing(binding))
        return NDIS_STATUS_CLOSING;
    return m->resetting || m->reset_due ? NDIS_STATUS_RESET_IN_PROGRESS : NDIS_STATUS_SUCCESS;
}

/* Edge (1) or (3), inside. */
static TWICE void hand_over(struct ndis_miniport *m, PNET_BUFFER_LIST chain, ULONG flags,
                            bool verify)
{
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        if (verify)
            ndis_verify_nbl_event(nbl, EVENT_GIVEN, NDIS_STATUS_SUCCESS);
        ndis_nbl_set(nbl, PACKET_DRIVER);
    }
    ndis_count_add(&m->calls, true);
    ndis_preempt("MiniportSendNetBufferLists");
    m->driver->chars6.SendNetBufferListsHandler(
        m->context, chain, NDIS_DEFAULT_PORT_NUMBER,
        (flags & ~(ULONG)NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK) | NDIS_SEND_FLAGS_DISPATCH_LEVEL);
    ndis_preempt("MiniportSendNetBufferLists returned");
}

void ndis_nbl_start_queue(struct ndis_miniport *m)
{
    PNET_BUFFER_LIST chain;

    ndis_lock(&m->lock);
    chain = m->six.queue_head;
    m->six.queue_head = m->six.queue_tail = NULL;
    m->queue_length = 0;
    ndis_unlock(&m->lock);
    if (chain)
        hand_over(m, chain, 0, ndis_verifying());
}

/* The gate is taken, or there is a reason to refuse: edge (2). */
static void queue_up(struct ndis_binding *binding, PNET_BUFFER_LIST chain, PNET_BUFFER_LIST last,
                     uint64_t count)
{
    struct ndis_miniport *m = binding->miniport;
    NDIS_STATUS status;
    bool taken = false;

    ndis_lock(&m->lock);
    status = refusal(m, binding);
    if (status == NDIS_STATUS_SUCCESS) {
        ndis_count_add_many(&binding->sent, count);
        for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
            ndis_nbl_set(nbl, PACKET_QUEUED);
            if (ndis_verifying())
                ndis_verify_nbl_event(nbl, EVENT_QUEUED, NDIS_STATUS_PENDING);
        }
        if (m->six.queue_tail)
            m->six.queue_tail->Next = chain;
        else
            m->six.queue_head = chain;
        m->six.queue_tail = last;
        m->queue_length += count;
        m->queued += count;
        ndis_gate_attention(m);
        taken = ndis_gate_take_locked(m);
    }
    ndis_unlock(&m->lock);
    if (taken)
        ndis_gate_leave_slow(m);
    else if (status != NDIS_STATUS_SUCCESS)
        refuse(binding, chain, status);
}

/* Counts the NBLs and makes them the binding's. */
static PNET_BUFFER_LIST mark(struct ndis_binding *binding, PNET_BUFFER_LIST chain, uint64_t *count)
{
    PNET_BUFFER_LIST last = NULL;

    *count = 0;
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next, ++*count) {
        nbl->NdisReserved[0] = binding;
        last = nbl;
    }
    return last;
}

static TWICE void send_chain(struct ndis_binding *binding, PNET_BUFFER_LIST chain, ULONG flags,
                             bool verify)
{
    struct ndis_miniport *m = binding->miniport, *outer = ndis_inside;
    enum nic_level before;
    PNET_BUFFER_LIST last;
    uint64_t count;

    last = mark(binding, chain, &count);
    before = ndis_raise();
    if (ndis_gate_try(m)) {
        ndis_inside = m;
        __atomic_store_n(&binding->sent.value[0], binding->sent.value[0] + count, __ATOMIC_RELAXED);
        hand_over(m, chain, flags, verify);
        ndis_inside = outer;
        ndis_gate_leave(m);
    } else {
        queue_up(binding, chain, last, count);
    }
    ndis_lower(before);
}

/* What the verifier refuses is left out: it is not the library's to give back. */
static PNET_BUFFER_LIST verified(struct ndis_binding *binding, PNET_BUFFER_LIST chain)
{
    PNET_BUFFER_LIST kept = NULL, *tail = &kept;

    while (chain) {
        PNET_BUFFER_LIST nbl = chain;
        chain = nbl->Next;
        if (!ndis_verify_nbl_submit(binding, nbl))
            continue;
        nbl->Next = NULL;
        *tail = nbl;
        tail = &nbl->Next;
    }
    return kept;
}

/* With the verifier or the loopback. */
static void __attribute__((noinline))
send_detour(struct ndis_binding *binding, PNET_BUFFER_LIST chain, ULONG flags)
{
    struct ndis_loop *loops;

    if (ndis_verifying())
        chain = verified(binding, chain);
    if (!chain)
        return;
    loops = ndis_loopback_take6(binding, chain, flags & NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK);
    send_chain(binding, chain, flags, ndis_verifying());
    if (loops)
        ndis_loopback_post(binding->miniport, loops);
}

VOID NdisSendNetBufferLists(NDIS_HANDLE NdisBindingHandle, PNET_BUFFER_LIST NetBufferLists,
                            NDIS_PORT_NUMBER PortNumber, ULONG SendFlags)
{
    struct ndis_binding *binding = NdisBindingHandle;

    ndis_preempt("NdisSendNetBufferLists");
    if (unlikely(PortNumber != NDIS_DEFAULT_PORT_NUMBER)) {
        if (ndis_verifying())
            NetBufferLists = verified(binding, NetBufferLists);
        if (NetBufferLists)
            refuse(binding, NetBufferLists, NDIS_STATUS_INVALID_PORT);
    } else if (unlikely(__atomic_load_n(&binding->miniport->detours, __ATOMIC_RELAXED))) {
        send_detour(binding, NetBufferLists, SendFlags);
    } else {
        send_chain(binding, NetBufferLists, SendFlags, false);
    }
    ndis_preempt("NdisSendNetBufferLists returned");
}

/* ---- completion ---- */

static void __attribute__((cold)) not_outstanding(struct ndis_miniport *m, PNET_BUFFER_LIST nbl)
{
    ndis_log(
        "%s: NdisMSendNetBufferListsComplete for NBL %p, which the driver does not own; ignored",
        m->name, (void *)nbl);
}

/* Runs of one binding go back together. */
static TWICE void complete(struct ndis_miniport *m, PNET_BUFFER_LIST chain, bool verify)
{
    PNET_BUFFER_LIST first = NULL, last = NULL;

    while (chain) {
        PNET_BUFFER_LIST nbl = chain;
        bool is_drivers = !verify || ndis_verify_nbl_complete(m, nbl);
        chain = nbl->Next;
        if (is_drivers && unlikely(ndis_nbl_state(nbl) != PACKET_DRIVER)) {
            not_outstanding(m, nbl);
            is_drivers = false;
        }
        if (!is_drivers)
            continue;
        ndis_nbl_set(nbl, PACKET_DONE);
        if (first && ndis_nbl_owner(first) != ndis_nbl_owner(nbl)) {
            give_back(ndis_nbl_owner(first), first, "NdisMSendNetBufferListsComplete", verify);
            first = NULL;
        }
        if (first)
            last->Next = nbl;
        else
            first = nbl;
        last = nbl;
        nbl->Next = NULL;
    }
    if (first)
        give_back(ndis_nbl_owner(first), first, "NdisMSendNetBufferListsComplete", verify);
}

VOID NdisMSendNetBufferListsComplete(NDIS_HANDLE MiniportAdapterHandle,
                                     PNET_BUFFER_LIST NetBufferLists, ULONG SendCompleteFlags)
{
    (void)SendCompleteFlags;
    ndis_preempt("NdisMSendNetBufferListsComplete");
    if (unlikely(ndis_verifying())) {
        ndis_verify_level("NdisMSendNetBufferListsComplete", NIC_LEVEL_PASSIVE, NIC_LEVEL_DISPATCH);
        ndis_verify_no_lock("NdisMSendNetBufferListsComplete");
        complete(ndis_miniport_of(MiniportAdapterHandle), NetBufferLists, true);
    } else {
        complete(ndis_miniport_of(MiniportAdapterHandle), NetBufferLists, false);
    }
    ndis_preempt("NdisMSendNetBufferListsComplete returned");
}

/* ---- taking back ---- */

/* Under m->lock: what is queued of a binding (NULL: of all), with an id if `by_id`. */
static PNET_BUFFER_LIST take_queued(struct ndis_miniport *m, const struct ndis_binding *binding,
                                    bool by_id, PVOID id)
{
    PNET_BUFFER_LIST taken = NULL, *tail = &taken, *at = &m->six.queue_head, last = NULL;

    while (*at) {
        PNET_BUFFER_LIST nbl = *at;
        if ((binding && ndis_nbl_owner(nbl) != binding) ||
            (by_id && NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(nbl) != id)) {
            last = nbl;
            at = &nbl->Next;
            continue;
        }
        *at = nbl->Next;
        ndis_nbl_set(nbl, PACKET_DONE);
        nbl->Next = NULL;
        *tail = nbl;
        tail = &nbl->Next;
        m->queue_length--;
    }
    m->six.queue_tail = last;
    return taken;
}

void ndis_nbl_abort_queue(struct ndis_miniport *m, struct ndis_binding *binding, NDIS_STATUS status)
{
    PNET_BUFFER_LIST chain;

    ndis_lock(&m->lock);
    chain = take_queued(m, binding, false, NULL);
    ndis_unlock(&m->lock);
    abort_chain(chain, status);
}

VOID NdisCancelSendNetBufferLists(NDIS_HANDLE NdisBindingHandle, PVOID CancelId)
{
    struct ndis_binding *binding = NdisBindingHandle;
    struct ndis_miniport *m = binding->miniport;
    PNET_BUFFER_LIST chain;

    ndis_preempt("NdisCancelSendNetBufferLists");
    ndis_lock(&m->lock);
    chain = take_queued(m, binding, true, CancelId);
    ndis_unlock(&m->lock);
    abort_chain(chain, NDIS_STATUS_SEND_ABORTED);
    if (ndis_state(m) == MINIPORT_RUNNING)
        m->driver->chars6.CancelSendHandler(m->context, CancelId);
    ndis_preempt("NdisCancelSendNetBufferLists returned");
}

struct abort_walk {
    struct ndis_miniport *m;
    PNET_BUFFER_LIST list;
};

static void collect_outstanding(PNET_BUFFER_LIST nbl, void *context)
{
    struct abort_walk *walk = context;

    if (ndis_nbl_state(nbl) != PACKET_DRIVER ||
        ((struct ndis_binding *)ndis_nbl_owner(nbl))->miniport != walk->m)
        return;
    ndis_nbl_set(nbl, PACKET_DONE);
    nbl->Next = walk->list;
    walk->list = nbl;
}

unsigned ndis_nbl_abort_outstanding(struct ndis_miniport *m, NDIS_STATUS status, bool is_leak)
{
    struct abort_walk walk = {.m = m};
    unsigned count = 0;

    ndis_nbls_walk(collect_outstanding, &walk);
    for (PNET_BUFFER_LIST nbl = walk.list; nbl; nbl = nbl->Next, count++) {
        if (ndis_verifying() && is_leak)
            ndis_verify_nbl_finding(nbl, "%s never completed this NBL (REQ-45)", m->name);
        if (ndis_verifying())
            ndis_verify_nbl_event(nbl, EVENT_ABORTED, status);
    }
    abort_chain(walk.list, status);
    return count;
}
