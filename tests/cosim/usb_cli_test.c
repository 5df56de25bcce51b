/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic with a device on USB: libumockdev shows the soft device as a node of usbfs, to this program,
 * which starts itself again with libumockdev-preload, and to the hilnic that it starts.
 */
#include "capture.h"
#include "nic_platform.h"
#include "nic_regs.h"
#include "soft_device.h"
#include "soft_usb.h"
#include "umockdev_bridge.h"
#include "urb_front.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define VECTOR    3
#define INTERFACE "$HILNIC_TAP" /* in commands; one of this process: others run these tests, too */
#define REFUSED   "build/cosim/refused.pcapng"

static struct nic_platform *device_platform;
static struct soft_device *soft;
static struct soft_usb *usb;
static struct umockdev_bridge *bridge;
static char output[65536];
static struct soft_options device_options = {.loopback = true};

static uint64_t seed(void)
{
    const char *text = getenv("SEED");
    return text ? strtoull(text, NULL, 0) : 1;
}

static void start(bool full_speed)
{
    device_platform = nic_virtual_create(seed());
    device_options.seed = seed();
    soft = soft_device_create(&device_options, device_platform, VECTOR);
    usb = soft_usb_create(&(struct soft_usb_options){.serial = "A17", .full_speed = full_speed},
                          soft, device_platform);
    bridge = umockdev_bridge_create(soft_usb_device(usb));
    ck_assert_ptr_nonnull(bridge);
}

static void stop(void)
{
    umockdev_bridge_destroy(bridge);
    soft_usb_destroy(usb);
    soft_device_destroy(soft);
    nic_virtual_destroy(device_platform);
}

/* Its exit code; what it wrote, on standard error too, is in `output`. While it writes nothing `meanwhile`, unless NULL, is called every
 * 20 ms with the number of the call. */
