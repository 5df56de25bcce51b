// SPDX-License-Identifier: Apache-2.0
// nic_mac with flow control: PAUSE frames received and sent, their times against the formulas of
// IEEE 802.3 Annex 31B, at every speed, with unlike clocks and a transmitter that always has a
// frame waiting or none.
#include "nic_mac_tb.h"
#include <deque>

struct sample {
    uint8_t data;
    bool dv, er;
};

static struct tb tb;
static struct tb_clock clocks[2]; // tx, rx
static struct listener ear;
static uint64_t tx_now; // tx clocks
static unsigned ce_every, tx_phase, rx_phase;
static bool mii;
static std::deque<struct sample> wire;
static uint64_t wire_end;    // tx clock in which the wire ran empty
static unsigned data_length; // of the frames that always wait, 0: none do
static unsigned data_position;
static bool data_stop;            // after the present frame
static unsigned dones, sfds, pauses_sent, ends;
static unsigned last_error;
static bool hold_seen;

static const uint8_t own[6] = {0x02, 0x11, 0x22, 0x33, 0x44, 0x57};
static const uint8_t reserved[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};

static void run(uint64_t tx_clocks);

static void start(unsigned every, bool nibbles, unsigned rx_khz)
{
    tb_open(&tb, "nic_mac");
    Vtop *top = tb.top;
    clocks[0] = tb_clock_start(&top->clk_tx_i, 125000, 0);
    clocks[1] = tb_clock_start(&top->clk_rx_i, rx_khz, tb_seed() * 777 % 4000);
    ear = {};
    ear.mii = mii = nibbles;
    ce_every = every;
    tx_now = tx_phase = rx_phase = 0;
    wire.clear();
    data_length = data_position = 0;
    data_stop = false;
    dones = sfds = pauses_sent = ends = 0;
    hold_seen = false;
    top->tx_ce_i = top->rx_ce_i = 0;
    top->tx_mii_i = top->rx_mii_i = nibbles;
    top->tx_ifg_i = 12;
    top->tx_valid_i = top->tx_last_i = top->tx_has_fcs_i = top->tx_no_pad_i = top->tx_error_i =
        top->tx_abort_i = 0;
    top->pause_obey_i = 1;
    top->pause_send_i = 1;
    top->pause_quanta_i = 0xffff;
    top->mac_addr_i = 0;
    for (int i = 0; i < 6; i++)
        top->mac_addr_i |= (uint64_t)own[i] << (8 * i);
    top->rx_xoff_i = 0;
    top->gmii_rx_dv_i = top->gmii_rx_er_i = 0;
    top->rst_tx_i = top->rst_rx_i = 1;
    tb_run_ps(&tb, clocks, 2, 100000);
    top->rst_tx_i = top->rst_rx_i = 0;
    tb_eval(&tb);
    run(100 * every);
}

static void look_tx(void)
{
    Vtop *top = tb.top;
    if (top->tx_ce_i)
        listener_sample(&ear, tx_now, top->gmii_txd_o, top->gmii_tx_en_o, top->gmii_tx_er_o);
    dones += top->tx_done_o;
    sfds += top->tx_sfd_o;
    pauses_sent += top->tx_pause_sent_o;
    hold_seen = hold_seen || top->tx_paused_o;
    if (top->tx_valid_i && top->tx_ready_o && ++data_position == data_length) {
        data_position = 0;
        if (data_stop)
            data_length = 0;
    }
}

static void drive_tx(void)
{
    Vtop *top = tb.top;
    tx_now++;
    top->tx_ce_i = tx_phase == 0;
    tx_phase = (tx_phase + 1) % ce_every;
    top->tx_valid_i = data_length > 0;
    top->tx_data_i = (uint8_t)(data_position * 7);
    top->tx_last_i = data_position + 1 == data_length;
}

static void look_rx(void)
{
    Vtop *top = tb.top;
    if (top->rx_end_o) {
        ends++;
        last_error = top->rx_error_o;
    }
}

