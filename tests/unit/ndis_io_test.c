/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources, PCI configuration space, ports, mapped registers, shared interrupts and shutdown, by
 * the calls a driver of hardware makes, down to the callbacks of the device.
 */
#include "ndis_bare.h"
#include "nic_ndis_device.h"

#include <string.h>

static struct rig r;

/* What the device saw last, and how often it was accessed. */
static struct {
    enum nic_ndis_space space;
    uint64_t address;
    unsigned size_bytes;
    uint32_t value;
    bool is_write;
    unsigned count;
    unsigned sizes[5];
    struct nic_ndis_bus *bus;
    unsigned attached;
    UCHAR memory[0x4000]; /* of MEMORY and PCI */
} seen;

static void note(enum nic_ndis_space space, uint64_t address, unsigned size_bytes, uint32_t value,
                 bool is_write)
{
    ck_assert(space != NIC_NDIS_PCI || address % size_bytes == 0);
    seen.space = space;
    seen.address = address;
    seen.size_bytes = size_bytes;
    seen.value = value;
    seen.is_write = is_write;
    seen.count++;
    seen.sizes[size_bytes]++;
}

static uint32_t on_read(void *context, enum nic_ndis_space space, uint64_t address,
                        unsigned size_bytes)
{
    uint32_t value = 0x11223344u + seen.count;

    ck_assert_ptr_eq(context, &seen);
    if (space != NIC_NDIS_PORTS)
        memcpy(&value, seen.memory + address % sizeof(seen.memory), size_bytes);
    note(space, address, size_bytes, value, false);
    return value;
}

static void on_write(void *context, enum nic_ndis_space space, uint64_t address,
                     unsigned size_bytes, uint32_t value)
{
    ck_assert_ptr_eq(context, &seen);
    if (space != NIC_NDIS_PORTS)
        memcpy(seen.memory + address % sizeof(seen.memory), &value, size_bytes);
    note(space, address, size_bytes, value, true);
}

static void on_attach(void *context, struct nic_ndis_bus *bus)
{
    ck_assert_ptr_eq(context, &seen);
    seen.bus = bus;
    seen.attached++;
}

#define REGISTERS 0xfe001010u

static const struct nic_ndis_device device = {
    .context = &seen,
    .read = on_read,
    .write = on_write,
    .attach = on_attach,
    .resources = {{NIC_NDIS_PORTS, 0x300, 0x20}, {NIC_NDIS_MEMORY, REGISTERS, 0x2000}},
    .has_interrupt = true,
    .vector = 5,
    .is_shared = true,
};

static NDIS_STATUS add(const char *name, const struct nic_ndis_device *of)
{
    const struct nic_ndis_adapter adapter = {.device = of};

    return nic_ndis_adapter_add_configured(r.driver, name, &adapter);
}

static void start(void)
{
    memset(&seen, 0, sizeof(seen));
    bare_start(&r, RIG_VERIFY);
    ck_status(add("nic0", &device), NDIS_STATUS_SUCCESS);
}

static void stop_with(unsigned findings)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == findings, "%u findings, the first: %s", r.findings, r.finding);
    ck_assert_ptr_null(seen.bus);
}

static void saw(enum nic_ndis_space space, uint64_t address, unsigned size_bytes, bool is_write)
{
    ck_assert_int_eq(seen.space, space);
    ck_assert_uint_eq(seen.address, address);
    ck_assert_uint_eq(seen.size_bytes, size_bytes);
    ck_assert_int_eq(seen.is_write, is_write);
}

/* ---- resources ---- */

static void check_list(const NDIS_RESOURCE_LIST *list)
{
    const CM_PARTIAL_RESOURCE_DESCRIPTOR *d = list->PartialDescriptors;

    ck_assert_uint_eq(list->Count, 3);
    ck_assert(d[0].Type == CmResourceTypePort && d[0].Flags == CM_RESOURCE_PORT_IO);
    ck_assert(d[0].u.Port.Start.QuadPart == 0x300 && d[0].u.Port.Length == 0x20);
    ck_assert(d[1].Type == CmResourceTypeMemory);
    ck_assert(d[1].u.Memory.Start.QuadPart == REGISTERS && d[1].u.Memory.Length == 0x2000);
    ck_assert(d[2].Type == CmResourceTypeInterrupt && d[2].u.Interrupt.Vector == 5);
    ck_assert(d[2].Flags == CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE);
    ck_assert(d[2].ShareDisposition == CmResourceShareShared);
}

