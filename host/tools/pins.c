/* SPDX-License-Identifier: Apache-2.0 */
/* Walking patterns, see pins.h. */
#include "pins.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* What a pin shows: a signal by its number, or one of these. */
enum { LOW = -1, HIGH = -2, MIXED = -3 };

unsigned pins_bits(const struct pins *p)
{
    return p->both ? 2 * p->width : p->width;
}

/* The patterns that the pin shows a one in: walking ones in the low bits, walking zeros above. */
static uint32_t shown(const struct pins *p, unsigned pin)
{
    uint32_t word = 0;
    unsigned bits = pins_bits(p);
    for (unsigned i = 0; i < bits; i++) {
        word |= (uint32_t)(p->ones[i] >> pin & 1) << i;
        word |= (uint32_t)(p->zeros[i] >> pin & 1) << (bits + i);
    }
    return word;
}

static int signal_of(const struct pins *p, unsigned pin)
{
    unsigned bits = pins_bits(p);
    uint32_t word = shown(p, pin), all = (1u << bits) - 1;
    if (!word)
        return LOW;
    if (word == (all << bits | all))
        return HIGH;
    for (unsigned i = 0; i < bits; i++)
        if (word == ((all ^ 1u << i) << bits | 1u << i))
            return (int)i;
    return MIXED;
}

static void add(char *text, size_t room, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void add(char *text, size_t room, const char *format, ...)
{
    size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    if (used && used + 3 < room)
        used += (size_t)snprintf(text + used, room - used, ", ");
    vsnprintf(text + used, room - used, format, arguments);
    va_end(arguments);
}

static bool nothing_moves(const struct pins *p)
{
    for (unsigned i = 0; i < pins_bits(p); i++)
        if (p->ones[i] != p->ones[0] || p->zeros[i] != p->ones[0])
            return false;
    return true;
}

/* One pin, of which both edges, if there are two, should show its signal. */
static bool judge_pin(const struct pins *p, unsigned pin, char *text, size_t room)
{
    int first = signal_of(p, pin), second = first;
    if (p->both) {
        second = signal_of(p, pin + p->width);
        second -= second >= 0 ? (int)p->width : 0;
    }
    if (first == (int)pin && second == first)
        return true;
    if (first != second)
        add(text, room, "RXD%u is %s", pin,
            first == (int)pin || second == (int)pin ? "right with one edge of the clock only"
                                                    : "not the same with both edges");
    else if (first == LOW || first == HIGH)
        add(text, room, "RXD%u is always %d", pin, first == HIGH);
    else if (first == MIXED)
        add(text, room, "RXD%u mixes several signals", pin);
    else
        add(text, room, "RXD%u shows TXD%d", pin, first);
    return false;
}

bool pins_judge(const struct pins *p, char *text, size_t room, const char **next)
{
    unsigned wrong = 0, edges = 0, stuck = 0;
    *text = '\0';
    if (nothing_moves(p)) {
        add(text, room, "no pattern comes back");
        *next = "look at the control pins (RX_CTL or CRS_DV, TX_CTL or TX_EN) and the clocks: each "
                "data pin is the same whatever is sent";
        return false;
    }
    for (unsigned pin = 0; pin < p->width; pin++)
        if (!judge_pin(p, pin, text, room)) {
            wrong++;
            edges += strstr(text, "edge") != NULL;
            stuck += strstr(text, "always") != NULL;
        }
    if (edges)
        *next =
            "set the delay of RXC or TXC (in the PHY by its register or strap, in the FPGA): one "
            "edge is sampled when the data change";
    else if (stuck)
        *next = "look at that wire in both directions, RXD and TXD, for a short, an open pad and a "
                "wrong site in the constraints";
    else
        *next =
            "compare the sites of these pins in the constraints with the schematic, RXD and TXD; "
            "frames from a switch that are counted as received say that RXD is right";
    return !wrong;
}
