/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 100 000 frames through NDIS, driver and core model and back, while the link falls and rises a thousand times, and as many over the
 * board model of high speed and RGMII: each is completed exactly once, in order; what was sent with success was on the wire and came
 * back, and nothing else did. For `make soak`.
 */
#include "cosim.h"

#include "nic_regs.h"

#include <stdio.h>

enum { ROUNDS = 5, FLAPS = 200 };
static const char *const devices[] = {"core", "board:butterstick"};

static void set_link(struct cosim *c, bool up)
{
    uint32_t link = 2u << NIC_LINK_SPEED_SHIFT | (up ? NIC_LINK_UP_MASK : 0);
    ck_assert(machine_write(&c->machine, NIC_LINK_ADDR, &link, 1));
}

START_TEST(flaps)
{
    struct cosim c;
    uint32_t counters[64];
    cosim_init(&c);
    c.random += (uint64_t)_i << 32;
    c.options.device = devices[_i / ROUNDS];
    c.options.verify = false;
    c.batch = 32;
    cosim_frames(&c, COSIM_FRAMES, 60, 200);
    uint32_t all = c.count;
    cosim_start(&c);
    for (uint32_t i = 1; i <= FLAPS; i++) {
        c.count = all / FLAPS * i;
        cosim_carry(&c, cosim_draw(&c, 100000));
        set_link(&c, false);
        cosim_carry(&c, cosim_draw(&c, 20000));
        set_link(&c, true);
        ck_assert(cosim_link_becomes(&c, true, 50));
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    cosim_counters(&c, counters);
    ck_assert_uint_lt(c.succeeded, all);
    ck_assert_uint_gt(c.succeeded, all / 2);
    ck_assert_uint_eq(c.wire_count, c.succeeded);
    ck_assert_uint_eq(c.received, c.succeeded);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_DROP_OVERFLOW], 0);
    printf("%s: %u frames, %u of them while the link was down, which fell %d times\n",
           devices[_i / ROUNDS], all, all - c.succeeded, FLAPS);
    cosim_stop(&c);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("soak");
    TCase *tcase = tcase_create("flaps");
    (void)argc;
    tcase_set_timeout(tcase, 900);
    tcase_add_loop_test(tcase, flaps, 0, ROUNDS * sizeof devices / sizeof *devices);
    suite_add_tcase(suite, tcase);
    return cosim_main(suite, argv[0]);
}
