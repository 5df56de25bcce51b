/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The miniport against a device that breaks rules, fails, stops, lies or leaves: every packet ends exactly once
 * within a bound, and a device that behaves again works again.
 */
#include "driver_rig.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define BOUND                                                                                      \
    (30 * RIG_S) /* of virtual time: two hang intervals and three resets fit several times */

static uint32_t state;

static uint32_t dice(uint32_t sides)
{
    state = state * 1103515245 + 12345;
    return (state >> 8) % sides;
}

static void start(struct rig_options *o, int index)
{
    o->single = index & 1;
    o->seed = rig_seed() * 1000 + (uint64_t)index;
    state = (uint32_t)o->seed;
    rig_start(o);
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
}

static void send_some(unsigned count)
{
    struct rig_packet *array[8];
    unsigned i, n;
    while (count) {
        n = 1 + dice(8);
        n = n < count ? n : count;
        for (i = 0; i < n; i++)
            array[i] = rig_packet(18 + dice(dice(3) ? 100 : 1400), 1 + dice(3));
        if (dice(2)) {
            rig_send_array(array, n);
        } else {
            for (i = 0; i < n; i++)
                rig_send(array[i]);
        }
        count -= n;
        if (dice(2))
            rig_pass(dice(200000));
    }
}

/* The device behaves: everything works. */
static void check_works(void)
{
    struct rig_packet *p;
    unsigned i, before = rig.wire_count, received = rig.received;
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    ck_assert_int_eq(rig_set(OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter),
                     NDIS_STATUS_SUCCESS);
    for (i = 0; i < 5; i++) {
        p = rig_packet(100 + i, 1);
        rig_send(p);
        ck_assert_msg(rig_settle(BOUND), "seed %llu: does not work again: %s",
                      (unsigned long long)rig.options.seed, rig_message());
        ck_assert_msg(p->status == NDIS_STATUS_SUCCESS, "seed %llu: status %x; %s",
                      (unsigned long long)rig.options.seed, (unsigned)p->status, rig_message());
    }
    ck_assert_uint_eq(rig.wire_count - before, 5);
    soft_device_receive(rig.device, rig.wire[before].octets, 100);
    rig_pass(10 * RIG_MS);
    ck_assert_uint_eq(rig.received - received, rig.options.soft.loopback ? 6 : 1);
    ck_assert_uint_eq(rig_driver().state, 0);
}

/* ---- one fault at a time ---- */

enum detection { VIOLATION, TROUBLE, HANG, REQUEST, NOTHING };

static const struct {
    enum soft_fault fault;
    enum detection detection;
    const char *message; /* a part of it */
} faults[] = {
    {SOFT_FAULT_STALL_OUT, TROUBLE, "TX transfer"},
    {SOFT_FAULT_STALL_RX, TROUBLE, "RX transfer"},
    {SOFT_FAULT_STALL_EVENT, TROUBLE, "event transfer"},
    {SOFT_FAULT_ERROR_OUT, TROUBLE, "TX transfer"},
    {SOFT_FAULT_ERROR_RX, TROUBLE, "RX transfer"},
    {SOFT_FAULT_ERROR_EVENT, TROUBLE, "event transfer"},
    {SOFT_FAULT_SHORT_OUT, TROUBLE, "TX transfer"},
    {SOFT_FAULT_OVERRUN_IN, TROUBLE, "with a wrong length"},
    {SOFT_FAULT_DROP_COMPLETION, VIOLATION, "completed"},
    {SOFT_FAULT_DOUBLE_COMPLETION, VIOLATION, "completed"},
    {SOFT_FAULT_WRONG_TAG, VIOLATION, "completed"},
    {SOFT_FAULT_COUNT_ZERO, VIOLATION, "completed 0"},
    {SOFT_FAULT_COUNT_HIGH, VIOLATION, "completed 65535"},
    {SOFT_FAULT_EVENT_STATUS, VIOLATION, "status 5"},
    {SOFT_FAULT_EVENT_KIND, VIOLATION, "of kind"},
    {SOFT_FAULT_EVENT_SLIP, VIOLATION, ""},
    {SOFT_FAULT_STRAY_RESET_DONE, TROUBLE, "reset itself"},
    {SOFT_FAULT_RX_CHECK, VIOLATION, "RX header"},
    {SOFT_FAULT_RX_RESERVED, VIOLATION, "RX header"},
    {SOFT_FAULT_RX_LENGTH_ZERO, VIOLATION, "RX header"},
    {SOFT_FAULT_RX_LENGTH_HIGH, VIOLATION, "RX header"},
    {SOFT_FAULT_RX_PADDING, VIOLATION, "RX padding"},
    {SOFT_FAULT_RX_SLIP, VIOLATION, "RX header"},
    {SOFT_FAULT_RX_BACKWARD, VIOLATION, "went back"},
    {SOFT_FAULT_RX_GAP, NOTHING, ""},
    {SOFT_FAULT_RX_ERROR, NOTHING, ""},
    {SOFT_FAULT_STOP, HANG, "stopped completing"},
    {SOFT_FAULT_TX_CHECK, TROUBLE, "wrong check byte"},
};
#define FAULTS (sizeof faults / sizeof faults[0])

