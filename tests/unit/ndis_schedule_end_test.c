/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bindings and adapters end (ndis_ending.h): a close, a removal and the notice of a surprise removal beside senders,
 * completions, interrupts, received packets on their way back, cancels, and requests that pend and are answered by
 * another; under the deterministic scheduler, switched at every lock and call, and with real threads. The protocols and the
 * driver keep their contract: who closes lets his own calls end first, and so does who is halted.
 */
#include "ndis_ending.h"
#include "ndis_rig.h"

static struct rig r;

static struct {
    NDIS_REQUEST requests[ENDING_REQUESTS];
    ULONG values[ENDING_REQUESTS];
} asked[2];

static struct {
    struct ending_party party; /* calls up */
    struct nic_timer timer;
    NDIS_HANDLE packet_pool, buffer_pool;
    PNDIS_PACKET packets[ENDING_FRAMES];
    struct ending_frames frames;
} driver;

static struct nic_script_protocol *script_of(const struct ending_protocol *p)
{
    return &r.protocols[p - ending.protocols];
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
    uint64_t step = ending_step();

    (void)context;
    (void)packet;
    ck_assert_msg(!r.miniport->halts, "%s: a send after the halt", ending.plan);
    return r.miniport->deserialized ? all[step % 2 * 2] : all[step % 5];
}

/* One thread at a time: inside the gate of a serialized miniport, the device's of another. */
static void indicate_one(void *context)
{
    unsigned i = ending_frame_take(&driver.frames);

    (void)context;
    if (i == ENDING_FRAMES)
        return;
    NDIS_SET_PACKET_STATUS(driver.packets[i], NDIS_STATUS_SUCCESS);
    NdisMIndicateReceivePacket(r.miniport->handle, &driver.packets[i], 1);
    if (NDIS_GET_PACKET_STATUS(driver.packets[i]) != NDIS_STATUS_PENDING)
        ending_frame_back(&driver.frames, i);
}

static void on_return(void *context, PNDIS_PACKET packet)
{
    (void)context;
    ck_assert_msg(!r.miniport->halts, "%s: a packet returned after the halt", ending.plan);
    for (unsigned i = 0; i < ENDING_FRAMES; i++) {
        if (driver.packets[i] == packet)
            ending_frame_back(&driver.frames, i);
    }
}

static void on_halt(void *context)
{
    (void)context;
    ck_assert_msg(r.miniport->halts == 1, "%s: halted twice", ending.plan);
    /* But MiniportHandleInterrupt of a deserialized one, which goes on until its interrupt is deregistered. */
    ck_assert_msg((r.is_posix && r.miniport->deserialized) ||
                      __atomic_load_n(&r.miniport->inside, __ATOMIC_SEQ_CST) == 0,
                  "%s: halted with a thread inside", ending.plan);
    ck_assert_msg(rig_statistics(&r).outstanding == 0, "%s: halted with packets outstanding",
                  ending.plan);
    pthread_mutex_lock(&r.miniport->mutex);
    ck_assert_msg(!r.miniport->request.pends, "%s: halted with a request", ending.plan);
    pthread_mutex_unlock(&r.miniport->mutex);
    ending_wait(&driver.party);
    ck_assert_msg(ending_frames_there(&driver.frames), "%s: halted with a received packet lent",
                  ending.plan);
    r.platform->ops->timer_cancel(r.platform, &driver.timer);
}

/* DER-15: what a device that is gone had ends. No halt comes beside. */
static void on_surprise(void *context)
{
    static const volatile bool never = false;

    (void)context;
    ck_assert_msg(!r.miniport->halts, "%s: a notice after the halt", ending.plan);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    nic_script_request_answer(r.miniport, NDIS_STATUS_FAILURE);
    r.platform->ops->wait(r.platform, &never, 250000);
    ck_assert_msg(!r.miniport->halts, "%s: halted inside of a notice", ending.plan);
}

/* The hardware goes on as long as time does. */
static void hardware(void *context)
{
    (void)context;
    if (!ending_enter(&driver.party))
        return;
    nic_script_available(r.miniport);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    nic_script_release(r.miniport, NIC_WHEN_DPC, UINT32_MAX);
    nic_script_request_answer(r.miniport, NDIS_STATUS_SUCCESS);
    r.platform->ops->timer_set(r.platform, &driver.timer,
                               r.platform->ops->now_ns(r.platform) + ENDING_SLICE_NS);
    ending_leave(&driver.party);
}

