/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripted protocol.
 */
#include <stdlib.h>

#define NDIS50
#include "nic_script.h"
#include "nic_platform.h"

uint32_t nic_script_number(PNDIS_PACKET packet)
{
    uint32_t number;

    memcpy(&number, packet->ProtocolReserved, sizeof(number));
    return number;
}

/* ---- handlers ---- */

static VOID on_close(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)Status;
    nic_platform_flag_set(p->platform, &p->closed);
}

static VOID on_open(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status, NDIS_STATUS OpenErrorStatus)
{
    (void)ProtocolBindingContext;
    (void)Status;
    (void)OpenErrorStatus;
}

static VOID on_send_complete(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet, NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;
    uint32_t number = nic_script_number(Packet);

    nic_trace_add(p->trace, NIC_TRACE_COMPLETE, number, (uint32_t)Status);
    if (NdisGetPoolFromPacket(Packet) != p->packet_pool)
        p->foreign++;
    p->records[number % p->packet_count].completed++;
    p->records[number % p->packet_count].status = Status;
    if (p->completed)
        p->completed(p->context, Packet, Status);
}

static VOID on_transfer(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet, NDIS_STATUS Status,
                        UINT BytesTransferred)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)Packet;
    p->transfer_status = Status;
    p->transferred = BytesTransferred;
    nic_platform_flag_set(p->platform, &p->transfer_done);
}

static VOID on_reset(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    p->reset_status = Status;
    nic_platform_flag_set(p->platform, &p->reset_done);
}

static VOID on_request(NDIS_HANDLE ProtocolBindingContext, PNDIS_REQUEST NdisRequest, NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)NdisRequest;
    p->request_status = Status;
    nic_platform_flag_set(p->platform, &p->request_done);
}

static NDIS_STATUS on_receive(NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE MacReceiveContext, PVOID HeaderBuffer,
                              UINT HeaderBufferSize, PVOID LookAheadBuffer, UINT LookaheadBufferSize, UINT PacketSize)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)MacReceiveContext;
    (void)HeaderBufferSize;
    p->frames++;
    if (p->received)
        p->received(p->context, HeaderBuffer, LookAheadBuffer,
                    LookaheadBufferSize < PacketSize ? LookaheadBufferSize : PacketSize);
    return NDIS_STATUS_SUCCESS;
}

static INT on_receive_packet(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    p->frames++;
    return p->received_packet ? p->received_packet(p->context, Packet) : 0;
}

static VOID on_receive_complete(NDIS_HANDLE ProtocolBindingContext)
{
    ((struct nic_script_protocol *)ProtocolBindingContext)->receive_completes++;
}

static VOID on_status(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS GeneralStatus, PVOID StatusBuffer,
                      UINT StatusBufferSize)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)StatusBuffer;
    (void)StatusBufferSize;
    p->statuses++;
    p->last_status = GeneralStatus;
}

static VOID on_status_complete(NDIS_HANDLE ProtocolBindingContext)
{
    ((struct nic_script_protocol *)ProtocolBindingContext)->status_completes++;
}

static VOID on_unbind(PNDIS_STATUS Status, NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE UnbindContext)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)UnbindContext;
    NdisCloseAdapter(Status, p->binding);
    p->binding = NULL;
    if (*Status == NDIS_STATUS_PENDING)
        p->platform->ops->wait(p->platform, &p->closed, 5000000000u);
    *Status = NDIS_STATUS_SUCCESS;
}

/* ---- set-up ---- */

