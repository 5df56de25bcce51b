/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scripted miniport of NDIS 6.
 */
#include <stdio.h>
#include <stdlib.h>

#include "nic_platform.h"
#include "nic_script6.h"

#define SLOTS        8
#define FIRST_VECTOR 8

static struct nic_script6_miniport *slots[SLOTS];
static NDIS_HANDLE driver_handle;

/* ---- sends ---- */

/* A reset ends with the completions that other threads are at; the last of them says so. */
static bool reset_ends(struct nic_script6_miniport *s, bool begins)
{
    bool ends;

    pthread_mutex_lock(&s->mutex);
    s->reset_waits |= begins;
    ends = s->reset_waits && __atomic_load_n(&s->outstanding, __ATOMIC_SEQ_CST) == s->pending_count;
    s->reset_waits &= !ends;
    pthread_mutex_unlock(&s->mutex);
    return ends;
}

static void completed(struct nic_script6_miniport *s, unsigned count)
{
    __atomic_sub_fetch(&s->outstanding, count, __ATOMIC_SEQ_CST);
    if (reset_ends(s, false))
        NdisMResetComplete(s->handle, NDIS_STATUS_SUCCESS, TRUE);
}

static void complete(struct nic_script6_miniport *s, PNET_BUFFER_LIST nbl, NDIS_STATUS status)
{
    nic_trace_add(s->trace, NIC_TRACE_DONE, nic_script6_number(nbl), (uint32_t)status);
    nbl->Next = NULL;
    nbl->Status = status;
    NdisMSendNetBufferListsComplete(s->handle, nbl, 0);
    completed(s, 1);
}

/* Mutex held. */
static PNET_BUFFER_LIST take(struct nic_script6_miniport *s, unsigned at)
{
    PNET_BUFFER_LIST nbl = s->pending[at].nbl;

    memmove(&s->pending[at], &s->pending[at + 1],
            (--s->pending_count - at) * sizeof(s->pending[0]));
    return nbl;
}

unsigned nic_script6_release(struct nic_script6_miniport *s, enum nic_script_when when,
                             unsigned count)
{
    unsigned done = 0;

    for (; done < count; done++) {
        PNET_BUFFER_LIST nbl = NULL;
        NDIS_STATUS final = NDIS_STATUS_SUCCESS;
        pthread_mutex_lock(&s->mutex);
        for (unsigned i = 0; i < s->pending_count && !nbl; i++) {
            if (s->pending[i].step.when != when)
                continue;
            final = s->pending[i].step.final;
            nbl = take(s, i);
        }
        pthread_mutex_unlock(&s->mutex);
        if (!nbl)
            break;
        complete(s, nbl, final);
    }
    return done;
}

unsigned nic_script6_release_chain(struct nic_script6_miniport *s)
{
    PNET_BUFFER_LIST chain = NULL, *tail = &chain;
    unsigned count = 0;

    pthread_mutex_lock(&s->mutex);
    for (; s->pending_count; count++) {
        NDIS_STATUS final = s->pending[0].step.final;
        *tail = take(s, 0);
        (*tail)->Next = NULL;
        (*tail)->Status = final;
        nic_trace_add(s->trace, NIC_TRACE_DONE, nic_script6_number(*tail), (uint32_t) final);
        tail = &(*tail)->Next;
    }
    pthread_mutex_unlock(&s->mutex);
    if (chain)
        NdisMSendNetBufferListsComplete(s->handle, chain, 0);
    completed(s, count);
    return count;
}

unsigned nic_script6_waiting(struct nic_script6_miniport *s)
{
    unsigned count;

    pthread_mutex_lock(&s->mutex);
    count = s->pending_count;
    pthread_mutex_unlock(&s->mutex);
    return count;
}

