/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bindings and adapters of NDIS 6 end, under the deterministic scheduler (schedule.h): a close, a removal and its pause
 * beside senders, completions, interrupts, received NBLs on their way back, cancels and OID requests, switched at every lock
 * and call. The protocols and the driver keep their contract, as in ndis_schedule_end_test. And that a pause waits for what
 * another thread has cancelled.
 */
#include "ndis_rig6.h"

#include "schedule.h"

enum { NBLS = 16, FRAMES = 2, SLICE_NS = 20000 };

static struct rig6 r;
static char plan_text[200];
static uint64_t steps; /* what the miniport does, in the order it is asked */
static char cancel_id;
static bool never;

static struct protocol {
    NDIS_HANDLE handle;
    bool is_leaving, is_closed;
    unsigned users; /* calls down that have not returned */
    unsigned back[NBLS], sends, asked, answered, ended_at_once;
    NDIS_OID_REQUEST requests[2];
    ULONG answers[2];
    PNET_BUFFER_LIST lent;
} protocols[2];

static struct {
    bool is_leaving, is_paused;
    unsigned users; /* calls up that have not returned */
    struct nic_timer timer;
    NDIS_HANDLE pool;
    PNET_BUFFER_LIST frames[FRAMES];
    PMDL mdls[FRAMES];
    bool has[FRAMES];
} driver;

static void wait_for(const unsigned *users)
{
    for (unsigned i = 0; *users; i++) {
        ck_assert_msg(i < 100000, "%s: a call does not return", plan_text);
        r.platform->ops->wait(r.platform, &never, SLICE_NS);
    }
}

/* ---- driver ---- */

static struct nic_script6_step mixed(void *context, PNET_BUFFER_LIST nbl)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_MANUAL, NIC_WHEN_INSIDE, NIC_WHEN_DPC};

    (void)context;
    (void)nbl;
    ck_assert_msg(!r.miniport->halts, "%s: a send after the halt", plan_text);
    ck_assert_msg(r.miniport->restarts == r.miniport->pauses + 1, "%s: a send while paused",
                  plan_text);
    steps++;
    return (struct nic_script6_step){.when = whens[steps % 3], .queued = steps % 2};
}

static bool driver_enter(void)
{
    driver.users += !driver.is_leaving && !driver.is_paused;
    return !driver.is_leaving && !driver.is_paused;
}

static void indicate_one(void)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        if (!driver.has[i])
            continue;
        driver.has[i] = false;
        NdisMIndicateReceiveNetBufferLists(r.miniport->handle, driver.frames[i],
                                           NDIS_DEFAULT_PORT_NUMBER, 1, 0);
        return;
    }
}

static void on_return(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    ck_assert_msg(!r.miniport->halts, "%s: an NBL returned after the halt", plan_text);
    for (unsigned i = 0; i < FRAMES; i++) {
        if (driver.frames[i] != nbl)
            continue;
        ck_assert_msg(!driver.has[i], "%s: an NBL returned twice", plan_text);
        driver.has[i] = true;
    }
}

/* A driver that pauses waits for what it has lent. */
static void on_pause(void *context)
{
    (void)context;
    driver.is_paused = true;
    wait_for(&driver.users);
    for (unsigned i = 0; i < 1000 && !(driver.has[0] && driver.has[1]); i++)
        r.platform->ops->wait(r.platform, &never, SLICE_NS);
}

static void on_halt(void *context)
{
    (void)context;
    ck_assert_msg(r.miniport->halts == 1, "%s: halted twice", plan_text);
    ck_assert_msg(r.miniport->inside == 0, "%s: halted with a thread inside", plan_text);
    ck_assert_msg(rig6_statistics().outstanding == 0 && rig6_statistics().waiting == 0,
                  "%s: halted with NBLs outstanding", plan_text);
    ck_assert_msg(driver.has[0] && driver.has[1], "%s: halted with a received NBL lent", plan_text);
    driver.is_leaving = true;
    wait_for(&driver.users);
    r.platform->ops->timer_cancel(r.platform, &driver.timer);
}

static void give_back_lent(struct protocol *p)
{
    PNET_BUFFER_LIST chain = p->lent;

    p->lent = NULL;
    if (chain)
        NdisReturnNetBufferLists(p->handle, chain, 0);
}

/* The hardware and the protocols go on as long as time does. */
static void time_passes(void *context)
{
    (void)context;
    for (struct protocol *p = protocols; p < protocols + 2; p++) {
        if (p->is_leaving)
            continue;
        p->users++;
        give_back_lent(p);
        p->users--;
    }
    if (driver_enter()) {
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
        nic_script6_release(r.miniport, NIC_WHEN_DPC, UINT32_MAX);
        driver.users--;
    }
    if (!driver.is_leaving)
        r.platform->ops->timer_set(r.platform, &driver.timer,
                                   r.platform->ops->now_ns(r.platform) + SLICE_NS);
}

