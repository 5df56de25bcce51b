/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_random6.h. */
#include "ndis_random6.h"

#include <string.h>

#include "ndis_rig6.h"

enum { PROTOCOL_NBLS = 64, FRAMES = MODEL6_LENT, HANG_INTERVAL_US = 2000000 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- plans ---- */

enum what {
    SEND,
    COMPLETE,
    COMPLETE_ALL,
    CANCEL,
    PAUSE,
    RESTART,
    RESET,
    RESET_DONE,
    INDICATE,
    RETURN,
    REQUEST,
    REQUEST_DONE,
    SURPRISE
};

static const char *const step_names[] = {
    "send",       "complete", "complete-all", "cancel",  "pause",        "restart", "reset",
    "reset-done", "indicate", "return",       "request", "request-done", "surprise"};

static const struct {
    const char *name;
    struct model6_answer answer;
} answers[] = {
    {"manual", {MODEL6_MANUAL, MODEL6_OK, false}},
    {"manual-queued", {MODEL6_MANUAL, MODEL6_OK, true}},
    {"manual-fails", {MODEL6_MANUAL, MODEL6_FAILED, false}},
    {"inside", {MODEL6_INSIDE, MODEL6_OK, false}},
    {"inside-fails", {MODEL6_INSIDE, MODEL6_FAILED, false}},
    {"dpc", {MODEL6_DPC, MODEL6_OK, false}},
    {"dpc-queued", {MODEL6_DPC, MODEL6_FAILED, true}},
};

static const char *const answer_names[] = {
    "manual", "manual-queued", "manual-fails", "inside", "inside-fails", "dpc", "dpc-queued"};

/* What happens inside the miniport: it completes, somebody cancels, the other protocol sends. */
enum inside { NOTHING, COMPLETES, COMPLETES_ALL, CANCELS, OTHER_SENDS, INSIDES };

static const char *const inside_names[] = {"nothing", "completes", "completes-all", "cancels",
                                           "other-sends"};
static const char *const number_names[] = {"0", "1", "2"};

const struct random_words random_words6 = {
    .kinds_of_miniport = {"stays", "leaves"},
    .steps = {step_names, COUNT(step_names)},
    .kinds = {"answers", "inside", "again"},
    .decisions = {{answer_names, COUNT(answer_names)},
                  {inside_names, COUNT(inside_names)},
                  {number_names, COUNT(number_names)}},
};

/* One reader of a plan; the model and the library each have their own. While a plan is made, decisions come from dice and
 * are written into it. */
struct world {
    const struct random_plan *plan;
    unsigned at[RANDOM_KINDS];
    bool ended; /* from now on all is held, and nothing else happens by itself */
    uint32_t next_nbl;
    unsigned nbls_out[2]; /* of each protocol */
    struct random_plan *writes;
    struct random_tape tapes[RANDOM_KINDS];
    unsigned busy; /* chance of 100 that something happens by itself */
};

static unsigned dice(struct world *w, enum random_kind kind)
{
    static const unsigned sides[RANDOM_KINDS] = {COUNT(answers), INSIDES - 1, 2};
    unsigned chance = random_roll(&w->tapes[kind], 100),
             which = random_roll(&w->tapes[kind], sides[kind]);

    if (kind == RANDOM_ANSWERS)
        return which;
    return chance < w->busy ? 1 + which : 0;
}

static unsigned decide(struct world *w, enum random_kind kind)
{
    if (w->ended)
        return 0;
    if (!w->writes)
        return w->at[kind] < w->plan->decision_count[kind] ? w->plan->decisions[kind][w->at[kind]++]
                                                           : 0;
    if (w->writes->decision_count[kind] == RANDOM_DECISIONS)
        return 0;
    return w->writes->decisions[kind][w->writes->decision_count[kind]++] = (uint8_t)dice(w, kind);
}

/* As many as the protocol has left; the numbers begin with next_nbl. */
static unsigned take_numbers(struct world *w, unsigned binding, unsigned count)
{
    unsigned left = PROTOCOL_NBLS - w->nbls_out[binding];

    if (w->next_nbl > MODEL6_NBLS - 100)
        return 0;
    count = count < left ? count : left;
    w->next_nbl += count;
    w->nbls_out[binding] += count;
    return count;
}

/* ---- the model's side ---- */

static struct model6 model;

static void model_send(struct world *w, unsigned binding, unsigned count)
{
    uint32_t nbls[16], first = w->next_nbl;

    count = take_numbers(w, binding, count);
    for (unsigned i = 0; i < count; i++)
        nbls[i] = first + i;
    if (count)
        model6_send(&model, binding, nbls, count);
}

static void model_inside(void *context, uint32_t nbl)
{
    unsigned binding = model.owner[nbl];

    switch (decide(context, RANDOM_OLDER)) {
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
    return answers[decide(context, RANDOM_ANSWERS)].answer;
}

static void model_completed(void *context, uint32_t nbl)
{
    struct world *w = context;
    unsigned binding = model.owner[nbl];

    w->nbls_out[binding]--;
    model_send(w, binding, decide(w, RANDOM_AGAIN));
}

/* ---- the library's side ---- */

static struct rig6 r;
static struct world real;
static struct model6_event events[MODEL6_EVENTS];
static unsigned event_count;
static char cancel_ids[3];
static NDIS_HANDLE frame_pool;
static UCHAR frames[FRAMES][60];
static PMDL frame_mdls[FRAMES];
static PNET_BUFFER_LIST frame_nbls[FRAMES];
static PNET_BUFFER_LIST lent[2][FRAMES];
static unsigned lent_count[2];
static struct request {
    NDIS_OID_REQUEST oid;
    ULONG filter;
    bool used;
} requests[MODEL6_REQUESTS + 1];

static void event(enum model6_kind kind, uint32_t number, unsigned value)
{
    if (event_count < MODEL6_EVENTS)
        events[event_count++] = (struct model6_event){kind, number, value};
}

static unsigned status_of(NDIS_STATUS status)
{
    return status == NDIS_STATUS_SUCCESS             ? MODEL6_OK
           : status == NDIS_STATUS_PAUSED            ? MODEL6_PAUSED
           : status == NDIS_STATUS_SEND_ABORTED      ? MODEL6_CANCELLED
           : status == NDIS_STATUS_RESET_IN_PROGRESS ? MODEL6_RESETTING
                                                     : MODEL6_FAILED;
}

static void real_send(unsigned binding, unsigned count)
{
    struct nic_script6_protocol *p = &r.protocols[binding];
    uint32_t number = real.next_nbl;
    PNET_BUFFER_LIST chain = NULL, *tail = &chain;

    count = take_numbers(&real, binding, count);
    for (unsigned i = 0; i < count; i++, number++) {
        p->next_nbl = number;
        *tail = nic_script6_nbl(p, 1 + number % 3, 60);
        ck_assert_ptr_nonnull(*tail);
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(*tail, &cancel_ids[number % 3]);
        tail = &(*tail)->Next;
    }
    if (chain)
        nic_script6_send(p, chain, 0);
}

static unsigned binding_of(PNET_BUFFER_LIST nbl)
{
    return nbl->SourceHandle == r.protocols[1].binding;
}

static void real_cancel(unsigned binding, unsigned id)
{
    NdisCancelSendNetBufferLists(r.protocols[binding].binding, &cancel_ids[id]);
}

static void real_given(void *context, PNET_BUFFER_LIST nbl)
{
    uint32_t number = nic_script6_number(nbl);

    (void)context;
    event(MODEL6_GIVEN, number, 0);
    switch (decide(&real, RANDOM_OLDER)) {
    case COMPLETES:
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
        break;
    case COMPLETES_ALL:
        nic_script6_release_chain(r.miniport);
        break;
    case CANCELS:
        real_cancel(binding_of(nbl), 1 + number % 2);
        break;
    case OTHER_SENDS:
        real_send(1 - binding_of(nbl), 2);
    }
}

static struct nic_script6_step real_answer(void *context, PNET_BUFFER_LIST nbl)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_INSIDE, NIC_WHEN_DPC, NIC_WHEN_MANUAL};
    struct model6_answer answer = answers[decide(&real, RANDOM_ANSWERS)].answer;

    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.when = whens[answer.when],
                                     .final = answer.status == MODEL6_OK ? NDIS_STATUS_SUCCESS
                                                                         : NDIS_STATUS_FAILURE,
                                     .queued = answer.queued};
}

