// SPDX-License-Identifier: Apache-2.0
// nic_core as a whole: every register, a frame each way, loopback at all speeds.
#include "nic_core_tb.h"
#include <algorithm>
#include <cmath>

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


// ---- registers ----

// The value after reset of a word whose hardware bits are constants of this configuration.
static uint32_t parameter_value(const struct nic_register *r)
{
    switch (r->address) {
    case NIC_MAP_HASH_ADDR: return NIC_MAP_HASH;
    case NIC_LIMITS_ADDR: return 1522 | 64u << 16;
    case NIC_BUFFERS_ADDR: return 16 | 16u << 16;
    case NIC_CAPS_ADDR: return 16 | NIC_CAPS_USB_HS_MASK | 6u << 12 | 60u << 16 | 125u << 24;
    case NIC_STATUS_ADDR: return NIC_STATUS_IDLE_MASK;
    default: return r->reset;
    }
}

static bool is_time(uint32_t address)
{
    return address == NIC_TIME_LO_ADDR || address == NIC_TIME_HI_ADDR;
}

// Bits of this word that keep what is written.
static uint32_t keeps(const struct nic_register *r, unsigned word)
{
    if (strcmp(r->access, "rw") != 0 || is_time(r->address))
        return 0;
    if (r->address == NIC_EXACT_ADDR)
        return word % 4 == 3 ? 0 : word % 4 == 2 ? 0x1ffff : 0xffff;
    return r->writable;
}

START_TEST(registers_have_their_reset_values)
{
    struct core c = {};
    core_open(&c, "nic_core_reset_values", 10);
    core_reset(&c);
    core_run_ns(&c, 2000);
    for (unsigned i = 0; i < NIC_REGISTERS; i++) {
        const struct nic_register *r = &nic_registers[i];
        // The filter table and the counters before the first snapshot are checked with what they do.
        if (is_time(r->address) || r->address == NIC_EXACT_ADDR || r->needs)
            continue;
        for (unsigned w = 0; w < r->words; w++) {
            uint32_t is = core_read(&c, r->address + 4 * w);
            uint32_t want = strchr(r->access, 'r') ? parameter_value(r) : 0;
            if ((r->address == NIC_COUNTER_ADDR || r->address == NIC_COUNTER_NOW_ADDR) && w > NIC_COUNTER_MAX)
                continue;
            ck_assert_msg(is == want, "%s[%u] is 0x%x after reset, not 0x%x", r->name, w, is, want);
        }
    }
    core_close(&c);
}
END_TEST

START_TEST(registers_keep_what_is_written)
{
    struct core c = {};
    core_open(&c, "nic_core_walk", 11);
    core_reset(&c);
    for (unsigned round = 0; round < 6; round++) {
        // Everything is written, then everything read, so that a register that answers for two is seen.
        std::vector<uint32_t> want;
        for (unsigned i = 0; i < NIC_REGISTERS; i++)
            for (unsigned w = 0; w < nic_registers[i].words && !nic_registers[i].needs; w++) {
                const struct nic_register *r = &nic_registers[i];
                uint32_t value = round == 0 ? 0xffffffff : round == 1 ? 0 : (uint32_t)tb_random(&c.random);
                want.push_back(value & keeps(r, w));
                if (r->address != NIC_RESET_ADDR && r->address != NIC_SNAPSHOT_ADDR && !is_time(r->address))
                    core_write(&c, r->address + 4 * w, value);
            }
        size_t n = 0;
        for (unsigned i = 0; i < NIC_REGISTERS; i++)
            for (unsigned w = 0; w < nic_registers[i].words && !nic_registers[i].needs; w++, n++) {
                const struct nic_register *r = &nic_registers[i];
                uint32_t mask = keeps(r, w), is = core_read(&c, r->address + 4 * w);
                if (mask || !strchr(r->access, 'r') || (r->address == NIC_EXACT_ADDR && w % 4 == 3))
                    ck_assert_msg(is == want[n], "%s[%u] reads 0x%x, not 0x%x", r->name, w, is, want[n]);
                else if (parameter_value(r) && r->address != NIC_STATUS_ADDR && r->address != NIC_TIME_LO_ADDR)
                    ck_assert_msg(is == parameter_value(r), "%s is not read-only", r->name);
            }
    }
    core_close(&c);
}
END_TEST

