/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport's send rules in both builds: answers, order, exactly once, padding, out-of-band data. Loop index 0 is
 * the MiniportSendPackets build, 1 the MiniportSend build.
 */
#include "driver_rig.h"

#include <check.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void start(struct rig_options *options, int single)
{
    options->single = single;
    options->seed = rig_seed();
    rig_start(options);
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
}

START_TEST(one_packet)
{
    struct rig_options o = {0};
    struct rig_packet *p;
    start(&o, _i);
    p = rig_packet(100, 1);
    ck_assert_int_eq(rig_send(p), NDIS_STATUS_PENDING);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig.wire_count, 1);
    ck_assert_uint_eq(rig.wire[0].length, 100);
    rig_check_wire(0);
    rig_stop();
}
END_TEST

/* REQ-52: short frames are padded on the wire, REQ-16: whatever the chain. */
START_TEST(lengths_and_chains)
{
    static const uint32_t lengths[] = {14, 15, 16, 17,  18,  59,  60,   61,
                                       62, 63, 64, 255, 256, 257, 1513, 1514};
    static const unsigned chains[] = {1, 2, 3, 17};
    struct rig_options o = {0};
    unsigned i, chain, byte, n = 0;
    start(&o, _i);
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        for (chain = 0; chain < 4; chain++) {
            struct rig_packet *p = rig_packet(lengths[i], chains[chain]);
            struct rig_wire_frame *w = &rig.wire[n];
            rig_send(p);
            ck_assert(rig_settle(RIG_MS));
            ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
            ck_assert_uint_eq(rig.wire_count, ++n);
            ck_assert_uint_eq(w->length, lengths[i] < 60 ? 60 : lengths[i]);
            ck_assert_mem_eq(w->octets, p->data, lengths[i]);
            for (byte = lengths[i]; byte < w->length; byte++)
                ck_assert_uint_eq(w->octets[byte], 0); /* C-7 */
        }
    }
    rig_stop();
}
END_TEST

START_TEST(vlan_length)
{
    struct rig_options o = {0};
    struct rig_packet *p;
    unsigned type;
    start(&o, _i);
    for (type = 0; type < 3; type++) {
        p = rig_packet(1518, 2);
        p->data[12] = type == 1 ? 0x88 : 0x81;
        p->data[13] = type == 1 ? 0xa8 : type == 2 ? 0x01 : 0x00;
        rig_send(p);
        ck_assert(rig_settle(RIG_MS));
        ck_assert_int_eq(p->status, type == 2 ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
    }
    p = rig_packet(1519, 1);
    p->data[12] = 0x81;
    p->data[13] = 0x00;
    ck_assert_int_ne(rig_send(p), NDIS_STATUS_SUCCESS);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(rig.wire_count, 2);
    rig_stop();
}
END_TEST

/* REQ-42: refused with FAILURE, nothing on the wire, the next one works. */
START_TEST(unacceptable_packets_fail)
{
    static const uint32_t lengths[] = {0, 1, 13, 1515, 1600, 20000};
    struct rig_options o = {0};
    struct rig_packet *p;
    unsigned i;
    start(&o, _i);
    for (i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        p = rig_packet(lengths[i], 1);
        rig_send(p);
        ck_assert_msg(rig_settle(RIG_MS), "length %u", lengths[i]);
        ck_assert_int_eq(p->status, NDIS_STATUS_FAILURE);
    }
    p = rig_packet(0, 0); /* no buffers */
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_FAILURE);
    p = rig_packet(100, 3); /* a buffer that cannot be mapped */
    p->buffers[1]->ByteCount = 30;
    p->buffers[1]->MappedSystemVa = NULL;
    p->packet->Private.ValidCounts = FALSE;
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_FAILURE);
    p->buffers[1]->MappedSystemVa = p->data;
    ck_assert_uint_eq(rig.wire_count, 0);
    p = rig_packet(77, 1); /* the next one works, and no descriptor was lost */
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig.wire_count, 1);
    ck_assert_uint_eq(rig_driver().outstanding, 0);
    rig_stop();
}
END_TEST

