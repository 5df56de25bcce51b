/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cost of a NET_BUFFER_LIST through the NDIS library, the counterpart of ndis_bench.c for NDIS 6.
 */
#include "ndis_bench6.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nic_null.h"
#include "nic_platform.h"
#include "nic_transport.h"

#define RING        64
#define BURST       32
#define FRAME_BYTES 64
#define VECTOR      4

/* ---- the null miniport ---- */

static struct {
    NDIS_HANDLE handle, driver;
    PNET_BUFFER_LIST held_head, held_tail;
    unsigned count;
} null_miniport;

static VOID null_send(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, NDIS_PORT_NUMBER port,
                      ULONG flags)
{
    PNET_BUFFER_LIST last = nbls;
    unsigned count = 0;

    (void)context;
    (void)port;
    (void)flags;
    for (PNET_BUFFER_LIST nbl = nbls; nbl; nbl = nbl->Next, count++) {
        nbl->Status = NDIS_STATUS_SUCCESS;
        last = nbl;
    }
    if (null_miniport.held_tail)
        null_miniport.held_tail->Next = nbls;
    else
        null_miniport.held_head = nbls;
    null_miniport.held_tail = last;
    null_miniport.count += count;
    if (null_miniport.count < BURST)
        return;
    nbls = null_miniport.held_head;
    null_miniport.held_head = null_miniport.held_tail = NULL;
    null_miniport.count = 0;
    NdisMSendNetBufferListsComplete(null_miniport.handle, nbls, 0);
}

static NDIS_STATUS null_pause(NDIS_HANDLE context, PNDIS_MINIPORT_PAUSE_PARAMETERS parameters)
{
    PNET_BUFFER_LIST nbls = null_miniport.held_head;

    (void)context;
    (void)parameters;
    null_miniport.held_head = null_miniport.held_tail = NULL;
    null_miniport.count = 0;
    if (nbls)
        NdisMSendNetBufferListsComplete(null_miniport.handle, nbls, 0);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS null_restart(NDIS_HANDLE context, PNDIS_MINIPORT_RESTART_PARAMETERS parameters)
{
    (void)context;
    (void)parameters;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS null_initialize(NDIS_HANDLE handle, NDIS_HANDLE driver_context,
                                   PNDIS_MINIPORT_INIT_PARAMETERS parameters)
{
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES a = {0};

    (void)driver_context;
    (void)parameters;
    null_miniport.handle = handle;
    a.RegistrationAttributes = (NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES){
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
                   NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1,
                   NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1},
        .MiniportAdapterContext = &null_miniport};
    NdisMSetMiniportAttributes(handle, &a);
    memset(&a, 0, sizeof(a));
    a.GeneralAttributes = (NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES){
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
                   NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1,
                   NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1}};
    return NdisMSetMiniportAttributes(handle, &a);
}

static VOID null_halt(NDIS_HANDLE context, NDIS_HALT_ACTION action)
{
    (void)context;
    (void)action;
}

static VOID null_unload(PDRIVER_OBJECT driver)
{
    (void)driver;
    NdisMDeregisterMiniportDriver(null_miniport.driver);
}

static NDIS_STATUS null_oid(NDIS_HANDLE context, PNDIS_OID_REQUEST request)
{
    (void)context;
    (void)request;
    return NDIS_STATUS_NOT_SUPPORTED;
}

static VOID null_return(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, ULONG flags)
{
    (void)context;
    (void)nbls;
    (void)flags;
}

static VOID null_cancel(NDIS_HANDLE context, PVOID id)
{
    (void)context;
    (void)id;
}

static NTSTATUS null_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS chars = {
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS,
                   NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1,
                   NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1},
        .MajorNdisVersion = 6,
        .InitializeHandlerEx = null_initialize,
        .HaltHandlerEx = null_halt,
        .UnloadHandler = null_unload,
        .PauseHandler = null_pause,
        .RestartHandler = null_restart,
        .OidRequestHandler = null_oid,
        .SendNetBufferListsHandler = null_send,
        .ReturnNetBufferListsHandler = null_return,
        .CancelSendHandler = null_cancel};

    return NdisMRegisterMiniportDriver(driver, path, NULL, &chars, &null_miniport.driver);
}

/* ---- the protocol: NBLs that are back wait in `free` ---- */

static struct {
    NDIS_HANDLE protocol, binding, pool;
    PNET_BUFFER_LIST free[RING];
    unsigned free_count;
    PMDL mdl;
    uint64_t errors;
    UCHAR frame[FRAME_BYTES];
} bench;

static VOID send_complete(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, ULONG flags)
{
    (void)context;
    (void)flags;
    for (PNET_BUFFER_LIST next; nbls; nbls = next) {
        next = nbls->Next;
        bench.errors += nbls->Status != NDIS_STATUS_SUCCESS;
        bench.free[bench.free_count++] = nbls;
    }
}

static NDIS_STATUS bind(NDIS_HANDLE context, NDIS_HANDLE bind_context,
                        PNDIS_BIND_PARAMETERS parameters)
{
    NDIS_MEDIUM medium = NdisMedium802_3;
    UINT selected;
    NDIS_OPEN_PARAMETERS open = {.Header = {NDIS_OBJECT_TYPE_OPEN_PARAMETERS,
                                            NDIS_OPEN_PARAMETERS_REVISION_1,
                                            NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1},
                                 .AdapterName = parameters->AdapterName,
                                 .MediumArray = &medium,
                                 .MediumArraySize = 1,
                                 .SelectedMediumIndex = &selected};

    return NdisOpenAdapterEx(bench.protocol, context, &open, bind_context, &bench.binding);
}

