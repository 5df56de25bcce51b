/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine: start and stop, drivers, adapters, the registry behind the leak report.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "ndis_machine.h"

/* How long MiniportRestart may pend when an adapter is added. */
#define RESTART_NS 10000000000u
/* How often a removal looks whether the driver has let go. */
#define POLL_NS 100000u

struct ndis_machine ndis;

static void say(nic_ndis_report_fn *where, void *context, const char *text)
{
    if (where)
        where(context, text);
    else
        fprintf(stderr, "ndis: %s\n", text);
}

void ndis_log(const char *format, ...)
{
    char text[1024];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof(text), format, list);
    va_end(list);
    if (ndis_verifying())
        ndis_verify_outside("the log");
    say(ndis.options.log, ndis.options.log_context, text);
}

/* ---- registry ---- */

void *ndis_object_new(enum ndis_kind kind, size_t length_bytes, ULONG tag)
{
    bool is_guarded = ndis_verifying() && kind == NDIS_KIND_MEMORY;
    struct ndis_object *object = NULL;

    if (length_bytes < SIZE_MAX / 2)
        object =
            is_guarded ? ndis_guarded_new(length_bytes) : calloc(1, sizeof(*object) + length_bytes);
    if (!object)
        return NULL;
    object->kind = kind;
    object->tag = tag;
    object->length_bytes = length_bytes;
    ndis_lock(&ndis.lock);
    object->next = ndis.objects;
    object->link = &ndis.objects;
    if (object->next)
        object->next->link = &object->next;
    ndis.objects = object;
    ndis_unlock(&ndis.lock);
    return object + 1;
}

struct ndis_object *ndis_object_of(void *memory)
{
    return (struct ndis_object *)memory - 1;
}

void ndis_object_free(void *memory)
{
    struct ndis_object *object = ndis_object_of(memory);

    ndis_lock(&ndis.lock);
    *object->link = object->next;
    if (object->next)
        object->next->link = object->link;
    ndis_unlock(&ndis.lock);
    if (object->is_guarded)
        ndis_guarded_free(object);
    else
        free(object);
}

/* ---- start and stop ---- */

int nic_ndis_start(struct nic_platform *platform, const struct nic_ndis_options *options)
{
    if (ndis.started)
        return -EBUSY;
    ndis = (struct ndis_machine){.started = true, .platform = platform};
    if (options)
        ndis.options = *options;
    ndis.verify = ndis.options.verify;
    platform->ops->lock_init(platform, &ndis.lock, "machine");
    ndis_verify_start();
    return 0;
}

static void report_object(struct ndis_object *object)
{
    static const char *const names[] = {"memory",        "a spin lock",   "a timer",
                                        "a packet pool", "a buffer pool", "a file"};
    char tag[5] = {0};

    memcpy(tag, &object->tag, sizeof(object->tag));
    for (char *c = tag; *c; c++)
        *c = *c >= ' ' && *c <= '~' ? *c : '?';
    ndis_log("leak: %s of %zu bytes%s%s was not freed", names[object->kind], object->length_bytes,
             tag[0] ? ", tag " : "", tag);
}

static unsigned free_objects(void)
{
    unsigned leaks = 0;

    ndis_packet_pools_free();
    while (ndis.objects) {
        struct ndis_object *object = ndis.objects;
        if (object->kind == NDIS_KIND_RW_LOCK) {
            ndis_rw_lock_free(object + 1);
        } else if (object->kind != NDIS_KIND_TIMER) { /* nobody can free these two */
            report_object(object);
            leaks++;
        }
        if (object->kind == NDIS_KIND_LOCK)
            ndis.platform->ops->lock_free(ndis.platform, (struct nic_lock *)(object + 1));
        ndis_object_free(object + 1);
    }
    return leaks;
}

static struct ndis_miniport *added_adapter(void)
{
    struct ndis_miniport *m = ndis.miniports;

    while (m && m->device_context)
        m = m->next;
    return m;
}

