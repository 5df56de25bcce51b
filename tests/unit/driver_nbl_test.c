/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport's build for NDIS 6 between the scripted protocol and the soft device: what NBLs become on the wire, and
 * how they come back in every state of adapter and device.
 */
#include "driver_nbl_rig.h"

/* REQ-33 for NBLs: NET_BUFFERs and NBLs are frames on the wire, in order, whole; DER-13. */
START_TEST(req_14_33_der_13_c_9_nbls_are_frames_in_order)
{
    static const UINT lengths[] = {14, 59, 60, 61, 64, 65, 1513, 1514};
    PNET_BUFFER_LIST nbls[8][32];
    unsigned at = 0;

    nbl_rig_start(0, NULL);
    for (unsigned i = 0; i < 8; i++) {
        unsigned count = i % 2 ? 32 : 3, nbs = 1 + i % 4;
        nic_script6_send(&r.protocol, nbl_chain(nbls[i], count, nbs, lengths[i]), 0);
        if (i % 3 == 0)
            nbl_pass(MS);
    }
    nbl_pass(100 * MS);
    for (unsigned i = 0; i < 8; i++) {
        unsigned count = i % 2 ? 32 : 3;
        nbl_check_status(nbls[i], count, NDIS_STATUS_SUCCESS);
        at += nbl_check_wire(at, nbls[i], count);
        nbl_free_all(nbls[i], count);
    }
    ck_assert_uint_eq(r.wire_count, at);
    nbl_check_completion_order();
    nbl_rig_stop();
}
END_TEST

/* Data that starts behind something else and is in pieces. */
START_TEST(data_in_pieces)
{
    static UCHAR bytes[200];
    UINT cuts[] = {7, 0, 13, 100, 80};
    PNET_BUFFER_LIST nbl;
    PMDL first, mdls[5];
    unsigned at = 0;

    nbl_rig_start(0, NULL);
    for (unsigned i = 0; i < sizeof(bytes); i++)
        bytes[i] = (UCHAR)(i * 3);
    for (unsigned i = 0; i < 5; i++) {
        mdls[i] = NdisAllocateMdl(NULL, bytes + at, cuts[i]);
        at += cuts[i];
        if (i)
            mdls[i - 1]->Next = mdls[i];
    }
    nbl = nic_script6_nbl(&r.protocol, 1, 60);
    first = nbl->FirstNetBuffer->MdlChain;
    nbl->FirstNetBuffer->MdlChain = mdls[0];
    nbl->FirstNetBuffer->DataOffset = 0;
    nbl->FirstNetBuffer->CurrentMdl = mdls[0];
    nbl->FirstNetBuffer->CurrentMdlOffset = 0;
    nbl->FirstNetBuffer->DataLength = 160;
    NdisAdvanceNetBufferDataStart(nbl->FirstNetBuffer, 9, FALSE, NULL);
    nic_script6_send(&r.protocol, nbl, 0);
    nbl_pass(10 * MS);
    nbl_check_status(&nbl, 1, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.wire[0].length, 151);
    ck_assert_mem_eq(r.wire[0].octets, bytes + 9, 151);
    nbl->FirstNetBuffer->MdlChain = first;
    for (unsigned i = 0; i < 5; i++)
        NdisFreeMdl(mdls[i]);
    nic_script6_nbl_free(&r.protocol, nbl);
    nbl_rig_stop();
}
END_TEST

/* REQ-42 for NBLs: what can never be sent fails, the rest goes. */
START_TEST(req_42_impossible_frames_fail)
{
    static const UINT lengths[] = {13, 1515, 60, 1};
    PNET_BUFFER_LIST nbls[4];

    nbl_rig_start(0, NULL);
    for (unsigned i = 0; i < 4; i++) {
        nbl_chain(&nbls[i], 1, 2, lengths[i]);
        nic_script6_send(&r.protocol, nbls[i], 0);
    }
    nbl_pass(10 * MS);
    nbl_check_status(&nbls[2], 1, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.wire_count, nbl_check_wire(0, &nbls[2], 1));
    nbl_check_status(nbls, 2, NDIS_STATUS_FAILURE);
    nbl_check_status(&nbls[3], 1, NDIS_STATUS_FAILURE);
    nbl_free_all(nbls, 4);
    nbl_rig_stop();
}
END_TEST

