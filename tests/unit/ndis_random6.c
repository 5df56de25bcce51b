/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_random6.h. */
#include "ndis_random6.h"

#include <string.h>

#include "ndis_random6_world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- plans ---- */

static const char *const step_names[] = {
    "send",       "complete", "complete-all", "cancel",  "pause",        "restart", "reset",
    "reset-done", "indicate", "return",       "request", "request-done", "surprise"};

const struct random6_answer random6_answers[RANDOM6_ANSWERS] = {
    {"manual", {MODEL6_MANUAL, MODEL6_OK, false}},
    {"manual-queued", {MODEL6_MANUAL, MODEL6_OK, true}},
    {"manual-fails", {MODEL6_MANUAL, MODEL6_FAILED, false}},
    {"inside", {MODEL6_INSIDE, MODEL6_OK, false}},
    {"inside-fails", {MODEL6_INSIDE, MODEL6_FAILED, false}},
    {"dpc", {MODEL6_DPC, MODEL6_OK, false}},
    {"dpc-queued", {MODEL6_DPC, MODEL6_FAILED, true}},
};

static const char *const miniport_names[] = {"stays", "leaves"};
static const char *const answer_names[] = {
    "manual", "manual-queued", "manual-fails", "inside", "inside-fails", "dpc", "dpc-queued"};

static const char *const inside_names[] = {"nothing", "completes", "completes-all", "cancels",
                                           "other-sends"};
static const char *const number_names[] = {"0", "1", "2"};

const struct random_words random_words6 = {
    .miniports = {miniport_names, COUNT(miniport_names)},
    .steps = {step_names, COUNT(step_names)},
    .kinds = {"answers", "inside", "again"},
    .decisions = {{answer_names, COUNT(answer_names)},
                  {inside_names, COUNT(inside_names)},
                  {number_names, COUNT(number_names)}},
};

static unsigned dice(struct random_reader *reader, enum random_kind kind)
{
    static const unsigned sides[RANDOM_KINDS] = {RANDOM6_ANSWERS, INSIDES - 1, 2};
    unsigned chance = random_roll(&reader->tapes[kind], 100),
             which = random_roll(&reader->tapes[kind], sides[kind]);

    if (kind == RANDOM_ANSWERS)
        return which;
    return chance < reader->inclinations[0] ? 1 + which : 0;
}

/* As many as the protocol has left; the numbers begin with next_nbl. */
unsigned random6_take_numbers(struct world *w, unsigned binding, unsigned count)
{
    unsigned left = PROTOCOL_NBLS - w->nbls_out[binding];

    if (w->next_nbl > MODEL6_NBLS - 100)
        return 0;
    count = count < left ? count : left;
    w->next_nbl += count;
    w->nbls_out[binding] += count;
    return count;
}

unsigned random6_take_frames(const bool is_lent[FRAMES], unsigned count, uint32_t numbers[FRAMES],
                             uint8_t kinds[FRAMES])
{
    unsigned n = 0;

    for (unsigned i = 0; i < FRAMES && n < count; i++) {
        if (is_lent[i])
            continue;
        kinds[n] = (uint8_t)((i + count) / 2 % 3);
        numbers[n++] = i;
    }
    return n;
}

/* ---- the model's side ---- */

static struct model6 model;
static uint32_t next_request;

static unsigned world_decides(struct world *w, enum random_kind kind)
{
    return random_decide(&w->reader, kind);
}

static void model_send(struct world *w, unsigned binding, unsigned count)
{
    uint32_t nbls[16], first = w->next_nbl;

    count = random6_take_numbers(w, binding, count);
    for (unsigned i = 0; i < count; i++)
        nbls[i] = first + i;
    if (count)
        model6_send(&model, binding, nbls, count);
}

static void model_inside(void *context, uint32_t nbl)
{
    unsigned binding = model.owner[nbl];

    switch (world_decides(context, RANDOM_INSIDE)) {
    case COMPLETES:
        model6_complete(&model, 1);
        break;
    case COMPLETES_ALL:
        model6_complete_all(&model);
        break;
    case CANCELS:
        model6_cancel(&model, binding, 1 + nbl % 2);
        break;
    case OTHER_SENDS:
        model_send(context, 1 - binding, 2);
    }
}

static struct model6_answer model_answer(void *context)
{
    return random6_answers[world_decides(context, RANDOM_ANSWERS)].answer;
}

static void model_completed(void *context, uint32_t nbl)
{
    struct world *w = context;
    unsigned binding = model.owner[nbl];

    w->nbls_out[binding]--;
    model_send(w, binding, world_decides(w, RANDOM_AGAIN));
}

/* ---- steps ---- */

static void indicate(unsigned count, bool lend)
{
    uint32_t numbers[FRAMES];
    uint8_t kinds[FRAMES];
    bool is_lent[FRAMES] = {false};

    for (unsigned b = 0; b < 2; b++) {
        for (unsigned i = 0; i < model.lent_count[b]; i++)
            is_lent[model.lent[b][i]] = true;
    }
    count = random6_take_frames(is_lent, count, numbers, kinds);
    model6_indicate(&model, numbers, kinds, count, lend);
}

