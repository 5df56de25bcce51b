/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools of NET_BUFFER_LISTs and NET_BUFFERs, their context space, and MDLs. A pool takes memory in slabs of SLAB_COUNT
 * elements; an element is everything that is allocated together:
 *
 *   [shadow of the verifier] NBL, context space, [NET_BUFFER, [MDL, data]]      NBL pool
 *   NET_BUFFER, [MDL, data]                                                     NET_BUFFER pool
 *
 * Without the verifier the one freed last is taken first; with it, the one freed longest ago.
 */
#include <stdlib.h>

#include "ndis_machine.h"

#define SLAB_COUNT       64
#define CACHE_LINE_BYTES 64
#define ALIGN16(bytes)   (((bytes) + 15) / 16 * 16)

struct slab {
    struct slab *next;
    UCHAR *memory;
};

/* Both kinds of element start with the link to the next free one. */
union element {
    union element *next;
    NET_BUFFER_LIST nbl;
    NET_BUFFER nb;
};

struct nbl_pool {
    struct nbl_pool *next; /* of all, under machine.lock */
    struct nic_lock lock;
    struct slab *slabs; /* under machine.lock */
    union element *free_head, *free_tail;
    bool has_nbl, has_nb;
    USHORT context_bytes;
    ULONG data_bytes;
    size_t shadow_bytes, nb_offset, stride;
    unsigned used;
};

static struct nbl_pool *pools;

/* ---- elements ---- */

static NET_BUFFER_LIST_CONTEXT *context_of(PNET_BUFFER_LIST nbl)
{
    return (NET_BUFFER_LIST_CONTEXT *)(nbl + 1);
}

static PNET_BUFFER nb_of(const struct nbl_pool *pool, union element *element)
{
    return (PNET_BUFFER)(void *)((UCHAR *)element + pool->nb_offset);
}

static void put(struct nbl_pool *pool, union element *element)
{
    if (pool->has_nbl)
        ndis_nbl_set(&element->nbl, PACKET_FREE);
    if (ndis_verifying()) {
        element->next = NULL;
        if (pool->free_tail)
            pool->free_tail->next = element;
        else
            pool->free_head = element;
        pool->free_tail = element;
    } else {
        element->next = pool->free_head;
        pool->free_head = element;
    }
}

/* No lock held. */
static bool grow(struct nbl_pool *pool)
{
    struct slab *slab = malloc(sizeof(*slab));
    UCHAR *memory = slab ? aligned_alloc(CACHE_LINE_BYTES, SLAB_COUNT * pool->stride) : NULL;

    if (!memory) {
        free(slab);
        return false;
    }
    memset(memory, 0, SLAB_COUNT * pool->stride);
    slab->memory = memory;
    ndis_lock(&ndis.lock);
    slab->next = pool->slabs;
    pool->slabs = slab;
    ndis_unlock(&ndis.lock);
    ndis_lock(&pool->lock);
    for (unsigned i = SLAB_COUNT; i-- > 0;)
        put(pool, (union element *)(void *)(memory + i * pool->stride + pool->shadow_bytes));
    ndis_unlock(&pool->lock);
    return true;
}

static union element *take(struct nbl_pool *pool)
{
    for (;;) {
        union element *element;
        ndis_lock(&pool->lock);
        element = pool->free_head;
        if (element) {
            pool->free_head = element->next;
            if (!pool->free_head)
                pool->free_tail = NULL;
            pool->used++;
        }
        ndis_unlock(&pool->lock);
        if (element || !grow(pool))
            return element;
    }
}

static void give(struct nbl_pool *pool, union element *element)
{
    ndis_lock(&pool->lock);
    pool->used--;
    put(pool, element);
    ndis_unlock(&pool->lock);
}

/* ---- pools ---- */

