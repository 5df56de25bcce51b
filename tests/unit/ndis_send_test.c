/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path, requirement by requirement, what the two sends promise: one test per REQ, C or DER, named after it.
 */
#include "ndis_send_rig.h"

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
    static const unsigned others[] = {0, 1, 1000};
    struct fixed fixed = {pend_manual};
    struct nic_script_miniport like = {
        .next = fixed_step, .context = &fixed, .arrays = _i >= 3, .max_packets = 64};
    PNDIS_PACKET packet, rest[1000];

    fixed.step.final = NDIS_STATUS_INVALID_DATA;
    rig_start(&r, &like, 1, RIG_VERIFY, 1001);
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

/* More at once than the library passes: the parts are 64 long, from the array and from the queue. */
START_TEST(req_17_a_miniport_that_takes_a_thousand_at_once)
{
    const struct nic_script_step steps[] = {
        {.answer = NDIS_STATUS_RESOURCES},
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL}};
    struct list list = {steps + _i, 2 - (unsigned)_i, 0};
    struct nic_script_miniport like = {
        .next = list_step, .context = &list, .arrays = true, .max_packets = 1000};
    PNDIS_PACKET packets[200];
    unsigned last = 0;

    rig_start(&r, &like, 1, RIG_VERIFY, 200);
    take(packets, 200);
    nic_script_send_array(&r.protocols[0], packets, 200);
    if (_i == 0)
        nic_script_available(r.miniport);
    ck_assert_uint_eq(nic_script_release(r.miniport, NIC_WHEN_MANUAL, 200), 200);
    for (size_t i = 0; i < r.trace.count; i++) {
        if (r.trace.events[i].kind == NIC_TRACE_GIVEN && r.trace.events[i].value > last)
            last = r.trace.events[i].value;
    }
    ck_assert_uint_eq(last, 63);
    for (unsigned i = 0; i < 200; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    give(packets, 200);
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
    ck_assert_uint_eq(rig_statistics(&r).miniport_calls,
                      _i && rig_layer() != RIG_THROUGH_SINGLE ? 2 : 3);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 3);
    give(packets, 3);
    stop_clean();
}
END_TEST

static unsigned points; /* calls in and out and locks, each a point of pre-emption */

static void count_point(void *context, const char *where)
{
    (void)context;
    (void)where;
    points++;
}

/* A batch is one entry of the miniport, and less of everything else; what that is worth in time, `make bench-host` says. */
START_TEST(req_22_batching_pays)
{
    struct fixed fixed = {{.answer = NDIS_STATUS_SUCCESS}};
    PNDIS_PACKET packets[64];
    uint64_t calls[3];
    unsigned single;

    start_fixed(&fixed, true, 1);
    take(packets, 64);
    calls[0] = rig_statistics(&r).miniport_calls;
    r.platform->preempt = count_point;
    points = 0;
    for (unsigned i = 0; i < 32; i++)
        nic_script_send(&r.protocols[0], packets[i]);
    single = points;
    calls[1] = rig_statistics(&r).miniport_calls;
    points = 0;
    nic_script_send_array(&r.protocols[0], packets + 32, 32);
    calls[2] = rig_statistics(&r).miniport_calls;
    r.platform->preempt = NULL;
    ck_assert_uint_eq(calls[1] - calls[0], 32);
    ck_assert_uint_eq(calls[2] - calls[1], 1);
    ck_assert_uint_lt(points, single);
    give(packets, 64);
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
    ck_assert_uint_eq(value, rig_layer() == RIG_THROUGH_SINGLE ? 1 : 64); /* REQ-20 */
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

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "send");

    tcase_set_timeout(t, 60);
    if (rig_layer() != RIG_THROUGH_ARRAYS) /* which makes completions of synchronous answers */
        tcase_add_loop_test(t, req_01_25_39_44_synchronous_answer_is_the_result, 0, 8);
    tcase_add_loop_test(t, req_02_41_46_resources_is_pending_above, 0, 2);
    tcase_add_loop_test(t, req_03_26_pending_then_completion_of_that_packet, 0, 6);
    tcase_add_loop_test(t, req_04_each_protocol_gets_its_own, 0, 2);
    tcase_add_loop_test(t, req_05_queued_by_library_looks_like_pended_by_driver, 0, 2);
    tcase_add_loop_test(t, req_17_27_arrays_of_any_length_end_in_callbacks, 0, 8);
    if (rig_layer() == RIG_DIRECT)
        tcase_add_loop_test(t, req_17_a_miniport_that_takes_a_thousand_at_once, 0, 2);
    tcase_add_loop_test(t, req_18_both_calls_on_both_entry_points, 0, 2);
    if (rig_layer() != RIG_THROUGH_SINGLE)
        tcase_add_test(t, req_22_batching_pays);
    tcase_add_test(t, req_19_maximum_send_packets_can_be_asked);
    tcase_add_loop_test(t, req_23_59_out_of_band_data_reaches_the_miniport, 0, 2);
    tcase_add_loop_test(t, req_28_ownership_returns_packet_by_packet, 0, 2);
    tcase_add_test(t, req_29_30_oob_status_is_the_librarys);
    tcase_add_loop_test(t, req_31_32_order_is_submission_order, 0, 2);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_send");
}
