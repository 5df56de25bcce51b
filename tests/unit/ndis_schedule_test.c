/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The NDIS library under the deterministic scheduler (schedule.h): senders of two bindings, completions from outside,
 * interrupts with their deferred calls, timers, requests that pend and are answered by another, the notice of a surprise
 * removal and a reset, switched at every lock and call (REQ-64). Short scenarios are enumerated, longer ones random;
 * `SEED=` repeats them, and a failure names its plan.
 */
#include "ndis_rig.h"

#include "schedule.h"

#define PACKETS  8
#define REQUESTS 2

static struct rig r;
static unsigned back[2][PACKETS];
static NDIS_STATUS results[2][PACKETS];
static unsigned random_sends; /* of each sender in a long scenario */
static uint64_t steps;        /* what the miniport does, in the order it is asked */
static bool resets, requests_pend;
static struct {
    NDIS_REQUEST request;
    ULONG value;
    unsigned asked, ended;
    NDIS_STATUS status;
} asked[REQUESTS];

static struct nic_script_step mixed(void *context, PNDIS_PACKET packet)
{
    static const struct nic_script_step all[] = {
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL},
        {.answer = NDIS_STATUS_RESOURCES, .available = true},
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC},
        {.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_INSIDE},
        {.answer = NDIS_STATUS_SUCCESS},
    };

    (void)context;
    (void)packet;
    /* A deserialized one always pends. */
    return r.miniport->deserialized ? all[steps++ % 2 * 2] : all[steps++ % 5];
}

static void came_back(unsigned binding, PNDIS_PACKET packet, NDIS_STATUS status)
{
    uint32_t number = nic_script_number(packet) - binding * 1000000u;

    back[binding][number % PACKETS]++;
    results[binding][number % PACKETS] = status;
    nic_script_packet_free(&r.protocols[binding], packet);
}

static void on_complete(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    came_back((unsigned)((struct nic_script_protocol *)context - r.protocols), packet, status);
}

/* ---- actors ---- */

static void send_one(unsigned binding)
{
    PNDIS_PACKET packet = nic_script_packet(&r.protocols[binding], 60);
    NDIS_STATUS status = nic_script_send(&r.protocols[binding], packet);

    if (status != NDIS_STATUS_PENDING)
        came_back(binding, packet, status);
}

static void send_two(unsigned binding)
{
    PNDIS_PACKET packets[2] = {nic_script_packet(&r.protocols[binding], 60),
                               nic_script_packet(&r.protocols[binding], 60)};

    nic_script_send_array(&r.protocols[binding], packets, 2);
}

static void sender(void *context)
{
    unsigned binding = context != NULL;

    send_one(binding);
    for (unsigned i = 0; i < random_sends; i++)
        i % 2 ? send_one(binding) : send_two(binding);
}

static void completer(void *context)
{
    (void)context;
    for (unsigned i = 0; i <= random_sends; i++)
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_available(r.miniport);
}

static void device(void *context)
{
    (void)context;
    for (unsigned i = 0; i <= random_sends; i++)
        r.platform->ops->interrupt_raise(r.platform, 8);
}

static void clock_and_requests(void *context)
{
    /* The library's until it is complete, which may be after this actor's end. */
    static UCHAR options[4];
    static NDIS_REQUEST request;
    NDIS_STATUS status;

    (void)context;
    request = (NDIS_REQUEST){
        .RequestType = NdisRequestQueryInformation,
        .DATA.QUERY_INFORMATION = {OID_GEN_MAC_OPTIONS, options, sizeof(options), 0, 0}};
    nic_virtual_run(r.platform, NULL, r.platform->ops->now_ns(r.platform) + 2100000000u);
    NdisRequest(&status, r.protocols[1].binding, &request);
    if (resets)
        NdisReset(&status, r.protocols[1].binding);
    nic_virtual_run(r.platform, NULL, r.platform->ops->now_ns(r.platform) + 1000);
}

/* ---- requests that pend, a surprise removal ---- */

