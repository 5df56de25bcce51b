/* SPDX-License-Identifier: Apache-2.0 */
/* The histogram's quantiles against those of the sorted values themselves. */
#include "histogram.h"

#include <check.h>
#include <stdlib.h>

#define VALUES 20000

static uint64_t random_state;

static uint64_t draw(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* _i: the widest value has so many times five bits. */
START_TEST(quantiles)
{
    static struct histogram h;
    static uint64_t values[VALUES];
    static const double shares[] = {0.001, 0.5, 0.9, 0.99, 0.999, 1};
    const char *seed = getenv("SEED");
    random_state = 0x9e3779b97f4a7c15u * ((seed ? strtoull(seed, NULL, 0) : 1) + (unsigned)_i) | 1;
    h = (struct histogram){0};
    for (unsigned i = 0; i < VALUES; i++) {
        values[i] = draw() >> (64 - 5 * _i + draw() % 5);
        histogram_add(&h, values[i]);
    }
    qsort(values, VALUES, sizeof *values, ascending);
    for (unsigned i = 0; i < sizeof shares / sizeof *shares; i++) {
        uint64_t exact = values[(unsigned)(shares[i] * VALUES + 0.999999) - 1];
        uint64_t told = histogram_quantile(&h, shares[i]);
        ck_assert_msg(told >= exact && told - exact <= exact / HISTOGRAM_PARTS,
                      "share %.3f: %llu, not %llu", shares[i], (unsigned long long)told,
                      (unsigned long long)exact);
    }
    ck_assert_uint_eq(histogram_quantile(&h, 1), values[VALUES - 1]);

    unsigned at = 0, told = 0;
    uint64_t top, count;
    while ((count = histogram_next(&h, &at, &top)) != 0) {
        told += (unsigned)count;
        ck_assert_uint_le(told, VALUES);
        ck_assert_uint_le(values[told - 1], top);
        ck_assert(told == VALUES || values[told] > top);
    }
    ck_assert_uint_eq(told, VALUES);
}
END_TEST

START_TEST(empty)
{
    static struct histogram h;
    ck_assert_uint_eq(histogram_quantile(&h, 0.5), 0);
    histogram_add(&h, UINT64_MAX);
    ck_assert_uint_eq(histogram_quantile(&h, 0.5), UINT64_MAX);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("histogram");
    TCase *t = tcase_create("histogram");
    tcase_add_loop_test(t, quantiles, 1, 13);
    tcase_add_test(t, empty);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
