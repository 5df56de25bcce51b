/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a kernel leaves to a network card that has offloads, done in software: checksums, and TCP segments that it handed
 * over as one large frame. Only Ethernet without a VLAN tag, IPv4 or IPv6, TCP (RFC 9293); others are refused.
 */
#ifndef SEGMENT_H
#define SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

/* The Internet checksum (RFC 1071) over `length` octets, on top of the words summed in `sum`. */
uint16_t segment_checksum(const uint8_t *octets, uint32_t length, uint32_t sum);

struct segments {
    const uint8_t
        *octets; /* the large frame, the caller's, unchanged until the last segment was taken */
    uint32_t length;
    uint32_t tcp, payload; /* offsets of the TCP header and of the data behind it */
    uint32_t size;         /* data octets of a segment */
    uint32_t at;           /* data octets taken so far */
    bool ipv6;
};

/* False: not a TCP frame, or one that contradicts itself; nothing is to be taken then. `tcp`: offset of the TCP header. */
bool segments_start(struct segments *, const uint8_t *octets, uint32_t length, uint32_t tcp,
                    uint32_t size);
/* The octets of the next segment, put into `frame`, which has room for header and `size` data octets, with its checksums; 0: none is left. */
uint32_t segments_next(struct segments *, uint8_t *frame);

#endif