unsigned nic_ndis_stop(void)
{
    struct ndis_miniport *m;
    unsigned leaks = 0;

    if (!ndis.started)
        return 0;
    /* Those of intermediate drivers go with the adapters below them. */
    for (; (m = added_adapter()) != NULL; leaks++) {
        ndis_log("leak: adapter %s was not removed", m->name);
        nic_ndis_adapter_remove(m->name, 1000);
    }
    while (ndis.drivers)
        nic_ndis_driver_unload(ndis.drivers);
    ndis_timers_stop(NULL);
    for (; ndis.protocols; leaks++) {
        struct ndis_protocol *protocol = ndis.protocols;
        ndis_log("leak: protocol %s was not deregistered", protocol->name);
        ndis.protocols = protocol->next;
        free(protocol->name);
        free(protocol);
    }
    leaks += ndis_nbl_pools_free();
    leaks += free_objects();
    if (ndis_verifying())
        ndis_verify_release_all();
    ndis_verify_stop();
    ndis.platform->ops->lock_free(ndis.platform, &ndis.lock);
    ndis.started = false;
    return leaks;
}

/* ---- drivers ---- */

NDIS_STATUS nic_ndis_driver_load(nic_ndis_driver_entry *entry, struct nic_ndis_driver **driver)
{
    struct nic_ndis_driver *d = calloc(1, sizeof(*d));
    UNICODE_STRING path =
        NDIS_STRING_CONST("\\Registry\\Machine\\System\\CurrentControlSet\\Services\\miniport");
    NTSTATUS status;

    *driver = NULL;
    if (!d)
        return NDIS_STATUS_RESOURCES;
    status = OUTSIDE(entry)((PDRIVER_OBJECT)d, &path);
    if (status == STATUS_SUCCESS && !d->registered)
        status = NDIS_STATUS_BAD_CHARACTERISTICS;
    if (status != STATUS_SUCCESS) {
        free(d);
        return status;
    }
    ndis_lock(&ndis.lock);
    d->next = ndis.drivers;
    ndis.drivers = d;
    ndis_unlock(&ndis.lock);
    *driver = d;
    return NDIS_STATUS_SUCCESS;
}

static struct ndis_miniport *any_adapter(const struct nic_ndis_driver *driver)
{
    struct ndis_miniport *m = ndis.miniports;

    while (m && m->driver != driver)
        m = m->next;
    return m;
}

void nic_ndis_driver_unload(struct nic_ndis_driver *driver)
{
    struct ndis_miniport *m;

    while ((m = any_adapter(driver)) != NULL)
        nic_ndis_adapter_remove(m->name, 1000);
    if (driver->unload)
        OUTSIDE(driver->unload)((PDRIVER_OBJECT)driver);
    ndis_lock(&ndis.lock);
    for (struct nic_ndis_driver **at = &ndis.drivers; *at; at = &(*at)->next) {
        if (*at == driver) {
            *at = driver->next;
            break;
        }
    }
    ndis_unlock(&ndis.lock);
    ndis_release(free, driver);
}

/* ---- adapters ---- */

/* Under ndis.lock. */
static struct ndis_miniport *miniport_of(const char *name)
{
    struct ndis_miniport *m;

    for (m = ndis.miniports; m && strcmp(m->name, name) != 0; m = m->next)
        ;
    return m;
}

struct ndis_miniport *ndis_miniport_find(const char *name)
{
    struct ndis_miniport *m;

    ndis_lock(&ndis.lock);
    m = miniport_of(name);
    ndis_unlock(&ndis.lock);
    return m;
}

static void miniport_release(void *memory)
{
    struct ndis_miniport *m = memory;

    while (m->bindings) {
        struct ndis_binding *binding = m->bindings;
        m->bindings = binding->next;
        free(binding->multicast);
        if (ndis_verifying())
            ndis_verify_binding_gone(binding);
        else
            free(binding);
    }
    ndis_iommu_stop(m);
    ndis_config_free(m);
    free(m->resource_list);
    free(m->property_list);
    while (m->cancels) {
        struct ndis_cancel *cancel = m->cancels;
        m->cancels = cancel->next;
        free(cancel);
    }
    free(m->six.oids);
    free(m->filter_undo.multicast);
    free(m->multicast);
    free(m->name);
    ndis.platform->ops->lock_free(ndis.platform, &m->lock);
    free(m);
}

