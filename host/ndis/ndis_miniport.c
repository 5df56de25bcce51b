/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Miniports: registration, attributes, the gate (ndis_machine.h), timers, check for hang.
 */
#include "ndis_machine.h"

_Thread_local struct ndis_miniport *ndis_inside;

/* ---- registration ---- */

VOID NdisInitializeWrapper(PNDIS_HANDLE NdisWrapperHandle, PVOID SystemSpecific1,
                           PVOID SystemSpecific2, PVOID SystemSpecific3)
{
    (void)SystemSpecific2;
    (void)SystemSpecific3;
    *NdisWrapperHandle = SystemSpecific1; /* the driver object is our driver */
}

VOID NdisTerminateWrapper(NDIS_HANDLE NdisWrapperHandle, PVOID SystemSpecific)
{
    ndis_only_passive("NdisTerminateWrapper");
    (void)NdisWrapperHandle;
    (void)SystemSpecific;
}

VOID NdisMRegisterUnloadHandler(NDIS_HANDLE NdisWrapperHandle,
                                VOID (*UnloadHandler)(PDRIVER_OBJECT DriverObject))
{
    ((struct nic_ndis_driver *)NdisWrapperHandle)->unload = UnloadHandler;
}

/* Size of the characteristics of a version; 0: no such version. */
static size_t characteristics_bytes(UCHAR major, UCHAR minor)
{
    switch (major << 8 | minor) {
    case 0x0300:
        return sizeof(NDIS30_MINIPORT_CHARACTERISTICS);
    case 0x0400:
        return sizeof(NDIS40_MINIPORT_CHARACTERISTICS);
    case 0x0500:
        return sizeof(NDIS50_MINIPORT_CHARACTERISTICS);
    case 0x0501:
        return sizeof(NDIS51_MINIPORT_CHARACTERISTICS);
    default:
        return 0;
    }
}

NDIS_STATUS NdisMRegisterMiniport(NDIS_HANDLE NdisWrapperHandle,
                                  PNDIS_MINIPORT_CHARACTERISTICS Characteristics,
                                  UINT CharacteristicsLength)
{
    struct nic_ndis_driver *driver = NdisWrapperHandle;
    NDIS51_MINIPORT_CHARACTERISTICS chars = {0};
    size_t length =
        characteristics_bytes(Characteristics->MajorNdisVersion, Characteristics->MinorNdisVersion);

    ndis_only_passive("NdisMRegisterMiniport");
    if (length == 0)
        return NDIS_STATUS_BAD_VERSION;
    if (CharacteristicsLength < length)
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    memcpy(&chars, Characteristics, length);
    if (!chars.InitializeHandler || !chars.HaltHandler || !chars.QueryInformationHandler ||
        !chars.SetInformationHandler || !chars.ResetHandler ||
        (!chars.SendHandler && !chars.SendPacketsHandler))
        return NDIS_STATUS_BAD_CHARACTERISTICS;
    driver->chars = chars;
    driver->registered = true;
    return NDIS_STATUS_SUCCESS;
}

VOID NdisMSetAttributesEx(NDIS_HANDLE MiniportAdapterHandle, NDIS_HANDLE MiniportAdapterContext,
                          UINT CheckForHangTimeInSeconds, ULONG AttributeFlags,
                          NDIS_INTERFACE_TYPE AdapterType)
{
    struct ndis_miniport *m = ndis_miniport_of(MiniportAdapterHandle);

    ndis_only_passive("NdisMSetAttributesEx");
    (void)AdapterType;
    m->context = MiniportAdapterContext;
    m->attributes = AttributeFlags;
    m->serialized = !(AttributeFlags & NDIS_ATTRIBUTE_DESERIALIZE);
    m->hang_interval_ns =
        (uint64_t)(CheckForHangTimeInSeconds ? CheckForHangTimeInSeconds : 2) * 1000000000u;
}

VOID NdisMRegisterAdapterShutdownHandler(NDIS_HANDLE MiniportHandle, PVOID ShutdownContext,
                                         ADAPTER_SHUTDOWN_HANDLER ShutdownHandler)
{
    ndis_only_passive("NdisMRegisterAdapterShutdownHandler");
    ndis_miniport_of(MiniportHandle)->shutdown = ShutdownHandler;
    ndis_miniport_of(MiniportHandle)->shutdown_context = ShutdownContext;
}

VOID NdisMDeregisterAdapterShutdownHandler(NDIS_HANDLE MiniportHandle)
{
    ndis_only_passive("NdisMDeregisterAdapterShutdownHandler");
    ndis_miniport_of(MiniportHandle)->shutdown = NULL;
}

