/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the miniport's build for NDIS 6 stand on: the adapter between the scripted protocol and the soft
 * device, with the verifier. One rig at a time.
 */
#ifndef DRIVER_NBL_RIG_H
#define DRIVER_NBL_RIG_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nic_null.h"
#include "nic_platform.h"
#include "nic_regs.h"
#include "nic_script6.h"
#include "nic_transport.h"
#include "soft_device.h"

#include "../../driver/nic_oid.h"

#define WIRE_MAX                    4096
#define MS                          1000000ull
#define ck_status(status, expected) ck_assert_uint_eq((uint32_t)(status), (uint32_t)(expected))

struct nbl_rig {
    struct nic_platform *platform;
    bool is_posix;
    struct soft_device *device;
    struct nic_transport *transport;
    struct nic_ndis_driver *driver;
    struct nic_trace trace;
    struct nic_script6_protocol protocol;
    unsigned findings;
    char finding[1024], log[1024];
    struct {
        uint32_t length;
        uint8_t octets[1600];
    } wire[WIRE_MAX];
    unsigned wire_count; /* atomic */
};

extern struct nbl_rig r;

enum { POSIX = 1, NULL_DEVICE = 2, COPY = 4, MODERATED = 8 };

void nbl_rig_start(unsigned flags, const struct soft_options *); /* NULL: as they are */
void nbl_rig_stop(void);                                         /* no leak, no finding */
void nbl_pass(uint64_t ns);

/* `count` NBLs of `nbs` NET_BUFFERs of `length` bytes, in a chain. */
PNET_BUFFER_LIST nbl_chain(PNET_BUFFER_LIST *nbls, unsigned count, unsigned nbs, UINT length);
void nbl_free_all(PNET_BUFFER_LIST *nbls, unsigned count);
struct nic_script_packet nbl_record(PNET_BUFFER_LIST);
void nbl_check_status(PNET_BUFFER_LIST *nbls, unsigned count, NDIS_STATUS); /* each is back once */
/* The frames of these NBLs are on the wire from `at` on, in order; how many. */
unsigned nbl_check_wire(unsigned at, PNET_BUFFER_LIST *nbls, unsigned count);
void nbl_check_completion_order(void); /* C-9: ours completes in the order of submission */

/* Who sent a frame and as which (1, 2, ...) goes behind its header. */
void nbl_sign(PNET_BUFFER_LIST, unsigned sender, unsigned *number);
/* REQ-33 with two senders: each one's frames have left in its order. */
void nbl_check_wire_by_sender(void);
/* For a machine without the rig: into findings, finding and log. */
void nbl_on_finding(void *context, const char *sentence);
void nbl_on_log(void *context, const char *sentence);

#endif