static int hilnic_while(const char *before, const char *arguments, void (*meanwhile)(unsigned))
{
    const char *program = getenv("HILNIC");
    char command[512];
    ssize_t got;
    size_t n = 0;
    snprintf(command, sizeof command, "timeout 30 %s %s %s 2>&1", before,
             program ? program : "build/hilnic", arguments);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    struct pollfd fd = {fileno(pipe), POLLIN, 0};
    for (unsigned i = 0;;)
        if (poll(&fd, 1, meanwhile ? 20 : -1) == 0)
            meanwhile(i++);
        else if ((got = read(fd.fd, output + n, sizeof output - 1 - n)) > 0)
            n += (size_t)got;
        else
            break;
    output[n] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int hilnic(const char *before, const char *arguments)
{
    return hilnic_while(before, arguments, NULL);
}

START_TEST(test_list)
{
    start(_i);
    ck_assert_msg(hilnic("", "list") == 0, "%s", output);
    ck_assert_str_eq(output, _i ? "  1209:0001  serial A17  12 Mb/s  usb 1-1  opens\n"
                                : "  1209:0001  serial A17  480 Mb/s  usb 1-1  opens\n");
    ck_assert_int_eq(hilnic("", "list --device usb:1209:1:A17 --json"), 0);
    ck_assert_str_eq(output,
                     _i ? "{\"devices\": [{\"vendor\": \"1209\", \"product\": \"0001\", "
                          "\"serial\": \"A17\", \"mbps\": 12, \"bus\": 1, \"port\": \"1\", "
                          "\"opens\": true, \"state\": \"opens\"}]}\n"
                        : "{\"devices\": [{\"vendor\": \"1209\", \"product\": \"0001\", "
                          "\"serial\": \"A17\", \"mbps\": 480, \"bus\": 1, \"port\": \"1\", "
                          "\"opens\": true, \"state\": \"opens\"}]}\n");
    ck_assert_int_eq(hilnic("", "list --device usb:1209:1:B18"), 0);
    ck_assert_str_eq(output, "no device 1209:0001 with serial number B18 on USB\n");
    ck_assert_int_eq(hilnic("", "list --device usb:1234:5678"), 0);
    ck_assert_str_eq(output, "no device 1234:5678 on USB\n");
    stop();
}
END_TEST

START_TEST(test_in_use)
{
    start(false);
    umockdev_bridge_take(bridge, true);
    ck_assert_msg(hilnic("", "list") == 0, "%s", output);
    ck_assert_str_eq(output, "  1209:0001  serial A17  480 Mb/s  usb 1-1  "
                             "in use by another program or driver\n");
    ck_assert_int_eq(hilnic("", "info --device usb"), 1);
    ck_assert_ptr_nonnull(strstr(output, "is in use by another program"));
    umockdev_bridge_take(bridge, false);
    ck_assert_int_eq(hilnic("", "list"), 0);
    ck_assert_ptr_nonnull(strstr(output, "  opens\n"));
    stop();
}
END_TEST

/* The device's node of usbfs, which umockdev has made. */
static const char *node(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/dev/bus/usb/001/002", getenv("UMOCKDEV_DIR"));
    return path;
}

/* Without any permission for it; root needs less power to notice. */
static const char *weakly(void)
{
    return geteuid() ? "" : "setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -all";
}

START_TEST(test_no_permission)
{
    start(false);
    ck_assert_int_eq(chmod(node(), 0), 0);
    ck_assert_msg(hilnic(weakly(), "list") == 0, "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "serial unknown"));
    ck_assert_ptr_nonnull(strstr(output, "usb 1-1  no permission\n"));
    ck_assert_ptr_nonnull(strstr(output, "install host/udev/70-hilnic.rules in"));
    ck_assert_int_eq(hilnic(weakly(), "list --json"), 0);
    ck_assert_ptr_nonnull(strstr(output, "\"serial\": null"));
    ck_assert_ptr_nonnull(strstr(output, "\"opens\": false, \"state\": \"no permission\""));
    ck_assert_int_eq(chmod(node(), 0600), 0);
    stop();
}
END_TEST

/* Why a device is not opened, and what each command says of it. */
static const struct refusal {
    const char *serial, *words;
    int code;
    bool taken, forbidden;
    uint32_t map_hash;
} refusals[] = {
    {.serial = "A17", .words = "is in use by another program", .code = 1, .taken = true},
    {.serial = "B18",
     .words = "no USB device 1209:0001 has the serial number B18; there is 1",
     .code = 3},
    {.serial = "A17", .words = "12345678", .code = 5, .map_hash = 0x12345678},
    {.serial = "", .words = "host/udev/70-hilnic.rules", .code = 4, .forbidden = true},
};
#define REFUSALS (sizeof refusals / sizeof *refusals)

/* `words` and the device's serial number; a file that is there stays as it is. */
static void refuse(const struct refusal *r, const char *words)
{
    static const char kept[] = "kept";
    char arguments[256], found[8] = "";
    FILE *file = fopen(REFUSED, "w");
    ck_assert_ptr_nonnull(file);
    fputs(kept, file);
    fclose(file);
    size_t n = (size_t)snprintf(arguments, sizeof arguments, "%s%s%s", words,
                                *r->serial ? ":1209:1:" : "", r->serial);
    ck_assert_uint_lt(n, sizeof arguments);
    int code = hilnic(r->forbidden ? weakly() : "", arguments);
    ck_assert_msg(code == r->code && strstr(output, r->words), "%s: exit %d: %s", arguments, code,
                  output);
    file = fopen(REFUSED, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_ptr_nonnull(fgets(found, sizeof found, file));
    fclose(file);
    ck_assert_msg(!strcmp(found, kept), "%s: the file is another", arguments);
}

static void refuse_in_a_sentence(const struct refusal *r, const char *words)
{
    refuse(r, words);
    ck_assert_msg(!strncmp(output, "hilnic: ", 8) &&
                      strchr(output, '\n') == output + strlen(output) - 1,
                  "%s: %s", words, output);
}

/* Every command that opens a device: one sentence, or a verdict where there are verdicts, and the exit code. */
START_TEST(test_refusals)
{
    static const char *const commands[] = {
        "info --device usb",
        "regs IFG --device usb",
        "stats --device usb",
        "stats --watch 1 --device usb",
        "stats -r tests/data/lengths.pcap --device usb",
        "bench --device usb",
        "bench --latency --device usb",
        "send --device usb",
        "replay -r tests/data/lengths.pcap --device usb",
        "capture -w " REFUSED " --device usb",
        "capture -r tests/data/lengths.pcap -w " REFUSED " --device usb",
    };
    const struct refusal *r = &refusals[_i];
    device_options.map_hash = r->map_hash;
    start(false);
    umockdev_bridge_take(bridge, r->taken);
    if (r->forbidden)
        ck_assert_int_eq(chmod(node(), 0), 0);
    for (unsigned i = 0; i < sizeof commands / sizeof *commands; i++)
        refuse_in_a_sentence(r, commands[i]);
    for (unsigned i = 0; i < 2; i++) {
        refuse(r, i ? "selftest --device usb" : "doctor --device usb");
        ck_assert_msg(strstr(output, "  FAIL  ") && strstr(output, "next: "), "%s", output);
    }
    struct refusal in_list = *r; /* Wireshark's name for it */
    char extcap[128];
    in_list.serial = "";
    snprintf(extcap, sizeof extcap,
             "extcap --capture --fifo " REFUSED " --extcap-interface hilnic-usb%s%s",
             *r->serial ? "-" : "", r->serial);
    refuse_in_a_sentence(&in_list, extcap);
    ck_assert_int_eq(chmod(node(), 0600), 0);
    device_options.map_hash = 0;
    stop();
}
END_TEST

/* Before libumockdev is there; a machine that runs these tests without TAP says so. Nothing of it stays. */
static bool has_tap(void)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR); /* the kernel chooses a name */
    bool has = fd >= 0 && ioctl(fd, TUNSETIFF, &request) == 0;
    if (!has)
        printf("usb_cli_test, hilnic up: skipped: no TAP here: %s\n", strerror(errno));
    if (fd >= 0)
        close(fd);
    return has;
}

/* Without this file libumockdev leaves the ioctls of devices that it does not know, /dev/net/tun, to the kernel. */
static void let_tap_through(void)
{
    char fallback[256];
    snprintf(fallback, sizeof fallback, "%s/ioctl/_default", getenv("UMOCKDEV_DIR"));
    ck_assert_int_eq(unlink(fallback), 0);
}

START_TEST(test_up_refusals)
{
    const struct refusal *r = &refusals[_i];
    if (!has_tap())
        return;
    device_options.map_hash = r->map_hash;
    start(false);
    let_tap_through();
    umockdev_bridge_take(bridge, r->taken);
    if (r->forbidden)
        ck_assert_int_eq(chmod(node(), 0), 0);
    refuse_in_a_sentence(r, "up --name " INTERFACE " -w " REFUSED " --device usb");
    ck_assert_uint_eq(if_nametoindex(getenv("HILNIC_TAP")), 0);
    ck_assert_int_eq(chmod(node(), 0600), 0);
    device_options.map_hash = 0;
    stop();
}
END_TEST

START_TEST(test_info)
{
    start(_i);
    ck_assert_msg(hilnic("", "info --device usb --json") == 0, "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "\"device\": \"usb\""));
    ck_assert_ptr_nonnull(strstr(output, "\"max_frame\": 1522"));
    ck_assert_ptr_nonnull(strstr(output, "\"violations\": 0"));
    ck_assert_int_eq(hilnic("", "info --device usb:1209:0001:B18"), 3);
    ck_assert_str_eq(output,
                     "hilnic: no USB device 1209:0001 has the serial number B18; there is 1.\n");
    stop();
}
END_TEST

