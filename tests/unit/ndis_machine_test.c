/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Life of a machine: registration, configuration, halt, bindings.
 */
#include "ndis_rig.h"

#include <errno.h>

static struct rig r;

static struct nic_script_step manual(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING, .when = NIC_WHEN_MANUAL};
}

static void start(unsigned bindings)
{
    rig_start(&r, &(struct nic_script_miniport){.next = manual, .mac_options = 9}, bindings,
              RIG_VERIFY, 0);
}

static void stop_clean(void)
{
    rig_stop(&r);
    ck_assert_msg(r.findings == 0, "%s", r.finding);
}

/* ---- registration ---- */

static NDIS50_MINIPORT_CHARACTERISTICS template;
static UINT template_length;
static NDIS_STATUS registered;

static NTSTATUS template_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    NDIS_HANDLE wrapper;

    ck_assert_uint_gt(path->Length, 0);
    NdisMInitializeWrapper(&wrapper, driver, path, NULL);
    registered = NdisMRegisterMiniport(wrapper, (PNDIS_MINIPORT_CHARACTERISTICS)(void *)&template,
                                       template_length);
    NdisTerminateWrapper(wrapper, NULL);
    return registered;
}

static NDIS_STATUS load_template(void)
{
    struct nic_ndis_driver *driver;
    NDIS_STATUS status = nic_ndis_driver_load(template_entry, &driver);

    if (status == NDIS_STATUS_SUCCESS)
        nic_ndis_driver_unload(driver);
    else
        ck_assert_ptr_null(driver);
    return status;
}

static VOID nothing(NDIS_HANDLE context)
{
    (void)context;
}

START_TEST(der_03_registration_checks_the_characteristics)
{
    static const struct {
        UCHAR major, minor;
        UINT length;
        NDIS_STATUS status;
    } versions[] = {
        {3, 0, 112, NDIS_STATUS_SUCCESS},
        {4, 0, 136, NDIS_STATUS_SUCCESS},
        {5, 0, 184, NDIS_STATUS_SUCCESS},
        {5, 0, 183, NDIS_STATUS_BAD_CHARACTERISTICS},
        {3, 0, 111, NDIS_STATUS_BAD_CHARACTERISTICS},
        {5, 1, 184, NDIS_STATUS_BAD_CHARACTERISTICS},
        {2, 0, 184, NDIS_STATUS_BAD_VERSION},
        {5, 2, 184, NDIS_STATUS_BAD_VERSION},
        {6, 0, 184, NDIS_STATUS_BAD_VERSION},
    };
    NDIS50_MINIPORT_CHARACTERISTICS full = {
        .InitializeHandler = (W_INITIALIZE_HANDLER)(void *)nothing,
        .HaltHandler = nothing,
        .QueryInformationHandler = (W_QUERY_INFORMATION_HANDLER)(void *)nothing,
        .SetInformationHandler = (W_SET_INFORMATION_HANDLER)(void *)nothing,
        .ResetHandler = (W_RESET_HANDLER)(void *)nothing,
        .SendHandler = (W_SEND_HANDLER)(void *)nothing,
    };

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    for (unsigned i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        template = full;
        template.MajorNdisVersion = versions[i].major;
        template.MinorNdisVersion = versions[i].minor;
        template_length = versions[i].length;
        ck_status(load_template(), versions[i].status);
    }
    full.MajorNdisVersion = 5;
    template_length = sizeof(full);
    template = full;
    template.SendHandler = NULL; /* neither entry point */
    ck_status(load_template(), NDIS_STATUS_BAD_CHARACTERISTICS);
    template.SendPacketsHandler = (W_SEND_PACKETS_HANDLER)(void *)nothing;
    ck_status(load_template(), NDIS_STATUS_SUCCESS);
    template.MajorNdisVersion = 3; /* version 3.0 has no MiniportSendPackets */
    ck_status(load_template(), NDIS_STATUS_BAD_CHARACTERISTICS);
    template = full;
    template.HaltHandler = NULL;
    ck_status(load_template(), NDIS_STATUS_BAD_CHARACTERISTICS);
    rig_stop(&r);
}
END_TEST

static NTSTATUS lazy_entry(PDRIVER_OBJECT driver, PUNICODE_STRING path)
{
    (void)driver;
    (void)path;
    return STATUS_SUCCESS;
}

