/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bus reset, a suspend and a pulled cable at every packet of every kind of transaction of the whole NIC, with frames crossing
 * it: the packet and what would follow it in its transaction do not arrive. On ULPI at both speeds, and at full speed on three pins.
 * Every frame is completed once; behind it the NIC carries frames as before. Judged by driver, NDIS and the host model.
 */
#include "cosim.h"

#include "nic_regs.h"
#include "urb_device.h"
#include "usb_host.h"

#include <string.h>

#define STEP_NS 100000ull
#define BOUND   2000 /* steps, 200 ms of the device's time */

/* Transactions by what they belong to (USB 2.0, 8.5): each is a token, data and a handshake; PING has no data. */
enum stage {
    SETUP,
    DATA_OUT,
    DATA_IN,
    STATUS_OUT,
    STATUS_IN,
    BULK_OUT,
    BULK_PING,
    BULK_IN,
    INTERRUPT_IN,
    STAGES,
    OTHER = STAGES
};
static const char *const stages[STAGES] = {"SETUP",      "data OUT",  "data IN",
                                           "status OUT", "status IN", "bulk OUT",
                                           "bulk PING",  "bulk IN",   "interrupt IN"};
static const char *const steps[] = {"token", "data of the host", "handshake of the host", "answer"};
enum action { RESET, SUSPEND, UNPLUG };

enum { PID_IN = 0x69, PID_SETUP = 0x2d, PID_SOF = 0xa5, PID_PING = 0xb4 };

struct plan {
    struct usb_host *host;
    struct board_model *board;
    enum action action;
    enum stage stage;
    enum usb_step step;
    unsigned skip; /* packets of that kind let through */
    bool armed, hit, missed;
    enum stage now; /* of the last token */
    uint8_t setup[8];
};

static bool is_in(enum stage stage)
{
    return stage == DATA_IN || stage == STATUS_IN || stage == BULK_IN || stage == INTERRUPT_IN;
}

static bool exists(enum stage stage, enum usb_step step)
{
    if (stage == BULK_PING)
        return step == USB_TOKEN || step == USB_REPLY;
    return step != (is_in(stage) ? USB_DATA_OUT : USB_HANDSHAKE_OUT);
}

static enum stage stage_of(const struct plan *p, const uint8_t *token)
{
    unsigned endpoint = (unsigned)(token[1] >> 7 | token[2] << 1) & 15;
    bool in = token[0] == PID_IN, reads = p->setup[0] & 0x80;
    if (token[0] == PID_SOF)
        return OTHER;
    if (token[0] == PID_SETUP)
        return SETUP;
    if (token[0] == PID_PING)
        return endpoint == 1 ? BULK_PING : OTHER;
    if (endpoint)
        return endpoint == 1 ? BULK_OUT : endpoint == 2 ? BULK_IN : INTERRUPT_IN;
    if (reads == in && (p->setup[6] || p->setup[7]))
        return in ? DATA_IN : DATA_OUT;
    return in ? STATUS_IN : STATUS_OUT;
}

/* Until the host has noticed. */
static bool under_way(const struct plan *p)
{
    if (!p->armed)
        return false;
    if (p->action == RESET)
        return p->host->reset_asked;
    if (p->action == SUSPEND)
        return p->host->suspend_wanted && !p->host->port.suspended;
    return p->host->port.connected;
}

static void act(struct plan *p)
{
    struct urb_device *device = &p->host->device;
    p->hit = true;
    if (p->action == RESET)
        p->host->reset_asked = true;
    else if (p->action == SUSPEND)
        device->ops->port_suspend(device, true);
    else
        board_model_plug(p->board, false);
}

/* The hook of the host, see usb_host.h. */
static void disturb(void *context, enum usb_step step, uint8_t *packet, size_t *length)
{
    struct plan *p = context;
    if (p->hit) {
        *length = under_way(p) ? 0 : *length;
        return;
    }
    if (!*length)
        return;
    if (step == USB_TOKEN)
        p->now = stage_of(p, packet);
    if (step == USB_DATA_OUT && p->now == SETUP)
        memcpy(p->setup, packet + 1, 8);
    if (!p->armed)
        return;
    /* An answer that is lost makes the host ask before it sends again (8.5.1). */
    if (p->stage == BULK_PING && !p->missed && p->now == BULK_OUT && step == USB_REPLY) {
        p->missed = true;
        *length = 0;
        return;
    }
    if (p->now != p->stage || step != p->step)
        return;
    if (step == USB_REPLY && is_in(p->now) && (packet[0] & 3) != 3)
        return; /* NAK: nothing of the transaction is left */
    if (p->skip) {
        p->skip--;
        return;
    }
    act(p);
    *length = 0;
}

