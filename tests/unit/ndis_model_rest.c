/* SPDX-License-Identifier: Apache-2.0 */
/* See ndis_model.h: receives, requests, resets, bindings, the end. */
#include "ndis_model_parts.h"

#include <string.h>

static bool is_open(const struct model *m, unsigned binding)
{
    return m->open[binding] == MODEL_IS_OPEN;
}

static unsigned united(const struct model *m, const unsigned values[2])
{
    return (is_open(m, 0) ? values[0] : 0) | (is_open(m, 1) ? values[1] : 0);
}

static bool own_due(const struct model *m)
{
    return m->filter_due || m->list_due;
}

/* ---- resets ---- */

static void say_reset(struct model *m, unsigned value)
{
    for (unsigned i = 0; i < 2; i++) {
        if (is_open(m, m->order[i]))
            model_note(m, MODEL_RESET_STATUS, m->order[i], value);
    }
}

static void reset_over(struct model *m, enum model_status status)
{
    m->resetting = m->reissuing = false;
    say_reset(m, 1);
    if (!m->has_asker)
        return;
    m->has_asker = false;
    model_note(m, MODEL_RESET_DONE, m->asker, status);
    model_pay(m, m->asker);
}

static void abort_all(struct model *m, uint32_t *from, unsigned *count)
{
    uint32_t packets[MODEL_PACKETS];
    unsigned n = *count;

    memcpy(packets, from, n * sizeof(packets[0]));
    *count = 0;
    for (unsigned i = 0; i < n; i++)
        model_back(m, packets[i], MODEL_ABORTED);
}

static void request_over(struct model *m, enum model_status status);

/* DER-7: all that the miniport had is back. DER-8: with `addressing`, it gets its filter again, and the list it had. */
static void miniport_is_reset(struct model *m, bool addressing, enum model_status status)
{
    abort_all(m, m->dropped, &m->dropped_count);
    if (m->has_current && m->current.is_own) {
        m->has_current = false;
        m->requests_done++;
        m->filter_due |= m->current.what == MODEL_SET_FILTER;
        m->list_due |= m->current.what == MODEL_SET_LIST;
    } else if (m->has_current) {
        request_over(m, MODEL_ABORTED);
    }
    m->stalled = false;
    m->reissuing = addressing;
    m->filter_due |= addressing;
    m->list_due |= addressing && m->has_list;
    if (!addressing)
        reset_over(m, status);
}

static void reset_now(struct model *m)
{
    m->reset_due = m->reissuing = false;
    m->resetting = true;
    say_reset(m, 0);
    abort_all(m, m->queue, &m->queue_length);
    model_note(m, MODEL_RESET, 0, 0);
    if (m->deserialized) {
        while (m->held_count)
            model_let_go(m, 0, m->held[0].answer.final);
    } else {
        for (unsigned i = 0; i < m->held_count; i++)
            m->dropped[m->dropped_count++] = m->held[i].packet;
        m->held_count = 0;
    }
    if (!m->reset_pends)
        miniport_is_reset(m, true, MODEL_OK);
}

void model_reset(struct model *m, unsigned binding)
{
    if (m->reset_due || m->resetting) {
        model_note(m, MODEL_RESET_RESULT, binding, MODEL_RESETTING);
        return;
    }
    m->reset_due = m->has_asker = true;
    m->asker = binding;
    m->owed[binding]++;
    if (!m->busy) {
        model_enter(m);
        model_leave(m);
    }
    model_note(m, MODEL_RESET_RESULT, binding, MODEL_PENDING);
}

void model_reset_done(struct model *m, enum model_status status)
{
    model_enter(m);
    miniport_is_reset(m, false, status);
    model_leave(m);
}

/* How often in a row something was owed through a whole interval and nothing was done. */
static bool is_late(struct model_watch *watch, bool is_owed, unsigned done)
{
    watch->idle = is_owed && watch->armed && watch->done == done ? watch->idle + 1 : 0;
    watch->armed = is_owed;
    watch->done = done;
    return watch->idle >= 2;
}

void model_tick(struct model *m, bool hangs)
{
    bool late;

    if (m->resetting && !m->reissuing) {
        m->send_watch.armed = m->request_watch.armed = false;
        return;
    }
    late = is_late(&m->send_watch, m->held_count, m->sends_done);
    late |= is_late(&m->request_watch, m->has_current, m->requests_done);
    if (!late && !hangs)
        return;
    m->send_watch.armed = m->request_watch.armed = false;
    m->reset_due = true;
    model_enter(m);
    model_leave(m);
}

/* ---- requests ---- */

