// SPDX-License-Identifier: Apache-2.0
// nic_frame_fifo against a queue in C++: frames of random length, committed with the last byte or later, dropped at any
// byte; clock ratios, drift, stalls, full buffer, most frames, full rate, resets in the middle of traffic.
#include "nic_lib_tb.h"
#include <deque>
#include <vector>

#ifndef BYTES
#define BYTES 4096
#define FRAMES 64
#endif

static struct tb tb;
static struct tb_clock clocks[CLOCKS];

static void inputs_idle(void)
{
    tb.top->in_valid_i = tb.top->in_last_i = tb.top->in_commit_i = tb.top->in_drop_i = tb.top->out_ready_i = 0;
}

// Both in reset, long enough; then one side is released a while before the other.
static void reset(const struct clock_pair *pair, struct tb_random *random)
{
    tb.top->rst_in_i = tb.top->rst_out_i = 1;
    inputs_idle();
    tb_run_ps(&tb, clocks, CLOCKS, overlap_ps(pair));
    bool in_first = tb_chance(random, 50);
    (in_first ? tb.top->rst_in_i : tb.top->rst_out_i) = 0;
    tb_run_ps(&tb, clocks, CLOCKS, tb_below(random, 4) * overlap_ps(pair));
    tb.top->rst_in_i = tb.top->rst_out_i = 0;
}

static void start(const struct clock_pair *pair, struct tb_random *random)
{
    tb_open(&tb, "nic_frame_fifo");
    clocks_start(clocks, pair, &tb.top->clk_in_i, &tb.top->clk_out_i);
    reset(pair, random);
}

// What the writer does with its frames, in percent.
struct load {
    unsigned bytes;       // to read in all
    unsigned longest;     // frame
    unsigned valid, ready; // bytes offered, bytes wanted
    unsigned drop;        // frames dropped at a random byte
    unsigned late;        // commits that come after the last byte
};

struct result {
    unsigned read, dropped, most_fill, most_frames, gaps;
    bool refused, frames_full;
};

// The writer's frame in hand.
struct writer {
    std::vector<unsigned> bytes; // written so far, last mark in bit 8
    unsigned length;             // of the whole frame
    unsigned drop_at;            // dropped when so many are written; length + 1: not
    bool late;
};

static void writer_next(struct writer *writer, const struct load *load, struct tb_random *random)
{
    writer->bytes.clear();
    writer->length = 1 + tb_below(random, load->longest);
    writer->drop_at = tb_chance(random, load->drop) ? tb_below(random, writer->length + 1) : writer->length + 1;
    writer->late = tb_chance(random, load->late);
}

// Drives the write side for the next clock; `dropping` is set when the whole frame has to go since it does not fit.
static void writer_drive(const struct writer *writer, const struct load *load, struct tb_random *random)
{
    Vtop *top = tb.top;
    bool whole = writer->bytes.size() == writer->length;
    bool drop = writer->bytes.size() >= writer->drop_at;
    // A frame too many waits for its first byte.
    bool may = !top->in_frames_full_o;
    top->in_last_i = writer->bytes.size() + 1 == writer->length;
    top->in_valid_i = !whole && !drop && may && tb_chance(random, load->valid);
    top->in_data_i = tb_below(random, 256);
    top->in_drop_i = drop;
    tb_eval(&tb);
    bool last_now = top->in_valid_i && top->in_ready_o && top->in_last_i;
    top->in_commit_i = may && !drop && ((whole && tb_chance(random, 30)) || (last_now && !writer->late));
    // A byte may be dropped in the clock that takes it.
    if (!drop && top->in_valid_i && !top->in_commit_i && writer->bytes.size() + 1 == writer->drop_at && tb_chance(random, 50))
        top->in_drop_i = 1;
}

static struct result traffic(const struct clock_pair *pair, struct tb_random *random, const struct load *load)
{
    Vtop *top = tb.top;
    std::deque<unsigned> model;
    struct result result = {};
    struct writer writer;
    unsigned idle = 0, frames = 0, open = 0;
    bool stalled = false;

