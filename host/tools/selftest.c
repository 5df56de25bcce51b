/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic selftest: bring-up of a board, longer than doctor: USB, clocks, a loop at each layer (inside the device, in the PHY, a plug on
 * the cable), the data pins between FPGA and PHY one by one, each frame classified, rate and delay. Each step has a verdict and, when it
 * fails, what to try next. The same on a model, which --fault breaks, and on a board. Bounded in time, whatever is broken.
 */
#include "bringup.h"
#include "nic_libusb.h"
#include "nic_regs.h"
#include "pins.h"
#include "selftest_fault.h"
#include "tool.h"
#include "traffic.h"

#include <stdlib.h>
#include <string.h>

#define FRAMES         400 /* a model is slow: a twentieth of them */
#define RATE_FRAMES    800
#define DELAY_FRAMES   400
#define MODEL_SHARE    20
#define SHORTEST       60
#define LONGEST        1514
#define STALL_USB_NS   500000000ull
#define STALL_MODEL_NS 50000000ull
#define SETTLE_USB_NS  50000000ull /* a PHY in another mode */
#define SETTLE_NS      200000ull
#define MEASURE_NS     2000000ull
#define PIN_WAIT_NS    4000000ull
#define LINK_TRIES     60
#define LINK_USB_NS    50000000ull /* between two looks at the link; LINK_TRIES of them */
#define LINK_MODEL_NS  200000ull

/* IEEE 802.3, 22.2.4 and 40.5.1. */
enum {
    BMCR = 0,
    BMCR_RESET = 0x8000,
    BMCR_LOOPBACK = 0x4000,
    BMCR_100 = 0x2000,
    BMCR_FULL = 0x0100,
    BMCR_1000 = 0x0040,
    BMSR = 1,
    BMSR_LINK = 0x0004,
    CONTROL_1000 = 9,
    CONTROL_1000_SLAVE = 0x1000, /* by hand; some PHYs loop at 1000 Mb/s as a slave only */
};

struct selftest {
    struct bringup b;
    struct traffic traffic;
    struct wire_port *plug;
    int phy; /* its address, < 0: none */
    bool gigabit;
    unsigned usb_mbps; /* 0: unknown, or a model */
    double tx_mhz;
};

static const char pins_next[] =
    "the step \"pins\"; then delays, signals and clocks between FPGA and PHY";

static uint64_t by_device(const struct selftest *s, uint64_t usb_ns, uint64_t model_ns)
{
    return s->b.options->usb ? usb_ns : model_ns;
}

/* ---- USB ---- */

static uint32_t frames_of(const struct selftest *s, uint32_t count)
{
    return s->b.options->usb ? count : count / MODEL_SHARE;
}

static void check_usb(struct selftest *s)
{
    struct bringup *b = &s->b;
    static struct nic_libusb_found found;
    const char *next =
        "a port of the computer without a hub in between, and a cable for high speed";
    if (!b->options->usb || nic_libusb_list(&b->options->match, &found, 1) != 1)
        return; /* the step "device" says why */
    s->usb_mbps = found.mbps;
    bool hub = strchr(found.port, '.') != NULL;
    if (found.mbps && found.mbps < 12)
        bringup_tell(b, FAIL, "USB", next, "%u Mb/s on port %u-%s", found.mbps, found.bus,
                     found.port);
    else
        bringup_tell(b, PASS, "USB", NULL, "%u Mb/s on port %u-%s%s", found.mbps, found.bus,
                     found.port, hub ? ", behind a hub" : "");
}

/* The error rate of USB allows for none in so short a time (USB 2.0, 7.1.15: 1e-12 at most). */
static void check_usb_errors(struct selftest *s, uint32_t before)
{
    uint32_t after = 0;
    const char *next = "another cable, another port, no hub; then the routing of D+ and D- and the "
                       "clock of the USB PHY";
    if (!machine_read(&s->b.machine, NIC_USB_ERRORS_ADDR, &after, 1)) {
        bringup_tell(&s->b, FAIL, "USB errors", next, "an access was not answered");
        return;
    }
    uint32_t bad = (after & NIC_USB_ERRORS_BAD_MASK) - (before & NIC_USB_ERRORS_BAD_MASK);
    uint32_t unanswered =
        (after >> NIC_USB_ERRORS_UNANSWERED_SHIFT) - (before >> NIC_USB_ERRORS_UNANSWERED_SHIFT);
    bringup_tell(&s->b, bad || unanswered ? FAIL : PASS, "USB errors", next,
                 "%u broken packets, %u of the device's without an answer", bad, unanswered);
}

