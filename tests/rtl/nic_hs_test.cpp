// SPDX-License-Identifier: Apache-2.0
// nic_hs: a host at UTMI enumerates the whole NIC, reads and writes its registers, and hears of a bad TX record by STALL.
#include "nic_usb_host.h"

static void inputs_rest(void)
{
    Vtop *top = tb.top;
    top->rst_tx_i = top->rst_rx_i = 0;
    top->tx_ce_i = top->rx_ce_i = 1;
    top->gmii_rxd_i = top->gmii_rx_dv_i = top->gmii_rx_er_i = top->tx_skip_i = 0;
}

// All three clocks in step.
static void cycle(void)
{
    Vtop *top = tb.top;
    for (unsigned level = 0; level < 2; level++) {
        top->clk_i = top->clk_tx_i = top->clk_rx_i = level;
        tb_eval(&tb);
        tb.now_ps += 8000;
    }
    top->clk_i = top->clk_tx_i = top->clk_rx_i = 0;
    tb_eval(&tb);
}

START_TEST(test_registers)
{
    start(_i);
    enumerate();
    octets d;
    tb_check_eq(control(0xc0, NIC_VENDOR_REQUEST_REG_READ, NIC_ID_ADDR, 0, 4, &d), ACK);
    tb_check_eq(d.size(), 4);
    tb_check_eq(d[0] | d[1] << 8 | d[2] << 16 | (uint32_t)d[3] << 24, NIC_ID_RESET_VALUE);
    // A header that is no header: the parser halts, the endpoint stalls.
    tb_check_eq(out_packet(1, octets(16, 0xff)) & 3, ACK & 3);
    rest(1000);
    tb_check_eq(out_packet(1, octets(16, 0xff)), STALL);
    unsigned pid = in_packet(3, &d);
    tb_check(pid == DATA0 || pid == DATA1);
    tb_check(d.size() >= 16 && d[0] == NIC_EVENT_TYPE_STREAM_ERROR);
    tb_close(&tb);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nic_hs");
    TCase *tcase = tcase_create("nic_hs");
    tcase_set_timeout(tcase, 60);
    tcase_add_loop_test(tcase, test_registers, 0, 2);
    suite_add_tcase(suite, tcase);
    return tb_main(suite);
}
