/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device's management processor: memory, start and stop, watchdog, mailbox. What it runs is not looked at: any firmware is
 * alive at once, brings the link up, and answers every request with its argument and the code, unless the options say otherwise.
 */
#include "nic_regs.h"
#include "soft_private.h"

static bool runs(const struct soft_device *d)
{
    return d->regs[NIC_PROC_CTRL_ADDR / 4] & 1;
}

static void request_end(struct soft_device *d, uint32_t result)
{
    d->regs[NIC_MAIL_STATUS_ADDR / 4] = result << 8;
    d->request_done = true;
}

static void request_begin(struct soft_device *d)
{
    uint32_t *status = &d->regs[NIC_MAIL_STATUS_ADDR / 4];
    if (*status & 1)
        return;
    *status |= 1;
    if (!runs(d) || d->options.firmware_slow)
        return;
    d->regs[NIC_MAIL_ANSWER_ADDR / 4] = d->regs[NIC_MAIL_ARGUMENT_ADDR / 4];
    d->regs[NIC_MAIL_ANSWER_ADDR / 4 + 1] = d->regs[NIC_MAIL_REQUEST_ADDR / 4];
    request_end(d, NIC_MAIL_RESULT_OK);
}

static void stopped(struct soft_device *d)
{
    if (d->regs[NIC_MAIL_STATUS_ADDR / 4] & 1)
        request_end(d, NIC_MAIL_RESULT_NO_FIRMWARE);
}

void soft_processor_written(struct soft_device *d, uint32_t address, uint32_t before,
                            uint32_t value)
{
    switch (address) {
    case NIC_PROC_CTRL_ADDR:
        if (value & ~before & 1) {
            d->regs[NIC_PROC_STATUS_ADDR / 4] = d->options.firmware_silent ? 0 : 1;
            d->link_event = !d->options.firmware_silent;
            d->regs[NIC_LINK_ADDR / 4] |= d->link_event;
        }
        break;
    case NIC_MAIL_REQUEST_ADDR:
        request_begin(d);
        break;
    }
    if (!runs(d))
        stopped(d);
}

void soft_processor_hang(struct soft_device *d)
{
    if (!runs(d))
        return;
    d->regs[NIC_PROC_CTRL_ADDR / 4] &= ~1u;
    d->regs[NIC_PROC_STATUS_ADDR / 4] |= 2;
    d->processor_stopped = true;
    for (unsigned i = 1; i < NIC_PROC_MEMORY_WORDS; i += 7)
        d->memory[i] = 0xdeadbeef; /* it ran wild */
    stopped(d);
}

bool soft_processor_memory(struct soft_device *d, bool in, uint32_t address, uint8_t *data,
                           uint32_t length)
{
    uint32_t at = (address - NIC_PROC_MEMORY_ADDR) / 4;
    if (d->options.firmware_once && d->regs[NIC_PROC_STATUS_ADDR / 4] & 2)
        return false;
    if (!d->options.processor || runs(d) || at + length / 4 > NIC_PROC_MEMORY_WORDS)
        return false;
    for (uint32_t i = 0; i < length / 4; i++, at++, data += 4)
        if (in)
            nic_put_le32(data, d->memory[at]);
        else
            d->memory[at] =
                nic_get_le32(data) & ~(at == 1 && d->options.firmware_forgetful ? 8u : 0);
    return true;
}
