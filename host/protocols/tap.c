/* SPDX-License-Identifier: Apache-2.0 */
/* The tap protocol, see tap.h. The binding itself is the sample protocol's; here are interface, filter and carrier. */
#include "tap.h"

#include "tap_interface.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define FRAME_BYTES  65536
#define GROUPS_ASKED 256

struct slot {
    bool busy;
    uint8_t octets[FRAME_BYTES];
};

struct tap {
    int fd, query; /* query: a socket for interface questions */
    bool fresh;    /* the interface did not exist before */
    struct sender *sender;
    struct tap_counts counts;
    int carrier;                     /* as last set, -1: not yet */
    ULONG filter;                    /* as last set */
    uint8_t groups[GROUPS_ASKED][6]; /* as last set */
    unsigned group_count;
    struct tap_interface interface;
    struct slot slots[TAP_WINDOW];
};

int tap_device_open(const char *name, char *error)
{
    struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    if (!*name || strlen(name) >= IFNAMSIZ || strchr(name, '/') || strchr(name, ' ') ||
        strchr(name, '%')) {
        snprintf(error, TAP_ERROR_BYTES, "%s is no name for an interface: 1 to %d characters",
                 *name ? name : "\"\"", IFNAMSIZ - 1);
        return -EINVAL;
    }
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        int code = -errno;
        snprintf(error, TAP_ERROR_BYTES, "no TAP interfaces here, /dev/net/tun: %s",
                 strerror(-code));
        return code;
    }
    strcpy(request.ifr_name, name);
    if (ioctl(fd, TUNSETIFF, &request) != 0) {
        int code = -errno;
        close(fd);
        snprintf(error, TAP_ERROR_BYTES, "the interface %s %s: %s%s", name,
                 code == -EBUSY ? "is in use by another program" : "cannot be had as a TAP",
                 strerror(-code),
                 code == -EPERM ? ", run it as root, or have root lend it to you by ip tuntap add "
                                  "with user"
                                : "");
        return code;
    }
    return fd;
}

static int set_owner(struct tap *t, const char *owner, char *error)
{
    const struct passwd *user = getpwnam(owner);
    if (!user) {
        snprintf(error, TAP_ERROR_BYTES, "there is no user %s", *owner ? owner : "\"\"");
        return -EINVAL;
    }
    if (ioctl(t->fd, TUNSETOWNER, (unsigned long)user->pw_uid) != 0) {
        snprintf(error, TAP_ERROR_BYTES, "%s cannot be made owner: %s", owner, strerror(errno));
        return -errno;
    }
    return 0;
}

static int set_up(struct tap *t, const struct tap_options *o, char *error)
{
    int code = o->owner ? set_owner(t, o->owner, error) : 0;
    if (code)
        return code;
    if (o->persist && ioctl(t->fd, TUNSETPERSIST, 1UL) != 0) {
        code = -errno;
        snprintf(error, TAP_ERROR_BYTES, "%s cannot be made persistent: %s", o->name,
                 strerror(-code));
        return code;
    }
    t->query = tap_interface_open();
    if (t->query < 0 || !tap_interface_get(t->query, if_nametoindex(o->name), &t->interface)) {
        snprintf(error, TAP_ERROR_BYTES, "the interface %s cannot be asked: %s", o->name,
                 strerror(errno));
        return -EIO;
    }
    if (o->mtu && o->mtu != t->interface.mtu && !tap_interface_set_mtu(o->name, o->mtu)) {
        code = -errno;
        snprintf(error, TAP_ERROR_BYTES, "%s does not take an MTU of %u: %s", o->name, o->mtu,
                 strerror(-code));
        return code;
    }
    return 0;
}

struct tap *tap_create(const struct tap_options *o, char *error, int *code)
{
    struct tap *t = calloc(1, sizeof *t);
    *code = -ENOMEM;
    if (!t) {
        snprintf(error, TAP_ERROR_BYTES, "no memory");
        return NULL;
    }
    t->query = -1;
    t->carrier = -1;
    t->fresh = if_nametoindex(o->name) == 0;
    t->fd = *code = tap_device_open(o->name, error);
    if (t->fd < 0) {
        free(t);
        return NULL;
    }
    *code = set_up(t, o, error);
    if (*code == 0)
        return t;
    tap_destroy(t);
    return NULL;
}

void tap_destroy(struct tap *t)
{
    if (!t)
        return;
    if (t->query >= 0)
        close(t->query);
    close(t->fd);
    free(t);
}

int tap_fd(const struct tap *t)
{
    return t->fd;
}

