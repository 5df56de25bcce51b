/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The states of an adapter of NDIS 6: initialize, restart, pause, halt, reset; what is sent in each.
 */
#include "ndis_rig6.h"

#include <string.h>

static struct rig6 r;

static struct nic_script6_step manual(void *context, PNET_BUFFER_LIST nbl)
{
    bool *queued = context;

    (void)nbl;
    return (struct nic_script6_step){.when = NIC_WHEN_MANUAL, .queued = queued && *queued};
}

static void start(const struct nic_script6_miniport *like, unsigned flags)
{
    rig6_start(&r, like, 1, flags);
}

static struct nic_script_packet record(PNET_BUFFER_LIST nbl)
{
    return *nic_script6_record(&r.protocols[0], nbl);
}

/* Sends one NBL and returns what it came back with; PENDING: it has not. */
static NDIS_STATUS send_one(PNET_BUFFER_LIST *nbl)
{
    *nbl = rig6_chain(&r.protocols[0], 1, 1);
    nic_script6_send(&r.protocols[0], *nbl, 0);
    return record(*nbl).completed ? record(*nbl).status : NDIS_STATUS_PENDING;
}

START_TEST(der_11_pause_completes_what_is_pending_and_refuses_what_is_new)
{
    struct nic_script6_miniport like = {.next = manual};
    bool queued = false;
    PNET_BUFFER_LIST nbls[4];

    like.context = &queued;
    start(&like, RIG_VERIFY);
    ck_assert_uint_eq(r.miniport->restarts, 1);
    ck_assert_uint_eq(r.protocols[0].restarts, 1);
    ck_status(send_one(&nbls[0]), NDIS_STATUS_PENDING); /* the hardware has it */
    queued = true;
    ck_status(send_one(&nbls[1]), NDIS_STATUS_PENDING); /* the driver holds it */
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->pauses, 1);
    ck_assert_uint_eq(r.miniport->pause_reason, NDIS_PAUSE_NDIS_INTERNAL);
    ck_assert_uint_eq(r.protocols[0].pauses, 1);
    ck_status(record(nbls[0]).status, NDIS_STATUS_SUCCESS);
    ck_status(record(nbls[1]).status, NDIS_STATUS_PAUSED);
    ck_assert_uint_eq(record(nbls[0]).completed, 1);
    ck_assert_uint_eq(record(nbls[1]).completed, 1);
    ck_status(send_one(&nbls[2]), NDIS_STATUS_PAUSED);
    ck_assert_uint_eq(record(nbls[2]).completed, 1);
    ck_assert_uint_eq(r.miniport->sends, 2); /* the driver has not seen that one */
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS); /* is already */
    ck_assert_uint_eq(r.miniport->pauses, 1);
    ck_status(nic_ndis_adapter_restart("nic0", 1000), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.protocols[0].restarts, 2);
    ck_status(send_one(&nbls[3]), NDIS_STATUS_PENDING);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    rig6_free(&r.protocols[0], nbls, 4);
    rig6_stop_clean(&r);
}
END_TEST

static PNET_BUFFER_LIST held;

/* From inside the driver: the library keeps this one until the driver returns. */
static void send_inside(void *context, PNET_BUFFER_LIST nbl)
{
    (void)context;
    if (nic_script6_number(nbl) == 0)
        ck_status(send_one(&held), NDIS_STATUS_PENDING);
}

static void *pause_from_thread(void *context)
{
    *(NDIS_STATUS *)context = nic_ndis_adapter_pause("nic0", 5000);
    return NULL;
}

static void complete_later(void *context)
{
    (void)context;
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, UINT32_MAX);
    NdisMPauseComplete(r.miniport->handle);
}