START_TEST(one_fault)
{
    unsigned f = (unsigned)_i / 2, i;
    struct rig_options o = {.soft = {.loopback = true, .desc_depth = 16}};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    struct nic_oid_driver d;
    start(&o, _i);
    ck_assert_int_eq(rig_set(OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter),
                     NDIS_STATUS_SUCCESS);
    send_some(10);
    ck_assert(rig_settle(BOUND));
    d = rig_driver();
    ck_assert_uint_eq(d.resets, 1);
    ck_assert_uint_eq(d.violations, 0);
    soft_device_fault(rig.device, faults[f].fault, 1);
    for (i = 0; i < 6 && !soft_device_fault_done(rig.device, faults[f].fault); i++) {
        send_some(10);
        rig_pass(RIG_MS);
    }
    ck_assert_msg(rig_settle(BOUND), "fault %u: packets stay outstanding", f);
    ck_assert_msg(soft_device_fault_done(rig.device, faults[f].fault), "fault %u did not happen",
                  f);
    d = rig_driver();
    rig_pass(100 * RIG_MS);
    ck_assert_msg(strstr(rig_message(), faults[f].message) != NULL, "fault %u: message is: %s", f,
                  rig_message());
    if (faults[f].detection == NOTHING) {
        ck_assert_uint_eq(d.resets, 1);
        ck_assert_str_eq(rig_message(), "");
    } else {
        ck_assert_uint_ge(d.resets, 2);
        ck_assert_uint_le(d.resets, 4);
    }
    if (faults[f].detection == VIOLATION)
        ck_assert_uint_ge(d.violations, 1);
    if (faults[f].detection == HANG)
        ck_assert_uint_eq(d.hangs, 1);
    if (faults[f].fault == SOFT_FAULT_RX_GAP)
        ck_assert_uint_eq(d.rx_gap, 1);
    for (i = 0; i < rig.packet_count; i++)
        ck_assert(rig.packets[i]->status == NDIS_STATUS_SUCCESS ||
                  rig.packets[i]->status == NDIS_STATUS_REQUEST_ABORTED);
    rig_check_wire(0);
    rig_check_completion_order();
    check_works();
    rig_stop();
}
END_TEST

/* ---- many faults ---- */

static void swarm_step(uint64_t enabled)
{
    uint32_t f = dice(SOFT_FAULT_COUNT);
    NDIS_STATUS status;
    ULONG counters[NIC_COUNTER_MAX + 1];
    switch (dice(12)) {
    case 0:
    case 1:
        if (enabled >> f & 1)
            soft_device_fault(rig.device, f, dice(20));
        break;
    case 2:
        if (dice(4) == 0) {
            NdisReset(&status, rig.binding);
            break;
        }
        break;
    case 3:
        rig_query(OID_HILNIC_COUNTERS, counters, sizeof counters, NULL);
        break;
    case 4:
        rig_pass(dice(2) ? 3 * RIG_MS : 3 * RIG_S);
        break;
    default:
        send_some(1 + dice(6));
    }
}