/* ---- gate ---- */

bool ndis_gate_take_locked(struct ndis_miniport *m)
{
    uint32_t gate = __atomic_load_n(&m->gate, __ATOMIC_RELAXED);

    do {
        if (gate & GATE_BUSY || gate >= GATE_SHARED)
            return false;
    } while (!__atomic_compare_exchange_n(&m->gate, &gate, gate | GATE_BUSY, true, __ATOMIC_ACQUIRE,
                                          __ATOMIC_RELAXED));
    return true;
}

void ndis_handle_interrupt(struct ndis_miniport *m)
{
    int locks = ndis_verifying() ? ndis_verify_locks() : 0;

    ndis_preempt("MiniportHandleInterrupt");
    OUTSIDE(m->driver->chars.HandleInterruptHandler)(m->context);
    if (ndis_verifying())
        ndis_verify_locks_left(m, "MiniportHandleInterrupt", locks);
    if (m->driver->chars.EnableInterruptHandler)
        OUTSIDE(m->driver->chars.EnableInterruptHandler)(m->context);
    ndis_preempt("MiniportHandleInterrupt returned");
}

/* What was left at the gate, taken over by its owner. */
struct gate_work {
    PNDIS_PACKET late, returned;
    struct ndis_timer *timer;
    struct ndis_loop *loop;
    struct ndis_cancel *cancels;
    bool reset, reset_end, reissued, dpc, hang_check, request, sends;
};

static bool has_queued(const struct ndis_miniport *m)
{
    return m->queue_head || m->six.queue_head;
}

/* Under m->lock. False: nothing, and the gate is free. */
static bool gate_collect(struct ndis_miniport *m, struct gate_work *work)
{
    bool may_enter = ndis_state(m) == MINIPORT_RUNNING || ndis_state(m) == MINIPORT_REMOVING;

    *work = (struct gate_work){.late = m->late_head, .loop = m->loop_head};
    m->late_head = m->late_tail = NULL;
    m->loop_head = NULL;
    if (m->resources_available) {
        m->resources_available = false;
        m->stalled = false;
        m->stall_progress++;
    }
    if (may_enter) {
        work->cancels = m->cancels;
        m->cancels = NULL;
        work->returned = m->returned;
        m->returned = NULL;
        work->reset = m->reset_due && (!m->resetting || m->reissuing);
        work->reset_end = m->reset_ended && m->resetting;
        work->reissued = !work->reset && ndis_request_reissued(m);
        work->dpc = m->dpc_due;
        m->dpc_due = false;
        work->timer = m->timers_due;
        if (work->timer) {
            m->timers_due = work->timer->next_due;
            work->timer->is_due = false;
        }
        work->hang_check = m->hang_check_due;
        m->hang_check_due = false;
        work->request = !work->reset && !m->driver->is6 && ndis_request_ready(m);
        work->sends = !m->resetting && !work->reset && has_queued(m) && !m->stalled &&
                      m->six.flow == FLOW_RUNNING && !m->entering;
    }
    if (work->late || work->loop || work->cancels || work->returned || work->reset ||
        work->reset_end || work->reissued || work->dpc || work->timer || work->hang_check ||
        work->request || work->sends)
        return true;
    __atomic_store_n(&m->gate,
                     ndis_state(m) != MINIPORT_RUNNING || m->resetting || has_queued(m) ||
                             m->six.flow != FLOW_RUNNING || m->entering
                         ? GATE_ATTENTION
                         : 0,
                     __ATOMIC_RELEASE);
    return false;
}

void ndis_gate_leave_slow(struct ndis_miniport *m)
{
    struct ndis_miniport *outer = ndis_inside;
    enum nic_level before = ndis_raise();

    ndis_inside = m;
    for (;;) {
        struct gate_work work;
        ndis_lock(&m->lock);
        bool more = gate_collect(m, &work);
        ndis_unlock(&m->lock);
        if (!more)
            break;
        ndis_send_complete_late(m, work.late);
        ndis_cancel_run(m, work.cancels);
        ndis_receive_returned(m, work.returned);
        if (work.loop)
            ndis_loopback_deliver(m, work.loop);
        if (work.reset_end)
            ndis_reset_end(m);
        if (work.reissued)
            ndis_reset_tell(m);
        if (work.reset)
            ndis_reset_run(m);
        if (work.dpc)
            ndis_handle_interrupt(m);
        if (work.timer)
            ndis_timer_call(work.timer);
        if (work.hang_check)
            ndis_hang_check(m);
        if (work.request)
            ndis_request_run(m);
        if (work.sends && !m->stalled && !m->resetting && m->driver->is6)
            ndis_nbl_start_queue(m);
        else if (work.sends && !m->stalled && !m->resetting)
            ndis_send_start_queue(m);
    }
    ndis_inside = outer;
    ndis_lower(before);
}