static void driver_start(void)
{
    static UCHAR bytes[FRAMES][60];
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};

    memset(&driver, 0, sizeof(driver));
    driver.pool = NdisAllocateNetBufferListPool(r.miniport->handle, &p);
    for (unsigned i = 0; i < FRAMES; i++) {
        driver.mdls[i] = NdisAllocateMdl(r.miniport->handle, bytes[i], sizeof(bytes[i]));
        driver.frames[i] =
            NdisAllocateNetBufferAndNetBufferList(driver.pool, 0, 0, driver.mdls[i], 0, 60);
        driver.frames[i]->SourceHandle = r.miniport->handle;
        driver.has[i] = true;
    }
    driver.timer = (struct nic_timer){.fn = time_passes};
    r.platform->ops->timer_set(r.platform, &driver.timer, SLICE_NS);
}

static void driver_stop(void)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        NdisFreeNetBufferList(driver.frames[i]);
        NdisFreeMdl(driver.mdls[i]);
    }
    NdisFreeNetBufferListPool(driver.pool);
}

/* ---- protocols ---- */

static bool enter(struct protocol *p)
{
    p->users += !p->is_leaving;
    return !p->is_leaving;
}

static void on_complete(void *context, PNET_BUFFER_LIST nbl)
{
    struct protocol *p = context;

    ck_assert_msg(!p->is_closed, "%s: an NBL came back after the close", plan_text);
    ck_assert_msg(nbl->Status == NDIS_STATUS_SUCCESS || nbl->Status == NDIS_STATUS_SEND_ABORTED ||
                      nbl->Status == NDIS_STATUS_PAUSED ||
                      nbl->Status == NDIS_STATUS_ADAPTER_REMOVED,
                  "%s: an NBL with %08x", plan_text, (unsigned)nbl->Status);
    p->back[nic_script6_number(nbl) % 1000000u]++;
    nic_script6_nbl_free(&r.protocols[p - protocols], nbl);
}

static void on_receive(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    struct protocol *p = context;

    (void)count;
    ck_assert_msg(!p->is_closed, "%s: an NBL indicated after the close", plan_text);
    if (!NDIS_TEST_RECEIVE_CAN_PEND(flags))
        return;
    if (p->is_leaving || p->lent)
        NdisReturnNetBufferLists(p->handle, chain, 0);
    else
        p->lent = chain;
}

static void on_status(void *context, PNDIS_STATUS_INDICATION indication)
{
    struct protocol *p = context;

    (void)indication;
    ck_assert_msg(!p->is_closed, "%s: a status after the close", plan_text);
}

static void on_answer(void *context, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct protocol *p = context;

    (void)status;
    if (request != &p->requests[0] && request != &p->requests[1])
        return; /* the rig's own */
    ck_assert_msg(!p->is_closed, "%s: a request ended after the close", plan_text);
    p->answered++;
}

static void on_unbind(void *context)
{
    struct protocol *p = context;

    p->is_leaving = true;
    wait_for(&p->users);
    give_back_lent(p);
}

/* When the close is complete so is everything else. */
static void check_closed(struct protocol *p)
{
    for (unsigned i = 0; i < p->sends; i++)
        ck_assert_msg(p->back[i] == 1, "%s: NBL %u came back %u times before the close ended",
                      plan_text, i, p->back[i]);
    ck_assert_msg(p->answered + p->ended_at_once == p->asked,
                  "%s: %u requests, and %u ended before the close did", plan_text, p->asked,
                  p->answered + p->ended_at_once);
    p->is_closed = true;
}

/* ---- actors ---- */

static void sender(void *context)
{
    struct protocol *p = context;

    for (unsigned i = 0; i < 2 && enter(p); i++) {
        PNET_BUFFER_LIST chain = rig6_chain(&r.protocols[p - protocols], 1 + i, 1);
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(chain, &cancel_id);
        p->sends += 1 + i;
        NdisSendNetBufferLists(p->handle, chain, NDIS_DEFAULT_PORT_NUMBER, 0);
        p->users--;
    }
}

static void device(void *context)
{
    NDIS_STATUS_INDICATION indication = {.Header = {NDIS_OBJECT_TYPE_STATUS_INDICATION,
                                                    NDIS_STATUS_INDICATION_REVISION_1,
                                                    NDIS_SIZEOF_STATUS_INDICATION_REVISION_1},
                                         .StatusCode = NDIS_STATUS_MEDIA_SPECIFIC_INDICATION};

    (void)context;
    indication.SourceHandle = r.miniport->handle;
    for (unsigned i = 0; i < 2 && driver_enter(); i++) {
        indicate_one();
        r.platform->ops->interrupt_raise(r.platform, 8);
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
        NdisMIndicateStatusEx(r.miniport->handle, &indication);
        driver.users--;
    }
}

