/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path, requirement by requirement: one test per REQ, C or DER, named after it.
 */
#include "ndis_rig.h"

/* ---- scripts ---- */

struct fixed {
    struct nic_script_step step;
};

static struct nic_script_step fixed_step(void *context, PNDIS_PACKET packet)
{
    (void)packet;
    return ((struct fixed *)context)->step;
}

/* A list of steps, the last of which repeats. */
struct list {
    const struct nic_script_step *steps;
    unsigned count, at;
};

static struct nic_script_step list_step(void *context, PNDIS_PACKET packet)
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

static void start_fixed(struct fixed *fixed, bool arrays, unsigned bindings)
{
    struct nic_script_miniport like = {
        .next = fixed_step, .context = fixed, .arrays = arrays, .max_packets = 64};

    rig_start(&r, &like, bindings, RIG_VERIFY, 0);
}

static void start_list(struct list *list, bool arrays, unsigned bindings)
{
    struct nic_script_miniport like = {
        .next = list_step, .context = list, .arrays = arrays, .max_packets = 64};

    rig_start(&r, &like, bindings, RIG_VERIFY, 0);
}

static void stop_clean(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static uint32_t completions(PNDIS_PACKET packet)
{
    return nic_script_record(&r.protocols[0], packet)->completed;
}

static NDIS_STATUS completed_with(PNDIS_PACKET packet)
{
    return nic_script_record(&r.protocols[0], packet)->status;
}

static void take(PNDIS_PACKET *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_assert_ptr_nonnull(packets[i]);
    }
}

static void give(PNDIS_PACKET *packets, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        nic_script_packet_free(&r.protocols[0], packets[i]);
}

/* Numbers in the order in which the miniport got them; a packet that came again counts again. */
static unsigned given(uint32_t *numbers, unsigned space)
{
    unsigned count = 0;

    for (size_t i = 0; i < r.trace.count && count < space; i++) {
        if (r.trace.events[i].kind == NIC_TRACE_GIVEN)
            numbers[count++] = r.trace.events[i].packet;
    }
    return count;
}

/* ---- section 1 and 2 ---- */

static const NDIS_STATUS finals[] = {
    NDIS_STATUS_SUCCESS,
    NDIS_STATUS_FAILURE,
    NDIS_STATUS_INVALID_PACKET,
    (NDIS_STATUS)0xE1234567,
};

START_TEST(req_01_25_39_44_synchronous_answer_is_the_result)
{
    struct fixed fixed = {.step.answer = finals[_i % 4]};
    PNDIS_PACKET packet;

    start_fixed(&fixed, _i >= 4, 1);
    take(&packet, 1);
    ck_status(nic_script_send(&r.protocols[0], packet), finals[_i % 4]);
    ck_assert_uint_eq(completions(packet), 0);
    give(&packet, 1); /* at once: it is ours */
    rig_run(&r, 100);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_COMPLETE, UINT32_MAX), 0);
    stop_clean();
}
END_TEST

/* C-1: RESOURCES from MiniportSend keeps the packet. */
START_TEST(req_02_41_46_resources_is_pending_above)
{
    const struct nic_script_step steps[] = {refuse, {.answer = NDIS_STATUS_SUCCESS}};
    struct list list = {steps, 2, 0};
    PNDIS_PACKET packet;

    start_list(&list, _i, 1);
    take(&packet, 1);
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    rig_run(&r, 1000);
    ck_assert_uint_eq(completions(packet), 0);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 1);
    nic_script_available(r.miniport);
    ck_assert_uint_eq(completions(packet), 1);
    ck_status(completed_with(packet), NDIS_STATUS_SUCCESS);
    give(&packet, 1);
    stop_clean();
}
END_TEST

