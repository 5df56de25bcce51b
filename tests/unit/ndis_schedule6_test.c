/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NDIS 6 under the deterministic scheduler (schedule.h): senders of two bindings inside the miniport at once, sends from
 * completions, completions from outside, interrupts, cancels, pauses, resets, OID requests that pend and are answered or
 * cancelled by another, and the notice of a surprise removal, switched at every lock and call (REQ-64).
 * Short scenarios are enumerated, longer ones random; `SEED=` repeats them, and a failure names its plan.
 */
#include "ndis_rig6.h"

#include "schedule.h"

enum { NBLS = 32, TAGGED = 2, REQUESTS = 2 };

static struct rig6 r;
static unsigned back[2][NBLS];
static NDIS_STATUS results[2][NBLS];
static unsigned chains; /* of each sender */
static unsigned budget; /* sends from completions that are left */
static unsigned most;   /* senders inside at once, of all schedules */
static uint64_t steps;  /* what the miniport does, in the order it is asked */
static unsigned
    last[2]; /* of each sender, of those it sent itself, what the miniport was given last */
static char cancel_id;
static char plan_text[200];
static struct {
    NDIS_OID_REQUEST request;
    ULONG value;
    unsigned asked, ended;
    NDIS_STATUS status;
} asked[REQUESTS];

/* ---- miniport and protocols ---- */

static struct nic_script6_step mixed(void *context, PNET_BUFFER_LIST nbl)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_MANUAL, NIC_WHEN_INSIDE, NIC_WHEN_DPC};

    (void)context;
    (void)nbl;
    steps++;
    return (struct nic_script6_step){.when = whens[steps % 3], .queued = steps % 2};
}

/* Never while it is paused, and each sender's in its order. */
static void check_given(void *context, PNET_BUFFER_LIST nbl)
{
    unsigned binding = nic_script6_number(nbl) / 1000000u;

    (void)context;
    ck_assert_msg(r.miniport->restarts == r.miniport->pauses + 1, "%s: a send while paused",
                  plan_text);
    nic_platform_preempt(r.platform, "in the miniport");
    if (!nbl->ProtocolReserved[TAGGED])
        return;
    ck_assert_msg(nic_script6_number(nbl) >= last[binding], "%s: %u after %u", plan_text,
                  nic_script6_number(nbl), last[binding]);
    last[binding] = nic_script6_number(nbl);
}

static PNET_BUFFER_LIST chain_of(unsigned binding, unsigned count, bool tagged)
{
    PNET_BUFFER_LIST chain = rig6_chain(&r.protocols[binding], count, 1);

    for (PNET_BUFFER_LIST nbl = chain; nbl; nbl = nbl->Next) {
        nbl->ProtocolReserved[TAGGED] = tagged ? &r : NULL;
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(nbl, nic_script6_number(nbl) % 2 ? &cancel_id : NULL);
    }
    return chain;
}

static void came_back(void *context, PNET_BUFFER_LIST nbl)
{
    struct nic_script6_protocol *p = context;
    unsigned binding = (unsigned)(p - r.protocols);
    uint32_t number = nic_script6_number(nbl) - binding * 1000000u;

    back[binding][number]++;
    results[binding][number] = nbl->Status;
    nic_script6_nbl_free(p, nbl);
    if (!budget)
        return;
    budget--;
    nic_script6_send(p, chain_of(binding, 1, false), 0);
}

/* ---- actors ---- */

static void sender(void *context)
{
    unsigned binding = context != NULL;

    for (unsigned i = 0; i < chains; i++)
        nic_script6_send(&r.protocols[binding], chain_of(binding, 1 + i % 2, true), 0);
}

static void completer(void *context)
{
    (void)context;
    for (unsigned i = 0; i < chains; i++)
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script6_release_chain(r.miniport);
}

static void device(void *context)
{
    (void)context;
    for (unsigned i = 0; i <= chains; i++)
        r.platform->ops->interrupt_raise(r.platform, 8);
}

static void pauser(void *context)
{
    (void)context;
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_assert_msg(rig6_statistics().outstanding == 0 && rig6_statistics().waiting == 0,
                  "%s: something is left in the pause", plan_text);
    ck_status(nic_ndis_adapter_restart("nic0", 1000), NDIS_STATUS_SUCCESS);
}

static void canceller(void *context)
{
    (void)context;
    NdisCancelSendNetBufferLists(r.protocols[0].binding, &cancel_id);
    NdisCancelSendNetBufferLists(r.protocols[1].binding, &cancel_id);
    NdisCancelOidRequest(r.protocols[0].binding, &cancel_id);
}

