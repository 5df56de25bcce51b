/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A peer that sends anything to a server with the soft device behind it. With the first byte's lowest bit set it begins as a
 * good one does. The server must end when the peer has left, with nothing in flight.
 */
#ifndef FUZZ_PEER_H
#define FUZZ_PEER_H

#include "fuzz.h"
#include "nic_platform.h"
#include "soft_device.h"
#include "soft_usb.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FUZZ_PEER_MAX 16384 /* fits the socket: the writer never waits */

static void *fuzz_peer_drain(void *context)
{
    char bytes[4096];
    while (recv(*(int *)context, bytes, sizeof bytes, 0) > 0)
        ;
    return NULL;
}

static int fuzz_peer(const uint8_t *data, size_t size, const uint8_t *greeting,
                     size_t greeting_bytes,
                     bool (*serve)(struct urb_device *, int socket, const volatile int *stop))
{
    static const volatile int go_on = 0;
    struct nic_platform *platform;
    struct soft_device *soft;
    struct soft_usb *usb;
    pthread_t reader;
    int pair[2];

    if (size == 0 || size > FUZZ_PEER_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
        return 0;
    platform = nic_virtual_create(1);
    soft = soft_device_create(&(struct soft_options){.seed = 1, .loopback = true}, platform, 3);
    usb = soft_usb_create(&(struct soft_usb_options){.serial = "A17"}, soft, platform);
    if (pthread_create(&reader, NULL, fuzz_peer_drain, &pair[0]))
        abort();
    if (data[0] & 1)
        (void)!send(pair[0], greeting, greeting_bytes, MSG_NOSIGNAL);
    (void)!send(pair[0], data + 1, size - 1, MSG_NOSIGNAL);
    shutdown(pair[0], SHUT_WR);
    serve(soft_usb_device(usb), pair[1], &go_on);
    pthread_join(reader, NULL);
    close(pair[0]);
    soft_usb_destroy(usb);
    soft_device_destroy(soft);
    nic_virtual_destroy(platform);
    return 0;
}

#endif