START_TEST(one_machine_and_drivers_that_register_nothing)
{
    struct nic_ndis_driver *driver;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    ck_assert_int_eq(nic_ndis_start(r.platform, NULL), -EBUSY);
    ck_status(nic_ndis_driver_load(lazy_entry, &driver), NDIS_STATUS_BAD_CHARACTERISTICS);
    ck_status(nic_ndis_adapter_remove("none", 1), NDIS_STATUS_ADAPTER_NOT_FOUND);
    ck_assert(!nic_ndis_adapter_statistics("none", &(struct nic_ndis_statistics){0}));
    rig_stop(&r);
    ck_assert_uint_eq(nic_ndis_stop(), 0);
}
END_TEST

START_TEST(initialize_can_fail)
{
    struct nic_script_miniport like = {.initialize_status = NDIS_STATUS_DEVICE_FAILED};
    struct nic_script_miniport *second = malloc(sizeof(*second));

    start(0);
    *second = like;
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, second), NDIS_STATUS_DEVICE_FAILED);
    ck_assert(!nic_ndis_adapter_statistics("nic1", &(struct nic_ndis_statistics){0}));
    ck_status(nic_script_add(r.driver, r.platform, "nic0", 2, second),
              NDIS_STATUS_RESOURCE_CONFLICT);
    ck_status(nic_ndis_adapter_add(r.driver, "nic2", (const char *const[]){"Slot=7", NULL}),
              NDIS_STATUS_ADAPTER_NOT_FOUND);
    ck_status(nic_ndis_adapter_add(r.driver, "nic2", (const char *const[]){"no value", NULL}),
              NDIS_STATUS_INVALID_DATA);
    stop_clean();
    free(second);
}
END_TEST

/* ---- configuration ---- */

static struct {
    ULONG integer, hex;
    NDIS_STATUS bad_integer, missing, binary, address_status;
    char text[20];
    UCHAR address[6];
    UINT address_length;
} read_values;