/* Pausing: new ones are refused before the driver has finished, and it may take its time. */
START_TEST(der_11_pause_may_pend)
{
    struct nic_script6_miniport like = {.next = manual, .pause_pends = true};
    struct nic_timer timer = {.fn = complete_later};
    PNET_BUFFER_LIST nbls[2];

    start(&like, RIG_VERIFY);
    ck_status(send_one(&nbls[0]), NDIS_STATUS_PENDING);
    ck_status(nic_ndis_adapter_pause("nic0", 10), NDIS_STATUS_PENDING);
    ck_assert_uint_eq(record(nbls[0]).completed, 0);
    ck_status(send_one(&nbls[1]), NDIS_STATUS_PAUSED);
    ck_status(nic_ndis_adapter_restart("nic0", 10), NDIS_STATUS_FAILURE); /* not from Pausing */
    r.platform->ops->timer_set(r.platform, &timer, r.platform->ops->now_ns(r.platform) + 5000000);
    ck_status(nic_ndis_adapter_pause("nic0", 100), NDIS_STATUS_SUCCESS);
    ck_status(record(nbls[0]).status, NDIS_STATUS_SUCCESS);
    r.miniport->pause_pends = false;
    ck_status(nic_ndis_adapter_restart("nic0", 100), NDIS_STATUS_SUCCESS);
    rig6_free(&r.protocols[0], nbls, 2);
    rig6_stop_clean(&r);
}
END_TEST

