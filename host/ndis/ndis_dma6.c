/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scatter/gather lists of NET_BUFFERs, over the addresses of ndis_iommu.c. The miniport asks for a list when it wants one
 * and frees it; nothing is mapped before. A list begins where CurrentMdl does, so the data begin CurrentMdlOffset behind
 * its first address.
 */
#include <stdlib.h>

#include "ndis_machine.h"

/* A driver may name any length that its device can transfer: lists are said to be as long as this much in one piece needs. */
#define LIST_DATA_MAX 65536

/* Reserved of a list: whose memory it is. */
enum { LIST_OF_DRIVER, LIST_OF_LIBRARY };

/* What is mapped of the MDL when `left` bytes are to be. */
static ULONG part_of(const MDL *mdl, ULONG left)
{
    return mdl->ByteCount < left ? mdl->ByteCount : left;
}

static size_t list_bytes(const NET_BUFFER *nb, ULONG length)
{
    size_t pages = 0;

    for (PMDL mdl = nb->CurrentMdl; mdl && length; mdl = mdl->Next) {
        pages += NDIS_BUFFER_TO_SPAN_PAGES(mdl);
        length -= part_of(mdl, length);
    }
    return sizeof(SCATTER_GATHER_LIST) + pages * sizeof(SCATTER_GATHER_ELEMENT);
}

static bool map(struct ndis_miniport *m, PSCATTER_GATHER_LIST list, const NET_BUFFER *nb,
                ULONG length, enum ndis_dma_access access)
{
    for (PMDL mdl = nb->CurrentMdl; mdl && length; mdl = mdl->Next) {
        ULONG part = part_of(mdl, length);
        if (part && (!mdl->MappedSystemVa ||
                     !ndis_dma_list_add(m, list, mdl->MappedSystemVa, part, access)))
            return false;
        length -= part;
    }
    return length == 0 && list->NumberOfElements;
}

static void let_go(struct ndis_miniport *m, PSCATTER_GATHER_LIST list)
{
    ndis_dma_list_unmap(m, list);
    if (list->Reserved == LIST_OF_LIBRARY)
        free(list);
}

NDIS_STATUS NdisMRegisterScatterGatherDma(NDIS_HANDLE MiniportAdapterHandle,
                                          PNDIS_SG_DMA_DESCRIPTION DmaDescription,
                                          PNDIS_HANDLE NdisMiniportDmaHandle)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    ULONG most = DmaDescription->MaximumPhysicalMapping;

    *NdisMiniportDmaHandle = NULL;
    if (DmaDescription->Header.Type != NDIS_OBJECT_TYPE_SG_DMA_DESCRIPTION ||
        DmaDescription->Header.Size < NDIS_SIZEOF_SG_DMA_DESCRIPTION_REVISION_1 ||
        !DmaDescription->ProcessSGListHandler)
        return NDIS_STATUS_INVALID_PARAMETER;
    if (m->six.process_list)
        return NDIS_STATUS_FAILURE;
    if (!ndis_iommu_start(m, DmaDescription->Flags & NDIS_SG_DMA_64_BIT_ADDRESS ? NDIS_DMA_64BITS
                                                                                : NDIS_DMA_32BITS))
        return NDIS_STATUS_RESOURCES;
    m->mapping_max = most;
    m->six.process_list = DmaDescription->ProcessSGListHandler;
    most = most < LIST_DATA_MAX ? most : LIST_DATA_MAX;
    DmaDescription->ScatterGatherListSize =
        (ULONG)(sizeof(SCATTER_GATHER_LIST) +
                (most / PAGE_SIZE + 2) * sizeof(SCATTER_GATHER_ELEMENT));
    *NdisMiniportDmaHandle = m;
    return NDIS_STATUS_SUCCESS;
}

VOID NdisMDeregisterScatterGatherDma(NDIS_HANDLE NdisMiniportDmaHandle)
{
    struct ndis_miniport *m = ndis_miniport_of(NdisMiniportDmaHandle);
    uint64_t lists = __atomic_load_n(&m->six.lists, __ATOMIC_ACQUIRE);

    ndis_only_passive("NdisMDeregisterScatterGatherDma");
    if (ndis_verifying() && lists)
        ndis_verify_finding(NULL, "%s deregisters its DMA with %llu scatter/gather lists not freed",
                            m->name, (unsigned long long)lists);
    m->six.process_list = NULL;
}

NDIS_STATUS NdisMAllocateNetBufferSGList(NDIS_HANDLE NdisMiniportDmaHandle, PNET_BUFFER NetBuffer,
                                         PVOID Context, ULONG Flags, PVOID ScatterGatherListBuffer,
                                         ULONG ScatterGatherListBufferSize)
{
    struct ndis_miniport *m = ndis_miniport_of(NdisMiniportDmaHandle);
    ULONG length = NetBuffer->CurrentMdlOffset + NetBuffer->DataLength;
    size_t bytes = list_bytes(NetBuffer, length);
    bool is_drivers = ScatterGatherListBuffer && ScatterGatherListBufferSize >= bytes;
    PSCATTER_GATHER_LIST list = is_drivers ? ScatterGatherListBuffer : malloc(bytes);

    ndis_preempt("NdisMAllocateNetBufferSGList");
    if (ndis_verifying())
        ndis_verify_level("NdisMAllocateNetBufferSGList", NIC_LEVEL_DISPATCH, NIC_LEVEL_DISPATCH);
    if (!list)
        return NDIS_STATUS_RESOURCES;
    *list = (SCATTER_GATHER_LIST){.Reserved = is_drivers ? LIST_OF_DRIVER : LIST_OF_LIBRARY};
    if (NetBuffer->DataLength > m->mapping_max ||
        !map(m, list, NetBuffer, length,
             Flags & NDIS_SG_LIST_WRITE_TO_DEVICE ? DMA_READ : DMA_WRITE)) {
        let_go(m, list);
        return NDIS_STATUS_FAILURE;
    }
    __atomic_add_fetch(&m->six.lists, 1, __ATOMIC_ACQ_REL);
    OUTSIDE(m->six.process_list)(NULL, NULL, list, Context);
    ndis_preempt("NdisMAllocateNetBufferSGList returned");
    return NDIS_STATUS_SUCCESS;
}

VOID NdisMFreeNetBufferSGList(NDIS_HANDLE NdisMiniportDmaHandle, PSCATTER_GATHER_LIST pSGL,
                              PNET_BUFFER NetBuffer)
{
    struct ndis_miniport *m = ndis_miniport_of(NdisMiniportDmaHandle);

    (void)NetBuffer;
    ndis_preempt("NdisMFreeNetBufferSGList");
    if (ndis_verifying())
        ndis_verify_level("NdisMFreeNetBufferSGList", NIC_LEVEL_DISPATCH, NIC_LEVEL_DISPATCH);
    __atomic_sub_fetch(&m->six.lists, 1, __ATOMIC_ACQ_REL);
    let_go(m, pSGL);
}

void ndis_dma_stop6(struct ndis_miniport *m)
{
    if (m->six.process_list && ndis_verifying())
        ndis_verify_finding(NULL, "%s halted with its scatter/gather DMA registered", m->name);
    m->six.process_list = NULL;
}
