/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cost of a packet through the NDIS library: with a null miniport, and with the real miniport on
 * the null transport; beside DPDK's testpmd in txonly mode on net_null, and sendmmsg on a packet
 * socket. All figures are processor time of the sending thread, so that a busy machine disturbs
 * them little; both sides of a ratio are measured in the same run, in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NDIS_MINIPORT_DRIVER
#define NDIS51_MINIPORT
#define NDIS50
#include "af_packet.h"
#include "ndis_bench6.h"
#include "nic_ndis.h"
#include "nic_null.h"
#include "nic_platform.h"
#include "nic_transport.h"
#include "testpmd.h"

#define RING        64
#define BURST       32
#define FRAME_BYTES 64
#define VECTOR      4

NTSTATUS nic_miniport_entry(PDRIVER_OBJECT, PUNICODE_STRING);
NTSTATUS nic_miniport_single_entry(PDRIVER_OBJECT, PUNICODE_STRING);
NTSTATUS nic_miniport6_entry(PDRIVER_OBJECT, PUNICODE_STRING);

/* ---- the null miniport: answers SUCCESS, or PENDING and completes BURST packets at a time ---- */

enum answer { ANSWER_SUCCESS, ANSWER_PENDING };

static struct {
    NDIS_HANDLE handle;
    enum answer answer;
    bool arrays;
    PNDIS_PACKET held[BURST];
    unsigned count;
} null_miniport;

static void hold(PNDIS_PACKET packet)
{
    null_miniport.held[null_miniport.count++] = packet;
    if (null_miniport.count < BURST)
        return;
    null_miniport.count = 0;
    for (unsigned i = 0; i < BURST; i++)
        NdisMSendComplete(null_miniport.handle, null_miniport.held[i], NDIS_STATUS_SUCCESS);
}

static NDIS_STATUS null_send(NDIS_HANDLE context, PNDIS_PACKET packet, UINT flags)
{
    (void)context;
    (void)flags;
    if (null_miniport.answer == ANSWER_SUCCESS)
        return NDIS_STATUS_SUCCESS;
    hold(packet);
    return NDIS_STATUS_PENDING;
}

static VOID null_send_packets(NDIS_HANDLE context, PPNDIS_PACKET packets, UINT count)
{
    (void)context;
    for (UINT i = 0; i < count; i++) {
        if (null_miniport.answer == ANSWER_SUCCESS) {
            NDIS_SET_PACKET_STATUS(packets[i], NDIS_STATUS_SUCCESS);
        } else {
            NDIS_SET_PACKET_STATUS(packets[i], NDIS_STATUS_PENDING);
            hold(packets[i]);
        }
    }
}

static NDIS_STATUS null_initialize(PNDIS_STATUS open_error, PUINT medium, PNDIS_MEDIUM media,
                                   UINT count, NDIS_HANDLE handle, NDIS_HANDLE configuration)
{
    (void)open_error;
    (void)media;
    (void)count;
    (void)configuration;
    *medium = 0;
    null_miniport.handle = handle;
    null_miniport.count = 0;
    NdisMSetAttributesEx(handle, &null_miniport, 0, 0, NdisInterfaceInternal);
    return NDIS_STATUS_SUCCESS;
}

static VOID null_halt(NDIS_HANDLE context)
{
    (void)context;
    for (unsigned i = 0; i < null_miniport.count; i++)
        NdisMSendComplete(null_miniport.handle, null_miniport.held[i], NDIS_STATUS_SUCCESS);
    null_miniport.count = 0;
}

static NDIS_STATUS null_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length,
                              PULONG written, PULONG needed)
{
    (void)context;
    (void)oid;
    (void)buffer;
    (void)length;
    *written = *needed = 0;
    return NDIS_STATUS_NOT_SUPPORTED;
}

static NDIS_STATUS null_reset(PBOOLEAN addressing, NDIS_HANDLE context)
{
    (void)context;
    *addressing = FALSE;
    return NDIS_STATUS_SUCCESS;
}

static NTSTATUS null_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_MINIPORT_CHARACTERISTICS chars = {
        .MajorNdisVersion = 5,
        .MinorNdisVersion = 1,
        .HaltHandler = null_halt,
        .InitializeHandler = null_initialize,
        .QueryInformationHandler = null_query,
        .SetInformationHandler = null_query,
        .ResetHandler = null_reset,
        .SendHandler = null_miniport.arrays ? NULL : null_send,
        .SendPacketsHandler = null_miniport.arrays ? null_send_packets : NULL,
    };
    NDIS_HANDLE wrapper;

    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    return NdisMRegisterMiniport(wrapper, &chars, sizeof(chars));
}