START_TEST(req_03_26_pending_then_completion_of_that_packet)
{
    static const unsigned others[] = {0, 1, 50};
    struct fixed fixed = {pend_manual};
    PNDIS_PACKET packet, rest[50];

    fixed.step.final = NDIS_STATUS_INVALID_DATA;
    start_fixed(&fixed, _i >= 3, 1);
    take(&packet, 1);
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    take(rest, others[_i % 3]);
    for (unsigned i = 0; i < others[_i % 3]; i++)
        ck_status(nic_script_send(&r.protocols[0], rest[i]), NDIS_STATUS_PENDING);
    ck_assert_uint_eq(completions(packet), 0);
    ck_assert_uint_eq(nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1), 1);
    ck_assert_uint_eq(completions(packet), 1);
    ck_status(completed_with(packet), NDIS_STATUS_INVALID_DATA);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    give(&packet, 1);
    give(rest, others[_i % 3]);
    stop_clean();
}
END_TEST

START_TEST(req_04_each_protocol_gets_its_own)
{
    struct fixed fixed = {{.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC}};
    PNDIS_PACKET packets[2][20];

    start_fixed(&fixed, _i, 2);
    for (unsigned i = 0; i < 20; i++) {
        for (unsigned b = 0; b < 2; b++) {
            packets[b][i] = nic_script_packet(&r.protocols[b], 60);
            ck_status(nic_script_send(&r.protocols[b], packets[b][i]), NDIS_STATUS_PENDING);
        }
    }
    rig_run(&r, 100);
    for (unsigned b = 0; b < 2; b++) {
        for (unsigned i = 0; i < 20; i++) {
            ck_assert_uint_eq(
                nic_trace_count(&r.trace, NIC_TRACE_COMPLETE, nic_script_number(packets[b][i])), 1);
            nic_script_packet_free(&r.protocols[b], packets[b][i]);
        }
    }
    stop_clean(); /* asserts that no completion came to the wrong binding */
}
END_TEST

/* What a protocol sees of one send, as text. */
static void protocol_edge(char *text, size_t size)
{
    size_t used = 0;

    text[0] = 0;
    for (size_t i = 0; i < r.trace.count; i++) {
        const struct nic_trace_event *event = &r.trace.events[i];
        if (event->kind == NIC_TRACE_SUBMIT || event->kind == NIC_TRACE_RESULT ||
            event->kind == NIC_TRACE_COMPLETE)
            used += (size_t)snprintf(text + used, size - used, "%d:%x ", event->kind, event->value);
    }
}

START_TEST(req_05_queued_by_library_looks_like_pended_by_driver)
{
    const struct nic_script_step queued[] = {refuse, {.answer = NDIS_STATUS_SUCCESS}};
    const struct nic_script_step pended[] = {pend_manual};
    char edges[2][200];

    for (unsigned i = 0; i < 2; i++) {
        struct list list = {i ? pended : queued, i ? 1 : 2, 0};
        PNDIS_PACKET packet;
        start_list(&list, _i, 1);
        take(&packet, 1);
        nic_script_send(&r.protocols[0], packet);
        if (i)
            nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
        else
            nic_script_available(r.miniport);
        protocol_edge(edges[i], sizeof(edges[i]));
        give(&packet, 1);
        stop_clean();
    }
    ck_assert_str_eq(edges[0], edges[1]);
}
END_TEST

START_TEST(req_17_27_arrays_of_any_length_end_in_callbacks)
{
    static const unsigned lengths[] = {1, 2, 64, 1000};
    const struct nic_script_step steps[] = {
        {.answer = NDIS_STATUS_SUCCESS},
        {.answer = NDIS_STATUS_FAILURE},
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC, .final = NDIS_STATUS_INVALID_LENGTH},
        {.answer = NDIS_STATUS_RESOURCES, .available = true},
        {.answer = NDIS_STATUS_INVALID_PACKET},
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_INSIDE},
    };
    struct list list = {steps, 6, 0};
    struct nic_script_miniport like = {
        .next = list_step, .context = &list, .arrays = _i >= 4, .max_packets = 10};
    unsigned count = lengths[_i % 4];
    PNDIS_PACKET *packets = calloc(count, sizeof(PNDIS_PACKET));

    rig_start(&r, &like, 1, RIG_VERIFY, 1000);
    take(packets, count);
    nic_script_send_array(&r.protocols[0], packets, count);
    rig_run(&r, 100000);
    for (unsigned i = 0; i < count; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    ck_status(completed_with(packets[0]), NDIS_STATUS_SUCCESS);
    if (count > 1)
        ck_status(completed_with(packets[1]), NDIS_STATUS_FAILURE);
    if (count > 2)
        ck_status(completed_with(packets[2]), NDIS_STATUS_INVALID_LENGTH);
    if (count > 3)
        ck_status(completed_with(packets[3]),
                  NDIS_STATUS_INVALID_PACKET); /* refused, then the next step */
    if (count > 4)
        ck_status(completed_with(packets[4]), NDIS_STATUS_SUCCESS);
    give(packets, count);
    free(packets);
    stop_clean();
}
END_TEST

