/* SPDX-License-Identifier: Apache-2.0 */
/* The transfers and the wire of the board model, see board_model.h. */
#include "board_internal.h"

#include "nic_platform.h"
#include "nic_regs.h"
#include "urb_front.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETUP_BYTES        8
#define MAX_TRANSFER_BYTES 65536
#define RESET_CLOCKS       16
#define PS_MS              1000000000ull
#define CLEAR_TRIES        3 /* each of three errors on the bus */
#define OPEN_TRIES         3

enum {
    GET_DESCRIPTOR = 6,
    SET_CONFIGURATION = 9,
    CLEAR_FEATURE = 1,
    FEATURE_ENDPOINT_HALT = 0,
    CONFIGURATION_BYTES = 64,
};

/* What stands between a transfer and the URB that carries it. */
struct flight {
    struct urb urb;
    struct board_model *model;
    struct nic_transfer *transfer;
    enum urb_status status; /* of the URB for whose sake a halt is being cleared */
    bool clearing;
    unsigned clears_left;
};

static struct board_model *model_of(struct nic_transport *t)
{
    return (struct board_model *)t;
}

uint32_t board_draw(void *context, uint32_t below)
{
    struct board_model *m = context;
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)((m->random >> 20) % below);
}

/* ---- what the kinds of bus share ---- */

void board_breach(struct board_model *m, const char *what)
{
    if (!m->assertions++)
        fprintf(stderr, "%s at %llu ns, seed %llu\n", what, (unsigned long long)m->now_ps / 1000,
                (unsigned long long)m->seed);
}

bool board_connected(void *bus)
{
    return ((struct board_model *)bus)->plugged;
}

void board_suspend(struct board_model *m)
{
    m->suspended = true;
    m->woke = false;
    m->rest_ps = m->now_ps;
    m->wakes_ps = 0;
}

bool board_wakes(void *bus)
{
    return ((struct board_model *)bus)->wakes_ps != 0;
}

/* USB 2.0, 7.1.7.7: 5 ms of rest before, 1 to 15 ms of K. */
void board_suspended(struct board_model *m, bool k)
{
    if (k && m->woke)
        board_breach(m, "a device that has woken the host drives K again");
    if (k && !m->wakes_ps) {
        m->wakes_ps = m->now_ps;
        if (m->now_ps - m->rest_ps < 5 * PS_MS)
            board_breach(m, "the device wakes the host before 5 ms of rest (7.1.7.7)");
    }
    if (!k && m->wakes_ps && !m->woke) {
        m->woke = true;
        if (m->now_ps - m->wakes_ps < 1 * PS_MS || m->now_ps - m->wakes_ps > 15 * PS_MS)
            board_breach(m, "the device does not drive K for 1 to 15 ms (7.1.7.7)");
    }
}

uint64_t board_now_ns(void *bus)
{
    return ((struct board_model *)bus)->now_ps / 1000;
}

/* Unplugged, the device has no supply: its clocks stand, and their phases stay. */
static void skip(struct board_model *m, uint64_t until_ns)
{
    struct board_clock *clocks[3] = {&m->sys, &m->tx, &m->rx};
    m->now_ps = until_ns > UINT64_MAX / 1000 ? UINT64_MAX / 2 : until_ns * 1000;
    for (unsigned i = 0; i < 3; i++)
        if (clocks[i]->next_ps <= m->now_ps)
            clocks[i]->next_ps +=
                (m->now_ps - clocks[i]->next_ps) / clocks[i]->period_ps * clocks[i]->period_ps +
                clocks[i]->period_ps;
}

void board_idle(struct board_model *m, uint64_t until_ns, void (*clock_once)(struct board_model *))
{
    if (!m->plugged && until_ns > m->now_ps / 1000)
        skip(m, until_ns);
    while (m->now_ps / 1000 < until_ns && !(m->suspended && m->wakes_ps))
        clock_once(m);
}

static void fault(void *context, enum usb_step step, uint8_t *packet, size_t *length)
{
    struct board_model *m = context;
    (void)step;
    if (!*length || board_draw(m, 1000) >= m->fault_permille)
        return;
    for (unsigned i = 0; i < 32; i++)
        if (m->host.endpoints[i].errors == 2)
            return; /* a third error would end the transfer */
    m->stats.faults++;
    if (board_draw(m, 2))
        *length = 0;
    else
        packet[board_draw(m, (uint32_t)*length)] ^= (uint8_t)(1 << board_draw(m, 8));
}