// The first access after a reset may be any: none is lost.
START_TEST(the_filter_table_is_cleared_by_reset_only)
{
    struct core c = {};
    core_open(&c, "nic_core_exact", 14);
    c.clocks[RX] = tb_clock_start(&c.tb.top->clk_rx_i, 2500, 1000);
    core_reset(&c);
    for (unsigned w = 0; w < NIC_EXACT_WORDS; w++)
        core_write(&c, NIC_EXACT_ADDR + 4 * w, 0x1ffff);
    c.rst = true;
    core_run_ns(&c, 40);
    c.rst = false;
    core_write(&c, NIC_EXACT_ADDR + 4 * 2, 0x1abcd);
    for (unsigned w = 0; w < NIC_EXACT_WORDS; w++)
        ck_assert_uint_eq(core_read(&c, NIC_EXACT_ADDR + 4 * w), w == 2 ? 0x1abcd : 0);
    core_close(&c);
}
END_TEST

// A PHY gives its clock late: what is written before it is kept.
START_TEST(the_filter_table_takes_writes_before_the_rx_clock)
{
    struct core c = {};
    core_open(&c, "nic_core_exact_early", 15);
    core_reset(&c);
    uint64_t next_ps = c.clocks[RX].next_ps;
    c.clocks[RX].next_ps = UINT64_MAX;
    c.rst = true;
    core_run_ns(&c, 40);
    c.rst = false;
    for (unsigned w = 0; w < NIC_EXACT_WORDS; w++)
        core_write(&c, NIC_EXACT_ADDR + 4 * w, 0x10000 + w);
    core_run_ns(&c, 2000);
    c.clocks[RX].next_ps = c.tb.now_ps + 1 + next_ps % 8000;
    core_run_ns(&c, 2000);
    for (unsigned w = 0; w < NIC_EXACT_WORDS; w++)
        ck_assert_uint_eq(core_read(&c, NIC_EXACT_ADDR + 4 * w), w % 4 == 3 ? 0 : w % 4 == 2 ? 0x10000 + w : w);
    core_close(&c);
}
END_TEST

START_TEST(unmapped_addresses_are_refused)
{
    struct core c = {};
    core_open(&c, "nic_core_unmapped", 12);
    core_reset(&c);
    for (uint32_t a = 0; a < 0x10000; a += a < 0xa00 ? 1 + (a % 4 == 0 ? tb_below(&c.random, 2) * 3 : 4 - a % 4 - 1) : 4 + 4 * tb_below(&c.random, 64)) {
        bool mapped = false;
        for (unsigned i = 0; i < NIC_REGISTERS; i++)
            mapped |= !nic_registers[i].needs && a % 4 == 0 && a >= nic_registers[i].address && a < nic_registers[i].address + 4 * nic_registers[i].words;
        uint32_t word = 0;
        ck_assert_msg(core_bus(&c, false, a, &word) == mapped, "0x%x is %s", a, mapped ? "refused" : "not refused");
        if (!mapped)
            ck_assert(!core_bus(&c, true, a, &word));
    }
    core_close(&c);
}
END_TEST

START_TEST(a_dead_tx_clock_times_out)
{
    struct core c = {};
    core_open(&c, "nic_core_timeout", 13);
    core_reset(&c);
    core_write(&c, NIC_IFG_ADDR, 20);
    uint64_t next_ps = c.clocks[TX].next_ps;
    c.clocks[TX].next_ps = UINT64_MAX;
    uint32_t word = 0;
    uint64_t start_ps = c.tb.now_ps;
    ck_assert(!core_bus(&c, false, NIC_IFG_ADDR, &word));
    ck_assert_uint_le(c.tb.now_ps - start_ps, 25000000);
    ck_assert_uint_eq(core_read(&c, NIC_ID_ADDR), NIC_ID_RESET_VALUE);
    word = 30;
    ck_assert(!core_bus(&c, true, NIC_IFG_ADDR, &word));
    ck_assert_uint_eq(core_read(&c, NIC_MAP_HASH_ADDR), NIC_MAP_HASH);
    // A device reset while the clock stands: registers answer, the tx domain follows when its clock is back.
    c.rst = true;
    core_run_ns(&c, 40);
    c.rst = false;
    ck_assert_uint_eq(core_read(&c, NIC_ID_ADDR), NIC_ID_RESET_VALUE);
    ck_assert(!core_bus(&c, false, NIC_IFG_ADDR, &word));
    c.clocks[TX].next_ps = c.tb.now_ps + 1 + next_ps % 8000;
    core_run_ns(&c, 2000);
    ck_assert_uint_eq(core_read(&c, NIC_IFG_ADDR), NIC_IFG_RESET_VALUE);
    core_start(&c, NIC_SPEED_M1000, 0);
    core_send(&c, core_random_frame(&c, 60), 1, 0, 0);
    core_wait_completed(&c, 1, 20000);
    ck_assert_uint_eq(core_completed(&c), 1);
    core_close(&c);
}
END_TEST

