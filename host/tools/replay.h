/* SPDX-License-Identifier: Apache-2.0 */
/* A capture through the machine and back, and the verdict. Used by the replay, stats and bench commands. */
#ifndef REPLAY_H
#define REPLAY_H

#include "capture.h"
#include "machine.h"
#include "match.h"
#include "tool.h"

struct replay_result {
    uint32_t frames_read, sent, completed_ok, completed_error, rejected, outstanding;
    uint32_t received, lost, duplicated, out_of_order, corrupted, consumed;
    bool wire_seen; /* not with a device on USB, not with loopback inside the device */
    uint32_t wire_frames, wire_mismatches;
    uint64_t interrupts, model_ns, hash, ndis_send, ndis_send_packets;
    unsigned assertions, findings;
    double wall_s;
};

/* What goes on the wire side of the machine: compares and counts what leaves the MAC, passes it on. */
struct replay;

struct recorder;

struct replay_hooks {
    /* When everything is over and the machine still runs; its exit code. May be NULL. */
    int (*inspect)(struct machine *, void *context);
    void *context;
    struct recorder *recorder; /* of what passes; or NULL */
};

/* 0: ran to its end, whatever the verdict; else an exit code, complained. `hooks` may be NULL. */
int replay_run(const struct options *, const char *name, const struct capture *,
               struct replay_result *, const struct replay_hooks *);

/* True: everything sendable crossed exactly once, in order, byte for byte. */
bool replay_good(const struct replay_result *);

#endif
