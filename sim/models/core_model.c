/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The core model without its pins: transfers, register accesses, the wire port, idle skipping. Finished transfers are
 * gathered while the clocks run and delivered after the loop has been left, so that no driver code runs inside it.
 */
#include "core_internal.h"

#include "nic_platform.h"
#include "nic_regs.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAX_TRANSFER_BYTES 65536u
#define SETUP_BYTES        8u
#define SKIP_LEAST_CLOCKS  16 /* shorter idle times are clocked through */

/* ---- transfers ---- */

/* What the driver does at the transport belongs to the run's hash as the pins do. */
static void note(struct core_model *m, uint64_t what, const struct nic_transfer *t)
{
    uint64_t word = what << 56 | (uint64_t)t->endpoint << 48 | (uint64_t)t->length_bytes << 24 |
                    t->actual_bytes;
    m->stats.hash = nic_hash_fold(nic_hash_fold(m->stats.hash, m->now_ps), word);
}

static void deliver_later(struct core_model *m, struct nic_transfer *t,
                          enum nic_transfer_status status)
{
    t->status = status;
    t->next = NULL;
    if (m->finished_tail)
        m->finished_tail->next = t;
    else
        m->finished_head = t;
    m->finished_tail = t;
    m->stop = true;
    if (t->endpoint == NIC_ENDPOINT_EVENT && status == NIC_TRANSFER_OK)
        m->stats.interrupts++;
}

static bool orphan_moves(const struct core_model *m)
{
    return m->stream[CORE_OUT].at == &m->out_orphan;
}

static void control_start(struct core_model *m);

/* Makes the head of a stream the one that moves. */
static void load(struct core_model *m, enum core_stream_index index)
{
    struct core_stream *s = &m->stream[index];
    s->at = s->end = NULL;
    if (index == CORE_CONTROL) {
        if (s->head)
            control_start(m);
        return;
    }
    while (s->head && s->head->length_bytes == 0)
        core_stream_finish(m, index, NIC_TRANSFER_OK); /* a zero-length packet */
    if (s->head && !s->at) {
        s->at = s->head->data;
        s->end = s->at + s->head->length_bytes;
    }
}

void core_stream_finish(struct core_model *m, enum core_stream_index index,
                        enum nic_transfer_status status)
{
    struct core_stream *s = &m->stream[index];
    if (index == CORE_OUT && s->end == &m->out_orphan + 1) {
        load(m, index);
        return;
    }
    struct nic_transfer *t = s->head;
    if (index != CORE_CONTROL)
        t->actual_bytes = s->at ? (uint32_t)(s->at - t->data) : 0;
    s->head = t->next;
    if (!s->head)
        s->tail = NULL;
    deliver_later(m, t, status);
    load(m, index);
}

/* A byte of OUT that stands at the pins cannot be taken back: it is in the device's buffer. */
static void keep_offered_byte(struct core_model *m)
{
    struct core_stream *s = &m->stream[CORE_OUT];
    if (!m->out_offered || orphan_moves(m))
        return;
    m->out_orphan = *s->at++;
}

static void move_orphan(struct core_model *m)
{
    struct core_stream *s = &m->stream[CORE_OUT];
    s->at = &m->out_orphan;
    s->end = s->at + 1;
}

void core_out_stall(struct core_model *m)
{
    struct core_stream *s = &m->stream[CORE_OUT];
    bool offered = m->out_offered;
    if (orphan_moves(m)) {
        s->at = s->end =
            NULL; /* dropped with the rest of the endpoint's buffer, if the device does not take it */
        load(m, CORE_OUT);
    } else {
        keep_offered_byte(m);
    }
    while (s->head)
        core_stream_finish(m, CORE_OUT, NIC_TRANSFER_STALL);
    if (offered)
        move_orphan(m);
}

static enum core_stream_index index_of(uint8_t endpoint)
{
    switch (endpoint) {
    case 0:
        return CORE_CONTROL;
    case NIC_ENDPOINT_TX:
        return CORE_OUT;
    case NIC_ENDPOINT_RX:
        return CORE_IN;
    case NIC_ENDPOINT_EVENT:
        return CORE_EVENT;
    default:
        return CORE_STREAMS;
    }
}

static struct core_model *model_of(struct nic_transport *t)
{
    return (struct core_model *)t;
}

