/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The NIC reset, from its causes (violation, failed transfer, hang, MiniportReset, MiniportInitialize) to RUNNING,
 * DEAD or GONE, and the timer that bounds each of its phases. The picture is in nic_miniport.h.
 */
#include "nic_miniport.h"

static void cancel(struct nic_adapter *a, struct nic_buffer *buffers, ULONG count)
{
    ULONG i;
    for (i = 0; i < count; i++)
        if (buffers[i].busy)
            nic_transport_cancel(a->transport, &buffers[i].transfer);
}

static void cancel_streams(struct nic_adapter *a)
{
    cancel(a, a->out, NIC_OUT_TRANSFERS);
    cancel(a, a->rx, NIC_RX_TRANSFERS);
    cancel(a, &a->control, 1);
}

/* MiniportReset's requester and a pending request hear how it ended. */
static void waiting_finish(struct nic_adapter *a, NDIS_STATUS status)
{
    if (a->reset_pended) {
        a->reset_pended = FALSE;
        nic_edge_reset_done(a, status);
    }
    if (status != NDIS_STATUS_SUCCESS)
        nic_request_finish(a, NDIS_STATUS_FAILURE);
    /* Packets that NDIS holds are asked for by nic_service: this may be inside MiniportSend, where it would be lost. */
}

/* Nothing works any more: everything ends with a failure, later sends fail at once. */
static void give_up(struct nic_adapter *a, enum nic_state state)
{
    a->state = state;
    a->control_todo = 0;
    cancel_streams(a);
    cancel(a, a->event, NIC_EVENT_TRANSFERS);
    nic_complete_all(a, NDIS_STATUS_FAILURE);
    nic_link_set(a, FALSE, a->link_speed);
    waiting_finish(a, NDIS_STATUS_HARD_ERRORS);
}

static void dead(struct nic_adapter *a, const char *why)
{
    nic_message(a, NDIS_ERROR_CODE_HARDWARE_FAILURE, "%s; the device is given up until it is reset",
                why);
    give_up(a, NIC_STATE_DEAD);
}

void nic_gone(struct nic_adapter *a, const char *why)
{
    if (a->state == NIC_STATE_GONE)
        return;
    nic_message(a, NDIS_ERROR_CODE_ADAPTER_DISABLED, "%s; sends fail until the adapter is removed",
                why);
    give_up(a, NIC_STATE_GONE);
}

void nic_reset_begin(struct nic_adapter *a)
{
    a->statistics.resets++;
    a->reset_attempts++;
    a->reset_streak++;
    a->state = NIC_STATE_DRAIN;
    a->control_todo &= ~(ULONG)(NIC_STEP_RESET | NIC_STEP_PROBE);
    a->hang_intervals = 0;
    a->probed = FALSE;
    cancel_streams(a);
    nic_timer_arm(a);
    if (!a->hold_flush)
        nic_reset_advance(a); /* nothing may be in flight: then no interrupt would move it on */
}

void nic_trouble(struct nic_adapter *a, const char *format, ...)
{
    va_list arguments;
    if (a->state >= NIC_STATE_DEAD)
        return;
    va_start(arguments, format);
    nic_message_list(a, NDIS_ERROR_CODE_HARDWARE_FAILURE, format, arguments);
    va_end(arguments);
    if (a->state == NIC_STATE_RUNNING || a->state == NIC_STATE_RESET || a->state == NIC_STATE_SETUP)
        nic_reset_begin(a);
}

void nic_violation(struct nic_adapter *a, const char *format, ...)
{
    va_list arguments;
    if (a->state >= NIC_STATE_DEAD)
        return;
    a->statistics.violations++;
    va_start(arguments, format);
    nic_message_list(a, NDIS_ERROR_CODE_INVALID_VALUE_FROM_ADAPTER, format, arguments);
    va_end(arguments);
    if (a->state == NIC_STATE_RUNNING)
        nic_reset_begin(a);
}

void nic_reset_done_event(struct nic_adapter *a)
{
    if (a->state == NIC_STATE_RESET)
        a->reset_done = TRUE;
    else if (a->state == NIC_STATE_RUNNING || a->state == NIC_STATE_SETUP)
        nic_trouble(a, "The device reset itself");
}

static void drained(struct nic_adapter *a)
{
    ULONG sequence = a->parser.sequence;
    BOOLEAN sequence_known = a->parser.sequence_known;
    if (a->reset_attempts > NIC_RESET_ATTEMPTS) {
        dead(a, "The device does not answer a NIC reset");
        return;
    }
    if (a->reset_streak > NIC_RESET_STREAK) {
        dead(a, "The device needs one NIC reset after the other");
        return;
    }
    a->statistics.rx_gap += a->parser.length != 0; /* a frame of which the rest is discarded */
    NdisZeroMemory(&a->parser, sizeof a->parser);
    a->parser.sequence = sequence;
    a->parser.sequence_known = sequence_known;
    a->parser.sequence_may_restart = TRUE;
    a->reset_done = FALSE;
    a->state = NIC_STATE_RESET;
    a->control_todo |= NIC_STEP_RESET;
    nic_timer_arm(a);
    nic_post_events(a);
    nic_control_start(a);
}