/* More than the device has descriptors: the driver keeps them, nothing is lost. */
START_TEST(req_15_the_driver_holds_what_the_device_has_no_room_for)
{
    PNET_BUFFER_LIST nbls[400];

    nbl_rig_start(0, &(struct soft_options){.desc_depth = 8});
    nic_script6_send(&r.protocol, nbl_chain(nbls, 400, 1, 200), 0);
    ck_assert_uint_eq(r.protocol.calls, 0);
    nbl_pass(100 * MS);
    nbl_check_status(nbls, 400, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.wire_count, nbl_check_wire(0, nbls, 400));
    nbl_check_completion_order();
    nbl_free_all(nbls, 400);
    nbl_rig_stop();
}
END_TEST

START_TEST(copy_mode_completes_before_the_wire)
{
    PNET_BUFFER_LIST nbls[8];

    nbl_rig_start(COPY, NULL);
    soft_device_hold_tx(r.device, true);
    nic_script6_send(&r.protocol, nbl_chain(nbls, 8, 2, 100), 0);
    nbl_check_status(nbls, 8, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.wire_count, 0);
    soft_device_hold_tx(r.device, false);
    nbl_pass(10 * MS);
    ck_assert_uint_eq(r.wire_count, nbl_check_wire(0, nbls, 8));
    nbl_free_all(nbls, 8);
    nbl_rig_stop();
}
END_TEST

/* DER-12: what the device has goes out; what the driver holds comes back; never both. */
START_TEST(der_12_cancel)
{
    PNET_BUFFER_LIST nbls[32], sent[32];
    unsigned count = 0;

    nbl_rig_start(0, &(struct soft_options){.desc_depth = 8});
    soft_device_hold_tx(r.device, true);
    nbl_chain(nbls, 32, 1, 100);
    for (unsigned i = 0; i < 32; i++)
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(nbls[i], i % 2 ? &nbls : NULL);
    nic_script6_send(&r.protocol, nbls[0], 0);
    nbl_pass(5 * MS);
    NdisCancelSendNetBufferLists(r.protocol.binding, &nbls);
    for (unsigned i = 0; i < 32; i++) {
        bool is_cancelled = i >= 8 && i % 2;
        ck_assert_uint_eq(nbl_record(nbls[i]).completed, is_cancelled);
        if (!is_cancelled)
            sent[count++] = nbls[i];
    }
    soft_device_hold_tx(r.device, false);
    nbl_pass(20 * MS);
    for (unsigned i = 9; i < 32; i += 2)
        nbl_check_status(&nbls[i], 1, NDIS_STATUS_SEND_ABORTED);
    nbl_check_status(sent, count, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.wire_count, nbl_check_wire(0, sent, count));
    nbl_free_all(nbls, 32);
    nbl_rig_stop();
}
END_TEST

/* DER-11: what the device has is sent, what the driver holds comes back as paused. */
START_TEST(der_11_pause_and_restart)
{
    PNET_BUFFER_LIST nbls[32], after;

    nbl_rig_start(0, &(struct soft_options){.desc_depth = 8});
    nic_script6_send(&r.protocol, nbl_chain(nbls, 32, 1, 1000), 0);
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    nbl_check_status(nbls, 8, NDIS_STATUS_SUCCESS);
    nbl_check_status(nbls + 8, 24, NDIS_STATUS_PAUSED);
    ck_assert_uint_eq(r.wire_count, nbl_check_wire(0, nbls, 8));
    nic_script6_send(&r.protocol, nbl_chain(&after, 1, 1, 60), 0);
    nbl_check_status(&after, 1, NDIS_STATUS_PAUSED);
    nbl_free_all(&after, 1);
    ck_status(nic_ndis_adapter_restart("nic0", 1000), NDIS_STATUS_SUCCESS);
    nic_script6_send(&r.protocol, nbl_chain(&after, 1, 1, 60), 0);
    nbl_pass(10 * MS);
    nbl_check_status(&after, 1, NDIS_STATUS_SUCCESS);
    nbl_free_all(&after, 1);
    nbl_free_all(nbls, 32);
    nbl_rig_stop();
}
END_TEST

/* ---- receive ---- */

static PNET_BUFFER_LIST kept[256];
static unsigned kept_count, received;
static uint8_t last_frame[1600];

