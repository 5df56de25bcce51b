/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scatter/gather lists of NET_BUFFERs: what the device reaches through them, and for how long.
 */
#include "ndis_rig6.h"

#include <string.h>

#include "nic_ndis_device.h"

enum { PAGE = 4096, BYTES = 3 * PAGE };

static struct rig6 r;
static NDIS_HANDLE dma, pool;
static PSCATTER_GATHER_LIST processed;
static unsigned process_calls;
static UCHAR *memory; /* begins with a page */
static PMDL mdls[2];
static PNET_BUFFER nb;

static VOID process(PDEVICE_OBJECT device, PVOID reserved, PSCATTER_GATHER_LIST list, PVOID context)
{
    (void)device;
    (void)reserved;
    ck_assert_ptr_eq(context, &r);
    ck_assert_uint_eq(rig6_locks(), 0);
    processed = list;
    process_calls++;
}

static NDIS_SG_DMA_DESCRIPTION description(ULONG flags, ULONG most)
{
    return (NDIS_SG_DMA_DESCRIPTION){.Header = {NDIS_OBJECT_TYPE_SG_DMA_DESCRIPTION,
                                                NDIS_SG_DMA_DESCRIPTION_REVISION_1,
                                                NDIS_SIZEOF_SG_DMA_DESCRIPTION_REVISION_1},
                                     .Flags = flags,
                                     .MaximumPhysicalMapping = most,
                                     .ProcessSGListHandler = process};
}

/* A NET_BUFFER of 1000 bytes, 60 into an MDL of 100 that is followed by one over the end of a page. */
static void start(unsigned flags)
{
    struct nic_script6_miniport like = {0};
    NET_BUFFER_POOL_PARAMETERS p = {.Header = {NDIS_OBJECT_TYPE_DEFAULT,
                                               NET_BUFFER_POOL_PARAMETERS_REVISION_1,
                                               NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1}};
    NDIS_SG_DMA_DESCRIPTION d = description(NDIS_SG_DMA_64_BIT_ADDRESS, UINT32_MAX);

    rig6_start(&r, &like, 0, flags);
    process_calls = 0;
    memory = aligned_alloc(PAGE, BYTES);
    for (unsigned i = 0; i < BYTES; i++)
        memory[i] = (UCHAR)(i * 7 + i / 256);
    mdls[0] = NdisAllocateMdl(r.miniport->handle, memory + 500, 100);
    mdls[1] = NdisAllocateMdl(r.miniport->handle, memory + 2 * PAGE - 300, 2000);
    mdls[0]->Next = mdls[1];
    pool = NdisAllocateNetBufferPool(r.miniport->handle, &p);
    nb = NdisAllocateNetBuffer(pool, mdls[0], 60, 1000);
    ck_status(NdisMRegisterScatterGatherDma(r.miniport->handle, &d, &dma), NDIS_STATUS_SUCCESS);
    ck_assert_uint_ge(d.ScatterGatherListSize,
                      sizeof(SCATTER_GATHER_LIST) + 16 * sizeof(SCATTER_GATHER_ELEMENT));
}

static void stop(void)
{
    NdisFreeNetBuffer(nb);
    NdisFreeMdl(mdls[0]);
    NdisFreeMdl(mdls[1]);
    NdisFreeNetBufferPool(pool);
    rig6_stop(&r);
    free(memory);
}

static NDIS_STATUS allocate(ULONG flags, PVOID buffer, ULONG size)
{
    enum nic_level before = r.platform->ops->raise(r.platform, NIC_LEVEL_DISPATCH);
    NDIS_STATUS status = NdisMAllocateNetBufferSGList(dma, nb, &r, flags, buffer, size);

    r.platform->ops->lower(r.platform, before);
    return status;
}

static void release(void)
{
    enum nic_level before = r.platform->ops->raise(r.platform, NIC_LEVEL_DISPATCH);

    NdisMFreeNetBufferSGList(dma, processed, nb);
    r.platform->ops->lower(r.platform, before);
}

static struct nic_ndis_bus *bus(void)
{
    return (struct nic_ndis_bus *)r.miniport->handle;
}

/* What the device reads through the list, element by element; how much. */
static ULONG read_all(UCHAR *to)
{
    ULONG at = 0;

    for (ULONG i = 0; i < processed->NumberOfElements; i++) {
        const SCATTER_GATHER_ELEMENT *e = &processed->Elements[i];
        ck_assert(nic_ndis_bus_read(bus(), (uint64_t)e->Address.QuadPart, to + at, e->Length));
        at += e->Length;
    }
    return at;
}

