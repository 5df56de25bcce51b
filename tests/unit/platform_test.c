/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both platforms against nic_platform.h; test index 0: virtual, 1: POSIX.
 */
#include <check.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "nic_platform.h"

static struct nic_platform *p;
static int is_posix;

static void start(int index)
{
    is_posix = index;
    p = is_posix ? nic_posix_create(7) : nic_virtual_create(7);
    ck_assert_ptr_nonnull(p);
}

static void stop(void)
{
    if (is_posix)
        nic_posix_destroy(p);
    else
        nic_virtual_destroy(p);
}

/* Something that counts its calls and remembers the level. */
struct counter {
    volatile bool flag;
    unsigned calls, want;
    enum nic_level level;
    uint64_t at_ns[8];
    void (*also)(struct counter *);
    struct nic_timer timer;
    struct nic_dpc dpc;
};

static void count(void *context)
{
    struct counter *c = context;
    unsigned n = __atomic_load_n(&c->calls, __ATOMIC_RELAXED);

    if (n < 8)
        c->at_ns[n] = p->ops->now_ns(p);
    c->level = nic_platform_level();
    if (c->also)
        c->also(c);
    if (__atomic_add_fetch(&c->calls, 1, __ATOMIC_ACQ_REL) >= c->want)
        nic_platform_flag_set(p, &c->flag);
}

static bool wait_for(struct counter *c, uint64_t ms)
{
    return p->ops->wait(p, &c->flag, ms * 1000000u);
}

static void nap(uint64_t ms)
{
    static const volatile bool never = false;

    ck_assert(!p->ops->wait(p, &never, ms * 1000000u));
}

START_TEST(timers_fire_once_at_dispatch_and_in_order)
{
    struct counter c = {.want = 1}, early = {.want = 1}, cancelled = {.want = 1};
    uint64_t now;

    start(_i);
    now = p->ops->now_ns(p);
    c.timer = (struct nic_timer){.fn = count, .context = &c};
    early.timer = (struct nic_timer){.fn = count, .context = &early};
    cancelled.timer = (struct nic_timer){.fn = count, .context = &cancelled};
    p->ops->timer_set(p, &c.timer, now + 20000000);
    p->ops->timer_set(p, &early.timer, now + 50000000);
    p->ops->timer_set(p, &early.timer, now + 10000000); /* re-armed */
    p->ops->timer_set(p, &cancelled.timer, now + 5000000);
    ck_assert(p->ops->timer_cancel(p, &cancelled.timer));
    ck_assert(!p->ops->timer_cancel(p, &cancelled.timer));
    ck_assert(wait_for(&c, 5000));
    ck_assert_uint_eq(early.calls, 1);
    ck_assert_uint_ge(c.at_ns[0], now + 20000000);
    ck_assert_uint_le(early.at_ns[0], c.at_ns[0]);
    nap(40);
    ck_assert_uint_eq(c.calls, 1);
    ck_assert_uint_eq(early.calls, 1);
    ck_assert_uint_eq(cancelled.calls, 0);
    ck_assert_int_eq(c.level, NIC_LEVEL_DISPATCH);
    if (!is_posix)
        ck_assert_uint_eq(c.at_ns[0], now + 20000000);
    stop();
}
END_TEST

static void requeue_once(struct counter *c)
{
    if (c->calls == 0)
        p->ops->dpc_queue(p, &c->dpc);
}

START_TEST(deferred_calls_run_once_per_queueing)
{
    struct counter c = {.want = 2, .also = requeue_once}, work = {.want = 1};
    struct counter blocked = {.want = 1};
    enum nic_level before;

    start(_i);
    c.dpc = (struct nic_dpc){.fn = count, .context = &c};
    work.dpc = (struct nic_dpc){.fn = count, .context = &work};
    blocked.dpc = (struct nic_dpc){.fn = count, .context = &blocked};
    p->ops->dpc_queue(p, &c.dpc);
    p->ops->work_queue(p, &work.dpc);
    ck_assert(wait_for(&c, 5000)); /* queued while running: runs again */
    ck_assert(wait_for(&work, 5000));
    ck_assert_int_eq(c.level, NIC_LEVEL_DISPATCH);
    ck_assert_int_eq(work.level, NIC_LEVEL_PASSIVE);
    nap(1);
    ck_assert_uint_eq(c.calls, 2);
    ck_assert_uint_eq(work.calls, 1);
    if (!is_posix) { /* one processor: not before the level drops; twice queued, runs once; and
                        cancel */
        before = p->ops->raise(p, NIC_LEVEL_DISPATCH);
        ck_assert_int_eq(before, NIC_LEVEL_PASSIVE);
        p->ops->dpc_queue(p, &blocked.dpc);
        p->ops->dpc_queue(p, &blocked.dpc);
        ck_assert_uint_eq(blocked.calls, 0);
        p->ops->lower(p, before);
        ck_assert_uint_eq(blocked.calls, 1);
        before = p->ops->raise(p, NIC_LEVEL_DISPATCH);
        p->ops->dpc_queue(p, &blocked.dpc);
        p->ops->dpc_queue(p, &c.dpc);
        ck_assert(p->ops->dpc_cancel(p, &blocked.dpc));
        ck_assert(!p->ops->dpc_cancel(p, &blocked.dpc));
        p->ops->lower(p, before);
        ck_assert_uint_eq(blocked.calls, 1);
        ck_assert_uint_eq(c.calls, 3);
    }
    stop();
}
END_TEST

