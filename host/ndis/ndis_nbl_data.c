/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The data that a NET_BUFFER describes: where it starts, copies of it.
 */
#include "ndis_machine.h"

static void seek(PNET_BUFFER nb, ULONG offset)
{
    PMDL mdl = nb->MdlChain;

    nb->DataOffset = offset;
    for (; mdl && offset >= mdl->ByteCount && mdl->Next; mdl = mdl->Next)
        offset -= mdl->ByteCount;
    nb->CurrentMdl = mdl;
    nb->CurrentMdlOffset = offset;
}

NDIS_STATUS NdisRetreatNetBufferDataStart(PNET_BUFFER NetBuffer, ULONG DataOffsetDelta,
                                          ULONG DataBackFill,
                                          NET_BUFFER_ALLOCATE_MDL_HANDLER AllocateMdlHandler)
{
    ULONG missing, bytes;
    PMDL mdl;

    if (DataOffsetDelta <= NetBuffer->DataOffset) {
        seek(NetBuffer, NetBuffer->DataOffset - DataOffsetDelta);
        NetBuffer->DataLength += DataOffsetDelta;
        return NDIS_STATUS_SUCCESS;
    }
    missing = DataOffsetDelta - NetBuffer->DataOffset;
    bytes = missing + DataBackFill;
    if (AllocateMdlHandler) {
        mdl = AllocateMdlHandler(&bytes);
    } else {
        PVOID memory = ndis_object_new(NDIS_KIND_MEMORY, bytes, 0);
        mdl = memory ? NdisAllocateMdl(NULL, memory, bytes) : NULL;
        if (memory && !mdl)
            ndis_object_free(memory);
    }
    if (!mdl)
        return NDIS_STATUS_RESOURCES;
    mdl->Next = NetBuffer->MdlChain;
    NetBuffer->MdlChain = mdl;
    seek(NetBuffer, mdl->ByteCount - missing);
    NetBuffer->DataLength += DataOffsetDelta;
    return NDIS_STATUS_SUCCESS;
}

VOID NdisAdvanceNetBufferDataStart(PNET_BUFFER NetBuffer, ULONG DataOffsetDelta, BOOLEAN FreeMdl,
                                   NET_BUFFER_FREE_MDL_HANDLER FreeMdlHandler)
{
    NetBuffer->DataLength -= DataOffsetDelta;
    seek(NetBuffer, NetBuffer->DataOffset + DataOffsetDelta);
    while (FreeMdl && NetBuffer->MdlChain != NetBuffer->CurrentMdl) {
        PMDL mdl = NetBuffer->MdlChain;
        NetBuffer->MdlChain = mdl->Next;
        NetBuffer->DataOffset -= mdl->ByteCount;
        if (FreeMdlHandler) {
            FreeMdlHandler(mdl);
        } else {
            ndis_object_free(mdl->MappedSystemVa);
            NdisFreeMdl(mdl);
        }
    }
}

/* Walks over up to `most` bytes of data from `skip` on and copies them in or out; how many there were. */
static ULONG walk(const NET_BUFFER *nb, ULONG skip, UCHAR *bytes, ULONG most, bool is_in)
{
    ULONG have = nb->DataLength > skip ? nb->DataLength - skip : 0, done = 0;
    ULONG offset = nb->CurrentMdlOffset + skip;

    most = most < have ? most : have;
    for (PMDL mdl = nb->CurrentMdl; mdl && done < most; mdl = mdl->Next) {
        ULONG part = mdl->ByteCount > offset ? mdl->ByteCount - offset : 0;
        part = part < most - done ? part : most - done;
        if (part && is_in)
            memcpy((UCHAR *)mdl->MappedSystemVa + offset, bytes + done, part);
        else if (part)
            memcpy(bytes + done, (UCHAR *)mdl->MappedSystemVa + offset, part);
        done += part;
        offset = part || offset < mdl->ByteCount ? 0 : offset - mdl->ByteCount;
    }
    return done;
}

ULONG ndis_nb_gather(const NET_BUFFER *nb, UCHAR *to, ULONG most)
{
    return walk(nb, 0, to, most, false);
}

PVOID NdisGetDataBuffer(PNET_BUFFER NetBuffer, ULONG BytesNeeded, PVOID Storage, UINT AlignMultiple,
                        UINT AlignOffset)
{
    PMDL mdl = NetBuffer->CurrentMdl;

    (void)AlignMultiple;
    (void)AlignOffset;
    if (NetBuffer->DataLength < BytesNeeded || !mdl)
        return NULL;
    if (mdl->ByteCount - NetBuffer->CurrentMdlOffset >= BytesNeeded)
        return (PUCHAR)mdl->MappedSystemVa + NetBuffer->CurrentMdlOffset;
    return Storage && ndis_nb_gather(NetBuffer, Storage, BytesNeeded) == BytesNeeded ? Storage
                                                                                     : NULL;
}

NDIS_STATUS NdisCopyFromNetBufferToNetBuffer(PNET_BUFFER Destination, ULONG DestinationOffset,
                                             ULONG BytesToCopy, PNET_BUFFER Source,
                                             ULONG SourceOffset, PULONG BytesCopied)
{
    UCHAR piece[256];

    *BytesCopied = 0;
    while (*BytesCopied < BytesToCopy) {
        ULONG part = BytesToCopy - *BytesCopied;
        part = part < sizeof(piece) ? part : (ULONG)sizeof(piece);
        part = walk(Source, SourceOffset + *BytesCopied, piece, part, false);
        part = walk(Destination, DestinationOffset + *BytesCopied, piece, part, true);
        *BytesCopied += part;
        if (!part)
            break;
    }
    return NDIS_STATUS_SUCCESS;
}
