/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the kernel about a network interface, see tap_interface.h. */
#include "tap_interface.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int tap_interface_open(void)
{
    struct timeval limit = {.tv_sec = 1};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return fd;
}

static void take_attribute(struct tap_interface *i, const struct rtattr *a)
{
    const void *data = RTA_DATA(a);
    size_t length = RTA_PAYLOAD(a);
    if (a->rta_type == IFLA_ADDRESS && length == 6)
        memcpy(i->address, data, 6);
    if (a->rta_type == IFLA_MTU && length >= 4)
        memcpy(&i->mtu, data, 4);
    if (a->rta_type == IFLA_PROMISCUITY && length >= 4)
        memcpy(&i->promiscuity, data, 4);
    if (a->rta_type == IFLA_IFNAME && length <= sizeof i->name)
        memcpy(i->name, data, length);
}

bool tap_interface_get(int fd, unsigned index, struct tap_interface *i)
{
    static unsigned sequence;
    struct {
        struct nlmsghdr head;
        struct ifinfomsg info;
    } question = {
        .head = {.nlmsg_len = sizeof question,
                 .nlmsg_type = RTM_GETLINK,
                 .nlmsg_flags = NLM_F_REQUEST,
                 .nlmsg_seq = ++sequence},
        .info = {.ifi_index = (int)index},
    };
    _Alignas(struct nlmsghdr) char answer[16384];
    if (send(fd, &question, sizeof question, 0) != (ssize_t)sizeof question)
        return false;
    for (;;) {
        ssize_t got = recv(fd, answer, sizeof answer, 0);
        struct nlmsghdr *head = (struct nlmsghdr *)answer;
        if (got < 0 || !NLMSG_OK(head, (size_t)got))
            return false;
        if (head->nlmsg_seq != sequence)
            continue;
        if (head->nlmsg_type != RTM_NEWLINK)
            return false;
        struct ifinfomsg *info = NLMSG_DATA(head);
        int left = (int)IFLA_PAYLOAD(head);
        i->index = (unsigned)info->ifi_index;
        i->flags = info->ifi_flags;
        for (struct rtattr *a = IFLA_RTA(info); RTA_OK(a, left); a = RTA_NEXT(a, left))
            take_attribute(i, a);
        return true;
    }
}

static bool control(unsigned long what, struct ifreq *request)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && ioctl(fd, what, request) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

bool tap_interface_set_address(const char *name, const uint8_t address[6])
{
    struct ifreq request = {.ifr_hwaddr.sa_family = ARPHRD_ETHER};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    memcpy(request.ifr_hwaddr.sa_data, address, 6);
    return control(SIOCSIFHWADDR, &request);
}

bool tap_interface_set_mtu(const char *name, unsigned mtu)
{
    struct ifreq request = {.ifr_mtu = (int)mtu};
    snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
    return control(SIOCSIFMTU, &request);
}

unsigned tap_interface_groups(const char *name, uint8_t (*groups)[6], unsigned room)
{
    char line[256], at[64], address[64];
    unsigned count = 0;
    FILE *f = fopen("/proc/self/net/dev_mcast", "re");
    while (f && fgets(line, sizeof line, f)) {
        uint8_t a[6];
        if (sscanf(line, "%*u %63s %*u %*u %63s", at, address) != 2 || strcmp(at, name) != 0 ||
            sscanf(address, "%2hhx%2hhx%2hhx%2hhx%2hhx%2hhx", &a[0], &a[1], &a[2], &a[3], &a[4],
                   &a[5]) != 6)
            continue;
        if (count < room)
            memcpy(groups[count], a, 6);
        count++;
    }
    if (f)
        fclose(f);
    return count;
}
