/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random script over NDIS 5: both send calls from two bindings, on a serialized or deserialized miniport with either
 * entry point that answers anything it may and completes in the call, from its DPC and from outside; sends from completions
 * and receives; cancels, resets that end at once, later, and from the check for hang; requests that pend and fail, for
 * filters and multicast lists; frames as bytes, lent and shown, with transfers that pend; bindings that close and open
 * again; the removal of the adapter, in a reset too. What the library does must be, event by event, what the reference
 * model (ndis_model.h) says; an assertion of Check fails otherwise.
 *
 * Of a plan (random_plan.h), the miniport's kind says how it is serialized and what it exports.
 */
#ifndef NDIS_RANDOM_H
#define NDIS_RANDOM_H

#include "ndis_model.h"
#include "random_shrink.h"

/* Kinds of miniports, a set. */
enum { RANDOM_MINIPORT_ARRAYS = 1, RANDOM_MINIPORT_DESERIALIZED = 2 };

/* By their names in a plan's text. COMPLETE is from outside of the miniport, INTERRUPT in its DPC. TICK: the check for hang;
 * an even count finds one. INDICATE, LEND and SHOW: frames as enum model_way. */
enum random_what {
    RANDOM_SEND,
    RANDOM_ARRAY,
    RANDOM_AVAILABLE,
    RANDOM_INTERRUPT,
    RANDOM_COMPLETE,
    RANDOM_CANCEL,
    RANDOM_RESET,
    RANDOM_RESET_DONE,
    RANDOM_TICK,
    RANDOM_QUERY,
    RANDOM_SET,
    RANDOM_LIST,
    RANDOM_REQUEST_DONE,
    RANDOM_INDICATE,
    RANDOM_LEND,
    RANDOM_SHOW,
    RANDOM_RETURN,
    RANDOM_TRANSFER_DONE,
    RANDOM_CLOSE,
    RANDOM_OPEN,
    RANDOM_REMOVE
};

/* Decisions. AGAIN in a completion: 0; 1: sends one by NdisSend, 2: two by NdisSendPackets. AGAIN in a receive: 0; 1:
 * transfers or keeps the frame; 2: and sends one. */
enum random_inside {
    INSIDE_NOTHING,
    INSIDE_COMPLETES,
    INSIDE_CANCELS,
    INSIDE_OTHER_SENDS,
    INSIDE_RESETS,
    INSIDES
};

extern const struct random_words random_words5;

/* Which events have been in a plan made so far: how often, by kind, and by value where that is a status, by number of what the
 * miniport was asked. */
extern unsigned random5_seen[MODEL_KINDS][MODEL_STATUSES];

void random5_plan_of(const struct random_script *, struct random_plan *);
void random5_plan_run(const char *name, const struct random_plan *);

#endif
