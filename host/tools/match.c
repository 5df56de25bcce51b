/* SPDX-License-Identifier: Apache-2.0 */
/* Matching of frames by contents, see match.h: chains of frames by their CRC, in order of sending. */
#include "match.h"

#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define LEAST  60 /* IEEE 802.3 minFrameSize without FCS */
#define HEADER 14 /* destination, source, type */

struct match {
    const struct capture_frame *frames;
    uint32_t count, buckets; /* a power of two */
    uint32_t *bucket;        /* first frame of a chain, MATCH_NONE: empty */
    uint32_t *next;
    bool *seen;
    uint32_t last; /* highest number matched + 1 */
    struct match_counts counts;
};

static uint32_t digest(const uint8_t *octets, uint32_t length)
{
    uint8_t padded[LEAST] = {0};
    if (length >= LEAST)
        return wire_fcs(octets, length);
    memcpy(padded, octets, length);
    return wire_fcs(padded, LEAST);
}

static bool same(const struct capture_frame *f, const uint8_t *octets, uint32_t length)
{
    static const uint8_t zeros[LEAST];
    uint32_t shorter = f->length < length ? f->length : length;
    if (f->length != length && (f->length > LEAST || length > LEAST))
        return false;
    return memcmp(f->octets, octets, shorter) == 0 &&
           memcmp(octets + shorter, zeros, length - shorter) == 0 &&
           memcmp(f->octets + shorter, zeros, f->length - shorter) == 0;
}

struct match *match_create(const struct capture_frame *frames, uint32_t count)
{
    struct match *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->frames = frames;
    m->count = count;
    for (m->buckets = 64; m->buckets < count; m->buckets *= 2)
        ;
    m->bucket = malloc(m->buckets * sizeof *m->bucket);
    m->next = malloc((count + 1) * sizeof *m->next);
    m->seen = calloc(count + 1, sizeof *m->seen);
    if (!m->bucket || !m->next || !m->seen) {
        match_free(m);
        return NULL;
    }
    memset(m->bucket, 0xff, m->buckets * sizeof *m->bucket);
    for (uint32_t i = count; i-- > 0;) {
        if (frames[i].length < HEADER)
            continue;
        uint32_t *bucket =
            &m->bucket[digest(frames[i].octets, frames[i].length) & (m->buckets - 1)];
        m->next[i] = *bucket;
        *bucket = i;
    }
    return m;
}

void match_free(struct match *m)
{
    if (!m)
        return;
    free(m->bucket);
    free(m->next);
    free(m->seen);
    free(m);
}

uint32_t match_take(struct match *m, const uint8_t *octets, uint32_t length)
{
    uint32_t earlier = MATCH_NONE;
    bool known = false;
    for (uint32_t i = m->bucket[digest(octets, length) & (m->buckets - 1)]; i != MATCH_NONE;
         i = m->next[i]) {
        if ((m->seen[i] && known) || !same(&m->frames[i], octets, length))
            continue;
        known = true;
        if (m->seen[i])
            continue;
        if (i >= m->last) {
            m->last = i + 1;
            m->seen[i] = true;
            m->counts.matched++;
            return i;
        }
        if (earlier == MATCH_NONE)
            earlier = i;
    }
    if (earlier != MATCH_NONE) {
        m->seen[earlier] = true;
        m->counts.matched++;
        m->counts.out_of_order++;
    } else if (known) {
        m->counts.duplicated++;
    } else {
        m->counts.foreign++;
    }
    return earlier;
}

bool match_seen(const struct match *m, uint32_t number)
{
    return m->seen[number];
}

const struct match_counts *match_counts(const struct match *m)
{
    return &m->counts;
}