static void drive_rx(void)
{
    Vtop *top = tb.top;
    top->rx_ce_i = rx_phase == 0;
    rx_phase = (rx_phase + 1) % ce_every;
    if (!top->rx_ce_i)
        return;
    struct sample s = {0, false, false};
    if (!wire.empty()) {
        s = wire.front();
        wire.pop_front();
        if (!s.dv && top->gmii_rx_dv_i)
            wire_end = tx_now;
    }
    top->gmii_rxd_i = s.data;
    top->gmii_rx_dv_i = s.dv;
    top->gmii_rx_er_i = s.er;
}

static void step(void)
{
    tb_next(clocks, 2);
    bool tx = clocks[0].rise, rx = clocks[1].rise;
    if (tx)
        look_tx();
    if (rx)
        look_rx();
    tb_step(&tb, clocks, 2);
    if (tx)
        drive_tx();
    if (rx)
        drive_rx();
    if (tx || rx)
        tb_eval(&tb);
}

static void run(uint64_t tx_clocks)
{
    for (uint64_t end = tx_now + tx_clocks; tx_now < end;)
        step();
}

// A frame that was offered is sent to its end; none follows.
static void stop_data(void)
{
    data_stop = true;
    while (data_length)
        step();
    data_stop = false;
}

static void put_image(const octets &image)
{
    octets all(7, 0x55);
    all.push_back(0xd5);
    all.insert(all.end(), image.begin(), image.end());
    for (uint8_t octet : all) {
        if (mii)
            wire.push_back({(uint8_t)(octet & 15), true, false});
        wire.push_back({(uint8_t)(mii ? octet >> 4 : octet), true, false});
    }
    for (unsigned i = 0; i < 12u * (mii ? 2 : 1); i++)
        wire.push_back({0, false, false});
}

// A PAUSE frame as Annex 31B has it, without FCS.
static octets pause_frame(const uint8_t *destination, const uint8_t *source, unsigned quanta)
{
    octets frame(destination, destination + 6);
    frame.insert(frame.end(), source, source + 6);
    const uint8_t rest[] = {0x88, 0x08, 0x00, 0x01, (uint8_t)(quanta >> 8), (uint8_t)quanta};
    frame.insert(frame.end(), rest, rest + 6);
    frame.resize(60, 0);
    return frame;
}

static void receive_pause(unsigned quanta)
{
    const uint8_t peer[6] = {0x02, 1, 2, 3, 4, 5};
    octets frame = pause_frame(reserved, peer, quanta);
    mac_append_fcs(&frame);
    unsigned before = ends;
    put_image(frame);
    while (!wire.empty())
        step();
    run(6 * ce_every);
    ck_assert_uint_eq(ends, before + 1);
    ck_assert_uint_eq(last_error, 10);
}

// 31B.3.7 and the definition of pause_time: no data frame begins from at most one quantum after the
// PAUSE frame's end (two at gigabit) until quanta * 512 bit times after it; then one begins at
// once.
static void check_hold(unsigned quanta, unsigned rx_khz)
{
    uint64_t octet = (uint64_t)ce_every * (mii ? 2 : 1), hold = (uint64_t)quanta * 64 * octet;
    uint64_t slack = 16 + 6 * 125000 / rx_khz + 2 * octet; // crossing and enables
    ear.frames.clear();
    receive_pause(quanta);
    uint64_t end = wire_end;
    run(hold + 100 * octet + slack);
    bool after = false;
    for (const struct heard &h : ear.frames) {
        if (h.start < end + slack)
            continue;
        ck_assert_uint_ge(h.start, end + hold);
        if (!after)
            ck_assert_uint_le(h.start, end + hold + slack);
        after = true;
        ck_assert_uint_eq(h.errors, 0);
        ck_assert(mac_fcs_right(h.frame));
    }
    ck_assert(after);
}

