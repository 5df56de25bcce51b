// SPDX-License-Identifier: Apache-2.0
// nic_tx_parser alone: what it stores for each kind of record, every kind of violation at every byte, its rate, and the
// flush at every byte of a record.
#include "nic_tb.h"
#include "nic_regs.h"
#include <vector>

enum { MAX_FRAME = 1522 };

static struct tb tb;
static std::vector<uint8_t> stored, frame; // of the record under way; of the last one committed
static bool stored_last, frame_last;
static unsigned accepted, errors, error_status, tag, report;

static void start(void)
{
    tb_open(&tb, "nic_tx_parser");
    Vtop *top = tb.top;
    top->flush_i = top->out_valid_i = 0;
    top->buf_ready_i = top->room_i = top->rst_i = 1;
    tb_cycle(&tb, &top->clk_i);
    top->rst_i = 0;
    tb_eval(&tb);
    stored.clear();
    frame.clear();
    accepted = errors = 0;
    stored_last = false;
}

// One clock; true if a byte was taken.
static bool cycle(void)
{
    Vtop *top = tb.top;
    tb_eval(&tb);
    bool taken = top->out_valid_i && top->out_ready_o;
    if (top->tag_we_o) {
        tag = (tag & ~(0xffu << (8 * top->tag_byte_o))) | (top->tag_data_o & 0xff) << (8 * top->tag_byte_o);
        report = top->tag_data_o >> 8;
    }
    if (top->buf_valid_o && top->buf_ready_i) {
        ck_assert(!stored_last);
        stored.push_back(top->buf_data_o);
        stored_last = top->buf_last_o;
    }
    ck_assert_uint_eq(top->buf_commit_o, top->accept_o);
    if (top->buf_commit_o) {
        accepted++;
        frame = stored;
        frame_last = stored_last;
    }
    if (top->buf_commit_o || top->buf_drop_o) {
        stored.clear();
        stored_last = false;
    }
    bool error = top->error_o;
    errors += error;
    tb_cycle(&tb, &top->clk_i);
    if (error)
        error_status = top->error_status_o;
    return taken;
}

static std::vector<uint8_t> record(unsigned length, unsigned flags, uint64_t launch, unsigned frame_bytes)
{
    std::vector<uint8_t> r = {(uint8_t)length, (uint8_t)(length >> 8), (uint8_t)flags, 0, 0x78, 0x56, 0x34, 0x12};
    r[3] = 0x5a ^ r[0] ^ r[1] ^ r[2];
    for (unsigned i = 0; i < 8; i++)
        r.push_back(launch >> (8 * i));
    for (unsigned i = 0; i < frame_bytes; i++)
        r.push_back(i * 7 + 1);
    while (r.size() % 4)
        r.push_back(0);
    return r;
}

// Offers the bytes; stops when one is not taken for long. Returns the clocks it took.
static unsigned send(const std::vector<uint8_t> &bytes)
{
    Vtop *top = tb.top;
    unsigned clocks = 0, waited = 0;
    for (size_t i = 0; i < bytes.size() && waited < 10;) {
        top->out_valid_i = 1;
        top->out_data_i = bytes[i];
        bool taken = cycle();
        i += taken;
        waited = taken ? 0 : waited + 1;
        clocks++;
    }
    top->out_valid_i = 0;
    tb_eval(&tb);
    return clocks;
}

// What must be in the buffer for a record.
static std::vector<uint8_t> expected(const std::vector<uint8_t> &r, unsigned length)
{
    bool too_long = length + (r[2] & 4 ? 0 : 4) > MAX_FRAME;
    std::vector<uint8_t> e = {(uint8_t)(too_long ? 0x80 : r[2] >> 1 & 15)};
    if (too_long)
        return e;
    if (r[2] & 2)
        e.insert(e.end(), r.begin() + 8, r.begin() + 16);
    e.insert(e.end(), r.begin() + 16, r.begin() + 16 + length);
    return e;
}

START_TEST(test_records)
{
    static const unsigned lengths[] = {1, 2, 3, 4, 5, 255, 256, 257, 1514, 1517, 1518, 1519, 1520, 1521, 1522, 1523, 1600, 65535};
    start();
    unsigned count = 0;
    for (unsigned length : lengths)
        for (unsigned flags = 0; flags < 32; flags++) {
            std::vector<uint8_t> r = record(length, flags, 0x8877665544332211u, length);
            // One byte a clock, no bubble.
            ck_assert_uint_eq(send(r), r.size());
            ck_assert_uint_eq(accepted, ++count);
            ck_assert(frame == expected(r, length));
            ck_assert(frame_last);
            ck_assert_uint_eq(tag, 0x12345678);
            ck_assert_uint_eq(report, flags & 1);
            ck_assert(tb.top->idle_o);
        }
    ck_assert_uint_eq(errors, 0);
    tb_close(&tb);
}
END_TEST

