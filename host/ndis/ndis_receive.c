/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receive indications, transfer of the rest of a frame, and the way back of indicated packets.
 * Every binding that has set a packet filter gets every frame; filtering per binding is not here
 * yet.
 */
#include "ndis_machine.h"

#define HEADER_BYTES 14
#define RETURN_BIAS                                                                                \
    0x10000 /* more than all bindings can answer: the count cannot reach 0 while they are asked */

/* The packet that ProtocolReceive is looking at on this thread. */
static _Thread_local PNDIS_PACKET indicating;

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

static void complete_all(struct ndis_miniport *m)
{
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (wants(binding) && binding->protocol->chars.ReceiveCompleteHandler)
            binding->protocol->chars.ReceiveCompleteHandler(binding->context);
    }
}

VOID NdisMEthIndicateReceive(NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportReceiveContext,
                             PVOID HeaderBuffer, UINT HeaderBufferSize, PVOID LookaheadBuffer,
                             UINT LookaheadBufferSize, UINT PacketSize)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);

    ndis_preempt("NdisMEthIndicateReceive");
    if (ndis_verifying())
        ndis_verify_no_lock("NdisMEthIndicateReceive");
    ndis_count_add(&m->indications, false);
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (wants(binding) && binding->protocol->chars.ReceiveHandler)
            binding->protocol->chars.ReceiveHandler(binding->context, MiniportReceiveContext,
                                                    HeaderBuffer, HeaderBufferSize, LookaheadBuffer,
                                                    LookaheadBufferSize, PacketSize);
    }
}

VOID NdisMEthIndicateReceiveComplete(NDIS_HANDLE MiniportAdapterHandle)
{
    ndis_preempt("NdisMEthIndicateReceiveComplete");
    complete_all(ndis_miniport_of(MiniportAdapterHandle));
}

/* By ProtocolReceive: the packet is its own receive context. */
static void indicate_bytes(struct ndis_binding *binding, PNDIS_PACKET packet)
{
    UINT length;
    PVOID address;

    NdisQueryPacketLength(packet, &length);
    NdisQueryBuffer(packet->Private.Head, &address, &(UINT){0});
    if (length < HEADER_BYTES || packet->Private.Head->ByteCount < HEADER_BYTES ||
        !binding->protocol->chars.ReceiveHandler)
        return;
    indicating = packet;
    binding->protocol->chars.ReceiveHandler(
        binding->context, packet, address, HEADER_BYTES, (PUCHAR)address + HEADER_BYTES,
        packet->Private.Head->ByteCount - HEADER_BYTES, length - HEADER_BYTES);
    indicating = NULL;
}

static void indicate_one(struct ndis_miniport *m, PNDIS_PACKET packet)
{
    bool is_lent = NDIS_GET_PACKET_STATUS(packet) != NDIS_STATUS_RESOURCES;
    LONG_PTR left = RETURN_BIAS;

    ndis_count_add(&m->indications, false);
    ndis_packet_set_owner(packet, m);
    ndis_packet_set(packet, PACKET_INDICATED);
    __atomic_store_n(&packet->Reserved[1], RETURN_BIAS, __ATOMIC_RELEASE);
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (!wants(binding))
            continue;
        if (is_lent && binding->protocol->chars.ReceivePacketHandler)
            __atomic_add_fetch(
                &packet->Reserved[1],
                (ULONG_PTR)binding->protocol->chars.ReceivePacketHandler(binding->context, packet),
                __ATOMIC_ACQ_REL);
        else
            indicate_bytes(binding, packet);
    }
    if (is_lent)
        NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_PENDING);
    left = (LONG_PTR)__atomic_sub_fetch(&packet->Reserved[1], RETURN_BIAS, __ATOMIC_ACQ_REL);
    if (left == 0) {
        ndis_packet_set(packet, PACKET_PROTOCOL);
        if (is_lent)
            NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    }
}

VOID NdisMIndicateReceivePacket(NDIS_HANDLE MiniportAdapterHandle, PPNDIS_PACKET ReceivePackets,
                                UINT NumberOfPackets)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);

    ndis_preempt("NdisMIndicateReceivePacket");
    if (ndis_verifying())
        ndis_verify_no_lock("NdisMIndicateReceivePacket");
    for (UINT i = 0; i < NumberOfPackets; i++)
        indicate_one(m, ReceivePackets[i]);
    complete_all(m);
}

void ndis_receive_returned(struct ndis_miniport *m, PNDIS_PACKET list)
{
    while (list) {
        PNDIS_PACKET packet = list;
        list = ndis_packet_next(packet);
        m->driver->chars.ReturnPacketHandler(m->context, packet);
    }
}

static void return_one(PNDIS_PACKET packet)
{
    struct ndis_miniport *m = ndis_packet_owner(packet);

    if (__atomic_sub_fetch(&packet->Reserved[1], 1, __ATOMIC_ACQ_REL) != 0)
        return;
    ndis_packet_set(packet, PACKET_PROTOCOL);
    if (!m->serialized) {
        m->driver->chars.ReturnPacketHandler(m->context, packet);
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
    for (UINT i = 0; i < NumberOfPackets; i++)
        return_one(PacketsToReturn[i]);
    ndis_lower(before);
}

VOID NdisTransferData(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle,
                      NDIS_HANDLE MacReceiveContext, UINT ByteOffset, UINT BytesToTransfer,
                      PNDIS_PACKET Packet, PUINT BytesTransferred)
{
    struct ndis_binding *binding = NdisBindingHandle;
    struct ndis_miniport *m = binding->miniport;

    *BytesTransferred = 0;
    ndis_packet_set_owner(Packet, binding);
    if (indicating && indicating == MacReceiveContext) {
        NdisCopyFromPacketToPacket(Packet, 0, BytesToTransfer, indicating,
                                   HEADER_BYTES + ByteOffset, BytesTransferred);
        *Status = NDIS_STATUS_SUCCESS;
    } else if (m->driver->chars.TransferDataHandler) {
        *Status = m->driver->chars.TransferDataHandler(
            Packet, BytesTransferred, m->context, MacReceiveContext, ByteOffset, BytesToTransfer);
    } else {
        *Status = NDIS_STATUS_NOT_SUPPORTED;
    }
}

VOID NdisMTransferDataComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_PACKET Packet,
                               NDIS_STATUS Status, UINT BytesTransferred)
{
    struct ndis_binding *binding = ndis_packet_owner(Packet);

    (void)MiniportAdapterHandle;
    binding->protocol->chars.TransferDataCompleteHandler(binding->context, Packet, Status,
                                                         BytesTransferred);
}
