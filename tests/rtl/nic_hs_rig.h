// SPDX-License-Identifier: Apache-2.0
// The host controller model and the ULPI PHY model at the pins of a rig, a clock of 60 MHz at a time; control transfers, a lossy
// bus. Header only.
#ifndef NIC_HS_RIG_H
#define NIC_HS_RIG_H

#include "nic_tb.h"
#include "ulpi_phy.h"
#include "usb_host.h"
#include <vector>

typedef std::vector<uint8_t> bytes;

struct rig {
    struct tb tb;
    struct tb_random random;
    struct ulpi_phy phy;
    struct usb_host host;
    bytes answer;
    bool answered, chirped;
    uint64_t clocks;
    unsigned packets, last_fault, faults, ended;
    // If set: goes to the next rising edge of clk_i. Without it clk_i is the model's only clock.
    void (*edge)(struct rig *);
};

static uint32_t model_random(void *context, uint32_t below)
{
    return tb_below(&((struct rig *)context)->random, below);
}

static void model_sent(void *context, const uint8_t *data, size_t length, bool pid)
{
    struct rig *rig = (struct rig *)context;
    rig->answer.assign(data, data + length);
    rig->answered = pid;
    rig->chirped |= !pid;
}

static void cycle(struct rig *rig)
{
    Vtop *top = rig->tb.top;
    top->ulpi_data_i = rig->phy.data;
    top->ulpi_dir_i = rig->phy.dir;
    top->ulpi_nxt_i = rig->phy.nxt;
    tb_eval(&rig->tb);
    struct ulpi_link_pins link = {top->ulpi_data_o, top->ulpi_data_oe_o != 0, top->ulpi_stp_o != 0, top->rst_i != 0};
    if (rig->edge)
        rig->edge(rig);
    else
        tb_cycle(&rig->tb, &top->clk_i);
    ulpi_phy_clock(&rig->phy, &link);
    rig->clocks++;
    if (rig->phy.breach)
        ck_abort_msg("clock %llu: %s", (unsigned long long)rig->clocks, rig->phy.breach);
}

static size_t exchange(void *bus, const uint8_t *packet, size_t length, uint8_t *reply, size_t room)
{
    struct rig *rig = (struct rig *)bus;
    rig->answered = false;
    if (length) {
        tb_check(ulpi_phy_receive(&rig->phy, packet, length, false));
        while (rig->phy.in_due)
            cycle(rig);
    }
    // 8 bit times and more between packets; up to 816 bit times for an answer to begin (7.1.19.2).
    for (unsigned i = 0; reply ? !rig->answered && (i < 102 || rig->phy.command) : i < 4; i++) {
        cycle(rig);
        tb_check(i < 5000);
    }
    if (!reply || !rig->answered || rig->answer.size() > room)
        return 0;
    memcpy(reply, rig->answer.data(), rig->answer.size());
    return rig->answer.size();
}

static void line(struct rig *rig, uint8_t state, unsigned clocks)
{
    ulpi_phy_line(&rig->phy, state, 3);
    for (unsigned i = 0; i < clocks; i++)
        cycle(rig);
}

// A hub of high speed: SE0, the device's chirp K, then K and J in turn, 50 us each (7.1.7.5).
static bool reset(void *bus, enum urb_speed *speed)
{
    struct rig *rig = (struct rig *)bus;
    line(rig, 1, 6000);
    rig->chirped = false;
    line(rig, 0, 100);
    for (unsigned i = 0; i < 600000 && !rig->chirped; i++)
        cycle(rig);
    for (unsigned i = 0; i < 10; i++)
        line(rig, i & 1 ? 1 : 2, 3000);
    line(rig, 0, 6000);
    *speed = rig->tb.top->high_speed_o ? URB_HIGH_SPEED : URB_FULL_SPEED;
    return true;
}

static bool connected(void *)
{
    return true;
}

static void suspend(void *, bool)
{
}

static bool wakes(void *)
{
    return false;
}

static uint64_t now_ns(void *bus)
{
    return ((struct rig *)bus)->clocks * 50 / 3;
}

