/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that look at a device through the driver: info, regs. */
#include "machine.h"
#include "tool.h"

#define NIC_REGS_TABLES
#include "nic_oid.h"
#include "nic_regs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REGISTERS (sizeof nic_registers / sizeof *nic_registers)

static uint32_t field(uint32_t word, uint32_t mask, unsigned shift)
{
    return (word & mask) >> shift;
}

static void nothing_sent(void *context, ULONG number, NDIS_STATUS status)
{
    (void)context;
    (void)number;
    (void)status;
}

/* Machine with nothing plugged in, for looking at it. */
static int start(struct machine *m, const struct options *o)
{
    struct machine_options options = {
        .device = o->device,
        .usb = o->usb ? &o->match : NULL,
        .seed = o->seed,
        .core = {.in_phase = true},
        .board = {.in_phase = true},
        .mbps = o->mbps,
        .handlers.completed = nothing_sent,
    };
    int code = firmware_choose(o, &options);
    if (code)
        return code;
    code = machine_start(m, &options);
    return code ? complain(code, "%s", m->message) : 0;
}

static int no_answer(struct machine *m, const char *what)
{
    machine_stop(m);
    return complain(EXIT_FAILED, "the driver does not tell %s", what);
}

/* ---- info ---- */

struct info {
    uint32_t word[5]; /* ID, MAP_HASH, LIMITS, BUFFERS, CAPS */
    uint32_t link;
    uint8_t address[6];
    struct nic_oid_driver driver;
};

static void print_info(const struct options *o, const struct info *i)
{
    const uint8_t *a = i->address;
    static const char *const speeds[] = {"10", "100", "1000", "?"};
    uint32_t limits = i->word[2], buffers = i->word[3], caps = i->word[4];
    char address[20];
    snprintf(address, sizeof address, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3], a[4],
             a[5]);
    uint32_t max_frame = field(limits, NIC_LIMITS_MAX_FRAME_MASK, NIC_LIMITS_MAX_FRAME_SHIFT);
    uint32_t depth = field(limits, NIC_LIMITS_DESC_DEPTH_MASK, NIC_LIMITS_DESC_DEPTH_SHIFT);
    uint32_t tx = 256 * field(buffers, NIC_BUFFERS_TX_MASK, NIC_BUFFERS_TX_SHIFT);
    uint32_t rx = 256 * field(buffers, NIC_BUFFERS_RX_MASK, NIC_BUFFERS_RX_SHIFT);
    uint32_t filter = field(caps, NIC_CAPS_FILTER_ENTRIES_MASK, NIC_CAPS_FILTER_ENTRIES_SHIFT);
    uint32_t sys_mhz = field(caps, NIC_CAPS_SYS_MHZ_MASK, NIC_CAPS_SYS_MHZ_SHIFT);
    uint32_t tx_mhz = field(caps, NIC_CAPS_TX_MHZ_MASK, NIC_CAPS_TX_MHZ_SHIFT);
    bool up = i->link & NIC_LINK_UP_MASK;
    const char *speed = speeds[field(i->link, NIC_LINK_SPEED_MASK, NIC_LINK_SPEED_SHIFT)];
    if (o->json) {
        print_json(
            json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:b, s:i, s:i, s:i}",
                      "device", o->device, "address", address, "map_hash", (int)i->word[1],
                      "max_frame", (int)max_frame, "desc_depth", (int)depth, "tx_buffer", (int)tx,
                      "rx_buffer", (int)rx, "filter_entries", (int)filter, "sys_mhz", (int)sys_mhz,
                      "tx_mhz", (int)tx_mhz, "link_up", (int)up, "link_mbps", atoi(speed), "resets",
                      (int)i->driver.resets, "violations", (int)i->driver.violations));
        return;
    }
    printf("  device     %s, register map %08x, as the driver's\n", o->device, i->word[1]);
    printf("  address    %s\n", address);
    printf("  link       %s, %s Mb/s\n", up ? "up" : "down", speed);
    printf("  limits     frames of %u octets, %u descriptors, %u exact filter entries\n", max_frame,
           depth, filter);
    printf("  buffers    %u octets to send, %u received\n", tx, rx);
    printf("  clocks     sys %u MHz, tx %u MHz\n", sys_mhz, tx_mhz);
    printf("  driver     %u resets, %u violations by the device, %u hangs\n", i->driver.resets,
           i->driver.violations, i->driver.hangs);
}

int command_info(const struct options *o)
{
    struct machine m;
    struct info i;
    int code = start(&m, o);
    if (code)
        return code;
    if (!machine_read(&m, NIC_ID_ADDR, i.word, 5) || !machine_read(&m, NIC_LINK_ADDR, &i.link, 1) ||
        sender_query(m.sender, OID_802_3_CURRENT_ADDRESS, i.address, 6, NULL) !=
            NDIS_STATUS_SUCCESS ||
        sender_query(m.sender, OID_HILNIC_DRIVER, &i.driver, sizeof i.driver, NULL) !=
            NDIS_STATUS_SUCCESS)
        return no_answer(&m, "about the device");
    print_info(o, &i);
    machine_stop(&m);
    return EXIT_DONE;
}

