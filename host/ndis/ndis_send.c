/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path: NdisSend and NdisSendPackets; the way back is in ndis_complete.c.
 *
 * A packet's states and who owns it in each (enum ndis_packet_state; the edges are numbered):
 *
 *                      PROTOCOL  <--------------------------------------------+
 *        NdisSend(Packets) |  |                                               |
 *          gate free  (1)  |  |  (2) gate taken, or packets queued            |
 *                          |  +------------------> QUEUED (library)           |
 *                          |                         |      ^                 |
 *                          |      (3) queue started  |      | (4) RESOURCES   |
 *                          v                         v      |                 |
 *                    DRIVER / ARRAY (driver) <-------+------+                 |
 *                          |                                                  |
 *                          | (5) answer other than PENDING and RESOURCES      |
 *                          | (6) NdisMSendComplete                            |
 *                          | (7) reset or halt took it from the driver        |
 *                          v                                                  |
 *                     DONE (library), in no list, on its way back  -----------+
 *
 * PROTOCOL: the protocol's, with buffers and data.
 *
 * QUEUED: the library's. In the miniport's one FIFO, for all bindings (C-8). Nobody writes it;
 * MiniportReserved stays as the driver left it (REQ-48). The miniport gets it in order, by (3),
 * and only then.
 *
 * DRIVER: the driver's, from the moment before MiniportSend is called. The driver may complete it
 * (6) before MiniportSend has returned (C-10): after PENDING the library does not look at it again.
 *
 * ARRAY: the same, while MiniportSendPackets runs. Here the library must read the OOB status after
 * the call, so a completion within the call does not go to the protocol at once: the packet becomes
 * DONE and is given back when the array has been read.
 *
 * DONE: the library's, for the few instructions before ProtocolSendComplete, or before NdisSend
 * returns.
 *
 * Serialized miniports: every edge but (1) and (2) is taken inside the gate (ndis_machine.h), so
 * fields of packets need no lock. A completion on another thread while the gate is taken is left in
 * the late list for the gate's owner; until then the packet counts as DRIVER.
 *
 * (4) puts a packet back at the head, an array's element with all later ones behind it (C-12),
 * before any callback: what a callback sends is newer. Then the miniport is `stalled` and gets
 * nothing until its next NdisMSendComplete or NdisMSendResourcesAvailable (REQ-47, 49, 50); there
 * is no timer and no poll.
 *
 * Deserialized miniports (DER-2): no gate, no queue of the miniport; (4) does not exist, RESOURCES is final. (2) and (3) are
 * a thread's own: what it sends from a completion inside of MiniportSend is QUEUED until that has returned, and then it
 * gives it to the driver (C-11). Nor does (7) exist at a reset, which may come and go while a thread is inside of
 * MiniportSend or on its way to NdisMSendComplete: the driver completes what it had (DER-7), and nobody takes it away.
 *
 * The library never reads OOB data for a decision (REQ-32), save the status that
 * MiniportSendPackets leaves there.
 */
#include "ndis_machine_send.h"

/* ---- giving back ---- */

/* Edge DONE -> PROTOCOL by NdisSend's result. */
static TWICE NDIS_STATUS give_back_now(struct ndis_miniport *m, PNDIS_PACKET packet,
                                       NDIS_STATUS status, bool verify)
{
    if (verify)
        ndis_verify_return(packet, status, "NdisSend");
    ndis_packet_set(packet, PACKET_PROTOCOL);
    account(m, ndis_packet_owner(packet), status);
    return status;
}

/* ---- queue ---- */

/* Under m->lock. */
static void append(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    ndis_packet_set(packet, PACKET_QUEUED);
    ndis_packet_set_next(packet, NULL);
    if (m->queue_tail)
        ndis_packet_set_next(m->queue_tail, packet);
    else
        m->queue_head = packet;
    m->queue_tail = packet;
    m->queue_length++;
    m->queued++;
    if (ndis_verifying())
        ndis_verify_event(packet, EVENT_QUEUED, NDIS_STATUS_PENDING);
}

