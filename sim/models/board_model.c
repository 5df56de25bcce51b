/* SPDX-License-Identifier: Apache-2.0 */
/* The USB bus, the transfers and the wire of the board model, see board_model.h. Clause numbers are those of USB 2.0. */
#include "board_internal.h"

#include "nic_platform.h"
#include "nic_regs.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CLOCKS_US          60
#define SETUP_BYTES        8
#define MAX_TRANSFER_BYTES 65536
#define ENUMERATION_NS     1000000000ull /* bound of what open does */
#define RESET_CLOCKS       16
#define SE0                0
#define LINE_J             1
#define LINE_K             2
#define VBUS_VALID         3

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
    struct nic_transfer *transfer; /* NULL: a request of the transport's own */
    bool *over;                    /* ... which tells here that it ended */
    enum urb_status status;        /* of the URB for whose sake a halt is being cleared */
    bool clearing;
};

static struct board_model *model_of(struct nic_transport *t)
{
    return (struct board_model *)t;
}

static uint32_t draw(void *context, uint32_t below)
{
    struct board_model *m = context;
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)((m->random >> 20) % below);
}

/* ---- the bus, for usb_host ---- */

static void sent(void *context, const uint8_t *data, size_t length, bool pid)
{
    struct board_model *m = context;
    m->chirped |= !pid;
    m->answered = pid;
    m->answer_bytes = length < sizeof m->answer ? length : sizeof m->answer;
    memcpy(m->answer, data, m->answer_bytes);
}

static void clock_once(struct board_model *m)
{
    struct ulpi_link_pins link;
    const char *before = m->phy.breach;
    board_pins_clock(m, &link);
    ulpi_phy_clock(&m->phy, &link);
    if (m->phy.breach && !before)
        m->assertions++;
}

/* 8 bit times and more between packets; up to 816 bit times for an answer to begin (7.1.19.2). */
static size_t bus_exchange(void *bus, const uint8_t *packet, size_t length, uint8_t *reply,
                           size_t room)
{
    struct board_model *m = bus;
    m->answered = false;
    if (length) {
        ulpi_phy_receive(&m->phy, packet, length, false);
        while (m->phy.in_due)
            clock_once(m);
    }
    for (unsigned i = 0; reply ? !m->answered && (i < 102 || m->phy.command) : i < 4; i++)
        clock_once(m);
    if (!reply || !m->answered || m->answer_bytes > room)
        return 0;
    memcpy(reply, m->answer, m->answer_bytes);
    return m->answer_bytes;
}

static void line(struct board_model *m, uint8_t state, unsigned us)
{
    ulpi_phy_line(&m->phy, state, VBUS_VALID);
    for (unsigned i = 0; i < us * CLOCKS_US; i++)
        clock_once(m);
}

/* A hub of high speed: SE0, the device's chirp K, then K and J in turn, 50 us each (7.1.7.5). */
static bool bus_reset(void *bus, enum urb_speed *speed)
{
    struct board_model *m = bus;
    if (!m->plugged)
        return false;
    line(m, LINE_J, 100);
    m->chirped = false;
    line(m, SE0, 2);
    for (unsigned us = 0; us < 10000 && !m->chirped; us++)
        line(m, SE0, 1);
    for (unsigned i = 0; m->chirped && i < 10; i++)
        line(m, i & 1 ? LINE_J : LINE_K, 50);
    line(m, SE0, 100);
    *speed = m->high_speed ? URB_HIGH_SPEED : URB_FULL_SPEED;
    return true;
}

static bool bus_connected(void *bus)
{
    return ((struct board_model *)bus)->plugged;
}

static void bus_suspend(void *bus, bool suspend)
{
    (void)bus;
    (void)suspend; /* no packets is all there is to it */
}

static uint64_t bus_now_ns(void *bus)
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

static void bus_idle(void *bus, uint64_t until_ns)
{
    struct board_model *m = bus;
    if (!m->plugged && until_ns > m->now_ps / 1000)
        skip(m, until_ns);
    while (m->now_ps / 1000 < until_ns)
        clock_once(m);
}

