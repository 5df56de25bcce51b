/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier: every kind of finding is provoked once, and must be found, with its sentence. What
 * it refuses must not do harm. And the scripted drivers, which make no mistake, must not be
 * accused: that is in all other tests.
 */
#include "ndis_rig.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* ---- received packets ---- */

static PNDIS_PACKET kept;

static INT keep(void *context, PNDIS_PACKET received)
{
    (void)context;
    kept = received;
    return 1;
}

/* A protocol that keeps what it receives, and a packet lent to it. */
static void start_lent(void)
{
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step}, 0, RIG_VERIFY, 0);
    r.protocols[0].received_packet = keep;
    ck_status(nic_script_protocol_start(&r.protocols[0], r.platform, "nic0"), NDIS_STATUS_SUCCESS);
    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    packet = nic_script_packet(&r.protocols[0], 60);
    NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    NdisMIndicateReceivePacket(r.miniport->handle, &packet, 1);
    ck_assert_ptr_eq(kept, packet);
}

static void finish_lent(void)
{
    nic_script_packet_free(&r.protocols[0], packet);
    nic_script_protocol_stop(&r.protocols[0]);
    rig_stop(&r);
}

START_TEST(received_packets_have_one_owner)
{
    static char anything[sizeof(NDIS_PACKET) + 256];
    PNDIS_PACKET foreign = (PNDIS_PACKET)(void *)anything;
    NDIS_STATUS status;

    start_lent();
    if (_i == 0) {
        NdisReturnPackets(&packet, 1);
        NdisReturnPackets(&packet, 1);
        found_in_packet("NdisReturnPackets for a packet that nobody has been lent", "returned at");
    } else if (_i == 1) {
        NdisReturnPackets(&foreign, 1);
        found("NdisReturnPackets for packet");
    } else if (_i == 2) {
        NdisMIndicateReceivePacket(r.miniport->handle, &packet, 1);
        found_in_packet("is with the protocols, or sent, already", "indicated at");
    } else if (_i == 3) {
        NdisMIndicateReceivePacket(r.miniport->handle, &foreign, 1);
        found("NdisMIndicateReceivePacket for packet");
    } else if (_i == 4) {
        NdisFreePacket(packet);
        found_in_packet("NdisFreePacket for a packet that is in transit", "indicated at");
    } else {
        NdisSend(&status, r.protocols[0].binding, packet);
        found_in_packet("in transit already", "indicated at");
    }
    if (_i)
        NdisReturnPackets(&packet, 1);
    ck_assert_uint_eq(r.miniport->returned, 1);
    finish_lent();
}
END_TEST

START_TEST(a_protocol_writes_to_what_it_received)
{
    PVOID address;

    start_lent();
    NdisQueryBuffer(packet->Private.Head, &address, &(UINT){0});
    if (_i)
        NdisAdjustBufferLength(packet->Private.Head, 59);
    else
        ((UCHAR *)address)[20] ^= 1;
    NdisReturnPackets(&packet, 1);
    found_in_packet("protocols may only read them", "indicated at");
    finish_lent();
}
END_TEST

START_TEST(der_10_halted_with_a_packet_lent)
{
    start_lent();
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    found_in_packet("halted while this packet was lent", "indicated at");
    NdisReturnPackets(&packet, 1); /* too late: there is nobody to return it to */
    ck_assert_uint_eq(r.findings, 2);
    ck_assert_uint_eq(r.miniport->returned, 0);
    finish_lent();
}
END_TEST

/* ---- writes to what nobody owns ---- */

START_TEST(a_descriptor_written_after_it_was_freed)
{
    PNDIS_PACKET all[64];
    unsigned count = 0;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    nic_script_packet_free(&r.protocols[0], packet);
    if (_i == 0)
        packet->MiniportReserved[3] ^= 1; /* a driver that has completed it */
    else if (_i == 1)
        packet->ProtocolReserved[9] ^= 1;
    else
        NDIS_SET_PACKET_TIME_SENT(packet, 7);
    while (count < 64 && (all[count] = nic_script_packet(&r.protocols[0], 60)) != NULL)
        count++;
    found_in_packet("written while it was free", "freed at");
    for (unsigned i = 0; i < count; i++)
        nic_script_packet_free(&r.protocols[0], all[i]);
    rig_stop(&r);
}
END_TEST

START_TEST(memory_written_beyond_its_end)
{
    PVOID memory;

    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    NdisAllocateMemoryWithTag(&memory, 100, 0);
    memset(memory, 0x11, 101);
    NdisFreeMemory(memory, 100, 0);
    found("memory of 100 bytes");
    ck_assert_ptr_nonnull(strstr(r.finding, "was written beyond its end"));
    finish();
}
END_TEST

/* The sentence, and then the signal: in a process of its own. */
static void say(void *context, const char *sentence)
{
    (void)context;
    if (write(STDOUT_FILENO, sentence, strlen(sentence)) < 0)
        abort();
}

static unsigned overrun_offset;

static void overrun(void)
{
    struct nic_ndis_options options = {.verify = true, .report = say};
    struct rlimit none = {0, 0};
    PVOID memory;

    setrlimit(RLIMIT_CORE, &none);
    nic_ndis_start(nic_virtual_create(1), &options);
    NdisAllocateMemoryWithTag(&memory, 96, 0);
    *(volatile UCHAR *)((UCHAR *)memory + 96 + overrun_offset) = 1;
    _exit(0);
}

START_TEST(a_guard_page_behind_memory)
{
    char text[200] = "", wanted[80];
    int ends[2], status;
    pid_t child;

    overrun_offset = _i ? 4095 : 0;
    ck_assert_int_eq(pipe(ends), 0);
    child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        overrun();
    }
    close(ends[1]);
    ck_assert_int_gt(read(ends[0], text, sizeof(text) - 1), 0);
    close(ends[0]);
    waitpid(child, &status, 0);
    ck_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    snprintf(wanted, sizeof(wanted), "access at offset %u of memory of 96 bytes",
             96 + overrun_offset);
    ck_assert_msg(strstr(text, wanted) != NULL, "%s", text);
}
END_TEST

/* ---- locks and stack ---- */

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
    else
        NdisRequest(&status, r.protocols[0].binding, &request);
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
    tcase_add_loop_test(t, received_packets_have_one_owner, 0, 6);
    tcase_add_loop_test(t, a_protocol_writes_to_what_it_received, 0, 2);
    tcase_add_test(t, der_10_halted_with_a_packet_lent);
    tcase_add_loop_test(t, a_descriptor_written_after_it_was_freed, 0, 3);
    tcase_add_test(t, memory_written_beyond_its_end);
    tcase_add_loop_test(t, a_guard_page_behind_memory, 0, 2);
    tcase_add_loop_test(t, an_entry_of_the_driver_returns_with_a_lock, 0, 3);
    tcase_add_loop_test(t, a_protocol_calls_down_with_a_lock, 0, 3);
    tcase_add_loop_test(t, c_11_completions_nested_too_deep, 0, 2);
    tcase_add_test(t, req_55_an_intermediate_driver_that_does_not_repackage);
    tcase_add_loop_test(t, more_wrong_levels, 0, 4);
    tcase_add_loop_test(t, der_16_off_a_double_completion_is_ignored, 0, 2);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