static void returner(void *context)
{
    (void)context;
    for (struct protocol *p = protocols; p < protocols + 2; p++) {
        if (!enter(p))
            continue;
        give_back_lent(p);
        p->users--;
    }
}

static void canceller(void *context)
{
    struct protocol *p = context;

    if (!enter(p))
        return;
    NdisCancelSendNetBufferLists(p->handle, &cancel_id);
    p->users--;
}

static void requester(void *context)
{
    struct protocol *p = context;

    for (unsigned i = 0; i < 2 && enter(p); i++) {
        p->requests[i] = (NDIS_OID_REQUEST){
            .Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                       NDIS_SIZEOF_OID_REQUEST_REVISION_1},
            .RequestType = NdisRequestQueryInformation,
            .DATA.QUERY_INFORMATION = {.Oid = OID_GEN_XMIT_OK,
                                       .InformationBuffer = &p->answers[i],
                                       .InformationBufferLength = sizeof(p->answers[i])}};
        p->asked++;
        p->ended_at_once += NdisOidRequest(p->handle, &p->requests[i]) != NDIS_STATUS_PENDING;
        p->users--;
    }
}

static void closer(void *context)
{
    struct protocol *p = context;
    struct nic_script6_protocol *script = &r.protocols[p - protocols];
    NDIS_STATUS status;

    on_unbind(p);
    script->binding = NULL;
    status = NdisCloseAdapterEx(p->handle);
    for (unsigned i = 0; status == NDIS_STATUS_PENDING && !script->closed; i++) {
        ck_assert_msg(i < 1000, "%s: the close does not end", plan_text);
        r.platform->ops->wait(r.platform, &script->closed, SLICE_NS);
    }
    check_closed(p);
}

static void remover(void *context)
{
    (void)context;
    ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_assert_msg(r.miniport->halts == 1, "%s: removed and not halted", plan_text);
    for (unsigned b = 0; b < 2; b++)
        check_closed(&protocols[b]);
}

/* ---- one schedule ---- */

struct scenario {
    const char *name;
    unsigned actor_count;
    struct schedule_actor actors[SCHEDULE_ACTORS];
};

static const struct scenario a_close = {"a close",
                                        6,
                                        {{sender, &protocols[0]},
                                         {device, NULL},
                                         {requester, &protocols[0]},
                                         {canceller, &protocols[0]},
                                         {sender, &protocols[1]},
                                         {closer, &protocols[0]}}};
static const struct scenario a_removal = {"a removal",
                                          7,
                                          {{sender, &protocols[0]},
                                           {device, NULL},
                                           {remover, NULL},
                                           {requester, &protocols[1]},
                                           {canceller, &protocols[0]},
                                           {returner, NULL},
                                           {sender, &protocols[1]}}};
static const struct scenario frames_and_close = {
    "received NBLs and a close", 2, {{device, NULL}, {closer, &protocols[0]}}};

static const struct scenario *const scenarios[] = {&a_close, &a_removal, &frames_and_close};

static void name_plan(const struct schedule_plan *plan)
{
    size_t used =
        (size_t)snprintf(plan_text, sizeof(plan_text), "seed %llu", (unsigned long long)plan->seed);

    for (unsigned i = 0; i < plan->count && used < sizeof(plan_text); i++)
        used += (size_t)snprintf(plan_text + used, sizeof(plan_text) - used,
                                 ", at point %u to actor %u", plan->switches[i].at,
                                 plan->switches[i].to);
}

static void start(void)
{
    struct nic_script6_miniport like = {
        .next = mixed, .returning = on_return, .pausing = on_pause, .halting = on_halt};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    memset(protocols, 0, sizeof(protocols));
    rig6_start(&r, &like, 2, RIG_VERIFY);
    for (unsigned b = 0; b < 2; b++) {
        protocols[b].handle = r.protocols[b].binding;
        r.protocols[b].completed = on_complete;
        r.protocols[b].received = on_receive;
        r.protocols[b].status = on_status;
        r.protocols[b].answered = on_answer;
        r.protocols[b].unbinding = on_unbind;
        r.protocols[b].context = &protocols[b];
        nic_script6_request(&r.protocols[b], NdisRequestSetInformation,
                            OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL);
    }
    driver_start();
}

