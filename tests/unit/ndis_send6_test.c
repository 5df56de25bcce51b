/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends of NBLs: pointers, statuses, order, cancelling, loopback, sends from completions.
 */
#include "ndis_rig6.h"

#include <string.h>

static struct rig6 r;
static struct nic_script6_step the_step;

static struct nic_script6_step fixed(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    (void)nbl;
    return the_step;
}

static void start(struct nic_script6_step step, unsigned bindings, unsigned flags)
{
    struct nic_script6_miniport like = {.next = fixed};

    the_step = step;
    rig6_start(&r, &like, bindings, flags);
}

static struct nic_script_packet record(unsigned protocol, PNET_BUFFER_LIST nbl)
{
    return *nic_script6_record(&r.protocols[protocol], nbl);
}

static PNET_BUFFER_LIST seen[64];
static unsigned seen_count;

static void note(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    seen[seen_count++] = nbl;
}

/* REQ-3 for NBLs, too: the very NBL, held for as long as the hardware takes, from whichever thread. */
START_TEST(req_14_15_the_same_nbl_comes_back_once)
{
    PNET_BUFFER_LIST nbls[40], chain;

    start((struct nic_script6_step){.when = NIC_WHEN_MANUAL, .final = NDIS_STATUS_INVALID_DATA}, 1,
          RIG_VERIFY);
    seen_count = 0;
    r.miniport->sending = note;
    chain = rig6_chain(&r.protocols[0], 40, 2);
    rig6_list(chain, nbls);
    nic_script6_send(&r.protocols[0], chain, 0);
    ck_assert_uint_eq(seen_count, 40);
    ck_assert_mem_eq(seen, nbls, sizeof(nbls));
    ck_assert_uint_eq(rig6_statistics().outstanding, 40);
    for (unsigned i = 0; i < 40; i++)
        ck_assert_uint_eq(record(0, nbls[i]).completed, 0);
    rig6_run(&r, 3000000); /* longer than two intervals of the hang check */
    ck_assert_uint_eq(r.miniport->resets, 0);
    ck_assert_uint_eq(nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 39), 39);
    ck_assert_uint_eq(record(0, nbls[38]).completed, 1);
    ck_assert_uint_eq(record(0, nbls[39]).completed, 0);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    for (unsigned i = 0; i < 40; i++) {
        ck_assert_uint_eq(record(0, nbls[i]).completed, 1);
        ck_status(record(0, nbls[i]).status, NDIS_STATUS_INVALID_DATA);
    }
    ck_assert_uint_eq(rig6_statistics().outstanding, 0);
    rig6_free(&r.protocols[0], nbls, 40);
    rig6_stop_clean(&r);
}
END_TEST

/* C-1: RESOURCES is a status like any other here, C-2: and "at once" is before the call returns. */
START_TEST(req_14_c_1_c_2_at_once_is_before_the_call_returns)
{
    static const NDIS_STATUS finals[] = {NDIS_STATUS_SUCCESS, NDIS_STATUS_FAILURE,
                                         NDIS_STATUS_RESOURCES, (NDIS_STATUS)0xC0012345};
    PNET_BUFFER_LIST nbl;

    for (unsigned i = 0; i < 4; i++) {
        start((struct nic_script6_step){.when = NIC_WHEN_INSIDE, .final = finals[i]}, 1,
              RIG_VERIFY);
        nbl = rig6_chain(&r.protocols[0], 1, 1);
        nic_script6_send(&r.protocols[0], nbl, 0);
        ck_assert_uint_eq(record(0, nbl).completed, 1);
        ck_status(record(0, nbl).status, finals[i]);
        ck_assert_uint_eq(r.miniport->sends, 1);
        ck_assert_uint_eq(r.miniport->send_flags, NDIS_SEND_FLAGS_DISPATCH_LEVEL);
        nic_script6_nbl_free(&r.protocols[0], nbl);
        rig6_stop_clean(&r);
    }
}
END_TEST

