/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The up command: a TAP interface above, a cable below, the model between them, its virtual time held behind the wall
 * clock. One thread; when nothing moves it sleeps on the descriptors.
 */
#include "machine.h"
#include "mdio_phy.h"
#include "nic_oid.h"
#include "nic_regs.h"
#include "metrics.h"
#include "recorder.h"
#include "up.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SLICE_NS 100000ull /* model time between looks at the interface when something moves */
#define IDLE_NS                                                                                    \
    10000ull /* the same when nothing moves, for a board model: idle clocks cost as much */
#define LINGER_NS  2000000ull   /* model time for what follows a frame: completions, answers */
#define LOOK_NS    100000000ull /* flags, address, groups, cable */
#define PUBLISH_NS 1000000000ull
#define FLUSH_NS   10000000000ull /* wall time for what is in flight at the end */

struct up {
    struct machine machine;
    struct machine_options options;
    struct tap *tap;
    struct wire_port *wire;
    struct wire_port *port;    /* the same, or a recorder before it */
    struct recorder *recorder; /* or NULL */
    struct metrics *metrics;   /* or NULL */
    uint64_t publish_ns;
    int wire_fd;         /* -1: none */
    unsigned wire_index; /* of the interface with the packet socket; 0: the cable is a TAP */
    const char *wire_name;
    bool live;
    bool settling;               /* firmware has yet to see the cable */
    uint64_t epoch_ns;           /* wall clock at virtual 0 */
    uint64_t look_ns, active_ns; /* wall clock; model's */
    unsigned long long moved;
    char address[16];
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* ppoll lets a signal in only when no descriptor is ready, which in a flood is never. */
bool up_stopped(void)
{
    sigset_t pending;
    sigpending(&pending);
    return stopped || sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

uint64_t up_monotonic_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t wall_ns(const struct up *u)
{
    return up_monotonic_ns() - u->epoch_ns;
}

void up_notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    if (!path || !*path || strlen(path) >= sizeof to.sun_path)
        return;
    memcpy(to.sun_path, path, strlen(path));
    if (to.sun_path[0] == '@')
        to.sun_path[0] = 0;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
    close(fd);
}

void up_announce(const struct tap *tap, const struct options *o)
{
    uint8_t a[6];
    tap_address(tap, a);
    remark("%s is there, %02x:%02x:%02x:%02x:%02x:%02x, wire %s", o->name, a[0], a[1], a[2], a[3],
           a[4], a[5], o->usb ? "the device's" : o->wire);
    up_notify("READY=1");
}

void up_publish(struct metrics *metrics, struct machine *m, const struct tap *tap,
                const struct wire_live_counts *wire)
{
    struct counter c[COUNTERS_MOST];
    bool device;
    unsigned n = counters_read(m, c, &device);
    machine_enter(m);
    struct tap_counts t = *tap_counts(tap);
    machine_leave(m);
    if (!n || n + 10 > COUNTERS_MOST)
        return;
    c[n++] = (struct counter){"tap_sent", "Frames from the kernel.", t.sent};
    c[n++] = (struct counter){"tap_completed_ok", "Of these, sent.", t.completed};
    c[n++] = (struct counter){"tap_completed_error", "Of these, not sent.", t.failed};
    c[n++] = (struct counter){"tap_received", "Frames handed to the kernel.", t.received};
    c[n++] = (struct counter){"tap_rx_refused", "Frames the kernel did not take.", t.rx_refused};
    if (wire) {
        c[n++] = (struct counter){"wire_out", "Frames given to the cable.", wire->out};
        c[n++] = (struct counter){"wire_out_bad", "Frames with an error.", wire->out_bad};
        c[n++] = (struct counter){"wire_out_refused", "Frames the cable did not take.",
                                  wire->out_refused};
        c[n++] = (struct counter){"wire_in", "Frames from the cable.", wire->in};
        c[n++] =
            (struct counter){"wire_in_refused", "Frames no Ethernet carries.", wire->in_refused};
    }
    metrics_set(metrics, c, n);
}

static int exit_code_of(int error)
{
    if (error == -EPERM || error == -EACCES)
        return EXIT_NO_PERMISSION;
    if (error == -ENOENT || error == -ENODEV || error == -ENXIO)
        return EXIT_NO_DEVICE;
    return error == -EINVAL ? EXIT_USAGE : EXIT_FAILED;
}

/* ---- the cable ---- */

/* false: errno says why. */
static bool packet_attach(int fd, unsigned index)
{
    struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = (int)index};
    struct packet_mreq promiscuous = {.mr_ifindex = at.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
    return bind(fd, (struct sockaddr *)&at, sizeof at) == 0 &&
           setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) == 0;
}