static void on_answer(void *context, PNDIS_REQUEST request, NDIS_STATUS status)
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
        asked[i].request = (NDIS_REQUEST){
            .RequestType = i ? NdisRequestSetInformation : NdisRequestQueryInformation,
            .DATA.QUERY_INFORMATION = {i ? OID_GEN_CURRENT_PACKET_FILTER : OID_GEN_XMIT_OK,
                                       &asked[i].value, sizeof(ULONG), 0, 0}};
        asked[i].value = i ? NDIS_PACKET_TYPE_DIRECTED : 0;
        asked[i].asked++;
        NdisRequest(&status, r.protocols[0].binding, &asked[i].request);
        if (status != NDIS_STATUS_PENDING)
            on_answer(NULL, &asked[i].request, status);
    }
}

static void answer_one(void *context)
{
    (void)context;
    nic_script_request_answer(r.miniport, NDIS_STATUS_SUCCESS);
}

static void answerer(void *context)
{
    (void)context;
    for (unsigned i = 0; i < REQUESTS; i++)
        answer_one(NULL);
}

static void resetter(void *context)
{
    NDIS_STATUS status;

    (void)context;
    NdisReset(&status, r.protocols[1].binding);
    ck_status(status, NDIS_STATUS_PENDING);
}

/* A serialized driver that is reset completes nothing from outside meanwhile; its interrupt does. */
static bool answers_outside(void)
{
    return r.miniport->deserialized || !resets;
}

/* DER-15 */
static void on_surprise(void *context)
{
    (void)context;
    if (!answers_outside())
        return;
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    nic_script_request_answer(r.miniport, NDIS_STATUS_FAILURE);
}

static void surpriser(void *context)
{
    (void)context;
    nic_ndis_adapter_surprise("nic0");
}

static void check_requests(const char *plan)
{
    for (unsigned i = 0; i < REQUESTS; i++) {
        NDIS_STATUS status = asked[i].status;
        ck_assert_msg(asked[i].ended == asked[i].asked, "%s: request %u ended %u times", plan, i,
                      asked[i].ended);
        ck_assert_msg(status == NDIS_STATUS_SUCCESS || status == NDIS_STATUS_FAILURE ||
                          (resets && (status == NDIS_STATUS_REQUEST_ABORTED ||
                                      status == NDIS_STATUS_RESET_IN_PROGRESS)),
                      "%s: request %u with %08x", plan, i, (unsigned)status);
        ck_assert_msg(i || !asked[0].asked || status != NDIS_STATUS_SUCCESS ||
                          asked[0].value == 0x12345678,
                      "%s: a query without an answer", plan);
    }
}

/* ---- one schedule ---- */

struct scenario {
    struct nic_script_miniport like;
    const struct schedule_actor *actors;
    unsigned actor_count;
};

static const struct schedule_actor all[] = {
    {sender, NULL}, {completer, NULL}, {sender, &r}, {device, NULL}, {clock_and_requests, NULL}};
/* A serialized driver that is reset completes nothing from outside meanwhile. */
static const struct schedule_actor with_reset[] = {
    {sender, NULL}, {device, NULL}, {sender, &r}, {clock_and_requests, NULL}};
static const struct schedule_actor with_requests[] = {{asker, NULL},  {answerer, NULL},
                                                      {sender, NULL}, {surpriser, NULL},
                                                      {device, NULL}, {sender, &r}};
static const struct schedule_actor with_requests_and_reset[] = {
    {asker, NULL},     {resetter, NULL}, {device, NULL},  {sender, NULL},
    {surpriser, NULL}, {sender, &r},     {answerer, NULL}};

/* Everything home: events until nothing is left. */
static void drain(void)
{
    for (unsigned i = 0; i < 4 * PACKETS; i++) {
        nic_script_available(r.miniport);
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
        answer_one(NULL);
        rig_run(&r, 10);
    }
}

