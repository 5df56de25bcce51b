/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conservation: under faults on both ways every frame is in exactly one counter of those that end its way. What goes in
 * and what comes out is counted here; the counters between are those of `hilnic stats`. On the core model, and on boards whose USB
 * fails too: packets lost, cut, broken and late, wrong toggles, storms of NAK, STALL, babble, a bus reset and the cable pulled in mid-traffic.
 */
#include "cosim.h"
#include "counters.h"
#include "usb_fault.h"

#include "nic_regs.h"

#include <string.h>

#define TRIES 8 /* for a request while USB fails */

struct scene {
    const char *device;
    uint32_t frames, incoming; /* the last of them after everything else */
    unsigned steps, step_us;
    uint64_t settle_ns;
    unsigned permille; /* board_model_options.fault_permille */
    bool faults;       /* the kinds below, again and again, until a transfer fails for good */
};
static const struct scene on_core = {"core", 1200, 1500, 300, 150, 10000000, 0, false};
static const struct scene on_boards[] = {
    {"board:butterstick", 200, 200, 60, 150, 2000000, 20, false},
    {"board:butterstick", 300, 300, 80, 150, 2000000, 0, true},
    {"board:ulx3s", 60, 60, 30, 1000, 15000000, 0, true},
};
static const struct scene *scene;
static struct usb_fault bus;
static unsigned hits[USB_FAULT_KINDS];

/* A generator that is silent until it may; and one with a good frame before everything and one after it, which show what is
 * missing between them: the books open with the first. */
struct gated {
    struct wire_port port, *inner, *good;
    uint32_t offered;
    uint32_t most;   /* frames that may be offered by now */
    uint32_t opened; /* before the books were opened */
};

static struct counter counters[COUNTERS_MOST];
static unsigned counter_count;
static uint32_t good_on_wire;

static void gated_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    (void)port;
    good_on_wire += frame->fcs_ok && !frame->error;
}

static bool gated_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                       uint64_t *retry_ns)
{
    struct gated *g = (struct gated *)port;
    *retry_ns = now_ns + 10000;
    if (g->offered == g->most)
        return false;
    bool good = g->offered == g->opened || g->offered == scene->incoming - 1;
    struct wire_port *from = good ? g->good : g->inner;
    bool got = from->ops->next(from, now_ns, frame, retry_ns);
    g->offered += got;
    return got;
}

static int gated_close(struct wire_port *port)
{
    struct gated *g = (struct gated *)port;
    wire_port_close(g->good);
    return wire_port_close(g->inner);
}

static const struct wire_port_ops gated_ops = {
    .transmitted = gated_transmitted, .next = gated_next, .close = gated_close};

static uint64_t value(const char *name)
{
    for (unsigned i = 0; i < counter_count; i++)
        if (!strcmp(counters[i].name, name))
            return counters[i].value;
    ck_abort_msg("there is no counter %s", name);
}

/* A transfer that failed fails its request: once more; a driver that has given the device up wants a reset first. */
static void try_again(struct cosim *c, unsigned *tries)
{
    ck_assert_uint_lt(++*tries, TRIES);
    if (*tries == TRIES / 2)
        sender_reset(c->machine.sender);
}

static void write_bits(struct cosim *c, uint32_t address, uint32_t mask, bool set)
{
    uint32_t word;
    unsigned tries = 0;
    while (!machine_read(&c->machine, address, &word, 1))
        try_again(c, &tries);
    word = set ? word | mask : word & ~mask;
    while (!machine_write(&c->machine, address, &word, 1))
        try_again(c, &tries);
}

static void filter(struct cosim *c, ULONG types)
{
    unsigned tries = 0;
    while (sender_set(c->machine.sender, OID_GEN_CURRENT_PACKET_FILTER, &types, sizeof types) !=
           NDIS_STATUS_SUCCESS)
        try_again(c, &tries);
}

