/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared memory, map registers and scatter/gather lists, and what the device sees of memory through
 * the addresses that they give out.
 */
#include "ndis_bare.h"
#include "nic_ndis_device.h"

#include <string.h>

static struct rig r;
static struct nic_ndis_bus *bus;
static UCHAR memory[4 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void on_attach(void *context, struct nic_ndis_bus *attached)
{
    (void)context;
    bus = attached;
}

static void start(ULONG attributes, NDIS_STATUS (*initialize)(NDIS_HANDLE), unsigned flags)
{
    const struct nic_ndis_device device = {.attach = on_attach};
    const struct nic_ndis_adapter adapter = {.device = &device};

    for (unsigned i = 0; i < sizeof(memory); i++)
        memory[i] = (UCHAR)(i * 11 + i / 251);
    bare_start(&r, flags);
    bare.attributes = attributes;
    bare.initialize = initialize;
    ck_status(nic_ndis_adapter_add_configured(r.driver, "nic0", &adapter), NDIS_STATUS_SUCCESS);
}

static void stop_with(unsigned findings)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == findings, "%u findings, the first: %s", r.findings, r.finding);
}

static bool device_reads(uint64_t address, const UCHAR *expected, size_t length)
{
    UCHAR got[4 * PAGE_SIZE];

    if (!nic_ndis_bus_read(bus, address, got, length))
        return false;
    ck_assert_mem_eq(got, expected, length);
    return true;
}

/* ---- shared memory ---- */

START_TEST(shared_memory)
{
    NDIS_PHYSICAL_ADDRESS physical, second, wrong;
    PVOID ring, other;

    start(NDIS_ATTRIBUTE_BUS_MASTER, NULL, RIG_VERIFY);
    NdisMAllocateSharedMemory(bare.handle, PAGE_SIZE + 100, FALSE, &ring, &physical);
    ck_assert_ptr_nonnull(ring);
    ck_assert_uint_eq((uintptr_t)ring % PAGE_SIZE, 0);
    ck_assert_uint_eq(physical.LowPart % PAGE_SIZE, 0);
    ck_assert_uint_eq(NdisGetPhysicalAddressHigh(physical), 0); /* 32 bits unless asked */
    ck_assert_uint_ne(((UCHAR *)ring)[0], 0);                   /* nobody promised zeros */
    memcpy(ring, memory, PAGE_SIZE + 100);
    ck_assert(device_reads((uint64_t)physical.QuadPart + 3, memory + 3, PAGE_SIZE + 97));
    ck_assert(nic_ndis_bus_write(bus, (uint64_t)physical.QuadPart + PAGE_SIZE - 2, "abcd", 4));
    ck_assert_mem_eq((UCHAR *)ring + PAGE_SIZE - 2, "abcd", 4);
    NdisMAllocateSharedMemory(bare.handle, 16, TRUE, &other, &second);
    ck_assert_ptr_nonnull(other);
    ck_assert_uint_eq(r.findings, 0);
    /* One octet too many, one too early, and between two. */
    ck_assert(!nic_ndis_bus_write(bus, (uint64_t)physical.QuadPart + PAGE_SIZE + 99, "ab", 2));
    ck_assert(!nic_ndis_bus_read(bus, (uint64_t)physical.QuadPart - 1, memory, 1));
    ck_assert(!nic_ndis_bus_read(bus, (uint64_t)second.QuadPart + 16, memory, 1));
    ck_assert(!nic_ndis_bus_read(bus, 0, memory, 1));
    ck_assert(!nic_ndis_bus_read(bus, 1ull << 40, memory, 1));
    ck_assert_uint_eq(r.findings, 5);
    wrong.QuadPart = second.QuadPart + PAGE_SIZE;
    NdisMFreeSharedMemory(bare.handle, 16, TRUE, other, wrong);
    NdisMFreeSharedMemory(bare.handle, 17, TRUE, other, second);
    ck_assert_uint_eq(r.findings, 7);
    NdisMFreeSharedMemory(bare.handle, 16, TRUE, other, second);
    ck_assert(!nic_ndis_bus_read(bus, (uint64_t)second.QuadPart, memory, 1));
    NdisMUpdateSharedMemory(bare.handle, 16, other, second);
    NdisMAllocateSharedMemory(bare.handle, 0, TRUE, &other, &second);
    ck_assert_ptr_null(other);
    NdisMAllocateSharedMemory(bare.handle, 0x7fffffff, TRUE, &other, &second);
    ck_assert_ptr_null(other);
    stop_with(9); /* and it is halted with the first */
}
END_TEST

