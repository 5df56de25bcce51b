/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver and the management processor's firmware: loaded, refused, never starting, hanging, started again after a device reset, and
 * requests to it, with traffic in between. The firmware itself is the soft device's.
 */
#include "driver_rig.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define RUNNING (1000u << 16 | 1) /* PROC_CTRL: a second without a heartbeat, run */

static void start(const struct rig_options *options, int i)
{
    struct rig_options o = *options;
    o.single = i & 1;
    o.seed = rig_seed();
    rig_start(&o);
}

static uint32_t reg(uint32_t address)
{
    return soft_device_register(rig.device, address);
}

static void check_works(void)
{
    unsigned before = rig.wire_count;
    for (unsigned i = 0; i < 5; i++) {
        struct rig_packet *p = rig_packet(100 + i, 1);
        rig_send(p);
        ck_assert(rig_settle(RIG_S));
        ck_assert_int_eq(p->status, NDIS_STATUS_SUCCESS);
    }
    ck_assert_uint_eq(rig.wire_count - before, 5);
    ck_assert_uint_eq(rig_driver().violations, 0);
}

static NDIS_STATUS ask(struct nic_oid_mail *mail)
{
    return rig_query(OID_HILNIC_MAIL, mail, sizeof *mail, NULL);
}

START_TEST(loaded_and_started)
{
    struct rig_options o = {.soft = {.processor = true}};
    start(&o, _i);
    ck_assert_uint_lt(rig.platform->ops->now_ns(rig.platform),
                      300 * RIG_MS); /* it waits no longer than for the heartbeat */
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), RUNNING);
    ck_assert_uint_eq(rig_driver().firmware, 1);
    ck_assert_str_eq(rig_message(), "");
    /* The link is the firmware's: reset values, and up, which the soft device's does. */
    ck_assert_uint_eq(reg(NIC_LINK_ADDR), 0xd);
    check_works();
    soft_device_link(rig.device, false, 2);
    rig_pass(RIG_MS);
    ck_assert_uint_eq(rig.disconnects, 1);
    ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(reg(NIC_LINK_ADDR) & 1, 0);
    rig_stop();
}
END_TEST

START_TEST(without_firmware)
{
    struct rig_options o = {.soft = {.processor = true}, .no_firmware = true};
    struct nic_oid_mail mail = {.request = NIC_MAIL_REQUEST_PHY};
    start(&o, _i);
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), 0);
    ck_assert_uint_eq(rig_driver().firmware, 0);
    ck_assert_uint_eq(reg(NIC_LINK_ADDR), 0xd); /* up, 1000 Mb/s, full duplex: the driver's */
    check_works();
    ck_assert_int_eq(ask(&mail), NDIS_STATUS_FAILURE);
    rig_stop();
}
END_TEST

/* Whoever had the device before has left it running, and its memory takes nothing then. */
START_TEST(left_running)
{
    struct rig_options o = {.soft = {.processor = true}, .no_firmware = _i / 2};
    uint32_t run = NIC_PROC_CTRL_RUN_MASK;
    start(&o, _i);
    rig_remove();
    ck_assert_int_eq(nic_transport_open(rig.transport), 0);
    ck_assert_int_eq(nic_transport_reg_write(rig.transport, NIC_PROC_CTRL_ADDR, &run, 1), 0);
    nic_transport_close(rig.transport);
    rig_add();
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
    rig_pass(10 * RIG_MS);
    ck_assert_uint_eq(rig_driver().firmware, !o.no_firmware);
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), o.no_firmware ? 0 : RUNNING);
    check_works();
    rig_stop();
}
END_TEST

/* A device without a processor takes no notice of a configured image. */
START_TEST(no_processor)
{
    struct rig_options o = {.parameters = {rig_firmware(100, NIC_MAP_HASH, 0)}};
    start(&o, _i);
    ck_assert_uint_eq(rig_driver().firmware, 0);
    check_works();
    rig_stop();
}
END_TEST

static const struct {
    unsigned words;
    uint32_t hash, damage;
    const char *text;
} refusals[] = {
    {3, NIC_MAP_HASH, 0, "not one of hilnic"},  {2, NIC_MAP_HASH, 1, "not one of hilnic"},
    {100, NIC_MAP_HASH ^ 1, 0, "register map"}, {100, NIC_MAP_HASH, 0x00010000, "damaged"},
    {6, NIC_MAP_HASH, 0x80000000, "damaged"},   {2049, NIC_MAP_HASH, 0, "damaged"},
};

START_TEST(refused)
{
    const char *text = refusals[_i / 2].text;
    struct rig_options o = {
        .soft = {.processor = true},
        .no_firmware = true,
        .parameters = {
            rig_firmware(refusals[_i / 2].words, refusals[_i / 2].hash, refusals[_i / 2].damage)}};
    start(&o, _i);
    const char *message = _i & 1 ? nic_miniport_single_message() : nic_miniport_message();
    ck_assert_int_eq(rig.added, NDIS_STATUS_BAD_VERSION);
    ck_assert_msg(strstr(message, text) != NULL, "\"%s\" lacks %s", message, text);
    ck_assert_ptr_null(strchr(message, '\n'));
    ck_assert_uint_eq(reg(NIC_LINK_ADDR), 0xc); /* not written to */
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), 0);
    rig_stop();
}
END_TEST