START_TEST(test_regs)
{
    char line[40];
    start(_i);
    ck_assert_msg(hilnic("", "regs --device usb:1209:0001:A17 IFG=20 MAP_HASH") == 0, "%s", output);
    snprintf(line, sizeof line, "  %04x  00000014  IFG\n", NIC_IFG_ADDR);
    ck_assert_ptr_nonnull(strstr(output, line));
    snprintf(line, sizeof line, "  %04x  %08x  MAP_HASH\n", NIC_MAP_HASH_ADDR, NIC_MAP_HASH);
    ck_assert_ptr_nonnull(strstr(output, line));
    ck_assert_int_eq(hilnic("", "regs --device usb"), 0);
    ck_assert_ptr_nonnull(strstr(output, "  0000  434e6c68  ID\n"));
    ck_assert_int_eq(hilnic("", "regs --device usb ID=1"), 1);
    stop();
}
END_TEST

/* Frames there and back through real threads: a plug at the device, then loopback inside of it. */
START_TEST(test_replay)
{
    static const char *const modes[] = {"single", "array", "mixed"};
    char arguments[160];
    start(false);
    snprintf(arguments, sizeof arguments,
             "replay --device usb -r tests/data/lengths.pcap --json --mode %s%s", modes[_i / 2],
             _i & 1 ? " --loopback" : "");
    ck_assert_msg(hilnic("", arguments) == 0, "%s", output);
    ck_assert_msg(strstr(output, "\"sent\": 297, \"completed_ok\": 297, \"completed_error\": 0"),
                  "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "\"lost\": 0, \"duplicated\": 0, \"out_of_order\": 0"));
    ck_assert_ptr_nonnull(strstr(output, "\"ok\": true"));
    ck_assert_ptr_null(strstr(output, "wire_frames"));
    stop();
}
END_TEST

