/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_random.h. */
#include "ndis_random.h"

#include <string.h>

#include "ndis_random_world.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- plans ---- */

static const char *const miniport_names[] = {"single", "arrays", "free-single", "free-arrays"};
static const char *const step_names[] = {
    "send",       "array", "available", "interrupt", "complete", "cancel",       "reset",
    "reset-done", "tick",  "query",     "set",       "list",     "request-done", "indicate",
    "lend",       "show",  "return",    "taken",     "close",    "open",         "remove"};
static const char *const answer_names[] = {"pending", "queued",       "fails",
                                           "success", "failure",      "invalid",
                                           "inside",  "inside-fails", "resources"};
static const struct model_answer answers[COUNT(answer_names)] = {
    {.now = MODEL_PENDING, .final = MODEL_OK},
    {.now = MODEL_PENDING, .final = MODEL_OK, .queued = true},
    {.now = MODEL_PENDING, .final = MODEL_FAILED},
    {.now = MODEL_OK},
    {.now = MODEL_FAILED},
    {.now = MODEL_INVALID},
    {.now = MODEL_PENDING, .final = MODEL_OK, .inside = true},
    {.now = MODEL_PENDING, .final = MODEL_INVALID, .inside = true},
    {.now = MODEL_RESOURCES},
};
enum { ANSWER_SUCCESS = 3, ANSWER_INSIDE = 6, ANSWER_RESOURCES = 8 };
static const char *const inside_names[] = {"nothing", "completes", "cancels", "other-sends",
                                           "resets"};
static const char *const number_names[] = {"0", "1", "2"};

const struct random_words random_words5 = {
    .miniports = {miniport_names, COUNT(miniport_names)},
    .steps = {step_names, COUNT(step_names)},
    .kinds = {"answers", "inside", "again"},
    .decisions = {{answer_names, COUNT(answer_names)},
                  {inside_names, COUNT(inside_names)},
                  {number_names, COUNT(number_names)}},
};

/* How a script's miniport and protocols are inclined. */
enum inclination { RESOURCES, INSIDE, FINAL, BUSY, AGAIN };

static unsigned dice_answer(struct random_reader *reader)
{
    unsigned dice = random_roll(&reader->tapes[RANDOM_ANSWERS], 100);

    if (dice < reader->inclinations[RESOURCES])
        return ANSWER_RESOURCES;
    dice -= reader->inclinations[RESOURCES];
    if (dice < reader->inclinations[INSIDE])
        return ANSWER_INSIDE + dice % 2;
    dice -= reader->inclinations[INSIDE];
    if (dice < reader->inclinations[FINAL])
        return ANSWER_SUCCESS + dice % 3;
    return dice % 3;
}

static unsigned dice(struct random_reader *reader, enum random_kind kind)
{
    unsigned chance;

    if (kind == RANDOM_ANSWERS)
        return dice_answer(reader);
    chance = random_roll(&reader->tapes[kind], 100);
    if (kind == RANDOM_AGAIN)
        return chance < reader->inclinations[AGAIN] ? 1 + chance % 2 : 0;
    if (chance >= reader->inclinations[BUSY])
        return INSIDE_NOTHING;
    return chance == 0 ? INSIDE_RESETS : 1 + chance % (INSIDE_RESETS - 1);
}

static bool is_deserialized(const struct random_plan *plan)
{
    return plan->miniport & RANDOM_MINIPORT_DESERIALIZED;
}

/* A deserialized miniport only pends: the verifier says so (DER-2). */
struct model_answer random5_answer(struct world *w)
{
    struct model_answer answer = answers[random_decide(&w->reader, RANDOM_ANSWERS)];

    if (answer.now != MODEL_PENDING && w->reader.plan->verify && is_deserialized(w->reader.plan))
        return answers[0];
    return answer;
}

unsigned random5_take_numbers(struct world *w, unsigned binding, unsigned count)
{
    unsigned left =
        POOL_PACKETS - 2 * RANDOM_TRANSFERS - w->out[binding]; /* some are for transfers */

    if (w->next_packet > MODEL_PACKETS - 100)
        return 0;
    count = count < left ? count : left;
    w->next_packet += count;
    w->out[binding] += count;
    return count;
}