/* ---- the protocol: packets that are back wait in `free` ---- */

static struct {
    struct nic_platform *platform;
    NDIS_HANDLE protocol, binding, packet_pool, buffer_pool;
    PNDIS_PACKET free[RING];
    unsigned free_count;
    UCHAR frame[FRAME_BYTES];
    uint64_t completed, errors;
    bool allocate; /* take and return descriptors for every packet */
} bench;

static void built(PNDIS_PACKET *packet)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;

    NdisAllocatePacket(&status, packet, bench.packet_pool);
    NdisAllocateBuffer(&status, &buffer, bench.buffer_pool, bench.frame, FRAME_BYTES);
    if (status != NDIS_STATUS_SUCCESS)
        abort();
    NdisChainBufferAtFront(*packet, buffer);
}

static void back(PNDIS_PACKET packet, NDIS_STATUS status)
{
    bench.completed++;
    bench.errors += status != NDIS_STATUS_SUCCESS;
    if (bench.allocate) {
        PNDIS_BUFFER buffer;
        NdisUnchainBufferAtFront(packet, &buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(packet);
    } else {
        bench.free[bench.free_count++] = packet;
    }
}

static VOID send_complete(NDIS_HANDLE context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    back(packet, status);
}

static VOID request_complete(NDIS_HANDLE context, PNDIS_REQUEST request, NDIS_STATUS status)
{
    (void)context;
    (void)request;
    (void)status;
}

static VOID reset_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    (void)context;
    (void)status;
}

static NDIS_STATUS receive(NDIS_HANDLE context, NDIS_HANDLE receive_context, PVOID header,
                           UINT header_size, PVOID lookahead, UINT lookahead_size, UINT packet_size)
{
    (void)context;
    (void)receive_context;
    (void)header;
    (void)header_size;
    (void)lookahead;
    (void)lookahead_size;
    (void)packet_size;
    return NDIS_STATUS_SUCCESS;
}

static VOID unbind(PNDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind_context)
{
    (void)context;
    (void)unbind_context;
    NdisCloseAdapter(status, bench.binding);
    *status = NDIS_STATUS_SUCCESS;
}

