/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The POSIX platform: real threads and real time. One thread runs timers, one deferred calls, one
 * work at PASSIVE level; each stands for a processor of its own, so a level keeps nothing out that
 * runs on another thread.
 */
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "nic_platform_impl.h"

#define WAIT_SLICE_NS 10000000u /* how late a flag set without wake() is noticed at most */

/* A thread that runs queued calls in order. */
struct runner {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* something queued, or a call ended, or stop */
    struct nic_dpc *head, **tail;
    struct nic_dpc *running;
    enum nic_level level;
    bool stop;
};

struct posix_vector {
    struct nic_vector v;
    pthread_mutex_t mutex; /* held by whoever runs the ISR or keeps it out */
    pthread_mutex_t state; /* `latched`; taken inside `mutex` or alone */
};

struct posix_platform {
    struct nic_platform base; /* first */
    uint64_t start_ns;
    struct runner dpcs, work;
    pthread_t timer_thread;
    pthread_mutex_t timer_mutex;
    pthread_cond_t timer_changed;
    struct nic_timer *timers, *timer_running;
    bool timer_stop;
    struct posix_vector vectors[NIC_VECTORS];
    pthread_mutex_t wait_mutex;
    pthread_cond_t wait_changed;
    pthread_mutex_t poll_mutex; /* one thread polls at a time */
    void (*poll)(void *context, uint64_t until_ns);
    void *poll_context;
    pthread_mutex_t random_mutex;
    struct nic_random random;
};

/* Bit per vector this thread holds: a raise from its own ISR or locked section is latched, not
 * deadlocked. */
static _Thread_local uint32_t held_vectors;

static struct posix_platform *of(struct nic_platform *p)
{
    return (struct posix_platform *)p;
}

static uint64_t monotonic_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct timespec timespec_of(uint64_t ns)
{
    return (struct timespec){.tv_sec = (time_t)(ns / 1000000000u),
                             .tv_nsec = (long)(ns % 1000000000u)};
}

static uint64_t now_ns(struct nic_platform *p)
{
    return monotonic_ns() - of(p)->start_ns;
}

static void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;

    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
}

static uint64_t random_bits(struct nic_platform *p)
{
    uint64_t bits;

    pthread_mutex_lock(&of(p)->random_mutex);
    bits = nic_random_next(&of(p)->random);
    pthread_mutex_unlock(&of(p)->random_mutex);
    return bits;
}

/* ---- levels and locks ---- */

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
    (void)p;
    nic_thread_level = level;
}

static void lock_init(struct nic_platform *p, struct nic_lock *lock, const char *name)
{
    pthread_mutex_t *mutex = malloc(sizeof(*mutex));

    (void)p;
    if (!mutex || pthread_mutex_init(mutex, NULL) != 0)
        abort();
    *lock = (struct nic_lock){.name = name, .handle = mutex};
}

static void lock_free(struct nic_platform *p, struct nic_lock *lock)
{
    (void)p;
    pthread_mutex_destroy(lock->handle);
    free(lock->handle);
    lock->handle = NULL;
}

static void lock_take(struct nic_platform *p, struct nic_lock *lock)
{
    enum nic_level before = raise_level(p, NIC_LEVEL_DISPATCH);

    nic_platform_preempt(p, "lock");
    pthread_mutex_lock(lock->handle);
    lock->before = before;
    nic_platform_preempt(p, "locked");
}

static void lock_release(struct nic_platform *p, struct nic_lock *lock)
{
    enum nic_level before = lock->before;

    nic_platform_preempt(p, "unlock");
    pthread_mutex_unlock(lock->handle);
    lower_level(p, before);
    nic_platform_preempt(p, "unlocked");
}

/* ---- deferred calls and work ---- */

