/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic up over a device on USB. This thread takes what the kernel sends and follows the interface; what comes from the device comes
 * in threads of the platform, see machine_enter. Unplugged, the interface stays without carrier until the device is back.
 */
#include "machine.h"
#include "nic_regs.h"
#include "metrics.h"
#include "recorder.h"
#include "up.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOOK_NS   100000000ull  /* flags, address, groups, link */
#define ALIVE_NS  500000000ull  /* between two looks for the device */
#define FULL_NS   1000000ull    /* all frames are under way: between two looks for room */
#define SETTLE_NS 2000000000ull /* for what is in flight at the end */

struct up_usb {
    struct machine machine;
    struct machine_options options;
    struct tap *tap;
    struct recorder *recorder; /* or NULL */
    struct metrics *metrics;   /* or NULL */
    uint64_t look_ns, alive_ns;
    char address[16];
};

static void sleep_ns(uint64_t ns)
{
    nanosleep(&(struct timespec){.tv_sec = (time_t)(ns / 1000000000u),
                                 .tv_nsec = (long)(ns % 1000000000u)},
              NULL);
}

/* 0, or the exit code, complained. */
static int start_recorder(struct up_usb *u)
{
    return u->recorder ? recorder_start(u->recorder, &u->machine) : 0;
}

static void settle(struct up_usb *u)
{
    uint64_t end = up_monotonic_ns() + SETTLE_NS;
    while (sender_outstanding(u->machine.sender) && up_monotonic_ns() < end)
        sleep_ns(FULL_NS);
}

static int new_address(struct up_usb *u)
{
    uint8_t a[6];
    tap_address(u->tap, a);
    if (a[0] & 1)
        return 0;
    snprintf(u->address, sizeof u->address, "%02x%02x%02x%02x%02x%02x", a[0], a[1], a[2], a[3],
             a[4], a[5]);
    u->options.address = u->address;
    settle(u);
    tap_bind(u->tap, NULL);
    int code = machine_restart_adapter(&u->machine, &u->options);
    if (code)
        return complain(code, "%s", u->machine.message);
    tap_bind(u->tap, u->machine.sender);
    return 0;
}

/* The device is gone: until it is back, or up_stopped. One that is there and does not do is said once. */
static void wait_for_device(struct up_usb *u)
{
    char said[sizeof u->machine.message] = "";
    sigset_t none;
    sigemptyset(&none);
    tap_bind(u->tap, NULL);
    machine_stop(&u->machine);
    remark("the device is gone, the interface waits for it");
    while (!up_stopped()) {
        struct timespec wait = {.tv_nsec = (long)ALIVE_NS};
        int code = machine_start(&u->machine, &u->options);
        if (code == 0) {
            start_recorder(u);
            tap_bind(u->tap, u->machine.sender);
            remark("the device is back");
            return;
        }
        if (code != EXIT_NO_DEVICE && strcmp(said, u->machine.message)) {
            memcpy(said, u->machine.message, sizeof said);
            remark("%s", said);
        }
        ppoll(NULL, 0, &wait, &none);
    }
}

/* One access that failed or came too late on a busy machine is no unplugged device, whose accesses all fail at once. */
static bool is_gone(struct up_usb *u)
{
    uint32_t word;
    return !machine_read(&u->machine, NIC_ID_ADDR, &word, 1) &&
           !machine_read(&u->machine, NIC_ID_ADDR, &word, 1);
}

/* 0, or the exit code to leave with. */
static int look(struct up_usb *u)
{
    uint64_t now = up_monotonic_ns();
    u->look_ns = now + LOOK_NS;
    if (now >= u->alive_ns) {
        u->alive_ns = now + ALIVE_NS;
        if (is_gone(u))
            wait_for_device(u);
        else if (u->metrics)
            up_publish(u->metrics, &u->machine, u->tap, NULL);
    }
    return up_stopped() || tap_follow(u->tap, true) ? 0 : new_address(u);
}

static int carry(struct up_usb *u)
{
    sigset_t none;
    int code = 0;
    sigemptyset(&none);
    while (!up_stopped() && !code) {
        uint64_t now = up_monotonic_ns();
        bool full = sender_outstanding(u->machine.sender) >= TAP_WINDOW;
        uint64_t wait_ns = full ? FULL_NS : u->look_ns > now ? u->look_ns - now : 0;
        struct timespec wait = {.tv_nsec = (long)wait_ns};
        struct pollfd fd = {tap_fd(u->tap), full ? 0 : POLLIN, 0};
        if (ppoll(&fd, 1, &wait, &none) < 0 && errno == EINTR)
            continue;
        if (fd.revents & POLLERR)
            return complain(EXIT_FAILED, "the interface was deleted");
        machine_enter(&u->machine);
        tap_pump(u->tap);
        machine_leave(&u->machine);
        if (up_monotonic_ns() >= u->look_ns)
            code = look(u);
    }
    return code;
}

int up_usb(struct tap *tap, const struct options *o, struct recorder *recorder,
           struct metrics *metrics)
{
    struct up_usb u = {
        .tap = tap,
        .recorder = recorder,
        .metrics = metrics,
        .options =
            {
                .device = o->device,
                .usb = &o->match,
                .seed = o->seed,
                .single = !strcmp(o->mode, "single"),
                .mbps = o->mbps,
                .jumbo_bytes = o->mtu ? o->mtu + 14 : 0,
                .no_wait = true,
                .handlers = {.context = tap,
                             .completed = tap_completed,
                             .received = tap_received,
                             .seen = recorder ? up_seen : NULL,
                             .seen_context = recorder},
            },
    };
    int code = firmware_choose(o, &u.options);
    if (code)
        return code;
    code = machine_start(&u.machine, &u.options);
    if (code)
        return complain(code, "%s", u.machine.message);
    tap_bind(tap, u.machine.sender);
    up_announce(tap, o);
    code = start_recorder(&u);
    if (!code)
        code = look(&u);
    if (!code)
        code = carry(&u);
    up_notify("STOPPING=1");
    if (u.machine.sender)
        settle(&u);
    tap_bind(tap, NULL);
    machine_stop(&u.machine);
    return code;
}
