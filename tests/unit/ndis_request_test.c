/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests, reset and check for hang.
 */
#include "ndis_rig.h"

static struct rig r;

static struct nic_script_step manual(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
}

static struct nic_script_step fail_at_once(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_FAILURE};
}

static void start(unsigned bindings)
{
    rig_start(&r, &(struct nic_script_miniport){.next = manual, .mac_options = 9}, bindings,
              RIG_VERIFY, 0);
}

static void stop_clean(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

/* ---- requests ---- */

START_TEST(req_08_09_requests_pend_and_come_back)
{
    NDIS_REQUEST requests[3];
    NDIS_STATUS status;
    ULONG value[3] = {0};

    start(1);
    r.miniport->requests_pend = true;
    for (unsigned i = 0; i < 3; i++) {
        requests[i] = (NDIS_REQUEST){
            .RequestType = i == 1 ? NdisRequestSetInformation : NdisRequestQueryInformation,
            .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED + i, &value[i], 4, 0, 0}};
        NdisRequest(&status, r.protocols[0].binding, &requests[i]);
        ck_status(status, NDIS_STATUS_PENDING);
    }
    ck_assert_uint_eq(r.miniport->request_oid, OID_GEN_LINK_SPEED); /* one at a time */
    for (unsigned i = 0; i < 3; i++) {
        r.protocols[0].request_done = false;
        nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
        ck_assert(r.protocols[0].request_done);
        ck_status(r.protocols[0].request_status, NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(requests[i].DATA.QUERY_INFORMATION.BytesWritten, 4);
    }
    ck_assert_uint_eq(value[0], 0x12345678);
    ck_assert_uint_eq(value[1], 0);
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS); /* none: ignored, logged */
    ck_assert_uint_eq(r.logs, 1);
    stop_clean();
}
END_TEST

/* The instrument: nobody waits any more, but request and buffer are there. */
START_TEST(a_driver_answers_after_the_wait)
{
    ULONG value = 7;

    start(1);
    r.miniport->requests_pend = true;
    ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryInformation, OID_GEN_XMIT_OK,
                                 &value, sizeof(value), NULL),
              NDIS_STATUS_PENDING);
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.protocols[0].requests_ended, 1);
    ck_assert_uint_eq(value, 7);
    stop_clean();
}
END_TEST

START_TEST(req_60_mac_options_are_asked_at_the_beginning)
{
    /* MAC options, maximum send packets, address; once more by the adapter above, of which a MiniportSend answers the
     * second itself. */
    static const unsigned queries[RIG_LAYERS] = {3, 3 + 2, 3 + 3};

    start(0);
    ck_assert_uint_eq(r.miniport->queries, queries[rig_layer()]);
    stop_clean();
}
END_TEST

START_TEST(requests_answered_at_once)
{
    ULONG value = 0, filter = NDIS_PACKET_TYPE_BROADCAST;
    NDIS_REQUEST too_short = {.RequestType = NdisRequestQueryInformation,
                              .DATA.QUERY_INFORMATION = {OID_GEN_MAC_OPTIONS, &value, 3, 9, 9}};
    NDIS_STATUS status;
    UINT bytes;

    start(2);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryStatistics, OID_GEN_MAC_OPTIONS,
                                 &value, 4, &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert(value == 9 && bytes == 4);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryInformation, OID_GEN_MAC_OPTIONS,
                                 &value, 2, NULL),
              NDIS_STATUS_INVALID_LENGTH);
    NdisRequest(&status, r.protocols[0].binding, &too_short);
    ck_status(status, NDIS_STATUS_INVALID_LENGTH);
    ck_assert_uint_eq(too_short.DATA.QUERY_INFORMATION.BytesNeeded, 4);
    ck_assert_uint_eq(too_short.DATA.QUERY_INFORMATION.BytesWritten, 0);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestGeneric1, 0, NULL, 0, NULL),
              NDIS_STATUS_NOT_SUPPORTED);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestSetInformation,
                                 OID_GEN_PROTOCOL_OPTIONS, &value, 4, NULL),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->sets, 0);
    /* The miniport's filter is the union of the bindings' filters. */
    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_BROADCAST);
    filter = NDIS_PACKET_TYPE_DIRECTED;
    nic_script_request(&r.protocols[1], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_DIRECTED);
    filter = 0;
    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_DIRECTED);
    stop_clean();
}
END_TEST

