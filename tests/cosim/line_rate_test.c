/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gigabit line rate both ways at once through NDIS, driver and device: exactly 20 octets of overhead a frame and nothing
 * lost. On the build with a 125 MHz sys clock: the USB clock of 60 MHz carries less than a gigabit by itself.
 */
#include "cosim.h"

#include "nic_regs.h"

#include <stdio.h>
#include <string.h>

static void both_ways(uint32_t octets)
{
    struct cosim c;
    uint32_t counters[64];
    uint32_t count = octets < 200 ? 1500 : 300;
    cosim_init(&c);
    wire_port_close(c.inner);
    struct wire_generator_options g = {
        .seed = c.options.seed,
        .count = count,
        .min_octets = octets,
        .max_octets = octets,
        .start_ns = 200000,
        .destination = {0x02, 0, 0, 0, 0, 0x0a},
    };
    c.inner = wire_generator_create(&g);
    const struct wire_generator_counts *wire = wire_generator_counts(c.inner);
    c.no_window = true;
    c.batch = 32;
    c.options.verify = false;
    cosim_frames(&c, count, octets - 4, octets - 4);
    match_free(c.match); /* what is received are the generator's frames */
    c.match = NULL;
    cosim_start(&c);
    machine_run(&c.machine, NULL, g.start_ns);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_counters(&c, counters);
    /* transmit: every frame, in order, whole, preamble 7 + SFD 1 + gap 12 */
    ck_assert_uint_eq(c.succeeded, count);
    ck_assert_uint_eq(wire->seen, count);
    ck_assert_uint_eq(
        wire->seen_bad_fcs + wire->seen_error + wire->seen_foreign + wire->seen_damaged, 0);
    ck_assert_uint_eq(wire->seen_out_of_order, 0);
    ck_assert_uint_eq(wire->seen_short_preamble, 0);
    ck_assert_uint_eq(wire->min_gap_octets, 12);
    ck_assert_uint_eq(wire->max_gap_octets, 12);
    ck_assert_uint_eq(wire->last_sfd_ns - wire->first_sfd_ns, (count - 1ull) * (octets + 20) * 8);
    /* receive: the generator sends at the same rate */
    ck_assert_uint_eq(wire->sent, count);
    ck_assert_uint_eq(c.received, count);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_PACKETS], count);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_DROP_OVERFLOW], 0);
    printf("%4u octets: %u frames each way at once, %u octets of overhead, none lost\n", octets,
           count, wire->max_gap_octets + 8);
    fflush(stdout);
    cosim_stop(&c);
}

static const uint32_t sizes[] = {64, 65, 128, 512, 1518};

START_TEST(line_rate)
{
    both_ways(sizes[_i]);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("line rate");
    TCase *tcase = tcase_create("line_rate");
    (void)argc;
    tcase_set_timeout(tcase, 300);
    tcase_add_loop_test(tcase, line_rate, 0, sizeof sizes / sizeof *sizes);
    suite_add_tcase(suite, tcase);
    return cosim_main(suite, argv[0]);
}
