/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bindings and adapters of NDIS 6 end (ndis_ending.h): a close, a removal with its pause and the notice of a surprise
 * removal beside senders, completions, interrupts, received NBLs on their way back, cancels, and OID requests that pend, are
 * answered by another and are cancelled; under the deterministic scheduler, switched at every lock and call, and with real
 * threads. The protocols and the driver keep their contract, as in ndis_schedule_end_test. And that a pause waits for what
 * another thread has cancelled.
 */
#include "ndis_ending.h"
#include "ndis_rig6.h"

static struct rig6 r;

static struct {
    NDIS_OID_REQUEST requests[ENDING_REQUESTS];
    ULONG values[ENDING_REQUESTS];
} asked[2];

static struct {
    struct ending_party party, traffic; /* calls up; those that a pause ends */
    struct nic_timer timer;
    NDIS_HANDLE pool;
    PNET_BUFFER_LIST nbls[ENDING_FRAMES];
    PMDL mdls[ENDING_FRAMES];
    struct ending_frames frames;
} driver;

static struct nic_script6_protocol *script_of(const struct ending_protocol *p)
{
    return &r.protocols[p - ending.protocols];
}

/* ---- driver ---- */

static struct nic_script6_step mixed(void *context, PNET_BUFFER_LIST nbl)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_MANUAL, NIC_WHEN_INSIDE, NIC_WHEN_DPC};
    uint64_t step = ending_step();

    (void)context;
    (void)nbl;
    ck_assert_msg(!r.miniport->halts, "%s: a send after the halt", ending.plan);
    ck_assert_msg(r.miniport->restarts == r.miniport->pauses + 1, "%s: a send while paused",
                  ending.plan);
    return (struct nic_script6_step){.when = whens[step % 3], .queued = step % 2};
}

static void indicate_one(void)
{
    unsigned i = ending_frame_take(&driver.frames);

    if (i < ENDING_FRAMES)
        NdisMIndicateReceiveNetBufferLists(r.miniport->handle, driver.nbls[i],
                                           NDIS_DEFAULT_PORT_NUMBER, 1, 0);
}

static void on_return(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    ck_assert_msg(!r.miniport->halts, "%s: an NBL returned after the halt", ending.plan);
    for (unsigned i = 0; i < ENDING_FRAMES; i++) {
        if (driver.nbls[i] == nbl)
            ending_frame_back(&driver.frames, i);
    }
}

/* A driver that pauses waits for what it has lent. */
static void on_pause(void *context)
{
    static const volatile bool never = false;

    (void)context;
    ending_wait(&driver.traffic);
    for (unsigned i = 0; i < 10000 && !ending_frames_there(&driver.frames); i++)
        r.platform->ops->wait(r.platform, &never, ENDING_SLICE_NS);
}

static bool has_some(void)
{
    struct nic_ndis_statistics s = rig6_statistics();

    return s.outstanding || s.waiting;
}

static void on_halt(void *context)
{
    (void)context;
    ck_assert_msg(r.miniport->halts == 1, "%s: halted twice", ending.plan);
    ck_assert_msg(__atomic_load_n(&r.miniport->inside, __ATOMIC_SEQ_CST) == 0,
                  "%s: halted with a thread inside", ending.plan);
    ck_assert_msg(!has_some(), "%s: halted with NBLs outstanding", ending.plan);
    pthread_mutex_lock(&r.miniport->mutex);
    ck_assert_msg(!r.miniport->request, "%s: halted with a request", ending.plan);
    pthread_mutex_unlock(&r.miniport->mutex);
    ck_assert_msg(ending_frames_there(&driver.frames), "%s: halted with a received NBL lent",
                  ending.plan);
    ending_wait(&driver.party);
    r.platform->ops->timer_cancel(r.platform, &driver.timer);
}

/* DER-15: what a device that is gone had ends. No halt comes beside. */
static void on_surprise(void *context)
{
    static const volatile bool never = false;

    (void)context;
    ck_assert_msg(!r.miniport->halts, "%s: a notice after the halt", ending.plan);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    nic_script6_oid_answer(r.miniport, NDIS_STATUS_FAILURE);
    r.platform->ops->wait(r.platform, &never, 1000000);
    ck_assert_msg(!r.miniport->halts, "%s: halted inside of a notice", ending.plan);
}

static void give_back_lent(struct ending_protocol *p)
{
    PNET_BUFFER_LIST chain;

    while ((chain = ending_give_back(p)) != NULL)
        NdisReturnNetBufferLists(p->handle, chain, 0);
}

static void returner(void *context)
{
    (void)context;
    for (struct ending_protocol *p = ending.protocols; p < ending.protocols + 2; p++) {
        if (!ending_enter(&p->party))
            continue;
        give_back_lent(p);
        ending_leave(&p->party);
    }
}