unsigned random5_take_frames(struct world *w, enum model_way way,
                             const unsigned holders[MODEL_FRAMES], unsigned count,
                             uint32_t numbers[MODEL_FRAMES], uint8_t kinds[MODEL_FRAMES])
{
    unsigned n = 0;

    for (unsigned i = 0; i < MODEL_FRAMES && n < count; i++) {
        if (way != MODEL_BYTES && holders[i])
            continue;
        kinds[n] = (uint8_t)((i + count) / 2 % (MODEL_GROUP + MODEL_GROUPS));
        numbers[n++] = way == MODEL_BYTES ? w->next_frame++ : i;
    }
    return n;
}

enum model_way random5_way(const struct random_step *step)
{
    return step->what == RANDOM_INDICATE ? MODEL_BYTES
           : step->what == RANDOM_LEND   ? MODEL_LENT
                                         : MODEL_SHOWN;
}

enum model_ask random5_ask(const struct random_step *step)
{
    return step->what == RANDOM_SET    ? MODEL_SET_FILTER
           : step->what == RANDOM_LIST ? MODEL_SET_LIST
                                       : MODEL_QUERY;
}

unsigned random5_value(const struct random_step *step)
{
    return step->what == RANDOM_LIST ? step->count % 4 : step->count % 12;
}

/* ---- the model's side ---- */

static struct model model;

static bool may_send(const struct world *w, unsigned binding)
{
    return model.open[binding] == MODEL_IS_OPEN && w->depth < DEEPEST;
}

static void send(struct world *w, unsigned binding, unsigned count, bool is_array)
{
    uint32_t packets[12], first = w->next_packet;

    count = random5_take_numbers(w, binding, count);
    for (unsigned i = 0; i < count; i++)
        packets[i] = first + i;
    w->depth++;
    if (count && is_array)
        model_submit_array(&model, binding, packets, count);
    else if (count && model_submit_one(&model, binding, packets[0]) != MODEL_PENDING)
        w->out[binding]--;
    w->depth--;
}

static struct model_answer model_answer(void *context)
{
    return random5_answer(context);
}

static void model_inside(void *context, uint32_t packet)
{
    struct world *w = context;
    unsigned binding = model.owner[packet];

    switch (random_decide(&w->reader, RANDOM_INSIDE)) {
    case INSIDE_COMPLETES:
        model_complete_oldest(&model, 1);
        break;
    case INSIDE_CANCELS:
        if (model.open[binding] == MODEL_IS_OPEN)
            model_cancel(&model, binding, 1 + packet % 2);
        break;
    case INSIDE_OTHER_SENDS:
        if (may_send(w, 1 - binding))
            send(w, 1 - binding, 1, false);
        break;
    case INSIDE_RESETS:
        if (!model.deserialized && model.open[binding] == MODEL_IS_OPEN)
            model_reset(&model, binding);
    }
}

/* Again also from what a reset or a cancel aborts; what a reset refuses, ends there. */
static void model_completed(void *context, uint32_t packet, enum model_status status)
{
    struct world *w = context;
    unsigned binding = model.owner[packet], count;

    w->out[binding]--;
    if (status == MODEL_RESETTING || !may_send(w, binding))
        return;
    count = random_decide(&w->reader, RANDOM_AGAIN);
    if (count)
        send(w, binding, count, count == 2);
}

static unsigned model_received(void *context, unsigned binding)
{
    (void)binding;
    return random_decide(&((struct world *)context)->reader, RANDOM_AGAIN);
}

static void model_sends(void *context, unsigned binding)
{
    if (may_send(context, binding))
        send(context, binding, 1, false);
}

/* ---- steps ---- */

/* What makes sense in this state. */
static bool may(const struct random_step *step)
{
    bool is_open = model.open[step->binding] == MODEL_IS_OPEN,
         is_told = !model.resetting || model.open[1 - step->binding] == MODEL_IS_OPEN;

    if (model.halted)
        return false;
    switch (step->what) {
    case RANDOM_SEND:
    case RANDOM_ARRAY:
    case RANDOM_CANCEL:
    case RANDOM_RESET:
        return is_open;
    case RANDOM_CLOSE: /* somebody is left who is told when a reset ends */
        return is_open && is_told;
    case RANDOM_OPEN:
        return model.open[step->binding] == MODEL_IS_CLOSED && is_told;
    case RANDOM_QUERY:
    case RANDOM_SET:
    case RANDOM_LIST:
        return is_open && model.waiting_count < MODEL_REQUESTS - 1;
    case RANDOM_INDICATE: /* 8 frames at most, two bindings */
        return model.transfer_count < RANDOM_TRANSFERS;
    case RANDOM_RESET_DONE:
        return model.resetting && !model.reissuing;
    case RANDOM_TICK: /* C-3: a stall is the driver's to end */
        return !model.stalled || model.held_count;
    case RANDOM_REMOVE: /* not too often: it is the end of the script */
        return step->count > 8;
    default:
        return true;
    }
}