static NDIS_HANDLE pool_new(bool has_nbl, bool has_nb, USHORT context_bytes, ULONG data_bytes)
{
    struct nbl_pool *pool = calloc(1, sizeof(*pool));
    size_t bytes;

    if (!pool)
        return NULL;
    pool->has_nbl = has_nbl;
    pool->has_nb = has_nb;
    pool->context_bytes = context_bytes;
    pool->data_bytes = data_bytes;
    pool->shadow_bytes = has_nbl && ndis_verifying() ? NDIS_SHADOW_BYTES : 0;
    bytes = has_nbl ? sizeof(NET_BUFFER_LIST) : 0;
    if (context_bytes)
        bytes += sizeof(NET_BUFFER_LIST_CONTEXT) + ALIGN16(context_bytes);
    pool->nb_offset = bytes;
    bytes += has_nb ? sizeof(NET_BUFFER) : 0;
    bytes += data_bytes ? sizeof(MDL) + ALIGN16(data_bytes) : 0;
    pool->stride =
        (pool->shadow_bytes + bytes + CACHE_LINE_BYTES - 1) / CACHE_LINE_BYTES * CACHE_LINE_BYTES;
    ndis.platform->ops->lock_init(ndis.platform, &pool->lock, "NBL pool");
    ndis_lock(&ndis.lock);
    pool->next = pools;
    pools = pool;
    ndis_unlock(&ndis.lock);
    return pool;
}

static bool is_known(const NDIS_OBJECT_HEADER *header, size_t bytes)
{
    return header->Type == NDIS_OBJECT_TYPE_DEFAULT && header->Revision >= 1 &&
           header->Size >= bytes;
}

NDIS_HANDLE NdisAllocateNetBufferListPool(NDIS_HANDLE NdisHandle,
                                          PNET_BUFFER_LIST_POOL_PARAMETERS Parameters)
{
    (void)NdisHandle;
    if (!is_known(&Parameters->Header, NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1) ||
        (Parameters->DataSize && !Parameters->fAllocateNetBuffer) || Parameters->ContextSize % 16)
        return NULL;
    return pool_new(true, Parameters->fAllocateNetBuffer, Parameters->ContextSize,
                    Parameters->DataSize);
}

NDIS_HANDLE NdisAllocateNetBufferPool(NDIS_HANDLE NdisHandle,
                                      PNET_BUFFER_POOL_PARAMETERS Parameters)
{
    (void)NdisHandle;
    return is_known(&Parameters->Header, NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1)
               ? pool_new(false, true, 0, Parameters->DataSize)
               : NULL;
}

static void pool_free(void *memory)
{
    struct nbl_pool *pool = memory;

    ndis.platform->ops->lock_free(ndis.platform, &pool->lock);
    while (pool->slabs) {
        struct slab *slab = pool->slabs;
        pool->slabs = slab->next;
        free(slab->memory);
        free(slab);
    }
    free(pool);
}

VOID NdisFreeNetBufferListPool(NDIS_HANDLE PoolHandle)
{
    struct nbl_pool *pool = PoolHandle;

    if (ndis_verifying() && pool->used) {
        ndis_verify_finding(
            NULL, "NdisFreeNetBuffer(List)Pool for a pool with %u in use; it is kept", pool->used);
        return;
    }
    ndis_lock(&ndis.lock);
    for (struct nbl_pool **at = &pools; *at; at = &(*at)->next) {
        if (*at == pool) {
            *at = pool->next;
            break;
        }
    }
    ndis_unlock(&ndis.lock);
    ndis_release(pool_free, pool);
}

VOID NdisFreeNetBufferPool(NDIS_HANDLE PoolHandle)
{
    NdisFreeNetBufferListPool(PoolHandle);
}

unsigned ndis_nbl_pools_free(void)
{
    unsigned count = 0;

    for (; pools; count++) {
        struct nbl_pool *pool = pools;
        pools = pool->next;
        ndis_log("leak: a pool of NET_BUFFER%s with %u in use was not freed",
                 pool->has_nbl ? "_LISTs" : "s", pool->used);
        pool_free(pool);
    }
    return count;
}

void ndis_nbls_walk(void (*visit)(PNET_BUFFER_LIST nbl, void *context), void *context)
{
    ndis_lock(&ndis.lock);
    for (struct nbl_pool *pool = pools; pool; pool = pool->next) {
        for (struct slab *slab = pool->has_nbl ? pool->slabs : NULL; slab; slab = slab->next) {
            for (size_t i = 0; i < SLAB_COUNT; i++)
                visit((PNET_BUFFER_LIST)(void *)(slab->memory + i * pool->stride +
                                                 pool->shadow_bytes),
                      context);
        }
    }
    ndis_unlock(&ndis.lock);
}