static void hold_times(unsigned every, bool nibbles, unsigned rx_khz, unsigned most)
{
    start(every, nibbles, rx_khz);
    data_length = 46;
    run(300 * every);
    for (unsigned quanta = 2; quanta <= most; quanta += quanta / 2)
        check_hold(quanta, rx_khz);
    ck_assert(hold_seen);
    tb_close(&tb);
}

START_TEST(test_hold_times)
{
    hold_times(1, false, 125000, 3000);
    hold_times(1, false, 124900, 30);
    hold_times(1, false, 125100, 30);
    hold_times(5, true, 125000, 40);
    hold_times(50, true, 125000, 4);
    hold_times(1, true, 125000, 40);
}
END_TEST

START_TEST(test_longest_hold)
{
    start(1, false, 125000);
    data_length = 46;
    run(300);
    check_hold(65535, 125000);
    tb_close(&tb);
}
END_TEST

// A frame under way when PAUSE comes is finished; a PAUSE of 0 lets go at once; a new PAUSE
// replaces the old.
START_TEST(test_boundary_release_restart)
{
    start(1, false, 125000);
    data_length = 1400;
    run(200);
    for (unsigned i = 0; i < 40; i++) {
        ear.frames.clear();
        receive_pause(100);
        run(4000 + 37 * i);
        ck_assert_uint_eq(ear.frames.size(), 1);
        ck_assert(mac_fcs_right(ear.frames[0].frame));
        ck_assert(!ear.active);
        receive_pause(0);
        ck_assert_uint_le(tx_now, wire_end + 40);
        run(30);
        ck_assert(ear.active);
        run(100 + 31 * i);
    }
    stop_data();
    run(3000);
    receive_pause(20);
    run(10 * 64);
    receive_pause(3);
    uint64_t end = wire_end;
    data_length = 46;
    ear.frames.clear();
    run(400);
    ck_assert_uint_ge(ear.frames[0].start, end + 3 * 64);
    ck_assert_uint_le(ear.frames[0].start, end + 3 * 64 + 24);
    tb_close(&tb);
}
END_TEST

// What is a PAUSE frame and what is not; one not to be obeyed is consumed all the same.
START_TEST(test_recognised)
{
    const uint8_t peer[6] = {0x01, 0x80, 0xc2, 0x88, 0x08, 0x01};
    start(1, false, 125000);
    octets good = pause_frame(reserved, peer, 7), to_us = pause_frame(own, peer, 7);
    for (unsigned which = 0; which < 2; which++) {
        const octets &base = which ? to_us : good;
        for (unsigned at = 0; at < 60; at++) {
            for (unsigned bit = 0; bit < 8; bit++) {
                octets frame = base;
                frame[at] ^= (uint8_t)(1u << bit);
                bool pause = (at >= 6 && at < 12) || at >= 16;
                unsigned quanta = frame[16] << 8 | frame[17];
                mac_append_fcs(&frame);
                put_image(frame);
                hold_seen = false;
                run(130);
                ck_assert_uint_eq(last_error, pause ? 10 : 0);
                ck_assert_uint_eq(hold_seen, pause && quanta > 0);
                ck_assert_uint_eq(tb.top->tx_paused_o, pause && quanta > 0);
                receive_pause(0);
                run(20);
                ck_assert(!tb.top->tx_paused_o);
            }
        }
    }
    // Half of each address is none.
    octets mixed = good;
    for (unsigned n = 1; n < 6; n++) {
        mixed[n - 1] = own[n - 1];
        octets frame = mixed;
        mac_append_fcs(&frame);
        put_image(frame);
        run(130);
        ck_assert_uint_eq(last_error, 0);
    }
    // Our address, one octet later, or in the source.
    octets shifted = good;
    memcpy(&shifted[1], own, 6);
    mac_append_fcs(&shifted);
    put_image(shifted);
    run(130);
    ck_assert_uint_eq(last_error, 0);
    // Bad ones are not obeyed.
    hold_seen = false;
    for (unsigned what = 0; what < 3; what++) {
        octets frame = good;
        if (what == 0)
            frame.resize(59);
        mac_append_fcs(&frame);
        if (what == 1)
            frame[30] ^= 4;
        put_image(frame);
        if (what == 2)
            wire[40].er = true;
        run(130);
        ck_assert_uint_eq(last_error, what == 0 ? 3 : what == 1 ? 1 : 7);
    }
    ck_assert(!hold_seen);
    tb.top->pause_obey_i = 0;
    data_length = 46;
    receive_pause(50);
    ear.frames.clear();
    run(2000);
    ck_assert(!hold_seen);
    ck_assert_uint_ge(ear.frames.size(), 20);
    tb_close(&tb);
}
END_TEST

