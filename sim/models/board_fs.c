/* SPDX-License-Identifier: Apache-2.0 */
/* The board model's USB on three pins, full speed: what usb_host does with the bus, see board_internal.h. Clause numbers are those
 * of USB 2.0. */
#include "board_internal.h"

#include <string.h>

#define BIT_PS      83333
#define HOST_PPM    500  /* 7.1.11 */
#define DEVICE_PPM  2500 /* likewise */
#define TIMEOUT     18   /* bit times without an answer (7.1.19.1) */
#define GAP         2    /* bit times between packets (7.1.18.1) */
#define ANSWER_LAST 6.5  /* ... in which a device begins its own (7.1.18.1) */
#define PS_US       1000000ull

static void breach(struct board_model *m, const char *what)
{
    if (!m->line.breach)
        m->line.breach = what;
}

static void clock_once(struct board_model *m)
{
    struct fs_line *line = &m->line;
    struct board_fs_pins *pins = &m->fs_pins;
    const char *before = line->breach;
    uint8_t level = fs_line_level(line, m->now_ps);
    bool sending = m->now_ps >= line->start_ps && m->now_ps < fs_line_end_ps(line);
    if (pins->driven) {
        if (sending)
            breach(m, "the device drives the line while the host does");
        level = pins->level;
    } else if (!sending && (!m->plugged || !pins->pullup)) {
        level = FS_SE0;
    }
    m->half->fs_clock(m, level, pins);
    if (m->suspended) {
        board_suspended(m, pins->driven && pins->level == FS_K);
        if (pins->driven && pins->level != FS_K)
            breach(m, "a suspended device drives something else than K");
    } else {
        fs_line_sample(line, m->plugged && pins->driven, pins->level);
    }
    if (line->breach && line->breach != before)
        board_breach(m, line->breach);
}

static void pass(struct board_model *m, uint64_t until_ps)
{
    while (m->now_ps < until_ps)
        clock_once(m);
}

static size_t bus_exchange(void *bus, const uint8_t *packet, size_t length, uint8_t *reply,
                           size_t room)
{
    struct board_model *m = bus;
    struct fs_line *line = &m->line;
    line->heard = line->complete = false;
    uint64_t eop_ps = m->now_ps;
    if (length) {
        fs_line_send(line, packet, length, m->now_ps);
        eop_ps = fs_line_end_ps(line) - line->bit_ps; /* from SE0 to J */
        pass(m, eop_ps + line->bit_ps);
    }
    if (!reply) {
        pass(m, m->now_ps + GAP * line->bit_ps);
        return 0;
    }
    while (!line->heard && m->now_ps < eop_ps + TIMEOUT * line->bit_ps)
        clock_once(m);
    if (line->heard && length &&
        (m->now_ps < eop_ps + 2 * line->bit_ps ||
         m->now_ps > eop_ps + (uint64_t)(ANSWER_LAST * (double)line->bit_ps) + m->sys.period_ps)) {
        breach(m, "an answer of the device begins outside of 2 to 6.5 bit times (7.1.18.1)");
        board_breach(m, line->breach);
    }
    while (m->fs_pins.driven)
        clock_once(m);
    pass(m, m->now_ps + (m->turnaround_bits ? m->turnaround_bits - 1 : GAP) * line->bit_ps);
    if (!line->complete || line->bytes > room)
        return 0;
    memcpy(reply, line->packet, line->bytes);
    return line->bytes;
}

static bool bus_reset(void *bus, enum urb_speed *speed)
{
    struct board_model *m = bus;
    if (!m->plugged)
        return false;
    m->suspended = false;
    pass(m, m->now_ps + 100 * PS_US);
    m->line.rest = FS_SE0;
    pass(m, m->now_ps + 100 * PS_US);
    m->line.rest = FS_J;
    pass(m, m->now_ps + 20 * PS_US);
    *speed = URB_FULL_SPEED;
    return true;
}

/* The EOP of a resume is SE0 of two low-speed bits, then J (7.1.7.7). */
static void bus_suspend(void *bus, bool suspend)
{
    struct board_model *m = bus;
    if (suspend) {
        board_suspend(m);
        return;
    }
    m->line.rest = FS_K;
    pass(m, m->now_ps + 20000 * PS_US);
    m->suspended = false;
    m->line.rest = FS_SE0;
    pass(m, m->now_ps + 16 * m->line.bit_ps);
    m->line.rest = FS_J;
    pass(m, m->now_ps + 20 * PS_US);
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
    (void)m;
    (void)connected; /* VBUS, which fs_clock takes from the model */
}

/* Both clocks are off by something, the host's and the device's. */
static void start(struct board_model *m)
{
    uint32_t host = BIT_PS * HOST_PPM / 1000000, device = BIT_PS / 4 * DEVICE_PPM / 1000000;
    fs_line_init(&m->line, BIT_PS - host + board_draw(m, 2 * host + 1));
    m->sys.period_ps = BIT_PS / 4 - device + board_draw(m, 2 * device + 1);
}

const struct board_kind board_kind_fs = {
    .name = "board:ulx3s",
    .bus = &bus_ops,
    .sys_ps = BIT_PS / 4,
    .ethernet_ps = 20000,
    .rmii = true,
    .phy = MDIO_PHY_LAN8720A,
    .phy_address = 1,
    .divisors = {10, 1, 1, 1},
    .start = start,
    .plug = plug,
    .half = &board_half_fs,
};

const struct board_kind board_kind_bx = {
    .name = "board:tinyfpga-bx",
    .bus = &bus_ops,
    .sys_ps = BIT_PS / 4,
    .ethernet_ps = 20000,
    .rmii = true,
    .phy = MDIO_PHY_LAN8720A,
    .phy_address = 1,
    .divisors = {10, 1, 1, 1},
    .start = start,
    .plug = plug,
    .half = &board_half_bx,
};
