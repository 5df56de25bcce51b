/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DriverEntry of the build for NDIS 6, its entry points besides sends and returns, and what the core asks of NDIS 6
 * besides NBLs: timer, interrupt, status, completions of requests.
 */
#include "nic_miniport.h"

static NDIS_HANDLE driver_handle;

#define HEADER(object, type, suffix)                                                               \
    ((object).Header.Type = NDIS_OBJECT_TYPE_##type,                                               \
     (object).Header.Revision = NDIS_##suffix##_REVISION_1,                                        \
     (object).Header.Size = (USHORT)NDIS_SIZEOF_##suffix##_REVISION_1)

/* ---- timer ---- */

static VOID NTAPI timer_function(PVOID one, PVOID context, PVOID two, PVOID three)
{
    UNREFERENCED_PARAMETER(one);
    UNREFERENCED_PARAMETER(two);
    UNREFERENCED_PARAMETER(three);
    nic_gate_run(context, NIC_WORK_TIMER);
}

NDIS_STATUS nic_edge_timer_make(struct nic_adapter *a)
{
    NDIS_TIMER_CHARACTERISTICS c;
    NdisZeroMemory(&c, sizeof c);
    HEADER(c, TIMER_CHARACTERISTICS, TIMER_CHARACTERISTICS);
    c.AllocationTag = NIC_TAG_MEMORY;
    c.TimerFunction = timer_function;
    c.FunctionContext = a;
    return NdisAllocateTimerObject(a->handle, &c, &a->edge.timer);
}

void nic_edge_timer_set(struct nic_adapter *a, ULONG ms)
{
    LARGE_INTEGER due;
    due.QuadPart = -(LONGLONG)ms * 10000;
    NdisSetTimerObject(a->edge.timer, due, 0, a);
}

void nic_edge_timer_cancel(struct nic_adapter *a)
{
    NdisCancelTimerObject(a->edge.timer);
}

void nic_edge_timer_free(struct nic_adapter *a)
{
    NdisFreeTimerObject(a->edge.timer);
}

/* ---- interrupt ---- */

static BOOLEAN NTAPI nic_isr(NDIS_HANDLE context, PBOOLEAN queue_dpc, PULONG processors)
{
    struct nic_adapter *a = context;
    *processors = 0;
    *queue_dpc = nic_transport_ready(a->transport);
    return *queue_dpc;
}

static VOID NTAPI nic_dpc(NDIS_HANDLE context, PVOID dpc_context, PVOID throttle, PVOID reserved)
{
    UNREFERENCED_PARAMETER(dpc_context);
    UNREFERENCED_PARAMETER(throttle);
    UNREFERENCED_PARAMETER(reserved);
    nic_gate_run(context, NIC_WORK_SERVICE);
}

static ULONG64 link_bits(const struct nic_adapter *a)
{
    return a->link_speed == NIC_SPEED_M1000  ? 1000000000
           : a->link_speed == NIC_SPEED_M100 ? 100000000
                                             : 10000000;
}

static void general_attributes(const struct nic_adapter *a,
                               NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *g)
{
    HEADER(*g, MINIPORT_ADAPTER_GENERAL_ATTRIBUTES, MINIPORT_ADAPTER_GENERAL_ATTRIBUTES);
    g->MediaType = NdisMedium802_3;
    g->PhysicalMediumType = NdisPhysicalMedium802_3;
    g->MtuSize = a->max_packet - NIC_MAC_HEADER;
    g->MaxXmitLinkSpeed = g->MaxRcvLinkSpeed = link_bits(a);
    g->XmitLinkSpeed = g->RcvLinkSpeed = NDIS_LINK_SPEED_UNKNOWN; /* no link yet */
    g->MediaConnectState = MediaConnectStateDisconnected;
    g->MediaDuplexState = MediaDuplexStateFull;
    g->LookaheadSize = a->max_packet - NIC_MAC_HEADER;
    g->MacOptions = nic_mac_options();
    g->SupportedPacketFilters = NIC_FILTERS;
    g->MaxMulticastListSize = NIC_MULTICAST_MAX;
    g->MacAddressLength = ETH_LENGTH_OF_ADDRESS;
    NdisMoveMemory(g->PermanentMacAddress, a->permanent_address, ETH_LENGTH_OF_ADDRESS);
    NdisMoveMemory(g->CurrentMacAddress, a->address, ETH_LENGTH_OF_ADDRESS);
    g->AccessType = NET_IF_ACCESS_BROADCAST;
    g->DirectionType = NET_IF_DIRECTION_SENDRECEIVE;
    g->ConnectionType = NET_IF_CONNECTION_DEDICATED;
    g->IfType = IF_TYPE_ETHERNET_CSMACD;
    g->IfConnectorPresent = TRUE;
    g->SupportedOidList = (PNDIS_OID)nic_supported_oids(&g->SupportedOidListLength);
}

/* The device is known by now, so its attributes are, too. */
NDIS_STATUS nic_edge_interrupt_connect(struct nic_adapter *a, ULONG vector)
{
    NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS c;
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES attributes;
    NDIS_STATUS status;
    UNREFERENCED_PARAMETER(vector); /* NDIS knows the adapter's */
    NdisZeroMemory(&attributes, sizeof attributes);
    general_attributes(a, &attributes.GeneralAttributes);
    status = NdisMSetMiniportAttributes(a->handle, &attributes);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    NdisZeroMemory(&c, sizeof c);
    c.Header.Type = NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT;
    c.Header.Revision = NDIS_MINIPORT_INTERRUPT_REVISION_1;
    c.Header.Size = (USHORT)NDIS_SIZEOF_MINIPORT_INTERRUPT_CHARACTERISTICS_REVISION_1;
    c.InterruptHandler = nic_isr;
    c.InterruptDpcHandler = nic_dpc;
    return NdisMRegisterInterruptEx(a->handle, a, &c, &a->edge.interrupt);
}

void nic_edge_interrupt_disconnect(struct nic_adapter *a)
{
    NdisMDeregisterInterruptEx(a->edge.interrupt);
}

/* ---- status, requests, configuration ---- */

void nic_edge_link(struct nic_adapter *a, BOOLEAN carrier)
{
    NDIS_STATUS_INDICATION indication;
    NDIS_LINK_STATE state;
    UNREFERENCED_PARAMETER(carrier); /* one status for both */
    NdisZeroMemory(&state, sizeof state);
    state.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    state.Header.Revision = NDIS_LINK_STATE_REVISION_1;
    state.Header.Size = (USHORT)NDIS_SIZEOF_LINK_STATE_REVISION_1;
    state.MediaConnectState =
        a->link_up ? MediaConnectStateConnected : MediaConnectStateDisconnected;
    state.MediaDuplexState = MediaDuplexStateFull;
    state.XmitLinkSpeed = state.RcvLinkSpeed = a->link_up ? link_bits(a) : NDIS_LINK_SPEED_UNKNOWN;
    state.PauseFunctions = NdisPauseFunctionsUnknown;
    NdisZeroMemory(&indication, sizeof indication);
    HEADER(indication, STATUS_INDICATION, STATUS_INDICATION);
    indication.SourceHandle = a->handle;
    indication.StatusCode = NDIS_STATUS_LINK_STATE;
    indication.StatusBuffer = &state;
    indication.StatusBufferSize = sizeof state;
    NdisMIndicateStatusEx(a->handle, &indication);
}

NDIS_STATUS nic_request_start(struct nic_adapter *a, PNDIS_OID_REQUEST r)
{
    NDIS_STATUS status = NDIS_STATUS_NOT_SUPPORTED;
    a->edge.request = r;
    if (r->RequestType == NdisRequestSetInformation)
        status = nic_set_information(
            a, r->DATA.SET_INFORMATION.Oid, r->DATA.SET_INFORMATION.InformationBuffer,
            r->DATA.SET_INFORMATION.InformationBufferLength, &r->DATA.SET_INFORMATION.BytesRead,
            &r->DATA.SET_INFORMATION.BytesNeeded);
    else if (r->RequestType == NdisRequestQueryInformation ||
             r->RequestType == NdisRequestQueryStatistics)
        status = nic_query_information(
            a, r->DATA.QUERY_INFORMATION.Oid, r->DATA.QUERY_INFORMATION.InformationBuffer,
            r->DATA.QUERY_INFORMATION.InformationBufferLength,
            &r->DATA.QUERY_INFORMATION.BytesWritten, &r->DATA.QUERY_INFORMATION.BytesNeeded);
    if (status != NDIS_STATUS_PENDING)
        a->edge.request = NULL;
    return status;
}

void nic_edge_request_done(struct nic_adapter *a, BOOLEAN set, NDIS_STATUS status)
{
    PNDIS_OID_REQUEST r = a->edge.request;
    UNREFERENCED_PARAMETER(set);
    a->edge.request = NULL;
    NdisMOidRequestComplete(a->handle, r, status);
}

/* NDIS 6 wants everything back before the reset ends. */
void nic_edge_reset_done(struct nic_adapter *a, NDIS_STATUS status)
{
    nic_nbl_refuse(a, NDIS_STATUS_RESET_IN_PROGRESS);
    nic_nbl_tell(a);
    NdisMResetComplete(a->handle, status, FALSE);
}

NDIS_HANDLE nic_edge_configuration(struct nic_adapter *a, NDIS_HANDLE wrapper_configuration)
{
    NDIS_CONFIGURATION_OBJECT object;
    NDIS_HANDLE configuration;
    UNREFERENCED_PARAMETER(wrapper_configuration);
    NdisZeroMemory(&object, sizeof object);
    HEADER(object, CONFIGURATION_OBJECT, CONFIGURATION_OBJECT);
    object.NdisHandle = a->handle;
    return NdisOpenConfigurationEx(&object, &configuration) == NDIS_STATUS_SUCCESS ? configuration
                                                                                   : NULL;
}

/* ---- entry points ---- */

/* The gate stays taken, and the adapter paused, until everything is there. */
static NDIS_STATUS NTAPI nic_initialize(NDIS_HANDLE handle, NDIS_HANDLE driver_context,
                                        PNDIS_MINIPORT_INIT_PARAMETERS parameters)
{
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES attributes;
    struct nic_adapter *a = nic_adapter_new(handle);
    NDIS_STATUS status;
    UNREFERENCED_PARAMETER(driver_context);
    UNREFERENCED_PARAMETER(parameters);
    if (!a)
        return NDIS_STATUS_RESOURCES;
    NdisAllocateSpinLock(&a->edge.lock);
    a->edge.busy = a->edge.paused = TRUE;
    NdisZeroMemory(&attributes, sizeof attributes);
    HEADER(attributes, MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES,
           MINIPORT_ADAPTER_REGISTRATION_ATTRIBUTES);
    attributes.RegistrationAttributes.MiniportAdapterContext = a;
    attributes.RegistrationAttributes.AttributeFlags =
        NDIS_MINIPORT_ATTRIBUTES_HARDWARE_DEVICE | NDIS_MINIPORT_ATTRIBUTES_SURPRISE_REMOVE_OK;
    attributes.RegistrationAttributes.InterfaceType = NdisInterfaceInternal;
    NdisMSetMiniportAttributes(handle, &attributes);
    nic_configuration_read(a, NULL);
    status = nic_adapter_start(a);
    if (status == NDIS_STATUS_SUCCESS)
        nic_gate_leave(a);
    return status;
}

static VOID NTAPI nic_halt(NDIS_HANDLE context, NDIS_HALT_ACTION action)
{
    struct nic_adapter *a = context;
    UNREFERENCED_PARAMETER(action);
    while (!nic_gate_take(a)) /* a thread on its way out: it does not wait for anything */
        NdisMSleep(100);
    nic_adapter_halt(a);
}

/* PENDING always: the owner of the gate ends it. */
static NDIS_STATUS NTAPI nic_pause(NDIS_HANDLE context, PNDIS_MINIPORT_PAUSE_PARAMETERS parameters)
{
    struct nic_adapter *a = context;
    UNREFERENCED_PARAMETER(parameters);
    NdisAcquireSpinLock(&a->edge.lock);
    a->edge.paused = a->edge.pausing = TRUE;
    NdisReleaseSpinLock(&a->edge.lock);
    nic_gate_run(a, NIC_WORK_LOOK);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS NTAPI nic_restart(NDIS_HANDLE context,
                                     PNDIS_MINIPORT_RESTART_PARAMETERS parameters)
{
    struct nic_adapter *a = context;
    UNREFERENCED_PARAMETER(parameters);
    NdisAcquireSpinLock(&a->edge.lock);
    a->edge.paused = FALSE;
    NdisReleaseSpinLock(&a->edge.lock);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS NTAPI nic_oid_request(NDIS_HANDLE context, PNDIS_OID_REQUEST r)
{
    struct nic_adapter *a = context;
    NDIS_STATUS status;
    if (!nic_gate_take(a)) {
        a->edge.request = r;
        nic_gate_run(a, NIC_WORK_REQUEST);
        return NDIS_STATUS_PENDING;
    }
    status = nic_request_start(a, r);
    nic_gate_leave(a);
    return status;
}

/* What is written to registers is written; nothing here takes long. */
static VOID NTAPI nic_cancel_oid_request(NDIS_HANDLE context, PVOID id)
{
    UNREFERENCED_PARAMETER(context);
    UNREFERENCED_PARAMETER(id);
}

static BOOLEAN NTAPI nic_check_for_hang_ex(NDIS_HANDLE context)
{
    BOOLEAN hangs;
    if (!nic_gate_take(context))
        return FALSE; /* somebody is at work */
    hangs = nic_check_for_hang(context);
    nic_gate_leave(context);
    return hangs;
}

static NDIS_STATUS NTAPI nic_reset_ex(NDIS_HANDLE context, PBOOLEAN addressing_reset)
{
    *addressing_reset = FALSE; /* the filter is written again by the core */
    nic_gate_run(context, NIC_WORK_RESET);
    return NDIS_STATUS_PENDING;
}

static VOID NTAPI nic_pnp_event(NDIS_HANDLE context, PNET_DEVICE_PNP_EVENT event)
{
    struct nic_adapter *a = context;
    if (event->DevicePnPEvent != NdisDevicePnPEventSurpriseRemoved)
        return;
    while (!nic_gate_take(a))
        NdisMSleep(100);
    nic_gone(a, "The device was removed");
    nic_gate_leave(a);
}

static VOID NTAPI nic_shutdown(NDIS_HANDLE context, NDIS_SHUTDOWN_ACTION action)
{
    UNREFERENCED_PARAMETER(context); /* the device does nothing by itself */
    UNREFERENCED_PARAMETER(action);
}

static VOID NTAPI nic_unload(PDRIVER_OBJECT driver)
{
    UNREFERENCED_PARAMETER(driver);
    NdisMDeregisterMiniportDriver(driver_handle);
}

NTSTATUS NIC_ENTRY(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS c;
    NdisZeroMemory(&c, sizeof c);
    HEADER(c, MINIPORT_DRIVER_CHARACTERISTICS, MINIPORT_DRIVER_CHARACTERISTICS);
    c.MajorNdisVersion = 6;
    c.MajorDriverVersion = 1;
    c.InitializeHandlerEx = nic_initialize;
    c.HaltHandlerEx = nic_halt;
    c.UnloadHandler = nic_unload;
    c.PauseHandler = nic_pause;
    c.RestartHandler = nic_restart;
    c.OidRequestHandler = nic_oid_request;
    c.SendNetBufferListsHandler = nic_send_nbls;
    c.ReturnNetBufferListsHandler = nic_return_nbls;
    c.CancelSendHandler = nic_cancel_send;
    c.CheckForHangHandlerEx = nic_check_for_hang_ex;
    c.ResetHandlerEx = nic_reset_ex;
    c.DevicePnPEventNotifyHandler = nic_pnp_event;
    c.ShutdownHandlerEx = nic_shutdown;
    c.CancelOidRequestHandler = nic_cancel_oid_request;
    return NdisMRegisterMiniportDriver(driver, path, NULL, &c, &driver_handle);
}