static void miniport_free(struct ndis_miniport *m)
{
    if (ndis_verifying())
        ndis_verify_adapter_gone(m);
    ndis_release(miniport_release, m);
}

static struct ndis_miniport *miniport_new(struct nic_ndis_driver *driver, const char *name)
{
    struct ndis_miniport *m = calloc(1, sizeof(*m));

    if (!m)
        return NULL;
    m->driver = driver;
    m->name = strdup(name);
    m->serialized = true;
    m->sends_arrays = driver->chars.SendPacketsHandler != NULL;
    m->array_max = NDIS_MAX_ARRAY;
    m->detours = ndis_verifying() ? DETOUR_VERIFY : 0;
    m->hang_interval_ns = 2000000000u;
    m->gate = GATE_BUSY; /* MiniportInitialize runs inside */
    m->removal = (struct nic_dpc){.fn = ndis_removal_run, .context = m};
    ndis.platform->ops->lock_init(ndis.platform, &m->lock, "miniport");
    if (ndis_verifying())
        ndis_verify_adapter(m);
    if (m->name)
        return m;
    miniport_free(m);
    return NULL;
}

static void attach(struct ndis_miniport *m, struct nic_ndis_bus *bus)
{
    if (m->device.attach)
        OUTSIDE(m->device.attach)(m->device.context, bus);
}

/* What the driver has left of it, after MiniportHalt or a MiniportInitialize that failed. */
static void take_hardware(struct ndis_miniport *m)
{
    if (m->interrupt)
        ndis_interrupt_stop(m);
    if (m->six.has_interrupt)
        ndis_interrupt_stop6(m);
    ndis_timers_stop(m);
    ndis_windows_free(m);
    ndis_dma_stop(m);
    ndis_dma_stop6(m);
    ndis_shared_stop(m);
    attach(m, NULL);
}

static NDIS_STATUS initialize(struct ndis_miniport *m)
{
    static NDIS_MEDIUM media[] = {NdisMedium802_3};
    NDIS_STATUS open_error = NDIS_STATUS_SUCCESS, status;
    struct ndis_miniport *outer = ndis_inside;
    UINT selected = 0;

    attach(m, (struct nic_ndis_bus *)m);
    ndis_inside = m;
    status = m->driver->is6 ? ndis_initialize6(m)
                            : OUTSIDE(m->driver->chars.InitializeHandler)(&open_error, &selected,
                                                                          media, 1, m, m);
    ndis_inside = outer;
    if (status == NDIS_STATUS_SUCCESS && selected != 0)
        status = NDIS_STATUS_UNSUPPORTED_MEDIA;
    return status;
}

/* REQ-60, the length of arrays, and the address that directed frames go to. */
static void ask_driver(struct ndis_miniport *m)
{
    ULONG value = 0;

    if (ndis_request_internal(m, OID_GEN_MAC_OPTIONS, &value, sizeof(value)) == NDIS_STATUS_SUCCESS)
        m->mac_options = value;
    if (ndis_request_internal(m, OID_GEN_MAXIMUM_SEND_PACKETS, &value, sizeof(value)) ==
            NDIS_STATUS_SUCCESS &&
        value > 0)
        m->array_max = value < NDIS_MAX_ARRAY ? value : NDIS_MAX_ARRAY;
    m->has_address = ndis_request_internal(m, OID_802_3_CURRENT_ADDRESS, m->address,
                                           sizeof(m->address)) == NDIS_STATUS_SUCCESS;
}