static const struct usb_bus_ops bus_ops = {
    .exchange = bus_exchange,
    .reset = bus_reset,
    .connected = bus_connected,
    .suspend = bus_suspend,
    .idle = bus_idle,
    .now_ns = bus_now_ns,
};

static void fault(void *context, enum usb_step step, uint8_t *packet, size_t *length)
{
    struct board_model *m = context;
    (void)step;
    if (!*length || draw(m, 1000) >= m->fault_permille)
        return;
    for (unsigned i = 0; i < 32; i++)
        if (m->host.endpoints[i].errors == 2)
            return; /* a third error would end the transfer */
    m->stats.faults++;
    if (draw(m, 2))
        *length = 0;
    else
        packet[draw(m, (uint32_t)*length)] ^= (uint8_t)(1 << draw(m, 8));
}

/* ---- the wire ---- */

void board_wire_transmitted(struct board_model *m)
{
    struct wire_frame frame;
    m->stats.wire_frames++;
    if (!m->wire)
        return;
    gmii_monitor_frame(&m->monitor, &frame);
    if (m->wire->ops->transmitted)
        m->wire->ops->transmitted(m->wire, &frame);
    m->ask_ps = m->now_ps;
}

void board_wire_ask(struct board_model *m)
{
    struct wire_frame frame;
    uint64_t retry_ns = UINT64_MAX;
    if (!m->wire || !m->wire->ops->next) {
        m->ask_ps = UINT64_MAX;
        return;
    }
    m->wire->changed = false;
    if (m->wire->ops->next(m->wire, m->now_ps / 1000, &frame, &retry_ns)) {
        gmii_driver_load(&m->driver, &frame);
        return; /* asked again when this one is out */
    }
    m->ask_ps = retry_ns > UINT64_MAX / 1000 ? UINT64_MAX : retry_ns * 1000;
}

