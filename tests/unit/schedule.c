/* SPDX-License-Identifier: Apache-2.0 */
/* See schedule.h. */
#include "schedule.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

#include "nic_platform_impl.h"

#define NOBODY SCHEDULE_ACTORS

struct actor {
    pthread_t thread;
    pthread_cond_t turn;
    struct schedule_actor what;
    bool done;
    const struct nic_lock *waits;
};

static struct {
    pthread_mutex_t mutex;
    struct nic_platform *platform;
    struct actor actors[SCHEDULE_ACTORS];
    unsigned count, current, points;
    bool stuck;
    bool (*wait)(struct nic_platform *, const volatile bool *flag, uint64_t timeout_ns);
    struct schedule_plan plan;
    struct nic_random random;
} s;

static _Thread_local unsigned self = NOBODY;

static bool is_runnable(unsigned i)
{
    return !s.actors[i].done && !(s.actors[i].waits && s.actors[i].waits->owner);
}

/* The baton, with the mutex held: whoever is `current` runs. */
static void give_turn(unsigned next)
{
    s.current = next;
    if (next != NOBODY)
        pthread_cond_signal(&s.actors[next].turn);
}

static void await_turn(void)
{
    while (s.current != self)
        pthread_cond_wait(&s.actors[self].turn, &s.mutex);
}

static void pass_to(unsigned next)
{
    pthread_mutex_lock(&s.mutex);
    give_turn(next);
    await_turn();
    pthread_mutex_unlock(&s.mutex);
}

static unsigned any_runnable(void)
{
    for (unsigned i = 0; i < s.count; i++) {
        if (is_runnable(i))
            return i;
    }
    return NOBODY;
}

static unsigned choose(void)
{
    unsigned point = s.points++;

    if (s.plan.seed) {
        uint64_t bits = nic_random_next(&s.random);
        return bits % 4 ? self : (unsigned)(bits >> 8) % s.count;
    }
    for (unsigned i = 0; i < s.plan.count; i++) {
        if (s.plan.switches[i].at == point)
            return s.plan.switches[i].to;
    }
    return self;
}

static void on_point(void *context, const char *where)
{
    unsigned next;

    (void)context;
    (void)where;
    if (self == NOBODY || nic_thread_level == NIC_LEVEL_INTERRUPT)
        return;
    next = choose();
    if (next != self && is_runnable(next))
        pass_to(next);
}

/* ---- locks that wait ---- */

static void lock_take(struct nic_platform *p, struct nic_lock *lock)
{
    nic_platform_preempt(p, "lock");
    while (lock->owner) {
        unsigned next;
        s.actors[self].waits = lock;
        next = any_runnable();
        if (next == NOBODY) { /* a deadlock; let it run on to the end of the test */
            s.stuck = true;
            break;
        }
        pass_to(next);
    }
    if (self != NOBODY)
        s.actors[self].waits = NULL;
    lock->owner = lock;
    lock->before = p->ops->raise(p, NIC_LEVEL_DISPATCH);
    nic_platform_preempt(p, "locked");
}

static void lock_release(struct nic_platform *p, struct nic_lock *lock)
{
    enum nic_level before = lock->before;

    nic_platform_preempt(p, "unlock");
    lock->owner = NULL;
    p->ops->lower(p, before);
    nic_platform_preempt(p, "unlocked");
}

/* ---- waiting ---- */

#define SLICE_NS 10000

static void yield(void)
{
    for (unsigned i = 1; i < s.count; i++) {
        unsigned next = (self + i) % s.count;
        if (is_runnable(next)) {
            pass_to(next);
            return;
        }
    }
}

/* Virtual time goes on by slices, and in between everybody else does. */
static bool wait_yielding(struct nic_platform *p, const volatile bool *flag, uint64_t timeout_ns)
{
    while (self != NOBODY && timeout_ns > SLICE_NS) {
        if (s.wait(p, flag, SLICE_NS))
            return true;
        timeout_ns -= SLICE_NS;
        yield();
    }
    if (self != NOBODY)
        yield();
    return s.wait(p, flag, timeout_ns);
}

/* ---- running ---- */

