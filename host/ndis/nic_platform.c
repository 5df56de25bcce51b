/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both platforms share: the level of a thread and the random number generator.
 */
#include "nic_platform_impl.h"

_Thread_local enum nic_level nic_thread_level = NIC_LEVEL_PASSIVE;

enum nic_level nic_platform_level(void)
{
    return nic_thread_level;
}

void nic_random_seed(struct nic_random *random, uint64_t seed)
{
    /* splitmix64 spreads the seed: xoshiro must not start with all zeros. */
    for (unsigned i = 0; i < 4; i++) {
        uint64_t z = (seed += 0x9E3779B97F4A7C15u);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        random->state[i] = z ^ (z >> 31);
    }
}

uint64_t nic_random_next(struct nic_random *random)
{
    uint64_t *s = random->state;
    uint64_t product = s[1] * 5, result = ((product << 7) | (product >> 57)) * 9, t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}
