/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every finding of the verifier about NBLs, provoked; and that what it stops does not reach the protocol.
 */
#include "ndis_rig6.h"

#include <string.h>

static struct rig6 r;

static struct nic_script6_step manual(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.when = NIC_WHEN_MANUAL};
}

static PNET_BUFFER_LIST start(unsigned bindings)
{
    struct nic_script6_miniport like = {.next = manual};

    rig6_start(&r, &like, bindings, RIG_VERIFY);
    return rig6_chain(&r.protocols[0], 1, 2);
}

static struct nic_script_packet record(PNET_BUFFER_LIST nbl)
{
    return *nic_script6_record(&r.protocols[0], nbl);
}

/* The latest finding has this sentence, and there were as many. */
static void expect(unsigned count, const char *sentence)
{
    ck_assert_msg(r.findings == count, "%u findings, the first: %s", r.findings, r.finding);
    ck_assert_msg(strstr(r.finding, sentence) != NULL, "\"%s\" is not in: %s", sentence, r.finding);
    r.finding[0] = 0;
}

static void forget(void)
{
    r.findings = 0;
}

static void complete(PNET_BUFFER_LIST nbl)
{
    nbl->Next = NULL;
    nbl->Status = NDIS_STATUS_SUCCESS;
    NdisMSendNetBufferListsComplete(r.miniport->handle, nbl, 0);
}