static void ask(NDIS_REQUEST *request)
{
    static ULONG value;
    NDIS_STATUS status;

    *request = (NDIS_REQUEST){.RequestType = NdisRequestQueryInformation,
                              .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED, &value, 4, 0, 0}};
    r.protocols[0].request_done = false;
    NdisRequest(&status, r.protocols[0].binding, request);
    ck_status(status, NDIS_STATUS_PENDING);
}

/* A binding that closes is closed when what it has asked for has ended; _i: a request, or a reset. */
START_TEST(a_close_waits_for_what_was_asked)
{
    NDIS_REQUEST request, late;
    NDIS_STATUS status;

    start(1);
    r.miniport->requests_pend = r.miniport->reset_pends = true;
    if (_i)
        NdisReset(&status, r.protocols[0].binding);
    else
        ask(&request);
    NdisCloseAdapter(&status, r.protocols[0].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    late = (NDIS_REQUEST){.RequestType = NdisRequestQueryInformation};
    NdisRequest(&status, r.protocols[0].binding, &late);
    ck_status(status, NDIS_STATUS_CLOSING);
    ck_assert(!r.protocols[0].closed);
    if (_i)
        nic_script_reset_done(r.miniport, NDIS_STATUS_SUCCESS);
    else
        nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    ck_assert(_i ? r.protocols[0].reset_done : r.protocols[0].request_done);
    ck_assert(r.protocols[0].closed);
    r.protocols[0].binding = NULL;
    stop_clean();
}
END_TEST

/* REQ-1: a request that waits behind another one does not make the library queue a send. */
START_TEST(req_01_a_send_beside_waiting_requests_is_answered_at_once)
{
    NDIS_REQUEST requests[2];
    PNDIS_PACKET packet;

    rig_start(&r, &(struct nic_script_miniport){.next = fail_at_once}, 1, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    r.miniport->requests_pend = true;
    ask(&requests[0]);
    ask(&requests[1]);
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_FAILURE);
    nic_script_packet_free(&r.protocols[0], packet);
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.protocols[0].requests_ended, 2);
    stop_clean();
}
END_TEST

/* A reset on top of one that waits for its filter: nobody has set a multicast list, so nobody sets it again (DER-8). */
START_TEST(der_08_the_second_reset_sets_what_the_first_did)
{
    ULONG filter = NDIS_PACKET_TYPE_DIRECTED;
    NDIS_STATUS status;
    unsigned sets;

    start(1);
    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, sizeof(filter), NULL);
    sets = r.miniport->sets;
    r.miniport->requests_pend = true;
    NdisReset(&status, r.protocols[0].binding);
    ck_assert_uint_eq(r.miniport->sets, sets + 1);
    r.miniport->hangs = TRUE;
    rig_run(&r, 2000001);
    ck_assert_uint_eq(r.miniport->resets, 2);
    ck_assert_uint_eq(r.miniport->sets, sets + 2);
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->sets, sets + 2);
    ck_status(r.miniport->request_oid, OID_GEN_CURRENT_PACKET_FILTER);
    ck_assert(r.protocols[0].reset_done);
    stop_clean();
}
END_TEST

/* DER-10: a driver is halted with what it has not answered; the library does. */
static void answer_later(void *context)
{
    (void)context;
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
}

static void note_unbinding(void *context)
{
    *(unsigned *)context = r.protocols[0].requests_ended;
}

