/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device model for fifo.c: FIFOs for data and status of each direction behind word registers, after the
 * LAN9118's data sheet as far as the driver goes. A frame's FCS is four zeros.
 */
#include <string.h>

#include "model.h"

#define INT_RSFL 0x08u
#define INT_TSFL 0x80u
#define RX_WORDS 2048
#define STATUSES 16
#define TX_BYTES 4096

static struct chip {
    struct model model;
    uint32_t mac[16], mac_cmd, mac_data, int_sts, int_en, irq_cfg, tx_cfg, dropped;
    uint32_t rx_status[STATUSES], tx_status[STATUSES], rx_words[RX_WORDS];
    unsigned rx_statuses, tx_statuses, rx_first, rx_count;
    /* The frame that is being written, and those that wait. */
    uint32_t command_a, command_b;
    unsigned words; /* written of it, commands included */
    uint8_t frame[2048];
    struct {
        uint32_t command_b;
        uint8_t frame[2048];
    } waiting[STATUSES];
    unsigned waits;
    bool line;
} chip;

static void update(void)
{
    bool line, rises;

    chip.int_sts |= (chip.rx_statuses ? INT_RSFL : 0) | (chip.tx_statuses ? INT_TSFL : 0);
    line = (chip.int_sts & chip.int_en) && (chip.irq_cfg & 0x100);
    rises = line && !chip.line;
    chip.line = line; /* before the ISR, which looks */
    if (rises)
        model_interrupt(&chip.model);
}

/* ---- wire ---- */

static void finish(uint32_t command_b, const uint8_t *frame)
{
    if (!chip.model.has_failed)
        chip.model.sent(frame, command_b & 0x7ff);
    chip.tx_status[chip.tx_statuses++] =
        (command_b & 0xffff0000u) | (chip.model.has_failed ? 0x8000u : 0);
}

static void send_all(struct model *m)
{
    unsigned count = chip.waits;

    (void)m;
    chip.waits = 0;
    for (unsigned i = 0; i < count; i++)
        finish(chip.waiting[i].command_b, chip.waiting[i].frame);
    update();
}

static bool accepts(const uint8_t *to)
{
    const uint8_t own[6] = {(uint8_t)chip.mac[3],         (uint8_t)(chip.mac[3] >> 8),
                            (uint8_t)(chip.mac[3] >> 16), (uint8_t)(chip.mac[3] >> 24),
                            (uint8_t)chip.mac[2],         (uint8_t)(chip.mac[2] >> 8)};

    if (chip.mac[1] & 0x40000)
        return true;
    if (model_is(to, model_broadcast))
        return !(chip.mac[1] & 0x800);
    return to[0] & 1 ? (chip.mac[1] & 0x80000) != 0 : model_is(to, own);
}

static bool receive(struct model *m, const uint8_t *frame, unsigned length)
{
    unsigned words = (length + 4 + 3) / 4;

    (void)m;
    if (!(chip.mac[1] & 0x04) || !accepts(frame))
        return true;
    if (chip.rx_statuses == STATUSES || chip.rx_count + words > RX_WORDS) {
        chip.dropped++;
        return false;
    }
    for (unsigned i = 0; i < words; i++) {
        uint32_t word = 0;
        for (unsigned j = 0; j < 4 && 4 * i + j < length; j++)
            word |= (uint32_t)frame[4 * i + j] << 8 * j;
        chip.rx_words[(chip.rx_first + chip.rx_count++) % RX_WORDS] = word;
    }
    chip.rx_status[chip.rx_statuses++] = (length + 4) << 16;
    update();
    return true;
}

/* ---- registers ---- */

static void reset(void)
{
    static const uint8_t address[6] = MODEL_ADDRESS;
    struct model model = chip.model;

    memset(&chip, 0, sizeof(chip));
    chip.model = model;
    chip.model.resets++;
    chip.mac[3] = (uint32_t)address[0] | (uint32_t)address[1] << 8 | (uint32_t)address[2] << 16 |
                  (uint32_t)address[3] << 24;
    chip.mac[2] = (uint32_t)address[4] | (uint32_t)address[5] << 8;
}

