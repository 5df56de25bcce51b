/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of the NDIS library: the objects behind the handles and what its files offer each
 * other.
 *
 * The gate. A serialized miniport is entered by one thread at a time (DER-1). Who is inside owns
 * the gate; it is not a lock anybody waits for: whoever finds it taken leaves his work in a list of
 * the miniport and goes away, and the owner does that work before he leaves. So no lock of the
 * library is held across a callback, a send from a completion does not nest, and a second sender
 * never blocks. `gate` is 0 when nobody is inside and nothing is left to do; then a sender gets in
 * with one compare-and-swap. Everything else about the gate happens under `lock`.
 *
 * Sends of NDIS 6 share the gate (GATE_SHARED each): any number is inside at once, and with them nobody else. Who finds
 * them inside leaves his work, too; later senders then queue, and the last one to leave becomes the owner.
 *
 * Lock order: machine.lock, ndis_miniport.lock, verifier lock, pool lock. None is held across a
 * callback.
 */
#ifndef NDIS_MACHINE_H
#define NDIS_MACHINE_H

/* The library takes every size of characteristics; it reads them as the largest. */
#define NDIS_MINIPORT_DRIVER
#define NDIS51_MINIPORT
#define NDIS50
#include "ndis.h"
#include "nic_ndis.h"
#include "nic_ndis_device.h"
#include "nic_platform.h"

#define unlikely(x) __builtin_expect(!!(x), 0)

/* ---- objects the leak report knows ---- */

enum ndis_kind {
    NDIS_KIND_MEMORY,
    NDIS_KIND_LOCK,
    NDIS_KIND_TIMER,
    NDIS_KIND_PACKET_POOL,
    NDIS_KIND_BUFFER_POOL,
    NDIS_KIND_FILE,
    NDIS_KIND_RW_LOCK
};

struct ndis_object {
    struct ndis_object *next, **link;
    enum ndis_kind kind;
    ULONG tag;
    size_t length_bytes;
    bool is_guarded;                /* ndis_verify_memory.c */
    struct ndis_miniport *miniport; /* timers: whose; else NULL */
    void *reserved;
};

/* Zeroed memory behind a header; NULL when there is none. */
void *ndis_object_new(enum ndis_kind kind, size_t length_bytes, ULONG tag);
void ndis_object_free(void *);
struct ndis_object *ndis_object_of(void *);

/* ---- machine ---- */

struct ndis_machine {
    bool started;
    bool verify;
    struct nic_platform *platform;
    struct nic_ndis_options options;
    struct nic_lock lock; /* the lists below */
    struct ndis_object *objects;
    struct nic_ndis_driver *drivers;
    struct ndis_protocol *protocols;
    struct ndis_miniport *miniports;
    uint64_t findings;
};

extern struct ndis_machine ndis;

/* NIC_NDIS_NO_VERIFIER leaves the verifier out; only to measure what it costs when it is off (make
 * bench-verifier). */
static inline bool ndis_verifying(void)
{
#ifdef NIC_NDIS_NO_VERIFIER
    return false;
#else
    return __builtin_expect(ndis.verify, 0);
#endif
}

static inline void ndis_preempt(const char *where)
{
    nic_platform_preempt(ndis.platform, where);
}

/* A driver's spin lock, which may be held across what it likes. */
static inline void ndis_lock_drivers(struct nic_lock *lock)
{
    ndis.platform->ops->lock(ndis.platform, lock);
}

static inline void ndis_unlock_drivers(struct nic_lock *lock)
{
    ndis.platform->ops->unlock(ndis.platform, lock);
}

void ndis_verify_own_lock(int change);
void ndis_verify_outside(const char *what);

/* The library's own. Counted only while it is held: before and after, a DPC may run on this thread. */
static inline void ndis_lock(struct nic_lock *lock)
{
    ndis_lock_drivers(lock);
    if (ndis_verifying())
        ndis_verify_own_lock(1);
}