// ---- time ----

START_TEST(time_is_kept_set_and_stepped)
{
    struct core c = {};
    core_open(&c, "nic_core_time", 20);
    core_reset(&c);
    uint64_t first = core_time(&c), first_ps = c.tb.now_ps;
    core_run_ns(&c, 100000);
    uint64_t second = core_time(&c), second_ps = c.tb.now_ps;
    // Each reading is caught somewhere in the accesses: two of them at 10 or so sys clocks.
    ck_assert_int_le(llabs((long long)(second - first) - (long long)(second_ps - first_ps) / 1000), 50);
    core_write(&c, NIC_TIME_HI_ADDR, 0x12345678);
    core_write(&c, NIC_TIME_LO_ADDR, 0xfffffff0);
    uint64_t now = core_time(&c);
    ck_assert_uint_ge(now, 0x12345678fffffff0u);
    ck_assert_uint_le(now, 0x12345678fffffff0u + 3000);
    // The high half stays that of the moment at which the low half was read, whatever is read in between.
    core_write(&c, NIC_TIME_HI_ADDR, 0x55);
    core_write(&c, NIC_TIME_LO_ADDR, 0xffffe000);
    ck_assert_uint_ge(core_read(&c, NIC_TIME_LO_ADDR), 0xffffe000);
    core_run_ns(&c, 10000);
    ck_assert_uint_eq(core_read(&c, NIC_IFG_ADDR), NIC_IFG_RESET_VALUE);
    ck_assert_uint_eq(core_read(&c, NIC_TIME_HI_ADDR), 0x55);
    ck_assert_uint_eq(core_time(&c) >> 32, 0x56);
    first = core_time(&c);
    core_write(&c, NIC_TIME_HI_ADDR, 0xffffffff);
    core_write(&c, NIC_TIME_STEP_ADDR, (uint32_t)-1000000);
    second = core_time(&c);
    ck_assert_int_ge((long long)(second - first), -1000000);
    ck_assert_int_le((long long)(second - first), -1000000 + 6000);
    core_write(&c, NIC_TIME_HI_ADDR, 0x11);
    core_write(&c, NIC_TIME_STEP_ADDR, 0xffffffff);
    now = core_time(&c);
    ck_assert_int_le(llabs((long long)(now - second) - 0x11ffffffff), 6000);
    // 100 ppm fast for 200 us are 20 ns.
    first = core_time(&c), first_ps = c.tb.now_ps;
    core_write(&c, NIC_TIME_ADJUST_ADDR, 1000000);
    core_run_ns(&c, 400000);
    core_write(&c, NIC_TIME_ADJUST_ADDR, 0);
    second = core_time(&c), second_ps = c.tb.now_ps;
    ck_assert_int_le(llabs((long long)(second - first) - (long long)(second_ps - first_ps) / 1000 - 400), 50);
    core_close(&c);
}
END_TEST

// Stamps of both directions against the wire; the offset between device and bench time comes from the first TX stamp.
START_TEST(stamps_and_launches_are_right)
{
    struct core c = {};
    core_open(&c, "nic_core_stamps", 21);
    core_reset(&c);
    core_start(&c, NIC_SPEED_M1000, 0);
    core_write(&c, NIC_TIME_HI_ADDR, 7);
    core_write(&c, NIC_TIME_LO_ADDR, 0xffff0000); // the low half wraps on the way
    enum { FRAMES = 30 };
    c.clocks[RX].half_ps = 4003;
    for (unsigned i = 0; i < FRAMES; i++) {
        core_send(&c, core_random_frame(&c, 60 + tb_below(&c.random, 300)), i, NIC_TX_HEADER_WORD0_REPORT_MASK, 0);
        core_receive(&c, core_with_fcs(core_random_frame(&c, 60 + tb_below(&c.random, 300)), 60),
                     tb_below(&c.random, 12), 12 + tb_below(&c.random, 1000), false);
    }
    core_wait_completed(&c, FRAMES, 1000000);
    core_wait_records(&c, FRAMES, 1000000);
    ck_assert_uint_eq(c.records.size(), FRAMES);
    ck_assert_uint_eq(c.received_sfd_ns.size(), FRAMES);
    ck_assert_uint_eq(c.sent.size(), FRAMES);
    double offset = (double)c.events[1].time - c.sent[0].sfd_ns, low = 1e9, high = -1e9;
    for (unsigned i = 0; i < FRAMES; i++) {
        ck_assert_double_lt(fabs((double)c.events[i + 1].time - c.sent[i].sfd_ns - offset), 0.5);
        double error = (double)c.records[i].time - c.received_sfd_ns[i] - offset;
        low = error < low ? error : low;
        high = error > high ? error : high;
    }
    if (getenv("VERBOSE"))
        printf("receive stamps are off by %.1f to %.1f ns\n", low, high);
    ck_assert_msg(low >= -8.1 && high <= 8.1, "receive stamps are off by %.1f to %.1f ns", low, high);

    uint64_t now = core_time(&c);
    for (unsigned i = 0; i < 8; i++)
        core_send(&c, core_random_frame(&c, 60), i, NIC_TX_HEADER_WORD0_REPORT_MASK | NIC_TX_HEADER_WORD0_LAUNCH_MASK,
                  now + 20000 + 5000 * i + i);
    core_wait_completed(&c, FRAMES + 8, 200000);
    ck_assert_uint_eq(c.sent.size(), FRAMES + 8);
    for (unsigned i = 0; i < 8; i++) {
        double late = c.sent[FRAMES + i].sfd_ns + offset - (double)(now + 20000 + 5000 * i + i);
        ck_assert_msg(late >= -8.1 && late <= 8.1, "launch %u is off by %.1f ns", i, late);
    }
    core_close(&c);
}
END_TEST