/* Edge (4): the elements that are not DONE go to the head of the queue, in order. */
static void put_back(struct ndis_miniport *m, PPNDIS_PACKET packets, UINT count)
{
    PNDIS_PACKET first = NULL, last = NULL;

    m->stalled = true;
    ndis_count_add(&m->resources, true);
    ndis_lock(&m->lock);
    for (UINT i = 0; i < count; i++) {
        if (ndis_packet_state(packets[i]) == PACKET_DONE)
            continue;
        ndis_packet_set(packets[i], PACKET_QUEUED);
        if (last)
            ndis_packet_set_next(last, packets[i]);
        else
            first = packets[i];
        last = packets[i];
        m->queue_length++;
        m->queued++;
        if (ndis_verifying())
            ndis_verify_event(packets[i], EVENT_QUEUED, NDIS_STATUS_RESOURCES);
    }
    ndis_packet_set_next(last, m->queue_head);
    m->queue_head = first;
    if (!m->queue_tail)
        m->queue_tail = last;
    ndis_gate_attention(m);
    ndis_unlock(&m->lock);
}

static PNDIS_PACKET take_head(struct ndis_miniport *m)
{
    PNDIS_PACKET packet = m->queue_head;

    if (!packet)
        return NULL;
    m->queue_head = ndis_packet_next(packet);
    if (!m->queue_head)
        m->queue_tail = NULL;
    m->queue_length--;
    return packet;
}

/* ---- handing over ---- */

/* Edge (1) or (3) by MiniportSend. PENDING: do not touch the packet again. */
static TWICE NDIS_STATUS hand_over(struct ndis_miniport *m, PNDIS_PACKET packet, bool verify)
{
    int locks = verify ? ndis_verify_locks() : 0;
    struct ndis_verify_call call;
    NDIS_STATUS status;

    ndis_packet_set(packet, PACKET_DRIVER);
    if (verify) {
        ndis_verify_enter(&call);
        ndis_verify_give(&call, packet);
    }
    ndis_count_add(&m->calls, is_inside(m));
    ndis_preempt("MiniportSend");
    status = OUTSIDE_IF(verify, m->driver->chars.SendHandler)(m->context, packet,
                                                              NdisGetPacketFlags(packet));
    ndis_preempt("MiniportSend returned");
    if (verify) {
        ndis_verify_leave(&call);
        ndis_verify_locks_left(m, "MiniportSend", locks);
    }
    if (status != NDIS_STATUS_PENDING && verify && !ndis_verify_answer(m, packet, status))
        return NDIS_STATUS_PENDING;
    return status;
}

/* Edge (1) or (3) by MiniportSendPackets; `count` elements now, `total` in the array that put_back
 * must keep together. Afterwards every element is DRIVER, DONE or QUEUED; returns how many are DONE
 * and not yet given back. */
static TWICE UINT hand_over_array(struct ndis_miniport *m, PPNDIS_PACKET packets, UINT count,
                                  UINT total, bool verify)
{
    int locks = verify ? ndis_verify_locks() : 0;
    struct ndis_verify_call call;
    UINT done = 0;

    if (verify)
        ndis_verify_enter(&call);
    for (UINT i = 0; i < count; i++) {
        if (verify)
            ndis_verify_give(&call, packets[i]);
        NDIS_SET_PACKET_STATUS(packets[i], NDIS_STATUS_PENDING);
        ndis_packet_set(packets[i], PACKET_ARRAY);
    }
    ndis_count_add(&m->calls, true);
    ndis_preempt("MiniportSendPackets");
    OUTSIDE_IF(verify, m->driver->chars.SendPacketsHandler)(m->context, packets, count);
    ndis_preempt("MiniportSendPackets returned");
    if (verify) {
        ndis_verify_leave(&call);
        ndis_verify_locks_left(m, "MiniportSendPackets", locks);
    }
    for (UINT i = 0; i < count; i++) {
        if (ndis_packet_state(packets[i]) == PACKET_DONE) {
            done++;
            continue;
        }
        NDIS_STATUS status = NDIS_GET_PACKET_STATUS(packets[i]);
        if (verify && status != NDIS_STATUS_PENDING && !ndis_verify_answer(m, packets[i], status))
            status = NDIS_STATUS_PENDING; /* its completion waits in the late list */
        if (status == NDIS_STATUS_PENDING) {
            ndis_packet_set(packets[i], PACKET_DRIVER);
        } else if (status == NDIS_STATUS_RESOURCES) {
            for (UINT j = i + 1; j < count; j++)
                done += ndis_packet_state(packets[j]) == PACKET_DONE;
            put_back(m, packets + i, total - i);
            break;
        } else {
            ndis_packet_set_status(packets[i], status);
            ndis_packet_set(packets[i], PACKET_DONE);
            done++;
        }
    }
    return done;
}

