// SPDX-License-Identifier: Apache-2.0
// nic_rmii_tx: nibbles come out as two pairs of bits, low pair first, each for one or ten clocks; tx_er inverts them.
#include "nic_tb.h"
#include <vector>

static void run(unsigned clocks)
{
    struct tb tb;
    struct tb_random random = tb_random_start(clocks);
    tb_open(&tb, "nic_rmii_tx");
    Vtop *top = tb.top;
    top->rst_i = 1;
    top->mbps100_i = clocks == 1;
    top->mii_tx_en_i = 0;
    for (unsigned i = 0; i < 12; i++)
        tb_cycle(&tb, &top->clk_i);
    ck_assert_uint_eq(top->rmii_tx_en_o, 0);
    top->rst_i = 0;

    std::vector<uint8_t> expected, seen; // pairs of bits, one a clock; bit 7: no frame
    unsigned since = 0, nibbles = 0;
    while (nibbles < 4000) {
        tb_eval(&tb);
        bool advance = top->ce_o;
        unsigned pair = since < clocks ? top->mii_txd_i & 3 : top->mii_txd_i >> 2;
        if (nibbles)
            expected.push_back((uint8_t)((pair ^ (top->mii_tx_er_i ? 3 : 0)) | (top->mii_tx_en_i ? 0 : 0x80)));
        tb_cycle(&tb, &top->clk_i);
        if (nibbles)
            seen.push_back((uint8_t)(top->rmii_txd_o | (top->rmii_tx_en_o ? 0 : 0x80)));
        since++;
        if (!advance)
            continue;
        // As the MAC does, only in clocks with the enable.
        if (nibbles)
            tb_check_eq(since, 2 * clocks);
        since = 0;
        nibbles++;
        top->mii_txd_i = (uint8_t)tb_below(&random, 16);
        top->mii_tx_en_i = tb_chance(&random, 90);
        top->mii_tx_er_i = tb_chance(&random, 10);
    }
    tb_check_eq(seen.size(), expected.size());
    for (size_t i = 0; i < seen.size(); i++)
        tb_check_eq(seen[i], expected[i]);
    tb_close(&tb);
}

START_TEST(test_100)
{
    run(1);
}
END_TEST

START_TEST(test_10)
{
    run(10);
}
END_TEST

TB_MAIN("nic_rmii_tx", test_100, test_10)