static void *runner_main(void *context)
{
    struct runner *r = context;

    nic_thread_level = r->level;
    pthread_mutex_lock(&r->mutex);
    for (;;) {
        struct nic_dpc *dpc = r->head;
        if (!dpc) {
            if (r->stop)
                break;
            pthread_cond_wait(&r->changed, &r->mutex);
            continue;
        }
        void (*fn)(void *) = dpc->fn;
        void *argument = dpc->context;
        r->head = dpc->next;
        if (!r->head)
            r->tail = &r->head;
        dpc->queued = false;
        r->running = dpc;
        pthread_mutex_unlock(&r->mutex);
        fn(argument);
        pthread_mutex_lock(&r->mutex);
        r->running = NULL;
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->mutex);
    return NULL;
}

static void runner_start(struct runner *r, enum nic_level level)
{
    r->tail = &r->head;
    r->level = level;
    pthread_mutex_init(&r->mutex, NULL);
    cond_init(&r->changed);
    if (pthread_create(&r->thread, NULL, runner_main, r) != 0)
        abort();
}

static void runner_stop(struct runner *r)
{
    pthread_mutex_lock(&r->mutex);
    r->stop = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->mutex);
    pthread_join(r->thread, NULL);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->mutex);
}

static void runner_put(struct runner *r, struct nic_dpc *dpc)
{
    pthread_mutex_lock(&r->mutex);
    if (!dpc->queued) {
        dpc->queued = true;
        dpc->next = NULL;
        *r->tail = dpc;
        r->tail = &dpc->next;
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->mutex);
}

static bool runner_cancel(struct runner *r, struct nic_dpc *dpc)
{
    bool found = false;

    pthread_mutex_lock(&r->mutex);
    for (struct nic_dpc **at = &r->head; *at && !found;) {
        if (*at != dpc) {
            at = &(*at)->next;
            continue;
        }
        *at = dpc->next;
        if (!*at)
            r->tail = at;
        dpc->queued = false;
        found = true;
    }
    while (r->running == dpc && !pthread_equal(pthread_self(), r->thread))
        pthread_cond_wait(&r->changed, &r->mutex);
    pthread_mutex_unlock(&r->mutex);
    return found;
}

static void dpc_queue(struct nic_platform *p, struct nic_dpc *dpc)
{
    runner_put(&of(p)->dpcs, dpc);
}

static void work_queue(struct nic_platform *p, struct nic_dpc *dpc)
{
    runner_put(&of(p)->work, dpc);
}

static bool dpc_cancel(struct nic_platform *p, struct nic_dpc *dpc)
{
    bool deferred = runner_cancel(&of(p)->dpcs, dpc);

    return runner_cancel(&of(p)->work, dpc) || deferred;
}

/* ---- timers ---- */

static bool timer_remove(struct posix_platform *x, struct nic_timer *timer)
{
    if (!timer->armed)
        return false;
    for (struct nic_timer **at = &x->timers; *at; at = &(*at)->next) {
        if (*at == timer) {
            *at = timer->next;
            break;
        }
    }
    timer->armed = false;
    return true;
}

static void *timer_main(void *context)
{
    struct posix_platform *x = context;

    nic_thread_level = NIC_LEVEL_DISPATCH;
    pthread_mutex_lock(&x->timer_mutex);
    while (!x->timer_stop) {
        struct nic_timer *timer = x->timers;
        if (!timer) {
            pthread_cond_wait(&x->timer_changed, &x->timer_mutex);
            continue;
        }
        if (timer->due_ns > now_ns(&x->base)) {
            struct timespec until = timespec_of(timer->due_ns + x->start_ns);
            pthread_cond_timedwait(&x->timer_changed, &x->timer_mutex, &until);
            continue;
        }
        void (*fn)(void *) = timer->fn;
        void *argument = timer->context;
        x->timers = timer->next;
        timer->armed = false;
        x->timer_running = timer;
        pthread_mutex_unlock(&x->timer_mutex);
        fn(argument);
        pthread_mutex_lock(&x->timer_mutex);
        x->timer_running = NULL;
        pthread_cond_broadcast(&x->timer_changed);
    }
    pthread_mutex_unlock(&x->timer_mutex);
    return NULL;
}

