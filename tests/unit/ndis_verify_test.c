/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier: every kind of finding is provoked once, and must be found, with its sentence. What
 * it refuses must not do harm. And the scripted drivers, which make no mistake, must not be
 * accused: that is in all other tests.
 */
#include "ndis_rig.h"

static struct rig r;
static struct nic_script_step step;
static PNDIS_PACKET packet;

static struct nic_script_step one_step(void *context, PNDIS_PACKET sent)
{
    (void)context;
    (void)sent;
    return step;
}

static void start_with(struct nic_script_miniport like)
{
    like.next = one_step;
    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
}

static void start(NDIS_STATUS answer, enum nic_script_when when)
{
    step = (struct nic_script_step){.answer = answer, .when = when};
    start_with((struct nic_script_miniport){0});
}

static void found(const char *words)
{
    ck_assert_uint_eq(r.findings, 1);
    ck_assert_msg(strstr(r.finding, words) != NULL, "\"%s\" is not in: %s", words, r.finding);
}

static void found_in_packet(const char *words, const char *history)
{
    char name[64];

    found(words);
    snprintf(name, sizeof(name), "(packet %p)", (void *)packet);
    ck_assert_msg(strstr(r.finding, name) != NULL, "%s", r.finding);
    ck_assert_msg(strstr(r.finding, history) != NULL, "\"%s\" is not in: %s", history, r.finding);
}

static void finish(void)
{
    nic_script_packet_free(&r.protocols[0], packet);
    rig_stop(&r);
}

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

START_TEST(a_packet_freed_in_transit)
{
    start(NDIS_STATUS_PENDING, NIC_WHEN_MANUAL);
    nic_script_send(&r.protocols[0], packet);
    if (_i)
        NdisFreePacketPool(r.protocols[0].packet_pool);
    else
        NdisFreePacket(packet);
    found_in_packet(_i ? "NdisFreePacketPool for a pool with this packet"
                       : "NdisFreePacket for a packet that is in",
                    "given to the driver");
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    finish();
}
END_TEST

START_TEST(freed_twice)
{
    static char anything[sizeof(NDIS_PACKET)];
    PNDIS_BUFFER buffer;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    if (_i == 0) {
        PNDIS_PACKET second = nic_script_packet(&r.protocols[0], 60);
        nic_script_packet_free(&r.protocols[0], second);
        NdisFreePacket(second);
        found("NdisFreePacket for a packet that is free");
    } else if (_i == 1) {
        NdisUnchainBufferAtFront(packet, &buffer);
        NdisFreeBuffer(buffer);
        NdisFreeBuffer(buffer);
        found("NdisFreeBuffer");
    } else {
        NdisFreePacket((PNDIS_PACKET)(void *)anything);
        found("in no packet pool");
    }
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

START_TEST(memory_freed_with_another_length)
{
    PVOID memory;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    ck_status(NdisAllocateMemoryWithTag(&memory, 100, 0), NDIS_STATUS_SUCCESS);
    NdisFreeMemory(memory, 99, 0);
    found("NdisFreeMemory with 99 bytes for memory of 100");
    finish();
}
END_TEST

START_TEST(buffer_pool_freed_in_use)
{
    NDIS_HANDLE pool;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    NdisAllocateBufferPool(&status, &pool, 2);
    NdisAllocateBuffer(&status, &buffer, pool, &r, 1);
    NdisFreeBufferPool(pool);
    found("with 1 buffers in use");
    finish();
}
END_TEST

/* ---- leaks at halt and stop: a driver that forgets things ---- */

static struct {
    NDIS_MINIPORT_INTERRUPT interrupt;
    NDIS_MINIPORT_TIMER timer;
    unsigned forget;
} careless;

static VOID careless_timer(PVOID one, PVOID context, PVOID two, PVOID three)
{
    (void)one;
    (void)context;
    (void)two;
    (void)three;
}

static NDIS_STATUS careless_initialize(PNDIS_STATUS error, PUINT medium, PNDIS_MEDIUM media,
                                       UINT count, NDIS_HANDLE handle, NDIS_HANDLE configuration)
{
    (void)error;
    (void)media;
    (void)count;
    (void)configuration;
    *medium = 0;
    NdisMSetAttributesEx(handle, &careless, 0, 0, NdisInterfaceInternal);
    if (careless.forget == 0)
        return NdisMRegisterInterrupt(&careless.interrupt, handle, 1, 0, FALSE, FALSE,
                                      NdisInterruptLatched);
    NdisMInitializeTimer(&careless.timer, handle, careless_timer, NULL);
    NdisMSetTimer(&careless.timer, 1000000);
    return NDIS_STATUS_SUCCESS;
}

static VOID careless_halt(NDIS_HANDLE context)
{
    (void)context;
}

static NDIS_STATUS careless_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                                  PULONG a, PULONG b)
{
    (void)context;
    (void)oid;
    (void)buffer;
    (void)length;
    (void)a;
    (void)b;
    return NDIS_STATUS_NOT_SUPPORTED;
}