void board_phy_speed(struct board_model *m, unsigned speed)
{
    unsigned divisor = m->kind->divisors[speed & 3];
    m->speed = speed;
    wire_phy_speed(&m->eth, divisor, m->kind->rmii || divisor != 1, m->now_ps);
}

/* ---- idle MAC ---- */

bool board_wire_quiet(const struct board_model *m)
{
    const struct gmii_driver *d = &m->eth.driver;
    if (d->active || m->eth.monitor.state != GMII_IDLE)
        return false;
    if (d->waiting)
        return gmii_driver_rested(d) && m->now_ps < d->start_ns * 1000;
    return m->now_ps < m->eth.ask_ps;
}

static uint32_t leave_out(struct board_clock *clock, uint64_t until_ps)
{
    if (clock->next_ps >= until_ps)
        return 0;
    uint64_t clocks = (until_ps - clock->next_ps + clock->period_ps - 1) / clock->period_ps;
    clock->next_ps += clocks * clock->period_ps;
    return (uint32_t)clocks;
}

static uint32_t add_saturated(uint32_t to, uint32_t clocks)
{
    return to > UINT32_MAX / 2 - clocks ? UINT32_MAX / 2 : to + clocks;
}

uint32_t board_wake(struct board_model *m)
{
    uint32_t tx = leave_out(&m->tx, m->now_ps), rx = leave_out(&m->rx, m->now_ps);
    struct wire_phy *e = &m->eth;
    m->asleep = false;
    m->idle_clocks = 0;
    e->monitor.gap = add_saturated(e->monitor.gap, tx / e->divisor);
    e->driver.idle = add_saturated(e->driver.idle, rx / e->divisor);
    e->tx_divide = (e->tx_divide + tx) % e->divisor;
    e->rx_divide = (e->rx_divide + rx) % e->divisor;
    return tx;
}

/* ---- transfers ---- */

static void note(struct board_model *m, uint64_t what, const struct nic_transfer *t)
{
    uint64_t word = what << 56 | (uint64_t)t->endpoint << 48 | (uint64_t)t->length_bytes << 24 |
                    t->actual_bytes;
    m->stats.hash = nic_hash_fold(nic_hash_fold(m->stats.hash, m->now_ps), word);
}

static enum nic_transfer_status status_of(enum urb_status status)
{
    switch (status) {
    case URB_OK:
        return NIC_TRANSFER_OK;
    case URB_STALL:
        return NIC_TRANSFER_STALL;
    case URB_CANCELLED:
        return NIC_TRANSFER_CANCELLED;
    case URB_GONE:
        return NIC_TRANSFER_GONE;
    default:
        return NIC_TRANSFER_ERROR;
    }
}

/* Handed over in board_model_run, outside of the host's run. */
static void finish(struct flight *f, enum urb_status status)
{
    struct board_model *m = f->model;
    struct nic_transfer *t = f->transfer;
    t->status = status_of(status);
    t->back_end = NULL;
    t->next = NULL;
    if (m->finished_tail)
        m->finished_tail->next = t;
    else
        m->finished_head = t;
    m->finished_tail = t;
    free(f);
}

static void cleared(struct urb *urb);

static bool clear_halt(struct flight *f)
{
    f->urb = (struct urb){
        .setup = {0x02, CLEAR_FEATURE, FEATURE_ENDPOINT_HALT, 0, f->transfer->endpoint},
        .done = cleared,
        .user = f,
    };
    struct urb_device *device = &f->model->host.device;
    return device->ops->submit(device, &f->urb) == 0;
}

static void cleared(struct urb *urb)
{
    struct flight *f = urb->user;
    if (urb->status == URB_ERROR && f->clears_left-- && clear_halt(f))
        return;
    finish(f, urb->status == URB_GONE ? URB_GONE : f->status);
}

/* As in host/transport/libusb.c, where the reasons are. */
static bool wants_clear(const struct flight *f)
{
    if (!(f->urb.endpoint & 0x7f))
        return false;
    return f->status == URB_STALL ||
           ((f->status == URB_CANCELLED || f->status == URB_ERROR || f->status == URB_OVERFLOW) &&
            !f->model->flying[f->urb.endpoint & 3]);
}