static void idle(void *bus, uint64_t until_ns)
{
    while (now_ns(bus) < until_ns)
        cycle((struct rig *)bus);
}

static const struct usb_bus_ops ops = {exchange, reset, connected, suspend, wakes, idle, now_ns};

static void done(struct urb *urb)
{
    ((struct rig *)urb->user)->ended++;
}

static void run(struct rig *rig, unsigned count)
{
    uint64_t end = now_ns(rig) + 100000000;
    while (rig->ended < count && now_ns(rig) < end)
        rig->host.device.ops->run(&rig->host.device, end);
    tb_check_eq(rig->ended, count);
    if (rig->host.breach)
        ck_abort_msg("clock %llu: %s", (unsigned long long)rig->clocks, rig->host.breach);
}

static uint32_t control(struct rig *rig, uint8_t type, uint8_t request, unsigned value, uint8_t *data, uint8_t length)
{
    struct urb urb = {};
    const uint8_t setup[8] = {type, request, (uint8_t)value, (uint8_t)(value >> 8), 0, 0, length, 0};
    memcpy(urb.setup, setup, 8);
    urb.data = data;
    urb.length_bytes = length;
    urb.done = done;
    urb.user = rig;
    rig->ended = 0;
    tb_check(rig->host.device.ops->submit(&rig->host.device, &urb) == 0);
    run(rig, 1);
    tb_check_eq(urb.status, URB_OK);
    return urb.actual_bytes;
}

// At most one packet in twelve is lost or broken, and no third transaction of an endpoint in a row: that would end its transfer.
static void faults(void *context, enum usb_step, uint8_t *packet, size_t *length)
{
    struct rig *rig = (struct rig *)context;
    if (++rig->packets - rig->last_fault < 12 || tb_below(&rig->random, 4))
        return;
    for (const struct usb_endpoint &endpoint : rig->host.endpoints)
        if (endpoint.errors == 2)
            return;
    rig->last_fault = rig->packets;
    rig->faults++;
    if (tb_below(&rig->random, 2))
        *length = 0;
    else
        packet[tb_below(&rig->random, (uint32_t)*length)] ^= (uint8_t)(1 << tb_below(&rig->random, 8));
}

// seed: a number of the test's own. The test may start further clocks behind this.
static void rig_open(struct rig *rig, const char *name, uint64_t seed, void (*edge)(struct rig *))
{
    *rig = {};
    tb_open(&rig->tb, name);
    rig->random = tb_random_start(seed);
    rig->edge = edge;
}

// Reset, chirp, address, descriptors, configuration.
static void rig_start(struct rig *rig, bool lossy)
{
    ulpi_phy_init(&rig->phy);
    rig->phy.random = model_random;
    rig->phy.sent = model_sent;
    rig->phy.context = rig;
    usb_host_init(&rig->host, &ops, rig);
    // Registers start with anything: assertions hold from when the reset has reached every domain.
    rig->tb.context->assertOn(false);
    rig->tb.top->rst_i = 1;
    for (unsigned i = 0; i < 16; i++)
        cycle(rig);
    rig->tb.context->assertOn(true);
    rig->tb.top->rst_i = 0;
    tb_check(rig->host.device.ops->port_reset(&rig->host.device) == 0);
    for (unsigned i = 0; i < 10 && !rig->host.port.enabled; i++)
        rig->host.device.ops->run(&rig->host.device, now_ns(rig) + 10000000);
    tb_check(rig->host.port.enabled);
    tb_check_eq(rig->host.port.speed, URB_HIGH_SPEED);
    if (lossy) {
        rig->host.fault = faults;
        rig->host.fault_context = rig;
    }
    uint8_t descriptor[255];
    tb_check_eq(control(rig, 0x80, 6, 0x100, descriptor, 18), 18);
    tb_check(descriptor[0] == 18 && descriptor[1] == 1 && descriptor[8] == 0x09 && descriptor[9] == 0x12);
    tb_check(control(rig, 0x80, 6, 0x200, descriptor, 255) >= 39);
    control(rig, 0, 9, 1, nullptr, 0);
    tb_check_eq(rig->tb.top->configured_o, 1);
}

#endif