static NDIS_STATUS careless_reset(PBOOLEAN addressing, NDIS_HANDLE context)
{
    (void)addressing;
    (void)context;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS careless_send(NDIS_HANDLE context, PNDIS_PACKET sent, UINT flags)
{
    (void)context;
    (void)sent;
    (void)flags;
    return NDIS_STATUS_SUCCESS;
}

static NTSTATUS careless_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS50_MINIPORT_CHARACTERISTICS chars = {
        .MajorNdisVersion = 5,
        .InitializeHandler = careless_initialize,
        .HaltHandler = careless_halt,
        .QueryInformationHandler = careless_query,
        .SetInformationHandler = careless_query,
        .ResetHandler = careless_reset,
        .SendHandler = careless_send,
        .HandleInterruptHandler = careless_halt,
    };
    NDIS_HANDLE wrapper;

    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    return NdisMRegisterMiniport(wrapper, (PNDIS_MINIPORT_CHARACTERISTICS)(void *)&chars,
                                 sizeof(chars));
}

START_TEST(forgotten_at_halt)
{
    struct nic_ndis_driver *driver;

    rig_start(&r, NULL, 0, RIG_VERIFY | RIG_NO_MINIPORT, 0);
    careless.forget = (unsigned)_i;
    ck_status(nic_ndis_driver_load(careless_entry, &driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_add(driver, "nic0", NULL), NDIS_STATUS_SUCCESS);
    nic_ndis_driver_unload(driver);
    found(_i ? "with a timer armed" : "with its interrupt registered");
    rig_stop(&r);
}
END_TEST

START_TEST(leaks_at_stop_are_counted_and_named)
{
    NDIS_HANDLE pool, protocol;
    NDIS_SPIN_LOCK lock;
    NDIS_STATUS status;
    PVOID memory;
    NDIS_PROTOCOL_CHARACTERISTICS chars = {.MajorNdisVersion = 5,
                                           .Name = NDIS_STRING_CONST("left")};

    rig_start(&r, NULL, 0, _i ? RIG_VERIFY | RIG_NO_MINIPORT : RIG_NO_MINIPORT, 0);
    NdisAllocateMemoryWithTag(&memory, 10, 0x64636261);
    NdisAllocatePacketPool(&status, &pool, 1, 16);
    NdisAllocateBufferPool(&status, &pool, 1);
    NdisAllocateSpinLock(&lock);
    chars.SendCompleteHandler = (SEND_COMPLETE_HANDLER)(void *)careless_halt;
    chars.RequestCompleteHandler = (REQUEST_COMPLETE_HANDLER)(void *)careless_halt;
    chars.ResetCompleteHandler = (RESET_COMPLETE_HANDLER)(void *)careless_halt;
    NdisRegisterProtocol(&status, &protocol, &chars, sizeof(chars));
    ck_status(status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(nic_ndis_stop(), 5);
    ck_assert_uint_eq(r.logs, 5);
    ck_assert_ptr_nonnull(strstr(r.log, "memory of 10 bytes, tag abcd"));
    rig_stop(&r);
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
    tcase_add_loop_test(t, req_24_56_writes_to_a_packet_in_transit, 0, 6);
    tcase_add_test(t, what_the_driver_may_write_is_not_found);
    tcase_add_test(t, c_03_stalled_with_nothing_outstanding);
    tcase_add_test(t, c_03_not_stalled_with_something_outstanding);
    tcase_add_loop_test(t, wrong_levels, 0, 7);
    tcase_add_loop_test(t, a_lock_held_across_a_call_up, 0, 5);
    tcase_add_loop_test(t, not_final_status, 0, 2);
    tcase_add_loop_test(t, req_55_one_descriptor_in_transit_twice, 0, 2);
    tcase_add_test(t, an_array_with_a_bad_element_loses_only_that);
    tcase_add_loop_test(t, a_packet_freed_in_transit, 0, 2);
    tcase_add_loop_test(t, freed_twice, 0, 3);
    tcase_add_test(t, a_packet_from_nowhere_is_refused);
    tcase_add_test(t, memory_freed_with_another_length);
    tcase_add_test(t, buffer_pool_freed_in_use);
    tcase_add_loop_test(t, forgotten_at_halt, 0, 2);
    tcase_add_loop_test(t, leaks_at_stop_are_counted_and_named, 0, 2);
    tcase_add_test(t, send_on_a_closed_binding);
    tcase_add_loop_test(t, der_16_off_a_double_completion_is_ignored, 0, 2);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