// ---- counters ----

static unsigned size_bin(size_t octets)
{
    static const unsigned limits[] = {64, 127, 255, 511, 1023, 1518};
    unsigned bin = 0;
    while (bin < 6 && octets > limits[bin])
        bin++;
    return bin;
}

static void count_good(uint32_t *counters, unsigned base, const bytes &octets)
{
    static const uint8_t broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    counters[base]++;
    counters[base + 1] += (uint32_t)octets.size();
    if (memcmp(octets.data(), broadcast, 6) == 0)
        counters[base + 2]++;
    else if (octets[0] & 1)
        counters[base + 3]++;
    counters[base + 4 + size_bin(octets.size())]++;
}

// Relations that hold at any instant, if a snapshot is one.
static void check_consistent(const uint32_t *counters, unsigned base)
{
    uint32_t bins = 0;
    for (unsigned i = 0; i < 7; i++)
        bins += counters[base + 4 + i];
    ck_assert_uint_eq(bins, counters[base]);
    ck_assert_uint_ge(counters[base + 1], 64 * counters[base]);
    ck_assert_uint_le(counters[base + 1], 1522 * counters[base]);
}

static bytes random_destination(struct core *c, bytes frame)
{
    unsigned kind = tb_below(&c->random, 4);
    if (kind == 0)
        std::fill(frame.begin(), frame.begin() + 6, 0xff);
    else if (kind == 1)
        frame[0] |= 1;
    return frame;
}