START_TEST(test_bench_and_stats)
{
    start(false);
    ck_assert_msg(hilnic("", "bench --device usb --count 300 --json") == 0, "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "\"received\": 300, \"failed\": 0, \"out_of_order\": 0"));
    ck_assert_msg(hilnic("", "stats --device usb -r tests/data/lengths.pcap --json") == 0, "%s",
                  output);
    ck_assert_msg(strstr(output, "\"tx_packets\": 597"), "%s", output); /* the device counts on */
    ck_assert_int_eq(hilnic("", "replay --device usb -r tests/data/lengths.pcap -w x.pcap"), 2);
    ck_assert_str_eq(output,
                     "hilnic: -w records the wire of a model, a device on USB has its own.\n");
    ck_assert_int_eq(hilnic("", "up --device usb --wire tap:x"), 2);
    ck_assert_int_eq(hilnic("", "replay --device usb:1234:5678 -r tests/data/lengths.pcap"), 3);
    stop();
}
END_TEST

/* ---- capture: the host's side, both ways; and what comes by itself ---- */

#define CAPTURED "build/cosim/usb_cli.pcapng"
#define PORTION  20 /* frames that come at once */

static uint8_t heard[60];
static unsigned heard_portions;

static void hear(void *context)
{
    (void)context;
    for (unsigned i = 0; i < PORTION; i++) {
        heard[20]++;
        soft_device_receive(soft, heard, sizeof heard);
    }
}

static void unplug(void *context)
{
    (void)context;
    soft_usb_plug(usb, false);
}

static void more(unsigned i)
{
    (void)i;
    umockdev_bridge_with(bridge, hear, NULL);
}

/* Frames, and after some of them were surely taken the cable is pulled. */
static void more_then_none(unsigned i)
{
    if (i < heard_portions)
        umockdev_bridge_with(bridge, hear, NULL);
    else if (i == heard_portions)
        umockdev_bridge_with(bridge, unplug, NULL);
}

/* In order, each one more than the one before, until the receive buffer was full; their times do not go back. */
static void check_heard(unsigned least)
{
    char error[CAPTURE_ERROR_BYTES] = "";
    struct capture *c = capture_read(CAPTURED, error);
    ck_assert_msg(c != NULL, "%s", error);
    ck_assert_uint_ge(c->count, least);
    for (unsigned i = 0; i < c->count; i++) {
        const struct capture_frame *f = &c->frames[i];
        ck_assert_uint_eq(f->length, sizeof heard);
        ck_assert_mem_eq(f->octets, heard, 14);
        ck_assert(!i || f->time_ns >= f[-1].time_ns);
        ck_assert(!i || f->octets[20] != f[-1].octets[20]);
    }
    ck_assert_uint_eq(c->frames[1].octets[20], (uint8_t)(c->frames[0].octets[20] + 1));
    capture_free(c);
}

static void listen_to(unsigned portions)
{
    static const uint8_t header[14] = {255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 9, 0x88, 0xb5};
    memcpy(heard, header, sizeof header);
    heard_portions = portions;
    remove(CAPTURED);
    start(false);
}

