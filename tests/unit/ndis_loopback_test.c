/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets which frame: packet filter and multicast list of each binding, for frames from the wire
 * and for software loopback (REQ-61 to 63, DER-8, DER-14, C-5).
 */
#include "ndis_rig.h"

static const UCHAR own[6] = {2, 0, 0, 0, 0, 1}, other[6] = {2, 0, 0, 0, 0, 9},
                   all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                   group_a[6] = {1, 0, 0x5e, 0, 0, 1}, group_b[6] = {1, 0, 0x5e, 0, 0, 2};

static struct rig r;
static UCHAR got[2][200];
static UINT got_length[2];

static void on_received(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    unsigned b = (unsigned)((struct nic_script_protocol *)context - r.protocols);

    memcpy(got[b], header, 14);
    memcpy(got[b] + 14, data, length);
    got_length[b] = 14 + length;
}

static void start(struct nic_script_miniport like, unsigned flags)
{
    memcpy(like.address, own, 6);
    rig_start(&r, &like, 2, RIG_VERIFY | flags, 0);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].received = on_received;
        r.protocols[b].context = &r.protocols[b];
        got_length[b] = 0;
    }
}

static void stop(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static NDIS_STATUS set(unsigned binding, NDIS_OID oid, const void *value, UINT length, UINT *read)
{
    UCHAR copy[64];

    memcpy(copy, value, length);
    return nic_script_request(&r.protocols[binding], NdisRequestSetInformation, oid, copy, length,
                              read);
}

static void filter(unsigned binding, ULONG bits)
{
    ck_status(set(binding, OID_GEN_CURRENT_PACKET_FILTER, &bits, sizeof(bits), NULL),
              NDIS_STATUS_SUCCESS);
}

static void groups(unsigned binding, const UCHAR *first, const UCHAR *second)
{
    UCHAR list[12];
    UINT read;

    memcpy(list, first, 6);
    memcpy(list + 6, second, 6);
    ck_status(set(binding, OID_802_3_MULTICAST_LIST, list, sizeof(list), &read),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(read, sizeof(list));
}

/* The table of DER-14: who gets a frame to each kind of address, from the wire and from a binding
 * of the same adapter. */
static const struct {
    ULONG bits;
    bool own, other, all, member, stranger; /* from the wire */
    bool other_local;                       /* sent here, to another adapter */
} kinds[] = {
    {0, false, false, false, false, false, false},
    {NDIS_PACKET_TYPE_DIRECTED, true, false, false, false, false, false},
    {NDIS_PACKET_TYPE_BROADCAST, false, false, true, false, false, false},
    {NDIS_PACKET_TYPE_MULTICAST, false, false, false, true, false, false},
    {NDIS_PACKET_TYPE_ALL_MULTICAST, false, false, false, true, true, false},
    {NDIS_PACKET_TYPE_PROMISCUOUS, true, true, true, true, true, true},
    {NDIS_PACKET_TYPE_ALL_LOCAL, false, false, false, false, false, true},
    {NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST, true, false, true, false, false,
     false},
};

#define KINDS (int)(sizeof(kinds) / sizeof(kinds[0]))

static bool from_wire(const UCHAR *destination, bool by_packet)
{
    unsigned frames = r.protocols[0].frames, others = r.protocols[1].frames;
    UCHAR frame[60] = {0};
    PNDIS_PACKET packet;
    PNDIS_BUFFER tail;
    NDIS_STATUS status;

    memcpy(frame, destination, 6);
    if (by_packet) { /* the header split over its buffers */
        packet = nic_script_packet(&r.protocols[1], 0);
        NdisAllocateBuffer(&status, &tail, r.protocols[0].buffer_pool, frame + 4, 56);
        NdisChainBufferAtFront(packet, tail);
        NdisAllocateBuffer(&status, &tail, r.protocols[0].buffer_pool, frame, 4);
        NdisChainBufferAtFront(packet, tail);
        NDIS_SET_PACKET_STATUS(packet, NDIS_STATUS_RESOURCES);
        NdisMIndicateReceivePacket(r.miniport->handle, &packet, 1);
        nic_script_packet_free(&r.protocols[1], packet);
    } else {
        NdisMEthIndicateReceive(r.miniport->handle, NULL, frame, 14, frame + 14, 46, 46);
    }
    ck_assert_uint_eq(r.protocols[1].frames, others + 1); /* it is promiscuous */
    if (r.protocols[0].frames != frames) {
        ck_assert_uint_eq(got_length[0], 60);
        ck_assert_mem_eq(got[0], frame, 60);
    }
    return r.protocols[0].frames == frames + 1;
}

START_TEST(req_12_der_14_each_binding_filters_for_itself)
{
    int kind = _i / 2;
    bool by_packet = _i % 2;

    start((struct nic_script_miniport){0}, 0);
    groups(0, group_a, group_a);
    filter(0, kinds[kind].bits);
    filter(1, NDIS_PACKET_TYPE_PROMISCUOUS);
    ck_assert(from_wire(own, by_packet) == kinds[kind].own);
    ck_assert(from_wire(other, by_packet) == kinds[kind].other);
    ck_assert(from_wire(all, by_packet) == kinds[kind].all);
    ck_assert(from_wire(group_a, by_packet) == kinds[kind].member);
    ck_assert(from_wire(group_b, by_packet) == kinds[kind].stranger);
    stop();
}
END_TEST

/* ---- loopback ---- */

/* Binding 1 sends, in three buffers that split the header; binding 0 has the filter of the kind.
 * Returns whether it got a copy; *wire: how many came to the miniport. */
static bool sent_here(const UCHAR *destination, ULONG flags, bool array, unsigned *wire)
{
    struct nic_script_protocol *p = &r.protocols[1];
    unsigned frames = r.protocols[0].frames;
    size_t given = nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX);
    UCHAR frame[80];
    PNDIS_PACKET packet = nic_script_packet(p, 0);
    struct nic_script_packet *record = nic_script_record(p, packet);
    static const UINT cuts[4] = {0, 3, 13, 80};
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;

    for (unsigned i = 0; i < sizeof(frame); i++)
        frame[i] = (UCHAR)(i * 5 + 1);
    memcpy(frame, destination, 6);
    for (unsigned i = 0; i < 3; i++) {
        NdisAllocateBuffer(&status, &buffer, p->buffer_pool, frame + cuts[i],
                           cuts[i + 1] - cuts[i]);
        NdisChainBufferAtBack(packet, buffer);
    }
    NdisSetPacketFlags(packet, flags);
    if (array)
        nic_script_send_array(p, &packet, 1);
    else
        status = nic_script_send(p, packet);
    rig_run(&r, 1000);
    if (array || status == NDIS_STATUS_PENDING) {
        ck_assert_uint_eq(record->completed, 1);
        status = record->status;
    } else {
        ck_assert_uint_eq(record->completed, 0);
    }
    ck_status(status, NDIS_STATUS_SUCCESS);
    nic_script_packet_free(p, packet);
    *wire = (unsigned)(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX) - given);
    ck_assert_uint_le(r.protocols[0].frames, frames + 1); /* one copy each */
    if (r.protocols[0].frames != frames) {
        ck_assert_uint_eq(got_length[0], sizeof(frame));
        ck_assert_mem_eq(got[0], frame, sizeof(frame));
    }
    return r.protocols[0].frames != frames;
}