static void send_one(struct nic_script6_miniport *s, PNET_BUFFER_LIST nbl, unsigned position)
{
    struct nic_script6_step step = {.when = NIC_WHEN_DPC};

    nic_trace_add(s->trace, NIC_TRACE_GIVEN, nic_script6_number(nbl), position);
    __atomic_add_fetch(&s->outstanding, 1, __ATOMIC_SEQ_CST);
    if (s->sending)
        s->sending(s->context, nbl);
    if (s->next)
        step = s->next(s->context, nbl);
    if (step.when == NIC_WHEN_INSIDE) {
        complete(s, nbl, step.final);
        return;
    }
    pthread_mutex_lock(&s->mutex);
    if (s->pending_count == NIC_SCRIPT_PENDING_MAX)
        abort();
    s->pending[s->pending_count].nbl = nbl;
    s->pending[s->pending_count++].step = step;
    pthread_mutex_unlock(&s->mutex);
    if (step.when == NIC_WHEN_DPC)
        s->platform->ops->interrupt_raise(s->platform, FIRST_VECTOR + s->slot);
}

static VOID script_send(NDIS_HANDLE MiniportAdapterContext, PNET_BUFFER_LIST NetBufferLists,
                        NDIS_PORT_NUMBER PortNumber, ULONG SendFlags)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;
    unsigned inside = __atomic_add_fetch(&s->inside, 1, __ATOMIC_SEQ_CST),
             most = __atomic_load_n(&s->inside_most, __ATOMIC_RELAXED);

    (void)PortNumber;
    while (inside > most && !__atomic_compare_exchange_n(&s->inside_most, &most, inside, true,
                                                         __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        ;
    __atomic_add_fetch(&s->sends, 1, __ATOMIC_RELAXED);
    __atomic_store_n(&s->send_flags, SendFlags, __ATOMIC_RELAXED);
    for (unsigned position = 0; NetBufferLists; position++) {
        PNET_BUFFER_LIST nbl = NetBufferLists;
        NetBufferLists = nbl->Next;
        nbl->Next = NULL;
        send_one(s, nbl, position);
    }
    __atomic_sub_fetch(&s->inside, 1, __ATOMIC_SEQ_CST);
}

/* What the hardware has is not looked at. */
static VOID script_cancel(NDIS_HANDLE MiniportAdapterContext, PVOID CancelId)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;
    PNET_BUFFER_LIST nbl;

    s->cancels++;
    do {
        nbl = NULL;
        pthread_mutex_lock(&s->mutex);
        for (unsigned i = 0; i < s->pending_count && !nbl; i++) {
            if (s->pending[i].step.queued &&
                NDIS_GET_NET_BUFFER_LIST_CANCEL_ID(s->pending[i].nbl) == CancelId)
                nbl = take(s, i);
        }
        pthread_mutex_unlock(&s->mutex);
        if (nbl)
            complete(s, nbl, NDIS_STATUS_SEND_ABORTED);
    } while (nbl);
}

static VOID script_return(NDIS_HANDLE MiniportAdapterContext, PNET_BUFFER_LIST NetBufferLists,
                          ULONG ReturnFlags)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;

    (void)ReturnFlags;
    while (NetBufferLists) {
        PNET_BUFFER_LIST nbl = NetBufferLists;
        NetBufferLists = nbl->Next;
        __atomic_fetch_add(&s->returned, 1, __ATOMIC_RELAXED);
        if (s->returning)
            s->returning(s->context, nbl);
    }
}

/* ---- interrupts ---- */

static BOOLEAN script_isr(NDIS_HANDLE MiniportInterruptContext, PBOOLEAN QueueDefaultInterruptDpc,
                          PULONG TargetProcessors)
{
    (void)MiniportInterruptContext;
    *TargetProcessors = 0;
    *QueueDefaultInterruptDpc = TRUE;
    return TRUE;
}

static VOID script_dpc(NDIS_HANDLE MiniportInterruptContext, PVOID MiniportDpcContext,
                       PVOID ReceiveThrottleParameters, PVOID NdisReserved2)
{
    struct nic_script6_miniport *s = MiniportInterruptContext;

    (void)MiniportDpcContext;
    (void)ReceiveThrottleParameters;
    (void)NdisReserved2;
    s->dpcs++;
    nic_script6_release(s, NIC_WHEN_DPC, UINT32_MAX);
}

/* ---- states ---- */

