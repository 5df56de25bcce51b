/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture through NDIS, miniport and device and back from the wire. The sender never has more bytes under way than the
 * device's receive buffer holds, so that nothing can be lost for want of buffer, however slow the way back is.
 */
#include "replay.h"

#include "nic_regs.h"
#include "recorder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUIET_NS     10000000ull /* the longest that a frame under way may take, 10 Mb/s included */
#define USB_QUIET_NS 3000000000ull /* ... through a device in real time, which may be a model */
#define GIVE_UP_NS                                                                                 \
    20000000000ull /* nothing completed for so long: the driver's own recovery has failed, too */
#define LEAST_FRAME   14
#define LEAST_WIRE    60
#define BUFFER_MARGIN 128
#define ARRAY_MOST    32

/* A frame's way. */
enum fate { UNSENT, SENT, DONE, REFUSED };

struct replay {
    struct wire_port port; /* between the device and what is behind it */
    struct wire_port *inner;
    const struct options *options;
    const char *name;
    const struct capture *capture;
    struct machine machine;
    struct match *wire_match, *host_match;
    uint8_t *fate;
    uint32_t next; /* first frame not sent */
    uint32_t window_bytes, under_way_bytes, window_frames;
    uint32_t sendable_bytes; /* longest frame without a tag */
    uint64_t random;
    volatile bool progress;
    uint64_t progress_ns;
    struct replay_result *result;
    struct replay_hooks hooks;
};

static volatile sig_atomic_t interrupted;

static void interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* ---- what a frame is ---- */

static bool tagged(const struct capture_frame *f)
{
    return f->length >= 18 && ((f->octets[12] == 0x81 && f->octets[13] == 0x00) ||
                               (f->octets[12] == 0x88 && f->octets[13] == 0xa8));
}

static bool sendable(const struct replay *r, const struct capture_frame *f)
{
    return f->length >= LEAST_FRAME && f->length <= r->sendable_bytes + (tagged(f) ? 4 : 0);
}

/* A PAUSE frame goes as far as the receiving MAC (IEEE 802.3, 31B). */
static bool is_pause(const struct capture_frame *f)
{
    static const uint8_t group[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x01};
    return f->length >= 16 && !memcmp(f->octets, group, 6) &&
           !memcmp(f->octets + 12, "\x88\x08\x00\x01", 4);
}

/* Of the window: a small frame takes one of the receive buffer's places for frames. */
static uint32_t cost(const struct replay *r, const struct capture_frame *f)
{
    uint32_t least = r->window_bytes / r->window_frames;
    least = least < LEAST_WIRE ? LEAST_WIRE : least + 1;
    return f->length < least ? least : f->length;
}

/* ---- what the machine reports ---- */

static void moved(struct replay *r)
{
    r->progress_ns = machine_now_ns(&r->machine);
    nic_platform_flag_set(r->machine.platform, &r->progress);
}

static void arrived(struct replay *r, const struct capture_frame *f)
{
    uint32_t bytes = cost(r, f);
    r->under_way_bytes -= bytes < r->under_way_bytes ? bytes : r->under_way_bytes;
}

static void name_refused(const struct replay *r, ULONG number, NDIS_STATUS status)
{
    const struct capture_frame *f = &r->capture->frames[number];
    remark("%s: frame %u of %u bytes is %s, refused with %s", r->name, (unsigned)number + 1,
           f->length,
           f->length < LEAST_FRAME ? "shorter than an Ethernet header" : "longer than the maximum",
           status_name(status));
}

static void completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct replay *r = context;
    const struct capture_frame *f = &r->capture->frames[number];
    if (r->fate[number] != SENT)
        r->result->findings++; /* completed twice, or never sent */
    r->fate[number] = DONE;
    moved(r);
    if (status == NDIS_STATUS_SUCCESS) {
        r->result->completed_ok++;
        if (is_pause(f)) {
            r->result->consumed++;
            arrived(r, f);
        }
        return;
    }
    arrived(r, f);
    if (status == NDIS_STATUS_FAILURE && !sendable(r, f)) {
        r->fate[number] = REFUSED;
        r->result->rejected++;
        name_refused(r, number, status);
        return;
    }
    if (!r->result->completed_error++)
        complain(EXIT_FAILED, "%s: frame %u was completed with %s", r->name, (unsigned)number + 1,
                 status_name(status));
}