START_TEST(test_capture)
{
    char error[CAPTURE_ERROR_BYTES];
    listen_to(0);
    ck_assert_msg(hilnic("", "capture -q --device usb -r tests/data/lengths.pcap -w " CAPTURED) ==
                      0,
                  "%s", output);
    struct capture *sent = capture_read("tests/data/lengths.pcap", error),
                   *c = capture_read(CAPTURED, error);
    ck_assert_uint_eq(c->count, 2 * sent->count);
    unsigned out = 0, in = 0;
    for (unsigned i = 0; i < c->count; i++) { /* a frame comes back behind itself, padded */
        const struct capture_frame *f = &c->frames[i];
        bool goes = out < sent->count && f->length == sent->frames[out].length &&
                    !memcmp(f->octets, sent->frames[out].octets, f->length);
        const struct capture_frame *s = &sent->frames[goes ? out++ : in++];
        ck_assert_uint_eq(f->length, goes || s->length >= 60 ? s->length : 60);
        ck_assert_mem_eq(f->octets, s->octets, s->length);
    }
    ck_assert_uint_eq(in, sent->count);
    capture_free(sent);
    capture_free(c);
    stop();
}
END_TEST

START_TEST(test_capture_listens)
{
    listen_to(0);
    ck_assert_msg(hilnic_while("", "capture --device usb -c 50 -w " CAPTURED, more) == 0, "%s",
                  output);
    ck_assert_msg(strstr(output, "50 frames"), "%s", output);
    check_heard(50);
    ck_assert_int_eq(hilnic_while("timeout --preserve-status -s INT 3",
                                  "capture -q --device usb -w " CAPTURED " ether proto 0x88b5",
                                  more),
                     0);
    check_heard(20);
    ck_assert_int_eq(
        hilnic_while("timeout --preserve-status -s TERM 3",
                     "extcap --extcap-interface hilnic-usb-A17 --capture --fifo " CAPTURED, more),
        0);
    check_heard(20);
    stop();
}
END_TEST

START_TEST(test_capture_unplugged)
{
    listen_to(100);
    ck_assert_int_eq(hilnic_while("", "capture -q --device usb -w " CAPTURED, more_then_none), 3);
    ck_assert_str_eq(output, "hilnic: the device is gone, what it sent is recorded.\n");
    check_heard(20);
    stop();
}
END_TEST

/* Three looks while frames come; then the cable is pulled between two, and the host's counters are still told. */
START_TEST(test_stats_watch)
{
    unsigned lines = 0;
    unsigned long long first = 0, last = 0;
    listen_to(0);
    ck_assert_msg(hilnic_while("", "stats --device usb --watch 1 -c 3 --json", more) == 0, "%s",
                  output);
    for (const char *at = output; (at = strstr(at, "\"driver_rx_ok\": ")); at++, lines++) {
        ck_assert_int_eq(sscanf(at, "\"driver_rx_ok\": %llu", &last), 1);
        first = lines ? first : last;
    }
    ck_assert_uint_eq(lines, 3);
    ck_assert_uint_gt(last, first);
    stop();
    listen_to(70);
    ck_assert_msg(hilnic_while("", "stats --device usb --watch 1", more_then_none) == 3, "%s",
                  output);
    const char *told = strrchr(output, ':'), *since = strstr(output, "after ");
    ck_assert_str_eq(told, ": the device is gone, and its counters with it.\n");
    for (const char *at = since; at && (at = strstr(at, "after ")); at++)
        since = at;
    ck_assert_ptr_nonnull(since);
    ck_assert_ptr_nonnull(strstr(since, "  usb_failed "));
    ck_assert_ptr_null(strstr(since, "  rx_packets "));
    stop();
}
END_TEST

/* ---- up: the interface over the device, unplugged and plugged in again under load ---- */

#define METRICS "unix:build/cosim/usb_cli.metrics"

#define PID "build/cosim/usb_cli.pid"

static unsigned long long rx_before;
static enum { STARTING, CARRYING, UNPLUGGED, TAKEN, CARRYING_AGAIN, REFUSING, ENDING } phase;
static unsigned taken, refused;

/* The device refuses one look at its ID, which is no reason to take it for gone. */
static const struct urb_device_ops *soft_ops;
static bool refuses_id;