static void real_completed(void *context, PNET_BUFFER_LIST nbl)
{
    struct nic_script6_protocol *p = context;
    unsigned binding = (unsigned)(p - r.protocols);

    event(MODEL6_BACK, nic_script6_number(nbl), status_of(nbl->Status));
    nic_script6_nbl_free(p, nbl);
    real.nbls_out[binding]--;
    real_send(binding, decide(&real, RANDOM_AGAIN));
}

static uint32_t frame_of(PNET_BUFFER_LIST nbl)
{
    return (uint32_t)((UCHAR(*)[60])nbl->FirstNetBuffer->MdlChain->MappedSystemVa - frames);
}

static void real_received(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    unsigned binding = (unsigned)((struct nic_script6_protocol *)context - r.protocols);
    bool keeps = NDIS_TEST_RECEIVE_CAN_PEND(flags);

    for (PNET_BUFFER_LIST next; chain; chain = next, count--) {
        next = chain->Next;
        event(MODEL6_UP, frame_of(chain), binding + (keeps ? 2 : 0));
        if (keeps)
            lent[binding][lent_count[binding]++] = chain;
    }
    ck_assert_uint_eq(count, 0);
}

static void real_returning(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    event(MODEL6_RETURNED, frame_of(nbl), 0);
}

static PNET_BUFFER_LIST link_up(PNET_BUFFER_LIST *nbls, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        nbls[i]->Next = i + 1 < count ? nbls[i + 1] : NULL;
    return nbls[0];
}

