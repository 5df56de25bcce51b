/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path: NdisSend, NdisSendPackets, NdisMSendComplete, NdisMSendResourcesAvailable.
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
 * Deserialized miniports (DER-2): no queue, no gate; (2), (3) and (4) do not exist, RESOURCES is
 * final. Nor does (7) at a reset, which may come and go while a thread is inside of MiniportSend or
 * on its way to NdisMSendComplete: the driver completes what it had (DER-7), and nobody takes it away.
 *
 * The library never reads OOB data for a decision (REQ-32), save the status that
 * MiniportSendPackets leaves there.
 */
#include "ndis_machine.h"

/* `verify` below is ndis_verifying(), or a constant false for what was found at the entry to take no
 * detour: those functions exist twice, once without a trace of the verifier. */
#define TWICE inline __attribute__((always_inline))
#define APART __attribute__((noinline))

/* ---- giving back ---- */

static bool is_inside(const struct ndis_miniport *m)
{
    return m->serialized; /* whoever gives back packets of a serialized miniport owns its gate */
}

static void account(struct ndis_miniport *m, struct ndis_binding *binding, NDIS_STATUS status)
{
    ndis_count_add(status == NDIS_STATUS_SUCCESS ? &binding->done_ok : &binding->done_error,
                   is_inside(m));
    if (unlikely(ndis_is_closing(binding)))
        ndis_binding_maybe_closed(binding);
}

/* Edge DONE -> PROTOCOL by callback. After the callback the packet may be anywhere. */
static TWICE void give_back(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status,
                            const char *call, bool verify)
{
    struct ndis_binding *binding = ndis_packet_owner(packet);

    if (verify) {
        ndis_verify_return(packet, status, call);
        ndis_verify_nest(packet, 1);
    }
    if (unlikely(m->maps_packets))
        ndis_dma_unmap_packet(m, packet);
    ndis_packet_set(packet, PACKET_PROTOCOL);
    binding->send_complete(binding->context, packet, status);
    if (verify)
        ndis_verify_nest(NULL, -1);
    account(m, binding, status);
}

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
    status = m->driver->chars.SendHandler(m->context, packet, NdisGetPacketFlags(packet));
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
    m->driver->chars.SendPacketsHandler(m->context, packets, count);
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

/* May packets be taken at all? Certain under m->lock; without it a deserialized miniport's driver, or
 * a copy for the loopback, copes with what slips through. */
static NDIS_STATUS refusal(const struct ndis_miniport *m, const struct ndis_binding *binding)
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

/* Refused packets were never submitted: they are in a counter of their own. */
static void refuse(struct ndis_binding *binding, PNDIS_PACKET packet, NDIS_STATUS status)
{
    ndis_count_add(&binding->miniport->refused, false);
    if (ndis_verifying())
        ndis_verify_return(packet, status, "NdisSendPackets");
    if (binding->miniport->maps_packets)
        ndis_dma_unmap_packet(binding->miniport, packet);
    binding->send_complete(binding->context, packet, status);
}

/* The gate is taken or there is something queued: edge (2). PENDING, or why the packets are
 * refused. */
static NDIS_STATUS queue_up(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    struct ndis_miniport *m = binding->miniport;
    NDIS_STATUS status;
    bool taken = false;

    ndis_lock(&m->lock);
    status = refusal(m, binding);
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
    m->driver->chars.SendPacketsHandler(m->context, packets, count);
    ndis_preempt("MiniportSendPackets returned");
    if (verify)
        ndis_verify_leave(&call);
}

/* RESOURCES and answers other than PENDING are against the documents here; they are taken as final
 * (DER-2). */
static TWICE NDIS_STATUS hand_over_deserialized(struct ndis_binding *binding, PNDIS_PACKET packet,
                                                bool verify)
{
    struct ndis_miniport *m = binding->miniport;

    ndis_count_add(&binding->sent, false);
    if (!m->sends_arrays)
        return hand_over(m, packet, verify);
    hand_over_array_deserialized(m, &packet, 1, verify);
    return NDIS_STATUS_PENDING;
}

static TWICE NDIS_STATUS send_deserialized(struct ndis_binding *binding, PNDIS_PACKET packet,
                                           bool verify)
{
    NDIS_STATUS status;

    status = refusal(binding->miniport, binding);
    if (unlikely(status != NDIS_STATUS_SUCCESS)) {
        if (verify)
            ndis_verify_return(packet, status, "NdisSend");
        ndis_count_add(&binding->miniport->refused, false);
        return status;
    }
    status = hand_over_deserialized(binding, packet, verify);
    return status == NDIS_STATUS_PENDING ? status
                                         : give_back_now(binding->miniport, packet, status, verify);
}