/* ---- clocks ---- */

static bool near(double is, double wanted)
{
    return is > 0.99 * wanted && is < 1.01 * wanted;
}

static bool measure(struct selftest *s, double *tx, double *rx)
{
    struct machine *m = &s->b.machine;
    uint32_t start = 1, counts, caps;
    if (!machine_write(m, NIC_MEASURE_ADDR, &start, 1))
        return false;
    bringup_wait(m, MEASURE_NS);
    if (!machine_read(m, NIC_CLOCKS_ADDR, &counts, 1) || !machine_read(m, NIC_CAPS_ADDR, &caps, 1))
        return false;
    double unit = ((caps & NIC_CAPS_SYS_MHZ_MASK) >> NIC_CAPS_SYS_MHZ_SHIFT) * 8 / 65536.0;
    *tx = (counts & NIC_CLOCKS_TX_MASK) * unit;
    *rx = (double)(counts >> NIC_CLOCKS_RX_SHIFT) * unit;
    return true;
}

static void check_clocks(struct selftest *s)
{
    double tx, rx;
    const char *next =
        "the oscillator and the PLL of the transmit clock; if all others are wrong by "
        "the same factor, it is the USB clock they are counted with";
    if (!measure(s, &tx, &rx))
        bringup_tell(&s->b, FAIL, "clocks", next, "an access was not answered");
    else if (tx == 0 && rx == 0)
        bringup_tell(&s->b, SKIP, "clocks", NULL, "this device does not count them");
    else if (!near(tx, s->tx_mhz))
        bringup_tell(&s->b, FAIL, "clocks", next, "tx %.3f MHz, not %.0f", tx, s->tx_mhz);
    else
        bringup_tell(&s->b, PASS, "clocks", NULL, "tx %.3f MHz and rx %.3f MHz against sys", tx,
                     rx);
}

/* RXC of RGMII has the rate of the speed; REF_CLK of RMII does not change, and a model down to GMII has enables instead. */
static bool check_rxc(struct selftest *s, const char *step, unsigned mbps)
{
    double tx, rx, wanted = mbps == 1000 ? 125 : mbps == 100 ? 25 : 2.5;
    if (!s->gigabit || !measure(s, &tx, &rx) || (tx == 0 && rx == 0) || near(rx, wanted) ||
        (!s->b.options->usb && near(rx, tx)))
        return true;
    bringup_tell(
        &s->b, FAIL, step,
        "RXC: its site, its termination, the PHY's reset and supply; that the PHY takes the "
        "speed over MDIO",
        "RXC has %.3f MHz, not %.1f", rx, wanted);
    return false;
}

/* ---- frames ---- */

static void class_add(char *text, size_t room, uint32_t count, const char *name)
{
    size_t used = strlen(text);
    if (count)
        snprintf(text + used, room - used, ", %u %s", count, name);
}

static const char *advice(const struct traffic *t, const char *next)
{
    if (t->refused)
        return "the step \"link\"";
    if (t->bad_fcs || t->symbol)
        return next;
    if (t->bad_length || t->shorter || t->longer)
        return "frames are cut or joined: RX_CTL or CRS_DV, TX_CTL or TX_EN, and what stands at "
               "the "
               "other end of the cable";
    if (t->damaged)
        return "the FCS was right, so it is behind the MAC: the bitstream's timing report; or what "
               "is at the other end of the cable makes a new FCS";
    if (t->reordered || t->doubled)
        return "the device keeps the order: look at what is at the other end of the cable";
    if (t->overflow)
        return "USB is too slow to fetch what comes: another port, no hub";
    return next;
}

