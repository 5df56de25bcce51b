/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver, NDIS and the Verilated device together: exactly once and in order under random stalls, blocked events and
 * resets at any time; equal runs for equal seeds; idle skipping; errors on the wire; registers; 10 and 100 Mb/s.
 * Everything here runs on the build with the RTL's assertions, seeded start values and seeded clock phases.
 */
#include "cosim.h"

#define NIC_REGS_TABLES
#include "nic_oid.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "replay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define REGISTERS (sizeof nic_registers / sizeof *nic_registers)

/* ---- exactly once ---- */

static void stalls(unsigned percent, uint32_t sys_period_ps, uint32_t rx_period_ps)
{
    struct cosim c;
    cosim_init(&c);
    c.options.core.stall_percent = percent;
    c.options.core.sys_period_ps = sys_period_ps;
    c.options.core.rx_period_ps = rx_period_ps;
    cosim_frames(&c, 120, 14, 1514);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    cosim_stop(&c);
}

START_TEST(stalls_few)
{
    stalls(10, 0, 0);
}
END_TEST

START_TEST(stalls_many)
{
    stalls(60, 0, 0);
}
END_TEST

START_TEST(stalls_full_speed_clock)
{
    stalls(30, 20833, 8001);
}
END_TEST

START_TEST(stalls_fast_sys_clock)
{
    stalls(50, 7000, 7999);
}
END_TEST

START_TEST(single_build)
{
    struct cosim c;
    cosim_init(&c);
    c.options.single = true;
    c.options.core.stall_percent = 20;
    cosim_frames(&c, 200, 14, 300);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    cosim_stop(&c);
}
END_TEST

START_TEST(moderated)
{
    struct cosim c;
    struct nic_ndis_statistics ndis;
    cosim_init(&c);
    c.options.moderation_count = 16;
    c.options.moderation_us = 200;
    cosim_frames(&c, 300, 14, 100);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    ck_assert(nic_ndis_adapter_statistics(MACHINE_ADAPTER, &ndis));
    cosim_stop(&c);
}
END_TEST

