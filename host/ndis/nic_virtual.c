/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The virtual platform: one thread, virtual time, everything in a fixed order, so that a run is a
 * pure function of its seed. It behaves as one processor: an ISR runs at once unless the level is
 * INTERRUPT, deferred calls run when the level drops below DISPATCH, timers and work run from
 * nic_virtual_run.
 */
#include <assert.h>
#include <stdlib.h>

#include "nic_platform_impl.h"

struct dpc_queue {
    struct nic_dpc *head, **tail;
};

struct virtual_platform {
    struct nic_platform base; /* first: the handle is a pointer to it */
    uint64_t now_ns;
    uint64_t hash; /* see nic_virtual_hash */
    uint64_t timer_order;
    uint64_t
        activity; /* things that ran or were armed: tells whether a poller achieved something */
    struct nic_timer *timers; /* armed, by due time, then by order of arming */
    struct dpc_queue dpcs, work;
    struct nic_vector vectors[NIC_VECTORS];
    void (*poll)(void *context, uint64_t until_ns);
    void *poll_context;
    struct nic_random random;
};

static struct virtual_platform *of(struct nic_platform *p)
{
    return (struct virtual_platform *)p;
}

static void queue_init(struct dpc_queue *q)
{
    q->head = NULL;
    q->tail = &q->head;
}

static void queue_put(struct dpc_queue *q, struct nic_dpc *dpc)
{
    if (dpc->queued)
        return;
    dpc->queued = true;
    dpc->next = NULL;
    *q->tail = dpc;
    q->tail = &dpc->next;
}

static struct nic_dpc *queue_take(struct dpc_queue *q)
{
    struct nic_dpc *dpc = q->head;

    if (!dpc)
        return NULL;
    q->head = dpc->next;
    if (!q->head)
        q->tail = &q->head;
    dpc->queued = false;
    return dpc;
}

static bool queue_remove(struct dpc_queue *q, struct nic_dpc *dpc)
{
    for (struct nic_dpc **at = &q->head; *at; at = &(*at)->next) {
        if (*at != dpc)
            continue;
        *at = dpc->next;
        if (!*at)
            q->tail = at;
        dpc->queued = false;
        return true;
    }
    return false;
}

static void note(struct virtual_platform *v, uint64_t what)
{
    v->hash = nic_hash_fold(v->hash, v->now_ns << 8 | what);
}

static void run_dpcs(struct virtual_platform *v)
{
    struct nic_dpc *dpc;

    while (nic_thread_level < NIC_LEVEL_DISPATCH && (dpc = queue_take(&v->dpcs)) != NULL) {
        enum nic_level before = nic_thread_level;
        v->activity++;
        note(v, 1);
        nic_thread_level = NIC_LEVEL_DISPATCH;
        dpc->fn(dpc->context);
        nic_thread_level = before;
    }
}

static enum nic_level raise_level(struct nic_platform *p, enum nic_level level)
{
    enum nic_level before = nic_thread_level;

    (void)p;
    if (level > before)
        nic_thread_level = level;
    return before;
}

static void lower_level(struct nic_platform *p, enum nic_level level)
{
    assert(level <= nic_thread_level);
    nic_thread_level = level;
    if (of(p)->dpcs.head && level < NIC_LEVEL_DISPATCH)
        run_dpcs(of(p));
}

static uint64_t now_ns(struct nic_platform *p)
{
    return of(p)->now_ns;
}

static uint64_t random_bits(struct nic_platform *p)
{
    return nic_random_next(&of(p)->random);
}

static bool timer_cancel(struct nic_platform *p, struct nic_timer *timer)
{
    if (!timer->armed)
        return false;
    for (struct nic_timer **at = &of(p)->timers; *at; at = &(*at)->next) {
        if (*at == timer) {
            *at = timer->next;
            break;
        }
    }
    timer->armed = false;
    return true;
}