static NDIS_STATUS set_attributes(struct nic_script6_miniport *s)
{
    static NDIS_OID oids[] = {OID_GEN_CURRENT_PACKET_FILTER, OID_GEN_XMIT_OK};
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES a = {0};
    NDIS_STATUS status;

    a.RegistrationAttributes = (NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES){
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
                   NDIS_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1,
                   NDIS_SIZEOF_MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES_REVISION_1},
        .MiniportAdapterContext = s,
        .InterfaceType = NdisInterfaceInternal};
    status = NdisMSetMiniportAttributes(s->handle, &a);
    if (status != NDIS_STATUS_SUCCESS || s->no_attributes)
        return status;
    memset(&a, 0, sizeof(a));
    a.GeneralAttributes = (NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES){
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
                   NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2,
                   NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_2},
        .MediaType = NdisMedium802_3,
        .PhysicalMediumType = NdisPhysicalMedium802_3,
        .MtuSize = 1500,
        .MaxXmitLinkSpeed = 1000000000,
        .XmitLinkSpeed = 1000000000,
        .MaxRcvLinkSpeed = 1000000000,
        .RcvLinkSpeed = 1000000000,
        .MediaConnectState = MediaConnectStateConnected,
        .MediaDuplexState = MediaDuplexStateFull,
        .LookaheadSize = 1500,
        .MacOptions = s->mac_options,
        .SupportedPacketFilters = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_PROMISCUOUS,
        .MaxMulticastListSize = 32,
        .MacAddressLength = sizeof(s->address),
        .IfType = IF_TYPE_ETHERNET_CSMACD,
        .SupportedOidList = oids,
        .SupportedOidListLength = sizeof(oids)};
    memcpy(a.GeneralAttributes.PermanentMacAddress, s->address, sizeof(s->address));
    memcpy(a.GeneralAttributes.CurrentMacAddress, s->address, sizeof(s->address));
    return NdisMSetMiniportAttributes(s->handle, &a);
}

static ULONG slot_of(NDIS_HANDLE handle)
{
    NDIS_CONFIGURATION_OBJECT object = {.Header = {NDIS_OBJECT_TYPE_CONFIGURATION_OBJECT,
                                                   NDIS_CONFIGURATION_OBJECT_REVISION_1,
                                                   NDIS_SIZEOF_CONFIGURATION_OBJECT_REVISION_1},
                                        .NdisHandle = handle};
    NDIS_STRING keyword = NDIS_STRING_CONST("Slot");
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_HANDLE configuration;
    NDIS_STATUS status;
    ULONG slot = SLOTS;

    if (NdisOpenConfigurationEx(&object, &configuration) != NDIS_STATUS_SUCCESS)
        return SLOTS;
    NdisReadConfiguration(&status, &value, configuration, &keyword, NdisParameterInteger);
    if (status == NDIS_STATUS_SUCCESS)
        slot = value->ParameterData.IntegerData;
    NdisCloseConfiguration(configuration);
    return slot;
}

static NDIS_STATUS script_initialize(NDIS_HANDLE NdisMiniportHandle,
                                     NDIS_HANDLE MiniportDriverContext,
                                     PNDIS_MINIPORT_INIT_PARAMETERS MiniportInitParameters)
{
    NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS interrupt = {
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT, NDIS_MINIPORT_INTERRUPT_REVISION_1,
                   NDIS_SIZEOF_MINIPORT_INTERRUPT_CHARACTERISTICS_REVISION_1},
        .InterruptHandler = script_isr,
        .InterruptDpcHandler = script_dpc};
    ULONG slot = slot_of(NdisMiniportHandle);
    struct nic_script6_miniport *s;
    NDIS_STATUS status;

    (void)MiniportDriverContext;
    (void)MiniportInitParameters;
    if (slot >= SLOTS || !slots[slot])
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    s = slots[slot];
    s->handle = NdisMiniportHandle;
    status = set_attributes(s);
    if (status == NDIS_STATUS_SUCCESS)
        status = NdisMRegisterInterruptEx(s->handle, s, &interrupt, &s->interrupt);
    if (status == NDIS_STATUS_SUCCESS && s->initialize_status != NDIS_STATUS_SUCCESS) {
        NdisMDeregisterInterruptEx(s->interrupt);
        status = s->initialize_status;
    }
    return status;
}