/* With the event path blocked the device may complete no more descriptors than it has room for; nothing is lost. */
START_TEST(events_blocked)
{
    struct cosim c;
    cosim_init(&c);
    c.options.core.stall_percent = 10;
    c.no_window = true; /* frames come back although their completions do not */
    c.batch = 32;
    cosim_frames(&c, 400, 60, 100);
    cosim_start(&c);
    for (unsigned round = 0; round < 6; round++) {
        core_model_event_block(c.machine.core, true);
        cosim_carry(&c, 400000 + cosim_draw(&c, 100000));
        uint32_t completed = c.completed, wire = c.wire_count;
        cosim_carry(&c, 300000);
        ck_assert_uint_eq(c.completed, completed);
        ck_assert_uint_eq(c.wire_count,
                          wire); /* the transmitter waits for room for the completion */
        ck_assert(wire >= completed && wire - completed <= 64 + 1);
        core_model_event_block(c.machine.core, false);
        cosim_carry(&c, 50000 + cosim_draw(&c, 200000));
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    ck_assert_uint_eq(c.succeeded, c.count);
    cosim_check(&c, false);
    cosim_stop(&c);
}
END_TEST

/* ---- resets ---- */

/* Resets of one domain at random times in mid-traffic; then, healed, the last frames all arrive. */
static void resets(enum core_domain domain, unsigned rounds, unsigned cycles)
{
    struct cosim c;
    cosim_init(&c);
    c.options.core.stall_percent = 10;
    cosim_frames(&c, 400, 14, 800);
    uint32_t all = c.count;
    c.count = all - 100;
    cosim_start(&c);
    for (unsigned i = 0; i < rounds && c.sent < c.count; i++) {
        cosim_carry(&c, 1000 + cosim_draw(&c, 60000));
        core_model_reset(c.machine.core, domain, 1 + cosim_draw(&c, cycles));
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    /* A device that forgot everything is set up again by its driver, which notices at the next hang check. */
    if (domain == CORE_SYS) {
        c.any_order = true;
        machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + 6000000000);
    }
    uint32_t succeeded = c.succeeded, matched = match_counts(c.match)->matched;
    c.count = all;
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_eq(c.succeeded - succeeded, 100);
    ck_assert_uint_eq(match_counts(c.match)->matched - matched, 100);
    cosim_stop(&c);
}

START_TEST(reset_tx)
{
    resets(CORE_TX, 60, 40);
}
END_TEST

START_TEST(reset_rx)
{
    struct cosim c;
    uint32_t counters[64];
    cosim_init(&c);
    cosim_frames(&c, 300, 14, 800);
    cosim_start(&c);
    for (unsigned i = 0; i < 40; i++) {
        cosim_carry(&c, 1000 + cosim_draw(&c, 30000));
        core_model_reset(c.machine.core, CORE_RX, 1 + cosim_draw(&c, 40));
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    /* sending does not notice; what receive lost was counted */
    ck_assert_uint_eq(c.succeeded, c.count);
    cosim_counters(&c, counters);
    uint32_t lost = c.count - match_counts(c.match)->matched;
    uint32_t named = counters[NIC_COUNTER_RX_DROP_RESET] + counters[NIC_COUNTER_RX_DROP_OVERFLOW];
    ck_assert_uint_eq(lost, named);
    ck_assert_uint_gt(counters[NIC_COUNTER_RX_DROP_RESET], 0);
    cosim_stop(&c);
}
END_TEST

/* After a device reset the device knows nothing of the driver: what it had is lost for it, and completed all the same. */
START_TEST(reset_sys)
{
    resets(CORE_SYS, 4, 3);
}
END_TEST

START_TEST(reset_all_together)
{
    struct cosim c;
    cosim_init(&c);
    cosim_frames(&c, 300, 14, 500);
    cosim_start(&c);
    for (unsigned i = 0; i < 30; i++) {
        cosim_carry(&c, 1000 + cosim_draw(&c, 40000));
        core_model_reset(c.machine.core, CORE_TX, 1 + cosim_draw(&c, 60));
        core_model_reset(c.machine.core, CORE_RX, 1 + cosim_draw(&c, 60));
        if (i % 10 == 5)
            core_model_reset(c.machine.core, CORE_SYS, 1 + cosim_draw(&c, 20));
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    cosim_stop(&c);
}
END_TEST

START_TEST(reset_nic)
{
    struct cosim c;
    cosim_init(&c);
    c.any_order =
        true; /* NDIS completes what it holds itself before the driver gives back its part (C-9) */
    c.options.core.stall_percent = 10;
    cosim_frames(&c, 400, 14, 1000);
    cosim_start(&c);
    for (unsigned i = 0; i < 12; i++) {
        cosim_carry(&c, 1000 + cosim_draw(&c, 100000));
        ck_assert_int_eq(sender_reset(c.machine.sender), NDIS_STATUS_SUCCESS);
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_gt(c.succeeded, c.count / 4);
    cosim_stop(&c);
}
END_TEST

/* NIC reset while the events are blocked: the completions are still delivered, once, when they may. */
START_TEST(reset_nic_events_blocked)
{
    struct cosim c;
    cosim_init(&c);
    c.any_order = true;
    cosim_frames(&c, 100, 60, 200);
    cosim_start(&c);
    core_model_event_block(c.machine.core, true);
    cosim_carry(&c, 100000);
    core_model_reset(c.machine.core, CORE_TX, 5);
    cosim_carry(&c, 5000);
    core_model_event_block(c.machine.core, false);
    ck_assert_int_eq(sender_reset(c.machine.sender), NDIS_STATUS_SUCCESS);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    cosim_stop(&c);
}
END_TEST

START_TEST(unplugged)
{
    struct cosim c;
    cosim_init(&c);
    cosim_frames(&c, 100, 60, 1000);
    cosim_start(&c);
    cosim_carry(&c, 50000);
    core_model_unplug(c.machine.core);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_lt(c.succeeded, c.count);
    cosim_stop(&c);
}
END_TEST

/* ---- the same again ---- */

static uint64_t hash_of(uint64_t seed, bool stall)
{
    struct cosim c;
    cosim_init(&c);
    c.options.seed = seed;
    c.random = 77; /* the same traffic, whatever the seed */
    c.options.core.stall_percent = stall ? 20 : 0;
    cosim_frames(&c, 60, 14, 400);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    uint64_t hash = machine_hash(&c.machine);
    cosim_stop(&c);
    return hash;
}

START_TEST(equal_seeds_equal_runs)
{
    uint64_t seed = cosim_seed();
    uint64_t first = hash_of(seed, true), other = hash_of(seed + 1, true);
    ck_assert_msg(first == hash_of(seed, true), "two runs with one seed differ");
    ck_assert_msg(first != other, "two seeds, one run");
    /* without stalls what differs are clock phases and start values */
    first = hash_of(seed, false);
    ck_assert(first == hash_of(seed, false));
    ck_assert(first != hash_of(seed + 1, false));
}
END_TEST

/* ---- idle time ---- */

struct run {
    struct cosim_wire wire[400];
    uint32_t count;
    uint64_t cycles, skipped_ns, device_ns;
};

/* Bursts with pauses between them, with and without skipping. */
static void bursts(struct run *run, bool no_skip)
{
    struct cosim c;
    struct core_model_stats stats;
    uint32_t time[2];
    cosim_init(&c);
    c.options.core.no_skip = no_skip;
    c.random = 5;
    cosim_frames(&c, 60, 14, 1514);
    cosim_start(&c);
    uint32_t all = c.count;
    for (uint32_t limit = 10; limit <= all; limit += 10) {
        c.count = limit;
        cosim_carry(&c, 700000 + 1234 * limit);
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    ck_assert(machine_read(&c.machine, NIC_TIME_LO_ADDR, time, 2));
    core_model_stats_get(c.machine.core, &stats);
    run->device_ns = (uint64_t)time[1] << 32 | time[0];
    run->count = c.wire_count;
    run->cycles = stats.tx_cycles;
    run->skipped_ns = stats.skipped_ns;
    memcpy(run->wire, c.wire, c.wire_count * sizeof *c.wire);
    cosim_stop(&c);
}

/* Counts cross the clock domains by hand-shakes that never rest. Where they stand in their round depends on the number of
 * clocks, so that a frame may start one round earlier or later. */
static bool close_to(uint64_t a, uint64_t b)
{
    return a < b + 200 && b < a + 200;
}

START_TEST(skipping_changes_nothing)
{
    static struct run with, without;
    bursts(&with, false);
    bursts(&without, true);
    ck_assert_uint_eq(with.count, without.count);
    for (uint32_t i = 0; i < with.count; i++) {
        ck_assert_msg(close_to(with.wire[i].sfd_ns, without.wire[i].sfd_ns),
                      "frame %u at %llu ns with skipping, at %llu without", i,
                      (unsigned long long)with.wire[i].sfd_ns,
                      (unsigned long long)without.wire[i].sfd_ns);
        ck_assert_uint_eq(with.wire[i].crc, without.wire[i].crc);
    }
    ck_assert(close_to(with.device_ns, without.device_ns));
    ck_assert_uint_eq(without.skipped_ns, 0);
    ck_assert_uint_lt(with.cycles, without.cycles / 2);
}
END_TEST

/* ---- speeds ---- */

static void speed(unsigned mbps)
{
    struct cosim c;
    cosim_init(&c);
    c.options.mbps = mbps;
    cosim_frames(&c, 40, 14, mbps == 10 ? 300 : 1514);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    /* two frames are at least so far apart as their octets take */
    for (uint32_t i = 1; i < c.wire_count; i++) {
        uint64_t least_ns = (c.wire[i - 1].length + 20ull) * 8000 / mbps;
        ck_assert_uint_ge(c.wire[i].sfd_ns - c.wire[i - 1].sfd_ns, least_ns);
    }
    cosim_stop(&c);
}

START_TEST(speed_100)
{
    speed(100);
}
END_TEST

START_TEST(speed_10)
{
    speed(10);
}
END_TEST

/* ---- errors on the wire ---- */

static void bad_frames(unsigned mbps)
{
    struct cosim c;
    uint32_t counters[64];
    cosim_init(&c);
    wire_port_close(c.inner);
    struct wire_generator_options g = {
        .seed = c.options.seed,
        .count = mbps == 1000 ? 400 : 120,
        .min_octets = 64,
        .max_octets = mbps == 1000 ? 1518 : 200,
        .pause_every = 10,
        .start_ns = 100000,
        .destination = {0x02, 1, 2, 3, 4, 5},
        .vary_preamble = true,
        .fcs_percent = 8,
        .symbol_percent = 8,
        .runt_percent = 8,
        .giant_percent = 4,
        .odd_percent = mbps == 1000 ? 0 : 8,
    };
    c.inner = wire_generator_create(&g);
    c.options.mbps = mbps;
    c.options.core.sys_period_ps = 8000; /* so that nothing is lost for want of buffer */
    cosim_start(&c);
    const struct wire_generator_counts *counts = wire_generator_counts(c.inner);
    while (counts->sent < g.count)
        machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + 1000000);
    machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + 4000000);
    cosim_counters(&c, counters);
    ck_assert_uint_eq(c.received, counts->sent_good);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_PACKETS], counts->sent_good);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_FCS_ERRORS], counts->sent_fcs);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_SYMBOL_ERRORS], counts->sent_symbol);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_UNDERSIZE], counts->sent_runt);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_OVERSIZE], counts->sent_giant);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_ALIGN_ERRORS], counts->sent_odd);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_DROP_OVERFLOW], 0);
    ck_assert_uint_gt(counts->sent_runt, 0);
    cosim_stop(&c);
}