static void timer_set(struct nic_platform *p, struct nic_timer *timer, uint64_t due_ns)
{
    struct virtual_platform *v = of(p);
    struct nic_timer **at = &v->timers;

    timer_cancel(p, timer);
    timer->due_ns = due_ns;
    timer->order = v->timer_order++;
    v->activity++;
    timer->armed = true;
    while (*at && (*at)->due_ns <= due_ns)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
}

static void dpc_queue(struct nic_platform *p, struct nic_dpc *dpc)
{
    queue_put(&of(p)->dpcs, dpc);
    run_dpcs(of(p));
}

static void work_queue(struct nic_platform *p, struct nic_dpc *dpc)
{
    queue_put(&of(p)->work, dpc);
}

static bool dpc_cancel(struct nic_platform *p, struct nic_dpc *dpc)
{
    return dpc->queued && (queue_remove(&of(p)->dpcs, dpc) || queue_remove(&of(p)->work, dpc));
}

static void lock_init(struct nic_platform *p, struct nic_lock *lock, const char *name)
{
    (void)p;
    *lock = (struct nic_lock){.name = name};
}

static void lock_free(struct nic_platform *p, struct nic_lock *lock)
{
    (void)p;
    assert(!lock->owner);
    lock->name = NULL;
}

static void lock_take(struct nic_platform *p, struct nic_lock *lock)
{
    nic_platform_preempt(p, "lock");
    assert(!lock->owner && "a lock taken twice on one thread never comes free");
    lock->owner = lock;
    lock->before = nic_thread_level;
    if (nic_thread_level < NIC_LEVEL_DISPATCH)
        nic_thread_level = NIC_LEVEL_DISPATCH;
    nic_platform_preempt(p, "locked");
}

static void lock_release(struct nic_platform *p, struct nic_lock *lock)
{
    nic_platform_preempt(p, "unlock");
    assert(lock->owner == lock);
    lock->owner = NULL;
    lower_level(p, lock->before);
    nic_platform_preempt(p, "unlocked");
}

/* Runs the ISR as long as the vector is latched. The vector is not held. */
static void deliver(struct virtual_platform *v, struct nic_vector *vector)
{
    while (vector->latched && vector->isr && !vector->held &&
           nic_thread_level < NIC_LEVEL_INTERRUPT) {
        enum nic_level before = nic_thread_level;
        v->activity++;
        note(v, 16 + (uint64_t)(vector - v->vectors));
        vector->latched = false;
        vector->held = true;
        nic_thread_level = NIC_LEVEL_INTERRUPT;
        vector->isr(vector->context);
        vector->held = false;
        nic_thread_level = before;
    }
    run_dpcs(v);
}

/* Interrupts of other vectors latched while the level was INTERRUPT. */
static void deliver_all(struct virtual_platform *v)
{
    for (unsigned i = 0; i < NIC_VECTORS; i++) {
        if (v->vectors[i].latched)
            deliver(v, &v->vectors[i]);
    }
}

static void interrupt_connect(struct nic_platform *p, unsigned number, void (*isr)(void *context),
                              void *context)
{
    struct nic_vector *vector = &of(p)->vectors[number];

    assert(number < NIC_VECTORS);
    vector->isr = isr;
    vector->context = context;
    if (isr)
        deliver(of(p), vector);
}

static void interrupt_raise(struct nic_platform *p, unsigned number)
{
    assert(number < NIC_VECTORS);
    of(p)->vectors[number].latched = true;
    deliver(of(p), &of(p)->vectors[number]);
}

static void interrupt_lock(struct nic_platform *p, unsigned number)
{
    struct nic_vector *vector = &of(p)->vectors[number];

    assert(number < NIC_VECTORS && !vector->held);
    vector->held = true;
    vector->before = raise_level(p, NIC_LEVEL_INTERRUPT);
}

static void interrupt_unlock(struct nic_platform *p, unsigned number)
{
    struct nic_vector *vector = &of(p)->vectors[number];

    vector->held = false;
    nic_thread_level = vector->before;
    deliver_all(of(p));
    run_dpcs(of(p));
}

