/* SPDX-License-Identifier: Apache-2.0 */
/* pins_judge over every pair of pins swapped, every pin stuck, shorts, an edge that is late, for RMII and RGMII: each is named. */
#include "pins.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

/* What stands between sender and receiver, at both edges. */
static uint8_t (*path)(uint8_t pins, bool second);
static unsigned a, b;

static struct pins walk(unsigned width, bool both)
{
    struct pins p = {.width = width, .both = both};
    uint8_t mask = (uint8_t)((1u << width) - 1);
    for (unsigned i = 0; i < pins_bits(&p); i++)
        for (unsigned zero = 0; zero < 2; zero++) {
            uint8_t sent = (uint8_t)(zero ? ~(1u << i) : 1u << i);
            uint8_t came = path(sent & mask, false) & mask;
            if (both)
                came |= (uint8_t)((path(sent >> width & mask, true) & mask) << width);
            (zero ? p.zeros : p.ones)[i] = came;
        }
    return p;
}

static uint8_t straight(uint8_t pins, bool second)
{
    (void)second;
    return pins;
}

static uint8_t swapped(uint8_t pins, bool second)
{
    (void)second;
    unsigned differ = (pins >> a ^ pins >> b) & 1;
    return (uint8_t)(pins ^ (differ << a | differ << b));
}

static uint8_t low(uint8_t pins, bool second)
{
    (void)second;
    return (uint8_t)(pins & ~(1u << a));
}

static uint8_t high(uint8_t pins, bool second)
{
    (void)second;
    return (uint8_t)(pins | 1u << a);
}

static uint8_t shorted(uint8_t pins, bool second)
{
    (void)second;
    unsigned both = (pins >> a & pins >> b) & 1;
    return (uint8_t)((pins & ~(1u << a | 1u << b)) | both << a | both << b);
}

static uint8_t late(uint8_t pins, bool second)
{
    return second ? 5 : pins;
}

static uint8_t dead(uint8_t pins, bool second)
{
    (void)pins;
    (void)second;
    return 9;
}

static const struct {
    unsigned width;
    bool both;
} kinds[] = {{2, false}, {4, false}, {4, true}};

/* The verdict, and `want` among its words if it is a bad one. */
static void expect(const char *want, const char *advice)
{
    for (unsigned i = path == shorted; i < 3;
         i++) { /* of two pins a short leaves nothing that moves */
        struct pins p = walk(kinds[i].width, kinds[i].both);
        char text[200];
        const char *next = NULL;
        if (a >= kinds[i].width || b >= kinds[i].width)
            continue;
        bool good = pins_judge(&p, text, sizeof text, &next);
        ck_assert_msg(good == !want, "%u pins: %s", kinds[i].width, text);
        if (!want)
            continue;
        ck_assert_msg(strstr(text, want) != NULL, "\"%s\" lacks %s", text, want);
        ck_assert_msg(strstr(next, advice) != NULL, "\"%s\" lacks %s", next, advice);
    }
}

START_TEST(right)
{
    path = straight;
    a = b = 0;
    expect(NULL, NULL);
}
END_TEST

START_TEST(every_pair_swapped)
{
    char want[40];
    path = swapped;
    for (a = 0; a < 4; a++)
        for (b = 0; b < 4; b++) {
            if (a == b)
                continue;
            snprintf(want, sizeof want, "RXD%u shows TXD%u", a, b);
            expect(want, "compare the sites");
        }
}
END_TEST

START_TEST(every_pin_stuck)
{
    char want[40];
    b = 0;
    for (a = 0; a < 4; a++) {
        path = low;
        snprintf(want, sizeof want, "RXD%u is always 0", a);
        expect(want, "short");
        path = high;
        snprintf(want, sizeof want, "RXD%u is always 1", a);
        expect(want, "short");
    }
}
END_TEST

START_TEST(others)
{
    path = shorted;
    a = 0;
    b = 1;
    expect("mixes several", "compare");
    path = dead;
    expect("no pattern", "control pins");
}
END_TEST

START_TEST(one_edge)
{
    path = late;
    struct pins p = walk(4, true);
    char text[300];
    const char *next;
    ck_assert(!pins_judge(&p, text, sizeof text, &next));
    ck_assert_ptr_nonnull(strstr(text, "RXD3 is right with one edge"));
    ck_assert_ptr_nonnull(strstr(next, "delay"));
    /* And cut off, not overrun, where there is no room. */
    ck_assert(!pins_judge(&p, text, 20, &next));
    ck_assert_uint_le(strlen(text), 19);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("pins");
    TCase *t = tcase_create("pins");
    tcase_add_test(t, right);
    tcase_add_test(t, every_pair_swapped);
    tcase_add_test(t, every_pin_stuck);
    tcase_add_test(t, others);
    tcase_add_test(t, one_edge);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