/* The next fault of the bus. Three in a row end a transfer with an error, as do three NAKs to a SETUP. */
static void disturb_bus(struct cosim *c)
{
    static const struct {
        enum usb_fault_kind kind;
        unsigned most; /* times */
    } kinds[] = {
        {USB_FAULT_LOST, 5}, {USB_FAULT_PID, 5},   {USB_FAULT_CRC, 5},
        {USB_FAULT_CUT, 5},  {USB_FAULT_NAK, 12},  {USB_FAULT_TOGGLE, 3},
        {USB_FAULT_LATE, 5}, {USB_FAULT_STALL, 1}, {USB_FAULT_BABBLE, 1},
    };
    static unsigned turn;
    unsigned i = turn++ % (sizeof kinds / sizeof *kinds); /* all of them */
    bool answers = kinds[i].kind == USB_FAULT_NAK || kinds[i].kind == USB_FAULT_STALL ||
                   kinds[i].kind == USB_FAULT_BABBLE;
    hits[bus.kind] += bus.hits;
    bus.step = answers                                                      ? USB_REPLY
               : kinds[i].kind == USB_FAULT_TOGGLE && cosim_draw(c, 2) == 0 ? USB_DATA_OUT
               : kinds[i].kind == USB_FAULT_TOGGLE                          ? USB_REPLY
                                                   : (enum usb_step)cosim_draw(c, 4);
    bus.kind = kinds[i].kind;
    bus.skip = cosim_draw(c, 40);
    bus.times = 1 + cosim_draw(c, kinds[i].most);
    bus.hits = 0;
}

/* Something goes wrong, or right again. */
static void disturb(struct cosim *c)
{
    switch (cosim_draw(c, 12)) {
    case 0:
        write_bits(c, NIC_LINK_ADDR, NIC_LINK_UP_MASK, false);
        break;
    case 1:
        write_bits(c, NIC_CTRL_ADDR, NIC_CTRL_RX_ENABLE_MASK, false);
        break;
    case 2:
        filter(c, NDIS_PACKET_TYPE_DIRECTED);
        break;
    case 3:
        sender_reset(c->machine.sender);
        break;
    case 4:
        /* Behind the library's back: what the device lets through nobody wants. */
        filter(c, NDIS_PACKET_TYPE_DIRECTED);
        write_bits(c, NIC_FILTER_ADDR, NIC_FILTER_PROMISCUOUS_MASK, true);
        break;
    default:
        write_bits(c, NIC_LINK_ADDR, NIC_LINK_UP_MASK, true);
        write_bits(c, NIC_CTRL_ADDR, NIC_CTRL_RX_ENABLE_MASK, true);
        filter(c, NDIS_PACKET_TYPE_PROMISCUOUS);
    }
}

static void send_some(struct cosim *c)
{
    uint32_t time[2] = {0}, n = cosim_draw(c, 10);
    machine_read(&c->machine, NIC_TIME_LO_ADDR, time, 2); /* refused: the frames will be late */
    uint64_t now_ns = (uint64_t)time[1] << 32 | time[0];
    for (; n && c->sent < c->count && sender_outstanding(c->machine.sender) < 500; n--) {
        struct sender_frame f = {.octets = c->frames[c->sent].octets,
                                 .length = c->frames[c->sent].length,
                                 .number = c->sent};
        if (cosim_draw(c, 8) == 0)
            f.launch_ns = now_ns + cosim_draw(c, 40000) - 10000;
        c->sent++;
        ck_assert_uint_eq(
            sender_send(c->machine.sender, &f, 1,
                        cosim_draw(c, 2) ? SENDER_NDIS_SEND : SENDER_NDIS_SEND_PACKETS),
            1);
    }
}

static void offer(struct cosim *c, struct gated *g, uint32_t most)
{
    g->most = most;
    c->tap.changed = true;
    machine_run(&c->machine, NULL, machine_now_ns(&c->machine) + scene->settle_ns);
}