static void timer_set(struct nic_platform *p, struct nic_timer *timer, uint64_t due_ns)
{
    struct posix_platform *x = of(p);
    struct nic_timer **at = &x->timers;

    pthread_mutex_lock(&x->timer_mutex);
    timer_remove(x, timer);
    timer->due_ns = due_ns;
    timer->armed = true;
    while (*at && (*at)->due_ns <= due_ns)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
    pthread_cond_broadcast(&x->timer_changed);
    pthread_mutex_unlock(&x->timer_mutex);
}

static bool timer_cancel(struct nic_platform *p, struct nic_timer *timer)
{
    struct posix_platform *x = of(p);
    bool removed;

    pthread_mutex_lock(&x->timer_mutex);
    removed = timer_remove(x, timer);
    while (x->timer_running == timer && !pthread_equal(pthread_self(), x->timer_thread))
        pthread_cond_wait(&x->timer_changed, &x->timer_mutex);
    removed |= timer_remove(x, timer); /* it may have armed itself again */
    pthread_mutex_unlock(&x->timer_mutex);
    return removed;
}

/* ---- interrupts ---- */

static void vector_hold(struct posix_vector *vector, unsigned number)
{
    enum nic_level before = raise_level(NULL, NIC_LEVEL_INTERRUPT);

    pthread_mutex_lock(&vector->mutex);
    vector->v.before = before;
    held_vectors |= 1u << number;
}

static bool take_latched(struct posix_vector *vector)
{
    bool latched;

    pthread_mutex_lock(&vector->state);
    latched = vector->v.latched && vector->v.isr;
    if (latched)
        vector->v.latched = false;
    pthread_mutex_unlock(&vector->state);
    return latched;
}

static bool is_latched(struct posix_vector *vector)
{
    bool latched;

    pthread_mutex_lock(&vector->state);
    latched = vector->v.latched && vector->v.isr;
    pthread_mutex_unlock(&vector->state);
    return latched;
}

/* Ends holding, after running the ISR for every raise that came meanwhile. */
static void vector_release(struct posix_vector *vector, unsigned number)
{
    enum nic_level before;

    while (take_latched(vector))
        vector->v.isr(vector->v.context);
    before = vector->v.before;
    held_vectors &= ~(1u << number);
    pthread_mutex_unlock(&vector->mutex);
    lower_level(NULL, before);
}

static void interrupt_raise(struct nic_platform *p, unsigned number)
{
    struct posix_vector *vector = &of(p)->vectors[number];

    assert(number < NIC_VECTORS);
    pthread_mutex_lock(&vector->state);
    vector->v.latched = true;
    pthread_mutex_unlock(&vector->state);
    if (held_vectors & (1u << number))
        return; /* our own vector_release will see it */
    while (is_latched(vector)) {
        vector_hold(vector, number);
        vector_release(vector, number);
    }
}

static void interrupt_connect(struct nic_platform *p, unsigned number, void (*isr)(void *context),
                              void *context)
{
    struct posix_vector *vector = &of(p)->vectors[number];

    assert(number < NIC_VECTORS);
    vector_hold(vector, number);
    pthread_mutex_lock(&vector->state);
    vector->v.isr = isr;
    vector->v.context = context;
    pthread_mutex_unlock(&vector->state);
    vector_release(vector, number);
}

static void interrupt_lock(struct nic_platform *p, unsigned number)
{
    assert(number < NIC_VECTORS && !(held_vectors & (1u << number)));
    vector_hold(&of(p)->vectors[number], number);
}

static void interrupt_unlock(struct nic_platform *p, unsigned number)
{
    vector_release(&of(p)->vectors[number], number);
}

/* ---- waiting ---- */

static void poll_once(struct posix_platform *x, uint64_t until_ns)
{
    if (!x->poll || pthread_mutex_trylock(&x->poll_mutex) != 0)
        return;
    x->poll(x->poll_context, until_ns);
    pthread_mutex_unlock(&x->poll_mutex);
}