static TWICE void give_back_done(struct ndis_miniport *m, PPNDIS_PACKET packets, UINT count,
                                 UINT done, bool verify)
{
    for (UINT i = 0; i < count && done; i++) {
        if (ndis_packet_state(packets[i]) != PACKET_DONE)
            continue;
        done--;
        give_back(m, packets[i], ndis_packet_status(packets[i]), "MiniportSendPackets", verify);
    }
}

/* Inside, `packets` are the oldest there are. Everything final goes back by callback. */
static TWICE void start(struct ndis_miniport *m, PPNDIS_PACKET packets, UINT count, bool verify)
{
    if (m->sends_arrays) {
        bool stalled = false;
        for (UINT i = 0; i < count && !stalled; i += m->array_max) {
            UINT part = count - i < m->array_max ? count - i : m->array_max;
            UINT done = hand_over_array(m, packets + i, part, count - i, verify);
            stalled = m->stalled; /* a callback may already be an event that ends it */
            give_back_done(m, packets + i, part, done, verify);
        }
        return;
    }
    for (UINT i = 0; i < count; i++) {
        NDIS_STATUS status = hand_over(m, packets[i], verify);
        if (status == NDIS_STATUS_PENDING)
            continue;
        if (status == NDIS_STATUS_RESOURCES) {
            put_back(m, packets + i, count - i);
            break;
        }
        give_back(m, packets[i], status, "MiniportSend", verify);
    }
}

/* The same for the packet of one NdisSend, whose final status is the result. */
static TWICE NDIS_STATUS start_one(struct ndis_miniport *m, PNDIS_PACKET packet, bool verify)
{
    NDIS_STATUS status;

    if (!m->sends_arrays) {
        status = hand_over(m, packet, verify);
        if (status == NDIS_STATUS_PENDING)
            return status;
        if (status != NDIS_STATUS_RESOURCES)
            return give_back_now(m, packet, status, verify);
        put_back(m, &packet, 1);
        return NDIS_STATUS_PENDING;
    }
    if (hand_over_array(m, &packet, 1, 1, verify) == 0)
        return NDIS_STATUS_PENDING;
    return give_back_now(m, packet, ndis_packet_status(packet), verify);
}

void ndis_send_start_queue(struct ndis_miniport *m)
{
    PNDIS_PACKET packets[NDIS_MAX_ARRAY];
    UINT count = 0, most = m->sends_arrays ? m->array_max : 1;

    ndis_lock(&m->lock);
    while (count < most && (packets[count] = take_head(m)) != NULL)
        count++;
    ndis_unlock(&m->lock);
    if (count)
        start(m, packets, count, ndis_verifying());
}

/* ---- submission ---- */

NDIS_STATUS ndis_send_refusal(const struct ndis_miniport *m, const struct ndis_binding *binding)
{
    if (ndis_state(m) != MINIPORT_RUNNING)
        return NDIS_STATUS_ADAPTER_REMOVED;
    if (ndis_is_closing(binding))
        return NDIS_STATUS_CLOSING;
    return __atomic_load_n(&m->resetting, __ATOMIC_ACQUIRE) ||
                   (m->serialized && __atomic_load_n(&m->reset_due, __ATOMIC_ACQUIRE))
               ? NDIS_STATUS_RESET_IN_PROGRESS
               : NDIS_STATUS_SUCCESS;
}