static volatile bool release_it, held_up;

static void hold_up(struct counter *c)
{
    (void)c;
    nic_platform_flag_set(p, &held_up);
    for (struct timespec ms = {0, 1000000}; !nic_platform_flag_get(&release_it);)
        nanosleep(&ms, NULL);
}

static void *releaser(void *context)
{
    struct timespec ms = {0, 30000000};

    (void)context;
    nanosleep(&ms, NULL);
    nic_platform_flag_set(p, &release_it);
    return NULL;
}

START_TEST(posix_cancel_waits_for_the_running_call)
{
    struct counter c = {.want = 1, .also = hold_up}, behind = {.want = 1};
    pthread_t thread;

    start(1);
    c.dpc = (struct nic_dpc){.fn = count, .context = &c};
    c.timer = (struct nic_timer){.fn = count, .context = &c};
    behind.dpc = (struct nic_dpc){.fn = count, .context = &behind};
    release_it = held_up = false;
    if (_i)
        p->ops->dpc_queue(p, &c.dpc);
    else
        p->ops->timer_set(p, &c.timer, 0);
    ck_assert(p->ops->wait(p, &held_up, 10000000000u)); /* it runs */
    p->ops->dpc_queue(p, &behind.dpc);
    if (_i)
        ck_assert(p->ops->dpc_cancel(p, &behind.dpc)); /* waits behind the one that runs */
    pthread_create(&thread, NULL, releaser, NULL);
    ck_assert(!(_i ? p->ops->dpc_cancel(p, &c.dpc) : p->ops->timer_cancel(p, &c.timer)));
    ck_assert_uint_eq(__atomic_load_n(&c.calls, __ATOMIC_ACQUIRE), 1);
    pthread_join(thread, NULL);
    stop();
}
END_TEST

static void raise_again(struct counter *c)
{
    if (c->calls < 2)
        p->ops->interrupt_raise(p, 3); /* from its own ISR: latched */
}

START_TEST(interrupts_are_latched_and_locked_out)
{
    struct counter c = {.want = 1}, other = {.want = 1};

    start(_i);
    p->ops->interrupt_raise(p, 3); /* nobody there yet */
    p->ops->interrupt_connect(p, 3, count, &c);
    ck_assert_uint_eq(c.calls, 1);
    ck_assert_int_eq(c.level, NIC_LEVEL_INTERRUPT);
    p->ops->interrupt_lock(p, 3);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_INTERRUPT);
    p->ops->interrupt_raise(p, 3);
    ck_assert_uint_eq(c.calls, 1);
    p->ops->interrupt_unlock(p, 3);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_PASSIVE);
    ck_assert_uint_eq(c.calls, 2);
    c.also = raise_again;
    c.calls = 0;
    p->ops->interrupt_raise(p, 3);
    ck_assert_uint_eq(c.calls, 3);
    p->ops->interrupt_connect(p, 4, count, &other);
    p->ops->interrupt_raise(p, 4);
    ck_assert_uint_eq(other.calls, 1);
    p->ops->interrupt_connect(p, 3, NULL, NULL);
    p->ops->interrupt_raise(p, 3);
    ck_assert_uint_eq(c.calls, 3);
    stop();
}
END_TEST

START_TEST(locks_raise_the_level)
{
    struct nic_lock one, two;

    start(_i);
    p->ops->lock_init(p, &one, "one");
    p->ops->lock_init(p, &two, "two");
    p->ops->lock(p, &one);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_DISPATCH);
    p->ops->lock(p, &two);
    p->ops->unlock(p, &two);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_DISPATCH);
    p->ops->unlock(p, &one);
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_PASSIVE);
    p->ops->lock_free(p, &one);
    p->ops->lock_free(p, &two);
    stop();
}
END_TEST