static VOID script_halt(NDIS_HANDLE MiniportAdapterContext, NDIS_HALT_ACTION HaltAction)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;

    (void)HaltAction;
    s->halts++;
    if (s->halting)
        s->halting(s->context);
    NdisMDeregisterInterruptEx(s->interrupt);
    nic_script6_release(s, NIC_WHEN_HALT, UINT32_MAX);
}

/* What waits in the driver goes back as paused, what the hardware has as it ends there. */
static NDIS_STATUS script_pause(NDIS_HANDLE MiniportAdapterContext,
                                PNDIS_MINIPORT_PAUSE_PARAMETERS PauseParameters)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;

    s->pauses++;
    s->pause_reason = PauseParameters->PauseReason;
    if (s->pausing)
        s->pausing(s->context);
    if (s->pause_pends)
        return NDIS_STATUS_PENDING;
    pthread_mutex_lock(&s->mutex);
    for (unsigned i = 0; i < s->pending_count; i++) {
        if (s->pending[i].step.queued)
            s->pending[i].step.final = NDIS_STATUS_PAUSED;
    }
    pthread_mutex_unlock(&s->mutex);
    nic_script6_release(s, NIC_WHEN_DPC, UINT32_MAX);
    nic_script6_release(s, NIC_WHEN_MANUAL, UINT32_MAX);
    /* Another thread may be completing some. */
    while (__atomic_load_n(&s->outstanding, __ATOMIC_SEQ_CST) > nic_script6_waiting(s))
        NdisMSleep(100);
    return s->pause_status;
}

static NDIS_STATUS script_restart(NDIS_HANDLE MiniportAdapterContext,
                                  PNDIS_MINIPORT_RESTART_PARAMETERS RestartParameters)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;

    (void)RestartParameters;
    s->restarts++;
    return s->restart_pends ? NDIS_STATUS_PENDING : s->restart_status;
}

static NDIS_STATUS script_reset(NDIS_HANDLE MiniportAdapterContext, PBOOLEAN AddressingReset)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;

    s->resets++;
    *AddressingReset = TRUE;
    if (s->reset_pends)
        return NDIS_STATUS_PENDING;
    for (int when = NIC_WHEN_INSIDE; when <= NIC_WHEN_RESET; when++)
        nic_script6_release(s, (enum nic_script_when)when, UINT32_MAX);
    return reset_ends(s, true) ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PENDING;
}

static BOOLEAN script_check_for_hang(NDIS_HANDLE MiniportAdapterContext)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;
    BOOLEAN hangs = s->hangs;

    s->hang_checks++;
    s->hangs = FALSE;
    return hangs;
}

static VOID script_event(NDIS_HANDLE MiniportAdapterContext,
                         PNET_DEVICE_PNP_EVENT NetDevicePnPEvent)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;

    if (NetDevicePnPEvent->DevicePnPEvent != NdisDevicePnPEventSurpriseRemoved)
        return;
    s->events++;
    if (s->surprising)
        s->surprising(s->context);
}

static VOID script_shutdown(NDIS_HANDLE MiniportAdapterContext, NDIS_SHUTDOWN_ACTION ShutdownAction)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;

    s->shutdowns += ShutdownAction == NdisShutdownPowerOff;
}

/* ---- OID requests ---- */

static NDIS_STATUS set(struct nic_script6_miniport *s, PNDIS_OID_REQUEST request)
{
    struct _SET *x = &request->DATA.SET_INFORMATION;

    x->BytesRead = x->InformationBufferLength;
    if (x->Oid == OID_GEN_CURRENT_PACKET_FILTER)
        memcpy(&s->filter, x->InformationBuffer, sizeof(s->filter));
    if (x->Oid == OID_802_3_MULTICAST_LIST && x->InformationBufferLength <= sizeof(s->multicast)) {
        if (x->InformationBufferLength)
            memcpy(s->multicast, x->InformationBuffer, x->InformationBufferLength);
        s->multicast_count = x->InformationBufferLength / 6;
    }
    return s->oid_status;
}