/* What the library holds when the pause comes never reaches the driver. */
START_TEST(der_11_what_the_library_holds_comes_back_as_paused)
{
    struct nic_script6_miniport like = {.next = manual};
    PNET_BUFFER_LIST first;
    NDIS_STATUS paused;
    pthread_t thread;

    start(&like, RIG_VERIFY | RIG_POSIX);
    r.miniport->sending = send_inside;
    ck_status(send_one(&first), NDIS_STATUS_PENDING);
    ck_assert_uint_eq(r.miniport->sends, 2);
    pthread_create(&thread, NULL, pause_from_thread, &paused);
    pthread_join(thread, NULL);
    ck_status(paused, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(record(first).completed, 1);
    ck_assert_uint_eq(record(held).completed, 1);
    nic_script6_nbl_free(&r.protocols[0], first);
    nic_script6_nbl_free(&r.protocols[0], held);
    rig6_stop_clean(&r);
}
END_TEST

START_TEST(der_11_restart_may_pend_and_may_fail)
{
    struct nic_script6_miniport like = {0};
    PNET_BUFFER_LIST nbl;

    start(&like, RIG_VERIFY);
    ck_status(nic_ndis_adapter_pause("nic0", 100), NDIS_STATUS_SUCCESS);
    r.miniport->restart_status = NDIS_STATUS_RESOURCES;
    ck_status(nic_ndis_adapter_restart("nic0", 100), NDIS_STATUS_RESOURCES);
    ck_status(send_one(&nbl), NDIS_STATUS_PAUSED);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    r.miniport->restart_status = NDIS_STATUS_SUCCESS;
    ck_status(nic_ndis_adapter_restart("nic0", 100), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_restart("nic0", 100), NDIS_STATUS_SUCCESS); /* is already */
    ck_status(nic_ndis_adapter_pause("nowhere", 100), NDIS_STATUS_ADAPTER_NOT_FOUND);
    NdisMPauseComplete(r.miniport->handle); /* nobody asked: a message, nothing else */
    ck_assert_uint_eq(r.logs, 1);
    ck_status(send_one(&nbl), NDIS_STATUS_SUCCESS);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

static void answer_event(void *context)
{
    (void)context;
    nic_script6_event_done(&r.protocols[0]);
}

START_TEST(protocols_may_take_their_time_with_an_event)
{
    struct nic_script6_miniport like = {0};
    struct nic_timer timer = {.fn = answer_event};

    start(&like, RIG_VERIFY);
    r.protocols[0].events_pend = true;
    r.platform->ops->timer_set(r.platform, &timer, r.platform->ops->now_ns(r.platform) + 5000000);
    ck_status(nic_ndis_adapter_pause("nic0", 100), NDIS_STATUS_SUCCESS);
    ck_assert_ptr_nonnull(r.protocols[0].event);
    r.protocols[0].events_pend = false;
    rig6_stop_clean(&r);
}
END_TEST

/* ---- initialize, halt ---- */

START_TEST(an_adapter_that_fails_is_not_there)
{
    struct nic_script6_miniport like = {.initialize_status = NDIS_STATUS_DEVICE_FAILED};

    rig6_start(&r, &like, 0, RIG_VERIFY | RIG_NO_MINIPORT);
    ck_status(nic_script6_add(r.driver, r.platform, "nic0", 0, r.miniport),
              NDIS_STATUS_DEVICE_FAILED);
    r.miniport->initialize_status = NDIS_STATUS_SUCCESS;
    r.miniport->no_attributes = true;
    ck_status(nic_script6_add(r.driver, r.platform, "nic0", 0, r.miniport), NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(r.miniport->halts, 1);
    r.miniport->no_attributes = false;
    r.miniport->restart_status = NDIS_STATUS_DEVICE_FAILED;
    ck_status(nic_script6_add(r.driver, r.platform, "nic0", 0, r.miniport),
              NDIS_STATUS_DEVICE_FAILED);
    ck_assert_uint_eq(r.miniport->halts, 2);
    r.miniport->restart_status = NDIS_STATUS_SUCCESS;
    ck_status(nic_script6_add(r.driver, r.platform, "nic0", 0, r.miniport), NDIS_STATUS_SUCCESS);
    rig6_stop_clean(&r);
}
END_TEST

/* DER-10: halted from Paused, with nothing outstanding, after the protocols have let go. */
START_TEST(der_10_halt_comes_after_pause)
{
    struct nic_script6_miniport like = {.next = manual};
    PNET_BUFFER_LIST nbl;

    start(&like, RIG_VERIFY);
    ck_status(send_one(&nbl), NDIS_STATUS_PENDING);
    nic_ndis_adapter_surprise("nic0");
    nic_ndis_shutdown();
    ck_assert_uint_eq(r.miniport->events, 1);
    ck_assert_uint_eq(r.miniport->shutdowns, 1);
    ck_status(nic_ndis_adapter_remove("nic0", 100), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->pauses, 1);
    ck_assert_uint_eq(r.miniport->pause_reason, NDIS_PAUSE_MINIPORT_DEVICE_REMOVE);
    ck_assert_uint_eq(r.miniport->halts, 1);
    ck_assert_ptr_null(r.protocols[0].binding);
    ck_assert_uint_eq(record(nbl).completed, 1);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    rig6_stop_clean(&r);
}
END_TEST

/* ---- reset ---- */

/* DER-7: the driver completes what it has; DER-8: the filter is set again. */
START_TEST(der_07_08_reset_by_the_hang_check)
{
    struct nic_script6_miniport like = {.next = manual};
    ULONG filter = NDIS_PACKET_TYPE_DIRECTED;
    PNET_BUFFER_LIST nbls[2];

    start(&like, RIG_VERIFY);
    ck_status(nic_script6_request(&r.protocols[0], NdisRequestSetInformation,
                                  OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
    r.miniport->filter = 0;
    ck_status(send_one(&nbls[0]), NDIS_STATUS_PENDING);
    r.miniport->reset_pends = true;
    r.miniport->hangs = TRUE;
    rig6_run(&r, 2500000);
    ck_assert_uint_eq(r.miniport->resets, 1);
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_START);
    ck_status(send_one(&nbls[1]), NDIS_STATUS_RESET_IN_PROGRESS);
    ck_status(nic_script6_request(&r.protocols[0], NdisRequestQueryInformation, OID_GEN_XMIT_OK,
                                  &filter, sizeof(filter), NULL),
              NDIS_STATUS_RESET_IN_PROGRESS);
    nic_script6_release(r.miniport, NIC_WHEN_MANUAL, 1);
    NdisMResetComplete(r.miniport->handle, NDIS_STATUS_SUCCESS, TRUE);
    rig6_run(&r, 1000);
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_END);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_DIRECTED);
    ck_assert_uint_eq(record(nbls[0]).completed, 1);
    r.miniport->reset_pends = false;
    rig6_free(&r.protocols[0], nbls, 2);
    rig6_stop_clean(&r);
}
END_TEST

/* DER-8: the bindings hear of the end when the driver has its filter and list again, not before. */
START_TEST(der_08_the_reset_ends_when_the_driver_has_filter_and_list)
{
    struct nic_script6_miniport like = {0};
    ULONG filter = NDIS_PACKET_TYPE_MULTICAST, word;
    UCHAR group[6] = {1, 0, 0x5e, 0, 0, 1};
    PNET_BUFFER_LIST nbl;
    PNDIS_OID_REQUEST request;

    start(&like, RIG_VERIFY);
    nic_script6_request(&r.protocols[0], NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER,
                        &filter, sizeof(filter), NULL);
    nic_script6_request(&r.protocols[0], NdisRequestSetInformation, OID_802_3_MULTICAST_LIST, group,
                        sizeof(group), NULL);
    r.miniport->oids_pend = true;
    r.miniport->reset_pends = true;
    r.miniport->hangs = TRUE;
    rig6_run(&r, 2500000);
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_START);
    r.miniport->hangs = FALSE;
    NdisMResetComplete(r.miniport->handle, NDIS_STATUS_SUCCESS, TRUE);
    for (unsigned i = 0; i < 2; i++) {
        rig6_run(&r, 1000);
        ck_assert_uint_eq(r.miniport->last_oid,
                          i ? OID_802_3_MULTICAST_LIST : OID_GEN_CURRENT_PACKET_FILTER);
        ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_START);
        ck_status(send_one(&nbl), NDIS_STATUS_RESET_IN_PROGRESS);
        nic_script6_nbl_free(&r.protocols[0], nbl);
        ck_status(nic_script6_request(&r.protocols[0], NdisRequestQueryInformation, OID_GEN_XMIT_OK,
                                      &word, sizeof(word), NULL),
                  NDIS_STATUS_RESET_IN_PROGRESS);
        request = r.miniport->request;
        r.miniport->request = NULL;
        NdisMOidRequestComplete(r.miniport->handle, request, NDIS_STATUS_SUCCESS);
    }
    rig6_run(&r, 1000);
    ck_status(r.protocols[0].last_status, NDIS_STATUS_RESET_END);
    ck_status(send_one(&nbl), NDIS_STATUS_SUCCESS);
    nic_script6_nbl_free(&r.protocols[0], nbl);
    r.miniport->oids_pend = r.miniport->reset_pends = false;
    rig6_stop_clean(&r);
}
END_TEST

