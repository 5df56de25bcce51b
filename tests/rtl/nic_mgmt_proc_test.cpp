// SPDX-License-Identifier: Apache-2.0
// nic_mgmt_proc with programs of a few instructions, encoded here from the RISC-V manual (RV32I, 20191213, 2.2 to 2.6), and a bus
// behind it that answers when it likes: registers with the processor in reset, both masters at once, memory, mailbox, watchdog,
// a processor that is stopped in mid-access.
#include "nic_tb.h"
#include "nic_regs.h"
#include <map>
#include <vector>

enum { CLOCKS_MS = 1000, BASE = 1 << 30 };  // BASE: where the processor sees register 0

// ---- instructions

typedef std::vector<uint32_t> program;

static uint32_t lui(unsigned rd, uint32_t value)
{
    return (value & 0xfffff000) | rd << 7 | 0x37;
}

static uint32_t addi(unsigned rd, unsigned rs, int value)
{
    return (uint32_t)value << 20 | rs << 15 | rd << 7 | 0x13;
}

static uint32_t load(unsigned size, unsigned rd, unsigned rs, int offset)
{
    return (uint32_t)offset << 20 | rs << 15 | size << 12 | rd << 7 | 0x03;
}

static uint32_t store(unsigned size, unsigned rs2, unsigned rs1, int offset)
{
    return (uint32_t)(offset >> 5 & 127) << 25 | rs2 << 20 | rs1 << 15 | size << 12 | (uint32_t)(offset & 31) << 7 | 0x23;
}

