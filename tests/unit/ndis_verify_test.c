/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier: every kind of finding is provoked once, and must be found, with its sentence. What
 * it refuses must not do harm. And the scripted drivers, which make no mistake, must not be
 * accused: that is in all other tests. Here is what is sent; levels, locks and
 * stack are in ndis_verify_level_test.c, the rest in ndis_verify_memory_test.c.
 */
#include "ndis_verify_rig.h"

START_TEST(req_45_a_packet_never_completed)
{
    PNDIS_PACKET lost;

    start(NDIS_STATUS_PENDING, NIC_WHEN_NEVER);
    lost = packet;
    nic_script_send(&r.protocols[0], packet);
    r.bindings = 0;
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    found_in_packet("never completed", "submitted at");
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], lost)->completed,
                      1); /* by the library, then */
    ck_status(nic_script_record(&r.protocols[0], lost)->status, NDIS_STATUS_REQUEST_ABORTED);
    nic_script_packet_free(&r.protocols[0], packet);
    nic_script_protocol_stop(&r.protocols[0]);
    rig_stop(&r);
}
END_TEST

START_TEST(der_16_doubled_completion)
{
    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
    found_in_packet("the protocol has had back", "completed at");
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    finish();
}
END_TEST

START_TEST(der_16_completion_of_a_freed_packet)
{
    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_packet_free(&r.protocols[0], packet);
    NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
    found_in_packet("the protocol has had back", "freed at");
    rig_stop(&r);
}
END_TEST

START_TEST(der_16_foreign_completion)
{
    static char anything[sizeof(NDIS_PACKET) + 256];
    PNDIS_PACKET foreign = (PNDIS_PACKET)(void *)anything;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    NdisMSendComplete(r.miniport->handle, foreign, NDIS_STATUS_SUCCESS);
    found("in no packet pool");
    finish();
}
END_TEST

START_TEST(der_16_completion_of_a_packet_that_was_never_sent)
{
    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
    found_in_packet("was never sent", "allocated at");
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 0);
    finish();
}
END_TEST

START_TEST(der_16_completion_by_another_miniport)
{
    struct nic_script_miniport *second = calloc(1, sizeof(*second));

    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, second), NDIS_STATUS_SUCCESS);
    nic_script_send(&r.protocols[0], packet);
    NdisMSendComplete(second->handle, packet, NDIS_STATUS_SUCCESS);
    found_in_packet("another miniport", "given to the driver");
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 0);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    finish();
    free(second);
}
END_TEST

START_TEST(der_16_completion_of_a_refused_packet)
{
    start(NDIS_STATUS_RESOURCES, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
    found_in_packet("refused or completed already", "queued c000009a");
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 0);
    step.answer = NDIS_STATUS_SUCCESS;
    nic_script_available(r.miniport);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    finish();
}
END_TEST

static struct nic_script_step complete_and_answer(void *context, PNDIS_PACKET sent)
{
    (void)context;
    NdisMSendComplete(r.miniport->handle, sent, NDIS_STATUS_SUCCESS);
    return step;
}

