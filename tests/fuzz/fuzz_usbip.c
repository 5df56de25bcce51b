/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A USB/IP peer that sends anything. With the first byte's lowest bit set the import is done first, so that the rest is
 * read as commands. The server must end when the peer has left, with nothing in flight.
 */
#include "fuzz.h"
#include "nic_platform.h"
#include "soft_device.h"
#include "soft_usb.h"
#include "usbip_server.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_MAX 16384 /* fits the socket: the writer never waits */

static void *drain(void *context)
{
    char bytes[4096];
    while (recv(*(int *)context, bytes, sizeof bytes, 0) > 0)
        ;
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const volatile int go_on = 0;
    uint8_t import[40] = {1, 0x11, 0x80, 3, 0, 0, 0, 0, '1', '-', '1'};
    struct nic_platform *platform;
    struct soft_device *soft;
    struct soft_usb *usb;
    pthread_t reader;
    int pair[2];

    if (size == 0 || size > INPUT_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        return 0;
    platform = nic_virtual_create(1);
    soft = soft_device_create(&(struct soft_options){.seed = 1, .loopback = true}, platform, 3);
    usb = soft_usb_create(&(struct soft_usb_options){.serial = "A17"}, soft, platform);
    if (pthread_create(&reader, NULL, drain, &pair[0]))
        abort();
    if (data[0] & 1)
        (void)!send(pair[0], import, sizeof import, MSG_NOSIGNAL);
    (void)!send(pair[0], data + 1, size - 1, MSG_NOSIGNAL);
    shutdown(pair[0], SHUT_WR);
    usbip_serve(soft_usb_device(usb), pair[1], &go_on);
    pthread_join(reader, NULL);
    close(pair[0]);
    soft_usb_destroy(usb);
    soft_device_destroy(soft);
    nic_virtual_destroy(platform);
    return 0;
}
