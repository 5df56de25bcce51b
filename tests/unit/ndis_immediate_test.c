/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses to the device in MiniportInitialize, before anything is claimed: to what the adapter has, and to what it has not.
 */
#include "ndis_bare.h"
#include "nic_ndis_device.h"

static struct rig r;

static void found(unsigned count, const char *words)
{
    ck_assert_msg(r.findings == count && strstr(r.finding, words), "%u findings, the first: %s",
                  r.findings, r.finding);
}

#define REGISTERS 0xfe000000u

static struct {
    enum nic_ndis_space space;
    uint64_t address;
    unsigned size_bytes, reads, writes;
    uint32_t value;
    UCHAR memory[64];
} seen;

static uint32_t on_read(void *context, enum nic_ndis_space space, uint64_t address,
                        unsigned size_bytes)
{
    (void)context;
    seen.space = space;
    seen.address = address;
    seen.size_bytes = size_bytes;
    seen.reads++;
    return space == NIC_NDIS_MEMORY ? seen.memory[address % 64] : 0x87654321u;
}

static void on_write(void *context, enum nic_ndis_space space, uint64_t address,
                     unsigned size_bytes, uint32_t value)
{
    (void)context;
    seen.space = space;
    seen.address = address;
    seen.size_bytes = size_bytes;
    seen.value = value;
    seen.writes++;
    if (space == NIC_NDIS_MEMORY)
        seen.memory[address % 64] = (UCHAR)value;
}

static const struct nic_ndis_device device = {
    .read = on_read,
    .write = on_write,
    .resources = {{NIC_NDIS_PORTS, 0x300, 0x20}, {NIC_NDIS_MEMORY, REGISTERS, 0x40}},
    .has_interrupt = true,
    .vector = 5,
};

static void add_device(void)
{
    const struct nic_ndis_adapter adapter = {.device = &device};

    memset(&seen, 0, sizeof(seen));
    ck_status(nic_ndis_adapter_add_configured(r.driver, "nic0", &adapter), NDIS_STATUS_SUCCESS);
}

static void saw(enum nic_ndis_space space, uint64_t address, unsigned size_bytes)
{
    ck_assert_int_eq(seen.space, space);
    ck_assert_uint_eq(seen.address, address);
    ck_assert_uint_eq(seen.size_bytes, size_bytes);
}

static NDIS_STATUS initialize_with_ports(NDIS_HANDLE configuration)
{
    UCHAR octet;
    USHORT word;
    ULONG wide;

    NdisImmediateReadPortUchar(configuration, 0x300, &octet);
    saw(NIC_NDIS_PORTS, 0x300, 1);
    ck_assert_uint_eq(octet, 0x21);
    NdisImmediateReadPortUshort(configuration, 0x302, &word);
    saw(NIC_NDIS_PORTS, 0x302, 2);
    ck_assert_uint_eq(word, 0x4321);
    NdisImmediateReadPortUlong(configuration, 0x31c, &wide);
    saw(NIC_NDIS_PORTS, 0x31c, 4);
    ck_assert_uint_eq(wide, 0x87654321);
    NdisImmediateWritePortUchar(configuration, 0x31f, 0x5a);
    saw(NIC_NDIS_PORTS, 0x31f, 1);
    ck_assert_uint_eq(seen.value, 0x5a);
    NdisImmediateWritePortUshort(configuration, 0x300, 0xbeef);
    saw(NIC_NDIS_PORTS, 0x300, 2);
    ck_assert_uint_eq(seen.value, 0xbeef);
    NdisImmediateWritePortUlong(configuration, 0x304, 0xdeadbeef);
    saw(NIC_NDIS_PORTS, 0x304, 4);
    ck_assert_uint_eq(seen.value, 0xdeadbeef);
    return NDIS_STATUS_SUCCESS;
}

START_TEST(ports_before_they_are_claimed)
{
    bare_start(&r, RIG_VERIFY);
    bare.initialize = initialize_with_ports;
    add_device();
    rig_stop(&r);
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

static NDIS_STATUS initialize_with_foreign_ports(NDIS_HANDLE configuration)
{
    USHORT word = 0;

    NdisImmediateReadPortUshort(configuration, 0x31f, &word); /* its second octet */
    ck_assert_uint_eq(word, 0xffff);
    NdisImmediateWritePortUchar(configuration, 0x2ff, 1);
    return NDIS_STATUS_SUCCESS;
}

START_TEST(ports_that_the_adapter_does_not_have)
{
    bare_start(&r, RIG_VERIFY);
    bare.initialize = initialize_with_foreign_ports;
    add_device();
    ck_assert_uint_eq(seen.reads + seen.writes, 0);
    rig_stop(&r);
    found(2, "NdisImmediateReadPortUshort of 2 octets at port 0x31f, which the adapter does not "
             "have");
}
END_TEST

static NDIS_STATUS initialize_with_memory(NDIS_HANDLE configuration)
{
    UCHAR out[5] = {1, 2, 3, 4, 5}, in[6] = {0};

    NdisImmediateWriteSharedMemory(configuration, REGISTERS + 3, out, sizeof(out));
    saw(NIC_NDIS_MEMORY, REGISTERS + 7, 1);
    ck_assert_mem_eq(seen.memory + 3, out, sizeof(out));
    NdisImmediateReadSharedMemory(configuration, REGISTERS + 2, in, sizeof(in));
    ck_assert_uint_eq(in[0], 0);
    ck_assert_mem_eq(in + 1, out, sizeof(out));
    ck_assert_uint_eq(seen.reads, 6);
    NdisImmediateReadSharedMemory(configuration, REGISTERS + 0x3f, in, 2);
    ck_assert_uint_eq(in[1], 0xff);
    return NDIS_STATUS_SUCCESS;
}

START_TEST(registers_before_they_are_mapped)
{
    bare_start(&r, RIG_VERIFY);
    bare.initialize = initialize_with_memory;
    add_device();
    rig_stop(&r);
    found(1, "NdisImmediateReadSharedMemory of 1 octets at register 0xfe000040");
}
END_TEST

static NDIS_STATUS initialize_with_pci(NDIS_HANDLE configuration)
{
    ULONG value = 0;

    ck_assert_uint_eq(NdisImmediateReadPciSlotInformation(configuration, 0, 4, &value, 4), 4);
    saw(NIC_NDIS_PCI, 4, 4);
    ck_assert_uint_eq(value, 0x87654321);
    ck_assert_uint_eq(NdisImmediateWritePciSlotInformation(configuration, 0, 6, &value, 2), 2);
    saw(NIC_NDIS_PCI, 6, 2);
    ck_assert_uint_eq(seen.value, 0x4321);
    return NDIS_STATUS_SUCCESS;
}

START_TEST(pci_space_in_initialize)
{
    bare_start(&r, RIG_VERIFY);
    bare.initialize = initialize_with_pci;
    add_device();
    rig_stop(&r);
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_immediate");
    TCase *t = tcase_create("immediate");

    tcase_add_test(t, ports_before_they_are_claimed);
    tcase_add_test(t, ports_that_the_adapter_does_not_have);
    tcase_add_test(t, registers_before_they_are_mapped);
    tcase_add_test(t, pci_space_in_initialize);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