static void done(struct urb *urb)
{
    struct flight *f = urb->user;
    f->model->flying[urb->endpoint & 3]--;
    f->transfer->actual_bytes = urb->actual_bytes;
    f->status = urb->status;
    f->clearing = wants_clear(f);
    f->clears_left = CLEAR_TRIES - 1;
    if (!f->clearing || !clear_halt(f))
        finish(f, f->status);
}

static int board_submit(struct nic_transport *transport, struct nic_transfer *t)
{
    struct board_model *m = model_of(transport);
    struct urb_device *device = &m->host.device;
    if (!m->plugged)
        return -ENODEV;
    if (t->length_bytes > MAX_TRANSFER_BYTES || (!t->endpoint && t->length_bytes < SETUP_BYTES))
        return -EINVAL;
    struct flight *f = calloc(1, sizeof *f);
    if (!f)
        return -EIO;
    f->model = m;
    f->transfer = t;
    f->urb = (struct urb){.endpoint = t->endpoint,
                          .data = t->data,
                          .length_bytes = t->length_bytes,
                          .done = done,
                          .user = f};
    if (!t->endpoint) {
        memcpy(f->urb.setup, t->data, SETUP_BYTES);
        f->urb.endpoint = t->data[0] & 0x80;
        f->urb.data += SETUP_BYTES;
        f->urb.length_bytes -= SETUP_BYTES;
    }
    t->actual_bytes = 0;
    t->back_end = f;
    int result = device->ops->submit(device, &f->urb);
    if (result) {
        free(f);
        return result;
    }
    m->flying[t->endpoint & 3]++;
    note(m, 1, t);
    return 0;
}

static void board_cancel(struct nic_transport *transport, struct nic_transfer *t)
{
    struct board_model *m = model_of(transport);
    struct flight *f = t->back_end;
    if (!f || f->clearing)
        return; /* finished, or about to */
    note(m, 2, t);
    m->host.device.ops->cancel(&m->host.device, &f->urb);
}

static void deliver(struct board_model *m)
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

void board_model_run(void *model, uint64_t until_ns)
{
    struct board_model *m = model;
    wire_phy_look(&m->eth, m->now_ps);
    if (!m->finished_head && m->now_ps / 1000 < until_ns) {
        m->host.device.ops->run(&m->host.device, until_ns);
        nic_virtual_advance(m->platform, m->now_ps / 1000);
    }
    deliver(m);
}

/* ---- open ---- */

static bool enumerate(struct urb_device *device)
{
    uint8_t configuration[CONFIGURATION_BYTES];
    static const uint8_t get[SETUP_BYTES] = {0x80, GET_DESCRIPTOR, 0, 2, 0, 0, CONFIGURATION_BYTES};
    static const uint8_t set[SETUP_BYTES] = {0x00, SET_CONFIGURATION, 1};
    return urb_front_reset(device) && urb_front_control(device, get, configuration) >= 0 &&
           urb_front_control(device, set, NULL) >= 0;
}

/* Where the ACK of SET_ADDRESS is lost, the device stays at its old address (9.4.6); as hosts do, from the reset on once more. */
static int board_open(struct nic_transport *transport)
{
    struct board_model *m = model_of(transport);
    bool up = false;
    for (unsigned i = 0; i < OPEN_TRIES && m->plugged && !up; i++)
        up = enumerate(&m->host.device);
    nic_virtual_advance(m->platform, m->now_ps / 1000);
    return up ? 0 : m->plugged ? -EIO : -ENODEV;
}

static void board_close(struct nic_transport *transport)
{
    for (unsigned i = 0; i < 32; i++)
        assert(!model_of(transport)->host.endpoints[i].first);
}

static void board_poll(struct nic_transport *transport, uint64_t timeout_ns)
{
    struct board_model *m = model_of(transport);
    uint64_t now_ns = m->now_ps / 1000;
    board_model_run(m, timeout_ns > UINT64_MAX - now_ns ? UINT64_MAX : now_ns + timeout_ns);
}

static void board_describe(struct nic_transport *transport, struct nic_transport_description *d)
{
    *d = (struct nic_transport_description){
        .name = model_of(transport)->kind->name,
        .interrupt_vector = transport->vector,
        .max_transfer_bytes = MAX_TRANSFER_BYTES,
        .high_speed = model_of(transport)->high_speed,
    };
}

static const struct nic_transport_ops board_ops = {
    .open = board_open,
    .close = board_close,
    .submit = board_submit,
    .cancel = board_cancel,
    .poll = board_poll,
    .describe = board_describe,
};

