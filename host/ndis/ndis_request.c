/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests, reset and status. One request is in a miniport at a time. What it gets as packet filter
 * and multicast list is decided in ndis_filter.c.
 */
#include "ndis_machine.h"

/* MacReserved of a request: next in the queue, whose it is (NULL: the library's own), and then
 * where the answer goes. */
struct request_tag {
    PNDIS_REQUEST next;
    struct ndis_binding *binding;
    struct internal_request *internal;
};

struct internal_request {
    NDIS_REQUEST request;
    NDIS_STATUS status;
    volatile bool done;
};

static struct request_tag tag_of(PNDIS_REQUEST request)
{
    struct request_tag tag;

    memcpy(&tag, request->MacReserved, sizeof(tag));
    return tag;
}

static void set_tag(PNDIS_REQUEST request, struct request_tag tag)
{
    memcpy(request->MacReserved, &tag, sizeof(tag));
}

static bool is_set(PNDIS_REQUEST request)
{
    return request->RequestType == NdisRequestSetInformation;
}

static bool union_due(const struct ndis_miniport *m)
{
    return m->filter_union_due || m->list_union_due;
}

bool ndis_request_ready(const struct ndis_miniport *m)
{
    if (m->request_current || (m->resetting && !m->reissuing))
        return false;
    return union_due(m) || (m->request_head && !m->resetting);
}

bool ndis_request_reissued(const struct ndis_miniport *m)
{
    return m->reissuing && !m->request_current && !m->six.oid_current && !union_due(m);
}

/* Inside. PENDING: the driver will complete it, or has. */
static NDIS_STATUS call_driver(struct ndis_miniport *m, PNDIS_REQUEST request)
{
    struct SET_INFORMATION *set = &request->DATA.SET_INFORMATION; /* both have the same layout */
    struct ndis_binding *binding = tag_of(request).binding;
    PVOID buffer = set->InformationBuffer;
    ULONG length = set->InformationBufferLength;
    NDIS_STATUS status;

    m->bytes_written = m->bytes_needed = 0;
    if (!is_set(request))
        return OUTSIDE(m->driver->chars.QueryInformationHandler)(
            m->context, set->Oid, buffer, length, &m->bytes_written, &m->bytes_needed);
    status = binding ? ndis_filter_set(m, binding, set->Oid, &buffer, &length)
                     : ndis_filter_unite(m, set->Oid, &buffer, &length);
    if (status != NDIS_STATUS_SUCCESS)
        return status;
    return OUTSIDE(m->driver->chars.SetInformationHandler)(m->context, set->Oid, buffer, length,
                                                           &m->bytes_written, &m->bytes_needed);
}

void ndis_binding_ended(struct ndis_binding *binding)
{
    __atomic_fetch_sub(&binding->asked, 1, __ATOMIC_SEQ_CST);
    if (ndis_is_closing(binding))
        ndis_binding_maybe_closed(binding);
}

/* It is no longer current: the union may be in use again already. */
static void tell(struct ndis_miniport *m, PNDIS_REQUEST request, NDIS_STATUS status)
{
    struct request_tag tag;

    if (request == &m->union_request)
        return;
    tag = tag_of(request);
    if (tag.internal) {
        tag.internal->status = status;
        nic_platform_flag_set(ndis.platform, &tag.internal->done);
        return;
    }
    OUTSIDE(tag.binding->protocol->chars.RequestCompleteHandler)
    (tag.binding->context, request, status);
    ndis_binding_ended(tag.binding);
}

/* Takes the current request out of the miniport, with its byte counts filled in; NULL: there is
 * none. */
static PNDIS_REQUEST take_current(struct ndis_miniport *m, NDIS_STATUS status)
{
    PNDIS_REQUEST request;

    ndis_lock(&m->lock);
    request = m->request_current;
    m->request_current = NULL;
    if (request) {
        m->requests_done++;
        request->DATA.SET_INFORMATION.BytesRead = m->bytes_written;
        request->DATA.SET_INFORMATION.BytesNeeded = m->bytes_needed;
        if (ndis_filter_settle(m, status) && status == NDIS_STATUS_SUCCESS)
            request->DATA.SET_INFORMATION.BytesRead =
                request->DATA.SET_INFORMATION
                    .InformationBufferLength; /* of its own, not the union */
    }
    ndis_unlock(&m->lock);
    return request;
}

