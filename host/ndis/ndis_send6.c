/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path of NDIS 6: NdisSendNetBufferLists, NdisMSendNetBufferListsComplete, NdisCancelSendNetBufferLists.
 *
 * An NBL's states (enum ndis_packet_state) and who owns it:
 *
 *                 PROTOCOL  <-----------------------------------------------+
 *   NdisSendNBLs   |  |                                                     |
 * gate shared (1)  |  | (2) it cannot be, or this thread shares it already  |
 *                  |  +----------> QUEUED (library) --(4) cancel, pause,----+
 *                  |                  |                   reset, removal    |
 *                  |                  | (3) by the gate's owner             |
 *                  v                  v                                     |
 *               DRIVER (driver) <-----+                                     |
 *                  | (5) NdisMSendNetBufferListsComplete                    |
 *                  | (6) reset or halt took it from the driver              |
 *                  +--------------------------------------------------------+
 *
 * Any number of threads take edge (1) at once, and no lock is held on it; (3) and (6) are the gate's owner's alone
 * (ndis_machine6.h); (2) and (4) are under the miniport's lock; (5) is the driver's, from any thread. An NBL has one owner
 * at a time, so its state needs no lock. There is no RESOURCES here: an NBL's Status is final (C-1, C-2), and a driver
 * without room keeps it.
 *
 * (4) and refusals: a chain that may not go to the driver goes back through ProtocolSendNetBufferListsComplete, with
 * NDIS_STATUS_PAUSED while the adapter is not Running (DER-11), NDIS_STATUS_SEND_ABORTED when it was cancelled (DER-12).
 * Cancelling looks at NBLs that the library holds and asks the driver for its own, so that each comes back once.
 */
#include "ndis_machine.h"

#define TWICE inline __attribute__((always_inline))

/* ---- giving back ---- */

/* NBLs of one binding, in order, that go back to it in one call. */
struct run {
    struct ndis_binding *binding;
    PNET_BUFFER_LIST first, last;
    uint64_t done[2]; /* with an error, and without */
};

/* The NBL is the protocol's; it is told when the run is full. */
static TWICE void run_add(struct run *run, PNET_BUFFER_LIST nbl, const char *call, bool verify)
{
    if (verify)
        ndis_verify_nbl_return(nbl, call);
    ndis_nbl_set(nbl, PACKET_PROTOCOL);
    run->done[nbl->Status == NDIS_STATUS_SUCCESS]++;
    if (run->first)
        run->last->Next = nbl;
    else
        run->first = nbl;
    run->last = nbl;
}

/* After the callback its NBLs may be anywhere. */
static TWICE void run_tell(struct run *run, bool verify)
{
    run->last->Next = NULL;
    OUTSIDE_IF(verify, run->binding->protocol->chars6.SendNetBufferListsCompleteHandler)
    (run->binding->context, run->first,
     nic_platform_level() >= NIC_LEVEL_DISPATCH ? NDIS_SEND_COMPLETE_FLAGS_DISPATCH_LEVEL : 0);
}

static TWICE void run_end(struct run *run, bool verify)
{
    struct ndis_binding *binding = run->binding;

    run_tell(run, verify);
    if (run->done[0])
        ndis_count_add_many(&binding->done_error, run->done[0]);
    if (run->done[1])
        ndis_count_add_many(&binding->done_ok, run->done[1]);
    if (unlikely(ndis_is_closing(binding)))
        ndis_binding_maybe_closed(binding);
}

/* The next NBL to go back, whoever sent it. */
static TWICE void run_next(struct run *run, PNET_BUFFER_LIST nbl, const char *call, bool verify)
{
    struct ndis_binding *binding = ndis_nbl_owner(nbl);

    if (unlikely(run->first && run->binding != binding)) {
        run_end(run, verify);
        *run = (struct run){0};
    }
    run->binding = binding;
    run_add(run, nbl, call, verify);
}

/* The refusals that this thread is telling of, as in ndis_send.c. */
struct refusal {
    const struct ndis_miniport *miniport;
    struct refusal *outer;
    PNET_BUFFER_LIST head, tail;
};

static _Thread_local struct refusal *refusals;

/* False: this thread is not telling of one. Until they are told, the binding is not closed. */
static bool refuse_later(struct ndis_binding *binding, PNET_BUFFER_LIST chain, NDIS_STATUS status)
{
    struct refusal *refusal = refusals;

    while (refusal && refusal->miniport != binding->miniport)
        refusal = refusal->outer;
    for (PNET_BUFFER_LIST nbl = chain; refusal && nbl; nbl = nbl->Next) {
        __atomic_fetch_add(&binding->asked, 1, __ATOMIC_SEQ_CST);
        nbl->NdisReserved[0] = binding;
        ndis_nbl_set(nbl, PACKET_DONE);
        nbl->Status = status;
        if (refusal->head)
            refusal->tail->Next = nbl;
        else
            refusal->head = nbl;
        refusal->tail = nbl;
    }
    return refusal;
}