/* The refusals that this thread is telling of, innermost first. What its callbacks send to the same miniport, and is refused
 * too, waits in the list until they have returned: a protocol that sends again each time does not nest (C-11). */
struct refusal {
    const struct ndis_miniport *miniport;
    struct refusal *outer;
    PNDIS_PACKET head, tail;
};

static _Thread_local struct refusal *refusals;

/* False: this thread is not telling of one. Until it is told, the binding is not closed. */
static bool refuse_later(struct ndis_binding *binding, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct refusal *refusal = refusals;

    while (refusal && refusal->miniport != binding->miniport)
        refusal = refusal->outer;
    if (!refusal)
        return false;
    __atomic_fetch_add(&binding->asked, 1, __ATOMIC_SEQ_CST);
    ndis_packet_set_owner(packet, binding);
    ndis_packet_set_status(packet, status);
    ndis_packet_set_next(packet, NULL);
    ndis_packet_set(packet, PACKET_DONE);
    if (refusal->head)
        ndis_packet_set_next(refusal->tail, packet);
    else
        refusal->head = packet;
    refusal->tail = packet;
    return true;
}

static void refuse_now(struct ndis_binding *binding, PNDIS_PACKET packet, NDIS_STATUS status)
{
    if (ndis_verifying())
        ndis_verify_return(packet, status, "NdisSendPackets");
    ndis_packet_set(packet, PACKET_PROTOCOL);
    OUTSIDE(binding->send_complete)(binding->context, packet, status);
}

void ndis_send_refuse(struct ndis_binding *binding, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct refusal refusal = {.miniport = binding->miniport, .outer = refusals};

    ndis_count_add(&binding->miniport->refused, false);
    if (binding->miniport->maps_packets)
        ndis_dma_unmap_packet(binding->miniport, packet);
    if (refuse_later(binding, packet, status))
        return;
    refusals = &refusal;
    refuse_now(binding, packet, status);
    while ((packet = refusal.head) != NULL) {
        refusal.head = ndis_packet_next(packet);
        binding = ndis_packet_owner(packet);
        refuse_now(binding, packet, ndis_packet_status(packet));
        ndis_binding_ended(binding);
    }
    refusals = refusal.outer;
}

/* The gate is taken or there is something queued: edge (2). PENDING, or why the packets are
 * refused. */
static NDIS_STATUS queue_up(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    struct ndis_miniport *m = binding->miniport;
    NDIS_STATUS status;
    bool taken = false;

    ndis_lock(&m->lock);
    status = ndis_send_refusal(m, binding);
    if (status == NDIS_STATUS_SUCCESS) {
        for (UINT i = 0; i < count; i++) {
            ndis_count_add(&binding->sent, false);
            append(m, packets[i]);
        }
        ndis_gate_attention(m);
        taken = ndis_gate_take_locked(m);
        status = NDIS_STATUS_PENDING;
    }
    ndis_unlock(&m->lock);
    if (taken)
        ndis_gate_leave_slow(m);
    return status;
}

/* ---- deserialized miniports ---- */

/* A send of this thread that is inside of a deserialized miniport, innermost first. What its completions send there waits
 * in its list until the driver has returned (C-11). */
struct send {
    const struct ndis_miniport *miniport;
    struct send *outer;
    PNDIS_PACKET head, tail;
};

static _Thread_local struct send *sends;

