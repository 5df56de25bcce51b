/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An adapter's view of memory: addresses that are given out for shared memory and for buffers, and
 * mean nothing before and after. So a driver that hands its device a wrong address, or one whose
 * buffer is no longer the driver's, is found out when the device uses it. Every page maps to one run
 * of octets; neighbouring addresses of different mappings are a page apart, and addresses are given
 * out again as late as possible.
 */
#include <stdlib.h>

#include "ndis_machine.h"

struct io_page {
    UCHAR *memory;         /* of offset 0, mapped or not; NULL: nothing is */
    uint16_t first, limit; /* offsets in the page */
    uint8_t access;        /* enum ndis_dma_access */
};

struct ndis_iommu {
    uint64_t base;
    uint32_t count, next; /* next: where to look for free pages first */
    struct io_page pages[];
};

/* 15 MiB below 16 MiB for ISA, 64 MiB otherwise: below 4 GiB, or above for who can take it. */
static struct ndis_iommu *iommu_new(NDIS_DMA_SIZE size)
{
    uint32_t count = size == NDIS_DMA_24BITS ? 3840 : 16384;
    struct ndis_iommu *iommu = calloc(1, sizeof(*iommu) + count * sizeof(iommu->pages[0]));

    if (!iommu)
        return NULL;
    iommu->count = count;
    iommu->base = size == NDIS_DMA_24BITS   ? 0x100000u
                  : size == NDIS_DMA_32BITS ? 0x40000000u
                                            : 0x4000000000u;
    return iommu;
}

bool ndis_iommu_start(struct ndis_miniport *m, NDIS_DMA_SIZE size)
{
    struct ndis_iommu *iommu = m->iommu ? NULL : iommu_new(size);

    ndis_lock(&m->lock);
    if (!m->iommu) {
        m->iommu = iommu;
        iommu = NULL;
    }
    ndis_unlock(&m->lock);
    free(iommu);
    return m->iommu;
}

void ndis_iommu_stop(struct ndis_miniport *m)
{
    free(m->iommu);
    m->iommu = NULL;
}

/* ---- mapping ---- */

/* Under the lock. The first of `count` free pages with a free one on either side; 0: there are none. */
static uint32_t find_free(const struct ndis_iommu *iommu, uint32_t count)
{
    uint32_t run = 0;

    for (uint32_t i = 0, at = iommu->next; i < iommu->count + count + 2; i++, at++) {
        if (at >= iommu->count)
            at = run = 0;
        run = iommu->pages[at].memory ? 0 : run + 1;
        if (run == count + 2)
            return at - count;
    }
    return 0;
}

static void set_page(struct io_page *page, UCHAR *memory, uint16_t first, uint16_t limit,
                     enum ndis_dma_access access)
{
    page->first = first;
    page->limit = limit;
    page->access = (uint8_t)access;
    __atomic_store_n(&page->memory, memory, __ATOMIC_RELEASE);
}

uint64_t ndis_iommu_map(struct ndis_miniport *m, UCHAR *memory, size_t length,
                        enum ndis_dma_access access)
{
    struct ndis_iommu *iommu = m->iommu;
    uint32_t offset = (uint32_t)((uintptr_t)memory % PAGE_SIZE), first;
    uint32_t count = (uint32_t)((offset + length + PAGE_SIZE - 1) / PAGE_SIZE);
    size_t end = offset + length;

    if (!iommu || count > iommu->count)
        return 0;
    ndis_lock(&m->lock);
    first = find_free(iommu, count);
    for (uint32_t i = 0; first && i < count; i++)
        set_page(&iommu->pages[first + i], memory - offset + (size_t)i * PAGE_SIZE,
                 (uint16_t)(i ? 0 : offset),
                 (uint16_t)(i + 1 < count ? PAGE_SIZE : end - (size_t)i * PAGE_SIZE), access);
    if (first)
        iommu->next = first + count;
    ndis_unlock(&m->lock);
    return first ? iommu->base + (uint64_t)first * PAGE_SIZE + offset : 0;
}

void ndis_iommu_unmap(struct ndis_miniport *m, uint64_t address, size_t length)
{
    uint64_t at = address - m->iommu->base;
    uint64_t last = (at + length - 1) / PAGE_SIZE;

    ndis_lock(&m->lock);
    for (uint64_t i = at / PAGE_SIZE; i <= last; i++)
        set_page(&m->iommu->pages[i], NULL, 0, 0, 0);
    ndis_unlock(&m->lock);
}

/* ---- the device's accesses ---- */

/* At most to the end of the page; NULL: not mapped, or not for this. */
static UCHAR *translate(const struct ndis_iommu *iommu, uint64_t address, size_t *length,
                        enum ndis_dma_access access)
{
    uint64_t at = iommu ? address - iommu->base : 0;
    uint32_t offset = (uint32_t)(at % PAGE_SIZE);
    const struct io_page *page;
    UCHAR *memory;

    if (!iommu || address < iommu->base || at / PAGE_SIZE >= iommu->count)
        return NULL;
    page = &iommu->pages[at / PAGE_SIZE];
    memory = __atomic_load_n(&page->memory, __ATOMIC_ACQUIRE);
    if (*length > PAGE_SIZE - offset)
        *length = PAGE_SIZE - offset;
    if (!memory || !(page->access & access) || offset < page->first ||
        offset + *length > page->limit)
        return NULL;
    return memory + offset;
}

static bool transfer(struct ndis_miniport *m, uint64_t address, UCHAR *buffer, size_t length,
                     enum ndis_dma_access access)
{
    while (length) {
        size_t part = length;
        UCHAR *memory = translate(m->iommu, address, &part, access);
        if (!memory) {
            if (ndis_verifying())
                ndis_verify_finding(
                    NULL, "the device of %s %s %zu octets at 0x%llx, which are not mapped for it",
                    m->name, access == DMA_READ ? "reads" : "writes", part,
                    (unsigned long long)address);
            return false;
        }
        memcpy(access == DMA_READ ? buffer : memory, access == DMA_READ ? memory : buffer, part);
        address += part;
        buffer += part;
        length -= part;
    }
    return true;
}

bool nic_ndis_bus_read(struct nic_ndis_bus *bus, uint64_t address, void *to, size_t length)
{
    return transfer((struct ndis_miniport *)bus, address, to, length, DMA_READ);
}

bool nic_ndis_bus_write(struct nic_ndis_bus *bus, uint64_t address, const void *from, size_t length)
{
    return transfer((struct ndis_miniport *)bus, address, (UCHAR *)from, length, DMA_WRITE);
}