/* Inside, m->request_current set. */
static NDIS_STATUS run_current(struct ndis_miniport *m, PNDIS_REQUEST request)
{
    NDIS_STATUS status = call_driver(m, request);

    if (status != NDIS_STATUS_PENDING)
        take_current(m, status);
    return status;
}

/* Under m->lock. What it sets is found when the driver is called. */
static PNDIS_REQUEST take_union(struct ndis_miniport *m)
{
    bool *due = m->filter_union_due ? &m->filter_union_due : &m->list_union_due;

    m->union_request = (NDIS_REQUEST){.RequestType = NdisRequestSetInformation};
    m->union_request.DATA.SET_INFORMATION.Oid =
        due == &m->filter_union_due ? OID_GEN_CURRENT_PACKET_FILTER : OID_802_3_MULTICAST_LIST;
    *due = false;
    return &m->union_request;
}

void ndis_request_run(struct ndis_miniport *m)
{
    PNDIS_REQUEST request;
    NDIS_STATUS status;

    ndis_lock(&m->lock);
    request = union_due(m) ? take_union(m) : m->request_head;
    if (request == m->request_head)
        m->request_head = tag_of(request).next;
    m->request_current = request;
    ndis_unlock(&m->lock);
    status = run_current(m, request);
    if (status != NDIS_STATUS_PENDING)
        tell(m, request, status);
}

static void request_append(struct ndis_miniport *m, PNDIS_REQUEST request)
{
    PNDIS_REQUEST *at = &m->request_head, last = NULL;
    struct request_tag tag;

    for (; *at; *at = NULL) {
        last = m->request_head;
        while (tag_of(last).next)
            last = tag_of(last).next;
        tag = tag_of(last);
        tag.next = request;
        set_tag(last, tag);
        return;
    }
    *at = request;
}

void ndis_request_unions(const struct ndis_binding *closing)
{
    struct ndis_miniport *m = closing->miniport;

    ndis_lock(&m->lock);
    m->filter_union_due |= closing->filter != 0;
    m->list_union_due |= closing->multicast && closing->multicast->count;
    if (union_due(m))
        ndis_gate_attention(m);
    ndis_unlock(&m->lock);
}

/* PENDING: it is queued, or with the driver. */
static NDIS_STATUS submit(struct ndis_miniport *m, PNDIS_REQUEST request)
{
    struct ndis_miniport *outer = ndis_inside;
    enum nic_level before = ndis_raise();
    NDIS_STATUS status = NDIS_STATUS_PENDING;
    bool now = false, kick = false;

    ndis_lock(&m->lock);
    if (m->resetting || m->reset_due) {
        status = NDIS_STATUS_RESET_IN_PROGRESS;
    } else if (ndis_state(m) != MINIPORT_RUNNING && ndis_state(m) != MINIPORT_REMOVING) {
        status = NDIS_STATUS_ADAPTER_NOT_READY;
    } else {
        now = !m->request_head && !m->request_current && ndis_gate_take_locked(m);
        if (now) {
            m->request_current = request;
        } else {
            request_append(m, request);
            ndis_gate_attention(m);
            kick = ndis_gate_take_locked(m); /* its owner may just have gone */
        }
    }
    ndis_unlock(&m->lock);
    if (now) {
        ndis_inside = m;
        status = run_current(m, request);
        ndis_inside = outer;
    }
    if (now || kick)
        ndis_gate_leave_slow(m);
    ndis_lower(before);
    return status;
}

