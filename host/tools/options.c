/* SPDX-License-Identifier: Apache-2.0 */
/* The options of all commands, one table; each command says which of them it takes. */
#include "options.h"

#include "board_model.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum option_kind { FLAG, TEXT, CHOICE, SPEED, NUMBER, DEVICE };

struct option {
    const char *name, *letter; /* "read", "-r" */
    enum option_kind kind;
    size_t offset, bytes; /* of its field in struct options */
    const char *choices;  /* CHOICE, SPEED: separated by blanks */
    uint64_t least, most; /* NUMBER */
};

#define FIELD(field) offsetof(struct options, field), sizeof(((struct options *)0)->field)
#define TEXT_OPTION(name, letter, field)                                                           \
    {                                                                                              \
        name, letter, TEXT, FIELD(field), NULL, 0, 0                                               \
    }
#define FLAG_OPTION(name, letter, field)                                                           \
    {                                                                                              \
        name, letter, FLAG, FIELD(field), NULL, 0, 0                                               \
    }
#define CHOICE_OPTION(name, field, choices)                                                        \
    {                                                                                              \
        name, NULL, CHOICE, FIELD(field), choices, 0, 0                                            \
    }
#define NUMBER_OPTION(name, letter, field, least, most)                                            \
    {                                                                                              \
        name, letter, NUMBER, FIELD(field), NULL, least, most                                      \
    }

static const char devices[] = "core soft null"; /* and board models, and usb */

static const struct option known[] = {
    TEXT_OPTION("read", "-r", input),
    TEXT_OPTION("write", "-w", output),
    TEXT_OPTION("at", NULL, at),
    TEXT_OPTION("gap", NULL, gap),
    CHOICE_OPTION("direction", direction, "both out in"),
    FLAG_OPTION("latency", NULL, latency),
    TEXT_OPTION("metrics", NULL, metrics),
    TEXT_OPTION("from", NULL, from),
    NUMBER_OPTION("watch", NULL, watch, 1, 86400),
    TEXT_OPTION("usbip", NULL, usbip),
    TEXT_OPTION("usbredir", NULL, usbredir),
    {"device", NULL, DEVICE, FIELD(device), devices, 0, 0},
    CHOICE_OPTION("mode", mode, "single array mixed"),
    CHOICE_OPTION("rate", rate, "recorded max"),
    {"speed", NULL, SPEED, FIELD(mbps), "1000 100 10", 0, 0},
    NUMBER_OPTION("seed", NULL, seed, 0, UINT64_MAX),
    NUMBER_OPTION("size", NULL, size, 64, 1518),
    NUMBER_OPTION("count", "-c", count, 1, 1000000000),
    NUMBER_OPTION("snap", "-s", snap, 0, 65535),
    NUMBER_OPTION("megabytes", "-C", megabytes, 1, 1000000),
    NUMBER_OPTION("seconds", "-G", seconds, 1, 31536000),
    NUMBER_OPTION("files", "-W", files, 1, 100000),
    TEXT_OPTION("name", NULL, name),
    TEXT_OPTION("wire", NULL, wire),
    TEXT_OPTION("owner", NULL, owner),
    FLAG_OPTION("persist", NULL, persist),
    NUMBER_OPTION("mtu", NULL, mtu, 68, 9000),
    FLAG_OPTION("loopback", NULL, loopback),
    TEXT_OPTION("firmware", NULL, firmware),
    TEXT_OPTION("fault", NULL, fault),
    FLAG_OPTION("extcap-interfaces", NULL, extcap.interfaces),
    FLAG_OPTION("extcap-dlts", NULL, extcap.dlts),
    FLAG_OPTION("extcap-config", NULL, extcap.config),
    FLAG_OPTION("capture", NULL, extcap.capture),
    TEXT_OPTION("extcap-version", NULL, extcap.version),
    TEXT_OPTION("extcap-interface", NULL, extcap.interface),
    TEXT_OPTION("extcap-capture-filter", NULL, extcap.filter),
    TEXT_OPTION("fifo", NULL, extcap.fifo),
    FLAG_OPTION("json", NULL, json),
    FLAG_OPTION("quiet", "-q", quiet),
};
#define KNOWN (sizeof known / sizeof *known)

