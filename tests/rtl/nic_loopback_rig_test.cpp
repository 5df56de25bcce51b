// SPDX-License-Identifier: Apache-2.0
// The whole MAC in a loop, two clocks a little apart: random frames, flags, errors, aborts and
// pauses; what is received is what was sent. Then loopback switched on and off in traffic: frames
// may be lost then, never cut or mixed.
#include "nic_mac_tb.h"
#include <deque>

struct sent {
    octets frame;
    bool has_fcs, no_pad, error;
};

struct sample {
    uint8_t data;
    bool dv;
};

static struct tb tb;
static struct tb_clock clocks[2];
static struct tb_random noise;
static struct listener ear; // on the wire
static uint64_t tx_now;
static unsigned ce_every, tx_phase, rx_phase;
static std::deque<struct sent> queue;
static unsigned position, idle_clocks;
static std::deque<octets> expected; // wire images of data frames done, to be heard and received
static std::deque<octets> started;  // of frames begun, for loops that may lose some
static std::deque<struct sample> phy;
static octets phy_frame; // the only one of the PHY's
static octets data;
static std::vector<octets> received;
static unsigned dones, errors, pauses, cuts, begun;
static bool loose;   // frames may be lost
static bool cutting; // and cut without tx_er: by resets

static void start(unsigned every, bool mii, unsigned tx_khz, unsigned rx_khz, uint64_t stream)
{
    tb_open(&tb, "nic_loopback_rig");
    noise = tb_random_start(stream);
    Vtop *top = tb.top;
    clocks[0] = tb_clock_start(&top->clk_tx_i, tx_khz, tb_below(&noise, 4000));
    clocks[1] = tb_clock_start(&top->clk_rx_i, rx_khz, tb_below(&noise, 4000));
    ear = {};
    ear.mii = mii;
    ce_every = every;
    tx_now = tx_phase = rx_phase = 0;
    queue.clear();
    expected.clear();
    started.clear();
    received.clear();
    phy.clear();
    data.clear();
    phy_frame.clear();
    position = idle_clocks = dones = errors = pauses = cuts = begun = 0;
    loose = cutting = false;
    top->enable_i = 1;
    top->mii_i = mii;
    top->ifg_i = 12;
    top->mac_rst_tx_i = top->mac_rst_rx_i = 0;
    top->tx_valid_i = top->tx_abort_i = top->rx_xoff_i = 0;
    top->pause_quanta_i = 3;
    top->gmii_rx_dv_i = top->gmii_rx_er_i = top->tx_ce_i = top->rx_ce_i = 0;
    top->rst_tx_i = top->rst_rx_i = 1;
    tb_run_ps(&tb, clocks, 2, 200000);
    top->rst_tx_i = top->rst_rx_i = 0;
    tb_run_ps(&tb, clocks, 2, 200000);
}

static void look_tx(void)
{
    Vtop *top = tb.top;
    if (top->tx_ce_i)
        listener_sample(&ear, tx_now, top->gmii_txd_o, top->gmii_tx_en_o, top->gmii_tx_er_o);
    if (top->tx_done_o) {
        dones++;
        if (!started.empty())
            expected.push_back(started.front());
        started.clear();
    }
    pauses += top->tx_pause_sent_o;
    if (!top->tx_valid_i || !top->tx_ready_o)
        return;
    if (position == 0) {
        const struct sent &s = queue.front();
        octets image = mac_wire_image(s.frame, s.has_fcs, s.no_pad);
        started.assign(1, s.error ? octets() : image);
        begun++;
    }
    if (++position == queue.front().frame.size()) {
        queue.pop_front();
        position = 0;
    }
}

static void drive_tx(void)
{
    Vtop *top = tb.top;
    tx_now++;
    top->tx_ce_i = tx_phase == 0;
    tx_phase = (tx_phase + 1) % ce_every;
    if (idle_clocks)
        idle_clocks--;
    top->tx_valid_i = !queue.empty() && (position || !idle_clocks);
    if (!top->tx_valid_i)
        return;
    const struct sent &s = queue.front();
    top->tx_data_i = s.frame[position];
    top->tx_last_i = position + 1 == s.frame.size();
    top->tx_has_fcs_i = s.has_fcs;
    top->tx_no_pad_i = s.no_pad;
    top->tx_error_i = s.error;
}

