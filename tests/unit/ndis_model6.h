/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reference model of NDIS 6 in the library and a miniport below it, as a plain state machine for one thread: what each
 * call leads to, in order. Written from the requirements (DER-7, DER-8, DER-11 to DER-14, C-1, C-2, C-11), not from the
 * library, with which it shares no code. What the surroundings decide comes from callbacks, which are asked in the order in
 * which the library has to ask its surroundings.
 */
#ifndef NDIS_MODEL6_H
#define NDIS_MODEL6_H

#include <stdbool.h>
#include <stdint.h>

#include "random_plan.h"

#define MODEL6_NBLS     1024 /* numbers */
#define MODEL6_OUT      128  /* at once */
#define MODEL6_EVENTS   8192
#define MODEL6_REQUESTS 3
#define MODEL6_LENT     16

enum model6_status { MODEL6_OK, MODEL6_FAILED, MODEL6_PAUSED, MODEL6_CANCELLED, MODEL6_RESETTING };
enum model6_when { MODEL6_INSIDE, MODEL6_DPC, MODEL6_MANUAL };

/* What the miniport does with an NBL: completes it in the call, from the DPC that it asks for in the call, or when it is
 * told to. `queued`: a cancel or a pause can take it from the miniport. */
struct model6_answer {
    enum model6_when when;
    enum model6_status status;
    bool queued;
};

/* An NBL is given to the miniport; is back; a frame goes up, and back to the miniport; a request is answered. */
enum model6_kind {
    MODEL6_GIVEN,
    MODEL6_BACK,
    MODEL6_UP,
    MODEL6_RETURNED,
    MODEL6_ANSWERED,
    MODEL6_KINDS
};

/* An event's value. GIVEN: how many wait; BACK, ANSWERED: a status; UP: the binding, plus 2 if it may keep the frame. */
#define MODEL6_VALUES 5

enum model6_frame { MODEL6_DIRECTED, MODEL6_BROADCAST, MODEL6_OTHER };

struct model6_request {
    uint32_t number; /* of the library's own: MODEL6_OWN */
    unsigned binding, filter;
};

#define MODEL6_OWN UINT32_MAX

struct model6 {
    /* by the owner */
    void *context;
    void (*inside)(void *context, uint32_t nbl); /* the miniport has been given it */
    struct model6_answer (*answer)(void *context);
    void (*completed)(void *context, uint32_t nbl); /* the protocol's; it may send */
    bool requests_pend;                             /* in the miniport */

    /* state */
    uint8_t owner[MODEL6_NBLS]; /* the binding; its cancel id is its number modulo 3 */
    uint32_t queue[MODEL6_OUT];
    unsigned queue_length;
    struct model6_held {
        uint32_t nbl;
        struct model6_answer answer;
    } held[MODEL6_OUT]; /* by the miniport, oldest first */
    unsigned held_count;
    bool paused, resetting,
        reissuing; /* reissuing: the driver has ended its reset, and gets its filters */
    bool sending;  /* somebody is in the miniport's send function */
    bool refusing; /* a protocol is being told of a refusal; what is refused meanwhile waits */
    struct {
        uint32_t nbl;
        uint8_t status;
    } refused[MODEL6_OUT];
    unsigned refused_count;
    bool raised; /* no DPC can run */
    bool dpc_due;
    unsigned filter[2]; /* of each binding, a set of model6_accepts */
    uint32_t lent[2][MODEL6_LENT];
    unsigned lent_count[2];
    struct model6_request current, waiting[MODEL6_REQUESTS];
    bool has_current, own_due;
    unsigned waiting_count, requests_given;
    struct random_event events[MODEL6_EVENTS];
    unsigned event_count;
};

/* Bits of a filter. */
enum model6_accepts { MODEL6_TAKES_DIRECTED = 1, MODEL6_TAKES_BROADCAST = 2, MODEL6_TAKES_ALL = 4 };

void model6_send(struct model6 *, unsigned binding, const uint32_t *nbls, unsigned count);
/* The miniport completes the oldest it holds that do not wait for the DPC, in as many calls; all it holds, in one. */
void model6_complete(struct model6 *, unsigned count);
void model6_complete_all(struct model6 *);
void model6_cancel(struct model6 *, unsigned binding, unsigned id);
void model6_pause(struct model6 *);
void model6_restart(struct model6 *);
/* The miniport completes what it holds, and then the reset ends, or that is left to model6_reset_done. */
void model6_reset(struct model6 *, bool pends);
void model6_reset_done(struct model6 *);
/* One indication of frames; `lend`: protocols may keep them. `kinds`: enum model6_frame. */
void model6_indicate(struct model6 *, const uint32_t *frames, const uint8_t *kinds, unsigned count,
                     bool lend);
void model6_return(struct model6 *, unsigned binding, unsigned count); /* the oldest */
void model6_request(struct model6 *, uint32_t number, unsigned binding, unsigned filter);
void model6_request_done(struct model6 *); /* the miniport completes the one it has */

#endif