START_TEST(req_18_both_calls_on_both_entry_points)
{
    struct fixed fixed = {pend_manual};
    PNDIS_PACKET packets[3];

    start_fixed(&fixed, _i, 1);
    take(packets, 3);
    nic_script_send(&r.protocols[0], packets[0]);
    nic_script_send_array(&r.protocols[0], packets + 1, 2);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 3);
    ck_assert_uint_eq(rig_statistics(&r).miniport_calls, _i ? 2 : 3);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 3);
    give(packets, 3);
    stop_clean();
}
END_TEST

START_TEST(req_19_maximum_send_packets_can_be_asked)
{
    struct fixed fixed = {pend_manual};
    ULONG value = 0;
    UINT bytes = 0;

    start_fixed(&fixed, true, 1);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryInformation,
                                 OID_GEN_MAXIMUM_SEND_PACKETS, &value, sizeof(value), &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 64);
    ck_assert_uint_eq(bytes, sizeof(value));
    stop_clean();
}
END_TEST

static struct {
    unsigned calls, wrong;
} oob_seen;

static struct nic_script_step oob_step(void *context, PNDIS_PACKET packet)
{
    uint32_t number = nic_script_number(packet);
    PVOID info;
    UINT size;

    (void)context;
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet, &info, &size);
    oob_seen.calls++;
    oob_seen.wrong += NDIS_GET_PACKET_TIME_TO_SEND(packet) != 0x123456789ABCu + number;
    oob_seen.wrong += info != (PVOID)(uintptr_t)(0x1000 + number) || size != number + 4;
    oob_seen.wrong += NDIS_GET_PACKET_HEADER_SIZE(packet) != 14 + number;
    oob_seen.wrong += NDIS_GET_PACKET_CANCEL_ID(packet) != (PVOID)(uintptr_t)(0x2000 + number);
    return (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
}

START_TEST(req_23_59_out_of_band_data_reaches_the_miniport)
{
    struct nic_script_miniport like = {.next = oob_step, .arrays = _i};
    PNDIS_PACKET packets[4];

    memset(&oob_seen, 0, sizeof(oob_seen));
    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    take(packets, 4);
    for (unsigned i = 0; i < 4; i++) { /* all before any is sent: no aliasing between descriptors */
        uint32_t number = nic_script_number(packets[i]);
        NDIS_SET_PACKET_TIME_TO_SEND(packets[i], 0x123456789ABCu + number);
        NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(packets[i], (PVOID)(uintptr_t)(0x1000 + number),
                                            number + 4);
        NDIS_SET_PACKET_HEADER_SIZE(packets[i], 14 + number);
        NDIS_SET_PACKET_CANCEL_ID(packets[i], (PVOID)(uintptr_t)(0x2000 + number));
    }
    nic_script_send(&r.protocols[0], packets[0]);
    nic_script_send_array(&r.protocols[0], packets + 1, 3);
    ck_assert_uint_eq(oob_seen.calls, 4);
    ck_assert_uint_eq(oob_seen.wrong, 0);
    give(packets, 4);
    stop_clean();
}
END_TEST

/* Frees packet 0 the moment it is back, while the others are still out. */
static void free_first(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)status;
    if (nic_script_number(packet) == 0)
        nic_script_packet_free(context, packet);
}

