/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NDIS 6 with real threads, for ThreadSanitizer above all: senders, completions, cancels, pauses and requests at once.
 */
#include "ndis_rig6.h"

#include <string.h>

enum { SENDERS = 3, ROUNDS = 400, CHAIN = 4 };

static struct rig6 r;
static unsigned sent, back, bad; /* atomic */
static bool done;                /* atomic */
static unsigned last[SENDERS];   /* of each sender, what the miniport was given last */

enum { BY_SENDER = 2, IN_ORDER = 3 }; /* of ProtocolReserved */

/* What a thread sends arrives in its order; what is given from one thread to the next needs no lock of ours. */
static void check_order(void *context, PNET_BUFFER_LIST nbl)
{
    unsigned number = (unsigned)(uintptr_t)nbl->ProtocolReserved[IN_ORDER],
             *of_sender = nbl->ProtocolReserved[BY_SENDER];

    (void)context;
    if (number <= *of_sender)
        __atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED);
    *of_sender = number;
}

static struct nic_script6_step any_step(void *context, PNET_BUFFER_LIST nbl)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_INSIDE, NIC_WHEN_DPC, NIC_WHEN_MANUAL};
    uint32_t number = nic_script6_number(nbl);

    (void)context;
    return (struct nic_script6_step){.when = whens[number % 3], .queued = number % 2};
}

static void came_back(void *context, PNET_BUFFER_LIST nbl)
{
    if (nbl->Status != NDIS_STATUS_SUCCESS && nbl->Status != NDIS_STATUS_PAUSED &&
        nbl->Status != NDIS_STATUS_SEND_ABORTED)
        __atomic_fetch_add(&bad, 1, __ATOMIC_RELAXED);
    nic_script6_nbl_free(context, nbl);
    __atomic_fetch_add(&back, 1, __ATOMIC_SEQ_CST);
}

static void *sender(void *context)
{
    unsigned *of_sender = context, number = 0;
    struct nic_script6_protocol *p = &r.protocols[(of_sender - last) % 2];

    for (unsigned i = 0; i < ROUNDS; i++) {
        PNET_BUFFER_LIST chain = NULL, *tail = &chain;
        for (unsigned j = 0; j < CHAIN; j++) {
            PNET_BUFFER_LIST nbl = nic_script6_nbl(p, 1 + j % 2, 60);
            if (!nbl)
                break;
            NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(nbl, p);
            nbl->ProtocolReserved[BY_SENDER] = of_sender;
            nbl->ProtocolReserved[IN_ORDER] = (PVOID)(uintptr_t)++number;
            *tail = nbl;
            tail = &nbl->Next;
            __atomic_fetch_add(&sent, 1, __ATOMIC_SEQ_CST);
        }
        if (chain)
            nic_script6_send(p, chain, 0);
    }
    return NULL;
}

static void *releaser(void *context)
{
    (void)context;
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE))
        nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 8);
    return NULL;
}

static void *canceller(void *context)
{
    struct nic_script6_protocol *p = context;
    ULONG filter = NDIS_PACKET_TYPE_DIRECTED;

    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
        NdisCancelSendNetBufferLists(p->binding, p);
        nic_script6_request(p, NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, &filter,
                            sizeof(filter), NULL);
    }
    return NULL;
}

static void run(unsigned flags)
{
    struct nic_script6_miniport like = {.next = any_step, .sending = check_order};
    pthread_t senders[SENDERS], others[2];

    sent = back = bad = 0;
    memset(last, 0, sizeof(last));
    done = false;
    rig6_start(&r, &like, 2, flags | RIG_POSIX);
    for (unsigned i = 0; i < 2; i++) {
        r.protocols[i].completed = came_back;
        r.protocols[i].context = &r.protocols[i];
    }
    pthread_create(&others[0], NULL, releaser, NULL);
    pthread_create(&others[1], NULL, canceller, &r.protocols[1]);
    for (unsigned i = 0; i < SENDERS; i++)
        pthread_create(&senders[i], NULL, sender, &last[i]);
    for (unsigned i = 0; i < 20; i++) {
        ck_status(nic_ndis_adapter_pause("nic0", 5000), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(rig6_statistics().waiting, 0);
        ck_assert_uint_eq(rig6_statistics().outstanding, 0);
        ck_status(nic_ndis_adapter_restart("nic0", 5000), NDIS_STATUS_SUCCESS);
    }
    for (unsigned i = 0; i < SENDERS; i++)
        pthread_join(senders[i], NULL);
    ck_status(nic_ndis_adapter_pause("nic0", 5000), NDIS_STATUS_SUCCESS);
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    pthread_join(others[0], NULL);
    pthread_join(others[1], NULL);
    ck_assert_uint_eq(__atomic_load_n(&back, __ATOMIC_SEQ_CST),
                      __atomic_load_n(&sent, __ATOMIC_SEQ_CST));
    ck_assert_uint_eq(bad, 0);
    rig6_stop_clean(&r);
}

START_TEST(req_15_der_11_der_12_everything_at_once)
{
    run(RIG_VERIFY);
    run(0);
}
END_TEST

/* ---- all senders in the miniport at once ---- */

static unsigned met; /* under the mutex */
static pthread_mutex_t meeting = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;

/* Nobody leaves MiniportSendNetBufferLists before all have come in, or somebody has waited for long. */
static void meet(void *context, PNET_BUFFER_LIST nbl)
{
    struct timespec end;

    (void)context;
    (void)nbl;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 10;
    pthread_mutex_lock(&meeting);
    met++;
    pthread_cond_broadcast(&arrived);
    while (met < SENDERS && pthread_cond_timedwait(&arrived, &meeting, &end) == 0)
        ;
    pthread_mutex_unlock(&meeting);
}

static void *send_one(void *context)
{
    nic_script6_send(context, rig6_chain(context, 1, 1), 0);
    return NULL;
}

START_TEST(req_15_all_senders_are_in_the_miniport_at_once)
{
    struct nic_script6_miniport like = {.sending = meet};
    pthread_t senders[SENDERS];

    met = 0;
    rig6_start(&r, &like, 2, _i ? RIG_POSIX | RIG_VERIFY : RIG_POSIX);
    for (unsigned i = 0; i < 2; i++) {
        r.protocols[i].completed = came_back;
        r.protocols[i].context = &r.protocols[i];
    }
    for (unsigned i = 0; i < SENDERS; i++)
        pthread_create(&senders[i], NULL, send_one, &r.protocols[i % 2]);
    for (unsigned i = 0; i < SENDERS; i++)
        pthread_join(senders[i], NULL);
    ck_assert_uint_eq(r.miniport->inside_most, SENDERS);
    rig6_stop_clean(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_thread6");
    TCase *t = tcase_create("thread");

    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, req_15_all_senders_are_in_the_miniport_at_once, 0, 2);
    tcase_add_test(t, req_15_der_11_der_12_everything_at_once);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