static void on_answer(void *context, PNDIS_OID_REQUEST request, NDIS_STATUS status)
{
    (void)context;
    for (unsigned i = 0; i < REQUESTS; i++) {
        if (request != &asked[i].request)
            continue;
        asked[i].ended++;
        asked[i].status = status;
    }
}

/* A query and a set, of which the second may wait for the first. */
static void asker(void *context)
{
    (void)context;
    for (unsigned i = 0; i < REQUESTS; i++) {
        NDIS_STATUS status;
        asked[i].request = (NDIS_OID_REQUEST){
            .Header = {NDIS_OBJECT_TYPE_OID_REQUEST, NDIS_OID_REQUEST_REVISION_1,
                       NDIS_SIZEOF_OID_REQUEST_REVISION_1},
            .RequestType = i ? NdisRequestSetInformation : NdisRequestQueryInformation,
            .RequestId = &cancel_id,
            .DATA.QUERY_INFORMATION = {.Oid = i ? OID_GEN_CURRENT_PACKET_FILTER : OID_GEN_XMIT_OK,
                                       .InformationBuffer = &asked[i].value,
                                       .InformationBufferLength = sizeof(ULONG)}};
        asked[i].value = i ? NDIS_PACKET_TYPE_DIRECTED : 0;
        asked[i].asked++;
        status = NdisOidRequest(r.protocols[0].binding, &asked[i].request);
        if (status != NDIS_STATUS_PENDING)
            on_answer(NULL, &asked[i].request, status);
    }
}

static void answerer(void *context)
{
    (void)context;
    for (unsigned i = 0; i < REQUESTS; i++)
        nic_script6_oid_answer(r.miniport, NDIS_STATUS_SUCCESS);
}

/* DER-15 */
static void on_surprise(void *context)
{
    (void)context;
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    nic_script6_oid_answer(r.miniport, NDIS_STATUS_FAILURE);
}

static void surpriser(void *context)
{
    (void)context;
    nic_ndis_adapter_surprise("nic0");
}

/* The check for hang asks for a reset. */
static void clock_runs(void *context)
{
    (void)context;
    r.miniport->hangs = TRUE;
    nic_virtual_run(r.platform, NULL, r.platform->ops->now_ns(r.platform) + 2100000000u);
}

/* ---- one schedule ---- */

struct scenario {
    const char *name;
    unsigned chains, budget, actor_count;
    struct schedule_actor actors[SCHEDULE_ACTORS];
};

static const struct scenario two_senders = {"two senders", 1, 2, 2, {{sender, NULL}, {sender, &r}}};
static const struct scenario sender_and_pause = {
    "a sender and a pause", 1, 1, 2, {{sender, NULL}, {pauser, NULL}}};
static const struct scenario all = {"all",
                                    2,
                                    3,
                                    9,
                                    {{sender, NULL},
                                     {sender, &r},
                                     {completer, NULL},
                                     {device, NULL},
                                     {pauser, NULL},
                                     {canceller, NULL},
                                     {asker, NULL},
                                     {answerer, NULL},
                                     {surpriser, NULL}}};
static const struct scenario with_reset = {"a reset",
                                           2,
                                           3,
                                           7,
                                           {{sender, NULL},
                                            {sender, &r},
                                            {device, NULL},
                                            {clock_runs, NULL},
                                            {asker, NULL},
                                            {answerer, NULL},
                                            {surpriser, NULL}}};
static const struct scenario requests_and_reset = {
    "requests and a reset", 0, 0, 3, {{asker, NULL}, {answerer, NULL}, {clock_runs, NULL}}};
static const struct scenario requests_and_cancel = {
    "requests and a cancel", 0, 0, 3, {{asker, NULL}, {answerer, NULL}, {canceller, NULL}}};

static bool may_be(NDIS_STATUS status)
{
    return status == NDIS_STATUS_SUCCESS || status == NDIS_STATUS_PAUSED ||
           status == NDIS_STATUS_SEND_ABORTED || status == NDIS_STATUS_RESET_IN_PROGRESS ||
           status == NDIS_STATUS_REQUEST_ABORTED; /* queued when a reset begins */
}

static void check_back(void)
{
    for (unsigned b = 0; b < 2; b++) {
        unsigned sent = r.protocols[b].next_nbl - b * 1000000u;
        ck_assert_uint_le(sent, NBLS);
        for (unsigned i = 0; i < sent; i++) {
            ck_assert_msg(back[b][i] == 1, "%s: NBL %u of binding %u came back %u times", plan_text,
                          i, b, back[b][i]);
            ck_assert_msg(may_be(results[b][i]), "%s: NBL %u with %08x", plan_text, i,
                          (unsigned)results[b][i]);
        }
    }
}

