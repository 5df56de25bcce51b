/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass-through driver's life: registration of both edges, binding below, the adapter above.
 */
#include "passthru_adapter.h"

#define TAG 0x75726874u /* "thru" */
#define CLOSE_TIMEOUT_MS                                                                           \
    10000 /* NDIS resets a driver that completes nothing for two intervals of 2 s */

NDIS_HANDLE passthru_driver, passthru_protocol;
BOOLEAN passthru_is_single;

PNDIS_PACKET passthru_repackage(NDIS_HANDLE pool, PNDIS_PACKET packet)
{
    NDIS_STATUS status;
    PNDIS_PACKET mine;
    PVOID information;
    UINT size;

    NdisAllocatePacket(&status, &mine, pool);
    if (status != NDIS_STATUS_SUCCESS)
        return NULL;
    NDIS_PACKET_FIRST_NDIS_BUFFER(mine) = NDIS_PACKET_FIRST_NDIS_BUFFER(packet);
    NDIS_PACKET_LAST_NDIS_BUFFER(mine) = NDIS_PACKET_LAST_NDIS_BUFFER(packet);
    NdisSetSendFlags(mine, NdisGetPacketFlags(packet));
    NdisMoveMemory(NDIS_OOB_DATA_FROM_PACKET(mine), NDIS_OOB_DATA_FROM_PACKET(packet),
                   sizeof(NDIS_PACKET_OOB_DATA));
    NDIS_GET_PACKET_MEDIA_SPECIFIC_INFO(packet, &information, &size);
    if (size)
        NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(mine, information, size);
    NdisIMCopySendPerPacketInfo(mine, packet);
    return mine;
}

/* ---- adapters ---- */

static VOID passthru_free(struct passthru *p)
{
    if (p->down)
        NdisFreePacketPool(p->down);
    if (p->up)
        NdisFreePacketPool(p->up);
    NdisFreeSpinLock(&p->lock);
    NdisFreeMemory(p, sizeof(*p), 0);
}

static struct passthru *passthru_new(NDIS_STATUS *status)
{
    struct passthru *p;