static void check_pause_frame(const struct heard *h, unsigned quanta)
{
    octets image = pause_frame(reserved, own, quanta);
    mac_append_fcs(&image);
    ck_assert(h->frame == image);
    ck_assert_uint_eq(h->preamble, 7);
    ck_assert_uint_eq(h->errors, 0);
    ck_assert(!h->odd);
}

// XOFF at once, refreshed each half of its time, XON at once; the refresh never comes after the
// time has run out.
static void send(unsigned every, bool nibbles, unsigned rx_khz, unsigned quanta, unsigned periods)
{
    start(every, nibbles, rx_khz);
    uint64_t octet = (uint64_t)every * (nibbles ? 2 : 1), slack = 12 + 2 * octet;
    Vtop *top = tb.top;
    top->pause_quanta_i = quanta;
    for (unsigned round = 0; round < 3; round++) {
        ear.frames.clear();
        uint64_t xoff = tx_now;
        top->rx_xoff_i = 1;
        run((uint64_t)quanta / 2 * 64 * octet * periods + 100 * octet + slack);
        ck_assert_uint_eq(ear.frames.size(), periods + 1);
        ck_assert_uint_le(ear.frames[0].start, xoff + slack);
        for (unsigned i = 0; i <= periods; i++) {
            check_pause_frame(&ear.frames[i], quanta);
            if (i == 0)
                continue;
            uint64_t period = ear.frames[i].start - ear.frames[i - 1].start;
            ck_assert_uint_ge(period, (uint64_t)quanta / 2 * 64 * octet);
            ck_assert_uint_le(period, (uint64_t)quanta / 2 * 64 * octet + slack);
        }
        ear.frames.clear();
        uint64_t xon = tx_now;
        if (round == 1)
            top->pause_send_i = 0;
        else
            top->rx_xoff_i = 0;
        run(200 * octet);
        ck_assert_uint_eq(ear.frames.size(), 1);
        ck_assert_uint_le(ear.frames[0].start, xon + slack);
        check_pause_frame(&ear.frames[0], 0);
        run((uint64_t)quanta * 64 * octet);
        ck_assert_uint_eq(ear.frames.size(), 1);
        top->rx_xoff_i = 0;
        run(10 * octet);
        top->pause_send_i = 1;
        run(10 * octet);
    }
    ck_assert_uint_eq(pauses_sent, 3 * (periods + 2));
    ck_assert_uint_eq(dones, 0);
    ck_assert_uint_eq(sfds, 0);
    tb_close(&tb);
}

START_TEST(test_send)
{
    send(1, false, 125000, 100, 6);
    send(1, false, 124900, 8, 9);
    send(1, false, 125000, 0x4001, 1);
    send(1, true, 125000, 10, 3);
    send(5, true, 125000, 10, 3);
    send(50, true, 125000, 6, 2);
}
END_TEST

START_TEST(test_send_longest)
{
    send(1, false, 125000, 0xffff, 1);
}
END_TEST