static uint32_t branch(unsigned kind, unsigned rs1, unsigned rs2, int offset)
{
    return (uint32_t)(offset >> 12 & 1) << 31 | (uint32_t)(offset >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | kind << 12 |
           (uint32_t)(offset >> 1 & 15) << 8 | (uint32_t)(offset >> 11 & 1) << 7 | 0x63;
}

enum { BYTE = 0, HALF = 1, WORD = 2, BYTE_UNSIGNED = 4, EQUAL = 0, NOT_EQUAL = 1 };
static const uint32_t FOREVER = 0x0000006f; // jal x0, 0

// ---- the bench

struct access {
    bool write;
    uint32_t addr, wdata;
};

struct bench {
    struct tb tb;
    struct tb_random random;
    std::map<uint32_t, uint32_t> core; // registers behind the bus
    std::vector<struct access> seen;
    unsigned delay, slow;              // of the access under way; of accesses to 0x200
    unsigned requests, stops;          // pulses
};

// One clock.
static void cycle(struct bench *b)
{
    Vtop *top = b->tb.top;
    bool answered = top->reg_ready_i, waits = top->reg_valid_o && !answered && !top->rst_i;
    struct access before = {(bool)top->reg_write_o, top->reg_addr_o, top->reg_wdata_o};
    b->requests += top->request_o;
    b->stops += top->processor_o;
    if (answered) {
        b->seen.push_back({(bool)top->reg_write_o, top->reg_addr_o, top->reg_wdata_o});
        if (top->reg_write_o)
            b->core[top->reg_addr_o] = top->reg_wdata_o;
    }
    tb_cycle(&b->tb, &top->clk_i);
    // An access stays until it is answered.
    ck_assert(!waits || (top->reg_valid_o && top->reg_write_o == before.write && top->reg_addr_o == before.addr &&
                         top->reg_wdata_o == before.wdata));
    if (answered || !top->reg_valid_o)
        b->delay = tb_below(&b->random, 70);
    bool stays = top->reg_addr_o == 0x200 && b->slow;
    b->slow -= stays && top->reg_valid_o;
    top->reg_ready_i = top->reg_valid_o && !answered && !stays && b->delay-- == 0;
    // Only with ready do they count.
    top->reg_rdata_i = top->reg_ready_i ? b->core[top->reg_addr_o] : (uint32_t)tb_random(&b->random);
    top->reg_error_i = top->reg_ready_i ? top->reg_addr_o == 0x7ffc : tb_chance(&b->random, 50);
    tb_eval(&b->tb);
}

static void cycles(struct bench *b, unsigned count)
{
    while (count--)
        cycle(b);
}

// An access of the host; false: refused.
static bool host(struct bench *b, bool write, uint32_t addr, uint32_t *word)
{
    Vtop *top = b->tb.top;
    top->host_valid_i = 1;
    top->host_write_i = write;
    top->host_addr_i = addr;
    top->host_wdata_i = *word;
    tb_eval(&b->tb);
    for (unsigned i = 0; !top->host_ready_o; i++) {
        ck_assert_uint_lt(i, 400);
        cycle(b);
    }
    bool ok = !top->host_error_o;
    *word = top->host_rdata_o;
    cycle(b);
    top->host_valid_i = 0;
    tb_eval(&b->tb);
    return ok;
}

static uint32_t read(struct bench *b, uint32_t addr)
{
    uint32_t word = 0;
    ck_assert_msg(host(b, false, addr, &word), "0x%x cannot be read", addr);
    return word;
}

static void write(struct bench *b, uint32_t addr, uint32_t word)
{
    ck_assert_msg(host(b, true, addr, &word), "0x%x cannot be written", addr);
}

static void start(struct bench *b, const char *name)
{
    tb_open(&b->tb, name);
    b->random = tb_random_start(1);
    Vtop *top = b->tb.top;
    top->host_valid_i = top->reg_ready_i = 0;
    top->rst_i = 1;
    tb_cycle(&b->tb, &top->clk_i);
    top->rst_i = 0;
    tb_eval(&b->tb);
}

static void run(struct bench *b, const program &p, unsigned watchdog_ms)
{
    write(b, NIC_PROC_CTRL_ADDR, 0);
    for (size_t i = 0; i < p.size(); i++)
        write(b, NIC_PROC_MEMORY_ADDR + 4 * (uint32_t)i, p[i]);
    write(b, NIC_PROC_CTRL_ADDR, watchdog_ms << 16 | 1);
}

// ---- tests

START_TEST(registers_in_reset)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_registers");
    for (uint32_t a = 0; a < 0x10000; a += a > 0x7f8 && a < 0x840 ? 1 : 1 + tb_below(&b.random, 60)) {
        bool regs = a >= NIC_PROC_CTRL_ADDR && a <= NIC_LED_ADDR, memory = a >= 0x8000 && a < 0xa000;
        bool here = (a >= 0x800 && a < 0x1000) || a >= 0x8000;
        size_t before = b.seen.size();
        uint32_t word = 0;
        ck_assert_msg(host(&b, false, a, &word) == (here ? a % 4 == 0 && (regs || memory) : a != 0x7ffc), "0x%x", a);
        ck_assert_uint_eq(b.seen.size(), before + !here);
        ck_assert(here || (b.seen.back().addr == a && !b.seen.back().write));
    }
    uint32_t refused = 0;
    ck_assert(!host(&b, true, 0x7ffc, &refused));
    write(&b, 0x44, 0x12345678);
    ck_assert(b.seen.back().write && b.seen.back().addr == 0x44 && b.seen.back().wdata == 0x12345678);
    ck_assert_uint_eq(read(&b, 0x44), 0x12345678);
    // Those that keep what is written.
    static const struct {
        uint32_t addr, mask;
    } kept[] = {{NIC_HEARTBEAT_ADDR, 0xffff1f77}, {NIC_MAIL_ARGUMENT_ADDR, 0xffffffff}, {NIC_MAIL_ANSWER_ADDR, 0xffffffff},
                {NIC_MAIL_ANSWER_ADDR + 4, 0xffffffff}, {NIC_LED_ADDR, 7}, {NIC_PROC_CTRL_ADDR, 0xffff0000}};
    for (unsigned round = 0; round < 20; round++) {
        uint32_t words[6];
        for (unsigned i = 0; i < 6; i++)
            write(&b, kept[i].addr, words[i] = (uint32_t)tb_random(&b.random) & kept[i].mask);
        for (unsigned i = 0; i < 6; i++)
            ck_assert_uint_eq(read(&b, kept[i].addr), words[i]);
        ck_assert_uint_eq(b.tb.top->led_o, words[4]);
    }
    ck_assert_uint_eq(read(&b, NIC_PROC_STATUS_ADDR), 0); // a heartbeat of the host is none
    std::vector<uint32_t> image;
    for (unsigned i = 0; i < NIC_PROC_MEMORY_WORDS; i++) {
        image.push_back((uint32_t)tb_random(&b.random));
        write(&b, NIC_PROC_MEMORY_ADDR + 4 * i, image.back());
    }
    for (unsigned i = 0; i < NIC_PROC_MEMORY_WORDS; i++)
        ck_assert_uint_eq(read(&b, NIC_PROC_MEMORY_ADDR + 4 * i), image[i]);
    tb_close(&b.tb);
}
END_TEST