static void keep(void *context, PNET_BUFFER_LIST chain_of, ULONG count, ULONG flags)
{
    (void)context;
    received += count;
    for (PNET_BUFFER_LIST next; chain_of; chain_of = next) {
        PNET_BUFFER nb = chain_of->FirstNetBuffer;
        next = chain_of->Next;
        memcpy(last_frame, NdisGetDataBuffer(nb, nb->DataLength, NULL, 1, 0), nb->DataLength);
        if (NDIS_TEST_RECEIVE_CAN_PEND(flags)) {
            kept[kept_count] = chain_of;
            kept[kept_count++]->Next = NULL;
        }
    }
}

static void give_back_kept(void)
{
    while (kept_count) {
        kept_count--;
        NdisReturnNetBufferLists(r.protocol.binding, kept[kept_count], 0);
    }
}

static void set_filter(ULONG filter)
{
    ck_status(nic_script6_request(&r.protocol, NdisRequestSetInformation,
                                  OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
}

START_TEST(received_frames_are_lent_and_copied)
{
    uint8_t frame[100] = {2};

    nbl_rig_start(0, NULL);
    kept_count = received = 0;
    r.protocol.received = keep;
    set_filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    ck_assert_uint_ne(soft_device_register(r.device, NIC_FILTER_ADDR), 0);
    for (unsigned i = 0; i < 100; i++) {
        frame[20] = (uint8_t)i;
        soft_device_receive(r.device, frame, sizeof(frame));
        nbl_pass(MS / 2);
        ck_assert_uint_eq(received, i + 1);
        ck_assert_mem_eq(last_frame, frame, sizeof(frame));
    }
    ck_assert_uint_gt(kept_count, 30);
    ck_assert_uint_lt(kept_count, 64); /* the rest had to be copied */
    give_back_kept();
    soft_device_receive(r.device, frame, sizeof(frame));
    nbl_pass(MS);
    ck_assert_uint_eq(kept_count, 1); /* there are NBLs again */
    give_back_kept();
    nbl_rig_stop();
}
END_TEST

/* To itself, to a group of its own and to all: the driver says NO_LOOPBACK and indicates none of them; the copies are the
 * library's, and one comes when the sender asks for it. */
START_TEST(req_61_never_loops_back)
{
    static const UCHAR group[6] = {1, 0, 0x5e, 0, 0, 1}, all[6] = {255, 255, 255, 255, 255, 255};
    struct nic_ndis_statistics before, after;
    PNET_BUFFER_LIST nbls[3];
    UCHAR own[6];
    ULONG options;

    nbl_rig_start(0, NULL);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation, OID_GEN_MAC_OPTIONS,
                                  &options, sizeof(options), NULL),
              NDIS_STATUS_SUCCESS);
    ck_assert(options & NDIS_MAC_OPTION_NO_LOOPBACK);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation,
                                  OID_802_3_CURRENT_ADDRESS, own, 6, NULL),
              NDIS_STATUS_SUCCESS);
    ck_status(nic_script6_request(&r.protocol, NdisRequestSetInformation, OID_802_3_MULTICAST_LIST,
                                  (PVOID)(uintptr_t)group, 6, NULL),
              NDIS_STATUS_SUCCESS);
    set_filter(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_BROADCAST);
    kept_count = received = 0;
    r.protocol.received = keep;
    nbl_chain(nbls, 3, 1, 100);
    nic_ndis_adapter_statistics("nic0", &before);
    for (unsigned i = 0; i < 3; i++) {
        nbls[i]->Next = NULL;
        memcpy(nbls[i]->FirstNetBuffer->MdlChain->MappedSystemVa,
               i == 0   ? own
               : i == 1 ? group
                        : all,
               6);
        nic_script6_send(&r.protocol, nbls[i], 0);
        nbl_pass(10 * MS);
        ck_assert_uint_eq(received, i);
        nic_script6_send(&r.protocol, nbls[i], NDIS_SEND_FLAGS_CHECK_FOR_LOOPBACK);
        nbl_pass(10 * MS);
        ck_assert_uint_eq(received, i + 1);
    }
    nic_ndis_adapter_statistics("nic0", &after);
    ck_assert_uint_eq(after.indications, before.indications);
    ck_assert_uint_eq(r.wire_count, 6);
    nbl_free_all(nbls, 3);
    nbl_rig_stop();
}
END_TEST

/* The pause waits for what is lent. */
static void give_back_later(void *context)
{
    (void)context;
    give_back_kept();
}