static NDIS_STATUS reading_initialize(PNDIS_STATUS error, PUINT medium, PNDIS_MEDIUM media,
                                      UINT count, NDIS_HANDLE handle, NDIS_HANDLE wrapper)
{
    NDIS_STRING speed = NDIS_STRING_CONST("SPEED"), name = NDIS_STRING_CONST("Name"),
                none = NDIS_STRING_CONST("None");
    PNDIS_CONFIGURATION_PARAMETER value;
    ANSI_STRING ansi = {.MaximumLength = sizeof(read_values.text), .Buffer = read_values.text};
    NDIS_HANDLE configuration;
    NDIS_STATUS status;
    PVOID address;

    (void)error;
    (void)media;
    (void)count;
    *medium = 0;
    NdisMSetAttributes(handle, &r, TRUE, NdisInterfacePci);
    NdisOpenConfiguration(&status, &configuration, wrapper);
    NdisReadConfiguration(&status, &value, configuration, &speed, NdisParameterInteger);
    ck_status(status, NDIS_STATUS_SUCCESS);
    read_values.integer = value->ParameterData.IntegerData;
    NdisReadConfiguration(&status, &value, configuration, &speed, NdisParameterHexInteger);
    read_values.hex = value->ParameterData.IntegerData;
    NdisReadConfiguration(&read_values.bad_integer, &value, configuration, &name,
                          NdisParameterInteger);
    NdisReadConfiguration(&read_values.missing, &value, configuration, &none, NdisParameterString);
    NdisReadConfiguration(&read_values.binary, &value, configuration, &name, NdisParameterBinary);
    NdisReadConfiguration(&status, &value, configuration, &name, NdisParameterString);
    ck_status(status, NDIS_STATUS_SUCCESS);
    NdisUnicodeStringToAnsiString(&ansi, &value->ParameterData.StringData);
    NdisReadNetworkAddress(&read_values.address_status, &address, &read_values.address_length,
                           configuration);
    if (read_values.address_status == NDIS_STATUS_SUCCESS)
        memcpy(read_values.address, address, 6);
    NdisCloseConfiguration(configuration);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS no_query(NDIS_HANDLE context, NDIS_OID oid, PVOID buffer, ULONG length, PULONG a,
                            PULONG b)
{
    (void)context;
    (void)oid;
    (void)buffer;
    (void)length;
    *a = *b = 0;
    return NDIS_STATUS_NOT_SUPPORTED;
}

START_TEST(configuration_is_what_adapter_add_said)
{
    static const char *const addresses[] = {
        "NetworkAddress=02:00:5E:10:aB:ff", "NetworkAddress=02005E10aBff",
        "NetworkAddress=02-00-5e", "NetworkAddress=02005E10aBff0", "other=1"};
    static const UCHAR expected[] = {2, 0, 0x5E, 0x10, 0xAB, 0xFF};
    const char *const parameters[] = {"Speed=100", "Name=a=b", addresses[_i], NULL};
    struct nic_ndis_driver *driver;

    rig_start(&r, NULL, 0, RIG_NO_MINIPORT, 0);
    memset(&read_values, 0, sizeof(read_values));
    template = (NDIS50_MINIPORT_CHARACTERISTICS){
        .MajorNdisVersion = 5,
        .InitializeHandler = reading_initialize,
        .HaltHandler = nothing,
        .QueryInformationHandler = no_query,
        .SetInformationHandler = no_query,
        .ResetHandler = (W_RESET_HANDLER)(void *)nothing,
        .SendHandler = (W_SEND_HANDLER)(void *)nothing,
    };
    template_length = sizeof(template);
    ck_status(nic_ndis_driver_load(template_entry, &driver), NDIS_STATUS_SUCCESS);
    ck_status(nic_ndis_adapter_add(driver, "nic0", parameters), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(read_values.integer, 100);
    ck_assert_uint_eq(read_values.hex, 0x100);
    ck_status(read_values.bad_integer, NDIS_STATUS_FAILURE);
    ck_status(read_values.missing, NDIS_STATUS_FAILURE);
    ck_status(read_values.binary, NDIS_STATUS_FAILURE);
    ck_assert_str_eq(read_values.text, "a=b");
    ck_status(read_values.address_status, _i < 2 ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
    ck_assert_uint_eq(read_values.address_length, _i < 2 ? 6 : 0);
    if (_i < 2)
        ck_assert_mem_eq(read_values.address, expected, 6);
    nic_ndis_driver_unload(driver);
    rig_stop(&r);
}
END_TEST

/* ---- halt and bindings ---- */

static struct nic_script_step refuse(void *context, PNDIS_PACKET packet)
{
    (void)context;
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_RESOURCES};
}

START_TEST(der_10_halt_with_packets_outstanding)
{
    static const enum nic_script_when whens[] = {NIC_WHEN_HALT, NIC_WHEN_DPC};
    PNDIS_PACKET packets[3];

    rig_start(&r, &(struct nic_script_miniport){.next = manual}, 1, RIG_VERIFY, 0);
    for (unsigned i = 0; i < 3; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        ck_status(nic_script_send(&r.protocols[0], packets[i]), NDIS_STATUS_PENDING);
        r.miniport->pending[i].step.when = whens[_i];
    }
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 3);
    if (_i)
        r.platform->ops->interrupt_raise(r.platform, 8);
    r.bindings = 0;
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->halts, 1);
    ck_assert_ptr_null(r.protocols[0].binding); /* unbound */
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        ck_status(nic_script_record(&r.protocols[0], packets[i])->status, NDIS_STATUS_SUCCESS);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

START_TEST(der_10_queued_packets_are_given_back_before_halt)
{
    PNDIS_PACKET packets[3];

    rig_start(&r, &(struct nic_script_miniport){.next = refuse}, 1, RIG_VERIFY, 0);
    for (unsigned i = 0; i < 3; i++) {
        packets[i] = nic_script_packet(&r.protocols[0], 60);
        nic_script_send(&r.protocols[0], packets[i]);
    }
    r.bindings = 0;
    nic_ndis_adapter_remove("nic0", 10);
    for (unsigned i = 0; i < 3; i++) {
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
        ck_status(nic_script_record(&r.protocols[0], packets[i])->status,
                  NDIS_STATUS_REQUEST_ABORTED);
        nic_script_packet_free(&r.protocols[0], packets[i]);
    }
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 1);
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

/* ---- every version runs ---- */

static struct nic_script_step pends_until(void *context, PNDIS_PACKET packet)
{
    (void)packet;
    return (struct nic_script_step){.answer = NDIS_STATUS_PENDING,
                                    .when = *(enum nic_script_when *)context};
}

/* MiniportSend of every version, and MiniportSendPackets alone of those that have it. */
START_TEST(miniports_of_every_version_send_receive_and_end)
{
    static const UCHAR versions[][2] = {{3, 0}, {4, 0}, {5, 0}, {5, 1}};
    enum nic_script_when when = NIC_WHEN_MANUAL;
    struct nic_script_miniport like = {.next = pends_until,
                                       .context = &when,
                                       .arrays = _i >= 4,
                                       .max_packets = _i >= 4 ? 8 : 0,
                                       .ndis_major = versions[_i < 4 ? _i : _i - 3][0],
                                       .ndis_minor = versions[_i < 4 ? _i : _i - 3][1]};
    UCHAR frame[60] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    ULONG filter = NDIS_PACKET_TYPE_BROADCAST;
    PNDIS_PACKET packets[4];
    NDIS_STATUS status;

    rig_start(&r, &like, 1, RIG_VERIFY, 0);
    for (unsigned i = 0; i < 4; i++)
        packets[i] = nic_script_packet(&r.protocols[0], 60);
    ck_status(nic_script_send(&r.protocols[0], packets[0]), NDIS_STATUS_PENDING);
    nic_script_send_array(&r.protocols[0], packets + 1, 2);
    ck_assert_uint_eq(nic_trace_count(&r.trace, NIC_TRACE_GIVEN, UINT32_MAX), 3);
    ck_assert_uint_eq(nic_script_release(r.miniport, NIC_WHEN_MANUAL, 3), 3);
    for (unsigned i = 0; i < 3; i++)
        ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[i])->completed, 1);
    ck_status(nic_script_request(&r.protocols[0], NdisRequestSetInformation,
                                 OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof(filter), NULL),
              NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_BROADCAST);
    NdisMEthIndicateReceive(r.miniport->handle, NULL, frame, 14, frame + 14, 46, 46);
    NdisMEthIndicateReceiveComplete(r.miniport->handle);
    ck_assert_uint_eq(r.protocols[0].frames, 1);
    ck_assert_uint_eq(r.protocols[0].receive_completes, 1);
    NdisMIndicateStatus(r.miniport->handle, NDIS_STATUS_MEDIA_CONNECT, NULL, 0);
    ck_status(r.protocols[0].last_status, NDIS_STATUS_MEDIA_CONNECT);
    ck_status(nic_script_send(&r.protocols[0], packets[3]), NDIS_STATUS_PENDING);
    NdisReset(&status, r.protocols[0].binding);
    rig_run(&r, 1000);
    ck_assert(r.protocols[0].reset_done);
    ck_assert_uint_eq(r.miniport->resets, 1);
    ck_assert_uint_eq(r.miniport->filter, NDIS_PACKET_TYPE_BROADCAST);
    ck_status(nic_script_record(&r.protocols[0], packets[3])->status, NDIS_STATUS_REQUEST_ABORTED);
    when = NIC_WHEN_HALT;
    ck_status(nic_script_send(&r.protocols[0], packets[0]), NDIS_STATUS_PENDING);
    r.bindings = 0;
    ck_status(nic_ndis_adapter_remove("nic0", 10), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(r.miniport->halts, 1);
    ck_assert_uint_eq(nic_script_record(&r.protocols[0], packets[0])->completed, 2);
    for (unsigned i = 0; i < 4; i++)
        nic_script_packet_free(&r.protocols[0], packets[i]);
    ck_status(nic_script_protocol_stop(&r.protocols[0]), NDIS_STATUS_SUCCESS);
    stop_clean();
}
END_TEST