/* REQ-4: a chain completed at once is split by binding; each gets its own, together and in order. */
START_TEST(req_14_each_protocol_gets_its_own)
{
    PNET_BUFFER_LIST nbls[2][6];

    start((struct nic_script6_step){.when = NIC_WHEN_MANUAL}, 2, RIG_VERIFY);
    for (unsigned i = 0; i < 2; i++) {
        PNET_BUFFER_LIST chain = rig6_chain(&r.protocols[i], 6, 1);
        rig6_list(chain, nbls[i]);
        nic_script6_send(&r.protocols[i], chain, 0);
    }
    ck_assert_uint_eq(nic_script6_release_chain(r.miniport), 12);
    for (unsigned i = 0; i < 2; i++) {
        ck_assert_uint_eq(r.protocols[i].calls, 1);
        for (unsigned j = 0; j < 6; j++)
            ck_assert_uint_eq(record(i, nbls[i][j]).completed, 1);
        rig6_free(&r.protocols[i], nbls[i], 6);
    }
    rig6_stop_clean(&r);
}
END_TEST

static unsigned nbs_of_first;

static void look(void *context, PNET_BUFFER_LIST nbl)
{
    UINT last = 0;

    (void)context;
    nbs_of_first = 0;
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        UCHAR *data = NdisGetDataBuffer(nb, 60, NULL, 1, 0);
        ck_assert_ptr_nonnull(data);
        ck_assert_uint_gt((UINT)(uintptr_t)nb->ProtocolReserved[0], last);
        last = (UINT)(uintptr_t)nb->ProtocolReserved[0];
        nbs_of_first++;
    }
}

/* DER-13: NET_BUFFERs in order, and the list as it was when the NBL is back. */
START_TEST(der_13_the_list_of_net_buffers_stays)
{
    PNET_BUFFER before[NIC_SCRIPT6_NBS];
    PNET_BUFFER_LIST nbl;
    unsigned i = 0;

    start((struct nic_script6_step){.when = NIC_WHEN_DPC}, 1, RIG_VERIFY);
    r.miniport->sending = look;
    nbl = rig6_chain(&r.protocols[0], 1, NIC_SCRIPT6_NBS);
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next) {
        before[i++] = nb;
        nb->ProtocolReserved[0] = (PVOID)(uintptr_t)i;
    }
    nic_script6_send(&r.protocols[0], nbl, 0);
    rig6_run(&r, 100);
    ck_assert_uint_eq(record(0, nbl).completed, 1);
    ck_assert_uint_eq(nbs_of_first, NIC_SCRIPT6_NBS);
    i = 0;
    for (PNET_BUFFER nb = nbl->FirstNetBuffer; nb; nb = nb->Next)
        ck_assert_ptr_eq(nb, before[i++]);
    ck_assert_uint_eq(i, NIC_SCRIPT6_NBS);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

/* What is sent from inside MiniportSendNetBufferLists waits its turn, behind what the other binding sent meanwhile. */
static void send_more(void *context, PNET_BUFFER_LIST nbl)
{
    static unsigned more;

    (void)context;
    more = nic_script6_number(nbl) == 0 ? 2 : more;
    if (!more)
        return;
    more--;
    nic_script6_send(&r.protocols[more], rig6_chain(&r.protocols[more], 2, 1), 0);
    ck_assert_uint_gt(rig6_statistics().waiting, 0);
}

static void free_back(void *context, PNET_BUFFER_LIST nbl)
{
    nic_script6_nbl_free(context, nbl);
}

/* C-8 for NBLs: one FIFO for both bindings; the flow's order is kept. */
START_TEST(der_13_c_8_order_is_submission_order)
{
    static const uint32_t expected[] = {0, 1, 2, 1000000, 1000001, 3, 4};
    uint32_t given[16];

    start((struct nic_script6_step){.when = NIC_WHEN_MANUAL}, 2, RIG_VERIFY);
    r.miniport->sending = send_more;
    for (unsigned i = 0; i < 2; i++) {
        r.protocols[i].completed = free_back;
        r.protocols[i].context = &r.protocols[i];
    }
    nic_script6_send(&r.protocols[0], rig6_chain(&r.protocols[0], 3, 1), 0);
    ck_assert_uint_eq(rig6_order(&r, NIC_TRACE_GIVEN, given, 16), 7);
    ck_assert_mem_eq(given, expected, sizeof(expected));
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 7);
    rig6_stop_clean(&r);
}
END_TEST

/* ---- DER-12 ---- */

static unsigned steps_seen;

/* The first two are in the hardware, the others in the driver's queue. */
static struct nic_script6_step first_two(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    (void)nbl;
    return (struct nic_script6_step){.when = NIC_WHEN_MANUAL, .queued = steps_seen++ >= 2};
}

