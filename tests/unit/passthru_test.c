/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pass-through intermediate driver by itself: what it puts where, what it does when it runs out of descriptors, and
 * its life. That everything else goes through it is shown by the other suites, which
 * run through it (rig_main_layered).
 */
#include "ndis_send_rig.h"

#include "passthru.h"

static enum rig_layer through(int i)
{
    return i ? RIG_THROUGH_ARRAYS : RIG_THROUGH_SINGLE;
}

static PNDIS_PACKET seen;
static bool is_repackaged;

static struct nic_script_step look(void *context, PNDIS_PACKET packet)
{
    PNDIS_PACKET original = NDIS_GET_ORIGINAL_PACKET(packet);

    (void)context;
    seen = original;
    is_repackaged = original && packet != original &&
                    NdisGetPoolFromPacket(packet) != r.protocols[0].packet_pool &&
                    packet->Private.Head == original->Private.Head;
    return pend_manual;
}

START_TEST(req_54_55_each_packet_goes_in_a_descriptor_of_the_intermediate_drivers)
{
    PNDIS_PACKET packet;

    rig_set_layer(through(_i));
    rig_start(&r, &(struct nic_script_miniport){.next = look}, 1, RIG_VERIFY, 0);
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    ck_assert_ptr_eq(seen, packet);
    ck_assert(is_repackaged);
    ck_assert_uint_eq(completions(packet), 0);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert_uint_eq(completions(packet), 1);
    give(&packet, 1);
    stop_clean();
}
END_TEST

static struct nic_script_step stamp(void *context, PNDIS_PACKET packet)
{
    (void)context;
    NDIS_SET_PACKET_TIME_SENT(packet, 0x1122334455667788u);
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_DPC};
}

START_TEST(req_54_time_sent_comes_back)
{
    PNDIS_PACKET packet;

    rig_set_layer(through(_i));
    rig_start(&r, &(struct nic_script_miniport){.next = stamp}, 1, RIG_VERIFY, 0);
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    rig_run(&r, 10);
    ck_assert_uint_eq(completions(packet), 1);
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_SENT(packet), 0x1122334455667788u);
    give(&packet, 1);
    stop_clean();
}
END_TEST

/* More packets than it has descriptors: those without one come back at once, refused; the others are not harmed. */
START_TEST(req_54_out_of_descriptors)
{
    enum { EXTRA = 3, ALL = PASSTHRU_PACKETS + EXTRA };
    static PNDIS_PACKET packets[ALL];
    struct fixed fixed = {pend_manual};

    rig_set_layer(through(_i));
    rig_start(&r, &(struct nic_script_miniport){.next = fixed_step, .context = &fixed}, 1,
              RIG_VERIFY, ALL);
    take(packets, ALL);
    nic_script_send_array(&r.protocols[0], packets, ALL);
    for (unsigned i = 0; i < ALL; i++)
        ck_assert_uint_eq(completions(packets[i]), i >= PASSTHRU_PACKETS);
    ck_status(completed_with(packets[ALL - 1]), _i ? NDIS_STATUS_FAILURE : NDIS_STATUS_RESOURCES);
    ck_assert_uint_eq(nic_script_waiting(r.miniport), PASSTHRU_PACKETS);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    for (unsigned i = 0; i < ALL; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    give(packets, ALL);
    stop_clean();
}
END_TEST

/* Room for the first one, then none until that has ended. */
static struct nic_script_step room_for_one(void *context, PNDIS_PACKET packet)
{
    unsigned *calls = context;
    (void)packet;
    return (*calls)++ == 1 ? (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES}
                           : pend_manual;
}

/* What waits below for room ends with its id's cancel, and nothing else does. */
START_TEST(req_54_a_cancel_goes_through)
{
    static char one, two;
    PNDIS_PACKET packets[4];
    unsigned calls = 0;

    rig_set_layer(through(_i));
    rig_start(&r, &(struct nic_script_miniport){.next = room_for_one, .context = &calls}, 1,
              RIG_VERIFY, 4);
    take(packets, 4);
    for (unsigned i = 0; i < 4; i++)
        NdisSetPacketCancelId(packets[i], i % 2 ? (PVOID)&one : (PVOID)&two);
    nic_script_send_array(&r.protocols[0], packets, 4);
    NdisCancelSendPackets(r.protocols[0].binding, &one);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(completions(packets[i]), i % 2);
    ck_status(completed_with(packets[1]), NDIS_STATUS_REQUEST_ABORTED);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    for (unsigned i = 0; i < 4; i++)
        ck_assert_uint_eq(completions(packets[i]), 1);
    give(packets, 4);
    stop_clean();
}
END_TEST

/* An adapter without UpperBindings is left alone, and the one above is nobody's to bind to below. */
START_TEST(it_binds_where_the_configuration_says_so)
{
    struct nic_script_miniport *second = calloc(1, sizeof(*second));
    struct nic_ndis_statistics statistics;
    struct fixed fixed = {pend_manual};

    rig_set_layer(through(_i));
    start_fixed(&fixed, false, 1);
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, second), NDIS_STATUS_SUCCESS);
    ck_assert(nic_ndis_adapter_statistics("above0", &statistics));
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    ck_assert(!nic_ndis_adapter_statistics("above0", &statistics));
    ck_assert(nic_ndis_adapter_statistics("nic1", &statistics));
    ck_assert_ptr_null(r.protocols[0].binding); /* unbound */
    stop_clean();
    free(second);
}
END_TEST