/* Addresses are given out again, when there are no others. */
START_TEST(addresses_come_round)
{
    NDIS_PHYSICAL_ADDRESS first, physical, kept;
    PVOID address, held;
    unsigned count;

    start(NDIS_ATTRIBUTE_BUS_MASTER, NULL, RIG_VERIFY);
    NdisMAllocateSharedMemory(bare.handle, 3 * PAGE_SIZE, FALSE, &held, &kept);
    NdisMAllocateSharedMemory(bare.handle, PAGE_SIZE, FALSE, &address, &first);
    NdisMFreeSharedMemory(bare.handle, PAGE_SIZE, FALSE, address, first);
    for (count = 1; count < 100000; count++) {
        NdisMAllocateSharedMemory(bare.handle, PAGE_SIZE, FALSE, &address, &physical);
        ck_assert_ptr_nonnull(address);
        NdisMFreeSharedMemory(bare.handle, PAGE_SIZE, FALSE, address, physical);
        ck_assert(physical.QuadPart + PAGE_SIZE < kept.QuadPart ||
                  physical.QuadPart > kept.QuadPart + 3 * PAGE_SIZE);
        if (physical.QuadPart == first.QuadPart)
            break;
    }
    ck_assert_uint_gt(count, 1000);
    ck_assert_uint_lt(count, 100000);
    NdisMFreeSharedMemory(bare.handle, 3 * PAGE_SIZE, FALSE, held, kept);
    stop_with(0);
}
END_TEST

static NDIS_DMA_SIZE dma_size;

static NDIS_STATUS take_registers(NDIS_HANDLE configuration)
{
    (void)configuration;
    return NdisMAllocateMapRegisters(bare.handle, 0, dma_size, 4, 3 * PAGE_SIZE);
}

START_TEST(addresses_fit_the_device)
{
    static const uint64_t limit[] = {1ull << 24, 1ull << 32, UINT64_MAX};
    NDIS_PHYSICAL_ADDRESS physical;
    PVOID address;

    dma_size = (NDIS_DMA_SIZE)_i;
    start(NDIS_ATTRIBUTE_BUS_MASTER, take_registers, RIG_VERIFY);
    NdisMAllocateSharedMemory(bare.handle, 8 * PAGE_SIZE, FALSE, &address, &physical);
    ck_assert_ptr_nonnull(address);
    ck_assert_uint_le((uint64_t)physical.QuadPart + 8 * PAGE_SIZE, limit[_i]);
    ck_assert(_i < 2 || physical.HighPart); /* who cuts it will be found out */
    NdisMFreeSharedMemory(bare.handle, 8 * PAGE_SIZE, FALSE, address, physical);
    NdisMFreeMapRegisters(bare.handle);
    stop_with(0);
}
END_TEST

static struct {
    PVOID address;
    NDIS_PHYSICAL_ADDRESS physical;
    unsigned count;
} allocated;

static void on_allocated(PVOID address, PNDIS_PHYSICAL_ADDRESS physical, ULONG length,
                         PVOID context)
{
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_DISPATCH);
    ck_assert_uint_eq(length, 5000);
    ck_assert_ptr_eq(context, &allocated);
    allocated.address = address;
    allocated.physical = *physical;
    allocated.count++;
}