/* DER-16 for NBLs: double, never sent, foreign. */
START_TEST(der_16_wrong_completions_do_not_reach_the_protocol)
{
    PNET_BUFFER_LIST nbl = start(1);
    NET_BUFFER_LIST foreign = {0};

    complete(nbl);
    expect(1, "nic0: NdisMSendNetBufferListsComplete for an NBL that was never sent; ignored (NBL");
    forget();
    nic_script6_send(&r.protocols[0], nbl, 0);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(r.findings, 0);
    complete(nbl);
    expect(1, "for an NBL that the protocol has had back since; ignored");
    forget();
    complete(&foreign);
    expect(1, "for an NBL that is in no pool; ignored");
    ck_assert_uint_eq(record(nbl).completed, 1);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

static PNET_BUFFER_LIST inner;

static void send_and_complete_inner(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    if (nbl == inner)
        return;
    nic_script6_send(&r.protocols[0], inner, 0); /* waits in the library until we are done */
    complete(inner);
}

START_TEST(der_16_a_completion_of_what_the_library_holds)
{
    PNET_BUFFER_LIST nbl = start(1);

    inner = rig6_chain(&r.protocols[0], 1, 1);
    r.miniport->sending = send_and_complete_inner;
    nic_script6_send(&r.protocols[0], nbl, 0);
    expect(1, "NdisMSendNetBufferListsComplete for an NBL that is not with the driver; ignored");
    ck_assert_uint_eq(record(inner).completed, 0);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 2);
    ck_assert_uint_eq(record(inner).completed, 1);
    nic_script6_nbl_free(&r.protocols[0], inner);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

/* Another adapter, of NDIS 5, so that the protocols of NDIS 6 leave it alone. */
static struct nic_script_miniport other;
static struct nic_script_protocol on_other;
static struct nic_ndis_driver *other_driver;

static void start_other(void)
{
    other = (struct nic_script_miniport){0};
    on_other = (struct nic_script_protocol){0};
    ck_status(nic_script_load(&other, &other_driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_script_add(other_driver, r.platform, "nic1", 1, &other), NDIS_STATUS_SUCCESS);
    ck_status(nic_script_protocol_start(&on_other, r.platform, "nic1"), NDIS_STATUS_SUCCESS);
}

static void stop_other(void)
{
    ck_status(nic_script_protocol_stop(&on_other), NDIS_STATUS_SUCCESS);
    nic_ndis_driver_unload(other_driver);
}

START_TEST(der_16_a_completion_by_another_miniport)
{
    PNET_BUFFER_LIST nbl = start(1);

    start_other();
    nic_script6_send(&r.protocols[0], nbl, 0);
    nbl->Next = NULL;
    nbl->Status = NDIS_STATUS_SUCCESS;
    NdisMSendNetBufferListsComplete(other.handle, nbl, 0);
    expect(1, "nic1: NdisMSendNetBufferListsComplete for an NBL that belongs to another miniport; "
              "ignored");
    ck_assert_uint_eq(record(nbl).completed, 0);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(record(nbl).completed, 1);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    stop_other();
    rig6_stop(&r);
}
END_TEST

/* The history is part of the sentence. */
START_TEST(a_finding_has_the_history)
{
    PNET_BUFFER_LIST nbl = start(1);
    char finding[2048];

    nic_script6_send(&r.protocols[0], nbl, 0);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    complete(nbl);
    snprintf(finding, sizeof(finding), "%s", r.finding);
    ck_assert_ptr_nonnull(strstr(finding, "history: allocated"));
    ck_assert_ptr_nonnull(strstr(finding, "submitted"));
    ck_assert_ptr_nonnull(strstr(finding, "given to the driver"));
    ck_assert_ptr_nonnull(strstr(finding, "returned"));
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

START_TEST(pending_is_no_final_status)
{
    PNET_BUFFER_LIST nbl = start(1);

    nic_script6_send(&r.protocols[0], nbl, 0);
    r.miniport->pending_count = r.miniport->outstanding = 0; /* we are the miniport now */
    nbl->Status = NDIS_STATUS_PENDING;
    NdisMSendNetBufferListsComplete(r.miniport->handle, nbl, 0);
    expect(1, "an NBL is completed with NDIS_STATUS_PENDING");
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

/* REQ-45 for NBLs. */
START_TEST(req_45_an_nbl_never_completed_is_named)
{
    PNET_BUFFER_LIST nbl = start(1);

    r.miniport->pause_pends = true; /* and never ends */
    nic_script6_send(&r.protocols[0], nbl, 0);
    ck_status(nic_ndis_adapter_remove("nic0", 5), NDIS_STATUS_SUCCESS);
    expect(1, "nic0 never completed this NBL (REQ-45) (NBL");
    ck_status(record(nbl).status, NDIS_STATUS_REQUEST_ABORTED);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

/* DER-13: the list of NET_BUFFERs, the data, the descriptor. */
START_TEST(der_13_changes_in_transit_are_named)
{
    PNET_BUFFER_LIST nbl = start(1);
    PNET_BUFFER second = nbl->FirstNetBuffer->Next;

    nic_script6_send(&r.protocols[0], nbl, 0);
    nbl->FirstNetBuffer->Next = NULL;
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    expect(1, "the list of NET_BUFFERs of the NBL changed between submission and return");
    nbl->FirstNetBuffer->Next = second;
    forget();
    nic_script6_send(&r.protocols[0], nbl, 0);
    NdisAdvanceNetBufferDataStart(second, 4, FALSE, NULL);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    expect(1, "the list of NET_BUFFERs of the NBL changed");
    NdisRetreatNetBufferDataStart(second, 4, 0, NULL);
    forget();
    nic_script6_send(&r.protocols[0], nbl, 0);
    ((UCHAR *)second->MdlChain->MappedSystemVa)[59]++;
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    expect(1, "the data of the NBL changed");
    forget();
    nic_script6_send(&r.protocols[0], nbl, 0);
    NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(nbl, nbl);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    expect(1, "the descriptor of the NBL changed");
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

START_TEST(wrong_sends_are_dropped)
{
    PNET_BUFFER_LIST nbl = start(2);
    NET_BUFFER_LIST foreign = {0};

    nbl->SourceHandle = r.protocols[1].binding;
    nic_script6_send(&r.protocols[0], nbl, 0);
    expect(1, "NdisSendNetBufferLists for an NBL that has a SourceHandle that is not the binding; "
              "dropped");
    forget();
    nbl->SourceHandle = r.protocols[0].binding;
    nic_script6_send(&r.protocols[0], nbl, 0);
    nic_script6_send(&r.protocols[0], nbl, 0);
    expect(1, "that is in transit already; dropped");
    forget();
    NdisFreeNetBufferList(nbl);
    expect(1, "NdisFreeNetBufferList for an NBL that is in transit; ignored");
    forget();
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(record(nbl).completed, 1);
    NdisSendNetBufferLists(r.protocols[0].binding, &foreign, 0, 0);
    expect(1, "NdisSendNetBufferLists for an NBL that is in no pool; dropped");
    forget();
    nic_script6_nbl_free(&r.protocols[0], nbl);
    NdisSendNetBufferLists(r.protocols[0].binding, nbl, 0, 0);
    expect(1, "that is free; dropped");
    forget();
    NdisFreeNetBufferList(nbl);
    expect(1, "NdisFreeNetBufferList for an NBL that is free; ignored");
    rig6_stop(&r);
}
END_TEST

START_TEST(more_wrong_sends_are_dropped)
{
    PNET_BUFFER_LIST nbl = start(1);
    PNET_BUFFER first = nbl->FirstNetBuffer;
    NDIS_HANDLE binding = r.protocols[0].binding;
    NET_BUFFER_LIST foreign = {0};

    nbl->SourceHandle = binding;
    nbl->FirstNetBuffer = NULL;
    NdisSendNetBufferLists(binding, nbl, 0, 0);
    nbl->FirstNetBuffer = first;
    expect(1, "for an NBL that has no NET_BUFFER; dropped");
    forget();
    NdisFreeNetBufferList(&foreign);
    expect(1, "NdisFreeNetBufferList for an NBL that is in no pool; ignored");
    forget();
    ck_status(NdisCloseAdapterEx(binding), NDIS_STATUS_SUCCESS);
    NdisSendNetBufferLists(binding, nbl, 0, 0);
    expect(1, "for an NBL that is sent on a closed binding; dropped");
    ck_assert_uint_eq(nic_script6_waiting(r.miniport), 0);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    r.protocols[0].binding = NULL;
    rig6_stop(&r);
}
END_TEST

/* DER-11. */
START_TEST(der_11_a_pause_that_fails_is_named)
{
    PNET_BUFFER_LIST nbl = start(1);

    r.miniport->pause_status = NDIS_STATUS_FAILURE;
    ck_status(nic_ndis_adapter_pause("nic0", 10), NDIS_STATUS_SUCCESS);
    expect(1, "nic0 answered MiniportPause with c0000001; it must not fail");
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

START_TEST(der_11_a_pause_that_leaves_something_is_named)
{
    PNET_BUFFER_LIST nbl = start(1);

    nic_script6_send(&r.protocols[0], nbl, 0);
    r.miniport->pending[0].step.when = NIC_WHEN_NEVER;
    ck_status(nic_ndis_adapter_pause("nic0", 10), NDIS_STATUS_SUCCESS);
    expect(1, "nic0 finished MiniportPause with 1 NBLs not completed (DER-11)");
    nic_script6_release(r.miniport, NIC_WHEN_NEVER, 1);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

/* ---- received ---- */

static UCHAR frame[60];
static PMDL mdl;
static NDIS_HANDLE pool;
static PNET_BUFFER_LIST received, kept;

static void keep(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    (void)context;
    (void)count;
    (void)flags;
    kept = chain;
}

static void start_receive(void)
{
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};
    PNET_BUFFER_LIST nbl = start(1);

    nic_script6_nbl_free(&r.protocols[0], nbl);
    r.protocols[0].received = keep;
    ck_status(nic_script6_request(&r.protocols[0], NdisRequestSetInformation,
                                  OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
    pool = NdisAllocateNetBufferListPool(NULL, &p);
    mdl = NdisAllocateMdl(NULL, frame, sizeof(frame));
    received = NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, mdl, 0, sizeof(frame));
    kept = NULL;
}

static void indicate(PNET_BUFFER_LIST nbl)
{
    NdisMIndicateReceiveNetBufferLists(r.miniport->handle, nbl, 0, 1, 0);
}

static void stop_receive(void)
{
    NdisFreeNetBufferList(received);
    NdisFreeNetBufferListPool(pool);
    NdisFreeMdl(mdl);
    rig6_stop(&r);
}

START_TEST(wrong_indications_and_returns)
{
    NET_BUFFER_LIST foreign = {0};

    start_receive();
    indicate(&foreign);
    expect(1, "nic0 indicates an NBL that is in no pool; left out");
    forget();
    indicate(received);
    ck_assert_ptr_eq(kept, received);
    kept = NULL;
    indicate(received);
    expect(1, "nic0 indicates an NBL that a protocol has; left out");
    ck_assert_ptr_null(kept);
    forget();
    NdisReturnNetBufferLists(r.protocols[0].binding, received, 0);
    ck_assert_uint_eq(r.findings, 0);
    NdisReturnNetBufferLists(r.protocols[0].binding, received, 0);
    expect(1, "NdisReturnNetBufferLists for an NBL that no protocol has; ignored");
    forget();
    NdisReturnNetBufferLists(r.protocols[0].binding, &foreign, 0);
    expect(1, "NdisReturnNetBufferLists for an NBL that is in no pool; ignored");
    ck_assert_uint_eq(r.miniport->returned, 1);
    forget();
    ck_status(nic_ndis_adapter_pause("nic0", 10), NDIS_STATUS_SUCCESS);
    indicate(received);
    expect(1, "nic0 indicates an NBL while it is paused");
    ck_assert_ptr_null(kept);
    ck_assert_uint_eq(r.miniport->returned, 2); /* it came back at once */
    stop_receive();
}
END_TEST

START_TEST(more_wrong_indications_and_returns)
{
    PNET_BUFFER_LIST sent;

    start_receive();
    start_other();
    indicate(received);
    NdisReturnNetBufferLists(on_other.binding, kept, 0);
    expect(1, "NdisReturnNetBufferLists for an NBL that belongs to another miniport; ignored");
    ck_assert_uint_eq(r.miniport->returned, 0);
    NdisReturnNetBufferLists(r.protocols[0].binding, kept, 0);
    kept = NULL;
    forget();
    sent = rig6_chain(&r.protocols[0], 1, 1);
    nic_script6_send(&r.protocols[0], sent, 0);
    indicate(sent);
    expect(1, "nic0 indicates an NBL that is being sent; left out");
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script6_nbl_free(&r.protocols[0], sent);
    forget();
    NdisFreeNetBufferList(received);
    indicate(received);
    expect(1, "nic0 indicates an NBL that is free; left out");
    ck_assert_ptr_null(kept);
    received = NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, mdl, 0, sizeof(frame));
    stop_other();
    stop_receive();
}
END_TEST

START_TEST(der_11_a_pause_with_nbls_lent_is_named)
{
    start_receive();
    indicate(received);
    ck_status(nic_ndis_adapter_pause("nic0", 10), NDIS_STATUS_SUCCESS);
    expect(1, "nic0 finished MiniportPause with 1 received NBLs not returned");
    NdisReturnNetBufferLists(r.protocols[0].binding, kept, 0);
    stop_receive();
}
END_TEST

START_TEST(a_pool_in_use_is_kept)
{
    start_receive();
    NdisFreeNetBufferListPool(pool);
    expect(1, "for a pool with 1 in use; it is kept");
    stop_receive();
}
END_TEST

START_TEST(a_lock_held_across_a_call_is_named)
{
    PNET_BUFFER_LIST nbl = start(1);
    NDIS_SPIN_LOCK lock;

    NdisAllocateSpinLock(&lock);
    nic_script6_send(&r.protocols[0], nbl, 0);
    NdisAcquireSpinLock(&lock);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    NdisReleaseSpinLock(&lock);
    expect(1, "NdisMSendNetBufferListsComplete called with 1 spin locks held");
    NdisFreeSpinLock(&lock);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop(&r);
}
END_TEST

START_TEST(a_leaked_pool_is_reported)
{
    struct nic_script6_miniport like = {0};
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1}};

    rig6_start(&r, &like, 0, RIG_NO_MINIPORT);
    NdisAllocateNetBufferListPool(NULL, &p);
    nic_ndis_driver_unload(r.driver);
    ck_assert_uint_eq(nic_ndis_stop(), 1);
    ck_assert_str_eq(r.log, "leak: a pool of NET_BUFFER_LISTs with 0 in use was not freed");
    free(r.miniport);
    nic_trace_free(&r.trace);
    nic_virtual_destroy(r.platform);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_verify6");
    TCase *t = tcase_create("verify");

    tcase_add_test(t, der_16_wrong_completions_do_not_reach_the_protocol);
    tcase_add_test(t, der_16_a_completion_of_what_the_library_holds);
    tcase_add_test(t, der_16_a_completion_by_another_miniport);
    tcase_add_test(t, a_finding_has_the_history);
    tcase_add_test(t, pending_is_no_final_status);
    tcase_add_test(t, req_45_an_nbl_never_completed_is_named);
    tcase_add_test(t, der_13_changes_in_transit_are_named);
    tcase_add_test(t, wrong_sends_are_dropped);
    tcase_add_test(t, more_wrong_sends_are_dropped);
    tcase_add_test(t, der_11_a_pause_that_fails_is_named);
    tcase_add_test(t, der_11_a_pause_that_leaves_something_is_named);
    tcase_add_test(t, wrong_indications_and_returns);
    tcase_add_test(t, more_wrong_indications_and_returns);
    tcase_add_test(t, der_11_a_pause_with_nbls_lent_is_named);
    tcase_add_test(t, a_pool_in_use_is_kept);
    tcase_add_test(t, a_lock_held_across_a_call_is_named);
    tcase_add_test(t, a_leaked_pool_is_reported);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