START_TEST(bad_frames_1000)
{
    bad_frames(1000);
}
END_TEST

START_TEST(bad_frames_100)
{
    bad_frames(100);
}
END_TEST

/* ---- registers ---- */

static bool driver_owns(const char *name)
{
    static const char *const names[] = {"CTRL", "LINK",   "MODERATION", "FILTER",
                                        "HASH", "MAC_LO", "MAC_HI",     "EXACT"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* Every register through driver, transport and bus: reset values, and what is written is read. */
START_TEST(register_walk)
{
    struct cosim c;
    cosim_init(&c);
    cosim_start(&c);
    unsigned seen = 0, written = 0;
    for (unsigned i = 0; i < REGISTERS; i++) {
        const struct nic_register *r = &nic_registers[i];
        uint32_t words[64], pattern[64], again[64];
        if (!strchr(r->access, 'r') || r->needs)
            continue;
        seen++;
        ck_assert_msg(machine_read(&c.machine, r->address, words, r->words), "%s is not readable",
                      r->name);
        for (uint32_t k = 0; k < r->words && !driver_owns(r->name); k++)
            ck_assert_msg((words[k] & r->known) == (r->reset & r->known),
                          "%s[%u] is %08x after reset, not %08x", r->name, k, words[k], r->reset);
        if (!strchr(r->access, 'w') || r->known != 0xffffffff || !strcmp(r->name, "CTRL") ||
            !strcmp(r->name, "LINK"))
            continue;
        written++;
        for (uint32_t k = 0; k < r->words; k++)
            pattern[k] = (uint32_t)(0x9e3779b9u * (r->address + 4 * k + 1)) & r->writable;
        ck_assert_msg(machine_write(&c.machine, r->address, pattern, r->words),
                      "%s is not writable", r->name);
        ck_assert(machine_read(&c.machine, r->address, again, r->words));
        for (uint32_t k = 0; k < r->words; k++) {
            uint32_t expected = pattern[k];
            /* of an EXACT entry only the third word has the valid bit, and there is no fourth */
            if (r->address == NIC_EXACT_ADDR)
                expected &= k % 4 == 3 ? 0 : k % 4 == 2 ? 0x1ffff : 0xffff;
            ck_assert_msg(again[k] == expected, "%s[%u]: wrote %08x, read %08x", r->name, k,
                          pattern[k], again[k]);
        }
        ck_assert(machine_write(&c.machine, r->address, words, r->words));
    }
    ck_assert_uint_gt(seen, 15);
    ck_assert_uint_gt(written, 6);
    uint32_t word;
    ck_assert(
        !machine_read(&c.machine, 0x0ffc, &word, 1)); /* nothing there: an error, not a hang */
    ck_assert(machine_read(&c.machine, NIC_ID_ADDR, &word, 1) && word == 0x434e6c68);
    cosim_stop(&c);
}
END_TEST

/* Device time runs with the model's, skipped time included, and can be adjusted. */
START_TEST(device_time)
{
    struct cosim c;
    uint32_t words[2], word;
    cosim_init(&c);
    cosim_start(&c);
    ck_assert(machine_read(&c.machine, NIC_TIME_LO_ADDR, words, 2));
    uint64_t before = (uint64_t)words[1] << 32 | words[0], start_ns = machine_now_ns(&c.machine);
    machine_run(&c.machine, NULL, start_ns + 1500000000);
    ck_assert(machine_read(&c.machine, NIC_TIME_LO_ADDR, words, 2));
    uint64_t passed = ((uint64_t)words[1] << 32 | words[0]) - before;
    uint64_t model_ns = machine_now_ns(&c.machine) - start_ns;
    ck_assert_msg(passed + 200 > model_ns && passed < model_ns + 200,
                  "device %llu ns, model %llu ns", (unsigned long long)passed,
                  (unsigned long long)model_ns);
    /* one step of minus 1 ms; the high half comes from TIME_HI */
    word = 0xffffffff;
    ck_assert(machine_write(&c.machine, NIC_TIME_HI_ADDR, &word, 1));
    word = (uint32_t)-1000000;
    ck_assert(machine_write(&c.machine, NIC_TIME_STEP_ADDR, &word, 1));
    ck_assert(machine_read(&c.machine, NIC_TIME_LO_ADDR, words, 2));
    passed = ((uint64_t)words[1] << 32 | words[0]) - before + 1000000;
    model_ns = machine_now_ns(&c.machine) - start_ns;
    ck_assert_msg(passed + 200 > model_ns && passed < model_ns + 200,
                  "device %llu ns, model %llu ns", (unsigned long long)passed,
                  (unsigned long long)model_ns);
    cosim_stop(&c);
}
END_TEST

/* ---- transfers without a driver ---- */

static void put_record(uint8_t *record, uint32_t tag, uint32_t length)
{
    uint32_t word = length | NIC_TX_HEADER_WORD0_REPORT_MASK;
    word |= (0x5a ^ (word & 0xff) ^ (word >> 8 & 0xff) ^ (word >> 16 & 0xff)) << 24;
    memset(record, 0, 16 + (length + 3) / 4 * 4);
    nic_put_le32(record, word);
    nic_put_le32(record + 4, tag);
    memset(record + 16, (int)tag, length);
}

static void submit(struct nic_transport *t, struct nic_transfer *x, uint8_t endpoint, uint8_t *data,
                   uint32_t length)
{
    *x = (struct nic_transfer){.endpoint = endpoint, .data = data, .length_bytes = length};
    ck_assert_int_eq(nic_transport_submit(t, x), 0);
}

static struct nic_transfer *reap(struct nic_platform *p, struct nic_transport *t)
{
    uint64_t end_ns = p->ops->now_ns(p) + 10000000;
    struct nic_transfer *x;
    while (!(x = nic_transport_reap(t)) && p->ops->now_ns(p) < end_ns)
        nic_virtual_run(p, &t->ready, end_ns);
    return x;
}

/* A transfer cancelled in mid-record says how many bytes the device has; the rest follows in another one. */
START_TEST(cancelled_and_resumed)
{
    uint64_t seed = cosim_seed();
    struct nic_platform *p = nic_virtual_create(seed);
    struct wire_port *plug = wire_null_create();
    struct core_model *m =
        core_model_create(&(struct core_model_options){.seed = seed, .stall_percent = 40}, p, plug);
    struct nic_transport *t = core_model_transport(m, 1);
    struct nic_transfer out, event;
    uint8_t record[300], events[64];
    uint32_t link = NIC_LINK_UP_MASK | 2u << NIC_LINK_SPEED_SHIFT, enable = NIC_CTRL_TX_ENABLE_MASK;
    p->ops->poller_set(p, core_model_run, m);
    ck_assert_int_eq(nic_transport_open(t), 0);
    ck_assert_int_eq(nic_transport_reg_write(t, NIC_LINK_ADDR, &link, 1), 0);
    ck_assert_int_eq(nic_transport_reg_write(t, NIC_CTRL_ADDR, &enable, 1), 0);
    submit(t, &event, NIC_ENDPOINT_EVENT, events, sizeof events);
    ck_assert_ptr_eq(reap(p, t), &event); /* LINK */
    for (uint32_t tag = 1; tag <= 100; tag++) {
        uint32_t length = 16 + (60 + tag + 3) / 4 * 4, done = 0;
        put_record(record, tag, 60 + tag);
        submit(t, &event, NIC_ENDPOINT_EVENT, events, sizeof events);
        while (done < length) {
            submit(t, &out, NIC_ENDPOINT_TX, record + done, length - done);
            nic_virtual_run(p, &t->ready, p->ops->now_ns(p) + 17 * (1 + tag % 90));
            nic_transport_cancel(t, &out);
            ck_assert_ptr_eq(reap(p, t), &out);
            ck_assert(out.status == NIC_TRANSFER_OK || out.status == NIC_TRANSFER_CANCELLED);
            done += out.actual_bytes;
        }
        ck_assert_ptr_eq(reap(p, t), &event);
        ck_assert_uint_eq(event.actual_bytes, 16);
        ck_assert_uint_eq(events[0], NIC_EVENT_TYPE_TX_DONE);
        ck_assert_uint_eq(nic_get_le32(events + 4), tag);
    }
    /* and with the device full, so that a byte stands at its door when the transfer is cancelled */
    static uint8_t records[100 * 76];
    uint32_t done = 0, tag = 1;
    for (uint32_t i = 0; i < 100; i++)
        put_record(records + 76 * i, i + 1, 60);
    submit(t, &out, NIC_ENDPOINT_TX, records, sizeof records);
    nic_virtual_run(p, &t->ready, p->ops->now_ns(p) + 2000000);
    nic_transport_cancel(t, &out);
    ck_assert_ptr_eq(reap(p, t), &out);
    ck_assert_int_eq(out.status, NIC_TRANSFER_CANCELLED);
    ck_assert(out.actual_bytes > 60 * 76 && out.actual_bytes < sizeof records);
    done = out.actual_bytes;
    submit(t, &out, NIC_ENDPOINT_TX, records + done, (uint32_t)sizeof records - done);
    while (tag <= 100) {
        submit(t, &event, NIC_ENDPOINT_EVENT, events, 16);
        struct nic_transfer *x = reap(p, t);
        x = x == &out ? reap(p, t) : x;
        ck_assert_ptr_eq(x, &event);
        ck_assert_uint_eq(events[0], NIC_EVENT_TYPE_TX_DONE);
        ck_assert_uint_eq(nic_get_le32(events + 4), tag);
        tag++;
    }
    ck_assert_uint_eq(core_model_assertions(m), 0);
    nic_transport_close(t);
    core_model_destroy(m);
    wire_port_close(plug);
    nic_virtual_destroy(p);
}
END_TEST

/* What endpoint 0 and submit refuse. */
START_TEST(refused_transfers)
{
    struct nic_platform *p = nic_virtual_create(1);
    struct core_model *m = core_model_create(&(struct core_model_options){.seed = 1}, p, NULL);
    struct nic_transport *t = core_model_transport(m, 1);
    struct nic_transfer x;
    uint8_t data[80] = {0};
    uint32_t word;
    p->ops->poller_set(p, core_model_run, m);
    x = (struct nic_transfer){.endpoint = 0x55, .data = data, .length_bytes = 8};
    ck_assert_int_eq(nic_transport_submit(t, &x), -EINVAL);
    x = (struct nic_transfer){.endpoint = NIC_ENDPOINT_RX, .data = data};
    ck_assert_int_eq(nic_transport_submit(t, &x), -EINVAL);
    x = (struct nic_transfer){.endpoint = NIC_ENDPOINT_TX, .data = data, .length_bytes = 1 << 20};
    ck_assert_int_eq(nic_transport_submit(t, &x), -EINVAL);
    x = (struct nic_transfer){.endpoint = 0, .data = data, .length_bytes = 12}; /* wLength says 0 */
    ck_assert_int_eq(nic_transport_submit(t, &x), -EINVAL);
    ck_assert_int_eq(nic_transport_reg_read(t, 2, &word, 1), -EPIPE);
    ck_assert_int_eq(nic_transport_reg_read(t, 0x0ffc, &word, 1), -EPIPE);
    ck_assert_int_eq(nic_transport_reg_read(t, 0x10000, &word, 1), -EPIPE);
    ck_assert_int_eq(nic_transport_reg_read(t, NIC_ID_ADDR, &word, 1), 0);
    submit(t, &x, NIC_ENDPOINT_TX, data, 0); /* a zero-length packet is taken at once */
    ck_assert_ptr_eq(reap(p, t), &x);
    ck_assert(x.status == NIC_TRANSFER_OK && x.actual_bytes == 0);
    core_model_unplug(m);
    ck_assert_int_eq(nic_transport_reg_read(t, NIC_ID_ADDR, &word, 1), -ENODEV);
    core_model_destroy(m);
    nic_virtual_destroy(p);
}
END_TEST

/* ---- the verdict of hilnic replay ---- */

START_TEST(verdict)
{
    const struct replay_result good = {.frames_read = 10,
                                       .sent = 9,
                                       .rejected = 1,
                                       .completed_ok = 9,
                                       .wire_seen = true,
                                       .wire_frames = 9};
    struct replay_result r = good;
    uint32_t *const bad[] = {
        &r.completed_error, &r.outstanding,     &r.lost,       &r.duplicated, &r.out_of_order,
        &r.corrupted,       &r.wire_mismatches, &r.assertions, &r.findings,   &r.rejected,
        &r.wire_frames,     &r.completed_ok,    &r.frames_read};
    ck_assert(replay_good(&good));
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        r = good;
        ++*bad[i];
        ck_assert_msg(!replay_good(&r), "count %u does not matter", i);
    }
    r = good; /* nobody looked at the wire */
    r.wire_seen = false;
    r.wire_frames = 0;
    ck_assert(replay_good(&r));
}
END_TEST

#define ADD(name) add(suite, #name, name, 300)

static void add(Suite *suite, const char *name, const TTest *test, double timeout_s)
{
    TCase *tcase = tcase_create(name);
    tcase_set_timeout(tcase, timeout_s);
    tcase_add_test(tcase, test);
    suite_add_tcase(suite, tcase);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("core");
    (void)argc;
    ADD(stalls_few);
    ADD(stalls_many);
    ADD(stalls_full_speed_clock);
    ADD(stalls_fast_sys_clock);
    ADD(single_build);
    ADD(moderated);
    ADD(events_blocked);
    ADD(reset_tx);
    ADD(reset_rx);
    ADD(reset_sys);
    ADD(reset_all_together);
    ADD(reset_nic);
    ADD(reset_nic_events_blocked);
    ADD(unplugged);
    ADD(equal_seeds_equal_runs);
    ADD(skipping_changes_nothing);
    ADD(speed_100);
    ADD(speed_10);
    ADD(bad_frames_1000);
    ADD(bad_frames_100);
    ADD(register_walk);
    ADD(device_time);
    ADD(cancelled_and_resumed);
    ADD(refused_transfers);
    ADD(verdict);
    return cosim_main(suite, argv[0]);
}
