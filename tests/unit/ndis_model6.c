/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_model6.h. */
#include "ndis_model6.h"

#include <string.h>

static void event(struct model6 *m, enum model6_kind kind, uint32_t number, unsigned value)
{
    if (m->event_count < MODEL6_EVENTS)
        m->events[m->event_count++] = (struct random_event){kind, number, value};
}

/* ---- sends ---- */

static void back(struct model6 *m, uint32_t nbl, enum model6_status status)
{
    event(m, MODEL6_BACK, nbl, status);
    m->completed(m->context, nbl);
}

static uint32_t let_go(struct model6 *m, unsigned at)
{
    uint32_t nbl = m->held[at].nbl;

    m->held_count--;
    memmove(&m->held[at], &m->held[at + 1], (m->held_count - at) * sizeof(m->held[0]));
    return nbl;
}

/* One after the other, until none that waits for `when` is left. */
static void complete_some(struct model6 *m, enum model6_when when, unsigned count)
{
    while (count--) {
        enum model6_status status;
        unsigned at = 0;
        while (at < m->held_count && m->held[at].answer.when != when)
            at++;
        if (at == m->held_count)
            return;
        status = m->held[at].answer.status;
        back(m, let_go(m, at), status);
    }
}

static void give(struct model6 *m, uint32_t nbl)
{
    struct model6_answer answer;

    event(m, MODEL6_GIVEN, nbl, m->queue_length);
    m->inside(m->context, nbl);
    answer = m->answer(m->context);
    if (answer.when == MODEL6_INSIDE) {
        back(m, nbl, answer.status);
        return;
    }
    m->held[m->held_count].nbl = nbl;
    m->held[m->held_count++].answer = answer;
    m->dpc_due |= answer.when == MODEL6_DPC;
}

static void run_dpcs(struct model6 *m)
{
    m->raised = true;
    while (m->dpc_due) {
        m->dpc_due = false;
        complete_some(m, MODEL6_DPC, MODEL6_NBLS);
    }
    m->raised = false;
}

/* C-11: what is sent meanwhile waits, DPCs too. */
static void give_queue(struct model6 *m)
{
    uint32_t chain[MODEL6_OUT];
    bool was_raised = m->raised;

    m->sending = m->raised = true;
    while (m->queue_length) {
        unsigned count = m->queue_length;
        memcpy(chain, m->queue, sizeof(chain));
        m->queue_length = 0; /* all of it is the miniport's from here on */
        for (unsigned i = 0; i < count; i++)
            give(m, chain[i]);
    }
    m->sending = false;
    m->raised = was_raised;
    if (!m->raised)
        run_dpcs(m);
}

/* C-11 for these, too: one after the other. */
static void tell_refused(struct model6 *m)
{
    m->refusing = true;
    while (m->refused_count) {
        uint32_t nbl = m->refused[0].nbl;
        enum model6_status status = m->refused[0].status;
        m->refused_count--;
        memmove(m->refused, m->refused + 1, m->refused_count * sizeof(m->refused[0]));
        back(m, nbl, status);
    }
    m->refusing = false;
}

void model6_send(struct model6 *m, unsigned binding, const uint32_t *nbls, unsigned count)
{
    if (m->paused || m->resetting) {
        for (unsigned i = 0; i < count; i++) {
            m->owner[nbls[i]] = (uint8_t)binding;
            m->refused[m->refused_count].nbl = nbls[i];
            m->refused[m->refused_count++].status = m->paused ? MODEL6_PAUSED : MODEL6_RESETTING;
        }
        if (!m->refusing)
            tell_refused(m);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        m->owner[nbls[i]] = (uint8_t)binding;
        m->queue[m->queue_length++] = nbls[i];
    }
    if (!m->sending)
        give_queue(m);
}

void model6_complete(struct model6 *m, unsigned count)
{
    complete_some(m, MODEL6_MANUAL, count);
}

void model6_complete_all(struct model6 *m)
{
    struct model6_held held[MODEL6_OUT];
    unsigned count = m->held_count;

    memcpy(held, m->held, sizeof(held));
    m->held_count = 0;
    for (unsigned i = 0; i < count; i++)
        back(m, held[i].nbl, held[i].answer.status);
}

/* DER-12: first what the library has, of that binding; then the miniport, what it has queued. */
void model6_cancel(struct model6 *m, unsigned binding, unsigned id)
{
    uint32_t taken[MODEL6_OUT];
    unsigned count = 0, kept = 0, at = 0;

    for (unsigned i = 0; i < m->queue_length; i++) {
        if (m->owner[m->queue[i]] == binding && m->queue[i] % 3 == id)
            taken[count++] = m->queue[i];
        else
            m->queue[kept++] = m->queue[i];
    }
    m->queue_length = kept;
    for (unsigned i = 0; i < count; i++)
        back(m, taken[i], MODEL6_CANCELLED);
    while (at < m->held_count) {
        if (m->held[at].answer.queued && m->held[at].nbl % 3 == id) {
            back(m, let_go(m, at), MODEL6_CANCELLED);
            at = 0;
        } else {
            at++;
        }
    }
}