static int refusing_submit(struct urb_device *device, struct urb *urb)
{
    static const uint8_t read_id[6] = {0xc0, NIC_VENDOR_REQUEST_REG_READ};
    if (refuses_id && !(urb->endpoint & 0x7f) && !memcmp(urb->setup, read_id, sizeof read_id)) {
        urb->setup[1] = NIC_VENDOR_REQUEST_MAX + 1;
        refuses_id = false;
    }
    return soft_ops->submit(device, urb);
}

static void refuse_id(void *context)
{
    static struct urb_device_ops ops;
    struct urb_device *device = soft_usb_device(usb);
    (void)context;
    soft_ops = device->ops;
    ops = *soft_ops;
    ops.submit = refusing_submit;
    device->ops = &ops;
    refuses_id = true;
}

static unsigned long long kernel_received(void)
{
    unsigned long long n = 0;
    FILE *file = popen("ip -s link show " INTERFACE " | awk '/RX:/ { getline; print $2 }'", "r");
    ck_assert_int_eq(fscanf(file, "%llu", &n), 1);
    pclose(file);
    return n;
}

/* As a kernel greets a device. */
static void plug_in(void *context)
{
    static const uint8_t configure[8] = {0, 9, 1};
    (void)context;
    soft_usb_plug(usb, true);
    ck_assert(urb_front_reset(soft_usb_device(usb)));
    ck_assert_int_eq(urb_front_control(soft_usb_device(usb), configure, NULL), 0);
}

static bool succeeds(const char *command)
{
    return system(command) == 0;
}

/* Each phase lasts until what it waits for is there; `hilnic_while` has the bound. */
static void up_and_down(unsigned i)
{
    if (phase == CARRYING || phase == CARRYING_AGAIN || phase == REFUSING)
        umockdev_bridge_with(bridge, hear, NULL);
    if (phase == STARTING && succeeds("ip link set " INTERFACE " up 2>/dev/null")) {
        phase = CARRYING;
    } else if (phase == CARRYING && i % 10 == 0 && (rx_before = kernel_received()) > 0 &&
               succeeds("build/hilnic stats --from " METRICS " | grep -q tap_received")) {
        umockdev_bridge_with(bridge, hear, NULL);
        umockdev_bridge_with(bridge, unplug, NULL);
        phase = UNPLUGGED;
    } else if (phase == UNPLUGGED && succeeds("ip link show " INTERFACE " | grep -q NO-CARRIER")) {
        rx_before = kernel_received();
        umockdev_bridge_take(bridge, true); /* by another program, for some tries */
        umockdev_bridge_with(bridge, plug_in, NULL);
        taken = i;
        phase = TAKEN;
    } else if (phase == TAKEN && i - taken > 75) {
        umockdev_bridge_take(bridge, false);
        phase = CARRYING_AGAIN;
    } else if (phase == CARRYING_AGAIN && i % 10 == 0 && kernel_received() > rx_before) {
        umockdev_bridge_with(bridge, refuse_id, NULL);
        refused = 0;
        phase = REFUSING;
    } else if (phase == REFUSING && !refuses_id && ++refused > 50) { /* it has looked again */
        ck_assert(succeeds("kill $(cat " PID ")"));
        phase = ENDING;
    }
}

START_TEST(test_up)
{
    unsigned long long received;
    if (!has_tap())
        return;
    phase = STARTING;
    listen_to(0);
    let_tap_through();
    ck_assert_msg(hilnic_while("sh -c 'echo $$ >" PID "; exec \"$@\"' sh",
                               "up --device usb --json --name " INTERFACE " --metrics " METRICS,
                               up_and_down) == 0,
                  "%s", output);
    ck_assert_msg(strstr(output, "the device is gone, the interface waits for it") &&
                      strstr(output, "the device is back"),
                  "%s", output);
    const char *at = strstr(output, "the device is gone");
    ck_assert_msg(!strstr(at + 1, "the device is gone"), "%s", output);
    at = strstr(output, "is in use by another program");
    ck_assert_msg(at && !strstr(at + 1, "is in use by another program"), "%s", output);
    at = strstr(output, "\"received\": ");
    ck_assert_msg(at && sscanf(at, "\"received\": %llu", &received) == 1, "%s", output);
    ck_assert_uint_gt(received, rx_before);
    stop();
}
END_TEST

