/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Launch times through NDIS, driver and the Verilated device: TimeToSend against the SFD on the wire and against
 * TimeSent (REQ-23), and what becomes of a packet that is too late.
 */
#include "cosim.h"

#include "nic_regs.h"

#define FRAMES 60
#define CLOCK  8 /* ns: one period of the transmit clock */

static ULONGLONG time_sent[FRAMES];
static unsigned sent_reports;

static void sent(void *context, ULONG number, ULONGLONG time)
{
    (void)context;
    time_sent[number] = time;
    sent_reports++;
}

static uint64_t device_time(struct cosim *c)
{
    uint32_t time[2];
    ck_assert(machine_read(&c->machine, NIC_TIME_LO_ADDR, time, 2));
    return (uint64_t)time[1] << 32 | time[0];
}

static void start(struct cosim *c, uint32_t count, unsigned mbps)
{
    cosim_init(c);
    c->options.mbps = mbps;
    c->options.handlers.sent = sent;
    c->no_window = true;
    sent_reports = 0;
    memset(time_sent, 0, sizeof time_sent);
    cosim_frames(c, count, 14, mbps == 10 ? 100 : 400);
    cosim_start(c);
}

/* Frame `number`, to leave at `launch_ns` of the device's time; 0: at once. */
static void send_at(struct cosim *c, uint32_t number, uint64_t launch_ns)
{
    struct sender_frame frame = {.octets = c->frames[number].octets,
                                 .length = c->frames[number].length,
                                 .number = number,
                                 .time_to_send = launch_ns / 100};
    ck_assert_uint_eq(number, c->sent);
    ck_assert_uint_eq(sender_send(c->machine.sender, &frame, 1,
                                  number % 2 ? SENDER_NDIS_SEND : SENDER_NDIS_SEND_PACKETS),
                      1);
    c->sent++;
}

static void leaves_on_time(unsigned mbps)
{
    struct cosim c;
    uint64_t launch[FRAMES], at;
    start(&c, FRAMES, mbps);
    at = device_time(&c) / 100 * 100 + 2000000;
    for (uint32_t i = 0; i < FRAMES; i++) {
        launch[i] = at;
        send_at(&c, i, at);
        at += 500 * 1000 / mbps * 1000 / 100 * 100 + 8000 + cosim_draw(&c, 100) * 100;
        if (i % 16 == 15) /* not more than the device's buffer takes */
            while (c.completed + 8 < c.sent)
                machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + 100000);
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    ck_assert_uint_eq(sent_reports, FRAMES);
    for (uint32_t i = 0; i < FRAMES; i++) {
        /* The wire's clock is the host's, with another origin: so against the first frame. */
        uint64_t wire_ns = c.wire[i].sfd_ns - c.wire[0].sfd_ns, due_ns = launch[i] - launch[0];
        uint64_t period =
            mbps == 1000 ? CLOCK : 8 * 1000 / mbps / 2; /* of a nibble: an edge later than due */
        ck_assert_msg(wire_ns <= due_ns + period && due_ns <= wire_ns + period,
                      "frame %u: SFD %llu ns after the first, due after %llu", i,
                      (unsigned long long)wire_ns, (unsigned long long)due_ns);
        /* TimeSent is in whole units of 100 ns. */
        ck_assert_msg(time_sent[i] * 100 + 99 >= launch[i] &&
                          time_sent[i] * 100 <= launch[i] + period,
                      "frame %u: TimeSent %llu, TimeToSend %llu", i,
                      (unsigned long long)time_sent[i], (unsigned long long)launch[i] / 100);
    }
    cosim_stop(&c);
}

START_TEST(req_23_time_to_send_1000)
{
    leaves_on_time(1000);
}
END_TEST

START_TEST(req_23_time_to_send_100)
{
    leaves_on_time(100);
}
END_TEST

START_TEST(late)
{
    struct cosim c;
    uint32_t counters[64];
    start(&c, 6, 1000);
    uint64_t now = device_time(&c);
    send_at(&c, 0, 0);
    send_at(&c, 1, 100);
    send_at(&c, 2, 0);
    send_at(&c, 3, now + 300000);
    send_at(&c, 4, now + 200000); /* has passed when the frame before it is out */
    send_at(&c, 5, 0);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    for (uint32_t i = 0; i < 6; i++) {
        NDIS_STATUS expected = i == 1 || i == 4 ? NDIS_STATUS_INVALID_DATA : NDIS_STATUS_SUCCESS;
        ck_assert_msg(c.status[i] == expected, "frame %u: status %08x", i, (unsigned)c.status[i]);
    }
    cosim_counters(&c, counters);
    ck_assert_uint_eq(counters[NIC_COUNTER_TX_LATE], 2);
    ck_assert_uint_eq(c.wire_count, 4);
    ck_assert_uint_eq(match_counts(c.match)->matched, 4);
    cosim_stop(&c);
}
END_TEST

/* A frame that waits for its time holds the ones behind it, which have none, back (invariant 2). */
START_TEST(order_before_time)
{
    struct cosim c;
    start(&c, 3, 1000);
    uint64_t launch = device_time(&c) / 100 * 100 + 500000;
    send_at(&c, 0, launch);
    send_at(&c, 1, 0);
    send_at(&c, 2, 0);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    ck_assert_uint_ge(device_time(&c), launch);
    ck_assert_uint_gt(c.wire[1].sfd_ns, c.wire[0].sfd_ns);
    ck_assert_uint_eq(sent_reports, 1); /* for the one that has a time */
    cosim_stop(&c);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test)
{
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, test);
    suite_add_tcase(suite, t);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("time");
    (void)argc;
    add(suite, "time_to_send_1000", req_23_time_to_send_1000);
    add(suite, "time_to_send_100", req_23_time_to_send_100);
    add(suite, "late", late);
    add(suite, "order_before_time", order_before_time);
    return cosim_main(suite, argv[0]);
}