static TWICE void send_array_deserialized(struct ndis_binding *binding, PPNDIS_PACKET packets,
                                          UINT count, bool verify)
{
    struct ndis_miniport *m = binding->miniport;

    if (!m->sends_arrays || refusal(m, binding) != NDIS_STATUS_SUCCESS) {
        for (UINT i = 0; i < count; i++) {
            NDIS_STATUS status = refusal(m, binding);
            if (status != NDIS_STATUS_SUCCESS)
                refuse(binding, packets[i], status);
            else if ((status = hand_over_deserialized(binding, packets[i], verify)) !=
                     NDIS_STATUS_PENDING)
                give_back(m, packets[i], status, "MiniportSend", verify);
        }
        return;
    }
    ndis_count_add_many(&binding->sent, count);
    for (UINT i = 0; i < count; i += m->array_max)
        hand_over_array_deserialized(m, packets + i,
                                     count - i < m->array_max ? count - i : m->array_max, verify);
}

/* ---- loopback ---- */

static inline bool is_looping(const struct ndis_binding *binding)
{
    return __atomic_load_n(&binding->miniport->detours, __ATOMIC_RELAXED) & DETOUR_LOOPBACK;
}

static inline bool has_detour(const struct ndis_binding *binding)
{
    return unlikely(__atomic_load_n(&binding->miniport->detours, __ATOMIC_RELAXED));
}

/* A copy for the bindings that want it; NULL also for a packet that will be refused. Not NULL and
 * its packet set: the packet is the loopback's, DONE until the copy has been delivered. */
static struct ndis_loop *loop_take(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    struct ndis_loop *loop = refusal(binding->miniport, binding) == NDIS_STATUS_SUCCESS
                                 ? ndis_loopback_take(binding, packet)
                                 : NULL;

    if (loop && loop->packet) {
        ndis_packet_set_owner(packet, binding);
        ndis_packet_set(packet, PACKET_DONE);
        ndis_count_add(&binding->sent, false);
    }
    return loop;
}

void ndis_send_looped(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    ndis_count_add(&m->unsent, false);
    give_back(m, packet, NDIS_STATUS_SUCCESS, "loopback", ndis_verifying());
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

/* With a scatter/gather list, if the driver wants them. */
static NDIS_STATUS send_mapped(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    struct ndis_miniport *m = binding->miniport;
    NDIS_STATUS status;

    if (!m->maps_packets)
        return send_one(binding, packet, ndis_verifying());
    if (ndis_dma_map_packet(m, packet)) {
        status = send_one(binding, packet, ndis_verifying());
        if (status != NDIS_STATUS_PENDING)
            ndis_dma_unmap_packet(m, packet);
        return status;
    }
    if (ndis_verifying())
        ndis_verify_return(packet, NDIS_STATUS_RESOURCES, "NdisSend");
    return NDIS_STATUS_RESOURCES;
}

/* With the verifier, the loopback or DMA. */
static APART NDIS_STATUS send_detour(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    struct ndis_loop *loop = NULL;
    NDIS_STATUS status;

    if (ndis_verifying() && !ndis_verify_submit("NdisSend", binding, packet))
        return NDIS_STATUS_FAILURE;
    if (is_looping(binding))
        loop = loop_take(binding, packet);
    status = loop && loop->packet ? NDIS_STATUS_PENDING : send_mapped(binding, packet);
    if (loop)
        ndis_loopback_post(binding->miniport, loop);
    return status;
}

VOID NdisSend(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNDIS_PACKET Packet)
{
    struct ndis_binding *binding = NdisBindingHandle;

    ndis_preempt("NdisSend");
    *Status = has_detour(binding) ? send_detour(binding, Packet) : send_one(binding, Packet, false);
    ndis_preempt("NdisSend returned");
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
            refuse(binding, packets[i], status);
    }
    ndis_lower(before);
}

/* What cannot be mapped is left out. */
static APART void send_array_detour(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    UINT first = 0;

    for (UINT i = 0; binding->miniport->maps_packets && i < count; i++) {
        if (ndis_dma_map_packet(binding->miniport, packets[i]))
            continue;
        send_array(binding, packets + first, i - first, ndis_verifying());
        refuse(binding, packets[i], NDIS_STATUS_RESOURCES);
        first = i + 1;
    }
    send_array(binding, packets + first, count - first, ndis_verifying());
}