static void real_return(unsigned binding, unsigned count)
{
    PNET_BUFFER_LIST nbls[FRAMES];

    count = count < lent_count[binding] ? count : lent_count[binding];
    if (!count)
        return;
    memcpy(nbls, lent[binding], sizeof(nbls));
    lent_count[binding] -= count;
    memmove(lent[binding], lent[binding] + count, lent_count[binding] * sizeof(nbls[0]));
    NdisReturnNetBufferLists(r.protocols[binding].binding, link_up(nbls, count), 0);
}

static void real_indicate(const uint32_t *numbers, const uint8_t *kinds, unsigned count, bool lend)
{
    static const UCHAR addresses[][6] = {[MODEL6_DIRECTED] = {2, 0, 0, 0, 0, 1},
                                         [MODEL6_BROADCAST] = {255, 255, 255, 255, 255, 255},
                                         [MODEL6_OTHER] = {2, 0, 0, 0, 0, 9}};
    PNET_BUFFER_LIST nbls[FRAMES];

    for (unsigned i = 0; i < count; i++) {
        nbls[i] = frame_nbls[numbers[i]];
        memcpy(frames[numbers[i]], addresses[kinds[i]], 6);
    }
    NdisMIndicateReceiveNetBufferLists(r.miniport->handle, link_up(nbls, count),
                                       NDIS_DEFAULT_PORT_NUMBER, count,
                                       lend ? 0 : NDIS_RECEIVE_FLAGS_RESOURCES);
}

