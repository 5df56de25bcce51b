/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of endings (ndis_schedule_end*_test) of both generations share: parties that let their own calls end before
 * they leave, the account of a binding, what must be true when it has closed; and the runs of a scenario, with schedules
 * that are enumerated or random (schedule.h) and with real threads.
 */
#ifndef NDIS_ENDING_H
#define NDIS_ENDING_H

#include <check.h>
#include <pthread.h>

#include "ndis.h"
#include "schedule.h"

enum { ENDING_SENDS = 16, ENDING_REQUESTS = 2, ENDING_FRAMES = 2, ENDING_SLICE_NS = 20000 };

/* Zeroed is the beginning. */
struct ending_party {
    bool is_leaving;
    unsigned users; /* calls that have not returned */
};

bool ending_enter(struct ending_party *); /* false: it is leaving */
void ending_leave(struct ending_party *);
bool ending_leaves(struct ending_party *);
void ending_wait(struct ending_party *); /* it leaves when the calls have returned */

struct ending_protocol {
    struct ending_party party;
    NDIS_HANDLE handle;
    bool is_closed;
    unsigned sends, back[ENDING_SENDS];
    unsigned asked, ended[ENDING_REQUESTS]; /* requests */
    void *lent[ENDING_FRAMES];              /* frames of the driver's */
};

/* The frames of the driver's, by number; it has them, or somebody else. */
struct ending_frames {
    bool is_out[ENDING_FRAMES];
};

void ending_check(struct ending_protocol *,
                  const char *what); /* comes before the close has ended */
void ending_back(struct ending_protocol *, uint32_t number, NDIS_STATUS status); /* a packet */
/* Of the protocol's request; `expected`: the value that it brings, or 0. */
void ending_answered(struct ending_protocol *, unsigned request, NDIS_STATUS status, ULONG value);
bool ending_keep(struct ending_protocol *, void *frame); /* false: it does not take any */
void *ending_give_back(struct ending_protocol *);        /* NULL: none */
/* When the close is complete so is everything else. */
void ending_closed(struct ending_protocol *);

unsigned ending_frame_take(struct ending_frames *); /* ENDING_FRAMES: none is there */
void ending_frame_back(struct ending_frames *, unsigned frame);
bool ending_frames_there(const struct ending_frames *);

struct ending_scenario {
    const char *name;
    unsigned actor_count;
    struct schedule_actor actors[SCHEDULE_ACTORS];
    bool arrays, deserialized;
};

struct ending_rig {
    void (*start)(const struct ending_scenario *, unsigned flags); /* RIG_VERIFY, RIG_POSIX */
    void (*home)(void); /* the actors have ended: all that has not closed does */
    void (*stop)(void);
};

/* In a build with the thread sanitizer the scheduled runs are left out: one actor runs at a time, so it finds nothing. */
#ifdef __SANITIZE_THREAD__
#define ENDING_THREADS_ONLY true
#else
#define ENDING_THREADS_ONLY false
#endif

/* One run at a time. */
extern struct ending {
    struct nic_platform *platform; /* set by `start` */
    char plan[200];
    uint64_t steps; /* what the miniport does, in the order it is asked; atomic */
    struct ending_protocol protocols[2];
    char cancel_id; /* its address */
} ending;

uint64_t ending_step(void);
/* How many schedules there were. */
unsigned ending_enumerate(const struct ending_rig *, const struct ending_scenario *,
                          unsigned switches);
void ending_random(const struct ending_rig *, const struct ending_scenario *, unsigned runs);
void ending_threads(const struct ending_rig *, const struct ending_scenario *, unsigned rounds);

#endif
