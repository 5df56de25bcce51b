/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripted protocol of NDIS 6. The number of an NBL and the slot of its record and data are in its ProtocolReserved.
 */
#include <stdlib.h>

#include "nic_platform.h"
#include "nic_script6.h"
#include "script_wait.h"

#define WAIT_NS 5000000000u

uint32_t nic_script6_number(PNET_BUFFER_LIST nbl)
{
    return (uint32_t)(uintptr_t)nbl->ProtocolReserved[0];
}

static uint32_t slot_of(PNET_BUFFER_LIST nbl)
{
    return (uint32_t)(uintptr_t)nbl->ProtocolReserved[1];
}

struct nic_script_packet *nic_script6_record(struct nic_script6_protocol *p, PNET_BUFFER_LIST nbl)
{
    return &p->records[slot_of(nbl)];
}

/* ---- handlers ---- */

static VOID on_open(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status)
{
    (void)ProtocolBindingContext;
    (void)Status;
}

static VOID on_close(NDIS_HANDLE ProtocolBindingContext)
{
    struct nic_script6_protocol *p = ProtocolBindingContext;

    nic_platform_flag_set(p->platform, &p->closed);
}

static NDIS_STATUS on_bind(NDIS_HANDLE ProtocolDriverContext, NDIS_HANDLE BindContext,
                           PNDIS_BIND_PARAMETERS BindParameters)
{
    struct nic_script6_protocol *p = ProtocolDriverContext;
    NDIS_MEDIUM medium = NdisMedium802_3;
    UINT selected;
    NDIS_OPEN_PARAMETERS open = {.Header = {NDIS_OBJECT_TYPE_OPEN_PARAMETERS,
                                            NDIS_OPEN_PARAMETERS_REVISION_1,
                                            NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1},
                                 .AdapterName = BindParameters->AdapterName,
                                 .MediumArray = &medium,
                                 .MediumArraySize = 1,
                                 .SelectedMediumIndex = &selected};

    p->open_status = NdisOpenAdapterEx(p->handle, p, &open, BindContext, &p->binding);
    return p->open_status;
}