// A saturated transmitter: XOFF waits for one frame at most, and no refresh comes after the time
// has run out.
START_TEST(test_send_under_load)
{
    start(1, false, 125000);
    data_length = 1518;
    tb.top->pause_quanta_i = 60;
    for (unsigned i = 0; i < 60; i++) {
        run(100 + 61 * i);
        ear.frames.clear();
        uint64_t xoff = tx_now, last = 0;
        tb.top->rx_xoff_i = 1;
        run(20000);
        unsigned count = 0;
        for (const struct heard &h : ear.frames) {
            ck_assert(mac_fcs_right(h.frame));
            ck_assert_uint_ge(h.gap, 12);
            if (h.frame.size() != 64) { // a data frame, of which nothing went into the PAUSE frame
                ck_assert_uint_eq(h.frame.size(), 1522);
                for (unsigned j = 0; j < 1518; j++)
                    if (h.frame[j] != (uint8_t)(j * 7))
                        ck_abort_msg("octet %u", j);
                continue;
            }
            check_pause_frame(&h, 60);
            if (count++ == 0)
                ck_assert_uint_le(h.start, xoff + 8 + 1522 + 12 + 10);
            else
                ck_assert_uint_lt(h.start + 72, last + 72 + 60 * 64);
            last = h.start;
        }
        ck_assert_uint_ge(count, 5);
        ear.frames.clear();
        tb.top->rx_xoff_i = 0;
        run(3000);
        unsigned pauses = 0;
        for (const struct heard &h : ear.frames) {
            if (h.frame.size() != 64)
                continue;
            pauses++;
            check_pause_frame(&h, h.frame[16] || h.frame[17] ? 60 : 0);
        }
        ck_assert_uint_ge(pauses, 1);
        ck_assert_uint_le(pauses, 2);
    }
    tb_close(&tb);
}
END_TEST

// PAUSE does not stop control frames, and neither does abort.
START_TEST(test_send_while_held)
{
    start(1, false, 125000);
    data_length = 100;
    receive_pause(200);
    run(200);
    ear.frames.clear();
    tb.top->rx_xoff_i = 1;
    run(200);
    tb.top->rx_xoff_i = 0;
    run(200);
    ck_assert_uint_eq(ear.frames.size(), 2);
    check_pause_frame(&ear.frames[0], 0xffff);
    check_pause_frame(&ear.frames[1], 0);
    receive_pause(0);
    stop_data();
    run(400);
    ear.frames.clear();
    tb.top->tx_abort_i = 1;
    tb.top->rx_xoff_i = 1;
    run(200);
    ck_assert_uint_eq(ear.frames.size(), 1);
    check_pause_frame(&ear.frames[0], 0xffff);
    tb_close(&tb);
}
END_TEST

// Resets of one side alone make no PAUSE out of nothing and leave the other side working.
START_TEST(test_single_resets)
{
    const unsigned rates[] = {125000, 124000, 25000, 2500};
    for (unsigned rate : rates) {
        start(1, false, rate);
        unsigned margin = 40 * (125000 / rate + 1);
        for (unsigned i = 0; i < 60; i++) {
            receive_pause(0xffff);
            run(margin);
            ck_assert(tb.top->tx_paused_o);
            // The transmit side forgets, and is not reminded.
            tb.top->rst_tx_i = 1;
            run(1 + i % 3);
            tb.top->rst_tx_i = 0;
            hold_seen = false;
            run(1 + margin);
            ck_assert(!hold_seen);
            // The receive side may be reset in the middle of a frame or a crossing.
            octets frame = pause_frame(reserved, reserved, 0);
            mac_append_fcs(&frame);
            put_image(frame);
            run((60 + i) * (125000 / rate));
            tb.top->rst_rx_i = 1;
            run(1 + 125000 / rate);
            tb.top->rst_rx_i = 0;
            while (!wire.empty())
                step();
            run(margin);
            ck_assert(!hold_seen);
            receive_pause(5 + i);
            run(margin);
            ck_assert(hold_seen);
            receive_pause(0);
            run(margin);
            ck_assert(!tb.top->tx_paused_o);
        }
        tb_close(&tb);
    }
}
END_TEST

TB_MAIN("nic_mac", test_hold_times, test_longest_hold, test_boundary_release_restart,
        test_recognised, test_send, test_send_longest, test_send_under_load, test_send_while_held,
        test_single_resets)
