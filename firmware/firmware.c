/* SPDX-License-Identifier: Apache-2.0 */
/* What the firmware does besides the PHY, see firmware.h. The snapshot of the counters is the host's: COUNTER_NOW is read here. */
#include "firmware.h"

#include "hw.h"
#include "mdio.h"

#define PHY_PERIOD_MS   2
#define LIGHT_PERIOD_MS 64
#define GIGABIT_MHZ     125

static uint32_t counter_read(uint32_t index)
{
    return hw_read(NIC_COUNTER_NOW_ADDR + 4 * index);
}

void firmware_start(struct firmware *f)
{
    uint32_t i, caps = hw_read(NIC_CAPS_ADDR);
    for (i = 0; i <= NIC_COUNTER_MAX; i++) {
        f->last[i] = counter_read(i);
        f->total[i] = 0;
    }
    f->counter = 0;
    f->packets = 0;
    f->gigabit = (caps & NIC_CAPS_TX_MHZ_MASK) >> NIC_CAPS_TX_MHZ_SHIFT >= GIGABIT_MHZ;
    f->phy_ms = f->light_ms = hw_read(NIC_PROC_TIME_ADDR);
    phy_start(&f->phy, f->gigabit);
}

/* ---- heartbeat and lights ---- */

static uint32_t state_word(const struct firmware *f)
{
    return (uint32_t)f->phy.state << NIC_HEARTBEAT_STATE_SHIFT |
           (uint32_t)f->phy.kind << NIC_HEARTBEAT_KIND_SHIFT |
           (uint32_t)f->phy.address << NIC_HEARTBEAT_ADDRESS_SHIFT |
           (uint32_t)f->phy.changes << NIC_HEARTBEAT_CHANGES_SHIFT;
}

static void lights(struct firmware *f, uint32_t now_ms)
{
    uint32_t packets =
        (uint32_t)(f->total[NIC_COUNTER_TX_PACKETS] + f->total[NIC_COUNTER_RX_PACKETS]);
    hw_write(NIC_LED_ADDR, (f->phy.state == PHY_UP ? NIC_LED_LINK_MASK : 0) |
                               (packets != f->packets ? NIC_LED_ACTIVITY_MASK : 0) |
                               (now_ms & 512 ? NIC_LED_ALIVE_MASK : 0));
    f->packets = packets;
    f->light_ms = now_ms;
}

/* ---- counters: each is looked at long before 2^32 octets, 34 seconds at line rate, have passed ---- */

static void counter_extend(struct firmware *f, uint32_t index)
{
    uint32_t now = counter_read(index);
    f->total[index] += now - f->last[index];
    f->last[index] = now;
}

/* ---- mailbox ---- */

static void answer(uint32_t low, uint32_t high)
{
    hw_write(NIC_MAIL_ANSWER_ADDR, low);
    hw_write(NIC_MAIL_ANSWER_ADDR + 4, high);
}

static bool phy_there(const struct firmware *f)
{
    return f->phy.state >= PHY_RESETTING;
}

static uint32_t phy_access(struct firmware *f, uint32_t code, uint32_t argument)
{
    uint16_t value = (uint16_t)(argument >> 16);
    if (argument & (code == NIC_MAIL_REQUEST_WRITE ? 0xffe0u : 0xffffffe0u))
        return NIC_MAIL_RESULT_ARGUMENT;
    if (!phy_there(f))
        return NIC_MAIL_RESULT_FAILED;
    if (code == NIC_MAIL_REQUEST_WRITE)
        return mdio_write(f->phy.address, argument & 31, value) == MDIO_OK ? NIC_MAIL_RESULT_OK
                                                                           : NIC_MAIL_RESULT_FAILED;
    if (mdio_read(f->phy.address, argument, &value) != MDIO_OK)
        return NIC_MAIL_RESULT_FAILED;
    answer(value, 0);
    return NIC_MAIL_RESULT_OK;
}

static uint32_t request(struct firmware *f, uint32_t code, uint32_t argument)
{
    switch (code) {
    case NIC_MAIL_REQUEST_PHY:
        if (!phy_there(f))
            return NIC_MAIL_RESULT_FAILED;
        answer(f->phy.id[0] | (uint32_t)f->phy.id[1] << 16, state_word(f));
        return NIC_MAIL_RESULT_OK;
    case NIC_MAIL_REQUEST_READ:
    case NIC_MAIL_REQUEST_WRITE:
        return phy_access(f, code, argument);
    case NIC_MAIL_REQUEST_COUNTER:
        if (argument > NIC_COUNTER_MAX)
            return NIC_MAIL_RESULT_ARGUMENT;
        counter_extend(f, argument);
        answer((uint32_t)f->total[argument], (uint32_t)(f->total[argument] >> 32));
        return NIC_MAIL_RESULT_OK;
    case NIC_MAIL_REQUEST_RESTART:
        phy_start(&f->phy, f->gigabit);
        return NIC_MAIL_RESULT_OK;
    }
    return NIC_MAIL_RESULT_UNKNOWN;
}

void firmware_step(struct firmware *f)
{
    uint32_t now_ms = hw_read(NIC_PROC_TIME_ADDR);
    if (now_ms - f->phy_ms >= PHY_PERIOD_MS) {
        phy_poll(&f->phy);
        f->phy_ms = now_ms;
    }
    counter_extend(f, f->counter);
    f->counter = f->counter == NIC_COUNTER_MAX ? 0 : f->counter + 1;
    if (hw_read(NIC_MAIL_STATUS_ADDR) & NIC_MAIL_STATUS_PENDING_MASK)
        hw_write(NIC_MAIL_DONE_ADDR,
                 request(f, hw_read(NIC_MAIL_REQUEST_ADDR), hw_read(NIC_MAIL_ARGUMENT_ADDR)));
    if (now_ms - f->light_ms >= LIGHT_PERIOD_MS)
        lights(f, now_ms);
    hw_write(NIC_HEARTBEAT_ADDR, state_word(f));
}