static void check_requests(void)
{
    for (unsigned i = 0; i < REQUESTS; i++) {
        NDIS_STATUS status = asked[i].status;
        ck_assert_msg(asked[i].ended == asked[i].asked, "%s: request %u ended %u times", plan_text,
                      i, asked[i].ended);
        ck_assert_msg(status == NDIS_STATUS_SUCCESS || status == NDIS_STATUS_FAILURE ||
                          status == NDIS_STATUS_REQUEST_ABORTED ||
                          status == NDIS_STATUS_RESET_IN_PROGRESS,
                      "%s: request %u with %08x", plan_text, i, (unsigned)status);
        ck_assert_msg(i || !asked[0].asked || status != NDIS_STATUS_SUCCESS ||
                          asked[0].value == 0x12345678,
                      "%s: a query without an answer", plan_text);
    }
}

/* The driver answers what it gets; of a reset, its filter too. */
static void answer_all(void)
{
    for (unsigned i = 0; i < 2 * REQUESTS; i++) {
        rig6_run(&r, 10);
        nic_script6_oid_answer(r.miniport, NDIS_STATUS_SUCCESS);
    }
}

static unsigned run(void *context, const struct schedule_plan *plan)
{
    struct nic_script6_miniport like = {
        .next = mixed, .sending = check_given, .surprising = on_surprise};
    const struct scenario *scenario = context;
    unsigned points;

    schedule_plan_print(plan, plan_text, sizeof(plan_text));
    memset(back, 0, sizeof(back));
    memset(asked, 0, sizeof(asked));
    steps = plan->seed;
    chains = scenario->chains;
    budget = scenario->budget;
    last[0] = last[1] = 0;
    rig6_start(&r, &like, 2, RIG_VERIFY);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].completed = came_back;
        r.protocols[b].context = &r.protocols[b];
        r.protocols[b].answered = on_answer;
    }
    r.miniport->oids_pend = true;
    points = schedule_run(r.platform, scenario->actors, scenario->actor_count, plan);
    ck_assert_msg(points, "%s: a deadlock", plan_text);
    while (nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX))
        ;
    rig6_run(&r, 10);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    answer_all();
    check_back();
    check_requests();
    ck_assert_msg(!r.miniport->resets ||
                      r.protocols[0].last_status == (NDIS_STATUS)NDIS_STATUS_RESET_END,
                  "%s: a reset without an end", plan_text);
    r.miniport->oids_pend = false;
    ck_assert_msg(rig6_statistics().outstanding == 0 && rig6_statistics().waiting == 0,
                  "%s: something is left", plan_text);
    most = r.miniport->inside_most > most ? r.miniport->inside_most : most;
    rig6_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", plan_text, r.finding);
    return points;
}

static unsigned enumerate(const struct scenario *scenario, unsigned switches)
{
    unsigned plans;

    most = 0;
    plans = schedule_enumerate(run, (void *)(uintptr_t)scenario, scenario->actor_count, switches);
    printf("%s: %u schedules of %u actors, %u senders at once\n", scenario->name, plans,
           scenario->actor_count, most);
    return plans;
}

static void run_random(const struct scenario *scenario, unsigned runs)
{
    for (uint64_t i = 0; i < runs; i++)
        run((void *)(uintptr_t)scenario,
            &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}

START_TEST(req_64_two_senders)
{
    ck_assert_uint_gt(enumerate(&two_senders, 1), 200);
    run_random(&two_senders, 500);
    ck_assert_uint_eq(most, 2);
}
END_TEST

START_TEST(req_64_der_11_a_sender_and_a_pause)
{
    ck_assert_uint_gt(enumerate(&sender_and_pause, 1), 200);
    run_random(&sender_and_pause, 500);
}
END_TEST

START_TEST(req_08_09_requests)
{
    const struct scenario *scenario = _i ? &requests_and_cancel : &requests_and_reset;

    ck_assert_uint_gt(enumerate(scenario, _i ? 2 : 1), 200);
    run_random(scenario, 300);
}
END_TEST

START_TEST(req_64_all_actors_one_switch_everywhere)
{
    ck_assert_uint_gt(enumerate(_i ? &with_reset : &all, 1), 200);
    ck_assert_uint_eq(most, 2);
}
END_TEST

START_TEST(req_64_random_schedules)
{
    most = 0;
    run_random(_i ? &with_reset : &all, 150);
    ck_assert_uint_eq(most, 2);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_schedule6");
    TCase *t = tcase_create("schedules");

    tcase_set_timeout(t, 600);
    tcase_add_test(t, req_64_two_senders);
    tcase_add_test(t, req_64_der_11_a_sender_and_a_pause);
    tcase_add_loop_test(t, req_08_09_requests, 0, 2);
    tcase_add_loop_test(t, req_64_all_actors_one_switch_everywhere, 0, 2);
    tcase_add_loop_test(t, req_64_random_schedules, 0, 2);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