/* False: this thread is not inside. */
static bool defer(const struct ndis_miniport *m, PPNDIS_PACKET packets, UINT count)
{
    struct send *send = sends;

    while (send && send->miniport != m)
        send = send->outer;
    for (UINT i = 0; send && i < count; i++) {
        ndis_packet_set(packets[i], PACKET_QUEUED);
        ndis_packet_set_next(packets[i], NULL);
        if (ndis_verifying())
            ndis_verify_event(packets[i], EVENT_QUEUED, NDIS_STATUS_PENDING);
        if (send->head)
            ndis_packet_set_next(send->tail, packets[i]);
        else
            send->head = packets[i];
        send->tail = packets[i];
    }
    return send;
}

/* The OOB status of a deserialized driver is not looked at: it may be gone. */
static TWICE void hand_over_array_deserialized(struct ndis_miniport *m, PPNDIS_PACKET packets,
                                               UINT count, bool verify)
{
    struct ndis_verify_call call;

    for (UINT i = 0; i < count; i++)
        ndis_packet_set(packets[i], PACKET_DRIVER);
    if (verify)
        ndis_verify_enter(&call);
    for (UINT i = 0; verify && i < count; i++)
        ndis_verify_give(&call, packets[i]);
    ndis_count_add(&m->calls, false);
    ndis_preempt("MiniportSendPackets");
    OUTSIDE_IF(verify, m->driver->chars.SendPacketsHandler)(m->context, packets, count);
    ndis_preempt("MiniportSendPackets returned");
    if (verify)
        ndis_verify_leave(&call);
}

/* RESOURCES and answers other than PENDING are against the documents here; they are taken as final
 * (DER-2). */
static TWICE NDIS_STATUS hand_over_deserialized(struct ndis_miniport *m, PNDIS_PACKET packet,
                                                bool verify)
{
    if (!m->sends_arrays)
        return hand_over(m, packet, verify);
    hand_over_array_deserialized(m, &packet, 1, verify);
    return NDIS_STATUS_PENDING;
}

/* Everything final goes back by callback. */
static TWICE void start_deserialized(struct ndis_miniport *m, PPNDIS_PACKET packets, UINT count,
                                     bool verify)
{
    for (UINT i = 0; m->sends_arrays && i < count; i += m->array_max)
        hand_over_array_deserialized(m, packets + i,
                                     count - i < m->array_max ? count - i : m->array_max, verify);
    for (UINT i = 0; !m->sends_arrays && i < count; i++) {
        NDIS_STATUS status = hand_over(m, packets[i], verify);
        if (status != NDIS_STATUS_PENDING)
            give_back(m, packets[i], status, "MiniportSend", verify);
    }
}

/* The driver has returned: what its completions have sent, and what is sent by those of that. While there is a packet in
 * the list, its binding and so the miniport stay. */
static APART void start_deferred(struct ndis_miniport *m, struct send *send)
{
    while (send->head) {
        PNDIS_PACKET packets[NDIS_MAX_ARRAY];
        UINT count = 0;
        while (count < NDIS_MAX_ARRAY && send->head) {
            packets[count++] = send->head;
            send->head = ndis_packet_next(send->head);
        }
        start_deserialized(m, packets, count, ndis_verifying());
    }
}

static TWICE NDIS_STATUS send_deserialized(struct ndis_binding *binding, PNDIS_PACKET packet,
                                           bool verify)
{
    struct ndis_miniport *m = binding->miniport;
    struct send send = {.miniport = m, .outer = sends};
    NDIS_STATUS status = ndis_send_refusal(m, binding);

    if (unlikely(status != NDIS_STATUS_SUCCESS)) {
        if (verify)
            ndis_verify_return(packet, status, "NdisSend");
        ndis_count_add(&m->refused, false);
        return status;
    }
    ndis_count_add(&binding->sent, false);
    if (unlikely(sends) && defer(m, &packet, 1))
        return NDIS_STATUS_PENDING;
    sends = &send;
    status = hand_over_deserialized(m, packet, verify);
    if (unlikely(send.head))
        start_deferred(m, &send);
    sends = send.outer;
    return status == NDIS_STATUS_PENDING ? status : give_back_now(m, packet, status, verify);
}

