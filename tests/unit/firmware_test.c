/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole firmware, built natively, over registers that are these lines and PHYs of sim/models/mdio_phy.c: mailbox, counters of 64
 * bits, lights, heartbeat, and that a step stays bounded whatever is broken.
 */
#include "firmware.h"
#include "hw.h"
#include "mdio_phy.h"

#include <check.h>
#include <string.h>

#define STEP_MOST                                                                                  \
    1200 /* register accesses: a search of the bus, or a controller that never finishes */

static struct {
    struct mdio_bus bus;
    uint32_t words[0x1000 / 4];
    bool controller_dead;
    unsigned accesses, heartbeats;
    unsigned done, result; /* writes of MAIL_DONE, and the last of them */
    unsigned snapshots;
} rig;

static struct firmware firmware;

uint32_t hw_read(uint32_t address)
{
    rig.accesses++;
    ck_assert_uint_lt(address, 0x1000);
    if (address == NIC_MDIO_STATUS_ADDR && rig.controller_dead)
        return NIC_MDIO_STATUS_BUSY_MASK;
    ck_assert(address < NIC_COUNTER_ADDR || address >= NIC_COUNTER_NOW_ADDR);
    return rig.words[address / 4];
}

static void mdio(void)
{
    uint32_t control = rig.words[NIC_MDIO_CTRL_ADDR / 4];
    unsigned phy = control >> 8 & 31, reg = control & 31;
    uint16_t data = (uint16_t)rig.words[NIC_MDIO_DATA_ADDR / 4];
    if (control & 1u << 16) {
        mdio_bus_write(&rig.bus, phy, reg, data);
        return;
    }
    bool answered = mdio_bus_read(&rig.bus, phy, reg, &data);
    rig.words[NIC_MDIO_STATUS_ADDR / 4] = (uint32_t)data << 16 | (answered ? 0 : 2);
}

void hw_write(uint32_t address, uint32_t value)
{
    rig.accesses++;
    ck_assert_uint_lt(address, 0x1000);
    rig.words[address / 4] = value;
    rig.heartbeats += address == NIC_HEARTBEAT_ADDR;
    rig.snapshots += address == NIC_SNAPSHOT_ADDR;
    if (address == NIC_MDIO_START_ADDR)
        mdio();
    if (address == NIC_MAIL_DONE_ADDR) {
        rig.done++;
        rig.result = value;
        rig.words[NIC_MAIL_STATUS_ADDR / 4] = value << 8;
    }
}

static void setup(uint32_t tx_mhz)
{
    memset(&rig, 0, sizeof rig);
    rig.words[NIC_CAPS_ADDR / 4] = tx_mhz << 24 | 1u << 9;
    rig.words[NIC_PAUSE_ADDR / 4] = NIC_PAUSE_RESET_VALUE;
}

static void steps(unsigned count)
{
    while (count--) {
        unsigned before = rig.accesses, beats = rig.heartbeats;
        firmware_step(&firmware);
        ck_assert_uint_le(rig.accesses - before, STEP_MOST);
        ck_assert_uint_eq(rig.heartbeats, beats + 1);
        rig.words[NIC_PROC_TIME_ADDR / 4]++;
    }
}

static unsigned ask(uint32_t code, uint32_t argument)
{
    unsigned before = rig.done;
    rig.words[NIC_MAIL_REQUEST_ADDR / 4] = code;
    rig.words[NIC_MAIL_ARGUMENT_ADDR / 4] = argument;
    rig.words[NIC_MAIL_STATUS_ADDR / 4] = 1;
    steps(1);
    ck_assert_uint_eq(rig.done, before + 1);
    return rig.result;
}

static uint32_t answer(unsigned word)
{
    return rig.words[NIC_MAIL_ANSWER_ADDR / 4 + word];
}

/* HEARTBEAT: state in bits 2:0 (5: up), kind in 6:4, address in 12:8, changes in 31:16. LED: 1 link, 2 activity, 4 alive. */
START_TEST(link_up)
{
    setup(_i ? 50 : 125);
    struct mdio_phy *phy =
        mdio_bus_add(&rig.bus, _i ? MDIO_PHY_LAN8720A : MDIO_PHY_KSZ9031, _i ? 1 : 3, true);
    firmware_start(&firmware);
    steps(200);
    ck_assert_uint_eq(rig.words[NIC_HEARTBEAT_ADDR / 4], _i ? 0x00010125 : 0x00010315);
    ck_assert_uint_eq(rig.words[NIC_LINK_ADDR / 4], _i ? 0xb : 0xd);
    ck_assert_uint_eq(rig.words[NIC_LED_ADDR / 4], 1);
    mdio_phy_cable(phy, false);
    steps(100);
    ck_assert_uint_eq(rig.words[NIC_HEARTBEAT_ADDR / 4], _i ? 0x00020124 : 0x00020314);
    ck_assert_uint_eq(rig.words[NIC_LED_ADDR / 4], 0);
    ck_assert_uint_eq(rig.snapshots, 0);
}
END_TEST

