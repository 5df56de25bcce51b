/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Captures in memory and captures being written, over libpcap. Reading refuses what cannot be put on a wire again:
 * another link type, a file cut in the middle, frames recorded in part. Every refusal is one sentence for the user.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CAPTURE_ERROR_BYTES 256

struct capture_frame {
    const uint8_t *octets;
    uint32_t length;
    uint64_t time_ns; /* since the epoch, as recorded */
};

struct capture {
    struct capture_frame *frames;
    uint32_t count;
    uint8_t *storage; /* private */
};

/* "-" is standard input. NULL: `error` says why. */
struct capture *capture_read(const char *path, char *error);
void capture_free(struct capture *);

/* A capture being written, nanosecond times. It is written beside its name and renamed by capture_close(w, true), so
 * that an interrupted run leaves nothing behind; a target that exists and is no plain file is written directly. */
struct capture_writer;
struct capture_writer *capture_create(const char *path, char *error);
void capture_write(struct capture_writer *, const uint8_t *octets, uint32_t length,
                   uint64_t time_ns);
int capture_close(struct capture_writer *, bool keep); /* 0 or -errno; frees */

#endif