/* A packet whose cached length does not match its chain: refused, whichever is the larger. */
START_TEST(lying_length_fails)
{
    struct rig_options o = {.quiet = true};
    struct rig_packet *p;
    UINT total;
    int delta;
    start(&o, _i);
    for (delta = -40; delta <= 40; delta += 80) {
        p = rig_packet(100, 2);
        NdisQueryPacketLength(p->packet, &total);
        p->packet->Private.TotalLength = (UINT)((int)total + delta);
        rig_send(p);
        ck_assert(rig_settle(RIG_MS));
        ck_assert_int_eq(p->status, NDIS_STATUS_FAILURE);
    }
    ck_assert_uint_eq(rig.wire_count, 0);
    rig_stop();
}
END_TEST

START_TEST(jumbo)
{
    static const struct {
        const char *parameter;
        uint32_t device, longest;
    } cases[] = {{NULL, 9018, 1514},
                 {"*JumboPacket=4000", 9018, 4000},
                 {"*JumboPacket=9014", 9018, 9010},
                 {"*JumboPacket=9014", 9022, 9014},
                 {"*JumboPacket=9014", 1522, 1514},
                 {"*JumboPacket=100", 1522, 1514}};
    struct rig_options o = {.soft = {.max_frame = cases[_i / 2].device, .tx_buffer_bytes = 16384}};
    struct rig_packet *p;
    unsigned more;
    o.parameters[0] = cases[_i / 2].parameter;
    start(&o, _i % 2);
    for (more = 0; more < 2; more++) {
        p = rig_packet(cases[_i / 2].longest + more, 2);
        rig_send(p);
        ck_assert(rig_settle(10 * RIG_MS));
        ck_assert_int_eq(p->status, more ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
    }
    rig_stop();
}
END_TEST

/* REQ-53: the last byte of the frame is the last byte of a page, and the next page is not there. */
START_TEST(guard_page_behind_frame)
{
    struct rig_options o = {0};
    long page = sysconf(_SC_PAGESIZE);
    uint8_t *memory, *own;
    uint32_t length;
    struct rig_packet *p;
    start(&o, _i);
    memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    ck_assert_int_eq(mprotect(memory + page, page, PROT_NONE), 0);
    for (length = 14; length <= 64; length++) {
        p = rig_packet(length, 1);
        own = p->data;
        memcpy(memory + page - length, own, length);
        p->buffers[0]->MappedSystemVa = memory + page - length;
        p->buffers[0]->StartVa = memory;
        p->buffers[0]->ByteOffset = (ULONG)(page - length);
        rig_send(p);
        ck_assert(rig_settle(RIG_MS));
        ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
        ck_assert_mem_eq(memory + page - length, own, length);
        ck_assert_uint_eq(p->buffers[0]->ByteCount, length);
        ck_assert_uint_eq(rig.wire[rig.wire_count - 1].length, length < 60 ? 60 : length);
    }
    munmap(memory, 2 * page);
    rig_stop();
}
END_TEST

/* REQ-40: in copy mode everything is the protocol's again when the call returns. */
START_TEST(copy_mode)
{
    struct rig_options o = {.parameters = {"CopyMode=1"}};
    struct rig_packet *p;
    uint8_t original[600];
    unsigned i;
    start(&o, 1);
    soft_device_hold_out(rig.device, true);
    for (i = 0; i < 10; i++) {
        p = rig_packet(600, 3);
        memcpy(original, p->data, 600);
        ck_assert_int_eq(rig_send(p), NDIS_STATUS_SUCCESS);
        memset(p->data, 0xee, 600);
        soft_device_hold_out(rig.device, false);
        rig_pass(RIG_MS);
        soft_device_hold_out(rig.device, true);
        ck_assert_uint_eq(rig.wire_count, i + 1);
        ck_assert_mem_eq(rig.wire[i].octets, original, 600);
    }
    ck_assert_uint_eq(rig.completions, 10);
    soft_device_hold_out(rig.device, false);
    rig_stop();
}
END_TEST

/* No completion restarts NDIS in copy mode: NdisMSendResourcesAvailable does. */
START_TEST(copy_mode_restarts)
{
    struct rig_options o = {.parameters = {"CopyMode=1"}, .soft = {.desc_depth = 4}};
    unsigned i;
    start(&o, _i);
    for (i = 0; i < 100; i++)
        rig_send(rig_packet(200, 1));
    ck_assert(rig_settle(100 * RIG_MS));
    rig_pass(RIG_MS);
    ck_assert_uint_eq(rig.wire_count, 100);
    ck_assert_uint_gt(rig_driver().resources, 0);
    rig_check_wire(0);
    rig_stop();
}
END_TEST

/* REQ-33, C-9, 41, 45..50: a ring of `depth`, more packets than it holds, single sends and arrays mixed. */
static const uint32_t depths[] = {1, 2, 3, 7, 64};

START_TEST(order_with_resources_and_ring_wrap)
{
    struct rig_options o = {
        .soft = {.desc_depth = depths[_i / 2], .cut_percent = 30, .stall_percent = 20}};
    struct rig_packet *array[16];
    uint32_t length;
    unsigned i, n, sent = 0;
    start(&o, _i % 2);
    srand((unsigned)rig_seed() + (unsigned)_i);
    while (sent < 400) {
        n = (unsigned)rand() % 16 + 1;
        for (i = 0; i < n; i++) {
            length = 18 + (uint32_t)rand() % (rand() % 4 ? 100 : 1497);
            array[i] = rig_packet(length, 1 + (unsigned)rand() % 3);
        }
        sent += n;
        if (rand() % 2) {
            rig_send_array(array, n);
        } else {
            for (i = 0; i < n; i++)
                rig_send(array[i]);
        }
        if (rand() % 3 == 0)
            rig_pass((uint64_t)rand() % 100000);
    }
    ck_assert(rig_settle(RIG_S));
    for (i = 0; i < rig.packet_count; i++)
        ck_assert_int_eq(rig.packets[i]->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig.wire_count, rig.packet_count);
    rig_check_wire(0);
    rig_check_completion_order();
    if (depths[_i / 2] < 16)
        ck_assert_uint_gt(rig_driver().resources, 0);
    rig_stop();
}
END_TEST

/* The OUT buffers run full before the descriptors do. */
START_TEST(buffer_room_runs_out)
{
    struct rig_options o = {.soft = {.desc_depth = 500, .tx_buffer_bytes = 8192}};
    unsigned i;
    start(&o, _i);
    soft_device_hold_out(rig.device, true);
    for (i = 0; i < 100; i++)
        rig_send(rig_packet(1514, 1));
    rig_pass(RIG_MS);
    ck_assert_uint_gt(rig_driver().resources, 0);
    ck_assert_uint_lt(rig_driver().outstanding, 100);
    soft_device_hold_out(rig.device, false);
    ck_assert(rig_settle(100 * RIG_MS));
    ck_assert_uint_eq(rig.wire_count, 100);
    rig_check_wire(0);
    rig_check_completion_order();
    rig_stop();
}
END_TEST

/* Room for the small ones but not for the big one before them: nothing overtakes (DER-4). */
START_TEST(small_packets_do_not_overtake)
{
    struct rig_options o = {.soft = {.desc_depth = 500, .tx_buffer_bytes = 8192}};
    struct rig_packet *array[4];
    unsigned i;
    start(&o, _i);
    soft_device_hold_out(rig.device, true);
    for (i = 0; i < 60; i++) {
        array[0] = rig_packet(1514, 1);
        array[1] = rig_packet(60, 1);
        array[2] = rig_packet(700, 1);
        array[3] = rig_packet(60, 1);
        rig_send_array(array, 4);
    }
    ck_assert_uint_gt(rig_driver().resources, 0);
    soft_device_hold_out(rig.device, false);
    ck_assert(rig_settle(100 * RIG_MS));
    ck_assert_uint_eq(rig.wire_count, 240);
    rig_check_wire(0);
    rig_check_completion_order();
    rig_stop();
}
END_TEST

/* Idle: at once. Busy: one more transfer carries all that came meanwhile. No timer. */
START_TEST(gathers_while_a_transfer_is_in_flight)
{
    struct rig_options o = {0};
    uint32_t before;
    unsigned i;
    start(&o, _i);
    before = rig_driver().out_transfers;
    soft_device_hold_out(rig.device, true);
    for (i = 0; i < 20; i++)
        rig_send(rig_packet(64, 1));
    ck_assert_uint_eq(rig_driver().out_transfers - before, 1);
    soft_device_hold_out(rig.device, false);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_uint_eq(rig_driver().out_transfers - before, 2);
    ck_assert_uint_eq(rig.wire_count, 20);
    rig_stop();
}
END_TEST

/* REQ-22 */
START_TEST(array_goes_in_one_transfer)
{
    struct rig_options o = {0};
    struct rig_packet *array[32];
    uint32_t before;
    unsigned i;
    start(&o, 0);
    before = rig_driver().out_transfers;
    for (i = 0; i < 32; i++)
        array[i] = rig_packet(64, 1);
    rig_send_array(array, 32);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_uint_eq(rig_driver().out_transfers - before, 1);
    rig_stop();
}
END_TEST

/* TimeToSend in units of 100 ns of the device's clock; TimeSent comes back. */
START_TEST(launch_times)
{
    struct rig_options o = {0};
    struct rig_packet *p, *q;
    uint64_t launch;
    start(&o, _i);
    launch = (soft_device_time(rig.device) + 500000) / 100;
    p = rig_packet(100, 1);
    NDIS_SET_PACKET_TIME_TO_SEND(p->packet, launch);
    rig_send(p);
    q = rig_packet(100, 1); /* no time of its own: behind p all the same */
    rig_send(q);
    rig_pass(400000);
    ck_assert_uint_eq(rig.wire_count, 0);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_uint_eq(rig.wire[0].sfd_ns, launch * 100);
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_SENT(p->packet), launch);
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_SENT(q->packet), 0);
    rig_check_wire(0);
    p = rig_packet(100, 1); /* long past */
    NDIS_SET_PACKET_TIME_TO_SEND(p->packet, 1);
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_INVALID_DATA);
    ck_assert_uint_eq(rig.wire_count, 2);
    ck_assert_uint_gt(NDIS_GET_PACKET_TIME_SENT(p->packet), launch); /* of its completion */
    ck_assert_uint_le(NDIS_GET_PACKET_TIME_SENT(p->packet), soft_device_time(rig.device) / 100);
    rig_stop();
}
END_TEST

