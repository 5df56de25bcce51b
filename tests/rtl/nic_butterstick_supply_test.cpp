// SPDX-License-Identifier: Apache-2.0
// nic_butterstick_supply: the levels and the wait of the board's own bootloader (butterstick-bootloader, gateware/butterstick-bitstream.py:
// periods of 2**14 clocks of 60 MHz, 0.13 of them for 3.3 V at ports 0 and 1, 0.70 for 1.8 V at port 2; on after 2**16 clocks).
#include "nic_tb.h"

START_TEST(test_supply)
{
    struct tb tb;
    tb_open(&tb, "nic_butterstick_supply");
    Vtop *top = tb.top;
    unsigned high[3] = {0, 0, 0}, changes[3] = {0, 0, 0}, before = 0;
    top->clk_i = 0;
    tb_eval(&tb);
    for (unsigned clock = 1; clock <= 5u << 14; clock++) {
        ck_assert_uint_eq(top->vccio_en_o, clock > 1u << 16);
        top->clk_i = 1;
        tb_eval(&tb);
        top->clk_i = 0;
        tb_eval(&tb);
        for (unsigned port = 0; port < 3; port++) {
            high[port] += top->vccio_pdm_o >> port & 1;
            changes[port] += (top->vccio_pdm_o ^ before) >> port & 1;
        }
        before = top->vccio_pdm_o;
    }
    for (unsigned port = 0; port < 3; port++) {
        ck_assert_uint_eq(high[port], 5 * (unsigned)((1 << 14) * (port == 2 ? 0.70 : 0.13)));
        ck_assert_uint_ge(changes[port], 10); // up and down in each period: what smooths it is made for that
        ck_assert_uint_le(changes[port], 11);
    }
    tb_close(&tb);
}
END_TEST

TB_MAIN("nic_butterstick_supply", test_supply)