/* A protocol gives back what it has before its adapter pauses. */
static void pause(void)
{
    for (unsigned b = 0; b < 2; b++)
        model6_return(&model, b, FRAMES);
    model6_pause(&model);
}

static void request(const struct random_step *step)
{
    model.requests_pend = step->count % 2;
    model6_request(&model, next_request++, step->binding, step->count % 8);
}

/* What makes sense in this state. */
static bool may(const struct random_step *step)
{
    switch (step->what) {
    case PAUSE:
        return !model.paused && !model.resetting;
    case RESTART:
        return model.paused && !model.resetting;
    case RESET:
        return !model.resetting;
    case RESET_DONE:
        return model.resetting && !model.reissuing;
    case INDICATE:
        return !model.paused;
    case REQUEST:
        return model.waiting_count < MODEL6_REQUESTS;
    default:
        return true;
    }
}

static void model_step(const struct random_step *step, struct world *w)
{
    switch (step->what) {
    case SEND:
        model_send(w, step->binding, step->count);
        break;
    case COMPLETE:
        model6_complete(&model, step->count);
        break;
    case COMPLETE_ALL:
    case SURPRISE: /* the library tells the driver, and it completes what it has */
        model6_complete_all(&model);
        break;
    case CANCEL:
        model6_cancel(&model, step->binding, 1 + step->count % 2);
        break;
    case PAUSE:
        pause();
        break;
    case RESTART:
        model6_restart(&model);
        break;
    case RESET:
        model6_reset(&model, step->count % 2);
        break;
    case RESET_DONE:
        model6_reset_done(&model);
        break;
    case INDICATE:
        indicate(step->count, step->binding);
        break;
    case RETURN:
        model6_return(&model, step->binding, step->count);
        break;
    case REQUEST:
        request(step);
        break;
    case REQUEST_DONE:
        model6_request_done(&model);
    }
}

/* ---- a script ---- */

static bool is_quiet(void)
{
    return !model.paused && !model.resetting && !model.held_count && !model.has_current &&
           !model.lent_count[0] && !model.lent_count[1];
}

/* All steps in the model, and with `is_real` in the library; then what brings everything home, the NBLs last of all: a removal may find some. */
static void play(const char *name, const struct random_plan *plan, struct world *imagined,
                 bool is_real)
{
    static const struct random_step home[] = {{RESET_DONE, 1, 0},      {RESTART, 1, 0},
                                              {REQUEST_DONE, 1, 0},    {RETURN, FRAMES - 4, 0},
                                              {RETURN, FRAMES - 4, 1}, {COMPLETE_ALL, 1, 0}};
    unsigned steps = plan->step_count;

    memset(&model, 0, sizeof(model));
    model.context = imagined;
    model.inside = model_inside;
    model.answer = model_answer;
    model.completed = model_completed;
    next_request = 0;
    for (unsigned i = 0; i < steps + 60; i++) {
        const struct random_step *step =
            i < steps ? &plan->steps[i] : &home[(i - steps) % (plan->miniport ? 5 : 6)];
        imagined->reader.ended = i >= steps;
        if (is_real && i >= steps)
            random6_real_end();
        if (imagined->reader.ended && is_quiet())
            break;
        if (!may(step))
            continue;
        model_step(step, imagined);
        if (!is_real)
            continue;
        random6_real_step(step);
        random6_real_compare(name, i, &model, true);
    }
    if (!plan->miniport)
        return;
    model6_pause(&model); /* what a removal begins with */
    if (!is_real)
        return;
    random6_real_remove();
    random6_real_compare(name, steps + 1, &model, false);
}

unsigned random6_seen[MODEL6_KINDS][MODEL6_VALUES];

void random6_plan_of(const struct random_script *script, struct random_plan *plan)
{
    static const uint8_t often[] = {
        SEND,     SEND,   SEND,    SEND,    SEND,         COMPLETE,     COMPLETE,   COMPLETE_ALL,
        CANCEL,   PAUSE,  RESTART, RESTART, RESET,        RESET_DONE,   RESET_DONE, INDICATE,
        INDICATE, RETURN, REQUEST, REQUEST, REQUEST_DONE, REQUEST_DONE, SURPRISE};
    struct random_tape tape = script->tapes[0];
    struct world w = {0};

    random_reader_write(&w.reader, plan, script, dice);
    w.reader.inclinations[0] = random_roll(&tape, 60);
    plan->miniport = (uint8_t)random_roll(&tape, 2);
    plan->array_max = 1;
    random_plan_steps(plan, &tape, often, COUNT(often));
    play(script->name, plan, &w, false);
    for (unsigned i = 0; i < model.event_count; i++)
        random6_seen[model.events[i].kind]
                    [model.events[i].kind == MODEL6_GIVEN ? 0 : model.events[i].value]++;
}

void random6_plan_run(const char *name, const struct random_plan *plan)
{
    struct world imagined = {.reader.plan = plan};

    random6_real_start(plan);
    play(name, plan, &imagined, true);
    random6_real_stop(name);
}