static NDIS_STATUS allocate(struct nic_script_protocol *p)
{
    NDIS_STATUS status;

    p->data = malloc((size_t)p->packet_count * p->packet_bytes);
    p->records = calloc(p->packet_count, sizeof(*p->records));
    if (!p->data || !p->records)
        return NDIS_STATUS_RESOURCES;
    for (size_t i = 0; i < (size_t)p->packet_count * p->packet_bytes; i++)
        p->data[i] = (UCHAR)(i * 7 + 3);
    NdisAllocatePacketPool(&status, &p->packet_pool, p->packet_count, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (status == NDIS_STATUS_SUCCESS)
        NdisAllocateBufferPool(&status, &p->buffer_pool, p->packet_count);
    return status;
}

NDIS_STATUS nic_script_protocol_start(struct nic_script_protocol *p, struct nic_platform *platform,
                                      const char *adapter)
{
    NDIS_PROTOCOL_CHARACTERISTICS chars = {
        .MajorNdisVersion = 5,
        .OpenAdapterCompleteHandler = on_open,
        .CloseAdapterCompleteHandler = on_close,
        .SendCompleteHandler = on_send_complete,
        .TransferDataCompleteHandler = on_transfer,
        .ResetCompleteHandler = on_reset,
        .RequestCompleteHandler = on_request,
        .ReceiveHandler = on_receive,
        .ReceiveCompleteHandler = on_receive_complete,
        .StatusHandler = on_status,
        .StatusCompleteHandler = on_status_complete,
        .ReceivePacketHandler = p->received_packet ? on_receive_packet : NULL,
        .UnbindAdapterHandler = on_unbind,
    };
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS status, error;
    NDIS_STRING name;
    UINT selected;

    p->platform = platform;
    p->packet_count = p->packet_count ? p->packet_count : 64;
    p->packet_bytes = p->packet_bytes ? p->packet_bytes : 100;
    NdisInitializeString(&chars.Name, (PUCHAR)(p->name ? p->name : "script"));
    NdisRegisterProtocol(&status, &p->handle, &chars, sizeof(chars));
    NdisFreeString(chars.Name);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    status = allocate(p);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    NdisInitializeString(&name, (PUCHAR)adapter);
    NdisOpenAdapter(&status, &error, &p->binding, &selected, &medium, 1, p->handle, p, &name, 0, NULL);
    NdisFreeString(name);
    return status;
}

NDIS_STATUS nic_script_protocol_stop(struct nic_script_protocol *p)
{
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;

    if (p->binding) {
        NdisCloseAdapter(&status, p->binding);
        if (status == NDIS_STATUS_PENDING && !p->platform->ops->wait(p->platform, &p->closed, 5000000000u))
            return NDIS_STATUS_FAILURE;
        p->binding = NULL;
    }
    NdisFreePacketPool(p->packet_pool);
    NdisFreeBufferPool(p->buffer_pool);
    NdisDeregisterProtocol(&status, p->handle);
    free(p->data);
    free(p->records);
    p->data = NULL;
    p->records = NULL;
    return status;
}

/* ---- sending ---- */

PNDIS_PACKET nic_script_packet(struct nic_script_protocol *p, UINT length)
{
    uint32_t number = p->next_packet;
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;

    NdisAllocatePacket(&status, &packet, p->packet_pool);
    if (status != NDIS_STATUS_SUCCESS)
        return NULL;
    NdisAllocateBuffer(&status, &buffer, p->buffer_pool, p->data + (size_t)(number % p->packet_count) * p->packet_bytes,
                       length);
    if (status != NDIS_STATUS_SUCCESS) {
        NdisFreePacket(packet);
        return NULL;
    }
    p->next_packet++;
    p->records[number % p->packet_count] = (struct nic_script_packet){ 0 };
    NdisChainBufferAtFront(packet, buffer);
    memcpy(packet->ProtocolReserved, &number, sizeof(number));
    return packet;
}

void nic_script_packet_free(struct nic_script_protocol *p, PNDIS_PACKET packet)
{
    PNDIS_BUFFER buffer;

    (void)p;
    for (NdisUnchainBufferAtFront(packet, &buffer); buffer; NdisUnchainBufferAtFront(packet, &buffer))
        NdisFreeBuffer(buffer);
    NdisFreePacket(packet);
}

NDIS_STATUS nic_script_send(struct nic_script_protocol *p, PNDIS_PACKET packet)
{
    uint32_t number = nic_script_number(packet);
    NDIS_STATUS status;

    p->records[number % p->packet_count].sent++;
    nic_trace_add(p->trace, NIC_TRACE_SUBMIT, number, 0);
    NdisSend(&status, p->binding, packet);
    nic_trace_add(p->trace, NIC_TRACE_RESULT, number, (uint32_t)status);
    return status;
}

void nic_script_send_array(struct nic_script_protocol *p, PPNDIS_PACKET packets, UINT count)
{
    for (UINT i = 0; i < count; i++) {
        p->records[nic_script_number(packets[i]) % p->packet_count].sent++;
        nic_trace_add(p->trace, NIC_TRACE_SUBMIT, nic_script_number(packets[i]), 0);
    }
    NdisSendPackets(p->binding, packets, count);
}

NDIS_STATUS nic_script_request(struct nic_script_protocol *p, NDIS_REQUEST_TYPE type, NDIS_OID oid, void *buffer,
                               UINT length, UINT *bytes)
{
    NDIS_REQUEST request = {
        .RequestType = type,
        .DATA.QUERY_INFORMATION = { .Oid = oid, .InformationBuffer = buffer, .InformationBufferLength = length },
    };
    NDIS_STATUS status;

    __atomic_store_n(&p->request_done, false, __ATOMIC_RELEASE);
    NdisRequest(&status, p->binding, &request);
    if (status == NDIS_STATUS_PENDING) {
        if (!p->platform->ops->wait(p->platform, &p->request_done, 5000000000u))
            return NDIS_STATUS_PENDING;
        status = p->request_status;
    }
    if (bytes)
        *bytes = request.DATA.QUERY_INFORMATION.BytesWritten;
    return status;
}
