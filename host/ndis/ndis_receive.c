/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receive indications, transfer of the rest of a frame, and the way back of indicated packets.
 * Every binding gets the frames that its own filter accepts (ndis_filter.c).
 */
#include "ndis_machine.h"

#define HEADER_BYTES NDIS_HEADER_BYTES
#define RETURN_BIAS                                                                                \
    0x10000 /* more than all bindings can answer: the count cannot reach 0 while they are asked */

/* The frame that ProtocolReceive is looking at on this thread, when it is not the driver who knows
 * the rest of it: a packet, or bytes. */
struct indicating {
    const void *context;
    PNDIS_PACKET packet;
    const UCHAR *bytes;
    UINT length;
};

static _Thread_local struct indicating indicating;

struct ndis_binding *ndis_bindings(struct ndis_miniport *m)
{
    struct ndis_binding *first;

    ndis_lock(&m->lock);
    first = m->bindings;
    ndis_unlock(&m->lock);
    return first;
}

static bool wants(const struct ndis_binding *binding)
{
    return !ndis_is_closing(binding) && __atomic_load_n(&binding->filter, __ATOMIC_RELAXED) != 0;
}

void ndis_receive_complete(struct ndis_miniport *m)
{
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (!wants(binding) || !binding->protocol->chars.ReceiveCompleteHandler ||
            !ndis_binding_enter(binding))
            continue;
        OUTSIDE(binding->protocol->chars.ReceiveCompleteHandler)(binding->context);
        ndis_binding_leave(binding);
    }
}

VOID NdisMEthIndicateReceive(NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportReceiveContext,
                             PVOID HeaderBuffer, UINT HeaderBufferSize, PVOID LookaheadBuffer,
                             UINT LookaheadBufferSize, UINT PacketSize)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    NDIS_VISIT(.call = "NdisMEthIndicateReceive", .miniport = m);
    bool is_claimed = false;

    if (!ndis_visit(&visit))
        return;
    ndis_preempt("NdisMEthIndicateReceive");
    if (ndis_verifying())
        ndis_verify_call_up("NdisMEthIndicateReceive");
    ndis_count_add(&m->indications, false);
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if ((HeaderBufferSize < 6 ? wants(binding)
                                  : ndis_filter_accepts(binding, HeaderBuffer, false)) &&
            binding->protocol->chars.ReceiveHandler && ndis_binding_enter(binding)) {
            is_claimed = true;
            OUTSIDE(binding->protocol->chars.ReceiveHandler)
            (binding->context, MiniportReceiveContext, HeaderBuffer, HeaderBufferSize,
             LookaheadBuffer, LookaheadBufferSize, PacketSize);
            ndis_binding_leave(binding);
        }
    }
    if (!is_claimed)
        ndis_count_add(&m->unclaimed, false);
}

VOID NdisMEthIndicateReceiveComplete(NDIS_HANDLE MiniportAdapterHandle)
{
    NDIS_VISIT(.call = "NdisMEthIndicateReceiveComplete", .miniport = MiniportAdapterHandle);

    if (!ndis_visit(&visit))
        return;
    ndis_up_to_dispatch("NdisMEthIndicateReceiveComplete");
    ndis_preempt("NdisMEthIndicateReceiveComplete");
    ndis_receive_complete(ndis_miniport_of(MiniportAdapterHandle));
}

UINT ndis_packet_gather(PNDIS_PACKET packet, UCHAR *to, UINT most)
{
    UINT have = 0;

    for (PNDIS_BUFFER buffer = packet->Private.Head; buffer && have < most;
         NdisGetNextBuffer(buffer, &buffer)) {
        PVOID address;
        UINT length;
        NdisQueryBuffer(buffer, &address, &length);
        length = length < most - have ? length : most - have;
        if (length)
            memcpy(to + have, address, length);
        have += length;
    }
    return have;
}

/* The look-ahead begins behind the header: what is left of the first buffer that has more. */
static UCHAR *lookahead(PNDIS_PACKET packet, UINT *length_bytes)
{
    UINT skip = HEADER_BYTES;

    for (PNDIS_BUFFER buffer = packet->Private.Head; buffer; NdisGetNextBuffer(buffer, &buffer)) {
        PVOID address;
        NdisQueryBuffer(buffer, &address, length_bytes);
        if (*length_bytes > skip) {
            *length_bytes -= skip;
            return (PUCHAR)address + skip;
        }
        skip -= *length_bytes;
    }
    *length_bytes = 0;
    return NULL;
}

