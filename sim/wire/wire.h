/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire port: what is plugged into the Ethernet side of a model. Frames go both ways as octets from destination address
 * to FCS; preamble, gap and errors are described beside them, so that a port can make and see every fault of a real link.
 * Time is the model's virtual time. Single thread.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stdint.h>

#define WIRE_MAX_OCTETS 16384

struct wire_frame {
    const uint8_t *octets;      /* destination address to FCS; valid during the call only (tx), until the next call (rx) */
    uint32_t length;
    uint64_t sfd_ns;            /* tx: time of the SFD. rx: earliest time of the first preamble octet; 0: at once */
    uint32_t gap_octets;        /* tx: idle octets seen before the preamble (saturates). rx: at least so many; 0: 12 */
    uint8_t preamble_octets;    /* 0x55 octets before the SFD: 7 normally, 0..15. rx: 255 means 7 */
    bool odd_nibble;            /* 10/100 only: one nibble more than length octets */
    bool error;                 /* tx: tx_er was seen. rx: assert rx_er on the octet error_at */
    uint32_t error_at;
    bool fcs_ok;                /* tx: computed by the monitor. rx: ignored */
};

struct wire_port;
struct wire_port_ops {
    /* A frame left the MAC (its last octet is on the wire). */
    void (*transmitted)(struct wire_port *, const struct wire_frame *);
    /* The next frame towards the MAC, or false: none now. Asked when the receive side is idle. *retry_ns: the time at
     * which to ask again, UINT64_MAX: only after the next transmitted() or wire_port.changed. */
    bool (*next)(struct wire_port *, uint64_t now_ns, struct wire_frame *, uint64_t *retry_ns);
    void (*close)(struct wire_port *);  /* frees; 0 or -errno is kept in `result` before */
};

struct wire_port {
    const struct wire_port_ops *ops;
    bool changed;               /* set by a port that has a frame earlier than its retry_ns said; cleared by the model */
};

#endif