START_TEST(der_11_pause_waits_for_lent_nbls)
{
    struct nic_timer timer = {.fn = give_back_later};
    uint8_t frame[100] = {2};

    nbl_rig_start(0, NULL);
    kept_count = received = 0;
    r.protocol.received = keep;
    set_filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    soft_device_receive(r.device, frame, sizeof(frame));
    nbl_pass(MS);
    ck_assert_uint_eq(kept_count, 1);
    r.platform->ops->timer_set(r.platform, &timer, r.platform->ops->now_ns(r.platform) + 5 * MS);
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(kept_count, 0);
    soft_device_receive(r.device, frame, sizeof(frame)); /* goes nowhere */
    nbl_pass(MS);
    ck_assert_uint_eq(received, 1);
    nbl_rig_stop();
}
END_TEST

/* ---- requests, status ---- */

START_TEST(requests_reach_the_device)
{
    ULONG counters[NIC_COUNTER_MAX + 1] = {0}, value = 0;
    PNET_BUFFER_LIST nbls[3];
    UCHAR address[6];
    UINT bytes;

    nbl_rig_start(0, NULL);
    nic_script6_send(&r.protocol, nbl_chain(nbls, 3, 1, 100), 0);
    nbl_pass(10 * MS);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation, OID_HILNIC_COUNTERS,
                                  counters, sizeof(counters), &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(counters[NIC_COUNTER_TX_PACKETS], 3);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation, OID_GEN_XMIT_OK, &value,
                                  sizeof(value), &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(value, 3);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation,
                                  OID_802_3_CURRENT_ADDRESS, address, 6, &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(address[0], 2);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation, OID_GEN_LINK_PARAMETERS,
                                  &value, sizeof(value), &bytes),
              NDIS_STATUS_NOT_SUPPORTED); /* optional, by its page */
    nbl_free_all(nbls, 3);
    nbl_rig_stop();
}
END_TEST

static void destination(PNET_BUFFER_LIST nbl, int first, int others)
{
    PNET_BUFFER nb = NET_BUFFER_LIST_FIRST_NB(nbl);
    PVOID address;
    UINT length;

    NdisQueryMdl(NET_BUFFER_CURRENT_MDL(nb), &address, &length, NormalPagePriority);
    ck_assert_ptr_nonnull(address);
    address = (uint8_t *)address + NET_BUFFER_CURRENT_MDL_OFFSET(nb);
    memset(address, others, 6);
    *(uint8_t *)address = (uint8_t)first;
}

START_TEST(statistics)
{
    static const uint8_t heads[3] = {2, 1, 0xff};
    PNET_BUFFER_LIST nbls[7];
    NDIS_STATISTICS_INFO s;
    ULONG bytes;

    nbl_rig_start(0, NULL);
    set_filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    for (unsigned i = 0; i < 7;
         i++) { /* one directed, two multicast, three broadcast, one too short */
        nbls[i] = nic_script6_nbl(&r.protocol, 1, i == 6 ? 13 : 100 + i);
        if (i < 6)
            destination(nbls[i], heads[i < 1 ? 0 : i < 3 ? 1 : 2], i < 3 ? 0 : 0xff);
        nic_script6_send(&r.protocol, nbls[i], 0);
    }
    for (unsigned i = 0; i < 6; i++) { /* three, two, one */
        uint8_t frame[80], kind = i < 3 ? 0 : i < 5 ? 1 : 2;
        memset(frame, kind == 2 ? 0xff : 0, sizeof(frame));
        frame[0] = heads[kind];
        soft_device_receive(r.device, frame, 60 + i);
    }
    soft_device_receive_broken(r.device, NIC_COUNTER_RX_JABBERS);
    nbl_pass(10 * MS);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation, OID_GEN_STATISTICS, &s,
                                  sizeof(s) - 1, &bytes),
              NDIS_STATUS_INVALID_LENGTH);
    ck_status(nic_script6_request(&r.protocol, NdisRequestQueryInformation, OID_GEN_STATISTICS, &s,
                                  sizeof(s), &bytes),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bytes, 0x98);
    ck_assert_uint_eq(s.Header.Size, 0x98);
    ck_assert_uint_eq(s.SupportedStatistics, 0x3f87ff);
    ck_assert_uint_eq(s.ifHCOutUcastPkts, 1);
    ck_assert_uint_eq(s.ifHCOutMulticastPkts, 2);
    ck_assert_uint_eq(s.ifHCOutBroadcastPkts, 3);
    ck_assert_uint_eq(s.ifHCOutUcastOctets, 100);
    ck_assert_uint_eq(s.ifHCOutMulticastOctets, 101 + 102);
    ck_assert_uint_eq(s.ifHCOutBroadcastOctets, 103 + 104 + 105);
    ck_assert_uint_eq(s.ifHCOutOctets, 615);
    ck_assert_uint_eq(s.ifOutDiscards, 1);
    ck_assert_uint_eq(s.ifOutErrors, 0);
    ck_assert_uint_eq(s.ifHCInUcastPkts, 3);
    ck_assert_uint_eq(s.ifHCInMulticastPkts, 2);
    ck_assert_uint_eq(s.ifHCInBroadcastPkts, 1);
    ck_assert_uint_eq(s.ifHCInUcastOctets, 60 + 61 + 62);
    ck_assert_uint_eq(s.ifHCInMulticastOctets, 63 + 64);
    ck_assert_uint_eq(s.ifHCInBroadcastOctets, 65);
    ck_assert_uint_eq(s.ifHCInOctets, 375);
    ck_assert_uint_eq(s.ifInErrors, 1);
    ck_assert_uint_eq(s.ifInDiscards, 0);
    nbl_free_all(nbls, 7);
    nbl_rig_stop();
}
END_TEST

