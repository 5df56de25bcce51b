/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripted protocol.
 */
#include <stdlib.h>

#define NDIS50
#include "nic_platform.h"
#include "nic_script.h"
#include "script_wait.h"

/* ProtocolReserved of our packets. */
struct label {
    uint32_t number, slot; /* slot: of records and data */
};

static struct label label_of(PNDIS_PACKET packet)
{
    struct label label;

    memcpy(&label, packet->ProtocolReserved, sizeof(label));
    return label;
}

uint32_t nic_script_number(PNDIS_PACKET packet)
{
    while (NDIS_GET_ORIGINAL_PACKET(packet))
        packet = NDIS_GET_ORIGINAL_PACKET(packet);
    return label_of(packet).number;
}

struct nic_script_packet *nic_script_record(struct nic_script_protocol *p, PNDIS_PACKET packet)
{
    return &p->records[label_of(packet).slot];
}

/* ---- handlers ---- */

static VOID on_close(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)Status;
    if (p->close_ended)
        p->close_ended(p->context);
    nic_platform_flag_set(p->platform, &p->closed);
}

static VOID on_open(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status,
                    NDIS_STATUS OpenErrorStatus)
{
    (void)ProtocolBindingContext;
    (void)Status;
    (void)OpenErrorStatus;
}

static VOID on_send_complete(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet,
                             NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;
    struct nic_script_packet *record;

    nic_trace_add(p->trace, NIC_TRACE_COMPLETE, nic_script_number(Packet), (uint32_t)Status);
    if (NdisGetPoolFromPacket(Packet) != p->packet_pool) {
        p->foreign++;
        return;
    }
    record = nic_script_record(p, Packet);
    record->completed++;
    record->status = Status;
    if (p->completed)
        p->completed(p->context, Packet, Status);
}

static VOID on_transfer(NDIS_HANDLE ProtocolBindingContext, PNDIS_PACKET Packet, NDIS_STATUS Status,
                        UINT BytesTransferred)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    p->transfer_status = Status;
    p->transferred = BytesTransferred;
    if (p->transfer_ended)
        p->transfer_ended(p->context, Packet, Status, BytesTransferred);
    nic_platform_flag_set(p->platform, &p->transfer_done);
}

static VOID on_reset(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    p->reset_status = Status;
    if (p->reset_ended)
        p->reset_ended(p->context, Status);
    nic_platform_flag_set(p->platform, &p->reset_done);
}

static VOID on_request(NDIS_HANDLE ProtocolBindingContext, PNDIS_REQUEST NdisRequest,
                       NDIS_STATUS Status)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    __atomic_fetch_add(&p->requests_ended, 1, __ATOMIC_RELAXED); /* two may end at once */
    __atomic_store_n(&p->request_status, Status, __ATOMIC_RELAXED);
    if (p->request_ended)
        p->request_ended(p->context, NdisRequest, Status);
    nic_platform_flag_set(p->platform, &p->request_done);
    script_wait_end(&p->waits, &p->mutex, p->platform, NdisRequest, Status);
}

static NDIS_STATUS on_receive(NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE MacReceiveContext,
                              PVOID HeaderBuffer, UINT HeaderBufferSize, PVOID LookAheadBuffer,
                              UINT LookaheadBufferSize, UINT PacketSize)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)HeaderBufferSize;
    p->receive_context = MacReceiveContext;
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
    struct nic_script_protocol *p = ProtocolBindingContext;

    p->receive_completes++;
    if (p->burst)
        p->burst(p->context);
}

static VOID on_status(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS GeneralStatus,
                      PVOID StatusBuffer, UINT StatusBufferSize)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)StatusBuffer;
    (void)StatusBufferSize;
    p->statuses++;
    p->last_status = GeneralStatus;
    if (p->status)
        p->status(p->context, GeneralStatus);
}

static VOID on_status_complete(NDIS_HANDLE ProtocolBindingContext)
{
    ((struct nic_script_protocol *)ProtocolBindingContext)->status_completes++;
}

