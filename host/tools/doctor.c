/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic doctor: bring-up in steps, from the USB device to a plug on the cable, each with a verdict and, when it fails, what to try
 * next. The same on a model and on a board. Steps behind a failed one that they stand on are left out.
 */
#include "machine.h"
#include "nic_oid.h"
#include "nic_regs.h"
#include "replay.h"
#include "tool.h"
#include "wire.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES          100
#define SHORTEST        60
#define CLOCK_USB_NS    500000000ull /* between two looks at the device's clock */
#define CLOCK_MODEL_NS  2000000ull
#define CLOCK_PER_MILLE 10
#define MDIO_POLLS      100
#define PATTERNS        64

enum verdict { PASS, FAIL, SKIP };

struct doctor {
    const struct options *options;
    struct machine machine;
    json_t *steps; /* NULL: text */
    unsigned failed;
};

static void tell(struct doctor *d, enum verdict verdict, const char *step, const char *next,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

/* `next`: what to try; printed when the step failed. */
static void tell(struct doctor *d, enum verdict verdict, const char *step, const char *next,
                 const char *format, ...)
{
    static const char *const words[] = {"PASS", "FAIL", "skip"};
    char text[MACHINE_MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    d->failed += verdict == FAIL;
    if (d->steps) {
        json_array_append_new(d->steps, json_pack("{s:s, s:s, s:s, s:s*}", "step", step, "verdict",
                                                  words[verdict], "text", text, "next",
                                                  verdict == FAIL ? next : NULL));
        return;
    }
    if (tool_quiet && verdict != FAIL)
        return;
    fputs("  ", stdout);
    if (verdict == SKIP)
        fputs(words[verdict], stdout);
    else
        print_verdict(stdout, verdict == PASS, words[verdict]);
    printf("  %-10s %s\n", step, text);
    if (verdict == FAIL)
        printf("                   next: %s\n", next);
    fflush(stdout);
}

/* ---- registers ---- */

static bool patterns(struct machine *m, uint32_t *sent, uint32_t *back)
{
    uint32_t zero[2] = {0};
    for (unsigned i = 0; i < 2 * PATTERNS; i++) {
        uint64_t bit = 1ull << i % 64, word = i < 64 ? bit : ~bit;
        sent[0] = (uint32_t)word;
        sent[1] = (uint32_t)(word >> 32);
        if (!machine_write(m, NIC_HASH_ADDR, sent, 2) || !machine_read(m, NIC_HASH_ADDR, back, 2))
            return false;
        if (memcmp(sent, back, 8))
            return true;
    }
    return machine_write(m, NIC_HASH_ADDR, zero, 2);
}

/* The multicast hash is 64 bits that nothing depends on while the filter is promiscuous. */
static bool check_registers(struct doctor *d)
{
    const char *next =
        "look for stuck or swapped data lines between the FPGA and its USB PHY, then "
        "at the timing report of the bitstream";
    uint32_t sent[2] = {0}, back[2] = {0};
    if (!patterns(&d->machine, sent, back))
        tell(d, FAIL, "registers", next, "an access was not answered");
    else if (memcmp(sent, back, 8))
        tell(d, FAIL, "registers", next, "wrote %08x%08x, read %08x%08x", sent[1], sent[0], back[1],
             back[0]);
    else
        tell(d, PASS, "registers", NULL, "a walking one and a walking zero read back, 64 bits");
    return !d->failed;
}

static bool device_time(struct machine *m, uint64_t *device_ns, uint64_t *host_ns)
{
    uint32_t words[2];
    uint64_t before = machine_now_ns(m);
    if (!machine_read(m, NIC_TIME_LO_ADDR, words, 2))
        return false;
    *host_ns = before + (machine_now_ns(m) - before) / 2;
    *device_ns = words[0] | (uint64_t)words[1] << 32;
    return true;
}

static void check_clock(struct doctor *d, uint32_t caps)
{
    static volatile bool never;
    struct machine *m = &d->machine;
    uint64_t device[2] = {0}, host[2] = {0};
    bool told = device_time(m, &device[0], &host[0]);
    machine_run(m, &never, machine_now_ns(m) + (d->options->usb ? CLOCK_USB_NS : CLOCK_MODEL_NS));
    told = told && device_time(m, &device[1], &host[1]) && host[1] > host[0];
    double off =
        told ? ((double)(device[1] - device[0]) / (double)(host[1] - host[0]) - 1) * 1000 : 0;
    uint32_t mhz = (caps & NIC_CAPS_TX_MHZ_MASK) >> NIC_CAPS_TX_MHZ_SHIFT;
    if (!told || off > CLOCK_PER_MILLE || off < -CLOCK_PER_MILLE)
        tell(d, FAIL, "clock",
             "check the oscillator and the PLL of the transmit clock; on RMII, that the PHY gives "
             "REF_CLK; a "
             "model behind hilnic serve is slower than the wall",
             told ? "the device's %u MHz are off by %+.0f per mille"
                  : "the device's %u MHz do not run",
             mhz, off);
    else
        tell(d, PASS, "clock", NULL, "%u MHz, within one per cent of the host's", mhz);
}

/* ---- PHY ---- */

/* Data of a PHY register, or -1: nobody answers, -2: no access. */
static int mdio_read(struct machine *m, unsigned phy, unsigned number)
{
    uint32_t control = number | phy << NIC_MDIO_CTRL_PHY_SHIFT, start = 1, status;
    if (!machine_write(m, NIC_MDIO_CTRL_ADDR, &control, 1) ||
        !machine_write(m, NIC_MDIO_START_ADDR, &start, 1))
        return -2;
    for (unsigned i = 0; i < MDIO_POLLS; i++) {
        if (!machine_read(m, NIC_MDIO_STATUS_ADDR, &status, 1))
            return -2;
        if (status & NIC_MDIO_STATUS_BUSY_MASK)
            continue;
        if (status & NIC_MDIO_STATUS_NO_ANSWER_MASK)
            return -1;
        return (int)(status >> NIC_MDIO_STATUS_DATA_SHIFT);
    }
    return -2;
}

static const char *phy_name(int id1, int id2)
{
    if (id1 == 0x0022 && (id2 & 0xfff0) == 0x1620)
        return "KSZ9031";
    if (id1 == 0x0007 && (id2 & 0xfff0) == 0xc0f0)
        return "LAN8720A";
    if (id1 == 0x0362 && (id2 & 0xfff0) == 0x5e60)
        return "B50612D";
    return "unknown, treated as a standard one";
}

static bool mail(struct machine *m, ULONG request, ULONG argument, struct nic_oid_mail *answer)
{
    *answer = (struct nic_oid_mail){.request = request, .argument = argument};
    return sender_query(m->sender, OID_HILNIC_MAIL, answer, sizeof *answer, NULL) ==
               NDIS_STATUS_SUCCESS &&
           answer->result == NIC_MAIL_RESULT_OK;
}

static const char *link_word(int status)
{
    return status >= 0 && status & 4 ? "up" : "down";
}

/* MDIO is the firmware's while it runs. */
static void check_phy_by_firmware(struct doctor *d)
{
    struct nic_oid_mail answer, status;
    if (!mail(&d->machine, NIC_MAIL_REQUEST_PHY, 0, &answer) ||
        !mail(&d->machine, NIC_MAIL_REQUEST_READ, 1, &status)) {
        tell(d, FAIL, "PHY",
             "check supply and reset of the PHY, then MDC and MDIO with its pull-up",
             "the firmware finds none, or it does not answer");
        return;
    }
    int id1 = (int)(answer.answer[0] & 0xffff), id2 = (int)(answer.answer[0] >> 16);
    tell(d, PASS, "PHY", NULL, "address %u, %04x:%04x, %s, its link is %s",
         (unsigned)(answer.answer[1] & NIC_HEARTBEAT_ADDRESS_MASK) >> NIC_HEARTBEAT_ADDRESS_SHIFT,
         (unsigned)id1, (unsigned)id2, phy_name(id1, id2), link_word((int)status.answer[0]));
}

/* True: it runs. */
static bool check_firmware(struct doctor *d, uint32_t caps)
{
    struct nic_oid_driver driver = {0};
    if (!(caps & NIC_CAPS_PROCESSOR_MASK))
        return false;
    sender_query(d->machine.sender, OID_HILNIC_DRIVER, &driver, sizeof driver, NULL);
    if (driver.firmware)
        tell(d, PASS, "firmware", NULL, "it runs and follows the PHY");
    else if (d->options->mbps || d->options->firmware)
        tell(d, SKIP, "firmware", NULL, "none was asked for, or it does not start");
    else
        tell(d, FAIL, "firmware", "the bitstream's timing report for sys, then --firmware none",
             "it does not start");
    return driver.firmware;
}

static void check_phy(struct doctor *d)
{
    const char *next = "check supply and reset of the PHY, then MDC and MDIO with its pull-up";
    bool model = !d->options->usb;
    for (unsigned phy = 0; phy < 32; phy++) {
        int id1 = mdio_read(&d->machine, phy, 2);
        if (id1 == -2) {
            tell(d, FAIL, "PHY", next, "the MDIO controller does not finish");
            return;
        }
        if (id1 < 0 || id1 == 0xffff || id1 == 0)
            continue;
        int id2 = mdio_read(&d->machine, phy, 3), status = mdio_read(&d->machine, phy, 1);
        if (status >= 0) /* the link bit latches low (IEEE 802.3, 22.2.4.2.13) */
            status = mdio_read(&d->machine, phy, 1);
        tell(d, PASS, "PHY", NULL, "address %u, %04x:%04x, %s, its link is %s", phy, (unsigned)id1,
             (unsigned)id2 & 0xffff, phy_name(id1, id2), link_word(status));
        return;
    }
    tell(d, model ? SKIP : FAIL, "PHY", next, "nobody answers on MDIO%s",
         model ? "; the model has no PHY there" : "");
}

static void check_link(struct doctor *d)
{
    static const char *const speeds[] = {"10", "100", "1000", "?"};
    uint32_t link = 0;
    if (!machine_read(&d->machine, NIC_LINK_ADDR, &link, 1) || !(link & NIC_LINK_UP_MASK))
        tell(d, FAIL, "link", "plug the cable in, and look at the PHY step", "down");
    else
        tell(d, PASS, "link", NULL, "up, %s Mb/s",
             speeds[(link & NIC_LINK_SPEED_MASK) >> NIC_LINK_SPEED_SHIFT]);
}

/* ---- frames ---- */

static bool capture_make(struct capture *c, uint64_t seed)
{
    static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0d};
    uint32_t longest = 1514;
    c->count = FRAMES;
    c->frames = calloc(FRAMES, sizeof *c->frames);
    c->storage = calloc(FRAMES, longest);
    for (uint32_t i = 0; i < FRAMES && c->frames && c->storage; i++) {
        uint32_t length = SHORTEST + i * (longest - SHORTEST) / (FRAMES - 1);
        wire_pattern_fill(c->storage + i * longest, length, destination, seed, i);
        c->frames[i] = (struct capture_frame){.octets = c->storage + i * longest, .length = length};
    }
    return c->frames && c->storage;
}

static void check_frames(struct doctor *d, const char *step, bool inside, const char *next)
{
    struct capture capture = {0};
    struct replay_result r;
    struct options o = *d->options;
    o.loopback = inside;
    o.rate = "max";
    o.output = NULL;
    int code = EXIT_FAILED;
    if (capture_make(&capture, o.seed))
        code = replay_run(&o, step, &capture, &r, NULL);
    free(capture.frames);
    free(capture.storage);
    if (code)
        tell(d, FAIL, step, next, "it could not be run");
    else if (replay_good(&r))
        tell(d, PASS, step, NULL, "%u frames of %u to 1514 octets, %.0f frames/s of %s time",
             r.received, SHORTEST,
             (double)r.received / (o.usb ? r.wall_s : 1e-9 * (double)r.model_ns),
             o.usb ? "real" : "its");
    else
        tell(d, FAIL, step, next,
             "of %u frames %u completed well, %u with an error, %u came back: %u lost, %u doubled, "
             "%u out of order, "
             "%u damaged",
             r.sent, r.completed_ok, r.completed_error, r.received, r.lost, r.duplicated,
             r.out_of_order, r.corrupted);
}

/* ---- all of it ---- */

static int look(struct doctor *d)
{
    struct machine_options options = {
        .device = d->options->device,
        .usb = d->options->usb ? &d->options->match : NULL,
        .seed = d->options->seed,
        .core = {.in_phase = true},
        .board = {.in_phase = true},
        .mbps = d->options->mbps,
    };
    uint32_t words[5] = {0}; /* ID, MAP_HASH, LIMITS, BUFFERS, CAPS */
    int code = firmware_choose(d->options, &options);
    if (code)
        return code;
    code = machine_start(&d->machine, &options);
    if (code) {
        tell(d, FAIL, "device",
             code == EXIT_MISMATCH
                 ? "load the bitstream that was built from the same sources as this program"
                 : "hilnic list shows the devices and why one does not open",
             "%s", d->machine.message);
        return code;
    }
    if (!machine_read(&d->machine, NIC_ID_ADDR, words, 5)) {
        tell(d, FAIL, "device", "unplug the device and plug it in again", "it does not answer");
        machine_stop(&d->machine);
        return EXIT_FAILED;
    }
    tell(d, PASS, "device", NULL, "%s, %s speed, register map %08x, as the driver's",
         d->options->device, words[4] & NIC_CAPS_USB_HS_MASK ? "high" : "full", words[1]);
    if (check_registers(d)) {
        check_clock(d, words[4]);
        if (check_firmware(d, words[4]))
            check_phy_by_firmware(d);
        else
            check_phy(d);
        check_link(d);
    }
    machine_stop(&d->machine);
    if (d->machine.findings)
        tell(d, FAIL, "driver", "please report this", "it broke %u rules of NDIS",
             d->machine.findings);
    return 0;
}

int command_doctor(const struct options *o)
{
    struct doctor d = {.options = o, .steps = o->json ? json_array() : NULL};
    if (!strcmp(o->device, "null"))
        return complain(EXIT_USAGE, "the null device has nothing to look at");
    int code = look(&d);
    if (!code && !d.failed) {
        check_frames(&d, "loopback", true,
                     "the bitstream's timing report, then the RTL: no pin takes part in this");
        if (!d.failed && !o->loopback)
            check_frames(&d, "plug", false,
                         "put a loopback plug on the cable, or leave this step out by --loopback; "
                         "then pins, delays and clocks between "
                         "FPGA and PHY");
    }
    if (d.steps)
        print_json(json_pack("{s:s, s:o, s:b}", "device", o->device, "steps", d.steps, "ok",
                             !code && !d.failed));
    else if (!tool_quiet) {
        print_verdict(stdout, !code && !d.failed,
                      !code && !d.failed ? "Nothing wrong was found." : "FAILED: see above.");
        putchar('\n');
    }
    return code ? code : d.failed ? EXIT_FAILED : EXIT_DONE;
}
