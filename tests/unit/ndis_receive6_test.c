/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receive of NDIS 6: NBLs lent to protocols and returned, RESOURCES, several bindings, filters, timers and interrupts.
 */
#include "ndis_rig6.h"

#include <string.h>

enum { NBLS = 6 };

static struct rig6 r;
static NDIS_HANDLE pool;
static UCHAR frames[NBLS][60];
static PNET_BUFFER_LIST nbls[NBLS];
static PMDL mdls[NBLS];
static PNET_BUFFER_LIST kept[32];
static unsigned kept_count, pieces;
static uint32_t got[2][32];
static unsigned got_count[2];

static void set_filter(unsigned protocol, ULONG filter)
{
    ck_status(nic_script6_request(&r.protocols[protocol], NdisRequestSetInformation,
                                  OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
}

/* Remembers which frames came; keeps those that may be kept. */
static void receive(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    unsigned protocol = (unsigned)((struct nic_script6_protocol *)context - r.protocols);

    pieces++;
    for (; chain; chain = chain->Next, count--) {
        UCHAR *data = NdisGetDataBuffer(chain->FirstNetBuffer, 60, NULL, 1, 0);
        ck_assert_mem_eq(data, frames[data[20]], 60);
        got[protocol][got_count[protocol]++] = data[20];
        if (NDIS_TEST_RECEIVE_CAN_PEND(flags))
            kept[kept_count++] = chain;
    }
    ck_assert_uint_eq(count, 0);
}

static void start(unsigned bindings, unsigned flags)
{
    struct nic_script6_miniport like = {.address = {2, 0, 0, 0, 0, 1}};
    NET_BUFFER_LIST_POOL_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1,
                   NDIS_SIZEOF_NET_BUFFER_LIST_POOL_PARAMETERS_REVISION_1},
        .fAllocateNetBuffer = TRUE};

    rig6_start(&r, &like, bindings, flags);
    kept_count = pieces = 0;
    memset(got_count, 0, sizeof(got_count));
    for (unsigned i = 0; i < bindings; i++) {
        r.protocols[i].received = receive;
        r.protocols[i].context = &r.protocols[i];
    }
    pool = NdisAllocateNetBufferListPool(r.miniport->handle, &p);
    for (unsigned i = 0; i < NBLS; i++) {
        for (unsigned j = 0; j < 60; j++)
            frames[i][j] = (UCHAR)(i + j);
        memcpy(frames[i], (UCHAR[6]){2, 0, 0, 0, 0, 1}, 6);
        frames[i][20] = (UCHAR)i;
        mdls[i] = NdisAllocateMdl(r.miniport->handle, frames[i], 60);
        nbls[i] = NdisAllocateNetBufferAndNetBufferList(pool, 0, 0, mdls[i], 0, 60);
        nbls[i]->SourceHandle = r.miniport->handle;
    }
}

static void stop(void)
{
    for (unsigned i = 0; i < NBLS; i++) {
        NdisFreeNetBufferList(nbls[i]);
        NdisFreeMdl(mdls[i]);
    }
    NdisFreeNetBufferListPool(pool);
    rig6_stop_clean(&r);
}

static void indicate(unsigned first, unsigned count, ULONG flags)
{
    for (unsigned i = first; i < first + count; i++)
        nbls[i]->Next = i + 1 < first + count ? nbls[i + 1] : NULL;
    NdisMIndicateReceiveNetBufferLists(r.miniport->handle, nbls[first], NDIS_DEFAULT_PORT_NUMBER,
                                       count, flags);
}

START_TEST(lent_nbls_come_back_when_they_are_returned)
{
    start(1, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_DIRECTED);
    indicate(0, 4, 0);
    ck_assert_uint_eq(pieces, 1); /* one chain */
    ck_assert_uint_eq(kept_count, 4);
    ck_assert_uint_eq(r.miniport->returned, 0);
    ck_assert_uint_eq(rig6_statistics().indications, 4);
    /* In another order and grouping. */
    kept[3]->Next = kept[0];
    kept[0]->Next = NULL;
    NdisReturnNetBufferLists(r.protocols[0].binding, kept[3], 0);
    ck_assert_uint_eq(r.miniport->returned, 2);
    kept[1]->Next = kept[2];
    kept[2]->Next = NULL;
    NdisReturnNetBufferLists(r.protocols[0].binding, kept[1], 0);
    ck_assert_uint_eq(r.miniport->returned, 4);
    indicate(0, 1, 0); /* they may come again */
    kept[4]->Next = NULL;
    NdisReturnNetBufferLists(r.protocols[0].binding, kept[4], 0);
    ck_assert_uint_eq(r.miniport->returned, 5);
    stop();
}
END_TEST

