/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the GMII monitor and driver that do not run at every octet, see gmii.h. */
#include "gmii.h"

#include <string.h>

static void begin(struct gmii_monitor *m)
{
    m->state = GMII_PREAMBLE;
    m->frame_gap = m->nibbles ? m->gap / 2 : m->gap;
    m->gap = 0;
    m->length = 0;
    m->preamble = 0;
    m->half = false;
    m->error = false;
    m->error_at = 0;
    m->sfd_ps = 0;
}

static void preamble(struct gmii_monitor *m, uint64_t now_ps, uint8_t data)
{
    if (m->nibbles) {
        if (data == 0x5)
            m->preamble++;
        else if (data == 0xd && m->preamble > 0) {
            m->preamble = (m->preamble - 1) / 2; /* the last 5 is the SFD's low nibble */
            m->state = GMII_DATA;
            m->sfd_ps = now_ps;
        } else
            m->state = GMII_LOST;
        return;
    }
    if (data == 0x55)
        m->preamble++;
    else if (data == 0xd5) {
        m->state = GMII_DATA;
        m->sfd_ps = now_ps;
    } else
        m->state = GMII_LOST;
}

static void data_octet(struct gmii_monitor *m, uint8_t data)
{
    if (m->length == WIRE_MAX_OCTETS)
        return;
    if (!m->nibbles) {
        m->octets[m->length++] = data;
        return;
    }
    if (!m->half)
        m->octets[m->length] = data & 15;
    else
        m->octets[m->length++] |= (uint8_t)(data << 4);
    m->half = !m->half;
}

bool gmii_monitor_slow(struct gmii_monitor *m, uint64_t now_ps, bool en, bool er, uint8_t data)
{
    if (m->nibbles)
        data &= 15;
    if (!en) {
        if (m->state == GMII_IDLE) {
            m->gap += m->gap != UINT32_MAX;
            return false;
        }
        m->state = GMII_IDLE;
        m->gap = 1;
        m->frames++;
        m->octets_total += m->length;
        return true;
    }
    if (m->state == GMII_IDLE)
        begin(m);
    if (er && !m->error) {
        m->error = true;
        m->error_at = m->length;
    }
    if (m->state == GMII_PREAMBLE)
        preamble(m, now_ps, data);
    else if (m->state == GMII_DATA)
        data_octet(m, data);
    return false;
}

void gmii_monitor_frame(const struct gmii_monitor *m, struct wire_frame *frame)
{
    *frame = (struct wire_frame){
        .octets = m->octets,
        .length = m->length,
        .sfd_ns = m->sfd_ps / 1000,
        .gap_octets = m->frame_gap,
        .preamble_octets = m->preamble > 255 ? 255 : (uint8_t)m->preamble,
        .odd_nibble = m->half,
        .error = m->error,
        .error_at = m->error_at,
    };
    if (m->length >= 4 && !m->half) {
        const uint8_t *f = m->octets + m->length - 4;
        uint32_t sent = f[0] | (uint32_t)f[1] << 8 | (uint32_t)f[2] << 16 | (uint32_t)f[3] << 24;
        frame->fcs_ok = sent == wire_fcs(m->octets, m->length - 4);
    }
}

void gmii_driver_load(struct gmii_driver *d, const struct wire_frame *frame)
{
    uint32_t preamble = frame->preamble_octets == 255 ? 7 : frame->preamble_octets;
    uint32_t length = frame->length > WIRE_MAX_OCTETS ? WIRE_MAX_OCTETS : frame->length;
    if (preamble > 15)
        preamble = 15;
    memset(d->line, 0x55, preamble);
    d->line[preamble] = 0xd5;
    memcpy(d->line + preamble + 1, frame->octets, length);
    d->at = 0;
    d->end = preamble + 1 + length;
    d->odd_nibble = frame->odd_nibble && d->nibbles;
    if (d->odd_nibble && d->end < sizeof d->line)
        d->line[d->end++] = 0;
    d->half = false;
    d->error_at = frame->error ? preamble + 1 + frame->error_at : UINT32_MAX;
    d->gap = frame->gap_octets ? frame->gap_octets : WIRE_GAP_OCTETS;
    d->start_ns = frame->sfd_ns;
    d->waiting = true;
}
