/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OID requests and status indications of NDIS 6. One request is in a miniport at a time; what waits behind it is started
 * at PASSIVE level, from a work item. What only describes the adapter the library answers itself, from the attributes.
 * What a set of packet filter or multicast list becomes is decided in ndis_filter.c.
 */
#include "ndis_machine.h"

/* NdisReserved of a request: next in the queue, whose it is (NULL: the library's own), and the buffer that the union of
 * all bindings stands for meanwhile. */
struct oid_tag {
    PNDIS_OID_REQUEST next;
    struct ndis_binding *binding;
    PVOID buffer;
    UINT length;
};

static struct oid_tag *tag_of(PNDIS_OID_REQUEST request)
{
    return (struct oid_tag *)(void *)request->NdisReserved;
}

static bool is_set(const NDIS_OID_REQUEST *request)
{
    return request->RequestType == NdisRequestSetInformation;
}

/* ---- what the library knows ---- */

struct known {
    const void *data;
    ULONG length;
};

static ULONG link_speed_100(const NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *a)
{
    return a->XmitLinkSpeed == NDIS_LINK_SPEED_UNKNOWN ? 0 : (ULONG)(a->XmitLinkSpeed / 100);
}

/* `word` is where an answer may be made. */
static struct known known(const struct ndis_miniport *m, NDIS_OID oid, ULONG *word)
{
    const NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES *a = &m->six.attributes;

    switch (oid) {
    case OID_GEN_SUPPORTED_LIST:
        return (struct known){m->six.oids, a->SupportedOidListLength};
    case OID_GEN_MEDIA_SUPPORTED:
    case OID_GEN_MEDIA_IN_USE:
        return (struct known){&a->MediaType, sizeof(a->MediaType)};
    case OID_GEN_PHYSICAL_MEDIUM:
        return (struct known){&a->PhysicalMediumType, sizeof(a->PhysicalMediumType)};
    case OID_GEN_MAXIMUM_LOOKAHEAD:
        return (struct known){&a->LookaheadSize, sizeof(ULONG)};
    case OID_GEN_MAXIMUM_FRAME_SIZE:
        return (struct known){&a->MtuSize, sizeof(ULONG)};
    case OID_GEN_LINK_SPEED:
        *word = link_speed_100(a);
        return (struct known){word, sizeof(ULONG)};
    case OID_GEN_MEDIA_CONNECT_STATUS:
        *word = a->MediaConnectState == MediaConnectStateConnected ? NdisMediaStateConnected
                                                                   : NdisMediaStateDisconnected;
        return (struct known){word, sizeof(ULONG)};
    case OID_GEN_MAC_OPTIONS:
        return (struct known){&a->MacOptions, sizeof(ULONG)};
    case OID_802_3_PERMANENT_ADDRESS:
        return (struct known){a->PermanentMacAddress, a->MacAddressLength};
    case OID_802_3_CURRENT_ADDRESS:
        return (struct known){a->CurrentMacAddress, a->MacAddressLength};
    case OID_802_3_MAXIMUM_LIST_SIZE:
        return (struct known){&a->MaxMulticastListSize, sizeof(ULONG)};
    default:
        return (struct known){NULL, 0};
    }
}

/* The list is the binding's; statistics ask for the miniport's. */
static NDIS_STATUS answer_list(struct ndis_binding *binding, PNDIS_OID_REQUEST request)
{
    struct _QUERY *query = &request->DATA.QUERY_INFORMATION;
    struct QUERY_INFORMATION q = {.InformationBuffer = query->InformationBuffer,
                                  .InformationBufferLength = query->InformationBufferLength};
    NDIS_STATUS status =
        ndis_filter_query_list(binding, request->RequestType == NdisRequestQueryStatistics, &q);

    query->BytesWritten = q.BytesWritten;
    query->BytesNeeded = q.BytesNeeded;
    return status;
}

