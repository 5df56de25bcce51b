/* SPDX-License-Identifier: Apache-2.0 */
/* TCP segments of a large frame, see segment.h. */
#include "segment.h"

#include <string.h>

#define ETHERNET   14
#define IPV4_LEAST 20
#define IPV6       40
#define TCP_LEAST  20
#define TCP_FIN    0x01
#define TCP_PSH    0x08
#define TCP_CWR    0x80

static uint32_t get_be(const uint8_t *p, unsigned octets)
{
    uint32_t value = 0;
    while (octets--)
        value = value << 8 | *p++;
    return value;
}

static void put_be(uint8_t *p, unsigned octets, uint32_t value)
{
    while (octets--) {
        p[octets] = (uint8_t)value;
        value >>= 8;
    }
}

static uint32_t add_words(const uint8_t *octets, uint32_t length, uint32_t sum)
{
    for (uint32_t i = 0; i < length; i += 2)
        sum += (uint32_t)octets[i] << 8 | (i + 1 < length ? octets[i + 1] : 0);
    return sum;
}

uint16_t segment_checksum(const uint8_t *octets, uint32_t length, uint32_t sum)
{
    sum = add_words(octets, length, sum);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

bool segments_start(struct segments *s, const uint8_t *octets, uint32_t length, uint32_t tcp,
                    uint32_t size)
{
    uint32_t type = length > ETHERNET ? get_be(octets + 12, 2) : 0;
    bool ipv6 = type == 0x86dd;
    uint32_t least = ETHERNET + (ipv6 ? IPV6 : IPV4_LEAST);
    if ((!ipv6 && type != 0x0800) || !size || tcp < least || tcp > length - TCP_LEAST ||
        length < least + TCP_LEAST)
        return false;
    if (!ipv6 && (octets[ETHERNET + 9] != 6 || tcp != ETHERNET + (octets[ETHERNET] & 15u) * 4))
        return false;
    uint32_t payload = tcp + (octets[tcp + 12] >> 4) * 4u;
    if (payload < tcp + TCP_LEAST || payload >= length)
        return false;
    *s = (struct segments){octets, length, tcp, payload, size, 0, ipv6};
    return true;
}

static void finish_ip(const struct segments *s, uint8_t *ip, uint32_t length)
{
    if (s->ipv6) {
        put_be(ip + 4, 2, length - ETHERNET - IPV6);
        return;
    }
    put_be(ip + 2, 2, length - ETHERNET);
    put_be(ip + 4, 2, get_be(ip + 4, 2) + s->at / s->size);
    put_be(ip + 10, 2, 0);
    put_be(ip + 10, 2, segment_checksum(ip, s->tcp - ETHERNET, 0));
}

/* The pseudo header is addresses, protocol and length (RFC 9293 3.1, RFC 8200 8.1). */
static void finish_tcp(const struct segments *s, const uint8_t *ip, uint8_t *tcp, uint32_t length,
                       bool last)
{
    uint32_t sum = 6 + length;
    put_be(tcp + 4, 4, get_be(tcp + 4, 4) + s->at);
    if (s->at)
        tcp[13] &= (uint8_t)~TCP_CWR;
    if (!last)
        tcp[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
    put_be(tcp + 16, 2, 0);
    sum = s->ipv6 ? add_words(ip + 8, 32, sum) : add_words(ip + 12, 8, sum);
    put_be(tcp + 16, 2, segment_checksum(tcp, length, sum));
}

uint32_t segments_next(struct segments *s, uint8_t *frame)
{
    uint32_t left = s->length - s->payload - s->at;
    uint32_t data = left < s->size ? left : s->size, length = s->payload + data;
    if (!left)
        return 0;
    memcpy(frame, s->octets, s->payload);
    memcpy(frame + s->payload, s->octets + s->payload + s->at, data);
    finish_ip(s, frame + ETHERNET, length);
    finish_tcp(s, frame + ETHERNET, frame + s->tcp, length - s->tcp, left == data);
    s->at += data;
    return length;
}
