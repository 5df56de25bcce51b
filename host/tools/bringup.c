/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a bring-up that doctor and selftest share, from the USB device to the link, see bringup.h. */
#include "bringup.h"

#include "nic_oid.h"
#include "nic_regs.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLOCK_USB_NS    500000000ull /* between two looks at the device's clock */
#define CLOCK_MODEL_NS  2000000ull
#define CLOCK_PER_MILLE 10
#define MDIO_POLLS      100
#define PATTERNS        64

void bringup_tell(struct bringup *d, enum verdict verdict, const char *step, const char *next,
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
static bool check_registers(struct bringup *d)
{
    const char *next =
        "look for stuck or swapped data lines between the FPGA and its USB PHY, then "
        "at the timing report of the bitstream";
    uint32_t sent[2] = {0}, back[2] = {0};
    if (!patterns(&d->machine, sent, back))
        bringup_tell(d, FAIL, "registers", next, "an access was not answered");
    else if (memcmp(sent, back, 8))
        bringup_tell(d, FAIL, "registers", next, "wrote %08x%08x, read %08x%08x", sent[1], sent[0],
                     back[1], back[0]);
    else
        bringup_tell(d, PASS, "registers", NULL,
                     "a walking one and a walking zero read back, 64 bits");
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

void bringup_wait(struct machine *m, uint64_t ns)
{
    static volatile bool never;
    machine_run(m, &never, machine_now_ns(m) + ns);
}

static void check_clock(struct bringup *d, uint32_t caps)
{
    struct machine *m = &d->machine;
    uint64_t device[2] = {0}, host[2] = {0};
    bool told = device_time(m, &device[0], &host[0]);
    bringup_wait(m, d->options->usb ? CLOCK_USB_NS : CLOCK_MODEL_NS);
    told = told && device_time(m, &device[1], &host[1]) && host[1] > host[0];
    double off =
        told ? ((double)(device[1] - device[0]) / (double)(host[1] - host[0]) - 1) * 1000 : 0;
    uint32_t mhz = (caps & NIC_CAPS_TX_MHZ_MASK) >> NIC_CAPS_TX_MHZ_SHIFT;
    if (!told || off > CLOCK_PER_MILLE || off < -CLOCK_PER_MILLE)
        bringup_tell(
            d, FAIL, "clock",
            "check the oscillator and the PLL of the transmit clock; on RMII, that the PHY gives "
            "REF_CLK; a "
            "model behind hilnic serve is slower than the wall",
            told ? "the device's %u MHz are off by %+.0f per mille"
                 : "the device's %u MHz do not run",
            mhz, off);
    else
        bringup_tell(d, PASS, "clock", NULL, "%u MHz, within one per cent of the host's", mhz);
}

/* ---- PHY ---- */

/* The word of MDIO_STATUS when the frame is over; false: no access, or it does not end. */
static bool mdio_frame(struct machine *m, uint32_t control, uint32_t *status)
{
    uint32_t start = 1;
    if (!machine_write(m, NIC_MDIO_CTRL_ADDR, &control, 1) ||
        !machine_write(m, NIC_MDIO_START_ADDR, &start, 1))
        return false;
    for (unsigned i = 0; i < MDIO_POLLS; i++) {
        if (!machine_read(m, NIC_MDIO_STATUS_ADDR, status, 1))
            return false;
        if (!(*status & NIC_MDIO_STATUS_BUSY_MASK))
            return true;
    }
    return false;
}

int bringup_mdio_read(struct machine *m, unsigned phy, unsigned number)
{
    uint32_t status;
    if (!mdio_frame(m, number | phy << NIC_MDIO_CTRL_PHY_SHIFT, &status))
        return -2;
    return status & NIC_MDIO_STATUS_NO_ANSWER_MASK ? -1
                                                   : (int)(status >> NIC_MDIO_STATUS_DATA_SHIFT);
}

bool bringup_mdio_write(struct machine *m, unsigned phy, unsigned number, uint16_t value)
{
    uint32_t data = value, status;
    return machine_write(m, NIC_MDIO_DATA_ADDR, &data, 1) &&
           mdio_frame(m, number | phy << NIC_MDIO_CTRL_PHY_SHIFT | 1u << NIC_MDIO_CTRL_WRITE_SHIFT,
                      &status);
}

int bringup_mdio_find(struct machine *m, uint16_t id[2])
{
    for (unsigned i = 1; i <= 32; i++) { /* address 0 may be an echo of another one */
        unsigned phy = i & 31;
        int id1 = bringup_mdio_read(m, phy, 2);
        if (id1 == -2)
            return -2;
        if (id1 <= 0 || id1 == 0xffff)
            continue;
        id[0] = (uint16_t)id1;
        id[1] = (uint16_t)bringup_mdio_read(m, phy, 3);
        return (int)phy;
    }
    return -1;
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
static void check_phy_by_firmware(struct bringup *d)
{
    struct nic_oid_mail answer, status;
    if (!mail(&d->machine, NIC_MAIL_REQUEST_PHY, 0, &answer) ||
        !mail(&d->machine, NIC_MAIL_REQUEST_READ, 1, &status)) {
        bringup_tell(d, FAIL, "PHY",
                     "check supply and reset of the PHY, then MDC and MDIO with its pull-up",
                     "the firmware finds none, or it does not answer");
        return;
    }
    int id1 = (int)(answer.answer[0] & 0xffff), id2 = (int)(answer.answer[0] >> 16);
    bringup_tell(
        d, PASS, "PHY", NULL, "address %u, %04x:%04x, %s, its link is %s",
        (unsigned)(answer.answer[1] & NIC_HEARTBEAT_ADDRESS_MASK) >> NIC_HEARTBEAT_ADDRESS_SHIFT,
        (unsigned)id1, (unsigned)id2, phy_name(id1, id2), link_word((int)status.answer[0]));
}

/* True: it runs. */
static bool check_firmware(struct bringup *d, uint32_t caps)
{
    struct nic_oid_driver driver = {0};
    if (!(caps & NIC_CAPS_PROCESSOR_MASK))
        return false;
    sender_query(d->machine.sender, OID_HILNIC_DRIVER, &driver, sizeof driver, NULL);
    if (driver.firmware)
        bringup_tell(d, PASS, "firmware", NULL, "it runs and follows the PHY");
    else if (d->options->mbps || d->options->firmware)
        bringup_tell(d, SKIP, "firmware", NULL, "none was asked for, or it does not start");
    else
        bringup_tell(d, FAIL, "firmware",
                     "the bitstream's timing report for sys, then --firmware none",
                     "it does not start");
    return driver.firmware;
}

static void check_phy(struct bringup *d)
{
    const char *next = "check supply and reset of the PHY, then MDC and MDIO with its pull-up";
    bool model = !d->options->usb && !d->machine.board;
    uint16_t id[2];
    int phy = bringup_mdio_find(&d->machine, id), status;
    if (phy == -2) {
        bringup_tell(d, FAIL, "PHY", next, "the MDIO controller does not finish");
        return;
    }
    if (phy < 0) {
        bringup_tell(d, model ? SKIP : FAIL, "PHY", next, "nobody answers on MDIO%s",
                     model ? "; the model has no PHY there" : "");
        return;
    }
    /* The link bit latches low (IEEE 802.3, 22.2.4.2.13). */
    bringup_mdio_read(&d->machine, (unsigned)phy, 1);
    status = bringup_mdio_read(&d->machine, (unsigned)phy, 1);
    bringup_tell(d, PASS, "PHY", NULL, "address %d, %04x:%04x, %s, its link is %s", phy, id[0],
                 id[1], phy_name(id[0], id[1]), link_word(status));
}

static void check_link(struct bringup *d)
{
    static const char *const speeds[] = {"10", "100", "1000", "?"};
    uint32_t link = 0;
    if (!machine_read(&d->machine, NIC_LINK_ADDR, &link, 1) || !(link & NIC_LINK_UP_MASK))
        bringup_tell(d, FAIL, "link", "plug the cable in, and look at the PHY step", "down");
    else
        bringup_tell(d, PASS, "link", NULL, "up, %s Mb/s",
                     speeds[(link & NIC_LINK_SPEED_MASK) >> NIC_LINK_SPEED_SHIFT]);
}

/* ---- all of it ---- */

int bringup_look(struct bringup *d)
{
    struct machine_options options = {
        .device = d->options->device,
        .usb = d->options->usb ? &d->options->match : NULL,
        .seed = d->options->seed,
        .core = {.in_phase = true},
        .board = {.in_phase = true, .wiring = d->wiring},
        .mbps = d->options->mbps,
    };
    uint32_t words[5] = {0}; /* ID, MAP_HASH, LIMITS, BUFFERS, CAPS */
    int code = firmware_choose(d->options, &options);
    if (code)
        return code;
    code = machine_start(&d->machine, &options);
    if (code == EXIT_USAGE)
        return complain(code, "%s", d->machine.message);
    if (code) {
        bringup_tell(d, FAIL, "device",
                     code == EXIT_MISMATCH && options.firmware_asked
                         ? "leave out --firmware: this program brings the one that fits"
                     : code == EXIT_MISMATCH
                         ? "load the bitstream that was built from the same sources as this program"
                         : "hilnic list shows the devices and why one does not open",
                     "%s", d->machine.message);
        return code;
    }
    if (!machine_read(&d->machine, NIC_ID_ADDR, words, 5)) {
        bringup_tell(d, FAIL, "device", "unplug the device and plug it in again",
                     "it does not answer");
        machine_stop(&d->machine);
        return EXIT_FAILED;
    }
    bringup_tell(d, PASS, "device", NULL, "%s, %s speed, register map %08x, as the driver's",
                 d->options->device, words[4] & NIC_CAPS_USB_HS_MASK ? "high" : "full", words[1]);
    if (check_registers(d)) {
        d->usable = true;
        check_clock(d, words[4]);
        if (check_firmware(d, words[4]))
            check_phy_by_firmware(d);
        else
            check_phy(d);
        check_link(d);
    }
    machine_stop(&d->machine);
    if (d->machine.findings)
        bringup_tell(d, FAIL, "driver", "please report this", "it broke %u rules of NDIS",
                     d->machine.findings);
    return 0;
}

int bringup_end(struct bringup *d, int code)
{
    bool ok = !code && !d->failed;
    if (code && !d->failed) {
        json_decref(d->steps);
        return code; /* complained, before there was a verdict */
    }
    if (d->steps)
        print_json(json_pack("{s:s, s:o, s:b}", "device", d->options->device, "steps", d->steps,
                             "ok", ok));
    else if (!tool_quiet) {
        print_verdict(stdout, ok, ok ? "Nothing wrong was found." : "FAILED: see above.");
        putchar('\n');
    }
    return code ? code : ok ? EXIT_DONE : EXIT_FAILED;
}