/* ---- an episode: frames cross, it happens, they cross again ---- */

/* Frames of an episode before and behind. Before: a transfer of several packets, so that it is hit in the middle as well. */
static uint32_t before, behind;

struct request {
    struct urb urb;
    uint8_t data[8];
    unsigned ended;
};

static void over(struct urb *urb)
{
    ((struct request *)urb->user)->ended++;
}

/* The HASH registers written, or read again: two words. */
static void ask(struct cosim *c, struct request *r, bool read, uint8_t fill)
{
    struct urb_device *usb = board_model_urb(c->machine.board);
    *r = (struct request){
        .urb = {.endpoint = read ? 0x80 : 0,
                .setup = {read ? 0xc0 : 0x40,
                          read ? NIC_VENDOR_REQUEST_REG_READ : NIC_VENDOR_REQUEST_REG_WRITE,
                          (uint8_t)NIC_HASH_ADDR, NIC_HASH_ADDR >> 8, 0, 0, 8},
                .length_bytes = 8,
                .done = over}};
    memset(r->data, read ? 0 : fill, sizeof r->data);
    r->urb.data = r->data;
    r->urb.user = r;
    ck_assert_int_eq(usb->ops->submit(usb, &r->urb), 0);
}

static void wait_for(struct cosim *c, const struct request *r, const char *where)
{
    for (unsigned i = 0; i < BOUND && !r->ended; i++)
        cosim_carry(c, STEP_NS);
    ck_assert_msg(r->ended == 1, "%s: the request ended %u times", where, r->ended);
}

static bool out(struct cosim *c)
{
    return c->sent == c->count && !sender_outstanding(c->machine.sender);
}

/* All frames so far completed, and so many received. */
static void carried(struct cosim *c, uint32_t matched, const char *where)
{
    unsigned i;
    for (i = 0; i < BOUND && !(out(c) && match_counts(c->match)->matched >= matched); i++)
        cosim_carry(c, STEP_NS);
    ck_assert_msg(i < BOUND, "%s: %u of %u frames sent, %u not completed, %u of %u received", where,
                  c->sent, c->count, sender_outstanding(c->machine.sender),
                  match_counts(c->match)->matched, matched);
    c->under_way_bytes = 0;
}

static struct urb_port port_of(struct cosim *c)
{
    struct urb_port port;
    struct urb_device *usb = board_model_urb(c->machine.board);
    usb->ops->port_get(usb, &port);
    return port;
}

/* 4 ms of rest, in which nothing ends, and on. */
static void resume(struct cosim *c, struct request *r, const char *where)
{
    struct urb_device *usb = board_model_urb(c->machine.board);
    ck_assert_msg(port_of(c).suspended, "%s: not suspended", where);
    uint32_t completed = c->completed, received = c->received;
    unsigned ended = r->ended;
    for (unsigned i = 0; i < 40; i++)
        cosim_carry(c, STEP_NS);
    ck_assert_msg(c->completed == completed && c->received == received && r->ended == ended,
                  "%s: something ended on a suspended bus", where);
    usb->ops->port_suspend(usb, false);
}

/* The adapter is started anew, behind a reset or with the cable back in. The driver has completed everything by itself. */
static void restart(struct cosim *c, const struct plan *p, const char *where)
{
    unsigned i;
    for (i = 0; i < BOUND && (!out(c) || p->host->addressing); i++)
        cosim_carry(c, STEP_NS);
    ck_assert_msg(i < BOUND, "%s: %u frames are not completed", where,
                  sender_outstanding(c->machine.sender));
    board_model_plug(c->machine.board, true);
    ck_assert_msg(machine_restart_adapter(&c->machine, &c->options) == 0, "%s: %s", where,
                  c->machine.message);
    c->under_way_bytes = 0;
}

