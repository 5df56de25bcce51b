/* SPDX-License-Identifier: Apache-2.0 */
/* The sample protocol, see sender.h. Each frame goes out as two buffers, MAC header and the rest, as protocols do. */
#include "sender.h"

#include "nic_oid.h"

#include <string.h>

#define HEADER_BYTES 14
#define SENDER_TAG   0x726E6473u /* "sndr" */

struct reserved { /* ours in each packet */
    ULONG number; /* first, where the scripted miniport looks for it */
    ULONG timed;
    struct nic_oob *times; /* attached; NULL: nobody wants the device's times in ns */
};

struct sender {
    struct sender_handlers handlers;
    struct sender_counts counts;
    NDIS_HANDLE protocol, binding, packets, buffers;
    NDIS_EVENT event; /* open, close or request finished */
    NDIS_STATUS event_status;
    volatile LONG outstanding; /* counted from any thread */
    UINT max_send_packets, max_frame;
    UCHAR *receive_buffer; /* for frames that come in parts */
    UINT receive_bytes, header_bytes, transfer_bytes;
    BOOLEAN is_transferring;
};

static VOID NTAPI open_complete(NDIS_HANDLE context, NDIS_STATUS status, NDIS_STATUS error)
{
    struct sender *s = context;
    (void)error;
    s->event_status = status;
    NdisSetEvent(&s->event);
}

static VOID NTAPI close_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    open_complete(context, status, status);
}

static VOID NTAPI reset_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    open_complete(context, status, status);
}

static VOID NTAPI request_complete(NDIS_HANDLE context, PNDIS_REQUEST request, NDIS_STATUS status)
{
    (void)request;
    open_complete(context, status, status);
}

/* ---- sending ---- */

/* NULL: no memory. */
static struct nic_oob *times_take(ULONGLONG launch_ns)
{
    PVOID memory;
    struct nic_oob *oob;
    if (NdisAllocateMemoryWithTag(&memory, sizeof *oob, SENDER_TAG) != NDIS_STATUS_SUCCESS)
        return NULL;
    oob = memory;
    *oob = (struct nic_oob){.class_id = NIC_OOB_CLASS,
                            .size = NIC_OOB_SIZE,
                            .flags = NIC_OOB_REPORT | (launch_ns ? NIC_OOB_LAUNCH : 0u),
                            .launch_ns = launch_ns};
    return oob;
}

/* Both buffers of a frame are parts of the same octets. */
static void show_sent(struct sender *s, PNDIS_PACKET packet, const struct reserved *own,
                      NDIS_STATUS status)
{
    PNDIS_BUFFER first;
    PVOID octets = NULL;
    UINT length, total;
    NdisQueryPacket(packet, NULL, NULL, &first, &total);
    if (first)
        NdisQueryBuffer(first, &octets, &length);
    struct sender_sight sight = {.out = TRUE,
                                 .octets = octets,
                                 .length = total,
                                 .number = own->number,
                                 .status = status,
                                 .time_ns = own->times ? own->times->time_ns : 0};
    s->handlers.seen(s->handlers.seen_context, &sight);
}

static void finish(struct sender *s, PNDIS_PACKET packet, NDIS_STATUS status)
{
    PNDIS_BUFFER buffer;
    struct reserved own;
    memcpy(&own, packet->ProtocolReserved, sizeof own);
    if (s->handlers.seen)
        show_sent(s, packet, &own, status);
    if (own.timed && s->handlers.sent)
        s->handlers.sent(s->handlers.context, own.number, NDIS_GET_PACKET_TIME_SENT(packet));
    while ((NdisUnchainBufferAtFront(packet, &buffer), buffer))
        NdisFreeBuffer(buffer);
    if (own.times)
        NdisFreeMemory(own.times, sizeof *own.times, 0);
    NdisFreePacket(packet);
    NdisInterlockedDecrement(&s->outstanding);
    s->handlers.completed(s->handlers.context, own.number, status);
}

static VOID NTAPI send_complete(NDIS_HANDLE context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    finish(context, packet, status);
}

static bool chain(struct sender *s, PNDIS_PACKET packet, const UCHAR *octets, UINT length)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;
    NdisAllocateBuffer(&status, &buffer, s->buffers, (PVOID)(ULONG_PTR)octets, length);
    if (status != NDIS_STATUS_SUCCESS)
        return false;
    NdisChainBufferAtBack(packet, buffer);
    return true;
}

