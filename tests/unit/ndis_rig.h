/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the NDIS tests stand on: a machine with one scripted miniport and up to two scripted
 * protocols bound to it.
 */
#ifndef NDIS_RIG_H
#define NDIS_RIG_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#define NDIS50
#include "nic_platform.h"
#include "nic_script.h"
#include "rig_layer.h"

struct rig {
    struct nic_platform *platform;
    const char *adapter; /* that protocols are bound to: nic0, or the one above it */
    struct nic_ndis_driver *intermediate;
    bool is_posix;
    struct nic_trace trace;
    struct nic_ndis_driver *driver;
    struct nic_script_miniport *miniport;
    struct nic_script_protocol protocols[2];
    unsigned bindings;
    unsigned findings, logs;
    char finding[2048]; /* the first */
    char log[1024];     /* the latest */
};

enum {
    RIG_VERIFY = 1,
    RIG_POSIX = 2,
    RIG_NO_MINIPORT = 4,
    RIG_SEND_TO_SELF = 8,
    RIG_LOOP_ALL = 16
};

/* `like` is copied; its trace is set. Packets: 64 of 100 bytes unless `packets` says otherwise. */
void rig_start(struct rig *, const struct nic_script_miniport *like, unsigned bindings,
               unsigned flags, uint32_t packets);
/* Takes everything down and checks that nothing leaked and the miniport was entered as it should
 * be. */
void rig_stop(struct rig *);
/* Lets deferred things happen for `us` microseconds. */
void rig_run(struct rig *, uint64_t us);
struct nic_ndis_statistics rig_statistics(struct rig *); /* of the miniport */
uint64_t rig_seed(void); /* SEED, or a fixed one; printed when a test fails */
int rig_main(Suite *);
#define ck_status(status, expected) ck_assert_uint_eq((uint32_t)(status), (uint32_t)(expected))

#endif