static void real_answered(void *context, PNDIS_OID_REQUEST oid, NDIS_STATUS status)
{
    (void)context;
    ((struct request *)oid)->used = false;
    event(MODEL6_ANSWERED, (uint32_t)(uintptr_t)oid->RequestId, status_of(status));
}

static struct request *free_request(void)
{
    unsigned i = 0;

    while (i < COUNT(requests) && requests[i].used)
        i++;
    ck_assert_uint_lt(i, COUNT(requests));
    return &requests[i];
}

static void real_request(uint32_t number, unsigned binding, unsigned filter)
{
    static const ULONG bits[] = {NDIS_PACKET_TYPE_DIRECTED, NDIS_PACKET_TYPE_BROADCAST,
                                 NDIS_PACKET_TYPE_PROMISCUOUS};
    struct request *request = free_request();
    NDIS_STATUS status;

    request->used = true;
    request->filter = 0;
    for (unsigned i = 0; i < COUNT(bits); i++)
        request->filter |= filter & 1u << i ? bits[i] : 0;
    request->oid =
        (NDIS_OID_REQUEST){.Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                                      NDIS_SIZEOF_OID_REQUEST_REVISION_1},
                           .RequestType = NdisRequestSetInformation,
                           .RequestId = (PVOID)(uintptr_t)number,
                           .DATA.SET_INFORMATION = {.Oid = OID_GEN_CURRENT_PACKET_FILTER,
                                                    .InformationBuffer = &request->filter,
                                                    .InformationBufferLength = sizeof(ULONG)}};
    status = NdisOidRequest(r.protocols[binding].binding, &request->oid);
    if (status != NDIS_STATUS_PENDING)
        real_answered(NULL, &request->oid, status);
}

static void real_request_done(void)
{
    PNDIS_OID_REQUEST request = r.miniport->request;

    r.miniport->request = NULL;
    if (request)
        NdisMOidRequestComplete(r.miniport->handle, request, NDIS_STATUS_SUCCESS);
}

/* The check for hang asks for it. */
static void real_reset(bool pends)
{
    r.miniport->reset_pends = pends;
    r.miniport->hangs = TRUE;
    rig6_run(&r, HANG_INTERVAL_US);
}

static void real_reset_done(void)
{
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    NdisMResetComplete(r.miniport->handle, NDIS_STATUS_SUCCESS, TRUE);
}

/* ---- steps ---- */

static uint32_t next_request; /* numbers, of model and library together */

static void indicate(unsigned count, bool lend, bool is_real)
{
    uint32_t numbers[FRAMES];
    uint8_t kinds[FRAMES];
    bool is_lent[FRAMES] = {false};
    unsigned n = 0;

    for (unsigned b = 0; b < 2; b++) {
        for (unsigned i = 0; i < model.lent_count[b]; i++)
            is_lent[model.lent[b][i]] = true;
    }
    for (unsigned i = 0; i < FRAMES && n < count; i++) {
        if (is_lent[i])
            continue;
        kinds[n] = (uint8_t)((i + count) / 2 % 3);
        numbers[n++] = i;
    }
    if (!n)
        return;
    model6_indicate(&model, numbers, kinds, n, lend);
    if (is_real)
        real_indicate(numbers, kinds, n, lend);
}

static void return_frames(unsigned binding, unsigned count, bool is_real)
{
    model6_return(&model, binding, count);
    if (is_real)
        real_return(binding, count);
}

/* A protocol gives back what it has before its adapter pauses. */
static void pause(bool is_real)
{
    for (unsigned b = 0; b < 2; b++)
        return_frames(b, FRAMES, is_real);
    model6_pause(&model);
    if (is_real)
        ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
}

static void request(const struct random_step *step, bool is_real)
{
    uint32_t number = next_request++;

    model.requests_pend = step->count % 2;
    model6_request(&model, number, step->binding, step->count % 8);
    if (is_real) {
        r.miniport->oids_pend = model.requests_pend;
        real_request(number, step->binding, step->count % 8);
    }
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
        return model.resetting;
    case INDICATE:
        return !model.paused;
    case REQUEST:
        return model.waiting_count < MODEL6_REQUESTS;
    default:
        return true;
    }
}