static void expect_halt(unsigned status, const std::vector<uint8_t> &bytes)
{
    unsigned before = accepted;
    errors = 0;
    send(bytes);
    for (unsigned i = 0; i < 3; i++)
        cycle();
    ck_assert_uint_eq(errors, 1);
    ck_assert_uint_eq(error_status, status);
    ck_assert(tb.top->out_halt_o && !tb.top->out_ready_o && !tb.top->idle_o);
    ck_assert_uint_eq(accepted, before);
    ck_assert_uint_eq(stored.size(), 0);
    // The flush ends the halt; a good record passes.
    tb.top->flush_i = 1;
    send({1, 2, 3});
    tb.top->flush_i = 0;
    ck_assert(!tb.top->out_halt_o);
    std::vector<uint8_t> good = record(9, 2, 5, 9);
    send(good);
    ck_assert_uint_eq(accepted, before + 1);
    ck_assert(frame == expected(good, 9));
}

START_TEST(test_violations)
{
    start();
    // Every wrong bit of the check byte, and of what it guards.
    for (unsigned bit = 0; bit < 32; bit++) {
        std::vector<uint8_t> r = record(77, 0x13, 0, 77);
        r[bit / 8] ^= 1 << bit % 8;
        expect_halt(NIC_STREAM_ERROR_CHECK, r);
        // With nothing behind it.
        expect_halt(NIC_STREAM_ERROR_CHECK, std::vector<uint8_t>(r.begin(), r.begin() + 4));
    }
    for (unsigned bit = 5; bit < 8; bit++)
        expect_halt(NIC_STREAM_ERROR_RESERVED, record(77, 1 << bit, 0, 77));
    expect_halt(NIC_STREAM_ERROR_LENGTH, record(0, 0, 0, 0));
    // Each bit of each padding byte, of good records and of one that is too long.
    static const unsigned lengths[] = {1, 2, 3, 61, 62, 63, 1521};
    for (unsigned length : lengths)
        for (size_t at = 16 + length; at % 4; at++)
            for (unsigned bit = 0; bit < 8; bit++) {
                std::vector<uint8_t> r = record(length, 0, 0, length);
                r[at] = 1 << bit;
                expect_halt(NIC_STREAM_ERROR_PADDING, r);
            }
    // The first thing wrong is what is said.
    std::vector<uint8_t> r = record(0, 0xe0, 0, 0);
    expect_halt(NIC_STREAM_ERROR_RESERVED, r);
    r[3] ^= 1;
    expect_halt(NIC_STREAM_ERROR_CHECK, r);
    tb_close(&tb);
}
END_TEST

START_TEST(test_flush_everywhere)
{
    start();
    std::vector<uint8_t> r = record(21, 2, 99, 21);
    for (size_t at = 0; at < r.size(); at++) {
        unsigned before = accepted;
        send(std::vector<uint8_t>(r.begin(), r.begin() + at));
        tb.top->flush_i = 1;
        tb.top->buf_ready_i = tb.top->room_i = 0;
        ck_assert_uint_eq(send(std::vector<uint8_t>(r.begin() + at, r.end())), r.size() - at);
        cycle();
        tb.top->flush_i = 0;
        tb.top->buf_ready_i = tb.top->room_i = 1;
        tb_eval(&tb);
        ck_assert(tb.top->idle_o);
        ck_assert_uint_eq(accepted, before);
        ck_assert_uint_eq(stored.size(), 0);
        send(r);
        ck_assert_uint_eq(accepted, before + 1);
        ck_assert(frame == expected(r, 21));
    }
    tb_close(&tb);
}
END_TEST

// No room: no first byte is taken, but a record that has begun goes on. No place in the buffer: nothing is taken.
START_TEST(test_room)
{
    start();
    std::vector<uint8_t> r = record(6, 0, 0, 6);
    tb.top->room_i = 0;
    tb.top->out_valid_i = 1;
    tb.top->out_data_i = r[0];
    for (unsigned i = 0; i < 5; i++)
        ck_assert(!cycle());
    tb.top->room_i = 1;
    tb_eval(&tb);
    for (uint8_t byte : r) {
        tb.top->out_valid_i = 1;
        tb.top->out_data_i = byte;
        tb.top->buf_ready_i = 0;
        ck_assert(!cycle());
        tb.top->buf_ready_i = 1;
        ck_assert(cycle());
    }
    ck_assert_uint_eq(accepted, 1);
    ck_assert(frame == expected(r, 6));
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_tx_parser", test_records, test_violations, test_flush_everywhere, test_room)
