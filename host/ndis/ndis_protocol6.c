/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols of NDIS 6 and their bindings, which are the same objects as those of NDIS 5.
 */
#include <stdlib.h>

#include "ndis_machine.h"

/* A bind or unbind in progress. */
struct bind_context {
    volatile bool done;
    NDIS_STATUS status;
};

static NDIS_STATUS check_characteristics(const NDIS_PROTOCOL_DRIVER_CHARACTERISTICS *chars)
{
    if (chars->MajorNdisVersion != 6)
        return NDIS_STATUS_BAD_VERSION;
    return chars->BindAdapterHandlerEx && chars->UnbindAdapterHandlerEx &&
                   chars->OpenAdapterCompleteHandlerEx && chars->CloseAdapterCompleteHandlerEx &&
                   chars->NetPnPEventHandler && chars->OidRequestCompleteHandler &&
                   chars->StatusHandlerEx && chars->ReceiveNetBufferListsHandler &&
                   chars->SendNetBufferListsCompleteHandler
               ? NDIS_STATUS_SUCCESS
               : NDIS_STATUS_BAD_CHARACTERISTICS;
}

/* The link may come up meanwhile. */
static NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES attributes_of(struct ndis_miniport *m)
{
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES attributes;

    ndis_lock(&m->lock);
    attributes = m->six.attributes;
    ndis_unlock(&m->lock);
    return attributes;
}

static NDIS_BIND_PARAMETERS bind_parameters(struct ndis_miniport *m, PNDIS_STRING name)
{
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES attributes = attributes_of(m);
    const NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *a = &attributes;
    NDIS_BIND_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_BIND_PARAMETERS, NDIS_BIND_PARAMETERS_REVISION_1, sizeof(p)},
        .AdapterName = name,
        .BoundAdapterName = name,
        .MediaType = a->MediaType,
        .PhysicalMediumType = a->PhysicalMediumType,
        .MtuSize = a->MtuSize,
        .MaxXmitLinkSpeed = a->MaxXmitLinkSpeed,
        .XmitLinkSpeed = a->XmitLinkSpeed,
        .MaxRcvLinkSpeed = a->MaxRcvLinkSpeed,
        .RcvLinkSpeed = a->RcvLinkSpeed,
        .MediaConnectState = a->MediaConnectState,
        .MediaDuplexState = a->MediaDuplexState,
        .LookaheadSize = a->LookaheadSize,
        .SupportedPacketFilters = a->SupportedPacketFilters,
        .MaxMulticastListSize = a->MaxMulticastListSize,
        .MacAddressLength = a->MacAddressLength,
        .AccessType = a->AccessType,
        .DirectionType = a->DirectionType,
        .ConnectionType = a->ConnectionType,
        .IfType = a->IfType,
        .IfConnectorPresent = a->IfConnectorPresent,
        .DataBackFillSize = a->DataBackFillSize,
        .ContextBackFillSize = a->ContextBackFillSize,
        .MacOptions = a->MacOptions,
    };

    memcpy(p.CurrentMacAddress, a->CurrentMacAddress, sizeof(p.CurrentMacAddress));
    return p;
}

void ndis_bind6(struct ndis_protocol *protocol, struct ndis_miniport *m)
{
    struct bind_context context = {.status = NDIS_STATUS_PENDING};
    PNDIS_STRING name = ndis_string_new(m->name);
    NDIS_BIND_PARAMETERS parameters;
    NDIS_STATUS status;

    if (!name)
        return;
    parameters = bind_parameters(m, name);
    status =
        OUTSIDE(protocol->chars6.BindAdapterHandlerEx)(protocol->context6, &context, &parameters);
    if (status == NDIS_STATUS_PENDING) {
        ndis.platform->ops->wait(ndis.platform, &context.done, UINT64_MAX);
        status = context.status;
    }
    free(name);
    for (struct ndis_binding *binding = ndis_bindings(m);
         status == NDIS_STATUS_SUCCESS && ndis_flow_of(&m->six) == FLOW_RUNNING && binding;
         binding = binding->next) {
        if (binding->protocol == protocol && !ndis_is_closing(binding))
            ndis_pnp_event(binding, NetEventRestart, NULL, 0);
    }
}

VOID NdisCompleteBindAdapterEx(NDIS_HANDLE BindAdapterContext, NDIS_STATUS Status)
{
    struct bind_context *context = BindAdapterContext;

    context->status = Status;
    nic_platform_flag_set(ndis.platform, &context->done);
}

