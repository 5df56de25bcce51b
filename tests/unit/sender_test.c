/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sample protocol on a scripted miniport: which call it takes (REQ-21), whose packets go first
 * (REQ-34), that every frame ends once.
 */
#include "ndis_rig.h"
#include "sender.h"

#define FRAMES 100

static struct rig r;
static struct sender *sender;
static UCHAR octets[60];
static unsigned completed[FRAMES], failed;

static void on_completed(void *context, ULONG number, NDIS_STATUS status)
{
    (void)context;
    ck_assert_uint_lt(number, FRAMES);
    completed[number]++;
    failed += status != NDIS_STATUS_SUCCESS;
}

static void start(struct nic_script_miniport like)
{
    static const struct sender_handlers handlers = {.completed = on_completed};
    NDIS_STATUS status;

    memset(completed, 0, sizeof(completed));
    failed = 0;
    rig_start(&r, &like, 0, RIG_VERIFY, 0);
    sender = sender_open("nic0", &handlers, &status);
    ck_status(status, NDIS_STATUS_SUCCESS);
}

static void stop(void)
{
    ck_assert_uint_eq(sender_outstanding(sender), 0);
    sender_close(sender);
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

static void send_all(const UINT *priorities, unsigned count, enum sender_call call)
{
    struct sender_frame frames[FRAMES];
    unsigned sent = 0;

    for (unsigned i = 0; i < count; i++)
        frames[i] = (struct sender_frame){.octets = octets,
                                          .length = sizeof(octets),
                                          .number = i,
                                          .priority = priorities ? priorities[i] : 0};
    while (sent < count)
        sent += sender_send(sender, frames + sent, count - sent, call);
    rig_run(&r, 1000);
    for (unsigned i = 0; i < count; i++)
        ck_assert_uint_eq(completed[i], 1);
    ck_assert_uint_eq(failed, 0);
}

/* _i: what the miniport answers to OID_GEN_MAXIMUM_SEND_PACKETS; 0 is NOT_SUPPORTED. */
START_TEST(req_21_the_call_follows_maximum_send_packets)
{
    const struct sender_counts *counts;

    start((struct nic_script_miniport){.arrays = _i > 1, .max_packets = (ULONG)_i});
    send_all(NULL, FRAMES, SENDER_BY_MINIPORT);
    counts = sender_counts(sender);
    ck_assert_uint_eq(counts->ndis_send, _i > 1 ? 0 : FRAMES);
    ck_assert_uint_eq(counts->ndis_send_packets, _i > 1 ? 2 : 0);
    stop();
}
END_TEST

START_TEST(req_34_the_highest_priority_goes_first)
{
    static const UINT priorities[8] = {0, 7, 3, 7, 0, 5, 3, 1};
    static const uint32_t expected[8] = {1, 3, 5, 2, 6, 7, 0, 4}; /* equal ones as they came */
    unsigned at = 0;

    start((struct nic_script_miniport){.arrays = _i & 1, .max_packets = 64});
    send_all(priorities, 8, _i & 2 ? SENDER_NDIS_SEND : SENDER_NDIS_SEND_PACKETS);
    for (size_t i = 0; i < r.trace.count; i++) {
        if (r.trace.events[i].kind == NIC_TRACE_GIVEN)
            ck_assert_uint_eq(r.trace.events[i].packet, expected[at++]);
    }
    ck_assert_uint_eq(at, 8);
    stop();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("sender");
    TCase *c = tcase_create("sample protocol");

    tcase_add_loop_test(c, req_21_the_call_follows_maximum_send_packets, 0, 4);
    tcase_add_loop_test(c, req_34_the_highest_priority_goes_first, 0, 4);
    suite_add_tcase(s, c);
    return rig_main(s);
}
