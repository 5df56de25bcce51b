/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport's receive path, requests and configuration. Expected register values are written out from nic.rdl; the
 * multicast hash comes from zlib's crc32.
 */
#include "driver_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

static void start(struct rig_options *options, int single)
{
    options->single = single;
    options->seed = rig_seed();
    rig_start(options);
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
}

static void filter(ULONG bits)
{
    ck_assert_int_eq(rig_set(OID_GEN_CURRENT_PACKET_FILTER, &bits, sizeof bits),
                     NDIS_STATUS_SUCCESS);
}

static uint8_t frame[1600];

static void frame_make(uint32_t length, uint32_t mark)
{
    static const uint8_t to[6] = {2, 0, 0, 0, 0, 9};
    uint32_t i;
    for (i = 0; i < length; i++)
        frame[i] = (uint8_t)(i * 3 + mark);
    memcpy(frame, to, 6);
}

static ULONG query_word(NDIS_OID oid)
{
    ULONG word = 0xdeadbeef;
    unsigned written;
    ck_assert_int_eq(rig_query(oid, &word, sizeof word, &written), NDIS_STATUS_SUCCESS);
    return word;
}

/* ---- receive ---- */

START_TEST(frames_of_every_length)
{
    struct rig_options o = {
        .soft = {.cut_percent = _i >= 2 ? 100 : 0}}; /* cut anywhere, headers included */
    uint32_t length;
    start(&o, _i % 2);
    filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    for (length = 14; length <= 1514; length += length < 80 || length > 1500 ? 1 : 37) {
        uint64_t now = soft_device_time(rig.device);
        frame_make(length, length);
        rig.received = 0;
        soft_device_receive(rig.device, frame, length);
        rig_pass(10 * RIG_MS);
        ck_assert_uint_eq(rig.received, 1);
        ck_assert_uint_eq(rig.last_length, length);
        ck_assert_mem_eq(rig.last_frame, frame, length);
        ck_assert_uint_eq(rig.last_time_ns, now);
        ck_assert_uint_eq(rig.last_time_received, now / 100);
    }
    ck_assert_uint_eq(rig_driver().violations, 0);
    rig_stop();
}
END_TEST

START_TEST(bursts_keep_order)
{
    struct rig_options o = {.soft = {.rx_buffer_bytes = 65536, .cut_percent = _i % 2 ? 60 : 0}};
    uint32_t i, before;
    start(&o, 0);
    filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    rig.keep_received = _i >= 2; /* more frames than the driver lends: it goes on without */
    before = rig.receive_completes;
    for (i = 0; i < 100; i++) {
        frame_make(60 + i, i);
        soft_device_receive(rig.device, frame, 60 + i);
    }
    rig_pass(100 * RIG_MS);
    ck_assert_uint_eq(rig.received, 100);
    ck_assert_uint_eq(rig.last_length, 159);
    ck_assert_mem_eq(rig.last_frame, frame, 159);
    ck_assert_uint_gt(rig.receive_completes, before);
    if (rig.keep_received) {
        ck_assert_uint_ge(rig.kept_count, 16);
        ck_assert_uint_lt(rig.kept_count, 64);
        rig_return();
        for (i = 0; i < 100; i++)
            soft_device_receive(rig.device, frame, 100);
        rig_pass(100 * RIG_MS);
        ck_assert_uint_eq(rig.received, 200);
        ck_assert_uint_ge(rig.kept_count, 16);
        rig_return();
    }
    ck_assert_uint_eq(query_word(OID_GEN_RCV_OK), rig.received);
    rig_stop();
}
END_TEST

START_TEST(loss_is_counted)
{
    struct rig_options o = {0};
    unsigned i, n;
    start(&o, _i);
    filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    frame_make(1514, 1);
    for (i = 0; i < 4; i++) {
        soft_device_receive(rig.device, frame, 60);
        rig_pass(RIG_MS);
    }
    soft_device_fault(rig.device, SOFT_FAULT_RX_GAP, 0); /* lost without notice */
    for (i = 0; i < 2; i++) {
        soft_device_receive(rig.device, frame, 60);
        rig_pass(RIG_MS);
    }
    ck_assert_uint_eq(rig_driver().rx_gap, 1);
    ck_assert_uint_eq(rig_driver().rx_lost, 0);
    soft_device_fault(rig.device, SOFT_FAULT_RX_ERROR,
                      0); /* a bad frame although none were asked for */
    soft_device_receive(rig.device, frame, 60);
    soft_device_receive(rig.device, frame, 13);
    rig_pass(RIG_MS);
    ck_assert_uint_eq(query_word(OID_GEN_RCV_ERROR), 2);
    ck_assert_uint_eq(rig_driver().rx_refused, 2);
    ck_assert_uint_eq(rig.received, 5);
    for (i = NIC_COUNTER_RX_FCS_ERRORS; i <= NIC_COUNTER_RX_SYMBOL_ERRORS; i++) /* 1 to 7 */
        for (n = NIC_COUNTER_RX_FCS_ERRORS; n <= i; n++)
            soft_device_receive_broken(rig.device, i);
    ck_assert_uint_eq(query_word(OID_GEN_RCV_CRC_ERROR), 1);
    ck_assert_uint_eq(query_word(OID_802_3_RCV_ERROR_ALIGNMENT), 2);
    ck_assert_uint_eq(query_word(OID_GEN_RCV_ERROR), 2 + 28);
    ck_assert_uint_eq(rig_driver().rx_refused, 2);
    rig_stop();
}
END_TEST

