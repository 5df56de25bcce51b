/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conservation: under faults on both ways every frame is in exactly one counter of those that end its way. What goes in
 * and what comes out is counted here; the counters between are those of `hilnic stats`.
 */
#include "cosim.h"
#include "counters.h"

#include "nic_regs.h"

#include <string.h>

#define FRAMES   1200
#define INCOMING 1500
#define STEPS    300

/* A generator that is silent until the device is there; and one with a last good frame when everything else is over, which
 * shows what is missing before it. */
struct gated {
    struct wire_port port, *inner, *last;
    uint32_t offered;
    uint32_t most; /* frames that may be offered by now */
};

static struct counter counters[COUNTERS_MOST];
static unsigned counter_count;
static uint32_t good_on_wire;

static void gated_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    (void)port;
    good_on_wire += frame->fcs_ok && !frame->error;
}

static bool gated_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                       uint64_t *retry_ns)
{
    struct gated *g = (struct gated *)port;
    *retry_ns = now_ns + 10000;
    if (g->offered == g->most)
        return false;
    struct wire_port *from = g->offered == INCOMING - 1 ? g->last : g->inner;
    bool got = from->ops->next(from, now_ns, frame, retry_ns);
    g->offered += got;
    return got;
}

static int gated_close(struct wire_port *port)
{
    struct gated *g = (struct gated *)port;
    wire_port_close(g->last);
    return wire_port_close(g->inner);
}

static const struct wire_port_ops gated_ops = {
    .transmitted = gated_transmitted, .next = gated_next, .close = gated_close};

static uint64_t value(const char *name)
{
    for (unsigned i = 0; i < counter_count; i++)
        if (!strcmp(counters[i].name, name))
            return counters[i].value;
    ck_abort_msg("there is no counter %s", name);
}

static void write_bits(struct cosim *c, uint32_t address, uint32_t mask, bool set)
{
    uint32_t word;
    ck_assert(machine_read(&c->machine, address, &word, 1));
    word = set ? word | mask : word & ~mask;
    ck_assert(machine_write(&c->machine, address, &word, 1));
}

static void filter(struct cosim *c, ULONG types)
{
    ck_assert_int_eq(
        sender_set(c->machine.sender, OID_GEN_CURRENT_PACKET_FILTER, &types, sizeof types),
        NDIS_STATUS_SUCCESS);
}

/* Something goes wrong, or right again. */
static void disturb(struct cosim *c)
{
    switch (cosim_draw(c, 12)) {
    case 0:
        write_bits(c, NIC_LINK_ADDR, NIC_LINK_UP_MASK, false);
        break;
    case 1:
        write_bits(c, NIC_CTRL_ADDR, NIC_CTRL_RX_ENABLE_MASK, false);
        break;
    case 2:
        filter(c, NDIS_PACKET_TYPE_DIRECTED);
        break;
    case 3:
        sender_reset(c->machine.sender);
        break;
    case 4:
        /* Behind the library's back: what the device lets through nobody wants. */
        filter(c, NDIS_PACKET_TYPE_DIRECTED);
        write_bits(c, NIC_FILTER_ADDR, NIC_FILTER_PROMISCUOUS_MASK, true);
        break;
    default:
        write_bits(c, NIC_LINK_ADDR, NIC_LINK_UP_MASK, true);
        write_bits(c, NIC_CTRL_ADDR, NIC_CTRL_RX_ENABLE_MASK, true);
        filter(c, NDIS_PACKET_TYPE_PROMISCUOUS);
    }
}

static void send_some(struct cosim *c)
{
    uint32_t time[2], n = cosim_draw(c, 10);
    ck_assert(machine_read(&c->machine, NIC_TIME_LO_ADDR, time, 2));
    uint64_t now_ns = (uint64_t)time[1] << 32 | time[0];
    for (; n && c->sent < c->count && sender_outstanding(c->machine.sender) < 500; n--) {
        struct sender_frame f = {.octets = c->frames[c->sent].octets,
                                 .length = c->frames[c->sent].length,
                                 .number = c->sent};
        if (cosim_draw(c, 8) == 0)
            f.launch_ns = now_ns + cosim_draw(c, 40000) - 10000;
        c->sent++;
        ck_assert_uint_eq(
            sender_send(c->machine.sender, &f, 1,
                        cosim_draw(c, 2) ? SENDER_NDIS_SEND : SENDER_NDIS_SEND_PACKETS),
            1);
    }
}