static TWICE void send_array_deserialized(struct ndis_binding *binding, PPNDIS_PACKET packets,
                                          UINT count, bool verify)
{
    struct ndis_miniport *m = binding->miniport;
    struct send send = {.miniport = m, .outer = sends};
    NDIS_STATUS status = ndis_send_refusal(m, binding);

    if (unlikely(status != NDIS_STATUS_SUCCESS)) {
        for (UINT i = 0; i < count; i++)
            ndis_send_refuse(binding, packets[i], status);
        return;
    }
    ndis_count_add_many(&binding->sent, count);
    if (unlikely(sends) && defer(m, packets, count))
        return;
    sends = &send;
    start_deserialized(m, packets, count, verify);
    if (unlikely(send.head))
        start_deferred(m, &send);
    sends = send.outer;
}

/* ---- the calls ---- */

static TWICE NDIS_STATUS send_one(struct ndis_binding *binding, PNDIS_PACKET packet, bool verify)
{
    struct ndis_miniport *m = binding->miniport, *outer = ndis_inside;
    enum nic_level before;
    NDIS_STATUS status;

    ndis_packet_set_owner(packet, binding);
    if (!m->serialized)
        return send_deserialized(binding, packet, verify);
    before = ndis_raise();
    if (ndis_gate_try(m)) {
        ndis_inside = m;
        ndis_count_add(&binding->sent, true);
        status = start_one(m, packet, verify);
        ndis_inside = outer;
        ndis_gate_leave(m);
    } else {
        status = queue_up(binding, &packet, 1);
        if (unlikely(status != NDIS_STATUS_PENDING))
            ndis_count_add(&m->refused, false);
        if (unlikely(status != NDIS_STATUS_PENDING) && verify)
            ndis_verify_return(packet, status, "NdisSend");
    }
    ndis_lower(before);
    return status;
}

static TWICE void send_array(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count,
                             bool verify)
{
    struct ndis_miniport *m = binding->miniport, *outer = ndis_inside;
    enum nic_level before;

    for (UINT i = 0; i < count; i++)
        ndis_packet_set_owner(packets[i], binding);
    if (!m->serialized) {
        send_array_deserialized(binding, packets, count, verify);
        return;
    }
    before = ndis_raise();
    if (ndis_gate_try(m)) {
        ndis_inside = m;
        __atomic_store_n(&binding->sent.value[0], binding->sent.value[0] + count, __ATOMIC_RELAXED);
        start(m, packets, count, verify);
        ndis_inside = outer;
        ndis_gate_leave(m);
    } else {
        NDIS_STATUS status = queue_up(binding, packets, count);
        for (UINT i = 0; status != NDIS_STATUS_PENDING && i < count; i++)
            ndis_send_refuse(binding, packets[i], status);
    }
    ndis_lower(before);
}

NDIS_STATUS ndis_send_one(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    return send_one(binding, packet, ndis_verifying());
}

void ndis_send_array(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    send_array(binding, packets, count, ndis_verifying());
}

static inline bool has_detour(const struct ndis_binding *binding)
{
    return unlikely(__atomic_load_n(&binding->miniport->detours, __ATOMIC_RELAXED));
}

VOID NdisSend(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNDIS_PACKET Packet)
{
    struct ndis_binding *binding = NdisBindingHandle;

    ndis_preempt("NdisSend");
    *Status =
        has_detour(binding) ? ndis_send_detour(binding, Packet) : send_one(binding, Packet, false);
    ndis_preempt("NdisSend returned");
}

VOID NdisSendPackets(NDIS_HANDLE NdisBindingHandle, PPNDIS_PACKET PacketArray, UINT NumberOfPackets)
{
    ndis_preempt("NdisSendPackets");
    if (has_detour(NdisBindingHandle))
        ndis_send_array_detour(NdisBindingHandle, PacketArray, NumberOfPackets);
    else
        send_array(NdisBindingHandle, PacketArray, NumberOfPackets, false);
    ndis_preempt("NdisSendPackets returned");
}
