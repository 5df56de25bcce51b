/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DriverEntry of the builds for NDIS 5.1, MiniportInitialize and MiniportHalt, and what the core asks of NDIS 5 besides
 * packets: timer, interrupt, status, completions of requests.
 */
#include "nic_miniport.h"

/* ---- timer ---- */

static VOID NTAPI timer_function(PVOID one, PVOID context, PVOID two, PVOID three)
{
    UNREFERENCED_PARAMETER(one);
    UNREFERENCED_PARAMETER(two);
    UNREFERENCED_PARAMETER(three);
    nic_timer_expired(context);
}

NDIS_STATUS nic_edge_timer_make(struct nic_adapter *a)
{
    NdisMInitializeTimer(&a->edge.timer, a->handle, timer_function, a);
    return NDIS_STATUS_SUCCESS;
}

void nic_edge_timer_set(struct nic_adapter *a, ULONG ms)
{
    NdisMSetTimer(&a->edge.timer, ms);
}

void nic_edge_timer_cancel(struct nic_adapter *a)
{
    BOOLEAN cancelled;
    NdisMCancelTimer(&a->edge.timer, &cancelled);
}

void nic_edge_timer_free(struct nic_adapter *a)
{
    nic_edge_timer_cancel(a);
}

/* ---- interrupt ---- */

static VOID NTAPI nic_isr(PBOOLEAN recognized, PBOOLEAN queue_dpc, NDIS_HANDLE context)
{
    struct nic_adapter *a = context;
    *recognized = *queue_dpc = nic_transport_ready(a->transport);
}

static VOID NTAPI nic_handle_interrupt(NDIS_HANDLE context)
{
    nic_service(context);
}

NDIS_STATUS nic_edge_interrupt_connect(struct nic_adapter *a, ULONG vector)
{
    return NdisMRegisterInterrupt(&a->edge.interrupt, a->handle, vector, 0, TRUE, FALSE,
                                  NdisInterruptLatched);
}

void nic_edge_interrupt_disconnect(struct nic_adapter *a)
{
    NdisMDeregisterInterrupt(&a->edge.interrupt);
}

/* ---- status, requests, configuration ---- */

void nic_edge_link(struct nic_adapter *a, BOOLEAN carrier)
{
    ULONG speed = nic_link_speed(a);
    if (!carrier)
        NdisMIndicateStatus(a->handle, NDIS_STATUS_LINK_SPEED_CHANGE, &speed, sizeof speed);
    else
        NdisMIndicateStatus(a->handle,
                            a->link_up ? NDIS_STATUS_MEDIA_CONNECT : NDIS_STATUS_MEDIA_DISCONNECT,
                            NULL, 0);
    NdisMIndicateStatusComplete(a->handle);
}

void nic_edge_request_done(struct nic_adapter *a, BOOLEAN set, NDIS_STATUS status)
{
    if (set)
        NdisMSetInformationComplete(a->handle, status);
    else
        NdisMQueryInformationComplete(a->handle, status);
}

void nic_edge_reset_done(struct nic_adapter *a, NDIS_STATUS status)
{
    NdisMResetComplete(a->handle, status, FALSE);
}

NDIS_HANDLE nic_edge_configuration(struct nic_adapter *a, NDIS_HANDLE wrapper_configuration)
{
    NDIS_HANDLE configuration;
    NDIS_STATUS status;
    UNREFERENCED_PARAMETER(a);
    NdisOpenConfiguration(&status, &configuration, wrapper_configuration);
    return status == NDIS_STATUS_SUCCESS ? configuration : NULL;
}

/* ---- entry points ---- */

static NDIS_STATUS NTAPI nic_initialize(PNDIS_STATUS open_error, PUINT selected, PNDIS_MEDIUM media,
                                        UINT media_count, NDIS_HANDLE handle,
                                        NDIS_HANDLE wrapper_configuration)
{
    struct nic_adapter *a;
    UINT i;
    *open_error = NDIS_STATUS_SUCCESS;
    for (i = 0; i < media_count && media[i] != NdisMedium802_3; i++)
        ;
    if (i == media_count)
        return NDIS_STATUS_UNSUPPORTED_MEDIA;
    *selected = i;
    a = nic_adapter_new(handle);
    if (!a)
        return NDIS_STATUS_RESOURCES;
    /* A far launch time keeps a packet here for as long as its sender wants: our own hang check knows, NDIS's does
     * not. */
    NdisMSetAttributesEx(handle, a, 0,
                         NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT | NDIS_ATTRIBUTE_SURPRISE_REMOVE_OK |
                             NDIS_ATTRIBUTE_USES_SAFE_BUFFER_APIS,
                         NdisInterfaceInternal);
    nic_configuration_read(a, wrapper_configuration);
    return nic_adapter_start(a);
}

static VOID NTAPI nic_halt(NDIS_HANDLE context)
{
    nic_adapter_halt(context);
}

static VOID NTAPI nic_pnp_event(NDIS_HANDLE context, NDIS_DEVICE_PNP_EVENT event, PVOID buffer,
                                ULONG length)
{
    UNREFERENCED_PARAMETER(buffer);
    UNREFERENCED_PARAMETER(length);
    if (event == NdisDevicePnPEventSurpriseRemoved)
        nic_gone(context, "The device was removed");
}

NTSTATUS NIC_ENTRY(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_HANDLE wrapper;
    NDIS_STATUS status;
    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    if (!wrapper)
        return NDIS_STATUS_FAILURE;
    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = 5;
    characteristics.MinorNdisVersion = 1;
    characteristics.InitializeHandler = nic_initialize;
    characteristics.HaltHandler = nic_halt;
    characteristics.ISRHandler = nic_isr;
    characteristics.HandleInterruptHandler = nic_handle_interrupt;
#ifdef NIC_SEND_SINGLE
    characteristics.SendHandler = nic_send;
#else
    characteristics.SendPacketsHandler = nic_send_packets;
#endif
    characteristics.QueryInformationHandler = nic_query_information;
    characteristics.SetInformationHandler = nic_set_information;
    characteristics.ResetHandler = nic_reset;
    characteristics.CheckForHangHandler = nic_check_for_hang;
    characteristics.ReturnPacketHandler = nic_return_packet;
    characteristics.PnPEventNotifyHandler = nic_pnp_event;
    status = NdisMRegisterMiniport(wrapper, &characteristics, sizeof characteristics);
    if (status != NDIS_STATUS_SUCCESS)
        NdisTerminateWrapper(wrapper, NULL);
    return status;
}