bool ndis_nbl_is_ours(const NET_BUFFER_LIST *nbl)
{
    bool is_ours = false;

    ndis_lock(&ndis.lock);
    for (struct nbl_pool *pool = pools; pool && !is_ours; pool = pool->next) {
        for (struct slab *slab = pool->has_nbl ? pool->slabs : NULL; slab && !is_ours;
             slab = slab->next) {
            uintptr_t offset = (uintptr_t)nbl - (uintptr_t)slab->memory;
            is_ours =
                offset < SLAB_COUNT * pool->stride && offset % pool->stride == pool->shadow_bytes;
        }
    }
    ndis_unlock(&ndis.lock);
    return is_ours;
}

/* ---- allocation ---- */

static void nb_set(PNET_BUFFER nb, NDIS_HANDLE pool, PMDL chain, ULONG offset, SIZE_T length)
{
    *nb = (NET_BUFFER){
        .NdisPoolHandle = pool, .MdlChain = chain, .DataOffset = offset, .stDataLength = length};
    for (; chain && offset >= chain->ByteCount && chain->Next; chain = chain->Next)
        offset -= chain->ByteCount;
    nb->CurrentMdl = chain;
    nb->CurrentMdlOffset = offset;
}

/* The MDL behind a NET_BUFFER, for the data behind it. */
static PMDL own_mdl(const struct nbl_pool *pool, PNET_BUFFER nb)
{
    PMDL mdl = (PMDL)(void *)(nb + 1);
    UCHAR *data = (UCHAR *)(mdl + 1);

    *mdl = (MDL){.Size = sizeof(MDL),
                 .MdlFlags = MDL_SOURCE_IS_NONPAGED_POOL,
                 .MappedSystemVa = data,
                 .StartVa = (PVOID)((ULONG_PTR)data & ~(ULONG_PTR)(PAGE_SIZE - 1)),
                 .ByteCount = pool->data_bytes,
                 .ByteOffset = (ULONG)((ULONG_PTR)data & (PAGE_SIZE - 1))};
    return mdl;
}

PNET_BUFFER_LIST NdisAllocateNetBufferList(NDIS_HANDLE PoolHandle, USHORT ContextSize,
                                           USHORT ContextBackFill)
{
    struct nbl_pool *pool = PoolHandle;
    union element *element = take(pool);
    PNET_BUFFER_LIST nbl = &element->nbl;

    if (!element)
        return NULL;
    memset(nbl, 0, sizeof(*nbl));
    nbl->NdisPoolHandle = pool;
    ndis_nbl_set(nbl, PACKET_PROTOCOL);
    if (pool->context_bytes) {
        nbl->Context = context_of(nbl);
        *nbl->Context =
            (NET_BUFFER_LIST_CONTEXT){.Size = pool->context_bytes, .Offset = pool->context_bytes};
    }
    if (ContextSize && NdisAllocateNetBufferListContext(nbl, ContextSize, ContextBackFill, 0) !=
                           NDIS_STATUS_SUCCESS) {
        give(pool, element);
        return NULL;
    }
    if (ndis_verifying())
        ndis_verify_nbl_allocated(nbl);
    return nbl;
}

PNET_BUFFER_LIST NdisAllocateNetBufferAndNetBufferList(NDIS_HANDLE PoolHandle, USHORT ContextSize,
                                                       USHORT ContextBackFill, PMDL MdlChain,
                                                       ULONG DataOffset, SIZE_T DataLength)
{
    struct nbl_pool *pool = PoolHandle;
    PNET_BUFFER_LIST nbl =
        pool->has_nb ? NdisAllocateNetBufferList(pool, ContextSize, ContextBackFill) : NULL;
    PNET_BUFFER nb;

    if (!nbl)
        return NULL;
    nb = nb_of(pool, (union element *)(void *)nbl);
    if (pool->data_bytes && !MdlChain)
        MdlChain = own_mdl(pool, nb);
    nb_set(nb, NULL, MdlChain, DataOffset, DataLength);
    nbl->FirstNetBuffer = nb;
    return nbl;
}