static int packet_open(const char *name, unsigned *index, char *error)
{
    int one = 1, code;
    *index = if_nametoindex(name);
    if (!*index) {
        snprintf(error, TAP_ERROR_BYTES, "there is no interface %s", *name ? name : "\"\"");
        return -ENODEV;
    }
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one) == 0 &&
        setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof one) == 0 &&
        packet_attach(fd, *index))
        return fd;
    code = -errno;
    snprintf(error, TAP_ERROR_BYTES, "no packet socket on %s: %s%s", name, strerror(-code),
             code == -EPERM ? ", run it as root or with CAP_NET_RAW" : "");
    if (fd >= 0)
        close(fd);
    return code;
}

/* That the interface went down is an error of the socket, which hears again once it is up; one that was deleted and is there
 * again has another index, and is attached to anew. */
static bool packet_is_up(struct up *u)
{
    struct ifreq request;
    if (!if_indextoname(u->wire_index, request.ifr_name)) {
        unsigned index = if_nametoindex(u->wire_name);
        if (!index || !packet_attach(u->wire_fd, index))
            return false;
        u->wire_index = index;
        snprintf(request.ifr_name, sizeof request.ifr_name, "%s", u->wire_name);
    }
    return ioctl(u->wire_fd, SIOCGIFFLAGS, &request) == 0 && request.ifr_flags & IFF_RUNNING;
}

static int plug_in(struct up *u, const char *wire)
{
    char error[TAP_ERROR_BYTES];
    bool tap = !strncmp(wire, "tap:", 4);
    u->wire_fd = -1;
    if (!strcmp(wire, "loopback")) {
        u->wire = wire_loopback_create();
        return u->wire ? 0 : complain(EXIT_FAILED, "no memory");
    }
    if (!tap && strncmp(wire, "packet:", 7) != 0)
        return complain(EXIT_USAGE, "--wire takes loopback, tap:NAME or packet:NAME, not %s", wire);
    u->wire_name = strchr(wire, ':') + 1;
    u->wire_fd = tap ? tap_device_open(u->wire_name, error)
                     : packet_open(u->wire_name, &u->wire_index, error);
    if (u->wire_fd < 0)
        return complain(exit_code_of(u->wire_fd), "%s", error);
    u->wire = wire_live_create(u->wire_fd, !tap);
    u->live = u->wire != NULL;
    if (u->live)
        return 0;
    close(u->wire_fd);
    return complain(EXIT_FAILED, "no memory");
}

/* An interface that is down is a cable without another end. Firmware sees that at its PHY, given model time, and LINK is its own;
 * without, LINK is written in place of a PHY. */
