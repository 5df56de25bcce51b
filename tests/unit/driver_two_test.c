/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two devices under one load of our miniport, a sample protocol on each: nothing of one adapter reaches the other, neither frames nor
 * completions, requests, resets, link nor its end.
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#define NDIS50
#include <ndis.h>

#include "nic_ndis.h"
#include "../../driver/nic_oid.h"
#include "nic_platform.h"
#include "nic_transport.h"
#include "sender.h"
#include "soft_device.h"

#define ck_status(status, expected) ck_assert_uint_eq((uint32_t)(status), (uint32_t)(expected))

static struct side {
    struct soft_device *device;
    struct sender *sender;
    unsigned sent, foreign; /* on this device's wire: with this side's mark, and without */
    unsigned completed, failed, received;
} sides[2];

static struct nic_platform *platform;
static struct nic_ndis_driver *driver;
static unsigned findings;
static char finding[1024];

static void on_finding(void *context, const char *sentence)
{
    (void)context;
    if (findings++ == 0)
        snprintf(finding, sizeof(finding), "%s", sentence);
}

static void on_wire(void *context, const struct soft_frame *frame)
{
    struct side *s = context;

    if (frame->octets[14] == s - sides)
        s->sent++;
    else
        s->foreign++;
}

static void on_completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct side *s = context;

    ck_assert_uint_eq(number, (ULONG)(s - sides));
    s->completed++;
    s->failed += status != NDIS_STATUS_SUCCESS;
}

static void on_received(void *context, const UCHAR *octets, UINT length)
{
    struct side *s = context;

    ck_assert_uint_eq(length, 60);
    ck_assert_uint_eq(octets[14], (unsigned)(s - sides));
    s->received++;
}

static void pass(uint64_t ms)
{
    static const volatile bool never = false;

    platform->ops->wait(platform, &never, ms * 1000000);
}

static void start(nic_ndis_driver_entry *entry)
{
    const struct nic_ndis_options options = {.verify = true, .report = on_finding};
    ULONG filter = NDIS_PACKET_TYPE_BROADCAST;

    memset(sides, 0, sizeof(sides));
    findings = 0;
    platform = nic_virtual_create(1);
    ck_assert_int_eq(nic_ndis_start(platform, &options), 0);
    ck_status(nic_ndis_driver_load(entry, &driver), NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < 2; i++) {
        const struct soft_options o = {
            .transmitted = on_wire, .context = &sides[i], .processor = true};
        const struct sender_handlers handlers = {
            .context = &sides[i], .completed = on_completed, .received = on_received};
        const char *const names[2] = {"nic0", "nic1"}, *const slots[2] = {"Slot=0", "Slot=1"},
                          *const vectors[2] = {"InterruptNumber=5", "InterruptNumber=6"};
        const char *parameters[] = {slots[i], vectors[i], NULL};
        NDIS_STATUS status;

        sides[i].device = soft_device_create(&o, platform, 5 + i);
        ck_assert_int_eq(nic_transport_put(i, soft_device_transport(sides[i].device)), 0);
        ck_status(nic_ndis_adapter_add(driver, names[i], parameters), NDIS_STATUS_SUCCESS);
        sides[i].sender = sender_open(names[i], &handlers, &status);
        ck_status(status, NDIS_STATUS_SUCCESS);
        ck_status(
            sender_set(sides[i].sender, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter)),
            NDIS_STATUS_SUCCESS);
    }
    pass(10);
}

static void stop(void)
{
    for (unsigned i = 0; i < 2; i++)
        if (sides[i].sender)
            sender_close(sides[i].sender);
    nic_ndis_driver_unload(driver);
    ck_assert_uint_eq(nic_ndis_stop(), 0);
    ck_assert_msg(findings == 0, "%s", finding);
    for (unsigned i = 0; i < 2; i++) {
        nic_transport_put(i, NULL);
        soft_device_destroy(sides[i].device);
        ck_assert_uint_eq(sides[i].foreign, 0);
    }
    nic_virtual_destroy(platform);
}

/* Completions must come before the next call: the octets are one frame's. */
static void send_one(unsigned i)
{
    static UCHAR frames[2][60];
    struct sender_frame f = {.octets = frames[i], .length = 60, .number = i};

    memset(frames[i], 0xee, 12);
    frames[i][14] = (UCHAR)i;
    ck_assert_uint_eq(sender_send(sides[i].sender, &f, 1, SENDER_BY_MINIPORT), 1);
}

static void arrive(unsigned i)
{
    UCHAR frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

    frame[14] = (UCHAR)i;
    soft_device_receive(sides[i].device, frame, sizeof(frame));
}

static ULONG ask(unsigned i, NDIS_OID oid)
{
    ULONG value = 0;

    ck_status(sender_query(sides[i].sender, oid, &value, sizeof(value), NULL), NDIS_STATUS_SUCCESS);
    return value;
}

static nic_ndis_driver_entry *const entries[] = {nic_miniport_entry, nic_miniport_single_entry};

START_TEST(each_has_its_own_frames)
{
    start(entries[_i]);
    for (unsigned n = 0; n < 100; n++) {
        send_one(0);
        arrive(1);
        send_one(1);
        arrive(0);
        pass(1);
    }
    for (unsigned i = 0; i < 2; i++) {
        ck_assert(sides[i].sent == 100 && sides[i].completed == 100 && !sides[i].failed);
        ck_assert_uint_eq(sides[i].received, 100);
        ck_assert_uint_eq(ask(i, OID_GEN_XMIT_OK), 100);
        ck_assert_uint_eq(ask(i, OID_GEN_RCV_OK), 100);
    }
    stop();
}
END_TEST

START_TEST(trouble_of_one_is_its_own)
{
    start(entries[_i]);
    soft_device_link(sides[0].device, false, 2);
    soft_device_hold_tx(sides[0].device, true);
    pass(10);
    ck_assert_uint_eq(ask(0, OID_GEN_MEDIA_CONNECT_STATUS), NdisMediaStateDisconnected);
    ck_assert_uint_eq(ask(1, OID_GEN_MEDIA_CONNECT_STATUS), NdisMediaStateConnected);
    send_one(1);
    ck_status(sender_reset(sides[0].sender), NDIS_STATUS_SUCCESS); /* while the other has a frame */
    pass(10);
    ck_assert(sides[1].sent == 1 && sides[1].completed == 1 && !sides[1].failed);
    ck_assert_uint_eq(sides[0].completed, 0);

    soft_device_unplug(sides[0].device);
    pass(100);
    sender_close(sides[0].sender);
    sides[0].sender = NULL;
    ck_status(nic_ndis_adapter_remove("nic0", 1000), NDIS_STATUS_SUCCESS);
    send_one(1);
    arrive(1);
    pass(10);
    ck_assert(sides[1].sent == 2 && sides[1].received == 1 && !sides[1].failed);
    ck_status(nic_ndis_adapter_remove("nic0", 0), NDIS_STATUS_ADAPTER_NOT_FOUND);
    stop();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("driver_two");
    TCase *t = tcase_create("two");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(t, each_has_its_own_frames, 0, 2);
    tcase_add_loop_test(t, trouble_of_one_is_its_own, 0, 2);
    tcase_set_timeout(t, 60);
    suite_add_tcase(suite, t);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