/* PENDING: the driver has to be asked. */
static NDIS_STATUS answer(struct ndis_binding *binding, PNDIS_OID_REQUEST request)
{
    struct ndis_miniport *m = binding->miniport;
    struct _QUERY *query = &request->DATA.QUERY_INFORMATION;
    struct known k;
    ULONG word;

    if (request->RequestType != NdisRequestQueryInformation &&
        request->RequestType != NdisRequestQueryStatistics)
        return NDIS_STATUS_PENDING;
    ndis_lock(&m->lock);
    k = known(m, query->Oid, &word);
    if (k.data && query->InformationBufferLength >= k.length)
        memcpy(query->InformationBuffer, k.data, k.length);
    ndis_unlock(&m->lock);
    if (!k.data)
        return query->Oid == OID_802_3_MULTICAST_LIST ? answer_list(binding, request)
                                                      : NDIS_STATUS_PENDING;
    query->BytesNeeded = k.length;
    query->BytesWritten = query->InformationBufferLength >= k.length ? k.length : 0;
    return query->BytesWritten == k.length ? NDIS_STATUS_SUCCESS : NDIS_STATUS_BUFFER_TOO_SHORT;
}

/* ---- in the miniport ---- */

/* The request is current and nobody else's. PENDING: the driver will complete it, or has. */
static NDIS_STATUS call_driver(struct ndis_miniport *m, PNDIS_OID_REQUEST request)
{
    struct _SET *set = &request->DATA.SET_INFORMATION;
    struct oid_tag *tag = tag_of(request);
    NDIS_STATUS status;

    if (is_set(request)) {
        PVOID buffer = set->InformationBuffer;
        ULONG length = set->InformationBufferLength;
        status = tag->binding ? ndis_filter_set(m, tag->binding, set->Oid, &buffer, &length)
                              : ndis_filter_unite(m, set->Oid, &buffer, &length);
        if (status != NDIS_STATUS_SUCCESS)
            return status;
        set->InformationBuffer = buffer;
        set->InformationBufferLength = length;
    }
    ndis_preempt("MiniportOidRequest");
    status = OUTSIDE(m->driver->chars6.OidRequestHandler)(m->context, request);
    ndis_preempt("MiniportOidRequest returned");
    return status;
}

/* Takes the current request out of the miniport. False: it is not the current one. */
static bool finish(struct ndis_miniport *m, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct _SET *set = &request->DATA.SET_INFORMATION;
    struct oid_tag *tag = tag_of(request);
    bool is_current, more, reissued;

    ndis_lock(&m->lock);
    is_current = m->six.oid_current == request;
    if (is_current) {
        m->six.oid_current = NULL;
        m->requests_done++;
        if (is_set(request) && tag->binding) {
            set->InformationBuffer = tag->buffer;
            set->InformationBufferLength = tag->length;
            if (ndis_filter_settle(m, status) && status == NDIS_STATUS_SUCCESS)
                set->BytesRead = tag->length; /* of its own, not the union */
        }
    }
    more = (m->six.oid_head || m->filter_union_due || m->list_union_due) && !m->six.oid_current;
    reissued = ndis_request_reissued(m);
    ndis_unlock(&m->lock);
    if (reissued)
        ndis_gate_kick(m); /* the reset's end */
    else if (more)
        ndis_oid_kick(m);
    return is_current;
}

/* It is no longer current: the library's own may be in use again already. */
static void tell(struct ndis_miniport *m, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct ndis_binding *binding;

    if (request == &m->six.union_request)
        return;
    binding = tag_of(request)->binding;
    OUTSIDE(binding->protocol->chars6.OidRequestCompleteHandler)
    (binding->context, request, status);
    ndis_binding_ended(binding);
}

/* Under m->lock. */
static void append(struct ndis_miniport *m, PNDIS_OID_REQUEST request)
{
    tag_of(request)->next = NULL;
    if (m->six.oid_tail)
        tag_of(m->six.oid_tail)->next = request;
    else
        m->six.oid_head = request;
    m->six.oid_tail = request;
}

/* Under m->lock. */
static PNDIS_OID_REQUEST take_head(struct ndis_miniport *m)
{
    PNDIS_OID_REQUEST request = m->six.oid_head;

    if (request)
        m->six.oid_head = tag_of(request)->next;
    if (!m->six.oid_head)
        m->six.oid_tail = NULL;
    return request;
}