START_TEST(overflow_is_counted)
{
    struct rig_options o = {
        .soft = {.stall_percent = 100}}; /* the IN stream rests before each transfer */
    unsigned i;
    start(&o, _i);
    filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    frame_make(1514, 1);
    for (i = 0; i < 40; i++)
        soft_device_receive(rig.device, frame, 1514);
    rig_pass(100 * RIG_MS);
    soft_device_receive(rig.device, frame, 1514);
    rig_pass(100 * RIG_MS);
    ck_assert_uint_gt(rig_driver().rx_lost, 0);
    ck_assert_uint_eq(rig_driver().rx_lost, rig_driver().rx_gap);
    ck_assert_uint_eq(query_word(OID_GEN_RCV_NO_BUFFER), rig_driver().rx_lost);
    ck_assert_uint_eq(rig.received + rig_driver().rx_lost, 41);
    rig_stop();
}
END_TEST

/* REQ-61: what goes out is not indicated by the miniport, whatever its destination. */
START_TEST(never_loops_back)
{
    static const uint8_t group[6] = {1, 0, 0x5e, 0, 0, 1},
                         all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    struct rig_options o = {0};
    struct rig_packet *p;
    uint8_t own[6];
    unsigned i;
    start(&o, _i);
    ck_assert(query_word(OID_GEN_MAC_OPTIONS) & NDIS_MAC_OPTION_NO_LOOPBACK);
    ck_assert_int_eq(rig_query(OID_802_3_CURRENT_ADDRESS, own, 6, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(rig_set(OID_802_3_MULTICAST_LIST, (void *)(uintptr_t)group, 6),
                     NDIS_STATUS_SUCCESS);
    filter(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_BROADCAST);
    for (i = 0; i < 3; i++) {
        struct nic_ndis_statistics before, after;
        nic_ndis_adapter_statistics("nic0", &before);
        p = rig_packet(100, 1);
        memcpy(p->data, i == 0 ? own : i == 1 ? group : all, 6);
        rig_send(p);
        ck_assert(rig_settle(RIG_MS));
        rig_pass(10 * RIG_MS);
        nic_ndis_adapter_statistics("nic0", &after);
        ck_assert_uint_eq(after.indications,
                          before.indications); /* the library's own loopback is not in this count */
    }
    ck_assert_uint_eq(query_word(OID_GEN_RCV_OK), 0);
    rig_stop();
}
END_TEST

START_TEST(link_changes_are_indicated)
{
    struct rig_options o = {.soft = {.processor = true}};
    unsigned connects;
    start(&o, _i);
    connects = rig.connects;
    ck_assert_uint_eq(query_word(OID_GEN_MEDIA_CONNECT_STATUS),
                      NdisMediaStateConnected); /* read at the start */
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_LINK_ADDR) & 1, 1);
    soft_device_link(rig.device, false, 2);
    rig_pass(RIG_MS);
    ck_assert_uint_eq(query_word(OID_GEN_MEDIA_CONNECT_STATUS), NdisMediaStateDisconnected);
    ck_assert_uint_eq(rig.disconnects, 1);
    ck_assert_int_eq(
        rig_reset(),
        NDIS_STATUS_SUCCESS); /* the link is the processor's: read again, not written */
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_LINK_ADDR) & 1, 0);
    ck_assert_uint_eq(query_word(OID_GEN_MEDIA_CONNECT_STATUS), NdisMediaStateDisconnected);
    soft_device_link(rig.device, true, 1);
    rig_pass(RIG_MS);
    ck_assert_uint_eq(query_word(OID_GEN_MEDIA_CONNECT_STATUS), NdisMediaStateConnected);
    ck_assert_uint_eq(query_word(OID_GEN_LINK_SPEED), 1000000);
    ck_assert_uint_eq(rig.speed_changes,
                      0); /* a connection says that everything may have changed */
    soft_device_link(rig.device, true, 0);
    rig_pass(RIG_MS);
    ck_assert_uint_eq(query_word(OID_GEN_LINK_SPEED), 100000);
    ck_assert_uint_eq(rig.connects - connects, 1); /* a change of speed alone is none */
    ck_assert_uint_eq(rig.speed_changes, 1);
    ck_assert_uint_eq(rig.new_speed, 100000);
    soft_device_link(rig.device, true, 0);
    rig_pass(RIG_MS);
    ck_assert_uint_eq(rig.speed_changes, 1);
    rig_stop();
}
END_TEST