static NDIS_LINK_STATE heard;

static void on_status(void *context, PNDIS_STATUS_INDICATION indication)
{
    (void)context;
    if (indication->StatusCode == NDIS_STATUS_LINK_STATE)
        memcpy(&heard, indication->StatusBuffer, sizeof(heard));
}

START_TEST(the_link_is_indicated)
{
    nbl_rig_start(0, &(struct soft_options){.processor = true});
    r.protocol.status = on_status;
    soft_device_link(r.device, false, NIC_SPEED_M1000);
    nbl_pass(10 * MS);
    ck_assert_int_eq(heard.MediaConnectState, MediaConnectStateDisconnected);
    soft_device_link(r.device, true, NIC_SPEED_M100);
    nbl_pass(10 * MS);
    ck_assert_int_eq(heard.MediaConnectState, MediaConnectStateConnected);
    ck_assert_uint_eq(heard.XmitLinkSpeed, 100000000);
    soft_device_link(r.device, true, NIC_SPEED_M10); /* the speed alone */
    nbl_pass(10 * MS);
    ck_assert_int_eq(heard.MediaConnectState, MediaConnectStateConnected);
    ck_assert(heard.XmitLinkSpeed == 10000000 && heard.RcvLinkSpeed == 10000000);
    heard.XmitLinkSpeed = 0;
    soft_device_link(r.device, true, NIC_SPEED_M10); /* nothing changed */
    nbl_pass(10 * MS);
    ck_assert_uint_eq(heard.XmitLinkSpeed, 0);
    nbl_rig_stop();
}
END_TEST

/* Mandatory for NDIS 6, query and set. */
static NDIS_STATUS moderation(NDIS_REQUEST_TYPE type, NDIS_INTERRUPT_MODERATION *state, UINT length)
{
    NDIS_INTERRUPT_MODERATION_PARAMETERS p = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_INTERRUPT_MODERATION_PARAMETERS_REVISION_1,
                   sizeof(p)},
        .InterruptModeration = *state};
    UINT bytes;
    NDIS_STATUS status =
        nic_script6_request(&r.protocol, type, OID_GEN_INTERRUPT_MODERATION, &p, length, &bytes);

    *state = p.InterruptModeration;
    if (status == NDIS_STATUS_SUCCESS)
        ck_assert(bytes == sizeof(p) && p.Header.Size == sizeof(p));
    return status;
}

static NDIS_INTERRUPT_MODERATION moderation_now(void)
{
    NDIS_INTERRUPT_MODERATION state = NdisInterruptModerationUnknown;

    ck_status(moderation(NdisRequestQueryInformation, &state, 12), NDIS_STATUS_SUCCESS);
    return state;
}

static NDIS_STATUS moderate(NDIS_INTERRUPT_MODERATION state)
{
    return moderation(NdisRequestSetInformation, &state, 12);
}

