// SPDX-License-Identifier: Apache-2.0
// Harness of the nic_core bench: three clocks, byte streams with random stalls, the register bus, a GMII/MII monitor and
// driver, and builders of TX records. Everything that arrives is kept for the tests to look at. Header only.
#ifndef NIC_CORE_TB_H
#define NIC_CORE_TB_H

#include "nic_tb.h"
#define NIC_REGS_TABLES
#include "nic_regs.h"
#include <deque>
#include <vector>
#include <zlib.h>

typedef std::vector<uint8_t> bytes;
enum { SYS, TX, RX, CLOCKS };

// A frame seen on, or put onto, the wire: destination address to FCS.
struct core_frame {
    bytes octets;
    double sfd_ns;      // tx: when the SFD octet (MII: its second nibble) appeared. rx: when it is sampled
    unsigned preamble;  // octets before the SFD
    bool error;         // rx_er or tx_er somewhere
    bool odd;           // MII: a nibble more
    unsigned gap;       // rx: idle octets before it
};

struct core_event {
    unsigned kind, status, count;
    uint32_t tag;
    uint64_t time;
};

struct core_record {
    unsigned length, error;
    bool broadcast, multicast, vlan;
    uint32_t sequence;
    uint64_t time;
    bytes frame;
};

struct core {
    struct tb tb;
    struct tb_clock clocks[CLOCKS];
    struct tb_random random;
    unsigned stall_percent; // of OUT valid, IN ready, EVENT ready
    bool event_block;
    bool strict;            // a malformed record fails the test
    unsigned divide;        // clocks per octet or nibble: 1, 5, 50
    bool mii;

    std::deque<uint8_t> out;
    size_t out_taken;
    bytes in, ev;           // bytes of the record that is arriving
    std::vector<core_event> events;
    std::vector<core_record> records;

    std::vector<core_frame> sent;   // by the MAC
    core_frame sending;
    bool tx_on, tx_sfd;
    unsigned tx_count, tx_nibbles;
    uint8_t tx_low;
    double tx_ce_ns;

    std::deque<core_frame> to_mac;
    std::vector<double> received_sfd_ns;
    std::deque<uint16_t> rx_symbols; // bits 7:0 data, 8 dv, 9 er, 10 SFD
    unsigned rx_count;

    bool bus_done;
    uint32_t bus_rdata;
    bool bus_error;
    bool rst_tx, rst_rx, rst;

    void (*pins)(Vtop *top); // after each sys clock, if set: what a test does with further pins
};