/* Until everything is out and in, disturbed for the first steps. */
static void carry(struct cosim *c, struct gated *g)
{
    g->most = scene->incoming - 1;
    for (unsigned i = 0; i < scene->steps || c->sent < c->count || g->offered < g->most; i++) {
        send_some(c);
        if (i < scene->steps && cosim_draw(c, 4) == 0)
            disturb(c);
        if (i < scene->steps && scene->faults && (bus.hits == bus.times || cosim_draw(c, 8) == 0))
            disturb_bus(c);
        machine_run(&c->machine, NULL,
                    machine_now_ns(&c->machine) + 1000 * cosim_draw(c, scene->step_us));
        ck_assert_uint_lt(i, 100 * scene->steps);
    }
}

/* All is well again, and the last frame shows what is missing before it. */
static void heal(struct cosim *c, struct gated *g)
{
    bus.times = bus.hits;
    write_bits(c, NIC_LINK_ADDR, NIC_LINK_UP_MASK, true);
    write_bits(c, NIC_CTRL_ADDR, NIC_CTRL_RX_ENABLE_MASK, true);
    filter(c, NDIS_PACKET_TYPE_PROMISCUOUS);
    /* Full speed carries one event a millisecond, and a late frame has one to itself. */
    for (unsigned i = 0; i == 0 || sender_outstanding(c->machine.sender); i++) {
        ck_assert_uint_lt(i, 100);
        machine_run(&c->machine, NULL, machine_now_ns(&c->machine) + scene->settle_ns);
    }
    offer(c, g, scene->incoming);
}

static uint64_t sum(const char *const *names)
{
    uint64_t all = 0;
    for (; *names; names++)
        all += value(*names);
    return all;
}

/* The device's, of all that came from the wire. */
static void check_arrivals(const struct gated *g)
{
    static const char *const ends[] = {"rx_packets",       "rx_fcs_errors",
                                       "rx_align_errors",  "rx_undersize",
                                       "rx_fragments",     "rx_oversize",
                                       "rx_jabbers",       "rx_symbol_errors",
                                       "rx_drop_overflow", "rx_drop_filter",
                                       "rx_pause",         "rx_drop_disabled",
                                       "rx_drop_reset",    NULL};
    ck_assert_uint_eq(g->offered, scene->incoming);
    ck_assert_uint_eq(sum(ends), g->offered - g->opened);
}

/* The device's and the driver's, of all that went from one to the other. A wrong toggle may take an event that tells of a loss. */
static void check_deliveries(void)
{
    if (!scene->faults)
        ck_assert_uint_eq(value("rx_drop_overflow"), value("driver_rx_lost"));
    ck_assert_uint_le(value("driver_rx_lost"), value("rx_drop_overflow"));
    ck_assert_uint_eq(value("rx_packets") + value("rx_drop_overflow"),
                      value("driver_rx_ok") + value("driver_rx_errors") + value("driver_rx_gap"));
}

/* The host's, of all that came from the device, `before` to another adapter. */
static void check_indications(const struct cosim *c, uint32_t before)
{
    ck_assert_uint_eq(value("driver_rx_ok"), value("ndis_indications"));
    ck_assert_uint_eq(value("ndis_indications"), c->received - before + value("ndis_unclaimed"));
}

/* The host's: each frame of the protocol. */
static void check_completions(const struct cosim *c)
{
    ck_assert_uint_eq(c->sent, scene->frames);
    ck_assert_uint_eq(c->completed, scene->frames);
    ck_assert_uint_eq(scene->frames, value("ndis_sent") + value("ndis_refused"));
    ck_assert_uint_eq(value("ndis_sent"),
                      value("ndis_completed_ok") + value("ndis_completed_error"));
    ck_assert_uint_eq(value("ndis_completed_ok"), c->succeeded);
    ck_assert_uint_eq(value("ndis_completed_ok"), value("driver_tx_ok"));
    ck_assert_uint_eq(value("ndis_completed_error"), value("driver_tx_errors") +
                                                         value("driver_tx_refused") +
                                                         value("ndis_aborted"));
}

