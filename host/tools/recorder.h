/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames into pcapng files, as the wire saw them and as the host saw them: interfaces "wire" and "host". Filter, snap
 * length, count and rotation work as tcpdump's. Times are the device's stamps of the SFD, moved to the clock of the
 * model or, over USB, to that of the wall.
 */
#ifndef RECORDER_H
#define RECORDER_H

#include "tool.h"
#include "wire.h"

#define NDIS51 1
#include "sender.h"

struct machine;
struct recorder;

/* Takes --write, --snap, --count, --megabytes, --seconds and --files from the options, the filter expression from the
 * operands. NULL: complained, *code is the exit code. `has_wire` false: the host's side only, as over USB. */
struct recorder *recorder_create(const struct options *, bool has_wire, int *code);

/* Put between device and `inner`, which stays the caller's and may be NULL: what passes is recorded. Lives as long as
 * the recorder; only with `has_wire`. */
struct wire_port *recorder_wire(struct recorder *, struct wire_port *inner);

/* The machine runs, not between machine_enter and machine_leave: opens the file if it is not open, and compares the device's clock with the one that the file tells.
 * 0, or the exit code, complained. */
int recorder_start(struct recorder *, struct machine *);

/* A frame at the host; handler `seen` of the binding. When the file takes no more, here or at the wire, that is complained
 * once, and nothing more is recorded. */
void recorder_seen(struct recorder *, const struct sender_sight *);

/* True: --count is reached, or nothing more can be written. */
bool recorder_done(const struct recorder *);

/* Frees, and says unless quiet how many frames were written. The exit code, complained, be it earlier. */
int recorder_close(struct recorder *);

#endif
