/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet and buffer pools and the chain of a packet. A pool's descriptors are allocated with it;
 * taking and giving back is a list operation. Without the verifier the one freed last is taken
 * first; with it, the one freed longest ago, so that use after free shows.
 */
#include <stdlib.h>

#include "ndis_machine.h"

#define ALIGN(value, to) (((value) + (to)-1) / (to) * (to))
#define CACHE_LINE_BYTES 64

struct ndis_packet_pool {
    struct ndis_packet_pool *next; /* of all pools, under machine.lock */
    struct nic_lock lock;
    PNDIS_PACKET free_head, free_tail;
    unsigned count, used;
    size_t stride;
    size_t shadow_bytes; /* before each descriptor, verifier only */
    size_t oob_offset;
    UINT protocol_id; /* goes into the flags of what is allocated */
    UCHAR *memory;
};

struct ndis_buffer_pool {
    struct nic_lock lock;
    PNDIS_BUFFER free;
    unsigned count, used;
    NDIS_BUFFER buffers[];
};

static struct ndis_packet_pool *packet_pools;

static PNDIS_PACKET packet_at(const struct ndis_packet_pool *pool, size_t i)
{
    return (PNDIS_PACKET)(void *)(pool->memory + i * pool->stride + pool->shadow_bytes);
}

/* ---- packet pools ---- */

static size_t oob_offset_of(UINT protocol_reserved)
{
    return ALIGN(offsetof(NDIS_PACKET, ProtocolReserved) + protocol_reserved, sizeof(ULONGLONG));
}

UINT NdisPacketSize(UINT ProtocolReservedSize)
{
    return (UINT)(oob_offset_of(ProtocolReservedSize) + sizeof(NDIS_PACKET_OOB_DATA) +
                  sizeof(NDIS_PACKET_EXTENSION));
}

static void pool_put(struct ndis_packet_pool *pool, PNDIS_PACKET packet)
{
    ndis_packet_set(packet, PACKET_FREE);
    if (ndis_verifying()) {
        ndis_packet_set_next(packet, NULL);
        if (pool->free_tail)
            ndis_packet_set_next(pool->free_tail, packet);
        else
            pool->free_head = packet;
        pool->free_tail = packet;
    } else {
        ndis_packet_set_next(packet, pool->free_head);
        pool->free_head = packet;
    }
}

VOID NdisAllocatePacketPoolEx(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle,
                              UINT NumberOfDescriptors, UINT NumberOfOverflowDescriptors,
                              UINT ProtocolReservedLength)
{
    ndis_up_to_dispatch("NdisAllocatePacketPoolEx");
    size_t count = (size_t)NumberOfDescriptors + NumberOfOverflowDescriptors;
    size_t shadow = ndis_verifying() ? NDIS_SHADOW_BYTES : 0;
    size_t stride = ALIGN(shadow + NdisPacketSize(ProtocolReservedLength), CACHE_LINE_BYTES);
    struct ndis_packet_pool *pool = NULL;

    *PoolHandle = NULL;
    *Status = NDIS_STATUS_RESOURCES;
    if (oob_offset_of(ProtocolReservedLength) > UINT16_MAX || count == 0)
        return;
    pool = ndis_object_new(NDIS_KIND_PACKET_POOL, sizeof(*pool), 0);
    if (!pool)
        return;
    pool->memory = aligned_alloc(CACHE_LINE_BYTES, count * stride);
    if (!pool->memory) {
        ndis_object_free(pool);
        return;
    }
    memset(pool->memory, 0, count * stride);
    pool->count = (unsigned)count;
    pool->stride = stride;
    pool->shadow_bytes = shadow;
    pool->oob_offset = oob_offset_of(ProtocolReservedLength);
    ndis.platform->ops->lock_init(ndis.platform, &pool->lock, "packet pool");
    for (size_t i = count; i-- > 0;) {
        packet_at(pool, i)->Private.Pool = pool;
        pool_put(pool, packet_at(pool, i));
    }
    ndis_lock(&ndis.lock);
    pool->next = packet_pools;
    packet_pools = pool;
    ndis_unlock(&ndis.lock);
    *PoolHandle = pool;
    *Status = NDIS_STATUS_SUCCESS;
}

VOID NdisAllocatePacketPool(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle, UINT NumberOfDescriptors,
                            UINT ProtocolReservedLength)
{
    NdisAllocatePacketPoolEx(Status, PoolHandle, NumberOfDescriptors, 0, ProtocolReservedLength);
}