START_TEST(der_12_cancel_takes_what_is_queued_once)
{
    char id, other;
    PNET_BUFFER_LIST nbls[6];
    struct nic_script6_miniport like = {.next = first_two};

    rig6_start(&r, &like, 1, RIG_VERIFY);
    steps_seen = 0;
    rig6_list(rig6_chain(&r.protocols[0], 6, 1), nbls);
    for (unsigned i = 0; i < 6; i++)
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(nbls[i], i == 4 ? &other : &id);
    nic_script6_send(&r.protocols[0], nbls[0], 0);
    NdisCancelSendNetBufferLists(r.protocols[0].binding, &id);
    ck_assert_uint_eq(r.miniport->cancels, 1);
    for (unsigned i = 0; i < 6; i++) {
        bool is_cancelled = i >= 2 && i != 4;
        ck_assert_uint_eq(record(0, nbls[i]).completed, is_cancelled);
        if (is_cancelled)
            ck_status(record(0, nbls[i]).status, NDIS_STATUS_SEND_ABORTED);
    }
    NdisCancelSendNetBufferLists(r.protocols[0].binding, &id); /* nothing is left to cancel */
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 6);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_uint_eq(record(0, nbls[i]).completed, 1);
        if (i < 2 || i == 4)
            ck_status(record(0, nbls[i]).status, NDIS_STATUS_SUCCESS);
    }
    rig6_free(&r.protocols[0], nbls, 6);
    rig6_stop_clean(&r);
}
END_TEST

static char cancel_id;
static PNET_BUFFER_LIST held[3];

/* From inside the driver: what is sent now is the library's, and is cancelled there. */
static void send_and_cancel(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    if (nic_script6_number(nbl) != 0)
        return;
    rig6_list(rig6_chain(&r.protocols[0], 3, 1), held);
    NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(held[0], &cancel_id);
    NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(held[2], &cancel_id);
    nic_script6_send(&r.protocols[0], held[0], 0);
    NdisCancelSendNetBufferLists(r.protocols[0].binding, &cancel_id);
    ck_assert_uint_eq(record(0, held[0]).completed, 1);
    ck_assert_uint_eq(record(0, held[1]).completed, 0);
    ck_assert_uint_eq(record(0, held[2]).completed, 1);
}

START_TEST(der_12_the_library_cancels_what_it_holds)
{
    static const uint32_t expected[] = {0, 2};
    PNET_BUFFER_LIST first;
    uint32_t given[8];

    start((struct nic_script6_step){.when = NIC_WHEN_DPC}, 1, RIG_VERIFY);
    r.miniport->sending = send_and_cancel;
    first = rig6_chain(&r.protocols[0], 1, 1);
    nic_script6_send(&r.protocols[0], first, 0);
    rig6_run(&r, 100);
    ck_status(record(0, held[0]).status, NDIS_STATUS_SEND_ABORTED);
    ck_status(record(0, held[1]).status, NDIS_STATUS_SUCCESS);
    ck_status(record(0, held[2]).status, NDIS_STATUS_SEND_ABORTED);
    ck_assert_uint_eq(record(0, held[2]).completed, 1);
    ck_assert_uint_eq(rig6_order(&r, NIC_TRACE_GIVEN, given, 8), 2);
    ck_assert_mem_eq(given, expected, sizeof(expected));
    nic_script6_nbl_free(&r.protocols[0], first);
    rig6_free(&r.protocols[0], held, 3);
    rig6_stop_clean(&r);
}
END_TEST

/* ---- sends from completions ---- */

static unsigned left;
static char *lowest, *highest;

static void send_again(void *context, PNET_BUFFER_LIST nbl)
{
    char here;

    lowest = !lowest || &here < lowest ? &here : lowest;
    highest = &here > highest ? &here : highest;
    (void)context;
    if (!left)
        return;
    left--;
    nic_script6_send(&r.protocols[0], nbl, 0);
}