START_TEST(req_62_der_14_loopback_for_every_filter)
{
    int kind = _i / 4;
    bool array = _i % 2, any_local = kinds[kind].other_local;
    unsigned wire;

    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK,
                                       .deserialized = _i & 2},
          0);
    groups(0, group_a, group_a);
    filter(0, kinds[kind].bits);
    ck_assert(sent_here(own, 0, array, &wire) == (kinds[kind].own || any_local));
    ck_assert_uint_eq(wire, !(kinds[kind].own || any_local)); /* looped only */
    ck_assert(sent_here(other, 0, array, &wire) == any_local);
    ck_assert_uint_eq(wire, 1);
    ck_assert(sent_here(all, 0, array, &wire) == (kinds[kind].all || any_local));
    ck_assert_uint_eq(wire, 1);
    ck_assert(sent_here(group_a, 0, array, &wire) == (kinds[kind].member || any_local));
    ck_assert_uint_eq(wire, 1);
    ck_assert(sent_here(group_b, 0, array, &wire) == (kinds[kind].stranger || any_local));
    ck_assert_uint_eq(wire, 1);
    ck_assert(!sent_here(own, NDIS_FLAGS_DONT_LOOPBACK, array, &wire)); /* C-5 */
    ck_assert_uint_eq(wire, 1);
    ck_assert_uint_eq(r.protocols[1].frames, 0); /* it has no filter */
    stop();
}
END_TEST

