/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic send: frames of a capture or numbered ones, at once or each at its time of the device's clock. A frame that comes
 * too late for its time is not sent and is counted; of the others the stamps are compared with what was asked for.
 */
#include "capture.h"
#include "machine.h"
#include "tool.h"

#include "nic_regs.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNDER_WAY     128
#define BATCH         16
#define QUIET_NS      10000000000ull /* with frames under way and without a completion */
#define SLICE_NS      10000000ull    /* between two looks for a signal */
#define CLOCK_LOOK_NS 1000000000ull
#define LEAD_NS       200000ull /* see lead_ns */
#define BOARD_LEAD_NS 3000000ull
#define USB_LEAD_NS   5000000ull
#define FARTHEST_NS   3600000000000ull /* a launch time may lie ahead */
#define GAP_NS        100000ull        /* between numbered frames */
#define MOST          10000000u
#define NOBODY        "\x02\x00\x00\x00\x00\x0b"

struct send {
    struct wire_port port; /* sees what leaves the MAC */
    const struct options *options;
    const struct capture *capture; /* or NULL: numbered frames */
    struct machine machine;
    uint8_t (*storage)[1514]; /* UNDER_WAY numbered ones */
    uint32_t count, next, done, sent, late, failed;
    NDIS_STATUS first_failure;
    bool timed;
    uint64_t base_ns, gap_ns; /* device's clock */
    uint64_t clock_look_ns;
    int64_t clock_offset_ns; /* device's clock to the machine's */
    uint64_t early_max_ns, late_max_ns;
    /* The wire's clock has another origin: its distance is that of the first frame. */
    uint64_t *sfd_ns; /* of the frames seen, or NULL: no wire to be seen */
    uint32_t seen;
    int64_t offset_ns;
    uint64_t wire_max_ns; /* stamp and wire are so far apart at most */
    volatile bool progress;
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* ---- times ---- */

/* A number with ns, us, ms or s behind it, ns without. */
static bool duration(const char *text, uint64_t *ns)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"", 1}, {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    char *end;
    errno = 0;
    uint64_t number = strtoull(text, &end, 10);
    if (errno || *text < '0' || *text > '9')
        return false;
    for (unsigned i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(end, units[i].name) && number <= UINT64_MAX / units[i].ns) {
            *ns = number * units[i].ns;
            return true;
        }
    return false;
}

static bool device_time(struct send *s, uint64_t *ns)
{
    uint32_t time[2];
    if (!machine_read(&s->machine, NIC_TIME_LO_ADDR, time, 2))
        return false;
    *ns = (uint64_t)time[1] << 32 | time[0];
    return true;
}

/* TIME or +DELTA into base_ns; 0, or the exit code. */
static int take_at(struct send *s, const char *at)
{
    uint64_t now_ns, ns;
    if (!duration(at + (*at == '+'), &ns) || (*at == '+' && ns > FARTHEST_NS))
        return complain(
            EXIT_USAGE,
            "--at takes a time of the device's clock, or + and a time from now, with ns, "
            "us, ms or s, up to an hour ahead, as +5ms, not %s",
            at);
    if (!device_time(s, &now_ns))
        return complain(EXIT_FAILED, "the device does not tell its time");
    if (*at != '+' && ns > now_ns && ns - now_ns > FARTHEST_NS)
        return complain(EXIT_USAGE,
                        "the device's clock is at %llu ns: %s is more than an hour ahead",
                        (unsigned long long)now_ns, at);
    s->base_ns = *at == '+' ? now_ns + ns : ns;
    s->timed = true;
    return 0;
}

/* 0: at once; 1 is a time that has passed, too. */
static uint64_t launch_ns(const struct send *s, uint32_t number)
{
    if (!s->timed)
        return 0;
    uint64_t ns = s->base_ns;
    if (!s->capture)
        ns += number * s->gap_ns;
    else if (s->capture->frames[number].time_ns > s->capture->frames[0].time_ns)
        ns += s->capture->frames[number].time_ns - s->capture->frames[0].time_ns;
    return ns ? ns : 1;
}

/* ---- what the machine reports ---- */

static void transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct send *s = (struct send *)port;
    if (s->sfd_ns && frame->fcs_ok && !frame->error && s->seen < s->count)
        s->sfd_ns[s->seen++] = frame->sfd_ns;
}

static const struct wire_port_ops port_ops = {.transmitted = transmitted};