// Traffic of every sort in both directions, a snapshot now and then, and in the end every counter as it must be.
START_TEST(counters_conserve)
{
    struct core c = {};
    core_open(&c, "nic_core_counters", 30);
    c.clocks[RX].half_ps = 3997;
    core_reset(&c);
    core_start(&c, NIC_SPEED_M1000, 0);
    uint32_t want[NIC_COUNTER_MAX + 1] = {}, is[NIC_COUNTER_MAX + 1];
    enum { ROUNDS = 250 };
    unsigned sent = 0, good = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        bytes frame = random_destination(&c, core_random_frame(&c, 14 + tb_below(&c.random, tb_chance(&c.random, 20) ? 1505 : 200)));
        bool late = tb_chance(&c.random, 10), longer = tb_chance(&c.random, 4);
        if (longer)
            frame = core_random_frame(&c, 1519);
        core_send(&c, frame, sent++, late ? NIC_TX_HEADER_WORD0_LAUNCH_MASK : 0, 1);
        if (longer)
            want[NIC_COUNTER_TX_TOO_LONG]++;
        else if (late)
            want[NIC_COUNTER_TX_LATE]++;
        else
            count_good(want, NIC_COUNTER_TX_PACKETS, core_with_fcs(frame, 60));

        unsigned kind = tb_below(&c.random, 8), length = 60 + tb_below(&c.random, tb_chance(&c.random, 20) ? 1459 : 100);
        bytes octets = core_with_fcs(random_destination(&c, core_random_frame(&c, length)), 60);
        bool error = false;
        switch (kind) {
        case 0:
            octets[20] ^= 4;
            want[NIC_COUNTER_RX_FCS_ERRORS]++;
            break;
        case 1:
            error = true;
            want[NIC_COUNTER_RX_SYMBOL_ERRORS]++;
            break;
        case 2:
            octets = core_with_fcs(core_random_frame(&c, 20 + tb_below(&c.random, 40)), 0);
            want[NIC_COUNTER_RX_UNDERSIZE]++;
            break;
        case 3: // a burst of the shortest fragments, a record every nine clocks
            for (unsigned i = 0; i < 12; i++) {
                core_receive(&c, core_random_frame(&c, 1), 6, 1, false);
                want[NIC_COUNTER_RX_FRAGMENTS]++;
            }
            octets = core_random_frame(&c, 63);
            want[NIC_COUNTER_RX_FRAGMENTS]++;
            break;
        case 4:
            if (tb_chance(&c.random, 80)) {
                good++;
                break;
            }
            octets = core_with_fcs(core_random_frame(&c, 1519), 0);
            want[NIC_COUNTER_RX_OVERSIZE]++;
            break;
        default:
            good++;
        }
        core_receive(&c, octets, 7, 12, error);
        if (round % 10 == 9) {
            core_run_ns(&c, 1000 + tb_below(&c.random, 20000));
            core_counters(&c, is);
            check_consistent(is, NIC_COUNTER_TX_PACKETS);
            check_consistent(is, NIC_COUNTER_RX_PACKETS);
        }
    }
    core_wait_completed(&c, sent, 5000000);
    while (!c.to_mac.empty() || !c.rx_symbols.empty())
        core_step(&c);
    core_run_ns(&c, 100000);
    ck_assert_uint_eq(core_completed(&c), sent);
    // What was delivered and what was lost for want of buffer make up the good frames.
    unsigned lost = 0;
    for (const core_event &e : c.events)
        lost += e.kind == NIC_EVENT_TYPE_RX_LOSS ? e.count : 0;
    for (const core_record &r : c.records)
        count_good(want, NIC_COUNTER_RX_PACKETS, core_with_fcs(r.frame, 60));
    want[NIC_COUNTER_RX_DROP_OVERFLOW] = lost;
    ck_assert_uint_eq(c.records.size() + lost, good);
    core_counters(&c, is);
    for (unsigned i = 0; i <= NIC_COUNTER_MAX; i++)
        ck_assert_msg(is[i] == want[i], "%s is %u, not %u", nic_counter_names[i].name, is[i], want[i]);
    core_close(&c);
}
END_TEST

// ---- resets ----

// Where a descriptor stands: every one the device accepted must come back once, in order.
struct ledger {
    std::vector<bytes> frames;  // by tag
    std::vector<size_t> ends;   // offset of the end of each record in the stream since the last device reset
    unsigned first;             // tag of the first one since the last device reset
    size_t events_seen;
    unsigned completed;         // tags below are complete
    std::vector<unsigned> status;
    bool reset_done;
};

static void ledger_check(struct ledger *l, struct core *c)
{
    for (; l->events_seen < c->events.size(); l->events_seen++) {
        const core_event &e = c->events[l->events_seen];
        ck_assert_msg(e.kind >= NIC_EVENT_TYPE_TX_DONE && e.kind <= NIC_EVENT_TYPE_MAX, "event kind %u", e.kind);
        ck_assert_msg(e.kind != NIC_EVENT_TYPE_STREAM_ERROR, "stream error %u", e.status);
        if (e.kind == NIC_EVENT_TYPE_RESET_DONE)
            l->reset_done = true;
        if (e.kind != NIC_EVENT_TYPE_TX_DONE)
            continue;
        ck_assert_uint_ge(e.count, 1);
        ck_assert_uint_eq(e.tag, l->completed + e.count - 1);
        ck_assert_uint_le(l->completed + e.count, l->frames.size());
        ck_assert(e.count == 1 || e.status == NIC_TX_STATUS_OK);
        for (unsigned i = 0; i < e.count; i++)
            l->status.push_back(e.status);
        l->completed += e.count;
        // Only what was accepted may be completed.
        ck_assert_uint_le(l->ends[l->completed - 1 - l->first], c->out_taken);
    }
}

static void ledger_send(struct ledger *l, struct core *c, size_t *stream)
{
    bytes frame = core_random_frame(c, 20 + tb_below(&c->random, tb_chance(&c->random, 10) ? 1400 : 150));
    uint32_t tag = (uint32_t)l->frames.size();
    memcpy(&frame[14], &tag, 4);
    core_send(c, frame, tag, tb_chance(&c->random, 10) ? NIC_TX_HEADER_WORD0_REPORT_MASK : 0, 0);
    *stream += NIC_TX_HEADER_BYTES + ((frame.size() + 3) & ~(size_t)3);
    l->frames.push_back(frame);
    l->ends.push_back(*stream);
}