START_TEST(der_14_a_machine_that_sends_to_itself)
{
    unsigned wire;

    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK,
                                       .deserialized = _i},
          RIG_SEND_TO_SELF);
    filter(0, NDIS_PACKET_TYPE_DIRECTED);
    ck_assert(sent_here(own, 0, true, &wire));
    ck_assert_uint_eq(wire, 1);
    stop();
}
END_TEST

START_TEST(c_05_a_machine_that_loops_what_declines_it)
{
    unsigned wire;

    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK,
                                       .deserialized = _i},
          RIG_LOOP_ALL);
    filter(0, NDIS_PACKET_TYPE_DIRECTED);
    ck_assert(sent_here(own, NDIS_FLAGS_DONT_LOOPBACK, true, &wire));
    ck_assert_uint_eq(wire, 0);
    stop();
}
END_TEST

START_TEST(req_63_no_loopback_by_the_library_for_a_driver_that_does_it)
{
    unsigned wire;

    start((struct nic_script_miniport){0}, 0);
    filter(0, NDIS_PACKET_TYPE_PROMISCUOUS);
    ck_assert(!sent_here(own, 0, _i, &wire));
    ck_assert(!sent_here(all, 0, _i, &wire));
    ck_assert_uint_eq(rig_statistics(&r).looped, 0);
    stop();
}
END_TEST

START_TEST(req_62_the_sender_gets_its_copy_unless_it_declined)
{
    ULONG option = NDIS_PROT_OPTION_NO_LOOPBACK;
    unsigned wire;

    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK}, 0);
    filter(1, NDIS_PACKET_TYPE_BROADCAST);
    sent_here(all, 0, false, &wire);
    ck_assert_uint_eq(r.protocols[1].frames, 1);
    ck_assert_uint_eq(r.protocols[1].receive_completes, 1);
    ck_assert_uint_eq(rig_statistics(&r).looped, 1);
    ck_status(set(1, OID_GEN_PROTOCOL_OPTIONS, &option, 2, NULL), NDIS_STATUS_INVALID_LENGTH);
    ck_status(set(1, OID_GEN_PROTOCOL_OPTIONS, &option, 4, NULL), NDIS_STATUS_SUCCESS);
    sent_here(all, 0, false, &wire);
    ck_assert_uint_eq(r.protocols[1].frames, 1);
    stop();
}
END_TEST

/* An array whose middle goes to the adapter itself: the others reach the wire in order. */
START_TEST(der_14_an_element_to_oneself_leaves_the_array_in_order)
{
    PNDIS_PACKET packets[5];
    uint32_t numbers[5], at = 0;

    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK,
                                       .arrays = _i,
                                       .max_packets = 8},
          0);
    filter(0, NDIS_PACKET_TYPE_DIRECTED);
    for (unsigned i = 0; i < 5; i++) {
        PVOID address;
        packets[i] = nic_script_packet(&r.protocols[1], 60);
        numbers[i] = nic_script_number(packets[i]);
        NdisQueryBuffer(packets[i]->Private.Head, &address, &(UINT){0});
        memcpy(address, i == 2 ? own : other, 6);
    }
    nic_script_send_array(&r.protocols[1], packets, 5);
    rig_run(&r, 1000);
    for (size_t i = 0; i < r.trace.count; i++) {
        if (r.trace.events[i].kind != NIC_TRACE_GIVEN)
            continue;
        at += at == 2;
        ck_assert_uint_eq(r.trace.events[i].packet, numbers[at++]);
    }
    ck_assert_uint_eq(at, 5);
    ck_assert_uint_eq(r.protocols[0].frames, 1);
    for (unsigned i = 0; i < 5; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[1], packets[i])->completed, 1);
        nic_script_packet_free(&r.protocols[1], packets[i]);
    }
    stop();
}
END_TEST

