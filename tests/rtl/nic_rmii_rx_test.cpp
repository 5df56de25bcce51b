// SPDX-License-Identifier: Apache-2.0
// nic_rmii_rx against frames written as RMII 1.2 describes them (5.2): zeros under carrier before the preamble, a preamble of
// any number of bit pairs, CRS_DV that toggles at the end while bits are left, false carriers, a pair left over.
#include "nic_tb.h"
#include <vector>

struct pins {
    uint8_t data;
    bool crs, er;
};

struct phy {
    struct tb tb;
    struct tb_random random;
    unsigned clocks; // in which a pair of bits stands
    std::vector<pins> line;
};

static void say(struct phy *phy, uint8_t data, bool crs, bool er = false)
{
    phy->line.insert(phy->line.end(), phy->clocks, pins{data, crs, er});
}

static void quiet(struct phy *phy, unsigned pairs)
{
    for (unsigned i = 0; i < pairs; i++)
        say(phy, 0, false);
}

static void false_carrier(struct phy *phy)
{
    say(phy, 0, true);
    for (unsigned i = 0; i < 12; i++)
        say(phy, 2, true);
    for (unsigned i = 0; i < 40; i++) // what follows is no frame, whatever it looks like
        say(phy, (uint8_t)(i < 15 ? 1 : i == 15 ? 3 : tb_below(&phy->random, 4)), true);
}

// `late` nibbles come after the carrier has gone; `dangling`: a first pair of bits without a second.
static void frame(struct phy *phy, const std::vector<uint8_t> &nibbles, unsigned preamble, unsigned late, int error_at, bool dangling)
{
    for (unsigned i = tb_below(&phy->random, 5); i > 0; i--)
        say(phy, 0, true);
    for (unsigned i = 0; i < preamble; i++)
        say(phy, 1, true);
    say(phy, 3, true);
    for (size_t i = 0; i < nibbles.size(); i++) {
        bool carrier = i + late < nibbles.size();
        bool er = (int)i == error_at;
        say(phy, nibbles[i] & 3, carrier, er);
        say(phy, nibbles[i] >> 2, true);
    }
    if (dangling)
        say(phy, 3, late == 0);
}

struct received {
    std::vector<uint8_t> nibbles;
    bool error;
};

// Plays the line; returns the frames from behind their SFD.
static std::vector<received> play(struct phy *phy)
{
    std::vector<received> frames;
    Vtop *top = phy->tb.top;
    bool before = false, data = false;
    for (const pins &now : phy->line) {
        top->rmii_rxd_i = now.data;
        top->rmii_crs_dv_i = now.crs;
        top->rmii_rx_er_i = now.er;
        tb_cycle(&phy->tb, &top->clk_i);
        if (!top->ce_o)
            continue;
        if (top->mii_rx_dv_o && !before) {
            frames.push_back(received{});
            data = false;
            tb_check_eq(top->mii_rxd_o & 3, 1);
        }
        before = top->mii_rx_dv_o;
        if (!before)
            continue;
        frames.back().error |= top->mii_rx_er_o;
        if (data)
            frames.back().nibbles.push_back(top->mii_rxd_o);
        else
            data = top->mii_rxd_o == 0xd;
        tb_check(data || top->mii_rxd_o == 5);
    }
    return frames;
}

static void reset(struct phy *phy)
{
    Vtop *top = phy->tb.top;
    top->rst_i = 1;
    top->mbps100_i = phy->clocks == 1;
    top->rmii_crs_dv_i = 0;
    top->rmii_rxd_i = 0;
    top->rmii_rx_er_i = 0;
    for (unsigned i = 0; i < 3; i++)
        tb_cycle(&phy->tb, &top->clk_i);
    top->rst_i = 0;
}

static void run(unsigned clocks, unsigned count)
{
    struct phy phy = {};
    std::vector<received> expected;
    tb_open(&phy.tb, "nic_rmii_rx");
    phy.random = tb_random_start(clocks);
    phy.clocks = clocks;
    reset(&phy);
    quiet(&phy, 3);
    for (unsigned n = 0; n < count; n++) {
        // The phase of the pairs against any divider.
        phy.line.insert(phy.line.end(), tb_below(&phy.random, 10), pins{0, false, false});
        if (tb_chance(&phy.random, 20)) {
            false_carrier(&phy);
            quiet(&phy, 4);
        }
        received sent = {std::vector<uint8_t>(2 * (1 + tb_below(&phy.random, 80)) + tb_chance(&phy.random, 20)), false};
        for (uint8_t &nibble : sent.nibbles)
            nibble = (uint8_t)tb_below(&phy.random, 16);
        int error_at = tb_chance(&phy.random, 20) ? (int)tb_below(&phy.random, (uint32_t)sent.nibbles.size()) : -1;
        sent.error = error_at >= 0;
        frame(&phy, sent.nibbles, 1 + tb_below(&phy.random, 40), tb_below(&phy.random, 14), error_at, tb_chance(&phy.random, 20));
        quiet(&phy, 4 + tb_below(&phy.random, 50));
        expected.push_back(sent);
    }
    std::vector<received> frames = play(&phy);
    tb_check_eq(frames.size(), expected.size());
    for (size_t i = 0; i < frames.size(); i++) {
        tb_check_eq(frames[i].nibbles.size(), expected[i].nibbles.size());
        tb_check(frames[i].nibbles == expected[i].nibbles);
        tb_check_eq(frames[i].error, expected[i].error);
    }
    tb_close(&phy.tb);
}

START_TEST(test_100)
{
    run(1, 2000);
}
END_TEST

START_TEST(test_10)
{
    run(10, 300);
}
END_TEST

// A reset in mid-frame: the rest of it is no frame, the next one is.
START_TEST(test_reset)
{
    for (unsigned clocks = 1; clocks <= 10; clocks += 9) {
        struct phy phy = {};
        tb_open(&phy.tb, "nic_rmii_rx");
        phy.random = tb_random_start(20 + clocks);
        phy.clocks = clocks;
        std::vector<uint8_t> nibbles(40, 5); // looks like a preamble everywhere
        nibbles[38] = 0xd;
        reset(&phy);
        quiet(&phy, 3);
        frame(&phy, nibbles, 31, 0, -1, false);
        phy.line.resize(phy.line.size() - 20 * clocks);
        tb_check_eq(play(&phy).size(), 1);
        reset(&phy);
        phy.line.clear();
        frame(&phy, nibbles, 31, 0, -1, false);
        phy.line.erase(phy.line.begin(), phy.line.begin() + 50 * clocks);
        quiet(&phy, 4);
        frame(&phy, nibbles, 31, 0, -1, false);
        quiet(&phy, 4);
        std::vector<received> frames = play(&phy);
        tb_check_eq(frames.size(), 1);
        tb_check(frames[0].nibbles == nibbles);
        tb_close(&phy.tb);
    }
}
END_TEST

TB_MAIN("nic_rmii_rx", test_100, test_10, test_reset)