// Frames with tags below `upto` that completed as OK were on the wire once, in order, whole; ABORTED ones not whole.
static void check_wire(const struct ledger *l, const struct core *c, unsigned from)
{
    unsigned tag = from;
    for (const core_frame &f : c->sent) {
        uint32_t has = 0;
        bool whole = f.octets.size() >= 64;
        if (whole)
            memcpy(&has, &f.octets[14], 4);
        whole = whole && has < l->frames.size() && f.octets == core_with_fcs(l->frames[has], 60);
        if (!whole) {
            ck_assert_msg(f.error || f.octets.size() < 64 || crc32(0, f.octets.data(), (unsigned)f.octets.size()) != 0x2144df1c,
                          "a frame that nobody sent");
            continue;
        }
        ck_assert_uint_ge(has, tag);
        for (; tag < has; tag++)
            ck_assert_msg(l->status[tag] != NIC_TX_STATUS_OK, "%u is OK and was not sent", tag);
        if (has < l->status.size())
            ck_assert_msg(l->status[has] == NIC_TX_STATUS_OK || f.error, "%u is ABORTED and was sent whole", has);
        tag++;
    }
    for (; tag < l->completed; tag++)
        ck_assert_msg(l->status[tag] != NIC_TX_STATUS_OK, "%u is OK and was not sent", tag);
}

// Received frames: each record is a frame of the wire, in order.
static void check_received(const struct core *c, const std::vector<bytes> &wire)
{
    size_t at = 0;
    for (const core_record &r : c->records) {
        while (at < wire.size() && !(bytes(wire[at].begin(), wire[at].end() - 4) == r.frame))
            at++;
        ck_assert_msg(at < wire.size(), "a record of %u bytes that was not on the wire", r.length);
        at++;
    }
}

START_TEST(domain_and_nic_resets_keep_exactly_once)
{
    for (unsigned round = 0; round < 6; round++) {
        struct core c = {};
        core_open(&c, "nic_core_resets", 40 + round);
        core_reset(&c);
        c.stall_percent = round % 3 * 30;
        bool loopback = round % 2;
        core_start(&c, NIC_SPEED_M1000, loopback ? NIC_CTRL_LOOPBACK_MASK : 0);
        core_write(&c, NIC_MODERATION_ADDR, round < 3 ? 0 : 8 | 20u << 16);
        struct ledger l = {};
        size_t stream = 0;
        std::vector<bytes> wire;
        for (unsigned i = 0; i < 60; i++) {
            for (unsigned n = tb_below(&c.random, 12); n; n--) {
                ledger_send(&l, &c, &stream);
                if (loopback)
                    wire.push_back(core_with_fcs(l.frames.back(), 60));
            }
            for (unsigned n = loopback ? 0 : tb_below(&c.random, 6); n; n--) {
                wire.push_back(core_with_fcs(core_random_frame(&c, 60 + tb_below(&c.random, 200)), 60));
                core_receive(&c, wire.back(), tb_below(&c.random, 8), 12, false);
            }
            core_run_ns(&c, tb_below(&c.random, 4000));
            unsigned what = tb_chance(&c.random, 10) ? 3 : tb_below(&c.random, 3);
            core_run_ns(&c, tb_below(&c.random, 20000));
            if (what == 0 || what == 2)
                c.rst_tx = true;
            if (what == 1 || what == 2)
                c.rst_rx = true;
            if (what == 3) {
                // The parser ignores what arrives until RESET_DONE; what was not accepted by then is gone.
                size_t taken = c.out_taken;
                l.reset_done = false;
                c.out.resize(c.tb.top->out_valid_i ? 1 : 0);
                core_write(&c, NIC_RESET_ADDR, 1);
                for (uint64_t end = c.tb.now_ps + 400000000; !l.reset_done && c.tb.now_ps < end;) {
                    core_step(&c);
                    ledger_check(&l, &c);
                }
                ck_assert_msg(l.reset_done, "NIC reset does not end");
                ck_assert(c.out.empty());
                ck_assert(l.completed == l.ends.size() || l.ends[l.completed] > taken);
                l.frames.resize(l.completed);
                l.ends.resize(l.completed);
                stream = c.out_taken;
                ck_assert_uint_eq(core_read(&c, NIC_STATUS_ADDR) & NIC_STATUS_RESETTING_MASK, 0);
            }
            core_run_ns(&c, 8 * tb_below(&c.random, 40));
            c.rst_tx = c.rst_rx = false;
            ledger_check(&l, &c);
        }
        for (uint64_t end = c.tb.now_ps + 20000000000; l.completed < l.frames.size() && c.tb.now_ps < end;)
            core_step(&c), ledger_check(&l, &c);
        core_run_ns(&c, 100000);
        ledger_check(&l, &c);
        ck_assert_uint_eq(l.completed, l.frames.size());
        ck_assert_uint_eq(core_read(&c, NIC_STATUS_ADDR) >> NIC_STATUS_OUTSTANDING_SHIFT, 0);
        if (!loopback)
            check_wire(&l, &c, 0);
        ck_assert_uint_ge(c.records.size(), 3);
        check_received(&c, wire);
        core_close(&c);
    }
}
END_TEST