static void received(void *context, const UCHAR *octets, UINT length)
{
    struct replay *r = context;
    uint32_t number = match_take(r->host_match, octets, length);
    r->result->received++;
    moved(r);
    if (number != MATCH_NONE)
        arrived(r, &r->capture->frames[number]);
}

static void wire_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct replay *r = (struct replay *)port;
    r->result->wire_frames++;
    if (frame->length < 4 || !frame->fcs_ok || frame->error || frame->preamble_octets != 7 ||
        frame->gap_octets < WIRE_GAP_OCTETS ||
        match_take(r->wire_match, frame->octets, frame->length - 4) == MATCH_NONE)
        r->result->wire_mismatches++;
    if (r->inner->ops->transmitted)
        r->inner->ops->transmitted(r->inner, frame);
}

static void seen(void *context, const struct sender_sight *sight)
{
    recorder_seen(context, sight);
}

static bool wire_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                      uint64_t *retry_ns)
{
    struct replay *r = (struct replay *)port;
    return r->inner->ops->next(r->inner, now_ns, frame, retry_ns);
}

static const struct wire_port_ops verify_ops = {.transmitted = wire_transmitted, .next = wire_next};

/* ---- sending ---- */

static uint32_t draw(struct replay *r, uint32_t n)
{
    r->random ^= r->random << 13;
    r->random ^= r->random >> 7;
    r->random ^= r->random << 17;
    return (uint32_t)((r->random >> 20) % n);
}

static uint64_t due_ns(const struct replay *r, uint32_t number, uint64_t start_ns)
{
    const struct capture_frame *f = r->capture->frames;
    if (strcmp(r->options->rate, "recorded") != 0 || f[number].time_ns <= f[0].time_ns)
        return 0;
    return start_ns + (f[number].time_ns - f[0].time_ns);
}

/* How many frames may go now, in one call; 0: none. */
static uint32_t ready(const struct replay *r, uint64_t now_ns, uint64_t start_ns, uint32_t most)
{
    uint32_t n = 0, bytes = r->under_way_bytes;
    while (n < most && r->next + n < r->capture->count &&
           due_ns(r, r->next + n, start_ns) <= now_ns) {
        bytes += cost(r, &r->capture->frames[r->next + n]);
        /* a frame alone always goes: an unsendable one may be larger than any window */
        if (bytes > r->window_bytes && bytes != cost(r, &r->capture->frames[r->next]))
            break;
        n++;
    }
    return n;
}

/* Sends what may be sent; returns whether anything was. */
static bool send_some(struct replay *r, uint64_t start_ns)
{
    struct sender_frame frames[ARRAY_MOST];
    bool mixed = !strcmp(r->options->mode, "mixed");
    enum sender_call call = SENDER_BY_MINIPORT;
    uint32_t most = ARRAY_MOST;
    if (mixed) {
        call = draw(r, 2) ? SENDER_NDIS_SEND : SENDER_NDIS_SEND_PACKETS;
        most = 1 + draw(r, ARRAY_MOST);
    }
    uint32_t room = SENDER_PACKETS - sender_outstanding(r->machine.sender);
    uint32_t n = ready(r, machine_now_ns(&r->machine), start_ns, most < room ? most : room);
    if (!n)
        return false;
    for (uint32_t i = 0; i < n; i++) {
        const struct capture_frame *f = &r->capture->frames[r->next + i];
        frames[i] =
            (struct sender_frame){.octets = f->octets, .length = f->length, .number = r->next + i};
        r->fate[r->next + i] = SENT;
        r->under_way_bytes += cost(r, f);
    }
    r->next += n;
    if (sender_send(r->machine.sender, frames, n, call) != n)
        r->result->findings++; /* room was counted */
    return true;
}