START_TEST(req_28_ownership_returns_packet_by_packet)
{
    const struct nic_script_step steps[] = {{.answer = NDIS_STATUS_SUCCESS}, pend_manual};
    struct list list = {steps, 2, 0};
    PNDIS_PACKET packets[4];

    start_list(&list, _i, 1);
    r.protocols[0].completed = free_first;
    r.protocols[0].context = &r.protocols[0];
    take(packets, 4);
    nic_script_send_array(&r.protocols[0], packets, 4);
    ck_assert_uint_eq(NdisPacketPoolUsage(r.protocols[0].packet_pool), 3);
    ck_assert_uint_eq(rig_statistics(&r).outstanding, 3);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 3);
    give(packets + 1, 3);
    stop_clean();
}
END_TEST

START_TEST(req_29_30_oob_status_is_the_librarys)
{
    struct fixed fixed = {pend_manual};
    NDIS_STATUS seen[3];
    PNDIS_PACKET packets[3];

    start_fixed(&fixed, false, 1);
    take(packets, 3);
    for (unsigned i = 0; i < 3; i++) {
        NDIS_SET_PACKET_STATUS(packets[i], NDIS_STATUS_SUCCESS);
        nic_script_send(&r.protocols[0], packets[i]);
        seen[i] = NDIS_GET_PACKET_STATUS(packets[i]);
    }
    /* The sentinel: something else every time, and no status there is. */
    ck_assert(seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != NDIS_STATUS_SUCCESS &&
              seen[0] != NDIS_STATUS_PENDING);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 3);
    give(packets, 3);
    stop_clean();
}
END_TEST

/* Pseudo-random mixture of refusals, with the event that ends each. */
struct mixture {
    struct rig *rig;
    unsigned refusals;
};

static struct nic_script_step mixture_step(void *context, PNDIS_PACKET packet)
{
    struct mixture *m = context;
    uint64_t bits = m->rig->platform->ops->random(m->rig->platform);

    (void)packet;
    if (bits % 4 == 0) {
        m->refusals++;
        return (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES, .available = true};
    }
    if (bits % 4 == 1)
        return (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING,
                                    .when = bits & 16 ? NIC_WHEN_DPC : NIC_WHEN_INSIDE};
}

START_TEST(req_31_32_order_is_submission_order)
{
    struct mixture mixture = {.rig = &r};
    struct nic_script_miniport like = {
        .next = mixture_step, .context = &mixture, .arrays = _i, .max_packets = 7};
    PNDIS_PACKET packets[500];
    uint32_t numbers[2000], expected = 0;
    unsigned count;

    rig_start(&r, &like, 1, RIG_VERIFY, 500);
    take(packets, 500);
    for (unsigned i = 0; i < 500;) {
        uint64_t bits = r.platform->ops->random(r.platform);
        unsigned n = bits % 20 + 1 < 500 - i ? bits % 20 + 1 : 500 - i;
        for (unsigned j = i; j < i + n; j++) { /* what may not matter */
            NDIS_SET_PACKET_TIME_TO_SEND(packets[j], r.platform->ops->random(r.platform));
            NDIS_PER_PACKET_INFO_FROM_PACKET(packets[j], Ieee8021QInfo) =
                (PVOID)(uintptr_t)(r.platform->ops->random(r.platform) & 7);
        }
        if (bits & 256)
            nic_script_send_array(&r.protocols[0], packets + i, n);
        else
            for (unsigned j = i; j < i + n; j++)
                nic_script_send(&r.protocols[0], packets[j]);
        i += n;
        if (bits & 512)
            rig_run(&r, 1);
    }
    rig_run(&r, 1000);
    count = given(numbers, 2000);
    for (unsigned i = 0; i < count; i++) {
        ck_assert_msg(numbers[i] == expected || (expected && numbers[i] == expected - 1),
                      "packet %u at place %u", numbers[i], i);
        expected = numbers[i] + 1;
    }
    ck_assert_uint_eq(expected, 500);
    ck_assert_uint_eq(count, 500 + mixture.refusals);
    give(packets, 500);
    stop_clean();
}
END_TEST