/* What the miniport has completed is back, without another event. */
static void check_completed(const char *plan)
{
    for (size_t i = 0; i < r.trace.count; i++) {
        uint32_t packet = r.trace.events[i].packet;
        if (r.trace.events[i].kind == NIC_TRACE_DONE)
            ck_assert_msg(back[packet / 1000000u][packet % 1000000u % PACKETS] == 1,
                          "%s: packet %u was completed, and is left lying", plan, packet);
    }
}

static void check_order(const char *plan)
{
    uint32_t last[2] = {0, 0};
    bool any[2] = {false, false};

    for (size_t i = 0; i < r.trace.count; i++) {
        const struct nic_trace_event *event = &r.trace.events[i];
        unsigned binding = event->packet / 1000000u;
        if (event->kind != NIC_TRACE_GIVEN)
            continue;
        ck_assert_msg(!any[binding] || event->packet >= last[binding], "%s: %u after %u", plan,
                      event->packet, last[binding]);
        last[binding] = event->packet;
        any[binding] = true;
    }
}

static unsigned run(void *context, const struct schedule_plan *plan)
{
    const struct scenario *scenario = context;
    unsigned points, sent[2];
    char text[200];

    schedule_plan_print(plan, text, sizeof(text));
    memset(back, 0, sizeof(back));
    memset(asked, 0, sizeof(asked));
    steps = plan->seed;
    rig_start(&r, &scenario->like, 2, RIG_VERIFY, 0);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].completed = on_complete;
        r.protocols[b].context = &r.protocols[b];
        r.protocols[b].request_ended = on_answer;
    }
    r.miniport->requests_pend = requests_pend;
    points = schedule_run(r.platform, scenario->actors, scenario->actor_count, plan);
    ck_assert_msg(points, "%s: a deadlock", text);
    check_completed(text);
    drain();
    for (unsigned b = 0; b < 2; b++) {
        sent[b] = r.protocols[b].next_packet - b * 1000000u;
        ck_assert_uint_le(sent[b], PACKETS);
        for (unsigned i = 0; i < sent[b]; i++) {
            ck_assert_msg(back[b][i] == 1, "%s: packet %u of binding %u came back %u times", text,
                          i, b, back[b][i]);
            ck_assert_msg(results[b][i] == NDIS_STATUS_SUCCESS || resets, "%s: packet %u with %08x",
                          text, i, (unsigned)results[b][i]);
        }
    }
    if (!scenario->like.deserialized)
        check_order(text);
    ck_assert_msg(!resets || r.protocols[1].reset_done, "%s: a reset without an end", text);
    check_requests(text);
    r.miniport->requests_pend = false;
    ck_assert_msg(rig_statistics(&r).outstanding == 0 && rig_statistics(&r).waiting == 0,
                  "%s: something is left", text);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", text, r.finding);
    return points;
}

/* 0 to 3: what kind of miniport; 4 to 7: with a reset; 8 to 15: the same with requests that pend. */
static struct scenario scenario_of(int i)
{
    bool leaves_out = i & 4 && !(i & 2);

    resets = i & 4;
    requests_pend = i & 8;
    if (requests_pend)
        return (struct scenario){
            .like = {.next = mixed,
                     .surprising = on_surprise,
                     .interrupting = leaves_out ? answer_one : NULL,
                     .arrays = i & 1,
                     .deserialized = i & 2,
                     .max_packets = 2},
            .actors = resets ? with_requests_and_reset : with_requests,
            .actor_count = resets ? 7 - leaves_out : 6,
        };
    return (struct scenario){
        .like = {.next = mixed, .arrays = i & 1, .deserialized = i & 2, .max_packets = 2},
        .actors = leaves_out ? with_reset : all,
        .actor_count = leaves_out ? 4 : 5,
    };
}

static void say(const struct scenario *scenario, unsigned plans)
{
    printf("%s, %s%s: %u schedules of %u actors\n",
           scenario->like.arrays ? "MiniportSendPackets" : "MiniportSend",
           scenario->like.deserialized ? "deserialized" : "serialized",
           !requests_pend ? resets ? ", with a reset" : ""
           : resets       ? ", with requests and a reset"
                          : ", with requests",
           plans, scenario->actor_count);
}

