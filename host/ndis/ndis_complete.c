/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way back of a packet (the states are in ndis_send.c): NdisMSendComplete, NdisMSendResourcesAvailable, and what the
 * library takes back at a reset, a halt, a close and a cancel.
 */
#include "ndis_machine_send.h"

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
    NDIS_VISIT(.call = "NdisMSendComplete", .miniport = m, .packet = packet);

    if (!ndis_visit(&visit))
        return;
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
    NDIS_VISIT(.call = "NdisMSendResourcesAvailable", .miniport = m);
    enum nic_level before;
    bool taken;

    if (!ndis_visit(&visit))
        return;
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
    if (!m->queue_head)
        m->stalled = false; /* there is nothing left that an event could start */
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