static void find_in_use(PNDIS_PACKET packet, void *context)
{
    PNDIS_PACKET *found = context;

    if (!*found && ndis_packet_state(packet) > PACKET_PROTOCOL)
        *found = packet;
}

static void pool_walk(struct ndis_packet_pool *pool,
                      void (*visit)(PNDIS_PACKET packet, void *context), void *context)
{
    for (unsigned i = 0; i < pool->count; i++)
        visit(packet_at(pool, i), context);
}

VOID NdisFreePacketPool(NDIS_HANDLE PoolHandle)
{
    struct ndis_packet_pool *pool = PoolHandle;
    PNDIS_PACKET in_transit = NULL;

    ndis_up_to_dispatch("NdisFreePacketPool");
    if (ndis_verifying()) {
        pool_walk(pool, find_in_use, &in_transit);
        if (in_transit) {
            ndis_verify_finding(
                in_transit,
                "NdisFreePacketPool for a pool with this packet in transit; it is kept");
            return;
        }
    }
    ndis_lock(&ndis.lock);
    for (struct ndis_packet_pool **at = &packet_pools; *at; at = &(*at)->next) {
        if (*at == pool) {
            *at = pool->next;
            break;
        }
    }
    ndis_unlock(&ndis.lock);
    ndis.platform->ops->lock_free(ndis.platform, &pool->lock);
    ndis_release(free, pool->memory);
    ndis_object_free(pool);
}

VOID NdisSetPacketPoolProtocolId(NDIS_HANDLE PacketPoolHandle, UINT ProtocolId)
{
    __atomic_store_n(&((struct ndis_packet_pool *)PacketPoolHandle)->protocol_id,
                     ProtocolId & NDIS_PROTOCOL_ID_MASK, __ATOMIC_RELAXED);
}

UINT NdisPacketPoolUsage(NDIS_HANDLE PoolHandle)
{
    struct ndis_packet_pool *pool = PoolHandle;
    UINT used;

    ndis_lock(&pool->lock);
    used = pool->used;
    ndis_unlock(&pool->lock);
    return used;
}

VOID NdisAllocatePacket(PNDIS_STATUS Status, PNDIS_PACKET *Packet, NDIS_HANDLE PoolHandle)
{
    struct ndis_packet_pool *pool = PoolHandle;
    PNDIS_PACKET packet;

    ndis_lock(&pool->lock);
    packet = pool->free_head;
    if (packet) {
        pool->free_head = ndis_packet_next(packet);
        if (!pool->free_head)
            pool->free_tail = NULL;
        pool->used++;
    }
    ndis_unlock(&pool->lock);
    *Packet = packet;
    *Status = packet ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
    if (!packet)
        return;
    if (ndis_verifying())
        ndis_verify_unfree(packet);
    /* But for the state, which a reset may look at meanwhile. */
    ndis_packet_set(packet, PACKET_PROTOCOL);
    memset(packet, 0, offsetof(NDIS_PACKET, Reserved));
    ndis_packet_set_status(packet, 0);
    ndis_packet_set_next(packet, NULL);
    memset(packet->ProtocolReserved, 0,
           pool->oob_offset + sizeof(NDIS_PACKET_OOB_DATA) + sizeof(NDIS_PACKET_EXTENSION) -
               offsetof(NDIS_PACKET, ProtocolReserved));
    packet->Private.Pool = pool;
    packet->Private.Flags = __atomic_load_n(&pool->protocol_id, __ATOMIC_RELAXED);
    packet->Private.NdisPacketFlags = fPACKET_ALLOCATED_BY_NDIS;
    packet->Private.NdisPacketOobOffset = (USHORT)pool->oob_offset;
    if (ndis_verifying())
        ndis_verify_allocated(packet);
}

VOID NdisFreePacket(PNDIS_PACKET Packet)
{
    struct ndis_packet_pool *pool = Packet->Private.Pool;

    if (ndis_verifying() && !ndis_verify_freed(Packet))
        return;
    ndis_lock(&pool->lock);
    pool->used--;
    pool_put(pool, Packet);
    ndis_unlock(&pool->lock);
}

NDIS_HANDLE NdisGetPoolFromPacket(PNDIS_PACKET Packet)
{
    return Packet->Private.Pool;
}

