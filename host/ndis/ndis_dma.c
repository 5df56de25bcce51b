/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Map registers and the scatter/gather lists of packets, over the addresses of ndis_iommu.c.
 */
#include <stdlib.h>

#include "ndis_machine.h"

/* ---- lists ---- */

void ndis_dma_list_unmap(struct ndis_miniport *m, PSCATTER_GATHER_LIST list)
{
    for (ULONG i = 0; i < list->NumberOfElements; i++)
        ndis_iommu_unmap(m, (uint64_t)list->Elements[i].Address.QuadPart, list->Elements[i].Length);
}

static void list_free(struct ndis_miniport *m, PSCATTER_GATHER_LIST list)
{
    ndis_dma_list_unmap(m, list);
    free(list);
}

bool ndis_dma_list_add(struct ndis_miniport *m, PSCATTER_GATHER_LIST list, UCHAR *memory,
                       ULONG length, enum ndis_dma_access access)
{
    while (length) {
        ULONG part = PAGE_SIZE - (ULONG)((uintptr_t)memory % PAGE_SIZE);
        uint64_t address;
        part = part < length ? part : length;
        address = ndis_iommu_map(m, memory, part, access);
        if (!address)
            return false;
        list->Elements[list->NumberOfElements++] = (SCATTER_GATHER_ELEMENT){
            .Address.QuadPart = (LONGLONG)address,
            .Length = part,
        };
        memory += part;
        length -= part;
    }
    return true;
}

/* The first `count` buffers of a chain; NULL: that cannot be mapped. */
static PSCATTER_GATHER_LIST list_new(struct ndis_miniport *m, PNDIS_BUFFER buffer, UINT count,
                                     enum ndis_dma_access access)
{
    PSCATTER_GATHER_LIST list;
    size_t pages = 0;
    bool is_good = true;
    PNDIS_BUFFER at = buffer;

    for (UINT i = 0; i < count; i++, at = at->Next)
        pages += NDIS_BUFFER_TO_SPAN_PAGES(at);
    list = calloc(1, sizeof(*list) + pages * sizeof(list->Elements[0]));
    if (!list)
        return NULL;
    for (UINT i = 0; is_good && i < count; i++, buffer = buffer->Next)
        is_good = !buffer->ByteCount ||
                  (buffer->MappedSystemVa &&
                   ndis_dma_list_add(m, list, buffer->MappedSystemVa, buffer->ByteCount, access));
    if (is_good && list->NumberOfElements)
        return list;
    list_free(m, list);
    return NULL;
}

/* ---- packets ---- */

NDIS_STATUS NdisMInitializeScatterGatherDma(NDIS_HANDLE MiniportAdapterHandle,
                                            BOOLEAN Dma64BitAddresses, ULONG MaximumPhysicalMapping)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);

    ndis_only_passive("NdisMInitializeScatterGatherDma");
    if (ndis_verifying() && !(m->attributes & NDIS_ATTRIBUTE_BUS_MASTER))
        ndis_verify_finding(
            NULL, "%s: NdisMInitializeScatterGatherDma, but no attribute BUS_MASTER", m->name);
    if (m->map_registers)
        return NDIS_STATUS_FAILURE;
    if (!ndis_iommu_start(m, Dma64BitAddresses ? NDIS_DMA_64BITS : NDIS_DMA_32BITS))
        return NDIS_STATUS_RESOURCES;
    m->mapping_max = MaximumPhysicalMapping;
    m->maps_packets = true;
    __atomic_fetch_or(&m->detours, DETOUR_DMA, __ATOMIC_RELAXED);
    return NDIS_STATUS_SUCCESS;
}

bool ndis_dma_map_packet(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    PSCATTER_GATHER_LIST list = NULL;
    UINT count, length;

    NdisQueryPacket(packet, NULL, &count, NULL, &length);
    if (length <= m->mapping_max)
        list = list_new(m, packet->Private.Head, count, DMA_READ);
    NDIS_PER_PACKET_INFO_FROM_PACKET(packet, ScatterGatherListPacketInfo) = list;
    return list;
}