    writer_next(&writer, load, random);
    inputs_idle();
    tb_eval(&tb);
    while (result.read < load->bytes) {
        clocks_next(clocks, pair, random);
        bool moved = false;
        unsigned held = model.size() + open;
        result.most_fill = held > result.most_fill ? held : result.most_fill;
        if (clocks[DST].rise) {
            tb_check(!stalled || top->out_valid_o);
            if (top->out_valid_o) {
                tb_check(!model.empty());
                tb_check_eq(top->out_data_o | top->out_last_o << 8, model.front());
            }
            stalled = top->out_valid_o && !top->out_ready_i;
            result.gaps += top->out_ready_i && !top->out_valid_o && result.read > 0 && !model.empty();
            if (top->out_valid_o && top->out_ready_i) {
                frames -= model.front() >> 8;
                model.pop_front();
                result.read++;
                moved = true;
            }
        }
        if (clocks[SRC].rise) {
            // Never too low, but for the three bytes on their way out.
            tb_check(top->in_fill_o + 3u >= held && top->in_fill_o <= BYTES);
            result.refused |= top->in_valid_i && !top->in_ready_o;
            result.frames_full |= top->in_frames_full_o;
            if (top->in_valid_i && top->in_ready_o) {
                writer.bytes.push_back(top->in_data_i | top->in_last_i << 8);
                moved = true;
            }
            if (top->in_commit_i) {
                model.insert(model.end(), writer.bytes.begin(), writer.bytes.end());
                frames++;
                result.most_frames = frames > result.most_frames ? frames : result.most_frames;
                tb_check(frames <= FRAMES);
            }
            // A frame that finds the buffer full for long would wait for ever if all of it is its own.
            bool hopeless = top->in_valid_i && !top->in_ready_o && model.empty();
            if (top->in_drop_i || hopeless)
                result.dropped++;
            if (top->in_commit_i || top->in_drop_i)
                writer_next(&writer, load, random);
            else if (hopeless)
                writer.drop_at = 0;
            open = writer.bytes.size();
        }
        idle = moved ? 0 : idle + 1;
        tb_check(idle < 200000);
        tb_step(&tb, clocks, CLOCKS);
        if (clocks[SRC].rise)
            writer_drive(&writer, load, random);
        if (clocks[DST].rise)
            top->out_ready_i = tb_chance(random, load->ready);
        tb_eval(&tb);
    }
    inputs_idle();
    return result;
}

// Lets the reader empty what a run of traffic left, by a reset.
static struct result fresh(const struct clock_pair *pair, struct tb_random *random, struct load load)
{
    struct result result = traffic(pair, random, &load);
    reset(pair, random);
    return result;
}

START_TEST(test_random_stalls)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    struct tb_random random = tb_random_start(100 + _i);
    start(pair, &random);
    for (unsigned valid = 20; valid <= 100; valid += 40)
        for (unsigned ready = 20; ready <= 100; ready += 40) {
            fresh(pair, &random, {2000, 60, valid, ready, 20, 30});
            fresh(pair, &random, {2000, BYTES - 1, valid, ready, 30, 10});
        }
    tb_close(&tb);
}
END_TEST

// A slow reader: the buffer fills up, the writer is refused, nothing is lost.
START_TEST(test_full)
{
    struct tb_random random = tb_random_start(200);
    const struct clock_pair *pair = &clock_pairs[0];
    start(pair, &random);
    struct result result = fresh(pair, &random, {8 * BYTES, BYTES / 2, 100, 20, 0, 0});
    ck_assert(result.refused);
    ck_assert_uint_ge(result.most_fill, BYTES - 1);
    result = fresh(pair, &random, {8 * BYTES, 2 * BYTES, 100, 100, 0, 0});
    ck_assert_uint_gt(result.dropped, 0);
    tb_close(&tb);
}
END_TEST

START_TEST(test_most_frames)
{
    struct tb_random random = tb_random_start(300);
    const struct clock_pair *pair = &clock_pairs[4];
    start(pair, &random);
    struct result result = fresh(pair, &random, {4 * FRAMES, 2, 100, 5, 5, 20});
    ck_assert(result.frames_full || FRAMES * 2 > BYTES);
    ck_assert_uint_ge(result.most_frames, FRAMES * 2 > BYTES ? 2 : FRAMES);
    tb_close(&tb);
}
END_TEST

// A fast writer: the reader gets a byte every clock, also between frames.
START_TEST(test_full_rate)
{
    struct tb_random random = tb_random_start(400);
    const struct clock_pair *pair = &clock_pairs[3];
    start(pair, &random);
    struct result result = fresh(pair, &random, {BYTES * 20, 60, 100, 100, 0, 0});
    // Only the crossing of the first commits may cost something, unless the buffer is smaller than the round trip.
    if (BYTES >= 4096)
        ck_assert_uint_le(result.gaps, 16);
    tb_close(&tb);
}
END_TEST

START_TEST(test_reset_any_time)
{
    const struct clock_pair *pair = &clock_pairs[_i];
    struct tb_random random = tb_random_start(500 + _i);
    start(pair, &random);
    for (unsigned round = 0; round < 30; round++) {
        struct load load = {1 + tb_below(&random, 200), 40, 30 + tb_below(&random, 70), 30 + tb_below(&random, 70), 20, 20};
        traffic(pair, &random, &load);
        // Anywhere between the edges.
        tb_run_ps(&tb, clocks, CLOCKS, tb_below(&random, (uint32_t)overlap_ps(pair)));
        reset(pair, &random);
    }
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_frame_fifo");
    TCase *tcase = tcase_create("nic_frame_fifo");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_random_stalls, 0, CLOCK_PAIRS);
    tcase_add_test(tcase, test_full);
    tcase_add_test(tcase, test_most_frames);
    tcase_add_test(tcase, test_full_rate);
    tcase_add_loop_test(tcase, test_reset_any_time, 0, CLOCK_PAIRS);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
