/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Driver and NDIS over the board model: the same machine, books and checks as with the core model, and USB in between:
 * chirp, enumeration, packets, a bus that loses and breaks them, the cable. High speed on ULPI with gigabit, and full speed on three
 * pins with RMII.
 */
#include "cosim.h"

#include "image.h"
#include "mdio_phy.h"
#include "nic_oid.h"
#include "nic_regs.h"
#include "nic_transport.h"
#include "urb_device.h"
#include "urb_front.h"

#include <stdlib.h>
#include <zlib.h>

enum { BUTTERSTICK, ECPIX5, ULX3S, TINYFPGA_BX, BOARDS };
/* The last: ULPI, gigabit, and a host without high speed. */
static const char *const boards[BOARDS + 1] = {"board:butterstick", "board:ecpix5", "board:ulx3s",
                                               "board:tinyfpga-bx", "board:butterstick:fs"};
static bool full_speed; /* fewer frames, because 40 times slower */

static void init(struct cosim *c, int board)
{
    cosim_init(c);
    full_speed = board >= ULX3S;
    c->options.device = boards[board];
}

static void frames(struct cosim *c, uint32_t count, uint32_t min, uint32_t max)
{
    cosim_frames(c, full_speed ? (count + 5) / 6 : count, min, max);
}

static void start(struct cosim *c, int board, uint32_t count, uint32_t min, uint32_t max)
{
    init(c, board);
    frames(c, count, min, max);
    cosim_start(c);
}

static void stop(struct cosim *c)
{
    unsigned assertions = board_model_assertions(c->machine.board);
    cosim_stop(c);
    ck_assert_msg(assertions == 0, "%u assertions of the RTL or breaches of a standard",
                  assertions);
}

static uint32_t usb_errors(struct cosim *c)
{
    uint32_t errors;
    ck_assert(machine_read(&c->machine, NIC_USB_ERRORS_ADDR, &errors, 1));
    return errors;
}

static void traffic(int board, bool single, unsigned fault_permille, unsigned throttle_percent)
{
    struct cosim c;
    struct board_model_stats stats;
    init(&c, board);
    c.options.single = single;
    c.options.board.fault_permille = fault_permille;
    c.options.board.throttle_percent = throttle_percent;
    frames(&c, 120, 14, 1514);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    board_model_stats_get(c.machine.board, &stats);
    ck_assert(fault_permille ? stats.faults > 10 : stats.faults == 0);
    uint32_t errors = usb_errors(&c);
    ck_assert(fault_permille ? errors & 0xff && errors >> 8 : errors == 0);
    stop(&c);
}

START_TEST(clean)
{
    traffic(_i, false, 0, 0);
}
END_TEST

START_TEST(single_build)
{
    traffic(_i, true, 0, 30);
}
END_TEST

START_TEST(lossy_bus)
{
    traffic(_i, false, 60, 10);
}
END_TEST

/* Of the bus too, which nothing else makes go on when nobody waits for it. */
static void pass(struct cosim *c, uint64_t ns)
{
    static volatile bool never;
    machine_run(&c->machine, &never, machine_now_ns(&c->machine) + ns);
    board_model_run(c->machine.board, machine_now_ns(&c->machine));
}

/* Full speed, edges as far apart from where they belong as a receiver has to expect: 18.5 ns (USB 2.0, 7.1.15.1), of which 1.5 are the
 * host's clock. No packet is lost. */
START_TEST(jitter)
{
    struct cosim c;
    start(&c, ULX3S + _i, 120, 14, 1514);
    board_model_jitter(c.machine.board, 17000);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    ck_assert_uint_eq(usb_errors(&c), 0);
    stop(&c);
}
END_TEST

/* So much that next to no packet is whole, for 20 ms in mid-traffic: what was under way ends, each frame once, and the driver gives up a
 * device that answers no reset. One when the line is clean again brings it back, and what is sent behind crosses. */
START_TEST(jitter_beyond)
{
    struct cosim c;
    start(&c, ULX3S + _i, 240, 14, 1000);
    c.any_order = true;    /* as in reset_nic */
    c.window_bytes = 3000; /* likewise */
    ck_assert(!cosim_carry(&c, 3000000));
    board_model_jitter(c.machine.board, 60000);
    pass(&c, 20000000);
    ck_assert_uint_eq(sender_outstanding(c.machine.sender), 0);
    ck_assert_uint_lt(c.sent, c.count);
    uint32_t before = c.succeeded, left = c.count - c.sent;
    board_model_jitter(c.machine.board, 0);
    ck_assert_int_eq(sender_reset(c.machine.sender), NDIS_STATUS_SUCCESS);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_eq(c.succeeded, before + left);
    ck_assert_uint_ne(usb_errors(&c) & 0xff, 0);
    stop(&c);
}
END_TEST