    *status = NdisAllocateMemoryWithTag((PVOID *)&p, sizeof(*p), TAG);
    if (*status != NDIS_STATUS_SUCCESS)
        return NULL;
    NdisZeroMemory(p, sizeof(*p));
    NdisAllocateSpinLock(&p->lock);
    NdisInitializeEvent(&p->event);
    NdisAllocatePacketPool(status, &p->down, PASSTHRU_PACKETS, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (*status == NDIS_STATUS_SUCCESS)
        NdisAllocatePacketPool(status, &p->up, PASSTHRU_PACKETS, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (*status == NDIS_STATUS_SUCCESS)
        return p;
    passthru_free(p);
    return NULL;
}

/* False: the adapter below keeps packets of ours, and `p` has to stay until they come back. */
static BOOLEAN passthru_close(struct passthru *p)
{
    NDIS_STATUS status;

    NdisResetEvent(&p->event);
    NdisCloseAdapter(&status, p->below);
    return status != NDIS_STATUS_PENDING || NdisWaitEvent(&p->event, CLOSE_TIMEOUT_MS);
}

static NDIS_STATUS NTAPI initialize(PNDIS_STATUS open_error, PUINT selected, PNDIS_MEDIUM media,
                                    UINT count, NDIS_HANDLE handle, NDIS_HANDLE configuration)
{
    struct passthru *p = NdisIMGetDeviceContext(handle);

    (void)open_error;
    (void)configuration;
    for (*selected = 0; *selected < count && media[*selected] != NdisMedium802_3; ++*selected)
        ;
    if (*selected == count)
        return NDIS_STATUS_UNSUPPORTED_MEDIA;
    /* Whether something hangs is for the adapter below to say. */
    NdisMSetAttributesEx(handle, p, 0,
                         NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT |
                             NDIS_ATTRIBUTE_IGNORE_REQUEST_TIMEOUT | NDIS_ATTRIBUTE_DESERIALIZE |
                             NDIS_ATTRIBUTE_INTERMEDIATE_DRIVER | NDIS_ATTRIBUTE_NO_HALT_ON_SUSPEND,
                         NdisInterfaceInternal);
    NdisAcquireSpinLock(&p->lock);
    p->miniport = handle;
    NdisReleaseSpinLock(&p->lock);
    return NDIS_STATUS_SUCCESS;
}

/* Packets lent to the protocols above come back before MiniportHalt returns. */
static BOOLEAN passthru_is_back(struct passthru *p)
{
    UINT waited_ms;

    for (waited_ms = 0; NdisPacketPoolUsage(p->up); waited_ms++) {
        if (waited_ms == CLOSE_TIMEOUT_MS)
            return FALSE;
        NdisMSleep(1000);
    }
    return TRUE;
}

static VOID NTAPI halt(NDIS_HANDLE context)
{
    struct passthru *p = context;
    BOOLEAN is_back = passthru_is_back(p), is_closed = passthru_close(p);

    NdisAcquireSpinLock(&p->lock);
    p->miniport = NULL;
    p->is_orphan = !is_closed && !p->is_closed; /* it may have been closed since the wait ended */
    is_closed = !p->is_orphan;
    NdisReleaseSpinLock(&p->lock);
    if (is_back && is_closed)
        passthru_free(p);
}

/* ---- binding ---- */

static VOID NTAPI open_complete(NDIS_HANDLE context, NDIS_STATUS status, NDIS_STATUS error)
{
    struct passthru *p = context;

    (void)error;
    p->status = status;
    NdisSetEvent(&p->event);
}

static VOID NTAPI close_complete(NDIS_HANDLE context, NDIS_STATUS status)
{
    struct passthru *p = context;
    BOOLEAN is_orphan;

    NdisAcquireSpinLock(&p->lock);
    p->is_closed = TRUE;
    is_orphan = p->is_orphan;
    NdisReleaseSpinLock(&p->lock);
    if (is_orphan)
        passthru_free(p);
    else
        open_complete(p, status, status);
}

static NDIS_STATUS open_below(struct passthru *p, PNDIS_STRING adapter)
{
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS status, error;
    UINT selected;

    NdisOpenAdapter(&status, &error, &p->below, &selected, &medium, 1, passthru_protocol, p,
                    adapter, 0, NULL);
    if (status != NDIS_STATUS_PENDING)
        return status;
    NdisWaitEvent(&p->event, 0);
    return p->status;
}

/* Opens the adapter below and puts one of this name above it. */
static NDIS_STATUS put_above(PNDIS_STRING adapter, PNDIS_STRING name)
{
    NDIS_STATUS status;
    struct passthru *p = passthru_new(&status);

    if (!p)
        return status;
    status = open_below(p, adapter);
    if (status == NDIS_STATUS_SUCCESS) {
        status = passthru_decline_loopback(p);
        if (status == NDIS_STATUS_SUCCESS)
            status = NdisIMInitializeDeviceInstanceEx(passthru_driver, name, p);
        if (status == NDIS_STATUS_SUCCESS)
            return status;
        passthru_close(p);
    }
    passthru_free(p);
    return status;
}

static VOID NTAPI bind(PNDIS_STATUS status, NDIS_HANDLE bind_context, PNDIS_STRING adapter,
                       PVOID section, PVOID unused)
{
    NDIS_STRING keyword = NDIS_STRING_CONST("UpperBindings");
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_HANDLE configuration;

    (void)bind_context;
    (void)unused;
    NdisOpenProtocolConfiguration(status, &configuration, section);
    if (*status != NDIS_STATUS_SUCCESS)
        return;
    NdisReadConfiguration(status, &value, configuration, &keyword, NdisParameterString);
    if (*status == NDIS_STATUS_SUCCESS)
        *status = put_above(adapter, &value->ParameterData.StringData);
    else
        *status = NDIS_STATUS_NOT_RECOGNIZED;
    NdisCloseConfiguration(configuration);
}

/* The binding is closed by MiniportHalt. */
static VOID NTAPI unbind(PNDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind_context)
{
    struct passthru *p = context;

    (void)unbind_context;
    *status = NdisIMDeInitializeDeviceInstance(p->miniport);
}

/* ---- registration ---- */

static NDIS_STATUS register_below(VOID)
{
    NDIS_STATUS status;
    NDIS_PROTOCOL_CHARACTERISTICS c = {.MajorNdisVersion = 5,
                                       .Name = NDIS_STRING_CONST("passthru")};

    c.OpenAdapterCompleteHandler = open_complete;
    c.CloseAdapterCompleteHandler = close_complete;
    c.SendCompleteHandler = passthru_send_complete;
    c.TransferDataCompleteHandler = passthru_transfer_complete;
    c.ResetCompleteHandler = passthru_reset_complete;
    c.RequestCompleteHandler = passthru_request_complete;
    c.ReceiveHandler = passthru_receive;
    c.ReceiveCompleteHandler = passthru_receive_complete;
    c.StatusHandler = passthru_status;
    c.StatusCompleteHandler = passthru_status_complete;
    c.ReceivePacketHandler = passthru_receive_packet;
    c.BindAdapterHandler = bind;
    c.UnbindAdapterHandler = unbind;
    NdisRegisterProtocol(&status, &passthru_protocol, &c, sizeof(c));
    return status;
}

static VOID NTAPI unload(PDRIVER_OBJECT driver)
{
    NDIS_STATUS status;

    (void)driver;
    NdisDeregisterProtocol(&status, passthru_protocol);
    NdisIMDeregisterLayeredMiniport(passthru_driver);
}

static NTSTATUS register_both(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_HANDLE wrapper;
    NDIS_STATUS status;
    NDIS_MINIPORT_CHARACTERISTICS c = {.MajorNdisVersion = 5, .MinorNdisVersion = 1};

    c.InitializeHandler = initialize;
    c.HaltHandler = halt;
    c.QueryInformationHandler = passthru_query;
    c.SetInformationHandler = passthru_set;
    c.ResetHandler = passthru_reset;
    c.TransferDataHandler = passthru_transfer;
    c.ReturnPacketHandler = passthru_return_packet;
    c.CancelSendPacketsHandler = passthru_cancel;
    if (passthru_is_single)
        c.SendHandler = passthru_send;
    else
        c.SendPacketsHandler = passthru_send_packets;
    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    status = NdisIMRegisterLayeredMiniport(wrapper, &c, sizeof(c), &passthru_driver);
    if (status == NDIS_STATUS_SUCCESS) {
        NdisMRegisterUnloadHandler(wrapper, unload);
        status = register_below();
        if (status == NDIS_STATUS_SUCCESS)
            NdisIMAssociateMiniport(passthru_driver, passthru_protocol);
        else
            NdisIMDeregisterLayeredMiniport(passthru_driver);
    }
    if (status != NDIS_STATUS_SUCCESS)
        NdisTerminateWrapper(wrapper, NULL);
    return status;
}

NTSTATUS NTAPI passthru_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    passthru_is_single = FALSE;
    return register_both(driver, path);
}

NTSTATUS NTAPI passthru_single_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    passthru_is_single = TRUE;
    return register_both(driver, path);
}