/* Refused NBLs were never submitted: they go back without being counted. */
static void refuse_now(struct ndis_binding *binding, PNET_BUFFER_LIST chain, NDIS_STATUS status)
{
    struct run run = {.binding = binding};

    while (chain) {
        PNET_BUFFER_LIST nbl = chain;
        chain = nbl->Next;
        nbl->Status = status;
        run_add(&run, nbl, "NdisSendNetBufferLists", ndis_verifying());
    }
    run_tell(&run, ndis_verifying());
}

static void refuse(struct ndis_binding *binding, PNET_BUFFER_LIST chain, NDIS_STATUS status)
{
    struct refusal refusal = {.miniport = binding->miniport, .outer = refusals};
    PNET_BUFFER_LIST nbl;

    if (refuse_later(binding, chain, status))
        return;
    refusals = &refusal;
    refuse_now(binding, chain, status);
    while ((nbl = refusal.head) != NULL) {
        refusal.head = nbl->Next;
        nbl->Next = NULL;
        binding = ndis_nbl_owner(nbl);
        refuse_now(binding, nbl, nbl->Status);
        ndis_binding_ended(binding);
    }
    refusals = refusal.outer;
}

/* A chain of NBLs of any bindings. */
static void abort_chain(PNET_BUFFER_LIST chain, NDIS_STATUS status)
{
    struct run run = {0};

    while (chain) {
        PNET_BUFFER_LIST nbl = chain;
        chain = nbl->Next;
        nbl->Status = status;
        run_next(&run, nbl, "library", ndis_verifying());
    }
    if (run.first)
        run_end(&run, ndis_verifying());
}

/* ---- the gate ---- */

/* The sends this thread is in, innermost first: an inner one of the same miniport waits until the outer is done. */
struct send {
    const struct ndis_miniport *miniport;
    const struct send *outer;
};

static _Thread_local const struct send *sends;

static bool is_sending(const struct ndis_miniport *m)
{
    const struct send *send = sends;

    while (send && send->miniport != m)
        send = send->outer;
    return send;
}

/* False: there is work at the gate, or its owner is inside. */
static bool gate_share(struct ndis_miniport *m)
{
    uint32_t gate = __atomic_load_n(&m->gate, __ATOMIC_RELAXED);

    do {
        if (unlikely(gate & (GATE_BUSY | GATE_ATTENTION)))
            return false;
    } while (unlikely(!__atomic_compare_exchange_n(&m->gate, &gate, gate + GATE_SHARED, true,
                                                   __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)));
    return true;
}

/* The last one out does what was left, in the same step: afterwards the miniport may be gone. */
static void gate_unshare(struct ndis_miniport *m)
{
    uint32_t gate = __atomic_load_n(&m->gate, __ATOMIC_RELAXED), next;

    do
        next = unlikely(gate == (GATE_SHARED | GATE_ATTENTION)) ? GATE_BUSY | GATE_ATTENTION
                                                                : gate - GATE_SHARED;
    while (unlikely(!__atomic_compare_exchange_n(&m->gate, &gate, next, true, __ATOMIC_ACQ_REL,
                                                 __ATOMIC_RELAXED)));
    if (unlikely(next & GATE_BUSY))
        ndis_gate_leave_slow(m);
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

/* Edge (1) or (3): the NBLs are the driver's. */
static TWICE void hand_over(struct ndis_miniport *m, PNET_BUFFER_LIST chain, ULONG flags,
                            bool verify)
{
    for (PNET_BUFFER_LIST nbl = chain; verify && nbl; nbl = nbl->Next)
        ndis_verify_nbl_event(nbl, EVENT_GIVEN, NDIS_STATUS_SUCCESS);
    ndis_count_add(&m->calls, false);
    ndis_preempt("MiniportSendNetBufferLists");
    OUTSIDE_IF(verify, m->driver->chars6.SendNetBufferListsHandler)
    (m->context, chain, NDIS_DEFAULT_PORT_NUMBER,
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
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next)
        ndis_nbl_set(nbl, PACKET_DRIVER);
    if (chain)
        hand_over(m, chain, 0, ndis_verifying());
}

/* The gate cannot be shared, or there is a reason to refuse: edge (2). */
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

/* Counts the NBLs and makes them the binding's, with this state. */
static PNET_BUFFER_LIST mark(struct ndis_binding *binding, PNET_BUFFER_LIST chain,
                             enum ndis_packet_state state, uint64_t *count)
{
    PNET_BUFFER_LIST last = NULL;

    *count = 0;
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next, ++*count) {
        nbl->NdisReserved[0] = binding;
        ndis_nbl_set(nbl, state);
        last = nbl;
    }
    return last;
}

