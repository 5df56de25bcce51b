/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A histogram of durations over their whole range with a bounded relative error, in the manner of HdrHistogram: each power
 * of two is divided into equal parts.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_PARTS   64 /* of a power of two: values are told to 1/64 */
#define HISTOGRAM_BUCKETS (HISTOGRAM_PARTS * 60)

/* Zeroed is empty. */
struct histogram {
    uint64_t count, max;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

void histogram_add(struct histogram *, uint64_t value);

/* The least value that at least `share` (0..1) of all are not above, rounded up to its part, never over max; 0: empty. */
uint64_t histogram_quantile(const struct histogram *, double share);

/* How many values there are from over the last one's `top` to `top`, of the next part that has any; 0: no more. `at` begins at 0. */
uint64_t histogram_next(const struct histogram *, unsigned *at, uint64_t *top);

#endif