static NDIS_STATUS on_unbind(NDIS_HANDLE UnbindContext, NDIS_HANDLE ProtocolBindingContext)
{
    struct nic_script6_protocol *p = ProtocolBindingContext;
    NDIS_STATUS status;

    (void)UnbindContext;
    if (p->unbinding)
        p->unbinding(p->context);
    status = NdisCloseAdapterEx(p->binding);
    p->binding = NULL;
    if (status == NDIS_STATUS_PENDING)
        p->platform->ops->wait(p->platform, &p->closed, WAIT_NS);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS on_event(NDIS_HANDLE ProtocolBindingContext,
                            PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification)
{
    struct nic_script6_protocol *p = ProtocolBindingContext;

    p->pauses += NetPnPEventNotification->NetPnPEvent.NetEvent == NetEventPause;
    p->restarts += NetPnPEventNotification->NetPnPEvent.NetEvent == NetEventRestart;
    if (!p->events_pend)
        return NDIS_STATUS_SUCCESS;
    p->event = NetPnPEventNotification;
    return NDIS_STATUS_PENDING;
}

void nic_script6_event_done(struct nic_script6_protocol *p)
{
    NdisCompleteNetPnPEvent(p->binding, p->event, NDIS_STATUS_SUCCESS);
}

static VOID on_oid(NDIS_HANDLE ProtocolBindingContext, PNDIS_OID_REQUEST OidRequest,
                   NDIS_STATUS Status)
{
    struct nic_script6_protocol *p = ProtocolBindingContext;

    if (p->answered)
        p->answered(p->context, OidRequest, Status);
    __atomic_store_n(&p->request_status, Status, __ATOMIC_RELAXED); /* two may end at once */
    nic_platform_flag_set(p->platform, &p->request_done);
    script_wait_end(&p->waits, &p->mutex, p->platform, OidRequest, Status);
}

static VOID on_status(NDIS_HANDLE ProtocolBindingContext, PNDIS_STATUS_INDICATION StatusIndication)
{
    struct nic_script6_protocol *p = ProtocolBindingContext;

    p->statuses++;
    p->last_status = StatusIndication->StatusCode;
    if (p->status)
        p->status(p->context, StatusIndication);
}

static VOID on_receive(NDIS_HANDLE ProtocolBindingContext, PNET_BUFFER_LIST NetBufferLists,
                       NDIS_PORT_NUMBER PortNumber, ULONG NumberOfNetBufferLists,
                       ULONG ReceiveFlags)
{
    struct nic_script6_protocol *p = ProtocolBindingContext;

    (void)PortNumber;
    p->frames += NumberOfNetBufferLists;
    if (p->received)
        p->received(p->context, NetBufferLists, NumberOfNetBufferLists, ReceiveFlags);
    else if (NDIS_TEST_RECEIVE_CAN_PEND(ReceiveFlags))
        NdisReturnNetBufferLists(p->binding, NetBufferLists, 0);
}

static VOID on_complete(NDIS_HANDLE ProtocolBindingContext, PNET_BUFFER_LIST NetBufferLists,
                        ULONG SendCompleteFlags)
{
    struct nic_script6_protocol *p = ProtocolBindingContext;

    (void)SendCompleteFlags;
    __atomic_add_fetch(&p->calls, 1, __ATOMIC_RELAXED); /* several threads complete */
    while (NetBufferLists) {
        PNET_BUFFER_LIST nbl = NetBufferLists;
        NetBufferLists = nbl->Next;
        nbl->Next = NULL;
        nic_trace_add(p->trace, NIC_TRACE_COMPLETE, nic_script6_number(nbl), (uint32_t)nbl->Status);
        if (nbl->NdisPoolHandle != p->nbl_pool) {
            p->foreign++;
            continue;
        }
        nic_script6_record(p, nbl)->completed++;
        nic_script6_record(p, nbl)->status = nbl->Status;
        if (p->completed)
            p->completed(p->context, nbl);
    }
}

/* ---- set-up ---- */

static NDIS_STATUS allocate(struct nic_script6_protocol *p)
{
    NET_BUFFER_LIST_POOL_PARAMETERS lists = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};
    NET_BUFFER_POOL_PARAMETERS buffers = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_POOL_PARAMETERS_REVISION_1}};
    size_t bytes = (size_t)p->nbl_count * NIC_SCRIPT6_NBS * p->nb_bytes;

    p->data = malloc(bytes);
    p->records = calloc(p->nbl_count, sizeof(*p->records));
    p->free_slots = malloc(p->nbl_count * sizeof(*p->free_slots));
    p->nbl_pool = NdisAllocateNetBufferListPool(p->handle, &lists);
    p->nb_pool = NdisAllocateNetBufferPool(p->handle, &buffers);
    if (!p->data || !p->records || !p->free_slots || !p->nbl_pool || !p->nb_pool)
        return NDIS_STATUS_RESOURCES;
    pthread_mutex_init(&p->mutex, NULL);
    for (uint32_t i = 0; i < p->nbl_count; i++)
        p->free_slots[i] = p->nbl_count - 1 - i;
    p->free_count = p->nbl_count;
    for (size_t i = 0; i < bytes; i++)
        p->data[i] = (UCHAR)(i * 7 + 3);
    return NDIS_STATUS_SUCCESS;
}

NDIS_PROTOCOL_DRIVER_CHARACTERISTICS nic_script6_characteristics(void)
{
    return (NDIS_PROTOCOL_DRIVER_CHARACTERISTICS){
        .Header = {NDIS_OBJECT_TYPE_PROTOCOL_DRIVER_CHARACTERISTICS,
                   NDIS_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1,
                   NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1},
        .MajorNdisVersion = 6,
        .BindAdapterHandlerEx = on_bind,
        .UnbindAdapterHandlerEx = on_unbind,
        .OpenAdapterCompleteHandlerEx = on_open,
        .CloseAdapterCompleteHandlerEx = on_close,
        .NetPnPEventHandler = on_event,
        .OidRequestCompleteHandler = on_oid,
        .StatusHandlerEx = on_status,
        .ReceiveNetBufferListsHandler = on_receive,
        .SendNetBufferListsCompleteHandler = on_complete,
    };
}

NDIS_STATUS nic_script6_protocol_start(struct nic_script6_protocol *p,
                                       struct nic_platform *platform)
{
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS chars = nic_script6_characteristics();
    NDIS_STATUS status;

    p->platform = platform;
    p->nbl_count = p->nbl_count ? p->nbl_count : 64;
    p->nb_bytes = p->nb_bytes ? p->nb_bytes : 100;
    p->open_status = NDIS_STATUS_ADAPTER_NOT_FOUND;
    status = allocate(p);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    NdisInitializeString(&chars.Name, (PUCHAR)(p->name ? p->name : "script6"));
    status = NdisRegisterProtocolDriver(p, &chars, &p->handle);
    NdisFreeString(chars.Name);
    return status == NDIS_STATUS_SUCCESS ? p->open_status : status;
}

