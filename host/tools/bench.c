/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bench command: frames of one length through NDIS, driver and device, back from the wire and up again, as fast as
 * they go. Processor time, because other programs take some of the wall clock; with a device on USB the wall clock.
 */
#include "machine.h"
#include "nic_regs.h"
#include "tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UNDER_WAY    512
#define BATCH        32
#define STALL_NS     50000000ull
#define USB_STALL_NS 3000000000ull /* in real time; the device may be a model */

struct bench {
    struct machine machine;
    struct wire_port *plug;
    uint32_t sent, completed, failed, received, damaged;
    uint32_t length;
    uint32_t under_way_max;
    bool carries; /* frames come back */
    bool usb;
    uint64_t seed;
    volatile bool progress;
};

static void completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct bench *b = context;
    (void)number;
    b->completed++;
    b->failed += status != NDIS_STATUS_SUCCESS;
    nic_platform_flag_set(b->machine.platform, &b->progress);
}

static void received(void *context, const UCHAR *octets, UINT length)
{
    struct bench *b = context;
    (void)octets;
    b->damaged += length != b->length;
    b->received++;
    nic_platform_flag_set(b->machine.platform, &b->progress);
}

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
    uint32_t caps, buffers, fit;
    if (!b->carries || !machine_read(&b->machine, NIC_CAPS_ADDR, &caps, 1) ||
        (caps & NIC_CAPS_SYS_MHZ_MASK) >> NIC_CAPS_SYS_MHZ_SHIFT >= 125 ||
        !machine_read(&b->machine, NIC_BUFFERS_ADDR, &buffers, 1))
        return UNDER_WAY;
    fit = ((buffers & NIC_BUFFERS_RX_MASK) >> NIC_BUFFERS_RX_SHIFT) * 256 / b->length - 1;
    return fit < UNDER_WAY ? fit : UNDER_WAY;
}

static uint32_t next_batch(const struct bench *b, uint32_t count)
{
    uint32_t most = b->under_way_max < BATCH ? b->under_way_max : BATCH;
    return count - b->sent < most ? count - b->sent : most;
}

/* Keeps so many frames under way until all have been sent and are back. */
static void carry(struct bench *b, uint32_t count, const uint8_t *octets)
{
    struct sender_frame frames[BATCH];
    bool moved = true;
    machine_enter(&b->machine);
    while (moved) {
        uint32_t back = b->carries && b->received < b->completed ? b->received : b->completed;
        uint32_t most = next_batch(b, count);
        while (most && b->sent - back + most <= b->under_way_max) {
            for (uint32_t i = 0; i < most; i++)
                frames[i] = (struct sender_frame){
                    .octets = octets, .length = b->length, .number = b->sent + i};
            b->sent += sender_send(b->machine.sender, frames, most, SENDER_BY_MINIPORT);
            back = b->carries && b->received < b->completed ? b->received : b->completed;
            most = next_batch(b, count);
        }
        if (b->completed == count && (!b->carries || b->received == count))
            break;
        __atomic_store_n(&b->progress, false, __ATOMIC_RELAXED);
        machine_leave(&b->machine);
        progress("frames sent:", b->sent, count);
        moved = machine_run(&b->machine, &b->progress,
                            machine_now_ns(&b->machine) + (b->usb ? USB_STALL_NS : STALL_NS));
        machine_enter(&b->machine);
    }
    machine_leave(&b->machine);
    progress_end();
}

static json_t *figures(const struct bench *b, const struct options *o, double seconds,
                       uint64_t model_ns, const struct core_model_stats *core)
{
    double frames = b->carries ? b->received : b->completed;
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:f, s:f, s:f, s:f, s:f, s:I, s:I}",
                     "device", o->device, "mode", o->mode, "size", (int)o->size, "sent",
                     (int)b->sent, "completed", (int)b->completed, "received", (int)b->received,
                     "failed", (int)(b->failed + b->damaged), b->usb ? "wall_s" : "processor_s",
                     seconds, "frames_per_s", frames / seconds, "ns_per_frame",
                     1e9 * seconds / frames, "mac_cycles_per_s", (double)core->tx_cycles / seconds,
                     "evaluations_per_s", (double)core->evaluations / seconds, "model_ns",
                     (json_int_t)model_ns, "seed", (json_int_t)o->seed);
}

static void tell(const struct bench *b, const struct options *o, double seconds, uint64_t model_ns,
                 const struct core_model_stats *core)
{
    double frames = b->carries ? b->received : b->completed;
    printf("  %u frames of %u octets, device %s, mode %s: %u completed, %u received\n", b->sent,
           o->size, o->device, o->mode, b->completed, b->received);
    printf("  %.0f frames/s, %.0f ns a frame of %s\n", frames / seconds, 1e9 * seconds / frames,
           b->usb ? "the wall clock" : "processor time");
    if (core->tx_cycles)
        printf("  %.2f M MAC clocks/s, %.2f M evaluations/s, %.0f ns of device time a frame\n",
               (double)core->tx_cycles / seconds / 1e6, (double)core->evaluations / seconds / 1e6,
               (double)model_ns / frames);
}

int command_bench(const struct options *o)
{
    static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0b};
    struct bench b = {.length = o->size - 4,
                      .seed = o->seed,
                      .carries = strcmp(o->device, "null") != 0,
                      .usb = o->usb};
    struct core_model_stats before = {0}, after = {0};
    uint8_t octets[1514];
    const uint32_t count = o->count ? o->count : 50000;
    b.plug = wire_loopback_create();
    struct machine_options options = {
        .device = o->device,
        .usb = o->usb ? &o->match : NULL,
        .loopback = o->loopback,
        .seed = o->seed,
        .single = !strcmp(o->mode, "single"),
        .wire = b.plug,
        .core = {.in_phase = true},
        .board = {.in_phase = true},
        .handlers = {.context = &b, .completed = completed, .received = received},
    };
    int code = machine_start(&b.machine, &options);
    if (code) {
        wire_port_close(b.plug);
        return complain(code, "%s", b.machine.message);
    }
    b.under_way_max = under_way_max(&b);
    wire_pattern_fill(octets, b.length, destination, o->seed, 0);
    if (b.machine.core)
        core_model_stats_get(b.machine.core, &before);
    uint64_t model_ns = machine_now_ns(&b.machine);
    double seconds = clock_s(b.usb);
    carry(&b, count, octets);
    seconds = clock_s(b.usb) - seconds;
    model_ns = machine_now_ns(&b.machine) - model_ns;
    if (b.machine.core)
        core_model_stats_get(b.machine.core, &after);
    after.tx_cycles -= before.tx_cycles;
    after.evaluations -= before.evaluations;
    if (o->json)
        print_json(figures(&b, o, seconds, model_ns, &after));
    else if (!tool_quiet)
        tell(&b, o, seconds, model_ns, &after);
    if (b.completed != count || b.failed || b.damaged || (b.carries && b.received != count))
        code = complain(
            EXIT_FAILED,
            "of %u frames %u were completed, %u with an error, and %u came back, %u damaged", count,
            b.completed, b.failed, b.received, b.damaged);
    machine_stop(&b.machine);
    wire_port_close(b.plug);
    return code;
}
