/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the whole device carries over USB, in its own time: bulk OUT and bulk IN of the board models with a host that always has a
 * transfer waiting, frames of one length, each way and both ways. Whatever speed this program has does not enter, but for the
 * clocks it simulates a second. No driver: records are made here.
 */
#include "board_model.h"
#include "nic_platform.h"
#include "nic_regs.h"
#include "urb_device.h"
#include "urb_front.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRANSFERS = 4, TRANSFER_BYTES = 32768, EVENT_BYTES = 512 };
enum { OUT = 1, IN = 2 };

struct bench {
    struct board_model *board;
    struct urb_device *device;
    struct urb out[TRANSFERS], in[TRANSFERS], event[TRANSFERS];
    uint8_t out_data[TRANSFER_BYTES], in_data[TRANSFERS][TRANSFER_BYTES],
        event_data[TRANSFERS][EVENT_BYTES];
    uint32_t records; /* of a transfer */
    uint64_t out_bytes, in_bytes, out_frames, failed;
};

static void put_le32(uint8_t *p, uint32_t word)
{
    for (unsigned i = 0; i < 4; i++)
        p[i] = (uint8_t)(word >> 8 * i);
}

/* A transfer of whole records; the tags do not matter. `length` without FCS. */
static uint32_t fill(struct bench *b, uint32_t length)
{
    static const uint8_t destination[6] = {0x02, 0, 0, 0, 0, 0x0b};
    uint32_t record = NIC_TX_HEADER_BYTES + ((length + 3) & ~3u), at = 0;
    for (; at + record <= TRANSFER_BYTES; at += record) {
        uint8_t *p = b->out_data + at;
        uint32_t word = length;
        word |= (uint32_t)((uint8_t)(0x5a ^ word ^ word >> 8 ^ word >> 16))
                << NIC_TX_HEADER_WORD0_CHECK_SHIFT;
        put_le32(p, word);
        wire_pattern_fill(p + NIC_TX_HEADER_BYTES, length, destination, 1, b->records++);
    }
    return at;
}

static void again(struct urb *urb)
{
    struct bench *b = urb->user;
    b->failed += urb->status != URB_OK;
    if (urb->endpoint == NIC_ENDPOINT_TX) {
        b->out_bytes += urb->actual_bytes;
        b->out_frames += b->records;
    } else if (urb->endpoint == NIC_ENDPOINT_RX)
        b->in_bytes += urb->actual_bytes;
    if (b->device->ops->submit(b->device, urb))
        b->failed++;
}

static void post(struct bench *b, struct urb *urb, uint8_t endpoint, uint8_t *data, uint32_t bytes)
{
    *urb = (struct urb){
        .endpoint = endpoint, .data = data, .length_bytes = bytes, .done = again, .user = b};
    if (b->device->ops->submit(b->device, urb))
        b->failed++;
}

static bool reg_write(struct bench *b, uint32_t address, uint32_t value)
{
    const uint8_t setup[8] = {
        0x40, NIC_VENDOR_REQUEST_REG_WRITE, (uint8_t)address, (uint8_t)(address >> 8), 0, 0, 4, 0};
    uint8_t word[4];
    put_le32(word, value);
    return urb_front_control(b->device, setup, word) == 4;
}

static bool set_up(struct bench *b, bool gigabit)
{
    static const uint8_t get[8] = {0x80, 6, 0, 2, 0, 0, 64, 0}, set[8] = {0, 9, 1, 0, 0, 0, 0, 0};
    uint8_t configuration[64];
    uint32_t speed = gigabit ? NIC_SPEED_M1000 : NIC_SPEED_M100;
    return urb_front_reset(b->device) && urb_front_control(b->device, get, configuration) > 0 &&
           urb_front_control(b->device, set, NULL) == 0 &&
           reg_write(b, NIC_FILTER_ADDR, NIC_FILTER_PROMISCUOUS_MASK) &&
           reg_write(b, NIC_LINK_ADDR, NIC_LINK_UP_MASK | speed << NIC_LINK_SPEED_SHIFT) &&
           reg_write(b, NIC_CTRL_ADDR, NIC_CTRL_TX_ENABLE_MASK | NIC_CTRL_RX_ENABLE_MASK);
}