/* A removal gives the driver its time to answer, before anybody unbinds. */
START_TEST(der_10_a_removal_waits_for_an_answer)
{
    struct nic_timer timer = {.fn = answer_later};
    unsigned ended_before = 0;
    NDIS_REQUEST request;

    start(1);
    r.miniport->requests_pend = true;
    r.protocols[0].unbinding = note_unbinding;
    r.protocols[0].context = &ended_before;
    ask(&request);
    r.platform->ops->timer_set(r.platform, &timer, r.platform->ops->now_ns(r.platform) + 5000000);
    ck_status(nic_ndis_adapter_remove("nic0", 100), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(ended_before, 1);
    ck_status(r.protocols[0].request_status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->halts, 1);
    stop_clean();
}
END_TEST

START_TEST(der_10_a_halt_ends_what_was_asked)
{
    NDIS_REQUEST requests[3];
    NDIS_STATUS status;

    start(1);
    r.miniport->requests_pend = r.miniport->reset_pends = true;
    if (_i)
        NdisReset(&status, r.protocols[0].binding);
    for (unsigned i = 0; i < 3 && !_i; i++)
        ask(&requests[i]);
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    ck_status(_i ? r.protocols[0].reset_status : r.protocols[0].request_status,
              NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_uint_eq(r.protocols[0].requests_ended, _i ? 0 : 3);
    ck_assert(_i ? r.protocols[0].reset_done : r.protocols[0].request_done);
    ck_assert_ptr_null(r.protocols[0].binding);
    stop_clean();
}
END_TEST

/* ---- reset ---- */

START_TEST(req_10_reset)
{
    NDIS_STATUS status, again;
    PNDIS_PACKET packets[4];
    ULONG value;

    start(2);
    r.miniport->reset_pends = _i;
    for (unsigned i = 0; i < 4; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packets[0]);
    NdisReset(&status, r.protocols[1].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    if (_i) {
        NdisReset(&again, r.protocols[0].binding);
        ck_status(again, NDIS_STATUS_RESET_IN_PROGRESS);
        ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_START);
        ck_status(nic_script_send(&r.protocols[0], packets[1]),
                  NDIS_STATUS_RESET_IN_PROGRESS); /* DER-6 */
        nic_script_send_array(&r.protocols[0], packets + 2, 2);
        ck_status(nic_script_record(&r.protocols[0], packets[3])->status,
                  NDIS_STATUS_RESET_IN_PROGRESS);
        ck_status(nic_script_request(&r.protocols[0], NdisRequestQueryInformation,
                                     OID_GEN_MAC_OPTIONS, &value, 4, NULL),
                  NDIS_STATUS_RESET_IN_PROGRESS);
        ck_assert(!r.protocols[1].reset_done);
        nic_script_reset_done(r.miniport, NDIS_STATUS_SUCCESS);
    }
    ck_assert(r.protocols[1].reset_done && !r.protocols[0].reset_done);
    ck_status(r.protocols[1].reset_status, NDIS_STATUS_SUCCESS);
    for (unsigned b = 0; b < 2; b++) {
        ck_assert_uint_eq(r.protocols[b].statuses, 2);
        ck_assert_uint_eq(r.protocols[b].status_completes, 2);
        ck_status(r.protocols[b].last_status, NDIS_STATUS_RESET_END);
    }
    ck_status(nic_script_record(&r.protocols[0], packets[0])->status,
              NDIS_STATUS_REQUEST_ABORTED); /* DER-7 */
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[0])->completed, 1);
    ck_status(nic_script_send(&r.protocols[0], packets[0]), NDIS_STATUS_PENDING); /* works again */
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    for (unsigned i = 0; i < 4; i++)
        nic_script_packet_free(&r.protocols[0], packets[i]);
    stop_clean();
}
END_TEST

static struct nic_script_step refuse(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES};
}

START_TEST(der_07_reset_ends_a_pended_request_and_the_queue)
{
    const ULONG value = 0;
    NDIS_REQUEST request = {.RequestType = NdisRequestQueryInformation,
                            .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED, (PVOID)&value, 4, 0, 0}};
    PNDIS_PACKET packets[2];
    NDIS_STATUS status;

    start(1);
    r.miniport->requests_pend = true;
    NdisRequest(&status, r.protocols[0].binding, &request);
    ck_status(status, NDIS_STATUS_PENDING);
    r.miniport->requests_pend =
        false; /* so that the reset can end: it sets filter and list (DER-8) */
    r.miniport->next = refuse;
    for (unsigned i = 0; i < 2; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
    }
    NdisReset(&status, r.protocols[0].binding);
    ck_assert(r.protocols[0].reset_done && r.protocols[0].request_done);
    ck_assert_uint_eq(rig_statistics(&r).waiting, 0);
    ck_assert_uint_eq(rig_statistics(&r).outstanding, 0);
    ck_status(r.protocols[0].request_status, NDIS_STATUS_REQUEST_ABORTED);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        ck_status(nic_script_record(&r.protocols[0], packets[i])->status,
                  NDIS_STATUS_REQUEST_ABORTED);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 1);
    stop_clean();
}
END_TEST

static PNDIS_PACKET from_inside;

static void send_from_inside(void *context)
{
    (void)context;
    if (from_inside)
        nic_script_send(&r.protocols[0], from_inside);
    from_inside = NULL;
}

/* The refusal before a reset keeps nothing back after it: a packet queued while the miniport is entered goes to it
 * without another event. */
