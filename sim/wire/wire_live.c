/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wire port over a file descriptor of the kernel: a TAP interface or a packet socket. Frames go out as soon as their
 * last octet is on the wire and come in when the descriptor has one; who waits on the descriptor sets `changed`.
 */
#include "segment.h"
#include "wire.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define LEAST_OCTETS 60
#define FCS_OCTETS   4
#define VLAN_OCTETS  4
#define FRAME_OCTETS 65550 /* the largest IP packet behind an Ethernet header, and none more */

struct live {
    struct wire_port port;
    int fd;
    bool packet; /* packet socket with a virtio header, else TAP */
    uint32_t max_octets;
    struct wire_live_counts counts;
    struct segments segments; /* of `large`, those not yet taken */
    uint16_t tpid, tci;       /* tag of the frame last read, tpid 0: none */
    uint8_t large[FRAME_OCTETS];
    uint8_t octets[FRAME_OCTETS + VLAN_OCTETS + FCS_OCTETS];
};

static void live_transmitted(struct wire_port *port, const struct wire_frame *frame)
{
    struct live *l = (struct live *)port;
    struct virtio_net_hdr none = {0};
    struct iovec parts[2] = {{&none, sizeof none},
                             {(void *)(uintptr_t)frame->octets, frame->length - FCS_OCTETS}};
    if (!frame->fcs_ok || frame->error || frame->length < LEAST_OCTETS + FCS_OCTETS) {
        l->counts.out_bad++;
        return;
    }
    ssize_t sent = l->packet ? writev(l->fd, parts, 2) : writev(l->fd, parts + 1, 1);
    if (sent < 0)
        l->counts.out_refused++;
    else
        l->counts.out++;
}

/* Finishes what the sender left to its network card: the Internet checksum over everything from `start`. */
static bool finish_checksum(uint8_t *octets, uint32_t length, uint32_t start, uint32_t offset)
{
    if (start + offset + 2 > length)
        return false;
    uint16_t sum = segment_checksum(octets + start, length - start, 0);
    if (!sum)
        sum = 0xffff; /* UDP: zero would mean none */
    octets[start + offset] = (uint8_t)(sum >> 8);
    octets[start + offset + 1] = (uint8_t)sum;
    return true;
}

/* The kernel takes a VLAN tag out of the frame and tells it beside it. */
static void take_tag(struct live *l, struct msghdr *message)
{
    l->tpid = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
        struct tpacket_auxdata aux;
        if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
            continue;
        memcpy(&aux, CMSG_DATA(c), sizeof aux);
        if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
            return;
        l->tpid = aux.tp_status & TP_STATUS_VLAN_TPID_VALID ? aux.tp_vlan_tpid : 0x8100;
        l->tci = aux.tp_vlan_tci;
    }
}

static uint32_t restore_tag(struct live *l, uint32_t length)
{
    if (!l->tpid || length < 14)
        return length;
    memmove(l->octets + 12 + VLAN_OCTETS, l->octets + 12, length - 12);
    l->octets[12] = (uint8_t)(l->tpid >> 8);
    l->octets[13] = (uint8_t)l->tpid;
    l->octets[14] = (uint8_t)(l->tci >> 8);
    l->octets[15] = (uint8_t)l->tci;
    return length + VLAN_OCTETS;
}

/* Several TCP segments in one frame. */
static bool split(struct live *l, const struct virtio_net_hdr *head, uint32_t length)
{
    unsigned type = head->gso_type & ~VIRTIO_NET_HDR_GSO_ECN;
    if (type != VIRTIO_NET_HDR_GSO_TCPV4 && type != VIRTIO_NET_HDR_GSO_TCPV6)
        return false;
    memcpy(l->large, l->octets, length);
    return segments_start(&l->segments, l->large, length, head->csum_start, head->gso_size);
}

/* Octets of one frame; 0: a frame that is not for us, cannot be sent, or is to be had in segments; -1: none there. */
static int32_t packet_read(struct live *l)
{
    struct virtio_net_hdr head;
    struct sockaddr_ll from;
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
    struct iovec parts[2] = {{&head, sizeof head}, {l->octets, FRAME_OCTETS}};
    struct msghdr message = {
        .msg_name = &from,
        .msg_namelen = sizeof from,
        .msg_iov = parts,
        .msg_iovlen = 2,
        .msg_control = control,
        .msg_controllen = sizeof control,
    };
    ssize_t got = recvmsg(l->fd, &message, 0);
    if (got < 0)
        return -1;
    if (from.sll_pkttype == PACKET_OUTGOING)
        return 0;
    uint32_t length = got > (ssize_t)sizeof head ? (uint32_t)got - sizeof head : 0;
    take_tag(l, &message);
    if (head.gso_type != VIRTIO_NET_HDR_GSO_NONE) {
        if (!split(l, &head, length))
            l->counts.in_refused++;
        return 0;
    }
    if (length < 14 || (head.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM &&
                        !finish_checksum(l->octets, length, head.csum_start, head.csum_offset))) {
        l->counts.in_refused++;
        return 0;
    }
    return (int32_t)restore_tag(l, length);
}

/* As packet_read. A segment's size is bounded by the frame that it came from. */
static int32_t live_read(struct live *l)
{
    if (!l->packet)
        return (int32_t)read(l->fd, l->octets, FRAME_OCTETS);
    uint32_t length = segments_next(&l->segments, l->octets);
    return length ? (int32_t)restore_tag(l, length) : packet_read(l);
}

static bool live_next(struct wire_port *port, uint64_t now_ns, struct wire_frame *frame,
                      uint64_t *retry_ns)
{
    struct live *l = (struct live *)port;
    (void)now_ns;
    for (;;) {
        int32_t got = live_read(l);
        if (got < 0) {
            *retry_ns = UINT64_MAX;
            return false;
        }
        uint32_t length = (uint32_t)got;
        if (!length)
            continue;
        if (length < 14 || length > l->max_octets) {
            l->counts.in_refused++;
            continue;
        }
        while (length < LEAST_OCTETS)
            l->octets[length++] = 0;
        uint32_t fcs = wire_fcs(l->octets, length);
        for (unsigned i = 0; i < FCS_OCTETS; i++)
            l->octets[length++] = (uint8_t)(fcs >> 8 * i);
        *frame = (struct wire_frame){.octets = l->octets, .length = length, .preamble_octets = 7};
        l->counts.in++;
        return true;
    }
}

static int live_close(struct wire_port *port)
{
    struct live *l = (struct live *)port;
    close(l->fd);
    free(l);
    return 0;
}

static const struct wire_port_ops live_ops = {
    .transmitted = live_transmitted,
    .next = live_next,
    .close = live_close,
};

struct wire_port *wire_live_create(int fd, bool packet)
{
    struct live *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->port.ops = &live_ops;
    l->fd = fd;
    l->packet = packet;
    l->max_octets = 9014;
    return &l->port;
}

const struct wire_live_counts *wire_live_counts(const struct wire_port *port)
{
    return &((const struct live *)port)->counts;
}
