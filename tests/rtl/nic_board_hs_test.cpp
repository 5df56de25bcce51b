// SPDX-License-Identifier: Apache-2.0
// The whole NIC from USB packets to GMII: the host controller model enumerates it through the PHY model, reads and writes
// registers, sends frames by bulk OUT, sees them on GMII, and has them back, from a wire that loops, by bulk IN, with their
// completions by the interrupt endpoint.
#include "nic_hs_rig.h"
#include "gmii.h"
#include "nic_regs.h"
#include <deque>
#include <zlib.h>

enum { SYS, TX, RX, CLOCKS };
enum { FRAMES = 200, TRANSFERS = 4, TRANSFER_BYTES = 16384 };

struct board {
    struct rig rig; // first
    struct tb_clock clocks[CLOCKS];
    bool watches; // from behind the reset on
    struct gmii_monitor monitor;
    std::vector<bytes> wire;
    struct urb in[TRANSFERS], event[TRANSFERS];
    uint8_t in_data[TRANSFERS][TRANSFER_BYTES], event_data[TRANSFERS][512];
    bytes received, events; // the two streams
    size_t sent;            // bytes of the OUT stream
};

// GMII transmit comes back as GMII receive a clock later.
static void edge(struct rig *rig)
{
    struct board *b = (struct board *)rig;
    Vtop *top = rig->tb.top;
    bool sys;
    do {
        tb_next(b->clocks, CLOCKS);
        sys = b->clocks[SYS].rise;
        bool tx = b->clocks[TX].rise, en = top->gmii_tx_en_o, er = top->gmii_tx_er_o;
        uint8_t data = top->gmii_txd_o;
        tb_step(&rig->tb, b->clocks, CLOCKS);
        if (!tx)
            continue;
        if (b->watches && gmii_monitor_clock(&b->monitor, rig->tb.now_ps, en, er, data)) {
            tb_check(!b->monitor.error && b->monitor.preamble == 7);
            b->wire.push_back(bytes(b->monitor.octets, b->monitor.octets + b->monitor.length));
        }
        top->gmii_rxd_i = data;
        top->gmii_rx_dv_i = en;
        top->gmii_rx_er_i = er;
        tb_eval(&rig->tb);
    } while (!sys);
}