/* ---- configuration ---- */

START_TEST(registers_after_start)
{
    static const struct {
        const char *parameter;
        uint32_t tx_mhz, link, speed;
    } cases[] = {{NULL, 125, 0xd, 10000000},
                 {"*SpeedDuplex=6", 125, 0xd, 10000000},
                 {"*SpeedDuplex=4", 125, 0xb, 1000000},
                 {"*SpeedDuplex=2", 125, 0x9, 100000},
                 {"*SpeedDuplex=99", 125, 0xd, 10000000},
                 {NULL, 50, 0xb, 1000000}, /* RMII */
                 {"*SpeedDuplex=6", 50, 0xb, 1000000},
                 {"*SpeedDuplex=2", 50, 0x9, 100000}};
    struct rig_options o = {.parameters = {cases[_i].parameter},
                            .soft = {.tx_mhz = cases[_i].tx_mhz}};
    start(&o, 0);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_LINK_ADDR), cases[_i].link);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_CTRL_ADDR), 3);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_FILTER_ADDR), 0);
    ck_assert_uint_eq(query_word(OID_GEN_LINK_SPEED), cases[_i].speed);
    ck_assert_uint_eq(query_word(OID_GEN_MEDIA_CONNECT_STATUS), NdisMediaStateConnected);
    rig_stop();
}
END_TEST

/* The values were worked out by hand; the first is WATERMARKS' reset value. Whoever changed them, or the device that forgot them, gets them
 * again with the next NIC reset. */
START_TEST(watermarks)
{
    static const struct {
        uint32_t rx_buffer, max_frame, high, low;
    } cases[] = {{4096, 1522, 10, 4},    {512, 1522, 1, 0},      {8192, 1522, 20, 8},
                 {32768, 1522, 116, 46}, {32768, 9022, 80, 32},  {65536, 9022, 185, 74},
                 {16384, 1522, 52, 20},  {49152, 9022, 121, 48}, {8192, 9022, 20, 8}};
    struct rig_options o = {
        .soft = {.rx_buffer_bytes = cases[_i].rx_buffer, .max_frame = cases[_i].max_frame}};
    struct nic_oid_register word = {
        .address = NIC_WATERMARKS_ADDR, .count = 1, .value = {0x00070003}};
    uint32_t expected = cases[_i].high << 16 | cases[_i].low;
    start(&o, 0);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_WATERMARKS_ADDR), expected);
    ck_assert_int_eq(rig_set(OID_HILNIC_REGISTER, &word, sizeof word), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_WATERMARKS_ADDR), 0x00070003);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_WATERMARKS_ADDR), expected);
    soft_device_forget(rig.device);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_WATERMARKS_ADDR),
                      NIC_WATERMARKS_RESET_VALUE);
    rig_pass(8 * RIG_S); /* the hang check runs every other second */
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_WATERMARKS_ADDR), expected);
    rig_stop();
}
END_TEST

/* Values out of range are as if they were not there. */
START_TEST(impossible_keywords)
{
    struct rig_options o = {
        .parameters = {"Slot=16", "ModerationCount=65536", "ModerationTime=7", "CopyMode=2"}};
    struct rig_packet *p;
    start(&o, _i);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_MODERATION_ADDR), 7 << 16);
    p = rig_packet(60, 1);
    ck_assert_int_eq(rig_send(p), NDIS_STATUS_PENDING);
    ck_assert(rig_settle(RIG_MS));
    rig_stop();
}
END_TEST