START_TEST(with_resources_they_are_the_drivers_when_the_call_returns)
{
    start(2, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_DIRECTED);
    set_filter(1, NDIS_PACKET_TYPE_DIRECTED);
    indicate(0, 3, NDIS_RECEIVE_FLAGS_RESOURCES);
    ck_assert_uint_eq(got_count[0], 3);
    ck_assert_uint_eq(got_count[1], 3);
    ck_assert_uint_eq(kept_count, 0);
    ck_assert_uint_eq(r.miniport->returned, 0); /* not through MiniportReturnNetBufferLists */
    ck_assert_ptr_eq(nbls[0]->Next, nbls[1]);   /* and the chain as it was */
    ck_assert_ptr_eq(nbls[1]->Next, nbls[2]);
    ck_assert_ptr_null(nbls[2]->Next);
    stop();
}
END_TEST

/* Each binding gets what its filter accepts, in order; one of them may keep it. */
START_TEST(several_bindings_and_filters)
{
    static const uint32_t all[] = {0, 1, 2, 3, 4, 5}, mine[] = {0, 1, 3, 4};
    UCHAR other[6] = {2, 0, 0, 0, 0, 9};

    start(2, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_PROMISCUOUS);
    set_filter(1, NDIS_PACKET_TYPE_DIRECTED);
    memcpy(frames[2], other, 6);
    memcpy(frames[5], other, 6);
    indicate(0, 6, 0);
    ck_assert_uint_eq(got_count[0], 6);
    ck_assert_mem_eq(got[0], all, sizeof(all));
    ck_assert_uint_eq(got_count[1], 4);
    ck_assert_mem_eq(got[1], mine, sizeof(mine));
    ck_assert_uint_eq(kept_count, 6);
    for (unsigned i = 0; i < 6; i++) {
        kept[i]->Next = NULL;
        NdisReturnNetBufferLists(r.protocols[i % 2].binding, kept[i], 0);
    }
    ck_assert_uint_eq(r.miniport->returned, 6);
    stop();
}
END_TEST

/* With RESOURCES the chain is the driver's again as it was, also when parts of it went to different bindings. */
START_TEST(a_chain_with_resources_stays_together)
{
    UCHAR other[6] = {2, 0, 0, 0, 0, 9};

    start(2, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_PROMISCUOUS);
    set_filter(1, NDIS_PACKET_TYPE_DIRECTED);
    memcpy(frames[2], other, 6);
    indicate(0, 5, NDIS_RECEIVE_FLAGS_RESOURCES);
    ck_assert_uint_eq(got_count[0], 5);
    ck_assert_uint_eq(got_count[1], 4);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_ptr_eq(nbls[i]->Next, i < 4 ? nbls[i + 1] : NULL);
    ck_assert_uint_eq(r.miniport->returned, 0);
    stop();
}
END_TEST

START_TEST(what_nobody_wants_goes_back_at_once)
{
    start(1, RIG_VERIFY);
    indicate(0, 3, 0); /* no filter is set */
    ck_assert_uint_eq(got_count[0], 0);
    ck_assert_uint_eq(r.miniport->returned, 3);
    set_filter(0, NDIS_PACKET_TYPE_BROADCAST);
    indicate(0, 3, 0);
    ck_assert_uint_eq(got_count[0], 0);
    ck_assert_uint_eq(r.miniport->returned, 6);
    stop();
}
END_TEST

/* DER-11: Pausing waits for what is lent. */
static void return_all(void *context)
{
    (void)context;
    for (unsigned i = 0; i < kept_count; i++)
        kept[i]->Next = i + 1 < kept_count ? kept[i + 1] : NULL;
    NdisReturnNetBufferLists(r.protocols[0].binding, kept[0], 0);
    NdisMPauseComplete(r.miniport->handle);
}

static void indicate_now(void *context)
{
    (void)context;
    indicate(0, 1, NDIS_RECEIVE_FLAGS_RESOURCES);
}

/* What is on its way when the pause begins still arrives; afterwards nothing does, and the verifier says so. */
START_TEST(der_11_received_while_pausing)
{
    start(1, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_DIRECTED);
    r.miniport->pausing = indicate_now;
    ck_status(nic_ndis_adapter_pause("nic0", 100), NDIS_STATUS_SUCCESS);
    r.miniport->pausing = NULL;
    ck_assert_uint_eq(got_count[0], 1);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
    indicate_now(NULL);
    ck_assert_uint_eq(got_count[0], 1);
    ck_assert_uint_eq(r.findings, 1);
    ck_assert_ptr_nonnull(strstr(r.finding, "while it is paused"));
    r.findings = 0;
    stop();
}
END_TEST

