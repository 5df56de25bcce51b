/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device model for bus_master.c: descriptor rings in memory, after the data sheets of the 21140 and of
 * its relatives as far as the driver goes. Memory is read and written through the bus, so an address
 * that is not mapped is a bus error here, as in the device.
 */
#include <string.h>

#include "model.h"

#define OWN         0x80000000u
#define ERROR       0x00008000u
#define TX_LAST     0x40000000u
#define TX_FIRST    0x20000000u
#define END_OF_RING 0x02000000u
#define STATUS_TX   0x0001u
#define STATUS_RX   0x0040u
#define STATUS_FULL 0x0080u
#define STATUS_BUS  0x2000u
#define BASE        0xfe800000u

struct descriptor {
    uint32_t status, control, buffer, unused;
};

static struct chip {
    struct model model;
    uint8_t pci[256];
    uint32_t tx_base, rx_base, tx_at, rx_at, status, mode, enable, missed, par[2];
    bool line;
} chip;

static void update(void)
{
    bool line = chip.status & chip.enable & 0xffff, rises;

    rises = line && !chip.line;
    chip.line = line; /* before the ISR, which looks */
    if (rises)
        model_interrupt(&chip.model);
}

static void bus_error(void)
{
    chip.mode = 0;
    chip.status |= STATUS_BUS;
}

static bool load(uint32_t address, struct descriptor *d)
{
    if ((chip.pci[4] & 0x04) && nic_ndis_bus_read(chip.model.bus, address, d, sizeof(*d)))
        return true;
    bus_error();
    return false;
}

static void give_back(uint32_t address, uint32_t status)
{
    if (!nic_ndis_bus_write(chip.model.bus, address, &status, sizeof(status)))
        bus_error();
}

static uint32_t after(uint32_t base, uint32_t at, const struct descriptor *d)
{
    return d->control & END_OF_RING ? base : at + (uint32_t)sizeof(*d);
}

/* ---- wire ---- */

/* One frame: false, there is none. */
static bool send_frame(void)
{
    uint8_t frame[2048];
    struct descriptor d;
    uint32_t at = chip.tx_at;
    unsigned length = 0;

    do {
        unsigned part;
        if (!load(at, &d) || !(d.status & OWN))
            return false;
        part = d.control & 0x7ff;
        if (length + part > sizeof(frame) ||
            !nic_ndis_bus_read(chip.model.bus, d.buffer, frame + length, part)) {
            bus_error();
            return false;
        }
        length += part;
        at = after(chip.tx_base, at, &d);
    } while (!(d.control & TX_LAST));
    for (; length < 60; length++)
        frame[length] = 0;
    if (!chip.model.has_failed)
        chip.model.sent(frame, length);
    while (chip.tx_at != at && load(chip.tx_at, &d)) {
        uint32_t next = after(chip.tx_base, chip.tx_at, &d);
        give_back(chip.tx_at, chip.model.has_failed ? ERROR : 0);
        chip.tx_at = next;
    }
    chip.status |= STATUS_TX;
    return true;
}

static void send_all(struct model *m)
{
    (void)m;
    while ((chip.mode & 0x2000) && send_frame())
        ;
    update();
}

static bool accepts(const uint8_t *to)
{
    const uint8_t own[6] = {(uint8_t)chip.par[0],         (uint8_t)(chip.par[0] >> 8),
                            (uint8_t)(chip.par[0] >> 16), (uint8_t)(chip.par[0] >> 24),
                            (uint8_t)chip.par[1],         (uint8_t)(chip.par[1] >> 8)};

    if ((chip.mode & 0x40) || model_is(to, model_broadcast))
        return true;
    return to[0] & 1 ? (chip.mode & 0x80) != 0 : model_is(to, own);
}