START_TEST(resources)
{
    union {
        NDIS_RESOURCE_LIST list;
        UCHAR bytes[sizeof(NDIS_RESOURCE_LIST) + 2 * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)];
    } room;
    PNDIS_RESOURCE_LIST list;
    NDIS_STATUS status;
    UINT bytes = 0;

    start();
    NdisMQueryAdapterResources(&status, bare.handle, NULL, &bytes);
    ck_status(status, NDIS_STATUS_RESOURCES);
    ck_assert_uint_eq(bytes, 8 + 3 * 20);
    NdisMQueryAdapterResources(&status, bare.handle, &room.list, &bytes);
    ck_status(status, NDIS_STATUS_SUCCESS);
    check_list(&room.list);
    ck_status(NdisMPciAssignResources(bare.handle, 0, &list), NDIS_STATUS_SUCCESS);
    check_list(list);
    ck_status(NdisMPciAssignResources(bare.handle, 0, &list), NDIS_STATUS_SUCCESS);
    ck_status(add("nic1", NULL), NDIS_STATUS_SUCCESS);
    NdisMQueryAdapterResources(&status, bare.handle, &room.list, &bytes);
    ck_status(status, NDIS_STATUS_FAILURE);
    ck_status(NdisMPciAssignResources(bare.handle, 0, &list), NDIS_STATUS_FAILURE);
    stop_with(0);
}
END_TEST