START_TEST(der_07_a_reset_ends_a_stall)
{
    PNDIS_PACKET packets[2];
    NDIS_STATUS status;

    start(1);
    for (unsigned i = 0; i < 2; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    r.miniport->next = refuse;
    nic_script_send(&r.protocols[0], packets[0]);
    NdisReset(&status, r.protocols[0].binding);
    ck_assert(r.protocols[0].reset_done);
    r.miniport->next = manual;
    r.miniport->interrupting = send_from_inside;
    from_inside = packets[1];
    r.platform->ops->interrupt_raise(r.platform, 8);
    ck_assert_ptr_null(from_inside);
    ck_assert_uint_eq(nic_script_waiting(r.miniport), 1);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    stop_clean();
}
END_TEST

static NDIS_STATUS asked, sent;

static void ask_behind_a_reset(void *context)
{
    static NDIS_REQUEST request;
    static ULONG value;
    NDIS_STATUS status;

    (void)context;
    NdisReset(&status, r.protocols[0].binding);
    request = (NDIS_REQUEST){.RequestType = NdisRequestQueryInformation,
                             .DATA.QUERY_INFORMATION = {OID_GEN_MAC_OPTIONS, &value, 4, 0, 0}};
    NdisRequest(&asked, r.protocols[0].binding, &request);
    sent = nic_script_send(&r.protocols[0], from_inside);
    r.miniport->interrupting = NULL;
}

/* DER-6 from the moment on that somebody has asked for the reset, although the miniport is entered just now. */
START_TEST(der_06_nothing_is_taken_behind_a_reset)
{
    start(1);
    from_inside = nic_script_packet(&r.protocols[0], 60);
    r.miniport->interrupting = ask_behind_a_reset;
    r.platform->ops->interrupt_raise(r.platform, 8);
    ck_status(asked, NDIS_STATUS_RESET_IN_PROGRESS);
    ck_status(sent, NDIS_STATUS_RESET_IN_PROGRESS);
    ck_assert(r.protocols[0].reset_done);
    nic_script_packet_free(&r.protocols[0], from_inside);
    stop_clean();
}
END_TEST

/* DER-2: nothing is queued for a deserialized one, so a send is the driver's until its reset has begun. */
static void reset_and_send(void *context, NDIS_OID oid, const void *buffer, ULONG length)
{
    NDIS_STATUS status;

    (void)context;
    (void)oid;
    (void)buffer;
    (void)length;
    r.miniport->asked = NULL;
    NdisReset(&status, r.protocols[0].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    ck_assert_uint_eq(r.miniport->resets, 0);
    sent = nic_script_send(&r.protocols[0], from_inside);
}

START_TEST(der_02_06_a_reset_that_is_due_refuses_serialized_sends)
{
    ULONG value;

    rig_start(&r, &(struct nic_script_miniport){.next = manual, .deserialized = _i}, 1, RIG_VERIFY,
              0);
    from_inside = nic_script_packet(&r.protocols[0], 60);
    r.miniport->asked = reset_and_send;
    nic_script_request(&r.protocols[0], NdisRequestQueryInformation, OID_GEN_LINK_SPEED, &value,
                       sizeof(value), NULL);
    ck_status(sent, _i ? NDIS_STATUS_PENDING : NDIS_STATUS_RESET_IN_PROGRESS);
    rig_run(&r, 1000);
    ck_assert_uint_eq(r.miniport->resets, 1);
    ck_assert(r.protocols[0].reset_done);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], from_inside)->completed, _i);
    nic_script_packet_free(&r.protocols[0], from_inside);
    stop_clean();
}
END_TEST

/* It was halted before its protocol unbinds, because it kept a packet. */
static void ask_the_halted(void *context)
{
    ULONG value;

    (void)context;
    ck_assert_uint_eq(r.miniport->halts, 1);
    asked = nic_script_request(&r.protocols[0], NdisRequestQueryInformation, OID_GEN_LINK_SPEED,
                               &value, sizeof(value), NULL);
}

START_TEST(der_10_nothing_is_asked_of_a_halted_adapter)
{
    PNDIS_PACKET packet;

    start(1);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    r.protocols[0].unbinding = ask_the_halted;
    r.bindings = 0;
    ck_status(nic_ndis_adapter_remove("nic0", 1), NDIS_STATUS_SUCCESS);
    ck_status(asked, NDIS_STATUS_ADAPTER_NOT_READY);
    ck_assert_uint_eq(r.findings, 1); /* the packet */
    nic_script_packet_free(&r.protocols[0], packet);
    nic_script_protocol_stop(&r.protocols[0]);
    rig_stop(&r);
}
END_TEST

