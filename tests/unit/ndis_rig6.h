/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of NDIS 6 stand on: a machine with one scripted miniport of NDIS 6 and up to two scripted protocols
 * bound to it. Each test file has one, `r`.
 */
#ifndef NDIS_RIG6_H
#define NDIS_RIG6_H

#include "ndis_rig.h"
#include "nic_script6.h"

struct rig6 {
    struct nic_platform *platform;
    const struct nic_platform_ops *platform_ops; /* its own; the rig counts locks */
    bool is_posix;
    struct nic_trace trace;
    struct nic_ndis_driver *driver;
    struct nic_script6_miniport *miniport;
    struct nic_script6_protocol protocols[2];
    unsigned bindings;
    unsigned findings, logs;
    char finding[2048]; /* the first */
    char log[1024];     /* the latest */
};

/* `like` is copied; its trace is set. Flags as of rig_start. */
void rig6_start(struct rig6 *, const struct nic_script6_miniport *like, unsigned bindings,
                unsigned flags);
/* Takes everything down and checks that nothing leaked. */
void rig6_stop(struct rig6 *);
void rig6_stop_clean(struct rig6 *); /* and that the verifier found nothing */
/* Spin locks that this thread holds, the library's too. */
unsigned rig6_locks(void);
void rig6_run(struct rig6 *, uint64_t us);
struct nic_ndis_statistics rig6_statistics(void);

/* A chain of `count` NBLs of `nbs` NET_BUFFERs from a protocol. */
PNET_BUFFER_LIST rig6_chain(struct nic_script6_protocol *, unsigned count, unsigned nbs);
void rig6_free(struct nic_script6_protocol *, PNET_BUFFER_LIST *nbls, unsigned count);
/* The NBLs of a chain, before it is sent. */
unsigned rig6_list(PNET_BUFFER_LIST chain, PNET_BUFFER_LIST *nbls);
/* Numbers of the packets of events of a kind, in order. */
unsigned rig6_order(struct rig6 *, enum nic_trace_kind, uint32_t *numbers, unsigned space);

#endif