NDIS_STATUS ndis_adapter_start(struct nic_ndis_driver *driver, const char *name,
                               const struct nic_ndis_adapter *adapter, NDIS_HANDLE device_context)
{
    struct ndis_miniport *m;
    NDIS_STATUS status;

    if (ndis_miniport_find(name))
        return NDIS_STATUS_RESOURCE_CONFLICT;
    m = miniport_new(driver, name);
    if (!m)
        return NDIS_STATUS_RESOURCES;
    m->device_context = device_context;
    status = ndis_config_load(m, adapter);
    if (adapter->device)
        m->device = *adapter->device;
    if (status == NDIS_STATUS_SUCCESS)
        status = initialize(m);
    if (status != NDIS_STATUS_SUCCESS) {
        take_hardware(m);
        miniport_free(m);
        return status;
    }
    ndis_lock(&m->lock);
    ndis_state_set(m, MINIPORT_RUNNING);
    ndis_unlock(&m->lock);
    ndis_lock(&ndis.lock);
    m->next = ndis.miniports;
    ndis.miniports = m;
    ndis_unlock(&ndis.lock);
    ndis_gate_leave_slow(m);
    if (m->driver->is6)
        status = ndis_restart(m, RESTART_NS);
    else
        ask_driver(m);
    if (status != NDIS_STATUS_SUCCESS) {
        nic_ndis_adapter_remove(name, 0);
        return status;
    }
    ndis_hang_start(m);
    ndis_bind_all(m);
    return NDIS_STATUS_SUCCESS;
}

NDIS_STATUS nic_ndis_adapter_add(struct nic_ndis_driver *driver, const char *name,
                                 const char *const parameters[])
{
    return nic_ndis_adapter_add_configured(driver, name,
                                           &(struct nic_ndis_adapter){.parameters = parameters});
}

NDIS_STATUS nic_ndis_adapter_add_configured(struct nic_ndis_driver *driver, const char *name,
                                            const struct nic_ndis_adapter *adapter)
{
    return ndis_adapter_start(driver, name, adapter, NULL);
}

uint64_t ndis_send_outstanding(struct ndis_miniport *m)
{
    uint64_t with_library_and_driver = 0;

    for (struct ndis_binding *binding = m->bindings; binding; binding = binding->next)
        with_library_and_driver += ndis_binding_outstanding(binding);
    return with_library_and_driver - m->queue_length;
}

/* Without m->lock, so outside of any other use of the counters this is a snapshot. */
static uint64_t outstanding(struct ndis_miniport *m)
{
    uint64_t count;

    ndis_lock(&m->lock);
    count = ndis_send_outstanding(m);
    ndis_unlock(&m->lock);
    return count;
}

/* False: the driver still has some. */
static bool wait_for_driver(struct ndis_miniport *m, uint64_t timeout_ns)
{
    static const volatile bool never = false;
    uint64_t end = ndis.platform->ops->now_ns(ndis.platform) + timeout_ns;

    while (outstanding(m) || ndis_request_pends(m)) {
        if (ndis.platform->ops->now_ns(ndis.platform) >= end)
            return false;
        ndis.platform->ops->wait(ndis.platform, &never, POLL_NS);
    }
    return true;
}

/* True: the driver is being told something, and is not halted meanwhile. */
static bool is_noticing(struct ndis_miniport *m)
{
    bool is_noticing;

    ndis_lock(&ndis.lock);
    is_noticing = m->notices != 0;
    m->is_gone = !is_noticing;
    ndis_unlock(&ndis.lock);
    return is_noticing;
}