static UCHAR serials[8], serial_count;

static void note_serial(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    (void)context;
    (void)header;
    ck_assert_uint_eq(length, 46);
    serials[serial_count++ % 8] = data[0];
}

/* Several elements of one array come back, in order: to oneself, without reaching the wire, or broadcast. */
START_TEST(der_14_every_element_of_an_array_is_looped)
{
    bool is_broadcast = _i & 2;
    PNDIS_PACKET packets[6];

    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK,
                                       .arrays = _i & 1,
                                       .max_packets = 8},
          0);
    filter(0, NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST);
    r.protocols[0].received = note_serial;
    serial_count = 0;
    for (UCHAR i = 0; i < 6; i++) {
        PUCHAR address;
        packets[i] = nic_script_packet(&r.protocols[1], 60);
        NdisQueryBuffer(packets[i]->Private.Head, (PVOID *)&address, &(UINT){0});
        memcpy(address, i % 2 ? other : is_broadcast ? all : own, 6);
        address[14] = i;
    }
    nic_script_send_array(&r.protocols[1], packets, 6);
    rig_run(&r, 1000);
    ck_assert_uint_eq(serial_count, 3);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(serials[i], 2 * i);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), is_broadcast ? 6 : 3);
    for (unsigned i = 0; i < 6; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[1], packets[i])->completed, 1);
        nic_script_packet_free(&r.protocols[1], packets[i]);
    }
    stop();
}
END_TEST

/* C-11 for loopback: an answer from ProtocolReceive to oneself, 10 000 deep. */
static unsigned left, depth, deepest;

static void answer(void *context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    ck_status(status, NDIS_STATUS_SUCCESS);
    deepest = ++depth > deepest ? depth : deepest;
    if (left && left--)
        nic_script_send(&r.protocols[1], packet);
    depth--;
}

START_TEST(c_11_a_send_to_oneself_from_its_completion_does_not_nest)
{
    PNDIS_PACKET packet;
    PVOID address;

    left = 10000;
    deepest = 0;
    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK,
                                       .deserialized = _i},
          0);
    filter(0, NDIS_PACKET_TYPE_DIRECTED);
    r.protocols[1].completed = answer;
    packet = nic_script_packet(&r.protocols[1], 60);
    NdisQueryBuffer(packet->Private.Head, &address, &(UINT){0});
    memcpy(address, own, 6);
    ck_status(nic_script_send(&r.protocols[1], packet), NDIS_STATUS_PENDING);
    rig_run(&r, 1000);
    ck_assert_uint_eq(r.protocols[0].frames, 10001);
    ck_assert_uint_eq(deepest, 1);
    nic_script_packet_free(&r.protocols[1], packet);
    stop();
}
END_TEST

/* A driver that does not say its address filters directed frames itself; of those sent here, none is known to be for it. */
START_TEST(der_14_without_an_address)
{
    unsigned wire;

    rig_start(&r, &(struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK}, 2,
              RIG_VERIFY, 0);
    for (unsigned b = 0; b < 2; b++) {
        r.protocols[b].received = on_received;
        r.protocols[b].context = &r.protocols[b];
    }
    filter(0, NDIS_PACKET_TYPE_DIRECTED);
    filter(1, NDIS_PACKET_TYPE_PROMISCUOUS);
    ck_assert(from_wire(other, false));
    ck_assert(!sent_here(other, 0, _i, &wire));
    ck_assert_uint_eq(wire, 1);
    stop();
}
END_TEST