NDIS_STATUS nic_script6_protocol_stop(struct nic_script6_protocol *p)
{
    NdisDeregisterProtocolDriver(p->handle);
    NdisFreeNetBufferListPool(p->nbl_pool);
    NdisFreeNetBufferPool(p->nb_pool);
    free(p->data);
    free(p->records);
    free(p->free_slots);
    while (p->waits)
        script_wait_free(&p->waits, &p->mutex, p->waits);
    p->data = NULL;
    p->records = NULL;
    return p->binding ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
}

/* ---- sending ---- */

static PMDL mdl_at(struct nic_script6_protocol *p, uint32_t slot, unsigned nb, UINT length)
{
    PMDL mdl = NdisAllocateMdl(
        p->handle, p->data + ((size_t)slot * NIC_SCRIPT6_NBS + nb) * p->nb_bytes, length);

    if (!mdl)
        abort();
    return mdl;
}

PNET_BUFFER_LIST nic_script6_nbl(struct nic_script6_protocol *p, unsigned nbs, UINT length)
{
    PNET_BUFFER_LIST nbl;
    PNET_BUFFER *tail;
    uint32_t number = 0, slot = UINT32_MAX;

    pthread_mutex_lock(&p->mutex);
    if (p->free_count) {
        number = p->next_nbl++;
        slot = p->free_slots[--p->free_count];
    }
    pthread_mutex_unlock(&p->mutex);
    if (slot == UINT32_MAX)
        return NULL;
    nbl = NdisAllocateNetBufferAndNetBufferList(p->nbl_pool, 0, 0, mdl_at(p, slot, 0, length), 0,
                                                length);
    if (!nbl)
        abort();
    tail = &nbl->FirstNetBuffer->Next;
    for (unsigned i = 1; i < nbs; i++) {
        *tail = NdisAllocateNetBuffer(p->nb_pool, mdl_at(p, slot, i, length), 0, length);
        if (!*tail)
            abort();
        tail = &(*tail)->Next;
    }
    nbl->SourceHandle = p->binding;
    nbl->ProtocolReserved[0] = (PVOID)(uintptr_t)number;
    nbl->ProtocolReserved[1] = (PVOID)(uintptr_t)slot;
    p->records[slot] = (struct nic_script_packet){0};
    return nbl;
}

void nic_script6_nbl_free(struct nic_script6_protocol *p, PNET_BUFFER_LIST nbl)
{
    PNET_BUFFER first = nbl->FirstNetBuffer, nb = first->Next;
    uint32_t slot = slot_of(nbl);

    NdisFreeMdl(first->MdlChain);
    while (nb) {
        PNET_BUFFER next = nb->Next;
        NdisFreeMdl(nb->MdlChain);
        NdisFreeNetBuffer(nb);
        nb = next;
    }
    NdisFreeNetBufferList(nbl);
    pthread_mutex_lock(&p->mutex);
    p->free_slots[p->free_count++] = slot;
    pthread_mutex_unlock(&p->mutex);
}

void nic_script6_send(struct nic_script6_protocol *p, PNET_BUFFER_LIST chain, ULONG flags)
{
    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        nic_script6_record(p, nbl)->sent++;
        nic_trace_add(p->trace, NIC_TRACE_SUBMIT, nic_script6_number(nbl), 0);
    }
    NdisSendNetBufferLists(p->binding, chain, NDIS_DEFAULT_PORT_NUMBER, flags);
}

NDIS_STATUS nic_script6_request(struct nic_script6_protocol *p, NDIS_REQUEST_TYPE type,
                                NDIS_OID oid, void *buffer, UINT length, UINT *bytes)
{
    struct nic_script_wait *wait =
        script_wait_new(&p->waits, &p->mutex, sizeof(NDIS_OID_REQUEST) + length);
    PNDIS_OID_REQUEST request = wait ? wait->request : NULL;
    NDIS_STATUS status;

    if (!wait)
        return NDIS_STATUS_RESOURCES;
    request->Header =
        (NDIS_OBJECT_HEADER){NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                             NDIS_SIZEOF_OID_REQUEST_REVISION_1};
    request->RequestType = type;
    request->DATA.QUERY_INFORMATION.Oid = oid;
    request->DATA.QUERY_INFORMATION.InformationBuffer = length ? request + 1 : buffer;
    request->DATA.QUERY_INFORMATION.InformationBufferLength = length;
    if (length)
        memcpy(request + 1, buffer, length);
    status = NdisOidRequest(p->binding, request);
    if (status == NDIS_STATUS_PENDING) {
        if (!p->platform->ops->wait(p->platform, &wait->done, WAIT_NS))
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