/* ---- two versions ---- */

static NDIS_STATUS mixed_bind;

static VOID nothing_complete(NDIS_HANDLE context, PNDIS_PACKET packet, NDIS_STATUS status)
{
    (void)context;
    (void)packet;
    (void)status;
}

static VOID nothing_request(NDIS_HANDLE context, PNDIS_REQUEST request, NDIS_STATUS status)
{
    (void)context;
    (void)request;
    (void)status;
}

static VOID nothing_reset(NDIS_HANDLE context, NDIS_STATUS status)
{
    (void)context;
    (void)status;
}

START_TEST(a_protocol_of_ndis_5_does_not_bind)
{
    struct nic_script6_miniport like = {0};
    NDIS_PROTOCOL_CHARACTERISTICS chars = {.MajorNdisVersion = 5,
                                           .Name = NDIS_STRING_CONST("old"),
                                           .SendCompleteHandler = nothing_complete,
                                           .RequestCompleteHandler = nothing_request,
                                           .ResetCompleteHandler = nothing_reset};
    NDIS_STRING name = NDIS_STRING_CONST("nic0");
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_HANDLE protocol, binding;
    NDIS_STATUS error;
    UINT selected;

    start(&like, RIG_VERIFY);
    NdisRegisterProtocol(&mixed_bind, &protocol, &chars, sizeof(chars));
    ck_status(mixed_bind, NDIS_STATUS_SUCCESS);
    NdisOpenAdapter(&mixed_bind, &error, &binding, &selected, &medium, 1, protocol, NULL, &name, 0,
                    NULL);
    ck_status(mixed_bind, NDIS_STATUS_BAD_VERSION);
    ck_assert_str_eq(r.log,
                     "protocol old is of NDIS 5 and adapter nic0 of NDIS 6: they do not bind");
    NdisDeregisterProtocol(&mixed_bind, protocol);
    rig6_stop_clean(&r);
}
END_TEST