START_TEST(time_in_milliseconds)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_time");
    uint32_t first = read(&b, NIC_PROC_TIME_ADDR);
    cycles(&b, 10 * CLOCKS_MS);
    uint32_t passed = read(&b, NIC_PROC_TIME_ADDR) - first;
    ck_assert(passed == 10 || passed == 11);
    tb_close(&b.tb);
}
END_TEST

// Loads and stores of every size in memory; a register of the core, one that is refused; x0.
START_TEST(loads_and_stores)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_loads");
    b.core[0x100] = 0x89abcdef;
    run(&b, {
        lui(1, BASE), lui(2, 0x1000),         // x2: data, in memory
        load(WORD, 3, 1, 0x100), store(WORD, 3, 2, 0),
        store(BYTE, 3, 2, 5), store(BYTE, 0, 2, 4), store(HALF, 3, 2, 6),
        load(WORD, 4, 2, 4), store(WORD, 4, 1, 0x110),
        load(BYTE, 5, 2, 0), store(WORD, 5, 1, 0x114),
        load(BYTE_UNSIGNED, 5, 2, 3), store(WORD, 5, 1, 0x118),
        load(HALF, 5, 2, 2), store(WORD, 5, 1, 0x11c),
        lui(6, BASE + 0x8000), load(WORD, 5, 6, -4), store(WORD, 5, 1, 0x120),  // 0x7ffc: an error, reads 0
        addi(0, 0, 5), store(WORD, 0, 1, 0x124),
        FOREVER}, 0);
    b.core[0x7ffc] = 0xdeadbeef;
    b.core[0x120] = b.core[0x124] = 1;
    cycles(&b, 6000);
    ck_assert_uint_eq(b.core[0x110], 0xcdefef00);
    ck_assert_uint_eq(b.core[0x114], 0xffffffef);
    ck_assert_uint_eq(b.core[0x118], 0x00000089);
    ck_assert_uint_eq(b.core[0x11c], 0xffff89ab);
    ck_assert_uint_eq(b.core[0x120], 0);
    ck_assert_uint_eq(b.core[0x124], 0);
    // The memory is the processor's while it runs.
    uint32_t word = 0;
    ck_assert(!host(&b, false, NIC_PROC_MEMORY_ADDR, &word));
    ck_assert(!host(&b, true, NIC_PROC_MEMORY_ADDR + 0x1000, &word));
    write(&b, NIC_PROC_CTRL_ADDR, 0);
    ck_assert_uint_eq(read(&b, NIC_PROC_MEMORY_ADDR + 0x1000), 0x89abcdef);
    ck_assert_uint_eq(read(&b, NIC_PROC_MEMORY_ADDR + 0x1004), 0xcdefef00);
    tb_close(&b.tb);
}
END_TEST