START_TEST(pci_configuration_space)
{
    UCHAR bytes[256];
    USHORT command = 0x0107;

    start();
    for (unsigned i = 0; i < 256; i++)
        seen.memory[i] = (UCHAR)(i ^ 0x5a);
    ck_assert_uint_eq(NdisReadPciSlotInformation(bare.handle, 0, 0, bytes, 256), 256);
    ck_assert_mem_eq(bytes, seen.memory, 256);
    ck_assert_uint_eq(seen.count, 64);
    ck_assert_uint_eq(NdisReadPciSlotInformation(bare.handle, 0, 0x3d, bytes, 7), 7);
    ck_assert_mem_eq(bytes, seen.memory + 0x3d, 7);
    ck_assert_uint_eq(seen.sizes[1], 1);
    ck_assert_uint_eq(seen.sizes[2], 1);
    ck_assert_uint_eq(NdisWritePciSlotInformation(bare.handle, 0, 4, &command, 2), 2);
    saw(NIC_NDIS_PCI, 4, 2, true);
    ck_assert_uint_eq(seen.value, 0x0107);
    ck_assert_uint_eq(NdisReadPciSlotInformation(bare.handle, 0, 0xfc, bytes, 8), 4);
    ck_assert_uint_eq(NdisReadPciSlotInformation(bare.handle, 0, 0x100, bytes, 1), 0);
    ck_status(add("nic1", NULL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(NdisReadPciSlotInformation(bare.handle, 0, 0, bytes, 4), 0);
    ck_assert_uint_eq(NdisWritePciSlotInformation(bare.handle, 0, 0, bytes, 4), 0);
    stop_with(0);
}
END_TEST

/* ---- ports ---- */

START_TEST(ports)
{
    NDIS_HANDLE handle;
    PVOID base, other;
    UCHAR octet, octets[3] = {1, 2, 3};
    USHORT word, words[2];
    ULONG wide, wides[2];

    start();
    handle = bare.handle;
    ck_status(NdisMRegisterIoPortRange(&base, handle, 0x310, 0x10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq((ULONG_PTR)base, 0x310); /* a driver may cut it to 32 bits */
    NdisRawReadPortUchar((PUCHAR)base + 3, &octet);
    saw(NIC_NDIS_PORTS, 0x313, 1, false);
    ck_assert_uint_eq(octet, 0x44);
    NdisRawReadPortUshort((ULONG_PTR)base + 4, &word);
    saw(NIC_NDIS_PORTS, 0x314, 2, false);
    ck_assert_uint_eq(word, 0x3345);
    NdisRawReadPortUlong((ULONG)(ULONG_PTR)base + 8, &wide);
    saw(NIC_NDIS_PORTS, 0x318, 4, false);
    ck_assert_uint_eq(wide, 0x11223346);
    NdisRawWritePortUchar((ULONG_PTR)base, 0xa5);
    saw(NIC_NDIS_PORTS, 0x310, 1, true);
    ck_assert_uint_eq(seen.value, 0xa5);
    NdisRawWritePortUshort((ULONG_PTR)base + 2, 0xa5a6);
    saw(NIC_NDIS_PORTS, 0x312, 2, true);
    NdisRawWritePortUlong((ULONG_PTR)base + 12, 0xa5a6a7a8);
    saw(NIC_NDIS_PORTS, 0x31c, 4, true);
    ck_assert_uint_eq(seen.value, 0xa5a6a7a8);
    seen.count = 0;
    NdisRawReadPortBufferUshort(base, words, 2);
    ck_assert(seen.count == 2 && seen.address == 0x310 && words[1] == 0x3345);
    NdisRawReadPortBufferUlong(base, wides, 2);
    ck_assert(seen.count == 4 && wides[0] == 0x11223346 && wides[1] == 0x11223347);
    NdisRawWritePortBufferUchar(base, octets, 3);
    ck_assert(seen.count == 7 && seen.value == 3);
    NdisRawReadPortBufferUchar(base, octets, 3);
    ck_assert(seen.count == 10 && octets[0] == 0x4b);
    NdisRawWritePortBufferUshort(base, words, 2);
    NdisRawWritePortBufferUlong(base, wides, 2);
    ck_assert(seen.count == 14 && seen.value == 0x11223347);
    /* Not ours; not to be had twice; not to be had by another. */
    ck_status(NdisMRegisterIoPortRange(&other, handle, 0x2f8, 0x10), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(NdisMRegisterIoPortRange(&other, handle, 0x310, 0x11), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(NdisMRegisterIoPortRange(&other, handle, 0x300, 0), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(NdisMRegisterIoPortRange(&other, handle, 0xfff8, 9), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(NdisMRegisterIoPortRange(&other, handle, 0x30f, 2), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(add("nic1", &device), NDIS_STATUS_SUCCESS);
    ck_status(NdisMRegisterIoPortRange(&other, bare.handle, 0x31f, 1),
              NDIS_STATUS_RESOURCE_CONFLICT);
    NdisMDeregisterIoPortRange(handle, 0x310, 0x10, base);
    ck_status(NdisMRegisterIoPortRange(&other, bare.handle, 0x31f, 1), NDIS_STATUS_SUCCESS);
    NdisMDeregisterIoPortRange(bare.handle, 0x31f, 1, other);
    stop_with(0);
}
END_TEST

static UCHAR probed[3];

static NDIS_STATUS probe(NDIS_HANDLE configuration)
{
    (void)configuration;
    NdisRawReadPortUchar(0x305, &probed[0]); /* among the adapter's */
    NdisRawWritePortUchar(0x31f, 0x77);
    NdisRawReadPortUchar(0x320, &probed[1]);
    NdisReadRegisterUchar((PUCHAR)(ULONG_PTR)0x305, &probed[2]);
    return NDIS_STATUS_SUCCESS;
}

/* As on a PC, where a driver of old looks whether its card is there before it claims the ports. */
START_TEST(ports_that_are_looked_at_before_they_are_claimed)
{
    memset(&seen, 0, sizeof(seen));
    bare_start(&r, RIG_VERIFY);
    bare.initialize = probe;
    ck_status(add("nic0", &device), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(seen.count, 2);
    saw(NIC_NDIS_PORTS, 0x31f, 1, true);
    ck_assert_uint_eq(seen.value, 0x77);
    ck_assert_uint_eq(probed[0], 0x44);
    ck_assert(probed[1] == 0xff && probed[2] == 0xff);
    ck_assert_str_eq(r.finding, "access of 1 octets to port 0x305, which nobody has claimed");
    NdisRawReadPortUchar(0x305, &probed[0]); /* it is over */
    ck_assert(probed[0] == 0xff && seen.count == 2);
    stop_with(5);
}
END_TEST

START_TEST(ports_that_nobody_has)
{
    PVOID base;
    ULONG value;

    start();
    ck_status(NdisMRegisterIoPortRange(&base, bare.handle, 0x300, 2), NDIS_STATUS_SUCCESS);
    NdisRawReadPortUlong(base, &value); /* reaches beyond */
    ck_assert_uint_eq(value, 0xffffffff);
    ck_assert_str_eq(r.finding, "access of 4 octets to port 0x300, which nobody has claimed");
    NdisRawWritePortUchar(0x10000, 1);
    NdisRawWritePortUchar(0x302, 1);
    ck_assert_uint_eq(seen.count, 0);
    ck_assert_uint_eq(r.findings, 3);
    NdisMDeregisterIoPortRange(bare.handle, 0x300, 1, base);
    NdisMDeregisterIoPortRange(bare.handle, 0x300, 2, (PUCHAR)base + 1);
    ck_assert_uint_eq(r.findings, 5);
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.findings, 6); /* it was halted with them; the next one finds them free */
    ck_status(add("nic0", &device), NDIS_STATUS_SUCCESS);
    ck_status(NdisMRegisterIoPortRange(&base, bare.handle, 0x300, 2), NDIS_STATUS_SUCCESS);
    NdisMDeregisterIoPortRange(bare.handle, 0x300, 2, base);
    stop_with(6);
    ck_assert_uint_eq(seen.attached, 4);
}
END_TEST

/* ---- registers ---- */

static NDIS_STATUS map(PVOID *address, uint64_t physical, UINT length)
{
    return NdisMMapIoSpace(address, bare.handle,
                           (NDIS_PHYSICAL_ADDRESS){.QuadPart = (LONGLONG)physical}, length);
}

START_TEST(registers)
{
    PVOID all, part;
    UCHAR octet;
    USHORT word, words[2];
    ULONG wide;

    start();
    ck_status(map(&all, REGISTERS, 0x2000), NDIS_STATUS_SUCCESS);
    ck_status(map(&part, REGISTERS + 0x1ff0, 0x10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq((ULONG_PTR)all % PAGE_SIZE, 0x010);
    NdisWriteRegisterUlong((PUCHAR)all + 0x1ff4, 0x01020304);
    saw(NIC_NDIS_MEMORY, REGISTERS + 0x1ff4, 4, true);
    NdisReadRegisterUlong((PUCHAR)part + 4, &wide);
    saw(NIC_NDIS_MEMORY, REGISTERS + 0x1ff4, 4, false);
    ck_assert_uint_eq(wide, 0x01020304);
    NdisReadRegisterUshort((PUCHAR)part + 6, &word);
    saw(NIC_NDIS_MEMORY, REGISTERS + 0x1ff6, 2, false);
    ck_assert_uint_eq(word, 0x0102);
    NdisWriteRegisterUshort((PUCHAR)part + 6, 0x0506);
    NdisWriteRegisterUchar((PUCHAR)part + 4, 0x07);
    saw(NIC_NDIS_MEMORY, REGISTERS + 0x1ff4, 1, true);
    NdisReadRegisterUchar((PUCHAR)part + 7, &octet);
    ck_assert_uint_eq(octet, 0x05);
    memset(seen.sizes, 0, sizeof(seen.sizes));
    WRITE_REGISTER_BUFFER_USHORT((PUSHORT)all + 4, (USHORT[]){0x1111, 0x2222, 0x3333}, 3);
    saw(NIC_NDIS_MEMORY, REGISTERS + 0xc, 2, true);
    READ_REGISTER_BUFFER_USHORT((PUSHORT)all + 5, words, 2);
    saw(NIC_NDIS_MEMORY, REGISTERS + 0xc, 2, false);
    ck_assert(words[0] == 0x2222 && words[1] == 0x3333 && seen.sizes[2] == 5);
    ck_status(map(&part, REGISTERS - 1, 2), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(map(&part, REGISTERS + 0x1fff, 2), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_assert_ptr_null(part);
    ck_status(map(&part, REGISTERS + 0x1ff0, 8), NDIS_STATUS_SUCCESS);
    NdisMUnmapIoSpace(bare.handle, part, 8);
    NdisMUnmapIoSpace(bare.handle, all, 0x2000);
    ck_assert_uint_eq(r.findings, 0);
    NdisReadRegisterUlong(all, &wide);
    ck_assert_uint_eq(wide, 0xffffffff);
    NdisMUnmapIoSpace(bare.handle, all, 0x2000);
    ck_assert_uint_eq(r.findings, 2);
    stop_with(3);
}
END_TEST

START_TEST(the_ends_of_a_mapping)
{
    PVOID address;
    UCHAR octet;

    start();
    ck_status(map(&address, REGISTERS, 0x10), NDIS_STATUS_SUCCESS);
    NdisReadRegisterUchar((PUCHAR)address - 1, &octet);
    NdisReadRegisterUchar((PUCHAR)address + 0x10, &octet);
    NdisReadRegisterUchar((PUCHAR)address + PAGE_SIZE, &octet);
    NdisReadRegisterUchar((PUCHAR)&octet, &octet);
    ck_assert_uint_eq(seen.count, 0);
    ck_assert_uint_eq(r.findings, 4);
    NdisMUnmapIoSpace(bare.handle, address, 0x10);
    stop_with(4);
}
END_TEST

/* A mapping larger than what is reserved for all of them. */
START_TEST(too_large_a_mapping)
{
    struct nic_ndis_device large = device;
    PVOID address;

    memset(&seen, 0, sizeof(seen));
    bare_start(&r, RIG_VERIFY);
    large.resources[1].length = 0x20000000;
    ck_status(add("nic0", &large), NDIS_STATUS_SUCCESS);
    ck_status(map(&address, REGISTERS, 0x20000000), NDIS_STATUS_RESOURCES);
    stop_with(0);
}
END_TEST

START_TEST(blocks)
{
    UCHAR frame[61], back[61];
    PVOID base, lookahead;

    start();
    ck_status(map(&base, REGISTERS, 0x1000), NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < sizeof(frame); i++)
        frame[i] = (UCHAR)(i * 7 + 1);
    for (unsigned at = 0; at < 4; at++) {
        memset(seen.sizes, 0, sizeof(seen.sizes));
        NdisMoveToMappedMemory((PUCHAR)base + at, frame, sizeof(frame));
        ck_assert_uint_eq(seen.sizes[1] + 4 * seen.sizes[4], sizeof(frame));
        ck_assert_uint_le(seen.sizes[1], 6);
        NdisMoveFromMappedMemory(back, (PUCHAR)base + at, sizeof(back));
        ck_assert_mem_eq(back, frame, sizeof(frame));
        NdisCreateLookaheadBufferFromSharedMemory((PUCHAR)base + at, 20, &lookahead);
        ck_assert_mem_eq(lookahead, frame, 20);
        NdisDestroyLookaheadBufferFromSharedMemory(lookahead);
    }
    memset(seen.sizes, 0, sizeof(seen.sizes)); /* one word, and not octets */
    NdisMoveToMappedMemory(base, frame, 4);
    NdisMoveFromMappedMemory(back, base, 4);
    ck_assert(seen.sizes[4] == 2 && seen.sizes[1] == 0);
    NdisMoveToMappedMemory((PUCHAR)base + 3, frame, sizeof(frame));
    NdisZeroMappedMemory((PUCHAR)base + 2, 8);
    NdisMoveFromMappedMemory(back, base, 16);
    ck_assert_mem_eq(back + 2, "\0\0\0\0\0\0\0\0", 8);
    ck_assert_uint_eq(back[10], frame[7]);
    NdisMUnmapIoSpace(bare.handle, base, 0x1000);
    stop_with(0);
}
END_TEST

/* A device that answers nothing. */
START_TEST(no_callbacks)
{
    struct nic_ndis_device dumb = {.resources = {{NIC_NDIS_PORTS, 0x300, 4}}};
    ULONG value = 0;
    PVOID base;

    memset(&seen, 0, sizeof(seen));
    bare_start(&r, RIG_VERIFY);
    ck_status(add("nic0", &dumb), NDIS_STATUS_SUCCESS);
    ck_status(NdisMRegisterIoPortRange(&base, bare.handle, 0x300, 4), NDIS_STATUS_SUCCESS);
    NdisRawWritePortUlong(base, value);
    NdisRawReadPortUlong(base, &value);
    ck_assert_uint_eq(value, 0xffffffff);
    NdisMDeregisterIoPortRange(bare.handle, 0x300, 4, base);
    stop_with(0);
}
END_TEST

/* ---- interrupts ---- */

static NDIS_MINIPORT_INTERRUPT interrupts[3];
static unsigned isrs, dpcs, next_interrupt;
static bool recognizes, queues;

static void on_isr(PBOOLEAN recognized, PBOOLEAN queue)
{
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_INTERRUPT);
    isrs++;
    *recognized = recognizes;
    *queue = queues;
}

static void on_dpc(void)
{
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_DISPATCH);
    dpcs++;
}

static NDIS_STATUS take_shared(NDIS_HANDLE configuration)
{
    (void)configuration;
    return NdisMRegisterInterrupt(&interrupts[next_interrupt++], bare.handle, 5, 5, TRUE, TRUE,
                                  NdisInterruptLevelSensitive);
}

static NDIS_STATUS take_alone(NDIS_HANDLE configuration)
{
    (void)configuration;
    return NdisMRegisterInterrupt(&interrupts[next_interrupt++], bare.handle, 5, 5, TRUE, FALSE,
                                  NdisInterruptLatched);
}

static NDIS_STATUS take_another(NDIS_HANDLE configuration)
{
    (void)configuration;
    return NdisMRegisterInterrupt(&interrupts[next_interrupt++], bare.handle, 6, 6, TRUE, FALSE,
                                  NdisInterruptLatched);
}

static void give_back(void)
{
    NdisMDeregisterInterrupt(&interrupts[--next_interrupt]);
}

static void start_interrupts(NDIS_STATUS (*take)(NDIS_HANDLE))
{
    memset(&seen, 0, sizeof(seen));
    isrs = dpcs = next_interrupt = 0;
    recognizes = queues = true;
    bare_start(&r, RIG_VERIFY);
    bare.initialize = take;
    bare.isr = on_isr;
    bare.dpc = on_dpc;
    bare.halt = give_back;
}

START_TEST(a_vector_can_be_shared)
{
    start_interrupts(take_shared);
    ck_status(add("nic0", &device), NDIS_STATUS_SUCCESS);
    nic_ndis_bus_interrupt(seen.bus);
    ck_assert(isrs == 1 && dpcs == 1);
    ck_status(add("nic1", &device), NDIS_STATUS_SUCCESS);
    nic_ndis_bus_interrupt(seen.bus);
    ck_assert(isrs == 3 && dpcs == 3);
    recognizes = false; /* then the other answer means nothing */
    nic_ndis_bus_interrupt(seen.bus);
    ck_assert(isrs == 5 && dpcs == 3);
    recognizes = true;
    queues = false;
    nic_ndis_bus_interrupt(seen.bus);
    ck_assert(isrs == 7 && dpcs == 3);
    queues = true;
    ck_status(nic_ndis_adapter_remove("nic1", 1), NDIS_STATUS_SUCCESS);
    r.platform->ops->interrupt_raise(r.platform, 5);
    ck_assert(isrs == 8 && dpcs == 4);
    stop_with(0);
}
END_TEST

START_TEST(a_vector_is_not_shared_with_who_does_not)
{
    start_interrupts(_i ? take_alone : take_shared);
    ck_status(add("nic0", &device), NDIS_STATUS_SUCCESS);
    bare.initialize = _i ? take_shared : take_alone;
    ck_status(add("nic1", &device), NDIS_STATUS_RESOURCE_CONFLICT);
    next_interrupt = 1;
    r.platform->ops->interrupt_raise(r.platform, 5);
    ck_assert(isrs == 1 && dpcs == 1);
    stop_with(0);
}
END_TEST

START_TEST(a_vector_that_is_not_the_devices)
{
    start_interrupts(take_another);
    ck_status(add("nic0", &device), NDIS_STATUS_RESOURCE_CONFLICT);
    ck_assert_uint_eq(seen.attached, 2);
    next_interrupt = 0;
    bare.initialize = NULL;
    bare.halt = NULL;
    ck_status(add("nic0", &(struct nic_ndis_device){.attach = on_attach, .context = &seen}),
              NDIS_STATUS_SUCCESS);
    nic_ndis_bus_interrupt(seen.bus); /* has none */
    stop_with(0);
}
END_TEST

static NDIS_STATUS take_beyond(NDIS_HANDLE configuration)
{
    (void)configuration;
    return NdisMRegisterInterrupt(&interrupts[0], bare.handle, NIC_VECTORS, 5, TRUE, FALSE,
                                  NdisInterruptLatched);
}

static NDIS_STATUS take_last(NDIS_HANDLE configuration)
{
    (void)configuration;
    return NdisMRegisterInterrupt(&interrupts[next_interrupt++], bare.handle, NIC_VECTORS - 1, 5,
                                  TRUE, FALSE, NdisInterruptLatched);
}

START_TEST(a_vector_that_there_is_not)
{
    static const struct nic_ndis_device none = {0};

    start_interrupts(take_beyond);
    bare.halt = NULL;
    ck_status(add("nic0", &none), NDIS_STATUS_RESOURCE_CONFLICT);
    bare.initialize = take_last;
    bare.halt = give_back;
    ck_status(add("nic0", &none), NDIS_STATUS_SUCCESS);
    rig_stop(&r);
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

/* Nobody has the vector meanwhile: what is raised is kept for the next one. */
START_TEST(an_interrupt_between_two_registrations)
{
    start_interrupts(take_alone);
    ck_status(add("nic0", &device), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    r.platform->ops->interrupt_raise(r.platform, 5);
    rig_run(&r, 10);
    ck_assert_uint_eq(isrs, 0);
    ck_status(add("nic0", &device), NDIS_STATUS_SUCCESS);
    rig_run(&r, 10);
    ck_assert(isrs == 1 && dpcs == 1);
    stop_with(0);
}
END_TEST

/* A device with nothing but a vector, and one with nothing but ports. */
START_TEST(resources_of_one_kind)
{
    static const struct nic_ndis_device devices[] = {
        {.has_interrupt = true, .vector = 5},
        {.resources = {{NIC_NDIS_PORTS, 0x300, 0x20}}},
    };
    PNDIS_RESOURCE_LIST list;

    bare_start(&r, RIG_VERIFY);
    ck_status(add("nic0", &devices[_i]), NDIS_STATUS_SUCCESS);
    ck_status(NdisMPciAssignResources(bare.handle, 0, &list), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(list->Count, 1);
    ck_assert_uint_eq(list->PartialDescriptors[0].Type,
                      _i ? CmResourceTypePort : CmResourceTypeInterrupt);
    rig_stop(&r);
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

/* ---- shutdown ---- */

static unsigned shutdowns;

static VOID on_shutdown(PVOID context)
{
    ck_assert_ptr_eq(context, &shutdowns);
    shutdowns++;
}

START_TEST(shutdown_handlers_run)
{
    start();
    shutdowns = 0;
    nic_ndis_shutdown();
    NdisMRegisterAdapterShutdownHandler(bare.handle, &shutdowns, on_shutdown);
    nic_ndis_shutdown();
    ck_assert_uint_eq(shutdowns, 1);
    NdisMDeregisterAdapterShutdownHandler(bare.handle);
    nic_ndis_shutdown();
    ck_assert_uint_eq(shutdowns, 1);
    ck_assert_uint_eq(bare.shutdowns, 2); /* of the characteristics, when no other is registered */
    stop_with(0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_io");
    TCase *t = tcase_create("io");

    tcase_add_test(t, resources);
    tcase_add_test(t, pci_configuration_space);
    tcase_add_test(t, ports);
    tcase_add_test(t, ports_that_are_looked_at_before_they_are_claimed);
    tcase_add_test(t, ports_that_nobody_has);
    tcase_add_test(t, registers);
    tcase_add_test(t, the_ends_of_a_mapping);
    tcase_add_test(t, too_large_a_mapping);
    tcase_add_test(t, blocks);
    tcase_add_test(t, no_callbacks);
    tcase_add_test(t, a_vector_can_be_shared);
    tcase_add_loop_test(t, a_vector_is_not_shared_with_who_does_not, 0, 2);
    tcase_add_test(t, a_vector_that_is_not_the_devices);
    tcase_add_test(t, a_vector_that_there_is_not);
    tcase_add_test(t, an_interrupt_between_two_registrations);
    tcase_add_loop_test(t, resources_of_one_kind, 0, 2);
    tcase_add_test(t, shutdown_handlers_run);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