/* One step in the model, and with `is_real` in the library. */
static void step_run(const struct random_step *step, struct world *imagined, bool is_real)
{
    if (!may(step))
        return;
    switch (step->what) {
    case SEND:
        model_send(imagined, step->binding, step->count);
        if (is_real)
            real_send(step->binding, step->count);
        break;
    case COMPLETE:
        model6_complete(&model, step->count);
        if (is_real)
            nic_script6_release(r.miniport, NIC_WHEN_MANUAL, step->count);
        break;
    case SURPRISE: /* what the driver has fails or not: it is back */
        if (is_real)
            nic_ndis_adapter_surprise("nic0");
        /* fall through */
    case COMPLETE_ALL:
        model6_complete_all(&model);
        if (is_real)
            nic_script6_release_chain(r.miniport);
        break;
    case CANCEL:
        model6_cancel(&model, step->binding, 1 + step->count % 2);
        if (is_real)
            real_cancel(step->binding, 1 + step->count % 2);
        break;
    case PAUSE:
        pause(is_real);
        break;
    case RESTART:
        model6_restart(&model);
        if (is_real)
            ck_status(nic_ndis_adapter_restart("nic0", 1000), NDIS_STATUS_SUCCESS);
        break;
    case RESET:
        model6_reset(&model, step->count % 2);
        if (is_real)
            real_reset(step->count % 2);
        break;
    case RESET_DONE:
        model6_reset_done(&model);
        if (is_real)
            real_reset_done();
        break;
    case INDICATE:
        indicate(step->count, step->binding, is_real);
        break;
    case RETURN:
        return_frames(step->binding, step->count, is_real);
        break;
    case REQUEST:
        request(step, is_real);
        break;
    case REQUEST_DONE:
        model6_request_done(&model);
        if (is_real)
            real_request_done();
    }
    if (is_real)
        rig6_run(&r, 1); /* work items */
}

/* ---- comparison ---- */

static void compare(const char *name, unsigned step)
{
    static const char *const kinds[] = {"given", "back", "up", "returned", "answered"};
    static unsigned at;

    for (at = step ? at : 0; at < event_count && at < model.event_count; at++) {
        const struct model6_event *is = &events[at], *should = &model.events[at];
        ck_assert_msg(is->kind == should->kind && is->number == should->number &&
                          is->value == should->value,
                      "%s, step %u: event %u is %s %u (%u), the model says %s %u (%u)", name, step,
                      at, kinds[is->kind], is->number, is->value, kinds[should->kind],
                      should->number, should->value);
    }
    ck_assert_msg(at == event_count, "%s, step %u: the library goes on with %s %u", name, step,
                  kinds[events[at].kind], events[at].number);
    ck_assert_msg(at == model.event_count, "%s, step %u: the library lacks %s %u", name, step,
                  kinds[model.events[at].kind], model.events[at].number);
    ck_assert_msg(r.miniport->oids == model.requests_given,
                  "%s, step %u: %u requests were given, the model says %u", name, step,
                  r.miniport->oids, model.requests_given);
}

static void compare_counts(const char *name, unsigned step)
{
    struct nic_ndis_statistics s = rig6_statistics();

    ck_assert_msg(s.outstanding == model.held_count && s.waiting == model.queue_length,
                  "%s, step %u: %llu NBLs are outstanding and %llu wait, the model says %u and %u",
                  name, step, (unsigned long long)s.outstanding, (unsigned long long)s.waiting,
                  model.held_count, model.queue_length);
}

/* ---- a script ---- */

static bool is_quiet(void)
{
    return !model.paused && !model.resetting && !model.held_count && !model.has_current &&
           !model.lent_count[0] && !model.lent_count[1];
}