START_TEST(network_address)
{
    static const struct {
        const char *parameter;
        uint8_t address[6];
    } cases[] = {{NULL, {0x02, 0x68, 0x6c, 0x4e, 0x43, 0x00}},
                 {"NetworkAddress=0a0b0c0d0e0f", {0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f}},
                 {"NetworkAddress=010b0c0d0e0f", {0x02, 0x68, 0x6c, 0x4e, 0x43, 0x00}},
                 {"NetworkAddress=000000000000", {0x02, 0x68, 0x6c, 0x4e, 0x43, 0x00}}};
    struct rig_options o = {.parameters = {cases[_i].parameter}};
    uint8_t address[6];
    start(&o, 0);
    ck_assert_int_eq(rig_query(OID_802_3_CURRENT_ADDRESS, address, 6, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(address, cases[_i].address, 6);
    ck_assert_int_eq(rig_query(OID_802_3_PERMANENT_ADDRESS, address, 6, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(address, cases[0].address, 6);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_MAC_LO_ADDR),
                      nic_get_le32(cases[_i].address));
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_MAC_HI_ADDR),
                      cases[_i].address[4] | (uint32_t)cases[_i].address[5] << 8);
    if (_i >= 2)
        ck_assert_ptr_nonnull(strstr(rig_message(), "NetworkAddress"));
    rig_stop();
}
END_TEST

/* A device that has an address brings it; here it is the one that the adapter had before, for one without a parameter. */
START_TEST(address_of_the_device)
{
    static const uint8_t other[6] = {0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};
    struct rig_options o = {.parameters = {"NetworkAddress=0a0b0c0d0e0f"}};
    uint8_t address[6];
    start(&o, 0);
    rig_remove();
    rig.options.parameters[0] = NULL;
    rig_add();
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(rig_query(OID_802_3_PERMANENT_ADDRESS, address, 6, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(address, other, 6);
    ck_assert_int_eq(rig_query(OID_802_3_CURRENT_ADDRESS, address, 6, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_mem_eq(address, other, 6);
    rig_stop();
}
END_TEST

/* ---- filter ---- */

START_TEST(packet_filter_reaches_the_device)
{
    static const struct {
        ULONG bits;
        uint32_t value;
        bool exact;
    } cases[] = {{0, 0, false},
                 {NDIS_PACKET_TYPE_DIRECTED, 0, true},
                 {NDIS_PACKET_TYPE_BROADCAST, 4, false},
                 {NDIS_PACKET_TYPE_ALL_MULTICAST, 2, false},
                 {NDIS_PACKET_TYPE_PROMISCUOUS, 1, false},
                 {NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST, 4, true}};
    struct rig_options o = {0};
    unsigned i;
    start(&o, _i);
    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        filter(cases[i].bits);
        ck_assert_uint_eq(soft_device_register(rig.device, NIC_FILTER_ADDR), cases[i].value);
        ck_assert_uint_eq(soft_device_register(rig.device, NIC_EXACT_ADDR + 8) >> 16,
                          cases[i].exact);
        if (cases[i].exact) { /* 02-68-6c-4e-43-00 */
            ck_assert_uint_eq(soft_device_register(rig.device, NIC_EXACT_ADDR), 0x6802);
            ck_assert_uint_eq(soft_device_register(rig.device, NIC_EXACT_ADDR + 4), 0x4e6c);
            ck_assert_uint_eq(soft_device_register(rig.device, NIC_EXACT_ADDR + 8), 0x10043);
        }
        ck_assert_uint_eq(query_word(OID_GEN_CURRENT_PACKET_FILTER), cases[i].bits);
    }
    ck_assert_int_eq(rig_set(OID_GEN_CURRENT_PACKET_FILTER, &(ULONG){NDIS_PACKET_TYPE_SMT}, 4),
                     NDIS_STATUS_NOT_SUPPORTED);
    rig_reset(); /* a reset brings all of it back */
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_FILTER_ADDR), 4);
    rig_stop();
}
END_TEST

static void groups(uint8_t *list, unsigned count)
{
    unsigned i;
    for (i = 0; i < count; i++) {
        const uint8_t group[6] = {1, 0, 0x5e, 0x10, (uint8_t)(i * 7), (uint8_t)i};
        memcpy(list + 6 * i, group, 6);
    }
}

/* The first ones are exact, the others hashed; with HashTest all are hashed. */
/* ---- a register write that takes its time ---- */

static const struct nic_transport_ops *real_ops;
static struct nic_transport_ops slow_ops;
static struct nic_transfer *held;
static struct nic_timer release_timer;

static void release(void *context)
{
    struct nic_transfer *transfer = held;
    (void)context;
    held = NULL;
    rig.transport->ops = real_ops;
    ck_assert_int_eq(real_ops->submit(rig.transport, transfer), 0);
}

static int slow_submit(struct nic_transport *transport, struct nic_transfer *transfer)
{
    if (transfer->endpoint || held || transfer->data[1] != NIC_VENDOR_REQUEST_REG_WRITE ||
        transfer->data[2] != NIC_FILTER_ADDR)
        return real_ops->submit(transport, transfer);
    held = transfer;
    return 0;
}

/* The filter is set while the driver's first settings, with the old one, are on their way: what has succeeded is in the
 * device. */
START_TEST(filter_during_setup)
{
    struct rig_options o = {0};
    start(&o, 0);
    rig_remove();
    real_ops = rig.transport->ops;
    slow_ops = *real_ops;
    slow_ops.submit = slow_submit;
    rig.transport->ops = &slow_ops;
    rig_add();
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
    rig_pass(RIG_MS);
    ck_assert_ptr_nonnull(held);
    release_timer = (struct nic_timer){.fn = release};
    rig.platform->ops->timer_set(rig.platform, &release_timer, RIG_MS);
    filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    ck_assert_ptr_null(held);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_FILTER_ADDR),
                      NIC_FILTER_PROMISCUOUS_MASK);
    rig_stop();
}
END_TEST