START_TEST(interrupt_moderation_is_switched)
{
    const ULONG on = 16 << NIC_MODERATION_COUNT_SHIFT | 100 << NIC_MODERATION_MICROSECONDS_SHIFT;
    NDIS_INTERRUPT_MODERATION state = NdisInterruptModerationDisabled;

    nbl_rig_start(MODERATED, NULL);
    ck_assert_int_eq(moderation_now(), NdisInterruptModerationEnabled);
    ck_assert_uint_eq(soft_device_register(r.device, NIC_MODERATION_ADDR), on);
    ck_status(moderate(NdisInterruptModerationDisabled), NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(moderation_now(), NdisInterruptModerationDisabled);
    ck_assert_uint_eq(soft_device_register(r.device, NIC_MODERATION_ADDR), 0);
    ck_status(moderate(NdisInterruptModerationEnabled), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(soft_device_register(r.device, NIC_MODERATION_ADDR), on);
    ck_status(moderate(NdisInterruptModerationNotSupported), NDIS_STATUS_INVALID_DATA);
    ck_status(moderation(NdisRequestSetInformation, &state, 11), NDIS_STATUS_INVALID_LENGTH);
    ck_status(moderation(NdisRequestQueryInformation, &state, 11), NDIS_STATUS_INVALID_LENGTH);
    nbl_rig_stop();
    nbl_rig_start(0, NULL);
    ck_assert_int_eq(moderation_now(), NdisInterruptModerationNotSupported);
    ck_status(moderate(NdisInterruptModerationEnabled), NDIS_STATUS_INVALID_DATA);
    nbl_rig_stop();
}
END_TEST

/* ---- trouble ---- */

/* DER-7: a device that stops is reset; everything is back before that ends, and it goes on. */
START_TEST(der_07_a_stopped_device_is_reset)
{
    PNET_BUFFER_LIST nbls[32], after;

    nbl_rig_start(0, &(struct soft_options){.desc_depth = 8});
    soft_device_fault(r.device, SOFT_FAULT_STOP, 0);
    nic_script6_send(&r.protocol, nbl_chain(nbls, 32, 1, 100), 0);
    nbl_pass(10000 * MS);
    for (unsigned i = 0; i < 32; i++) {
        ck_assert_uint_eq(nbl_record(nbls[i]).completed, 1);
        ck_assert(nbl_record(nbls[i]).status != NDIS_STATUS_PENDING);
    }
    ck_status(r.protocol.last_status, NDIS_STATUS_RESET_END);
    nic_script6_send(&r.protocol, nbl_chain(&after, 1, 1, 60), 0);
    nbl_pass(100 * MS);
    nbl_check_status(&after, 1, NDIS_STATUS_SUCCESS);
    nbl_free_all(&after, 1);
    nbl_free_all(nbls, 32);
    nbl_rig_stop();
}
END_TEST

/* DER-15. */
START_TEST(der_15_unplugged)
{
    PNET_BUFFER_LIST nbls[32], after;

    nbl_rig_start(0, &(struct soft_options){.desc_depth = 8});
    soft_device_hold_tx(r.device, true);
    nic_script6_send(&r.protocol, nbl_chain(nbls, 32, 1, 100), 0);
    nbl_pass(MS);
    soft_device_unplug(r.device);
    nic_ndis_adapter_surprise("nic0");
    nbl_pass(10 * MS);
    nbl_check_status(nbls, 32, NDIS_STATUS_FAILURE);
    nic_script6_send(&r.protocol, nbl_chain(&after, 1, 1, 60), 0);
    nbl_check_status(&after, 1, NDIS_STATUS_FAILURE);
    nbl_free_all(&after, 1);
    nbl_free_all(nbls, 32);
    nbl_rig_stop();
}
END_TEST

START_TEST(a_missing_device_is_refused)
{
    static const char *const parameters[] = {"Slot=3", "InterruptNumber=5", NULL};
    struct nic_ndis_options options = {.verify = true, .report = nbl_on_finding, .log = nbl_on_log};

    memset(&r, 0, sizeof(r));
    r.platform = nic_virtual_create(1);
    ck_assert_int_eq(nic_ndis_start(r.platform, &options), 0);
    ck_status(nic_ndis_driver_load(nic_miniport6_entry, &r.driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_add(r.driver, "nic0", parameters), NDIS_STATUS_ADAPTER_NOT_FOUND);
    ck_assert_str_eq(nic_miniport6_message(), "There is no device in slot 3");
    nic_ndis_driver_unload(r.driver);
    ck_assert_uint_eq(nic_ndis_stop(), 0);
    nic_virtual_destroy(r.platform);
}
END_TEST

/* ---- threads ---- */

enum { ROUNDS = 300 };

static unsigned sent_count, back_count; /* atomic */

static void free_back(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    nic_script6_nbl_free(&r.protocol, nbl);
    __atomic_fetch_add(&back_count, 1, __ATOMIC_SEQ_CST);
}

static void *sender(void *context)
{
    unsigned number = 0;

    for (unsigned i = 0; i < ROUNDS; i++) {
        PNET_BUFFER_LIST nbl = nic_script6_nbl(&r.protocol, 1 + i % 3, 60 + i);
        if (!nbl)
            continue;
        nbl_sign(nbl, context != NULL, &number);
        NDIS_SET_NET_BUFFER_LIST_CANCEL_ID(nbl, &r);
        __atomic_fetch_add(&sent_count, 1, __ATOMIC_SEQ_CST);
        nic_script6_send(&r.protocol, nbl, 0);
    }
    return NULL;
}

/* Senders, interrupts, received frames, requests, cancels and pauses at once; for ThreadSanitizer above all. */
START_TEST(req_14_15_der_11_der_12_threads)
{
    struct soft_options soft = {.instant = true, .loopback = true};
    pthread_t senders[2];
    ULONG value;
    UINT bytes;

    nbl_rig_start(POSIX, &soft);
    sent_count = back_count = 0;
    r.protocol.completed = free_back;
    set_filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    for (unsigned i = 0; i < 2; i++)
        pthread_create(&senders[i], NULL, sender, i ? &r : NULL);
    for (unsigned i = 0; i < 5; i++) {
        nic_script6_request(&r.protocol, NdisRequestQueryInformation, OID_GEN_RCV_CRC_ERROR, &value,
                            sizeof(value), &bytes);
        NdisCancelSendNetBufferLists(r.protocol.binding, &r);
        ck_status(nic_ndis_adapter_pause("nic0", 5000), NDIS_STATUS_SUCCESS);
        ck_status(nic_ndis_adapter_restart("nic0", 5000), NDIS_STATUS_SUCCESS);
    }
    for (unsigned i = 0; i < 2; i++)
        pthread_join(senders[i], NULL);
    ck_status(nic_ndis_adapter_pause("nic0", 5000), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(back_count, sent_count);
    nbl_check_wire_by_sender();
    nbl_rig_stop();
}
END_TEST

START_TEST(null_device)
{
    PNET_BUFFER_LIST nbls[256];

    nbl_rig_start(NULL_DEVICE, NULL);
    nic_script6_send(&r.protocol, nbl_chain(nbls, 256, 1, 64), 0);
    nbl_pass(MS);
    nbl_check_status(nbls, 256, NDIS_STATUS_SUCCESS);
    nbl_check_completion_order();
    nbl_free_all(nbls, 256);
    nbl_rig_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver_nbl");
    TCase *t = tcase_create("nbl");
    SRunner *runner;
    int failed;

    tcase_set_timeout(t, 60);
    tcase_add_test(t, req_14_33_der_13_c_9_nbls_are_frames_in_order);
    tcase_add_test(t, data_in_pieces);
    tcase_add_test(t, req_42_impossible_frames_fail);
    tcase_add_test(t, req_15_the_driver_holds_what_the_device_has_no_room_for);
    tcase_add_test(t, copy_mode_completes_before_the_wire);
    tcase_add_test(t, der_12_cancel);
    tcase_add_test(t, der_11_pause_and_restart);
    tcase_add_test(t, received_frames_are_lent_and_copied);
    tcase_add_test(t, req_61_never_loops_back);
    tcase_add_test(t, der_11_pause_waits_for_lent_nbls);
    tcase_add_test(t, requests_reach_the_device);
    tcase_add_test(t, statistics);
    tcase_add_test(t, the_link_is_indicated);
    tcase_add_test(t, interrupt_moderation_is_switched);
    tcase_add_test(t, der_07_a_stopped_device_is_reset);
    tcase_add_test(t, der_15_unplugged);
    tcase_add_test(t, a_missing_device_is_refused);
    tcase_add_test(t, req_14_15_der_11_der_12_threads);
    tcase_add_test(t, null_device);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