void ndis_packets_walk(void (*visit)(PNDIS_PACKET packet, void *context), void *context)
{
    ndis_lock(&ndis.lock);
    for (struct ndis_packet_pool *pool = packet_pools; pool; pool = pool->next)
        pool_walk(pool, visit, context);
    ndis_unlock(&ndis.lock);
}

bool ndis_packet_is_ours(PNDIS_PACKET packet)
{
    bool is_ours = false;

    ndis_lock(&ndis.lock);
    for (struct ndis_packet_pool *pool = packet_pools; pool && !is_ours; pool = pool->next) {
        uintptr_t offset = (uintptr_t)packet - (uintptr_t)pool->memory;
        is_ours =
            offset < pool->count * pool->stride && offset % pool->stride == pool->shadow_bytes;
    }
    ndis_unlock(&ndis.lock);
    return is_ours;
}

void ndis_packet_pools_free(void)
{
    while (packet_pools) {
        struct ndis_packet_pool *pool = packet_pools;
        packet_pools = pool->next;
        ndis.platform->ops->lock_free(ndis.platform, &pool->lock);
        free(pool->memory);
    }
}

/* ---- buffers ---- */

VOID NdisAllocateBufferPool(PNDIS_STATUS Status, PNDIS_HANDLE PoolHandle, UINT NumberOfDescriptors)
{
    struct ndis_buffer_pool *pool = ndis_object_new(
        NDIS_KIND_BUFFER_POOL, sizeof(*pool) + NumberOfDescriptors * sizeof(NDIS_BUFFER), 0);

    ndis_up_to_dispatch("NdisAllocateBufferPool");
    *PoolHandle = pool;
    *Status = pool ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
    if (!pool)
        return;
    pool->count = NumberOfDescriptors;
    ndis.platform->ops->lock_init(ndis.platform, &pool->lock, "buffer pool");
    for (UINT i = NumberOfDescriptors; i-- > 0;) {
        pool->buffers[i].Next = pool->free;
        pool->free = &pool->buffers[i];
    }
}

VOID NdisFreeBufferPool(NDIS_HANDLE PoolHandle)
{
    struct ndis_buffer_pool *pool = PoolHandle;

    ndis_up_to_dispatch("NdisFreeBufferPool");
    if (ndis_verifying() && pool->used)
        ndis_verify_finding(NULL, "NdisFreeBufferPool for a pool with %u buffers in use",
                            pool->used);
    ndis.platform->ops->lock_free(ndis.platform, &pool->lock);
    ndis_object_free(pool);
}

VOID NdisAllocateBuffer(PNDIS_STATUS Status, PNDIS_BUFFER *Buffer, NDIS_HANDLE PoolHandle,
                        PVOID VirtualAddress, UINT Length)
{
    struct ndis_buffer_pool *pool = PoolHandle;
    PNDIS_BUFFER buffer;

    ndis_lock(&pool->lock);
    buffer = pool->free;
    if (buffer) {
        pool->free = buffer->Next;
        pool->used++;
    }
    ndis_unlock(&pool->lock);
    *Buffer = buffer;
    *Status = buffer ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
    if (!buffer)
        return;
    *buffer = (NDIS_BUFFER){
        .Size = sizeof(NDIS_BUFFER),
        .MdlFlags = MDL_SOURCE_IS_NONPAGED_POOL,
        .Process = (struct _EPROCESS *)pool,
        .MappedSystemVa = VirtualAddress,
        .StartVa = (PVOID)((ULONG_PTR)VirtualAddress & ~(ULONG_PTR)(PAGE_SIZE - 1)),
        .ByteCount = Length,
        .ByteOffset = (ULONG)((ULONG_PTR)VirtualAddress & (PAGE_SIZE - 1)),
    };
}

VOID NdisFreeBuffer(PNDIS_BUFFER Buffer)
{
    struct ndis_buffer_pool *pool = (struct ndis_buffer_pool *)Buffer->Process;

    if (ndis_verifying() && Buffer->Size == 0) {
        ndis_verify_finding(NULL, "NdisFreeBuffer for buffer %p, which is free", (void *)Buffer);
        return;
    }
    Buffer->Size = 0;
    ndis_lock(&pool->lock);
    Buffer->Next = pool->free;
    pool->free = Buffer;
    pool->used--;
    ndis_unlock(&pool->lock);
}