static unsigned rx_submits, rx_refusals;

static int refuse_rx(struct nic_transport *transport, struct nic_transfer *transfer)
{
    if (transfer->endpoint == NIC_ENDPOINT_RX && rx_submits++ < rx_refusals)
        return -5;
    return real_ops->submit(transport, transfer);
}

/* Transfers for frames are refused at the start: each refusal leads to one reset, in its own time, and the last to frames; one
 * refusal after the other gives the device up. */
START_TEST(rx_refused_at_the_start)
{
    static const unsigned refusals[] = {1, 3, 1000};
    struct rig_options o = {0};
    start(&o, 0);
    rig_remove();
    rx_submits = 0;
    rx_refusals = refusals[_i];
    real_ops = rig.transport->ops;
    slow_ops = *real_ops;
    slow_ops.submit = refuse_rx;
    rig.transport->ops = &slow_ops;
    rig_add();
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
    rig_pass(100 * RIG_MS);
    if (rx_refusals < 1000) {
        ck_assert_uint_eq(rig_driver().resets, 1 + rx_refusals); /* the start is the first */
        ck_assert_uint_eq(rx_submits, rx_refusals + 4);          /* NIC_RX_TRANSFERS */
    } else {
        unsigned submits = rx_submits;
        ck_assert_uint_lt(submits, 20);
        rig_pass(5000 * RIG_MS);
        ck_assert_uint_eq(rx_submits, submits);
    }
    rig.transport->ops = real_ops;
    rig_stop();
}
END_TEST

START_TEST(multicast_list)
{
    struct rig_options o = {.parameters = {_i & 1 ? "HashTest=1" : NULL},
                            .soft = {.filter_entries = _i & 2 ? 4 : 16}};
    unsigned entries = _i & 2 ? 4 : 16, exact = _i & 1 ? 0 : entries - 1, i, seen = 0;
    uint8_t list[64 * 6], back[64 * 6];
    uint32_t hash[2] = {0, 0};
    unsigned written;
    start(&o, 0);
    groups(list, 64);
    ck_assert_int_eq(rig_set(OID_802_3_MULTICAST_LIST, list, 30 * 6), NDIS_STATUS_SUCCESS);
    filter(NDIS_PACKET_TYPE_DIRECTED);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_HASH_ADDR),
                      0); /* MULTICAST is not in the filter */
    filter(NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_MULTICAST);
    for (i = exact; i < 30; i++) {
        uint32_t bit = (uint32_t)(crc32(0, list + 6 * i, 6) ^ 0xffffffff) & 63;
        hash[bit / 32] |= 1u << bit % 32;
    }
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_HASH_ADDR), hash[0]);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_HASH_ADDR + 4), hash[1]);
    for (i = 1; i < 16; i++)
        ck_assert_uint_eq(soft_device_register(rig.device, NIC_EXACT_ADDR + 16 * i + 8) >> 16 & 1,
                          i <= exact);
    for (i = 0; i < 30; i++) { /* and they all pass */
        memcpy(frame, list + 6 * i, 6);
        soft_device_receive(rig.device, frame, 60);
        rig_pass(RIG_MS);
        ck_assert_uint_eq(rig.received, ++seen);
    }
    ck_assert_int_eq(rig_query(OID_802_3_MULTICAST_LIST, back, sizeof back, &written),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(written, 180);
    ck_assert_mem_eq(back, list, 180);
    ck_assert_int_eq(rig_set(OID_802_3_MULTICAST_LIST, list, 0), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_HASH_ADDR), 0);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_EXACT_ADDR + 16 + 8), 0);
    rig_stop();
}
END_TEST

