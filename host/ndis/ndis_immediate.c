/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accesses to a device's ports and registers while its adapter initialises, before anything is claimed: by what the bus gave the
 * adapter.
 */
#include "ndis_machine.h"

static bool is_allowed(const struct ndis_miniport *m, const char *call, enum nic_ndis_space space,
                       uint64_t first, ULONG length)
{
    bool is_covered = ndis_resource_covers(m, space, first, length);

    if (!is_covered && ndis_verifying())
        ndis_verify_finding(
            NULL, "%s: %s of %u octets at %s 0x%llx, which the adapter does not have", m->name,
            call, length, space == NIC_NDIS_PORTS ? "port" : "register", (unsigned long long)first);
    return is_covered;
}

static uint32_t immediate_read(struct ndis_miniport *m, const char *call, enum nic_ndis_space space,
                               uint64_t address, unsigned size_bytes)
{
    bool is_ours = is_allowed(m, call, space, address, size_bytes);

    ndis_preempt("read of the device");
    return is_ours && m->device.read
               ? OUTSIDE(m->device.read)(m->device.context, space, address, size_bytes)
               : UINT32_MAX;
}

static void immediate_write(struct ndis_miniport *m, const char *call, enum nic_ndis_space space,
                            uint64_t address, unsigned size_bytes, uint32_t value)
{
    bool is_ours = is_allowed(m, call, space, address, size_bytes);

    ndis_preempt("write to the device");
    if (is_ours && m->device.write)
        OUTSIDE(m->device.write)(m->device.context, space, address, size_bytes, value);
}

#define PORT_ACCESS(NAME, WIDTH)                                                                   \
    VOID NdisImmediateReadPort##NAME(NDIS_HANDLE WrapperConfigurationContext, ULONG Port,          \
                                     P##WIDTH Data)                                                \
    {                                                                                              \
        *Data = (WIDTH)immediate_read(ndis_miniport_of(WrapperConfigurationContext),               \
                                      "NdisImmediateReadPort" #NAME, NIC_NDIS_PORTS, Port,         \
                                      sizeof(WIDTH));                                              \
    }                                                                                              \
    VOID NdisImmediateWritePort##NAME(NDIS_HANDLE WrapperConfigurationContext, ULONG Port,         \
                                      WIDTH Data)                                                  \
    {                                                                                              \
        immediate_write(ndis_miniport_of(WrapperConfigurationContext),                             \
                        "NdisImmediateWritePort" #NAME, NIC_NDIS_PORTS, Port, sizeof(WIDTH),       \
                        Data);                                                                     \
    }

PORT_ACCESS(Uchar, UCHAR)
PORT_ACCESS(Ushort, USHORT)
PORT_ACCESS(Ulong, ULONG)

VOID NdisImmediateReadSharedMemory(NDIS_HANDLE WrapperConfigurationContext,
                                   ULONG SharedMemoryAddress, PUCHAR Buffer, ULONG Length)
{
    for (ULONG i = 0; i < Length; i++)
        Buffer[i] = (UCHAR)immediate_read(ndis_miniport_of(WrapperConfigurationContext),
                                          "NdisImmediateReadSharedMemory", NIC_NDIS_MEMORY,
                                          (uint64_t)SharedMemoryAddress + i, 1);
}

VOID NdisImmediateWriteSharedMemory(NDIS_HANDLE WrapperConfigurationContext,
                                    ULONG SharedMemoryAddress, PUCHAR Buffer, ULONG Length)
{
    for (ULONG i = 0; i < Length; i++)
        immediate_write(ndis_miniport_of(WrapperConfigurationContext),
                        "NdisImmediateWriteSharedMemory", NIC_NDIS_MEMORY,
                        (uint64_t)SharedMemoryAddress + i, 1, Buffer[i]);
}
