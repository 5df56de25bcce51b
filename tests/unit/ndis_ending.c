/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_ending.h. What actors share is atomic, or relaxed where a count is all: real threads must not be ordered by it. */
#include "ndis_ending.h"

#include <stdio.h>
#include <string.h>

#include "ndis_rig.h"

struct ending ending;

/* ---- parties ---- */

bool ending_enter(struct ending_party *p)
{
    __atomic_add_fetch(&p->users, 1, __ATOMIC_SEQ_CST);
    if (!ending_leaves(p))
        return true;
    ending_leave(p);
    return false;
}

void ending_leave(struct ending_party *p)
{
    __atomic_sub_fetch(&p->users, 1, __ATOMIC_SEQ_CST);
}

bool ending_leaves(struct ending_party *p)
{
    return __atomic_load_n(&p->is_leaving, __ATOMIC_SEQ_CST);
}

void ending_wait(struct ending_party *p)
{
    static const volatile bool never = false;

    __atomic_store_n(&p->is_leaving, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; __atomic_load_n(&p->users, __ATOMIC_SEQ_CST); i++) {
        ck_assert_msg(i < 100000, "%s: a call does not return", ending.plan);
        ending.platform->ops->wait(ending.platform, &never, ENDING_SLICE_NS);
    }
}

/* ---- protocols ---- */

void ending_check(struct ending_protocol *p, const char *what)
{
    ck_assert_msg(!__atomic_load_n(&p->is_closed, __ATOMIC_RELAXED), "%s: %s after the close",
                  ending.plan, what);
}

static unsigned add(unsigned *count)
{
    return __atomic_add_fetch(count, 1, __ATOMIC_RELAXED);
}

static unsigned read(const unsigned *count)
{
    return __atomic_load_n(count, __ATOMIC_RELAXED);
}

void ending_back(struct ending_protocol *p, uint32_t number, NDIS_STATUS status)
{
    ending_check(p, "a packet came back");
    ck_assert_msg(status == NDIS_STATUS_SUCCESS || status == NDIS_STATUS_REQUEST_ABORTED ||
                      status == NDIS_STATUS_SEND_ABORTED || status == NDIS_STATUS_PAUSED ||
                      status == NDIS_STATUS_ADAPTER_REMOVED,
                  "%s: a packet with %08x", ending.plan, (unsigned)status);
    add(&p->back[number % 1000000u]);
}

void ending_answered(struct ending_protocol *p, unsigned request, NDIS_STATUS status, ULONG value)
{
    ending_check(p, "a request ended");
    ck_assert_msg(status != NDIS_STATUS_SUCCESS || value == 0x12345678,
                  "%s: request %u was answered with %08x", ending.plan, request, (unsigned)value);
    add(&p->ended[request]);
}

bool ending_keep(struct ending_protocol *p, void *frame)
{
    bool is_kept = false;

    ending_check(p, "a frame was indicated");
    if (!ending_enter(&p->party))
        return false;
    for (unsigned i = 0; i < ENDING_FRAMES && !is_kept; i++) {
        void *none = NULL;
        is_kept = __atomic_compare_exchange_n(&p->lent[i], &none, frame, false, __ATOMIC_SEQ_CST,
                                              __ATOMIC_SEQ_CST);
    }
    ending_leave(&p->party);
    return is_kept;
}

void *ending_give_back(struct ending_protocol *p)
{
    void *frame = NULL;

    for (unsigned i = 0; i < ENDING_FRAMES && !frame; i++)
        frame = __atomic_exchange_n(&p->lent[i], NULL, __ATOMIC_SEQ_CST);
    return frame;
}

void ending_closed(struct ending_protocol *p)
{
    for (unsigned i = 0; i < read(&p->sends); i++)
        ck_assert_msg(read(&p->back[i]) == 1,
                      "%s: packet %u came back %u times before the close ended", ending.plan, i,
                      read(&p->back[i]));
    for (unsigned i = 0; i < read(&p->asked); i++)
        ck_assert_msg(read(&p->ended[i]) == 1, "%s: request %u ended %u times before the close did",
                      ending.plan, i, read(&p->ended[i]));
    __atomic_store_n(&p->is_closed, true, __ATOMIC_RELAXED);
}

/* ---- frames of the driver's ---- */

unsigned ending_frame_take(struct ending_frames *f)
{
    unsigned i = 0;

    while (i < ENDING_FRAMES && __atomic_exchange_n(&f->is_out[i], true, __ATOMIC_SEQ_CST))
        i++;
    return i;
}

void ending_frame_back(struct ending_frames *f, unsigned frame)
{
    ck_assert_msg(__atomic_exchange_n(&f->is_out[frame], false, __ATOMIC_SEQ_CST),
                  "%s: a frame returned twice", ending.plan);
}

bool ending_frames_there(const struct ending_frames *f)
{
    for (unsigned i = 0; i < ENDING_FRAMES; i++) {
        if (__atomic_load_n(&f->is_out[i], __ATOMIC_SEQ_CST))
            return false;
    }
    return true;
}

/* ---- runs ---- */

struct run {
    const struct ending_rig *rig;
    const struct ending_scenario *scenario;
};

uint64_t ending_step(void)
{
    return __atomic_fetch_add(&ending.steps, 1, __ATOMIC_RELAXED);
}

static void start(const struct run *run, uint64_t steps, unsigned flags)
{
    memset(ending.protocols, 0, sizeof(ending.protocols));
    ending.steps = steps;
    run->rig->start(run->scenario, flags);
}

static void stop(const struct run *run)
{
    run->rig->home();
    run->rig->stop();
}

static unsigned run_plan(void *context, const struct schedule_plan *plan)
{
    const struct run *run = context;
    unsigned points;

    schedule_plan_print(plan, ending.plan, sizeof(ending.plan));
    start(run, plan->seed, RIG_VERIFY);
    points = schedule_run(ending.platform, run->scenario->actors, run->scenario->actor_count, plan);
    ck_assert_msg(points, "%s: a deadlock", ending.plan);
    stop(run);
    return points;
}

unsigned ending_enumerate(const struct ending_rig *rig, const struct ending_scenario *scenario,
                          unsigned switches)
{
    struct run run = {rig, scenario};
    unsigned plans = schedule_enumerate(run_plan, &run, scenario->actor_count, switches);

    printf("%s%s%s: %u schedules of %u actors\n", scenario->name,
           scenario->arrays ? ", MiniportSendPackets" : "",
           scenario->deserialized ? ", deserialized" : "", plans, scenario->actor_count);
    return plans;
}

void ending_random(const struct ending_rig *rig, const struct ending_scenario *scenario,
                   unsigned runs)
{
    struct run run = {rig, scenario};

    for (uint64_t i = 0; i < runs; i++)
        run_plan(&run, &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}

void ending_threads(const struct ending_rig *rig, const struct ending_scenario *scenario,
                    unsigned rounds)
{
    struct run run = {rig, scenario};

    for (unsigned i = 0; i < rounds; i++) {
        snprintf(ending.plan, sizeof(ending.plan), "%s with threads, round %u", scenario->name, i);
        start(&run, i, i % 2 ? RIG_POSIX | RIG_VERIFY : RIG_POSIX);
        schedule_threads(scenario->actors, scenario->actor_count);
        stop(&run);
    }
}
