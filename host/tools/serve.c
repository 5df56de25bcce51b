/* SPDX-License-Identifier: Apache-2.0 */
/* hilnic serve: the device for USB/IP or usbredir clients, one after the other. */
#include "board_model.h"
#include "nic_platform.h"
#include "soft_device.h"
#include "soft_usb.h"
#include "tool.h"
#include "usbip_server.h"
#include "usbredir_server.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define VECTOR 3

static int stopping;

static void stop(int signal_number)
{
    (void)signal_number;
    __atomic_store_n(&stopping, 1, __ATOMIC_RELEASE);
}

static int serve(struct urb_device *device, int listener, bool usbredir)
{
    while (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) {
        struct pollfd p = {.fd = listener, .events = POLLIN};
        int peer = poll(&p, 1, 100) > 0 ? accept(listener, NULL, NULL) : -1;
        if (peer >= 0)
            (usbredir ? usbredir_serve : usbip_serve)(device, peer, &stopping);
    }
    return EXIT_DONE;
}

static int listen_on(const char *text, bool usbredir, int *listener)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int one = 1;
    if (!tcp_address(text, &address))
        return complain(EXIT_USAGE, "--%s takes ADDRESS:PORT, as 127.0.0.1:3240, not %s",
                        usbredir ? "usbredir" : "usbip", text);
    *listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*listener < 0)
        return complain(EXIT_FAILED, "no socket: %s", strerror(errno));
    setsockopt(*listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(*listener, (struct sockaddr *)&address, sizeof address) || listen(*listener, 4) ||
        getsockname(*listener, (struct sockaddr *)&address, &length)) {
        int error = errno;
        close(*listener);
        return complain(error == EACCES ? EXIT_NO_PERMISSION : EXIT_FAILED,
                        "cannot listen on %s: %s", text, strerror(error));
    }
    if (usbredir)
        printf("usbredir, port %u\n", ntohs(address.sin_port));
    else
        printf("usbip, port %u, bus id %s\n", ntohs(address.sin_port), USBIP_BUSID);
    int code = flush_output(EXIT_DONE); /* whoever waits for the port */
    if (code)
        close(*listener);
    return code;
}

static int serve_soft(const struct options *o, struct nic_platform *platform, int listener)
{
    struct soft_options options = {.seed = o->seed, .loopback = true};
    struct soft_device *soft = soft_device_create(&options, platform, VECTOR);
    struct soft_usb *usb =
        soft ? soft_usb_create(&(struct soft_usb_options){0}, soft, platform) : NULL;
    int code = usb ? serve(soft_usb_device(usb), listener, o->usbredir)
                   : complain(EXIT_FAILED, "no memory");
    if (usb)
        soft_usb_destroy(usb);
    if (soft)
        soft_device_destroy(soft);
    return code;
}

static int serve_board(const struct options *o, struct nic_platform *platform, int listener)
{
    struct board_model_options options = {.seed = o->seed, .in_phase = true};
    struct wire_port *plug = wire_loopback_create();
    struct board_model *board =
        plug ? board_model_create(o->device, &options, platform, plug) : NULL;
    int code = board ? serve(board_model_urb(board), listener, o->usbredir)
                     : complain(EXIT_FAILED, "no memory");
    board_model_destroy(board);
    if (plug)
        wire_port_close(plug);
    return code;
}

int command_serve(const struct options *o)
{
    const struct sigaction action = {.sa_handler = stop};
    bool soft = !strcmp(o->device, "soft");
    int listener = -1, code;
    if (!soft && !board_model_known(o->device))
        return complain(EXIT_USAGE,
                        "%s has no USB of its own, serve takes --device soft or board:NAME",
                        o->device);
    if (o->usbip && o->usbredir)
        return complain(EXIT_USAGE, "serve takes --usbip or --usbredir, not both");
    code = listen_on(o->usbredir ? o->usbredir
                     : o->usbip  ? o->usbip
                                 : "127.0.0.1:3240",
                     o->usbredir, &listener);
    if (code)
        return code;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct nic_platform *platform = nic_virtual_create(o->seed);
    if (!platform)
        code = complain(EXIT_FAILED, "no memory");
    else
        code = (soft ? serve_soft : serve_board)(o, platform, listener);
    close(listener);
    if (platform)
        nic_virtual_destroy(platform);
    return code;
}