/* A board without a gigabit interface does not offer it, whatever the PHY can do. */
START_TEST(gigabit_of_the_board)
{
    setup(50);
    mdio_bus_add(&rig.bus, MDIO_PHY_KSZ9031, 3, true);
    firmware_start(&firmware);
    steps(200);
    ck_assert_uint_eq(rig.words[NIC_LINK_ADDR / 4], 0xb);
}
END_TEST

START_TEST(lights)
{
    unsigned seen = 0;
    setup(125);
    firmware_start(&firmware);
    for (unsigned i = 0; i < 3000; i++) {
        steps(1);
        seen |= 1u << rig.words[NIC_LED_ADDR / 4];
        if (i >= 1000 && i < 2000)
            rig.words[NIC_COUNTER_NOW_ADDR / 4 + NIC_COUNTER_RX_PACKETS]++;
        if (i == 1500)
            ck_assert_uint_eq(rig.words[NIC_LED_ADDR / 4] & 3, 2);
    }
    ck_assert_uint_eq(seen, 1 << 0 | 1 << 2 | 1 << 4 | 1 << 6); /* both ways alive, no link */
}
END_TEST

START_TEST(counters_of_64_bits)
{
    uint64_t want = 0;
    uint32_t *now = &rig.words[NIC_COUNTER_NOW_ADDR / 4 + NIC_COUNTER_RX_OCTETS];
    setup(125);
    *now = 0xfffffff0;
    firmware_start(&firmware);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_COUNTER, NIC_COUNTER_RX_OCTETS), NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(answer(0) | answer(1), 0); /* since the start */
    for (unsigned i = 0; i < 40; i++) {
        *now += 0xf0000000; /* more than half of what wraps, between two looks at each */
        want += 0xf0000000;
        steps(NIC_COUNTER_MAX + 1);
    }
    *now += 7;
    want += 7;
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_COUNTER, NIC_COUNTER_RX_OCTETS), NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(answer(0) | (uint64_t)answer(1) << 32, want);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_COUNTER, NIC_COUNTER_TX_OCTETS), NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(answer(0) | answer(1), 0);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_COUNTER, NIC_COUNTER_MAX + 1), NIC_MAIL_RESULT_ARGUMENT);
}
END_TEST

START_TEST(phy_requests)
{
    setup(125);
    struct mdio_phy *phy = mdio_bus_add(&rig.bus, MDIO_PHY_B50612D, 7, true);
    firmware_start(&firmware);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_PHY, 0), NIC_MAIL_RESULT_FAILED);
    steps(200);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_PHY, 0), NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(answer(0), 0x5e620362);
    ck_assert_uint_eq(answer(1), 0x00010735);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_READ, 2), NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(answer(0), 0x0362);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_WRITE, 0x1234u << 16 | 0x1a), NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(phy->registers[0x1a], 0x1234);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_READ, 32), NIC_MAIL_RESULT_ARGUMENT);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_WRITE, 0x20), NIC_MAIL_RESULT_ARGUMENT);
    ck_assert_uint_eq(ask(0, 0), NIC_MAIL_RESULT_UNKNOWN);
    ck_assert_uint_eq(ask(99, 0), NIC_MAIL_RESULT_UNKNOWN);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_RESTART, 0), NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(rig.words[NIC_LINK_ADDR / 4] & 1, 0);
    steps(200);
    ck_assert_uint_eq(rig.words[NIC_LINK_ADDR / 4], 0xd);
    phy->dead = true;
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_READ, 2), NIC_MAIL_RESULT_FAILED);
    steps(10);
    ck_assert_uint_le(rig.words[NIC_HEARTBEAT_ADDR / 4] & 7, NIC_PHY_STATE_FAILED);
}
END_TEST

/* Nothing on the bus, a bus stuck low, a controller that never finishes: reported in the heartbeat, and requests are answered. */
START_TEST(broken)
{
    setup(125);
    rig.bus.stuck_low = _i == 1;
    rig.controller_dead = _i == 2;
    firmware_start(&firmware);
    steps(500);
    ck_assert_uint_eq(rig.words[NIC_HEARTBEAT_ADDR / 4], _i ? NIC_PHY_STATE_BUS_FAILED : 0);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_READ, 2), NIC_MAIL_RESULT_FAILED);
    ck_assert_uint_eq(ask(NIC_MAIL_REQUEST_COUNTER, 0), NIC_MAIL_RESULT_OK);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("firmware");
    TCase *tcase = tcase_create("firmware");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, link_up, 0, 2);
    tcase_add_test(tcase, gigabit_of_the_board);
    tcase_add_test(tcase, lights);
    tcase_add_test(tcase, counters_of_64_bits);
    tcase_add_test(tcase, phy_requests);
    tcase_add_loop_test(tcase, broken, 0, 3);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