/* The device's, of all that it took. What the driver has given up, because an event was lost, may be in any of them. */
static void check_departures(void)
{
    static const char *const ends[] = {"tx_packets",  "tx_late",    "tx_link_down",
                                       "tx_too_long", "tx_aborted", NULL};
    uint64_t told =
        value("driver_tx_ok") + value("driver_tx_errors") - value("driver_tx_abandoned");
    ck_assert_uint_eq(value("tx_packets"), good_on_wire);
    ck_assert_uint_le(value("driver_tx_ok"), value("tx_packets"));
    ck_assert_uint_le(told, sum(ends));
    ck_assert_uint_le(sum(ends), told + value("driver_tx_abandoned"));
    if (scene->faults)
        return;
    ck_assert_uint_eq(value("driver_tx_ok"), value("tx_packets"));
    ck_assert_uint_eq(sum(ends), told);
}

static void start(struct cosim *c, struct gated *g, const struct scene *which, unsigned seed)
{
    scene = which;
    *g = (struct gated){.port.ops = &gated_ops};
    cosim_init(c);
    c->options.device = scene->device;
    c->options.seed += seed;
    c->random += 2u * seed;
    c->options.board.fault_permille = scene->permille;
    wire_port_close(c->inner);
    c->inner = &g->port;
    g->inner = wire_generator_create(&(struct wire_generator_options){
        .seed = c->options.seed,
        .count = scene->incoming - 2,
        .min_octets = 64,
        .max_octets = 1518,
        .pause_every = 3,
        .destination = {2, 0, 0, 0, 0, 7},
        .fcs_percent = 5,
        .symbol_percent = 5,
        .runt_percent = 5,
        .giant_percent = 5,
    });
    g->good = wire_generator_create(&(struct wire_generator_options){
        .seed = c->options.seed, .count = 3, .min_octets = 64, .max_octets = 64});
    good_on_wire = 0;
    bus = (struct usb_fault){0};
    cosim_frames(c, scene->frames, 5, 1600);
}

static void started(struct cosim *c, struct gated *g)
{
    cosim_start(c);
    offer(c, g, 1);
    if (!c->machine.board)
        return;
    bus.host = (struct usb_host *)board_model_urb(c->machine.board); /* its first member */
    if (!scene->permille) {
        bus.host->fault = usb_fault;
        bus.host->fault_context = &bus;
    }
}

static void look(struct cosim *c, bool there)
{
    bool device;
    counter_count = counters_read(&c->machine, counters, &device);
    ck_assert_uint_gt(counter_count, 0);
    ck_assert_int_eq(device, there);
}

static void finish(struct cosim *c)
{
    unsigned assertions = c->machine.board ? board_model_assertions(c->machine.board) : 0;
    cosim_stop(c);
    ck_assert_uint_eq(assertions, 0);
}

/* All books, at the end. */
static void balance(struct cosim *c, const struct gated *g)
{
    check_arrivals(g);
    check_deliveries();
    check_indications(c, 0);
    check_completions(c);
    check_departures();
    finish(c);
}

static void every_frame(const struct scene *which, unsigned seed)
{
    struct cosim c;
    struct gated g;
    start(&c, &g, which, seed);
    c.options.core.stall_percent = seed & 1 ? 40 : 0;
    started(&c, &g);
    carry(&c, &g);
    heal(&c, &g);
    look(&c, true);
    balance(&c, &g);
}

/* _i: the seeds. */
START_TEST(every_frame_in_one_counter)
{
    every_frame(&on_core, (unsigned)_i);
}
END_TEST

START_TEST(and_on_boards)
{
    memset(hits, 0, sizeof hits);
    every_frame(&on_boards[_i], (unsigned)_i);
    for (unsigned kind = USB_FAULT_LOST; kind <= USB_FAULT_LATE && _i == 1;
         kind++) /* the longest */
        ck_assert_msg(hits[kind], "no fault of kind %u", kind);
}
END_TEST