/* What is looped back and not sent is left out. */
static APART void send_array_looped(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    struct ndis_miniport *m = binding->miniport;
    struct ndis_loop *list = NULL, **tail = &list;
    UINT first = 0;

    for (UINT i = 0; i < count; i++) {
        struct ndis_loop *loop = loop_take(binding, packets[i]);
        if (!loop)
            continue;
        *tail = loop;
        tail = &loop->next;
        if (!loop->packet)
            continue;
        send_array_detour(binding, packets + first, i - first);
        first = i + 1;
    }
    send_array_detour(binding, packets + first, count - first);
    if (list)
        ndis_loopback_post(m, list);
}

static void send_array_any(struct ndis_binding *binding, PPNDIS_PACKET packets, UINT count)
{
    if (is_looping(binding))
        send_array_looped(binding, packets, count);
    else
        send_array_detour(binding, packets, count);
}

/* What the verifier refuses is left out. */
static APART void send_array_verified(struct ndis_binding *binding, PPNDIS_PACKET packets,
                                      UINT count)
{
    UINT first = 0;

    for (UINT i = 0; i < count; i++) {
        if (ndis_verify_submit("NdisSendPackets", binding, packets[i]))
            continue;
        send_array_any(binding, packets + first, i - first);
        first = i + 1;
    }
    send_array_any(binding, packets + first, count - first);
}

VOID NdisSendPackets(NDIS_HANDLE NdisBindingHandle, PPNDIS_PACKET PacketArray, UINT NumberOfPackets)
{
    ndis_preempt("NdisSendPackets");
    if (!has_detour(NdisBindingHandle))
        send_array(NdisBindingHandle, PacketArray, NumberOfPackets, false);
    else if (ndis_verifying())
        send_array_verified(NdisBindingHandle, PacketArray, NumberOfPackets);
    else
        send_array_any(NdisBindingHandle, PacketArray, NumberOfPackets);
    ndis_preempt("NdisSendPackets returned");
}

/* ---- completion ---- */

static void __attribute__((cold)) not_outstanding(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    ndis_log("%s: NdisMSendComplete for packet %p, which the driver does not own; ignored", m->name,
             (void *)packet);
}

/* An event as in REQ-49. */
static void restart(struct ndis_miniport *m)
{
    m->stalled = false;
    m->stall_progress++;
}

/* Edge (6), inside. */
static TWICE void complete(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status,
                           bool verify)
{
    enum ndis_packet_state state = ndis_packet_state(packet);

    if (unlikely(state == PACKET_ARRAY)) {
        ndis_packet_set_status(packet, status);
        ndis_packet_set(packet, PACKET_DONE);
        return;
    }
    if (unlikely(state != PACKET_DRIVER)) {
        not_outstanding(m, packet);
        return;
    }
    restart(m);
    give_back(m, packet, status, "NdisMSendComplete", verify);
}

void ndis_send_complete_late(struct ndis_miniport *m, PNDIS_PACKET list)
{
    while (list) {
        PNDIS_PACKET packet = list;
        list = ndis_packet_next(packet);
        complete(m, packet, ndis_packet_status(packet), ndis_verifying());
    }
}

static TWICE void send_complete(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status,
                                bool verify)
{
    struct ndis_miniport *outer = ndis_inside;
    enum nic_level before;
    bool taken;

    if (!m->serialized) {
        if (unlikely(ndis_packet_state(packet) != PACKET_DRIVER))
            not_outstanding(m, packet);
        else
            give_back(m, packet, status, "NdisMSendComplete", verify);
        return;
    }
    if (outer == m) {
        complete(m, packet, status, verify);
        ndis_preempt("NdisMSendComplete returned");
        return;
    }
    before = ndis_raise();
    if (ndis_gate_try(m)) {
        ndis_inside = m;
        complete(m, packet, status, verify);
        ndis_inside = outer;
        ndis_gate_leave(m);
    } else {
        ndis_lock(&m->lock);
        ndis_packet_set_status(packet, status);
        ndis_packet_set_next(packet, NULL);
        if (m->late_tail)
            ndis_packet_set_next(m->late_tail, packet);
        else
            m->late_head = packet;
        m->late_tail = packet;
        ndis_gate_attention(m);
        taken = ndis_gate_take_locked(m);
        ndis_unlock(&m->lock);
        if (taken)
            ndis_gate_leave_slow(m);
    }
    ndis_lower(before);
}

static APART void send_complete_verified(struct ndis_miniport *m, PNDIS_PACKET packet,
                                         NDIS_STATUS status)
{
    if (ndis_verify_complete(m, packet, status))
        send_complete(m, packet, status, true);
}

