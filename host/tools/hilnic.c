/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: options, help and suggestions. What the commands do is in files of their own. */
#include "tool.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command commands[] = {
    {"replay", command_replay, "device read write mode rate loopback seed speed json",
     "  hilnic replay -r traffic.pcap                    send every frame, take it back from the "
     "wire, compare\n"
     "  hilnic replay -r traffic.pcap -w wire.pcap       and record what a listener on the wire "
     "saw\n"
     "  hilnic replay -r traffic.pcap --mode mixed --seed 7 --json\n\n"
     "Sends the frames of a capture through NDIS, miniport and device, with a plug on the wire "
     "that sends them back.\n"
     "  -r FILE            the capture to send, - for standard input\n"
     "  -w FILE            what was on the wire, without FCS, nanosecond times of the model, - for "
     "standard output\n"
     "  --device NAME      core: the Verilated nic_core (default); board:butterstick: with its USB "
     "device, from the ULPI\n"
     "                     pins on; board:ulx3s: full speed on three pins, RMII; soft: the same "
     "device in "
     "C;\n"
     "                     usb[:VID:PID[:SERIAL]]: a board with a plug or --loopback\n"
     "  --mode single      NdisSend, miniport with MiniportSend\n"
     "  --mode array       NdisSendPackets, miniport with MiniportSendPackets (default)\n"
     "  --mode mixed       both calls in turn, miniport with MiniportSendPackets\n"
     "  --rate max         as fast as device and receive buffer allow (default)\n"
     "  --rate recorded    at the distances of the capture\n"
     "  --loopback         inside the device, MAC TX to MAC RX: no plug, nothing on the wire\n"
     "  --speed MBPS       1000, 100 or 10 (default: the best that the device has)\n"
     "  --seed N           clock phases, start values, arrays of --mode mixed (default 1)\n"
     "  --json             one object for programs\n\n"
     "Exit code 0: every frame that an Ethernet can carry crossed exactly once, in order, byte for "
     "byte. Frames that none\n"
     "can carry (under 14 bytes, over the maximum) are refused by the driver, named, and do not "
     "count against that.\n"},
    {"bench", command_bench, "device mode size count loopback seed json",
     "  hilnic bench                                     64-byte frames through NDIS, driver and "
     "model and back\n"
     "  hilnic bench --size 1518 --count 20000\n"
     "  hilnic bench --device null                       the host side alone\n\n"
     "Measures frames and clocks per second of this machine's time.\n"
     "  --device NAME      core (default), board:butterstick, board:ulx3s, soft, null or usb\n"
     "  --size OCTETS      on the wire, destination address to FCS, 64..1518 (default 64)\n"
     "  --count N          frames (default 50000)\n"
     "  --mode, --loopback, --seed, --json as for replay\n"},
    {"info", command_info, "device seed json",
     "  hilnic info\n"
     "  hilnic info --device soft --json\n"
     "  hilnic info --device usb                         a board, see hilnic help list\n\n"
     "What the device is: limits, buffers, clocks, address, and what the driver thinks of it.\n"},
    {"regs", command_regs, "device seed json",
     "  hilnic regs                                      every register that can be read\n"
     "  hilnic regs LINK CTRL\n"
     "  hilnic regs IFG=20                               write, then show\n"
     "  hilnic regs --device usb ID                      of a board, see hilnic help list\n\n"
     "Device registers, through the driver, which resets the device when it starts. Names as in "
     "REGISTERS.md; also by address, as 0x40.\n"},
    {"stats", command_stats, "device read mode loopback seed json",
     "  hilnic stats -r traffic.pcap                     replay, then every counter of the device\n"
     "  hilnic stats --json\n\n"
     "Device counters, driver counters and NDIS counters.\n"},
    {"list", command_list, "device json",
     "  hilnic list                                      devices on USB, 1209:0001\n"
     "  hilnic list --device usb:1234:5678 --json        with other identifiers\n\n"
     "A line per device: identifiers, serial number, speed, bus-port, and whether it opens.\n"
     "  --device usb[:VID:PID[:SERIAL]]  VID and PID hexadecimal; replay, bench, info, regs, stats "
     "take it "
     "too\n"},
    {"doctor", command_doctor, "device loopback seed speed json",
     "  hilnic doctor --device usb                       a board with a loopback plug, step by "
     "step\n"
     "  hilnic doctor --device usb --loopback            without the plug: nothing on the wire\n"
     "  hilnic doctor --device board:ulx3s               the same on a model\n\n"
     "Device, registers, clock, PHY, link, frames through the device, frames through the plug: a "
     "verdict each, "
     "and what to try next\n"
     "when one fails. Exit code 0: nothing wrong was found.\n"
     "  --device, --loopback, --speed, --seed, --json as for replay\n"},
    {"serve", command_serve, "device usbip usbredir seed",
     "  hilnic serve --device soft                       for USB/IP clients on this machine\n"
     "  hilnic serve --device board:butterstick          the Verilated one, slower than the wall\n"
     "  hilnic serve --device soft --usbip 0.0.0.0:3240  and on others: USB/IP knows no "
     "password\n\n"
     "The device as a USB device, for usbip attach -r ADDRESS -b 1-1, or for QEMU with -chardev "
     "socket,id=c,host=ADDRESS,port=PORT\n"
     "-device usb-redir,chardev=c, until SIGINT or SIGTERM.\n"
     "  --usbip ADDRESS:PORT     default 127.0.0.1:3240; port 0: any, it is printed\n"
     "  --usbredir ADDRESS:PORT  usbredir instead of USB/IP\n"},
    {"up", command_up, "name wire owner persist mtu device mode seed speed json",
     "  hilnic up --wire tap:wire0                       interface hilnic0, other end of the "
     "cable: "
     "wire0\n"
     "  hilnic up --wire packet:eth1 --name nic0         the cable goes into eth1\n"
     "  hilnic up --device usb                           a board, with the cable that is in it\n"
     "  hilnic up --persist --owner alice                stays when the program ends; alice may "
     "use "
     "it\n\n"
     "A Linux interface (TAP) whose frames go through NDIS, driver and device. Runs until SIGTERM "
     "or SIGINT, then finishes\n"
     "what is in flight. The filter of the device follows address, promiscuous mode and groups of "
     "the interface; carrier\n"
     "follows the device's link, which is down while the wire is a TAP that is down.\n"
     "  --name NAME        of the interface (default hilnic0)\n"
     "  --wire loopback    a plug that sends everything back (default)\n"
     "  --wire tap:NAME    another TAP interface, made if it is not there\n"
     "  --wire packet:NAME an interface that is there, through a packet socket\n"
     "  --persist          the interface stays after the end\n"
     "  --owner USER       who may attach to it without privileges\n"
     "  --mtu N            68..9000; frames over the device's maximum are refused and counted\n"
     "  --json             counts at the end as an object\n"
     "  --device core (default), board:butterstick or board:ulx3s: slower than the wall; or "
     "usb[:VID:PID[:SERIAL]],\n"
     "                     which may come and go\n"
     "  --mode, --seed, --speed as for replay\n"},
};
#define COMMANDS (sizeof commands / sizeof *commands)