/* ---- regs ---- */

/* What one operand asks for: NAME, ADDRESS or either with =VALUE. */
struct access {
    const struct nic_register *reg;
    uint32_t address; /* where the value goes */
    bool write;
    uint32_t value;
};

/* All of the text is an unsigned number that 32 bits hold. */
static bool number_of(const char *text, uint32_t *to)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 0);
    *to = (uint32_t)number;
    return *text >= '0' && *text <= '9' && !*end && !errno && number <= UINT32_MAX;
}

/* By name, or by the address of one of its words. */
static bool find_register(const char *name, struct access *a)
{
    uint32_t address;
    bool number = number_of(name, &address);
    for (unsigned i = 0; i < REGISTERS; i++) {
        const struct nic_register *r = &nic_registers[i];
        if (number
                ? address % 4 == 0 && address >= r->address && address < r->address + 4 * r->words
                : !strcasecmp(name, r->name)) {
            a->reg = r;
            a->address = number ? address : r->address;
            return true;
        }
    }
    return false;
}

static bool show_register(struct machine *m, const struct nic_register *r, json_t *json)
{
    uint32_t words[64];
    if (!strchr(r->access, 'r'))
        return true;
    if (r->words > 64 || !machine_read(m, r->address, words, r->words))
        return false;
    if (json) {
        json_t *values = json_array();
        for (uint32_t i = 0; i < r->words; i++)
            json_array_append_new(values, json_integer(words[i]));
        if (r->words == 1)
            json_object_set(json, r->name, json_array_get(values, 0));
        else
            json_object_set(json, r->name, values);
        json_decref(values);
        return true;
    }
    for (uint32_t i = 0; i < r->words; i++) {
        if (r->words == 1)
            printf("  %04x  %08x  %s\n", r->address, words[i], r->name);
        else if (i == 0 || words[i])
            printf("  %04x  %08x  %s[%u]\n", r->address + 4 * i, words[i], r->name, i);
    }
    return true;
}

/* 0, or the exit code, complained; the device is not asked. */
static int take_operand(const char *word, struct access *a)
{
    char name[40];
    const char *equals = strchr(word, '=');
    size_t n = equals ? (size_t)(equals - word) : strlen(word);
    snprintf(name, sizeof name, "%.*s", (int)n, word);
    if (n >= sizeof name || !find_register(name, a))
        return complain(EXIT_USAGE, "there is no register %.*s, see hilnic regs", (int)n, word);
    a->write = equals != NULL;
    if (equals && !number_of(equals + 1, &a->value))
        return complain(EXIT_USAGE, "%s takes a number of 32 bits, not %s", name, equals + 1);
    if (!strchr(a->reg->access, equals ? 'w' : 'r'))
        return complain(EXIT_FAILED, "register %s cannot be %s", a->reg->name,
                        equals ? "written" : "read");
    return EXIT_DONE;
}

static int do_access(struct machine *m, const struct access *a, json_t *json)
{
    if (a->write && !machine_write(m, a->address, &a->value, 1))
        return complain(EXIT_FAILED, "the driver refused to write register %s", a->reg->name);
    if (!show_register(m, a->reg, json))
        return complain(EXIT_FAILED, "the driver refused to read register %s", a->reg->name);
    return EXIT_DONE;
}

/* Every register that this device has. */
static int show_all(struct machine *m, json_t *json)
{
    uint32_t caps;
    if (!machine_read(m, NIC_CAPS_ADDR, &caps, 1))
        return complain(EXIT_FAILED, "the driver refused to read register CAPS");
    for (unsigned i = 0; i < REGISTERS; i++)
        if (!(nic_registers[i].needs & ~caps) && !show_register(m, &nic_registers[i], json))
            return complain(EXIT_FAILED, "the driver refused to read register %s",
                            nic_registers[i].name);
    return EXIT_DONE;
}

static int run_regs(const struct options *o, const struct access *accesses)
{
    struct machine m;
    int code = start(&m, o);
    if (code)
        return code;
    json_t *json = o->json ? json_object() : NULL;
    for (int i = 0; i < o->operand_count && !code; i++)
        code = do_access(&m, &accesses[i], json);
    if (!o->operand_count)
        code = show_all(&m, json);
    machine_stop(&m);
    if (json && !code)
        print_json(json);
    else
        json_decref(json);
    return code;
}

/* Nothing is written unless every operand is good. */
int command_regs(const struct options *o)
{
    int code = EXIT_DONE;
    if (!strcmp(o->device, "null"))
        return complain(EXIT_USAGE, "the null device has no registers to show");
    struct access *accesses = calloc((size_t)o->operand_count + 1, sizeof *accesses);
    if (!accesses)
        return complain(EXIT_FAILED, "out of memory");
    for (int i = 0; i < o->operand_count && !code; i++)
        code = take_operand(o->operands[i], &accesses[i]);
    if (!code)
        code = run_regs(o, accesses);
    free(accesses);
    return code;
}
