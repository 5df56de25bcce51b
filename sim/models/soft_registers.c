/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The soft device's registers, vendor requests, address filter and time. What is readable and writable comes from the
 * generated table; what a register does is written here from nic.rdl.
 */
#define NIC_REGS_TABLES
#include "nic_regs.h"
#include "soft_private.h"

#include <string.h>

uint64_t soft_time(const struct soft_device *d)
{
    return d->platform->ops->now_ns(d->platform) + d->time_offset;
}

/* NULL: there is none, or not in this device. */
static const struct nic_register *register_at(const struct soft_device *d, uint32_t address)
{
    unsigned i;
    for (i = 0; i < NIC_REGISTERS; i++)
        if (address >= nic_registers[i].address &&
            address < nic_registers[i].address + 4 * nic_registers[i].words)
            return nic_registers[i].needs & ~d->regs[NIC_CAPS_ADDR / 4] ? NULL : &nic_registers[i];
    return NULL;
}

void soft_registers_init(struct soft_device *d)
{
    const struct soft_options *o = &d->options;
    unsigned i, word;
    for (i = 0; i < NIC_REGISTERS; i++)
        for (word = 0; word < nic_registers[i].words; word++)
            d->regs[nic_registers[i].address / 4 + word] = nic_registers[i].reset;
    if (o->id)
        d->regs[NIC_ID_ADDR / 4] = o->id;
    d->regs[NIC_MAP_HASH_ADDR / 4] = o->map_hash ? o->map_hash : NIC_MAP_HASH;
    d->regs[NIC_LIMITS_ADDR / 4] = d->max_frame | d->desc_depth << 16;
    d->regs[NIC_BUFFERS_ADDR / 4] = d->tx_size / 256 | (uint32_t)(d->rx_bytes.size / 256) << 16;
    d->regs[NIC_CAPS_ADDR / 4] = (o->filter_entries ? o->filter_entries : 16) | 1u << 8 |
                                 (o->processor ? 1u << 9 : 0) | 6u << 12 | 60u << 16 |
                                 (o->tx_mhz ? o->tx_mhz : 125u) << 24;
}

void soft_register_set(struct soft_device *d, uint32_t address, uint32_t value)
{
    uint32_t before = d->regs[address / 4];
    const struct nic_register *r = register_at(d, address);
    uint32_t time_hi = d->time_staged;
    d->regs[address / 4] = (before & ~r->writable) | (value & r->writable);
    if (address >= NIC_PROC_CTRL_ADDR)
        soft_processor_written(d, address, before, value);
    switch (address) {
    case NIC_RESET_ADDR:
        d->regs[address / 4] = 0;
        if (value & 1)
            soft_reset_start(d);
        break;
    case NIC_LINK_ADDR:
        if (d->regs[address / 4] != before)
            d->link_event = true;
        break;
    case NIC_MDIO_START_ADDR: /* no PHY: a read ends at once and unanswered */
        d->regs[address / 4] = 0;
        if (value & 1)
            d->regs[0x078 / 4] = d->regs[0x074 / 4] & 1u << 16 ? 0 : 0xffff0002;
        break;
    case NIC_SNAPSHOT_ADDR:
        d->regs[address / 4] = 0;
        if (value & 1)
            memcpy(&d->regs[NIC_COUNTER_ADDR / 4], d->counters, sizeof d->counters);
        break;
    case NIC_TIME_HI_ADDR:
        d->time_staged = value;
        break;
    case NIC_TIME_LO_ADDR:
        d->time_offset = ((uint64_t)time_hi << 32 | value) - (soft_time(d) - d->time_offset);
        break;
    case NIC_TIME_STEP_ADDR:
        d->regs[address / 4] = 0;
        d->time_offset += (uint64_t)d->time_staged << 32 | value;
        break;
    }
}

static uint32_t register_get(struct soft_device *d, uint32_t address)
{
    uint64_t time = soft_time(d);
    switch (address) {
    case NIC_STATUS_ADDR:
        return (d->resetting ? 1 : 0) | (d->halted ? 2 : 0) |
               (!d->outstanding && !d->rx_bytes.count ? 4 : 0) | d->outstanding << 16;
    case NIC_TIME_LO_ADDR:
        d->time_captured = (uint32_t)(time >> 32);
        return (uint32_t)time;
    case NIC_TIME_HI_ADDR:
        return d->time_captured;
    }
    if (address - NIC_COUNTER_NOW_ADDR < sizeof d->counters)
        return d->counters[(address - NIC_COUNTER_NOW_ADDR) / 4];
    return d->regs[address / 4];
}

bool soft_control(struct soft_device *d, uint8_t *data, uint32_t length_bytes, uint32_t *moved)
{
    uint32_t address = nic_get_le32(data + 2), length, i;
    bool in = data[1] == 2;
    length = data[6] | (uint32_t)data[7] << 8;
    if (length_bytes < 8 || data[0] != (in ? 0xc0 : 0x40) || (!in && data[1] != 1) ||
        length_bytes != 8 + length || length % 4 || address % 4)
        return false;
    if (address >= NIC_PROC_MEMORY_ADDR)
        return soft_processor_memory(d, in, address, data + 8, length) && (*moved = length, true);
    for (i = 0; i < length; i += 4) {
        const struct nic_register *r = register_at(d, address + i);
        bool spare = r && r->address == NIC_EXACT_ADDR && (address + i) / 4 % 4 == 3;
        if (!r)
            return false;
        if (in)
            nic_put_le32(data + 8 + i, register_get(d, address + i));
        else if (!spare)
            soft_register_set(d, address + i, nic_get_le32(data + 8 + i));
    }
    *moved = length;
    return true;
}

bool soft_is_broadcast(const uint8_t *octets)
{
    static const uint8_t all[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    return memcmp(octets, all, 6) == 0;
}

/* IEEE 802.3 FCS, bit by bit, least significant bit of each octet first, before the final complement. */
static uint32_t fcs_register(const uint8_t *octets, unsigned count)
{
    uint32_t crc = 0xffffffff;
    unsigned i, bit;
    for (i = 0; i < count; i++)
        for (bit = 0; bit < 8; bit++) {
            uint32_t feedback = (crc ^ octets[i] >> bit) & 1;
            crc = crc >> 1 ^ (feedback ? 0xedb88320 : 0);
        }
    return crc;
}

static bool exact_admits(const struct soft_device *d, const uint8_t *octets)
{
    uint32_t entries = d->regs[NIC_CAPS_ADDR / 4] & 0xff;
    uint32_t i;
    for (i = 0; i < entries && i < 16; i++) {
        const uint32_t *word = &d->regs[NIC_EXACT_ADDR / 4 + 4 * i];
        if (word[2] & 0x10000 && (word[0] & 0xffff) == (octets[0] | (uint32_t)octets[1] << 8) &&
            (word[1] & 0xffff) == (octets[2] | (uint32_t)octets[3] << 8) &&
            (word[2] & 0xffff) == (octets[4] | (uint32_t)octets[5] << 8))
            return true;
    }
    return false;
}

bool soft_filter_admits(const struct soft_device *d, const uint8_t *octets)
{
    uint32_t filter = d->regs[NIC_FILTER_ADDR / 4];
    uint32_t bit = fcs_register(octets, 6) & 63;
    if (filter & 1)
        return true;
    if (soft_is_broadcast(octets))
        return filter & 4;
    if (octets[0] & 1 && filter & 2)
        return true;
    if (octets[0] & 1 && d->regs[NIC_HASH_ADDR / 4 + bit / 32] >> bit % 32 & 1)
        return true;
    return exact_admits(d, octets);
}