static PNDIS_PACKET make_packet(struct sender *s, const struct sender_frame *f)
{
    NDIS_STATUS status;
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    UINT first = f->length < HEADER_BYTES ? f->length : HEADER_BYTES;
    NdisAllocatePacket(&status, &packet, s->packets);
    if (status != NDIS_STATUS_SUCCESS)
        return NULL;
    struct reserved own = {.number = f->number, .timed = f->time_to_send != 0};
    if (f->launch_ns || s->handlers.seen) {
        own.times = times_take(f->launch_ns);
        if (!own.times) {
            NdisFreePacket(packet);
            return NULL;
        }
        NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(packet, own.times, sizeof *own.times);
    }
    memcpy(packet->ProtocolReserved, &own, sizeof own);
    if (own.timed)
        NDIS_SET_PACKET_TIME_TO_SEND(packet, f->time_to_send);
    /* What the library would loop back by itself comes back from the wire. */
    NdisSetPacketFlags(packet, NDIS_FLAGS_DONT_LOOPBACK);
    if ((f->length && !chain(s, packet, f->octets, first)) ||
        (f->length > first && !chain(s, packet, f->octets + first, f->length - first))) {
        while ((NdisUnchainBufferAtFront(packet, &buffer), buffer))
            NdisFreeBuffer(buffer);
        if (own.times)
            NdisFreeMemory(own.times, sizeof *own.times, 0);
        NdisFreePacket(packet);
        return NULL;
    }
    NdisInterlockedIncrement(&s->outstanding);
    return packet;
}

/* Up to SENDER_BATCH packets from the beginning of `frames`, the highest priority first and equal ones as they came
 * (REQ-34): nothing below reorders. */
static UINT make_batch(struct sender *s, const struct sender_frame *frames, UINT count,
                       PNDIS_PACKET *packets)
{
    UINT priorities[SENDER_BATCH], n, at;
    for (n = 0; n < count && n < SENDER_BATCH; n++) {
        PNDIS_PACKET packet = make_packet(s, &frames[n]);
        if (!packet)
            break;
        for (at = n; at && priorities[at - 1] < frames[n].priority; at--) {
            packets[at] = packets[at - 1];
            priorities[at] = priorities[at - 1];
        }
        packets[at] = packet;
        priorities[at] = frames[n].priority;
    }
    return n;
}

static void send_singly(struct sender *s, PNDIS_PACKET *packets, UINT count)
{
    for (UINT i = 0; i < count; i++) {
        NDIS_STATUS status;
        s->counts.ndis_send++;
        NdisSend(&status, s->binding, packets[i]);
        if (status == NDIS_STATUS_PENDING) {
            s->counts.pending++;
            continue;
        }
        s->counts.synchronous++;
        finish(s, packets[i], status);
    }
}

UINT sender_send(struct sender *s, const struct sender_frame *frames, UINT count,
                 enum sender_call call)
{
    PNDIS_PACKET packets[SENDER_BATCH];
    UINT n = make_batch(s, frames, count, packets);
    if (call == SENDER_BY_MINIPORT)
        call = s->max_send_packets > 1 ? SENDER_NDIS_SEND_PACKETS : SENDER_NDIS_SEND;
    if (call == SENDER_NDIS_SEND) {
        send_singly(s, packets, n);
    } else if (n) {
        s->counts.ndis_send_packets++;
        NdisSendPackets(s->binding, packets, n);
    }
    return n;
}

/* ---- receiving ---- */

static void deliver(struct sender *s, const UCHAR *octets, UINT length, ULONGLONG time_ns)
{
    if (s->handlers.seen) {
        struct sender_sight sight = {.octets = octets, .length = length, .time_ns = time_ns};
        s->handlers.seen(s->handlers.seen_context, &sight);
    }
    if (s->handlers.received)
        s->handlers.received(s->handlers.context, octets, length);
}

static ULONGLONG time_received(PNDIS_PACKET packet)
{
    PVOID information;
    UINT size;
    struct nic_oob oob;
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet, &information, &size);
    if (!information || size < sizeof oob)
        return 0;
    memcpy(&oob, information, sizeof oob);
    return oob.class_id == NIC_OOB_CLASS && oob.size == NIC_OOB_SIZE ? oob.time_ns : 0;
}