static void follow_cable(struct up *u, short events)
{
    ULONG state = 0;
    uint32_t word;
    struct nic_oid_driver driver = {0};
    bool up =
        !u->live || (u->wire_index ? packet_is_up(u) : events & POLLOUT && !(events & POLLERR));
    u->settling = false;
    if (u->machine.board)
        mdio_phy_cable(&board_model_mdio(u->machine.board)->phys[0], up);
    if (sender_query(u->machine.sender, OID_GEN_MEDIA_CONNECT_STATUS, &state, sizeof state, NULL) !=
            NDIS_STATUS_SUCCESS ||
        (state == NdisMediaStateConnected) == up ||
        sender_query(u->machine.sender, OID_HILNIC_DRIVER, &driver, sizeof driver, NULL) !=
            NDIS_STATUS_SUCCESS)
        return;
    u->settling = driver.firmware;
    if (u->settling || !u->live || !machine_read(&u->machine, NIC_LINK_ADDR, &word, 1))
        return;
    word = up ? word | NIC_LINK_UP_MASK : word & ~(uint32_t)NIC_LINK_UP_MASK;
    machine_write(&u->machine, NIC_LINK_ADDR, &word, 1);
}

/* ---- time ---- */

/* Lets the model go on, never past the wall clock. A board model is slower than that, idle too: what it cannot make up for is
 * left out. */
static void go_on(struct up *u, uint64_t slice_ns)
{
    uint64_t now = machine_now_ns(&u->machine), until = wall_ns(u);
    if (u->machine.board && until > now + LINGER_NS) {
        u->epoch_ns += until - now - LINGER_NS;
        until = now + LINGER_NS;
    }
    if (until > now)
        machine_run(&u->machine, NULL, until - now > slice_ns ? now + slice_ns : until);
}

/* A request waits in virtual time, which may take it past the wall clock: stand still until that has caught up. */
static void wait_for_wall(const struct up *u)
{
    uint64_t now = u->machine.platform->ops->now_ns(u->machine.platform), wall = wall_ns(u);
    if (now > wall)
        nanosleep(&(struct timespec){.tv_sec = (time_t)((now - wall) / 1000000000u),
                                     .tv_nsec = (long)((now - wall) % 1000000000u)},
                  NULL);
}

static void finish_flight(struct up *u)
{
    uint64_t end = up_monotonic_ns() + FLUSH_NS, quiet = machine_now_ns(&u->machine) + LINGER_NS;
    while (up_monotonic_ns() < end &&
           (sender_outstanding(u->machine.sender) || machine_now_ns(&u->machine) < quiet)) {
        go_on(u, SLICE_NS);
        if (machine_now_ns(&u->machine) >= wall_ns(u))
            nanosleep(&(struct timespec){.tv_nsec = SLICE_NS}, NULL);
    }
}

/* ---- the loop ---- */

static unsigned long long frames_moved(const struct up *u)
{
    const struct tap_counts *t = tap_counts(u->tap);
    unsigned long long n = t->sent + t->completed + t->failed + t->received + t->rx_refused;
    if (u->live)
        n += wire_live_counts(u->wire)->in + wire_live_counts(u->wire)->out;
    return n;
}

static int new_address(struct up *u)
{
    uint8_t a[6];
    tap_address(u->tap, a);
    if (a[0] & 1)
        return 0;
    snprintf(u->address, sizeof u->address, "%02x%02x%02x%02x%02x%02x", a[0], a[1], a[2], a[3],
             a[4], a[5]);
    u->options.address = u->address;
    finish_flight(u);
    tap_bind(u->tap, NULL);
    int code = machine_restart_adapter(&u->machine, &u->options);
    if (code)
        return complain(code, "%s", u->machine.message);
    tap_bind(u->tap, u->machine.sender);
    return 0;
}

/* A packet socket's error is read, so that it ends, see packet_is_up; a TAP that was deleted is ignored from now on, its link is
 * down. */
static void cable_failed(struct up *u)
{
    int error;
    socklen_t bytes = sizeof error;
    if (u->wire_index)
        getsockopt(u->wire_fd, SOL_SOCKET, SO_ERROR, &error, &bytes);
    else
        u->wire_fd = -1;
}