static char places[200];

static void note_place(void *context, const char *where)
{
    (void)context;
    strcat(strcat(places, where), " ");
}

START_TEST(every_lock_operation_is_a_preemption_point)
{
    struct nic_lock lock;

    start(_i);
    p->ops->lock_init(p, &lock, "lock");
    places[0] = 0;
    p->preempt = note_place;
    p->ops->lock(p, &lock);
    p->ops->unlock(p, &lock);
    p->preempt = NULL;
    ck_assert_str_eq(places, "lock locked unlock unlocked ");
    p->ops->lock_free(p, &lock);
    stop();
}
END_TEST

START_TEST(random_numbers_follow_the_seed)
{
    struct nic_platform *a = _i ? nic_posix_create(42) : nic_virtual_create(42);
    struct nic_platform *b = _i ? nic_posix_create(42) : nic_virtual_create(42);
    struct nic_platform *c = _i ? nic_posix_create(43) : nic_virtual_create(43);
    unsigned different = 0, bits = 0;

    for (unsigned i = 0; i < 1000; i++) {
        uint64_t x = a->ops->random(a);
        ck_assert_uint_eq(x, b->ops->random(b));
        different += x != c->ops->random(c);
        bits += (unsigned)__builtin_popcountll(x);
    }
    ck_assert_uint_eq(different, 1000);
    ck_assert_uint_gt(bits, 31000);
    ck_assert_uint_lt(bits, 33000);
    for (unsigned i = 0; i < 3; i++) {
        struct nic_platform *gone = i == 0 ? a : i == 1 ? b : c;
        if (_i)
            nic_posix_destroy(gone);
        else
            nic_virtual_destroy(gone);
    }
}
END_TEST

static uint64_t polled_until[8];
static unsigned polls;
static struct counter polled;

static void poll(void *context, uint64_t until_ns)
{
    (void)context;
    if (polls < 8)
        polled_until[polls] = until_ns;
    polls++;
    if (!is_posix &&
        polls <= 3) { /* a model that advances a microsecond at a time and raises an interrupt */
        nic_virtual_advance(p, p->ops->now_ns(p) + 1000);
        if (polls == 2)
            p->ops->interrupt_raise(p, 2);
    } else if (is_posix) {
        struct timespec ms = {0, 1000000};
        nanosleep(&ms, NULL);
        p->ops->interrupt_raise(p, 2);
    }
}

START_TEST(the_poller_works_while_somebody_waits)
{
    start(_i);
    polls = 0;
    polled = (struct counter){.want = 1};
    p->ops->interrupt_connect(p, 2, count, &polled);
    p->ops->poller_set(p, poll, NULL);
    ck_assert(wait_for(&polled, 5000));
    ck_assert_uint_ge(polls, 1);
    if (!is_posix) {
        ck_assert_uint_eq(polls, 2);
        ck_assert_uint_eq(polled_until[0], 5000000000u);
        ck_assert_uint_eq(p->ops->now_ns(p), 2000); /* time moved by the poller only */
        nap(1); /* it stands still after its third call: time jumps */
        ck_assert_uint_eq(p->ops->now_ns(p), 1002000);
    }
    p->ops->poller_set(p, NULL, NULL);
    stop();
}
END_TEST

static volatile bool told;

static void telling_poll(void *context, uint64_t until_ns)
{
    (void)context;
    (void)until_ns;
    told = true;
}

/* A poller that sets what is waited for, and does nothing else, ends the wait at once. */
START_TEST(the_poller_ends_the_wait)
{
    start(_i);
    uint64_t before = p->ops->now_ns(p);
    told = false;
    p->ops->poller_set(p, telling_poll, NULL);
    ck_assert(p->ops->wait(p, &told, 1000000000));
    if (!is_posix)
        ck_assert_uint_eq(p->ops->now_ns(p), before);
    p->ops->poller_set(p, NULL, NULL);
    stop();
}
END_TEST

/* A poller that finishes something without moving time must be asked again before time jumps. */
static void busy_poll(void *context, uint64_t until_ns)
{
    (void)context;
    (void)until_ns;
    if (polls++ < 3)
        p->ops->interrupt_raise(p, 2);
}

START_TEST(virtual_time_stands_while_the_poller_is_busy)
{
    start(0);
    polls = 0;
    polled = (struct counter){.want = 3};
    p->ops->interrupt_connect(p, 2, count, &polled);
    p->ops->poller_set(p, busy_poll, NULL);
    ck_assert(wait_for(&polled, 5000));
    ck_assert_uint_eq(p->ops->now_ns(p), 0);
    stop();
}
END_TEST