VOID NdisMSendComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_PACKET Packet, NDIS_STATUS Status)
{
    ndis_preempt("NdisMSendComplete");
    if (ndis_verifying())
        send_complete_verified(ndis_miniport_of(MiniportAdapterHandle), Packet, Status);
    else
        send_complete(ndis_miniport_of(MiniportAdapterHandle), Packet, Status, false);
}

VOID NdisMSendResourcesAvailable(NDIS_HANDLE MiniportAdapterHandle)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    enum nic_level before;
    bool taken;

    ndis_preempt("NdisMSendResourcesAvailable");
    if (ndis_verifying())
        ndis_verify_call_up("NdisMSendResourcesAvailable");
    if (!m->serialized)
        return;
    if (ndis_inside == m) {
        restart(m); /* the queue is started on the way out */
        return;
    }
    before = ndis_raise();
    ndis_lock(&m->lock);
    m->resources_available = true;
    ndis_gate_attention(m);
    taken = ndis_gate_take_locked(m);
    ndis_unlock(&m->lock);
    if (taken)
        ndis_gate_leave_slow(m);
    ndis_lower(before);
}

/* ---- taking back: reset, halt, close ---- */

/* id NULL: whatever it is. */
static void abort_queue(struct ndis_miniport *m, struct ndis_binding *binding, const PVOID *id,
                        NDIS_STATUS status)
{
    PNDIS_PACKET aborted = NULL, *tail = &aborted, kept_tail = NULL;

    ndis_lock(&m->lock);
    for (PNDIS_PACKET packet = m->queue_head, previous = NULL, next; packet; packet = next) {
        next = ndis_packet_next(packet);
        if ((binding && ndis_packet_owner(packet) != binding) ||
            (id && NDIS_GET_PACKET_CANCEL_ID(packet) != *id)) {
            previous = kept_tail = packet;
            continue;
        }
        if (previous)
            ndis_packet_set_next(previous, next);
        else
            m->queue_head = next;
        m->queue_length--;
        ndis_packet_set(packet, PACKET_DONE);
        ndis_packet_set_next(packet, NULL);
        *tail = packet;
        tail = (PNDIS_PACKET *)&packet->Reserved[1];
    }
    m->queue_tail = kept_tail;
    ndis_unlock(&m->lock);
    while (aborted) {
        PNDIS_PACKET packet = aborted;
        aborted = ndis_packet_next(packet);
        if (ndis_verifying())
            ndis_verify_event(packet, EVENT_ABORTED, status);
        ndis_count_add(&m->aborted, false);
        give_back(m, packet, status, "library", ndis_verifying());
    }
}

void ndis_send_abort_queue(struct ndis_miniport *m, struct ndis_binding *binding,
                           NDIS_STATUS status)
{
    abort_queue(m, binding, NULL, status);
}

void ndis_send_abort_cancelled(struct ndis_miniport *m, struct ndis_binding *binding, PVOID id,
                               NDIS_STATUS status)
{
    abort_queue(m, binding, &id, status);
}

struct abort_walk {
    struct ndis_miniport *m;
    PNDIS_PACKET list;
};

static void collect_outstanding(PNDIS_PACKET packet, void *context)
{
    struct abort_walk *walk = context;

    if (ndis_packet_state(packet) != PACKET_DRIVER ||
        ((struct ndis_binding *)ndis_packet_owner(packet))->miniport != walk->m)
        return;
    ndis_packet_set(packet, PACKET_DONE);
    ndis_packet_set_next(packet, walk->list);
    walk->list = packet;
}

unsigned ndis_send_abort_outstanding(struct ndis_miniport *m, NDIS_STATUS status, bool is_leak)
{
    struct abort_walk walk = {.m = m};
    unsigned count = 0;
    PNDIS_PACKET late;

    ndis_lock(&m->lock);
    late = m->late_head;
    m->late_head = m->late_tail = NULL;
    ndis_unlock(&m->lock);
    ndis_send_complete_late(m, late);
    ndis_packets_walk(collect_outstanding, &walk);
    for (; walk.list; count++) {
        PNDIS_PACKET packet = walk.list;
        walk.list = ndis_packet_next(packet);
        if (ndis_verifying() && is_leak)
            ndis_verify_finding(packet, "%s never completed this packet (REQ-45)", m->name);
        if (ndis_verifying())
            ndis_verify_event(packet, EVENT_ABORTED, status);
        ndis_count_add(&m->aborted, false);
        give_back(m, packet, status, "library", ndis_verifying());
    }
    return count;
}