START_TEST(shared_memory_that_comes_later)
{
    memset(&allocated, 0, sizeof(allocated));
    start(NDIS_ATTRIBUTE_BUS_MASTER | (_i ? NDIS_ATTRIBUTE_DESERIALIZE : 0), NULL, RIG_VERIFY);
    bare.allocated = on_allocated;
    ck_status(NdisMAllocateSharedMemoryAsync(bare.handle, 5000, FALSE, &allocated),
              NDIS_STATUS_PENDING);
    ck_assert_uint_eq(allocated.count, 0);
    rig_run(&r, 10);
    ck_assert_uint_eq(allocated.count, 1);
    memcpy(allocated.address, memory, 5000);
    ck_assert(device_reads((uint64_t)allocated.physical.QuadPart, memory, 5000));
    NdisMFreeSharedMemory(bare.handle, 5000, FALSE, allocated.address, allocated.physical);
    stop_with(0);
}
END_TEST

/* ---- map registers ---- */

static NDIS_HANDLE buffer_pool;

static PNDIS_BUFFER buffer_of(PVOID address, UINT length)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;

    NdisAllocateBuffer(&status, &buffer, buffer_pool, address, length);
    ck_status(status, NDIS_STATUS_SUCCESS);
    return buffer;
}

static void with_buffers(void)
{
    NDIS_STATUS status;

    NdisAllocateBufferPool(&status, &buffer_pool, 8);
    ck_status(status, NDIS_STATUS_SUCCESS);
}

