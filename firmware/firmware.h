/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware as a whole: follows the PHY, extends the counters to 64 bits, answers the mailbox, drives the lights and writes the
 * heartbeat. Nothing of it waits: a step is a bounded number of register accesses, and whatever runs it calls it over and over.
 */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "nic_regs.h"
#include "phy.h"

#define FIRMWARE_VERSION 1

struct firmware {
    struct phy phy;
    bool gigabit;    /* what the board's MAC interface can carry */
    uint32_t phy_ms; /* PROC_TIME of the last look at the PHY, at the lights */
    uint32_t light_ms;
    uint32_t counter;                   /* index of the next one to be read */
    uint32_t last[NIC_COUNTER_MAX + 1]; /* as it was read last */
    uint64_t total[NIC_COUNTER_MAX + 1];
    uint32_t packets; /* sent and received when the lights were looked at */
};

/* After a device reset, or a restart. */
void firmware_start(struct firmware *);

/* At least every 10 ms. */
void firmware_step(struct firmware *);

#endif
