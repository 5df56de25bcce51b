/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier for NBLs. Sent: the shadow has the owner, and checksums of the NBL, of its list of NET_BUFFERs with their
 * MDLs, and of the data, which nobody may change until the NBL is back (DER-13). Received: who has it.
 */
#include "ndis_shadow.h"

void ndis_verify_nbl_finding(PNET_BUFFER_LIST nbl, const char *format, ...)
{
    bool is_ours = nbl && ndis_nbl_is_ours(nbl);
    va_list list;

    va_start(list, format);
    ndis_verify_report("NBL", nbl, is_ours ? ndis_shadow_of(nbl) : NULL, format, list);
    va_end(list);
}

/* Under the lock. */
static void remember(PNET_BUFFER_LIST nbl, enum ndis_event what, NDIS_STATUS status)
{
    ndis_shadow_remember(ndis_shadow_of(nbl), what, status);
}

/* ---- contents ---- */

/* Next, MiniportReserved, Scratch and Status are the owner's to write; NdisReserved is ours. */
static uint64_t sum_descriptor(const NET_BUFFER_LIST *nbl)
{
    uint64_t sum = ndis_sum(NDIS_SUM_START, nbl->ProtocolReserved, sizeof(nbl->ProtocolReserved));

    sum = ndis_sum(sum, &nbl->Context, sizeof(nbl->Context));
    sum = ndis_sum(sum, &nbl->NdisPoolHandle, sizeof(nbl->NdisPoolHandle));
    sum = ndis_sum(sum, &nbl->SourceHandle, sizeof(nbl->SourceHandle));
    sum = ndis_sum(sum, &nbl->Flags, sizeof(nbl->Flags));
    return ndis_sum(sum, nbl->NetBufferListInfo, sizeof(nbl->NetBufferListInfo));
}

static uint64_t sum_buffers(const NET_BUFFER_LIST *nbl)
{
    uint64_t sum = NDIS_SUM_START;

    for (const NET_BUFFER *nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        sum = ndis_sum(sum, &nb, sizeof(nb));
        sum = ndis_sum(sum, &nb->CurrentMdl, sizeof(nb->CurrentMdl));
        sum = ndis_sum(sum, &nb->CurrentMdlOffset, sizeof(nb->CurrentMdlOffset));
        sum = ndis_sum(sum, &nb->DataLength, sizeof(nb->DataLength));
        sum = ndis_sum(sum, &nb->MdlChain, sizeof(nb->MdlChain));
        sum = ndis_sum(sum, &nb->DataOffset, sizeof(nb->DataOffset));
        sum = ndis_sum(sum, nb->ProtocolReserved, sizeof(nb->ProtocolReserved));
        for (const MDL *mdl = nb->MdlChain; mdl; mdl = mdl->Next)
            sum = ndis_sum(sum, mdl, sizeof(*mdl));
    }
    return sum;
}

static uint64_t sum_data(const NET_BUFFER_LIST *nbl)
{
    uint64_t sum = NDIS_SUM_START;

    for (const NET_BUFFER *nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        for (const MDL *mdl = nb->MdlChain; mdl; mdl = mdl->Next) {
            if (mdl->MappedSystemVa)
                sum = ndis_sum(sum, mdl->MappedSystemVa, mdl->ByteCount);
        }
    }
    return sum;
}

static const char *what_changed(PNET_BUFFER_LIST nbl)
{
    const struct shadow *shadow = ndis_shadow_of(nbl);

    if (shadow->sum_descriptor != sum_descriptor(nbl))
        return "the descriptor";
    if (shadow->sum_buffers != sum_buffers(nbl))
        return "the list of NET_BUFFERs";
    return shadow->sum_data != sum_data(nbl) ? "the data" : NULL;
}

/* ---- an NBL's life ---- */

void ndis_verify_nbl_allocated(PNET_BUFFER_LIST nbl)
{
    ndis_lock(&ndis_shadow_lock);
    *ndis_shadow_of(nbl) = (struct shadow){.owner = OWNER_PROTOCOL};
    remember(nbl, EVENT_ALLOCATED, NDIS_STATUS_SUCCESS);
    ndis_unlock(&ndis_shadow_lock);
}

bool ndis_verify_nbl_freed(PNET_BUFFER_LIST nbl)
{
    const char *fault = NULL;
    struct shadow *shadow;

    if (!ndis_nbl_is_ours(nbl)) {
        ndis_verify_nbl_finding(nbl,
                                "NdisFreeNetBufferList for an NBL that is in no pool; ignored");
        return false;
    }
    shadow = ndis_shadow_of(nbl);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL)
        fault = "is free";
    else if (shadow->in_transit)
        fault = "is in transit";
    else
        shadow->owner = OWNER_POOL;
    if (!fault)
        remember(nbl, EVENT_FREED, NDIS_STATUS_SUCCESS);
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_nbl_finding(nbl, "NdisFreeNetBufferList for an NBL that %s; ignored", fault);
    return !fault;
}