static bool receive(struct model *m, const uint8_t *frame, unsigned length)
{
    struct descriptor d;

    (void)m;
    if (!(chip.mode & 2) || !accepts(frame))
        return true;
    if (!load(chip.rx_at, &d) || !(d.status & OWN)) {
        chip.missed++;
        chip.status |= STATUS_FULL;
        update();
        return false;
    }
    if (length > (d.control & 0x7ff) ||
        !nic_ndis_bus_write(chip.model.bus, d.buffer, frame, length))
        bus_error();
    give_back(chip.rx_at, (length + 4) << 16 | 0x300);
    chip.rx_at = after(chip.rx_base, chip.rx_at, &d);
    chip.status |= STATUS_RX;
    update();
    return true;
}

/* ---- registers ---- */

static void reset(void)
{
    static const uint8_t address[6] = MODEL_ADDRESS;

    chip.tx_base = chip.rx_base = chip.tx_at = chip.rx_at = 0;
    chip.status = chip.mode = chip.enable = chip.missed = 0;
    chip.line = false;
    chip.par[0] = (uint32_t)address[0] | (uint32_t)address[1] << 8 | (uint32_t)address[2] << 16 |
                  (uint32_t)address[3] << 24;
    chip.par[1] = (uint32_t)address[4] | (uint32_t)address[5] << 8;
    chip.model.resets++;
}

static uint32_t register_read(unsigned reg)
{
    uint32_t missed = chip.missed;

    switch (reg) {
    case 0x28:
        return chip.status | (chip.status & chip.enable & 0xffff ? 0x10000u : 0);
    case 0x38:
        return chip.enable;
    case 0x40:
        chip.missed = 0;
        return missed;
    case 0xa4:
        return chip.par[0];
    case 0xa8:
        return chip.par[1];
    default:
        return 0;
    }
}

static void register_write(unsigned reg, uint32_t value)
{
    switch (reg) {
    case 0x00:
        if (value & 1)
            reset();
        break;
    case 0x08:
        if (!chip.model.is_deaf && !chip.model.is_slow)
            send_all(&chip.model);
        break;
    case 0x18:
        chip.rx_base = chip.rx_at = value;
        break;
    case 0x20:
        chip.tx_base = chip.tx_at = value;
        break;
    case 0x28:
        chip.status &= ~value;
        break;
    case 0x30:
        chip.mode = value;
        break;
    case 0x38:
        chip.enable = value;
        break;
    case 0xa4:
    case 0xa8:
        chip.par[reg == 0xa8] = value;
        break;
    }
    update();
}

static uint32_t on_read(void *context, enum nic_ndis_space space, uint64_t address, unsigned size)
{
    uint32_t value = 0;

    (void)context;
    chip.model.accesses++;
    if (space == NIC_NDIS_PCI)
        memcpy(&value, chip.pci + address, size);
    else
        value = size == 4 && (chip.pci[4] & 0x02) ? register_read((unsigned)(address - BASE))
                                                  : UINT32_MAX;
    return value;
}

static void on_write(void *context, enum nic_ndis_space space, uint64_t address, unsigned size,
                     uint32_t value)
{
    (void)context;
    chip.model.accesses++;
    if (space == NIC_NDIS_PCI && address >= 4)
        memcpy(chip.pci + address, &value, size);
    else if (space == NIC_NDIS_MEMORY && size == 4 && (chip.pci[4] & 0x02))
        register_write((unsigned)(address - BASE), value);
}

static void attach(void *context, struct nic_ndis_bus *bus)
{
    (void)context;
    chip.model.bus = bus;
}

struct model *bus_master_model(void)
{
    memset(&chip, 0, sizeof(chip));
    memcpy(chip.pci, (const uint8_t[4]){0x17, 0x13, 0x81, 0x09}, 4);
    chip.model = (struct model){
        .device = {.read = on_read,
                   .write = on_write,
                   .attach = attach,
                   .resources = {{NIC_NDIS_MEMORY, BASE, 0x100}},
                   .has_interrupt = true,
                   .vector = MODEL_VECTOR,
                   .is_shared = true},
        .receive = receive,
        .send_all = send_all,
    };
    reset();
    chip.model.resets = 0;
    return &chip.model;
}