void board_phy_speed(struct board_model *m, unsigned speed)
{
    static const unsigned divisors[4] = {50, 5, 1, 1};
    m->speed = speed;
    if (m->divisor == divisors[speed & 3])
        return;
    m->divisor = divisors[speed & 3];
    m->tx_divide = m->rx_divide = 0;
    m->monitor.nibbles = m->driver.nibbles = m->divisor != 1;
    m->monitor.state = GMII_IDLE;
    m->monitor.gap = m->driver.idle = UINT32_MAX / 4;
    if (m->driver.active) {
        m->driver.active = false;
        m->ask_ps = m->now_ps;
    }
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

static void cleared(struct urb *urb)
{
    struct flight *f = urb->user;
    finish(f, urb->status == URB_GONE ? URB_GONE : f->status);
}

/* A halted endpoint is cleared before its transfer is handed back, as the libusb transport does. */
static bool clear_halt(struct flight *f, uint8_t endpoint)
{
    f->status = f->urb.status;
    f->clearing = true;
    f->transfer->actual_bytes = f->urb.actual_bytes;
    f->urb = (struct urb){
        .setup = {0x02, CLEAR_FEATURE, FEATURE_ENDPOINT_HALT, 0, endpoint},
        .done = cleared,
        .user = f,
    };
    struct urb_device *device = &f->model->host.device;
    return device->ops->submit(device, &f->urb) == 0;
}

static void done(struct urb *urb)
{
    struct flight *f = urb->user;
    if (f->over) {
        *f->over = true;
        return;
    }
    if (urb->status == URB_STALL && urb->endpoint & 0x7f && clear_halt(f, urb->endpoint))
        return;
    f->transfer->actual_bytes = urb->actual_bytes;
    finish(f, urb->status);
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

static void run_host(struct board_model *m, uint64_t until_ns)
{
    m->host.device.ops->run(&m->host.device, until_ns);
    nic_virtual_advance(m->platform, m->now_ps / 1000);
}

void board_model_run(void *model, uint64_t until_ns)
{
    struct board_model *m = model;
    if (m->wire && m->wire->changed)
        m->ask_ps = m->now_ps;
    if (!m->finished_head && m->now_ps / 1000 < until_ns)
        run_host(m, until_ns);
    deliver(m);
}

/* ---- open ---- */

/* A request of the transport's own. True: it ended well. */
static bool ask(struct board_model *m, const uint8_t setup[SETUP_BYTES], uint8_t *data)
{
    bool over = false;
    uint64_t end_ns = m->now_ps / 1000 + ENUMERATION_NS;
    struct flight f = {.model = m, .over = &over};
    struct urb_device *device = &m->host.device;
    f.urb = (struct urb){.endpoint = setup[0] & 0x80, .data = data, .done = done, .user = &f};
    memcpy(f.urb.setup, setup, SETUP_BYTES);
    f.urb.length_bytes = setup[6];
    if (device->ops->submit(device, &f.urb))
        return false;
    while (!over && m->now_ps / 1000 < end_ns)
        run_host(m, end_ns);
    if (!over) {
        device->ops->cancel(device, &f.urb);
        while (!over)
            run_host(m, end_ns);
    }
    return f.urb.status == URB_OK;
}

static int board_open(struct nic_transport *transport)
{
    struct board_model *m = model_of(transport);
    struct urb_device *device = &m->host.device;
    uint8_t configuration[CONFIGURATION_BYTES];
    static const uint8_t get[SETUP_BYTES] = {0x80, GET_DESCRIPTOR, 0, 2, 0, 0, CONFIGURATION_BYTES};
    static const uint8_t set[SETUP_BYTES] = {0x00, SET_CONFIGURATION, 1};
    if (device->ops->port_reset(device))
        return -ENODEV;
    uint64_t end_ns = m->now_ps / 1000 + ENUMERATION_NS;
    while (!m->host.port.enabled && m->plugged && m->now_ps / 1000 < end_ns)
        run_host(m, end_ns);
    if (!m->host.port.enabled)
        return m->plugged ? -EIO : -ENODEV;
    return ask(m, get, configuration) && ask(m, set, NULL) ? 0 : -EIO;
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
        .name = "board:butterstick",
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
    ulpi_phy_line(&m->phy, connected ? LINE_J : SE0, connected ? VBUS_VALID : 0);
}

void board_model_stats_get(const struct board_model *m, struct board_model_stats *stats)
{
    *stats = m->stats;
    stats->now_ns = m->now_ps / 1000;
    stats->naks = m->host.naks;
}

unsigned board_model_assertions(const struct board_model *m)
{
    return m->assertions;
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

static uint64_t mix_seed(uint64_t seed)
{
    /* splitmix64, so that seeds 1, 2, 3 lead to unlike states */
    seed += 0x9e3779b97f4a7c15u;
    seed = (seed ^ (seed >> 30)) * 0xbf58476d1ce4e5b9u;
    seed = (seed ^ (seed >> 27)) * 0x94d049bb133111ebu;
    seed ^= seed >> 31;
    return seed ? seed : 1;
}

struct board_model *board_model_create(const struct board_model_options *o,
                                       struct nic_platform *platform, struct wire_port *wire)
{
    struct board_model *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->platform = platform;
    m->wire = wire;
    m->seed = o->seed;
    m->random = mix_seed(o->seed);
    m->fault_permille = o->fault_permille;
    m->reset_clocks = RESET_CLOCKS;
    m->sys.period_ps = 16667;
    m->tx.period_ps = m->rx.period_ps = 8000;
    m->sys.next_ps = 1 + draw(m, 16667);
    m->tx.next_ps = 1 + draw(m, 8000);
    m->rx.next_ps = o->in_phase ? m->tx.next_ps : 1 + draw(m, 8000);
    m->divisor = 1;
    m->speed = UINT32_MAX;
    m->monitor.gap = m->driver.idle = UINT32_MAX / 4;
    ulpi_phy_init(&m->phy);
    m->phy.random = draw;
    m->phy.sent = sent;
    m->phy.context = m;
    m->phy.throttle_percent = o->throttle_percent;
    m->pins = board_pins_create(m);
    if (!m->pins) {
        int error = errno;
        free(m);
        errno = error;
        return NULL;
    }
    usb_host_init(&m->host, &bus_ops, m);
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
    board_pins_destroy(m);
    if (m->transport.ops)
        nic_transport_fini(&m->transport);
    free(m);
}