// The processor counts into a register as fast as it can, the host does the same with another: none of either is lost, doubled or
// mixed up, and neither keeps the other out.
START_TEST(two_masters)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_masters");
    run(&b, {lui(1, BASE), addi(2, 2, 1), store(WORD, 2, 1, 0x300), branch(EQUAL, 0, 0, -8)}, 0);
    // x2 starts with anything.
    while (b.seen.empty() || b.seen.back().addr != 0x300)
        cycle(&b);
    uint32_t count = b.seen.back().wdata, hosts = 0;
    size_t at = b.seen.size();
    for (uint32_t i = 0; i < 2000; i++) {
        write(&b, 0x304, i);
        if (tb_chance(&b.random, 30))
            cycles(&b, tb_below(&b.random, 200));
        ck_assert_uint_eq(read(&b, 0x304), i);
    }
    unsigned processors = 0;
    for (; at < b.seen.size(); at++)
        if (b.seen[at].addr == 0x300) {
            ck_assert(b.seen[at].write && b.seen[at].wdata == ++count);
            processors++;
        } else {
            ck_assert(b.seen[at].addr == 0x304 && b.seen[at].write == (hosts % 2 == 0));
            ck_assert(!b.seen[at].write || b.seen[at].wdata == hosts / 2);
            hosts++;
        }
    ck_assert_uint_eq(hosts, 4000);
    ck_assert_uint_gt(processors, 1000);
    tb_close(&b.tb);
}
END_TEST

// The firmware: answers a request with its argument plus one and its code, result UNKNOWN.
static const program mailbox = {
    lui(1, BASE + 0x1000),
    load(WORD, 2, 1, NIC_MAIL_STATUS_ADDR - 0x1000), branch(EQUAL, 2, 0, -4),
    store(WORD, 0, 1, NIC_HEARTBEAT_ADDR - 0x1000),
    // MAIL_STATUS keeps the last result: bit 0 is pending.
    0x00117113 /* andi x2, x2, 1 */, branch(EQUAL, 2, 0, -16),
    load(WORD, 2, 1, NIC_MAIL_ARGUMENT_ADDR - 0x1000), addi(2, 2, 1), store(WORD, 2, 1, NIC_MAIL_ANSWER_ADDR - 0x1000),
    load(WORD, 2, 1, NIC_MAIL_REQUEST_ADDR - 0x1000), store(WORD, 2, 1, NIC_MAIL_ANSWER_ADDR + 4 - 0x1000),
    addi(2, 0, NIC_MAIL_RESULT_UNKNOWN), store(WORD, 2, 1, NIC_MAIL_DONE_ADDR - 0x1000),
    branch(EQUAL, 0, 0, -48)};

START_TEST(requests)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_requests");
    // Nobody there.
    write(&b, NIC_MAIL_REQUEST_ADDR, 3);
    ck_assert_uint_eq(read(&b, NIC_MAIL_STATUS_ADDR), NIC_MAIL_RESULT_NO_FIRMWARE << 8);
    ck_assert_uint_eq(b.requests, 1);
    run(&b, mailbox, 0);
    for (unsigned i = 0; i < 20; i++) {
        uint32_t argument = (uint32_t)tb_random(&b.random), code = tb_below(&b.random, 256);
        write(&b, NIC_MAIL_ARGUMENT_ADDR, argument);
        write(&b, NIC_MAIL_REQUEST_ADDR, code);
        ck_assert_uint_eq(read(&b, NIC_MAIL_STATUS_ADDR) & 1, 1);
        write(&b, NIC_MAIL_REQUEST_ADDR, ~code); // one at a time: this one is ignored
        cycles(&b, 4000);
        ck_assert_uint_eq(read(&b, NIC_MAIL_STATUS_ADDR), NIC_MAIL_RESULT_UNKNOWN << 8);
        ck_assert_uint_eq(b.tb.top->request_result_o, NIC_MAIL_RESULT_UNKNOWN);
        ck_assert_uint_eq(read(&b, NIC_MAIL_ANSWER_ADDR), argument + 1);
        ck_assert_uint_eq(read(&b, NIC_MAIL_ANSWER_ADDR + 4), code);
        ck_assert_uint_eq(b.requests, 2 + i);
    }
    ck_assert_uint_eq(read(&b, NIC_PROC_STATUS_ADDR), NIC_PROC_STATUS_ALIVE_MASK);
    // One that is pending when the processor is stopped ends, too.
    run(&b, {FOREVER}, 0);
    ck_assert_uint_eq(read(&b, NIC_PROC_STATUS_ADDR), 0);
    write(&b, NIC_MAIL_REQUEST_ADDR, 1);
    cycles(&b, 3000);
    ck_assert_uint_eq(read(&b, NIC_MAIL_STATUS_ADDR) & 1, 1);
    write(&b, NIC_PROC_CTRL_ADDR, 0);
    ck_assert_uint_eq(read(&b, NIC_MAIL_STATUS_ADDR), NIC_MAIL_RESULT_NO_FIRMWARE << 8);
    ck_assert_uint_eq(b.requests, 22);
    write(&b, NIC_MAIL_DONE_ADDR, 0); // nothing is pending
    ck_assert_uint_eq(read(&b, NIC_MAIL_STATUS_ADDR), NIC_MAIL_RESULT_NO_FIRMWARE << 8);
    ck_assert_uint_eq(b.requests, 22);
    tb_close(&b.tb);
}
END_TEST