void ndis_gate_kick(struct ndis_miniport *m)
{
    bool taken;

    ndis_lock(&m->lock);
    ndis_gate_attention(m);
    taken = ndis_gate_take_locked(m);
    ndis_unlock(&m->lock);
    if (taken)
        ndis_gate_leave_slow(m);
}

void ndis_gate_enter_waiting(struct ndis_miniport *m)
{
    static const volatile bool never = false;

    if (ndis_gate_take_locked(m))
        return;
    ndis_lock(&m->lock);
    m->entering++; /* senders that come meanwhile queue */
    ndis_gate_attention(m);
    ndis_unlock(&m->lock);
    while (!ndis_gate_take_locked(m))
        ndis.platform->ops->wait(ndis.platform, &never, 10000);
    ndis_lock(&m->lock);
    m->entering--;
    ndis_unlock(&m->lock);
}

/* ---- timers ---- */

void ndis_timer_call(struct ndis_timer *timer)
{
    OUTSIDE(timer->function)(NULL, timer->context, NULL, NULL);
}

static void timer_fired(void *context)
{
    struct ndis_timer *timer = context;
    struct ndis_miniport *m = timer->miniport;

    UINT period_ms = __atomic_load_n(&timer->period_ms, __ATOMIC_RELAXED);

    if (!period_ms)
        __atomic_store_n(&timer->is_set, false, __ATOMIC_RELEASE);
    else
        ndis.platform->ops->timer_set(ndis.platform, &timer->timer,
                                      timer->timer.due_ns + (uint64_t)period_ms * 1000000u);
    if (!m || !m->serialized) {
        ndis_timer_call(timer);
        return;
    }
    ndis_lock(&m->lock);
    if (!timer->is_due) {
        struct ndis_timer **at = &m->timers_due;
        while (*at)
            at = &(*at)->next_due;
        timer->is_due = true;
        timer->next_due = NULL;
        *at = timer;
    }
    ndis_unlock(&m->lock);
    ndis_gate_kick(m);
}

struct ndis_timer *ndis_timer_new(size_t more_bytes, struct ndis_miniport *m,
                                  PNDIS_TIMER_FUNCTION function, PVOID context)
{
    struct ndis_timer *timer = ndis_object_new(NDIS_KIND_TIMER, sizeof(*timer) + more_bytes, 0);

    if (!timer)
        return NULL;
    ndis_object_of(timer)->miniport = m;
    timer->timer = (struct nic_timer){.fn = timer_fired, .context = timer};
    timer->miniport = m;
    timer->function = function;
    timer->context = context;
    return timer;
}

void ndis_timer_start(struct ndis_timer *timer, uint64_t due_ns, UINT period_ms)
{
    __atomic_store_n(&timer->period_ms, period_ms, __ATOMIC_RELAXED);
    __atomic_store_n(&timer->is_set, true, __ATOMIC_RELEASE);
    ndis.platform->ops->timer_set(ndis.platform, &timer->timer, due_ns);
}

static void timer_start(PKTIMER storage, UINT delay_ms, UINT period_ms)
{
    uint64_t now = ndis.platform->ops->now_ns(ndis.platform);

    ndis_timer_start(storage->Private, now + (uint64_t)delay_ms * 1000000u, period_ms);
}

BOOLEAN ndis_timer_stop(struct ndis_timer *timer)
{
    BOOLEAN cancelled;

    __atomic_store_n(&timer->is_set, false, __ATOMIC_RELEASE);
    __atomic_store_n(&timer->period_ms, 0, __ATOMIC_RELAXED);
    cancelled = ndis.platform->ops->timer_cancel(ndis.platform, &timer->timer);
    if (timer->miniport) {
        ndis_lock(&timer->miniport->lock);
        for (struct ndis_timer **at = &timer->miniport->timers_due; *at; at = &(*at)->next_due) {
            if (*at == timer) {
                *at = timer->next_due;
                timer->is_due = false;
                cancelled = TRUE;
                break;
            }
        }
        ndis_unlock(&timer->miniport->lock);
    }
    return cancelled;
}

struct once {
    PNDIS_TIMER_FUNCTION function;
    struct ndis_timer *timer;
    PVOID context[]; /* a copy, aligned like a pointer */
};

static VOID run_once(PVOID one, PVOID context, PVOID two, PVOID three)
{
    struct once *once = context;
    struct ndis_timer *timer = once->timer;

    OUTSIDE(once->function)(one, once->context, two, three);
    ndis_object_free(timer);
}