/* The host's handshakes as late as a device has to wait for: none is missed. At the boards' speeds, and with ULPI in a host without high
 * speed, too, where the PHY sends on for long when it has taken the last octet. */
static void late_handshakes(const char *device, unsigned bits)
{
    struct cosim c;
    init(&c, BUTTERSTICK);
    c.options.device = device;
    full_speed = bits < 736;
    frames(&c, 60, 14, 1514);
    cosim_start(&c);
    board_model_turnaround(c.machine.board, bits);
    bool carried = cosim_carry(&c, 100000000);
    ck_assert_msg(carried, "%s, %u bit times: %u of %u frames", device, bits, c.received, c.count);
    cosim_check(&c, true);
    ck_assert_uint_eq(usb_errors(&c), 0);
    stop(&c);
}

START_TEST(handshakes)
{
    static const struct {
        const char *device;
        unsigned bits;
    } cases[] = {{"board:butterstick", 736},  {"board:ulx3s", 7},
                 {"board:ulx3s", 16},         {"board:tinyfpga-bx:fs", 16},
                 {"board:butterstick:fs", 2}, {"board:butterstick:fs", 16}};
    late_handshakes(cases[_i].device, cases[_i].bits);
}
END_TEST

/* The next lower speed: 100 Mb/s, and 10 Mb/s on RMII. */
START_TEST(lower_speed)
{
    struct cosim c;
    init(&c, _i);
    c.options.mbps = full_speed ? 10 : 100;
    frames(&c, 30, 14, 400);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    for (uint32_t i = 1; i < c.wire_count; i++)
        ck_assert_uint_ge(c.wire[i].sfd_ns - c.wire[i - 1].sfd_ns,
                          (c.wire[i - 1].length + 20) * (full_speed ? 800 : 80));
    stop(&c);
}
END_TEST

/* NdisReset in mid-traffic: RESET over endpoint 0, the streams taken up again. */
START_TEST(reset_nic)
{
    struct cosim c;
    start(&c, _i, 120, 14, 1000);
    c.any_order = true;    /* as in core_test */
    c.window_bytes = 3000; /* in no device are all of them at once, to be aborted */
    for (unsigned i = 0; i < (full_speed ? 2 : 6); i++) {
        cosim_carry(&c, 1000 + cosim_draw(&c, full_speed ? 6000000 : 300000));
        ck_assert_int_eq(sender_reset(c.machine.sender), NDIS_STATUS_SUCCESS);
    }
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_gt(c.succeeded, c.count / 4);
    stop(&c);
}
END_TEST

START_TEST(unplugged)
{
    struct cosim c;
    start(&c, _i, 100, 60, 1000);
    cosim_carry(&c, (full_speed ? 20 : 1) * (50000 + cosim_draw(&c, 300000)));
    board_model_plug(c.machine.board, false);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    ck_assert_uint_lt(c.succeeded, c.count);
    stop(&c);
}
END_TEST

/* The adapter is started anew on the same device: bus reset, enumeration, and all works. */
START_TEST(again)
{
    struct cosim c;
    start(&c, _i, 60, 60, 600);
    uint32_t all = c.count / 3 * 3;
    for (c.count = all / 3; c.count <= all; c.count += all / 3) {
        ck_assert(cosim_carry(&c, UINT64_MAX));
        ck_assert_int_eq(machine_restart_adapter(&c.machine, &c.options), 0);
    }
    c.count = all;
    cosim_check(&c, true);
    stop(&c);
}
END_TEST

START_TEST(registers)
{
    struct cosim c;
    uint32_t words[8], hash[2] = {0x12345678, 0x9abcdef0}, back[2];
    start(&c, _i, 1, 60, 60);
    ck_assert(machine_read(&c.machine, NIC_ID_ADDR, words, 2));
    ck_assert_uint_eq(words[0], NIC_ID_RESET_VALUE);
    ck_assert_uint_eq(words[1], NIC_MAP_HASH);
    ck_assert(machine_write(&c.machine, NIC_HASH_ADDR, hash, 2));
    ck_assert(machine_read(&c.machine, NIC_HASH_ADDR, back, 2));
    ck_assert_mem_eq(hash, back, sizeof back);
    ck_assert(!machine_read(&c.machine, 0x7ffc, words, 1)); /* STALL, and endpoint 0 goes on */
    ck_assert(machine_read(&c.machine, NIC_ID_ADDR, words, 1));
    stop(&c);
}
END_TEST