START_TEST(close_waits_for_the_last_packet)
{
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    rig_start(&r, &(struct nic_script_miniport){.next = manual, .deserialized = _i}, 1, RIG_VERIFY,
              0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    NdisCloseAdapter(&status, r.protocols[0].binding);
    ck_status(status, NDIS_STATUS_PENDING);
    r.protocols[0].binding = NULL;
    NdisDeregisterProtocol(&status, r.protocols[0].handle);
    ck_status(status, NDIS_STATUS_FAILURE); /* still bound */
    ck_assert(!r.protocols[0].closed);
    nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
    ck_assert(r.protocols[0].closed);
    nic_script_packet_free(&r.protocols[0], packet);
    stop_clean();
}
END_TEST

static void complete_now(void *context, const char *where)
{
    (void)context;
    if (strcmp(where, "NdisCloseAdapter") == 0)
        nic_script_release(r.miniport, NIC_WHEN_MANUAL, 1);
}

/* The last packet comes back while NdisCloseAdapter makes up its mind: told once, by one of both.
 */
START_TEST(close_is_told_once)
{
    PNDIS_PACKET packet;
    NDIS_STATUS status;

    rig_start(&r, &(struct nic_script_miniport){.next = manual, .deserialized = _i}, 1, RIG_VERIFY,
              0);
    packet = nic_script_packet(&r.protocols[0], 60);
    nic_script_send(&r.protocols[0], packet);
    r.platform->preempt = complete_now;
    NdisCloseAdapter(&status, r.protocols[0].binding);
    r.platform->preempt = NULL;
    r.protocols[0].binding = NULL;
    ck_assert(r.protocols[0].closed == (status == NDIS_STATUS_PENDING));
    nic_script_packet_free(&r.protocols[0], packet);
    stop_clean(); /* deregisters: fails if the binding was counted out twice */
}
END_TEST

static struct {
    unsigned binds;
    NDIS_HANDLE binding, bind_context;
    char name[20];
    bool pend;
} bound;

static VOID never_called(NDIS_HANDLE context, NDIS_STATUS status)
{
    (void)context;
    (void)status;
}

static VOID bind_complete(PNDIS_WORK_ITEM item, PVOID context)
{
    (void)item;
    NdisCompleteBindAdapter(context, NDIS_STATUS_SUCCESS, NDIS_STATUS_SUCCESS);
}

static NDIS_HANDLE bind_protocol;

static VOID on_bind(PNDIS_STATUS status, NDIS_HANDLE context, PNDIS_STRING device, PVOID one,
                    PVOID two)
{
    static NDIS_WORK_ITEM item;
    ANSI_STRING ansi = {.MaximumLength = sizeof(bound.name), .Buffer = bound.name};
    NDIS_MEDIUM media[] = {NdisMedium802_5, NdisMedium802_3};
    NDIS_STATUS error;
    UINT selected;

    (void)one;
    (void)two;
    bound.binds++;
    NdisUnicodeStringToAnsiString(&ansi, device);
    NdisOpenAdapter(status, &error, &bound.binding, &selected, media, 1, bind_protocol, NULL,
                    device, 0, NULL);
    ck_status(*status, NDIS_STATUS_UNSUPPORTED_MEDIA);
    NdisOpenAdapter(status, &error, &bound.binding, &selected, media, 2, bind_protocol, NULL,
                    device, 0, NULL);
    ck_status(*status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(selected, 1);
    if (bound.pend) {
        *status = NDIS_STATUS_PENDING;
        NdisInitializeWorkItem(&item, bind_complete, context);
        NdisScheduleWorkItem(&item);
    }
}

static VOID on_unbind(PNDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind_context)
{
    (void)context;
    NdisCloseAdapter(status, bound.binding);
    NdisCompleteUnbindAdapter(unbind_context, *status);
    *status = NDIS_STATUS_PENDING;
}

static NDIS_PROTOCOL_CHARACTERISTICS bind_chars = {
    .MajorNdisVersion = 4,
    .BindAdapterHandler = on_bind,
    .Name = NDIS_STRING_CONST("binder"),
    .SendCompleteHandler = (SEND_COMPLETE_HANDLER)(void *)never_called,
    .RequestCompleteHandler = (REQUEST_COMPLETE_HANDLER)(void *)never_called,
    .ResetCompleteHandler = never_called,
    .CloseAdapterCompleteHandler = never_called,
};

START_TEST(protocols_are_offered_adapters_old_and_new)
{
    struct nic_script_miniport *second = calloc(1, sizeof(*second));
    NDIS_STATUS status;

    start(0);
    memset(&bound, 0, sizeof(bound));
    bound.pend = _i & 1;
    bind_chars.UnbindAdapterHandler = _i & 2 ? on_unbind : NULL;
    NdisRegisterProtocol(&status, &bind_protocol, &bind_chars,
                         sizeof(NDIS40_PROTOCOL_CHARACTERISTICS));
    ck_status(status, NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bound.binds, 0 + 1);
    ck_assert_str_eq(bound.name, "nic0");
    nic_ndis_adapter_remove("nic0", 10);
    ck_assert_uint_eq(r.logs, _i & 2 ? 0 : 1); /* closed by force */
    ck_status(nic_script_add(r.driver, r.platform, "nic1", 1, second), NDIS_STATUS_SUCCESS);
    ck_assert_uint_eq(bound.binds, 2);
    ck_assert_str_eq(bound.name, "nic1");
    nic_ndis_adapter_remove("nic1", 10);
    NdisDeregisterProtocol(&status, bind_protocol);
    ck_status(status, NDIS_STATUS_SUCCESS);
    stop_clean();
    free(second);
}
END_TEST

START_TEST(protocol_registration_checks_too)
{
    NDIS_PROTOCOL_CHARACTERISTICS chars = bind_chars;
    NDIS_HANDLE handle, binding;
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STRING none = NDIS_STRING_CONST("none");
    NDIS_STATUS status, error;
    UINT selected;

    start(0);
    chars.MajorNdisVersion = 3;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    ck_status(status, NDIS_STATUS_BAD_VERSION);
    chars.MajorNdisVersion = 5;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(NDIS40_PROTOCOL_CHARACTERISTICS));
    ck_status(status, NDIS_STATUS_BAD_CHARACTERISTICS);
    chars.MajorNdisVersion = 4;
    chars.SendCompleteHandler = NULL;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    ck_status(status, NDIS_STATUS_BAD_CHARACTERISTICS);
    chars = bind_chars;
    chars.RequestCompleteHandler = NULL;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    ck_status(status, NDIS_STATUS_BAD_CHARACTERISTICS);
    chars = bind_chars;
    chars.ResetCompleteHandler = NULL;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    ck_status(status, NDIS_STATUS_BAD_CHARACTERISTICS);
    chars = bind_chars;
    chars.BindAdapterHandler = NULL;
    NdisRegisterProtocol(&status, &handle, &chars, sizeof(chars));
    NdisOpenAdapter(&status, &error, &binding, &selected, &medium, 1, handle, NULL, &none, 0, NULL);
    ck_status(status, NDIS_STATUS_ADAPTER_NOT_FOUND);
    NdisDeregisterProtocol(&status, handle);
    stop_clean();
}
END_TEST

START_TEST(a_machine_stopped_as_it_stands)
{
    rig_start(&r, &(struct nic_script_miniport){.next = manual}, 0, RIG_VERIFY, 0);
    ck_assert_uint_eq(nic_ndis_stop(), 1); /* the adapter */
    ck_assert_uint_eq(r.miniport->halts, 1);
    r.driver = r.intermediate = NULL;
    rig_stop(&r);
}
END_TEST

static Suite *make(const char *name)
{
    Suite *suite = suite_create(name);
    TCase *t = rig_case(suite, "machine");

    tcase_set_timeout(t, 60);
    if (rig_layer() ==
        RIG_DIRECT) { /* no protocol, or the binding to a certain adapter is the point */
        tcase_add_test(t, der_03_registration_checks_the_characteristics);
        tcase_add_test(t, one_machine_and_drivers_that_register_nothing);
        tcase_add_test(t, initialize_can_fail);
        tcase_add_loop_test(t, configuration_is_what_adapter_add_said, 0, 5);
        tcase_add_loop_test(t, protocols_are_offered_adapters_old_and_new, 0, 4);
        tcase_add_test(t, protocol_registration_checks_too);
    }
    tcase_add_loop_test(t, der_10_halt_with_packets_outstanding, 0, 2);
    tcase_add_test(t, der_10_queued_packets_are_given_back_before_halt);
    tcase_add_loop_test(t, miniports_of_every_version_send_receive_and_end, 0, 7);
    tcase_add_loop_test(t, close_waits_for_the_last_packet, 0, 2);
    tcase_add_loop_test(t, close_is_told_once, 0, 2);
    tcase_add_test(t, a_machine_stopped_as_it_stands);
    return suite;
}

int main(void)
{
    return rig_main_layered(make, "ndis_machine");
}
