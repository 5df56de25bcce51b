/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate of a serialized miniport (ndis_machine.h): what another thread leaves while a send is inside is done by the time
 * that send returns, although nothing else happens afterwards.
 */
#include "ndis_verify_rig.h"

#include <unistd.h>

static PNDIS_PACKET pending, lent;
static void (*leave)(void); /* what the other thread does */

static void *other_thread(void *unused)
{
    (void)unused;
    leave();
    return NULL;
}

/* In MiniportSend(Packets), once. */
static void while_inside(void *context, PNDIS_PACKET sent)
{
    pthread_t thread;

    (void)context;
    (void)sent;
    r.miniport->sending = NULL;
    ck_assert_int_eq(pthread_create(&thread, NULL, other_thread, NULL), 0);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
}

static INT keep(void *context, PNDIS_PACKET received)
{
    (void)context;
    lent = received;
    return 1;
}

static void complete(void)
{
    ck_assert_uint_eq(nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1), 1);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], pending)->completed, 0);
}

static void send_another(void)
{
    step.answer = NDIS_STATUS_SUCCESS;
    nic_script_send_array(&r.protocols[0], &packet, 1);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 0);
}

static ULONG options;
static NDIS_REQUEST request;

static void ask(void)
{
    NDIS_STATUS status;

    request = (NDIS_REQUEST){
        .RequestType = NdisRequestQueryInformation,
        .DATA.QUERY_INFORMATION = {OID_GEN_MAC_OPTIONS, &options, sizeof(options), 0, 0}};
    NdisRequest(&status, r.protocols[0].binding, &request);
    ck_status(status, NDIS_STATUS_PENDING);
    ck_assert(!r.protocols[0].request_done);
}

static void reset(void)
{
    NDIS_STATUS status;

    NdisReset(&status, r.protocols[0].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    ck_assert_uint_eq(r.miniport->resets, 0);
}

static void return_lent(void)
{
    NdisReturnPackets(&lent, 1);
    ck_assert_uint_eq(r.miniport->returned, 0);
}

static void interrupt(void)
{
    r.platform->ops->interrupt_raise(r.platform, 8);
    rig_run(&r, 1);
    ck_assert_uint_eq(r.miniport->dpcs, 0);
}

static void (*const things[])(void) = {complete, send_another, ask, reset, return_lent, interrupt};

/* How often each of these has been done. */
static unsigned done(unsigned thing)
{
    switch (thing) {
    case 0:
        return nic_script_record(&r.protocols[0], pending)->completed;
    case 1:
        return nic_script_record(&r.protocols[0], packet)->completed;
    case 2:
        return r.protocols[0].request_done;
    case 3:
        return r.miniport->resets + r.protocols[0].reset_done;
    case 4:
        return r.miniport->returned;
    default:
        return r.miniport->dpcs;
    }
}

static void lend(void)
{
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;

    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, sizeof(filter), NULL);
    NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    NdisMIndicateReceivePacket(r.miniport->handle, &packet, 1);
    if (rig_layer() == RIG_DIRECT) /* above the intermediate driver it is one of its own */
        ck_assert_ptr_eq(lent, packet);
    ck_assert_ptr_nonnull(lent);
}

/* _i: what is left; from MiniportSendPackets, too; without the verifier, too. */
START_TEST(der_01_what_is_left_at_the_gate_is_done_on_the_way_out)
{
    unsigned thing = (unsigned)_i % 6;
    PNDIS_PACKET inside;

    step = (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step, .arrays = _i / 6 & 1}, 0,
              _i / 12 ? RIG_VERIFY : 0, 0);
    r.protocols[0].received_packet = keep;
    ck_status(nic_script_protocol_start(&r.protocols[0], r.platform, r.adapter),
              NDIS_STATUS_SUCCESS);
    r.bindings = 1;
    r.protocols[0].request_done = false;
    packet = nic_script_packet(&r.protocols[0], 60);
    pending = nic_script_packet(&r.protocols[0], 60);
    inside = nic_script_packet(&r.protocols[0], 60);
    step.final = NDIS_STATUS_INVALID_PACKET;
    if (thing == 0)
        nic_script_send(&r.protocols[0], pending);
    step.final = NDIS_STATUS_SUCCESS;
    if (thing == 4)
        lend();
    r.miniport->sending = while_inside;
    leave = things[thing];
    nic_script_send(&r.protocols[0], inside);
    ck_assert_ptr_null((void *)(uintptr_t)r.miniport->sending);
    ck_assert_uint_eq(done(thing), thing == 3 ? 2 : 1);
    if (thing == 0)
        ck_status(nic_script_record(&r.protocols[0], pending)->status, NDIS_STATUS_INVALID_PACKET);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    nic_script_packet_free(&r.protocols[0], inside);
    nic_script_packet_free(&r.protocols[0], pending);
    finish();
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

static void say_available(void)
{
    NdisMSendResourcesAvailable(r.miniport->handle);
}

/* REQ-50: an event that found nothing refused is over; it resubmits nothing that is refused later. */
START_TEST(req_50_an_early_event_is_not_kept)
{
    PNDIS_PACKET first;

    step = (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
    start_with((struct nic_script_miniport){.arrays = _i});
    first = nic_script_packet(&r.protocols[0], 60);
    r.miniport->sending = while_inside;
    leave = say_available;
    nic_script_send(&r.protocols[0], first);
    step.answer = NDIS_STATUS_RESOURCES;
    ck_status(nic_script_send(&r.protocols[0], packet), NDIS_STATUS_PENDING);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 2);
    step.answer = NDIS_STATUS_SUCCESS;
    nic_script_available(r.miniport);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packet)->completed, 1);
    nic_script_packet_free(&r.protocols[0], first);
    finish();
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

static bool is_inside;

static void stay_inside(void *context, PNDIS_PACKET sent)
{
    (void)context;
    (void)sent;
    __atomic_store_n(&is_inside, true, __ATOMIC_SEQ_CST);
    usleep(20000); /* it halts now, if it does */
    ck_assert_uint_eq(__atomic_load_n(&r.miniport->halts, __ATOMIC_SEQ_CST), 0);
}

static void *send_it(void *unused)
{
    (void)unused;
    nic_script_send(&r.protocols[0], packet);
    return NULL;
}

START_TEST(der_01_a_halt_waits_until_nobody_is_inside)
{
    pthread_t thread;

    step = (struct nic_script_step){.answer = NDIS_STATUS_SUCCESS};
    rig_start(&r, &(struct nic_script_miniport){.next = one_step}, 1, RIG_VERIFY | RIG_POSIX, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
    r.miniport->sending = stay_inside;
    ck_assert_int_eq(pthread_create(&thread, NULL, send_it, NULL), 0);
    while (!__atomic_load_n(&is_inside, __ATOMIC_SEQ_CST))
        usleep(100);
    ck_status(nic_ndis_adapter_remove("nic0", 0), NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(pthread_join(thread, NULL), 0);
    ck_assert_uint_eq(r.miniport->halts, 1);
    finish();
    ck_assert_uint_eq(r.findings, 0);
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "gate");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, der_01_what_is_left_at_the_gate_is_done_on_the_way_out, 0, 24);
    tcase_add_loop_test(t, req_50_an_early_event_is_not_kept, 0, 2);
    /* The upper edge of the intermediate driver has no gate: there a protocol lets its own NdisSend end before it closes. */
    if (rig_layer() == RIG_DIRECT)
        tcase_add_test(t, der_01_a_halt_waits_until_nobody_is_inside);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_gate");
}
