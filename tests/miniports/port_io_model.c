/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device model for port_io.c: a DP8390 with 16 KiB of packet memory and an address PROM, after the
 * data sheet's description of registers, remote DMA and the receive ring. No collisions, no FCS.
 */
#include <string.h>

#include "model.h"

enum { RST = 0x80, RDC = 0x40, OVW = 0x10, TXE = 0x08, PTX = 0x02, PRX = 0x01 };

static struct chip {
    struct model model;
    uint8_t cr, isr, imr, rcr, tsr, pstart, pstop, bnry, tpsr, curr;
    uint8_t par[6], mar[8];
    uint16_t tbcr, rsar, rbcr;
    uint8_t memory[0x10000];
    unsigned waiting; /* octets of a frame that is slow */
    bool line;
} chip;

static void update(void)
{
    bool line = chip.isr & chip.imr & 0x7f, rises;

    rises = line && !chip.line;
    chip.line = line; /* before the ISR, which looks */
    if (rises)
        model_interrupt(&chip.model);
}

static void raise_event(uint8_t event)
{
    chip.isr |= event;
    update();
}

/* ---- wire ---- */

static void send_all(struct model *m)
{
    unsigned length = chip.waiting;

    chip.waiting = 0;
    if (!length)
        return;
    chip.cr &= (uint8_t)~0x04;
    chip.tsr = m->has_failed ? 0x20 : 0x01;
    if (!m->has_failed)
        m->sent(chip.memory + (chip.tpsr << 8), length);
    raise_event(m->has_failed ? TXE : PTX);
}

static bool accepts(const uint8_t *to)
{
    if (chip.rcr & 0x10)
        return true;
    if (model_is(to, model_broadcast))
        return chip.rcr & 0x04;
    if (to[0] & 1) /* the hash of a driver that sets all of it */
        return (chip.rcr & 0x08) && chip.mar[0] == 0xff;
    return model_is(to, chip.par);
}

static void store(unsigned at, const uint8_t *octets, unsigned count)
{
    for (unsigned i = 0; i < count; i++, at++) {
        if (at == (unsigned)chip.pstop << 8)
            at = (unsigned)chip.pstart << 8;
        chip.memory[at] = octets[i];
    }
}

static bool receive(struct model *m, const uint8_t *frame, unsigned length)
{
    unsigned ring = chip.pstop - chip.pstart, count = length + 4;
    unsigned pages = (count + 4 + 255) / 256, next = chip.curr + pages;
    unsigned room = (chip.bnry + ring - chip.curr) % ring;

    (void)m;
    if ((chip.cr & 1) || (chip.rcr & 0x20) || !accepts(frame))
        return true;
    if (pages >= (room ? room : ring)) {
        raise_event(OVW);
        return false;
    }
    if (next >= chip.pstop)
        next -= ring;
    store((unsigned)chip.curr << 8,
          (const uint8_t[4]){frame[0] & 1 ? 0x21 : 0x01, (uint8_t)next, (uint8_t)count,
                             (uint8_t)(count >> 8)},
          4);
    store((unsigned)(chip.curr << 8) + 4, frame, length);
    chip.curr = (uint8_t)next;
    raise_event(PRX);
    return true;
}

/* ---- ports ---- */

static void reset(void)
{
    chip.cr = 0x21;
    chip.isr |= RST;
    chip.imr = 0;
    chip.waiting = 0;
    chip.model.resets++;
}

/* Remote DMA that comes to the end of the ring goes on at its beginning. */
static void next(void)
{
    chip.rbcr--;
    if (++chip.rsar == chip.pstop << 8)
        chip.rsar = (uint16_t)(chip.pstart << 8);
}

static uint32_t data_read(unsigned size)
{
    uint32_t value = 0;

    for (unsigned i = 0; i < size && chip.rbcr; i++, next())
        value |= (uint32_t)chip.memory[chip.rsar] << 8 * i;
    if (!chip.rbcr)
        raise_event(RDC);
    return value;
}

static void data_write(unsigned size, uint32_t value)
{
    for (unsigned i = 0; i < size && chip.rbcr; i++, next())
        if (chip.rsar >= 0x4000 && chip.rsar < 0x8000)
            chip.memory[chip.rsar] = (uint8_t)(value >> 8 * i);
    if (!chip.rbcr)
        raise_event(RDC);
}

