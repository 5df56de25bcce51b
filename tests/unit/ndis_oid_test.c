/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OID requests and status indications of NDIS 6.
 */
#include "ndis_rig6.h"

#include <string.h>

static struct rig6 r;

static void start(unsigned bindings)
{
    struct nic_script6_miniport like = {.address = {2, 0, 0, 0, 0, 1},
                                        .mac_options = NDIS_MAC_OPTION_FULL_DUPLEX};

    rig6_start(&r, &like, bindings, RIG_VERIFY);
}

static NDIS_STATUS query(unsigned protocol, NDIS_OID oid, void *buffer, UINT length, UINT *bytes)
{
    return nic_script6_request(&r.protocols[protocol], NdisRequestQueryInformation, oid, buffer,
                               length, bytes);
}

static NDIS_STATUS set(unsigned protocol, NDIS_OID oid, void *buffer, UINT length)
{
    return nic_script6_request(&r.protocols[protocol], NdisRequestSetInformation, oid, buffer,
                               length, NULL);
}

START_TEST(a_request_is_answered_at_once)
{
    ULONG value = 0;
    UINT bytes;

    start(1);
    ck_status(query(0, OID_GEN_XMIT_OK, &value, sizeof(value), &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 0x12345678);
    ck_assert_uint_eq(bytes, 4);
    ck_assert_uint_eq(r.miniport->last_oid, OID_GEN_XMIT_OK);
    ck_status(query(0, OID_GEN_XMIT_OK, &value, 1, &bytes), NDIS_STATUS_BUFFER_TOO_SHORT);
    r.miniport->oid_status = NDIS_STATUS_NOT_SUPPORTED;
    ck_status(query(0, OID_GEN_RCV_OK, &value, sizeof(value), &bytes), NDIS_STATUS_NOT_SUPPORTED);
    rig6_stop_clean(&r);
}
END_TEST

/* The instrument: nobody waits any more, but request and buffer are there. */
START_TEST(a_driver_answers_after_the_wait)
{
    ULONG value = 7;
    UINT bytes;

    start(1);
    r.miniport->oids_pend = true;
    ck_status(query(0, OID_GEN_XMIT_OK, &value, sizeof(value), &bytes), NDIS_STATUS_PENDING);
    ck_assert(nic_script6_oid_answer(r.miniport, NDIS_STATUS_SUCCESS));
    ck_assert_uint_eq(value, 7);
    rig6_stop_clean(&r);
}
END_TEST

/* The attributes answer; the driver is not asked. */
START_TEST(what_the_attributes_say_is_not_asked)
{
    static const NDIS_OID oids[] = {OID_GEN_CURRENT_PACKET_FILTER, OID_GEN_XMIT_OK};
    UCHAR address[6];
    NDIS_OID list[2];
    ULONG value;
    UINT bytes;

    start(1);
    ck_status(query(0, OID_GEN_SUPPORTED_LIST, list, sizeof(list), &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(list, oids, sizeof(oids));
    ck_status(query(0, OID_802_3_CURRENT_ADDRESS, address, 6, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(address, r.miniport->address, 6);
    ck_status(query(0, OID_802_3_PERMANENT_ADDRESS, address, 5, &bytes),
              NDIS_STATUS_BUFFER_TOO_SHORT);
    ck_status(query(0, OID_GEN_MAC_OPTIONS, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, NDIS_MAC_OPTION_FULL_DUPLEX);
    ck_status(query(0, OID_GEN_LINK_SPEED, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 10000000);
    ck_status(query(0, OID_GEN_MAXIMUM_FRAME_SIZE, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 1500);
    ck_status(query(0, OID_GEN_MEDIA_CONNECT_STATUS, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, NdisMediaStateConnected);
    ck_status(query(0, OID_GEN_MEDIA_IN_USE, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_status(query(0, OID_GEN_PHYSICAL_MEDIUM, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_status(query(0, OID_GEN_MAXIMUM_LOOKAHEAD, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_status(query(0, OID_802_3_MAXIMUM_LIST_SIZE, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 32);
    ck_assert_uint_eq(r.miniport->oids, 0);
    rig6_stop_clean(&r);
}
END_TEST

static NDIS_OID_REQUEST requests[3];
static ULONG values[3];

static void fill(void)
{
    for (unsigned i = 0; i < 3; i++)
        requests[i] = (NDIS_OID_REQUEST){
            .Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                       NDIS_SIZEOF_OID_REQUEST_REVISION_1},
            .RequestType = NdisRequestQueryInformation,
            .RequestId = &values[i],
            .DATA.QUERY_INFORMATION = {.Oid = OID_GEN_XMIT_OK,
                                       .InformationBuffer = &values[i],
                                       .InformationBufferLength = sizeof(values[i])}};
}

static void finish(NDIS_STATUS status)
{
    PNDIS_OID_REQUEST request = r.miniport->request;

    r.miniport->request = NULL;
    NdisMOidRequestComplete(r.miniport->handle, request, status);
    rig6_run(&r, 100);
}

/* REQ-8 and 9 for NDIS 6: one at a time, in order. */
START_TEST(requests_pend_one_at_a_time)
{
    start(1);
    fill();
    r.miniport->oids_pend = true;
    for (unsigned i = 0; i < 3; i++)
        ck_status(NdisOidRequest(r.protocols[0].binding, &requests[i]), NDIS_STATUS_PENDING);
    rig6_run(&r, 100);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(r.miniport->oids, i + 1);
        ck_assert_ptr_eq(r.miniport->request, &requests[i]);
        r.protocols[0].request_done = false;
        finish(i ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
        ck_assert(r.protocols[0].request_done);
        ck_status(r.protocols[0].request_status, i ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
        ck_assert_uint_eq(requests[i].DATA.QUERY_INFORMATION.BytesWritten, 4);
    }
    NdisMOidRequestComplete(r.miniport->handle, &requests[0], NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.logs, 1); /* it is not there any more */
    r.miniport->oids_pend = false;
    rig6_stop_clean(&r);
}
END_TEST

START_TEST(requests_can_be_cancelled)
{
    start(1);
    fill();
    r.miniport->oids_pend = true;
    for (unsigned i = 0; i < 3; i++)
        NdisOidRequest(r.protocols[0].binding, &requests[i]);
    NdisCancelOidRequest(r.protocols[0].binding, &values[1]); /* waits in the library */
    ck_assert(r.protocols[0].request_done);
    ck_status(r.protocols[0].request_status, NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_uint_eq(r.miniport->oid_cancels, 0);
    NdisCancelOidRequest(r.protocols[0].binding, &values[0]); /* the driver has it */
    ck_assert_uint_eq(r.miniport->oid_cancels, 1);
    rig6_run(&r, 100);
    ck_assert_ptr_eq(r.miniport->request, &requests[2]);
    finish(NDIS_STATUS_SUCCESS);
    r.miniport->oids_pend = false;
    rig6_stop_clean(&r);
}
END_TEST

/* Another binding's requests with the same id are not: neither the one in the driver nor the one that waits. */
START_TEST(requests_of_others_are_not_cancelled)
{
    start(2);
    fill();
    r.miniport->oids_pend = true;
    for (unsigned i = 0; i < 3; i++) {
        requests[i].RequestId = &values[0];
        ck_status(NdisOidRequest(r.protocols[i == 2].binding, &requests[i]), NDIS_STATUS_PENDING);
    }
    NdisCancelOidRequest(r.protocols[1].binding, &values[0]);
    ck_assert(r.protocols[1].request_done);
    ck_status(r.protocols[1].request_status, NDIS_STATUS_REQUEST_ABORTED);
    ck_assert(!r.protocols[0].request_done);
    ck_assert_uint_eq(r.miniport->oid_cancels, 0);
    finish(NDIS_STATUS_SUCCESS);
    rig6_run(&r, 100);
    ck_assert_ptr_eq(r.miniport->request, &requests[1]);
    finish(NDIS_STATUS_SUCCESS);
    r.miniport->oids_pend = false;
    rig6_stop_clean(&r);
}
END_TEST

/* The request comes back as it was, the driver has seen the union. */
START_TEST(filters_and_lists_are_united)
{
    UCHAR lists[2][12] = {{1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 2}, {1, 0, 0, 0, 0, 2}};
    ULONG filter = NDIS_PACKET_TYPE_DIRECTED, other = NDIS_PACKET_TYPE_MULTICAST;
    NDIS_OID_REQUEST request = {
        .RequestType = NdisRequestSetInformation,
        .DATA.SET_INFORMATION = {.Oid = OID_802_3_MULTICAST_LIST, .InformationBufferLength = 6}};
    UCHAR back[12];
    UINT bytes;

    start(2);
    ck_status(set(0, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter)), NDIS_STATUS_SUCCESS);
    ck_status(set(1, OID_GEN_CURRENT_PACKET_FILTER, &other, sizeof(other)), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->filter, filter | other);
    ck_status(set(0, OID_802_3_MULTICAST_LIST, lists[0], 12), NDIS_STATUS_SUCCESS);
    request.DATA.SET_INFORMATION.InformationBuffer = lists[1];
    ck_status(NdisOidRequest(r.protocols[1].binding, &request), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->multicast_count, 2);
    ck_assert_ptr_eq(request.DATA.SET_INFORMATION.InformationBuffer, lists[1]);
    ck_assert_uint_eq(request.DATA.SET_INFORMATION.InformationBufferLength, 6);
    ck_assert_uint_eq(request.DATA.SET_INFORMATION.BytesRead, 6);
    ck_status(query(1, OID_802_3_MULTICAST_LIST, back, 12, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bytes, 6);
    ck_assert_mem_eq(back, lists[1], 6);
    r.miniport->oid_status = NDIS_STATUS_FAILURE; /* refused: the old one stays */
    filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    ck_status(set(0, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter)), NDIS_STATUS_FAILURE);
    r.miniport->oid_status = NDIS_STATUS_SUCCESS;
    ck_status(set(1, OID_GEN_CURRENT_PACKET_FILTER, &other, sizeof(other)), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_DIRECTED | other);
    /* Who goes takes his share with him. */
    ck_status(nic_script6_protocol_stop(&r.protocols[1]), NDIS_STATUS_SUCCESS);
    r.bindings = 1;
    rig6_run(&r, 1000);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_DIRECTED);
    ck_assert_uint_eq(r.miniport->multicast_count, 2);
    rig6_stop_clean(&r);
}
END_TEST

START_TEST(a_request_in_the_driver_at_halt_is_aborted)
{
    start(1);
    fill();
    r.miniport->oids_pend = true;
    ck_status(NdisOidRequest(r.protocols[0].binding, &requests[0]), NDIS_STATUS_PENDING);
    ck_status(NdisOidRequest(r.protocols[0].binding, &requests[1]), NDIS_STATUS_PENDING);
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    ck_assert(r.protocols[0].request_done);
    ck_status(r.protocols[0].request_status, NDIS_STATUS_REQUEST_ABORTED);
    rig6_stop_clean(&r);
}
END_TEST

/* DER-9: a request that the driver does not answer for two whole intervals leads to a reset. */
START_TEST(der_09_a_request_for_ever_is_a_hang)
{
    start(1);
    fill();
    r.miniport->oids_pend = true;
    ck_status(NdisOidRequest(r.protocols[0].binding, &requests[0]), NDIS_STATUS_PENDING);
    rig6_run(&r, 9000000);
    ck_assert_uint_ge(r.miniport->resets, 1);
    finish(NDIS_STATUS_SUCCESS);
    r.miniport->oids_pend = false;
    rig6_stop_clean(&r);
}
END_TEST

/* ---- status ---- */

static NDIS_LINK_STATE heard;

static void on_status(void *context, PNDIS_STATUS_INDICATION indication)
{
    (void)context;
    if (indication->StatusCode == NDIS_STATUS_LINK_STATE)
        memcpy(&heard, indication->StatusBuffer, sizeof(heard));
}

/* REQ-11 for NDIS 6. */
START_TEST(status_reaches_every_binding_or_the_one_it_is_for)
{
    NDIS_LINK_STATE state = {.Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_LINK_STATE_REVISION_1,
                                        NDIS_SIZEOF_LINK_STATE_REVISION_1},
                             .MediaConnectState = MediaConnectStateDisconnected,
                             .MediaDuplexState = MediaDuplexStateUnknown,
                             .XmitLinkSpeed = NDIS_LINK_SPEED_UNKNOWN,
                             .RcvLinkSpeed = NDIS_LINK_SPEED_UNKNOWN};
    NDIS_STATUS_INDICATION indication = {.Header = {NDIS_OBJECT_TYPE_STATUS_INDICATION,
                                                    NDIS_STATUS_INDICATION_REVISION_1,
                                                    NDIS_SIZEOF_STATUS_INDICATION_REVISION_1},
                                         .StatusCode = NDIS_STATUS_LINK_STATE,
                                         .StatusBuffer = &state,
                                         .StatusBufferSize = sizeof(state)};
    ULONG value;
    UINT bytes;

    start(2);
    r.protocols[0].status = r.protocols[1].status = on_status;
    indication.SourceHandle = r.miniport->handle;
    NdisMIndicateStatusEx(r.miniport->handle, &indication);
    ck_assert_uint_eq(r.protocols[0].statuses, 1);
    ck_assert_uint_eq(r.protocols[1].statuses, 1);
    ck_assert_int_eq(heard.MediaConnectState, MediaConnectStateDisconnected);
    ck_status(query(0, OID_GEN_MEDIA_CONNECT_STATUS, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, NdisMediaStateDisconnected);
    ck_status(query(0, OID_GEN_LINK_SPEED, &value, 4, &bytes), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 0);
    indication.DestinationHandle = r.protocols[1].binding;
    NdisMIndicateStatusEx(r.miniport->handle, &indication);
    ck_assert_uint_eq(r.protocols[0].statuses, 1);
    ck_assert_uint_eq(r.protocols[1].statuses, 2);
    rig6_stop_clean(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_oid");
    TCase *t = tcase_create("oid");

    tcase_add_test(t, a_request_is_answered_at_once);
    tcase_add_test(t, a_driver_answers_after_the_wait);
    tcase_add_test(t, what_the_attributes_say_is_not_asked);
    tcase_add_test(t, requests_pend_one_at_a_time);
    tcase_add_test(t, requests_can_be_cancelled);
    tcase_add_test(t, requests_of_others_are_not_cancelled);
    tcase_add_test(t, filters_and_lists_are_united);
    tcase_add_test(t, a_request_in_the_driver_at_halt_is_aborted);
    tcase_add_test(t, der_09_a_request_for_ever_is_a_hang);
    tcase_add_test(t, status_reaches_every_binding_or_the_one_it_is_for);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
