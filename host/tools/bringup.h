/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bring-up in steps, each with a verdict and, when it fails, what to try next: what the commands doctor and selftest share. A step that
 * fails does not end the command; steps that stand on it are left out by the caller.
 */
#ifndef BRINGUP_H
#define BRINGUP_H

#include "machine.h"
#include "tool.h"

enum verdict { PASS, FAIL, SKIP };

struct bringup {
    const struct options *options;
    struct machine machine;
    json_t *steps; /* NULL: text */
    unsigned failed;
    struct board_wiring wiring; /* of a board model */
    bool usable;                /* bringup_look: the registers work, whatever else does not */
};

/* A step's verdict as a line, or into `steps`. `next`: what to try, printed when it failed; a sentence without full stop. */
void bringup_tell(struct bringup *, enum verdict, const char *step, const char *next,
                  const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Device, registers, clock, firmware, PHY, link, on a machine of its own. Not 0: the exit code, no machine came up. */
int bringup_look(struct bringup *);

/* The last line, or the object; frees `steps`. Returns the exit code: `code`, if it is not 0. */
int bringup_end(struct bringup *, int code);

/* Registers of a PHY on MDIO, which must not be the firmware's at that time. Data, or -1: nobody answers, -2: no access. */
int bringup_mdio_read(struct machine *, unsigned phy, unsigned number);
/* False: no access. */
bool bringup_mdio_write(struct machine *, unsigned phy, unsigned number, uint16_t value);

/* Lets so much time pass, the device's on a model, else real. */
void bringup_wait(struct machine *, uint64_t ns);

/* Address of the first PHY that answers, and its identifier; -1: none, -2: no access. */
int bringup_mdio_find(struct machine *, uint16_t id[2]);

#endif
