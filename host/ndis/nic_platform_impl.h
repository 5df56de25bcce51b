/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shared by the two platforms, and by nobody else.
 */
#ifndef NIC_PLATFORM_IMPL_H
#define NIC_PLATFORM_IMPL_H

#include "nic_platform.h"

extern _Thread_local enum nic_level nic_thread_level;

/* xoshiro256**, Blackman and Vigna 2018. */
struct nic_random {
    uint64_t state[4];
};

void nic_random_seed(struct nic_random *, uint64_t seed);
uint64_t nic_random_next(struct nic_random *);

/* An interrupt vector. Without an ISR, while the vector is locked, or while its ISR runs, a raise
 * is latched. */
struct nic_vector {
    void (*isr)(void *context);
    void *context;
    bool latched;
    bool held; /* locked or ISR running */
    enum nic_level before;
};

#endif
