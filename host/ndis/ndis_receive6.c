/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Received NBLs on their way up and back, and frames that are looped back.
 *
 * A binding gets the NBLs that its filter accepts, in the order of the indication. If several bindings want an NBL, all
 * but the last get it with NDIS_RECEIVE_FLAGS_RESOURCES and have to copy; the last one may keep it. Consecutive NBLs
 * that the same bindings want go up as one chain.
 */
#include <stdlib.h>

#include "ndis_machine.h"

#define WANTED_MAX 64 /* bindings of one adapter that can want a frame */

/* What was on its way up when the pause began may arrive. */
static bool may_receive(const struct ndis_miniport *m)
{
    enum ndis_flow flow = ndis_flow_of(&m->six);

    return flow == FLOW_RUNNING || flow == FLOW_PAUSING;
}

/* Which of the adapter's bindings, by position in its list. */
static uint64_t who_wants(struct ndis_miniport *m, const NET_BUFFER_LIST *nbl)
{
    UCHAR header[NDIS_HEADER_BYTES];
    uint64_t wanted = 0;
    unsigned i = 0;

    if (!may_receive(m) || !nbl->FirstNetBuffer ||
        ndis_nb_gather(nbl->FirstNetBuffer, header, sizeof(header)) < sizeof(header))
        return 0;
    for (struct ndis_binding *binding = ndis_bindings(m); binding && i < WANTED_MAX;
         binding = binding->next, i++) {
        if (ndis_filter_accepts(binding, header, false))
            wanted |= (uint64_t)1 << i;
    }
    return wanted;
}

static void go_up(struct ndis_binding *binding, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    if (nic_platform_level() >= NIC_LEVEL_DISPATCH)
        flags |= NDIS_RECEIVE_FLAGS_DISPATCH_LEVEL;
    ndis_preempt("ProtocolReceiveNetBufferLists");
    OUTSIDE(binding->protocol->chars6.ReceiveNetBufferListsHandler)
    (binding->context, chain, NDIS_DEFAULT_PORT_NUMBER, count, flags);
    ndis_preempt("ProtocolReceiveNetBufferLists returned");
}

static void give_to_driver(struct ndis_miniport *m, PNET_BUFFER_LIST chain)
{
    ndis_preempt("MiniportReturnNetBufferLists");
    OUTSIDE(m->driver->chars6.ReturnNetBufferListsHandler)
    (m->context, chain,
     nic_platform_level() >= NIC_LEVEL_DISPATCH ? NDIS_RETURN_FLAGS_DISPATCH_LEVEL : 0);
    ndis_preempt("MiniportReturnNetBufferLists returned");
}

/* A chain that the same bindings want; without RESOURCES it is theirs, or goes back to the driver. */
static void indicate_run(struct ndis_miniport *m, PNET_BUFFER_LIST chain, ULONG count,
                         uint64_t wanted, ULONG flags)
{
    bool is_lent = !(flags & NDIS_RECEIVE_FLAGS_RESOURCES);

    for (struct ndis_binding *binding = ndis_bindings(m); wanted; binding = binding->next) {
        bool is_last = wanted == 1, is_in = wanted & 1;
        wanted >>= 1;
        if (!is_in || !ndis_binding_enter(binding))
            continue;
        if (is_lent && is_last) {
            __atomic_add_fetch(&m->six.lent, count, __ATOMIC_ACQ_REL);
            for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next)
                ndis_nbl_set(nbl, PACKET_INDICATED);
            go_up(binding, chain, count, flags);
            ndis_binding_leave(binding);
            return;
        }
        go_up(binding, chain, count, flags | NDIS_RECEIVE_FLAGS_RESOURCES);
        ndis_binding_leave(binding);
    }
    if (is_lent)
        give_to_driver(m, chain);
}

/* What is with a protocol already, or what the verifier refuses, goes no further. */
static PNET_BUFFER_LIST admit(struct ndis_miniport *m, PNET_BUFFER_LIST chain)
{
    PNET_BUFFER_LIST *at = &chain;

    while (*at) {
        PNET_BUFFER_LIST nbl = *at;
        bool is_verified = !ndis_verifying() || ndis_verify_nbl_indicate(m, nbl);
        if (!is_verified || ndis_nbl_state(nbl) != PACKET_PROTOCOL) {
            *at = nbl->Next;
            continue;
        }
        nbl->NdisReserved[0] = m;
        ndis_count_add(&m->indications, false);
        at = &nbl->Next;
    }
    return chain;
}