static uint32_t le32(const uint8_t *p)
{
    return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(bytes *b, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        b->push_back((uint8_t)(word >> 8 * i));
}

static uint32_t reg_read(struct board *b, unsigned address)
{
    uint8_t word[4];
    tb_check_eq(control(&b->rig, 0xc0, NIC_VENDOR_REQUEST_REG_READ, address, word, 4), 4);
    return le32(word);
}

static void reg_write(struct board *b, unsigned address, uint32_t value)
{
    bytes word;
    put32(&word, value);
    tb_check_eq(control(&b->rig, 0x40, NIC_VENDOR_REQUEST_REG_WRITE, address, word.data(), 4), 4);
}

// A transfer of a stream has come: it is kept and asked for anew.
static void arrived(struct urb *urb)
{
    struct board *b = (struct board *)urb->user;
    tb_check_eq(urb->status, URB_OK);
    bytes *stream = urb->endpoint == 0x82 ? &b->received : &b->events;
    stream->insert(stream->end(), urb->data, urb->data + urb->actual_bytes);
    tb_check(b->rig.host.device.ops->submit(&b->rig.host.device, urb) == 0);
}

static void listen(struct board *b, struct urb *urb, uint8_t endpoint, uint8_t *data, uint32_t length)
{
    *urb = {};
    urb->endpoint = endpoint;
    urb->data = data;
    urb->length_bytes = length;
    urb->done = arrived;
    urb->user = b;
    tb_check(b->rig.host.device.ops->submit(&b->rig.host.device, urb) == 0);
}

static bytes record(const bytes &frame, uint32_t tag, uint32_t flags)
{
    bytes r;
    uint32_t word = (uint32_t)frame.size() | flags;
    word |= (uint32_t)((uint8_t)(0x5a ^ word ^ word >> 8 ^ word >> 16)) << NIC_TX_HEADER_WORD0_CHECK_SHIFT;
    put32(&r, word);
    put32(&r, tag);
    put32(&r, 0);
    put32(&r, 0);
    r.insert(r.end(), frame.begin(), frame.end());
    r.resize((r.size() + 3) & ~(size_t)3);
    return r;
}

// The completions so far; each names the tag of its last frame, and none is told twice.
static unsigned completed(const struct board *b)
{
    unsigned frames = 0;
    tb_check_eq(b->events.size() % NIC_EVENT_BYTES, 0);
    for (size_t at = 0; at < b->events.size(); at += NIC_EVENT_BYTES) {
        const uint8_t *p = &b->events[at];
        if (p[0] != NIC_EVENT_TYPE_TX_DONE) {
            tb_check_eq(p[0], NIC_EVENT_TYPE_LINK);
            continue;
        }
        tb_check_eq(p[1], NIC_TX_STATUS_OK);
        frames += p[2] | p[3] << 8;
        tb_check_eq(le32(p + 4), 0x1000 + frames - 1);
    }
    return frames;
}

// The whole records of the receive stream so far.
static std::vector<bytes> frames_of(const struct board *b)
{
    std::vector<bytes> frames;
    for (size_t at = 0; at + NIC_RX_HEADER_BYTES <= b->received.size();) {
        const uint8_t *p = &b->received[at];
        uint32_t word = le32(p), length = word & NIC_RX_HEADER_WORD0_LENGTH_MASK;
        tb_check_eq(p[3], 0x5a ^ p[0] ^ p[1] ^ p[2]);
        tb_check_eq(word & NIC_RX_HEADER_WORD0_ERROR_MASK, 0);
        tb_check_eq(le32(p + 4), frames.size());
        at += NIC_RX_HEADER_BYTES + ((length + 3) & ~3u);
        if (at > b->received.size())
            break;
        frames.push_back(bytes(p + NIC_RX_HEADER_BYTES, p + NIC_RX_HEADER_BYTES + length));
    }
    return frames;
}

// lossy: packets on the bus are lost and broken. Then what comes in is fetched slowly, and no more is under way than the receive
// buffer holds.
static void both_ways(bool lossy)
{
    static struct board b;
    b = {};
    rig_open(&b.rig, "nic_board_hs", 1, edge);
    Vtop *top = b.rig.tb.top;
    top->tx_ce_i = top->rx_ce_i = top->mdio_i = 1;
    top->tx_skip_i = 0;
    b.clocks[SYS] = tb_clock_start(&top->clk_i, 60000, tb_below(&b.rig.random, 8000));
    uint64_t phase_ps = tb_below(&b.rig.random, 4000);
    b.clocks[TX] = tb_clock_start(&top->clk_tx_i, 125000, phase_ps);
    b.clocks[RX] = tb_clock_start(&top->clk_rx_i, 125000, phase_ps);
    rig_start(&b.rig, lossy);
    tb_check_eq(reg_read(&b, NIC_ID_ADDR), NIC_ID_RESET_VALUE);
    tb_check_eq(reg_read(&b, NIC_MAP_HASH_ADDR), NIC_MAP_HASH);
    b.watches = true;
    for (unsigned i = 0; i < TRANSFERS; i++) {
        listen(&b, &b.in[i], 0x82, b.in_data[i], sizeof(b.in_data[i]));
        listen(&b, &b.event[i], 0x83, b.event_data[i], sizeof(b.event_data[i]));
    }
    reg_write(&b, NIC_FILTER_ADDR, NIC_FILTER_PROMISCUOUS_MASK | NIC_FILTER_BROADCAST_MASK);
    reg_write(&b, NIC_LINK_ADDR, NIC_LINK_UP_MASK | NIC_SPEED_M1000 << NIC_LINK_SPEED_SHIFT);
    reg_write(&b, NIC_CTRL_ADDR, NIC_CTRL_TX_ENABLE_MASK | NIC_CTRL_RX_ENABLE_MASK);
    tb_check_eq(reg_read(&b, NIC_CTRL_ADDR), NIC_CTRL_TX_ENABLE_MASK | NIC_CTRL_RX_ENABLE_MASK);

    // 14 octets to the longest frame; one to eight records a transfer.
    std::vector<bytes> frames, transfers;
    for (unsigned i = 0, left = 0; i < FRAMES; i++, left--) {
        bytes frame(14 + tb_below(&b.rig.random, 1501));
        for (uint8_t &octet : frame)
            octet = (uint8_t)tb_random(&b.rig.random);
        bytes r = record(frame, 0x1000 + i, i % 5 == 4 ? NIC_TX_HEADER_WORD0_REPORT_MASK : 0);
        if (!left) {
            left = lossy ? 1 : 1 + tb_below(&b.rig.random, 8);
            transfers.push_back(bytes());
        }
        transfers.back().insert(transfers.back().end(), r.begin(), r.end());
        frames.push_back(frame);
    }
    std::vector<struct urb> out(transfers.size());
    b.rig.ended = 0;
    for (size_t i = 0; i < transfers.size(); i++) {
        for (uint64_t end = now_ns(&b.rig) + 100000000; lossy && b.sent > b.received.size() && now_ns(&b.rig) < end;)
            b.rig.host.device.ops->run(&b.rig.host.device, end);
        b.sent += transfers[i].size();
        out[i] = {};
        out[i].endpoint = 1;
        out[i].data = transfers[i].data();
        out[i].length_bytes = (uint32_t)transfers[i].size();
        out[i].done = done;
        out[i].user = &b.rig;
        tb_check(b.rig.host.device.ops->submit(&b.rig.host.device, &out[i]) == 0);
    }
    std::vector<bytes> back;
    for (uint64_t end = now_ns(&b.rig) + 100000000; now_ns(&b.rig) < end;) {
        b.rig.host.device.ops->run(&b.rig.host.device, end);
        if (b.rig.ended == out.size() && completed(&b) == FRAMES && (back = frames_of(&b)).size() == FRAMES)
            break;
    }
    for (const struct urb &urb : out)
        tb_check(urb.status == URB_OK && urb.actual_bytes == urb.length_bytes);
    tb_check_eq(b.wire.size(), FRAMES);
    tb_check_eq(completed(&b), FRAMES);
    tb_check_eq(back.size(), FRAMES);
    for (unsigned i = 0; i < FRAMES; i++) {
        bytes padded = frames[i];
        if (padded.size() < 60)
            padded.resize(60);
        tb_check(back[i] == padded);
        put32(&padded, (uint32_t)crc32(0, padded.data(), (unsigned)padded.size()));
        tb_check(b.wire[i] == padded);
    }
    printf("%u frames, %llu clocks of 60 MHz, %u NAKs, %u faults, seed %llu\n", FRAMES, (unsigned long long)b.rig.clocks,
           b.rig.host.naks, b.rig.faults, (unsigned long long)tb_seed());
    tb_close(&b.rig.tb);
}

START_TEST(test_clean)
{
    both_ways(false);
}
END_TEST

START_TEST(test_lossy)
{
    both_ways(true);
}
END_TEST

TB_MAIN("nic_board_hs", test_clean, test_lossy)