static const char usage_text[] =
    "Usage: hilnic COMMAND [OPTION...]\n\n"
    "  hilnic replay -r tests/data/http.pcap            a capture through driver and device and "
    "back\n"
    "  hilnic info                                      what the device is\n"
    "  hilnic help replay                               options of a command\n\n"
    "Commands: replay, bench, info, regs, stats, list, doctor, serve, up, help.\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 no device, 4 no permission, 5 device and driver do "
    "not match.\n";

/* ---- suggestions ---- */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance, for short words. */
static unsigned distance(const char *a, const char *b)
{
    unsigned row[32];
    size_t n = strlen(b);
    if (strlen(a) > 30 || n > 30)
        return UINT_MAX;
    for (unsigned k = 0; k <= n; k++)
        row[k] = k;
    for (unsigned i = 0; a[i]; i++) {
        unsigned diagonal = row[0];
        row[0] = i + 1;
        for (unsigned k = 0; k < n; k++) {
            unsigned above = row[k + 1];
            row[k + 1] = least(least(above, row[k]) + 1, diagonal + (a[i] != b[k]));
            diagonal = above;
        }
    }
    return row[n];
}

/* The nearest of some words, NULL: none is near. Of two, the one with the same first letter. */
static const char *nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    unsigned best_cost = 6;
    for (; *words; words++) {
        unsigned d = distance(word, *words);
        if (d < 3 && 2 * d + (word[0] != words[0][0]) < best_cost) {
            best_cost = 2 * d + (word[0] != words[0][0]);
            best = *words;
        }
    }
    return best;
}

/* `dashes`: what stands before the word, "" or "--". */
static int unknown(const char *what, const char *dashes, const char *word, const char *const *words,
                   const char *help)
{
    const char *best = nearest(word, words);
    if (best)
        return complain(EXIT_USAGE, "there is no %s %s%s, did you mean %s%s", what, dashes, word,
                        dashes, best);
    return complain(EXIT_USAGE, "there is no %s %s%s, see hilnic %s", what, dashes, word, help);
}

/* ---- options ---- */

enum option_kind { FLAG, TEXT, CHOICE, NUMBER, DEVICE };

struct option {
    const char *name, *letter; /* "read", "-r" */
    enum option_kind kind;
    const char *choices[5]; /* CHOICE */
    uint64_t least, most;   /* NUMBER */
};