static TWICE void send_chain(struct ndis_binding *binding, PNET_BUFFER_LIST chain, ULONG flags,
                             bool verify)
{
    struct ndis_miniport *m = binding->miniport, *outer = ndis_inside;
    struct send send = {m, sends};
    enum nic_level before = ndis_raise();
    PNET_BUFFER_LIST last;
    uint64_t count;

    if (!is_sending(m) && gate_share(m)) {
        mark(binding, chain, PACKET_DRIVER, &count);
        ndis_count_add_many(&binding->sent, count);
        ndis_inside = m;
        sends = &send;
        hand_over(m, chain, flags, verify);
        sends = send.outer;
        ndis_inside = outer;
        gate_unshare(m);
    } else {
        last = mark(binding, chain, PACKET_PROTOCOL, &count);
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

/* With the verifier, the loopback, or a port that there is not. */
static void __attribute__((noinline))
send_detour(struct ndis_binding *binding, PNET_BUFFER_LIST chain, NDIS_PORT_NUMBER port,
            ULONG flags)
{
    NDIS_VISIT(.call = "NdisSendNetBufferLists", .binding = binding, .nbl = chain);
    struct ndis_loop *loops;

    if (!ndis_visit(&visit))
        return;
    if (ndis_verifying())
        chain = verified(binding, chain);
    if (!chain)
        return;
    if (port != NDIS_DEFAULT_PORT_NUMBER) {
        refuse(binding, chain, NDIS_STATUS_INVALID_PORT);
        return;
    }
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
    if (unlikely(PortNumber != NDIS_DEFAULT_PORT_NUMBER) ||
        unlikely(__atomic_load_n(&binding->miniport->detours, __ATOMIC_RELAXED)))
        send_detour(binding, NetBufferLists, PortNumber, SendFlags);
    else
        send_chain(binding, NetBufferLists, SendFlags, false);
    ndis_preempt("NdisSendNetBufferLists returned");
}

/* ---- completion ---- */

static void __attribute__((cold)) not_outstanding(struct ndis_miniport *m, PNET_BUFFER_LIST nbl)
{
    ndis_log(
        "%s: NdisMSendNetBufferListsComplete for NBL %p, which the driver does not own; ignored",
        m->name, (void *)nbl);
}

/* From the driver. A driver that completes an NBL from one thread while it says in another that its reset or halt is over
 * breaks DER-7 and DER-10; `safely` it still comes back once. */
static TWICE bool claim(PNET_BUFFER_LIST nbl, bool safely)
{
    PVOID drivers = (PVOID)(uintptr_t)PACKET_DRIVER;

    if (!safely)
        return ndis_nbl_state(nbl) == PACKET_DRIVER;
    return __atomic_compare_exchange_n(&nbl->NdisReserved[1], &drivers,
                                       (PVOID)(uintptr_t)PACKET_DONE, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

static TWICE void complete(struct ndis_miniport *m, PNET_BUFFER_LIST chain, bool verify)
{
    struct run run = {0};

    while (chain) {
        PNET_BUFFER_LIST nbl = chain;
        bool is_drivers = !verify || ndis_verify_nbl_complete(m, nbl);
        chain = nbl->Next;
        if (is_drivers && unlikely(!claim(nbl, verify))) {
            not_outstanding(m, nbl);
            is_drivers = false;
        }
        if (is_drivers)
            run_next(&run, nbl, "NdisMSendNetBufferListsComplete", verify);
    }
    if (run.first)
        run_end(&run, verify);
}

static void __attribute__((noinline))
complete_verified(struct ndis_miniport *m, PNET_BUFFER_LIST chain)
{
    NDIS_VISIT(.call = "NdisMSendNetBufferListsComplete", .miniport = m, .nbl = chain);

    if (!ndis_visit(&visit))
        return;
    ndis_verify_call_up(visit.call);
    complete(m, chain, true);
}

VOID NdisMSendNetBufferListsComplete(NDIS_HANDLE MiniportAdapterHandle,
                                     PNET_BUFFER_LIST NetBufferLists, ULONG SendCompleteFlags)
{
    (void)SendCompleteFlags;
    ndis_preempt("NdisMSendNetBufferListsComplete");
    if (unlikely(ndis_verifying()))
        complete_verified(ndis_miniport_of(MiniportAdapterHandle), NetBufferLists);
    else
        complete(ndis_miniport_of(MiniportAdapterHandle), NetBufferLists, false);
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
    NDIS_VISIT(.call = "NdisCancelSendNetBufferLists", .binding = NdisBindingHandle);
    struct ndis_binding *binding = NdisBindingHandle;
    struct ndis_miniport *m;
    PNET_BUFFER_LIST chain;

    if (!ndis_visit(&visit))
        return;
    m = binding->miniport;
    ndis_preempt("NdisCancelSendNetBufferLists");
    ndis_lock(&m->lock);
    __atomic_add_fetch(&m->six.cancels, 1, __ATOMIC_SEQ_CST);
    chain = take_queued(m, binding, true, CancelId);
    ndis_unlock(&m->lock);
    abort_chain(chain, NDIS_STATUS_SEND_ABORTED);
    __atomic_sub_fetch(&m->six.cancels, 1, __ATOMIC_SEQ_CST);
    if (ndis_state(m) == MINIPORT_RUNNING)
        OUTSIDE(m->driver->chars6.CancelSendHandler)(m->context, CancelId);
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
        ((struct ndis_binding *)ndis_nbl_owner(nbl))->miniport != walk->m || !claim(nbl, true))
        return;
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