/* The filter or the list that it sets. */
static unsigned *value_of(struct model *m, const struct model_request *request)
{
    return request->what == MODEL_SET_LIST ? &m->list[request->binding]
                                           : &m->filter[request->binding];
}

static void request_over(struct model *m, enum model_status status)
{
    struct model_request request = m->current;

    m->has_current = false;
    m->requests_done++;
    if (request.is_own) {
        if (m->reissuing && !own_due(m))
            reset_over(m, MODEL_OK);
        return;
    }
    if (request.what != MODEL_QUERY && status != MODEL_OK)
        *value_of(m, &request) = m->value_before;
    model_note(m, MODEL_ANSWERED, request.number, status);
    model_pay(m, request.binding);
}

/* One is in the miniport at a time; while it is there, its filter or list counts. */
static void give_request(struct model *m, struct model_request request)
{
    bool fails = request.what != MODEL_QUERY ? m->request_fails : request.is_short;
    unsigned value = 0;

    m->current = request;
    m->has_current = true;
    if (request.what != MODEL_QUERY && !request.is_own) {
        m->value_before = *value_of(m, &request);
        *value_of(m, &request) = request.value;
    }
    if (request.what != MODEL_QUERY)
        value = united(m, request.what == MODEL_SET_LIST ? m->list : m->filter);
    m->has_list |= request.what == MODEL_SET_LIST;
    model_note(m, MODEL_ASKED, request.what, value);
    if (!m->requests_pend)
        request_over(m, fails ? MODEL_FAILED : MODEL_OK);
}

bool model_leave_rest(struct model *m)
{
    if (m->reset_due && (!m->resetting || m->reissuing)) {
        reset_now(m);
    } else if (m->has_current || (m->resetting && !m->reissuing)) {
        return false;
    } else if (m->filter_due) {
        m->filter_due = false;
        give_request(m, (struct model_request){.what = MODEL_SET_FILTER, .is_own = true});
    } else if (m->list_due) {
        m->list_due = false;
        give_request(m, (struct model_request){.what = MODEL_SET_LIST, .is_own = true});
    } else if (m->waiting_count && !m->resetting) {
        struct model_request next = m->waiting[0];
        memmove(m->waiting, m->waiting + 1, --m->waiting_count * sizeof(next));
        give_request(m, next);
    } else {
        return false;
    }
    return true;
}

void model_request(struct model *m, struct model_request request)
{
    if (m->resetting || m->reset_due) {
        model_note(m, MODEL_ANSWERED, request.number, MODEL_RESETTING);
        return;
    }
    m->owed[request.binding]++;
    if (m->has_current || m->waiting_count) {
        m->waiting[m->waiting_count++] = request;
        return;
    }
    model_enter(m);
    give_request(m, request);
    model_leave(m);
}

void model_request_done(struct model *m, enum model_status status)
{
    if (!m->has_current)
        return;
    model_enter(m);
    request_over(m, status);
    model_leave(m);
}

/* ---- receives ---- */

unsigned model_transfer_offset(uint32_t frame)
{
    return frame * 5 % 40;
}

/* 25 bytes are asked for, or what there is. */
unsigned model_transfer_bytes(uint32_t frame)
{
    unsigned left = MODEL_PAYLOAD - model_transfer_offset(frame);

    return left < 25 ? left : 25;
}

static bool accepts(const struct model *m, unsigned binding, enum model_frame kind)
{
    bool is_member = kind >= MODEL_GROUP && m->list[binding] & 1u << (kind - MODEL_GROUP);
    unsigned wanted = MODEL_TAKES_ALL | (is_member                 ? MODEL_TAKES_LIST
                                         : kind == MODEL_DIRECTED  ? MODEL_TAKES_DIRECTED
                                         : kind == MODEL_BROADCAST ? MODEL_TAKES_BROADCAST
                                                                   : 0);

    return is_open(m, binding) && m->filter[binding] & wanted;
}

static void transfer(struct model *m, enum model_way way, uint32_t frame, unsigned binding)
{
    unsigned bytes = model_transfer_bytes(frame);

    if (way != MODEL_BYTES || !m->transfers_pend) {
        model_note(m, MODEL_TRANSFER, frame, bytes);
        return;
    }
    m->owed[binding]++;
    m->transfers[m->transfer_count++] = (struct model_transfer){frame, binding, bytes};
}

