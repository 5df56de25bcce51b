/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that driver and device share, over the addresses of ndis_iommu.c.
 */
#include <stdlib.h>

#include "ndis_machine.h"

struct ndis_shared {
    struct ndis_shared *next;
    UCHAR *memory;
    uint64_t address;
    ULONG length;
};

static void shared_free(struct ndis_miniport *m, struct ndis_shared *shared)
{
    ndis_iommu_unmap(m, shared->address, shared->length);
    free(shared->memory);
    free(shared);
}

/* Nobody promises what is in it; with the verifier it is no zeros. */
static struct ndis_shared *shared_new(struct ndis_miniport *m, ULONG length)
{
    size_t room = ((size_t)length + PAGE_SIZE - 1) / PAGE_SIZE * PAGE_SIZE;
    struct ndis_shared *shared = calloc(1, sizeof(*shared));

    if (!shared || !length)
        goto failed;
    shared->memory = aligned_alloc(PAGE_SIZE, room);
    if (!shared->memory)
        goto failed;
    shared->length = length;
    shared->address = ndis_iommu_map(m, shared->memory, length, DMA_READ | DMA_WRITE);
    if (!shared->address)
        goto failed;
    memset(shared->memory, ndis_verifying() ? 0xa5 : 0, room);
    ndis_lock(&m->lock);
    shared->next = m->shared;
    m->shared = shared;
    ndis_unlock(&m->lock);
    return shared;

failed:
    if (shared)
        free(shared->memory);
    free(shared);
    return NULL;
}

static void allocate_shared(struct ndis_miniport *m, ULONG length, PVOID *memory,
                            PNDIS_PHYSICAL_ADDRESS address)
{
    struct ndis_shared *shared =
        ndis_iommu_start(m, NDIS_DMA_32BITS) ? shared_new(m, length) : NULL;

    *memory = shared ? shared->memory : NULL;
    address->QuadPart = shared ? (LONGLONG)shared->address : 0;
}

VOID NdisMAllocateSharedMemory(NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached,
                               PVOID *VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress)
{
    (void)Cached;
    ndis_only_passive("NdisMAllocateSharedMemory");
    allocate_shared(ndis_miniport_of(MiniportAdapterHandle), Length, VirtualAddress,
                    PhysicalAddress);
}

VOID NdisMFreeSharedMemory(NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached,
                           PVOID VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    struct ndis_shared *shared = NULL;

    ndis_only_passive("NdisMFreeSharedMemory");
    (void)Cached;
    ndis_lock(&m->lock);
    for (struct ndis_shared **at = &m->shared; *at; at = &(*at)->next) {
        if ((*at)->memory != VirtualAddress || (*at)->length != Length ||
            (*at)->address != (uint64_t)PhysicalAddress.QuadPart)
            continue;
        shared = *at;
        *at = shared->next;
        break;
    }
    ndis_unlock(&m->lock);
    if (shared)
        shared_free(m, shared);
    else if (ndis_verifying())
        ndis_verify_finding(NULL,
                            "%s: NdisMFreeSharedMemory of %u bytes at %p, which it does not "
                            "have",
                            m->name, Length, VirtualAddress);
}

struct async_allocation {
    struct ndis_miniport *miniport;
    ULONG length;
    PVOID context;
};

static VOID allocate_async(PVOID one, PVOID context, PVOID two, PVOID three)
{
    struct async_allocation allocation = *(struct async_allocation *)context;
    struct ndis_miniport *m = allocation.miniport;
    NDIS_PHYSICAL_ADDRESS address;
    PVOID memory;

    (void)one;
    (void)two;
    (void)three;
    allocate_shared(m, allocation.length, &memory, &address);
    OUTSIDE(m->driver->chars.AllocateCompleteHandler)
    (m->context, memory, &address, allocation.length, allocation.context);
}

NDIS_STATUS NdisMAllocateSharedMemoryAsync(NDIS_HANDLE MiniportAdapterHandle, ULONG Length,
                                           BOOLEAN Cached, PVOID Context)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    struct async_allocation allocation = {.miniport = m, .length = Length, .context = Context};

    (void)Cached;
    if (!m->driver->chars.AllocateCompleteHandler)
        return NDIS_STATUS_FAILURE;
    return ndis_timer_once(m, allocate_async, &allocation, sizeof(allocation))
               ? NDIS_STATUS_PENDING
               : NDIS_STATUS_RESOURCES;
}

void ndis_shared_stop(struct ndis_miniport *m)
{
    while (m->shared) {
        struct ndis_shared *shared = m->shared;
        m->shared = shared->next;
        if (ndis_verifying())
            ndis_verify_finding(NULL, "%s halted with %u bytes of shared memory allocated", m->name,
                                shared->length);
        shared_free(m, shared);
    }
}