START_TEST(check_for_hang_every_two_seconds_and_reset)
{
    start(1);
    rig_run(&r, 1999999);
    ck_assert_uint_eq(r.miniport->hang_checks, 0);
    rig_run(&r, 2);
    ck_assert_uint_eq(r.miniport->hang_checks, 1);
    r.miniport->hangs = TRUE;
    rig_run(&r, 6000000);
    ck_assert_uint_eq(r.miniport->hang_checks, 4);
    ck_assert_uint_eq(r.miniport->resets, 1);
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_END);
    ck_assert(!r.protocols[0].reset_done); /* nobody asked for it */
    stop_clean();
}
END_TEST

/* DER-9: the interval is 2 s; a packet is seen at the first check after it was given to the driver,
 * and at the second check after that two whole intervals have gone by. A completion in between
 * starts them again, the packets that only the loopback had do not. */
START_TEST(der_09_reset_after_two_intervals_without_a_completed_packet)
{
    static const UCHAR self[6] = {2, 0, 0, 0, 0, 9};
    bool is_deserialized = _i & 1, is_looping = _i & 2;
    PNDIS_PACKET packets[5];
    NDIS_REQUEST filter;
    ULONG directed = NDIS_PACKET_TYPE_DIRECTED;
    NDIS_STATUS status;

    rig_start(&r,
              &(struct nic_script_miniport){.next = manual,
                                            .mac_options = 9,
                                            .deserialized = is_deserialized,
                                            .address = {2, 0, 0, 0, 0, 9}},
              1, RIG_VERIFY, 0);
    filter =
        (NDIS_REQUEST){.RequestType = NdisRequestSetInformation,
                       .DATA.SET_INFORMATION = {OID_GEN_CURRENT_PACKET_FILTER, &directed, 4, 0, 0}};
    NdisRequest(&status, r.protocols[0].binding, &filter);
    ck_status(status, NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < 4; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
    }
    rig_run(&r, 5000000); /* checks at 2 s, 4 s */
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1), 1);
        rig_run(&r, 4000000); /* to 9 s, 13 s, 17 s */
        ck_assert_uint_eq(r.miniport->resets, 0);
    }
    ck_assert_uint_eq(r.miniport->hang_checks, 8);
    if (is_looping) {
        PUCHAR data;
        packets[4] = nic_script_packet(&r.protocols[0], 60);
        PNDIS_BUFFER buffer;
        UINT length;
        NdisQueryPacket(packets[4], NULL, NULL, &buffer, NULL);
        NdisQueryBuffer(buffer, (PVOID *)&data, &length);
        memcpy(data, self, 6);
        nic_script_send(&r.protocols[0], packets[4]);
        ck_status(nic_script_record(&r.protocols[0], packets[4])->status, NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(rig_statistics(&r).outstanding, 1);
        nic_script_packet_free(&r.protocols[0], packets[4]);
    }
    rig_run(&r, 999999);
    ck_assert_uint_eq(r.miniport->resets, 0);
    rig_run(&r, 2);
    ck_assert_uint_eq(r.miniport->resets, 1); /* at 18 s: the last completion was before 14 s */
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_END);
    ck_assert(!r.protocols[0].reset_done);
    ck_assert_ptr_nonnull(strstr(r.log, "has completed no packet for 4000 ms; reset"));
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    rig_run(&r, 20000000); /* nothing outstanding, nothing to reset for */
    ck_assert_uint_eq(r.miniport->resets, 1);
    stop_clean();
}
END_TEST

