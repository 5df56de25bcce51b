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

/* Calls of the documents' "IRQL = PASSIVE_LEVEL" and "<= DISPATCH_LEVEL", each one level too high. What one of them makes the next one ends. */
static NDIS_HANDLE some_pool;
static PVOID some_memory;
static NDIS_STATUS some_status;
static NDIS_STRING some_string;
static NDIS_ANSI_STRING some_ansi;
static NDIS_EVENT some_event;
static NDIS_MINIPORT_TIMER some_timer;

static void register_protocol(void)
{
    NDIS_PROTOCOL_CHARACTERISTICS none = {0};
    NdisRegisterProtocol(&some_status, &some_pool, &none, 0);
}

static void open_adapter(void)
{
    NDIS_STRING nobody = NDIS_STRING_CONST("nobody");
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS error;
    UINT selected;
    NdisOpenAdapter(&some_status, &error, &some_pool, &selected, &medium, 1, NULL, NULL, &nobody, 0,
                    NULL);
}

static void make_string(void)
{
    NdisInitializeString(&some_string, (PUCHAR) "x");
}

static void to_ansi(void)
{
    static CHAR room[8];
    some_ansi = (NDIS_ANSI_STRING){.MaximumLength = sizeof(room), .Buffer = room};
    some_status = NdisUnicodeStringToAnsiString(&some_ansi, &some_string);
}

static void to_unicode(void)
{
    some_status = NdisAnsiStringToUnicodeString(&some_string, &some_ansi);
    NdisFreeString(some_string);
}

static void shut_down(PVOID context)
{
    (void)context;
}

static void register_shutdown(void)
{
    NdisMRegisterAdapterShutdownHandler(r.miniport->handle, NULL, shut_down);
}

static void deregister_shutdown(void)
{
    NdisMDeregisterAdapterShutdownHandler(r.miniport->handle);
}

static void allocate_memory(void)
{
    some_status = NdisAllocateMemoryWithTag(&some_memory, 8, 0x74736574);
}

static void free_memory(void)
{
    NdisFreeMemory(some_memory, 8, 0);
}

static void packet_pool(void)
{
    NdisAllocatePacketPoolEx(&some_status, &some_pool, 1, 0, PROTOCOL_RESERVED_SIZE_IN_PACKET);
}

static void no_packet_pool(void)
{
    NdisFreePacketPool(some_pool);
}

static void buffer_pool(void)
{
    NdisAllocateBufferPool(&some_status, &some_pool, 1);
}

static void no_buffer_pool(void)
{
    NdisFreeBufferPool(some_pool);
}

static void cancel_sends(void)
{
    NdisCancelSendPackets(r.protocols[0].binding, &r);
    r.miniport->wrong_levels = 0; /* the driver is called at this level, too */
}

static void ticked(PVOID a, PVOID context, PVOID b, PVOID c)
{
    (void)a;
    (void)context;
    (void)b;
    (void)c;
}

static void make_timer(void)
{
    NdisMInitializeTimer(&some_timer, r.miniport->handle, ticked, NULL);
}

static void set_timer(void)
{
    NdisMSetTimer(&some_timer, 1000);
}

static void cancel_timer(void)
{
    BOOLEAN cancelled;
    NdisMCancelTimer(&some_timer, &cancelled);
}

static void set_event(void)
{
    NdisInitializeEvent(&some_event);
    NdisSetEvent(&some_event);
}

static void receive_complete(void)
{
    NdisMEthIndicateReceiveComplete(r.miniport->handle);
}

static void status_complete(void)
{
    NdisMIndicateStatusComplete(r.miniport->handle);
}

START_TEST(calls_one_level_too_high)
{
    static const struct {
        const char *name;
        enum nic_level level;
        void (*call)(void);
    } calls[] = {
        {"NdisRegisterProtocol", NIC_LEVEL_DISPATCH, register_protocol},
        {"NdisOpenAdapter", NIC_LEVEL_DISPATCH, open_adapter},
        {"NdisInitializeString", NIC_LEVEL_DISPATCH, make_string},
        {"NdisUnicodeStringToAnsiString", NIC_LEVEL_DISPATCH, to_ansi},
        {"NdisAnsiStringToUnicodeString", NIC_LEVEL_DISPATCH, to_unicode},
        {"NdisMRegisterAdapterShutdownHandler", NIC_LEVEL_DISPATCH, register_shutdown},
        {"NdisMDeregisterAdapterShutdownHandler", NIC_LEVEL_DISPATCH, deregister_shutdown},
        {"NdisAllocateMemoryWithTag", NIC_LEVEL_INTERRUPT, allocate_memory},
        {"NdisFreeMemory", NIC_LEVEL_INTERRUPT, free_memory},
        {"NdisAllocatePacketPoolEx", NIC_LEVEL_INTERRUPT, packet_pool},
        {"NdisFreePacketPool", NIC_LEVEL_INTERRUPT, no_packet_pool},
        {"NdisAllocateBufferPool", NIC_LEVEL_INTERRUPT, buffer_pool},
        {"NdisFreeBufferPool", NIC_LEVEL_INTERRUPT, no_buffer_pool},
        {"NdisCancelSendPackets", NIC_LEVEL_INTERRUPT, cancel_sends},
        {"NdisMInitializeTimer", NIC_LEVEL_INTERRUPT, make_timer},
        {"NdisMSetTimer", NIC_LEVEL_INTERRUPT, set_timer},
        {"NdisMCancelTimer", NIC_LEVEL_INTERRUPT, cancel_timer},
        {"NdisSetEvent", NIC_LEVEL_INTERRUPT, set_event},
        {"NdisMEthIndicateReceiveComplete", NIC_LEVEL_INTERRUPT, receive_complete},
        {"NdisMIndicateStatusComplete", NIC_LEVEL_INTERRUPT, status_complete},
    };
    start(NDIS_STATUS_SUCCESS, NIC_WHEN_MANUAL);
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        char words[100];
        enum nic_level before = r.platform->ops->raise(r.platform, calls[i].level);
        r.findings = 0;
        calls[i].call();
        r.platform->ops->lower(r.platform, before);
        snprintf(words, sizeof(words), "%s called at level %d", calls[i].name, calls[i].level);
        found(words);
    }
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

static void complete_next(void *context, PNDIS_PACKET back, NDIS_STATUS status)
{
    (void)context;
    (void)status;
    packet = back; /* the latest, which is the deepest */
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
}

/* C-11: what a completion sends does not nest (ndis_order_test). A driver that completes from inside of a completion, where
 * the protocol may have called it to cancel, does. */
START_TEST(c_11_completions_nested_too_deep)
{
    PNDIS_PACKET packets[33];
    unsigned count = _i ? 33 : 32;

    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    start_with((struct nic_script_miniport){.deserialized = true});
    packets[0] = packet;
    for (unsigned i = 1; i < count; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    for (unsigned i = 0; i < count; i++)
        nic_script_send(&r.protocols[0], packets[i]);
    r.protocols[0].completed = complete_next;
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(nic_script_waiting(r.miniport), 0);
    if (_i)
        found_in_packet("ProtocolSendComplete is called 33 deep on one stack", "completed at");
    else
        ck_assert_uint_eq(r.findings, 0);
    packet = packets[0];
    for (unsigned i = 1; i < count; i++)
        nic_script_packet_free(&r.protocols[0], packets[i]);
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
    tcase_add_test(t, calls_one_level_too_high);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