/* ---- what pends ---- */

static NDIS_STATUS restart_status;

static void restart_done(void *context)
{
    (void)context;
    NdisMRestartComplete(r.miniport->handle, restart_status);
}

START_TEST(der_11_a_restart_that_pends)
{
    static const NDIS_STATUS ends[] = {NDIS_STATUS_FAILURE, NDIS_STATUS_SUCCESS};
    struct nic_timer timer = {.fn = restart_done};
    struct nic_script6_miniport like = {0};

    rig6_start(&r, &like, 1, RIG_VERIFY);
    r.miniport->restart_pends = true;
    ck_status(nic_ndis_adapter_pause("nic0", 1000), NDIS_STATUS_SUCCESS);
    for (unsigned i = 0; i < 2; i++) {
        PNET_BUFFER_LIST nbl = rig6_chain(&r.protocols[0], 1, 1);
        restart_status = ends[i];
        r.platform->ops->timer_set(r.platform, &timer,
                                   r.platform->ops->now_ns(r.platform) + 1000000);
        ck_status(nic_ndis_adapter_restart("nic0", 1000), ends[i]);
        ck_assert_uint_eq(r.protocols[0].restarts, 1 + i); /* one when it was bound */
        nic_script6_send(&r.protocols[0], nbl, 0);
        rig6_run(&r, 100);
        ck_status(nic_script6_record(&r.protocols[0], nbl)->status,
                  i ? NDIS_STATUS_SUCCESS : NDIS_STATUS_PAUSED);
        nic_script6_nbl_free(&r.protocols[0], nbl);
    }
    rig6_stop_clean(&r);
}
END_TEST

static NDIS_HANDLE pending_bind, pending_unbind;
static NDIS_STATUS bind_status;

static void bind_done(void *context)
{
    (void)context;
    NdisCompleteBindAdapterEx(pending_bind, bind_status);
}

static void unbind_done(void *context)
{
    (void)context;
    NdisCompleteUnbindAdapterEx(pending_unbind);
}

static void in_a_millisecond(struct nic_timer *timer)
{
    r.platform->ops->timer_set(r.platform, timer, r.platform->ops->now_ns(r.platform) + 1000000);
}