VOID NdisCopyBuffer(PNDIS_STATUS Status, PNDIS_BUFFER *Buffer, NDIS_HANDLE PoolHandle,
                    PVOID MemoryDescriptor, UINT Offset, UINT Length)
{
    NdisAllocateBuffer(Status, Buffer, PoolHandle,
                       (PUCHAR)((PMDL)MemoryDescriptor)->MappedSystemVa + Offset, Length);
}

/* ---- chains ---- */

static PNDIS_BUFFER last_of(PNDIS_BUFFER buffer)
{
    while (buffer->Next)
        buffer = buffer->Next;
    return buffer;
}

VOID NdisChainBufferAtFront(PNDIS_PACKET Packet, PNDIS_BUFFER Buffer)
{
    PNDIS_BUFFER last = last_of(Buffer);

    if (!Packet->Private.Head)
        Packet->Private.Tail = last;
    last->Next = Packet->Private.Head;
    Packet->Private.Head = Buffer;
    Packet->Private.ValidCounts = FALSE;
}

VOID NdisChainBufferAtBack(PNDIS_PACKET Packet, PNDIS_BUFFER Buffer)
{
    if (Packet->Private.Head)
        Packet->Private.Tail->Next = Buffer;
    else
        Packet->Private.Head = Buffer;
    Packet->Private.Tail = last_of(Buffer);
    Packet->Private.ValidCounts = FALSE;
}

VOID NdisUnchainBufferAtFront(PNDIS_PACKET Packet, PNDIS_BUFFER *Buffer)
{
    *Buffer = Packet->Private.Head;
    if (!*Buffer)
        return;
    Packet->Private.Head = (*Buffer)->Next;
    if (!Packet->Private.Head)
        Packet->Private.Tail = NULL;
    (*Buffer)->Next = NULL;
    Packet->Private.ValidCounts = FALSE;
}

VOID NdisUnchainBufferAtBack(PNDIS_PACKET Packet, PNDIS_BUFFER *Buffer)
{
    PNDIS_BUFFER *at = &Packet->Private.Head, before = NULL;

    *Buffer = NULL;
    if (!*at)
        return;
    for (; (*at)->Next; at = &(*at)->Next)
        before = *at;
    *Buffer = *at;
    *at = NULL;
    Packet->Private.Tail = before;
    Packet->Private.ValidCounts = FALSE;
}

VOID NdisGetFirstBufferFromPacket(PNDIS_PACKET Packet, PNDIS_BUFFER *FirstBuffer,
                                  PVOID *FirstBufferVA, PUINT FirstBufferLength,
                                  PUINT TotalBufferLength)
{
    *FirstBuffer = Packet->Private.Head;
    *FirstBufferVA = *FirstBuffer ? (*FirstBuffer)->MappedSystemVa : NULL;
    *FirstBufferLength = *FirstBuffer ? (*FirstBuffer)->ByteCount : 0;
    *TotalBufferLength = 0;
    for (PNDIS_BUFFER buffer = *FirstBuffer; buffer; buffer = buffer->Next)
        *TotalBufferLength += buffer->ByteCount;
}

/* Moves along a chain; `offset` becomes relative to the buffer returned. NULL: beyond the end. */
static PNDIS_BUFFER seek(PNDIS_BUFFER buffer, UINT *offset)
{
    while (buffer && *offset >= buffer->ByteCount) {
        *offset -= buffer->ByteCount;
        buffer = buffer->Next;
    }
    return buffer;
}

VOID NdisCopyFromPacketToPacket(PNDIS_PACKET Destination, UINT DestinationOffset, UINT BytesToCopy,
                                PNDIS_PACKET Source, UINT SourceOffset, PUINT BytesCopied)
{
    PNDIS_BUFFER to = seek(Destination->Private.Head, &DestinationOffset);
    PNDIS_BUFFER from = seek(Source->Private.Head, &SourceOffset);

    *BytesCopied = 0;
    while (to && from && *BytesCopied < BytesToCopy) {
        UINT length = BytesToCopy - *BytesCopied;
        if (length > to->ByteCount - DestinationOffset)
            length = to->ByteCount - DestinationOffset;
        if (length > from->ByteCount - SourceOffset)
            length = from->ByteCount - SourceOffset;
        memcpy((PUCHAR)to->MappedSystemVa + DestinationOffset,
               (PUCHAR)from->MappedSystemVa + SourceOffset, length);
        *BytesCopied += length;
        DestinationOffset += length;
        SourceOffset += length;
        to = seek(to, &DestinationOffset);
        from = seek(from, &SourceOffset);
    }
}