static void protocol_open(void)
{
    NDIS_PROTOCOL_CHARACTERISTICS chars = {
        .MajorNdisVersion = 5,
        .SendCompleteHandler = send_complete,
        .RequestCompleteHandler = request_complete,
        .ResetCompleteHandler = reset_complete,
        .ReceiveHandler = receive,
        .UnbindAdapterHandler = unbind,
        .Name = NDIS_STRING_CONST("bench"),
    };
    NDIS_STRING adapter = NDIS_STRING_CONST("bench0");
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS status, error;
    UINT selected;

    memset(bench.frame, 0x55, sizeof(bench.frame));
    memset(bench.frame, 0xFF, 6);
    NdisRegisterProtocol(&status, &bench.protocol, &chars, sizeof(chars));
    NdisOpenAdapter(&status, &error, &bench.binding, &selected, &medium, 1, bench.protocol, NULL,
                    &adapter, 0, NULL);
    if (status != NDIS_STATUS_SUCCESS)
        abort();
    NdisAllocatePacketPool(&status, &bench.packet_pool, RING, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    NdisAllocateBufferPool(&status, &bench.buffer_pool, RING);
    bench.completed = bench.errors = bench.free_count = 0;
    if (!bench.allocate)
        for (unsigned i = 0; i < RING; i++)
            built(&bench.free[bench.free_count++]);
}

static void protocol_close(void)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;

    for (unsigned i = 0; i < bench.free_count; i++) {
        NdisUnchainBufferAtFront(bench.free[i], &buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(bench.free[i]);
    }
    NdisFreePacketPool(bench.packet_pool);
    NdisFreeBufferPool(bench.buffer_pool);
    NdisDeregisterProtocol(&status, bench.protocol);
}

/* ---- measuring ---- */

static double thread_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static PNDIS_PACKET next_packet(void)
{
    PNDIS_PACKET packet;

    if (!bench.allocate)
        return bench.free[--bench.free_count];
    built(&packet);
    return packet;
}

/* Sends `count` packets, `burst` at a time. The miniport never holds more than BURST, so RING is
 * enough. */
static void send_many(uint64_t count, unsigned burst)
{
    PNDIS_PACKET packets[BURST];
    NDIS_STATUS status;

    for (uint64_t sent = 0; sent < count; sent += burst) {
        for (unsigned i = 0; i < burst; i++)
            packets[i] = next_packet();
        if (burst > 1) {
            NdisSendPackets(bench.binding, packets, burst);
            continue;
        }
        NdisSend(&status, bench.binding, packets[0]);
        if (status != NDIS_STATUS_PENDING)
            back(packets[0], status);
    }
}

static double measure_ns(unsigned burst)
{
    enum { WARM = 200000, COUNT = 3200000, ROUNDS = 5 };
    const char *exactly = getenv("BENCH_PACKETS"); /* for counting instructions from outside */
    double best = 1e9;

    if (exactly) {
        send_many(strtoull(exactly, NULL, 10), burst);
        return 0;
    }

    send_many(WARM, burst);
    for (unsigned i = 0; i < ROUNDS; i++) {
        double before = thread_seconds(), took;
        send_many(COUNT, burst);
        took = (thread_seconds() - before) / COUNT * 1e9;
        best = took < best ? took : best;
    }
    return best;
}

struct setup {
    const char *name;
    nic_ndis_driver_entry *entry; /* NULL: the null miniport */
    enum answer answer;
    bool arrays, allocate, verify, posix;
    bool nbls; /* of NDIS 6: ndis_bench6.c */
    unsigned burst;
};

static void on_log(void *context, const char *text)
{
    (void)context;
    fprintf(stderr, "%s\n", text);
}

static double run5(const struct setup *setup)
{
    static const char *const parameters[] = {"Slot=0", NULL};
    struct nic_ndis_options options = {.verify = setup->verify, .log = on_log};
    struct nic_platform *platform = setup->posix ? nic_posix_create(1) : nic_virtual_create(1);
    struct nic_transport *transport = setup->entry ? nic_null_create(platform, VECTOR) : NULL;
    struct nic_ndis_driver *driver;
    unsigned leaks;
    double ns;

    bench.platform = platform;
    bench.allocate = setup->allocate;
    null_miniport.arrays = setup->arrays;
    null_miniport.answer = setup->answer;
    if (transport)
        nic_transport_put(0, transport);
    if (nic_ndis_start(platform, &options) != 0 ||
        nic_ndis_driver_load(setup->entry ? setup->entry : null_entry, &driver) !=
            NDIS_STATUS_SUCCESS ||
        nic_ndis_adapter_add(driver, "bench0", parameters) != NDIS_STATUS_SUCCESS)
        abort();
    protocol_open();
    platform->ops->wait(platform, &(const volatile bool){false}, 100000000);
    ns = measure_ns(setup->burst);
    nic_ndis_driver_unload(driver);
    protocol_close();
    leaks = nic_ndis_stop();
    if (transport) {
        nic_transport_put(0, NULL);
        nic_null_destroy(transport);
    }
    if (setup->posix)
        nic_posix_destroy(platform);
    else
        nic_virtual_destroy(platform);
    if (leaks || bench.errors) {
        fprintf(stderr, "%s: %u leaks, %llu errors\n", setup->name, leaks,
                (unsigned long long)bench.errors);
        exit(1);
    }
    return ns;
}

static double run(const struct setup *setup)
{
    if (setup->nbls)
        return ndis_bench6_ns(setup->entry, setup->burst, setup->verify);
    return run5(setup);
}

/* Costs of the peers, one at a time and BURST at a time; negative: none. */
struct peers {
    double dpdk[2], af_packet[2];
};

static void keep_better(double *best, double ns)
{
    if (ns > 0 && (*best < 0 || ns < *best))
        *best = ns;
}

static void measure_peers(struct peers *peers)
{
    for (unsigned i = 0; i < 2; i++) {
        keep_better(&peers->dpdk[i], testpmd_ns(i ? BURST : 1, FRAME_BYTES));
        keep_better(&peers->af_packet[i], af_packet_ns(i ? BURST : 1, FRAME_BYTES));
    }
}

/* A row; a ratio to a peer that gave no figure is a dash. */
static void print_row(const char *name, double ns, double dpdk, double af_packet)
{
    if (ns < 0)
        return;
    printf("%-52s %8.1f", name, ns);
    if (dpdk > 0)
        printf(" %13.2fx", ns / dpdk);
    else
        printf(" %14s", "-");
    if (af_packet > 0)
        printf(" %13.3fx\n", ns / af_packet);
    else
        printf(" %14s\n", "-");
}

/* With an argument: only the rows whose name contains it, and no peer. */
int main(int argc, char **argv)
{
    static const struct setup setups[] = {
        {.name = "null miniport, NdisSend, SUCCESS", .answer = ANSWER_SUCCESS, .burst = 1},
        {.name = "null miniport, NdisSend, PENDING", .answer = ANSWER_PENDING, .burst = 1},
        {.name = "null miniport, NdisSendPackets(32), SUCCESS", .arrays = true, .burst = BURST},
        {.name = "null miniport, NdisSendPackets(32), PENDING",
         .answer = ANSWER_PENDING,
         .arrays = true,
         .burst = BURST},
        {.name = "  the same, descriptors from the pool each time",
         .answer = ANSWER_PENDING,
         .arrays = true,
         .allocate = true,
         .burst = BURST},
        {.name = "  the same, NdisSend", .answer = ANSWER_PENDING, .allocate = true, .burst = 1},
        {.name = "  NdisSend, SUCCESS, verifier on",
         .answer = ANSWER_SUCCESS,
         .verify = true,
         .burst = 1},
        {.name = "  NdisSend, PENDING, verifier on",
         .answer = ANSWER_PENDING,
         .verify = true,
         .burst = 1},
        {.name = "  NdisSendPackets(32), PENDING, verifier on",
         .answer = ANSWER_PENDING,
         .arrays = true,
         .verify = true,
         .burst = BURST},
        {.name = "  NdisSendPackets(32), PENDING, POSIX platform",
         .answer = ANSWER_PENDING,
         .arrays = true,
         .posix = true,
         .burst = BURST},
        {.name = "  NdisSend, PENDING, POSIX platform",
         .answer = ANSWER_PENDING,
         .posix = true,
         .burst = 1},
        {.name = "null miniport, one NBL", .nbls = true, .burst = 1},
        {.name = "null miniport, NBL chain of 32", .nbls = true, .burst = BURST},
        {.name = "  NBL chain of 32, verifier on", .nbls = true, .verify = true, .burst = BURST},
        {.name = "miniport on null transport, NdisSend",
         .entry = nic_miniport_single_entry,
         .burst = 1},
        {.name = "miniport on null transport, NdisSendPackets(32)",
         .entry = nic_miniport_entry,
         .burst = BURST},
        {.name = "miniport on null transport, NBL chain of 32",
         .entry = nic_miniport6_entry,
         .nbls = true,
         .burst = BURST},
    };
    enum { ROWS = sizeof(setups) / sizeof(setups[0]) };
    struct peers peers = {.dpdk = {-1, -1}, .af_packet = {-1, -1}};
    double ns[ROWS];

    /* The peers before and after our rows, the better of both: other work on the machine disturbs.
     */
    if (argc < 2)
        measure_peers(&peers);
    for (size_t i = 0; i < ROWS; i++)
        ns[i] = argc < 2 || strstr(setups[i].name, argv[1]) ? run(&setups[i]) : -1;
    if (argc < 2)
        measure_peers(&peers);
    printf("%-52s %8s %14s %14s\n", "processor time per 64-byte packet", "ns", "of net_null",
           "of AF_PACKET");
    for (unsigned i = 0; i < 2; i++) {
        print_row(i ? "DPDK net_null, txonly, burst 32" : "DPDK net_null, txonly, burst 1",
                  peers.dpdk[i], peers.dpdk[i], peers.af_packet[i]);
        print_row(i ? "AF_PACKET, sendmmsg(32)" : "AF_PACKET, sendmmsg(1)", peers.af_packet[i],
                  peers.dpdk[i], peers.af_packet[i]);
    }
    for (size_t i = 0; i < ROWS; i++)
        print_row(setups[i].name, ns[i], peers.dpdk[setups[i].burst > 1],
                  peers.af_packet[setups[i].burst > 1]);
    return 0;
}