/* All steps; then what brings everything home, the NBLs last of all: a removal may find some. */
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
        unsigned h = plan->arrays ? 5 : 6;
        imagined->ended = real.ended = i >= steps;
        if (imagined->ended && is_quiet())
            break;
        step_run(imagined->ended ? &home[(i - steps) % h] : &plan->steps[i], imagined, is_real);
        if (is_real)
            compare(name, i);
        if (is_real)
            compare_counts(name, i);
    }
    if (!plan->arrays)
        return;
    model6_pause(&model); /* what a removal begins with */
    if (!is_real)
        return;
    ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
    compare(name, steps + 1);
}

unsigned random6_seen[MODEL6_KINDS][MODEL6_VALUES];

void random6_plan_of(const struct random_script *script, struct random_plan *plan)
{
    static const uint8_t often[] = {
        SEND,     SEND,   SEND,    SEND,    SEND,         COMPLETE,     COMPLETE,   COMPLETE_ALL,
        CANCEL,   PAUSE,  RESTART, RESTART, RESET,        RESET_DONE,   RESET_DONE, INDICATE,
        INDICATE, RETURN, REQUEST, REQUEST, REQUEST_DONE, REQUEST_DONE, SURPRISE};
    struct random_tape tape = script->tapes[0];
    struct world w = {.plan = plan, .writes = plan};

    memset(plan, 0, sizeof(*plan));
    for (unsigned i = 0; i < RANDOM_KINDS; i++)
        w.tapes[i] = script->tapes[1 + i];
    w.busy = random_roll(&tape, 60);
    plan->verify = script->verify;
    plan->arrays = random_roll(&tape, 2);
    plan->array_max = 1;
    while (plan->step_count < RANDOM_STEPS && (!tape.end || tape.at < tape.end)) {
        uint8_t what = often[random_roll(&tape, COUNT(often))];
        unsigned count = 1 + random_roll(&tape, 12), binding = random_roll(&tape, 2);
        plan->steps[plan->step_count++] = (struct random_step){
            .what = what, .count = (uint8_t)count, .binding = (uint8_t)binding};
    }
    play(script->name, plan, &w, false);
    for (unsigned i = 0; i < model.event_count; i++)
        random6_seen[model.events[i].kind][model.events[i].value]++;
}

static void frames_make(void)
{
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};

    frame_pool = NdisAllocateNetBufferListPool(r.miniport->handle, &p);
    for (unsigned i = 0; i < FRAMES; i++) {
        frame_mdls[i] = NdisAllocateMdl(r.miniport->handle, frames[i], 60);
        frame_nbls[i] =
            NdisAllocateNetBufferAndNetBufferList(frame_pool, 0, 0, frame_mdls[i], 0, 60);
        frame_nbls[i]->SourceHandle = r.miniport->handle;
    }
}

static void frames_free(void)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        NdisFreeNetBufferList(frame_nbls[i]);
        NdisFreeMdl(frame_mdls[i]);
    }
    NdisFreeNetBufferListPool(frame_pool);
}

void random6_plan_run(const char *name, const struct random_plan *plan)
{
    struct world imagined = {.plan = plan};
    struct nic_script6_miniport like = {.sending = real_given,
                                        .next = real_answer,
                                        .returning = real_returning,
                                        .address = {2, 0, 0, 0, 0, 1}};

    real = imagined;
    event_count = 0;
    memset(lent_count, 0, sizeof(lent_count));
    memset(requests, 0, sizeof(requests));
    rig6_start(&r, &like, 2, plan->verify ? RIG_VERIFY : 0);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].completed = real_completed;
        r.protocols[b].received = real_received;
        r.protocols[b].answered = real_answered;
        r.protocols[b].context = &r.protocols[b];
    }
    frames_make();
    play(name, plan, &imagined, true);
    frames_free();
    rig6_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", name, r.finding);
}
