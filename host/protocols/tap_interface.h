/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the kernel about a network interface, over rtnetlink, because ioctls hide what a sniffer has switched on. */
#ifndef TAP_INTERFACE_H
#define TAP_INTERFACE_H

#include <stdbool.h>
#include <stdint.h>

struct tap_interface {
    unsigned index;
    char name[16];
    unsigned flags;       /* IFF_* */
    unsigned promiscuity; /* how many want it promiscuous */
    unsigned mtu;
    uint8_t address[6];
};

int tap_interface_open(void); /* socket, or -1 and errno */
bool tap_interface_get(int socket, unsigned index, struct tap_interface *);
bool tap_interface_set_address(const char *name, const uint8_t address[6]);
bool tap_interface_set_mtu(const char *name, unsigned mtu);

/* Link-layer multicast addresses the interface listens to; how many there are, `room` of them copied. */
unsigned tap_interface_groups(const char *name, uint8_t (*groups)[6], unsigned room);

#endif