/* The library's own OID. Of the options only NO_LOOPBACK changes anything. */
static NDIS_STATUS set_options(struct ndis_binding *binding, struct SET_INFORMATION *set)
{
    ULONG options;

    if (set->InformationBufferLength < sizeof(options)) {
        set->BytesNeeded = sizeof(options);
        return NDIS_STATUS_INVALID_LENGTH;
    }
    memcpy(&options, set->InformationBuffer, sizeof(options));
    __atomic_store_n(&binding->no_loopback, options & NDIS_PROT_OPTION_NO_LOOPBACK,
                     __ATOMIC_RELAXED);
    set->BytesRead = sizeof(options);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS ask(struct ndis_binding *binding, PNDIS_REQUEST request)
{
    NDIS_STATUS status;

    if (ndis_is_closing(binding))
        return NDIS_STATUS_CLOSING;
    __atomic_fetch_add(&binding->asked, 1, __ATOMIC_SEQ_CST);
    status = submit(binding->miniport, request);
    if (status != NDIS_STATUS_PENDING)
        ndis_binding_ended(binding);
    return status;
}

VOID NdisRequest(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle, PNDIS_REQUEST Request)
{
    NDIS_VISIT(.call = "NdisRequest", .binding = NdisBindingHandle);
    struct ndis_binding *binding = NdisBindingHandle;

    *Status = NDIS_STATUS_FAILURE;
    if (!ndis_visit(&visit))
        return;
    ndis_preempt("NdisRequest");
    if (ndis_verifying())
        ndis_verify_call_up("NdisRequest");
    set_tag(Request, (struct request_tag){.binding = binding});
    if (Request->RequestType != NdisRequestQueryInformation &&
        Request->RequestType != NdisRequestQueryStatistics &&
        Request->RequestType != NdisRequestSetInformation)
        *Status = NDIS_STATUS_NOT_SUPPORTED;
    else if (is_set(Request) && Request->DATA.SET_INFORMATION.Oid == OID_GEN_PROTOCOL_OPTIONS)
        *Status = set_options(binding, &Request->DATA.SET_INFORMATION);
    else if (!is_set(Request) && Request->DATA.QUERY_INFORMATION.Oid == OID_802_3_MULTICAST_LIST)
        *Status =
            ndis_filter_query_list(binding, Request->RequestType == NdisRequestQueryStatistics,
                                   &Request->DATA.QUERY_INFORMATION);
    else
        *Status = ask(binding, Request);
    ndis_preempt("NdisRequest returned");
}

NDIS_STATUS ndis_request_internal(struct ndis_miniport *m, NDIS_OID oid, void *buffer,
                                  UINT length_bytes)
{
    struct internal_request internal = {
        .request.RequestType = NdisRequestQueryInformation,
        .request.DATA.QUERY_INFORMATION = {.Oid = oid,
                                           .InformationBuffer = buffer,
                                           .InformationBufferLength = length_bytes},
    };
    NDIS_STATUS status;

    set_tag(&internal.request, (struct request_tag){.internal = &internal});
    status = submit(m, &internal.request);
    if (status != NDIS_STATUS_PENDING)
        return status;
    while (!ndis.platform->ops->wait(ndis.platform, &internal.done, 1000000000u))
        ndis_log("%s: still waiting for the answer to OID %08x", m->name, oid);
    return internal.status;
}

static void request_complete(struct ndis_miniport *m, NDIS_STATUS status, const char *call)
{
    NDIS_VISIT(.call = call, .miniport = m);
    PNDIS_REQUEST request;
    enum nic_level before;

    if (!ndis_visit(&visit))
        return;
    ndis_up_to_dispatch(call);
    ndis_preempt(call);
    request = take_current(m, status);
    if (!request) {
        ndis_log("%s: %s without a request; ignored", m->name, call);
        return;
    }
    before = ndis_raise();
    tell(m, request, status);
    if (ndis_inside != m)
        ndis_gate_kick(m);
    ndis_lower(before);
}

VOID NdisMQueryInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status)
{
    request_complete(ndis_miniport_of(MiniportAdapterHandle), Status,
                     "NdisMQueryInformationComplete");
}

VOID NdisMSetInformationComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status)
{
    request_complete(ndis_miniport_of(MiniportAdapterHandle), Status,
                     "NdisMSetInformationComplete");
}

/* ---- reset ---- */