/* Until everything has been sent and has come back, or nothing moves any more. */
static void carry(struct replay *r)
{
    uint64_t start_ns = machine_now_ns(&r->machine);
    uint64_t quiet_ns = r->options->usb ? USB_QUIET_NS : QUIET_NS;
    machine_enter(&r->machine);
    r->progress_ns = start_ns;
    while (!interrupted) {
        while (send_some(r, start_ns))
            ;
        bool out = sender_outstanding(r->machine.sender) != 0;
        uint64_t until_ns = r->progress_ns + (out ? GIVE_UP_NS : quiet_ns);
        uint64_t next_ns = r->next < r->capture->count ? due_ns(r, r->next, start_ns) : UINT64_MAX;
        uint64_t now_ns = machine_now_ns(&r->machine);
        if (next_ns > now_ns && next_ns != UINT64_MAX && (next_ns < until_ns || !out))
            until_ns = next_ns;
        __atomic_store_n(&r->progress, false, __ATOMIC_RELAXED);
        machine_leave(&r->machine);
        progress("frames sent:", r->next, r->capture->count);
        bool moved_on = machine_run(&r->machine, &r->progress, until_ns);
        machine_enter(&r->machine);
        if (moved_on)
            continue;
        now_ns = machine_now_ns(&r->machine);
        if (out ? now_ns >= r->progress_ns + GIVE_UP_NS : r->next == r->capture->count)
            break;
        if (!out && next_ns <= now_ns)
            r->under_way_bytes = 0; /* what is under way for so long will not come */
    }
    machine_leave(&r->machine);
    progress_end();
}

static void count_lost(struct replay *r)
{
    struct replay_result *result = r->result;
    const struct match_counts *host = match_counts(r->host_match);
    const struct match_counts *wire = match_counts(r->wire_match);
    for (uint32_t i = 0; i < r->capture->count; i++) {
        if (r->fate[i] == SENT)
            result->outstanding++;
        if (r->fate[i] == DONE && !is_pause(&r->capture->frames[i]) &&
            !match_seen(r->host_match, i))
            result->lost++;
        if (r->fate[i] == SENT || r->fate[i] == DONE)
            result->sent++;
    }
    result->duplicated = host->duplicated;
    result->out_of_order = host->out_of_order;
    result->corrupted = host->foreign;
    result->wire_mismatches += wire->out_of_order;
}

static void collect(struct replay *r)
{
    struct replay_result *result = r->result;
    struct nic_ndis_statistics ndis;
    const struct sender_counts *counts = sender_counts(r->machine.sender);
    count_lost(r);
    result->ndis_send = counts->ndis_send;
    result->ndis_send_packets = counts->ndis_send_packets;
    result->model_ns = r->progress_ns; /* the last thing that happened */
    if (nic_ndis_adapter_statistics(MACHINE_ADAPTER, &ndis))
        result->interrupts = ndis.interrupts;
    result->hash = machine_hash(&r->machine);
    if (r->machine.core)
        result->assertions = core_model_assertions(r->machine.core);
    if (r->machine.board)
        result->assertions = board_model_assertions(r->machine.board);
}

static bool ask_device(struct replay *r)
{
    r->sendable_bytes = sender_max_frame(r->machine.sender);
    if (!machine_rx_room(&r->machine, &r->window_bytes, &r->window_frames))
        return false;
    r->window_bytes -= BUFFER_MARGIN;
    return true;
}