START_TEST(der_16_completed_and_answered)
{
    start_with((struct nic_script_miniport){.arrays = _i});
    step = (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
    r.miniport->next = complete_and_answer;
    if (_i) { /* within an array the completion wins over the OOB status, silently: the driver may
                 have set it first */
        nic_script_send_array(&r.protocols[0], &packet, 1);
        ck_assert_uint_eq(r.findings, 0);
    } else {
        ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
        found_in_packet("for a packet that it had completed", "completed at");
    }
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    finish();
}
END_TEST

START_TEST(late_completion_after_a_reset)
{
    NDIS_STATUS status;

    start(NDIS_STATUS_PENDING, NIC_WHEN_NEVER);
    nic_script_send(&r.protocols[0], packet);
    NdisReset(&status, r.protocols[0].binding);
    rig_run(&r, 10);
    ck_assert_uint_eq(r.findings, 0);
    ck_status(nic_script_record(&r.protocols[0], packet)->status, NDIS_STATUS_REQUEST_ABORTED);
    NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
    found_in_packet("the protocol has had back", "taken from the driver");
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    finish();
}
END_TEST

/* The library takes nothing from a deserialized driver, which may still have it: the completion that
 * comes later is the only one. */
START_TEST(der_07_a_deserialized_driver_keeps_a_packet_over_a_reset)
{
    NDIS_STATUS status;

    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    start_with((struct nic_script_miniport){
        .deserialized = true, .arrays = _i & 1, .reset_pends = _i & 2, .reset_forgets = true});
    nic_script_send_array(&r.protocols[0], &packet, 1);
    for (unsigned i = 0; i < 2; i++) { /* said once a reset */
        NdisReset(&status, r.protocols[0].binding);
        ck_assert_uint_eq(r.findings, _i & 2 ? i : i + 1);
        if (_i & 2)
            nic_script_reset_done(r.miniport, NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(r.findings, i + 1);
    }
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 0);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    ck_status(nic_script_record(&r.protocols[0], packet)->status, NDIS_STATUS_SUCCESS);
    r.findings--;
    found_in_packet("nic0 ended its reset without having completed this packet", "given to");
    finish();
}
END_TEST

static void reset_inside(void *context, PNDIS_PACKET sent)
{
    NDIS_STATUS status;

    (void)context;
    (void)sent;
    NdisReset(&status, r.protocols[0].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    ck_assert(r.protocols[0].reset_done);
}

/* The whole reset while MiniportSend runs: the driver may take the packet afterwards. */
START_TEST(der_07_a_packet_inside_of_the_send_function_is_not_kept)
{
    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    start_with(
        (struct nic_script_miniport){.deserialized = true, .arrays = _i, .sending = reset_inside});
    nic_script_send_array(&r.protocols[0], &packet, 1);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 0);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    ck_status(nic_script_record(&r.protocols[0], packet)->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.findings, 0);
    finish();
}
END_TEST

/* What somebody changes while the packet is in transit, and how the finding names it. */
START_TEST(req_24_56_writes_to_a_packet_in_transit)
{
    static const char *const names[] = {
        "the data",       "the buffer descriptors", "the descriptor",
        "the descriptor", "the out-of-band data",   "the out-of-band data"};
    PVOID address;
    UINT length;

    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    NdisQueryBuffer(packet->Private.Head, &address, &length);
    switch (_i) {
    case 0:
        ((UCHAR *)address)[59] ^= 1;
        break;
    case 1:
        NdisAdjustBufferLength(packet->Private.Head, 59);
        break;
    case 2:
        packet->ProtocolReserved[20] ^=
            1; /* as a driver that keeps its notes in the wrong place would */
        break;
    case 3:
        NdisSetPacketFlags(packet, NDIS_FLAGS_DONT_LOOPBACK);
        break;
    case 4:
        NDIS_SET_PACKET_HEADER_SIZE(packet, 1);
        break;
    case 5:
        NDIS_SET_PACKET_CANCEL_ID(packet, &r);
        break;
    }
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    found_in_packet(names[_i], "changed between submission and return");
    finish();
}
END_TEST

START_TEST(what_the_driver_may_write_is_not_found)
{
    UINT total;

    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    memset(packet->MiniportReserved, 0x77, sizeof(packet->MiniportReserved));
    NDIS_SET_PACKET_TIME_SENT(packet, 12345);
    NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    packet->Private.ValidCounts = FALSE;
    NdisQueryPacketLength(packet, &total);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    finish();
}
END_TEST

START_TEST(c_03_stalled_with_nothing_outstanding)
{
    start(NDIS_STATUS_RESOURCES, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    rig_run(&r, 1900000);
    ck_assert_uint_eq(r.findings, 0); /* not before an interval has passed */
    rig_run(&r, 8000000);
    found_in_packet("is stalled", "queued c000009a"); /* once */
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX),
                      1); /* and no silent retry */
    step.answer = NDIS_STATUS_SUCCESS;
    nic_script_available(r.miniport);
    finish();
}
END_TEST

START_TEST(c_03_not_stalled_with_something_outstanding)
{
    PNDIS_PACKET second;

    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    step.answer = NDIS_STATUS_RESOURCES;
    second = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], second);
    rig_run(&r, 10000000);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    step.answer = NDIS_STATUS_SUCCESS;
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_packet_free(&r.protocols[0], second);
    finish();
}
END_TEST

START_TEST(not_final_status)
{
    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    r.miniport->pending_count = 0;
    NdisMSendComplete(r.miniport->handle, packet, _i ? NDIS_STATUS_RESOURCES : NDIS_STATUS_PENDING);
    found("not final");
    finish();
}
END_TEST

START_TEST(req_55_one_descriptor_in_transit_twice)
{
    NDIS_STATUS status;

    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step}, 2, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    if (_i) {
        NdisSendPackets(r.protocols[1].binding, &packet, 1);
    } else {
        NdisSend(&status, r.protocols[1].binding, packet);
        ck_status(status, NDIS_STATUS_FAILURE);
    }
    found_in_packet("in transit already", "given to the driver");
    ck_assert_uint_eq(nic_script_waiting(r.miniport), 1);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    finish();
}
END_TEST

/* The library has it: it is in transit, and what is written to it is found when it comes back. */
START_TEST(req_24_a_queued_packet_is_in_transit)
{
    PNDIS_PACKET first;
    PVOID address;
    UINT length;

    start(NDIS_STATUS_RESOURCES, NIC_WHEN_MANUAL);
    first = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], first); /* stalled */
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    if (_i) {
        NdisQueryBuffer(packet->Private.Head, &address, &length);
        ((UCHAR *)address)[59] ^= 1;
    } else {
        nic_script_send(&r.protocols[0], packet);
        found_in_packet("in transit already", "queued");
    }
    step = (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
    nic_script_available(r.miniport);
    if (_i)
        found_in_packet("the data of the packet changed", "queued");
    nic_script_packet_free(&r.protocols[0], first);
    finish();
}
END_TEST