START_TEST(private_out_of_band_data)
{
    struct rig_options o = {.parameters = {_i % 4 >= 2 ? "CopyMode=1" : NULL}};
    struct rig_packet *p;
    start(&o, _i % 2);
    p = rig_packet(20, 1);
    p->oob = (struct nic_oob){.class_id = NIC_OOB_CLASS,
                              .size = NIC_OOB_SIZE,
                              .flags = NIC_OOB_REPORT | NIC_OOB_LAUNCH | NIC_OOB_NO_PAD | 0xff00};
    p->oob.launch_ns = soft_device_time(rig.device) + 123457;
    NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(p->packet, &p->oob, sizeof p->oob);
    ck_assert_int_eq(rig_send(p), NDIS_STATUS_PENDING);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig.wire[0].length, 20);
    ck_assert_uint_eq(rig.wire[0].flags, 0x0b);
    ck_assert_uint_eq(rig.wire[0].sfd_ns, p->oob.launch_ns);
    ck_assert_uint_eq(p->oob.time_ns, p->oob.launch_ns);
    ck_assert_uint_eq(NDIS_GET_PACKET_TIME_SENT(p->packet), 0); /* TimeToSend was not used */
    p = rig_packet(100, 1); /* somebody else's information is left alone */
    p->oob = (struct nic_oob){.class_id = 7, .size = NIC_OOB_SIZE, .flags = 0x1f};
    NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(p->packet, &p->oob, sizeof p->oob);
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    rig_pass(RIG_MS);
    ck_assert_uint_eq(rig.wire[1].flags, 0);
    ck_assert_uint_eq(p->oob.time_ns, 0);
    p = rig_packet(1518, 1); /* an FCS of its own does not count */
    p->oob =
        (struct nic_oob){.class_id = NIC_OOB_CLASS, .size = NIC_OOB_SIZE, .flags = NIC_OOB_HAS_FCS};
    NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(p->packet, &p->oob, sizeof p->oob);
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    rig_pass(RIG_MS);
    ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig.wire[2].flags, 4);
    rig_stop();
}
END_TEST