// Clocks from the start, or the last heartbeat, until the watchdog stops the processor.
static unsigned bite(struct bench *b, unsigned most)
{
    unsigned clocks = 0;
    while (!b->stops && clocks < most) {
        cycle(b);
        clocks++;
    }
    return clocks;
}

START_TEST(watchdog)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_watchdog");
    // Never a heartbeat.
    run(&b, {FOREVER}, 3);
    write(&b, NIC_MAIL_REQUEST_ADDR, 1);
    unsigned clocks = bite(&b, 10 * CLOCKS_MS);
    ck_assert(clocks > 3 * CLOCKS_MS - 200 && clocks <= 4 * CLOCKS_MS);
    ck_assert_uint_eq(read(&b, NIC_PROC_STATUS_ADDR), NIC_PROC_STATUS_EXPIRED_MASK);
    ck_assert_uint_eq(read(&b, NIC_PROC_CTRL_ADDR), 3 << 16);
    ck_assert_uint_eq(read(&b, NIC_MAIL_STATUS_ADDR), NIC_MAIL_RESULT_NO_FIRMWARE << 8);
    ck_assert_uint_eq(b.stops, 1);
    // A thousand heartbeats, then it hangs.
    b.stops = 0;
    run(&b, {lui(1, BASE + 0x1000), addi(2, 0, 1000), store(WORD, 2, 1, NIC_HEARTBEAT_ADDR - 0x1000), addi(2, 2, -1),
             branch(NOT_EQUAL, 2, 0, -8), lui(3, BASE), store(WORD, 2, 3, 0x300), FOREVER}, 3);
    b.core[0x300] = 1;
    ck_assert_uint_eq(read(&b, NIC_PROC_STATUS_ADDR), 0);
    cycles(&b, 10 * CLOCKS_MS);
    ck_assert_uint_eq(read(&b, NIC_PROC_STATUS_ADDR), NIC_PROC_STATUS_ALIVE_MASK);
    while (b.core[0x300] && !b.stops)
        cycle(&b);
    ck_assert_uint_eq(read(&b, NIC_HEARTBEAT_ADDR), 1);
    clocks = bite(&b, 10 * CLOCKS_MS);
    ck_assert(clocks > 3 * CLOCKS_MS - 1000 && clocks <= 4 * CLOCKS_MS);
    ck_assert_uint_eq(read(&b, NIC_PROC_STATUS_ADDR), NIC_PROC_STATUS_EXPIRED_MASK | NIC_PROC_STATUS_ALIVE_MASK);
    // The host still reaches everything.
    write(&b, 0x44, 5);
    ck_assert_uint_eq(read(&b, 0x44), 5);
    // Without a watchdog it may hang.
    b.stops = 0;
    run(&b, {FOREVER}, 0);
    cycles(&b, 20 * CLOCKS_MS);
    ck_assert_uint_eq(b.stops, 0);
    ck_assert_uint_eq(read(&b, NIC_PROC_CTRL_ADDR), 1);
    tb_close(&b.tb);
}
END_TEST

