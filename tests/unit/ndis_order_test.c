/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The send path, requirement by requirement, what the miniport sees, order and resubmission: one test per REQ, C or DER,
 * named after it.
 */
#include "ndis_send_rig.h"

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
    ck_status(outcome(packets[0], nic_script_send(&r.protocols[0], packets[0])),
              NDIS_STATUS_SUCCESS);
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
    uintptr_t lowest, highest; /* stack */
};

static void send_again(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    uintptr_t stack = (uintptr_t)__builtin_frame_address(0);
    struct again *again = context;

    (void)status;
    again->lowest = again->lowest && again->lowest < stack ? again->lowest : stack;
    again->highest = again->highest > stack ? again->highest : stack;
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
    struct nic_script_miniport like = {.next = fixed_step,
                                       .context = &fixed,
                                       .arrays = _i / 3 % 2,
                                       .deserialized = _i >= 6,
                                       .max_packets = 64};
    struct again again = {.left = 10000};
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    /* A deserialized one that answers at once is against the documents: the verifier would say so 10 000 times. */
    rig_start(&r, &like, 1, like.deserialized && _i % 3 == 1 ? 0 : RIG_VERIFY, 0);
    r.protocols[0].completed = send_again;
    r.protocols[0].context = &again;
    take(&packet, 1);
    nic_script_send_array(&r.protocols[0], &packet, 1);
    rig_run(&r, 1000);
    ck_assert_uint_eq(again.left, 0);
    ck_assert_uint_eq(completions(packet), 10000);
    ck_assert_uint_le(r.miniport->max_depth, 1);
    ck_assert_uint_lt(again.highest - again.lowest, 16384);
    again.left = 0;
    r.protocols[0].completed = NULL;
    status = nic_script_send(&r.protocols[0], packet);
    ck_assert(status == NDIS_STATUS_PENDING || status == NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    give(&packet, 1);
    stop_clean();
}
END_TEST

/* The same from a refusal: while the adapter is being reset, what is sent comes back at once (DER-6). */
static void refused_again(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    uintptr_t stack = (uintptr_t)__builtin_frame_address(0);
    struct again *again = context;

    ck_status(status, NDIS_STATUS_RESET_IN_PROGRESS);
    again->lowest = again->lowest && again->lowest < stack ? again->lowest : stack;
    again->highest = again->highest > stack ? again->highest : stack;
    if (!again->left)
        return;
    again->left--;
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_RESET_IN_PROGRESS);
    nic_script_send_array(&r.protocols[0], &packet, 1);
}