bool ndis_timer_once(struct ndis_miniport *m, PNDIS_TIMER_FUNCTION function, const void *context,
                     size_t context_bytes)
{
    struct once *once;
    struct ndis_timer *timer = ndis_timer_new(sizeof(*once) + context_bytes, m, run_once, NULL);

    if (!timer)
        return false;
    once = (struct once *)(timer + 1);
    once->function = function;
    once->timer = timer;
    memcpy(once->context, context, context_bytes);
    timer->context = once;
    ndis_timer_start(timer, ndis.platform->ops->now_ns(ndis.platform), 0);
    return true;
}

/* One timer of the miniport (NULL: of nobody) that is left. */
static struct ndis_timer *any_timer(struct ndis_miniport *m)
{
    struct ndis_object *object;

    ndis_lock(&ndis.lock);
    for (object = ndis.objects; object; object = object->next) {
        if (object->kind == NDIS_KIND_TIMER && object->miniport == m)
            break;
    }
    ndis_unlock(&ndis.lock);
    return object ? (struct ndis_timer *)(object + 1) : NULL;
}

void ndis_timers_stop(struct ndis_miniport *m)
{
    struct ndis_timer *timer;

    while ((timer = any_timer(m)) != NULL) {
        if (ndis_timer_stop(timer) && ndis_verifying() && m)
            ndis_verify_finding(NULL, "%s halted with a timer armed", m->name);
        ndis_object_free(timer);
    }
}

VOID NdisMInitializeTimer(PNDIS_MINIPORT_TIMER Timer, NDIS_HANDLE MiniportAdapterHandle,
                          PNDIS_TIMER_FUNCTION TimerFunction, PVOID FunctionContext)
{
    ndis_up_to_dispatch("NdisMInitializeTimer");
    Timer->Miniport = MiniportAdapterHandle;
    Timer->MiniportTimerFunction = TimerFunction;
    Timer->MiniportTimerContext = FunctionContext;
    Timer->Timer.Private = ndis_timer_new(0, MiniportAdapterHandle, TimerFunction, FunctionContext);
}

VOID NdisMSetTimer(PNDIS_MINIPORT_TIMER Timer, UINT MillisecondsToDelay)
{
    ndis_up_to_dispatch("NdisMSetTimer");
    ndis_preempt("NdisMSetTimer");
    timer_start(&Timer->Timer, MillisecondsToDelay, 0);
}

VOID NdisMSetPeriodicTimer(PNDIS_MINIPORT_TIMER Timer, UINT MillisecondPeriod)
{
    ndis_up_to_dispatch("NdisMSetPeriodicTimer");
    timer_start(&Timer->Timer, MillisecondPeriod, MillisecondPeriod);
}

VOID NdisMCancelTimer(PNDIS_MINIPORT_TIMER Timer, PBOOLEAN TimerCancelled)
{
    ndis_up_to_dispatch("NdisMCancelTimer");
    ndis_preempt("NdisMCancelTimer");
    *TimerCancelled = ndis_timer_stop(Timer->Timer.Private);
}

VOID NdisInitializeTimer(PNDIS_TIMER Timer, PNDIS_TIMER_FUNCTION TimerFunction,
                         PVOID FunctionContext)
{
    Timer->Timer.Private = ndis_timer_new(0, NULL, TimerFunction, FunctionContext);
}

VOID NdisSetTimer(PNDIS_TIMER Timer, UINT MillisecondsToDelay)
{
    ndis_up_to_dispatch("NdisSetTimer");
    timer_start(&Timer->Timer, MillisecondsToDelay, 0);
}

VOID NdisSetTimerEx(PNDIS_TIMER Timer, UINT MillisecondsToDelay, PVOID FunctionContext)
{
    ((struct ndis_timer *)Timer->Timer.Private)->context = FunctionContext;
    timer_start(&Timer->Timer, MillisecondsToDelay, 0);
}

VOID NdisSetPeriodicTimer(PNDIS_TIMER Timer, UINT MillisecondPeriod)
{
    timer_start(&Timer->Timer, MillisecondPeriod, MillisecondPeriod);
}

VOID NdisCancelTimer(PNDIS_TIMER Timer, PBOOLEAN TimerCancelled)
{
    *TimerCancelled = ndis_timer_stop(Timer->Timer.Private);
}

/* ---- check for hang ---- */

/* An interval that passed while this process was stopped counts once: the driver had no chance
 * either. */
