/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier, continued (ndis_verify_test.c): who owns descriptors, memory and received packets, what nobody may write to, and
 * what is left over at halt and stop.
 */
#include "ndis_verify_rig.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

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

START_TEST(an_adapter_left_at_stop_is_counted_and_named)
{
    rig_start(&r, &(struct nic_script_miniport){0}, 0, _i ? RIG_VERIFY : 0, 0);
    ck_assert_uint_eq(nic_ndis_stop(), 1);
    ck_assert_ptr_nonnull(strstr(r.log, "adapter nic0 was not removed"));
    r.driver = NULL; /* it went with the machine */
    rig_stop(&r);
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
    } else if (_i == 5) {
        NdisSend(&status, r.protocols[0].binding, packet);
        found_in_packet("in transit already", "indicated at");
    }
    if (_i)
        NdisReturnPackets(&packet, 1);
    ck_assert_uint_eq(r.miniport->returned, 1);
    if (_i == 6) {
        nic_script_packet_free(&r.protocols[0], packet);
        NdisMIndicateReceivePacket(r.miniport->handle, &packet, 1);
        found_in_packet("NdisMIndicateReceivePacket for a packet that is free", "freed at");
        packet = nic_script_packet(&r.protocols[0], 60);
    }
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

int main(void)
{
    Suite *suite = suite_create("ndis_verify_memory");
    TCase *t = tcase_create("verifier");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_packet_freed_in_transit, 0, 2);
    tcase_add_loop_test(t, freed_twice, 0, 3);
    tcase_add_test(t, memory_freed_with_another_length);
    tcase_add_test(t, buffer_pool_freed_in_use);
    tcase_add_loop_test(t, forgotten_at_halt, 0, 2);
    tcase_add_loop_test(t, leaks_at_stop_are_counted_and_named, 0, 2);
    tcase_add_loop_test(t, an_adapter_left_at_stop_is_counted_and_named, 0, 2);
    tcase_add_loop_test(t, received_packets_have_one_owner, 0, 7);
    tcase_add_loop_test(t, a_protocol_writes_to_what_it_received, 0, 2);
    tcase_add_test(t, der_10_halted_with_a_packet_lent);
    tcase_add_loop_test(t, a_descriptor_written_after_it_was_freed, 0, 3);
    tcase_add_test(t, memory_written_beyond_its_end);
    tcase_add_loop_test(t, a_guard_page_behind_memory, 0, 2);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
