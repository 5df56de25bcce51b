/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: finds the command, takes its options, runs it. */
#include "options.h"

#include "nic_regs.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define MOST_COMMANDS 32

static const char usage_text[] =
    "Usage: hilnic COMMAND [OPTION...]\n\n"
    "  hilnic replay -r tests/data/http.pcap            a capture through driver and device and "
    "back\n"
    "  hilnic info                                      what the device is\n"
    "  hilnic help replay                               options of a command\n\n"
    "Commands:";

static void print_usage(FILE *to)
{
    fputs(usage_text, to);
    for (const struct command *c = commands; c->name; c++)
        fprintf(to, " %s,", c->name);
    fputs(" help.\n"
          "Each also takes -q, --quiet: no summary, no note, no progress. hilnic --version says "
          "which it is.\n"
          "Exit codes: 0 done, 1 failed, 2 usage, 3 no device, 4 no permission, 5 device and "
          "driver do not match.\n",
          to);
}

static int show_help(const struct command *c)
{
    if (c)
        fputs(c->help, stdout);
    else
        print_usage(stdout);
    return flush_output(EXIT_DONE);
}

/* With the hash by which driver, firmware and bitstream tell whether they match. */
static int show_version(void)
{
    printf("hilnic " HILNIC_VERSION ", register map %08x\n", NIC_MAP_HASH);
    return flush_output(EXIT_DONE);
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct options o = {.device = "core",
                        .mode = "array",
                        .rate = "max",
                        .direction = "both",
                        .seed = 1,
                        .size = 64,
                        .name = "hilnic0",
                        .wire = "loopback"};
    if (c->run == command_list) {
        o.device = "usb";
        o.usb = true;
    }
    int code = options_parse(c, &o, argc, argv);
    if (code)
        return code < 0 ? show_help(c) : code;
    if (o.usb && c->run == command_serve)
        return complain(EXIT_USAGE, "%s does not take --device usb yet", c->name);
    tool_quiet = o.quiet;
    return flush_output(c->run(&o));
}

int main(int argc, char **argv)
{
    const char *names[MOST_COMMANDS];
    unsigned n = 0;
    bool help = argc > 1 &&
                (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"));
    const char *name = help ? (argc > 2 ? argv[2] : NULL) : argc > 1 ? argv[1] : NULL;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe and a full quota are errors of writing like others */
    signal(SIGXFSZ, SIG_IGN);
    if (name && (!strcmp(name, "--version") || !strcmp(name, "-V")))
        return show_version();
    if (!name || (help && !strcmp(name, "help"))) {
        if (help)
            return show_help(NULL);
        print_usage(stderr);
        return EXIT_USAGE;
    }
    for (const struct command *c = commands; c->name; c++) {
        names[n++] = c->name;
        if (!strcmp(name, c->name))
            return help ? show_help(c) : run_command(c, argc - 2, argv + 2);
    }
    names[n++] = "help";
    names[n] = NULL;
    return unknown_word("command", "", name, names, "help");
}
