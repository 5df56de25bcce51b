/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the send path: miniports that do the same with every packet or follow a list, and short names for what
 * is asked of packets. Each test file has one machine, `r`.
 */
#ifndef NDIS_SEND_RIG_H
#define NDIS_SEND_RIG_H

#include "ndis_rig.h"

struct fixed {
    struct nic_script_step step;
};

static inline struct nic_script_step fixed_step(void *context, PNDIS_PACKET packet)
{
    (void)packet;
    return ((struct fixed *)context)->step;
}

/* A list of steps, the last of which repeats. */
struct list {
    const struct nic_script_step *steps;
    unsigned count, at;
};

static inline struct nic_script_step list_step(void *context, PNDIS_PACKET packet)
{
    struct list *list = context;
    struct nic_script_step step = list->steps[list->at];

    (void)packet;
    if (list->at + 1 < list->count)
        list->at++;
    return step;
}

static const struct nic_script_step pend_manual = {.answer = NDIS_STATUS_PENDING,
                                                   .when = NIC_WHEN_MANUAL};
static const struct nic_script_step refuse = {.answer = NDIS_STATUS_RESOURCES};

static struct rig r;

static inline void start_fixed(struct fixed *fixed, bool arrays, unsigned bindings)
{
    struct nic_script_miniport like = {
        .next = fixed_step, .context = fixed, .arrays = arrays, .max_packets = 64};

    rig_start(&r, &like, bindings, RIG_VERIFY, 0);
}

static inline void start_list(struct list *list, bool arrays, unsigned bindings)
{
    struct nic_script_miniport like = {
        .next = list_step, .context = list, .arrays = arrays, .max_packets = 64};

    rig_start(&r, &like, bindings, RIG_VERIFY, 0);
}

static inline void stop_clean(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static inline uint32_t completions(PNDIS_PACKET packet)
{
    return nic_script_record(&r.protocols[0], packet)->completed;
}

static inline NDIS_STATUS completed_with(PNDIS_PACKET packet)
{
    return nic_script_record(&r.protocols[0], packet)->status;
}

/* The final status of a packet that the miniport answers at once, given NdisSend's result: MiniportSendPackets of a
 * deserialized intermediate driver in between makes it a completion. */
static inline NDIS_STATUS outcome(PNDIS_PACKET packet, NDIS_STATUS result)
{
    if (rig_layer() != RIG_THROUGH_ARRAYS)
        return result;
    ck_status(result, NDIS_STATUS_PENDING);
    ck_assert_uint_eq(completions(packet), 1);
    return completed_with(packet);
}

static inline void take(PNDIS_PACKET *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_assert_ptr_nonnull(packets[i]);
    }
}

static inline void give(PNDIS_PACKET *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        nic_script_packet_free(&r.protocols[0], packets[i]);
}

/* Numbers in the order in which the miniport got them; a packet that came again counts again. */
static inline unsigned given(uint32_t *numbers, unsigned space)
{
    unsigned count = 0;

    for (size_t i = 0; i < r.trace.count && count < space; i++) {
        if (r.trace.events[i].kind == NIC_TRACE_GIVEN)
            numbers[count++] = r.trace.events[i].packet;
    }
    return count;
}

#endif
