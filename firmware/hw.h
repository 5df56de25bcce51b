/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that the firmware knows of the machine it runs on: a register bus. Whoever links it provides these two functions;
 * there is no processor in the gateware yet, only the tests do.
 */
#ifndef HW_H
#define HW_H

#include <stdint.h>

/* A register of the NIC, byte address of nic_regs.h. Takes no more than a few microseconds. */
uint32_t hw_read(uint32_t address);
void hw_write(uint32_t address, uint32_t value);

#endif