static void receive(struct ndis_binding *binding, struct indicating frame, UCHAR *header,
                    UCHAR *ahead, UINT ahead_bytes)
{
    struct indicating outer = indicating;

    if (!binding->protocol->chars.ReceiveHandler)
        return;
    indicating = frame;
    OUTSIDE(binding->protocol->chars.ReceiveHandler)
    (binding->context, (NDIS_HANDLE)frame.context, header, HEADER_BYTES, ahead, ahead_bytes,
     frame.length - HEADER_BYTES);
    indicating = outer;
}

void ndis_receive_bytes(struct ndis_binding *binding, const UCHAR *frame, UINT length)
{
    receive(binding, (struct indicating){.context = frame, .bytes = frame, .length = length},
            (UCHAR *)frame, (UCHAR *)frame + HEADER_BYTES, length - HEADER_BYTES);
}

/* By ProtocolReceive: the packet is its own receive context. */
static void indicate_bytes(struct ndis_binding *binding, PNDIS_PACKET packet, UCHAR *header)
{
    struct indicating frame = {.context = packet, .packet = packet};
    UINT ahead_bytes;
    UCHAR *ahead = lookahead(packet, &ahead_bytes);

    NdisQueryPacketLength(packet, &frame.length);
    receive(binding, frame, header, ahead, ahead_bytes);
}

static void indicate_one(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    bool is_lent = NDIS_GET_PACKET_STATUS(packet) != NDIS_STATUS_RESOURCES;
    LONG_PTR left = RETURN_BIAS;
    UCHAR header[HEADER_BYTES];
    bool is_frame = ndis_packet_gather(packet, header, sizeof(header)) == sizeof(header);
    bool is_claimed = false;

    if (ndis_verifying() && !ndis_verify_indicate(m, packet))
        return;
    ndis_count_add(&m->indications, false);
    ndis_packet_set_owner(packet, m);
    ndis_packet_set(packet, PACKET_INDICATED);
    __atomic_store_n(&packet->Reserved[1], RETURN_BIAS, __ATOMIC_RELEASE);
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (!is_frame || !ndis_filter_accepts(binding, header, false) ||
            !ndis_binding_enter(binding))
            continue;
        is_claimed = true;
        if (is_lent && binding->protocol->chars.ReceivePacketHandler)
            __atomic_add_fetch(&packet->Reserved[1],
                               (ULONG_PTR)OUTSIDE(binding->protocol->chars.ReceivePacketHandler)(
                                   binding->context, packet),
                               __ATOMIC_ACQ_REL);
        else
            indicate_bytes(binding, packet, header);
        ndis_binding_leave(binding);
    }
    if (!is_claimed)
        ndis_count_add(&m->unclaimed, false);
    if (is_lent)
        NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_PENDING);
    left = (LONG_PTR)__atomic_sub_fetch(&packet->Reserved[1], RETURN_BIAS, __ATOMIC_ACQ_REL);
    if (left == 0) {
        if (ndis_verifying())
            ndis_verify_received_back(packet, "the indication");
        ndis_packet_set(packet, PACKET_PROTOCOL);
        if (is_lent)
            NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    }
}

VOID NdisMIndicateReceivePacket(NDIS_HANDLE MiniportAdapterHandle, PPNDIS_PACKET ReceivePackets,
                                UINT NumberOfPackets)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    NDIS_VISIT(.call = "NdisMIndicateReceivePacket", .miniport = m,
               .packet = NumberOfPackets ? ReceivePackets[0] : NULL);

    if (!ndis_visit(&visit))
        return;
    ndis_preempt("NdisMIndicateReceivePacket");
    if (ndis_verifying())
        ndis_verify_call_up("NdisMIndicateReceivePacket");
    for (UINT i = 0; i < NumberOfPackets; i++)
        indicate_one(m, ReceivePackets[i]);
    ndis_receive_complete(m);
}

void ndis_receive_returned(struct ndis_miniport *m, PNDIS_PACKET list)
{
    while (list) {
        PNDIS_PACKET packet = list;
        list = ndis_packet_next(packet);
        OUTSIDE(m->driver->chars.ReturnPacketHandler)(m->context, packet);
    }
}