VOID NdisFreeNetBufferList(PNET_BUFFER_LIST NetBufferList)
{
    struct nbl_pool *pool = NetBufferList->NdisPoolHandle;

    if (ndis_verifying() && !ndis_verify_nbl_freed(NetBufferList))
        return;
    while (NetBufferList->Context &&
           !(pool->context_bytes && NetBufferList->Context == context_of(NetBufferList)))
        NdisFreeNetBufferListContext(NetBufferList,
                                     (USHORT)NET_BUFFER_LIST_CONTEXT_DATA_SIZE(NetBufferList));
    give(pool, (union element *)(void *)NetBufferList);
}

PNET_BUFFER NdisAllocateNetBuffer(NDIS_HANDLE PoolHandle, PMDL MdlChain, ULONG DataOffset,
                                  SIZE_T DataLength)
{
    struct nbl_pool *pool = PoolHandle;
    union element *element = pool->has_nbl ? NULL : take(pool);

    if (element)
        nb_set(&element->nb, pool, MdlChain, DataOffset, DataLength);
    return element ? &element->nb : NULL;
}

PNET_BUFFER NdisAllocateNetBufferMdlAndData(NDIS_HANDLE PoolHandle)
{
    struct nbl_pool *pool = PoolHandle;
    PNET_BUFFER nb = pool->data_bytes ? NdisAllocateNetBuffer(pool, NULL, 0, 0) : NULL;

    if (nb)
        nb_set(nb, pool, own_mdl(pool, nb), 0, 0);
    return nb;
}

VOID NdisFreeNetBuffer(PNET_BUFFER NetBuffer)
{
    give(NetBuffer->NdisPoolHandle, (union element *)(void *)NetBuffer);
}

/* ---- context space: blocks in a stack, the bytes of each used from its end ---- */

NDIS_STATUS NdisAllocateNetBufferListContext(PNET_BUFFER_LIST NetBufferList, USHORT ContextSize,
                                             USHORT ContextBackFill, ULONG PoolTag)
{
    NET_BUFFER_LIST_CONTEXT *context = NetBufferList->Context;

    if (context && context->Offset >= ContextSize) {
        context->Offset = (USHORT)(context->Offset - ContextSize);
        return NDIS_STATUS_SUCCESS;
    }
    context = ndis_object_new(NDIS_KIND_MEMORY,
                              sizeof(*context) + (size_t)ContextSize + ContextBackFill, PoolTag);
    if (!context)
        return NDIS_STATUS_RESOURCES;
    context->Size = (USHORT)(ContextSize + ContextBackFill);
    context->Offset = ContextBackFill;
    context->Next = NetBufferList->Context;
    NetBufferList->Context = context;
    return NDIS_STATUS_SUCCESS;
}

VOID NdisFreeNetBufferListContext(PNET_BUFFER_LIST NetBufferList, USHORT ContextSize)
{
    struct nbl_pool *pool = NetBufferList->NdisPoolHandle;
    NET_BUFFER_LIST_CONTEXT *context = NetBufferList->Context;

    context->Offset = (USHORT)(context->Offset + ContextSize);
    if (context->Offset < context->Size ||
        (pool->context_bytes && context == context_of(NetBufferList)))
        return;
    NetBufferList->Context = context->Next;
    ndis_object_free(context);
}

/* ---- MDLs ---- */

PMDL NdisAllocateMdl(NDIS_HANDLE NdisHandle, PVOID VirtualAddress, UINT Length)
{
    PMDL mdl = ndis_object_new(NDIS_KIND_MEMORY, sizeof(*mdl), 0x6c646d4e);

    (void)NdisHandle;
    if (mdl)
        *mdl = (MDL){.Size = sizeof(MDL),
                     .MdlFlags = MDL_SOURCE_IS_NONPAGED_POOL,
                     .MappedSystemVa = VirtualAddress,
                     .StartVa = (PVOID)((ULONG_PTR)VirtualAddress & ~(ULONG_PTR)(PAGE_SIZE - 1)),
                     .ByteCount = Length,
                     .ByteOffset = (ULONG)((ULONG_PTR)VirtualAddress & (PAGE_SIZE - 1))};
    return mdl;
}

VOID NdisFreeMdl(PMDL Mdl)
{
    ndis_object_free(Mdl);
}
