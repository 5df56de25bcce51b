/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device under a miniport: a model of hardware in C that answers the driver's accesses, raises
 * its interrupt and reads and writes memory as a bus master. Whoever adds the adapter hands it over
 * in struct nic_ndis_adapter.
 */
#ifndef NIC_NDIS_DEVICE_H
#define NIC_NDIS_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum nic_ndis_space {
    NIC_NDIS_PORTS,  /* addresses 0 to 0xffff */
    NIC_NDIS_MEMORY, /* physical addresses, as in the resource */
    NIC_NDIS_PCI     /* configuration space, 0 to 255 */
};

struct nic_ndis_resource {
    enum nic_ndis_space space; /* PORTS or MEMORY */
    uint64_t first;
    uint32_t length; /* 0: the end of the list */
};

#define NIC_NDIS_RESOURCES 6 /* as many as a PCI device has base addresses */

struct nic_ndis_bus; /* the adapter, as its device sees it */

/* Zeroed is a device without resources. */
struct nic_ndis_device {
    void *context;
    /* One access of 1, 2 or 4 octets by the driver, in its thread and at its level, no lock of the
     * library held. NULL: reads as all ones; writes are lost. */
    uint32_t (*read)(void *context, enum nic_ndis_space space, uint64_t address,
                     unsigned size_bytes);
    void (*write)(void *context, enum nic_ndis_space space, uint64_t address, unsigned size_bytes,
                  uint32_t value);
    /* The bus before MiniportInitialize, NULL after MiniportHalt; optional. */
    void (*attach)(void *context, struct nic_ndis_bus *bus);
    struct nic_ndis_resource resources[NIC_NDIS_RESOURCES];
    bool has_interrupt;
    unsigned
        vector; /* of the platform, 0..NIC_VECTORS-1; what NdisMRegisterInterrupt must ask for */
    bool
        is_latched; /* what the resource list says; the model raises either kind by nic_ndis_bus_interrupt */
    bool is_shared;
};

/* Raises the interrupt once: at the edge of a latched one, when the line of a level-sensitive one goes
 * up. The ISR may run before the call returns. Any level. */
void nic_ndis_bus_interrupt(struct nic_ndis_bus *);

/* The device as bus master: addresses are those that NDIS has given the driver, for shared memory and for
 * mapped buffers, and are good for as long as it has them mapped. False: one is not mapped, or only
 * for the other direction; what lies before it has been moved, and the verifier has said so. Any
 * level. */
bool nic_ndis_bus_read(struct nic_ndis_bus *, uint64_t address, void *to, size_t length);
bool nic_ndis_bus_write(struct nic_ndis_bus *, uint64_t address, const void *from, size_t length);

#endif