static void carry(struct cosim *c, struct gated *g)
{
    g->most = INCOMING - 1;
    for (unsigned i = 0; i < STEPS || c->sent < c->count || g->offered < INCOMING - 1; i++) {
        send_some(c);
        if (i < STEPS && cosim_draw(c, 4) == 0)
            disturb(c);
        machine_run(&c->machine, NULL, machine_now_ns(&c->machine) + 1000 * cosim_draw(c, 150));
        ck_assert_uint_lt(i, 100 * STEPS);
    }
    write_bits(c, NIC_LINK_ADDR, NIC_LINK_UP_MASK, true);
    write_bits(c, NIC_CTRL_ADDR, NIC_CTRL_RX_ENABLE_MASK, true);
    filter(c, NDIS_PACKET_TYPE_PROMISCUOUS);
    machine_run(&c->machine, NULL, machine_now_ns(&c->machine) + 50000000);
    g->most = INCOMING;
    c->tap.changed = true;
    machine_run(&c->machine, NULL, machine_now_ns(&c->machine) + 50000000);
}

static void check_receive(const struct cosim *c, const struct gated *g)
{
    static const char *const ends[] = {
        "rx_packets",  "rx_fcs_errors",    "rx_align_errors",  "rx_undersize",     "rx_fragments",
        "rx_oversize", "rx_jabbers",       "rx_symbol_errors", "rx_drop_overflow", "rx_drop_filter",
        "rx_pause",    "rx_drop_disabled", "rx_drop_reset"};
    uint64_t ended = 0;
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++)
        ended += value(ends[i]);
    ck_assert_uint_eq(g->offered, INCOMING);
    ck_assert_uint_eq(ended, g->offered);
    ck_assert_uint_eq(value("rx_packets"), value("driver_rx_ok") + value("driver_rx_errors") +
                                               value("driver_rx_gap") - value("rx_drop_overflow"));
    ck_assert_uint_eq(value("rx_drop_overflow"), value("driver_rx_lost"));
    ck_assert_uint_eq(value("driver_rx_ok"), value("ndis_indications"));
    ck_assert_uint_eq(value("ndis_indications"), c->received + value("ndis_unclaimed"));
}

static void check_transmit(const struct cosim *c)
{
    ck_assert_uint_eq(c->sent, FRAMES);
    ck_assert_uint_eq(c->completed, FRAMES);
    ck_assert_uint_eq(FRAMES, value("ndis_sent") + value("ndis_refused"));
    ck_assert_uint_eq(value("ndis_sent"),
                      value("ndis_completed_ok") + value("ndis_completed_error"));
    ck_assert_uint_eq(value("ndis_completed_ok"), c->succeeded);
    ck_assert_uint_eq(value("ndis_completed_ok"), value("driver_tx_ok"));
    ck_assert_uint_eq(value("driver_tx_ok"), value("tx_packets"));
    ck_assert_uint_eq(value("tx_packets"), good_on_wire);
    ck_assert_uint_eq(value("driver_tx_errors"), value("tx_late") + value("tx_link_down") +
                                                     value("tx_too_long") + value("tx_aborted") +
                                                     value("driver_tx_abandoned"));
    ck_assert_uint_eq(value("ndis_completed_error"), value("driver_tx_errors") +
                                                         value("driver_tx_refused") +
                                                         value("ndis_aborted"));
}

/* _i: the seeds. */
START_TEST(every_frame_in_one_counter)
{
    struct cosim c;
    struct gated g = {.port.ops = &gated_ops};
    cosim_init(&c);
    c.options.seed += (unsigned)_i;
    c.random += 2u * (unsigned)_i;
    c.options.core.stall_percent = _i & 1 ? 40 : 0;
    wire_port_close(c.inner);
    c.inner = &g.port;
    g.inner = wire_generator_create(&(struct wire_generator_options){
        .seed = c.options.seed,
        .count = INCOMING - 1,
        .min_octets = 64,
        .max_octets = 1518,
        .pause_every = 3,
        .destination = {2, 0, 0, 0, 0, 7},
        .fcs_percent = 5,
        .symbol_percent = 5,
        .runt_percent = 5,
        .giant_percent = 5,
    });
    g.last = wire_generator_create(&(struct wire_generator_options){
        .seed = c.options.seed, .count = 1, .min_octets = 64, .max_octets = 64});
    good_on_wire = 0;
    cosim_frames(&c, FRAMES, 5, 1600);
    cosim_start(&c);
    carry(&c, &g);
    counter_count = counters_read(&c.machine, counters);
    ck_assert_uint_gt(counter_count, 0);
    check_receive(&c, &g);
    check_transmit(&c);
    cosim_stop(&c);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("counters");
    TCase *t = tcase_create("conservation");
    (void)argc;
    tcase_set_timeout(t, 240);
    tcase_add_loop_test(t, every_frame_in_one_counter, 0, 6);
    suite_add_tcase(suite, t);
    return cosim_main(suite, argv[0]);
}
