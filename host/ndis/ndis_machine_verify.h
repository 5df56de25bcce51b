/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verifier offers the library, part of ndis_machine.h. Called only when ndis_verifying(), but where it is said.
 */
#ifndef NDIS_MACHINE_VERIFY_H
#define NDIS_MACHINE_VERIFY_H

#define NDIS_SHADOW_BYTES 512

void ndis_verify_start(void);
void ndis_verify_stop(void);
void ndis_verify_finding(PNDIS_PACKET packet, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ndis_verify_level(const char *call, enum nic_level lowest, enum nic_level highest);

/* At the head of a call, verifier on or off: at which levels it may be made. */
static inline void ndis_only_passive(const char *call)
{
    if (ndis_verifying())
        ndis_verify_level(call, NIC_LEVEL_PASSIVE, NIC_LEVEL_PASSIVE);
}

static inline void ndis_up_to_dispatch(const char *call)
{
    if (ndis_verifying())
        ndis_verify_level(call, NIC_LEVEL_PASSIVE, NIC_LEVEL_DISPATCH);
}
void ndis_verify_no_lock(const char *call);
void ndis_verify_lock_count(int change);
void ndis_verify_call_up(const char *call); /* up to DISPATCH_LEVEL, no spin lock held */
bool ndis_verify_submit(const char *call, struct ndis_binding *binding,
                        PNDIS_PACKET packet); /* false: refuse it */
/* Around a call of the driver's send function, on the caller's stack: a packet given in it is not the driver's for good
 * before the call has returned. */
struct ndis_verify_call {
    struct ndis_verify_call *next, **link;
    uint64_t number;
};
void ndis_verify_enter(struct ndis_verify_call *call);
void ndis_verify_leave(struct ndis_verify_call *call);
void ndis_verify_give(const struct ndis_verify_call *call, PNDIS_PACKET packet);
/* Around a reset of a deserialized driver, which completes what it had before it ends the reset (DER-7). */
void ndis_verify_reset_begins(struct ndis_miniport *m);
void ndis_verify_reset_ended(struct ndis_miniport *m);
/* The driver answered something final or RESOURCES. False: it had completed the packet already;
 * leave it alone. */
bool ndis_verify_answer(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status);
void ndis_verify_event(PNDIS_PACKET packet, enum ndis_event event, NDIS_STATUS status);
/* Before the packet goes back to the protocol: contents are compared. */
void ndis_verify_return(PNDIS_PACKET packet, NDIS_STATUS status, const char *call);
/* A completion by the driver. False: it must not reach the protocol. */
bool ndis_verify_complete(struct ndis_miniport *m, PNDIS_PACKET packet, NDIS_STATUS status);
void ndis_verify_unfree(PNDIS_PACKET packet); /* taken from its pool, not yet cleared */
void ndis_verify_allocated(PNDIS_PACKET packet);
bool ndis_verify_freed(PNDIS_PACKET packet); /* false: not freed */

/* Around a call of a driver that may take spin locks: none is held longer than the call. */
int ndis_verify_locks(void);
void ndis_verify_locks_left(struct ndis_miniport *m, const char *entry, int before);
/* Around ProtocolSendComplete. */
void ndis_verify_nest(PNDIS_PACKET packet, int change);

/* Received packets, ndis_verify_receive.c. False: leave it alone. */
bool ndis_verify_indicate(struct ndis_miniport *m, PNDIS_PACKET packet);
void ndis_verify_received_back(PNDIS_PACKET packet, const char *call);
bool ndis_verify_return_packet(PNDIS_PACKET packet);
void ndis_verify_none_lent(struct ndis_miniport *m);

/* Who is inside the library, ndis_verify_inside.c. At the head of a call with a handle, before that is looked behind:
 *     NDIS_VISIT(.call = "NdisReset", .binding = NdisBindingHandle);
 *     if (!ndis_visit(&visit))
 *         return;
 * A driver's call has .miniport, a protocol's .binding. False: the handle is none, and that has been named. */
struct ndis_visit {
    struct ndis_visit *next, **link; /* the book's; others change them */
    bool is_entered;                 /* the visitor's own */
    const char *call;
    struct ndis_miniport *miniport;
    struct ndis_binding *binding;
    PNDIS_PACKET packet;
    PNET_BUFFER_LIST nbl;
};
bool ndis_verify_enters(struct ndis_visit *visit);
void ndis_verify_leaves(struct ndis_visit *visit);

static inline bool ndis_visit(struct ndis_visit *visit)
{
    return !ndis_verifying() || ndis_verify_enters(visit);
}

static inline void ndis_visit_end(struct ndis_visit *visit)
{
    if (unlikely(visit->is_entered))
        ndis_verify_leaves(visit);
}

#define NDIS_VISIT(...)                                                                            \
    struct ndis_visit visit __attribute__((cleanup(ndis_visit_end))) = {__VA_ARGS__}

void ndis_verify_adapter(struct ndis_miniport *m); /* its handle is one from here on */
void ndis_verify_binding(struct ndis_binding *binding);
void ndis_verify_adapter_gone(struct ndis_miniport *m);      /* with its bindings */
void ndis_verify_binding_gone(struct ndis_binding *binding); /* its memory, in place of free */
void ndis_verify_halted(struct ndis_miniport *m);            /* MiniportHalt has returned */
void ndis_verify_closed(struct ndis_binding *binding);
/* Calls release, but not before the machine stops if anybody is inside. */
void ndis_verify_release(void (*release)(void *memory), void *memory);
void ndis_verify_release_all(void);

static inline void ndis_release(void (*release)(void *memory), void *memory)
{
    if (ndis_verifying())
        ndis_verify_release(release, memory);
    else
        release(memory);
}

/* Memory with a guard page behind it, ndis_verify_memory.c. Not zeroed in its header; NULL: none. */
struct ndis_object *ndis_guarded_new(size_t length_bytes);
void ndis_guarded_free(struct ndis_object *object);
void ndis_guard_start(void);
void ndis_guard_stop(void);

#endif