static void indicate(struct world *w, const struct random_step *step)
{
    enum model_way way = random5_way(step);
    uint32_t frames[MODEL_FRAMES];
    uint8_t kinds[MODEL_FRAMES];
    unsigned count = random5_take_frames(w, way, model.holders, step->count, frames, kinds);

    model.transfers_pend = step->binding;
    model_indicate(&model, way, frames, kinds, count);
}

static void request(struct world *w, const struct random_step *step)
{
    model.requests_pend = step->count % 2;
    model.request_fails = step->count % 3 == 0;
    model_request(&model, (struct model_request){.number = w->next_request++,
                                                 .binding = step->binding,
                                                 .what = random5_ask(step),
                                                 .is_short = step->count % 3 == 0,
                                                 .value = random5_value(step)});
}

/* Protocol and driver give back what they have of the other's. */
static void give_back_received(unsigned binding)
{
    model_transfer_done(&model, MODEL_PACKETS, MODEL_OK);
    model_return(&model, binding, MODEL_FRAMES);
}

static enum model_status status_of(const struct random_step *step)
{
    return step->count % 3 == 0 ? MODEL_FAILED : MODEL_OK;
}

static void step_states(const struct random_step *step, struct world *w)
{
    switch (step->what) {
    case RANDOM_RESET:
        model.reset_pends = step->count % 2;
        model_reset(&model, step->binding);
        break;
    case RANDOM_RESET_DONE:
        model_reset_done(&model, status_of(step));
        break;
    case RANDOM_TICK:
        model.reset_pends = step->binding;
        model_tick(&model, step->count % 2 == 0);
        break;
    case RANDOM_CLOSE:
        model_return(&model, step->binding, MODEL_FRAMES);
        model_close(&model, step->binding);
        break;
    case RANDOM_OPEN:
        model_open(&model, step->binding);
        break;
    case RANDOM_REMOVE:
        w->reader.ended = true;
        give_back_received(0);
        give_back_received(1);
        model_remove(&model);
    }
}

static void model_step(const struct random_step *step, struct world *w)
{
    switch (step->what) {
    case RANDOM_SEND:
        send(w, step->binding, 1, false);
        break;
    case RANDOM_ARRAY:
        send(w, step->binding, step->count, true);
        break;
    case RANDOM_AVAILABLE:
        model_available(&model);
        break;
    case RANDOM_INTERRUPT:
        model_complete_oldest(&model, step->count);
        break;
    case RANDOM_COMPLETE:
        model_complete_oldest(&model, 1);
        break;
    case RANDOM_CANCEL:
        model_cancel(&model, step->binding, 1 + step->count % 2);
        break;
    case RANDOM_QUERY:
    case RANDOM_SET:
    case RANDOM_LIST:
        request(w, step);
        break;
    case RANDOM_REQUEST_DONE:
        model_request_done(&model, status_of(step));
        break;
    case RANDOM_INDICATE:
    case RANDOM_LEND:
    case RANDOM_SHOW:
        indicate(w, step);
        break;
    case RANDOM_RETURN:
        model_return(&model, step->binding, step->count);
        break;
    case RANDOM_TRANSFER_DONE:
        model_transfer_done(&model, step->count, status_of(step));
        break;
    default:
        step_states(step, w);
    }
}

/* ---- a script ---- */

static bool is_quiet(void)
{
    return model.halted ||
           (!model.queue_length && !model.held_count && !model.resetting && !model.has_current &&
            !model.transfer_count && !model.lent_count[0] && !model.lent_count[1]);
}

static void model_start(const struct random_plan *plan, struct world *w)
{
    memset(&model, 0, sizeof(model));
    model.arrays = plan->miniport & RANDOM_MINIPORT_ARRAYS;
    model.deserialized = is_deserialized(plan);
    model.array_max = plan->array_max;
    model.context = w;
    model.answer = model_answer;
    model.inside = model_inside;
    model.completed = model_completed;
    model.received = model_received;
    model.sends = model_sends;
    model_open(&model, 0);
    model_open(&model, 1);
}

