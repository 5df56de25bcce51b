/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second, independent description of the send side of a serialized miniport, as a plain state
 * machine over packet numbers, written from the requirements (REQ-1..5, 25..28, 31, 41..50,
 * C-8..C-12, DER-4) and not from the library. It says in which order what is seen at the miniport
 * and at the protocols.
 *
 * The world around it (what the miniport answers, what a protocol does in its completion) comes
 * from callbacks, which are asked in the order in which the library has to ask its surroundings.
 */
#ifndef NDIS_MODEL_H
#define NDIS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define MODEL_PACKETS 4096
#define MODEL_EVENTS  32768

enum model_answer { MODEL_SUCCESS, MODEL_FAILURE, MODEL_PENDING, MODEL_INSIDE, MODEL_RESOURCES };

enum model_kind { MODEL_GIVEN, MODEL_RESULT, MODEL_COMPLETE };

struct model_event {
    enum model_kind kind;
    uint32_t packet;
    enum model_answer
        value; /* RESULT: PENDING or final; COMPLETE: final (INSIDE counts as SUCCESS) */
};

struct model {
    /* by the owner */
    bool arrays;
    unsigned array_max;
    void *context;
    enum model_answer (*answer)(void *context); /* for the packet just given */
    bool (*completes_older)(void *context);     /* the miniport first completes its oldest packet */
    void (*completed)(void *context,
                      struct model *m); /* the protocol's completion routine; it may submit */

    /* state */
    uint32_t queue[MODEL_PACKETS];
    unsigned queue_length;
    uint32_t outstanding[MODEL_PACKETS]; /* oldest first */
    unsigned outstanding_count;
    bool busy, stalled;
    const uint32_t
        *batch; /* of an array in the miniport: what it got so far, and what is known of each */
    enum model_answer *batch_answers;
    unsigned batch_count;
    struct model_event events[MODEL_EVENTS];
    unsigned event_count;
};

void model_submit_one(struct model *, uint32_t packet);
void model_submit_array(struct model *, const uint32_t *packets, unsigned count);
void model_complete_oldest(struct model *,
                           unsigned count); /* NdisMSendComplete, in one entry of the miniport */
void model_available(struct model *);

#endif