static PNDIS_PACKET transfer_to;
static UINT transferred;

static void transfer_beyond(void *context, const UCHAR *header, const UCHAR *data, UINT length)
{
    struct nic_script_protocol *p = context;
    NDIS_STATUS status;

    (void)header;
    (void)data;
    (void)length;
    NdisTransferData(&status, p->binding, p->receive_context, 10, 90, transfer_to, &transferred);
    ck_status(status, NDIS_STATUS_SUCCESS);
}

/* REQ-13 for a frame that was looped back: not more than there is. */
START_TEST(req_13_transfer_of_a_looped_frame_ends_with_it)
{
    UCHAR target[100] = {0}, expected[100] = {0};
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;
    unsigned wire;

    start((struct nic_script_miniport){.mac_options = NDIS_MAC_OPTION_NO_LOOPBACK}, 0);
    transfer_to = nic_script_packet(&r.protocols[0], 0);
    NdisAllocateBuffer(&status, &buffer, r.protocols[0].buffer_pool, target, sizeof(target));
    NdisChainBufferAtBack(transfer_to, buffer);
    filter(0, NDIS_PACKET_TYPE_BROADCAST);
    r.protocols[0].received = transfer_beyond;
    memcpy(got[0], all, 6); /* what sent_here looks for */
    for (unsigned i = 6; i < 80; i++)
        got[0][i] = (UCHAR)(i * 5 + 1);
    got_length[0] = 80;
    memcpy(expected, got[0] + 24, 56);
    sent_here(all, 0, false, &wire);
    ck_assert_uint_eq(transferred, 80 - 14 - 10);
    ck_assert_mem_eq(target, expected, sizeof(target));
    nic_script_packet_free(&r.protocols[0], transfer_to);
    stop();
}
END_TEST

/* ---- what the miniport is told ---- */

START_TEST(multicast_lists_are_united)
{
    start((struct nic_script_miniport){0}, 0);
    groups(0, group_a, group_b);
    groups(1, group_b, all);
    ck_assert_uint_eq(r.miniport->multicast_count, 3);
    set(0, OID_802_3_MULTICAST_LIST, group_a, 0, NULL);
    ck_assert_uint_eq(r.miniport->multicast_count, 2);
    ck_assert_mem_eq(r.miniport->multicast[0], group_b, 6);
    stop();
}
END_TEST

/* Queries are the library's: of the binding's own list, and of all lists as a statistics query, as the
 * documentation of Windows Embedded CE 6.0 has it. */