static INT NTAPI receive_packet(NDIS_HANDLE context, PNDIS_PACKET packet)
{
    struct sender *s = context;
    PNDIS_BUFFER buffer;
    UINT total, at = 0;
    NdisQueryPacket(packet, NULL, NULL, &buffer, &total);
    while (buffer) {
        PVOID address;
        UINT length;
        NdisQueryBuffer(buffer, &address, &length);
        if (length == total) {
            deliver(s, address, total, time_received(packet));
            return 0;
        }
        if (at + length > s->receive_bytes)
            return 0;
        memcpy(s->receive_buffer + at, address, length);
        at += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    deliver(s, s->receive_buffer, at, time_received(packet));
    return 0;
}

/* The rest of a frame of which NDIS has shown the beginning; one at a time. */
static VOID NTAPI transfer_complete(NDIS_HANDLE context, PNDIS_PACKET packet, NDIS_STATUS status,
                                    UINT moved)
{
    struct sender *s = context;
    PNDIS_BUFFER buffer;
    NdisUnchainBufferAtFront(packet, &buffer);
    NdisFreeBuffer(buffer);
    NdisFreePacket(packet);
    if (status == NDIS_STATUS_SUCCESS && moved == s->transfer_bytes)
        deliver(s, s->receive_buffer, s->header_bytes + moved, 0);
    s->is_transferring = FALSE;
}

static NDIS_STATUS transfer(struct sender *s, NDIS_HANDLE mac_context)
{
    NDIS_STATUS status;
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    UINT moved;
    NdisAllocatePacket(&status, &packet, s->packets);
    if (status != NDIS_STATUS_SUCCESS)
        return NDIS_STATUS_NOT_ACCEPTED;
    NdisAllocateBuffer(&status, &buffer, s->buffers, s->receive_buffer + s->header_bytes,
                       s->transfer_bytes);
    if (status != NDIS_STATUS_SUCCESS) {
        NdisFreePacket(packet);
        return NDIS_STATUS_NOT_ACCEPTED;
    }
    NdisChainBufferAtFront(packet, buffer);
    s->is_transferring = TRUE;
    NdisTransferData(&status, s->binding, mac_context, 0, s->transfer_bytes, packet, &moved);
    if (status != NDIS_STATUS_PENDING)
        transfer_complete(s, packet, status, moved);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI receive(NDIS_HANDLE context, NDIS_HANDLE mac_context, PVOID header,
                                 UINT header_bytes, PVOID lookahead, UINT lookahead_bytes,
                                 UINT packet_bytes)
{
    struct sender *s = context;
    if (s->is_transferring || header_bytes + packet_bytes > s->receive_bytes)
        return NDIS_STATUS_NOT_ACCEPTED;
    memcpy(s->receive_buffer, header, header_bytes);
    s->header_bytes = header_bytes;
    s->transfer_bytes = packet_bytes;
    if (lookahead_bytes < packet_bytes)
        return transfer(s, mac_context);
    memcpy(s->receive_buffer + header_bytes, lookahead, packet_bytes);
    deliver(s, s->receive_buffer, header_bytes + packet_bytes, 0);
    return NDIS_STATUS_SUCCESS;
}

static VOID NTAPI receive_complete(NDIS_HANDLE context)
{
    (void)context;
}

static VOID NTAPI status_indication(NDIS_HANDLE context, NDIS_STATUS status, PVOID buffer,
                                    UINT length)
{
    (void)context;
    (void)status;
    (void)buffer;
    (void)length;
}

/* ---- requests ---- */

static NDIS_STATUS await(struct sender *s, NDIS_STATUS status)
{
    if (status != NDIS_STATUS_PENDING)
        return status;
    NdisWaitEvent(&s->event, 0);
    return s->event_status;
}

NDIS_STATUS sender_query(struct sender *s, NDIS_OID oid, void *buffer, UINT length, UINT *moved)
{
    NDIS_STATUS status;
    NDIS_REQUEST request = {.RequestType = NdisRequestQueryInformation};
    request.DATA.QUERY_INFORMATION.Oid = oid;
    request.DATA.QUERY_INFORMATION.InformationBuffer = buffer;
    request.DATA.QUERY_INFORMATION.InformationBufferLength = length;
    NdisResetEvent(&s->event);
    NdisRequest(&status, s->binding, &request);
    status = await(s, status);
    if (moved)
        *moved = request.DATA.QUERY_INFORMATION.BytesWritten;
    return status;
}

NDIS_STATUS sender_set(struct sender *s, NDIS_OID oid, void *buffer, UINT length)
{
    NDIS_STATUS status;
    NDIS_REQUEST request = {.RequestType = NdisRequestSetInformation};
    request.DATA.SET_INFORMATION.Oid = oid;
    request.DATA.SET_INFORMATION.InformationBuffer = buffer;
    request.DATA.SET_INFORMATION.InformationBufferLength = length;
    NdisResetEvent(&s->event);
    NdisRequest(&status, s->binding, &request);
    return await(s, status);
}

NDIS_STATUS sender_reset(struct sender *s)
{
    NDIS_STATUS status;
    NdisResetEvent(&s->event);
    NdisReset(&status, s->binding);
    return await(s, status);
}

UINT sender_max_send_packets(const struct sender *s)
{
    return s->max_send_packets;
}

UINT sender_max_frame(const struct sender *s)
{
    return s->max_frame;
}

UINT sender_outstanding(const struct sender *s)
{
    return (UINT)s->outstanding;
}

const struct sender_counts *sender_counts(const struct sender *s)
{
    return &s->counts;
}

/* ---- binding ---- */

static void free_all(struct sender *s)
{
    NDIS_STATUS status;
    if (s->protocol)
        NdisDeregisterProtocol(&status, s->protocol);
    if (s->buffers)
        NdisFreeBufferPool(s->buffers);
    if (s->packets)
        NdisFreePacketPool(s->packets);
    if (s->receive_buffer)
        NdisFreeMemory(s->receive_buffer, s->receive_bytes, 0);
    NdisFreeMemory(s, sizeof *s, 0);
}

static NDIS_STATUS register_protocol(struct sender *s)
{
    NDIS_STATUS status;
    NDIS_PROTOCOL_CHARACTERISTICS c = {
        .MajorNdisVersion = 5,
        .OpenAdapterCompleteHandler = open_complete,
        .CloseAdapterCompleteHandler = close_complete,
        .SendCompleteHandler = send_complete,
        .TransferDataCompleteHandler = transfer_complete,
        .ResetCompleteHandler = reset_complete,
        .RequestCompleteHandler = request_complete,
        .ReceiveHandler = receive,
        .ReceiveCompleteHandler = receive_complete,
        .StatusHandler = status_indication,
        .StatusCompleteHandler = receive_complete,
        .Name = NDIS_STRING_CONST("sender"),
        .ReceivePacketHandler = receive_packet,
    };
    NdisRegisterProtocol(&status, &s->protocol, &c, sizeof c);
    return status;
}

static NDIS_STATUS bind_adapter(struct sender *s, const char *adapter)
{
    NDIS_STATUS status, error;
    NDIS_MEDIUM medium = NdisMedium802_3;
    UINT selected;
    NDIS_STRING name;
    NdisInitializeString(&name, (PUCHAR)(ULONG_PTR)adapter);
    NdisResetEvent(&s->event);
    NdisOpenAdapter(&status, &error, &s->binding, &selected, &medium, 1, s->protocol, s, &name, 0,
                    NULL);
    NdisFreeString(name);
    return await(s, status);
}

static NDIS_STATUS ask_adapter(struct sender *s)
{
    ULONG word = 0;
    NDIS_STATUS status = sender_query(s, OID_GEN_MAXIMUM_SEND_PACKETS, &word, sizeof word, NULL);
    s->max_send_packets = status == NDIS_STATUS_SUCCESS && word ? word : 1;
    status = sender_query(s, OID_GEN_MAXIMUM_TOTAL_SIZE, &word, sizeof word, NULL);
    s->max_frame = word;
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    word = NDIS_PACKET_TYPE_PROMISCUOUS;
    return sender_set(s, OID_GEN_CURRENT_PACKET_FILTER, &word, sizeof word);
}

struct sender *sender_open(const char *adapter, const struct sender_handlers *handlers,
                           NDIS_STATUS *status)
{
    PVOID memory;
    struct sender *s;
    *status = NdisAllocateMemoryWithTag(&memory, sizeof *s, SENDER_TAG);
    if (*status != NDIS_STATUS_SUCCESS)
        return NULL;
    s = memory;
    memset(s, 0, sizeof *s);
    s->handlers = *handlers;
    s->receive_bytes = 65536;
    NdisInitializeEvent(&s->event);
    *status = NdisAllocateMemoryWithTag(&memory, s->receive_bytes, SENDER_TAG);
    if (*status == NDIS_STATUS_SUCCESS)
        s->receive_buffer = memory;
    if (*status == NDIS_STATUS_SUCCESS)
        NdisAllocatePacketPool(status, &s->packets, SENDER_PACKETS, sizeof(struct reserved));
    if (*status == NDIS_STATUS_SUCCESS)
        NdisAllocateBufferPool(status, &s->buffers, 2 * SENDER_PACKETS);
    if (*status == NDIS_STATUS_SUCCESS)
        *status = register_protocol(s);
    if (*status == NDIS_STATUS_SUCCESS)
        *status = bind_adapter(s, adapter);
    if (*status == NDIS_STATUS_SUCCESS) {
        *status = ask_adapter(s);
        if (*status == NDIS_STATUS_SUCCESS)
            return s;
        sender_close(s);
        return NULL;
    }
    free_all(s);
    return NULL;
}

void sender_close(struct sender *s)
{
    NDIS_STATUS status;
    if (!s)
        return;
    NdisResetEvent(&s->event);
    NdisCloseAdapter(&status, s->binding);
    await(s, status);
    free_all(s);
}