/* C-11 for NBLs. */
START_TEST(c_11_ten_thousand_sends_from_completions_do_not_nest)
{
    PNET_BUFFER_LIST nbl;

    start((struct nic_script6_step){.when = NIC_WHEN_INSIDE}, 1, 0);
    lowest = highest = NULL;
    left = 10000;
    r.protocols[0].completed = send_again;
    nbl = rig6_chain(&r.protocols[0], 1, 1);
    nic_script6_send(&r.protocols[0], nbl, 0);
    ck_assert_uint_eq(record(0, nbl).completed, 10001);
    ck_assert_uint_eq(r.miniport->sends, 10001);
    ck_assert_int_lt(highest - lowest, 4096);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

static PNET_BUFFER_LIST waiting;

static void send_and_close(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    (void)nbl;
    r.protocols[0].completed = NULL;
    nic_script6_send(&r.protocols[0], waiting, 0);
    ck_assert_uint_eq(record(0, waiting).completed, 0);
    ck_status(NdisCloseAdapterEx(r.protocols[0].binding), NDIS_STATUS_PENDING);
    ck_assert(!r.protocols[0].closed);
}

/* What is refused while another refusal is told of is still the library's when the protocol closes there. */
START_TEST(c_11_a_close_waits_for_what_is_refused)
{
    PNET_BUFFER_LIST nbls[2];

    start((struct nic_script6_step){.when = NIC_WHEN_MANUAL}, 1, 0);
    for (unsigned i = 0; i < 2; i++)
        nbls[i] = rig6_chain(&r.protocols[0], 1, 1);
    waiting = nbls[1];
    ck_status(nic_ndis_adapter_pause("nic0", 10), NDIS_STATUS_SUCCESS);
    r.protocols[0].completed = send_and_close;
    nic_script6_send(&r.protocols[0], nbls[0], 0);
    ck_assert_uint_eq(record(0, waiting).completed, 1);
    ck_assert(r.protocols[0].closed);
    r.protocols[0].binding = NULL;
    rig6_free(&r.protocols[0], nbls, 2);
    rig6_stop_clean(&r);
}
END_TEST

/* And from refusals, while the adapter is paused. */
START_TEST(c_11_ten_thousand_sends_from_refusals_do_not_nest)
{
    PNET_BUFFER_LIST nbls[3], chain;

    start((struct nic_script6_step){.when = NIC_WHEN_MANUAL}, 1, _i ? RIG_VERIFY : 0);
    chain = rig6_chain(&r.protocols[0], 3, 1);
    rig6_list(chain, nbls);
    ck_status(nic_ndis_adapter_pause("nic0", 10), NDIS_STATUS_SUCCESS);
    left = 10000;
    lowest = highest = NULL;
    r.protocols[0].completed = send_again;
    nic_script6_send(&r.protocols[0], chain, 0);
    r.protocols[0].completed = NULL;
    ck_assert_uint_eq(left, 0);
    ck_assert_int_lt(highest - lowest, 16384);
    for (unsigned i = 0; i < 3; i++)
        ck_status(record(0, nbls[i]).status, NDIS_STATUS_PAUSED);
    ck_assert_uint_eq(record(0, nbls[0]).completed + record(0, nbls[1]).completed +
                          record(0, nbls[2]).completed,
                      10003);
    ck_assert_uint_eq(r.miniport->sends, 0);
    ck_status(nic_ndis_adapter_restart("nic0", 10), NDIS_STATUS_SUCCESS);
    rig6_free(&r.protocols[0], nbls, 3);
    rig6_stop_clean(&r);
}
END_TEST

/* ---- loopback ---- */

static void set_filter(unsigned protocol, ULONG filter)
{
    ck_status(nic_script6_request(&r.protocols[protocol], NdisRequestSetInformation,
                                  OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
}

static unsigned looped;

static void take_loop(void *context, PNET_BUFFER_LIST chain, ULONG count, ULONG flags)
{
    UCHAR storage[60], *data = NdisGetDataBuffer(chain->FirstNetBuffer, 60, storage, 1, 0);

    (void)context;
    ck_assert_uint_eq(count, 1);
    ck_assert(NDIS_TEST_RECEIVE_CANNOT_PEND(flags));
    ck_assert(NdisTestNblFlag(chain, NDIS_NBL_FLAGS_IS_LOOPBACK_PACKET));
    ck_assert_mem_eq(data, r.protocols[0].data + looped++ * r.protocols[0].nb_bytes, 60);
}

/* REQ-62 for NBLs: every frame of an NBL, to the other bindings, and to the sender if it asks. */
START_TEST(req_62_der_14_frames_of_nbls_are_looped_back)
{
    struct nic_script6_miniport like = {.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK};
    PNET_BUFFER_LIST nbl;

    rig6_start(&r, &like, 2, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_PROMISCUOUS);
    set_filter(1, NDIS_PACKET_TYPE_PROMISCUOUS);
    looped = 0;
    r.protocols[1].received = take_loop;
    nbl = rig6_chain(&r.protocols[0], 1, 3);
    nic_script6_send(&r.protocols[0], nbl, 0);
    rig6_run(&r, 100);
    ck_assert_uint_eq(r.protocols[1].frames, 3);
    ck_assert_uint_eq(r.protocols[0].frames, 0);
    ck_assert_uint_eq(record(0, nbl).completed, 1);
    looped = 0;
    nic_script6_send(&r.protocols[0], nbl, NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK);
    rig6_run(&r, 100);
    ck_assert_uint_eq(r.protocols[1].frames, 6);
    ck_assert_uint_eq(r.protocols[0].frames, 3);
    ck_assert_uint_eq(r.miniport->send_flags, NDIS_SEND_FLAGS_DISPATCH_LEVEL);
    set_filter(1, 0);
    nic_script6_send(&r.protocols[0], nbl, 0);
    rig6_run(&r, 100);
    ck_assert_uint_eq(r.protocols[1].frames, 6);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

START_TEST(req_63_no_loopback_by_the_library_for_a_driver_that_does_it)
{
    PNET_BUFFER_LIST nbl;

    rig6_start(&r, &(struct nic_script6_miniport){0}, 2, RIG_VERIFY);
    set_filter(0, NDIS_PACKET_TYPE_PROMISCUOUS);
    set_filter(1, NDIS_PACKET_TYPE_PROMISCUOUS);
    nbl = rig6_chain(&r.protocols[0], 1, 1);
    nic_script6_send(&r.protocols[0], nbl, NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK);
    rig6_run(&r, 100);
    ck_assert_uint_eq(r.protocols[0].frames + r.protocols[1].frames, 0);
    ck_assert_uint_eq(rig6_statistics().looped, 0);
    ck_assert_uint_eq(record(0, nbl).completed, 1);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

/* Looped back, and the driver gets it with its list as it is: ARCHITECTURE.md says why. */
START_TEST(der_14_frames_to_the_own_address_go_to_the_driver_too)
{
    struct nic_script6_miniport like = {.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK,
                                        .address = {2, 0, 0, 0, 0, 9}};
    PNET_BUFFER_LIST nbl;

    rig6_start(&r, &like, 2, RIG_VERIFY);
    set_filter(1, NDIS_PACKET_TYPE_DIRECTED);
    nbl = rig6_chain(&r.protocols[0], 1, 2);
    memcpy(nbl->FirstNetBuffer->MdlChain->MappedSystemVa, like.address, 6);
    nic_script6_send(&r.protocols[0], nbl, 0);
    rig6_run(&r, 100);
    ck_assert_uint_eq(r.protocols[1].frames, 1);
    ck_assert_uint_eq(r.miniport->sends, 1);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, nic_script6_number(nbl)), 1);
    ck_assert_uint_eq(record(0, nbl).completed, 1);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

/* DER-14 for NBLs: each kind of frame with each kind of filter. */
START_TEST(der_14_what_each_filter_takes_of_looped_nbls)
{
    static const UCHAR to[][6] = {{2, 0, 0, 0, 0, 7},
                                  {2, 0, 0, 0, 0, 8}, /* somebody else's */
                                  {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                                  {1, 0, 0x5e, 0, 0, 1}, /* in the list */
                                  {1, 0, 0x5e, 0, 0, 2}};
    static const struct {
        ULONG filter;
        bool takes[5];
    } kinds[] = {
        {0, {0, 0, 0, 0, 0}},
        {NDIS_PACKET_TYPE_DIRECTED, {1, 0, 0, 0, 0}},
        {NDIS_PACKET_TYPE_BROADCAST, {0, 0, 1, 0, 0}},
        {NDIS_PACKET_TYPE_MULTICAST, {0, 0, 0, 1, 0}},
        {NDIS_PACKET_TYPE_ALL_MULTICAST, {0, 0, 0, 1, 1}},
        {NDIS_PACKET_TYPE_PROMISCUOUS, {1, 1, 1, 1, 1}},
        {NDIS_PACKET_TYPE_ALL_LOCAL, {1, 1, 1, 1, 1}},
    };
    struct nic_script6_miniport like = {.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK};

    memcpy(like.address, to[0], 6);
    rig6_start(&r, &like, 2, RIG_VERIFY);
    ck_status(nic_script6_request(&r.protocols[1], NdisRequestSetInformation,
                                  OID_802_3_MULTICAST_LIST, (void *)(uintptr_t)to[3], 6, NULL),
              NDIS_STATUS_SUCCESS);
    set_filter(1, kinds[_i].filter);
    for (unsigned k = 0; k < 5; k++) {
        PNET_BUFFER_LIST nbl = rig6_chain(&r.protocols[0], 1, 1);
        UCHAR *data = NdisGetDataBuffer(nbl->FirstNetBuffer, 14, NULL, 1, 0);
        unsigned before = r.protocols[1].frames;
        memcpy(data, to[k], 6);
        nic_script6_send(&r.protocols[0], nbl, 0);
        rig6_run(&r, 100);
        ck_assert_msg(r.protocols[1].frames - before == kinds[_i].takes[k],
                      "filter 0x%x, frame %u: %u copies", (unsigned)kinds[_i].filter, k,
                      r.protocols[1].frames - before);
        ck_assert_uint_eq(record(0, nbl).completed, 1);
        nic_script6_nbl_free(&r.protocols[0], nbl);
    }
    rig6_stop_clean(&r);
}
END_TEST

/* DER-16, with the verifier off, too: a second completion goes nowhere. */
START_TEST(der_16_a_second_completion_is_ignored)
{
    PNET_BUFFER_LIST nbl;

    start((struct nic_script6_step){.when = NIC_WHEN_INSIDE}, 1, 0);
    nbl = rig6_chain(&r.protocols[0], 1, 1);
    nic_script6_send(&r.protocols[0], nbl, 0);
    NdisMSendNetBufferListsComplete(r.miniport->handle, nbl, 0);
    ck_assert_uint_eq(record(0, nbl).completed, 1);
    ck_assert_ptr_nonnull(strstr(r.log, "which the driver does not own; ignored"));
    ck_assert_uint_eq(rig6_statistics().completed_ok, 1);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

START_TEST(only_the_default_port_is_there)
{
    PNET_BUFFER_LIST nbl;

    start((struct nic_script6_step){.when = NIC_WHEN_INSIDE}, 1, 0);
    nbl = rig6_chain(&r.protocols[0], 1, 1);
    NdisSendNetBufferLists(r.protocols[0].binding, nbl, 1, 0);
    ck_assert_uint_eq(record(0, nbl).completed, 1);
    ck_status(record(0, nbl).status, NDIS_STATUS_INVALID_PORT);
    ck_assert_uint_eq(r.miniport->sends, 0);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_send6");
    TCase *t = tcase_create("send");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, req_14_15_the_same_nbl_comes_back_once);
    tcase_add_test(t, req_14_c_1_c_2_at_once_is_before_the_call_returns);
    tcase_add_test(t, req_14_each_protocol_gets_its_own);
    tcase_add_test(t, der_13_the_list_of_net_buffers_stays);
    tcase_add_test(t, der_13_c_8_order_is_submission_order);
    tcase_add_test(t, der_12_cancel_takes_what_is_queued_once);
    tcase_add_test(t, der_12_the_library_cancels_what_it_holds);
    tcase_add_test(t, c_11_ten_thousand_sends_from_completions_do_not_nest);
    tcase_add_test(t, c_11_a_close_waits_for_what_is_refused);
    tcase_add_loop_test(t, c_11_ten_thousand_sends_from_refusals_do_not_nest, 0, 2);
    tcase_add_test(t, req_62_der_14_frames_of_nbls_are_looped_back);
    tcase_add_test(t, req_63_no_loopback_by_the_library_for_a_driver_that_does_it);
    tcase_add_test(t, der_14_frames_to_the_own_address_go_to_the_driver_too);
    tcase_add_loop_test(t, der_14_what_each_filter_takes_of_looped_nbls, 0, 7);
    tcase_add_test(t, der_16_a_second_completion_is_ignored);
    tcase_add_test(t, only_the_default_port_is_there);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