void ndis_dma_unmap_packet(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    PVOID *list = &NDIS_PER_PACKET_INFO_FROM_PACKET(packet, ScatterGatherListPacketInfo);

    if (*list)
        list_free(m, *list);
    *list = NULL;
}

/* ---- map registers ---- */

NDIS_STATUS NdisMAllocateMapRegisters(NDIS_HANDLE MiniportAdapterHandle, UINT DmaChannel,
                                      NDIS_DMA_SIZE DmaSize, ULONG PhysicalMapRegistersNeeded,
                                      ULONG MaximumPhysicalMapping)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);

    ndis_only_passive("NdisMAllocateMapRegisters");
    (void)DmaChannel;
    if (m->map_registers || m->maps_packets)
        return NDIS_STATUS_FAILURE;
    if (!ndis_iommu_start(m, DmaSize))
        return NDIS_STATUS_RESOURCES;
    m->map_registers = calloc(PhysicalMapRegistersNeeded + 1u, sizeof(*m->map_registers));
    if (!m->map_registers)
        return NDIS_STATUS_RESOURCES;
    m->map_register_count = PhysicalMapRegistersNeeded;
    m->mapping_max = MaximumPhysicalMapping;
    return NDIS_STATUS_SUCCESS;
}

static void registers_free(struct ndis_miniport *m)
{
    for (ULONG i = 0; i < m->map_register_count; i++) {
        if (m->map_registers[i] && ndis_verifying())
            ndis_verify_finding(NULL, "%s frees map register %u while it maps a buffer", m->name,
                                i);
        if (m->map_registers[i])
            list_free(m, m->map_registers[i]);
    }
    free(m->map_registers);
    m->map_registers = NULL;
    m->map_register_count = 0;
}

VOID NdisMFreeMapRegisters(NDIS_HANDLE MiniportAdapterHandle)
{
    ndis_only_passive("NdisMFreeMapRegisters");
    registers_free(ndis_miniport_of(MiniportAdapterHandle));
}

/* The register, if it is one and is in this state; NULL: it has been reported. */
static PSCATTER_GATHER_LIST *register_at(struct ndis_miniport *m, ULONG number, bool in_use,
                                         const char *call)
{
    if (number < m->map_register_count && (m->map_registers[number] != NULL) == in_use)
        return &m->map_registers[number];
    if (ndis_verifying())
        ndis_verify_finding(NULL, "%s: %s with map register %u, which is %s", m->name, call, number,
                            number >= m->map_register_count ? "none of its own"
                            : in_use                        ? "not in use"
                                                            : "in use");
    return NULL;
}

VOID NdisMStartBufferPhysicalMapping(NDIS_HANDLE MiniportAdapterHandle, PNDIS_BUFFER Buffer,
                                     ULONG PhysicalMapRegister, BOOLEAN WriteToDevice,
                                     PNDIS_PHYSICAL_ADDRESS_UNIT PhysicalAddressArray,
                                     PUINT ArraySize)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    PSCATTER_GATHER_LIST *list =
        register_at(m, PhysicalMapRegister, false, "NdisMStartBufferPhysicalMapping");

    *ArraySize = 0;
    if (!list || Buffer->ByteCount > m->mapping_max)
        return;
    *list = list_new(m, Buffer, 1, WriteToDevice ? DMA_READ : DMA_WRITE);
    for (ULONG i = 0; *list && i < (*list)->NumberOfElements; i++)
        PhysicalAddressArray[(*ArraySize)++] =
            (NDIS_PHYSICAL_ADDRESS_UNIT){(*list)->Elements[i].Address, (*list)->Elements[i].Length};
}

VOID NdisMCompleteBufferPhysicalMapping(NDIS_HANDLE MiniportAdapterHandle, PNDIS_BUFFER Buffer,
                                        ULONG PhysicalMapRegister)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    PSCATTER_GATHER_LIST *list =
        register_at(m, PhysicalMapRegister, true, "NdisMCompleteBufferPhysicalMapping");

    (void)Buffer;
    if (!list)
        return;
    list_free(m, *list);
    *list = NULL;
}

void ndis_dma_stop(struct ndis_miniport *m)
{
    if (m->map_registers && ndis_verifying())
        ndis_verify_finding(NULL, "%s halted with its map registers allocated", m->name);
    registers_free(m);
}