/* REQ-56: nothing of the descriptor but eight bytes of MiniportReserved and what NDIS keeps for itself changes. */
START_TEST(descriptor_is_left_alone)
{
    struct rig_options o = {.quiet = true};
    struct rig_packet *p;
    NDIS_PACKET before, after;
    NDIS_PACKET_OOB_DATA oob;
    start(&o, _i);
    p = rig_packet(100, 2);
    memset(p->packet->MiniportReserved, 0xa5, sizeof p->packet->MiniportReserved);
    NdisSetPacketFlags(p->packet, 0x12345678);
    NdisQueryPacketLength(p->packet, &(UINT){0}); /* fills the cached counts */
    before = *p->packet;
    oob = *NDIS_OOB_DATA_FROM_PACKET(p->packet);
    soft_device_hold_events(rig.device, true);
    rig_send(p);
    rig_pass(RIG_MS);
    after = *p->packet;
    ck_assert_mem_eq(&after.Private, &before.Private, sizeof after.Private);
    ck_assert_mem_eq(after.MiniportReserved + 8, before.MiniportReserved + 8,
                     sizeof after.MiniportReserved - 8);
    ck_assert_mem_eq(p->packet->ProtocolReserved, &p, sizeof p);
    oob.Status = NDIS_OOB_DATA_FROM_PACKET(p->packet)->Status; /* REQ-29 */
    ck_assert_mem_eq(&oob, NDIS_OOB_DATA_FROM_PACKET(p->packet), sizeof oob);
    soft_device_hold_events(rig.device, false);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_mem_eq(&p->packet->Private, &before.Private, sizeof before.Private);
    rig_stop();
}
END_TEST

