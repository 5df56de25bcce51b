/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic capture: what passes the NIC into a pcapng file. On a model the frames of another capture are sent through it and
 * back; over USB it listens, or sends and listens.
 */
#include "recorder.h"
#include "replay.h"

#include "nic_regs.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define LOOK_NS  100000000ull /* between two looks whether to go on */
#define ALIVE_NS 500000000ull /* ... whether the device is still there */

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void nothing_sent(void *context, ULONG number, NDIS_STATUS status)
{
    (void)context;
    (void)number;
    (void)status;
}

static void seen(void *context, const struct sender_sight *sight)
{
    recorder_seen(context, sight);
}

/* Until SIGINT, SIGTERM, --count, or the device is gone. */
static int listen_until(struct machine *m, struct recorder *r)
{
    uint64_t alive_ns = machine_now_ns(m) + ALIVE_NS;
    uint32_t word;
    bool done = false;
    while (!stopped && !done) {
        machine_run(m, NULL, machine_now_ns(m) + LOOK_NS);
        if (machine_now_ns(m) >= alive_ns) {
            alive_ns = machine_now_ns(m) + ALIVE_NS;
            if (!machine_read(m, NIC_ID_ADDR, &word, 1))
                return complain(EXIT_NO_DEVICE, "the device is gone, what it sent is recorded");
        }
        machine_enter(m);
        done = recorder_done(r);
        machine_leave(m);
    }
    return EXIT_DONE;
}

static int listen_on_usb(const struct options *o, struct recorder *r)
{
    struct machine m;
    struct machine_options options = {
        .device = o->device,
        .usb = &o->match,
        .seed = o->seed,
        .mbps = o->mbps,
        .handlers = {.completed = nothing_sent, .seen = seen, .seen_context = r},
    };
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int code = firmware_choose(o, &options);
    if (code)
        return code;
    code = machine_start(&m, &options);
    if (code)
        return complain(code, "%s", m.message);
    code = recorder_start(r, &m);
    if (!code)
        code = listen_until(&m, r);
    machine_stop(&m);
    return code;
}

static int send_and_record(const struct options *o, struct recorder *r)
{
    char error[CAPTURE_ERROR_BYTES];
    struct replay_result result;
    struct options replay = *o;
    replay.output = NULL; /* the recorder's */
    struct capture *capture = capture_read(o->input, error);
    if (!capture)
        return complain(EXIT_FAILED, "%s", error);
    int code =
        replay_run(&replay, o->input, capture, &result, &(struct replay_hooks){.recorder = r});
    capture_free(capture);
    if (!code && !replay_good(&result))
        code = complain(EXIT_FAILED, "not every frame crossed exactly once and whole, see hilnic "
                                     "replay");
    return code;
}

int command_capture(const struct options *o)
{
    int code;
    if (!o->output)
        return complain(EXIT_USAGE, "capture needs a file, as in hilnic capture -w frames.pcapng");
    if (!o->input && !o->usb)
        return complain(EXIT_USAGE, "a model hears only what it sends: add frames, as in hilnic "
                                    "capture -r traffic.pcap -w frames.pcapng");
    struct recorder *r = recorder_create(o, !o->usb && !o->loopback, &code);
    if (!r)
        return code;
    code = o->input ? send_and_record(o, r) : listen_on_usb(o, r);
    int written = recorder_close(r);
    return code ? code : written;
}
