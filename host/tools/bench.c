/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench command: frames of one length through NDIS, driver and device, back from the wire and up again, as fast as
 * they go. Processor time, because other programs take some of the wall clock; with a device on USB the wall clock.
 */
#include "latency.h"
#include "machine.h"
#include "nic_platform.h"
#include "nic_regs.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UNDER_WAY    512
#define BATCH        32
#define RING         1024       /* buffers: more than UNDER_WAY + BATCH */
#define NUMBER_AT    14         /* of the sequence number in a frame, for the order */
#define OVERHEAD     20         /* octets of preamble, SFD and gap on the wire */
#define WARM_UP_NS   1000000ull /* from the link's coming up to the first frame of the wire */
#define STALL_NS     50000000ull
#define USB_FRAME_NS 1000000ull
#define USB_STALL_NS 3000000000ull /* in real time; the device may be a model */

struct bench {
    struct wire_port port; /* between the device and the plug */
    struct machine machine;
    struct wire_port *plug;
    const struct options *options;
    uint32_t count, sent, completed, failed, received, damaged, on_wire;
    uint32_t next_completion, next_arrival, out_of_order;
    uint32_t length;
    uint32_t under_way_max;
    bool sends, carries; /* frames go out; frames come in */
    bool usb;
    uint8_t (*ring)[1514];
    struct latency *latency;   /* or NULL */
    uint64_t from_ns, last_ns; /* of what comes in without being sent */
    volatile bool progress;
};

static void completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct bench *b = context;
    if (b->latency)
        latency_completed(b->latency, (uint32_t)number, machine_now_ns(&b->machine));
    b->out_of_order += number != b->next_completion;
    b->next_completion = (uint32_t)number + 1;
    b->completed++;
    b->failed += status != NDIS_STATUS_SUCCESS;
    nic_platform_flag_set(b->machine.platform, &b->progress);
}

static void received(void *context, const UCHAR *octets, UINT length)
{
    struct bench *b = context;
    uint32_t number;
    b->damaged += length != b->length;
    if (b->sends) {
        memcpy(&number, octets + NUMBER_AT, sizeof number);
        b->out_of_order += number != b->next_arrival;
        b->next_arrival = number + 1;
    } else {
        b->last_ns = machine_now_ns(&b->machine);
    }
    b->received++;
    nic_platform_flag_set(b->machine.platform, &b->progress);
}

static void transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct bench *b = (struct bench *)port;
    b->on_wire++;
    if (b->latency)
        latency_sfd(b->latency, frame->sfd_ns);
    if (b->plug->ops->transmitted)
        b->plug->ops->transmitted(b->plug, frame);
}

static bool next_frame(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                       uint64_t *retry_ns)
{
    struct wire_port *plug = ((struct bench *)port)->plug;
    *retry_ns = UINT64_MAX;
    return plug && plug->ops->next && plug->ops->next(plug, now_ns, frame, retry_ns);
}

static const struct wire_port_ops port_ops = {.transmitted = transmitted, .next = next_frame};