/* ---- states ---- */

/* DER-11. Nothing is queued: nobody is sending. */
void model6_pause(struct model6 *m)
{
    m->paused = true;
    for (unsigned i = 0; i < m->held_count; i++) {
        if (m->held[i].answer.queued)
            m->held[i].answer.status = MODEL6_PAUSED;
    }
    complete_some(m, MODEL6_MANUAL, MODEL6_NBLS);
}

void model6_restart(struct model6 *m)
{
    m->paused = false;
}

static void start_requests(struct model6 *m);

void model6_reset(struct model6 *m, bool pends)
{
    m->resetting = true;
    if (!pends)
        model6_reset_done(m);
}

/* DER-7 and DER-8: everything is back and the filters are set again before the reset ends. */
void model6_reset_done(struct model6 *m)
{
    complete_some(m, MODEL6_MANUAL, MODEL6_NBLS);
    m->own_due = m->reissuing = true;
    start_requests(m);
}

/* ---- receives ---- */

static unsigned who_wants(const struct model6 *m, enum model6_frame kind)
{
    unsigned wanted = 0;

    for (unsigned b = 0; b < 2; b++) {
        if (m->filter[b] & MODEL6_TAKES_ALL ||
            (kind == MODEL6_DIRECTED && m->filter[b] & MODEL6_TAKES_DIRECTED) ||
            (kind == MODEL6_BROADCAST && m->filter[b] & MODEL6_TAKES_BROADCAST))
            wanted |= 1u << b;
    }
    return wanted;
}

/* The binding that was opened last is asked first; only the last one asked may keep. */
static void go_up(struct model6 *m, const uint32_t *frames, unsigned count, unsigned wanted,
                  bool lend)
{
    for (unsigned b = 2; b-- > 0;) {
        bool keeps = lend && (wanted & ((1u << b) - 1)) == 0;
        for (unsigned i = 0; wanted & (1u << b) && i < count; i++) {
            event(m, MODEL6_UP, frames[i], b + (keeps ? 2 : 0));
            if (keeps)
                m->lent[b][m->lent_count[b]++] = frames[i];
        }
    }
    for (unsigned i = 0; lend && !wanted && i < count; i++)
        event(m, MODEL6_RETURNED, frames[i], 0);
}

void model6_indicate(struct model6 *m, const uint32_t *frames, const uint8_t *kinds, unsigned count,
                     bool lend)
{
    for (unsigned i = 0, n; i < count; i += n) {
        unsigned wanted = who_wants(m, kinds[i]);
        for (n = 1; i + n < count && who_wants(m, kinds[i + n]) == wanted; n++)
            ;
        go_up(m, frames + i, n, wanted, lend);
    }
}

void model6_return(struct model6 *m, unsigned binding, unsigned count)
{
    count = count < m->lent_count[binding] ? count : m->lent_count[binding];
    for (unsigned i = 0; i < count; i++)
        event(m, MODEL6_RETURNED, m->lent[binding][i], 0);
    m->lent_count[binding] -= count;
    memmove(m->lent[binding], m->lent[binding] + count,
            m->lent_count[binding] * sizeof(m->lent[0][0]));
}

/* ---- requests ---- */

static void answered(struct model6 *m)
{
    m->has_current = false;
    if (m->current.number == MODEL6_OWN)
        m->resetting = m->reissuing = false;
    else
        event(m, MODEL6_ANSWERED, m->current.number, MODEL6_OK);
}

/* One is in the miniport at a time; while it is there, its filter counts. */
static void give_request(struct model6 *m, struct model6_request request)
{
    m->current = request;
    m->has_current = true;
    m->requests_given++;
    if (request.number != MODEL6_OWN)
        m->filter[request.binding] = request.filter;
    if (!m->requests_pend)
        answered(m);
}

static void start_requests(struct model6 *m)
{
    while (!m->has_current && (m->own_due || (m->waiting_count && !m->resetting))) {
        struct model6_request next = {.number = MODEL6_OWN};
        if (!m->own_due) {
            next = m->waiting[0];
            m->waiting_count--;
            memmove(m->waiting, m->waiting + 1, m->waiting_count * sizeof(m->waiting[0]));
        }
        m->own_due = false;
        give_request(m, next);
    }
}

void model6_request(struct model6 *m, uint32_t number, unsigned binding, unsigned filter)
{
    struct model6_request request = {number, binding, filter};

    if (m->resetting)
        event(m, MODEL6_ANSWERED, number, MODEL6_RESETTING);
    else if (m->has_current || m->waiting_count)
        m->waiting[m->waiting_count++] = request;
    else
        give_request(m, request);
}

void model6_request_done(struct model6 *m)
{
    if (!m->has_current)
        return;
    answered(m);
    start_requests(m);
}
