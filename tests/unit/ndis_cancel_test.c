/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NdisCancelSendPackets: what is queued ends, what the driver has is the driver's to end, nothing ends
 * twice, nothing else ends.
 */
#include "ndis_bare.h"

#include <string.h>

static struct rig r;
static struct nic_script_protocol protocols[2];
static PNDIS_PACKET packets[6], given[8];
static unsigned given_count, cancels;
static PVOID cancelled;
static bool refuses, cancels_inside;
static char one, two;

static NDIS_STATUS on_send(PNDIS_PACKET packet, UINT flags)
{
    (void)flags;
    if (refuses)
        return NDIS_STATUS_RESOURCES;
    given[given_count++] = packet;
    if (cancels_inside)
        NdisCancelSendPackets(protocols[0].binding, &one);
    ck_assert_uint_eq(cancels, 0); /* one at a time inside of the miniport */
    return NDIS_STATUS_PENDING;
}

static void on_cancel(PVOID id)
{
    ck_assert_int_eq(nic_platform_level(), NIC_LEVEL_DISPATCH);
    cancels++;
    cancelled = id;
    for (unsigned i = 0; i < given_count; i++) {
        if (NdisGetPacketCancelId(given[i]) != id)
            continue;
        NdisMSendComplete(bare.handle, given[i], NDIS_STATUS_REQUEST_ABORTED);
        given[i--] = given[--given_count];
    }
}

static void start(unsigned flags, ULONG attributes)
{
    static const char *const upper[] = {"UpperBindings=above0", NULL};

    bare_start(&r, flags);
    bare.send = on_send;
    bare.cancel = on_cancel;
    bare.attributes = attributes;
    given_count = cancels = 0;
    refuses = cancels_inside = false;
    if (rig_layer() != RIG_DIRECT) {
        ck_status(nic_ndis_driver_load(rig_layer_entry(), &r.intermediate), NDIS_STATUS_SUCCESS);
        r.adapter = "above0";
    }
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", rig_layer() == RIG_DIRECT ? NULL : upper),
              NDIS_STATUS_SUCCESS);
    for (unsigned b = 0; b < 2; b++) {
        protocols[b] = (struct nic_script_protocol){.trace = &r.trace, .packet_count = 6};
        ck_status(nic_script_protocol_start(&protocols[b], r.platform, r.adapter),
                  NDIS_STATUS_SUCCESS);
    }
    for (unsigned i = 0; i < 6; i++) { /* the last one is the other protocol's, with the first id */
        packets[i] = nic_script_packet(&protocols[i == 5], 60);
        NdisSetPacketCancelId(packets[i], i % 2 ? (PVOID)&one : (PVOID)&two);
    }
}

static unsigned ended(unsigned i, NDIS_STATUS status)
{
    const struct nic_script_packet *record = nic_script_record(&protocols[i == 5], packets[i]);

    if (record->completed)
        ck_status(record->status, status);
    return record->completed;
}

static void stop(void)
{
    for (unsigned i = 0; i < given_count; i++)
        NdisMSendComplete(bare.handle, given[i], NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_uint_eq(nic_script_record(&protocols[i == 5], packets[i])->completed, 1);
        nic_script_packet_free(&protocols[i == 5], packets[i]);
    }
    for (unsigned b = 0; b < 2; b++)
        ck_status(nic_script_protocol_stop(&protocols[b]), NDIS_STATUS_SUCCESS);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static void send_all(void)
{
    for (unsigned i = 0; i < 6; i++)
        ck_status(nic_script_send(&protocols[i == 5], packets[i]), NDIS_STATUS_PENDING);
}

static bool is_given(unsigned at, unsigned i)
{
    return nic_script_number(given[at]) == nic_script_number(packets[i]);
}

START_TEST(queued_packets_with_the_id_end)
{
    /* Below an intermediate driver all packets are its own: protocols take care that ids differ. */
    bool of_one = rig_layer() != RIG_DIRECT;

    start(_i ? RIG_VERIFY : 0, 0);
    refuses = true;
    send_all();
    NdisCancelSendPackets(protocols[0].binding, &one);
    for (unsigned i = 0; i < 6; i++)
        ck_assert_uint_eq(ended(i, NDIS_STATUS_REQUEST_ABORTED),
                          i == 1 || i == 3 || (i == 5 && of_one));
    ck_assert(cancels == 1 && cancelled == &one);
    refuses = false;
    cancels = 0;
    NdisMSendResourcesAvailable(bare.handle);
    ck_assert_uint_eq(given_count, of_one ? 3 : 4);
    ck_assert(is_given(0, 0) && is_given(1, 2) && is_given(2, 4) && (of_one || is_given(3, 5)));
    stop();
}
END_TEST

START_TEST(the_driver_ends_what_it_has)
{
    start(_i & 1 ? RIG_VERIFY : 0, _i & 2 ? NDIS_ATTRIBUTE_DESERIALIZE : 0);
    send_all();
    ck_assert_uint_eq(given_count, 6);
    NdisCancelSendPackets(protocols[0].binding, &two);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_uint_eq(ended(i, NDIS_STATUS_REQUEST_ABORTED), i % 2 == 0);
    ck_assert_uint_eq(cancels, 1);
    stop();
}
END_TEST

/* From a driver's own send: after it. */
START_TEST(a_cancel_waits_for_the_gate)
{
    start(_i ? RIG_VERIFY : 0, 0);
    cancels_inside = true;
    ck_status(nic_script_send(&protocols[0], packets[1]), NDIS_STATUS_PENDING);
    ck_assert_uint_eq(cancels, 1);
    ck_assert_uint_eq(ended(1, NDIS_STATUS_REQUEST_ABORTED), 1);
    cancels_inside = false;
    cancels = 0;
    for (unsigned i = 0; i < 6; i++) {
        if (i != 1)
            nic_script_send(&protocols[i == 5], packets[i]);
    }
    stop();
}
END_TEST

START_TEST(ids_differ)
{
    UCHAR first = NdisGeneratePartialCancelId();

    ck_assert_uint_ne(NdisGeneratePartialCancelId(), first);
}
END_TEST

static void cancel_in_reset(void)
{
    given_count = 0; /* they go with the reset */
    NdisCancelSendPackets(protocols[0].binding, &one);
}

/* A driver that is being reset has nothing to cancel, and is not asked. */
START_TEST(a_cancel_in_a_reset_does_not_reach_the_driver)
{
    NDIS_STATUS status;

    start(RIG_VERIFY, 0);
    send_all();
    ck_assert_uint_eq(given_count, 6);
    bare.reset = cancel_in_reset;
    NdisReset(&status, protocols[0].binding);
    rig_run(&r, 1000);
    ck_assert(protocols[0].reset_done);
    ck_assert_uint_eq(cancels, 0);
    for (unsigned i = 0; i < 6; i++)
        ck_assert_uint_eq(ended(i, NDIS_STATUS_REQUEST_ABORTED), 1);
    stop();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "cancel");

    tcase_add_loop_test(t, queued_packets_with_the_id_end, 0, 2);
    tcase_add_loop_test(t, the_driver_ends_what_it_has, 0, 4);
    tcase_add_loop_test(t, a_cancel_waits_for_the_gate, 0, 2);
    tcase_add_test(t, ids_differ);
    if (rig_layer() == RIG_DIRECT)
        tcase_add_test(t, a_cancel_in_a_reset_does_not_reach_the_driver);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_cancel");
}