/* The hardware and the protocols go on as long as time does. */
static void time_passes(void *context)
{
    (void)context;
    returner(NULL);
    if (!ending_enter(&driver.party))
        return;
    nic_script6_oid_answer(r.miniport, NDIS_STATUS_SUCCESS);
    if (ending_enter(&driver.traffic)) {
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
        nic_script6_release(r.miniport, NIC_WHEN_DPC, UINT32_MAX);
        ending_leave(&driver.traffic);
    }
    r.platform->ops->timer_set(r.platform, &driver.timer,
                               r.platform->ops->now_ns(r.platform) + ENDING_SLICE_NS);
    ending_leave(&driver.party);
}

static void driver_start(void)
{
    static UCHAR bytes[ENDING_FRAMES][60];
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};

    memset(&driver, 0, sizeof(driver));
    driver.pool = NdisAllocateNetBufferListPool(r.miniport->handle, &p);
    for (unsigned i = 0; i < ENDING_FRAMES; i++) {
        driver.mdls[i] = NdisAllocateMdl(r.miniport->handle, bytes[i], sizeof(bytes[i]));
        driver.nbls[i] =
            NdisAllocateNetBufferAndNetBufferList(driver.pool, 0, 0, driver.mdls[i], 0, 60);
        driver.nbls[i]->SourceHandle = r.miniport->handle;
    }
    driver.timer = (struct nic_timer){.fn = time_passes};
    r.platform->ops->timer_set(r.platform, &driver.timer, ENDING_SLICE_NS);
}

static void driver_stop(void)
{
    for (unsigned i = 0; i < ENDING_FRAMES; i++) {
        NdisFreeNetBufferList(driver.nbls[i]);
        NdisFreeMdl(driver.mdls[i]);
    }
    NdisFreeNetBufferListPool(driver.pool);
}

/* ---- protocols ---- */

static void on_complete(void *context, PNET_BUFFER_LIST nbl)
{
    ending_back(context, nic_script6_number(nbl), nbl->Status);
    nic_script6_nbl_free(script_of(context), nbl);
}

static void on_receive(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    struct ending_protocol *p = context;

    (void)count;
    ending_check(p, "an NBL was indicated");
    if (NDIS_TEST_RECEIVE_CAN_PEND(flags) && !ending_keep(p, chain))
        NdisReturnNetBufferLists(p->handle, chain, 0);
}

static void on_status(void *context, PNDIS_STATUS_INDICATION indication)
{
    (void)indication;
    ending_check(context, "a status came");
}

static void on_answer(void *context, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    struct ending_protocol *p = context;
    unsigned b = (unsigned)(p - ending.protocols), i = (unsigned)(request - asked[b].requests);

    ending_answered(p, i, status, i ? 0x12345678 : asked[b].values[i]);
}

static void on_unbind(void *context)
{
    struct ending_protocol *p = context;

    ending_wait(&p->party);
    give_back_lent(p);
}

/* ---- actors ---- */

static void sender(void *context)
{
    struct ending_protocol *p = context;

    for (unsigned i = 0; i < 2 && ending_enter(&p->party); i++) {
        PNET_BUFFER_LIST chain = rig6_chain(script_of(p), 1 + i, 1);
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(chain, &ending.cancel_id);
        p->sends += 1 + i;
        NdisSendNetBufferLists(p->handle, chain, NDIS_DEFAULT_PORT_NUMBER, 0);
        ending_leave(&p->party);
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
    for (unsigned i = 0; i < 2 && ending_enter(&driver.traffic); i++) {
        indicate_one();
        r.platform->ops->interrupt_raise(r.platform, 8);
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
        NdisMIndicateStatusEx(r.miniport->handle, &indication);
        ending_leave(&driver.traffic);
    }
}

static void canceller(void *context)
{
    struct ending_protocol *p = context;

    if (!ending_enter(&p->party))
        return;
    NdisCancelSendNetBufferLists(p->handle, &ending.cancel_id);
    NdisCancelOidRequest(p->handle, &ending.cancel_id);
    ending_leave(&p->party);
}

/* A query and a set; the driver has both for a while. */
static void requester(void *context)
{
    struct ending_protocol *p = context;
    unsigned b = (unsigned)(p - ending.protocols);

    for (unsigned i = 0; i < ENDING_REQUESTS && ending_enter(&p->party); i++) {
        PNDIS_OID_REQUEST request = &asked[b].requests[i];
        NDIS_STATUS status;
        *request = (NDIS_OID_REQUEST){
            .Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                       NDIS_SIZEOF_OID_REQUEST_REVISION_1},
            .RequestType = i ? NdisRequestSetInformation : NdisRequestQueryInformation,
            .RequestId = &ending.cancel_id,
            .DATA.QUERY_INFORMATION = {.Oid = i ? OID_GEN_CURRENT_PACKET_FILTER : OID_GEN_XMIT_OK,
                                       .InformationBuffer = &asked[b].values[i],
                                       .InformationBufferLength = sizeof(ULONG)}};
        asked[b].values[i] = i ? NDIS_PACKET_TYPE_PROMISCUOUS : 0;
        p->asked++;
        status = NdisOidRequest(p->handle, request);
        if (status != NDIS_STATUS_PENDING)
            on_answer(p, request, status);
        ending_leave(&p->party);
    }
}