static void halt(struct ndis_miniport *m)
{
    static const volatile bool never = false;
    struct ndis_miniport *outer = ndis_inside;
    unsigned lost;
    bool is_reset; /* in the midst of one, in which a serialized driver drops its packets (DER-7) */

    while (is_noticing(m))
        ndis.platform->ops->wait(ndis.platform, &never, POLL_NS);
    if (m->hang_timer.fn)
        ndis.platform->ops->timer_cancel(ndis.platform, &m->hang_timer);
    ndis_gate_enter_waiting(m);
    ndis_inside = m;
    if (m->driver->is6)
        OUTSIDE(m->driver->chars6.HaltHandlerEx)(m->context, NdisHaltDeviceInstanceDeInitialized);
    else
        OUTSIDE(m->driver->chars.HaltHandler)(m->context);
    if (ndis_verifying()) {
        ndis_verify_halted(m);
        ndis_verify_none_lent(m);
    }
    if (ndis_verifying() && (m->interrupt || m->six.has_interrupt))
        ndis_verify_finding(NULL, "%s halted with its interrupt registered", m->name);
    take_hardware(m);
    ndis_lock(&m->lock);
    ndis_state_set(m, MINIPORT_HALTED);
    is_reset = m->serialized && m->resetting;
    ndis_unlock(&m->lock);
    lost = m->driver->is6 ? ndis_nbl_abort_outstanding(m, NDIS_STATUS_REQUEST_ABORTED, true)
                          : ndis_send_abort_outstanding(m, NDIS_STATUS_REQUEST_ABORTED, !is_reset);
    if (lost)
        ndis_log("%s halted with %u %s outstanding", m->name, lost,
                 m->driver->is6 ? "NBLs" : "packets");
    if (m->driver->is6)
        ndis_oid_abort(m, NDIS_STATUS_REQUEST_ABORTED);
    else
        ndis_request_abort(m, NDIS_STATUS_REQUEST_ABORTED);
    ndis_inside = outer;
    ndis_gate_leave_slow(m);
}

static void take_out(struct ndis_miniport *m)
{
    ndis_lock(&ndis.lock);
    for (struct ndis_miniport **at = &ndis.miniports; *at; at = &(*at)->next) {
        if (*at == m) {
            *at = m->next;
            break;
        }
    }
    ndis_unlock(&ndis.lock);
}

/* True: it is the caller's to remove, and nobody else's. */
static bool claim_removal(struct ndis_miniport *m)
{
    bool is_ours;

    ndis_lock(&ndis.lock);
    is_ours = !m->is_removed;
    m->is_removed = true;
    ndis_unlock(&ndis.lock);
    return is_ours;
}

static void remove_adapter(struct ndis_miniport *m, uint64_t timeout_ns)
{
    struct ndis_miniport *outer = ndis_inside;

    if (m->driver->is6)
        ndis_pause(m, NDIS_PAUSE_MINIPORT_DEVICE_REMOVE, timeout_ns);
    ndis_gate_enter_waiting(m);
    ndis_inside = m;
    ndis_lock(&m->lock);
    ndis_state_set(m, MINIPORT_REMOVING);
    ndis_unlock(&m->lock);
    if (!m->driver->is6) /* paused: nothing is queued */
        ndis_send_abort_queue(m, NULL, NDIS_STATUS_REQUEST_ABORTED);
    ndis_inside = outer;
    ndis_gate_leave_slow(m);
    /* A protocol waits for its packets, requests and reset when it unbinds: a driver that still has some is halted
     * before that. What a protocol asks after the wait is no reason. */
    if (wait_for_driver(m, timeout_ns)) {
        ndis_unbind_all(m, timeout_ns);
        wait_for_driver(m, timeout_ns); /* it has got the union of no bindings, too */
        halt(m);
    } else {
        halt(m);
        ndis_unbind_all(m, timeout_ns);
    }
    ndis.platform->ops->dpc_cancel(ndis.platform, &m->removal);
    take_out(m);
    miniport_free(m);
}

NDIS_STATUS nic_ndis_adapter_remove(const char *name, uint32_t timeout_ms)
{
    static const volatile bool never = false;
    struct ndis_miniport *m = ndis_miniport_find(name);

    if (!m)
        return NDIS_STATUS_ADAPTER_NOT_FOUND;
    if (ndis_inside == m ||
        nic_platform_level() != NIC_LEVEL_PASSIVE) { /* it would wait for itself */
        ndis_log("%s: its removal is asked for from inside of a call of its own; ignored", name);
        return NDIS_STATUS_FAILURE;
    }
    if (claim_removal(m))
        remove_adapter(m, (uint64_t)timeout_ms * 1000000u);
    else
        while (ndis_miniport_find(name) == m) /* the driver has asked for it */
            ndis.platform->ops->wait(ndis.platform, &never, 1000000);
    return NDIS_STATUS_SUCCESS;
}

