/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that the firmware knows of the machine it runs on: a register bus. On the target it is memory (nic_processor.sv); natively, whoever
 * links the firmware provides these two functions.
 */
#ifndef HW_H
#define HW_H

#include <stdint.h>

/* A register of the NIC, byte address of nic_regs.h. Takes no more than a few microseconds. */
#ifdef __riscv
#define HW_REGISTERS 0x40000000u

static inline uint32_t hw_read(uint32_t address)
{
    return *(volatile uint32_t *)(HW_REGISTERS + address);
}

static inline void hw_write(uint32_t address, uint32_t value)
{
    *(volatile uint32_t *)(HW_REGISTERS + address) = value;
}
#else
uint32_t hw_read(uint32_t address);
void hw_write(uint32_t address, uint32_t value);
#endif

#endif