START_TEST(bad_multicast_lists)
{
    struct rig_options o = {0};
    uint8_t list[65 * 6] = {0};
    start(&o, _i);
    groups(list, 64);
    memcpy(list + 64 * 6, list, 6);
    ck_assert_int_eq(rig_set(OID_802_3_MULTICAST_LIST, list, 64 * 6), NDIS_STATUS_SUCCESS);
    ck_assert_int_eq(rig_set(OID_802_3_MULTICAST_LIST, list, 65 * 6), NDIS_STATUS_MULTICAST_FULL);
    ck_assert_int_eq(rig_set(OID_802_3_MULTICAST_LIST, list, 7), NDIS_STATUS_INVALID_LENGTH);
    list[6] = 2;
    ck_assert_int_eq(rig_set(OID_802_3_MULTICAST_LIST, list, 12), NDIS_STATUS_INVALID_DATA);
    rig_stop();
}
END_TEST

/* ---- queries ---- */

START_TEST(supported_list_tells_the_truth)
{
    static const ULONG mandatory[] = {OID_GEN_SUPPORTED_LIST,
                                      OID_GEN_HARDWARE_STATUS,
                                      OID_GEN_MEDIA_SUPPORTED,
                                      OID_GEN_MEDIA_IN_USE,
                                      OID_GEN_MAXIMUM_LOOKAHEAD,
                                      OID_GEN_MAXIMUM_FRAME_SIZE,
                                      OID_GEN_LINK_SPEED,
                                      OID_GEN_TRANSMIT_BUFFER_SPACE,
                                      OID_GEN_RECEIVE_BUFFER_SPACE,
                                      OID_GEN_TRANSMIT_BLOCK_SIZE,
                                      OID_GEN_RECEIVE_BLOCK_SIZE,
                                      OID_GEN_VENDOR_ID,
                                      OID_GEN_VENDOR_DESCRIPTION,
                                      OID_GEN_CURRENT_PACKET_FILTER,
                                      OID_GEN_CURRENT_LOOKAHEAD,
                                      OID_GEN_DRIVER_VERSION,
                                      OID_GEN_MAXIMUM_TOTAL_SIZE,
                                      OID_GEN_MAC_OPTIONS,
                                      OID_GEN_MEDIA_CONNECT_STATUS,
                                      OID_GEN_MAXIMUM_SEND_PACKETS,
                                      OID_GEN_VENDOR_DRIVER_VERSION,
                                      OID_GEN_XMIT_OK,
                                      OID_GEN_RCV_OK,
                                      OID_GEN_XMIT_ERROR,
                                      OID_GEN_RCV_ERROR,
                                      OID_GEN_RCV_NO_BUFFER,
                                      OID_802_3_PERMANENT_ADDRESS,
                                      OID_802_3_CURRENT_ADDRESS,
                                      OID_802_3_MULTICAST_LIST,
                                      OID_802_3_MAXIMUM_LIST_SIZE,
                                      OID_802_3_RCV_ERROR_ALIGNMENT,
                                      OID_802_3_XMIT_ONE_COLLISION,
                                      OID_802_3_XMIT_MORE_COLLISIONS};
    struct rig_options o = {.soft = {.processor = true}}; /* for OID_HILNIC_MAIL */
    ULONG list[128];
    uint8_t answer[1024];
    unsigned written, count, i, j;
    start(&o, _i);
    ck_assert_int_eq(rig_query(OID_GEN_SUPPORTED_LIST, list, sizeof list, &written),
                     NDIS_STATUS_SUCCESS);
    count = written / 4;
    for (i = 0; i < sizeof mandatory / sizeof mandatory[0]; i++) {
        for (j = 0; j < count && list[j] != mandatory[i]; j++)
            ;
        ck_assert_msg(j < count, "%08x is not in the supported list", mandatory[i]);
    }
    for (i = 0; i < count; i++) {
        if (list[i] == OID_GEN_PROTOCOL_OPTIONS) /* set only */
            continue;
        memset(answer, 0, sizeof answer);
        answer[4] = 1; /* for OID_HILNIC_REGISTER: one word at 0 */
        ck_assert_msg(rig_query(list[i], answer, sizeof answer, NULL) == NDIS_STATUS_SUCCESS,
                      "%08x", list[i]);
        if (list[i] != OID_802_3_MULTICAST_LIST)
            ck_assert_msg(rig_query(list[i], answer, 0, NULL) == NDIS_STATUS_INVALID_LENGTH, "%08x",
                          list[i]);
    }
    ck_assert_int_eq(rig_query(0x12345678, answer, sizeof answer, NULL), NDIS_STATUS_NOT_SUPPORTED);
    ck_assert_int_eq(rig_set(OID_GEN_LINK_SPEED, answer, 4), NDIS_STATUS_NOT_SUPPORTED);
    rig_stop();
}
END_TEST