static bool run_one(struct virtual_platform *v)
{
    struct nic_dpc *item;
    struct nic_timer *timer;

    deliver_all(v);
    run_dpcs(v);
    if ((item = queue_take(&v->work)) != NULL) {
        note(v, 2);
        item->fn(item->context);
        return true;
    }
    if ((timer = v->timers) != NULL && timer->due_ns <= v->now_ns) {
        v->timers = timer->next;
        timer->armed = false;
        note(v, 3);
        nic_thread_level = NIC_LEVEL_DISPATCH;
        timer->fn(timer->context);
        lower_level(&v->base, NIC_LEVEL_PASSIVE);
        return true;
    }
    return false;
}

/* Lets time pass, at most to until_ns. False: nothing can ever happen again. */
static bool pass_time(struct virtual_platform *v, const volatile bool *flag, uint64_t until_ns)
{
    uint64_t before = v->now_ns, activity = v->activity;
    uint64_t next = v->timers && v->timers->due_ns < until_ns ? v->timers->due_ns : until_ns;

    if (v->poll) {
        v->poll(v->poll_context, next);
        if (v->now_ns != before || v->activity != activity || v->work.head ||
            (flag && nic_platform_flag_get(flag)))
            return true;
    }
    if (next == UINT64_MAX)
        return false;
    /* A poller that stood still and did nothing has nothing to do before `next`. */
    v->now_ns = next;
    return true;
}

bool nic_virtual_run(struct nic_platform *p, const volatile bool *flag, uint64_t until_ns)
{
    struct virtual_platform *v = of(p);

    assert(nic_thread_level == NIC_LEVEL_PASSIVE);
    for (;;) {
        while (!(flag && nic_platform_flag_get(flag)) && run_one(v))
            ;
        if (flag && nic_platform_flag_get(flag))
            return true;
        if (v->now_ns >= until_ns || !pass_time(v, flag, until_ns))
            return flag && nic_platform_flag_get(flag);
    }
}

void nic_virtual_advance(struct nic_platform *p, uint64_t to_ns)
{
    if (to_ns > of(p)->now_ns)
        of(p)->now_ns = to_ns;
}

uint64_t nic_virtual_hash(struct nic_platform *p)
{
    return of(p)->hash;
}

static bool wait_flag(struct nic_platform *p, const volatile bool *flag, uint64_t timeout_ns)
{
    uint64_t now = of(p)->now_ns;

    return nic_virtual_run(p, flag, timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns);
}

static void wake(struct nic_platform *p)
{
    (void)p;
}

static void poller_set(struct nic_platform *p, void (*poll)(void *context, uint64_t until_ns),
                       void *context)
{
    of(p)->poll = poll;
    of(p)->poll_context = context;
}

static const struct nic_platform_ops virtual_ops = {
    .now_ns = now_ns,
    .random = random_bits,
    .timer_set = timer_set,
    .timer_cancel = timer_cancel,
    .dpc_queue = dpc_queue,
    .work_queue = work_queue,
    .dpc_cancel = dpc_cancel,
    .raise = raise_level,
    .lower = lower_level,
    .lock_init = lock_init,
    .lock_free = lock_free,
    .lock = lock_take,
    .unlock = lock_release,
    .interrupt_connect = interrupt_connect,
    .interrupt_raise = interrupt_raise,
    .interrupt_lock = interrupt_lock,
    .interrupt_unlock = interrupt_unlock,
    .wait = wait_flag,
    .wake = wake,
    .poller_set = poller_set,
};

struct nic_platform *nic_virtual_create(uint64_t seed)
{
    struct virtual_platform *v = calloc(1, sizeof(*v));

    if (!v)
        return NULL;
    v->base.ops = &virtual_ops;
    queue_init(&v->dpcs);
    queue_init(&v->work);
    nic_random_seed(&v->random, seed);
    return &v->base;
}

void nic_virtual_destroy(struct nic_platform *p)
{
    free(of(p));
}