static void driver_start(void)
{
    static UCHAR bytes[ENDING_FRAMES][60];
    NDIS_STATUS status;

    memset(&driver, 0, sizeof(driver));
    NdisAllocatePacketPool(&status, &driver.packet_pool, ENDING_FRAMES,
                           PROTOCOL_RESERVED_SIZE_IN_PACKET);
    NdisAllocateBufferPool(&status, &driver.buffer_pool, ENDING_FRAMES);
    for (unsigned i = 0; i < ENDING_FRAMES; i++) {
        PNDIS_BUFFER buffer;
        NdisAllocatePacket(&status, &driver.packets[i], driver.packet_pool);
        NdisAllocateBuffer(&status, &buffer, driver.buffer_pool, bytes[i], sizeof(bytes[i]));
        NdisChainBufferAtFront(driver.packets[i], buffer);
    }
    driver.timer = (struct nic_timer){.fn = hardware};
    r.platform->ops->timer_set(r.platform, &driver.timer, ENDING_SLICE_NS);
}

static void driver_stop(void)
{
    for (unsigned i = 0; i < ENDING_FRAMES; i++) {
        PNDIS_BUFFER buffer;
        NdisUnchainBufferAtFront(driver.packets[i], &buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(driver.packets[i]);
    }
    NdisFreePacketPool(driver.packet_pool);
    NdisFreeBufferPool(driver.buffer_pool);
}

/* ---- protocols ---- */

static void came_back(struct ending_protocol *p, PNDIS_PACKET packet, NDIS_STATUS status)
{
    ending_back(p, nic_script_number(packet), status);
    nic_script_packet_free(script_of(p), packet);
}

static void on_complete(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    came_back(context, packet, status);
}

static INT on_receive(void *context, PNDIS_PACKET packet)
{
    return ending_keep(context, packet);
}

static void on_answer(void *context, PNDIS_REQUEST request, NDIS_STATUS status)
{
    struct ending_protocol *p = context;
    unsigned b = (unsigned)(p - ending.protocols), i = (unsigned)(request - asked[b].requests);

    ending_answered(p, i, status, i ? 0x12345678 : asked[b].values[i]);
}

static void give_back_lent(struct ending_protocol *p)
{
    PNDIS_PACKET packet;

    while ((packet = ending_give_back(p)) != NULL)
        NdisReturnPackets(&packet, 1);
}

/* Before a close: nothing of ours is on its way down, and nothing of the driver's is here. */
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
        PNDIS_PACKET packet = nic_script_packet(script_of(p), 60);
        NDIS_STATUS status = NDIS_STATUS_PENDING;
        NdisSetPacketCancelId(packet, &ending.cancel_id);
        p->sends++;
        if (i)
            NdisSendPackets(p->handle, &packet, 1);
        else
            NdisSend(&status, p->handle, packet);
        if (status != NDIS_STATUS_PENDING)
            came_back(p, packet, status);
        ending_leave(&p->party);
    }
}

static void device(void *context)
{
    (void)context;
    for (unsigned i = 0; i < 2 && ending_enter(&driver.party); i++) {
        enum nic_level before = r.platform->ops->raise(r.platform, NIC_LEVEL_DISPATCH);
        if (r.miniport->deserialized)
            indicate_one(NULL);
        r.platform->ops->lower(r.platform, before);
        r.platform->ops->interrupt_raise(r.platform, 8);
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
        ending_leave(&driver.party);
    }
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

static void canceller(void *context)
{
    struct ending_protocol *p = context;

    if (!ending_enter(&p->party))
        return;
    NdisCancelSendPackets(p->handle, &ending.cancel_id);
    ending_leave(&p->party);
}

/* A query and a set; the driver has both for a while. */
static void requester(void *context)
{
    struct ending_protocol *p = context;
    unsigned b = (unsigned)(p - ending.protocols);

    for (unsigned i = 0; i < ENDING_REQUESTS && ending_enter(&p->party); i++) {
        PNDIS_REQUEST request = &asked[b].requests[i];
        NDIS_STATUS status;
        *request = (NDIS_REQUEST){
            .RequestType = i ? NdisRequestSetInformation : NdisRequestQueryInformation,
            .DATA.QUERY_INFORMATION = {i ? OID_GEN_CURRENT_PACKET_FILTER : OID_GEN_XMIT_OK,
                                       &asked[b].values[i], sizeof(ULONG), 0, 0}};
        asked[b].values[i] = i ? NDIS_PACKET_TYPE_PROMISCUOUS : 0;
        p->asked++;
        NdisRequest(&status, p->handle, request);
        if (status != NDIS_STATUS_PENDING)
            on_answer(p, request, status);
        ending_leave(&p->party);
    }
}

static void answerer(void *context)
{
    (void)context;
    for (unsigned i = 0; i < ENDING_REQUESTS && ending_enter(&driver.party); i++) {
        nic_script_request_answer(r.miniport, NDIS_STATUS_SUCCESS);
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
    struct nic_script_protocol *script = script_of(p);

    on_unbind(p);
    if (nic_script_protocol_close(script) == NDIS_STATUS_PENDING)
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
    {.name = "received frames and a close",
     .actor_count = 2,
     .actors = {{device, NULL}, {closer, FIRST}}},
    {.name = "requests and a close",
     .actor_count = 3,
     .actors = {{requester, FIRST}, {answerer, NULL}, {closer, FIRST}}},
    {.name = "a notice and a removal",
     .actor_count = 3,
     .actors = {{surpriser, NULL}, {sender, FIRST}, {remover, NULL}}},
};
enum { SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]), LONG_ONES = 2 };

