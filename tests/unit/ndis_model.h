/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reference model of NDIS 5 in the library, two bindings and a miniport below them, as a plain state machine for one
 * thread: what each call leads to, in order. Written from the requirements (REQ-1..5, 8..13, 25..28, 31, 41..50, C-8..C-12,
 * DER-1, 2, 4, 6..10, 12, 14), not from the library, with which it shares no code.
 *
 * The world around it (what the miniport answers, what a protocol does in a callback) comes from callbacks, which are asked
 * in the order in which the library has to ask its surroundings.
 */
#ifndef NDIS_MODEL_H
#define NDIS_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "random_plan.h"

#define MODEL_PACKETS  4096 /* numbers */
#define MODEL_EVENTS   32768
#define MODEL_REQUESTS 4
#define MODEL_FRAMES   8  /* of the miniport, to be lent */
#define MODEL_PAYLOAD  46 /* bytes of a frame behind its header */
#define MODEL_GROUPS   2
#define MODEL_AHEAD    20 /* of these, in the look-ahead of a frame that is not a packet */

enum model_status {
    MODEL_OK,
    MODEL_PENDING,
    MODEL_FAILED,
    MODEL_INVALID,
    MODEL_RESOURCES,
    MODEL_ABORTED,
    MODEL_RESETTING,
    MODEL_STATUSES
};

/* What the miniport does with a packet. PENDING: it completes it with `final`, before the call returns (`inside`) or when
 * it is told to; `queued`: a cancel can take it from the miniport. */
struct model_answer {
    enum model_status now, final;
    bool inside, queued;
};

enum model_kind {
    MODEL_GIVEN,        /* a packet, to the miniport */
    MODEL_RESULT,       /* of NdisSend for the packet; value: a status */
    MODEL_COMPLETE,     /* to the packet's protocol; value: a status */
    MODEL_RESET_STATUS, /* to the binding; value: 0 start, 1 end */
    MODEL_RESET,        /* MiniportReset */
    MODEL_RESET_RESULT, /* of NdisReset by the binding; value: a status */
    MODEL_RESET_DONE,   /* to the binding; value: a status */
    MODEL_ASKED,        /* the miniport, number: enum model_ask; value: the filter or list */
    MODEL_ANSWERED,     /* the request; value: a status */
    MODEL_UP,           /* a frame, to the protocol; value: the binding, plus 2 for a packet */
    MODEL_BURST,        /* ProtocolReceiveComplete of the binding */
    MODEL_TRANSFER,     /* of the frame; value: its bytes */
    MODEL_TRANSFER_FAILED,
    MODEL_RETURNED,     /* a frame, to the miniport */
    MODEL_CLOSE_RESULT, /* of NdisCloseAdapter by the binding; value: a status */
    MODEL_CLOSED,       /* ProtocolCloseAdapterComplete of the binding */
    MODEL_HALT,         /* MiniportHalt */
    MODEL_KINDS
};

enum model_ask { MODEL_QUERY, MODEL_SET_FILTER, MODEL_SET_LIST };

/* GROUP: to the first of the multicast addresses, of which there are MODEL_GROUPS. */
enum model_frame { MODEL_DIRECTED, MODEL_BROADCAST, MODEL_OTHER, MODEL_GROUP };

/* Bits of a filter. */
enum model_accepts {
    MODEL_TAKES_DIRECTED = 1,
    MODEL_TAKES_BROADCAST = 2,
    MODEL_TAKES_ALL = 4,
    MODEL_TAKES_LIST = 8
};

enum model_way {
    MODEL_BYTES,
    MODEL_LENT,
    MODEL_SHOWN
}; /* NdisMEthIndicateReceive; a packet, RESOURCES */

enum model_open { MODEL_IS_OPEN, MODEL_IS_CLOSING, MODEL_IS_CLOSED };

struct model_request {
    uint32_t number;
    unsigned binding;
    enum model_ask what;
    unsigned value; /* what is set: a filter, or of a list the groups as bits */
    bool is_own;    /* the library's, the union of the filters or lists */
    bool is_short;  /* a query with too little room */
};

