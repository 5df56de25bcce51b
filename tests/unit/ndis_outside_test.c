/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No lock of the library is held across a callback: the verifier looks at every call of a driver or a protocol. Here somebody
 * holds one, and each kind of call is named.
 */
#include "ndis_machine.h"

#include "ndis_rig6.h"

static struct nic_lock held;

static struct nic_script_step step5;

static struct nic_script_step one_step5(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return step5;
}

static struct nic_script6_step manual6(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.when = NIC_WHEN_MANUAL, .queued = true};
}

static void hold(struct nic_platform *platform)
{
    platform->ops->lock_init(platform, &held, "held");
    ndis_lock(&held);
}

static void let_go(struct nic_platform *platform)
{
    ndis_unlock(&held);
    platform->ops->lock_free(platform, &held);
}

static void expect(unsigned findings, const char *sentence, const char *function)
{
    char words[128];

    snprintf(words, sizeof(words), "%s with 1 of its own locks held", function);
    ck_assert_uint_ge(findings, 1);
    ck_assert_msg(strstr(sentence, words) != NULL, "\"%s\" is not in: %s", words, sentence);
}

START_TEST(of_ndis_5)
{
    static const char *const names[] = {
        "SendHandler",   "SendPacketsHandler",     "send_complete",  "QueryInformationHandler",
        "StatusHandler", "HandleInterruptHandler", "ReceiveHandler", "send_complete"};
    struct rig r;
    ULONG options = 0;
    NDIS_REQUEST request = {
        .RequestType = NdisRequestQueryInformation,
        .DATA.QUERY_INFORMATION = {OID_GEN_MAC_OPTIONS, &options, sizeof(options), 0, 0}};
    NDIS_STATUS status;
    PNDIS_PACKET packet;
    UCHAR frame[60] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    step5 = (struct nic_script_step){NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step5, .arrays = _i == 1}, 1,
              RIG_VERIFY, 0);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestSetInformation,
                                 OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
    packet = nic_script_packet(&r.protocols[0], 60);
    if (_i == 2)
        nic_script_send(&r.protocols[0], packet);
    if (_i == 7)
        step5.when = NIC_WHEN_INSIDE;
    hold(r.platform);
    if (_i < 2 || _i == 7)
        nic_script_send(&r.protocols[0], packet);
    else if (_i == 2)
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    else if (_i == 3)
        NdisRequest(&status, r.protocols[0].binding, &request);
    else if (_i == 4)
        NdisMIndicateStatus(r.miniport->handle, NDIS_STATUS_MEDIA_CONNECT, NULL, 0);
    else if (_i == 5)
        ndis_handle_interrupt(ndis_miniport_of(r.miniport->handle));
    else
        NdisMEthIndicateReceive(r.miniport->handle, NULL, frame, 14, frame + 14, 46, 46);
    let_go(r.platform);
    if (_i == 7)
        ck_assert_uint_eq(r.findings, 2); /* MiniportSend, and the completion in it */
    else
        expect(r.findings, r.finding, names[_i]);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_packet_free(&r.protocols[0], packet);
    rig_stop(&r);
}
END_TEST

START_TEST(of_ndis_6)
{
    static const char *const names[] = {"SendNetBufferListsHandler",
                                        "SendNetBufferListsCompleteHandler", "CancelSendHandler",
                                        "StatusHandlerEx", "InterruptDpcHandler"};
    struct rig6 r;
    NDIS_STATUS_INDICATION indication = {.StatusCode = NDIS_STATUS_LINK_STATE};
    struct nic_dpc *dpc;
    PNET_BUFFER_LIST nbl;

    rig6_start(&r, &(struct nic_script6_miniport){.next = manual6}, 1, RIG_VERIFY);
    dpc = &ndis_miniport_of(r.miniport->handle)->dpc;
    nbl = rig6_chain(&r.protocols[0], 1, 1);
    if (_i == 1)
        nic_script6_send(&r.protocols[0], nbl, 0);
    hold(r.platform);
    if (_i == 0)
        nic_script6_send(&r.protocols[0], nbl, 0);
    else if (_i == 1)
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    else if (_i == 2)
        NdisCancelSendNetBufferLists(r.protocols[0].binding, &r);
    else if (_i == 3)
        NdisMIndicateStatusEx(r.miniport->handle, &indication);
    else
        dpc->fn(dpc->context);
    let_go(r.platform);
    expect(r.findings, r.finding, names[_i]);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    rig6_free(&r.protocols[0], &nbl, 1);
    rig6_stop(&r);
}
END_TEST

/* A driver's own lock is another matter (ndis_verify_level_test), and what an ISR interrupts, too. */
START_TEST(what_may_be_held)
{
    NDIS_SPIN_LOCK lock;
    struct rig r;

    rig_start(&r, &(struct nic_script_miniport){0}, 1, RIG_VERIFY, 0);
    NdisAllocateSpinLock(&lock);
    NdisAcquireSpinLock(&lock);
    ndis_verify_outside("a driver");
    NdisReleaseSpinLock(&lock);
    NdisFreeSpinLock(&lock);
    hold(r.platform);
    r.platform->ops->interrupt_raise(r.platform, 8);
    ck_assert_uint_eq(r.miniport->isrs, 1);
    let_go(r.platform);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    rig_stop(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_outside");
    TCase *t = tcase_create("callbacks");

    tcase_add_loop_test(t, of_ndis_5, 0, 8);
    tcase_add_loop_test(t, of_ndis_6, 0, 5);
    tcase_add_test(t, what_may_be_held);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
