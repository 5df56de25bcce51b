/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A miniport that does nothing but call a function of the test in each of its entry points, for
 * tests of single calls.
 */
#ifndef NDIS_BARE_H
#define NDIS_BARE_H

#include "ndis_rig.h"

struct bare {
    NDIS_HANDLE handle;                                   /* valid after MiniportInitialize began */
    NDIS_STATUS (*initialize)(NDIS_HANDLE configuration); /* NULL: SUCCESS */
    void (*isr)(PBOOLEAN recognized, PBOOLEAN queue);
    void (*dpc)(void);
    NDIS_STATUS (*send)(PNDIS_PACKET packet, UINT flags);
    void (*allocated)(PVOID address, PNDIS_PHYSICAL_ADDRESS physical, ULONG length, PVOID context);
    void (*cancel)(PVOID id);
    void (*halt)(void);
    void (*reset)(void);
    ULONG attributes;
    unsigned shutdowns;
};

extern struct bare bare;

/* The rig with the driver loaded and no adapter; `bare` is cleared. Its adapters: nic0 and others. */
void bare_start(struct rig *, unsigned flags);

#endif