static uint32_t page_0_read(unsigned reg)
{
    switch (reg) {
    case 3:
        return chip.bnry;
    case 4:
        return chip.tsr;
    case 7:
        return chip.isr;
    default:
        return 0;
    }
}

static uint32_t page_1_read(unsigned reg)
{
    return reg == 7 ? chip.curr : reg >= 1 && reg <= 6 ? chip.par[reg - 1] : chip.mar[reg & 7];
}

static uint32_t on_read(void *context, enum nic_ndis_space space, uint64_t address, unsigned size)
{
    unsigned reg = (unsigned)address & 0x1f;

    (void)context;
    chip.model.accesses++;
    if (space != NIC_NDIS_PORTS || (size != 1 && reg < 0x10))
        return UINT32_MAX;
    if (reg >= 0x18) {
        reset();
        return 0;
    }
    if (reg >= 0x10)
        return data_read(size);
    return reg == 0 ? chip.cr : chip.cr & 0x40 ? page_1_read(reg) : page_0_read(reg);
}

static void command(uint8_t value)
{
    chip.cr = value;
    if (value & 0x02)
        chip.isr &= (uint8_t)~RST;
    if (!(value & 0x04))
        return;
    chip.waiting = chip.tbcr;
    if (chip.model.is_deaf)
        chip.waiting = 0;
    else if (!chip.model.is_slow)
        send_all(&chip.model);
}

static void page_0_write(unsigned reg, uint8_t value)
{
    uint8_t *const plain[16] = {[1] = &chip.pstart, [2] = &chip.pstop, [3] = &chip.bnry,
                                [4] = &chip.tpsr,   [12] = &chip.rcr,  [15] = &chip.imr};

    if (plain[reg])
        *plain[reg] = value;
    else if (reg == 7)
        chip.isr &= (uint8_t) ~(value & ~RST);
    else if (reg == 5 || reg == 6)
        chip.tbcr =
            (uint16_t)(reg == 5 ? (chip.tbcr & 0xff00) | value : (chip.tbcr & 0xff) | value << 8);
    else if (reg == 8 || reg == 9)
        chip.rsar =
            (uint16_t)(reg == 8 ? (chip.rsar & 0xff00) | value : (chip.rsar & 0xff) | value << 8);
    else if (reg == 10 || reg == 11)
        chip.rbcr =
            (uint16_t)(reg == 10 ? (chip.rbcr & 0xff00) | value : (chip.rbcr & 0xff) | value << 8);
    update();
}

static void page_1_write(unsigned reg, uint8_t value)
{
    if (reg == 7)
        chip.curr = value;
    else if (reg <= 6)
        chip.par[reg - 1] = value;
    else
        chip.mar[reg & 7] = value;
}

static void on_write(void *context, enum nic_ndis_space space, uint64_t address, unsigned size,
                     uint32_t value)
{
    unsigned reg = (unsigned)address & 0x1f;

    (void)context;
    chip.model.accesses++;
    if (space != NIC_NDIS_PORTS || (size != 1 && reg < 0x10))
        return;
    if (reg >= 0x18)
        return;
    if (reg >= 0x10)
        data_write(size, value);
    else if (reg == 0)
        command((uint8_t)value);
    else if (chip.cr & 0x40)
        page_1_write(reg, (uint8_t)value);
    else
        page_0_write(reg, (uint8_t)value);
}

static void attach(void *context, struct nic_ndis_bus *bus)
{
    (void)context;
    chip.model.bus = bus;
}

struct model *port_io_model(void)
{
    static const uint8_t address[6] = MODEL_ADDRESS;

    memset(&chip, 0, sizeof(chip));
    chip.cr = 0x21;
    for (unsigned i = 0; i < 32; i++)
        chip.memory[i] = i < 12 ? address[i / 2] : 0x57;
    chip.model = (struct model){
        .device = {.read = on_read,
                   .write = on_write,
                   .attach = attach,
                   .resources = {{NIC_NDIS_PORTS, 0x300, 0x20}},
                   .has_interrupt = true,
                   .vector = MODEL_VECTOR,
                   .is_latched = true},
        .receive = receive,
        .send_all = send_all,
    };
    return &chip.model;
}
