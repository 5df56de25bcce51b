/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DPDK's testpmd as a peer: nanoseconds of its forwarding thread's processor time per packet, transmitting only, on
 * net_null, without huge pages. Negative: testpmd is not there or failed; why is on standard error.
 */
#ifndef TESTPMD_H
#define TESTPMD_H

double testpmd_ns(unsigned burst, unsigned frame_bytes);

#endif
