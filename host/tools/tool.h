/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of the CLI share: exit codes, options, messages. Errors are one sentence on standard error. */
#ifndef TOOL_H
#define TOOL_H

#include "nic_libusb.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum exit_code {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NO_DEVICE = 3,
    EXIT_NO_PERMISSION = 4,
    EXIT_MISMATCH = 5,
};

struct options {
    const char *device; /* core */
    bool usb;           /* device is usb[:VID:PID[:SERIAL]], `match` says which */
    struct nic_libusb_match match;
    const char *input, *output;   /* -r, -w */
    const char *usbip, *usbredir; /* serve: ADDRESS:PORT */
    const char *mode;             /* single, array, mixed */
    const char *rate;             /* recorded, max */
    uint64_t seed;
    bool json, quiet;
    bool loopback; /* inside the device */
    unsigned mbps;
    const char *fault;                  /* selftest: what is broken in the model */
    const char *firmware;               /* FILE or none; NULL: the one that is built in */
    uint32_t size;                      /* bench */
    uint32_t count;                     /* 0: the command's own */
    const char *at, *gap;               /* send */
    const char *direction;              /* bench: both, out, in */
    bool latency;                       /* bench */
    const char *metrics, *from;         /* where counters are offered, or come from */
    uint32_t watch;                     /* stats: seconds between two looks; 0: one look */
    uint32_t snap;                      /* capture: octets kept of a frame, 0: all */
    uint32_t megabytes, seconds, files; /* capture: rotation, 0: none */
    const char *name, *wire, *owner;    /* up */
    struct {
        bool interfaces, dlts, config, capture;
        const char *version, *interface, *filter, *fifo;
    } extcap; /* what Wireshark asks, see extcap.c */
    unsigned mtu;
    bool persist;
    char **operands; /* what follows the options */
    int operand_count;
};

struct command {
    const char *name;
    int (*run)(const struct options *);
    const char *options; /* that it takes, separated by blanks; names as in options.c */
    const char *help;    /* examples first */
    bool operands;       /* takes words that are no options */
};

int command_replay(const struct options *);
int command_bench(const struct options *);
int command_info(const struct options *);
int command_regs(const struct options *);
int command_send(const struct options *);
int command_stats(const struct options *);
int command_capture(const struct options *);
int command_extcap(const struct options *);
int command_list(const struct options *);
int command_serve(const struct options *);
int command_doctor(const struct options *);
int command_selftest(const struct options *);
int command_up(const struct options *);

struct machine_options;

/* Takes over --firmware. 0, or complained. */
int firmware_choose(const struct options *, struct machine_options *);

/* Prints "hilnic: <sentence>." on standard error; returns the code. */
int complain(enum exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the object as one line and frees it. False: standard output did not take it, which flush_output tells. */
bool print_json(json_t *);

/* Writes what standard output has not yet: EXIT_FAILED and, the first time, a sentence if it took not everything, else `code`. After each
 * command, and in those that go on. */
int flush_output(int code);

/* Name of an NDIS status for messages; a static buffer for unknown ones. */
const char *status_name(int status);

/* Processor time would not do: what a user waits. */
double wall_s(void);

struct sockaddr_in;
/* ADDRESS:PORT, IPv4 in numbers; false: not so. */
bool tcp_address(const char *text, struct sockaddr_in *);

/* --quiet: no summary, no note, no progress; set once, at the start. */
extern bool tool_quiet;

/* A sentence on standard error that is no error; nothing if quiet. */
void remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* How far long work is, on standard error if that is a terminal, unless quiet; a few times a second however often it is
 * called. The line goes away with progress_end or the next message. */
void progress(const char *what, uint64_t done, uint64_t total);
void progress_end(void);

/* Prints a verdict, green or red if `to` is a terminal and NO_COLOR is not set or empty (no-color.org). */
void print_verdict(FILE *to, bool good, const char *text);

#endif