static NDIS_STATUS query(struct nic_script6_miniport *s, PNDIS_OID_REQUEST request)
{
    static const ULONG value = 0x12345678;
    struct _QUERY *q = &request->DATA.QUERY_INFORMATION;

    q->BytesNeeded = sizeof(value);
    if (q->InformationBufferLength < sizeof(value))
        return NDIS_STATUS_BUFFER_TOO_SHORT;
    memcpy(q->InformationBuffer, &value, sizeof(value));
    q->BytesWritten = sizeof(value);
    return s->oid_status;
}

static NDIS_STATUS script_oid(NDIS_HANDLE MiniportAdapterContext, PNDIS_OID_REQUEST OidRequest)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;
    NDIS_STATUS status = OidRequest->RequestType == NdisRequestSetInformation
                             ? set(s, OidRequest)
                             : query(s, OidRequest);

    s->oids++;
    s->last_oid = OidRequest->DATA.QUERY_INFORMATION.Oid;
    if (!s->oids_pend)
        return status;
    pthread_mutex_lock(&s->mutex);
    s->request = OidRequest;
    pthread_mutex_unlock(&s->mutex);
    return NDIS_STATUS_PENDING;
}

/* What pends, if it has this id; nobody else has it then. */
static PNDIS_OID_REQUEST take_request(struct nic_script6_miniport *s, const PVOID *id)
{
    PNDIS_OID_REQUEST request;

    pthread_mutex_lock(&s->mutex);
    request = s->request && (!id || s->request->RequestId == *id) ? s->request : NULL;
    if (request)
        s->request = NULL;
    pthread_mutex_unlock(&s->mutex);
    return request;
}

bool nic_script6_oid_answer(struct nic_script6_miniport *s, NDIS_STATUS status)
{
    PNDIS_OID_REQUEST request = take_request(s, NULL);

    if (request)
        NdisMOidRequestComplete(s->handle, request, status);
    return request != NULL;
}

static VOID script_cancel_oid(NDIS_HANDLE MiniportAdapterContext, PVOID RequestId)
{
    struct nic_script6_miniport *s = MiniportAdapterContext;
    PNDIS_OID_REQUEST request = take_request(s, &RequestId);

    s->oid_cancels++;
    if (request)
        NdisMOidRequestComplete(s->handle, request, NDIS_STATUS_REQUEST_ABORTED);
}

/* ---- set-up ---- */

static VOID script_unload(PDRIVER_OBJECT DriverObject)
{
    (void)DriverObject;
    NdisMDeregisterMiniportDriver(driver_handle);
}

static NTSTATUS script_entry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS chars = {
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS,
                   NDIS_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1,
                   NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1},
        .MajorNdisVersion = 6,
        .InitializeHandlerEx = script_initialize,
        .HaltHandlerEx = script_halt,
        .UnloadHandler = script_unload,
        .PauseHandler = script_pause,
        .RestartHandler = script_restart,
        .OidRequestHandler = script_oid,
        .SendNetBufferListsHandler = script_send,
        .ReturnNetBufferListsHandler = script_return,
        .CancelSendHandler = script_cancel,
        .CheckForHangHandlerEx = script_check_for_hang,
        .ResetHandlerEx = script_reset,
        .DevicePnPEventNotifyHandler = script_event,
        .ShutdownHandlerEx = script_shutdown,
        .CancelOidRequestHandler = script_cancel_oid,
    };

    return NdisMRegisterMiniportDriver(DriverObject, RegistryPath, NULL, &chars, &driver_handle);
}

NDIS_STATUS nic_script6_load(struct nic_ndis_driver **driver)
{
    return nic_ndis_driver_load(script_entry, driver);
}

NDIS_STATUS nic_script6_add(struct nic_ndis_driver *driver, struct nic_platform *platform,
                            const char *name, unsigned slot, struct nic_script6_miniport *s)
{
    char where[] = "Slot=0", line[32];
    const char *const parameters[] = {where, line, NULL};

    where[5] = (char)('0' + slot);
    snprintf(line, sizeof(line), "InterruptNumber=%u", FIRST_VECTOR + slot);
    s->platform = platform;
    s->slot = slot;
    pthread_mutex_init(&s->mutex, NULL);
    slots[slot] = s;
    return nic_ndis_adapter_add(driver, name, parameters);
}