static void unplug(void *board)
{
    board_model_plug(board, false);
}

/* In mid-traffic the host resets the bus, or (_i 1) the cable is pulled and plugged in again. What the device had in its
 * memory goes with it, its counters too; the host's still have every packet, and new books begin. */
START_TEST(the_device_goes)
{
    static const struct scene with = {"board:butterstick", 200, 200, 30, 150, 2000000, 0, false};
    struct cosim c;
    struct gated g;
    start(&c, &g, &with, (unsigned)_i);
    started(&c, &g);
    bus.kind = _i ? USB_FAULT_UNPLUG : USB_FAULT_RESET;
    bus.step = USB_DATA_OUT;
    bus.skip = 40 + cosim_draw(&c, 100);
    bus.times = 1;
    bus.unplug = unplug;
    bus.context = c.machine.board;
    g.most = with.incoming / 2;
    for (unsigned i = 0; c.sent < c.count || sender_outstanding(c.machine.sender); i++) {
        send_some(&c);
        machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + 150000);
        ck_assert_uint_lt(i, 1000);
    }
    g.most = g.offered;
    ck_assert_uint_eq(bus.hits, 1);
    look(&c, false);
    check_completions(&c);
    check_indications(&c, 0);
    ck_assert_uint_gt(value("driver_tx_ok"), 0);
    ck_assert_uint_gt(value("driver_tx_refused"), 0);
    ck_assert_uint_le(value("driver_tx_ok"), good_on_wire);
    ck_assert_uint_le(good_on_wire, value("driver_tx_ok") + value("driver_tx_abandoned"));
    uint32_t received = c.received;
    board_model_plug(c.machine.board, true);
    ck_assert_int_eq(machine_restart_adapter(&c.machine, &c.options), 0);
    look(&c, true); /* an answer, so the receiver is on */
    g.opened = g.offered;
    offer(&c, &g, g.opened + 1);
    ck_assert_uint_eq(c.received, received + 1);
    offer(&c, &g, with.incoming - 1);
    offer(&c, &g, with.incoming);
    look(&c, true);
    check_arrivals(&g);
    check_deliveries();
    check_indications(&c, received);
    ck_assert_uint_gt(c.received, received + 10);
    finish(&c);
}
END_TEST

static void fault_addressing(void *fault, enum usb_step step, uint8_t *packet, size_t *length)
{
    if (bus.host->addressing)
        usb_fault(fault, step, packet, length);
}

/* The host's ACK of SET_ADDRESS gets lost: for the host the device has its address, for the device it has not (9.4.6). */
START_TEST(the_address_is_lost)
{
    static const struct scene with = {"board:butterstick", 1, 3, 1, 150, 2000000, 0, false};
    struct cosim c;
    struct gated g;
    start(&c, &g, &with, 0);
    started(&c, &g);
    bus.kind = USB_FAULT_LOST;
    bus.step = USB_HANDSHAKE_OUT;
    bus.times = 1;
    bus.host->fault = fault_addressing;
    uint64_t before_ns = machine_now_ns(&c.machine);
    ck_assert_int_eq(machine_restart_adapter(&c.machine, &c.options), 0);
    ck_assert_uint_eq(bus.hits, 1);
    ck_assert_uint_lt(machine_now_ns(&c.machine) - before_ns, 50000000);
    look(&c, true);
    finish(&c);
}
END_TEST

static unsigned toggled_endpoint;

/* Data packets of one endpoint. */
static void fault_endpoint(void *fault, enum usb_step step, uint8_t *packet, size_t *length)
{
    static unsigned now;
    if (step == USB_TOKEN && (packet[0] & 15) != 5) /* SOF */
        now = (packet[1] >> 7 | packet[2] << 1) & 15;
    if (now == toggled_endpoint && *length && (packet[0] & 3) == 3)
        usb_fault(fault, step, packet, length);
}

/* One wrong toggle: both ends take two packets for repeated ones, and so much is missing in the middle of a stream. Device or driver
 * notice; the streams are taken up again, and every frame is still in one counter. _i: board and endpoint. */