static inline void ndis_unlock(struct nic_lock *lock)
{
    if (ndis_verifying())
        ndis_verify_own_lock(-1);
    ndis_unlock_drivers(lock);
}

/* Every call of a driver, a protocol or a device's model is written OUTSIDE(function)(arguments): the verifier looks whether
 * this thread holds a lock of the library. _IF where it is known whether the verifier is on. */
#define OUTSIDE_IF(verify, function)                                                               \
    ((verify) ? ndis_verify_outside(#function) : (void)0, (function))
#define OUTSIDE(function) OUTSIDE_IF(ndis_verifying(), function)

static inline enum nic_level ndis_raise(void)
{
    return ndis.platform->ops->raise(ndis.platform, NIC_LEVEL_DISPATCH);
}

static inline void ndis_lower(enum nic_level before)
{
    ndis.platform->ops->lower(ndis.platform, before);
}

void ndis_log(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct ndis_miniport *ndis_miniport_find(const char *name);
/* See nic_ndis_adapter_add_configured. The device context is an intermediate driver's; else NULL. */
NDIS_STATUS ndis_adapter_start(struct nic_ndis_driver *driver, const char *name,
                               const struct nic_ndis_adapter *adapter, NDIS_HANDLE device_context);
char *ndis_string_to_utf8(PNDIS_STRING);        /* malloc */
PNDIS_STRING ndis_string_new(const char *utf8); /* malloc, one block */

/* ---- drivers, protocols, bindings ---- */

struct nic_ndis_driver {
    struct nic_ndis_driver *next;
    bool registered;
    bool is6; /* chars6, and not chars */
    struct ndis_protocol
        *lower_edge; /* of an intermediate driver; its own adapters are not offered to it */
    NDIS51_MINIPORT_CHARACTERISTICS chars;
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS chars6;
    NDIS_HANDLE context6; /* MiniportDriverContext */
    VOID (*unload)(PDRIVER_OBJECT);
};

struct ndis_protocol {
    struct ndis_protocol *next;
    bool is6; /* chars6, and not chars; its bindings are to miniports of NDIS 6 */
    NDIS50_PROTOCOL_CHARACTERISTICS chars;
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS chars6;
    NDIS_HANDLE context6; /* ProtocolDriverContext */
    char *name;
    unsigned bindings;
};

/* Written by the gate's owner with plain stores ([0]) or by anybody with atomic ones ([1]); read as
 * the sum. */
struct ndis_count {
    uint64_t value[2];
};

struct ndis_multicast {
    UINT count;
    UCHAR address[][6];
};

struct ndis_binding {
    struct ndis_binding *next_known; /* ndis_verify_inside.c */
    struct ndis_binding *next;       /* of the miniport, under its lock; closed ones stay until the
                                  miniport goes, so that a completion on another thread may still
                                  look at the one it has just completed to */
    struct ndis_miniport *miniport;
    struct ndis_protocol *protocol;
    NDIS_HANDLE context;
    SEND_COMPLETE_HANDLER send_complete;
    struct ndis_count sent, done_ok, done_error; /* submitted; given back */
    ULONG filter, lookahead;                     /* as set */
    struct ndis_multicast *multicast;            /* under the miniport's lock */
    bool no_loopback;                            /* NDIS_PROT_OPTION_NO_LOOPBACK */
    bool closing;
    uint32_t asked;  /* requests, resets, transfers and indications that have not ended; atomic */
    bool close_told; /* CloseAdapterComplete is due or done */
    bool unbind_asked;
};

/* ---- miniport ---- */

enum ndis_gate { GATE_BUSY = 1, GATE_ATTENTION = 2, GATE_SHARED = 4 };

/* Why a packet cannot go straight to the driver: the verifier is on; software loopback, and
 * somebody has a filter; it comes with a scatter/gather list. */
enum ndis_detour { DETOUR_VERIFY = 1, DETOUR_LOOPBACK = 2, DETOUR_DMA = 4 };

enum ndis_miniport_state {
    MINIPORT_INITIALIZING,
    MINIPORT_RUNNING,
    MINIPORT_REMOVING,
    MINIPORT_HALTED
};

/* Packets handed to MiniportSendPackets at once when the driver does not say. */
#define NDIS_MAX_ARRAY 64

struct ndis_parameter {
    char *keyword, *value; /* one allocation */
};

/* The set of a filter or a list that is in the miniport, and what the binding had before; binding
 * NULL: none is. */
struct ndis_filter_undo {
    struct ndis_binding *binding;
    NDIS_OID oid;
    ULONG filter, lookahead;
    struct ndis_multicast *multicast;
};

/* A frame on its way back to the bindings of the miniport that sends it. */
struct ndis_loop {
    struct ndis_loop *next;
    struct ndis_binding *sender;
    bool to_sender;      /* a copy, if its filter accepts it */
    PNDIS_PACKET packet; /* not NULL: it does not go to the wire, and is given back afterwards */
    UINT length;
    UCHAR bytes[];
};

/* A NdisCancelSendPackets that waits for the gate. */
struct ndis_cancel {
    struct ndis_cancel *next;
    struct ndis_binding *binding;
    PVOID id;
};

/* What one NDIS_MINIPORT_TIMER stands for. */
struct ndis_timer {
    struct nic_timer timer;
    struct ndis_miniport *miniport; /* NULL: NdisInitializeTimer */
    struct ndis_timer *next_due;    /* fired while the gate was taken */
    bool is_due;
    PNDIS_TIMER_FUNCTION function;
    PVOID context;
    UINT period_ms;
    bool is_set; /* atomic */
};

/* Something the driver owes: what was done when it was last looked at, and for how many whole
 * intervals that has not changed. */
struct ndis_watch {
    bool armed;
    unsigned idle;
    uint64_t done;
};

/* Ports, or mapped registers, that a driver has claimed. */
struct ndis_window {
    struct ndis_window *next; /* of the miniport, under its lock */
    struct ndis_miniport *miniport;
    enum nic_ndis_space space;
    uint64_t first;    /* as the device counts */
    uintptr_t address; /* as the driver counts */
    UINT length;
};

/* ---- packets: states, see below and ndis_send.c ---- */

enum ndis_packet_state {
    PACKET_FREE,     /* in its pool */
    PACKET_PROTOCOL, /* allocated and not in transit */
    PACKET_QUEUED,   /* the library's: in the miniport's queue */
    PACKET_DRIVER,   /* the driver's */
    PACKET_ARRAY, /* the driver's, in the array that MiniportSendPackets is working on right now */
    PACKET_DONE,  /* the library's: its final status is known, it is about to be given back */
    PACKET_INDICATED, /* received: with protocols */
};

/* What the verifier remembers of a packet. */
enum ndis_event {
    EVENT_ALLOCATED,
    EVENT_SUBMITTED,
    EVENT_QUEUED,
    EVENT_GIVEN,
    EVENT_ANSWERED,
    EVENT_COMPLETED,
    EVENT_RETURNED,
    EVENT_ABORTED,
    EVENT_FREED,
    EVENT_INDICATED
};

#include "ndis_machine6.h"

struct ndis_miniport {
    struct ndis_miniport *next;
    struct ndis_miniport *next_known; /* ndis_verify_inside.c */
    struct nic_ndis_driver *driver;
    char *name;
    struct ndis_parameter *parameters;
    unsigned parameter_count;
    char *configuration_path; /* the file that NdisWriteConfiguration keeps; NULL: none */
    NDIS_HANDLE context;
    NDIS_HANDLE device_context; /* NdisIMGetDeviceContext */
    ULONG attributes;
    bool serialized;
    bool sends_arrays; /* MiniportSendPackets is what we call */
    UINT array_max;
    ULONG mac_options;
    UCHAR address[6]; /* OID_802_3_CURRENT_ADDRESS, if the driver said it */
    bool has_address;
    uint32_t detours; /* enum ndis_detour; atomic: the one thing a send looks at */
    enum ndis_miniport_state state;

    uint32_t gate; /* enum ndis_gate, atomic */
    struct nic_lock lock;
    unsigned entering; /* threads in ndis_gate_enter_waiting; under lock */

    /* Under lock. The send queue: see ndis_send.c. */
    PNDIS_PACKET queue_head, queue_tail;
    uint64_t queue_length;
    PNDIS_PACKET late_head, late_tail; /* completed from outside while the gate was taken */
    bool resources_available;          /* called from outside while the gate was taken */
    bool dpc_due;
    struct ndis_timer *timers_due;
    bool hang_check_due;
    PNDIS_REQUEST request_head;
    struct ndis_binding *bindings;

    /* Inside the gate only. */
    bool stalled; /* RESOURCES answered and no event since (REQ-50) */

    /* Under lock. A pointer first: the compiler tests the flags together, with the bytes beside them, and `stalled` is
     * not under the lock. */
    struct ndis_binding *reset_by;
    bool reset_due, resetting, reset_ended;
    bool
        reissuing; /* the reset has ended but for filter and list, which the driver gets again (DER-8) */
    BOOLEAN addressing_reset;
    NDIS_STATUS reset_status;
    PNDIS_PACKET returned;         /* received packets on their way back to the driver */
    PNDIS_REQUEST request_current; /* in the miniport */
    ULONG bytes_written, bytes_needed, filter, lookahead;
    struct ndis_multicast *multicast; /* union of the bindings'; NULL: never set */
    struct ndis_filter_undo filter_undo;
    NDIS_REQUEST union_request; /* the library's own set, after a binding has closed */
    bool filter_union_due, list_union_due;
    struct ndis_loop *loop_head;
    struct ndis_cancel *cancels;

    struct nic_ndis_device device;
    PNDIS_RESOURCE_LIST resource_list; /* of NdisMPciAssignResources */
    PCM_RESOURCE_LIST property_list;   /* of NdisMGetDeviceProperty */
    bool is_removed;                   /* somebody removes it; under machine.lock, as are: */
    bool is_gone;                      /* it is halted, or about to be */
    unsigned notices;                  /* calls of the driver that a halt waits for */
    struct nic_dpc removal;            /* NdisMRemoveMiniport */
    struct ndis_window *windows;       /* ports and mapped registers; under lock */
    struct ndis_iommu *iommu;          /* NULL: no DMA; its pages under lock to write */
    struct ndis_shared *shared;        /* under lock */
    PSCATTER_GATHER_LIST *map_registers;
    ULONG map_register_count, mapping_max;
    bool maps_packets;

    PNDIS_MINIPORT_INTERRUPT interrupt;
    unsigned vector;
    struct ndis_miniport *next_on_vector;
    struct nic_dpc dpc;
    struct nic_timer hang_timer;
    uint64_t hang_interval_ns;
    uint64_t stall_progress; /* counts events, to tell a stall from a standing queue */
    uint64_t stall_seen;
    bool stall_reported, stall_armed;
    struct ndis_watch send_watch, request_watch; /* inside (DER-9) */
    uint64_t requests_done;                      /* under lock */
    ADAPTER_SHUTDOWN_HANDLER shutdown;
    PVOID shutdown_context;

    struct ndis_miniport6 six; /* is6 only */

    uint64_t queued; /* under lock */
    struct ndis_count calls, resources, interrupts, indications, looped;
    struct ndis_count refused, aborted, unclaimed; /* as in nic_ndis_statistics */
    struct ndis_count unsent; /* given back by the loopback; the driver never had them */
};

/* Looked at without the lock by senders of deserialized miniports, hence atomic. */
static inline enum ndis_miniport_state ndis_state(const struct ndis_miniport *m)
{
    return __atomic_load_n(&m->state, __ATOMIC_ACQUIRE);
}

static inline void ndis_state_set(struct ndis_miniport *m, enum ndis_miniport_state state)
{
    __atomic_store_n(&m->state, state, __ATOMIC_RELEASE);
}

static inline bool ndis_is_closing(const struct ndis_binding *binding)
{
    return __atomic_load_n(&binding->closing, __ATOMIC_SEQ_CST);
}

static inline struct ndis_miniport *ndis_miniport_of(NDIS_HANDLE handle)
{
    return handle;
}

void ndis_binding_maybe_closed(struct ndis_binding *binding);

static inline void ndis_binding_leave(struct ndis_binding *binding)
{
    if (binding->miniport->serialized)
        return;
    __atomic_sub_fetch(&binding->asked, 1, __ATOMIC_SEQ_CST);
    if (unlikely(ndis_is_closing(binding)))
        ndis_binding_maybe_closed(binding);
}

/* Around an indication to a protocol: a close is not complete before it has returned. Of a serialized miniport it happens
 * inside the gate, where a close is not. False: it is closing; leave it out. */
static inline bool ndis_binding_enter(struct ndis_binding *binding)
{
    if (binding->miniport->serialized)
        return true;
    __atomic_add_fetch(&binding->asked, 1, __ATOMIC_SEQ_CST);
    if (!unlikely(ndis_is_closing(binding)))
        return true;
    ndis_binding_leave(binding);
    return false;
}

/* The miniport this thread is inside of, innermost. */
extern _Thread_local struct ndis_miniport *ndis_inside;

/* ---- gate ---- */

static inline bool ndis_gate_try(struct ndis_miniport *m)
{
    uint32_t free = 0;

    return __atomic_compare_exchange_n(&m->gate, &free, GATE_BUSY, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

/* Under m->lock. Takes the gate although there is work waiting; false: somebody is inside and will
 * do that work. */
bool ndis_gate_take_locked(struct ndis_miniport *m);
/* Inside, no lock held: does what is waiting and leaves. */
void ndis_gate_leave_slow(struct ndis_miniport *m);
/* Under m->lock, after leaving work. */
static inline void ndis_gate_attention(struct ndis_miniport *m)
{
    __atomic_or_fetch(&m->gate, GATE_ATTENTION, __ATOMIC_RELAXED);
}

static inline void ndis_gate_leave(struct ndis_miniport *m)
{
    uint32_t busy = GATE_BUSY;

    if (unlikely(!__atomic_compare_exchange_n(&m->gate, &busy, 0, false, __ATOMIC_RELEASE,
                                              __ATOMIC_RELAXED)))
        ndis_gate_leave_slow(m);
}

/* After work was left and m->lock released: does it now unless somebody is inside. */
void ndis_gate_kick(struct ndis_miniport *m);
/* Waits at PASSIVE level until inside, for halt; the gate is then left with ndis_gate_leave. */
void ndis_gate_enter_waiting(struct ndis_miniport *m);

/* ---- counters ---- */

static inline void ndis_count_add(struct ndis_count *count, bool inside)
{
    if (inside)
        __atomic_store_n(&count->value[0], count->value[0] + 1, __ATOMIC_RELAXED);
    else
        __atomic_fetch_add(&count->value[1], 1, __ATOMIC_SEQ_CST);
}

/* From anywhere. */
static inline void ndis_count_add_many(struct ndis_count *count, uint64_t n)
{
    __atomic_fetch_add(&count->value[1], n, __ATOMIC_SEQ_CST);
}

static inline uint64_t ndis_count_read(const struct ndis_count *count)
{
    return __atomic_load_n(&count->value[0], __ATOMIC_SEQ_CST) +
           __atomic_load_n(&count->value[1], __ATOMIC_SEQ_CST);
}

/* ---- packets ---- */

/* Reserved[0] is two words: who owns the packet, and the final status of one that waits to be given
 * back. They are written by different threads while MiniportSendPackets runs, hence apart. */
typedef uint32_t __attribute__((may_alias)) ndis_word;

/* Atomic: a reset looks at the packets of every pool, also at those that are another's just now. */
static inline enum ndis_packet_state ndis_packet_state(PNDIS_PACKET packet)
{
    return (enum ndis_packet_state)__atomic_load_n((const ndis_word *)packet->Reserved,
                                                   __ATOMIC_RELAXED);
}

static inline void ndis_packet_set(PNDIS_PACKET packet, enum ndis_packet_state state)
{
    __atomic_store_n((ndis_word *)packet->Reserved, (ndis_word)state, __ATOMIC_RELAXED);
}

static inline NDIS_STATUS ndis_packet_status(PNDIS_PACKET packet)
{
    return (NDIS_STATUS)((const ndis_word *)packet->Reserved)[1];
}

static inline void ndis_packet_set_status(PNDIS_PACKET packet, NDIS_STATUS status)
{
    ((ndis_word *)packet->Reserved)[1] = (ndis_word)status;
}

/* Reserved[1]: next in a list of the library. */
static inline PNDIS_PACKET ndis_packet_next(PNDIS_PACKET packet)
{
    return (PNDIS_PACKET)packet->Reserved[1];
}

static inline void ndis_packet_set_next(PNDIS_PACKET packet, PNDIS_PACKET next)
{
    packet->Reserved[1] = (ULONG_PTR)next;
}

/* WrapperReservedEx: the binding that sent it, or the miniport that indicated it. */
static inline void ndis_packet_set_owner(PNDIS_PACKET packet, const void *owner)
{
    memcpy(packet->WrapperReservedEx, &owner, sizeof(owner));
}

static inline void *ndis_packet_owner(PNDIS_PACKET packet)
{
    void *owner;

    memcpy(&owner, packet->WrapperReservedEx, sizeof(owner));
    return owner;
}

/* Calls visit for every descriptor of every pool, under machine.lock: visit calls nothing up. Only
 * for halt, reset and the verifier. */
void ndis_packets_walk(void (*visit)(PNDIS_PACKET packet, void *context), void *context);
bool ndis_packet_is_ours(PNDIS_PACKET packet); /* a descriptor of a living pool */
void ndis_packet_pools_free(void);             /* at stop: those that are left */

/* ---- ndis_send.c, ndis_send_detour.c, ndis_complete.c ---- */

void ndis_send_start_queue(struct ndis_miniport *m); /* inside */
/* Inside: gives back everything of `binding` (NULL: of all) that is queued. */
void ndis_send_abort_queue(struct ndis_miniport *m, struct ndis_binding *binding,
                           NDIS_STATUS status);
/* The same for those with the cancel id. */
void ndis_send_abort_cancelled(struct ndis_miniport *m, struct ndis_binding *binding, PVOID id,
                               NDIS_STATUS status);
void ndis_cancel_run(struct ndis_miniport *m,
                     struct ndis_cancel *list); /* inside; frees the list */
/* Gives back everything that is still with the driver: it is serialized and has been reset, or it is
 * halted. */
unsigned ndis_send_abort_outstanding(struct ndis_miniport *m, NDIS_STATUS status, bool is_leak);
void ndis_send_complete_late(struct ndis_miniport *m, PNDIS_PACKET list); /* inside */

/* Inside: a packet that was looped back and not sent goes back to its protocol. */
void ndis_send_looped(struct ndis_miniport *m, PNDIS_PACKET packet);

/* ---- receive, filters, loopback ---- */

#define NDIS_HEADER_BYTES 14

/* Copies up to `most` bytes from the front of the chain; returns how many there were. */
UINT ndis_packet_gather(PNDIS_PACKET packet, UCHAR *to, UINT most);
void ndis_receive_bytes(struct ndis_binding *binding, const UCHAR *frame, UINT length);
void ndis_receive_complete(struct ndis_miniport *m);

/* Does the binding's filter let a frame to this address through? `is_local`: sent by a binding of
 * the same miniport. No lock held. */
bool ndis_filter_accepts(const struct ndis_binding *binding, const UCHAR *destination,
                         bool is_local);
/* Inside, before the driver is called: puts the union in place of one binding's filter or list. */
NDIS_STATUS ndis_filter_set(struct ndis_miniport *m, struct ndis_binding *binding, NDIS_OID oid,
                            PVOID *buffer, ULONG *length_bytes);
/* Under m->lock, when the request has ended. True: it was the set of a filter or a list. */
bool ndis_filter_settle(struct ndis_miniport *m, NDIS_STATUS status);
/* Inside, before the driver is called: what is left of the union without the closing bindings. */
NDIS_STATUS ndis_filter_unite(struct ndis_miniport *m, NDIS_OID oid, PVOID *buffer,
                              ULONG *length_bytes);
/* OID_802_3_MULTICAST_LIST: of the binding, or of all. */
NDIS_STATUS ndis_filter_query_list(struct ndis_binding *binding, bool of_all,
                                   struct QUERY_INFORMATION *query);

/* Before the packet is given to the driver. NULL: nobody here wants it. */
struct ndis_loop *ndis_loopback_take(struct ndis_binding *sender, PNDIS_PACKET packet);
bool ndis_loopback_is_for(const struct ndis_binding *binding, const struct ndis_binding *sender,
                          bool to_sender, const UCHAR *header);
void ndis_loopback_post(struct ndis_miniport *m, struct ndis_loop *list);
void ndis_loopback_deliver(struct ndis_miniport *m, struct ndis_loop *list); /* inside */

/* ---- configuration ---- */

NDIS_STATUS ndis_config_load(struct ndis_miniport *m, const struct nic_ndis_adapter *adapter);
void ndis_config_free(struct ndis_miniport *m);
/* Adds the keyword or replaces its value; case does not matter. False: no memory. */
bool ndis_config_set(struct ndis_miniport *m, const char *keyword, const char *value);
const char *ndis_config_get(const struct ndis_miniport *m, const char *keyword); /* NULL: not set */
/* ndis_config_file.c. SUCCESS, or what is wrong has been logged in one sentence. */
NDIS_STATUS ndis_config_file_read(struct ndis_miniport *m, const char *path);
/* Puts the keyword's line in place, or at the end; the file is replaced as a whole or left alone. */
bool ndis_config_file_write(const char *path, const char *keyword, const char *value);

/* ---- others ---- */

uint64_t ndis_send_outstanding(struct ndis_miniport *m); /* with the driver; m->lock held */
bool ndis_resource_covers(const struct ndis_miniport *m, enum nic_ndis_space space, uint64_t first,
                          uint32_t length);
void ndis_removal_run(void *m);     /* the deferred call */
void ndis_rw_lock_free(void *lock); /* what is in it; at stop, nothing else frees one */
void ndis_windows_free(struct ndis_miniport *m); /* those that are left */
/* Whose address it is; NULL: nobody's, or not all of it. No lock, any level. */
const struct ndis_window *ndis_window_at(enum nic_ndis_space space, uintptr_t address,
                                         unsigned size_bytes);
bool ndis_window_is_mapped(uintptr_t address); /* in the range that NdisMMapIoSpace gives out */
/* A device's addresses for memory, ndis_iommu.c. Start: false when there is no memory; once started,
 * it stays as it is. Map: 0 when it cannot; the offset in the page is the memory's. */
enum ndis_dma_access { DMA_READ = 1, DMA_WRITE = 2 }; /* by the device */
bool ndis_iommu_start(struct ndis_miniport *m, NDIS_DMA_SIZE size);
void ndis_iommu_stop(struct ndis_miniport *m);
uint64_t ndis_iommu_map(struct ndis_miniport *m, UCHAR *memory, size_t length,
                        enum ndis_dma_access access);
void ndis_iommu_unmap(struct ndis_miniport *m, uint64_t address, size_t length);
/* The packet's scatter/gather list. False: it has none. Unmapping twice is nothing. */
bool ndis_dma_map_packet(struct ndis_miniport *m, PNDIS_PACKET packet);
void ndis_dma_unmap_packet(struct ndis_miniport *m, PNDIS_PACKET packet);
void ndis_dma_stop(struct ndis_miniport *m); /* map registers that are left */
/* An element a page, as memory that lies anywhere would need. False: not all of it is mapped. */
bool ndis_dma_list_add(struct ndis_miniport *m, PSCATTER_GATHER_LIST list, UCHAR *memory,
                       ULONG length, enum ndis_dma_access access);
void ndis_dma_list_unmap(struct ndis_miniport *m, PSCATTER_GATHER_LIST list);
void ndis_shared_stop(struct ndis_miniport *m); /* shared memory that is left */
void ndis_interrupt_stop(struct ndis_miniport *m);
void ndis_handle_interrupt(struct ndis_miniport *m); /* inside, or deserialized */
void ndis_timers_stop(struct ndis_miniport *m);
void ndis_timer_call(struct ndis_timer *timer);
/* Calls the function once, as a timer of the miniport that is due now, with a copy of the context.
 * False: no memory. */
bool ndis_timer_once(struct ndis_miniport *m, PNDIS_TIMER_FUNCTION function, const void *context,
                     size_t context_bytes);
/* With `more_bytes` behind it; NULL: no memory. ndis_object_free. */
struct ndis_timer *ndis_timer_new(size_t more_bytes, struct ndis_miniport *m,
                                  PNDIS_TIMER_FUNCTION function, PVOID context);
void ndis_timer_start(struct ndis_timer *timer, uint64_t due_ns, UINT period_ms);
BOOLEAN ndis_timer_stop(struct ndis_timer *timer); /* TRUE: it was set and will not run */
void ndis_hang_start(struct ndis_miniport *m);
void ndis_hang_check(struct ndis_miniport *m); /* inside */
void ndis_reset_run(struct ndis_miniport *m);  /* inside */
void ndis_reset_end(struct ndis_miniport *m);  /* inside */
void ndis_reset_tell(struct ndis_miniport *m); /* inside, filter and list are set */
void ndis_receive_returned(struct ndis_miniport *m, PNDIS_PACKET list); /* inside */
struct ndis_binding *ndis_bindings(struct ndis_miniport *m); /* the list; what is in it stays */
void ndis_request_run(struct ndis_miniport *m);              /* inside: starts the next one */
/* Under m->lock: the next one may start; filter and list are set again after a reset. */
bool ndis_request_ready(const struct ndis_miniport *m);
bool ndis_request_reissued(const struct ndis_miniport *m);
/* The driver has one, or will get it without us; or a reset. */
bool ndis_request_pends(struct ndis_miniport *m);
/* Inside, the miniport halted: requests, and a reset, that have not ended end with `status`. */
void ndis_request_abort(struct ndis_miniport *m, NDIS_STATUS status);
/* Inside: a binding closes; the miniport will get the union of what is left. */
void ndis_request_unions(const struct ndis_binding *closing);
NDIS_STATUS ndis_request_internal(struct ndis_miniport *m, NDIS_OID oid, void *buffer,
                                  UINT length_bytes);
void ndis_bind_all(struct ndis_miniport *m);
void ndis_unbind_all(struct ndis_miniport *m, uint64_t timeout_ns);
/* One of what it has asked for has ended, and its protocol knows. */
void ndis_binding_ended(struct ndis_binding *binding);
void ndis_status_indicate(struct ndis_miniport *m, NDIS_STATUS status, PVOID buffer,
                          UINT length_bytes);
void ndis_status_complete(struct ndis_miniport *m);
uint64_t ndis_binding_outstanding(const struct ndis_binding *binding);

#include "ndis_machine_verify.h"

#endif