/* A reset that does not help starts the intervals again: at 6 s, 12 s, 18 s, and not at every check. */
START_TEST(der_09_the_next_reset_waits_for_two_intervals_more)
{
    PNDIS_PACKET packet;

    rig_start(
        &r,
        &(struct nic_script_miniport){.next = manual, .deserialized = true, .reset_forgets = true},
        1, 0, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    rig_run(&r, 1000000); /* checks at 2 s, 4 s and so on, we look at odd seconds */
    for (unsigned second = 1; second < 20; second += 2) {
        ck_assert_uint_eq(r.miniport->resets, second / 6);
        rig_run(&r, 2000000);
    }
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_packet_free(&r.protocols[0], packet);
    stop_clean();
}
END_TEST

START_TEST(der_09_reset_after_two_intervals_without_an_answer_to_a_request)
{
    ULONG value = 0;
    NDIS_REQUEST requests[2];
    NDIS_STATUS status;

    start(1);
    r.miniport->requests_pend = true;
    for (unsigned i = 0; i < 2; i++) {
        requests[i] =
            (NDIS_REQUEST){.RequestType = NdisRequestQueryInformation,
                           .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED, &value, 4, 0, 0}};
        NdisRequest(&status, r.protocols[0].binding, &requests[i]);
        ck_status(status, NDIS_STATUS_PENDING);
    }
    rig_run(&r, 5000000); /* checks at 2 s, 4 s */
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    ck_assert(r.protocols[0].request_done);
    r.protocols[0].request_done = false;
    rig_run(&r, 4999999); /* the second one was first seen at 6 s */
    ck_assert_uint_eq(r.miniport->resets, 0);
    rig_run(&r, 2);
    ck_assert_uint_eq(r.miniport->resets, 1);
    ck_assert(r.protocols[0].request_done);
    ck_status(r.protocols[0].request_status, NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_ptr_nonnull(strstr(r.log, "has completed no request for 4000 ms; reset"));
    stop_clean();
}
END_TEST

START_TEST(der_09_no_reset_when_the_driver_said_so)
{
    ULONG value = 0;
    NDIS_REQUEST request = {.RequestType = NdisRequestQueryInformation,
                            .DATA.QUERY_INFORMATION = {OID_GEN_LINK_SPEED, &value, 4, 0, 0}};
    bool packets_too = _i & 1, requests_too = _i & 2;
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    rig_start(&r,
              &(struct nic_script_miniport){
                  .next = manual,
                  .attributes = (packets_too ? NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT : 0u) |
                                (requests_too ? NDIS_ATTRIBUTE_IGNORE_REQUEST_TIMEOUT : 0u)},
              1, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    if (packets_too)
        ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    r.miniport->requests_pend = true;
    if (requests_too) {
        NdisRequest(&status, r.protocols[0].binding, &request);
        ck_status(status, NDIS_STATUS_PENDING);
    }
    rig_run(&r, 60000000);
    ck_assert_uint_eq(r.miniport->hang_checks, 30);
    ck_assert_uint_eq(r.miniport->resets, 0);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    if (requests_too)
        nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    nic_script_packet_free(&r.protocols[0], packet);
    stop_clean();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "request");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, req_08_09_requests_pend_and_come_back);
    tcase_add_test(t, req_60_mac_options_are_asked_at_the_beginning);
    tcase_add_test(t, requests_answered_at_once);
    if (rig_layer() == RIG_DIRECT) {
        tcase_add_loop_test(t, a_close_waits_for_what_was_asked, 0, 2);
        tcase_add_test(t, req_01_a_send_beside_waiting_requests_is_answered_at_once);
        tcase_add_test(t, der_08_the_second_reset_sets_what_the_first_did);
        tcase_add_test(t, der_10_a_removal_waits_for_an_answer);
        tcase_add_loop_test(t, der_10_a_halt_ends_what_was_asked, 0, 2);
    }
    if (rig_layer() == RIG_DIRECT)
        tcase_add_test(t, a_driver_answers_after_the_wait);
    tcase_add_loop_test(t, req_10_reset, 0, 2);
    tcase_add_test(t, der_07_reset_ends_a_pended_request_and_the_queue);
    if (rig_layer() == RIG_DIRECT) { /* the protocol is called inside of its own adapter */
        tcase_add_test(t, der_07_a_reset_ends_a_stall);
        tcase_add_test(t, der_06_nothing_is_taken_behind_a_reset);
        tcase_add_loop_test(t, der_02_06_a_reset_that_is_due_refuses_serialized_sends, 0, 2);
        tcase_add_test(t, der_10_nothing_is_asked_of_a_halted_adapter);
    }
    tcase_add_test(t, check_for_hang_every_two_seconds_and_reset);
    tcase_add_loop_test(t, der_09_reset_after_two_intervals_without_a_completed_packet, 0, 4);
    tcase_add_test(t, der_09_the_next_reset_waits_for_two_intervals_more);
    tcase_add_test(t, der_09_reset_after_two_intervals_without_an_answer_to_a_request);
    tcase_add_loop_test(t, der_09_no_reset_when_the_driver_said_so, 1, 4);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_request");
}