/* True: all is well. */
static bool tell_traffic(struct selftest *s, const char *step, const char *next)
{
    const struct traffic *t = &s->traffic;
    char text[200] = "";
    uint32_t counted = t->bad_fcs + t->bad_length + t->symbol + t->overflow;
    class_add(text, sizeof text, t->refused, "not sent");
    class_add(text, sizeof text, t->shorter, "short");
    class_add(text, sizeof text, t->longer, "long");
    class_add(text, sizeof text, t->damaged, "with bad data");
    class_add(text, sizeof text, t->bad_fcs, "with bad FCS");
    class_add(text, sizeof text, t->symbol, "with an error of the PHY");
    class_add(text, sizeof text, t->bad_length, "of no legal length");
    class_add(text, sizeof text, t->overflow, "without room");
    class_add(text, sizeof text, t->lost > counted ? t->lost - counted : 0, "lost");
    class_add(text, sizeof text, t->doubled, "doubled");
    class_add(text, sizeof text, t->reordered, "out of order");
    bool good = traffic_good(t);
    bringup_tell(&s->b, good ? PASS : FAIL, step, advice(t, next),
                 "%u frames of %u to %u octets: %u ok%s", t->count, t->shortest, t->longest, t->ok,
                 text);
    return good;
}

static bool frames(struct selftest *s, const char *step, const char *next)
{
    traffic_run(&s->traffic, frames_of(s, FRAMES), SHORTEST, LONGEST, 8,
                by_device(s, STALL_USB_NS, STALL_MODEL_NS));
    return tell_traffic(s, step, next);
}

static bool set_up(struct selftest *s, bool loopback, unsigned mbps)
{
    struct machine *m = &s->b.machine;
    uint32_t control =
        NIC_CTRL_TX_ENABLE_MASK | NIC_CTRL_RX_ENABLE_MASK | (loopback ? NIC_CTRL_LOOPBACK_MASK : 0);
    uint32_t speed = mbps == 1000 ? NIC_SPEED_M1000 : mbps == 100 ? NIC_SPEED_M100 : NIC_SPEED_M10;
    uint32_t link = NIC_LINK_UP_MASK | NIC_LINK_FULL_DUPLEX_MASK | speed << NIC_LINK_SPEED_SHIFT;
    bool done =
        machine_write(m, NIC_CTRL_ADDR, &control, 1) && machine_write(m, NIC_LINK_ADDR, &link, 1);
    bringup_wait(m, by_device(s, SETTLE_USB_NS, SETTLE_NS));
    return done;
}

/* ---- the PHY's near end ---- */

/* A frame whose last octet is `octet`, which is the last of its FCS: one of its own octets is tried until that is so. */
static void frame_ending(uint8_t *octets, uint8_t octet, uint8_t mask)
{
    static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0e};
    wire_pattern_fill(octets, SHORTEST, destination, 0, octet);
    octets[12] = 0x88, octets[13] = 0xb6; /* none of traffic's */
    for (uint32_t i = 0; i < 65536; i++) {
        octets[20] = (uint8_t)i;
        octets[21] = (uint8_t)(i >> 8);
        if (((wire_fcs(octets, SHORTEST) >> 24 ^ octet) & mask) == 0)
            return;
    }
}

static bool walk(struct selftest *s, struct pins *p)
{
    unsigned bits = pins_bits(p), shift = 8 - bits;
    uint8_t mask = (uint8_t)(0xff << shift), octets[SHORTEST];
    for (unsigned i = 0; i < 2 * bits; i++) {
        uint8_t pattern = (uint8_t)(1u << (i % bits + shift)), *to = i < bits ? p->ones : p->zeros;
        uint32_t is = 0;
        frame_ending(octets, i < bits ? pattern : (uint8_t)~pattern, mask);
        if (!traffic_one(&s->traffic, octets, SHORTEST, by_device(s, STALL_USB_NS, PIN_WAIT_NS)) ||
            !machine_read(&s->b.machine, NIC_PINS_ADDR, &is, 1))
            return false;
        to[i % bits] = (uint8_t)(is & ((1u << bits) - 1));
    }
    return true;
}

