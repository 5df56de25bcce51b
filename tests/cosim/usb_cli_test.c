/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hilnic with a device on USB: libumockdev shows the soft device as a node of usbfs, to this program,
 * which starts itself again with libumockdev-preload, and to the hilnic that it starts.
 */
#include "nic_platform.h"
#include "nic_regs.h"
#include "soft_device.h"
#include "soft_usb.h"
#include "umockdev_bridge.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define VECTOR 3

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

/* Its exit code; what it wrote, on standard error too, is in `output`. */
static int hilnic(const char *before, const char *arguments)
{
    const char *program = getenv("HILNIC");
    char command[512];
    snprintf(command, sizeof command, "timeout 15 %s %s %s 2>&1", before,
             program ? program : "build/hilnic", arguments);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(pipe);
    size_t n = fread(output, 1, sizeof output - 1, pipe);
    output[n] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
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

/* The node of usbfs without any permission; root needs less power to notice. */
START_TEST(test_no_permission)
{
    const char *before =
        geteuid() ? "" : "setpriv --bounding-set -dac_override,-dac_read_search --inh-caps -all";
    char node[256];
    start(false);
    snprintf(node, sizeof node, "%s/dev/bus/usb/001/002", getenv("UMOCKDEV_DIR"));
    ck_assert_int_eq(chmod(node, 0), 0);
    ck_assert_msg(hilnic(before, "list") == 0, "%s", output);
    ck_assert_ptr_nonnull(strstr(output, "serial unknown"));
    ck_assert_ptr_nonnull(strstr(output, "usb 1-1  no permission\n"));
    ck_assert_ptr_nonnull(strstr(output, "install host/udev/70-hilnic.rules in"));
    ck_assert_int_eq(hilnic(before, "list --json"), 0);
    ck_assert_ptr_nonnull(strstr(output, "\"serial\": null"));
    ck_assert_ptr_nonnull(strstr(output, "\"opens\": false, \"state\": \"no permission\""));
    ck_assert_int_eq(hilnic(before, "info --device usb"), 4);
    ck_assert_ptr_nonnull(strstr(output, "host/udev/70-hilnic.rules"));
    ck_assert_int_eq(chmod(node, 0600), 0);
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

int main(int argc, char **argv)
{
    (void)argc;
    const char *preload = getenv("LD_PRELOAD");
    if (!preload || !strstr(preload, "libumockdev-preload")) {
        setenv("LD_PRELOAD", "libumockdev-preload.so.0", 1);
        execv("/proc/self/exe", argv);
        perror("execv");
        return EXIT_FAILURE;
    }
    Suite *suite = suite_create("usb_cli");
    TCase *t = tcase_create("usb_cli");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_list, 0, 2);
    tcase_add_test(t, test_in_use);
    tcase_add_test(t, test_no_permission);
    tcase_add_loop_test(t, test_info, 0, 2);
    tcase_add_loop_test(t, test_replay, 0, 6);
    tcase_add_test(t, test_bench_and_stats);
    tcase_add_loop_test(t, test_doctor, 0, 2);
    tcase_add_loop_test(t, test_regs, 0, 2);
    suite_add_tcase(suite, t);
    SRunner *runner = srunner_create(suite);
    printf("seed %llu\n", (unsigned long long)seed());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