/* 0, or the exit code to leave with. */
static int look(struct up *u, const struct pollfd *fds, bool due)
{
    if (fds[0].revents & POLLERR)
        return complain(EXIT_FAILED, "the interface was deleted");
    if (fds[1].revents & POLLERR)
        cable_failed(u);
    if (due) {
        u->look_ns = up_monotonic_ns() + LOOK_NS;
        follow_cable(u, fds[1].revents);
        if (!tap_follow(u->tap, true))
            return new_address(u);
        if (u->metrics && u->look_ns >= u->publish_ns) {
            u->publish_ns = u->look_ns + PUBLISH_NS;
            up_publish(u->metrics, &u->machine, u->tap, u->live ? wire_live_counts(u->wire) : NULL);
        }
        wait_for_wall(u);
    }
    return 0;
}

/* Whether something moves or has just moved; `wait` is then how long the descriptors may be waited for. */
static bool awake(struct up *u, struct timespec *wait)
{
    unsigned long long moved = frames_moved(u);
    uint64_t now = machine_now_ns(&u->machine), wall = up_monotonic_ns();
    bool busy = moved != u->moved || sender_outstanding(u->machine.sender) || u->settling;
    u->moved = moved;
    if (busy)
        u->active_ns = now;
    bool lingers = now - u->active_ns < LINGER_NS;
    *wait = (struct timespec){0};
    if (!lingers)
        wait->tv_nsec = u->look_ns > wall ? (long)(u->look_ns - wall) : 0;
    else if (!busy && !u->machine.board)
        wait->tv_nsec = SLICE_NS;
    return lingers;
}

static int carry(struct up *u)
{
    sigset_t none;
    sigemptyset(&none);
    while (!up_stopped()) {
        struct timespec wait;
        bool moving = awake(u, &wait);
        struct pollfd fds[2] = {{tap_fd(u->tap), POLLIN, 0}, {u->wire_fd, POLLIN, 0}};
        if (ppoll(fds, 2, &wait, &none) < 0 && errno == EINTR)
            continue;
        /* Room to write is always there on a TAP that is up, so it is asked about without waiting. */
        bool due = up_monotonic_ns() >= u->look_ns;
        fds[1].events = POLLIN | POLLOUT;
        if (due)
            poll(&fds[1], 1, 0);
        /* The core model skips idle time, so it catches up with the wall clock at once. */
        go_on(u, moving ? SLICE_NS : u->machine.board ? IDLE_NS : UINT64_MAX);
        if (fds[1].revents & POLLIN)
            u->port->changed = true;
        if (tap_pump(u->tap) || u->port->changed) {
            u->active_ns = machine_now_ns(&u->machine);
            go_on(u, SLICE_NS);
        }
        int code = look(u, fds, due);
        if (code)
            return code;
    }
    up_notify("STOPPING=1");
    finish_flight(u);
    return 0;
}

/* Standard output has the recording. */
static bool to_stdout(const struct options *o)
{
    return o->output && !strcmp(o->output, "-");
}

static int report(const struct up *u, const struct options *o)
{
    const struct tap_counts *t = tap_counts(u->tap);
    struct wire_live_counts none = {0};
    const struct wire_live_counts *w = u->live ? wire_live_counts(u->wire) : &none;
    if (o->json)
        print_json(json_pack(
            "{s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "interface", o->name,
            "wire", o->wire, "sent", (json_int_t)t->sent, "completed_ok", (json_int_t)t->completed,
            "completed_error", (json_int_t)t->failed, "received", (json_int_t)t->received,
            "receive_refused", (json_int_t)t->rx_refused, "wire_out", (json_int_t)w->out,
            "wire_out_bad", (json_int_t)w->out_bad, "wire_out_refused", (json_int_t)w->out_refused,
            "wire_in", (json_int_t)w->in, "wire_in_refused", (json_int_t)w->in_refused));
    else if (!tool_quiet)
        fprintf(to_stdout(o) ? stderr : stdout,
                "%s: %llu frames sent, %llu of them with an error, %llu received\n", o->name,
                t->sent, t->failed, t->received);
    return 0;
}