static void return_one(PNDIS_PACKET packet)
{
    struct ndis_miniport *m = ndis_packet_owner(packet);

    if (__atomic_sub_fetch(&packet->Reserved[1], 1, __ATOMIC_ACQ_REL) != 0)
        return;
    if (ndis_verifying())
        ndis_verify_received_back(packet, "NdisReturnPackets");
    ndis_packet_set(packet, PACKET_PROTOCOL);
    if (!m->serialized) {
        OUTSIDE(m->driver->chars.ReturnPacketHandler)(m->context, packet);
        return;
    }
    ndis_lock(&m->lock);
    ndis_packet_set_next(packet, m->returned);
    m->returned = packet;
    ndis_unlock(&m->lock);
    ndis_gate_kick(m);
}

VOID NdisReturnPackets(PNDIS_PACKET *PacketsToReturn, UINT NumberOfPackets)
{
    enum nic_level before = ndis_raise();

    ndis_preempt("NdisReturnPackets");
    if (ndis_verifying())
        ndis_verify_no_lock("NdisReturnPackets");
    for (UINT i = 0; i < NumberOfPackets; i++) {
        if (!ndis_verifying() || ndis_verify_return_packet(PacketsToReturn[i]))
            return_one(PacketsToReturn[i]);
    }
    ndis_lower(before);
}

/* From the bytes that this thread is indicating into the chain; returns how many fitted. */
static UINT scatter(PNDIS_PACKET to, UINT offset, UINT length)
{
    UINT have = indicating.length - HEADER_BYTES, done = 0;
    const UCHAR *from = indicating.bytes + HEADER_BYTES + offset;

    have = offset < have ? have - offset : 0;
    length = length < have ? length : have;
    for (PNDIS_BUFFER buffer = to->Private.Head; buffer && done < length;
         NdisGetNextBuffer(buffer, &buffer)) {
        PVOID address;
        UINT part;
        NdisQueryBuffer(buffer, &address, &part);
        part = part < length - done ? part : length - done;
        if (part)
            memcpy(address, from + done, part);
        done += part;
    }
    return done;
}

PNDIS_PACKET NdisGetReceivedPacket(NDIS_HANDLE NdisBindingHandle, NDIS_HANDLE MacContext)
{
    (void)NdisBindingHandle;
    return indicating.context && indicating.context == MacContext ? indicating.packet : NULL;
}

VOID NdisTransferData(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle,
                      NDIS_HANDLE MacReceiveContext, UINT ByteOffset, UINT BytesToTransfer,
                      PNDIS_PACKET Packet, PUINT BytesTransferred)
{
    NDIS_VISIT(.call = "NdisTransferData", .binding = NdisBindingHandle, .packet = Packet);
    struct ndis_binding *binding = NdisBindingHandle;
    struct ndis_miniport *m;

    *BytesTransferred = 0;
    *Status = NDIS_STATUS_FAILURE;
    if (!ndis_visit(&visit))
        return;
    m = binding->miniport;
    ndis_up_to_dispatch("NdisTransferData");
    ndis_packet_set_owner(Packet, binding);
    if (indicating.context && indicating.context == MacReceiveContext) {
        if (indicating.packet)
            NdisCopyFromPacketToPacket(Packet, 0, BytesToTransfer, indicating.packet,
                                       HEADER_BYTES + ByteOffset, BytesTransferred);
        else
            *BytesTransferred = scatter(Packet, ByteOffset, BytesToTransfer);
        *Status = NDIS_STATUS_SUCCESS;
    } else if (m->driver->chars.TransferDataHandler) {
        __atomic_fetch_add(&binding->asked, 1, __ATOMIC_SEQ_CST);
        *Status = OUTSIDE(m->driver->chars.TransferDataHandler)(
            Packet, BytesTransferred, m->context, MacReceiveContext, ByteOffset, BytesToTransfer);
        if (*Status != NDIS_STATUS_PENDING)
            ndis_binding_ended(binding);
    } else {
        *Status = NDIS_STATUS_NOT_SUPPORTED;
    }
}

VOID NdisMTransferDataComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_PACKET Packet,
                               NDIS_STATUS Status, UINT BytesTransferred)
{
    NDIS_VISIT(.call = "NdisMTransferDataComplete", .miniport = MiniportAdapterHandle,
               .packet = Packet);
    struct ndis_binding *binding;

    if (!ndis_visit(&visit))
        return;
    binding = ndis_packet_owner(Packet);
    ndis_up_to_dispatch("NdisMTransferDataComplete");
    OUTSIDE(binding->protocol->chars.TransferDataCompleteHandler)
    (binding->context, Packet, Status, BytesTransferred);
    ndis_binding_ended(binding);
}
