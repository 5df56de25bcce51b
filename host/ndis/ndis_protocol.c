/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols and their bindings. A closed binding's storage stays until its miniport goes.
 */
#include <stdlib.h>

#include "ndis_machine.h"

uint64_t ndis_binding_outstanding(const struct ndis_binding *binding)
{
    uint64_t done = ndis_count_read(&binding->done_ok) + ndis_count_read(&binding->done_error);

    return ndis_count_read(&binding->sent) - done;
}

/* ---- registration ---- */

/* A bind in progress, and what the handler answered. */
struct bind_context {
    volatile bool done;
    NDIS_STATUS status;
};

static void bind_one(struct ndis_protocol *protocol, struct ndis_miniport *m)
{
    struct bind_context context = {.status = NDIS_STATUS_PENDING};
    PNDIS_STRING name = ndis_string_new(m->name);

    if (!name)
        return;
    OUTSIDE(protocol->chars.BindAdapterHandler)(&context.status, &context, name, m, NULL);
    if (context.status == NDIS_STATUS_PENDING)
        ndis.platform->ops->wait(ndis.platform, &context.done, UINT64_MAX);
    free(name);
}

VOID NdisCompleteBindAdapter(NDIS_HANDLE BindAdapterContext, NDIS_STATUS Status,
                             NDIS_STATUS OpenStatus)
{
    struct bind_context *context = BindAdapterContext;

    (void)Status;
    (void)OpenStatus;
    nic_platform_flag_set(ndis.platform, &context->done);
}

VOID NdisCompleteUnbindAdapter(NDIS_HANDLE UnbindAdapterContext, NDIS_STATUS Status)
{
    NdisCompleteBindAdapter(UnbindAdapterContext, Status, Status);
}

void ndis_bind_all(struct ndis_miniport *m)
{
    for (struct ndis_protocol *protocol = ndis.protocols; protocol; protocol = protocol->next) {
        if (protocol->is6 && m->driver->is6)
            ndis_bind6(protocol, m);
        else if (!protocol->is6 && !m->driver->is6 && protocol->chars.BindAdapterHandler &&
                 protocol != m->driver->lower_edge)
            bind_one(protocol, m);
    }
}

VOID NdisRegisterProtocol(PNDIS_STATUS Status, PNDIS_HANDLE NdisProtocolHandle,
                          PNDIS_PROTOCOL_CHARACTERISTICS Characteristics,
                          UINT CharacteristicsLength)
{
    ndis_only_passive("NdisRegisterProtocol");
    size_t length = Characteristics->MajorNdisVersion == 5 ? sizeof(NDIS50_PROTOCOL_CHARACTERISTICS)
                    : Characteristics->MajorNdisVersion == 4
                        ? sizeof(NDIS40_PROTOCOL_CHARACTERISTICS)
                        : 0;
    struct ndis_protocol *protocol;

    *NdisProtocolHandle = NULL;
    *Status = NDIS_STATUS_BAD_VERSION;
    if (length == 0)
        return;
    *Status = NDIS_STATUS_BAD_CHARACTERISTICS;
    if (CharacteristicsLength < length || !Characteristics->SendCompleteHandler ||
        !Characteristics->RequestCompleteHandler || !Characteristics->ResetCompleteHandler)
        return;
    *Status = NDIS_STATUS_RESOURCES;
    protocol = calloc(1, sizeof(*protocol));
    if (!protocol)
        return;
    memcpy(&protocol->chars, Characteristics, length);
    protocol->name = ndis_string_to_utf8(&Characteristics->Name);
    ndis_lock(&ndis.lock);
    protocol->next = ndis.protocols;
    ndis.protocols = protocol;
    ndis_unlock(&ndis.lock);
    *NdisProtocolHandle = protocol;
    *Status = NDIS_STATUS_SUCCESS;
    for (struct ndis_miniport *m = ndis.miniports; m; m = m->next) {
        if (protocol->chars.BindAdapterHandler && !m->driver->is6 &&
            ndis_state(m) == MINIPORT_RUNNING)
            bind_one(protocol, m);
    }
}

static void protocol_release(void *memory)
{
    struct ndis_protocol *protocol = memory;

    free(protocol->name);
    free(protocol);
}

VOID NdisDeregisterProtocol(PNDIS_STATUS Status, NDIS_HANDLE NdisProtocolHandle)
{
    struct ndis_protocol *protocol = NdisProtocolHandle;

    ndis_only_passive("NdisDeregisterProtocol");
    ndis_lock(&ndis.lock);
    *Status = protocol->bindings ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS;
    for (struct ndis_protocol **at = &ndis.protocols; *Status == NDIS_STATUS_SUCCESS && *at;
         at = &(*at)->next) {
        if (*at == protocol) {
            *at = protocol->next;
            break;
        }
    }
    ndis_unlock(&ndis.lock);
    if (*Status != NDIS_STATUS_SUCCESS)
        return;
    ndis_release(protocol_release, protocol);
}

/* ---- bindings ---- */