/* The device's time goes on while its MAC has nothing to do: frames with launch times are as far apart on the wire, though idle
 * clocks of the MAC are not simulated. */
START_TEST(launch_times)
{
    struct cosim c;
    uint64_t launch_ns[4], clock_ns = _i >= ULX3S ? 80 : 8;
    start(&c, _i, _i >= ULX3S ? 24 : 4, 60, 200);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t time[2];
        pass(&c, 2000000 + cosim_draw(&c, 1000000));
        ck_assert(machine_read(&c.machine, NIC_TIME_LO_ADDR, time, 2));
        launch_ns[i] = (((uint64_t)time[1] << 32 | time[0]) / 100 + 30000) * 100;
        struct sender_frame frame = {.octets = c.frames[i].octets,
                                     .length = c.frames[i].length,
                                     .number = i,
                                     .time_to_send = launch_ns[i] / 100};
        ck_assert_uint_eq(sender_send(c.machine.sender, &frame, 1, SENDER_NDIS_SEND), 1);
        c.sent++;
        for (unsigned ms = 0; c.received <= i || c.completed <= i; ms++) {
            ck_assert_uint_lt(ms, 50);
            pass(&c, 1000000);
        }
        uint64_t wire_ns = c.wire[i].sfd_ns - c.wire[0].sfd_ns,
                 due_ns = launch_ns[i] - launch_ns[0];
        ck_assert_msg(wire_ns <= due_ns + clock_ns && due_ns <= wire_ns + clock_ns,
                      "frame %u: SFD %llu ns after the first, due after %llu", i,
                      (unsigned long long)wire_ns, (unsigned long long)due_ns);
    }
    cosim_check(&c, true);
    stop(&c);
}
END_TEST

/* ---- suspend ---- */

static struct urb_port port_of(struct cosim *c)
{
    struct urb_port port;
    struct urb_device *usb = board_model_urb(c->machine.board);
    usb->ops->port_get(usb, &port);
    return port;
}

/* Suspended in mid-traffic, with transfers posted and frames on their way through the device: what arrives at the end of its wire waits
 * for a host, and wakes it if that wants to be woken. Nothing is lost, and the speed is that of before. */
static void suspended(int board, bool wake)
{
    static const uint8_t feature[8] = {0, 3, 1}; /* SET_FEATURE DEVICE_REMOTE_WAKEUP */
    struct cosim c;
    start(&c, board, 240, 14, 1514);
    struct urb_device *usb = board_model_urb(c.machine.board);
    enum urb_speed speed = port_of(&c).speed;
    if (wake)
        ck_assert_int_eq(urb_front_control(usb, feature, NULL), 0);
    ck_assert(!cosim_carry(&c, full_speed ? 6000000 : 300000));
    usb->ops->port_suspend(usb, true);
    pass(&c, 4000000);
    uint32_t completed = c.completed, received = c.received;
    ck_assert_uint_lt(completed, c.count);
    ck_assert(port_of(&c).suspended);
    pass(&c, 5000000);
    ck_assert_uint_eq(c.completed, completed);
    ck_assert_uint_eq(c.received, received);
    ck_assert_int_eq(port_of(&c).suspended, !wake);
    usb->ops->port_suspend(usb, false);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    ck_assert(port_of(&c).enabled && !port_of(&c).suspended);
    ck_assert_int_eq(port_of(&c).speed, speed);
    cosim_check(&c, true);
    stop(&c);
}

START_TEST(suspend)
{
    suspended(_i, false);
}
END_TEST

START_TEST(remote_wakeup)
{
    suspended(_i, true);
}
END_TEST

/* Out of a suspend leads a reset, too, and the cable. */
START_TEST(suspend_ends)
{
    struct cosim c;
    start(&c, _i, 30, 60, 600);
    struct urb_device *usb = board_model_urb(c.machine.board);
    enum urb_speed speed = port_of(&c).speed;
    usb->ops->port_suspend(usb, true);
    pass(&c, 4000000);
    ck_assert(port_of(&c).suspended);
    ck_assert_int_eq(usb->ops->port_reset(usb), 0);
    for (unsigned i = 0; i < 50 && (port_of(&c).suspended || !port_of(&c).enabled); i++)
        pass(&c, 1000000);
    ck_assert_int_eq(port_of(&c).speed, speed); /* it has chirped */
    ck_assert_int_eq(machine_restart_adapter(&c.machine, &c.options), 0);
    ck_assert(!port_of(&c).suspended);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    usb->ops->port_suspend(usb, true);
    pass(&c, 4000000);
    board_model_plug(c.machine.board, false);
    pass(&c, 4000000);
    ck_assert(!port_of(&c).connected && !port_of(&c).suspended);
    stop(&c);
}
END_TEST