static void episode(struct cosim *c, struct plan *p, const char *where)
{
    struct request r = {.urb.status = URB_OK};
    bool control = p->stage <= STATUS_IN, read = p->stage == DATA_IN || p->stage == STATUS_OUT;
    uint8_t fill = (uint8_t)cosim_draw(c, 256);
    uint32_t matched = match_counts(c->match)->matched, succeeded = c->succeeded;
    unsigned i;
    if (read) {
        ask(c, &r, false, fill);
        wait_for(c, &r, where);
        ck_assert_msg(r.urb.status == URB_OK, "%s: the request before", where);
    }
    p->armed = true;
    c->count += before;
    if (control) {
        cosim_carry(c, 20000 + cosim_draw(c, 30000)); /* frames are on their way */
        ask(c, &r, read, fill);
    }
    for (i = 0; i < BOUND && (!p->hit || under_way(p)); i++)
        cosim_carry(c, STEP_NS);
    ck_assert_msg(p->hit, "%s: no such packet went by", where);
    ck_assert_msg(i < BOUND, "%s: the host did not notice", where);
    p->armed = false;
    if (p->action == SUSPEND) {
        resume(c, &r, where);
        carried(c, matched + before, where);
    } else {
        restart(c, p, where);
        matched = match_counts(c->match)->matched - before;
        ck_assert_msg(c->succeeded - succeeded <= before, "%s: too many", where);
    }
    if (control)
        wait_for(c, &r, where);
    /* For the host it ends with its own handshake, heard or not. */
    bool whole = p->action == SUSPEND || (p->stage == STATUS_IN && p->step == USB_HANDSHAKE_OUT);
    ck_assert_msg(!control || r.urb.status == (whole ? URB_OK : URB_GONE),
                  "%s: the request ended with %d", where, r.urb.status);
    for (i = 0; i < 8 && read && p->action == SUSPEND; i++)
        ck_assert_msg(r.data[i] == fill, "%s: other data was read", where);
    succeeded = c->succeeded;
    c->count += behind;
    carried(c, matched + before + behind, where);
    ck_assert_msg(c->succeeded == succeeded + behind, "%s: frames behind it failed", where);
    ck_assert_msg(match_counts(c->match)->matched == matched + before + behind,
                  "%s: frames of before came in behind it", where);
    ck_assert_msg(!p->host->breach, "%s: %s", where, p->host->breach);
}

/* A PHY of each kind, and one of high speed in a host without. */
static const char *const boards[] = {"board:butterstick", "board:ulx3s", "board:butterstick:fs"};

/* Each test goes through a part of the stages. */
#define PARTS 3

static void every_stage(int test, enum action action)
{
    struct cosim c;
    struct plan p = {.action = action};
    bool full_speed = test >= PARTS;
    enum stage first = (enum stage)(test % PARTS * STAGES / PARTS),
               end = (enum stage)(first + STAGES / PARTS);
    char where[100];
    unsigned episodes = 0;
    before = full_speed ? 6 : 12;
    behind = full_speed ? 3 : 6;
    cosim_init(&c);
    c.options.device = boards[test / PARTS];
    cosim_frames(&c, 2 + STAGES * (before + behind), 60, 1514);
    c.count = 2;
    cosim_start(&c);
    p.board = c.machine.board;
    p.host = (struct usb_host *)board_model_urb(p.board); /* its first member */
    p.host->fault = disturb;
    p.host->fault_context = &p;
    carried(&c, 2, "at the start");
    for (p.stage = first; p.stage < end; p.stage++)
        for (p.step = 0; p.step <= USB_REPLY; p.step++) {
            if (!exists(p.stage, p.step) || (full_speed && p.stage == BULK_PING))
                continue;
            p.armed = p.hit = p.missed = false;
            p.skip = p.stage == BULK_OUT || p.stage == BULK_IN ? cosim_draw(&c, 6) : 0;
            snprintf(where, sizeof where, "%s of %s, packet %u", steps[p.step], stages[p.stage],
                     p.skip);
            episode(&c, &p, where);
            episodes++;
        }
    /* Three packets in each, two in a PING, which is of high speed. */
    ck_assert_uint_eq(episodes, 9 - (end > BULK_PING && first <= BULK_PING) * (full_speed ? 3 : 1));
    cosim_check(&c, action == SUSPEND);
    unsigned assertions = board_model_assertions(c.machine.board);
    cosim_stop(&c);
    ck_assert_msg(assertions == 0, "%u assertions of the RTL or breaches of a standard",
                  assertions);
}

START_TEST(bus_reset)
{
    every_stage(_i, RESET);
}
END_TEST

START_TEST(suspend)
{
    every_stage(_i, SUSPEND);
}
END_TEST

START_TEST(unplugged)
{
    every_stage(_i, UNPLUG);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test)
{
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 600);
    tcase_add_loop_test(t, test, 0, PARTS * sizeof boards / sizeof *boards);
    suite_add_tcase(suite, t);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("board_stages");
    (void)argc;
    add(suite, "bus_reset", bus_reset);
    add(suite, "suspend", suspend);
    add(suite, "unplugged", unplugged);
    return cosim_main(suite, argv[0]);
}