// Each domain's reset does what it is for: the frame in flight is cut and completed, or dropped and counted.
START_TEST(a_domain_reset_cuts_the_frame_in_flight)
{
    struct core c = {};
    core_open(&c, "nic_core_cut", 60);
    core_reset(&c);
    core_start(&c, NIC_SPEED_M1000, 0);
    core_send(&c, core_random_frame(&c, 1500), 5, 0, 0);
    core_send(&c, core_random_frame(&c, 60), 6, 0, 0);
    while (!c.tx_on)
        core_step(&c);
    core_receive(&c, core_with_fcs(core_random_frame(&c, 1500), 60), 7, 12, false);
    while (c.sending.octets.size() < 300)
        core_step(&c);
    c.rst_tx = c.rst_rx = true;
    core_run_ns(&c, 200);
    c.rst_tx = c.rst_rx = false;
    core_wait_completed(&c, 2, 100000);
    core_run_ns(&c, 20000);
    ck_assert_uint_eq(c.events.size(), 3);
    ck_assert_uint_eq(c.events[1].tag, 5);
    ck_assert_uint_eq(c.events[1].status, NIC_TX_STATUS_ABORTED);
    ck_assert_uint_eq(c.events[2].tag, 6);
    ck_assert_uint_eq(c.records.size(), 0);
    ck_assert_uint_ge(c.sent.size(), 1);
    ck_assert_uint_le(c.sent[0].octets.size(), 400);
    uint32_t is[NIC_COUNTER_MAX + 1];
    core_counters(&c, is);
    ck_assert_uint_ge(is[NIC_COUNTER_TX_ABORTED], 1);
    ck_assert_uint_eq(is[NIC_COUNTER_RX_DROP_RESET], 1);
    core_close(&c);
}
END_TEST

// While a domain has not left its reset, what leads there is closed.
START_TEST(nothing_is_accepted_before_the_tx_domain_is_ready)
{
    struct core c = {};
    core_open(&c, "nic_core_ready", 61);
    core_reset(&c);
    c.clocks[TX].next_ps = UINT64_MAX;
    c.rst = true;
    core_run_ns(&c, 40);
    c.rst = false;
    core_run_ns(&c, 10000);
    c.out_taken = 0;
    core_send(&c, core_random_frame(&c, 60), 9, 0, 0);
    core_run_ns(&c, 20000);
    ck_assert_uint_eq(c.out_taken, 0);
    ck_assert_uint_eq(c.tb.top->idle_o, 0);
    c.clocks[TX].next_ps = c.tb.now_ps + 3000;
    core_wait_completed(&c, 1, 20000);
    ck_assert_uint_eq(core_completed(&c), 1);
    ck_assert_uint_eq(c.events.back().tag, 9);
    ck_assert_uint_eq(c.events.back().status, NIC_TX_STATUS_LINK_DOWN);
    core_close(&c);
}
END_TEST

// IEEE 802.3 Annex 31B: a PAUSE frame from `source`.
static bytes pause_frame(const bytes &source, unsigned quanta)
{
    bytes f = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
    f.insert(f.end(), source.begin(), source.end());
    const uint8_t rest[] = {0x88, 0x08, 0x00, 0x01, (uint8_t)(quanta >> 8), (uint8_t)quanta};
    f.insert(f.end(), rest, rest + sizeof rest);
    return core_with_fcs(f, 60);
}