static void pass(struct bench *b, uint64_t ns)
{
    uint64_t end = b->device->ops->now_ns(b->device) + ns;
    while (b->device->ops->now_ns(b->device) < end)
        b->device->ops->run(b->device, end);
}

static double processor_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static uint64_t in_moved(const struct bench *b)
{
    uint64_t bytes = b->in_bytes;
    for (unsigned i = 0; i < TRANSFERS; i++)
        bytes += b->in[i].status ? 0 : b->in[i].actual_bytes;
    return bytes;
}

/* `octets` with FCS. */
static int measure(const char *name, unsigned ways, uint32_t octets, uint64_t ns)
{
    static struct bench b;
    bool fast = !strcmp(name, "board:butterstick");
    struct nic_platform *platform = nic_virtual_create(1);
    struct wire_generator_options g = {.seed = 1,
                                       .count = ways & IN ? UINT32_MAX : 0,
                                       .min_octets = octets,
                                       .max_octets = octets,
                                       .destination = {0x02, 0, 0, 0, 0, 0x0a}};
    struct wire_port *wire = wire_generator_create(&g);
    struct board_model_options options = {.seed = 1, .in_phase = true};
    struct board_model_stats before, after;
    memset(&b, 0, sizeof b);
    b.board = board_model_create(name, &options, platform, wire);
    b.device = board_model_urb(b.board);
    if (!set_up(&b, fast)) {
        fprintf(stderr, "%s: no enumeration\n", name);
        return 1;
    }
    uint32_t bytes = fill(&b, octets - 4), record = bytes / b.records;
    for (unsigned i = 0; i < TRANSFERS; i++) {
        /* Without frames to send, all that there would be to tell is that the wire is faster than USB. */
        if (ways & OUT) {
            post(&b, &b.event[i], NIC_ENDPOINT_EVENT, b.event_data[i], EVENT_BYTES);
            post(&b, &b.out[i], NIC_ENDPOINT_TX, b.out_data, bytes);
        }
        if (ways & IN)
            post(&b, &b.in[i], NIC_ENDPOINT_RX, b.in_data[i], TRANSFER_BYTES);
    }
    pass(&b, ns / 5);
    board_model_stats_get(b.board, &before);
    uint32_t wire_before = wire_generator_counts(wire)->seen;
    uint64_t in_before = in_moved(&b);
    double seconds = processor_s();
    pass(&b, ns);
    seconds = processor_s() - seconds;
    board_model_stats_get(b.board, &after);
    double span = 1e-9 * (double)(after.now_ns - before.now_ns);
    double out = (wire_generator_counts(wire)->seen - wire_before) / span;
    double in = (double)(in_moved(&b) - in_before) / span;
    printf("  %-18s %-4s %5u  %6.2f %9.0f  %6.2f %9.0f  %5.1f%%  %.2f\n", name,
           ways == OUT  ? "out"
           : ways == IN ? "in"
                        : "both",
           octets, 1e-6 * out * record, out, 1e-6 * in, in / record,
           100.0 * (double)(after.naks - before.naks) * 1e-3 / span / (fast ? 8 : 1),
           1e-6 * (double)(after.usb_clocks - before.usb_clocks) / seconds);
    fflush(stdout);
    int bad = b.failed || board_model_assertions(b.board);
    board_model_destroy(b.board);
    wire_port_close(wire);
    nic_virtual_destroy(platform);
    return bad;
}

int main(void)
{
    static const uint32_t sizes[] = {64, 1518};
    int bad = 0;
    puts("  device             ways octets  MB/s   frames/s out  MB/s   frames/s in  NAKs  M "
         "clocks/s");
    for (unsigned size = 0; size < 2; size++)
        for (unsigned ways = OUT; ways <= (OUT | IN); ways++)
            bad |= measure("board:butterstick", ways, sizes[size], 5000000);
    for (unsigned size = 0; size < 2; size++)
        for (unsigned ways = OUT; ways <= (OUT | IN); ways++)
            bad |= measure("board:ulx3s", ways, sizes[size], 60000000);
    if (bad)
        fputs("a transfer failed, or the device broke a rule\n", stderr);
    return bad;
}
