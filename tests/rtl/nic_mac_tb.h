// SPDX-License-Identifier: Apache-2.0
// What the MAC benches share: frames with their FCS from zlib, and a listener that takes GMII or
// MII apart, one sample for each clock with the PHY's enable. Header only.
#ifndef NIC_MAC_TB_H
#define NIC_MAC_TB_H

#include "nic_tb.h"
#include <vector>
#include <zlib.h>

// Check notes the place of every ck_assert, a system call: what runs for each clock is an if
// instead.

typedef std::vector<uint8_t> octets;

static inline uint32_t mac_fcs(const octets &frame)
{
    return (uint32_t)crc32(0, frame.data(), (uInt)frame.size());
}

static inline void mac_append_fcs(octets *frame)
{
    uint32_t fcs = mac_fcs(*frame);
    for (int i = 0; i < 4; i++)
        frame->push_back((uint8_t)(fcs >> (8 * i)));
}

static inline bool mac_fcs_right(const octets &frame)
{
    if (frame.size() < 4)
        return false;
    octets body(frame.begin(), frame.end() - 4);
    mac_append_fcs(&body);
    return body == frame;
}

static inline octets mac_random_octets(struct tb_random *random, unsigned length)
{
    octets frame(length);
    for (uint8_t &octet : frame)
        octet = (uint8_t)tb_random(random);
    return frame;
}

// What a station puts on the wire for a frame without FCS.
static inline octets mac_wire_image(const octets &frame, bool has_fcs, bool no_pad)
{
    octets image = frame;
    if (!has_fcs && !no_pad && image.size() < 60)
        image.resize(60, 0);
    if (!has_fcs)
        mac_append_fcs(&image);
    return image;
}

// A frame as heard. Times are clocks: the first clock in which the sample meant was on the pins.
struct heard {
    octets frame;      // behind the SFD
    unsigned gap;      // samples without tx_en before it
    unsigned preamble; // 0x55 octets
    bool sfd;
    bool odd;          // MII: half an octet at the end
    unsigned errors;   // octets with tx_er
    unsigned error_at; // number of the last of them, counted from the first preamble octet
    unsigned total;    // octets, preamble and SFD included
    uint64_t start, sfd_at, last_at;
};

struct listener {
    bool mii;
    bool garbled; // what is on the wire need not be in order
    bool active, second;
    uint8_t low;
    bool low_error;
    unsigned idle;
    uint64_t shown; // first clock in which the present sample is on the pins
    struct heard now;
    std::vector<struct heard> frames;
};

static inline void listener_octet(struct listener *ear, uint8_t octet, bool error)
{
    struct heard *now = &ear->now;
    if (error) {
        now->errors++;
        now->error_at = now->total;
    }
    now->total++;
    if (now->sfd) {
        now->frame.push_back(octet);
    } else if (octet == 0xd5) {
        now->sfd = true;
        now->sfd_at = ear->shown;
    } else {
        if (!error && octet != 0x55 && !ear->garbled)
            ck_abort_msg("preamble octet %02x", octet);
        now->preamble++;
    }
}

// Call once for each clock with the enable, with the pins as they are before the edge.
static inline void listener_sample(struct listener *ear, uint64_t clock, uint8_t txd, bool en,
                                   bool er)
{
    if (en) {
        if (!ear->active) {
            ear->active = true;
            ear->second = false;
            ear->now = {};
            ear->now.gap = ear->idle;
            ear->now.start = ear->shown;
        }
        ear->now.last_at = ear->shown;
        if (!ear->mii) {
            listener_octet(ear, txd, er);
        } else if (ear->second) {
            listener_octet(ear, (uint8_t)(ear->low | txd << 4), er || ear->low_error);
            ear->second = false;
        } else {
            ear->low = txd & 15;
            ear->low_error = er;
            ear->second = true;
        }
    } else {
        if (er)
            ck_abort_msg("tx_er without tx_en");
        if (ear->active) {
            ear->active = false;
            ear->now.odd = ear->second;
            ear->frames.push_back(ear->now);
            ear->idle = 0;
        }
        ear->idle++;
    }
    ear->shown = clock + 1;
}

#endif