static const struct option known[] = {
    {"read", "-r", TEXT, {0}, 0, 0},
    {"write", "-w", TEXT, {0}, 0, 0},
    {"usbip", NULL, TEXT, {0}, 0, 0},
    {"usbredir", NULL, TEXT, {0}, 0, 0},
    {"device", NULL, DEVICE, {"core", "board:butterstick", "board:ulx3s", "soft", "null"}, 0, 0},
    {"mode", NULL, CHOICE, {"single", "array", "mixed"}, 0, 0},
    {"rate", NULL, CHOICE, {"recorded", "max"}, 0, 0},
    {"speed", NULL, CHOICE, {"1000", "100", "10"}, 0, 0},
    {"seed", NULL, NUMBER, {0}, 0, UINT64_MAX},
    {"size", NULL, NUMBER, {0}, 64, 1518},
    {"count", NULL, NUMBER, {0}, 1, 1000000000},
    {"name", NULL, TEXT, {0}, 0, 0},
    {"wire", NULL, TEXT, {0}, 0, 0},
    {"owner", NULL, TEXT, {0}, 0, 0},
    {"persist", NULL, FLAG, {0}, 0, 0},
    {"mtu", NULL, NUMBER, {0}, 68, 9000},
    {"loopback", NULL, FLAG, {0}, 0, 0},
    {"json", NULL, FLAG, {0}, 0, 0},
};
#define KNOWN (sizeof known / sizeof *known)

static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; (at = strstr(at, word)); at += n)
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
            return true;
    return false;
}

/* VID or PID: 1 to 4 hexadecimal digits. NULL: not so; otherwise what follows them. */
static const char *identifier(const char *text, uint16_t *to)
{
    size_t n = strspn(text, "0123456789abcdefABCDEF");
    if (!n || n > 4)
        return NULL;
    *to = (uint16_t)strtoul(text, NULL, 16);
    return text + n;
}

/* --device usb[:VID:PID[:SERIAL]]; `text` is what follows "usb". */
static int take_usb(struct options *o, const char *text)
{
    const char *at = text;
    o->usb = true;
    o->match = (struct nic_libusb_match){0};
    if (!*at)
        return 0;
    at = identifier(at + 1, &o->match.vendor);
    if (at && *at == ':')
        at = identifier(at + 1, &o->match.product);
    else
        at = NULL;
    if (at && *at == ':' && at[1])
        o->match.serial = at + 1;
    else if (at && *at)
        at = NULL;
    if (!at || !o->match.vendor)
        return complain(EXIT_USAGE,
                        "--device takes usb, usb:VID:PID or usb:VID:PID:SERIAL with VID and PID "
                        "of 1 to 4 hexadecimal digits, as usb:1209:0001, not usb%s",
                        text);
    return 0;
}

static int take_device(struct options *o, const struct option *option, const char *value)
{
    o->device = value;
    o->usb = false;
    if (!strncmp(value, "usb", 3) && (!value[3] || value[3] == ':'))
        return take_usb(o, value + 3);
    for (unsigned i = 0; i < 5; i++)
        if (!strcmp(option->choices[i], value))
            return 0;
    return complain(EXIT_USAGE,
                    "--device takes core, board:butterstick, board:ulx3s, soft, null or "
                    "usb[:VID:PID[:SERIAL]], not %s",
                    value);
}

static int take(struct options *o, const struct option *option, const char *value)
{
    uint64_t number = 0;
    if (option->kind == CHOICE) {
        unsigned i = 0;
        while (i < 4 && option->choices[i] && strcmp(option->choices[i], value))
            i++;
        if (i == 4 || !option->choices[i])
            return complain(EXIT_USAGE, "--%s takes %s, %s%s%s, not %s", option->name,
                            option->choices[0], option->choices[1],
                            option->choices[2] ? " or " : "",
                            option->choices[2] ? option->choices[2] : "", value);
    }
    if (option->kind == DEVICE)
        return take_device(o, option, value);
    if (option->kind == NUMBER) {
        char *end;
        errno = 0;
        number = strtoull(value, &end, 0);
        if (errno || !*value || *end || *value == '-' || number < option->least ||
            number > option->most)
            return complain(EXIT_USAGE, "--%s takes a number from %llu to %llu, not %s",
                            option->name, (unsigned long long)option->least,
                            (unsigned long long)option->most, value);
    }
    if (!strcmp(option->name, "read"))
        o->input = value;
    else if (!strcmp(option->name, "write"))
        o->output = value;
    else if (!strcmp(option->name, "usbip"))
        o->usbip = value;
    else if (!strcmp(option->name, "usbredir"))
        o->usbredir = value;
    else if (!strcmp(option->name, "mode"))
        o->mode = value;
    else if (!strcmp(option->name, "rate"))
        o->recorded_rate = !strcmp(value, "recorded");
    else if (!strcmp(option->name, "speed"))
        o->mbps = (unsigned)atoi(value);
    else if (!strcmp(option->name, "seed"))
        o->seed = number;
    else if (!strcmp(option->name, "size"))
        o->size = (uint32_t)number;
    else if (!strcmp(option->name, "count"))
        o->count = (uint32_t)number;
    else if (!strcmp(option->name, "name"))
        o->name = value;
    else if (!strcmp(option->name, "wire"))
        o->wire = value;
    else if (!strcmp(option->name, "owner"))
        o->owner = value;
    else if (!strcmp(option->name, "mtu"))
        o->mtu = (unsigned)number;
    else if (!strcmp(option->name, "persist"))
        o->persist = true;
    else if (!strcmp(option->name, "loopback"))
        o->loopback = true;
    else
        o->json = true;
    return 0;
}

