/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier, continued (ndis_verify_test.c): at which level a call is made, with which spin locks held, and how deep on the
 * stack.
 */
#include "ndis_verify_rig.h"

START_TEST(wrong_levels)
{
    static const char *const names[] = {"NdisSend called at level 5",
                                        "NdisMSendComplete called at level 5",
                                        "NdisMSendResourcesAvailable called at level 5",
                                        "NdisAcquireSpinLock called at level 5",
                                        "NdisDprAcquireSpinLock called at level 0",
                                        "NdisWaitEvent called at level 2",
                                        "NdisMSleep called at level 2"};
    static const enum nic_level levels[] = {
        NIC_LEVEL_INTERRUPT, NIC_LEVEL_INTERRUPT, NIC_LEVEL_INTERRUPT, NIC_LEVEL_INTERRUPT,
        NIC_LEVEL_PASSIVE,   NIC_LEVEL_DISPATCH,  NIC_LEVEL_DISPATCH};
    NDIS_SPIN_LOCK lock;
    enum nic_level before;
    NDIS_EVENT event;
    NDIS_STATUS status;

    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    NdisAllocateSpinLock(&lock);
    NdisInitializeEvent(&event);
    if (_i == 1)
        nic_script_send(&r.protocols[0], packet);
    before = r.platform->ops->raise(r.platform, levels[_i]);
    switch (_i) {
    case 0:
        NdisSend(&status, r.protocols[0].binding, packet);
        break;
    case 1:
        NdisMSendComplete(r.miniport->handle, packet, NDIS_STATUS_SUCCESS);
        break;
    case 2:
        NdisMSendResourcesAvailable(r.miniport->handle);
        break;
    case 3:
        NdisAcquireSpinLock(&lock);
        NdisReleaseSpinLock(&lock);
        break;
    case 4:
        NdisDprAcquireSpinLock(&lock);
        NdisDprReleaseSpinLock(&lock);
        break;
    case 5:
        ck_assert(!NdisWaitEvent(&event, 1));
        break;
    case 6:
        NdisMSleep(1);
        break;
    }
    r.platform->ops->lower(r.platform, before);
    found(names[_i]);
    if (_i == 0)
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    r.miniport->wrong_levels = 0; /* our doing */
    if (_i == 1)
        r.miniport->pending_count = 0;
    NdisFreeSpinLock(&lock);
    finish();
}
END_TEST

START_TEST(a_lock_held_across_a_call_up)
{
    NDIS_SPIN_LOCK lock;

    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    NdisAllocateSpinLock(&lock);
    nic_script_send(&r.protocols[0], packet);
    NdisAcquireSpinLock(&lock);
    switch (_i) {
    case 0:
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
        break;
    case 1:
        NdisMSendResourcesAvailable(r.miniport->handle);
        break;
    case 2:
        NdisMIndicateStatus(r.miniport->handle, NDIS_STATUS_MEDIA_CONNECT, NULL, 0);
        break;
    case 3:
        NdisMEthIndicateReceive(r.miniport->handle, NULL, "", 0, "", 0, 0);
        break;
    case 4:
        NdisMIndicateReceivePacket(r.miniport->handle, NULL, 0);
        break;
    }
    NdisReleaseSpinLock(&lock);
    found("with 1 spin locks held");
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    NdisFreeSpinLock(&lock);
    finish();
}
END_TEST

START_TEST(more_wrong_levels)
{
    static const char *const names[] = {
        "NdisMIndicateStatus called at level 5", "NdisMIndicateReceivePacket called at level 5",
        "NdisMEthIndicateReceive called at level 5", "NdisRequest called at level 5"};
    NDIS_REQUEST request = {.RequestType = NdisRequestGeneric1};
    enum nic_level before;
    NDIS_STATUS status;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    before = r.platform->ops->raise(r.platform, NIC_LEVEL_INTERRUPT);
    if (_i == 0)
        NdisMIndicateStatus(r.miniport->handle, NDIS_STATUS_MEDIA_CONNECT, NULL, 0);
    else if (_i == 1)
        NdisMIndicateReceivePacket(r.miniport->handle, NULL, 0);
    else if (_i == 2)
        NdisMEthIndicateReceive(r.miniport->handle, NULL, "", 0, "", 0, 0);
    else
        NdisRequest(&status, r.protocols[0].binding, &request);
    r.platform->ops->lower(r.platform, before);
    found(names[_i]);
    finish();
}
END_TEST