static NDIS_STATUS bind_later(NDIS_HANDLE context, NDIS_HANDLE bind, PNDIS_BIND_PARAMETERS p)
{
    static struct nic_timer timer = {.fn = bind_done};

    bind_status = nic_script6_characteristics().BindAdapterHandlerEx(context, bind, p);
    pending_bind = bind;
    in_a_millisecond(&timer);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS unbind_later(NDIS_HANDLE unbind, NDIS_HANDLE context)
{
    static struct nic_timer timer = {.fn = unbind_done};

    pending_unbind = unbind;
    in_a_millisecond(&timer);
    nic_script6_characteristics().UnbindAdapterHandlerEx(unbind, context);
    return NDIS_STATUS_PENDING;
}

/* The library goes on when the protocol has said that it is bound, and unbound. */
START_TEST(a_bind_and_an_unbind_that_pend)
{
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS chars = nic_script6_characteristics();
    struct nic_script6_protocol later = {0};
    struct nic_script6_miniport like = {0};
    uint64_t before;

    rig6_start(&r, &like, 0, RIG_VERIFY);
    later.platform = r.platform;
    NdisInitializeString(&chars.Name, (PUCHAR) "later");
    chars.BindAdapterHandlerEx = bind_later;
    chars.UnbindAdapterHandlerEx = unbind_later;
    before = r.platform->ops->now_ns(r.platform);
    /* The protocol's handle is known before it is bound to anything. */
    ck_status(NdisRegisterProtocolDriver(&later, &chars, &later.handle), NDIS_STATUS_SUCCESS);
    NdisFreeString(chars.Name);
    ck_status(bind_status, NDIS_STATUS_SUCCESS);
    ck_assert_ptr_nonnull(later.binding);
    ck_assert_uint_eq(later.restarts, 1);
    ck_assert_uint_ge(r.platform->ops->now_ns(r.platform), before + 1000000);
    before = r.platform->ops->now_ns(r.platform);
    NdisDeregisterProtocolDriver(later.handle);
    ck_assert_ptr_null(later.binding);
    ck_assert_uint_ge(r.platform->ops->now_ns(r.platform), before + 1000000);
    rig6_stop_clean(&r);
}
END_TEST

static NDIS_STATUS old_adapter(NDIS_HANDLE context, NDIS_HANDLE bind, PNDIS_BIND_PARAMETERS p)
{
    (void)context;
    (void)bind;
    (void)p;
    ck_abort_msg("an adapter of NDIS 5 is offered to a protocol of NDIS 6");
}

static struct rig r5;

START_TEST(a_protocol_of_ndis_6_does_not_bind_to_ndis_5)
{
    struct nic_script6_protocol unused = {0};
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS chars;
    NDIS_STRING name = NDIS_STRING_CONST("nic0");
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_HANDLE protocol, binding;
    UINT selected;
    NDIS_OPEN_PARAMETERS open = {.Header = {NDIS_OBJECT_TYPE_OPEN_PARAMETERS,
                                            NDIS_OPEN_PARAMETERS_REVISION_1,
                                            NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1},
                                 .AdapterName = &name,
                                 .MediumArray = &medium,
                                 .MediumArraySize = 1,
                                 .SelectedMediumIndex = &selected};

    rig_start(&r5, &(struct nic_script_miniport){0}, 0, RIG_VERIFY, 0);
    chars = nic_script6_characteristics();
    chars.BindAdapterHandlerEx = old_adapter;
    ck_status(NdisRegisterProtocolDriver(&unused, &chars, &protocol), NDIS_STATUS_SUCCESS);
    ck_status(NdisOpenAdapterEx(protocol, &unused, &open, NULL, &binding), NDIS_STATUS_BAD_VERSION);
    ck_assert_ptr_null(binding);
    ck_assert_ptr_nonnull(strstr(r5.log, "is of NDIS 6 and adapter nic0 of NDIS 5"));
    NdisDeregisterProtocolDriver(protocol);
    rig_stop(&r5);
    ck_assert_uint_eq(r5.findings, 0);
}
END_TEST

START_TEST(attributes_are_checked)
{
    NDIS_MINIPORT_ADAPTER_ATTRIBUTES a = {
        .GeneralAttributes = {
            .Header = {NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES,
                       NDIS_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1,
                       NDIS_SIZEOF_MINIPORT_ADAPTER_GENERAL_ATTRIBUTES_REVISION_1},
            .MediaType = NdisMedium802_3,
            .MacAddressLength = NDIS_MAX_PHYS_ADDRESS_LENGTH + 1}};

    rig6_start(&r, &(struct nic_script6_miniport){0}, 0, RIG_VERIFY);
    ck_status(NdisMSetMiniportAttributes(r.miniport->handle, &a), NDIS_STATUS_INVALID_PARAMETER);
    a.GeneralAttributes.MacAddressLength = 6;
    a.GeneralAttributes.MediaType = NdisMedium802_5;
    ck_status(NdisMSetMiniportAttributes(r.miniport->handle, &a), NDIS_STATUS_UNSUPPORTED_MEDIA);
    a.GeneralAttributes.MediaType = NdisMedium802_3;
    a.GeneralAttributes.Header.Size--;
    ck_status(NdisMSetMiniportAttributes(r.miniport->handle, &a), NDIS_STATUS_INVALID_PARAMETER);
    rig6_stop_clean(&r);
}
END_TEST

START_TEST(open_parameters_are_checked)
{
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_HANDLE binding = &medium;
    NDIS_STRING name;
    UINT selected;
    NDIS_OPEN_PARAMETERS p = {.Header = {NDIS_OBJECT_TYPE_DEFAULT, NDIS_OPEN_PARAMETERS_REVISION_1,
                                         NDIS_SIZEOF_OPEN_PARAMETERS_REVISION_1},
                              .AdapterName = &name,
                              .MediumArray = &medium,
                              .MediumArraySize = 1,
                              .SelectedMediumIndex = &selected};

    rig6_start(&r, &(struct nic_script6_miniport){0}, 1, RIG_VERIFY);
    NdisInitializeString(&name, (PUCHAR) "nic0");
    ck_status(NdisOpenAdapterEx(r.protocols[0].handle, NULL, &p, NULL, &binding),
              NDIS_STATUS_INVALID_PARAMETER);
    ck_assert_ptr_null(binding);
    NdisFreeString(name);
    rig6_stop_clean(&r);
}
END_TEST

START_TEST(characteristics_are_checked)
{
    NDIS_MINIPORT_DRIVER_CHARACTERISTICS chars = {
        .Header = {NDIS_OBJECT_TYPE_MINIPORT_DRIVER_CHARACTERISTICS, 1, 4}};
    NDIS_PROTOCOL_DRIVER_CHARACTERISTICS protocol = {
        .Header = {NDIS_OBJECT_TYPE_PROTOCOL_DRIVER_CHARACTERISTICS, 1,
                   NDIS_SIZEOF_PROTOCOL_DRIVER_CHARACTERISTICS_REVISION_1},
        .MajorNdisVersion = 6};
    struct nic_script6_miniport like = {0};
    NDIS_HANDLE handle;

    start(&like, RIG_VERIFY);
    ck_status(NdisMRegisterMiniportDriver(NULL, NULL, NULL, &chars, &handle),
              NDIS_STATUS_BAD_CHARACTERISTICS);
    chars.Header.Size = NDIS_SIZEOF_MINIPORT_DRIVER_CHARACTERISTICS_REVISION_1;
    ck_status(NdisMRegisterMiniportDriver(NULL, NULL, NULL, &chars, &handle),
              NDIS_STATUS_BAD_VERSION);
    chars.MajorNdisVersion = 6;
    ck_status(NdisMRegisterMiniportDriver(NULL, NULL, NULL, &chars, &handle),
              NDIS_STATUS_BAD_CHARACTERISTICS);
    ck_status(NdisRegisterProtocolDriver(NULL, &protocol, &handle),
              NDIS_STATUS_BAD_CHARACTERISTICS);
    ck_assert_ptr_null(handle);
    rig6_stop_clean(&r);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ndis_pause");
    TCase *t = tcase_create("pause");

    tcase_set_timeout(t, 60);
    tcase_add_test(t, der_11_pause_completes_what_is_pending_and_refuses_what_is_new);
    tcase_add_test(t, der_11_pause_may_pend);
    tcase_add_test(t, der_11_what_the_library_holds_comes_back_as_paused);
    tcase_add_test(t, der_11_restart_may_pend_and_may_fail);
    tcase_add_test(t, protocols_may_take_their_time_with_an_event);
    tcase_add_test(t, an_adapter_that_fails_is_not_there);
    tcase_add_test(t, der_10_halt_comes_after_pause);
    tcase_add_test(t, der_07_08_reset_by_the_hang_check);
    tcase_add_test(t, der_08_the_reset_ends_when_the_driver_has_filter_and_list);
    tcase_add_test(t, a_protocol_of_ndis_5_does_not_bind);
    tcase_add_test(t, a_protocol_of_ndis_6_does_not_bind_to_ndis_5);
    tcase_add_test(t, der_11_a_restart_that_pends);
    tcase_add_test(t, a_bind_and_an_unbind_that_pend);
    tcase_add_test(t, characteristics_are_checked);
    tcase_add_test(t, attributes_are_checked);
    tcase_add_test(t, open_parameters_are_checked);
    suite_add_tcase(suite, t);
    return rig_main(suite);
}