VOID NdisMIndicateReceiveNetBufferLists(NDIS_HANDLE MiniportAdapterHandle,
                                        PNET_BUFFER_LIST NetBufferLists,
                                        NDIS_PORT_NUMBER PortNumber, ULONG NumberOfNetBufferLists,
                                        ULONG ReceiveFlags)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);
    NDIS_VISIT(.call = "NdisMIndicateReceiveNetBufferLists", .miniport = m, .nbl = NetBufferLists);
    PNET_BUFFER_LIST chain;
    uint64_t wanted;

    if (!ndis_visit(&visit))
        return;
    (void)PortNumber;
    (void)NumberOfNetBufferLists;
    ndis_preempt("NdisMIndicateReceiveNetBufferLists");
    if (ndis_verifying())
        ndis_verify_no_lock("NdisMIndicateReceiveNetBufferLists");
    chain = admit(m, NetBufferLists);
    wanted = chain ? who_wants(m, chain) : 0;
    while (chain) {
        PNET_BUFFER_LIST first = chain, last = chain;
        uint64_t by_next = 0;
        ULONG count = 1;
        for (; last->Next && (by_next = who_wants(m, last->Next)) == wanted; last = last->Next)
            count++;
        chain = last->Next;
        last->Next = NULL;
        indicate_run(m, first, count, wanted, ReceiveFlags);
        if (ReceiveFlags & NDIS_RECEIVE_FLAGS_RESOURCES)
            last->Next = chain; /* the driver's chain stays as it was */
        wanted = by_next;
    }
}

VOID NdisReturnNetBufferLists(NDIS_HANDLE NdisBindingHandle, PNET_BUFFER_LIST NetBufferLists,
                              ULONG ReturnFlags)
{
    NDIS_VISIT(.call = "NdisReturnNetBufferLists", .binding = NdisBindingHandle,
               .nbl = NetBufferLists);
    struct ndis_binding *binding = NdisBindingHandle;
    PNET_BUFFER_LIST kept = NULL, *tail = &kept;
    uint64_t count = 0;

    if (!ndis_visit(&visit))
        return;
    (void)ReturnFlags;
    ndis_preempt("NdisReturnNetBufferLists");
    while (NetBufferLists) {
        PNET_BUFFER_LIST nbl = NetBufferLists;
        NetBufferLists = nbl->Next;
        if (ndis_verifying() && !ndis_verify_nbl_returned(binding, nbl))
            continue;
        if (ndis_nbl_state(nbl) != PACKET_INDICATED) {
            ndis_log("%s: NdisReturnNetBufferLists for NBL %p, which no protocol has; ignored",
                     binding->miniport->name, (void *)nbl);
            continue;
        }
        ndis_nbl_set(nbl, PACKET_PROTOCOL);
        nbl->Next = NULL;
        *tail = nbl;
        tail = &nbl->Next;
        count++;
    }
    if (!count)
        return;
    /* First: a driver that has all of its own may end its pause, and be halted, before this call has returned. */
    __atomic_sub_fetch(&binding->miniport->six.lent, count, __ATOMIC_ACQ_REL);
    give_to_driver(binding->miniport, kept);
}

/* ---- loopback ---- */

static struct ndis_loop *copy_of(struct ndis_binding *sender, const NET_BUFFER *nb, bool to_sender)
{
    UCHAR header[NDIS_HEADER_BYTES];
    struct ndis_binding *binding;
    struct ndis_loop *loop;

    if (ndis_nb_gather(nb, header, sizeof(header)) < sizeof(header))
        return NULL;
    for (binding = ndis_bindings(sender->miniport);
         binding && !ndis_loopback_is_for(binding, sender, to_sender, header);
         binding = binding->next)
        ;
    loop = binding ? malloc(sizeof(*loop) + nb->DataLength) : NULL;
    if (!loop)
        return NULL;
    *loop = (struct ndis_loop){.sender = sender, .to_sender = to_sender};
    loop->length = ndis_nb_gather(nb, loop->bytes, nb->DataLength);
    return loop;
}

struct ndis_loop *ndis_loopback_take6(struct ndis_binding *sender, PNET_BUFFER_LIST chain,
                                      bool to_sender)
{
    struct ndis_loop *list = NULL, **tail = &list;

    if (!(__atomic_load_n(&sender->miniport->detours, __ATOMIC_RELAXED) & DETOUR_LOOPBACK) ||
        ndis_flow_of(&sender->miniport->six) != FLOW_RUNNING)
        return NULL;
    for (; chain; chain = chain->Next) {
        for (const NET_BUFFER *nb = chain->FirstNetBuffer; nb; nb = nb->Next) {
            *tail = copy_of(sender, nb, to_sender);
            if (*tail)
                tail = &(*tail)->next;
        }
    }
    return list;
}

void ndis_receive_bytes6(struct ndis_binding *binding, const UCHAR *frame, ULONG length)
{
    MDL mdl = {.Size = sizeof(MDL),
               .MdlFlags = MDL_SOURCE_IS_NONPAGED_POOL,
               .MappedSystemVa = (PVOID)(uintptr_t)frame,
               .ByteCount = length};
    NET_BUFFER nb = {.CurrentMdl = &mdl, .MdlChain = &mdl, .stDataLength = length};
    NET_BUFFER_LIST nbl = {.FirstNetBuffer = &nb,
                           .SourceHandle = binding->miniport,
                           .NblFlags = NDIS_NBL_FLAGS_IS_LOOPBACK_PACKET};

    nbl.NdisReserved[0] = binding->miniport;
    ndis_nbl_set(&nbl, PACKET_PROTOCOL);
    go_up(binding, &nbl, 1, NDIS_RECEIVE_FLAGS_RESOURCES);
}