/* ---- section 3 ---- */

START_TEST(req_36_context_is_the_registered_one)
{
    struct fixed fixed = {pend_manual};
    struct nic_script_miniport *second;
    struct nic_script_protocol protocol = {.trace = &r.trace};
    PNDIS_PACKET packets[2];

    start_fixed(&fixed, false, 1);
    second = calloc(1, sizeof(*second));
    second->next = fixed_step;
    second->context = &fixed;
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, second), NDIS_STATUS_SUCCESS);
    ck_status(nic_script_protocol_start(&protocol, r.platform, "nic1"), NDIS_STATUS_SUCCESS);
    take(packets, 1);
    packets[1] = nic_script_packet(&protocol, 60);
    nic_script_send(&r.protocols[0], packets[0]);
    ck_assert_uint_eq(nic_script_waiting(r.miniport), 1);
    ck_assert_uint_eq(nic_script_waiting(second), 0);
    nic_script_send(&protocol, packets[1]);
    ck_assert_uint_eq(nic_script_waiting(second), 1);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_release(second, NIC_WHEN_MANUAL, 1);
    give(packets, 1);
    nic_script_packet_free(&protocol, packets[1]);
    ck_status(nic_script_protocol_stop(&protocol), NDIS_STATUS_SUCCESS);
    stop_clean();
    ck_assert_uint_eq(second->halts, 1);
    free(second);
}
END_TEST

START_TEST(req_37_38_flags_reach_the_miniport_unmodified)
{
    struct fixed fixed = {{.answer = NDIS_STATUS_SUCCESS}};
    ULONG flags = _i < 32 ? 1u << _i : (ULONG)(_i * 2654435761u);
    PNDIS_PACKET packets[2];

    start_fixed(&fixed, false, 1);
    take(packets, 2);
    for (unsigned i = 0; i < 2; i++)
        NdisSetPacketFlags(packets[i], flags);
    ck_status(nic_script_send(&r.protocols[0], packets[0]), NDIS_STATUS_SUCCESS);
    nic_script_send_array(&r.protocols[0], packets + 1, 1);
    ck_assert_uint_eq(NdisGetPacketFlags(packets[0]), flags);
    ck_assert_uint_eq(completions(packets[1]), 1); /* and nothing else depends on them */
    give(packets, 2);
    stop_clean(); /* asserts that the Flags argument was the packet's word */
}
END_TEST

static struct {
    PNDIS_PACKET packet;
    unsigned given, wrong;
} cookie;

static struct nic_script_step cookie_step(void *context, PNDIS_PACKET packet)
{
    static const UCHAR note[2 * sizeof(PVOID)] = "note of driver.";
    (void)context;
    if (cookie.given++ < 3) {
        if (cookie.given == 1) {
            cookie.packet = packet;
            memcpy(packet->MiniportReserved, note, sizeof(note));
        }
        cookie.wrong += packet != cookie.packet;
        return refuse;
    }
    if (packet == cookie.packet)
        cookie.wrong += memcmp(packet->MiniportReserved, note, sizeof(note)) != 0;
    return (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
}

START_TEST(req_47_48_the_same_packet_comes_again_unchanged)
{
    struct nic_script_miniport like = {.next = cookie_step, .arrays = _i};
    PNDIS_PACKET packets[11];
    uint32_t numbers[20];

    memset(&cookie, 0, sizeof(cookie));
    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    take(packets, 11);
    for (unsigned i = 0; i < 11; i++)
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
    ck_assert_uint_eq(given(numbers, 20), 1);
    for (unsigned i = 0; i < 3; i++)
        nic_script_available(r.miniport);
    ck_assert_uint_eq(given(numbers, 20), 14);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(numbers[i], 0);
    for (unsigned i = 4; i < 14; i++)
        ck_assert_uint_eq(numbers[i], i - 3);
    ck_assert_uint_eq(cookie.wrong, 0);
    give(packets, 11);
    stop_clean();
}
END_TEST

START_TEST(req_49_50_resubmission_at_the_first_event_and_only_then)
{
    const struct nic_script_step steps[] = {pend_manual, refuse, refuse, pend_manual};
    struct list list = {steps, 4, 0};
    bool completion_first = _i & 1;
    PNDIS_PACKET packets[3];

    start_list(&list, _i & 2, 1);
    take(packets, 3);
    for (unsigned i = 0; i < 3; i++)
        nic_script_send(&r.protocols[0], packets[i]);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 2);
    rig_run(&r, 1000000); /* no timer, no poll */
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 2);
    if (completion_first)
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    else
        nic_script_available(r.miniport);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX),
                      3); /* refused again */
    rig_run(&r, 1000000);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 3);
    if (completion_first)
        nic_script_available(r.miniport);
    else
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 5);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    give(packets, 3);
    stop_clean();
}
END_TEST