static void frame_received(unsigned error, unsigned count)
{
    if (error == 10) { // our own PAUSE
        ck_assert_uint_eq(count, 64);
        return;
    }
    if (error == 7) {
        errors++;
        if (!expected.empty() && expected.front().empty())
            expected.pop_front();
        return;
    }
    if (cutting && (error == 1 || error == 4)) {
        errors++;
        return;
    }
    ck_assert_uint_eq(count, data.size() + 4);
    mac_append_fcs(&data);
    if (!phy_frame.empty() && data == phy_frame)
        expected.push_front(data);
    while (loose && !expected.empty() && expected.front() != data)
        expected.pop_front();
    ck_assert(!expected.empty());
    ck_assert(expected.front() == data);
    ck_assert_uint_eq(error, data.size() < 64 ? 3 : data.size() > 1522 ? 5 : 0);
    expected.pop_front();
    received.push_back(data);
}

static void look_rx(void)
{
    Vtop *top = tb.top;
    if (top->rx_sfd_o)
        data.clear();
    if (top->rx_valid_o)
        data.push_back(top->rx_data_o);
    if (top->rx_end_o)
        frame_received(top->rx_error_o, top->rx_octets_o);
}

static void drive_rx(void)
{
    Vtop *top = tb.top;
    top->rx_ce_i = rx_phase == 0;
    rx_phase = (rx_phase + 1) % ce_every;
    if (!top->rx_ce_i)
        return;
    struct sample s = {0, false};
    if (!phy.empty()) {
        s = phy.front();
        phy.pop_front();
    }
    top->gmii_rxd_i = s.data;
    top->gmii_rx_dv_i = s.dv;
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

// Takes back what is offered, as the queue does with an abort.
static void withdraw(void)
{
    queue.clear();
    position = 0;
    tb.top->tx_valid_i = 0;
    tb_eval(&tb);
}

static struct sent random_frame(void)
{
    static unsigned serial;
    unsigned length =
        tb_chance(&noise, 60) ? 4 + tb_below(&noise, 100) : 4 + tb_below(&noise, 1515);
    struct sent s = {mac_random_octets(&noise, length), tb_chance(&noise, 15),
                     tb_chance(&noise, 15), tb_chance(&noise, 5)};
    s.frame[0] = 2;
    serial++;
    memcpy(&s.frame[0], &serial, 4);
    s.frame[0] &= 0xfe;
    if (s.has_fcs)
        mac_append_fcs(&s.frame);
    return s;
}

static void soak(unsigned every, bool mii, unsigned tx_khz, unsigned rx_khz, unsigned count)
{
    start(every, mii, tx_khz, rx_khz, 100 + every * 2 + mii + rx_khz);
    run(50 * every);
    for (unsigned i = 0; i < count; i++) {
        queue.push_back(random_frame());
        idle_clocks = tb_chance(&noise, 30) ? tb_below(&noise, 200) : 0;
        if (tb_chance(&noise, 10)) { // our own PAUSE comes back to us
            tb.top->rx_xoff_i = 1;
            run(tb_below(&noise, 400) * every);
            tb.top->rx_xoff_i = 0;
        }
        while (!queue.empty())
            step();
    }
    run(4000u * every);
    ck_assert_uint_eq(dones, count);
    ck_assert(expected.empty());
    ck_assert_uint_eq(received.size() + errors, count);
#ifdef RIG_WITHOUT_PAUSE
    ck_assert_uint_eq(pauses, 0);
#else
    ck_assert_uint_gt(pauses, 0);
#endif
    ck_assert(ear.frames.empty()); // nothing on the wire
    tb_close(&tb);
}

START_TEST(test_soak)
{
    soak(1, false, 125000, 125000, 1500);
    soak(1, false, 125000, 124975, 700);
    soak(1, false, 125000, 125025, 700);
    soak(5, true, 125000, 125025, 300);
    soak(5, true, 125000, 124975, 300);
}
END_TEST

// Back to back at full rate: nothing is lost and the gap does not run away.
START_TEST(test_full_rate)
{
    for (int drift = -1; drift <= 1; drift++) {
        start(1, false, 125000, (unsigned)(125000 + 25 * drift), 5);
        run(50);
        for (unsigned i = 0; i < 800; i++) {
            struct sent s = {mac_random_octets(&noise, i & 1 ? 1518 : 60), false, false, false};
            s.frame[0] = 2;
            queue.push_back(s);
        }
        while (dones < 800)
            step();
        run(200);
        ck_assert_uint_eq(received.size(), 800);
        ck_assert(ear.frames.empty());
        tb_close(&tb);
    }
}
END_TEST

// Aborts at random: a cut frame is received with its error, or not at all, and is never taken for a
// good one.
START_TEST(test_aborts)
{
    start(1, false, 125000, 124990, 6);
    run(50);
    for (unsigned i = 0; i < 2000; i++) {
        struct sent s = {mac_random_octets(&noise, 4 + tb_below(&noise, 80)), false, false, false};
        s.frame[0] = 2;
        queue.push_back(s);
        run(tb_below(&noise, 130));
        tb.top->tx_abort_i = 1;
        withdraw();
        step();
        run(2);
        started.clear();
        tb.top->tx_abort_i = 0;
        run(tb_below(&noise, 30));
    }
    run(200);
    ck_assert(expected.empty());
    ck_assert_uint_eq(received.size(), dones);
    ck_assert_uint_gt(dones, 100);
    ck_assert_uint_gt(errors, 100);
    tb_close(&tb);
}
END_TEST

// Switching in traffic of both MAC and PHY: each frame received is one that was sent, or one of the
// PHY's, whole; each frame on the wire is whole.
START_TEST(test_switching)
{
    start(1, false, 125000, 124990, 7);
    phy_frame.assign(60, 0x5a);
    phy_frame[0] = 2;
    mac_append_fcs(&phy_frame);
    loose = true;
    unsigned from_phy = 0, looped = 0;
    for (unsigned i = 0; i < 3000; i++) {
        if (tb_chance(&noise, 20))
            tb.top->enable_i = !tb.top->enable_i;
        queue.push_back({mac_random_octets(&noise, 64), false, false, false});
        queue.back().frame[0] = 4;
        if (tb_chance(&noise, 40) && phy.empty()) {
            for (unsigned j = 0; j < 7; j++)
                phy.push_back({0x55, true});
            phy.push_back({0xd5, true});
            for (uint8_t octet : phy_frame)
                phy.push_back({octet, true});
            for (unsigned j = 0; j < 12; j++)
                phy.push_back({0, false});
        }
        run(tb_below(&noise, 110));
    }
    run(100000);
    for (const octets &frame : received) {
        from_phy += frame == phy_frame;
        looped += frame[0] == 4;
    }
    ck_assert_uint_gt(from_phy, 200);
    ck_assert_uint_gt(looped, 500);
    ck_assert_uint_eq(from_phy + looped, received.size());
    ck_assert_uint_gt(ear.frames.size(), 500);
    ck_assert_uint_eq(errors, 0);
    for (const struct heard &h : ear.frames)
        ck_assert(h.errors == 0 && mac_fcs_right(h.frame) && h.preamble == 7);
    ck_assert_uint_le(ear.frames.size() + looped, dones);
    tb_close(&tb);
}
END_TEST

// Clocks too far apart: the frames are lost or marked, never good with other contents, and it works
// again afterwards.
START_TEST(test_far_clocks)
{
    const unsigned rates[] = {60000, 119000, 131000, 200000};
    for (unsigned rate : rates) {
        start(1, false, 125000, rate, 8);
        loose = true;
        run(50);
        for (unsigned i = 0; i < 300; i++) {
            queue.push_back({mac_random_octets(&noise, 1000), false, false, false});
            queue.back().frame[0] = 2;
        }
        while (dones < 300)
            step();
        run(200);
        ck_assert_uint_gt(errors, 20);
        expected.clear();
        clocks[1].half_ps = clocks[0].half_ps;
        run(5000);
        received.clear();
        for (unsigned i = 0; i < 20; i++) {
            queue.push_back({mac_random_octets(&noise, 1000), false, false, false});
            queue.back().frame[0] = 2;
        }
        while (dones < 320)
            step();
        run(200);
        ck_assert_uint_eq(received.size(), 20);
        tb_close(&tb);
    }
}
END_TEST

// Resets of one side of the MAC in traffic: no frame that is not one of those sent, and it goes on.
START_TEST(test_mac_resets)
{
    start(1, false, 125000, 124990, 9);
    loose = cutting = true;
    run(50);
    for (unsigned i = 0; i < 1500; i++) {
        queue.push_back(
            {mac_random_octets(&noise, 60 + tb_below(&noise, 40)), false, false, false});
        queue.back().frame[0] = 2;
        run(tb_below(&noise, 250));
        CData *reset = tb_chance(&noise, 50) ? &tb.top->mac_rst_tx_i : &tb.top->mac_rst_rx_i;
        *reset = 1;
        if (reset == &tb.top->mac_rst_tx_i)
            withdraw();
        tb_eval(&tb);
        run(1 + tb_below(&noise, 3));
        *reset = 0;
        tb_eval(&tb);
    }
    run(300);
    received.clear();
    expected.clear();
    unsigned before = dones;
    for (unsigned i = 0; i < 20; i++) {
        queue.push_back({mac_random_octets(&noise, 100), false, false, false});
        queue.back().frame[0] = 2;
    }
    while (dones < before + 20)
        step();
    run(200);
    ck_assert_uint_eq(received.size(), 20);
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_loopback_rig", test_soak, test_full_rate, test_aborts, test_switching, test_far_clocks,
        test_mac_resets)
