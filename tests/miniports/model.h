/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the device models of this folder have in common: a bus on one side, a wire on the other.
 */
#ifndef MODEL_H
#define MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "nic_ndis_device.h"

struct model {
    struct nic_ndis_device device; /* for nic_ndis_adapter_add_configured */
    struct nic_ndis_bus *bus;
    /* A frame of `length` octets without FCS that passes by. False: it was lost for want of room. */
    bool (*receive)(struct model *, const uint8_t *frame, unsigned length);
    void (*sent)(const uint8_t *frame, unsigned length); /* the test's */
    bool is_deaf;    /* takes what is to be sent and forgets it: no frame, no interrupt */
    bool has_failed; /* every frame ends with an error and does not reach the wire */
    bool is_slow;    /* frames wait for model_send_all */
    /* The interrupt is not raised at once; whoever holds a lock around the model does it later. */
    bool defers;
    bool is_raised;
    unsigned resets, accesses;
    /* When not deaf and slow: what waits leaves now. */
    void (*send_all)(struct model *);
};

/* One of each; cleared and with its reset values. */
struct model *port_io_model(void);
struct model *fifo_model(void);
struct model *bus_master_model(void);

#define MODEL_ADDRESS                                                                              \
    {                                                                                              \
        0x02, 0x00, 0x5e, 0x10, 0x20, 0x30                                                         \
    } /* what is burnt into each */
#define MODEL_VECTOR 4

static inline void model_interrupt(struct model *m)
{
    if (m->defers)
        m->is_raised = true;
    else if (m->bus)
        nic_ndis_bus_interrupt(m->bus);
}

static inline bool model_is(const uint8_t *one, const uint8_t *two)
{
    for (unsigned i = 0; i < 6; i++) {
        if (one[i] != two[i])
            return false;
    }
    return true;
}

static const uint8_t model_broadcast[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

#endif