static inline uint32_t get_le32(const uint8_t *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline void put_le32(bytes *b, uint32_t word)
{
    for (int i = 0; i < 4; i++)
        b->push_back((uint8_t)(word >> 8 * i));
}

static inline void core_open(struct core *c, const char *name, uint64_t stream)
{
    tb_open(&c->tb, name);
    c->tb.context->assertOn(false); // registers start with anything, see core_reset
    c->random = tb_random_start(stream);
    Vtop *top = c->tb.top;
    c->clocks[SYS] = tb_clock_start(&top->clk_i, 60000, tb_below(&c->random, 8000));
    c->clocks[TX] = tb_clock_start(&top->clk_tx_i, 125000, tb_below(&c->random, 4000));
    c->clocks[RX] = tb_clock_start(&top->clk_rx_i, 125000, tb_below(&c->random, 4000));
    c->divide = 1;
    c->strict = true;
    top->tx_ce_i = top->rx_ce_i = 1;
    top->tx_skip_i = 0;
    top->mdio_i = 1;
    top->pins_valid_i = top->pins_i = top->usb_bad_i = top->usb_unanswered_i = 0;
    top->request_i = top->request_result_i = top->processor_i = 0;
    top->rst_i = top->rst_tx_i = top->rst_rx_i = 0;
    top->out_valid_i = top->in_ready_i = top->ev_ready_i = top->reg_valid_i = 0;
    top->gmii_rx_dv_i = top->gmii_rx_er_i = 0;
}

// One record of the EVENT and IN streams, when it is complete.
static inline void core_event_byte(struct core *c, uint8_t byte)
{
    c->ev.push_back(byte);
    if (c->ev.size() < NIC_EVENT_BYTES)
        return;
    const uint8_t *p = c->ev.data();
    c->events.push_back({p[0], p[1], (unsigned)(p[2] | p[3] << 8), get_le32(p + 4),
                         get_le32(p + 8) | (uint64_t)get_le32(p + 12) << 32});
    c->ev.clear();
}

static inline void core_in_byte(struct core *c, uint8_t byte)
{
    c->in.push_back(byte);
    if (c->in.size() < NIC_RX_HEADER_BYTES)
        return;
    const uint8_t *p = c->in.data();
    uint32_t word = get_le32(p);
    unsigned length = word & NIC_RX_HEADER_WORD0_LENGTH_MASK;
    ck_assert_uint_eq(p[3], 0x5a ^ p[0] ^ p[1] ^ p[2]);
    if (c->in.size() < NIC_RX_HEADER_BYTES + ((length + 3) & ~3u))
        return;
    struct core_record r = {};
    r.length = length;
    r.error = (word & NIC_RX_HEADER_WORD0_ERROR_MASK) >> NIC_RX_HEADER_WORD0_ERROR_SHIFT;
    r.broadcast = word & NIC_RX_HEADER_WORD0_BROADCAST_MASK;
    r.multicast = word & NIC_RX_HEADER_WORD0_MULTICAST_MASK;
    r.vlan = word & NIC_RX_HEADER_WORD0_VLAN_MASK;
    r.sequence = get_le32(p + 4);
    r.time = get_le32(p + 8) | (uint64_t)get_le32(p + 12) << 32;
    r.frame = bytes(p + NIC_RX_HEADER_BYTES, p + NIC_RX_HEADER_BYTES + length);
    for (size_t i = NIC_RX_HEADER_BYTES + length; i < c->in.size(); i++)
        ck_assert_uint_eq(p[i], 0);
    c->records.push_back(r);
    c->in.clear();
}

// The wire, transmit side: an octet, or a nibble, that is on GMII in this clock.
static inline void core_wire_octet(struct core *c, uint8_t octet)
{
    if (c->tx_sfd) {
        c->sending.octets.push_back(octet);
    } else if (octet == 0xd5) {
        c->tx_sfd = true;
        c->sending.sfd_ns = c->tx_ce_ns;
    } else {
        c->sending.preamble++;
    }
}

static inline void core_monitor(struct core *c)
{
    Vtop *top = c->tb.top;
    if (!top->tx_ce_i)
        return;
    if (!top->gmii_tx_en_o) {
        if (c->tx_on) {
            c->sending.odd = c->mii && c->tx_nibbles % 2;
            c->sent.push_back(c->sending);
        }
        c->tx_on = c->tx_sfd = false;
        return;
    }
    if (!c->tx_on) {
        c->sending = {};
        c->tx_nibbles = 0;
    }
    c->tx_on = true;
    c->sending.error |= top->gmii_tx_er_o;
    if (!c->mii) {
        core_wire_octet(c, top->gmii_txd_o);
        return;
    }
    uint8_t nibble = top->gmii_txd_o & 15;
    if (c->tx_nibbles++ % 2)
        core_wire_octet(c, (uint8_t)(nibble << 4 | c->tx_low));
    c->tx_low = nibble;
}

// The wire, receive side: the next frame as symbols.
static inline void core_wire_fill(struct core *c)
{
    if (!c->rx_symbols.empty() || c->to_mac.empty())
        return;
    struct core_frame f = c->to_mac.front();
    c->to_mac.pop_front();
    std::vector<uint16_t> octets(f.preamble, 0x155);
    octets.push_back(0x1d5 | 0x400);
    for (size_t i = 0; i < f.octets.size(); i++)
        octets.push_back((uint16_t)(0x100 | (f.error && i == f.octets.size() / 2 ? 0x200 : 0) | f.octets[i]));
    for (unsigned i = 0; i < f.gap; i++)
        octets.push_back(0);
    for (uint16_t o : octets) {
        if (!c->mii) {
            c->rx_symbols.push_back(o);
            continue;
        }
        c->rx_symbols.push_back((uint16_t)((o & 0x300) | (o & 15)));
        c->rx_symbols.push_back((uint16_t)((o & 0x700) | (o >> 4 & 15)));
    }
}

static inline void core_drive_rx(struct core *c)
{
    Vtop *top = c->tb.top;
    if (top->rx_ce_i) { // the symbol has just been sampled
        core_wire_fill(c);
        uint16_t s = 0;
        if (!c->rx_symbols.empty()) {
            s = c->rx_symbols.front();
            c->rx_symbols.pop_front();
        }
        if (s & 0x400)
            c->received_sfd_ns.push_back((double)(c->tb.now_ps + 2 * c->clocks[RX].half_ps * c->divide) / 1000);
        top->gmii_rxd_i = (uint8_t)s;
        top->gmii_rx_dv_i = s >> 8 & 1;
        top->gmii_rx_er_i = s >> 9 & 1;
    }
    c->rx_count = (c->rx_count + 1) % c->divide;
    top->rx_ce_i = c->rx_count == 0;
}

static inline void core_step(struct core *c)
{
    Vtop *top = c->tb.top;
    tb_next(c->clocks, CLOCKS);
    bool sys = c->clocks[SYS].rise, tx = c->clocks[TX].rise, rx = c->clocks[RX].rise;
    if (!sys && !tx && !rx) {
        tb_step(&c->tb, c->clocks, CLOCKS);
        return;
    }
    bool out_taken = top->out_valid_i && top->out_ready_o;
    bool bus_ready = top->reg_valid_i && top->reg_ready_o;
    if (sys) {
        if (top->ev_valid_o && top->ev_ready_i)
            core_event_byte(c, top->ev_data_o);
        if (top->in_flush_o)
            c->in.clear();
        else if (top->in_valid_o && top->in_ready_i)
            core_in_byte(c, top->in_data_o);
        c->bus_done |= bus_ready;
        c->bus_rdata = top->reg_rdata_o;
        c->bus_error = top->reg_error_o;
    }
    if (tx)
        core_monitor(c);
    tb_step(&c->tb, c->clocks, CLOCKS);
    if (sys) {
        if (out_taken) {
            c->out.pop_front();
            c->out_taken++;
        }
        if (out_taken || !top->out_valid_i) {
            top->out_valid_i = !c->out.empty() && !tb_chance(&c->random, c->stall_percent);
            top->out_data_i = c->out.empty() ? (uint8_t)tb_random(&c->random) : c->out.front();
        }
        top->in_ready_i = !tb_chance(&c->random, c->stall_percent);
        top->ev_ready_i = !c->event_block && !tb_chance(&c->random, c->stall_percent);
        if (bus_ready)
            top->reg_valid_i = 0;
        top->rst_i = c->rst;
        if (c->pins)
            c->pins(top);
    }
    if (tx) {
        c->tx_count = (c->tx_count + 1) % c->divide;
        if (top->tx_ce_i)
            c->tx_ce_ns = (double)c->tb.now_ps / 1000;
        top->tx_ce_i = c->tx_count == 0;
        top->rst_tx_i = c->rst_tx;
    }
    if (rx) {
        core_drive_rx(c);
        top->rst_rx_i = c->rst_rx;
    }
    tb_eval(&c->tb);
}

static inline void core_run_ns(struct core *c, uint64_t ns)
{
    for (uint64_t end = c->tb.now_ps + ns * 1000; c->tb.now_ps < end;)
        core_step(c);
}

static inline void core_reset(struct core *c)
{
    c->rst = true;
    core_run_ns(c, 40);
    c->rst = false;
    core_run_ns(c, 200);
    c->tb.context->assertOn(true); // the reset has reached every domain
    core_run_ns(c, 3800);
    c->ev.clear();
    c->in.clear();
    c->events.clear();
    c->sent.clear();
    c->records.clear();
}

static inline void core_close(struct core *c)
{
    tb_close(&c->tb);
}

// ---- registers ----

static inline bool core_bus(struct core *c, bool write, uint32_t address, uint32_t *word)
{
    Vtop *top = c->tb.top;
    top->reg_valid_i = 1;
    top->reg_write_i = write;
    top->reg_addr_i = (uint16_t)address;
    top->reg_wdata_i = *word;
    tb_eval(&c->tb);
    c->bus_done = false;
    for (uint64_t end = c->tb.now_ps + 100000000; !c->bus_done && c->tb.now_ps < end;)
        core_step(c);
    ck_assert_msg(c->bus_done, "register bus hangs at 0x%x", address);
    *word = c->bus_rdata;
    return !c->bus_error;
}

static inline uint32_t core_read(struct core *c, uint32_t address)
{
    uint32_t word = 0;
    ck_assert_msg(core_bus(c, false, address, &word), "read of 0x%x refused", address);
    return word;
}

static inline void core_write(struct core *c, uint32_t address, uint32_t word)
{
    ck_assert_msg(core_bus(c, true, address, &word), "write of 0x%x refused", address);
}

static inline uint64_t core_time(struct core *c)
{
    uint64_t low = core_read(c, NIC_TIME_LO_ADDR);
    return low | (uint64_t)core_read(c, NIC_TIME_HI_ADDR) << 32;
}

// All counters as of now; `count` words.
static inline void core_counters(struct core *c, uint32_t *counters)
{
    core_write(c, NIC_SNAPSHOT_ADDR, 1);
    for (unsigned i = 0; i <= NIC_COUNTER_MAX; i++)
        counters[i] = core_read(c, NIC_COUNTER_ADDR + 4 * i);
}

// Takes the device into operation: link up, everything enabled, promiscuous.
static inline void core_start(struct core *c, unsigned speed, uint32_t more_ctrl)
{
    core_write(c, NIC_FILTER_ADDR, NIC_FILTER_PROMISCUOUS_MASK | NIC_FILTER_BROADCAST_MASK);
    core_write(c, NIC_LINK_ADDR, NIC_LINK_UP_MASK | speed << NIC_LINK_SPEED_SHIFT);
    c->divide = speed == NIC_SPEED_M1000 ? 1 : speed == NIC_SPEED_M100 ? 5 : 50;
    c->mii = speed != NIC_SPEED_M1000;
    c->rx_count = c->tx_count = 0;
    core_write(c, NIC_CTRL_ADDR, NIC_CTRL_TX_ENABLE_MASK | NIC_CTRL_RX_ENABLE_MASK | more_ctrl);
    core_run_ns(c, 1000);
}

// ---- frames ----

static inline bytes core_random_frame(struct core *c, unsigned length)
{
    bytes f(length);
    for (uint8_t &b : f)
        b = (uint8_t)tb_random(&c->random);
    f[0] &= 0xfe;
    return f;
}

static inline bytes core_with_fcs(bytes f, unsigned minimum)
{
    if (f.size() < minimum)
        f.resize(minimum);
    put_le32(&f, (uint32_t)crc32(0, f.data(), (unsigned)f.size()));
    return f;
}

// Appends a TX record. flags: NIC_TX_HEADER_WORD0_*_MASK.
static inline void core_send(struct core *c, const bytes &frame, uint32_t tag, uint32_t flags, uint64_t launch)
{
    bytes r;
    uint32_t word = (uint32_t)frame.size() | flags;
    word |= (uint32_t)((uint8_t)(0x5a ^ word ^ word >> 8 ^ word >> 16)) << NIC_TX_HEADER_WORD0_CHECK_SHIFT;
    put_le32(&r, word);
    put_le32(&r, tag);
    put_le32(&r, (uint32_t)launch);
    put_le32(&r, (uint32_t)(launch >> 32));
    r.insert(r.end(), frame.begin(), frame.end());
    r.resize((r.size() + 3) & ~(size_t)3);
    c->out.insert(c->out.end(), r.begin(), r.end());
}

static inline void core_receive(struct core *c, const bytes &octets, unsigned preamble, unsigned gap, bool error)
{
    struct core_frame f = {};
    f.octets = octets;
    f.preamble = preamble;
    f.gap = gap;
    f.error = error;
    c->to_mac.push_back(f);
}

static inline unsigned core_completed(const struct core *c)
{
    unsigned n = 0;
    for (const core_event &e : c->events)
        n += e.kind == NIC_EVENT_TYPE_TX_DONE ? e.count : 0;
    return n;
}

// Runs until `count` descriptors are complete, or for the time.
static inline void core_wait_completed(struct core *c, unsigned count, uint64_t ns)
{
    for (uint64_t end = c->tb.now_ps + ns * 1000; core_completed(c) < count && c->tb.now_ps < end;)
        core_step(c);
}

static inline void core_wait_records(struct core *c, size_t count, uint64_t ns)
{
    for (uint64_t end = c->tb.now_ps + ns * 1000; c->records.size() < count && c->tb.now_ps < end;)
        core_step(c);
}

#endif