START_TEST(c_11_send_from_refusal_keeps_the_stack_bounded)
{
    struct fixed fixed = {pend_manual};
    struct nic_script_miniport like = {.next = fixed_step,
                                       .context = &fixed,
                                       .arrays = _i & 1,
                                       .deserialized = _i & 2,
                                       .max_packets = 64,
                                       .reset_pends = true};
    struct again again = {.left = 10000};
    PNDIS_PACKET packets[3];
    NDIS_STATUS status;

    rig_start(&r, &like, 1, _i & 4 ? RIG_VERIFY : 0, 0);
    take(packets, 3);
    NdisReset(&status, r.protocols[0].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    r.protocols[0].completed = refused_again;
    r.protocols[0].context = &again;
    nic_script_send_array(&r.protocols[0], packets, 2);
    ck_assert_uint_eq(again.left, 0);
    ck_assert_uint_eq(completions(packets[0]) + completions(packets[1]), 10002);
    ck_assert_uint_lt(again.highest - again.lowest, 16384);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 0);
    nic_script_reset_done(r.miniport, NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    r.protocols[0].completed = NULL;
    nic_script_send_array(&r.protocols[0], packets, 3);
    ck_assert_uint_eq(nic_script_release(r.miniport, NIC_WHEN_MANUAL, 3), 3);
    ck_assert_uint_eq(rig_statistics(&r).outstanding, 0);
    give(packets, 3);
    stop_clean();
}
END_TEST

/* What is refused while another refusal is told of is still the library's when the protocol closes there. */
static PNDIS_PACKET waiting;
static unsigned told_at_close;

static void send_and_close(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    (void)packet;
    (void)status;
    r.protocols[0].completed = NULL;
    nic_script_send_array(&r.protocols[0], &waiting, 1);
    ck_assert_uint_eq(completions(waiting), 0);
    ck_status(nic_script_protocol_close(&r.protocols[0]), NDIS_STATUS_PENDING);
}

static void note_close(void *context)
{
    (void)context;
    told_at_close = completions(waiting);
}

START_TEST(c_11_a_close_waits_for_what_is_refused)
{
    struct nic_script_miniport like = {.deserialized = true, .reset_pends = true};
    PNDIS_PACKET packets[2];
    NDIS_STATUS status;

    rig_start(&r, &like, 2, 0, 0);
    take(packets, 2);
    waiting = packets[1];
    told_at_close = 0;
    NdisReset(&status, r.protocols[1].binding);
    r.protocols[0].completed = send_and_close;
    r.protocols[0].close_ended = note_close;
    nic_script_send_array(&r.protocols[0], packets, 1);
    ck_assert(r.protocols[0].closed);
    ck_assert_uint_eq(told_at_close, 1);
    nic_script_reset_done(r.miniport, NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    give(packets, 2);
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

static void available_now(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    (void)packet;
    (void)status;
    nic_script_available(r.miniport);
}

/* The stall is over before the completion of the array's first element returns: the rest, which is queued by then, is
 * not sent from the array as well. */
START_TEST(req_49_an_event_inside_a_completion_sends_the_rest_once)
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
    r.protocols[0].completed = available_now;
    take(packets, 10);
    nic_script_send_array(&r.protocols[0], packets, 10);
    r.protocols[0].completed = NULL;
    nic_script_available(r.miniport);
    ck_assert_uint_eq(given(numbers, 20), 11); /* the refused one twice */
    for (unsigned i = 0; i < 10; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
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

/* What is sent after a refused packet was cancelled: all of it ends, although nothing said that there is room again. */
START_TEST(a_cancelled_refusal_leaves_nothing_behind)
{
    const struct nic_script_step steps[] = {{.answer = NDIS_STATUS_RESOURCES},
                                            {.answer = NDIS_STATUS_SUCCESS}};
    struct list list = {steps, 2, 0};
    struct nic_script_miniport like = {
        .next = list_step, .context = &list, .arrays = _i, .max_packets = 1};
    PNDIS_PACKET packets[4];
    char id;

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    take(packets, 4);
    NdisSetPacketCancelId(packets[0], &id);
    ck_status(nic_script_send(&r.protocols[0], packets[0]), NDIS_STATUS_PENDING);
    NdisCancelSendPackets(r.protocols[0].binding, &id);
    ck_status(completed_with(packets[0]), NDIS_STATUS_REQUEST_ABORTED);
    nic_script_send_array(&r.protocols[0], packets + 1, 3);
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
    ck_status(outcome(packets[0], nic_script_send(&r.protocols[0], packets[0])), answers[_i]);
    ck_assert_uint_eq(completions(packets[0]), rig_layer() == RIG_THROUGH_ARRAYS);
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
    struct again again = {.left = 50};
    PNDIS_PACKET packet;

    start_fixed(&fixed, _i, 1);
    r.protocols[0].completed = send_again;
    r.protocols[0].context = &again;
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    rig_run(&r, 100);
    ck_assert_uint_eq(completions(packet), 50);
    /* In virtual time the DPC runs inside of the send, which is where the intermediate driver's next one waits. */
    ck_assert_uint_eq(rig_statistics(&r).queued, rig_layer() == RIG_DIRECT ? 49 : 0);
    give(&packet, 1);
    stop_clean();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "order");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, req_36_context_is_the_registered_one);
    tcase_add_loop_test(t, req_37_38_flags_reach_the_miniport_unmodified, 0, 64);
    tcase_add_loop_test(t, req_47_48_the_same_packet_comes_again_unchanged, 0, 2);
    tcase_add_loop_test(t, req_49_50_resubmission_at_the_first_event_and_only_then, 0, 4);
    tcase_add_loop_test(t, c_04_resources_available_at_any_time, 0, 2);
    tcase_add_loop_test(t, c_08_nothing_overtakes_what_was_queued_earlier, 0, 2);
    tcase_add_loop_test(t, c_11_send_from_completion_keeps_the_stack_bounded, 0, 12);
    tcase_add_loop_test(t, req_49_an_event_inside_a_completion_sends_the_rest_once, 0, 2);
    tcase_add_loop_test(t, c_12_der_04_resources_in_an_array_keeps_it_and_the_rest, 0, 2);
    if (rig_layer() == RIG_DIRECT)
        tcase_add_test(t, c_11_a_close_waits_for_what_is_refused);
    if (rig_layer() == RIG_DIRECT)
        tcase_add_loop_test(t, c_11_send_from_refusal_keeps_the_stack_bounded, 0, 8);
    if (rig_layer() == RIG_DIRECT) /* the driver knows the packets of the protocol */
        tcase_add_test(t, der_04_a_completed_element_behind_a_refused_one_is_not_kept);
    tcase_add_loop_test(t, a_cancelled_refusal_leaves_nothing_behind, 0, 2);
    tcase_add_loop_test(t, der_01_send_waits_for_another_entry, 0, 2);
    tcase_add_loop_test(t, der_02_deserialized_is_neither_queued_nor_serialised, 0, 3);
    tcase_add_loop_test(t, der_02_deserialized_pends, 0, 4);
    tcase_add_test(t, der_03_entry_points);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_order");
}