/* A sender and a completer; each switch can be answered by one back. */
START_TEST(req_64_two_actors_two_switches_everywhere)
{
    struct scenario scenario = scenario_of(_i);
    unsigned plans;

    scenario.actor_count = 2;
    plans = schedule_enumerate(run, &scenario, scenario.actor_count, 2);
    ck_assert_uint_gt(plans, 500);
    say(&scenario, plans);
}
END_TEST

/* Who asks and who answers; serialized, and not. */
START_TEST(req_08_09_requests_two_switches_everywhere)
{
    struct scenario scenario = scenario_of(8 + 2 * _i);
    unsigned plans;

    scenario.actor_count = 2;
    plans = schedule_enumerate(run, &scenario, scenario.actor_count, 2);
    ck_assert_uint_gt(plans, 500);
    say(&scenario, plans);
}
END_TEST

START_TEST(req_64_all_actors_one_switch_everywhere)
{
    struct scenario scenario = scenario_of(_i);
    unsigned plans;

    random_sends = 1;
    plans = schedule_enumerate(run, &scenario, scenario.actor_count, 1);
    ck_assert_uint_gt(plans, 500);
    say(&scenario, plans);
}
END_TEST

START_TEST(req_64_random_schedules)
{
    struct scenario scenario = scenario_of(_i);

    random_sends = 4;
    for (uint64_t i = 0; i < 150; i++)
        run(&scenario, &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}
END_TEST

/* The scheduler itself: the same plan is the same run, and a lock that is never given back shows. */
static unsigned order[16], orders;
static struct nic_lock lock;

static void append_twice(void *context)
{
    for (unsigned i = 0; i < 2; i++) {
        r.platform->ops->lock(r.platform, &lock);
        order[orders++] = *(unsigned *)context;
        r.platform->ops->unlock(r.platform, &lock);
    }
}

static void take_only(void *context)
{
    (void)context;
    r.platform->ops->lock(r.platform, &lock);
}

START_TEST(the_scheduler)
{
    unsigned names[2] = {1, 2};
    struct schedule_actor actors[2] = {{append_twice, &names[0]}, {append_twice, &names[1]}};
    struct schedule_plan plan = {.count = 1, .switches = {{1, 1}}};

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    r.platform->ops->lock_init(r.platform, &lock, "test");
    ck_assert_uint_eq(schedule_run(r.platform, actors, 2, &(struct schedule_plan){0}), 16);
    ck_assert(order[0] == 1 && order[1] == 1 && order[2] == 2 && order[3] == 2);
    /* At point 1 the first has the lock: the second waits for it, and is next when it waits no more. */
    orders = 0;
    ck_assert_uint_eq(schedule_run(r.platform, actors, 2, &plan), 16);
    ck_assert(order[0] == 1 && order[1] == 1 && order[2] == 2 && order[3] == 2);
    /* At point 3 it is free. */
    orders = 0;
    plan.switches[0].at = 3;
    ck_assert_uint_eq(schedule_run(r.platform, actors, 2, &plan), 16);
    ck_assert(order[0] == 1 && order[1] == 2 && order[2] == 2 && order[3] == 1);
    actors[0].run = actors[1].run = take_only;
    ck_assert_uint_eq(schedule_run(r.platform, actors, 2, &(struct schedule_plan){0}), 0);
    lock.owner = NULL;
    r.platform->ops->lock_free(r.platform, &lock);
    rig_stop(&r);
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "schedules");

    tcase_set_timeout(t, 600);
    if (rig_layer() == RIG_DIRECT) { /* through the intermediate driver random ones do */
        tcase_add_test(t, the_scheduler);
        tcase_add_loop_test(t, req_64_two_actors_two_switches_everywhere, 1, 3);
        tcase_add_loop_test(t, req_08_09_requests_two_switches_everywhere, 0, 2);
        tcase_add_loop_test(t, req_64_all_actors_one_switch_everywhere, 0, 16);
    }
    tcase_add_loop_test(t, req_64_random_schedules, 0, 16);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_schedule");
}