VOID NdisCompleteUnbindAdapterEx(NDIS_HANDLE UnbindContext)
{
    NdisCompleteBindAdapterEx(UnbindContext, NDIS_STATUS_SUCCESS);
}

void ndis_unbind6(struct ndis_binding *binding, uint64_t timeout_ns)
{
    struct bind_context context = {.status = NDIS_STATUS_PENDING};

    if (OUTSIDE(binding->protocol->chars6.UnbindAdapterHandlerEx)(&context, binding->context) ==
        NDIS_STATUS_PENDING)
        ndis.platform->ops->wait(ndis.platform, &context.done, timeout_ns);
}

NDIS_STATUS NdisRegisterProtocolDriver(NDIS_HANDLE ProtocolDriverContext,
                                       PNDIS_PROTOCOL_DRIVER_CHARACTERISTICS Characteristics,
                                       PNDIS_HANDLE NdisProtocolHandle)
{
    const NDIS_OBJECT_HEADER *header = &Characteristics->Header;
    struct ndis_protocol *protocol;
    NDIS_STATUS status;

    ndis_only_passive("NdisRegisterProtocolDriver");
    *NdisProtocolHandle = NULL;
    if (header->Type != NDIS_OBJECT_TYPE_PROTOCOL_DRIVER_CHARACTERISTICS ||
        header->Size < NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1)
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    status = check_characteristics(Characteristics);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    protocol = calloc(1, sizeof(*protocol));
    if (!protocol)
        return NDIS_STATUS_RESOURCES;
    protocol->is6 = true;
    protocol->context6 = ProtocolDriverContext;
    memcpy(&protocol->chars6, Characteristics,
           header->Size < sizeof(protocol->chars6) ? header->Size : sizeof(protocol->chars6));
    protocol->name = ndis_string_to_utf8(&Characteristics->Name);
    *NdisProtocolHandle = protocol;
    ndis_lock(&ndis.lock);
    protocol->next = ndis.protocols;
    ndis.protocols = protocol;
    ndis_unlock(&ndis.lock);
    for (struct ndis_miniport *m = ndis.miniports; m; m = m->next) {
        if (m->driver->is6 && ndis_state(m) == MINIPORT_RUNNING)
            ndis_bind6(protocol, m);
    }
    return NDIS_STATUS_SUCCESS;
}

static struct ndis_binding *open_binding(struct ndis_protocol *protocol)
{
    for (struct ndis_miniport *m = ndis.miniports; m; m = m->next) {
        for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
            if (binding->protocol == protocol && !ndis_is_closing(binding) &&
                !binding->unbind_asked)
                return binding;
        }
    }
    return NULL;
}

VOID NdisDeregisterProtocolDriver(NDIS_HANDLE NdisProtocolHandle)
{
    struct ndis_protocol *protocol = NdisProtocolHandle;
    struct ndis_binding *binding;
    NDIS_STATUS status;

    ndis_only_passive("NdisDeregisterProtocolDriver");
    while ((binding = open_binding(protocol)) != NULL) {
        binding->unbind_asked = true;
        ndis_pnp_event(binding, NetEventPause, NULL, 0);
        ndis_unbind6(binding, UINT64_MAX);
    }
    NdisDeregisterProtocol(&status, protocol);
    if (status != NDIS_STATUS_SUCCESS)
        ndis_log("protocol %s deregisters with a binding open; it is kept", protocol->name);
}

NDIS_STATUS NdisOpenAdapterEx(NDIS_HANDLE NdisProtocolHandle, NDIS_HANDLE ProtocolBindingContext,
                              PNDIS_OPEN_PARAMETERS OpenParameters, NDIS_HANDLE BindContext,
                              PNDIS_HANDLE NdisBindingHandle)
{
    NDIS_STATUS status, error;

    ndis_only_passive("NdisOpenAdapterEx");
    (void)BindContext;
    *NdisBindingHandle = NULL;
    if (OpenParameters->Header.Type != NDIS_OBJECT_TYPE_OPEN_PARAMETERS)
        return NDIS_STATUS_INVALID_PARAMETER;
    NdisOpenAdapter(&status, &error, NdisBindingHandle, OpenParameters->SelectedMediumIndex,
                    OpenParameters->MediumArray, OpenParameters->MediumArraySize,
                    NdisProtocolHandle, ProtocolBindingContext, OpenParameters->AdapterName, 0,
                    NULL);
    return status;
}

NDIS_STATUS NdisCloseAdapterEx(NDIS_HANDLE NdisBindingHandle)
{
    NDIS_STATUS status;

    ndis_only_passive("NdisCloseAdapterEx");
    NdisCloseAdapter(&status, NdisBindingHandle);
    return status;
}
