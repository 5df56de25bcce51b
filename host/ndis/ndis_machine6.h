/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the NDIS library, what only NDIS 6 needs. Included by ndis_machine.h.
 *
 * A miniport of NDIS 6 is deserialized: it is entered by any number of threads, its completions, interrupts and
 * indications are not the gate's affair. Senders share it: each calls MiniportSendNetBufferLists itself, at the same time
 * as others. Reset, check for hang and the changes of state below have it alone, so that no send slips past them. A send
 * that finds one of these at the gate, or comes from inside a send of its own thread (so that a send from a completion
 * does not nest), appends to the same kind of FIFO that packets have; who becomes the gate's owner empties it. So what one
 * thread sends reaches the miniport in its order; between threads there is none.
 *
 *   Halted -> Paused -> Restarting -> Running -> Pausing -> Paused -> Halted
 *              ^            |
 *              +-- failed --+
 */
#ifndef NDIS_MACHINE6_H
#define NDIS_MACHINE6_H

/* Halted is ndis_miniport_state's. A miniport of NDIS 5 is always FLOW_RUNNING. */
enum ndis_flow { FLOW_RUNNING, FLOW_PAUSING, FLOW_PAUSED, FLOW_RESTARTING };

struct ndis_miniport6 {
    NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES attributes;
    PNDIS_OID oids; /* attributes.SupportedOidList, copied */
    bool has_attributes;

    enum ndis_flow flow; /* written inside the gate, under the lock; others ndis_flow_of */
    PNET_BUFFER_LIST queue_head, queue_tail; /* under the lock */
    volatile bool flow_done;                 /* a pause or restart that pended has ended */
    NDIS_STATUS flow_status;
    uint64_t lent;    /* received NBLs with protocols; atomic */
    uint32_t cancels; /* calls that may still be giving queued NBLs back; atomic */

    /* Under the lock. */
    PNDIS_OID_REQUEST oid_head, oid_tail, oid_current;
    NDIS_OID_REQUEST union_request; /* the library's own */
    struct nic_dpc oid_work;

    NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS interrupt;
    NDIS_HANDLE interrupt_context;
    bool has_interrupt;

    MINIPORT_PROCESS_SG_LIST_HANDLER process_list; /* NULL: no scatter/gather DMA */
    uint64_t lists;                                /* that the driver has; atomic */
};

/* As it is just now, without gate and lock. */
static inline enum ndis_flow ndis_flow_of(const struct ndis_miniport6 *six)
{
    return __atomic_load_n(&six->flow, __ATOMIC_RELAXED);
}

/* ---- NBLs: NdisReserved is the binding that sent it, or the miniport that indicated it, and a state as packets have ---- */

static inline void *ndis_nbl_owner(const NET_BUFFER_LIST *nbl)
{
    return nbl->NdisReserved[0];
}

static inline enum ndis_packet_state ndis_nbl_state(const NET_BUFFER_LIST *nbl)
{
    return (enum ndis_packet_state)(uintptr_t)nbl->NdisReserved[1];
}

static inline void ndis_nbl_set(PNET_BUFFER_LIST nbl, enum ndis_packet_state state)
{
    nbl->NdisReserved[1] = (PVOID)(uintptr_t)state;
}

/* Calls visit for every NBL of every pool, under machine.lock: visit calls nothing up. */
void ndis_nbls_walk(void (*visit)(PNET_BUFFER_LIST nbl, void *context), void *context);
bool ndis_nbl_is_ours(const NET_BUFFER_LIST *nbl);
unsigned ndis_nbl_pools_free(void); /* at stop: those that are left; how many */
/* Copies up to `most` bytes of the data; returns how many there were. */
ULONG ndis_nb_gather(const NET_BUFFER *nb, UCHAR *to, ULONG most);

/* ---- ndis_send6.c: counterparts of those in ndis_send.c ---- */

void ndis_nbl_start_queue(struct ndis_miniport *m); /* inside */
void ndis_nbl_abort_queue(struct ndis_miniport *m, struct ndis_binding *binding,
                          NDIS_STATUS status);
unsigned ndis_nbl_abort_outstanding(struct ndis_miniport *m, NDIS_STATUS status, bool is_leak);

/* ---- ndis_pause.c ---- */

NDIS_STATUS ndis_restart(struct ndis_miniport *m, uint64_t timeout_ns);
NDIS_STATUS ndis_pause(struct ndis_miniport *m, ULONG reason, uint64_t timeout_ns);
void ndis_pnp_event(struct ndis_binding *binding, NET_PNP_EVENT_CODE event, void *buffer,
                    ULONG length_bytes);

/* ---- ndis_miniport6.c ---- */

NDIS_STATUS ndis_initialize6(struct ndis_miniport *m);
void ndis_interrupt_stop6(struct ndis_miniport *m);
void ndis_dma_stop6(struct ndis_miniport *m); /* ndis_dma6.c: a registration that is left */

/* ---- ndis_protocol6.c ---- */

void ndis_bind6(struct ndis_protocol *protocol, struct ndis_miniport *m);
void ndis_unbind6(struct ndis_binding *binding, uint64_t timeout_ns);

/* ---- ndis_receive6.c ---- */

/* Copies of the frames that somebody here wants; `to_sender`: the sender may be one of them. NULL: nobody does. */
struct ndis_loop *ndis_loopback_take6(struct ndis_binding *sender, PNET_BUFFER_LIST chain,
                                      bool to_sender);
/* A looped frame, as an NBL that is the library's again when this returns. */
void ndis_receive_bytes6(struct ndis_binding *binding, const UCHAR *frame, ULONG length);

/* ---- ndis_oid.c ---- */

void ndis_oid_start(struct ndis_miniport *m);
void ndis_oid_kick(struct ndis_miniport *m); /* starts what waits, at PASSIVE level */
void ndis_oid_abort(struct ndis_miniport *m,
                    NDIS_STATUS status); /* the queued ones and the current */
void ndis_status_indicate6(struct ndis_miniport *m, NDIS_STATUS status, PVOID buffer,
                           UINT length_bytes);

/* ---- verifier, ndis_verify6.c ---- */

void ndis_verify_nbl_allocated(PNET_BUFFER_LIST nbl);
bool ndis_verify_nbl_freed(PNET_BUFFER_LIST nbl); /* false: not freed */
bool ndis_verify_nbl_submit(struct ndis_binding *binding, PNET_BUFFER_LIST nbl);
void ndis_verify_nbl_event(PNET_BUFFER_LIST nbl, enum ndis_event event, NDIS_STATUS status);
bool ndis_verify_nbl_complete(struct ndis_miniport *m, PNET_BUFFER_LIST nbl);
void ndis_verify_nbl_return(PNET_BUFFER_LIST nbl, const char *call);
/* A received NBL goes up. False: leave it out. */
bool ndis_verify_nbl_indicate(struct ndis_miniport *m, PNET_BUFFER_LIST nbl);
bool ndis_verify_nbl_returned(struct ndis_binding *binding, PNET_BUFFER_LIST nbl);
void ndis_verify_nbl_finding(PNET_BUFFER_LIST nbl, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