START_TEST(map_registers)
{
    NDIS_PHYSICAL_ADDRESS_UNIT units[4];
    PNDIS_BUFFER buffer, large;
    UINT count, most, at = 0;

    dma_size = NDIS_DMA_32BITS;
    start(NDIS_ATTRIBUTE_BUS_MASTER, take_registers, RIG_VERIFY);
    with_buffers();
    buffer = buffer_of(memory + 4000, 4200);
    NdisGetBufferPhysicalArraySize(buffer, &most);
    ck_assert_uint_eq(most, 3);
    NdisMStartBufferPhysicalMapping(bare.handle, buffer, 3, TRUE, units, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert(units[0].Length == 96 && units[1].Length == 4096 && units[2].Length == 8);
    for (UINT i = 0; i < count; at += units[i++].Length)
        ck_assert(device_reads((uint64_t)units[i].PhysicalAddress.QuadPart, memory + 4000 + at,
                               units[i].Length));
    ck_assert_uint_eq(r.findings, 0);
    ck_assert(!nic_ndis_bus_write(bus, (uint64_t)units[0].PhysicalAddress.QuadPart, "x", 1));
    ck_assert_uint_eq(r.findings, 1); /* mapped for reading */
    ck_assert(!nic_ndis_bus_read(bus, (uint64_t)units[0].PhysicalAddress.QuadPart - 1, memory, 1));
    ck_assert_uint_eq(r.findings, 2);
    NdisMStartBufferPhysicalMapping(bare.handle, buffer, 3, TRUE, units, &count);
    ck_assert_uint_eq(count, 0);
    NdisMStartBufferPhysicalMapping(bare.handle, buffer, 4, TRUE, units, &count);
    ck_assert_uint_eq(count, 0);
    NdisMCompleteBufferPhysicalMapping(bare.handle, buffer, 2);
    ck_assert_uint_eq(r.findings, 5);
    NdisMCompleteBufferPhysicalMapping(bare.handle, buffer, 3);
    ck_assert(!nic_ndis_bus_read(bus, (uint64_t)units[1].PhysicalAddress.QuadPart, memory, 1));
    ck_assert_uint_eq(r.findings, 6);
    NdisMStartBufferPhysicalMapping(bare.handle, buffer, 0, FALSE, units, &count);
    ck_assert_uint_eq(count, 3);
    ck_assert(nic_ndis_bus_write(bus, (uint64_t)units[2].PhysicalAddress.QuadPart, "x", 1));
    ck_assert_uint_eq(memory[8192], 'x');
    ck_assert(!nic_ndis_bus_read(bus, (uint64_t)units[2].PhysicalAddress.QuadPart, memory, 1));
    NdisMCompleteBufferPhysicalMapping(bare.handle, buffer, 0);
    large = buffer_of(memory, 3 * PAGE_SIZE + 1); /* more than was announced */
    NdisMStartBufferPhysicalMapping(bare.handle, large, 0, TRUE, units, &count);
    ck_assert_uint_eq(count, 0);
    NdisFreeBuffer(large);
    large = buffer_of(NULL, 1); /* memory that cannot be mapped */
    NdisMStartBufferPhysicalMapping(bare.handle, large, 0, TRUE, units, &count);
    ck_assert_uint_eq(count, 0);
    NdisFreeBuffer(large);
    ck_status(take_registers(NULL), NDIS_STATUS_FAILURE);
    ck_status(NdisMInitializeScatterGatherDma(bare.handle, FALSE, 1514), NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(r.findings, 7);
    NdisMStartBufferPhysicalMapping(bare.handle, buffer, 1, TRUE, units, &count);
    NdisFreeBuffer(buffer);
    NdisFreeBufferPool(buffer_pool);
    rig_stop(&r); /* halts with registers, one of them in use */
    ck_assert_uint_eq(r.findings, 9);
}
END_TEST

static void give_registers_back(void)
{
    NdisMFreeMapRegisters(bare.handle);
}

START_TEST(a_map_register_that_is_not_there)
{
    static const char *const words[] = {"map register 4, which is none of its own",
                                        "map register 3, which is not in use"};
    PNDIS_BUFFER buffer;

    dma_size = NDIS_DMA_32BITS;
    start(NDIS_ATTRIBUTE_BUS_MASTER, take_registers, RIG_VERIFY);
    bare.halt = give_registers_back;
    with_buffers();
    buffer = buffer_of(memory, 1);
    NdisMCompleteBufferPhysicalMapping(bare.handle, buffer, _i ? 3 : 4);
    ck_assert_ptr_nonnull(strstr(r.finding, words[_i]));
    NdisFreeBuffer(buffer);
    NdisFreeBufferPool(buffer_pool);
    rig_stop(&r);
    ck_assert_uint_eq(r.findings, 1);
}
END_TEST

/* ---- scatter/gather ---- */

static NDIS_STATUS take_lists(NDIS_HANDLE configuration)
{
    (void)configuration;
    return NdisMInitializeScatterGatherDma(bare.handle, dma_size == NDIS_DMA_64BITS, 3000);
}

static struct nic_script_protocol protocol;
static PSCATTER_GATHER_LIST list, first_list;
static unsigned sends, resources;
static uint64_t last_address;
static NDIS_STATUS answer;

/* The list is the packet, octet for octet, in pieces that cross no page. */
static void check_list(PNDIS_PACKET packet)
{
    static UCHAR gathered[5000], expected[5000];
    UINT total, at = 0, length;
    PNDIS_BUFFER buffer;
    PVOID address;

    list = NDIS_PER_PACKET_INFO_FROM_PACKET(packet, ScatterGatherListPacketInfo);
    ck_assert_ptr_nonnull(list);
    NdisQueryPacket(packet, NULL, NULL, &buffer, &total);
    for (; buffer; NdisGetNextBuffer(buffer, &buffer), at += length) {
        NdisQueryBuffer(buffer, &address, &length);
        memcpy(expected + at, address, length);
    }
    at = 0;
    for (ULONG i = 0; i < list->NumberOfElements; i++) {
        const SCATTER_GATHER_ELEMENT *e = &list->Elements[i];
        ck_assert_uint_le((uint64_t)e->Address.QuadPart % PAGE_SIZE + e->Length, PAGE_SIZE);
        ck_assert(nic_ndis_bus_read(bus, (uint64_t)e->Address.QuadPart, gathered + at, e->Length));
        last_address = (uint64_t)e->Address.QuadPart;
        at += e->Length;
    }
    ck_assert_uint_eq(at, total);
    ck_assert_mem_eq(gathered, expected, total);
}

static NDIS_STATUS on_send(PNDIS_PACKET packet, UINT flags)
{
    (void)flags;
    check_list(packet);
    if (sends++ == 0)
        first_list = list;
    if (resources) {
        resources--;
        return NDIS_STATUS_RESOURCES;
    }
    return answer;
}

static void on_completed(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    (void)status;
    ck_assert_ptr_null(NDIS_PER_PACKET_INFO_FROM_PACKET(packet, ScatterGatherListPacketInfo));
}

static void start_sending(unsigned flags, ULONG attributes)
{
    ULONG filter = 0;

    start(NDIS_ATTRIBUTE_BUS_MASTER | attributes, take_lists, flags);
    with_buffers();
    bare.send = on_send;
    sends = resources = 0;
    protocol = (struct nic_script_protocol){
        .trace = &r.trace, .packet_count = 8, .packet_bytes = 4000, .completed = on_completed};
    ck_status(nic_script_protocol_start(&protocol, r.platform, "nic0"), NDIS_STATUS_SUCCESS);
    nic_script_request(&protocol, NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, &filter,
                       sizeof(filter), NULL); /* changes the library's mind about short cuts */
}

static void stop_sending(unsigned findings)
{
    ck_status(nic_script_protocol_stop(&protocol), NDIS_STATUS_SUCCESS);
    NdisFreeBufferPool(buffer_pool);
    stop_with(findings);
}

/* In two buffers, the second over the end of a page. */
static PNDIS_PACKET packet_of_two(UINT head, UINT tail)
{
    PNDIS_PACKET packet = nic_script_packet(&protocol, head);

    NdisChainBufferAtBack(packet, buffer_of(memory + PAGE_SIZE - 20, tail));
    return packet;
}

static void packet_free(PNDIS_PACKET packet)
{
    PNDIS_BUFFER tail;

    NdisUnchainBufferAtBack(packet, &tail);
    NdisFreeBuffer(tail);
    nic_script_packet_free(&protocol, packet);
}

START_TEST(lists_come_with_packets)
{
    PNDIS_PACKET packet;

    dma_size = _i & 1 ? NDIS_DMA_64BITS : NDIS_DMA_32BITS;
    answer = _i & 4 ? NDIS_STATUS_PENDING : NDIS_STATUS_SUCCESS;
    start_sending(_i & 2 ? RIG_VERIFY : 0, _i & 8 ? NDIS_ATTRIBUTE_DESERIALIZE : 0);
    packet = packet_of_two(60, 500);
    ck_status(nic_script_send(&protocol, packet), answer);
    if (_i & 4) {
        ck_assert(device_reads(last_address, memory + PAGE_SIZE, 480));
        NdisMSendComplete(bare.handle, packet, NDIS_STATUS_SUCCESS);
    }
    on_completed(NULL, packet, 0);
    ck_assert(!nic_ndis_bus_read(bus, last_address, memory, 1)); /* not the driver's any more */
    ck_assert_uint_eq(list ? last_address >> 32 != 0 : 0, _i & 1);
    packet_free(packet);
    /* The address above; and a deserialized driver that does not pend (DER-2). */
    stop_sending(_i & 2 ? 1 + ((_i & 12) == 8) : 0);
}
END_TEST

START_TEST(lists_come_with_arrays_except_too_long_packets)
{
    PNDIS_PACKET packets[5];

    dma_size = NDIS_DMA_32BITS;
    answer = NDIS_STATUS_PENDING;
    start_sending(_i & 1 ? RIG_VERIFY : 0, _i & 2 ? NDIS_ATTRIBUTE_DESERIALIZE : 0);
    for (unsigned i = 0; i < 5; i++)
        packets[i] = nic_script_packet(&protocol, i == 1 || i == 4 ? 3001 : 3000);
    nic_script_send_array(&protocol, packets, 5);
    ck_assert_uint_eq(sends, 3);
    for (unsigned i = 0; i < 5; i++) {
        struct nic_script_packet *record = nic_script_record(&protocol, packets[i]);
        bool is_long = i == 1 || i == 4;
        ck_assert_uint_eq(record->completed, is_long);
        if (!is_long)
            NdisMSendComplete(bare.handle, packets[i], NDIS_STATUS_SUCCESS);
        ck_status(record->status, is_long ? NDIS_STATUS_RESOURCES : NDIS_STATUS_SUCCESS);
        nic_script_packet_free(&protocol, packets[i]);
    }
    packets[0] = nic_script_packet(&protocol, 3001);
    ck_status(nic_script_send(&protocol, packets[0]), NDIS_STATUS_RESOURCES);
    nic_script_packet_free(&protocol, packets[0]);
    stop_sending(0);
}
END_TEST

/* REQ-48: what the driver refused comes again as it was. */
START_TEST(a_list_stays_while_its_packet_waits)
{
    PNDIS_PACKET packet;

    dma_size = NDIS_DMA_32BITS;
    answer = NDIS_STATUS_SUCCESS;
    start_sending(RIG_VERIFY, 0);
    resources = 2;
    packet = nic_script_packet(&protocol, 200);
    ck_status(nic_script_send(&protocol, packet), NDIS_STATUS_PENDING);
    for (unsigned i = 0; i < 2; i++)
        NdisMSendResourcesAvailable(bare.handle);
    ck_assert_uint_eq(sends, 3);
    ck_assert_ptr_eq(list, first_list);
    ck_assert_uint_eq(nic_script_record(&protocol, packet)->completed, 1);
    nic_script_packet_free(&protocol, packet);
    stop_sending(0);
}
END_TEST

static PNDIS_PACKET refused;

static void send_in_reset(void)
{
    nic_script_send_array(&protocol, &refused, 1);
}

START_TEST(a_refused_packet_has_no_list)
{
    NDIS_STATUS status;

    dma_size = NDIS_DMA_32BITS;
    start_sending(_i ? RIG_VERIFY : 0, 0);
    refused = nic_script_packet(&protocol, 200);
    bare.reset = send_in_reset;
    NdisReset(&status, protocol.binding);
    ck_status(nic_script_record(&protocol, refused)->status, NDIS_STATUS_RESET_IN_PROGRESS);
    ck_assert_uint_eq(sends, 0);
    nic_script_packet_free(&protocol, refused);
    stop_sending(0);
}
END_TEST

/* A packet that the driver has at the end takes its list with it. */
START_TEST(lists_end_with_the_adapter)
{
    PNDIS_PACKET packet;

    dma_size = NDIS_DMA_32BITS;
    answer = NDIS_STATUS_PENDING;
    start_sending(0, 0);
    packet = nic_script_packet(&protocol, 200);
    ck_status(nic_script_send(&protocol, packet), NDIS_STATUS_PENDING);
    ck_status(nic_ndis_adapter_remove("nic0", 1), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(nic_script_record(&protocol, packet)->completed, 1);
    nic_script_packet_free(&protocol, packet);
    stop_sending(0);
}
END_TEST

START_TEST(a_bus_master_says_so)
{
    start(0, take_lists, RIG_VERIFY);
    ck_status(NdisMAllocateMapRegisters(bare.handle, 0, NDIS_DMA_32BITS, 1, 1514),
              NDIS_STATUS_FAILURE);
    stop_with(1);
    ck_assert_str_eq(r.finding,
                     "nic0: NdisMInitializeScatterGatherDma, but no attribute BUS_MASTER");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_dma");
    TCase *t = tcase_create("dma");

    tcase_add_test(t, shared_memory);
    tcase_add_test(t, addresses_come_round);
    tcase_add_loop_test(t, addresses_fit_the_device, 0, 3);
    tcase_add_loop_test(t, shared_memory_that_comes_later, 0, 2);
    tcase_add_test(t, map_registers);
    tcase_add_loop_test(t, a_map_register_that_is_not_there, 0, 2);
    tcase_add_loop_test(t, lists_come_with_packets, 0, 16);
    tcase_add_loop_test(t, lists_come_with_arrays_except_too_long_packets, 0, 4);
    tcase_add_test(t, a_list_stays_while_its_packet_waits);
    tcase_add_loop_test(t, a_refused_packet_has_no_list, 0, 2);
    tcase_add_test(t, lists_end_with_the_adapter);
    tcase_add_test(t, a_bus_master_says_so);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
