/* SPDX-License-Identifier: Apache-2.0 */
/* See fs_line.h. */
#include "fs_line.h"

#include <assert.h>
#include <string.h>

void fs_line_init(struct fs_line *l, uint64_t bit_ps)
{
    memset(l, 0, sizeof *l);
    l->bit_ps = bit_ps;
    l->rest = FS_J;
    l->random = bit_ps;
}

static void breach(struct fs_line *l, const char *what)
{
    if (!l->breach)
        l->breach = what;
}

/* ---- to the device ---- */

static void push(struct fs_line *l, uint8_t level)
{
    assert(l->count < FS_LEVELS);
    l->random = l->random * 6364136223846793005u + 1442695040888963407u;
    uint32_t draw = (uint32_t)(l->random >> 33);
    int32_t most = (int32_t)l->jitter_ps / 2;
    /* Every other edge as far off as it may be: so that two in a row, which a receiver has to bear, are as far apart. */
    l->late_ps[l->count] = draw & 1   ? (int32_t)((draw >> 2) % (l->jitter_ps + 1u)) - most
                           : draw & 2 ? most
                                      : -most;
    l->levels[l->count++] = level;
}

/* A 0 changes the level, a 1 leaves it (7.1.8); after six 1 comes a 0 (7.1.9). */
static void push_bit(struct fs_line *l, bool bit, unsigned *ones)
{
    uint8_t level = l->count ? l->levels[l->count - 1] : FS_J;
    push(l, bit ? level : level ^ 3);
    *ones = bit ? *ones + 1 : 0;
    if (*ones == 6)
        push_bit(l, false, ones);
}

void fs_line_send(struct fs_line *l, const uint8_t *packet, size_t length, uint64_t now_ps)
{
    unsigned ones = 0;
    l->count = 0;
    l->start_ps = now_ps;
    for (unsigned i = 0; i < 8; i++)
        push_bit(l, i == 7, &ones);
    for (size_t i = 0; i < 8 * length; i++)
        push_bit(l, packet[i / 8] >> i % 8 & 1, &ones);
    push(l, FS_SE0);
    push(l, FS_SE0);
    push(l, FS_J);
}

uint64_t fs_line_end_ps(const struct fs_line *l)
{
    return l->start_ps + l->count * l->bit_ps;
}

uint8_t fs_line_level(const struct fs_line *l, uint64_t now_ps)
{
    if (now_ps < l->start_ps)
        return l->rest;
    uint64_t bit = (now_ps - l->start_ps) / l->bit_ps;
    int64_t since_ps = (int64_t)((now_ps - l->start_ps) % l->bit_ps);
    if (bit < l->count && since_ps < l->late_ps[bit])
        return bit ? l->levels[bit - 1] : FS_J;
    if (bit + 1 < l->count && since_ps >= (int64_t)l->bit_ps + l->late_ps[bit + 1])
        bit++;
    return bit < l->count ? l->levels[bit] : l->rest;
}

/* ---- from the device ---- */

static void take_bit(struct fs_line *l, bool bit)
{
    bool stuffed = l->ones == 6;
    l->ones = bit ? l->ones + 1 : 0;
    if (l->state == FS_SYNC) { /* seven 0, one 1 */
        l->bits++;
        if (bit != (l->bits == 8)) {
            breach(l, "SYNC of the device is not KJKJKJKK (7.1.10)");
            l->state = FS_BAD;
        } else if (bit) {
            l->state = FS_PACKET;
            l->bits = 0;
        }
        return;
    }
    if (stuffed) {
        if (bit) {
            breach(l, "seven ones in a row from the device (7.1.9)");
            l->state = FS_BAD;
        }
        return;
    }
    l->shift = (uint8_t)(l->shift >> 1 | bit << 7);
    if (++l->bits % 8)
        return;
    if (l->bytes == FS_PACKET_BYTES) {
        breach(l, "a packet of the device is too long");
        l->state = FS_BAD;
        return;
    }
    l->packet[l->bytes++] = l->shift;
}

/* A level has ended after `run` samples. The device's clock is the one that samples: bits are whole. */
static void take_run(struct fs_line *l)
{
    unsigned bits = (l->run + 1) / 4;
    if (l->level == FS_SE0) {
        if (l->state == FS_PACKET && bits == 2 && l->bits % 8 == 0)
            l->complete = true;
        else if (l->state == FS_PACKET)
            breach(l, "EOP of the device is not two bits of SE0 behind a whole octet (7.1.13.2)");
        l->state = FS_BAD; /* until it lets go */
        return;
    }
    if (l->state != FS_SYNC && l->state != FS_PACKET)
        return;
    if (l->run % 4)
        breach(l, "a bit of the device is not four clocks long");
    for (unsigned i = 0; i < bits && (l->state == FS_SYNC || l->state == FS_PACKET); i++)
        take_bit(l, i > 0);
}

void fs_line_sample(struct fs_line *l, bool driven, uint8_t level)
{
    if (!driven) {
        if (l->state == FS_PACKET || l->state == FS_SYNC)
            breach(l, "the device lets go of the line in a packet");
        l->state = FS_QUIET;
        return;
    }
    if (l->state == FS_QUIET) {
        l->heard = true;
        l->state = FS_SYNC;
        l->run = l->ones = l->bits = 0;
        l->bytes = 0;
        l->level = level;
        if (level != FS_K)
            breach(l, "a packet of the device does not begin with K (7.1.10)");
    }
    if (level != l->level) {
        take_run(l);
        l->level = level;
        l->run = 0;
    }
    l->run++;
}