const struct tap_counts *tap_counts(const struct tap *t)
{
    return &t->counts;
}

void tap_address(const struct tap *t, uint8_t address[6])
{
    memcpy(address, t->interface.address, 6);
}

/* ---- frames ---- */

void tap_completed(void *context, ULONG number, NDIS_STATUS status)
{
    struct tap *t = context;
    t->slots[number].busy = false;
    if (status == NDIS_STATUS_SUCCESS)
        t->counts.completed++;
    else
        t->counts.failed++;
}

void tap_received(void *context, const UCHAR *octets, UINT length)
{
    struct tap *t = context;
    if (write(t->fd, octets, length) == (ssize_t)length)
        t->counts.received++;
    else
        t->counts.rx_refused++;
}

unsigned tap_pump(struct tap *t)
{
    unsigned sent = 0;
    for (ULONG i = 0; t->sender && i < TAP_WINDOW; i++) {
        struct slot *s = &t->slots[i];
        if (s->busy)
            continue;
        ssize_t length = read(t->fd, s->octets, sizeof s->octets);
        if (length <= 0)
            break;
        s->busy = true;
        t->counts.sent++;
        sent++;
        struct sender_frame frame = {.octets = s->octets, .length = (UINT)length, .number = i};
        if (sender_send(t->sender, &frame, 1, SENDER_BY_MINIPORT) != 1)
            tap_completed(t, i, NDIS_STATUS_RESOURCES);
    }
    return sent;
}

/* ---- what the interface wants and what the adapter has ---- */

static void set_carrier(struct tap *t, int up)
{
    if (t->carrier != up && ioctl(t->fd, TUNSETCARRIER, &up) == 0)
        t->carrier = up;
}

static void follow_link(struct tap *t)
{
    ULONG state = NdisMediaStateDisconnected;
    if (sender_query(t->sender, OID_GEN_MEDIA_CONNECT_STATUS, &state, sizeof state, NULL) !=
        NDIS_STATUS_SUCCESS)
        state = NdisMediaStateDisconnected;
    set_carrier(t, state == NdisMediaStateConnected);
}

/* More groups than the adapter can list: all of them. */
static void follow_filter(struct tap *t)
{
    uint8_t groups[GROUPS_ASKED][6];
    unsigned flags = t->interface.flags;
    unsigned count = tap_interface_groups(t->interface.name, groups, GROUPS_ASKED);
    ULONG filter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST;
    if (count > GROUPS_ASKED)
        flags |= IFF_ALLMULTI;
    else if (count != t->group_count || memcmp(groups, t->groups, 6 * count) != 0) {
        if (sender_set(t->sender, OID_802_3_MULTICAST_LIST, groups, 6 * count) ==
            NDIS_STATUS_SUCCESS) {
            t->group_count = count;
            memcpy(t->groups, groups, 6 * count);
        } else {
            flags |= IFF_ALLMULTI;
        }
    }
    filter |= NDIS_PACKET_TYPE_MULTICAST;
    if (flags & IFF_ALLMULTI)
        filter |= NDIS_PACKET_TYPE_ALL_MULTICAST;
    if (t->interface.promiscuity)
        filter |= NDIS_PACKET_TYPE_PROMISCUOUS;
    if (!(flags & IFF_UP))
        filter = 0;
    if (filter != t->filter && sender_set(t->sender, OID_GEN_CURRENT_PACKET_FILTER, &filter,
                                          sizeof filter) == NDIS_STATUS_SUCCESS)
        t->filter = filter;
}

bool tap_follow(struct tap *t, bool look)
{
    uint8_t address[6];
    if (!t->sender)
        return true;
    follow_link(t);
    if (!look || !tap_interface_get(t->query, t->interface.index, &t->interface))
        return true;
    follow_filter(t);
    return sender_query(t->sender, OID_802_3_CURRENT_ADDRESS, address, 6, NULL) !=
               NDIS_STATUS_SUCCESS ||
           memcmp(address, t->interface.address, 6) == 0;
}

void tap_bind(struct tap *t, struct sender *sender)
{
    uint8_t address[6];
    t->sender = sender;
    t->filter = NDIS_PACKET_TYPE_PROMISCUOUS; /* as the sample protocol leaves it */
    t->group_count = 0;
    if (!sender) {
        set_carrier(t, 0);
        return;
    }
    if (t->fresh &&
        sender_query(sender, OID_802_3_CURRENT_ADDRESS, address, 6, NULL) == NDIS_STATUS_SUCCESS)
        tap_interface_set_address(t->interface.name, address);
    t->fresh = false;
}