/* Under m->lock: the library's own set of what is left when a binding has closed, or again after a reset (DER-8). */
static PNDIS_OID_REQUEST take_union(struct ndis_miniport *m)
{
    bool *due = m->filter_union_due ? &m->filter_union_due : &m->list_union_due;

    if (!*due)
        return NULL;
    m->six.union_request = (NDIS_OID_REQUEST){
        .Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                   NDIS_SIZEOF_OID_REQUEST_REVISION_1},
        .RequestType = NdisRequestSetInformation,
        .DATA.SET_INFORMATION.Oid =
            due == &m->filter_union_due ? OID_GEN_CURRENT_PACKET_FILTER : OID_802_3_MULTICAST_LIST};
    *due = false;
    return &m->six.union_request;
}

/* Work item: starts what waits, as long as the driver answers at once. */
static void start_next(void *context)
{
    struct ndis_miniport *m = context;
    PNDIS_OID_REQUEST request;
    NDIS_STATUS status;

    do {
        ndis_lock(&m->lock);
        request = NULL;
        if (!m->six.oid_current && (!m->resetting || m->reissuing)) {
            request = take_union(m);
            if (!request && !m->resetting)
                request = take_head(m);
            m->six.oid_current = request;
        }
        ndis_unlock(&m->lock);
        if (!request)
            return;
        status = call_driver(m, request);
        if (status != NDIS_STATUS_PENDING && finish(m, request, status))
            tell(m, request, status);
    } while (status != NDIS_STATUS_PENDING);
}

void ndis_oid_start(struct ndis_miniport *m)
{
    m->six.oid_work = (struct nic_dpc){.fn = start_next, .context = m};
}

void ndis_oid_kick(struct ndis_miniport *m)
{
    ndis.platform->ops->work_queue(ndis.platform, &m->six.oid_work);
}

/* ---- calls ---- */

NDIS_STATUS NdisOidRequest(NDIS_HANDLE NdisBindingHandle, PNDIS_OID_REQUEST OidRequest)
{
    NDIS_VISIT(.call = "NdisOidRequest", .binding = NdisBindingHandle);
    struct ndis_binding *binding = NdisBindingHandle;
    struct ndis_miniport *m;
    NDIS_STATUS status;
    bool now = false;

    if (!ndis_visit(&visit))
        return NDIS_STATUS_FAILURE;
    m = binding->miniport;
    status = answer(binding, OidRequest);
    ndis_preempt("NdisOidRequest");
    ndis_only_passive("NdisOidRequest");
    if (status != NDIS_STATUS_PENDING)
        return status;
    *tag_of(OidRequest) =
        (struct oid_tag){.binding = binding,
                         .buffer = OidRequest->DATA.SET_INFORMATION.InformationBuffer,
                         .length = OidRequest->DATA.SET_INFORMATION.InformationBufferLength};
    __atomic_fetch_add(&binding->asked, 1, __ATOMIC_SEQ_CST); /* before the look at `closing` */
    ndis_lock(&m->lock);
    if (m->resetting || m->reset_due)
        status = NDIS_STATUS_RESET_IN_PROGRESS;
    else if (ndis_is_closing(binding))
        status = NDIS_STATUS_CLOSING;
    else if (ndis_state(m) != MINIPORT_RUNNING && ndis_state(m) != MINIPORT_REMOVING)
        status = NDIS_STATUS_ADAPTER_NOT_READY;
    else if (m->six.oid_current || m->six.oid_head)
        append(m, OidRequest);
    else
        now = (m->six.oid_current = OidRequest) != NULL;
    ndis_unlock(&m->lock);
    if (now) {
        status = call_driver(m, OidRequest);
        if (status != NDIS_STATUS_PENDING)
            finish(m, OidRequest, status);
    }
    if (status != NDIS_STATUS_PENDING)
        ndis_binding_ended(binding);
    ndis_preempt("NdisOidRequest returned");
    return status;
}

VOID NdisMOidRequestComplete(NDIS_HANDLE MiniportAdapterHandle, PNDIS_OID_REQUEST OidRequest,
                             NDIS_STATUS Status)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    NDIS_VISIT(.call = "NdisMOidRequestComplete", .miniport = m);

    if (!ndis_visit(&visit))
        return;
    ndis_preempt("NdisMOidRequestComplete");
    if (finish(m, OidRequest, Status))
        tell(m, OidRequest, Status);
    else
        ndis_log(
            "%s: NdisMOidRequestComplete for request %p, which the driver does not have; ignored",
            m->name, (void *)OidRequest);
}