static uint64_t apart(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static void compare(struct send *s, const struct sender_sight *sight)
{
    uint64_t wanted_ns = launch_ns(s, (uint32_t)sight->number);
    uint32_t at = s->sent; /* frames leave in order */
    if (s->timed && sight->time_ns < wanted_ns && wanted_ns - sight->time_ns > s->early_max_ns)
        s->early_max_ns = wanted_ns - sight->time_ns;
    if (s->timed && sight->time_ns > wanted_ns && sight->time_ns - wanted_ns > s->late_max_ns)
        s->late_max_ns = sight->time_ns - wanted_ns;
    if (at >= s->seen)
        return;
    if (at == 0)
        s->offset_ns = (int64_t)(s->sfd_ns[0] - sight->time_ns);
    uint64_t ns = apart(s->sfd_ns[at], sight->time_ns + (uint64_t)s->offset_ns);
    if (ns > s->wire_max_ns)
        s->wire_max_ns = ns;
}

static void seen(void *context, const struct sender_sight *sight)
{
    struct send *s = context;
    if (sight->out && sight->status == NDIS_STATUS_SUCCESS)
        compare(s, sight);
}

static void completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct send *s = context;
    s->done++;
    if (status == NDIS_STATUS_SUCCESS)
        s->sent++;
    else if (status == NDIS_STATUS_INVALID_DATA && launch_ns(s, (uint32_t)number))
        s->late++;
    else if (!s->failed++)
        s->first_failure = status;
    nic_platform_flag_set(s->machine.platform, &s->progress);
}

/* ---- sending ---- */

static struct sender_frame frame(struct send *s, uint32_t number)
{
    struct sender_frame f = {.number = number, .launch_ns = launch_ns(s, number)};
    if (s->capture) {
        f.octets = s->capture->frames[number].octets;
        f.length = s->capture->frames[number].length;
        return f;
    }
    uint8_t *octets = s->storage[number % UNDER_WAY];
    f.octets = octets;
    f.length = s->options->size - 4;
    wire_pattern_fill(octets, f.length, (const uint8_t *)NOBODY, s->options->seed, number);
    return f;
}

/* The device's clock now, looked at again once a second. */
static uint64_t device_now_ns(struct send *s)
{
    uint64_t now_ns = machine_now_ns(&s->machine), device_ns;
    if (now_ns >= s->clock_look_ns && device_time(s, &device_ns)) {
        now_ns = machine_now_ns(&s->machine);
        s->clock_offset_ns = (int64_t)(device_ns - now_ns);
        s->clock_look_ns = now_ns + CLOCK_LOOK_NS;
    }
    return now_ns + (uint64_t)s->clock_offset_ns;
}

/* A frame goes to the device a while before its time: a waiting one keeps a model from skipping over idle time. */
static uint64_t lead_ns(const struct send *s)
{
    return s->options->usb ? USB_LEAD_NS : s->machine.board ? BOARD_LEAD_NS : LEAD_NS;
}

static bool send_some(struct send *s)
{
    struct sender_frame frames[BATCH];
    uint64_t until_ns = s->timed ? device_now_ns(s) + lead_ns(s) : 0;
    uint32_t n = 0;
    while (n < BATCH && s->next + n < s->count && s->next + n - s->done < UNDER_WAY &&
           launch_ns(s, s->next + n) <= until_ns) {
        frames[n] = frame(s, s->next + n);
        n++;
    }
    s->next += n ? sender_send(s->machine.sender, frames, n, SENDER_BY_MINIPORT) : 0;
    return n;
}

/* How long nothing has to be done but to wait for completions. */
static uint64_t wait_ns(struct send *s)
{
    if (!s->timed || s->next == s->count || s->next - s->done == UNDER_WAY)
        return SLICE_NS;
    uint64_t device_ns = device_now_ns(s), at_ns = launch_ns(s, s->next) - lead_ns(s);
    uint64_t wait = at_ns > device_ns ? at_ns - device_ns : 1;
    return s->done < s->next && wait > SLICE_NS ? SLICE_NS : wait;
}

/* Until all are completed, or none is for long. */
static void carry(struct send *s)
{
    uint64_t moved_ns = machine_now_ns(&s->machine);
    machine_enter(&s->machine);
    while (!stopped) {
        while (send_some(s))
            ;
        if (s->done == s->count)
            break;
        uint64_t until_ns = machine_now_ns(&s->machine) + wait_ns(s);
        s->progress = false;
        machine_leave(&s->machine);
        progress("frames completed:", s->done, s->count);
        bool moved = machine_run(&s->machine, &s->progress, until_ns);
        machine_enter(&s->machine);
        if (moved || s->done == s->next)
            moved_ns = machine_now_ns(&s->machine);
        if (machine_now_ns(&s->machine) > moved_ns + QUIET_NS)
            break;
    }
    machine_leave(&s->machine);
    progress_end();
}

/* ---- the verdict ---- */

/* One period of the transmit clock, or of a nibble at 10 and 100 Mb/s: the SFD starts with one. */
static uint64_t period_ns(struct send *s)
{
    uint32_t caps = 0, link = 0;
    machine_read(&s->machine, NIC_CAPS_ADDR, &caps, 1);
    machine_read(&s->machine, NIC_LINK_ADDR, &link, 1);
    uint32_t mhz = (caps & NIC_CAPS_TX_MHZ_MASK) >> NIC_CAPS_TX_MHZ_SHIFT;
    uint32_t speed = (link & NIC_LINK_SPEED_MASK) >> NIC_LINK_SPEED_SHIFT;
    uint64_t clock_ns = mhz ? (1000 + mhz - 1) / mhz : 0;
    uint64_t nibble_ns = speed == NIC_SPEED_M1000 ? 0 : speed == NIC_SPEED_M100 ? 40 : 400;
    return clock_ns > nibble_ns ? clock_ns : nibble_ns;
}