void ndis_removal_run(void *context)
{
    struct ndis_miniport *m = context;

    ndis_log("%s: its driver has the adapter removed", m->name);
    if (claim_removal(m))
        remove_adapter(m, 1000000000u);
}

static void notice_surprise(struct ndis_miniport *m)
{
    NET_DEVICE_PNP_EVENT event = {
        .Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_OBJECT_REVISION_1, sizeof(event)},
        .DevicePnPEvent = NdisDevicePnPEventSurpriseRemoved};

    if (m->driver->is6 && m->driver->chars6.DevicePnPEventNotifyHandler)
        OUTSIDE(m->driver->chars6.DevicePnPEventNotifyHandler)(m->context, &event);
    else if (!m->driver->is6 && m->driver->chars.PnPEventNotifyHandler)
        OUTSIDE(m->driver->chars.PnPEventNotifyHandler)
    (m->context, NdisDevicePnPEventSurpriseRemoved, NULL, 0);
}

void nic_ndis_adapter_surprise(const char *name)
{
    struct ndis_miniport *m;

    ndis_lock(&ndis.lock);
    m = miniport_of(name);
    if (m && m->is_gone)
        m = NULL;
    if (m)
        m->notices++;
    ndis_unlock(&ndis.lock);
    if (!m)
        return;
    notice_surprise(m);
    ndis_lock(&ndis.lock);
    m->notices--;
    ndis_unlock(&ndis.lock);
}

void nic_ndis_shutdown(void)
{
    for (struct ndis_miniport *m = ndis.miniports; m; m = m->next) {
        if (m->driver->is6 && m->driver->chars6.ShutdownHandlerEx)
            OUTSIDE(m->driver->chars6.ShutdownHandlerEx)(m->context, NdisShutdownPowerOff);
        else if (m->shutdown)
            OUTSIDE(m->shutdown)(m->shutdown_context);
        else if (m->driver->chars.AdapterShutdownHandler)
            OUTSIDE(m->driver->chars.AdapterShutdownHandler)(m->context);
    }
}

/* Under ndis.lock, so that the adapter does not go meanwhile, and m->lock. */
static struct nic_ndis_statistics statistics_of(struct ndis_miniport *m)
{
    struct nic_ndis_statistics s = {.findings = __atomic_load_n(&ndis.findings, __ATOMIC_RELAXED)};

    for (struct ndis_binding *binding = m->bindings; binding; binding = binding->next) {
        s.completed_ok += ndis_count_read(&binding->done_ok);
        s.completed_error += ndis_count_read(&binding->done_error);
        s.sent += ndis_count_read(&binding->sent);
    }
    s.waiting = m->queue_length;
    s.queued = m->queued;
    s.outstanding = s.sent - s.completed_ok - s.completed_error - s.waiting;
    s.resources = ndis_count_read(&m->resources);
    s.miniport_calls = ndis_count_read(&m->calls);
    s.interrupts = ndis_count_read(&m->interrupts);
    s.indications = ndis_count_read(&m->indications);
    s.looped = ndis_count_read(&m->looped);
    s.refused = ndis_count_read(&m->refused);
    s.aborted = ndis_count_read(&m->aborted);
    s.unclaimed = ndis_count_read(&m->unclaimed);
    return s;
}

bool nic_ndis_adapter_statistics(const char *name, struct nic_ndis_statistics *statistics)
{
    struct ndis_miniport *m;

    ndis_lock(&ndis.lock);
    m = miniport_of(name);
    if (m) {
        ndis_lock(&m->lock);
        *statistics = statistics_of(m);
        ndis_unlock(&m->lock);
    }
    ndis_unlock(&ndis.lock);
    return m != NULL;
}