static void answerer(void *context)
{
    (void)context;
    for (unsigned i = 0; i < ENDING_REQUESTS && ending_enter(&driver.party); i++) {
        nic_script6_oid_answer(r.miniport, NDIS_STATUS_SUCCESS);
        ending_leave(&driver.party);
    }
}

static void surpriser(void *context)
{
    (void)context;
    nic_ndis_adapter_surprise("nic0");
}

static void closer(void *context)
{
    struct ending_protocol *p = context;
    struct nic_script6_protocol *script = script_of(p);

    on_unbind(p);
    script->binding = NULL;
    if (NdisCloseAdapterEx(p->handle) == NDIS_STATUS_PENDING)
        ck_assert_msg(r.platform->ops->wait(r.platform, &script->closed, 1000000000),
                      "%s: the close does not end", ending.plan);
    ending_closed(p);
}

static void remover(void *context)
{
    (void)context;
    ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_assert_msg(r.miniport->halts == 1, "%s: removed and not halted", ending.plan);
    for (unsigned b = 0; b < 2; b++)
        ending_closed(&ending.protocols[b]);
}

/* ---- scenarios ---- */

#define FIRST  (&ending.protocols[0])
#define SECOND (&ending.protocols[1])

static const struct ending_scenario scenarios[] = {
    {.name = "a close",
     .actor_count = 7,
     .actors = {{sender, FIRST},
                {device, NULL},
                {requester, FIRST},
                {canceller, FIRST},
                {sender, SECOND},
                {closer, FIRST},
                {answerer, NULL}}},
    {.name = "a removal",
     .actor_count = 9,
     .actors = {{sender, FIRST},
                {device, NULL},
                {remover, NULL},
                {requester, SECOND},
                {canceller, FIRST},
                {returner, NULL},
                {sender, SECOND},
                {answerer, NULL},
                {surpriser, NULL}}},
    {.name = "received NBLs and a close",
     .actor_count = 2,
     .actors = {{device, NULL}, {closer, FIRST}}},
    {.name = "requests and a close",
     .actor_count = 4,
     .actors = {{requester, FIRST}, {answerer, NULL}, {closer, FIRST}, {canceller, FIRST}}},
    {.name = "a notice and a removal",
     .actor_count = 3,
     .actors = {{surpriser, NULL}, {sender, FIRST}, {remover, NULL}}},
};
enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

static void start(const struct ending_scenario *scenario, unsigned flags)
{
    struct nic_script6_miniport like = {.next = mixed,
                                        .returning = on_return,
                                        .pausing = on_pause,
                                        .halting = on_halt,
                                        .surprising = on_surprise};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    (void)scenario;
    rig6_start(&r, &like, 2, flags);
    ending.platform = r.platform;
    if (r.is_posix) /* its lock would order what is to race */
        r.miniport->trace = r.protocols[0].trace = r.protocols[1].trace = NULL;
    for (unsigned b = 0; b < 2; b++) {
        ending.protocols[b].handle = r.protocols[b].binding;
        r.protocols[b].completed = on_complete;
        r.protocols[b].received = on_receive;
        r.protocols[b].status = on_status;
        r.protocols[b].unbinding = on_unbind;
        r.protocols[b].context = &ending.protocols[b];
        nic_script6_request(&r.protocols[b], NdisRequestSetInformation,
                            OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL);
        r.protocols[b].answered = on_answer;
    }
    r.miniport->oids_pend = true;
    driver_start();
}

static void home(void)
{
    if (r.miniport->halts)
        return;
    rig6_run(&r, 1000);
    for (unsigned i = 0; i < 5000 && has_some(); i++)
        rig6_run(&r, 1000); /* real threads may be late */
    ck_assert_msg(!has_some(), "%s: something is left", ending.plan);
    remover(NULL);
}

static void stop(void)
{
    driver_stop();
    rig6_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", ending.plan, r.finding);
}

static const struct ending_rig rig = {start, home, stop};

START_TEST(req_14_der_10_all_actors_one_switch_everywhere)
{
    ck_assert_uint_gt(ending_enumerate(&rig, &scenarios[_i], 1), 100);
}
END_TEST

START_TEST(req_14_der_10_random_schedules)
{
    ending_random(&rig, &scenarios[_i], 150);
}
END_TEST

START_TEST(req_14_der_10_15_real_threads)
{
    ending_threads(&rig, &scenarios[_i], 100);
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
    NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(another, &ending.cancel_id);
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
    NdisCancelSendNetBufferLists(r.protocols[0].binding, &ending.cancel_id);
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
    if (!ENDING_THREADS_ONLY) {
        tcase_add_loop_test(t, req_14_der_10_all_actors_one_switch_everywhere, 0, SCENARIOS);
        tcase_add_loop_test(t, req_14_der_10_random_schedules, 0, SCENARIOS);
    }
    tcase_add_loop_test(t, req_14_der_10_15_real_threads, 0, SCENARIOS);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