static void go_up(struct model *m, enum model_way way, uint32_t frame, enum model_frame kind)
{
    for (unsigned i = 0; i < 2; i++) {
        unsigned b = m->order[i], does;
        if (!accepts(m, b, kind))
            continue;
        model_note(m, MODEL_UP, frame, b + (way == MODEL_LENT ? 2 : 0));
        does = m->received(m->context, b);
        if (does && way != MODEL_LENT) {
            transfer(m, way, frame, b);
        } else if (does) {
            m->lent[b][m->lent_count[b]++] = frame;
            m->holders[frame]++;
        }
        if (does == 2)
            m->sends(m->context, b);
    }
}

static void burst(struct model *m)
{
    for (unsigned i = 0; i < 2; i++) {
        if (is_open(m, m->order[i]) && m->filter[m->order[i]])
            model_note(m, MODEL_BURST, m->order[i], 0);
    }
}

void model_indicate(struct model *m, enum model_way way, const uint32_t *frames,
                    const uint8_t *kinds, unsigned count)
{
    if (!m->deserialized)
        model_enter(m);
    for (unsigned i = 0; i < count; i++)
        go_up(m, way, frames[i], kinds[i]);
    burst(m);
    if (!m->deserialized)
        model_leave(m);
}

void model_transfer_done(struct model *m, unsigned count, enum model_status status)
{
    while (count-- && m->transfer_count) {
        struct model_transfer t = m->transfers[0];
        memmove(m->transfers, m->transfers + 1, --m->transfer_count * sizeof(t));
        model_note(m, status == MODEL_OK ? MODEL_TRANSFER : MODEL_TRANSFER_FAILED, t.frame,
                   status == MODEL_OK ? t.bytes : 0);
        model_pay(m, t.binding);
    }
}

void model_return(struct model *m, unsigned binding, unsigned count)
{
    count = count < m->lent_count[binding] ? count : m->lent_count[binding];
    for (unsigned i = 0; i < count; i++) {
        if (--m->holders[m->lent[binding][i]] == 0)
            model_note(m, MODEL_RETURNED, m->lent[binding][i], 0);
    }
    m->lent_count[binding] -= count;
    memmove(m->lent[binding], m->lent[binding] + count,
            m->lent_count[binding] * sizeof(m->lent[0][0]));
}

/* ---- bindings ---- */

/* The one that was opened last is asked first. */
void model_open(struct model *m, unsigned binding)
{
    m->open[binding] = MODEL_IS_OPEN;
    m->owed[binding] = m->filter[binding] = m->list[binding] = 0;
    m->order[0] = binding;
    m->order[1] = 1 - binding;
}

/* The miniport gets filter and list of those that are left. */
static enum model_status let_close(struct model *m, unsigned binding)
{
    bool is_idle = m->owed[binding] == 0;

    m->open[binding] = is_idle ? MODEL_IS_CLOSED : MODEL_IS_CLOSING;
    if (!m->halted) {
        model_enter(m);
        m->filter_due |= m->filter[binding] != 0;
        m->list_due |= m->list[binding] != 0;
        model_leave(m);
    }
    return is_idle ? MODEL_OK : MODEL_PENDING;
}

void model_close(struct model *m, unsigned binding)
{
    enum model_status status = let_close(m, binding);

    model_note(m, MODEL_CLOSE_RESULT, binding, status);
}

static void unbind(struct model *m)
{
    for (unsigned i = 0; i < 2; i++) {
        if (is_open(m, m->order[i]))
            let_close(m, m->order[i]);
    }
}

static void halt(struct model *m)
{
    model_note(m, MODEL_HALT, 0, 0);
    m->halted = true;
    while (m->held_count)
        model_let_go(m, 0, m->held[0].answer.final);
    abort_all(m, m->dropped, &m->dropped_count);
    if (m->has_current && m->current.is_own)
        m->has_current = false;
    else if (m->has_current)
        request_over(m, MODEL_ABORTED);
    for (unsigned i = 0; i < m->waiting_count; i++) {
        model_note(m, MODEL_ANSWERED, m->waiting[i].number, MODEL_ABORTED);
        model_pay(m, m->waiting[i].binding);
    }
    m->waiting_count = 0;
    if (m->has_asker) {
        m->has_asker = false;
        model_note(m, MODEL_RESET_DONE, m->asker, MODEL_ABORTED);
        model_pay(m, m->asker);
    }
}

/* DER-10: what is queued ends first. A miniport that still has something, a reset too, is halted before the protocols are
 * asked to close, which wait for that. */
void model_remove(struct model *m)
{
    bool owes;

    abort_all(m, m->queue, &m->queue_length);
    owes = m->held_count || m->has_current || m->resetting;
    if (owes)
        halt(m);
    unbind(m);
    if (!owes)
        halt(m);
}