/* The adapter above is removed first, with a packet below that only a reset brings back; the one below goes on. */
START_TEST(the_adapter_above_can_go_alone)
{
    struct nic_script_protocol below = {.trace = &r.trace};
    struct fixed fixed = {pend_manual};
    PNDIS_PACKET packet;

    rig_set_layer(through(_i));
    start_fixed(&fixed, false, 1);
    ck_status(nic_script_protocol_start(&below, r.platform, "nic0"), NDIS_STATUS_SUCCESS);
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    ck_status(nic_ndis_adapter_remove("above0", 10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(completions(packet), 1);
    ck_status(completed_with(packet), NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_uint_eq(r.miniport->resets, 1); /* DER-9 */
    give(&packet, 1);
    packet = nic_script_packet(&below, 60);
    nic_script_send(&below, packet);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    ck_assert_uint_eq(nic_script_record(&below, packet)->completed, 1);
    nic_script_packet_free(&below, packet);
    ck_status(nic_script_protocol_stop(&below), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

/* The same below a driver that is never reset: the halt above ends all the same, and what comes back later finds nobody. */
START_TEST(halt_above_does_not_wait_for_ever)
{
    struct fixed fixed = {pend_manual};
    struct nic_script_miniport like = {
        .next = fixed_step, .context = &fixed, .attributes = NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT};
    PNDIS_PACKET packet;

    rig_set_layer(through(_i));
    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    take(&packet, 1);
    nic_script_send(&r.protocols[0], packet);
    ck_status(nic_ndis_adapter_remove("above0", 10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(completions(packet), 1);
    ck_assert_uint_eq(r.findings, 1);
    ck_assert_ptr_nonnull(strstr(r.finding, "above0 never completed this packet"));
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    give(&packet, 1);
    rig_stop(&r); /* and nothing has leaked */
    ck_assert_uint_eq(r.findings, 1);
}
END_TEST

static PNDIS_PACKET kept;

static INT keep(void *context, PNDIS_PACKET packet)
{
    (void)context;
    kept = packet;
    return 1;
}

static void give_kept_back(void *context, uint64_t until_ns)
{
    (void)context;
    (void)until_ns;
    if (kept)
        NdisReturnPackets(&kept, 1);
    kept = NULL;
}

/* DER-10: a packet lent to a protocol above is back before the halt above returns. */
START_TEST(der_10_halt_waits_for_lent_packets)
{
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    struct fixed fixed = {pend_manual};
    PNDIS_PACKET packet;

    rig_set_layer(through(_i));
    rig_start(&r, &(struct nic_script_miniport){.next = fixed_step, .context = &fixed}, 0,
              RIG_VERIFY, 0);
    r.protocols[0].received_packet = keep;
    ck_status(nic_script_protocol_start(&r.protocols[0], r.platform, r.adapter),
              NDIS_STATUS_SUCCESS);
    nic_script_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                       &filter, 4, NULL);
    take(&packet, 1);
    NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_SUCCESS);
    NdisMIndicateReceivePacket(r.miniport->handle, &packet, 1);
    ck_status(NDIS_GET_PACKET_STATUS(packet), NDIS_STATUS_PENDING);
    ck_assert(kept && kept != packet);
    r.platform->ops->poller_set(r.platform, give_kept_back, NULL); /* called while the halt waits */
    ck_status(nic_ndis_adapter_remove("above0", 10), NDIS_STATUS_SUCCESS);
    ck_assert_ptr_null(kept);
    ck_assert_uint_eq(r.miniport->returned, 1);
    r.platform->ops->poller_set(r.platform, NULL, NULL);
    give(&packet, 1);
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("passthru");
    TCase *t = tcase_create("passthru");

    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, req_54_55_each_packet_goes_in_a_descriptor_of_the_intermediate_drivers,
                        0, 2);
    tcase_add_loop_test(t, req_54_time_sent_comes_back, 0, 2);
    tcase_add_loop_test(t, req_54_out_of_descriptors, 0, 2);
    tcase_add_loop_test(t, req_54_a_cancel_goes_through, 0, 2);
    tcase_add_loop_test(t, it_binds_where_the_configuration_says_so, 0, 2);
    tcase_add_loop_test(t, the_adapter_above_can_go_alone, 0, 2);
    tcase_add_loop_test(t, halt_above_does_not_wait_for_ever, 0, 2);
    tcase_add_loop_test(t, der_10_halt_waits_for_lent_packets, 0, 2);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