/* REQ-6, 45, DER-5: PENDING stays pending while the device says nothing, and costs nothing. */
START_TEST(completes_only_on_completion)
{
    struct rig_options o = {0};
    struct rig_packet *p;
    struct soft_stats stats, later;
    start(&o, _i);
    soft_device_hold_events(rig.device, true);
    p = rig_packet(100, 1);
    rig_send(p);
    rig_pass(RIG_MS);
    ck_assert_uint_eq(rig.wire_count, 1);
    soft_device_stats_get(rig.device, &stats);
    rig_pass(RIG_S);
    soft_device_stats_get(rig.device, &later);
    ck_assert_int_eq(p->status, RIG_NOT_DONE);
    ck_assert_mem_eq(&stats, &later,
                     sizeof stats); /* no transfer was submitted meanwhile: nobody polls */
    soft_device_hold_events(rig.device, false);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    rig_stop();
}
END_TEST

START_TEST(device_verdicts)
{
    struct rig_options o = {.soft = {.processor = true}}; /* the driver does not touch LINK */
    struct rig_packet *p;
    start(&o, _i);
    soft_device_link(rig.device, false, 2);
    p = rig_packet(100, 1);
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_NO_CABLE);
    soft_device_link(rig.device, true, 1);
    p = rig_packet(100, 1);
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig.wire_count, 1);
    rig_stop();
}
END_TEST

/* A completion may send: the ring never overtakes. */
static unsigned again;

