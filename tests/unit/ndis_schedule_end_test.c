/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bindings and adapters end, under the deterministic scheduler (schedule.h): a close and a removal beside senders,
 * completions, interrupts, received packets on their way back, cancels and requests, switched at every lock and call. The
 * protocols and the driver keep their contract: who closes lets his own calls end first, and so does who is halted.
 */
#include "ndis_rig.h"

#include "schedule.h"

enum { PACKETS = 8, FRAMES = 2, SLICE_NS = 20000 };

static struct rig r;
static char plan_text[200];
static uint64_t steps; /* what the miniport does, in the order it is asked */
static char cancel_id;

static struct protocol {
    NDIS_HANDLE handle;
    bool is_leaving, is_closed;
    unsigned users; /* calls down that have not returned */
    unsigned back[PACKETS], sends, asked, ended_at_once;
    NDIS_REQUEST requests[PACKETS];
    UCHAR answers[PACKETS][4];
    PNDIS_PACKET lent[FRAMES];
} protocols[2];

static struct {
    bool is_leaving;
    unsigned users; /* calls up that have not returned */
    struct nic_timer timer;
    NDIS_HANDLE packet_pool, buffer_pool;
    PNDIS_PACKET frames[FRAMES];
    bool has[FRAMES];
} driver;

static bool never;

static void wait_for(const unsigned *users)
{
    for (unsigned i = 0; *users; i++) {
        ck_assert_msg(i < 100000, "%s: a call does not return", plan_text);
        r.platform->ops->wait(r.platform, &never, SLICE_NS);
    }
}

/* ---- driver ---- */

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
    ck_assert_msg(!r.miniport->halts, "%s: a send after the halt", plan_text);
    return r.miniport->deserialized ? all[steps++ % 2 * 2] : all[steps++ % 5];
}

/* One thread at a time: inside the gate of a serialized miniport, the device's of another. */
static void indicate_one(void *context)
{
    (void)context;
    for (unsigned i = 0; i < FRAMES; i++) {
        if (!driver.has[i])
            continue;
        driver.has[i] = false;
        NDIS_SET_PACKET_STATUS(driver.frames[i], NDIS_STATUS_SUCCESS);
        NdisMIndicateReceivePacket(r.miniport->handle, &driver.frames[i], 1);
        if (NDIS_GET_PACKET_STATUS(driver.frames[i]) != NDIS_STATUS_PENDING)
            driver.has[i] = true;
        return;
    }
}

static void on_return(void *context, PNDIS_PACKET packet)
{
    (void)context;
    ck_assert_msg(!r.miniport->halts, "%s: a packet returned after the halt", plan_text);
    for (unsigned i = 0; i < FRAMES; i++) {
        if (driver.frames[i] != packet)
            continue;
        ck_assert_msg(!driver.has[i], "%s: a packet returned twice", plan_text);
        driver.has[i] = true;
    }
}

static void on_halt(void *context)
{
    (void)context;
    ck_assert_msg(r.miniport->halts == 1, "%s: halted twice", plan_text);
    ck_assert_msg(r.miniport->inside == 0, "%s: halted with a thread inside", plan_text);
    ck_assert_msg(rig_statistics(&r).outstanding == 0, "%s: halted with packets outstanding",
                  plan_text);
    driver.is_leaving = true;
    wait_for(&driver.users);
    for (unsigned i = 0; i < FRAMES; i++)
        ck_assert_msg(driver.has[i], "%s: halted with a received packet lent", plan_text);
    r.platform->ops->timer_cancel(r.platform, &driver.timer);
}

static bool driver_enter(void)
{
    driver.users += !driver.is_leaving;
    return !driver.is_leaving;
}

/* The hardware goes on as long as time does. */
static void hardware(void *context)
{
    (void)context;
    if (!driver_enter())
        return;
    nic_script_available(r.miniport);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    nic_script_release(r.miniport, NIC_WHEN_DPC, UINT32_MAX);
    r.platform->ops->timer_set(r.platform, &driver.timer,
                               r.platform->ops->now_ns(r.platform) + SLICE_NS);
    driver.users--;
}

static void driver_start(void)
{
    static UCHAR bytes[FRAMES][60];
    NDIS_STATUS status;

    NdisAllocatePacketPool(&status, &driver.packet_pool, FRAMES, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    NdisAllocateBufferPool(&status, &driver.buffer_pool, FRAMES);
    for (unsigned i = 0; i < FRAMES; i++) {
        PNDIS_BUFFER buffer;
        NdisAllocatePacket(&status, &driver.frames[i], driver.packet_pool);
        NdisAllocateBuffer(&status, &buffer, driver.buffer_pool, bytes[i], sizeof(bytes[i]));
        NdisChainBufferAtFront(driver.frames[i], buffer);
        driver.has[i] = true;
    }
    driver.is_leaving = false;
    driver.users = 0;
    driver.timer = (struct nic_timer){.fn = hardware};
    r.platform->ops->timer_set(r.platform, &driver.timer, SLICE_NS);
}

static void driver_stop(void)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        PNDIS_BUFFER buffer;
        NdisUnchainBufferAtFront(driver.frames[i], &buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(driver.frames[i]);
    }
    NdisFreePacketPool(driver.packet_pool);
    NdisFreeBufferPool(driver.buffer_pool);
}