/* All steps in the model, and with `is_real` in the library; then what brings everything home. */
static void play(const char *name, const struct random_plan *plan, struct world *imagined,
                 bool is_real)
{
    static const struct random_step home[] = {
        {RANDOM_RESET_DONE, 1, 0}, {RANDOM_REQUEST_DONE, 1, 0}, {RANDOM_TRANSFER_DONE, 11, 0},
        {RANDOM_RETURN, 12, 0},    {RANDOM_RETURN, 12, 1},      {RANDOM_AVAILABLE, 1, 0},
        {RANDOM_INTERRUPT, 12, 0}, {RANDOM_COMPLETE, 1, 0}};

    model_start(plan, imagined);
    for (unsigned i = 0; i < plan->step_count + MODEL_PACKETS; i++) {
        bool ended = i >= plan->step_count;
        const struct random_step *step = ended ? &home[i % COUNT(home)] : &plan->steps[i];
        if (ended) {
            imagined->reader.ended = true;
            if (is_real)
                random5_real_end();
            if (is_quiet())
                break;
        }
        if (!may(step))
            continue;
        model_step(step, imagined);
        if (!is_real)
            continue;
        random5_real_step(step);
        random5_real_compare(name, i, &model);
    }
}

unsigned random5_seen[MODEL_KINDS][MODEL_STATUSES];

static bool has_status(enum model_kind kind)
{
    return kind == MODEL_RESULT || kind == MODEL_COMPLETE || kind == MODEL_RESET_RESULT ||
           kind == MODEL_RESET_DONE || kind == MODEL_ANSWERED || kind == MODEL_CLOSE_RESULT ||
           kind == MODEL_UP || kind == MODEL_RESET_STATUS;
}

static unsigned seen_as(const struct random_event *event)
{
    return event->kind == MODEL_ASKED ? event->number : has_status(event->kind) ? event->value : 0;
}

void random5_plan_of(const struct random_script *script, struct random_plan *plan)
{
    static const uint8_t often[] = {
        RANDOM_SEND,          RANDOM_SEND,         RANDOM_SEND,         RANDOM_SEND,
        RANDOM_ARRAY,         RANDOM_ARRAY,        RANDOM_ARRAY,        RANDOM_AVAILABLE,
        RANDOM_AVAILABLE,     RANDOM_INTERRUPT,    RANDOM_INTERRUPT,    RANDOM_COMPLETE,
        RANDOM_COMPLETE,      RANDOM_CANCEL,       RANDOM_CANCEL,       RANDOM_RESET,
        RANDOM_RESET_DONE,    RANDOM_RESET_DONE,   RANDOM_TICK,         RANDOM_QUERY,
        RANDOM_SET,           RANDOM_SET,          RANDOM_SET,          RANDOM_LIST,
        RANDOM_LIST,          RANDOM_REQUEST_DONE, RANDOM_REQUEST_DONE, RANDOM_INDICATE,
        RANDOM_INDICATE,      RANDOM_LEND,         RANDOM_SHOW,         RANDOM_RETURN,
        RANDOM_TRANSFER_DONE, RANDOM_CLOSE,        RANDOM_OPEN,         RANDOM_OPEN,
        RANDOM_REMOVE};
    struct random_tape tape = script->tapes[0];
    struct world w = {0};

    random_reader_write(&w.reader, plan, script, dice);
    w.reader.inclinations[RESOURCES] = random_roll(&tape, 40);
    w.reader.inclinations[INSIDE] = random_roll(&tape, 20);
    w.reader.inclinations[FINAL] = random_roll(&tape, 40);
    w.reader.inclinations[BUSY] = random_roll(&tape, 20);
    w.reader.inclinations[AGAIN] = random_roll(&tape, 60);
    plan->miniport = (uint8_t)random_roll(&tape, 4);
    plan->array_max = (uint8_t)(1 + random_roll(&tape, 8));
    random_plan_steps(plan, &tape, often, COUNT(often));
    play(script->name, plan, &w, false);
    for (unsigned i = 0; i < model.event_count; i++)
        random5_seen[model.events[i].kind][seen_as(&model.events[i])]++;
}

void random5_plan_run(const char *name, const struct random_plan *plan)
{
    struct world imagined = {.reader.plan = plan};

    random5_real_start(plan);
    play(name, plan, &imagined, true);
    random5_real_stop(name);
}