START_TEST(virtual_run_knows_when_nothing_can_happen)
{
    struct counter c = {.want = 1};

    start(0);
    ck_assert(!nic_virtual_run(p, &c.flag, UINT64_MAX)); /* returns */
    ck_assert_uint_eq(p->ops->now_ns(p), 0);
    ck_assert(!nic_virtual_run(p, NULL, 5000));
    ck_assert_uint_eq(p->ops->now_ns(p), 5000);
    nic_virtual_advance(p, 3000); /* never backwards */
    ck_assert_uint_eq(p->ops->now_ns(p), 5000);
    stop();
}
END_TEST

#define ROUNDS 20000

static struct nic_lock shared_lock;
static unsigned shared;

static void *adder(void *context)
{
    (void)context;
    for (unsigned i = 0; i < ROUNDS; i++) {
        p->ops->lock(p, &shared_lock);
        shared++;
        p->ops->unlock(p, &shared_lock);
    }
    return NULL;
}

static unsigned interrupts;

static void interrupt_count(void *context)
{
    (void)context;
    interrupts++; /* plain: the vector keeps others out */
}

static void *interrupter(void *context)
{
    (void)context;
    for (unsigned i = 0; i < 2000; i++) {
        if (i % 4) {
            p->ops->interrupt_raise(p, 1);
        } else {
            p->ops->interrupt_lock(p, 1);
            interrupts += 1000000;
            p->ops->interrupt_unlock(p, 1);
        }
    }
    return NULL;
}

/* What a timer, a deferred call and an interrupt leave in the hash of a run. */
static uint64_t hash_of(uint64_t due_ns, bool dpc, bool interrupt)
{
    struct counter c = {.want = 1}, d = {.want = 1};
    uint64_t hash;

    start(0);
    c.timer = (struct nic_timer){.fn = count, .context = &c};
    d.dpc = (struct nic_dpc){.fn = count, .context = &d};
    p->ops->interrupt_connect(p, 4, count, &d);
    p->ops->timer_set(p, &c.timer, due_ns);
    ck_assert(wait_for(&c, 10));
    if (dpc)
        p->ops->dpc_queue(p, &d.dpc);
    if (interrupt)
        p->ops->interrupt_raise(p, 4);
    hash = nic_virtual_hash(p);
    stop();
    return hash;
}

START_TEST(virtual_hash_tells_runs_apart)
{
    uint64_t hash = hash_of(1000, true, false);

    ck_assert(hash == hash_of(1000, true, false));
    ck_assert(hash != hash_of(1001, true, false));
    ck_assert(hash != hash_of(1000, false, false));
    ck_assert(hash != hash_of(1000, false, true));
    ck_assert(hash_of(1000, false, false) != hash_of(2000, false, false));
    ck_assert(hash != hash_of(1000, true, true));
}
END_TEST

START_TEST(posix_locks_and_vectors_exclude)
{
    pthread_t threads[4];

    start(1);
    p->ops->lock_init(p, &shared_lock, "shared");
    p->ops->interrupt_connect(p, 1, interrupt_count, NULL);
    for (unsigned i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, i < 2 ? adder : interrupter, NULL);
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(shared, 2 * ROUNDS);
    ck_assert_uint_eq(interrupts / 1000000, 1000);
    ck_assert_uint_ge(interrupts % 1000000, 1);
    ck_assert_uint_le(interrupts % 1000000, 3000);
    p->ops->lock_free(p, &shared_lock);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("platform");
    TCase *t = tcase_create("platform");
    SRunner *runner;
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, timers_fire_once_at_dispatch_and_in_order, 0, 2);
    tcase_add_loop_test(t, deferred_calls_run_once_per_queueing, 0, 2);
    tcase_add_loop_test(t, posix_cancel_waits_for_the_running_call, 0, 2);
    tcase_add_loop_test(t, interrupts_are_latched_and_locked_out, 0, 2);
    tcase_add_loop_test(t, locks_raise_the_level, 0, 2);
    tcase_add_loop_test(t, every_lock_operation_is_a_preemption_point, 0, 2);
    tcase_add_loop_test(t, random_numbers_follow_the_seed, 0, 2);
    tcase_add_loop_test(t, the_poller_works_while_somebody_waits, 0, 2);
    tcase_add_loop_test(t, the_poller_ends_the_wait, 0, 2);
    tcase_add_test(t, virtual_time_stands_while_the_poller_is_busy);
    tcase_add_test(t, virtual_run_knows_when_nothing_can_happen);
    tcase_add_test(t, virtual_hash_tells_runs_apart);
    tcase_add_test(t, posix_locks_and_vectors_exclude);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