static bool check_pins(struct selftest *s, const char *step, unsigned mbps)
{
    struct pins p = {.width = s->gigabit ? 4 : 2, .both = mbps == 1000};
    char text[200];
    const char *next = "the bitstream's timing report for tx";
    if (!walk(s, &p)) {
        bringup_tell(&s->b, FAIL, step, next, "a frame was not sent");
        return false;
    }
    bool good = pins_judge(&p, text, sizeof text, &next);
    if (good)
        bringup_tell(&s->b, PASS, step, NULL,
                     "a walking one and a walking zero come back on %u data pins%s", p.width,
                     p.both ? ", with both edges" : "");
    else
        bringup_tell(&s->b, FAIL, step, next, "%s", text);
    return good;
}

static bool near_end(struct selftest *s, unsigned mbps)
{
    char pins[16], loop[16];
    uint16_t speed = mbps == 1000 ? BMCR_1000 : mbps == 100 ? BMCR_100 : 0;
    struct machine *m = &s->b.machine;
    unsigned phy = (unsigned)s->phy;
    snprintf(pins, sizeof pins, "pins %u", mbps);
    snprintf(loop, sizeof loop, "PHY %u", mbps);
    bool set = (mbps != 1000 || bringup_mdio_write(m, phy, CONTROL_1000, CONTROL_1000_SLAVE)) &&
               bringup_mdio_write(m, phy, BMCR, BMCR_LOOPBACK | BMCR_FULL | speed);
    int back = bringup_mdio_read(m, phy, BMCR);
    if (!set || back != (BMCR_LOOPBACK | BMCR_FULL | speed)) {
        bringup_tell(&s->b, FAIL, pins, "the step \"PHY\"; MDC and MDIO with its pull-up",
                     "the PHY does not take its loopback mode: register 0 reads %04x",
                     (unsigned)back & 0xffff);
        return false;
    }
    return set_up(s, false, mbps) && check_rxc(s, pins, mbps) && check_pins(s, pins, mbps) &&
           frames(s, loop, pins_next);
}

static bool check_phy_loops(struct selftest *s)
{
    uint16_t id[2];
    s->phy = bringup_mdio_find(&s->b.machine, id);
    if (s->phy < 0) {
        bool model = !s->b.options->usb && !s->b.machine.board;
        bringup_tell(&s->b, model ? SKIP : FAIL, "pins",
                     "supply, reset and clock of the PHY, then MDC and MDIO with its pull-up",
                     "no PHY answers on MDIO, so none can be told to send back what it gets");
        return model;
    }
    bool good = !s->gigabit || near_end(s, 1000);
    return good && near_end(s, 100) && near_end(s, 10);
}

/* ---- the plug ---- */

/* A plug does not negotiate: 100 Mb/s, both directions, by hand. */
static bool link_up(struct selftest *s)
{
    struct machine *m = &s->b.machine;
    bool up = s->phy < 0;
    if (s->phy >= 0)
        bringup_mdio_write(m, (unsigned)s->phy, BMCR, BMCR_100 | BMCR_FULL);
    for (unsigned i = 0; !up && i < LINK_TRIES; i++) {
        int status = bringup_mdio_read(m, (unsigned)s->phy, BMSR);
        up = status >= 0 && status & BMSR_LINK;
        bringup_wait(m, by_device(s, LINK_USB_NS, LINK_MODEL_NS));
    }
    return up;
}

static bool check_plug(struct selftest *s)
{
    const char *next =
        "what is on the cable: a loopback plug (pins 1-3, 2-6) or nothing at all with "
        "--loopback; then magnetics and the PHY's supply";
    if (!link_up(s)) {
        bringup_tell(&s->b, FAIL, "plug", next, "no link at 100 Mb/s set by hand");
        return false;
    }
    return set_up(s, false, s->phy < 0 && s->gigabit ? 1000 : 100) && frames(s, "plug", next);
}

/* ---- rate and delay, over the loop that was last ---- */