struct model_transfer {
    uint32_t frame;
    unsigned binding, bytes;
};

/* DER-9: something that the miniport owes. */
struct model_watch {
    bool armed;
    unsigned idle, done;
};

struct model {
    /* by the owner */
    bool arrays, deserialized;
    unsigned array_max;
    void *context;
    struct model_answer (*answer)(void *context);   /* for the packet just given */
    void (*inside)(void *context, uint32_t packet); /* the miniport has been given it */
    void (*completed)(void *context, uint32_t packet,
                      enum model_status status);           /* the protocol's; it may submit */
    unsigned (*received)(void *context, unsigned binding); /* 0: only looks; 1: transfers or keeps
                                                              it; 2: and then sends */
    void (*sends)(void *context, unsigned binding);
    bool requests_pend, request_fails, transfers_pend, reset_pends; /* in the miniport */

    /* state */
    uint8_t owner[MODEL_PACKETS]; /* the binding; the cancel id is the number modulo 3 */
    uint32_t queue[MODEL_PACKETS];
    unsigned queue_length;
    struct model_held {
        uint32_t packet;
        struct model_answer answer;
    } held[MODEL_PACKETS]; /* by the miniport, oldest first */
    unsigned held_count;
    uint32_t dropped[MODEL_PACKETS]; /* by a serialized miniport, in its reset */
    unsigned dropped_count;
    bool busy;    /* somebody is in the serialized miniport */
    bool sending; /* somebody is in the deserialized miniport's send function */
    bool stalled, halted;
    const uint32_t
        *batch; /* of an array in the serialized miniport: what it got so far, and what is
                              known of each */
    struct model_answer *batch_answers;
    unsigned batch_count;
    struct {
        unsigned binding, id;
    } cancels[MODEL_REQUESTS * 16]; /* left at the gate */
    unsigned cancel_count;
    bool reset_due, resetting, reissuing,
        has_asker;  /* reissuing: it has ended but for filter and list */
    unsigned asker; /* who called NdisReset */
    struct model_watch send_watch, request_watch;
    unsigned sends_done, requests_done;
    enum model_open open[2];
    unsigned owed[2];  /* what the binding waits for: packets, requests, resets, transfers */
    unsigned order[2]; /* who is asked first */
    unsigned filter[2], list[2], value_before; /* before: the request that is in the miniport */
    struct model_request current, waiting[MODEL_REQUESTS];
    bool has_current, filter_due, list_due;
    bool has_list; /* the miniport has been given one */
    unsigned waiting_count;
    uint32_t lent[2][MODEL_FRAMES];
    unsigned lent_count[2], holders[MODEL_FRAMES];
    struct model_transfer transfers[MODEL_PACKETS];
    unsigned transfer_count;
    struct random_event events[MODEL_EVENTS];
    unsigned event_count;
};

enum model_status model_submit_one(struct model *, unsigned binding, uint32_t packet);
void model_submit_array(struct model *, unsigned binding, const uint32_t *packets, unsigned count);
/* NdisMSendComplete, in one entry of the miniport. */
void model_complete_oldest(struct model *, unsigned count);
void model_available(struct model *);
void model_cancel(struct model *, unsigned binding, unsigned id);
void model_reset(struct model *, unsigned binding);
void model_reset_done(struct model *, enum model_status status);
void model_tick(struct model *, bool hangs); /* MiniportCheckForHang */
void model_request(struct model *, struct model_request);
void model_request_done(struct model *, enum model_status status);
/* In one entry of the miniport, with the receive-complete. `kinds`: enum model_frame. */
void model_indicate(struct model *, enum model_way way, const uint32_t *frames,
                    const uint8_t *kinds, unsigned count);
void model_transfer_done(struct model *, unsigned count, enum model_status status);
void model_return(struct model *, unsigned binding, unsigned count); /* the oldest */
/* What a protocol transfers of a frame. */
unsigned model_transfer_offset(uint32_t frame);
unsigned model_transfer_bytes(uint32_t frame);
void model_open(struct model *, unsigned binding);
void model_close(struct model *, unsigned binding);
void model_remove(struct model *); /* the adapter, with what it has */

#endif
