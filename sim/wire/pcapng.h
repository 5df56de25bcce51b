/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing of pcapng files (draft-ietf-opsawg-pcapng), which libpcap reads and does not write: one section, Ethernet
 * interfaces, nanosecond times, direction and link errors of each frame. A block is written by one write(2), so that
 * whoever reads a pipe sees whole blocks; a file on a full disk ends with the last whole one.
 */
#ifndef PCAPNG_H
#define PCAPNG_H

#include <stdbool.h>
#include <stdint.h>

struct pcapng;

enum pcapng_direction { PCAPNG_IN = 1, PCAPNG_OUT = 2 }; /* epb_flags, 4.3: as the NIC sees it */

/* epb_flags, link-layer-dependent errors. */
#define PCAPNG_FCS_ERROR    (1u << 24)
#define PCAPNG_TOO_LONG     (1u << 25)
#define PCAPNG_TOO_SHORT    (1u << 26)
#define PCAPNG_SYMBOL_ERROR (1u << 31)

struct pcapng_frame {
    unsigned interface; /* index into the names given to pcapng_create */
    enum pcapng_direction direction;
    uint32_t errors;       /* PCAPNG_* */
    uint64_t time_ns;      /* since the epoch */
    const uint8_t *octets; /* destination address on, without FCS */
    uint32_t length;       /* as it was on the wire; octets beyond `snap` are not looked at */
    const char *comment;   /* or NULL */
};

/* `fd` becomes the writer's. Writes the section header and an interface for each of the names. NULL: errno, fd closed. */
struct pcapng *pcapng_create(int fd, const char *const names[], unsigned count, uint32_t snap);

/* 0, or -errno; then nothing of this frame is in the file, and every later call fails likewise. */
int pcapng_write(struct pcapng *, const struct pcapng_frame *);
uint64_t pcapng_bytes(const struct pcapng *);

/* 0, or -errno of the first failure. */
int pcapng_close(struct pcapng *);

#endif