static VOID on_unbind(PNDIS_STATUS Status, NDIS_HANDLE ProtocolBindingContext,
                      NDIS_HANDLE UnbindContext)
{
    struct nic_script_protocol *p = ProtocolBindingContext;

    (void)UnbindContext;
    if (p->unbinding)
        p->unbinding(p->context);
    *Status = nic_script_protocol_close(p);
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
    p->free_slots = malloc(p->packet_count * sizeof(*p->free_slots));
    if (!p->data || !p->records || !p->free_slots)
        return NDIS_STATUS_RESOURCES;
    pthread_mutex_init(&p->mutex, NULL);
    for (uint32_t i = 0; i < p->packet_count; i++)
        p->free_slots[i] = p->packet_count - 1 - i;
    p->free_count = p->packet_count;
    for (size_t i = 0; i < (size_t)p->packet_count * p->packet_bytes; i++)
        p->data[i] = (UCHAR)(i * 7 + 3);
    NdisAllocatePacketPool(&status, &p->packet_pool, p->packet_count,
                           PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (status == NDIS_STATUS_SUCCESS)
        NdisAllocateBufferPool(&status, &p->buffer_pool, p->packet_count);
    return status;
}

NDIS_STATUS nic_script_protocol_open(struct nic_script_protocol *p, const char *adapter)
{
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS status, error;
    NDIS_STRING name;
    UINT selected;

    p->closed = false;
    NdisInitializeString(&name, (PUCHAR)adapter);
    NdisOpenAdapter(&status, &error, &p->binding, &selected, &medium, 1, p->handle, p, &name, 0,
                    NULL);
    NdisFreeString(name);
    return status;
}

NDIS_STATUS nic_script_protocol_close(struct nic_script_protocol *p)
{
    NDIS_STATUS status;

    NdisCloseAdapter(&status, p->binding);
    p->binding = NULL;
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
    NDIS_STATUS status;

    p->platform = platform;
    p->packet_count = p->packet_count ? p->packet_count : 64;
    p->packet_bytes = p->packet_bytes ? p->packet_bytes : 100;
    NdisInitializeString(&chars.Name, (PUCHAR)(p->name ? p->name : "script"));
    NdisRegisterProtocol(&status, &p->handle, &chars, sizeof(chars));
    NdisFreeString(chars.Name);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    status = allocate(p);
    return status == NDIS_STATUS_SUCCESS ? nic_script_protocol_open(p, adapter) : status;
}

NDIS_STATUS nic_script_protocol_stop(struct nic_script_protocol *p)
{
    NDIS_STATUS status = NDIS_STATUS_SUCCESS;

    if (p->binding && nic_script_protocol_close(p) == NDIS_STATUS_PENDING &&
        !p->platform->ops->wait(p->platform, &p->closed, 5000000000u))
        return NDIS_STATUS_FAILURE;
    NdisFreePacketPool(p->packet_pool);
    NdisFreeBufferPool(p->buffer_pool);
    NdisDeregisterProtocol(&status, p->handle);
    free(p->data);
    free(p->records);
    free(p->free_slots);
    while (p->waits)
        script_wait_free(&p->waits, &p->mutex, p->waits);
    p->data = NULL;
    p->records = NULL;
    return status;
}

/* ---- sending ---- */

PNDIS_PACKET nic_script_packet(struct nic_script_protocol *p, UINT length)
{
    struct label label = {0};
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;
    bool is_free;

    pthread_mutex_lock(&p->mutex);
    is_free = p->free_count > 0;
    if (is_free)
        label = (struct label){p->next_packet++, p->free_slots[--p->free_count]};
    pthread_mutex_unlock(&p->mutex);
    if (!is_free)
        return NULL;
    NdisAllocatePacket(&status, &packet, p->packet_pool);
    if (status == NDIS_STATUS_SUCCESS)
        NdisAllocateBuffer(&status, &buffer, p->buffer_pool,
                           p->data + (size_t)label.slot * p->packet_bytes, length);
    if (status != NDIS_STATUS_SUCCESS)
        abort(); /* as many descriptors as slots */
    NdisChainBufferAtFront(packet, buffer);
    memcpy(packet->ProtocolReserved, &label, sizeof(label));
    *nic_script_record(p, packet) = (struct nic_script_packet){0};
    return packet;
}

void nic_script_packet_free(struct nic_script_protocol *p, PNDIS_PACKET packet)
{
    uint32_t slot = label_of(packet).slot;
    PNDIS_BUFFER buffer;

    for (NdisUnchainBufferAtFront(packet, &buffer); buffer;
         NdisUnchainBufferAtFront(packet, &buffer))
        NdisFreeBuffer(buffer);
    NdisFreePacket(packet);
    pthread_mutex_lock(&p->mutex);
    p->free_slots[p->free_count++] = slot;
    pthread_mutex_unlock(&p->mutex);
}

NDIS_STATUS nic_script_send(struct nic_script_protocol *p, PNDIS_PACKET packet)
{
    uint32_t number = nic_script_number(packet);
    NDIS_STATUS status;

    nic_script_record(p, packet)->sent++;
    nic_trace_add(p->trace, NIC_TRACE_SUBMIT, number, 0);
    NdisSend(&status, p->binding, packet);
    nic_trace_add(p->trace, NIC_TRACE_RESULT, number, (uint32_t)status);
    return status;
}

void nic_script_send_array(struct nic_script_protocol *p, PPNDIS_PACKET packets, UINT count)
{
    for (UINT i = 0; i < count; i++) {
        nic_script_record(p, packets[i])->sent++;
        nic_trace_add(p->trace, NIC_TRACE_SUBMIT, nic_script_number(packets[i]), 0);
    }
    NdisSendPackets(p->binding, packets, count);
}

NDIS_STATUS nic_script_request(struct nic_script_protocol *p, NDIS_REQUEST_TYPE type, NDIS_OID oid,
                               void *buffer, UINT length, UINT *bytes)
{
    struct nic_script_wait *wait =
        script_wait_new(&p->waits, &p->mutex, sizeof(NDIS_REQUEST) + length);
    PNDIS_REQUEST request = wait ? wait->request : NULL;
    NDIS_STATUS status;

    if (!wait)
        return NDIS_STATUS_RESOURCES;
    request->RequestType = type;
    request->DATA.QUERY_INFORMATION.Oid = oid;
    request->DATA.QUERY_INFORMATION.InformationBuffer = length ? request + 1 : buffer;
    request->DATA.QUERY_INFORMATION.InformationBufferLength = length;
    if (length)
        memcpy(request + 1, buffer, length);
    NdisRequest(&status, p->binding, request);
    if (status == NDIS_STATUS_PENDING) {
        if (!p->platform->ops->wait(p->platform, &wait->done, 5000000000u))
            return NDIS_STATUS_PENDING;
        status = wait->status;
    }
    if (length && type != NdisRequestSetInformation) /* of what is set the buffer may be constant */
        memcpy(buffer, request + 1, length);
    if (bytes)
        *bytes = request->DATA.QUERY_INFORMATION.BytesWritten;
    script_wait_free(&p->waits, &p->mutex, wait);
    return status;
}
