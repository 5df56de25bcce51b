/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbered frames that should come back, and what became of each: for selftest. The way back is whatever loops there is: inside the
 * device, in the PHY, a plug.
 */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "histogram.h"
#include "machine.h"
#include "nic_regs.h"

#define TRAFFIC_MOST   1000u /* frames of a run */
#define TRAFFIC_WINDOW 32u   /* most of them under way */
#define TRAFFIC_OCTETS 1514u

/* Owned by whoever starts the machine; its handlers are traffic_handlers(). */
struct traffic {
    struct machine *machine;

    /* Of the run, after traffic_run. Frames sent: */
    uint32_t sent, completed, refused; /* refused: completed with an error, as without a link */
    /* What came back, each frame in one class: */
    uint32_t ok, shorter, longer, damaged; /* the last three with a right FCS */
    uint32_t doubled, reordered;           /* besides, of those that are ok */
    uint32_t lost;                         /* no class has it, whatever the counters say */
    /* Frames that the device counted by their class (enumeration counter), and did not deliver. */
    uint32_t bad_fcs, bad_length, symbol, overflow;
    uint64_t ns, octets;
    struct histogram latency; /* from NdisSend to the indication, ns */

    /* Private. */
    uint64_t seed;
    uint32_t count, shortest, longest, highest, window, forgiven;
    bool seen[TRAFFIC_MOST];
    uint64_t sent_ns[TRAFFIC_MOST];
    uint8_t ring[TRAFFIC_WINDOW][TRAFFIC_OCTETS];
    volatile bool progress;
};

struct sender_handlers traffic_handlers(struct traffic *);

/* `count` frames up to TRAFFIC_MOST, of `shortest` (60) to `longest` (1514) octets without FCS, so many under way as `window` and the
 * device's buffer allow. Returns when all are back or `stall_ns` passed in vain, which ends those under way; after three times it gives
 * up. Device counters are read before and behind. */
void traffic_run(struct traffic *, uint32_t count, uint32_t shortest, uint32_t longest,
                 uint32_t window, uint64_t stall_ns);

/* Each came back once, in order, as it was, and no counter of errors moved. */
bool traffic_good(const struct traffic *);

/* One frame without a number, and so much time that it is back; what comes back is ignored. False: it was not sent. */
bool traffic_one(struct traffic *, const uint8_t *octets, uint32_t length, uint64_t wait_ns);

#endif