static int core_submit(struct nic_transport *transport, struct nic_transfer *t)
{
    struct core_model *m = model_of(transport);
    enum core_stream_index index = index_of(t->endpoint);
    struct core_stream *s = &m->stream[index];
    if (m->unplugged)
        return -ENODEV;
    if (index == CORE_STREAMS || t->length_bytes > MAX_TRANSFER_BYTES ||
        (t->length_bytes == 0 && index != CORE_OUT))
        return -EINVAL;
    if (index == CORE_CONTROL &&
        (t->length_bytes < SETUP_BYTES ||
         t->length_bytes != SETUP_BYTES + (t->data[6] | (uint32_t)t->data[7] << 8)))
        return -EINVAL;
    note(m, 1, t);
    t->next = NULL;
    t->actual_bytes = 0;
    if (s->tail)
        s->tail->next = t;
    else
        s->head = t;
    s->tail = t;
    if (s->head == t && !(index == CORE_OUT && orphan_moves(m)))
        load(m, index);
    m->idle_clocks = 0;
    return 0;
}

static void core_cancel(struct nic_transport *transport, struct nic_transfer *t)
{
    struct core_model *m = model_of(transport);
    enum core_stream_index index = index_of(t->endpoint);
    struct core_stream *s = &m->stream[index];
    if (index == CORE_STREAMS || !s->head)
        return;
    note(m, 2, t);
    if (index == CORE_CONTROL)
        return; /* a register access ends by itself */
    if (s->head == t && !(index == CORE_OUT && orphan_moves(m))) {
        bool offered = index == CORE_OUT && m->out_offered;
        if (offered)
            keep_offered_byte(m);
        core_stream_finish(m, index, NIC_TRANSFER_CANCELLED);
        if (offered)
            move_orphan(m);
        return;
    }
    for (struct nic_transfer *before = NULL, *at = s->head; at; before = at, at = at->next)
        if (at == t) {
            if (before)
                before->next = t->next;
            else
                s->head = t->next;
            if (s->tail == t)
                s->tail = before;
            deliver_later(m, t, NIC_TRANSFER_CANCELLED);
            return;
        }
}

void core_model_unplug(struct core_model *m)
{
    m->unplugged = true;
    for (unsigned i = 0; i < CORE_STREAMS; i++) {
        struct core_stream *s = &m->stream[i];
        struct nic_transfer *t = s->head;
        if (t && s->at && i != CORE_CONTROL && !(i == CORE_OUT && orphan_moves(m)))
            t->actual_bytes = (uint32_t)(s->at - t->data);
        s->head = s->tail = NULL;
        s->at = s->end = NULL;
        while (t) {
            struct nic_transfer *next = t->next;
            deliver_later(m, t, NIC_TRANSFER_GONE);
            t = next;
        }
    }
    m->reg_valid = false;
}

static void deliver(struct core_model *m)
{
    struct nic_transfer *t = m->finished_head;
    m->finished_head = m->finished_tail = NULL;
    while (t) {
        struct nic_transfer *next = t->next;
        note(m, 3 + (uint64_t)t->status, t);
        nic_transport_finish(&m->transport, t);
        t = next;
    }
}

/* ---- register accesses, endpoint 0 ---- */

static void reg_present(struct core_model *m)
{
    struct nic_transfer *t = m->stream[CORE_CONTROL].head;
    const uint8_t *setup = t->data;
    uint32_t address = setup[2] | (uint32_t)setup[3] << 8 | (uint32_t)setup[4] << 16;
    m->reg_address = (uint16_t)(address + t->actual_bytes);
    m->reg_write = setup[1] == NIC_VENDOR_REQUEST_REG_WRITE;
    if (m->reg_write)
        m->reg_wdata = nic_get_le32(t->data + SETUP_BYTES + t->actual_bytes);
    m->reg_valid = true;
}

static void control_start(struct core_model *m)
{
    const struct nic_transfer *t = m->stream[CORE_CONTROL].head;
    const uint8_t *setup = t->data;
    uint32_t bytes = t->length_bytes - SETUP_BYTES;
    uint32_t address =
        setup[2] | (uint32_t)setup[3] << 8 | (uint32_t)setup[4] << 16 | (uint32_t)setup[5] << 24;
    bool read = setup[0] == 0xc0 && setup[1] == NIC_VENDOR_REQUEST_REG_READ;
    bool write = setup[0] == 0x40 && setup[1] == NIC_VENDOR_REQUEST_REG_WRITE;
    if ((!read && !write) || bytes == 0 || bytes % 4 || address % 4 || address + bytes > 0x10000) {
        core_stream_finish(m, CORE_CONTROL, NIC_TRANSFER_STALL);
        return;
    }
    reg_present(m);
}