static NDIS_STATUS unbind(NDIS_HANDLE unbind_context, NDIS_HANDLE context)
{
    (void)unbind_context;
    (void)context;
    return NdisCloseAdapterEx(bench.binding);
}

static VOID open_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    (void)context;
    (void)status;
}

static VOID close_complete(NDIS_HANDLE context)
{
    (void)context;
}

static NDIS_STATUS event(NDIS_HANDLE context, PNET_PNP_EVENT_NOTIFICATION notification)
{
    (void)context;
    (void)notification;
    return NDIS_STATUS_SUCCESS;
}

static VOID oid_complete(NDIS_HANDLE context, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    (void)context;
    (void)request;
    (void)status;
}

static VOID status(NDIS_HANDLE context, PNDIS_STATUS_INDICATION indication)
{
    (void)context;
    (void)indication;
}

static VOID receive(NDIS_HANDLE context, PNET_BUFFER_LIST nbls, NDIS_PORT_NUMBER port, ULONG count,
                    ULONG flags)
{
    (void)context;
    (void)nbls;
    (void)port;
    (void)count;
    (void)flags;
}

static void protocol_open(void)
{
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS chars = {
        .Header = {NDIS_OBJECT_TYPE_PROTOCOL_DRIVER_CHARACTERISTICS,
                   NDIS_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1,
                   NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1},
        .MajorNdisVersion = 6,
        .Name = NDIS_STRING_CONST("bench"),
        .BindAdapterHandlerEx = bind,
        .UnbindAdapterHandlerEx = unbind,
        .OpenAdapterCompleteHandlerEx = open_complete,
        .CloseAdapterCompleteHandlerEx = close_complete,
        .NetPnPEventHandler = event,
        .OidRequestCompleteHandler = oid_complete,
        .StatusHandlerEx = status,
        .ReceiveNetBufferListsHandler = receive,
        .SendNetBufferListsCompleteHandler = send_complete};
    NET_BUFFER_LIST_POOL_PARAMETERS pool = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};

    memset(&bench, 0, sizeof(bench));
    memset(bench.frame, 0xFF, 6);
    if (NdisRegisterProtocolDriver(&bench, &chars, &bench.protocol) != NDIS_STATUS_SUCCESS ||
        !bench.binding)
        abort();
    bench.pool = NdisAllocateNetBufferListPool(bench.protocol, &pool);
    bench.mdl = NdisAllocateMdl(bench.protocol, bench.frame, FRAME_BYTES);
    for (unsigned i = 0; i < RING; i++) {
        bench.free[i] =
            NdisAllocateNetBufferAndNetBufferList(bench.pool, 0, 0, bench.mdl, 0, FRAME_BYTES);
        bench.free[i]->SourceHandle = bench.binding;
    }
    bench.free_count = RING;
}

static void protocol_close(void)
{
    NdisDeregisterProtocolDriver(bench.protocol);
    for (unsigned i = 0; i < bench.free_count; i++)
        NdisFreeNetBufferList(bench.free[i]);
    NdisFreeMdl(bench.mdl);
    NdisFreeNetBufferListPool(bench.pool);
}

/* ---- measuring ---- */

/* Nobody holds more than BURST, so RING is enough. */
static void send_many(uint64_t count, unsigned burst)
{
    for (uint64_t sent = 0; sent < count; sent += burst) {
        PNET_BUFFER_LIST chain = NULL;
        for (unsigned i = 0; i < burst; i++) {
            PNET_BUFFER_LIST nbl = bench.free[--bench.free_count];
            nbl->Next = chain;
            chain = nbl;
        }
        NdisSendNetBufferLists(bench.binding, chain, NDIS_DEFAULT_PORT_NUMBER, 0);
    }
}

static double thread_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double measure_ns(unsigned burst)
{
    enum { WARM = 200000, COUNT = 3200000, ROUNDS = 5 };
    const char *exactly = getenv("BENCH_PACKETS");
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

double ndis_bench6_ns(nic_ndis_driver_entry *entry, unsigned burst, bool verify)
{
    static const char *const parameters[] = {"Slot=0", "InterruptNumber=4", NULL};
    struct nic_ndis_options options = {.verify = verify};
    struct nic_platform *platform = nic_virtual_create(1);
    struct nic_transport *transport = entry ? nic_null_create(platform, VECTOR) : NULL;
    struct nic_ndis_driver *driver;
    double ns;

    if (transport)
        nic_transport_put(0, transport);
    if (nic_ndis_start(platform, &options) != 0 ||
        nic_ndis_driver_load(entry ? entry : null_entry, &driver) != NDIS_STATUS_SUCCESS ||
        nic_ndis_adapter_add(driver, "bench0", parameters) != NDIS_STATUS_SUCCESS)
        abort();
    protocol_open();
    platform->ops->wait(platform, &(const volatile bool){false}, 100000000);
    ns = measure_ns(burst);
    nic_ndis_adapter_pause("bench0", 1000);
    protocol_close();
    nic_ndis_driver_unload(driver);
    if (nic_ndis_stop() || bench.errors) {
        fprintf(stderr, "NDIS 6: leaks, or %llu errors\n", (unsigned long long)bench.errors);
        exit(1);
    }
    if (transport) {
        nic_transport_put(0, NULL);
        nic_null_destroy(transport);
    }
    nic_virtual_destroy(platform);
    return ns;
}