static uint64_t hash_of(int board, uint64_t seed)
{
    struct cosim c;
    init(&c, board);
    c.options.seed = seed;
    c.options.board.fault_permille = 20;
    c.random = 77; /* the same traffic, whatever the seed */
    frames(&c, 20, 14, 400);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    uint64_t hash = machine_hash(&c.machine);
    stop(&c);
    return hash;
}

START_TEST(equal_seeds_equal_runs)
{
    uint64_t seed = cosim_seed(), first = hash_of(_i, seed);
    ck_assert_msg(first == hash_of(_i, seed), "two runs with one seed differ");
    ck_assert_msg(first != hash_of(_i, seed + 1), "two seeds, one run");
}
END_TEST

/* ---- the management processor ---- */

static ULONG firmware_runs(struct cosim *c)
{
    struct nic_oid_driver driver = {0};
    ck_assert_int_eq(
        sender_query(c->machine.sender, OID_HILNIC_DRIVER, &driver, sizeof driver, NULL),
        NDIS_STATUS_SUCCESS);
    return driver.firmware;
}

static void with_firmware(struct cosim *c, int board, const unsigned char *image, unsigned bytes)
{
    init(c, board);
    c->options.firmware = image;
    c->options.firmware_bytes = bytes;
}

/* Loaded over endpoint 0, it finds the PHY at its pins, negotiates, and follows the cable; frames cross. */
START_TEST(firmware)
{
    struct cosim c;
    struct nic_oid_mail mail = {.request = NIC_MAIL_REQUEST_PHY};
    uint32_t link;
    with_firmware(&c, _i, firmware_image, firmware_image_bytes);
    frames(&c, 60, 14, 600);
    cosim_start(&c);
    struct mdio_phy *phy = &board_model_mdio(c.machine.board)->phys[0];
    ck_assert_uint_eq(firmware_runs(&c), 1);
    ck_assert(cosim_link_becomes(&c, true, 50));
    ck_assert(machine_read(&c.machine, NIC_LINK_ADDR, &link, 1));
    ck_assert_uint_eq(link, full_speed ? 0xb : 0xd); /* up, full duplex, 100 or 1000 Mb/s */
    ck_assert_int_eq(sender_query(c.machine.sender, OID_HILNIC_MAIL, &mail, sizeof mail, NULL),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(mail.result, NIC_MAIL_RESULT_OK);
    ck_assert_uint_eq(mail.answer[0], full_speed ? 0xc0f10007 : 0x16220022);
    ck_assert_uint_eq(mail.answer[1] & 0xffff, full_speed          ? 0x0125
                                               : _i == BUTTERSTICK ? 0x0315
                                                                   : 0x0715);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    mail = (struct nic_oid_mail){.request = NIC_MAIL_REQUEST_COUNTER,
                                 .argument = NIC_COUNTER_TX_PACKETS};
    ck_assert_int_eq(sender_query(c.machine.sender, OID_HILNIC_MAIL, &mail, sizeof mail, NULL),
                     NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(mail.answer[0], c.count);
    mdio_phy_cable(phy, false);
    ck_assert(cosim_link_becomes(&c, false, 50));
    mdio_phy_cable(phy, true);
    ck_assert(cosim_link_becomes(&c, true, 50));
    stop(&c);
}
END_TEST

/* A wire that loops, and has a frame of `length` octets when `due`. */
struct giant {
    struct wire_port port, *loop;
    bool due;
    uint32_t length;
    uint8_t octets[9023];
};

static void giant_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct giant *g = (struct giant *)port;
    g->loop->ops->transmitted(g->loop, frame);
}

static bool giant_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                       uint64_t *retry_ns)
{
    struct giant *g = (struct giant *)port;
    if (!g->due)
        return g->loop->ops->next(g->loop, now_ns, frame, retry_ns);
    g->due = false;
    *frame = (struct wire_frame){.octets = g->octets, .length = g->length, .preamble_octets = 255};
    return true;
}