START_TEST(wrong_toggle)
{
    static const struct scene with[] = {
        {"board:butterstick", 200, 100, 1, 150, 2000000, 0, true},
        {"board:butterstick:fs", 60, 30, 1, 1000, 15000000, 0, true},
        {"board:ulx3s", 60, 30, 1, 1000, 15000000, 0, true},
    };
    struct cosim c;
    struct gated g;
    start(&c, &g, &with[_i / 3], 0);
    started(&c, &g);
    look(&c, true);
    uint64_t resets = value("driver_resets");
    toggled_endpoint = 1 + (unsigned)_i % 3;
    bus.kind = USB_FAULT_TOGGLE;
    bus.step = toggled_endpoint == 1 ? USB_DATA_OUT : USB_REPLY;
    bus.skip = cosim_draw(&c, 4);
    bus.times = 1;
    bus.host->fault = fault_endpoint;
    g.most = scene->incoming - 1;
    for (unsigned i = 0; c.sent < c.count || g.offered < g.most; i++) {
        send_some(&c);
        machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + 1000 * scene->step_us);
        ck_assert_uint_lt(i, 1000);
    }
    ck_assert_uint_eq(bus.hits, 1);
    heal(&c, &g);
    look(&c, true);
    ck_assert_uint_eq(value("driver_resets"), resets + 1);
    ck_assert_uint_eq(value("driver_hangs"), 0);
    balance(&c, &g);
}
END_TEST

/* Packets that the device must take for broken, and answers of the host that it must miss, as many as were made. */
START_TEST(errors_of_usb)
{
    static const struct scene with = {"board:butterstick", 200, 3, 1, 150, 2000000, 0, false};
    static const struct {
        enum usb_step step;
        enum usb_fault_kind kind;
        unsigned times;
    } faults[] = {{USB_DATA_OUT, USB_FAULT_CRC, 2},
                  {USB_TOKEN, USB_FAULT_PID, 1},
                  {USB_HANDSHAKE_OUT, USB_FAULT_LOST, 2}};
    struct cosim c;
    struct gated g;
    start(&c, &g, &with, 0);
    started(&c, &g);
    look(&c, true);
    ck_assert_uint_eq(value("usb_bad") + value("usb_unanswered"), 0);
    for (unsigned i = 0; i < sizeof faults / sizeof *faults; i++) {
        bus.step = faults[i].step;
        bus.kind = faults[i].kind;
        bus.times = faults[i].times;
        bus.hits = 0;
        for (unsigned k = 0; bus.hits < bus.times; k++) {
            send_some(&c);
            machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + 150000);
            ck_assert_uint_lt(k, 100);
        }
    }
    machine_run(&c.machine, NULL, machine_now_ns(&c.machine) + with.settle_ns);
    look(&c, true);
    ck_assert_uint_eq(value("usb_bad"), 3);
    ck_assert_uint_eq(value("usb_unanswered"), 2);
    finish(&c);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("counters");
    TCase *core = tcase_create("conservation"), *boards = tcase_create("boards"),
          *usb = tcase_create("usb");
    (void)argc;
    tcase_set_timeout(core, 240);
    tcase_set_timeout(boards, 240);
    tcase_set_timeout(usb, 120);
    tcase_add_loop_test(core, every_frame_in_one_counter, 0, 4);
    tcase_add_loop_test(boards, and_on_boards, 0, sizeof on_boards / sizeof *on_boards);
    tcase_add_loop_test(boards, the_device_goes, 0, 2);
    tcase_add_test(boards, the_address_is_lost);
    tcase_add_test(usb, errors_of_usb);
    tcase_add_loop_test(usb, wrong_toggle, 0, 9);
    suite_add_tcase(suite, core);
    suite_add_tcase(suite, boards);
    suite_add_tcase(suite, usb);
    return cosim_main(suite, argv[0]);
}