/* ---- protocols ---- */

static bool enter(struct protocol *p)
{
    p->users += !p->is_leaving;
    return !p->is_leaving;
}

static void came_back(struct protocol *p, PNDIS_PACKET packet, NDIS_STATUS status)
{
    struct nic_script_protocol *script = &r.protocols[p - protocols];

    ck_assert_msg(!p->is_closed, "%s: a packet came back after the close", plan_text);
    ck_assert_msg(status == NDIS_STATUS_SUCCESS || status == NDIS_STATUS_REQUEST_ABORTED ||
                      status == NDIS_STATUS_ADAPTER_REMOVED,
                  "%s: a packet with %08x", plan_text, (unsigned)status);
    p->back[nic_script_number(packet) % 1000000u % PACKETS]++;
    nic_script_packet_free(script, packet);
}

static void on_complete(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    came_back(context, packet, status);
}

static INT on_receive(void *context, PNDIS_PACKET packet)
{
    struct protocol *p = context;

    ck_assert_msg(!p->is_closed, "%s: a packet indicated after the close", plan_text);
    for (unsigned i = 0; i < FRAMES && !p->is_leaving; i++) {
        if (p->lent[i])
            continue;
        p->lent[i] = packet;
        return 1;
    }
    return 0;
}

static void give_back_lent(struct protocol *p)
{
    for (unsigned i = 0; i < FRAMES; i++) {
        PNDIS_PACKET packet = p->lent[i];
        p->lent[i] = NULL;
        if (packet)
            NdisReturnPackets(&packet, 1);
    }
}

/* Before a close: nothing of ours is on its way down, and nothing of the driver's is here. */
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
    struct nic_script_protocol *script = &r.protocols[p - protocols];

    for (unsigned i = 0; i < p->sends; i++)
        ck_assert_msg(p->back[i] == 1, "%s: packet %u came back %u times before the close ended",
                      plan_text, i, p->back[i]);
    ck_assert_msg(script->requests_ended + p->ended_at_once == p->asked,
                  "%s: %u requests, and %u ended before the close did", plan_text, p->asked,
                  script->requests_ended + p->ended_at_once);
    p->is_closed = true;
}

/* ---- actors ---- */

static void sender(void *context)
{
    struct protocol *p = context;

    for (unsigned i = 0; i < 2 && enter(p); i++) {
        PNDIS_PACKET packets[2] = {nic_script_packet(&r.protocols[p - protocols], 60), NULL};
        NDIS_STATUS status = NDIS_STATUS_PENDING;
        NdisSetPacketCancelId(packets[0], &cancel_id);
        p->sends++;
        if (i) {
            NdisSendPackets(p->handle, packets, 1);
        } else {
            NdisSend(&status, p->handle, packets[0]);
            if (status != NDIS_STATUS_PENDING)
                came_back(p, packets[0], status);
        }
        p->users--;
    }
}

