/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The PHY's side of GMII, one clock with enable at a time: a monitor of what the MAC transmits and a driver of what it
 * receives. In nibble mode (10/100 Mb/s) the low four bits carry a nibble, low nibble first. The fast paths are inline,
 * because they run once per octet; C and C++.
 */
#ifndef GMII_H
#define GMII_H

#include "wire.h"

#ifdef __cplusplus
extern "C" {
#endif

enum gmii_state { GMII_IDLE, GMII_PREAMBLE, GMII_DATA, GMII_LOST };

struct gmii_monitor {
    enum gmii_state state;
    uint32_t length;
    uint32_t gap;       /* idle octets (nibbles in nibble mode) since the last frame */
    uint32_t frame_gap; /* before the present frame */
    uint32_t preamble;
    uint64_t sfd_ps;
    bool nibbles, half, error;
    uint32_t error_at;
    uint64_t frames, octets_total;
    uint8_t octets[WIRE_MAX_OCTETS];
};

struct gmii_driver {
    bool active, nibbles, half;
    uint32_t at, end;
    uint32_t idle;                      /* idle octets (nibbles) since the last frame */
    uint32_t error_at;                  /* index into line, UINT32_MAX: none */
    uint8_t line[16 + WIRE_MAX_OCTETS]; /* preamble, SFD, frame */
    bool waiting;                       /* a frame is in line, not yet started */
    bool odd_nibble;
    uint32_t gap; /* idle octets that it wants */
    uint64_t start_ns;
};

/* Everything but the two commonest cases of gmii_monitor_clock. Returns true when a frame has just ended. */
bool gmii_monitor_slow(struct gmii_monitor *, uint64_t now_ps, bool en, bool er, uint8_t data);

/* The frame that has just ended; the storage is the monitor's until the next clock. */
void gmii_monitor_frame(const struct gmii_monitor *, struct wire_frame *);

/* One clock with enable: what stood on the wires from now_ps on. True: a frame has just ended. */
static inline bool gmii_monitor_clock(struct gmii_monitor *m, uint64_t now_ps, bool en, bool er,
                                      uint8_t data)
{
    if (!m->nibbles && !er) {
        if (en && m->state == GMII_DATA && m->length < WIRE_MAX_OCTETS) {
            m->octets[m->length++] = data;
            return false;
        }
        if (!en && m->state == GMII_IDLE) {
            m->gap += m->gap != UINT32_MAX;
            return false;
        }
    }
    return gmii_monitor_slow(m, now_ps, en, er, data);
}

/* Puts a frame into the driver's line; the user starts it: active = true, waiting = false. */
void gmii_driver_load(struct gmii_driver *, const struct wire_frame *);

/* True when the gap that the waiting frame wants is over. */
static inline bool gmii_driver_rested(const struct gmii_driver *d)
{
    return d->idle >= (d->nibbles ? 2 * d->gap : d->gap);
}

/* One clock with enable: the values for the wires. */
static inline void gmii_driver_clock(struct gmii_driver *d, uint8_t *dv, uint8_t *er, uint8_t *data)
{
    if (!d->active) {
        d->idle += d->idle != UINT32_MAX;
        *dv = 0;
        *er = 0;
        *data = 0;
        return;
    }
    uint8_t octet = d->line[d->at];
    *dv = 1;
    *er = d->at == d->error_at;
    if (d->nibbles) {
        *data = d->half ? octet >> 4 : octet & 15;
        d->half = !d->half;
        /* an odd nibble: the last octet in line is sent to its half only */
        if (d->half && !(d->odd_nibble && d->at + 1 == d->end))
            return;
    } else {
        *data = octet;
    }
    if (++d->at == d->end) {
        d->active = false;
        d->half = false;
        d->idle = 0;
    }
}

#ifdef __cplusplus
}
#endif
#endif