static void tell(const struct send *s, uint64_t clock_ns)
{
    printf("  frames     %u sent, %u late, %u failed, %u of %u completed\n", s->sent, s->late,
           s->failed, s->done, s->count);
    if (s->timed && s->sent)
        printf(
            "  launch     at most %llu ns early, %llu ns late by the device's stamps; one clock is "
            "%llu ns\n",
            (unsigned long long)s->early_max_ns, (unsigned long long)s->late_max_ns,
            (unsigned long long)clock_ns);
    if (s->seen)
        printf("  wire       %u frames, at most %llu ns from their stamps\n", s->seen,
               (unsigned long long)s->wire_max_ns);
}

static bool tell_json(const struct send *s, uint64_t clock_ns)
{
    json_t *json =
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:I, s:I, s:i, s:I}", "device",
                  s->options->device, "frames", (int)s->count, "completed", (int)s->done, "sent",
                  (int)s->sent, "late", (int)s->late, "failed", (int)s->failed, "base_ns",
                  (json_int_t)s->base_ns, "early_max_ns", (json_int_t)s->early_max_ns,
                  "late_max_ns", (json_int_t)s->late_max_ns, "clock_ns", (json_int_t)clock_ns,
                  "wire_max_ns", (json_int_t)s->wire_max_ns, "wire_frames", (int)s->seen, "seed",
                  (json_int_t)s->options->seed);
    return print_json(json);
}

static int judge(const struct send *s, uint64_t clock_ns)
{
    if (stopped)
        return complain(EXIT_FAILED, "interrupted");
    if (s->failed)
        return complain(EXIT_FAILED, "%u frames were not sent, the first with %s", s->failed,
                        status_name(s->first_failure));
    if (s->done < s->count)
        return complain(EXIT_FAILED, "%u of %u frames were not completed", s->count - s->done,
                        s->count);
    if (s->late)
        return complain(EXIT_FAILED,
                        "%u of %u frames came too late for their time and were not "
                        "sent",
                        s->late, s->count);
    if (s->early_max_ns > clock_ns || s->late_max_ns > clock_ns || s->wire_max_ns > clock_ns)
        return complain(EXIT_FAILED, "not every frame left within a clock of its time");
    return EXIT_DONE;
}

static int run(struct send *s)
{
    const struct options *o = s->options;
    struct machine_options options = {
        .device = o->device,
        .usb = o->usb ? &o->match : NULL,
        .seed = o->seed,
        .single = !strcmp(o->mode, "single"),
        .verify = true,
        .wire = &s->port,
        .core = {.in_phase = true},
        .board = {.in_phase = true},
        .mbps = o->mbps,
        .handlers = {.context = s, .completed = completed, .seen = seen, .seen_context = s},
    };
    int code = firmware_choose(o, &options);
    if (code)
        return code;
    code = machine_start(&s->machine, &options);
    if (code)
        return complain(code, "%s", s->machine.message);
    uint64_t clock_ns = period_ns(s);
    code = o->at ? take_at(s, o->at) : 0;
    if (!code) {
        carry(s);
        if (o->json)
            tell_json(s, clock_ns);
        else if (!tool_quiet)
            tell(s, clock_ns);
        code = judge(s, clock_ns);
    }
    machine_stop(&s->machine);
    return code;
}

int command_send(const struct options *o)
{
    char error[CAPTURE_ERROR_BYTES];
    struct capture *capture = NULL;
    struct send s = {.port.ops = &port_ops, .options = o, .gap_ns = GAP_NS};
    struct sigaction action = {.sa_handler = stop};
    int code = EXIT_FAILED;
    if (!strcmp(o->device, "null"))
        return complain(EXIT_USAGE, "the null device sends nothing");
    if (o->gap && !duration(o->gap, &s.gap_ns))
        return complain(EXIT_USAGE, "--gap takes a time with ns, us, ms or s, as 10us, not %s",
                        o->gap);
    if (o->input && (o->count || o->gap))
        return complain(EXIT_USAGE, "-r sends its frames at their distances, without --count and "
                                    "--gap");
    s.count = o->count ? o->count : 100;
    if (s.count > MOST)
        return complain(EXIT_USAGE, "send takes a --count up to %u, not %u", MOST, s.count);
    if (s.gap_ns && s.count > FARTHEST_NS / s.gap_ns)
        return complain(EXIT_USAGE, "so many frames so far apart take more than an hour");
    if (o->input && !(capture = capture_read(o->input, error)))
        return complain(EXIT_FAILED, "%s", error);
    if (capture)
        s.count = capture->count;
    s.capture = capture;
    s.storage = malloc(UNDER_WAY * sizeof *s.storage);
    s.sfd_ns = o->usb ? NULL : calloc(s.count + 1, sizeof *s.sfd_ns);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    if (s.storage && (o->usb || s.sfd_ns))
        code = run(&s);
    else
        complain(EXIT_FAILED, "out of memory");
    free(s.storage);
    free(s.sfd_ns);
    capture_free(capture);
    return code;
}
