/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver and NDIS over the board model: the same machine, books and checks as with the core model, and USB in between:
 * chirp, enumeration, packets, a bus that loses and breaks them, the cable. High speed on ULPI with gigabit, and full speed on three
 * pins with RMII.
 */
#include "cosim.h"

#include "nic_oid.h"
#include "nic_regs.h"

static const char *const boards[] = {"board:butterstick", "board:ulx3s", "board:tinyfpga-bx"};
static bool full_speed; /* of all but the first: fewer frames, because 40 times slower */

static void init(struct cosim *c, int board)
{
    cosim_init(c);
    full_speed = board != 0;
    c->options.device = boards[board];
}

static void frames(struct cosim *c, uint32_t count, uint32_t min, uint32_t max)
{
    cosim_frames(c, full_speed ? (count + 5) / 6 : count, min, max);
}

static void start(struct cosim *c, int board, uint32_t count, uint32_t min, uint32_t max)
{
    init(c, board);
    frames(c, count, min, max);
    cosim_start(c);
}

static void stop(struct cosim *c)
{
    unsigned assertions = board_model_assertions(c->machine.board);
    cosim_stop(c);
    ck_assert_msg(assertions == 0, "%u assertions of the RTL or breaches of a standard",
                  assertions);
}

static void traffic(int board, bool single, unsigned fault_permille, unsigned throttle_percent)
{
    struct cosim c;
    struct board_model_stats stats;
    init(&c, board);
    c.options.single = single;
    c.options.board.fault_permille = fault_permille;
    c.options.board.throttle_percent = throttle_percent;
    frames(&c, 120, 14, 1514);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    board_model_stats_get(c.machine.board, &stats);
    ck_assert(fault_permille ? stats.faults > 10 : stats.faults == 0);
    stop(&c);
}

START_TEST(clean)
{
    traffic(_i, false, 0, 0);
}
END_TEST

START_TEST(single_build)
{
    traffic(_i, true, 0, 30);
}
END_TEST

START_TEST(lossy_bus)
{
    traffic(_i, false, 60, 10);
}
END_TEST

/* The next lower speed: 100 Mb/s, and 10 Mb/s on RMII. */
START_TEST(lower_speed)
{
    struct cosim c;
    init(&c, _i);
    c.options.mbps = full_speed ? 10 : 100;
    frames(&c, 30, 14, 400);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    for (uint32_t i = 1; i < c.wire_count; i++)
        ck_assert_uint_ge(c.wire[i].sfd_ns - c.wire[i - 1].sfd_ns,
                          (c.wire[i - 1].length + 20) * (full_speed ? 800 : 80));
    stop(&c);
}
END_TEST

/* NdisReset in mid-traffic: RESET over endpoint 0, the streams taken up again. */
START_TEST(reset_nic)
{
    struct cosim c;
    start(&c, _i, 120, 14, 1000);
    c.any_order = true; /* as in core_test */
    for (unsigned i = 0; i < (full_speed ? 2 : 6); i++) {
        cosim_carry(&c, 1000 + cosim_draw(&c, full_speed ? 6000000 : 300000));
        ck_assert_int_eq(sender_reset(c.machine.sender), NDIS_STATUS_SUCCESS);
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_gt(c.succeeded, c.count / 4);
    stop(&c);
}
END_TEST

START_TEST(unplugged)
{
    struct cosim c;
    start(&c, _i, 100, 60, 1000);
    cosim_carry(&c, (full_speed ? 20 : 1) * (50000 + cosim_draw(&c, 300000)));
    board_model_plug(c.machine.board, false);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_lt(c.succeeded, c.count);
    stop(&c);
}
END_TEST

/* The adapter is started anew on the same device: bus reset, enumeration, and all works. */
START_TEST(again)
{
    struct cosim c;
    start(&c, _i, 60, 60, 600);
    uint32_t all = c.count / 3 * 3;
    for (c.count = all / 3; c.count <= all; c.count += all / 3) {
        ck_assert(cosim_carry(&c, UINT64_MAX));
        ck_assert_int_eq(machine_restart_adapter(&c.machine, &c.options), 0);
    }
    c.count = all;
    cosim_check(&c, true);
    stop(&c);
}
END_TEST

START_TEST(registers)
{
    struct cosim c;
    uint32_t words[8], hash[2] = {0x12345678, 0x9abcdef0}, back[2];
    start(&c, _i, 1, 60, 60);
    ck_assert(machine_read(&c.machine, NIC_ID_ADDR, words, 2));
    ck_assert_uint_eq(words[0], NIC_ID_RESET_VALUE);
    ck_assert_uint_eq(words[1], NIC_MAP_HASH);
    ck_assert(machine_write(&c.machine, NIC_HASH_ADDR, hash, 2));
    ck_assert(machine_read(&c.machine, NIC_HASH_ADDR, back, 2));
    ck_assert_mem_eq(hash, back, sizeof back);
    ck_assert(!machine_read(&c.machine, 0x7ffc, words, 1)); /* STALL, and endpoint 0 goes on */
    ck_assert(machine_read(&c.machine, NIC_ID_ADDR, words, 1));
    stop(&c);
}
END_TEST

static uint64_t hash_of(int board, uint64_t seed)
{
    struct cosim c;
    init(&c, board);
    c.options.seed = seed;
    c.options.board.fault_permille = 20;
    c.random = 77; /* the same traffic, whatever the seed */
    frames(&c, 20, 14, 400);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    uint64_t hash = machine_hash(&c.machine);
    stop(&c);
    return hash;
}

START_TEST(equal_seeds_equal_runs)
{
    uint64_t seed = cosim_seed(), first = hash_of(_i, seed);
    ck_assert_msg(first == hash_of(_i, seed), "two runs with one seed differ");
    ck_assert_msg(first != hash_of(_i, seed + 1), "two seeds, one run");
}
END_TEST

#define ADD(name) add(suite, #name, name)

static void add(Suite *suite, const char *name, const TTest *test)
{
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 240);
    tcase_add_loop_test(t, test, 0, 3);
    suite_add_tcase(suite, t);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("board");
    (void)argc;
    ADD(clean);
    ADD(single_build);
    ADD(lossy_bus);
    ADD(lower_speed);
    ADD(reset_nic);
    ADD(unplugged);
    ADD(again);
    ADD(registers);
    ADD(equal_seeds_equal_runs);
    return cosim_main(suite, argv[0]);
}
