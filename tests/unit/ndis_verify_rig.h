/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the tests of the verifier: a miniport that does `step` with every packet, a packet, and what was found.
 */
#ifndef NDIS_VERIFY_RIG_H
#define NDIS_VERIFY_RIG_H

#include "ndis_rig.h"

static struct rig r;
static struct nic_script_step step;
static PNDIS_PACKET packet;

static inline struct nic_script_step one_step(void *context, PNDIS_PACKET sent)
{
    (void)context;
    (void)sent;
    return step;
}

static inline void start_with(struct nic_script_miniport like)
{
    like.next = one_step;
    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    packet = nic_script_packet(&r.protocols[0], 60);
}

static inline void start(NDIS_STATUS answer, enum nic_script_when when)
{
    step = (struct nic_script_step){.answer = answer, .when = when};
    start_with((struct nic_script_miniport){0});
}

static inline void found(const char *words)
{
    ck_assert_uint_eq(r.findings, 1);
    ck_assert_msg(strstr(r.finding, words) != NULL, "\"%s\" is not in: %s", words, r.finding);
}

static inline void found_in_packet(const char *words, const char *history)
{
    char name[64];

    found(words);
    snprintf(name, sizeof(name), "(packet %p)", (void *)packet);
    ck_assert_msg(strstr(r.finding, name) != NULL, "%s", r.finding);
    ck_assert_msg(strstr(r.finding, history) != NULL, "\"%s\" is not in: %s", history, r.finding);
}

static inline void finish(void)
{
    nic_script_packet_free(&r.protocols[0], packet);
    rig_stop(&r);
}

#endif
