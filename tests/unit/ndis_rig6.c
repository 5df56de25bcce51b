/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See ndis_rig6.h.
 */
#include "ndis_rig6.h"

#include <string.h>

static pthread_mutex_t report_mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_finding(void *context, const char *sentence)
{
    struct rig6 *r = context;

    pthread_mutex_lock(&report_mutex);
    if (r->findings++ == 0)
        snprintf(r->finding, sizeof(r->finding), "%s", sentence);
    if (getenv("V"))
        fprintf(stderr, "finding: %s\n", sentence);
    pthread_mutex_unlock(&report_mutex);
}

static void on_log(void *context, const char *sentence)
{
    struct rig6 *r = context;

    pthread_mutex_lock(&report_mutex);
    r->logs++;
    snprintf(r->log, sizeof(r->log), "%s", sentence);
    if (getenv("V"))
        fprintf(stderr, "log: %s\n", sentence);
    pthread_mutex_unlock(&report_mutex);
}

/* ---- locks ---- */

static const struct nic_platform_ops *counted; /* of the one rig there is */
static struct nic_platform_ops counting;
static _Thread_local unsigned locks;

static void count_lock(struct nic_platform *p, struct nic_lock *lock)
{
    counted->lock(p, lock);
    locks++;
}

static void count_unlock(struct nic_platform *p, struct nic_lock *lock)
{
    locks--;
    counted->unlock(p, lock);
}

unsigned rig6_locks(void)
{
    return locks;
}

static void count_locks(struct rig6 *r)
{
    r->platform_ops = counted = r->platform->ops;
    counting = *counted;
    counting.lock = count_lock;
    counting.unlock = count_unlock;
    r->platform->ops = &counting;
}

/* ---- start and stop ---- */

void rig6_start(struct rig6 *r, const struct nic_script6_miniport *like, unsigned bindings,
                unsigned flags)
{
    struct nic_ndis_options options = {
        .verify = flags & RIG_VERIFY,
        .report = on_finding,
        .report_context = r,
        .log = on_log,
        .log_context = r,
    };

    memset(r, 0, sizeof(*r));
    r->is_posix = flags & RIG_POSIX;
    r->platform = r->is_posix ? nic_posix_create(rig_seed()) : nic_virtual_create(rig_seed());
    count_locks(r);
    nic_trace_init(&r->trace);
    r->bindings = bindings;
    ck_assert_int_eq(nic_ndis_start(r->platform, &options), 0);
    r->miniport = malloc(sizeof(*r->miniport));
    *r->miniport = *like;
    r->miniport->trace = &r->trace;
    ck_status(nic_script6_load(&r->driver), NDIS_STATUS_SUCCESS);
    if (flags & RIG_NO_MINIPORT)
        return;
    ck_status(nic_script6_add(r->driver, r->platform, "nic0", 0, r->miniport), NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < bindings; i++) {
        r->protocols[i] =
            (struct nic_script6_protocol){.trace = &r->trace, .next_nbl = i * 1000000u};
        ck_status(nic_script6_protocol_start(&r->protocols[i], r->platform), NDIS_STATUS_SUCCESS);
    }
}

void rig6_stop(struct rig6 *r)
{
    unsigned leaks;

    for (unsigned i = 0; i < r->bindings; i++) {
        ck_assert_uint_eq(r->protocols[i].foreign, 0);
        ck_status(nic_script6_protocol_stop(&r->protocols[i]), NDIS_STATUS_SUCCESS);
    }
    nic_ndis_driver_unload(r->driver);
    leaks = nic_ndis_stop();
    ck_assert_msg(leaks == 0, "%u leaks, the last: %s", leaks, r->log);
    free(r->miniport);
    nic_trace_free(&r->trace);
    r->platform->ops = r->platform_ops;
    if (r->is_posix)
        nic_posix_destroy(r->platform);
    else
        nic_virtual_destroy(r->platform);
}

void rig6_stop_clean(struct rig6 *r)
{
    rig6_stop(r);
    ck_assert_msg(r->findings == 0, "%s", r->finding);
}

void rig6_run(struct rig6 *r, uint64_t us)
{
    static const volatile bool never = false;

    r->platform->ops->wait(r->platform, &never, us * 1000u);
}

struct nic_ndis_statistics rig6_statistics(void)
{
    struct nic_ndis_statistics statistics = {0};

    nic_ndis_adapter_statistics("nic0", &statistics);
    return statistics;
}

PNET_BUFFER_LIST rig6_chain(struct nic_script6_protocol *p, unsigned count, unsigned nbs)
{
    PNET_BUFFER_LIST chain = NULL, *tail = &chain;

    for (unsigned i = 0; i < count; i++) {
        *tail = nic_script6_nbl(p, nbs, 60);
        ck_assert_ptr_nonnull(*tail);
        tail = &(*tail)->Next;
    }
    return chain;
}

void rig6_free(struct nic_script6_protocol *p, PNET_BUFFER_LIST *nbls, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        nic_script6_nbl_free(p, nbls[i]);
}

unsigned rig6_list(PNET_BUFFER_LIST chain, PNET_BUFFER_LIST *nbls)
{
    unsigned count = 0;

    for (; chain; chain = chain->Next)
        nbls[count++] = chain;
    return count;
}

unsigned rig6_order(struct rig6 *r, enum nic_trace_kind kind, uint32_t *numbers, unsigned space)
{
    unsigned count = 0;

    for (size_t i = 0; i < r->trace.count && count < space; i++) {
        if (r->trace.events[i].kind == kind)
            numbers[count++] = r->trace.events[i].packet;
    }
    return count;
}
