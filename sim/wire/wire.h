/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire port: what is plugged into the Ethernet side of a model. Frames go both ways as octets from destination address
 * to FCS; preamble, gap and errors are described beside them, so that a port can make and see every fault of a real link.
 * Time is the model's virtual time. Single thread.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_MAX_OCTETS 16384
#define WIRE_GAP_OCTETS 12 /* IEEE 802.3 interPacketGap */

struct wire_frame {
    const uint8_t *
        octets; /* destination address to FCS; valid during the call only (tx), until the next call (rx) */
    uint32_t length;
    uint64_t
        sfd_ns; /* tx: time of the SFD. rx: earliest time of the first preamble octet; 0: at once */
    uint32_t
        gap_octets; /* tx: idle octets seen before the preamble (saturates). rx: at least so many; 0: 12 */
    uint8_t preamble_octets; /* 0x55 octets before the SFD: 7 normally, 0..15. rx: 255 means 7 */
    bool odd_nibble;         /* 10/100 only: one nibble more than length octets */
    bool error;              /* tx: tx_er was seen. rx: assert rx_er on the octet error_at */
    uint32_t error_at;       /* octet of the (first) error, counted from the destination address */
    bool fcs_ok;             /* tx: computed by the monitor. rx: ignored */
};

struct wire_port;
struct wire_port_ops {
    /* A frame left the MAC (its last octet is on the wire). NULL: not interested. */
    void (*transmitted)(struct wire_port *, const struct wire_frame *);
    /* The next frame towards the MAC, or false: none now. Asked when the receive side is idle. *retry_ns: the time at
     * which to ask again, UINT64_MAX: only after the next transmitted() or wire_port.changed. NULL: never a frame. */
    bool (*next)(struct wire_port *, uint64_t now_ns, struct wire_frame *, uint64_t *retry_ns);
    /* Frees. 0, or -errno of the first thing that went wrong (a full disk, a damaged capture). */
    int (*close)(struct wire_port *);
};

struct wire_port {
    const struct wire_port_ops *ops;
    bool
        changed; /* set by a port that has a frame earlier than its retry_ns said; cleared by the model */
};

static inline int wire_port_close(struct wire_port *port)
{
    return port ? port->ops->close(port) : 0;
}

/* FCS of `length` octets as it follows them on the wire, first octet in bits 7:0. */
uint32_t wire_fcs(const uint8_t *octets, size_t length);

#define WIRE_ERROR_BYTES 256

/* ---- ports; NULL on failure, errno set; `error` takes a sentence of up to WIRE_ERROR_BYTES ---- */

/* Swallows everything, sends nothing. */
struct wire_port *wire_null_create(void);

/* A plug that ties transmit to receive: every frame comes back as it was, gap, preamble and errors included. */
struct wire_port *wire_loopback_create(void);

/* The same, but every fifth frame is spoilt on its way: a bit of it, with the old FCS or a new one; it is lost, comes twice, comes after the
 * one behind it; it is cut to 64 octets or four octets longer, with a right FCS. */
enum wire_fault {
    WIRE_FAULT_NONE,
    WIRE_FAULT_FCS,
    WIRE_FAULT_DATA,
    WIRE_FAULT_LOST,
    WIRE_FAULT_DOUBLED,
    WIRE_FAULT_REORDERED,
    WIRE_FAULT_SHORT,
    WIRE_FAULT_LONG,
};
struct wire_port *wire_fault_create(enum wire_fault);

/* Frames of a capture towards the MAC, padded to 60 octets and with an FCS, at the recorded distances or back to back. */
struct wire_port *wire_replay_create(const char *path, bool recorded_rate, char *error);

/* Writes what leaves the MAC to a nanosecond capture, without FCS, and passes everything on to `inner` (may be NULL;
 * stays the caller's). The file appears under its name at a successful wire_port_close, and not before; a target that
 * exists and is not a plain file is written to directly. `keep` false at close time removes what was written. */
struct wire_port *wire_record_create(const char *path, struct wire_port *inner, char *error);
void wire_record_keep(struct wire_port *, bool keep);

/* Frames to and from the kernel over a non-blocking descriptor, which becomes the port's: a TAP without packet
 * information, or (`packet`) a packet socket with PACKET_VNET_HDR and PACKET_AUXDATA. Checksums that the kernel left
 * to a network card are finished, large TCP frames are cut into their segments, VLAN tags it took out are put back. Only
 * good frames leave. Who polls the descriptor sets `changed` when there is something to read. */
struct wire_live_counts {
    uint64_t out, out_bad,
        out_refused;         /* given to the kernel; bad FCS, error or short; it did not take it */
    uint64_t in, in_refused; /* towards the MAC; too short, too long, large without being TCP */
};
struct wire_port *wire_live_create(int fd, bool packet);
const struct wire_live_counts *wire_live_counts(const struct wire_port *);

/* Generator and checker: numbered frames with known contents towards the MAC, checks those that leave it. */
struct wire_generator_options {
    uint64_t seed;
    uint32_t count; /* frames to send, UINT32_MAX: no end */
    uint32_t min_octets,
        max_octets; /* destination address to FCS, uniform between them; at least 64 without errors */
    uint32_t gap_octets; /* 0: 12 */
    uint32_t
        pause_every; /* now and then a pause of up to 4096 octet times, once in so many frames; 0: never */
    uint64_t start_ns; /* first frame not before */
    uint8_t destination[6];
    bool vary_preamble; /* 0..15 octets instead of 7 */
    unsigned fcs_percent, symbol_percent, runt_percent, giant_percent,
        odd_percent; /* share of bad frames by kind */
};
struct wire_generator_counts {
    uint32_t sent, sent_good, sent_fcs, sent_symbol, sent_runt, sent_giant, sent_odd;
    uint64_t sent_octets;
    uint32_t seen, seen_bad_fcs, seen_error, seen_foreign, seen_damaged, seen_out_of_order,
        seen_short_preamble;
    uint32_t min_gap_octets, max_gap_octets; /* between frames seen, from the second on */
    uint64_t first_sfd_ns, last_sfd_ns, seen_octets;
};
struct wire_port *wire_generator_create(const struct wire_generator_options *);
const struct wire_generator_counts *wire_generator_counts(const struct wire_port *);

/* The generator's frame number `sequence` of `length` octets without FCS (at least 18), for whoever feeds or reads the
 * other side. check: 0 and *sequence, -1: not such a frame, -2: such a frame, damaged. */
void wire_pattern_fill(uint8_t *octets, uint32_t length, const uint8_t destination[6],
                       uint64_t seed, uint32_t sequence);
int wire_pattern_check(const uint8_t *octets, uint32_t length, uint64_t seed, uint32_t *sequence);

#endif
