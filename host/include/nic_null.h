/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The null transport: a device that completes every descriptor at once with OK and never receives. For measuring
 * what is above the transport. It has registers enough for the driver to accept it, and no time, no checks and no
 * lock: its driver's serialisation is its own.
 */
#ifndef NIC_NULL_H
#define NIC_NULL_H

struct nic_platform;
struct nic_transport;

/* NULL: no memory. */
struct nic_transport *nic_null_create(struct nic_platform *, unsigned vector);
void nic_null_destroy(struct nic_transport *); /* must be closed */

#endif