// Registers, watermarks, synchronisers and MAC together: XOFF when the host stops reading, a second one before the first
// expires, XON when it reads again.
START_TEST(a_full_buffer_pauses_the_peer)
{
    struct core c = {};
    const bytes own = {0x02, 0x11, 0x22, 0x33, 0x44, 0x55};
    uint32_t is[NIC_COUNTER_MAX + 1];
    core_open(&c, "nic_core_xoff", 62);
    core_reset(&c);
    core_start(&c, NIC_SPEED_M1000, 0);
    core_write(&c, NIC_MAC_LO_ADDR, 0x33221102);
    core_write(&c, NIC_MAC_HI_ADDR, 0x5544);
    core_write(&c, NIC_WATERMARKS_ADDR, 8 << NIC_WATERMARKS_HIGH_SHIFT | 2 << NIC_WATERMARKS_LOW_SHIFT);
    // 205 us: half of it passes in the second wait only.
    core_write(&c, NIC_PAUSE_ADDR, NIC_PAUSE_SEND_MASK | 400 << NIC_PAUSE_QUANTA_SHIFT);
    c.stall_percent = 100;
    for (int i = 0; i < 6; i++)
        core_receive(&c, core_with_fcs(core_random_frame(&c, 300), 60), 7, 12, false);
    core_run_ns(&c, 40000);
    ck_assert_uint_eq(c.sent.size(), 0); // 1800 octets are under the high mark
    for (int i = 0; i < 2; i++)
        core_receive(&c, core_with_fcs(core_random_frame(&c, 300), 60), 7, 12, false);
    core_run_ns(&c, 40000);
    ck_assert_uint_eq(c.sent.size(), 1);
    core_run_ns(&c, 90000);
    ck_assert_uint_eq(c.sent.size(), 2);
    ck_assert(c.sent[0].octets == pause_frame(own, 400));
    ck_assert(c.sent[1].octets == c.sent[0].octets);
    c.stall_percent = 0;
    core_run_ns(&c, 300000);
    ck_assert_uint_eq(c.records.size(), 8);
    ck_assert_uint_eq(c.sent.size(), 3);
    ck_assert(c.sent[2].octets == pause_frame(own, 0));
    core_counters(&c, is);
    ck_assert_uint_eq(is[NIC_COUNTER_TX_PAUSE], 3);
    ck_assert_uint_eq(is[NIC_COUNTER_RX_DROP_OVERFLOW], 0);
    core_close(&c);
}
END_TEST

// 100 quanta are 51.2 us. Without PAUSE.obey the frame is consumed all the same.
START_TEST(the_peer_pauses_us)
{
    for (unsigned obey = 0; obey < 2; obey++) {
        struct core c = {};
        uint32_t is[NIC_COUNTER_MAX + 1];
        core_open(&c, "nic_core_obey", 63 + obey);
        core_reset(&c);
        core_start(&c, NIC_SPEED_M1000, 0);
        core_write(&c, NIC_PAUSE_ADDR, obey ? NIC_PAUSE_OBEY_MASK : NIC_PAUSE_SEND_MASK);
        core_run_ns(&c, 1000);
        core_receive(&c, pause_frame({0x02, 0, 0, 0, 0, 9}, 100), 7, 12, false);
        core_run_ns(&c, 2000);
        core_send(&c, core_random_frame(&c, 100), 1, 0, 0);
        core_send(&c, core_random_frame(&c, 100), 2, 0, 0);
        core_run_ns(&c, 40000);
        ck_assert_uint_eq(c.sent.size(), obey ? 0 : 2);
        core_wait_completed(&c, 2, 30000);
        ck_assert_uint_eq(c.sent.size(), 2);
        if (obey) // from the end of the PAUSE frame; PAUSE may be taken up to a few clocks later
            ck_assert_double_ge(c.sent[0].sfd_ns, c.received_sfd_ns[0] + 64 * 8 + 51200);
        ck_assert_uint_eq(c.records.size(), 0);
        core_counters(&c, is);
        ck_assert_uint_eq(is[NIC_COUNTER_RX_PAUSE], 1);
        core_close(&c);
    }
}
END_TEST

TB_MAIN("nic_core", sends_one_frame, receives_one_frame, loops_back, registers_have_their_reset_values,
        registers_keep_what_is_written, the_filter_table_is_cleared_by_reset_only,
        the_filter_table_takes_writes_before_the_rx_clock, unmapped_addresses_are_refused, a_dead_tx_clock_times_out,
        time_is_kept_set_and_stepped, stamps_and_launches_are_right, counters_conserve,
        domain_and_nic_resets_keep_exactly_once,
        a_domain_reset_cuts_the_frame_in_flight, nothing_is_accepted_before_the_tx_domain_is_ready,
        a_full_buffer_pauses_the_peer, the_peer_pauses_us)