static NDIS_SPIN_LOCK forgotten;

static void forget(void *context, PNDIS_PACKET sent)
{
    (void)context;
    (void)sent;
    NdisDprAcquireSpinLock(&forgotten);
}

static void forget_in_interrupt(void *context)
{
    forget(context, NULL);
}

START_TEST(an_entry_of_the_driver_returns_with_a_lock)
{
    static const char *const entries[] = {"MiniportSend with 1 spin locks more",
                                          "MiniportSendPackets with 1 spin locks more",
                                          "MiniportHandleInterrupt with 1 spin locks more"};
    enum nic_level before;

    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    start_with((struct nic_script_miniport){.arrays = _i == 1,
                                            .sending = _i < 2 ? forget : NULL,
                                            .interrupting = _i == 2 ? forget_in_interrupt : NULL});
    NdisAllocateSpinLock(&forgotten);
    nic_script_send(&r.protocols[0], packet);
    if (_i == 2)
        r.platform->ops->interrupt_raise(r.platform, 8);
    found(entries[_i]);
    before = r.platform->ops->raise(r.platform, NIC_LEVEL_DISPATCH); /* where it was taken */
    NdisReleaseSpinLock(&forgotten);
    r.platform->ops->lower(r.platform, before);
    r.miniport->sending = NULL;
    r.miniport->interrupting = NULL;
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    NdisFreeSpinLock(&forgotten);
    finish();
}
END_TEST

START_TEST(a_protocol_calls_down_with_a_lock)
{
    NDIS_REQUEST request = {.RequestType = NdisRequestQueryInformation,
                            .DATA.QUERY_INFORMATION = {OID_GEN_MAC_OPTIONS, &(ULONG){0}, 4, 0, 0}};
    NDIS_SPIN_LOCK lock;
    NDIS_STATUS status;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    NdisAllocateSpinLock(&lock);
    NdisAcquireSpinLock(&lock);
    if (_i == 0)
        nic_script_send(&r.protocols[0], packet);
    else if (_i == 1)
        nic_script_send_array(&r.protocols[0], &packet, 1);
    else if (_i == 2)
        NdisRequest(&status, r.protocols[0].binding, &request);
    else if (_i == 3)
        NdisCancelSendPackets(r.protocols[0].binding, NULL);
    else
        NdisReturnPackets(&packet, 0);
    NdisReleaseSpinLock(&lock);
    found("with 1 spin locks held");
    NdisFreeSpinLock(&lock);
    finish();
}
END_TEST

static unsigned again;

static void send_again(void *context, PNDIS_PACKET back, NDIS_STATUS status)
{
    (void)context;
    (void)status;
    if (again && again--)
        nic_script_send(&r.protocols[0], back);
}

/* C-11: a serialized miniport's completions do not nest (ndis_order_test); those inside a deserialized one's MiniportSend
 * do. */
START_TEST(c_11_completions_nested_too_deep)
{
    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_INSIDE};
    start_with((struct nic_script_miniport){.deserialized = true});
    r.protocols[0].completed = send_again;
    again = _i ? 100 : 31;
    nic_script_send(&r.protocols[0], packet);
    ck_assert_uint_eq(again, 0);
    if (_i)
        found_in_packet("ProtocolSendComplete is called 33 deep on one stack", "completed at");
    else
        ck_assert_uint_eq(r.findings, 0);
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_verify_level");
    TCase *t = tcase_create("verifier");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, wrong_levels, 0, 7);
    tcase_add_loop_test(t, a_lock_held_across_a_call_up, 0, 5);
    tcase_add_loop_test(t, an_entry_of_the_driver_returns_with_a_lock, 0, 3);
    tcase_add_loop_test(t, a_protocol_calls_down_with_a_lock, 0, 5);
    tcase_add_loop_test(t, c_11_completions_nested_too_deep, 0, 2);
    tcase_add_loop_test(t, more_wrong_levels, 0, 4);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