static int giant_close(struct wire_port *port)
{
    struct giant *g = (struct giant *)port;
    wire_port_close(g->loop);
    free(g);
    return 0;
}

/* The longest frames that a device has, both ways: 9018 octets of MTU 9000, with the TinyFPGA BX 1518, and four more with a VLAN
 * tag. One octet more is refused by the driver and counted by the receiver. */
START_TEST(longest)
{
    static const struct wire_port_ops ops = {giant_transmitted, giant_next, giant_close};
    static const uint32_t more[] = {0, 1, 4, 5, 0};
    struct cosim c;
    struct giant *g = calloc(1, sizeof *g);
    uint32_t counters[64], packet = _i == TINYFPGA_BX ? 1514 : 9014;
    init(&c, _i);
    c.options.jumbo_bytes = 9014;
    c.any_order = true; /* what is refused is complete at once */
    g->port.ops = &ops;
    g->loop = c.inner;
    c.inner = &g->port;
    g->length = packet + 9;
    memset(g->octets, 0xff, 6);
    uint32_t fcs = wire_fcs(g->octets, g->length - 4);
    for (unsigned i = 0; i < 4; i++)
        g->octets[g->length - 4 + i] = (uint8_t)(fcs >> 8 * i);
    cosim_frames(&c, 5, packet + 5, packet + 5);
    for (unsigned i = 0; i < 5; i++) {
        c.frames[i].length = packet + more[i];
        if (more[i] >= 4)
            memcpy((uint8_t *)c.storage + (packet + 5) * i + 12, "\x81\0", 2);
    }
    match_free(c.match);
    c.match = match_create(c.frames, 5);
    cosim_start(&c);
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, false);
    for (unsigned i = 0; i < 5; i++)
        ck_assert_int_eq(c.status[i], more[i] % 4 ? NDIS_STATUS_FAILURE : NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(match_counts(c.match)->matched, 3);
    ck_assert_uint_eq(c.wire[0].length, packet + 4);
    ck_assert_uint_eq(c.wire[1].length, packet + 8);
    ck_assert_uint_eq(c.received, 3);
    cosim_counters(&c, counters);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_OVERSIZE], 0);
    g->due = c.tap.changed = true;
    pass(&c, 2000000);
    ck_assert(!g->due);
    cosim_counters(&c, counters);
    ck_assert_uint_eq(counters[NIC_COUNTER_RX_OVERSIZE], 1);
    ck_assert_uint_eq(c.received, 3);
    stop(&c);
}
END_TEST

/* Stopped in mid-traffic: no frame is lost, and the registers answer. */
START_TEST(processor_stopped)
{
    struct cosim c;
    uint32_t off = 0, status;
    with_firmware(&c, _i, firmware_image, firmware_image_bytes);
    frames(&c, 120, 14, 1000);
    cosim_start(&c);
    ck_assert(cosim_link_becomes(&c, true, 50));
    cosim_carry(&c, full_speed ? 4000000 : 200000);
    ck_assert(machine_write(&c.machine, NIC_PROC_CTRL_ADDR, &off, 1));
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    ck_assert(machine_read(&c.machine, NIC_PROC_STATUS_ADDR, &status, 1));
    ck_assert_uint_eq(status, NIC_PROC_STATUS_ALIVE_MASK);
    stop(&c);
}
END_TEST

/* lui x1, 0x40001; sw x0, -2040(x1): a heartbeat; jal x0, 0: and no more. */
static const uint32_t hanging[9] = {0x0180006f,   NIC_IMAGE_ID_MAGIC, 1,
                                    NIC_MAP_HASH, sizeof hanging,     0,
                                    0x400010b7,   0x8000a423,         0x0000006f};

/* Lets time pass until the driver has seen so many stops, and the firmware runs again. */
static bool stops_become(struct cosim *c, ULONG stops)
{
    static volatile bool never;
    struct nic_oid_driver driver = {0};
    for (unsigned i = 0; i < 100 && !(driver.firmware && driver.firmware_stops == stops); i++) {
        machine_run(&c->machine, &never, machine_now_ns(&c->machine) + 250000);
        sender_query(c->machine.sender, OID_HILNIC_DRIVER, &driver, sizeof driver, NULL);
    }
    return driver.firmware && driver.firmware_stops == stops;
}