/* ---- section 4 ---- */

START_TEST(c_04_resources_available_at_any_time)
{
    struct fixed fixed = {pend_manual};
    PNDIS_PACKET packet;

    start_fixed(&fixed, _i, 1);
    nic_script_available(r.miniport);
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    nic_script_available(r.miniport);
    nic_script_available(r.miniport);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 1);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    give(&packet, 1);
    stop_clean();
}
END_TEST

/* Sends the same packet again from its completion. */
struct again {
    unsigned left;
};

static void send_again(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct again *again = context;

    (void)status;
    if (again->left-- > 1)
        nic_script_send(&r.protocols[0], packet);
}

START_TEST(c_11_send_from_completion_keeps_the_stack_bounded)
{
    static const struct nic_script_step steps[] = {
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_INSIDE},
        {.answer = NDIS_STATUS_SUCCESS},
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC},
    };
    struct fixed fixed = {steps[_i % 3]};
    struct again again = {10000};
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    start_fixed(&fixed, _i >= 3, 1);
    r.protocols[0].completed = send_again;
    r.protocols[0].context = &again;
    take(&packet, 1);
    nic_script_send_array(&r.protocols[0], &packet, 1);
    rig_run(&r, 1000);
    ck_assert_uint_eq(again.left, 0);
    ck_assert_uint_eq(completions(packet), 10000);
    ck_assert_uint_le(r.miniport->max_depth, 1);
    again.left = 0;
    r.protocols[0].completed = NULL;
    status = nic_script_send(&r.protocols[0], packet);
    ck_assert(status == NDIS_STATUS_PENDING || status == NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    give(&packet, 1);
    stop_clean();
}
END_TEST

/* A packet sent from the completion of the array's first element comes after the whole array (C-8).
 */
static PNDIS_PACKET newcomer;

static void send_newcomer(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    (void)status;
    (void)packet;
    if (newcomer) {
        PNDIS_PACKET now = newcomer;
        newcomer = NULL;
        ck_status(nic_script_send(&r.protocols[0], now), NDIS_STATUS_PENDING);
    }
}

START_TEST(c_08_nothing_overtakes_what_was_queued_earlier)
{
    const struct nic_script_step steps[] = {
        {.answer = NDIS_STATUS_SUCCESS},
        {.answer = NDIS_STATUS_RESOURCES},
        {.answer = NDIS_STATUS_SUCCESS},
    };
    struct list list = {steps, 3, 0};
    struct nic_script_miniport like = {
        .next = list_step, .context = &list, .arrays = _i, .max_packets = 4};
    PNDIS_PACKET packets[10];
    uint32_t numbers[20];

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    r.protocols[0].completed = send_newcomer;
    take(packets, 10);
    newcomer = packets[9];
    nic_script_send_array(&r.protocols[0], packets, 9);
    ck_assert_uint_eq(given(numbers, 20), 2);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 9);
    nic_script_available(r.miniport);
    ck_assert_uint_eq(given(numbers, 20), 11);
    ck_assert_uint_eq(numbers[1], 1);
    for (unsigned i = 2; i < 11; i++)
        ck_assert_uint_eq(numbers[i], i - 1);
    give(packets, 10);
    stop_clean();
}
END_TEST