/* It never starts, or the memory does not keep it: the adapter comes up all the same, and soon. */
START_TEST(does_not_start)
{
    struct rig_options o = {
        .soft = {.processor = true, .firmware_silent = !(_i & 2), .firmware_forgetful = _i & 2}};
    start(&o, _i);
    ck_assert_int_eq(rig.added, NDIS_STATUS_SUCCESS);
    ck_assert_uint_lt(rig.platform->ops->now_ns(rig.platform), RIG_S);
    ck_assert_ptr_nonnull(strstr(rig_message(), _i & 2 ? "does not keep" : "does not start"));
    ck_assert_uint_eq(rig_driver().firmware, 0);
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), 0);
    ck_assert_uint_eq(reg(NIC_LINK_ADDR), 0xd);
    check_works();
    rig_stop();
}
END_TEST

START_TEST(requests)
{
    struct rig_options o = {.soft = {.processor = true}};
    start(&o, _i);
    for (ULONG i = 0; i < 20; i++) {
        struct nic_oid_mail mail = {.request = i, .argument = 0x9e3779b9u * i, .result = 7};
        ck_assert_int_eq(ask(&mail), NDIS_STATUS_SUCCESS);
        ck_assert_uint_eq(mail.result, NIC_MAIL_RESULT_OK);
        ck_assert_uint_eq(mail.answer[0], 0x9e3779b9u * i); /* the soft device's answer */
        ck_assert_uint_eq(mail.answer[1], i);
    }
    check_works();
    rig_stop();
}
END_TEST

static void check_runs(bool runs, ULONG stops)
{
    ck_assert_uint_eq(rig_driver().firmware, runs);
    ck_assert_uint_eq(rig_driver().firmware_stops, stops);
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR) & 1, runs);
    ck_assert_uint_eq(rig_driver().resets, 1); /* that of the initialisation */
}

/* It hangs with packets on their way: no packet is lost, and it is loaded and started again, three times. Then the driver sets the link. */
START_TEST(hangs)
{
    struct rig_options o = {.soft = {.processor = true, .firmware_slow = true, .desc_depth = 8}};
    start(&o, _i);
    for (unsigned stops = 1; stops <= 3; stops++) {
        for (unsigned i = 0; i < 20; i++) {
            rig_send(rig_packet(1000, 1));
            if (i == 10)
                soft_device_hang(rig.device);
        }
        ck_assert(rig_settle(RIG_S));
        ck_assert_ptr_nonnull(strstr(rig_message(), "started again"));
        check_runs(true, stops);
        ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), RUNNING);
        rig_pass(5 * RIG_S); /* two hang checks, which are no minute */
    }
    soft_device_link(rig.device, true, 1);
    soft_device_hang(rig.device);
    ck_assert(rig_settle(RIG_S));
    check_works();
    for (unsigned i = 0; i < rig.packet_count; i++)
        ck_assert_int_eq(rig.packets[i]->status, NDIS_STATUS_SUCCESS);
    check_runs(false, 4);
    ck_assert_ptr_nonnull(strstr(rig_message(), "does not help"));
    ck_assert_uint_eq(reg(NIC_LINK_ADDR), 0xd);
    rig_stop();
}
END_TEST

/* One that hangs now and then, a minute of hang checks of two seconds apart and more, is started for ever. */
START_TEST(hangs_seldom)
{
    struct rig_options o = {.soft = {.processor = true}};
    start(&o, _i);
    for (unsigned stops = 1; stops <= 8; stops++) {
        soft_device_hang(rig.device);
        rig_pass(stops % 2 ? RIG_S : 62 * RIG_S);
        check_runs(true, stops);
    }
    rig_stop();
}
END_TEST

/* What hung has written over its own program: that is there again before it starts, whether a NIC reset comes in between or not. */
START_TEST(loaded_again)
{
    struct rig_options o = {.soft = {.processor = true}};
    struct nic_oid_register r = {.address = NIC_PROC_CTRL_ADDR, .count = 1, .value = {0}};
    start(&o, _i);
    soft_device_hang(rig.device);
    if (_i & 2)
        ck_assert_int_eq(rig_reset(), NDIS_STATUS_SUCCESS);
    rig_pass(RIG_MS * 100);
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), RUNNING);
    ck_assert_uint_eq(rig_driver().firmware, 1);
    ck_assert_int_eq(rig_set(OID_HILNIC_REGISTER, &r, 12), NDIS_STATUS_SUCCESS);
    for (ULONG at = 0; at < 100; at += 50) {
        r = (struct nic_oid_register){.address = NIC_PROC_MEMORY_ADDR + 4 * at, .count = 50};
        ck_assert_int_eq(rig_query(OID_HILNIC_REGISTER, &r, sizeof r, NULL), NDIS_STATUS_SUCCESS);
        for (ULONG i = 0; i < 50; i++)
            ck_assert_uint_ne(r.value[i], 0xdeadbeef);
    }
    rig_stop();
}
END_TEST