static bool wait_flag(struct nic_platform *p, const volatile bool *flag, uint64_t timeout_ns)
{
    struct posix_platform *x = of(p);
    uint64_t start = now_ns(p),
             end = timeout_ns > UINT64_MAX - start ? UINT64_MAX : start + timeout_ns;

    assert(nic_thread_level == NIC_LEVEL_PASSIVE);
    while (!nic_platform_flag_get(flag)) {
        uint64_t now = now_ns(p), slice = now + WAIT_SLICE_NS;
        if (now >= end)
            break;
        if (x->poll) {
            poll_once(x, slice < end ? slice : end);
            continue;
        }
        struct timespec until = timespec_of((slice < end ? slice : end) + x->start_ns);
        pthread_mutex_lock(&x->wait_mutex);
        if (!nic_platform_flag_get(flag))
            pthread_cond_timedwait(&x->wait_changed, &x->wait_mutex, &until);
        pthread_mutex_unlock(&x->wait_mutex);
    }
    return nic_platform_flag_get(flag);
}

static void wake(struct nic_platform *p)
{
    pthread_mutex_lock(&of(p)->wait_mutex);
    pthread_cond_broadcast(&of(p)->wait_changed);
    pthread_mutex_unlock(&of(p)->wait_mutex);
}

static void poller_set(struct nic_platform *p, void (*poll)(void *context, uint64_t until_ns),
                       void *context)
{
    pthread_mutex_lock(&of(p)->poll_mutex);
    of(p)->poll = poll;
    of(p)->poll_context = context;
    pthread_mutex_unlock(&of(p)->poll_mutex);
}

static const struct nic_platform_ops posix_ops = {
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

struct nic_platform *nic_posix_create(uint64_t seed)
{
    struct posix_platform *x = calloc(1, sizeof(*x));

    if (!x)
        return NULL;
    x->base.ops = &posix_ops;
    x->start_ns = monotonic_ns();
    nic_random_seed(&x->random, seed);
    pthread_mutex_init(&x->random_mutex, NULL);
    pthread_mutex_init(&x->timer_mutex, NULL);
    pthread_mutex_init(&x->wait_mutex, NULL);
    pthread_mutex_init(&x->poll_mutex, NULL);
    cond_init(&x->timer_changed);
    cond_init(&x->wait_changed);
    for (unsigned i = 0; i < NIC_VECTORS; i++) {
        pthread_mutex_init(&x->vectors[i].mutex, NULL);
        pthread_mutex_init(&x->vectors[i].state, NULL);
    }
    runner_start(&x->dpcs, NIC_LEVEL_DISPATCH);
    runner_start(&x->work, NIC_LEVEL_PASSIVE);
    if (pthread_create(&x->timer_thread, NULL, timer_main, x) != 0)
        abort();
    return &x->base;
}

void nic_posix_destroy(struct nic_platform *p)
{
    struct posix_platform *x = of(p);

    pthread_mutex_lock(&x->timer_mutex);
    x->timer_stop = true;
    pthread_cond_broadcast(&x->timer_changed);
    pthread_mutex_unlock(&x->timer_mutex);
    pthread_join(x->timer_thread, NULL);
    runner_stop(&x->work);
    runner_stop(&x->dpcs);
    for (unsigned i = 0; i < NIC_VECTORS; i++) {
        pthread_mutex_destroy(&x->vectors[i].mutex);
        pthread_mutex_destroy(&x->vectors[i].state);
    }
    pthread_cond_destroy(&x->timer_changed);
    pthread_cond_destroy(&x->wait_changed);
    pthread_mutex_destroy(&x->timer_mutex);
    pthread_mutex_destroy(&x->wait_mutex);
    pthread_mutex_destroy(&x->poll_mutex);
    pthread_mutex_destroy(&x->random_mutex);
    free(x);
}