static const struct option *find(const struct command *c, const char *word, const char **value)
{
    *value = NULL;
    for (unsigned i = 0; i < KNOWN; i++) {
        const struct option *o = &known[i];
        size_t n = strlen(o->name);
        if (!has_word(c->letters, o->name))
            continue;
        if (o->letter && !strncmp(word, o->letter, 2)) {
            if (word[2])
                *value = word + 2;
            return o;
        }
        if (!strncmp(word, "--", 2) && !strncmp(word + 2, o->name, n) &&
            (!word[2 + n] || word[2 + n] == '=')) {
            if (word[2 + n])
                *value = word + 3 + n;
            return o;
        }
    }
    return NULL;
}

static int unknown_option(const struct command *c, const char *word)
{
    const char *words[KNOWN + 1];
    unsigned n = 0;
    char help[40];
    bool dashes = !strncmp(word, "--", 2);
    for (unsigned i = 0; i < KNOWN; i++)
        if (has_word(c->letters, known[i].name))
            words[n++] = known[i].name;
    words[n] = NULL;
    snprintf(help, sizeof help, "help %s", c->name);
    return unknown("option", dashes ? "--" : "", dashes ? word + 2 : word, words, help);
}

static int show_help(const struct command *c)
{
    fputs(c ? c->help : usage_text, stdout);
    return close_output(EXIT_DONE);
}

/* One option at argv[*i]; moves *i over its value. */
static int parse_option(const struct command *c, struct options *o, int argc, char **argv, int *i)
{
    const char *value;
    const struct option *option = find(c, argv[*i], &value);
    if (!option)
        return unknown_option(c, argv[*i]);
    if (option->kind == FLAG && value)
        return complain(EXIT_USAGE, "--%s takes no value", option->name);
    if (option->kind != FLAG && !value && *i + 1 == argc)
        return complain(EXIT_USAGE, "%s needs a value, see hilnic help %s", argv[*i], c->name);
    if (option->kind != FLAG && !value)
        value = argv[++*i];
    return take(o, option, value);
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct options o = {.device = "core",
                        .mode = "array",
                        .seed = 1,
                        .size = 64,
                        .count = 50000,
                        .name = "hilnic0",
                        .wire = "loopback"};
    bool options = true; /* until "--" */
    if (c->run == command_list) {
        o.device = "usb";
        o.usb = true;
    }
    o.operands = argv; /* operands move to the front */
    for (int i = 0; i < argc; i++) {
        if (!options || argv[i][0] != '-' || !argv[i][1]) {
            o.operands[o.operand_count++] = argv[i];
            continue;
        }
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return show_help(c);
        if (!strcmp(argv[i], "--")) {
            options = false;
            continue;
        }
        int code = parse_option(c, &o, argc, argv, &i);
        if (code)
            return code;
    }
    if (o.operand_count && c->run != command_regs)
        return complain(EXIT_USAGE, "%s takes no %s, see hilnic help %s", c->name, o.operands[0],
                        c->name);
    if (o.usb && c->run == command_serve)
        return complain(EXIT_USAGE, "%s does not take --device usb yet", c->name);
    return close_output(c->run(&o));
}

int main(int argc, char **argv)
{
    const char *names[COMMANDS + 2];
    bool help = argc > 1 &&
                (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
    const char *name = help ? (argc > 2 ? argv[2] : NULL) : argc > 1 ? argv[1] : NULL;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe and a full quota are errors of writing like others */
    signal(SIGXFSZ, SIG_IGN);
    if (!name || (help && !strcmp(name, "help"))) {
        if (help)
            return show_help(NULL);
        fputs(usage_text, stderr);
        return EXIT_USAGE;
    }
    for (unsigned i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (!strcmp(name, commands[i].name))
            return help ? show_help(&commands[i]) : run_command(&commands[i], argc - 2, argv + 2);
    }
    names[COMMANDS] = "help";
    names[COMMANDS + 1] = NULL;
    return unknown("command", "", name, names, "help");
}