static void set_up(struct nic_adapter *a)
{
    /* Registers keep their values over a NIC reset, but a device that misbehaved may have lost them. */
    a->state = NIC_STATE_SETUP;
    a->control_todo |= NIC_STEPS_SETUP & ~(ULONG)(a->has_processor ? 0 : NIC_STEP_PROCESSOR);
    nic_control_start(a);
}

static void running(struct nic_adapter *a)
{
    nic_edge_timer_cancel(a);
    a->reset_attempts = 0;
    nic_complete_all(a, NDIS_STATUS_REQUEST_ABORTED);
    if (a->state != NIC_STATE_SETUP)
        return;
    a->state = NIC_STATE_RUNNING;
    nic_post_rx(a);
    if (a->state == NIC_STATE_RUNNING)
        waiting_finish(a, NDIS_STATUS_SUCCESS);
}

static BOOLEAN is_drained(const struct nic_adapter *a)
{
    return a->state == NIC_STATE_DRAIN && !a->out_busy && !a->rx_busy && !a->control.busy;
}

void nic_reset_advance(struct nic_adapter *a)
{
    do {
        if (is_drained(a))
            drained(a);
        if (a->state == NIC_STATE_RESET && a->reset_done && !a->control.busy &&
            !(a->control_todo & NIC_STEP_RESET))
            set_up(a);
        if (a->state == NIC_STATE_SETUP && !a->control.busy && !(a->control_todo & NIC_STEPS_SETUP))
            running(a);
        /* A transfer was refused and began the next reset: with nothing in flight no interrupt would move that on. */
    } while (is_drained(a));
    nic_control_start(a);
}

void nic_timer_expired(struct nic_adapter *a)
{
    nic_service(a);
    switch (a->state) {
    case NIC_STATE_DRAIN:
        nic_gone(a, "The transport does not give transfers back");
        break;
    case NIC_STATE_RESET:
    case NIC_STATE_SETUP:
        nic_trouble(a, "The device does not finish a NIC reset");
        break;
    case NIC_STATE_RUNNING:
        if (!a->control.busy)
            break;
        if (a->control_cancelled) {
            nic_gone(a, "The transport does not give a register access back");
            break;
        }
        a->control_cancelled = TRUE;
        nic_transport_cancel(a->transport, &a->control.transfer);
        nic_timer_arm(a);
        break;
    default:
        break;
    }
    nic_service(a);
}

NDIS_STATUS NTAPI nic_reset(PBOOLEAN addressing_reset, NDIS_HANDLE context)
{
    struct nic_adapter *a = context;
    *addressing_reset = FALSE; /* the filter is written again here */
    if (a->state == NIC_STATE_GONE)
        return NDIS_STATUS_HARD_ERRORS;
    /* NDIS takes a pending request back at the end of the reset, whether we know or not. */
    if (a->request.busy) {
        a->control_todo &= ~a->request.steps;
        a->control_step &= ~a->request.steps; /* in flight or not, nobody waits for it */
        nic_request_finish(a, NDIS_STATUS_REQUEST_ABORTED);
    }
    if (a->state == NIC_STATE_RUNNING || a->state == NIC_STATE_DEAD) {
        a->reset_attempts = 0;
        a->reset_streak = 0;
        nic_reset_begin(a);
    }
    if (a->state >= NIC_STATE_DEAD)
        return NDIS_STATUS_HARD_ERRORS;
    a->reset_pended = TRUE;
    return NDIS_STATUS_PENDING;
}

/* The head waits for its launch time, as far as the device's clock was seen. */
static BOOLEAN waits_for_launch(struct nic_adapter *a)
{
    const struct nic_descriptor *head = &a->ring[a->head];
    BOOLEAN waits = a->probed && head->launch_ns > a->probe_time_ns;
    if (!(head->flags & NIC_OOB_LAUNCH))
        return FALSE;
    a->probed = FALSE;
    a->control_todo |= NIC_STEP_PROBE;
    nic_control_start(a);
    return waits;
}

BOOLEAN NTAPI nic_check_for_hang(NDIS_HANDLE context)
{
    struct nic_adapter *a = context;
    nic_service(a); /* should an interrupt have been lost */
    if (a->processor && ++a->firmware_intervals >= NIC_FIRMWARE_QUIET)
        a->firmware_restarts = 0;
    if (a->state == NIC_STATE_RUNNING) {
        a->control_todo |= NIC_STEP_ALIVE;
        nic_control_start(a);
    }
    if (a->state != NIC_STATE_RUNNING || !a->outstanding || a->completions != a->completions_seen) {
        a->completions_seen = a->completions;
        a->hang_intervals = 0;
        return FALSE;
    }
    if (waits_for_launch(a) || a->hang_intervals++ == 0)
        return FALSE;
    a->statistics.hangs++;
    nic_message(a, NDIS_ERROR_CODE_TIMEOUT,
                "The device stopped completing with %u descriptors outstanding", a->outstanding);
    return TRUE;
}