/* The program has been written over and hangs: the driver loads it again, it brings the link up again, and frames cross. */
START_TEST(firmware_restarted)
{
    struct cosim c;
    uint32_t off = 0, to_itself = 0x0000006f, control = 3u << 16 | 1;
    with_firmware(&c, _i, firmware_image, firmware_image_bytes);
    frames(&c, 60, 14, 600);
    cosim_start(&c);
    ck_assert(machine_write(&c.machine, NIC_PROC_CTRL_ADDR, &off, 1));
    ck_assert(machine_write(&c.machine, NIC_PROC_MEMORY_ADDR, &to_itself, 1));
    ck_assert(machine_write(&c.machine, NIC_PROC_CTRL_ADDR, &control, 1));
    ck_assert(stops_become(&c, 1));
    ck_assert(cosim_link_becomes(&c, false, 50));
    ck_assert(cosim_link_becomes(&c, true, 50));
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    stop(&c);
}
END_TEST

START_TEST(firmware_hangs)
{
    struct cosim c;
    unsigned char image[sizeof hanging];
    struct nic_oid_driver driver;
    uint32_t control = 3u << 16 | 1, link; /* the watchdog waits for 3 ms instead of a second */
    for (unsigned i = 0; i < sizeof image / 4; i++)
        nic_put_le32(image + 4 * i, hanging[i]);
    nic_put_le32(image + 20, (uint32_t)crc32(0, image, sizeof image));
    with_firmware(&c, _i, image, sizeof image);
    c.options.no_wait = true;
    frames(&c, 60, 14, 600);
    cosim_start(&c);
    for (unsigned i = 0; i < 4; i++) { /* started three times more */
        ck_assert(stops_become(&c, i));
        ck_assert_uint_eq(firmware_runs(&c), 1);
        ck_assert(!cosim_connected(&c));
        ck_assert(machine_write(&c.machine, NIC_PROC_CTRL_ADDR, &control, 1));
    }
    ck_assert(cosim_link_becomes(&c, true, 50));
    sender_query(c.machine.sender, OID_HILNIC_DRIVER, &driver, sizeof driver, NULL);
    ck_assert_uint_eq(driver.firmware, 0);
    ck_assert_uint_eq(driver.firmware_stops, 4);
    ck_assert(machine_read(&c.machine, NIC_LINK_ADDR, &link, 1));
    ck_assert_uint_eq(link, full_speed ? 0xb : 0xd); /* the driver's */
    ck_assert(cosim_carry(&c, UINT64_MAX));
    cosim_check(&c, true);
    stop(&c);
}
END_TEST

START_TEST(firmware_refused)
{
    struct machine m;
    struct machine_options o = {.device = boards[_i], .seed = 1};
    unsigned char *image = malloc(firmware_image_bytes);
    memcpy(image, firmware_image, firmware_image_bytes);
    image[firmware_image_bytes / 2] ^= 1;
    o.firmware = image;
    o.firmware_bytes = firmware_image_bytes;
    ck_assert_int_eq(machine_start(&m, &o), 5); /* device and driver do not match */
    ck_assert_ptr_nonnull(strstr(m.message, "damaged"));
    free(image);
}
END_TEST

#define ADD(name)           add(suite, #name, name, BOARDS)
#define ADD_USB(name)       add(suite, #name, name, BOARDS + 1)
#define ADD_PROCESSOR(name) add(suite, #name, name, BOARDS - 1) /* the last board has none */

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
    TCase *t = tcase_create(name);
    tcase_set_timeout(t, 240);
    tcase_add_loop_test(t, test, 0, count);
    suite_add_tcase(suite, t);
}

int main(int argc, char **argv)
{
    Suite *suite = suite_create("board");
    (void)argc;
    ADD_USB(clean);
    ADD(longest);
    ADD_USB(single_build);
    ADD_USB(lossy_bus);
    add(suite, "jitter", jitter, BOARDS - ULX3S);
    add(suite, "jitter_beyond", jitter_beyond, BOARDS - ULX3S);
    add(suite, "handshakes", handshakes, 6);
    ADD(lower_speed);
    ADD_USB(reset_nic);
    ADD_USB(unplugged);
    ADD_USB(again);
    ADD_USB(registers);
    ADD(launch_times);
    ADD_USB(suspend);
    ADD_USB(remote_wakeup);
    ADD_USB(suspend_ends);
    ADD_USB(equal_seeds_equal_runs);
    ADD_PROCESSOR(firmware);
    ADD_PROCESSOR(processor_stopped);
    ADD_PROCESSOR(firmware_hangs);
    add(suite, "firmware_restarted", firmware_restarted, 1);
    ADD_PROCESSOR(firmware_refused);
    return cosim_main(suite, argv[0]);
}