static void device(void *context)
{
    (void)context;
    for (unsigned i = 0; i < 2 && driver_enter(); i++) {
        enum nic_level before = r.platform->ops->raise(r.platform, NIC_LEVEL_DISPATCH);
        if (r.miniport->deserialized)
            indicate_one(NULL);
        r.platform->ops->lower(r.platform, before);
        r.platform->ops->interrupt_raise(r.platform, 8);
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
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
    NdisCancelSendPackets(p->handle, &cancel_id);
    p->users--;
}

static void requester(void *context)
{
    struct protocol *p = context;

    for (unsigned i = 0; i < 2 && enter(p); i++) {
        NDIS_STATUS status;
        p->requests[i] =
            (NDIS_REQUEST){.RequestType = NdisRequestQueryInformation,
                           .DATA.QUERY_INFORMATION = {OID_GEN_MAC_OPTIONS, p->answers[i], 4, 0, 0}};
        p->asked++;
        NdisRequest(&status, p->handle, &p->requests[i]);
        p->ended_at_once += status != NDIS_STATUS_PENDING;
        p->users--;
    }
}

static void closer(void *context)
{
    struct protocol *p = context;
    struct nic_script_protocol *script = &r.protocols[p - protocols];
    NDIS_STATUS status;

    on_unbind(p);
    script->binding = NULL;
    NdisCloseAdapter(&status, p->handle);
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
    bool arrays, deserialized;
    unsigned actor_count;
    struct schedule_actor actors[SCHEDULE_ACTORS];
};

static const struct scenario a_close = {.name = "a close",
                                        .actor_count = 6,
                                        .actors = {{sender, &protocols[0]},
                                                   {device, NULL},
                                                   {requester, &protocols[0]},
                                                   {canceller, &protocols[0]},
                                                   {sender, &protocols[1]},
                                                   {closer, &protocols[0]}}};
static const struct scenario a_removal = {.name = "a removal",
                                          .actor_count = 7,
                                          .actors = {{sender, &protocols[0]},
                                                     {device, NULL},
                                                     {remover, NULL},
                                                     {requester, &protocols[1]},
                                                     {canceller, &protocols[0]},
                                                     {returner, NULL},
                                                     {sender, &protocols[1]}}};
static const struct scenario frames_and_close = {
    .name = "received frames and a close",
    .actor_count = 2,
    .actors = {{device, NULL}, {closer, &protocols[0]}}};

static void name_plan(const struct schedule_plan *plan)
{
    size_t used =
        (size_t)snprintf(plan_text, sizeof(plan_text), "seed %llu", (unsigned long long)plan->seed);

    for (unsigned i = 0; i < plan->count && used < sizeof(plan_text); i++)
        used += (size_t)snprintf(plan_text + used, sizeof(plan_text) - used,
                                 ", at point %u to actor %u", plan->switches[i].at,
                                 plan->switches[i].to);
}

static void start(const struct scenario *scenario)
{
    struct nic_script_miniport like = {.next = mixed,
                                       .returning = on_return,
                                       .halting = on_halt,
                                       .interrupting = scenario->deserialized ? NULL : indicate_one,
                                       .arrays = scenario->arrays,
                                       .deserialized = scenario->deserialized,
                                       .max_packets = 2};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    memset(protocols, 0, sizeof(protocols));
    rig_start(&r, &like, 0, RIG_VERIFY, 0);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b] = (struct nic_script_protocol){.trace = &r.trace,
                                                      .next_packet = b * 1000000u,
                                                      .completed = on_complete,
                                                      .received_packet = on_receive,
                                                      .unbinding = on_unbind,
                                                      .context = &protocols[b]};
        ck_status(nic_script_protocol_start(&r.protocols[b], r.platform, r.adapter),
                  NDIS_STATUS_SUCCESS);
        protocols[b].handle = r.protocols[b].binding;
        nic_script_request(&r.protocols[b], NdisRequestSetInformation,
                           OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL);
        r.protocols[b].requests_ended = 0;
    }
    r.bindings = 2;
    driver_start();
}

static unsigned run(void *context, const struct schedule_plan *plan)
{
    const struct scenario *scenario = context;
    unsigned points;

    name_plan(plan);
    steps = plan->seed;
    start(scenario);
    points = schedule_run(r.platform, scenario->actors, scenario->actor_count, plan);
    ck_assert_msg(points, "%s: a deadlock", plan_text);
    returner(NULL);
    if (!r.miniport->halts) { /* what was not closed ends here */
        rig_run(&r, 1000);
        ck_assert_msg(rig_statistics(&r).outstanding == 0 && rig_statistics(&r).waiting == 0,
                      "%s: something is left", plan_text);
        ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
        for (unsigned b = 0; b < 2; b++)
            check_closed(&protocols[b]);
    }
    driver_stop();
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", plan_text, r.finding);
    return points;
}

/* _i: MiniportSendPackets, deserialized. */
static struct scenario like(const struct scenario *one, int i)
{
    struct scenario scenario = *one;

    scenario.arrays = i & 1;
    scenario.deserialized = i & 2;
    return scenario;
}

static void enumerate(const struct scenario *one, int i, unsigned switches)
{
    struct scenario scenario = like(one, i);
    unsigned plans = schedule_enumerate(run, &scenario, scenario.actor_count, switches);

    ck_assert_uint_gt(plans, 100);
    printf("%s, %s%s: %u schedules of %u actors\n", scenario.name,
           scenario.arrays ? "MiniportSendPackets" : "MiniportSend",
           scenario.deserialized ? ", deserialized" : "", plans, scenario.actor_count);
}

START_TEST(req_04_der_10_all_actors_one_switch_everywhere)
{
    static const struct scenario *const all[] = {&a_close, &a_removal, &frames_and_close};

    enumerate(all[_i / 4], _i, 1);
}
END_TEST

START_TEST(req_04_der_10_random_schedules)
{
    struct scenario scenario = like(_i & 4 ? &a_removal : &a_close, _i);

    for (uint64_t i = 0; i < 150; i++)
        run(&scenario, &(struct schedule_plan){.seed = rig_seed() * 1000000u + 1 + i});
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "schedules");

    tcase_set_timeout(t, 600);
    /* Through the intermediate driver the long ones have twice the points: random ones do. */
    tcase_add_loop_test(t, req_04_der_10_all_actors_one_switch_everywhere,
                        rig_layer() == RIG_DIRECT ? 0 : 8, 12);
    tcase_add_loop_test(t, req_04_der_10_random_schedules, 0, 8);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_schedule_end");
}