static void check_speed(struct selftest *s)
{
    struct traffic *t = &s->traffic;
    uint64_t stall_ns = by_device(s, STALL_USB_NS, STALL_MODEL_NS);
    traffic_run(t, frames_of(s, RATE_FRAMES), LONGEST, LONGEST, TRAFFIC_WINDOW, stall_ns);
    if (traffic_good(t))
        bringup_tell(&s->b, PASS, "rate", NULL, "%.1f Mb/s there and back, in %s time",
                     (double)t->octets * 8e3 / (double)t->ns,
                     s->b.options->usb ? "real" : "the device's");
    else
        tell_traffic(s, "rate", pins_next);
    traffic_run(t, frames_of(s, DELAY_FRAMES), SHORTEST, SHORTEST, 1, stall_ns);
    if (traffic_good(t))
        bringup_tell(&s->b, PASS, "delay", NULL,
                     "one frame at a time: half within %.1f us, all within %.1f us",
                     (double)histogram_quantile(&t->latency, 0.5) / 1e3,
                     (double)t->latency.max / 1e3);
    else
        tell_traffic(s, "delay", pins_next);
}

/* ---- all of it ---- */

/* Stops where a step failed that the next ones stand on. The PHY is left as its reset leaves it. */
static void run(struct selftest *s)
{
    struct machine *m = &s->b.machine;
    uint32_t caps = 0, errors = 0;
    machine_read(m, NIC_USB_ERRORS_ADDR, &errors, 1);
    machine_read(m, NIC_CAPS_ADDR, &caps, 1);
    s->tx_mhz = (caps & NIC_CAPS_TX_MHZ_MASK) >> NIC_CAPS_TX_MHZ_SHIFT;
    s->gigabit = s->tx_mhz >= 125;
    if (caps & NIC_CAPS_USB_HS_MASK && s->usb_mbps == 12)
        bringup_tell(
            &s->b, FAIL, "USB speed",
            "a port and hub for high speed; then the USB PHY: its clock, RBIAS and crystal, "
            "which its chirp needs",
            "12 Mb/s, and the device can do 480");
    check_clocks(s);
    unsigned best = s->gigabit ? 1000 : 100;
    bool good = set_up(s, true, best) &&
                frames(s, "MAC loop",
                       "the bitstream's timing report, then the RTL: no pin takes part in this");
    if (good) {
        good = check_phy_loops(s);
        if (good && !s->b.options->loopback)
            good = check_plug(s);
        else if (good)
            set_up(s, true, best);
        if (s->phy >= 0 && (s->b.options->loopback || !good))
            bringup_mdio_write(m, (unsigned)s->phy, BMCR, BMCR_RESET);
    }
    if (good)
        check_speed(s);
    if (good && s->phy >= 0 && !s->b.options->loopback)
        bringup_mdio_write(m, (unsigned)s->phy, BMCR, BMCR_RESET);
    check_usb_errors(s, errors);
}

static int self_test(struct selftest *s, const struct selftest_fault *fault)
{
    const struct options *o = s->b.options;
    struct machine_options options = {
        .device = o->device,
        .usb = o->usb ? &o->match : NULL,
        .seed = o->seed,
        .wire = s->plug,
        .core = {.in_phase = true},
        .board = {.in_phase = true, .wiring = fault->wiring},
        .handlers = traffic_handlers(&s->traffic),
    };
    s->traffic.machine = &s->b.machine;
    int code = machine_start(&s->b.machine, &options);
    if (code) {
        bringup_tell(&s->b, FAIL, "device", "unplug the device and plug it in again",
                     "without firmware: %s", s->b.machine.message);
        return code;
    }
    run(s);
    machine_stop(&s->b.machine);
    return 0;
}

int command_selftest(const struct options *o)
{
    struct selftest_fault fault = {0};
    if (!strcmp(o->device, "null"))
        return complain(EXIT_USAGE, "the null device has nothing to test");
    int code = selftest_fault_take(o, &fault);
    struct selftest *s = code ? NULL : calloc(1, sizeof *s);
    if (code)
        return code;
    s->plug = s ? selftest_fault_plug(&fault) : NULL;
    if (!s || !s->plug) {
        free(s);
        return complain(EXIT_FAILED, "out of memory");
    }
    s->b.options = o;
    s->b.wiring = fault.wiring;
    s->b.steps = o->json ? json_array() : NULL;
    s->phy = -1;
    check_usb(s);
    code = bringup_look(&s->b);
    if (!code && s->b.usable)
        code = self_test(s, &fault);
    code = bringup_end(&s->b, code);
    wire_port_close(s->plug);
    free(s);
    return code;
}