START_TEST(a_query_of_the_list_is_for_the_binding)
{
    NDIS_REQUEST request;
    NDIS_STATUS status;
    UCHAR list[18];
    UINT bytes;

    start((struct nic_script_miniport){0}, 0);
    groups(0, group_a, group_b);
    groups(1, group_b, all);
    unsigned queries = r.miniport->queries;
    ck_status(nic_script_request(&r.protocols[1], NdisRequestQueryInformation,
                                 OID_802_3_MULTICAST_LIST, list, sizeof(list), &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bytes, 12);
    ck_assert_mem_eq(list, group_b, 6);
    ck_assert_mem_eq(list + 6, all, 6);
    ck_status(nic_script_request(&r.protocols[1], NdisRequestQueryStatistics,
                                 OID_802_3_MULTICAST_LIST, list, sizeof(list), &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bytes, 18);
    ck_status(nic_script_request(&r.protocols[1], NdisRequestQueryInformation,
                                 OID_802_3_MULTICAST_LIST, list, 11, NULL),
              NDIS_STATUS_INVALID_LENGTH);
    request = (NDIS_REQUEST){.RequestType = NdisRequestQueryInformation,
                             .DATA.QUERY_INFORMATION = {OID_802_3_MULTICAST_LIST, list, 11, 0, 0}};
    NdisRequest(&status, r.protocols[0].binding, &request);
    ck_status(status, NDIS_STATUS_INVALID_LENGTH);
    ck_assert_uint_eq(request.DATA.QUERY_INFORMATION.BytesNeeded, 12);
    ck_assert_uint_eq(r.miniport->queries, queries);
    stop();
}
END_TEST

/* What only the closed binding wanted no longer reaches the others' miniport. */
START_TEST(closing_a_binding_takes_its_share_out_of_the_unions)
{
    start((struct nic_script_miniport){.deserialized = _i == 2}, 0);
    groups(0, group_a, group_b);
    groups(1, group_b, all);
    filter(0, NDIS_PACKET_TYPE_PROMISCUOUS);
    filter(1, NDIS_PACKET_TYPE_MULTICAST);
    ck_assert_uint_eq(r.miniport->filter,
                      NDIS_PACKET_TYPE_PROMISCUOUS | NDIS_PACKET_TYPE_MULTICAST);
    r.miniport->requests_pend = _i == 1;
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_MULTICAST);
    if (_i == 1) { /* one request at a time */
        ck_assert_uint_eq(r.miniport->multicast_count, 3);
        nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
        nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
        r.miniport->requests_pend = false;
    }
    ck_assert_uint_eq(r.miniport->multicast_count, 2);
    ck_assert_mem_eq(r.miniport->multicast[0], group_b, 6);
    ck_assert_mem_eq(r.miniport->multicast[1], all, 6);
    r.protocols[0] = r.protocols[1];
    r.bindings = 1;
    stop();
}
END_TEST

static NDIS_STATUS look(unsigned binding, ULONG octets)
{
    return set(binding, OID_GEN_CURRENT_LOOKAHEAD, &octets, sizeof(octets), NULL);
}

/* A hint of each binding; the driver has the largest, which is what a query says, by its page. */
START_TEST(the_largest_look_ahead_goes_to_the_miniport)
{
    start((struct nic_script_miniport){0}, 0);
    ck_status(look(0, 200), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->lookahead, 200);
    ck_status(look(1, 128), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->lookahead, 200);
    ck_status(look(1, 500), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->lookahead, 500);
    r.miniport->set_status = NDIS_STATUS_FAILURE;
    ck_status(look(0, 9000), NDIS_STATUS_FAILURE); /* counts no longer */
    r.miniport->set_status = NDIS_STATUS_SUCCESS;
    ck_status(look(1, 100), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->lookahead, 200);
    ck_status(set(0, OID_GEN_CURRENT_LOOKAHEAD, &(UCHAR){1}, 1, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->lookahead, 200); /* too short: the driver's to judge */
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    r.protocols[0] = r.protocols[1];
    r.bindings = 1;
    ck_status(look(0, 90), NDIS_STATUS_SUCCESS); /* the other one's 200 went with it */
    ck_assert_uint_eq(r.miniport->lookahead, 90);
    stop();
}
END_TEST

START_TEST(a_refused_set_leaves_the_old_value)
{
    ULONG bits = NDIS_PACKET_TYPE_PROMISCUOUS;

    start((struct nic_script_miniport){0}, 0);
    groups(0, group_a, group_a);
    filter(0, NDIS_PACKET_TYPE_MULTICAST);
    filter(1, NDIS_PACKET_TYPE_PROMISCUOUS);
    r.miniport->set_status = NDIS_STATUS_FAILURE;
    ck_status(set(0, OID_GEN_CURRENT_PACKET_FILTER, &bits, 4, NULL), NDIS_STATUS_FAILURE);
    ck_status(set(0, OID_802_3_MULTICAST_LIST, group_b, 6, NULL), NDIS_STATUS_FAILURE);
    ck_assert(!from_wire(other, false));
    ck_assert(from_wire(group_a, false));
    ck_assert(!from_wire(group_b, false));
    r.miniport->set_status = NDIS_STATUS_SUCCESS;
    stop();
}
END_TEST

START_TEST(der_08_filter_and_list_come_again_after_a_reset)
{
    NDIS_STATUS status;

    start((struct nic_script_miniport){0}, 0);
    groups(0, group_a, group_b);
    filter(1, NDIS_PACKET_TYPE_BROADCAST);
    r.miniport->filter = r.miniport->multicast_count = 0;
    NdisReset(&status, r.protocols[0].binding);
    rig_run(&r, 1000);
    ck_assert(r.protocols[0].reset_done);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_BROADCAST);
    ck_assert_uint_eq(r.miniport->multicast_count, 2);
    stop();
}
END_TEST

/* The driver answers neither at once: RESET_END waits for both, and nothing comes in between. */
START_TEST(der_08_the_reset_ends_when_the_driver_has_both)
{
    NDIS_STATUS status;
    unsigned resets;

    start((struct nic_script_miniport){0}, 0);
    groups(0, group_a, group_b);
    filter(1, NDIS_PACKET_TYPE_BROADCAST);
    r.miniport->requests_pend = true;
    resets = r.miniport->resets;
    NdisReset(&status, r.protocols[0].binding);
    rig_run(&r, 1000);
    ck_assert_uint_eq(r.miniport->request_oid, OID_GEN_CURRENT_PACKET_FILTER);
    ck_status(set(1, OID_GEN_CURRENT_PACKET_FILTER, &(ULONG){0}, 4, NULL),
              NDIS_STATUS_RESET_IN_PROGRESS);
    if (_i) { /* lost: found as any request is, and all begins again */
        rig_run(&r, 10000000);
        ck_assert_uint_gt(r.miniport->resets, resets + 1);
        ck_assert_uint_eq(r.miniport->request_oid, OID_GEN_CURRENT_PACKET_FILTER);
    }
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    ck_assert_uint_eq(r.miniport->request_oid, OID_802_3_MULTICAST_LIST);
    ck_status(r.protocols[1].last_status, NDIS_STATUS_RESET_START);
    ck_assert(!r.protocols[0].reset_done);
    nic_script_request_done(r.miniport, NDIS_STATUS_SUCCESS);
    rig_run(&r, 1000);
    ck_assert(r.protocols[0].reset_done);
    ck_status(r.protocols[1].last_status, NDIS_STATUS_RESET_END);
    r.miniport->requests_pend = false;
    filter(1, NDIS_PACKET_TYPE_DIRECTED);
    stop();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *s = suite_create(name);
    TCase *c = rig_case(s, "filters and loopback");

    tcase_add_loop_test(c, req_12_der_14_each_binding_filters_for_itself, 0, 2 * KINDS);
    tcase_add_loop_test(c, req_62_der_14_loopback_for_every_filter, 0, 4 * KINDS);
    tcase_add_loop_test(c, req_63_no_loopback_by_the_library_for_a_driver_that_does_it, 0, 2);
    tcase_add_test(c, req_62_the_sender_gets_its_copy_unless_it_declined);
    tcase_add_loop_test(c, der_14_an_element_to_oneself_leaves_the_array_in_order, 0, 2);
    tcase_add_loop_test(c, der_14_every_element_of_an_array_is_looped, 0, 4);
    tcase_add_loop_test(c, der_14_a_machine_that_sends_to_itself, 0, 2);
    tcase_add_loop_test(c, c_05_a_machine_that_loops_what_declines_it, 0, 2);
    tcase_add_loop_test(c, c_11_a_send_to_oneself_from_its_completion_does_not_nest, 0, 2);
    tcase_add_test(c, multicast_lists_are_united);
    tcase_add_loop_test(c, der_14_without_an_address, 0, 2);
    tcase_add_test(c, req_13_transfer_of_a_looped_frame_ends_with_it);
    tcase_add_test(c, a_query_of_the_list_is_for_the_binding);
    tcase_add_loop_test(c, closing_a_binding_takes_its_share_out_of_the_unions, 0, 3);
    tcase_add_test(c, the_largest_look_ahead_goes_to_the_miniport);
    tcase_add_test(c, a_refused_set_leaves_the_old_value);
    tcase_add_test(c, der_08_filter_and_list_come_again_after_a_reset);
    tcase_add_loop_test(c, der_08_the_reset_ends_when_the_driver_has_both, 0, 2);
    return s;
}

int main(void)
{
    return rig_main_layered(make, "ndis_loopback");
}