START_TEST(swarm)
{
    struct rig_options o = {.soft = {.loopback = _i & 2,
                                     .desc_depth = 1 + (uint32_t)_i % 9,
                                     .instant = _i & 4,
                                     .cut_percent = _i % 3 * 30,
                                     .stall_percent = _i % 5 * 10}};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    uint64_t enabled;
    unsigned step;
    start(&o, _i);
    enabled = dice(0x10000) | (uint64_t)dice(0x10000) << 16 | (uint64_t)dice(0x10000) << 32;
    rig_set(OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
    for (step = 0; step < 120; step++)
        swarm_step(enabled);
    ck_assert_msg(rig_settle(10 * BOUND), "seed %llu: %u packets stay outstanding, state %u",
                  (unsigned long long)o.seed, rig_open(), rig_driver().state);
    rig_check_wire(0);
    soft_device_heal(rig.device);
    rig_pass(10 * RIG_S);
    if (rig_driver().state == 4) /* given up: an explicit reset revives it */
        ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    rig_pass(5 * RIG_S);
    rig_reset();
    check_works();
    rig_stop();
}
END_TEST

/* Completions that would be right if something else were outstanding. Six packets are complete (tags 0..5); then two
 * are in the device, or one in flight and one still gathering, or two that want a report of their own. */
static const struct {
    uint32_t status, count, tag;
    enum { TWO, GATHERING, REPORTS, EMPTY } with;
    bool right;
} forged[] = {
    {NIC_TX_STATUS_OK, 2, 7, TWO, true},        {NIC_TX_STATUS_OK, 1, 6, TWO, true},
    {NIC_TX_STATUS_OK, 3, 8, TWO, false},       {NIC_TX_STATUS_OK, 0, 5, TWO, false},
    {NIC_TX_STATUS_OK, 1, 7, TWO, false},       {NIC_TX_STATUS_LATE, 2, 7, TWO, false},
    {NIC_TX_STATUS_LATE, 1, 6, TWO, true},      {NIC_TX_STATUS_OK, 1, 6, GATHERING, true},
    {NIC_TX_STATUS_OK, 2, 7, GATHERING, false}, {NIC_TX_STATUS_OK, 1, 6, REPORTS, true},
    {NIC_TX_STATUS_OK, 2, 7, REPORTS, false},   {NIC_TX_STATUS_OK, 1, 6, EMPTY, false},
    {NIC_TX_STATUS_OK, 1, 5, EMPTY, false},     {NIC_TX_STATUS_OK, 6, 5, EMPTY, false},
};

START_TEST(forged_completions)
{
    struct rig_options o = {0};
    uint8_t record[16] = {NIC_EVENT_TYPE_TX_DONE};
    struct rig_packet *p;
    unsigned i, f = (unsigned)_i / 2;
    start(&o, _i);
    for (i = 0; i < 6; i++)
        rig_send(rig_packet(60, 1));
    ck_assert(rig_settle(RIG_S));
    soft_device_hold_tx(rig.device, true);
    soft_device_hold_out(rig.device, forged[f].with == GATHERING);
    for (i = 0; i < 2 && forged[f].with != EMPTY; i++) {
        p = rig_packet(60, 1);
        if (forged[f].with == REPORTS) {
            p->oob = (struct nic_oob){
                .class_id = NIC_OOB_CLASS, .size = NIC_OOB_SIZE, .flags = NIC_OOB_REPORT};
            NDIS_SET_PACKET_MEDIA_SPECIFIC_INFO(p->packet, &p->oob, sizeof p->oob);
        }
        rig_send(p);
    }
    rig_pass(RIG_MS);
    record[1] = (uint8_t)forged[f].status;
    record[2] = (uint8_t)forged[f].count;
    nic_put_le32(record + 4, forged[f].tag);
    soft_device_raw_event(rig.device, record, sizeof record);
    rig_pass(100 * RIG_MS);
    ck_assert_uint_eq(rig_driver().violations, !forged[f].right);
    soft_device_hold_out(rig.device, false);
    soft_device_hold_tx(rig.device, false);
    ck_assert(rig_settle(BOUND)); /* the true completions come as well, and are the violation now */
    rig_reset();
    check_works();
    rig_stop();
}
END_TEST

/* A link that cannot be. */
START_TEST(forged_events)
{
    static const uint8_t records[][16] = {{2, 2, 0},       {2, 1, 3}, {6, 1}, {6, 0, 1},
                                          {6, 0, 0, 0, 1}, {4},       {0},    {255}};
    struct rig_options o = {0};
    start(&o, _i);
    soft_device_raw_event(rig.device, records[_i / 2], 16);
    rig_pass(100 * RIG_MS);
    ck_assert_uint_eq(rig_driver().violations, 1);
    check_works();
    rig_stop();
}
END_TEST

/* Random bytes in both IN streams: nothing breaks, everything ends (sanitizers watch). */
START_TEST(hostile_streams)
{
    struct rig_options o = {.soft = {.cut_percent = 30}};
    uint8_t junk[600];
    unsigned round, i, length;
    start(&o, _i);
    for (round = 0; round < 60; round++) {
        send_some(1 + dice(4));
        length = 1 + dice(sizeof junk);
        for (i = 0; i < length; i++)
            junk[i] = dice(3) ? (uint8_t)dice(256) : (uint8_t)dice(7);
        if (dice(2) && length >= 16) { /* something that looks right at first */
            junk[0] = dice(2) ? (uint8_t)(1 + dice(6)) : 60;
            junk[1] = 0;
            junk[2] = (uint8_t)dice(4);
            junk[3] = dice(2) ? 0 : 0x5a ^ junk[0] ^ junk[1] ^ junk[2];
            memset(junk + 4, dice(2) ? 0 : junk[4], 4);
        }
        if (dice(2))
            soft_device_raw_event(rig.device, junk, length);
        else
            soft_device_raw_rx(rig.device, junk, length);
        rig_pass(dice(3 * RIG_MS));
    }
    ck_assert_msg(rig_settle(10 * BOUND), "seed %llu", (unsigned long long)o.seed);
    ck_assert_uint_ge(rig_driver().violations, 1);
    rig_reset();
    check_works();
    rig_stop();
}
END_TEST

/* ---- giving up and coming back ---- */

START_TEST(device_that_cannot_reset_is_given_up)
{
    struct rig_options o = {0};
    struct rig_packet *p;
    uint64_t before;
    start(&o, _i);
    soft_device_hold_reset(rig.device, true);
    soft_device_hold_events(rig.device, true);
    send_some(10);
    rig_pass(RIG_MS);
    soft_device_hold_events(rig.device, false);
    before = rig.platform->ops->now_ns(rig.platform);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_HARD_ERRORS);
    ck_assert_uint_le(rig.platform->ops->now_ns(rig.platform) - before, 5 * RIG_S);
    ck_assert_uint_eq(rig_open(), 0);
    ck_assert_uint_eq(rig_driver().state, 4);
    ck_assert_ptr_nonnull(strstr(rig_message(), "does not answer a NIC reset"));
    p = rig_packet(60, 1);
    rig_send(p);
    ck_assert(rig_settle(RIG_MS));
    ck_assert_int_eq(p->status, NDIS_STATUS_FAILURE);
    ck_assert_int_eq(rig_set(OID_GEN_CURRENT_PACKET_FILTER, &(ULONG){0}, 4), NDIS_STATUS_FAILURE);
    soft_device_hold_reset(rig.device, false);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    check_works();
    rig_stop();
}
END_TEST