bool ndis_verify_nbl_submit(struct ndis_binding *binding, PNET_BUFFER_LIST nbl)
{
    const char *fault = NULL;
    struct shadow *shadow;

    ndis_verify_level("NdisSendNetBufferLists", NIC_LEVEL_PASSIVE, NIC_LEVEL_DISPATCH);
    if (!ndis_nbl_is_ours(nbl)) {
        ndis_verify_nbl_finding(nbl,
                                "NdisSendNetBufferLists for an NBL that is in no pool; dropped");
        return false;
    }
    shadow = ndis_shadow_of(nbl);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL)
        fault = "is free";
    else if (shadow->in_transit)
        fault = "is in transit already";
    else if (ndis_is_closing(binding))
        fault = "is sent on a closed binding";
    else if (nbl->SourceHandle != binding)
        fault = "has a SourceHandle that is not the binding";
    else if (!nbl->FirstNetBuffer)
        fault = "has no NET_BUFFER";
    if (!fault) {
        shadow->in_transit = true;
        shadow->owner = OWNER_LIBRARY;
        shadow->submitted++;
        shadow->sum_descriptor = sum_descriptor(nbl);
        shadow->sum_buffers = sum_buffers(nbl);
        shadow->sum_data = sum_data(nbl);
        remember(nbl, EVENT_SUBMITTED, NDIS_STATUS_SUCCESS);
    }
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_nbl_finding(nbl, "NdisSendNetBufferLists for an NBL that %s; dropped", fault);
    return !fault;
}

void ndis_verify_nbl_event(PNET_BUFFER_LIST nbl, enum ndis_event event, NDIS_STATUS status)
{
    ndis_lock(&ndis_shadow_lock);
    ndis_shadow_of(nbl)->owner = event == EVENT_GIVEN ? OWNER_DRIVER : OWNER_LIBRARY;
    remember(nbl, event, status);
    ndis_unlock(&ndis_shadow_lock);
}

bool ndis_verify_nbl_complete(struct ndis_miniport *m, PNET_BUFFER_LIST nbl)
{
    const char *fault = NULL;
    struct shadow *shadow;

    if (!ndis_nbl_is_ours(nbl)) {
        ndis_verify_nbl_finding(
            nbl,
            "%s: NdisMSendNetBufferListsComplete for an NBL that is in no pool; "
            "ignored",
            m->name);
        return false;
    }
    if (nbl->Status == NDIS_STATUS_PENDING)
        ndis_verify_nbl_finding(nbl, "%s: an NBL is completed with NDIS_STATUS_PENDING", m->name);
    shadow = ndis_shadow_of(nbl);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL || shadow->owner == OWNER_PROTOCOL)
        fault = shadow->submitted ? "the protocol has had back since" : "was never sent";
    else if (shadow->owner == OWNER_LIBRARY)
        fault = "is not with the driver";
    else if (((struct ndis_binding *)ndis_nbl_owner(nbl))->miniport != m)
        fault = "belongs to another miniport";
    if (!fault) {
        shadow->owner = OWNER_LIBRARY;
        remember(nbl, EVENT_COMPLETED, nbl->Status);
    }
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_nbl_finding(
            nbl, "%s: NdisMSendNetBufferListsComplete for an NBL that %s; ignored", m->name, fault);
    return !fault;
}

void ndis_verify_nbl_return(PNET_BUFFER_LIST nbl, const char *call)
{
    struct shadow *shadow = ndis_shadow_of(nbl);
    const char *changed;

    ndis_lock(&ndis_shadow_lock);
    changed = what_changed(nbl);
    shadow->in_transit = false;
    shadow->owner = OWNER_PROTOCOL;
    remember(nbl, EVENT_RETURNED, nbl->Status);
    ndis_unlock(&ndis_shadow_lock);
    if (changed)
        ndis_verify_nbl_finding(
            nbl, "%s of the NBL changed between submission and return by %s; nobody owned it",
            changed, call);
}

/* ---- received ---- */

bool ndis_verify_nbl_indicate(struct ndis_miniport *m, PNET_BUFFER_LIST nbl)
{
    enum ndis_flow flow = ndis_flow_of(&m->six);
    const char *fault = NULL;
    struct shadow *shadow;

    if (!ndis_nbl_is_ours(nbl)) {
        ndis_verify_nbl_finding(nbl, "%s indicates an NBL that is in no pool; left out", m->name);
        return false;
    }
    shadow = ndis_shadow_of(nbl);
    ndis_lock(&ndis_shadow_lock);
    if (shadow->owner == OWNER_POOL)
        fault = "is free";
    else if (shadow->in_transit)
        fault = "is being sent";
    else if (ndis_nbl_state(nbl) != PACKET_PROTOCOL)
        fault = "a protocol has";
    if (!fault)
        remember(nbl, EVENT_INDICATED, NDIS_STATUS_SUCCESS);
    ndis_unlock(&ndis_shadow_lock);
    if (fault)
        ndis_verify_nbl_finding(nbl, "%s indicates an NBL that %s; left out", m->name, fault);
    else if (flow != FLOW_RUNNING && flow != FLOW_PAUSING)
        ndis_verify_nbl_finding(nbl, "%s indicates an NBL while it is paused", m->name);
    return !fault;
}

bool ndis_verify_nbl_returned(struct ndis_binding *binding, PNET_BUFFER_LIST nbl)
{
    const char *fault = NULL;

    if (!ndis_nbl_is_ours(nbl)) {
        ndis_verify_nbl_finding(nbl,
                                "NdisReturnNetBufferLists for an NBL that is in no pool; ignored");
        return false;
    }
    if (ndis_nbl_state(nbl) != PACKET_INDICATED)
        fault = "no protocol has";
    else if (ndis_nbl_owner(nbl) != binding->miniport)
        fault = "belongs to another miniport";
    if (fault) {
        ndis_verify_nbl_finding(nbl, "NdisReturnNetBufferLists for an NBL that %s; ignored", fault);
        return false;
    }
    ndis_lock(&ndis_shadow_lock);
    remember(nbl, EVENT_RETURNED, NDIS_STATUS_SUCCESS);
    ndis_unlock(&ndis_shadow_lock);
    return true;
}