static double clock_s(bool usb)
{
    struct timespec now;
    clock_gettime(usb ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A gigabit wire outruns the streams of a sys clock under 125 MHz: then no more frames are under way than the RX buffer
 * holds, so that none is lost for want of it. */
static uint32_t under_way_max(struct bench *b)
{
    uint32_t caps, bytes, frames, fit;
    if (!b->carries || !machine_read(&b->machine, NIC_CAPS_ADDR, &caps, 1) ||
        (caps & NIC_CAPS_SYS_MHZ_MASK) >> NIC_CAPS_SYS_MHZ_SHIFT >= 125 ||
        !machine_rx_room(&b->machine, &bytes, &frames))
        return UNDER_WAY;
    fit = (bytes / b->length < frames ? bytes / b->length : frames) - 1;
    return fit < UNDER_WAY ? fit : UNDER_WAY;
}

static uint32_t next_batch(const struct bench *b)
{
    uint32_t most = b->under_way_max < BATCH ? b->under_way_max : BATCH;
    return b->count - b->sent < most ? b->count - b->sent : most;
}

static void send_batch(struct bench *b, uint32_t most)
{
    struct sender_frame frames[BATCH];
    for (uint32_t i = 0; i < most; i++) {
        uint32_t number = b->sent + i;
        uint8_t *octets = b->ring[b->carries ? number % RING : 0];
        if (b->carries)
            memcpy(octets + NUMBER_AT, &number, sizeof number);
        frames[i] = (struct sender_frame){.octets = octets, .length = b->length, .number = number};
        if (b->latency)
            latency_sent(b->latency, number, machine_now_ns(&b->machine));
    }
    b->sent += sender_send(b->machine.sender, frames, most, SENDER_BY_MINIPORT);
}

/* Frames that are back, where they come back, else completed ones. */
static uint32_t back(const struct bench *b)
{
    return b->carries && b->received < b->completed ? b->received : b->completed;
}

static bool over(const struct bench *b)
{
    return (!b->sends || b->completed == b->count) && (!b->carries || b->received == b->count);
}

/* Before a frame of which the latency is taken: it comes at any moment of a frame of USB, not right behind a completion. */
static void pause_before(struct bench *b)
{
    static volatile bool never;
    uint64_t pause_ns = nic_seed_mix(b->options->seed + b->sent) % USB_FRAME_NS;
    machine_leave(&b->machine);
    machine_run(&b->machine, &never, machine_now_ns(&b->machine) + pause_ns);
    machine_enter(&b->machine);
}

/* Keeps so many frames under way until all have been sent and are back. */
static void carry(struct bench *b)
{
    bool moved = true;
    machine_enter(&b->machine);
    while (moved) {
        uint32_t most;
        while (b->sends && (most = next_batch(b)) && b->sent - back(b) + most <= b->under_way_max) {
            if (b->latency)
                pause_before(b);
            send_batch(b, most);
        }
        if (over(b))
            break;
        b->progress = false;
        machine_leave(&b->machine);
        progress("frames:", b->sends ? b->sent : b->received, b->count);
        moved = machine_run(&b->machine, &b->progress,
                            machine_now_ns(&b->machine) + (b->usb ? USB_STALL_NS : STALL_NS));
        machine_enter(&b->machine);
    }
    machine_leave(&b->machine);
    progress_end();
}

/* ---- the figures ---- */

struct figures {
    double seconds, frames, mbps, line_mbps; /* the last two in the device's time */
    uint64_t model_ns;
    struct core_model_stats core;
};

static double rate_mbps(const struct bench *b, double frames, uint64_t ns, uint32_t overhead)
{
    return ns ? frames * (b->options->size + overhead) * 8e3 / (double)ns : 0;
}

static struct figures figures_of(const struct bench *b, double seconds, uint64_t model_ns,
                                 const struct core_model_stats *core)
{
    uint64_t ns = b->sends ? model_ns : b->last_ns - b->from_ns;
    double frames = b->carries ? b->received : b->completed;
    return (struct figures){.seconds = seconds,
                            .frames = frames,
                            .mbps = rate_mbps(b, frames, ns, 0),
                            .line_mbps = rate_mbps(b, frames, ns, OVERHEAD),
                            .model_ns = model_ns,
                            .core = *core};
}

static bool tell_json(const struct bench *b, const struct figures *f)
{
    const struct options *o = b->options;
    json_t *json = json_pack(
        "{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, "
        "s:I}",
        "device", o->device, "mode", o->mode, "direction", o->direction, "size", (int)o->size,
        "sent", (int)b->sent, "completed", (int)b->completed, "received", (int)b->received,
        "failed", (int)(b->failed + b->damaged), "out_of_order", (int)b->out_of_order,
        b->usb ? "wall_s" : "processor_s", f->seconds, "frames_per_s", f->frames / f->seconds,
        "ns_per_frame", 1e9 * f->seconds / f->frames, "mbps", f->mbps, "line_mbps", f->line_mbps,
        "mac_cycles_per_s", (double)f->core.tx_cycles / f->seconds, "evaluations_per_s",
        (double)f->core.evaluations / f->seconds, "model_ns", (json_int_t)f->model_ns, "seed",
        (json_int_t)o->seed);
    if (b->latency)
        json_object_set_new(json, "latency_ns", latency_json(b->latency));
    return print_json(json);
}

static void tell(const struct bench *b, const struct figures *f)
{
    const struct options *o = b->options;
    printf("  %u frames of %u octets, device %s, mode %s: %u completed, %u received, %u out of "
           "order\n",
           b->sends ? b->sent : b->count, o->size, o->device, o->mode, b->completed, b->received,
           b->out_of_order);
    printf("  %.0f frames/s, %.0f ns a frame of %s\n", f->frames / f->seconds,
           1e9 * f->seconds / f->frames, b->usb ? "the wall clock" : "processor time");
    if (strcmp(o->device, "null"))
        printf("  %.1f Mb/s of frames, %.1f Mb/s of the wire, in %s time\n", f->mbps, f->line_mbps,
               b->usb ? "real" : "the device's");
    if (f->core.tx_cycles)
        printf("  %.2f M MAC clocks/s, %.2f M evaluations/s, %.0f ns of device time a frame\n",
               (double)f->core.tx_cycles / f->seconds / 1e6,
               (double)f->core.evaluations / f->seconds / 1e6, (double)f->model_ns / f->frames);
    if (b->latency)
        latency_print(b->latency);
}

/* Frames that come from the wire may be lost for want of buffer: that is the figure, no failure. */
static int judge(const struct bench *b)
{
    bool all = !b->sends || b->completed == b->count;
    bool came = !b->carries || (b->sends ? b->received == b->count : b->received > 0);
    if (all && came && !b->failed && !b->damaged && !b->out_of_order)
        return EXIT_DONE;
    return complain(EXIT_FAILED,
                    "of %u frames %u were completed, %u with an error, and %u came back, %u "
                    "damaged, %u out of order",
                    b->count, b->completed, b->failed, b->received, b->damaged, b->out_of_order);
}

/* ---- the command ---- */

static bool has_wire(const struct options *o)
{
    return !o->usb && !o->loopback && strcmp(o->device, "null") && strcmp(o->device, "soft");
}

static struct wire_port *make_plug(const struct bench *b)
{
    const struct options *o = b->options;
    /* Some loop back by themselves and only show what they sent. */
    return !strcmp(o->direction, "both") && has_wire(o) ? wire_loopback_create()
                                                        : wire_null_create();
}

/* Frames from the wire, when the link is up: firmware takes its time. */
static bool plug_generator(struct bench *b)
{
    const struct options *o = b->options;
    b->from_ns = machine_now_ns(&b->machine) + WARM_UP_NS;
    wire_port_close(b->plug);
    b->plug =
        wire_generator_create(&(struct wire_generator_options){.seed = o->seed,
                                                               .count = b->count,
                                                               .min_octets = o->size,
                                                               .max_octets = o->size,
                                                               .start_ns = b->from_ns,
                                                               .destination = {2, 0, 0, 0, 0, 11}});
    b->port.changed = true;
    return b->plug != NULL;
}

static void fill(struct bench *b)
{
    static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0b};
    for (unsigned i = 0; i < RING; i++)
        wire_pattern_fill(b->ring[i], b->length, destination, b->options->seed, 0);
}

static int run(struct bench *b)
{
    const struct options *o = b->options;
    struct core_model_stats before = {0}, after = {0};
    struct machine_options options = {
        .device = o->device,
        .usb = o->usb ? &o->match : NULL,
        .loopback = o->loopback,
        .seed = o->seed,
        .single = !strcmp(o->mode, "single"),
        .wire = &b->port,
        .core = {.in_phase = true},
        .board = {.in_phase = true},
        .handlers = {.context = b, .completed = completed, .received = received},
    };
    int code = firmware_choose(o, &options);
    if (code)
        return code;
    code = machine_start(&b->machine, &options);
    if (code)
        return complain(code, "%s", b->machine.message);
    if (!b->sends && !plug_generator(b)) {
        machine_stop(&b->machine);
        return complain(EXIT_FAILED, "out of memory");
    }
    b->under_way_max = o->latency ? 1 : under_way_max(b);
    if (b->machine.core)
        core_model_stats_get(b->machine.core, &before);
    uint64_t model_ns = machine_now_ns(&b->machine);
    double seconds = clock_s(b->usb);
    carry(b);
    seconds = clock_s(b->usb) - seconds;
    model_ns = machine_now_ns(&b->machine) - model_ns;
    if (b->machine.core)
        core_model_stats_get(b->machine.core, &after);
    after.tx_cycles -= before.tx_cycles;
    after.evaluations -= before.evaluations;
    struct figures f = figures_of(b, seconds, model_ns, &after);
    if (o->json)
        tell_json(b, &f);
    else if (!tool_quiet)
        tell(b, &f);
    code = judge(b);
    machine_stop(&b->machine);
    return code;
}

int command_bench(const struct options *o)
{
    struct bench b = {.port.ops = &port_ops,
                      .options = o,
                      .count = o->count ? o->count : 50000,
                      .length = o->size - 4,
                      .sends = strcmp(o->direction, "in") != 0,
                      .carries = strcmp(o->device, "null") && strcmp(o->direction, "out"),
                      .usb = o->usb};
    int code = EXIT_FAILED;
    if (!has_wire(o) && strcmp(o->direction, "both"))
        return complain(EXIT_USAGE,
                        "--direction out and in need the wire of core or a board model");
    if (o->latency && !b.sends)
        return complain(EXIT_USAGE, "--latency is that of frames sent, --direction out or both");
    b.plug = make_plug(&b);
    b.ring = malloc(RING * sizeof *b.ring);
    b.latency = o->latency ? calloc(1, sizeof *b.latency) : NULL;
    if (!b.plug || !b.ring || (o->latency && !b.latency)) {
        complain(EXIT_FAILED, "out of memory");
    } else {
        fill(&b);
        code = run(&b);
    }
    wire_port_close(b.plug);
    free(b.ring);
    free(b.latency);
    return code;
}