/* The list begins with CurrentMdl, the data CurrentMdlOffset behind; an element ends with its page. */
START_TEST(the_device_reads_what_the_net_buffer_has)
{
    UCHAR seen[2000], buffer[1024];
    uint64_t first;

    start(RIG_VERIFY);
    for (unsigned own = 0; own < 2; own++) {
        ck_status(allocate(NDIS_SG_LIST_WRITE_TO_DEVICE, own ? buffer : NULL, sizeof(buffer)),
                  NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(process_calls, own + 1);
        ck_assert((UCHAR *)processed == buffer || !own);
        ck_assert_uint_eq(processed->NumberOfElements, 3);
        ck_assert_uint_eq(processed->Elements[0].Length, 100);
        ck_assert_uint_eq(processed->Elements[1].Length, 300);
        ck_assert_uint_eq(processed->Elements[2].Length, 660);
        ck_assert_uint_eq(read_all(seen), 60 + 1000);
        ck_assert_mem_eq(seen, memory + 500, 100);
        ck_assert_mem_eq(seen + 100, memory + 2 * PAGE - 300, 960);
        first = (uint64_t)processed->Elements[0].Address.QuadPart;
        release();
        ck_assert_uint_eq(r.findings, own);
        ck_assert(!nic_ndis_bus_read(bus(), first, seen, 1)); /* no longer: a finding */
        ck_assert_uint_eq(r.findings, own + 1);
    }
    NdisMDeregisterScatterGatherDma(dma);
    stop();
}
END_TEST

/* What is received: the device writes, and the buffer that is too small is not used. */
START_TEST(the_device_writes_into_the_net_buffer)
{
    UCHAR bytes[100], buffer[sizeof(SCATTER_GATHER_LIST)];

    memset(bytes, 0x5A, sizeof(bytes));
    start(0);
    ck_status(allocate(0, buffer, sizeof(buffer)), NDIS_STATUS_SUCCESS);
    ck_assert_ptr_ne(processed, buffer);
    ck_assert(nic_ndis_bus_write(bus(), (uint64_t)processed->Elements[0].Address.QuadPart, bytes,
                                 sizeof(bytes)));
    ck_assert_mem_eq(memory + 500, bytes, sizeof(bytes));
    ck_assert(
        !nic_ndis_bus_read(bus(), (uint64_t)processed->Elements[0].Address.QuadPart, bytes, 1));
    release();
    NdisMDeregisterScatterGatherDma(dma);
    stop();
}
END_TEST

START_TEST(what_makes_no_sense_is_refused)
{
    NDIS_SG_DMA_DESCRIPTION d = description(0, 500);
    NDIS_HANDLE again;

    start(RIG_VERIFY);
    ck_status(NdisMRegisterScatterGatherDma(r.miniport->handle, &d, &again), NDIS_STATUS_FAILURE);
    ck_assert_ptr_null(again);
    nb->DataLength = 3000; /* more than the MDLs have */
    ck_status(allocate(NDIS_SG_LIST_WRITE_TO_DEVICE, NULL, 0), NDIS_STATUS_FAILURE);
    nb->DataLength = 1000;
    NdisMDeregisterScatterGatherDma(dma);
    d.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    ck_status(NdisMRegisterScatterGatherDma(r.miniport->handle, &d, &again),
              NDIS_STATUS_INVALID_PARAMETER);
    d = description(0, 500);
    d.ProcessSGListHandler = NULL;
    ck_status(NdisMRegisterScatterGatherDma(r.miniport->handle, &d, &again),
              NDIS_STATUS_INVALID_PARAMETER);
    d = description(0, 500);
    ck_status(NdisMRegisterScatterGatherDma(r.miniport->handle, &d, &dma), NDIS_STATUS_SUCCESS);
    ck_status(allocate(NDIS_SG_LIST_WRITE_TO_DEVICE, NULL, 0), NDIS_STATUS_FAILURE); /* too long */
    ck_assert_uint_eq(process_calls, 0);
    NdisMDeregisterScatterGatherDma(dma);
    stop();
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

START_TEST(what_is_left_is_found)
{
    start(RIG_VERIFY);
    ck_status(allocate(NDIS_SG_LIST_WRITE_TO_DEVICE, NULL, 0), NDIS_STATUS_SUCCESS);
    NdisMDeregisterScatterGatherDma(dma);
    ck_assert_str_eq(r.finding, "nic0 deregisters its DMA with 1 scatter/gather lists not freed");
    release();
    stop();
    start(RIG_VERIFY);
    stop();
    ck_assert_str_eq(r.finding, "nic0 halted with its scatter/gather DMA registered");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_dma6");
    TCase *t = tcase_create("dma");

    tcase_add_test(t, the_device_reads_what_the_net_buffer_has);
    tcase_add_test(t, the_device_writes_into_the_net_buffer);
    tcase_add_test(t, what_makes_no_sense_is_refused);
    tcase_add_test(t, what_is_left_is_found);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
