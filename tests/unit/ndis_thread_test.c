/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The NDIS library with real threads: senders, a completer, interrupts and deferred calls at the
 * same time. Meant to be run under ThreadSanitizer too.
 */
#include "ndis_rig.h"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SENDERS    3
#define PER_SENDER 2000
#define POOL       64

static struct rig r;
static struct nic_script_protocol protocols[SENDERS];

/* Answers by a hash of packet number and time; thread safe without a generator of its own. */
static struct nic_script_step any_step(void *context, PNDIS_PACKET packet)
{
    uint64_t bits =
        (nic_script_number(packet) + r.platform->ops->random(r.platform)) * 0x9E3779B97F4A7C15u >>
        40;

    (void)context;
    switch (bits % 8) {
    case 0:
        return (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES, .available = true};
    case 1:
        return (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
    case 2:
        return (struct nic_script_step){.answer = NDIS_STATUS_FAILURE};
    case 3:
        return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_INSIDE};
    case 4:
    case 5:
        return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    default:
        return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC};
    }
}

/* No RESOURCES: that is final for a deserialized miniport. */
static struct nic_script_step pending_step(void *context, PNDIS_PACKET packet)
{
    struct nic_script_step step = any_step(context, packet);

    return step.answer == NDIS_STATUS_PENDING
               ? step
               : (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC};
}

static uint64_t completed[SENDERS]; /* atomic */

static void on_complete(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    uint64_t *mine = context;

    (void)status;
    nic_script_packet_free(&protocols[mine - completed], packet);
    __atomic_fetch_add(mine, 1, __ATOMIC_SEQ_CST);
}

static void *sender(void *context)
{
    struct nic_script_protocol *p = context;
    uint64_t *mine = p->context;
    unsigned sent = 0;

    while (sent < PER_SENDER) {
        PNDIS_PACKET packets[8];
        unsigned n = 0, want = 1 + sent % 8;
        while (n < want && n < PER_SENDER - sent) {
            packets[n] = nic_script_packet(p, 60);
            if (!packets[n])
                break;
            n++;
        }
        if (n == 0) {
            sched_yield();
            continue;
        }
        sent += n;
        if (n > 1) {
            nic_script_send_array(p, packets, n);
        } else {
            NDIS_STATUS status;
            NdisSend(&status, p->binding, packets[0]);
            if (status != NDIS_STATUS_PENDING)
                on_complete(mine, packets[0], status);
        }
    }
    return NULL;
}

static volatile bool stop_completer;

static void *completer(void *context)
{
    (void)context;
    while (!nic_platform_flag_get(&stop_completer)) {
        if (nic_script_release(r.miniport, NIC_WHEN_MANUAL, 3) == 0)
            sched_yield();
    }
    return NULL;
}

static uint64_t all_completed(void)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < SENDERS; i++)
        sum += __atomic_load_n(&completed[i], __ATOMIC_SEQ_CST);
    return sum;
}

static void run_stress(const struct nic_script_miniport *like, unsigned flags)
{
    pthread_t senders[SENDERS], completing;

    rig_start(&r, like, 0, RIG_POSIX | flags, 0);
    nic_trace_free(&r.trace);
    nic_trace_init(&r.trace);
    r.miniport->trace = NULL; /* its lock would order what is to race */
    for (unsigned i = 0; i < SENDERS; i++) {
        protocols[i] = (struct nic_script_protocol){.packet_count = POOL,
                                                    .next_packet = i * 1000000u,
                                                    .completed = on_complete,
                                                    .context = &completed[i]};
        completed[i] = 0;
        ck_status(nic_script_protocol_start(&protocols[i], r.platform, r.adapter),
                  NDIS_STATUS_SUCCESS);
    }
    stop_completer = false;
    pthread_create(&completing, NULL, completer, NULL);
    for (unsigned i = 0; i < SENDERS; i++)
        pthread_create(&senders[i], NULL, sender, &protocols[i]);
    for (unsigned i = 0; i < SENDERS; i++)
        pthread_join(senders[i], NULL);
    for (unsigned i = 0; i < 500 && all_completed() < SENDERS * PER_SENDER; i++)
        rig_run(&r, 10000);
    nic_platform_flag_set(r.platform, &stop_completer);
    pthread_join(completing, NULL);
    ck_assert_uint_eq(all_completed(), SENDERS * PER_SENDER);
    for (unsigned i = 0; i < SENDERS; i++) {
        ck_assert_uint_eq(completed[i], PER_SENDER);
        ck_assert_uint_eq(NdisPacketPoolUsage(protocols[i].packet_pool), 0);
        ck_assert_uint_eq(protocols[i].foreign, 0);
        ck_status(nic_script_protocol_stop(&protocols[i]), NDIS_STATUS_SUCCESS);
    }
    ck_assert_uint_eq(rig_statistics(&r).sent, SENDERS * PER_SENDER);
    ck_assert_uint_eq(rig_statistics(&r).outstanding, 0);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

START_TEST(req_64_der_01_serialized_stress)
{
    struct nic_script_miniport like = {.next = any_step, .arrays = _i & 1, .max_packets = 6};

    run_stress(&like, _i & 2 ? RIG_VERIFY : 0);
}
END_TEST

START_TEST(der_02_deserialized_stress)
{
    struct nic_script_miniport like = {
        .next = pending_step, .arrays = _i & 1, .max_packets = 6, .deserialized = true};

    run_stress(&like, _i & 2 ? RIG_VERIFY : 0);
}
END_TEST

static struct nic_script_step manual_step(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
}

static double cpu_seconds(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
           (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

START_TEST(req_06_waiting_costs_no_processor_time)
{
    struct nic_script_miniport like = {.next = manual_step};
    PNDIS_PACKET packet;
    double before;

    rig_start(&r, &like, 1, RIG_POSIX, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    before = cpu_seconds();
    rig_run(&r, 2000000);
    ck_assert_double_lt(cpu_seconds() - before, 0.02);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_packet_free(&r.protocols[0], packet);
    rig_stop(&r);
}
END_TEST

/* NdisCloseAdapter races with the last completion: exactly one of result and callback says that it
 * is done. */
START_TEST(close_races_with_the_last_completion)
{
    struct nic_script_miniport like = {.next = manual_step, .deserialized = _i & 1};
    pthread_t completing;

    rig_start(&r, &like, 0, RIG_POSIX, 0);
    stop_completer = false;
    pthread_create(&completing, NULL, completer, NULL);
    for (unsigned i = 0; i < 200; i++) {
        struct nic_script_protocol p = {.packet_count = 4};
        PNDIS_PACKET packet;
        ck_status(nic_script_protocol_start(&p, r.platform, r.adapter), NDIS_STATUS_SUCCESS);
        packet = nic_script_packet(&p, 60);
        ck_status(nic_script_send(&p, packet), NDIS_STATUS_PENDING);
        ck_status(nic_script_protocol_stop(&p), NDIS_STATUS_SUCCESS);
    }
    nic_platform_flag_set(r.platform, &stop_completer);
    pthread_join(completing, NULL);
    rig_stop(&r);
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "threads");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, req_64_der_01_serialized_stress, 0, 4);
    tcase_add_loop_test(t, der_02_deserialized_stress, 0, 4);
    tcase_add_loop_test(t, close_races_with_the_last_completion, 0, 2);
    tcase_add_test(t, req_06_waiting_costs_no_processor_time);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_thread");
}