VOID NdisCancelOidRequest(NDIS_HANDLE NdisBindingHandle, PVOID RequestId)
{
    NDIS_VISIT(.call = "NdisCancelOidRequest", .binding = NdisBindingHandle);
    struct ndis_binding *binding = NdisBindingHandle;
    PNDIS_OID_REQUEST all, next, cancelled = NULL;
    struct ndis_miniport *m;
    bool is_with_driver;

    if (!ndis_visit(&visit))
        return;
    m = binding->miniport;
    ndis_lock(&m->lock);
    all = m->six.oid_head;
    m->six.oid_head = m->six.oid_tail = NULL;
    for (; all; all = next) {
        next = tag_of(all)->next;
        if (tag_of(all)->binding == binding && all->RequestId == RequestId) {
            tag_of(all)->next = cancelled;
            cancelled = all;
        } else {
            append(m, all);
        }
    }
    is_with_driver = m->six.oid_current && m->six.oid_current->RequestId == RequestId &&
                     tag_of(m->six.oid_current)->binding == binding;
    ndis_unlock(&m->lock);
    for (; cancelled; cancelled = next) {
        next = tag_of(cancelled)->next;
        tell(m, cancelled, NDIS_STATUS_REQUEST_ABORTED);
    }
    if (is_with_driver && m->driver->chars6.CancelOidRequestHandler)
        OUTSIDE(m->driver->chars6.CancelOidRequestHandler)(m->context, RequestId);
}

/* ---- reset, halt ---- */

void ndis_oid_abort(struct ndis_miniport *m, NDIS_STATUS status)
{
    PNDIS_OID_REQUEST request;

    ndis.platform->ops->dpc_cancel(ndis.platform, &m->six.oid_work);
    do {
        ndis_lock(&m->lock);
        m->filter_union_due = m->list_union_due = false;
        request = m->six.oid_current;
        if (!request)
            request = m->six.oid_current = take_head(m);
        ndis_unlock(&m->lock);
        if (request && finish(m, request, status))
            tell(m, request, status);
    } while (request);
}

/* ---- status ---- */

/* The state of the link is an attribute, too. */
static void note_link(struct ndis_miniport *m, const NDIS_LINK_STATE *state)
{
    ndis_lock(&m->lock);
    m->six.attributes.MediaConnectState = state->MediaConnectState;
    m->six.attributes.MediaDuplexState = state->MediaDuplexState;
    m->six.attributes.XmitLinkSpeed = state->XmitLinkSpeed;
    m->six.attributes.RcvLinkSpeed = state->RcvLinkSpeed;
    ndis_unlock(&m->lock);
}

VOID NdisMIndicateStatusEx(NDIS_HANDLE MiniportAdapterHandle,
                           PNDIS_STATUS_INDICATION StatusIndication)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    NDIS_VISIT(.call = "NdisMIndicateStatusEx", .miniport = m);

    if (!ndis_visit(&visit))
        return;
    ndis_preempt("NdisMIndicateStatusEx");
    if (ndis_verifying())
        ndis_verify_no_lock("NdisMIndicateStatusEx");
    if (StatusIndication->StatusCode == NDIS_STATUS_LINK_STATE &&
        StatusIndication->StatusBufferSize >= NDIS_SIZEOF_LINK_STATE_REVISION_1)
        note_link(m, StatusIndication->StatusBuffer);
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (ndis_is_closing(binding) ||
            (StatusIndication->DestinationHandle &&
             StatusIndication->DestinationHandle != binding) ||
            !ndis_binding_enter(binding))
            continue;
        OUTSIDE(binding->protocol->chars6.StatusHandlerEx)(binding->context, StatusIndication);
        ndis_binding_leave(binding);
    }
}

void ndis_status_indicate6(struct ndis_miniport *m, NDIS_STATUS status, PVOID buffer,
                           UINT length_bytes)
{
    NDIS_STATUS_INDICATION indication = {.Header = {NDIS_OBJECT_TYPE_STATUS_INDICATION,
                                                    NDIS_STATUS_INDICATION_REVISION_1,
                                                    NDIS_SIZEOF_STATUS_INDICATION_REVISION_1},
                                         .SourceHandle = m,
                                         .StatusCode = status,
                                         .StatusBuffer = buffer,
                                         .StatusBufferSize = length_bytes};

    NdisMIndicateStatusEx(m, &indication);
}
