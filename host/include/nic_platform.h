/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The platform: clock, timers, deferred calls, locks, interrupts and random numbers, for the NDIS library, the
 * transports and the models. Two implementations: virtual (one thread, virtual time, a pure function of its seed)
 * and POSIX (real threads and time). The driver never includes this; it has NDIS for all of it.
 */
#ifndef NIC_PLATFORM_H
#define NIC_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>

struct nic_platform;

/* One-shot timer. The owner provides the storage and keeps it until the timer has run or a cancel returned. */
struct nic_timer {
    void (*fn)(void *context); /* called at DISPATCH level, no lock held, once per arming */
    void *context;
    uint64_t due_ns; /* platform private from here on */
    uint64_t order;
    bool armed;
    struct nic_timer *next;
};

/* Deferred call. Queued while already queued: runs once. Queued while running: runs again. */
struct nic_dpc {
    void (*fn)(void *context); /* called at DISPATCH level, no lock held */
    void *context;
    bool queued; /* platform private from here on */
    struct nic_dpc *next;
};

/* Level of the calling thread, NT values. */
enum nic_level { NIC_LEVEL_PASSIVE = 0, NIC_LEVEL_DISPATCH = 2, NIC_LEVEL_INTERRUPT = 5 };

/* A lock, not recursive. Storage by the owner, from lock_init to lock_free. */
struct nic_lock {
    const char *name; /* for messages */
    void *owner;      /* platform private from here on */
    void *handle;
    enum nic_level before;
};

/* Called at every pre-emption point (lock taken or released, transport or NDIS call entered or left); `where` is a
 * constant string. A test may raise an interrupt from it. NULL outside tests. */
typedef void nic_preempt_fn(void *context, const char *where);

struct nic_platform_ops {
    uint64_t (*now_ns)(struct nic_platform *); /* monotonic, from 0 */
    uint64_t (*random)(struct nic_platform *); /* 64 uniform bits from the seed */
    void (*timer_set)(struct nic_platform *, struct nic_timer *,
                      uint64_t due_ns); /* re-arms an armed one */
    bool (*timer_cancel)(struct nic_platform *,
                         struct nic_timer *); /* true: it will not run; false: it was not armed,
                                                                       or it runs now (POSIX: waits until it has) */
    void (*dpc_queue)(struct nic_platform *, struct nic_dpc *); /* any level */
    void (*work_queue)(struct nic_platform *,
                       struct nic_dpc *); /* any level; as dpc_queue, but it runs at PASSIVE */
    bool (*dpc_cancel)(struct nic_platform *,
                       struct nic_dpc *); /* either kind. true: it will not run; false: it was
                                                                       not queued, or it runs now (POSIX: waits until
                                                                       it has, unless called from it) */
    enum nic_level (*raise)(struct nic_platform *,
                            enum nic_level); /* never lowers; returns the level before */
    void (*lower)(struct nic_platform *,
                  enum nic_level); /* back to it; may run deferred calls (virtual) */
    void (*lock_init)(struct nic_platform *, struct nic_lock *, const char *name);
    void (*lock_free)(struct nic_platform *, struct nic_lock *);
    void (*lock)(struct nic_platform *, struct nic_lock *); /* raises the thread to DISPATCH */
    void (*unlock)(struct nic_platform *,
                   struct nic_lock *); /* restores; may run deferred calls (virtual) */
    void (*interrupt_connect)(struct nic_platform *, unsigned vector, void (*isr)(void *context),
                              void *context);
    /* isr NULL: disconnects, no ISR runs afterwards */
    void (*interrupt_raise)(struct nic_platform *,
                            unsigned vector); /* runs the ISR on the calling thread at INTERRUPT
                                                                        level, one at a time per vector; without an ISR
                                                                        it is latched until one is connected */
    void (*interrupt_lock)(struct nic_platform *,
                           unsigned vector); /* keeps the ISR of this vector out */
    void (*interrupt_unlock)(struct nic_platform *, unsigned vector);
    /* Waits until *flag is true or the time is over; other work (deferred calls, timers, registered pollers) goes on
     * meanwhile. PASSIVE level only. Returns *flag. Whoever sets the flag uses nic_platform_flag_set. */
    bool (*wait)(struct nic_platform *, const volatile bool *flag, uint64_t timeout_ns);
    void (*wake)(struct nic_platform *); /* makes waits look at their flags; any level */
    /* Something to call while waiting and when idle: it may let virtual time pass, up to `until_ns`, and comes back
     * early when it raised an interrupt. NULL removes. One per platform. */
    void (*poller_set)(struct nic_platform *, void (*poll)(void *context, uint64_t until_ns),
                       void *context);
};

struct nic_platform {
    const struct nic_platform_ops *ops;
    nic_preempt_fn *preempt;
    void *preempt_context;
};

#define NIC_VECTORS 16 /* interrupt vectors of a platform, 0..15 */

/* Level of this thread, for checks. */
enum nic_level nic_platform_level(void);

/* host/ndis/nic_virtual.c: single thread. nic_virtual_run runs deferred calls, due timers and the poller until *flag (if
 * any) is true or virtual time reaches until_ns; returns whether *flag became true (false without one). Time moves only
 * through the poller (which advances the clock with nic_virtual_advance), or, without one, jumps to the next timer. */
struct nic_platform *nic_virtual_create(uint64_t seed);
void nic_virtual_destroy(struct nic_platform *);
bool nic_virtual_run(struct nic_platform *, const volatile bool *flag, uint64_t until_ns);
void nic_virtual_advance(struct nic_platform *,
                         uint64_t now_ns); /* never backwards; the poller's to call */
/* Rolling hash over what ran so far and when: interrupts, deferred calls, timers. Equal runs, equal hashes. */
uint64_t nic_virtual_hash(struct nic_platform *);

/* One step of a rolling hash. */
static inline uint64_t nic_hash_fold(uint64_t hash, uint64_t word)
{
    hash ^= word;
    hash *= 0x9e3779b97f4a7c15u;
    return hash ^ (hash >> 32);
}

/* splitmix64: seeds 1, 2, 3 lead to states that are unlike, and none is 0. */
static inline uint64_t nic_seed_mix(uint64_t seed)
{
    seed += 0x9e3779b97f4a7c15u;
    seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
    seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebu;
    seed ^= seed >> 31;
    return seed ? seed : 1;
}

/* host/ndis/nic_posix.c: a thread for timers, one for deferred calls, one for work at PASSIVE level; locks are mutexes. */
struct nic_platform *nic_posix_create(uint64_t seed);
void nic_posix_destroy(struct nic_platform *);

/* Flags that wait() looks at: set with release, read with acquire order. */
static inline void nic_platform_flag_set(struct nic_platform *p, volatile bool *flag)
{
    __atomic_store_n(flag, true, __ATOMIC_RELEASE);
    p->ops->wake(p);
}

static inline bool nic_platform_flag_get(const volatile bool *flag)
{
    return __atomic_load_n(flag, __ATOMIC_ACQUIRE);
}

static inline void nic_platform_preempt(struct nic_platform *p, const char *where)
{
    if (p->preempt)
        p->preempt(p->preempt_context, where);
}

#endif
