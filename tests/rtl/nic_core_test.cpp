// SPDX-License-Identifier: Apache-2.0
// nic_core as a whole: every register, a frame each way, loopback at all speeds.
#include "nic_core_tb.h"

START_TEST(sends_one_frame)
{
    struct core c = {};
    core_open(&c, "nic_core_send", 1);
    core_reset(&c);
    core_start(&c, NIC_SPEED_M1000, 0);
    bytes frame = core_random_frame(&c, 14);
    core_send(&c, frame, 0x12345678, NIC_TX_HEADER_WORD0_REPORT_MASK, 0);
    core_wait_completed(&c, 1, 20000);
    ck_assert_uint_eq(c.sent.size(), 1);
    ck_assert_uint_eq(c.sent[0].preamble, 7);
    ck_assert(c.sent[0].octets == core_with_fcs(frame, 60));
    ck_assert(!c.sent[0].error);
    // The link came up before.
    ck_assert_uint_eq(c.events.size(), 2);
    ck_assert_uint_eq(c.events[0].kind, NIC_EVENT_TYPE_LINK);
    ck_assert_uint_eq(c.events[1].kind, NIC_EVENT_TYPE_TX_DONE);
    ck_assert_uint_eq(c.events[1].status, NIC_TX_STATUS_OK);
    ck_assert_uint_eq(c.events[1].count, 1);
    ck_assert_uint_eq(c.events[1].tag, 0x12345678);
    core_close(&c);
}
END_TEST

START_TEST(receives_one_frame)
{
    struct core c = {};
    core_open(&c, "nic_core_receive", 2);
    core_reset(&c);
    core_start(&c, NIC_SPEED_M1000, 0);
    bytes frame = core_random_frame(&c, 61);
    core_receive(&c, core_with_fcs(frame, 60), 7, 12, false);
    core_wait_records(&c, 1, 20000);
    ck_assert_uint_eq(c.records.size(), 1);
    ck_assert(c.records[0].frame == frame);
    ck_assert_uint_eq(c.records[0].error, NIC_RX_ERROR_NONE);
    ck_assert_uint_eq(c.records[0].sequence, 0);
    core_close(&c);
}
END_TEST

START_TEST(loops_back)
{
    static const unsigned speeds[] = {NIC_SPEED_M1000, NIC_SPEED_M100, NIC_SPEED_M10};
    for (unsigned speed : speeds) {
        struct core c = {};
        core_open(&c, "nic_core_loopback", 3 + speed);
        core_reset(&c);
        core_start(&c, speed, NIC_CTRL_LOOPBACK_MASK);
        std::vector<bytes> frames;
        for (unsigned i = 0; i < 6; i++) {
            frames.push_back(core_random_frame(&c, 60 + tb_below(&c.random, speed == NIC_SPEED_M10 ? 60 : 1400)));
            core_send(&c, frames[i], i, 0, 0);
        }
        core_wait_records(&c, frames.size(), 8000000);
        core_wait_completed(&c, (unsigned)frames.size(), 200000);
        ck_assert_uint_eq(c.records.size(), frames.size());
        for (size_t i = 0; i < frames.size(); i++) {
            ck_assert(c.records[i].frame == frames[i]);
            ck_assert_uint_eq(c.records[i].sequence, i);
        }
        ck_assert_uint_eq(core_completed(&c), frames.size());
        ck_assert_uint_eq(c.sent.size(), 0);
        core_close(&c);
    }
}
END_TEST

TB_MAIN("nic_core", sends_one_frame, receives_one_frame, loops_back)