static void start(const struct ending_scenario *scenario, unsigned flags)
{
    struct nic_script_miniport like = {.next = mixed,
                                       .returning = on_return,
                                       .halting = on_halt,
                                       .surprising = on_surprise,
                                       .interrupting = scenario->deserialized ? NULL : indicate_one,
                                       .arrays = scenario->arrays,
                                       .deserialized = scenario->deserialized,
                                       .max_packets = 2};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    rig_start(&r, &like, 0, flags, 0);
    ending.platform = r.platform;
    if (r.is_posix)
        r.miniport->trace = NULL; /* its lock would order what is to race */
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b] = (struct nic_script_protocol){.trace = r.miniport->trace,
                                                      .next_packet = b * 1000000u,
                                                      .completed = on_complete,
                                                      .received_packet = on_receive,
                                                      .unbinding = on_unbind,
                                                      .context = &ending.protocols[b]};
        ck_status(nic_script_protocol_start(&r.protocols[b], r.platform, r.adapter),
                  NDIS_STATUS_SUCCESS);
        ending.protocols[b].handle = r.protocols[b].binding;
        nic_script_request(&r.protocols[b], NdisRequestSetInformation,
                           OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL);
        r.protocols[b].request_ended = on_answer;
    }
    r.bindings = 2;
    r.miniport->requests_pend = true;
    driver_start();
}

static bool has_some(void)
{
    struct nic_ndis_statistics s = rig_statistics(&r);

    return s.outstanding || s.waiting;
}

static void home(void)
{
    returner(NULL);
    if (r.miniport->halts)
        return;
    rig_run(&r, 1000);
    for (unsigned i = 0; i < 5000 && has_some(); i++)
        rig_run(&r, 1000); /* real threads may be late */
    ck_assert_msg(!has_some(), "%s: something is left", ending.plan);
    remover(NULL);
}

static void stop(void)
{
    driver_stop();
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s: %s", ending.plan, r.finding);
}

static const struct ending_rig rig = {start, home, stop};

/* _i: four kinds of miniport to a scenario: MiniportSendPackets, deserialized. */
static struct ending_scenario scenario_of(int i)
{
    struct ending_scenario scenario = scenarios[i / 4];

    scenario.arrays = i & 1;
    scenario.deserialized = i & 2;
    return scenario;
}

START_TEST(req_04_08_der_10_all_actors_one_switch_everywhere)
{
    struct ending_scenario scenario = scenario_of(_i);

    ck_assert_uint_gt(ending_enumerate(&rig, &scenario, 1), 100);
}
END_TEST

START_TEST(req_04_08_der_10_random_schedules)
{
    struct ending_scenario scenario = scenario_of(_i);

    ending_random(&rig, &scenario, 150);
}
END_TEST

START_TEST(req_04_08_der_10_15_real_threads)
{
    struct ending_scenario scenario = scenario_of(_i);

    ending_threads(&rig, &scenario, 25);
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "schedules");

    tcase_set_timeout(t, 600);
    /* Under the thread sanitizer only what it can find something in. */
    if (!ENDING_THREADS_ONLY) {
        /* Through the intermediate driver the long ones have twice the points: random ones do. */
        tcase_add_loop_test(t, req_04_08_der_10_all_actors_one_switch_everywhere,
                            rig_layer() == RIG_DIRECT ? 0 : 4 * LONG_ONES, 4 * SCENARIOS);
        tcase_add_loop_test(t, req_04_08_der_10_random_schedules, 0, 4 * LONG_ONES);
    }
    tcase_add_loop_test(t, req_04_08_der_10_15_real_threads, 0, 4 * SCENARIOS);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_schedule_end");
}