static void hang_timer_fired(void *context)
{
    struct ndis_miniport *m = context;
    uint64_t now = ndis.platform->ops->now_ns(ndis.platform);
    uint64_t next = m->hang_timer.due_ns + m->hang_interval_ns;

    ndis.platform->ops->timer_set(ndis.platform, &m->hang_timer,
                                  next > now ? next : now + m->hang_interval_ns);
    ndis_lock(&m->lock);
    m->hang_check_due = true;
    ndis_unlock(&m->lock);
    ndis_gate_kick(m);
}

void ndis_hang_start(struct ndis_miniport *m)
{
    uint64_t now = ndis.platform->ops->now_ns(ndis.platform);

    m->hang_timer = (struct nic_timer){.fn = hang_timer_fired, .context = m};
    ndis.platform->ops->timer_set(ndis.platform, &m->hang_timer, now + m->hang_interval_ns);
}

/* C-3: a driver that answered RESOURCES with nothing outstanding owes NdisMSendResourcesAvailable;
 * nobody else restarts it. Reported when a whole interval went by. */
static void check_stall(struct ndis_miniport *m)
{
    PNDIS_PACKET head;
    bool starved;

    ndis_lock(&m->lock);
    head = m->queue_head;
    starved = m->stalled && head && ndis_send_outstanding(m) == 0;
    ndis_unlock(&m->lock);
    if (starved && m->stall_armed && m->stall_seen == m->stall_progress && !m->stall_reported) {
        m->stall_reported = true;
        ndis_verify_finding(
            head,
            "%s is stalled: it answered RESOURCES with nothing outstanding and has not called "
            "NdisMSendResourcesAvailable for %u ms",
            m->name, (unsigned)(m->hang_interval_ns / 1000000u));
    }
    if (!starved)
        m->stall_reported = false;
    m->stall_armed = starved;
    m->stall_seen = m->stall_progress;
}

/* Two whole intervals with something to do and nothing done. */
static bool is_overdue(struct ndis_watch *watch, bool is_waiting, uint64_t done)
{
    if (is_waiting && watch->armed && watch->done == done)
        return ++watch->idle >= 2;
    *watch = (struct ndis_watch){.armed = is_waiting, .done = done};
    return false;
}

/* DER-9. What the driver has; packets in the library's queue are no reason (C-3). */
static bool check_timeouts(struct ndis_miniport *m)
{
    bool has_sends, has_request, late_send, late_request;
    uint64_t sends_done, requests_done;

    ndis_lock(&m->lock);
    sends_done = -ndis_count_read(&m->unsent);
    for (struct ndis_binding *binding = m->bindings; binding; binding = binding->next)
        sends_done += ndis_count_read(&binding->done_ok) + ndis_count_read(&binding->done_error);
    has_sends = ndis_send_outstanding(m) != 0;
    has_request = m->request_current || m->six.oid_current;
    requests_done = m->requests_done;
    ndis_unlock(&m->lock);
    late_send = is_overdue(&m->send_watch,
                           has_sends && !(m->attributes & NDIS_ATTRIBUTE_IGNORE_PACKET_TIMEOUT),
                           sends_done);
    late_request = is_overdue(
        &m->request_watch, has_request && !(m->attributes & NDIS_ATTRIBUTE_IGNORE_REQUEST_TIMEOUT),
        requests_done);
    if (late_send || late_request)
        ndis_log("%s has completed no %s for %u ms; reset", m->name,
                 late_send ? "packet" : "request", (unsigned)(2 * m->hang_interval_ns / 1000000u));
    return late_send || late_request;
}

static bool says_it_hangs(struct ndis_miniport *m)
{
    const struct nic_ndis_driver *driver = m->driver;

    if (driver->is6)
        return driver->chars6.CheckForHangHandlerEx &&
               OUTSIDE(driver->chars6.CheckForHangHandlerEx)(m->context);
    return driver->chars.CheckForHangHandler &&
           OUTSIDE(driver->chars.CheckForHangHandler)(m->context);
}

void ndis_hang_check(struct ndis_miniport *m)
{
    bool is_hung;

    if (ndis_verifying())
        check_stall(m);
    if (m->resetting && !m->reissuing) {
        m->send_watch.armed = m->request_watch.armed = false;
        return;
    }
    is_hung = check_timeouts(m);
    if (says_it_hangs(m)) {
        ndis_log("%s: MiniportCheckForHang found a hang; reset", m->name);
        is_hung = true;
    }
    if (!is_hung || (m->driver->is6 && !m->driver->chars6.ResetHandlerEx))
        return;
    m->send_watch.armed = m->request_watch.armed = false;
    ndis_lock(&m->lock);
    __atomic_store_n(&m->reset_due, true, __ATOMIC_RELEASE);
    ndis_unlock(&m->lock);
}