static int run(struct replay *r)
{
    struct recorder *recorder = r->hooks.recorder;
    struct machine_options o = {
        .device = r->options->device,
        .usb = r->options->usb ? &r->options->match : NULL,
        .loopback = r->options->loopback,
        .seed = r->options->seed,
        .single = !strcmp(r->options->mode, "single"),
        .verify = true,
        .wire = recorder && r->result->wire_seen ? recorder_wire(recorder, &r->port) : &r->port,
        .core = {.in_phase = true},
        .board = {.in_phase = true},
        .mbps = r->options->mbps,
        .handlers = {.context = r,
                     .completed = completed,
                     .received = received,
                     .seen = recorder ? seen : NULL,
                     .seen_context = recorder},
    };
    double start_s = wall_s();
    int code = firmware_choose(r->options, &o);
    if (code)
        return code;
    code = machine_start(&r->machine, &o);
    if (code)
        return complain(code, "%s", r->machine.message);
    if (!ask_device(r)) {
        machine_stop(&r->machine);
        return complain(EXIT_FAILED, "the device does not tell the size of its buffers");
    }
    if (recorder) {
        code = recorder_start(recorder, &r->machine);
        if (code) {
            machine_stop(&r->machine);
            return code;
        }
    }
    carry(r);
    machine_enter(&r->machine);
    collect(r);
    machine_leave(&r->machine);
    r->result->wall_s = wall_s() - start_s;
    if (r->hooks.inspect)
        code = r->hooks.inspect(&r->machine, r->hooks.context);
    machine_stop(&r->machine);
    r->result->findings += r->machine.findings;
    return interrupted ? complain(EXIT_FAILED, "interrupted") : code;
}

int replay_run(const struct options *options, const char *name, const struct capture *capture,
               struct replay_result *result, const struct replay_hooks *hooks)
{
    char error[WIRE_ERROR_BYTES];
    int code = EXIT_FAILED;
    struct wire_port *recorder = NULL;
    struct replay r = {
        .port.ops = &verify_ops,
        .options = options,
        .name = name,
        .capture = capture,
        .result = result,
        .hooks = hooks ? *hooks : (struct replay_hooks){0},
        .random = (options->seed + 1) * 0x9e3779b97f4a7c15u | 1,
    };
    memset(result, 0, sizeof *result);
    result->frames_read = capture->count;
    result->wire_seen = !options->usb && !options->loopback;
    if (options->output && !result->wire_seen)
        return complain(EXIT_USAGE, "-w records the wire of a model, %s",
                        options->usb ? "a device on USB has its own"
                                     : "which stays idle with --loopback");
    if (!strcmp(options->device, "null"))
        return complain(EXIT_USAGE, "the null device carries nothing, replay takes --device core, "
                                    "board:butterstick or soft");
    struct wire_port *plug = wire_loopback_create();
    r.inner = plug;
    r.wire_match = match_create(capture->frames, capture->count);
    r.host_match = match_create(capture->frames, capture->count);
    r.fate = calloc(capture->count + 1, 1);
    if (!plug || !r.wire_match || !r.host_match || !r.fate) {
        complain(EXIT_FAILED, "out of memory");
        goto out;
    }
    if (options->output) {
        recorder = wire_record_create(options->output, plug, error);
        if (!recorder) {
            complain(EXIT_FAILED, "%s", error);
            goto out;
        }
        r.inner = recorder;
    }
    struct sigaction action = {.sa_handler = interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGQUIT, &action, NULL);
    code = run(&r);
out:
    if (recorder) {
        wire_record_keep(recorder, code == 0);
        int failure = wire_port_close(recorder);
        if (failure && !code)
            code = complain(EXIT_FAILED, "%s: cannot be written: %s", options->output,
                            strerror(-failure));
    }
    wire_port_close(plug);
    match_free(r.wire_match);
    match_free(r.host_match);
    free(r.fate);
    return code;
}

bool replay_good(const struct replay_result *r)
{
    return r->completed_ok == r->sent && !r->completed_error && !r->outstanding && !r->lost &&
           !r->duplicated && !r->out_of_order && !r->corrupted && !r->wire_mismatches &&
           (!r->wire_seen || r->wire_frames == r->sent) && !r->assertions && !r->findings &&
           r->sent + r->rejected == r->frames_read;
}

/* ---- the command ---- */

