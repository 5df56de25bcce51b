/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's packet socket as a peer: nanoseconds of the sending thread's processor time per packet, sendmmsg of `burst` frames into
 * a veth pair that nobody reads, in a network namespace of its own, past the queueing discipline (packet(7)). Negative: no such namespace or
 * interface; why is on standard error.
 */
#ifndef AF_PACKET_H
#define AF_PACKET_H

double af_packet_ns(unsigned burst, unsigned frame_bytes);

#endif