START_TEST(der_11_a_paused_adapter_has_nothing_lent)
{
    struct nic_timer timer = {.fn = return_all};

    start(1, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_DIRECTED);
    indicate(0, 2, 0);
    r.miniport->pause_pends = true;
    r.platform->ops->timer_set(r.platform, &timer, r.platform->ops->now_ns(r.platform) + 3000000);
    ck_status(nic_ndis_adapter_pause("nic0", 100), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->returned, 2);
    r.miniport->pause_pends = false;
    stop();
}
END_TEST

/* ---- timers ---- */

static unsigned fired;
static PVOID fired_with;

static VOID on_timer(PVOID one, PVOID context, PVOID two, PVOID three)
{
    (void)one;
    (void)two;
    (void)three;
    fired++;
    fired_with = context;
}

START_TEST(timer_objects)
{
    NDIS_TIMER_CHARACTERISTICS chars = {.Header = {NDIS_OBJECT_TYPE_TIMER_CHARACTERISTICS,
                                                   NDIS_TIMER_CHARACTERISTICS_REVISION_1,
                                                   NDIS_SIZEOF_TIMER_CHARACTERISTICS_REVISION_1},
                                        .TimerFunction = on_timer,
                                        .FunctionContext = &fired};
    LARGE_INTEGER in_5_ms = {.QuadPart = -50000}, at;
    NDIS_HANDLE timer;

    start(1, RIG_VERIFY);
    fired = 0;
    ck_status(NdisAllocateTimerObject(r.miniport->handle, &chars, &timer), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(NdisSetTimerObject(timer, in_5_ms, 0, NULL), FALSE);
    rig6_run(&r, 4000);
    ck_assert_uint_eq(fired, 0);
    ck_assert_uint_eq(NdisSetTimerObject(timer, in_5_ms, 0, &at), TRUE);
    rig6_run(&r, 4000);
    ck_assert_uint_eq(fired, 0); /* it began again */
    rig6_run(&r, 2000);
    ck_assert_uint_eq(fired, 1);
    ck_assert_ptr_eq(fired_with, &at);
    ck_assert_uint_eq(NdisCancelTimerObject(timer), FALSE);
    NdisSetTimerObject(timer, in_5_ms, 5, NULL);
    rig6_run(&r, 21000);
    ck_assert_uint_eq(fired, 5);
    ck_assert_uint_eq(NdisCancelTimerObject(timer), TRUE);
    NdisGetCurrentSystemTime(&at);
    at.QuadPart += 50000;
    NdisSetTimerObject(timer, at, 0, NULL);
    rig6_run(&r, 6000);
    ck_assert_uint_eq(fired, 6);
    NdisFreeTimerObject(timer);
    stop();
}
END_TEST

static BOOLEAN add_one(NDIS_HANDLE context)
{
    ++*(unsigned *)context;
    return TRUE;
}

START_TEST(interrupts)
{
    NDIS_MINIPORT_INTERRUPT_CHARACTERISTICS chars = {
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_INTERRUPT, NDIS_MINIPORT_INTERRUPT_REVISION_1,
                   NDIS_SIZEOF_MINIPORT_INTERRUPT_CHARACTERISTICS_REVISION_1}};
    NDIS_HANDLE handle;
    unsigned value = 0;

    start(1, RIG_VERIFY);
    r.platform->ops->interrupt_raise(r.platform, 8);
    rig6_run(&r, 100);
    ck_assert_uint_eq(r.miniport->dpcs, 1);
    ck_assert_uint_eq(rig6_statistics().interrupts, 1);
    ck_assert(NdisMSynchronizeWithInterruptEx(r.miniport->interrupt, 0, add_one, &value));
    ck_assert_uint_eq(value, 1);
    ck_status(NdisMRegisterInterruptEx(r.miniport->handle, r.miniport, &chars, &handle),
              NDIS_STATUS_RESOURCE_CONFLICT); /* it has its line */
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_receive6");
    TCase *t = tcase_create("receive");

    tcase_add_test(t, lent_nbls_come_back_when_they_are_returned);
    tcase_add_test(t, with_resources_they_are_the_drivers_when_the_call_returns);
    tcase_add_test(t, several_bindings_and_filters);
    tcase_add_test(t, a_chain_with_resources_stays_together);
    tcase_add_test(t, what_nobody_wants_goes_back_at_once);
    tcase_add_test(t, der_11_received_while_pausing);
    tcase_add_test(t, der_11_a_paused_adapter_has_nothing_lent);
    tcase_add_test(t, timer_objects);
    tcase_add_test(t, interrupts);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
