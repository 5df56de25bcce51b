/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Generator and checker of numbered frames. A frame's contents follow from its number, its length and the seed, so that
 * either end can check it alone. Layout: destination, source 02:68:6c:4e:49:43, EtherType 0x88b5 (local experimental),
 * number (32 bits, little-endian), then octets of a xorshift generator.
 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

#define HEADER_OCTETS 18

struct generator {
    struct wire_port port;
    struct wire_generator_options options;
    struct wire_generator_counts counts;
    uint64_t random;
    uint32_t expected; /* number of the next frame seen */
    uint8_t octets[WIRE_MAX_OCTETS];
};

static uint64_t xorshift(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static uint64_t start_state(uint64_t seed, uint32_t number)
{
    uint64_t x = (seed + 0x9e3779b97f4a7c15u) * (2 * (uint64_t)number + 1);
    x ^= x >> 29;
    return x ? x : 1;
}

static void fill_payload(uint8_t *octets, uint32_t length, uint64_t seed, uint32_t sequence)
{
    uint64_t state = start_state(seed, sequence);
    for (uint32_t i = HEADER_OCTETS; i < length; i += 8) {
        uint64_t x = xorshift(&state);
        uint32_t n = length - i < 8 ? length - i : 8;
        for (uint32_t k = 0; k < n; k++)
            octets[i + k] = (uint8_t)(x >> 8 * k);
    }
}

void wire_pattern_fill(uint8_t *octets, uint32_t length, const uint8_t destination[6],
                       uint64_t seed, uint32_t sequence)
{
    static const uint8_t source_and_type[8] = {0x02, 'h', 'l', 'N', 'I', 'C', 0x88, 0xb5};
    memcpy(octets, destination, 6);
    memcpy(octets + 6, source_and_type, 8);
    for (unsigned i = 0; i < 4; i++)
        octets[14 + i] = (uint8_t)(sequence >> 8 * i);
    fill_payload(octets, length, seed, sequence);
}

int wire_pattern_check(const uint8_t *octets, uint32_t length, uint64_t seed, uint32_t *sequence)
{
    uint8_t expected[WIRE_MAX_OCTETS];
    if (length < HEADER_OCTETS || octets[12] != 0x88 || octets[13] != 0xb5)
        return -1;
    uint32_t number = 0;
    for (unsigned i = 0; i < 4; i++)
        number |= (uint32_t)octets[14 + i] << 8 * i;
    wire_pattern_fill(expected, length, octets, seed, number);
    if (memcmp(expected, octets, length) != 0)
        return -2;
    *sequence = number;
    return 0;
}

static void generator_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct generator *g = (struct generator *)port;
    struct wire_generator_counts *c = &g->counts;
    uint32_t sequence;
    c->seen++;
    c->seen_octets += frame->length;
    c->last_sfd_ns = frame->sfd_ns;
    if (c->seen == 1)
        c->first_sfd_ns = frame->sfd_ns;
    else {
        if (frame->gap_octets < c->min_gap_octets)
            c->min_gap_octets = frame->gap_octets;
        if (frame->gap_octets > c->max_gap_octets)
            c->max_gap_octets = frame->gap_octets;
    }
    if (frame->preamble_octets != 7)
        c->seen_short_preamble++;
    if (frame->error) {
        c->seen_error++;
        return;
    }
    if (!frame->fcs_ok) {
        c->seen_bad_fcs++;
        return;
    }
    switch (wire_pattern_check(frame->octets, frame->length - 4, g->options.seed, &sequence)) {
    case 0:
        if (sequence != g->expected)
            c->seen_out_of_order++;
        g->expected = sequence + 1;
        break;
    case -1:
        c->seen_foreign++;
        break;
    default:
        c->seen_damaged++;
    }
}

static uint32_t below(struct generator *g, uint32_t n)
{
    return n ? (uint32_t)((xorshift(&g->random) >> 16) % n) : 0;
}

/* Makes the frame in g->octets a bad one, in one of the ways that the options ask for. */
static void spoil(struct generator *g, struct wire_frame *frame)
{
    const struct wire_generator_options *o = &g->options;
    struct wire_generator_counts *c = &g->counts;
    uint32_t dice = below(g, 100);
    if (dice < o->fcs_percent) {
        g->octets[below(g, frame->length)] ^= (uint8_t)(1u << below(g, 8));
        c->sent_fcs++;
        return;
    }
    dice -= o->fcs_percent;
    if (dice < o->symbol_percent) {
        frame->error = true;
        frame->error_at = below(g, frame->length);
        c->sent_symbol++;
        return;
    }
    dice -= o->symbol_percent;
    if (dice < o->odd_percent) {
        frame->odd_nibble = true;
        g->octets[frame->length - 1] ^= 0x10;
        c->sent_odd++;
        return;
    }
    c->sent_good++;
}

static uint32_t choose_length(struct generator *g)
{
    const struct wire_generator_options *o = &g->options;
    uint32_t dice = below(g, 100);
    if (dice < o->runt_percent) {
        g->counts.sent_runt++;
        return HEADER_OCTETS + 4 + below(g, 64 - HEADER_OCTETS - 4);
    }
    if (dice < o->runt_percent + o->giant_percent) {
        g->counts.sent_giant++;
        return 1523 + below(g, 500);
    }
    return 0;
}

static bool generator_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                           uint64_t *retry_ns)
{
    struct generator *g = (struct generator *)port;
    const struct wire_generator_options *o = &g->options;
    *retry_ns = UINT64_MAX;
    if (g->counts.sent == o->count)
        return false;
    if (now_ns < o->start_ns) {
        *retry_ns = o->start_ns;
        return false;
    }
    uint32_t bad_length = choose_length(g);
    uint32_t length =
        bad_length ? bad_length : o->min_octets + below(g, o->max_octets - o->min_octets + 1);
    wire_pattern_fill(g->octets, length - 4, o->destination, o->seed, g->counts.sent);
    uint32_t fcs = wire_fcs(g->octets, length - 4);
    for (unsigned i = 0; i < 4; i++)
        g->octets[length - 4 + i] = (uint8_t)(fcs >> 8 * i);
    *frame = (struct wire_frame){
        .octets = g->octets, .length = length, .gap_octets = o->gap_octets, .preamble_octets = 255};
    if (o->vary_preamble)
        frame->preamble_octets = (uint8_t)below(g, 16);
    if (o->pause_every && below(g, o->pause_every) == 0)
        frame->gap_octets = WIRE_GAP_OCTETS + below(g, 4096);
    if (!bad_length)
        spoil(g, frame);
    g->counts.sent++;
    g->counts.sent_octets += length;
    return true;
}

static int generator_close(struct wire_port *port)
{
    free(port);
    return 0;
}

static const struct wire_port_ops generator_ops = {
    .transmitted = generator_transmitted,
    .next = generator_next,
    .close = generator_close,
};

struct wire_port *wire_generator_create(const struct wire_generator_options *options)
{
    struct generator *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->port.ops = &generator_ops;
    g->options = *options;
    g->random = start_state(options->seed, 0x80000000u);
    g->counts.min_gap_octets = UINT32_MAX;
    return &g->port;
}

const struct wire_generator_counts *wire_generator_counts(const struct wire_port *port)
{
    return &((const struct generator *)port)->counts;
}
