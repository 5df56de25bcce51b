/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NDIS_BENCH6_H
#define NDIS_BENCH6_H

#include "nic_ndis.h"

/* Processor time per NBL of one 64-byte frame, sent in chains of `burst` (1..32), in ns; 0 when BENCH_PACKETS says how
 * many to send. `entry` NULL: a null miniport that completes 32 at a time, in one chain; otherwise a driver in slot 0,
 * over the null transport. */
double ndis_bench6_ns(nic_ndis_driver_entry *entry, unsigned burst, bool verify);

#endif