VOID NdisOpenAdapter(PNDIS_STATUS Status, PNDIS_STATUS OpenErrorStatus,
                     PNDIS_HANDLE NdisBindingHandle, PUINT SelectedMediumIndex,
                     PNDIS_MEDIUM MediumArray, UINT MediumArraySize, NDIS_HANDLE NdisProtocolHandle,
                     NDIS_HANDLE ProtocolBindingContext, PNDIS_STRING AdapterName, UINT OpenOptions,
                     PSTRING AddressingInformation)
{
    struct ndis_protocol *protocol = NdisProtocolHandle;
    char *name = ndis_string_to_utf8(AdapterName);
    struct ndis_miniport *m = name ? ndis_miniport_find(name) : NULL;
    struct ndis_binding *binding;
    UINT medium = 0;

    ndis_only_passive("NdisOpenAdapter");
    (void)OpenOptions;
    (void)AddressingInformation;
    free(name);
    *NdisBindingHandle = NULL;
    *OpenErrorStatus = NDIS_STATUS_SUCCESS;
    *Status = NDIS_STATUS_ADAPTER_NOT_FOUND;
    if (!m || ndis_state(m) != MINIPORT_RUNNING)
        return;
    *Status = NDIS_STATUS_BAD_VERSION;
    if (protocol->is6 != m->driver->is6) {
        ndis_log("protocol %s is of NDIS %d and adapter %s of NDIS %d: they do not bind",
                 protocol->name, protocol->is6 ? 6 : 5, m->name, m->driver->is6 ? 6 : 5);
        return;
    }
    *Status = NDIS_STATUS_UNSUPPORTED_MEDIA;
    while (medium < MediumArraySize && MediumArray[medium] != NdisMedium802_3)
        medium++;
    if (medium == MediumArraySize)
        return;
    *Status = NDIS_STATUS_RESOURCES;
    binding = calloc(1, sizeof(*binding));
    if (!binding)
        return;
    *SelectedMediumIndex = medium;
    binding->miniport = m;
    binding->protocol = protocol;
    binding->context = ProtocolBindingContext;
    binding->send_complete = protocol->chars.SendCompleteHandler;
    if (ndis_verifying())
        ndis_verify_binding(binding);
    ndis_lock(&ndis.lock);
    protocol->bindings++;
    ndis_unlock(&ndis.lock);
    ndis_lock(&m->lock);
    binding->next = m->bindings;
    m->bindings = binding;
    ndis_unlock(&m->lock);
    *NdisBindingHandle = binding;
    *Status = NDIS_STATUS_SUCCESS;
}

static void closed(struct ndis_binding *binding)
{
    if (ndis_verifying())
        ndis_verify_closed(binding);
    ndis_lock(&ndis.lock);
    binding->protocol->bindings--;
    ndis_unlock(&ndis.lock);
}

/* Exactly one caller gets true, after the last packet is back and what was asked for has ended. */
static bool is_last(struct ndis_binding *binding)
{
    return ndis_binding_outstanding(binding) == 0 &&
           __atomic_load_n(&binding->asked, __ATOMIC_SEQ_CST) == 0 &&
           !__atomic_exchange_n(&binding->close_told, true, __ATOMIC_SEQ_CST);
}

void ndis_binding_maybe_closed(struct ndis_binding *binding)
{
    CLOSE_ADAPTER_COMPLETE_HANDLER_EX tell6;
    CLOSE_ADAPTER_COMPLETE_HANDLER tell;

    if (!is_last(binding))
        return; /* whoever was may have let the protocol go */
    tell = binding->protocol->chars.CloseAdapterCompleteHandler;
    tell6 = binding->protocol->chars6.CloseAdapterCompleteHandlerEx;
    closed(binding);
    if (tell6)
        OUTSIDE(tell6)(binding->context);
    else if (tell)
        OUTSIDE(tell)(binding->context, NDIS_STATUS_SUCCESS);
}

VOID NdisCloseAdapter(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle)
{
    struct ndis_binding *binding = NdisBindingHandle;
    struct ndis_miniport *m = binding->miniport;
    bool enter = ndis_inside != m && ndis_state(m) != MINIPORT_HALTED;

    ndis_only_passive("NdisCloseAdapter");
    /* Inside the gate, so that a completion there either counts before we look or sees `closing`.
     */
    if (enter)
        ndis_gate_enter_waiting(m);
    __atomic_store_n(&binding->closing, true, __ATOMIC_SEQ_CST);
    ndis_preempt("NdisCloseAdapter");
    ndis_request_unions(binding);
    *Status = NDIS_STATUS_PENDING;
    if (is_last(binding)) {
        closed(binding);
        *Status = NDIS_STATUS_SUCCESS;
    }
    if (enter)
        ndis_gate_leave_slow(m);
    if (m->driver->is6 && ndis_state(m) != MINIPORT_HALTED)
        ndis_oid_kick(m);
}

/* ---- unbinding ---- */

static struct ndis_binding *any_open(struct ndis_miniport *m)
{
    struct ndis_binding *binding;

    ndis_lock(&m->lock);
    for (binding = m->bindings; binding && (ndis_is_closing(binding) || binding->unbind_asked);
         binding = binding->next)
        ;
    ndis_unlock(&m->lock);
    return binding;
}

void ndis_unbind_all(struct ndis_miniport *m, uint64_t timeout_ns)
{
    struct ndis_binding *binding;

    while ((binding = any_open(m)) != NULL) {
        struct bind_context context = {.status = NDIS_STATUS_PENDING};
        UNBIND_HANDLER unbind = binding->protocol->chars.UnbindAdapterHandler;
        binding->unbind_asked = true;
        if (binding->protocol->is6)
            ndis_unbind6(binding, timeout_ns);
        else if (unbind)
            OUTSIDE(unbind)(&context.status, binding->context, &context);
        if (unbind && context.status == NDIS_STATUS_PENDING)
            ndis.platform->ops->wait(ndis.platform, &context.done, timeout_ns);
        if (!ndis_is_closing(binding)) {
            ndis_log("%s: protocol %s did not close its binding; closed by force", m->name,
                     binding->protocol->name);
            NdisCloseAdapter(&context.status, binding);
        }
    }
}