/* ---- life ---- */

void board_model_plug(struct board_model *m, bool connected)
{
    m->plugged = connected;
    m->suspended = false;
    m->kind->plug(m, connected);
}

void board_model_jitter(struct board_model *m, unsigned jitter_ps)
{
    m->line.jitter_ps = jitter_ps;
    m->host.noisy |= jitter_ps > 18500;
}

void board_model_turnaround(struct board_model *m, unsigned bits)
{
    m->turnaround_bits = bits;
}

void board_model_stats_get(const struct board_model *m, struct board_model_stats *stats)
{
    *stats = m->stats;
    stats->now_ns = m->now_ps / 1000;
    stats->naks = m->host.naks;
}

unsigned board_model_assertions(const struct board_model *m)
{
    if (m->host.breach)
        fprintf(stderr, "the USB host: %s, seed %llu\n", m->host.breach,
                (unsigned long long)m->seed);
    return m->assertions + (m->host.breach != NULL);
}

struct mdio_bus *board_model_mdio(struct board_model *m)
{
    return &m->mdio;
}

struct urb_device *board_model_urb(struct board_model *m)
{
    return &m->host.device;
}

struct nic_transport *board_model_transport(struct board_model *m, unsigned vector)
{
    if (!m->transport.ops)
        nic_transport_init(&m->transport, &board_ops, m->platform, vector);
    return &m->transport;
}

/* Of "board:NAME[:hs|:fs]". */
static const struct board_kind *kind_of(const char *name)
{
    static const struct board_kind *const kinds[] = {&board_kind_ulpi, &board_kind_ecpix5,
                                                     &board_kind_fs, &board_kind_bx};
    for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        size_t n = strlen(kinds[i]->name);
        if (!strncmp(kinds[i]->name, name, n) &&
            (!name[n] || !strcmp(name + n, ":fs") ||
             (kinds[i]->half->ulpi_clock && !strcmp(name + n, ":hs"))))
            return kinds[i];
    }
    return NULL;
}

bool board_model_known(const char *name)
{
    return kind_of(name) != NULL;
}

struct board_model *board_model_create(const char *name, const struct board_model_options *o,
                                       struct nic_platform *platform, struct wire_port *wire)
{
    const struct board_kind *kind = kind_of(name);
    struct board_model *m = calloc(1, sizeof *m);
    assert(kind);
    if (!m)
        return NULL;
    m->platform = platform;
    wire_phy_init(&m->eth, wire, kind->rmii);
    m->seed = o->seed;
    m->random = nic_seed_mix(o->seed);
    m->fault_permille = o->fault_permille;
    m->reset_clocks = RESET_CLOCKS;
    m->kind = kind;
    m->full_speed_hub = !strcmp(name + strlen(kind->name), ":fs");
    m->throttle_percent = o->throttle_percent;
    m->sys.period_ps = kind->sys_ps;
    m->tx.period_ps = m->rx.period_ps = kind->ethernet_ps;
    m->sys.next_ps = 1 + board_draw(m, (uint32_t)kind->sys_ps);
    m->tx.next_ps = 1 + board_draw(m, (uint32_t)kind->ethernet_ps);
    m->rx.next_ps = o->in_phase ? m->tx.next_ps : 1 + board_draw(m, (uint32_t)kind->ethernet_ps);
    m->speed = UINT32_MAX;
    kind->start(m);
    m->half = o->half ? o->half : kind->half;
    m->pins = m->half->create(m);
    if (!m->pins) {
        int error = errno;
        free(m);
        errno = error;
        return NULL;
    }
    m->wiring = o->wiring;
    struct mdio_phy *phy =
        mdio_bus_add(&m->mdio, kind->phy, kind->phy_address, !m->wiring.no_cable);
    phy->dead = m->wiring.mdio_dead;
    if (o->mbps && o->mbps < 1000)
        phy->partner_10 = 0;
    if (o->mbps == 10)
        phy->partner_4 &= ~0x0380u;
    m->mdio.stuck_low = m->wiring.mdio_low;
    usb_host_init(&m->host, kind->bus, m);
    if (o->fault_permille) {
        m->host.fault = fault;
        m->host.fault_context = m;
    }
    board_model_plug(m, true);
    return m;
}

void board_model_destroy(struct board_model *m)
{
    if (!m)
        return;
    m->half->destroy(m);
    if (m->transport.ops)
        nic_transport_fini(&m->transport);
    free(m);
}