static unsigned run(void *context, const struct schedule_plan *plan)
{
    const struct scenario *scenario = context;
    unsigned points;

    name_plan(plan);
    steps = plan->seed;
    start();
    points = schedule_run(r.platform, scenario->actors, scenario->actor_count, plan);
    ck_assert_msg(points, "%s: a deadlock", plan_text);
    if (!r.miniport->halts) { /* what was not closed ends here */
        rig6_run(&r, 1000);
        ck_assert_msg(rig6_statistics().outstanding == 0 && rig6_statistics().waiting == 0,
                      "%s: something is left", plan_text);
        remover(NULL);
    }
    driver_stop();
    rig6_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", plan_text, r.finding);
    return points;
}

START_TEST(req_14_der_10_all_actors_one_switch_everywhere)
{
    const struct scenario *scenario = scenarios[_i];
    unsigned plans = schedule_enumerate(run, (void *)(uintptr_t)scenario, scenario->actor_count, 1);

    ck_assert_uint_gt(plans, 100);
    printf("%s: %u schedules of %u actors\n", scenario->name, plans, scenario->actor_count);
}
END_TEST

START_TEST(req_14_der_10_random_schedules)
{
    for (uint64_t i = 0; i < 150; i++)
        run((void *)(uintptr_t)scenarios[_i],
            &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}
END_TEST

/* ---- a pause and a cancel ---- */

static pthread_t sending;
static pthread_mutex_t baton = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER;
static bool is_queued, may_leave;
static NDIS_STATUS paused;

static void pass(bool *flag)
{
    pthread_mutex_lock(&baton);
    *flag = true;
    pthread_cond_broadcast(&passed);
    pthread_mutex_unlock(&baton);
}

static void wait_until(const bool *flag)
{
    pthread_mutex_lock(&baton);
    while (!*flag)
        pthread_cond_wait(&passed, &baton);
    pthread_mutex_unlock(&baton);
}

static struct nic_script6_step at_once(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.when = NIC_WHEN_INSIDE};
}

/* Inside of the first send: a second one waits in the library, and is cancelled before the first returns. */
static void send_another(void *context, PNET_BUFFER_LIST nbl)
{
    PNET_BUFFER_LIST another = rig6_chain(&r.protocols[0], 1, 1);

    (void)context;
    (void)nbl;
    r.miniport->sending = NULL;
    NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(another, &cancel_id);
    nic_script6_send(&r.protocols[0], another, 0);
    pass(&is_queued);
    wait_until(&may_leave);
}

static void *send_first(void *context)
{
    nic_script6_send(&r.protocols[0], context, 0);
    return NULL;
}

static void *pause_it(void *context)
{
    (void)context;
    paused = nic_ndis_adapter_pause("nic0", 1);
    return NULL;
}

/* The cancelled one is on its way back, in this call; the first send returns, and a third thread pauses. */
static void pause_beside(void *context, PNET_BUFFER_LIST nbl)
{
    pthread_t pausing;

    (void)context;
    if (nbl->Status == NDIS_STATUS_SEND_ABORTED) {
        pass(&may_leave);
        ck_assert_int_eq(pthread_join(sending, NULL), 0);
        ck_assert_int_eq(pthread_create(&pausing, NULL, pause_it, NULL), 0);
        ck_assert_int_eq(pthread_join(pausing, NULL), 0);
    }
    nic_script6_nbl_free(&r.protocols[0], nbl);
}

START_TEST(der_11_a_pause_waits_for_what_another_thread_has_cancelled)
{
    rig6_start(&r, &(struct nic_script6_miniport){.next = at_once, .sending = send_another}, 1,
               RIG_VERIFY);
    r.protocols[0].completed = pause_beside;
    is_queued = may_leave = false;
    paused = NDIS_STATUS_FAILURE;
    ck_assert_int_eq(pthread_create(&sending, NULL, send_first, rig6_chain(&r.protocols[0], 1, 1)),
                     0);
    wait_until(&is_queued);
    NdisCancelSendNetBufferLists(r.protocols[0].binding, &cancel_id);
    ck_status(paused, NDIS_STATUS_PENDING); /* not within its time */
    ck_status(nic_ndis_adapter_pause("nic0", 1), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_restart("nic0", 1), NDIS_STATUS_SUCCESS);
    rig6_stop_clean(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_schedule_end6");
    TCase *t = tcase_create("schedules");

    tcase_set_timeout(t, 600);
    tcase_add_test(t, der_11_a_pause_waits_for_what_another_thread_has_cancelled);
    tcase_add_loop_test(t, req_14_der_10_all_actors_one_switch_everywhere, 0, 3);
    tcase_add_loop_test(t, req_14_der_10_random_schedules, 0, 3);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
