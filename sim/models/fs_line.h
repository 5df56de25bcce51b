/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's side of a full-speed USB line (USB 2.0, 7.1): what it drives on D+ and D- in time, and what it makes of the device's
 * samples: NRZI, bit stuffing, SYNC and EOP. Packets are octets from PID to CRC; what they mean is usb_host's.
 */
#ifndef FS_LINE_H
#define FS_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FS_SE0 0
#define FS_J   1 /* {D-, D+} */
#define FS_K   2

#define FS_PACKET_BYTES 128
#define FS_LEVELS       1600

struct fs_line {
    uint64_t bit_ps; /* of the host's clock */
    unsigned
        jitter_ps; /* less than a bit: each edge comes up to half of it early or late, every other one just that */
    uint64_t random;
    uint8_t
        rest; /* what the host leaves on the line between packets: J by the device's pull-up, or SE0 */

    /* being sent: a level a bit */
    uint8_t levels[FS_LEVELS];
    int32_t late_ps[FS_LEVELS]; /* the edge before it */
    unsigned count;
    uint64_t start_ps;

    /* being received: 4 samples a bit */
    uint8_t level;
    unsigned run, ones, bits;
    uint8_t shift;
    enum { FS_QUIET, FS_SYNC, FS_PACKET, FS_BAD } state;
    uint8_t packet[FS_PACKET_BYTES];
    size_t bytes;
    bool heard;         /* the device began to drive */
    bool complete;      /* a packet with its EOP stands in `packet` */
    const char *breach; /* what the device did that 7.1 does not allow; the first */
};

void fs_line_init(struct fs_line *, uint64_t bit_ps);

/* Puts a packet onto the line from now_ps on; the previous one must be over. */
void fs_line_send(struct fs_line *, const uint8_t *packet, size_t length, uint64_t now_ps);
uint64_t fs_line_end_ps(const struct fs_line *); /* where its EOP, the J included, ends */

/* What the host drives, or the line rests at. */
uint8_t fs_line_level(const struct fs_line *, uint64_t now_ps);

/* What the device's pins show in one of its clocks. */
void fs_line_sample(struct fs_line *, bool driven, uint8_t level);

#ifdef __cplusplus
}
#endif

#endif