void core_reg_done(struct core_model *m, uint32_t rdata, bool error)
{
    struct nic_transfer *t = m->stream[CORE_CONTROL].head;
    m->reg_valid = false;
    if (!t)
        return;
    if (error) {
        core_stream_finish(m, CORE_CONTROL, NIC_TRANSFER_STALL);
        return;
    }
    if (!m->reg_write)
        nic_put_le32(t->data + SETUP_BYTES + t->actual_bytes, rdata);
    t->actual_bytes += 4;
    if (SETUP_BYTES + t->actual_bytes == t->length_bytes)
        core_stream_finish(m, CORE_CONTROL, NIC_TRANSFER_OK);
    else
        reg_present(m);
}

/* ---- the wire ---- */

void core_phy_speed(struct core_model *m, unsigned speed)
{
    static const uint32_t divisors[4] = {50, 5, 1, 1};
    uint32_t divisor = m->forced_divisor ? m->forced_divisor : divisors[speed & 3];
    wire_phy_speed(&m->eth, divisor, divisor != 1, m->now_ps);
}

void core_model_speed(struct core_model *m, unsigned mbps)
{
    m->forced_divisor = mbps == 1000 ? 1 : mbps == 100 ? 5 : mbps == 10 ? 50 : 0;
    m->phy_changed = true;
}

/* ---- time ---- */

/* Leaves out the edges of a clock up to and including `until_ps`; its phase stays. */
static uint64_t skip_clock(struct core_clock *c, uint64_t until_ps)
{
    if (c->next_ps > until_ps)
        return 0;
    uint64_t n = (until_ps - c->next_ps) / c->period_ps + 1;
    c->next_ps += n * c->period_ps;
    return n;
}

