/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each board's whole top from pin to pin, driver and NDIS over it: PLLs, resets, pads, RGMII and RMII are those that a bitstream has. A
 * board's first minute at each speed; all else has board_test, with faster models.
 */
#include "cosim.h"

#include "board_top.h"
#include "image.h"
#include "nic_regs.h"

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
    return cosim_main(suite, argv[0]);
}