START_TEST(endless_violations_are_given_up)
{
    struct rig_options o = {0};
    static const uint8_t junk[16] = {9};
    unsigned i;
    start(&o, _i);
    for (i = 0; i < 40 && rig_driver().state != 4; i++) {
        soft_device_raw_event(rig.device, junk, sizeof junk);
        rig_pass(50 * RIG_MS);
    }
    ck_assert_uint_eq(rig_driver().state, 4);
    ck_assert_uint_le(rig_driver().resets, 15);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    check_works();
    rig_stop();
}
END_TEST

START_TEST(missing_reset_done_is_tried_again)
{
    struct rig_options o = {0};
    start(&o, _i);
    soft_device_fault(rig.device, SOFT_FAULT_NO_RESET_DONE, 0);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig_driver().resets, 3);
    check_works();
    rig_stop();
}
END_TEST

START_TEST(lost_register_access_in_reset)
{
    static const enum soft_fault kinds[] = {SOFT_FAULT_CONTROL_SILENT, SOFT_FAULT_STALL_CONTROL,
                                            SOFT_FAULT_ERROR_CONTROL, SOFT_FAULT_SHORT_CONTROL};
    struct rig_options o = {0};
    unsigned after;
    start(&o, _i);
    for (after = 0; after < 6; after++) { /* RESET and each of the five steps of the setup */
        soft_device_fault(rig.device, kinds[_i / 2], after);
        ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
        ck_assert(soft_device_fault_done(rig.device, kinds[_i / 2]));
    }
    check_works();
    rig_stop();
}
END_TEST