static json_t *to_json(const struct replay_result *r, const struct options *o)
{
    char hash[24];
    snprintf(hash, sizeof hash, "%016llx", (unsigned long long)r->hash);
    json_t *object = json_pack(
        "{s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:i, s:I, s:I, s:I, "
        "s:I, s:i, "
        "s:i, s:f, s:I, s:s, s:s, s:b}",
        "device", o->device, "frames_read", (int)r->frames_read, "sent", (int)r->sent,
        "completed_ok", (int)r->completed_ok, "completed_error", (int)r->completed_error,
        "rejected", (int)r->rejected, "outstanding", (int)r->outstanding, "lost", (int)r->lost,
        "duplicated", (int)r->duplicated, "out_of_order", (int)r->out_of_order, "corrupted",
        (int)r->corrupted, "consumed", (int)r->consumed, "wire_frames", (int)r->wire_frames,
        "wire_mismatches", (int)r->wire_mismatches, "interrupts", (json_int_t)r->interrupts,
        "model_ns", (json_int_t)r->model_ns, "ndis_send", (json_int_t)r->ndis_send,
        "ndis_send_packets", (json_int_t)r->ndis_send_packets, "assertions", (int)r->assertions,
        "findings", (int)r->findings, "wall_s", r->wall_s, "seed", (json_int_t)o->seed, "mode",
        o->mode, "hash", hash, "ok", (int)replay_good(r));
    if (!r->wire_seen) {
        json_object_del(object, "wire_frames");
        json_object_del(object, "wire_mismatches");
    }
    if (o->usb)
        json_object_del(object, "hash"); /* real time: no function of the seed */
    return object;
}

static void tell(FILE *to, const struct replay_result *r, const struct options *o)
{
    fprintf(to, "  frames     %u read, %u sent, %u rejected\n", r->frames_read, r->sent,
            r->rejected);
    fprintf(to, "  completed  %u ok, %u with an error, %u not at all\n", r->completed_ok,
            r->completed_error, r->outstanding);
    if (r->wire_seen)
        fprintf(to, "  wire       %u frames, %u differ from what was sent\n", r->wire_frames,
                r->wire_mismatches);
    else
        fprintf(to, "  wire       not seen from here\n");
    fprintf(to, "  received   %u: %u lost, %u duplicated, %u out of order, %u corrupted\n",
            r->received, r->lost, r->duplicated, r->out_of_order, r->corrupted);
    if (r->consumed)
        fprintf(to, "  PAUSE      %u frames went no further than the receiving MAC\n", r->consumed);
    fprintf(to, "  device     %s, %.3f ms of %s time, %llu interrupts\n", o->device,
            (double)r->model_ns / 1e6, o->usb ? "real" : "its", (unsigned long long)r->interrupts);
    fprintf(to, "  seed       %llu, %.2f s of yours\n", (unsigned long long)o->seed, r->wall_s);
    if (r->findings)
        fprintf(to, "  NDIS       %u rules broken\n", r->findings);
    if (r->assertions)
        fprintf(to, "  RTL        %u assertions failed\n", r->assertions);
    print_verdict(to, replay_good(r),
                  replay_good(r)
                      ? "Everything that can be sent crossed exactly once, in order, byte for byte."
                      : "FAILED: not everything crossed exactly once, in order, byte for byte.");
    fputc('\n', to);
}

int command_replay(const struct options *o)
{
    char error[CAPTURE_ERROR_BYTES];
    struct replay_result result;
    if (!o->input)
        return complain(EXIT_USAGE, "replay needs a capture, as in hilnic replay -r traffic.pcap");
    bool to_stdout = o->output && !strcmp(o->output, "-");
    if (to_stdout && o->json)
        return complain(EXIT_USAGE, "-w - and --json both want standard output");
    struct capture *capture = capture_read(o->input, error);
    if (!capture)
        return complain(EXIT_FAILED, "%s", error);
    int code = replay_run(o, o->input, capture, &result, NULL);
    capture_free(capture);
    if (code)
        return code;
    if (o->json)
        print_json(to_json(&result, o));
    else if (!tool_quiet)
        tell(to_stdout ? stderr : stdout, &result, o);
    return replay_good(&result) ? EXIT_DONE : EXIT_FAILED;
}