VOID NdisReset(PNDIS_STATUS Status, NDIS_HANDLE NdisBindingHandle)
{
    NDIS_VISIT(.call = "NdisReset", .binding = NdisBindingHandle);
    struct ndis_binding *binding = NdisBindingHandle;
    struct ndis_miniport *m;

    *Status = NDIS_STATUS_FAILURE;
    if (!ndis_visit(&visit))
        return;
    m = binding->miniport;
    ndis_up_to_dispatch("NdisReset");
    ndis_lock(&m->lock);
    *Status = m->reset_due || m->resetting ? NDIS_STATUS_RESET_IN_PROGRESS : NDIS_STATUS_PENDING;
    if (*Status == NDIS_STATUS_PENDING) {
        __atomic_store_n(&m->reset_due, true, __ATOMIC_RELEASE);
        m->reset_by = binding;
        __atomic_fetch_add(&binding->asked, 1, __ATOMIC_SEQ_CST);
    }
    ndis_unlock(&m->lock);
    if (*Status == NDIS_STATUS_PENDING)
        ndis_gate_kick(m);
}

void ndis_reset_run(struct ndis_miniport *m)
{
    BOOLEAN addressing_reset = FALSE;
    NDIS_STATUS status;

    ndis_lock(&m->lock);
    m->reset_ended = m->reissuing = false;
    __atomic_store_n(&m->reset_due, false, __ATOMIC_RELEASE);
    __atomic_store_n(&m->resetting, true, __ATOMIC_RELEASE);
    ndis_unlock(&m->lock);
    ndis_status_indicate(m, NDIS_STATUS_RESET_START, NULL, 0);
    ndis_status_complete(m);
    if (m->driver->is6)
        ndis_nbl_abort_queue(m, NULL, NDIS_STATUS_REQUEST_ABORTED);
    else
        ndis_send_abort_queue(m, NULL, NDIS_STATUS_REQUEST_ABORTED);
    if (ndis_verifying() && !m->serialized && !m->driver->is6)
        ndis_verify_reset_begins(m);
    ndis_preempt("MiniportReset");
    status = m->driver->is6
                 ? OUTSIDE(m->driver->chars6.ResetHandlerEx)(m->context, &addressing_reset)
                 : OUTSIDE(m->driver->chars.ResetHandler)(&addressing_reset, m->context);
    if (status != NDIS_STATUS_PENDING)
        NdisMResetComplete(m, status, addressing_reset);
}

VOID NdisMResetComplete(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS Status,
                        BOOLEAN AddressingReset)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    NDIS_VISIT(.call = "NdisMResetComplete", .miniport = m);

    if (!ndis_visit(&visit))
        return;
    ndis_up_to_dispatch("NdisMResetComplete");
    ndis_preempt("NdisMResetComplete");
    ndis_lock(&m->lock);
    m->reset_status = Status;
    m->addressing_reset = AddressingReset;
    m->reset_ended = true;
    ndis_gate_attention(m);
    ndis_unlock(&m->lock);
    if (ndis_inside != m)
        ndis_gate_kick(m);
}

/* The request that was in the miniport went with the reset. */
static void abort_request(struct ndis_miniport *m)
{
    PNDIS_REQUEST request = take_current(m, NDIS_STATUS_REQUEST_ABORTED);

    if (request == &m->union_request) { /* said again */
        bool is_list = request->DATA.SET_INFORMATION.Oid == OID_802_3_MULTICAST_LIST;
        *(is_list ? &m->list_union_due : &m->filter_union_due) = true;
    } else if (request) {
        tell(m, request, NDIS_STATUS_REQUEST_ABORTED);
    }
}

static void tell_reset(struct ndis_binding *by, NDIS_STATUS status)
{
    if (!by)
        return;
    OUTSIDE(by->protocol->chars.ResetCompleteHandler)(by->context, status);
    ndis_binding_ended(by);
}

void ndis_reset_end(struct ndis_miniport *m)
{
    if (m->driver->is6) {
        ndis_nbl_abort_outstanding(m, NDIS_STATUS_REQUEST_ABORTED, true);
    } else {
        if (m->serialized)
            ndis_send_abort_outstanding(m, NDIS_STATUS_REQUEST_ABORTED, false);
        else if (ndis_verifying())
            ndis_verify_reset_ended(m);
        abort_request(m);
    }
    m->stalled = false;
    ndis_lock(&m->lock);
    m->reset_ended = false;
    if (m->addressing_reset) {
        m->filter_union_due = true;
        m->list_union_due |= m->multicast != NULL;
        m->reissuing = true;
    }
    ndis_unlock(&m->lock);
    if (!m->reissuing)
        ndis_reset_tell(m);
    else if (m->driver->is6)
        ndis_oid_kick(m);
}