static uint32_t pop(uint32_t *fifo, unsigned *count)
{
    uint32_t first = fifo[0];

    if (!*count)
        return 0;
    memmove(fifo, fifo + 1, --*count * sizeof(*fifo));
    return first;
}

static uint32_t tx_room(void)
{
    unsigned used = 0;

    for (unsigned i = 0; i < chip.waits; i++)
        used += (chip.waiting[i].command_b & 0x7ff) + 12;
    return used < TX_BYTES ? TX_BYTES - used : 0;
}

static uint32_t register_read(unsigned reg)
{
    uint32_t value;

    switch (reg) {
    case 0x00:
        if (!chip.rx_count)
            return 0;
        value = chip.rx_words[chip.rx_first];
        chip.rx_first = (chip.rx_first + 1) % RX_WORDS;
        chip.rx_count--;
        return value;
    case 0x40:
        return pop(chip.rx_status, &chip.rx_statuses);
    case 0x48:
        return pop(chip.tx_status, &chip.tx_statuses);
    case 0x50:
        return 0x01180001;
    case 0x58:
        return chip.int_sts;
    case 0x5c:
        return chip.int_en;
    case 0x64:
        return 0x87654321;
    case 0x7c:
        return chip.rx_statuses << 16 | chip.rx_count * 4;
    case 0x80:
        return chip.tx_statuses << 16 | tx_room();
    case 0xa0:
        value = chip.dropped;
        chip.dropped = 0;
        return value;
    case 0xa4:
        return chip.mac_cmd;
    case 0xa8:
        return chip.mac_data;
    default:
        return 0;
    }
}

static void frame_end(void)
{
    chip.words = 0;
    if (chip.model.is_deaf)
        return;
    if (chip.waits == STATUSES)
        return;
    chip.waiting[chip.waits].command_b = chip.command_b;
    memcpy(chip.waiting[chip.waits++].frame, chip.frame, sizeof(chip.frame));
    if (!chip.model.is_slow)
        send_all(&chip.model);
}

static void transmit_word(uint32_t value)
{
    unsigned at = chip.words++;

    if (at == 0)
        chip.command_a = value;
    else if (at == 1)
        chip.command_b = value;
    else
        memcpy(chip.frame + 4 * (at - 2), &value, 4);
    if (chip.words >= 2 && 4 * (chip.words - 2) >= (chip.command_a & 0x7ff))
        frame_end();
}

static void mac_command(uint32_t value)
{
    unsigned reg = value & 15;

    chip.mac_cmd = value & 0x7fffffff; /* done at once */
    if (value & 0x40000000)
        chip.mac_data = chip.mac[reg];
    else
        chip.mac[reg] = chip.mac_data;
}

static void register_write(unsigned reg, uint32_t value)
{
    switch (reg) {
    case 0x20:
        transmit_word(value);
        break;
    case 0x54:
        chip.irq_cfg = value;
        break;
    case 0x58:
        chip.int_sts &= ~value;
        break;
    case 0x5c:
        chip.int_en = value;
        break;
    case 0x70:
        chip.tx_cfg = value;
        break;
    case 0x74:
        if (value & 1)
            reset();
        break;
    case 0xa4:
        mac_command(value);
        break;
    case 0xa8:
        chip.mac_data = value;
        break;
    }
    update();
}

#define BASE 0xfed00000u

static uint32_t on_read(void *context, enum nic_ndis_space space, uint64_t address, unsigned size)
{
    (void)context;
    chip.model.accesses++;
    return space == NIC_NDIS_MEMORY && size == 4 ? register_read((unsigned)(address - BASE))
                                                 : UINT32_MAX;
}

static void on_write(void *context, enum nic_ndis_space space, uint64_t address, unsigned size,
                     uint32_t value)
{
    (void)context;
    chip.model.accesses++;
    if (space == NIC_NDIS_MEMORY && size == 4)
        register_write((unsigned)(address - BASE), value);
}

static void attach(void *context, struct nic_ndis_bus *bus)
{
    (void)context;
    chip.model.bus = bus;
}

struct model *fifo_model(void)
{
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