// The watchdog bites while the processor waits for an answer: the access goes on to its end, and the next program starts clean.
START_TEST(bitten_in_mid_access)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_bitten");
    b.core[0x200] = 0x11111111;
    b.core[0x204] = 0x22222222;
    run(&b, {lui(1, BASE), load(WORD, 2, 1, 0x200), store(WORD, 2, 1, 0x208), FOREVER}, 1);
    b.slow = 5 * CLOCKS_MS;
    bite(&b, 10 * CLOCKS_MS);
    ck_assert_uint_eq(b.stops, 1);
    ck_assert(b.tb.top->reg_valid_o);
    while (b.slow)
        cycle(&b);
    run(&b, {lui(1, BASE), load(WORD, 2, 1, 0x204), store(WORD, 2, 1, 0x208), FOREVER}, 0);
    cycles(&b, 1500);
    ck_assert_uint_eq(b.core[0x208], 0x22222222);
    tb_close(&b.tb);
}
END_TEST

// Stopped while it waits for the bus, at any clock, and started with another program: that one gets its own answer.
START_TEST(stopped_in_mid_access)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_stop");
    b.core[0x200] = 0x11111111;
    b.core[0x204] = 0x22222222;
    for (unsigned wait = 150; wait < 330; wait++) {
        write(&b, NIC_PROC_CTRL_ADDR, 0);
        b.core[0x208] = 0;
        run(&b, {lui(1, BASE), load(WORD, 2, 1, 0x200), store(WORD, 2, 1, 0x208), FOREVER}, 0);
        b.slow = 300;
        for (unsigned i = wait; i; i--)
            cycle(&b);
        write(&b, NIC_PROC_CTRL_ADDR, 0);
        run(&b, {lui(1, BASE), load(WORD, 2, 1, 0x204), store(WORD, 2, 1, 0x208), FOREVER}, 0);
        b.core[0x208] = 0;
        cycles(&b, 1500);
        ck_assert_msg(b.core[0x208] == 0x22222222, "after %u clocks it got %x", wait, b.core[0x208]);
        b.slow = 0;
    }
    tb_close(&b.tb);
}
END_TEST

// The device reset at any clock of an access of the host: that one is answered all the same, and the processor stands.
START_TEST(reset_at_any_time)
{
    struct bench b = {};
    start(&b, "nic_mgmt_proc_reset");
    Vtop *top = b.tb.top;
    for (unsigned wait = 0; wait < 200; wait++) {
        run(&b, {lui(1, BASE), addi(2, 2, 1), store(WORD, 2, 1, 0x300), branch(EQUAL, 0, 0, -8)}, 5);
        cycles(&b, tb_below(&b.random, 300));
        top->host_valid_i = 1;
        top->host_write_i = 0;
        top->host_addr_i = wait % 2 ? NIC_PROC_CTRL_ADDR : 0x304;
        tb_eval(&b.tb);
        for (unsigned i = wait % 40; i && !top->host_ready_o; i--)
            cycle(&b);
        top->rst_i = 1;
        top->reg_ready_i = 0; // what is behind is reset, too
        b.delay = 0;
        tb_eval(&b.tb);
        tb_cycle(&b.tb, &top->clk_i);
        top->rst_i = 0;
        tb_eval(&b.tb);
        for (unsigned i = 0; !top->host_ready_o; i++) {
            ck_assert_uint_lt(i, 100);
            cycle(&b);
        }
        ck_assert(!(wait % 2) || top->host_rdata_o == 0);
        cycle(&b);
        top->host_valid_i = 0;
        ck_assert_uint_eq(read(&b, NIC_PROC_CTRL_ADDR), 0);
        size_t before = b.seen.size();
        cycles(&b, 500);
        ck_assert_uint_eq(b.seen.size(), before);
    }
    tb_close(&b.tb);
}
END_TEST

TB_MAIN("nic_mgmt_proc", registers_in_reset, time_in_milliseconds, loads_and_stores, two_masters, requests, watchdog,
        bitten_in_mid_access, stopped_in_mid_access, reset_at_any_time)
