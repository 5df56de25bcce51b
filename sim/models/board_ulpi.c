/* SPDX-License-Identifier: Apache-2.0 */
/* The board model's USB on a ULPI PHY: what usb_host does with the bus, see board_internal.h. Clause numbers are those of USB 2.0. */
#include "board_internal.h"

#include <string.h>

#define CLOCKS_US  60
#define LINE_SE0   0
#define LINE_J     1
#define LINE_K     2
#define NOT_DRIVEN 4
#define VBUS_VALID 3

#define FS_BIT_CLOCKS  5
#define FS_SYNC_CLOCKS 44 /* with what the PHY needs to see it */
#define HS_PHY_CLOCKS  13 /* TX End Delay 5, RX Start Delay 8 (ULPI 1.1, 3.8.2.6.2) */

static void sent(void *context, const uint8_t *data, size_t length, bool pid)
{
    struct board_model *m = context;
    m->chirped |= !pid;
    m->answered = pid;
    m->answer_bytes = length < sizeof m->answer ? length : sizeof m->answer;
    memcpy(m->answer, data, m->answer_bytes);
}

static void clock_once(struct board_model *m)
{
    struct ulpi_link_pins link;
    const char *before = m->phy.breach;
    uint8_t device = ulpi_phy_drives(&m->phy);
    if (m->suspended)
        board_suspended(m, device == LINE_K);
    if (m->plugged)
        ulpi_phy_line(&m->phy, m->drives == NOT_DRIVEN ? device : m->drives, VBUS_VALID);
    m->half->ulpi_clock(m, &link);
    ulpi_phy_clock(&m->phy, &link);
    if (m->phy.breach && !before)
        board_breach(m, m->phy.breach);
}

/* The device's transceiver is at the speed of the bus (XcvrSelect of ULPI's Function Control); another one hears no packet. */
static bool hears(const struct board_model *m)
{
    return ((m->phy.registers[ULPI_FUNCTION_CONTROL] & 3) == 0) == m->hub_high_speed;
}

static void clocks(struct board_model *m, unsigned count)
{
    while (count--)
        clock_once(m);
}

/* From the device's packet to the host's next. At high speed what a PHY may add to both (ULPI 1.1, 3.8.2.6.2) is in it. */
static void turn_around(struct board_model *m)
{
    if (m->hub_high_speed) {
        clocks(m, m->turnaround_bits ? m->turnaround_bits / 8 + HS_PHY_CLOCKS : 0);
        return;
    }
    while (m->phy.sends)
        clock_once(m);
    clocks(m, FS_BIT_CLOCKS * (m->turnaround_bits ? m->turnaround_bits : 2));
}

/* High speed: 8 bit times and more between packets; up to 816 bit times for an answer to begin (7.1.19.2). Full speed: 2 and 18, and
 * SYNC, which the PHY keeps to itself. */
static size_t bus_exchange(void *bus, const uint8_t *packet, size_t length, uint8_t *reply,
                           size_t room)
{
    struct board_model *m = bus;
    unsigned gap = m->hub_high_speed ? 4 : 2 * FS_BIT_CLOCKS,
             timeout = m->hub_high_speed ? 102 : 18 * FS_BIT_CLOCKS;
    m->answered = false;
    if (length && hears(m)) {
        clocks(m, m->hub_high_speed ? 0 : FS_SYNC_CLOCKS);
        ulpi_phy_receive(&m->phy, packet, length, false);
        while (m->phy.in_due)
            clock_once(m);
    }
    for (unsigned i = 0; reply ? !m->answered && (i < timeout || m->phy.command) : i < gap; i++)
        clock_once(m);
    if (m->answered)
        turn_around(m);
    if (!reply || !m->answered || m->answer_bytes > room)
        return 0;
    memcpy(reply, m->answer, m->answer_bytes);
    return m->answer_bytes;
}

static void line(struct board_model *m, uint8_t state, unsigned us)
{
    m->drives = state;
    for (unsigned i = 0; i < us * CLOCKS_US; i++)
        clock_once(m);
}

/* A hub of high speed: SE0, the device's chirp K, then K and J in turn, 50 us each (7.1.7.5). One of full speed does not answer. */
static bool bus_reset(void *bus, enum urb_speed *speed)
{
    struct board_model *m = bus;
    if (!m->plugged)
        return false;
    m->suspended = false;
    line(m, LINE_J, 100);
    m->chirped = false;
    line(m, LINE_SE0, 2);
    for (unsigned us = 0; us < 10000 && (!m->chirped || m->full_speed_hub); us++)
        line(m, LINE_SE0, 1);
    for (unsigned i = 0; m->chirped && !m->full_speed_hub && i < 10; i++)
        line(m, i & 1 ? LINE_J : LINE_K, 50);
    line(m, LINE_SE0, 100);
    m->drives = NOT_DRIVEN;
    m->hub_high_speed = m->chirped && m->high_speed;
    *speed = m->hub_high_speed ? URB_HIGH_SPEED : URB_FULL_SPEED;
    return true;
}

/* The device's transceiver has been at full speed since it saw the suspend; behind the EOP both are at the speed of before. */
static void bus_suspend(void *bus, bool suspend)
{
    struct board_model *m = bus;
    if (suspend) {
        board_suspend(m);
        return;
    }
    line(m, LINE_K, 20000);
    m->suspended = false;
    line(m, LINE_SE0, 1);
    m->drives = NOT_DRIVEN;
    for (unsigned i = 0; i < 20 * CLOCKS_US; i++)
        clock_once(m);
}

static void bus_idle(void *bus, uint64_t until_ns)
{
    board_idle(bus, until_ns, clock_once);
}

static const struct usb_bus_ops bus_ops = {
    .exchange = bus_exchange,
    .reset = bus_reset,
    .connected = board_connected,
    .suspend = bus_suspend,
    .wakes = board_wakes,
    .idle = bus_idle,
    .now_ns = board_now_ns,
};

static void plug(struct board_model *m, bool connected)
{
    m->drives = NOT_DRIVEN;
    ulpi_phy_line(&m->phy, LINE_SE0, connected ? VBUS_VALID : 0);
}

static void start(struct board_model *m)
{
    ulpi_phy_init(&m->phy);
    m->phy.random = board_draw;
    m->phy.sent = sent;
    m->phy.context = m;
    m->phy.throttle_percent = m->throttle_percent;
    m->phy.full_speed_pace = true;
}

const struct board_kind board_kind_ulpi = {
    .name = "board:butterstick",
    .bus = &bus_ops,
    .sys_ps = 16667,
    .ethernet_ps = 8000,
    .phy = MDIO_PHY_KSZ9031,
    .phy_address = 3,
    .divisors = {50, 5, 1, 1},
    .start = start,
    .plug = plug,
    .half = &board_half_ulpi,
};

/* Its transceiver gives the clock and its reset is the other way round, which is the top's. Where the PHY is on MDIO no source says:
 * here at another address than on the ButterStick, for the firmware to find. */
const struct board_kind board_kind_ecpix5 = {
    .name = "board:ecpix5",
    .bus = &bus_ops,
    .sys_ps = 16667,
    .ethernet_ps = 8000,
    .phy = MDIO_PHY_KSZ9031,
    .phy_address = 7,
    .divisors = {50, 5, 1, 1},
    .start = start,
    .plug = plug,
    .half = &board_half_ecpix5,
};