/* Is it one of these words, which are separated by blanks? */
static bool has_word(const char *words, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = words; n && (at = strstr(at, word)); at += n)
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

static int take_device(struct options *o, const char *value)
{
    o->device = value;
    o->usb = false;
    if (!strncmp(value, "usb", 3) && (!value[3] || value[3] == ':'))
        return take_usb(o, value + 3);
    if (has_word(devices, value) || board_model_known(value))
        return 0;
    return complain(EXIT_USAGE,
                    "--device takes core, board:butterstick, board:ecpix5, board:ulx3s, "
                    "board:tinyfpga-bx, soft, "
                    "null or usb[:VID:PID[:SERIAL]], not %s; behind each board :fs, behind the "
                    "first two :hs",
                    value);
}

/* "single array mixed" as "single, array or mixed". */
static void list_choices(char *to, size_t room, const char *choices)
{
    size_t n = 0;
    for (; *choices && n + 6 < room; choices++) {
        if (*choices != ' ')
            to[n++] = *choices;
        else
            n += (size_t)snprintf(to + n, room - n, strchr(choices + 1, ' ') ? ", " : " or ");
    }
    to[n] = '\0';
}

static int take_number(const struct option *option, const char *value, void *field)
{
    char *end;
    errno = 0;
    uint64_t number = strtoull(value, &end, 0);
    if (errno || *value < '0' || *value > '9' || *end || number < option->least ||
        number > option->most)
        return complain(EXIT_USAGE, "--%s takes a number from %llu to %llu, not %s", option->name,
                        (unsigned long long)option->least, (unsigned long long)option->most, value);
    if (option->bytes == sizeof(uint32_t))
        *(uint32_t *)field = (uint32_t)number;
    else
        *(uint64_t *)field = number;
    return 0;
}

static int take(struct options *o, const struct option *option, const char *value)
{
    void *field = (char *)o + option->offset;
    char list[80];
    if (option->choices && option->kind != DEVICE && !has_word(option->choices, value)) {
        list_choices(list, sizeof list, option->choices);
        return complain(EXIT_USAGE, "--%s takes %s, not %s", option->name, list, value);
    }
    switch (option->kind) {
    case FLAG:
        *(bool *)field = true;
        return 0;
    case SPEED:
        *(unsigned *)field = (unsigned)atoi(value);
        return 0;
    case NUMBER:
        return take_number(option, value, field);
    case DEVICE:
        return take_device(o, value);
    default:
        *(const char **)field = value;
        return 0;
    }
}

/* Every command takes --quiet. */
static bool takes(const struct command *c, const struct option *option)
{
    return has_word(c->options, option->name) || !strcmp(option->name, "quiet");
}

static const struct option *find(const struct command *c, const char *word, const char **value)
{
    *value = NULL;
    for (unsigned i = 0; i < KNOWN; i++) {
        const struct option *o = &known[i];
        size_t n = strlen(o->name);
        if (!takes(c, o))
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
        if (takes(c, &known[i]))
            words[n++] = known[i].name;
    words[n] = NULL;
    snprintf(help, sizeof help, "help %s", c->name);
    return unknown_word("option", dashes ? "--" : "", dashes ? word + 2 : word, words, help);
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

int options_parse(const struct command *c, struct options *o, int argc, char **argv)
{
    bool options = true; /* until "--" */
    o->operands = argv;  /* operands move to the front */
    for (int i = 0; i < argc; i++) {
        if (!options || argv[i][0] != '-' || !argv[i][1]) {
            o->operands[o->operand_count++] = argv[i];
            continue;
        }
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return -1;
        if (!strcmp(argv[i], "--")) {
            options = false;
            continue;
        }
        int code = parse_option(c, o, argc, argv, &i);
        if (code)
            return code;
    }
    if (o->operand_count && !c->operands)
        return complain(EXIT_USAGE, "%s takes no %s, see hilnic help %s", c->name, o->operands[0],
                        c->name);
    return 0;
}