START_TEST(c_12_der_04_resources_in_an_array_keeps_it_and_the_rest)
{
    const struct nic_script_step steps[] = {
        {.answer = NDIS_STATUS_SUCCESS},
        pend_manual,
        {.answer = NDIS_STATUS_RESOURCES},
        {.answer = NDIS_STATUS_SUCCESS},
    };
    struct list list = {steps, 4, 0};
    PNDIS_PACKET packets[8];
    uint32_t numbers[20];

    start_list(&list, _i, 1);
    take(packets, 8);
    nic_script_send_array(&r.protocols[0], packets, 8);
    ck_assert_uint_eq(given(numbers, 20), 3);
    ck_assert_uint_eq(completions(packets[0]), 1);
    ck_assert_uint_eq(rig_statistics(&r).outstanding, 1);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 6);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(given(numbers, 20), 9);
    for (unsigned i = 3; i < 9; i++)
        ck_assert_uint_eq(numbers[i], i - 1);
    for (unsigned i = 0; i < 8; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    give(packets, 8);
    stop_clean();
}
END_TEST

static PNDIS_PACKET completed_ahead;

static void complete_ahead(void *context, PNDIS_PACKET packet)
{
    PNDIS_PACKET now = completed_ahead;

    (void)context;
    (void)packet;
    completed_ahead = NULL;
    if (now)
        NdisMSendComplete(r.miniport->handle, now, NDIS_STATUS_SUCCESS);
}

/* A driver that completes an element and refuses an earlier one: the one is done, the rest waits.
 */
START_TEST(der_04_a_completed_element_behind_a_refused_one_is_not_kept)
{
    const struct nic_script_step steps[] = {{.answer = NDIS_STATUS_RESOURCES},
                                            {.answer = NDIS_STATUS_SUCCESS}};
    struct list list = {steps, 2, 0};
    struct nic_script_miniport like = {.next = list_step,
                                       .context = &list,
                                       .arrays = true,
                                       .max_packets = 4,
                                       .sending = complete_ahead};
    PNDIS_PACKET packets[4];
    uint32_t numbers[8];

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    take(packets, 4);
    completed_ahead = packets[2];
    nic_script_send_array(&r.protocols[0], packets, 4);
    ck_assert_uint_eq(completions(packets[2]), 1);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 3);
    nic_script_available(r.miniport);
    ck_assert_uint_eq(given(numbers, 8), 4);
    ck_assert(numbers[1] == 0 && numbers[2] == 1 && numbers[3] == 3);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    give(packets, 4);
    stop_clean();
}
END_TEST

/* ---- section 5 ---- */

START_TEST(der_02_deserialized_is_neither_queued_nor_serialised)
{
    static const NDIS_STATUS answers[] = {NDIS_STATUS_SUCCESS, NDIS_STATUS_FAILURE,
                                          NDIS_STATUS_RESOURCES};
    struct fixed fixed = {{.answer = answers[_i]}};
    struct nic_script_miniport like = {.next = fixed_step, .context = &fixed, .deserialized = true};
    PNDIS_PACKET packets[2];

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    take(packets, 2);
    ck_status(nic_script_send(&r.protocols[0], packets[0]), answers[_i]);
    ck_assert_uint_eq(completions(packets[0]), 0);
    ck_assert_uint_eq(r.findings, 1); /* the verifier warns */
    nic_script_send_array(&r.protocols[0], packets + 1, 1);
    ck_assert_uint_eq(completions(packets[1]), 1);
    ck_status(completed_with(packets[1]), answers[_i]);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 0);
    give(packets, 2);
    rig_stop(&r);
}
END_TEST

