// SPDX-License-Identifier: Apache-2.0
// What stands behind nic_usb_device in its benches: a sink of bulk OUT with gaps, sources of the IN streams, registers that take
// their time. The host is nic_usb_host.h.
#ifndef NIC_USB_DEVICE_TB_H
#define NIC_USB_DEVICE_TB_H

#include "nic_usb_host.h"

static void inputs_rest(void)
{
    tb.top->out_halt_i = tb.top->in_flush_i = 0;
}

// One clock; the test drives UTMI before.
static void cycle(void)
{
    Vtop *top = tb.top;
    top->out_ready_i = out_open && tb_chance(&rnd, 80);
    top->in_valid_i = !in_stream.empty();
    top->in_data_i = in_stream.empty() ? 0 : in_stream.front();
    top->in_last_i = in_stream.size() == 1;
    top->ev_valid_i = !ev_stream.empty();
    top->ev_data_i = ev_stream.empty() ? 0 : ev_stream.front();
    top->ev_last_i = ev_stream.size() == 1;
    top->reg_ready_i = 0;
    if (top->reg_valid_o && reg_wait-- == 0) {
        reg_wait = tb_below(&rnd, 6);
        top->reg_ready_i = 1;
        top->reg_error_i = refuse_reg;
        if (top->reg_write_o)
            regs[top->reg_addr_o / 4] = top->reg_wdata_o;
        top->reg_rdata_i = regs[top->reg_addr_o / 4];
    }
    top->clk_i = 0;
    tb_eval(&tb);
    if (top->out_valid_o && top->out_ready_i)
        to_device.push_back(top->out_data_o);
    bool in = top->in_valid_i && top->in_ready_o, ev = top->ev_valid_i && top->ev_ready_o;
    tb_cycle(&tb, &top->clk_i);
    if (in)
        in_stream.pop_front();
    if (ev)
        ev_stream.pop_front();
}

#endif