static uint32_t add_saturated(uint32_t a, uint64_t b)
{
    return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

uint32_t core_skip(struct core_model *m, uint64_t until_ps)
{
    uint64_t target = until_ps;
    if (m->no_skip || m->finished_head || m->eth.driver.active || m->eth.monitor.state != GMII_IDLE)
        return 0;
    if (m->eth.driver.waiting) {
        if (!gmii_driver_rested(&m->eth.driver))
            return 0;
        if (m->eth.driver.start_ns < target / 1000)
            target = m->eth.driver.start_ns * 1000;
    } else if (m->eth.wire && m->eth.ask_ps < target) {
        target = m->eth.ask_ps;
    }
    if (target == UINT64_MAX) {
        m->stop = true; /* nothing will ever happen by itself */
        return 0;
    }
    uint64_t most = m->now_ps + (uint64_t)UINT32_MAX * m->tx.period_ps; /* what tx_skip_i can say */
    if (target > most)
        target = most; /* the rest follows after the next edge */
    else
        m->idle_clocks = 0;
    if (target < m->now_ps + (uint64_t)SKIP_LEAST_CLOCKS * m->tx.period_ps)
        return 0;
    uint64_t last_ps = target - 1;
    uint64_t tx_clocks = skip_clock(&m->tx, last_ps);
    uint64_t rx_clocks = skip_clock(&m->rx, last_ps);
    skip_clock(&m->sys, last_ps);
    m->eth.monitor.gap = add_saturated(m->eth.monitor.gap, tx_clocks / m->eth.divisor);
    m->eth.driver.idle = add_saturated(m->eth.driver.idle, rx_clocks / m->eth.divisor);
    m->eth.tx_divide = (uint32_t)((m->eth.tx_divide + tx_clocks) % m->eth.divisor);
    m->eth.rx_divide = (uint32_t)((m->eth.rx_divide + rx_clocks) % m->eth.divisor);
    m->stats.skipped_ns += (last_ps - m->now_ps) / 1000;
    return (uint32_t)tx_clocks;
}

void core_model_run(void *model, uint64_t until_ns)
{
    struct core_model *m = model;
    uint64_t until_ps = until_ns > UINT64_MAX / 1000 ? UINT64_MAX : until_ns * 1000;
    assert(!m->running);
    if (!m->finished_head) {
        if (m->unplugged && until_ps != UINT64_MAX)
            m->now_ps = until_ps > m->now_ps ? until_ps : m->now_ps;
        else if (!m->unplugged) {
            m->running = true;
            m->stop = false;
            wire_phy_look(&m->eth, m->now_ps);
            core_pins_run(m, until_ps);
            m->running = false;
        }
        nic_virtual_advance(m->platform, m->now_ps / 1000);
    }
    deliver(m);
}

void core_model_reset(struct core_model *m, enum core_domain domain, unsigned cycles)
{
    struct core_clock *c = domain == CORE_SYS ? &m->sys : domain == CORE_TX ? &m->tx : &m->rx;
    c->reset_clocks = cycles;
    m->idle_clocks = 0;
}

void core_model_event_block(struct core_model *m, bool block)
{
    m->event_blocked = block;
}

void core_model_stats_get(const struct core_model *m, struct core_model_stats *stats)
{
    *stats = m->stats;
    stats->now_ns = m->now_ps / 1000;
    stats->sys_cycles = m->sys.cycles;
    stats->tx_cycles = m->tx.cycles;
    stats->rx_cycles = m->rx.cycles;
}

unsigned core_model_assertions(const struct core_model *m)
{
    return m->assertions;
}

/* ---- life ---- */

static int core_open(struct nic_transport *transport)
{
    return model_of(transport)->unplugged ? -ENODEV : 0;
}

static void core_close(struct nic_transport *transport)
{
    for (unsigned i = 0; i < CORE_STREAMS; i++)
        assert(!model_of(transport)->stream[i].head);
}

static void core_poll(struct nic_transport *transport, uint64_t timeout_ns)
{
    struct core_model *m = model_of(transport);
    uint64_t now_ns = m->now_ps / 1000;
    core_model_run(m, timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns);
}

static void core_describe(struct nic_transport *transport, struct nic_transport_description *d)
{
    *d = (struct nic_transport_description){
        .name = "core",
        .interrupt_vector = transport->vector,
        .max_transfer_bytes = MAX_TRANSFER_BYTES,
        .high_speed = true,
    };
}

static const struct nic_transport_ops core_ops = {
    .open = core_open,
    .close = core_close,
    .submit = core_submit,
    .cancel = core_cancel,
    .poll = core_poll,
    .describe = core_describe,
};

static void clocks_start(struct core_model *m, const struct core_model_options *o)
{
    struct core_clock *clocks[3] = {&m->sys, &m->tx, &m->rx};
    m->sys.period_ps = o->sys_period_ps ? o->sys_period_ps : core_pins_sys_period_ps();
    m->tx.period_ps = o->tx_period_ps ? o->tx_period_ps : 8000;
    m->rx.period_ps = o->rx_period_ps ? o->rx_period_ps : m->tx.period_ps;
    uint64_t random = nic_seed_mix(o->seed ^ 0x70686173);
    for (unsigned i = 0; i < 3; i++) {
        clocks[i]->next_ps = clocks[i]->period_ps;
        if (!o->in_phase || clocks[i]->period_ps != m->tx.period_ps)
            clocks[i]->next_ps += (random >> 20 * i & 0xfffff) * clocks[i]->period_ps >> 20;
        clocks[i]->reset_clocks = CORE_RESET_CLOCKS;
    }
}

struct core_model *core_model_create(const struct core_model_options *o,
                                     struct nic_platform *platform, struct wire_port *wire)
{
    struct core_model *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->platform = platform;
    wire_phy_init(&m->eth, wire, false);
    m->seed = o->seed;
    m->random = nic_seed_mix(o->seed);
    m->no_skip = o->no_skip;
    m->stall_threshold = o->stall_percent * 65536u / 100;
    m->phy_changed = true;
    clocks_start(m, o);
    m->pins = core_pins_create(m, o->trace_path);
    if (!m->pins) {
        int error = errno;
        free(m);
        errno = error;
        return NULL;
    }
    return m;
}

struct nic_transport *core_model_transport(struct core_model *m, unsigned vector)
{
    if (!m->transport.ops)
        nic_transport_init(&m->transport, &core_ops, m->platform, vector);
    return &m->transport;
}

void core_model_destroy(struct core_model *m)
{
    if (!m)
        return;
    core_pins_destroy(m);
    if (m->transport.ops)
        nic_transport_fini(&m->transport);
    free(m);
}
