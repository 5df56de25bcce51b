/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device's descriptors, byte by byte: USB 2.0 chapter 9.6, BOS (USB 3.2, 9.6.2) with a platform capability, and the MS OS
 * 2.0 descriptor set that binds WinUSB.
 */
#include "nic_regs.h"
#include "soft_usb.h"

#include <string.h>

#define LANGUAGE    0x0409 /* English, United States */
#define MS_OS_BYTES 0xa2

#define W(x) (uint8_t)(x), (uint8_t)((x) >> 8)

static size_t put(uint8_t *to, size_t room, const uint8_t *bytes, size_t length)
{
    memcpy(to, bytes, length < room ? length : room);
    return length;
}

static size_t device(const struct soft_usb_options *o, uint8_t *to, size_t room)
{
    const uint8_t bytes[] = {
        18,   1,    W(0x0201), /* bcdUSB 2.1: it has a BOS */
        0xff, 0xff, 0xff,      64, W(o->vendor), W(o->product), W(0x0100), 1, 2, 3, 1,
    };
    return put(to, room, bytes, sizeof bytes);
}

static size_t qualifier(uint8_t *to, size_t room)
{
    static const uint8_t bytes[] = {10, 6, W(0x0201), 0xff, 0xff, 0xff, 64, 1, 0};
    return put(to, room, bytes, sizeof bytes);
}

static size_t configuration(bool full_speed, uint8_t type, uint8_t *to, size_t room)
{
    const uint16_t bulk = full_speed ? 64 : 512;
    const uint8_t bytes[] = {
        9, type, W(39), 1,    1,       0,    0xa0, 250,     /* remote wake-up, 500 mA */
        9, 4,    0,     0,    3,       0xff, 0xff, 0xff, 0, /* vendor specific */
        7, 5,    0x01,  0x02, W(bulk), 0,                   /* TX stream */
        7, 5,    0x82,  0x02, W(bulk), 0,                   /* RX stream */
        7, 5,    0x83,  0x03, W(64),   1,                   /* events, every (micro)frame */
    };
    return put(to, room, bytes, sizeof bytes);
}

static size_t bos(uint8_t *to, size_t room)
{
    static const uint8_t bytes[] = {
        5,
        15,
        W(33),
        1,
        28,
        16,
        5,
        0, /* platform: D8DD60DF-4589-4CC7-9CD2-659D9E648A9F */
        0xdf,
        0x60,
        0xdd,
        0xd8,
        0x89,
        0x45,
        0xc7,
        0x4c,
        0x9c,
        0xd2,
        0x65,
        0x9d,
        0x9e,
        0x64,
        0x8a,
        0x9f,
        0x00,
        0x00,
        0x03,
        0x06, /* from Windows 8.1 */
        W(MS_OS_BYTES),
        NIC_VENDOR_REQUEST_MS_OS,
        0,
    };
    return put(to, room, bytes, sizeof bytes);
}

static size_t utf16(const char *text, uint8_t *bytes)
{
    size_t n = 0;
    while (*text) {
        bytes[n++] = (uint8_t)*text++;
        bytes[n++] = 0;
    }
    return n;
}

static size_t string(const struct soft_usb_options *o, uint8_t index, uint16_t language,
                     uint8_t *to, size_t room)
{
    const char *texts[] = {NULL, "hilnic", "hilnic Ethernet NIC", o->serial};
    uint8_t bytes[2 + 2 * 64] = {4, 3, W(LANGUAGE)};
    if (index == 0)
        return put(to, room, bytes, 4);
    if (index > 3 || language != LANGUAGE)
        return 0;
    bytes[0] = (uint8_t)(2 + utf16(texts[index], bytes + 2));
    return put(to, room, bytes, bytes[0]);
}

size_t soft_usb_descriptor(const struct soft_usb_options *o, uint8_t type, uint8_t index,
                           uint16_t language, uint8_t *to, size_t room)
{
    if (type == 3)
        return string(o, index, language, to, room);
    if (index)
        return 0;
    switch (type) {
    case 1:
        return device(o, to, room);
    case 2:
        return configuration(o->full_speed, type, to, room);
    case 6:
        return qualifier(to, room);
    case 7:
        return configuration(!o->full_speed, type, to, room);
    case 15:
        return bos(to, room);
    }
    return 0;
}

size_t soft_usb_ms_os_set(uint8_t *to, size_t room)
{
    static const char name[] = "DeviceInterfaceGUIDs";
    static const char guid[] = "{6E45736A-2B1B-4078-B772-B3AF2B6FDE1C}";
    uint8_t bytes[MS_OS_BYTES] = {
        W(10), W(0), 0,   0,   0x03, 0x06, W(MS_OS_BYTES), /* set header, from Windows 8.1 */
        W(20), W(3), 'W', 'I', 'N',  'U',  'S',
        'B', /* compatible ID; the sub-ID stays zero */
    };
    uint8_t *p = bytes + 30;
    const uint8_t property[] = {W(132), W(4), W(7), W(42)}; /* a list of strings */
    memcpy(p, property, sizeof property);
    utf16(name, p + 8);
    p[50] = 80;
    utf16(guid, p + 52); /* two zeros end the string, two more the list */
    return put(to, room, bytes, sizeof bytes);
}