START_TEST(lost_register_access_fails_the_request)
{
    static const enum soft_fault kinds[] = {SOFT_FAULT_CONTROL_SILENT, SOFT_FAULT_STALL_CONTROL,
                                            SOFT_FAULT_ERROR_CONTROL, SOFT_FAULT_SHORT_CONTROL};
    struct rig_options o = {0};
    ULONG counters[NIC_COUNTER_MAX + 1];
    uint64_t before;
    start(&o, _i);
    soft_device_fault(rig.device, kinds[_i / 2], 1);
    before = rig.platform->ops->now_ns(rig.platform);
    ck_assert_int_eq(rig_query(OID_HILNIC_COUNTERS, counters, sizeof counters, NULL),
                     NDIS_STATUS_FAILURE);
    ck_assert_uint_le(rig.platform->ops->now_ns(rig.platform) - before, 3 * RIG_S);
    ck_assert_int_eq(rig_query(OID_HILNIC_COUNTERS, counters, sizeof counters, NULL),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig_driver().resets, 1);
    check_works();
    rig_stop();
}
END_TEST

/* ---- reset ---- */

START_TEST(reset_with_packets_outstanding)
{
    struct rig_options o = {.soft = {.desc_depth = 8}};
    unsigned i, aborted = 0;
    start(&o, _i);
    soft_device_hold_tx(rig.device, true);
    for (i = 0; i < 20; i++)
        rig_send(rig_packet(100, 1)); /* eight in the device, twelve in NDIS */
    rig_pass(RIG_MS);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    soft_device_hold_tx(rig.device, false);
    ck_assert(rig_settle(RIG_S));
    for (i = 0; i < rig.packet_count; i++)
        aborted += rig.packets[i]->status == NDIS_STATUS_REQUEST_ABORTED;
    ck_assert_uint_eq(aborted, 20);
    ck_assert_uint_eq(rig.wire_count, 0);
    ck_assert_uint_eq(rig.reset_starts, 1);
    ck_assert_uint_eq(rig.reset_ends, 1);
    check_works();
    rig_stop();
}
END_TEST

START_TEST(reset_with_a_request_outstanding)
{
    struct rig_options o = {0};
    NDIS_REQUEST r = {.RequestType = NdisRequestQueryInformation};
    ULONG counters[NIC_COUNTER_MAX + 1];
    NDIS_STATUS status;
    start(&o, _i);
    r.DATA.QUERY_INFORMATION.Oid = OID_HILNIC_COUNTERS;
    r.DATA.QUERY_INFORMATION.InformationBuffer = counters;
    r.DATA.QUERY_INFORMATION.InformationBufferLength = sizeof counters;
    rig.poison = counters;
    rig.poison_length = sizeof counters;
    soft_device_fault(rig.device, SOFT_FAULT_CONTROL_SILENT, 0);
    rig.request_done = false;
    NdisRequest(&status, rig.binding, &r);
    ck_assert_int_eq(status, NDIS_STATUS_PENDING);
    rig_pass(RIG_MS);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    ck_assert(rig.request_done);
    ck_assert_int_eq(rig.request_status, NDIS_STATUS_REQUEST_ABORTED);
    rig_pass(RIG_S); /* nobody writes into it any more */
    ck_assert_uint_eq(counters[0], 0xdddddddd);
    ck_assert_ptr_null(strstr(rig.log, "without a request"));
    rig.poison = NULL;
    check_works();
    rig_stop();
}
END_TEST