static void send_again(struct rig_packet *p)
{
    if (again-- == 0) {
        rig.on_complete = NULL;
        return;
    }
    rig_packet_reuse(p);
    rig_send(p);
}

START_TEST(sending_from_completion)
{
    struct rig_options o = {.soft = {.desc_depth = 3}};
    unsigned i;
    start(&o, _i);
    again = 300;
    rig.on_complete = send_again;
    for (i = 0; i < 8; i++)
        rig_send(rig_packet(100, 1));
    ck_assert(rig_settle(RIG_S));
    ck_assert_uint_eq(rig.wire_count, 308);
    rig_check_wire(0);
    rig_stop();
}
END_TEST

START_TEST(moderated_completions)
{
    struct rig_options o = {.parameters = {"ModerationCount=10", "ModerationTime=50"},
                            .soft = {.instant = true}};
    struct soft_stats before, after;
    unsigned i;
    start(&o, _i);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_MODERATION_ADDR), 10 | 50 << 16);
    soft_device_stats_get(rig.device, &before);
    for (i = 0; i < 25; i++)
        rig_send(rig_packet(64, 1));
    ck_assert(rig_settle(RIG_MS));
    soft_device_stats_get(rig.device, &after);
    ck_assert_uint_le(after.event_records - before.event_records, 3);
    rig_check_completion_order();
    rig_stop();
}
END_TEST

START_TEST(null_device)
{
    struct rig_options o = {.null_device = true};
    struct rig_packet *array[32];
    unsigned i, round;
    start(&o, _i);
    for (i = 0; i < 32; i++)
        array[i] = rig_packet(64, 1);
    for (round = 0; round < 50; round++) {
        if (round % 2) {
            rig_send_array(array, 32);
        } else {
            for (i = 0; i < 32; i++)
                rig_send(array[i]);
        }
        ck_assert(rig_settle(RIG_MS));
        for (i = 0; i < 32; i++) {
            ck_assert_int_eq(array[i]->status, NDIS_STATUS_SUCCESS);
            rig_packet_reuse(array[i]);
        }
    }
    rig_stop();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *c = rig_case(suite, "send");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, one_packet, 0, 2);
    tcase_add_loop_test(c, lengths_and_chains, 0, 2);
    tcase_add_loop_test(c, vlan_length, 0, 2);
    tcase_add_loop_test(c, unacceptable_packets_fail, 0, 2);
    if (rig_layer() == RIG_DIRECT) /* a descriptor in between counts for itself */
        tcase_add_loop_test(c, lying_length_fails, 0, 2);
    tcase_add_loop_test(c, jumbo, 0, 12);
    tcase_add_loop_test(c, guard_page_behind_frame, 0, 2);
    if (rig_layer() != RIG_THROUGH_ARRAYS) /* which makes completions of synchronous answers */
        tcase_add_test(c, copy_mode);
    tcase_add_loop_test(c, copy_mode_restarts, 0, 2);
    tcase_add_loop_test(c, order_with_resources_and_ring_wrap, 0, 10);
    tcase_add_loop_test(c, buffer_room_runs_out, 0, 2);
    tcase_add_loop_test(c, small_packets_do_not_overtake, 0, 2);
    tcase_add_loop_test(c, gathers_while_a_transfer_is_in_flight, 0, 2);
    if (rig_layer() != RIG_THROUGH_SINGLE)
        tcase_add_test(c, array_goes_in_one_transfer);
    tcase_add_loop_test(c, launch_times, 0, 2);
    tcase_add_loop_test(c, private_out_of_band_data, 0, 4);
    tcase_add_loop_test(c, descriptor_is_left_alone, 0, 2);
    tcase_add_loop_test(c, completes_only_on_completion, 0, 2);
    tcase_add_loop_test(c, device_verdicts, 0, 2);
    tcase_add_loop_test(c, sending_from_completion, 0, 2);
    tcase_add_loop_test(c, moderated_completions, 0, 2);
    tcase_add_loop_test(c, null_device, 0, 2);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "driver send");
}
