/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See ndis_rig.h.
 */
#include "ndis_rig.h"

#include <string.h>

static pthread_mutex_t report_mutex = PTHREAD_MUTEX_INITIALIZER;

static void on_finding(void *context, const char *sentence)
{
    struct rig *r = context;

    pthread_mutex_lock(&report_mutex);
    if (r->findings++ == 0)
        snprintf(r->finding, sizeof(r->finding), "%s", sentence);
    if (getenv("V"))
        fprintf(stderr, "finding: %s\n", sentence);
    pthread_mutex_unlock(&report_mutex);
}

static void on_log(void *context, const char *sentence)
{
    struct rig *r = context;

    pthread_mutex_lock(&report_mutex);
    r->logs++;
    snprintf(r->log, sizeof(r->log), "%s", sentence);
    if (getenv("V"))
        fprintf(stderr, "log: %s\n", sentence);
    pthread_mutex_unlock(&report_mutex);
}

uint64_t rig_seed(void)
{
    const char *text = getenv("SEED");

    return text ? strtoull(text, NULL, 0) : 1;
}

/* The intermediate driver binds when the adapter comes. */
static void add_miniport(struct rig *r)
{
    if (rig_layer() != RIG_DIRECT) {
        ck_status(nic_ndis_driver_load(rig_layer_entry(), &r->intermediate), NDIS_STATUS_SUCCESS);
        r->miniport->upper_bindings = r->adapter = "above0";
    }
    ck_status(nic_script_load(r->miniport, &r->driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_script_add(r->driver, r->platform, "nic0", 0, r->miniport), NDIS_STATUS_SUCCESS);
}

void rig_start(struct rig *r, const struct nic_script_miniport *like, unsigned bindings,
               unsigned flags, uint32_t packets)
{
    struct nic_ndis_options options = {
        .verify = flags & RIG_VERIFY,
        .send_to_self = flags & RIG_SEND_TO_SELF,
        .loop_all = flags & RIG_LOOP_ALL,
        .report = on_finding,
        .report_context = r,
        .log = on_log,
        .log_context = r,
    };

    memset(r, 0, sizeof(*r));
    r->is_posix = flags & RIG_POSIX;
    r->platform = r->is_posix ? nic_posix_create(rig_seed()) : nic_virtual_create(rig_seed());
    nic_trace_init(&r->trace);
    r->bindings = bindings;
    r->adapter = "nic0";
    ck_assert_int_eq(nic_ndis_start(r->platform, &options), 0);
    if (flags & RIG_NO_MINIPORT)
        return;
    r->miniport = malloc(sizeof(*r->miniport));
    *r->miniport = *like;
    r->miniport->trace = &r->trace;
    add_miniport(r);
    for (unsigned i = 0; i < bindings; i++) {
        r->protocols[i] = (struct nic_script_protocol){
            .trace = &r->trace,
            .packet_count = packets,
            .next_packet = i * 1000000u,
        };
        ck_status(nic_script_protocol_start(&r->protocols[i], r->platform, r->adapter),
                  NDIS_STATUS_SUCCESS);
    }
}

void rig_stop(struct rig *r)
{
    unsigned leaks;

    for (unsigned i = 0; i < r->bindings; i++) {
        ck_assert_uint_eq(r->protocols[i].foreign, 0);
        ck_status(nic_script_protocol_stop(&r->protocols[i]), NDIS_STATUS_SUCCESS);
    }
    if (r->driver)
        nic_ndis_driver_unload(r->driver);
    if (r->intermediate)
        nic_ndis_driver_unload(r->intermediate);
    leaks = nic_ndis_stop();
    ck_assert_msg(leaks == 0, "%u leaks, the last: %s", leaks, r->log);
    if (r->miniport) {
        ck_assert_uint_eq(r->miniport->overlaps, 0);
        ck_assert_uint_eq(r->miniport->wrong_levels, 0);
        ck_assert_uint_eq(r->miniport->wrong_flags, 0);
    }
    free(r->miniport);
    nic_trace_free(&r->trace);
    if (r->is_posix)
        nic_posix_destroy(r->platform);
    else
        nic_virtual_destroy(r->platform);
}

void rig_run(struct rig *r, uint64_t us)
{
    static const volatile bool never = false;

    r->platform->ops->wait(r->platform, &never, us * 1000u);
}

struct nic_ndis_statistics rig_statistics(struct rig *r)
{
    struct nic_ndis_statistics statistics = {0}, above = {0};

    nic_ndis_adapter_statistics("nic0", &statistics);
    nic_ndis_adapter_statistics(r->adapter, &above);
    statistics.looped = above.looped; /* where the protocols are */
    return statistics;
}

int rig_main(Suite *suite)
{
    return rig_run_suites(srunner_create(suite));
}
