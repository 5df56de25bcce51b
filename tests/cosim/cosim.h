/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of driver, NDIS and core model share: a machine with a tap on its wire, frames with known contents, the
 * books over what was sent, completed and received, and the repetition of a failed test with a waveform.
 */
#ifndef COSIM_H
#define COSIM_H

#include "capture.h"
#include "machine.h"
#include "match.h"
#include "wire.h"

#include <check.h>
#include <stdbool.h>
#include <stdint.h>

#define COSIM_FRAMES 20000

/* One frame as it left the MAC. */
struct cosim_wire {
    uint64_t sfd_ns;
    uint32_t length, gap, crc;
    bool fcs_ok, error;
    uint8_t preamble;
};

struct cosim {
    struct machine machine;
    struct machine_options options;
    struct wire_port tap;    /* between the device and inner */
    struct wire_port *inner; /* loopback unless the test puts another one there */
    uint32_t count;          /* frames of this test */
    struct capture_frame *frames;
    uint8_t *storage;
    struct match *match;  /* of what the host received */
    uint8_t *completions; /* per frame */
    NDIS_STATUS *status;
    uint32_t sent, completed, succeeded, received;
    uint32_t expected_completion; /* number of the next frame in order */
    uint32_t completions_out_of_order;
    uint32_t window_bytes, under_way_bytes;
    uint32_t batch; /* most frames in one call */
    bool no_window; /* the receive buffer may overflow */
    bool any_order; /* completions may overtake each other (NdisReset) */
    struct cosim_wire *wire;
    uint32_t wire_count;
    uint64_t random;
    volatile bool progress;
    uint64_t progress_ns;
};

/* The seed of this run, from SEED, default 1; mixed with the name of the running test. */
uint64_t cosim_seed(void);

/* Zeroed options with everything a test usually wants; the test changes them before cosim_start. */
void cosim_init(struct cosim *);

/* `count` frames of min..max bytes without FCS, known contents. */
void cosim_frames(struct cosim *, uint32_t count, uint32_t min, uint32_t max);
void cosim_start(struct cosim *); /* fails the test if the machine does not start */
void cosim_stop(
    struct cosim *); /* fails it on assertions of the RTL, findings of the verifier, leaks */

uint32_t cosim_draw(struct cosim *, uint32_t n); /* 0..n-1 */

/* Sends what may be sent now; false: nothing. */
bool cosim_send(struct cosim *);
/* Sends and lets time pass for so long, or until everything is out and quiet: true. */
bool cosim_carry(struct cosim *, uint64_t for_ns);

/* What NDIS says of the link; lets up to so many milliseconds pass until it is as wanted. */
bool cosim_connected(struct cosim *);
bool cosim_link_becomes(struct cosim *, bool up, unsigned ms);

/* Every frame completed exactly once, in order; with status SUCCESS and received exactly once, in order, if `all`. */
void cosim_check(struct cosim *, bool all);

/* Device counters, by driver and OID. */
void cosim_counters(struct cosim *, uint32_t counters[64]);

/* Runs a suite; on failure once more with the trace build beside this program (NAME-trace), and says where the
 * waveform is. The exit code of the program. */
int cosim_main(Suite *, const char *program);

#endif