START_TEST(an_array_with_a_bad_element_loses_only_that)
{
    PNDIS_PACKET packets[5];

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    for (unsigned i = 0; i < 5; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    nic_script_packet_free(&r.protocols[0], packets[2]);
    NdisSendPackets(r.protocols[0].binding, packets, 5);
    found("for a packet that is free");
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_COMPLETE, UINT32_MAX), 4);
    for (unsigned i = 0; i < 5; i++)
        if (i != 2)
            nic_script_packet_free(&r.protocols[0], packets[i]);
    finish();
}
END_TEST

START_TEST(a_packet_from_nowhere_is_refused)
{
    static char anything[sizeof(NDIS_PACKET) + 256];
    NDIS_STATUS status;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    NdisSend(&status, r.protocols[0].binding, (PNDIS_PACKET)(void *)anything);
    ck_status(status, NDIS_STATUS_FAILURE);
    found("in no packet pool");
    finish();
}
END_TEST

START_TEST(send_on_a_closed_binding)
{
    NDIS_HANDLE binding;
    NDIS_STATUS status;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    binding = r.protocols[0].binding;
    NdisCloseAdapter(&status, binding);
    ck_status(status, NDIS_STATUS_SUCCESS);
    r.protocols[0].binding = NULL;
    NdisSend(&status, binding, packet);
    ck_status(status, NDIS_STATUS_FAILURE);
    found_in_packet("on a closed binding", "allocated");
    finish();
}
END_TEST

/* A driver that sends the packet it was given instead of one of its own. */
static void forward_same(void *context, PNDIS_PACKET sent)
{
    NDIS_STATUS status;

    (void)context;
    NdisSend(&status, r.protocols[1].binding, sent);
    ck_status(status, NDIS_STATUS_FAILURE);
}

START_TEST(req_55_an_intermediate_driver_that_does_not_repackage)
{
    struct nic_script_miniport *above = calloc(1, sizeof(*above));
    struct nic_script_protocol top = {.trace = &r.trace};

    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step}, 2, RIG_VERIFY, 0);
    *above = (struct nic_script_miniport){.next = one_step, .sending = forward_same};
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, above), NDIS_STATUS_SUCCESS);
    ck_status(nic_script_protocol_start(&top, r.platform, "nic1"), NDIS_STATUS_SUCCESS);
    packet = nic_script_packet(&top, 60);
    nic_script_send(&top, packet);
    found_in_packet("in transit already, on another binding", "given to the driver");
    nic_script_release(above, NIC_WHEN_MANUAL, 1);
    nic_script_packet_free(&top, packet);
    ck_status(nic_script_protocol_stop(&top), NDIS_STATUS_SUCCESS);
    rig_stop(&r);
    free(above);
}
END_TEST

/* Off, nothing of this is looked at, and what must not crash does not. */
START_TEST(der_16_off_a_double_completion_is_ignored)
{
    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step, .deserialized = _i}, 1, 0, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    ck_assert_uint_eq(r.findings, 0);
    ck_assert_uint_eq(r.logs, 1);
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_verify");
    TCase *t = tcase_create("verifier");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, req_45_a_packet_never_completed);
    tcase_add_test(t, der_16_doubled_completion);
    tcase_add_test(t, der_16_completion_of_a_freed_packet);
    tcase_add_test(t, der_16_foreign_completion);
    tcase_add_test(t, der_16_completion_of_a_packet_that_was_never_sent);
    tcase_add_test(t, der_16_completion_by_another_miniport);
    tcase_add_test(t, der_16_completion_of_a_refused_packet);
    tcase_add_loop_test(t, der_16_completed_and_answered, 0, 2);
    tcase_add_test(t, late_completion_after_a_reset);
    tcase_add_loop_test(t, der_07_a_deserialized_driver_keeps_a_packet_over_a_reset, 0, 4);
    tcase_add_loop_test(t, der_07_a_packet_inside_of_the_send_function_is_not_kept, 0, 2);
    tcase_add_loop_test(t, req_24_56_writes_to_a_packet_in_transit, 0, 6);
    tcase_add_test(t, what_the_driver_may_write_is_not_found);
    tcase_add_test(t, c_03_stalled_with_nothing_outstanding);
    tcase_add_test(t, c_03_not_stalled_with_something_outstanding);
    tcase_add_loop_test(t, not_final_status, 0, 2);
    tcase_add_loop_test(t, req_55_one_descriptor_in_transit_twice, 0, 2);
    tcase_add_loop_test(t, req_24_a_queued_packet_is_in_transit, 0, 2);
    tcase_add_test(t, an_array_with_a_bad_element_loses_only_that);
    tcase_add_test(t, a_packet_from_nowhere_is_refused);
    tcase_add_test(t, send_on_a_closed_binding);
    tcase_add_test(t, req_55_an_intermediate_driver_that_does_not_repackage);
    tcase_add_loop_test(t, der_16_off_a_double_completion_is_ignored, 0, 2);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