void ndis_reset_tell(struct ndis_miniport *m)
{
    struct ndis_binding *by;
    NDIS_STATUS status;

    ndis_lock(&m->lock);
    __atomic_store_n(&m->resetting, false, __ATOMIC_RELEASE);
    m->reissuing = false;
    by = m->reset_by;
    m->reset_by = NULL;
    status = m->reset_status;
    ndis_unlock(&m->lock);
    if (m->driver->is6)
        ndis_oid_kick(m); /* what waited behind filter and list */
    ndis_status_indicate(m, NDIS_STATUS_RESET_END, &status, sizeof(status));
    ndis_status_complete(m);
    tell_reset(by, status);
}

bool ndis_request_pends(struct ndis_miniport *m)
{
    bool pends;

    ndis_lock(&m->lock);
    pends = m->request_current || m->six.oid_current || m->resetting;
    if (!m->resetting) /* somebody is about to start them */
        pends |= m->request_head || m->six.oid_head || union_due(m);
    ndis_unlock(&m->lock);
    return pends;
}

void ndis_request_abort(struct ndis_miniport *m, NDIS_STATUS status)
{
    PNDIS_REQUEST request, queued;
    struct ndis_binding *by;

    request = take_current(m, status);
    ndis_lock(&m->lock);
    queued = m->request_head;
    m->request_head = NULL;
    by = m->reset_by;
    m->reset_by = NULL;
    ndis_unlock(&m->lock);
    if (request)
        tell(m, request, status);
    while ((request = queued) != NULL) {
        queued = tag_of(request).next;
        tell(m, request, status);
    }
    tell_reset(by, status);
}

/* ---- status ---- */

void ndis_status_indicate(struct ndis_miniport *m, NDIS_STATUS status, PVOID buffer,
                          UINT length_bytes)
{
    if (m->driver->is6) {
        ndis_status_indicate6(m, status, buffer, length_bytes);
        return;
    }
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (ndis_is_closing(binding) || !binding->protocol->chars.StatusHandler ||
            !ndis_binding_enter(binding))
            continue;
        OUTSIDE(binding->protocol->chars.StatusHandler)
        (binding->context, status, buffer, length_bytes);
        ndis_binding_leave(binding);
    }
}

void ndis_status_complete(struct ndis_miniport *m)
{
    if (m->driver->is6)
        return;
    for (struct ndis_binding *binding = ndis_bindings(m); binding; binding = binding->next) {
        if (ndis_is_closing(binding) || !binding->protocol->chars.StatusCompleteHandler ||
            !ndis_binding_enter(binding))
            continue;
        OUTSIDE(binding->protocol->chars.StatusCompleteHandler)(binding->context);
        ndis_binding_leave(binding);
    }
}

VOID NdisMIndicateStatus(NDIS_HANDLE MiniportAdapterHandle, NDIS_STATUS GeneralStatus,
                         PVOID StatusBuffer, UINT StatusBufferSize)
{
    NDIS_VISIT(.call = "NdisMIndicateStatus", .miniport = MiniportAdapterHandle);

    if (!ndis_visit(&visit))
        return;
    ndis_preempt("NdisMIndicateStatus");
    if (ndis_verifying())
        ndis_verify_call_up("NdisMIndicateStatus");
    ndis_status_indicate(ndis_miniport_of(MiniportAdapterHandle), GeneralStatus, StatusBuffer,
                         StatusBufferSize);
}

VOID NdisMIndicateStatusComplete(NDIS_HANDLE MiniportAdapterHandle)
{
    NDIS_VISIT(.call = "NdisMIndicateStatusComplete", .miniport = MiniportAdapterHandle);

    if (!ndis_visit(&visit))
        return;
    ndis_up_to_dispatch("NdisMIndicateStatusComplete");
    ndis_status_complete(ndis_miniport_of(MiniportAdapterHandle));
}
