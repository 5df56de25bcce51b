/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each board's whole top from pin to pin, driver and NDIS over it: PLLs, resets, pads, RGMII and RMII are those that a bitstream has. A
 * board's first minute at each speed; all else has board_test, with faster models.
 */
#include "cosim.h"

#include "board_top.h"
#include "image.h"
#include "nic_regs.h"

#include <stdlib.h>

enum { BUTTERSTICK, ECPIX5, ULX3S, TINYFPGA_BX, BOARDS };

static const struct {
    const char *device;
    const struct board_pins *half;
    unsigned mbps;
} boards[BOARDS] = {
    {"board:butterstick", &board_top_butterstick, 1000},
    {"board:ecpix5", &board_top_ecpix5, 1000},
    {"board:ulx3s", &board_top_ulx3s, 100},
    {"board:tinyfpga-bx", &board_top_tinyfpga_bx, 100},
};

/* The next frames up to number `count`, there and back; no longer, because idle clocks cost as much as others. */
static void carry(struct cosim *c, uint32_t count)
{
    c->count = count;
    for (unsigned i = 0; i < 400 && (c->completed < count || c->received < count); i++)
        cosim_carry(c, 500000);
    ck_assert_uint_eq(c->completed, count);
    ck_assert_uint_eq(c->received, count);
}

/* Enumeration, firmware, link at what the cable's other end can, frames each way at no more than that rate, NIC reset, and frames
 * again. */
static void first_minute(unsigned board, unsigned mbps, uint32_t count)
{
    struct cosim c;
    uint32_t link;
    cosim_init(&c);
    c.options.device = boards[board].device;
    c.options.board.half = boards[board].half;
    c.options.board.mbps = c.options.mbps = mbps;
    c.options.board.in_phase = true;
    if (board != TINYFPGA_BX) { /* which has no processor: the driver sets the link */
        c.options.firmware = firmware_image;
        c.options.firmware_bytes = firmware_image_bytes;
    }
    cosim_frames(&c, count + count / 10, 14, 120);
    cosim_start(&c);
    ck_assert(cosim_link_becomes(&c, true, 50));
    ck_assert(machine_read(&c.machine, NIC_LINK_ADDR, &link, 1));
    ck_assert_uint_eq(link, 0x9 | (mbps == 1000 ? 2 : mbps == 100) << NIC_LINK_SPEED_SHIFT);
    carry(&c, count);
    struct board_model_stats stats;
    board_model_stats_get(c.machine.board, &stats);
    if (board <= ECPIX5) /* the PHY's registers, VBUS, configured */
        ck_assert_uint_eq(stats.lights & 0x70, 0x70);
    ck_assert_int_eq(sender_reset(c.machine.sender), NDIS_STATUS_SUCCESS);
    ck_assert(cosim_link_becomes(&c, true, 50));
    carry(&c, count + count / 10);
    cosim_carry(&c, 1000000); /* and nothing more */
    cosim_check(&c, true);
    for (uint32_t i = 1; i < c.wire_count; i++)
        ck_assert_uint_ge(c.wire[i].sfd_ns - c.wire[i - 1].sfd_ns,
                          (c.wire[i - 1].length + 20) * 8000 / mbps);
    unsigned assertions = board_model_assertions(c.machine.board);
    cosim_stop(&c);
    ck_assert_msg(assertions == 0, "%u assertions of the RTL or breaches of a standard",
                  assertions);
}

START_TEST(top)
{
    first_minute((unsigned)_i, boards[_i].mbps, 200);
}
END_TEST

START_TEST(top_slower)
{
    static const unsigned boards_mbps[][2] = {
        {BUTTERSTICK, 100}, {BUTTERSTICK, 10}, {TINYFPGA_BX, 10}};
    first_minute(boards_mbps[_i][0], boards_mbps[_i][1], 40);
}
END_TEST

/* ---- line rate ---- */

/* A wire whose frames wait until the device is ready for them. */
struct gate {
    struct wire_port port, *inner;
    bool open;
};

static void gate_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct gate *g = (struct gate *)port;
    g->inner->ops->transmitted(g->inner, frame);
}

static bool gate_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                      uint64_t *retry_ns)
{
    struct gate *g = (struct gate *)port;
    *retry_ns = UINT64_MAX;
    return g->open && g->inner->ops->next(g->inner, now_ns, frame, retry_ns);
}

static int gate_close(struct wire_port *port)
{
    struct gate *g = (struct gate *)port;
    int code = wire_port_close(g->inner);
    free(g);
    return code;
}