START_TEST(hang_is_found)
{
    struct rig_options o = {0};
    struct rig_packet *p;
    uint64_t before;
    start(&o, _i);
    soft_device_fault(rig.device, SOFT_FAULT_STOP, 0);
    before = rig.platform->ops->now_ns(rig.platform);
    p = rig_packet(100, 1);
    rig_send(p);
    ck_assert(rig_settle(BOUND));
    ck_assert_uint_le(rig.platform->ops->now_ns(rig.platform) - before, 8 * RIG_S);
    ck_assert_int_eq(p->status, NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_uint_eq(rig_driver().hangs, 1);
    check_works();
    rig_stop();
}
END_TEST

/* Device reset under the driver, at rest, so that nothing tells of it, and with packets outstanding. */
START_TEST(device_reset_is_noticed)
{
    struct rig_options o = {.soft = {.desc_depth = 8}};
    ULONG filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    uint8_t frame[60] = {2, 0, 0, 0, 0, 9, 2};
    unsigned i, round, aborted, received;
    start(&o, _i);
    rig_set(OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
    for (round = 0; round < 2; round++) {
        soft_device_hold_tx(rig.device, true);
        for (i = 0; i < 20 * round; i++)
            rig_send(rig_packet(100, 1));
        rig_pass(RIG_MS);
        soft_device_forget(rig.device);
        soft_device_hold_tx(rig.device, false);
        rig_pass(8 * RIG_S); /* the hang check runs every other second */
        ck_assert_uint_eq(rig_driver().resets, 2 + round);
        ck_assert_ptr_nonnull(strstr(rig_message(), "was reset and has forgotten its settings"));
        ck_assert(soft_device_register(rig.device, NIC_FILTER_ADDR) & NIC_FILTER_PROMISCUOUS_MASK);
        received = rig.received;
        soft_device_receive(rig.device, frame, sizeof frame);
        rig_pass(RIG_MS);
        ck_assert_uint_eq(rig.received, received + 1);
        check_works();
    }
    ck_assert(rig_settle(RIG_S));
    for (i = aborted = 0; i < rig.packet_count; i++)
        aborted += rig.packets[i]->status == NDIS_STATUS_REQUEST_ABORTED;
    ck_assert_uint_eq(aborted, 8); /* those in the device; the twelve in NDIS go out */
    rig_stop();
}
END_TEST

START_TEST(far_launch_time_is_no_hang)
{
    struct rig_options o = {0};
    struct rig_packet *p;
    start(&o, _i);
    p = rig_packet(100, 1);
    NDIS_SET_PACKET_TIME_TO_SEND(p->packet, (soft_device_time(rig.device) + 20 * RIG_S) / 100);
    rig_send(p);
    rig_pass(19 * RIG_S);
    ck_assert_int_eq(p->status, RIG_NOT_DONE);
    ck_assert(rig_settle(2 * RIG_S));
    ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(rig_driver().hangs, 0);
    ck_assert_uint_eq(rig_driver().resets, 1);
    soft_device_fault(rig.device, SOFT_FAULT_STOP,
                      0); /* a hang before the launch time is found after it */
    p = rig_packet(100, 1);
    NDIS_SET_PACKET_TIME_TO_SEND(p->packet, (soft_device_time(rig.device) + 10 * RIG_S) / 100);
    rig_send(p);
    ck_assert(rig_settle(BOUND));
    ck_assert_uint_eq(rig_driver().hangs, 1);
    rig_stop();
}
END_TEST

/* ---- unplug and halt ---- */

static void scenario(void)
{
    ULONG counters[NIC_COUNTER_MAX + 1], filter = NDIS_PACKET_TYPE_PROMISCUOUS;
    NDIS_STATUS status;
    if (rig.added != NDIS_STATUS_SUCCESS)
        return;
    rig_set(OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
    send_some(30);
    rig_query(OID_HILNIC_COUNTERS, counters, sizeof counters, NULL);
    NdisReset(&status, rig.binding);
    rig_pass(10 * RIG_MS);
    send_some(10);
}

START_TEST(unplug_at_every_transfer)
{
    struct rig_options o = {.single = _i & 1,
                            .seed = rig_seed(),
                            .soft = {.loopback = true, .desc_depth = 8},
                            .parameters = {_i & 2 ? "CopyMode=1" : NULL}};
    uint64_t total, at;
    struct rig_packet *p;
    state = 7;
    rig_start(&o);
    scenario();
    ck_assert(rig_settle(RIG_S));
    total = soft_device_submits(rig.device);
    rig_stop();
    ck_assert_uint_gt(total, 50);
    for (at = 1; at <= total; at++) {
        state = 7;
        o.unplug_at = at;
        rig_start(&o);
        scenario();
        if (rig.added == NDIS_STATUS_SUCCESS) {
            ck_assert_msg(rig_settle(BOUND), "unplugged at submit %llu: packets stay",
                          (unsigned long long)at);
            rig_pass(5 * RIG_S);
            ck_assert_uint_eq(rig_driver().state, 5);
            p = rig_packet(100, 1);
            rig_send(p);
            ck_assert(rig_settle(RIG_MS));
            ck_assert_int_eq(p->status, NDIS_STATUS_FAILURE);
            ck_assert_int_eq(rig_reset(), NDIS_STATUS_HARD_ERRORS);
            ck_assert_ptr_nonnull(strstr(rig_message(), "unplugged"));
        } else {
            ck_assert_uint_gt(
                strlen(o.single ? nic_miniport_single_message() : nic_miniport_message()), 10);
        }
        rig_stop();
    }
}
END_TEST

/* Unplugged between transfers: everything that was in flight comes back as gone (DER-15). */
START_TEST(unplug_with_everything_in_flight)
{
    struct rig_options o = {.soft = {.desc_depth = 8}};
    unsigned i;
    start(&o, _i);
    soft_device_hold_tx(rig.device, true);
    for (i = 0; i < 30; i++)
        rig_send(rig_packet(1000, 1));
    rig_pass(RIG_MS);
    soft_device_unplug(rig.device);
    ck_assert(rig_settle(100 * RIG_MS));
    for (i = 0; i < rig.packet_count; i++)
        ck_assert_int_eq(rig.packets[i]->status, NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(rig.disconnects, 1);
    ck_assert_uint_eq(rig_driver().resets, 1); /* nobody tries to reset what is gone */
    rig_stop();
}
END_TEST

/* DER-15: Windows knows before a transfer tells; the device still answers. */
START_TEST(der_15_told_of_a_removal)
{
    struct rig_options o = {.soft = {.desc_depth = 8}};
    unsigned i;
    start(&o, _i);
    soft_device_hold_tx(rig.device, true);
    for (i = 0; i < 30; i++)
        rig_send(rig_packet(1000, 1));
    rig_pass(RIG_MS);
    nic_ndis_adapter_surprise("nic0");
    ck_assert(rig_settle(100 * RIG_MS));
    rig_send(rig_packet(60, 1));
    for (i = 0; i < rig.packet_count; i++)
        ck_assert_int_eq(rig.packets[i]->status, NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(rig.disconnects, 1);
    ck_assert_ptr_nonnull(strstr(rig_message(), "was removed"));
    rig_stop();
}
END_TEST

START_TEST(halt_with_a_silent_device)
{
    struct rig_options o = {.soft = {.desc_depth = 8}};
    uint64_t before;
    start(&o, _i);
    soft_device_hold_events(rig.device, true);
    send_some(20);
    rig_pass(RIG_MS);
    before = rig.platform->ops->now_ns(rig.platform);
    rig_remove();
    ck_assert_uint_le(rig.platform->ops->now_ns(rig.platform) - before, 10 * RIG_S);
    ck_assert_uint_eq(rig_open(), 0);
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_CTRL_ADDR),
                      0); /* and it was told to stop */
    rig_stop();
}
END_TEST

/* Halt and initialise again on the same device, also in the middle of traffic. */
START_TEST(again_and_again)
{
    struct rig_options o = {.soft = {.loopback = true, .cut_percent = 50}};
    unsigned i;
    start(&o, _i);
    for (i = 0; i < 10; i++) {
        send_some(10);
        rig_remove();
        ck_assert_uint_eq(rig_open(), 0);
        rig_add();
        ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
    }
    check_works();
    rig_stop();
}
END_TEST

/* ---- refusals ---- */

static const struct {
    struct soft_options soft;
    const char *parameter;
    NDIS_STATUS status;
    const char *message[2];
} refusals[] = {
    {{.map_hash = 0x12345678}, NULL, NDIS_STATUS_BAD_VERSION, {"12345678", "HASH"}},
    {{.id = 0xdeadbeef}, NULL, NDIS_STATUS_ADAPTER_NOT_FOUND, {"deadbeef", "434e6c68"}},
    {{.max_frame = 1500}, NULL, NDIS_STATUS_DEVICE_FAILED, {"impossible limits", "05dc"}},
    {{.max_frame = 16384}, NULL, NDIS_STATUS_DEVICE_FAILED, {"impossible limits", "4000"}},
    {{.id = 0}, "Slot=3", NDIS_STATUS_ADAPTER_NOT_FOUND, {"no device", "slot 3"}},
};

START_TEST(refused_in_one_sentence)
{
    struct rig_options o = {.single = _i & 1, .seed = 1, .soft = refusals[_i / 2].soft};
    const char *message;
    char hash[16];
    unsigned i;
    o.parameters[0] = refusals[_i / 2].parameter;
    rig_start(&o);
    ck_assert_int_eq(rig.added, refusals[_i / 2].status);
    message = _i & 1 ? nic_miniport_single_message() : nic_miniport_message();
    snprintf(hash, sizeof hash, "%08x", NIC_MAP_HASH);
    for (i = 0; i < 2; i++) {
        const char *part =
            strcmp(refusals[_i / 2].message[i], "HASH") ? refusals[_i / 2].message[i] : hash;
        ck_assert_msg(strstr(message, part) != NULL, "\"%s\" lacks %s", message, part);
    }
    ck_assert_ptr_null(strchr(message, '\n'));
    /* Refused devices are not written to. */
    ck_assert_uint_eq(soft_device_register(rig.device, NIC_LINK_ADDR), 0xc);
    rig_stop();
}
END_TEST

START_TEST(busy_device_is_refused)
{
    struct rig_options o = {0};
    const char *parameters[] = {"Slot=0", NULL};
    start(&o, _i);
    ck_assert_int_eq(nic_ndis_adapter_add(rig.driver, "nic1", parameters),
                     NDIS_STATUS_DEVICE_FAILED);
    ck_assert_ptr_nonnull(
        strstr(_i ? nic_miniport_single_message() : nic_miniport_message(), "cannot be opened"));
    check_works();
    rig_stop();
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *c = rig_case(suite, "faults");
    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, one_fault, 0, 2 * FAULTS);
    tcase_add_loop_test(c, swarm, 0, 60);
    tcase_add_loop_test(c, forged_completions, 0, 2 * sizeof forged / sizeof forged[0]);
    tcase_add_loop_test(c, forged_events, 0, 16);
    tcase_add_loop_test(c, hostile_streams, 0, 40);
    tcase_add_loop_test(c, device_that_cannot_reset_is_given_up, 0, 2);
    tcase_add_loop_test(c, endless_violations_are_given_up, 0, 2);
    tcase_add_loop_test(c, missing_reset_done_is_tried_again, 0, 2);
    tcase_add_loop_test(c, lost_register_access_in_reset, 0, 8);
    tcase_add_loop_test(c, lost_register_access_fails_the_request, 0, 8);
    tcase_add_loop_test(c, reset_with_packets_outstanding, 0, 2);
    tcase_add_loop_test(c, reset_with_a_request_outstanding, 0, 2);
    tcase_add_loop_test(c, hang_is_found, 0, 2);
    tcase_add_loop_test(c, device_reset_is_noticed, 0, 2);
    tcase_add_loop_test(c, far_launch_time_is_no_hang, 0, 2);
    tcase_add_loop_test(c, unplug_at_every_transfer, 0, 4);
    tcase_add_loop_test(c, unplug_with_everything_in_flight, 0, 2);
    tcase_add_loop_test(c, der_15_told_of_a_removal, 0, 2);
    tcase_add_loop_test(c, halt_with_a_silent_device, 0, 2);
    tcase_add_loop_test(c, again_and_again, 0, 2);
    tcase_add_loop_test(c, refused_in_one_sentence, 0, 2 * sizeof refusals / sizeof refusals[0]);
    tcase_add_loop_test(c, busy_device_is_refused, 0, 2);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "driver faults");
}