/* The memory refuses: no harm is done but that the driver sets the link. */
START_TEST(not_loaded_again)
{
    struct rig_options o = {.soft = {.processor = true, .firmware_once = true}};
    start(&o, _i);
    soft_device_hang(rig.device);
    rig_pass(RIG_MS * 100);
    check_runs(false, 1);
    ck_assert_ptr_nonnull(strstr(rig_message(), "does not help"));
    ck_assert_uint_eq(reg(NIC_LINK_ADDR), 0xd);
    check_works();
    rig_stop();
}
END_TEST

static void hang_now(void *context)
{
    (void)context;
    soft_device_hang(rig.device);
}

START_TEST(hangs_in_a_request)
{
    struct rig_options o = {.soft = {.processor = true, .firmware_slow = true}};
    struct nic_oid_mail mail = {.request = 1};
    struct nic_timer timer = {.fn = hang_now};
    start(&o, _i);
    rig.platform->ops->timer_set(rig.platform, &timer,
                                 rig.platform->ops->now_ns(rig.platform) + 50 * RIG_MS);
    ck_assert_int_eq(ask(&mail), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(mail.result, NIC_MAIL_RESULT_NO_FIRMWARE);
    rig_pass(RIG_MS * 100);
    check_runs(true, 1);
    check_works();
    rig_stop();
}
END_TEST

/* It neither answers nor hangs: NDIS resets the adapter for its silence, the request ends, and what follows works. */
START_TEST(never_answers)
{
    struct rig_options o = {.soft = {.processor = true, .firmware_slow = true}};
    struct nic_oid_mail mail = {.request = 1};
    start(&o, _i);
    ck_assert_int_eq(ask(&mail), NDIS_STATUS_REQUEST_ABORTED);
    ck_assert_uint_lt(rig.platform->ops->now_ns(rig.platform), 20 * RIG_S);
    check_works();
    ck_assert_uint_eq(rig_driver().firmware, 1);
    rig_stop();
}
END_TEST

/* A device reset stops the processor and leaves its memory: the driver notices and starts it again. */
START_TEST(device_reset)
{
    struct rig_options o = {.soft = {.processor = true}};
    start(&o, _i);
    soft_device_forget(rig.device);
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), 0);
    rig_pass(5 * RIG_S);
    ck_assert_uint_eq(reg(NIC_PROC_CTRL_ADDR), RUNNING);
    ck_assert_uint_eq(reg(NIC_LINK_ADDR), 0xd);
    check_works();
    rig_stop();
}
END_TEST

START_TEST(unplugged_while_it_loads)
{
    struct rig_options o = {.soft = {.processor = true}};
    for (uint64_t at = 1; at < 40; at++) {
        o.unplug_at = at;
        start(&o, _i);
        ck_assert(rig.added != NDIS_STATUS_SUCCESS || rig_driver().state == 5 || at > 12);
        rig_stop();
    }
}
END_TEST

/* Events of the processor from a device that has none break the rules; late ones from one that has are no harm. */
START_TEST(stray_events)
{
    static const uint8_t records[2][16] = {{4, 2}, {7}};
    struct rig_options o = {.soft = {.processor = _i & 2}, .no_firmware = true};
    start(&o, _i);
    ck_assert(soft_device_raw_event(rig.device, records[_i / 4], 16));
    rig_pass(5 * RIG_S);
    ck_assert_uint_eq(rig_driver().violations, _i & 2 ? 0 : 1);
    ck_assert_uint_eq(rig_driver().firmware_stops, 0);
    ck_assert_uint_eq(rig_driver().state, 0);
    rig_stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver firmware");
    TCase *c = tcase_create("firmware");
    tcase_add_loop_test(c, loaded_and_started, 0, 2);
    tcase_add_loop_test(c, without_firmware, 0, 2);
    tcase_add_loop_test(c, left_running, 0, 4);
    tcase_add_loop_test(c, no_processor, 0, 2);
    tcase_add_loop_test(c, refused, 0, 2 * sizeof refusals / sizeof refusals[0]);
    tcase_add_loop_test(c, does_not_start, 0, 4);
    tcase_add_loop_test(c, requests, 0, 2);
    tcase_add_loop_test(c, hangs, 0, 2);
    tcase_add_loop_test(c, hangs_seldom, 0, 2);
    tcase_add_loop_test(c, loaded_again, 0, 4);
    tcase_add_loop_test(c, not_loaded_again, 0, 2);
    tcase_add_loop_test(c, hangs_in_a_request, 0, 2);
    tcase_add_loop_test(c, never_answers, 0, 2);
    tcase_add_loop_test(c, device_reset, 0, 2);
    tcase_add_loop_test(c, unplugged_while_it_loads, 0, 2);
    tcase_add_loop_test(c, stray_events, 0, 8);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