static bool is_listed(const ULONG *list, unsigned count, ULONG oid)
{
    for (unsigned i = 0; i < count; i++) {
        if (list[i] == oid)
            return true;
    }
    return false;
}

/* The other way round: whatever is not in the list, of all that is defined for general, Ethernet and
 * vendor objects, is neither answered nor set. */
START_TEST(nothing_is_answered_that_is_not_in_the_list)
{
    static const ULONG ranges[] = {0x00010100, 0x00010200, 0x00020100, 0x00020200,
                                   0x01010100, 0x01010200, 0x01020100, 0x01020200,
                                   0xff000000, 0xff010100, 0xff020100, 0xfd010100};
    struct rig_options o = {0};
    ULONG list[128];
    uint8_t buffer[1024];
    unsigned written, count;
    start(&o, _i);
    ck_assert_int_eq(rig_query(OID_GEN_SUPPORTED_LIST, list, sizeof list, &written),
                     NDIS_STATUS_SUCCESS);
    count = written / 4;
    for (unsigned i = 0; i < count; i++)
        ck_assert_msg(!is_listed(list, i, list[i]), "%08x is listed twice", list[i]);
    for (unsigned i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        for (ULONG oid = ranges[i]; oid < ranges[i] + 256; oid++) {
            if (is_listed(list, count, oid) || oid == OID_GEN_PROTOCOL_OPTIONS)
                continue;
            memset(buffer, 0, sizeof buffer);
            ck_assert_msg(rig_query(oid, buffer, sizeof buffer, NULL) == NDIS_STATUS_NOT_SUPPORTED,
                          "%08x is answered", oid);
            ck_assert_msg(rig_set(oid, buffer, 4) == NDIS_STATUS_NOT_SUPPORTED, "%08x is set", oid);
        }
    rig_stop();
}
END_TEST

START_TEST(sizes)
{
    struct rig_options o = {.soft = {.desc_depth = 48}};
    ULONG media;
    start(&o, _i);
    ck_assert_uint_eq(query_word(OID_GEN_MAXIMUM_SEND_PACKETS),
                      _i || rig_layer() == RIG_THROUGH_SINGLE ? 1 : 48); /* REQ-20 */
    ck_assert_uint_eq(query_word(OID_GEN_MAXIMUM_FRAME_SIZE), 1500);
    ck_assert_uint_eq(query_word(OID_GEN_MAXIMUM_TOTAL_SIZE), 1514);
    ck_assert_int_eq(rig_query(OID_GEN_MEDIA_IN_USE, &media, 4, NULL), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(media, NdisMedium802_3);
    ck_assert_uint_eq(rig_driver().desc_depth, 48);
    ck_assert_uint_eq(rig_driver().max_frame, 1522);
    ck_assert_uint_eq(rig_driver().map_hash, NIC_MAP_HASH);
    rig_stop();
}
END_TEST

START_TEST(statistics)
{
    struct rig_options o = {.soft = {.processor = true}};
    ULONGLONG wide;
    unsigned i, written;
    start(&o, _i);
    for (i = 0; i < 7; i++)
        rig_send(rig_packet(100, 1));
    ck_assert(rig_settle(RIG_MS));
    soft_device_link(rig.device, false, 2);
    for (i = 0; i < 3; i++)
        rig_send(rig_packet(100, 1));
    ck_assert(rig_settle(RIG_MS));
    ck_assert_uint_eq(query_word(OID_GEN_XMIT_OK), 7);
    ck_assert_uint_eq(query_word(OID_GEN_XMIT_ERROR), 3);
    ck_assert_int_eq(rig_query(OID_GEN_XMIT_OK, &wide, sizeof wide, &written), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(wide, 7);
    ck_assert_uint_eq(written, 8);
    rig_stop();
}
END_TEST

START_TEST(device_counters)
{
    struct rig_options o = {.soft = {.loopback = true}};
    ULONG counters[NIC_COUNTER_MAX + 1];
    unsigned written, i;
    start(&o, _i);
    filter(NDIS_PACKET_TYPE_PROMISCUOUS);
    for (i = 0; i < 5; i++)
        rig_send(rig_packet(100 * i + 60, 1));
    ck_assert(rig_settle(RIG_MS));
    rig_pass(RIG_MS);
    ck_assert_int_eq(rig_query(OID_HILNIC_COUNTERS, counters, sizeof counters, &written),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(written, 39 * 4);
    ck_assert_uint_eq(counters[0], 5); /* tx_packets */
    ck_assert_uint_eq(counters[1], 60 + 160 + 260 + 360 + 460 + 5 * 4);
    ck_assert_uint_eq(counters[4], 1);  /* 64 octets */
    ck_assert_uint_eq(counters[16], 5); /* rx_packets */
    ck_assert_uint_eq(counters[17], counters[1]);
    ck_assert_int_eq(rig_query(OID_HILNIC_COUNTERS, counters, sizeof counters - 4, NULL),
                     NDIS_STATUS_INVALID_LENGTH);
    rig_stop();
}
END_TEST

START_TEST(register_access)
{
    struct rig_options o = {0};
    struct nic_oid_register r = {.address = NIC_ID_ADDR, .count = 5};
    unsigned written;
    start(&o, _i);
    ck_assert_int_eq(rig_query(OID_HILNIC_REGISTER, &r, sizeof r, &written), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(written, 8 + 20);
    ck_assert_uint_eq(r.value[0], 0x434e6c68);
    ck_assert_uint_eq(r.value[1], NIC_MAP_HASH);
    ck_assert_uint_eq(r.value[2], 1522 | 64 << 16);
    r = (struct nic_oid_register){.address = NIC_IFG_ADDR, .count = 1, .value = {96}};
    ck_assert_int_eq(rig_set(OID_HILNIC_REGISTER, &r, 12), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_IFG_ADDR), 96);
    r.address = 0x20; /* nothing there */
    ck_assert_int_eq(rig_query(OID_HILNIC_REGISTER, &r, sizeof r, NULL), NDIS_STATUS_FAILURE);
    r.address = 2;
    ck_assert_int_eq(rig_query(OID_HILNIC_REGISTER, &r, sizeof r, NULL), NDIS_STATUS_INVALID_DATA);
    r = (struct nic_oid_register){.address = 0, .count = 65};
    ck_assert_int_eq(rig_query(OID_HILNIC_REGISTER, &r, sizeof r, NULL), NDIS_STATUS_INVALID_DATA);
    r.count = 0;
    ck_assert_int_eq(rig_query(OID_HILNIC_REGISTER, &r, sizeof r, NULL), NDIS_STATUS_INVALID_DATA);
    r.count = 2;
    ck_assert_int_eq(rig_query(OID_HILNIC_REGISTER, &r, 12, NULL), NDIS_STATUS_INVALID_DATA);
    r = (struct nic_oid_register){
        .address = NIC_CTRL_ADDR, .count = 2, .value = {3, 1}}; /* reaches RESET */
    ck_assert_int_eq(rig_set(OID_HILNIC_REGISTER, &r, sizeof r), NDIS_STATUS_INVALID_DATA);
    ck_assert_uint_eq(rig_driver().resets, 1);
    rig_stop();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *c = rig_case(suite, "request");
    tcase_set_timeout(c, 120);
    tcase_add_loop_test(c, frames_of_every_length, 0, 4);
    tcase_add_loop_test(c, bursts_keep_order, 0, 4);
    tcase_add_loop_test(c, loss_is_counted, 0, 2);
    tcase_add_loop_test(c, overflow_is_counted, 0, 2);
    tcase_add_loop_test(c, never_loops_back, 0, 2);
    tcase_add_loop_test(c, link_changes_are_indicated, 0, 2);
    tcase_add_loop_test(c, registers_after_start, 0, 8);
    tcase_add_loop_test(c, watermarks, 0, 9);
    tcase_add_loop_test(c, impossible_keywords, 0, 2);
    tcase_add_loop_test(c, network_address, 0, 4);
    tcase_add_test(c, address_of_the_device);
    tcase_add_loop_test(c, packet_filter_reaches_the_device, 0, 2);
    tcase_add_test(c, filter_during_setup);
    tcase_add_loop_test(c, rx_refused_at_the_start, 0, 3);
    tcase_add_loop_test(c, multicast_list, 0, 4);
    tcase_add_loop_test(c, bad_multicast_lists, 0, 2);
    tcase_add_loop_test(c, supported_list_tells_the_truth, 0, 2);
    tcase_add_loop_test(c, nothing_is_answered_that_is_not_in_the_list, 0, 2);
    tcase_add_loop_test(c, sizes, 0, 2);
    tcase_add_loop_test(c, statistics, 0, 2);
    tcase_add_loop_test(c, device_counters, 0, 2);
    tcase_add_loop_test(c, register_access, 0, 2);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "driver requests and receive");
}