START_TEST(der_02_deserialized_pends)
{
    struct fixed fixed = {
        {.answer = NDIS_STATUS_PENDING, .when = _i & 2 ? NIC_WHEN_INSIDE : NIC_WHEN_DPC}};
    struct nic_script_miniport like = {.next = fixed_step,
                                       .context = &fixed,
                                       .deserialized = true,
                                       .arrays = _i & 1,
                                       .max_packets = 5};
    PNDIS_PACKET packets[20];

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    take(packets, 20);
    for (unsigned i = 0; i < 4; i++)
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
    nic_script_send_array(&r.protocols[0], packets + 4, 16);
    nic_script_available(r.miniport); /* no-op */
    rig_run(&r, 100);
    for (unsigned i = 0; i < 20; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    give(packets, 20);
    stop_clean();
}
END_TEST

START_TEST(der_03_entry_points)
{
    struct nic_script_miniport both = {.arrays = true, .single_too = true, .max_packets = 4};
    PNDIS_PACKET packet;

    rig_start(&r, &both, 1, RIG_VERIFY, 0);
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    ck_assert_uint_eq(r.miniport->max_depth, 0); /* MiniportSend was not called */
    rig_run(&r, 10);
    ck_assert_uint_eq(completions(packet), 1);
    give(&packet, 1);
    stop_clean();
}
END_TEST

START_TEST(der_01_send_waits_for_another_entry)
{
    /* A send submitted while MiniportHandleInterrupt runs is handed over when that returns:
     * `overlaps` in rig_stop. */
    struct fixed fixed = {{.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC}};
    struct again again = {50};
    PNDIS_PACKET packet;

    start_fixed(&fixed, _i, 1);
    r.protocols[0].completed = send_again;
    r.protocols[0].context = &again;
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    rig_run(&r, 100);
    ck_assert_uint_eq(completions(packet), 50);
    ck_assert_uint_eq(rig_statistics(&r).queued, 49);
    give(&packet, 1);
    stop_clean();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_send");
    TCase *t = tcase_create("send");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, req_01_25_39_44_synchronous_answer_is_the_result, 0, 8);
    tcase_add_loop_test(t, req_02_41_46_resources_is_pending_above, 0, 2);
    tcase_add_loop_test(t, req_03_26_pending_then_completion_of_that_packet, 0, 6);
    tcase_add_loop_test(t, req_04_each_protocol_gets_its_own, 0, 2);
    tcase_add_loop_test(t, req_05_queued_by_library_looks_like_pended_by_driver, 0, 2);
    tcase_add_loop_test(t, req_17_27_arrays_of_any_length_end_in_callbacks, 0, 8);
    tcase_add_loop_test(t, req_18_both_calls_on_both_entry_points, 0, 2);
    tcase_add_test(t, req_19_maximum_send_packets_can_be_asked);
    tcase_add_loop_test(t, req_23_59_out_of_band_data_reaches_the_miniport, 0, 2);
    tcase_add_loop_test(t, req_28_ownership_returns_packet_by_packet, 0, 2);
    tcase_add_test(t, req_29_30_oob_status_is_the_librarys);
    tcase_add_loop_test(t, req_31_32_order_is_submission_order, 0, 2);
    tcase_add_test(t, req_36_context_is_the_registered_one);
    tcase_add_loop_test(t, req_37_38_flags_reach_the_miniport_unmodified, 0, 64);
    tcase_add_loop_test(t, req_47_48_the_same_packet_comes_again_unchanged, 0, 2);
    tcase_add_loop_test(t, req_49_50_resubmission_at_the_first_event_and_only_then, 0, 4);
    tcase_add_loop_test(t, c_04_resources_available_at_any_time, 0, 2);
    tcase_add_loop_test(t, c_08_nothing_overtakes_what_was_queued_earlier, 0, 2);
    tcase_add_loop_test(t, c_11_send_from_completion_keeps_the_stack_bounded, 0, 6);
    tcase_add_loop_test(t, c_12_der_04_resources_in_an_array_keeps_it_and_the_rest, 0, 2);
    tcase_add_test(t, der_04_a_completed_element_behind_a_refused_one_is_not_kept);
    tcase_add_loop_test(t, der_01_send_waits_for_another_entry, 0, 2);
    tcase_add_loop_test(t, der_02_deserialized_is_neither_queued_nor_serialised, 0, 3);
    tcase_add_loop_test(t, der_02_deserialized_pends, 0, 4);
    tcase_add_test(t, der_03_entry_points);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
