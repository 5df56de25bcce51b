/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What walking patterns tell of the data pins between MAC and PHY, when the PHY sends back what it gets: a pin that shows another one's
 * signal, or always the same. Which of the two directions it is cannot be told by a loop.
 */
#ifndef PINS_H
#define PINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PINS_MOST 4

struct pins {
    unsigned width; /* 2: RMII, 4: RGMII */
    bool both;      /* two values in a clock: bits width..2 * width - 1 are of its second edge */
    /* What came back for a one that walks, one bit after the other, and for a zero. */
    uint8_t ones[2 * PINS_MOST], zeros[2 * PINS_MOST];
};

/* Bits that the patterns have. */
unsigned pins_bits(const struct pins *);

/* True: each pin shows its own signal. Else `text` says in one clause which do not, and `next` what to look for. */
bool pins_judge(const struct pins *, char *text, size_t room, const char **next);

#endif