static void *actor_main(void *context)
{
    struct actor *actor = context;

    self = (unsigned)(actor - s.actors);
    pthread_mutex_lock(&s.mutex);
    await_turn();
    pthread_mutex_unlock(&s.mutex);
    actor->what.run(actor->what.context);
    actor->done = true;
    pthread_mutex_lock(&s.mutex);
    give_turn(any_runnable());
    pthread_mutex_unlock(&s.mutex);
    return NULL;
}

unsigned schedule_run(struct nic_platform *platform, const struct schedule_actor *actors,
                      unsigned count, const struct schedule_plan *plan)
{
    const struct nic_platform_ops *ops = platform->ops;
    struct nic_platform_ops waiting = *ops;
    cpu_set_t before, here;

    s.platform = platform;
    s.count = count;
    s.points = 0;
    s.stuck = false;
    s.plan = *plan;
    nic_random_seed(&s.random, plan->seed);
    pthread_mutex_init(&s.mutex, NULL);
    waiting.lock = lock_take;
    waiting.unlock = lock_release;
    waiting.wait = wait_yielding;
    s.wait = ops->wait;
    platform->ops = &waiting;
    platform->preempt = on_point;
    s.current = NOBODY;
    /* One runs at a time: to hand over to another core takes several times as long. */
    sched_getaffinity(0, sizeof(before), &before);
    CPU_ZERO(&here);
    CPU_SET(sched_getcpu(), &here);
    sched_setaffinity(0, sizeof(here), &here);
    for (unsigned i = 0; i < count; i++) {
        s.actors[i] = (struct actor){.what = actors[i]};
        pthread_cond_init(&s.actors[i].turn, NULL);
        pthread_create(&s.actors[i].thread, NULL, actor_main, &s.actors[i]);
    }
    pthread_mutex_lock(&s.mutex);
    give_turn(0);
    pthread_mutex_unlock(&s.mutex);
    for (unsigned i = 0; i < count; i++)
        pthread_join(s.actors[i].thread, NULL);
    sched_setaffinity(0, sizeof(before), &before);
    platform->preempt = NULL;
    platform->ops = ops;
    for (unsigned i = 0; i < count; i++)
        pthread_cond_destroy(&s.actors[i].turn);
    pthread_mutex_destroy(&s.mutex);
    return s.stuck ? 0 : s.points;
}

/* ---- threads ---- */

struct free_actor {
    pthread_t thread;
    pthread_barrier_t *begin;
    struct schedule_actor what;
};

static void *free_main(void *context)
{
    struct free_actor *actor = context;

    pthread_barrier_wait(actor->begin);
    actor->what.run(actor->what.context);
    return NULL;
}

void schedule_threads(const struct schedule_actor *actors, unsigned count)
{
    struct free_actor all[SCHEDULE_ACTORS];
    pthread_barrier_t begin;

    pthread_barrier_init(&begin, NULL, count);
    for (unsigned i = 0; i < count; i++) {
        all[i] = (struct free_actor){.begin = &begin, .what = actors[i]};
        if (pthread_create(&all[i].thread, NULL, free_main, &all[i]) != 0)
            abort();
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(all[i].thread, NULL);
    pthread_barrier_destroy(&begin);
}

/* ---- enumeration ---- */

void schedule_plan_print(const struct schedule_plan *plan, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "seed %llu", (unsigned long long)plan->seed);

    for (unsigned i = 0; i < plan->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, ", at point %u to actor %u",
                                 plan->switches[i].at, plan->switches[i].to);
}

struct search {
    unsigned (*run)(void *context, const struct schedule_plan *);
    void *context;
    unsigned actors, bound, plans;
};

/* The plan as it is, and with one switch more at every later point. */
static void search(struct search *e, struct schedule_plan plan)
{
    unsigned points = e->run(e->context, &plan);
    unsigned first = plan.count ? plan.switches[plan.count - 1].at + 1 : 0;

    e->plans++;
    if (plan.count == e->bound)
        return;
    plan.count++;
    for (unsigned at = first; at < points; at++) {
        for (unsigned to = 0; to < e->actors; to++) {
            plan.switches[plan.count - 1].at = at;
            plan.switches[plan.count - 1].to = to;
            search(e, plan);
        }
    }
}

unsigned schedule_enumerate(unsigned (*run)(void *context, const struct schedule_plan *),
                            void *context, unsigned actors, unsigned bound)
{
    struct search e = {.run = run, .context = context, .actors = actors, .bound = bound};

    search(&e, (struct schedule_plan){0});
    return e.plans;
}