void up_seen(void *recorder, const struct sender_sight *sight)
{
    recorder_seen(recorder, sight);
}

static int run(struct up *u, const struct options *o)
{
    u->options = (struct machine_options){
        .device = o->device,
        .seed = o->seed,
        .single = !strcmp(o->mode, "single"),
        .wire = u->port,
        .mbps = o->mbps,
        .jumbo_bytes = o->mtu ? o->mtu + 14 : 0,
        .no_wait = true,
        .core = {.in_phase = true},
        .board = {.in_phase = true, .wiring.no_cable = u->live}, /* follow_cable plugs it in */
        .handlers = {.context = u->tap,
                     .completed = tap_completed,
                     .received = tap_received,
                     .seen = u->recorder ? up_seen : NULL,
                     .seen_context = u->recorder},
    };
    int code = firmware_choose(o, &u->options);
    if (code)
        return code;
    code = machine_start(&u->machine, &u->options);
    if (code)
        return complain(code, "%s", u->machine.message);
    if (u->recorder && (code = recorder_start(u->recorder, &u->machine))) {
        machine_stop(&u->machine);
        return code;
    }
    u->epoch_ns = up_monotonic_ns() - machine_now_ns(&u->machine);
    tap_bind(u->tap, u->machine.sender);
    if (!tap_follow(u->tap, true))
        code = new_address(u);
    if (!code) {
        up_announce(u->tap, o);
        code = carry(u);
    }
    tap_bind(u->tap, NULL);
    if (!code)
        code = report(u, o);
    machine_stop(&u->machine);
    return code;
}

/* 0, or the exit code, complained. */
static int check_usage(const struct options *o)
{
    bool recording =
        o->operand_count || o->count || o->snap || o->megabytes || o->seconds || o->files;
    if (!o->usb && strcmp(o->device, "core") && !board_model_known(o->device))
        return complain(EXIT_USAGE, "up works on --device core, board:NAME or usb, not on %s",
                        o->device);
    if (o->usb && strcmp(o->wire, "loopback"))
        return complain(EXIT_USAGE, "a device on USB has a wire of its own, --wire is for models");
    if (recording && !o->output)
        return complain(EXIT_USAGE, "a filter, -c, -s, -C, -G and -W are for a recording, which up "
                                    "makes with -w FILE");
    if (to_stdout(o) && o->json)
        return complain(EXIT_USAGE, "-w - and --json both want standard output");
    return 0;
}

int command_up(const struct options *o)
{
    int code = check_usage(o);
    struct up *u = code ? NULL : calloc(1, sizeof *u);
    struct tap_options tap = {o->name, o->owner, o->persist, o->mtu};
    char error[TAP_ERROR_BYTES];
    struct sigaction action = {.sa_handler = stop};
    sigset_t held;
    if (!u)
        return code ? code : complain(EXIT_FAILED, "no memory");
    sigemptyset(&held);
    sigaddset(&held, SIGTERM);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, NULL); /* let in while waiting only */
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    code = plug_in(u, o->wire);
    u->port = u->wire;
    if (!code && o->output) {
        u->recorder = recorder_create(o, !o->usb, &code);
        if (u->recorder && !o->usb)
            u->port = recorder_wire(u->recorder, u->wire);
    }
    if (!code && o->metrics)
        u->metrics = metrics_start(o->metrics, &code);
    if (!code) {
        u->tap = tap_create(&tap, error, &code);
        if (!u->tap)
            code = complain(exit_code_of(code), "%s", error);
        else if (!o->usb)
            code = run(u, o);
        else if (!(code = up_usb(u->tap, o, u->recorder, u->metrics)))
            code = report(u, o);
        tap_destroy(u->tap);
    }
    metrics_stop(u->metrics);
    if (u->recorder) {
        int written = recorder_close(u->recorder);
        code = code ? code : written;
    }
    wire_port_close(u->wire);
    free(u);
    return code;
}
