/* SPDX-License-Identifier: Apache-2.0 */
/* Log-linear buckets, see histogram.h: small values one by one, larger ones by power of two and part of it. */
#include "histogram.h"

#include <math.h>

static unsigned bucket_of(uint64_t value)
{
    if (value < HISTOGRAM_PARTS)
        return (unsigned)value;
    unsigned power = 63u - (unsigned)__builtin_clzll(value), shift = power - 6;
    return (shift + 1) * HISTOGRAM_PARTS + (unsigned)(value >> shift) - HISTOGRAM_PARTS;
}

/* The largest value of a bucket. */
static uint64_t top_of(unsigned bucket)
{
    if (bucket < HISTOGRAM_PARTS)
        return bucket;
    unsigned shift = bucket / HISTOGRAM_PARTS - 1;
    return ((uint64_t)(bucket % HISTOGRAM_PARTS + HISTOGRAM_PARTS + 1) << shift) - 1;
}

void histogram_add(struct histogram *h, uint64_t value)
{
    h->buckets[bucket_of(value)]++;
    h->count++;
    if (value > h->max)
        h->max = value;
}

uint64_t histogram_quantile(const struct histogram *h, double share)
{
    uint64_t wanted = (uint64_t)ceil(share * (double)h->count), seen = 0;
    for (unsigned i = 0; i < HISTOGRAM_BUCKETS && wanted; i++) {
        seen += h->buckets[i];
        if (seen >= wanted)
            return top_of(i) < h->max ? top_of(i) : h->max;
    }
    return h->max;
}

uint64_t histogram_next(const struct histogram *h, unsigned *at, uint64_t *top)
{
    while (*at < HISTOGRAM_BUCKETS && !h->buckets[*at])
        ++*at;
    if (*at == HISTOGRAM_BUCKETS)
        return 0;
    *top = top_of(*at);
    return h->buckets[(*at)++];
}
