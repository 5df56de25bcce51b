/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport on the POSIX platform: several sending threads, resets, requests, receive traffic and faults at the same
 * time. For the thread sanitizer above all; every packet ends exactly once.
 */
#include "driver_rig.h"

#include <check.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define SENDERS    3
#define PER_SENDER 16
#define RUN_MS     1500

struct sender {
    pthread_t thread;
    struct rig_packet *packets[PER_SENDER];
    unsigned seed, sent;
};

static pthread_mutex_t account = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t came_back = PTHREAD_COND_INITIALIZER;
static volatile bool stop;

/* Completions of all threads; the rig calls it from ProtocolSendComplete. */
static void completed(struct rig_packet *p)
{
    pthread_mutex_lock(&account);
    (void)p;
    pthread_cond_broadcast(&came_back);
    pthread_mutex_unlock(&account);
}

static bool running(void)
{
    return !__atomic_load_n(&stop, __ATOMIC_ACQUIRE);
}

/* Waits until a packet is the protocol's again. */
static bool back(struct rig_packet *p)
{
    return __atomic_load_n(&p->completions, __ATOMIC_ACQUIRE) == p->submits;
}

static void *sender(void *argument)
{
    struct sender *s = argument;
    while (running()) {
        struct rig_packet *ready[PER_SENDER];
        unsigned i, count = 0;
        for (i = 0; i < PER_SENDER; i++)
            if (back(s->packets[i]))
                ready[count++] = s->packets[i];
        if (!count) {
            struct timespec pause = {0, 100000};
            nanosleep(&pause, NULL);
            continue;
        }
        s->sent += count;
        if (rand_r(&s->seed) % 2) {
            rig_send_array(ready, count);
        } else {
            for (i = 0; i < count; i++)
                rig_send(ready[i]);
        }
    }
    return NULL;
}

static void disturb(unsigned *seed, bool faults)
{
    static const uint8_t frame[60] = {2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 8, 0};
    ULONG counters[NIC_COUNTER_MAX + 1];
    NDIS_STATUS status;
    switch (rand_r(seed) % 5) {
    case 0:
        rig_query(OID_HILNIC_COUNTERS, counters, sizeof counters, NULL);
        break;
    case 1:
        soft_device_receive(rig.device, frame, sizeof frame);
        break;
    case 2:
        if (faults)
            NdisReset(&status, rig.binding);
        break;
    case 3:
        if (faults)
            soft_device_fault(rig.device, rand_r(seed) % SOFT_FAULT_STOP, rand_r(seed) % 50);
        break;
    default:
        soft_device_link(rig.device, rand_r(seed) % 4 != 0, 2);
    }
    rig_pass(5 * RIG_MS);
}

static uint32_t wire_frames;

static void heard(void *context, const struct soft_frame *frame)
{
    (void)context;
    (void)frame;
    __atomic_add_fetch(&wire_frames, 1, __ATOMIC_RELAXED);
}

START_TEST(threads)
{
    bool faults = _i >= 2;
    struct rig_options o = {
        .single = _i & 1,
        .posix = true,
        .seed = rig_seed(),
        .quiet = true,
        .soft = {.desc_depth = 8, .loopback = true, .cut_percent = 20, .transmitted = heard}};
    struct sender senders[SENDERS];
    unsigned i, j, seed = (unsigned)rig_seed() + (unsigned)_i, sent = 0;
    uint64_t end;
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    stop = false;
    rig_start(&o);
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
    rig.on_complete = completed;
    rig_set(OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
    for (i = 0; i < SENDERS; i++) {
        senders[i] = (struct sender){.seed = seed * 7 + i};
        for (j = 0; j < PER_SENDER; j++)
            senders[i].packets[j] = rig_packet(60 + 50 * j, 1 + j % 3);
    }
    for (i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_create(&senders[i].thread, NULL, sender, &senders[i]), 0);
    end = rig.platform->ops->now_ns(rig.platform) + RUN_MS * RIG_MS;
    while (rig.platform->ops->now_ns(rig.platform) < end)
        disturb(&seed, faults);
    __atomic_store_n(&stop, true, __ATOMIC_RELEASE);
    for (i = 0; i < SENDERS; i++) {
        pthread_join(senders[i].thread, NULL);
        sent += senders[i].sent;
    }
    soft_device_heal(rig.device);
    for (i = 0; i < SENDERS; i++)
        for (j = 0; j < PER_SENDER; j++)
            for (end = 0; !back(senders[i].packets[j]) && end < 3000; end++)
                rig_pass(5 * RIG_MS);
    ck_assert_uint_gt(sent, 100);
    ck_assert_uint_gt(wire_frames, 20);
    if (!faults)
        ck_assert_uint_eq(rig_driver().violations, 0);
    printf("%s%s: %u packets sent, %u on the wire, %u NIC resets\n",
           _i & 1 ? "MiniportSend" : "MiniportSendPackets", faults ? " with faults" : "", sent,
           wire_frames, rig_driver().resets);
    rig_stop(); /* each packet completed as often as submitted */
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *c = rig_case(suite, "stress");

    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, threads, 0, 4);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "driver stress");
}