static const struct {
    unsigned board, mbps;
    uint32_t count, octets; /* of frames, FCS included */
} rates[] = {
    /* As many as the receive buffer has places for the shortest, and what USB carries away meanwhile; and longer ones, by octets. */
    {BUTTERSTICK, 1000, 1500, 64}, {BUTTERSTICK, 1000, 50, 1518}, {BUTTERSTICK, 100, 300, 64},
    {BUTTERSTICK, 100, 30, 1518},  {BUTTERSTICK, 10, 40, 64},     {BUTTERSTICK, 10, 5, 1518},
    {ULX3S, 100, 512, 64},         {ULX3S, 100, 21, 1518},        {ULX3S, 10, 40, 64},
    {TINYFPGA_BX, 100, 32, 64},    {TINYFPGA_BX, 10, 40, 64},     {TINYFPGA_BX, 10, 5, 1518},
};

/* Received: a burst without a gap more than 12 octets, through pins, buffer, USB and driver; none is lost. Sent at the same time: where USB
 * carries more than the wire, at line rate but for two per cent, else with no gap less. */
START_TEST(line_rate)
{
    static const struct wire_port_ops ops = {gate_transmitted, gate_next, gate_close};
    struct cosim c;
    struct gate *g = calloc(1, sizeof *g);
    uint32_t counters[64], count = rates[_i].count, octets = rates[_i].octets;
    unsigned board = rates[_i].board, mbps = rates[_i].mbps;
    bool full_speed = board >= ULX3S;
    cosim_init(&c);
    wire_port_close(c.inner);
    g->port.ops = &ops;
    g->inner = wire_generator_create(&(struct wire_generator_options){
        .seed = c.options.seed,
        .count = count,
        .min_octets = octets,
        .max_octets = octets,
        .destination = {0x02, 0, 0, 0, 0, 0x0a},
    });
    const struct wire_generator_counts *wire = wire_generator_counts(g->inner);
    c.inner = &g->port;
    c.options.device = boards[board].device;
    c.options.board.half = boards[board].half;
    c.options.board.mbps = c.options.mbps = mbps;
    c.options.board.in_phase = true;
    c.options.verify = false;
    c.no_window = true;
    c.batch = 32;
    cosim_frames(&c, full_speed ? 1 : count < 200 ? count : 200, octets - 4, octets - 4);
    match_free(c.match); /* what is received are the generator's frames */
    c.match = NULL;
    cosim_start(&c);
    ck_assert(cosim_link_becomes(&c, true, 50));
    bool all = false;
    struct board_model_stats before, after = {0};
    board_model_stats_get(c.machine.board, &before);
    g->open = c.tap.changed = true;
    for (unsigned i = 0; i < 400 && (c.completed < c.count || c.received < count); i++) {
        cosim_carry(&c, i < 100 ? 50000 : 500000);
        if (!all)
            board_model_stats_get(c.machine.board, &after);
        all = c.received >= count;
    }
    ck_assert_uint_ge(after.now_ns - before.now_ns, (count - 1) * (octets + 20) * 8000 / mbps);
    cosim_counters(&c, counters);
    ck_assert_uint_eq(wire->sent, count);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_DROP_OVERFLOW], 0);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_PACKETS], count);
    ck_assert_uint_eq(c.received, count);
    ck_assert_uint_eq(c.succeeded, c.count);
    ck_assert_uint_eq(wire->seen, c.count);
    ck_assert_uint_eq(wire->seen_bad_fcs + wire->seen_error + wire->seen_damaged, 0);
    ck_assert_uint_ge(wire->min_gap_octets, 12);
    if (!full_speed && mbps < 1000) {
        uint64_t least_ns = (c.count - 1ull) * (octets + 20) * 8000 / mbps;
        ck_assert_uint_ge(wire->last_sfd_ns - wire->first_sfd_ns, least_ns);
        ck_assert_uint_le(wire->last_sfd_ns - wire->first_sfd_ns, least_ns + least_ns / 50);
    }
    cosim_stop(&c);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 240);
    tcase_add_loop_test(t, test, 0, count);
    suite_add_tcase(suite, t);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("top");
    (void)argc;
    add(suite, "top", top, BOARDS);
    add(suite, "top_slower", top_slower, 3);
    add(suite, "line_rate", line_rate, sizeof rates / sizeof *rates);
    return cosim_main(suite, argv[0]);
}