START_TEST(test_doctor)
{
    start(_i);
    ck_assert_msg(hilnic("", "doctor --device usb --loopback --json") == 1, "%s", output);
    /* No PHY on the soft device's MDIO: on a model that is no matter, on USB it is. */
    ck_assert_msg(strstr(output,
                         "{\"step\": \"PHY\", \"verdict\": \"FAIL\", \"text\": \"nobody answers "
                         "on MDIO\", \"next\": \"check supply and reset of the PHY"),
                  "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "{\"step\": \"registers\", \"verdict\": \"PASS\""));
    ck_assert_ptr_nonnull(strstr(output, "{\"step\": \"clock\"")); /* its time is no clock's */
    ck_assert_ptr_nonnull(strstr(output, "{\"step\": \"link\", \"verdict\": \"PASS\""));
    ck_assert_ptr_nonnull(strstr(output, "\"ok\": false"));
    stop();
    device_options.map_hash = 0x12345678;
    start(_i);
    ck_assert_int_eq(hilnic("", "doctor --device usb"), 5);
    ck_assert_msg(strstr(output, "  FAIL  device     "), "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "next: load the bitstream"));
    stop();
    device_options.map_hash = 0;
    start(_i);
    ck_assert_int_eq(hilnic("", "doctor --device usb:1234:5678"), 3);
    ck_assert_ptr_nonnull(strstr(output, "next: hilnic list"));
    stop();
}
END_TEST

/* In real time, over libusb: what needs no PHY, and that there is none. */
START_TEST(test_selftest)
{
    start(_i);
    ck_assert_msg(hilnic("", "selftest --device usb --loopback --json") == 1, "%s", output);
    ck_assert_msg(
        strstr(output, _i ? "[{\"step\": \"USB\", \"verdict\": \"PASS\", \"text\": \"12 Mb/s"
                          : "[{\"step\": \"USB\", \"verdict\": \"PASS\", \"text\": \"480 Mb/s"),
        "%s", output);
    /* It says that it can do high speed, whichever it got. */
    ck_assert_int_eq(_i, strstr(output, "\"12 Mb/s, and the device can do 480\"") != NULL);
    ck_assert_ptr_nonnull(strstr(output, "{\"step\": \"clocks\", \"verdict\": \"skip\""));
    ck_assert_msg(strstr(output, "{\"step\": \"MAC loop\", \"verdict\": \"PASS\", \"text\": "
                                 "\"400 frames of 60 to 1514 octets: 400 ok\""),
                  "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "{\"step\": \"pins\", \"verdict\": \"FAIL\""));
    ck_assert_ptr_null(strstr(output, "\"step\": \"rate\""));
    stop();
}
END_TEST

int main(int argc, char **argv)
{
    (void)argc;
    char interface[16];
    snprintf(interface, sizeof interface, "hilnic%d", (int)getpid());
    setenv("HILNIC_TAP", interface, 1);
    const char *preload = getenv("LD_PRELOAD");
    if (!preload || !strstr(preload, "libumockdev-preload")) {
        setenv("LD_PRELOAD", "libumockdev-preload.so.0", 1);
        execv("/proc/self/exe", argv);
        perror("execv");
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("usb_cli");
    TCase *t = tcase_create("usb_cli");
    tcase_set_timeout(t, 120);
    tcase_add_loop_test(t, test_list, 0, 2);
    tcase_add_test(t, test_in_use);
    tcase_add_test(t, test_no_permission);
    tcase_add_loop_test(t, test_refusals, 0, REFUSALS);
    tcase_add_loop_test(t, test_up_refusals, 0, REFUSALS);
    tcase_add_loop_test(t, test_info, 0, 2);
    tcase_add_loop_test(t, test_replay, 0, 6);
    tcase_add_test(t, test_bench_and_stats);
    tcase_add_test(t, test_capture);
    tcase_add_test(t, test_capture_listens);
    tcase_add_test(t, test_capture_unplugged);
    tcase_add_test(t, test_stats_watch);
    tcase_add_test(t, test_up);
    tcase_add_loop_test(t, test_doctor, 0, 2);
    tcase_add_loop_test(t, test_selftest, 0, 2);
    tcase_add_loop_test(t, test_regs, 0, 2);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    printf("seed %llu\n", (unsigned long long)seed());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
